//! What the table of passkeys promises, on both engines.

use crate::home::{Home, on_both};
use crate::tables::{ACCOUNT, BRAND, OTHER, SEALED, open, write};
use model::id::PasskeyId;
use model::time::Timestamp;
use store::tables::account;
use store::tables::lookup::Macs;
use store::tables::passkey::{self, StoredPasskey};

const MAC: Macs = Macs::only([7; 32], 0);

fn new(number: u8, at: i64) -> StoredPasskey {
    StoredPasskey {
        id: PasskeyId([number; 16]),
        account: ACCOUNT,
        created_at: Timestamp(at),
        used_at: None,
        counter: 1,
        sealed: SEALED.to_vec(),
    }
}

on_both! {
    async fn a_passkey_is_found_by_its_hash_in_its_brand_and_its_counter_is_compared(home: &Home) {
        let db = open(home).await;
        write(&db, |tx| {
            let scope = tx.brand(BRAND);
            passkey::insert(scope, &MAC, &new(1, 5))?;
            passkey::insert(scope, &Macs::only([8; 32], 0), &new(2, 9))?;
            assert!(passkey::find(tx.brand(OTHER), &MAC)?.is_none());
            assert_eq!(passkey::find(scope, &MAC)?.map(|found| (found.id, found.used_at)), Some((PasskeyId([1; 16]), None)));
            let id = PasskeyId([1; 16]);
            assert!(!passkey::set_used(scope, id, (0, 2), Timestamp(6))?, "another count");
            assert!(!passkey::set_used(tx.brand(OTHER), id, (1, 2), Timestamp(6))?);
            assert!(passkey::set_used(scope, id, (1, 2), Timestamp(6))?);
            let found = passkey::find(scope, &MAC)?.unwrap();
            assert_eq!((found.counter, found.used_at), (2, Some(Timestamp(6))));
            assert!(!passkey::delete(tx.brand(OTHER), ACCOUNT, id)?);
            assert!(passkey::delete(scope, ACCOUNT, id)?);
            assert_eq!(passkey::list_of_account(scope, ACCOUNT)?.len(), 1);
            passkey::insert(scope, &MAC, &new(1, 5))?;
            assert_eq!(passkey::delete_of_account(tx.brand(OTHER), ACCOUNT)?, 0);
            assert_eq!(passkey::delete_of_account(scope, ACCOUNT)?, 2);
            assert!(passkey::list_of_account(scope, ACCOUNT)?.is_empty());
            Ok(())
        }).await;
    }

    async fn what_lies_sealed_of_an_account_is_written_over_what_was_read_only(home: &Home) {
        let db = open(home).await;
        write(&db, |tx| {
            let scope = tx.brand(BRAND);
            let first = account::get(scope, ACCOUNT)?.unwrap().sealed;
            let second = [&first[..], &[1]].concat();
            assert!(account::set_sealed(scope, ACCOUNT, &first, &second)?);
            assert!(!account::set_sealed(scope, ACCOUNT, &first, &first)?, "read before the other wrote");
            assert!(!account::set_sealed(tx.brand(OTHER), ACCOUNT, &second, &first)?);
            assert_eq!(account::get(scope, ACCOUNT)?.unwrap().sealed, second);
            Ok(())
        }).await;
    }
}
