//! The admin's pages about the brand and its documents, with samples.

use super::{AT, Rendered, put};
use crate::account::form::Wrong;
use crate::account::recipients::groups;
use crate::console::brand::{BrandPage, Pair, PairPart, TextsPage, back_sample, sentence};
use crate::console::documents::DocumentsPage;
use crate::console::fields::Fields;
use crate::console::recipients::{AnnouncePage, RecipientsPage, end_question, form as recipient_form};
use crate::console::{Section, Shell};
use crate::language::Language;
use engine::actions::documents::KINDS;
use engine::views::announced::Unmailed;
use engine::views::documents::{Announcement, Document, VersionView};
use engine::views::recipients::{Origin, Recipient, RecipientView, Standing};
use model::brand::colour::Legibility;
use model::brand::overlay::{Overlay, Part, Set};
use model::brand::{Brand, BrandError, Colours, Fault};
use model::id::{AccountId, AnnouncementId};
use model::time::Timestamp;
use std::collections::HashMap;

/// One of each fault that a brand's check finds.
fn faults() -> Vec<(&'static str, BrandError)> {
    let faint = Legibility::of(&Colours { primary: "#999999".into(), on_primary: "#ffffff".into() });
    let links = Legibility::of(&Colours { primary: "#ffd400".into(), on_primary: "#000000".into() });
    [
        ("name", "name", Fault::Length { length: 61, limit: 60 }),
        ("name", "name", Fault::Control),
        ("name", "name, hosts", Fault::Other("empty".into())),
        ("colours", "colours", Fault::Faint(faint.expect("colours"))),
        ("colours", "colours", Fault::Faint(links.expect("colours"))),
        ("colours", "colours", Fault::NotAColour("red".into())),
        ("languages", "languages", Fault::Other("none".into())),
        ("languages", "texts.ar", Fault::Other("missing".into())),
        ("controller", "controller.contact", Fault::NotAnAddress),
    ]
    .into_iter()
    .map(|(code, key, fault)| (code, BrandError { brand: "a".into(), key: key.into(), fault }))
    .collect()
}

pub fn about_brand<'a>(all: &mut Rendered, shell: &impl Fn(Section) -> Shell<'a>, brand: &Brand) {
    let frame = || shell(Section::Brand);
    let mut overlay = Overlay::default();
    put(all, "brand, as in the file", &BrandPage::of(frame(), brand, &overlay));
    overlay.set(brand, Set::Name("<b>Bread</b>".into()));
    overlay.set(brand, Set::Languages(vec!["ar".into()]));
    let mut texts = brand.texts["ar"].clone();
    "؟".clone_into(&mut texts.question);
    overlay.set(brand, Set::Texts("ar".into(), Box::new(texts)));
    let set = overlay.checked(brand).expect("it fits");
    put(all, "brand, set", &BrandPage::of(frame(), &set, &overlay));
    let typed = Fields::new(&[("name", "<b>"), ("primary", "#999999"), ("on_primary", "#ffffff")]);
    for (number, (code, error)) in faults().into_iter().enumerate() {
        let page = BrandPage::of(frame(), brand, &overlay).wrong(code, &typed, &error);
        put(all, format!("brand, fault {number}"), &page);
    }
    let mut page = BrandPage::of(frame(), brand, &overlay);
    page.logo_wrong = Some("Wrong.".to_owned());
    put(all, "brand, no logo", &page);
    for primary in ["#1f4e79", "#ffd400", "none"] {
        let pair = Pair::of(&Colours { primary: primary.into(), on_primary: "#ffffff".into() });
        put(all, format!("sketch of colours {primary}"), &PairPart { frame: frame(), pair });
    }
    for (spoken, texts) in [(Language::English, brand.texts.get("en")), (Language::Arabic, None)] {
        let page = TextsPage::new(frame(), spoken, texts, texts.is_some());
        put(all, format!("texts {}", spoken.code()), &page);
    }
    let length = Fault::Length { length: 161, limit: 160 };
    let named = |takes_names| Fault::Placeholder { name: "nmae".into(), takes_names };
    for (key, fault) in [
        ("greeting", length),
        ("question", named(true)),
        ("yes", named(false)),
        ("no", Fault::SameAsYes),
        ("unsubscribe_button", Fault::NotAStopWord),
    ] {
        let error = BrandError { brand: "a".into(), key: format!("texts.en.{key}"), fault };
        let page = TextsPage::new(frame(), Language::English, brand.texts.get("en"), false).wrong(&error);
        let found = page.groups.iter().flat_map(|group| &group.fields).find(|field| field.wrong.is_some());
        assert_eq!(found.map(|field| field.name), Some(key));
        put(all, format!("texts, wrong {key}"), &page);
    }
    let parts = [Part::Name, Part::Colours, Part::Languages, Part::Controller];
    let texts = ["ar", "fr"].map(|code| Part::Texts(code.into()));
    for part in parts.into_iter().chain(texts).map(Some).chain([None]) {
        put(all, format!("back {part:?}"), &back_sample(frame(), brand, part));
    }
    about_documents(all, &|| shell(Section::Documents), brand);
    about_recipients(all, &|| shell(Section::Recipients));
}

/// Of five mails about it some wait, and some were taken by nobody.
fn announcement(kind: &str) -> Announcement {
    Announcement {
        id: AnnouncementId([5; 16]),
        kind: kind.to_owned(),
        version: 2,
        hash: [7; 32],
        early: None,
        announced_at: AT.0,
        effective_at: AT.0,
        told_up_to: AccountId([0; 16]),
        told: 5,
        done_at: Some(AT.0),
        leaf_index: None,
    }
}

