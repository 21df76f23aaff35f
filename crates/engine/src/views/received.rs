//! Who received what of one person: the register of recipients, with what is kept about them (claim X7).
//!
//! Nothing is written down for it: what went to Messenger stands in the deliveries, and who was in force when in the
//! register. Of mails and answers no line stays behind, so these are said and not counted.
//!
//! Invariant: a trusted caller only, who has found the person; nobody is left out who may have received something.

use super::At;
use super::recipients::{Origin, RecipientView, list};
use crate::{Engine, EngineError};
use messenger::graph::RECIPIENT as META;
use model::delivery::DeliveryState;
use model::id::BrandId;
use model::time::Timestamp;
use outbound::mail::RECIPIENT as MAIL;
use serde_json::{Value, json};

/// As the register calls the page at which pages are connected, whoever signs certificates, and the log's witnesses.
const META_LOGIN: &str = "meta-login";
const ACME: &str = "acme";
const WITNESS: &str = "witness";

/// What an entry of the operator's file is connected to for, as its name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    Messages,
    Login,
    Mail,
    /// What says nothing of people.
    NoPerson,
    /// The name says nothing. An entry keeps the name under which it was announced, whatever the file calls it since:
    /// whoever was to follow another was announced beside it and took its name later.
    Anything,
}

impl For {
    fn of(name: &str) -> Self {
        let begins = |known: &str| {
            name.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        match name {
            _ if begins(META_LOGIN) => Self::Login,
            _ if begins(META) => Self::Messages,
            _ if begins(MAIL) => Self::Mail,
            ACME => Self::NoPerson,
            _ if begins(WITNESS) => Self::NoPerson,
            _ => Self::Anything,
        }
    }
}

/// One recipient, while it may have received something of the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedView {
    pub who: String,
    /// In the register's words.
    pub data: String,
    pub purpose: String,
    pub from: At,
    /// `None`: still.
    pub until: Option<At>,
    /// How many messages of broadcasts, the first and the last.
    pub messages: Option<(u64, At, At)>,
    /// Whether this program gives it away, or somebody else does whom the admin announced.
    pub is_ours: bool,
}

/// What is kept about somebody by which it can be told.
pub(crate) enum Person<'a> {
    /// With all that was sent to them.
    Lead(&'a [(DeliveryState, Timestamp)]),
    Account {
        has_pages: bool,
    },
}

impl Person<'_> {
    /// Whether an entry of the operator's file gets something of this person.
    fn goes_to(&self, name: &str) -> bool {
        match (For::of(name), self) {
            (For::Anything, _) | (For::Messages, Self::Lead(_)) | (For::Mail, Self::Account { .. }) => true,
            (For::Messages | For::Login, Self::Account { has_pages }) => *has_pages,
            (For::Mail | For::Login, Self::Lead(_)) | (For::NoPerson, _) => false,
        }
    }

    /// What is counted within a time.
    fn messages(&self, from: Timestamp, until: Timestamp) -> Option<(u64, At, At)> {
        let Self::Lead(lines) = self else { return None };
        // Of what is unknown it may have received it.
        let went = |line: &&(DeliveryState, Timestamp)| {
            matches!(line.0, DeliveryState::Sent | DeliveryState::Unknown)
        };
        let within = |at: &Timestamp| (from..=until).contains(at);
        let times: Vec<Timestamp> = lines.iter().filter(went).map(|line| line.1).filter(within).collect();
        let (first, last) = (times.iter().min()?, times.iter().max()?);
        Some((u64::try_from(times.len()).unwrap_or(u64::MAX), At(*first), At(*last)))
    }
}

fn view(one: &RecipientView, person: &Person<'_>, since: Timestamp, now: Timestamp) -> Option<ReceivedView> {
    let entry = &one.entry;
    let is_ours = entry.origin == Origin::File;
    if !one.was_in_force_between(since, now) || (is_ours && !person.goes_to(&entry.name)) {
        return None;
    }
    let from = entry.in_force_from.max(since);
    let until = entry.ended_at.filter(|ended| *ended <= now);
    Some(ReceivedView {
        who: entry.who.clone(),
        data: entry.data.clone(),
        purpose: entry.purpose.clone(),
        from: At(from),
        until: until.map(At),
        messages: if is_ours && For::of(&entry.name) == For::Messages {
            person.messages(from, until.unwrap_or(now))
        } else {
            None
        },
        is_ours,
    })
}

/// Who received something of a person about whom something is kept since `since`, the newest entry first.
pub(crate) async fn of(
    engine: &Engine,
    brand: BrandId,
    person: Person<'_>,
    since: Timestamp,
) -> Result<Vec<ReceivedView>, EngineError> {
    let now = engine.clock.now();
    let all = list(engine, brand).await?;
    Ok(all.iter().filter_map(|one| view(one, &person, since, now)).collect())
}

