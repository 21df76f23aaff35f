//! Files and texts from hostile hands: every change of one byte, and anything at all.

use crate::{OPENING, RECORD, log_with_record};
use ledger::logged::Logged;
use ledger::note::{Cosigner, Note, VerifyingKey, WitnessKey};
use ledger::receipt::{Fact, Statement};
use ledger::{Checkpoint, proof, receipt};
use model::time::Timestamp;
use proptest::prelude::*;

/// Each bit flipped, and the bytes that mean something in JSON, base 64 and notes.
fn changes(byte: u8) -> impl Iterator<Item = u8> {
    let flips = (0..8).map(move |bit| byte ^ (1 << bit));
    flips.chain(*b" \n\\\"{}:,0Aa=+/").filter(move |other| *other != byte)
}

#[test]
fn no_change_of_one_byte_gives_a_proof_another_meaning() {
    let log = log_with_record(2, 5);
    let cosigner = Cosigner::from_seed(&[1; 32], "w.example").unwrap();
    let mut logged = log.logged(2);
    logged.checkpoint = cosigner.cosign(&logged.checkpoint, Timestamp::from_secs(1)).unwrap();
    let file = proof::build(RECORD, &OPENING, &logged).unwrap();
    let (key, witnesses) = (log.key.verifying_key(), [cosigner.witness_key()]);
    let original = proof::verify(&file, &key, &witnesses).unwrap();
    assert_eq!(original.witnessed_by, [("w.example".to_owned(), Timestamp::from_secs(1))]);
    let (mut refused, mut same, mut unwitnessed) = (0, 0, 0);
    for at in 0..file.len() {
        for byte in changes(file[at]) {
            let mut changed = file.clone();
            changed[at] = byte;
            match proof::verify(&changed, &key, &witnesses) {
                Err(_) => refused += 1,
                Ok(verified) if verified == original => same += 1,
                Ok(mut verified) => {
                    // A cosignature whose name or key id was damaged is a stranger's, and strangers'
                    // signatures are passed over. It takes a witness away and adds nothing.
                    assert!(verified.witnessed_by.is_empty(), "byte {at}");
                    verified.witnessed_by.clone_from(&original.witnessed_by);
                    verified.checkpoint_time = original.checkpoint_time;
                    assert_eq!(verified, original, "byte {at}");
                    unwitnessed += 1;
                }
            }
        }
    }
    // White space between the fields is free; nothing else is.
    assert!(same < 200 && unwitnessed < 400 && refused > 20 * file.len(), "{refused} {same} {unwitnessed}");
}

#[test]
fn no_change_of_one_byte_gives_a_receipt_another_meaning() {
    let tag = [3; 32];
    let mut log = crate::Log::of(3);
    log.append(&[ledger::leaf(&tag)]);
    let statement = Statement::new()
        .with("rows", Fact::Group(Statement::new().with("leads", Fact::Count(10))))
        .with("why", Fact::Text("asked".into()));
    let file = receipt::build(&tag, &statement, &log.logged(3), &log.key).unwrap();
    let key = log.key.verifying_key();
    let original = receipt::verify(&file, &key, &[]).unwrap();
    let mut same = 0;
    for at in 0..file.len() {
        for byte in changes(file[at]) {
            let mut changed = file.clone();
            changed[at] = byte;
            if let Ok(verified) = receipt::verify(&changed, &key, &[]) {
                assert_eq!(verified, original, "byte {at}");
                same += 1;
            }
        }
    }
    assert!(same < 200, "{same}");
}

