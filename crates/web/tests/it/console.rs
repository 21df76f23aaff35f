//! What the console does with what people send it: forms in, pages and changes out.

use crate::home::{Answer, Home, META_PAGE, OTHER_HOST};
use axum::body::Body;
use axum::http::Request;
use engine::views::At;
use model::time::{Clock, Span};
use serde_json::{Value, json};
use std::sync::Arc;
use web::WebSettings;

async fn draft(home: &Home) -> String {
    let form = json!({ "purpose": "promotion", "text": "Fresh bread" });
    home.post("/api/v1/broadcasts", &form).await.json()["id"].as_str().unwrap().to_owned()
}

async fn broadcast(home: &Home, id: &str) -> Value {
    home.call("GET", &format!("/api/v1/broadcasts/{id}")).await.json()
}

/// Where an answer leads.
fn to(answer: &Answer) -> &str {
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.header("location")
}

/// A page without the marks around what is filled in.
fn seen(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.text().replace(['\u{2066}', '\u{2068}', '\u{2069}'], "")
}

#[tokio::test]
async fn a_broadcast_is_scheduled_moved_and_what_the_clocks_make_of_it_is_said() {
    let home = Home::with_page().await;
    let id = draft(&home).await;
    let path = format!("/app/broadcasts/{id}/schedule");
    let year: i64 = At(home.clock.fixed.now()).to_string().get(..4).unwrap().parse().unwrap();
    let form = home.call("GET", &path).await;
    assert!(form.text().contains("<option value=\"\">"), "no zone is guessed");
    let at = format!("{year}-12-24T18:00");
    let done = home.submit(&path, &[("local", &at), ("zone", "Europe/Dublin")]).await;
    assert_eq!(to(&done), format!("/app/broadcasts/{id}?done=scheduled"));
    let shown = home.call("GET", &format!("/app/broadcasts/{id}")).await;
    assert!(seen(&shown).contains(&format!("24 December {year}, 18:00 (Europe/Dublin,\u{a0}UTC+00:00)")));
    assert_eq!(broadcast(&home, &id).await["state"], "scheduled");
    // The form holds what is so, and the next draft is offered the same zone.
    for (id, time) in [(id.clone(), at.as_str()), (draft(&home).await, "")] {
        let form = home.call("GET", &format!("/app/broadcasts/{id}/schedule")).await;
        assert!(form.text().contains("value=\"Europe/Dublin\" selected"), "{}", form.text());
        assert!(form.text().contains(&format!("value=\"{time}\"")), "{}", form.text());
    }
    let back = home.submit(&format!("/app/broadcasts/{id}/unschedule"), &[]).await;
    assert_eq!(to(&back), format!("/app/broadcasts/{id}?done=broadcast-unscheduled"));
    assert_eq!(broadcast(&home, &id).await["state"], "draft");
}

#[tokio::test]
async fn a_time_that_does_not_fit_is_explained_at_its_field_and_schedules_nothing() {
    let home = Home::with_page().await;
    let id = draft(&home).await;
    let path = format!("/app/broadcasts/{id}/schedule");
    for (local, zone, field, sentence) in [
        ("", "Europe/Dublin", "local", "Enter a date and a time."),
        ("2001-01-01T10:00", "Europe/Dublin", "local", "has passed already"),
        ("2199-01-01T10:00", "Europe/Dublin", "local", "more than a year ahead"),
        ("2199-01-01T10:00", "", "zone", "Choose a time zone from the list."),
        ("2199-01-01T10:00", "Mars/Olympus", "zone", "Choose a time zone from the list."),
    ] {
        let answer = home.submit(&path, &[("local", local), ("zone", zone)]).await;
        assert_eq!(answer.status, 200);
        let at = format!("id=\"{field}-wrong\">");
        let (_, rest) = answer.text().split_once(&at).unwrap_or_else(|| panic!("{local} {zone}"));
        assert!(rest.split("</p>").next().unwrap().contains(sentence), "{local} {zone}: {rest}");
        assert!(answer.text().contains(&format!("value=\"{local}\"")), "what was typed stays");
    }
    assert_eq!(broadcast(&home, &id).await["state"], "draft");
    // Nor does a broadcast that has gone already.
    home.submit(&format!("/app/broadcasts/{id}/send"), &[]).await;
    let late = home.submit(&path, &[("local", "2199-01-01T10:00"), ("zone", "UTC")]).await;
    assert_eq!(to(&late), format!("/app/broadcasts/{id}?done=changed"));
}

