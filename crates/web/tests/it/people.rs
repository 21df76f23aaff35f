//! People who sign up and in as anybody does, with their mails read for them.

use engine::actions::documents::{NewDocument, REQUIRED};
use engine::actions::set_up::{self, SetUp};
use engine::actions::sign_in::{self, Attempt};
use engine::actions::sign_up::{self, SignUp};
use engine::mail::{Letter, Letters, Mailed, Post, Written};
use engine::{Actor, Engine, Role, TokenScope, Whence, views};
use model::brand::Brand;
use model::id::{AccountId, BrandId};
use model::personal::Personal;
use model::ports::{Mail, MailError, Mailer};
use model::time::BoxFuture;
use std::sync::{Arc, Mutex};

pub const EMAIL: &str = "owner@corner.example.com";
pub const PASSWORD: &str = "tidal-moss-kettle-91";

/// Keeps every mail: its kind, to whom, its text. The texts are the real ones.
#[derive(Default)]
pub struct Mails {
    kept: Mutex<Vec<(String, String, String)>>,
    /// What the next one is answered with, if it is not taken.
    answer: Mutex<Option<MailError>>,
}

/// Puts the kind before the subject.
struct Told;

impl Letters for Told {
    fn write(&self, brand: &Brand, language: &str, zone: Option<&str>, letter: &Letter) -> Written {
        let written = web::FluentLetters.write(brand, language, zone, letter);
        Written { subject: Personal::from(letter.kind()), ..written }
    }
}

impl Mailer for Mails {
    fn send<'a>(&'a self, mail: Mail, mark: BoxFuture<'a, bool>) -> BoxFuture<'a, Result<(), MailError>> {
        Box::pin(async move {
            assert!(mark.await);
            if let Some(error) = self.answer.lock().unwrap().take() {
                return Err(error);
            }
            let (kind, to) = (mail.subject.reveal().clone(), mail.to.reveal().to_owned());
            self.kept.lock().unwrap().push((kind, to, mail.text.reveal().clone()));
            Ok(())
        })
    }
}

impl Mails {
    pub fn post(self: &Arc<Self>) -> Post {
        Post { letters: Arc::new(Told), mailer: Arc::<Self>::clone(self) }
    }

    /// The next mail is not taken.
    pub fn answer(&self, error: MailError) {
        *self.answer.lock().unwrap() = Some(error);
    }

    /// The path of the link in the newest mail of this kind to [`EMAIL`], without its host and its language.
    pub async fn link(&self, engine: &Engine, kind: &str, start: &str) -> String {
        self.link_to(engine, EMAIL, kind, start).await
    }

    /// The newest mail of this kind to this address.
    pub async fn text_to(&self, engine: &Engine, email: &str, kind: &str) -> String {
        while engine.mail_some().await.unwrap() == Mailed::On {}
        let mails = self.kept.lock().unwrap();
        let found = mails.iter().rev().find(|(own, to, _)| own == kind && to == email);
        let (_, _, text) = found.unwrap_or_else(|| panic!("no {kind} among {mails:?}"));
        text.clone()
    }

    pub async fn link_to(&self, engine: &Engine, email: &str, kind: &str, start: &str) -> String {
        let text = self.text_to(engine, email, kind).await;
        let at = text.find(start).unwrap_or_else(|| panic!("no {start} in {text}"));
        text[at..].split(|c: char| c == '?' || c.is_whitespace()).next().unwrap().to_owned()
    }
}

/// One text for each document and language.
fn documents(brand: &Brand) -> Vec<NewDocument> {
    let one = |kind: &str, language: &String| NewDocument {
        kind: kind.to_owned(),
        language: language.clone(),
        text: format!("# {kind}\n\nWhat holds here."),
    };
    REQUIRED.iter().flat_map(|kind| brand.languages.iter().map(move |language| one(kind, language))).collect()
}

/// Opens sign-up.
pub async fn publish(engine: &Engine, brand: BrandId) {
    let documents = documents(&engine.brand(brand).unwrap().brand);
    let admin =
        Actor { brand, account: AccountId([9; 16]), role: Role::Admin, scopes: Vec::new(), door: None };
    if views::documents::to_accept(engine, brand).await.unwrap().is_none() {
        engine::actions::documents::publish_first(engine, &admin, documents).await.unwrap();
    }
}

/// Somebody with an account that may sign in; the account and the secret of a session.
pub async fn settle_in(engine: &Engine, mails: &Mails, brand: BrandId, email: &str) -> (AccountId, String) {
    publish(engine, brand).await;
    let accepted = views::documents::to_accept(engine, brand).await.unwrap().unwrap();
    let form = SignUp {
        name: "Sample Owner".into(),
        email: email.into(),
        password: Personal::from(PASSWORD),
        // Unspoken: the pages are in the language that the browser asks for.
        language: String::new(),
        accepted,
    };
    sign_up::register(engine, brand, form, &Whence::default()).await.unwrap();
    let link = mails.link_to(engine, email, "confirm_address", "/account/confirm/").await;
    let (link, password) = (link.rsplit('/').next().unwrap(), Personal::from(PASSWORD));
    let confirmed = sign_up::confirm(engine, brand, link, &password, false, &Whence::default()).await;
    assert!(confirmed.unwrap().is_some());
    let secret = sign_in(engine, brand, email).await;
    let who = sign_in::find(engine, brand, &secret).await.unwrap().unwrap();
    (who.actor.account, secret)
}

/// A new session of somebody's, whose proof is fresh.
pub async fn sign_in(engine: &Engine, brand: BrandId, email: &str) -> String {
    let attempt = Attempt { email: email.into(), password: Personal::from(PASSWORD), keep_days: Some(90) };
    sign_in::sign_in(engine, brand, attempt, &Whence::default()).await.unwrap().secret.reveal().clone()
}

/// Sets the brand up as its admin does, and signs in; the secret of the session.
pub async fn settle_admin(engine: &Engine, brand: BrandId) -> String {
    const EMAIL: &str = "admin@corner.example.com";
    let link = set_up::offer(engine, brand).await.unwrap().unwrap();
    let documents = documents(&engine.brand(brand).unwrap().brand);
    let form = SetUp {
        name: "Sample Admin".into(),
        email: EMAIL.into(),
        password: Personal::from(PASSWORD),
        language: String::new(),
        documents,
    };
    set_up::set_up(engine, brand, link.reveal().rsplit('/').next().unwrap(), form).await.unwrap();
    let attempt = Attempt { email: EMAIL.into(), password: Personal::from(PASSWORD), keep_days: Some(90) };
    sign_in::sign_in(engine, brand, attempt, &Whence::default()).await.unwrap().secret.reveal().clone()
}

pub async fn token(engine: &Engine, brand: BrandId, account: AccountId) -> String {
    let made = engine::actions::tokens::create(engine, brand, account, &TokenScope::ALL, None).await;
    made.unwrap().1.reveal().clone()
}
