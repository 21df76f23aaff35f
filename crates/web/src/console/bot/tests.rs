//! What is typed about a bot becomes settings that stand, or a mistake at its field; and it is never lost.

use super::form::place;
use super::questions::AskForm;
use super::rules::RuleForm;
use super::samples::settings;
use super::speech::{Fallback, Greeting, Menu, Opening};
use super::wrong::wrong;
use super::{About, Draw, Part, PartPage};
use crate::console::fields::Fields;
use crate::console::samples::{BRANDS, NAME, brand};
use crate::console::{Section, Shell};
use crate::language::Language;
use crate::look::Look;
use askama::Template;
use model::bot::settings::{Bot, BotSettings};
use model::brand::Brand;
use model::id::PageId;
use proptest::prelude::*;

const LONG: &str = "so many words that they cannot possibly fit into whatever this is; so many words that they cannot possibly fit into whatever this is";

/// A part, what is typed into its form, and the field at which the mistake stands.
pub type Mistake = (&'static str, &'static [(&'static str, &'static str)], &'static str);

pub const MISTAKES: &[Mistake] = &[
    ("greeting", &[("greeting-en", LONG)], "greeting-en"),
    ("greeting", &[("breakers-ar_title", "توقف"), ("breakers-ar_target", "X")], "breakers-ar"),
    ("opening", &[("yes-en", LONG)], "yes-en"),
    ("opening", &[("yes-en", "Same"), ("no-en", "Same")], "no-en"),
    (
        "menu",
        &[("menu-en_title", "Shop"), ("menu-en_kind", "url"), ("menu-en_target", "shop.example")],
        "menu-en",
    ),
    (
        "menu",
        &[("menu-ar_title", "Shop"), ("menu-ar_kind", "tap"), ("menu-ar_target", "entente:yes")],
        "menu-ar",
    ),
    (
        "fallback",
        &[("buttons-en_title", "Shop"), ("buttons-en_kind", "tap"), ("buttons-en_target", "")],
        "text-en",
    ),
    ("fallback", &[("text-en", "x"), ("replies-en_title", "stop"), ("replies-en_target", "")], "replies-en"),
    ("rule", &[("name", "new"), ("kind", "contains"), ("value", " \n "), ("text", "x")], "value"),
    ("rule", &[("name", "new"), ("kind", "exact"), ("value", "hello\nstop"), ("text", "x")], "value"),
    ("rule", &[("name", "new"), ("kind", "pattern"), ("value", "(a"), ("text", "x")], "value"),
    ("rule", &[("name", "new"), ("kind", "tap"), ("value", ""), ("text", "x")], "value"),
    ("rule", &[("name", "words"), ("kind", "tap"), ("value", "A"), ("text", "x")], "name"),
    (
        "rule",
        &[("name", "new"), ("language", "tlh"), ("kind", "tap"), ("value", "A"), ("text", "x")],
        "language",
    ),
    ("rule", &[("name", "new"), ("kind", "tap"), ("value", "A"), ("text", "")], "text"),
    (
        "rule",
        &[
            ("name", "new"),
            ("kind", "tap"),
            ("value", "A"),
            ("text", "x"),
            ("buttons_title", "A"),
            ("buttons_title", "A"),
        ],
        "buttons",
    ),
    ("rule", &[("name", "new"), ("kind", "tap"), ("value", "A"), ("then", "ask"), ("ask", "gone")], "ask"),
    ("ask", &[("name", "new"), ("kind", "phone"), ("text-en", "Number?")], "purpose-en"),
    ("ask", &[("name", "new"), ("kind", "phone"), ("purpose-ar", "To call")], "text-ar"),
    ("ask", &[("name", "new"), ("kind", "phone")], "text-"),
    ("ask", &[("name", "phone"), ("kind", "phone"), ("text-en", "a"), ("purpose-en", "b")], "name"),
    (
        "ask",
        &[("name", "new"), ("kind", "choice"), ("text-en", "a"), ("purpose-en", "b"), ("choices-en", "one")],
        "choices-en",
    ),
    (
        "ask",
        &[("name", "new"), ("kind", "phone"), ("uses", "share"), ("text-en", "a"), ("purpose-en", "b")],
        "uses",
    ),
];

fn about<'a>(language: Language, brand: &'a Brand, settings: &'a BotSettings) -> About<'a> {
    About { language, brand, page_name: NAME, settings }
}

/// The form's fields as a browser would send them.
fn sent(page: &str) -> Fields {
    let form = page.split_once("<form class=\"e-two e-bot\"").expect("the form").1;
    let form = form.split_once("</form>").expect("its end").0;
    // `None`: a list of which no entry is chosen yet.
    let mut fields: Vec<(String, Option<String>)> = Vec::new();
    for tag in form.split('<').skip(1) {
        let (head, after) = tag.split_once('>').expect("a tag");
        let value_of = |name: &str| {
            let (_, rest) = head.split_once(&format!(" {name}=\""))?;
            Some(unescaped(rest.split_once('"')?.0))
        };
        let is = |word: &str| head.split(' ').any(|part| part == word);
        let (kind, name) = (head.split(' ').next().expect("a name"), value_of("name"));
        match (kind, name) {
            ("input", Some(name)) => {
                let is_box = ["radio", "checkbox"].contains(&value_of("type").unwrap_or_default().as_str());
                if !is("disabled") && (!is_box || is("checked")) {
                    fields.push((name, value_of("value").or_else(|| Some(String::new()))));
                }
            }
            ("textarea", Some(name)) => {
                fields.push((name, Some(unescaped(after.strip_prefix('\n').unwrap_or(after)))));
            }
            ("select", Some(name)) => fields.push((name, None)),
            // The first is chosen where no other is.
            ("option", _) => {
                let (_, chosen) = fields.last_mut().expect("its list");
                if is("selected") || chosen.is_none() {
                    *chosen = value_of("value");
                }
            }
            _ => {}
        }
    }
    let sent =
        |(name, value): &'_ (String, Option<String>)| (name.clone(), value.clone().unwrap_or_default());
    let sent: Vec<(String, String)> = fields.iter().map(sent).collect();
    Fields::new(&pairs(&sent))
}

fn pairs(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

fn unescaped(text: &str) -> String {
    let mut parts = text.split("&#");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (code, rest) = part.split_once(';').expect("an entity");
        plain.push(char::from_u32(code.parse().expect("a number")).expect("a character"));
        plain.push_str(rest);
    }
    plain
}

/// Settings that stand, or a mistake at its field with everything that was typed.
fn check<P: Part + PartialEq + std::fmt::Debug>(
    about: &About<'_>,
    fields: &Fields,
) -> Result<Option<String>, TestCaseError> {
    let part = P::read(about, fields);
    let mut tried = about.settings.clone();
    part.apply(&mut tried);
    let look = Look::of(about.brand, None);
    let draw = Draw { about: *about, id: PageId([1; 16]), version: 3, at: None };
    let frame = Shell::new(about.language, about.brand, &look, Section::Pages);
    let mut page = PartPage::new(frame, &draw, &part);
    let mut at = None;
    if let Err(error) = Bot::new(tried.clone().tidied(), about.brand) {
        let wrong = wrong(about.language, &error, about.first_language());
        prop_assert!(part.is_meant(&tried, wrong.place), "{error} is not meant for this form");
        prop_assert!(place(&mut part.groups(about), &wrong.field, "x"), "{error}: no field {}", wrong.field);
        page.refuse(&draw, &part, &tried, &wrong);
        at = Some(wrong.field);
    }
    let shown = page.render().expect("a page");
    prop_assert_eq!(P::read(about, &sent(&shown)), part, "what was typed is in the form that is shown again");
    if let Some(field) = &at {
        prop_assert!(shown.contains(&format!("id=\"{field}-wrong\"")), "{}", field);
    }
    Ok(at)
}

fn check_part(part: &str, about: &About<'_>, fields: &Fields) -> Result<Option<String>, TestCaseError> {
    match part {
        "greeting" => check::<Greeting>(about, fields),
        "opening" => check::<Opening>(about, fields),
        "menu" => check::<Menu>(about, fields),
        "fallback" => check::<Fallback>(about, fields),
        "rule" => check::<RuleForm>(about, fields),
        _ => check::<AskForm>(about, fields),
    }
}

#[test]
fn each_mistake_stands_at_its_field() {
    for file in BRANDS {
        let (brand, settings) = (brand(file), settings());
        for language in Language::ALL {
            let about = about(language, &brand, &settings);
            for (part, typed, field) in MISTAKES {
                let found = check_part(part, &about, &Fields::new(typed)).unwrap();
                // The first language is the brand's.
                let field = if field.ends_with('-') {
                    format!("{field}{}", about.first_language())
                } else {
                    (*field).to_owned()
                };
                assert_eq!(found, Some(field), "{part} {typed:?}");
            }
        }
    }
}

/// Texts that people and others type.
fn typed() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just(String::new()),
        3 => "[a-zA-Zء-ي ]{1,18}",
        2 => ".{0,60}",
        1 => r#"["'<>&#; \n]{0,12}"#,
        1 => "[a-z]{1,12}\n[a-z]{1,12}",
        1 => "[a-zء-ي ]{600,700}",
        1 => "[a-z <]{1990,2020}",
        1 => Just("stop".to_owned()),
        1 => Just("https://shop.example/a".to_owned()),
        1 => Just("entente:yes".to_owned()),
        1 => Just("(a".to_owned()),
    ]
}

