//! Erasing an account with all its pages and leads (claims F1, R3, X9): nothing readable is left anywhere, no row
//! in any table, others untouched; a kill at any point ends in untouched or erased; who is to be told of it is
//! told or the receipt says so; and the second receipt comes when no backup opens it any more.

use crate::home::{Home, META_PAGE, find};
use crate::told::Town;
use engine::actions::disconnect::disconnect;
use engine::actions::{accounts, broadcasts, erasure, once, tags, tokens};
use engine::failpoint::{FailPoints, Point};
use engine::mail::{Letter, Mailed};
use engine::{Actor, Engine, EngineError, Role, TokenScope, views};
use ledger::receipt::{Fact, Statement, VerifiedReceipt};
use ledger::{VerifyingKey, receipt};
use model::broadcast::Step;
use model::id::{AccountId, LeadId};
use model::personal::Personal;
use model::ports::{Method, OutboundRequest};
use model::time::{Span, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;
use tokio::task::block_in_place;

const PSID: &str = "7711223344556677";
const TEXT: &str = "my canary is called Quetzalfinch";
const TAG: &str = "Ptarmigancustomer";
const OFFER: &str = "Capercaillie soup today";
pub const CANARIES: [&str; 6] = [PSID, TEXT, TAG, OFFER, "owner@brand.example", "EAAtoken"];

/// An account about which as much is kept as can be; and beside it another account of the brand with a page and a
/// lead of its own.
pub struct Street {
    pub town: Town,
    pub leads: Vec<LeadId>,
    pub neighbour: AccountId,
    /// Leaves of the log before anything was erased.
    pub consents: u64,
}

impl Street {
    pub async fn new() -> Self {
        let town = Town::new().await;
        let home = &town.home;
        let mut leads = vec![home.opt_in("5550009", "hello").await, home.opt_in(PSID, TEXT).await];
        home.write("5550010", "hello").await;
        home.settle().await;
        leads.push(home.lead("5550010").await.unwrap());
        let form = crate::broadcasts::promotion(OFFER);
        let made = broadcasts::create(&home.engine, &home.actor(), form).await.unwrap();
        broadcasts::step(&home.engine, &home.actor(), made.id, Step::Send).await.unwrap();
        home.settle().await;
        let form = crate::broadcasts::promotion(OFFER);
        broadcasts::create(&home.engine, &home.actor(), form).await.unwrap();
        let tag = tags::create(&home.engine, &home.actor(), TAG).await.unwrap();
        tags::set(&home.engine, &home.actor(), tag.id, &leads, true).await.unwrap();
        tokens::create(&home.engine, home.brand, home.account, &TokenScope::ALL, None).await.unwrap();
        let begun = once::begin(&home.engine, &home.actor(), "key", &[b"request"]).await.unwrap();
        let once::Begun::New(claim) = begun else { panic!("it was never seen") };
        once::settle(&home.engine, &home.actor(), claim, 200, TEXT.as_bytes()).await.unwrap();
        let new = accounts::NewAccount {
            role: Role::User,
            name: Personal::from("Neighbour"),
            email: Personal::from("neighbour@brand.example"),
            plan: None,
        };
        let neighbour = accounts::create(&home.engine, home.brand, new).await.unwrap();
        home.add_page(neighbour, "900").await;
        town.letters().await;
        home.engine.checkpoint().await.unwrap();
        let consents = views::log::check(&home.data, &home.engine.log_key()).await.unwrap().size;
        Self { town, leads, neighbour, consents }
    }

    pub fn home(&self) -> &Home {
        &self.town.home
    }

    async fn erase(&self) -> views::erasures::ErasureView {
        erasure::erase_own_account(&self.home().engine, &self.home().actor()).await.unwrap()
    }

    /// Lets the station work until there is nothing left to do.
    async fn work(&self) {
        while self.home().engine.erase_some().await.unwrap() {}
    }

    async fn status(&self, code: &str) -> views::erasures::StatusView {
        views::erasures::status(&self.home().engine, self.home().brand, code).await.unwrap().unwrap()
    }

    async fn receipt(&self, code: &str) -> VerifiedReceipt {
        let home = self.home();
        home.engine.checkpoint().await.unwrap();
        let file = views::erasures::receipt(&home.engine, home.brand, code).await.unwrap().unwrap();
        for canary in CANARIES {
            assert_eq!(find(&[("receipt".to_owned(), file.clone())], canary.as_bytes()), None, "{canary}");
        }
        let key = VerifyingKey::parse(&views::log::key(&home.engine)).unwrap();
        receipt::verify(&file, &key, &[]).unwrap()
    }

    /// Nothing of the account: what it held in any form, its ids, and so no row that points to it.
    async fn assert_gone(&self, engine: &Engine) {
        let home = self.home();
        assert!(!engine.erase_some().await.unwrap(), "something is left to do");
        home.clock.advance(Span::minutes(5));
        let files = home.content().await;
        for canary in CANARIES {
            assert_eq!(find(&files, canary.as_bytes()), None, "{canary}");
        }
        for id in self.leads.iter().map(|lead| lead.0).chain([home.account.0, home.page.0]) {
            assert_eq!(
                find(&files, &id),
                None,
                "an id is left: {} of {:?} {:?}",
                hex::encode(id),
                home.account,
                home.page
            );
            assert!(home.vault.key(&id).await.unwrap().is_none());
        }
    }

    /// The erasure goes on from wherever it is, and ends with every tag in the log once.
    async fn assert_ends(&self, engine: &Engine) {
        while engine.erase_some().await.unwrap() {}
        while engine.mail_some().await.unwrap() == Mailed::On {}
        while engine.erase_some().await.unwrap() {}
        engine.checkpoint().await.unwrap();
        self.assert_gone(engine).await;
        self.assert_neighbour_is_there().await;
        let leaves = views::log::check(&self.home().data, &engine.log_key()).await.unwrap().size;
        assert_eq!(leaves, 4 + self.consents, "each tag once");
    }

    async fn assert_neighbour_is_there(&self) {
        let home = self.home();
        let actor = Actor { account: self.neighbour, ..home.actor() };
        let pages = views::pages::list(&home.engine, &actor, None, 10).await.unwrap();
        assert_eq!(pages.len(), 1);
    }
}

fn group(statement: &Statement, name: &str) -> Statement {
    match statement.get(name) {
        Some(Fact::Group(group)) => group.clone(),
        other => panic!("{name}: {other:?}"),
    }
}

#[tokio::test]
async fn claim_f1_an_erased_account_is_in_no_file_in_any_form_and_others_are_untouched() {
    let street = Street::new().await;
    let home = street.home();
    assert!(
        find(&home.content().await, &home.account.0).is_some()
            && find(&home.content().await, &home.page.0).is_some()
    );
    let noted = erasure::own_tag(&home.engine, &home.actor()).await.unwrap();

    let erased = street.erase().await;
    // At once: unreadable, signed out of everything, and the tag that was handed out before is on its way.
    assert_eq!(erased.tag, noted);
    assert!(home.engine.brand_by_host("bakery.example").is_some());
    let status = street.status(&erased.code).await;
    assert!(status.unreadable_at.is_some() && status.erasure.finished_at.is_none());
    // Nobody waits for leads to be counted.
    assert_eq!((status.leads, status.removed, status.to_tell), (0, 0, 1));
    for id in street.leads.iter().map(|lead| lead.0).chain([home.account.0]) {
        let engine = home.another().await.unwrap();
        let gone = views::leads::get(&engine, &home.actor(), LeadId(id)).await;
        assert!(matches!(gone, Err(EngineError::NotFound(_))));
    }
    // An early receipt says that rows are still going, and how many once their tags are noted.
    let early = street.receipt(&erased.code).await;
    let said = ["erased_at", "leads_still_being_removed"].map(|key| early.statement.get(key));
    assert_eq!(said, [None, None]);
    for _ in 0..2 {
        assert!(home.engine.erase_some().await.unwrap());
    }
    let status = street.status(&erased.code).await;
    assert_eq!((status.leads, status.removed), (3, 0));
    let counted = street.receipt(&erased.code).await;
    assert_eq!(counted.statement.get("leads_still_being_removed"), Some(&Fact::Count(3)));
    // What Meta sends of its page is nobody's.
    home.write(PSID, TEXT).await;

    street.work().await;
    street.town.letters().await;
    street.assert_gone(&home.engine).await;
    street.assert_neighbour_is_there().await;

    let status = street.status(&erased.code).await;
    assert!(status.erasure.finished_at.is_some());
    assert_eq!((status.leads, status.removed, status.told, status.untold), (3, 3, 1, 0));
    let held = street.receipt(&erased.code).await;
    assert_eq!(hex::encode(held.tag), noted);
    let rows = group(&held.statement, "rows");
    for (name, count) in [
        ("accounts", 1),
        ("pages", 1),
        ("leads", 3),
        // Of the leads, and of the address.
        ("look_ups", 4),
        ("broadcasts", 2),
        ("deliveries", 3),
        ("tags", 1),
        ("tags_on_leads", 3),
        ("api_tokens", 1),
        ("passwords", 1),
        ("given_answers", 1),
        ("subscriptions", 1),
    ] {
        assert_eq!(rows.get(name), Some(&Fact::Count(count)), "{name} in {rows:?}");
    }
    let told = group(&group(&held.statement, "recipients"), "meta");
    assert_eq!(told.get("pages_told_of"), Some(&Fact::Count(1)));
    let summary = views::summary::pages(&home.engine, home.brand).await.unwrap();
    assert!(summary.iter().all(|page| page.leads == 0), "{summary:?}");
    views::log::check(&home.data, &home.engine.log_key()).await.unwrap();
    // The account's leaf and one for each of its leads.
    assert_eq!((early.size, held.size), (street.consents + 1, street.consents + 4));
}

#[tokio::test]
async fn claim_f1_of_a_page_that_was_disconnected_the_receipt_counts_what_meta_took() {
    for (takes_it, told, untold) in [(true, 1, 0), (false, 0, 1)] {
        let street = Street::new().await;
        let home = street.home();
        home.meta.answer_with(move |request| {
            let is_events = request.url.contains("subscribed_apps") && !takes_it;
            is_events.then(|| json!({ "error": { "code": 190, "message": "expired" } }))
        });
        let done = disconnect(&home.engine, &home.actor(), home.page).await.unwrap();
        assert_eq!(done.is_let_go, takes_it);
        home.meta.requests.lock().unwrap().clear();
        let erased = street.erase().await;
        street.work().await;
        let status = street.status(&erased.code).await;
        assert_eq!((status.to_tell, status.told, status.untold), (1, told, untold));
        assert!(home.meta.requests.lock().unwrap().is_empty(), "there is no token to tell it with");
    }
}

#[tokio::test]
async fn claim_f1_meta_is_told_of_each_page_and_an_unreachable_meta_stops_no_erasure() {
    let street = Street::new().await;
    let home = street.home();
    home.meta.answer_with(|request| {
        let is_notice = request.method == Method::Delete && request.url.contains("subscribed_apps");
        is_notice.then(|| json!({ "error": { "code": 2, "message": "Service temporarily unavailable" } }))
    });
    let erased = street.erase().await;
    street.work().await;
    street.town.letters().await;
    let status = street.status(&erased.code).await;
    assert!(status.erasure.finished_at.is_some());
    assert_eq!((status.to_tell, status.told, status.untold), (1, 0, 0));
    let asked = || {
        let requests = home.meta.requests.lock().unwrap();
        requests.iter().filter(|r| r.url.contains(META_PAGE) && r.method == Method::Delete).count()
    };
    assert_eq!(asked(), 1);
    // Ever later, and after three days not any more.
    for _ in 0..30 {
        home.clock.advance(Span::hours(3));
        street.work().await;
    }
    let status = street.status(&erased.code).await;
    assert_eq!((status.told, status.untold), (0, 1));
    assert!((10..30).contains(&asked()), "{}", asked());
    let told = group(&group(&street.receipt(&erased.code).await.statement, "recipients"), "meta");
    assert_eq!(told.get("pages_that_could_not_be_told_of"), Some(&Fact::Count(1)));
    street.assert_gone(&home.engine).await;
}

#[tokio::test]
async fn claim_f6_the_last_letter_goes_to_the_address_that_goes_with_it() {
    let street = Street::new().await;
    let erased = street.erase().await;
    let letters = street.town.letters().await;
    let [Letter::AccountErased { receipt, tag, reason: None, .. }] = letters.as_slice() else {
        panic!("{letters:?}")
    };
    assert_eq!(tag, &erased.tag);
    assert_eq!(receipt.reveal(), &format!("https://bakery.example/erasure/{}", erased.code));
    street.work().await;
    street.assert_gone(&street.home().engine).await;

    // By the admin: with a reason, which the holder reads.
    let street = Street::new().await;
    let home = street.home();
    let admin = crate::home::admin(home.brand);
    let refused = erasure::erase_account_of(&home.engine, &admin, home.account, " ").await;
    assert!(matches!(refused, Err(EngineError::Invalid { field: "reason", .. })));
    let refused = erasure::erase_account_of(&home.engine, &home.actor(), street.neighbour, "because").await;
    assert!(refused.is_err());
    street.assert_neighbour_is_there().await;
    erasure::erase_account_of(&home.engine, &admin, home.account, "asked for by post").await.unwrap();
    let letters = street.town.letters().await;
    let [Letter::AccountErased { reason: Some(reason), .. }] = letters.as_slice() else {
        panic!("{letters:?}")
    };
    assert_eq!(reason.reveal(), "asked for by post");
}

#[tokio::test]
async fn claim_f1_the_second_receipt_comes_when_no_backup_of_keys_opens_it_any_more() {
    let street = Street::new().await;
    let home = street.home();
    let erased = street.erase().await;
    street.work().await;
    home.clock.advance(Span::days(6));
    street.work().await;
    assert_eq!(street.status(&erased.code).await.backups_at, None);
    assert_eq!(street.receipt(&erased.code).await.backups, None);
    home.clock.advance(Span::days(2));
    street.work().await;
    // An older copy of the data would show that they were there, by the key under which they were found.
    assert_eq!(street.status(&erased.code).await.backups_at, None);
    home.change_look_up_key().await;
    street.work().await;
    // And so would the copies of the keys that were made until it went.
    assert_eq!(street.status(&erased.code).await.backups_at, None);
    home.clock.advance(Span::days(7));
    street.work().await;
    assert!(street.status(&erased.code).await.backups_at.is_some());
    let held = street.receipt(&erased.code).await;
    let second = held.backups.unwrap();
    assert_eq!(second.statement.get("days_that_backups_of_keys_are_kept"), Some(&Fact::Count(7)));
    assert_ne!(second.index, held.index);
    // Once.
    let size = second.size;
    street.work().await;
    assert_eq!(street.receipt(&erased.code).await.backups.unwrap().size, size);
}

#[tokio::test]
async fn claim_f1_erasing_an_account_twice_is_one_erasure() {
    let street = Street::new().await;
    let home = street.home();
    let actor = home.actor();
    let (first, second) = tokio::join!(
        erasure::erase_own_account(&home.engine, &actor),
        erasure::erase_own_account(&home.engine, &actor)
    );
    assert_eq!(first.unwrap().code, second.unwrap().code);
    street.work().await;
    let third = erasure::erase_own_account(&home.engine, &actor).await;
    assert!(matches!(third, Err(EngineError::NotFound("this account"))));
}

/// The second looks at the account while it is whole and goes on when its key is gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_f1_an_erasure_that_is_overtaken_by_another_is_the_others() {
    let street = Street::new().await;
    let (home, actor) = (street.home(), street.home().actor());
    let (other, quicker) = (Arc::clone(&home.engine), Mutex::new(None));
    let quicker = Arc::new(quicker);
    let (own, noted) = (actor.clone(), Arc::clone(&quicker));
    let passes = AtomicUsize::new(0);
    let hook = move |at| {
        if at == Point::AfterFenceLook && passes.fetch_add(1, Ordering::SeqCst) == 0 {
            let erased = erasure::erase_own_account(&other, &own);
            let erased = block_in_place(|| tokio::runtime::Handle::current().block_on(erased));
            *noted.lock().unwrap() = Some(erased.unwrap().code);
        }
    };
    let slower = home.dying(FailPoints::new(hook)).await.unwrap();
    let erased = erasure::erase_own_account(&slower, &actor).await.unwrap();
    assert_eq!(Some(erased.code), *quicker.lock().unwrap());
    street.assert_ends(&slower).await;
}

