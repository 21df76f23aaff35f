//! Accounts, their tokens, and the walls between brands and accounts.

use crate::home::{Home, account, actor};
use engine::actions::tokens;
use engine::views;
use engine::{EngineError, Role, TokenScope};
use model::id::{AccountId, BroadcastId, LeadId, PageId};
use model::time::{Clock, Span};

#[tokio::test]
async fn a_token_opens_its_own_brand_with_its_own_scopes_and_no_other() {
    let home = Home::new().await;
    let scopes = [TokenScope::LeadsRead, TokenScope::PagesRead];
    let (id, secret) = tokens::create(&home.engine, home.brand, home.account, &scopes, None).await.unwrap();
    assert!(secret.reveal().starts_with("ent_") && secret.reveal().len() == 4 + 43);
    let found =
        views::tokens::authenticate(&home.engine, home.brand, secret.reveal()).await.unwrap().unwrap();
    assert_eq!(found.token, id);
    let found = found.actor;
    assert_eq!((found.account, found.role), (home.account, Role::User));
    assert!(found.may(TokenScope::LeadsRead).is_ok() && found.may(TokenScope::PagesRead).is_ok());
    assert!(matches!(found.may(TokenScope::LeadsErase), Err(EngineError::Forbidden("leads:erase"))));

    let other = home.other_brand();
    assert_eq!(views::tokens::authenticate(&home.engine, other, secret.reveal()).await.unwrap(), None);
    assert_eq!(views::tokens::authenticate(&home.engine, home.brand, "ent_x").await.unwrap(), None);
    assert!(matches!(tokens::revoke(&home.engine, other, id).await, Err(EngineError::NotFound(_))));
    tokens::revoke(&home.engine, home.brand, id).await.unwrap();
    assert_eq!(views::tokens::authenticate(&home.engine, home.brand, secret.reveal()).await.unwrap(), None);
}

#[tokio::test]
async fn a_token_ends_when_it_said_it_would() {
    let home = Home::new().await;
    let until = home.clock.now().plus(Span::hours(1));
    let scopes = [TokenScope::LeadsRead];
    let made = tokens::create(&home.engine, home.brand, home.account, &scopes, Some(until)).await.unwrap();
    let asked = || views::tokens::authenticate(&home.engine, home.brand, made.1.reveal());
    assert!(asked().await.unwrap().is_some());
    home.clock.advance(Span::hours(1));
    assert!(asked().await.unwrap().is_none());
    let late = tokens::create(&home.engine, home.brand, home.account, &scopes, Some(until)).await;
    assert!(matches!(late, Err(EngineError::Invalid { field: "expires", .. })));
}

#[tokio::test]
async fn a_token_is_made_for_an_account_of_the_brand_only() {
    let home = Home::new().await;
    for (brand, account) in [(home.other_brand(), home.account), (home.brand, AccountId([9; 16]))] {
        let made = tokens::create(&home.engine, brand, account, &TokenScope::ALL, None).await;
        assert!(matches!(made, Err(EngineError::NotFound("this account"))));
    }
}

#[tokio::test]
async fn claim_f2_an_accounts_name_and_address_and_a_pages_token_lie_in_no_file() {
    let home = Home::new().await;
    for secret in ["Sample Owner", "owner@brand.example", "EAAtoken", crate::home::PAGE_NAME] {
        assert_eq!(crate::home::find(&home.content().await, secret.as_bytes()), None, "{secret}");
    }
}

/// Everything that takes an actor and an id, asked by somebody whose it is not.
#[tokio::test]
async fn what_belongs_to_another_account_or_brand_does_not_exist() {
    let home = Home::new().await;
    let lead = home.opt_in("5550001", "hello").await;
    let form = crate::broadcasts::promotion("Hi");
    let broadcast = engine::actions::broadcasts::create(&home.engine, &home.actor(), form).await.unwrap().id;
    let neighbour = account(&home.engine, home.brand, 10).await;
    let stranger = account(&home.engine, home.other_brand(), 10).await;
    for asking in [
        actor(home.brand, neighbour),
        actor(home.other_brand(), stranger),
        actor(home.other_brand(), home.account),
    ] {
        assert_missing(&home, &asking, lead, broadcast).await;
    }
    // Its owner finds it all.
    assert!(views::leads::get(&home.engine, &home.actor(), lead).await.is_ok());
    assert_eq!(views::leads::list(&home.engine, &home.actor(), None, 10).await.unwrap().len(), 1);
    assert_eq!(views::broadcasts::list(&home.engine, &home.actor(), None, 10).await.unwrap().len(), 1);
    assert_eq!(views::pages::list(&home.engine, &home.actor(), None, 10).await.unwrap().len(), 1);
}

