//! The console's door: sessions, forms that were sent from elsewhere, and the pages on the way in.

use crate::home::{Answer, HOST, Home, OTHER_HOST, form_token};
use crate::people::{EMAIL, PASSWORD};
use axum::body::Body;
use axum::http::Request;
use model::time::Span;
use web::routes::ROUTES;

const ID: &str = "00000000000000000000000000000000";

fn filled(path: &str) -> String {
    let nouns = [
        ("leads", "led"),
        ("pages", "pag"),
        ("tokens", "tok"),
        ("sessions", "ses"),
        ("passkeys", "pky"),
        ("audit", "aud"),
    ];
    let id = nouns.into_iter().find(|(noun, _)| path.contains(noun)).map_or("brd", |(_, id)| id);
    path.replace("{id}", &format!("{id}_{ID}"))
}

pub struct Asked<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub host: &'a str,
    pub session: Option<&'a str>,
    pub headers: &'a [(&'a str, &'a str)],
    pub body: String,
}

impl Asked<'_> {
    pub async fn answer(self, home: &Home) -> Answer {
        let mut request = Request::builder().method(self.method).uri(filled(self.path));
        request = request.header("host", self.host).header("accept", "text/html");
        request = request.header("content-type", "application/x-www-form-urlencoded");
        if let Some(session) = self.session {
            request = request.header("cookie", format!("__Host-session={session}"));
        }
        for (name, value) in self.headers {
            request = request.header(*name, *value);
        }
        home.ask(request.body(Body::from(self.body)).unwrap()).await
    }
}

pub fn asked<'a>(method: &'a str, path: &'a str, session: Option<&'a str>) -> Asked<'a> {
    Asked { method, path, host: HOST, session, headers: &[], body: String::new() }
}

#[tokio::test]
async fn claim_r4_the_pages_of_admins_do_not_exist_for_whoever_has_only_an_account() {
    let home = Home::with_page().await;
    let mut shut = 0;
    for route in ROUTES.iter().filter(|route| route.caller.is_admins()) {
        let answer = asked(route.method.as_str(), route.path, Some(&home.session)).answer(&home).await;
        assert_eq!(answer.status, 404, "{} {}", route.method, route.path);
        shut += 1;
    }
    assert!(shut > 30, "{shut}");
}

#[tokio::test]
async fn claim_r4_every_page_of_the_console_is_shut_to_strangers_and_to_other_brands() {
    let home = Home::with_page().await;
    let before = home.content().await;
    let mut guarded = 0;
    for route in ROUTES.iter().filter(|route| route.caller.is_signed_in()) {
        guarded += 1;
        let at = format!("{} {}", route.method, route.path);
        let with = |host: &'static str, session: Option<String>| {
            let (method, path) = (route.method.to_string(), route.path);
            let home = &home;
            async move {
                let token = match &session {
                    Some(session) => home.form_token(session).await,
                    None => String::new(),
                };
                let body = format!("csrf={token}");
                let asked =
                    Asked { method: &method, path, host, session: session.as_deref(), headers: &[], body };
                asked.answer(home).await
            }
        };
        for (who, answer) in [
            ("a stranger", with(HOST, None).await),
            ("nobody's cookie", with(HOST, Some("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".into())).await),
            ("another brand's session", with(HOST, Some(home.other_session.clone())).await),
            ("ours at another brand", with(OTHER_HOST, Some(home.session.clone())).await),
        ] {
            assert_eq!(answer.status, 303, "{at}, {who}");
            assert!(answer.header("location").starts_with("/login?next=/"), "{at}, {who}");
            assert!(answer.text().is_empty(), "{at}, {who}");
        }
    }
    assert!(guarded > 40, "the search finds what it looks for: {guarded}");
    assert_eq!(home.content().await, before, "nobody changed anything");
}

#[tokio::test]
async fn what_only_the_admin_may_does_not_exist_for_others() {
    let home = Home::with_page().await;
    let before = home.content().await;
    for route in ROUTES.iter().filter(|route| route.caller.is_admins()) {
        let at = format!("{} {}", route.method, route.path);
        let body = format!("csrf={}", home.form_token(&home.session).await);
        let asked = Asked { body, ..asked(route.method.as_str(), route.path, Some(&home.session)) };
        assert_eq!(asked.answer(&home).await.status, 404, "{at}");
    }
    assert_eq!(home.content().await, before, "nobody changed anything");
    // The navigation leads only the admin there.
    let admin = home.admin_session().await;
    let (own, other) = (
        asked("GET", "/app", Some(&admin)).answer(&home).await,
        asked("GET", "/app", Some(&home.session)).answer(&home).await,
    );
    assert_eq!((own.status.as_u16(), other.status.as_u16()), (200, 200));
    assert!(!other.text().contains("href=\"/admin"));
}

