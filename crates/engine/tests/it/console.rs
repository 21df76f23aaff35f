//! What the console asks of the engine: filters, finding exactly, revealing, figures, tokens of one's
//! own, the login dialog's state.

use crate::broadcasts::promotion;
use crate::home::{Home, account, actor};
use engine::actions::{self, tokens};
use engine::views::leads::{Filter, LeadState};
use engine::{EngineError, TokenScope, views};
use model::consent::EvidenceLevel;
use model::id::LeadId;
use model::time::Span;

/// The ids that a filter leaves, read two at a time.
async fn filtered(home: &Home, filter: Filter) -> Vec<LeadId> {
    let (mut ids, mut after) = (Vec::new(), None);
    loop {
        let found = views::leads::filtered(&home.engine, &home.actor(), filter, after, 2).await.unwrap();
        assert!(found.leads.len() <= 2);
        ids.extend(found.leads.iter().map(|lead| lead.id));
        after = found.next;
        if after.is_none() {
            return ids;
        }
    }
}

#[tokio::test]
async fn leads_are_filtered_by_the_rules_of_the_model() {
    let home = Home::new().await;
    let yes = home.opt_in("psid-1", "hello").await;
    let left = home.opt_in("psid-2", "hello").await;
    home.write("psid-2", "stop").await;
    for psid in ["psid-3", "psid-4", "psid-5"] {
        home.write(psid, "only a question").await;
    }
    home.settle().await;
    let level = |level| Filter { level: Some(level), ..Filter::default() };
    let state = |state| Filter { state: Some(state), ..Filter::default() };
    assert_eq!(filtered(&home, Filter::default()).await.len(), 5);
    assert_eq!(filtered(&home, level(EvidenceLevel::Confirmed)).await, [yes, left]);
    assert_eq!(filtered(&home, level(EvidenceLevel::Started)).await.len(), 3);
    assert_eq!(filtered(&home, state(LeadState::Subscribed)).await, [yes]);
    assert_eq!(filtered(&home, state(LeadState::Unsubscribed)).await, [left]);
    assert_eq!(filtered(&home, state(LeadState::Unavailable)).await, []);
    assert_eq!(filtered(&home, state(LeadState::WindowOpen)).await.len(), 5);
    home.clock.advance(Span::hours(25));
    assert_eq!(filtered(&home, state(LeadState::WindowOpen)).await, []);
    let page = views::pages::list(&home.engine, &home.actor(), None, 9).await.unwrap()[0].id;
    assert_eq!(filtered(&home, Filter { page: Some(page), ..Filter::default() }).await.len(), 5);
}

#[tokio::test]
async fn a_lead_is_found_exactly_and_by_its_own_account_only() {
    let home = Home::new().await;
    let lead = home.opt_in("psid-1", "hello").await;
    let page = views::pages::list(&home.engine, &home.actor(), None, 9).await.unwrap()[0].id;
    let (engine, me) = (&home.engine, &home.actor());
    let find = |psid: &'static str| async move { views::leads::find(engine, me, page, psid).await.unwrap() };
    assert_eq!(find("psid-1").await, Some(lead));
    assert_eq!(find("psid-").await, None);
    let other = actor(home.brand, account(&home.engine, home.brand, 10).await);
    let refused = views::leads::find(&home.engine, &other, page, "psid-1").await;
    assert!(matches!(refused, Err(EngineError::NotFound(_))));
    actions::leads::erase(&home.engine, &home.actor(), lead).await.unwrap();
    assert_eq!(find("psid-1").await, None);
}

#[tokio::test]
async fn claim_f2_who_a_lead_is_is_opened_only_where_it_is_asked_for() {
    let home = Home::new().await;
    let lead = home.opt_in("psid-1", "My name is Zelda").await;
    let (masked, events) = views::leads::masked(&home.engine, &home.actor(), lead).await.unwrap();
    assert_eq!((masked.id, masked.level), (lead, Some("confirmed")));
    assert!(events.iter().any(|event| event.how == "confirmed"));
    let who =
        actions::leads::reveal(&home.engine, &home.actor(), lead, engine::Reason::Answering).await.unwrap();
    assert_eq!(who.psid.reveal(), "psid-1");
    assert_eq!(who.given_name.unwrap().reveal(), "Zelda");
    let other = actor(home.brand, account(&home.engine, home.brand, 10).await);
    let refused = actions::leads::reveal(&home.engine, &other, lead, engine::Reason::Answering).await;
    assert!(matches!(refused, Err(EngineError::NotFound(_))));
}

