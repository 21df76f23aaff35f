//! The page of promises: every place it names is there. And promises of the whole site: the documents are one click
//! away from every form (U1), every cookie is declared (R2, F3), every field says what it is for (X1), and there is no
//! way in for anybody like a supporter (R5).

use crate::browser::{Site, check};
use crate::home::{Answer, HOST, Home, OTHER_HOST, encoded};
use crate::people::{EMAIL, PASSWORD};
use crate::sessions::{Asked, asked};
use axum::body::Body;
use axum::http::Request;
use model::datamap::elsewhere::BROWSER;
use std::collections::BTreeSet;
use std::path::Path;
use testkit::browser::{self, Browser, WIDTHS};
use web::routes::{Caller, ROUTES};

/// Pages that anybody may look at.
fn public() -> impl Iterator<Item = &'static str> {
    let visitors = ROUTES.iter().filter(|route| route.method == "GET" && route.caller == Caller::Visitor);
    visitors.map(|route| route.path).filter(|path| !path.contains(['{', '.']))
}

/// What stands between the quotes after `mark`.
fn quoted<'a>(text: &'a str, mark: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(mark).skip(1).filter_map(|rest| rest.split('"').next())
}

#[tokio::test]
async fn every_place_that_a_promise_names_is_there() {
    let home = Home::with_page().await;
    home.opt_in("psid-7", "hello").await;
    home.engine.checkpoint().await.unwrap();
    for path in ["/promises", "/promises?lang=ar"] {
        let page = home.visit("GET", path).await;
        assert_eq!(page.status, 200);
        let main = page.text().split("<main").nth(1).unwrap().split("</main>").next().unwrap().to_owned();
        let links: BTreeSet<String> =
            quoted(&main, "href=\"").map(|link| link.replace("&#38;", "&")).collect();
        assert!(links.len() > 25, "{links:?}");
        for link in links {
            let (address, place) = link.split_once('#').unwrap_or((&link, ""));
            let answer = if address.is_empty() { None } else { Some(home.visit("GET", address).await) };
            let status = answer.as_ref().map_or(200, |answer| answer.status.as_u16());
            assert_eq!(status, 200, "{link}");
            let text = answer.as_ref().map_or(page.text(), Answer::text);
            assert!(place.is_empty() || text.contains(&format!("id=\"{place}\"")), "{link}");
            // Whoever asked for Arabic stays there; a file has no language.
            let stays = address.contains('.') || address.is_empty() || address.contains("lang=ar");
            assert!(stays || !path.contains("lang=ar"), "{link}");
        }
    }
    // It is found from every page of visitors, and from the data page's beginning.
    let mut leading = 0;
    for path in public() {
        let page = home.visit("GET", path).await;
        let is_page = page.status == 200;
        leading += u32::from(is_page);
        assert!(!is_page || page.text().contains("href=\"/promises\""), "{path}");
    }
    assert!(leading > 7, "{leading}");
    let file = home.visit("GET", "/promises/tests.txt").await;
    assert_eq!(file.header("content-type"), "text/plain; charset=utf-8");
    assert!(file.text().contains("B3 claim_b3_"));
}

#[tokio::test]
async fn claim_u1_the_documents_are_one_click_away_wherever_something_is_asked_for() {
    let home = Home::with_page().await;
    let lead = home.opt_in("psid-7", "hello").await;
    let admin = home.admin_session().await;
    let own = home.open_own_page("psid-7").await;
    let mut pages: Vec<(String, Answer)> = Vec::new();
    for path in public() {
        pages.push((path.to_owned(), home.visit("GET", path).await));
    }
    for route in ROUTES.iter().filter(|route| route.method == "GET" && route.caller.is_signed_in()) {
        if !route.path.contains(['{', '.']) {
            pages.push((route.path.to_owned(), home.call_as(&admin, "GET", route.path).await));
        }
    }
    pages.push(("/app/leads/…".to_owned(), home.call("GET", &format!("/app/leads/{lead}")).await));
    pages.push(("/my".to_owned(), home.on_own_page(&own, "GET", "/my", &[]).await));
    pages.push(("/my/erase".to_owned(), home.on_own_page(&own, "GET", "/my/erase", &[]).await));
    let link = home.unsubscribe_path().await;
    pages.push((link.clone(), home.visit("GET", &link).await));
    for (path, link) in [("/account/confirm/x", "A"), ("/setup/x", "B")] {
        pages.push((format!("{path}{link}"), home.visit("GET", &format!("{path}{link}")).await));
    }
    let mut forms = 0;
    for (path, page) in pages.iter().filter(|(_, page)| page.text().contains("<form")) {
        forms += 1;
        for document in ["/terms", "/privacy", "/data"] {
            let links =
                quoted(page.text(), "href=\"").filter(|link| link.split('?').next() == Some(document));
            assert!(links.count() > 0, "{path} does not lead to {document}");
        }
    }
    assert!(forms > 30, "the search finds what it looks for: {forms}");
}

/// Cookies that an answer sets: name and the whole line.
fn cookies(answer: &Answer) -> Vec<(String, String)> {
    let lines = answer.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap().to_owned());
    lines.map(|line| (line.split('=').next().unwrap().to_owned(), line)).collect()
}

