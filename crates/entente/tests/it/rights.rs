//! A lead's rights in their thread, and what Facebook passes on about a user, through the simulator.

use crate::databases::{On, on_both};
use crate::home::{Home, Setup};
use model::time::Span;
use serde_json::{Value, json};
use simulator::{Action, Visitor};

fn path_of(text: &str) -> String {
    let text = text.replace("\\/", "/");
    let link = text.rsplit("/my/").next().unwrap();
    let token: String =
        link.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_').collect();
    format!("/my/{token}")
}

async fn claim_r3_a_lead_gets_to_their_own_page_by_the_menu_and_by_a_word_and_previews_open_nothing(on: On) {
    let home = Home::new(Setup { on, ..Setup::default() }).await;
    let person = home.agreed(0, 1).await[0];
    home.all(&[person], &Action::Menu { title: "My data".to_owned() });
    home.settle().await;
    let by_menu = path_of(&format!("{:?}", home.sim.received(person)));
    home.write(person, "بياناتي").await;
    home.settle().await;
    let by_word = path_of(&format!("{:?}", home.sim.received(person)));
    assert_ne!(by_menu, by_word);
    let host = &home.site.host;
    let preview = Visitor::new(home.site.address, "facebookexternalhit/1.1").unwrap();
    for _ in 0..3 {
        assert_eq!(preview.get(host, &by_word, None).await.unwrap().status, 200);
    }
    let browser = Visitor::new(home.site.address, "a browser").unwrap();
    assert_eq!(browser.post(host, &by_menu, None, None).await.unwrap().status, 404, "only the newest");
    let opened = browser.post(host, &by_word, None, None).await.unwrap();
    assert_eq!((opened.status, opened.location.as_deref()), (303, Some("/my")));
    assert_eq!(browser.post(host, &by_word, None, None).await.unwrap().status, 404, "used up");
    home.close().await;
}

async fn claim_r3_facebooks_callbacks_let_the_pages_go_and_a_new_login_brings_them_back(on: On) {
    let home = Home::new(Setup { on, ..Setup::default() }).await;
    let owner = home.sim.users()[0].0;
    let asked = home.sim.ask_deletion("99999").await.unwrap();
    let body: Value = serde_json::from_str(&asked.body).unwrap();
    assert!(asked.status == 200 && body["confirmation_code"].is_string(), "{}", asked.body);
    assert_eq!(home.page(0).await["stop"], json!(null), "an unknown id stops nothing");
    let removed = home.sim.remove_app(owner).await.unwrap();
    assert_eq!(removed.status, 200, "{}", removed.body);
    assert_eq!(home.page(0).await["stop"], "disconnected");
    let asked = home.sim.ask_deletion(&owner.to_string()).await.unwrap();
    let body: Value = serde_json::from_str(&asked.body).unwrap();
    let code = body["confirmation_code"].as_str().unwrap();
    let browser = Visitor::new(home.site.address, "a browser").unwrap();
    let status = browser.get(&home.site.host, &format!("/erasure/{code}"), None).await.unwrap();
    assert_eq!(status.status, 200);
    // Another second, another token: the simulator gives the same one for the same grant.
    home.clock.advance(Span::secs(10));
    home.site.connect(&home.sim, &home.pages).await;
    assert_eq!(home.page(0).await["stop"], json!(null));
    home.close().await;
}

on_both! {
    claim_r3_a_lead_gets_to_their_own_page_by_the_menu_and_by_a_word_and_previews_open_nothing,
    claim_r3_facebooks_callbacks_let_the_pages_go_and_a_new_login_brings_them_back,
}
