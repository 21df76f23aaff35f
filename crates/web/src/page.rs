//! The HTML pages: what they are made of and how they are dressed.
//!
//! Invariant: user text reaches a page only through the templates' escaping; the style sheet is ours and the
//! only thing loaded.

use crate::console;
use crate::console::words::turned;
use crate::language::Language;
use crate::look::Stylesheet;
use crate::problem::{ARCHIVE_BUSY, BUSY, HARMFUL_FILE, Problem, UNSCANNED_FILE};
use crate::reader::Zone;
use askama::Template;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use engine::views::At;
use fluent_bundle::FluentArgs;
use model::brand::Brand;

/// What every page has around its middle.
pub struct Frame<'a> {
    pub language: Language,
    /// The other languages of the brand.
    pub others: Vec<Language>,
    pub brand: &'a str,
    controller: &'a str,
    contact: &'a str,
    pub stylesheet: &'a str,
    /// The id of what its foot says of cookies and scripts.
    pub foot: &'static str,
    /// The time by the clock here, where that is turned.
    pub turned_at: Option<At>,
}

impl<'a> Frame<'a> {
    pub fn new(language: Language, brand: &'a Brand, stylesheet: &'a Stylesheet) -> Self {
        let others = brand.languages.iter().filter_map(|code| Language::from_tag(code));
        Self {
            language,
            others: others.filter(|other| *other != language).collect(),
            brand: &brand.name,
            controller: &brand.controller.name,
            contact: &brand.controller.contact,
            stylesheet: &stylesheet.file,
            foot: "footer-quiet",
            turned_at: None,
        }
    }

    /// Which time it is here and why, where the clock is turned.
    pub fn turned_clock(&self) -> Option<String> {
        self.turned_at.map(|at| turned(self.language, at, Zone::UTC))
    }

    pub fn say(&self, id: &str) -> String {
        self.language.say(id)
    }

    pub fn say_with(&self, id: &str, name: &'static str, value: &str) -> String {
        self.language.say_with(id, name, value)
    }

    /// An address that keeps the language of this page.
    pub fn to(&self, path: &str) -> String {
        console::in_language(path, self.language)
    }

    /// A text about a page, or its twin for when the page's name is not known.
    pub fn about(&self, id: &str, page: &str) -> String {
        if page.is_empty() { self.say(&format!("{id}-nameless")) } else { self.say_with(id, "page", page) }
    }

    pub fn problem(&self, part: &str, kind: &str) -> String {
        self.say(&format!("problem-{kind}-{part}"))
    }

    pub fn controller(&self) -> String {
        let mut args = FluentArgs::new();
        args.set("controller", self.controller);
        args.set("contact", self.contact);
        // A lead's data is the page owner's to answer for.
        let id = if self.foot == "my-footer" { "my-footer-keeper" } else { "footer-controller" };
        self.language.tell(id, Some(&args))
    }
}

#[derive(Template)]
#[template(path = "unsubscribe.html")]
pub struct UnsubscribePage<'a> {
    pub frame: Frame<'a>,
    /// Empty when it is not known any more.
    pub page: &'a str,
}

#[derive(Template)]
#[template(path = "unsubscribed.html")]
pub struct UnsubscribedPage<'a> {
    pub frame: Frame<'a>,
    pub page: &'a str,
}

#[derive(Template)]
#[template(path = "link_unknown.html")]
pub struct LinkUnknownPage<'a> {
    pub frame: Frame<'a>,
}

#[derive(Template)]
#[template(path = "erasure.html")]
pub struct ErasurePage<'a> {
    pub frame: Frame<'a>,
    pub title: String,
    pub lead: String,
    /// Of an account or a brand: unreadable at once, with rows that go one after another.
    pub is_whole: bool,
    /// Leads removed, of how many, and that in words; while rows are going.
    pub progress: Option<(u64, u64, String)>,
    /// It is not known yet how much there is to remove.
    pub is_counting: bool,
    pub code: &'a str,
    pub tag: &'a str,
    pub requested_at: String,
    pub unreadable_at: Option<String>,
    pub finished_at: Option<String>,
    pub told: Option<String>,
    /// What stands before the time, the time, and the rest.
    pub backups: Option<[String; 3]>,
    /// No backup opens it any more.
    pub is_over: bool,
    pub counts: Vec<(String, String)>,
    pub has_receipt: bool,
}

