//! One event: which kind it is, by the key it carries.

use super::other;
use super::wire::{self, Members, Wire, WireMessage};
use model::inbound::{Array, Event, Inbound, Message};
use model::personal::Personal;
use model::time::Timestamp;
use serde::de::{Deserializer as _, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// What surrounds an event in its delivery.
pub struct Around<'a> {
    pub array: Array,
    pub page: Option<&'a str>,
    pub time: Option<Timestamp>,
    pub received_at: Timestamp,
}

/// A JSON value that may be anything.
type Any<'a> = Option<&'a RawValue>;

/// Reads an event; what cannot be read at all is [`Event::Other`].
pub fn read(text: &str, around: &Around<'_>) -> Inbound {
    let blank = Inbound {
        meta_page: around.page.unwrap_or_default().to_owned(),
        array: around.array,
        psid: None,
        at: around.time.unwrap_or(around.received_at),
        stated_at: around.time,
        event: other("unreadable"),
        bytes: 0..0,
    };
    let Ok(wire) = wire::object::<Wire<'_>>(text) else { return blank };
    if let (Array::Changes, Some(value)) = (around.array, wire.value) {
        return read_change(wire.field, value, around, blank);
    }
    let person = |raw: Any<'_>| raw.map(members).and_then(|m| m.id.and_then(id)).map(Personal::new);
    let event = kind(&wire);
    let psid = match &event {
        Event::Echo { .. } => person(wire.recipient),
        Event::Policy { .. } => None,
        _ => person(wire.sender),
    };
    // The page may be missing from a hand-made test delivery's entry.
    let meta_page = match (around.page, &event) {
        (Some(page), _) => page.to_owned(),
        (None, Event::Echo { .. }) => person(wire.sender).map(|p| p.reveal().clone()).unwrap_or_default(),
        (None, _) => person(wire.recipient).map(|p| p.reveal().clone()).unwrap_or_default(),
    };
    // What the page did itself is no lead's act; the page must never become its own lead.
    let psid = psid.filter(|psid| *psid.reveal() != meta_page);
    let stated_at = wire.timestamp.and_then(timestamp).or(around.time);
    Inbound { meta_page, psid, at: stated_at.unwrap_or(blank.at), stated_at, event, ..blank }
}

/// `changes[]`: a page's own changes, and the dashboard's test button, which wraps an event there.
fn read_change(field: Any<'_>, value: &RawValue, around: &Around<'_>, blank: Inbound) -> Inbound {
    let field = field.and_then(text).unwrap_or_default();
    let inside = members(value);
    let event = match field.as_ref() {
        "feed" => Event::Feed { item: inside.item.and_then(owned) },
        "message_template_status_update" | "messenger_template_status_update" => Event::TemplateStatus {
            event: inside.event.and_then(owned),
            name: inside.message_template_name.and_then(owned),
        },
        _ => {
            let wrapped = wire::object::<Wire<'_>>(value.get()).ok();
            if wrapped.is_some_and(|wire| wire.sender.is_some() || wire.recipient.is_some()) {
                let as_messaging = Around { array: Array::Messaging, ..*around };
                let mut inbound = Inbound { array: Array::Changes, ..read(value.get(), &as_messaging) };
                // What this field carries is undocumented; its name is believed, as the key's is.
                if field == "messaging_optouts" && matches!(inbound.event, Event::Other { .. }) {
                    inbound.event = Event::OptOut;
                }
                return inbound;
            }
            other(field.as_ref())
        }
    };
    Inbound { event, ..blank }
}