#[tokio::test]
async fn claim_x10_a_form_from_elsewhere_changes_nothing() {
    let home = Home::with_page().await;
    let admin = home.admin_session().await;
    let before = home.content().await;
    let forms = ROUTES.iter().filter(|route| route.caller.is_signed_in() && route.method == "POST");
    for route in forms {
        let session = if route.caller.is_admins() { &admin } else { &home.session };
        let right = home.form_token(session).await;
        for (body, headers) in [
            (String::new(), &[][..]),
            (format!("csrf={}", form_token("another")), &[]),
            (format!("csrf={right}"), &[("sec-fetch-site", "cross-site")]),
            (format!("csrf={right}"), &[("sec-fetch-site", "same-site")]),
            (format!("csrf={right}"), &[("origin", "https://evil.example")]),
        ] {
            let asked = Asked { headers, body, ..asked("POST", route.path, Some(session)) };
            let answer = asked.answer(&home).await;
            assert_eq!(answer.status, 403, "{} {headers:?}", route.path);
        }
    }
    // Forms of people who have not signed in, too: nobody is signed in to somebody else's account.
    for path in ["/login", "/register", "/account/forgotten"] {
        let body = format!("email={EMAIL}&password={PASSWORD}");
        let headers = &[("sec-fetch-site", "cross-site")];
        let answer = Asked { headers, body, ..asked("POST", path, None) }.answer(&home).await;
        assert_eq!(answer.status, 403, "{path}");
        assert_eq!(answer.header("set-cookie"), "", "{path}");
    }
    assert_eq!(home.content().await, before);
}

