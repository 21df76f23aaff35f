//! Plans: what they limit, how the month turns over, cancelling and taking up again, and who looks at an account.

use crate::broadcasts::promotion;
use crate::home::{Home, META_PAGE, admin, plan};
use crate::told::Town;
use engine::actions::pages::{self, ConnectForm};
use engine::actions::plans::{self, PlanForm, PlanStep};
use engine::actions::sign_in::SignedIn;
use engine::actions::subscriptions::{self, Terms};
use engine::actions::{billing, broadcasts, leads};
use engine::mail::Letter;
use engine::{EngineError, views};
use model::broadcast::{BroadcastState, Step};
use model::id::{AccountId, BroadcastId};
use model::plan::{LARGEST_LIMIT, Limits, Month, SubscriptionState};
use model::time::{Clock, Span};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What for.
const WHY: &str = "they asked for a bill";

pub fn messages(messages: u64) -> Limits {
    Limits { messages: Some(messages), ..Limits::NONE }
}

/// So many people who agreed, and a broadcast to all of them that was carried to its end.
async fn agreed(home: &Home, people: std::ops::Range<u32>) {
    for number in people {
        home.opt_in(&format!("psid-{number:03}"), "hello").await;
    }
}

async fn send(home: &Home, text: &str) -> Result<BroadcastId, EngineError> {
    let made = broadcasts::create(&home.engine, &home.actor(), promotion(text)).await?;
    broadcasts::step(&home.engine, &home.actor(), made.id, Step::Send).await?;
    home.settle().await;
    Ok(made.id)
}

async fn reasons(home: &Home, id: BroadcastId) -> (BTreeMap<String, u64>, BTreeMap<String, u64>) {
    let view = views::broadcasts::get(&home.engine, &home.actor(), id).await.unwrap();
    (view.counts, view.reasons)
}

fn counts(pairs: &[(&str, u64)]) -> BTreeMap<String, u64> {
    pairs.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect()
}

fn conflict<T>(result: Result<T, EngineError>) -> String {
    match result {
        Err(EngineError::Conflict(why)) => why,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was done"),
    }
}

