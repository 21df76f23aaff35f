//! What holds of every page of the console, in every language: it renders, says everything, and loads nothing but
//! what is ours.

use super::{BRANDS, brand, every_page};
use crate::console::{FLASHES, Flash};
use crate::language::{Language, is_text};
use std::path::Path;

/// Parts are drawn into a page that is there.
fn is_part(name: &str) -> bool {
    name.starts_with("sketch") || name.starts_with("progress")
}

#[test]
fn claim_x4_every_page_of_the_console_renders_in_every_language_and_loads_only_what_is_ours() {
    for file in BRANDS {
        let brand = brand(file);
        for language in Language::ALL {
            for (name, text) in every_page(language, &brand) {
                let at = format!("{name} in {}", language.code());
                if !is_part(&name) {
                    let root =
                        format!("<html lang=\"{}\" dir=\"{}\">", language.code(), language.direction());
                    assert!(text.contains(&root) && text.contains("noindex"), "{at}");
                    assert_eq!(text.matches("<h1").count(), 1, "{at}");
                    assert!(text.contains("<main id=\"main\"") && text.contains("href=\"#main\""), "{at}");
                    // Drawn once its last part is there.
                    let waits = "<link rel=\"expect\" href=\"#whole\" blocking=\"render\">";
                    assert!(
                        text.contains(waits) && text.contains("<div id=\"whole\" hidden></div>\n</body>"),
                        "{at}"
                    );
                    let tabler = if language.direction() == "rtl" { "tabler-rtl." } else { "tabler." };
                    assert!(text.contains(&format!("/assets/{tabler}")), "{at}");
                }
                let mut ids = std::collections::BTreeSet::new();
                for id in text.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                    assert!(ids.insert(id), "{at}: {id} stands twice");
                }
                for inline in [" style=", "<style", " onclick=", "javascript:", "<b>", "hx-on", "hx-vals"] {
                    assert!(!text.contains(inline), "{at} has {inline}");
                }
                for (script, rest) in text.match_indices("<script").map(|(at, _)| text.split_at(at)) {
                    let own =
                        ["htmx", "console", "once"].map(|name| format!("<script src=\"/assets/{name}."));
                    assert!(own.iter().any(|own| rest.starts_with(own)), "{at}: {}", script.len());
                }
                for foreign in ["src=\"http", "href=\"http", "action=\"http", "src=\"//", "href=\"//"] {
                    assert!(!text.contains(foreign), "{at} has {foreign}");
                }
            }
        }
    }
}

#[test]
fn no_page_of_the_console_shows_the_id_of_a_text_that_is_missing() {
    const HEADS: &[&str] = &[
        "erase-",
        "told-",
        "bot-",
        "days-title",
        "many-",
        "exports-",
        "meta-",
        "plans-",
        "timed-",
        "again-",
        "templates-",
        "tags-",
        "console-",
        "dashboard-",
        "pages-",
        "leads-",
        "lead-",
        "broadcasts-",
        "compose-",
        "send-",
        "deliveries-",
        "tokens-",
        "chart-",
        "refusal-",
        "page-stop-",
        "delivery-",
    ];
    let brand = brand(BRANDS[0]);
    for language in Language::ALL {
        for (name, text) in every_page(language, &brand) {
            let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
            let stray = words.into_iter().find(|word| HEADS.iter().any(|head| word.starts_with(head)));
            assert_eq!(stray, None, "{name} in {}", language.code());
        }
    }
}

#[test]
fn every_form_that_posts_carries_the_token_of_its_session() {
    let brand = brand(BRANDS[0]);
    for (name, text) in every_page(Language::English, &brand) {
        for form in text.split("<form ").skip(1) {
            let (head, body) = form.split_once('>').expect("a tag");
            let body = body.split("</form>").next().expect("a body");
            let carries = body.contains("name=\"csrf\" value=\"the-csrf-token\"");
            assert_eq!(carries, head.contains("method=\"post\""), "{name}: {head}");
        }
    }
}

#[test]
fn every_label_belongs_to_a_field_and_no_id_stands_twice() {
    let brand = brand(BRANDS[0]);
    for (name, text) in every_page(Language::English, &brand) {
        let of = |mark: &str| -> Vec<String> {
            let values = text.split(mark).skip(1).filter_map(|rest| rest.split('"').next());
            values.map(str::to_owned).collect()
        };
        let mut ids = of(" id=\"");
        for label in of(" for=\"") {
            assert!(ids.contains(&label), "{name}: {label}");
        }
        for list in of("aria-describedby=\"") {
            for id in list.split(' ') {
                assert!(ids.iter().any(|own| own == id), "{name}: {id}");
            }
        }
        let all = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), all, "{name}");
    }
}

#[test]
fn the_two_languages_say_different_things() {
    let brand = brand(BRANDS[0]);
    let [english, arabic] = Language::ALL.map(|language| every_page(language, &brand));
    for ((name, english), (_, arabic)) in english.into_iter().zip(arabic) {
        // It holds what the user wrote and nothing of ours.
        if name == "sketch, said" {
            continue;
        }
        assert_ne!(english, arabic, "{name}");
        assert!(arabic.chars().any(|c| ('\u{0600}'..='\u{06ff}').contains(&c)), "{name}");
    }
}

#[test]
fn every_id_that_the_console_names_is_a_text() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/console");
    let mut named = 0;
    let files = [folder.clone(), folder.join("bot")]
        .into_iter()
        .flat_map(|folder| std::fs::read_dir(folder).expect("the console"))
        .map(|file| file.expect("a file").path());
    for file in files.filter(|file| file.is_file()) {
        let text = std::fs::read_to_string(file).expect("a file of Rust");
        let code = text.split("#[cfg(test)]\nmod tests").next().expect("code");
        for mark in [".say(\"", ".say_with(\"", "count(language, \"", "label: \"", "text: \""] {
            for id in code.split(mark).skip(1).filter_map(|rest| rest.split('"').next()) {
                named += 1;
                for language in Language::ALL {
                    assert!(is_text(language, id), "{id} in {}", language.code());
                }
            }
        }
    }
    assert!(named > 40, "the search finds what it looks for: {named}");
}

#[test]
fn a_word_about_what_was_done_is_one_of_a_closed_list() {
    let kinds = ["good", "warn", "bad"];
    for (code, Flash { text, kind }) in FLASHES {
        assert!(
            kinds.contains(kind)
                && ["console-done-", "account-done-"].iter().any(|start| text.starts_with(start)),
            "{code}"
        );
    }
}
