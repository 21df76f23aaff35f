//! What the database of an installation holds: whether each brand has published its documents, what Meta said of the
//! connected pages, and when the data was copied last.
//!
//! Invariant: it looks at the database as it lies, and at nothing of anybody's.

use super::{Check, PATIENCE, within};
use crate::config::Config;
use engine::actions::documents::REQUIRED;
use engine::actions::page_check::FOR_NOTICES;
use model::brand::{Brand, PRIVACY};
use model::id::PageId;
use model::page::PageStop;
use model::time::{Span, Timestamp};
use store::tables::document::{self, Document};
use store::tables::page::{self, Lacks};
use store::tables::{brand, installation};
use store::{Database, Schema, StoreError, Tx};

/// The document that nobody has to accept.
const BREACH_POLICY: &str = "breach_policy";
/// How old the newest copy may be where nothing is stated.
const USUAL_DAYS: u16 = 7;
/// How many pages are named where something is missing.
const NAMED: usize = 5;

pub async fn examine(config: &Config, brands: &[Brand], now: Timestamp, is_trial: bool) -> Vec<Check> {
    let slugs: Vec<String> = brands.iter().map(|brand| brand.slug.clone()).collect();
    let read = move |tx: &Tx<'_>| {
        let mut published = Vec::new();
        for slug in &slugs {
            // One that was never served has published nothing.
            let texts = match brand::find_by_slug(tx, slug)? {
                Some(id) => document::list_in_force(tx.brand(id), now)?,
                None => Vec::new(),
            };
            published.push(texts);
        }
        Ok::<_, StoreError>((published, installation::last_backup(tx)?, page::standing(tx)?))
    };
    let look = async {
        if Database::is_bare(&config.database).await? {
            // What was never made holds nothing.
            return Ok((Vec::new(), None, Vec::new()));
        }
        Database::peek(&config.database, "doctor", read).await
    };
    match within(look).await {
        Ok((published, last, standing)) => {
            let lacking = within(Database::peek(&config.database, "doctor", page::lacking)).await;
            let pages = match lacking {
                Ok(lacking) => pages(&standing, &lacking, is_trial),
                Err(problem) => not_known("pages", &problem),
            };
            vec![
                documents(brands, &published, is_trial),
                copies(config.backup_every_days, last, now, is_trial),
                pages,
            ]
        }
        Err(problem) => not_asked(&problem),
    }
}

/// Whether this version of the program may work on the databases as they lie.
pub async fn schema(config: &Config) -> Option<Check> {
    let name = "database-schema";
    for (key, url, schema) in
        [("database.url", &config.database, Schema::Data), ("keys.url", &config.keys, Schema::Keys)]
    {
        if Database::is_bare(url).await.unwrap_or(true) {
            continue;
        }
        let look = Database::peek(url, "doctor", move |tx| store::check_needed(tx, schema));
        match tokio::time::timeout(PATIENCE, look).await {
            Ok(Ok(())) => {}
            Ok(Err(error @ StoreError::Newer { .. })) => {
                let remedy =
                    "this version does not start on it; with several nodes, bring this one up to date";
                return Some(Check::fail(name, format!("{key}: {error}"), remedy));
            }
            // What else cannot be looked at is said by what looks into it.
            _ => return None,
        }
    }
    Some(Check::ok(name, "this version knows the databases as they are"))
}

/// Where the database is not asked at all.
pub fn not_asked(why: &str) -> Vec<Check> {
    ["documents", "backups", "pages"].map(|name| not_known(name, why)).into()
}

/// What could not be looked at is neither well nor missing.
fn not_known(name: &'static str, problem: &str) -> Check {
    let what = format!("not known: the database could not be looked at ({problem})");
    let remedy = "see that database.url is right and can be reached from here, and that this version of the program was started once; then look again";
    Check::warn(name, what, remedy)
}

