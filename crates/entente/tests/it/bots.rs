//! A page's own bot, its profile at Meta and its templates, against the simulator.

use crate::databases::{On, on_both};
use crate::home::{Home, Setup};
use crate::site::{eventually, reached};
use engine::actions::bot;
use engine::views::bot::{PublishState, get};
use model::bot::rule::{Answer, Rule, Then, When};
use model::bot::settings::{BotSettings, IceBreaker, MenuEntry, Speech};
use model::id::{BroadcastId, PageId};
use model::time::Span;
use serde_json::{Value, json};
use simulator::Action;

async fn page_id(home: &Home) -> PageId {
    home.page(0).await["id"].as_str().unwrap().parse().unwrap()
}

fn settings(welcome: &str) -> BotSettings {
    let speech = Speech {
        greeting: Some("Bread since 1900.".into()),
        welcome: Some(welcome.into()),
        menu: vec![MenuEntry::Url { title: "Shop".into(), url: "https://shop.example".into() }],
        ice_breakers: vec![IceBreaker { question: "When are you open?".into(), payload: "HOURS".into() }],
        ..Speech::default()
    };
    let answer = Answer { text: "Open 9 to 5.".into(), ..Answer::default() };
    let rule = Rule {
        name: "hours".into(),
        language: None,
        when: When::Tap { payload: "HOURS".into() },
        then: Then::Answer { answer },
    };
    BotSettings { speech: [("en".to_owned(), speech)].into(), rules: vec![rule], ..BotSettings::default() }
}

fn asks() -> Action {
    Action::Menu { title: "When are you open?".to_owned() }
}

async fn published(home: &Home, page: PageId) {
    eventually("the profile stands at Meta", || async {
        let view = get(home.engine(), &home.admin(), page).await.unwrap();
        (view.published.state == PublishState::Done).then_some(())
    })
    .await;
}

async fn claim_b3_what_a_page_sets_stands_at_meta_with_my_data_and_stop_and_through_a_reconnection(on: On) {
    let home = Home::new(Setup { on, ..Setup::default() }).await;
    let (page, meta) = (page_id(&home).await, home.pages[0]);
    bot::set(home.engine(), &home.admin(), page, 0, settings("Welcome.")).await.unwrap();
    published(&home, page).await;
    let entries = |profile: &Value| -> Vec<String> {
        let menu = profile["persistent_menu"][0]["call_to_actions"].as_array().unwrap();
        menu.iter()
            .map(|entry| entry.get("payload").unwrap_or(&entry["url"]).as_str().unwrap().to_owned())
            .collect()
    };
    let own = ["https://shop.example", "entente:my_data", "entente:unsubscribe"];
    let profile = home.sim.profile(meta);
    assert_eq!(entries(&profile), own);
    assert!(profile["greeting"][0]["text"].as_str().unwrap().starts_with("Bread since 1900."));
    assert_eq!(profile["ice_breakers"][0]["call_to_actions"][0]["payload"], "HOURS");

    home.site.connect(&home.sim, &home.pages).await;
    assert_eq!(entries(&home.sim.profile(meta)), own, "connecting again publishes the page's own settings");

    let person = home.people(0, 1)[0];
    home.start_all(&[person]).await;
    let transcript = format!("{:?}", home.sim.received(person));
    assert!(transcript.contains("Welcome.") && transcript.contains("automated"), "{transcript}");
    home.agree_all(&[person]).await;
    home.all(&[person], &asks());
    home.settle().await;
    assert!(format!("{:?}", home.sim.received(person)).contains("Open 9 to 5."));
    // Whoever begins with an ice breaker is told that it is automated all the same.
    let other = home.people(0, 1)[0];
    home.all(&[other], &asks());
    home.settle().await;
    let transcript = format!("{:?}", home.sim.received(other));
    assert!(transcript.contains("automated") && transcript.contains("Open 9 to 5."), "{transcript}");

    let mut bare = settings("Welcome.");
    bare.speech.get_mut("en").unwrap().ice_breakers.clear();
    bot::set(home.engine(), &home.admin(), page, 1, bare).await.unwrap();
    published(&home, page).await;
    assert!(home.sim.profile(meta).get("ice_breakers").is_none(), "what is taken away goes at Meta too");
    home.close().await;
}

async fn settings_that_change_all_the_time_stay_within_meta_s_ten_calls(on: On) {
    let home = Home::new(Setup { on, ..Setup::default() }).await;
    let page = page_id(&home).await;
    for version in 0..12 {
        let welcome = format!("Welcome number {version}.");
        bot::set(home.engine(), &home.admin(), page, version, settings(&welcome)).await.unwrap();
    }
    published(&home, page).await;
    let view = get(home.engine(), &home.admin(), page).await.unwrap();
    assert_eq!((view.version, view.published.failure), (12, None));
    home.close().await;
}

