//! Claim F6: an account is told of what happens to its tokens, leads, pages and broadcasts, whoever did it,
//! in the commit of the act; and no letter says who a lead is.

use crate::broadcasts::promotion;
use crate::home::{Home, META_PAGE, PAGE_NAME};
use engine::actions::{broadcasts, erasure, leads, recovery, tokens};
use engine::mail::{ExportKind, Letter, Letters, Mailed, Post, Written};
use engine::{EngineError, TokenScope, views};
use minicbor::Encode;
use model::brand::Brand;
use model::broadcast::Step;
use model::id::{BroadcastId, LeadId};
use model::page::PageStop;
use model::personal::Personal;
use model::ports::{Mail, MailError, Mailer};
use model::time::{BoxFuture, Clock, Span};
use serde_json::json;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use store::tables;
use store::tables::credential::{self, StoredCredential};
use store::tables::page::NewPage;
use tokio::runtime::Handle;
use vault::Place;

const PSID: &str = "7711223344556677";

/// Every letter that was written.
#[derive(Default)]
pub struct Told(Mutex<Vec<Letter>>);

impl Letters for Told {
    fn write(&self, _: &Brand, _: &str, _: Option<&str>, letter: &Letter) -> Written {
        self.0.lock().unwrap().push(letter.clone());
        let text = || Personal::from("told");
        Written { language: "en", subject: text(), text: text(), html: text() }
    }
}

impl Mailer for Told {
    fn send<'a>(&'a self, _: Mail, mark: BoxFuture<'a, bool>) -> BoxFuture<'a, Result<(), MailError>> {
        Box::pin(async move {
            assert!(mark.await);
            Ok(())
        })
    }
}

/// As the engine seals a password's hash and a second factor.
#[derive(Encode)]
struct Password(#[n(0)] &'static str, #[n(1)] Option<()>);

pub struct Town {
    pub home: Home,
    told: Arc<Told>,
}

impl Town {
    /// A home whose account can sign in.
    pub async fn new() -> Self {
        let town = Self::shut().await;
        let home = &town.home;
        let key = home.vault.key(&home.account.0).await.unwrap().unwrap();
        let account = home.account.0;
        let place = Place { brand: home.brand, person: account, table: "credential", row: account };
        let sealed =
            key.seal_value(&place, &Password("$argon2id$", None), &testkit::SeededEntropy::new(5)).unwrap();
        let new = StoredCredential { must_change: false, changed_at: home.clock.now(), sealed };
        let (brand, account) = (home.brand, home.account);
        let write = move |tx: &store::Tx<'_>| credential::set(tx.brand(brand), account, &new);
        home.data.write("let_in", write).await.unwrap();
        town
    }

    /// A home whose account was made by the operator: nobody signs in to it.
    async fn shut() -> Self {
        let told = Arc::new(Told::default());
        let post = Post { letters: Arc::<Told>::clone(&told), mailer: Arc::<Told>::clone(&told) };
        Self { home: Home::with_post(Some(post)).await, told }
    }

    /// The letters since the last time.
    pub async fn letters(&self) -> Vec<Letter> {
        while self.home.engine.mail_some().await.unwrap() == Mailed::On {}
        std::mem::take(&mut *self.told.0.lock().unwrap())
    }

    async fn kinds(&self) -> Vec<&'static str> {
        self.letters().await.iter().map(Letter::kind).collect()
    }

    async fn send(&self, text: &str) -> BroadcastId {
        let (engine, actor) = (&self.home.engine, self.home.actor());
        let made = broadcasts::create(engine, &actor, promotion(text)).await.unwrap();
        broadcasts::step(engine, &actor, made.id, Step::Send).await.unwrap();
        made.id
    }

    async fn erase(&self, lead: LeadId) -> String {
        let running = self.home.engine.run();
        let erased = leads::erase(&self.home.engine, &self.home.actor(), lead).await.unwrap();
        self.home.engine.settle().await.unwrap();
        running.stop().await;
        erased.code
    }
}

#[tokio::test]
async fn claim_f6_a_token_made_and_a_token_revoked_are_told_with_the_way_to_end_everything() {
    let town = Town::new().await;
    let (engine, me) = (&town.home.engine, town.home.actor());
    let scopes = [TokenScope::LeadsRead, TokenScope::PagesRead];
    let (id, secret) = tokens::create_own(engine, &me, &scopes, None).await.unwrap();
    let letters = town.letters().await;
    let [Letter::TokenMade { scopes, not_me, .. }] = &letters[..] else { panic!("{letters:?}") };
    assert_eq!(scopes, &["pages:read", "leads:read"]);
    assert!(!format!("{:?}", not_me.reveal()).contains(secret.reveal()));
    let not_me = not_me.reveal().rsplit('/').next().unwrap().to_owned();

    tokens::revoke_own(engine, &me, id).await.unwrap();
    assert_eq!(town.kinds().await, ["token_revoked"]);
    // What did not happen is not told.
    assert!(matches!(tokens::revoke_own(engine, &me, id).await, Err(EngineError::NotFound(_))));
    assert!(tokens::create_own(engine, &me, &[], None).await.is_err());
    assert_eq!(town.kinds().await, Vec::<&str>::new());

    let (_, other) = tokens::create_own(engine, &me, &[TokenScope::LeadsRead], None).await.unwrap();
    assert!(recovery::not_me(engine, me.brand, &not_me).await.unwrap());
    let known = views::tokens::authenticate(engine, me.brand, other.reveal()).await.unwrap();
    assert!(known.is_none(), "the letter's link ends the tokens");
}

