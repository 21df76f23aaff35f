//! Plans, what accounts have spent, and signed events: what the tables promise, on both engines.

use crate::home::{Home, on_both};
use crate::tables::{ACCOUNT, BRAND, BULK, OTHER, PAGE, SEALED, bulk, open, with_leads, write};
use model::broadcast::BroadcastState;
use model::id::{AccountId, BroadcastId, LeadId, PlanId};
use model::page::PageStop;
use model::plan::{Limits, Month, Subscription, SubscriptionState};
use model::time::Timestamp;
use store::tables::billing::{self, Seen};
use store::tables::{account, broadcast, page, plan, subscription};

const NEW: PlanId = PlanId([7; 16]);
const ADMIN: AccountId = AccountId([8; 16]);
/// The plan that the brand begins with.
const FIRST: PlanId = PlanId(BRAND.0);
const NOW: Timestamp = Timestamp::from_secs(1_790_000_000);

on_both! {
    async fn a_brand_has_one_plan_that_sign_ups_start_on_whatever_is_done(home: &Home) {
        write(&open(home).await, |tx| {
            let (scope, other) = (tx.brand(BRAND), tx.brand(OTHER));
            let first = plan::get(scope, FIRST)?.unwrap();
            assert_eq!((first.limits, first.is_start, first.accounts), (Limits::START, true, 1));
            assert_eq!((plan::start(scope)?, plan::start(other)?), (FIRST, PlanId(OTHER.0)));
            assert!(!plan::retire(scope, FIRST, NOW)? && !plan::delete(scope, FIRST)?);
            let limits = Limits { pages: Some(0), leads: None, messages: Some(5) };
            plan::insert(scope, NEW, "Small", &limits, NOW)?;
            assert_eq!(plan::list(scope)?.iter().map(|p| p.id).collect::<Vec<_>>(), [FIRST, NEW]);
            // Nothing of another brand's.
            assert!(plan::get(other, NEW)?.is_none() && !plan::make_start(other, NEW)?);
            assert!(!plan::set(other, NEW, "Mine", &Limits::NONE)? && !plan::delete(other, NEW)?);
            assert_eq!(plan::start(other)?, PlanId(OTHER.0), "a start that is not there takes none away");
            assert!(plan::make_start(scope, NEW)?);
            assert_eq!(plan::start(scope)?, NEW);
            // An account is on the first one: it is retired, not deleted, and kept by whom it is on.
            assert!(!plan::delete(scope, FIRST)? && plan::retire(scope, FIRST, NOW)?);
            assert!(!plan::retire(scope, FIRST, NOW)? && !plan::make_start(scope, FIRST)?);
            assert_eq!(subscription::get(scope, ACCOUNT)?.unwrap().subscription.limits, Limits::START);
            assert!(plan::offer(scope, FIRST)? && plan::make_start(scope, FIRST)?);
            assert!(plan::delete(scope, NEW)?);
            assert!(plan::set(scope, FIRST, "First", &limits)?);
            let changed = subscription::get(scope, ACCOUNT)?.unwrap();
            assert_eq!((changed.subscription.limits, changed.plan_name.as_deref()), (limits, Some("First")));
            Ok(())
        }).await;
    }

    async fn messages_are_counted_by_month_and_given_back_to_their_own(home: &Home) {
        write(&open(home).await, |tx| {
            let scope = tx.brand(BRAND);
            let month = |number: i64| Month::from_number(24_322 + number);
            let of = |scope| subscription::get(scope, ACCOUNT).map(|s| s.map(|s| (s.subscription.month, s.subscription.spent)));
            subscription::spend(scope, ACCOUNT, month(0), 4)?;
            subscription::give_back(scope, ACCOUNT, month(0), 1)?;
            assert_eq!(of(scope)?, Some((month(0), 3)));
            subscription::spend(scope, ACCOUNT, month(0), 2)?;
            assert_eq!(of(scope)?, Some((month(0), 5)));
            subscription::spend(scope, ACCOUNT, month(1), 7)?;
            assert_eq!(of(scope)?, Some((month(1), 7)), "a new month begins its count");
            subscription::give_back(scope, ACCOUNT, month(0), 5)?;
            assert_eq!(of(scope)?, Some((month(1), 7)), "a month that is over gives nothing to the next");
            subscription::spend(scope, ACCOUNT, month(0), 1)?;
            assert_eq!(of(scope)?, Some((month(1), 8)), "and is not opened again");
            subscription::spend(tx.brand(OTHER), ACCOUNT, month(1), 9)?;
            subscription::give_back(tx.brand(OTHER), ACCOUNT, month(1), 1)?;
            assert_eq!((of(scope)?, of(tx.brand(OTHER))?), (Some((month(1), 8)), None));
            Ok(())
        }).await;
    }

    async fn a_subscription_is_set_and_read_back_and_listed_with_what_it_uses(home: &Home) {
        write(&open(home).await, |tx| {
            let scope = tx.brand(BRAND);
            let new = account::NewAccount { id: ADMIN, role: "admin", plan: None, state: "unconfirmed", sealed: SEALED.to_vec() };
            account::insert(scope, &new, NOW)?;
            let own = subscription::get(scope, ADMIN)?.unwrap();
            assert_eq!((own.subscription.limits, own.plan_name), (Limits::NONE, None));
            for state in SubscriptionState::ALL {
                let seen = subscription::get(scope, ACCOUNT)?.unwrap().subscription;
                let to = Subscription { state, cancelled_at: Some(NOW), event_at: Some(Timestamp(5)), ..seen };
                assert!(subscription::set(scope, ACCOUNT, &to, NOW)?);
                assert_eq!(subscription::get(scope, ACCOUNT)?.unwrap().subscription, to);
                assert!(!subscription::set(tx.brand(OTHER), ACCOUNT, &seen, NOW)?);
            }
            let listed = subscription::list_newest(scope, AccountId([0xff; 16]), 10)?;
            let shown: Vec<_> = listed.iter().map(|a| (a.id, a.role.as_str(), a.is_confirmed, a.pages)).collect();
            assert_eq!(shown, [(ADMIN, "admin", false, 0), (ACCOUNT, "user", true, 1)]);
            assert_eq!(subscription::list_newest(scope, ADMIN, 1)?[0].id, ACCOUNT);
            assert!(subscription::list_newest(tx.brand(OTHER), AccountId([0xff; 16]), 10)?.is_empty());
            Ok(())
        }).await;
    }

    async fn a_disconnected_page_counts_no_longer(home: &Home) {
        write(&open(home).await, |tx| {
            let scope = tx.brand(BRAND);
            assert_eq!(subscription::count_pages(scope, ACCOUNT)?, 1);
            assert!(subscription::is_counted(scope, PAGE)?);
            page::set_stop(scope, PAGE, Some(PageStop::Paused), NOW)?;
            assert_eq!(subscription::count_pages(scope, ACCOUNT)?, 1);
            page::set_stop(scope, PAGE, Some(PageStop::Disconnected), NOW)?;
            assert_eq!(subscription::count_pages(scope, ACCOUNT)?, 0);
            assert!(!subscription::is_counted(scope, PAGE)?);
            Ok(())
        }).await;
    }

    async fn who_is_beyond_a_number_of_leads_is_who_came_after_it(home: &Home) {
        write(&with_leads(home, 1..=5).await, |tx| {
            let scope = tx.brand(BRAND);
            assert_eq!(subscription::count_leads(scope, ACCOUNT)?, 5);
            assert_eq!(subscription::count_leads(tx.brand(OTHER), ACCOUNT)?, 0);
            let end = |leads| subscription::leads_end(scope, ACCOUNT, &Limits { leads, ..Limits::NONE });
            assert_eq!((end(None)?, end(Some(5))?, end(Some(9))?), (None, None, None));
            assert_eq!(end(Some(4))?, Some(LeadId([5; 16])));
            assert_eq!(end(Some(0))?, Some(LeadId([1; 16])));
            Ok(())
        }).await;
    }

    async fn when_an_account_stands_still_nothing_of_it_is_sent_now_or_later(home: &Home) {
        write(&open(home).await, |tx| {
            let scope = tx.brand(BRAND);
            for (number, state) in (20..).zip(BroadcastState::ALL) {
                let mut one = bulk(state);
                one.broadcast.id = BroadcastId([number; 16]);
                broadcast::insert(scope, &one)?;
            }
            let mut elsewhere = bulk(BroadcastState::Sending);
            elsewhere.broadcast.account = AccountId([9; 16]);
            broadcast::insert(scope, &elsewhere)?;
            let timed = BroadcastId([25; 16]);
            assert!(broadcast::schedule(scope, timed, NOW, Some("UTC"))?);
            assert_eq!(broadcast::stand_still(tx.brand(OTHER), ACCOUNT)?, 0);
            assert_eq!(broadcast::stand_still(scope, ACCOUNT)?, 2);
            let states: Vec<_> = (20..26).map(|n| broadcast::get(scope, BroadcastId([n; 16])).map(|b| b.unwrap().broadcast)).collect::<Result<_, _>>()?;
            use BroadcastState as S;
            assert_eq!(states.iter().map(|b| b.state).collect::<Vec<_>>(), [S::Draft, S::Paused, S::Paused, S::Finished, S::Cancelled, S::Draft]);
            assert_eq!((states[5].send_at, states[5].zone.as_deref()), (None, None));
            assert_eq!(broadcast::get(scope, BULK)?.unwrap().broadcast.state, S::Sending, "another account's goes on");
            assert_eq!(broadcast::next_start(tx)?, None);
            Ok(())
        }).await;
    }

    async fn an_event_is_noted_once_and_forgotten_after_its_time(home: &Home) {
        write(&open(home).await, |tx| {
            let scope = tx.brand(BRAND);
            let note = |mac, request, before, now| billing::note(scope, &[mac; 32], &[request; 32], Timestamp(before), Timestamp(now));
            assert_eq!(note(1, 1, 0, 10)?, Seen::New);
            assert_eq!(note(1, 1, 0, 11)?, Seen::Before);
            assert_eq!(note(1, 2, 0, 11)?, Seen::Other);
            assert_eq!(billing::note(tx.brand(OTHER), &[1; 32], &[1; 32], Timestamp(0), Timestamp(11))?, Seen::Other);
            assert_eq!(note(1, 2, 10, 20)?, Seen::New);
            Ok(())
        }).await;
    }

    async fn a_secret_takes_the_place_of_the_one_before(home: &Home) {
        write(&open(home).await, |tx| {
            let scope = tx.brand(BRAND);
            assert_eq!(billing::secret(scope)?, None);
            billing::set_secret(scope, &SEALED, Timestamp(1))?;
            let newer = [SEALED.as_slice(), &[1]].concat();
            billing::set_secret(scope, &newer, Timestamp(2))?;
            assert_eq!(billing::secret(scope)?, Some((Timestamp(2), newer)));
            assert_eq!(billing::secret(tx.brand(OTHER))?, None);
            assert!(!billing::end_secret(tx.brand(OTHER))? && billing::end_secret(scope)? && !billing::end_secret(scope)?);
            Ok(())
        }).await;
    }
}