#[tokio::test]
async fn claim_r2_every_cookie_that_is_set_stands_in_the_list_and_lives_no_longer_than_it_says() {
    let home = Home::with_page().await;
    home.opt_in("psid-7", "hello").await;
    let link = home.own_page_link("psid-7").await;
    let mut answers = vec![home.visit("POST", &link).await];
    let shown = home.visit("GET", "/login").await;
    let offered: Vec<String> = quoted(shown.text(), "<option value=\"").map(str::to_owned).collect();
    assert!(offered.len() > 2, "{offered:?}");
    for keep in &offered {
        let body = format!("email={}&password={PASSWORD}&keep={keep}", encoded(EMAIL));
        let answer = Asked { body, ..asked("POST", "/login", None) }.answer(&home).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        answers.push(answer);
    }
    let admin = engine::Actor { role: engine::Role::Admin, ..home.actor() };
    let wanted = engine::actions::support::Wanted {
        helper: "A Sample Helper".to_owned(),
        purpose: "messages do not arrive".to_owned(),
        scopes: vec![model::support::Scope::Log],
        lasts: model::support::LONGEST,
    };
    let (_, code) = engine::actions::support::grant(&home.engine, &admin, &wanted).await.unwrap();
    let body = format!("support-code={}", encoded(code.reveal()));
    answers.push(Asked { body, ..asked("POST", "/support", None) }.answer(&home).await);
    let mut set = BTreeSet::new();
    for (name, line) in answers.iter().flat_map(cookies) {
        let declared = BROWSER.iter().find(|one| one.kind == "cookie" && one.name == name);
        let declared = declared.unwrap_or_else(|| panic!("{name} is not declared"));
        let longest = u64::from(declared.longest_days) * 86_400;
        let longest = longest.max(u64::from(declared.longest_hours) * 3_600);
        let longest = longest.max(u64::from(declared.idle_minutes) * 60);
        let age = line.split("Max-Age=").nth(1).map(|rest| rest.split(';').next().unwrap().parse().unwrap());
        assert!(age.unwrap_or(0) <= longest, "{line}");
        set.insert((name, age.is_some()));
    }
    let names: BTreeSet<&str> = set.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, BROWSER.iter().filter(|one| one.kind == "cookie").map(|one| one.name).collect());
    assert!(set.contains(&("__Host-session".to_owned(), false)), "without a choice it ends with the browser");
    assert!(set.contains(&("__Host-session".to_owned(), true)), "with one it stays");
}

#[tokio::test]
async fn claim_f3_nobody_who_only_looks_gets_a_cookie_and_staying_is_not_chosen_beforehand() {
    let home = Home::with_page().await;
    let mut looked = 0;
    for route in ROUTES.iter().filter(|route| route.method == "GET") {
        let path = route.path.replace("{token}", "x").replace("{code}", "x").replace("{file}", "x");
        let answer = home.visit("GET", &path).await;
        assert_eq!(cookies(&answer), [], "{path}");
        looked += 1;
    }
    assert!(looked > 100, "{looked}");
    let page = home.visit("GET", "/login").await;
    let choice = page.text().split("id=\"keep\"").nth(1).unwrap().split("</select>").next().unwrap();
    let first = choice.split("<option ").nth(1).unwrap();
    assert!(first.starts_with("value=\"\"") || first.starts_with("value=\"0\""), "{choice}");
    assert!(!choice.split("<option ").skip(2).any(|option| option.contains("selected")), "{choice}");
}

#[tokio::test]
async fn claim_x1_whoever_signs_up_reads_beside_each_field_what_it_is_for_and_what_is_optional_may_stay_empty()
 {
    let home = Home::with_page().await;
    for (path, session) in [("/register", None), ("/account", Some(home.session.as_str()))] {
        for language in ["en", "ar"] {
            let headers = &[("accept-language", language)];
            let page = Asked { headers, ..asked("GET", path, session) }.answer(&home).await;
            let text = page.text();
            let mut asked_for = 0;
            for name in ["name", "email", "password", "language", "zone"] {
                for tag in
                    text.split('<').filter(|tag| tag.starts_with("input ") || tag.starts_with("select "))
                {
                    let is_field =
                        tag.contains(&format!(" name=\"{name}\"")) && !tag.contains("type=\"hidden\"");
                    if !is_field || tag.contains("aria-hidden") {
                        continue;
                    }
                    asked_for += 1;
                    let of = quoted(tag, "aria-describedby=\"").next();
                    let of = of.unwrap_or_else(|| panic!("{path} in {language}: {tag} says no purpose"));
                    let said = of.split(' ').any(|id| {
                        let beside = text.split(&format!("id=\"{id}\"")).nth(1).unwrap_or_default();
                        beside
                            .split('>')
                            .nth(1)
                            .is_some_and(|rest| rest.split('<').next().unwrap().len() > 20)
                    });
                    assert!(said, "{path} in {language}: {tag}");
                }
            }
            assert!(asked_for >= 3, "{path}: {asked_for}");
        }
    }
    // No more than that is asked for: whoever gives just these has an account.
    let page = home.visit("GET", "/register").await;
    let form = page.text().split("<main").nth(1).unwrap();
    let required: BTreeSet<&str> = form
        .split('<')
        .filter(|tag| tag.starts_with("input ") && tag.contains(" required"))
        .filter_map(|tag| quoted(tag, " name=\"").next())
        .collect();
    assert_eq!(required, BTreeSet::from(["agree", "email", "name", "password"]));
}

