//! The key under which people are found changes after an erasure (claim F1): from then on an older copy of the
//! data finds nobody, and all the while nobody is lost, counted twice or kept from withdrawing.

use crate::home::{Home, META_PAGE};
use crate::passkeys;
use crate::people::{EMAIL, Town};
use engine::Engine;
use engine::actions::leads as actions;
use engine::look_ups::HEARD;
use model::consent::Scope;
use model::id::LeadId;
use model::time::{Clock, Span};
use std::path::Path;
use std::sync::Arc;
use store::tables::lookup::Macs;
use store::tables::node::{self, Node};
use store::tables::{account_lookup, lead, lease, look_ups, lookup, passkey};
use store::{Database, Options, Schema, Tx};
use testkit::authenticator::Authenticator;
use vault::{LookupKey, LookupStep};

const PSID: &str = "7711223344556677";

/// The hashes of a value under the keys of today.
async fn macs(home: &Home, make: impl Fn(&LookupKey) -> [u8; 32]) -> Macs {
    let keys = home.vault.lookup(home.brand).await.unwrap();
    let (generation, key) = &keys.in_force;
    Macs {
        in_force: make(key),
        generation: *generation,
        other: keys.other.as_ref().map(|(_, key)| make(key)),
    }
}

async fn lead_macs(home: &Home, psid: &str) -> Macs {
    macs(home, |key| key.mac("lead", &[META_PAGE.as_bytes(), psid.as_bytes()])).await
}

/// Whether this data shows, by the keys of today, that the lead, the address and the passkey were there.
async fn shows(home: &Home, data: &Database) -> [bool; 3] {
    let (brand, person) = (home.brand, lead_macs(home, PSID).await);
    let address = macs(home, |key| key.mac("account", &[EMAIL.as_bytes()])).await;
    let own = macs(home, |key| key.mac("passkey", &[&Authenticator::p256("phone").own_id])).await;
    let looked = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        let person = lookup::find_many(scope, &[person])?.into_iter().flatten().next();
        Ok::<_, store::StoreError>([
            person.is_some(),
            account_lookup::find(scope, &address)?.is_some(),
            passkey::find(scope, &own)?.is_some(),
        ])
    };
    data.read("look", looked).await.unwrap()
}

/// The data as it lies, taken away by somebody.
async fn copied(home: &Home, folder: &Path) -> Database {
    home.data.checkpoint_truncate().await.unwrap();
    std::fs::copy(home.dir.path().join("data.db"), folder.join("data.db")).unwrap();
    let url = format!("sqlite:{}", folder.join("data.db").display());
    Database::open(&url, Schema::Data, Options::default()).await.unwrap()
}

async fn step(home: &Home) -> (LookupStep, i64) {
    let keys = home.vault.lookup(home.brand).await.unwrap();
    (keys.step, keys.in_force.0)
}

async fn leads(home: &Home) -> usize {
    let (brand, page) = (home.brand, home.page);
    let read = move |tx: &Tx<'_>| lead::list_of_page(tx.brand(brand), page, LeadId([0; 16]), 1_000);
    home.data.read("leads", read).await.unwrap().len()
}

async fn has_withdrawn(home: &Home, id: LeadId) -> bool {
    let brand = home.brand;
    let stored = home.data.read("lead", move |tx| lead::get(tx.brand(brand), id)).await.unwrap();
    stored.unwrap().lead.consents.withdrawn_at.is_some()
}

/// Somebody is erased, so that the key must change.
async fn erase_somebody(home: &Home) {
    let lead = home.opt_in("990", "hello").await;
    actions::erase(&home.engine, &home.actor(), lead).await.unwrap();
}

#[tokio::test]
async fn claim_f1_after_the_key_has_changed_an_older_copy_of_the_data_finds_nobody() {
    if crate::home::are_no_files() {
        return;
    }
    let town = Town::new().await;
    town.settle_in().await;
    let (home, who) = (&town.home, town.sign_in().await);
    let mut phone = Authenticator::p256("phone");
    passkeys::add(&town, &who, "My phone", &mut phone).await.unwrap();
    let lead = home.opt_in(PSID, "hello").await;
    let folder = tempfile::tempdir().unwrap();
    let copy = copied(home, folder.path()).await;
    actions::erase(&home.engine, &home.actor(), lead).await.unwrap();
    // The erased person's rows are gone here, but the key still tells that they lay in the copy.
    assert_eq!(shows(home, &home.data).await, [false, true, true]);
    assert_eq!(shows(home, &copy).await, [true; 3]);
    home.change_look_up_key().await;
    assert_eq!(step(home).await, (LookupStep::Settled, 1));
    assert_eq!(shows(home, &copy).await, [false; 3]);
    // Whoever stays is found as before.
    assert_eq!(shows(home, &home.data).await, [false, true, true]);
    town.sign_in().await;
    passkeys::sign_in(&town, &mut phone).await.unwrap();
}

