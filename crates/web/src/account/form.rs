//! The forms of accounts: fields with their purpose, what was wrong with them, and where else to go.
//!
//! Invariants: each field says why it is asked for (claim X1); a password is never shown again; what was wrong
//! stands beside its field.

use super::passkeys::PasskeyForm;
use crate::console::Shell;
use crate::console::fields::Fields;
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use crate::purpose;
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use engine::EngineError;
use engine::views::asked::ACCOUNT;

/// How a code is typed that stands somewhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// As an app shows it; a phone shows its digits.
    Digits,
    /// With letters, as paper has it; nothing of it is corrected or put forward.
    Letters,
}

/// One field.
#[derive(Default)]
pub struct Field {
    pub name: &'static str,
    /// The form it stands in, on a page of several: two of them may ask for the same.
    pub within: &'static str,
    pub label: String,
    /// Why it is asked for.
    pub why: String,
    /// `text`, `email`, `password`, `color`, `select`, `checkbox`, `textarea` or `hidden`.
    pub kind: &'static str,
    pub value: String,
    pub wrong: Option<String>,
    pub autocomplete: &'static str,
    pub options: Vec<(String, String)>,
    /// More options, under a heading each.
    pub groups: Vec<(String, Vec<(String, String)>)>,
    /// Behind a checkbox's words.
    pub links: Vec<(String, String)>,
    pub required: bool,
    pub code: Option<Code>,
    /// Of a `textarea`; 0: twelve.
    pub rows: u8,
    /// How its language is read; empty: as what is typed is.
    pub dir: &'static str,
    /// Folded away until somebody wants to read it, or until something is wrong with it.
    pub is_folded: bool,
}

impl Field {
    /// With the label `field-NAME`; what is kept of an account says the data map's purpose, what is not
    /// kept the text `field-NAME-why`.
    pub fn new(language: Language, name: &'static str, kind: &'static str) -> Self {
        Self {
            name,
            kind,
            label: language.say(&format!("field-{name}")),
            why: match purpose::of(language, &ACCOUNT, name) {
                kept if !kept.is_empty() => kept,
                _ => language.find(&format!("field-{name}-why"), None).unwrap_or_default(),
            },
            autocomplete: "off",
            required: true,
            ..Self::default()
        }
    }

    pub fn hidden(name: &'static str, value: impl Into<String>) -> Self {
        Self { name, kind: "hidden", value: value.into(), ..Self::default() }
    }

    #[must_use]
    pub const fn filled_by(mut self, browser: &'static str) -> Self {
        self.autocomplete = browser;
        self
    }

    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    #[must_use]
    pub fn options(mut self, options: Vec<(String, String)>) -> Self {
        self.options = options;
        self
    }

    #[must_use]
    pub const fn code(mut self, code: Code) -> Self {
        (self.code, self.dir) = (Some(code), "ltr");
        self
    }

    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    /// Folded parts are not marked as required: a browser would stop at what it cannot show. We look ourselves.
    #[must_use]
    pub const fn folded(mut self) -> Self {
        (self.is_folded, self.required) = (true, false);
        self
    }

    pub fn direction(&self) -> &'static str {
        match (self.dir, self.kind) {
            ("", "text" | "textarea") => "auto",
            ("", _) => "ltr",
            (dir, _) => dir,
        }
    }

    /// The attributes that say how a code is typed, as they are.
    pub const fn typing(&self) -> &'static str {
        match self.code {
            None => "",
            Some(Code::Digits) => " inputmode=\"numeric\"",
            Some(Code::Letters) => " autocapitalize=\"none\" autocorrect=\"off\" spellcheck=\"false\"",
        }
    }

    pub const fn lines(&self) -> u8 {
        if self.rows == 0 { 12 } else { self.rows }
    }

    /// Names it on its page. Names are ours, so nothing is escaped.
    pub fn id(&self) -> String {
        if self.within.is_empty() { self.name.to_owned() } else { format!("{}-{}", self.within, self.name) }
    }

    /// The attributes that tie it to its purpose and its error, as they are.
    pub fn described(&self) -> String {
        let mut ids = Vec::new();
        if !self.why.is_empty() {
            ids.push(format!("{}-why", self.id()));
        }
        if self.wrong.is_some() {
            ids.push(format!("{}-wrong", self.id()));
        }
        let invalid = if self.wrong.is_some() { " aria-invalid=\"true\" autofocus" } else { "" };
        if ids.is_empty() {
            invalid.to_owned()
        } else {
            format!(" aria-describedby=\"{}\"{invalid}", ids.join(" "))
        }
    }
}

