//! The register of breaches over HTTP: a drill from a stolen session to the end of the case, and the breach policy.

use crate::admin::Person;
use crate::home::{Answer, HOST, Home, OTHER_HOST};
use axum::body::Body;
use axum::http::Request;
use engine::views::breaches::{Part, Way};
use model::time::Span;

/// The path of the only case.
async fn case_of(admin: &Person<'_>) -> String {
    let list = admin.get("/admin/breaches").await;
    let id = list
        .text()
        .split("href=\"/admin/breaches/bre_")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    format!("/admin/breaches/bre_{id}")
}

/// Without the marks that hold parts of a sentence together.
fn plain(answer: &Answer) -> String {
    answer.text().replace(['\u{2068}', '\u{2069}'], "")
}

/// What the field of this id holds.
pub fn value_of(page: &str, id: &str) -> String {
    let field = page.split(&format!("id=\"{id}\"")).nth(1).unwrap_or_else(|| panic!("no {id} in {page}"));
    field.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

pub const WORDS: [(&str, &str); 6] = [
    ("happened-en", "Somebody used a session that was not theirs."),
    ("done-en", "We have ended every session."),
    ("advice-en", "Be careful with messages from strangers."),
    ("happened-ar", "استخدم شخص جلسة ليست له."),
    ("done-ar", "أنهينا كل الجلسات."),
    ("advice-ar", "احذروا رسائل الغرباء."),
];

#[tokio::test]
async fn claim_x8_a_case_is_handled_from_the_screens_alone_and_the_lead_reads_of_it() {
    let home = Home::with_page().await;
    let admin = Person::admin(&home).await;
    let seen = home.opt_in("psid-seen", "My name is Zelda").await;
    home.opt_in("psid-other", "My name is Omar").await;
    let looked = home.submit(&format!("/app/leads/{seen}/reveal"), &[("reason", "order")]).await;
    assert!(looked.text().contains("Zelda"), "{}", looked.text());
    home.clock.fixed.advance(Span::minutes(3));

    let empty = admin.get("/admin/breaches").await;
    assert!(empty.text().contains("Nothing has been suspected yet"));
    assert!(
        empty.text().contains("not published a breach policy") && empty.text().contains("has no entry yet")
    );
    let now = value_of(empty.text(), "suspected");
    let nameless = admin.post("/admin/breaches", &[("title", "x"), ("suspected", &now)]).await;
    assert_eq!(nameless.status, 422);
    assert!(nameless.text().contains("3 to 120 characters"));
    let form =
        [("title", "A drill: <b>a stolen session</b>"), ("nature", "4711 was seen"), ("suspected", &now)];
    let noted = admin.post("/admin/breaches", &form).await;
    let path = case_of(&admin).await;
    assert_eq!(noted.header("location"), format!("{path}?done=breach-noted"));
    let page = admin.get(&path).await;
    assert!(page.text().contains("Suspected") && !page.text().contains("/authority\""), "{}", page.text());
    let future = admin.post(&format!("{path}/aware"), &[("at", "2999-01-01T00:00")]).await;
    assert!(future.text().contains("not in the future"));
    let aware = admin.post(&format!("{path}/aware"), &[("at", &value_of(page.text(), "aware-at"))]).await;
    assert_eq!(aware.header("location"), format!("{path}?done=breach-aware"));
    home.clock.fixed.advance(Span::hours(1));
    let left = plain(&admin.get(&path).await);
    assert!(left.contains("71 hours left") || left.contains("70 hours left"), "{left}");

    // From the account's sessions to whoever was seen through one.
    let doors = admin.get(&format!("{path}?account={}", home.account)).await;
    let session = doors.text().split("name=ses_").nth(1).unwrap()[..32].to_owned();
    assert!(admin.get(&format!("{path}?account=acc_0")).await.text().contains("No account of this brand"));
    let page = admin.get(&format!("{path}?start=session&name=ses_{session}")).await;
    let (name, from, until) =
        (value_of(page.text(), "name"), value_of(page.text(), "from"), value_of(page.text(), "until"));
    assert_eq!(name, format!("ses_{session}"));
    let search = |start: &'static str, name: &str| {
        [
            ("start", start.to_owned()),
            ("name", name.to_owned()),
            ("from", from.clone()),
            ("until", until.clone()),
        ]
    };
    let bad = search("session", "ses_0");
    let bad = admin.post(&format!("{path}/search"), &bad.each_ref().map(|(n, v)| (*n, v.as_str()))).await;
    assert!(bad.text().contains("has this number"), "{}", bad.text());
    let good = search("session", &name);
    let good = admin.post(&format!("{path}/search"), &good.each_ref().map(|(n, v)| (*n, v.as_str()))).await;
    assert_eq!(good.header("location"), format!("{path}?done=breach-searched"), "{}", good.text());
    let page = admin.get(&path).await;
    let facts = page.text();
    let certain = facts.split("a record says that they were shown</dt><dd>").nth(1).unwrap();
    assert!(certain.starts_with("1<"), "{certain}");
    assert!(
        facts.contains("name, language and Messenger id") && !facts.contains("Leads who may have been seen")
    );

    // In part first, then the rest.
    let told = [("at", value_of(facts, "told-at"))];
    let told = told.each_ref().map(|(n, v)| (*n, v.as_str()));
    let first = admin.post(&format!("{path}/authority"), &told).await;
    assert_eq!(first.header("location"), format!("{path}?done=breach-told"));
    let half = admin.post(&format!("{path}/close"), &[("words", "Done.")]).await;
    assert!(half.text().contains("told in part only"));
    let form = [
        ("nature", "4711 was seen by a stranger"),
        ("contact", "privacy@example.com"),
        ("consequences", "Unwanted messages"),
        ("measures", "All sessions were ended"),
    ];
    assert_eq!(admin.post(&format!("{path}/facts"), &form).await.status, 303);
    let unsaid = admin.post(&format!("{path}/close"), &[("words", "Done.")]).await;
    assert!(unsaid.text().contains("told in part only"), "what is known now was not told yet");
    let draft = admin.get(&format!("{path}/authority.md")).await;
    let draft = draft.text();
    for wanted in
        ["# Notification", "4711 was seen by a stranger", "phase 2", "All sessions were ended", "(c) "]
    {
        assert!(draft.contains(wanted), "{wanted} in {draft}");
    }
    assert!(!draft.contains("Zelda"));

    let rest = admin.post(&format!("{path}/authority"), &told).await;
    assert_eq!(rest.header("location"), format!("{path}?done=breach-told"), "{}", rest.text());
    // An hour later it is asked again who this is.
    let again = [("password", crate::people::PASSWORD), ("next", path.as_str())];
    assert_eq!(admin.post("/account/prove", &again).await.status, 303);
    let short = [&WORDS[..5], &[("advice-ar", "x")]].concat();
    assert!(admin.post(&format!("{path}/people"), &short).await.text().contains("10 to 500 characters"));
    let told = admin.post(&format!("{path}/people"), &WORDS).await;
    assert_eq!(told.header("location"), format!("{path}?done=breach-people"), "{}", told.text());
    let closed = admin.post(&format!("{path}/close"), &[("words", "Use passkeys.")]).await;
    assert_eq!(closed.header("location"), format!("{path}?done=breach-closed"));
    let page = admin.get(&path).await;
    assert!(page.text().contains("Use passkeys.") && !page.text().contains("<form class=\"e-form\""));
    assert!(
        page.text().contains("&lt;b&gt;a stolen session")
            || page.text().contains("&#60;b&#62;a stolen session")
    );
    let list = admin.get("/admin/breaches").await;
    assert!(plain(&list).contains("It is whole: 8 entries"), "{}", list.text());
    home.engine.checkpoint().await.unwrap();
    let proof = admin.get("/admin/breaches/entries/1/proof").await;
    assert_eq!(proof.status, 200);
    // For users there is no register.
    assert_eq!(home.call("GET", "/admin/breaches").await.status, 404);
    // Telling goes on after the case is closed.
    home.settle().await;
    let boss = engine::Actor { role: engine::Role::Admin, ..home.actor() };
    let id = path.rsplit('/').next().unwrap().parse().unwrap();
    let told = engine::views::breaches::get(&home.engine, &boss, id).await.unwrap();
    assert_eq!(told.told(Part::Lead, Some(Way::Thread)), 1, "{:?}", told.counts);
    // On the lead's own page it stands too, and on nobody else's.
    let own = home.open_own_page("psid-seen").await;
    let own = home.on_own_page(&own, "GET", "/my", &[]).await;
    assert!(own.text().contains("Your data was concerned by a breach"), "{}", own.text());
    assert!(own.text().contains("a session that was not theirs"));
    let other = home.open_own_page("psid-other").await;
    assert!(!home.on_own_page(&other, "GET", "/my", &[]).await.text().contains("concerned by a breach"));

    // What the admin wrote lies sealed.
    for (name, bytes) in home.content().await {
        for word in ["4711 was seen", "Use passkeys", "a session that was not"] {
            assert!(!bytes.windows(word.len()).any(|part| part == word.as_bytes()), "{word} in {name}");
        }
    }
}

