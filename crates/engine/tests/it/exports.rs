//! Leads by tag, tags on many at once, and files with many leads.

use crate::broadcasts::promotion;
use crate::home::{Home, account, actor, admin};
use engine::actions::exports::{
    By, COLUMNS, DeliveriesForm, ExportForm, Form, Which, begin, begin_deliveries,
};
use engine::actions::tag_many::{Whom, tag_many, take_back};
use engine::actions::{self, breaches, broadcasts, tags};
use engine::views::breaches::{Asked, Part};
use engine::views::leads::{Filter, LeadState};
use engine::{Actor, Door, EngineError, TokenScope, views};
use model::breach::{Start, What, Whats};
use model::broadcast::Step;
use model::delivery::DeliveryState::Sent;
use model::id::{LeadId, TagId, TokenId};
use model::time::{Clock, Span, Timestamp};
use serde_json::Value;
use std::collections::BTreeSet;
use store::tables::{broadcast_count, lead};
use store::{StoreError, Tx, params};

async fn ids(home: &Home, filter: Filter) -> Vec<LeadId> {
    let (mut ids, mut after) = (Vec::new(), None);
    loop {
        let found = views::leads::filtered(&home.engine, &home.actor(), filter, after, 2).await.unwrap();
        ids.extend(found.leads.iter().map(|lead| lead.id));
        after = found.next;
        if after.is_none() {
            let counted = views::leads::count(&home.engine, &home.actor(), filter).await.unwrap();
            assert_eq!(counted, u64::try_from(ids.len()).unwrap());
            return ids;
        }
    }
}

async fn people(home: &Home) -> Vec<LeadId> {
    let mut leads = Vec::new();
    for number in 1..=5 {
        leads.push(home.opt_in(&format!("psid-{number}"), "My name is Zelda").await);
        home.clock.advance(Span::secs(1));
    }
    home.write("psid-2", "stop").await;
    home.settle().await;
    leads
}

async fn tag(home: &Home, name: &str) -> TagId {
    tags::create(&home.engine, &home.actor(), name).await.unwrap().id
}

fn bearing(tag: TagId) -> Filter {
    Filter { tag: Some(tag), ..Filter::default() }
}

#[tokio::test]
async fn leads_are_found_by_tag_together_with_page_evidence_and_state() {
    let home = Home::new().await;
    let leads = people(&home).await;
    let regulars = tag(&home, "regulars").await;
    let some = Whom::Named(vec![leads[4], leads[1], leads[0]]);
    tag_many(&home.engine, &home.actor(), regulars, some, true).await.unwrap();
    assert_eq!(ids(&home, bearing(regulars)).await, [leads[0], leads[1], leads[4]]);
    let page = views::pages::list(&home.engine, &home.actor(), None, 9).await.unwrap()[0].id;
    let subscribed = Filter { state: Some(LeadState::Subscribed), page: Some(page), ..bearing(regulars) };
    assert_eq!(ids(&home, subscribed).await, [leads[0], leads[4]]);
    actions::leads::erase(&home.engine, &home.actor(), leads[0]).await.unwrap();
    assert_eq!(ids(&home, subscribed).await, [leads[4]]);
    // Another's tag does not exist.
    let other = actor(home.brand, account(&home.engine, home.brand, 10).await);
    let refused = views::leads::filtered(&home.engine, &other, bearing(regulars), None, 2).await;
    assert!(matches!(refused, Err(EngineError::NotFound("this tag"))));
}

