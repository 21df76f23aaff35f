//! Connecting a page: the dialog, tokens and what they are good for, and leaving again.

use crate::support::{APP, SECRET, encode, exchange, log_in, reply, scene, scene_with};
use model::time::Span;
use serde_json::json;
use simulator::{Login, NewPage, Settings};

const BACK: &str = "https://bot.invalid/back";

#[tokio::test]
async fn the_dialog_asks_and_the_person_chooses_pages() {
    let scene = scene().await;
    let second =
        scene.simulator.add_page(NewPage { name: "<Second>".to_owned(), ..NewPage::default() }).unwrap();
    let query =
        encode(&[("client_id", APP), ("redirect_uri", BACK), ("state", "<s>"), ("scope", "pages_show_list")]);
    let url = scene.url(&format!("/v25.0/dialog/oauth?{query}"));
    let shown = reply(scene.http.get(&url).send().await.unwrap()).await;
    let html = shown.body.as_str().unwrap();
    assert!(html.contains("&lt;Second&gt;") && !html.contains("<Second>"));
    assert!(html.contains("pages_show_list"));
    let user = scene.simulator.users()[0].0.to_string();
    let decide = |decision: &'static str| {
        let form = encode(&[("user", &user), ("page", &second.to_string()), ("decision", decision)]);
        let request =
            scene.http.post(&url).header("content-type", "application/x-www-form-urlencoded").body(form);
        async { request.send().await.unwrap().headers()["location"].to_str().unwrap().to_owned() }
    };
    let denied = decide("deny").await;
    assert!(
        denied.contains("error=access_denied") && denied.contains("error_reason=user_denied"),
        "{denied}"
    );
    assert!(denied.contains("state=%3Cs%3E"));
    let allowed = reqwest::Url::parse(&decide("allow").await).unwrap();
    let code = allowed.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let token =
        exchange(&scene, &[("redirect_uri", BACK), ("code", &code)]).await.body["access_token"].clone();
    let query = encode(&[("access_token", token.as_str().unwrap())]);
    let pages =
        reply(scene.http.get(scene.url(&format!("/v25.0/me/accounts?{query}"))).send().await.unwrap()).await;
    let names: Vec<_> =
        pages.body["data"].as_array().unwrap().iter().map(|page| page["name"].clone()).collect();
    assert_eq!(names, ["<Second>"], "only the ticked page");
}

#[tokio::test]
async fn the_dialog_shows_whose_pages_are_whose_and_offers_somebody_who_has_one() {
    let scene = scene().await;
    let newcomer = scene.simulator.add_user("Newcomer");
    let baker = scene.simulator.add_user("Baker");
    let bakery = NewPage { name: "Bakery".to_owned(), admins: vec![baker], ..NewPage::default() };
    let bakery = scene.simulator.add_page(bakery).unwrap();
    let query = encode(&[("client_id", APP), ("redirect_uri", BACK), ("scope", "pages_show_list")]);
    let url = scene.url(&format!("/v25.0/dialog/oauth?{query}"));
    let shown =
        async || reply(scene.http.get(&url).send().await.unwrap()).await.body.as_str().unwrap().to_owned();
    let html = shown().await;
    let of = |user: simulator::UserId, html: &str| {
        let from = html.find(&format!("name=\"user\" value=\"{user}\"")).unwrap();
        html[from..].split("</fieldset>").next().unwrap().to_owned()
    };
    assert!(of(baker, &html).contains("Bakery") && !of(newcomer, &html).contains("Bakery"));
    assert!(of(newcomer, &html).contains("manages no page"));
    let owner = scene.simulator.users()[0].0;
    assert!(of(owner, &html).contains(" checked> "), "the first who manages a page: {html}");
    assert_eq!(html.matches("type=\"radio\"").count(), 3);
    // Whoever said yes last sits there still.
    let form = encode(&[("user", &baker.to_string()), ("page", &bakery.to_string()), ("decision", "allow")]);
    let request =
        scene.http.post(&url).header("content-type", "application/x-www-form-urlencoded").body(form);
    assert_eq!(request.send().await.unwrap().status().as_u16(), 302);
    let html = shown().await;
    assert!(of(baker, &html).split("</legend>").next().unwrap().contains(" checked> "), "{html}");
}

#[tokio::test]
async fn wrong_login_links_are_refused_on_the_spot() {
    let scene = scene_with(|config| config.redirect_urls = vec![BACK.to_owned()]).await;
    let open = |pairs: Vec<(&'static str, &'static str)>| {
        let request = scene.http.get(scene.url(&format!("/dialog/oauth?{}", encode(&pairs))));
        async { request.send().await.unwrap().status().as_u16() }
    };
    assert_eq!(open(vec![("client_id", "5"), ("redirect_uri", BACK)]).await, 400);
    assert_eq!(open(vec![("client_id", APP)]).await, 400);
    assert_eq!(open(vec![("client_id", APP), ("redirect_uri", "https://evil.invalid/")]).await, 400);
    assert_eq!(open(vec![("client_id", APP), ("redirect_uri", BACK), ("scope", "everything")]).await, 400);
    assert_eq!(open(vec![("client_id", APP), ("redirect_uri", BACK), ("response_type", "token")]).await, 400);
    assert_eq!(open(vec![("client_id", APP), ("redirect_uri", BACK)]).await, 200);
    scene.simulator.set_settings(Settings { login: Login::Deny, ..Settings::default() });
    assert_eq!(open(vec![("client_id", APP), ("redirect_uri", BACK)]).await, 302);
}

