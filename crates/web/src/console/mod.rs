//! The console of somebody who has signed in: what every page of it has around its middle, and what
//! its handlers share.
//!
//! Invariants: a handler gets at the engine through [`Desk`], which exists only behind the door;
//! what people wrote is shown in `<bdi>` and through the templates' escaping; every page works
//! without a script; what cannot be undone goes through a page that asks first.

pub mod admin_accounts;
pub mod admin_billing;
pub mod admin_plans;
pub mod admin_requests;
pub mod again;
pub mod archive;
#[cfg(test)]
mod archive_samples;
pub mod audit;
pub mod bot;
pub mod brand;
pub mod brand_end;
pub mod breach_affected;
mod breach_draft;
pub mod breach_mail;
pub mod breach_page;
pub mod breach_people;
pub mod breach_search;
mod breach_words;
pub mod breaches;
pub mod broadcasts;
pub mod chart;
pub mod check;
pub mod compose;
pub mod dashboard;
pub mod days;
pub mod deliveries;
pub mod deliveries_export;
pub mod documents;
pub mod erase_brand;
pub mod exports;
pub mod fields;
pub mod import;
pub mod kept_form;
pub mod leads;
pub mod many;
pub mod oversight;
pub mod own_plan;
pub mod pages;
#[cfg(test)]
mod plan_samples;
pub mod program_log;
pub mod recipients;
#[cfg(test)]
mod samples;
pub mod support;
pub mod tags;
pub mod templates;
pub mod timed;
pub mod tokens;
pub mod told;
pub mod upload;
pub mod versions;
pub mod words;

use crate::App;
use crate::assets::FRONT;
use crate::door::{Session, Visit};
use crate::language::Language;
use crate::look::{Look, Picture, initial};
use crate::page::problem_kind;
use crate::problem::Problem;
use crate::reader::{Reader, Zone};
use crate::routes::ROUTES;
use crate::session;
use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::header::LOCATION;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use engine::views::At;
use engine::{Actor, Engine};
use fluent_bundle::FluentArgs;
use model::brand::Brand;

/// Rows in a list of the console.
pub const ROWS: u32 = 25;

/// The places of the console; each is one entry of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    Dashboard,
    Pages,
    Leads,
    Broadcasts,
    Templates,
    Tokens,
    Plan,
    Account,
    Brand,
    Documents,
    Accounts,
    Plans,
    Protection,
    Requests,
    Recipients,
    Breaches,
    Support,
    Audit,
    Log,
}

/// An entry of the navigation.
#[derive(Clone, Copy)]
pub struct Entry {
    pub section: Section,
    pub path: &'static str,
    pub icon: &'static str,
    /// Its Fluent id.
    pub label: &'static str,
}

const fn entry(section: Section, path: &'static str, icon: &'static str, label: &'static str) -> Entry {
    Entry { section, path, icon, label }
}

/// Within reach of the thumb on a phone; at most five find room.
pub static MAIN: [Entry; 4] = [
    entry(Section::Dashboard, "/app", "home", "console-nav-dashboard"),
    entry(Section::Pages, "/app/pages", "flag", "console-nav-pages"),
    entry(Section::Leads, "/app/leads", "people", "console-nav-leads"),
    entry(Section::Broadcasts, "/app/broadcasts", "send", "console-nav-broadcasts"),
];
/// In the menu on a phone, below the others on a desk.
pub static MORE: [Entry; 4] = [
    entry(Section::Templates, "/app/templates", "sheet", "templates-title"),
    entry(Section::Tokens, "/app/tokens", "key", "console-nav-tokens"),
    entry(Section::Plan, "/account/plan", "gauge", "plans-nav-own"),
    entry(Section::Account, "/account", "person", "console-nav-account"),
];

