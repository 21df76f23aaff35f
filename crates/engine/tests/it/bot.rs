//! A page's bot: set, published, tried out, talking; questions, and what becomes of their answers.

use crate::home::{Home, META_PAGE, PAGE_NAME, find};
use engine::actions::bot::{publish, set, withdraw_use, withdraw_use_for};
use engine::actions::pages::{ConnectForm, connect};
use engine::actions::{self, broadcasts};
use engine::views::bot::{PublishState, Said, TryForm, get, try_out};
use engine::{EngineError, views};
use model::bot::permission::Use;
use model::bot::question::{FieldKind, QuestionForm, QuestionSpeech};
use model::bot::rule::{Answer, Rule, Then, When};
use model::bot::settings::{BotSettings, IceBreaker, MenuEntry, Speech};
use model::broadcast::Step;
use model::id::{LeadId, PageId};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};
use tokio::task::block_in_place;

fn speech() -> Speech {
    Speech {
        greeting: Some("Bread since 1900.".into()),
        welcome: Some("Welcome to the bakery.".into()),
        question: Some("May we send you our offers?".into()),
        menu: vec![MenuEntry::Postback { title: "Hours".into(), payload: "HOURS".into() }],
        ice_breakers: vec![IceBreaker { question: "When are you open?".into(), payload: "HOURS".into() }],
        ..Speech::default()
    }
}

fn answer(text: &str) -> Then {
    Then::Answer { answer: Answer { text: text.into(), ..Answer::default() } }
}

pub fn settings() -> BotSettings {
    let rule = |name: &str, when: When, then: Then| Rule { name: name.into(), language: None, when, then };
    let asked = QuestionSpeech {
        text: "Which number may we call?".into(),
        purpose: "To tell you that your cake is ready.".into(),
        ..QuestionSpeech::default()
    };
    BotSettings {
        is_on: true,
        speech: [("en".to_owned(), speech())].into(),
        rules: vec![
            rule("hours", When::Tap { payload: "HOURS".into() }, answer("Open 9 to 5.")),
            rule("everything", When::Pattern { pattern: "bread|stop|data".into() }, answer("We have rye.")),
            rule(
                "call",
                When::Contains { words: vec!["cake".into()] },
                Then::Ask { question: "phone".into() },
            ),
        ],
        questions: vec![QuestionForm {
            name: "phone".into(),
            kind: FieldKind::Phone,
            uses: vec![Use::Store, Use::Show],
            speech: [("en".to_owned(), asked)].into(),
        }],
    }
}

fn last(home: &Home) -> String {
    home.meta.messages().pop().unwrap()
}

fn profiles(home: &Home) -> Vec<Value> {
    let requests = home.meta.requests.lock().unwrap();
    let profiles = requests.iter().filter(|request| request.url.contains("/messenger_profile"));
    profiles.map(|request| serde_json::from_slice(&request.body).unwrap()).collect()
}

#[tokio::test]
async fn a_page_s_bot_is_set_once_at_a_time_and_by_its_account_only() {
    let home = Home::new().await;
    let actor = home.actor();
    let none = get(&home.engine, &actor, home.page).await.unwrap();
    assert_eq!((none.version, none.settings), (0, BotSettings::default()));
    let first = set(&home.engine, &actor, home.page, 0, settings()).await.unwrap();
    assert_eq!((first.version, &first.settings), (1, &settings()));
    let blind = set(&home.engine, &actor, home.page, 0, BotSettings::default()).await;
    assert!(matches!(blind, Err(EngineError::Conflict(_))));
    let mut wrong = settings();
    wrong.rules[1].when = When::Pattern { pattern: "(".into() };
    let Err(EngineError::Bot(error)) = set(&home.engine, &actor, home.page, 1, wrong).await else { panic!() };
    assert_eq!(error.field, "rules[1].when.pattern");
    let foreign = set(&home.engine, &actor, PageId([3; 16]), 0, settings()).await;
    assert!(matches!(foreign, Err(EngineError::NotFound("this page"))));
    assert_eq!(get(&home.engine, &actor, home.page).await.unwrap().settings, settings());
    assert_eq!(
        find(&home.content().await, "Which number may we call".as_bytes()),
        None,
        "a user's words lie sealed"
    );
}