#[tokio::test]
async fn the_admin_defines_plans_and_sign_ups_start_on_one_of_them() {
    let home = Home::new().await;
    let (engine, boss) = (&home.engine, admin(home.other_brand()));
    let form = |name: &str, limits| PlanForm { name: name.to_owned(), limits };
    let [start] = &views::plans::list(engine, &boss).await.unwrap()[..] else { panic!("one") };
    assert_eq!((start.name.as_str(), start.limits, start.is_start), ("Start", Limits::START, true));
    let start = start.id;
    let gold = plans::create(engine, &boss, form(" Gold ", messages(7))).await.unwrap();
    for (name, limits, field) in [
        ("", Limits::NONE, "plan_name"),
        ("Gold", Limits::NONE, "plan_name"),
        ("a\u{7}", Limits::NONE, "plan_name"),
        ("Big", messages(LARGEST_LIMIT + 1), "messages"),
    ] {
        for tried in [
            plans::create(engine, &boss, form(name, limits)).await.map(drop),
            plans::change(engine, &boss, start, form(name, limits)).await,
        ] {
            assert!(
                matches!(tried, Err(EngineError::Invalid { field: named, .. }) if named == field),
                "{name}"
            );
        }
    }
    plans::change(engine, &boss, gold, form("Gold", messages(8))).await.unwrap();
    conflict(plans::step(engine, &boss, start, PlanStep::Retire).await);
    conflict(plans::step(engine, &boss, start, PlanStep::Delete).await);
    plans::step(engine, &boss, gold, PlanStep::MakeStart).await.unwrap();
    let owner = crate::home::actor(
        boss.brand,
        engine::actions::accounts::create(
            engine,
            boss.brand,
            engine::actions::accounts::NewAccount {
                role: engine::Role::User,
                name: "New".into(),
                email: "new@brand.example".into(),
                plan: None,
            },
        )
        .await
        .unwrap(),
    );
    let used = views::plans::own(engine, &owner).await.unwrap();
    assert_eq!((used.plan, used.limits), (Some(gold), messages(8)));
    plans::step(engine, &boss, start, PlanStep::MakeStart).await.unwrap();
    conflict(plans::step(engine, &boss, gold, PlanStep::Delete).await);
    plans::step(engine, &boss, gold, PlanStep::Retire).await.unwrap();
    conflict(plans::step(engine, &boss, gold, PlanStep::MakeStart).await);
    assert_eq!(views::plans::own(engine, &owner).await.unwrap().plan, Some(gold), "who is on it keeps it");
    // Nobody new is put on it; whoever is on it may be left there.
    let terms = |plan| Terms { plan, state: SubscriptionState::Active };
    subscriptions::set(engine, &boss, owner.account, terms(gold)).await.unwrap();
    subscriptions::set(engine, &boss, owner.account, terms(start)).await.unwrap();
    let back = subscriptions::set(engine, &boss, owner.account, terms(gold)).await;
    assert!(matches!(back, Err(EngineError::Invalid { field: "plan", .. })));
    plans::step(engine, &boss, gold, PlanStep::Offer).await.unwrap();
    plans::step(engine, &boss, gold, PlanStep::Delete).await.unwrap();
    assert_eq!(views::plans::list(engine, &boss).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_an_admin_does_with_plans_nobody_else_and_no_other_brand_s_admin_can_do() {
    let home = Home::new().await;
    let (engine, own) = (&home.engine, home.actor());
    let gold = plan(engine, home.brand, messages(1)).await;
    let form = || PlanForm { name: "Mine".to_owned(), limits: Limits::NONE };
    let terms = Terms { plan: gold, state: SubscriptionState::Active };
    for result in [
        plans::create(engine, &own, form()).await.map(drop),
        plans::change(engine, &own, gold, form()).await,
        plans::step(engine, &own, gold, PlanStep::Delete).await,
        subscriptions::set(engine, &own, home.account, terms).await,
        subscriptions::reveal(engine, &own, home.account, WHY).await.map(drop),
        billing::make_secret(engine, &own).await.map(drop),
        billing::end_secret(engine, &own).await,
        views::plans::list(engine, &own).await.map(drop),
        views::plans::accounts(engine, &own, None, 10).await.map(drop),
        views::plans::account(engine, &own, home.account).await.map(drop),
        billing::secret_view(engine, &own).await.map(drop),
    ] {
        assert!(matches!(result, Err(EngineError::Forbidden("admin"))));
    }
    let other = admin(home.other_brand());
    for result in [
        plans::change(engine, &other, gold, form()).await,
        plans::step(engine, &other, gold, PlanStep::MakeStart).await,
        subscriptions::set(engine, &other, home.account, terms).await,
        subscriptions::reveal(engine, &other, home.account, WHY).await.map(drop),
        views::plans::account(engine, &other, home.account).await.map(drop),
    ] {
        assert!(matches!(result, Err(EngineError::NotFound(_))));
    }
    assert!(views::plans::accounts(engine, &other, None, 10).await.unwrap().is_empty());
    let who = subscriptions::reveal(engine, &admin(home.brand), home.account, WHY).await.unwrap();
    assert_eq!(
        (who.name.reveal().as_str(), who.email.reveal().as_str()),
        ("Sample Owner", "owner@brand.example")
    );
    // Another brand's plan is none that an account can be put on.
    let theirs = plan(engine, other.brand, Limits::NONE).await;
    let put =
        subscriptions::set(engine, &admin(home.brand), home.account, Terms { plan: theirs, ..terms }).await;
    assert!(matches!(put, Err(EngineError::Invalid { field: "plan", .. })));
}

#[tokio::test]
async fn the_month_turns_over_by_itself_and_what_was_spent_before_counts_no_longer() {
    let home = Home::new().await;
    agreed(&home, 0..3).await;
    home.set_limits(messages(4)).await;
    let first = send(&home, "One").await.unwrap();
    assert_eq!(reasons(&home, first).await.0, counts(&[("sent", 3)]));
    let second = send(&home, "Two").await.unwrap();
    assert_eq!(reasons(&home, second).await.1, counts(&[("refused/quota_exhausted", 2)]));
    let used = views::plans::own(&home.engine, &home.actor()).await.unwrap();
    let ends = Month::of(home.clock.now()).ends_at();
    assert_eq!((used.messages, used.leads, used.pages, used.refills_at.0), (4, Some(3), 1, ends));
    // One moment before the turn there is nothing left, at the turn there is everything; nobody did anything.
    home.clock.advance(Span(ends.since(home.clock.now()).0 - 1));
    assert_eq!(home.quota().await, 0);
    home.clock.advance(Span(1));
    assert_eq!(home.quota().await, 4);
    assert_eq!(views::plans::own(&home.engine, &home.actor()).await.unwrap().messages, 0);
    for number in 0..3 {
        home.write(&format!("psid-{number:03}"), "hello again").await;
    }
    home.settle().await;
    let third = send(&home, "Three").await.unwrap();
    assert_eq!(reasons(&home, third).await.0, counts(&[("sent", 3)]));
    assert_eq!(home.quota().await, 1);
}

/// Several lanes claim in one commit, as they do on a server: what one takes is not there for the next.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_b3_lanes_that_claim_together_keep_to_the_month_together() {
    let Some(home) = Home::on_server().await else { return };
    let (others, people, left) = (&["501", "502", "503", "504", "505"], 3, 2);
    agreed(&home, 0..people).await;
    let yes = home.yes();
    assert_eq!(connect(&home, others).await.unwrap(), others.len());
    for id in others {
        for number in 0..people {
            let psid = format!("psid-{id}-{number}");
            let tapped =
                json!({ "message": { "mid": psid, "text": "Yes", "quick_reply": { "payload": yes } } });
            home.clock.advance(Span::secs(1));
            let event = home.event(&psid, tapped).to_string().replace(META_PAGE, id);
            home.deliver(&serde_json::from_str(&event).unwrap()).await;
        }
    }
    home.settle().await;
    home.set_quota(left).await;
    let id = send(&home, "To all").await.unwrap();
    let (states, refused) = reasons(&home, id).await;
    let all = 6 * u64::from(people);
    assert_eq!(states, counts(&[("refused", all - left), ("sent", left)]));
    assert_eq!(refused, counts(&[("refused/quota_exhausted", all - left)]));
    assert_eq!(home.quota().await, 0);
    assert_eq!(home.meta.messages().iter().filter(|sent| sent.contains("To all")).count(), 2);
}

#[tokio::test]
async fn what_does_not_go_is_given_back_and_a_raised_plan_holds_at_once() {
    let home = Home::new().await;
    agreed(&home, 0..3).await;
    home.set_limits(messages(3)).await;
    // Meta refuses the first for a moment: it costs one message in the end, not two.
    let asked = std::sync::atomic::AtomicUsize::new(0);
    home.meta.answer_with(move |request| {
        let is_first =
            request.url.contains("/messages") && asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0;
        is_first.then(|| json!({ "error": { "message": "later", "code": 1200 } }))
    });
    let id = send(&home, "One").await.unwrap();
    assert_eq!(reasons(&home, id).await.0, counts(&[("sent", 3)]));
    assert_eq!(home.quota().await, 0);
    let used = views::plans::own(&home.engine, &home.actor()).await.unwrap();
    let form = PlanForm { name: used.plan_name.unwrap(), limits: messages(5) };
    plans::change(&home.engine, &admin(home.brand), used.plan.unwrap(), form).await.unwrap();
    assert_eq!(home.quota().await, 2);
    let id = send(&home, "Two").await.unwrap();
    assert_eq!(reasons(&home, id).await.0, counts(&[("refused", 1), ("sent", 2)]));
}

#[tokio::test]
async fn claim_b3_beyond_the_number_of_leads_bulk_goes_to_the_first_and_everybody_is_heard() {
    let home = Home::new().await;
    agreed(&home, 0..4).await;
    home.set_limits(Limits { leads: Some(3), ..Limits::NONE }).await;
    let made = broadcasts::create(&home.engine, &home.actor(), promotion("Hi")).await.unwrap();
    let preview = broadcasts::preview(&home.engine, &home.actor(), made.id).await.unwrap();
    assert_eq!((preview.will_get, preview.will_not_get["leads_limit"]), (3, 1));
    let id = send(&home, "One").await.unwrap();
    assert_eq!(reasons(&home, id).await.1, counts(&[("refused/leads_limit", 1)]));
    let dashboard = views::dashboard::get(&home.engine, &home.actor()).await.unwrap();
    assert_eq!((dashboard.leads, dashboard.leads_limit), (4, Some(3)));
    // Somebody beyond it is taken, asked, and heard when they agree and when they leave.
    let beyond = home.opt_in("psid-new", "hello").await;
    let (_, evidence) = views::leads::masked(&home.engine, &home.actor(), beyond).await.unwrap();
    assert!(evidence.iter().any(|event| event.how == "confirmed"));
    home.write("psid-new", "stop").await;
    home.settle().await;
    let (lead, _) = views::leads::masked(&home.engine, &home.actor(), beyond).await.unwrap();
    assert!(lead.withdrawn_at.is_some());
    // When one of the first is erased, another moves up.
    let first = home.lead("psid-000").await.unwrap();
    leads::erase(&home.engine, &home.actor(), first).await.unwrap();
    home.clock.advance(Span::minutes(2));
    let id = send(&home, "Two").await.unwrap();
    let (counted, reasons) = reasons(&home, id).await;
    assert_eq!(counted["sent"], 3, "{reasons:?}");
    // Without a limit, nobody is beyond it.
    home.set_limits(Limits::NONE).await;
    let preview = broadcasts::preview(&home.engine, &home.actor(), made.id).await.unwrap();
    assert!(!preview.will_not_get.contains_key("leads_limit"));
}

#[tokio::test]
async fn who_comes_when_the_plan_is_just_full_is_beyond_it_within_seconds() {
    let home = Home::new().await;
    agreed(&home, 0..3).await;
    home.set_limits(Limits { leads: Some(3), ..Limits::NONE }).await;
    let id = send(&home, "One").await.unwrap();
    assert_eq!(reasons(&home, id).await.0, counts(&[("sent", 3)]));
    // The lane has found out that nobody is beyond the plan.
    home.clock.advance(Span::secs(3));
    home.opt_in("psid-new", "hello").await;
    let id = send(&home, "Two").await.unwrap();
    let (counted, reasons) = reasons(&home, id).await;
    assert_eq!((counted["sent"], reasons), (3, counts(&[("refused/leads_limit", 1)])));
}

/// A Meta that offers these pages to connect.
fn offer(home: &Home, ids: &'static [&'static str]) {
    home.meta.answer_with(move |request| {
        let page = |id: &str| json!({ "id": id, "name": "Page", "access_token": "EAAtoken", "tasks": ["MESSAGING"] });
        if request.url.contains("/oauth/access_token") {
            return Some(json!({ "access_token": "user" }));
        }
        if request.url.contains("/subscribed_apps") {
            let fields = json!({ "id": "4711", "subscribed_fields": ["messages"] });
            return Some(json!({ "success": true, "data": [fields] }));
        }
        let pages = || Value::Array(ids.iter().map(|id| page(id)).collect());
        request.url.contains("/me/accounts").then(|| json!({ "data": pages() }))
    });
}

