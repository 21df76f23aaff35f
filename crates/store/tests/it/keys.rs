//! The key store's contract.

use crate::home::{Home, on_both};
use model::ports::{KeyId, KeyStore, Replaced, TreeChange, TreeState, WrappedKey};
use model::time::{Span, Timestamp};
use store::{Schema, SqlKeyStore};

async fn open(home: &Home) -> SqlKeyStore {
    SqlKeyStore::new(home.try_open(Schema::Keys, store::migrations(Schema::Keys)).await.unwrap())
}

fn key(number: u8, node: u8) -> WrappedKey {
    WrappedKey {
        id: [number; 16],
        node: [node; 16],
        level: 0,
        wrapped: format!("wrapped key number {number}").into_bytes(),
        erasure_tag: Some([number; 32]),
        created_at: Timestamp(1_000_000 + i64::from(number)),
    }
}

fn node(number: u8, node: u8, level: u32) -> WrappedKey {
    WrappedKey { level, erasure_tag: None, ..key(number, node) }
}

fn put(keys: Vec<WrappedKey>) -> TreeChange {
    TreeChange { put: keys, ..TreeChange::default() }
}

async fn ids(keys: &SqlKeyStore, wanted: &[u8]) -> Vec<u8> {
    let wanted: Vec<KeyId> = wanted.iter().map(|number| [*number; 16]).collect();
    let mut found: Vec<u8> = keys.get(&wanted).await.unwrap().iter().map(|key| key.id[0]).collect();
    found.sort_unstable();
    found
}

const HOLDER: [u8; 16] = [7; 16];
const OTHER: [u8; 16] = [8; 16];

