//! The signed call, by which a payment provider or a script sets plan and state.

use crate::home::{Home, account, admin, plan};
use crate::plans::messages;
use crate::told::Town;
use aws_lc_rs::hmac;
use engine::actions::billing::{self, CallError, Outcome};
use engine::actions::subscriptions;
use engine::mail::Letter;
use engine::views::audit::Filter;
use engine::{ActBy, EngineError, views};
use model::id::{AccountId, BrandId, PlanId};
use model::plan::{Limits, SubscriptionState};
use model::time::{Clock, Span};
use serde_json::{Value, json};

/// Calls the brand's signed door as a payment provider's glue does.
struct Glue<'a> {
    home: &'a Home,
    secret: String,
}

impl<'a> Glue<'a> {
    async fn new(home: &'a Home) -> Self {
        let secret = billing::make_secret(&home.engine, &admin(home.brand)).await.unwrap();
        Self { home, secret: secret.reveal().clone() }
    }

    fn call(&self, id: &str, minute: u32, change: &Value) -> Vec<u8> {
        let at = format!("2025-10-09T08:{minute:02}:00Z");
        let mut call = json!({ "id": id, "occurred_at": at, "account": self.home.account });
        call.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        call.to_string().into_bytes()
    }

    fn sign(&self, body: &[u8], late: i64) -> String {
        let time = (self.home.clock.now().secs() - late).to_string();
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret.as_bytes());
        let tag = hmac::sign(&key, &[time.as_bytes(), b".", body].concat());
        format!("t={time},v1={}", hex::encode(tag))
    }

    async fn at(&self, brand: BrandId, body: &[u8]) -> Result<Outcome, CallError> {
        billing::receive(&self.home.engine, brand, Some(&self.sign(body, 0)), body).await
    }

    async fn send(&self, id: &str, minute: u32, change: Value) -> Result<Outcome, CallError> {
        self.at(self.home.brand, &self.call(id, minute, &change)).await
    }

    async fn state(&self) -> SubscriptionState {
        views::plans::own(&self.home.engine, &self.home.actor()).await.unwrap().state
    }
}

#[tokio::test]
async fn a_signed_call_sets_plan_and_state_once_and_in_order() {
    let town = Town::new().await;
    let home = &town.home;
    let glue = Glue::new(home).await;
    let gold = plan(&home.engine, home.brand, messages(50)).await;
    let both = json!({ "plan": gold, "state": "past_due" });
    assert_eq!(glue.send("evt_1", 10, both.clone()).await.unwrap(), Outcome::Applied);
    let used = views::plans::own(&home.engine, &home.actor()).await.unwrap();
    assert_eq!((used.plan, used.state), (Some(gold), SubscriptionState::PastDue));
    let letters = town.letters().await;
    let [Letter::PlanChanged { plan, state: SubscriptionState::PastDue, .. }] = &letters[..] else {
        panic!("{letters:?}")
    };
    assert_eq!(Some(plan), used.plan_name.as_ref());
    // The same again, whenever it is signed; the same id with something else.
    assert_eq!(glue.send("evt_1", 10, both.clone()).await.unwrap(), Outcome::AlreadyTaken);
    let reused = glue.send("evt_1", 10, json!({ "state": "cancelled" })).await;
    assert!(matches!(reused, Err(CallError::Engine(EngineError::Conflict(_)))));
    // What is older than the newest is passed over; what says nothing new is noted.
    assert_eq!(glue.send("evt_0", 9, json!({ "state": "cancelled" })).await.unwrap(), Outcome::Superseded);
    assert_eq!(glue.send("evt_2", 11, json!({ "state": "past_due" })).await.unwrap(), Outcome::Unchanged);
    assert_eq!(glue.send("evt_0b", 10, json!({ "state": "cancelled" })).await.unwrap(), Outcome::Superseded);
    assert_eq!(glue.state().await, SubscriptionState::PastDue);
    assert!(town.letters().await.is_empty(), "nothing changed, nothing is told");
    assert_eq!(glue.send("evt_3", 12, json!({ "state": "cancelled" })).await.unwrap(), Outcome::Applied);
    assert_eq!(glue.state().await, SubscriptionState::Cancelled);
    assert_eq!(glue.send("evt_4", 13, json!({ "state": "active" })).await.unwrap(), Outcome::Applied);
    // What the account has cancelled itself stays so, whatever is paid elsewhere.
    subscriptions::cancel(&home.engine, &home.actor()).await.unwrap();
    glue.send("evt_5", 14, json!({ "state": "past_due" })).await.unwrap();
    glue.send("evt_6", 15, json!({ "state": "active" })).await.unwrap();
    assert_eq!(glue.state().await, SubscriptionState::Cancelled);
    subscriptions::resume(&home.engine, &home.actor()).await.unwrap();
    assert_eq!(glue.state().await, SubscriptionState::Active);
}