#[tokio::test]
async fn claim_b3_stop_and_my_data_work_whatever_the_rules_say() {
    let home = Home::new().await;
    set(&home.engine, &home.actor(), home.page, 0, settings()).await.unwrap();
    let lead = home.opt_in("5550001", "hello").await;
    home.write("5550001", "bread?").await;
    home.settle().await;
    assert!(last(&home).contains("We have rye."));
    home.write("5550001", "my data").await;
    home.settle().await;
    assert!(last(&home).contains("privacy@brand.example"));
    home.write("5550001", "stop").await;
    home.settle().await;
    assert!(last(&home).contains("Done. You will get no more offers."));
    assert!(!views::leads::get(&home.engine, &home.actor(), lead).await.unwrap().lead.promotion_in_force);
}

#[tokio::test]
async fn claim_b2_the_proof_names_the_page_s_own_wording_that_was_shown() {
    let home = Home::new().await;
    set(&home.engine, &home.actor(), home.page, 0, settings()).await.unwrap();
    let lead = home.opt_in("5550001", "hello").await;
    let opening =
        home.meta.messages().into_iter().find(|m| m.contains("May we send you our offers?")).unwrap();
    assert!(opening.contains("This is an automated assistant."));
    let exported = views::leads::export(&home.engine, &home.actor(), lead).await.unwrap();
    let exported: Value = serde_json::from_slice(&exported).unwrap();
    let shown =
        exported["consent_events"].as_array().unwrap().iter().find_map(|e| e["record"].get("shown")).unwrap();
    assert!(shown["text"].as_str().unwrap().contains("May we send you our offers?"));
    assert!(opening.contains(shown["wording"].as_str().unwrap()));

    // The question changes; a Yes to the old one still counts, for the old wording.
    home.write("5550002", "hello").await;
    home.settle().await;
    let old = home.yes();
    let mut changed = settings();
    changed.speech.get_mut("en").unwrap().question = Some("Offers?".into());
    set(&home.engine, &home.actor(), home.page, 1, changed).await.unwrap();
    home.tap("5550002", &old).await;
    home.settle().await;
    let lead = home.lead("5550002").await.unwrap();
    let view = views::leads::get(&home.engine, &home.actor(), lead).await.unwrap();
    assert_eq!(view.lead.level, Some("confirmed"));
    // Who makes a wording up gets nothing by it.
    home.write("5550003", "hello").await;
    home.tap("5550003", "entente:yes:promotion:0123456789abcdef01234567").await;
    home.settle().await;
    let lead = home.lead("5550003").await.unwrap();
    assert_eq!(
        views::leads::get(&home.engine, &home.actor(), lead).await.unwrap().lead.level,
        Some("started")
    );
}

#[tokio::test]
async fn what_is_set_is_published_at_meta_and_published_again_when_it_changes() {
    let home = Home::new().await;
    let actor = home.actor();
    let set_first = set(&home.engine, &actor, home.page, 0, settings()).await.unwrap();
    assert_eq!(set_first.published.state, PublishState::Waiting);
    home.work(PublishState::Done).await;
    let sent = profiles(&home).pop().unwrap();
    let greeting = sent["greeting"][0]["text"].as_str().unwrap();
    assert!(greeting.starts_with("Bread since 1900.") && greeting.contains("Offers only if you say yes"));
    let menu = sent["persistent_menu"][0]["call_to_actions"].as_array().unwrap();
    let payloads: Vec<_> = menu.iter().map(|entry| entry["payload"].as_str().unwrap()).collect();
    assert_eq!(payloads, ["HOURS", "entente:my_data", "entente:unsubscribe"]);
    assert_eq!(sent["ice_breakers"][0]["call_to_actions"][0]["question"], "When are you open?");

    let mut changed = settings();
    changed.speech.get_mut("en").unwrap().ice_breakers.clear();
    set(&home.engine, &actor, home.page, 1, changed).await.unwrap();
    home.work(PublishState::Done).await;
    assert_eq!(profiles(&home).pop().unwrap(), json!({ "fields": ["ice_breakers"] }));
    let published = profiles(&home).len();
    // Nothing is due: nothing is published.
    home.settle().await;
    assert_eq!(profiles(&home).len(), published);
    publish(&home.engine, &actor, home.page).await.unwrap();
    home.work(PublishState::Done).await;
    assert!(profiles(&home).len() > published);
}

