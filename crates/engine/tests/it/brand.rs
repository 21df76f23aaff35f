//! A brand as its admin sets it: in force at once, on every node, in its own brand alone.

use crate::home::Home;
use engine::actions::brand::{give_back, set, set_logo};
use engine::views::bot::PublishState;
use engine::views::leads::LeadView;
use engine::{Actor, Engine, EngineError, Role, views};
use model::brand::overlay::{Part, Set};
use model::brand::{Colours, Controller};
use model::time::Span;
use serde_json::json;
use std::sync::Arc;

/// A picture of 16 by 16 pixels.
const LOGO: &[u8] = include_bytes!("../logo.png");

fn admin(home: &Home) -> Actor {
    Actor { role: Role::Admin, ..home.actor() }
}

fn name(engine: &Arc<Engine>, host: &str) -> String {
    engine.brand_by_host(host).unwrap().brand.name.clone()
}

/// Asks for offers with other words.
fn new_question(home: &Home, question: &str) -> Set {
    let mut texts = home.engine.brand(home.brand).unwrap().brand.texts["en"].clone();
    question.clone_into(&mut texts.question);
    Set::Texts("en".into(), Box::new(texts))
}

async fn lead(home: &Home, psid: &str) -> LeadView {
    let id = views::leads::find(&home.engine, &home.actor(), home.page, psid).await.unwrap().unwrap();
    views::leads::masked(&home.engine, &home.actor(), id).await.unwrap().0
}

#[tokio::test]
async fn what_the_admin_sets_is_in_force_at_once_and_soon_on_every_other_node() {
    let home = Home::new().await;
    let other = home.another().await.unwrap();
    let before = home.engine.brand(home.brand).unwrap();
    set(&home.engine, &admin(&home), Set::Name("Bread & Co".into())).await.unwrap();
    assert_eq!(name(&home.engine, "bakery.example"), "Bread & Co");
    assert_eq!(before.brand.name, "The bakery bot", "who asked before goes on with what they saw");
    // The other node looks at most every two seconds.
    home.clock.advance(Span::secs(3));
    other.notice_brands().await;
    assert_eq!(name(&other, "bakery.example"), "Bread & Co");
    give_back(&other, &admin(&home), Part::Name).await.unwrap();
    assert_eq!(name(&other, "bakery.example"), "The bakery bot");
    home.engine.notice_brands().await;
    assert_eq!(name(&home.engine, "bakery.example"), "The bakery bot");
    // And what is set outlives the program.
    set(&home.engine, &admin(&home), Set::Languages(vec!["ar".into()])).await.unwrap();
    let home = home.restart(|_| {}).await.unwrap();
    assert_eq!(home.engine.brand(home.brand).unwrap().brand.languages, ["ar"]);
}

#[tokio::test]
async fn claim_r4_only_the_brand_s_own_admin_sets_it_and_no_other_brand_is_touched() {
    let home = Home::new().await;
    let colours = Colours { primary: "#5b2a86".into(), on_primary: "#ffffff".into() };
    for refused in [
        set(&home.engine, &home.actor(), Set::Colours(colours.clone())).await,
        set_logo(&home.engine, &home.actor(), Some(LOGO)).await,
        give_back(&home.engine, &home.actor(), Part::Name).await,
    ] {
        assert!(matches!(refused, Err(EngineError::Forbidden("admin"))));
    }
    let other = home.engine.brand(home.other_brand()).unwrap();
    set(&home.engine, &admin(&home), Set::Colours(colours.clone())).await.unwrap();
    set_logo(&home.engine, &admin(&home), Some(LOGO)).await.unwrap();
    let own = home.engine.brand(home.brand).unwrap();
    assert_eq!((&own.brand.colours, own.logo.as_ref().map(|logo| logo.width)), (&colours, Some(16)));
    home.clock.advance(Span::secs(3));
    home.engine.notice_brands().await;
    let after = home.engine.brand(home.other_brand()).unwrap();
    assert_eq!((&after.brand, &after.overlay, after.version), (&other.brand, &other.overlay, 0));
    assert!(after.logo.is_none());
    set_logo(&home.engine, &admin(&home), None).await.unwrap();
    assert!(home.engine.brand(home.brand).unwrap().logo.is_none());
}

