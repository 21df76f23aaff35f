//! The audit in the console: every form of an admin leaves an entry, and the page, the file and the log show what they may.

use crate::admin::{LOGO, Person};
use crate::breaches::{WORDS, value_of};
use crate::browser::{Site, look};
use crate::home::{HOST, Home};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use engine::views::audit::{AuditView, Filter, list};
use engine::{ActBy, Actor, Role};
use model::ports::{LogLine, LogLines};
use model::time::{Clock, Span, Timestamp};
use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use testkit::browser::{self, Browser, WIDTHS};
use web::WebSettings;
use web::routes::ROUTES;

/// Forms of admins that leave no entry, and why.
const WITHOUT: [(&str, &str); 4] = [
    (
        "/admin/breaches/{id}/people/draft",
        "keeps words to be looked at; telling them to people leaves the entry",
    ),
    (
        "/admin/breaches/{id}/mail/draft",
        "keeps a mail to be looked at; sending it to the authority leaves the entries",
    ),
    ("/admin/brand/pair", "shows how two colours look, and changes nothing"),
    (
        "/admin/brand/erase",
        "the brand's entries go with it; what happened stands in the erasure's receipt and tag",
    ),
];

fn admin_of(home: &Home) -> Actor {
    Actor { role: Role::Admin, ..home.actor() }
}

/// What admins did, the newest first.
async fn entries(home: &Home) -> Vec<AuditView> {
    let by_admins = Filter { by: Some(ActBy::Admin), ..Filter::default() };
    list(&home.engine, &admin_of(home), by_admins, None, 200).await.unwrap()
}

/// Drives forms, and notes which of the table they were.
struct Drive<'a> {
    admin: Person<'a>,
    driven: BTreeSet<&'static str>,
}

impl Drive<'_> {
    /// The form at this route leaves one entry of this kind.
    async fn sends(&mut self, route: &'static str, path: &str, fields: &[(&str, &str)], kind: &str) {
        self.leaves(route, path, fields, &[kind]).await;
    }

    /// The same, of these kinds.
    async fn leaves(&mut self, route: &'static str, path: &str, fields: &[(&str, &str)], kinds: &[&str]) {
        let home = self.admin.home;
        // So that the newest is the newest.
        home.clock.fixed.advance(Span(1_000));
        let before = entries(home).await.len();
        let answer = if route.ends_with("/logo") {
            self.admin.upload(path, &self.admin.token().await, LOGO).await
        } else {
            self.admin.post(path, fields).await
        };
        assert!(matches!(answer.status.as_u16(), 200 | 303), "{path}: {} {}", answer.status, answer.text());
        let after = entries(home).await;
        let newest = after.iter().take(after.len() - before).map(|entry| entry.kind.as_str());
        assert_eq!(newest.collect::<Vec<_>>(), kinds, "{path}: {}", answer.header("location"));
        self.driven.insert(route);
    }

    async fn newest(&self, what: &str) -> String {
        let after = entries(self.admin.home).await;
        let found = after[0].facts.iter().find(|(name, _)| name == what);
        found.unwrap().1.reveal().clone()
    }
}