#[tokio::test]
async fn a_time_that_the_clocks_skip_or_show_twice_is_said_to_be_so() {
    let home = Home::with_page().await;
    let year: i64 = At(home.clock.fixed.now()).to_string().get(..4).unwrap().parse().unwrap();
    let last_sunday = |month: i8| {
        let mut day = jiff::civil::date(i16::try_from(year + 1).unwrap(), month, 31);
        while day.weekday() != jiff::civil::Weekday::Sunday {
            day = day.yesterday().unwrap();
        }
        format!("{day}T02:30")
    };
    for (local, second, said) in [
        (last_sunday(3), "", "scheduled-skipped"),
        (last_sunday(10), "", "scheduled-first"),
        (last_sunday(10), "yes", "scheduled-second"),
    ] {
        let id = draft(&home).await;
        let path = format!("/app/broadcasts/{id}/schedule");
        let form = [("local", local.as_str()), ("zone", "Europe/Berlin"), ("second_time", second)];
        let done = home.submit(&path, &form).await;
        assert_eq!(to(&done), format!("/app/broadcasts/{id}?done={said}"), "{local}");
        let shown = home.call("GET", to(&done)).await;
        assert!(shown.text().contains("clocks there"), "{}", shown.text());
    }
}

#[tokio::test]
async fn what_did_not_arrive_is_counted_explained_and_sent_again_to_those_alone() {
    let home = Home::with_page().await;
    home.opt_in("psid-7", "hello").await;
    home.opt_in("psid-8", "hello").await;
    let id = draft(&home).await;
    home.meta.refuse(true);
    home.submit(&format!("/app/broadcasts/{id}/send"), &[]).await;
    home.settle().await;
    home.meta.refuse(false);
    home.write("psid-8", json!({ "text": "stop" })).await;
    let page = home.call("GET", &format!("/app/broadcasts/{id}")).await;
    let path = format!("/app/broadcasts/{id}/again");
    assert!(page.text().contains(&format!("href=\"{path}\"")), "{}", page.text());
    let asked = home.call("GET", &path).await;
    let asked = seen(&asked);
    assert!(asked.contains("Send again to 2 people"), "{asked}");
    assert!(!asked.contains("unknown_too"), "nobody perhaps got it");
    let export = format!("/app/broadcasts/{id}/export");
    assert!(asked.contains(&format!("href=\"{export}?state=not_reached\"")), "{asked}");
    let form = home.call("GET", &format!("{export}?state=not_reached")).await;
    assert!(form.text().contains("<option value=\"not_reached\" selected>"), "{}", form.text());
    let words: std::collections::BTreeSet<&str> =
        form.text().split("<option ").skip(1).filter_map(|at| at.split(['>', '<']).nth(1)).collect();
    assert_eq!(words.len(), 8, "each of six states, all, and whoever it did not reach: {words:?}");
    let other = home.submit(&export, &[("state", "lost"), ("why", "the shop calls them")]).await;
    assert_eq!(other.status, 422, "{}", other.text());
    let silent = home.submit(&export, &[("state", "not_reached"), ("why", " ")]).await;
    assert!(silent.text().contains("id=\"why-wrong\""), "{}", silent.text());
    let table = home.submit(&export, &[("state", "not_reached"), ("why", "the shop calls them")]).await;
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(table.text().lines().count(), 3, "{}", table.text());
    let listed = home.call("GET", "/app/leads/exports").await;
    for said in ["the shop calls them", "Who got a broadcast and who did not", "Whoever it did not reach"] {
        assert!(listed.text().contains(said), "{said}: {}", listed.text());
    }
    home.mails.link(&home.engine, "export_taken", "/account/not-me/").await;
    let before = broadcast(&home, &id).await;
    assert_eq!(before["counts"]["failed"], 2, "{before}");
    let done = home.submit(&path, &[]).await;
    assert_eq!(to(&done), format!("/app/broadcasts/{id}?done=sent-again"));
    home.settle().await;
    // Whoever has unsubscribed since gets nothing.
    let after = broadcast(&home, &id).await;
    assert_eq!((&after["counts"]["sent"], &after["counts"]["refused"]), (&json!(1), &json!(1)), "{after}");
    let nobody = home.submit(&path, &[("unknown_too", "yes")]).await;
    assert_eq!(to(&nobody), format!("/app/broadcasts/{id}?done=again-nobody"));
    assert_eq!(broadcast(&home, &id).await["state"], "finished");
}

