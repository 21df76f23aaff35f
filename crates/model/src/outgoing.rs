//! What goes out, before `messenger` makes Meta's JSON of it, and the limits Meta sets.
//!
//! Invariant 2: a [`BulkMessage`] has no public constructor but [`BulkMessage::compose`], which
//! always puts a way to unsubscribe into it.

use crate::consent::EvidenceLevel;
use crate::id::TagId;
use crate::personal::Personal;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// Characters in a plain text message.
pub const TEXT_LIMIT: usize = 2_000;
/// Characters in a text with buttons.
pub const BUTTON_TEXT_LIMIT: usize = 640;
pub const BUTTONS_LIMIT: usize = 3;
pub const TITLE_LIMIT: usize = 20;
/// Characters in the title and in the subtitle of a card.
pub const CARD_LIMIT: usize = 80;
pub const QUICK_REPLIES_LIMIT: usize = 13;
pub const PAYLOAD_LIMIT: usize = 1_000;

/// The payload of the unsubscribe button.
pub const UNSUBSCRIBE: &str = "entente:unsubscribe";
/// The payload of Get Started.
pub const GET_STARTED: &str = "entente:get_started";

/// A button under a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(rename_all = "snake_case", tag = "type", deny_unknown_fields)]
pub enum Button {
    #[n(0)]
    Url {
        #[n(0)]
        title: String,
        #[n(1)]
        url: String,
    },
    #[n(1)]
    Postback {
        #[n(0)]
        title: String,
        #[n(1)]
        payload: String,
    },
}

impl Button {
    pub fn title(&self) -> &str {
        match self {
            Self::Url { title, .. } | Self::Postback { title, .. } => title,
        }
    }
}

/// A quick reply: shown until the next message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(deny_unknown_fields)]
pub struct QuickReply {
    #[n(0)]
    pub title: String,
    #[n(1)]
    pub payload: String,
}

/// A message as it will leave.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
pub struct Outgoing {
    #[n(0)]
    pub text: Personal<String>,
    #[n(1)]
    pub buttons: Vec<Button>,
    #[n(2)]
    pub quick_replies: Vec<QuickReply>,
    /// An approved utility template instead of text.
    #[n(3)]
    pub template: Option<Template>,
    /// The https address of a picture: shown over the text, which is then a title of at most
    /// [`CARD_LIMIT`] characters and, after its first line, a subtitle of as many.
    #[n(4)]
    pub image: Option<String>,
}

/// An approved utility template and what fills it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(deny_unknown_fields)]
pub struct Template {
    #[n(0)]
    pub name: String,
    #[n(1)]
    pub language: String,
    #[n(2)]
    #[serde(default)]
    pub parameters: Vec<String>,
}

/// What a user wrote for a broadcast, checked.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Content {
    #[n(0)]
    text: String,
    #[n(1)]
    buttons: Vec<Button>,
    #[n(2)]
    template: Option<Template>,
    #[n(3)]
    image: Option<String>,
    #[n(4)]
    filter: Option<Filter>,
}

/// Which of the pages' leads a broadcast goes to. All that is said must fit; consent is asked besides.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Encode, Decode)]
#[serde(deny_unknown_fields, default)]
pub struct Filter {
    /// Leads who have one of these; everybody when empty.
    #[n(0)]
    pub tags: Vec<TagId>,
    /// Leads whose evidence in force is at least that.
    #[n(1)]
    pub level: Option<EvidenceLevel>,
    /// Leads who write this language.
    #[n(2)]
    pub language: Option<String>,
}

impl Filter {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What is wrong with a broadcast's content: the field, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct ContentError {
    pub field: &'static str,
    pub problem: String,
}

fn wrong(field: &'static str, problem: impl Into<String>) -> ContentError {
    ContentError { field, problem: problem.into() }
}

