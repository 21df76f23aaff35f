//! `/promises`: every promise by its number, how it is kept, and where a visitor can see that for themselves.
//!
//! Invariants: the words say nothing that the program does not do; each link leads to a page that is there, which a
//! test follows; how many tests carry a number is counted in a list that is made from the sources
//! (`cargo run -p xtask -- claims`) and compared with them by the rules of the tree; what was broken on purpose, which
//! test noticed and what scanners said is read from the tables in `docs/security` ([`tried`]), and no promise is without.

use crate::account::Guest;
use crate::console::Shell;
use crate::console::words::{self, count};
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use crate::tried::{self, Break, Scan};
use askama::Template;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use fluent_bundle::FluentArgs;

/// Lines of a number and the name of a test that carries it.
const TESTS: &str = include_str!("../claims/tests.txt");

/// Where something is seen: an address of this site, and the end of the id of its name.
type Seen = (&'static str, &'static str);

const MAP: Seen = ("/data#all", "map");
const MAP_FILE: Seen = ("/data/map.json", "map-file");
const SHORT: Seen = ("/data#short", "short");
const BROWSER: Seen = ("/data#browser", "browser");
const ADDRESS: Seen = ("/data#address", "address");
const RECIPIENTS: Seen = ("/data#recipients", "recipients");
const REGISTER_OF_RECIPIENTS: Seen = ("/recipients", "register-of-recipients");
const BREACH_POLICY: Seen = ("/breach-policy", "breach-policy");
const BACKUPS: Seen = ("/data#backups", "backups");
const NOT: Seen = ("/data#not", "not");
const ANNOUNCED: Seen = ("/data#announcement", "announced");
const RIGHTS: Seen = ("/data#rights", "rights");
const LOG: Seen = ("/log", "log");
const CHECK: Seen = ("/log#check", "check");
const REGISTER: Seen = ("/register", "register");
const SIGN_IN: Seen = ("/login", "sign-in");
const FORGOTTEN: Seen = ("/account/forgotten", "forgotten");
const TERMS: Seen = ("/terms", "terms");
const PRIVACY: Seen = ("/privacy", "privacy");

struct Promise {
    number: &'static str,
    seen: &'static [Seen],
}

const fn promise(number: &'static str, seen: &'static [Seen]) -> Promise {
    Promise { number, seen }
}

