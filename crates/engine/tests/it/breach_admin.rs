//! The register of breaches as an admin lives it: whom a search found and why, a search from an access for support, what
//! is missing is said to follow, what is sent is looked at before, and a drill tells nobody.

use crate::breach::{aware, detail, from, suspected, texts};
use crate::home::{Home, account, actor, admin};
use crate::people::{PASSWORD, Town as People};
use crate::told::Town;
use engine::actions::breaches::{self, FactsForm};
use engine::actions::support::{self, Wanted};
use engine::actions::{leads, tokens};
use engine::mail::Letter;
use engine::views::breaches::{Asked, Part, PersonView, Way, affected, preview};
use engine::{Actor, Door, EngineError, Reason, TokenScope, views};
use model::breach::{EntryKind, Field, Standing, Start};
use model::id::{BreachId, LeadId, SessionId};
use model::support::Scope;
use model::time::{Clock, Span, Timestamp};
use std::collections::BTreeSet;
use store::{params, statements};

statements! {
    UNNUMBERED = "UPDATE breach_person SET what = what & 65535 WHERE breach_id = $1";
}

/// Everybody of a part, page by page of two.
async fn all(home: &Home, id: BreachId, part: Part) -> Vec<PersonView> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let some = affected(&home.engine, &admin(home.brand), id, (part, after), 2).await.unwrap();
        let Some(last) = some.last() else { return all };
        after = Some(last.person);
        all.extend(some);
    }
}

fn starts(one: &PersonView) -> Vec<Start> {
    one.whys.iter().map(|why| why.start).collect()
}

#[tokio::test]
async fn claim_x8_each_affected_person_is_listed_with_the_searches_that_led_there() {
    let home = Home::new().await;
    let (engine, me, boss) = (&home.engine, home.actor(), admin(home.brand));
    let mut people = Vec::new();
    for number in 0..5 {
        people.push(home.opt_in(&format!("psid-{number}"), "hello").await);
    }
    let session = SessionId::new(home.clock.now(), &testkit::SeededEntropy::new(8));
    let who = Actor { door: Some(Door::Session(session)), ..me.clone() };
    let (token, _) = tokens::create_own(engine, &me, &[TokenScope::LeadsRead], None).await.unwrap();
    home.clock.advance(Span::minutes(1));
    // After the token was made: it was not made in this session.
    let began = home.clock.now();
    leads::reveal(engine, &who, people[1], Reason::Order).await.unwrap();
    home.clock.advance(Span::minutes(1));
    let id = suspected(&home).await;
    assert!(all(&home, id, Part::Lead).await.is_empty());
    let of_session = Asked { from: began, ..from(&home, Start::Session, &session.to_string()) };
    breaches::search(engine, &boss, id, &of_session).await.unwrap();
    let one = all(&home, id, Part::Lead).await;
    assert_eq!(one.iter().map(|one| LeadId(one.person)).collect::<Vec<_>>(), [people[1]]);
    assert!(one[0].is_certain && one[0].account == Some(me.account) && one[0].told.is_none());
    assert_eq!((one[0].whys.len(), one[0].whys[0].name.clone()), (1, session.to_string()));
    // Another search finds everybody, and of whom both found both are named.
    breaches::search(engine, &boss, id, &from(&home, Start::Token, &token.to_string())).await.unwrap();
    let found = all(&home, id, Part::Lead).await;
    let sorted: BTreeSet<LeadId> = found.iter().map(|one| LeadId(one.person)).collect();
    assert_eq!((found.len(), &sorted), (5, &people.iter().copied().collect()));
    for one in &found {
        let is_seen = LeadId(one.person) == people[1];
        let wanted = if is_seen { vec![Start::Session, Start::Token] } else { vec![Start::Token] };
        assert_eq!((starts(one), one.is_certain), (wanted, is_seen));
    }
    let owners = all(&home, id, Part::Owner).await;
    assert_eq!((owners.len(), owners[0].account, owners[0].leads), (1, Some(me.account), 5));
    // A search that found nobody has a number too.
    let neighbour = actor(home.brand, account(engine, home.brand, 100).await).account;
    let nobody = from(&home, Start::Account, &neighbour.to_string());
    let empty = suspected(&home).await;
    breaches::search(engine, &boss, empty, &from(&home, Start::Backup, "")).await.unwrap();
    breaches::search(engine, &boss, empty, &nobody).await.unwrap();
    let accounts = all(&home, empty, Part::Account).await;
    assert_eq!((accounts.len(), starts(&accounts[0])), (1, vec![Start::Account]));
    // From before the numbers were kept: whichever search of that time it was, and of a numbered one it is not said.
    let unnumbered = move |tx: &store::Tx<'_>| tx.execute(&UNNUMBERED, &params![id]);
    home.data.write("unnumbered", unnumbered).await.map_err(|error: store::StoreError| error).unwrap();
    assert!(all(&home, id, Part::Lead).await.iter().all(|one| one.whys.is_empty()));
    // Nobody but the brand's admin.
    let user = affected(engine, &me, id, (Part::Lead, None), 5).await;
    assert!(matches!(user, Err(EngineError::NotFound(_))));
    let other = admin(home.other_brand());
    assert!(affected(engine, &other, id, (Part::Lead, None), 5).await.unwrap().is_empty());
    // Whoever is erased is listed no more.
    leads::erase(engine, &me, people[0]).await.unwrap();
    assert_eq!(all(&home, id, Part::Lead).await.len(), 4);
}