/// What only the brand's admin sees, below the others.
pub static ADMIN: [Entry; 11] = [
    entry(Section::Brand, "/admin/brand", "brush", "console-nav-brand"),
    entry(Section::Documents, "/admin/documents", "scroll", "console-nav-documents"),
    entry(Section::Recipients, "/admin/recipients", "globe", "recipients-nav"),
    entry(Section::Requests, "/admin/requests", "flag", "requests-nav"),
    entry(Section::Breaches, "/admin/breaches", "warn", "breaches-nav"),
    entry(Section::Support, "/admin/support", "key", "support-nav"),
    entry(Section::Accounts, "/admin/accounts", "people", "plans-nav-accounts"),
    entry(Section::Plans, "/admin/plans", "layers", "plans-nav-plans"),
    entry(Section::Protection, "/admin/data-map", "lock", "data-admin-title"),
    entry(Section::Audit, "/admin/audit", "clock", "audit-nav"),
    entry(Section::Log, "/admin/log", "sheet", "program-log-nav"),
];

/// A word about what was just done, named in the address of the page that follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flash {
    /// Its Fluent id.
    pub text: &'static str,
    /// `good`, `warn` or `bad`.
    pub kind: &'static str,
}

/// By their code in `?done=`. A closed list: an address cannot put words on a page.
pub const FLASHES: &[(&str, Flash)] = &[
    ("announced", Flash { text: "console-done-announced", kind: "good" }),
    ("announced-policy", Flash { text: "console-done-announced-policy", kind: "good" }),
    ("recipient-announced", Flash { text: "console-done-recipient-announced", kind: "good" }),
    ("recipient-ended", Flash { text: "console-done-recipient-ended", kind: "good" }),
    ("recipient-kept", Flash { text: "console-done-recipient-kept", kind: "warn" }),
    ("brand-end-announced", Flash { text: "console-done-brand-end-announced", kind: "good" }),
    ("brand-end-off", Flash { text: "console-done-brand-end-off", kind: "good" }),
    ("brand-end-waits", Flash { text: "console-done-brand-end-waits", kind: "bad" }),
    ("decided", Flash { text: "console-done-decided", kind: "good" }),
    ("connected", Flash { text: "console-done-connected", kind: "good" }),
    ("renewed", Flash { text: "console-done-renewed", kind: "good" }),
    ("subscribed", Flash { text: "console-done-subscribed", kind: "good" }),
    ("not-subscribed", Flash { text: "console-done-not-subscribed", kind: "bad" }),
    ("paused", Flash { text: "console-done-paused", kind: "good" }),
    ("disconnected", Flash { text: "console-done-disconnected", kind: "good" }),
    ("disconnected-here", Flash { text: "console-done-disconnected-here", kind: "warn" }),
    ("still-connected", Flash { text: "console-done-still-connected", kind: "bad" }),
    ("resumed", Flash { text: "console-done-resumed", kind: "good" }),
    ("saved", Flash { text: "console-done-saved", kind: "good" }),
    ("by-the-api", Flash { text: "console-done-by-the-api", kind: "warn" }),
    ("sent", Flash { text: "console-done-sent", kind: "good" }),
    ("broadcast-paused", Flash { text: "console-done-broadcast-paused", kind: "good" }),
    ("scheduled", Flash { text: "console-done-scheduled", kind: "good" }),
    ("scheduled-skipped", Flash { text: "console-done-scheduled-skipped", kind: "warn" }),
    ("scheduled-first", Flash { text: "console-done-scheduled-first", kind: "warn" }),
    ("scheduled-second", Flash { text: "console-done-scheduled-second", kind: "good" }),
    ("sent-again", Flash { text: "console-done-sent-again", kind: "good" }),
    ("again-nobody", Flash { text: "console-done-again-nobody", kind: "warn" }),
    ("again-closed", Flash { text: "console-done-again-closed", kind: "warn" }),
    ("broadcast-unscheduled", Flash { text: "console-done-broadcast-unscheduled", kind: "good" }),
    ("broadcast-resumed", Flash { text: "console-done-broadcast-resumed", kind: "good" }),
    ("cancelled", Flash { text: "console-done-cancelled", kind: "good" }),
    ("template-made", Flash { text: "console-done-template-made", kind: "good" }),
    ("template-asked", Flash { text: "console-done-template-asked", kind: "good" }),
    ("template-silent", Flash { text: "console-done-template-silent", kind: "warn" }),
    ("template-deleted", Flash { text: "console-done-template-deleted", kind: "good" }),
    ("template-kept", Flash { text: "console-done-template-kept", kind: "bad" }),
    ("tag-made", Flash { text: "console-done-tag-made", kind: "good" }),
    ("tag-known", Flash { text: "console-done-tag-known", kind: "warn" }),
    ("tag-deleted", Flash { text: "console-done-tag-deleted", kind: "good" }),
    ("many-undone", Flash { text: "console-done-many-undone", kind: "good" }),
    ("many-nobody", Flash { text: "console-done-many-nobody", kind: "warn" }),
    ("many-no-tag", Flash { text: "console-done-many-no-tag", kind: "warn" }),
    ("tag-put", Flash { text: "console-done-tag-put", kind: "good" }),
    ("tag-taken", Flash { text: "console-done-tag-taken", kind: "good" }),
    ("bot-saved", Flash { text: "console-done-bot-saved", kind: "good" }),
    ("bot-moved", Flash { text: "console-done-bot-moved", kind: "good" }),
    ("bot-deleted", Flash { text: "console-done-bot-deleted", kind: "good" }),
    ("bot-kept", Flash { text: "console-done-bot-kept", kind: "bad" }),
    ("bot-on", Flash { text: "console-done-bot-on", kind: "good" }),
    ("bot-off", Flash { text: "console-done-bot-off", kind: "warn" }),
    ("bot-publishing", Flash { text: "console-done-bot-publishing", kind: "good" }),
    ("told-ended", Flash { text: "console-done-told-ended", kind: "good" }),
    ("revoked", Flash { text: "console-done-revoked", kind: "good" }),
    ("profile-saved", Flash { text: "account-done-profile", kind: "good" }),
    ("password-changed", Flash { text: "account-done-password", kind: "good" }),
    ("address-mailed", Flash { text: "account-done-address", kind: "good" }),
    ("session-ended", Flash { text: "account-done-session", kind: "good" }),
    ("sessions-tokens-ended", Flash { text: "account-done-sessions-tokens", kind: "good" }),
    ("factor-on", Flash { text: "account-done-factor-on", kind: "good" }),
    ("factor-off", Flash { text: "account-done-factor-off", kind: "good" }),
    ("brand-saved", Flash { text: "console-done-brand", kind: "good" }),
    ("brand-back", Flash { text: "console-done-brand-back", kind: "good" }),
    ("logo-saved", Flash { text: "console-done-logo", kind: "good" }),
    ("logo-gone", Flash { text: "console-done-logo-gone", kind: "good" }),
    ("published", Flash { text: "console-done-published", kind: "good" }),
    ("confirmed", Flash { text: "account-done-confirmed", kind: "good" }),
    ("passkey-added", Flash { text: "account-done-passkey-added", kind: "good" }),
    ("passkey-removed", Flash { text: "account-done-passkey-removed", kind: "good" }),
    ("proved", Flash { text: "account-done-proved", kind: "good" }),
    ("import-dropped", Flash { text: "console-done-import-dropped", kind: "good" }),
    ("plan-cancelled", Flash { text: "console-done-plan-cancelled", kind: "warn" }),
    ("plan-resumed", Flash { text: "console-done-plan-resumed", kind: "good" }),
    ("plan-made", Flash { text: "console-done-plan-made", kind: "good" }),
    ("plan-saved", Flash { text: "console-done-plan-saved", kind: "good" }),
    ("plan-starts", Flash { text: "console-done-plan-starts", kind: "good" }),
    ("plan-retired", Flash { text: "console-done-plan-retired", kind: "good" }),
    ("plan-offered", Flash { text: "console-done-plan-offered", kind: "good" }),
    ("plan-deleted", Flash { text: "console-done-plan-deleted", kind: "good" }),
    ("plan-kept", Flash { text: "console-done-plan-kept", kind: "bad" }),
    ("account-changed", Flash { text: "console-done-account-changed", kind: "good" }),
    ("account-signed-out", Flash { text: "console-done-account-signed-out", kind: "good" }),
    ("account-not-signed-in", Flash { text: "console-done-account-not-signed-in", kind: "warn" }),
    ("account-kept", Flash { text: "console-done-account-kept", kind: "bad" }),
    ("secret-ended", Flash { text: "console-done-secret-ended", kind: "good" }),
    ("subscription-ended", Flash { text: "console-done-subscription-ended", kind: "bad" }),
    ("request-noted", Flash { text: "console-done-request-noted", kind: "good" }),
    ("request-extended", Flash { text: "console-done-request-extended", kind: "warn" }),
    ("request-closed", Flash { text: "console-done-request-closed", kind: "good" }),
    ("breach-noted", Flash { text: "console-done-breach-noted", kind: "good" }),
    ("breach-aware", Flash { text: "console-done-breach-aware", kind: "warn" }),
    ("breach-facts", Flash { text: "console-done-breach-facts", kind: "good" }),
    ("breach-searched", Flash { text: "console-done-breach-searched", kind: "good" }),
    ("breach-told", Flash { text: "console-done-breach-told", kind: "good" }),
    ("breach-mailed", Flash { text: "console-done-breach-mailed", kind: "good" }),
    ("breach-mailed-drill", Flash { text: "console-done-breach-mailed-drill", kind: "good" }),
    ("breach-mail-waits", Flash { text: "console-done-breach-mail-waits", kind: "warn" }),
    ("breach-mail-failed", Flash { text: "console-done-breach-mail-failed", kind: "bad" }),
    ("breach-left", Flash { text: "console-done-breach-left", kind: "good" }),
    ("breach-people", Flash { text: "console-done-breach-people", kind: "good" }),
    ("breach-drilled", Flash { text: "console-done-breach-drilled", kind: "good" }),
    ("breach-closed", Flash { text: "console-done-breach-closed", kind: "good" }),
    ("support-granted", Flash { text: "console-done-support-granted", kind: "good" }),
    ("support-ended", Flash { text: "console-done-support-ended", kind: "good" }),
    ("support-waits", Flash { text: "console-done-support-waits", kind: "warn" }),
    ("not-found", Flash { text: "console-done-not-found", kind: "warn" }),
    ("changed", Flash { text: "console-done-changed", kind: "warn" }),
];

