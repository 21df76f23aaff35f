//! The audit: every act has an entry in its own commit, which is proven by the log and goes with whose it was.

use crate::archive;
use crate::home::find;
use crate::people::{EMAIL, PASSWORD, Town, here};
use engine::actions::archive::Lock;
use engine::actions::documents::NOTICE;
use engine::actions::plans::{PlanForm, PlanStep};
use engine::actions::recipients::NewRecipient;
use engine::actions::subscriptions::Terms;
use engine::actions::support::{Helper, Wanted};
use engine::actions::{
    accounts, audit as taking, billing, brand, brand_end, breaches, erasure, leads, oversight, plans,
    recipients, recovery, requests, security, subscriptions, support, tags, tokens,
};
use engine::failpoint::{FailPoints, Point};
use engine::views::audit::{self, AuditView, DAYS, Filter, KINDS, OPENED, Sought};
use engine::views::log;
use engine::{ActBy, Actor, Denial, EngineError, Role, TokenScope};
use ledger::VerifyingKey;
use model::brand::overlay::Set;
use model::id::{AccountId, AuditId, PlanId, SupportGrantId};
use model::personal::Personal;
use model::plan::{Limits, SubscriptionState};
use model::request::RequestKind;
use model::support::Scope;
use model::time::{Clock, Span};
use std::collections::BTreeSet;
use store::{StoreError, params, statements};

statements! {
    MAKE_ADMIN = "UPDATE account SET role = 'admin' WHERE id = $1";
}

/// Everything in the audit.
async fn all(town: &Town) -> Vec<AuditView> {
    audit::list(&town.home.engine, &town.admin(), Filter::default(), None, 200).await.unwrap()
}

/// The kinds, sorted: the clock stands still, so that nothing was before another.
fn kinds(entries: &[AuditView]) -> Vec<&str> {
    let mut kinds: Vec<&str> = entries.iter().map(|entry| entry.kind.as_str()).collect();
    kinds.sort_unstable();
    kinds
}

/// The first of this kind.
fn one<'a>(entries: &'a [AuditView], kind: &str) -> &'a AuditView {
    entries.iter().find(|entry| entry.kind == kind).unwrap()
}

fn fact<'a>(entry: &'a AuditView, name: &str) -> &'a str {
    let found = entry.facts.iter().find(|(known, _)| known == name);
    found.map_or("", |(_, value)| value.reveal())
}

/// What is known by now.
async fn known(town: &Town) -> BTreeSet<AuditId> {
    all(town).await.iter().map(|entry| entry.id).collect()
}

/// What was done since.
async fn since(town: &Town, before: &BTreeSet<AuditId>) -> Vec<AuditView> {
    all(town).await.into_iter().filter(|entry| !before.contains(&entry.id)).collect()
}

#[tokio::test]
async fn claim_a1_an_act_and_its_entry_are_one_commit() {
    let town = Town::new().await;
    let (engine, admin) = (&town.home.engine, town.admin());
    let before = known(&town).await;
    let form =
        |name: &str| PlanForm { name: name.to_owned(), limits: Limits { pages: Some(3), ..Limits::NONE } };
    let gold = plans::create(engine, &admin, form("Gold")).await.unwrap();
    plans::change(engine, &admin, gold, form("Silver")).await.unwrap();
    plans::step(engine, &admin, gold, PlanStep::MakeStart).await.unwrap();
    let done = since(&town, &before).await;
    assert_eq!(kinds(&done), ["plan_changed", "plan_made", "plan_start"]);
    assert!(done.iter().all(|entry| entry.by == "admin" && entry.account == Some(admin.account)));
    let changed = one(&done, "plan_changed");
    assert_eq!((fact(changed, "name"), fact(changed, "pages")), ("Silver", "3"));
    assert_eq!(fact(one(&done, "plan_start"), "plan"), gold.to_string());
    // What is refused in the commit leaves none.
    for step in [PlanStep::Retire, PlanStep::Delete] {
        let refused = plans::step(engine, &admin, gold, step).await;
        assert!(matches!(refused, Err(EngineError::Conflict(_))), "{refused:?}");
    }
    plans::create(engine, &admin, form("Silver")).await.unwrap_err();
    assert_eq!(since(&town, &before).await.len(), 3);
}