#[tokio::test]
async fn claim_x8_an_access_for_support_leads_to_whom_its_helper_was_shown() {
    let town = People::new().await;
    let (home, engine) = (&town.home, &town.home.engine);
    let boss = town.admin();
    let mut people = Vec::new();
    for number in 0..3 {
        people.push(home.opt_in(&format!("psid-{number}"), "hello").await);
    }
    let wanted = Wanted {
        helper: "A Sample Helper, Example Ltd".to_owned(),
        purpose: "messages do not arrive".to_owned(),
        scopes: vec![Scope::Leads, Scope::Accounts],
        lasts: Span::hours(4),
    };
    let mut helpers = Vec::new();
    for _ in 0..2 {
        let (id, code) = support::grant(engine, &boss, &wanted).await.unwrap();
        let secret = support::enter(engine, home.brand, code.reveal(), None).await.unwrap().unwrap();
        let helper = support::find(engine, home.brand, secret.reveal()).await.unwrap().unwrap();
        helpers.push((id, helper));
    }
    home.clock.advance(Span::minutes(1));
    support::show_lead(engine, &helpers[0].1, people[2], "a lost message").await.unwrap();
    support::show_lead(engine, &helpers[1].1, people[0], "a lost message").await.unwrap();
    // A list names nobody.
    views::support::leads(engine, &helpers[0].1, home.account, None, 9).await.unwrap();
    // Somebody else looks at the same time, by a door of their own.
    let session = SessionId::new(home.clock.now(), &testkit::SeededEntropy::new(4));
    let who = Actor { door: Some(Door::Session(session)), ..home.actor() };
    leads::reveal(engine, &who, people[1], Reason::Order).await.unwrap();
    home.clock.advance(Span::minutes(1));
    support::end(engine, &boss, helpers[0].0).await.unwrap();
    home.clock.advance(Span::hours(5));
    for (grant, seen) in [(helpers[0].0, people[2]), (helpers[1].0, people[0])] {
        let id = suspected(home).await;
        let name = grant.to_string();
        let found = breaches::search(engine, &boss, id, &from(home, Start::Grant, &name)).await.unwrap();
        assert_eq!((found.leads_certain, found.leads_possible, found.accounts_possible), (1, 0, 0));
        let listed = all(home, id, Part::Lead).await;
        assert_eq!(listed.iter().map(|one| LeadId(one.person)).collect::<Vec<_>>(), [seen]);
        assert_eq!((starts(&listed[0]), &listed[0].whys[0].name), (vec![Start::Grant], &name));
    }
    // One that is not of this brand is none.
    let id = suspected(home).await;
    let unknown = from(home, Start::Grant, &format!("sup_{}", "0".repeat(32)));
    let refused = breaches::search(engine, &boss, id, &unknown).await;
    assert!(matches!(refused, Err(EngineError::Invalid { field: "name", .. })), "{refused:?}");
}

