//! Claim F6: what happens to an account is mailed, whatever happens to the program in between; and
//! what the mail holds is seen by nobody else.

use crate::home::{Home, find};
use engine::mail::{Letter, Letters, Mailed, PATIENCE, Post, Reader, Written, prepare};
use engine::views::mail::{counts, state};
use engine::{Actor, Engine, Role};
use model::brand::Brand;
use model::id::MailId;
use model::mail::EmailAddress;
use model::personal::Personal;
use model::plan::Month;
use model::ports::{Mail, MailError, Mailer};
use model::time::{BoxFuture, Clock, Span};
use outbound::mail::{MailRoute, mailer};
use outbound::{Client, Register};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use store::StoreError;
use store::tables::{mail, subscription};
use testkit::FixedClock;
use testkit::mail::{Catcher, Encryption, Mood};
use tokio::sync::Notify;

const OWNER: &str = "owner.of.it@shop.example";
const NOT_ME: &str = "https://bakery.example/not-me/q8Wd2kQxPz";

/// What the mailer does with a mail.
#[derive(Clone, Copy)]
enum Answer {
    Take,
    NotNow,
    Refuse,
    Unanswered,
    /// As a process that is killed: before the mark, or after it.
    HangBefore,
    HangAfter,
}

/// Carries nothing; remembers what it was given to carry.
#[derive(Default)]
struct Postman {
    answers: Mutex<VecDeque<Answer>>,
    handed: Mutex<Vec<(String, String, String)>>,
    hangs: Notify,
}

impl Postman {
    fn will(&self, answers: impl IntoIterator<Item = Answer>) {
        self.answers.lock().unwrap().extend(answers);
    }

    async fn hang<T>(&self) -> T {
        self.hangs.notify_one();
        std::future::pending().await
    }

    /// Message-IDs in the order of handing over.
    fn handed(&self) -> Vec<String> {
        self.handed.lock().unwrap().iter().map(|(id, ..)| id.clone()).collect()
    }
}

impl Mailer for Postman {
    fn send<'a>(&'a self, mail: Mail, mark: BoxFuture<'a, bool>) -> BoxFuture<'a, Result<(), MailError>> {
        Box::pin(async move {
            let answer = self.answers.lock().unwrap().pop_front().unwrap_or(Answer::Take);
            let because = || "because".to_owned();
            match answer {
                Answer::HangBefore => self.hang().await,
                Answer::NotNow => return Err(MailError::NotNow(because())),
                _ => {}
            }
            if !mark.await {
                return Err(MailError::NotNow("in other hands".to_owned()));
            }
            let text = mail.text.reveal().clone();
            self.handed.lock().unwrap().push((mail.id, mail.to.reveal().to_owned(), text));
            match answer {
                Answer::HangAfter => self.hang().await,
                Answer::Unanswered => Err(MailError::Unanswered(because())),
                Answer::Refuse => Err(MailError::Refused(because())),
                _ => Ok(()),
            }
        })
    }
}

/// Writes what a test needs to see.
struct Bare;

impl Letters for Bare {
    fn write(&self, brand: &Brand, language: &str, _: Option<&str>, letter: &Letter) -> Written {
        let link = match letter {
            Letter::PasswordChanged { not_me, .. } => not_me.reveal().clone(),
            other => other.kind().to_owned(),
        };
        Written {
            language: "en",
            subject: Personal::new(format!("{}: {}", brand.name, letter.kind())),
            text: Personal::new(format!("{language} {link}")),
            html: Personal::new(format!("<p>{link}</p>")),
        }
    }
}

async fn home() -> (Home, Arc<Postman>) {
    let postman = Arc::new(Postman::default());
    let post = Post { letters: Arc::new(Bare), mailer: Arc::<Postman>::clone(&postman) };
    (Home::with_post(Some(post)).await, postman)
}

/// Does an act with its mail, in one commit; nobody is woken. `Err` rolls back both.
async fn act(home: &Home, then: Result<(), ()>) -> Result<MailId, StoreError> {
    let letter = Letter::PasswordChanged { at: home.clock.now(), not_me: Personal::from(NOT_ME) };
    let to = Personal::from(OWNER);
    let reader = Reader { to: &to, language: "ar", zone: None };
    let row = prepare(&home.engine, home.brand, home.account, reader, letter).await.unwrap();
    let (id, brand, account, now) = (row.id, home.brand, home.account, home.clock.now());
    home.data
        .write("act", move |tx| {
            let scope = tx.brand(brand);
            subscription::spend(scope, account, Month::of(now), 923)?;
            mail::insert(scope, &row)?;
            then.map_err(|()| StoreError::Address("the act failed".to_owned()))
        })
        .await?;
    Ok(id)
}

