//! Passkeys, from a device in software: added, signed in with, given as a proof, taken off; and all that is no
//! passkey of this account, brand, site or moment.

use crate::home::find;
use crate::people::{EMAIL, PASSWORD, PHONE, Town, code, here};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use engine::actions::passkeys::{self, Site};
use engine::actions::sign_in::{self, Begun, SignedIn};
use engine::actions::{recovery, security};
use engine::views::account;
use engine::views::audit::{self, Filter};
use engine::views::passkeys::list;
use engine::{EngineError, Whence};
use model::id::PasskeyId;
use model::personal::Personal;
use model::time::{Clock, Span};
use testkit::authenticator::{Authenticator, Moment};

const HOST: &str = "bakery.example";
const ORIGIN: &str = "https://bakery.example";

fn site() -> Site {
    Site::of_host(HOST)
}

fn moment(challenge: &Personal<String>) -> Moment {
    Moment::new(challenge.reveal(), ORIGIN, HOST)
}

pub async fn add(
    town: &Town,
    who: &SignedIn,
    name: &str,
    device: &mut Authenticator,
) -> Result<PasskeyId, EngineError> {
    let engine = &town.home.engine;
    let offer = passkeys::begin_adding(engine, who).await?;
    device.user = BASE64_URL_SAFE_NO_PAD.decode(&offer.user).ok();
    let answer = device.make(&moment(&offer.challenge));
    passkeys::add(engine, who, name, &answer, &site()).await
}

async fn ask(town: &Town) -> Personal<String> {
    passkeys::begin_sign_in(&town.home.engine, town.home.brand, &here()).await.unwrap().challenge
}

async fn enter(town: &Town, answer: &str) -> Result<Begun, EngineError> {
    passkeys::sign_in(&town.home.engine, town.home.brand, answer, None, &site(), &here()).await
}

pub async fn sign_in(town: &Town, device: &mut Authenticator) -> Result<Begun, EngineError> {
    let challenge = ask(town).await;
    enter(town, &device.answer(&moment(&challenge))).await
}

async fn at_home() -> (Town, SignedIn) {
    let town = Town::new().await;
    town.settle_in().await;
    let who = town.sign_in().await;
    (town, who)
}

fn is_refused<T>(came: Result<T, EngineError>) -> bool {
    matches!(came, Err(EngineError::WrongCredentials))
}

#[tokio::test]
async fn a_passkey_signs_in_without_password_and_code_and_is_listed_with_its_last_use() {
    let (town, who) = at_home().await;
    let engine = &town.home.engine;
    // A second factor is on; the passkey is worth both.
    let new = security::begin_factor(engine, &who).await.unwrap();
    let code = crate::people::code(new.secret.reveal(), town.home.clock.now());
    security::confirm_factor(engine, &who, &code, &here()).await.unwrap();
    let (mut phone, mut laptop) = (Authenticator::p256("phone"), Authenticator::ed25519("laptop"));
    add(&town, &who, "My phone", &mut phone).await.unwrap();
    // Listed in the order in which they were made, to the millisecond.
    town.home.clock.advance(Span::secs(1));
    add(&town, &who, "My laptop", &mut laptop).await.unwrap();
    town.home.clock.advance(Span::minutes(3));
    let begun = sign_in(&town, &mut phone).await.unwrap();
    assert!(!begun.needs_second_factor && begun.kept_until.is_none());
    let found = town.who(&begun).await.unwrap();
    assert_eq!(found.actor.account, who.actor.account);
    assert!(found.is_proved(town.home.clock.now()));
    let listed = list(engine, &who).await.unwrap();
    let seen: Vec<_> = listed.iter().map(|own| (own.name.reveal().as_str(), own.used_at.is_some())).collect();
    assert_eq!(seen, [("My phone", true), ("My laptop", false)]);
    let kept = passkeys::begin_sign_in(engine, town.home.brand, &here()).await.unwrap();
    let answer = laptop.answer(&moment(&kept.challenge));
    let kept = passkeys::sign_in(engine, town.home.brand, &answer, Some(30), &site(), &here()).await.unwrap();
    assert!(kept.kept_until.is_some());
    assert_eq!(account::history(engine, &who).await.unwrap()[0].outcome, "signed_in");
}

