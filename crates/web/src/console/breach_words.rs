//! A draft of what people are told of a breach, in one of the brand's languages: what article 34(2) of the GDPR asks for, from
//! what the register knows.
//!
//! Invariants: it says nothing that the case does not, and "may have been" of what nobody knows for certain; each part
//! fits into its field; whom to ask is no part of it, since that stands at the end of whatever people get.

use super::breach_page::whats;
use super::words::time_in;
use crate::language::Language;
use engine::actions::breaches::WORDS_LIMIT;
use engine::views::At;
use engine::views::breaches::{BreachDetail, EntryView, Words};
use fluent_bundle::FluentArgs;
use model::brand::Brand;
use model::breach::{EntryKind, Start, What, Whats};
use model::words::is_arabic;
use serde_json::Value;

/// Kinds of data by which somebody can be written to, or be told apart from others.
const NAMED: [What; 5] = [What::Found, What::Identity, What::Proof, What::File, What::Account];
/// Kinds with what people wrote.
const WRITTEN: [What; 3] = [What::Answers, What::Proof, What::File];

/// Sentences of one part, as long as they fit into its field.
#[derive(Default)]
struct Part {
    text: String,
    /// What is kept free for what comes later.
    reserved: usize,
}

impl Part {
    fn with(mut self, sentence: &str) -> Self {
        let space = if self.text.is_empty() { "" } else { " " };
        let sentence = sentence.trim().replace(['\u{2068}', '\u{2069}'], "");
        let length = self.text.chars().count() + space.len() + sentence.chars().count();
        if !sentence.is_empty() && length + self.reserved <= WORDS_LIMIT {
            self.text.push_str(space);
            self.text.push_str(&sentence);
        }
        self
    }

    fn with_all(self, sentences: impl IntoIterator<Item = String>) -> Self {
        sentences.into_iter().fold(self, |part, sentence| part.with(&sentence))
    }
}

/// What the admin wrote for the authority, where it is in this language and fits.
fn own(language: Language, text: &str) -> Option<String> {
    let is_of = is_arabic(text) == (language == Language::Arabic);
    (!text.is_empty() && is_of && text.chars().count() <= WORDS_LIMIT / 2).then(|| text.to_owned())
}

/// Everything says more than its parts do.
fn shortest(what: Whats) -> Whats {
    if what.iter().any(|one| one == What::File) { Whats::of(&[What::File]) } else { what }
}

fn searches(of: &BreachDetail) -> impl Iterator<Item = (Start, &EntryView)> {
    let all = of.entries.iter().filter(|entry| entry.kind == Some(EntryKind::Affected));
    all.filter_map(|entry| Some((Start::from_code(entry.facts.get("start")?.as_str()?)?, entry)))
}

/// Where the searches begin, each kind once.
fn how(language: Language, of: &BreachDetail) -> Vec<String> {
    let is_searched = |start: &Start| searches(of).any(|(own, _)| own == *start);
    let all = Start::ALL.into_iter().filter(is_searched);
    all.map(|start| language.say(&format!("breach-words-how-{}", start.code()))).collect()
}

/// From when until when. A copy is of one time and may be read at any.
fn when(language: Language, of: &BreachDetail) -> Option<String> {
    let at = |entry: &EntryView, name: &str| At::parse(entry.facts.get(name).and_then(Value::as_str)?);
    let times = || searches(of).filter(|(start, _)| *start != Start::Backup);
    let from = times().filter_map(|(_, entry)| at(entry, "from")).min_by_key(|at| at.0)?;
    let until = times().filter_map(|(_, entry)| at(entry, "until")).max_by_key(|at| at.0)?;
    let mut args = FluentArgs::new();
    args.set("from", time_in(language, from, None));
    args.set("until", time_in(language, until, None));
    Some(language.tell("breach-words-when", Some(&args)))
}

fn happened(language: Language, brand: &Brand, of: &BreachDetail) -> Part {
    let what = [("leads", of.what_of_leads), ("accounts", of.what_of_accounts)];
    let what = what.into_iter().filter(|(_, what)| !what.is_empty()).map(|(who, what)| {
        language.say_with(&format!("breach-words-what-{who}"), "what", &whats(language, shortest(what)))
    });
    // What leads read first; accounts read their own kinds in their mail besides.
    let what = Part::default().with_all(what).text;
    let how = own(language, &of.nature).map_or_else(|| how(language, of), |own| vec![own]);
    let begun = Part { reserved: what.chars().count() + 1, ..Part::default() }
        .with(&language.say_with("breach-words-who", "brand", &brand.name))
        .with_all(how);
    Part { reserved: 0, ..begun }.with(&what).with_all(when(language, of))
}

fn words_of(language: Language, names: &[&str]) -> Vec<String> {
    names.iter().map(|name| language.say(&format!("breach-words-{name}"))).collect()
}

