//! What the console does with what people send it: forms in, pages and changes out.

use crate::home::{Answer, Home};
use engine::views::At;
use model::time::{Clock, Span};
use serde_json::{Value, json};

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
    assert!(seen(&shown).contains(&format!("24 December {year}, 18:00 (Europe/Dublin, UTC+00:00)")));
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
    let table = home.call("GET", &format!("/app/broadcasts/{id}/not-reached.csv")).await;
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(table.text().lines().count(), 3, "{}", table.text());
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