#[tokio::test]
async fn a_broadcast_that_is_open_no_longer_is_not_sent_again() {
    let home = Home::with_page().await;
    home.opt_in("psid-7", "hello").await;
    let until = At(home.clock.fixed.now().plus(Span::minutes(5))).to_string();
    let form = json!({ "purpose": "promotion", "text": "Fresh bread", "open_until": until });
    let made = home.post("/api/v1/broadcasts", &form).await.json();
    let id = made["id"].as_str().unwrap();
    home.meta.refuse(true);
    home.submit(&format!("/app/broadcasts/{id}/send"), &[]).await;
    home.settle().await;
    home.clock.fixed.advance(Span::minutes(6));
    let late = home.submit(&format!("/app/broadcasts/{id}/again"), &[]).await;
    assert_eq!(to(&late), format!("/app/broadcasts/{id}?done=again-closed"));
}

#[tokio::test]
async fn what_meta_said_is_missing_stands_on_the_page_until_a_check_finds_it_well() {
    let home = Home::with_page().await;
    let path = format!("/app/pages/{}", page_id(&home).await);
    let check = format!("{path}/check");
    home.meta.lack(true);
    let asked = seen(&home.submit(&check, &[]).await);
    let missing = ["Missing: pages_messaging. Renew", "Not delivered: messages. One click"];
    assert!(missing.iter().all(|said| asked.contains(said)), "{asked}");
    // Looked at later, without asking Meta, and where Meta is silent.
    home.clock.fixed.advance(Span::minutes(10));
    let later = home.call("GET", &path).await;
    home.meta.be_down(true);
    let silent = home.submit(&check, &[]).await;
    home.meta.be_down(false);
    for page in [&later, &silent].map(seen) {
        assert!(missing.iter().all(|said| page.contains(said)), "{page}");
        assert!(page.contains("Sends, with gaps") && page.contains("The check below says what"), "{page}");
    }
    let arabic = seen(&home.call("GET", &format!("{path}?lang=ar")).await);
    assert!(arabic.contains("pages_messaging") && !arabic.contains("Missing:"), "{arabic}");
    assert!(seen(&home.call("GET", "/app/pages").await).contains("Sends, with gaps"));
    home.meta.lack(false);
    home.submit(&check, &[]).await;
    let well = seen(&home.call("GET", &path).await);
    assert!(well.contains("All permissions are there") && !well.contains("Not delivered"), "{well}");
    assert!(!well.contains("Sends, with gaps"), "{well}");
    // What Meta did not say is not called good by what it said before.
    home.meta.be_down(true);
    let silent = seen(&home.submit(&check, &[]).await);
    assert!(silent.contains("Whether everything is delivered here is not known"), "{silent}");
}

