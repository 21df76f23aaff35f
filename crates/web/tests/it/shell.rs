//! What the outside of the program withstands (claim X10): limits by HTTP, tricks with the host's name, redirects that
//! lead elsewhere, where weaknesses are reported.

use crate::admin::Person;
use crate::home::{Answer, HOST, Home, OTHER_HOST};
use axum::body::Body;
use axum::http::Request;
use model::time::Span;
use std::net::IpAddr;
use web::listen::client::ClientAddress;
use web::routes::ROUTES;

fn request(method: &str, path: &str, from: &str) -> Request<Body> {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", HOST)
        .header("accept", "application/json")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::empty())
        .unwrap();
    let from: IpAddr = from.parse().unwrap();
    request.extensions_mut().insert(ClientAddress(from));
    request
}

/// How often somebody there may ask that before being told to wait, and what they are told.
async fn until_told(home: &Home, method: &str, path: &str, from: &str) -> (usize, Answer) {
    for asked in 0..400 {
        let answer = home.ask(request(method, path, from)).await;
        if answer.status == 429 {
            return (asked, answer);
        }
    }
    panic!("{method} {path} is not limited");
}

#[tokio::test]
async fn claim_x10_whoever_tries_links_codes_and_secrets_is_told_to_wait() {
    let home = Home::with_page().await;
    let right = {
        home.opt_in("psid-7", "hello").await;
        home.unsubscribe_path().await
    };
    for (method, path) in [
        ("GET", "/u/AAAA"),
        ("POST", "/u/AAAB"),
        ("GET", "/my/AAAA"),
        ("POST", "/my/AAAB"),
        ("GET", "/account/confirm/AAAA"),
        ("POST", "/account/confirm/AAAB"),
        ("GET", "/account/reset/AAAA"),
        ("GET", "/account/not-me/AAAA"),
        ("POST", "/account/not-me/AAAB"),
        ("GET", "/account/address/AAAA"),
        ("GET", "/setup/AAAA"),
        ("POST", "/setup/AAAB"),
        ("GET", "/erasure/none"),
        ("GET", "/erasure/none/receipt"),
        ("GET", "/webhooks/messenger?hub.mode=subscribe&hub.verify_token=guess&hub.challenge=1"),
        ("POST", "/webhooks/messenger"),
        ("POST", "/billing/webhook"),
        ("GET", "/api/v1/leads"),
    ] {
        home.clock.fixed.advance(Span::hours(1));
        let (asked, answer) = if path.starts_with("/api/") {
            let mut last = None;
            let mut asked = 0;
            while last.is_none() {
                let mut wrong = request(method, path, "198.51.100.7");
                wrong.headers_mut().insert("authorization", "Bearer ent_guess".parse().unwrap());
                let answer = home.ask(wrong).await;
                asked += 1;
                last = (answer.status == 429).then_some(answer);
                assert!(asked < 400, "wrong tokens are not limited");
            }
            (asked - 1, last.unwrap())
        } else {
            until_told(&home, method, path, "198.51.100.7").await
        };
        assert_eq!(asked, 30, "{method} {path}");
        answer.is_problem(429, "too-many");
        let wait: u32 = answer.header("retry-after").parse().unwrap();
        assert!((1..=10).contains(&wait), "{wait}");
        // Elsewhere nobody has to wait, and what is right works at that very place.
        assert_ne!(home.ask(request(method, path, "198.51.100.8")).await.status, 429, "{method} {path}");
    }
    home.clock.fixed.advance(Span::hours(1));
    until_told(&home, "POST", "/u/AAAA", "198.51.100.7").await;
    let shown = home.ask(request("GET", &right, "198.51.100.7")).await;
    let left = home.ask(request("POST", &right, "198.51.100.7")).await;
    assert_eq!(
        (shown.status.as_u16(), left.status.as_u16()),
        (200, 200),
        "others have kept somebody from leaving"
    );
}