#[tokio::test]
async fn claim_a1_what_a_signed_call_changes_is_an_entry_by_the_billing_system_in_its_commit() {
    let town = Town::new().await;
    let home = &town.home;
    let glue = Glue::new(home).await;
    let gold = plan(&home.engine, home.brand, messages(50)).await;
    let entries = || async {
        let by = Filter { by: Some(ActBy::Billing), ..Filter::default() };
        let found = views::audit::list(&home.engine, &admin(home.brand), by, None, 9).await.unwrap();
        found
            .iter()
            .map(|entry| {
                assert_eq!(
                    (entry.kind.as_str(), entry.by.as_str(), entry.account),
                    ("subscription_set", "billing", None)
                );
                entry
                    .facts
                    .iter()
                    .map(|(name, value)| format!("{name}: {}", value.reveal()))
                    .collect::<Vec<_>>()
            })
            .collect::<Vec<_>>()
    };
    let both = json!({ "plan": gold, "state": "past_due" });
    // What cannot be written down is not done, and may be sent again.
    home.refuse_entries(true).await;
    let failed = glue.send("evt_1", 10, both.clone()).await;
    assert!(matches!(failed, Err(CallError::Engine(EngineError::Store(_)))), "{failed:?}");
    assert_eq!(glue.state().await, SubscriptionState::Active);
    home.refuse_entries(false).await;
    assert_eq!(glue.send("evt_1", 10, both.clone()).await.unwrap(), Outcome::Applied);
    let first =
        vec![format!("account: {}", home.account), format!("plan: {gold}"), "state: past_due".to_owned()];
    assert_eq!(entries().await, std::slice::from_ref(&first));
    // What changes nothing leaves none.
    assert_eq!(glue.send("evt_1", 10, both.clone()).await.unwrap(), Outcome::AlreadyTaken);
    assert_eq!(glue.send("evt_2", 11, json!({ "state": "past_due" })).await.unwrap(), Outcome::Unchanged);
    assert_eq!(glue.send("evt_0", 9, json!({ "state": "active" })).await.unwrap(), Outcome::Superseded);
    glue.send("evt_1", 10, json!({ "state": "cancelled" })).await.unwrap_err();
    assert_eq!(entries().await, [first]);
    home.clock.advance(Span::secs(1));
    assert_eq!(glue.send("evt_3", 12, json!({ "state": "cancelled" })).await.unwrap(), Outcome::Applied);
    // How it stands afterwards, whatever of it the call named.
    assert_eq!(entries().await[0][1..], [format!("plan: {gold}"), "state: cancelled".to_owned()]);
    assert_eq!(entries().await.len(), 2);
}