#[tokio::test]
async fn publishing_is_tried_again_while_that_helps_and_says_why_it_failed() {
    let home = Home::new().await;
    let actor = home.actor();
    let tries = std::sync::Arc::new(AtomicUsize::new(0));
    let counted = std::sync::Arc::clone(&tries);
    home.meta.answer_with(move |request| {
        let failing =
            request.url.contains("/messenger_profile") && counted.fetch_add(1, Ordering::SeqCst) < 3;
        failing.then(|| json!({ "error": { "code": 2, "message": "busy", "is_transient": true } }))
    });
    set(&home.engine, &actor, home.page, 0, settings()).await.unwrap();
    home.work(PublishState::Done).await;
    assert_eq!(tries.load(Ordering::SeqCst), 4);

    home.meta.answer_with(|request| {
        request
            .url
            .contains("/messenger_profile")
            .then(|| json!({ "error": { "code": 100, "message": "bad" } }))
    });
    set(&home.engine, &actor, home.page, 1, settings()).await.unwrap();
    home.work(PublishState::Failed).await;
    let failed = get(&home.engine, &actor, home.page).await.unwrap().published;
    assert_eq!((failed.failure.as_deref(), failed.again_at), (Some("100"), None));
    assert!(failed.at.is_some(), "what stood before stands still");
}

/// The station stands still amid publishing; meanwhile the settings are changed and connecting the page publishes them.
/// Then what the station sent comes to Meta after that, and the newer ones are published once more.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_published_late_does_not_stay_over_what_was_set_since() {
    let home = Home::new().await;
    let actor = home.actor();
    let (stand, stands) = mpsc::channel();
    let (go_on, goes_on) = mpsc::channel::<()>();
    let (is_first, goes_on) = (AtomicBool::new(true), Mutex::new(goes_on));
    home.meta.hold_with(move |request| {
        if request.url.contains("/messenger_profile") && is_first.swap(false, Ordering::SeqCst) {
            stand.send(()).unwrap();
            block_in_place(|| goes_on.lock().unwrap().recv()).unwrap();
        }
    });
    home.meta.answer_with(|request| {
        let offered = json!({ "data": [{ "id": META_PAGE, "name": PAGE_NAME, "access_token": "EAAnew", "tasks": ["MESSAGING"] }] });
        match request.url.as_str() {
            url if url.contains("oauth/access_token") => Some(json!({ "access_token": "user" })),
            url if url.contains("me/accounts") => Some(offered),
            url if url.contains("subscribed_apps") => Some(json!({ "success": true, "data": [] })),
            _ => None,
        }
    });
    let greeted = |text: &str| {
        let mut settings = settings();
        settings.speech.get_mut("en").unwrap().greeting = Some(text.to_owned());
        settings
    };
    let shown = || {
        let sent = profiles(&home).into_iter().rev().find(|sent| sent["greeting"].is_array())?;
        Some(sent["greeting"][0]["text"].as_str()?.to_owned())
    };
    set(&home.engine, &actor, home.page, 0, greeted("The older greeting.")).await.unwrap();
    let running = home.engine.run();
    block_in_place(|| stands.recv()).unwrap();
    set(&home.engine, &actor, home.page, 1, greeted("The newer greeting.")).await.unwrap();
    let form = ConnectForm {
        code: "c".to_owned(),
        redirect_uri: "https://bakery.example/back".to_owned(),
        pages: None,
    };
    connect(&home.engine, &actor, form).await.unwrap();
    assert!(shown().unwrap().starts_with("The newer"));
    go_on.send(()).unwrap();
    let (brand, page) = (home.brand, home.page);
    let mut has_been_older = false;
    for _ in 0..5_000 {
        has_been_older |= shown().unwrap().starts_with("The older");
        let read = move |tx: &store::Tx<'_>| store::tables::bot::get(tx.brand(brand), page);
        let stored = home.data.read("bot", read).await.unwrap().unwrap();
        if has_been_older && stored.publish_at.is_none() && shown().unwrap().starts_with("The newer") {
            break;
        }
        tokio::task::yield_now().await;
    }
    running.stop().await;
    assert!(shown().unwrap().starts_with("The newer"), "Meta keeps what is over");
    let stands = get(&home.engine, &actor, home.page).await.unwrap();
    assert_eq!((stands.version, stands.published.state), (2, PublishState::Done));
}