#[tokio::test]
async fn claim_x3_signing_in_sets_one_cookie_and_signing_out_destroys_it() {
    let home = Home::new().await;
    let body = format!("email={EMAIL}&password={PASSWORD}&next=/app/leads");
    let entered = Asked { body, ..asked("POST", "/login", None) }.answer(&home).await;
    assert_eq!(
        (entered.status.as_u16(), entered.header("location")),
        (303, "/app/leads"),
        "{}",
        entered.text()
    );
    let cookie = entered.header("set-cookie").to_owned();
    assert!(
        cookie.ends_with("; Path=/; Secure; HttpOnly; SameSite=Strict"),
        "ends with the browser: {cookie}"
    );
    let secret = cookie.strip_prefix("__Host-session=").unwrap().split(';').next().unwrap();
    let inside = asked("GET", "/app", Some(secret)).answer(&home).await;
    assert_eq!((inside.status.as_u16(), inside.header("cache-control")), (200, "no-store"));
    assert!(inside.text().contains(&home.form_token(secret).await) && !inside.text().contains(secret));
    let body = format!("csrf={}", home.form_token(secret).await);
    let out = Asked { body, ..asked("POST", "/logout", Some(secret)) }.answer(&home).await;
    assert_eq!((out.status.as_u16(), out.header("location")), (303, "/login?done=out"));
    assert!(
        out.header("set-cookie").starts_with("__Host-session=; ")
            && out.header("set-cookie").ends_with("Max-Age=0")
    );
    assert_eq!(out.header("clear-site-data"), "\"cache\", \"cookies\", \"storage\"");
    assert_eq!(asked("GET", "/app", Some(secret)).answer(&home).await.status, 303, "the row is gone");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_answered_alike() {
    let home = Home::new().await;
    let mut pages = Vec::new();
    for email in [EMAIL, "nobody@corner.example.com"] {
        let body = format!("email={email}&password=wrong-wrong-wrong");
        let answer = Asked { body, ..asked("POST", "/login", None) }.answer(&home).await;
        assert_eq!((answer.status.as_u16(), answer.header("set-cookie")), (422, ""));
        pages.push(answer.text().replace(email, "…"));
    }
    assert_eq!(pages[0], pages[1]);
    assert!(!pages[0].contains("wrong-wrong-wrong"), "a password is never shown again");
    // Nor does asking for a new password tell.
    let mut pages = Vec::new();
    for email in [EMAIL, "nobody@corner.example.com"] {
        let body = format!("email={email}");
        let answer = Asked { body, ..asked("POST", "/account/forgotten", None) }.answer(&home).await;
        assert_eq!(answer.status, 303);
        pages.push((answer.header("location").to_owned(), answer.text().to_owned()));
    }
    assert_eq!(pages[0], pages[1]);
    let sent = asked("GET", &pages[0].0, None).answer(&home).await;
    assert!(!sent.text().contains("<form"), "loading it again asks nothing: {}", sent.text());
}

#[tokio::test]
async fn who_is_led_here_by_another_site_is_led_on_with_the_cookie() {
    let home = Home::new().await;
    // As Facebook leads back whoever does not allow it, and with a code as long as its codes are.
    let long = "A".repeat(900);
    for path in [
        "/app/pages/connected?error=access_denied&error_code=200&error_description=Permissions+error&error_reason=user_denied&state=s".to_owned(),
        format!("/app/pages/connected?code={long}&state=s"),
    ] {
        let led = Asked { headers: &[("sec-fetch-site", "cross-site")], ..asked("GET", &path, None) };
        let led = led.answer(&home).await;
        assert_eq!(led.status, 200, "{path}");
        assert!(led.text().contains("http-equiv=\"refresh\""), "{}", led.text());
    }
    let path = "/app/pages/connected?code=c&state=s";
    let led = Asked { headers: &[("sec-fetch-site", "cross-site")], ..asked("GET", path, None) };
    let led = led.answer(&home).await;
    assert_eq!(led.status, 200);
    assert!(led.text().contains("http-equiv=\"refresh\""), "{}", led.text());
    assert!(led.text().contains("url=/app/pages/connected?code=c&#38;state=s"), "{}", led.text());
    // From our own page the same address leads to the sign-in.
    let own = Asked { headers: &[("sec-fetch-site", "same-origin")], ..asked("GET", path, None) };
    assert_eq!(own.answer(&home).await.status, 303);
}

#[tokio::test]
async fn claim_u3_whoever_has_to_choose_a_new_password_can_do_nothing_else() {
    let home = Home::new().await;
    let not_me = home.mails.link(&home.engine, "account_created", "/account/not-me/").await;
    let look = asked("GET", &not_me, None).answer(&home).await;
    assert!(
        look.status == 200 && asked("GET", "/app", Some(&home.session)).answer(&home).await.status == 200
    );
    let done = asked("POST", &not_me, None).answer(&home).await;
    assert_eq!(done.status, 303, "{}", done.text());
    let done = asked("GET", done.header("location"), None).answer(&home).await;
    for page in [&look, &done] {
        assert!(page.text().contains("all passkeys are taken off"), "{}", page.text());
    }
    assert_eq!(
        asked("GET", "/app", Some(&home.session)).answer(&home).await.status,
        303,
        "every session ended"
    );
    // The old password is worth nothing any more; the mailed link is the way on.
    let body = format!("email={EMAIL}&password={PASSWORD}");
    let refused = Asked { body, ..asked("POST", "/login", None) }.answer(&home).await;
    assert_eq!((refused.status.as_u16(), refused.header("set-cookie")), (422, ""));
    assert!(refused.text().contains("This password has ended"), "{}", refused.text());
    let reset = home.mails.link(&home.engine, "password_forgotten", "/account/reset/").await;
    let body = "password=walnut-ferry-lamp-22".to_owned();
    let done = Asked { body, ..asked("POST", &reset, None) }.answer(&home).await;
    assert_eq!(done.status, 303, "{}", done.text());
    let body = format!("email={EMAIL}&password=walnut-ferry-lamp-22");
    let entered = Asked { body, ..asked("POST", "/login", None) }.answer(&home).await;
    assert!(entered.header("set-cookie").starts_with("__Host-session="));
}

#[tokio::test]
async fn mailed_links_do_nothing_when_they_are_only_looked_at() {
    let home = Home::new().await;
    let body = format!("email={EMAIL}");
    assert_eq!(Asked { body, ..asked("POST", "/account/forgotten", None) }.answer(&home).await.status, 303);
    let reset = home.mails.link(&home.engine, "password_forgotten", "/account/reset/").await;
    let not_me = home.mails.link(&home.engine, "account_created", "/account/not-me/").await;
    let before = home.content().await;
    for path in [&reset, &not_me] {
        for method in ["GET", "HEAD", "GET"] {
            let headers = &[("user-agent", "facebookexternalhit/1.1")];
            let look = Asked { headers, ..asked(method, path, None) }.answer(&home).await;
            assert_eq!(look.status, 200, "{method} {path}");
            assert!(!look.text().contains(EMAIL), "nothing of the person");
            assert_eq!(look.header("referrer-policy"), "no-referrer");
        }
    }
    assert_eq!(home.content().await, before);
    let body = "password=walnut-ferry-lamp-22".to_owned();
    let done = Asked { body, ..asked("POST", &reset, None) }.answer(&home).await;
    assert_eq!((done.status.as_u16(), done.header("location")), (303, "/login?done=reset"));
    assert_eq!(asked("GET", &reset, None).answer(&home).await.status, 404);
}

#[tokio::test]
async fn claim_u1_the_sign_up_shows_the_documents_and_each_fields_purpose() {
    let home = Home::new().await;
    for (language, heading) in [("en", "Sign up"), ("ar", "إنشاء حساب")] {
        let headers = &[("accept-language", language)];
        let page = Asked { headers, ..asked("GET", "/register", None) }.answer(&home).await;
        let text = page.text();
        assert!(text.contains(heading) && text.contains("What holds here."), "{text}");
        for part in [
            "href=\"/terms\"",
            "href=\"/privacy\"",
            "href=\"/data\"",
            "name-why",
            "email-why",
            "password-why",
        ] {
            assert!(text.contains(part), "{part}");
        }
    }
    let body = "name=A&email=new@corner.example.com&password=tidal-moss-kettle-91".to_owned();
    let refused = Asked { body, ..asked("POST", "/register", None) }.answer(&home).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("agree-wrong") && refused.text().contains("new@corner.example.com"));
}

