//! What an account withstands: somebody who signs up with another's address, an intruder who settles in, a
//! stranger who guesses or measures, two changes at the same time.

use crate::people::{EMAIL, PASSWORD, PHONE, Town, code, here};
use engine::actions::sign_in::{self, Attempt};
use engine::actions::sign_up::SignUp;
use engine::actions::{recovery, security, tokens};
use engine::views::account;
use engine::{EngineError, TokenScope, Whence};
use model::personal::Personal;
use model::time::{Clock, Span};
use std::path::Path;

const OTHER_PASSWORD: &str = "walnut-ferry-lamp-22";

fn elsewhere(address: &str) -> Whence {
    Whence::new(address.parse().ok(), Some(PHONE))
}

#[tokio::test]
async fn claim_u2_whoever_signed_up_with_anothers_address_gets_nothing_by_its_owners_click() {
    let town = Town::new().await;
    let squatter = SignUp { password: Personal::from(OTHER_PASSWORD), ..town.form().await };
    town.register(squatter).await.unwrap();
    let link = town.link("confirm_address").await;
    // The owner of the address opens the link and tries what they would type.
    assert!(matches!(town.confirm(&link, PASSWORD).await, Err(EngineError::WrongCredentials)));
    assert!(matches!(town.confirm(&link, "").await, Err(EngineError::WrongCredentials)));
    assert!(town.mails().await.is_empty(), "nothing was opened");
    // They may choose a password of their own by another mail; then the squatter's is over, and so is the link.
    let (engine, brand) = (&town.home.engine, town.home.brand);
    recovery::forgotten(engine, brand, EMAIL, &here()).await.unwrap();
    let reset = town.link("password_forgotten").await;
    recovery::reset(engine, brand, &reset, &Personal::from(PASSWORD), &here()).await.unwrap();
    assert!(matches!(town.try_in(OTHER_PASSWORD, &here()).await, Err(EngineError::WrongCredentials)));
    assert!(!town.confirm(&link, OTHER_PASSWORD).await.unwrap());
    town.sign_in().await;
}

#[tokio::test]
async fn claim_f6_a_new_password_that_opens_the_account_tells_that_it_is_open() {
    let town = Town::new().await;
    town.register(town.form().await).await.unwrap();
    town.mails().await;
    let (engine, brand) = (&town.home.engine, town.home.brand);
    recovery::forgotten(engine, brand, EMAIL, &here()).await.unwrap();
    let reset = town.link("password_forgotten").await;
    recovery::reset(engine, brand, &reset, &Personal::from(OTHER_PASSWORD), &here()).await.unwrap();
    let mut kinds: Vec<_> = town.mails().await.into_iter().map(|(kind, ..)| kind).collect();
    kinds.sort();
    assert_eq!(kinds, ["account_created", "password_changed"]);
    // Once.
    recovery::forgotten(engine, brand, EMAIL, &here()).await.unwrap();
    let reset = town.link("password_forgotten").await;
    recovery::reset(engine, brand, &reset, &Personal::from(PASSWORD), &here()).await.unwrap();
    let kinds: Vec<_> = town.mails().await.into_iter().map(|(kind, ..)| kind).collect();
    assert_eq!(kinds, ["password_changed"]);
}

#[tokio::test]
async fn claim_u3_a_new_address_counts_only_with_the_password() {
    let town = Town::new().await;
    town.settle_in().await;
    let who = town.sign_in().await;
    let (engine, brand, right) = (&town.home.engine, town.home.brand, Personal::from(PASSWORD));
    security::change_address(engine, &who, &right, "victim@corner.example.com", &here()).await.unwrap();
    let link = town.link("confirm_new_address").await;
    // Whoever reads the mails there opens every link, and knows no password of this account.
    let wrong = Personal::from(OTHER_PASSWORD);
    let refused = recovery::confirm_address(engine, brand, &link, &wrong, &here()).await;
    assert!(matches!(refused, Err(EngineError::WrongCredentials)));
    assert_eq!(account::get(engine, &who).await.unwrap().email.reveal(), EMAIL);
    assert!(
        recovery::confirm_address(engine, brand, &link, &right, &here()).await.unwrap(),
        "the link stays"
    );
}