async fn connect(home: &Home, ids: &'static [&'static str]) -> Result<usize, EngineError> {
    offer(home, ids);
    let form =
        ConnectForm { code: "c".into(), redirect_uri: "https://bakery.example/back".into(), pages: None };
    pages::connect(&home.engine, &home.actor(), form).await.map(|pages| pages.len())
}

#[tokio::test]
async fn a_plan_s_pages_can_be_connected_and_not_one_more() {
    let home = Home::new().await;
    home.set_limits(Limits { pages: Some(2), ..Limits::NONE }).await;
    let too_many = connect(&home, &["11", "22"]).await;
    assert!(matches!(too_many, Err(EngineError::PlanLimit { pages: 2 })));
    let requests =
        home.meta.requests.lock().unwrap().iter().filter(|r| r.url.contains("subscribed_apps")).count();
    assert_eq!(requests, 0, "no page is touched at Meta when they are too many");
    assert_eq!(connect(&home, &["11"]).await.unwrap(), 1);
    assert!(matches!(connect(&home, &["22"]).await, Err(EngineError::PlanLimit { pages: 2 })));
    // One that is connected may always get a new token, even when the plan has shrunk.
    home.set_limits(Limits { pages: Some(0), ..Limits::NONE }).await;
    assert_eq!(connect(&home, &["11"]).await.unwrap(), 1);
    subscriptions::cancel(&home.engine, &home.actor()).await.unwrap();
    home.set_limits(Limits::NONE).await;
    subscriptions::cancel(&home.engine, &home.actor()).await.unwrap();
    assert!(matches!(connect(&home, &["33"]).await, Err(EngineError::Cancelled)));
}