#[tokio::test]
async fn claim_x8_what_the_authority_is_not_told_yet_is_said_to_follow() {
    let home = Home::new().await;
    let (engine, me) = (&home.engine, admin(home.brand));
    let id = aware(&home).await;
    let now = home.clock.now();
    let silent = breaches::tell_authority(engine, &me, id, (now, false), "").await;
    assert!(matches!(silent, Err(EngineError::Invalid { field: "phase", .. })), "{silent:?}");
    assert_eq!(detail(&home, id).await.breach.course.told_at, None, "it does not count as told");
    assert_eq!(breaches::tell_authority(engine, &me, id, (now, true), "").await.unwrap(), 1);
    let seen = detail(&home, id).await;
    assert_eq!(seen.missing, [Field::Consequences, Field::Measures]);
    assert_eq!((seen.breach.standing, seen.told_in_full), (Standing::InPart, false));
    let told = seen.entries.last().unwrap();
    assert_eq!(told.facts["follows"], serde_json::json!(["consequences", "measures"]));
    assert_eq!(views::breaches::list(engine, &me, None, 1).await.unwrap()[0].standing, Standing::InPart);
    let facts = FactsForm {
        nature: "A session was used by somebody else.".into(),
        contact: "privacy@brand.example".into(),
        consequences: "Strangers may write to people.".into(),
        measures: "The session was ended.".into(),
    };
    breaches::set_facts(engine, &me, id, &facts).await.unwrap();
    assert_eq!(detail(&home, id).await.breach.standing, Standing::InPart, "known, and not told yet");
    assert_eq!(breaches::tell_authority(engine, &me, id, (now, false), "").await.unwrap(), 2);
    assert_eq!(detail(&home, id).await.breach.standing, Standing::Settled);
}

#[tokio::test]
async fn claim_x8_what_is_shown_before_is_what_is_sent_and_nobody_is_told_before() {
    let town = Town::new().await;
    let home = &town.home;
    let (engine, me) = (&home.engine, admin(home.brand));
    home.opt_in("psid-early", "hello").await;
    home.clock.advance(Span::hours(30));
    home.opt_in("psid-late", "hello").await;
    home.clock.advance(Span::minutes(1));
    town.letters().await;
    let id = aware(home).await;
    breaches::leave_authority(engine, &me, id, "Nobody is at any risk.").await.unwrap();
    breaches::search(engine, &me, id, &from(home, Start::Server, "")).await.unwrap();
    assert!(preview(engine, &me, &detail(home, id).await).await.unwrap().is_none());
    let mut long = texts();
    long[0].follows = "x".repeat(breaches::WORDS_LIMIT + 1);
    let refused = breaches::draft_people(engine, &me, id, &long).await;
    assert!(matches!(refused, Err(EngineError::Invalid { field: "follows", .. })), "{refused:?}");
    breaches::draft_people(engine, &me, id, &texts()).await.unwrap();
    engine.handle_breaches().await.unwrap();
    assert!(town.letters().await.is_empty(), "a draft is told to nobody");
    assert_eq!(views::breaches::check(engine, &me).await.unwrap().fault, None);
    let shown = preview(engine, &me, &detail(home, id).await).await.unwrap().unwrap();
    assert_eq!((shown.leads, shown.leads_in_thread, shown.accounts, shown.owners), (2, 1, 1, 1));
    assert_eq!(shown.samples.iter().map(|one| one.language.as_str()).collect::<Vec<_>>(), ["en", "ar"]);
    let before = home.meta.messages().len();
    breaches::tell_people(engine, &me, id, &shown.draft.texts).await.unwrap();
    assert!(detail(home, id).await.draft.is_none());
    engine.handle_breaches().await.unwrap();
    let letters: Vec<Letter> = town.letters().await;
    let wanted: Vec<Letter> = shown.samples[0].letters.iter().map(|(.., letter)| letter.clone()).collect();
    assert_eq!(letters.len(), 2);
    assert!(letters.iter().all(|letter| wanted.contains(letter)), "{letters:?} {wanted:?}");
    let follows = letters.iter().all(|letter| match letter {
        Letter::BreachNotice { follows, .. } | Letter::BreachOfLeads { follows, .. } => {
            follows.as_deref() == Some("Strangers may write to you.")
        }
        _ => false,
    });
    assert!(follows, "what is likely to follow is told: {letters:?}");
    home.settle().await;
    let messages = &home.meta.messages()[before..];
    let thread = serde_json::to_string(&shown.samples[0].in_thread).unwrap();
    assert_eq!(
        messages.iter().filter(|message| message.contains(&thread)).count(),
        1,
        "{messages:?} {thread}"
    );
}