#[tokio::test]
async fn the_dashboard_counts_and_names_nobody() {
    let home = Home::new().await;
    home.opt_in("psid-1", "hello").await;
    home.write("psid-2", "only a question").await;
    home.settle().await;
    let read = || async { views::dashboard::get(&home.engine, &home.actor()).await.unwrap() };
    let view = read().await;
    assert_eq!((view.leads, view.confirmed, view.windows_open, view.windows_closing), (2, 1, 2, 0));
    home.opt_in("psid-3", "hello").await;
    home.write("psid-3", "stop").await;
    home.settle().await;
    let view = read().await;
    assert_eq!((view.leads, view.confirmed), (3, 1), "a Yes that was taken back is none");
    home.clock.advance(Span::hours(22));
    let view = read().await;
    assert_eq!((view.windows_open, view.windows_closing), (3, 3));
    home.clock.advance(Span::hours(3));
    let view = read().await;
    assert_eq!((view.leads, view.windows_open, view.windows_closing), (3, 0, 0));
}

#[tokio::test]
async fn the_newest_broadcasts_come_first_and_a_sketch_keeps_nothing() {
    let home = Home::new().await;
    let sketch = actions::broadcasts::sketch(
        &home.engine,
        &home.actor(),
        promotion("Hello {name|friend}"),
        Some("Zelda"),
    )
    .unwrap();
    assert_eq!(sketch.text, "Hello Zelda");
    assert!(!sketch.buttons.is_empty(), "the way out is part of it");
    let mut made = Vec::new();
    for text in ["one", "two", "three"] {
        home.clock.advance(Span::secs(1));
        made.push(
            actions::broadcasts::create(&home.engine, &home.actor(), promotion(text)).await.unwrap().id,
        );
    }
    let first = views::broadcasts::newest(&home.engine, &home.actor(), None, 2).await.unwrap();
    assert_eq!(first.iter().map(|view| view.id).collect::<Vec<_>>(), [made[2], made[1]]);
    let rest = views::broadcasts::newest(&home.engine, &home.actor(), Some(made[1]), 2).await.unwrap();
    assert_eq!(rest.iter().map(|view| view.id).collect::<Vec<_>>(), [made[0]]);
}

#[tokio::test]
async fn an_account_sees_and_ends_its_own_tokens_and_makes_none_that_may_more_than_it() {
    let home = Home::new().await;
    let me = home.actor();
    let scopes = [TokenScope::LeadsRead];
    let (id, secret) = tokens::create_own(&home.engine, &me, &scopes, None).await.unwrap();
    let listed = views::tokens::list(&home.engine, &me).await.unwrap();
    let found = listed.iter().find(|token| token.id == id).unwrap();
    assert_eq!((found.scopes.as_slice(), found.expires_at), (scopes.as_slice(), None));
    let mut narrow = me.clone();
    narrow.scopes = vec![TokenScope::LeadsRead];
    let refused = tokens::create_own(&home.engine, &narrow, &[TokenScope::LeadsErase], None).await;
    assert!(matches!(refused, Err(EngineError::Forbidden("leads:erase"))));
    let other = actor(home.brand, account(&home.engine, home.brand, 10).await);
    assert!(views::tokens::list(&home.engine, &other).await.unwrap().is_empty());
    let refused = tokens::revoke_own(&home.engine, &other, id).await;
    assert!(matches!(refused, Err(EngineError::NotFound(_))));
    tokens::revoke_own(&home.engine, &me, id).await.unwrap();
    assert_eq!(views::tokens::authenticate(&home.engine, home.brand, secret.reveal()).await.unwrap(), None);
    assert!(views::tokens::list(&home.engine, &me).await.unwrap().iter().all(|token| token.id != id));
}

#[tokio::test]
async fn the_dialog_s_state_belongs_to_one_session_and_ends() {
    let home = Home::new().await;
    let me = home.actor();
    let state = actions::pages::login_state(&home.engine, &me, b"session").unwrap();
    let is_ours = |session: &'static [u8], state: &str| {
        actions::pages::is_login_state(&home.engine, &me, session, state).unwrap()
    };
    assert!(is_ours(b"session", &state));
    assert!(!is_ours(b"another", &state));
    let other = actor(home.brand, account(&home.engine, home.brand, 10).await);
    assert!(!actions::pages::is_login_state(&home.engine, &other, b"session", &state).unwrap());
    for bad in ["", ".", "1.ff", &state.replacen('1', "2", 1), &format!("{state}00")] {
        assert!(!is_ours(b"session", bad), "{bad}");
    }
    home.clock.advance(actions::pages::DIALOG_LIFE);
    assert!(!is_ours(b"session", &state));
}