fn kind(wire: &Wire<'_>) -> Event {
    if let Some(raw) = wire.message {
        return message(raw);
    }
    if let Some(raw) = wire.postback {
        let m = members(raw);
        return Event::Postback {
            mid: m.mid.and_then(owned),
            title: m.title.and_then(owned).map(Personal::new),
            payload: m.payload.and_then(owned),
            referral: m.referral.is_some(),
        };
    }
    if let Some(raw) = wire.referral {
        return Event::Referral { source: members(raw).source.and_then(owned) };
    }
    if let Some(raw) = wire.optin {
        let m = members(raw);
        let status =
            m.notification_messages_status.and_then(self::text).unwrap_or_default().to_ascii_uppercase();
        return match status.split([' ', '_']).next() {
            Some("STOP") => Event::OptOut,
            Some("RESUME") => Event::Resume,
            _ => Event::OptIn { kind: m.kind.and_then(owned) },
        };
    }
    if wire.optout.is_some() {
        return Event::OptOut;
    }
    if let Some(raw) = wire.delivery {
        return Event::Delivered { watermark: members(raw).watermark.and_then(timestamp) };
    }
    if let Some(raw) = wire.read {
        return Event::Read { watermark: members(raw).watermark.and_then(timestamp) };
    }
    if let Some(raw) = wire.reaction {
        return Event::Reaction {
            removed: members(raw).action.and_then(self::text).as_deref() == Some("unreact"),
        };
    }
    if wire.message_edit.is_some() {
        return Event::Edit;
    }
    if wire.account_linking.is_some() {
        return Event::AccountLinking;
    }
    if let Some(raw) = wire.pass_thread_control.or(wire.take_thread_control) {
        return Event::ThreadControl { new_owner: members(raw).new_owner_app_id.and_then(id) };
    }
    if let Some(raw) = wire.policy_enforcement {
        return Event::Policy { action: members(raw).action.and_then(owned).unwrap_or_default() };
    }
    // Paid marketing's reports are flat and name themselves in `field`.
    match wire.field.and_then(self::text) {
        Some(field) => other(field),
        None => other(wire.stranger.as_deref().unwrap_or_default()),
    }
}

fn message(raw: &RawValue) -> Event {
    let wire: WireMessage<'_> = wire::object(raw.get()).unwrap_or_default();
    let flag = |raw: Any<'_>| raw.is_some_and(|raw| matches!(raw.get(), "true" | "\"true\"" | "1"));
    let mid = wire.mid.and_then(owned);
    if flag(wire.is_echo) {
        return Event::Echo {
            mid,
            app_id: wire.app_id.and_then(id),
            metadata: wire.metadata.and_then(owned),
        };
    }
    let attachments = wire.attachments.and_then(super::list).unwrap_or_default();
    Event::Message(Message {
        mid,
        text: wire.text.and_then(owned).map(Personal::new),
        quick_reply: wire.quick_reply.and_then(|raw| members(raw).payload.and_then(owned)),
        attachments: attachments
            .into_iter()
            .map(|raw| members(raw).kind.and_then(owned).unwrap_or_else(|| "unknown".to_owned()))
            .collect(),
        referral: wire.referral.is_some(),
        is_deleted: flag(wire.is_deleted),
        is_unsupported: flag(wire.is_unsupported),
    })
}

fn members(raw: &RawValue) -> Members<'_> {
    wire::object(raw.get()).unwrap_or_default()
}

/// A string; numbers and the rest are not text. Half an emoji (`\ud83d` alone, where a text was
/// cut) becomes the replacement character instead of costing the whole text.
pub fn text(raw: &RawValue) -> Option<Cow<'_, str>> {
    let json = raw.get();
    let inside = json.strip_prefix('"')?.strip_suffix('"')?;
    // What a JSON string may hold unescaped is the text itself.
    if !inside.contains('\\') {
        return Some(Cow::Borrowed(inside));
    }
    serde_json::Deserializer::from_str(json).deserialize_bytes(Text).ok().map(Cow::Owned)
}

struct Text;

impl Visitor<'_> for Text {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<String, E> {
        Ok(String::from_utf8_lossy(bytes).into_owned())
    }
}

fn owned(raw: &RawValue) -> Option<String> {
    text(raw).map(Cow::into_owned)
}

/// The digits of a number, or a string.
fn digits(raw: &RawValue) -> Option<Cow<'_, str>> {
    let json = raw.get();
    if json.bytes().all(|b| b.is_ascii_digit()) { Some(Cow::Borrowed(json)) } else { text(raw) }
}

/// An id: a string, or a number of any length, whose digits are kept as they are.
pub fn id(raw: &RawValue) -> Option<String> {
    digits(raw).filter(|id| !id.is_empty()).map(Cow::into_owned)
}

/// Below this a time is in seconds: as milliseconds it would lie in 1973.
const SECONDS_BELOW: i64 = 100_000_000_000;

/// A time in seconds or milliseconds, as a number or as a string. Zero and less are no time: a
/// withdrawal dated 1970 would be older than the consent that it ends.
pub fn timestamp(raw: &RawValue) -> Option<Timestamp> {
    let number: i64 = digits(raw)?.trim().parse().ok().filter(|number| *number > 0)?;
    Some(if number < SECONDS_BELOW { Timestamp::from_secs(number) } else { Timestamp::from_millis(number) })
}
