//! A second factor that is demanded: when it is owed, what counts as one, that the last one stays whoever takes off
//! what at the same moment, and that no session goes on or begins without it.

use crate::passkeys::{add, sign_in as by_passkey};
use crate::people::{EMAIL, PASSWORD, Town, code, here};
use engine::actions::sign_in::{self, SignedIn};
use engine::actions::{passkeys, recovery, security};
use engine::views::account;
use engine::views::audit::{self, Filter};
use engine::{EngineError, SecondFactor};
use model::personal::Personal;
use model::time::{Clock, Span};
use testkit::authenticator::Authenticator;

store::statements! {
    ROLE = "UPDATE account SET role = $1 WHERE id = $2";
}

/// Somebody who is signed in where a second factor is demanded.
async fn obliged(demand: SecondFactor) -> (Town, SignedIn) {
    let mut town = Town::new().await;
    town.settle_in().await;
    town.home.demand(demand).await;
    let who = town.sign_in().await;
    (town, who)
}

async fn owes(town: &Town, who: &SignedIn) -> bool {
    account::greeting(&town.home.engine, who).await.unwrap().owes_factor
}

/// Codes of an app, from begin to the first code; the app's secret.
async fn codes(town: &Town, who: &SignedIn) -> Result<String, EngineError> {
    let engine = &town.home.engine;
    let new = security::begin_factor(engine, who).await?;
    let first = code(new.secret.reveal(), town.home.clock.now());
    security::confirm_factor(engine, who, &first, &here()).await?;
    Ok(new.secret.reveal().clone())
}

/// Switches them off by the code of half a minute later.
async fn off(town: &Town, who: &SignedIn, secret: &str) -> Result<(), EngineError> {
    town.home.clock.advance(Span::secs(30));
    let next = code(secret, town.home.clock.now());
    security::remove_factor(&town.home.engine, who, &Personal::from(PASSWORD), &next, &here()).await
}

fn is_last<T>(came: &Result<T, EngineError>) -> bool {
    matches!(came, Err(EngineError::Invalid { field: "second_factor", .. }))
}

#[tokio::test]
async fn claim_f10_whoever_is_obliged_owes_a_factor_until_there_is_one_and_keeps_the_last() {
    let (town, who) = obliged(SecondFactor::Everyone).await;
    let engine = &town.home.engine;
    assert!(owes(&town, &who).await);
    // One that no code has confirmed is none.
    security::begin_factor(engine, &who).await.unwrap();
    assert!(owes(&town, &who).await);
    let secret = codes(&town, &who).await.unwrap();
    assert!(!owes(&town, &who).await);
    // A refusal costs no code: the very same switches it off later.
    town.home.clock.advance(Span::secs(30));
    let next = code(&secret, town.home.clock.now());
    let password = Personal::from(PASSWORD);
    let refused = security::remove_factor(engine, &who, &password, &next, &here()).await;
    assert!(is_last(&refused), "{refused:?}");
    assert!(account::get(engine, &who).await.unwrap().has_second_factor);
    let mut phone = Authenticator::p256("phone");
    let passkey = add(&town, &who, "My phone", &mut phone).await.unwrap();
    security::remove_factor(engine, &who, &password, &next, &here()).await.unwrap();
    assert!(!owes(&town, &who).await);
    let refused = passkeys::remove(engine, &who, passkey).await;
    assert!(is_last(&refused), "{refused:?}");
    let tablet = add(&town, &who, "My tablet", &mut Authenticator::ed25519("tablet")).await.unwrap();
    passkeys::remove(engine, &who, passkey).await.unwrap();
    assert!(is_last(&passkeys::remove(engine, &who, tablet).await));
    codes(&town, &who).await.unwrap();
    passkeys::remove(engine, &who, tablet).await.unwrap();
    assert!(!owes(&town, &who).await);
}

#[tokio::test]
async fn claim_f10_beside_a_passkey_that_is_demanded_the_password_alone_begins_no_session() {
    let (town, who) = obliged(SecondFactor::Everyone).await;
    let engine = &town.home.engine;
    let mut phone = Authenticator::p256("phone");
    add(&town, &who, "My phone", &mut phone).await.unwrap();
    town.home.clock.advance(Span::secs(1));
    let sessions = account::sessions(engine, &who).await.unwrap().len();
    assert!(matches!(town.try_in(PASSWORD, &here()).await, Err(EngineError::NeedsPasskey)));
    assert_eq!(account::history(engine, &who).await.unwrap()[0].outcome, "second_factor");
    assert_eq!(account::sessions(engine, &who).await.unwrap().len(), sessions);
    // Whoever does not know the password learns nothing of passkeys.
    let wrong = town.try_in("wrong-wrong-wrong", &here()).await;
    assert!(matches!(wrong, Err(EngineError::WrongCredentials)));
    let begun = by_passkey(&town, &mut phone).await.unwrap();
    assert!(!begun.needs_second_factor && town.who(&begun).await.is_some());
    // With codes beside it the password is the first of two.
    codes(&town, &who).await.unwrap();
    assert!(town.try_in(PASSWORD, &here()).await.unwrap().needs_second_factor);
    // Whoever has lost the device has a link sent, which takes it off; then one is owed again.
    recovery::forgotten(engine, town.home.brand, EMAIL, &here()).await.unwrap();
    let link = town.link("password_forgotten").await;
    let new = Personal::from("quiet-lantern-mosaic-38");
    recovery::reset(engine, town.home.brand, &link, &new, &here()).await.unwrap();
    let half = town.try_in(new.reveal(), &here()).await.unwrap();
    assert!(half.needs_second_factor, "the codes stay");
}