/// The id of the only page.
async fn page_id(home: &Home) -> String {
    home.call("GET", "/api/v1/pages").await.json()["items"][0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_draft_is_changed_in_the_form_that_it_was_written_in_and_a_sent_one_begins_another() {
    let home = Home::with_page().await;
    home.opt_in("psid-7", "hello").await;
    let page = page_id(&home).await;
    let form = [
        ("purpose", "promotion"),
        ("text", "Fresh bred"),
        ("title", "Shop"),
        ("url", "https://shop.example/"),
        ("level", "informed"),
        ("days", "3"),
        ("page", page.as_str()),
    ];
    let path = to(&home.submit("/app/broadcasts", &form).await).split('?').next().unwrap().to_owned();
    let edit = format!("{path}/edit");
    let shown = seen(&home.call("GET", &edit).await);
    for part in [
        ">Fresh bred</textarea>",
        "https://shop.example/",
        "value=\"informed\" selected",
        "value=\"3\" selected",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(shown.contains(&format!("action=\"{edit}\"")), "{shown}");
    let mut changed = form;
    changed[1].1 = "";
    let wrong = seen(&home.submit(&edit, &changed).await);
    assert!(wrong.contains("id=\"text-wrong\"") && wrong.contains(&format!("action=\"{edit}\"")), "{wrong}");
    let asked = seen(&home.call("GET", &format!("{path}/send")).await);
    let looked_at =
        asked.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    changed[1].1 = "Fresh bread";
    assert_eq!(to(&home.submit(&edit, &changed).await), format!("{path}?done=saved"));
    // What was looked at is what is sent, or nothing is.
    let stale = home.submit(&format!("{path}/send"), &[("seen", &looked_at)]).await;
    assert_eq!(to(&stale), format!("{path}?done=changed"));
    // A tag that is gone stays asked for: it finds nobody, and nobody more gets the message.
    let tag = home.post("/api/v1/tags", &json!({ "name": "Regulars" })).await.json()["id"].clone();
    let tag = tag.as_str().unwrap();
    let tagged = [&changed[..], &[("tag", tag)]].concat();
    assert_eq!(to(&home.submit(&edit, &tagged).await), format!("{path}?done=saved"));
    home.call("DELETE", &format!("/api/v1/tags/{tag}")).await;
    let form = seen(&home.call("GET", &edit).await);
    assert!(
        form.contains(&format!("value=\"{tag}\" checked")) && form.contains("A tag that was deleted"),
        "{form}"
    );
    assert_eq!(to(&home.submit(&edit, &changed).await), format!("{path}?done=saved"));
    let shown = seen(&home.call("GET", &path).await);
    assert!(shown.contains("Fresh bread") && !shown.contains("Fresh bred"), "{shown}");
    home.submit(&format!("{path}/send"), &[]).await;
    assert_eq!(to(&home.submit(&edit, &changed).await), format!("{path}?done=changed"));
    assert_eq!(to(&home.call("GET", &edit).await), format!("{path}?done=changed"));
    home.settle().await;
    let shown = seen(&home.call("GET", &path).await);
    let like = format!("/app/broadcasts/new?like={}", path.rsplit('/').next().unwrap());
    assert!(shown.contains(&like), "{shown}");
    let begun = seen(&home.call("GET", &like).await);
    assert!(
        begun.contains(">Fresh bread</textarea>") && begun.contains("action=\"/app/broadcasts\""),
        "{begun}"
    );
}

#[tokio::test]
async fn a_page_is_disconnected_with_what_that_means_before_it_and_a_way_back_after_it() {
    let home = Home::with_page().await;
    let path = format!("/app/pages/{}", page_id(&home).await);
    let shown = seen(&home.call("GET", &path).await);
    assert!(shown.contains("connecting it again brings everything back"), "{shown}");
    // Not in the class of the phone's menu, which a desk does not show.
    assert!(shown.contains("<details class=\"e-inner\"><summary>Disconnect this page"), "{shown}");
    home.meta.be_down(true);
    let form = format!("{path}/disconnect");
    assert_eq!(to(&home.submit(&form, &[]).await), format!("{path}?done=still-connected"));
    home.meta.be_down(false);
    assert_eq!(to(&home.submit(&form, &[]).await), format!("{path}?done=disconnected"));
    let shown = seen(&home.call("GET", &path).await);
    assert!(shown.contains("This page has been disconnected.") && shown.contains("/renew\""), "{shown}");
    assert!(!shown.contains("Disconnect it now"), "{shown}");
}

#[tokio::test]
async fn a_broadcast_with_a_picture_and_for_some_only_is_written_and_shown() {
    let home = Home::with_page().await;
    let page = page_id(&home).await;
    let tag = home.post("/api/v1/tags", &json!({ "name": "Regulars & more" })).await.json()["id"].clone();
    let tag = tag.as_str().unwrap();
    let asked = home.call("GET", "/app/broadcasts/new").await;
    assert!(seen(&asked).contains("<bdi>Regulars &#38; more</bdi>"), "{}", asked.text());
    let form = [
        ("purpose", "promotion"),
        ("text", "Fresh bread"),
        ("image", "https://shop.example/bread.jpg"),
        ("tag", tag),
        ("level", "confirmed"),
        ("language", "ar"),
        ("page", page.as_str()),
    ];
    let drawn = home.submit("/app/broadcasts/sketch", &form).await;
    assert!(seen(&drawn).contains("https://shop.example/bread.jpg") && !drawn.text().contains("<img"));
    let made = home.submit("/app/broadcasts", &form).await;
    let path = to(&made).split('?').next().unwrap().to_owned();
    let shown = home.call("GET", &path).await;
    for part in ["https://shop.example/bread.jpg", "Regulars &#38; more", "Said yes", "العربية"] {
        assert!(seen(&shown).contains(part), "{part}: {}", shown.text());
    }
    let id = path.rsplit('/').next().unwrap();
    let wanted = json!({ "tags": [tag], "level": "confirmed", "language": "ar" });
    assert_eq!(broadcast(&home, id).await["filter"], wanted);
    home.call("DELETE", &format!("/api/v1/tags/{tag}")).await;
    assert!(seen(&home.call("GET", &path).await).contains("A tag that was deleted"));
}

#[tokio::test]
async fn what_does_not_fit_a_broadcast_is_explained_at_its_field_and_nothing_is_saved() {
    let home = Home::with_page().await;
    let page = page_id(&home).await;
    let gone = format!("tag_{}", "0".repeat(32));
    for (name, value, field) in [
        ("image", "http://shop.example/bread.jpg", "image"),
        ("tag", gone.as_str(), "tag"),
        ("tag", "nonsense", "tag"),
        ("language", "tlh", "language"),
        ("url", "http://shop.example", "buttons"),
    ] {
        let form = [("text", "Fresh bread"), ("page", page.as_str()), ("title", "Shop"), (name, value)];
        let form = if name == "url" { form.to_vec() } else { [&form[..2], &form[3..]].concat() };
        let answer = home.submit("/app/broadcasts", &form).await;
        assert!(seen(&answer).contains(&format!("id=\"{field}-wrong\"")), "{name}: {}", answer.text());
        assert!(seen(&answer).contains("Fresh bread"), "what was typed stays");
    }
    let notice = [("purpose", "utility"), ("page", page.as_str())];
    let answer = home.submit("/app/broadcasts", &notice).await;
    assert!(seen(&answer).contains("id=\"template-wrong\""), "{}", answer.text());
    assert_eq!(home.call("GET", "/api/v1/broadcasts").await.json()["items"], json!([]));
}

#[tokio::test]
async fn a_template_is_written_followed_chosen_for_a_notice_and_deleted() {
    let home = Home::with_page().await;
    let page = page_id(&home).await;
    let none = home.call("GET", "/app/broadcasts/new").await;
    assert!(seen(&none).contains("Meta has approved none of your templates yet"), "{}", none.text());
    for name in ["order_approved", "order_rejected", "order_waits"] {
        let form = [
            ("page", page.as_str()),
            ("name", name),
            ("language", "en_US"),
            ("body", "Your order {{1}} is ready."),
            ("examples", "4711"),
        ];
        assert_eq!(to(&home.submit("/app/templates", &form).await), "/app/templates?done=template-made");
    }
    let list = home.call("GET", "/api/v1/templates").await.json();
    let named = |name: &str| {
        let template = list["items"].as_array().unwrap().iter().find(|template| template["name"] == name);
        template.unwrap()["id"].as_str().unwrap().to_owned()
    };
    let asked = home.submit(&format!("/app/templates/{}/refresh", named("order_waits")), &[]).await;
    assert_eq!(to(&asked), "/app/templates?done=template-asked");
    let shown = seen(&home.call("GET", "/app/templates").await);
    for word in [">Approved<", ">Rejected<", "Meta takes it for marketing", ">Being checked<"] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
    let compose = seen(&home.call("GET", "/app/broadcasts/new").await);
    assert!(compose.contains("<option value=\"order_approved.en_US\">"), "{compose}");
    assert!(!compose.contains("order_rejected") && !compose.contains("order_waits"));
    let form = [
        ("purpose", "utility"),
        ("template", "order_approved.en_US"),
        ("parameters", "4712"),
        ("page", page.as_str()),
    ];
    let made = home.submit("/app/broadcasts", &form).await;
    let path = to(&made).split('?').next().unwrap().to_owned();
    let notice = broadcast(&home, path.rsplit('/').next().unwrap()).await;
    let wanted = json!({ "name": "order_approved", "language": "en_US", "parameters": ["4712"] });
    assert_eq!(notice["template"], wanted);
    let path = format!("/app/templates/{}/delete", named("order_rejected"));
    assert!(seen(&home.call("GET", &path).await).contains("Delete the template order_rejected?"));
    assert_eq!(to(&home.submit(&path, &[]).await), "/app/templates?done=template-deleted");
    let left = home.call("GET", "/api/v1/templates").await.json();
    assert_eq!(left["items"].as_array().unwrap().len(), 2, "{left}");
}

#[tokio::test]
async fn a_template_that_does_not_fit_is_explained_at_its_field_and_handed_to_nobody() {
    let home = Home::with_page().await;
    let page = page_id(&home).await;
    let before = home.meta.requests();
    for (name, value, field) in [
        ("page", "nonsense", "page"),
        ("name", "Order ready", "name"),
        ("language", "English", "language"),
        ("body", "{{1}}", "body"),
        ("examples", "", "examples"),
        ("link_url", "http://shop.example", "link"),
    ] {
        let good = [
            ("page", page.as_str()),
            ("name", "ready"),
            ("language", "ar"),
            ("body", "Your order {{1}} is ready."),
            ("examples", "4711"),
            ("link_title", "Shop"),
            ("link_url", "https://shop.example"),
        ];
        let form = good.map(|(own, kept)| (own, if own == name { value } else { kept }));
        let answer = home.submit("/app/templates", &form).await;
        assert!(seen(&answer).contains(&format!("id=\"{field}-wrong\"")), "{name}: {}", answer.text());
    }
    assert_eq!(home.meta.requests(), before);
}

#[tokio::test]
async fn a_tag_is_made_put_on_a_lead_taken_off_and_deleted() {
    let home = Home::with_page().await;
    let lead = home.opt_in("psid-7", "hello").await;
    for name in ["", &"n".repeat(41)] {
        let wrong = home.submit("/app/tags", &[("name", name)]).await;
        assert!(seen(&wrong).contains("id=\"name-wrong\""), "{name}");
    }
    assert_eq!(to(&home.submit("/app/tags", &[("name", "Regulars")]).await), "/app/tags?done=tag-made");
    let tag = home.call("GET", "/api/v1/tags").await.json()["items"][0]["id"].clone();
    let tag = tag.as_str().unwrap();
    let path = format!("/app/leads/{lead}");
    let bears = async || seen(&home.call("GET", &path).await).contains(&format!("action=\"{path}/untag\""));
    assert!(!bears().await);
    let put = home.submit(&format!("{path}/tag"), &[("tag", tag)]).await;
    assert_eq!(to(&put), format!("{path}?done=tag-put"));
    assert!(bears().await);
    let taken = home.submit(&format!("{path}/untag"), &[("tag", tag)]).await;
    assert_eq!(to(&taken), format!("{path}?done=tag-taken"));
    assert!(!bears().await);
    let asks = format!("/app/tags/{tag}/delete");
    assert!(seen(&home.call("GET", &asks).await).contains("Delete the tag Regulars?"));
    assert_eq!(to(&home.submit(&asks, &[]).await), "/app/tags?done=tag-deleted");
    let gone = home.submit(&format!("{path}/tag"), &[("tag", tag)]).await;
    assert_eq!(to(&gone), format!("{path}?done=changed"));
}

#[tokio::test]
async fn a_page_that_another_account_has_is_named_with_what_to_do_and_not_whose_it_is() {
    let home = Home::with_page().await;
    home.meta.offer_second_page();
    // Somebody of another brand grants both pages in their own dialog.
    let there = |method: &str, path: &str| {
        let request = Request::builder().method(method).uri(path).header("host", OTHER_HOST);
        request.header("cookie", format!("__Host-session={}", home.other_session))
    };
    let begun = home.ask(there("GET", "/app/pages/connect").body(Body::empty()).unwrap()).await;
    let state = begun.header("location").split("state=").nth(1).unwrap().split('&').next().unwrap();
    let form = format!("code=c&state={state}&csrf={}", home.form_token(&home.other_session).await);
    let refused = there("POST", "/app/pages/connected?lang=en")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(form));
    let refused = home.ask(refused.unwrap()).await;
    let text = refused.text();
    assert!(text.contains("Corner &#60;Bakery&#62; &#38; Sons"), "the one that is taken: {text}");
    assert!(!text.contains(crate::home::SECOND_PAGE), "and no other: {text}");
    assert!(text.contains("It becomes free when the other account is erased"), "{text}");
    assert!(text.contains("href=\"/app/pages/connect\""), "{text}");
    for hint in [crate::people::EMAIL, "LeangzBotChat", &home.account.to_string()] {
        assert!(!text.contains(hint), "{hint} in {text}");
    }
    // The API names it too, by Meta's id.
    let form = json!({ "code": "c", "redirect_uri": "https://almujeeb.localhost/back" });
    let request = Request::builder().method("POST").uri("/api/v1/pages").header("host", OTHER_HOST);
    let request = request.header("authorization", format!("Bearer {}", home.other_token));
    let request = request.header("content-type", "application/json").body(Body::from(form.to_string()));
    let refused = home.ask(request.unwrap()).await;
    refused.is_problem(409, "conflict");
    let detail = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains(META_PAGE) && !detail.contains("500600700"), "{detail}");
}

#[tokio::test]
async fn whoever_signs_out_everywhere_else_is_told_of_api_tokens_and_may_end_them_too() {
    let mut home = Home::new().await;
    home.token_with(&[engine::TokenScope::PagesRead]).await;
    let page = seen(&home.call("GET", "/account").await);
    assert!(page.contains("2 API tokens of yours go on working"), "{page}");
    assert!(page.contains("type=\"checkbox\" id=\"sessions-tokens\""), "{page}");
    let ended = home.submit("/account/sessions/end", &[]).await;
    assert_eq!(to(&ended), "/account?done=session-ended");
    assert_eq!(home.call("GET", "/api/v1/leads").await.status, 200, "programs go on");
    // As for revoking a token, whoever does it has proved who they are.
    home.clock.fixed.advance(Span::minutes(16));
    let asked = home.submit("/account/sessions/end", &[("tokens", "yes")]).await;
    assert_eq!(to(&asked), "/account/prove?next=/account&again=1");
    assert_eq!(home.call("GET", "/api/v1/leads").await.status, 200);
    let proof = [("password", crate::people::PASSWORD), ("next", "/account")];
    home.session = home.submit("/account/prove", &proof).await.session().to_owned();
    let ended = home.submit("/account/sessions/end", &[("tokens", "yes")]).await;
    assert_eq!(to(&ended), "/account?done=sessions-tokens-ended");
    home.call("GET", "/api/v1/leads").await.is_problem(401, "unauthorized");
    let page = seen(&home.call("GET", "/account?done=sessions-tokens-ended").await);
    assert!(
        page.contains("Your API tokens, and any access for support that you gave, are ended")
            && !page.contains("id=\"sessions-tokens\""),
        "{page}"
    );
}

#[tokio::test]
async fn where_the_clock_is_turned_every_page_says_which_time_it_is_there_and_nowhere_else() {
    let mut home = Home::new().await;
    let pages = [
        "/login",
        "/terms",
        "/recipients",
        "/u/none",
        "/erasure/none",
        "/app",
        "/app/leads",
        "/account",
        "/nothing",
    ];
    for is_turned in [true, false] {
        let settings = WebSettings { is_https: true, is_turned, ..WebSettings::default() };
        home.router = web::router(Arc::clone(&home.engine), settings);
        for path in pages {
            let path = format!("{path}?lang=en");
            let page = if path.starts_with("/app") || path.starts_with("/acc") || path.starts_with("/not") {
                let request = Request::builder()
                    .uri(&path)
                    .header("host", crate::home::HOST)
                    .header("accept", "text/html");
                let request = request.header("cookie", format!("__Host-session={}", home.session));
                home.ask(request.body(Body::empty()).unwrap()).await
            } else {
                home.visit("GET", &path).await
            };
            let said = page.text().replace(['\u{2068}', '\u{2069}'], "");
            let is_said =
                said.contains("Its clock is turned") && said.contains("here it is 22 November 2026, 12:0");
            assert_eq!(is_said, is_turned, "{path}: {said}");
        }
    }
}