#[tokio::test]
async fn a_code_is_good_once_for_the_same_address_and_ten_minutes() {
    let scene = scene().await;
    scene.simulator.set_settings(Settings { login: Login::Auto, ..Settings::default() });
    let code = || async {
        let query = encode(&[("client_id", APP), ("redirect_uri", BACK), ("scope", "pages_show_list")]);
        let answer = scene.http.get(scene.url(&format!("/dialog/oauth?{query}"))).send().await.unwrap();
        let target = reqwest::Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
        target.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned()
    };
    let first = code().await;
    let wrong = exchange(&scene, &[("redirect_uri", "https://bot.invalid/other"), ("code", &first)]).await;
    assert_eq!(wrong.refusal(), (100, Some(36_008)));
    let token = exchange(&scene, &[("redirect_uri", BACK), ("code", &first)]).await;
    assert_eq!((token.status, &token.body["token_type"]), (200, &json!("bearer")));
    assert_eq!(
        exchange(&scene, &[("redirect_uri", BACK), ("code", &first)]).await.refusal(),
        (100, Some(36_009))
    );
    let late = code().await;
    scene.simulator.advance(Span::minutes(11));
    assert_eq!(
        exchange(&scene, &[("redirect_uri", BACK), ("code", &late)]).await.refusal(),
        (100, Some(36_007))
    );
    let query = encode(&[("client_id", APP), ("client_secret", "wrong"), ("code", &late)]);
    let stranger = scene.http.get(scene.url(&format!("/oauth/access_token?{query}"))).send().await.unwrap();
    assert_eq!(reply(stranger).await.status, 400);
}

#[tokio::test]
async fn tokens_grow_long_expire_and_are_explained() {
    let mut scene = scene().await;
    let short = log_in(&scene, "pages_show_list,pages_messaging").await;
    let long = exchange(&scene, &[("grant_type", "fb_exchange_token"), ("fb_exchange_token", &short)]).await;
    assert_eq!(long.body["expires_in"], 5_183_944);
    let long = long.body["access_token"].as_str().unwrap().to_owned();
    scene.token = long.clone();
    let page_token = scene.call("GET", "/me/accounts", None).await.body["data"][0]["access_token"].clone();
    let page_token = page_token.as_str().unwrap().to_owned();
    let again = scene.call("GET", &format!("/{}?fields=access_token", scene.page), None).await;
    assert_eq!(again.body["access_token"], page_token.as_str(), "the same grant gives the same page token");
    assert!(again.headers.contains_key("x-app-usage"));
    let debug = |input: &str| {
        let app = format!("{APP}|{SECRET}");
        let query = encode(&[("input_token", input), ("access_token", &app)]);
        let request = scene.http.get(scene.url(&format!("/debug_token?{query}")));
        async { reply(request.send().await.unwrap()).await.body["data"].clone() }
    };
    let explained = debug(&page_token).await;
    assert_eq!((&explained["type"], &explained["expires_at"]), (&json!("PAGE"), &json!(0)));
    assert_eq!(explained["profile_id"], scene.page.to_string());
    let granular = explained["granular_scopes"].as_array().unwrap();
    let messaging = granular.iter().find(|scope| scope["scope"] == "pages_messaging").unwrap();
    assert_eq!(messaging["target_ids"], json!([scene.page.to_string()]));
    assert_eq!(debug("EAAnothing").await["is_valid"], false);
    scene.simulator.advance(Span::hours(2));
    let gone = exchange(&scene, &[("grant_type", "fb_exchange_token"), ("fb_exchange_token", &short)]).await;
    assert_eq!(gone.refusal(), (190, Some(463)));
    scene.simulator.advance(Span::days(60));
    assert_eq!(scene.call("GET", "/me", None).await.refusal(), (190, Some(463)));
    assert_eq!(debug(&page_token).await["is_valid"], true);
    assert_eq!(scene.simulator.kill_tokens(Some(scene.page), None, 460), 2);
    assert_eq!(debug(&page_token).await["error"]["subcode"], 460);
}