/// Text that gets further than noise does.
fn almost() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\n".to_owned()),
        Just("\n\n".to_owned()),
        Just("— ".to_owned()),
        Just("c2sp.org/tlog-proof@v1\n".to_owned()),
        Just("index 0\n".to_owned()),
        Just("log.example/test".to_owned()),
        Just("+77bd76f3+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs".to_owned()),
        Just("rra8/idLcKFPsGel5VeCZNsPqdW69eChWRWPMp8G53c=".to_owned()),
        Just("{\"format\":\"entente-proof/1\",\"record\":\"".to_owned()),
        Just("{\"format\":\"entente-receipt/1\",\"statement\":{\"a\":".to_owned()),
        Just("\"}".to_owned()),
        any::<u64>().prop_map(|n| n.to_string()),
        any::<String>(),
    ];
    prop::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_text_makes_a_reader_panic(text in almost()) {
        let key = log_with_record(0, 1).key.verifying_key();
        prop_assert!(Checkpoint::open(&text, &key, &[]).is_err());
        if let Ok(checkpoint) = Checkpoint::parse(&text) {
            prop_assert_eq!(checkpoint.text(), text.clone(), "one spelling only");
        }
        if let Ok(logged) = Logged::parse(&text) {
            prop_assert_eq!(logged.to_text(), text.clone(), "one spelling only");
        }
        if let Ok(note) = Note::parse(&text) {
            prop_assert!(text.starts_with(note.text));
        }
        if let Ok(key) = VerifyingKey::parse(&text) {
            prop_assert_eq!(key.to_string(), text.trim_end());
        }
        if let Ok(key) = WitnessKey::parse(&text) {
            prop_assert_eq!(key.to_string(), text.trim_end());
        }
        prop_assert!(proof::verify(text.as_bytes(), &key, &[]).is_err());
        prop_assert!(receipt::verify(text.as_bytes(), &key, &[]).is_err());
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let key = log_with_record(0, 1).key.verifying_key();
        prop_assert!(proof::verify(&bytes, &key, &[]).is_err());
        prop_assert!(receipt::verify(&bytes, &key, &[]).is_err());
    }

    #[test]
    fn a_checkpoint_reads_back_as_it_was_written(size in 0_u64..=ledger::MAX_SIZE, root in any::<[u8; 32]>()) {
        let log = log_with_record(0, 1);
        let checkpoint = Checkpoint { size, root: ledger::Hash(root), ..log.head() };
        let note = checkpoint.sign(&log.key).unwrap();
        prop_assert_eq!(Checkpoint::open(&note, &log.key.verifying_key(), &[]).unwrap().checkpoint, checkpoint);
    }
}

#[test]
fn deep_nesting_is_refused_and_not_followed() {
    let key = log_with_record(0, 1).key.verifying_key();
    let deep = format!("{{\"format\":\"entente-receipt/1\",\"statement\":{}", "{\"a\":".repeat(40_000));
    assert!(receipt::verify(deep.as_bytes(), &key, &[]).is_err());
    let record = "[".repeat(100_000);
    assert!(proof::build(record.as_bytes(), &OPENING, &log_with_record(0, 1).logged(0)).is_err());
}

const KEY: &str = include_str!("../../../../fuzz/corpus/checkpoint/key");

/// Proofs and receipts that were changed are refused with a reason, or say what they said before.
#[test]
fn claim_x10_no_bytes_break_the_readers_of_proofs_and_receipts() {
    let key = VerifyingKey::parse(KEY).unwrap();
    let proofs = testkit::mutate::samples("proof").concat();
    let original = proof::verify(&proofs, &key, &[]).unwrap();
    testkit::mutate::fuzz("proof", 4_000, |bytes| match proof::verify(bytes, &key, &[]) {
        Ok(verified) => {
            assert_eq!(verified, original);
            true
        }
        Err(error) => testkit::mutate::refused(&error),
    });
    let originals: Vec<_> = testkit::mutate::samples("receipt")
        .iter()
        .map(|bytes| receipt::verify(bytes, &key, &[]).unwrap())
        .collect();
    testkit::mutate::fuzz("receipt", 4_000, |bytes| match receipt::verify(bytes, &key, &[]) {
        Ok(verified) => {
            assert!(originals.contains(&verified), "another receipt");
            true
        }
        Err(error) => testkit::mutate::refused(&error),
    });
}

/// What witnesses and logs send each other.
#[test]
fn claim_x10_no_bytes_break_the_readers_of_checkpoints_and_of_what_witnesses_are_asked() {
    let log = log_with_record(0, 1);
    let (key, witness) =
        (log.key.verifying_key(), Cosigner::from_seed(&[1; 32], "w.example").unwrap().witness_key());
    testkit::mutate::fuzz("checkpoint", 20_000, |bytes| {
        let Ok(text) = std::str::from_utf8(bytes) else { return false };
        let checkpoint =
            Checkpoint::parse(text).inspect(|read| assert_eq!(read.text(), text, "one spelling only"));
        let note = Note::parse(text).inspect(|note| {
            assert!(text.starts_with(note.text) && key.verify(note).is_err());
            assert!(!matches!(witness.cosigned_at(note), Ok(Some(_))), "a signature of nobody's");
        });
        let logged =
            Logged::parse(text).inspect(|read| assert_eq!(read.to_text(), text, "one spelling only"));
        assert!(Checkpoint::open(text, &key, &[]).is_err() && witness.take_line(text, text).is_err());
        let keys = VerifyingKey::parse(text).is_ok() || WitnessKey::parse(text).is_ok();
        keys || checkpoint.is_ok() || note.is_ok() || logged.is_ok()
    });
    testkit::mutate::fuzz("add_checkpoint", 20_000, |bytes| {
        let Ok(text) = std::str::from_utf8(bytes) else { return false };
        let Ok(request) = ledger::witness::Request::parse(text) else { return false };
        assert_eq!(request.to_text(), text, "one spelling only");
        assert!(request.proof.len() <= 64 && request.judge(&key, None).is_err());
        let _ = request.claimed();
        true
    });
}