fn documents(brands: &[Brand], published: &[Vec<Document>], is_trial: bool) -> Check {
    let name = "documents";
    let (mut missing, mut templates, mut silent) = (Vec::new(), Vec::new(), Vec::new());
    let nothing = Vec::new();
    for (at, brand) in brands.iter().enumerate() {
        let texts = published.get(at).unwrap_or(&nothing);
        let has = |kind: &str, language: &String| {
            texts.iter().any(|text| text.kind == kind && text.language == *language)
        };
        let lacks =
            REQUIRED.iter().filter(|kind| brand.languages.iter().any(|language| !has(kind, language)));
        let lacks: Vec<&str> = lacks.copied().collect();
        if !lacks.is_empty() {
            missing.push(format!("{} ({})", brand.slug, lacks.join(", ")));
        }
        if brand.languages.iter().any(|language| !has(BREACH_POLICY, language)) {
            silent.push(brand.slug.as_str());
        }
        if texts.iter().any(|text| web::account::documents::is_template(&text.text)) {
            templates.push(brand.slug.as_str());
        }
    }
    if !missing.is_empty() {
        let what = format!(
            "not published in every language of the brand: {}; without any text nobody can sign up, and whose language is missing is shown another",
            missing.join("; ")
        );
        let remedy = "open the link that `entente serve` prints for the brand, or publish them in the console under Documents";
        return Check::needed(is_trial, name, what, remedy);
    }
    if !templates.is_empty() {
        let what = format!("documents of {} still say that they are a template", templates.join(", "));
        let remedy = "have them checked, take that line out, and publish them as a new version in the console under Documents";
        return Check::needed(is_trial, name, what, remedy);
    }
    let is_unnamed = |(brand, texts): &(&Brand, &Vec<Document>)| {
        let mut notices = texts.iter().filter(|text| text.kind == PRIVACY);
        notices.any(|text| !text.text.contains(&brand.controller.name))
    };
    let unnamed: Vec<&str> =
        brands.iter().zip(published).filter(is_unnamed).map(|(brand, _)| brand.slug.as_str()).collect();
    if !unnamed.is_empty() {
        let what = format!("the privacy notice of {} does not name who is responsible", unnamed.join(", "));
        let remedy = "publish a notice with the name that `controller.name` says, in the console under Documents, or put that name right";
        return Check::warn(name, what, remedy);
    }
    if !silent.is_empty() {
        let what = format!("no breach policy in every language of the brand: {}", silent.join(", "));
        let remedy = "nobody has to accept it, but people are to know what is done; publish it in the console under Documents";
        return Check::warn(name, what, remedy);
    }
    Check::ok(name, format!("{} brands, each with its documents", brands.len()))
}

/// What Meta let us know when it was last asked for each page. The pages' tokens are not opened here: whoever has the page
/// asks Meta anew in the console.
fn pages(standing: &[(Option<PageStop>, bool, u64)], lacking: &[(PageId, Lacks)], is_trial: bool) -> Check {
    let name = "pages";
    let count = |is: &dyn Fn(Option<PageStop>, bool) -> bool| -> u64 {
        standing.iter().filter(|(stop, echoes, _)| is(*stop, *echoes)).map(|(_, _, count)| count).sum()
    };
    let renew = "their accounts renew the access in the console, at the page under Check; if Meta lets no page of the app do so, see App Review in the app's dashboard";
    let stopped = [
        (PageStop::PermissionMissing, "lack a permission that sending needs", renew),
        (PageStop::TokenInvalid, "have a token that Meta no longer takes", renew),
        (
            PageStop::PolicyBlocked,
            "are barred from sending, for what they sent",
            "their accounts see Page Support Quality at Meta",
        ),
        (
            PageStop::Restricted,
            "are restricted by Meta for a time",
            "their accounts see Page Support Quality at Meta; it ends by itself",
        ),
    ];
    let found =
        stopped.iter().map(|(why, what, remedy)| (count(&|stop, _| stop == Some(*why)), *what, *remedy));
    // Of those that can send.
    let deaf = count(&|stop, echoes| stop.is_none() && !echoes);
    let mend = "their accounts have the events delivered again in the console, at the page under Check";
    let found =
        found.chain([(deaf, "send without hearing what became of messages that got no answer", mend)]);
    let found = found.map(|(count, what, remedy)| (count, what.to_owned(), remedy));
    let lacked = |names: fn(&Lacks) -> &Option<Vec<String>>, what: &str, remedy| {
        let (count, named) = named(lacking, names);
        (count, format!("{what} when Meta was last asked ({named})"), remedy)
    };
    let found = found.chain([
        lacked(|lacks| &lacks.permissions, "lacked permissions", renew),
        lacked(|lacks| &lacks.fields, "did not have every event delivered", mend),
    ]);
    let found: Vec<_> = found.filter(|(count, ..)| *count > 0).collect();
    let connected = count(&|stop, _| stop != Some(PageStop::Disconnected));
    if connected == 0 && !is_trial {
        let what = "not known: no page is connected, so Meta has not yet said whether the app has the permissions that it needs";
        return Check::warn(name, what, "connect a page in the console, and look again");
    }
    if found.is_empty() {
        return Check::ok(name, format!("{connected} connected, and none that Meta has refused"));
    }
    let what: Vec<String> = found.iter().map(|(count, what, _)| format!("{count} {what}")).collect();
    let mut remedies: Vec<&str> = Vec::new();
    for (.., remedy) in &found {
        if !remedies.contains(remedy) {
            remedies.push(*remedy);
        }
    }
    Check::warn(name, format!("of {connected} connected pages {}", what.join(", ")), remedies.join("; "))
}