impl Content {
    /// Checks text and buttons against Meta's limits, leaving room for the way to unsubscribe.
    ///
    /// # Errors
    /// The first field that does not fit, with its limit.
    pub fn new(text: String, buttons: Vec<Button>) -> Result<Self, ContentError> {
        let length = text.chars().count();
        if text.trim().is_empty() {
            return Err(wrong("text", "is empty: write what the leads shall read"));
        }
        if length > TEXT_LIMIT - LINK_ROOM {
            return Err(wrong(
                "text",
                format!(
                    "has {length} characters; at most {} fit beside the unsubscribe link",
                    TEXT_LIMIT - LINK_ROOM
                ),
            ));
        }
        if !buttons.is_empty() && length > BUTTON_TEXT_LIMIT - NAME_ROOM {
            return Err(wrong(
                "text",
                format!(
                    "has {length} characters; with buttons at most {} are allowed: shorten it or drop the buttons",
                    BUTTON_TEXT_LIMIT - NAME_ROOM
                ),
            ));
        }
        if buttons.len() > BUTTONS_LIMIT - 1 {
            return Err(wrong("buttons", "at most 2: the third place belongs to the unsubscribe button"));
        }
        for button in &buttons {
            check_button(button)?;
        }
        check_placeholders(&text)?;
        Ok(Self { text, buttons, template: None, image: None, filter: None })
    }

    /// A utility message: an approved template carries its own text.
    ///
    /// # Errors
    /// When the template's name or language is missing.
    pub fn utility(template: Template) -> Result<Self, ContentError> {
        if template.name.is_empty() || template.language.is_empty() {
            return Err(wrong("template", "needs the `name` and `language` of an approved utility template"));
        }
        template.parameters.iter().try_for_each(|parameter| {
            check_placeholders(parameter)
                .map_err(|error| ContentError { field: "template.parameters", ..error })
        })?;
        let text = String::new();
        Ok(Self { text, buttons: Vec::new(), template: Some(template), image: None, filter: None })
    }

    /// A picture with a title, a subtitle and buttons. Messenger's card is the one form that carries a
    /// picture, words and buttons in one message, so that the way out is in it; its words are short.
    ///
    /// # Errors
    /// As [`Content::new`]; and when the words do not fit a card.
    pub fn with_image(text: String, buttons: Vec<Button>, image: String) -> Result<Self, ContentError> {
        check_url(&image).map_err(|problem| wrong("image", problem))?;
        let content = Self::new(text, buttons)?;
        let longest = fill(&content.text, Some(&"n".repeat(50)));
        for (filled, place) in [(longest, "with a long name"), (fill(&content.text, None), "without a name")]
        {
            let (title, subtitle) = card(&filled);
            for (part, what) in [(title, "its first line"), (subtitle, "what follows its first line")] {
                let length = part.chars().count();
                if length > CARD_LIMIT {
                    return Err(wrong(
                        "text",
                        format!(
                            "has {length} characters in {what} {place}; with a picture at most {CARD_LIMIT} fit"
                        ),
                    ));
                }
            }
        }
        Ok(Self { image: Some(image), ..content })
    }

    /// For some of the leads only.
    #[must_use]
    pub fn to(self, filter: Filter) -> Self {
        Self { filter: Some(filter).filter(|filter| !filter.is_empty()), ..self }
    }

    pub fn image(&self) -> Option<&str> {
        self.image.as_deref()
    }

    pub const fn filter(&self) -> Option<&Filter> {
        self.filter.as_ref()
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn buttons(&self) -> &[Button] {
        &self.buttons
    }

    pub const fn template(&self) -> Option<&Template> {
        self.template.as_ref()
    }
}

/// Title and subtitle of a card.
pub fn card(text: &str) -> (&str, &str) {
    let (title, subtitle) = text.trim().split_once('\n').unwrap_or((text.trim(), ""));
    (title.trim(), subtitle.trim())
}

/// Room kept for a filled-in name (the longest is 50 characters).
const NAME_ROOM: usize = 60;
/// Room kept in a long text for the unsubscribe sentence and link.
const LINK_ROOM: usize = 300;

fn check_button(button: &Button) -> Result<(), ContentError> {
    check_title(button.title(), TITLE_LIMIT).map_err(|problem| wrong("buttons.title", problem))?;
    match button {
        Button::Url { url, .. } => check_url(url).map_err(|problem| wrong("buttons.url", problem)),
        Button::Postback { payload, .. } => {
            check_payload(payload).map_err(|problem| wrong("buttons.payload", problem))
        }
    }
}

/// What is wrong with a title that people tap.
pub(crate) fn check_title(title: &str, limit: usize) -> Result<(), String> {
    let length = title.chars().count();
    if title.trim().is_empty() || length > limit {
        return Err(format!("has {length} characters; 1 to {limit} are allowed"));
    }
    Ok(())
}

/// What is wrong with an address that is opened.
pub(crate) fn check_url(url: &str) -> Result<(), &'static str> {
    let host = url.strip_prefix("https://").unwrap_or("");
    if host.is_empty() || url.len() > 2_000 || url.contains(char::is_whitespace) {
        return Err("must begin with https:// and have no spaces");
    }
    Ok(())
}

