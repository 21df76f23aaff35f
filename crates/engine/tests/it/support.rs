//! Access for support: nothing beyond what was granted, nothing after the end, which nobody keeps from coming; every token
//! that was made is dead then, and whoever was looked at can see it.

use crate::home::{Home, find as find_in};
use crate::people::{EMAIL, PASSWORD, Town, here};
use aws_lc_rs::hmac;
use engine::actions::billing::{self, CallError};
use engine::actions::support::{self, Helper, Person, Wanted};
use engine::actions::tokens::{SUPPORT_LIMIT, create_own};
use engine::actions::{erasure, leads, my, recovery, security};
use engine::restore::Since;
use engine::views::my::ReadingView;
use engine::views::support as views;
use engine::views::{audit, log, tokens};
use engine::{Actor, Door, EngineError, TokenScope, Whence};
use ledger::VerifyingKey;
use model::id::{AccountId, LeadId, SupportGrantId};
use model::personal::Personal;
use model::support::{Act, End, LONGEST, Scope};
use model::time::{Clock, Span};
use std::sync::Arc;
use store::{StoreError, params, statements};

statements! {
    DAMAGE = "UPDATE support_act SET sealed = $1 WHERE kind = 'token'";
    MAKE_ADMIN = "UPDATE account SET role = 'admin' WHERE id = $1";
    pair BREAK_MAIL = {
        sqlite: "CREATE TRIGGER broken BEFORE INSERT ON mail BEGIN SELECT RAISE(ABORT, 'broken'); END",
        postgres: "ALTER TABLE mail ADD CONSTRAINT broken CHECK (false) NOT VALID"
    };
    pair MEND_MAIL = {
        sqlite: "DROP TRIGGER broken",
        postgres: "ALTER TABLE mail DROP CONSTRAINT broken"
    };
}

const WHY: &str = "looking for a lost message";

/// A generator whose numbers only have to be mixed.
struct Dice(u64);

