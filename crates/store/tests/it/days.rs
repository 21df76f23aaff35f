//! Figures by day, leads by tag, looks by time, and what of an export is kept, on both engines.

use crate::home::{Home, on_both};
use crate::tables::{ACCOUNT, BRAND, BULK, OTHER, PAGE, SEALED, a_lead, bulk, echo, named, open, write};
use model::broadcast::BroadcastState;
use model::delivery::DeliveryState;
use model::id::{AccountId, ConsentId, ExportId, LeadId, PageId, ReadingId, TagId};
use model::time::{Span, Timestamp};
use store::tables::consent_event::ConsentEvent;
use store::tables::delivery::DeliveryLine;
use store::tables::export::StoredExport;
use store::tables::reading::{Between, StoredReading};
use store::tables::tag::StoredTag;
use store::tables::{
    broadcast, broadcast_count, consent_event, daily, delivery, export, lead, page, reading, tag,
};

/// A state, its reason, and how many deliveries.
type Sum = (&'static str, Option<String>, u64);

const TAG: TagId = TagId([9; 16]);
const DAY: i64 = 86_400_000_000;

fn event(number: u8, kind: &'static str, how: &'static str, at: i64) -> ConsentEvent {
    ConsentEvent {
        id: ConsentId([number; 16]),
        lead: LeadId([number; 16]),
        page: PAGE,
        kind,
        purpose: "promotion",
        how,
        happened_at: Timestamp(1),
        recorded_at: Timestamp(at),
        leaf_index: None,
        sealed: SEALED.to_vec(),
    }
}

on_both! {
    async fn looks_are_read_page_by_page_in_the_order_of_time(home: &Home) {
        let db = open(home).await;
        write(&db, |tx| {
            let scope = tx.brand(BRAND);
            // The later the read, the smaller the id; three of the same moment.
            let looks = [(9, 1), (8, 2), (7, 2), (6, 2), (5, 3), (4, 9)];
            for (id, at) in looks {
                let (id, read_at) = (ReadingId([id; 16]), Timestamp(at));
                let door = (at == 2).then_some([1; 32]);
                let new = StoredReading { id, read_at, door, sealed: SEALED.to_vec() };
                reading::insert(scope, [id.0[0]; 16], &new)?;
            }
            let of = Between { from: Timestamp(1), until: Timestamp(3) };
            let pages = |door| -> Result<Vec<u8>, store::StoreError> {
                let (mut seen, mut after) = (Vec::new(), None);
                loop {
                    let some = reading::list_between(scope, door, of, after, 2)?;
                    let Some(last) = some.last() else { return Ok(seen) };
                    after = Some((last.read_at, last.id));
                    seen.extend(some.iter().map(|look| look.id.0[0]));
                }
            };
            assert_eq!(pages(None)?, [9, 6, 7, 8, 5]);
            assert_eq!(pages(Some([1; 32]))?, [6, 7, 8]);
            assert!(reading::list_between(tx.brand(OTHER), None, of, None, 9)?.is_empty());
            Ok(())
        }).await;
    }

    async fn leads_of_a_tag_come_in_order_and_never_those_of_another_brand(home: &Home) {
        let db = open(home).await;
        let found = write(&db, |tx| {
            let (scope, other) = (tx.brand(BRAND), tx.brand(OTHER));
            lead::insert_many(scope, &[a_lead(1), a_lead(2), a_lead(3)])?;
            tag::insert(scope, &StoredTag { id: TAG, account: ACCOUNT, created_at: Timestamp(1), sealed: SEALED.to_vec() })?;
            tag::put(scope, TAG, &[LeadId([3; 16]), LeadId([1; 16])], Timestamp(5))?;
            tag::put(scope, TAG, &[LeadId([1; 16]), LeadId([2; 16])], Timestamp(6))?;
            let ids = |after, limit| -> Result<Vec<LeadId>, store::StoreError> {
                let rows = lead::list_of_tag(scope, TAG, LeadId(after), limit)?;
                Ok(rows.iter().map(|row| row.lead.id).collect())
            };
            let all = (ids([0; 16], 2)?, ids([2; 16], 2)?);
            assert!(lead::list_of_tag(other, TAG, LeadId([0; 16]), 9)?.is_empty());
            // Who bore it before keeps it.
            let span = |after, last| (LeadId([after; 16]), LeadId([last; 16]));
            assert_eq!(tag::take_put_at(other, TAG, Timestamp(6), span(0, 9))?, 0);
            assert_eq!(tag::take_put_at(scope, TAG, Timestamp(6), span(2, 9))?, 0, "it begins after the first");
            assert_eq!(tag::list_bearers(scope, TAG, LeadId([1; 16]), 1)?, [LeadId([2; 16])]);
            assert!(tag::list_bearers(other, TAG, LeadId([0; 16]), 9)?.is_empty());
            assert_eq!(tag::take_put_at(scope, TAG, Timestamp(6), span(1, 2))?, 1, "and holds the last");
            assert_eq!(ids([0; 16], 9)?, [LeadId([1; 16]), LeadId([3; 16])]);
            Ok(all)
        }).await;
        assert_eq!(found, (vec![LeadId([1; 16]), LeadId([2; 16])], vec![LeadId([3; 16])]));
    }

    async fn claim_f5_consents_are_counted_by_day_and_nobody_is_named(home: &Home) {
        let db = open(home).await;
        let counted = write(&db, |tx| {
            let scope = tx.brand(BRAND);
            let events = [
                event(1, "opt_in", "confirmed", 3 * DAY),
                event(2, "opt_in", "confirmed", 3 * DAY + 7),
                event(3, "withdrawal", "link", 4 * DAY - 1),
            ];
            consent_event::insert_many(scope, &events)?;
            consent_event::insert_many(scope, &[event(4, "opt_in", "confirmed", 4 * DAY - 1)])?;
            // Erasing somebody takes nothing from the counts.
            consent_event::delete_of_lead(scope, LeadId([1; 16]))?;
            assert!(daily::list_since(scope, AccountId([8; 16]), 0)?.is_empty());
            assert!(daily::list_since(tx.brand(OTHER), ACCOUNT, 0)?.is_empty());
            assert!(daily::list_since(scope, ACCOUNT, 4)?.is_empty());
            daily::list_since(scope, ACCOUNT, 3)
        }).await;
        assert_eq!(counted, [(3, "confirmed".to_owned(), 3), (3, "withdrawal".to_owned(), 1)]);
    }

    async fn deliveries_are_counted_by_the_day_of_their_end(home: &Home) {
        let db = open(home).await;
        let counted = write(&db, |tx| {
            let scope = tx.brand(BRAND);
            lead::insert_many(scope, &[a_lead(1), a_lead(2), a_lead(3)])?;
            broadcast::insert(scope, &bulk(BroadcastState::Draft))?;
            broadcast::set_state(scope, BULK, BroadcastState::Draft, BroadcastState::Sending, Timestamp(2))?;
            delivery::plan_chunk(scope, BULK, PAGE, LeadId([0; 16]), 9, Timestamp(3))?;
            delivery::set_refused(tx, &[(PAGE, named(1), "withdrawn")], Timestamp(2 * DAY))?;
            delivery::settle_by_echoes(tx, [echo(BRAND, named(2), 3 * DAY)])?;
            assert!(delivery::count_by_day(scope, AccountId([8; 16]), Timestamp(0))?.is_empty());
            assert!(delivery::count_by_day(tx.brand(OTHER), ACCOUNT, Timestamp(0))?.is_empty());
            delivery::count_by_day(scope, ACCOUNT, Timestamp(2 * DAY))
        }).await;
        let said: Vec<_> = counted.iter().map(|(day, state, count)| (*day, state.code(), *count)).collect();
        assert_eq!(said, [(2, "refused", 1), (3, "sent", 1)]);
    }

    async fn claim_f5_deliveries_become_counts_a_few_at_a_time_and_the_figures_stay(home: &Home) {
        let db = open(home).await;
        write(&db, |tx| {
            let (scope, other) = (tx.brand(BRAND), tx.brand(OTHER));
            lead::insert_many(scope, &[a_lead(1), a_lead(2), a_lead(3), a_lead(4)])?;
            broadcast::insert(scope, &bulk(BroadcastState::Draft))?;
            broadcast::set_state(scope, BULK, BroadcastState::Draft, BroadcastState::Sending, Timestamp(2))?;
            delivery::plan_chunk(scope, BULK, PAGE, LeadId([0; 16]), 9, Timestamp(3))?;
            broadcast::set_plan_cursor(scope, BULK, 1, LeadId([0; 16]), true)?;
            delivery::set_refused(tx, &[(PAGE, named(1), "withdrawn"), (PAGE, named(4), "withdrawn")], Timestamp(4))?;
            delivery::settle_by_echoes(tx, [echo(BRAND, named(2), 4)])?;
            delivery::settle_by_echoes(tx, [echo(BRAND, named(3), 4)])?;
            assert_eq!(broadcast_count::next(tx, Timestamp(99))?, None, "it is not over");
            assert!(broadcast::finish(scope, BULK, Timestamp(5))?);
            assert_eq!(broadcast_count::next(tx, Timestamp(4))?, None);
            assert_eq!(broadcast_count::next(tx, Timestamp(5))?, Some((BRAND, BULK)));
            let sums = || -> Result<Vec<Sum>, store::StoreError> {
                let mut sums: Vec<_> =
                    delivery::count(scope, BULK)?.into_iter().map(|c| (c.state.code(), c.reason, c.count)).collect();
                sums.sort();
                Ok(sums)
            };
            let before = sums()?;
            assert_eq!(before, [("refused", Some("withdrawn".to_owned()), 2), ("sent", None, 2)]);
            // Of another brand's nothing is counted.
            assert_eq!(broadcast_count::count_some(other, BULK, 9, Timestamp(9))?, 0);
            assert_eq!(broadcast_count::next(tx, Timestamp(5))?, Some((BRAND, BULK)));
            for (counted, left) in [(3, 1), (1, 0)] {
                assert_eq!(broadcast_count::count_some(scope, BULK, 3, Timestamp(9))?, counted);
                assert_eq!(sums()?, before);
                let lines = delivery::list(scope, BULK, None, (PageId([0; 16]), LeadId([0; 16])), 9)?;
                assert_eq!(lines.len(), left);
            }
            assert_eq!(broadcast_count::next(tx, Timestamp(99))?, None, "each is counted once");
            assert!(delivery::list_of_lead(scope, PAGE, LeadId([2; 16]))?.is_empty());
            assert!(delivery::count(other, BULK)?.is_empty());
            // An archive brings back what it had, and that is counted when its time comes.
            let line = DeliveryLine {
                lead: LeadId([2; 16]), page: PAGE, state: DeliveryState::Failed, reason: Some("10".to_owned()),
                attempts: 1, changed_at: Timestamp(4),
            };
            delivery::insert_past(scope, &[(BULK, line)])?;
            assert_eq!(broadcast_count::next(tx, Timestamp(5))?, Some((BRAND, BULK)));
            // So is one that was taken up again and finished later.
            assert!(broadcast::reopen(scope, BULK)?);
            assert_eq!(broadcast_count::next(tx, Timestamp(99))?, None);
            assert!(broadcast::finish(scope, BULK, Timestamp(20))?);
            assert_eq!(broadcast_count::next(tx, Timestamp(20))?, Some((BRAND, BULK)));
            assert_eq!(broadcast_count::count_some(scope, BULK, 3, Timestamp(21))?, 1);
            assert_eq!(sums()?.len(), 3);
            Ok(())
        }).await;
    }

    async fn when_a_page_was_heard_of_is_written_once_a_minute(home: &Home) {
        let db = open(home).await;
        write(&db, |tx| {
            let scope = tx.brand(BRAND);
            let at = Timestamp(10 * DAY);
            assert_eq!(page::heard_at(scope, PAGE)?, None);
            for (later, kept) in [(0, 0), (59, 0), (61, 61)] {
                page::set_heard(scope, std::iter::once(PAGE), at.plus(Span::secs(later)))?;
                assert_eq!(page::heard_at(scope, PAGE)?, Some(at.plus(Span::secs(kept))));
            }
            page::set_heard(tx.brand(OTHER), std::iter::once(PAGE), at.plus(Span::days(1)))?;
            assert_eq!(page::heard_at(scope, PAGE)?, Some(at.plus(Span::secs(61))));
            assert_eq!(page::heard_at(scope, PageId([8; 16]))?, None);
            Ok(())
        }).await;
    }

    async fn claim_a3_an_export_is_kept_until_its_time_and_finished_once(home: &Home) {
        let db = open(home).await;
        write(&db, |tx| {
            let scope = tx.brand(BRAND);
            for number in 1..=3_u8 {
                export::insert(scope, &StoredExport {
                    id: ExportId([number; 16]),
                    account: ACCOUNT,
                    taken_at: Timestamp(i64::from(number)),
                    finished_at: None,
                    leads: 5,
                    door: None,
                    sealed: SEALED.to_vec(),
                })?;
            }
            assert!(!export::finish(tx.brand(OTHER), ExportId([2; 16]), 4, Timestamp(9))?);
            assert!(export::finish(scope, ExportId([2; 16]), 4, Timestamp(9))?);
            assert!(!export::finish(scope, ExportId([2; 16]), 7, Timestamp(10))?);
            let newest = |before| export::list_newest_of_account(scope, ACCOUNT, ExportId(before), 2);
            let said: Vec<_> = newest([0xff; 16])?.iter().map(|e| (e.id.0[0], e.leads, e.finished_at)).collect();
            assert_eq!(said, [(3, 5, None), (2, 4, Some(Timestamp(9)))]);
            assert_eq!(newest([2; 16])?.len(), 1);
            assert!(export::list_newest_of_account(scope, AccountId([8; 16]), ExportId([0xff; 16]), 9)?.is_empty());
            let rule = store::retention::rule("export").unwrap();
            assert_eq!(rule.purge(tx, Timestamp(2).plus(Span::days(365)))?, 2);
            Ok(())
        }).await;
    }
}