/// A lead that is being erased by itself, when its account is: both end, and each has its receipt.
#[tokio::test]
async fn claim_f1_a_lead_whose_own_erasure_was_cut_short_is_finished_with_its_account() {
    let street = Street::new().await;
    let home = street.home();
    let brand = home.engine.brand(home.brand).unwrap();
    let own = erasure::fence(&home.engine, &brand, street.leads[0]).await.unwrap();
    let erased = street.erase().await;
    street.work().await;
    street.town.letters().await;
    let lead = street.status(&own.code).await;
    assert!(lead.erasure.finished_at.is_some());
    assert!(street.status(&erased.code).await.erasure.finished_at.is_some());
    street.assert_gone(&home.engine).await;
}

/// A broadcast on its way while the account that sends it is erased: once that is acknowledged, no message starts.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn claim_f1_no_message_starts_after_an_accounts_erasure_is_acknowledged() {
    let town = Town::new().await;
    let home = &town.home;
    for number in 0..12 {
        home.write(&format!("66600{number}"), "hello").await;
        home.settle().await;
        home.tap(&format!("66600{number}"), &home.yes()).await;
    }
    home.settle().await;
    // Meta takes its time with the third: it is on the wire while the account is erased.
    let (release, released) = mpsc::channel::<()>();
    let (held, released) = (Arc::new(AtomicUsize::new(0)), Mutex::new(released));
    let counted = Arc::clone(&held);
    home.meta.answer_with(move |request| {
        if request.url.contains("/messages") && counted.fetch_add(1, Ordering::SeqCst) == 2 {
            let _ = block_in_place(|| released.lock().unwrap().recv());
        }
        None
    });
    let form = crate::broadcasts::promotion(OFFER);
    let made = broadcasts::create(&home.engine, &home.actor(), form).await.unwrap();
    let before = home.meta.messages().len();
    let running = home.engine.run();
    broadcasts::step(&home.engine, &home.actor(), made.id, Step::Send).await.unwrap();
    while held.load(Ordering::SeqCst) < 3 {
        tokio::task::yield_now().await;
    }
    erasure::erase_own_account(&home.engine, &home.actor()).await.unwrap();
    drop(release);
    home.engine.settle().await.unwrap();
    running.stop().await;
    // The one whose request had begun lands; no other begins.
    assert_eq!(held.load(Ordering::SeqCst), 3);
    assert_eq!(home.meta.messages().len(), before + 3);
}