fn not_left() -> HashMap<AnnouncementId, Unmailed> {
    HashMap::from([(AnnouncementId([5; 16]), Unmailed { waiting: 1, lost: 3 })])
}

fn about_recipients<'a>(all: &mut Rendered, frame: &impl Fn() -> Shell<'a>) {
    let language = frame().language;
    let none = groups(language, &[], None);
    put(all, "recipients, none", &RecipientsPage { groups: none, frame: frame() });
    let view = |standing, origin: Origin, ended_at: Option<Timestamp>, reason: Option<&str>| RecipientView {
        entry: Recipient {
            number: 1,
            name: "mail".to_owned(),
            origin,
            host: "mail.example".to_owned(),
            port: 587,
            who: "<b>Mail</b> GmbH".to_owned(),
            data: "Addresses".to_owned(),
            purpose: "Mails".to_owned(),
            country: "Germany".to_owned(),
            safeguard: "Article 28".to_owned(),
            reason: reason.map(str::to_owned),
            announced_at: AT.0,
            in_force_from: AT.0,
            ended_at,
            hash: [7; 32],
            leaf_index: ended_at.map(|_| 42),
        },
        standing,
        announcement: None,
    };
    let mut some = [
        view(Standing::InForce, Origin::File, None, None),
        view(Standing::Coming, Origin::Console, None, Some("It burns")),
        view(Standing::Ended, Origin::Console, Some(AT.0), None),
    ];
    some[1].announcement = Some(announcement("recipient"));
    let shown = groups(language, &some, Some(&not_left()));
    put(all, "recipients, some", &RecipientsPage { groups: shown, frame: frame() });
    let last = &all.last().expect("a page").1;
    assert_eq!(
        last.matches("/admin/recipients/1/end").count(),
        1,
        "what was announced here and has not ended"
    );
    put(all, "recipients, end", &end_question(frame(), &some[1]));
    for has_to_wait in [true, false] {
        let form = recipient_form(language, AT.0, has_to_wait);
        put(all, format!("recipient, waits {has_to_wait}"), &AnnouncePage { form, frame: frame() });
    }
    let wrong = Wrong::new(language, "recipient-from", "wrong-recipient-from");
    let form = recipient_form(language, AT.0, true).wrong(wrong);
    put(all, "recipient, wrong", &AnnouncePage { form, frame: frame() });
}

fn about_documents<'a>(all: &mut Rendered, frame: &impl Fn() -> Shell<'a>, brand: &Brand) {
    let document = |kind: &str, language: &str| Document {
        kind: kind.to_owned(),
        version: 1,
        language: language.to_owned(),
        text: "# Terms\n\n<b>Bread</b>".to_owned(),
        published_at: AT.0,
        effective_at: AT.0,
        summary: String::new(),
    };
    let some = [document("terms", "en"), document("terms", "ar"), document("privacy", "en")];
    put(all, "documents, none", &DocumentsPage::new(frame(), brand, &[]));
    let mut page = DocumentsPage::new(frame(), brand, &some);
    let next = VersionView {
        kind: "terms".to_owned(),
        number: 2,
        published_at: AT.0,
        effective_at: AT.0,
        announcement: Some(announcement("terms")),
    };
    page.tell(&[next], &not_left(), AT);
    put(all, "documents, some", &page);
    let last = &all.last().expect("a page").1;
    assert_eq!(last.matches("entente doctor").count(), 2, "what waits, and what nobody took");
    let mut page = DocumentsPage::new(frame(), brand, &[]);
    page.is_proved = false;
    put(all, "documents, unproved", &page);
    let whole: Vec<Document> = KINDS.iter().map(|kind| document(kind, "ar")).collect();
    put(all, "documents, all", &DocumentsPage::new(frame(), brand, &whole));
    let mut page = DocumentsPage::new(frame(), brand, &[]);
    let wrong = Wrong::new(page.frame.language, "privacy-ar", "wrong-document-empty");
    page.form = page.form.wrong(wrong);
    put(all, "documents, one empty", &page);
    let last = &all.last().expect("a page").1;
    assert_eq!(last.matches("<details class=\"e-document e-folded\" open>").count(), 1, "only what is wrong");
}

#[test]
fn what_does_not_fit_is_said_in_words_of_the_console() {
    for language in Language::ALL {
        for (code, error) in faults() {
            let said = sentence(language, &error);
            assert!(said.contains(' ') && !said.contains("brand-"), "{code} in {}: {said}", language.code());
        }
    }
    let (_, error) = faults().into_iter().nth(3).expect("a fault");
    let said = sentence(Language::English, &error).replace(['\u{2068}', '\u{2069}'], "");
    assert!(said.contains("contrast of 2.8 to 1"), "{said}");
}

#[test]
fn no_page_about_the_brand_shows_the_id_of_a_text_that_is_missing() {
    let brand = super::brand(super::BRANDS[0]);
    for language in Language::ALL {
        let look = crate::look::Look::of(&brand, None);
        let mut all = Rendered::new();
        about_brand(&mut all, &|section| Shell::new(language, &brand, &look, section), &brand);
        for (name, text) in all {
            let shown = text.split('<').filter_map(|tag| tag.split_once('>')).map(|(_, shown)| shown);
            for shown in shown.flat_map(str::split_whitespace) {
                let is_id = ["brand-", "documents-", "document-", "text-", "wrong-", "console-"]
                    .iter()
                    .any(|head| shown.starts_with(head));
                assert!(!is_id, "{name} in {}: {shown}", language.code());
            }
        }
    }
}
