//! Claim F6: every letter comes out whole in every language of every brand, with all it has to say,
//! and nothing that somebody typed becomes HTML.

use super::*;
use engine::mail::TwoFactorChange;
use model::page::PageStop;
use model::plan::SubscriptionState;
use std::collections::BTreeSet;

const BRANDS: [&str; 5] = [
    include_str!("../../../../brands/leangzbotchat/brand.toml"),
    include_str!("../../../../brands/chatmagico-bot/brand.toml"),
    include_str!("../../../../brands/qchatai/brand.toml"),
    include_str!("../../../../brands/almujeeb/brand.toml"),
    include_str!("../../../../brands/mysocium/brand.toml"),
];
/// 2026-11-22T12:34:56Z.
const AT: Timestamp = Timestamp::from_secs(1_795_350_896);
const ODD: &str = "<img src=x onerror=\"y\"> & 'z'";

fn brand(text: &str) -> Brand {
    let mut brand: Brand = toml::from_str(text).expect("a brand's file");
    brand.public_url = "https://brand.example".to_owned();
    brand
}

fn link(name: &str) -> Personal<String> {
    Personal::new(format!("https://brand.example/{name}?a=1&b=2"))
}

/// Every kind of letter, and what has to stand in it besides its own words.
fn letters() -> Vec<(Letter, Vec<&'static str>)> {
    let odd = || Personal::from(ODD);
    let mut all = vec![
        (Letter::ConfirmAddress { link: link("confirm"), valid_until: AT }, vec!["/confirm", "12:34"]),
        (
            Letter::ConfirmNewAddress { link: link("confirm-new"), valid_until: AT },
            vec!["/confirm-new", "12:34"],
        ),
        (
            Letter::AlreadyRegistered { at: AT, sign_in: link("in"), forgotten: link("forgotten") },
            vec!["/in", "/forgotten", "12:34"],
        ),
        (
            Letter::AccountCreated { at: AT, sign_in: link("in"), not_me: link("not-me") },
            vec!["/in", "/not-me", "12:34"],
        ),
        (
            Letter::NewPlace {
                at: AT,
                network: Personal::from("203.0.113.0/24"),
                browser: odd(),
                not_me: link("not-me"),
            },
            vec!["/not-me", "12:34", "203.0.113.0/24", ODD],
        ),
        (Letter::PasswordChanged { at: AT, not_me: link("not-me") }, vec!["/not-me", "12:34"]),
        (
            Letter::PasswordForgotten { link: link("reset"), valid_until: AT, how: None },
            vec!["/reset", "12:34"],
        ),
        (
            Letter::PasswordForgotten {
                link: link("reset"),
                valid_until: AT,
                how: Some("not_me".to_owned()),
            },
            vec!["/reset", "12:34"],
        ),
        (
            Letter::AddressChangedOld {
                at: AT,
                new_address: Personal::from("new@shop.example"),
                not_me: link("not-me"),
            },
            vec!["/not-me", "12:34", "new@shop.example"],
        ),
        (Letter::AddressChangedNew { at: AT, sign_in: link("in") }, vec!["/in", "12:34"]),
        (
            Letter::TokenMade {
                by_helper: None,
                at: AT,
                scopes: vec!["pages:read".to_owned(), "leads:erase".to_owned()],
                not_me: link("not-me"),
            },
            vec!["/not-me", "12:34", "pages:read, leads:erase"],
        ),
        (Letter::TokenRevoked { at: AT, not_me: link("not-me") }, vec!["/not-me", "12:34"]),
        (
            Letter::WeeklyCheckpoint {
                at: AT,
                checkpoint: "log.example/entente\n4711\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
                    .to_owned(),
                seen: vec![Seen { by: "friend.example/witness".to_owned(), at: AT }],
                link: link("log"),
            },
            vec![
                "/log",
                "12:34",
                "log.example/entente",
                "4711",
                "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=",
                "friend.example/witness",
            ],
        ),
        (
            Letter::LeadErased { at: AT, page: odd(), receipt: link("receipt") },
            vec!["/receipt", "12:34", ODD],
        ),
        (Letter::AccountSetUp { at: AT, sign_in: link("in") }, vec!["/in", "12:34"]),
        (
            Letter::Restored { at: AT, lost: 4021, unknown: 77, link: link("app") },
            vec!["/app", "12:34", "77"],
        ),
        (
            Letter::DocumentChanged {
                document: "privacy".to_owned(),
                version: 7104,
                summary: ODD.to_owned(),
                effective_at: AT,
                early: Some("security".to_owned()),
                link: link("documents/privacy/7104"),
                decide: link("decide"),
            },
            vec!["/documents/privacy/7104", "/decide", "12:34", "7104", ODD],
        ),
        (
            Letter::DataMapChanged {
                summary: vec![ODD.to_owned(), "Another change".to_owned()],
                effective_at: AT,
                early: Some("law".to_owned()),
                link: link("data"),
                leave: Some(link("leave")),
            },
            vec!["/data", "/leave", "12:34", ODD, "Another change"],
        ),
        (
            Letter::RecipientAnnounced {
                who: ODD.to_owned(),
                data: "Four facts".to_owned(),
                purpose: "Five aims".to_owned(),
                country: "Sixland".to_owned(),
                safeguard: "Seven clauses".to_owned(),
                effective_at: AT,
                early: Some("Eight days".to_owned()),
                link: link("recipients"),
                leave: Some(link("leave")),
            },
            vec![
                "/recipients",
                "/leave",
                "12:34",
                ODD,
                "Four facts",
                "Five aims",
                "Sixland",
                "Seven clauses",
                "Eight days",
            ],
        ),
        (Letter::BrandEnds { effective_at: AT, link: link("leave") }, vec!["/leave", "12:34"]),
        (Letter::BrandGoesOn { effective_at: AT, link: link("account") }, vec!["/account", "12:34"]),
        (
            Letter::BreachNotice {
                is_certain: true,
                data: "identity file".to_owned(),
                happened: ODD.to_owned(),
                done: "Ended.".to_owned(),
                advice: "Beware.".to_owned(),
                contact: "privacy@brand.example".to_owned(),
                link: link("breach-policy"),
                follows: Some("Strangers may write.".to_owned()),
            },
            vec!["/breach-policy", ODD, "Strangers may write.", "Ended.", "Beware.", "privacy@brand.example"],
        ),
        (
            Letter::BreachOfLeads {
                people: 4711,
                data: "listed".to_owned(),
                happened: ODD.to_owned(),
                done: "Ended.".to_owned(),
                advice: "Beware.".to_owned(),
                contact: "privacy@brand.example".to_owned(),
                link: link("breach-policy"),
                follows: Some("Strangers may write.".to_owned()),
            },
            vec!["/breach-policy", "4711", ODD, "Strangers may write.", "Ended.", "Beware."],
        ),
        (
            Letter::BreachDue { due_at: AT, link: link("admin/breaches/x") },
            vec!["/admin/breaches/x", "12:34"],
        ),
        (
            Letter::SupportGranted {
                at: AT,
                opens: "leads log".to_owned(),
                ends_at: AT,
                link: link("admin/support/x"),
            },
            vec!["/admin/support/x", "12:34"],
        ),
        (Letter::SupportEntered { at: AT, link: link("admin/support/x") }, vec!["/admin/support/x", "12:34"]),
        (
            Letter::SupportEnded {
                at: AT,
                how: "helper".to_owned(),
                people: 4711,
                link: link("admin/support/x"),
            },
            vec!["/admin/support/x", "4711", "12:34"],
        ),
        (
            Letter::SupportRead {
                at: AT,
                reason: Personal::from(ODD),
                link: link("account"),
                stop: Some(true),
            },
            vec!["/account", ODD, "12:34"],
        ),
        (
            Letter::AdminOpened {
                at: AT,
                what: "opened_leads".to_owned(),
                reason: Personal::from(ODD),
                link: link("account"),
                stop: true,
            },
            vec!["/account", ODD, "12:34"],
        ),
        (Letter::AdminRead { at: AT, link: link("account") }, vec!["/account", "12:34"]),
        (Letter::SessionsEnded { at: AT, link: link("account") }, vec!["/account", "12:34"]),
        (
            Letter::AccountErased {
                at: AT,
                receipt: link("erasure/x"),
                tag: "4fe1".to_owned(),
                reason: None,
            },
            vec!["/erasure/x", "12:34", "4fe1"],
        ),
        (
            Letter::AccountErased {
                at: AT,
                receipt: link("erasure/x"),
                tag: "4fe1".to_owned(),
                reason: Some(Personal::from("You asked for it by post.")),
            },
            vec!["/erasure/x", "by post"],
        ),
        (
            Letter::PlanChanged {
                at: AT,
                plan: ODD.to_owned(),
                link: link("plan"),
                state: SubscriptionState::PastDue,
            },
            vec!["/plan", "12:34", ODD],
        ),
        (
            Letter::BroadcastFinished {
                at: AT,
                sent: 8101,
                refused: 702,
                failed: 43,
                unknown: 5,
                link: link("result"),
            },
            vec!["/result", "12:34", "8101", "702", "43"],
        ),
    ];
    for change in TwoFactorChange::ALL {
        all.push((
            Letter::TwoFactorChanged { at: AT, change, not_me: link("not-me") },
            vec!["/not-me", "12:34"],
        ));
    }
    for stop in PageStop::ALL {
        all.push((
            Letter::PageStopped { at: AT, page: odd(), stop, link: link("page") },
            vec!["/page", "12:34", ODD],
        ));
    }
    for what in [ExportKind::Leads, ExportKind::Account] {
        let letter = Letter::ExportTaken { at: AT, what, people: 3, not_me: link("not-me") };
        all.push((letter, vec!["/not-me", "12:34"]));
    }
    all
}