/// A lane takes the account's row first and then rows of its page. Were the fence to take them the other way round, both
/// would wait for each other until the server undoes one of them, a second later.
#[tokio::test]
async fn claim_f1_the_fence_takes_rows_in_the_order_of_the_lanes() {
    let Some(home) = Home::on_server().await else { return };
    let lane = testkit::place::connect(home.data_url()).await.unwrap();
    lane.batch_execute("BEGIN; SELECT 1 FROM subscription FOR NO KEY UPDATE").await.unwrap();
    let (engine, actor) = (Arc::clone(&home.engine), home.actor());
    let erased = tokio::spawn(async move { erasure::erase_own_account(&engine, &actor).await });
    while !is_waited_for(&lane).await {
        assert!(!erased.is_finished(), "it is fenced beside a lane that claims");
    }
    lane.batch_execute("SELECT 1 FROM page FOR UPDATE NOWAIT; COMMIT").await.expect("the fence has the page");
    erased.await.unwrap().unwrap();
}

/// Whether another waits for what this one holds.
async fn is_waited_for(lane: &testkit::place::Client) -> bool {
    let waits = "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))";
    lane.query_one(waits, &[]).await.unwrap().get(0)
}

/// The rows of all accounts, each in its turn: a bulk claim that the fence passed by would be committed after it, seen by
/// nobody who looks whether something is on the wire, and sent with keys that a node still has in memory.
#[tokio::test]
async fn claim_f1_the_fence_of_a_brand_takes_rows_in_the_order_of_the_lanes() {
    let Some(home) = Home::on_server().await else { return };
    crate::home::account(&home.engine, home.brand, 1_000).await;
    let lane = testkit::place::connect(home.data_url()).await.unwrap();
    lane.batch_execute("BEGIN").await.unwrap();
    let first = "SELECT account_id FROM subscription ORDER BY account_id LIMIT 1 FOR NO KEY UPDATE";
    let first: Vec<u8> = lane.query_one(first, &[]).await.unwrap().get(0);
    let (engine, brand) = (Arc::clone(&home.engine), home.brand);
    let erased = tokio::spawn(async move { erasure::erase_brand(&engine, brand).await });
    while !is_waited_for(&lane).await {
        assert!(!erased.is_finished(), "it is fenced beside a lane that claims");
    }
    let others = "SELECT 1 FROM subscription WHERE account_id <> $1 FOR NO KEY UPDATE NOWAIT";
    let others = lane.query(others, &[&first]).await.expect("the fence has what lanes take later");
    assert_eq!(others.len(), 1);
    lane.batch_execute("SELECT 1 FROM page FOR UPDATE NOWAIT; COMMIT").await.expect("the fence has the page");
    erased.await.unwrap().unwrap();
}

