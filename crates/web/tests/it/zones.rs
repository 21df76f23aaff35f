//! Times as the person's own clocks show them: chosen on the account's page, named at the foot of every
//! page and in the mails; what programs read stays in UTC.

use crate::home::{Answer, Home};
use crate::people::{EMAIL, PASSWORD};
use engine::TokenScope;
use engine::actions::tokens;
use model::time::{Clock, Span, Timestamp};
use serde_json::json;

/// A page without the marks around what is filled in.
fn seen(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.text().replace(['\u{2066}', '\u{2068}', '\u{2069}'], "")
}

async fn choose(home: &Home, language: &str, zone: &str) -> Answer {
    let form = [("name", "Sample Owner"), ("language", language), ("zone", zone)];
    home.submit("/account/profile", &form).await
}

/// Chosen on the account's page.
pub async fn live_in(home: &Home, language: &str, zone: &str) {
    let done = choose(home, language, zone).await;
    assert_eq!((done.status.as_u16(), done.header("location")), (303, "/account?done=profile-saved"));
}

/// As a calendar with that many hours more than UTC's shows it, in English.
fn calendar(at: Timestamp, hours: i64) -> String {
    let at = jiff::Timestamp::from_microsecond(at.plus(Span::hours(hours)).micros()).unwrap();
    at.strftime("%-d %B %Y, %H:%M").to_string()
}

fn moment(text: &str) -> Timestamp {
    Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
}

#[tokio::test]
async fn times_are_utc_until_a_zone_is_chosen_and_that_zones_from_then_on() {
    let home = Home::with_page().await;
    let made = json!({ "purpose": "promotion", "text": "Fresh bread", "open_until": "2027-01-31T22:30:00Z" });
    let made = home.post("/api/v1/broadcasts", &made).await.json();
    let path = format!("/app/broadcasts/{}", made["id"].as_str().unwrap());
    let now = home.clock.fixed.now();
    let before = seen(&home.call("GET", &path).await);
    assert!(before.contains(&calendar(now, 0)) && before.contains("31 January 2027, 22:30"), "{before}");
    let foot = "Times are in UTC, unless another zone stands beside them. <a href=\"/account#profile-zone\">";
    assert!(before.contains(foot), "{before}");
    let account = seen(&home.call("GET", "/account").await);
    let (_, field) = account.split_once("<select class=\"form-select\" id=\"profile-zone\"").unwrap();
    let (field, _) = field.split_once("</select>").unwrap();
    assert!(field.contains("<option value=\"\" selected>") && field.matches(" selected").count() == 1);
    assert!(account.contains("tell times as your clocks show them"), "why it is asked for");

    live_in(&home, "en", "Asia/Amman").await;
    let after = seen(&home.call("GET", &path).await);
    assert!(after.contains(&calendar(now, 3)) && after.contains("1 February 2027, 01:30"), "{after}");
    assert!(!after.contains(&calendar(now, 0)) && after.contains("Times are in Asia/Amman, "), "{after}");
    let account = seen(&home.call("GET", "/account").await);
    assert!(account.contains("<option value=\"Asia/Amman\" selected>"));
    assert!(account.contains(&calendar(now, 3)), "sessions and sign-ins, too");
    // The form for a time is ready for the same clocks, and names them where it states a limit.
    let form = seen(&home.call("GET", &format!("{path}/schedule")).await);
    assert!(form.contains("<option value=\"Asia/Amman\" selected>"), "{form}");
    assert!(form.contains("1 February 2027, 01:30 (Asia/Amman,\u{a0}UTC+03:00)"), "{form}");

    live_in(&home, "ar", "Asia/Amman").await;
    let arabic = seen(&home.call("GET", &path).await);
    assert!(arabic.contains("الأوقات بتوقيت Asia/Amman ما لم"), "{arabic}");
    assert!(arabic.contains("1 فبراير 2027، 01:30"), "{arabic}");
    // And back.
    live_in(&home, "en", "").await;
    assert!(seen(&home.call("GET", &path).await).contains("31 January 2027, 22:30"));
}

