//! Utility broadcasts: an approved template leaves outside the window; one that Meta has not
//! approved does not leave at all.

use crate::broadcasts::promotion;
use crate::home::Home;
use engine::actions::broadcasts::{self, BroadcastForm};
use engine::actions::templates::{self, TemplateForm};
use engine::{EngineError, views};
use model::broadcast::{BroadcastState, Step};
use model::consent::Purpose;
use model::id::PageId;
use model::outgoing::Template;
use model::time::Span;
use serde_json::json;

fn notice() -> BroadcastForm {
    let template = Template { name: "ready".into(), language: "en".into(), parameters: vec!["A-17".into()] };
    BroadcastForm { purpose: Purpose::Utility, template: Some(template), ..promotion("") }
}

async fn send(home: &Home, status: &'static str) -> views::broadcasts::BroadcastView {
    home.meta.answer_with(move |request| {
        let template = json!({"name": "ready", "language": "en", "status": status});
        request.url.contains("/message_templates").then(|| json!({"data": [template]}))
    });
    let actor = home.actor();
    let made = broadcasts::create(&home.engine, &actor, notice()).await.unwrap();
    broadcasts::step(&home.engine, &actor, made.id, Step::Send).await.unwrap();
    home.settle().await;
    views::broadcasts::get(&home.engine, &actor, made.id).await.unwrap()
}

#[tokio::test]
async fn an_approved_template_leaves_days_after_the_window_closed() {
    let home = Home::new().await;
    home.opt_in("5550001", "hello").await;
    home.clock.advance(Span::days(3));
    let sent = send(&home, "APPROVED").await;
    assert_eq!((sent.state, sent.counts.get("sent")), (BroadcastState::Finished, Some(&1)));
    let last = home.meta.messages().pop().unwrap();
    assert!(
        last.contains("UTILITY") && last.contains("A-17") && last.contains("entente:unsubscribe"),
        "{last}"
    );
}

#[tokio::test]
async fn a_template_that_is_not_approved_is_refused_by_the_gate() {
    let home = Home::new().await;
    home.opt_in("5550001", "hello").await;
    let before = home.meta.messages().len();
    let refused = send(&home, "PENDING").await;
    assert_eq!(refused.reasons.get("refused/template_not_approved"), Some(&1), "{:?}", refused.reasons);
    assert_eq!(home.meta.messages().len(), before);
}

#[tokio::test]
async fn a_preview_says_what_the_gate_will_say_of_a_template_that_is_not_approved() {
    let home = Home::new().await;
    home.opt_in("5550001", "hello").await;
    let made = broadcasts::create(&home.engine, &home.actor(), notice()).await.unwrap();
    let standing = |status: &str| json!({"data": [{"name": "ready", "language": "en", "status": status}]});
    // Where Meta does not say, the lanes wait for its word.
    let silent = json!({ "error": { "message": "An unknown error has occurred.", "code": 1 } });
    for (status, answer, goes) in
        [("APPROVED", standing("APPROVED"), 1), ("PENDING", standing("PENDING"), 0), ("not said", silent, 1)]
    {
        home.meta
            .answer_with(move |request| request.url.contains("/message_templates").then(|| answer.clone()));
        let preview = broadcasts::preview(&home.engine, &home.actor(), made.id).await.unwrap();
        let refused = preview.will_not_get.get("template_not_approved").copied().unwrap_or_default();
        assert_eq!((preview.will_get, refused), (goes, 1 - goes), "{status}");
    }
}

#[tokio::test]
async fn a_template_of_ours_wants_as_many_parameters_as_it_has_variables() {
    let home = Home::new().await;
    home.meta.answer_with(|request| {
        request.url.contains("/message_templates").then(|| json!({"id": "1", "status": "PENDING"}))
    });
    let form = |page: PageId, body: &str, examples: &[&str]| TemplateForm {
        page,
        name: "ready".into(),
        language: "en".into(),
        body: body.into(),
        examples: examples.iter().map(|&text| text.into()).collect(),
        link: None,
    };
    let one = form(home.page, "Your order {{1}} is ready at the counter.", &["A-1"]);
    templates::create(&home.engine, &home.actor(), one).await.unwrap();
    let with = |parameters: &[&str]| {
        let parameters = parameters.iter().map(|&text| text.into()).collect();
        let template = Template { name: "ready".into(), language: "en".into(), parameters };
        BroadcastForm { template: Some(template), ..notice() }
    };
    for wrong in [&[][..], &["A-17", "B"]] {
        match broadcasts::create(&home.engine, &home.actor(), with(wrong)).await {
            Err(EngineError::Invalid { field: "template.parameters", problem }) => {
                assert!(problem.contains("must be 1"), "{problem}");
            }
            other => panic!("{:?}", other.map(|made| made.id)),
        }
    }
    broadcasts::create(&home.engine, &home.actor(), with(&["A-17"])).await.unwrap();
    // Another page has one of the same name with two: whoever writes to all may mean either.
    let other = home.add_page(home.account, "112233").await;
    let two = form(other, "Your order {{1}} is ready at counter {{2}}.", &["A-1", "4"]);
    templates::create(&home.engine, &home.actor(), two).await.unwrap();
    let to = |pages: &[PageId]| BroadcastForm { pages: Some(pages.to_vec()), ..with(&["A-17", "B"]) };
    assert!(broadcasts::create(&home.engine, &home.actor(), to(&[home.page])).await.is_err());
    broadcasts::create(&home.engine, &home.actor(), to(&[other])).await.unwrap();
    broadcasts::create(&home.engine, &home.actor(), with(&["A-17", "B"])).await.unwrap();
}

#[tokio::test]
async fn claim_b3_who_has_stopped_gets_no_notice_either() {
    let home = Home::new().await;
    home.opt_in("5550001", "hello").await;
    home.write("5550001", "stop").await;
    home.settle().await;
    let refused = send(&home, "APPROVED").await;
    assert_eq!(refused.reasons.get("refused/withdrawn"), Some(&1), "{:?}", refused.reasons);
}

#[tokio::test]
async fn a_template_that_meta_does_not_take_is_the_askers_to_put_right_and_leaves_no_row() {
    let home = Home::new().await;
    for (number, is_the_template) in [(100, true), (1, false)] {
        let refused =
            json!({ "error": { "message": "There is already a template of this name", "code": number } });
        home.meta
            .answer_with(move |request| request.url.contains("/message_templates").then(|| refused.clone()));
        let form = TemplateForm {
            page: home.page,
            name: "order_ready".into(),
            language: "en_US".into(),
            body: "Your order is ready at the counter.".into(),
            examples: Vec::new(),
            link: None,
        };
        match templates::create(&home.engine, &home.actor(), form).await {
            Err(EngineError::Invalid { field: "template", problem }) => assert!(is_the_template, "{problem}"),
            Err(EngineError::Meta(said)) => assert!(!is_the_template, "{said}"),
            other => panic!("{:?}", other.map(drop)),
        }
    }
    home.meta.answer_with(|_| None);
    let left = views::templates::list(&home.engine, &home.actor(), None, 10).await.unwrap();
    assert_eq!(left.len(), 0);
}