/// By headings. The order is that of the numbers within each.
const GROUPS: [(&str, &[Promise]); 7] = [
    (
        "data",
        &[
            promise("D1", &[MAP, MAP_FILE]),
            promise("D2", &[("/data#lead-given", "lead-given"), RIGHTS]),
            promise("D3", &[REGISTER_OF_RECIPIENTS, RECIPIENTS]),
        ],
    ),
    (
        "makers",
        &[
            promise("R1", &[("/data#account-given", "given"), ("/data#account-arises", "arises")]),
            promise("R2", &[BROWSER, MAP]),
            promise("R3", &[BACKUPS, CHECK]),
            promise("R4", &[ADDRESS, ("/data#table-reading", "reading")]),
            promise("R5", &[("/support", "support"), ("/data#table-support_grant", "grants"), NOT]),
        ],
    ),
    (
        "admin",
        &[
            promise("A1", &[("/data#table-reading", "reading"), ("/data#table-audit", "audit")]),
            promise("A2", &[REGISTER, ANNOUNCED]),
            promise("A3", &[("/data#table-answer", "answers"), ("/data#table-export", "exports")]),
        ],
    ),
    (
        "user",
        &[
            promise("U1", &[TERMS, PRIVACY, REGISTER]),
            promise("U2", &[REGISTER]),
            promise("U3", &[PRIVACY, FORGOTTEN]),
        ],
    ),
    (
        "done",
        &[
            promise("X1", &[REGISTER, SHORT]),
            promise("X2", &[PRIVACY, NOT]),
            promise("X3", &[BROWSER]),
            promise("X4", &[SHORT, BROWSER]),
            promise("X5", &[ADDRESS]),
            promise("X6", &[TERMS, PRIVACY]),
            promise("X7", &[REGISTER_OF_RECIPIENTS, RECIPIENTS]),
            promise("X8", &[BREACH_POLICY, ("/data#table-breach_entry", "breaches")]),
            promise("X9", &[TERMS, BACKUPS]),
            promise("X10", &[("/security", "security"), PRIVACY]),
        ],
    ),
    (
        "get",
        &[
            promise("F1", &[BACKUPS, CHECK, NOT]),
            promise("F2", &[MAP, NOT]),
            promise("F3", &[SIGN_IN, BROWSER]),
            promise("F4", &[ADDRESS, ("/data#table-sign_in", "sign-ins")]),
            promise("F5", &[SHORT, ("/data#table-daily", "daily"), ("/data#table-delivery", "deliveries")]),
            promise("F6", &[PRIVACY, ("/data#table-mail", "mails")]),
            promise("F7", &[TERMS, PRIVACY, MAP]),
            promise("F8", &[PRIVACY]),
            promise("F9", &[REGISTER_OF_RECIPIENTS, MAP, NOT]),
            promise("F10", &[BREACH_POLICY, PRIVACY, NOT]),
        ],
    ),
    (
        "bulk",
        &[
            promise("B1", &[("/data#table-delivery", "deliveries")]),
            promise("B2", &[LOG, CHECK]),
            promise("B3", &[TERMS, RIGHTS]),
        ],
    ),
];

/// How many tests carry a number.
fn tests_of(number: &str) -> u64 {
    let own = TESTS.lines().filter(|line| line.split_once(' ').is_some_and(|(of, _)| of == number));
    u64::try_from(own.count()).unwrap_or(u64::MAX)
}

#[derive(Template)]
#[template(path = "account/promises.html")]
struct PromisesPage<'a> {
    frame: Shell<'a>,
    groups: Vec<Group>,
    scans: Vec<Scan>,
}

struct Group {
    id: &'static str,
    title: String,
    promises: Vec<Shown>,
}

struct Shown {
    id: String,
    number: &'static str,
    what: String,
    how: String,
    /// Address and name of each place where it is seen.
    seen: Vec<(String, String)>,
    tests: String,
    /// How often it was broken on purpose, and when for the last time.
    broken: String,
    breaks: Vec<Break>,
}

impl Shown {
    fn of(frame: &Shell<'_>, promise: &Promise) -> Self {
        let (language, id) = (frame.language, promise.number.to_ascii_lowercase());
        let seen = promise.seen.iter().map(|(address, name)| {
            (in_its_language(frame, address), language.say(&format!("promises-see-{name}")))
        });
        let breaks: Vec<Break> = tried::breaks(promise.number).collect();
        Self {
            number: promise.number,
            what: language.say(&format!("promises-{id}-what")),
            how: language.say(&format!("promises-{id}-how")),
            seen: seen.collect(),
            tests: count(language, "promises-tests", tests_of(promise.number)),
            broken: broken(language, &breaks),
            breaks,
            id,
        }
    }
}

/// How often, and the last day.
fn broken(language: Language, breaks: &[Break]) -> String {
    let times = u64::try_from(breaks.len()).unwrap_or(u64::MAX);
    let day = breaks.iter().map(|one| one.day).max().unwrap_or_default();
    let mut args = FluentArgs::new();
    args.set("count", language.form_of(times));
    args.set("shown", words::number(times));
    args.set("day", words::date(language, day));
    language.tell("promises-broken", Some(&args))
}

/// The address of a place on a page, in the language that this page was asked for in. Files have none.
fn in_its_language(frame: &Shell<'_>, address: &str) -> String {
    if address.contains('.') { address.to_owned() } else { frame.to(address) }
}

