//! `/terms`, `/privacy`, `/breach-policy`: the documents in force, and what a brand starts with: its own documents,
//! and the program's templates where it has none.
//!
//! Invariant: a document is Markdown; HTML in it is shown as text, and its links lead to web pages and mail
//! addresses only.

use super::Guest;
use super::form::Form;
use super::form::show;
use super::links::told;
use crate::console::words::{count, time_in};
use crate::console::{Shell, carried};
use crate::language::Language;
use crate::my::authority::named;
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use engine::actions::documents::{KINDS, NewDocument};
use engine::views::documents::Document;
use engine::views::{self, At};
use model::brand::Brand;
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

macro_rules! templates {
    ($($language:literal)*) => {
        &[$(
            ($language, "terms", include_str!(concat!("../../documents/", $language, "/terms.md"))),
            ($language, "privacy", include_str!(concat!("../../documents/", $language, "/privacy.md"))),
            ($language, "data_use", include_str!(concat!("../../documents/", $language, "/data_use.md"))),
            ($language, "breach_policy", include_str!(concat!("../../documents/", $language, "/breach_policy.md"))),
        )*]
    };
}

static TEMPLATES: &[(&str, &str, &str)] = templates!("en" "ar");

/// What a brand starts with in its languages, with its particulars filled in: its own documents, and where
/// it has none, the template.
pub fn first(brand: &Brand) -> Vec<NewDocument> {
    let controller = &brand.controller;
    let filled = |language: &str, text: &str| {
        let language = Language::from_tag(language).unwrap_or(Language::English);
        text.replace("{brand}", &brand.name)
            .replace("{controller}", &controller.name)
            .replace("{address}", &controller.address)
            .replace("{country}", named(language, &controller.country))
            .replace("{contact}", &controller.contact)
    };
    let spoken = |language: &str| brand.languages.iter().any(|own| own == language);
    KINDS
        .iter()
        .flat_map(|kind| TEMPLATES.iter().filter(move |(_, own, _)| own == kind))
        .filter(|(language, ..)| spoken(language))
        .map(|(language, kind, text)| NewDocument {
            kind: (*kind).to_owned(),
            language: (*language).to_owned(),
            text: filled(language, brand.own_document(kind, language).unwrap_or(text)),
        })
        .collect()
}

/// Whether a text still says, as ours do at first, that it is a template.
pub fn is_template(text: &str) -> bool {
    // The sentence up to where it names the brand.
    let own = TEMPLATES
        .iter()
        .filter_map(|(.., own)| own.lines().find(|line| line.starts_with('*') && line.ends_with('*')));
    let begins: Vec<&str> = own.filter_map(|line| line.split('{').next()).collect();
    text.lines().any(|line| begins.iter().any(|begin| line.trim_start().starts_with(begin)))
}

fn lowered(level: HeadingLevel, by: usize) -> HeadingLevel {
    HeadingLevel::try_from((level as usize).saturating_add(by).min(6)).unwrap_or(HeadingLevel::H6)
}

fn leads_somewhere_plain(address: &str) -> bool {
    ["https://", "http://", "mailto:", "/", "#"].iter().any(|start| address.starts_with(start))
}

/// A page of ours, and no file.
fn is_own_page(address: &str) -> bool {
    address.starts_with('/') && !address.starts_with("//") && !address.contains(['.', '\\'])
}

/// As HTML, whose headings begin `first` levels down the page. Links to our own pages carry the language that was
/// asked for.
pub fn rendered(text: &str, first: usize, asked: Option<Language>) -> String {
    let by = first.saturating_sub(1);
    let events = Parser::new_ext(text, Options::ENABLE_TABLES).map(|event| match event {
        Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
        Event::Start(Tag::Heading { level, id, classes, attrs }) => {
            Event::Start(Tag::Heading { level: lowered(level, by), id, classes, attrs })
        }
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(lowered(level, by))),
        Event::Start(Tag::Link { link_type, dest_url, title, id }) if !leads_somewhere_plain(&dest_url) => {
            Event::Start(Tag::Link { link_type, dest_url: CowStr::Borrowed("#"), title, id })
        }
        Event::Start(Tag::Link { link_type, dest_url, title, id }) if is_own_page(&dest_url) => {
            let dest_url = CowStr::from(carried(&dest_url, asked));
            Event::Start(Tag::Link { link_type, dest_url, title, id })
        }
        // Pictures would be loaded from elsewhere.
        Event::Start(Tag::Image { title, .. }) => Event::Text(title),
        Event::End(TagEnd::Image) => Event::Text(CowStr::Borrowed("")),
        other => other,
    });
    let mut out = String::new();
    html::push_html(&mut out, events);
    // A wide table scrolls by itself, also by keyboard.
    out.replace("<table>", "<div class=\"e-scroll\" tabindex=\"0\"><table>")
        .replace("</table>", "</table></div>")
}

#[derive(Template)]
#[template(path = "account/document.html")]
pub struct DocumentPage<'a> {
    pub frame: Shell<'a>,
    pub title: String,
    pub text: String,
    pub version: String,
    /// The page of this version, which names all; empty where there is none.
    pub versions: String,
    /// What the program says besides.
    pub beside: Vec<String>,
}

fn missing(language: Language) -> Form {
    told(language, "document-missing", &[])
}

fn versioned(language: Language, of: &Document) -> String {
    let version = language.say_with("document-version", "version", &of.version.to_string());
    let since = language.say_with("document-since", "time", &time_in(language, At(of.effective_at), None));
    format!("{version} · {since}")
}