/// What a handler of the console works with: who asks, where, in which language.
pub struct Desk {
    pub app: App,
    pub visit: Visit,
    pub actor: Actor,
    pub session: Session,
    /// Where this page can be asked for again.
    own: String,
    query: String,
}

impl FromRequestParts<App> for Desk {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let found = &parts.extensions;
        let (Some(visit), Some(actor), Some(session)) =
            (found.get::<Visit>(), found.get::<Actor>(), found.get::<Session>())
        else {
            return Err(Problem::unauthorized());
        };
        Ok(Self {
            app: app.clone(),
            visit: visit.clone(),
            actor: actor.clone(),
            session: session.clone(),
            own: own_address(parts),
            query: parts.uri.query().unwrap_or_default().to_owned(),
        })
    }
}

/// The address at which a page can be asked for again, without what only its last answer was about. A form's
/// answer stands where its page does, if there is one, and else belongs to the console as a whole.
fn own_address(parts: &Parts) -> String {
    let path = parts.uri.path();
    if parts.method != Method::GET {
        let matched = parts.extensions.get::<MatchedPath>().map(MatchedPath::as_str);
        let is_page = ROUTES.iter().any(|route| route.method == Method::GET && matched == Some(route.path));
        let home = [&MAIN[..], &MORE, &ADMIN]
            .concat()
            .iter()
            .rev()
            .map(|entry| entry.path)
            .find(|own| path.starts_with(own));
        return if is_page { path } else { home.unwrap_or("/app") }.to_owned();
    }
    let kept = parts.uri.query().unwrap_or_default().split('&');
    let kept =
        kept.filter(|pair| !pair.is_empty() && !pair.starts_with("done=") && !pair.starts_with("lang="));
    let kept = kept.collect::<Vec<_>>().join("&");
    let whole = if kept.is_empty() { path.to_owned() } else { format!("{path}?{kept}") };
    if session::next(&whole) == whole { whole } else { path.to_owned() }
}

