//! The parts of events that are shapes only: referrals, attachments, reactions.
//!
//! Invariant: each is written as the platform documents or was seen to send it.

use crate::action::{Attachment, Referral, Refusal};
use crate::json::Json;
use serde_json::{Value, json};

impl Referral {
    /// The referral as webhooks carry it.
    pub fn event(&self) -> Value {
        let mut event = json!({ "type": "OPEN_THREAD" });
        let parts = [
            ("ref", &self.r#ref),
            ("source", &self.source),
            ("ad_id", &self.ad_id),
            ("referer_uri", &self.referer_uri),
        ];
        for (name, value) in parts {
            if let Some(value) = value {
                event.put(name, json!(value));
            }
        }
        event
    }
}

impl Attachment {
    pub fn event(&self, seed: u64) -> Result<Value, Refusal> {
        let url = |ending: &str| {
            self.url.clone().unwrap_or_else(|| format!("https://cdn.simulator.invalid/{seed}/{ending}"))
        };
        Ok(match self.kind.as_str() {
            "" => return Err(Refusal::NoKind),
            "sticker" => json!({ "type": "sticker", "payload": {
                "url": url("sticker.png"), "sticker_id": self.sticker_id.unwrap_or(369_239_263_222_822),
            } }),
            "location" => json!({ "type": "location", "payload": { "coordinates": {
                "lat": self.lat.unwrap_or(48.137), "long": self.long.unwrap_or(11.575),
            } } }),
            // The older shape: no payload, title and address on the attachment itself.
            "fallback" => json!({
                "type": "fallback", "payload": null, "title": self.title.as_deref().unwrap_or("A shared page"),
                "url": url("shared.html"),
            }),
            kind => {
                let mut payload = json!({ "url": url(kind) });
                if let Some(title) = &self.title {
                    payload.put("title", json!(title));
                }
                json!({ "type": kind, "payload": payload })
            }
        })
    }
}

pub fn emoji(reaction: &str) -> Option<&'static str> {
    Some(match reaction {
        "smile" => "😆",
        "angry" => "😠",
        "sad" => "😢",
        "wow" => "😮",
        "love" => "❤",
        "like" => "👍",
        "dislike" => "👎",
        "other" => "✨",
        _ => return None,
    })
}