/// Not a proof of speed, a guard against a walk over the leads: the key goes before their rows, however many.
#[tokio::test]
async fn claim_f1_unreadable_does_not_wait_for_the_rows() {
    let street = Street::new().await;
    let erased = street.erase().await;
    let status = street.status(&erased.code).await;
    assert!(status.unreadable_at.is_some());
    assert_eq!(status.removed, 0, "no row has gone yet");
    street.work().await;
    assert_eq!(street.status(&erased.code).await.removed, 3);
}

/// A page is connected anew: not while its former leads are still being removed, and then Meta is not told to cut
/// it off.
#[tokio::test]
async fn claim_f1_a_page_is_free_again_once_its_former_leads_are_gone() {
    let street = Street::new().await;
    let home = street.home();
    let meta = Pages::at(home);
    meta.refuses.store(true, Ordering::SeqCst);
    let erased = street.erase().await;
    let free = |tx: &store::Tx<'_>| store::tables::erasure_page::is_being_erased(tx, META_PAGE);
    assert!(home.data.read("free", free).await.unwrap());
    street.work().await;
    assert!(!home.data.read("free", free).await.unwrap());
    meta.refuses.store(false, Ordering::SeqCst);
    connect_anew(&street, META_PAGE).await;
    home.clock.advance(Span::hours(1));
    street.work().await;
    let status = street.status(&erased.code).await;
    assert_eq!((status.told, status.untold), (0, 1));
    let cut_off = home.meta.requests.lock().unwrap().iter().filter(|r| r.method == Method::Delete).count();
    assert_eq!(cut_off, 1, "only the try before it was connected anew");
}

