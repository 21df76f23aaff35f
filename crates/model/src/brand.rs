//! A brand: a white-label tenant, as its file in `brands/` describes it, and what its bot says.
//!
//! Invariant: a [`Brand`] that passed [`Brand::check`] has a full set of texts for each of its
//! languages and can be read in its colours. How much evidence promotions need is no brand's own choice
//! ([`crate::consent::Purpose::needs`]).

pub mod colour;
pub mod logo;
pub mod overlay;

use self::colour::{LEAST_CONTRAST, Legibility, ratio};
use crate::mail::EmailAddress;
use crate::outgoing::{BUTTON_TEXT_LIMIT, TEXT_LIMIT, TITLE_LIMIT};
use crate::words::{self, Word};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Characters of a Messenger profile greeting.
pub const GREETING_LIMIT: usize = 160;
/// The documents of a brand.
pub const DOCUMENTS: [&str; 4] = ["terms", PRIVACY, "data_use", "breach_policy"];
/// Those of them that are shown before anybody gives data, and accepted.
pub const ACCEPTED: [&str; 3] = ["terms", PRIVACY, "data_use"];
/// The one of them that names who answers for the data.
pub const PRIVACY: &str = "privacy";
/// Bytes of one of a brand's own documents as a file.
pub const DOCUMENT_LIMIT: usize = 64 * 1024;
/// Characters of a brand's name.
pub const NAME_LIMIT: usize = 60;
/// Characters of each line about the controller.
pub const CONTROLLER_LIMIT: usize = 200;
/// Languages the program speaks.
pub const LANGUAGES: [&str; 2] = ["en", "ar"];

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Brand {
    /// Short name in paths and commands: lower-case letters, digits, hyphens.
    pub slug: String,
    pub name: String,
    /// Host names by which the brand is told apart.
    pub hosts: Vec<String>,
    /// Where its public pages are reached, for links in messages: `https://…` without a final slash.
    pub public_url: String,
    /// The first is the default.
    pub languages: Vec<String>,
    pub colours: Colours,
    pub controller: Controller,
    /// What the bot says, by language.
    pub texts: BTreeMap<String, Texts>,
    /// The documents that it brings itself; they lie beside its file.
    #[serde(skip)]
    pub documents: Vec<OwnDocument>,
}

/// A document of the brand's own, by which it begins in place of the program's template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnDocument {
    /// One of [`DOCUMENTS`].
    pub kind: String,
    pub language: String,
    /// Markdown.
    pub text: String,
}

/// Hexadecimal colours such as `#1f4e79`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Colours {
    pub primary: String,
    pub on_primary: String,
}

/// Where nobody lives (RFC 2606), and so nobody reads.
const NOBODY: [&str; 6] = [".example", ".example.com", ".example.org", ".example.net", ".test", ".invalid"];

/// Who answers for the data (GDPR articles 4(7), 13).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Controller {
    pub name: String,
    pub address: String,
    pub country: String,
    pub contact: String,
}

impl Controller {
    /// Whether it is made up still, as in the brands that come along.
    pub fn is_sample(&self) -> bool {
        let domain = self.contact.rsplit_once('@').map_or("", |(_, domain)| domain);
        let domain = format!(".{}", domain.to_ascii_lowercase());
        NOBODY.iter().any(|end| domain.ends_with(end)) || self.name.starts_with("Sample ")
    }

    /// Each with its key.
    pub fn lines(&self) -> [(&'static str, &str); 4] {
        [
            ("controller.name", &self.name),
            ("controller.address", &self.address),
            ("controller.country", &self.country),
            ("controller.contact", &self.contact),
        ]
    }
}

/// What the bot says in one language. `{page}`, `{brand}` and `{contact}` are filled in, except in what
/// stands on buttons or before the link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// Shown by Messenger before the first tap; names the purpose.
    pub greeting: String,
    /// First answer: says that it is automated and what the page wants to send.
    pub welcome: String,
    /// The opt-in question.
    pub question: String,
    pub yes: String,
    pub no: String,
    /// After Yes.
    pub thanks: String,
    /// After No.
    pub declined: String,
    /// To anything else.
    pub default_answer: String,
    /// The one confirmation of a withdrawal.
    pub stopped: String,
    /// To "my data".
    pub my_data: String,
    pub unsubscribe_button: String,
    /// Before the link of a long bulk message.
    pub unsubscribe_sentence: String,
}

