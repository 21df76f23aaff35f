//! The draft of a notification to the authority, as Markdown: what article 33(3) of the GDPR asks for, from what the
//! register knows.
//!
//! Invariant: what is not known is said to follow, and never left out.

use super::breach_page::whats;
use super::words::{count, number, time_in};
use crate::my::authority::named;
use crate::reader::Reader;
use engine::views::At;
use engine::views::breaches::{BreachDetail, Part, Way};
use fluent_bundle::FluentArgs;
use model::brand::Brand;
use model::time::Timestamp;
use std::fmt::Write as _;

pub fn draft(reader: Reader, brand: &Brand, of: &BreachDetail, now: At) -> String {
    let (language, course, controller) = (reader.language, of.breach.course, &brand.controller);
    let at = |at: Timestamp| time_in(language, At(at), Some(reader.zone.name()));
    let say = |id: &str| language.say(&format!("breach-draft-{id}"));
    let known = |text: &str| if text.is_empty() { say("follows") } else { text.to_owned() };
    let mut args = FluentArgs::new();
    args.set("at", at(now.0));
    args.set("id", of.breach.id.to_string());
    args.set("phase", course.phases.saturating_add(1).to_string());
    let mut parts: Vec<(String, Vec<String>)> = vec![
        (
            say("controller"),
            vec![
                format!("{} ({})", controller.name, brand.name),
                controller.address.clone(),
                named(language, &controller.country).to_owned(),
                controller.contact.clone(),
            ],
        ),
        (
            say("times"),
            [
                ("suspected", Some(course.suspected_at)),
                ("aware", course.aware_at),
                ("due", course.due_at()),
                ("told", course.told_at),
            ]
            .into_iter()
            .filter_map(|(id, time)| {
                Some(format!("{}: {}", language.say(&format!("breaches-clock-{id}")), at(time?)))
            })
            .collect(),
        ),
        (say("nature"), vec![known(&of.nature)]),
    ];
    let mut people: Vec<String> = Vec::new();
    for (part, name) in [(Part::Lead, "leads"), (Part::Account, "accounts")] {
        for (is_certain, how) in [(true, "certain"), (false, "possible")] {
            let label = language.say(&format!("breaches-found-{name}-{how}"));
            people.push(format!("{label}: {}", number(of.people(part, is_certain))));
        }
    }
    parts.push((say("people"), people));
    let data = [("leads", of.what_of_leads), ("accounts", of.what_of_accounts)];
    let data: Vec<String> = data
        .into_iter()
        .filter(|(_, what)| !what.is_empty())
        .map(|(name, what)| {
            format!("{}: {}", language.say(&format!("breaches-found-what-{name}")), whats(language, what))
        })
        .collect();
    parts.push((say("data"), if data.is_empty() { vec![say("follows")] } else { data }));
    parts.push((say("protection"), vec![say("protection-text")]));
    parts.push((say("contact"), vec![known(&of.contact)]));
    parts.push((say("consequences"), vec![known(&of.consequences)]));
    parts.push((say("measures"), vec![known(&of.measures)]));
    if !of.reason.is_empty() {
        parts.push((say("late"), vec![of.reason.clone()]));
    }
    let told: u64 = Part::ALL
        .into_iter()
        .flat_map(|part| [Way::Mail, Way::Thread, Way::Page].map(|way| of.told(part, Some(way))))
        .sum();
    parts.push((
        say("told"),
        vec![match course.people_told_at {
            Some(from) => {
                format!("{}: {} ({})", language.say("breaches-clock-people"), at(from), number(told))
            }
            None => say("told-no"),
        }],
    ));
    let entries = u64::try_from(of.entries.len()).unwrap_or(u64::MAX);
    parts.push((say("register"), vec![count(language, "breach-draft-register-text", entries)]));
    let mut text = format!("# {}\n\n{}\n", say("title"), language.tell("breach-draft-drafted", Some(&args)));
    if of.breach.is_drill {
        let _ = write!(text, "\n**{}**\n", say("drill"));
    }
    for (title, lines) in parts {
        let _ = write!(text, "\n## {title}\n\n");
        let is_list = lines.len() > 1;
        for line in lines {
            let _ = writeln!(text, "{}{line}", if is_list { "- " } else { "" });
        }
    }
    // Fluent's marks hold parts of a page together; in a file they are in the way.
    text.replace(['\u{2068}', '\u{2069}'], "")
}