#[tokio::test]
async fn cancelling_stands_everything_still_in_one_commit_and_can_be_taken_back() {
    let town = Town::new().await;
    let home = &town.home;
    let (engine, own) = (&home.engine, home.actor());
    agreed(home, 0..2).await;
    let going = broadcasts::create(engine, &own, promotion("Going")).await.unwrap().id;
    broadcasts::step(engine, &own, going, Step::Send).await.unwrap();
    let timed = broadcasts::create(engine, &own, promotion("Timed")).await.unwrap().id;
    let later =
        broadcasts::ScheduleForm { local: "2027-01-05T10:00".into(), zone: "UTC".into(), second_time: false };
    let at = |id| async move { views::broadcasts::get(engine, &home.actor(), id).await.unwrap().state };
    broadcasts::schedule(engine, &own, timed, later).await.unwrap();
    let draft = broadcasts::create(engine, &own, promotion("Draft")).await.unwrap().id;
    town.letters().await;

    subscriptions::cancel(engine, &own).await.unwrap();
    subscriptions::cancel(engine, &own).await.unwrap();
    assert_eq!((at(going).await, at(timed).await), (BroadcastState::Paused, BroadcastState::Draft));
    let letters = town.letters().await;
    let [Letter::PlanChanged { state: SubscriptionState::Cancelled, link, .. }] = &letters[..] else {
        panic!("{letters:?}")
    };
    assert!(link.reveal().ends_with("/account/plan"));
    home.settle().await;
    assert_eq!(reasons(home, going).await.0.get("sent"), None, "nothing has left");
    for step in [
        broadcasts::step(engine, &own, going, Step::Resume).await.map(drop),
        broadcasts::step(engine, &own, draft, Step::Send).await.map(drop),
        broadcasts::schedule(
            engine,
            &own,
            draft,
            broadcasts::ScheduleForm {
                local: "2027-01-05T10:00".into(),
                zone: "UTC".into(),
                second_time: false,
            },
        )
        .await
        .map(drop),
        broadcasts::send_again(engine, &own, going, true).await.map(drop),
    ] {
        assert!(matches!(step, Err(EngineError::Cancelled)));
    }
    let preview = broadcasts::preview(engine, &own, draft).await.unwrap();
    assert_eq!((preview.will_get, preview.will_not_get["subscription_ended"]), (0, 2));
    // People are heard and answered as ever.
    home.write("psid-000", "stop").await;
    home.settle().await;
    let lead = home.lead("psid-000").await.unwrap();
    assert!(views::leads::masked(engine, &own, lead).await.unwrap().0.withdrawn_at.is_some());

    let used = views::plans::own(engine, &own).await.unwrap();
    assert!(used.may_resume && used.cancelled_at.is_some());
    subscriptions::resume(engine, &own).await.unwrap();
    let letters = town.letters().await;
    assert!(
        matches!(&letters[..], [Letter::PlanChanged { state: SubscriptionState::Active, .. }]),
        "{letters:?}"
    );
    assert_eq!(at(going).await, BroadcastState::Paused, "it goes on when its owner says so");
    broadcasts::step(engine, &own, going, Step::Resume).await.unwrap();
    home.settle().await;
    assert_eq!(reasons(home, going).await.0, counts(&[("refused", 1), ("sent", 1)]));
}

