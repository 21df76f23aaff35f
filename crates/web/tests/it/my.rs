//! A lead's own page: how one gets there and who else does not, what it shows, and what it does.

use crate::home::{HOST, Home, META_PAGE, OTHER_HOST};
use axum::body::Body;
use axum::http::Request;
use engine::TokenScope;
use engine::actions::tokens;
use model::bot::question::LeadAnswer;
use model::datamap::{Declared, Subject};
use model::lead::LeadProfile;
use model::time::Span;
use serde_json::{Value, json};
use store::Schema;
use web::my::held::{GROUPS, group_of};

async fn home_with_lead() -> Home {
    let home = Home::with_page().await;
    home.opt_in("psid-7", "My name is Zelda").await;
    home
}

async fn lead_of(home: &Home, at: usize) -> String {
    let leads = home.call("GET", "/api/v1/leads").await.json();
    leads["items"][at]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn claim_r3_words_in_both_languages_and_the_menu_lead_to_ones_own_page() {
    let home = home_with_lead().await;
    let english = home.own_page_link("psid-7").await;
    assert_eq!(home.visit("GET", &english).await.status, 200);
    home.write("psid-7", json!({ "text": "بياناتي" })).await;
    let sent = home.meta.newest("الرابط يعمل مرة واحدة");
    assert!(sent.contains("/my/"), "{sent}");
    // Only the newest is good.
    assert_eq!(home.visit("GET", &english).await.status, 404);
    home.clock.fixed.advance(Span::secs(1));
    let at = model::time::Clock::now(&home.clock.fixed).millis();
    let tapped = json!({ "object": "page", "entry": [{ "id": META_PAGE, "time": at, "messaging": [{
        "sender": { "id": "psid-7" }, "recipient": { "id": META_PAGE }, "timestamp": at,
        "postback": { "mid": "m_p", "title": "My data", "payload": "entente:my_data" } }] }] });
    assert_eq!(home.deliver(&tapped.to_string()).await.status, 200);
    home.settle().await;
    let link = home.meta.newest("/my/");
    assert!(!sent.contains(link.split('"').next().unwrap()), "another one");
}

#[tokio::test]
async fn claim_r3_looking_at_the_link_changes_nothing_and_shows_nobody() {
    let home = home_with_lead().await;
    let link = home.own_page_link("psid-7").await;
    let before = home.content().await;
    for method in ["GET", "HEAD", "OPTIONS"] {
        for agent in ["facebookexternalhit/1.1", "Mozilla/5.0"] {
            let request = Request::builder().method(method).uri(&link).header("host", HOST);
            let answer = home.ask(request.header("user-agent", agent).body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, if method == "OPTIONS" { 405 } else { 200 }, "{method}");
            assert_eq!(answer.header("set-cookie"), "");
            assert_eq!(answer.header("referrer-policy"), "no-referrer");
            assert!(answer.header("cache-control").contains("no-store"));
        }
    }
    assert!(before == home.content().await, "somebody looked, and the data changed");
    let page = home.visit("GET", &link).await;
    assert!(
        page.text().contains("<form method=\"post\" action=\"?lang=en\">")
            && !page.text().contains("<script")
    );
    for personal in ["Zelda", "psid-7"] {
        assert!(!page.text().contains(personal), "{personal}");
    }
}

#[tokio::test]
async fn claim_r3_a_link_opens_one_page_once_within_ten_minutes_and_at_its_own_brand_only() {
    let home = home_with_lead().await;
    let link = home.own_page_link("psid-7").await;
    let elsewhere = Request::builder().method("POST").uri(&link).header("host", OTHER_HOST);
    let elsewhere = home.ask(elsewhere.body(Body::empty()).unwrap()).await;
    assert_eq!((elsewhere.status.as_u16(), elsewhere.header("set-cookie")), (404, ""));
    let opened = home.visit("POST", &link).await;
    assert_eq!((opened.status.as_u16(), opened.header("location")), (303, "/my"));
    let cookie = opened.header("set-cookie").to_owned();
    for part in ["__Host-my=", "; Secure", "; HttpOnly", "; SameSite=Strict", "; Path=/", "; Max-Age=1800"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let secret = cookie.strip_prefix("__Host-my=").unwrap().split(';').next().unwrap();
    for method in ["GET", "POST"] {
        let again = home.visit(method, &link).await;
        assert_eq!((again.status.as_u16(), again.header("set-cookie")), (404, ""), "{method}");
        assert!(again.text().contains("Write “my data” to the page in Messenger"), "{}", again.text());
    }
    assert_eq!(home.on_own_page(secret, "GET", "/my", &[]).await.status, 200);
    let request = Request::builder().uri("/my").header("host", OTHER_HOST);
    let request = request.header("cookie", format!("__Host-my={secret}"));
    assert_eq!(home.ask(request.body(Body::empty()).unwrap()).await.status, 404, "another brand's host");
    home.clock.fixed.advance(Span::minutes(31));
    assert_eq!(home.on_own_page(secret, "GET", "/my", &[]).await.status, 404, "after half an hour");
    let late = home.own_page_link("psid-7").await;
    home.clock.fixed.advance(Span::minutes(11));
    for path in [late.as_str(), "/my/x", "/my/%ff", "/my/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        assert_eq!(home.visit("POST", path).await.status, 404, "{path}");
    }
    let close = home.open_own_page("psid-7").await;
    let closed = home.on_own_page(&close, "POST", "/my/close", &[]).await;
    assert_eq!((closed.status.as_u16(), closed.header("location")), (303, "/my"));
    assert!(closed.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(home.on_own_page(&close, "GET", "/my", &[]).await.status, 404);
}

#[tokio::test]
async fn claim_d2_nobody_gets_to_anothers_page_and_no_other_site_presses_its_buttons() {
    let home = home_with_lead().await;
    home.opt_in("psid-8", "My name is Omar").await;
    let (zelda, omar) = (home.open_own_page("psid-7").await, home.open_own_page("psid-8").await);
    let page = home.on_own_page(&zelda, "GET", "/my", &[]).await;
    assert!(page.text().contains("Zelda") && page.text().contains("psid-7"));
    assert!(!page.text().contains("Omar") && !page.text().contains("psid-8"));
    let theirs = home.on_own_page(&omar, "GET", "/my", &[]).await.text().to_owned();
    let proof = theirs.split("/my/proof/").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(home.on_own_page(&omar, "GET", &format!("/my/proof/{proof}"), &[]).await.status, 200);
    assert_eq!(home.on_own_page(&zelda, "GET", &format!("/my/proof/{proof}"), &[]).await.status, 404);
    let before = home.content().await;
    for route in web::routes::ROUTES.iter().filter(|route| route.caller == web::routes::Caller::Lead) {
        let path = route.path.replace("{event}", proof);
        let ask = |cookie: &str, body: &'static str| {
            let request = Request::builder().method(route.method.clone()).uri(&path).header("host", HOST);
            let request = request.header("cookie", cookie.to_owned());
            let request = request.header("content-type", "application/x-www-form-urlencoded");
            home.ask(request.body(Body::from(body)).unwrap())
        };
        for cookie in ["", "__Host-my=", "__Host-my=AAAA", "__Host-session=AAAA"] {
            let answer = ask(cookie, "").await;
            assert_eq!(answer.status, 404, "{path} with {cookie}");
            assert!(!answer.text().contains("Zelda"));
        }
        if route.method == "POST" {
            for body in ["", "csrf=wrong"] {
                let answer = ask(&format!("__Host-my={zelda}"), body).await;
                assert_eq!(answer.status, 403, "{path} with {body}");
            }
        }
    }
    assert!(before == home.content().await);
}

#[tokio::test]
async fn claim_d1_the_page_tells_of_every_item_of_the_data_map_that_is_about_a_lead() {
    let sealed = [LeadProfile::DECLARATION, LeadAnswer::DECLARATION];
    let all = store::declarations(Schema::Data).into_iter().chain(sealed);
    let mut told = 0;
    for declaration in all {
        for item in declaration.items.iter().filter(|item| item.subject == Subject::Lead) {
            let group = group_of(declaration.place, item.name);
            let group = group.unwrap_or_else(|| panic!("{}.{} is in no group", declaration.place, item.name));
            assert!(GROUPS.contains(&group));
            told += 1;
        }
    }
    assert!(told > 70, "{told}");
    let home = home_with_lead().await;
    let secret = home.open_own_page("psid-7").await;
    let page = home.on_own_page(&secret, "GET", "/my", &[]).await;
    for group in GROUPS {
        for part in ["", "-what", "-why", "-long", "-how"] {
            let text = web::language::Language::English.say(&format!("my-held-{group}{part}"));
            let shown = text.replace('&', "&#38;").replace('<', "&#60;").replace('\'', "&#39;");
            assert!(page.text().contains(&shown), "{group}{part}");
        }
    }
    // No id of a text that was not found.
    for word in page.text().split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')) {
        let is_address = word.starts_with("my-data");
        assert!(is_address || !(word.starts_with("my-") || word.starts_with("requests-")), "{word}");
    }
    for shown in [
        "Zelda",
        "psid-7",
        "You answered yes to the question",
        "Download my data",
        "Data Protection Commission",
        "You were shown: “",
        "You answered: “",
        "entente proof verify proof.json",
        "Responsible is the owner of the page",
        "<bdi>English</bdi>",
    ] {
        assert!(page.text().contains(shown), "{shown}");
    }
}

#[tokio::test]
async fn claim_d2_a_lead_corrects_restricts_and_stops_and_each_stands_in_the_register() {
    let home = home_with_lead().await;
    let lead = lead_of(&home, 0).await;
    let secret = home.open_own_page("psid-7").await;
    let done = home
        .on_own_page(
            &secret,
            "POST",
            "/my/correct",
            &[("name", "Layla"), ("language", "ar"), ("shown", "yes")],
        )
        .await;
    assert_eq!((done.status.as_u16(), done.header("location")), (303, "/my?done=corrected"));
    let detail = home.call("GET", &format!("/api/v1/leads/{lead}")).await.json();
    assert_eq!((detail["given_name"].as_str(), detail["language"].as_str()), (Some("Layla"), Some("ar")));
    let page = home.on_own_page(&secret, "GET", "/my?lang=en", &[]).await;
    assert!(page.text().contains("Layla") && !page.text().contains("Zelda"));
    let page = home.on_own_page(&secret, "GET", "/my", &[]).await;
    assert!(page.text().contains("<html lang=\"ar\" dir=\"rtl\">"), "it speaks what the lead writes");
    // Kept and not used: the gate says no, nobody is shown a name, only rights are answered.
    home.on_own_page(&secret, "POST", "/my/restrict", &[("restricted", "yes")]).await;
    let preview = async || {
        let form = json!({ "purpose": "promotion", "text": "More" });
        let broadcast = home.post("/api/v1/broadcasts", &form).await.json();
        let id = broadcast["id"].as_str().unwrap().to_owned();
        home.post(&format!("/api/v1/broadcasts/{id}/preview"), &json!({})).await.json()
    };
    assert_eq!(preview().await["will_not_get"][0]["reason"], "restricted");
    let detail = home.call("GET", &format!("/api/v1/leads/{lead}")).await.json();
    assert_eq!(detail["given_name"], Value::Null);
    let file = home.call("GET", &format!("/api/v1/leads/{lead}/export")).await.json();
    assert_eq!((&file["profile"]["psid"], &file["profile"]["given_name"]), (&Value::Null, &Value::Null));
    assert_eq!(home.submit(&format!("/app/leads/{lead}/reveal"), &[]).await.status, 409);
    let before = home.meta.requests();
    home.write("psid-7", json!({ "text": "My name is Salma. Are you open?" })).await;
    assert_eq!(home.meta.requests(), before, "no answer to that");
    let secret = home.open_own_page("psid-7").await;
    assert!(home.on_own_page(&secret, "GET", "/my", &[]).await.text().contains("Layla"));
    home.on_own_page(&secret, "POST", "/my/restrict", &[("restricted", "no")]).await;
    assert_eq!(preview().await["will_get"], 1);
    home.on_own_page(&secret, "POST", "/my/stop", &[("what", "marketing")]).await;
    assert_eq!(preview().await["will_not_get"][0]["reason"], "withdrawn");
    home.on_own_page(&secret, "POST", "/my/stop", &[("what", "everything")]).await;
    let file = home.on_own_page(&secret, "POST", "/my/export", &[]).await.json();
    assert_eq!(file["profile"]["psid"], "psid-7");
    assert_eq!(file["format"], "entente-lead-export/1");
    let mut kinds: Vec<&str> =
        file["requests"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    kinds.sort_unstable();
    let lifted = "restriction_lifted";
    let wanted = ["access", "access", "correction", "objection", "restriction", lifted, "withdrawal"];
    assert_eq!(kinds, wanted);
    assert!(file["requests"].as_array().unwrap().iter().all(|one| one["outcome"] == "done"));
    assert_eq!(file["erasure_tag"].as_str().unwrap().len(), 64);
}

#[tokio::test]
async fn claim_a1_who_looked_and_what_for_is_written_down_and_the_lead_sees_it() {
    let home = home_with_lead().await;
    let lead = lead_of(&home, 0).await;
    let before = home.content().await;
    assert_eq!(home.call("GET", &format!("/app/leads/{lead}")).await.status, 200);
    assert!(before == home.content().await, "masked, so nothing to write down");
    let shown = home.submit(&format!("/app/leads/{lead}/reveal"), &[("reason", "order")]).await;
    assert!(shown.text().contains("psid-7"), "{}", shown.text());
    let about = home.call("GET", &format!("/api/v1/leads/{lead}")).await.json();
    let event = about["consents"][0]["id"].as_str().unwrap();
    let proof = format!("/app/leads/{lead}/proof");
    assert_eq!(home.submit(&proof, &[("event", event)]).await.status, 200);
    let others = format!("con_{}", "0".repeat(32));
    for wrong in ["", "con_1", &others] {
        assert_eq!(home.submit(&proof, &[("event", wrong)]).await.status, 404, "{wrong}");
    }
    let page = home.call("GET", "/api/v1/pages").await.json()["items"][0]["id"].as_str().unwrap().to_owned();
    let found = home.submit("/app/leads/find", &[("page", &page), ("psid", "psid-7")]).await;
    assert_eq!(found.status, 303);
    let why = json!({ "why": "A letter from Zelda" });
    assert_eq!(home.post(&format!("/api/v1/leads/{lead}/export"), &why).await.status, 200);
    let many = json!({ "form": "csv", "with_names": true, "why": "The raffle" });
    assert_eq!(home.post("/api/v1/leads/exports", &many).await.status, 200);
    let secret = home.open_own_page("psid-7").await;
    let file = home.on_own_page(&secret, "POST", "/my/export", &[]).await.json();
    let looks = file["who_looked"].as_array().unwrap();
    let mut whats: Vec<&str> = looks.iter().map(|look| look["what"][0].as_str().unwrap()).collect();
    // They happened within one tick of the clock.
    whats.sort_unstable();
    assert_eq!(whats, ["file", "found", "identity", "proof"]);
    let of = |what: &str| looks.iter().find(|look| look["what"][0] == what).unwrap();
    assert_eq!((&of("file")["words"], &of("file")["way"]), (&json!("A letter from Zelda"), &json!("api")));
    assert_eq!(
        (&of("identity")["reason"], &of("identity")["reader"]),
        (&json!("order"), &json!("page_owner"))
    );
    assert_eq!(file["files_with_many"].as_array().unwrap().len(), 1);
    assert_eq!(file["files_with_many"][0]["why"], "The raffle");
    assert!(!file["programs_that_may_read"].as_array().unwrap().is_empty());
    let page = home.on_own_page(&secret, "GET", "/my", &[]).await;
    for shown in ["For an order or an appointment", "A letter from Zelda", "The raffle", "By a program"] {
        assert!(page.text().contains(shown), "{shown}");
    }
    // A table of deliveries stands only with whom its broadcast went to.
    let form = json!({ "purpose": "promotion", "text": "Hi" });
    let made = home.post("/api/v1/broadcasts", &form).await.json();
    let broadcast = format!("/api/v1/broadcasts/{}", made["id"].as_str().unwrap());
    assert_eq!(home.call("POST", &format!("{broadcast}/send")).await.status, 200);
    home.settle().await;
    home.opt_in("psid-9", "hello").await;
    home.clock.fixed.advance(Span::minutes(2));
    let why = json!({ "why": "The accountant" });
    assert_eq!(home.post(&format!("{broadcast}/export"), &why).await.status, 200);
    for (psid, stands) in [("psid-7", true), ("psid-9", false)] {
        let secret = home.open_own_page(psid).await;
        let file = home.on_own_page(&secret, "POST", "/my/export", &[]).await.json();
        let of = file["files_with_many"].as_array().unwrap().iter();
        let tables: Vec<_> = of.filter(|file| file["what"] == "deliveries").collect();
        assert_eq!(tables.len(), usize::from(stands), "{psid}: {tables:?}");
        assert!(tables.iter().all(|table| table["may_have_left_you_out"] == false), "{tables:?}");
    }
    // Another lead, who came afterwards, has none of it.
    home.clock.fixed.advance(Span::secs(1));
    home.opt_in("psid-8", "hello").await;
    let other = home.open_own_page("psid-8").await;
    let file = home.on_own_page(&other, "POST", "/my/export", &[]).await.json();
    assert_eq!((&file["who_looked"], &file["files_with_many"]), (&json!([]), &json!([])));
    // Nor does the data say it to whoever holds it.
    for (name, bytes) in home.content().await {
        for word in ["A letter from Zelda", "The raffle", "page_owner"] {
            assert!(!bytes.windows(word.len()).any(|part| part == word.as_bytes()), "{word} in {name}");
        }
    }
}

#[tokio::test]
async fn claim_f1_a_lead_erases_themselves_and_every_way_back_is_dead() {
    let home = home_with_lead().await;
    let lead = lead_of(&home, 0).await;
    home.submit(&format!("/app/leads/{lead}/reveal"), &[]).await;
    let secret = home.open_own_page("psid-7").await;
    let asks = home.on_own_page(&secret, "GET", "/my/erase", &[]).await;
    assert!(asks.text().contains("action=\"/my/erase?lang=en\"") && asks.text().contains("Download my data"));
    let tag = asks.text().split("class=\"code\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let link = home.own_page_link("psid-7").await;
    let done = home.on_own_page(&secret, "POST", "/my/erase", &[]).await;
    assert_eq!(done.status, 303, "{}", done.text());
    assert!(done.header("set-cookie").contains("Max-Age=0"));
    let status = home.visit("GET", done.header("location")).await;
    assert!(status.text().contains("The data has been erased") && status.text().contains(&tag));
    for path in ["/my", "/my/erase"] {
        assert_eq!(home.on_own_page(&secret, "GET", path, &[]).await.status, 404, "{path}");
    }
    for method in ["GET", "POST"] {
        assert_eq!(home.visit(method, &link).await.status, 404, "{method}");
    }
    home.call("GET", &format!("/api/v1/leads/{lead}")).await.is_problem(404, "not-found");
    // The register knows that it was asked for and done, and not by whom.
    let admin = engine::Actor { role: engine::Role::Admin, ..home.actor() };
    let (open, closed) = engine::views::requests::list(&home.engine, &admin, None, 50).await.unwrap();
    assert!(open.is_empty());
    let erasure = closed.iter().find(|one| one.kind == model::request::RequestKind::Erasure).unwrap();
    assert_eq!(erasure.outcome, Some(model::request::Outcome::Done));
    home.settle().await;
    let receipt = home.visit("GET", &format!("{}/receipt", done.header("location"))).await;
    assert_eq!(receipt.status, 200);
}

#[tokio::test]
async fn links_are_not_given_without_end_and_whoever_tries_them_out_has_to_wait() {
    let home = home_with_lead().await;
    for _ in 0..5 {
        home.own_page_link("psid-7").await;
    }
    let newest = home.meta.newest("/my/");
    home.write("psid-7", json!({ "text": "my data" })).await;
    home.meta.newest("You have asked for several links just now");
    let path = newest.split(|c: char| !(c.is_ascii_alphanumeric() || "/-_".contains(c))).next().unwrap();
    assert_eq!(home.visit("GET", path).await.status, 200, "the newest is still good");
    let mut last = 0;
    for number in 0..40 {
        last = home.visit("POST", &format!("/my/{number}")).await.status.as_u16();
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn the_language_of_the_page_is_kept_by_all_that_is_done_on_it_and_after_it() {
    let home = home_with_lead().await;
    let secret = home.open_own_page("psid-7").await;
    let arabic = home.on_own_page(&secret, "GET", "/my?lang=ar", &[]).await.text().to_owned();
    let actions: Vec<&str> =
        arabic.split("action=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(actions.len() > 5 && actions.iter().all(|to| to.ends_with("?lang=ar")), "{actions:?}");
    let done = home.on_own_page(&secret, "POST", "/my/restrict?lang=ar", &[("restricted", "yes")]).await;
    assert_eq!(done.header("location"), "/my?done=restricted&lang=ar");
    let english = [("name", "Zelda"), ("shown", "yes"), ("language", "en")];
    let done = home.on_own_page(&secret, "POST", "/my/correct?lang=ar", &english).await;
    assert_eq!(done.header("location"), "/my?done=corrected&lang=en", "the language that was chosen");
    let closed = home.on_own_page(&secret, "POST", "/my/close?lang=ar", &[]).await;
    assert_eq!(closed.header("location"), "/my?lang=ar");
    assert!(home.visit("GET", "/my?lang=ar").await.text().contains("هذه الصفحة مغلقة"));
    let secret = home.open_own_page("psid-7").await;
    let gone = home.on_own_page(&secret, "POST", "/my/erase?lang=ar", &[]).await;
    assert!(home.visit("GET", gone.header("location")).await.text().contains("lang=\"ar\" dir=\"rtl\""));
    // The link from the thread says in which language it is to be read, also when it is used up.
    home.opt_in("psid-8", "My name is Omar").await;
    home.write("psid-8", json!({ "text": "بياناتي" })).await;
    assert!(home.meta.newest("/my/").contains("?lang=ar"));
}

#[tokio::test]
async fn claim_a1_a_lead_reads_which_programs_could_read_them_and_what() {
    let home = home_with_lead().await;
    let me = home.actor();
    home.clock.fixed.advance(Span::secs(1));
    let mut made = Vec::new();
    for scope in [TokenScope::BroadcastsRead, TokenScope::PagesRead] {
        made.push(tokens::create_own(&home.engine, &me, &[scope], None).await.unwrap().0);
        home.clock.fixed.advance(Span::secs(1));
    }
    let programs = async |psid: &str| {
        let secret = home.open_own_page(psid).await;
        let file = home.on_own_page(&secret, "POST", "/my/export", &[]).await.json();
        let all = file["programs_that_may_read"].as_array().unwrap().clone();
        (all, home.on_own_page(&secret, "GET", "/my", &[]).await.text().to_owned())
    };
    let said = "whether messages in bulk went to you, and if not, why; nothing else";
    let (all, page) = programs("psid-7").await;
    let whats: Vec<_> =
        all.iter().map(|one| (one["what"].as_str().unwrap(), one["until"].is_null())).collect();
    assert_eq!(whats, [("leads", true), ("deliveries", true)], "{all:?}");
    assert_eq!(page.matches(said).count(), 1);
    tokens::revoke(&home.engine, home.brand_id(HOST), made[0]).await.unwrap();
    let (all, page) = programs("psid-7").await;
    assert!(all[1]["until"].is_string() && page.matches(said).count() == 1, "until then it could: {all:?}");
    // Whoever comes after its end could not be read by it.
    home.clock.fixed.advance(Span::secs(1));
    home.opt_in("psid-8", "hello").await;
    let (all, page) = programs("psid-8").await;
    assert!(all.len() == 1 && !page.contains(said), "{all:?}");
}