/// What an admin, or a helper under a grant of theirs, does: one of many a kind, each with the kind of its entry.
const DEEDS: [&str; 21] = [
    "plan_made",
    "subscription_set",
    "document_published",
    "recipient_announced",
    "brand_end_announced",
    "brand_end_called_off",
    "recipient_ended",
    "breach_step",
    "request_noted",
    "brand_set",
    "billing_secret_made",
    "account_revealed",
    "account_sought",
    "account_opened",
    "support_granted",
    "support_code",
    "support_entered",
    "support_shown",
    "token_made",
    "support_ended",
    "billing_secret_ended",
];

/// What the deeds are done with.
struct With {
    other: AccountId,
    plan: PlanId,
    recipient: i64,
    grant: SupportGrantId,
    /// Of another grant, not used yet.
    code: String,
    helper: Helper,
}

impl With {
    async fn new(town: &Town) -> Self {
        let (engine, admin, brand) = (&town.home.engine, town.admin(), town.home.brand);
        let new = accounts::NewAccount {
            role: Role::User,
            name: Personal::from("Somebody"),
            email: Personal::from("somebody@corner.example.com"),
            plan: None,
        };
        let (grant, code) = support::grant(engine, &admin, &wanted()).await.unwrap();
        let secret = support::enter(engine, brand, code.reveal(), None).await.unwrap().unwrap();
        let helper = support::find(engine, brand, secret.reveal()).await.unwrap().unwrap();
        let (_, code) = support::grant(engine, &admin, &wanted()).await.unwrap();
        let form = PlanForm { name: "Bronze".to_owned(), limits: Limits::NONE };
        Self {
            other: accounts::create(engine, brand, new).await.unwrap(),
            plan: plans::create(engine, &admin, form).await.unwrap(),
            recipient: recipients::announce(engine, &admin, recipient(town, "Example Books")).await.unwrap(),
            grant,
            code: code.reveal().clone(),
            helper,
        }
    }
}

fn wanted() -> Wanted {
    Wanted {
        helper: "A Sample Helper".to_owned(),
        purpose: "messages do not arrive".to_owned(),
        scopes: Scope::ALL.to_vec(),
        lasts: Span::hours(4),
    }
}

fn recipient(town: &Town, who: &str) -> NewRecipient {
    NewRecipient {
        who: who.to_owned(),
        data: "Everything, encrypted".to_owned(),
        purpose: "Running the server".to_owned(),
        country: "Netherlands".to_owned(),
        safeguard: "Processing contract".to_owned(),
        in_force_from: town.home.clock.now().plus(Span::days(40)),
        reason: None,
    }
}

async fn do_one(town: &Town, with: &With, deed: &str) -> Result<(), EngineError> {
    let (home, engine, admin) = (&town.home, &town.home.engine, town.admin());
    let why = "looking for a lost message";
    match deed {
        "plan_made" => {
            let form = PlanForm { name: "Gold".to_owned(), limits: Limits::NONE };
            plans::create(engine, &admin, form).await.map(drop)
        }
        "subscription_set" => {
            let terms = Terms { plan: with.plan, state: SubscriptionState::PastDue };
            subscriptions::set(engine, &admin, with.other, terms).await
        }
        "document_published" => town.publish_next("terms", 1).await.map(drop),
        "recipient_announced" => {
            recipients::announce(engine, &admin, recipient(town, "Example Hosting")).await.map(drop)
        }
        "brand_end_announced" => brand_end::announce(engine, &admin, home.clock.now().plus(NOTICE)).await,
        "brand_end_called_off" => brand_end::call_off(engine, &admin).await,
        "recipient_ended" => recipients::end(engine, &admin, with.recipient).await,
        "breach_step" => {
            let case = ("A stolen laptop", "Found open");
            breaches::note(engine, &admin, case, home.clock.now(), false).await.map(drop)
        }
        "request_noted" => {
            requests::note(engine, &admin, RequestKind::Access, home.clock.now(), "Ticket 4711")
                .await
                .map(drop)
        }
        "brand_set" => brand::set(engine, &admin, Set::Name("Bread".to_owned())).await,
        "billing_secret_made" => billing::make_secret(engine, &admin).await.map(drop),
        "account_revealed" => subscriptions::reveal(engine, &admin, with.other, why).await.map(drop),
        "account_sought" => {
            subscriptions::seek(engine, &admin, "nobody@corner.example.com", why).await.map(drop)
        }
        "account_opened" => oversight::leads(engine, &admin, with.other, why, (None, 9)).await.map(drop),
        "support_granted" => support::grant(engine, &admin, &wanted()).await.map(drop),
        "support_code" => support::renew(engine, &admin, with.grant).await.map(drop),
        "support_entered" => {
            let entered = support::enter(engine, home.brand, &with.code, None).await?;
            assert!(entered.is_some(), "the code is good as long as nobody has come in by it");
            Ok(())
        }
        "support_shown" => support::show_account(engine, &with.helper, with.other, why).await.map(drop),
        "token_made" => support::make_token(engine, &with.helper, why).await.map(drop),
        "support_ended" => support::end(engine, &admin, with.grant).await,
        "billing_secret_ended" => billing::end_secret(engine, &admin).await,
        other => panic!("{other} is not known here"),
    }
}