#[tokio::test]
async fn claim_f10_the_breach_policy_is_public_in_versions_and_nobody_has_to_accept_it() {
    let home = Home::new().await;
    let admin = Person::admin(&home).await;
    // An installation from before it: sign-up is open, and the admin is told.
    let bare = home.visit("GET", "/breach-policy").await;
    assert_eq!(bare.status, 200);
    assert!(bare.text().contains("No policy has been published here yet"));
    assert!(bare.text().contains("No breach of personal data has been found"), "{}", bare.text());
    assert!(home.visit("GET", "/register").await.text().contains("<form"));
    let documents = admin.get("/admin/documents").await;
    assert!(documents.text().contains("nobody has to accept it"), "{}", documents.text());
    assert_eq!(documents.text().matches("<textarea").count(), 2);
    let fields = [("breach_policy-en", "# How we handle it"), ("breach_policy-ar", "# كيف نتعامل معه")];
    let published = admin.post("/admin/documents", &fields).await;
    assert_eq!(published.header("location"), "/admin/documents?done=published", "{}", published.text());
    let shown = home.visit("GET", "/breach-policy?lang=ar").await;
    assert!(shown.text().contains("كيف نتعامل معه") && shown.text().contains("/documents/breach_policy/1"));
    assert_eq!(home.visit("GET", "/documents/breach_policy/1").await.status, 200);
    // Whoever has an account goes on without a decision.
    assert_eq!(home.call("GET", "/app").await.status, 200);
    assert!(admin.get("/admin/documents/breach_policy").await.status == 200);
    assert!(!admin.get("/admin/breaches").await.text().contains("not published a breach policy"));
    // The template says what there is to say in each language, and nothing is left to fill in.
    let brand = home.engine.brand_by_host(OTHER_HOST).unwrap();
    let first = web::account::documents::first(&brand.brand);
    let policies: Vec<_> = first.iter().filter(|one| one.kind == "breach_policy").collect();
    assert_eq!(policies.len(), brand.brand.languages.len());
    for policy in policies {
        assert!(policy.text.contains("72") && policy.text.contains(&brand.brand.controller.contact));
        assert!(!policy.text.contains('{'));
    }
    let stranger =
        Request::builder().uri("/admin/breaches").header("host", HOST).body(Body::empty()).unwrap();
    assert_ne!(home.ask(stranger).await.status, 200);
}
