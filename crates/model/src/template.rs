//! Utility templates: what Meta has to approve before a notice may leave outside the window.
//!
//! Invariant 2: a [`TemplateText`] always has an unsubscribe button, because [`TemplateText::buttons`]
//! adds it; a notice built on any other template of Meta's is sent with that button's payload.

use crate::outgoing::{Button, ContentError, TITLE_LIMIT, UNSUBSCRIBE};
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

const NAME_LIMIT: usize = 60;
const BODY_LIMIT: usize = 600;
pub const VARIABLES_LIMIT: usize = 10;

/// Where a template stands at Meta.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateStatus {
    /// Handed over; what Meta made of it is not known yet.
    Unknown,
    Approved,
    Pending,
    Rejected,
    Paused,
    Disabled,
    Archived,
    InAppeal,
    LimitExceeded,
    PendingDeletion,
    Deleted,
}

impl TemplateStatus {
    pub const ALL: [Self; 11] = [
        Self::Unknown,
        Self::Approved,
        Self::Pending,
        Self::Rejected,
        Self::Paused,
        Self::Disabled,
        Self::Archived,
        Self::InAppeal,
        Self::LimitExceeded,
        Self::PendingDeletion,
        Self::Deleted,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Approved => "approved",
            Self::Pending => "pending",
            Self::Rejected => "rejected",
            Self::Paused => "paused",
            Self::Disabled => "disabled",
            Self::Archived => "archived",
            Self::InAppeal => "in_appeal",
            Self::LimitExceeded => "limit_exceeded",
            Self::PendingDeletion => "pending_deletion",
            Self::Deleted => "deleted",
        }
    }

    /// From our code, or from Meta's, which is the same in capitals.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code().eq_ignore_ascii_case(code))
    }

    /// Whether Meta is still deciding, so that asking again is worth it.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Unknown | Self::Pending | Self::InAppeal | Self::PendingDeletion)
    }
}

/// A template as the user wrote it, checked.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct TemplateText {
    #[n(0)]
    name: String,
    #[n(1)]
    language: String,
    #[n(2)]
    body: String,
    #[n(3)]
    examples: Vec<String>,
    #[n(4)]
    link: Option<Link>,
}

/// A button that opens a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(deny_unknown_fields)]
pub struct Link {
    #[n(0)]
    pub title: String,
    #[n(1)]
    pub url: String,
}

fn wrong(field: &'static str, problem: impl Into<String>) -> ContentError {
    ContentError { field, problem: problem.into() }
}

impl TemplateText {
    /// Checks a template by Meta's published rules.
    ///
    /// # Errors
    /// The first field that does not fit, and what to do.
    pub fn new(
        name: String,
        language: String,
        body: String,
        examples: Vec<String>,
        link: Option<Link>,
    ) -> Result<Self, ContentError> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if name.is_empty() || name.len() > NAME_LIMIT || !name.chars().all(fits) {
            return Err(wrong(
                "name",
                format!("must be 1 to {NAME_LIMIT} small letters, digits or underscores"),
            ));
        }
        let (short, region) = language.split_once('_').unwrap_or((&language, "XX"));
        let is_short = short.len() == 2 && short.bytes().all(|b| b.is_ascii_lowercase());
        if !is_short || region.len() != 2 || !region.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(wrong("language", "must be as in en_US or ar"));
        }
        let length = body.chars().count();
        if body.trim().is_empty() || length > BODY_LIMIT {
            return Err(wrong("body", format!("has {length} characters; 1 to {BODY_LIMIT} are allowed")));
        }
        let variables = variables(&body)?;
        if variables > VARIABLES_LIMIT {
            return Err(wrong(
                "body",
                format!("has {variables} variables; at most {VARIABLES_LIMIT} are allowed"),
            ));
        }
        if examples.len() != variables || examples.iter().any(|example| example.trim().is_empty()) {
            return Err(wrong("examples", format!("must be {variables}: one for each variable of the body")));
        }
        if let Some(Link { title, url }) = &link {
            let length = title.chars().count();
            if title.trim().is_empty() || length > TITLE_LIMIT {
                return Err(wrong("link.title", format!("must have 1 to {TITLE_LIMIT} characters")));
            }
            if !url.starts_with("https://") || url.contains(char::is_whitespace) {
                return Err(wrong("link.url", "must begin with https://"));
            }
        }
        Ok(Self { name, language, body, examples, link })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn language(&self) -> &str {
        &self.language
    }

    pub fn body(&self) -> &str {
        &self.body
    }

    pub fn examples(&self) -> &[String] {
        &self.examples
    }

    pub const fn link(&self) -> Option<&Link> {
        self.link.as_ref()
    }

    /// The buttons, the way out first, because a sent template fills its buttons in their order.
    pub fn buttons(&self, unsubscribe: &str) -> Vec<Button> {
        let own = Button::Postback {
            title: unsubscribe.chars().take(TITLE_LIMIT).collect(),
            payload: UNSUBSCRIBE.to_owned(),
        };
        let link =
            self.link.iter().map(|link| Button::Url { title: link.title.clone(), url: link.url.clone() });
        [own].into_iter().chain(link).collect()
    }
}

/// How many variables a body has: `{{1}}`, `{{2}}`, … in order, neither first nor last.
fn variables(body: &str) -> Result<usize, ContentError> {
    let (mut rest, mut count) = (body, 0_usize);
    while let Some((_, after)) = rest.split_once("{{") {
        let (inside, tail) = after.split_once("}}").unwrap_or((after, ""));
        count += 1;
        if inside != count.to_string() {
            return Err(wrong(
                "body",
                format!("must have its variables in order: {{{{{count}}}}} is expected here"),
            ));
        }
        rest = tail;
    }
    if body.trim_start().starts_with("{{") || body.trim_end().ends_with("}}") {
        return Err(wrong("body", "must neither begin nor end with a variable"));
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn made(name: &str, language: &str, body: &str, examples: &[&str]) -> Result<TemplateText, ContentError> {
        let examples = examples.iter().map(|text| (*text).to_owned()).collect();
        TemplateText::new(name.into(), language.into(), body.into(), examples, None)
    }

    #[test]
    fn what_meta_would_reject_is_refused_by_field() {
        assert!(
            made("ready", "en_US", "Your order {{1}} is ready in {{2}} as agreed.", &["A-17", "Cork"])
                .is_ok()
        );
        for (name, language, body, examples, field) in [
            ("Ready", "en", "Fine text.", &[] as &[&str], "name"),
            ("ready", "english", "Fine text.", &[], "language"),
            ("ready", "en", " ", &[], "body"),
            ("ready", "en", "{{1}} is ready.", &["A"], "body"),
            ("ready", "en", "It is {{1}}", &["A"], "body"),
            ("ready", "en", "It is {{2}} now.", &["A"], "body"),
            ("ready", "en", "It is {{name}} now.", &["A"], "body"),
            ("ready", "en", "It is {{1}} now.", &[], "examples"),
        ] {
            assert_eq!(made(name, language, body, examples).unwrap_err().field, field, "{body}");
        }
    }

    proptest! {
        #[test]
        fn claim_b3_every_template_has_the_unsubscribe_button(body in ".{1,80}", unsubscribe in ".{1,40}") {
            if let Ok(template) = made("ready", "en", &body, &[]) {
                let buttons = template.buttons(&unsubscribe);
                let first = matches!(&buttons[0], Button::Postback { payload, .. } if payload == UNSUBSCRIBE);
                prop_assert!(first);
            }
        }
    }
}