/// What is wrong with what comes back when somebody taps.
pub(crate) fn check_payload(payload: &str) -> Result<(), String> {
    check_title(payload, PAYLOAD_LIMIT)?;
    if payload.starts_with("entente:") {
        return Err("must not begin with `entente:`, which is kept for the program's own buttons".to_owned());
    }
    Ok(())
}

fn check_placeholders(text: &str) -> Result<(), ContentError> {
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let after = rest.get(open + 1..).unwrap_or("");
        let Some(close) = after.find('}') else {
            return Err(wrong("text", "has a `{` without `}`: write {name|friend}"));
        };
        let inside = after.get(..close).unwrap_or("");
        match inside.split_once('|') {
            Some(("name", fallback)) if !fallback.trim().is_empty() && fallback.chars().count() <= 50 => {}
            _ => {
                return Err(wrong(
                    "text",
                    format!(
                        "does not know {{{inside}}}: write {{name|friend}}, with the word for leads who gave no name"
                    ),
                ));
            }
        }
        rest = after.get(close + 1..).unwrap_or("");
    }
    Ok(())
}

/// Fills `{name|fallback}` with what the lead has given.
pub fn fill(text: &str, name: Option<&str>) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((inside, tail)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            continue;
        };
        match (inside.split_once('|'), name) {
            (Some(("name", _)), Some(name)) => filled.push_str(name),
            (Some(("name", fallback)), None) => filled.push_str(fallback),
            _ => {
                filled.push('{');
                filled.push_str(inside);
                filled.push('}');
            }
        }
        rest = tail;
    }
    filled.push_str(rest);
    filled
}

/// The way out that every bulk message carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WayOut<'a> {
    /// Title of the button, in the lead's language.
    pub button: &'a str,
    /// The sentence before the link, in the lead's language.
    pub sentence: &'a str,
    /// This lead's own link.
    pub link: &'a str,
}

/// One bulk message for one lead. It always has a way to unsubscribe.
#[derive(Debug, PartialEq, Eq)]
pub struct BulkMessage(Outgoing);

impl BulkMessage {
    /// Fills in the name and adds the way out: a button where the text allows one, the link where
    /// the text is too long for buttons.
    pub fn compose(content: &Content, name: Option<&str>, way_out: WayOut<'_>) -> Self {
        if let Some(template) = &content.template {
            // The approved template has an unsubscribe postback as its button; its payload is ours.
            return Self(Outgoing {
                text: Personal::default(),
                buttons: vec![Button::Postback {
                    title: way_out.button.to_owned(),
                    payload: UNSUBSCRIBE.to_owned(),
                }],
                template: Some(Template {
                    parameters: template.parameters.iter().map(|text| fill(text, name)).collect(),
                    ..template.clone()
                }),
                ..Outgoing::default()
            });
        }
        let mut text = fill(&content.text, name);
        let mut buttons = Vec::new();
        if text.chars().count() <= BUTTON_TEXT_LIMIT {
            buttons.clone_from(&content.buttons);
            buttons.push(Button::Postback {
                title: way_out.button.chars().take(TITLE_LIMIT).collect(),
                payload: UNSUBSCRIBE.to_owned(),
            });
        } else {
            text = format!("{text}\n\n{} {}", way_out.sentence, way_out.link);
        }
        let image = content.image.clone();
        Self(Outgoing { text: Personal::new(text), buttons, image, ..Outgoing::default() })
    }