async fn ended(home: &Home) -> Vec<(String, u64)> {
    let admin = Actor { role: Role::Admin, ..home.actor() };
    counts(&home.engine, &admin).await.unwrap()
}

async fn waiting(engine: &Engine) -> u64 {
    state(engine).await.unwrap().waiting
}

/// Lets the station take one step and cuts it off when it hangs, as a kill would.
async fn cut_off(engine: &Engine, postman: &Postman) {
    tokio::select! {
        step = engine.mail_some() => panic!("the mailer was to hang: {step:?}"),
        () = postman.hangs.notified() => {}
    }
}

#[tokio::test]
async fn claim_f6_an_act_and_its_mail_commit_together_or_not_at_all() {
    let (home, postman) = home().await;
    act(&home, Err(())).await.unwrap_err();
    assert_eq!((home.quota().await, waiting(&home.engine).await), (1_000, 0));
    let id = act(&home, Ok(())).await.unwrap();
    assert_eq!((home.quota().await, waiting(&home.engine).await), (77, 1));
    home.settle().await;
    assert_eq!(postman.handed(), [id.to_string()]);
    let (_, to, text) = postman.handed.lock().unwrap()[0].clone();
    assert_eq!((to.as_str(), text), (OWNER, format!("ar {NOT_ME}")));
    assert_eq!((waiting(&home.engine).await, ended(&home).await), (0, vec![("sent".to_owned(), 1)]));
}

#[tokio::test]
async fn claim_f6_a_kill_between_act_and_mail_still_sends_it_once() {
    let (home, postman) = home().await;
    let id = act(&home, Ok(())).await.unwrap();
    let home = home.restart(|_| {}).await.unwrap();
    home.settle().await;
    home.settle().await;
    assert_eq!(postman.handed(), [id.to_string()]);
}

#[tokio::test]
async fn claim_f6_a_kill_before_the_mail_left_sends_it_once() {
    let (home, postman) = home().await;
    let id = act(&home, Ok(())).await.unwrap();
    postman.will([Answer::HangBefore]);
    cut_off(&home.engine, &postman).await;
    let next = home.another().await.unwrap();
    // Another run waits until the dead one's claim has run out.
    let Mailed::Until(at) = next.mail_some().await.unwrap() else { panic!("it waits") };
    assert_eq!(at.since(home.clock.now()), Span::minutes(6));
    assert_eq!(postman.handed(), Vec::<String>::new());
    home.clock.advance(Span::minutes(6));
    assert_eq!(next.mail_some().await.unwrap(), Mailed::On);
    assert_eq!(next.mail_some().await.unwrap(), Mailed::Idle);
    assert_eq!(postman.handed(), [id.to_string()]);
}

#[tokio::test]
async fn claim_f6_what_was_handed_over_without_an_answer_is_repeated_once_under_the_same_id() {
    for answers in [[Answer::HangAfter; 2], [Answer::Unanswered; 2]] {
        let (home, postman) = home().await;
        let id = act(&home, Ok(())).await.unwrap().to_string();
        postman.will(answers);
        for _ in 0..4 {
            tokio::select! {
                _ = home.engine.mail_some() => {}
                () = postman.hangs.notified() => {}
            }
            home.clock.advance(Span::minutes(11));
        }
        assert_eq!(postman.handed(), [id.clone(), id]);
        assert_eq!(
            (waiting(&home.engine).await, ended(&home).await),
            (0, vec![("unanswered".to_owned(), 1)])
        );
    }
}

#[tokio::test]
async fn claim_f6_a_failure_for_now_is_tried_again_ever_more_slowly_and_ends_after_three_days() {
    let (home, postman) = home().await;
    act(&home, Ok(())).await.unwrap();
    postman.will([Answer::NotNow; 40]);
    let began = home.clock.now();
    let mut pauses = Vec::new();
    loop {
        match home.engine.mail_some().await.unwrap() {
            Mailed::On => {}
            Mailed::Until(at) => {
                pauses.push(at.since(home.clock.now()).0 / Span::minutes(1).0);
                home.clock.advance(at.since(home.clock.now()));
            }
            Mailed::Idle => break,
        }
    }
    assert_eq!(&pauses[..10], [1, 2, 4, 8, 16, 32, 64, 128, 256, 256]);
    assert_eq!(home.clock.now().since(began), Span::days(3));
    assert_eq!(postman.handed(), Vec::<String>::new());
    assert_eq!(ended(&home).await, [("given_up".to_owned(), 1)]);
}

