//! The five brands' files and the register of recipients: what stands in them holds.

use crate::home::{BRANDS, brand};
use messenger::graph::RECIPIENT;
use model::brand::{Brand, GREETING_LIMIT, Texts, fill_names};
use model::words::{self, Word};
use outbound::Register;
use std::collections::BTreeSet;

fn brands() -> [Brand; 5] {
    BRANDS.map(brand)
}

fn all_texts(texts: &Texts) -> [&str; 12] {
    [
        &texts.greeting,
        &texts.welcome,
        &texts.question,
        &texts.yes,
        &texts.no,
        &texts.thanks,
        &texts.declined,
        &texts.default_answer,
        &texts.stopped,
        &texts.my_data,
        &texts.unsubscribe_button,
        &texts.unsubscribe_sentence,
    ]
}

#[test]
fn all_five_brands_pass_their_check_and_speak_both_languages() {
    let names = brands().map(|brand| {
        brand.check().unwrap();
        assert_eq!(brand.texts.len(), 2);
        brand.name
    });
    assert_eq!(
        names,
        ["leangzbotchat", "ChatMagico Bot", "QChatAi", "المجيب لأنظمة التسويق الحديث", "MySocium"]
    );
}

#[test]
fn a_placeholder_that_nobody_fills_in_is_named_with_its_text() {
    for (key, text, named) in [
        ("greeting", "Hi {first_name}, this is {page}", "`{first_name}`"),
        ("welcome", "Welcome to {Page}", "`{Page}`"),
        ("stopped", "{{user_first_name}}, it has stopped", "`{user_first_name}`"),
        ("my_data", "Write to {contact} or {}", "`{}`"),
        ("yes", "Yes, {page}", "`{page}` would be shown as it stands: nothing is filled in here"),
        ("unsubscribe_sentence", "No more of {brand}:", "`{brand}`"),
    ] {
        let mut toml: toml::Table = BRANDS[0].parse().unwrap();
        toml["texts"]["en"][key] = text.into();
        let error = toml.try_into::<Brand>().unwrap().check().unwrap_err();
        assert_eq!(error.key, format!("texts.en.{key}"));
        assert!(error.fault.to_string().contains(named), "{error}");
    }
    let mut toml: toml::Table = BRANDS[0].parse().unwrap();
    toml["texts"]["en"]["thanks"] = "{page} } and {brand} { and {contact}".into();
    toml.try_into::<Brand>().unwrap().check().unwrap();
}

#[test]
fn almujeeb_speaks_arabic_first_and_the_others_english() {
    for brand in brands() {
        let expected = if brand.slug == "almujeeb" { ["ar", "en"] } else { ["en", "ar"] };
        assert_eq!(brand.languages, expected, "{}", brand.slug);
        assert_eq!(brand.texts_for(None).unwrap().0, expected[0]);
    }
}

#[test]
fn every_brand_has_words_colours_and_hosts_of_its_own() {
    let brands = brands();
    let different = |what: &dyn Fn(&Brand) -> String| {
        brands.iter().map(what).collect::<BTreeSet<_>>().len() == brands.len()
    };
    assert!(different(&|brand| brand.colours.primary.clone()));
    assert!(different(&|brand| brand.hosts.join(" ")));
    assert!(different(&|brand| brand.public_url.clone()));
    for language in ["en", "ar"] {
        for at in [0, 1, 2, 5, 6, 7, 8, 9, 11] {
            assert!(
                different(&|brand| all_texts(&brand.texts[language])[at].to_owned()),
                "text {at} in {language}"
            );
        }
    }
}

#[test]
fn claim_d2_the_question_names_promotions_the_page_and_the_way_out_and_no_frequency() {
    for brand in brands() {
        for (language, texts) in &brand.texts {
            let at = format!("{} in {language}", brand.slug);
            let (promotions, often, stop) = if language == "en" {
                ("promotions", "at most|no more than|week|month", '"')
            } else {
                ("الترويجية|ترويجية", "على الأكثر|كحدّ أقصى|بما لا يزيد|الأسبوع|الشهر", '«')
            };
            assert!(promotions.split('|').any(|word| texts.question.contains(word)), "{at}: purpose");
            // Nothing in the program holds a brand to a frequency, so none is promised.
            assert!(!often.split('|').any(|words| texts.question.contains(words)), "{at}: how often");
            assert!(texts.question.contains("{page}"), "{at}: who");
            // The word that the question offers is one that ends it.
            let offered = texts.question.split(stop).nth(1).unwrap().split('»').next().unwrap();
            assert_eq!(words::recognise(offered), Some(Word::Stop), "{at}: {offered}");
        }
    }
}

#[test]
fn every_word_that_a_bot_offers_is_one_that_it_understands() {
    let mut offered = 0;
    for brand in brands() {
        for (language, texts) in &brand.texts {
            for text in all_texts(texts) {
                let quoted: Vec<&str> = if language == "en" {
                    text.split('"').skip(1).step_by(2).collect()
                } else {
                    text.split('«').skip(1).map(|rest| rest.split('»').next().unwrap()).collect()
                };
                for word in quoted {
                    offered += 1;
                    assert!(words::recognise(word).is_some(), "{} in {language} offers {word}", brand.slug);
                }
            }
        }
    }
    assert!(offered > 40);
}

#[test]
fn the_welcome_says_that_a_machine_answers_and_arabic_texts_are_arabic() {
    for brand in brands() {
        let says = |language: &str, words: &[&str]| {
            let welcome = &brand.texts[language].welcome;
            assert!(words.iter().any(|word| welcome.contains(word)), "{} in {language}", brand.slug);
        };
        says("en", &["automated", "automatically", "bot"]);
        says("ar", &["آلي", "الآلي", "روبوت"]);
        for text in all_texts(&brand.texts["ar"]) {
            let filled = fill_names(text, "", &brand).replace(&brand.controller.contact, "");
            assert!(words::is_arabic(&filled.replace(&brand.name, "")), "{}: {text}", brand.slug);
        }
    }
}

#[test]
fn the_greeting_fits_with_a_page_s_name_of_fifty_letters() {
    for brand in brands() {
        for texts in brand.texts.values() {
            let greeting = fill_names(&texts.greeting, &"n".repeat(50), &brand);
            assert!(greeting.chars().count() <= GREETING_LIMIT, "{}: {greeting}", brand.slug);
        }
    }
}

/// WCAG 2.2, relative luminance.
fn luminance(colour: &str) -> f64 {
    let part = |at: usize| {
        let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}

#[test]
fn the_colours_can_be_read() {
    for brand in brands() {
        let (one, other) = (luminance(&brand.colours.primary), luminance(&brand.colours.on_primary));
        let contrast = (one.max(other) + 0.05) / (one.min(other) + 0.05);
        assert!(contrast >= 4.5, "{}: {contrast:.1}", brand.slug);
    }
}

#[test]
fn claim_d3_the_register_names_meta_and_nobody_else() {
    let register = Register::parse(include_str!("../../../../brands/recipients.toml")).unwrap();
    let hosts: Vec<&str> = register.recipients().iter().map(|recipient| recipient.host.as_str()).collect();
    assert_eq!(hosts, ["graph.facebook.com", "www.facebook.com"]);
    assert_eq!(register.recipients()[0].name, RECIPIENT);
}
