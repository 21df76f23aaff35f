//! People with accounts: signing up, in and out, the ways back in, and what is told by mail.

use crate::home::{Home, find};
use engine::actions::documents::{self, Early, NewDocument, NextText, NextVersion};
use engine::actions::set_up::{self, SetUp};
use engine::actions::sign_in::{self, Attempt, Begun, SignedIn};
use engine::actions::sign_up::{self, SignUp};
use engine::actions::{recovery, security, tokens};
use engine::mail::{Letter, Letters, Mailed, Post, Written};
use engine::views::{account, documents as shown};
use engine::{Actor, EngineError, LinkPurpose, Role, TokenScope, Weakness, Whence};
use model::brand::Brand;
use model::personal::Personal;
use model::ports::{Mail, MailError, Mailer};
use model::time::{BoxFuture, Clock, Span, Timestamp};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

pub use testkit::authenticator::code;

pub const EMAIL: &str = "owner@corner.example.com";
pub const PASSWORD: &str = "tidal-moss-kettle-91";
pub const ADMIN_PASSWORD: &str = "tidal-moss-kettle-91-orbit";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
pub const PHONE: &str =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1";

/// What the mails said: kind, address, the link that matters; and whether no mail server is there.
#[derive(Default)]
struct Mails(Mutex<Vec<(String, String, String)>>, AtomicBool);

impl Letters for Mails {
    fn write(&self, _: &Brand, _: &str, _: Option<&str>, letter: &Letter) -> Written {
        let link = match letter {
            Letter::ConfirmAddress { link, .. }
            | Letter::ConfirmNewAddress { link, .. }
            | Letter::PasswordForgotten { link, .. } => link.reveal().clone(),
            Letter::AccountCreated { not_me, .. }
            | Letter::NewPlace { not_me, .. }
            | Letter::PasswordChanged { not_me, .. }
            | Letter::AddressChangedOld { not_me, .. }
            | Letter::TwoFactorChanged { not_me, .. } => not_me.reveal().clone(),
            _ => String::new(),
        };
        let text = Personal::new(link);
        Written { language: "en", subject: Personal::from(letter.kind()), text: text.clone(), html: text }
    }
}

impl Mailer for Mails {
    fn send<'a>(&'a self, mail: Mail, mark: BoxFuture<'a, bool>) -> BoxFuture<'a, Result<(), MailError>> {
        Box::pin(async move {
            if self.1.load(Ordering::SeqCst) {
                return Err(MailError::NotNow("down".to_owned()));
            }
            assert!(mark.await);
            let (kind, to) = (mail.subject.reveal().clone(), mail.to.reveal().to_owned());
            self.0.lock().unwrap().push((kind, to, mail.text.reveal().clone()));
            Ok(())
        })
    }
}

pub struct Town {
    pub home: Home,
    mails: Arc<Mails>,
}

pub fn here() -> Whence {
    Whence::new("192.0.2.7".parse().ok(), Some(FIREFOX))
}

pub fn texts() -> Vec<NewDocument> {
    let one = |kind: &&str, language: &str| NewDocument {
        kind: (*kind).to_owned(),
        language: language.to_owned(),
        text: format!("# {kind} in {language}"),
    };
    documents::REQUIRED.iter().flat_map(|kind| ["en", "ar"].map(|language| one(kind, language))).collect()
}

/// The version after this one, which a law asks for.
pub fn next(kind: &str, after: i64, effective_at: Timestamp) -> NextVersion {
    let text = |language: &str| NextText {
        language: language.to_owned(),
        text: format!("# {kind} in {language}, after {after}"),
        summary: format!("A sentence about {kind} was made clearer."),
    };
    NextVersion {
        kind: kind.to_owned(),
        after,
        texts: ["en", "ar"].map(text).into(),
        effective_at,
        early: Some(Early::Law),
    }
}

impl Town {
    pub fn admin(&self) -> Actor {
        Actor { role: Role::Admin, ..self.home.actor() }
    }

    /// Of this document the version after this one, in force at once.
    pub async fn publish_next(&self, kind: &str, after: i64) -> Result<i64, EngineError> {
        let next = next(kind, after, self.home.clock.now());
        documents::publish_next(&self.home.engine, &self.admin(), next).await
    }

    /// Sign-up is shut.
    async fn shut() -> Self {
        let mails = Arc::new(Mails::default());
        let post = Post { letters: Arc::<Mails>::clone(&mails), mailer: Arc::<Mails>::clone(&mails) };
        Self { home: Home::with_post(Some(post)).await, mails }
    }