#[tokio::test]
async fn who_was_cancelled_by_somebody_else_cannot_take_it_back_alone() {
    let town = Town::new().await;
    let home = &town.home;
    let (engine, own, boss) = (&home.engine, home.actor(), admin(home.brand));
    let on = views::plans::own(engine, &own).await.unwrap().plan.unwrap();
    let set = |state| subscriptions::set(engine, &boss, home.account, Terms { plan: on, state });
    set(SubscriptionState::PastDue).await.unwrap();
    assert!(matches!(
        &town.letters().await[..],
        [Letter::PlanChanged { state: SubscriptionState::PastDue, .. }]
    ));
    // A late payment stops nothing; cancelling and taking back leads to where it was.
    agreed(home, 0..1).await;
    let id = send(home, "One").await.unwrap();
    assert_eq!(reasons(home, id).await.0, counts(&[("sent", 1)]));
    subscriptions::cancel(engine, &own).await.unwrap();
    subscriptions::resume(engine, &own).await.unwrap();
    assert_eq!(views::plans::own(engine, &own).await.unwrap().state, SubscriptionState::PastDue);
    set(SubscriptionState::Cancelled).await.unwrap();
    conflict(subscriptions::resume(engine, &own).await);
    assert!(!views::plans::own(engine, &own).await.unwrap().may_resume);
    assert!(matches!(send(home, "Two").await, Err(EngineError::Cancelled)));
    set(SubscriptionState::Active).await.unwrap();
    set(SubscriptionState::Active).await.unwrap();
    assert_eq!(views::plans::own(engine, &own).await.unwrap().state, SubscriptionState::Active);
    // The admin's own account is without limits and has nothing to cancel.
    conflict(subscriptions::cancel(engine, &boss).await);
}

