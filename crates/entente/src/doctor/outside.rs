//! Who the program speaks to: the mail server, Meta about the app, and the scanner on this machine.
//!
//! Invariants: nothing is dialled that the register of recipients does not let pass, and nobody before everybody was told
//! of them, as far as the database says; no mail is sent and nothing at Meta is changed; a server's words are not repeated.

use super::servers::judged;
use super::{Check, is_here};
use crate::config::{AppKeys, Config};
use crate::wiring::{self, Ambient, public_host};
use engine::InForce;
use engine::views::At;
use messenger::graph::{Graph, GraphConfig, RECIPIENT as META};
use messenger::health::Callback;
use messenger::login::FIELDS;
use model::brand::Brand;
use model::time::{Span, Timestamp};
use outbound::mail::{MailRoute, RECIPIENT as MAIL};
use outbound::scanner::Scanner;
use std::sync::Arc;
use std::time::Duration;

/// How long one of them may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Where Meta delivers to.
const CALLBACK: &str = "/webhooks/messenger";
/// Without these nobody is answered, and nobody can stop.
const NEEDED: [&str; 3] = ["messages", "messaging_postbacks", "messaging_optouts"];

pub async fn examine(
    config: &Config,
    brands: &[Brand],
    in_force: Result<InForce, String>,
    ambient: &Ambient,
    is_trial: bool,
) -> Vec<Check> {
    // The finding about the recipients says what is wrong with the register, or that it is not known who is in force.
    let (Ok(register), Ok(in_force)) = (wiring::whole_register(config), in_force) else {
        return Vec::new();
    };
    let now = ambient.clock.now();
    let client = outbound::Client::new(register, Arc::clone(&ambient.clock));
    client.hold_back(in_force.clone());
    let client = Arc::new(client);
    let mut checks = Vec::new();
    if let Some(mail) = &config.mail
        && let MailRoute::Smtp(server) = &mail.route
    {
        checks.push(match held_back("mail-server", MAIL, &in_force, now, is_trial) {
            Some(waits) => waits,
            None => {
                let tried = outbound::mail::try_out(server.clone(), Arc::clone(&client), mail.from.clone());
                let found = match tokio::time::timeout(PATIENCE, tried).await {
                    Ok(tried) => tried.map_err(|error| error.to_string()),
                    Err(_) => Err("it does not answer".to_owned()),
                };
                mail_server(found, is_trial)
            }
        });
    }
    if let Some(app) = &config.app {
        let graph = GraphConfig {
            base_url: config.graph_url.clone(),
            version: config.graph_version.clone(),
            app_id: app.id.clone(),
            app_secret: app.secret.clone(),
        };
        let graph = Graph::new(client, graph, Arc::clone(&ambient.clock));
        if let Some(waits) = held_back("facebook-webhook", META, &in_force, now, is_trial) {
            checks.push(waits);
            return checks;
        }
        let before = ambient.clock.now();
        let (found, said) = match tokio::time::timeout(PATIENCE, graph.callback()).await {
            Ok((found, said)) => (found.map_err(|error| error.to_string()), said),
            Err(_) => (Err("it does not answer".to_owned()), None),
        };
        let asked = (before, ambient.clock.now());
        checks.push(callback(app, found, &hosts(config, brands), &config.public_url, is_trial));
        checks.extend(said.map(|said| clocks(said, asked)));
    }
    checks
}

/// Whether the scanner that uploaded files are shown to is there; nothing where none is configured.
pub async fn scanner(config: &Config) -> Option<Check> {
    let (name, place) = ("scanner", config.scanner.as_ref()?);
    let error = match Scanner::new(place.clone()).ping().await {
        Ok(()) => return Some(Check::ok(name, format!("{place} answers; uploaded files are shown to it"))),
        Err(error) => error,
    };
    let what = format!("{place}: {error}; until it answers no file is taken");
    let remedy = "start clamd, see that uploads.scanner names its LocalSocket or TCPSocket and that our user may open it (docs/operate/README.md), or leave uploads.scanner out";
    Some(Check::warn(name, what, remedy))
}

/// Meta counts windows and attempts by its clock, we by ours; it says a second, of which any part may have passed.
fn clocks(said: Timestamp, asked: (Timestamp, Timestamp)) -> Check {
    let remedy = "switch on time synchronisation on this machine, and wait until it has set the clock";
    judged("meta-clock", "Meta's clock", (said, said.plus(Span::secs(1))), asked, remedy)
}

/// Whoever gets nothing yet is not connected to for trying either.
fn held_back(
    name: &'static str,
    recipient: &str,
    in_force: &InForce,
    now: Timestamp,
    is_trial: bool,
) -> Option<Check> {
    let from = in_force.get(recipient).filter(|from| **from > now)?;
    let what = format!(
        "`{recipient}` of the register of recipients gets nothing before everybody was told of it, until {}: it was not connected to",
        At(*from)
    );
    let remedy = "keep the one of before until then, or say in the register why it cannot wait: urgent = \"…\"; see docs/configuration.md";
    Some(Check::needed(is_trial, name, what, remedy))
}

/// What came of connecting, greeting, TLS and signing in.
fn mail_server(found: Result<(), String>, is_trial: bool) -> Check {
    let name = "mail-server";
    match found {
        Ok(()) => {
            Check::ok(name, "the mail server greets us, by TLS unless it is on this machine, and lets us in")
        }
        Err(problem) => Check::needed(
            is_trial,
            name,
            format!("the mail server cannot be used: {problem}"),
            "see that mail.url names it rightly, that it can be reached from here, and that user and password are in force",
        ),
    }
}

