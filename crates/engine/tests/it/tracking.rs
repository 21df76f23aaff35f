//! What people do with their messages leaves nothing, nor does what they write (claims X1, X4, F5): every table is compared, column by column, before
//! and after Meta tells of it.

use crate::broadcasts::promotion;
use crate::home::Home;
use engine::actions::broadcasts;
use engine::views;
use model::broadcast::{BroadcastState, Step};
use model::id::{BroadcastId, LeadId};
use model::outgoing::Button;
use model::time::{Clock, Span};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use store::{Row, Schema, Stmt, Value};

/// Every row of every table, as the data map declares its columns.
type Dump = BTreeMap<&'static str, (Vec<&'static str>, Vec<Vec<String>>)>;

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Bytes(bytes) => hex::encode(bytes),
        Value::Text(text) => text.clone(),
    }
}

/// What the process notes of itself: who serves, who holds what.
const OF_THE_PROCESS: [&str; 2] = ["node", "lease"];

async fn dump(home: &Home) -> Dump {
    let mut all = Dump::new();
    for declaration in store::declarations(Schema::Data) {
        let table = declaration.place;
        if OF_THE_PROCESS.contains(&table) {
            continue;
        }
        let columns: Vec<&str> = declaration.items.iter().map(|item| item.name).collect();
        let sql: &'static str = format!("SELECT {} FROM {table}", columns.join(", ")).leak();
        let stmt: &'static Stmt = Box::leak(Box::new(Stmt::pair("tracking::dump", sql, sql)));
        let rows = home.data.read("dump", |tx: &store::Tx<'_>| tx.query(stmt, &[])).await;
        let rows: Vec<Row> = rows.unwrap_or_else(|error| panic!("{table}: {error}"));
        let cells = |row: &Row| (0..columns.len()).map(|at| shown(row.value(at).unwrap())).collect();
        let rows = rows.iter().map(cells).collect();
        all.insert(table, (columns, rows));
    }
    assert!(all.len() > 40, "the search finds the tables");
    all
}

/// The tables with a row that names this id.
pub async fn named_in(home: &Home, id: [u8; 16]) -> BTreeSet<&'static str> {
    let id = hex::encode(id);
    let all = dump(home).await;
    let names = |rows: &[Vec<String>]| rows.iter().flatten().any(|cell| *cell == id);
    all.iter().filter(|(_, (_, rows))| names(rows)).map(|(table, _)| *table).collect()
}

/// The columns in which something is different; a table whose number of rows is, as a whole.
fn changed(before: &Dump, after: &Dump) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (table, (columns, rows)) in after {
        let (_, earlier) = &before[table];
        if rows.len() != earlier.len() {
            found.insert((*table).to_owned());
        }
        for (at, column) in columns.iter().enumerate() {
            let values = |rows: &[Vec<String>]| {
                let mut values: Vec<String> = rows.iter().map(|row| row[at].clone()).collect();
                values.sort();
                values
            };
            if rows.len() == earlier.len() && values(rows) != values(earlier) {
                found.insert(format!("{table}.{column}"));
            }
        }
    }
    found
}

/// Two people who have agreed and one who has not, and a broadcast to all of them that is over.
async fn sent(home: &Home, text: &str, buttons: Vec<Button>) -> (BroadcastId, [LeadId; 2]) {
    let leads = [home.opt_in("5550001", "hello").await, home.opt_in("5550002", "hello").await];
    home.write("5550003", "hello").await;
    home.settle().await;
    let form = broadcasts::BroadcastForm { buttons, ..promotion(text) };
    let made = broadcasts::create(&home.engine, &home.actor(), form).await.unwrap();
    broadcasts::step(&home.engine, &home.actor(), made.id, Step::Send).await.unwrap();
    home.settle().await;
    (made.id, leads)
}

/// The ids by which Meta knows the messages that were sent.
fn ids(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("m_{number}")).collect()
}

