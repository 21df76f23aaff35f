//! Retention: what is declared is enforced, to the microsecond, and nothing earlier.

use crate::home::{Home, on_both};
use model::datamap::Retention;
use model::time::{Span, Timestamp};
use std::collections::BTreeMap;
use store::retention::{How, RULES};
use store::{Schema, StoreError, Tx, statements};

const NOW: Timestamp = Timestamp(1_790_000_000_000_000);

statements! {
    SIGN_IN = "INSERT INTO sign_in (id, brand_id, account_id, at, outcome, sealed) VALUES ($1, $2, $2, $3, 'signed_in', $4)";
    SESSION = "INSERT INTO link (hash, brand_id, account_id, purpose, created_at, expires_at, sealed) VALUES ($1, $2, NULL, 'confirm', $3, $3, NULL)";
    SEEN = "INSERT INTO seen (mac, period) VALUES ($1, $2)";
    INBOX = "INSERT INTO inbox (id, brand_id, page_id, received_at, attempts, sealed) VALUES ($1, $2, $2, $3, $4, $5)";
    AHEAD = "INSERT INTO pending_withdrawal (mac, withdrawn_at, received_at) VALUES ($1, $2, $2)";
    BRAND = "INSERT INTO brand (id, slug, created_at) VALUES ($1, 'b', 1)";
    ACCOUNT = "INSERT INTO account (id, brand_id, role, created_at, state, sealed) VALUES ($1, $1, 'user', 1, 'active', $2)";
    READING = "INSERT INTO reading (id, brand_id, person_id, read_at, sealed) VALUES ($1, $2, $2, $3, $4)";
    AUDIT = "INSERT INTO audit (brand_id, id, actor, kind, at, sealed, commitment) VALUES ($1, $2, 'admin', 'signed_in', $3, $4, $5)";
    REQUEST = "INSERT INTO request (id, brand_id, kind, way, received_at, due_at, done_at, sealed) VALUES ($1, $2, 'access', 'mail', 1, 1, $3, $4)";
    BREACH = "INSERT INTO breach (id, brand_id, suspected_at, phases, reminded, sealed) VALUES ($1, $2, 1, 0, 0, $3)";
    AFFECTED = "INSERT INTO breach_person (breach_id, role, person_id, brand_id, what, is_certain, found_at) VALUES ($1, 'lead', $2, $1, 1, 1, $3)";
    GRANT = "INSERT INTO support_grant (id, brand_id, scopes, made_at, ends_at, ended_at, looks, people, sealed) VALUES ($1, $2, 'log', 1, 1, $3, 0, 0, $4)";
    SUPPORT = "INSERT INTO support_act (id, brand_id, grant_id, at, kind, sealed) VALUES ($1, $2, $1, $3, 'looked', $4)";
    PAGE = "INSERT INTO page (id, brand_id, account_id, meta_id, has_echoes, connected_at, sealed) VALUES ($1, $1, $1, '1', 0, 1, $2)";
}

#[test]
fn every_item_that_ends_by_itself_has_an_enforcer_with_just_that_period() {
    let mut declared: BTreeMap<&str, u16> = BTreeMap::new();
    for declaration in store::declarations(Schema::Data) {
        for item in declaration.items {
            let place = declaration.place;
            if let Retention::Days(days) = item.retention {
                let known = declared.entry(place).or_insert(days);
                assert_eq!(*known, days, "{place}.{}: one table has one period", item.name);
                assert!(
                    store::retention::rule(place).is_some(),
                    "{place}.{}: nothing enforces {days} days: add a rule for {place} in crates/store/src/retention.rs",
                    item.name
                );
            }
            let step = store::holdings::holding(place).map_or("", |holding| holding.step);
            assert!(
                item.retention != Retention::UntilProcessed || !step.is_empty(),
                "{place}.{}: name the step that ends it: `.until(\"…\")` in crates/store/src/holdings.rs",
                item.name
            );
        }
    }
    let enforced: BTreeMap<&str, u16> = RULES.iter().map(|rule| (rule.place, rule.days)).collect();
    assert_eq!(enforced, declared, "a rule without a declared period would delete what was promised to stay");
}

fn old(days: i64) -> Timestamp {
    NOW.minus(Span::days(days))
}