#[tokio::test]
async fn what_a_tag_on_many_changed_is_taken_back_and_nothing_else() {
    let home = Home::new().await;
    let leads = people(&home).await;
    let (engine, me) = (&home.engine, &home.actor());
    let regulars = tag(&home, "regulars").await;
    tag_many(engine, me, regulars, Whom::Named(vec![leads[3]]), true).await.unwrap();
    home.clock.advance(Span::secs(1));
    let put = tag_many(engine, me, regulars, Whom::Fitting(Filter::default()), true).await.unwrap();
    assert_eq!((put.leads, ids(&home, bearing(regulars)).await.len()), (4, 5));
    assert_eq!(take_back(engine, me, regulars, put.at).await.unwrap(), 4);
    assert_eq!(ids(&home, bearing(regulars)).await, [leads[3]]);
    // Taken from some: who bore it is named, so that it can be put on them again.
    let taken = tag_many(engine, me, regulars, Whom::Named(leads.clone()), false).await.unwrap();
    assert_eq!((taken.leads, taken.taken), (1, vec![leads[3]]));
    let put = tag_many(engine, me, regulars, Whom::Fitting(Filter::default()), true).await.unwrap();
    assert_eq!(put.leads, 5);
    let gone = tag_many(engine, me, regulars, Whom::Fitting(bearing(regulars)), false).await.unwrap();
    assert_eq!((gone.leads, ids(&home, bearing(regulars)).await.len()), (5, 0));
    // Another's leads do not exist, nor does another's tag.
    let other = actor(home.brand, account(engine, home.brand, 10).await);
    let own = tags::create(engine, &other, "mine").await.unwrap().id;
    for id in [regulars, own] {
        let refused = tag_many(engine, &other, id, Whom::Named(vec![leads[0]]), true).await;
        assert!(matches!(refused, Err(EngineError::NotFound(_))));
    }
    assert!(matches!(take_back(engine, &other, regulars, put.at).await, Err(EngineError::NotFound(_))));
}