#[tokio::test]
async fn claim_u3_the_way_back_leads_to_whom_the_letter_went_though_an_intruder_moved_the_account() {
    let town = Town::new().await;
    town.settle_in().await;
    town.sign_in().await;
    let (engine, brand, right) = (&town.home.engine, town.home.brand, Personal::from(PASSWORD));
    let begun = town.try_in(PASSWORD, &elsewhere("198.51.100.9")).await.unwrap();
    let not_me = town.link("new_place").await;
    // Before the owner reads that letter, the intruder moves the account.
    let thief = town.who(&begun).await.unwrap();
    security::change_address(engine, &thief, &right, "thief@corner.example.com", &here()).await.unwrap();
    let link = town.link("confirm_new_address").await;
    assert!(recovery::confirm_address(engine, brand, &link, &right, &here()).await.unwrap());
    town.mails().await;
    assert!(recovery::not_me(engine, brand, &not_me).await.unwrap());
    let mails = town.mails().await;
    let to: Vec<_> = mails.iter().map(|(kind, to, _)| (kind.as_str(), to.as_str())).collect();
    assert_eq!(to, [("password_forgotten", EMAIL)], "not to the address in force");
    let reset = mails[0].2.rsplit('/').next().unwrap();
    recovery::reset(engine, brand, reset, &Personal::from(OTHER_PASSWORD), &here()).await.unwrap();
    town.try_in(OTHER_PASSWORD, &here()).await.unwrap();
}

#[tokio::test]
async fn claim_u3_this_was_not_me_takes_off_the_second_factor_however_old_and_a_mailed_link_alone_does_not() {
    for days in [0, 3, 9] {
        let town = Town::new().await;
        town.settle_in().await;
        let who = town.sign_in().await;
        let (engine, brand, clock) = (&town.home.engine, town.home.brand, &town.home.clock);
        let new = security::begin_factor(engine, &who).await.unwrap();
        let right = code(new.secret.reveal(), clock.now());
        security::confirm_factor(engine, &who, &right, &here()).await.unwrap();
        town.mails().await;
        clock.advance(Span::days(days));
        // A letter of some days later.
        recovery::forgotten(engine, brand, EMAIL, &here()).await.unwrap();
        let reset = town.link("password_forgotten").await;
        recovery::reset(engine, brand, &reset, &Personal::from(OTHER_PASSWORD), &here()).await.unwrap();
        let not_me = town.link("password_changed").await;
        let begun = town.try_in(OTHER_PASSWORD, &here()).await.unwrap();
        assert!(begun.needs_second_factor, "after {days} days");
        assert!(recovery::not_me(engine, brand, &not_me).await.unwrap());
        let reset = town.link("password_forgotten").await;
        recovery::reset(engine, brand, &reset, &Personal::from(PASSWORD), &here()).await.unwrap();
        let begun = town.try_in(PASSWORD, &here()).await.unwrap();
        assert!(!begun.needs_second_factor, "after {days} days");
    }
}

#[tokio::test]
async fn claim_u3_tokens_end_with_a_password_by_a_link_and_with_a_change_that_says_so() {
    let town = Town::new().await;
    town.settle_in().await;
    let who = town.sign_in().await;
    let (engine, brand, account) = (&town.home.engine, town.home.brand, who.actor.account);
    let made = || async {
        tokens::create(engine, brand, account, &TokenScope::ALL, None).await.unwrap().1.reveal().clone()
    };
    let is_good = |token: String| async move {
        engine::views::tokens::authenticate(engine, brand, &token).await.unwrap().is_some()
    };
    let (one, two) = (Personal::from(PASSWORD), Personal::from(OTHER_PASSWORD));
    let token = made().await;
    security::change_password(engine, &who, &one, &two, false, &here()).await.unwrap();
    assert!(is_good(token.clone()).await, "kept, because that was chosen");
    security::change_password(engine, &who, &two, &one, true, &here()).await.unwrap();
    assert!(!is_good(token).await);
    let token = made().await;
    town.mails().await;
    recovery::forgotten(engine, brand, EMAIL, &here()).await.unwrap();
    let reset = town.link("password_forgotten").await;
    recovery::reset(engine, brand, &reset, &two, &here()).await.unwrap();
    assert!(!is_good(token).await);
}

