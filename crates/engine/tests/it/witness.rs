//! Witnesses: what they sign stands in proofs and at the public address; what they refuse is noticed; what
//! they are asked to sign twice they never sign.

use crate::home::Home;
use crate::log::pend;
use crate::people::{ADMIN_PASSWORD, texts};
use bytes::Bytes;
use engine::actions::set_up::{self, SetUp};
use engine::witness::{Cosigning, Memory, Peer, Problem, Witnesses};
use engine::{Engine, EngineError, views};
use ledger::witness::Request;
use ledger::{Checkpoint, Cosigner, SigningKey, Tree, VerifyingKey, proof};
use model::personal::Personal;
use model::ports::{Method, Outbound, OutboundError, OutboundRequest, OutboundResponse};
use model::time::{BoxFuture, Clock, Span, Timestamp};
use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use testkit::FixedClock;

/// A memory that fails when it is told to: before it has written, or after.
#[derive(Default)]
struct Notes {
    kept: Mutex<HashMap<String, String>>,
    fails_before: AtomicBool,
    fails_after: AtomicBool,
}

impl Memory for Notes {
    fn read(&self, place: &str) -> io::Result<Option<String>> {
        Ok(self.kept.lock().unwrap().get(place).cloned())
    }

    fn replace(&self, place: &str, note: &str) -> io::Result<()> {
        if self.fails_before.load(Ordering::SeqCst) {
            return Err(io::Error::other("the disk is full"));
        }
        self.kept.lock().unwrap().insert(place.to_owned(), note.to_owned());
        if self.fails_after.load(Ordering::SeqCst) {
            return Err(io::Error::other("the folder could not be synced"));
        }
        Ok(())
    }
}

/// A witness that knows the log of `key`.
struct Friend {
    at: Arc<Cosigning>,
    notes: Arc<Notes>,
    is_down: AtomicBool,
}

impl Friend {
    fn new(seed: u8, logs: &[VerifyingKey], clock: &Arc<FixedClock>) -> Arc<Self> {
        let notes = Arc::new(Notes::default());
        let cosigner = Cosigner::from_seed(&[seed; 32], &format!("w{seed}.example")).unwrap();
        let clock: Arc<dyn Clock> = Arc::<FixedClock>::clone(clock);
        let at = Cosigning::new(cosigner, logs.to_vec(), Arc::<Notes>::clone(&notes), clock);
        Arc::new(Self { at: Arc::new(at), notes, is_down: AtomicBool::new(false) })
    }

    /// A witness started anew that remembers what this one had remembered.
    fn again(&self, seed: u8, logs: &[VerifyingKey], clock: &Arc<FixedClock>) -> Cosigning {
        let cosigner = Cosigner::from_seed(&[seed; 32], &format!("w{seed}.example")).unwrap();
        Cosigning::new(
            cosigner,
            logs.to_vec(),
            Arc::<Notes>::clone(&self.notes),
            Arc::<FixedClock>::clone(clock),
        )
    }
}

/// The way to some witnesses, by the host in the URL.
struct Way(Vec<Arc<Friend>>);

impl Outbound for Way {
    fn send(&self, request: OutboundRequest) -> BoxFuture<'_, Result<OutboundResponse, OutboundError>> {
        let host =
            |friend: &&Arc<Friend>| request.url.starts_with(&format!("https://{}/", friend.at.key().name()));
        let friend = self.0.iter().find(host).map(Arc::clone);
        Box::pin(async move {
            let friend = friend.ok_or(OutboundError::NotInRegister { host: "nobody".into() })?;
            if friend.is_down.load(Ordering::SeqCst) {
                return Err(OutboundError::NotSent("refused".into()));
            }
            let answer = match request.method {
                Method::Post => friend.at.add_checkpoint(&request.body),
                _ => friend.at.newest(request.url.rsplit('/').nth(1).unwrap()),
            };
            let headers = vec![("content-type".to_owned(), answer.content_type.to_owned())];
            Ok(OutboundResponse { status: answer.status, headers, body: Bytes::from(answer.body) })
        })
    }
}

