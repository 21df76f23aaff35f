//! What asks for a proof that is minutes old, the way there and back, and the mailed links that ask for a
//! password.

use crate::home::{HOST, Home};
use crate::people::{self, EMAIL, PASSWORD};
use crate::sessions::{Asked, asked};
use axum::body::Body;
use axum::http::Request;
use engine::actions::sign_up::{self, SignUp};
use engine::{Whence, views};
use model::personal::Personal;
use model::time::Span;
use web::routes::ROUTES;

const ID: &str = "00000000000000000000000000000000";

async fn body(home: &Home, fields: &str) -> String {
    format!("csrf={}&{fields}", home.form_token(&home.session).await)
}

#[tokio::test]
async fn claim_u3_weighty_acts_ask_for_a_proof_that_is_minutes_old() {
    let mut home = Home::with_page().await;
    let lead = home.opt_in("psid-7", "hello").await;
    let token = home.own_token().await;
    let admin = home.admin_session().await;
    home.clock.fixed.advance(Span::minutes(20));
    let before = home.content().await;
    let mut guarded = Vec::new();
    for route in ROUTES.iter().filter(|route| route.caller.is_proved()) {
        let at = format!("{} {}", route.method, route.path);
        let session = if route.caller.is_admins() { &admin } else { &home.session };
        let path = route.path.replace("leads/{id}", &format!("leads/{lead}"));
        let path = path.replace("broadcasts/{id}", &format!("broadcasts/brd_{ID}"));
        let path = path.replace("tokens/{id}", &format!("tokens/{token}"));
        let path = path.replace("passkeys/{id}", &format!("passkeys/pky_{ID}"));
        let path = path.replace("accounts/{id}", &format!("accounts/{}", home.account));
        let path = path.replace("{number}", "1");
        let headers = &[("referer", "https://leangzbotchat.localhost/account?done=saved")];
        let body = format!("csrf={}&scope=leads:read&days=30", home.form_token(session).await);
        let asked = Asked { headers, body, ..asked(route.method.as_str(), &path, Some(session)) };
        let answer = asked.answer(&home).await;
        let wanted = if route.method == "GET" {
            format!("/account/prove?next={path}")
        } else {
            "/account/prove?next=/account&again=1".to_owned()
        };
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, wanted.as_str()), "{at}");
        guarded.push(at);
    }
    for act in [
        "POST /account/two-factor",
        "POST /app/tokens",
        "POST /app/tokens/{id}/revoke",
        "POST /app/leads/exports",
        "POST /app/broadcasts/{id}/export",
        "POST /app/leads/{id}/export",
        "POST /app/leads/{id}/erase",
        "POST /admin/accounts/{id}",
        "POST /admin/accounts/{id}/reveal",
        "POST /admin/accounts/{id}/sessions/end",
        "POST /admin/billing/secret",
        "POST /admin/billing/end",
        "POST /admin/brand/controller",
        "POST /admin/documents",
    ] {
        assert!(guarded.iter().any(|own| own == act), "{act}");
    }
    assert_eq!(home.content().await, before, "nothing of it was done");

    // The page asks, refuses another password, and leads back.
    let session = Some(home.session.as_str());
    let page = asked("GET", "/account/prove?next=/account&again=1", session).answer(&home).await;
    assert!(page.text().contains("Confirm that it is you"), "{}", page.text());
    let wrong = body(&home, "password=wrong-wrong-wrong&next=/account&again=1").await;
    let wrong = Asked { body: wrong, ..asked("POST", "/account/prove", session) }.answer(&home).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("This is not your password."), "{}", wrong.text());
    let right = body(&home, &format!("password={PASSWORD}&next=/account&again=1")).await;
    let right = Asked { body: right, ..asked("POST", "/account/prove", session) }.answer(&home).await;
    assert_eq!((right.status.as_u16(), right.header("location")), (303, "/account?done=proved"));
    home.session = right.session().to_owned();
    let session = Some(home.session.as_str());
    let made = body(&home, "scope=leads:read&days=30").await;
    let made = Asked { body: made, ..asked("POST", "/app/tokens", session) }.answer(&home).await;
    assert!(made.text().contains("ent_"), "now it is done");
    home.clock.fixed.advance(Span::minutes(16));
    let page = asked("GET", "/app/tokens", session).answer(&home).await;
    assert!(
        page.text().contains("/account/prove?next=/app/tokens") && !page.text().contains("name=\"scope\"")
    );
}