#[tokio::test]
async fn claim_u3_what_this_was_not_me_takes_off_is_owed_again() {
    let (town, who) = obliged(SecondFactor::Everyone).await;
    let engine = &town.home.engine;
    add(&town, &who, "Not my phone", &mut Authenticator::p256("phone")).await.unwrap();
    let link = town.link("two_factor_changed").await;
    assert!(recovery::not_me(engine, town.home.brand, &link).await.unwrap());
    let link = town.link("password_forgotten").await;
    let new = Personal::from("quiet-lantern-mosaic-38");
    recovery::reset(engine, town.home.brand, &link, &new, &here()).await.unwrap();
    let begun = town.try_in(new.reveal(), &here()).await.unwrap();
    let who = town.who(&begun).await.unwrap();
    assert!(owes(&town, &who).await);
}

#[tokio::test]
async fn claim_f10_a_role_that_is_taken_during_a_session_counts_from_the_next_request() {
    let (town, who) = obliged(SecondFactor::Admins).await;
    let role = |role: &'static str| {
        let (data, account) = (town.home.data.clone(), who.actor.account);
        async move {
            let write = move |tx: &store::Tx<'_>| tx.execute(&ROLE, &store::params![role, account]);
            assert_eq!(data.write("role", write).await.unwrap(), 1);
        }
    };
    assert!(!owes(&town, &who).await, "users are not obliged");
    let passkey = add(&town, &who, "My phone", &mut Authenticator::p256("phone")).await.unwrap();
    // The role is there before the removal's commit: it is the commit that counts.
    role("admin").await;
    assert!(is_last(&passkeys::remove(&town.home.engine, &who, passkey).await));
    assert!(!owes(&town, &who).await);
    role("user").await;
    passkeys::remove(&town.home.engine, &who, passkey).await.unwrap();
    role("admin").await;
    assert!(owes(&town, &who).await);
}

#[tokio::test]
async fn claim_f10_the_first_factor_ends_the_sessions_that_were_begun_without_one() {
    for is_demanded in [true, false] {
        let demand = if is_demanded { SecondFactor::Everyone } else { SecondFactor::Offered };
        let (town, who) = obliged(demand).await;
        let engine = &town.home.engine;
        let other = town.try_in(PASSWORD, &here()).await.unwrap();
        let stranger = town.who(&other).await.unwrap();
        // The other one is in the midst of setting up codes of its own.
        let theirs = security::begin_factor(engine, &stranger).await.unwrap();
        add(&town, &who, "My phone", &mut Authenticator::p256("phone")).await.unwrap();
        assert_eq!(town.who(&other).await.is_none(), is_demanded);
        let first = code(theirs.secret.reveal(), town.home.clock.now());
        let late = security::confirm_factor(engine, &stranger, &first, &here()).await;
        assert_eq!(matches!(late, Err(EngineError::Conflict(_))), is_demanded, "{late:?}");
        assert!(sign_in::find(engine, town.home.brand, "nobody's").await.unwrap().is_none());
        let entries = audit::list(engine, &town.admin(), Filter::default(), None, 50).await.unwrap();
        let kinds: Vec<&str> = entries.iter().map(|entry| entry.kind.as_str()).collect();
        assert_eq!(kinds.contains(&"other_sessions_ended"), is_demanded, "{kinds:?}");
        assert!(kinds.contains(&"passkey_added"));
    }
}

/// Both are taken off at the same moment: one goes, the other stays.
#[tokio::test(flavor = "multi_thread")]
async fn claim_f10_two_factors_that_are_taken_off_at_once_leave_one() {
    let (town, who) = obliged(SecondFactor::Everyone).await;
    let engine = &town.home.engine;
    let mut passkey = Some(add(&town, &who, "My phone", &mut Authenticator::p256("phone")).await.unwrap());
    let mut secret = None;
    for round in 0..6 {
        let id = match passkey {
            Some(id) => id,
            None => add(&town, &who, "Anew", &mut Authenticator::p256("anew")).await.unwrap(),
        };
        let own = match &secret {
            Some(own) => String::clone(own),
            None => codes(&town, &who).await.unwrap(),
        };
        let (codes_off, passkey_off) =
            tokio::join!(off(&town, &who, &own), passkeys::remove(engine, &who, id));
        assert_ne!(codes_off.is_ok(), passkey_off.is_ok(), "{round}: {codes_off:?}, {passkey_off:?}");
        assert!(!owes(&town, &who).await, "{round}");
        passkey = passkey_off.is_err().then_some(id);
        secret = codes_off.is_err().then_some(own);
    }
}