    pub async fn new() -> Self {
        let town = Self::shut().await;
        let admin = Actor { role: Role::Admin, ..town.home.actor() };
        documents::publish_first(&town.home.engine, &admin, texts()).await.unwrap();
        town
    }

    pub async fn form(&self) -> SignUp {
        let accepted = shown::to_accept(&self.home.engine, self.home.brand).await.unwrap();
        SignUp {
            name: "Sample Owner".into(),
            email: EMAIL.into(),
            password: Personal::from(PASSWORD),
            language: "en".into(),
            accepted: accepted.unwrap_or_default(),
        }
    }

    pub async fn register(&self, form: SignUp) -> Result<(), EngineError> {
        sign_up::register(&self.home.engine, self.home.brand, form, &here()).await
    }

    /// Lets what waits be sent; all mails since the last time.
    pub async fn mails(&self) -> Vec<(String, String, String)> {
        while self.home.engine.mail_some().await.unwrap() == Mailed::On {}
        std::mem::take(&mut *self.mails.0.lock().unwrap())
    }

    /// Whether a mail server is there, from now on.
    pub fn set_mail(&self, is_there: bool) {
        self.mails.1.store(!is_there, Ordering::SeqCst);
    }

    /// The secret of the only mail of this kind.
    pub async fn link(&self, kind: &str) -> String {
        let mails = self.mails().await;
        let links: Vec<&String> = mails.iter().filter(|(k, ..)| k == kind).map(|(_, _, link)| link).collect();
        assert_eq!(links.len(), 1, "{kind} among {mails:?}");
        links[0].rsplit('/').next().unwrap().to_owned()
    }

    /// An account that may sign in.
    pub async fn settle_in(&self) {
        self.register(self.form().await).await.unwrap();
        let link = self.link("confirm_address").await;
        assert!(self.confirm(&link, PASSWORD).await.unwrap());
        self.mails().await;
    }

    /// Whether the link was good.
    pub async fn confirm(&self, link: &str, password: &str) -> Result<bool, EngineError> {
        let (engine, brand) = (&self.home.engine, self.home.brand);
        let password = Personal::from(password);
        let confirmed = sign_up::confirm(engine, brand, link, &password, false, &here()).await?;
        Ok(confirmed.is_some())
    }

    pub async fn try_in(&self, password: &str, whence: &Whence) -> Result<Begun, EngineError> {
        let attempt = Attempt { email: EMAIL.into(), password: Personal::from(password), keep_days: None };
        sign_in::sign_in(&self.home.engine, self.home.brand, attempt, whence).await
    }

    pub async fn sign_in(&self) -> SignedIn {
        let begun = self.try_in(PASSWORD, &here()).await.unwrap();
        self.who(&begun).await.unwrap()
    }

    pub async fn who(&self, begun: &Begun) -> Option<SignedIn> {
        sign_in::find(&self.home.engine, self.home.brand, begun.secret.reveal()).await.unwrap()
    }
}

#[tokio::test]
async fn claim_a2_sign_up_is_shut_until_the_documents_are_published_and_accepted() {
    let town = Town::shut().await;
    assert!(matches!(town.register(town.form().await).await, Err(EngineError::Conflict(_))));
    let town = Town::new().await;
    let form = SignUp { accepted: Vec::new(), ..town.form().await };
    assert!(matches!(town.register(form).await, Err(EngineError::Invalid { field: "accepted", .. })));
    // A new version comes out while somebody reads the old one.
    let stale = town.form().await;
    for kind in documents::REQUIRED {
        town.publish_next(kind, 1).await.unwrap();
    }
    assert!(matches!(town.register(stale).await, Err(EngineError::Invalid { field: "accepted", .. })));
    town.settle_in().await;
    let who = town.sign_in().await;
    let accepted = account::get(&town.home.engine, &who).await.unwrap().accepted;
    assert_eq!(
        accepted.iter().map(|a| (a.kind.as_str(), a.version)).collect::<Vec<_>>(),
        [("data_use", 2), ("privacy", 2), ("terms", 2)]
    );
    // Nobody but an admin publishes.
    let refused = documents::publish_first(&town.home.engine, &who.actor, texts()).await;
    assert!(matches!(refused, Err(EngineError::Forbidden("admin"))));
    let refused =
        documents::publish_next(&town.home.engine, &who.actor, next("terms", 2, town.home.clock.now())).await;
    assert!(matches!(refused, Err(EngineError::Forbidden("admin"))));
}