#[derive(Template)]
#[template(path = "erasure_unknown.html")]
pub struct ErasureUnknownPage<'a> {
    pub frame: Frame<'a>,
    /// When a backup was brought back: it may not know an erasure from shortly before.
    pub restored_at: Option<String>,
}

/// At a host that is no brand's. It is dressed as none, and names none.
#[derive(Template)]
#[template(path = "stray.html")]
pub struct StrayPage {
    pub language: Language,
}

#[derive(Template)]
#[template(path = "problem.html")]
pub struct ProblemPage<'a> {
    pub frame: Frame<'a>,
    /// As [`problem_kind`] says.
    pub kind: &'static str,
    pub number: &'a str,
}

impl<'a> ProblemPage<'a> {
    pub fn new(frame: Frame<'a>, problem: &Problem, number: &'a str) -> Self {
        Self { frame, kind: problem_kind(problem), number }
    }
}

/// Which of the texts about problems fits.
pub fn problem_kind(problem: &Problem) -> &'static str {
    match problem.status.as_u16() {
        _ if problem.code == ARCHIVE_BUSY => "archive",
        _ if problem.code == BUSY => "crowded",
        _ if problem.code == HARMFUL_FILE => "harmful",
        _ if problem.code == UNSCANNED_FILE => "unscanned",
        404 => "not-found",
        429 => "many",
        500.. => "busy",
        _ => "other",
    }
}

/// Renders a page.
pub fn html(page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => {
            let mut response = text.into_response();
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
            response
        }
        Err(error) => Problem::broken(error).into_response(),
    }
}