/// As the template's escaping writes it.
fn escaped(text: &str) -> String {
    text.replace('&', "&#38;")
        .replace('<', "&#60;")
        .replace('>', "&#62;")
        .replace('"', "&#34;")
        .replace('\'', "&#39;")
}

fn written(brand: &Brand, language: Language, letter: &Letter) -> (String, String, String) {
    let written = FluentLetters.write(brand, language.code(), None, letter);
    assert_eq!(written.language, language.code());
    let reveal = |text: &Personal<String>| text.reveal().clone();
    (reveal(&written.subject), reveal(&written.text), reveal(&written.html))
}

fn is_arabic(text: &str) -> bool {
    text.chars().any(|c| ('\u{0600}'..='\u{06ff}').contains(&c))
}

#[test]
fn claim_f6_every_letter_says_all_it_has_to_say_in_every_language_of_every_brand() {
    let kinds: BTreeSet<&str> = letters().iter().map(|(letter, _)| letter.kind()).collect();
    assert_eq!(kinds, BTreeSet::from(Letter::KINDS));
    for file in BRANDS {
        let brand = brand(file);
        for language in Language::ALL {
            for (letter, parts) in letters() {
                let at = format!("{} in {} by {}", letter.kind(), language.code(), brand.slug);
                let (subject, text, html) = written(&brand, language, &letter);
                assert!(!subject.trim().is_empty() && subject.chars().count() < 100, "{at}: {subject}");
                assert!(!subject.contains('\n'), "{at}");
                for part in
                    parts.iter().copied().chain([brand.name.as_str(), brand.controller.contact.as_str()])
                {
                    assert!(text.contains(part), "{at}: no {part} in {text}");
                    assert!(html.contains(&escaped(part)), "{at}: no {part} in {html}");
                }
                let root = format!("<html lang=\"{}\" dir=\"{}\">", language.code(), language.direction());
                assert!(html.contains(&root) && html.contains(&brand.colours.primary), "{at}");
                assert_eq!(
                    is_arabic(&text.replace(&brand.name, "").replace(&brand.controller.name, "")),
                    language == Language::Arabic,
                    "{at}"
                );
                let links = text.split_whitespace().filter(|word| word.starts_with("https://brand.example/"));
                for link in links {
                    assert!(link.ends_with(&format!("&lang={}", language.code())), "{at}: {link}");
                }
                // A text that was not found shows its id.
                for form in [&subject, &text, &html] {
                    assert!(!form.contains("mail-") && !form.contains("page-stop-"), "{at}: {form}");
                }
            }
        }
    }
}