#[tokio::test]
async fn claim_u2_a_password_made_of_ones_own_words_is_refused_and_nothing_is_kept() {
    let town = Town::new().await;
    let form = SignUp { password: Personal::from("owner-corner-1"), ..town.form().await };
    let refused = town.register(form).await;
    assert!(matches!(refused, Err(EngineError::Weak(Weakness::OwnWords))), "{refused:?}");
    assert!(town.mails().await.is_empty());
    assert!(matches!(town.try_in("owner-corner-1", &here()).await, Err(EngineError::WrongCredentials)));
}

#[tokio::test]
async fn a_password_that_became_known_is_refused_wherever_one_is_chosen() {
    let mut town = Town::new().await;
    let known = "walnut-ferry-lamp-22";
    let list = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(list.path(), "2071E4DD906C54BA1259E8575AE98960FC4CC0BA:3\r\n").unwrap();
    town.home.refuse_breached(list.path()).await;
    let form = SignUp { password: Personal::from(known), ..town.form().await };
    let refused = town.register(form).await;
    assert!(matches!(refused, Err(EngineError::Weak(Weakness::Breached))), "{refused:?}");
    assert!(town.mails().await.is_empty());
    // Others are taken as before, and changed only to such.
    town.settle_in().await;
    let (engine, who) = (&town.home.engine, town.sign_in().await);
    let (old, known) = (Personal::from(PASSWORD), Personal::from(known));
    let refused = security::change_password(engine, &who, &old, &known, false, &here()).await;
    assert!(matches!(refused, Err(EngineError::Weak(Weakness::Breached))), "{refused:?}");
    town.try_in(PASSWORD, &here()).await.unwrap();
    // A list that is gone lets nothing through.
    std::fs::write(list.path(), "").unwrap();
    let other = Personal::from("quiet-harbour-lantern-52");
    let refused = security::change_password(engine, &who, &old, &other, false, &here()).await;
    assert!(matches!(refused, Err(EngineError::NotYet(_))), "{refused:?}");
}

#[tokio::test]
async fn an_account_is_active_once_its_address_is_confirmed() {
    let town = Town::new().await;
    town.register(town.form().await).await.unwrap();
    let first = town.link("confirm_address").await;
    // Signing in before that sends the mail anew, to who knows the password.
    assert!(matches!(town.try_in(PASSWORD, &here()).await, Err(EngineError::Unconfirmed)));
    let link = town.link("confirm_address").await;
    let good = |secret: String, purpose| {
        let (engine, brand) = (Arc::clone(&town.home.engine), town.home.brand);
        async move { sign_up::is_good(&engine, brand, &secret, purpose).await.unwrap() }
    };
    assert!(good(link.clone(), LinkPurpose::Confirm).await && good(link.clone(), LinkPurpose::Confirm).await);
    assert!(!good(link.clone(), LinkPurpose::Reset).await, "a link is for one thing");
    let engine = &town.home.engine;
    let (other, password) = (town.home.other_brand(), Personal::from(PASSWORD));
    let elsewhere = sign_up::confirm(engine, other, &link, &password, false, &here()).await;
    assert!(elsewhere.unwrap().is_none(), "another brand's");
    assert!(town.confirm(&link, PASSWORD).await.unwrap());
    assert!(!town.confirm(&link, PASSWORD).await.unwrap(), "a link is good once");
    let mails = town.mails().await;
    assert_eq!(
        mails.iter().map(|(kind, to, _)| (kind.as_str(), to.as_str())).collect::<Vec<_>>(),
        [("account_created", EMAIL)]
    );
    assert!(!town.confirm(&first, PASSWORD).await.unwrap(), "nor is the one before, which is not needed");
    assert_eq!(town.sign_in().await.actor.role, Role::User);
}

#[tokio::test]
async fn signing_up_with_a_known_address_tells_its_owner_and_nobody_else() {
    let town = Town::new().await;
    town.settle_in().await;
    let stranger = SignUp { password: Personal::from("walnut-ferry-lamp-22"), ..town.form().await };
    town.register(stranger).await.unwrap();
    let mails = town.mails().await;
    assert_eq!(mails.iter().map(|(kind, ..)| kind.as_str()).collect::<Vec<_>>(), ["already_registered"]);
    assert!(town.try_in("walnut-ferry-lamp-22", &here()).await.is_err());
    town.sign_in().await;
}

