//! The key store's contract.

use crate::home::{Home, on_both};
use model::ports::{KeyStore, WrappedKey};
use model::time::Timestamp;
use store::{Schema, SqlKeyStore};

async fn open(home: &Home) -> SqlKeyStore {
    SqlKeyStore::new(home.try_open(Schema::Keys, store::migrations(Schema::Keys)).await.unwrap())
}

fn key(number: u8, parent: Option<u8>) -> WrappedKey {
    WrappedKey {
        id: [number; 16],
        parent: parent.map(|parent| [parent; 16]),
        wrapped: format!("wrapped key number {number}").into_bytes(),
        erasure_tag: [number; 32],
        created_at: Timestamp(1_000_000 + i64::from(number)),
    }
}

/// The numbers of the keys found, with each key compared to what was put.
async fn numbers(keys: &SqlKeyStore, wanted: &[u8]) -> Vec<u8> {
    let ids: Vec<_> = wanted.iter().map(|number| [*number; 16]).collect();
    let mut found: Vec<u8> = keys.get(&ids).await.unwrap().iter().map(|key| key.id[0]).collect();
    found.sort_unstable();
    found
}

on_both! {
    async fn keys_come_back_as_put_and_missing_ones_are_left_out(home: &Home) {
        let keys = open(home).await;
        keys.put(vec![key(1, None), key(2, Some(1))]).await.unwrap();
        drop(keys);
        let keys = open(home).await;
        let found = keys.get(&[[2; 16], [9; 16]]).await.unwrap();
        assert!(found == [key(2, Some(1))]);
        assert!(keys.get(&[[1; 16]]).await.unwrap() == [key(1, None)]);
        assert!(keys.get(&[]).await.unwrap().is_empty());
    }

    async fn a_key_that_is_there_is_never_replaced(home: &Home) {
        let keys = open(home).await;
        keys.put(vec![key(1, None)]).await.unwrap();
        let other = WrappedKey { wrapped: b"another".to_vec(), ..key(1, None) };
        let error = keys.put(vec![key(2, None), other, key(3, None)]).await.unwrap_err();
        assert!(error.to_string().contains("there already"), "{error}");
        assert_eq!(numbers(&keys, &[1, 2, 3]).await, [1], "nothing of the batch is written");
        assert!(keys.get(&[[1; 16]]).await.unwrap() == [key(1, None)]);
    }

    async fn claim_f1_a_destroyed_key_is_gone_from_the_files(home: &Home) {
        let keys = open(home).await;
        keys.put((1..=40).map(|number| key(number, None)).collect()).await.unwrap();
        let doomed: Vec<_> = (7..=30).chain([99]).map(|number: u8| [number; 16]).collect();
        assert_eq!(keys.destroy(&doomed).await.unwrap(), 24);
        assert_eq!(keys.destroy(&doomed).await.unwrap(), 0, "twice is safe");
        assert_eq!(numbers(&keys, &[6, 7, 30, 31]).await, [6, 31]);
        if home.is_sqlite() {
            let folder = home.file().parent().unwrap().to_owned();
            let files = std::fs::read_dir(folder).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
            let bytes: Vec<u8> = files.flatten().collect();
            let holds = |number: u8| {
                let tag = [number; 32];
                let wrapped = format!("wrapped key number {number}\u{1}");
                let wrapped = &wrapped.as_bytes()[..wrapped.len() - 1];
                bytes.windows(32).any(|at| at == tag) || bytes.windows(wrapped.len()).any(|at| at == wrapped)
            };
            assert!(holds(6) && holds(31), "the search finds what is there");
            assert_eq!((7..=30).filter(|number| holds(*number)).collect::<Vec<_>>(), [0_u8; 0]);
        }
    }

    async fn a_record_is_set_and_replaced_by_name(home: &Home) {
        let keys = open(home).await;
        assert_eq!(keys.get_record("root").await.unwrap(), None);
        keys.set_record("root", vec![1, 2, 3]).await.unwrap();
        keys.set_record("head", Vec::new()).await.unwrap();
        keys.set_record("root", vec![4]).await.unwrap();
        assert_eq!(keys.get_record("root").await.unwrap(), Some(vec![4]));
        assert_eq!(keys.get_record("head").await.unwrap(), Some(vec![]));
    }
}