/// What is wrong with a brand: the key, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("brand `{brand}`: {key}: {fault}")]
pub struct BrandError {
    pub brand: String,
    pub key: String,
    pub fault: Fault,
}

/// Why a key does not fit. Its words here are for the file's author; the console has its own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("has {length} characters; 1 to {limit} are allowed")]
    Length { length: usize, limit: usize },
    #[error("holds a line break or another control character")]
    Control,
    /// Something between braces that nobody fills in.
    #[error("`{{{name}}}` would be shown as it stands: {instead}", instead = instead(*takes_names))]
    Placeholder { name: String, takes_names: bool },
    #[error(
        "must be a stop word of crates/model/words, since a tapped button sometimes comes with its title only"
    )]
    NotAStopWord,
    #[error("must differ from `yes`")]
    SameAsYes,
    #[error("does not stand in the privacy notice in force: publish one that names it first")]
    NotInNotice,
    #[error("must be an e-mail address: people write there about their data")]
    NotAnAddress,
    #[error("`{0}` is not of the form #1f4e79")]
    NotAColour(String),
    #[error(
        "cannot be read: on_primary has a contrast of {} to 1 on primary, and primary as a link one of {} to 1; {} is the least",
        ratio(.0.on_primary), ratio(.0.as_text), ratio(LEAST_CONTRAST)
    )]
    Faint(Legibility),
    #[error("{0}")]
    Other(String),
}

const fn instead(takes_names: bool) -> &'static str {
    if takes_names {
        "{page}, {brand} and {contact} are filled in, and nothing else"
    } else {
        "nothing is filled in here, so write it out"
    }
}

impl Texts {
    /// The text that carries the question, as the lead sees it on one screen.
    pub fn opening(&self) -> String {
        format!("{}\n\n{}", self.welcome, self.question)
    }