#[tokio::test]
async fn sessions_end_when_they_are_idle() {
    let home = Home::new().await;
    let body = format!("email={EMAIL}&password={PASSWORD}");
    let entered = Asked { body, ..asked("POST", "/login", None) }.answer(&home).await;
    let cookie = entered.header("set-cookie").to_owned();
    let secret = cookie.strip_prefix("__Host-session=").unwrap().split(';').next().unwrap();
    home.clock.fixed.advance(Span::minutes(31));
    assert_eq!(asked("GET", "/app", Some(secret)).answer(&home).await.status, 303);
}

#[tokio::test]
async fn claim_f6_a_leads_file_is_handed_out_by_a_form_and_told_with_the_way_to_end_everything() {
    let home = Home::with_page().await;
    let lead = home.opt_in("psid-7", "hello").await;
    let path = format!("/app/leads/{lead}/export");
    let looked = asked("GET", &path, Some(&home.session)).answer(&home).await;
    assert_eq!(looked.status, 405, "looking takes nothing out");
    let body = format!("csrf={}", home.form_token(&home.session).await);
    let file = Asked { body, ..asked("POST", &path, Some(&home.session)) }.answer(&home).await;
    assert_eq!(file.status, 200, "{}", file.text());
    assert!(file.header("content-disposition").contains("export.json") && file.text().contains("psid-7"));
    let not_me = home.mails.link(&home.engine, "export_taken", "/account/not-me/").await;
    let done = asked("POST", &not_me, None).answer(&home).await;
    assert_eq!(done.status, 303, "{}", done.text());
    assert_eq!(asked("GET", "/app", Some(&home.session)).answer(&home).await.status, 303);
}

#[tokio::test]
async fn claim_x5_whoever_signs_up_or_looks_at_the_account_or_the_data_page_reads_of_kept_ip_addresses() {
    let home = Home::new().await;
    let register = asked("GET", "/register", None).answer(&home).await;
    let account = asked("GET", "/account", Some(&home.session)).answer(&home).await;
    // What is published unless somebody writes it anew: the text that the set-up offers.
    let brand = home.brand_id(HOST);
    home.unpublish(HOST).await;
    let link = engine::actions::set_up::offer(&home.engine, brand).await.unwrap().unwrap();
    let path = format!("/setup/{}", link.reveal().rsplit('/').next().unwrap());
    let set_up = asked("GET", &path, None).answer(&home).await;
    let data = set_up.text().split("id=\"data_use-en\"").nth(1).unwrap().split("</textarea>").next().unwrap();
    for (page, text) in [("register", register.text()), ("account", account.text()), ("data", data)] {
        let says = text.contains("IP address") && text.contains("30 days");
        assert!(says, "{page}: {text}");
    }
}

#[tokio::test]
async fn a_set_up_link_that_is_over_says_what_makes_a_new_one() {
    let home = Home::new().await;
    for (language, says) in
        [("en", "This link does not set up any more"), ("ar", "لم يعد هذا الرابط صالحًا للإعداد")]
    {
        for method in ["GET", "POST"] {
            let path = format!("/setup/AAAA?lang={language}");
            let answer = asked(method, &path, None).answer(&home).await;
            let text = answer.text();
            assert_eq!(answer.status, 404);
            assert!(
                text.contains(says)
                    && text.contains("entente serve")
                    && text.contains("/login")
                    && !text.contains("forgotten"),
                "{text}"
            );
        }
    }
}