impl Desk {
    pub fn engine(&self) -> &Engine {
        &self.app.engine
    }

    pub const fn language(&self) -> Language {
        self.visit.language
    }

    pub fn reader(&self) -> Reader {
        Reader { language: self.visit.language, zone: self.session.zone.unwrap_or(Zone::UTC) }
    }

    pub fn shell(&self, section: Section) -> Result<Shell<'_>, Problem> {
        let mut shell = self.visit.shell(section);
        shell.path = &self.own;
        shell.name = &self.session.name;
        shell.zone = self.reader().zone;
        shell.csrf = &self.session.csrf;
        shell.is_admin = self.session.is_admin;
        let done = self.query.split('&').find_map(|pair| pair.strip_prefix("done="));
        shell.flash =
            done.and_then(|done| FLASHES.iter().find(|(code, _)| *code == done)).map(|(_, flash)| *flash);
        Ok(shell)
    }
}

/// What every page of the console has around its middle.
pub struct Shell<'a> {
    pub language: Language,
    /// The other languages of the brand.
    pub others: Vec<Language>,
    pub brand: &'a str,
    controller: &'a str,
    contact: &'a str,
    pub sheet: &'a str,
    pub favicon: &'a str,
    pub logo: Option<&'a Picture>,
    pub section: Section,
    /// Where the language switch leads back to.
    pub path: &'a str,
    /// Whether the address asked for this language. Then a visitor's links carry it on.
    pub is_asked: bool,
    /// The rest of a visitor's query, for the language switch.
    pub query: &'a str,
    /// The page that this is, where its own address is none: the answer to a form. Empty: the address itself.
    pub stands_at: String,
    /// Who has signed in; empty when that is not known.
    pub name: &'a str,
    /// By whose clocks times are told.
    pub zone: Zone,
    /// Goes into the hidden field of every form.
    pub csrf: &'a str,
    /// Whether the brand's admin looks at it.
    pub is_admin: bool,
    pub flash: Option<Flash>,
    /// The time by the clock here, where that is turned.
    pub turned_at: Option<At>,
}

