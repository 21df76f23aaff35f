//! What the tables with look-up hashes promise while a brand's key changes, on both engines.

use crate::home::{Home, on_both};
use crate::tables::{ACCOUNT, BRAND, OTHER, PAGE, SEALED, open, with_leads, write};
use model::consent::{Consents, Scope};
use model::id::{LeadId, PasskeyId};
use model::time::Timestamp;
use store::StoreError;
use store::tables::account_lookup;
use store::tables::facebook_login::{self, NewLogin};
use store::tables::look_ups::{self, Hashed, Older};
use store::tables::lookup::{self, Macs};
use store::tables::passkey::{self, StoredPasskey};

const fn lead(number: u8) -> LeadId {
    LeadId([number; 16])
}

/// While a change is under way: written under generation 1.
const fn both(new: u8, old: u8) -> Macs {
    Macs { in_force: [new; 32], generation: 1, other: Some([old; 32]) }
}

fn rows(found: &[Older]) -> Vec<u8> {
    found.iter().map(|older| older.row[0]).collect()
}

on_both! {
    async fn hashes_are_exchanged_where_they_are_still_those_that_were_read(home: &Home) {
        let db = with_leads(home, 10..=14).await;
        write(&db, |tx| {
            let scope = tx.brand(BRAND);
            let old: Vec<_> = (10..=14).map(|n| (Macs::only([n; 32], 0), lead(n))).collect();
            lookup::insert_many(scope, &old)?;
            let found = look_ups::list(scope, Hashed::Leads, 1, [0; 16], 3)?;
            assert_eq!(rows(&found), [10, 11, 12]);
            assert!(found.iter().all(|older| !older.sealed.is_empty() && !older.meta_page.is_empty()));
            assert_eq!(rows(&look_ups::list(scope, Hashed::Leads, 1, [12; 16], 9)?), [13, 14]);
            assert!(look_ups::list(tx.brand(OTHER), Hashed::Leads, 1, [0; 16], 9)?.is_empty());
            assert!(look_ups::list(scope, Hashed::Leads, 0, [0; 16], 9)?.is_empty());
            // The second is erased meanwhile, and the third there already under the new key.
            lookup::delete_of_lead(scope, lead(11))?;
            lookup::insert_many(scope, &[(Macs::only([112; 32], 1), lead(99))])?;
            let new: Vec<_> = found.into_iter().map(|older| { let mac = [older.row[0] + 100; 32]; (older, mac) }).collect();
            look_ups::set(scope, Hashed::Leads, 1, &new)?;
            look_ups::set(scope, Hashed::Leads, 1, &new)?;
            let find = |macs: &[Macs]| lookup::find_many(scope, macs);
            assert_eq!(find(&[both(110, 10), both(111, 11), both(112, 12), both(113, 13)])?,
                [Some(lead(10)), None, Some(lead(99)), Some(lead(13))]);
            assert_eq!(find(&[Macs::only([10; 32], 0), Macs::only([12; 32], 0)])?, [None, None]);
            assert!(look_ups::is_one_left(scope, 1)?);
            let left = look_ups::list(scope, Hashed::Leads, 1, [0; 16], 9)?;
            let new: Vec<_> = left.into_iter().map(|older| { let mac = [older.row[0] + 100; 32]; (older, mac) }).collect();
            look_ups::set(scope, Hashed::Leads, 1, &new)?;
            assert!(!look_ups::is_one_left(scope, 1)?);
            Ok(())
        }).await;
    }

    async fn nobody_is_made_twice_and_no_withdrawal_is_lost_under_two_keys(home: &Home) {
        let db = with_leads(home, 10..=11).await;
        write(&db, |tx| {
            let scope = tx.brand(BRAND);
            lookup::insert_many(scope, &[(Macs::only([1; 32], 0), lead(10))])?;
            let (at, now) = (Timestamp(50), Timestamp(60));
            lookup::withdraw_ahead(scope, &Macs::only([2; 32], 0), Scope::All, at, now)?;
            lookup::withdraw_ahead(scope, &both(3, 2), Scope::All, Timestamp(70), Timestamp(80))?;
            assert!(!lookup::waits_ahead(tx, Timestamp(59))?);
            assert!(lookup::waits_ahead(tx, now)?);
            let mut consents = Consents::default();
            lookup::take_ahead(tx, [(&both(3, 2), &mut consents)])?;
            assert_eq!(consents.withdrawn_at, Some(Timestamp(70)));
            assert!(!lookup::waits_ahead(tx, Timestamp(99))?);
            Ok(())
        }).await;
        let twice = db.write("twice", |tx| lookup::insert_many(tx.brand(BRAND), &[(both(4, 1), lead(11))])).await;
        assert!(matches!(twice, Err(StoreError::Conflict { .. })));
    }

    async fn accounts_passkeys_and_logins_are_found_under_both_and_exchanged(home: &Home) {
        let db = open(home).await;
        write(&db, |tx| {
            let scope = tx.brand(BRAND);
            account_lookup::insert(scope, &Macs::only([1; 32], 0), ACCOUNT)?;
            let key = StoredPasskey {
                id: PasskeyId([5; 16]), account: ACCOUNT, created_at: Timestamp(1), used_at: None, counter: 1, sealed: SEALED.to_vec(),
            };
            passkey::insert(scope, &Macs::only([1; 32], 0), &key)?;
            let login = NewLogin { page: PAGE, account: ACCOUNT, macs: Macs::only([1; 32], 0), sealed: SEALED.to_vec() };
            facebook_login::set(scope, &login, Timestamp(3))?;
            let is_found = |macs: &Macs| {
                Ok::<_, StoreError>((
                    account_lookup::find(scope, macs)?.is_some(),
                    passkey::find(scope, macs)?.is_some(),
                    facebook_login::pages_of(scope, macs, Timestamp(9))?.len(),
                ))
            };
            assert_eq!(is_found(&both(2, 1))?, (true, true, 1));
            for of in [Hashed::Accounts, Hashed::Passkeys, Hashed::Logins] {
                let found = look_ups::list(scope, of, 1, [0; 16], 9)?;
                assert_eq!(found.len(), 1, "{of:?}");
                assert_eq!(found[0].person, ACCOUNT.0);
                look_ups::set(scope, of, 1, &[(found[0].clone(), [2; 32])])?;
                assert!(look_ups::list(scope, of, 1, [0; 16], 9)?.is_empty(), "{of:?}");
            }
            assert_eq!(is_found(&both(2, 1))?, (true, true, 1));
            assert_eq!(is_found(&Macs::only([1; 32], 0))?, (false, false, 0));
            assert_eq!(facebook_login::delete(scope, PAGE, &both(2, 1))?, 1);
            Ok(())
        }).await;
    }
}