fn chosen(from: &'static [&'static str]) -> impl Strategy<Value = String> {
    proptest::sample::select(from).prop_map(str::to_owned)
}

/// The value of a field, by what kind of field it is.
fn value(name: &str) -> BoxedStrategy<String> {
    match name {
        "kind" => chosen(&[
            "contains",
            "exact",
            "pattern",
            "tap",
            "given_name",
            "phone",
            "email",
            "free_text",
            "choice",
        ])
        .boxed(),
        "then" => chosen(&["answer", "ask"]).boxed(),
        "ask" => chosen(&["", "phone", "colour", "gone"]).boxed(),
        "language" => chosen(&["", "en", "ar", "tlh"]).boxed(),
        "uses" => chosen(&["store", "show", "message", "share"]).boxed(),
        "was" => chosen(&["", "words", "whole", "phone", "colour", "gone"]).boxed(),
        name if name.ends_with("_kind") => chosen(&["tap", "url"]).boxed(),
        _ => typed().boxed(),
    }
}

fn form(names: Vec<String>) -> impl Strategy<Value = Vec<(String, String)>> {
    let fields: Vec<_> = names.into_iter().map(|name| (Just(name.clone()), value(&name))).collect();
    fields
}

/// The names of a part's fields; rows come twice.
fn names(part: &str) -> Vec<String> {
    let spoken = |names: &[&str]| -> Vec<String> {
        ["en", "ar"].iter().flat_map(|code| names.iter().map(move |name| format!("{name}-{code}"))).collect()
    };
    let of = |ids: Vec<String>, parts: &'static [&'static str]| -> Vec<String> {
        let twice = [parts, parts].concat();
        ids.iter().flat_map(|id| twice.iter().map(move |part| format!("{id}_{part}"))).collect()
    };
    let rows = |ids: Vec<String>| of(ids, &["title", "kind", "target"]);
    let signs = |ids: Vec<String>| of(ids, &["title", "target"]);
    let plain = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    match part {
        "greeting" => [spoken(&["greeting"]), signs(spoken(&["breakers"]))].concat(),
        "opening" => spoken(&["welcome", "question", "yes", "no"]),
        "menu" => rows(spoken(&["menu"])),
        "fallback" => [spoken(&["text"]), rows(spoken(&["buttons"])), signs(spoken(&["replies"]))].concat(),
        "rule" => {
            let own = plain(&["was", "name", "language", "kind", "value", "then", "ask", "text"]);
            [own, rows(plain(&["buttons"])), signs(plain(&["replies"]))].concat()
        }
        _ => [
            plain(&["was", "name", "kind", "uses", "uses"]),
            spoken(&["text", "purpose", "choices", "thanks"]),
        ]
        .concat(),
    }
}