/// What is left of anything that somebody sends: that it came once (a keyed hash, for two weeks), when the person was last
/// heard of, on which Meta's window hangs, when the page was, and how many answers there were.
const THAT_SOMETHING_CAME: [&str; 6] =
    ["seen", "seen.mac", "lead.last_inbound_at", "page.heard_at", "tally", "tally.count"];

#[tokio::test]
async fn claim_f5_what_meta_tells_of_reading_and_delivering_leaves_nothing() {
    let home = Home::new().await;
    sent(&home, "Fresh bread!", Vec::new()).await;
    let before = dump(&home).await;
    for round in 0..10 {
        home.clock.advance(Span::secs(30));
        let at = home.clock.now().millis();
        for psid in ["5550001", "5550002", "5550003"] {
            for what in [
                json!({ "delivery": { "mids": ids(round), "watermark": at } }),
                json!({ "read": { "watermark": at } }),
                json!({ "read": { "mid": "m_1", "watermark": at, "seq": round } }),
                json!({ "reaction": { "mid": "m_1", "action": "unreact", "reaction": "love", "emoji": "x" } }),
                json!({ "message_edit": { "mid": "m_1", "text": "something else", "num_edit": round } }),
                json!({ "account_linking": { "status": "linked", "authorization_code": "marker" } }),
            ] {
                home.deliver(&home.event(psid, what)).await;
            }
        }
    }
    let none = BTreeSet::new();
    assert_eq!(changed(&before, &dump(&home).await), none, "right after they were taken");
    home.settle().await;
    assert_eq!(changed(&before, &dump(&home).await), none, "after everything was processed");
}

#[tokio::test]
async fn claim_f5_a_reaction_and_a_referral_say_that_somebody_wrote_and_nothing_else() {
    let home = Home::new().await;
    sent(&home, "Fresh bread!", Vec::new()).await;
    // What follows from the first answers is over.
    home.clock.advance(Span::minutes(5));
    let whats = [
        json!({ "reaction": { "mid": "m_1", "action": "react", "reaction": "love", "emoji": "marker" } }),
        json!({ "referral": { "ref": "marker-campaign-4711", "source": "ADS", "type": "OPEN_THREAD",
            "ad_id": "marker-ad", "ads_context_data": { "ad_title": "marker" } } }),
        json!({ "referral": { "ref": "marker", "source": "SHORTLINK", "type": "OPEN_THREAD", "referer_uri": "https://marker.example/" } }),
    ];
    for what in whats {
        let mut earlier = dump(&home).await;
        for round in 0..4 {
            home.clock.advance(Span::minutes(1));
            home.deliver(&home.event("5550001", what.clone())).await;
            home.settle().await;
            let later = dump(&home).await;
            let found = changed(&earlier, &later);
            let more: Vec<_> =
                found.iter().filter(|at| !THAT_SOMETHING_CAME.contains(&at.as_str())).collect();
            assert!(more.is_empty(), "{what}, round {round}: {more:?}");
            earlier = later;
        }
    }
}