/// The same with another status than 200, unless the page is broken.
pub fn html_with(status: StatusCode, page: &impl Template) -> Response {
    let mut response = html(page);
    if response.status() == StatusCode::OK {
        *response.status_mut() = status;
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::StatusCode;
    use engine::views::At;
    use engine::views::erasures::{Erased, ErasureView, StatusView};
    use model::id::ErasureId;
    use model::time::Timestamp;
    use std::path::Path;

    const BRANDS: [&str; 5] = [
        include_str!("../../../brands/leangzbotchat/brand.toml"),
        include_str!("../../../brands/almujeeb/brand.toml"),
        include_str!("../../../brands/chatmagico-bot/brand.toml"),
        include_str!("../../../brands/mysocium/brand.toml"),
        include_str!("../../../brands/qchatai/brand.toml"),
    ];
    /// A name that would break a page that did not escape it.
    const PAGE: &str = "Tea & <b>Spices</b>";

    fn brand(text: &str) -> Brand {
        toml::from_str(text).expect("a brand's file")
    }

    fn every_page(language: Language, brand: &Brand) -> Vec<(&'static str, String)> {
        let sheet = Stylesheet::of(brand);
        let frame = || Frame::new(language, brand, &sheet);
        let problem = |status: StatusCode| {
            let problem = Problem::new(status, "sample", "Sample", "Sample.");
            ProblemPage::new(frame(), &problem, "0123456789abcdef").render()
        };
        let at = || At(Timestamp(1_795_356_300_000_000));
        let erasure = |what, finished_at: Option<At>, is_over: bool, has_receipt| {
            let view = StatusView {
                erasure: ErasureView {
                    id: ErasureId([1; 16]),
                    code: "k3v9".to_owned(),
                    tag: "ab12".to_owned(),
                    requested_at: at(),
                    finished_at,
                },
                what,
                unreadable_at: Some(at()),
                is_counted: true,
                leads: 12_000,
                removed: 3_000,
                to_tell: 2,
                told: 1,
                untold: u64::from(is_over),
                backups_at: is_over.then(at),
                backups_until: Some(at()),
                counts: vec![("leads".to_owned(), 3_000), ("sessions".to_owned(), 2)],
            };
            crate::erasure::page(frame(), &view, has_receipt).render()
        };
        [
            ("unsubscribe", UnsubscribePage { frame: frame(), page: PAGE }.render()),
            ("unsubscribe, nameless", UnsubscribePage { frame: frame(), page: "" }.render()),
            ("unsubscribed", UnsubscribedPage { frame: frame(), page: PAGE }.render()),
            ("unsubscribed, nameless", UnsubscribedPage { frame: frame(), page: "" }.render()),
            ("link unknown", LinkUnknownPage { frame: frame() }.render()),
            ("erasure, running", erasure(Erased::Lead, None, false, false)),
            ("erasure, done", erasure(Erased::Lead, Some(at()), false, false)),
            ("erasure, receipt", erasure(Erased::Lead, Some(at()), true, true)),
            ("erasure of an account, running", erasure(Erased::Account, None, false, true)),
            ("erasure of an account, done", erasure(Erased::Account, Some(at()), true, true)),
            ("erasure of a brand, running", erasure(Erased::Brand, None, false, false)),
            ("erasure of a brand, done", erasure(Erased::Brand, Some(at()), true, true)),
            ("erasure, unknown", ErasureUnknownPage { frame: frame(), restored_at: None }.render()),
            (
                "erasure, unknown since a return",
                ErasureUnknownPage { frame: frame(), restored_at: Some("2026-11-22 12:00:00 UTC".into()) }
                    .render(),
            ),
            ("problem, not found", problem(StatusCode::NOT_FOUND)),
            ("problem, busy", problem(StatusCode::SERVICE_UNAVAILABLE)),
            ("problem, many", problem(StatusCode::TOO_MANY_REQUESTS)),
            ("problem, archive", ProblemPage::new(frame(), &Problem::archive_busy(), "0123").render()),
            ("problem, harmful", ProblemPage::new(frame(), &Problem::harmful_file(), "0123").render()),
            ("problem, unscanned", ProblemPage::new(frame(), &Problem::unscanned_file(""), "0123").render()),
            ("problem, other", problem(StatusCode::BAD_REQUEST)),
        ]
        .map(|(name, text)| (name, text.expect(name)))
        .into()
    }

    #[test]
    fn every_page_renders_in_every_language_and_loads_nothing_from_elsewhere() {
        for file in BRANDS {
            let brand = brand(file);
            for language in Language::ALL {
                for (name, text) in every_page(language, &brand) {
                    let at = format!("{name} in {}", language.code());
                    let root =
                        format!("<html lang=\"{}\" dir=\"{}\">", language.code(), language.direction());
                    assert!(text.contains(&root), "{at}");
                    assert!(text.contains("noindex") && text.contains(&brand.name), "{at}");
                    for foreign in ["http:", "https:", "src=", "<script", "style=", "<b>"] {
                        assert!(!text.contains(foreign), "{at} has {foreign}");
                    }
                    // A text that was not found shows its id.
                    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
                    let heads =
                        ["unsubscribe-", "unsubscribed-", "link-unknown-", "erasure-", "problem-", "footer-"];
                    let stray =
                        words.into_iter().find(|word| heads.iter().any(|head| word.starts_with(head)));
                    assert_eq!(stray, None, "{at}");
                }
            }
        }
    }

    #[test]
    fn the_two_languages_say_different_things() {
        let brand = brand(BRANDS[0]);
        let [english, arabic] = Language::ALL.map(|language| every_page(language, &brand));
        for ((name, english), (_, arabic)) in english.into_iter().zip(arabic) {
            let main = |text: &str| text.split("<main").nth(1).expect("a middle").to_owned();
            assert_ne!(main(&english), main(&arabic), "{name}");
            assert!(main(&arabic).chars().any(|c| ('\u{0600}'..='\u{06ff}').contains(&c)), "{name}");
        }
    }

    #[test]
    fn every_id_that_a_template_names_is_a_text() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        let mut named = 0;
        let files = [folder.clone(), folder.join("console"), folder.join("console/bot"), folder.join("my")]
            .into_iter()
            .flat_map(|folder| std::fs::read_dir(folder).expect("templates"))
            .map(|file| file.expect("a file").path());
        for file in files.filter(|file| file.is_file()) {
            let text = std::fs::read_to_string(file).expect("a template");
            for rest in text.split(".say(\"").skip(1) {
                let id = rest.split('"').next().expect("an id");
                named += 1;
                for language in Language::ALL {
                    assert!(language.find(id, None).is_some(), "{id} in {}", language.code());
                }
            }
        }
        assert!(named > 20, "the search finds what it looks for");
    }
}