#[tokio::test]
async fn two_changes_at_the_same_time_do_not_write_each_others_past_back() {
    let town = Town::new().await;
    town.settle_in().await;
    let who = town.sign_in().await;
    let (engine, brand, right) = (&town.home.engine, town.home.brand, Personal::from(PASSWORD));
    for round in 0..6 {
        let moved = format!("moved{round}@corner.example.com");
        security::change_address(engine, &who, &right, &moved, &here()).await.unwrap();
        let link = town.link("confirm_new_address").await;
        let is_moved = std::cell::Cell::new(false);
        // One change of the name after the other, so that one of them is always between looking and writing.
        let renamed = async {
            let mut number = 0;
            while !is_moved.get() {
                number += 1;
                security::change_profile(engine, &who, &format!("Name {number}"), "en", "").await.unwrap();
            }
            format!("Name {number}")
        };
        let confirmed = async {
            while let Err(error) = recovery::confirm_address(engine, brand, &link, &right, &here()).await {
                assert!(matches!(error, EngineError::Conflict(_)), "{error}");
                town.home.clock.advance(Span::minutes(1));
            }
            is_moved.set(true);
        };
        let (name, ()) = tokio::join!(renamed, confirmed);
        let view = account::get(engine, &who).await.unwrap();
        assert_eq!((view.name.reveal(), view.email.reveal()), (&name, &moved));
        town.mails().await;
        town.home.clock.advance(Span::minutes(1));
        engine.tidy_sessions().await.unwrap();
    }
}

#[tokio::test]
async fn a_proof_is_the_password_and_lasts_for_minutes() {
    let town = Town::new().await;
    town.settle_in().await;
    let begun = town.try_in(PASSWORD, &here()).await.unwrap();
    let (engine, clock) = (&town.home.engine, &town.home.clock);
    assert!(town.who(&begun).await.unwrap().is_proved(clock.now()), "just signed in");
    clock.advance(Span::minutes(16));
    let who = town.who(&begun).await.unwrap();
    assert!(!who.is_proved(clock.now()));
    let wrong = security::prove(engine, &who, &Personal::from(OTHER_PASSWORD), &here()).await;
    assert!(matches!(wrong, Err(EngineError::WrongCredentials)));
    assert!(!town.who(&begun).await.unwrap().is_proved(clock.now()));
    let begun = security::prove(engine, &who, &Personal::from(PASSWORD), &here()).await.unwrap();
    assert!(town.who(&begun).await.unwrap().is_proved(clock.now()));
    clock.advance(Span::minutes(16));
    let who = town.who(&begun).await.unwrap();
    assert!(!who.is_proved(clock.now()));
    sign_in::sign_out(engine, &who).await.unwrap();
    assert!(security::prove(engine, &who, &Personal::from(PASSWORD), &here()).await.is_err(), "ended");
}

#[tokio::test]
async fn strangers_who_guess_do_not_keep_an_owner_out() {
    let town = Town::new().await;
    town.settle_in().await;
    let begun = town.try_in(PASSWORD, &here()).await.unwrap();
    let mut waits = 0;
    for number in 0..120 {
        let from = elsewhere(&format!("198.51.100.{number}"));
        waits += usize::from(matches!(town.try_in("wrong", &from).await, Err(EngineError::TooMany { .. })));
    }
    assert!(waits > 0, "many places together are slowed");
    town.try_in(PASSWORD, &here()).await.unwrap();
    let who = town.who(&begun).await.unwrap();
    security::prove(&town.home.engine, &who, &Personal::from(PASSWORD), &here()).await.unwrap();
    // Even at a place where nobody knows the owner there is a way in: by the mail.
    let abroad = elsewhere("203.0.113.77");
    assert!(matches!(town.try_in(PASSWORD, &abroad).await, Err(EngineError::TooMany { .. })));
    let (engine, brand) = (&town.home.engine, town.home.brand);
    town.mails().await;
    recovery::forgotten(engine, brand, EMAIL, &abroad).await.unwrap();
    let reset = town.link("password_forgotten").await;
    recovery::reset(engine, brand, &reset, &Personal::from(OTHER_PASSWORD), &abroad).await.unwrap();
    town.try_in(OTHER_PASSWORD, &abroad).await.unwrap();
}