/// What people who make software try first.
const TRIED: [(&str, &str); 6] = [
    ("admin@localhost", "admin"),
    ("support@leangzbotchat.localhost", "support"),
    ("developer@localhost", "developer"),
    ("root@localhost", "root"),
    ("admin", "entente"),
    ("", ""),
];

/// Whose door it is that not everybody may open: a caller of another kind does not compile before it is named here.
const fn owner(caller: Caller) -> Option<&'static str> {
    match caller {
        Caller::Anyone | Caller::Visitor => None,
        Caller::Holder => Some("whoever holds a link that was sent or shown to them"),
        Caller::Support => Some("somebody who helps, by a code that the brand's admin made"),
        Caller::Lead => Some("a person who wrote, by a link in their own thread"),
        Caller::Meta => Some("Meta, by its signature"),
        Caller::Billing => Some("the brand's own program, by the brand's secret"),
        Caller::Token(_) => Some("a program, by a token that an account made"),
        Caller::User | Caller::Proved => Some("somebody with an account"),
        Caller::Admin | Caller::AdminProved => Some("the brand's admin"),
    }
}

#[tokio::test]
async fn claim_r5_no_door_opens_for_support_before_an_admin_opens_it_and_no_credential_works_that_nobody_made()
 {
    let home = Home::with_page().await;
    home.opt_in("psid-7", "My name is Zelda").await;
    for host in [HOST, OTHER_HOST] {
        for (email, password) in TRIED {
            let body = format!("email={}&password={}", encoded(email), encoded(password));
            let answer = Asked { host, body, ..asked("POST", "/login", None) }.answer(&home).await;
            assert!(answer.status.is_client_error(), "{email}: {}", answer.status);
            assert_eq!(cookies(&answer), [], "{email}");
        }
    }
    let before = home.content().await;
    for host in [HOST, OTHER_HOST] {
        for (route, owner) in ROUTES.iter().filter_map(|route| Some((route, owner(route.caller)?))) {
            for secret in ["", "support", "entente", "debug"] {
                let path = route.path.replace("{id}", "led_00000000000000000000000000000000");
                let path = path.replace("{token}", secret).replace("{code}", secret);
                let request = Request::builder().method(route.method.clone()).uri(path.replace("//", "/x/"));
                let request =
                    request.header("host", host).header("authorization", format!("Bearer {secret}"));
                let request = request.header(
                    "cookie",
                    format!("__Host-session={secret}; __Host-my={secret}; __Host-support={secret}"),
                );
                let request = request.header("content-type", "application/x-www-form-urlencoded");
                let request = request.header("x-support", secret).header("x-debug", secret);
                let body = format!("csrf={}", home.form_token(secret).await);
                let answer = home.ask(request.body(Body::from(body)).unwrap()).await;
                let at = format!("{} {} of {owner} with {secret:?}", route.method, route.path);
                assert_eq!(cookies(&answer), [], "{at}");
                let is_shut = !answer.status.is_success();
                assert!(is_shut || matches!(route.caller, Caller::Holder | Caller::Lead), "{at}");
                for personal in ["Zelda", EMAIL, "Sample Owner", "psid-7"] {
                    assert!(!answer.text().contains(personal), "{at} shows {personal}");
                }
            }
        }
    }
    assert!(before == home.content().await, "nobody changed anything");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_promises_is_right_in_both_languages_at_a_desk_and_on_a_phone() {
    if !browser::is_installed() {
        return;
    }
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let axe = browser::axe(Path::new(env!("CARGO_MANIFEST_DIR")), tmp);
    let pictures = browser::pictures(tmp);
    let browser = Browser::start().await;
    let mut troubles = Vec::new();
    for (host, language) in [(HOST, "en"), (OTHER_HOST, "ar")] {
        let home = Home::with_page().await;
        let site = Site::of(home, host, "", language).await;
        for (width, height, device) in WIDTHS {
            browser.resize(width, height).await;
            for (name, path) in
                [("promises", "/promises"), ("promises-f1", "/promises#f1"), ("promises-from-data", "/data")]
            {
                browser.go(&format!("{}{path}", site.base)).await;
                let at = format!("{name}-{language}-{device}");
                browser.photograph(&pictures.join(format!("{at}.png"))).await;
                troubles.extend(check(&site, &browser, &axe, &at).await);
            }
        }
        // By keyboard and click from the data page to a promise and on to where it is seen.
        browser.click("main a[href='/promises']").await;
        browser.wait_for("#d1").await;
        browser.click("#r2 .e-links a").await;
        browser.wait_for("#browser").await;
        assert!(browser.address().await.ends_with("/data#browser"));
    }
    assert_eq!(troubles, Vec::<String>::new());
}