#[tokio::test]
async fn claim_f6_a_failure_that_passes_delays_a_mail_and_loses_nothing() {
    let (home, postman) = home().await;
    let id = act(&home, Ok(())).await.unwrap();
    postman.will([Answer::NotNow, Answer::NotNow]);
    let running = home.engine.run();
    while waiting(&home.engine).await > 0 {
        tokio::task::yield_now().await;
    }
    running.stop().await;
    assert_eq!(postman.handed(), [id.to_string()]);
    assert_eq!(ended(&home).await, [("sent".to_owned(), 1)]);
}

#[tokio::test]
async fn claim_f6_a_refusal_for_good_ends_the_mail() {
    let (home, postman) = home().await;
    act(&home, Ok(())).await.unwrap();
    postman.will([Answer::Refuse]);
    home.settle().await;
    assert_eq!((waiting(&home.engine).await, ended(&home).await), (0, vec![("refused".to_owned(), 1)]));
}

#[tokio::test]
async fn two_nodes_send_a_mail_once() {
    let (home, postman) = home().await;
    for _ in 0..20 {
        act(&home, Ok(())).await.unwrap();
    }
    let other = home.another().await.unwrap();
    let both = async |engine: &Engine| while engine.mail_some().await.unwrap() == Mailed::On {};
    tokio::join!(both(&home.engine), both(&other));
    let mut handed = postman.handed();
    handed.sort();
    handed.dedup();
    assert_eq!((handed.len(), postman.handed().len()), (20, 20));
    assert_eq!(ended(&home).await, [("sent".to_owned(), 20)]);
}

#[tokio::test]
async fn without_a_mailer_mails_wait_and_the_operator_can_see_it() {
    let home = Home::new().await;
    act(&home, Ok(())).await.unwrap();
    let seen = state(&home.engine).await.unwrap();
    assert_eq!((seen.is_configured, seen.waiting, seen.oldest_at), (false, 1, Some(home.clock.now())));
    assert_eq!(home.engine.mail_some().await.unwrap(), Mailed::Idle);
    assert_eq!(waiting(&home.engine).await, 1);
    home.clock.advance(Span::days(3));
    home.engine.mail_some().await.unwrap();
    assert_eq!((waiting(&home.engine).await, ended(&home).await), (0, vec![("given_up".to_owned(), 1)]));
}

#[tokio::test]
async fn only_an_admin_sees_what_became_of_mails_and_only_the_own_brand_s() {
    let (home, _) = home().await;
    act(&home, Ok(())).await.unwrap();
    home.settle().await;
    assert!(counts(&home.engine, &home.actor()).await.is_err());
    let other = Actor { role: Role::Admin, brand: home.other_brand(), ..home.actor() };
    assert_eq!(counts(&home.engine, &other).await.unwrap(), []);
}

#[tokio::test]
async fn claim_f2_what_a_waiting_mail_says_lies_readable_nowhere() {
    let (home, _) = home().await;
    act(&home, Ok(())).await.unwrap();
    for text in [OWNER, "owner.of.it", NOT_ME, "q8Wd2kQxPz"] {
        assert_eq!(find(&home.content().await, text.as_bytes()), None, "{text}");
    }
}

#[tokio::test]
async fn claim_f1_a_mail_of_an_erased_account_goes_to_nobody() {
    let (home, postman) = home().await;
    act(&home, Ok(())).await.unwrap();
    let home = home.restart(|_| {}).await.unwrap();
    home.vault.destroy(&[home.account.0]).await.unwrap();
    let fresh = home.another().await.unwrap();
    fresh.mail_some().await.unwrap();
    assert_eq!(postman.handed(), Vec::<String>::new());
    assert_eq!(ended(&home).await, [("unreadable".to_owned(), 1)]);
}