#[tokio::test]
async fn times_on_both_sides_of_a_change_of_the_clocks_stand_on_one_page() {
    let home = Home::new().await;
    let brand = home.actor().brand;
    for until in
        ["2027-03-28T00:59:00Z", "2027-03-28T01:00:00Z", "2027-10-31T00:59:00Z", "2027-10-31T01:00:00Z"]
    {
        let scopes = [TokenScope::LeadsRead];
        let made = tokens::create(&home.engine, brand, home.account, &scopes, Some(moment(until))).await;
        made.unwrap();
    }
    live_in(&home, "en", "Europe/Berlin").await;
    let page = seen(&home.call("GET", "/app/tokens").await);
    for shown in
        ["28 March 2027, 01:59", "28 March 2027, 03:00", "31 October 2027, 02:59", "31 October 2027, 02:00"]
    {
        assert!(page.contains(shown), "no {shown} in {page}");
    }
}

#[tokio::test]
async fn a_zone_that_is_none_is_refused_beside_its_field_and_changes_nothing() {
    let home = Home::new().await;
    live_in(&home, "en", "Europe/Berlin").await;
    for (language, sentence) in [("en", "This is no time zone that we know."), ("ar", "لا نعرف هذه المنطقة")]
    {
        live_in(&home, language, "Europe/Berlin").await;
        for zone in ["Mars/Olympus", "+03:00", "../../etc/passwd"] {
            let refused = choose(&home, language, zone).await;
            assert_eq!(refused.status, 422, "{zone}");
            let (_, rest) = refused.text().split_once("id=\"profile-zone-wrong\"").unwrap();
            assert!(rest.split("</p>").next().unwrap().contains(sentence), "{zone}: {rest}");
            let kept = home.call("GET", "/account").await;
            assert!(kept.text().contains("<option value=\"Europe/Berlin\" selected>"), "{zone}");
        }
    }
    assert_eq!(choose(&home, "en", "Asia/Amman\0").await.status, 400);
    // However it is written, it is kept as the list has it.
    live_in(&home, "en", " asia/amman ").await;
    assert!(home.call("GET", "/account").await.text().contains("<option value=\"Asia/Amman\" selected>"));
}

#[tokio::test]
async fn what_programs_read_is_utc_whatever_zone_its_owner_lives_in() {
    let home = Home::with_page().await;
    live_in(&home, "en", "Asia/Amman").await;
    home.opt_in("psid-7", "hello").await;
    let made = home.post("/api/v1/broadcasts", &json!({ "purpose": "promotion", "text": "Bread" })).await;
    let id = made.json()["id"].as_str().unwrap().to_owned();
    home.meta.refuse(true);
    home.submit(&format!("/app/broadcasts/{id}/send"), &[]).await;
    home.settle().await;
    let utc = |at: Timestamp| {
        let at = jiff::Timestamp::from_microsecond(at.micros()).unwrap();
        at.strftime("%Y-%m-%dT%H:%M").to_string()
    };
    let now = utc(home.clock.fixed.now());
    let read = home.call("GET", &format!("/api/v1/broadcasts/{id}")).await.json();
    for field in ["created_at", "finished_at"] {
        let at = read[field].as_str().unwrap();
        assert!(at.starts_with(&now) && at.ends_with('Z'), "{field}: {at}");
    }
    let asked = [("state", "not_reached"), ("why", "the shop calls them")];
    let table = home.submit(&format!("/app/broadcasts/{id}/export"), &asked).await;
    let line = table.text().lines().nth(1).unwrap();
    assert!(line.contains(&now) && line.contains('Z'), "{line}");
    assert!(!table.text().contains("Amman"), "{}", table.text());
}

#[tokio::test]
async fn mails_tell_times_in_the_zone_too_but_not_to_an_address_that_was_only_typed() {
    let home = Home::new().await;
    live_in(&home, "en", "Asia/Amman").await;
    let change = [("current", PASSWORD), ("password", "orbit-kettle-lamp-17")];
    assert_eq!(home.submit("/account/password", &change).await.status, 303);
    let told = home.mails.text_to(&home.engine, EMAIL, "password_changed").await;
    assert!(told.contains("(Asia/Amman, UTC+03:00)"), "{told}");
    let new = "new@corner.example.com";
    let change = [("current", "orbit-kettle-lamp-17"), ("email", new)];
    assert_eq!(home.submit("/account/address", &change).await.status, 303);
    let told = home.mails.text_to(&home.engine, new, "confirm_new_address").await;
    assert!(told.contains(" UTC") && !told.contains("Amman"), "{told}");
}
