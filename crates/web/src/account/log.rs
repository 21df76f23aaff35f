//! `/log`: the log shows itself to everybody: its newest checkpoint, who signed that, and how to compare one that
//! somebody kept.
//!
//! Invariant: nothing here is a brand's or a person's; every brand shows the one log of the installation.

use super::Guest;
use crate::console::Shell;
use crate::console::words::{count, time_in};
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::response::Response;
use engine::views::log::{self, LogStanding};

/// A sample size in the form, so that it shows what is asked for.
const LONGEST: usize = 20;

#[derive(Template)]
#[template(path = "account/log.html")]
struct LogPage<'a> {
    frame: Shell<'a>,
    name: String,
    key: String,
    newest: Option<Newest>,
    witnesses: Vec<Witness>,
    /// How many signatures are asked for, in a sentence.
    quorum: String,
    asked: String,
    answer: Option<Compared>,
}

struct Newest {
    entries: String,
    root: String,
    signed: String,
    is_witnessed: bool,
    seen: Vec<String>,
}

struct Witness {
    name: String,
    key: String,
    seen: String,
    /// Why it did not sign when it was asked last.
    problem: Option<String>,
    is_grave: bool,
}

/// What stands at the size that somebody asked for.
enum Compared {
    Root { entries: String, root: String },
    Nothing(String),
}

impl<'a> LogPage<'a> {
    fn of(frame: Shell<'a>, log: LogStanding, asked: String, answer: Option<Compared>) -> Self {
        let language = frame.language;
        let is_witnessed = log.is_witnessed();
        let newest = log.newest.map(|newest| Newest {
            entries: count(language, "log-entries", newest.size),
            root: newest.root,
            signed: time_in(language, newest.signed_at, None),
            is_witnessed,
            seen: newest
                .witnessed_by
                .into_iter()
                .map(|(name, at)| seen(language, "log-seen", &name, &time_in(language, at, None)))
                .collect(),
        });
        let witnesses = log.witnesses.into_iter().map(|witness| {
            let size = count(language, "log-entries", witness.size);
            Witness {
                seen: match witness.cosigned_at {
                    Some(at) => seen(language, "log-signed", &size, &time_in(language, at, None)),
                    None => language.say("log-never"),
                },
                problem: witness
                    .problem
                    .map(|problem| language.say(&format!("log-problem-{}", problem.code()))),
                is_grave: witness.problem.is_some_and(|problem| problem.is_grave()),
                name: witness.name,
                key: witness.key,
            }
        });
        let quorum = count(language, "log-quorum", u64::try_from(log.quorum).unwrap_or(u64::MAX));
        let witnesses = witnesses.collect();
        Self { frame, name: log.name, key: log.key, newest, witnesses, quorum, asked, answer }
    }
}

fn seen(language: Language, id: &str, what: &str, at: &str) -> String {
    let mut args = fluent_bundle::FluentArgs::new();
    args.set("what", what);
    args.set("at", at);
    language.tell(id, Some(&args))
}

/// `GET /log`, and `?size=` for the root at that size.
pub async fn show(guest: Guest) -> Result<Response, Problem> {
    let language = guest.language();
    let asked: String = guest.asked("size").chars().filter(char::is_ascii_digit).take(LONGEST).collect();
    let answer = match asked.parse() {
        Ok(size) => Some(match log::root_at(guest.engine(), size).await? {
            Some(root) => Compared::Root { entries: count(language, "log-entries", size), root },
            None => Compared::Nothing(language.say("log-compare-none")),
        }),
        Err(_) => None,
    };
    let standing = log::standing(guest.engine()).await?;
    Ok(page::html(&LogPage::of(guest.frame()?, standing, asked, answer)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::Section;
    use crate::look::Look;
    use engine::views::At;
    use engine::views::log::{NewestCheckpoint, WitnessStanding};
    use engine::witness::Problem as Cause;
    use model::brand::Brand;
    use model::time::Timestamp;

    fn standing(problem: Option<Cause>) -> LogStanding {
        let at = At(Timestamp::from_secs(1_795_356_300));
        let witness = |name: &str, problem| WitnessStanding {
            name: name.to_owned(),
            key: format!("{name}+0badcafe+BE"),
            size: 4711,
            cosigned_at: Some(at),
            problem,
        };
        LogStanding {
            name: "chat.example/entente".to_owned(),
            key: "chat.example/entente+0badcafe+AE".to_owned(),
            newest: Some(NewestCheckpoint {
                size: 4712,
                root: "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=".to_owned(),
                signed_at: at,
                text: String::new(),
                witnessed_by: vec![("friend.example/witness".to_owned(), at)],
            }),
            witnesses: vec![
                witness("friend.example/witness", None),
                witness("other.example/witness", problem),
            ],
            quorum: 1,
        }
    }

    #[test]
    fn says_everything_in_every_language_whatever_a_witness_has_against_us() {
        let brand: Brand =
            toml::from_str(include_str!("../../../../brands/almujeeb/brand.toml")).expect("a brand's file");
        let look = Look::of(&brand, None);
        for language in Language::ALL {
            for problem in Cause::ALL.map(Some).into_iter().chain([None]) {
                let frame = Shell::new(language, &brand, &look, Section::Account);
                let html = LogPage::of(frame, standing(problem), String::new(), None).render().unwrap();
                for id in [
                    "logs-",
                    "log-problem",
                    "log-seen",
                    "log-signed",
                    "log-never",
                    "log-quorum",
                    "log-entries",
                ] {
                    assert!(!html.contains(id), "{id} is left in {}", language.code());
                }
                assert!(html.contains("friend.example/witness") && html.contains("CsUYapGG"));
                assert!(html.contains("proof.json --key log.key --witness witness.key --quorum 1"));
                assert_eq!(html.contains("e-note bad"), problem.is_some_and(Cause::is_grave));
            }
            let frame = Shell::new(language, &brand, &look, Section::Account);
            let bare = LogStanding { newest: None, witnesses: vec![], quorum: 0, ..standing(None) };
            let html = LogPage::of(frame, bare, String::new(), None).render().unwrap();
            // Where nobody signs, a check that asks for a signature would fail.
            assert!(html.contains("receipt.json --key log.key<") && !html.contains("--witness"));
            for id in
                ["logs-", "log-problem", "log-seen", "log-signed", "log-never", "log-quorum", "log-entries"]
            {
                assert!(!html.contains(id), "{id} is left in {}", language.code());
            }
        }
    }
}
