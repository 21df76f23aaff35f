//! What the tables around bots, schedules, templates and tags promise, on both engines.

use crate::home::{Home, on_both};
use crate::tables::{
    ACCOUNT, BRAND, BULK, OTHER, PAGE, SEALED, bulk, named, open, wanted, with_leads, write,
};
use model::bot::Wording;
use model::broadcast::BroadcastState;
use model::delivery::DeliveryState;
use model::id::{AnswerId, LeadId, PageId, TagId, TemplateId};
use model::template::TemplateStatus;
use model::time::Timestamp;
use store::tables::answer::{self, StoredAnswer};
use store::tables::bot::{self, NewBot};
use store::tables::tag::{self, StoredTag};
use store::tables::template::{self, StoredTemplate};
use store::tables::{broadcast, delivery, wording};

const fn new_bot(publish_at: i64) -> NewBot<'static> {
    NewBot { page: PAGE, account: ACCOUNT, sealed: &SEALED, publish_at: Timestamp(publish_at) }
}

on_both! {
    async fn settings_are_replaced_by_their_version_and_published_as_it(home: &Home) {
        let db = open(home).await;
        write(&db, |tx| {
            let scope = tx.brand(BRAND);
            assert!(bot::set(scope, &new_bot(5), 0, Timestamp(5))?);
            assert!(!bot::set(scope, &new_bot(6), 0, Timestamp(6))?, "they are there already");
            assert!(!bot::set(scope, &new_bot(6), 2, Timestamp(6))?, "of another version");
            assert!(bot::list_due(tx, Timestamp(4), 9)?.is_empty());
            assert_eq!(bot::list_due(tx, Timestamp(5), 9)?.len(), 1);
            // Changed while the first was being published: it stays due.
            let read = bot::get(scope, PAGE)?.unwrap();
            assert!(bot::set(scope, &new_bot(7), 1, Timestamp(7))?);
            bot::set_published(scope, &read, Timestamp(8))?;
            let stored = bot::get(scope, PAGE)?.unwrap();
            assert_eq!((stored.version, stored.published_version, stored.publish_at), (2, 1, Some(Timestamp(7))));
            bot::set_failed(scope, &stored, "100", None, Timestamp(8))?;
            let stored = bot::get(scope, PAGE)?.unwrap();
            assert_eq!((stored.publish_failure.as_deref(), stored.publish_at, stored.publish_attempts), (Some("100"), None, 1));
            assert_eq!(bot::next_due(tx)?, None);
            assert!(bot::publish_again(scope, PAGE, Timestamp(9))?);
            assert_eq!(bot::next_due(tx)?, Some(Timestamp(9)));
            bot::set_published(scope, &stored, Timestamp(10))?;
            let stored = bot::get(scope, PAGE)?.unwrap();
            assert_eq!((stored.publish_failure, stored.publish_at, stored.published_at), (None, None, Some(Timestamp(10))));
            assert!(bot::get(tx.brand(OTHER), PAGE)?.is_none());
            assert!(!bot::publish_again(tx.brand(OTHER), PAGE, Timestamp(9))?);
            Ok(())
        }).await;
    }

    async fn whoever_publishes_late_takes_nothing_back_and_has_it_published_once_more(home: &Home) {
        let db = open(home).await;
        write(&db, |tx| {
            let scope = tx.brand(BRAND);
            let stands = || bot::get(scope, PAGE).map(|stored| {
                let stored = stored.unwrap();
                (stored.published_version, stored.published_at, stored.publish_at)
            });
            assert!(bot::set(scope, &new_bot(5), 0, Timestamp(5))?);
            let late = bot::get(scope, PAGE)?.unwrap();
            assert!(bot::set(scope, &new_bot(6), 1, Timestamp(6))?);
            bot::set_published(scope, &bot::get(scope, PAGE)?.unwrap(), Timestamp(7))?;
            assert_eq!(stands()?, (2, Some(Timestamp(7)), None));
            // Its call came to Meta after the newer one.
            bot::set_published(scope, &late, Timestamp(8))?;
            assert_eq!(stands()?, (2, Some(Timestamp(8)), Some(Timestamp(8))));
            bot::set_published(scope, &bot::get(scope, PAGE)?.unwrap(), Timestamp(9))?;
            assert_eq!(stands()?, (2, Some(Timestamp(9)), None), "once more is enough");
            // One of which no answer came may have come to Meta, too.
            bot::set_failed(scope, &late, "unreachable", None, Timestamp(10))?;
            assert_eq!(stands()?, (2, Some(Timestamp(9)), Some(Timestamp(10))));
            let (newer, older) = (bot::get(scope, PAGE)?.unwrap(), late);
            bot::set_published(scope, &newer, Timestamp(11))?;

            // It was written down first, and whose call came last is not known.
            assert!(bot::publish_again(scope, PAGE, Timestamp(12))?);
            let late = bot::get(scope, PAGE)?.unwrap();
            assert!(bot::set(scope, &new_bot(13), 2, Timestamp(13))?);
            let newer = bot::get(scope, PAGE)?.unwrap();
            bot::set_published(scope, &late, Timestamp(14))?;
            assert_eq!(stands()?, (2, Some(Timestamp(14)), Some(Timestamp(13))));
            bot::set_published(scope, &newer, Timestamp(15))?;
            assert_eq!(stands()?, (3, Some(Timestamp(15)), Some(Timestamp(15))));
            bot::set_published(scope, &bot::get(scope, PAGE)?.unwrap(), Timestamp(16))?;
            assert_eq!(stands()?, (3, Some(Timestamp(16)), None));
            // It went by a clock of before.
            bot::set_published(scope, &older, Timestamp(8))?;
            assert_eq!(stands()?, (3, Some(Timestamp(16)), Some(Timestamp(8))));
            Ok(())
        }).await;
    }

    async fn a_page_s_wordings_are_its_own_and_not_the_brand_s(home: &Home) {
        let db = open(home).await;
        write(&db, |tx| {
            let scope = tx.brand(BRAND);
            let named = |name: &str| Wording {
                name: name.into(), language: "en".into(), text: "May we?".into(), yes: "Yes".into(), no: "No".into(),
            };
            wording::insert(scope, &named("brand"), None, Timestamp(1))?;
            wording::insert(scope, &named("page"), Some(PAGE), Timestamp(1))?;
            wording::insert(scope, &named("page"), Some(PAGE), Timestamp(2))?;
            let names = |all: Vec<Wording>| all.into_iter().map(|w| w.name).collect::<Vec<_>>();
            assert_eq!(names(wording::list(scope)?), ["brand"]);
            assert_eq!(names(wording::list_of_page(scope, PAGE)?), ["page"]);
            wording::insert(scope, &named("later"), Some(PAGE), Timestamp(3))?;
            let history = wording::history_of_page(scope, PAGE)?.into_iter();
            let history: Vec<_> = history.map(|(wording, at)| (wording.name, at)).collect();
            assert_eq!(history, [("later".to_owned(), Timestamp(3)), ("page".to_owned(), Timestamp(1))]);
            assert!(wording::history_of_page(tx.brand(OTHER), PAGE)?.is_empty());
            assert!(wording::list_of_page(scope, PageId([9; 16]))?.is_empty());
            assert!(wording::list_of_page(tx.brand(OTHER), PAGE)?.is_empty());
            Ok(())
        }).await;
    }

    async fn an_answer_is_its_lead_s_and_changes_by_compare_and_set(home: &Home) {
        let db = with_leads(home, 1..=2).await;
        write(&db, |tx| {
            let scope = tx.brand(BRAND);
            let (id, lead) = (AnswerId([7; 16]), LeadId([1; 16]));
            let new = StoredAnswer { id, page: PAGE, lead, answered_at: Timestamp(5), sealed: SEALED.to_vec() };
            answer::insert_many(scope, &[new])?;
            let other = [0xE5, 1, 9, 9];
            assert!(!answer::set_sealed(scope, id, &other, &SEALED)?);
            assert!(answer::set_sealed(scope, id, &SEALED, &other)?);
            assert_eq!(answer::get(scope, id)?.unwrap().sealed, other);
            assert!(answer::get(tx.brand(OTHER), id)?.is_none());
            assert_eq!(answer::list_of_lead(scope, lead)?.len(), 1);
            assert_eq!(answer::delete_of_lead(tx.brand(OTHER), lead)?, 0);
            assert_eq!(answer::delete_of_lead(scope, lead)?, 1);
            Ok(())
        }).await;
    }

    async fn claim_b1_a_scheduled_broadcast_is_begun_by_one_of_all_who_look(home: &Home) {
        let db = open(home).await;
        write(&db, |tx| {
            let scope = tx.brand(BRAND);
            broadcast::insert(scope, &bulk(BroadcastState::Draft))?;
            assert!(!broadcast::unschedule(scope, BULK)?);
            assert!(!broadcast::schedule(tx.brand(OTHER), BULK, Timestamp(50), None)?);
            assert!(broadcast::schedule(scope, BULK, Timestamp(50), Some("Europe/Dublin"))?);
            assert!(broadcast::schedule(scope, BULK, Timestamp(60), Some("Europe/Dublin"))?);
            assert_eq!(broadcast::next_start(tx)?, Some(Timestamp(60)));
            assert!(broadcast::start_due(tx, Timestamp(59))?.is_empty());
            Ok(())
        }).await;
        let looks: Vec<_> = (0..6).map(|_| {
            let db = db.clone();
            tokio::spawn(async move { write(&db, |tx| broadcast::start_due(tx, Timestamp(60))).await.len() })
        }).collect();
        let mut begun = 0;
        for look in looks {
            begun += look.await.unwrap();
        }
        assert_eq!(begun, 1);
        write(&db, |tx| {
            let scope = tx.brand(BRAND);
            let stored = broadcast::get(scope, BULK)?.unwrap().broadcast;
            assert_eq!((stored.state, stored.started_at), (BroadcastState::Sending, Some(Timestamp(60))));
            assert_eq!(stored.zone.as_deref(), Some("Europe/Dublin"));
            assert!(!broadcast::schedule(scope, BULK, Timestamp(70), None)?);
            assert_eq!(broadcast::next_start(tx)?, None);
            Ok(())
        }).await;
    }

    async fn claim_b1_what_is_put_back_is_what_was_named_and_nothing_else(home: &Home) {
        let db = with_leads(home, 1..=4).await;
        write(&db, |tx| {
            let scope = tx.brand(BRAND);
            broadcast::insert(scope, &bulk(BroadcastState::Sending))?;
            let some: Vec<LeadId> = (1..=4).map(|n| LeadId([n; 16])).collect();
            assert_eq!(delivery::plan_some(scope, BULK, PAGE, &some, Timestamp(5))?, 4);
            assert_eq!(delivery::plan_some(scope, BULK, PAGE, &some, Timestamp(5))?, 0);
            delivery::set_refused(tx, &[(PAGE, named(1), "withdrawn")], Timestamp(6))?;
            delivery::set_sending(tx, &[named(2), named(3), named(4)].map(|d| (PAGE, d, [6; 16])), Timestamp(6))?;
            let ended = |number: u8, state: DeliveryState, reason: &str| delivery::Outcome {
                delivery: named(number), state, reason: Some(reason.into()), next_at: Timestamp(0),
            };
            let outcomes = [
                ended(2, DeliveryState::Failed, "613"),
                ended(3, DeliveryState::Failed, "100"),
                ended(4, DeliveryState::Unknown, "timeout"),
            ];
            delivery::record_outcomes(tx, outcomes.iter().map(|o| (PAGE, &[6; 16], o)), Timestamp(7))?;
            broadcast::set_plan_cursor(scope, BULK, 1, LeadId([0; 16]), true)?;
            assert!(broadcast::finish(scope, BULK, Timestamp(8))?);
            assert_eq!(delivery::list_reasons(scope, BULK, DeliveryState::Failed)?, ["100", "613"]);
            assert_eq!(delivery::list_not_sent(scope, BULK, (PageId([0; 16]), LeadId([0; 16])), 9)?.len(), 4);
            assert!(!broadcast::reopen(tx.brand(OTHER), BULK)?);
            assert!(broadcast::reopen(scope, BULK)?);
            assert_eq!(delivery::again(scope, BULK, "613", Timestamp(9))?, 1);
            assert_eq!(delivery::again(scope, BULK, "withdrawn", Timestamp(9))?, 0, "what was refused stays refused");
            assert_eq!(delivery::again_unknown(tx.brand(OTHER), BULK, Timestamp(9))?, 0);
            assert_eq!(delivery::again_unknown(scope, BULK, Timestamp(9))?, 1);
            assert!(!broadcast::finish(scope, BULK, Timestamp(9))?);
            let due = delivery::list_claimable(tx, &wanted(LeadId([0; 16]), 9), Timestamp(9))?.concat();
            assert_eq!(due.iter().map(|c| c.lead.lead.id).collect::<Vec<_>>(), [LeadId([2; 16]), LeadId([4; 16])]);
            Ok(())
        }).await;
    }

    async fn templates_are_asked_about_until_meta_has_decided(home: &Home) {
        let db = open(home).await;
        write(&db, |tx| {
            let scope = tx.brand(BRAND);
            let id = TemplateId([7; 16]);
            let new = StoredTemplate {
                id, brand: BRAND, account: ACCOUNT, page: PAGE, status: TemplateStatus::Unknown, reason: None,
                created_at: Timestamp(1), checked_at: None, check_at: Some(Timestamp(9)), sealed: SEALED.to_vec(),
            };
            template::insert(scope, &new)?;
            assert!(template::list_due_pages(tx, Timestamp(8), 9)?.is_empty());
            assert_eq!(template::list_due_pages(tx, Timestamp(9), 9)?, [(BRAND, PAGE)]);
            template::postpone(scope, PAGE, Timestamp(20), Timestamp(9))?;
            assert_eq!(template::next_due(tx)?, Some(Timestamp(20)));
            let rejected = (TemplateStatus::Rejected, Some("INCORRECT_PARAMS"));
            template::set_status(scope, (id, Some(Timestamp(20))), rejected, Timestamp(10), None)?;
            let stored = template::get(scope, id)?.unwrap();
            assert_eq!((stored.status, stored.reason.as_deref()), rejected);
            assert_eq!(template::next_due(tx)?, None);
            template::check_page(scope, PAGE, Timestamp(11))?;
            assert_eq!(template::list_due_pages(tx, Timestamp(11), 9)?.len(), 1);
            assert_eq!(template::list_of_account(scope, ACCOUNT, TemplateId([0; 16]), 9)?.len(), 1);
            assert_eq!(template::list_of_page(scope, PAGE)?.len(), 1);
            assert!(!template::delete(tx.brand(OTHER), id)?);
            assert!(template::delete(scope, id)?);
            Ok(())
        }).await;
    }

    async fn what_meta_said_of_a_template_later_stays_however_late_an_answer_comes(home: &Home) {
        let db = open(home).await;
        write(&db, |tx| {
            let scope = tx.brand(BRAND);
            let id = TemplateId([7; 16]);
            let new = StoredTemplate {
                id, brand: BRAND, account: ACCOUNT, page: PAGE, status: TemplateStatus::Unknown, reason: None,
                created_at: Timestamp(1), checked_at: None, check_at: Some(Timestamp(9)), sealed: SEALED.to_vec(),
            };
            template::insert(scope, &new)?;
            let stands = || template::get(scope, id).map(|stored| {
                let stored = stored.unwrap();
                (stored.status, stored.checked_at, stored.check_at)
            });
            let (approved, rejected) = (TemplateStatus::Approved, TemplateStatus::Rejected);
            // Two ask; whoever asked first has its answer last.
            let was_due = stands()?.2;
            template::set_status(scope, (id, was_due), (rejected, Some("SCAM")), Timestamp(11), None)?;
            template::set_status(scope, (id, was_due), (approved, None), Timestamp(10), None)?;
            assert_eq!(stands()?, (rejected, Some(Timestamp(11)), None));
            // While it is asked Meta says that something changed: it is asked again.
            template::check_page(scope, PAGE, Timestamp(12))?;
            let was_due = stands()?.2;
            template::check_page(scope, PAGE, Timestamp(14))?;
            template::set_status(scope, (id, was_due), (approved, None), Timestamp(13), None)?;
            assert_eq!(stands()?, (approved, Some(Timestamp(13)), Some(Timestamp(14))));
            template::set_status(scope, (id, Some(Timestamp(14))), (rejected, None), Timestamp(15), None)?;
            assert_eq!(stands()?, (rejected, Some(Timestamp(15)), None));
            // Whoever asked before is through, and what was asked later is not decided: that stays due.
            template::set_status(scope, (id, Some(Timestamp(14))), (TemplateStatus::Pending, None), Timestamp(16), Some(Timestamp(36)))?;
            assert_eq!(stands()?, (TemplateStatus::Pending, Some(Timestamp(16)), Some(Timestamp(36))));
            Ok(())
        }).await;
    }

    async fn a_tag_is_borne_once_and_goes_with_its_account_s_word(home: &Home) {
        let db = with_leads(home, 1..=3).await;
        write(&db, |tx| {
            let scope = tx.brand(BRAND);
            let (id, lead) = (TagId([7; 16]), |n: u8| LeadId([n; 16]));
            tag::insert(scope, &StoredTag { id, account: ACCOUNT, created_at: Timestamp(1), sealed: SEALED.to_vec() })?;
            assert_eq!(tag::put(scope, id, &[lead(1), lead(3)], Timestamp(2))?, 2);
            assert_eq!(tag::put(scope, id, &[lead(1)], Timestamp(3))?, 0);
            assert_eq!(tag::list_between(scope, id, (lead(1), lead(2)))?, [lead(1)]);
            assert!(tag::list_between(tx.brand(OTHER), id, (lead(1), lead(3)))?.is_empty());
            assert_eq!(tag::list_of_lead(scope, lead(3))?, [id]);
            assert_eq!(tag::take(scope, id, &[lead(1), lead(2)])?, 1);
            assert_eq!(tag::delete_of_lead(tx.brand(OTHER), lead(3))?, 0);
            assert!(tag::delete(scope, id)?);
            assert!(tag::list_of_lead(scope, lead(3))?.is_empty() && tag::list_of_account(scope, ACCOUNT)?.is_empty());
            Ok(())
        }).await;
    }
}