#[tokio::test]
async fn claim_b1_a_letter_that_only_a_newer_version_knows_waits_for_its_nodes() {
    let (home, postman) = home().await;
    act(&home, Ok(())).await.unwrap();
    let key = home.vault.key(&home.account.0).await.unwrap().unwrap();
    let (brand, account, now) = (home.brand, home.account, home.clock.now());
    let id = MailId::new(now, &testkit::SeededEntropy::new(9));
    let place = vault::Place { brand, person: account.0, table: "mail", row: id.0 };
    let sealed = key.seal_value(&place, &"what nobody here knows", &testkit::SeededEntropy::new(9)).unwrap();
    let row = mail::NewMail {
        id,
        account,
        kind: "unheard_of",
        created_at: now,
        ends_at: now.plus(PATIENCE),
        sealed,
    };
    home.data.write("newer", move |tx| mail::insert(tx.brand(brand), &row)).await.unwrap();
    while home.engine.mail_some().await.unwrap() == Mailed::On {}
    assert_eq!((postman.handed().len(), waiting(&home.engine).await), (1, 1), "the other left");
    home.clock.advance(PATIENCE);
    while home.engine.mail_some().await.unwrap() == Mailed::On {}
    assert_eq!(waiting(&home.engine).await, 0, "not for ever");
    assert_eq!(ended(&home).await, [("given_up".to_owned(), 1), ("sent".to_owned(), 1)]);
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_before_anything_is_written() {
    let (home, _) = home().await;
    for to in ["nobody", "a@b.example\r\nBcc: c@d.example"] {
        let letter = Letter::PasswordChanged { at: home.clock.now(), not_me: Personal::from(NOT_ME) };
        let reader = Reader { to: &Personal::from(to), language: "en", zone: None };
        let prepared = prepare(&home.engine, home.brand, home.account, reader, letter).await;
        assert!(prepared.unwrap_err().to_string().starts_with("email: "));
    }
}

/// An engine that mails to the catcher over TLS. `announced`: whether the register has it.
pub async fn with_catcher(catcher: &Catcher, announced: bool) -> Home {
    let port = catcher.address.port();
    let host = if announced { "localhost" } else { "mail.example" };
    let register = format!(
        "[[recipient]]\nname = \"mail\"\nhost = \"{host}\"\nport = {port}\nwho = \"w\"\ndata = \"d\"\npurpose = \"p\"\ncountry = \"c\"\nsafeguard = \"s\"\nin_force_from = 2026-11-01\nprivate = true\n"
    );
    let client = Client::new(Register::parse(&register).unwrap(), Arc::new(FixedClock::new()));
    let route = MailRoute::parse(&format!("smtps://localhost:{port}")).unwrap();
    let from = EmailAddress::parse("no-reply@bakery.example").unwrap();
    let mailer = mailer(route, Arc::new(client), from, vec![catcher.root.clone()]);
    Home::with_post(Some(Post { letters: Arc::new(Bare), mailer })).await
}

#[tokio::test]
async fn claim_f6_a_mail_goes_all_the_way_to_a_mail_server() {
    let catcher = Catcher::start(Encryption::Tls).await;
    let home = with_catcher(&catcher, true).await;
    let id = act(&home, Ok(())).await.unwrap();
    home.settle().await;
    let [caught] = &catcher.caught()[..] else { panic!("one mail") };
    assert_eq!((&caught.to[..], caught.was_encrypted), (&[OWNER.to_owned()][..], true));
    for line in [
        format!("Message-ID: <{id}@bakery.example>"),
        "From: \"The bakery bot\" <no-reply@bakery.example>".to_owned(),
        "Reply-To: privacy@brand.example".to_owned(),
        "Auto-Submitted: auto-generated".to_owned(),
    ] {
        assert!(caught.message.contains(&format!("{line}\r\n")), "{line} in {}", caught.message);
    }
    // A station that waits turns the clock: how many seconds have passed by then is the stations' affair.
    assert!(caught.message.contains("Date: Sun, 22 Nov 2026 12:00:0"), "{}", caught.message);
}

#[tokio::test]
async fn claim_d3_a_mail_server_that_was_not_announced_gets_no_mail() {
    let catcher = Catcher::start(Encryption::Tls).await;
    let home = with_catcher(&catcher, false).await;
    act(&home, Ok(())).await.unwrap();
    home.engine.mail_some().await.unwrap();
    assert_eq!((catcher.connections(), waiting(&home.engine).await), (0, 1));
}

/// Keeps every event of its thread, with all fields.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl tracing::Subscriber for Log {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, span: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        span.record(&mut Fields(&self.0));
        tracing::span::Id::from_u64(1)
    }
    fn record(&self, _: &tracing::span::Id, values: &tracing::span::Record<'_>) {
        values.record(&mut Fields(&self.0));
    }
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut Fields(&self.0));
    }
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

struct Fields<'a>(&'a Mutex<String>);

impl tracing::field::Visit for Fields<'_> {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        self.0.lock().unwrap().push_str(&format!("{field}={value:?} "));
    }
}

#[tokio::test]
async fn claim_r4_nothing_of_a_mail_s_person_is_logged_whatever_the_server_says() {
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    let catcher = Catcher::start(Encryption::Tls).await;
    let home = with_catcher(&catcher, true).await;
    let moods =
        [Mood::NotNow, Mood::NeverTo, Mood::Never, Mood::Full, Mood::HangsUpAtLast, Mood::HangsUpAtData];
    for mood in moods {
        catcher.be(mood);
        act(&home, Ok(())).await.unwrap();
        home.engine.mail_some().await.unwrap();
        home.clock.advance(Span::secs(1));
    }
    let text = log.0.lock().unwrap().clone();
    assert!(text.contains("a mail was not taken") && text.contains("the server answered 451"), "{text}");
    for secret in [OWNER, "owner.of.it", "shop.example", NOT_ME, "q8Wd2kQxPz"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}