impl<'a> Shell<'a> {
    pub fn new(language: Language, brand: &'a Brand, look: &'a Look, section: Section) -> Self {
        let others = brand.languages.iter().filter_map(|code| Language::from_tag(code));
        Self {
            language,
            others: others.filter(|other| *other != language).collect(),
            brand: &brand.name,
            controller: &brand.controller.name,
            contact: &brand.controller.contact,
            sheet: &look.sheet.file,
            favicon: &look.icon.file,
            logo: look.logo.as_ref(),
            section,
            path: "/app",
            is_asked: false,
            query: "",
            stands_at: String::new(),
            name: "",
            zone: Zone::UTC,
            csrf: "",
            is_admin: false,
            flash: None,
            turned_at: None,
        }
    }

    /// Which time it is here and why, where the clock is turned.
    pub fn turned_clock(&self) -> Option<String> {
        self.turned_at.map(|at| words::turned(self.language, at, self.zone))
    }

    pub const fn reader(&self) -> Reader {
        Reader { language: self.language, zone: self.zone }
    }

    /// By whose clocks times are told, in words; empty where it is not known who reads.
    pub fn clocks(&self) -> String {
        if self.name.is_empty() {
            return String::new();
        }
        self.language.say_with("console-foot-times", "zone", &self.zone.shown())
    }

    /// An address of ours, in the language that this page was asked for in.
    pub fn to(&self, address: &str) -> String {
        carried(address, self.asked())
    }

    /// The same list, from there on.
    pub fn further(&self, after: &str) -> String {
        self.to(&format!("?after={after}"))
    }

    /// The language that the address asked for.
    pub fn asked(&self) -> Option<Language> {
        self.is_asked.then_some(self.language)
    }

    /// The same page in another language.
    pub fn turned(&self, other: &Language) -> String {
        in_language(&format!("{}?{}", self.stands_at, self.query), *other)
    }