#[tokio::test]
async fn of_many_leads_a_page_counts_the_first_and_what_was_put_on_all_is_taken_back_in_parts() {
    let home = Home::new().await;
    let (engine, me, brand) = (&home.engine, &home.actor(), home.brand);
    let first = home.opt_in("psid-1", "hello").await;
    let more = move |tx: &store::Tx<'_>| {
        let scope = tx.brand(brand);
        let one = lead::get(scope, first)?.unwrap();
        let many = (1..=4_100_u16).map(|number| {
            let [high, low] = number.to_be_bytes();
            let mut new = one.clone();
            new.lead.id = LeadId([0xfe, high, low, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
            new
        });
        lead::insert_many(scope, &many.collect::<Vec<_>>())
    };
    home.data.write("more", more).await.unwrap();
    let open = Filter { state: Some(LeadState::WindowOpen), ..Filter::default() };
    let counted = views::leads::count_first(engine, me, open).await.unwrap();
    assert_eq!((counted.leads, counted.is_all), (4_000, false));
    assert_eq!(views::leads::count(engine, me, open).await.unwrap(), 4_101);
    let gone = Filter { state: Some(LeadState::Unavailable), ..Filter::default() };
    let counted = views::leads::count_first(engine, me, gone).await.unwrap();
    assert_eq!((counted.leads, counted.is_all), (0, false), "a rare state does not hold it up");

    let regulars = tag(&home, "regulars").await;
    tag_many(engine, me, regulars, Whom::Named(vec![first]), true).await.unwrap();
    home.clock.advance(Span::secs(1));
    let put = tag_many(engine, me, regulars, Whom::Fitting(Filter::default()), true).await.unwrap();
    assert_eq!(put.leads, 4_100);
    assert_eq!(take_back(engine, me, regulars, put.at).await.unwrap(), 4_100);
    assert_eq!(ids(&home, bearing(regulars)).await, [first]);
    let counted = views::leads::count_first(engine, me, bearing(regulars)).await.unwrap();
    assert_eq!((counted.leads, counted.is_all), (1, true));
}

fn form(filter: Filter, form: Form, with_names: bool) -> ExportForm {
    ExportForm { filter, form, with_names, why: "the accountant asked".to_owned(), by: By::Console }
}

async fn file(home: &Home, asked: ExportForm) -> String {
    let heads = COLUMNS.map(str::to_owned).into();
    let mut export = begin(&home.engine, &home.actor(), asked, heads).await.unwrap();
    let mut text = String::new();
    while let Some(part) = export.next(&home.engine).await.unwrap() {
        text += &part;
    }
    text
}

/// A file of all leads, with their names.
pub async fn named(home: &Home) -> String {
    file(home, form(Filter::default(), Form::Csv, true)).await
}

#[tokio::test]
async fn claim_a3_every_export_is_written_down_with_who_what_when_and_what_for() {
    let home = Home::new().await;
    let leads = people(&home).await;
    let regulars = tag(&home, "=regulars").await;
    tag_many(&home.engine, &home.actor(), regulars, Whom::Named(leads[..2].to_vec()), true).await.unwrap();

    let csv = file(&home, form(Filter::default(), Form::Csv, false)).await;
    let lines: Vec<&str> = csv.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines.len(), 6, "{csv}");
    assert!(lines[0].ends_with("\"unavailable\",\"tags\""), "{csv}");
    assert!(lines[1].contains(&leads[0].to_string()) && lines[1].contains("\"'=regulars\""), "{csv}");
    assert!(lines[2].contains("\"withdrawn\""), "{csv}");
    assert!(!csv.contains("psid-") && !csv.contains("Zelda"), "a masked file names nobody: {csv}");

    home.clock.advance(Span::secs(1));
    let json = file(&home, form(bearing(regulars), Form::Json, true)).await;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["format"], "entente-leads-export/1");
    let named: Vec<_> = json["leads"].as_array().unwrap().iter().map(|l| l["messenger_id"].clone()).collect();
    assert_eq!(named, ["psid-1", "psid-2"]);
    assert_eq!(json["leads"][0]["tags"][0], "=regulars");

    home.clock.advance(Span::secs(1));
    actions::leads::export(&home.engine, &home.actor(), leads[0]).await.unwrap();
    let taken = views::exports::newest(&home.engine, &home.actor(), None, 9).await.unwrap();
    let said: Vec<_> =
        taken.iter().map(|t| (t.form.as_str(), t.leads, t.with_names, t.finished_at.is_some())).collect();
    assert_eq!(said, [("lead", 1, true, true), ("json", 2, true, true), ("csv", 5, false, true)]);
    assert_eq!(taken[1].why.reveal(), "the accountant asked");
    assert_eq!(taken[1].tag.as_ref().unwrap().reveal(), "=regulars");
    // What for and which tag lie sealed.
    for (name, bytes) in home.content().await {
        for text in ["the accountant asked", "=regulars"] {
            let found = bytes.windows(text.len()).any(|window| window == text.as_bytes());
            assert!(!found, "{name} holds {text}");
        }
    }
    // Nobody else sees them.
    let other = actor(home.brand, account(&home.engine, home.brand, 10).await);
    assert!(views::exports::newest(&home.engine, &other, None, 9).await.unwrap().is_empty());
}

#[tokio::test]
async fn claim_a3_nothing_leaves_without_a_reason_and_what_was_broken_off_says_so() {
    let home = Home::new().await;
    people(&home).await;
    for why in ["", "  x ", &"w".repeat(201), "a\u{7}bc"] {
        let asked = ExportForm { why: why.to_owned(), ..form(Filter::default(), Form::Csv, false) };
        let refused = begin(&home.engine, &home.actor(), asked, Vec::new()).await;
        assert!(matches!(refused, Err(EngineError::Invalid { field: "why", .. })), "{why}");
    }
    assert!(views::exports::newest(&home.engine, &home.actor(), None, 9).await.unwrap().is_empty());
    let asked = form(Filter::default(), Form::Csv, false);
    let mut export = begin(&home.engine, &home.actor(), asked, vec![String::new(); 13]).await.unwrap();
    export.next(&home.engine).await.unwrap();
    drop(export);
    let taken = views::exports::newest(&home.engine, &home.actor(), None, 9).await.unwrap();
    assert_eq!((taken[0].leads, taken[0].finished_at), (5, None));
    home.clock.advance(Span::days(366));
    home.engine.tidy_sessions().await.unwrap();
    assert!(views::exports::newest(&home.engine, &home.actor(), None, 9).await.unwrap().is_empty());
}