fn ask(friends: &[Arc<Friend>], quorum: usize) -> Option<Witnesses> {
    let peers = friends.iter().map(|friend| {
        let key = friend.at.key();
        Peer { recipient: "witness".into(), url: format!("https://{}", key.name()), key }
    });
    let peers = peers.collect();
    Some(Witnesses { out: Arc::new(Way(friends.to_vec())), peers, quorum })
}

async fn home_with(seeds: &[u8], quorum: usize) -> (Home, Vec<Arc<Friend>>) {
    let mut home = Home::new().await;
    let key = home.engine.log_key();
    let friends: Vec<_> =
        seeds.iter().map(|seed| Friend::new(*seed, std::slice::from_ref(&key), &home.clock)).collect();
    home.witnesses = ask(&friends, quorum);
    (home.restart(|_| ()).await.unwrap(), friends)
}

async fn problems(engine: &Engine) -> Vec<Problem> {
    engine.ask_witnesses().await.unwrap().into_iter().map(|(_, problem)| problem).collect()
}

/// Who signed the checkpoint that is served.
async fn served_by(home: &Home, friends: &[Arc<Friend>]) -> Vec<String> {
    let note = views::log::checkpoint(&home.engine).await.unwrap().unwrap();
    let keys: Vec<_> = friends.iter().map(|friend| friend.at.key()).collect();
    let opened = Checkpoint::open(&note, &home.engine.log_key(), &keys).unwrap();
    opened.witnessed_by.into_iter().map(|(name, _)| name).collect()
}

#[tokio::test]
async fn claim_b2_a_proof_carries_the_time_at_which_a_witness_saw_it() {
    let (home, friends) = home_with(&[1], 1).await;
    let lead = home.opt_in("5550001", "hello").await;
    let at = home.clock.now();
    assert_eq!(problems(&home.engine).await, []);
    home.clock.advance(Span::days(30));
    let file = views::leads::proof(&home.engine, &home.actor(), lead, None).await.unwrap();
    let verified = proof::verify(&file, &home.engine.log_key(), &[friends[0].at.key()]).unwrap();
    let [(name, seen)] = verified.witnessed_by.as_slice() else { panic!("one witness") };
    assert_eq!(name, "w1.example");
    assert!(seen.since(at).0.abs() < Span::days(1).0, "{seen:?} is not {at:?}");
    assert_eq!(served_by(&home, &friends).await, ["w1.example"]);
}

#[tokio::test]
async fn a_witness_that_is_down_stops_nothing_and_is_caught_up_with_the_next_checkpoint() {
    let (home, friends) = home_with(&[1, 2], 2).await;
    pend(&home, 100, 10).await;
    home.engine.checkpoint().await.unwrap();
    assert_eq!(problems(&home.engine).await, []);
    friends[1].is_down.store(true, Ordering::SeqCst);
    let lead = home.opt_in("5550001", "hello").await;
    assert_eq!(problems(&home.engine).await, [Problem::Unreachable]);
    home.engine.compare_with_witnesses().await.unwrap();
    assert_eq!(served_by(&home, &friends).await, ["w1.example"]);
    let keys: Vec<_> = friends.iter().map(|friend| friend.at.key()).collect();
    // The proof takes what there is until the other is back.
    let names = |file: Vec<u8>| {
        let verified = proof::verify(&file, &home.engine.log_key(), &keys).unwrap();
        (verified.size, verified.witnessed_by.into_iter().map(|(name, _)| name).collect::<Vec<_>>())
    };
    let (size, one) = names(views::leads::proof(&home.engine, &home.actor(), lead, None).await.unwrap());
    assert_eq!(one, ["w1.example"]);
    friends[1].is_down.store(false, Ordering::SeqCst);
    pend(&home, 101, 5).await;
    home.engine.checkpoint().await.unwrap();
    assert_eq!(problems(&home.engine).await, []);
    // One more checkpoint that nobody has signed yet: the proof stays with the one that both did.
    pend(&home, 102, 5).await;
    home.engine.checkpoint().await.unwrap();
    let proof = names(views::leads::proof(&home.engine, &home.actor(), lead, None).await.unwrap());
    assert_eq!(proof, (size + 5, vec!["w1.example".to_owned(), "w2.example".to_owned()]));
}