    /// Tabler's sheet for the way this language is read.
    pub fn tabler(&self) -> &'static str {
        if self.language.direction() == "rtl" { &FRONT.rtl.file } else { &FRONT.ltr.file }
    }

    pub fn htmx(&self) -> &'static str {
        &FRONT.htmx.file
    }

    pub fn passkeys(&self) -> &'static str {
        &FRONT.passkeys.file
    }

    pub fn once(&self) -> &'static str {
        &FRONT.once.file
    }

    pub fn script(&self) -> &'static str {
        &FRONT.script.file
    }

    pub fn main(&self) -> &'static [Entry] {
        &MAIN
    }

    pub fn more(&self) -> &'static [Entry] {
        &MORE
    }

    pub fn admin(&self) -> &'static [Entry] {
        if self.is_admin { &ADMIN } else { &[] }
    }

    /// The brand's first letter, for its tile.
    pub fn initial(&self) -> String {
        initial(self.brand)
    }

    pub fn icon(&self, name: &str) -> String {
        format!(
            r#"<svg class="e-icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>"#,
            drawing(name)
        )
    }

    /// The picture that goes with a kind of word.
    pub fn sign(&self, kind: &str) -> String {
        self.icon(match kind {
            "good" => "check",
            "warn" => "warn",
            "bad" => "stop",
            _ => "info",
        })
    }

    pub fn controller(&self) -> String {
        let mut args = FluentArgs::new();
        args.set("controller", self.controller);
        args.set("contact", self.contact);
        self.language.tell("footer-controller", Some(&args))
    }

    pub fn say(&self, id: &str) -> String {
        self.language.say(id)
    }

    pub fn say_with(&self, id: &str, name: &'static str, value: &str) -> String {
        self.language.say_with(id, name, value)
    }

    /// A text with a number, in the plural form that the number needs.
    pub fn count(&self, id: &str, number: &u64) -> String {
        words::count(self.language, id, *number)
    }

    pub fn number(&self, number: &u64) -> String {
        words::number(*number)
    }

    pub fn time(&self, at: &At) -> String {
        words::time(self.reader(), *at)
    }
}

/// The program's own pictures, as the inside of an SVG of 24 by 24. Ours, so that nothing is loaded.
fn drawing(name: &str) -> &'static str {
    match name {
        "home" => {
            r#"<path d="M4 11.2 12 4.5l8 6.7"/><path d="M6 9.8V19.5h12V9.8"/><path d="M10 19.5v-5h4v5"/>"#
        }
        "flag" => r#"<path d="M5.5 21V4"/><path d="M5.5 4.8c4-2 7.5 2 13 0v8.4c-5.5 2-9-2-13 0"/>"#,
        "people" => {
            r#"<circle cx="9" cy="8" r="3.5"/><path d="M2.8 19.5c.4-3.6 2.9-5.6 6.2-5.6s5.8 2 6.2 5.6"/><path d="M15.6 4.9a3.3 3.3 0 0 1 0 6.2"/><path d="M17.6 14.3c2.1.7 3.4 2.5 3.7 5.2"/>"#
        }
        "send" => r#"<path d="M20.5 3.8 3.5 10.6l6.4 2.9 2.9 6.6z"/><path d="m9.9 13.5 4.3-4.2"/>"#,
        "key" => {
            r#"<circle cx="8" cy="15.5" r="4"/><path d="m10.9 12.6 8.6-8.6"/><path d="m16 7.5 2.7 2.7"/>"#
        }
        "person" => {
            r#"<circle cx="12" cy="8" r="3.8"/><path d="M4.8 20c.5-4.2 3.4-6.4 7.2-6.4s6.7 2.2 7.2 6.4"/>"#
        }
        "sheet" => r#"<path d="M6.5 3.5h7.5l4 4v13h-11.5z"/><path d="M13.5 3.8V8h4.2M9.5 12h5M9.5 15.5h5"/>"#,
        "brush" => {
            r#"<path d="M19.5 4.5c-4.5 1.2-8.6 4.6-10.7 8.6l2.4 2.4c4-2.1 7.3-6.3 8.3-11z"/><path d="M8.8 13.1c-2.6.2-3.4 2-3.5 3.6-.1 1.3-.6 2.1-1.8 2.6 3.4 1 7.6.2 7.7-3.8"/>"#
        }
        "scroll" => {
            r#"<path d="M6 4.5h10.5v11.2M6 4.5A2 2 0 0 0 4 6.5v1.7h4M6 4.5a2 2 0 0 1 2 2v11"/><path d="M8 17.5a2 2 0 0 0 2 2h8.5a2 2 0 0 0 2-2v-1.8H12v1.8a2 2 0 0 1-2 2 2 2 0 0 1-2-2zM11 8.5h3M11 11.8h3"/>"#
        }
        "gauge" => {
            r#"<path d="M4.5 17.5a8.5 8.5 0 1 1 15 0"/><path d="m12 14 3.6-4.4"/><circle cx="12" cy="14.5" r="1.2"/>"#
        }
        "layers" => {
            r#"<path d="m12 3.8 8.5 4.4-8.5 4.4-8.5-4.4z"/><path d="m3.9 12.4 8.1 4.2 8.1-4.2M3.9 16.2l8.1 4.2 8.1-4.2"/>"#
        }
        "menu" => r#"<path d="M4 7h16M4 12h16M4 17h16"/>"#,
        "check" => r#"<circle cx="12" cy="12" r="8.5"/><path d="m8.3 12.3 2.6 2.6 4.9-5.2"/>"#,
        "warn" => r#"<path d="M12 4 2.8 19.8h18.4z"/><path d="M12 10v4.3M12 17.1v.1"/>"#,
        "stop" => r#"<circle cx="12" cy="12" r="8.5"/><path d="m9 9 6 6M15 9l-6 6"/>"#,
        "globe" => {
            r#"<circle cx="12" cy="12" r="8.5"/><path d="M3.5 12h17M12 3.5c2.6 2.4 3.7 5.3 3.7 8.5s-1.1 6.1-3.7 8.5c-2.6-2.4-3.7-5.3-3.7-8.5s1.1-6.1 3.7-8.5z"/>"#
        }
        "lock" => {
            r#"<rect x="5.5" y="10.5" width="13" height="9" rx="2"/><path d="M8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5"/>"#
        }
        "next" => r#"<path class="e-turns" d="m9.5 6 6 6-6 6"/>"#,
        "up" => r#"<path d="M12 19V5M6 11l6-6 6 6"/>"#,
        "down" => r#"<path d="M12 5v14M6 13l6 6 6-6"/>"#,
        "chat" => r#"<path d="M4.5 5.5h15v10.5h-8l-4 3.5V16h-3z"/><path d="M8.5 9.5h7M8.5 12.5h4.5"/>"#,
        "clock" => r#"<circle cx="12" cy="12" r="8.5"/><path d="M12 7.5V12l3 2"/>"#,
        _ => r#"<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5.2M12 7.7v.1"/>"#,
    }
}