#[tokio::test]
async fn an_account_that_nobody_confirmed_belongs_to_who_confirms_it() {
    let town = Town::new().await;
    let squatter = SignUp { password: Personal::from("walnut-ferry-lamp-22"), ..town.form().await };
    town.register(squatter).await.unwrap();
    let squatters = town.link("confirm_address").await;
    town.register(town.form().await).await.unwrap();
    let owners = town.link("confirm_address").await;
    assert!(!town.confirm(&squatters, "walnut-ferry-lamp-22").await.unwrap());
    assert!(town.confirm(&owners, PASSWORD).await.unwrap());
    assert!(town.try_in("walnut-ferry-lamp-22", &here()).await.is_err());
    town.sign_in().await;
}

#[tokio::test]
async fn claim_f3_a_session_ends_by_signing_out_by_idling_and_by_its_time() {
    let town = Town::new().await;
    town.settle_in().await;
    let begun = town.try_in(PASSWORD, &here()).await.unwrap();
    assert!(begun.kept_until.is_none(), "not kept unless asked for");
    let who = town.who(&begun).await.unwrap();
    sign_in::sign_out(&town.home.engine, &who).await.unwrap();
    assert!(town.who(&begun).await.is_none());

    let begun = town.try_in(PASSWORD, &here()).await.unwrap();
    for _ in 0..10 {
        town.home.clock.advance(Span::minutes(25));
        assert!(town.who(&begun).await.is_some(), "in use");
    }
    town.home.clock.advance(Span::minutes(31));
    assert!(town.who(&begun).await.is_none(), "idle");

    let begun = town.try_in(PASSWORD, &here()).await.unwrap();
    for _ in 0..28 {
        town.home.clock.advance(Span::minutes(25));
        town.who(&begun).await;
    }
    town.home.clock.advance(Span::minutes(21));
    assert!(town.who(&begun).await.is_none(), "twelve hours");

    let attempt = |keep_days| Attempt { email: EMAIL.into(), password: Personal::from(PASSWORD), keep_days };
    let (engine, brand) = (&town.home.engine, town.home.brand);
    let kept = sign_in::sign_in(engine, brand, attempt(Some(7)), &here()).await.unwrap();
    assert_eq!(kept.kept_until, Some(town.home.clock.now().plus(Span::days(7))));
    town.home.clock.advance(Span::days(6));
    assert!(town.who(&kept).await.is_some());
    town.home.clock.advance(Span::days(1));
    assert!(town.who(&kept).await.is_none());
    let odd = sign_in::sign_in(engine, brand, attempt(Some(5_000)), &here()).await.unwrap();
    assert!(odd.kept_until.is_none(), "not among the offered days");
}

#[tokio::test]
async fn another_brands_session_link_or_account_is_nobodys_here() {
    let town = Town::new().await;
    town.settle_in().await;
    let begun = town.try_in(PASSWORD, &here()).await.unwrap();
    let (engine, other) = (&town.home.engine, town.home.other_brand());
    assert!(sign_in::find(engine, other, begun.secret.reveal()).await.unwrap().is_none());
    let attempt = Attempt { email: EMAIL.into(), password: Personal::from(PASSWORD), keep_days: None };
    assert!(matches!(
        sign_in::sign_in(engine, other, attempt, &here()).await,
        Err(EngineError::WrongCredentials)
    ));
}