/// As it stands in a person's own file.
pub(crate) fn written(all: &[ReceivedView]) -> Value {
    let line = |one: &ReceivedView| {
        json!({
            "who": one.who,
            "data": one.data,
            "purpose": one.purpose,
            "from": one.from,
            "until": one.until,
            "messages": one.messages.map(|(count, ..)| count),
            "first_sent_at": one.messages.map(|(_, first, _)| first),
            "last_sent_at": one.messages.map(|(_, _, last)| last),
            "given_by_this_program": one.is_ours,
        })
    };
    all.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::super::recipients::Standing;
    use super::*;
    use model::time::Span;
    use store::tables::recipient::Recipient;

    const NOW: Timestamp = Timestamp::from_secs(1_795_348_800);

    fn days(days: i64) -> Timestamp {
        NOW.plus(Span::days(days))
    }

    fn entry(name: &str, origin: Origin, from: i64, ended: Option<i64>) -> RecipientView {
        let entry = Recipient {
            number: 1,
            name: name.into(),
            origin,
            host: String::new(),
            port: 0,
            who: format!("{name} {from}"),
            data: "d".into(),
            purpose: "p".into(),
            country: "c".into(),
            safeguard: "s".into(),
            reason: None,
            announced_at: days(from),
            in_force_from: days(from),
            ended_at: ended.map(days),
            hash: [0; 32],
            leaf_index: None,
        };
        RecipientView { standing: Standing::of(&entry, NOW), entry, announcement: None }
    }

    #[test]
    fn claim_x7_who_was_announced_under_another_name_is_not_left_out() {
        // Announced beside the server of before, and called `mail` in the file since: its entry keeps its name.
        for (name, lead, account, with_pages) in [
            ("mail-next", false, true, true),
            ("next", true, true, true),
            ("mailer", true, true, true),
            ("meta-next", true, false, true),
            ("meta-login", false, false, true),
            ("acme", false, false, false),
            ("acme-mail", true, true, true),
            ("witness-friend", false, false, false),
        ] {
            let one = entry(name, Origin::File, -50, None);
            let lines = [(DeliveryState::Sent, days(-20))];
            let of = |person: Person<'_>| view(&one, &person, days(-200), NOW);
            assert_eq!(of(Person::Lead(&lines)).is_some(), lead, "{name}");
            assert_eq!(of(Person::Account { has_pages: false }).is_some(), account, "{name}");
            assert_eq!(of(Person::Account { has_pages: true }).is_some(), with_pages, "{name}");
            let counted = of(Person::Lead(&lines)).is_some_and(|one| one.messages.is_some());
            assert_eq!(counted, name == "meta-next", "what went to Messenger is counted there: {name}");
        }
    }

    #[test]
    fn claim_x7_each_recipient_stands_with_the_time_in_which_it_may_have_received_something() {
        let all = [
            entry("meta", Origin::File, 5, None),
            entry("meta", Origin::File, -100, Some(5)),
            entry("meta", Origin::File, -300, Some(-100)),
            entry("meta", Origin::File, -900, Some(-300)),
            entry("mail", Origin::File, -300, None),
            entry("witness-a", Origin::File, -300, None),
            entry("", Origin::Console, -20, Some(-10)),
            entry("", Origin::Console, -250, Some(-210)),
        ];
        let line = |state, at| (state, days(at));
        let lines = [
            line(DeliveryState::Sent, -150),
            line(DeliveryState::Sent, -50),
            line(DeliveryState::Unknown, -40),
            line(DeliveryState::Failed, -30),
            line(DeliveryState::Planned, -30),
        ];
        let of = |person: Person<'_>| -> Vec<ReceivedView> {
            all.iter().filter_map(|one| view(one, &person, days(-200), NOW)).collect()
        };
        let lead = of(Person::Lead(&lines));
        let shown: Vec<_> = lead.iter().map(|one| (one.who.as_str(), one.from.0, one.until)).collect();
        assert_eq!(
            shown,
            [
                ("meta -100", days(-100), None),
                ("meta -300", days(-200), Some(At(days(-100)))),
                (" -20", days(-20), Some(At(days(-10)))),
            ]
        );
        let counted: Vec<_> = lead.iter().map(|one| one.messages).collect();
        let [first, last, old] = [-50, -40, -150].map(|at| At(days(at)));
        assert_eq!(counted, [Some((2, first, last)), Some((1, old, old)), None]);
        let names = |person| of(person).into_iter().map(|one| one.who).collect::<Vec<_>>();
        assert_eq!(names(Person::Account { has_pages: false }), ["mail -300", " -20"]);
        assert_eq!(
            names(Person::Account { has_pages: true }),
            ["meta -100", "meta -300", "mail -300", " -20"]
        );
    }
}
