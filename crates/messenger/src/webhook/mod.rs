//! Reads a delivery: every event of every array of every entry, in order.
//!
//! Invariant: a delivery fails only when it is not a page's JSON at all. Unknown kinds, missing
//! pieces, strings for numbers, seconds for milliseconds never fail it: a strange event is still an
//! event, [`Event::Other`], and the events beside it are read as usual.

mod event;
mod wire;

use model::inbound::{Array, Event, Inbound};
use model::time::Timestamp;
use serde_json::value::RawValue;
use std::ops::Range;
use wire::{Delivery, Entry};

/// The delivery is not a page's webhook JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    #[error("the body is not JSON")]
    NotJson,
    #[error("the body is JSON, but not an object with `object: \"page\"` and a list `entry`")]
    NotAPage,
}

/// Reads all events of a delivery.
///
/// # Errors
/// When the body is not a page's webhook JSON; nothing else.
pub fn parse(body: &[u8], received_at: Timestamp) -> Result<Vec<Inbound>, ParseError> {
    let text = std::str::from_utf8(body).map_err(|_| ParseError::NotJson)?;
    let delivery: Delivery<'_> = wire::object(text).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => ParseError::NotAPage,
        _ => ParseError::NotJson,
    })?;
    if delivery.object.and_then(event::text).as_deref() != Some("page") {
        return Err(ParseError::NotAPage);
    }
    let entries = delivery.entry.and_then(list).ok_or(ParseError::NotAPage)?;
    let mut events = Vec::with_capacity(entries.len());
    for raw in entries {
        let Ok(entry) = wire::object::<Entry<'_>>(raw.get()) else { continue };
        let page = entry.id.and_then(event::id);
        let time = entry.time.and_then(event::timestamp);
        let arrays = [
            (Array::Messaging, entry.messaging),
            (Array::Standby, entry.standby),
            (Array::Changes, entry.changes),
        ];
        for (array, raw) in arrays {
            for item in raw.and_then(list).unwrap_or_default() {
                let around = event::Around { array, page: page.as_deref(), time, received_at };
                let mut inbound = event::read(item.get(), &around);
                inbound.bytes = range(text, item.get());
                events.push(inbound);
            }
        }
    }
    Ok(events)
}

/// Reads one event that was kept alone, as [`parse`] read it within its delivery.
pub fn parse_event(
    array: Array,
    bytes: &[u8],
    entry_page: &str,
    entry_time: Option<Timestamp>,
    received_at: Timestamp,
) -> Option<Inbound> {
    let text = std::str::from_utf8(bytes).ok()?;
    let around = event::Around { array, page: Some(entry_page), time: entry_time, received_at };
    let mut inbound = event::read(text, &around);
    inbound.bytes = 0..bytes.len();
    Some(inbound)
}

/// The elements of a JSON list; `None` when it is something else.
fn list(raw: &RawValue) -> Option<Vec<&RawValue>> {
    serde_json::from_str(raw.get()).ok()
}

/// Where `part` lies in `whole`, of which it is a slice.
fn range(whole: &str, part: &str) -> Range<usize> {
    let start = (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize);
    start..start.saturating_add(part.len())
}

/// The kind of an event that none of the known keys names.
fn other(name: impl Into<String>) -> Event {
    let mut name: String = name.into();
    name.retain(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    name.truncate(64);
    if name.is_empty() {
        name.push_str("unnamed");
    }
    Event::Other { name }
}