/// What people are told of this case, as far as it is known.
pub fn drafted(language: Language, brand: &Brand, of: &BreachDetail) -> Words {
    let all = of.what_of_leads.and(of.what_of_accounts);
    let has = |some: &[What]| all.iter().any(|what| some.contains(&what));
    let (is_named, is_written) = (has(&NAMED), has(&WRITTEN));
    let follows = match (is_named, is_written) {
        (true, true) => words_of(language, &["follows-named", "follows-written"]),
        (true, false) => words_of(language, &["follows-named"]),
        (false, true) => words_of(language, &["follows-written"]),
        (false, false) => words_of(language, &["follows-nameless"]),
    };
    let told =
        of.breach.course.told_at.map(|at| {
            language.say_with("breach-words-done-authority", "at", &time_in(language, At(at), None))
        });
    let advice = [
        (is_named, "advice-named"),
        (!of.what_of_leads.is_empty(), "advice-leads"),
        (!of.what_of_accounts.is_empty(), "advice-accounts"),
        (true, "advice-ask"),
    ];
    let advice: Vec<&str> = advice.into_iter().filter(|(is_so, _)| *is_so).map(|(_, name)| name).collect();
    let follows = own(language, &of.consequences).map_or(follows, |own| vec![own]);
    Words {
        language: language.code().to_owned(),
        happened: happened(language, brand, of).text,
        follows: Part::default().with_all(follows).text,
        done: Part::default()
            .with_all(own(language, &of.measures))
            .with_all(words_of(language, &["done-searched"]))
            .with_all(told)
            .text,
        advice: Part::default().with_all(words_of(language, &advice)).text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::views::breaches::BreachView;
    use model::breach::{Course, Standing};
    use model::id::BreachId;
    use model::time::Timestamp;
    use serde_json::json;

    fn case(starts: &[Start], what_of_leads: Whats, what_of_accounts: Whats) -> BreachDetail {
        let entry = |start: &Start| EntryView {
            number: 1,
            kind: Some(EntryKind::Affected),
            written_at: At(Timestamp(0)),
            leaf_index: None,
            facts: json!({
                "start": start.code(),
                "from": "2026-11-24T12:01:00Z",
                "until": "2026-11-24T13:00:00Z",
            }),
        };
        BreachDetail {
            breach: BreachView {
                id: BreachId([1; 16]),
                title: "x".to_owned(),
                course: Course::new(Timestamp(0)),
                standing: Standing::Suspected,
                is_drill: false,
            },
            nature: String::new(),
            contact: String::new(),
            consequences: String::new(),
            measures: String::new(),
            reason: String::new(),
            missing: Vec::new(),
            told_in_full: false,
            draft: None,
            texts: Vec::new(),
            counts: Vec::new(),
            mailed: None,
            what_of_leads,
            what_of_accounts,
            entries: starts.iter().map(entry).collect(),
        }
    }

    fn brand() -> Brand {
        crate::console::samples::brand(include_str!("../../../../brands/mysocium/brand.toml"))
    }

    fn parts(words: &Words) -> [&str; 4] {
        [&words.happened, &words.follows, &words.done, &words.advice]
    }

    #[test]
    fn every_draft_fits_its_fields_in_each_language_and_leaves_out_no_kind_of_data() {
        let brand = brand();
        let singles = What::ALL.into_iter().map(|what| vec![what]);
        // All that there is of a lead, without what says it in one.
        let others = [What::File, What::Account, What::Standing];
        let most: Vec<What> = What::ALL.into_iter().filter(|what| !others.contains(what)).collect();
        for (kinds, language) in singles
            .chain([most, What::ALL.to_vec()])
            .flat_map(|kinds| Language::ALL.map(|language| (kinds.clone(), language)))
        {
            let what = Whats::of(&kinds);
            for start in Start::ALL {
                let of = case(&[start], what, Whats::default());
                let words = drafted(language, &brand, &of);
                for part in parts(&words) {
                    assert!(
                        (10..=WORDS_LIMIT).contains(&part.chars().count()),
                        "{kinds:?} {start:?}: {part:?}"
                    );
                    assert!(!part.contains("breach-words") && !part.contains('{'), "{part}");
                    assert_eq!(is_arabic(part), language == Language::Arabic, "{part}");
                }
                let kinds = whats(language, shortest(what)).replace(['\u{2068}', '\u{2069}'], "");
                assert!(words.happened.contains(&kinds), "{kinds} in {}", words.happened);
            }
        }
    }

    #[test]
    fn a_draft_says_how_where_that_is_known_and_the_admins_own_words_in_their_language_alone() {
        let brand = brand();
        let (listed, account) = (Whats::of(&[What::Listed]), Whats::of(&[What::Account]));
        let mut of = case(&[Start::Token, Start::Session], listed, account);
        let words = drafted(Language::English, &brand, &of);
        for wanted in [&brand.name, "signed in", "a program's", "without who they are", "e-mail address"] {
            assert!(words.happened.contains(wanted), "{wanted} in {}", words.happened);
        }
        assert!(words.advice.contains("my data") && words.advice.contains("password"), "{}", words.advice);
        assert!(!words.done.contains("authority"), "{}", words.done);
        (of.nature, of.consequences) = ("A laptop was stolen.".to_owned(), "x".repeat(WORDS_LIMIT));
        (of.measures, of.breach.course.told_at) = ("أنهينا كل الجلسات.".to_owned(), Some(Timestamp(0)));
        let english = drafted(Language::English, &brand, &of);
        assert!(english.happened.contains("A laptop was stolen.") && !english.happened.contains("signed in"));
        assert!(!english.follows.contains("xx"), "what does not fit is not cut");
        assert!(english.done.contains("authority was told on 1 January 1970") && !is_arabic(&english.done));
        let arabic = drafted(Language::Arabic, &brand, &of);
        assert!(arabic.done.starts_with("أنهينا كل الجلسات.") && !arabic.happened.contains("laptop"));
        // A copy has no time in which it was read; what else is found has.
        let seen = case(&[Start::Token], listed, Whats::default());
        assert!(drafted(Language::English, &brand, &seen).happened.ends_with("13:00 (UTC)."));
        let copied = case(&[Start::Backup], listed, Whats::default());
        assert!(!drafted(Language::English, &brand, &copied).happened.contains("12:01"));
    }
}
