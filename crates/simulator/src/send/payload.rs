//! What a message may look like: lengths, counts, and which parts go together.
//!
//! Invariant: these rules look at the message alone; what depends on the page or the person is checked
//! by the caller.

use super::template;
use crate::graph::answer::GraphError;
use crate::json::Json;
use crate::record::Kind;
use serde_json::Value;

/// A message that keeps the rules.
#[derive(Debug)]
pub struct Checked {
    pub kind: Kind,
    /// Audio or video, which have a limit of their own.
    pub heavy: bool,
    /// Uploaded media it refers to.
    pub attachment_ids: Vec<String>,
    /// The template type, when it is a template.
    pub template: Option<String>,
    pub metadata: Option<Box<str>>,
}

/// Checks a message; the error is a 100, as the platform would give it.
pub fn check(message: &Value) -> Result<Checked, GraphError> {
    let Some(parts) = message.as_object().filter(|parts| !parts.is_empty()) else {
        return Err(GraphError::parameter("Param message must be a non-empty object"));
    };
    const KNOWN: [&str; 10] = [
        "text",
        "attachment",
        "attachments",
        "quick_replies",
        "metadata",
        "template",
        "sticker_id",
        "is_reusable",
        "reply_to",
        "ephemeral",
    ];
    if let Some(name) = parts.keys().find(|name| !KNOWN.contains(&name.as_str())) {
        return Err(GraphError::parameter(&format!(
            "Invalid keys \"{name}\" were found in param \"message\"."
        )));
    }
    let contents =
        ["text", "attachment", "attachments", "template", "sticker_id"].map(|name| parts.get(name));
    if contents.iter().flatten().count() != 1 {
        return Err(GraphError::parameter(
            "Param message must have exactly one of text, attachment, attachments, template and sticker_id",
        ));
    }
    let mut checked = Checked {
        kind: Kind::Text,
        heavy: false,
        attachment_ids: Vec::new(),
        template: None,
        metadata: metadata(parts.get("metadata"))?,
    };
    if let Some(text) = parts.get("text") {
        length("message[text]", text, 1, 2_000)?;
    }
    if let Some(attachment) = parts.get("attachment") {
        attach(attachment, &mut checked)?;
    }
    if let Some(images) = parts.get("attachments") {
        checked.kind = Kind::Media;
        let images = images.as_array().filter(|images| (1..=30).contains(&images.len()));
        let images =
            images.ok_or_else(|| GraphError::parameter("Param message[attachments] takes 1 to 30 images"))?;
        for image in images {
            if image.at("type") != "image" {
                return Err(GraphError::parameter("Param message[attachments] takes images only"));
            }
            media(image.at("payload"), &mut checked)?;
        }
    }
    if parts.contains_key("template") {
        checked.kind = Kind::Utility;
    }
    if parts.contains_key("sticker_id") {
        checked.kind = Kind::Sticker;
    }
    if let Some(replies) = parts.get("quick_replies") {
        quick_replies(replies)?;
        if !(parts.contains_key("text") || parts.contains_key("attachment")) {
            return Err(GraphError::parameter("Quick replies need a text or an attachment"));
        }
        checked.kind = if checked.kind == Kind::Text { Kind::QuickReplies } else { checked.kind };
    }
    Ok(checked)
}

fn metadata(value: Option<&Value>) -> Result<Option<Box<str>>, GraphError> {
    let Some(value) = value else { return Ok(None) };
    length("message[metadata]", value, 0, 999)?;
    Ok(value.as_str().map(Box::from))
}

fn attach(attachment: &Value, checked: &mut Checked) -> Result<(), GraphError> {
    let payload = attachment.at("payload");
    match attachment.at("type").as_str() {
        Some(kind @ ("image" | "audio" | "video" | "file")) => {
            checked.kind = Kind::Media;
            checked.heavy = matches!(kind, "audio" | "video");
            media(payload, checked)
        }
        Some("template") => {
            checked.kind = Kind::Template;
            checked.template = payload.at("template_type").as_str().map(str::to_owned);
            template::check(payload, checked)
        }
        _ => Err(GraphError::parameter(
            "Param message[attachment][type] must be one of {audio, file, image, template, video}",
        )),
    }
}

/// A medium: one of an address and an upload.
pub fn media(payload: &Value, checked: &mut Checked) -> Result<(), GraphError> {
    match (payload.at("url").as_str(), id_text(payload.at("attachment_id"))) {
        (Some(url), None) => web_address(url),
        (None, Some(id)) => {
            checked.attachment_ids.push(id);
            Ok(())
        }
        _ => Err(GraphError::parameter("An attachment needs exactly one of url and attachment_id")),
    }
}

fn id_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn web_address(url: &str) -> Result<(), GraphError> {
    if url.starts_with("https://") || url.starts_with("http://") {
        return Ok(());
    }
    Err(GraphError::new(100, Some(2_018_008), "(#100) Failed to fetch the file from the url"))
}

fn quick_replies(replies: &Value) -> Result<(), GraphError> {
    let replies = replies.as_array().filter(|replies| (1..=13).contains(&replies.len()));
    let replies = replies
        .ok_or_else(|| GraphError::parameter("Param message[quick_replies] takes 1 to 13 elements"))?;
    for reply in replies {
        match reply.at("content_type").as_str() {
            Some("text") => {
                length("quick_replies[title]", reply.at("title"), 1, 20)?;
                length("quick_replies[payload]", reply.at("payload"), 0, 1_000)?;
            }
            Some("user_phone_number" | "user_email") => {}
            _ => {
                return Err(GraphError::parameter(
                    "Param quick_replies[content_type] must be one of {text, user_phone_number, user_email}",
                ));
            }
        }
    }
    Ok(())
}