    /// The message, to be handed to the sender.
    pub fn into_outgoing(self) -> Outgoing {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const OUT: WayOut<'static> = WayOut {
        button: "Unsubscribe",
        sentence: "No more of these:",
        link: "https://brand.example/u/0123456789",
    };

    #[test]
    fn claim_b3_beside_buttons_of_its_own_a_message_has_the_one_that_unsubscribes() {
        let shop = Button::Url { title: "Shop".into(), url: "https://shop.example/".into() };
        let hours = Button::Postback { title: "Hours".into(), payload: "HOURS".into() };
        for own in [vec![], vec![shop.clone()], vec![shop, hours]] {
            let content = Content::new("Fresh bread".into(), own.clone()).unwrap();
            let sent = BulkMessage::compose(&content, None, OUT).into_outgoing();
            let (last, others) = sent.buttons.split_last().unwrap();
            assert_eq!(others, own);
            let way_out = Button::Postback { title: OUT.button.into(), payload: UNSUBSCRIBE.into() };
            assert_eq!(*last, way_out);
        }
    }

    proptest! {
        #[test]
        fn claim_b3_no_bulk_message_can_be_built_without_a_way_out_or_over_the_limits(
            text in "[^{}]{1,1700}", name in proptest::option::of("[a-z]{1,50}"),
        ) {
            prop_assume!(!text.trim().is_empty());
            let content = Content::new(format!("{{name|friend}} {text}"), vec![]);
            prop_assume!(content.is_ok());
            let message = BulkMessage::compose(&content.unwrap(), name.as_deref(), OUT).into_outgoing();
            let length = message.text.reveal().chars().count();
            let has_button = message.buttons.iter().any(|b| matches!(b, Button::Postback { payload, .. } if payload == UNSUBSCRIBE));
            prop_assert!(has_button || message.text.reveal().contains(OUT.link));
            prop_assert!(length <= TEXT_LIMIT && (message.buttons.is_empty() || length <= BUTTON_TEXT_LIMIT));
        }

        #[test]
        fn claim_b3_a_picture_goes_with_its_way_out_within_a_card_s_limits(
            text in "[^{}]{1,90}(\n[^{}]{0,90})?", name in proptest::option::of("[a-z]{1,50}"),
        ) {
            let content = Content::with_image(format!("{{name|friend}} {text}"), vec![], "https://shop.example/a.jpg".into());
            prop_assume!(content.is_ok());
            let message = BulkMessage::compose(&content.unwrap(), name.as_deref(), OUT).into_outgoing();
            let way_out = message.buttons.iter().any(|b| matches!(b, Button::Postback { payload, .. } if payload == UNSUBSCRIBE));
            prop_assert!(way_out);
            let (title, subtitle) = card(message.text.reveal());
            prop_assert!(message.image.is_some() && title.chars().count() <= CARD_LIMIT && subtitle.chars().count() <= CARD_LIMIT);
        }

        #[test]
        fn any_text_is_taken_or_refused_with_a_reason(text in ".{0,2500}") {
            let _ = Content::new(text, vec![]);
        }
    }

    #[test]
    fn names_fall_back_to_the_given_word() {
        assert_eq!(fill("Hi {name|friend}!", None), "Hi friend!");
        assert_eq!(fill("Hi {name|friend}!", Some("Sam")), "Hi Sam!");
    }

    #[test]
    fn content_that_cannot_be_sent_is_refused_with_what_to_do() {
        for (text, buttons, field) in [
            ("", vec![], "text"),
            ("Hi {nmae|x}", vec![], "text"),
            ("Hi {name", vec![], "text"),
            (
                "Hi",
                vec![Button::Url { title: "Shop".into(), url: "http://plain.example".into() }],
                "buttons.url",
            ),
            (
                "Hi",
                vec![Button::Postback { title: "x".into(), payload: UNSUBSCRIBE.into() }],
                "buttons.payload",
            ),
        ] {
            assert_eq!(Content::new(text.into(), buttons).unwrap_err().field, field);
        }
    }
}
