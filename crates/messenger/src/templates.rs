//! Utility templates: handing one over, where each stands, deleting.

use crate::graph::{Graph, GraphError};
use model::outgoing::Button;
use model::personal::Personal;
use model::ports::Method;
use model::template::{TemplateStatus, TemplateText};
use serde::Deserialize;
use serde_json::{Value, json};

/// Templates of one page that are looked at, and answers about them: empty ones too come to an end.
const MOST: usize = 2_000;
const MOST_ANSWERS: usize = 100;
const FIELDS: &str = "name,language,status,rejected_reason";

#[derive(Deserialize)]
struct WireTemplates {
    data: Vec<WireTemplate>,
    #[serde(default)]
    paging: Option<WirePaging>,
}

#[derive(Deserialize)]
struct WireTemplate {
    #[serde(default)]
    name: String,
    #[serde(default)]
    language: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    rejected_reason: Option<String>,
}

/// A template as Meta has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownTemplate {
    pub name: String,
    pub language: String,
    pub status: TemplateStatus,
    /// Meta's code of a rejection.
    pub reason: Option<String>,
}

#[derive(Deserialize)]
struct WireCreated {
    #[serde(default)]
    status: String,
}

#[derive(Deserialize)]
struct Ignored {}

#[derive(Deserialize)]
struct WirePaging {
    #[serde(default)]
    cursors: Option<WireCursors>,
    #[serde(default)]
    next: Option<String>,
}

#[derive(Deserialize)]
struct WireCursors {
    #[serde(default)]
    after: Option<String>,
}

/// What Meta says; a word that is not in its published list is not known.
fn status(word: &str) -> TemplateStatus {
    TemplateStatus::from_code(word).unwrap_or(TemplateStatus::Unknown)
}

impl Graph {
    /// Hands a template over for approval. `unsubscribe` titles the button that it always has.
    pub async fn create_template(
        &self,
        meta_page: &str,
        token: &Personal<String>,
        template: &TemplateText,
        unsubscribe: &str,
    ) -> Result<TemplateStatus, GraphError> {
        let mut body = json!({"type": "BODY", "text": template.body()});
        if let (false, Some(map)) = (template.examples().is_empty(), body.as_object_mut()) {
            map.insert("example".to_owned(), json!({"body_text": [template.examples()]}));
        }
        let buttons: Vec<Value> = template
            .buttons(unsubscribe)
            .iter()
            .map(|button| match button {
                Button::Url { title, url } => json!({"type": "URL", "text": title, "url": url}),
                Button::Postback { title, payload } => {
                    json!({"type": "POSTBACK", "text": title, "payload": payload})
                }
            })
            .collect();
        let asked = json!({
            "name": template.name(),
            "language": template.language(),
            "category": "UTILITY",
            "parameter_format": "POSITIONAL",
            "components": [body, {"type": "BUTTONS", "buttons": buttons}],
        });
        let path = format!("{meta_page}/message_templates");
        let made: WireCreated = self.call(Method::Post, &path, &[], Some(token), Some(&asked)).await?;
        Ok(status(&made.status))
    }

    /// Deletes a template, in all its languages: Meta knows it by its name.
    pub async fn delete_template(
        &self,
        meta_page: &str,
        token: &Personal<String>,
        name: &str,
    ) -> Result<(), GraphError> {
        let path = format!("{meta_page}/message_templates");
        let _: Ignored = self.call(Method::Delete, &path, &[("name", name)], Some(token), None).await?;
        Ok(())
    }

    /// The page's templates, and where each stands.
    pub async fn templates(
        &self,
        meta_page: &str,
        token: &Personal<String>,
    ) -> Result<Vec<KnownTemplate>, GraphError> {
        let mut known = Vec::new();
        self.each_template(meta_page, token, |t| {
            let status = status(&t.status);
            known.push(KnownTemplate {
                name: t.name,
                language: t.language,
                status,
                reason: t.rejected_reason,
            });
            false
        })
        .await?;
        Ok(known)
    }

    /// Whether the page has an approved template of this name and language.
    pub async fn is_template_approved(
        &self,
        meta_page: &str,
        token: &Personal<String>,
        name: &str,
        language: &str,
    ) -> Result<bool, GraphError> {
        let wanted = |t: WireTemplate| t.name == name && t.language == language && t.status == "APPROVED";
        self.each_template(meta_page, token, wanted).await
    }

    /// Looks at one template after another until one is the one; whether one was.
    async fn each_template(
        &self,
        meta_page: &str,
        token: &Personal<String>,
        mut is_it: impl FnMut(WireTemplate) -> bool + Send,
    ) -> Result<bool, GraphError> {
        let path = format!("{meta_page}/message_templates");
        let mut after = String::new();
        let mut looked_at = 0_usize;
        for _ in 0..MOST_ANSWERS {
            let mut query = vec![("fields", FIELDS), ("limit", "100")];
            if !after.is_empty() {
                query.push(("after", &after));
            }
            let answer: WireTemplates = self.call(Method::Get, &path, &query, Some(token), None).await?;
            looked_at = looked_at.saturating_add(answer.data.len());
            if answer.data.into_iter().any(&mut is_it) {
                return Ok(true);
            }
            match answer.paging.filter(|p| p.next.is_some()).and_then(|p| p.cursors?.after) {
                Some(next) if next != after && looked_at < MOST => after = next,
                _ => break,
            }
        }
        Ok(false)
    }
}