/// Every host that deliveries may come to: the webhook answers at any.
fn hosts(config: &Config, brands: &[Brand]) -> Vec<String> {
    let of_brands = brands.iter().flat_map(|brand| brand.hosts.iter().map(|host| host.to_ascii_lowercase()));
    of_brands.chain([public_host(&config.public_url)]).collect()
}

/// Whether events of the app's pages come to us, and all that are needed. What Meta lets a
/// page do stands in the finding about pages.
fn callback(
    app: &AppKeys,
    found: Result<Option<Callback>, String>,
    hosts: &[String],
    public_url: &str,
    is_trial: bool,
) -> Check {
    let name = "facebook-webhook";
    let wanted = format!("{public_url}{CALLBACK}");
    let dashboard = format!(
        "in the app's dashboard at Meta ({}), under Webhooks for pages: {wanted} and the messenger.verify_token",
        app.id
    );
    let found = match found {
        Ok(found) => found,
        Err(problem) => {
            return Check::needed(
                is_trial,
                name,
                format!("Meta says nothing of the app: {problem}"),
                "see that messenger.app_id and messenger.app_secret are those of the app's dashboard, and that Meta can be reached from here",
            );
        }
    };
    let Some(found) = found else {
        return Check::needed(
            is_trial,
            name,
            "Meta delivers the app's events to nobody",
            format!("set the callback {dashboard}"),
        );
    };
    let (host, path) = found
        .url
        .split_once("://")
        .map_or(("", ""), |(_, rest)| rest.find('/').map_or((rest, ""), |at| rest.split_at(at)));
    // A simulator on this machine comes to an address in figures.
    let host = public_host(&format!("https://{host}"));
    let is_ours = hosts.contains(&host) || (is_trial && is_here(&host));
    if !is_ours || path != CALLBACK {
        return Check::needed(
            is_trial,
            name,
            format!("Meta delivers the app's events to {}", found.url),
            format!("set the callback {dashboard}"),
        );
    }
    if !found.is_active {
        return Check::needed(
            is_trial,
            name,
            "Meta holds the app's events back",
            format!("verify the callback {dashboard}"),
        );
    }
    let has = |field: &&str| found.fields.iter().any(|own| own == field);
    let missing: Vec<&str> = FIELDS.into_iter().filter(|field| !has(field)).collect();
    let subscribe = format!("subscribe to them {dashboard}");
    if missing.is_empty() {
        Check::ok(name, "Meta delivers the app's events here, all that are needed")
    } else if let Some(grave) = NEEDED.iter().find(|field| !has(field)) {
        let what = format!(
            "the app is not subscribed to {}: without {grave} people are not heard",
            missing.join(", ")
        );
        Check::needed(is_trial, name, what, subscribe)
    } else {
        Check::warn(name, format!("the app is not subscribed to {}", missing.join(", ")), subscribe)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::State;
    use model::personal::Personal;

    #[test]
    fn claim_f10_a_clock_that_is_not_metas_is_named() {
        let at = |millis: i64| Timestamp::from_millis(1_795_000_000_000 + millis);
        for (said, state) in [
            (at(0), State::Ok),
            // The second in which it was said is not over.
            (at(-1_000), State::Ok),
            (at(-3_000), State::Ok),
            (at(-3_500), State::Warn),
            (at(5_000), State::Ok),
            (at(6_000), State::Warn),
            (at(-32_000), State::Fail),
            (at(34_000), State::Fail),
        ] {
            let check = clocks(said, (at(0), at(3_000)));
            assert_eq!(check.state, state, "{check:?}");
        }
    }

    #[test]
    fn claim_f10_an_app_whose_events_come_elsewhere_or_not_at_all_is_named() {
        let app = AppKeys {
            id: "4711".to_owned(),
            secret: Personal::from("hush"),
            verify_token: Personal::from("hush"),
        };
        let all: Vec<String> = FIELDS.iter().map(|field| (*field).to_owned()).collect();
        let at = |url: &str| Callback { url: url.to_owned(), is_active: true, fields: all.clone() };
        let good = at("https://Chat.example/webhooks/messenger");
        let hosts = ["chat.example".to_owned(), "shop.example".to_owned()];
        let judge = |found: Result<Option<Callback>, String>, is_trial| {
            let check = callback(&app, found, &hosts, "https://chat.example", is_trial);
            assert!(!format!("{check:?}").contains("hush"), "{check:?}");
            assert!(check.state == State::Ok || check.remedy.contains("messenger."), "{check:?}");
            check
        };
        assert_eq!(judge(Ok(Some(good.clone())), false).state, State::Ok);
        assert_eq!(judge(Ok(Some(at("https://shop.example/webhooks/messenger"))), false).state, State::Ok);
        let less = |without: &str| {
            let fields = all.iter().filter(|field| *field != without).cloned().collect();
            Callback { fields, ..good.clone() }
        };
        let reactions = judge(Ok(Some(less("message_reactions"))), false);
        assert!(
            reactions.state == State::Warn && reactions.what.contains("message_reactions"),
            "{reactions:?}"
        );
        for bad in [
            Err("Meta's answer was 401".to_owned()),
            Ok(None),
            Ok(Some(at("https://evil.example/webhooks/messenger"))),
            Ok(Some(at("https://chat.example/elsewhere"))),
            Ok(Some(at("https://127.0.0.1/webhooks/messenger"))),
            Ok(Some(at("nonsense"))),
            Ok(Some(Callback { is_active: false, ..good.clone() })),
            Ok(Some(less("messaging_optouts"))),
        ] {
            assert_eq!(judge(bad.clone(), false).state, State::Fail, "{bad:?}");
            assert!(judge(bad.clone(), true).state != State::Fail, "a trial may: {bad:?}");
        }
    }
}
