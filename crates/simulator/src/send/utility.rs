//! Utility messages: an approved template filled with its parameters.
//!
//! Invariant: only an approved template of the page, in the language asked for, with exactly the
//! parameters it has, becomes a message.

use crate::graph::answer::GraphError;
use crate::id::PageId;
use crate::json::Json;
use crate::page::Template;
use crate::state::World;
use crate::token::Token;
use serde_json::{Value, json};

impl World {
    /// The message a person sees: the text filled in, the buttons tappable.
    pub(super) fn render_utility(
        &self,
        token: &Token,
        page: PageId,
        wanted: &Value,
    ) -> Result<Value, GraphError> {
        if !token.may("pages_utility_messaging") {
            return Err(GraphError::new(
                200,
                None,
                "(#200) Sending this message requires pages_utility_messaging permission",
            ));
        }
        let missing = || GraphError::parameter("The template cannot be found");
        let language = wanted.at("language").at("code").as_str();
        let page = self.pages.get(&page).ok_or_else(missing)?;
        let template = page
            .templates
            .values()
            .find(|template| {
                wanted.at("name") == template.name.as_str() && language == Some(template.language.as_str())
            })
            .ok_or_else(missing)?;
        if template.status != "APPROVED" {
            return Err(GraphError::parameter(&format!("The template is not approved: {}", template.status)));
        }
        let text = template.body().unwrap_or_default();
        let given = part(wanted, "body");
        let parameters = given.at("parameters").as_array().cloned().unwrap_or_default();
        let text = fill(text, &parameters, template.named)?;
        let buttons = template.buttons();
        let values = part(wanted, "buttons").at("parameters").as_array().cloned().unwrap_or_default();
        let shown: Vec<Value> = buttons
            .iter()
            .enumerate()
            .map(|(at, button)| {
                let value = values.get(at).unwrap_or(&Value::Null);
                let kind = if button.at("type") == "URL" { "web_url" } else { "postback" };
                let payload =
                    if value.at("payload").is_null() { button.at("payload") } else { value.at("payload") };
                let url = if value.at("url").is_null() { button.at("url") } else { value.at("url") };
                json!({ "type": kind, "title": button.at("text"), "payload": payload, "url": url })
            })
            .collect();
        Ok(json!({ "text": text, "template_buttons": shown, "template": wanted }))
    }
}

impl Template {
    fn component(&self, kind: &str) -> Option<&Value> {
        self.components.iter().find(|component| {
            component.at("type").as_str().is_some_and(|name| name.eq_ignore_ascii_case(kind))
        })
    }

    /// The text with its variables.
    pub fn body(&self) -> Option<&str> {
        self.component("BODY")?["text"].as_str()
    }

    fn buttons(&self) -> Vec<Value> {
        self.component("BUTTONS").and_then(|c| c.at("buttons").as_array()).cloned().unwrap_or_default()
    }
}

/// The variables of a template text, in order: the insides of `{{…}}`.
pub fn variables(text: &str) -> Vec<&str> {
    text.split("{{").skip(1).filter_map(|rest| rest.split_once("}}").map(|(name, _)| name.trim())).collect()
}

fn part<'a>(wanted: &'a Value, kind: &str) -> &'a Value {
    wanted
        .at("components")
        .as_array()
        .and_then(|parts| {
            parts
                .iter()
                .find(|part| part.at("type").as_str().is_some_and(|name| name.eq_ignore_ascii_case(kind)))
        })
        .unwrap_or(&Value::Null)
}

fn fill(text: &str, parameters: &[Value], named: bool) -> Result<String, GraphError> {
    let names = variables(text);
    if names.len() != parameters.len() {
        return Err(GraphError::parameter(&format!(
            "The template has {} parameters and {} were given",
            names.len(),
            parameters.len()
        )));
    }
    let mut filled = text.to_owned();
    for (at, name) in names.iter().enumerate() {
        let found = if named {
            parameters.iter().find(|parameter| parameter.at("parameter_name") == *name)
        } else {
            parameters.get(at)
        };
        let value = found.and_then(|parameter| parameter.at("text").as_str());
        let value =
            value.ok_or_else(|| GraphError::parameter(&format!("The parameter {name} is missing")))?;
        filled = filled.replacen(&format!("{{{{{name}}}}}"), value, 1);
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_fill_the_text_in_order_or_by_name() {
        let by_place = fill("Hi {{1}}, at {{2}}!", &[json!({ "text": "A" }), json!({ "text": "9" })], false);
        assert_eq!(by_place.unwrap(), "Hi A, at 9!");
        let by_name = fill("Hi {{who}}!", &[json!({ "parameter_name": "who", "text": "B" })], true);
        assert_eq!(by_name.unwrap(), "Hi B!");
        assert!(fill("Hi {{1}}", &[], false).is_err());
        assert!(fill("Hi {{who}}", &[json!({ "parameter_name": "x", "text": "B" })], true).is_err());
    }
}