    fn check(&self) -> Result<(), (&'static str, Fault)> {
        // Key, text, its limit, what is filled in.
        let limits: [(&'static str, &str, usize, &[&str]); 12] = [
            ("greeting", &self.greeting, GREETING_LIMIT, &FILLED),
            ("welcome", &self.welcome, TEXT_LIMIT / 4, &FILLED),
            ("question", &self.question, TEXT_LIMIT / 4, &FILLED),
            ("yes", &self.yes, TITLE_LIMIT, &[]),
            ("no", &self.no, TITLE_LIMIT, &[]),
            ("thanks", &self.thanks, BUTTON_TEXT_LIMIT, &FILLED),
            ("declined", &self.declined, BUTTON_TEXT_LIMIT, &FILLED),
            ("default_answer", &self.default_answer, BUTTON_TEXT_LIMIT, &FILLED),
            ("stopped", &self.stopped, BUTTON_TEXT_LIMIT, &FILLED),
            ("my_data", &self.my_data, TEXT_LIMIT * 3 / 4, &FILLED),
            ("unsubscribe_button", &self.unsubscribe_button, TITLE_LIMIT, &[]),
            ("unsubscribe_sentence", &self.unsubscribe_sentence, 100, &[]),
        ];
        for (key, text, limit, filled) in limits {
            let length = text.chars().count();
            if text.trim().is_empty() || length > limit {
                return Err((key, Fault::Length { length, limit }));
            }
            if let Some(name) = placeholders(text).find(|name| !filled.contains(name)) {
                let takes_names = !filled.is_empty();
                return Err((key, Fault::Placeholder { name: name.to_owned(), takes_names }));
            }
        }
        if words::recognise(&self.unsubscribe_button) != Some(Word::Stop) {
            return Err(("unsubscribe_button", Fault::NotAStopWord));
        }
        if self.yes == self.no {
            return Err(("no", Fault::SameAsYes));
        }
        Ok(())
    }
}

impl Brand {
    /// Checks everything that parsing alone does not.
    ///
    /// # Errors
    /// The first key that does not fit, with what to do.
    pub fn check(&self) -> Result<(), BrandError> {
        let fault =
            |key: &str, fault: Fault| BrandError { brand: self.slug.clone(), key: key.to_owned(), fault };
        let wrong = |key: &str, problem: String| fault(key, Fault::Other(problem));
        let slug_fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.slug.is_empty() || self.slug.len() > 40 || !self.slug.chars().all(slug_fits) {
            return Err(wrong("slug", "must be 1 to 40 lower-case letters, digits or hyphens".into()));
        }
        if self.name.trim().is_empty() || self.hosts.is_empty() {
            return Err(wrong("name, hosts", "a brand needs a name and at least one host".into()));
        }
        let length = self.name.chars().count();
        if length > NAME_LIMIT {
            return Err(fault("name", Fault::Length { length, limit: NAME_LIMIT }));
        }
        // They stand in the headers of mails.
        for (key, text) in [("name", &self.name), ("controller.name", &self.controller.name)] {
            if text.contains(char::is_control) {
                return Err(fault(key, Fault::Control));
            }
        }
        for (key, text) in self.controller.lines() {
            let length = text.chars().count();
            if text.trim().is_empty() || length > CONTROLLER_LIMIT {
                return Err(fault(key, Fault::Length { length, limit: CONTROLLER_LIMIT }));
            }
        }
        if !(self.public_url.starts_with("https://") || self.public_url.starts_with("http://"))
            || self.public_url.ends_with('/')
        {
            return Err(wrong("public_url", "must begin with https:// and not end with a slash".into()));
        }
        let contact = &self.controller.contact;
        if contact.contains(char::is_whitespace) || EmailAddress::parse(contact).is_err() {
            return Err(fault("controller.contact", Fault::NotAnAddress));
        }
        if self.languages.is_empty() {
            return Err(wrong("languages", "name at least one of: en, ar".into()));
        }
        for language in &self.languages {
            if !LANGUAGES.contains(&language.as_str()) {
                return Err(wrong("languages", format!("`{language}` is not one of: en, ar")));
            }
            let texts = self.texts.get(language).ok_or_else(|| {
                wrong(&format!("texts.{language}"), "is missing: copy another brand's and change it".into())
            })?;
            texts.check().map_err(|(key, why)| fault(&format!("texts.{language}.{key}"), why))?;
        }
        let pair = [&self.colours.primary, &self.colours.on_primary];
        if let Some(colour) = pair.into_iter().find(|colour| colour::Colour::parse(colour).is_none()) {
            return Err(fault("colours", Fault::NotAColour(colour.clone())));
        }
        if let Some(faint) = Legibility::of(&self.colours).filter(|found| !found.is_enough()) {
            return Err(fault("colours", Fault::Faint(faint)));
        }
        Ok(())
    }

    /// The brand's own document of this kind, if it brings one.
    pub fn own_document(&self, kind: &str, language: &str) -> Option<&str> {
        let own = self.documents.iter().find(|own| own.kind == kind && own.language == language);
        own.map(|own| own.text.as_str())
    }

    /// The texts for a lead's language, or the brand's default.
    pub fn texts_for(&self, language: Option<&str>) -> Option<(&str, &Texts)> {
        let spoken = language.filter(|l| self.languages.iter().any(|own| own == l));
        let language = spoken.or(self.languages.first().map(String::as_str))?;
        self.texts.get_key_value(language).map(|(l, t)| (l.as_str(), t))
    }
}

/// What [`fill_names`] fills in.
const FILLED: [&str; 3] = ["page", "brand", "contact"];

/// What stands between braces.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}

/// Fills `{page}`, `{brand}` and `{contact}`.
pub fn fill_names(text: &str, page: &str, brand: &Brand) -> String {
    text.replace("{page}", page)
        .replace("{brand}", &brand.name)
        .replace("{contact}", &brand.controller.contact)
}
