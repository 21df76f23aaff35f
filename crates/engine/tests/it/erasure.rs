//! Erasing a person (claim F1): nothing readable is left anywhere, a kill at any step ends in
//! untouched or erased, and the receipt holds.

use crate::home::{Home, find, forms};
use crate::tracking::named_in;
use engine::actions::support::{self, Wanted};
use engine::actions::{broadcasts, erasure, leads, tags};
use engine::{Actor, EngineError, Reason, Role, views};
use ledger::{VerifyingKey, receipt};
use model::broadcast::Step;
use model::id::{AnswerId, LeadId};
use model::ports::KeyStore;
use model::time::{Clock, Span};
use std::collections::BTreeSet;
use store::tables;
use store::tables::erasure::ErasureStep;
use store::tables::removal::OF_LEAD;
use store::{SqlKeyStore, Tx};

const PSID: &str = "7711223344556677";
const NAME: &str = "Zebulonia";
const TEXT: &str = "my canary is called Quetzalfinch";
const CANARIES: [&str; 3] = [PSID, NAME, TEXT];

/// A lead about whom as much is kept as can be: name, texts in evidence, a delivery, a tag, a line of who looked,
/// another of a helper, a link to their own page.
async fn well_known() -> (Home, LeadId) {
    let home = Home::new().await;
    home.opt_in("5550009", "hello").await;
    let lead = home.opt_in(PSID, TEXT).await;
    home.write(PSID, &format!("my name is {NAME}")).await;
    home.settle().await;
    let form = crate::broadcasts::promotion("Hi {name|friend}");
    let made = broadcasts::create(&home.engine, &home.actor(), form).await.unwrap();
    broadcasts::step(&home.engine, &home.actor(), made.id, Step::Send).await.unwrap();
    home.settle().await;
    let (engine, actor, brand) = (&home.engine, home.actor(), home.brand);
    let tag = tags::create(engine, &actor, "regulars").await.unwrap();
    tags::set(engine, &actor, tag.id, &[lead], true).await.unwrap();
    leads::reveal(engine, &actor, lead, Reason::Order).await.unwrap();
    let admin = Actor { role: Role::Admin, ..actor };
    let wanted = Wanted {
        helper: "A Sample Helper".to_owned(),
        purpose: "messages do not arrive".to_owned(),
        scopes: model::support::Scope::ALL.to_vec(),
        lasts: Span::hours(4),
    };
    let (_, code) = support::grant(engine, &admin, &wanted).await.unwrap();
    let secret = support::enter(engine, brand, code.reveal(), None).await.unwrap().unwrap();
    let helper = support::find(engine, brand, secret.reveal()).await.unwrap().unwrap();
    support::show_lead(engine, &helper, lead, "looking for a lost message").await.unwrap();
    home.write(PSID, "my data").await;
    home.settle().await;
    (home, lead)
}

/// An answer to a question: a row that goes, whatever lies in it.
async fn answered(home: &Home, lead: LeadId) {
    let brand = home.brand;
    let answer = tables::answer::StoredAnswer {
        id: AnswerId([7; 16]),
        page: home.page,
        lead,
        answered_at: home.clock.now(),
        sealed: [&[0xe5, 1][..], &[7; 64]].concat(),
    };
    let write =
        move |tx: &Tx<'_>| tables::answer::insert_many(tx.brand(brand), std::slice::from_ref(&answer));
    home.data.write("answer", write).await.unwrap();
}

/// Tables in which nothing says a lead's id after all that: what waits has left, nothing befell them, and the number of a
/// leaf stands beside the evidence's id.
const EMPTY: [&str; 4] = ["breach_person", "consent_leaf", "outbox", "returned"];

async fn wrapped_key(home: &Home, lead: LeadId) -> Option<Vec<u8>> {
    let found = SqlKeyStore::new(home.keys.clone()).get(&[lead.0]).await.unwrap();
    found.into_iter().next().map(|key| key.wrapped)
}