/// Whoever has not confirmed an address yet hears of it once they have.
#[tokio::test]
async fn claim_x8_whoever_confirms_an_address_later_is_told_then() {
    let town = People::new().await;
    let home = &town.home;
    let (engine, me) = (&home.engine, admin(home.brand));
    town.register(town.form().await).await.unwrap();
    let link = town.link("confirm_address").await;
    home.clock.advance(Span::minutes(1));
    let id = aware(home).await;
    breaches::leave_authority(engine, &me, id, "Nobody is at any risk.").await.unwrap();
    breaches::search(engine, &me, id, &from(home, Start::Server, "")).await.unwrap();
    breaches::tell_people(engine, &me, id, &texts()).await.unwrap();
    engine.handle_breaches().await.unwrap();
    let ways = async || {
        let seen = detail(home, id).await;
        [Way::Mail, Way::None].map(|way| seen.told(Part::Account, Some(way)))
    };
    let before = ways().await;
    assert!(before[0] == 0 && before[1] > 0, "{before:?}");
    assert!(town.mails().await.is_empty());
    assert!(town.confirm(&link, PASSWORD).await.unwrap());
    engine.handle_breaches().await.unwrap();
    assert_eq!(ways().await, [1, before[1] - 1]);
    let told = town.mails().await.into_iter().filter(|(kind, ..)| kind == "breach_notice").count();
    assert_eq!(told, 1);
    // It stands on the account's page, too, for whom no mail reaches.
    let [own, of_leads] = views::breaches::of_account(engine, &town.sign_in().await).await.unwrap();
    assert_eq!((own.len(), of_leads.len()), (1, 0));
    assert_eq!(own[0].texts[0].happened, texts()[0].happened);
}

#[tokio::test]
async fn claim_x8_a_drill_tells_nobody_and_is_counted_apart() {
    let town = Town::new().await;
    let home = &town.home;
    let (engine, me) = (&home.engine, admin(home.brand));
    home.opt_in("psid-1", "hello").await;
    home.clock.advance(Span::minutes(1));
    town.letters().await;
    let now = home.clock.now();
    let id = breaches::note(engine, &me, ("A drill", ""), now, true).await.unwrap();
    breaches::become_aware(engine, &me, id, now).await.unwrap();
    breaches::leave_authority(engine, &me, id, "It is only a drill.").await.unwrap();
    breaches::search(engine, &me, id, &from(home, Start::Server, "")).await.unwrap();
    breaches::tell_people(engine, &me, id, &texts()).await.unwrap();
    let before = home.meta.messages().len();
    engine.handle_breaches().await.unwrap();
    home.settle().await;
    assert!(town.letters().await.is_empty());
    assert_eq!(home.meta.messages().len(), before);
    let seen = detail(home, id).await;
    assert!(seen.breach.is_drill && seen.breach.course.people_told_at.is_none());
    assert_eq!(seen.told(Part::Lead, None), 1, "nobody counts as told");
    assert_eq!(seen.entries[0].kind, Some(EntryKind::Drill));
    assert_eq!(seen.entries.last().unwrap().facts["drill"], true);
    breaches::close(engine, &me, id, "It works.").await.unwrap();
    engine.handle_breaches().await.unwrap();
    assert!(town.letters().await.is_empty());
    // A case that is none of these is told, beside it.
    let real = aware(home).await;
    let figures = views::breaches::figures(engine, home.brand).await.unwrap();
    assert_eq!((figures.breaches, figures.drills, figures.entries), (1, 1, 8));
    engine.checkpoint().await.unwrap();
    let checked = views::breaches::check(engine, &me).await.unwrap();
    assert_eq!((checked.entries, checked.fault), (8, None), "every entry of the drill stays");
    assert!(!detail(home, real).await.breach.is_drill);
    assert_eq!(Way::ALL.map(|way| seen.told(Part::Account, Some(way))), [0; 6]);
}

#[tokio::test]
async fn claim_x8_nothing_is_suspected_of_a_time_before_the_brand_was_there() {
    let home = Home::new().await;
    let (engine, me) = (&home.engine, admin(home.brand));
    let since = views::breaches::since(engine, &me).await.unwrap().0;
    let note = |at: Timestamp| breaches::note(engine, &me, ("A stolen laptop", ""), at, false);
    let early = note(since.minus(Span(1))).await;
    assert!(matches!(early, Err(EngineError::Invalid { field: "suspected", .. })), "{early:?}");
    let late = note(home.clock.now().plus(Span::minutes(1))).await;
    assert!(matches!(late, Err(EngineError::Invalid { field: "at", .. })), "{late:?}");
    assert_eq!(views::breaches::check(engine, &me).await.unwrap().entries, 0);
    note(since).await.unwrap();
}
