//! What a sign-in leaves and when it goes (claims F4, X5), that sessions are chosen and ended by their person (F3),
//! and that nothing which lies in the database lets anybody in (F9).

use crate::home::Home;
use crate::people::{ADMIN_PASSWORD, EMAIL, PASSWORD, Town, here, texts};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use engine::actions::set_up::{self, SetUp};
use engine::actions::sign_in::{self, Attempt};
use engine::actions::{erasure, tokens};
use engine::{TokenScope, views};
use model::datamap::elsewhere::ADDRESSES;
use model::id::AccountId;
use model::personal::Personal;
use model::time::Span;
use store::{Row, Stmt, Tx, params};

store::statements! {
    SIGN_INS = "SELECT count(*) FROM sign_in WHERE account_id = $1";
    SESSIONS = "SELECT count(*) FROM session WHERE account_id = $1";
    SESSION_SECRETS = "SELECT hash, id, sealed FROM session";
    TOKEN_SECRETS = "SELECT hash, id FROM api_token";
    LINK_SECRETS = "SELECT hash FROM link";
    CREDENTIALS = "SELECT sealed FROM credential";
}

async fn count(home: &Home, stmt: &'static Stmt, account: AccountId) -> i64 {
    let query = move |tx: &Tx<'_>| tx.query(stmt, &params![account.0]);
    let rows: Vec<Row> = home.data.read("count", query).await.unwrap();
    rows[0].int(0).unwrap()
}

#[tokio::test]
async fn claim_f4_sign_ins_and_sessions_go_with_the_account() {
    let town = Town::new().await;
    town.settle_in().await;
    assert!(town.try_in("wrong-wrong-wrong", &here()).await.is_err());
    let who = town.sign_in().await;
    let account = who.actor.account;
    assert_eq!(count(&town.home, &SIGN_INS, account).await, 2);
    assert_eq!(count(&town.home, &SESSIONS, account).await, 1);
    erasure::erase_own_account(&town.home.engine, &who.actor).await.unwrap();
    while town.home.engine.erase_some().await.unwrap() {}
    for stmt in [&SIGN_INS, &SESSIONS] {
        assert_eq!(count(&town.home, stmt, account).await, 0);
    }
    assert!(town.home.vault.key(&account.0).await.unwrap().is_none(), "nor can a copy be read");
}

#[tokio::test]
async fn claim_x5_an_ip_address_is_gone_after_the_days_that_are_stated() {
    let town = Town::new().await;
    town.settle_in().await;
    let (engine, brand, clock) = (&town.home.engine, town.home.brand, &town.home.clock);
    let days = |place: &str| ADDRESSES.iter().find(|one| one.place == place).unwrap().days;
    let (of_sign_in, of_session) = (i64::from(days("sign_in")), i64::from(days("session")));
    assert!(0 < of_sign_in && of_sign_in < of_session);
    // Kept for as long as is offered, with the address of where it was.
    let attempt = Attempt { email: EMAIL.into(), password: Personal::from(PASSWORD), keep_days: Some(90) };
    let begun = sign_in::sign_in(engine, brand, attempt, &here()).await.unwrap();
    let account = town.who(&begun).await.unwrap().actor.account;
    let tidy = || async {
        engine.tidy_sessions().await.unwrap();
        engine.enforce_retention().await.unwrap();
        (count(&town.home, &SIGN_INS, account).await, count(&town.home, &SESSIONS, account).await)
    };
    clock.advance(Span(Span::days(of_sign_in).0 - Span::hours(1).0));
    assert_eq!(tidy().await, (1, 1), "not before its time");
    clock.advance(Span::hours(2));
    assert_eq!(tidy().await, (0, 1), "the history of sign-ins");
    clock.advance(Span::days(of_session - of_sign_in));
    assert_eq!(tidy().await, (0, 0), "the session");
}

#[tokio::test]
async fn claim_f3_nothing_is_kept_unless_it_is_chosen_and_each_session_is_ended_by_itself() {
    let town = Town::new().await;
    town.settle_in().await;
    let engine = &town.home.engine;
    let (phone, desk) =
        (town.try_in(PASSWORD, &here()).await.unwrap(), town.try_in(PASSWORD, &here()).await.unwrap());
    assert!(phone.kept_until.is_none() && desk.kept_until.is_none(), "nobody chose days");
    let who = town.who(&desk).await.unwrap();
    let listed = views::account::sessions(engine, &who).await.unwrap();
    assert_eq!(listed.len(), 2, "all are listed");
    let other = listed.iter().find(|session| !session.is_this).unwrap();
    assert_eq!(other.id, town.who(&phone).await.unwrap().session);
    engine::actions::security::end_session(engine, &who, other.id).await.unwrap();
    assert!(town.who(&phone).await.is_none() && town.who(&desk).await.is_some());
    sign_in::sign_out(engine, &who).await.unwrap();
    assert_eq!(count(&town.home, &SESSIONS, who.actor.account).await, 0, "no row is left");
}

fn form() -> SetUp {
    SetUp {
        name: "Sample Admin".into(),
        email: "admin@corner.example.com".into(),
        password: Personal::from(ADMIN_PASSWORD),
        language: "en".into(),
        documents: texts(),
    }
}

/// Every way in which the bytes of a column could be typed.
fn typed(bytes: &[u8]) -> Vec<String> {
    let bare = [
        hex::encode(bytes),
        BASE64_URL_SAFE_NO_PAD.encode(bytes),
        BASE64_STANDARD.encode(bytes),
        String::from_utf8_lossy(bytes).into_owned(),
    ];
    bare.iter().flat_map(|text| [text.clone(), format!("ent_{text}")]).collect()
}

#[tokio::test]
async fn claim_f9_nothing_that_lies_in_the_database_lets_anybody_in() {
    let town = Town::new().await;
    town.settle_in().await;
    let (home, engine, brand) = (&town.home, &town.home.engine, town.home.brand);
    let begun = town.try_in(PASSWORD, &here()).await.unwrap();
    let account = town.who(&begun).await.unwrap().actor.account;
    let (_, token) = tokens::create(engine, brand, account, &TokenScope::ALL, None).await.unwrap();
    assert!(set_up::offer(engine, brand).await.unwrap().is_some(), "a link that would make an admin waits");
    // The secrets themselves do open.
    assert!(town.who(&begun).await.is_some());
    assert!(views::tokens::authenticate(engine, brand, token.reveal()).await.unwrap().is_some());

    let mut seen = 0;
    let places = [(&SESSION_SECRETS, 3), (&TOKEN_SECRETS, 2), (&LINK_SECRETS, 1), (&CREDENTIALS, 1)];
    for (stmt, columns) in places {
        let rows: Vec<Row> = home.data.read("rows", move |tx: &Tx<'_>| tx.query(stmt, &[])).await.unwrap();
        assert!(!rows.is_empty(), "the search finds what it looks for");
        for text in rows.iter().flat_map(|row| (0..columns).flat_map(|at| typed(row.bytes(at).unwrap()))) {
            seen += 1;
            assert!(sign_in::find(engine, brand, &text).await.unwrap().is_none(), "a session: {text}");
            assert!(views::tokens::authenticate(engine, brand, &text).await.unwrap().is_none(), "{text}");
            assert!(set_up::set_up(engine, brand, &text, form()).await.is_err(), "a link: {text}");
        }
    }
    assert!(seen > 50, "{seen}");
    assert!(set_up::offer(engine, brand).await.unwrap().is_some(), "nobody became the admin meanwhile");
}