/// How many pages lack something of it, and the first of them with what.
fn named(lacking: &[(PageId, Lacks)], names: fn(&Lacks) -> &Option<Vec<String>>) -> (u64, String) {
    let some = lacking.iter().filter_map(|(id, lacks)| {
        // Not every app is given the permission for notices, and the rest works without.
        let names: Vec<&str> =
            names(lacks).iter().flatten().map(String::as_str).filter(|name| *name != FOR_NOTICES).collect();
        (!names.is_empty()).then(|| format!("{id}: {}", names.join(", ")))
    });
    let some: Vec<String> = some.collect();
    let more = if some.len() > NAMED { "; …" } else { "" };
    let first: Vec<&str> = some.iter().take(NAMED).map(String::as_str).collect();
    (u64::try_from(some.len()).unwrap_or(u64::MAX), format!("{}{more}", first.join("; ")))
}

fn copies(stated: Option<u16>, last: Option<Timestamp>, now: Timestamp, is_trial: bool) -> Check {
    let name = "backups";
    let how = "let a timer call `entente backup`, keep the data on another machine and the keys apart from it, and bring one back for a trial, see docs/backup.md";
    let days = stated.unwrap_or(USUAL_DAYS);
    let Some(last) = last else {
        let what =
            "the data was never copied by `entente backup`; whether it is copied otherwise is not known here";
        return if stated.is_some() {
            Check::needed(is_trial, name, what, how)
        } else {
            Check::warn(name, what, how)
        };
    };
    // The timer's own delay, and how long copying takes.
    let slack = Span::hours(6);
    let age = now.since(last);
    let hours = age.0 / Span::hours(1).0;
    if age.0 > Span::days(i64::from(days)).0.saturating_add(slack.0) {
        let what = format!(
            "the data was copied last {} days ago, and it should be every {days} days{}",
            hours / 24,
            if stated.is_some() { " (backup.every_days)" } else { "" }
        );
        return Check::needed(is_trial, name, what, how);
    }
    Check::ok(name, format!("the data was copied {hours} hours ago"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::State;
    use crate::wiring;

    #[test]
    fn claim_f10_a_copy_that_is_older_than_stated_is_named() {
        let now = Timestamp::from_secs(1_795_348_800);
        let ago = |days: i64| Some(now.minus(Span::days(days)));
        for (stated, last, state) in [
            (None, None, State::Warn),
            (Some(1), None, State::Fail),
            (None, ago(6), State::Ok),
            (None, ago(8), State::Fail),
            (Some(1), ago(1), State::Ok),
            (Some(1), ago(2), State::Fail),
            (Some(30), ago(8), State::Ok),
        ] {
            let check = copies(stated, last, now, false);
            assert_eq!(check.state, state, "{stated:?} {last:?}: {check:?}");
            assert!(copies(stated, last, now, true).state != State::Fail, "a trial may");
        }
    }

    #[test]
    fn claim_f10_pages_that_meta_refuses_are_named() {
        let good =
            [(None, true, 7), (Some(PageStop::Paused), false, 2), (Some(PageStop::Disconnected), false, 4)];
        let check = pages(&good, &[], false);
        assert_eq!((check.state, check.what.split(' ').next()), (State::Ok, Some("9")), "{check:?}");
        assert_eq!((pages(&[], &[], true).state, pages(&[], &[], false).state), (State::Ok, State::Warn));
        for (bad, told) in [
            ((Some(PageStop::PermissionMissing), true, 3), "3 lack a permission"),
            ((Some(PageStop::TokenInvalid), true, 1), "1 have a token"),
            ((Some(PageStop::PolicyBlocked), false, 5), "5 are barred"),
            ((Some(PageStop::Restricted), true, 1), "1 are restricted"),
            ((None, false, 2), "2 send without hearing"),
        ] {
            let mut all = good.to_vec();
            all.push(bad);
            let check = pages(&all, &[], false);
            assert!(
                check.state == State::Warn && check.what.contains(told) && !check.remedy.is_empty(),
                "{check:?}"
            );
        }
    }

    #[test]
    fn claim_f10_pages_that_lack_a_permission_or_an_event_are_named_with_what_to_do() {
        let names = |some: &[&str]| Some(some.iter().map(|name| (*name).to_owned()).collect());
        let whole = Lacks { permissions: names(&[]), fields: names(&[]) };
        let of = |number: u8, lacks: &Lacks| (PageId([number; 16]), lacks.clone());
        let check = pages(&[(None, true, 9)], &[of(1, &whole), of(2, &Lacks::default())], false);
        assert_eq!(check.state, State::Ok, "{check:?}");
        let mute = Lacks { permissions: names(&["pages_messaging"]), fields: None };
        let deaf = Lacks { permissions: None, fields: names(&["messages", "standby"]) };
        let check = pages(&[(None, true, 9)], &[of(1, &mute), of(2, &deaf), of(3, &whole)], false);
        assert_eq!(check.state, State::Warn);
        let (one, other) = (PageId([1; 16]), PageId([2; 16]));
        for told in [
            format!("1 lacked permissions when Meta was last asked ({one}: pages_messaging)"),
            format!(
                "1 did not have every event delivered when Meta was last asked ({other}: messages, standby)"
            ),
        ] {
            assert!(check.what.contains(&told), "{told} in {}", check.what);
        }
        assert!(check.remedy.contains("renew the access") && check.remedy.contains("delivered again"));
        // Of many the first are named.
        let many: Vec<_> = (1..=9).map(|number| of(number, &mute)).collect();
        let check = pages(&[(None, true, 9)], &many, false);
        assert!(
            check.what.contains("9 lacked permissions") && check.what.ends_with("; …)"),
            "{}",
            check.what
        );
        assert_eq!(check.what.matches("pag_").count(), NAMED);
    }

    #[test]
    fn claim_f10_documents_that_are_not_published_or_are_a_template_still_are_named() {
        let text = std::fs::read_to_string(
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../brands/almujeeb/brand.toml"),
        );
        let brand = wiring::parse_brand(&text.unwrap()).unwrap();
        let first: Vec<Document> = web::account::documents::first(&brand)
            .into_iter()
            .map(|new| Document {
                kind: new.kind,
                version: 1,
                language: new.language,
                text: new.text,
                published_at: Timestamp::ZERO,
                effective_at: Timestamp::ZERO,
                summary: String::new(),
            })
            .collect();
        let checked = |text: &str| {
            let lines = text.lines().filter(|line| !web::account::documents::is_template(line));
            lines.collect::<Vec<_>>().join("\n")
        };
        let good: Vec<Document> =
            first.iter().map(|text| Document { text: checked(&text.text), ..text.clone() }).collect();
        let brands = [brand];
        let judge = |texts: &[Document]| documents(&brands, &[texts.to_vec()], false);
        assert_eq!((first.len(), judge(&good).state), (8, State::Ok));
        let mut other = good.clone();
        other
            .iter_mut()
            .for_each(|text| text.text = text.text.replace(&brands[0].controller.name, "Somebody"));
        assert!(judge(&other).state == State::Warn && judge(&other).what.contains("responsible"));
        assert_eq!(documents(&brands, &[], false).state, State::Fail);
        for at in 0..8 {
            let mut without = good.clone();
            let left_out = without.remove(at);
            let check = judge(&without);
            if left_out.kind == BREACH_POLICY {
                assert!(check.state == State::Warn && check.what.contains("breach policy"), "{check:?}");
            } else {
                assert!(check.state == State::Fail && check.what.contains(&left_out.kind), "{check:?}");
            }
            let mut one_left = good.clone();
            one_left[at] = first[at].clone();
            let check = judge(&one_left);
            assert!(check.state == State::Fail && check.what.contains("template"), "{at}: {check:?}");
        }
        assert_eq!(documents(&brands, &[first], true).state, State::Warn);
    }
}