/// Meta, as it delivers the events of pages or does not.
struct Pages {
    /// By Meta's id.
    delivered: Mutex<BTreeSet<String>>,
    /// Whether it is too busy to be told of an erasure.
    refuses: AtomicBool,
}

impl Pages {
    fn at(home: &Home) -> Arc<Self> {
        let delivered = Mutex::new([META_PAGE.to_owned(), OTHER_PAGE.to_owned()].into());
        let pages = Arc::new(Self { delivered, refuses: AtomicBool::new(false) });
        let meta = Arc::clone(&pages);
        home.meta.answer_with(move |request| meta.answer(request));
        pages
    }

    fn answer(&self, request: &OutboundRequest) -> Option<Value> {
        let offered = |meta_id| json!({ "id": meta_id, "name": "Corner Bakery", "access_token": "EAAnew", "tasks": ["MESSAGING"] });
        match request.url.as_str() {
            url if url.contains("oauth/access_token") => Some(json!({ "access_token": "user" })),
            url if url.contains("me/accounts") => {
                Some(json!({ "data": [offered(META_PAGE), offered(OTHER_PAGE)] }))
            }
            url if url.contains("subscribed_apps") => {
                let meta_id =
                    [META_PAGE, OTHER_PAGE].into_iter().find(|meta_id| url.contains(meta_id)).unwrap();
                let mut delivered = self.delivered.lock().unwrap();
                match request.method {
                    Method::Delete if self.refuses.load(Ordering::SeqCst) => {
                        return Some(
                            json!({ "error": { "code": 2, "message": "Service temporarily unavailable" } }),
                        );
                    }
                    Method::Delete => _ = delivered.remove(meta_id),
                    Method::Post => _ = delivered.insert(meta_id.to_owned()),
                    Method::Get => {}
                }
                let fields = json!([{ "id": "4711", "subscribed_fields": messenger::login::FIELDS }]);
                let fields = if delivered.contains(meta_id) { fields } else { json!([]) };
                Some(json!({ "success": true, "data": fields }))
            }
            _ => None,
        }
    }