/// Where the entry cannot be written, nothing is done; where it can, the deed and its one entry are there.
#[tokio::test]
async fn claim_a1_an_act_of_any_kind_and_its_entry_are_one_commit() {
    let town = Town::new().await;
    let home = &town.home;
    town.settle_in().await;
    let with = With::new(&town).await;
    home.settle().await;
    home.engine.checkpoint().await.unwrap();
    for deed in DEEDS {
        // So that nothing that is tried anew has the id of before.
        home.clock.advance(Span(1_000));
        let before = known(&town).await;
        home.refuse_entries(true).await;
        let untouched = home.content().await;
        let failed = do_one(&town, &with, deed).await;
        assert!(matches!(failed, Err(EngineError::Store(_))), "{deed}: {failed:?}");
        assert!(home.content().await == untouched, "{deed} was done in part, and stands in no entry");
        home.refuse_entries(false).await;
        do_one(&town, &with, deed).await.unwrap_or_else(|error| panic!("{deed}: {error}"));
        assert_eq!(kinds(&since(&town, &before).await), [deed]);
    }
}

/// What an entry tells is sealed: it is found by opening it, so many at a request, and the rest from where that ended.
#[tokio::test]
async fn claim_a1_entries_are_found_by_any_id_that_stands_in_them() {
    let town = Town::new().await;
    town.settle_in().await;
    let (home, engine, admin) = (&town.home, &town.home.engine, town.admin());
    let who = town.sign_in().await;
    let case = breaches::note(engine, &admin, ("A drill", ""), home.clock.now(), true).await.unwrap();
    let (grant, _) = support::grant(engine, &admin, &wanted()).await.unwrap();
    subscriptions::reveal(engine, &admin, who.actor.account, "for the auditor").await.unwrap();
    let boss = Actor { scopes: TokenScope::ALL.to_vec(), ..admin.clone() };
    let token = tokens::create_own(engine, &boss, &[TokenScope::PagesRead], None).await.unwrap().0;
    let of = |id: &str| Filter { id: Some(Sought::parse(id).unwrap()), ..Filter::default() };
    let found = async |id: String| {
        let found = audit::find(engine, &admin, of(&id), None, 50).await.unwrap();
        assert_eq!(found.next, None, "all of it was searched");
        kinds(&found.entries).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(found(case.to_string()).await, ["breach_step"]);
    assert_eq!(found(grant.to_string()).await, ["support_granted"]);
    assert_eq!(found(token.to_string()).await, ["token_made"]);
    assert_eq!(found(who.session.to_string()).await, ["signed_in"]);
    // Of an account, its own entries and those about it.
    assert_eq!(found(who.actor.account.to_string()).await, ["account_revealed", "signed_in"]);
    let entry = all(&town).await[0].id;
    assert_eq!(found(entry.to_string()).await.len(), 1);
    assert_eq!(found(AccountId([7; 16]).to_string()).await, [""; 0]);
    for none in ["", "acc_", "acc_12", "4711", &"a".repeat(36), &format!("acc_{}", "g".repeat(32))] {
        assert_eq!(Sought::parse(none), None, "{none}");
    }
    // Behind many others it is found by going on.
    for _ in 0..=OPENED {
        home.clock.advance(Span::secs(10));
        subscriptions::reveal(engine, &admin, who.actor.account, "for the auditor").await.unwrap();
    }
    let first = audit::find(engine, &admin, of(&case.to_string()), None, 50).await.unwrap();
    assert_eq!((first.entries.len(), first.opened), (0, OPENED));
    let second = audit::find(engine, &admin, of(&case.to_string()), first.next, 50).await.unwrap();
    assert_eq!((kinds(&second.entries), second.next), (vec!["breach_step"], None));
    // No more than are asked for, and the next from there.
    let by_admin = of(&admin.account.to_string());
    let some = audit::find(engine, &admin, by_admin, None, 2).await.unwrap();
    assert_eq!((some.entries.len(), some.opened), (2, 2));
    let next = audit::find(engine, &admin, by_admin, some.next, 2).await.unwrap();
    assert!(next.entries[0].id < some.entries[1].id);
}

#[tokio::test]
async fn claim_a1_entries_are_found_from_a_day_on_and_before_another() {
    let town = Town::new().await;
    let (home, engine, admin) = (&town.home, &town.home.engine, town.admin());
    let mut days = Vec::new();
    for name in ["Bread", "Cake", "Cheese"] {
        home.clock.advance(Span::days(1));
        days.push(home.clock.now());
        brand::set(engine, &admin, Set::Name(name.to_owned())).await.unwrap();
    }
    let count = async |since, until| {
        let filter = Filter { kind: Some("brand_set"), since, until, ..Filter::default() };
        audit::list(engine, &admin, filter, None, 9).await.unwrap().len()
    };
    assert_eq!(count(None, None).await, 3);
    assert_eq!(count(Some(days[1]), None).await, 2);
    assert_eq!(count(None, Some(days[1])).await, 1, "before it, not with it");
    assert_eq!(count(Some(days[1]), Some(days[2])).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_a1_a_kill_neither_loses_nor_invents_an_entry() {
    for (point, left) in [(Point::BeforeFenceCommit, 0), (Point::AfterFenceCommit, 1)] {
        let town = Town::new().await;
        let home = &town.home;
        let new = accounts::NewAccount {
            role: Role::User,
            name: Personal::from("Somebody"),
            email: Personal::from("somebody@corner.example.com"),
            plan: None,
        };
        let other = accounts::create(&home.engine, home.brand, new).await.unwrap();
        let before = known(&town).await;
        let dying =
            home.dying(FailPoints::new(move |at| assert!(at != point, "killed by the test"))).await.unwrap();
        let admin = town.admin();
        let died =
            tokio::spawn(
                async move { erasure::erase_account_of(&dying, &admin, other, "asked by mail").await },
            );
        assert!(!matches!(died.await, Ok(Ok(_))), "{point:?}: never passed");
        assert_eq!(since(&town, &before).await.len(), left, "{point:?}");
        // Taken up again, there is one, and whose account it was stands nowhere.
        let engine = home.another().await.unwrap();
        match erasure::erase_account_of(&engine, &town.admin(), other, "asked by mail").await {
            Ok(_) => assert_eq!(left, 0),
            Err(error) => assert!(left == 1 && matches!(error, EngineError::NotFound(_)), "{error}"),
        }
        let done = since(&town, &before).await;
        assert_eq!(kinds(&done), ["account_erased"], "{point:?}");
        assert!(fact(&done[0], "erasure").starts_with("era_"));
        assert!(done[0].facts.iter().all(|(_, value)| !value.reveal().contains("acc_")));
    }
}

#[tokio::test]
async fn claim_f10_what_concerns_an_accounts_safety_is_audited_without_names_and_addresses() {
    let town = Town::new().await;
    let before = known(&town).await;
    town.settle_in().await;
    let (engine, home) = (&town.home.engine, &town.home);
    assert!(town.try_in("not-the-password-1", &here()).await.is_err());
    let who = town.sign_in().await;
    let other = town.sign_in().await;
    security::end_session(engine, &who, other.session).await.unwrap();
    security::end_other_sessions(engine, &who, false).await.unwrap();
    let (old, new) = (Personal::from(PASSWORD), Personal::from("walnut-ferry-lamp-22"));
    security::change_password(engine, &who, &old, &new, false, &here()).await.unwrap();
    let (token, _) = tokens::create_own(engine, &who.actor, &[TokenScope::PagesRead], None).await.unwrap();
    tokens::revoke_own(engine, &who.actor, token).await.unwrap();
    recovery::forgotten(engine, home.brand, EMAIL, &here()).await.unwrap();
    let link = town.link("password_forgotten").await;
    recovery::reset(engine, home.brand, &link, &old, &here()).await.unwrap();
    let link = town.link("password_changed").await;
    assert!(recovery::not_me(engine, home.brand, &link).await.unwrap());
    let done = since(&town, &before).await;
    assert_eq!(
        kinds(&done),
        [
            "other_sessions_ended",
            "password_changed",
            "password_reset",
            "recovery_asked",
            "session_ended",
            "sign_in_failed",
            "signed_in",
            "signed_in",
            "token_made",
            "token_revoked",
            "undone",
        ]
    );
    // Who could not come in, or asked for a mail, nobody knows; all else was the holder.
    let by_somebody = ["sign_in_failed", "recovery_asked"];
    for entry in &done {
        let by = if by_somebody.contains(&entry.kind.as_str()) { "somebody" } else { "holder" };
        assert_eq!((entry.by.as_str(), entry.account), (by, Some(who.actor.account)), "{entry:?}");
    }
    assert_eq!(fact(one(&done, "sign_in_failed"), "why"), "wrong_password");
    let came: Vec<&AuditView> = done.iter().filter(|entry| entry.kind == "signed_in").collect();
    assert!(came.iter().all(|entry| fact(entry, "way") == "password"));
    assert!(came.iter().any(|entry| fact(entry, "session") == who.session.to_string()));
    assert_eq!(fact(one(&done, "session_ended"), "session"), other.session.to_string());
    assert_eq!(fact(one(&done, "token_made"), "scopes"), "pages:read");
    // Neither who it was, nor from where, nor a secret.
    let told = done.iter().flat_map(|entry| entry.facts.iter().map(|(_, value)| value.reveal().as_str()));
    let told: Vec<&str> = told.collect();
    for hidden in [EMAIL, "Sample Owner", "192.0.2", "203.0.113", "Firefox", "ent_", PASSWORD] {
        assert!(told.iter().all(|fact| !fact.contains(hidden)), "{hidden} in {told:?}");
    }
    // What is told of it lies sealed: nobody reads the facts off the disk.
    home.engine.checkpoint().await.unwrap();
    let files = home.content().await;
    assert_eq!(find(&files, b"entente-audit/1"), None);
    assert_eq!(find(&files, who.session.to_string().as_bytes()), None);
}

#[tokio::test]
async fn claim_a1_who_fails_at_an_admins_door_is_not_said_to_be_the_admin() {
    let town = Town::new().await;
    town.settle_in().await;
    let id = town.sign_in().await.actor.account;
    let make_admin = move |tx: &store::Tx<'_>| tx.execute(&MAKE_ADMIN, &params![id]);
    town.home.data.write("make_admin", make_admin).await.map_err(|error: StoreError| error).unwrap();
    let before = known(&town).await;
    assert!(town.try_in("not-the-password-1", &here()).await.is_err());
    town.sign_in().await;
    let done = since(&town, &before).await;
    assert_eq!(one(&done, "sign_in_failed").by, "somebody");
    assert_eq!(one(&done, "signed_in").by, "admin");
}

#[tokio::test]
async fn claim_r4_what_users_do_with_bots_leads_and_broadcasts_is_not_in_it() {
    let town = Town::new().await;
    let home = &town.home;
    let before = known(&town).await;
    let lead = home.opt_in("5550009", "hello").await;
    let tag = tags::create(&home.engine, &home.actor(), "regulars").await.unwrap();
    tags::set(&home.engine, &home.actor(), tag.id, &[lead], true).await.unwrap();
    let form = crate::broadcasts::promotion("Soup today");
    let made = engine::actions::broadcasts::create(&home.engine, &home.actor(), form).await.unwrap();
    let send = model::broadcast::Step::Send;
    engine::actions::broadcasts::step(&home.engine, &home.actor(), made.id, send).await.unwrap();
    home.settle().await;
    leads::erase(&home.engine, &home.actor(), lead).await.unwrap();
    assert_eq!(kinds(&since(&town, &before).await), Vec::<&str>::new());
}

#[tokio::test]
async fn claim_a1_an_entry_is_proven_by_the_log_and_goes_with_its_actor_while_the_leaf_stays() {
    let town = Town::new().await;
    town.settle_in().await;
    let who = town.sign_in().await;
    let (engine, home) = (&town.home.engine, &town.home);
    let entry = one(&all(&town).await, "signed_in").clone();
    let waits = audit::proof(engine, &town.admin(), entry.id).await;
    assert!(matches!(waits, Err(EngineError::NotYet(_))), "{waits:?}");
    engine.checkpoint().await.unwrap();
    assert!(all(&town).await.iter().all(|entry| entry.is_logged));
    let key = VerifyingKey::parse(&log::key(engine)).unwrap();
    let file = audit::proof(engine, &town.admin(), entry.id).await.unwrap();
    let verified = ledger::proof::verify(&file, &key, &[]).unwrap();
    assert_eq!(verified.record["kind"], "signed_in");
    assert_eq!(verified.record["account"], who.actor.account.to_string());
    assert_eq!(verified.record["facts"]["session"], who.session.to_string());
    // Another byte, and it does not hold.
    let mut forged: serde_json::Value = serde_json::from_slice(&file).unwrap();
    let mut record = forged["record"].as_str().unwrap().to_owned();
    let at = record.len() / 2;
    let other = if &record[at..=at] == "A" { "B" } else { "A" };
    record.replace_range(at..=at, other);
    forged["record"] = record.into();
    ledger::proof::verify(forged.to_string().as_bytes(), &key, &[]).unwrap_err();
    // For nobody but the admin, and of this brand only.
    let refused = audit::proof(engine, &who.actor, entry.id).await;
    assert!(matches!(refused, Err(EngineError::Forbidden("admin"))), "{refused:?}");
    let elsewhere = Actor { brand: home.other_brand(), ..town.admin() };
    let missing = audit::proof(engine, &elsewhere, entry.id).await;
    assert!(matches!(missing, Err(EngineError::NotFound(_))), "{missing:?}");

    let size = log::check(&home.data, &engine.log_key()).await.unwrap().size;
    erasure::erase_own_account(engine, &who.actor).await.unwrap();
    while engine.erase_some().await.unwrap() {}
    engine.checkpoint().await.unwrap();
    assert!(all(&town).await.iter().all(|left| left.account != Some(who.actor.account)));
    // The log only grew, and what was proven before still is, to whoever had the file.
    assert!(log::check(&home.data, &engine.log_key()).await.unwrap().size > size);
    ledger::proof::verify(&file, &key, &[]).unwrap();
}

#[tokio::test]
async fn claim_a1_the_audit_is_filtered_taken_out_with_a_reason_and_that_is_audited_too() {
    let town = Town::new().await;
    town.settle_in().await;
    let who = town.sign_in().await;
    let (engine, admin) = (&town.home.engine, town.admin());
    let list = |filter| audit::list(engine, &admin, filter, None, 200);
    let of_kind = list(Filter { kind: Some("signed_in"), ..Filter::default() }).await.unwrap();
    assert!(!of_kind.is_empty() && of_kind.iter().all(|entry| entry.kind == "signed_in"));
    let by = list(Filter { by: Some(ActBy::Program), ..Filter::default() }).await.unwrap();
    assert!(!by.is_empty() && by.iter().all(|entry| entry.by == "program"), "{by:?}");
    town.home.clock.advance(Span::days(2));
    let now = model::time::Clock::now(&*town.home.clock);
    let late = list(Filter { since: Some(now.minus(Span::days(1))), ..Filter::default() }).await.unwrap();
    assert!(late.is_empty(), "{late:?}");
    // Page by page, each once.
    let whole = all(&town).await;
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let page = audit::list(engine, &admin, Filter::default(), before, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.id);
        seen.extend(page.iter().map(|entry| entry.id));
    }
    assert_eq!(seen, whole.iter().map(|entry| entry.id).collect::<Vec<_>>());

    let heads = taking::COLUMNS.map(str::to_owned);
    let refused = taking::begin(engine, &admin, Filter::default(), " a", heads.clone()).await;
    assert!(matches!(refused, Err(EngineError::Invalid { field: "why", .. })));
    let refused =
        taking::begin(engine, &who.actor, Filter::default(), "for the auditor", heads.clone()).await;
    assert!(matches!(refused, Err(EngineError::Forbidden("admin"))));
    assert_eq!(all(&town).await.len(), whole.len(), "what is refused is nothing to be audited");
    let mut file = taking::begin(engine, &admin, Filter::default(), "=for the auditor", heads).await.unwrap();
    let mut text = String::new();
    while let Some(part) = file.next(engine).await.unwrap() {
        text.push_str(&part);
    }
    assert_eq!(text.lines().count(), whole.len() + 1, "{text}");
    assert!(text.starts_with("\"at\",\"kind\""));
    let entry = one(&all(&town).await, "audit_exported").clone();
    assert_eq!(fact(&entry, "reason"), "=for the auditor");
    town.home.clock.advance(Span(1_000));
    // A later file has the reason in it, and no cell of it is a formula.
    let heads = taking::COLUMNS.map(str::to_owned);
    let mut file = taking::begin(engine, &admin, Filter::default(), "once more", heads).await.unwrap();
    file.next(engine).await.unwrap();
    let rows = file.next(engine).await.unwrap().unwrap();
    assert!(rows.contains("reason: =for the auditor") && !rows.contains("\"="), "{rows}");
}

#[tokio::test]
async fn claim_a1_an_entry_whose_actor_is_being_erased_ends_neither_the_list_nor_the_file() {
    let town = Town::new().await;
    town.settle_in().await;
    let (admin, gone) = (town.admin(), town.sign_in().await.actor.account);
    let whole = all(&town).await;
    assert!(whole.iter().any(|entry| entry.account == Some(gone)));
    // The key goes first, the rows after it. Another node has nothing of it in memory.
    town.home.vault.destroy(&[gone.0]).await.unwrap();
    let engine = town.home.another().await.unwrap();
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let page = audit::list(&engine, &admin, Filter::default(), before, 2).await.unwrap();
        before = page.last().map(|entry| entry.id);
        let is_last = page.len() < 2;
        seen.extend(page);
        if is_last {
            break;
        }
    }
    assert_eq!(seen.len(), whole.len(), "read on as long as a page is full");
    for (entry, known) in seen.iter().zip(&whole) {
        assert_eq!((entry.id, entry.is_erased), (known.id, known.account == Some(gone)));
        assert!(!entry.is_erased || (entry.facts.is_empty() && entry.account.is_none() && !entry.is_logged));
    }
    // The file ends before the entry that tells of it.
    town.home.clock.advance(Span(1_000));
    let heads = taking::COLUMNS.map(str::to_owned);
    let mut file = taking::begin(&engine, &admin, Filter::default(), "a trial", heads).await.unwrap();
    file.next(&engine).await.unwrap();
    let rows = file.next(&engine).await.unwrap().unwrap();
    assert_eq!(rows.lines().count(), whole.len());
    assert!(rows.contains("\"erased\"") && !rows.contains(&gone.to_string()), "{rows}");
}

#[tokio::test]
async fn claim_a1_entries_end_after_their_year() {
    let town = Town::new().await;
    town.settle_in().await;
    assert!(!all(&town).await.is_empty());
    town.home.clock.advance(Span::days(i64::from(DAYS) + 1));
    town.home.engine.tidy_sessions().await.unwrap();
    assert!(all(&town).await.is_empty());
    assert_eq!(KINDS.len(), KINDS.iter().collect::<BTreeSet<_>>().len());
}

#[tokio::test]
async fn an_act_of_who_has_no_account_any_more_names_none() {
    let town = Town::new().await;
    let before = known(&town).await;
    let gone = Actor { account: AccountId([9; 16]), ..town.admin() };
    let form = PlanForm { name: "Gold".to_owned(), limits: Limits::NONE };
    plans::create(&town.home.engine, &gone, form).await.unwrap();
    let done = since(&town, &before).await;
    assert_eq!((kinds(&done), done[0].account), (vec!["plan_made"], None));
}

#[tokio::test]
async fn claim_a1_a_denial_lies_sealed_is_in_its_owner_s_archive_and_goes_with_the_account() {
    let town = Town::new().await;
    town.settle_in().await;
    let who = town.sign_in().await;
    let (engine, home) = (&town.home.engine, &town.home);
    let before = known(&town).await;
    engine.denied(&who.actor, Denial::Page, "GET /admin/audit");
    assert!(since(&town, &before).await.is_empty(), "nothing is written while somebody waits for the answer");
    home.clock.advance(Span::minutes(5));
    engine.write_denials().await.unwrap();
    let done = since(&town, &before).await;
    assert_eq!(kinds(&done), ["denied_page"]);
    assert_eq!((done[0].by.as_str(), done[0].account), ("holder", Some(who.actor.account)));
    assert_eq!(done[0].at.0, home.clock.now().minus(Span::minutes(5)), "it tells when it was");
    assert_eq!(fact(&done[0], "session"), who.session.to_string());
    engine.checkpoint().await.unwrap();
    assert_eq!(find(&home.content().await, b"/admin/audit"), None);
    // Whoever it was reads of it in what is theirs.
    engine.denied(&home.actor(), Denial::Id, "GET /app/leads/{id}");
    engine.write_denials().await.unwrap();
    let files = archive::files(&archive::taken(home, Lock::Nobody).await);
    let own: serde_json::Value = serde_json::from_slice(&files["account.json"]).unwrap();
    let own = own["audit"].as_array().unwrap().iter().map(|entry| &entry["record"]);
    let own: Vec<_> = own.filter(|record| record["kind"] == "denied_id").collect();
    assert_eq!(own.len(), 1);
    assert_eq!(own[0]["facts"], serde_json::json!({ "route": "GET /app/leads/{id}", "times": 1 }));
    let before = known(&town).await.into_iter().filter(|id| *id != done[0].id).collect();
    // Whose account is erased before it is written has no entry any more.
    engine.denied(&who.actor, Denial::Scope, "GET /api/v1/leads");
    erasure::erase_own_account(engine, &who.actor).await.unwrap();
    engine.write_denials().await.unwrap();
    while engine.erase_some().await.unwrap() {}
    assert!(since(&town, &before).await.is_empty());
}

#[tokio::test]
async fn claim_a1_a_denial_that_cannot_be_written_keeps_no_other_from_it() {
    let town = Town::new().await;
    town.settle_in().await;
    let who = town.sign_in().await;
    let (engine, home) = (&town.home.engine, &town.home);
    let before = known(&town).await;
    home.refuse_entries(true).await;
    engine.denied(&who.actor, Denial::Id, "GET /app/leads/{id}");
    engine.denied(&who.actor, Denial::Form, "POST /account/profile");
    let failed = engine.write_denials().await;
    home.refuse_entries(false).await;
    engine.denied(&who.actor, Denial::Proof, "POST /account/prove");
    engine.write_denials().await.unwrap();
    // What the database would refuse again is given up; what it could not take now, it takes later.
    let left: &[&str] =
        if failed.is_ok() { &["denied_proof"] } else { &["denied_form", "denied_id", "denied_proof"] };
    assert_eq!(kinds(&since(&town, &before).await), left);
}

/// The station writes them by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_a1_denials_are_written_without_being_asked_for() {
    let town = Town::new().await;
    town.settle_in().await;
    let who = town.sign_in().await;
    let before = known(&town).await;
    let running = town.home.engine.run();
    town.home.engine.denied(&who.actor, Denial::Grant, "GET /support/log");
    while since(&town, &before).await.is_empty() {
        tokio::task::yield_now().await;
    }
    running.stop().await;
    assert_eq!(kinds(&since(&town, &before).await), ["denied_grant"]);
}