#[tokio::test]
async fn what_does_not_fit_is_refused_whole_and_says_which_key() {
    let home = Home::new().await;
    let before = home.engine.brand(home.brand).unwrap();
    let controller = |contact: &str| {
        Set::Controller(Controller { contact: contact.into(), ..before.brand.controller.clone() })
    };
    for (what, key) in [
        (Set::Name(" ".into()), "name, hosts"),
        (Set::Name("x".repeat(61)), "name"),
        (Set::Colours(Colours { primary: "#ffee00".into(), on_primary: "#ffffff".into() }), "colours"),
        (Set::Languages(Vec::new()), "languages"),
        (Set::Languages(vec!["fr".into()]), "languages"),
        (controller("nobody"), "controller.contact"),
        (new_question(&home, "Hi {nmae}"), "texts.en.question"),
    ] {
        let Err(EngineError::Brand(error)) = set(&home.engine, &admin(&home), what).await else {
            panic!("{key}")
        };
        assert_eq!(error.key, key);
    }
    let refused = set_logo(&home.engine, &admin(&home), Some(b"<svg/>")).await;
    assert!(matches!(refused, Err(EngineError::Logo(_))));
    assert_eq!(home.engine.brand(home.brand).unwrap().version, before.version);
}

#[tokio::test]
async fn claim_b2_another_question_is_a_wording_of_its_own_and_a_yes_to_the_old_one_keeps_its_words() {
    let home = Home::new().await;
    home.write("p-1", "hello").await;
    home.settle().await;
    let old = home.yes();
    set(&home.engine, &admin(&home), new_question(&home, "Offers from {page}, once a week?")).await.unwrap();
    home.write("p-2", "hello").await;
    home.settle().await;
    let new = home.yes();
    assert_ne!(old, new, "the button names what was asked");
    home.tap("p-1", &old).await;
    home.tap("p-2", &new).await;
    home.settle().await;
    for (psid, words, other) in
        [("p-1", "May Corner Bakery send you offers", "once a week"), ("p-2", "once a week", "May Corner")]
    {
        let lead = lead(&home, psid).await;
        let export = views::leads::export(&home.engine, &home.actor(), lead.id).await.unwrap();
        let text = String::from_utf8(export).unwrap();
        assert!(text.contains(words) && !text.contains(other), "{psid}: {text}");
        assert_eq!(lead.level, Some("confirmed"), "{psid}");
    }
}

#[tokio::test]
async fn claim_b2_a_yes_to_a_question_that_another_node_has_just_begun_to_ask_counts() {
    let home = Home::new().await;
    let other = home.another().await.unwrap();
    set(&other, &admin(&home), new_question(&home, "Offers from {page}, once a week?")).await.unwrap();
    // The other node asks; this one, which has not looked since, takes the answer.
    home.write("p-1", "hello").await;
    let running = other.run();
    other.settle().await.unwrap();
    running.stop().await;
    let yes = home.yes();
    home.tap("p-1", &yes).await;
    home.settle().await;
    assert_eq!(lead(&home, "p-1").await.level, Some("confirmed"));
}

#[tokio::test]
async fn what_messenger_shows_of_the_brand_s_pages_follows() {
    let home = Home::new().await;
    let mut texts = home.engine.brand(home.brand).unwrap().brand.texts["en"].clone();
    "Bread, and offers if you like: {page}".clone_into(&mut texts.greeting);
    set(&home.engine, &admin(&home), Set::Texts("en".into(), Box::new(texts))).await.unwrap();
    home.work(PublishState::Done).await;
    let told = |what: &str| {
        let requests = home.meta.requests.lock().unwrap();
        requests.iter().filter(|r| r.url.contains("/messenger_profile")).any(|request| {
            let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
            body["greeting"].as_array().is_some_and(|all| all.iter().any(|one| one["text"] == json!(what)))
        })
    };
    assert!(told("Bread, and offers if you like: Corner Bakery"));
    // Colours are not shown there: nothing is due.
    let colours = Colours { primary: "#5b2a86".into(), on_primary: "#ffffff".into() };
    set(&home.engine, &admin(&home), Set::Colours(colours)).await.unwrap();
    let view = views::bot::get(&home.engine, &home.actor(), home.page).await.unwrap();
    assert_eq!(view.published.state, PublishState::Done);
}