#[tokio::test]
async fn claim_b2_data_and_keys_put_back_to_an_older_state_are_noticed_by_the_witness() {
    if crate::home::are_no_files() {
        return;
    }
    let (home, friends) = home_with(&[1], 1).await;
    let keep = |dir: &std::path::Path| {
        ["data.db", "keys.db"].map(|file| (file, std::fs::read(dir.join(file)).unwrap()))
    };
    let mut bare = Vec::new();
    let home = home.restart(|dir| bare.extend(keep(dir))).await.unwrap();
    pend(&home, 100, 10).await;
    home.engine.checkpoint().await.unwrap();
    let mut older = Vec::new();
    let home = home.restart(|dir| older.extend(keep(dir))).await.unwrap();
    pend(&home, 101, 10).await;
    home.engine.checkpoint().await.unwrap();
    assert_eq!(problems(&home.engine).await, []);
    // Data and key store alike, so that only somebody else can know better.
    let put_back = |state: Vec<(&'static str, Vec<u8>)>| {
        move |dir: &std::path::Path| {
            for (file, bytes) in &state {
                std::fs::write(dir.join(file), bytes).unwrap();
            }
        }
    };
    let home = home.restart(put_back(bare)).await.unwrap();
    assert_eq!(problems(&home.engine).await, [Problem::RolledBack], "to before the first checkpoint");
    let home = home.restart(put_back(older)).await.unwrap();
    let refused = home.engine.compare_with_witnesses().await.unwrap_err().to_string();
    assert!(
        refused.contains("w1.example holds a longer log") && refused.contains("restore newer data"),
        "{refused}"
    );
    // Whoever writes on has forked the log, and the witness does not sign that either.
    pend(&home, 102, 30).await;
    home.engine.checkpoint().await.unwrap();
    assert_eq!(problems(&home.engine).await, [Problem::Forked]);
    let refused = home.engine.compare_with_witnesses().await.unwrap_err();
    assert!(matches!(&refused, EngineError::Log(text) if text.contains("another history")), "{refused}");
    assert_eq!(served_by(&home, &friends).await, [""; 0]);
    let view = views::log::standing(&home.engine).await.unwrap();
    assert_eq!(view.witnesses[0].problem.map(Problem::code), Some("forked"));
}

#[tokio::test]
async fn a_witness_cannot_make_up_that_the_log_was_rolled_back() {
    struct Liar(Cosigner, SigningKey);
    impl Outbound for Liar {
        fn send(&self, request: OutboundRequest) -> BoxFuture<'_, Result<OutboundResponse, OutboundError>> {
            let (status, body) = match request.method {
                Method::Post => (409, "999999\n".to_owned()),
                _ => {
                    let root = ledger::leaf(b"made up");
                    let claimed = Checkpoint { origin: self.1.name().to_owned(), size: 999_999, root };
                    (200, self.0.cosign(&claimed.sign(&self.1).unwrap(), Timestamp::from_secs(9)).unwrap())
                }
            };
            Box::pin(async move { Ok(OutboundResponse { status, headers: vec![], body: Bytes::from(body) }) })
        }
    }
    let mut home = Home::new().await;
    let name = home.engine.log_key().name().to_owned();
    let cosigner = Cosigner::from_seed(&[1; 32], "liar.example").unwrap();
    let key = cosigner.witness_key();
    let out = Arc::new(Liar(cosigner, SigningKey::from_seed(&[66; 32], &name).unwrap()));
    let peers = vec![Peer { recipient: "w".into(), url: "https://liar.example".into(), key }];
    home.witnesses = Some(Witnesses { out, peers, quorum: 1 });
    let home = home.restart(|_| ()).await.unwrap();
    pend(&home, 100, 10).await;
    home.engine.checkpoint().await.unwrap();
    assert_eq!(problems(&home.engine).await, [Problem::Senseless]);
    home.engine.compare_with_witnesses().await.unwrap();
}