impl<'a> PromisesPage<'a> {
    fn of(frame: Shell<'a>) -> Self {
        let group = |(id, promises): &(&'static str, &'static [Promise])| Group {
            id,
            title: title(frame.language, id),
            promises: promises.iter().map(|promise| Shown::of(&frame, promise)).collect(),
        };
        Self { groups: GROUPS.iter().map(group).collect(), scans: tried::scans(), frame }
    }

    fn date(&self, day: &str) -> String {
        words::date(self.frame.language, day)
    }
}

fn title(language: Language, id: &str) -> String {
    language.say(&format!("promises-of-{id}"))
}

/// `GET /promises`
pub async fn show(guest: Guest) -> Result<Response, Problem> {
    Ok(page::html(&PromisesPage::of(guest.frame()?)))
}

/// `GET /promises/tests.txt`: the names of the tests, by number.
pub async fn tests() -> Response {
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], TESTS).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::Section;
    use crate::look::Look;
    use model::brand::Brand;

    #[test]
    fn every_number_is_there_once_with_its_words_and_its_tests_in_every_language() {
        let brand: Brand =
            toml::from_str(include_str!("../../../brands/almujeeb/brand.toml")).expect("a brand's file");
        let look = Look::of(&brand, None);
        let numbers: Vec<&str> =
            GROUPS.iter().flat_map(|(_, promises)| promises.iter()).map(|promise| promise.number).collect();
        for language in Language::ALL {
            let html =
                PromisesPage::of(Shell::new(language, &brand, &look, Section::Account)).render().unwrap();
            for number in &numbers {
                let card = html.split(&format!("id=\"{}\"", number.to_ascii_lowercase())).nth(1).unwrap();
                let card = card.split("</article>").next().unwrap();
                assert!(card.contains(&format!(">{number}<")) && card.contains("href=\"/"), "{number}");
                // What is counted is what the file of names holds.
                let tests = TESTS.lines().filter(|line| line.starts_with(&format!("{number} "))).count();
                assert!(tests < 3 || card.contains(&tests.to_string()), "{number}: {card}");
            }
            assert!(!html.contains(">promises-") && !html.contains(" promises-"), "a text is missing");
            assert_eq!(html.matches("<article").count(), numbers.len());
        }
    }

    #[test]
    fn every_promise_says_what_was_broken_which_test_noticed_and_when() {
        let brand: Brand =
            toml::from_str(include_str!("../../../brands/almujeeb/brand.toml")).expect("a brand's file");
        let look = Look::of(&brand, None);
        for (language, month) in [(Language::English, " November 2026"), (Language::Arabic, " نوفمبر 2026")]
        {
            let page = PromisesPage::of(Shell::new(language, &brand, &look, Section::Account));
            let html = page.render().unwrap();
            for promise in page.groups.iter().flat_map(|group| &group.promises) {
                assert!(!promise.breaks.is_empty(), "{} was never broken", promise.number);
                let card = html.split(&format!("id=\"{}\"", promise.id)).nth(1).unwrap();
                let card = card.split("</article>").next().unwrap();
                for one in &promise.breaks {
                    assert!(card.contains(one.test) && card.contains(&page.date(one.day)), "{card}");
                }
                assert!(card.contains(month), "{card}");
                assert_eq!(card.matches("lang=\"en\" dir=\"ltr\"").count(), promise.breaks.len());
            }
            for scan in &page.scans {
                assert!(html.contains(&scan.report) && html.contains(&page.date(scan.day)), "{scan:?}");
            }
        }
    }

    #[test]
    fn a_number_is_not_taken_for_the_beginning_of_another() {
        let of = |number: &str| TESTS.lines().filter(|line| line.starts_with(number)).count() as u64;
        assert_eq!(tests_of("F1") + tests_of("F10"), of("F1"));
        assert_eq!((tests_of("F1"), tests_of("F")), (of("F1 "), 0));
    }
}