#[tokio::test]
async fn claim_a1_the_admin_proves_who_it_is_before_a_name_is_shown_and_the_account_reads_of_it() {
    let home = Home::new().await;
    let admin = home.admin_session().await;
    home.unpublish(HOST).await;
    home.clock.fixed.advance(Span::minutes(20));
    let account = format!("/admin/accounts/{}", home.account);
    let reveal = format!("{account}/reveal");
    let refused = home.submit_as(&admin, &reveal, &[]).await;
    assert_eq!(refused.status, 303);
    assert!(refused.header("location").starts_with("/account/prove?next="), "{}", refused.header("location"));
    assert_eq!(home.submit(&reveal, &[]).await.status, 404, "for others there is nothing to prove");
    let history = asked("GET", "/account", Some(&home.session)).answer(&home).await;
    assert!(!history.text().contains("The admin had your name"));
    // Whoever is asked loses no text that was typed: there is no form yet.
    let documents = home.call_as(&admin, "GET", "/admin/documents").await;
    assert!(documents.text().contains("/account/prove?next=/admin/documents"), "{}", documents.text());
    assert!(!documents.text().contains("<textarea"));
    let proved =
        home.submit_as(&admin, "/account/prove", &[("password", PASSWORD), ("next", &account)]).await;
    assert_eq!((proved.status.as_u16(), proved.header("location")), (303, account.as_str()));
    let admin = proved.session().to_owned();
    assert!(home.call_as(&admin, "GET", "/admin/documents").await.text().contains("<textarea"));
    let shown = home.submit_as(&admin, &reveal, &[("reason", "they asked for a bill")]).await;
    assert!(shown.text().contains("Sample Owner"));
    for (language, words) in
        [("en", "The admin had your name and address shown"), ("ar", "طلب المدير إظهار اسمك وعنوانك")]
    {
        let path = format!("/account?lang={language}");
        let history = asked("GET", &path, Some(&home.session)).answer(&home).await;
        assert!(history.text().contains(words), "{}", history.text());
    }
}

#[tokio::test]
async fn the_proof_leads_to_no_other_site_and_is_asked_of_nobody_who_gave_it() {
    let home = Home::new().await;
    home.clock.fixed.advance(Span::minutes(20));
    let session = Some(home.session.as_str());
    let headers = &[("referer", "https://evil.example/app/leads")];
    let made = Asked { headers, body: body(&home, "").await, ..asked("POST", "/app/tokens", session) };
    assert_eq!(made.answer(&home).await.header("location"), "/account/prove?next=/app&again=1");
    let right = body(&home, &format!("password={PASSWORD}&next=https://evil.example/")).await;
    let right = Asked { body: right, ..asked("POST", "/account/prove", session) }.answer(&home).await;
    assert_eq!((right.status.as_u16(), right.header("location")), (303, "/app"));
    let session = Some(right.session());
    let again = asked("GET", "/account/prove?next=/app/leads%3Fpage%3D1", session).answer(&home).await;
    assert_eq!((again.status.as_u16(), again.header("location")), (303, "/app/leads?page=1"));
}