#[tokio::test]
async fn claim_a3_the_table_of_a_broadcasts_deliveries_is_written_down_told_and_found_after_a_breach() {
    let home = Home::new().await;
    let leads = people(&home).await;
    let (engine, me) = (&home.engine, home.actor());
    let id = broadcasts::create(engine, &me, promotion("Hi {name|friend}!")).await.unwrap().id;
    broadcasts::step(engine, &me, id, Step::Send).await.unwrap();
    home.settle().await;
    home.clock.advance(Span::minutes(1));
    let token = TokenId::new(home.clock.now(), &testkit::SeededEntropy::new(5));
    let who =
        Actor { door: Some(Door::Token(token)), scopes: vec![TokenScope::BroadcastsRead], ..me.clone() };
    let asked = |which, why: &str| DeliveriesForm { broadcast: id, which, why: why.to_owned(), by: By::Api };
    let taken = async || views::exports::newest(engine, &me, None, 9).await.unwrap();
    let silent = begin_deliveries(engine, &who, asked(Which::All, " ")).await.map(drop);
    assert!(matches!(silent, Err(EngineError::Invalid { field: "why", .. })), "{silent:?}");
    assert!(taken().await.is_empty(), "nothing left");
    for (which, state, wanted) in [
        (Which::All, None, 5),
        (Which::NotReached, Some("not_reached"), 1),
        (Which::In(Sent), Some("sent"), 4),
    ] {
        home.clock.advance(Span::secs(1));
        let mut table = begin_deliveries(engine, &who, asked(which, "the accountant asked")).await.unwrap();
        let entry = taken().await.remove(0);
        assert_eq!((entry.leads, entry.finished_at), (wanted, None), "before the first line");
        let mut lines = Vec::new();
        while let Some(some) = table.next(engine).await.unwrap() {
            lines.extend(some);
        }
        assert_eq!(u64::try_from(lines.len()).unwrap(), wanted, "{which:?}");
        let entry = taken().await.remove(0);
        assert_eq!(
            (entry.form.as_str(), entry.state.as_deref(), entry.by.as_str()),
            ("deliveries", state, "api")
        );
        assert_eq!((entry.with_names, entry.leads), (false, wanted));
        assert!(entry.finished_at.is_some() && entry.why.reveal() == "the accountant asked");
    }
    // Another's broadcast is not there, whatever is said.
    let other = actor(home.brand, account(engine, home.brand, 10).await);
    let refused = begin_deliveries(engine, &other, asked(Which::All, "")).await.map(drop);
    assert!(matches!(refused, Err(EngineError::NotFound(_))), "{refused:?}");
    // After a breach: it is the broadcast's, so everybody to whom that went is in it, and nobody else.
    home.clock.advance(Span::secs(1));
    let late = home.opt_in("psid-late", "hello").await;
    let boss = admin(home.brand);
    let case = breaches::note(engine, &boss, ("A stolen token", ""), home.clock.now(), false).await.unwrap();
    let search = Asked {
        start: Start::Account,
        name: me.account.to_string(),
        from: Timestamp::ZERO,
        until: home.clock.now(),
        with_keys: false,
    };
    breaches::search(engine, &boss, case, &search).await.unwrap();
    let found = views::breaches::people(engine, &boss, case, (Part::Lead, true)).await.unwrap();
    let found: Vec<LeadId> = found.into_iter().map(LeadId).collect();
    assert!(leads.iter().all(|lead| found.contains(lead)) && !found.contains(&late), "{found:?}");
    let seen = views::breaches::get(engine, &boss, case).await.unwrap();
    assert_eq!(seen.what_of_leads, Whats::of(&[What::Deliveries]));
    // Deliveries that are only counted any more name nobody, so they are not said to leave.
    let (brand, now) = (home.brand, home.clock.now());
    let fold = move |tx: &Tx<'_>| broadcast_count::count_some(tx.brand(brand), id, 100, now);
    home.data.write("fold", fold).await.unwrap();
    home.clock.advance(Span::secs(1));
    let mut table = begin_deliveries(engine, &who, asked(Which::All, "the accountant asked")).await.unwrap();
    assert_eq!(taken().await.remove(0).leads, 0);
    assert!(table.next(engine).await.unwrap().unwrap().is_empty());
}

