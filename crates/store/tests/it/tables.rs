//! What the tables promise, on both engines: order, uniqueness, compare-and-set, nothing of another
//! brand.

use crate::home::{Home, on_both};
use model::broadcast::{Broadcast, BroadcastState};
use model::consent::{Act, Consents, EvidenceLevel, Purpose, Scope};
use model::delivery::{DeliveryRef, DeliveryState};
use model::id::{
    AccountId, BrandId, BroadcastId, ConsentId, InboxId, LeadId, OutboxId, PageId, PlanId, TokenId,
};
use model::lead::Lead;
use model::time::Timestamp;
use store::tables::api_token::{self, NewApiToken};
use store::tables::broadcast::StoredBroadcast;
use store::tables::delivery::Outcome;
use store::tables::idempotency::Holder;
use store::tables::lead::StoredLead;
use store::tables::outbox::{NewReply, ReplyIntent};
use store::tables::{
    account, brand, broadcast, consent_event, delivery, idempotency, inbox, lead, lease, ledger, lookup,
    node, outbox, page, seen, tally,
};
use store::{Database, Schema, StoreError, Tx};

store::statements! {
    LEAVES = "SELECT consent_id FROM consent_leaf";
    ANALYZE = "ANALYZE outbox";
    pair FETCHED = {
        sqlite: "SELECT 0",
        postgres: "SELECT CAST(sum(idx_tup_fetch) AS BIGINT) FROM pg_stat_xact_user_tables WHERE relname IN ('outbox', 'lead')",
    };
}

pub const BRAND: BrandId = BrandId([1; 16]);
pub const OTHER: BrandId = BrandId([2; 16]);
pub const ACCOUNT: AccountId = AccountId([3; 16]);
pub const PAGE: PageId = PageId([4; 16]);
pub const BULK: BroadcastId = BroadcastId([5; 16]);
const HOLDER: [u8; 16] = [6; 16];
pub const SEALED: [u8; 4] = [0xE5, 1, 0, 0];

pub async fn open(home: &Home) -> Database {
    let db = home.try_open(Schema::Data, store::migrations(Schema::Data)).await.unwrap();
    write(&db, |tx| {
        for (id, slug) in [(BRAND, "one"), (OTHER, "two")] {
            brand::insert(tx, id, slug, Timestamp(1))?;
        }
        let new = account::NewAccount {
            id: ACCOUNT,
            role: "user",
            plan: Some(PlanId(BRAND.0)),
            state: "active",
            sealed: SEALED.to_vec(),
        };
        account::insert(tx.brand(BRAND), &new, Timestamp(1))?;
        let new = page::NewPage {
            id: PAGE,
            account: ACCOUNT,
            meta_id: "1067280970047460",
            has_echoes: true,
            greeting_at: None,
            sealed: SEALED.to_vec(),
        };
        page::insert(tx.brand(BRAND), &new, Timestamp(1))
    })
    .await;
    db
}