#[tokio::test]
async fn the_test_pane_answers_as_the_bot_would_and_keeps_nothing() {
    let home = Home::new().await;
    let actor = home.actor();
    let before = home.content().await;
    let form = |said: Said, pending: Option<&str>| TryForm {
        settings: Some(settings()),
        said,
        language: None,
        is_new: false,
        was_asked: true,
        pending: pending.map(str::to_owned),
    };
    let try_it =
        async |said, pending| try_out(&home.engine, &actor, home.page, form(said, pending)).await.unwrap();
    let rye = try_it(Said::Text("BREAD!".into()), None).await;
    assert_eq!((rye.because.code, rye.because.name.as_deref()), ("rule", Some("everything")));
    assert_eq!(rye.messages[0].text, "We have rye.");
    let tapped = try_it(Said::Tap { title: "Hours".into(), payload: "HOURS".into() }, None).await;
    assert_eq!(tapped.because.name.as_deref(), Some("hours"));
    let stop = try_it(Said::Text("stop".into()), None).await;
    assert!(stop.withdraws && stop.because.code == "withdrawn");
    let started = try_it(Said::GetStarted, None).await;
    assert!(started.was_asked && started.messages[0].text.contains("May we send you our offers?"));
    let asked = try_it(Said::Text("a cake please".into()), None).await;
    assert_eq!(asked.pending.as_deref(), Some("phone"));
    let given = try_it(Said::Text("0123456789".into()), asked.pending.as_deref()).await;
    assert_eq!(given.keeps_for.as_deref(), Some("To tell you that your cake is ready."));
    assert!(before == home.content().await, "trying out writes nothing");
    assert!(home.meta.messages().is_empty());
    assert!(views::bot::REASONS.contains(&given.because.code));
    let mut wrong = form(Said::Text("x".into()), None);
    wrong.settings.as_mut().unwrap().rules[0].name.clear();
    let refused = try_out(&home.engine, &actor, home.page, wrong).await;
    assert!(matches!(refused, Err(EngineError::Bot(error)) if error.field == "rules[0].name"));
    let shown = views::bot::shown_at_meta(&home.engine, &actor, home.page, Some(settings())).await.unwrap();
    assert_eq!(shown.menus[0].1.len(), 3);
}

#[tokio::test]
async fn claim_a3_an_answer_is_kept_sealed_with_the_purpose_that_was_shown_and_can_be_skipped() {
    let home = Home::new().await;
    let actor = home.actor();
    set(&home.engine, &actor, home.page, 0, settings()).await.unwrap();
    let lead = home.opt_in("5550001", "hello").await;
    home.write("5550001", "a cake please").await;
    home.settle().await;
    assert!(
        last(&home).contains("To tell you that your cake is ready.")
            && last(&home).contains("entente:skip:phone")
    );
    home.write("5550001", "0123 456789").await;
    home.settle().await;
    let view = views::leads::get(&home.engine, &actor, lead).await.unwrap();
    let [told] = view.answers.as_slice() else { panic!("{:?}", view.answers) };
    assert_eq!(told.value.as_deref(), Some("0123456789"));
    assert_eq!(told.purpose, "To tell you that your cake is ready.");
    assert_eq!(find(&home.content().await, b"0123456789"), None);
    home.tap("5550001", "entente:skip:phone").await;
    home.settle().await;
    assert_eq!(views::leads::get(&home.engine, &actor, lead).await.unwrap().answers.len(), 1);

    engine::actions::leads::erase(&home.engine, &actor, lead).await.unwrap();
    let brand = home.brand;
    let left = move |tx: &store::Tx<'_>| store::tables::answer::list_of_lead(tx.brand(brand), lead);
    assert!(home.data.read("left", left).await.unwrap().is_empty());
}