async fn assert_missing(home: &Home, asking: &engine::Actor, lead: LeadId, broadcast: BroadcastId) {
    use engine::actions;
    use model::broadcast::Step;
    let e = &home.engine;
    let missing = |result: Result<(), EngineError>| assert!(matches!(result, Err(EngineError::NotFound(_))));
    missing(views::leads::get(e, asking, lead).await.map(drop));
    missing(views::leads::proof(e, asking, lead, None).await.map(drop));
    missing(views::leads::export(e, asking, lead).await.map(drop));
    missing(actions::leads::erase(e, asking, lead).await.map(drop));
    missing(views::pages::get(e, asking, home.page).await.map(drop));
    missing(actions::pages::set_paused(e, asking, home.page, true).await.map(drop));
    missing(actions::disconnect::disconnect(e, asking, home.page).await.map(drop));
    missing(views::broadcasts::get(e, asking, broadcast).await.map(drop));
    missing(views::broadcasts::deliveries(e, asking, broadcast, None, None, 10).await.map(drop));
    missing(actions::broadcasts::preview(e, asking, broadcast).await.map(drop));
    missing(actions::broadcasts::step(e, asking, broadcast, Step::Send).await.map(drop));
    let mut form = crate::broadcasts::promotion("Hi");
    form.pages = Some(vec![home.page]);
    missing(actions::broadcasts::create(e, asking, form).await.map(drop));
    assert!(views::leads::list(e, asking, None, 10).await.unwrap().is_empty());
    assert!(views::pages::list(e, asking, None, 10).await.unwrap().is_empty());
    assert!(views::broadcasts::list(e, asking, None, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn without_the_scope_nothing_is_shown_or_done() {
    let home = Home::new().await;
    let lead = LeadId([1; 16]);
    let mut asking = home.actor();
    asking.scopes.clear();
    let forbidden =
        |result: Result<(), EngineError>| assert!(matches!(result, Err(EngineError::Forbidden(_))));
    let e = &home.engine;
    forbidden(views::leads::list(e, &asking, None, 10).await.map(drop));
    forbidden(views::leads::get(e, &asking, lead).await.map(drop));
    forbidden(views::leads::proof(e, &asking, lead, None).await.map(drop));
    forbidden(views::leads::export(e, &asking, lead).await.map(drop));
    forbidden(engine::actions::leads::erase(e, &asking, lead).await.map(drop));
    forbidden(views::pages::list(e, &asking, None, 10).await.map(drop));
    forbidden(engine::actions::pages::set_paused(e, &asking, PageId([1; 16]), true).await.map(drop));
    forbidden(engine::actions::disconnect::disconnect(e, &asking, PageId([1; 16])).await.map(drop));
    forbidden(views::broadcasts::list(e, &asking, None, 10).await.map(drop));
    forbidden(
        engine::actions::broadcasts::create(e, &asking, crate::broadcasts::promotion("Hi")).await.map(drop),
    );
}

#[tokio::test]
async fn lists_are_given_in_pieces_of_1_to_200() {
    let home = Home::new().await;
    for limit in [0, 201] {
        let asked = views::leads::list(&home.engine, &home.actor(), None, limit).await;
        assert!(matches!(asked, Err(EngineError::Invalid { field: "limit", .. })));
    }
    for psid in ["5550001", "5550002", "5550003"] {
        home.write(psid, "hello").await;
    }
    home.settle().await;
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let some = views::leads::list(&home.engine, &home.actor(), after, 2).await.unwrap();
        let Some(last) = some.last() else { break };
        after = Some(last.id);
        seen.extend(some.iter().map(|lead| lead.id));
    }
    seen.dedup();
    assert_eq!(seen.len(), 3);
}