    fn delivers(&self, meta_id: &str) -> bool {
        self.delivered.lock().unwrap().contains(meta_id)
    }
}

/// A second page of the account that is erased.
const OTHER_PAGE: &str = "100200300499";

/// The neighbour connects a page that was the erased account's.
async fn connect_anew(street: &Street, meta_id: &str) -> model::id::PageId {
    let form = engine::actions::pages::ConnectForm {
        code: "c".to_owned(),
        redirect_uri: "https://bakery.example/back".to_owned(),
        pages: Some(vec![meta_id.to_owned()]),
    };
    let actor = Actor { account: street.neighbour, ..street.home().actor() };
    let connected = engine::actions::pages::connect(&street.home().engine, &actor, form).await.unwrap();
    assert_eq!(connected.len(), 1);
    connected[0].id
}

/// Holds whoever tells Meta at one point, once it is armed.
struct Held {
    engine: Arc<Engine>,
    is_armed: Arc<AtomicBool>,
    stands: mpsc::Receiver<()>,
    goes_on: mpsc::Sender<()>,
}

impl Held {
    /// At `dies`, armed too, whoever goes on is killed.
    async fn at(home: &Home, point: Point, dies: Option<Point>) -> Self {
        let (stand, stands) = mpsc::channel();
        let (goes_on, go_on) = mpsc::channel();
        let (is_armed, go_on) = (Arc::new(AtomicBool::new(false)), Mutex::new(go_on));
        let armed = Arc::clone(&is_armed);
        let fail_points = FailPoints::new(move |at| {
            if at == point && armed.swap(false, Ordering::SeqCst) {
                stand.send(()).unwrap();
                block_in_place(|| go_on.lock().unwrap().recv()).unwrap();
                armed.store(dies.is_some(), Ordering::SeqCst);
            } else {
                assert!(!(Some(at) == dies && armed.load(Ordering::SeqCst)), "killed by the test");
            }
        });
        let engine = home.dying(fail_points).await.unwrap();
        Self { engine, is_armed, stands, goes_on }
    }