#[tokio::test]
async fn claim_d2_each_use_of_an_answer_is_permitted_and_withdrawn_by_itself() {
    let home = Home::new().await;
    let actor = home.actor();
    set(&home.engine, &actor, home.page, 0, settings()).await.unwrap();
    let lead = home.opt_in("5550001", "hello").await;
    home.write("5550001", "a cake please").await;
    home.write("5550001", "0123 456789").await;
    home.settle().await;
    let answers = async || views::leads::get(&home.engine, &actor, lead).await.unwrap().answers;
    let id = answers().await[0].id;
    let in_force = |answers: &[views::leads::AnswerView]| -> Vec<&'static str> {
        answers[0].permissions.iter().filter(|p| p.in_force).map(|p| p.what).collect()
    };
    assert_eq!(in_force(&answers().await), ["store", "show"]);
    home.clock.advance(model::time::Span::secs(1));
    withdraw_use_for(&home.engine, &actor, lead, id, Use::Show).await.unwrap();
    let hidden = answers().await;
    assert_eq!((in_force(&hidden), hidden[0].value.as_deref()), (vec!["store"], None));
    let brand = &home.engine.brand(home.brand).unwrap();
    let exported = async || {
        let whole = views::leads::export_for_the_lead(&home.engine, brand, lead).await.unwrap();
        String::from_utf8(whole).unwrap()
    };
    assert!(exported().await.contains("0123456789"), "it is the lead's own");
    let taken = views::leads::export(&home.engine, &actor, lead).await.unwrap();
    assert_eq!(find(&[(String::new(), taken.clone())], b"0123456789"), None, "the account may not see it");
    let taken: Value = serde_json::from_slice(&taken).unwrap();
    let told = &taken["answers_to_questions"][0];
    assert_eq!((&told["answer"], &told["not_shown"]), (&Value::Null, &json!(true)), "but that it is there");
    assert!(withdraw_use(&home.engine, brand, lead, id, Use::Store).await.unwrap());
    assert!(!exported().await.contains("0123456789"), "without permission to store it is gone");
    assert!(answers().await[0].permissions.iter().all(|p| !p.in_force && p.given_at.is_some()));
}

/// Asks for a name, for these uses.
fn asking_for_a_name(uses: &[Use]) -> BotSettings {
    let mut named = settings();
    named.questions[0].kind = FieldKind::GivenName;
    named.questions[0].uses = uses.to_vec();
    named
}

/// Whether a broadcast calls the lead by this name.
async fn is_called(home: &Home, name: &str) -> bool {
    let (engine, actor) = (&home.engine, &home.actor());
    let form = crate::broadcasts::promotion("Hi {name|friend}!");
    let id = broadcasts::create(engine, actor, form).await.unwrap().id;
    broadcasts::step(engine, actor, id, Step::Send).await.unwrap();
    home.settle().await;
    let said = last(home);
    assert!(said.contains("Hi "), "{said}");
    said.contains(&format!("Hi {name}!"))
}

/// Wherever the account sees or takes a lead's name: one lead, asked for who it is, its file, all of them.
async fn seen_names(home: &Home, lead: LeadId) -> Vec<bool> {
    let (engine, actor) = (&home.engine, &home.actor());
    let one = views::leads::get(engine, actor, lead).await.unwrap().given_name;
    let revealed =
        actions::leads::reveal(engine, actor, lead, engine::Reason::Answering).await.unwrap().given_name;
    let file: Value =
        serde_json::from_slice(&views::leads::export(engine, actor, lead).await.unwrap()).unwrap();
    let all = crate::exports::named(home).await;
    vec![
        one.is_some(),
        revealed.is_some(),
        file["profile"]["given_name"].is_string(),
        all.contains("\"Sam\""),
    ]
}