#[tokio::test]
async fn claim_u3_a_new_place_is_mailed_and_this_was_not_me_ends_everything() {
    let town = Town::new().await;
    town.settle_in().await;
    let at_home = town.try_in(PASSWORD, &here()).await.unwrap();
    assert!(town.mails().await.is_empty(), "the first place of all");
    town.try_in(PASSWORD, &here()).await.unwrap();
    assert!(town.mails().await.is_empty(), "a known place");
    let elsewhere = Whence::new("198.51.100.9".parse().ok(), Some(PHONE));
    let stranger = town.try_in(PASSWORD, &elsewhere).await.unwrap();
    let not_me = town.link("new_place").await;
    let (engine, brand) = (&town.home.engine, town.home.brand);
    let account = town.who(&stranger).await.unwrap().actor.account;
    let (_, token) = tokens::create(engine, brand, account, &TokenScope::ALL, None).await.unwrap();
    assert!(recovery::not_me(engine, brand, &not_me).await.unwrap());
    assert!(!recovery::not_me(engine, brand, &not_me).await.unwrap());
    for begun in [&at_home, &stranger] {
        assert!(town.who(begun).await.is_none());
    }
    let known = engine::views::tokens::authenticate(engine, brand, token.reveal()).await.unwrap();
    assert!(known.is_none(), "tokens end too");
    // The old password opens nothing any more, not even the way to a new one.
    assert!(matches!(town.try_in(PASSWORD, &here()).await, Err(EngineError::MustReset)));
    let reset = town.link("password_forgotten").await;
    let new = Personal::from("walnut-ferry-lamp-22");
    recovery::reset(engine, brand, &reset, &new, &here()).await.unwrap();
    assert!(town.try_in(PASSWORD, &here()).await.is_err());
    let begun = town.try_in("walnut-ferry-lamp-22", &here()).await.unwrap();
    assert!(town.who(&begun).await.is_some());
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_a_mailed_link_once() {
    let town = Town::new().await;
    town.settle_in().await;
    let begun = town.try_in(PASSWORD, &here()).await.unwrap();
    let (engine, brand) = (&town.home.engine, town.home.brand);
    recovery::forgotten(engine, brand, "nobody@corner.example.com", &here()).await.unwrap();
    assert!(town.mails().await.is_empty());
    recovery::forgotten(engine, brand, EMAIL, &here()).await.unwrap();
    let link = town.link("password_forgotten").await;
    let weak = recovery::reset(engine, brand, &link, &Personal::from("aaaaaaaaaaaaaa"), &here()).await;
    assert!(matches!(weak, Err(EngineError::Weak(_))), "and the link stays good");
    let new = Personal::from("walnut-ferry-lamp-22");
    recovery::reset(engine, brand, &link, &new, &here()).await.unwrap();
    assert!(matches!(
        recovery::reset(engine, brand, &link, &new, &here()).await,
        Err(EngineError::NotFound(_))
    ));
    assert!(town.who(&begun).await.is_none(), "sessions end");
    assert!(town.mails().await.iter().any(|(kind, ..)| kind == "password_changed"));
    recovery::forgotten(engine, brand, EMAIL, &here()).await.unwrap();
    let late = town.link("password_forgotten").await;
    town.home.clock.advance(Span::minutes(61));
    assert!(matches!(
        recovery::reset(engine, brand, &late, &new, &here()).await,
        Err(EngineError::NotFound(_))
    ));
}

#[tokio::test]
async fn claim_f6_changes_of_password_and_address_are_mailed_and_end_other_sessions() {
    let town = Town::new().await;
    town.settle_in().await;
    let other = town.try_in(PASSWORD, &here()).await.unwrap();
    let who = town.sign_in().await;
    let engine = &town.home.engine;
    let (right, new) = (Personal::from(PASSWORD), Personal::from("walnut-ferry-lamp-22"));
    let refused = security::change_password(engine, &who, &new, &right, true, &here()).await;
    assert!(matches!(refused, Err(EngineError::WrongCredentials)));
    security::change_password(engine, &who, &right, &new, true, &here()).await.unwrap();
    assert!(town.who(&other).await.is_none());
    let mails = town.mails().await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert_eq!((mails[0].0.as_str(), mails[0].1.as_str()), ("password_changed", EMAIL));

    let moved = "moved@corner.example.com";
    security::change_address(engine, &who, &new, moved, &here()).await.unwrap();
    let view = account::get(engine, &who).await.unwrap();
    assert_eq!(view.email.reveal(), EMAIL, "until it is confirmed the old one stays");
    let mails = town.mails().await;
    assert_eq!((mails[0].0.as_str(), mails[0].1.as_str()), ("confirm_new_address", moved));
    let link = mails[0].2.rsplit('/').next().unwrap();
    assert!(recovery::confirm_address(engine, town.home.brand, link, &new, &here()).await.unwrap());
    assert!(!recovery::confirm_address(engine, town.home.brand, link, &new, &here()).await.unwrap());
    let told: Vec<_> = town.mails().await.into_iter().map(|(kind, to, _)| (kind, to)).collect();
    assert!(told.contains(&("address_changed_old".into(), EMAIL.into())), "{told:?}");
    assert!(told.contains(&("address_changed_new".into(), moved.into())), "{told:?}");
    let attempt = Attempt { email: moved.into(), password: new, keep_days: None };
    sign_in::sign_in(engine, town.home.brand, attempt, &here()).await.unwrap();
}

#[tokio::test]
async fn claim_u3_this_was_not_me_takes_an_address_back_and_ends_the_changes_under_way() {
    let town = Town::new().await;
    town.settle_in().await;
    let who = town.sign_in().await;
    let (engine, brand, right) = (&town.home.engine, town.home.brand, Personal::from(PASSWORD));
    // Somebody who knows the password moves the account, and begins to move it once more.
    security::change_address(engine, &who, &right, "thief@corner.example.com", &here()).await.unwrap();
    let link = town.link("confirm_new_address").await;
    assert!(recovery::confirm_address(engine, brand, &link, &right, &here()).await.unwrap());
    let not_me = town.link("address_changed_old").await;
    security::change_address(engine, &who, &right, "second@corner.example.com", &here()).await.unwrap();
    let second = town.link("confirm_new_address").await;
    assert!(recovery::not_me(engine, brand, &not_me).await.unwrap());
    assert!(!recovery::confirm_address(engine, brand, &second, &right, &here()).await.unwrap());
    let mails = town.mails().await;
    let to: Vec<_> = mails.iter().map(|(kind, to, _)| (kind.as_str(), to.as_str())).collect();
    assert_eq!(to, [("password_forgotten", EMAIL)]);
    let reset = mails[0].2.rsplit('/').next().unwrap();
    let new = Personal::from("walnut-ferry-lamp-22");
    recovery::reset(engine, brand, reset, &new, &here()).await.unwrap();
    town.try_in("walnut-ferry-lamp-22", &here()).await.unwrap();
    let attempt = Attempt { email: "thief@corner.example.com".into(), password: new, keep_days: None };
    let gone = sign_in::sign_in(engine, brand, attempt, &here()).await;
    assert!(matches!(gone, Err(EngineError::WrongCredentials)));
}

#[tokio::test]
async fn claim_u3_many_failures_do_not_hide_a_new_place_and_neither_does_a_long_absence() {
    let town = Town::new().await;
    town.settle_in().await;
    town.try_in(PASSWORD, &here()).await.unwrap();
    for _ in 0..130 {
        town.home.clock.advance(Span::secs(30));
        assert!(town.try_in("wrong", &here()).await.is_err());
    }
    let elsewhere = Whence::new("198.51.100.9".parse().ok(), Some(PHONE));
    town.home.clock.advance(Span::secs(30));
    town.try_in(PASSWORD, &elsewhere).await.unwrap();
    town.link("new_place").await;
    town.home.clock.advance(Span::days(40));
    // The history has run out by then.
    town.home.engine.tidy_sessions().await.unwrap();
    town.try_in(PASSWORD, &elsewhere).await.unwrap();
    town.link("new_place").await;
}

#[tokio::test]
async fn a_second_factor_is_asked_for_once_it_is_confirmed() {
    let town = Town::new().await;
    town.settle_in().await;
    let who = town.sign_in().await;
    let (engine, clock) = (&town.home.engine, &town.home.clock);
    let new = security::begin_factor(engine, &who).await.unwrap();
    assert!(!town.try_in(PASSWORD, &here()).await.unwrap().needs_second_factor, "not confirmed yet");
    let wrong = security::confirm_factor(engine, &who, "000000", &here()).await;
    assert!(matches!(wrong, Err(EngineError::Invalid { field: "code", .. })));
    security::confirm_factor(engine, &who, &code(new.secret.reveal(), clock.now()), &here()).await.unwrap();
    assert!(town.mails().await.iter().any(|(kind, ..)| kind == "two_factor_changed"));
    assert!(matches!(security::begin_factor(engine, &who).await, Err(EngineError::Conflict(_))));

    clock.advance(Span::secs(30));
    let half = town.try_in(PASSWORD, &here()).await.unwrap();
    assert!(half.needs_second_factor);
    let half = town.who(&half).await.unwrap();
    assert!(half.needs_second_factor);
    let wrong = sign_in::second_factor(engine, &half, "123456", None, &here()).await;
    assert!(matches!(wrong, Err(EngineError::WrongCredentials)));
    let right = code(new.secret.reveal(), clock.now());
    let full = sign_in::second_factor(engine, &half, &right, Some(30), &here()).await.unwrap();
    assert!(full.kept_until.is_some() && !town.who(&full).await.unwrap().needs_second_factor);
    let again = town.try_in(PASSWORD, &here()).await.unwrap();
    let again = town.who(&again).await.unwrap();
    assert!(sign_in::second_factor(engine, &again, &right, None, &here()).await.is_err(), "used");
    let recovery = new.recovery[0].reveal();
    sign_in::second_factor(engine, &again, recovery, None, &here()).await.unwrap();
    let view = account::get(engine, &who).await.unwrap();
    assert_eq!((view.has_second_factor, view.recovery_codes_left), (true, 7));

    clock.advance(Span::secs(30));
    let right = code(new.secret.reveal(), clock.now());
    security::remove_factor(engine, &who, &Personal::from(PASSWORD), &right, &here()).await.unwrap();
    assert!(!town.try_in(PASSWORD, &here()).await.unwrap().needs_second_factor);
}

#[tokio::test]
async fn claim_f4_the_history_is_sealed_shown_to_its_person_and_purged() {
    let town = Town::new().await;
    town.settle_in().await;
    let (engine, clock) = (&town.home.engine, &town.home.clock);
    assert!(town.try_in("wrong-wrong-wrong", &here()).await.is_err());
    clock.advance(Span::secs(1));
    let who = town.sign_in().await;
    let history = account::history(engine, &who).await.unwrap();
    let outcomes: Vec<_> = history.iter().map(|entry| entry.outcome.as_str()).collect();
    assert_eq!(outcomes, ["signed_in", "wrong_password"]);
    assert_eq!(history[0].address.as_ref().unwrap().reveal(), "192.0.2.7");
    assert_eq!(history[0].browser.reveal(), "Firefox, Linux");
    let sessions = account::sessions(engine, &who).await.unwrap();
    assert_eq!((sessions.len(), sessions[0].is_this), (1, true));
    for secret in ["192.0.2.7", "Firefox", EMAIL, "corner.example.com", PASSWORD, "argon2id"] {
        assert_eq!(find(&town.home.content().await, secret.as_bytes()), None, "{secret}");
    }
    clock.advance(Span::days(31));
    let who = town.sign_in().await;
    let running = engine.run();
    running.stop().await;
    engine.tidy_sessions().await.unwrap();
    let history = account::history(engine, &who).await.unwrap();
    assert_eq!(history.len(), 1, "after thirty days only the newest is left");
}

#[tokio::test]
async fn one_session_or_all_others_can_be_ended_from_here() {
    let town = Town::new().await;
    town.settle_in().await;
    let (one, two) =
        (town.try_in(PASSWORD, &here()).await.unwrap(), town.try_in(PASSWORD, &here()).await.unwrap());
    let who = town.sign_in().await;
    let engine = &town.home.engine;
    let id = town.who(&one).await.unwrap().session;
    security::end_session(engine, &who, id).await.unwrap();
    assert!(matches!(security::end_session(engine, &who, id).await, Err(EngineError::NotFound(_))));
    assert!(town.who(&one).await.is_none() && town.who(&two).await.is_some());
    let made = || tokens::create_own(engine, &who.actor, &[TokenScope::PagesRead], None);
    let (_, secret) = made().await.unwrap();
    made().await.unwrap();
    let is_good = async || {
        engine::views::tokens::authenticate(engine, who.actor.brand, secret.reveal()).await.unwrap().is_some()
    };
    assert_eq!(security::end_other_sessions(engine, &who, false).await.unwrap(), 1);
    assert!(town.who(&two).await.is_none());
    assert_eq!(account::sessions(engine, &who).await.unwrap().len(), 1);
    assert!(is_good().await, "programs go on unless they were to end, too");
    town.mails().await;
    assert_eq!(security::end_other_sessions(engine, &who, true).await.unwrap(), 0);
    assert!(!is_good().await);
    assert_eq!(engine::views::tokens::list(engine, &who.actor).await.unwrap(), []);
    let mails: Vec<String> = town.mails().await.into_iter().map(|(kind, ..)| kind).collect();
    assert_eq!(mails, ["token_revoked"], "one letter for all of them");
    let admin = Actor { role: Role::Admin, ..who.actor.clone() };
    let all = engine::views::audit::Filter::default();
    let entries = engine::views::audit::list(engine, &admin, all, None, 200).await.unwrap();
    assert_eq!(entries.iter().filter(|entry| entry.kind == "token_revoked").count(), 2);
}

#[tokio::test]
async fn claim_f9_a_brand_is_set_up_once_by_a_link_that_ends() {
    let town = Town::shut().await;
    let (engine, brand) = (&town.home.engine, town.home.brand);
    let form = |password: &str| SetUp {
        name: "Sample Admin".into(),
        email: "admin@corner.example.com".into(),
        password: Personal::from(password),
        language: "en".into(),
        documents: texts(),
    };
    let secret = |address: Personal<String>| address.reveal().rsplit('/').next().unwrap().to_owned();
    let first = secret(set_up::offer(engine, brand).await.unwrap().unwrap());
    let second = secret(set_up::offer(engine, brand).await.unwrap().unwrap());
    let refused = |link: String, password: &'static str| async move {
        set_up::set_up(engine, brand, &link, form(password)).await.unwrap_err()
    };
    assert!(matches!(refused(first, ADMIN_PASSWORD).await, EngineError::NotFound(_)), "only the newest");
    assert!(matches!(refused(second.clone(), "umbrella-f7").await, EngineError::Weak(_)), "admins need more");
    town.home.clock.advance(Span::minutes(61));
    assert!(matches!(refused(second, ADMIN_PASSWORD).await, EngineError::NotFound(_)), "an hour");
    let link = secret(set_up::offer(engine, brand).await.unwrap().unwrap());
    set_up::set_up(engine, brand, &link, form(ADMIN_PASSWORD)).await.unwrap();
    assert!(matches!(refused(link, ADMIN_PASSWORD).await, EngineError::NotFound(_)), "once");
    assert!(set_up::offer(engine, brand).await.unwrap().is_none(), "there is an admin now");
    assert!(town.mails().await.iter().any(|(kind, ..)| kind == "account_set_up"));
    assert!(shown::to_accept(engine, brand).await.unwrap().is_some(), "sign-up is open");
    let attempt = Attempt {
        email: "Admin@Corner.example.com".into(),
        password: Personal::from(ADMIN_PASSWORD),
        keep_days: None,
    };
    let begun = sign_in::sign_in(engine, brand, attempt, &here()).await.unwrap();
    assert_eq!(town.who(&begun).await.unwrap().actor.role, Role::Admin);
}