/// Whom a search by the account finds: certain, and as an upper bound.
async fn affected(home: &Home) -> [BTreeSet<LeadId>; 2] {
    let (engine, boss, now) = (&home.engine, admin(home.brand), home.clock.now());
    let case = breaches::note(engine, &boss, ("A stolen token", ""), now, false).await.unwrap();
    let (start, name) = (Start::Account, home.actor().account.to_string());
    let asked = Asked { start, name, from: Timestamp::ZERO, until: now, with_keys: false };
    breaches::search(engine, &boss, case, &asked).await.unwrap();
    let mut found = [BTreeSet::new(), BTreeSet::new()];
    for (of, is_certain) in found.iter_mut().zip([true, false]) {
        let some = views::breaches::people(engine, &boss, case, (Part::Lead, is_certain)).await.unwrap();
        of.extend(some.into_iter().map(LeadId));
    }
    found
}

store::statements! {
    CHANGED = "UPDATE delivery SET state = 4, reason = 'later', changed_at = $1 WHERE broadcast_id = $2 AND state = 3";
}

#[tokio::test]
async fn claim_x8_a_table_of_deliveries_is_its_broadcasts_as_long_as_that_is_not_only_counted() {
    let home = Home::new().await;
    let leads = people(&home).await;
    let (engine, me) = (&home.engine, home.actor());
    let id = broadcasts::create(engine, &me, promotion("Hi {name|friend}!")).await.unwrap().id;
    broadcasts::step(engine, &me, id, Step::Send).await.unwrap();
    home.settle().await;
    // Who comes afterwards is there when the table is made, and does not stand in it.
    let late = home.opt_in("psid-late", "hello").await;
    home.clock.advance(Span::minutes(2));
    let (nobody, late) = (BTreeSet::new(), BTreeSet::from([late]));
    let everybody: BTreeSet<LeadId> = leads.iter().copied().collect();
    assert_eq!(affected(&home).await, [nobody.clone(), nobody.clone()]);
    let take = async |which| {
        let why = "the accountant asked".to_owned();
        let asked = DeliveriesForm { broadcast: id, which, why, by: By::Api };
        let mut table = begin_deliveries(engine, &me, asked).await.unwrap();
        while table.next(engine).await.unwrap().is_some() {}
        home.clock.advance(Span::secs(1));
    };
    take(Which::NotReached).await;
    let stopped = BTreeSet::from([leads[1]]);
    assert_eq!(affected(&home).await, [stopped.clone(), nobody.clone()], "who had said stop");
    assert_eq!(views::exports::newest(engine, &me, None, 9).await.unwrap()[0].broadcast, Some(id));
    // What has changed since was something else then, perhaps.
    let now = home.clock.now();
    let change = move |tx: &Tx<'_>| tx.execute(&CHANGED, &params![now, id]);
    home.data.write("change", change).await.map_err(|error: StoreError| error).unwrap();
    assert_eq!(affected(&home).await, [nobody.clone(), stopped.clone()]);
    take(Which::All).await;
    let sent: BTreeSet<LeadId> = everybody.difference(&stopped).copied().collect();
    assert_eq!(affected(&home).await, [sent, stopped]);
    home.clock.advance(Span::minutes(2));
    take(Which::All).await;
    assert_eq!(affected(&home).await, [everybody.clone(), nobody.clone()]);
    // Whose deliveries they were is forgotten with them: then it may be anybody who was there.
    let (brand, now) = (home.brand, home.clock.now());
    let fold = move |tx: &Tx<'_>| broadcast_count::count_some(tx.brand(brand), id, 100, now);
    home.data.write("fold", fold).await.unwrap();
    assert_eq!(affected(&home).await, [nobody, everybody.union(&late).copied().collect()]);
}