on_both! {
    async fn nothing_goes_before_its_time_and_everything_goes_after_it(home: &Home) {
        let db = home.try_open(Schema::Data, store::migrations(Schema::Data)).await.unwrap();
        let sealed = vec![0xE5_u8, 0x01, 0, 0];
        let id = |n: u8| vec![n; 16];
        let long = |n: u8| vec![n; 32];
        let tick = Span(1);
        let filled = db.write("fill", move |tx: &Tx<'_>| {
            tx.execute(&BRAND, &store::params![id(1)])?;
            tx.execute(&ACCOUNT, &store::params![id(1), sealed.clone()])?;
            tx.execute(&PAGE, &store::params![id(1), sealed.clone()])?;
            for (n, at) in [(1, old(30)), (2, old(30).plus(tick)), (3, NOW)] {
                tx.execute(&SIGN_IN, &store::params![id(n), id(1), at, sealed.clone()])?;
            }
            for (n, at) in [(1, NOW), (2, NOW.plus(tick))] {
                tx.execute(&SESSION, &store::params![long(n), id(1), at])?;
            }
            for (n, at) in [(1, old(7)), (2, old(7).plus(tick))] {
                tx.execute(&AHEAD, &store::params![long(n), at])?;
            }
            // Waiting ones stay however old they are; what was set aside goes after its days.
            for (n, at, attempts) in [(1, old(30), 5_i64), (2, old(30).plus(tick), 5), (3, old(99), 4)] {
                tx.execute(&INBOX, &store::params![id(n), id(1), at, attempts, sealed.clone()])?;
            }
            for (n, at) in [(1, old(365)), (2, old(365).plus(tick))] {
                tx.execute(&READING, &store::params![id(n), id(1), at, sealed.clone()])?;
                tx.execute(&AUDIT, &store::params![id(1), id(n), at, sealed.clone(), long(n)])?;
            }
            for (n, at) in [(1, old(365)), (2, old(365).plus(tick))] {
                tx.execute(&SUPPORT, &store::params![id(n), id(1), at, sealed.clone()])?;
            }
            // One that is open stays.
            for (n, ended) in [(1, Some(old(365))), (2, Some(old(365).plus(tick))), (3, None)] {
                tx.execute(&GRANT, &store::params![id(n), id(1), ended, sealed.clone()])?;
            }
            tx.execute(&BREACH, &store::params![id(1), id(1), sealed.clone()])?;
            for (n, at) in [(1, old(1_826)), (2, old(1_826).plus(tick))] {
                tx.execute(&AFFECTED, &store::params![id(1), id(n), at])?;
            }
            // One that was never answered stays, however old it is.
            for (n, done) in [(1, Some(old(1_096))), (2, Some(old(1_096).plus(tick))), (3, None)] {
                tx.execute(&REQUEST, &store::params![id(n), id(1), done, sealed.clone()])?;
            }
            let week = Span::days(7).0;
            for n in 0..4_u8 {
                let period = NOW.micros() / week - i64::from(n);
                tx.execute(&SEEN, &store::params![id(n), period])?;
            }
            Ok::<_, StoreError>(())
        });
        filled.await.unwrap();
        let looked = db.read("look", |tx| RULES.iter().map(|rule| rule.look(tx, NOW)).collect::<Result<Vec<_>, _>>());
        let looked: Vec<store::retention::Standing> = looked.await.unwrap();
        let purge = |tx: &Tx<'_>| RULES.iter().map(|rule| rule.purge(tx, NOW)).collect::<Result<Vec<_>, StoreError>>();
        let went: Vec<u64> = db.write("purge", purge).await.unwrap();
        let again: Vec<u64> = db.write("purge", purge).await.unwrap();
        assert_eq!(again, vec![0; RULES.len()]);
        for ((rule, standing), went) in RULES.iter().zip(&looked).zip(&went) {
            let wanted = match rule.place {
                "sign_in" => (3, 1),
                "link" => (2, 1),
                "pending_withdrawal" => (2, 1),
                "inbox" | "request" | "support_grant" => (3, 1),
                "reading" | "breach_person" | "audit" | "support_act" => (2, 1),
                "seen" => (4, 2),
                _ => (0, 0),
            };
            assert_eq!((standing.rows, standing.due), wanted, "{}", rule.place);
            assert_eq!(*went, standing.due, "{}: the job removes what the look counts", rule.place);
            if rule.how == How::After && standing.rows > 0 {
                let oldest = if rule.place == "inbox" { 99 } else { i64::from(rule.days) };
                assert_eq!(standing.oldest, Some(old(oldest)), "{}", rule.place);
            }
        }
    }
}