on_both! {
    async fn keys_come_back_as_put_and_missing_ones_are_left_out(home: &Home) {
        let keys = open(home).await;
        assert!(keys.commit(put(vec![node(1, 0, 1), key(2, 1)])).await.unwrap());
        drop(keys);
        let keys = open(home).await;
        assert!(keys.get(&[[2; 16], [9; 16]]).await.unwrap() == [key(2, 1)]);
        assert!(keys.get(&[[1; 16]]).await.unwrap() == [node(1, 0, 1)]);
        assert!(keys.get(&[]).await.unwrap().is_empty());
        let inside = keys.children(&[[1; 16], [9; 16]]).await.unwrap();
        assert!(inside.keys == [key(2, 1)] && inside.at == TreeState::default());
    }

    async fn a_key_that_is_there_is_never_replaced_by_a_new_one(home: &Home) {
        let keys = open(home).await;
        keys.commit(put(vec![key(1, 0)])).await.unwrap();
        let other = WrappedKey { wrapped: b"another".to_vec(), ..key(1, 5) };
        let error = keys.commit(put(vec![key(2, 0), other, key(3, 0)])).await.unwrap_err();
        assert!(error.to_string().contains("there already"), "{error}");
        assert_eq!(ids(&keys, &[1, 2, 3]).await, [1], "nothing of the batch is written");
        assert!(keys.get(&[[1; 16]]).await.unwrap() == [key(1, 0)]);
    }

    async fn a_change_made_for_another_state_writes_nothing(home: &Home) {
        let keys = open(home).await;
        let next = TreeState { epoch: 1, shape: 1 };
        let first = TreeChange { next: Some(next), records: vec![("a".into(), vec![1])], ..put(vec![node(1, 0, 1)]) };
        assert!(keys.commit(first).await.unwrap());
        let of = |epoch| TreeChange { epoch, records: vec![("b".into(), vec![2])], ..put(vec![key(2, 1)]) };
        let stale = [
            of(0),
            TreeChange { shape: Some(0), ..of(1) },
            TreeChange { fence: Some(6), ..of(1) },
            TreeChange { counts: vec![([1; 16], 1)], ..of(1) },
            TreeChange { records_were: Some(Vec::new()), ..of(1) },
            TreeChange { record_was: Some(("a".into(), None)), ..of(1) },
            TreeChange { record_was: Some(("a".into(), Some(vec![2]))), ..of(1) },
            TreeChange { record_was: Some(("b".into(), Some(vec![1]))), ..of(1) },
            TreeChange { records_were: Some(vec![("a".into(), vec![2])]), ..of(1) },
        ];
        for change in stale {
            assert!(!keys.commit(change).await.unwrap());
        }
        assert_eq!(ids(&keys, &[1, 2]).await, [1]);
        assert_eq!(keys.records().await.unwrap(), (next, vec![("a".into(), vec![1])]));
        let fence = keys.hold(HOLDER, false, Timestamp(0), Span(10)).await.unwrap();
        assert!(fence.is_some());
        let fits = TreeChange {
            shape: Some(1),
            fence,
            counts: vec![([1; 16], 0)],
            record_was: Some(("b".into(), None)),
            records_were: Some(vec![("a".into(), vec![1])]),
            ..of(1)
        };
        assert!(keys.commit(fits).await.unwrap());
        assert_eq!(keys.record("b").await.unwrap(), (next, Some(vec![2])));
        assert_eq!(keys.record("c").await.unwrap(), (next, None));
    }

    async fn a_key_is_wrapped_anew_moved_and_removed(home: &Home) {
        let keys = open(home).await;
        keys.commit(put(vec![node(1, 0, 1), node(9, 1, 1), key(2, 1), key(3, 1)])).await.unwrap();
        let moved = WrappedKey { wrapped: b"anew".to_vec(), node: [9; 16], ..key(2, 1) };
        let raised = WrappedKey { level: 2, ..node(1, 0, 1) };
        let change = TreeChange {
            replace: vec![
                Replaced { from: [1; 16], key: moved.clone() },
                Replaced { from: [0; 16], key: raised.clone() },
            ],
            remove: vec![([1; 16], [3; 16])],
            ..TreeChange::default()
        };
        assert!(keys.commit(change).await.unwrap());
        assert!(keys.get(&[[2; 16], [3; 16]]).await.unwrap() == [moved]);
        let spine = keys.spine([1; 16]).await.unwrap().nodes;
        let spine: Vec<_> = spine.iter().map(|(node, holds)| (node.id[0], node.level, *holds)).collect();
        assert_eq!(spine, [(1, 2, 1), (9, 1, 1)]);
        assert!(keys.spine([77; 16]).await.unwrap().nodes.is_empty());
        let listed = keys.list(None, 10).await.unwrap();
        assert_eq!(listed.iter().map(|key| key.id[0]).collect::<Vec<_>>(), [2]);
        assert!(keys.list(Some([2; 16]), 10).await.unwrap().is_empty());
    }

    async fn claim_f1_a_removed_key_is_gone_from_the_files(home: &Home) {
        let keys = open(home).await;
        let tagged = |number: u8| WrappedKey { erasure_tag: Some([!number; 32]), ..key(number, 0) };
        keys.commit(put((1..=40).map(tagged).collect())).await.unwrap();
        let remove = (7..=30).chain([99]).map(|number: u8| ([0; 16], [number; 16])).collect();
        assert!(keys.commit(TreeChange { remove, ..TreeChange::default() }).await.unwrap());
        keys.clean().await.unwrap();
        assert_eq!(ids(&keys, &[6, 7, 30, 31]).await, [6, 31]);
        // Two hashes are left of each, for copies that know nothing of it.
        let db = home.try_open(Schema::Keys, store::migrations(Schema::Keys)).await.unwrap();
        let mut noted = db.read("erased", store::erased_keys::list).await.unwrap();
        noted.sort_by_key(|(_, tag)| !tag[0]);
        let removed: Vec<_> =
            (7..=30_u8).map(|number| (store::erased_keys::name_of(&[number; 16]), [!number; 32])).collect();
        assert_eq!(noted, removed);
        if home.is_sqlite() {
            let folder = home.file().parent().unwrap().to_owned();
            let files = std::fs::read_dir(folder).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
            let bytes: Vec<u8> = files.flatten().collect();
            let holds = |number: u8| {
                let id = [number; 16];
                let wrapped = format!("wrapped key number {number}\u{1}");
                let wrapped = &wrapped.as_bytes()[..wrapped.len() - 1];
                bytes.windows(16).any(|at| at == id) || bytes.windows(wrapped.len()).any(|at| at == wrapped)
            };
            assert!(holds(6) && holds(31), "the search finds what is there");
            assert_eq!((7..=30).filter(|number| holds(*number)).collect::<Vec<_>>(), [0_u8; 0]);
        }
    }

    async fn what_hangs_on_a_felled_node_is_swept_bit_by_bit(home: &Home) {
        let keys = open(home).await;
        // 1 holds 2 and 3; 2 holds keys, one of them with a crown of its own, 4.
        let mut rows = vec![node(1, 0, 2), node(2, 1, 1), node(3, 1, 1), node(4, 2, 1), key(50, 0)];
        rows.extend((10..20).map(|number| key(number, 2)));
        rows.extend((20..30).map(|number| key(number, 3)));
        rows.extend((30..40).map(|number| key(number, 4)));
        keys.commit(put(rows)).await.unwrap();
        let fell = TreeChange { remove: vec![([0; 16], [1; 16])], felled: vec![[1; 16]], ..TreeChange::default() };
        keys.commit(fell).await.unwrap();
        let mut swept = Vec::new();
        while swept.last() != Some(&0) {
            swept.push(keys.sweep(keys.felled(7).await.unwrap(), 7).await.unwrap());
        }
        assert_eq!(swept.iter().sum::<u64>(), 33, "three nodes and thirty keys");
        assert!(swept.iter().all(|count| *count <= 7), "{swept:?}");
        assert!(keys.list(None, 100).await.unwrap() == [key(50, 0)]);
    }

    async fn on_a_server_the_right_to_rotate_is_given_for_a_time_by_the_server_s_clock(home: &Home) {
        let keys = open(home).await;
        // The node's own clock may say anything.
        let (early, late) = (Timestamp(0), Timestamp(i64::MAX / 2));
        // Longer than all that is asked here takes.
        let ask = async |holder, anew, now| keys.hold(holder, anew, now, Span::secs(60)).await.unwrap();
        let first = ask(HOLDER, false, early).await.unwrap();
        assert_eq!(ask(HOLDER, false, early).await, Some(first), "one's own is kept");
        let second = ask(HOLDER, true, early).await.unwrap();
        assert!(second > first);
        // A file belongs to one process; whoever asks now has taken it over.
        assert_eq!(ask(OTHER, false, late).await.is_some(), home.is_sqlite());
        if !home.is_sqlite() {
            // Its holder keeps it for a moment more.
            assert_eq!(keys.hold(HOLDER, false, early, Span::millis(300)).await.unwrap(), Some(second));
        }
        let third = loop {
            if let Some(third) = ask(OTHER, false, early).await {
                break third;
            }
            tokio::task::yield_now().await;
        };
        assert!(third > second, "taken over in time");
        let change = |fence| TreeChange { fence: Some(fence), ..put(vec![key(1, 0)]) };
        for over in [first, second, third + 1] {
            assert!(!keys.commit(change(over)).await.unwrap(), "whoever lost the right commits no more");
        }
        assert!(!keys.free(second).await.unwrap(), "what is another's was given back");
        assert!(keys.commit(change(third)).await.unwrap());
        // The commit gives nothing back: the old root is still to be destroyed.
        assert_eq!(ask(HOLDER, false, early).await.is_some(), home.is_sqlite());
        if !home.is_sqlite() {
            assert!(keys.free(third).await.unwrap());
            let fourth = ask(HOLDER, false, early).await.unwrap();
            assert!(fourth > third, "a number was given twice");
        }
    }

    async fn a_right_that_was_given_by_a_clock_that_was_ahead_holds_up_nobody(home: &Home) {
        let keys = open(home).await;
        let (now, span) = (Timestamp(0), Span::secs(60));
        // As whoever took it has it once the server's clock, which was an hour ahead, is right again; and died.
        let first = keys.hold(HOLDER, false, now, Span::hours(1)).await.unwrap().unwrap();
        let second = keys.hold(OTHER, false, now, span).await.unwrap().expect("nobody may have it for so long");
        assert!(second > first);
        // Had it not died after all, it commits nothing with it, and the other one's is one like any.
        let change = |fence| TreeChange { fence: Some(fence), ..put(vec![key(1, 0)]) };
        assert!(!keys.commit(change(first)).await.unwrap());
        assert_eq!(keys.hold(HOLDER, false, now, span).await.unwrap().is_some(), home.is_sqlite());
        if !home.is_sqlite() {
            assert!(keys.commit(change(second)).await.unwrap());
        }
    }

    async fn a_store_from_a_backup_gives_no_number_of_the_right_twice(home: &Home) {
        let keys = open(home).await;
        let now = Timestamp::from_secs(1_795_348_800);
        let fence = keys.hold(HOLDER, true, now, Span(1)).await.unwrap().unwrap();
        // None of before is as high as the time was then, unless it was asked for a million times a second.
        assert!(fence > 1_700_000_000_000_000, "{fence}");
        if home.is_sqlite() {
            assert_eq!(keys.hold(OTHER, true, now.minus(Span::days(1)), Span(1)).await.unwrap(), Some(fence + 1));
        }
    }
}