#[tokio::test]
async fn claim_f6_a_kill_between_an_act_and_its_letter_still_sends_it_once() {
    let town = Town::new().await;
    let me = town.home.actor();
    town.home.opt_in(PSID, "hello").await;
    town.letters().await;
    tokens::create_own(&town.home.engine, &me, &[TokenScope::LeadsRead], None).await.unwrap();
    let lead = town.home.lead(PSID).await.unwrap();
    leads::export(&town.home.engine, &me, lead).await.unwrap();
    let mut town = town;
    for expected in [&["export_taken", "token_made"][..], &[]] {
        town = Town { home: town.home.restart(|_| ()).await.unwrap(), told: town.told };
        // Both are of the same moment, so either may go first.
        let mut kinds = town.kinds().await;
        kinds.sort_unstable();
        assert_eq!(kinds, expected);
    }
}

#[tokio::test]
async fn claim_f6_an_export_is_told_and_a_mass_of_them_now_and_then() {
    let town = Town::new().await;
    let (engine, me) = (&town.home.engine, town.home.actor());
    let lead = town.home.opt_in(PSID, "hello").await;
    town.letters().await;
    let file = leads::export(engine, &me, lead).await.unwrap();
    assert_eq!(file, views::leads::export(engine, &me, lead).await.unwrap());
    let letters = town.letters().await;
    let [Letter::ExportTaken { what: ExportKind::Leads, people: 1, .. }] = &letters[..] else {
        panic!("{letters:?}")
    };
    // The view itself, which the API answers by GET, writes nothing.
    views::leads::export(engine, &me, lead).await.unwrap();
    assert!(leads::export(engine, &me, LeadId([9; 16])).await.is_err());
    assert_eq!(town.kinds().await.len(), 0);
    for _ in 0..30 {
        leads::export(engine, &me, lead).await.unwrap();
    }
    assert_eq!(town.kinds().await.len(), 9, "ten with the first");
    town.home.clock.advance(Span::minutes(6));
    leads::export(engine, &me, lead).await.unwrap();
    assert_eq!(town.kinds().await, ["export_taken"]);
}

#[tokio::test]
async fn claim_f6_an_erasure_is_told_without_a_word_of_the_lead() {
    let town = Town::new().await;
    let lead = town.home.opt_in(PSID, "hello").await;
    town.letters().await;
    let code = town.erase(lead).await;
    let letters = town.letters().await;
    let [letter @ Letter::LeadErased { page, receipt, .. }] = &letters[..] else { panic!("{letters:?}") };
    assert_eq!(page.reveal(), PAGE_NAME);
    assert_eq!(receipt.reveal(), &format!("https://bakery.example/erasure/{code}"));
    let bytes = minicbor::to_vec(letter).unwrap();
    for personal in [PSID.as_bytes(), lead.to_string().as_bytes(), &lead.0] {
        assert!(!bytes.windows(personal.len()).any(|part| part == personal));
    }
}

#[tokio::test]
async fn claim_f6_an_erasure_that_a_kill_cut_short_is_told_once_when_it_is_done() {
    for steps in 0..=2 {
        let town = Town::new().await;
        let lead = town.home.opt_in(PSID, "hello").await;
        town.letters().await;
        let brand = &town.home.engine.brand(town.home.brand).unwrap();
        let mut erasure = erasure::fence(&town.home.engine, brand, lead).await.unwrap();
        for _ in 0..steps {
            erasure = erasure::advance(&town.home.engine, brand, erasure).await.unwrap();
        }
        let (told, home) = (town.told, town.home.restart(|_| ()).await.unwrap());
        let town = Town { home, told };
        assert_eq!(town.kinds().await, ["lead_erased"], "after {steps} steps");
        let home = town.home.restart(|_| ()).await.unwrap();
        let town = Town { home, told: town.told };
        assert_eq!(town.kinds().await, Vec::<&str>::new());
    }
}

