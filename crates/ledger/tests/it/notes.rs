//! Keys, notes, checkpoints and cosignatures against published and independently made vectors.

use crate::Log;
use ledger::checkpoint::Checkpoint;
use ledger::note::{Cosigner, Note, NoteError, SigningKey, VerifyingKey, WitnessKey};
use ledger::tree::Tree;
use model::time::Timestamp;

/// c2sp.org/signed-note, section "Verifier keys".
const SPEC_KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const SPEC_NOTE: &str = "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

/// Made with OpenSSL from the seeds [7; 32] and [8; 32]; the root is that of the first three entries
/// of the RFC 6962 test tree.
const LOG_KEY: &str = "log.example/vector+77bd76f3+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs";
const WITNESS_KEY: &str = "witness.example/vector+52d2a33d+BBOY9ixtGkV8UbpqS189vS9p/KkyFiGNyJl+QWvRfZPK";
const CHECKPOINT: &str = "log.example/vector\n3\nrra8/idLcKFPsGel5VeCZNsPqbUa9eC6FZFY8yngbnc=\n";
const LOG_LINE: &str = "— log.example/vector d71288y4wH5Sj8rdrEzIQoVEup+/i78Jpq9/ebACu1tSdWi6G7mR4UNnBhBmJSCp81k7LU7aARBWElutfA252EmPIgc=\n";
const WITNESS_LINE: &str = "— witness.example/vector UtKjPQAAAABlU/EADlvm07TJeCMO2CDdoj2bjllrWaqv/hLdHaDT2yw/yWQ7yUUEUuBqEmOgYAsY2Qstwnn0zM3gPQnS/TofgtevBQ==\n";

fn cosigned() -> String {
    format!("{CHECKPOINT}\n{LOG_LINE}{WITNESS_LINE}")
}

#[test]
fn the_specification_s_example_verifies() {
    let key = VerifyingKey::parse(SPEC_KEY).unwrap();
    assert_eq!(key.to_string(), SPEC_KEY);
    assert_eq!(key.name(), "example.com/foo");
    let note = Note::parse(SPEC_NOTE).unwrap();
    assert_eq!(note.text, "This is an example message.\n");
    assert_eq!(key.verify(&note), Ok(()));
}

#[test]
fn signs_as_the_reference_implementation_s_example() {
    // golang.org/x/mod/sumdb/note, package documentation.
    let mut seed = [0; 32];
    hex_into("810a1402d5146c8d84f2443330f54080ebf98ee17d9c74f6252fc5d5c7283173", &mut seed);
    let key = SigningKey::from_seed(&seed, "PeterNeumann").unwrap();
    assert_eq!(
        key.verifying_key().to_string(),
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    );
    let text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    let line = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    assert_eq!(key.sign(text).unwrap(), format!("{text}\n{line}"));
}

fn hex_into(text: &str, bytes: &mut [u8]) {
    hex::decode_to_slice(text, bytes).unwrap();
}

#[test]
fn a_published_witness_key_is_read_and_written_alike() {
    let text = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";
    assert_eq!(WitnessKey::parse(text).unwrap().to_string(), text);
    assert_eq!(
        VerifyingKey::parse(text).unwrap_err(),
        NoteError::Key("it is a key of another kind"),
        "a witness's key is no log's key"
    );
    assert!(WitnessKey::parse(SPEC_KEY).is_err());
}

#[test]
fn a_cosigned_checkpoint_is_made_and_opened_byte_for_byte() {
    let key = SigningKey::from_seed(&[7; 32], "log.example/vector").unwrap();
    let cosigner = Cosigner::from_seed(&[8; 32], "witness.example/vector").unwrap();
    assert_eq!(key.verifying_key().to_string(), LOG_KEY);
    assert_eq!(cosigner.witness_key().to_string(), WITNESS_KEY);
    let mut tree = Tree::new();
    tree.append(&[&b""[..], &[0x00], &[0x10]].map(ledger::leaf));
    let checkpoint = Checkpoint { origin: "log.example/vector".into(), size: 3, root: tree.root() };
    let note = checkpoint.sign(&key).unwrap();
    let note = cosigner.cosign(&note, Timestamp::from_secs(1_700_000_000)).unwrap();
    assert_eq!(note, cosigned());

    let witnesses = [WitnessKey::parse(WITNESS_KEY).unwrap()];
    let opened = Checkpoint::open(&note, &VerifyingKey::parse(LOG_KEY).unwrap(), &witnesses).unwrap();
    assert_eq!(opened.checkpoint, checkpoint);
    let at = Timestamp::from_secs(1_700_000_000);
    assert_eq!(opened.witnessed_by, [("witness.example/vector".to_owned(), at)]);
}

#[test]
fn a_witness_nobody_asked_for_does_not_count() {
    let key = VerifyingKey::parse(LOG_KEY).unwrap();
    assert!(Checkpoint::open(&cosigned(), &key, &[]).unwrap().witnessed_by.is_empty());
    let other = Cosigner::from_seed(&[9; 32], "witness.example/vector").unwrap().witness_key();
    assert!(Checkpoint::open(&cosigned(), &key, &[other]).unwrap().witnessed_by.is_empty());
}

