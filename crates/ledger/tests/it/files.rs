//! Proof and receipt files: what holds, and which check fails when something was changed.

use crate::{Log, OPENING, RECORD, log_with_record, number};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ledger::logged::LoggedError;
use ledger::note::{Cosigner, NoteError, SigningKey};
use ledger::path::PathError;
use ledger::proof::{self, FileError, ProofError, Verified};
use ledger::receipt::{self, Fact, ReceiptError, Statement};
use model::time::Timestamp;
use serde_json::{Value, json};

const INDEX: u64 = 300;

fn proof_file(log: &Log) -> Vec<u8> {
    proof::build(RECORD, &OPENING, &log.logged(INDEX)).unwrap()
}

fn check(log: &Log, file: &[u8]) -> Result<Verified, ProofError> {
    proof::verify(file, &log.key.verifying_key(), &[])
}

/// The file with one field changed.
fn with(file: &[u8], field: &str, change: impl FnOnce(&str) -> String) -> Vec<u8> {
    let mut json: Value = serde_json::from_slice(file).unwrap();
    json[field] = change(json[field].as_str().unwrap()).into();
    serde_json::to_vec(&json).unwrap()
}

#[test]
fn claim_b2_a_proof_file_is_checked_with_nothing_but_itself_and_the_log_s_key() {
    let log = log_with_record(INDEX, 1_000);
    let file = proof_file(&log);
    let verified = check(&log, &file).unwrap();
    assert_eq!(verified.record, serde_json::from_slice::<Value>(RECORD).unwrap());
    assert_eq!(verified.record_bytes, RECORD);
    assert_eq!((verified.index, verified.size), (INDEX, 1_000));
    assert_eq!(verified.origin, "log.example/test");
    assert_eq!(verified.root, log.tree.root());
    assert!(verified.witnessed_by.is_empty(), "nobody else saw this checkpoint");
    assert_eq!(verified.checkpoint_time, None);
    assert!(!format!("{verified:?}").contains("news"), "the record stays out of debug output");
}

#[test]
fn a_proof_file_names_the_witnesses_that_were_asked_for_and_the_earliest_time() {
    let log = log_with_record(INDEX, 1_000);
    let mut logged = log.logged(INDEX);
    let witnesses = ["w1.example", "w2.example", "w3.example"];
    let witnesses = [1, 2, 3].map(|n| Cosigner::from_seed(&[n; 32], witnesses[n as usize - 1]).unwrap());
    for (cosigner, at) in witnesses.iter().zip([50, 40]) {
        logged.checkpoint = cosigner.cosign(&logged.checkpoint, Timestamp::from_secs(at)).unwrap();
    }
    let file = proof::build(RECORD, &OPENING, &logged).unwrap();
    let keys = witnesses.map(|w| w.witness_key());
    let verified = proof::verify(&file, &log.key.verifying_key(), &keys).unwrap();
    let names: Vec<&str> = verified.witnessed_by.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["w1.example", "w2.example"]);
    assert_eq!(verified.checkpoint_time, Some(Timestamp::from_secs(40)));
}