#[tokio::test]
async fn a_witness_that_does_not_know_the_log_or_the_register_is_told_apart() {
    let (mut home, _) = home_with(&[], 1).await;
    pend(&home, 100, 3).await;
    home.engine.checkpoint().await.unwrap();
    let stranger = Friend::new(1, &[], &home.clock);
    let impostor = SigningKey::from_seed(&[66; 32], home.engine.log_key().name()).unwrap().verifying_key();
    let mistaken = Friend::new(2, &[impostor], &home.clock);
    home.witnesses = ask(&[stranger, mistaken], 1);
    let nobody = Friend::new(3, &[], &home.clock);
    if let (Some(all), Some(more)) = (&mut home.witnesses, ask(&[nobody], 1)) {
        all.peers.extend(more.peers);
    }
    let home = home.restart(|_| ()).await.unwrap();
    assert_eq!(problems(&home.engine).await, [Problem::Unknown, Problem::OtherKey, Problem::Unregistered]);
}

/// A request to sign so many of a log's entries; another `kind` is another history.
fn request(key: &SigningKey, kind: u8, old: u64, size: u64) -> Vec<u8> {
    let (mut tree, mut tiles) = (Tree::new(), ledger::Tiles::new());
    let leaves: Vec<_> = (0..size).map(|n| ledger::leaf(&[kind, u8::try_from(n).unwrap()])).collect();
    tiles.apply(tree.append(&leaves));
    let checkpoint = Checkpoint { origin: key.name().to_owned(), size, root: tree.root() };
    let proof = ledger::path::consistency(old, size, &tiles).unwrap();
    Request { old, proof, note: checkpoint.sign(key).unwrap() }.to_text().into_bytes()
}

#[test]
fn claim_b2_a_witness_killed_between_keeping_and_answering_never_signs_a_second_history() {
    let clock = Arc::new(FixedClock::new());
    let log = SigningKey::from_seed(&[7; 32], "log.example").unwrap();
    let logs = [log.verifying_key()];
    let friend = Friend::new(1, &logs, &clock);
    let sign = |witness: &Cosigning, body: &[u8]| witness.add_checkpoint(body).status;
    assert_eq!(sign(&friend.at, &request(&log, 0, 0, 5)), 200);
    // Not kept: nothing was signed, and either history may go on, but only one.
    friend.notes.fails_before.store(true, Ordering::SeqCst);
    assert_eq!(sign(&friend.at, &request(&log, 0, 5, 9)), 503);
    friend.notes.fails_before.store(false, Ordering::SeqCst);
    let started_anew = friend.again(1, &logs, &clock);
    assert_eq!(started_anew.add_checkpoint(&request(&log, 0, 0, 9)).body, "5\n");
    // Kept, and no answer given: the other history is refused from here on.
    friend.notes.fails_after.store(true, Ordering::SeqCst);
    assert_eq!(sign(&started_anew, &request(&log, 0, 5, 9)), 503);
    friend.notes.fails_after.store(false, Ordering::SeqCst);
    let started_anew = friend.again(1, &logs, &clock);
    for (other, status) in [
        (request(&log, 1, 5, 9), 409),
        (request(&log, 1, 9, 9), 422),
        (request(&log, 1, 9, 12), 422),
        (request(&log, 0, 0, 5), 409),
        (request(&log, 0, 9, 9), 200),
        (request(&log, 0, 9, 12), 200),
    ] {
        assert_eq!(sign(&started_anew, &other), status, "{}", String::from_utf8_lossy(&other));
    }
}

#[test]
fn a_damaged_memory_signs_nothing_and_is_noticed_at_the_start() {
    let clock = Arc::new(FixedClock::new());
    let log = SigningKey::from_seed(&[7; 32], "log.example").unwrap();
    let friend = Friend::new(1, &[log.verifying_key()], &clock);
    friend.at.check().unwrap();
    assert_eq!(friend.at.add_checkpoint(&request(&log, 0, 0, 5)).status, 200);
    friend.at.check().unwrap();
    let place = Cosigning::place("log.example");
    let good = friend.at.newest(&place).body;
    for damaged in
        [String::new(), good.replacen("\n5\n", "\n4\n", 1), good.replace("w1.example ", "w1.example A")]
    {
        friend.notes.kept.lock().unwrap().insert(place.clone(), damaged);
        assert!(friend.at.check().unwrap_err().contains("log.example"));
        assert_eq!(friend.at.add_checkpoint(&request(&log, 0, 5, 9)).status, 503);
        assert_eq!(friend.at.newest(&place).status, 503);
    }
}

