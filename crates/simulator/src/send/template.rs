//! The structured messages: generic, button, media, image grid, receipt, opt-in request and the rest.
//!
//! Invariant: counts and lengths are the published ones; a template type nobody documents is refused.

use super::payload::{Checked, buttons, length, media, web_url};
use crate::graph::answer::GraphError;
use crate::json::Json;
use serde_json::Value;

/// Checks the payload of a template attachment.
pub fn check(payload: &Value, checked: &mut Checked) -> Result<(), GraphError> {
    match payload.at("template_type").as_str() {
        Some("button") => {
            length("text", payload.at("text"), 1, 640)?;
            buttons(payload.at("buttons"), 1, 3)
        }
        Some("generic") => elements(payload, 1, 10)?.iter().try_for_each(card),
        Some("media") => {
            for element in elements(payload, 1, 1)? {
                if !matches!(element.at("media_type").as_str(), Some("image" | "video")) {
                    return Err(GraphError::parameter("Param media_type must be one of {image, video}"));
                }
                media(element, checked)?;
                buttons(element.at("buttons"), 0, 3)?;
            }
            Ok(())
        }
        Some("image_grid") => {
            elements(payload, 2, 6)?;
            buttons(payload.at("buttons"), 0, 3)
        }
        Some("receipt") => {
            for name in ["recipient_name", "order_number", "currency", "payment_method"] {
                length(name, payload.at(name), 1, 1_000)?;
            }
            if !payload.at("summary").at("total_cost").is_number() {
                return Err(GraphError::parameter("Param summary[total_cost] must be a number"));
            }
            if payload.at("elements").is_null() { Ok(()) } else { elements(payload, 0, 100).map(|_| ()) }
        }
        Some("notification_messages") => opt_in_request(payload),
        Some("one_time_notif_req") => {
            length("title", payload.at("title"), 1, 65)?;
            length("payload", payload.at("payload"), 1, 1_000)
        }
        Some("customer_feedback" | "product" | "coupon") => Ok(()),
        _ => Err(GraphError::parameter("Param template_type is not a known template")),
    }
}

fn elements(payload: &Value, least: usize, most: usize) -> Result<&Vec<Value>, GraphError> {
    payload
        .at("elements")
        .as_array()
        .filter(|elements| (least..=most).contains(&elements.len()))
        .ok_or_else(|| GraphError::parameter(&format!("Param elements takes {least} to {most} elements")))
}

fn card(element: &Value) -> Result<(), GraphError> {
    length("elements[title]", element.at("title"), 1, 80)?;
    if !element.at("subtitle").is_null() {
        length("elements[subtitle]", element.at("subtitle"), 0, 80)?;
    }
    let more = ["subtitle", "image_url", "default_action", "buttons"];
    if more.iter().all(|name| element.at(name).is_null()) {
        return Err(GraphError::parameter("An element needs a title and at least one other property"));
    }
    if !element.at("default_action").is_null() {
        web_url(element.at("default_action").at("url"))?;
    }
    buttons(element.at("buttons"), 0, 3)
}

fn opt_in_request(payload: &Value) -> Result<(), GraphError> {
    if !payload.at("title").is_null() {
        length("title", payload.at("title"), 1, 65)?;
    }
    length("payload", payload.at("payload"), 1, 1_000)?;
    let choices: [(&str, &[&str]); 2] = [
        ("notification_messages_cta_text", &["ALLOW", "GET", "GET_UPDATES", "OPT_IN", "SIGN_UP"]),
        ("notification_messages_reoptin", &["ENABLED", "DISABLED"]),
    ];
    for (name, allowed) in choices {
        if !payload.at(name).is_null()
            && !payload.at(name).as_str().is_some_and(|text| allowed.contains(&text))
        {
            return Err(GraphError::parameter(&format!(
                "Param {name} must be one of {{{}}}",
                allowed.join(", ")
            )));
        }
    }
    if !payload.at("notification_messages_frequency").is_null() {
        return Err(GraphError::parameter("Param notification_messages_frequency is no longer supported"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::send::payload::check;
    use serde_json::{Value, json};

    fn template(payload: Value) -> Value {
        json!({ "attachment": { "type": "template", "payload": payload } })
    }

    fn button(title: &str) -> Value {
        json!({ "type": "postback", "title": title, "payload": "P" })
    }

    #[track_caller]
    fn fine(payload: Value) {
        check(&template(payload)).unwrap();
    }

    #[track_caller]
    fn refused(payload: Value) {
        assert_eq!(check(&template(payload)).unwrap_err().code, 100);
    }

    #[test]
    fn a_button_template_has_one_to_three_buttons_and_640_characters() {
        let with = |text: &str, buttons: Vec<Value>| json!({ "template_type": "button", "text": text, "buttons": buttons });
        fine(with(&"x".repeat(640), vec![button("a"); 3]));
        refused(with(&"x".repeat(641), vec![button("a")]));
        refused(with("x", vec![button("a"); 4]));
        refused(with("x", vec![]));
        refused(with("x", vec![button(&"t".repeat(21))]));
        refused(with("x", vec![json!({ "type": "postback", "title": "a" })]));
        refused(with("x", vec![json!({ "type": "postback", "title": "a", "payload": "p".repeat(1_001) })]));
        refused(with("x", vec![json!({ "type": "web_url", "title": "a", "url": "javascript:1" })]));
        fine(with("x", vec![json!({ "type": "web_url", "title": "a", "url": "https://a.invalid" })]));
        refused(with("x", vec![json!({ "type": "phone_number", "title": "a", "payload": "555" })]));
        refused(with("x", vec![json!({ "type": "teleport", "title": "a" })]));
    }

    #[test]
    fn a_generic_template_has_one_to_ten_cards() {
        let card = json!({ "title": "T", "subtitle": "S", "buttons": [button("a")] });
        let with = |cards: Vec<Value>| json!({ "template_type": "generic", "elements": cards });
        fine(with(vec![card.clone(); 10]));
        refused(with(vec![card; 11]));
        refused(with(vec![]));
        refused(with(vec![json!({ "title": "T" })]));
        refused(with(vec![json!({ "title": "t".repeat(81), "subtitle": "S" })]));
        refused(with(vec![json!({ "title": "T", "subtitle": "s".repeat(81) })]));
    }

    #[test]
    fn the_other_templates_have_their_rules() {
        fine(
            json!({ "template_type": "media", "elements": [{ "media_type": "image", "url": "https://a.invalid" }] }),
        );
        refused(json!({ "template_type": "media", "elements": [] }));
        refused(json!({ "template_type": "image_grid", "elements": [{}] }));
        let receipt = json!({ "template_type": "receipt", "recipient_name": "A", "order_number": "1",
            "currency": "EUR", "payment_method": "card", "summary": { "total_cost": 5 } });
        fine(receipt.clone());
        let mut bare = receipt;
        bare["summary"] = json!({});
        refused(bare);
        fine(json!({ "template_type": "notification_messages", "payload": "P", "title": "News" }));
        refused(json!({ "template_type": "notification_messages", "payload": "P", "title": "t".repeat(66) }));
        refused(json!({ "template_type": "notification_messages", "payload": "P",
            "notification_messages_frequency": "DAILY" }));
        refused(json!({ "template_type": "poem" }));
    }
}
