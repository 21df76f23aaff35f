//! The headers that every answer carries, whatever it is.
//!
//! Invariant: no answer leaves without them. Nothing is loaded from other places, nothing frames our
//! pages, no script runs but the console's own file, and an address that holds a token is handed to
//! nobody as a referrer.

use axum::http::HeaderMap;
use axum::http::header::{self, HeaderName, HeaderValue};

/// How an answer may be kept and what its address gives away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// Never stored; the address is a secret or the content is somebody's.
    Private,
    /// Never stored: a page of the console, which may run the program's own script file.
    Console,
    /// As [`Self::Console`], at an address that is a secret.
    Portal,
    /// Public, but asked for anew each time.
    Fresh,
    /// Its address names its content.
    Forever,
}

const CONTENT_SECURITY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types 'none'";
/// For the console: the script file of ours, what it asks of us, and pictures that lie in a style
/// sheet. Nothing inline, nothing evaluated, nothing of others; and what a script makes a part of a page goes through
/// the policies of `assets/console.js`.
const CONSOLE_SECURITY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
     font-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types default entente-look";
const PERMISSIONS: &str = "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), display-capture=(), \
     encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), \
     payment=(), publickey-credentials-create=(), publickey-credentials-get=(), \
     screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()";

/// The same where a passkey may be asked for: by our own pages only.
const CONSOLE_PERMISSIONS: &str = "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), \
     display-capture=(), encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), magnetometer=(), \
     microphone=(), midi=(), payment=(), publickey-credentials-create=(self), publickey-credentials-get=(self), \
     screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()";

const ALWAYS: [(HeaderName, &str); 8] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"),
    (PERMISSIONS_POLICY, PERMISSIONS),
    (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
];

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

/// Two years, as the preload lists ask for.
const TRANSPORT: &str = "max-age=63072000; includeSubDomains";

/// Puts them into an answer.
pub fn put(headers: &mut HeaderMap, keeping: Keeping, is_https: bool) {
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if is_https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(TRANSPORT));
    }
    if matches!(keeping, Keeping::Console | Keeping::Portal) {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONSOLE_SECURITY));
    }
    if keeping == Keeping::Console {
        headers.insert(PERMISSIONS_POLICY, HeaderValue::from_static(CONSOLE_PERMISSIONS));
    }
    let (cache, referrer) = match keeping {
        Keeping::Console => ("no-store", "same-origin"),
        Keeping::Private | Keeping::Portal => ("no-store", "no-referrer"),
        Keeping::Fresh => ("no-cache", "same-origin"),
        Keeping::Forever => ("public, max-age=31536000, immutable", "same-origin"),
    };
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static(cache));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static(referrer));
}