#[tokio::test]
async fn guessing_a_password_is_slowed_down() {
    let town = Town::new().await;
    town.settle_in().await;
    let mut answers = Vec::new();
    for number in 0..12 {
        answers.push(town.try_in(&format!("wrong-password-{number}"), &here()).await.err().unwrap());
    }
    assert!(matches!(answers[0], EngineError::WrongCredentials));
    assert!(matches!(answers[11], EngineError::TooMany { .. }));
    assert!(
        matches!(town.try_in(PASSWORD, &here()).await, Err(EngineError::TooMany { .. })),
        "the right one too"
    );
    town.home.clock.advance(Span::minutes(1));
    town.sign_in().await;
}

#[tokio::test]
async fn claim_f6_an_admin_signs_somebody_out_everywhere_and_they_are_told() {
    let town = Town::new().await;
    town.settle_in().await;
    let (engine, who) = (&town.home.engine, town.sign_in().await);
    town.sign_in().await;
    town.mails().await;
    let (admin, account) = (town.admin(), who.actor.account);
    let refused = security::end_sessions_of(engine, &who.actor, account).await;
    assert!(matches!(refused, Err(EngineError::Forbidden("admin"))), "{refused:?}");
    let elsewhere = Actor { brand: town.home.other_brand(), ..admin.clone() };
    let missing = security::end_sessions_of(engine, &elsewhere, account).await;
    assert!(matches!(missing, Err(EngineError::NotFound(_))), "{missing:?}");
    assert_eq!(account::sessions(engine, &who).await.unwrap().len(), 2);
    let (token, _) = tokens::create_own(engine, &who.actor, &[TokenScope::PagesRead], None).await.unwrap();
    town.mails().await;
    assert_eq!(security::end_sessions_of(engine, &admin, account).await.unwrap(), 2);
    assert!(account::sessions(engine, &who).await.unwrap().is_empty());
    let told = town.mails().await;
    assert_eq!(told.iter().map(|(kind, ..)| kind.as_str()).collect::<Vec<_>>(), ["sessions_ended"]);
    // Nobody was there: nothing is told. Coming in again needs nothing but what it always needs.
    assert_eq!(security::end_sessions_of(engine, &admin, account).await.unwrap(), 0);
    assert!(town.mails().await.is_empty());
    town.sign_in().await;
    tokens::revoke_own(engine, &who.actor, token).await.unwrap();
}