/// Buttons of a template: how many, of which type, how long.
pub fn buttons(buttons: &Value, least: usize, most: usize) -> Result<(), GraphError> {
    let empty = Vec::new();
    let list = buttons.as_array().unwrap_or(&empty);
    if !(least..=most).contains(&list.len()) || (!buttons.is_null() && !buttons.is_array()) {
        return Err(GraphError::parameter(&format!("Param buttons takes {least} to {most} elements")));
    }
    for button in list {
        let kind = button.at("type").as_str().unwrap_or_default();
        if !matches!(kind, "account_link" | "account_unlink" | "game_play" | "audio_call")
            || !button.at("title").is_null()
        {
            length("buttons[title]", button.at("title"), 1, 20)?;
        }
        match kind {
            "web_url" => web_url(button.at("url"))?,
            "account_link" => web_url(button.at("url"))?,
            "postback" => length("buttons[payload]", button.at("payload"), 1, 1_000)?,
            "phone_number"
                if !button.at("payload").as_str().is_some_and(|number| number.starts_with('+')) =>
            {
                return Err(GraphError::parameter("A phone_number button needs a payload like +15105551234"));
            }
            "phone_number" | "account_unlink" | "game_play" | "audio_call" => {}
            _ => {
                return Err(GraphError::parameter(
                    "Param buttons[type] must be one of {web_url, postback, phone_number, account_link, account_unlink, game_play, audio_call}",
                ));
            }
        }
    }
    Ok(())
}

/// The address a button opens.
pub fn web_url(url: &Value) -> Result<(), GraphError> {
    let fits = url.as_str().is_some_and(|url| url.starts_with("https://") || url.starts_with("http://"));
    if fits { Ok(()) } else { Err(GraphError::parameter("Param url must be a URL with http or https")) }
}

/// A text of so many characters.
pub fn length(name: &str, value: &Value, least: usize, most: usize) -> Result<(), GraphError> {
    let Some(text) = value.as_str() else {
        return Err(GraphError::parameter(&format!("Param {name} must be a string")));
    };
    let count = text.chars().count();
    if count < least {
        return Err(GraphError::parameter(&format!("Param {name} must be a non-empty UTF-8 encoded string")));
    }
    if count > most {
        return Err(GraphError::parameter(&format!(
            "Length of param {name} must be less than or equal to {most}"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refused(message: Value) -> String {
        let error = check(&message).unwrap_err();
        assert_eq!((error.code, error.status), (100, 400));
        error.message
    }

    fn reply(title: &str, payload: &str) -> Value {
        json!({ "content_type": "text", "title": title, "payload": payload })
    }

    #[test]
    fn texts_are_measured_in_characters() {
        assert!(check(&json!({ "text": "ä".repeat(2_000) })).is_ok());
        assert!(refused(json!({ "text": "ä".repeat(2_001) })).contains("2000"));
        assert!(refused(json!({ "text": "" })).contains("non-empty"));
        assert!(refused(json!({ "text": 5 })).contains("string"));
        assert!(refused(json!({})).contains("non-empty"));
        assert!(refused(json!({ "txet": "x" })).contains("txet"));
    }

    #[test]
    fn one_content_only() {
        let image = json!({ "type": "image", "payload": { "url": "https://a.invalid/i.png" } });
        assert!(check(&json!({ "attachment": image })).is_ok());
        assert!(refused(json!({ "text": "x", "attachment": image })).contains("exactly one"));
        assert!(refused(json!({ "metadata": "x" })).contains("exactly one"));
    }

    #[test]
    fn quick_replies_have_limits() {
        let with = |replies: Vec<Value>| json!({ "text": "x", "quick_replies": replies });
        let checked = check(&with(vec![reply("Yes", &"p".repeat(1_000)); 13])).unwrap();
        assert_eq!(checked.kind, Kind::QuickReplies);
        refused(with(vec![reply("Yes", "p"); 14]));
        refused(with(vec![]));
        refused(with(vec![reply(&"t".repeat(21), "p")]));
        refused(with(vec![reply("t", &"p".repeat(1_001))]));
        refused(with(vec![json!({ "content_type": "location" })]));
        assert!(check(&with(vec![json!({ "content_type": "user_email" })])).is_ok());
        refused(json!({ "sticker_id": 1, "quick_replies": [reply("a", "b")] }));
    }

    #[test]
    fn metadata_stays_under_a_thousand() {
        assert!(check(&json!({ "text": "x", "metadata": "m".repeat(999) })).is_ok());
        refused(json!({ "text": "x", "metadata": "m".repeat(1_000) }));
    }

    #[test]
    fn media_need_one_source() {
        let with = |payload: Value| json!({ "attachment": { "type": "video", "payload": payload } });
        assert!(check(&with(json!({ "url": "https://a.invalid/v" }))).unwrap().heavy);
        assert_eq!(check(&with(json!({ "attachment_id": 12 }))).unwrap().attachment_ids, ["12"]);
        refused(with(json!({})));
        refused(with(json!({ "url": "https://a.invalid/v", "attachment_id": "12" })));
        assert_eq!(check(&with(json!({ "url": "ftp://a" }))).unwrap_err().subcode, Some(2_018_008));
        refused(json!({ "attachment": { "type": "poem", "payload": {} } }));
        let image = json!({ "type": "image", "payload": { "url": "https://a.invalid/i" } });
        assert!(check(&json!({ "attachments": vec![image.clone(); 30] })).is_ok());
        refused(json!({ "attachments": vec![image; 31] }));
    }
}