impl Dice {
    fn of(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

fn wanted(scopes: &[Scope], lasts: Span) -> Wanted {
    Wanted {
        helper: "A Sample Helper, Example Ltd".to_owned(),
        purpose: "messages do not arrive".to_owned(),
        scopes: scopes.to_vec(),
        lasts,
    }
}

async fn make_admin(town: &Town, account: AccountId) {
    let make = move |tx: &store::Tx<'_>| tx.execute(&MAKE_ADMIN, &params![account]).map(drop);
    town.home.data.write("make_admin", make).await.unwrap();
}

/// Grants, and comes in: the grant, the helper, and the secret of the session.
async fn inside(town: &Town, scopes: &[Scope]) -> (SupportGrantId, Helper, String) {
    let (engine, brand) = (&town.home.engine, town.home.brand);
    let (id, code) = support::grant(engine, &town.admin(), &wanted(scopes, Span::hours(4))).await.unwrap();
    let secret = support::enter(engine, brand, code.reveal(), None).await.unwrap().unwrap();
    let helper = support::find(engine, brand, secret.reveal()).await.unwrap().unwrap();
    (id, helper, secret.reveal().clone())
}

/// Whether this secret still signs calls: an unknown account is refused only after the signature was found good.
async fn signs(home: &Home, secret: &str) -> bool {
    let time = home.clock.now().secs().to_string();
    let body = br#"{"id":"evt","occurred_at":"2025-10-09T08:00:00Z","account":"acc_00000000000000000000000000000001","state":"active"}"#;
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, &[time.as_bytes(), b".", body].concat());
    let header = format!("t={time},v1={}", hex::encode(tag));
    match billing::receive(&home.engine, home.brand, Some(&header), body).await {
        Err(CallError::BadSignature) => false,
        Err(CallError::Engine(EngineError::NotFound(_))) => true,
        other => panic!("{other:?}"),
    }
}

async fn is_good(home: &Home, token: &str) -> bool {
    tokens::authenticate(&home.engine, home.brand, token).await.unwrap().is_some()
}

async fn is_inside(town: &Town, session: &str) -> bool {
    support::find(&town.home.engine, town.home.brand, session).await.unwrap().is_some()
}

fn is_over<T: std::fmt::Debug>(answer: Result<T, EngineError>) {
    assert!(matches!(answer, Err(EngineError::NotFound(_) | EngineError::NotGranted)), "{answer:?}");
}

/// Whatever a helper did, in whatever order, by whatever the grant ended.
#[tokio::test]
async fn claim_r5_after_the_end_every_token_that_was_made_is_dead_and_nothing_else() {
    for seed in 0..12_u64 {
        let town = Town::new().await;
        let (home, engine, admin) = (&town.home, &town.home.engine, town.admin());
        let lead = home.opt_in("psid-1", "hello").await;
        let mut dice = Dice(seed);
        let mut secret: Option<String> = None;
        let mut made: Vec<String> = Vec::new();
        let (id, helper, session) = inside(&town, &Scope::ALL).await;
        let (mut looks, mut people) = (0, 0);
        for _ in 0..12 {
            home.clock.advance(Span::minutes(3));
            match dice.of(6) {
                0 => secret = Some(billing::make_secret(engine, &admin).await.unwrap().reveal().clone()),
                1 => {
                    // Of the secret for signed calls nobody is shown more than is shown of every other.
                    let shown = views::billing_secret(engine, &helper).await.unwrap();
                    let tail = secret.as_ref().map(|secret| secret[secret.len() - 4..].to_owned());
                    assert_eq!(shown.map(|shown| shown.tail), tail, "seed {seed}");
                }
                2 => {
                    made.push(support::make_token(engine, &helper, WHY).await.unwrap().reveal().clone());
                    looks += 1;
                }
                3 => {
                    support::show_lead(engine, &helper, lead, WHY).await.unwrap();
                    people += 1;
                }
                4 => {
                    support::show_account(engine, &helper, home.account, WHY).await.unwrap();
                    people += 1;
                }
                _ => {
                    support::look(engine, &helper, "accounts", None).await.unwrap();
                    looks += 1;
                }
            }
        }
        for token in &made {
            assert!(is_good(home, token).await, "seed {seed}: good until the end");
        }
        let boss = Actor { scopes: TokenScope::ALL.to_vec(), ..admin.clone() };
        let own = create_own(engine, &boss, &[TokenScope::PagesRead], None).await.unwrap().1;
        let by = match dice.of(3) {
            0 => {
                support::end(engine, &admin, id).await.unwrap();
                End::Admin
            }
            1 => {
                support::leave(engine, &helper).await.unwrap();
                End::Helper
            }
            _ => {
                home.clock.advance(Span::hours(5));
                assert_eq!(engine.end_due_support().await.unwrap(), None);
                End::Time
            }
        };
        for token in &made {
            assert!(!is_good(home, token).await, "seed {seed}: dead with the grant");
        }
        assert!(is_good(home, own.reveal()).await, "seed {seed}: the admin's own is not touched");
        if let Some(secret) = &secret {
            assert!(signs(home, secret).await, "seed {seed}: what nobody was shown goes on being good");
        }
        assert!(!is_inside(&town, &session).await);
        is_over(support::show_lead(engine, &helper, lead, WHY).await);
        let view = views::get(engine, &admin, id).await.unwrap();
        assert_eq!((view.ended_by, view.is_open), (Some(by), false), "seed {seed}");
        assert_eq!((view.looks, view.people), (looks, people), "seed {seed}");

        let record = summary(&town, id).await;
        assert_eq!(record["event"], "support");
        assert_eq!(record["ended_by"], by.code());
        assert_eq!(record["tokens_revoked"].as_array().unwrap().len(), made.len());
        assert_eq!(record["people"], people);
        let text = record.to_string();
        for open in ["Sample Helper", WHY, "psid-1"] {
            assert!(!text.contains(open), "{open} stands in the summary");
        }
    }
}

/// What the log holds of a grant that has ended.
async fn summary(town: &Town, id: SupportGrantId) -> serde_json::Value {
    let engine = &town.home.engine;
    engine.checkpoint().await.unwrap();
    let file = views::summary_file(engine, &town.admin(), id).await.unwrap();
    let key = VerifyingKey::parse(&log::key(engine)).unwrap();
    ledger::proof::verify(&file, &key, &[]).unwrap().record
}

/// Whoever was in an admin's account let somebody in for days: the way back into it ends that, and nobody else's grant.
#[tokio::test]
async fn claim_u3_claim_r5_an_account_that_is_taken_back_leaves_no_access_for_support_behind() {
    for by_link in [true, false] {
        let town = Town::new().await;
        town.settle_in().await;
        let account = town.sign_in().await.actor.account;
        town.try_in(PASSWORD, &Whence::new("198.51.100.9".parse().ok(), None)).await.unwrap();
        let not_me = town.link("new_place").await;
        make_admin(&town, account).await;
        let (home, engine, brand) = (&town.home, &town.home.engine, town.home.brand);
        let (another, _, others) = inside(&town, &[Scope::Accounts]).await;
        let begun = town.sign_in().await;
        let thief = Actor { role: engine::Role::Admin, scopes: TokenScope::ALL.to_vec(), ..begun.actor };
        let new = wanted(&Scope::ALL, LONGEST);
        let (waiting, unused) = support::grant(engine, &thief, &new).await.unwrap();
        let (id, code) = support::grant(engine, &thief, &new).await.unwrap();
        let session = support::enter(engine, brand, code.reveal(), None).await.unwrap().unwrap();
        let helper = support::find(engine, brand, session.reveal()).await.unwrap().unwrap();
        let token = support::make_token(engine, &helper, WHY).await.unwrap();
        // Another's is not theirs to make a code for.
        is_over(support::renew(engine, &thief, another).await);
        town.mails().await;
        if by_link {
            recovery::forgotten(engine, brand, EMAIL, &here()).await.unwrap();
            let link = town.link("password_forgotten").await;
            let new = Personal::from("walnut-ferry-lamp-22");
            recovery::reset(engine, brand, &link, &new, &here()).await.unwrap();
        } else {
            assert!(recovery::not_me(engine, brand, &not_me).await.unwrap());
        }
        assert!(!is_inside(&town, session.reveal()).await, "by a link: {by_link}");
        assert!(!is_good(home, token.reveal()).await, "by a link: {by_link}");
        is_over(support::make_token(engine, &helper, WHY).await);
        let entered = support::enter(engine, brand, unused.reveal(), None).await.unwrap();
        assert!(entered.is_none(), "by a link: {by_link}");
        assert!(is_inside(&town, &others).await, "what another admin gave");
        // What was on its way when the session ended comes too late.
        is_over(support::grant(engine, &thief, &new).await);
        is_over(create_own(engine, &thief, &[TokenScope::PagesRead], None).await);
        engine.end_due_support().await.unwrap();
        for id in [id, waiting] {
            assert_eq!(summary(&town, id).await["ended_by"], "recovery");
        }
        let told = town.mails().await.into_iter().filter(|(kind, ..)| kind == "support_ended").count();
        assert!(told >= 2, "the admins hear of each");
    }
}

#[tokio::test]
async fn claim_r5_a_change_of_password_ends_access_for_support_with_the_tokens_where_it_ends_these() {
    let town = Town::new().await;
    town.settle_in().await;
    let who = town.sign_in().await;
    let account = who.actor.account;
    make_admin(&town, account).await;
    let (engine, brand) = (&town.home.engine, town.home.brand);
    let admin = Actor { role: engine::Role::Admin, ..who.actor.clone() };
    let (id, code) = support::grant(engine, &admin, &wanted(&Scope::ALL, LONGEST)).await.unwrap();
    let session = support::enter(engine, brand, code.reveal(), None).await.unwrap().unwrap();
    let mut old = Personal::from(PASSWORD);
    for (new, ends) in [("walnut-ferry-lamp-22", false), ("ferry-lamp-22-walnut", true)] {
        let new = Personal::from(new);
        security::change_password(engine, &who, &old, &new, ends, &here()).await.unwrap();
        assert_eq!(is_inside(&town, session.reveal()).await, !ends);
        old = new;
    }
    assert_eq!(summary(&town, id).await["ended_by"], "admin");
}

/// Two more ways to throw out whoever is in an account.
#[tokio::test]
async fn claim_u3_claim_r5_signing_out_everywhere_ends_the_access_for_support_that_was_given() {
    for by_another in [true, false] {
        let town = Town::new().await;
        town.settle_in().await;
        let who = town.sign_in().await;
        make_admin(&town, who.actor.account).await;
        let engine = &town.home.engine;
        let (_, _, others) = inside(&town, &[Scope::Accounts]).await;
        let admin = Actor { role: engine::Role::Admin, ..who.actor.clone() };
        let (id, code) = support::grant(engine, &admin, &wanted(&Scope::ALL, LONGEST)).await.unwrap();
        let session = support::enter(engine, town.home.brand, code.reveal(), None).await.unwrap().unwrap();
        if by_another {
            security::end_sessions_of(engine, &town.admin(), admin.account).await.unwrap();
        } else {
            security::end_other_sessions(engine, &who, false).await.unwrap();
            assert!(is_inside(&town, session.reveal()).await, "only where tokens end, too");
            security::end_other_sessions(engine, &who, true).await.unwrap();
        }
        assert!(!is_inside(&town, session.reveal()).await, "by another: {by_another}");
        assert!(is_inside(&town, &others).await, "what another admin gave");
        assert_eq!(summary(&town, id).await["ended_by"], "admin");
    }
}

/// Who gave it is not there to end it any more.
#[tokio::test]
async fn claim_r5_with_an_admin_s_account_goes_the_access_for_support_that_it_gave() {
    let town = Town::new().await;
    town.settle_in().await;
    let who = town.sign_in().await;
    make_admin(&town, who.actor.account).await;
    let (home, engine, brand) = (&town.home, &town.home.engine, town.home.brand);
    let (_, _, others) = inside(&town, &[Scope::Accounts]).await;
    let admin = Actor { role: engine::Role::Admin, ..who.actor.clone() };
    let (id, code) = support::grant(engine, &admin, &wanted(&Scope::ALL, LONGEST)).await.unwrap();
    let session = support::enter(engine, brand, code.reveal(), None).await.unwrap().unwrap();
    let helper = support::find(engine, brand, session.reveal()).await.unwrap().unwrap();
    let token = support::make_token(engine, &helper, WHY).await.unwrap();
    erasure::erase_own_account(engine, &admin).await.unwrap();
    assert!(!is_inside(&town, session.reveal()).await);
    assert!(!is_good(home, token.reveal()).await);
    assert!(is_inside(&town, &others).await, "what another admin gave");
    // Summed up and noted, by the program: what the account's own key sealed can nobody read.
    assert_eq!(summary(&town, id).await["ended_by"], "admin");
    let all = audit::list(engine, &town.admin(), audit::Filter::default(), None, 50).await.unwrap();
    let noted = all.iter().find(|entry| entry.kind == "support_ended").unwrap();
    assert!(noted.by == "program" && !noted.is_erased, "{noted:?}");
}

/// A helper who opens one page after the other keeps nobody from ending it, and each of them is counted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_r5_looks_without_end_keep_no_grant_open() {
    let town = Town::new().await;
    let (engine, admin) = (Arc::clone(&town.home.engine), town.admin());
    let (id, helper, session) = inside(&town, &[Scope::Accounts]).await;
    let flood = || {
        let (engine, helper) = (Arc::clone(&engine), helper.clone());
        tokio::spawn(async move {
            let mut looks = 0_u64;
            loop {
                match support::look(&engine, &helper, "accounts", None).await {
                    Ok(()) => looks += 1,
                    Err(EngineError::NotFound(_)) => return looks,
                    // On PostgreSQL they are in each other's way.
                    Err(EngineError::Store(StoreError::Contended { .. })) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        })
    };
    let floods: Vec<_> = (0..8).map(|_| flood()).collect();
    while views::get(&engine, &admin, id).await.unwrap().looks < 50 {
        tokio::task::yield_now().await;
    }
    support::end(&engine, &admin, id).await.unwrap();
    let mut looks = 0;
    for flood in floods {
        looks += flood.await.unwrap();
    }
    assert!(!is_inside(&town, &session).await);
    let view = views::get(&engine, &admin, id).await.unwrap();
    assert_eq!((view.ended_by, view.looks), (Some(End::Admin), looks));
    assert_eq!(summary(&town, id).await["looks"], looks);
}

/// The access ends before it is summed up: what keeps the summary from being written keeps nobody inside, and it is written
/// later, as if nothing had been.
#[tokio::test]
async fn claim_r5_an_end_that_could_not_be_summed_up_is_one_and_the_summary_follows() {
    let town = Town::new().await;
    town.settle_in().await;
    let who = town.sign_in().await;
    let account = who.actor.account;
    make_admin(&town, account).await;
    let (home, engine, admin) = (&town.home, &town.home.engine, town.admin());
    let (id, helper, session) = inside(&town, &[Scope::Accounts, Scope::Secrets]).await;
    let token = support::make_token(engine, &helper, WHY).await.unwrap();
    support::look(engine, &helper, "accounts", None).await.unwrap();
    town.mails().await;
    let ended_at = home.clock.now();
    home.data.write("break", |tx: &store::Tx<'_>| tx.execute(&BREAK_MAIL, &[])).await.unwrap();
    let failed = support::end(engine, &admin, id).await;
    assert!(matches!(failed, Err(EngineError::Store(_))), "{failed:?}");
    // It is over all the same.
    assert!(!is_inside(&town, &session).await && !is_good(home, token.reveal()).await);
    is_over(support::look(engine, &helper, "accounts", None).await);
    is_over(support::make_token(engine, &helper, WHY).await);
    is_over(support::renew(engine, &admin, id).await);
    let view = views::get(engine, &admin, id).await.unwrap();
    assert_eq!((view.ended_by, view.is_open, view.looks), (Some(End::Admin), false, 2));
    let file = views::summary_file(engine, &admin, id).await;
    assert!(matches!(file, Err(EngineError::NotYet(_))), "{file:?}");
    home.data.write("mend", |tx: &store::Tx<'_>| tx.execute(&MEND_MAIL, &[])).await.unwrap();
    // Another program comes, hours later.
    home.clock.advance(Span::hours(2));
    let other = home.another().await.unwrap();
    assert_eq!(other.end_due_support().await.unwrap(), None);
    let record = summary(&town, id).await;
    assert_eq!((&record["ended_by"], &record["looks"]), (&"admin".into(), &2.into()));
    let ended = jiff::Timestamp::from_microsecond(ended_at.micros()).unwrap();
    assert_eq!(record["ended_at"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap(), ended);
    // Once: whoever comes again finds it done.
    other.end_due_support().await.unwrap();
    support::end(engine, &admin, id).await.unwrap();
    assert_eq!(summary(&town, id).await, record);
    let told = town.mails().await;
    assert_eq!(told.iter().filter(|(kind, ..)| kind == "support_ended").count(), 1, "{told:?}");
    let filter = audit::Filter { kind: Some("support_ended"), ..audit::Filter::default() };
    let entries = audit::list(engine, &admin, filter, None, 9).await.unwrap();
    assert_eq!(entries.iter().map(|entry| entry.by.as_str()).collect::<Vec<_>>(), ["admin"]);
}

/// Whoever calls by a token that was made for a helper came in by the grant, and each call stands there.
#[tokio::test]
async fn claim_r5_whoever_calls_by_a_helper_s_token_came_in_by_the_grant() {
    let town = Town::new().await;
    let (home, engine, admin) = (&town.home, &town.home.engine, town.admin());
    let (id, helper, _) = inside(&town, &[Scope::Secrets]).await;
    let token = support::make_token(engine, &helper, WHY).await.unwrap();
    let who = tokens::authenticate(engine, home.brand, token.reveal()).await.unwrap().unwrap().actor;
    assert_eq!(who.door, Some(Door::Support(id)));
    home.clock.advance(Span::secs(1));
    let what = "GET /api/v1/broadcasts".to_owned();
    support::call(engine, home.brand, id, what.clone()).await.unwrap();
    let acts = views::acts(engine, &admin, id, None, 9).await.unwrap();
    let kinds: Vec<(Act, &str)> = acts.iter().map(|act| (act.kind, act.what.as_str())).collect();
    assert_eq!(kinds[0], (Act::Called, what.as_str()));
    assert!(kinds[1].0 == Act::Token && kinds[1].1.starts_with("tok_"), "{kinds:?}");
    assert_eq!(views::get(engine, &admin, id).await.unwrap().looks, 2);
    // Each is mailed to the admin, and stands in the summary: there is an end to it.
    for _ in 1..SUPPORT_LIMIT {
        support::make_token(engine, &helper, WHY).await.unwrap();
    }
    let one_more = support::make_token(engine, &helper, WHY).await;
    assert!(matches!(one_more, Err(EngineError::Conflict(_))), "{:?}", one_more.map(drop));
    support::end(engine, &admin, id).await.unwrap();
    is_over(support::call(engine, home.brand, id, what).await);
}

#[tokio::test]
async fn claim_r5_a_code_opens_one_browser_once_and_nothing_after_the_end() {
    let town = Town::new().await;
    let (home, engine, admin) = (&town.home, &town.home.engine, town.admin());
    let brand = home.brand;
    let enter = |code: String| async move { support::enter(engine, brand, &code, None).await.unwrap() };
    let (id, first) = support::grant(engine, &admin, &wanted(&[Scope::Log], LONGEST)).await.unwrap();
    // For no other brand, and whoever guesses gets nothing.
    assert!(support::enter(engine, home.other_brand(), first.reveal(), None).await.unwrap().is_none());
    assert!(enter("guessed".to_owned()).await.is_none());
    let session = enter(format!(" {} ", first.reveal())).await.unwrap();
    assert!(enter(first.reveal().clone()).await.is_none(), "used up");
    assert!(is_inside(&town, session.reveal()).await);
    // Another code puts out whoever came in by the first.
    let second = support::renew(engine, &admin, id).await.unwrap();
    assert!(!is_inside(&town, session.reveal()).await);
    let session = enter(second.reveal().clone()).await.unwrap();
    let (_, unused) = support::grant(engine, &admin, &wanted(&[Scope::Log], LONGEST)).await.unwrap();
    // To the microsecond, though no station has looked.
    home.clock.advance(Span(LONGEST.0 - 1));
    assert!(is_inside(&town, session.reveal()).await);
    home.clock.advance(Span(1));
    assert!(!is_inside(&town, session.reveal()).await);
    assert!(enter(unused.reveal().clone()).await.is_none());
    assert!(!views::get(engine, &admin, id).await.unwrap().is_open);
    is_over(support::renew(engine, &admin, id).await);
    // Ended once, whoever comes first.
    assert_eq!(engine.end_due_support().await.unwrap(), None);
    support::end(engine, &admin, id).await.unwrap();
    assert_eq!(views::get(engine, &admin, id).await.unwrap().ended_by, Some(End::Time));
    for hash in [first, second, unused, session] {
        assert_eq!(find_in(&home.content().await, hash.reveal().as_bytes()), None);
    }
}

#[tokio::test]
async fn claim_r5_nothing_beyond_the_scope_and_by_no_user() {
    let town = Town::new().await;
    let (home, engine) = (&town.home, &town.home.engine);
    let lead = home.opt_in("psid-1", "hello").await;
    for open in Scope::ALL {
        let (id, helper, _) = inside(&town, &[open]).await;
        let refused = |scope: Scope, answer: Result<(), EngineError>| {
            assert_eq!(answer.is_ok(), scope == open, "{scope:?} under {open:?}: {answer:?}");
        };
        refused(Scope::Leads, support::show_lead(engine, &helper, lead, WHY).await.map(drop));
        refused(Scope::Leads, views::leads(engine, &helper, home.account, None, 10).await.map(drop));
        refused(Scope::Leads, views::lead(engine, &helper, lead).await.map(drop));
        refused(Scope::Accounts, support::show_account(engine, &helper, home.account, WHY).await.map(drop));
        refused(Scope::Broadcasts, views::broadcasts(engine, &helper, home.account, None, 9).await.map(drop));
        refused(Scope::Secrets, views::billing_secret(engine, &helper).await.map(drop));
        refused(Scope::Secrets, support::make_token(engine, &helper, WHY).await.map(drop));
        let lists = views::accounts(engine, &helper, None, 10).await;
        assert_eq!(lists.is_ok(), !matches!(open, Scope::Log | Scope::Secrets), "{open:?}");
        support::end(engine, &town.admin(), id).await.unwrap();
    }
    let (id, helper, _) = inside(&town, &Scope::ALL).await;
    for short in ["", "why not", "123456789", &"x".repeat(501)] {
        let answer = support::show_lead(engine, &helper, lead, short).await;
        assert!(matches!(answer, Err(EngineError::Invalid { field: "reason", .. })), "{answer:?}");
    }
    let user = home.actor();
    is_over(support::grant(engine, &user, &wanted(&[Scope::Log], LONGEST)).await);
    is_over(support::renew(engine, &user, id).await);
    is_over(support::end(engine, &user, id).await);
    is_over(views::get(engine, &user, id).await);
    is_over(views::acts(engine, &user, id, None, 10).await);
    let elsewhere = Actor { brand: home.other_brand(), ..town.admin() };
    is_over(views::get(engine, &elsewhere, id).await);
    is_over(support::end(engine, &elsewhere, id).await);
    assert!(views::get(engine, &town.admin(), id).await.unwrap().is_open);
}

#[tokio::test]
async fn claim_r5_what_is_granted_is_checked() {
    let town = Town::new().await;
    let (engine, admin) = (&town.home.engine, town.admin());
    let good = wanted(&[Scope::Log], LONGEST);
    let over = Span(LONGEST.0 + 1);
    for (field, bad) in [
        ("helper", Wanted { helper: " x ".to_owned(), ..good.clone() }),
        ("purpose", Wanted { purpose: "because".to_owned(), ..good.clone() }),
        ("scopes", Wanted { scopes: Vec::new(), ..good.clone() }),
        ("lasts", Wanted { lasts: over, ..good.clone() }),
        ("lasts", Wanted { lasts: Span(0), ..good.clone() }),
    ] {
        let answer = support::grant(engine, &admin, &bad).await;
        assert!(
            matches!(&answer, Err(EngineError::Invalid { field: named, .. }) if *named == field),
            "{answer:?}"
        );
    }
    for _ in 0..support::OPEN_LIMIT {
        support::grant(engine, &admin, &good).await.unwrap();
    }
    let answer = support::grant(engine, &admin, &good).await;
    assert!(matches!(answer, Err(EngineError::Conflict(_))), "{answer:?}");
    assert_eq!(views::list(engine, &admin, None, 50).await.unwrap().len(), support::OPEN_LIMIT);
}

#[tokio::test]
async fn claim_a1_whoever_was_looked_at_by_support_sees_it() {
    let town = Town::new().await;
    let (home, engine, admin) = (&town.home, &town.home.engine, town.admin());
    let lead = home.opt_in("psid-1", "hello").await;
    town.settle_in().await;
    let who = town.sign_in().await;
    town.mails().await;
    let (id, helper, _) = inside(&town, &Scope::ALL).await;
    let shown = support::show_lead(engine, &helper, lead, WHY).await.unwrap();
    assert_eq!(shown.psid.reveal(), "psid-1");
    let shown = support::show_account(engine, &helper, who.actor.account, WHY).await.unwrap();
    assert_eq!(shown.email.reveal(), crate::people::EMAIL);
    let mails: Vec<String> = town.mails().await.into_iter().map(|(kind, ..)| kind).collect();
    assert_eq!(mails, ["support_read"]);
    // The account, on its own page; the lead, on theirs.
    let looks = engine::views::account::readings(engine, &who).await.unwrap();
    let own: Vec<_> = looks.iter().map(|look| (look.reader.clone(), said(look))).collect();
    assert_eq!(own, [("support".to_owned(), Some(WHY.to_owned()))]);
    let looks = looks_at(home, lead).await;
    assert_eq!(looks, [("support".to_owned(), Some(WHY.to_owned()))]);
    // The admin, with what for.
    let acts = views::acts(engine, &admin, id, None, 50).await.unwrap();
    let of = |acts: &[views::ActView], kind: Act| -> Vec<Option<Person>> {
        acts.iter().filter(|act| act.kind == kind).map(|act| act.about).collect()
    };
    let (of_lead, of_account) = (Some(Person::Lead(lead)), Some(Person::Account(who.actor.account)));
    assert_eq!((of(&acts, Act::Lead), of(&acts, Act::Account)), (vec![of_lead], vec![of_account]));
    assert!(acts.iter().all(|act| act.reason == WHY && !act.is_erased), "{acts:?}");
    // Which one was opened, too.
    for (what, about) in
        [("accounts", None), ("account", of_account), ("leads", of_account), ("lead", of_lead)]
    {
        support::look(engine, &helper, what, about).await.unwrap();
        home.clock.advance(Span::secs(1));
    }
    let acts = views::acts(engine, &admin, id, None, 50).await.unwrap();
    assert_eq!(of(&acts, Act::Looked), [of_lead, of_account, of_account, None], "the newest first");
    // And each of them, what was opened of theirs.
    let looks = engine::views::account::readings(engine, &who).await.unwrap();
    let own: Vec<_> = looks.iter().map(|look| (look.reader.as_str(), look.what[0].as_str())).collect();
    assert_eq!(own, [("support", "opened_leads"), ("support", "opened_account"), ("support", "account")]);
    let looks = looks_at(home, lead).await;
    let support = |words: Option<&str>| ("support".to_owned(), words.map(str::to_owned));
    assert_eq!(looks, [support(None), support(Some(WHY))]);
    // Erased, they stand in no line any more; how many were shown stays.
    leads::erase(engine, &home.actor(), lead).await.unwrap();
    home.settle().await;
    let acts = views::acts(engine, &admin, id, None, 50).await.unwrap();
    assert!(acts.iter().all(|act| act.kind != Act::Lead && act.about != of_lead), "{acts:?}");
    assert_eq!(of(&acts, Act::Looked).len(), 3);
    is_over(support::look(engine, &helper, "lead", of_lead).await);
    is_over(support::show_lead(engine, &helper, lead, WHY).await);
    erasure::erase_own_account(engine, &who.actor).await.unwrap();
    while engine.erase_some().await.unwrap() {}
    let acts = views::acts(engine, &admin, id, None, 50).await.unwrap();
    assert_eq!(of(&acts, Act::Looked), [None], "the list of all is left");
    assert_eq!(acts.len(), 1);
    assert_eq!(views::get(engine, &admin, id).await.unwrap().people, 2);
}

#[tokio::test]
async fn claim_f6_every_admin_is_told_that_access_was_given_used_and_has_ended() {
    let town = Town::new().await;
    town.settle_in().await;
    let who = town.sign_in().await;
    town.mails().await;
    let account = who.actor.account;
    make_admin(&town, account).await;
    let kinds = || async { town.mails().await.into_iter().map(|(kind, ..)| kind).collect::<Vec<_>>() };
    // Given by another admin than the one who is told.
    let (id, _, _) = inside(&town, &[Scope::Log]).await;
    let mut told = kinds().await;
    told.sort_unstable();
    assert_eq!(told, ["support_entered", "support_granted"]);
    support::end(&town.home.engine, &town.admin(), id).await.unwrap();
    assert_eq!(kinds().await, ["support_ended"]);
    support::end(&town.home.engine, &town.admin(), id).await.unwrap();
    assert_eq!(kinds().await, [""; 0], "it ends once");
}

/// What somebody said that they looked for.
pub fn said(look: &ReadingView) -> Option<String> {
    look.words.as_ref().map(|words| words.reveal().clone())
}

/// Who looked at a lead, as the lead's own page says it.
pub async fn looks_at(home: &Home, lead: LeadId) -> Vec<(String, Option<String>)> {
    let view = engine::views::my::get(&home.engine, &proven(home, lead).await).await.unwrap();
    view.readings.iter().map(|look| (look.reader.clone(), said(look))).collect()
}

/// Opens the own page of the lead `psid-1`.
pub async fn proven(home: &Home, lead: LeadId) -> my::Proven {
    let (engine, brand) = (&home.engine, home.brand);
    home.write("psid-1", "my data").await;
    home.settle().await;
    let sent = home.meta.messages();
    let link = sent.iter().rev().find_map(|message| message.split("/my/").nth(1)).unwrap();
    let token: String =
        link.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
    let secret = my::enter(engine, brand, &token, None).await.unwrap().unwrap();
    let who = my::find(engine, brand, secret.reveal()).await.unwrap().unwrap();
    assert_eq!(who.lead, lead);
    who
}

/// Whichever comes first: what was made is dead, or it was not made.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_r5_a_token_that_is_asked_for_at_the_very_end_is_dead_or_was_not_made() {
    let town = Town::new().await;
    let (home, engine, admin) = (&town.home, Arc::clone(&town.home.engine), town.admin());
    for _ in 0..8 {
        home.clock.advance(Span::minutes(1));
        let (id, helper, _) = inside(&town, &[Scope::Secrets]).await;
        let asking = tokio::spawn({
            let (engine, helper) = (Arc::clone(&engine), helper.clone());
            async move { support::make_token(&engine, &helper, WHY).await.ok() }
        });
        support::end(&engine, &admin, id).await.unwrap();
        if let Some(token) = asking.await.unwrap() {
            assert!(!is_good(home, token.reveal()).await);
        }
    }
}

#[tokio::test]
async fn claim_r5_a_grant_ends_in_time_though_the_program_was_down() {
    let town = Town::new().await;
    let (home, admin) = (&town.home, town.admin());
    let (id, helper, session) = inside(&town, &[Scope::Secrets]).await;
    let token = support::make_token(&home.engine, &helper, WHY).await.unwrap();
    let next = home.engine.end_due_support().await.unwrap();
    assert_eq!(next, Some(helper.ends_at));
    assert!(is_inside(&town, &session).await);
    home.clock.advance(Span::days(3));
    let engine = home.another().await.unwrap();
    let running = engine.run();
    for _ in 0..20_000 {
        if views::get(&engine, &admin, id).await.unwrap().ended_at.is_some() {
            break;
        }
        tokio::task::yield_now().await;
    }
    running.stop().await;
    assert_eq!(views::get(&engine, &admin, id).await.unwrap().ended_by, Some(End::Time));
    assert!(!is_good(home, token.reveal()).await);
}

#[tokio::test]
async fn claim_r5_a_damaged_line_keeps_no_grant_from_its_end() {
    let town = Town::new().await;
    let (home, engine, admin) = (&town.home, &town.home.engine, town.admin());
    let (first, helper, _) = inside(&town, &[Scope::Secrets]).await;
    let token = support::make_token(engine, &helper, WHY).await.unwrap();
    home.clock.advance(Span::minutes(1));
    let (second, _, _) = inside(&town, &[Scope::Log]).await;
    let damaged = vec![0xE5_u8, 0x01, 7, 7, 7];
    let damage = move |tx: &store::Tx<'_>| tx.execute(&DAMAGE, &params![damaged.clone()]).map(drop);
    home.data.write("damage", damage).await.unwrap();
    for id in [first, second] {
        support::end(engine, &admin, id).await.unwrap();
        assert_eq!(views::get(engine, &admin, id).await.unwrap().ended_by, Some(End::Admin));
    }
    assert!(!is_good(home, token.reveal()).await);
    assert_eq!(summary(&town, first).await["tokens_revoked"].as_array().unwrap().len(), 1);
}

/// What was ended after the copy was made is not good again.
#[tokio::test]
async fn claim_r5_a_copy_that_comes_back_brings_no_access_with_it() {
    let town = Town::new().await;
    let admin = town.admin();
    let (id, _, session) = inside(&town, &Scope::ALL).await;
    let (_, code) = support::grant(&town.home.engine, &admin, &wanted(&[Scope::Log], LONGEST)).await.unwrap();
    let done = crate::restore::restored(&town.home, Since::default()).await;
    assert_eq!(done.log_records_lost, 0);
    let (engine, brand) = (&town.home.engine, town.home.brand);
    assert!(!is_inside(&town, &session).await);
    assert!(support::enter(engine, brand, code.reveal(), None).await.unwrap().is_none());
    assert_eq!(engine.end_due_support().await.unwrap(), None);
    assert_eq!(views::get(engine, &admin, id).await.unwrap().ended_by, Some(End::Time));
}
