//! Leads in bulk at the console and the API: by tag, tags on many, files.

use crate::home::{Answer, Home};
use serde_json::json;

fn to(answer: &Answer) -> &str {
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.header("location")
}

/// Three who said yes, and a tag.
async fn filled() -> (Home, [String; 3], String) {
    let home = Home::with_page().await;
    let mut leads = Vec::new();
    for psid in ["psid-1", "psid-2", "psid-3"] {
        leads.push(home.opt_in(psid, "My name is Zelda").await);
    }
    let made = home.post("/api/v1/tags", &json!({ "name": "regulars" })).await;
    let tag = made.json()["id"].as_str().unwrap().to_owned();
    (home, leads.try_into().unwrap(), tag)
}

async fn bearers(home: &Home, tag: &str) -> Vec<String> {
    let list = home.call("GET", &format!("/api/v1/leads?tag={tag}")).await.json();
    assert_eq!(list["next"], json!(null));
    list["items"].as_array().unwrap().iter().map(|lead| lead["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_api_lists_leads_by_tag_page_evidence_and_state() {
    let (home, leads, tag) = filled().await;
    home.post(&format!("/api/v1/tags/{tag}/leads"), &json!({ "leads": [leads[0], leads[2]], "bears": true }))
        .await;
    assert_eq!(bearers(&home, &tag).await, [leads[0].clone(), leads[2].clone()]);
    // One at a time: the cursor is exact.
    let first = home.call("GET", &format!("/api/v1/leads?tag={tag}&limit=1&state=subscribed")).await.json();
    assert_eq!((&first["items"][0]["id"], &first["next"]), (&json!(leads[0]), &json!(leads[0])));
    let path = format!("/api/v1/leads?tag={tag}&limit=1&state=subscribed&after={}", leads[0]);
    let second = home.call("GET", &path).await.json();
    assert_eq!((&second["items"][0]["id"], &second["next"]), (&json!(leads[2]), &json!(null)));
    let none = home.call("GET", &format!("/api/v1/leads?tag={tag}&level=started")).await.json();
    assert_eq!(none["items"], json!([]));
    for wrong in ["tag=x", "level=sure", "state=asleep", "page=led_1", "colour=red"] {
        let refused = home.call("GET", &format!("/api/v1/leads?{wrong}")).await;
        assert!(refused.status.is_client_error(), "{wrong}: {}", refused.status);
    }
    let nobodys = format!("tag_{}", "0".repeat(32));
    home.call("GET", &format!("/api/v1/leads?tag={nobodys}")).await.is_problem(404, "not-found");
}

#[tokio::test]
async fn a_tag_is_put_on_those_who_are_ticked_and_taken_back_with_one_button() {
    let (home, leads, tag) = filled().await;
    let page = home.call("GET", "/app/leads").await;
    assert!(page.text().contains(&format!("name=\"lead\" value=\"{}\"", leads[1])), "{}", page.text());
    let ticked = [
        ("which", tag.as_str()),
        ("whom", "ticked"),
        ("do", "put"),
        ("lead", &leads[0]),
        ("lead", &leads[1]),
    ];
    let done = home.submit("/app/leads/tag", &ticked).await;
    let address = to(&done).to_owned();
    assert!(address.starts_with("/app/leads?put=2&undo=put."), "{address}");
    let shown = home.call("GET", &address).await;
    assert!(shown.text().contains("The tag was put on \u{2068}2\u{2069} leads."), "{}", shown.text());
    let undo = address.split("undo=").nth(1).unwrap();
    let back = home.submit("/app/leads/tag/undo", &[("undo", undo)]).await;
    assert_eq!(to(&back), "/app/leads?done=many-undone");
    assert_eq!(bearers(&home, &tag).await, Vec::<String>::new());
    // All of the page, then taken off some who bear it; taking that back puts it on them again.
    let page = [
        ("which", tag.as_str()),
        ("whom", "page"),
        ("do", "put"),
        ("shown", &leads[0]),
        ("shown", &leads[2]),
    ];
    home.submit("/app/leads/tag", &page).await;
    let off = [
        ("which", tag.as_str()),
        ("whom", "ticked"),
        ("do", "take"),
        ("lead", &leads[0]),
        ("lead", &leads[1]),
    ];
    let address = to(&home.submit("/app/leads/tag", &off).await).to_owned();
    assert!(address.starts_with("/app/leads?taken=1&undo=take."), "{address}");
    assert_eq!(bearers(&home, &tag).await, [leads[2].clone()]);
    home.submit("/app/leads/tag/undo", &[("undo", address.split("undo=").nth(1).unwrap())]).await;
    assert_eq!(bearers(&home, &tag).await, [leads[0].clone(), leads[2].clone()]);
    // Nothing ticked, no tag chosen, nothing to take back: nothing changes and it is said why.
    for (fields, done) in [
        (vec![("which", tag.as_str()), ("whom", "ticked"), ("do", "put")], "many-nobody"),
        (vec![("whom", "page"), ("do", "put"), ("shown", &leads[1])], "many-no-tag"),
    ] {
        assert_eq!(to(&home.submit("/app/leads/tag", &fields).await), format!("/app/leads?done={done}"));
    }
    assert_eq!(
        to(&home.submit("/app/leads/tag/undo", &[("undo", "put.x")]).await),
        "/app/leads?done=changed"
    );
    assert_eq!(bearers(&home, &tag).await.len(), 2);
}

#[tokio::test]
async fn whoever_tags_all_that_fit_sees_first_how_many_they_are() {
    let (home, _, tag) = filled().await;
    let all = vec![("which", tag.as_str()), ("whom", "fitting"), ("do", "put"), ("state", "subscribed")];
    let asks = home.submit("/app/leads/tag", &all).await;
    assert_eq!(asks.status, 200);
    let seen = asks.text().replace(['\u{2068}', '\u{2069}'], "");
    assert!(seen.contains("Put the tag regulars on 3 leads?"), "{seen}");
    assert!(seen.contains("name=\"state\" value=\"subscribed\""), "{seen}");
    assert_eq!(bearers(&home, &tag).await, Vec::<String>::new());
    let mut sure = all.clone();
    sure.push(("sure", "yes"));
    let done = home.submit("/app/leads/tag", &sure).await;
    assert!(to(&done).starts_with("/app/leads?state=subscribed&put=3&undo=put."), "{}", to(&done));
    assert_eq!(bearers(&home, &tag).await.len(), 3);
}

#[tokio::test]
async fn claim_a3_a_file_of_leads_needs_a_reason_and_stands_on_the_page_of_exports() {
    let (home, leads, _) = filled().await;
    let form = home.call("GET", "/app/leads/exports?state=subscribed").await;
    let seen = form.text().replace(['\u{2068}', '\u{2069}'], "");
    assert!(seen.contains("3 leads fit this choice at the moment."), "{seen}");
    assert!(seen.contains("deleted after a year"), "{seen}");
    let silent = home.submit("/app/leads/exports", &[("form", "csv"), ("why", "")]).await;
    assert!(silent.text().contains("id=\"why-wrong\""), "{}", silent.text());
    assert!(silent.text().contains("No file has been taken out yet."));
    let file = home.submit("/app/leads/exports", &[("form", "csv"), ("why", "the spring raffle")]).await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"leads.csv\"");
    assert!(leads.iter().all(|lead| file.text().contains(lead)) && !file.text().contains("psid-"));
    // Entries of one tick of the clock stand in no order.
    home.clock.fixed.advance(model::time::Span::secs(1));
    let asked = json!({ "form": "json", "with_names": true, "why": "our shop system" });
    let file = home.post_once("/api/v1/leads/exports", "key-1", &asked).await;
    assert_eq!(file.status, 200, "{}", file.text());
    assert_eq!(file.json()["leads"][0]["messenger_id"], "psid-1");
    // Too long to keep: the same key makes it anew.
    assert_eq!(home.post_once("/api/v1/leads/exports", "key-1", &asked).await.status, 200);
    let taken = home.call("GET", "/api/v1/leads/exports").await.json();
    let said: Vec<_> =
        taken["items"].as_array().unwrap().iter().map(|t| (&t["by"], &t["leads"], &t["why"])).collect();
    let (api, shop) = (json!("api"), json!("our shop system"));
    let console = (&json!("console"), &json!(3), &json!("the spring raffle"));
    assert_eq!(said, [(&api, &json!(3), &shop), (&api, &json!(3), &shop), console]);
    let page = home.call("GET", "/app/leads/exports").await;
    assert!(page.text().contains("the spring raffle") && page.text().contains("By an API token"));
    for (wrong, field) in
        [(json!({ "form": "pdf", "why": "raffle" }), "form"), (json!({ "form": "csv", "why": "x" }), "why")]
    {
        let refused = home.post("/api/v1/leads/exports", &wrong).await;
        assert_eq!(refused.status, 422, "{field}: {}", refused.text());
    }
}