#[tokio::test]
async fn claim_u3_a_proof_gives_the_session_another_secret_and_ends_no_form_in_another_window() {
    let home = Home::new().await;
    home.clock.fixed.advance(Span::minutes(20));
    let taken = home.session.clone();
    let in_another_window = home.form_token(&taken).await;
    let proof = [("password", PASSWORD), ("next", "/account")];
    let proved = home.submit("/account/prove", &proof).await;
    let goes_on = proved.session().to_owned();
    assert_ne!(goes_on, taken);
    assert_eq!(
        asked("GET", "/account", Some(&taken)).answer(&home).await.status,
        303,
        "it opens nothing any more"
    );
    let again = home.submit("/account/prove", &proof).await;
    assert!(again.header("location").starts_with("/login"), "nor is it another's proof");
    let page = asked("GET", "/account", Some(&goes_on)).answer(&home).await;
    assert!(page.text().contains(&in_another_window), "{}", page.text());
    let body = format!("csrf={in_another_window}&language=ar");
    let sent = Asked { body, ..asked("POST", "/account/language", Some(&goes_on)) }.answer(&home).await;
    assert_eq!(sent.status, 303, "{}", sent.text());
    // Whoever chose to stay signed in stays for as long as they chose, and no longer.
    let admin = home.admin_session().await;
    home.clock.fixed.advance(Span::days(1));
    let proved = home.submit_as(&admin, "/account/prove", &proof).await;
    let cookie = proved.header("set-cookie");
    assert!(cookie.ends_with(&format!("; Max-Age={}", 89 * 24 * 60 * 60)), "{cookie}");
}

#[tokio::test]
async fn claim_u3_signing_in_ends_the_session_that_the_browser_still_showed() {
    let home = Home::new().await;
    let admin = home.admin_session().await;
    let link = signed_up(&home).await;
    let is_in = async |secret: &str| asked("GET", "/app", Some(secret)).answer(&home).await.status == 200;
    let enter = async |path: &str, shown: &str, password: &str| {
        let body = format!("email={EMAIL}&password={password}");
        Asked { body, ..asked("POST", path, Some(shown)) }.answer(&home).await
    };
    assert_eq!(enter("/login", &home.session, "wrong-wrong-wrong").await.status, 422);
    assert!(is_in(&home.session).await, "nobody came in");
    let second = enter("/login", &home.session, PASSWORD).await.session().to_owned();
    assert!(is_in(&second).await && !is_in(&home.session).await);
    // Also somebody else's, and by a mailed link; the session of another browser goes on.
    let third = enter("/login", &admin, PASSWORD).await.session().to_owned();
    assert!(is_in(&third).await && is_in(&second).await && !is_in(&admin).await);
    let fourth = enter(&link, &third, PASSWORD).await.session().to_owned();
    assert!(is_in(&fourth).await && is_in(&second).await && !is_in(&third).await);
    // Nothing of a session that is not good any more keeps anybody out.
    let fifth = enter("/login", &third, PASSWORD).await;
    assert!(is_in(fifth.session()).await);
}

#[tokio::test]
async fn where_to_go_after_signing_in_comes_through_whole() {
    let home = Home::new().await;
    let away = asked("GET", "/app/broadcasts?done=saved&page=2", None).answer(&home).await;
    let address = away.header("location").to_owned();
    assert_eq!(address, "/login?next=/app/broadcasts%3Fdone%3Dsaved%26page%3D2");
    let page = asked("GET", &address, None).answer(&home).await;
    let value = "name=\"next\" value=\"/app/broadcasts?done=saved&#38;page=2\"";
    assert!(page.text().contains(value), "{}", page.text());
    let form =
        format!("email={EMAIL}&password={PASSWORD}&next=%2Fapp%2Fbroadcasts%3Fdone%3Dsaved%26page%3D2");
    let entered = Asked { body: form, ..asked("POST", "/login", None) }.answer(&home).await;
    assert_eq!(entered.header("location"), "/app/broadcasts?done=saved&page=2");
}

/// Somebody signs up and has not confirmed yet; the link of the mail.
async fn signed_up(home: &Home) -> String {
    let brand = home.brand_id(HOST);
    let accepted = views::documents::to_accept(&home.engine, brand).await.unwrap().unwrap();
    let form = SignUp {
        name: "New Person".into(),
        email: "new@corner.example.com".into(),
        password: Personal::from(PASSWORD),
        language: String::new(),
        accepted,
    };
    sign_up::register(&home.engine, brand, form, &Whence::default()).await.unwrap();
    home.mails.link_to(&home.engine, "new@corner.example.com", "confirm_address", "/account/confirm/").await
}