    /// The account's leads are gone, Meta was told of none of its pages yet, and is just about to be told, or was:
    /// the station of this engine, at that point.
    async fn stands(
        &self,
        street: &Street,
        meta: &Pages,
    ) -> tokio::task::JoinHandle<Result<(), EngineError>> {
        meta.refuses.store(true, Ordering::SeqCst);
        street.erase().await;
        street.work().await;
        meta.refuses.store(false, Ordering::SeqCst);
        street.home().clock.advance(Span::hours(1));
        self.is_armed.store(true, Ordering::SeqCst);
        let engine = Arc::clone(&self.engine);
        let station = tokio::spawn(async move {
            while engine.erase_some().await? {}
            Ok(())
        });
        block_in_place(|| self.stands.recv()).unwrap();
        station
    }
}

fn asked(home: &Home, method: Method, meta_id: &str) -> usize {
    let requests = home.meta.requests.lock().unwrap();
    let asked = |r: &&OutboundRequest| r.method == method && r.url.contains("subscribed_apps");
    requests.iter().filter(asked).filter(|r| r.url.contains(meta_id)).count()
}

/// It stood still before the call, or its answer took long: meanwhile the page was connected anew.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn claim_b3_a_page_that_is_connected_anew_while_meta_is_told_goes_on_being_delivered() {
    for point in [Point::BeforeNotice, Point::AfterNotice] {
        let street = Street::new().await;
        let (home, meta) = (street.home(), Pages::at(street.home()));
        let held = Held::at(home, point, None).await;
        let station = held.stands(&street, &meta).await;
        connect_anew(&street, META_PAGE).await;
        held.goes_on.send(()).unwrap();
        station.await.unwrap().unwrap();
        assert_eq!(asked(home, Method::Delete, META_PAGE), 2, "{point:?}");
        assert!(meta.delivers(META_PAGE), "{point:?}: Meta delivers nothing of a page that is connected");
    }
}

/// The list of notices is older than the connection of its second page.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn claim_b3_meta_is_not_told_of_a_page_that_was_connected_while_it_was_told_of_another() {
    let street = Street::new().await;
    let (home, meta) = (street.home(), Pages::at(street.home()));
    home.add_page(home.account, OTHER_PAGE).await;
    let held = Held::at(home, Point::AfterNotice, None).await;
    let station = held.stands(&street, &meta).await;
    let told = |meta_id| asked(home, Method::Delete, meta_id) == 2;
    assert_ne!(told(META_PAGE), told(OTHER_PAGE), "one of them was tried a second time");
    let other = if told(META_PAGE) { OTHER_PAGE } else { META_PAGE };
    connect_anew(&street, other).await;
    held.goes_on.send(()).unwrap();
    station.await.unwrap().unwrap();
    assert_eq!(asked(home, Method::Delete, other), 1);
    assert!(meta.delivers(other));
}

/// Whoever told Meta died with the call: another node looks whether the page is delivered, until no such call can be on
/// its way any more; one that was disconnected since stays so.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn claim_b3_a_page_is_delivered_again_where_whoever_told_meta_died_with_the_call() {
    for is_disconnected in [false, true] {
        let street = Street::new().await;
        let (home, meta) = (street.home(), Pages::at(street.home()));
        let held = Held::at(home, Point::BeforeNotice, Some(Point::AfterNotice)).await;
        let station = held.stands(&street, &meta).await;
        let page = connect_anew(&street, META_PAGE).await;
        held.goes_on.send(()).unwrap();
        assert!(station.await.is_err(), "it was not killed");
        assert!(!meta.delivers(META_PAGE), "or else this test could not fail");
        if is_disconnected {
            let actor = Actor { account: street.neighbour, ..home.actor() };
            disconnect(&home.engine, &actor, page).await.unwrap();
        }
        let subscribed = asked(home, Method::Post, META_PAGE);
        home.clock.advance(Span::minutes(2));
        street.work().await;
        assert_eq!(meta.delivers(META_PAGE), !is_disconnected);
        // From then on nothing is asked for that is there already, and after some days nothing is looked at.
        for _ in 0..4 {
            home.clock.advance(Span::days(1));
            street.work().await;
        }
        assert_eq!(asked(home, Method::Post, META_PAGE) - subscribed, usize::from(!is_disconnected));
        let left = |tx: &store::Tx<'_>| store::tables::erasure_page::list_taken(tx, Timestamp(i64::MAX), 9);
        assert!(home.data.read("left", left).await.unwrap().is_empty());
    }
}