/// Commits that stand in a database's write-ahead log: frames that name the database's size
/// (SQLite's file format, 4.1).
fn commits(dir: &Path, name: &str) -> usize {
    let log = std::fs::read(dir.join(format!("{name}-wal"))).unwrap();
    let number = |at: usize| u32::from_be_bytes(log[at..at + 4].try_into().unwrap());
    let (frame, salt) = (24 + usize::try_from(number(8)).unwrap(), number(16));
    let frames = (32..log.len()).step_by(frame).filter(|at| at + frame <= log.len());
    frames.filter(|at| number(at + 8) == salt && number(at + 4) > 0).count()
}

/// Commits of data and keys, and passwords hashed.
fn work(town: &Town) -> (usize, usize, u64) {
    let dir = town.home.dir.path();
    (commits(dir, "data.db"), commits(dir, "keys.db"), town.home.engine.passwords_worked())
}

#[tokio::test]
async fn an_address_without_an_account_costs_as_much_as_one_with_one() {
    if crate::home::are_no_files() {
        return;
    }
    let town = Town::new().await;
    town.settle_in().await;
    let (engine, brand) = (&town.home.engine, town.home.brand);
    let known = EMAIL;
    let mut seen = Vec::new();
    for (number, email) in [known, "nobody@corner.example.com"].into_iter().enumerate() {
        let attempt =
            Attempt { email: email.into(), password: Personal::from("wrong-wrong-wrong"), keep_days: None };
        let before = work(&town);
        assert!(sign_in::sign_in(engine, brand, attempt, &here()).await.is_err());
        let signed_in = work(&town);
        recovery::forgotten(engine, brand, email, &here()).await.unwrap();
        let forgotten = work(&town);
        let form = SignUp { email: email.into(), ..town.form().await };
        town.register(form).await.unwrap();
        let signed_up = work(&town);
        let since = |to: (usize, usize, u64), from: (usize, usize, u64)| {
            (to.0 - from.0, to.1 - from.1, to.2 - from.2)
        };
        seen.push([since(signed_in, before), since(forgotten, signed_in), since(signed_up, forgotten)]);
        assert_eq!(seen[number], [(1, 0, 1), (1, 0, 0), (1, 1, 1)], "{email}");
    }
    assert_eq!(seen[0], seen[1]);
    // And an address that waits for its confirmation.
    let before = work(&town);
    let form = SignUp { email: "nobody@corner.example.com".into(), ..town.form().await };
    town.register(form).await.unwrap();
    let after = work(&town);
    assert_eq!((after.0 - before.0, after.1 - before.1, after.2 - before.2), (1, 1, 1));
    // What stood in for them goes.
    engine.tidy_sessions().await.unwrap();
    town.mails().await;
    town.sign_in().await;
}

store::statements! {
    pair BREAK = {
        sqlite: "CREATE TRIGGER broken BEFORE INSERT ON account BEGIN SELECT RAISE(ABORT, 'broken'); END",
        postgres: "ALTER TABLE account ADD CONSTRAINT broken CHECK (false) NOT VALID"
    };
    KEYS = "SELECT count(*) FROM key";
}

/// What fails may have been written all the same, when it is only the answer that was lost.
#[tokio::test]
async fn the_key_of_a_sign_up_that_may_have_been_written_is_not_destroyed() {
    let town = Town::new().await;
    let engine = &town.home.engine;
    let keys = async || {
        let count = |tx: &store::Tx<'_>| tx.query_one(&KEYS, &[])?.int(0);
        let counted: Result<i64, store::StoreError> = town.home.keys.read("keys", count).await;
        counted.unwrap()
    };
    let before = keys().await;
    town.home.data.write("break", |tx: &store::Tx<'_>| tx.execute(&BREAK, &[])).await.unwrap();
    let failed = town.register(town.form().await).await;
    assert!(matches!(failed, Err(EngineError::Store(_))), "{failed:?}");
    engine.tidy_sessions().await.unwrap();
    assert_eq!(keys().await, before + 1);
}