#[tokio::test]
async fn nothing_is_lost_or_doubled_at_any_step_also_by_a_node_that_is_one_step_behind() {
    let town = Town::new().await;
    town.settle_in().await;
    let (home, who) = (&town.home, town.sign_in().await);
    let mut phone = Authenticator::p256("phone");
    passkeys::add(&town, &who, "My phone", &mut phone).await.unwrap();
    let known = home.opt_in(PSID, "hello").await;
    for round in 0..8 {
        home.opt_in(&format!("55{round}"), "hello").await;
    }
    erase_somebody(home).await;
    let other = home.another().await.unwrap();
    let mut seen = Vec::new();
    let mut count = leads(home).await;
    for round in 0..8 {
        other.renew_look_ups().await.unwrap();
        seen.push(step(home).await);
        // This node has not heard of it: it takes a withdrawal, and somebody new.
        let leaves = home.lead(&format!("55{round}")).await.unwrap();
        home.write(&format!("55{round}"), "stop").await;
        assert!(has_withdrawn(home, leaves).await, "round {round}: at the door");
        let new = format!("66{round}");
        home.write(&new, "hello").await;
        home.settle().await;
        count += 1;
        let lead = home.lead(&new).await.unwrap();
        // The same people at the other node, which has.
        say(home, &other, &new, "hello again").await;
        say(home, &other, PSID, "me again").await;
        home.settle().await;
        assert_eq!((home.lead(&new).await, home.lead(PSID).await), (Some(lead), Some(known)));
        assert_eq!(leads(home).await, count, "round {round}: {seen:?}");
        town.sign_in().await;
        passkeys::sign_in(&town, &mut phone).await.unwrap();
        home.clock.advance(HEARD);
        home.engine.notice_brands().await;
    }
    let steps: Vec<LookupStep> = seen.iter().map(|(step, _)| *step).collect();
    assert_eq!(
        steps[..4],
        [LookupStep::Announced, LookupStep::Writing, LookupStep::Settled, LookupStep::Settled]
    );
    assert_eq!(seen.last(), Some(&(LookupStep::Settled, 1)));
}

/// Somebody writes to another node.
async fn say(home: &Home, node: &Arc<Engine>, psid: &str, text: &str) {
    home.clock.advance(Span::secs(1));
    let mid = format!("m_in_{}", home.clock.now().micros());
    let event = home.event(psid, serde_json::json!({ "message": { "mid": mid, "text": text } }));
    crate::home::deliver_to(node, &event).await;
}

#[tokio::test]
async fn claim_f1_a_change_that_was_stopped_anywhere_goes_on_and_nobody_is_lost() {
    for stopped_at in 0..4 {
        let home = Home::new().await;
        let (known, second) = (home.opt_in(PSID, "hello").await, home.opt_in("551", "hello").await);
        erase_somebody(&home).await;
        let (vault, brand, now) = (&home.vault, home.brand, home.clock.now());
        let keys = vault.lookup(brand).await.unwrap();
        assert!(vault.announce_lookup(brand, &keys).await.unwrap());
        if stopped_at > 0 {
            let keys = vault.lookup(brand).await.unwrap();
            assert!(vault.write_next_lookup(brand, &keys, now).await.unwrap());
        }
        if stopped_at > 1 {
            // Some were made again, and some not.
            let key = vault.lookup(brand).await.unwrap().in_force.1;
            let mac = key.mac("lead", &[META_PAGE.as_bytes(), PSID.as_bytes()]);
            let exchange = move |tx: &Tx<'_>| {
                let scope = tx.brand(brand);
                let older = look_ups::list(scope, look_ups::Hashed::Leads, 1, [0; 16], 9)?;
                let new: Vec<_> =
                    older.into_iter().filter(|one| one.row == known.0).map(|one| (one, mac)).collect();
                look_ups::set(scope, look_ups::Hashed::Leads, 1, &new)
            };
            home.data.write("some", exchange).await.unwrap();
        }
        let home = home.restart(|_| {}).await.unwrap();
        assert_eq!((home.lead(PSID).await, home.lead("551").await), (Some(known), Some(second)));
        if stopped_at > 2 {
            home.change_look_up_key().await;
            // The old key is destroyed, and nobody was told.
            let keys = home.vault.lookup(brand).await.unwrap();
            home.vault.drop_previous_lookup(brand, &keys, || home.clock.now()).await.unwrap();
        }
        home.change_look_up_key().await;
        assert_eq!(step(&home).await, (LookupStep::Settled, 1), "stopped at {stopped_at}");
        assert_eq!((home.lead(PSID).await, home.lead("551").await), (Some(known), Some(second)));
        home.write(PSID, "me again").await;
        home.settle().await;
        assert_eq!(leads(&home).await, 2);
    }
}