#[tokio::test]
async fn claim_a1_every_form_of_an_admin_leaves_an_entry() {
    let home = Home::with_page().await;
    let lead = home.opt_in("psid-7", "hello").await;
    let broadcast = home.post("/api/v1/broadcasts", &json!({ "purpose": "promotion", "text": "Hi" })).await;
    let broadcast = broadcast.json()["id"].as_str().unwrap().to_owned();
    let admin = Person::admin(&home).await;
    let texts = admin.get("/admin/brand/texts/en").await;
    let mut drive = Drive { admin, driven: BTreeSet::new() };
    let date = |days: i64| {
        let at = home.clock.fixed.now().plus(Span::days(days));
        jiff::Timestamp::from_microsecond(at.micros()).unwrap().strftime("%Y-%m-%d").to_string()
    };
    let (today, late) = (date(0), date(32));

    drive.sends("/admin/brand/name", "/admin/brand/name", &[("name", "Bread")], "brand_set").await;
    drive.sends("/admin/brand/logo", "/admin/brand/logo", &[], "logo_set").await;
    let colours = [("primary", "#5B2A86"), ("on_primary", "#ffffff")];
    drive.sends("/admin/brand/colours", "/admin/brand/colours", &colours, "brand_set").await;
    let languages = [("speaks-en", "yes"), ("speaks-ar", "yes"), ("first", "ar")];
    drive.sends("/admin/brand/languages", "/admin/brand/languages", &languages, "brand_set").await;
    let controller = [
        ("name", "Bread Ltd"),
        ("address", "1 Mill Lane, Cork"),
        ("country", "Ireland"),
        ("contact", "privacy@bread.example.com"),
    ];
    home.notice_names(HOST, "Bread Ltd").await;
    drive.sends("/admin/brand/controller", "/admin/brand/controller", &controller, "brand_set").await;
    let mut fields = crate::admin::typed(&texts);
    for (name, value) in &mut fields {
        if name == "question" {
            "May we write to you with offers?".clone_into(value);
        }
    }
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    drive.sends("/admin/brand/texts/{language}", "/admin/brand/texts/en", &fields, "brand_set").await;
    assert_eq!(drive.newest("part").await, "texts/en");
    drive.sends("/admin/brand/back/{part}", "/admin/brand/back/name", &[], "brand_given_back").await;

    let next = [
        ("after", "1"),
        ("text-en", "# terms\r\n\r\nWhat holds there."),
        ("text-ar", "# terms\r\n\r\nWhat holds there."),
        ("summary-en", "What holds has been moved from here to there."),
        ("summary-ar", "What holds has been moved from here to there."),
        ("early", ""),
        ("effective_at", late.as_str()),
        ("do", "publish"),
    ];
    drive.sends("/admin/documents/{kind}", "/admin/documents/terms", &next, "document_published").await;
    home.unpublish(HOST).await;
    let names = [
        "terms-en",
        "terms-ar",
        "privacy-en",
        "privacy-ar",
        "data_use-en",
        "data_use-ar",
        "breach_policy-en",
        "breach_policy-ar",
    ];
    let first: Vec<(&str, &str)> = names.iter().map(|name| (*name, "# What holds here")).collect();
    drive.sends("/admin/documents", "/admin/documents", &first, "document_published").await;

    let form = [("name", "Gold"), ("messages", "7"), ("leads", ""), ("pages", "")];
    drive.sends("/admin/plans", "/admin/plans", &form, "plan_made").await;
    let plan = drive.newest("plan").await;
    let path = format!("/admin/plans/{plan}");
    let form = [("name", "Silver"), ("messages", "8"), ("leads", ""), ("pages", "")];
    drive.sends("/admin/plans/{id}", &path, &form, "plan_changed").await;
    let account = home.account.to_string();
    let own = format!("/admin/accounts/{account}");
    let terms = [("plan", plan.as_str()), ("state", "past_due")];
    drive.sends("/admin/accounts/{id}", &own, &terms, "subscription_set").await;
    assert_eq!(drive.newest("state").await, "past_due");
    drive.sends("/admin/plans/{id}/retire", &format!("{path}/retire"), &[], "plan_retired").await;
    drive.sends("/admin/plans/{id}/offer", &format!("{path}/offer"), &[], "plan_offered").await;
    drive.sends("/admin/plans/{id}/start", &format!("{path}/start"), &[], "plan_start").await;
    let form = [("name", "Nobody's"), ("messages", ""), ("leads", ""), ("pages", "")];
    drive.sends("/admin/plans", "/admin/plans", &form, "plan_made").await;
    let other = format!("/admin/plans/{}/delete", drive.newest("plan").await);
    drive.sends("/admin/plans/{id}/delete", &other, &[], "plan_deleted").await;

    let noted = [("kind", "access"), ("received", today.as_str()), ("note", "Ticket 4711")];
    drive.sends("/admin/requests", "/admin/requests", &noted, "request_noted").await;
    let request = format!("/admin/requests/{}", drive.newest("request").await);
    let reason = [("reason", "it is a lot of data")];
    drive
        .sends("/admin/requests/{id}/extend", &format!("{request}/extend"), &reason, "request_extended")
        .await;
    let answer = [("outcome", "done"), ("answer", "Sent by post")];
    drive.sends("/admin/requests/{id}/close", &format!("{request}/close"), &answer, "request_closed").await;

    let recipient = [
        ("recipient-who", "Sample Bookkeeping Ltd"),
        ("recipient-data", "Invoices"),
        ("recipient-purpose", "Keeping books"),
        ("recipient-country", "Ireland"),
        ("recipient-safeguard", "In the EU"),
        ("recipient-from", late.as_str()),
        ("recipient-reason", ""),
        ("do", "publish"),
    ];
    let end = [("end-day", late.as_str()), ("do", "publish")];
    drive.sends("/admin/brand/end", "/admin/brand/end", &end, "brand_end_announced").await;
    assert_eq!(drive.newest("ends_at").await, format!("{late}T00:00:00Z"));
    drive.sends("/admin/brand/end/off", "/admin/brand/end/off", &[], "brand_end_called_off").await;
    drive.sends("/admin/recipients/new", "/admin/recipients/new", &recipient, "recipient_announced").await;
    let page = drive.admin.get("/admin/recipients").await.text().to_string();
    let is_end = |href: &&str| href.split('"').next().unwrap().contains("/end");
    let end = page.split("href=\"/admin/recipients/").find(is_end).unwrap();
    let end = format!("/admin/recipients/{}/end", end.split('/').next().unwrap());
    drive.sends("/admin/recipients/{number}/end", &end, &[], "recipient_ended").await;

    for is_told in [true, false] {
        let suspected = value_of(drive.admin.get("/admin/breaches").await.text(), "suspected");
        let form = [("title", "A drill"), ("nature", ""), ("suspected", suspected.as_str())];
        drive.sends("/admin/breaches", "/admin/breaches", &form, "breach_step").await;
        let case = format!("/admin/breaches/{}", drive.newest("breach").await);
        let page = drive.admin.get(&case).await.text().to_string();
        let at = value_of(&page, "aware-at");
        let to = |step: &str| format!("{case}/{step}");
        drive.sends("/admin/breaches/{id}/aware", &to("aware"), &[("at", at.as_str())], "breach_step").await;
        assert_eq!(drive.newest("step").await, "aware");
        if !is_told {
            let why = [("reason", "Nobody's data was concerned.")];
            drive.sends("/admin/breaches/{id}/leave", &to("leave"), &why, "breach_step").await;
            continue;
        }
        let facts = [("nature", "x"), ("contact", "x"), ("consequences", "x"), ("measures", "x")];
        drive.sends("/admin/breaches/{id}/facts", &to("facts"), &facts, "breach_step").await;
        let page = drive.admin.get(&format!("{case}/search?start=server")).await.text().to_string();
        let (from, until) = (value_of(&page, "from"), value_of(&page, "until"));
        let search = [("start", "server"), ("name", ""), ("from", from.as_str()), ("until", until.as_str())];
        drive.sends("/admin/breaches/{id}/search", &to("search"), &search, "breach_step").await;
        let at = value_of(drive.admin.get(&case).await.text(), "told-at");
        drive
            .sends("/admin/breaches/{id}/authority", &to("authority"), &[("at", at.as_str())], "breach_step")
            .await;
        let mail = [("to", "notify@authority.example"), ("language", "en"), ("text", "A further phase.")];
        assert_eq!(drive.admin.post(&to("mail/draft"), &mail).await.status, 303);
        let page = drive.admin.get(&to("mail")).await.text().to_string();
        let draft = page.split("name=\"draft\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        // That it is handed over, and that the authority was told.
        let both = ["breach_step", "breach_step"];
        drive.leaves("/admin/breaches/{id}/mail", &to("mail"), &[("draft", draft)], &both).await;
        let entries = entries(&home).await;
        // Of one moment, so in any order.
        let steps = entries[..2].iter().flat_map(|entry| &entry.facts).filter(|(name, _)| name == "step");
        let steps: BTreeSet<&str> = steps.map(|(_, step)| step.reveal().as_str()).collect();
        assert_eq!(steps, BTreeSet::from(["authority", "mailed"]));
        assert_eq!(drive.admin.post(&to("people/draft"), &WORDS).await.status, 303);
        let page = drive.admin.get(&to("people")).await.text().to_string();
        let draft = page.split("name=\"draft\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let seen = [("draft", draft)];
        drive.sends("/admin/breaches/{id}/people", &to("people"), &seen, "breach_step").await;
        let words = [("words", "Use passkeys.")];
        drive.sends("/admin/breaches/{id}/close", &to("close"), &words, "breach_step").await;
    }

    let form = [
        ("helper", "A Sample Helper"),
        ("purpose", "messages do not arrive"),
        ("scope", "log"),
        ("hours", "4"),
    ];
    drive.sends("/admin/support", "/admin/support", &form, "support_granted").await;
    let grant = format!("/admin/support/{}", drive.newest("grant").await);
    drive.sends("/admin/support/{id}/code", &format!("{grant}/code"), &[], "support_code").await;
    drive.sends("/admin/support/{id}/end", &format!("{grant}/end"), &[], "support_ended").await;

    drive.sends("/admin/billing/secret", "/admin/billing/secret", &[], "billing_secret_made").await;
    drive.sends("/admin/billing/end", "/admin/billing/end", &[], "billing_secret_ended").await;
    let sought = [("email", crate::people::EMAIL), ("reason", "a letter came")];
    drive.sends("/admin/accounts/find", "/admin/accounts/find", &sought, "account_sought").await;
    let why = [("reason", "a letter came")];
    drive.sends("/admin/accounts/{id}/reveal", &format!("{own}/reveal"), &why, "account_revealed").await;
    let (why, look) = ("a page sends nothing since Monday", format!("{own}/look"));
    for part in ["pages", "leads", "broadcasts"] {
        let fields = [("reason", why), ("part", part)];
        drive.sends("/admin/accounts/{id}/look", &look, &fields, "account_opened").await;
        assert_eq!(drive.newest("what").await, format!("opened_{part}"));
    }
    let show = format!("/admin/leads/{lead}/show");
    drive.sends("/admin/leads/{id}/show", &show, &[("reason", why)], "account_opened").await;
    let show = format!("/admin/broadcasts/{broadcast}/show");
    drive.sends("/admin/broadcasts/{id}/show", &show, &[("reason", why)], "account_opened").await;
    assert_eq!(drive.newest("what").await, "broadcast");
    let end = format!("{own}/sessions/end");
    drive.sends("/admin/accounts/{id}/sessions/end", &end, &[], "account_sessions_ended").await;
    let why = [("why", "for the auditor")];
    drive.sends("/admin/audit/export", "/admin/audit/export", &why, "audit_exported").await;
    let reason = [("reason", "asked for by post")];
    drive.sends("/admin/accounts/{id}/erase", &format!("{own}/erase"), &reason, "account_erased").await;

    // Nothing is left out: a new form of an admin is driven above, or says here why it leaves none.
    for route in ROUTES.iter().filter(|route| route.caller.is_admins() && !route.method.is_safe()) {
        let is_without = WITHOUT.iter().any(|(path, _)| *path == route.path);
        assert!(
            drive.driven.contains(route.path) != is_without,
            "{}: drive this form above and see that it leaves an entry (engine::audit), or say in WITHOUT why it does not",
            route.path
        );
    }
}

#[tokio::test]
async fn claim_a1_the_audit_is_read_filtered_proven_and_taken_out_in_the_console() {
    let home = Home::new().await;
    let admin = Person::admin(&home).await;
    admin.post("/admin/brand/name", &[("name", "Bread")]).await;
    let page = admin.get("/admin/audit?lang=en").await;
    let text = page.text();
    assert!(
        text.contains("Brand changed") && text.contains("Signed in") && text.contains("Account holder"),
        "{text}"
    );
    assert!(
        !text.contains(crate::people::EMAIL) && !text.contains("Sample Owner"),
        "who it is, is not shown"
    );
    let only = admin.get("/admin/audit?lang=en&kind=brand_set&by=admin&days=1").await;
    let rows = only.text().split("<tbody>").nth(1).unwrap().split("</tbody>").next().unwrap();
    assert_eq!(rows.matches("<tr>").count(), 1, "{rows}");
    assert!(rows.contains("Brand changed") && only.text().contains("<option value=\"brand_set\" selected>"));
    let none = admin.get("/admin/audit?lang=en&kind=passkey_added").await;
    assert!(none.text().contains("There is no such entry") && none.text().contains("Show all entries"));
    let odd = admin.get("/admin/audit?kind=%27--&by=nobody&days=x&before=y").await;
    assert_eq!(odd.status, 200, "what is not in a list is not asked for");

    // By whatever id stands in it, whole, and by the day.
    let account = home.account.to_string();
    admin.post(&format!("/admin/accounts/{account}/reveal"), &[("reason", "a letter came")]).await;
    let rows = async |query: &str| {
        let page = admin.get(&format!("/admin/audit?lang=en{query}")).await;
        let rows =
            page.text().split("<tbody>").nth(1).map_or("", |rows| rows.split("</tbody>").next().unwrap());
        (rows.matches("<tr>").count(), page.text().to_owned())
    };
    let (found, page) = rows(&format!("&id={account}&kind=account_revealed")).await;
    assert!(found == 1 && page.contains(&format!("value=\"{account}\"")), "{page}");
    assert!(page.contains("were opened to look for the id") || page.contains("was opened to look"), "{page}");
    assert_eq!(rows("&id=acc_00000000000000000000000000000001").await.0, 0);
    let (found, page) = rows("&id=%22%3E4711").await;
    assert!(
        found == 0 && page.contains("id=\"filter-id-wrong\"") && page.contains("value=\"&#34;&#62;4711\"")
    );
    let date = |days: i64| {
        let at = home.clock.fixed.now().plus(Span::days(days));
        jiff::Timestamp::from_microsecond(at.micros()).unwrap().strftime("%Y-%m-%d").to_string()
    };
    let (found, page) = rows(&format!("&kind=brand_set&from={}&to={}", date(0), date(0))).await;
    assert!(found == 1 && page.contains(&format!("name=\"to\" type=\"date\" value=\"{}\"", date(0))));
    assert_eq!(rows(&format!("&kind=brand_set&from={}", date(1))).await.0, 0);
    assert_eq!(rows(&format!("&kind=brand_set&to={}", date(-1))).await.0, 0);
    // So that the newest is the newest.
    home.clock.fixed.advance(Span(1_000));
    let chosen = [("id", account.as_str()), ("to", &date(0)), ("why", "for the auditor")];
    let csv = admin.post("/admin/audit/export", &chosen).await;
    assert!(csv.text().contains("\"account_revealed\""), "{}", csv.text());
    assert!(!csv.text().contains("\"brand_set\""), "{}", csv.text());
    let page = admin.get("/admin/audit?lang=en&kind=audit_exported").await;
    assert!(page.text().contains(&account) && page.text().contains("with the id"), "{}", page.text());
    let refused = admin.post("/admin/audit/export", &[("id", "4711"), ("why", "for the auditor")]).await;
    assert!(refused.status == 422 && refused.text().contains("filter-id-wrong"), "{}", refused.text());

    // Its file, once a checkpoint is over it.
    home.engine.checkpoint().await.unwrap();
    let page = admin.get("/admin/audit?kind=brand_set").await;
    let path =
        page.text().split("href=\"/admin/audit/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let file = admin.get(&format!("/admin/audit/{path}")).await;
    assert!(file.header("content-disposition").contains("aud_"), "{}", file.header("content-disposition"));
    let record = BASE64_STANDARD.decode(file.json()["record"].as_str().unwrap()).unwrap();
    let record: serde_json::Value = serde_json::from_slice(&record).unwrap();
    assert_eq!(
        (record["kind"].as_str(), record["facts"]["part"].as_str()),
        (Some("brand_set"), Some("name"))
    );

    // Taken out only with a reason, and only by the admin.
    let refused = admin.post("/admin/audit/export", &[("kind", "brand_set"), ("why", " ")]).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.text().contains("id=\"why-wrong\"")
            && refused.text().contains("value=\"brand_set\" selected")
    );
    home.clock.fixed.advance(Span(1_000));
    let csv = admin.post("/admin/audit/export", &[("kind", "brand_set"), ("why", "for the auditor")]).await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(csv.text().lines().count(), 2, "{}", csv.text());
    assert!(csv.text().contains("\"brand_set\",\"admin\",\"acc_") && csv.text().contains("part: name"));
    for path in ["/admin/audit", "/admin/log"] {
        assert_eq!(home.call("GET", path).await.status, 404, "{path}");
    }
}

/// A log with these lines.
struct Lines(Vec<LogLine>);

/// Since when these are all.
const SINCE: Timestamp = Timestamp::from_secs(1_789_990_000);

impl LogLines for Lines {
    fn newest(&self) -> Vec<LogLine> {
        self.0.clone()
    }

    fn since(&self) -> Timestamp {
        SINCE
    }
}

#[tokio::test]
async fn claim_a1_the_program_s_log_is_searched_in_the_console_and_shows_nothing_of_other_brands() {
    let mut home = Home::new().await;
    let (own, other) = (home.brand_id(HOST), home.brand_id(crate::home::OTHER_HOST));
    let line = |message: &str, brand: Option<String>| LogLine {
        at: Timestamp::from_secs(1_790_000_000),
        level: "WARN",
        part: "engine".to_owned(),
        message: message.to_owned(),
        fields: brand.map(|brand| ("brand", brand)).into_iter().collect(),
    };
    let lines = Lines(vec![
        line("of <b>this</b> brand", Some(own.to_string())),
        line("of the other brand", Some(other.to_string())),
        line("of the program", None),
    ]);
    let settings = WebSettings { is_https: true, log: Some(Arc::new(lines)), ..WebSettings::default() };
    home.router = web::router(Arc::clone(&home.engine), settings);
    let admin = Person::admin(&home).await;
    let page = admin.get("/admin/log?lang=en").await;
    let text = page.text();
    assert!(
        text.contains("of &#60;b&#62;this&#60;/b&#62; brand") && text.contains("of the program"),
        "{text}"
    );
    assert!(!text.contains("of the other brand") && !text.contains(&other.to_string()));
    assert!(text.contains("2\u{2069} lines."), "{text}");
    // Whose lines these are, how many there may be, since when, and how those before are read.
    let before = "journalctl -u entente --until &#34;2026-09-21 11:26:40 UTC&#34;";
    let alone = "this program serves alone";
    for said in [
        "2\u{2069} that you may read",
        "2,000 at most",
        &home.engine.node(),
        "21 September 2026",
        before,
        alone,
    ] {
        assert!(text.contains(said), "{said} in {text}");
    }
    let found = admin.get("/admin/log?lang=en&q=PROGRAM").await;
    assert!(
        found.text().contains("of the program") && !found.text().contains("brand</b>"),
        "{}",
        found.text()
    );
    assert!(found.text().contains("value=\"PROGRAM\"") && found.text().contains("1\u{2069} line."));
    let none = admin.get("/admin/log?lang=en&q=other").await;
    assert!(none.text().contains("No line fits"), "{}", none.text());
}

#[tokio::test]
async fn claim_a1_every_line_that_a_node_holds_is_reached_page_by_page_and_by_its_level() {
    let mut home = Home::new().await;
    let line = |number: usize| LogLine {
        at: Timestamp::from_secs(1_790_000_000),
        level: if number.is_multiple_of(100) { "ERROR" } else { "INFO" },
        part: "engine".to_owned(),
        message: format!("line number {number} of them"),
        fields: Vec::new(),
    };
    let settings = WebSettings {
        is_https: true,
        log: Some(Arc::new(Lines((0..450).map(line).collect()))),
        ..WebSettings::default()
    };
    home.router = web::router(Arc::clone(&home.engine), settings);
    let admin = Person::admin(&home).await;
    let read = async |query: &str| admin.get(&format!("/admin/log?lang=en{query}")).await.text().to_owned();
    let has = |page: &str, number: usize| page.contains(&format!("line number {number} of them"));
    let first = read("").await;
    assert!(has(&first, 0) && has(&first, 199) && !has(&first, 200), "{first}");
    assert!(first.contains("name=\"skip\" value=\"200\""), "{first}");
    let second = read("&skip=200").await;
    assert!(!has(&second, 199) && has(&second, 200) && has(&second, 399) && !has(&second, 400));
    let last = read("&skip=400").await;
    assert!(has(&last, 400) && has(&last, 449) && !last.contains("name=\"skip\""), "{last}");
    let bad = read("&level=error").await;
    assert!(has(&bad, 0) && has(&bad, 400) && !has(&bad, 1) && bad.contains("5\u{2069} lines."), "{bad}");
    let warned = read("&level=warn&q=400").await;
    assert!(has(&warned, 400) && !has(&warned, 300), "{warned}");
    // Lines made way meanwhile: the newest are shown.
    assert!(has(&read("&skip=900").await, 0));
}

/// Lines as a program writes them in bad days.
fn lines(home: &Home) -> Lines {
    let line = |number: i64| LogLine {
        at: home.clock.fixed.now().minus(Span::minutes(7 * number)),
        level: if number % 3 == 0 { "ERROR" } else { "WARN" },
        part: ["engine", "store", "outbound"][usize::try_from(number % 3).unwrap()].to_owned(),
        message: "a letter could not be given to the mail server; trying again".to_owned(),
        fields: vec![
            ("brand", home.brand_id(HOST).to_string()),
            ("error", "the mail server closed the connection after STARTTLS".to_owned()),
            ("tries", number.to_string()),
        ],
    };
    Lines((0..8).map(line).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_and_the_log_are_right_in_both_languages() {
    if !browser::is_installed() {
        return;
    }
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let axe = browser::axe(Path::new(env!("CARGO_MANIFEST_DIR")), tmp);
    let mut troubles = Vec::new();
    for language in ["en", "ar"] {
        let mut home = Home::new().await;
        let settings =
            WebSettings { is_https: true, log: Some(Arc::new(lines(&home))), ..WebSettings::default() };
        home.router = web::router(Arc::clone(&home.engine), settings);
        let admin = Person::admin(&home).await;
        let plan = [("name", "Gold"), ("messages", "7"), ("leads", ""), ("pages", "3")];
        admin.post("/admin/plans", &plan).await;
        admin.post("/admin/brand/name", &[("name", "Bread")]).await;
        admin.post(&format!("/admin/accounts/{}/reveal", home.account), &[("reason", "a letter came")]).await;
        admin.post("/admin/audit/export", &[("why", "For the yearly review")]).await;
        home.engine.checkpoint().await.unwrap();
        admin.post("/admin/billing/secret", &[]).await;
        let session = admin.session.clone();
        let site = Site::open_as(home, &session, language).await;
        let browser = Browser::start().await;
        for (width, height, device) in WIDTHS {
            browser.resize(width, height).await;
            for (name, path) in [
                ("audit", "/admin/audit"),
                ("audit-none", "/admin/audit?kind=passkey_added"),
                ("audit-id", "/admin/audit?id=acc_00000000000000000000000000000001"),
                ("audit-no-id", "/admin/audit?id=4711&from=2026-01-01&to=2026-12-31"),
                ("program-log", "/admin/log"),
                ("program-log-none", "/admin/log?q=elsewhere"),
            ] {
                let at = format!("{name}-{language}-{device}");
                troubles.extend(look(&site, &browser, &axe, path, &at).await);
            }
        }
    }
    assert_eq!(troubles, Vec::<String>::new());
}
