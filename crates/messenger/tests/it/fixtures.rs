//! The deliveries under `tests/webhooks`, and events as lines of text.
//!
//! Why a writer of its own: personal data is silent when debug-printed; tests have to see it.

use messenger::recognise;
use model::consent::{Purpose, Scope};
use model::inbound::{Event, Inbound};
use model::time::Timestamp;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// When all test deliveries arrive: 2026-11-22T12:00:00Z.
pub const RECEIVED_AT: Timestamp = Timestamp::from_millis(1_795_348_800_000);

pub struct Fixture {
    pub name: String,
    pub body: Vec<u8>,
    pub expected: String,
}

/// A folder of the repository, by its path from this crate.
pub fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The files of a folder in the order of their names.
pub fn files(path: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder(path)).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Every delivery, with the lines its events are expected to be.
pub fn all() -> Vec<Fixture> {
    let json = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "json");
    files("tests/webhooks")
        .into_iter()
        .filter(json)
        .map(|path| Fixture {
            name: path.file_stem().unwrap().to_str().unwrap().to_owned(),
            body: std::fs::read(&path).unwrap(),
            expected: std::fs::read_to_string(path.with_extension("expected"))
                .unwrap_or_else(|_| panic!("{} has no .expected beside it", path.display())),
        })
        .collect()
}

/// `array page psid milliseconds kind details`, one line an event.
pub fn lines(events: &[Inbound]) -> String {
    events.iter().map(|event| line(event) + "\n").collect()
}

pub fn line(inbound: &Inbound) -> String {
    let psid = inbound.psid.as_ref().map_or("-", |psid| psid.reveal());
    let mut line = format!(
        "{} {} {psid} {} {}",
        inbound.array.code(),
        inbound.meta_page,
        inbound.at.millis(),
        inbound.event.name()
    );
    details(&mut line, &inbound.event);
    if let Some((scope, way)) = recognise::withdrawal(inbound) {
        let scope = match scope {
            Scope::All => "all",
            Scope::Only(Purpose::Promotion) => "promotion",
            Scope::Only(Purpose::Utility) => "utility",
        };
        write!(line, " WITHDRAWS {scope} {}", way.code()).unwrap();
    }
    line
}

fn details(line: &mut String, event: &Event) {
    let plain = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    let time = |value: &Option<Timestamp>| value.map_or("-".to_owned(), |at| at.millis().to_string());
    let mut pairs: Vec<String> = Vec::new();
    let mut pair = |name: &str, value: Option<&String>, quoted: bool| match value {
        Some(value) if quoted => pairs.push(format!("{name}=\"{value}\"")),
        Some(value) => pairs.push(format!("{name}={value}")),
        None => {}
    };
    match event {
        Event::Message(message) => {
            pair("mid", message.mid.as_ref(), false);
            pair("text", message.text.as_ref().map(|text| text.reveal()), true);
            pair("quick", message.quick_reply.as_ref(), true);
            if !message.attachments.is_empty() {
                pairs.push(format!("[{}]", message.attachments.join(",")));
            }
            let flags = [
                ("+referral", message.referral),
                ("+deleted", message.is_deleted),
                ("+unsupported", message.is_unsupported),
            ];
            pairs.extend(flags.iter().filter(|(_, set)| *set).map(|(name, _)| (*name).to_owned()));
        }
        Event::Postback { mid, title, payload, referral } => {
            pair("mid", mid.as_ref(), false);
            pair("title", title.as_ref().map(|title| title.reveal()), true);
            pair("payload", payload.as_ref(), true);
            pairs.extend(referral.then(|| "+referral".to_owned()));
        }
        Event::Echo { mid, app_id, metadata } => {
            pair("mid", mid.as_ref(), false);
            pair("app", app_id.as_ref(), false);
            pair("metadata", metadata.as_ref(), true);
        }
        Event::Referral { source } => pairs.push(plain(source)),
        Event::OptIn { kind } => pairs.push(plain(kind)),
        Event::Delivered { watermark } | Event::Read { watermark } => pairs.push(time(watermark)),
        Event::Reaction { removed } => pairs.extend(removed.then(|| "+removed".to_owned())),
        Event::ThreadControl { new_owner } => pairs.push(plain(new_owner)),
        Event::Policy { action } => pairs.push(action.clone()),
        Event::TemplateStatus { event, name } => pairs.extend([plain(event), plain(name)]),
        Event::Feed { item } => pairs.push(plain(item)),
        Event::Other { name } => pairs.push(name.clone()),
        Event::OptOut | Event::Resume | Event::Edit | Event::AccountLinking => {}
    }
    for pair in pairs {
        line.push(' ');
        line.push_str(&pair);
    }
}