#[tokio::test]
async fn claim_b3_the_old_key_stays_while_a_withdrawal_waits_under_it_for_its_lead() {
    let home = Home::new().await;
    erase_somebody(&home).await;
    let (brand, now, who) = (home.brand, home.clock.now(), lead_macs(&home, PSID).await);
    let ahead = move |tx: &Tx<'_>| {
        lookup::withdraw_ahead(tx.brand(brand), &who, Scope::All, now.plus(Span::hours(12)), now)
    };
    home.data.write("ahead", ahead).await.unwrap();
    home.change_look_up_key().await;
    assert_eq!(step(&home).await, (LookupStep::Writing, 1));
    home.write(PSID, "hello").await;
    home.settle().await;
    let lead = home.lead(PSID).await.unwrap();
    assert!(has_withdrawn(&home, lead).await);
    home.change_look_up_key().await;
    assert_eq!(step(&home).await, (LookupStep::Settled, 1));
}

#[tokio::test]
async fn the_key_changes_after_an_erasure_only_and_once_a_day_at_most() {
    let home = Home::new().await;
    home.opt_in(PSID, "hello").await;
    home.change_look_up_key().await;
    assert_eq!(step(&home).await, (LookupStep::Settled, 0), "nothing was erased");
    erase_somebody(&home).await;
    home.change_look_up_key().await;
    assert_eq!(step(&home).await, (LookupStep::Settled, 1));
    erase_somebody(&home).await;
    home.change_look_up_key().await;
    assert_eq!(step(&home).await, (LookupStep::Settled, 1), "not yet");
    home.clock.advance(Span::days(1));
    home.change_look_up_key().await;
    assert_eq!(step(&home).await, (LookupStep::Settled, 2));
    home.clock.advance(Span::days(9));
    home.change_look_up_key().await;
    assert_eq!(step(&home).await, (LookupStep::Settled, 2), "nothing was erased since");
}

#[tokio::test]
async fn after_a_failure_another_node_may_go_on_at_once() {
    let home = Home::new().await;
    erase_somebody(&home).await;
    let other = home.another().await.unwrap();
    home.refuse_records(true).await;
    home.engine.renew_look_ups().await.unwrap_err();
    home.refuse_records(false).await;
    assert!(other.renew_look_ups().await.unwrap());
    assert_eq!(step(&home).await, (LookupStep::Announced, 0));
}

/// It was taken for gone, went on and took the lease, and then died: nobody gives that one back for it.
#[tokio::test]
async fn claim_b1_a_change_that_a_dead_node_had_in_hand_goes_on_at_once() {
    let home = Home::new().await;
    erase_somebody(&home).await;
    let (id, now) = ([0x55; 16], home.clock.now());
    let other = Node {
        id,
        started_at: now,
        seen_at: now,
        beat: 1,
        key_epoch: 0,
        version: engine::VERSION.to_owned(),
        likeness: Vec::new(),
        knows: home.data.knows(),
    };
    let take = move |tx: &Tx<'_>| lease::take(tx, "look-ups", &id, now.plus(Span::hours(1)), now);
    let begins = move |tx: &Tx<'_>| {
        node::beat(tx, &other)?;
        take(tx)
    };
    assert!(home.data.write("begins", begins).await.unwrap().is_some());
    assert!(!home.engine.renew_look_ups().await.unwrap(), "beside one that lives");
    let goes_on = move |tx: &Tx<'_>| {
        node::remove(tx, &id)?;
        take(tx)
    };
    assert!(home.data.write("goes_on", goes_on).await.unwrap().is_some());
    assert!(home.engine.renew_look_ups().await.unwrap(), "it waits for a dead node");
    assert_eq!(step(&home).await, (LookupStep::Announced, 0));
}