#[test]
fn the_same_again_gets_the_same_signature_and_time_never_goes_back() {
    let clock = Arc::new(FixedClock::new());
    let log = SigningKey::from_seed(&[7; 32], "log.example").unwrap();
    let friend = Friend::new(1, &[log.verifying_key()], &clock);
    let first = friend.at.add_checkpoint(&request(&log, 0, 0, 5));
    clock.advance(Span::secs(100));
    assert_eq!(friend.at.add_checkpoint(&request(&log, 0, 5, 5)), first);
    let note = |body: &str| {
        let (size, kept) = (friend.at.newest(&Cosigning::place("log.example")).body, body.to_owned());
        assert!(size.ends_with(&kept), "what is kept is what was answered");
        let opened = Checkpoint::open(&size, &log.verifying_key(), &[friend.at.key()]).unwrap();
        (opened.checkpoint.size, opened.witnessed_by[0].1)
    };
    let second = friend.at.add_checkpoint(&request(&log, 0, 5, 6)).body;
    let (size, late) = note(&second);
    assert_eq!(size, 6);
    // Somebody turned the clock back.
    clock.advance(Span(-Span::days(1).0));
    let third = friend.at.add_checkpoint(&request(&log, 0, 6, 7)).body;
    assert_eq!(note(&third), (7, late));
}

/// Letters that wait, by kind.
async fn waiting(home: &Home) -> Vec<String> {
    store::statements! { KINDS = "SELECT kind FROM mail ORDER BY id"; }
    let rows = home.data.read("kinds", |tx| tx.query(&KINDS, &[])).await.unwrap();
    rows.iter().map(|row| row.text(0).unwrap().to_owned()).collect()
}

#[tokio::test]
async fn each_week_admins_get_one_letter_with_the_newest_checkpoint_whoever_looks_and_however_often() {
    let (home, _) = home_with(&[1], 1).await;
    let link = set_up::offer(&home.engine, home.brand).await.unwrap().unwrap();
    let link = link.reveal().rsplit('/').next().unwrap().to_owned();
    let form = SetUp {
        name: "Sample Admin".into(),
        email: "admin@corner.example.com".into(),
        password: Personal::from(ADMIN_PASSWORD),
        language: "en".into(),
        documents: texts(),
    };
    set_up::set_up(&home.engine, home.brand, &link, form).await.unwrap();
    let before = waiting(&home).await;
    let grow = async |seed| {
        pend(&home, seed, 3).await;
        home.engine.checkpoint().await.unwrap();
    };
    // The week in which it begins.
    grow(100).await;
    assert_eq!(problems(&home.engine).await, []);
    assert_eq!(home.engine.mail_checkpoint().await.unwrap(), 0);
    // A week without anything new has nothing to tell. It is the noon of a Monday.
    home.clock.advance(Span::days(8));
    assert_eq!(home.engine.mail_checkpoint().await.unwrap(), 0);
    // Not before the witness has signed, then once.
    grow(101).await;
    assert_eq!(home.engine.mail_checkpoint().await.unwrap(), 0);
    assert_eq!(problems(&home.engine).await, []);
    let another = home.another().await.unwrap();
    let both = tokio::join!(home.engine.mail_checkpoint(), another.mail_checkpoint());
    assert_eq!(both.0.unwrap() + both.1.unwrap(), 1);
    for engine in [&home.engine, &another] {
        assert_eq!(engine.mail_checkpoint().await.unwrap(), 0);
    }
    let all = waiting(&home).await;
    assert_eq!(all.len(), before.len() + 1);
    assert_eq!(all.last().map(String::as_str), Some("weekly_checkpoint"));
    home.clock.advance(Span::days(7));
    grow(102).await;
    assert_eq!(problems(&home.engine).await, []);
    assert_eq!(home.engine.mail_checkpoint().await.unwrap(), 1);
}