/// A form with all that stands around it.
#[derive(Default)]
pub struct Form {
    /// Names the section on a page of several.
    pub id: &'static str,
    pub title: String,
    pub lead: Vec<String>,
    /// `good`, `warn` or `bad`, and a sentence.
    pub note: Option<(&'static str, String)>,
    pub fields: Vec<Field>,
    /// Empty: there is nothing to send.
    pub button: String,
    /// Empty: the address it stands at.
    pub action: String,
    pub links: Vec<(String, String)>,
    pub is_dangerous: bool,
    /// Its answer sets a cookie, which must not be lost to a second click.
    pub is_once: bool,
    /// Another way to answer than the fields.
    pub passkey: Option<PasskeyForm>,
}

impl Form {
    /// With the title `ID-title`, the sentence `ID-lead` and the button `ID-button`, as far as they are texts.
    pub fn new(language: Language, id: &'static str) -> Self {
        let found = |part: &str| language.find(&format!("{id}-{part}"), None);
        Self {
            id,
            title: language.say(&format!("{id}-title")),
            lead: found("lead").into_iter().collect(),
            button: found("button").unwrap_or_default(),
            ..Self::default()
        }
    }

    #[must_use]
    pub fn link(mut self, language: Language, address: &str, label: &str) -> Self {
        self.links.push((address.to_owned(), language.say(label)));
        self
    }

    #[must_use]
    pub const fn once(mut self) -> Self {
        self.is_once = true;
        self
    }

    #[must_use]
    pub fn passkey(mut self, passkey: PasskeyForm) -> Self {
        self.passkey = Some(passkey);
        self
    }

    #[must_use]
    pub fn field(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }

    /// Puts back what was typed, but for secrets.
    #[must_use]
    pub fn typed(mut self, fields: &Fields) -> Self {
        for field in &mut self.fields {
            if !matches!(field.kind, "password" | "hidden" | "checkbox") && field.code.is_none() {
                fields.get(field.name).clone_into(&mut field.value);
            }
        }
        self
    }

    /// Says what was wrong, beside the field or above them all.
    #[must_use]
    pub fn wrong(mut self, wrong: Wrong) -> Self {
        match self.fields.iter_mut().find(|field| field.name == wrong.field) {
            Some(field) => field.wrong = Some(wrong.sentence),
            None => self.note = Some(("bad", wrong.sentence)),
        }
        self
    }
}

/// What was wrong with a form.
pub struct Wrong {
    /// Empty: with the whole.
    pub field: &'static str,
    pub sentence: String,
    pub status: StatusCode,
}

impl Wrong {
    /// The text `id`, about a field or the whole.
    pub fn new(language: Language, field: &'static str, id: &str) -> Self {
        Self { field, sentence: language.say(id), status: StatusCode::UNPROCESSABLE_ENTITY }
    }

    /// What the engine refused, in words.
    ///
    /// # Errors
    /// What is no fault of the form's.
    pub fn of(language: Language, error: EngineError) -> Result<Self, Problem> {
        Ok(match error {
            EngineError::Weak(weakness) => {
                Self::new(language, "password", &format!("password-{}", weakness.code()))
            }
            EngineError::WrongCredentials => Self::new(language, "", "sign-in-wrong"),
            EngineError::Unconfirmed => Self::new(language, "", "sign-in-unconfirmed"),
            EngineError::MustReset => Self::new(language, "", "sign-in-must-reset"),
            EngineError::NeedsPasskey => Self::new(language, "", "sign-in-needs-passkey"),
            EngineError::TooMany { seconds } => Self {
                field: "",
                sentence: crate::console::words::count(language, "too-many", u64::from(seconds)),
                status: StatusCode::TOO_MANY_REQUESTS,
            },
            EngineError::Invalid { field, problem } => {
                let id = format!("wrong-{field}");
                match language.find(&id, None) {
                    Some(sentence) => Self { field, sentence, status: StatusCode::UNPROCESSABLE_ENTITY },
                    None => return Err(Problem::invalid(field, &problem)),
                }
            }
            other => return Err(other.into()),
        })
    }
}

#[derive(Template)]
#[template(path = "account/form.html")]
pub struct FormPage<'a> {
    pub frame: Shell<'a>,
    pub form: Form,
    /// The announcement of data use, rendered.
    pub document: Option<String>,
}

/// A form's page, with the status of what was wrong.
pub fn show(frame: Shell<'_>, form: Form, status: StatusCode) -> Response {
    page::html_with(status, &FormPage { frame, form, document: None })
}