/// What the account's holder reads in the history.
async fn looks(home: &Home, account: AccountId) -> usize {
    let who = SignedIn {
        actor: crate::home::actor(home.brand, account),
        session: model::id::SessionId([0; 16]),
        hash: [0; 32],
        proved_at: home.clock.now(),
        needs_second_factor: false,
    };
    let history = views::account::history(&home.engine, &who).await.unwrap();
    let looks: Vec<_> = history.iter().filter(|entry| entry.outcome == "admin_read").collect();
    assert!(looks.iter().all(|look| look.address.is_none() && look.browser.reveal().is_empty()));
    looks.len()
}

#[tokio::test]
async fn claim_f6_an_account_is_told_when_the_admin_looks_at_who_it_is() {
    let town = Town::new().await;
    let home = &town.home;
    for answers in 0..61 {
        // Whoever goes through all of them is told to wait, and is shown nothing.
        if answers == 60 {
            let refused = subscriptions::reveal(&home.engine, &admin(home.brand), home.account, WHY).await;
            assert!(matches!(refused, Err(EngineError::TooMany { seconds: 1..=10 })));
            break;
        }
        let who = subscriptions::reveal(&home.engine, &admin(home.brand), home.account, WHY).await.unwrap();
        assert_eq!(who.name.reveal(), "Sample Owner");
    }
    let letters = town.letters().await;
    assert_eq!(letters.len(), 10, "told, and no letter box is filled");
    assert!(letters.iter().all(|letter| letter.kind() == "admin_read"));
    // A list and an account's page name nobody, so nobody is told.
    views::plans::accounts(&home.engine, &admin(home.brand), None, 10).await.unwrap();
    views::plans::account(&home.engine, &admin(home.brand), home.account).await.unwrap();
    assert!(town.letters().await.is_empty());
    assert_eq!(looks(home, home.account).await, 60, "only the mail is limited");
}

