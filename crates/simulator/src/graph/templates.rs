//! Utility-message templates: creating, listing, deleting, and a small library to clone from.
//!
//! Invariant: a template that breaks the rules about variables is stored as rejected with the reason,
//! any other is approved at once; only the control API changes a status afterwards.

use super::answer::GraphError;
use super::{Context, Verb};
use crate::id::PageId;
use crate::json::Json;
use crate::page::Template;
use crate::send::variables;
use crate::state::World;
use serde_json::{Value, json};

/// The statuses a template can have.
pub const STATUSES: [&str; 10] = [
    "APPROVED",
    "PENDING",
    "REJECTED",
    "PAUSED",
    "DISABLED",
    "ARCHIVED",
    "IN_APPEAL",
    "LIMIT_EXCEEDED",
    "PENDING_DELETION",
    "DELETED",
];

/// Names and texts of the library.
const LIBRARY: [(&str, &str); 3] = [
    ("appointment_reminder", "Your appointment with {{1}} is on {{2}} as agreed."),
    ("order_update", "Your order {{1}} is now {{2}} and needs nothing more from you."),
    ("event_details_reminder", "The event {{1}} begins at {{2}} in the usual place."),
];

/// `/{PAGE_ID}/message_templates`.
pub fn templates(world: &mut World, context: &Context<'_>, page: &str) -> Result<Value, GraphError> {
    context.need("pages_utility_messaging")?;
    let page = context.page(world, page)?;
    match context.verb {
        Verb::Post => create(world, context, page),
        Verb::Get => {
            let page = world.pages.get(&page).ok_or_else(|| GraphError::missing(&page.to_string()))?;
            let (name, status) = (context.params.text("name"), context.params.text("status"));
            let data: Vec<Value> = page
                .templates
                .iter()
                .filter(|(_, template)| name.as_ref().is_none_or(|name| *name == template.name))
                .filter(|(_, template)| status.as_ref().is_none_or(|status| *status == template.status))
                .map(|(id, template)| template.show(*id))
                .collect();
            Ok(json!({ "data": data }))
        }
        Verb::Delete => {
            let name = context.params.text("name");
            let name = name.ok_or_else(|| GraphError::parameter("The parameter name is required"))?;
            let page = world.pages.get_mut(&page).ok_or_else(|| GraphError::missing(&page.to_string()))?;
            let before = page.templates.len();
            page.templates.retain(|_, template| template.name != name);
            if page.templates.len() == before {
                return Err(GraphError::parameter("The template cannot be found"));
            }
            Ok(json!({ "success": true }))
        }
    }
}

impl Template {
    fn show(&self, id: u64) -> Value {
        let mut shown = json!({
            "id": id.to_string(), "name": self.name, "language": self.language, "category": self.category,
            "status": self.status, "components": self.components,
            "parameter_format": if self.named { "NAMED" } else { "POSITIONAL" },
        });
        if let Some(reason) = &self.reason {
            shown.put("rejected_reason", json!(reason));
        }
        shown
    }
}