#[test]
fn says_exactly_which_check_of_a_proof_failed() {
    let log = log_with_record(INDEX, 1_000);
    let file = proof_file(&log);
    let fails = |file: &[u8]| check(&log, file).unwrap_err();

    assert!(matches!(fails(b"not json"), ProofError::File(FileError::NotJson { line: 1, .. })));
    assert!(matches!(fails(&file[..file.len() - 3]), ProofError::File(FileError::NotJson { .. })));
    assert!(matches!(fails(b"{}"), ProofError::File(FileError::Fields { .. })));
    assert!(matches!(fails(b"[\"entente-proof/1\"]"), ProofError::File(FileError::Fields { .. })));
    let later = with(&file, "format", |_| "entente-proof/2".into());
    assert_eq!(fails(&later), FileError::Format("entente-proof/1").into());
    assert_eq!(fails(&vec![b' '; proof::MAX_FILE + 1]), FileError::TooLarge(proof::MAX_FILE).into());
    let mut more: Value = serde_json::from_slice(&file).unwrap();
    more["extra"] = 1.into();
    assert!(matches!(fails(&serde_json::to_vec(&more).unwrap()), ProofError::File(FileError::Fields { .. })));
    let twice = String::from_utf8(file.clone()).unwrap().replacen('{', "{\"key\":\"\",", 1);
    assert!(matches!(fails(twice.as_bytes()), ProofError::File(FileError::Fields { .. })));

    for (field, bad) in [("record", "?"), ("record", "YQ"), ("key", "YQ=="), ("commitment", "00")] {
        assert_eq!(fails(&with(&file, field, |_| bad.into())), FileError::Field(field).into());
    }
    let upper = with(&file, "commitment", str::to_uppercase);
    assert_eq!(fails(&upper), FileError::Field("commitment").into());
    let text = with(&file, "record", |_| STANDARD.encode("yes"));
    assert!(matches!(fails(&text), ProofError::Record { line: 1, .. }));

    let forged = with(&file, "record", |_| STANDARD.encode(r#"{"purpose":"everything"}"#));
    assert_eq!(fails(&forged), ProofError::Commitment);
    let other_key = with(&file, "key", |_| STANDARD.encode([8; 64]));
    assert_eq!(fails(&other_key), ProofError::Commitment);

    // A record that the log never took, committed to afterwards.
    let invented = ledger::commit(&OPENING, b"{}");
    let invented =
        with(&with(&file, "record", |_| STANDARD.encode("{}")), "commitment", |_| hex::encode(invented));
    assert_eq!(fails(&invented), LoggedError::Path(PathError::Root).into());
    let moved = with(&file, "proof", |proof| proof.replace("index 300", "index 301"));
    assert_eq!(fails(&moved), LoggedError::Path(PathError::Root).into());
    let beyond = with(&file, "proof", |proof| proof.replace("index 300", "index 1000"));
    assert_eq!(fails(&beyond), LoggedError::Path(PathError::Index { index: 1_000, size: 1_000 }).into());
    let cut = with(&file, "proof", |proof| {
        let mut lines: Vec<&str> = proof.split('\n').collect();
        lines.remove(2);
        lines.join("\n")
    });
    assert_eq!(fails(&cut), LoggedError::Path(PathError::Length).into());
    let syntax = with(&file, "proof", |proof| proof.replace("@v1", "@v2"));
    assert!(matches!(fails(&syntax), ProofError::Log(LoggedError::Syntax(_))));
    let extra = with(&file, "proof", |proof| proof.replace("index", "extra YQ==\nindex"));
    assert!(matches!(fails(&extra), ProofError::Log(LoggedError::Syntax(_))));

    let resized = with(&file, "proof", |proof| proof.replace("\n1000\n", "\n1001\n"));
    assert_eq!(fails(&resized), LoggedError::Note(NoteError::Signature("log.example/test".into())).into());
    let namesake = SigningKey::from_seed(&[1; 32], "log.example/test").unwrap().verifying_key();
    let other = proof::verify(&file, &namesake, &[]).unwrap_err();
    assert_eq!(other, LoggedError::Note(NoteError::OtherKey("log.example/test".into())).into());
}

#[test]
fn no_error_text_quotes_the_file() {
    let log = log_with_record(INDEX, 1_000);
    let file = proof_file(&log);
    for secret in
        ["{\"ayse\":1}", "\"ayse\"", "{\"format\":\"ayse\"}", "{\"format\":\"entente-proof/1\",\"ayse\":2}"]
    {
        assert!(!check(&log, secret.as_bytes()).unwrap_err().to_string().contains("ayse"));
    }
    for field in ["record", "key", "commitment", "proof"] {
        let error = check(&log, &with(&file, field, |_| "ayse".into())).unwrap_err();
        assert!(!error.to_string().contains("ayse"), "{error}");
    }
}

#[test]
fn what_would_not_verify_is_not_written() {
    let log = log_with_record(INDEX, 1_000);
    let logged = log.logged(INDEX);
    assert_eq!(
        proof::build(b"{}", &OPENING, &logged).unwrap_err(),
        LoggedError::Path(PathError::Root).into()
    );
    assert!(matches!(proof::build(b"text", &OPENING, &logged).unwrap_err(), ProofError::Record { .. }));
    let receipt = receipt::build(&[1; 32], &Statement::new(), &logged, &log.key);
    assert_eq!(receipt.unwrap_err(), LoggedError::Path(PathError::Root).into());

    // The limit is the file's: a record of 4 MiB does not fit into it.
    let record = serde_json::to_vec(&"x".repeat(proof::MAX_FILE)).unwrap();
    let mut log = Log::new();
    log.append(&[ledger::leaf(&ledger::commit(&OPENING, &record))]);
    let error = proof::build(&record, &OPENING, &log.logged(0)).unwrap_err();
    assert_eq!(error, FileError::TooLarge(proof::MAX_FILE).into());
}

#[test]
fn after_erasure_the_other_proofs_still_hold_and_the_leaf_is_noise() {
    let log = log_with_record(INDEX, 1_000);
    // The log keeps only hashes; without the opening the same record does not lead to its leaf.
    let stranger = ledger::leaf(&ledger::commit(&[0; 64], RECORD));
    assert!(log.logged(INDEX).verify(stranger, &log.key.verifying_key(), &[]).is_err());
    for index in [0, 299, 301, 999] {
        assert!(log.logged(index).verify(number(index), &log.key.verifying_key(), &[]).is_ok());
    }
}

const TAG: [u8; 32] = [0xab; 32];

fn receipt_log() -> Log {
    let mut log = Log::of(40);
    log.append(&[ledger::leaf(&TAG)]);
    log
}

fn statement() -> Statement {
    Statement::new()
        .with("erased_at", Fact::Text("2026-11-22T12:00:00Z".into()))
        .with("reason", Fact::Text("the person asked: \"gone\"\n".into()))
        .with(
            "rows",
            Fact::Group(Statement::new().with("leads", Fact::Count(1)).with("messages", Fact::Count(12))),
        )
}

#[test]
fn claim_f1_a_receipt_proves_the_erasure_and_names_nobody() {
    let log = receipt_log();
    let file = receipt::build(&TAG, &statement(), &log.logged(40), &log.key).unwrap();
    let verified = receipt::verify(&file, &log.key.verifying_key(), &[]).unwrap();
    assert_eq!(verified.tag, TAG);
    assert_eq!(verified.statement, statement());
    assert_eq!((verified.index, verified.size), (40, 41));
    assert!(verified.witnessed_by.is_empty());
    let fields: Value = serde_json::from_slice(&file).unwrap();
    let fields: Vec<&String> = fields.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["format", "proof", "signature", "statement", "tag"], "nothing else is in it");
    // The statement in another layout, with its keys in another order, says the same.
    let mut json: Value = serde_json::from_slice(&file).unwrap();
    json["statement"] = json!({"rows": {"messages": 12, "leads": 1}, "reason": "the person asked: \"gone\"\n", "erased_at": "2026-11-22T12:00:00Z"});
    let again = receipt::verify(&serde_json::to_vec(&json).unwrap(), &log.key.verifying_key(), &[]).unwrap();
    assert_eq!(again, verified);
}

#[test]
fn says_exactly_which_check_of_a_receipt_failed() {
    let log = receipt_log();
    let file = receipt::build(&TAG, &statement(), &log.logged(40), &log.key).unwrap();
    let fails = |file: &[u8]| receipt::verify(file, &log.key.verifying_key(), &[]).unwrap_err();
    let text = String::from_utf8(file.clone()).unwrap();
    let wrong = ReceiptError::Signature(NoteError::Signature("log.example/test".into()));

    assert_eq!(fails(text.replace(": 12", ": 11").as_bytes()), wrong);
    assert_eq!(fails(&with(&file, "tag", |_| hex::encode([0xac; 32]))), wrong);
    for number in ["-1", "1.5", "null", "true", "[]"] {
        let fields = fails(text.replace(": 12", &format!(": {number}")).as_bytes());
        assert!(matches!(fields, ReceiptError::File(FileError::Fields { .. })), "{number}");
    }
    assert_eq!(fails(text.replace(": 12", ": 9007199254740992").as_bytes()), ReceiptError::Statement);
    assert_eq!(fails(text.replace("\"leads\"", "\"Leads\"").as_bytes()), ReceiptError::Statement);
    let twice = text.replace("\"leads\": 1", "\"leads\": 5, \"leads\": 1");
    assert!(matches!(fails(twice.as_bytes()), ReceiptError::File(FileError::Fields { .. })));
    assert_eq!(fails(&with(&file, "tag", str::to_uppercase)), FileError::Field("tag").into());
    let smuggled = with(&file, "signature", |line| format!("more\n\n{line}"));
    assert_eq!(fails(&smuggled), FileError::Field("signature").into());
    let other = with(&file, "proof", |_| log.logged(3).to_text());
    assert_eq!(fails(&other), LoggedError::Path(PathError::Root).into());
    let proof = with(&file, "format", |_| proof::FORMAT.into());
    assert_eq!(fails(&proof), FileError::Format(receipt::FORMAT).into());
    let huge = vec![b' '; receipt::MAX_FILE + 1];
    assert_eq!(fails(&huge), FileError::TooLarge(receipt::MAX_FILE).into());
}

#[test]
fn a_statement_must_fit_before_it_is_signed() {
    let log = receipt_log();
    let build = |statement: Statement| receipt::build(&TAG, &statement, &log.logged(40), &log.key);
    let mut deep = Statement::new().with("a", Fact::Count(1));
    for _ in 0..4 {
        deep = Statement::new().with("a", Fact::Group(deep));
    }
    for bad in [
        Statement::new().with("", Fact::Count(1)),
        Statement::new().with("a b", Fact::Count(1)),
        Statement::new().with(&"a".repeat(65), Fact::Count(1)),
        Statement::new().with("a", Fact::Count(receipt::MAX_COUNT + 1)),
        deep,
    ] {
        assert_eq!(build(bad), Err(ReceiptError::Statement));
    }
    assert!(build(Statement::new()).is_ok());
}

#[test]
fn a_signed_statement_cannot_pass_for_a_checkpoint() {
    let log = receipt_log();
    let file = receipt::build(&TAG, &statement(), &log.logged(40), &log.key).unwrap();
    let json: Value = serde_json::from_slice(&file).unwrap();
    let canonical = r#"{"erased_at":"2026-11-22T12:00:00Z","reason":"the person asked: \"gone\"\n","rows":{"leads":1,"messages":12}}"#;
    let tag = hex::encode(TAG);
    let note = format!("entente-receipt/1\n{tag}\n{canonical}\n\n{}\n", json["signature"].as_str().unwrap());
    // The documented text is what is signed …
    assert_eq!(log.key.verifying_key().verify(&ledger::note::Note::parse(&note).unwrap()), Ok(()));
    // … and no reader of checkpoints takes it.
    let opened = ledger::Checkpoint::open(&note, &log.key.verifying_key(), &[]);
    assert!(matches!(opened, Err(NoteError::Checkpoint(_))));
}

/// The blocks of `docs/proof.md`: log key, witness key, proof file, receipt file.
fn documented() -> Vec<String> {
    let document = include_str!("../../../../docs/proof.md");
    let mut parts = document.split("\n```");
    let mut blocks = Vec::new();
    parts.next();
    while let (Some(block), Some(_)) = (parts.next(), parts.next()) {
        if let Some((_, text)) = block.split_once("example\n") {
            blocks.push(format!("{text}\n"));
        }
    }
    blocks
}

#[test]
fn the_documented_examples_are_what_the_program_writes_and_checks() {
    let key = SigningKey::from_seed(&[7; 32], "log.example/docs").unwrap();
    let cosigner = Cosigner::from_seed(&[8; 32], "witness.example/docs").unwrap();
    let record = br#"{"purpose":"news","question":"May we write to you?","answer":"yes"}"#;
    let mut log = Log::new();
    log.append(&[number(0), ledger::leaf(&ledger::commit(&OPENING, record)), ledger::leaf(&TAG)]);
    let head = ledger::Checkpoint { origin: key.name().to_owned(), ..log.head() };
    let note = cosigner.cosign(&head.sign(&key).unwrap(), Timestamp::from_secs(1_795_348_800)).unwrap();
    let logged = |index| ledger::Logged::new(index, 3, note.clone(), &log.tiles).unwrap();
    let rows = Statement::new().with("leads", Fact::Count(1)).with("messages", Fact::Count(12));
    let statement = Statement::new()
        .with("erased_at", Fact::Text("2026-11-22T12:00:00Z".into()))
        .with("rows", Fact::Group(rows));
    let files = [
        format!("{}\n", key.verifying_key()).into_bytes(),
        format!("{}\n", cosigner.witness_key()).into_bytes(),
        proof::build(record, &OPENING, &logged(1)).unwrap(),
        receipt::build(&TAG, &statement, &logged(2), &key).unwrap(),
    ];
    assert_eq!(documented(), files.map(|file| String::from_utf8(file).unwrap()));
}