#[tokio::test]
async fn claim_x10_whoever_sends_wrong_signatures_or_codes_in_a_form_is_told_to_wait() {
    let home = Home::with_page().await;
    let sent = |path: &str, place: &str| {
        let mut wrong = request("POST", path, place);
        *wrong.body_mut() = Body::from("signed_request=AAAA.AAAA&code=AAAA");
        home.ask(wrong)
    };
    for path in ["/facebook/deauthorize", "/support"] {
        for asked in 0..31 {
            let status = sent(path, "198.51.100.7").await.status;
            assert_eq!(status == 429, asked == 30, "{path}, asked {asked} times: {status}");
        }
        assert_ne!(sent(path, "198.51.100.8").await.status, 429, "{path}: elsewhere nobody has to wait");
    }
    assert_eq!(sent("/facebook/data-deletion", "198.51.100.7").await.status, 429, "the same signature");
    // What Meta signed is taken at that very place.
    let delivery = home.event("psid-7", &serde_json::json!({ "text": "hello" }));
    for _ in 0..40 {
        home.ask(request("POST", "/webhooks/messenger", "0.0.0.0")).await;
    }
    assert_eq!(home.deliver(&delivery).await.status, 200);
}

/// Each of these costs us a mail or a hash, or tells something about who has an account.
#[tokio::test]
async fn claim_x10_whoever_signs_up_recovers_or_tries_passkeys_too_often_is_told_to_wait() {
    let home = Home::with_page().await;
    let page = home.ask(request("GET", "/register", "198.51.100.9")).await;
    let accepted: String = page
        .text()
        .split("name=\"accepted\" value=\"")
        .skip(1)
        .map(|rest| format!("&accepted={}", rest.split('"').next().unwrap()))
        .collect();
    assert!(accepted.contains("terms:"), "{}", page.text());
    let sent = |path: &'static str, number: usize, place: &'static str| {
        let mut asked = request("POST", path, place);
        // A password that is too weak: the try counts all the same, and no hash is made.
        let form = format!("name=Sample&email=n{number}%40corner.example.com&password=x&agree=yes{accepted}");
        *asked.body_mut() = Body::from(form);
        home.ask(asked)
    };
    for path in ["/register", "/account/forgotten", "/login/passkey/begin"] {
        home.clock.fixed.advance(Span::hours(1));
        for number in 0..31 {
            let answer = sent(path, number, "198.51.100.7").await;
            assert_eq!(answer.status == 429, number == 30, "{path}, asked {number} times: {}", answer.status);
            // A form says it in words, beside what was typed; for a passkey the page's script does.
            if number == 30 && !path.starts_with("/login/") {
                let text = answer.text();
                let says = !answer.header("retry-after").is_empty()
                    || text.contains("Too many tries. Come again in");
                assert!(says, "{path}: {text}");
            }
        }
        assert_ne!(sent(path, 0, "198.51.100.8").await.status, 429, "{path}: elsewhere nobody has to wait");
    }
    // To one address few mails go, from wherever they are asked for.
    home.clock.fixed.advance(Span::hours(24));
    let one = async |number: usize| {
        let place = format!("203.0.113.{number}");
        let mut asked = request("POST", "/account/forgotten", &place);
        *asked.body_mut() = Body::from("email=somebody%40corner.example.com");
        home.ask(asked).await.status == 429
    };
    let mut told = Vec::new();
    for number in 0..7 {
        told.push(one(number).await);
    }
    assert_eq!(told, [false, false, false, false, false, true, true]);
}

/// Each look asks Meta several things.
#[tokio::test]
async fn claim_x10_whoever_looks_at_a_page_s_set_up_again_and_again_is_told_to_wait() {
    let home = Home::with_page().await;
    let pages = home.call("GET", "/api/v1/pages").await.json();
    let check = format!("/app/pages/{}/check", pages["items"][0]["id"].as_str().unwrap());
    let mut statuses = Vec::new();
    for _ in 0..8 {
        statuses.push(home.submit(&check, &[]).await.status.as_u16());
    }
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 2, "{statuses:?}");
    assert!(statuses[..6].iter().all(|status| *status != 429), "{statuses:?}");
}