const PARTS: [&str; 6] = ["greeting", "opening", "menu", "fallback", "rule", "ask"];

fn any_form() -> impl Strategy<Value = (&'static str, Vec<(String, String)>)> {
    proptest::sample::select(&PARTS).prop_flat_map(|part| (Just(part), form(names(part))))
}

proptest! {
    #[test]
    fn whatever_is_typed_becomes_settings_or_a_mistake_at_its_field_and_is_not_lost(
        (part, typed) in any_form(), is_empty in any::<bool>(), arabic in any::<bool>(),
    ) {
        let brand = brand(BRANDS[usize::from(arabic)]);
        let kept = if is_empty { BotSettings::default() } else { settings() };
        let language = if arabic { Language::Arabic } else { Language::English };
        check_part(part, &about(language, &brand, &kept), &Fields::new(&pairs(&typed)))?;
    }
}

#[test]
fn what_is_kept_comes_out_of_its_form_as_it_was() {
    let (brand, kept) = (brand(BRANDS[0]), settings());
    let about = about(Language::English, &brand, &kept);
    fn same<P: Part>(about: &About<'_>, at: Option<usize>) {
        let mut again = about.settings.clone();
        P::of(about, at).unwrap().apply(&mut again);
        assert_eq!(again, *about.settings, "{} {at:?}", P::NAME);
    }
    same::<Greeting>(&about, None);
    same::<Opening>(&about, None);
    same::<Menu>(&about, None);
    same::<Fallback>(&about, None);
    (0..kept.rules.len()).for_each(|at| same::<RuleForm>(&about, Some(at)));
    (0..kept.questions.len()).for_each(|at| same::<AskForm>(&about, Some(at)));
}
