//! The witness protocol: what is signed and what never is, and its requests in hostile hands.

use crate::Log;
use ledger::note::{Cosigner, NoteError};
use ledger::path;
use ledger::witness::{Refusal, Request, conflicting_size};
use ledger::{Checkpoint, SigningKey, leaf};
use model::time::Timestamp;
use proptest::prelude::*;

/// From `old` entries to all of this log.
fn request(log: &Log, old: u64) -> Request {
    let proof = path::consistency(old, log.tree.size(), &log.tiles).unwrap();
    Request { old, proof, note: log.head().sign(&log.key).unwrap() }
}

/// A log with the same key that differs from [`Log::of`] in its entry `at`.
fn fork(at: u64, size: u64) -> Log {
    let mut log = Log::of(at);
    log.append(&(at..size).map(|n| leaf(format!("fork {n}").as_bytes())).collect::<Vec<_>>());
    log
}

#[test]
fn claim_b2_a_witness_signs_what_extends_the_checkpoint_it_saw_and_nothing_else() {
    let (small, large) = (Log::of(5), Log::of(300));
    let key = large.key.verifying_key();
    let seen = request(&small, 0).judge(&key, None).unwrap();
    assert_eq!(seen, small.head());
    assert_eq!(request(&large, 5).judge(&key, Some(&seen)), Ok(large.head()));
    // The same again is no equivocation.
    assert_eq!(request(&small, 5).judge(&key, Some(&seen)), Ok(small.head()));

    let refused = |request: &Request, newest: &Checkpoint| request.judge(&key, Some(newest)).unwrap_err();
    // Rolled back: whatever old size it says.
    assert_eq!(refused(&request(&small, 5), &large.head()), Refusal::Conflict(300));
    let mut rolled_back = request(&small, 5);
    rolled_back.old = 300;
    assert_eq!(refused(&rolled_back, &large.head()).status(), 400);
    // A fork, of the same size and of a larger one.
    assert_eq!(refused(&request(&fork(3, 5), 5), &seen).status(), 422);
    assert_eq!(refused(&request(&fork(3, 9), 5), &seen).status(), 422);
    // A proof that is none.
    let mut bad = request(&large, 5);
    bad.proof.swap(0, 1);
    assert_eq!(refused(&bad, &seen).status(), 422);
    bad.proof.clear();
    assert_eq!(refused(&bad, &seen).status(), 422);
    let mut surplus = request(&small, 0);
    surplus.proof.push(leaf(b"x"));
    assert_eq!(surplus.judge(&key, None).unwrap_err().status(), 422);
}

#[test]
fn a_witness_refuses_other_logs_other_keys_and_a_false_empty_log() {
    let log = Log::of(3);
    let key = log.key.verifying_key();
    let stranger = SigningKey::from_seed(&[1; 32], "other.example").unwrap();
    assert_eq!(request(&log, 0).judge(&stranger.verifying_key(), None), Err(Refusal::UnknownLog));
    let impostor = SigningKey::from_seed(&[1; 32], log.key.name()).unwrap();
    let mut forged = request(&log, 0);
    forged.note = log.head().sign(&impostor).unwrap();
    assert_eq!(forged.judge(&key, None).unwrap_err().status(), 403);
    let mut damaged = request(&log, 0);
    damaged.note = damaged.note.replacen("\n3\n", "\n4\n", 1);
    assert_eq!(damaged.judge(&key, None).unwrap_err().status(), 403);
    let empty = Checkpoint { origin: log.key.name().to_owned(), size: 0, root: leaf(b"not empty") };
    let empty = Request { old: 0, proof: vec![], note: empty.sign(&log.key).unwrap() };
    assert_eq!(empty.judge(&key, None).unwrap_err().status(), 422);
    assert!(request(&Log::new(), 0).judge(&key, None).is_ok());
}

#[test]
fn the_specification_s_request_is_read_and_written_alike() {
    // c2sp.org/tlog-witness, section "add-checkpoint".
    let text = "old 20852014\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\njrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n\nexample.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=\n";
    let read = Request::parse(text).unwrap();
    assert_eq!((read.old, read.proof.len()), (20_852_014, 4));
    assert_eq!(read.claimed().unwrap().size, 20_852_163);
    assert_eq!(read.to_text(), text);
    assert_eq!(conflicting_size("20852163\n"), Some(20_852_163));
    for wrong in ["20852163", "020\n", "-1\n", "\n", "1\n\n", "18446744073709551616\n"] {
        assert_eq!(conflicting_size(wrong), None, "{wrong:?}");
    }
}