#[test]
fn claim_x4_a_mail_loads_nothing_and_reports_nothing_back() {
    for (letter, _) in letters() {
        for language in Language::ALL {
            let (_, _, html) = written(&brand(BRANDS[3]), language, &letter);
            let html = html.replace(&escaped(ODD), "");
            for foreign in
                ["<img", "src=", "url(", "<script", "<link", "<iframe", "@import", "http:", "onerror="]
            {
                assert!(!html.contains(foreign), "{} has {foreign}", letter.kind());
            }
            // Every address is one of the letter's own.
            for target in html.split("href=\"").skip(1) {
                assert!(target.starts_with("https://brand.example/"), "{target:.60}");
            }
        }
    }
}

#[test]
fn a_link_stands_on_a_line_of_its_own_in_the_plain_text() {
    for (letter, _) in letters() {
        for language in Language::ALL {
            let (_, text, _) = written(&brand(BRANDS[0]), language, &letter);
            let with_links: Vec<&str> = text.lines().filter(|line| line.contains("https://")).collect();
            assert!(!with_links.is_empty(), "{} leads nowhere", letter.kind());
            assert!(
                with_links.iter().all(|line| line.starts_with("https://") && !line.contains(' ')),
                "{text}"
            );
        }
    }
}

#[test]
fn claim_u3_what_could_be_somebody_else_s_doing_says_how_to_stop_them() {
    let brand = brand(BRANDS[0]);
    let with: BTreeSet<&str> = letters()
        .iter()
        .filter(|(letter, _)| written(&brand, Language::English, letter).2.contains("This was not me"))
        .map(|(letter, _)| letter.kind())
        .collect();
    let wanted = [
        "account_created",
        "address_changed_old",
        "export_taken",
        "new_place",
        "password_changed",
        "token_made",
        "token_revoked",
        "two_factor_changed",
    ];
    assert_eq!(with, BTreeSet::from(wanted));
}