#[tokio::test]
async fn claim_x10_a_token_that_calls_too_often_is_told_when_to_come_again() {
    let home = Home::with_page().await;
    home.clock.fixed.advance(Span::hours(1));
    let mut last = home.call("GET", "/api/v1/pages").await;
    let mut called = 1;
    while last.status == 200 && called < 1_000 {
        last = home.call("GET", "/api/v1/pages").await;
        called += 1;
    }
    assert_eq!(called, 251, "{}", last.text());
    last.is_problem(429, "too-many");
    assert_eq!(last.header("retry-after"), "1");
    // Another token of the same account goes on, and this one does after a moment.
    let other = home.token_with(&engine::TokenScope::ALL).await;
    let asked = home.signed("GET", "/api/v1/pages", &other).body(Body::empty()).unwrap();
    assert_eq!(home.ask(asked).await.status, 200);
    home.clock.fixed.advance(Span::secs(1));
    assert_eq!(home.call("GET", "/api/v1/pages").await.status, 200);
}

#[tokio::test]
async fn claim_x10_weaknesses_are_reported_to_an_address_that_everybody_finds() {
    let home = Home::new().await;
    let file = home.visit("GET", "/.well-known/security.txt").await;
    assert_eq!((file.status.as_u16(), file.header("content-type")), (200, "text/plain; charset=utf-8"));
    let text = file.text();
    assert!(text.starts_with("Contact: mailto:privacy@leangzbotchat.example.com\nExpires: 20"), "{text}");
    let canonical = "Canonical: https://leangzbotchat.localhost:8443/.well-known/security.txt\n";
    assert!(text.contains(canonical), "{text}");
    // Each brand has its own.
    let other = Request::builder().uri("/.well-known/security.txt").header("host", OTHER_HOST);
    let other = home.ask(other.body(Body::empty()).unwrap()).await;
    assert!(!other.text().contains("leangzbotchat"), "{}", other.text());
    for language in ["en", "ar"] {
        let page = home.visit("GET", &format!("/security?lang={language}")).await;
        assert!(page.text().contains("href=\"mailto:privacy@leangzbotchat.example.com\""), "{}", page.text());
        assert!(!page.text().contains(">security-"), "{}", page.text());
    }
    assert!(home.visit("GET", "/").await.text().contains("href=\"/security\""));
}

#[tokio::test]
async fn claim_x10_a_host_s_name_opens_no_other_brand_and_stands_in_no_answer() {
    let home = Home::with_page().await;
    let ask = async |lines: &[(&str, &str)], path: &str, session: &str| {
        let mut asked = Request::builder().uri(path).header("cookie", format!("__Host-session={session}"));
        for (name, value) in lines {
            asked = asked.header(*name, *value);
        }
        home.ask(asked.body(Body::empty()).unwrap()).await
    };
    // A name that is not exactly a brand's is nobody's.
    for host in [
        "evil.example",
        "leangzbotchat.localhost.evil.example",
        "evil.leangzbotchat.localhost",
        "leangzbotchat.localhost@evil.example",
        "evil.example@leangzbotchat.localhost",
        "leangzbotchat.localhost#evil.example",
        "leangzbotchat.localhost/evil",
        "leangzbotchat.localhost evil.example",
        "leangzbotchat.localhost,almujeeb.localhost",
        "leangzbotchat.localhost:8443:8443",
        "leangzbotchat.localhost:evil",
        "[leangzbotchat.localhost]",
        "localhost",
        "",
    ] {
        let answer = ask(&[("host", host), ("accept", "application/json")], "/app", &home.session).await;
        answer.is_problem(421, "unknown-host");
    }
    // What claims to know better than the Host header is not asked here.
    for claim in [
        "x-forwarded-host",
        "x-host",
        "x-original-host",
        "x-forwarded-server",
        "forwarded",
        "x-original-url",
        "x-rewrite-url",
    ] {
        let value = if claim == "forwarded" { format!("host={OTHER_HOST}") } else { OTHER_HOST.to_owned() };
        let page = ask(&[("host", HOST), (claim, &value)], "/", "").await;
        assert!(page.text().contains("<bdi>leangzbotchat</bdi>"), "{claim}");
        assert!(!page.text().contains("almujeeb"), "{claim}");
    }
    // One brand's session is nothing at another's host.
    let other = ask(&[("host", OTHER_HOST)], "/app", &home.session).await;
    assert!(other.header("location").starts_with("/login"), "{}", other.header("location"));
    // The port that somebody writes is their own affair: no address of ours bears it.
    let odd = ask(&[("host", "LEANGZBOTCHAT.localhost:31337")], "/register", "").await;
    assert_eq!(odd.status, 200);
    assert!(!odd.text().contains("31337") && !odd.text().contains("LEANGZ"), "{}", odd.text());
}