#[tokio::test]
async fn claim_f5_a_tap_on_a_broadcasts_button_leaves_what_any_word_leaves_and_not_which_button() {
    let home = Home::new().await;
    let button = |title: &str, payload: &str| Button::Postback {
        title: title.to_owned(),
        payload: payload.to_owned(),
    };
    sent(&home, "Fresh bread!", vec![button("Rolls", "want-rolls"), button("Loaves", "want-loaves")]).await;
    // What follows from the first answers is over.
    home.clock.advance(Span::minutes(5));
    let postback = |title: &str, payload: &str, mid: &str| json!({ "postback": { "mid": mid, "title": title, "payload": payload } });
    let quick = |payload: &str, mid: &str| json!({ "message": { "mid": mid, "text": "Rolls", "quick_reply": { "payload": payload } } });
    let left = async |what: serde_json::Value| {
        let earlier = dump(&home).await;
        home.clock.advance(Span::minutes(1));
        home.deliver(&home.event("5550001", what)).await;
        home.settle().await;
        let mut found = changed(&earlier, &dump(&home).await);
        // To the minute, of whomever it came: now and then two come within one.
        found.remove("page.heard_at");
        found
    };
    // The first of each leads to rows that later ones are counted in.
    for round in 0..3 {
        let mid = |name: &str| format!("m_{name}_{round}");
        let word = left(json!({ "message": { "mid": mid("word"), "text": "Rolls" } })).await;
        assert!(word.contains("lead.last_inbound_at"), "it was taken in: {word:?}");
        for what in [
            postback("Rolls", "want-rolls", &mid("rolls")),
            postback("Loaves", "want-loaves", &mid("loaves")),
            quick("want-rolls", &mid("quick")),
        ] {
            let found = left(what.clone()).await;
            let more: Vec<_> =
                found.iter().filter(|at| !THAT_SOMETHING_CAME.contains(&at.as_str())).collect();
            assert!(more.is_empty(), "{what}, round {round}: {more:?}");
            assert_eq!(found, word, "{what}, round {round}: it can be told from a word");
        }
    }
}

#[tokio::test]
async fn claim_f5_a_tap_that_agrees_or_unsubscribes_is_evidence_and_nothing_besides_is_kept() {
    let home = Home::new().await;
    sent(&home, "Fresh bread!", Vec::new()).await;
    home.clock.advance(Span::minutes(5));
    let yes = home.yes();
    // The record, its leaf in the log, which says nothing of whom, and sums of the day.
    let evidence = [
        "consent_event",
        "consent_leaf",
        "daily",
        "daily.count",
        "ledger_checkpoint",
        "ledger_pending",
        "ledger_tile",
        "ledger_tile.hashes",
    ];
    for (psid, payload, states) in [
        ("5550003", yes.as_str(), ["lead.confirmed_at", "lead.confirmed_id"]),
        ("5550001", "entente:unsubscribe", ["lead.withdrawn_at", "lead.asked_at"]),
    ] {
        let earlier = dump(&home).await;
        home.tap(psid, payload).await;
        home.settle().await;
        let found = changed(&earlier, &dump(&home).await);
        assert!(found.contains("consent_event") && found.contains(states[0]), "{payload}: {found:?}");
        let allowed = THAT_SOMETHING_CAME.iter().chain(&evidence).chain(&states);
        let allowed: BTreeSet<&str> = allowed.copied().collect();
        let more: Vec<_> = found.iter().filter(|at| !allowed.contains(at.as_str())).collect();
        assert!(more.is_empty(), "{payload}: {more:?}");
    }
}

#[tokio::test]
async fn claim_x1_what_somebody_writes_is_answered_and_its_text_is_not_kept_not_even_encrypted() {
    let home = Home::new().await;
    sent(&home, "Fresh bread!", Vec::new()).await;
    home.clock.advance(Span::minutes(5));
    let mut earlier = dump(&home).await;
    for text in ["Is the rye bread vegan?", "I am allergic to nuts, you know. ".repeat(20).as_str(), "ok"] {
        home.clock.advance(Span::minutes(1));
        home.write("5550001", text).await;
        home.settle().await;
        let later = dump(&home).await;
        // As with a reaction: that something came, when, and how much was answered. No envelope is new or another.
        let found = changed(&earlier, &later);
        assert!(found.contains("lead.last_inbound_at"), "it was taken in: {found:?}");
        let more: Vec<_> = found.iter().filter(|at| !THAT_SOMETHING_CAME.contains(&at.as_str())).collect();
        assert!(more.is_empty(), "{text}: {more:?}");
        earlier = later;
    }
}

