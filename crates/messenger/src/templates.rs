//! Utility templates: whether Meta has approved one.

use crate::graph::{Graph, GraphError};
use model::personal::Personal;
use model::ports::Method;
use serde::Deserialize;

/// Templates of one page that are looked at.
const MOST: usize = 2_000;

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
}

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

impl Graph {
    /// Whether the page has an approved template of this name and language.
    pub async fn is_template_approved(
        &self,
        meta_page: &str,
        token: &Personal<String>,
        name: &str,
        language: &str,
    ) -> Result<bool, GraphError> {
        let path = format!("{meta_page}/message_templates");
        let mut after = String::new();
        let mut looked_at = 0_usize;
        loop {
            let mut query = vec![("fields", "name,language,status"), ("limit", "100")];
            if !after.is_empty() {
                query.push(("after", &after));
            }
            let answer: WireTemplates = self.call(Method::Get, &path, &query, Some(token), None).await?;
            if answer.data.iter().any(|t| t.name == name && t.language == language && t.status == "APPROVED")
            {
                return Ok(true);
            }
            looked_at = looked_at.saturating_add(answer.data.len());
            match answer.paging.filter(|p| p.next.is_some()).and_then(|p| p.cursors?.after) {
                Some(next) if next != after && looked_at < MOST => after = next,
                _ => return Ok(false),
            }
        }
    }
}