#[tokio::test]
async fn claim_u2_an_address_is_confirmed_with_the_password_and_whoever_gives_it_is_in() {
    let home = Home::new().await;
    let link = signed_up(&home).await;
    let page = asked("GET", &link, None).answer(&home).await;
    assert!(page.text().contains("type=\"password\"") && page.text().contains("/account/forgotten"));
    for nothing in ["", "password=", "password=walnut-ferry-lamp-22"] {
        let refused = Asked { body: nothing.to_owned(), ..asked("POST", &link, None) }.answer(&home).await;
        assert_eq!((refused.status.as_u16(), refused.header("set-cookie")), (422, ""), "{nothing}");
        assert!(refused.text().contains("This is not the password of the sign-up."), "{}", refused.text());
    }
    let form = format!("password={PASSWORD}");
    let entered = Asked { body: form, ..asked("POST", &link, None) }.answer(&home).await;
    assert_eq!((entered.status.as_u16(), entered.header("location")), (303, "/app?done=confirmed"));
    let cookie = entered.header("set-cookie").to_owned();
    assert!(cookie.starts_with("__Host-session=") && !cookie.contains("Max-Age"), "{cookie}");
    let secret = cookie.strip_prefix("__Host-session=").unwrap().split(';').next().unwrap();
    let inside = asked("GET", "/app?done=confirmed", Some(secret)).answer(&home).await;
    assert!(inside.text().contains("Welcome!"), "{}", inside.text());
}

#[tokio::test]
async fn claim_x10_nobody_is_signed_in_by_a_form_of_another_site() {
    let home = Home::new().await;
    let link = signed_up(&home).await;
    let headers = &[("sec-fetch-site", "cross-site")];
    let form = format!("password={PASSWORD}");
    let sent = Asked { headers, body: form, ..asked("POST", &link, None) }.answer(&home).await;
    assert_eq!((sent.header("location"), sent.header("set-cookie")), ("/login?done=confirmed", ""));
}

#[tokio::test]
async fn a_changed_address_is_confirmed_with_the_password() {
    let home = Home::new().await;
    let fields = [("email", "moved@corner.example.com"), ("current", PASSWORD)];
    assert_eq!(home.submit("/account/address", &fields).await.status, 303);
    let start = "/account/address/";
    let link =
        home.mails.link_to(&home.engine, "moved@corner.example.com", "confirm_new_address", start).await;
    let refused = asked("POST", &link, None).answer(&home).await;
    assert!(refused.text().contains("This is not your password."), "{}", refused.text());
    let form = format!("password={PASSWORD}");
    let moved = Asked { body: form, ..asked("POST", &link, None) }.answer(&home).await;
    assert_eq!((moved.status.as_u16(), moved.header("location")), (303, "/login?done=address"));
}

#[tokio::test]
async fn a_change_of_password_ends_the_tokens_unless_that_is_unticked() {
    let home = Home::new().await;
    let page = asked("GET", "/account", Some(&home.session)).answer(&home).await;
    let ticked = "name=\"tokens\" value=\"yes\" checked";
    assert!(page.text().contains(ticked), "{}", page.text());
    let new = "walnut-ferry-lamp-22";
    let fields = [("current", PASSWORD), ("password", new)];
    assert_eq!(home.submit("/account/password", &fields).await.status, 303);
    assert_eq!(home.call("GET", "/api/v1/pages").await.status, 200, "unticked");
    let fields = [("current", new), ("password", people::PASSWORD), ("tokens", "yes")];
    assert_eq!(home.submit("/account/password", &fields).await.status, 303);
    let request = Request::builder().uri("/api/v1/pages").header("host", HOST);
    let request = request.header("authorization", format!("Bearer {}", home.token));
    assert_eq!(home.ask(request.body(Body::empty()).unwrap()).await.status, 401);
}