/// Nothing of the person: their data in any form, their id, their key.
async fn assert_gone(home: &Home, lead: LeadId, wrapped: &[u8]) {
    for (files, when) in [(home.content().await, "open"), (crate::home::files(home.dir.path()), "all files")]
    {
        for canary in CANARIES {
            assert_eq!(find(&files, canary.as_bytes()), None, "{when}: {canary}");
        }
        assert_eq!(find(&files, &lead.0), None, "{when}: the lead's id");
        assert_eq!(find(&files, &wrapped[34..]), None, "{when}: the wrapped key");
    }
    assert!(wrapped_key(home, lead).await.is_none());
    assert!(home.vault.key(&lead.0).await.unwrap().is_none());
    assert_eq!(home.lead(PSID).await, None);
    let gone = views::leads::get(&home.engine, &home.actor(), lead).await;
    assert!(matches!(gone, Err(EngineError::NotFound("this lead"))));
}

#[test]
fn the_search_finds_what_lies_in_a_file_in_any_form() {
    for text in CANARIES {
        for (number, form) in forms(text.as_bytes()).into_iter().enumerate() {
            assert!(form.len() >= 8, "form {number} of {text} is too short to mean anything");
            let file = [b"before".as_slice(), &form, b"after"].concat();
            assert!(find(&[("file".to_owned(), file)], text.as_bytes()).is_some());
        }
        for before in 0..3 {
            use base64::Engine as _;
            let inside = ["xyz".get(..before).unwrap(), text, "and more"].concat();
            let file = base64::prelude::BASE64_URL_SAFE.encode(inside).into_bytes();
            assert!(find(&[("file".to_owned(), file)], text.as_bytes()).is_some(), "{text} after {before}");
        }
    }
}