async fn status(home: &Home, id: &str) -> String {
    home.site.get(&format!("/api/v1/templates/{id}")).await["status"].as_str().unwrap().to_owned()
}

async fn claim_b1_a_template_is_made_approved_sent_followed_and_deleted(on: On) {
    let home = Home::new(Setup { on, ..Setup::default() }).await;
    let people = home.agreed(0, 3).await;
    let page = page_id(&home).await.to_string();
    let form = |name: &str, body: &str, examples: Value| json!({ "page": page, "name": name, "language": "en_US", "body": body, "examples": examples });
    let ready = form("order_ready", "Your order {{1}} is ready at the counter.", json!(["A-17"]));
    let made = home.site.call("POST", "/api/v1/templates", Some(ready)).await;
    assert_eq!(made["buttons"][0]["payload"], "entente:unsubscribe");
    let id = made["id"].as_str().unwrap().to_owned();
    assert_eq!(made["status"], "approved");
    // Meta takes it for marketing, and says so in its list.
    let sale = form("autumn", "Our autumn sale begins today, everything must go.", json!([]));
    let rejected = home.site.call("POST", "/api/v1/templates", Some(sale)).await;
    let rejected = rejected["id"].as_str().unwrap().to_owned();
    let reason = eventually("the reason of the rejection", || async {
        let template = home.site.get(&format!("/api/v1/templates/{rejected}")).await;
        template["reason"].as_str().map(str::to_owned)
    })
    .await;
    assert_eq!(
        (status(&home, &rejected).await.as_str(), reason.as_str()),
        ("rejected", "TAG_SHOULD_BE_MARKETING")
    );

    // Three days later the windows are closed; the notice leaves.
    home.clock.advance(Span::days(3));
    let template = json!({ "name": "order_ready", "language": "en_US", "parameters": ["{name|A-18}"] });
    let form = json!({ "purpose": "utility", "template": template });
    let notice = home.site.call("POST", "/api/v1/broadcasts", Some(form)).await;
    let notice: BroadcastId = notice["id"].as_str().unwrap().parse().unwrap();
    home.site.step(notice, "send").await;
    home.settle().await;
    assert_eq!(reached(&home.sim, notice).len(), 3);
    let shown = format!("{:?}", home.sim.received(people[0]));
    assert!(shown.contains("Your order A-18 is ready at the counter."), "{shown}");
    home.leave_by_button(people[0]);
    home.settle().await;

    // Meta pauses it and says so; it is asked and written down.
    let known = home.sim.templates(home.pages[0]);
    let (number, ..) = known.iter().find(|(_, name, _)| name == "order_ready").unwrap();
    home.sim.set_template_status(home.pages[0], *number, "PAUSED").unwrap();
    home.settle().await;
    eventually("the pause is written down", || async {
        (status(&home, &id).await == "paused").then_some(())
    })
    .await;
    let (answer, _) = home.site.try_call("DELETE", &format!("/api/v1/templates/{id}"), None).await.unwrap();
    assert_eq!(answer, 204);
    assert!(home.sim.templates(home.pages[0]).iter().all(|(_, name, _)| name != "order_ready"));
    home.close().await;
}

async fn a_picture_and_a_schedule_reach_people_as_meta_takes_them(on: On) {
    let home = Home::new(Setup { on, ..Setup::default() }).await;
    home.agreed(0, 3).await;
    let image = "https://shop.example/bread.jpg";
    let form =
        json!({ "purpose": "promotion", "text": "Hello {name|friend}!\nFresh bread.", "image": image });
    let made = home.site.call("POST", "/api/v1/broadcasts", Some(form)).await;
    let id: BroadcastId = made["id"].as_str().unwrap().parse().unwrap();
    let when = json!({ "local": "2026-11-22T18:00", "zone": "Europe/Dublin" });
    let scheduled = home.site.call("POST", &format!("/api/v1/broadcasts/{id}/schedule"), Some(when)).await;
    assert_eq!((&scheduled["how"], &scheduled["broadcast"]["state"]), (&json!("exact"), &json!("scheduled")));
    eventually("it is sent", || async {
        (home.site.broadcast(id).await["state"] == "finished").then_some(())
    })
    .await;
    home.settle().await;
    assert_eq!(home.site.broadcast(id).await["counts"], json!({ "sent": 3 }));
    assert_eq!(reached(&home.sim, id).len(), 3);
    home.close().await;
}

on_both! {
    claim_b3_what_a_page_sets_stands_at_meta_with_my_data_and_stop_and_through_a_reconnection,
    settings_that_change_all_the_time_stay_within_meta_s_ten_calls,
    claim_b1_a_template_is_made_approved_sent_followed_and_deleted,
    a_picture_and_a_schedule_reach_people_as_meta_takes_them,
}