#[tokio::test]
async fn accounts_come_in_pages_that_lead_on() {
    let mut scene = scene().await;
    for number in 0..5 {
        scene.simulator.add_page(NewPage { name: format!("Page {number}"), ..NewPage::default() }).unwrap();
    }
    scene.token = log_in(&scene, "pages_show_list").await;
    let mut next =
        format!("/v25.0/me/accounts?limit=2&fields=id,name&{}", encode(&[("access_token", &scene.token)]));
    let mut ids = Vec::new();
    let mut parts = 0;
    loop {
        let part = scene.call("GET", &next, None).await;
        parts += 1;
        for page in part.body["data"].as_array().unwrap() {
            assert!(page.get("access_token").is_none(), "only the fields asked for");
            ids.push(page["id"].as_str().unwrap().to_owned());
        }
        match part.body["paging"]["next"].as_str() {
            Some(url) => next = url.strip_prefix(&scene.simulator.url()).unwrap().to_owned(),
            None => break,
        }
    }
    ids.dedup();
    assert_eq!((ids.len(), parts), (6, 3));
    let last =
        scene.call("GET", "/me/accounts?limit=4", None).await.body["paging"]["cursors"]["after"].clone();
    let rest = scene.call("GET", &format!("/me/accounts?after={}", last.as_str().unwrap()), None).await;
    assert_eq!(rest.body["data"].as_array().unwrap().len(), 2);
    scene.token = log_in(&scene, "pages_messaging").await;
    assert_eq!(scene.call("GET", "/me/accounts", None).await.status, 403);
}

#[tokio::test]
async fn proofs_are_checked_and_can_be_demanded() {
    let scene = scene().await;
    let proof = |message: &str| {
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, SECRET.as_bytes());
        hex::encode(aws_lc_rs::hmac::sign(&key, message.as_bytes()))
    };
    let with = async |query: String| scene.call("GET", &format!("/me?{query}"), None).await;
    assert_eq!(with(format!("appsecret_proof={}", proof(&scene.token))).await.status, 200);
    let wrong = with(format!("appsecret_proof={}", proof("another"))).await;
    assert_eq!(wrong.refusal(), (100, None));
    assert_eq!(wrong.body["error"]["message"], "Invalid appsecret_proof provided in the API argument");
    let now = scene.simulator.clock();
    let now = model::time::Clock::now(&*now).secs();
    let timed = |time: i64| {
        format!("appsecret_proof={}&appsecret_time={time}", proof(&format!("{}|{time}", scene.token)))
    };
    assert_eq!(with(timed(now)).await.status, 200);
    assert_eq!(with(timed(now - 600)).await.refusal(), (100, None));
    scene.simulator.set_settings(Settings { require_proof: true, ..Settings::default() });
    assert_eq!(scene.say("x").await.refusal(), (100, None));
}

#[tokio::test]
async fn removing_the_app_kills_tokens_and_calls_the_bot_with_a_signed_request() {
    let scene = scene_with(|config| {
        let base = config.callback_url.as_deref().unwrap().trim_end_matches("/webhook").to_owned();
        config.deauthorize_url = Some(format!("{base}/deauthorize"));
        config.deletion_url = Some(format!("{base}/deletion"));
    })
    .await;
    let user = scene.simulator.users()[0].0;
    let asked = scene.simulator.ask_deletion(&user.to_string()).await.unwrap();
    assert!(simulator::is_deletion_answer(&asked), "{asked:?}");
    assert_eq!(scene.simulator.remove_app(user).await.unwrap().status, 200);
    assert_eq!(scene.say("x").await.refusal(), (190, Some(458)));
    assert!(scene.simulator.pages()[0].subscriptions.is_empty());
    let forms = scene.bot.ear.forms.lock().unwrap().clone();
    let kinds: Vec<_> = forms.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(kinds, ["deletion", "deauthorize"]);
    for (_, form) in forms {
        let (signature, payload) = form.strip_prefix("signed_request=").unwrap().split_once('.').unwrap();
        use base64::Engine;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, SECRET.as_bytes());
        aws_lc_rs::hmac::verify(&key, payload.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap())
            .unwrap();
        let payload: serde_json::Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
        assert_eq!(
            (&payload["user_id"], &payload["algorithm"]),
            (&json!(user.to_string()), &json!("HMAC-SHA256"))
        );
    }
}

#[tokio::test]
async fn permissions_can_be_given_back() {
    let mut scene = scene().await;
    scene.token = log_in(&scene, "pages_show_list").await;
    let listed = scene.call("GET", "/me/permissions", None).await;
    assert_eq!(listed.body["data"][0]["status"], "granted");
    assert_eq!(scene.call("DELETE", "/me/permissions", None).await.status, 200);
    assert_eq!(scene.call("GET", "/me", None).await.refusal(), (190, Some(458)));
}

#[tokio::test]
async fn a_profile_is_shown_after_the_person_has_written() {
    let scene = scene().await;
    let path = format!("/v25.0/{}?fields=first_name,last_name,locale", scene.person);
    let profile = scene.call("GET", &path, None).await;
    let known = scene.simulator.person(scene.person).unwrap();
    assert_eq!(profile.body["first_name"], known.first_name.as_str());
    assert_eq!(profile.body["locale"], known.locale.as_str());
    assert!(profile.body.get("profile_pic").is_none());
    let silent = scene.simulator.add_people(scene.page, 1).unwrap()[0];
    assert_eq!(scene.call("GET", &format!("/v25.0/{silent}"), None).await.refusal(), (100, Some(2_018_218)));
    assert_eq!(scene.call("GET", "/v25.0/77", None).await.refusal(), (100, Some(33)));
}