pub async fn write<T: Send + 'static>(
    db: &Database,
    f: impl FnMut(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> T {
    db.write("test", f).await.unwrap()
}

pub fn a_lead(number: u8) -> StoredLead {
    let mut consents = Consents::default();
    let id = ConsentId([number; 16]);
    consents.record(Act::OptIn { level: EvidenceLevel::Confirmed, id }, Timestamp(20));
    consents.record(Act::Withdrawal { scope: Scope::Only(Purpose::Utility) }, Timestamp(30));
    StoredLead {
        lead: Lead {
            id: LeadId([number; 16]),
            brand: BRAND,
            page: PAGE,
            created_at: Timestamp(10),
            last_inbound_at: Some(Timestamp(25)),
            consents,
            unavailable_at: None,
            thread_elsewhere_at: Some(Timestamp(7)),
            asked_at: Some(Timestamp(15)),
            fenced_at: None,
            restricted_at: None,
            dormant_at: None,
        },
        sealed: SEALED.to_vec(),
    }
}

pub async fn with_leads(home: &Home, numbers: std::ops::RangeInclusive<u8>) -> Database {
    let db = open(home).await;
    let leads: Vec<StoredLead> = numbers.map(a_lead).collect();
    write(&db, move |tx| lead::insert_many(tx.brand(BRAND), &leads)).await;
    db
}

pub fn bulk(state: BroadcastState) -> StoredBroadcast {
    StoredBroadcast {
        broadcast: Broadcast {
            id: BULK,
            brand: BRAND,
            account: ACCOUNT,
            purpose: Purpose::Promotion,
            state,
            pages: vec![PAGE],
            open_until: Some(Timestamp(99)),
            created_at: Timestamp(1),
            started_at: None,
            finished_at: None,
            is_planned: false,
            send_at: None,
            zone: None,
            is_filtered: false,
        },
        sealed: SEALED.to_vec(),
    }
}

pub fn named(number: u8) -> DeliveryRef {
    DeliveryRef { broadcast: BULK, lead: LeadId([number; 16]) }
}

pub fn echo(brand: BrandId, delivery: DeliveryRef, at: i64) -> delivery::Echo {
    delivery::Echo { brand, page: PAGE, delivery, at: Timestamp(at) }
}

/// Deliveries of the broadcast's leads after this one.
pub fn wanted(after: LeadId, limit: u32) -> [delivery::Wanted; 1] {
    [delivery::Wanted { page: PAGE, broadcast: BULK, after, limit }]
}

async fn states(db: &Database) -> Vec<(DeliveryState, Option<String>, u64)> {
    let counts = write(db, |tx| delivery::count(tx.brand(BRAND), BULK)).await;
    counts.into_iter().map(|c| (c.state, c.reason, c.count)).collect()
}

on_both! {
    async fn a_lead_comes_back_as_written_and_to_its_own_brand_only(home: &Home) {
        let db = with_leads(home, 1..=2).await;
        let (own, foreign, both) = write(&db, |tx| {
            let id = LeadId([1; 16]);
            let gone = LeadId([9; 16]);
            let both = lead::get_many(tx.brand(BRAND), &[LeadId([2; 16]), gone, id])?;
            Ok((lead::get(tx.brand(BRAND), id)?, lead::get(tx.brand(OTHER), id)?, both))
        }).await;
        assert_eq!(own.unwrap().lead, a_lead(1).lead);
        assert!(foreign.is_none());
        assert_eq!(both.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false, true]);
    }

    async fn a_lead_s_envelope_is_replaced_only_as_it_was_read(home: &Home) {
        let db = with_leads(home, 1..=2).await;
        let new = |number: u8, from: u8, to: u8| {
            let envelope = |last: u8| [&SEALED[..], &[last]].concat();
            lead::Resealed { lead: LeadId([number; 16]), from: envelope(from), to: envelope(to) }
        };
        write(&db, move |tx| {
            let scope = tx.brand(BRAND);
            let first = lead::Resealed { from: SEALED.to_vec(), ..new(1, 0, 1) };
            assert_eq!(lead::set_sealed_many(tx.brand(OTHER), std::slice::from_ref(&first))?, 0);
            assert_eq!(lead::set_sealed_many(scope, std::slice::from_ref(&first))?, 1);
            assert_eq!(lead::set_sealed_many(scope, &[first])?, 0, "it was read before that");
            assert_eq!(lead::set_sealed_many(scope, &[new(1, 1, 2), new(2, 1, 2)])?, 1);
            assert_eq!(lead::get(scope, LeadId([1; 16]))?.unwrap().sealed, new(1, 1, 2).to);
            let mut fenced = a_lead(1).lead;
            fenced.fenced_at = Some(Timestamp(9));
            lead::set_many(scope, std::iter::once(&fenced))?;
            assert_eq!(lead::set_sealed_many(scope, &[new(1, 2, 3)])?, 0, "an erasure has begun");
            Ok(())
        }).await;
    }

    async fn a_sealed_column_takes_nothing_but_an_envelope(home: &Home) {
        let db = open(home).await;
        let refused = db.write("plain", |tx| {
            let mut plain = a_lead(1);
            plain.sealed = b"Sample Person".to_vec();
            lead::insert_many(tx.brand(BRAND), &[plain])
        }).await;
        assert!(matches!(refused, Err(StoreError::Constraint { .. })), "{refused:?}");
    }

    async fn an_event_is_new_once_also_across_a_change_of_key(home: &Home) {
        let db = open(home).await;
        let mark = |mac: u8, previous: Option<u8>| seen::Mark {
            mac: [mac; 16], period: 1, others: [None, previous.map(|p| [p; 16])],
        };
        let first = write(&db, move |tx| seen::insert_new(tx, &[mark(1, None), mark(1, None), mark(2, Some(9))])).await;
        assert_eq!(first, [true, false, true]);
        let again = write(&db, move |tx| seen::insert_new(tx, &[mark(1, None), mark(3, Some(2)), mark(4, Some(8))])).await;
        assert_eq!(again, [false, false, true]);
    }

    async fn a_withdrawal_that_came_first_is_taken_over_once(home: &Home) {
        let db = open(home).await;
        let mac = lookup::Macs::only([7; 32], 0);
        let taken = write(&db, move |tx| {
            let scope = tx.brand(BRAND);
            lookup::withdraw_ahead(scope, &mac, Scope::All, Timestamp(50), Timestamp(60))?;
            lookup::withdraw_ahead(scope, &mac, Scope::All, Timestamp(40), Timestamp(61))?;
            lookup::withdraw_ahead(scope, &mac, Scope::Only(Purpose::Promotion), Timestamp(55), Timestamp(62))?;
            let mut consents = Consents::default();
            lookup::take_ahead(tx, [(&mac, &mut consents)])?;
            let mut none = Consents::default();
            lookup::take_ahead(tx, [(&mac, &mut none)])?;
            Ok((consents, none))
        }).await;
        assert_eq!(taken.0.withdrawn_at, Some(Timestamp(50)));
        assert_eq!(taken.0.promotion_withdrawn_at, Some(Timestamp(55)));
        assert_eq!(taken.1, Consents::default());
    }

    async fn waiting_events_come_oldest_first_and_a_broken_one_steps_aside(home: &Home) {
        let db = open(home).await;
        let ids = write(&db, |tx| {
            let event = |n: u8| inbox::Waiting {
                id: InboxId([n; 16]), brand: BRAND, page: PAGE, received_at: Timestamp(1), sealed: SEALED.to_vec(),
            };
            inbox::insert_many(tx, &[event(3), event(1), event(2)])?;
            for _ in 0..inbox::MAX_ATTEMPTS {
                inbox::record_failure(tx, InboxId([1; 16]))?;
            }
            let oldest = inbox::list_oldest(tx, InboxId([0; 16]), 10, None)?;
            assert_eq!((inbox::count(tx)?, inbox::count_aside(tx)?), (2, 1));
            assert_eq!(inbox::delete_many(tx, &[InboxId([2; 16]), InboxId([8; 16])])?, 1);
            // Tried anew it waits as if it had never failed; once.
            assert_eq!((inbox::try_again(tx)?, inbox::try_again(tx)?), (1, 0));
            assert_eq!((inbox::count(tx)?, inbox::count_aside(tx)?), (2, 0));
            Ok(oldest.into_iter().map(|w| w.id.0[0]).collect::<Vec<_>>())
        }).await;
        assert_eq!(ids, [2, 3]);
    }

    async fn planning_walks_the_page_in_chunks_and_twice_is_harmless(home: &Home) {
        let db = with_leads(home, 1..=5).await;
        let ends = write(&db, |tx| {
            let scope = tx.brand(BRAND);
            broadcast::insert(scope, &bulk(BroadcastState::Sending))?;
            let mut ends = Vec::new();
            for from in [0, 0, 2, 4] {
                let end = delivery::plan_chunk(scope, BULK, PAGE, LeadId([from; 16]), 2, Timestamp(1))?;
                ends.push((end.0.map(|lead| lead.0[0]), end.1));
            }
            Ok(ends)
        }).await;
        assert_eq!(ends, [(Some(2), 2), (Some(2), 0), (Some(4), 2), (None, 1)]);
        assert_eq!(states(&db).await, [(DeliveryState::Planned, None, 5)]);
    }

    async fn a_delivery_changes_state_only_from_the_state_that_is_named(home: &Home) {
        let db = with_leads(home, 1..=6).await;
        write(&db, |tx| {
            let scope = tx.brand(BRAND);
            broadcast::insert(scope, &bulk(BroadcastState::Sending))?;
            delivery::plan_chunk(scope, BULK, PAGE, LeadId([0; 16]), 10, Timestamp(1))?;
            let due = delivery::list_claimable(tx, &wanted(LeadId([0; 16]), 4), Timestamp(1))?.concat();
            assert_eq!(due.iter().map(|c| c.lead.lead.id.0[0]).collect::<Vec<_>>(), [1, 2, 3, 4]);
            delivery::set_refused(tx, &[(PAGE, named(1), "withdrawn")], Timestamp(2))?;
            // Refused is an end: it cannot be sent any more.
            let started = delivery::set_sending(tx, &[named(1), named(2), named(3), named(4)].map(|d| (PAGE, d, HOLDER)), Timestamp(2))?;
            assert_eq!(started, 3);
            let outcome = |n: u8, state, reason: Option<&str>| Outcome {
                delivery: named(n), state, reason: reason.map(str::to_owned), next_at: Timestamp(500),
            };
            // Another run's claim changes nothing.
            assert_eq!(delivery::record_outcomes(tx, [(PAGE, &[9; 16], &outcome(2, DeliveryState::Sent, None))], Timestamp(3))?, 0);
            let done = [
                outcome(2, DeliveryState::Sent, None),
                outcome(3, DeliveryState::Planned, Some("2")),
                outcome(4, DeliveryState::Unknown, Some("no_answer")),
            ];
            assert_eq!(delivery::record_outcomes(tx, done.iter().map(|o| (PAGE, &HOLDER, o)), Timestamp(3))?, 3);
            assert_eq!(delivery::record_outcomes(tx, done.iter().map(|o| (PAGE, &HOLDER, o)), Timestamp(3))?, 0);
            // What is put back waits for its time.
            assert_eq!(delivery::list_claimable(tx, &wanted(LeadId([0; 16]), 9), Timestamp(499))?.concat().len(), 2);
            assert_eq!(delivery::list_claimable(tx, &wanted(LeadId([0; 16]), 9), Timestamp(500))?.concat().len(), 3);
            assert_eq!(delivery::list_claimable(tx, &wanted(named(3).lead, 9), Timestamp(500))?.concat().len(), 2);
            // An echo settles what is unknown, for its own brand only.
            assert_eq!(delivery::settle_by_echoes(tx, [echo(OTHER, named(4), 4)])?, 0);
            assert_eq!(delivery::settle_by_echoes(tx, [named(4), named(4)].map(|d| echo(BRAND, d, 4)))?, 1);
            assert_eq!(delivery::settle_by_echoes(tx, [echo(BRAND, named(1), 4)])?, 0);
            // A run that ended leaves unknowns.
            delivery::set_sending(tx, &[named(5)].map(|d| (PAGE, d, [8; 16])), Timestamp(5))?;
            assert_eq!(delivery::list_pages_on_the_wire(tx)?, [PAGE]);
            assert_eq!(delivery::recover(tx, PAGE, &HOLDER, Timestamp(6))?, 1);
            assert!(delivery::list_pages_on_the_wire(tx)?.is_empty());
            assert!(!broadcast::finish(scope, BULK, Timestamp(7))?);
            assert_eq!(delivery::cancel_planned(scope, BULK, Timestamp(7))?, 2);
            Ok(())
        }).await;
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(states(&db).await, [
            (DeliveryState::Sent, None, 2),
            (DeliveryState::Refused, some("broadcast_cancelled"), 2),
            (DeliveryState::Refused, some("withdrawn"), 1),
            (DeliveryState::Unknown, some("interrupted"), 1),
        ]);
    }

    async fn a_broadcast_steps_by_compare_and_set_and_finishes_when_all_have_ended(home: &Home) {
        let db = with_leads(home, 1..=1).await;
        write(&db, |tx| {
            let scope = tx.brand(BRAND);
            broadcast::insert(scope, &bulk(BroadcastState::Draft))?;
            let step = |from, to| broadcast::set_state(scope, BULK, from, to, Timestamp(5));
            assert!(step(BroadcastState::Draft, BroadcastState::Sending)?);
            assert!(!step(BroadcastState::Draft, BroadcastState::Sending)?);
            assert_eq!(broadcast::list_active(tx)?.len(), 1);
            delivery::plan_chunk(scope, BULK, PAGE, LeadId([0; 16]), 10, Timestamp(5))?;
            assert!(!broadcast::finish(scope, BULK, Timestamp(6))?);
            broadcast::set_plan_cursor(scope, BULK, 1, LeadId([0; 16]), true)?;
            assert!(!broadcast::finish(scope, BULK, Timestamp(6))?);
            assert_eq!(broadcast::ready_to_finish(scope, BULK)?, None);
            delivery::set_refused(tx, &[(PAGE, named(1), "withdrawn")], Timestamp(6))?;
            let ready = broadcast::Ready { account: ACCOUNT, is_cancelled: false };
            assert_eq!(broadcast::ready_to_finish(scope, BULK)?, Some(ready));
            assert_eq!(broadcast::ready_to_finish(tx.brand(OTHER), BULK)?, None);
            assert!(broadcast::finish(scope, BULK, Timestamp(6))?);
            assert!(!broadcast::finish(scope, BULK, Timestamp(7))?);
            assert_eq!(broadcast::ready_to_finish(scope, BULK)?, None);
            let stored = broadcast::get(scope, BULK)?.unwrap().broadcast;
            assert_eq!((stored.state, stored.finished_at, stored.started_at),
                (BroadcastState::Finished, Some(Timestamp(6)), Some(Timestamp(5))));
            assert!(broadcast::list_active(tx)?.is_empty());
            Ok(())
        }).await;
    }

    async fn a_token_has_an_owner_in_its_brand_until_it_is_revoked(home: &Home) {
        let db = with_leads(home, 1..=1).await;
        write(&db, |tx| {
            let (scope, id) = (tx.brand(BRAND), TokenId([5; 16]));
            let new = NewApiToken { id, account: ACCOUNT, hash: [6; 32], tail: "wxyz", scopes: "leads:read", expires_at: None };
            api_token::insert(scope, &new, Timestamp(1))?;
            assert_eq!((api_token::owner(scope, id)?, api_token::owner(tx.brand(OTHER), id)?), (Some(ACCOUNT), None));
            assert!(!api_token::revoke_of_account(scope, AccountId([4; 16]), id, Timestamp(2))?);
            assert!(api_token::revoke_of_account(scope, ACCOUNT, id, Timestamp(2))?);
            assert_eq!(api_token::owner(scope, id)?, None);
            Ok(())
        }).await;
    }

    async fn a_lease_has_one_holder_until_it_expires(home: &Home) {
        let db = open(home).await;
        write(&db, |tx| {
            let (a, b) = ([1; 16], [2; 16]);
            let take = |who: &[u8; 16], until, now| lease::take(tx, "lane:x", who, Timestamp(until), Timestamp(now));
            assert_eq!(take(&a, 100, 0)?, Some(1));
            assert_eq!(take(&b, 150, 50)?, None);
            assert_eq!(take(&a, 120, 60)?, Some(1));
            assert!(lease::holder_is(tx, "lane:x", &a, Timestamp(119))?);
            assert!(!lease::holder_is(tx, "lane:x", &a, Timestamp(120))?);
            assert_eq!(take(&b, 300, 120)?, Some(2));
            lease::release(tx, "lane:x", &a)?;
            assert!(lease::holder_is(tx, "lane:x", &b, Timestamp(121))?);
            Ok(())
        }).await;
    }

    async fn a_lease_that_somebody_had_in_between_is_not_kept(home: &Home) {
        let db = open(home).await;
        write(&db, |tx| {
            let (a, b) = ([1; 16], [2; 16]);
            let take = |name: &str, who: &[u8; 16], now| lease::take(tx, name, who, Timestamp(now + 10), Timestamp(now));
            let fenced = |fences: &[(&str, i64)]| fences.iter().map(|(name, fence)| ((*name).to_owned(), *fence)).collect::<Vec<_>>();
            let both = fenced(&[("job:x", 1), ("job:y", 1)]);
            assert_eq!((take("job:x", &a, 0)?, take("job:y", &a, 0)?), (Some(1), Some(1)));
            assert!(lease::are_kept(tx, &both, &a)? && lease::are_kept(tx, &both[..1], &a)? && lease::are_kept(tx, &[], &a)?);
            assert!(!lease::are_kept(tx, &both, &b)? && !lease::are_kept(tx, &fenced(&[("job:x", 1), ("job:z", 1)]), &a)?);
            // Late, and given back and taken again: nobody had it in between.
            assert_eq!(take("job:x", &a, 50)?, Some(1));
            lease::release(tx, "job:x", &a)?;
            assert!(!lease::are_kept(tx, &both, &a)?);
            assert_eq!(take("job:x", &a, 50)?, Some(1));
            assert!(lease::are_kept(tx, &both, &a)?);
            assert_eq!((take("job:x", &b, 70)?, take("job:x", &a, 90)?), (Some(2), Some(3)));
            assert!(lease::is_kept(tx, "job:x", &a)? && !lease::are_kept(tx, &both, &a)?);
            assert!(lease::are_kept(tx, &fenced(&[("job:x", 3), ("job:y", 1)]), &a)?);
            Ok(())
        }).await;
    }

    async fn answers_leave_oldest_first_and_are_not_kept(home: &Home) {
        let db = with_leads(home, 1..=1).await;
        write(&db, |tx| {
            let reply = |n: u8| NewReply {
                id: OutboxId([n; 16]), brand: BRAND, page: PAGE, lead: LeadId([1; 16]),
                intent: ReplyIntent::Confirmation, answers_at: Timestamp(1), sealed: SEALED.to_vec(),
            };
            outbox::insert_many(tx, &[reply(2), reply(1), reply(3)])?;
            let due = outbox::list_claimable(tx, &[(PAGE, 2)], Timestamp(0))?.concat();
            assert_eq!(due.iter().map(|r| r.id.0[0]).collect::<Vec<_>>(), [1, 2]);
            assert_eq!(due[0].intent, ReplyIntent::Confirmation);
            outbox::set_sending(tx, &[(due[0].id, HOLDER), (due[1].id, HOLDER)])?;
            // What is on the wire already gets no second mark.
            assert_eq!(outbox::set_sending(tx, &[(due[0].id, [9; 16])])?, 0);
            outbox::set_again(tx, due[1].id, true, Timestamp(70), &HOLDER)?;
            assert_eq!(outbox::recover(tx, PAGE, &[9; 16])?, 1);
            assert_eq!(outbox::count(tx)?, 2);
            // Whoever has it ends it, and once.
            outbox::set_sending(tx, &[(OutboxId([3; 16]), HOLDER)])?;
            let end = |claim: [u8; 16]| outbox::end_many(tx, [(OutboxId([3; 16]), &claim), (due[0].id, &claim)]);
            assert_eq!((end([9; 16])?, end(HOLDER)?, end(HOLDER)?), (vec![false; 2], vec![true, false], vec![false; 2]));
            outbox::insert_many(tx, &[reply(4)])?;
            assert_eq!(outbox::next_due(tx, &[PAGE])?, [Some(Timestamp(0))]);
            assert_eq!(outbox::delete_of_lead(tx.brand(OTHER), LeadId([1; 16]))?, 0);
            assert_eq!(outbox::delete_of_lead(tx.brand(BRAND), LeadId([1; 16]))?, 2);
            Ok(())
        }).await;
    }

    async fn tiles_are_replaced_and_a_checkpoint_is_signed_once(home: &Home) {
        let db = open(home).await;
        let twice = db.write("twice", |tx| {
            ledger::set_tile(tx, 0, 0, &[1; 32])?;
            ledger::set_tile(tx, 0, 0, &[2; 64])?;
            assert_eq!(ledger::tile(tx, 0, 0)?, Some(vec![2; 64]));
            let signed = ledger::Checkpoint { size: 2, root: [3; 32], note: "n".into(), signed_at: Timestamp(1) };
            ledger::insert_checkpoint(tx, &signed)?;
            assert_eq!(ledger::head(tx)?, Some(signed.clone()));
            ledger::insert_checkpoint(tx, &signed)
        }).await;
        assert!(matches!(twice, Err(StoreError::Conflict { .. })), "{twice:?}");
    }

    async fn a_repeated_request_is_recognised(home: &Home) {
        let db = open(home).await;
        write(&db, |tx| {
            let scope = tx.brand(BRAND);
            let own = Holder { id: [5; 16], is_shared: true };
            let claim = |request: u8, now| idempotency::claim(scope, model::id::AccountId([7; 16]), &[1; 32], &[request; 32], own, Timestamp(100), Timestamp(now));
            assert_eq!(claim(7, 0)?, idempotency::Known::New);
            assert_eq!(claim(7, 1)?, idempotency::Known::Running);
            assert_eq!(claim(8, 1)?, idempotency::Known::Other);
            idempotency::settle(scope, &[1; 32], &own.id, 201, &SEALED)?;
            assert_eq!(claim(7, 2)?, idempotency::Known::Answered { status: 201, sealed: SEALED.to_vec() });
            assert_eq!(claim(7, 100)?, idempotency::Known::New);
            Ok(())
        }).await;
    }

    async fn a_request_whose_run_has_died_is_carried_out_by_another_and_never_by_two(home: &Home) {
        let db = open(home).await;
        let is_shared = !home.is_sqlite();
        write(&db, move |tx| {
            let scope = tx.brand(BRAND);
            let claim = |who: u8, now: i64| {
                let own = Holder { id: [who; 16], is_shared };
                let account = model::id::AccountId([7; 16]);
                idempotency::claim(scope, account, &[1; 32], &[7; 32], own, Timestamp(i64::MAX), Timestamp(now))
            };
            let wait = idempotency::AFTER_GONE.0;
            assert_eq!(claim(1, 0)?, idempotency::Known::New);
            if is_shared {
                // As long as the first says that it lives, however long that takes.
                let living = node::Node {
                    id: [1; 16], started_at: Timestamp(0), seen_at: Timestamp(0), beat: 0, key_epoch: 0,
                    version: "1".to_owned(), likeness: Vec::new(), knows: 0,
                };
                node::beat(tx, &living)?;
                assert_eq!(claim(2, 10)?, idempotency::Known::Running);
                assert_eq!(claim(2, 10 * wait)?, idempotency::Known::Running);
                node::remove(tx, &[1; 16])?;
                let gone = 20 * wait;
                assert_eq!(claim(2, gone)?, idempotency::Known::Running, "it was only just seen to be gone");
                assert_eq!(claim(3, gone + wait - 1)?, idempotency::Known::Running);
                // It comes back, and goes again: the wait begins anew.
                node::beat(tx, &living)?;
                assert_eq!(claim(3, gone + wait)?, idempotency::Known::Running);
                node::remove(tx, &[1; 16])?;
                assert_eq!(claim(3, gone + 2 * wait)?, idempotency::Known::Running);
                assert_eq!(claim(2, gone + 3 * wait)?, idempotency::Known::New);
                node::beat(tx, &node::Node { id: [2; 16], ..living })?;
            } else {
                // Whoever had the file before is dead.
                assert_eq!(claim(2, 1)?, idempotency::Known::New);
            }
            let later = 30 * wait;
            assert_eq!(claim(2, later)?, idempotency::Known::Running, "the new run is at work");
            if is_shared {
                assert_eq!(claim(3, later)?, idempotency::Known::Running);
            }
            // The one of before says nothing more about it.
            idempotency::settle(scope, &[1; 32], &[1; 16], 500, &SEALED)?;
            idempotency::release(scope, &[1; 32], &[1; 16])?;
            assert_eq!(claim(2, later)?, idempotency::Known::Running);
            idempotency::settle(scope, &[1; 32], &[2; 16], 201, &SEALED)?;
            assert_eq!(claim(3, later)?, idempotency::Known::Answered { status: 201, sealed: SEALED.to_vec() });
            Ok(())
        }).await;
    }

    async fn commitments_are_numbered_as_they_were_listed_or_not_at_all(home: &Home) {
        let db = open(home).await;
        write(&db, |tx| {
            let scope = tx.brand(BRAND);
            let event = |number: u8| consent_event::ConsentEvent {
                id: ConsentId([number; 16]), lead: LeadId([number; 16]), page: PAGE, kind: "opt_in", purpose: "promotion",
                how: "confirmed", happened_at: Timestamp(1), recorded_at: Timestamp(2), leaf_index: None,
                sealed: SEALED.to_vec(),
            };
            let leaf = |number: u8, consent: Option<u8>| ledger::PendingLeaf {
                id: [number; 16], commitment: [number; 32], consent: consent.map(|n| ConsentId([n; 16])),
            };
            consent_event::insert_many(scope, &[event(1), event(2), event(3)])?;
            // A tag, the first event, one that is erased before it gets its number, the third event.
            ledger::insert_pending(tx, &[leaf(2, None), leaf(4, Some(1)), leaf(6, Some(2)), leaf(8, Some(3))])?;
            let listed = ledger::list_pending(tx, 3)?;
            // One came in between: whoever listed must list again.
            ledger::insert_pending(tx, &[leaf(3, None)])?;
            assert!(!ledger::number_pending(tx, &listed, 40)?);
            assert_eq!(ledger::count_pending(tx)?, 5);
            consent_event::delete_of_lead(scope, LeadId([2; 16]))?;
            let listed = ledger::list_pending(tx, 9)?;
            assert!(ledger::number_pending(tx, &listed, 40)?);
            assert_eq!(ledger::count_pending(tx)?, 0);
            let of = |lead: u8| Ok::<_, StoreError>(consent_event::list_of_lead(scope, LeadId([lead; 16]))?.first().and_then(|e| e.leaf_index));
            assert_eq!((of(1)?, of(2)?, of(3)?), (Some(42), None, Some(44)));
            // The number goes with the event.
            consent_event::delete_of_lead(scope, LeadId([3; 16]))?;
            assert_eq!(tx.query(&LEAVES, &[])?.len(), 1);
            Ok(())
        }).await;
    }

    async fn a_list_of_deliveries_is_read_to_its_end_in_small_steps(home: &Home) {
        let db = open(home).await;
        let pages = [PageId([4; 16]), PageId([5; 16]), PageId([7; 16])];
        // Ids of leads and pages run against each other.
        let leads: Vec<StoredLead> = (1..=9_u8).map(|n| {
            let mut lead = a_lead(n);
            lead.lead.page = pages[usize::from(9 - n) / 3];
            lead
        }).collect();
        write(&db, move |tx| {
            let scope = tx.brand(BRAND);
            lead::insert_many(scope, &leads)?;
            broadcast::insert(scope, &bulk(BroadcastState::Sending))?;
            for page in pages {
                delivery::plan_chunk(scope, BULK, page, LeadId([0; 16]), 10, Timestamp(1))?;
            }
            delivery::set_refused(tx, &[(pages[0], named(8), "withdrawn")], Timestamp(2))?;
            delivery::set_refused(tx, &[(pages[2], named(1), "withdrawn"), (pages[2], named(3), "withdrawn")], Timestamp(2))?;
            let walk = |only| {
                let (mut after, mut seen) = ((PageId([0; 16]), LeadId([0; 16])), Vec::new());
                loop {
                    let lines = delivery::list(scope, BULK, only, after, 2)?;
                    let Some(last) = lines.last() else { return Ok::<_, StoreError>(seen) };
                    after = (last.page, last.lead);
                    seen.extend(lines.iter().map(|line| line.lead.0[0]));
                }
            };
            assert_eq!(walk(None)?, [7, 8, 9, 4, 5, 6, 1, 2, 3]);
            assert_eq!(walk(Some(DeliveryState::Refused))?, [8, 1, 3]);
            assert!(delivery::list(tx.brand(OTHER), BULK, None, (PageId([0; 16]), LeadId([0; 16])), 9)?.is_empty());
            Ok(())
        }).await;
    }

    async fn a_lead_s_deliveries_are_found_and_go_with_it(home: &Home) {
        let db = with_leads(home, 1..=2).await;
        write(&db, |tx| {
            let (scope, lead) = (tx.brand(BRAND), LeadId([1; 16]));
            broadcast::insert(scope, &bulk(BroadcastState::Sending))?;
            let mut second = bulk(BroadcastState::Sending);
            second.broadcast.id = BroadcastId([9; 16]);
            broadcast::insert(scope, &second)?;
            for id in [BULK, second.broadcast.id] {
                delivery::plan_chunk(scope, id, PAGE, LeadId([0; 16]), 10, Timestamp(1))?;
            }
            delivery::set_sending(tx, &[named(1)].map(|d| (PAGE, d, HOLDER)), Timestamp(2))?;
            let lines = delivery::list_of_lead(scope, PAGE, lead)?;
            let found: Vec<_> = lines.iter().map(|(id, line)| (id.0[0], line.state)).collect();
            assert_eq!(found, [(5, DeliveryState::Sending), (9, DeliveryState::Planned)]);
            assert_eq!(delivery::count_sending(scope, PAGE, lead)?, 1);
            for (other, page) in [(tx.brand(OTHER), PAGE), (scope, PageId([8; 16]))] {
                assert!(delivery::list_of_lead(other, page, lead)?.is_empty());
                assert_eq!(delivery::count_sending(other, page, lead)?, 0);
                assert!(delivery::delete_of_lead(other, page, lead)?.is_empty());
            }
            let mut gone = delivery::delete_of_lead(scope, PAGE, lead)?;
            gone.sort_by_key(|state| state.number());
            assert_eq!(gone, [DeliveryState::Planned, DeliveryState::Sending]);
            assert!(delivery::list_of_lead(scope, PAGE, lead)?.is_empty());
            assert_eq!(delivery::list_of_lead(scope, PAGE, LeadId([2; 16]))?.len(), 2);
            Ok(())
        }).await;
    }

    async fn a_lane_asks_for_what_is_being_sent_and_for_what_was_cancelled(home: &Home) {
        let db = open(home).await;
        write(&db, |tx| {
            let scope = tx.brand(BRAND);
            let states = [
                BroadcastState::Draft, BroadcastState::Sending, BroadcastState::Paused, BroadcastState::Finished,
                BroadcastState::Cancelled,
            ];
            for (number, state) in (1_u8..).zip(states) {
                let mut one = bulk(state);
                one.broadcast.id = BroadcastId([number; 16]);
                broadcast::insert(scope, &one)?;
            }
            let mut elsewhere = bulk(BroadcastState::Sending);
            (elsewhere.broadcast.id, elsewhere.broadcast.pages) = (BroadcastId([9; 16]), vec![PageId([8; 16])]);
            broadcast::insert(scope, &elsewhere)?;
            let found: Vec<_> = broadcast::list_active_of_pages(tx, &[(BRAND, PAGE)])?.concat().iter().map(|b| b.id.0[0]).collect();
            assert_eq!(found, [2, 5]);
            assert!(broadcast::list_active_of_pages(tx, &[(OTHER, PAGE)])?.concat().is_empty());
            let mut pages = broadcast::list_pages_to_send(tx)?;
            pages.sort_unstable();
            assert_eq!(pages, [PAGE, PAGE, PageId([8; 16])], "as often as something is sent there, or cancelled");
            Ok(())
        }).await;
    }

    async fn counts_add_up_by_page(home: &Home) {
        let db = with_leads(home, 1..=3).await;
        write(&db, |tx| {
            let scope = tx.brand(BRAND);
            tally::add(scope, PAGE, "duplicates", 2)?;
            tally::add(scope, PAGE, "duplicates", 3)?;
            assert_eq!(tally::list(scope)?, [(PAGE, "duplicates".to_owned(), 5)]);
            let counts = lead::count_by_page(scope)?;
            assert_eq!((counts[0].leads, counts[0].confirmed, counts[0].started), (3, 3, 0));
            let event = consent_event::ConsentEvent {
                id: ConsentId([1; 16]), lead: LeadId([1; 16]), page: PAGE, kind: "opt_in", purpose: "promotion",
                how: "confirmed", happened_at: Timestamp(1), recorded_at: Timestamp(2), leaf_index: None,
                sealed: SEALED.to_vec(),
            };
            consent_event::insert_many(scope, &[event])?;
            assert_eq!(consent_event::count_by_page(scope)?, [(PAGE, "opt_in", "confirmed", 1)]);
            Ok(())
        }).await;
    }
}