#[tokio::test]
async fn claim_x10_no_answer_leads_to_another_site() {
    let home = Home::with_page().await;
    let admin = Person::admin(&home).await;
    let mut led = 0;
    for evil in [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/app//evil.example",
        "javascript:alert(1)",
        "\t//evil.example",
        "/app\r\nLocation: //evil.example",
    ] {
        let value: String = evil.bytes().map(|byte| format!("%{byte:02x}")).collect();
        // Each call from a place of its own, so that nobody is told to wait.
        home.clock.fixed.advance(Span::minutes(1));
        for route in
            ROUTES.iter().filter(|route| !route.path.contains('{') && !route.path.starts_with("/api/"))
        {
            // What cannot be taken back, and what leads to Facebook's own dialog.
            if [
                "/account/erase",
                "/admin/brand/erase",
                "/logout",
                "/app/pages/connect",
                "/account/sessions/end",
            ]
            .contains(&route.path)
            {
                continue;
            }
            let path = format!(
                "{}?next={value}&back={value}&then={value}&return={value}&url={value}&done={value}",
                route.path
            );
            let answers = if route.method == axum::http::Method::GET {
                vec![admin.ask("GET", &path).await, home.visit("GET", &path).await]
            } else {
                let fields = ["next", "back", "then", "return", "url", "redirect"].map(|name| (name, evil));
                vec![admin.post(&path, &fields).await]
            };
            for answer in answers {
                for name in ["location", "hx-redirect", "hx-location", "refresh", "content-location"] {
                    let place = answer.header(name);
                    if place.is_empty() {
                        continue;
                    }
                    led += 1;
                    let is_own = place.starts_with('/') && !place.starts_with("//") && !place.contains('\\');
                    let shown = place.split('?').next().unwrap();
                    assert!(
                        is_own && !shown.contains("evil"),
                        "{} {} leads to {place}",
                        route.method,
                        route.path
                    );
                }
            }
        }
    }
    assert!(led > 100, "{led} answers led on: the test sees what it looks for");
}

#[tokio::test]
async fn claim_x10_a_secret_is_shown_once_and_afterwards_by_its_last_four_characters() {
    let home = Home::with_page().await;
    let made = home.submit("/app/tokens", &[("scope", "leads:read"), ("days", "30")]).await;
    let secret = |text: &str, begins: &str| {
        let at = text.find(begins).unwrap_or_else(|| panic!("no {begins} in {text}"));
        text[at..].split('<').next().unwrap().to_owned()
    };
    let token = secret(made.text(), "ent_");
    assert_eq!(token.len(), 47, "{token}");
    let list = home.call("GET", "/app/tokens").await;
    assert!(!list.text().contains(&token[..20]), "{}", list.text());
    assert!(list.text().contains(&format!("ent_…{}<", &token[43..])), "{}", list.text());
    // The one that the test made first, by the same way.
    assert!(list.text().contains(&format!("ent_…{}<", &home.token[43..])), "{}", list.text());
    let admin = Person::admin(&home).await;
    let made = admin.post("/admin/billing/secret", &[]).await;
    let calls = secret(made.text(), "whs_");
    let page = admin.get("/admin/billing").await;
    assert!(!page.text().contains(&calls[..20]), "{}", page.text());
    assert!(page.text().contains(&format!("whs_…{}<", &calls[calls.len() - 4..])), "{}", page.text());
}