#[test]
fn numbers_take_the_plural_that_the_language_wants() {
    let brand = brand(BRANDS[0]);
    let total = |language, sent| {
        let letter =
            Letter::BroadcastFinished { at: AT, sent, refused: 0, failed: 0, unknown: 0, link: link("r") };
        written(&brand, language, &letter).1.replace(['\u{2068}', '\u{2069}'], "")
    };
    for (count, wanted) in
        [(0, "for nobody."), (1, "for one person."), (2, "for 2 people."), (8101, "for 8101 people.")]
    {
        let text = total(Language::English, count);
        assert!(text.contains(wanted), "{count}: {text}");
    }
    for (count, wanted) in [
        (0, "إلى أحد."),
        (1, "إلى شخص واحد."),
        (2, "إلى شخصين."),
        (3, "إلى 3 أشخاص."),
        (11, "إلى 11 شخصًا."),
        (100, "إلى 100 شخص."),
    ] {
        let text = total(Language::Arabic, count);
        assert!(text.contains(wanted), "{count}: {text}");
    }
}

#[test]
fn a_time_is_written_as_people_of_the_language_write_it() {
    let time = |language, at| time(Reader { language, zone: Zone::UTC }, at);
    assert_eq!(time(Language::English, AT), "November 22, 2026, 12:34 UTC");
    let arabic = time(Language::Arabic, AT).replace(['\u{2068}', '\u{2069}'], "");
    assert_eq!(arabic, "22 نوفمبر 2026، الساعة 12:34 بالتوقيت العالمي");
    // A time that no calendar holds is no reason to send nothing.
    assert_eq!(time(Language::English, Timestamp(i64::MAX)), "January 1, 1970, 00:00 UTC");
}

#[test]
fn a_time_is_told_as_the_readers_clocks_show_it_with_the_zone() {
    let letter = Letter::PasswordChanged { at: AT, not_me: link("not-me") };
    let said = |language: &str, zone| {
        let written = FluentLetters.write(&brand(BRANDS[0]), language, Some(zone), &letter);
        written.text.reveal().replace(['\u{2068}', '\u{2069}'], "")
    };
    let english = said("en", "Asia/Amman");
    assert!(english.contains("November 22, 2026, 15:34 (Asia/Amman, UTC+03:00)"), "{english}");
    let arabic = said("ar", "Europe/Berlin");
    assert!(arabic.contains("22 نوفمبر 2026، الساعة 13:34 بتوقيت Europe/Berlin (UTC+01:00)"), "{arabic}");
    assert!(said("en", "Mars/Olympus").contains("12:34 UTC"), "a zone that is none is UTC");
}

#[test]
fn a_language_that_is_not_spoken_falls_back_to_the_brand_s() {
    let letter = Letter::PasswordChanged { at: AT, not_me: link("not-me") };
    let arabic = brand(BRANDS[3]);
    assert_eq!(FluentLetters.write(&arabic, "fr", None, &letter).language, "ar");
    assert_eq!(FluentLetters.write(&arabic, "en-GB", None, &letter).language, "en");
}

#[test]
fn direction_marks_are_left_out_where_there_is_one_direction() {
    let letter = Letter::PasswordChanged { at: AT, not_me: link("not-me") };
    let (subject, text, _) = written(&brand(BRANDS[0]), Language::English, &letter);
    assert_eq!(subject, "Your password at leangzbotchat was changed");
    assert!(!text.contains('\u{2068}'), "{text}");
}