#[test]
fn a_cosignature_of_another_checkpoint_or_time_spoils_the_note() {
    let key = SigningKey::from_seed(&[7; 32], "log.example/vector").unwrap();
    let witness = WitnessKey::parse(WITNESS_KEY).unwrap();
    let refused = Err(NoteError::Cosignature("witness.example/vector".into()));
    let other = CHECKPOINT.replace("\n3\n", "\n4\n");
    let moved = key.sign(&other).unwrap() + WITNESS_LINE;
    assert_eq!(Checkpoint::open(&moved, &key.verifying_key(), std::slice::from_ref(&witness)), refused);
    // The time is the letters `BlU/EA` after the key's id.
    let redated = cosigned().replace("UtKjPQAAAABlU/EA", "UtKjPQAAAABlU/EB");
    assert_eq!(Checkpoint::open(&redated, &key.verifying_key(), &[witness]), refused);
}

#[test]
fn says_whether_the_key_or_the_signature_is_wrong() {
    let key = VerifyingKey::parse(LOG_KEY).unwrap();
    let open = |note: &str, key: &VerifyingKey| Checkpoint::open(note, key, &[]).unwrap_err();
    let namesake = SigningKey::from_seed(&[1; 32], "log.example/vector").unwrap().verifying_key();
    assert_eq!(open(&cosigned(), &namesake), NoteError::OtherKey("log.example/vector".into()));
    let stranger = SigningKey::from_seed(&[7; 32], "log.example/other").unwrap().verifying_key();
    assert_eq!(open(&cosigned(), &stranger), NoteError::NotSigned("log.example/other".into()));
    let changed = cosigned().replace("\n3\n", "\n4\n");
    assert_eq!(open(&changed, &key), NoteError::Signature("log.example/vector".into()));
    // One right signature does not make up for a wrong one by the same key.
    let wrong = LOG_LINE.replace("d71288y4", "d71288y5");
    let both = format!("{CHECKPOINT}\n{LOG_LINE}{wrong}");
    assert_eq!(open(&both, &key), NoteError::Signature("log.example/vector".into()));
}

#[test]
fn a_log_s_key_signs_for_that_log_only() {
    let key = SigningKey::from_seed(&[7; 32], "log.example/vector").unwrap();
    let foreign = Checkpoint { origin: "log.example/other".into(), ..Log::of(3).head() };
    assert_eq!(foreign.sign(&key), Err(NoteError::OtherLog("log.example/vector".into())));
    let note = key.sign(&foreign.text()).unwrap();
    let opened = Checkpoint::open(&note, &key.verifying_key(), &[]);
    assert_eq!(opened, Err(NoteError::OtherLog("log.example/vector".into())));
}

#[test]
fn malformed_notes_checkpoints_and_keys_are_refused() {
    let note = cosigned();
    for bad in [
        String::new(),
        "\n\n".into(),
        note.trim_end().into(),
        note.replace("\n\n", "\n"),
        note.replace("\n\n—", "\n\n\r—"),
        note.replace("— ", "- "),
        note.replace("vector d7", "vector  d7"),
        note.replace("vector d7", "vec+tor d7"),
        note.replace("EmPIgc=", "EmPIgd="),
        note.replace("EmPIgc=", "EmPIgc"),
        format!("{note}\n"),
        format!("{CHECKPOINT}\n— log.example/vector d712\n"),
        format!("{CHECKPOINT}\n{}", LOG_LINE.repeat(65)),
        format!("{}\n{LOG_LINE}", "x".repeat(200_000)),
    ] {
        assert!(bad != note && Note::parse(&bad).is_err(), "{bad:.80}");
    }
    assert!(Note::parse(&format!("{CHECKPOINT}\n{}", LOG_LINE.repeat(16))).is_ok());

    assert!(Checkpoint::parse(CHECKPOINT).is_ok());
    for (from, to) in [
        ("log.example/vector\n", "\n"),
        ("\n3\n", "\n03\n"),
        ("\n3\n", "\n+3\n"),
        ("\n3\n", "\n 3\n"),
        ("\n3\n", "\n\n"),
        ("\n3\n", "\n-1\n"),
        ("\n3\n", "\n18446744073709551616\n"),
        ("\n3\n", "\n9223372036854775808\n"),
        ("gbnc=", "gbnd="),
        ("gbnc=\n", "gbnc=\nextension\n"),
        ("gbnc=\n", "gbnc="),
        ("gbnc=\n", "\n"),
    ] {
        let bad = CHECKPOINT.replace(from, to);
        assert!(bad != CHECKPOINT && Checkpoint::parse(&bad).is_err(), "{to}");
    }

    assert!(VerifyingKey::parse(&format!("{SPEC_KEY}\n")).is_ok(), "as a text file ends");
    for bad in [
        "",
        "example.com/foo",
        "example.com/foo+530d903a",
        "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U0=",
        "example.com/foo+530d903a+!",
        "example.com/foo+530d903a+",
        " example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    ] {
        assert!(VerifyingKey::parse(bad).is_err(), "{bad}");
    }
    for name in ["", "a b", "a+b", "a\nb", "a\u{85}b", "a\u{2003}b", &"a".repeat(256)] {
        assert_eq!(SigningKey::from_seed(&[1; 32], name).unwrap_err(), NoteError::Name);
    }
    let key = SigningKey::from_seed(&[1; 32], "a").unwrap();
    for text in ["", "no newline", "control\t\n"] {
        assert!(key.sign(text).is_err(), "{text:?}");
    }
}

#[test]
fn a_private_key_does_not_show_itself() {
    let key = SigningKey::from_seed(&[7; 32], "log.example/vector").unwrap();
    assert_eq!(format!("{key:?}"), "SigningKey(log.example/vector)");
    let cosigner = Cosigner::from_seed(&[7; 32], "w.example").unwrap();
    assert_eq!(format!("{cosigner:?}"), "Cosigner(w.example)");
}