#[tokio::test]
async fn claim_f6_adding_and_removing_a_passkey_is_told_by_mail() {
    let (town, who) = at_home().await;
    let engine = &town.home.engine;
    let mut phone = Authenticator::p256("phone");
    let id = add(&town, &who, "My phone", &mut phone).await.unwrap();
    let kinds = |mails: Vec<(String, String, String)>| -> Vec<(String, String)> {
        mails.into_iter().map(|(kind, to, _)| (kind, to)).collect()
    };
    let told = [("two_factor_changed".to_owned(), EMAIL.to_owned())];
    assert_eq!(kinds(town.mails().await), told);
    passkeys::remove(engine, &who, id).await.unwrap();
    assert_eq!(kinds(town.mails().await), told);
    assert!(matches!(passkeys::remove(engine, &who, id).await, Err(EngineError::NotFound(_))));
    assert!(is_refused(sign_in(&town, &mut phone).await), "removed");
    assert!(list(engine, &who).await.unwrap().is_empty());
}

#[tokio::test]
async fn claim_f2_of_a_passkey_name_and_key_lie_sealed() {
    let (town, who) = at_home().await;
    let mut phone = Authenticator::p256("phone");
    add(&town, &who, "Zeldas Telefon", &mut phone).await.unwrap();
    sign_in(&town, &mut phone).await.unwrap();
    let content = town.home.content().await;
    assert_eq!(find(&content, b"Zeldas Telefon"), None);
    assert_eq!(find(&content, &phone.own_id), None);
    let tail = &phone.own_id[8..24];
    assert_eq!(find(&content, tail), None);
}

#[tokio::test]
async fn a_challenge_is_good_once_for_minutes_and_for_what_it_was_asked_for() {
    let (town, who) = at_home().await;
    let (engine, brand) = (&town.home.engine, town.home.brand);
    let mut phone = Authenticator::p256("phone");
    add(&town, &who, "My phone", &mut phone).await.unwrap();
    // The same answer again, and another answer to the same challenge.
    let challenge = ask(&town).await;
    let answer = phone.answer(&moment(&challenge));
    enter(&town, &answer).await.unwrap();
    assert!(is_refused(enter(&town, &answer).await), "replayed");
    assert!(is_refused(enter(&town, &phone.answer(&moment(&challenge))).await), "used up");
    // Used up also by an answer that does not count.
    let challenge = ask(&town).await;
    let wrong = Authenticator::p256("phone").answer(&moment(&challenge));
    assert!(is_refused(enter(&town, &wrong).await));
    assert!(is_refused(enter(&town, &phone.answer(&moment(&challenge))).await), "used up by the wrong one");
    // Too late.
    let challenge = ask(&town).await;
    let answer = phone.answer(&moment(&challenge));
    town.home.clock.advance(Span::minutes(6));
    assert!(is_refused(enter(&town, &answer).await), "late");
    // Made up; asked for a proof; asked for adding.
    assert!(is_refused(enter(&town, &phone.answer(&moment(&Personal::from("bWFkZSB1cA")))).await));
    let proof = passkeys::begin_proof(engine, &who).await.unwrap();
    assert!(is_refused(enter(&town, &phone.answer(&moment(&proof.challenge))).await));
    let offer = passkeys::begin_adding(engine, &who).await.unwrap();
    assert!(is_refused(enter(&town, &phone.answer(&moment(&offer.challenge))).await));
    let challenge = ask(&town).await;
    let mut other = Authenticator::p256("other");
    let added = passkeys::add(engine, &who, "x", &other.make(&moment(&challenge)), &site()).await;
    assert!(matches!(added, Err(EngineError::Invalid { field: "passkey", .. })));
    // Nor is a challenge of one brand good at another.
    let there = passkeys::begin_sign_in(engine, town.home.other_brand(), &here()).await.unwrap();
    assert!(is_refused(enter(&town, &phone.answer(&moment(&there.challenge))).await));
    assert!(sign_in(&town, &mut phone).await.is_ok(), "and yet it works");
    let _ = brand;
}

