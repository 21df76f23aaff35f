//! After a copy was brought back: who waits to come back is still found then, a damaged row costs nothing but
//! itself, and the log hears only of keys that somebody in the copy had.
//!
//! The copy is the data as it lies, without look-ups, as those are in no copy.

use crate::home::{Home, META_PAGE};
use crate::import::{brought, full, replaced};
use engine::actions::pages::{self, ConnectForm};
use engine::restore::{Restored, Since, settle};
use engine::{actions, views};
use model::id::LeadId;
use model::time::{Clock, Span};
use serde_json::json;
use std::collections::BTreeMap;
use store::Tx;
use store::tables::{account, lead, ledger, lookup, page};
use testkit::SeededEntropy;

/// Meta's id of a page that is named in the archive and not connected.
const WAITING: &str = "777";

fn grant(home: &Home) {
    home.meta.answer_with(|request| {
        let offered = json!({ "data": [{ "id": WAITING, "name": "Florist", "access_token": "EAA777", "tasks": ["MESSAGING"] }] });
        match request.url.as_str() {
            url if url.contains("oauth/access_token") => Some(json!({ "access_token": "user" })),
            url if url.contains("me/accounts") => Some(offered),
            url if url.contains("subscribed_apps") => Some(json!({ "success": true, "data": [] })),
            _ => None,
        }
    });
}

/// An archive's page was brought in and waits; when each of its leads withdrew.
async fn waiting() -> (Home, BTreeMap<LeadId, Option<String>>) {
    let (_, file) = full().await;
    let home = Home::new().await;
    brought(&home, &home.actor(), replaced(&file, META_PAGE, WAITING), "").await.unwrap();
    let leads = leads(&home).await;
    assert_eq!(leads.len(), 3);
    (home, leads)
}

async fn leads(home: &Home) -> BTreeMap<LeadId, Option<String>> {
    let all = views::leads::list(&home.engine, &home.actor(), None, 200).await.unwrap();
    all.into_iter().map(|lead| (lead.id, lead.withdrawn_at.map(|at| at.to_string()))).collect()
}

/// The page is connected, and everybody writes to it: nobody is a stranger, and nobody's withdrawal is lost.
async fn all_are_found(home: &Home, before: &BTreeMap<LeadId, Option<String>>) {
    grant(home);
    let redirect_uri = "https://bakery.example/back".to_owned();
    let form = ConnectForm { code: "c".to_owned(), redirect_uri, pages: None };
    pages::connect(&home.engine, &home.actor(), form).await.unwrap();
    let say = async |psid: &str, text: &str| {
        home.clock.advance(Span::secs(1));
        let at = home.clock.now().millis();
        let message = json!({ "mid": format!("m_{psid}_{at}"), "text": text });
        let event = json!({ "sender": { "id": psid }, "recipient": { "id": WAITING }, "timestamp": at, "message": message });
        let entry = json!({ "id": WAITING, "time": at, "messaging": [event] });
        home.deliver(&json!({ "object": "page", "entry": [entry] })).await;
        home.settle().await;
    };
    for psid in ["psid-1", "psid-2", "psid-3"] {
        say(psid, "hello again").await;
    }
    assert_eq!(&leads(home).await, before);
    say("psid-1", "stop").await;
    let after = leads(home).await;
    assert_eq!(after.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
    let withdrawn = |all: &BTreeMap<_, Option<String>>| all.values().filter(|at| at.is_some()).count();
    assert_eq!((withdrawn(before), withdrawn(&after)), (1, 2));
}

/// The data is taken for a copy that was just filled in.
pub async fn restored(home: &Home, since: Since) -> Restored {
    let brand = home.brand;
    let clear = move |tx: &Tx<'_>| {
        for stored in page::list_every(tx)? {
            for lead in lead::list_of_page(tx.brand(brand), stored.page.id, LeadId([0; 16]), 1_000)? {
                lookup::delete_of_lead(tx.brand(brand), lead.lead.id)?;
            }
        }
        Ok::<_, store::StoreError>(())
    };
    home.data.write("no_look_ups", clear).await.unwrap();
    let entropy = SeededEntropy::new(3);
    settle(&home.data, &home.vault, (&*home.clock, &entropy), since, |_| {}).await.unwrap()
}

#[tokio::test]
async fn claim_f1_who_waits_for_their_page_is_found_after_the_look_up_key_has_changed() {
    let (home, before) = waiting().await;
    let somebody = home.opt_in("990", "hello").await;
    actions::leads::erase(&home.engine, &home.actor(), somebody).await.unwrap();
    home.change_look_up_key().await;
    assert_eq!(home.vault.lookup(home.brand).await.unwrap().in_force.0, 1);
    all_are_found(&home, &before).await;
}

#[tokio::test]
async fn claim_f1_who_waits_for_their_page_is_found_after_a_return() {
    let (home, before) = waiting().await;
    let done = restored(&home, Since::default()).await;
    assert_eq!((done.look_ups, done.rows_damaged), (0, 0), "nobody is found before the page is connected");
    let home = home.restart(|_| {}).await.unwrap();
    all_are_found(&home, &before).await;
}

/// The last byte is another.
fn damaged(sealed: &[u8]) -> Vec<u8> {
    let mut to = sealed.to_vec();
    *to.last_mut().unwrap() ^= 1;
    to
}

#[tokio::test]
async fn a_damaged_row_is_left_out_and_counted_and_the_rest_comes_back() {
    let home = Home::new().await;
    let (first, second) = (home.opt_in("551", "hello").await, home.opt_in("552", "hello").await);
    let (brand, owner) = (home.brand, home.account);
    let damage = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        let kept = lead::get(scope, first)?.unwrap().sealed;
        let resealed = lead::Resealed { lead: first, to: damaged(&kept), from: kept };
        assert_eq!(lead::set_sealed_many(scope, &[resealed])?, 1);
        let kept = account::get(scope, owner)?.unwrap().sealed;
        assert!(account::set_sealed(scope, owner, &kept, &damaged(&kept))?);
        Ok::<_, store::StoreError>(())
    };
    home.data.write("damage", damage).await.unwrap();
    let done = restored(&home, Since::default()).await;
    assert_eq!((done.rows_damaged, done.look_ups), (2, 1));
    assert_eq!((home.lead("551").await, home.lead("552").await), (None, Some(second)));
}

#[tokio::test]
async fn the_log_hears_again_only_of_keys_that_somebody_in_the_copy_had() {
    let home = Home::new().await;
    let lead = home.opt_in("551", "hello").await;
    home.vault.destroy(&[lead.0]).await.unwrap();
    let name = store::erased_keys::name_of(&lead.0);
    let other = [[7; 32], [8; 32]];
    let since =
        Since { erased: vec![(name, [1; 32]), (other[0], [2; 32]), (other[1], [3; 32])], ..Since::default() };
    let done = restored(&home, since).await;
    assert_eq!(done.leads_erased, 1);
    let told = home.data.read("told", |tx| ledger::list_pending(tx, 1_000)).await.unwrap();
    let is_told = |tag: u8| told.iter().any(|leaf| leaf.commitment == [tag; 32]);
    assert_eq!([is_told(1), is_told(2), is_told(3)], [true, false, false]);
}