/// A process that dies at this pass of this point, and one that is started after it.
async fn dies_at(point: Point, pass: usize) {
    let street = Street::new().await;
    let home = street.home();
    let passes = AtomicUsize::new(0);
    let fail_points = FailPoints::new(move |at| {
        assert!(!(at == point && passes.fetch_add(1, Ordering::SeqCst) + 1 == pass), "killed by the test");
    });
    let engine = home.dying(fail_points).await.unwrap();
    let actor = home.actor();
    let dying = Arc::clone(&engine);
    let died = tokio::spawn(async move {
        erasure::erase_own_account(&dying, &actor).await?;
        while dying.erase_some().await? {}
        while dying.mail_some().await? == Mailed::On {}
        while dying.erase_some().await? {}
        Ok::<_, EngineError>(())
    });
    let died = died.await;
    assert!(!matches!(died, Ok(Ok(()))), "{point:?}, {pass}: never passed");
    drop(engine);

    let engine = home.another().await.unwrap();
    if point == Point::BeforeFenceCommit {
        // Untouched.
        let account = views::leads::export(&engine, &home.actor(), street.leads[1]).await.unwrap();
        assert!(String::from_utf8(account).unwrap().contains(PSID));
        erasure::erase_own_account(&engine, &home.actor()).await.unwrap();
    } else {
        if crate::home::is_on_server() {
            // Where others may live, a node's end is noticed by its beats.
            let running = engine.run();
            engine.settle().await.unwrap();
            running.stop().await;
        }
        // Before anything is served, nothing can be read.
        let gone = views::leads::get(&engine, &home.actor(), street.leads[1]).await;
        assert!(matches!(gone, Err(EngineError::NotFound(_))), "{point:?}");
        home.clock.advance(Span::minutes(30));
        for id in street.leads.iter().map(|lead| lead.0).chain([home.account.0]) {
            assert!(home.vault.key(&id).await.unwrap().is_none(), "{point:?}");
        }
    }
    street.assert_ends(&engine).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_f1_a_kill_before_or_at_an_accounts_key_ends_in_untouched_or_erased() {
    for point in &Point::ERASING[..5] {
        dies_at(*point, 1).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_f1_a_kill_while_an_accounts_rows_go_ends_erased() {
    for (point, pass) in Point::ERASING[5..10]
        .iter()
        .map(|point| (*point, 1))
        .chain([(Point::AfterChunkCommit, 2), (Point::AfterChunkCommit, 3)])
    {
        dies_at(point, pass).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_f1_a_kill_while_meta_is_told_ends_erased() {
    for point in &Point::ERASING[10..] {
        dies_at(*point, 1).await;
    }
}

/// A sweep of keys that an account's erasure runs into: the sweep is held at `point` until the account's key is
/// gone, or as long as `patience`, and the erasure notes nothing before the sweep is through. Whether the key was
/// gone while the sweep was held.
async fn swept_meanwhile(point: Point, patience: Duration) -> bool {
    let street = Street::new().await;
    let home = street.home();
    let (hold, held) = mpsc::channel();
    let (destroy, destroyed) = mpsc::channel();
    let (sweep, swept) = mpsc::channel();
    let (destroyed, swept) = (Mutex::new(Some(destroyed)), Mutex::new(Some(swept)));
    let was_gone = Arc::new(AtomicBool::new(false));
    let noted = Arc::clone(&was_gone);
    let fail_points = FailPoints::new(move |at| {
        let first = destroyed.lock().unwrap().take_if(|_| at == point);
        if let Some(destroyed) = first {
            hold.send(()).unwrap();
            noted.store(block_in_place(|| destroyed.recv_timeout(patience)).is_ok(), Ordering::SeqCst);
        }
        let first = swept.lock().unwrap().take_if(|_| at == Point::AfterKeyDestroyed);
        if let Some(swept) = first {
            // Nobody hears it where the sweep did not wait so long.
            let _ = destroy.send(());
            block_in_place(|| swept.recv()).unwrap();
        }
    });
    let engine = home.dying(fail_points).await.unwrap();
    let sweeping = Arc::clone(&engine);
    let station = tokio::spawn(async move {
        let done = sweeping.erase_some().await;
        sweep.send(()).unwrap();
        done
    });
    block_in_place(|| held.recv()).unwrap();
    erasure::erase_own_account(&engine, &home.actor()).await.unwrap();
    station.await.unwrap().unwrap();
    street.assert_ends(&engine).await;
    was_gone.load(Ordering::SeqCst)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_sweep_between_an_accounts_key_and_its_tag_leaves_the_tags_of_its_leads() {
    assert!(swept_meanwhile(Point::BeforeSweepLook, Duration::from_secs(60)).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_sweep_that_began_before_an_account_was_erased_leaves_the_tags_of_its_leads() {
    assert!(swept_meanwhile(Point::BeforeSweep, Duration::from_secs(60)).await);
}