#[tokio::test]
async fn claim_d2_a_name_that_was_given_for_messages_is_used_in_them_until_that_is_withdrawn() {
    let home = Home::new().await;
    let actor = home.actor();
    set(&home.engine, &actor, home.page, 0, asking_for_a_name(&[Use::Store])).await.unwrap();
    let lead = home.opt_in("5550001", "hello").await;
    let say = async |text: &str| {
        home.write("5550001", text).await;
        home.settle().await;
    };
    say("a cake please").await;
    say("Sam").await;
    assert!(!is_called(&home, "Sam").await, "it was given to be stored, and for nothing else");
    set(&home.engine, &actor, home.page, 1, asking_for_a_name(&[Use::Store, Use::Message])).await.unwrap();
    say("a cake please").await;
    say("Sam").await;
    assert!(is_called(&home, "Sam").await);
    let id = views::leads::get(&home.engine, &actor, lead).await.unwrap().answers[1].id;
    withdraw_use_for(&home.engine, &actor, lead, id, Use::Message).await.unwrap();
    assert!(!is_called(&home, "Sam").await);
}

#[tokio::test]
async fn claim_d2_a_name_is_seen_and_taken_by_the_account_only_where_that_is_permitted_too() {
    let home = Home::new().await;
    let (engine, actor) = (&home.engine, home.actor());
    set(engine, &actor, home.page, 0, asking_for_a_name(&[Use::Store, Use::Message])).await.unwrap();
    let lead = home.opt_in("5550001", "hello").await;
    let say = async |text: &str| {
        home.write("5550001", text).await;
        home.settle().await;
    };
    say("a cake please").await;
    say("Sam").await;
    assert_eq!(seen_names(&home, lead).await, [false; 4], "it was given for messages only");
    assert!(is_called(&home, "Sam").await);
    let brand = &engine.brand(home.brand).unwrap();
    let own = views::leads::export_for_the_lead(engine, brand, lead).await.unwrap();
    let own: Value = serde_json::from_slice(&own).unwrap();
    assert_eq!(own["profile"]["given_name"], "Sam", "it is the lead's own");
    let uses = [Use::Store, Use::Message, Use::Show];
    set(engine, &actor, home.page, 1, asking_for_a_name(&uses)).await.unwrap();
    say("a cake please").await;
    say("Sam").await;
    assert_eq!(seen_names(&home, lead).await, [true; 4]);
    home.clock.advance(model::time::Span::secs(1));
    let id = views::leads::get(engine, &actor, lead).await.unwrap().answers[1].id;
    withdraw_use_for(engine, &actor, lead, id, Use::Show).await.unwrap();
    assert_eq!(seen_names(&home, lead).await, [false; 4]);
    assert!(is_called(&home, "Sam").await, "for messages it is still permitted");
    // Said unasked, to the page.
    say("My name is Sam").await;
    assert_eq!(seen_names(&home, lead).await, [true; 4]);
}

#[tokio::test]
async fn claim_d2_a_withdrawn_name_does_not_come_back_by_what_the_lead_writes_at_that_moment() {
    let home = Home::new().await;
    let (engine, actor) = (&home.engine, home.actor());
    set(engine, &actor, home.page, 0, asking_for_a_name(&[Use::Store, Use::Message])).await.unwrap();
    let lead = home.opt_in("5550001", "hello").await;
    let brand = &engine.brand(home.brand).unwrap();
    home.write("5550001", "a cake please").await;
    for round in 0..40 {
        home.write("5550001", "Sam").await;
        home.settle().await;
        let answers = views::leads::get(engine, &actor, lead).await.unwrap().answers;
        let newest = answers.iter().max_by_key(|answer| answer.id).unwrap().id;
        assert_eq!(answers.len(), round + 1, "the question that was put meanwhile waited for its answer");
        home.write("5550001", "a cake please").await;
        // Each time somewhat later, so that it falls between the reading and the writing too.
        let withdrawn = async {
            for _ in 0..round {
                home.data.read("wait", |_| Ok::<_, store::StoreError>(())).await.unwrap();
            }
            withdraw_use(engine, brand, lead, newest, Use::Message).await.unwrap()
        };
        let ((), known) = tokio::join!(home.settle(), withdrawn);
        assert!(known);
        let own = views::leads::export_for_the_lead(engine, brand, lead).await.unwrap();
        let own: Value = serde_json::from_slice(&own).unwrap();
        assert_eq!(own["profile"]["given_name"], Value::Null, "round {round}");
        assert!(own["profile"]["question_that_waits"].is_object(), "round {round}");
    }
}