/// Then the admin knows whose it is.
#[tokio::test]
async fn claim_a1_an_account_that_the_admin_finds_by_its_address_reads_of_it() {
    let town = crate::people::Town::new().await;
    let home = &town.home;
    town.settle_in().await;
    town.mails().await;
    let found =
        subscriptions::seek(&home.engine, &admin(home.brand), crate::people::EMAIL, WHY).await.unwrap();
    assert_eq!(looks(home, found.unwrap()).await, 1);
    let mails = town.mails().await;
    assert_eq!(mails.iter().filter(|(kind, ..)| kind == "admin_read").count(), 1, "{mails:?}");
    let nobody =
        subscriptions::seek(&home.engine, &admin(home.brand), "nobody@corner.example.com", WHY).await;
    assert_eq!(nobody.unwrap(), None);
    assert!(town.mails().await.is_empty());
}

/// By the program, and not by signing up.
#[tokio::test]
async fn claim_a1_an_account_that_was_made_by_the_program_is_found_by_its_address_too() {
    let home = Home::new().await;
    let new = || engine::actions::accounts::NewAccount {
        role: engine::Role::User,
        name: "New".into(),
        email: "New@brand.example".into(),
        plan: None,
    };
    let made = engine::actions::accounts::create(&home.engine, home.brand, new()).await.unwrap();
    let boss = admin(home.brand);
    let found = subscriptions::seek(&home.engine, &boss, "new@brand.example", WHY).await.unwrap();
    assert_eq!(found, Some(made));
    // And an address has one account.
    let again = engine::actions::accounts::create(&home.engine, home.brand, new()).await;
    assert!(matches!(again, Err(EngineError::Invalid { field: "email", .. })), "{again:?}");
    let elsewhere = engine::actions::accounts::create(&home.engine, home.other_brand(), new()).await;
    assert!(elsewhere.is_ok(), "another brand's is another's");
}

#[tokio::test]
async fn claim_a1_an_admins_look_at_an_unconfirmed_account_stands_in_its_history() {
    let town = crate::people::Town::new().await;
    let home = &town.home;
    town.register(town.form().await).await.unwrap();
    let accounts = views::plans::accounts(&home.engine, &admin(home.brand), None, 10).await.unwrap();
    let account = accounts.iter().find(|one| one.id != home.account).unwrap().id;
    town.mails().await;
    subscriptions::reveal(&home.engine, &admin(home.brand), account, WHY).await.unwrap();
    assert!(town.mails().await.is_empty(), "its address is not known to be its own");
    assert_eq!(looks(home, account).await, 1);
    // It is a sign-in of nobody's, and goes with the rest of the history.
    home.clock.advance(Span::days(31));
    home.engine.tidy_sessions().await.unwrap();
    assert_eq!(looks(home, account).await, 0);
}

store::statements! {
    pair BREAK = {
        sqlite: "CREATE TRIGGER broken BEFORE INSERT ON sign_in BEGIN SELECT RAISE(ABORT, 'broken'); END",
        postgres: "ALTER TABLE sign_in ADD CONSTRAINT broken CHECK (false) NOT VALID"
    };
}

#[tokio::test]
async fn claim_a1_nothing_of_an_account_is_shown_when_that_cannot_be_written_down() {
    let town = Town::new().await;
    let home = &town.home;
    home.data.write("break", |tx: &store::Tx<'_>| tx.execute(&BREAK, &[])).await.unwrap();
    let shown = subscriptions::reveal(&home.engine, &admin(home.brand), home.account, WHY).await;
    assert!(matches!(shown, Err(EngineError::Store(_))));
    assert!(town.letters().await.is_empty());
}