/// The address with the language that is asked for, instead of another that it asked for.
pub fn in_language(address: &str, language: Language) -> String {
    if let Some((page, place)) = address.split_once('#') {
        return format!("{}#{place}", in_language(page, language));
    }
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let kept = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("lang="));
    let pairs: Vec<&str> = kept.collect();
    let before = if pairs.is_empty() { String::new() } else { format!("{}&", pairs.join("&")) };
    format!("{path}?{before}lang={}", language.code())
}

/// An address of ours in the language that was asked for, if one was.
pub fn carried(address: &str, asked: Option<Language>) -> String {
    asked.map_or_else(|| address.to_owned(), |language| in_language(address, language))
}

/// After something was done: look at `path`, with a word about it.
pub fn see(path: &str, done: &str) -> Response {
    let address = if done.is_empty() { path.to_owned() } else { format!("{path}?done={done}") };
    HeaderValue::from_str(&address).map_or_else(
        |error| Problem::broken(error).into_response(),
        |address| (StatusCode::SEE_OTHER, [(LOCATION, address)]).into_response(),
    )
}

/// Away to an address that the engine made (the login dialog).
pub fn away(address: &str) -> Response {
    see(address, "")
}

/// One question before something that cannot be undone.
#[derive(askama::Template)]
#[template(path = "console/confirm.html")]
pub struct ConfirmPage<'a> {
    pub frame: Shell<'a>,
    pub title: String,
    /// Where the way back leads, and what it is called.
    pub back: (String, String),
    pub sentences: Vec<String>,
    pub button: String,
    /// Whether it destroys something.
    pub is_dangerous: bool,
}

/// When something does not work for somebody who has signed in.
#[derive(askama::Template)]
#[template(path = "console/problem.html")]
pub struct ProblemPage<'a> {
    pub frame: Shell<'a>,
    pub title: String,
    pub sentence: String,
    pub number: &'a str,
}

impl<'a> ProblemPage<'a> {
    pub fn new(frame: Shell<'a>, problem: &Problem, number: &'a str) -> Self {
        let (kind, language) = (problem_kind(problem), frame.language);
        let say = |part: &str| language.say(&format!("problem-{kind}-{part}"));
        Self { title: say("title"), sentence: say("explain"), number, frame }
    }
}