#[tokio::test]
async fn claim_f1_an_erased_leads_data_is_in_no_file_in_any_form_and_the_log_still_verifies() {
    let (home, lead) = well_known().await;
    let wrapped = wrapped_key(&home, lead).await.unwrap();
    // It was there: readable to the account, and its traces in the files.
    let export = views::leads::export(&home.engine, &home.actor(), lead).await.unwrap();
    let export = String::from_utf8(export).unwrap();
    assert!(export.contains(PSID) && export.contains(NAME));
    assert!(
        find(&home.content().await, &lead.0).is_some()
            && find(&home.content().await, &wrapped[34..]).is_some()
    );

    answered(&home, lead).await;
    home.engine.checkpoint().await.unwrap();
    let has = named_in(&home, lead.0).await;
    let lacking: BTreeSet<&str> =
        OF_LEAD.iter().map(|part| part.table).filter(|table| !has.contains(table)).collect();
    assert_eq!(lacking, BTreeSet::from(EMPTY), "a new table wants a row of this lead here");

    let running = home.engine.run();
    let erased = leads::erase(&home.engine, &home.actor(), lead).await.unwrap();
    assert!(erased.finished_at.is_some());
    home.engine.settle().await.unwrap();
    running.stop().await;
    assert_gone(&home, lead, &wrapped).await;

    // The neighbour is untouched, and so is the log.
    let neighbour = home.lead("5550009").await.unwrap();
    let key = VerifyingKey::parse(&views::log::key(&home.engine)).unwrap();
    let file = views::leads::proof(&home.engine, &home.actor(), neighbour, None).await.unwrap();
    assert!(ledger::proof::verify(&file, &key, &[]).is_ok());
    views::log::check(&home.data, &key).await.unwrap();

    let file = views::erasures::receipt(&home.engine, home.brand, &erased.code).await.unwrap().unwrap();
    let held = receipt::verify(&file, &key, &[]).unwrap();
    assert_eq!(hex::encode(held.tag), erased.tag);
    let rows = match held.statement.get("rows") {
        Some(receipt::Fact::Group(rows)) => rows.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(rows.get("consent_events"), Some(&receipt::Fact::Count(2)));
    assert_eq!(rows.get("deliveries"), Some(&receipt::Fact::Count(1)));
    for canary in CANARIES {
        assert_eq!(find(&[("receipt".to_owned(), file.clone())], canary.as_bytes()), None);
    }
    let summary = views::summary::pages(&home.engine, home.brand).await.unwrap();
    assert_eq!((summary[0].leads, summary[0].tallies["erasures"]), (1, 1));
    assert_eq!(summary[0].tallies["erased_delivery_sent"], 1);
    assert_eq!(views::erasures::by_code(&home.engine, home.other_brand(), &erased.code).await.unwrap(), None);

    let home = home.restart(|_| ()).await.unwrap();
    assert_gone(&home, lead, &wrapped).await;
}

#[tokio::test]
async fn claim_f1_a_kill_between_any_two_steps_ends_erased() {
    for steps in 0..=4 {
        let (home, lead) = well_known().await;
        let wrapped = wrapped_key(&home, lead).await.unwrap();
        // Something waits in the inbox, and stays there because nothing runs. (At the second kill it
        // is gone already: that is done before the key is destroyed.)
        if steps != 1 {
            home.write(PSID, TEXT).await;
        }
        let brand = &home.engine.brand(home.brand).unwrap();
        let begun = erasure::fence(&home.engine, brand, lead).await.unwrap();
        assert_eq!(begun.step, ErasureStep::Fenced);
        match steps {
            0 => {}
            // Between the key's end and the journal's word of it.
            1 => drop(home.vault.destroy(&[lead.0]).await.unwrap()),
            steps => {
                let mut erasure = begun.clone();
                for _ in 2..=steps {
                    erasure = erasure::advance(&home.engine, brand, erasure).await.unwrap();
                }
            }
        }
        let home = home.restart(|_| ()).await.unwrap();
        let done = views::erasures::by_code(&home.engine, home.brand, &begun.code).await.unwrap().unwrap();
        assert!(done.finished_at.is_some(), "after {steps} steps");
        home.settle().await;
        assert_gone(&home, lead, &wrapped).await;
        let key = VerifyingKey::parse(&views::log::key(&home.engine)).unwrap();
        let file = views::erasures::receipt(&home.engine, home.brand, &begun.code).await.unwrap().unwrap();
        assert!(receipt::verify(&file, &key, &[]).is_ok());
    }
}

#[tokio::test]
async fn claim_f1_a_kill_before_the_fence_leaves_everything_untouched() {
    let (home, lead) = well_known().await;
    let home = home.restart(|_| ()).await.unwrap();
    let shown = views::leads::get(&home.engine, &home.actor(), lead).await.unwrap();
    assert_eq!(shown.given_name.as_deref(), Some(NAME));
}

#[tokio::test]
async fn a_lead_under_erasure_is_shown_to_nobody_and_written_to_no_more() {
    let (home, lead) = well_known().await;
    let brand = &home.engine.brand(home.brand).unwrap();
    erasure::fence(&home.engine, brand, lead).await.unwrap();
    let shown = views::leads::get(&home.engine, &home.actor(), lead).await;
    assert!(matches!(shown, Err(EngineError::NotFound("this lead"))));
    home.write(PSID, "hello again").await;
    let messages = home.meta.messages().len();
    home.settle().await;
    assert_eq!(home.meta.messages().len(), messages);
    // Asking again goes on with the same erasure.
    let running = home.engine.run();
    let actor = home.actor();
    let erase = || leads::erase(&home.engine, &actor, lead);
    let (one, two) = tokio::join!(erase(), erase());
    running.stop().await;
    assert_eq!(one.unwrap().id, two.unwrap().id);
    let open = home.data.read("open", tables::erasure::list_open).await.unwrap();
    assert!(open.is_empty());
}

#[tokio::test]
async fn claim_f1_who_writes_after_an_erasure_is_somebody_new_without_any_consent() {
    let (home, lead) = well_known().await;
    let running = home.engine.run();
    leads::erase(&home.engine, &home.actor(), lead).await.unwrap();
    running.stop().await;
    home.write(PSID, "hello").await;
    home.settle().await;
    let anew = home.lead(PSID).await.unwrap();
    assert_ne!(anew, lead);
    let shown = views::leads::get(&home.engine, &home.actor(), anew).await.unwrap();
    assert_eq!(
        (shown.lead.level, shown.given_name, shown.lead.promotion_in_force),
        (Some("started"), None, false)
    );
}