fn create(world: &mut World, context: &Context<'_>, page: PageId) -> Result<Value, GraphError> {
    let need = |name: &str| {
        context
            .params
            .text(name)
            .ok_or_else(|| GraphError::parameter(&format!("The parameter {name} is required")))
    };
    let (name, language, category) = (need("name")?, need("language")?, need("category")?);
    if category != "UTILITY" {
        return Err(GraphError::parameter("Param category must be one of {UTILITY}"));
    }
    let named = match context.params.text("parameter_format").as_deref() {
        None | Some("POSITIONAL") => false,
        Some("NAMED") => true,
        Some(_) => {
            return Err(GraphError::parameter("Param parameter_format must be one of {POSITIONAL, NAMED}"));
        }
    };
    let components = match context.params.text("library_template_name") {
        Some(wanted) => {
            let (_, text) = LIBRARY
                .iter()
                .find(|(name, _)| *name == wanted)
                .ok_or_else(|| GraphError::parameter("The library template cannot be found"))?;
            vec![json!({ "type": "BODY", "text": text })]
        }
        None => match context.params.value("components") {
            Some(Value::Array(components)) if !components.is_empty() => components,
            _ => return Err(GraphError::parameter("The parameter components is required")),
        },
    };
    let mut template = Template {
        name,
        language,
        category,
        status: "APPROVED".to_owned(),
        reason: None,
        named,
        components,
        app: context.token.app,
    };
    let stored = world.pages.get(&page).ok_or_else(|| GraphError::missing(&page.to_string()))?;
    if stored
        .templates
        .values()
        .any(|other| other.name == template.name && other.language == template.language)
    {
        return Err(GraphError::parameter("There is already a template of this name in this language"));
    }
    let Some(body) = template.body() else {
        return Err(GraphError::parameter("A template needs a BODY component with a text"));
    };
    if let Some(reason) = judge(body, named) {
        template.status = "REJECTED".to_owned();
        template.reason = Some(reason.to_owned());
    }
    let id = world.fresh_number(16);
    let answer = json!({ "id": id.to_string(), "status": template.status, "category": template.category });
    if let Some(page) = world.pages.get_mut(&page) {
        page.templates.insert(id, template);
    }
    world.tell_template(context.now, page, id);
    Ok(answer)
}

/// Why a text would be rejected.
fn judge(text: &str, named: bool) -> Option<&'static str> {
    let found = variables(text);
    let sequential = named || found.iter().enumerate().all(|(at, name)| *name == (at + 1).to_string());
    let odd = found.iter().any(|name| name.contains(['#', '$', '%']) || name.is_empty());
    let at_edge = text.trim_start().starts_with("{{") || text.trim_end().ends_with("}}");
    let words = text.split_whitespace().filter(|word| !word.contains("{{")).count();
    match () {
        () if odd || at_edge || !sequential => Some("INCORRECT_PARAMS"),
        () if found.len() * 2 > words => Some("PARAMS_TO_WORD_RATIO_EXCEED_LIMIT"),
        () if ["sale", "discount", "offer"].iter().any(|word| text.to_lowercase().contains(word)) => {
            Some("TAG_SHOULD_BE_MARKETING")
        }
        () => None,
    }
}

/// `GET /message_template_library`.
pub fn library(context: &Context<'_>) -> Result<Value, GraphError> {
    context.need("pages_utility_messaging")?;
    let wanted = context.params.text("name_or_content").unwrap_or_default().to_lowercase();
    let language = context.params.text("language").unwrap_or_else(|| "en_US".to_owned());
    let data: Vec<Value> = LIBRARY
        .iter()
        .filter(|(name, text)| name.contains(&wanted) || text.to_lowercase().contains(&wanted))
        .map(
            |(name, text)| json!({ "name": name, "language": language, "category": "UTILITY", "body": text }),
        )
        .collect();
    Ok(json!({ "data": data }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_break_the_rules_are_rejected_with_the_reason() {
        for (_, text) in LIBRARY {
            assert_eq!(judge(text, false), None);
        }
        assert_eq!(judge("{{1}} is ready now.", false), Some("INCORRECT_PARAMS"));
        assert_eq!(judge("It is ready for {{1}}", false), Some("INCORRECT_PARAMS"));
        assert_eq!(judge("Ready {{2}} or {{1}} now, friend.", false), Some("INCORRECT_PARAMS"));
        assert_eq!(judge("Your {{a$}} is ready.", true), Some("INCORRECT_PARAMS"));
        assert_eq!(judge("So {{1}} and {{2}} yes.", false), Some("PARAMS_TO_WORD_RATIO_EXCEED_LIMIT"));
        assert_eq!(judge("The big sale for {{1}} is here today.", false), Some("TAG_SHOULD_BE_MARKETING"));
    }
}