async fn document(guest: Guest, kind: &'static str) -> Result<Response, Problem> {
    let language = guest.language();
    let found = views::documents::get(guest.engine(), guest.brand(), kind, language.code()).await?;
    let Some(found) = found else {
        return Ok(show(guest.frame()?, missing(language), StatusCode::NOT_FOUND));
    };
    Ok(page::html(&DocumentPage {
        title: language.say(&format!("document-{kind}")),
        text: rendered(&found.text, 1, guest.visit.asked()),
        version: versioned(language, &found),
        versions: format!("/documents/{kind}/{}", found.version),
        beside: Vec::new(),
        frame: guest.frame()?,
    }))
}

/// `GET /terms`
pub async fn terms(guest: Guest) -> Result<Response, Problem> {
    document(guest, "terms").await
}

/// `GET /privacy`
pub async fn privacy(guest: Guest) -> Result<Response, Problem> {
    document(guest, "privacy").await
}

/// `GET /breach-policy`: also where the brand has published none, as the register's figures are public.
pub async fn breach_policy(guest: Guest) -> Result<Response, Problem> {
    let (engine, brand, language) = (guest.engine(), guest.brand(), guest.language());
    let found = views::documents::get(engine, brand, "breach_policy", language.code()).await?;
    let figures = views::breaches::figures(engine, brand).await?;
    let mut beside = vec![
        count(language, "breach-policy-breaches", figures.breaches),
        count(language, "breach-policy-entries", figures.entries),
    ];
    if figures.drills > 0 {
        beside.push(count(language, "breach-policy-drills", figures.drills));
    }
    if let Some(leaf) = figures.leaf_index {
        beside.push(language.say_with("breach-policy-leaf", "leaf", &leaf.to_string()));
    }
    let title = language.say("document-breach_policy");
    let frame = guest.frame()?;
    let page = match found {
        Some(found) => DocumentPage {
            title,
            text: rendered(&found.text, 1, guest.visit.asked()),
            version: versioned(language, &found),
            versions: format!("/documents/breach_policy/{}", found.version),
            beside,
            frame,
        },
        None => DocumentPage {
            text: rendered(&format!("# {title}\n\n{}", language.say("breach-policy-missing")), 1, None),
            title,
            version: String::new(),
            versions: String::new(),
            beside,
            frame,
        },
    };
    Ok(page::html(&page))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::brand::OwnDocument;

    #[test]
    fn a_document_brings_no_html_script_picture_or_strange_link() {
        let text = "# Terms\n\nHi <script>alert(1)</script> [x](javascript:alert(1)) [m](mailto:a@b.c) ![p](https://evil.example/p.png)\n\n<b onclick=x>raw</b>\n\n| a | b |\n|---|---|\n| 1 | 2 |\n";
        let html = rendered(text, 2, None);
        assert!(html.starts_with("<h2>Terms</h2>"), "{html}");
        for bad in ["<script", "javascript:", "<b ", "<img", "evil.example"] {
            assert!(!html.contains(bad), "{bad} in {html}");
        }
        assert!(
            html.contains("href=\"mailto:a@b.c\"")
                && html.contains("e-scroll")
                && html.contains("<td>1</td>")
        );
    }

    #[test]
    fn claim_a2_a_brands_own_document_wins_over_the_template_and_the_template_stays_where_it_has_none() {
        let mut brand: Brand =
            toml::from_str(include_str!("../../../../brands/almujeeb/brand.toml")).expect("a brand");
        let templates = first(&brand);
        brand.documents.push(OwnDocument {
            kind: "privacy".into(),
            language: "ar".into(),
            text: "# {brand} أولًا\n\n{contact}; {else}".into(),
        });
        for (own, template) in first(&brand).iter().zip(&templates) {
            assert_eq!((&own.kind, &own.language), (&template.kind, &template.language));
            if (own.kind.as_str(), own.language.as_str()) == ("privacy", "ar") {
                let contact = &brand.controller.contact;
                assert_eq!(own.text, format!("# {} أولًا\n\n{contact}; {{else}}", brand.name));
            } else {
                assert_eq!(own.text, template.text);
            }
        }
    }

    #[test]
    fn claim_a2_a_brand_starts_with_every_document_in_its_languages_and_nothing_left_to_fill_in() {
        let brand: Brand =
            toml::from_str(include_str!("../../../../brands/almujeeb/brand.toml")).expect("a brand");
        let documents = first(&brand);
        assert_eq!(documents.len(), KINDS.len() * brand.languages.len());
        for document in &documents {
            assert!(
                document.text.contains(&brand.controller.contact),
                "{} {}",
                document.kind,
                document.language
            );
            assert!(!document.text.contains('{'), "{} {}", document.kind, document.language);
            assert!(document.text.starts_with("# "));
        }
    }

    /// Every tag of the page is one of these, whatever the document says.
    const TAGS: &str = " a blockquote br code dd del div dl dt em h1 h2 h3 h4 h5 h6 hr input li ol p pre strong sub sup table \
        tbody td th thead tr ul ";

    #[test]
    fn claim_x10_no_document_breaks_its_reader_or_brings_a_tag_of_its_own() {
        testkit::mutate::fuzz("markdown", 2_000, |bytes| {
            let text = String::from_utf8_lossy(bytes);
            let html = rendered(&text, 2, Some(Language::Arabic));
            for tag in html.split('<').skip(1) {
                let name: String =
                    tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
                assert!(!name.is_empty() && TAGS.contains(&format!(" {name} ")), "<{name} of {text:?}");
                let inside = tag.split('>').next().unwrap_or_default();
                let address = inside.split_once("href=\"").map(|(_, rest)| rest);
                assert!(address.is_none_or(leads_somewhere_plain), "{inside}");
            }
            assert!(html.len() <= 8 << 20, "{} bytes of {}", html.len(), bytes.len());
            // Text that nothing marks up is taken for what it is.
            !html.is_empty() && html.contains("<h2")
        });
    }
}
