//! The unsubscribe link: safe to look at, good for ever, for one person, in one brand.

use crate::home::{Home, PAGE_NAME};
use engine::actions::{broadcasts, leads, links};
use engine::{Engine, views};
use model::broadcast::Step;
use model::id::LeadId;

/// The token of the link in the newest long broadcast.
fn token(home: &Home) -> String {
    let messages = home.meta.messages();
    let message = messages.iter().rev().find(|m| m.contains("https://bakery.example/u/")).unwrap();
    let (_, rest) = message.split_once("https://bakery.example/u/").unwrap();
    rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect()
}

/// A lead who has got a message that is too long for buttons, and so carries the link.
async fn with_link() -> (Home, LeadId, String) {
    let home = Home::new().await;
    let lead = home.opt_in("5550001", "my name is Sam").await;
    let form = crate::broadcasts::promotion(&"Fresh bread! ".repeat(60));
    let made = broadcasts::create(&home.engine, &home.actor(), form).await.unwrap();
    broadcasts::step(&home.engine, &home.actor(), made.id, Step::Send).await.unwrap();
    home.settle().await;
    let token = token(&home);
    (home, lead, token)
}

async fn opened(engine: &Engine, home: &Home, token: &str) -> Option<links::LinkView> {
    links::open(engine, home.brand, token).await.unwrap()
}

#[tokio::test]
async fn claim_b3_looking_at_the_link_changes_nothing_and_the_button_withdraws_for_good() {
    let (home, lead, token) = with_link().await;
    let before = home.content().await;
    for _ in 0..3 {
        let view = opened(&home.engine, &home, &token).await.unwrap();
        assert_eq!((view.lead, view.page_name.as_deref(), view.is_withdrawn), (lead, Some(PAGE_NAME), false));
        assert_eq!(view.language.as_deref(), Some("en"));
    }
    assert!(before == home.content().await, "what only looks must change nothing");

    links::unsubscribe(&home.engine, home.brand, &token).await.unwrap().unwrap();
    assert!(opened(&home.engine, &home, &token).await.unwrap().is_withdrawn);
    let shown = views::leads::get(&home.engine, &home.actor(), lead).await.unwrap();
    assert!(!shown.lead.promotion_in_force && shown.lead.withdrawn_at.is_some());
    let last = shown.consents.last().unwrap();
    assert_eq!((last.kind, last.purpose, last.how), ("withdrawal", "all", "link"));

    // Once more: no second record, and the withdrawal holds from now on.
    home.settle().await;
    let before = shown.consents.len();
    links::unsubscribe(&home.engine, home.brand, &token).await.unwrap().unwrap();
    let shown = views::leads::get(&home.engine, &home.actor(), lead).await.unwrap();
    assert_eq!(shown.consents.len(), before);

    let made =
        broadcasts::create(&home.engine, &home.actor(), crate::broadcasts::promotion("Again")).await.unwrap();
    let preview = broadcasts::preview(&home.engine, &home.actor(), made.id).await.unwrap();
    assert_eq!((preview.will_get, preview.will_not_get["withdrawn"]), (0, 1));
    let summary = views::summary::pages(&home.engine, home.brand).await.unwrap();
    assert_eq!(summary[0].tallies["unsubscribed_link"], 1);
}

#[tokio::test]
async fn claim_b3_two_clicks_at_once_are_one_withdrawal() {
    let (home, lead, token) = with_link().await;
    let click = || links::unsubscribe(&home.engine, home.brand, &token);
    let (one, two, three) = tokio::join!(click(), click(), click());
    assert!([one, two, three].into_iter().all(|done| done.unwrap().is_some()));
    let shown = views::leads::get(&home.engine, &home.actor(), lead).await.unwrap();
    assert_eq!(shown.consents.iter().filter(|event| event.kind == "withdrawal").count(), 1);
}

#[tokio::test]
async fn claim_b3_a_new_yes_after_the_link_counts_and_the_old_link_still_ends_it() {
    let (home, lead, token) = with_link().await;
    links::unsubscribe(&home.engine, home.brand, &token).await.unwrap().unwrap();
    home.tap("5550001", &home.yes()).await;
    home.settle().await;
    let actor = home.actor();
    let in_force = || views::leads::get(&home.engine, &actor, lead);
    assert!(in_force().await.unwrap().lead.promotion_in_force);
    home.clock.advance(model::time::Span::days(400));
    links::unsubscribe(&home.engine, home.brand, &token).await.unwrap().unwrap();
    assert!(!in_force().await.unwrap().lead.promotion_in_force);
}

#[tokio::test]
async fn a_token_that_was_made_up_or_belongs_to_another_brand_leads_nowhere() {
    let (home, _, token) = with_link().await;
    let before = home.content().await;
    for at in 0..token.len() {
        let mut forged = token.clone().into_bytes();
        forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(forged).unwrap();
        assert_eq!(opened(&home.engine, &home, &forged).await, None, "letter {at}");
        assert_eq!(links::unsubscribe(&home.engine, home.brand, &forged).await.unwrap(), None);
    }
    for forged in ["", "x", "….", &token[1..], &format!("{token}A"), &format!("{token}{token}")] {
        assert_eq!(opened(&home.engine, &home, forged).await, None, "{forged}");
    }
    assert_eq!(links::open(&home.engine, home.other_brand(), &token).await.unwrap(), None);
    assert_eq!(links::unsubscribe(&home.engine, home.other_brand(), &token).await.unwrap(), None);
    assert!(before == home.content().await);
}

#[tokio::test]
async fn the_link_of_an_erased_lead_says_that_nothing_is_sent_any_more() {
    let (home, lead, token) = with_link().await;
    leads::erase(&home.engine, &home.actor(), lead).await.unwrap();
    let view = opened(&home.engine, &home, &token).await.unwrap();
    assert_eq!((view.page_name, view.language, view.is_withdrawn), (None, None, true));
    assert_eq!(links::unsubscribe(&home.engine, home.brand, &token).await.unwrap(), Some(()));
}