/// 3,000 answers to 200 leads.
async fn fill_outbox(db: &Database) {
    write(db, |tx| {
        let reply = |n: u128| NewReply {
            id: OutboxId(n.to_be_bytes()),
            brand: BRAND,
            page: PAGE,
            lead: LeadId([u8::try_from(n % 200).unwrap_or(0) + 1; 16]),
            intent: ReplyIntent::Answer,
            answers_at: Timestamp(1),
            sealed: SEALED.to_vec(),
        };
        outbox::insert_many(tx, &(0..3_000).map(reply).collect::<Vec<_>>())
    })
    .await;
}

/// The server knows nothing of a table that fills within seconds, and takes it for nearly empty.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_looks_at_the_answers_that_it_takes_however_many_wait() {
    let Some(home) = Home::postgres().await else { return };
    let db = with_leads(&home, 1..=200).await;
    fill_outbox(&db).await;
    let (due, fetched) = write(&db, |tx| {
        let due = outbox::list_claimable(tx, &[(PAGE, 5)], Timestamp(9))?.concat();
        Ok((due.len(), tx.query_one(&FETCHED, &[])?.int(0)?))
    })
    .await;
    assert_eq!(due, 5);
    assert!((10..=20).contains(&fetched), "{fetched} rows were fetched for five answers and their leads");
    home.remove().await;
}

/// Merged or hashed with all that lies there, a few keys would have a serializable transaction read everybody's rows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_keys_are_looked_for_one_by_one_also_where_the_server_knows_how_much_there_is() {
    let Some(home) = Home::postgres().await else { return };
    let db = with_leads(&home, 1..=200).await;
    fill_outbox(&db).await;
    write(&db, |tx| tx.execute(&ANALYZE, &[])).await;
    let (ended, fetched) = write(&db, |tx| {
        let some: Vec<_> = (0..60_u128).map(|n| (OutboxId((n * 50).to_be_bytes()), [7; 16])).collect();
        outbox::set_sending(tx, &some)?;
        let ended = outbox::end_many(tx, some.iter().map(|(id, claim)| (*id, claim)))?;
        Ok((ended, tx.query_one(&FETCHED, &[])?.int(0)?))
    })
    .await;
    assert_eq!(ended, [true; 60]);
    assert!((60..=300).contains(&fetched), "{fetched} rows were fetched for sixty answers");
    home.remove().await;
}