#[tokio::test]
async fn claim_f6_a_page_that_meta_stops_is_told_once() {
    let town = Town::new().await;
    for psid in ["5550001", "5550002"] {
        town.home.opt_in(psid, "hello").await;
    }
    town.letters().await;
    town.home.meta.answer_with(|request| {
        request.url.contains("/messages").then(|| json!({ "error": { "code": 190, "message": "expired" } }))
    });
    town.send("Hi").await;
    town.home.settle().await;
    let mut letters = town.letters().await;
    // Whether the broadcast ends by it is another matter.
    letters.retain(|letter| letter.kind() == "page_stopped");
    let [Letter::PageStopped { page, stop, link, .. }] = &letters[..] else { panic!("{letters:?}") };
    assert_eq!((page.reveal().as_str(), *stop), (PAGE_NAME, PageStop::TokenInvalid));
    assert_eq!(link.reveal(), &format!("https://bakery.example/app/pages/{}", town.home.page));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_f6_what_meta_said_of_a_token_that_was_exchanged_since_stops_nothing() {
    let town = Town::new().await;
    let home = &town.home;
    home.opt_in("5550001", "hello").await;
    town.letters().await;
    home.set_quota(5).await;
    let now = home.clock.now();
    let (data, brand, page, account) = (home.data.clone(), home.brand, home.page, home.account);
    let (sealed, is_first) = (home.envelope_with("EAAanother").await, AtomicBool::new(true));
    let before = home.meta.messages().len();
    home.meta.answer_with(move |request| {
        if !request.url.contains("/messages") || !is_first.swap(false, Ordering::SeqCst) {
            return None;
        }
        // The account connects the page again while the message is on its way.
        let sealed = sealed.clone();
        let connected = data.write("connect", move |tx| {
            let sealed = sealed.clone();
            let new = NewPage {
                id: page,
                account,
                meta_id: META_PAGE,
                has_echoes: true,
                greeting_at: None,
                sealed,
            };
            tables::page::reconnect(tx.brand(brand), &new, now)
        });
        assert!(tokio::task::block_in_place(|| Handle::current().block_on(connected)).unwrap());
        Some(json!({ "error": { "code": 190, "message": "expired" } }))
    });
    town.send("Hi").await;
    home.settle().await;
    let stored = home.data.read("page", move |tx| tables::page::get(tx.brand(brand), page)).await.unwrap();
    assert_eq!(stored.unwrap().page.stop, None);
    assert!(!town.kinds().await.contains(&"page_stopped"));
    // Refused by the old one, sent with the new one, counted once.
    assert_eq!((home.meta.messages().len() - before, home.quota().await), (2, 4));
}

#[tokio::test]
async fn claim_f6_a_block_by_meta_is_told_when_it_begins() {
    let town = Town::new().await;
    let enforce = async |action: &str| {
        town.home.clock.advance(Span::secs(1));
        let what = json!({ "recipient": { "id": META_PAGE }, "policy_enforcement": { "action": action, "reason": "x" } });
        town.home.deliver(&town.home.event("0", what)).await;
        town.home.settle().await;
        town.kinds().await
    };
    assert_eq!(enforce("block").await, ["page_stopped"]);
    assert_eq!(enforce("block").await, Vec::<&str>::new());
    assert_eq!(enforce("unblock").await, Vec::<&str>::new());
    assert_eq!(enforce("block").await, ["page_stopped"]);
}

#[tokio::test]
async fn claim_f6_a_finished_broadcast_is_told_with_its_numbers_and_a_cancelled_one_is_not() {
    let town = Town::new().await;
    for psid in ["5550001", "5550002"] {
        town.home.opt_in(psid, "hello").await;
    }
    town.home.write("5550002", "stop").await;
    town.home.settle().await;
    town.letters().await;
    let id = town.send("Hi").await;
    town.home.settle().await;
    let letters = town.letters().await;
    let [Letter::BroadcastFinished { sent, refused, failed, unknown, link, .. }] = &letters[..] else {
        panic!("{letters:?}")
    };
    assert_eq!((*sent, *refused, *failed, *unknown), (1, 1, 0, 0));
    assert_eq!(link.reveal(), &format!("https://bakery.example/app/broadcasts/{id}"));
    town.home.settle().await;
    assert_eq!(town.kinds().await, Vec::<&str>::new());

    let id = town.send("Hi again").await;
    broadcasts::step(&town.home.engine, &town.home.actor(), id, Step::Cancel).await.unwrap();
    town.home.settle().await;
    let view = views::broadcasts::get(&town.home.engine, &town.home.actor(), id).await.unwrap();
    assert!(view.finished_at.is_some());
    assert_eq!(town.kinds().await, Vec::<&str>::new());
}

#[tokio::test]
async fn an_account_that_nobody_signs_in_to_gets_no_letters_and_everything_else_is_as_ever() {
    let town = Town::shut().await;
    let (engine, me) = (&town.home.engine, town.home.actor());
    let lead = town.home.opt_in(PSID, "hello").await;
    town.send("Hi").await;
    town.home.settle().await;
    leads::export(engine, &me, lead).await.unwrap();
    let (id, _) = tokens::create_own(engine, &me, &TokenScope::ALL, None).await.unwrap();
    tokens::revoke(engine, me.brand, id).await.unwrap();
    town.erase(lead).await;
    assert_eq!(town.kinds().await, Vec::<&str>::new());
}