#[test]
fn of_a_witness_s_answer_only_its_own_good_line_is_taken() {
    let log = Log::of(3);
    let note = log.head().sign(&log.key).unwrap();
    let witness = Cosigner::from_seed(&[1; 32], "w.example").unwrap();
    let other = Cosigner::from_seed(&[2; 32], "v.example").unwrap();
    let at = Timestamp::from_secs(1_700_000_000);
    let (own, strange) = (witness.line(&note, at).unwrap(), other.line(&note, at).unwrap());
    let key = witness.witness_key();
    assert_eq!(key.take_line(&note, &format!("{strange}\n{own}\n")), Ok((own.clone(), at)));
    assert!(matches!(key.take_line(&note, &format!("{strange}\n")), Err(NoteError::NotSigned(_))));
    let of_another = witness.line(&Log::of(2).head().sign(&log.key).unwrap(), at).unwrap();
    assert!(matches!(key.take_line(&note, &format!("{of_another}\n")), Err(NoteError::Cosignature(_))));
    for wrong in ["", "\n", "hello\n", &own, &format!("\nother\n\n{own}\n")] {
        assert!(key.take_line(&note, wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn claim_b2_one_signer_under_two_names_is_one_witness_and_a_log_is_none_of_its_own() {
    let log = Log::of(3);
    let at = Timestamp::from_secs(5);
    let names = ["a.example", "b.example"];
    let twice: Vec<Cosigner> =
        names.iter().map(|name| Cosigner::from_seed(&[1; 32], name).unwrap()).collect();
    let itself = Cosigner::from_seed(&[7; 32], "c.example").unwrap();
    let mut note = log.head().sign(&log.key).unwrap();
    for cosigner in twice.iter().chain([&itself]) {
        note = cosigner.cosign(&note, at).unwrap();
    }
    let keys: Vec<_> = twice.iter().chain([&itself]).map(Cosigner::witness_key).collect();
    let opened = Checkpoint::open(&note, &log.key.verifying_key(), &keys).unwrap();
    assert_eq!(opened.witnessed_by, [("a.example".to_owned(), at)]);
}

/// Text that gets further than noise does.
fn almost() -> impl Strategy<Value = String> {
    let whole = request(&Log::of(9), 5).to_text();
    let piece = prop_oneof![
        Just("\n".to_owned()),
        Just("\n\n".to_owned()),
        Just("old ".to_owned()),
        Just(whole.clone()),
        (0..whole.len()).prop_map(move |at| whole.get(at..).unwrap_or_default().to_owned()),
        "[0-9]{1,21}",
        any::<[u8; 32]>().prop_map(|hash| ledger::Hash(hash).to_base64()),
        ".*",
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn a_request_is_read_back_as_it_was_written(
        old in any::<u64>(),
        hashes in proptest::collection::vec(any::<[u8; 32]>(), 0..=63),
        note in "[ -~\n]{0,200}",
    ) {
        let request = Request { old, proof: hashes.into_iter().map(ledger::Hash).collect(), note };
        prop_assert_eq!(Request::parse(&request.to_text()), Ok(request));
    }

    #[test]
    fn whatever_is_read_is_written_alike_and_nothing_is_signed_by_accident(text in almost()) {
        if let Ok(request) = Request::parse(&text) {
            prop_assert_eq!(request.to_text(), text);
            let log = Log::of(9);
            if let Ok(judged) = request.judge(&log.key.verifying_key(), Some(&Log::of(5).head())) {
                prop_assert_eq!(judged, log.head());
            }
        }
    }

    /// Two histories from `at` on, sent in any order and from any old size, by somebody who holds the log's
    /// key: what was signed is always one history that only grows.
    #[test]
    fn claim_b2_equivocation_is_never_signed(
        at in 0u64..20,
        tries in proptest::collection::vec((any::<bool>(), 0u64..20, 0u64..24), 1..40),
    ) {
        let key = Log::new().key.verifying_key();
        let mut signed: Vec<Checkpoint> = Vec::new();
        for (is_fork, old, size) in tries {
            let log = if is_fork { fork(at.min(size), size) } else { Log::of(size) };
            let proof = path::consistency(old.min(size), size, &log.tiles).unwrap();
            let request = Request { old, proof, note: log.head().sign(&log.key).unwrap() };
            if let Ok(judged) = request.judge(&key, signed.last()) {
                signed.push(judged);
            }
        }
        prop_assert!(signed.is_sorted_by_key(|checkpoint| checkpoint.size));
        let on = |log: &dyn Fn(u64) -> Log| signed.iter().all(|c| log(c.size).head() == *c);
        prop_assert!(on(&Log::of) || on(&|size| fork(at.min(size), size)), "{:?}", signed);
    }
}
