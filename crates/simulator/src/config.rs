//! What a simulator is started with, and the settings that can be changed while it runs.

use model::time::{Clock, Span};
use serde::{Deserialize, Serialize};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// What a simulator is started with. Take [`Config::new`] and change the fields that matter.
#[derive(Clone)]
pub struct Config {
    pub listen: SocketAddr,
    /// Ids, names and every "random" choice follow from it.
    pub seed: u64,
    pub app_id: u64,
    pub app_secret: String,
    /// What the verification GET carries when the callback is set from here or by the control API.
    pub verify_token: String,
    /// The base of the simulator's time; the control API turns an offset on top of it.
    pub clock: Arc<dyn Clock>,
    /// Where webhooks go from the start. Set without a verification GET, since the bot may not run yet.
    pub callback_url: Option<String>,
    /// Called with a `signed_request` when a person removes the app.
    pub deauthorize_url: Option<String>,
    /// Called with a `signed_request` when a person asks for their data to be deleted.
    pub deletion_url: Option<String>,
    /// Redirect addresses the login dialog accepts; empty accepts any.
    pub redirect_urls: Vec<String>,
    /// The address in links that the simulator prints; `http://<listen>` when absent.
    pub public_url: Option<String>,
    pub delivery: Delivery,
    pub settings: Settings,
    /// How many lines of each thread are kept (the record keeps every message's metadata regardless).
    pub transcript_lines: usize,
}

/// How webhooks are carried.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// How many webhooks are under way at once; those of one person on one page go one after the other.
    pub concurrency: usize,
    /// An answer later than this is a failure.
    pub timeout: Duration,
    /// Immediate further attempts after a failure, before the webhook goes to the backlog.
    pub retries: u32,
    /// How often the backlog is tried again, in real time (network waits are real, rules are not).
    pub backlog_every: Duration,
    /// After so long of continued failure the app is unsubscribed from the page (simulated time).
    pub give_up_after: Span,
    /// Whether a callback with a certificate of no known authority is accepted.
    pub accept_any_certificate: bool,
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            concurrency: 32,
            timeout: Duration::from_secs(5),
            retries: 3,
            backlog_every: Duration::from_secs(2),
            give_up_after: Span::hours(1),
            accept_any_certificate: true,
        }
    }
}

/// Who decides in the login dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Login {
    /// A page with a form.
    Ask,
    /// The first user allows everything at once.
    Auto,
    /// The dialog returns a refusal at once.
    Deny,
}

/// What can be changed while the simulator runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub login: Login,
    /// Every Graph answer waits this long (real time).
    pub answer_millis: u64,
    /// Echoes leave this long after the send (simulated time).
    pub echo_millis: i64,
    /// Delivery receipts: how long after the send; absent sends none.
    pub delivery_millis: Option<i64>,
    /// Read receipts: how long after the send; absent sends none.
    pub read_millis: Option<i64>,
    /// Probability that a webhook is sent twice.
    pub duplicate_webhooks: f64,
    /// Probability that a webhook is held back behind the person's next one (or the next flush).
    pub reorder_webhooks: f64,
    /// Refuse calls without `appsecret_proof`.
    pub require_proof: bool,
    pub rates: Rates,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            login: Login::Ask,
            answer_millis: 0,
            echo_millis: 0,
            delivery_millis: None,
            read_millis: None,
            duplicate_webhooks: 0.0,
            reorder_webhooks: 0.0,
            require_proof: false,
            rates: Rates::default(),
        }
    }
}

/// The platform's limits; the defaults are the published ones, `null` lifts one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rates {
    /// Messages a second and page.
    pub messages_per_second: Option<u32>,
    /// Audio and video messages a second and page.
    pub media_per_second: Option<u32>,
    /// Above this the page's inbox suffers; counted as a warning.
    pub inbox_per_second: u32,
    /// Calls in 24 hours for each person the page can message.
    pub calls_per_engaged_person: Option<u64>,
    /// Messenger-profile calls in ten minutes and page.
    pub profile_calls: Option<usize>,
    /// Private replies an hour and page.
    pub private_replies_per_hour: Option<usize>,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            messages_per_second: Some(300),
            media_per_second: Some(10),
            inbox_per_second: 40,
            calls_per_engaged_person: Some(200),
            profile_calls: Some(10),
            private_replies_per_hour: Some(750),
        }
    }
}

impl Config {
    /// A simulator on a free port of the loopback interface with one app.
    pub fn new(clock: Arc<dyn Clock>, seed: u64) -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed,
            app_id: 1_000_000_000_000_001,
            app_secret: "simulated_app_secret".to_owned(),
            verify_token: "simulated_verify_token".to_owned(),
            clock,
            callback_url: None,
            deauthorize_url: None,
            deletion_url: None,
            redirect_urls: Vec::new(),
            public_url: None,
            delivery: Delivery::default(),
            settings: Settings::default(),
            transcript_lines: 64,
        }
    }
}