#[tokio::test]
async fn claim_x4_a_link_leaves_as_it_was_written() {
    let home = Home::new().await;
    let in_text = "https://shop.example/%D8%AE%D8%A8%D8%B2?utm_source=own&x=1%20&y=#Teil-2";
    let on_button = "https://shop.example/autumn?who=everybody&a=b&fbclid=own#top";
    let button = Button::Url { title: "Shop".to_owned(), url: on_button.to_owned() };
    sent(&home, &format!("Fresh bread: {in_text} until Sunday."), vec![button]).await;
    let requests = home.meta.requests.lock().unwrap();
    let messages: Vec<serde_json::Value> = requests
        .iter()
        .filter(|request| request.url.contains("/messages"))
        .map(|request| serde_json::from_slice(&request.body).unwrap())
        .filter(|message: &serde_json::Value| message.to_string().contains("Fresh bread"))
        .collect();
    assert_eq!(messages.len(), 2);
    for message in &messages {
        let payload = &message["message"]["attachment"]["payload"];
        assert_eq!(payload["text"], format!("Fresh bread: {in_text} until Sunday."));
        let urls: Vec<&serde_json::Value> =
            payload["buttons"].as_array().unwrap().iter().filter_map(|button| button.get("url")).collect();
        assert_eq!(urls, [on_button], "the one that was written, and as it was");
    }
    // The two are told apart by whom they go to and by nothing else.
    let without_whom = |message: &serde_json::Value| {
        let mut message = message.clone();
        message["recipient"] = json!(null);
        message.as_object_mut().unwrap().retain(|name, _| name != "metadata");
        message["message"].as_object_mut().unwrap().retain(|name, _| name != "metadata");
        message
    };
    assert_eq!(without_whom(&messages[0]), without_whom(&messages[1]));
}

#[tokio::test]
async fn claim_f5_figures_of_a_broadcast_are_sums_and_after_ninety_days_only_they_are_left() {
    let home = Home::new().await;
    let (id, leads) = sent(&home, "Fresh bread!", Vec::new()).await;
    let figures = async || {
        let view = views::broadcasts::get(&home.engine, &home.actor(), id).await.unwrap();
        assert_eq!(view.state, BroadcastState::Finished);
        (view.counts, view.reasons)
    };
    let lines = async || {
        views::broadcasts::deliveries(&home.engine, &home.actor(), id, None, None, 10).await.unwrap().len()
    };
    let counted = figures().await;
    assert_eq!((counted.0["sent"], counted.0["refused"], lines().await), (2, 1, 3));
    home.clock.advance(Span(Span::days(90).0 - Span::minutes(1).0));
    home.engine.enforce_retention().await.unwrap();
    assert_eq!((figures().await, lines().await), (counted.clone(), 3), "before the time is over");
    home.clock.advance(Span::minutes(2));
    let went = home.engine.enforce_retention().await.unwrap();
    assert!(went.contains(&("delivery", 3)), "{went:?}");
    assert_eq!((figures().await, lines().await), (counted.clone(), 0));
    let summary = views::summary::pages(&home.engine, home.brand).await.unwrap();
    let page = summary.iter().find(|page| page.page == home.page).unwrap();
    assert_eq!(page.deliveries[&id].values().sum::<u64>(), 3);
    // No row of what is left names anybody.
    let after = dump(&home).await;
    assert!(after["delivery"].1.is_empty());
    assert_eq!(after["broadcast_count"].1.len(), 2);
    let left = after["broadcast_count"].1.concat().concat();
    assert!(leads.iter().all(|lead| !left.contains(&hex::encode(lead.0))), "{left}");
    // Who it went to is not known any more, so it goes to nobody again, and erasing somebody takes nothing away.
    let again = broadcasts::send_again(&home.engine, &home.actor(), id, true).await;
    assert!(again.is_err(), "{again:?}");
    engine::actions::leads::erase(&home.engine, &home.actor(), leads[0]).await.unwrap();
    home.settle().await;
    assert_eq!(figures().await, counted);
    assert_eq!(
        home.engine.enforce_retention().await.unwrap().iter().find(|(at, _)| *at == "delivery"),
        Some(&("delivery", 0))
    );
}