#[tokio::test]
async fn a_call_that_is_not_signed_now_with_this_brand_s_secret_changes_nothing() {
    let home = Home::new().await;
    let body = |glue: &Glue<'_>| glue.call("evt_1", 1, &json!({ "state": "cancelled" }));
    let engine = &home.engine;
    let bad = |result: Result<Outcome, CallError>| assert!(matches!(result, Err(CallError::BadSignature)));
    // Before there is a secret, nothing is taken.
    let unset = Glue { home: &home, secret: String::new() };
    bad(unset.at(home.brand, &body(&unset)).await);
    let glue = Glue::new(&home).await;
    let call = body(&glue);
    bad(billing::receive(engine, home.brand, None, &call).await);
    bad(billing::receive(engine, home.brand, Some("t=1,v1="), &call).await);
    bad(glue.at(home.other_brand(), &call).await);
    let theirs = billing::make_secret(engine, &admin(home.other_brand())).await.unwrap();
    let other = Glue { home: &home, secret: theirs.reveal().clone() };
    bad(other.at(home.brand, &call).await);
    // Signed by the other brand for itself: it has no such account, as it would have none that is nowhere.
    for account in [home.account, AccountId([7; 16])] {
        let call = other.call("evt_1", 1, &json!({ "account": account, "state": "cancelled" }));
        let missing = other.at(home.other_brand(), &call).await;
        assert!(matches!(missing, Err(CallError::Engine(EngineError::NotFound("this account")))));
    }
    for late in [301, -301] {
        let stale = billing::receive(engine, home.brand, Some(&glue.sign(&call, late)), &call).await;
        assert!(matches!(stale, Err(CallError::Stale { .. })));
    }
    let before = home.content().await;
    for (change, field) in [
        (json!({ "state": "gone" }), "state"),
        (json!({ "plan": PlanId([9; 16]) }), "plan"),
        (json!({}), "state"),
    ] {
        let refused = glue.send("evt_1", 1, change).await;
        assert!(
            matches!(refused, Err(CallError::Engine(EngineError::Invalid { field: named, .. })) if named == field)
        );
    }
    assert!(before == home.content().await, "what is refused changes nothing");
    assert_eq!(glue.state().await, SubscriptionState::Active);
    // A new secret ends the old one; without one nothing is taken.
    let newer = Glue::new(&home).await;
    bad(glue.at(home.brand, &call).await);
    assert_eq!(newer.at(home.brand, &call).await.unwrap(), Outcome::Applied);
    billing::end_secret(engine, &admin(home.brand)).await.unwrap();
    bad(newer.at(home.brand, &call).await);
    // It lies sealed.
    let newest = Glue::new(&home).await;
    assert_eq!(crate::home::find(&home.content().await, newest.secret.as_bytes()), None);
}

#[tokio::test]
async fn an_admin_s_account_is_without_limits_and_is_put_on_no_plan() {
    let home = Home::new().await;
    let glue = Glue::new(&home).await;
    // Newest first: of one instant the ids' chance would decide.
    home.clock.advance(Span::secs(1));
    let new = engine::actions::accounts::NewAccount {
        role: engine::Role::Admin,
        name: "Boss".into(),
        email: "boss@brand.example".into(),
        plan: None,
    };
    let boss = engine::actions::accounts::create(&home.engine, home.brand, new).await.unwrap();
    let used = views::plans::own(&home.engine, &crate::home::actor(home.brand, boss)).await.unwrap();
    assert_eq!((used.limits, used.plan, used.plan_name), (Limits::NONE, None, None));
    let call = glue.call("evt_1", 1, &json!({ "account": boss, "state": "cancelled" }));
    assert!(matches!(glue.at(home.brand, &call).await, Err(CallError::Engine(EngineError::Conflict(_)))));
    let accounts = views::plans::accounts(&home.engine, &admin(home.brand), None, 10).await.unwrap();
    let shown: Vec<_> = accounts.iter().map(|account| (account.id, account.is_admin)).collect();
    assert_eq!(shown, [(boss, true), (home.account, false)]);
    let rest = views::plans::accounts(&home.engine, &admin(home.brand), Some(boss), 10).await.unwrap();
    assert_eq!(rest.len(), 1);
    account(&home.engine, home.brand, 5).await;
}