#[tokio::test]
async fn a_passkey_of_one_brand_site_or_account_is_nothing_at_another() {
    let (town, who) = at_home().await;
    let engine = &town.home.engine;
    let mut phone = Authenticator::p256("phone");
    add(&town, &who, "My phone", &mut phone).await.unwrap();
    // Another brand's page, with everything right for that brand.
    let other = town.home.other_brand();
    let challenge = passkeys::begin_sign_in(engine, other, &here()).await.unwrap().challenge;
    let there = Moment::new(challenge.reveal(), "https://florist.example", "florist.example");
    let florist = Site::of_host("florist.example");
    let came = passkeys::sign_in(engine, other, &phone.answer(&there), None, &florist, &here()).await;
    assert!(is_refused(came), "another brand");
    for change in [
        (|m: &mut Moment| m.origin = "https://florist.example".into()) as fn(&mut Moment),
        |m| m.host = "florist.example".into(),
        |m| m.flags = 0b001,
        |m| m.flags = 0,
        |m| m.is_cross_origin = true,
        |m| m.kind = Some("webauthn.create"),
    ] {
        let mut asked = moment(&ask(&town).await);
        change(&mut asked);
        assert!(is_refused(enter(&town, &phone.answer(&asked)).await));
        let offer = passkeys::begin_adding(engine, &who).await.unwrap();
        let mut asked = moment(&offer.challenge);
        change(&mut asked);
        asked.kind = asked.kind.map(|_| "webauthn.get");
        let answer = Authenticator::p256("new").make(&asked);
        let added = passkeys::add(engine, &who, "x", &answer, &site()).await;
        assert!(matches!(added, Err(EngineError::Invalid { field: "passkey", .. })));
    }
    // A device that names somebody else, and one that counts backwards.
    phone.user = Some(vec![9; 16]);
    assert!(is_refused(sign_in(&town, &mut phone).await));
    phone.user = None;
    sign_in(&town, &mut phone).await.unwrap();
    phone.counter = 1;
    assert!(is_refused(sign_in(&town, &mut phone).await), "a copy");
    let wrong = account::history(engine, &who).await.unwrap();
    assert!(wrong.iter().any(|entry| entry.outcome == "wrong_passkey"));
    // The same passkey cannot be added a second time.
    assert!(matches!(
        add(&town, &who, "twice", &mut phone).await,
        Err(EngineError::Invalid { field: "passkey", .. })
    ));
    assert_eq!(list(engine, &who).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_passkey_is_a_proof_in_its_own_session_and_account() {
    let (town, who) = at_home().await;
    let engine = &town.home.engine;
    let begun = town.try_in(PASSWORD, &here()).await.unwrap();
    let mut phone = Authenticator::p256("phone");
    add(&town, &who, "My phone", &mut phone).await.unwrap();
    town.home.clock.advance(Span::minutes(20));
    let late = town.who(&begun).await.unwrap();
    let before = late.clone();
    let question = passkeys::begin_proof(engine, &late).await.unwrap();
    assert_eq!(question.known, [BASE64_URL_SAFE_NO_PAD.encode(&phone.own_id)]);
    let answer = phone.answer(&moment(&question.challenge));
    let turned = passkeys::prove(engine, &late, &answer, &site(), &here()).await.unwrap();
    let late = town.who(&turned).await.unwrap();
    assert!(late.is_proved(town.home.clock.now()) && late.session == before.session);
    assert!(town.who(&begun).await.is_none(), "its secret is another now");
    assert!(is_refused(passkeys::prove(engine, &late, &answer, &site(), &here()).await), "once");
    let challenge = ask(&town).await;
    let answer = phone.answer(&moment(&challenge));
    assert!(is_refused(passkeys::prove(engine, &late, &answer, &site(), &here()).await), "asked for another");
}

#[tokio::test]
async fn claim_u3_this_was_not_me_takes_off_every_passkey_however_long_ago_it_was_planted() {
    let (town, who) = at_home().await;
    let (engine, brand) = (&town.home.engine, town.home.brand);
    let (mut owners, mut thiefs) = (Authenticator::p256("owner"), Authenticator::p256("thief"));
    add(&town, &who, "Mine", &mut owners).await.unwrap();
    // Somebody at the owner's open session plants one, and waits.
    add(&town, &who, "Planted", &mut thiefs).await.unwrap();
    town.home.clock.advance(Span::days(8));
    town.mails().await;
    let elsewhere = Whence::new("198.51.100.9".parse().ok(), Some(PHONE));
    let answer = thiefs.answer(&moment(&ask(&town).await));
    let begun = passkeys::sign_in(engine, brand, &answer, None, &site(), &elsewhere).await.unwrap();
    let not_me = town.link("new_place").await;
    let thief = town.who(&begun).await.unwrap();
    let offer = passkeys::begin_adding(engine, &thief).await.unwrap();
    assert!(recovery::not_me(engine, brand, &not_me).await.unwrap());
    for device in [&mut thiefs, &mut owners] {
        assert!(is_refused(sign_in(&town, device).await));
    }
    let answer = Authenticator::p256("more").make(&moment(&offer.challenge));
    assert!(passkeys::add(engine, &thief, "More", &answer, &site()).await.is_err(), "the session has ended");
    let reset = town.link("password_forgotten").await;
    let new = "walnut-ferry-lamp-22";
    recovery::reset(engine, brand, &reset, &Personal::from(new), &here()).await.unwrap();
    for device in [&mut thiefs, &mut owners] {
        assert!(is_refused(sign_in(&town, device).await), "nor after the new password");
    }
    let who = town.who(&town.try_in(new, &here()).await.unwrap()).await.unwrap();
    assert!(list(engine, &who).await.unwrap().is_empty());
    add(&town, &who, "Mine again", &mut owners).await.unwrap();
    assert!(sign_in(&town, &mut owners).await.is_ok());
}

#[tokio::test]
async fn claim_u3_a_new_password_by_a_mailed_link_takes_off_the_passkeys_and_a_change_of_it_does_not() {
    let (town, who) = at_home().await;
    let (engine, brand) = (&town.home.engine, town.home.brand);
    let mut phone = Authenticator::p256("phone");
    add(&town, &who, "My phone", &mut phone).await.unwrap();
    let (old, new) = (Personal::from(PASSWORD), Personal::from("walnut-ferry-lamp-22"));
    security::change_password(engine, &who, &old, &new, false, &here()).await.unwrap();
    assert!(sign_in(&town, &mut phone).await.is_ok(), "the owner was there and sees the list");
    town.mails().await;
    recovery::forgotten(engine, brand, EMAIL, &here()).await.unwrap();
    let reset = town.link("password_forgotten").await;
    recovery::reset(engine, brand, &reset, &old, &here()).await.unwrap();
    assert!(is_refused(sign_in(&town, &mut phone).await));
    assert!(list(engine, &town.sign_in().await).await.unwrap().is_empty());
}

store::statements! {
    CHALLENGES = "SELECT count(*) FROM link WHERE purpose IN ('passkey_add', 'passkey_prove')";
}

#[tokio::test]
async fn claim_u3_whatever_begins_a_session_ends_the_one_that_the_browser_showed() {
    let (town, who) = at_home().await;
    let (engine, brand) = (&town.home.engine, town.home.brand);
    let mut phone = Authenticator::p256("phone");
    add(&town, &who, "My phone", &mut phone).await.unwrap();
    // By a passkey.
    let first = town.try_in(PASSWORD, &here()).await.unwrap();
    let shows = |begun: &Begun| here().showing(Some(begun.secret.reveal()));
    let answer = phone.answer(&moment(&ask(&town).await));
    let second = passkeys::sign_in(engine, brand, &answer, None, &site(), &shows(&first)).await.unwrap();
    assert!(town.who(&first).await.is_none() && town.who(&second).await.is_some());
    // By the password, though a code is still to come; then by the code.
    let new = security::begin_factor(engine, &who).await.unwrap();
    let now = || town.home.clock.now();
    security::confirm_factor(engine, &who, &code(new.secret.reveal(), now()), &here()).await.unwrap();
    let half = town.try_in(PASSWORD, &shows(&second)).await.unwrap();
    assert!(half.needs_second_factor && town.who(&second).await.is_none());
    town.home.clock.advance(Span::secs(30));
    let open = town.who(&half).await.unwrap();
    let right = code(new.secret.reveal(), now());
    let full = sign_in::second_factor(engine, &open, &right, None, &shows(&half)).await.unwrap();
    assert!(town.who(&half).await.is_none() && town.who(&full).await.is_some());
    let out = Filter { kind: Some("signed_out"), ..Filter::default() };
    let out = audit::list(engine, &town.admin(), out, None, 50).await.unwrap();
    assert_eq!(out.len(), 2, "each ends as by signing out: {out:?}");
}

#[tokio::test]
async fn asking_for_challenges_again_and_again_leaves_the_newest_of_each_kind() {
    let (town, who) = at_home().await;
    let engine = &town.home.engine;
    let mut phone = Authenticator::p256("phone");
    add(&town, &who, "My phone", &mut phone).await.unwrap();
    let first = passkeys::begin_proof(engine, &who).await.unwrap();
    for _ in 0..20 {
        passkeys::begin_adding(engine, &who).await.unwrap();
        passkeys::begin_proof(engine, &who).await.unwrap();
    }
    let newest = passkeys::begin_proof(engine, &who).await.unwrap();
    let count = |tx: &store::Tx<'_>| tx.query_one(&CHALLENGES, &[])?.int(0);
    let waiting: Result<i64, store::StoreError> = town.home.data.read("challenges", count).await;
    assert_eq!(waiting.unwrap(), 2);
    let answer = phone.answer(&moment(&first.challenge));
    assert!(is_refused(passkeys::prove(engine, &who, &answer, &site(), &here()).await), "overtaken");
    let answer = phone.answer(&moment(&newest.challenge));
    passkeys::prove(engine, &who, &answer, &site(), &here()).await.unwrap();
}

#[tokio::test]
async fn a_new_place_is_told_of_a_sign_in_by_passkey_too() {
    let (town, who) = at_home().await;
    let engine = &town.home.engine;
    let mut phone = Authenticator::p256("phone");
    add(&town, &who, "My phone", &mut phone).await.unwrap();
    town.mails().await;
    let abroad = Whence::new("203.0.113.9".parse().ok(), Some(PHONE));
    let challenge = ask(&town).await;
    let answer = phone.answer(&moment(&challenge));
    passkeys::sign_in(engine, town.home.brand, &answer, None, &site(), &abroad).await.unwrap();
    town.link("new_place").await;
}

#[tokio::test]
async fn names_and_numbers_of_passkeys_have_limits() {
    let (town, who) = at_home().await;
    assert!(matches!(
        add(&town, &who, " ", &mut Authenticator::ed25519("x")).await,
        Err(EngineError::Invalid { field: "name", .. })
    ));
    for number in 0..passkeys::MOST {
        let mut device = Authenticator::ed25519(&format!("device {number}"));
        add(&town, &who, &format!("Device {number}"), &mut device).await.unwrap();
        sign_in::find(&town.home.engine, town.home.brand, "x").await.unwrap();
    }
    let more = add(&town, &who, "One more", &mut Authenticator::ed25519("more")).await;
    assert!(matches!(more, Err(EngineError::Conflict(_))));
}
