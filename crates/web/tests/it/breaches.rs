//! The register of breaches over HTTP: a drill from a stolen session to the end of the case, and the breach policy.

use crate::admin::Person;
use crate::home::{Answer, HOST, Home, OTHER_HOST};
use axum::body::Body;
use axum::http::Request;
use engine::views::breaches::{Part, Way};
use model::time::Span;

/// The path of the only case.
pub async fn case_of(admin: &Person<'_>) -> String {
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
pub fn plain(answer: &Answer) -> String {
    answer.text().replace(['\u{2068}', '\u{2069}'], "")
}

/// What the field of this id holds.
pub fn value_of(page: &str, id: &str) -> String {
    let field = page.split(&format!("id=\"{id}\"")).nth(1).unwrap_or_else(|| panic!("no {id} in {page}"));
    field.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

/// The page that a form leads on to: neither "back" nor "reload" sends the form again. Where the next request may reach
/// another node, a form that did not fit is the answer itself.
pub async fn on(admin: &Person<'_>, answer: &Answer) -> Answer {
    if admin.home.engine.is_one_of_several() && answer.status == 422 {
        return answer.clone();
    }
    assert_eq!(answer.status, 303, "{}", answer.text());
    let page = admin.get(answer.header("location").split('#').next().unwrap()).await;
    assert_eq!(page.status, 200, "{}", answer.header("location"));
    page
}

/// Where the first link leads whose address holds this.
fn link(page: &Answer, part: &str) -> String {
    let all = page.text().split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let found =
        all.map(|href| href.replace("&amp;", "&").replace("&#38;", "&")).find(|href| href.contains(part));
    found.unwrap_or_else(|| panic!("no {part} in {}", page.text()))
}

pub const WORDS: [(&str, &str); 8] = [
    ("happened-en", "Somebody used a session that was not theirs."),
    ("follows-en", "Strangers may write to you."),
    ("follows-ar", "قد يكتب إليكم غرباء."),
    ("done-en", "We have ended every session."),
    ("advice-en", "Be careful with messages from strangers."),
    ("happened-ar", "استخدم شخص جلسة ليست له."),
    ("done-ar", "أنهينا كل الجلسات."),
    ("advice-ar", "احذروا رسائل الغرباء."),
];

#[tokio::test]
async fn claim_x8_a_case_is_handled_from_the_screens_alone_and_the_lead_reads_of_it() {
    let home = Home::with_page().await;
    let mut admin = Person::admin(&home).await;
    // The account's token was made before, so not by whoever has its session.
    home.clock.fixed.advance(Span::minutes(2));
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
    // What does not fit stands again as it was typed, on the page that the form leads on to.
    let nameless =
        admin.post("/admin/breaches", &[("title", "x"), ("nature", "4712"), ("suspected", &now)]).await;
    let is_kept = !home.engine.is_one_of_several();
    assert_eq!(nameless.header("location").ends_with("#note"), is_kept, "{}", nameless.header("location"));
    let nameless = on(&admin, &nameless).await;
    assert!(nameless.text().contains("3 to 120 characters") && nameless.text().contains("4712</textarea>"));
    for (at, wrong) in [
        ("1900-01-01T00:00", "before this brand was set up here"),
        ("2999-01-01T00:00", "still to come"),
        ("yesterday", "Choose a day and a time"),
    ] {
        let refused = admin.post("/admin/breaches", &[("title", "A case"), ("suspected", at)]).await;
        let page = on(&admin, &refused).await;
        assert!(page.text().contains(wrong), "{at}: {}", page.text());
        assert_eq!(
            (value_of(page.text(), "title"), value_of(page.text(), "suspected")),
            ("A case".into(), at.into())
        );
    }
    assert!(
        admin.get("/admin/breaches").await.text().contains("has no entry yet"),
        "nothing of it was noted"
    );
    let form =
        [("title", "A drill: <b>a stolen session</b>"), ("nature", "4711 was seen"), ("suspected", &now)];
    let noted = admin.post("/admin/breaches", &form).await;
    let path = case_of(&admin).await;
    assert_eq!(noted.header("location"), format!("{path}?done=breach-noted"));
    let page = admin.get(&path).await;
    assert!(page.text().contains("Suspected") && !page.text().contains("/authority\""), "{}", page.text());
    let future = admin.post(&format!("{path}/aware"), &[("at", "2999-01-01T00:00")]).await;
    let future = on(&admin, &future).await;
    assert!(
        future.text().contains("not in the future")
            && value_of(future.text(), "aware-at").starts_with("2999")
    );
    let aware = admin.post(&format!("{path}/aware"), &[("at", &value_of(page.text(), "aware-at"))]).await;
    assert_eq!(aware.header("location"), format!("{path}?done=breach-aware"));
    // The overview says it, to the admin alone.
    assert!(admin.get("/app").await.text().contains("is not settled"));
    assert!(!home.call("GET", "/app").await.text().contains("is not settled"));
    home.clock.fixed.advance(Span::hours(1));
    let left = plain(&admin.get(&path).await);
    assert!(left.contains("71 hours left") || left.contains("70 hours left"), "{left}");

    // By links from the kind over the account to one of its sessions, and to whoever was seen through it.
    let starts = admin.get(&format!("{path}/search")).await;
    for start in ["session", "token", "account", "grant", "window", "server", "backup"] {
        let next = admin.get(&link(&starts, &format!("start={start}"))).await;
        assert_eq!(next.status, 200, "{start}");
    }
    let accounts = admin.get(&link(&starts, "start=session")).await;
    let doors = admin.get(&link(&accounts, &format!("account={}", home.account))).await;
    assert!(doors.text().contains("last used"), "{}", doors.text());
    let form = admin.get(&link(&doors, "name=ses_")).await;
    let (from, until) = (value_of(form.text(), "from"), value_of(form.text(), "until"));
    let from = from.replace("T12:00", "T12:01");
    let name = form.text().split("name=\"name\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let search = |start: &'static str, name: &str, from: &str| {
        [
            ("start", start.to_owned()),
            ("name", name.to_owned()),
            ("from", from.to_owned()),
            ("until", until.clone()),
        ]
    };
    let asked = async |form: [(&str, String); 4]| {
        admin.post(&format!("{path}/search"), &form.each_ref().map(|(n, v)| (*n, v.as_str()))).await
    };
    let bad = on(&admin, &asked(search("session", "ses_0", &from)).await).await;
    assert!(bad.text().contains("there is nothing of this number"), "{}", bad.text());
    let bad = on(&admin, &asked(search("session", name, "2999-01-01T00:00")).await).await;
    assert!(bad.text().contains("must not lie before"), "{}", bad.text());
    assert_eq!(value_of(bad.text(), "from"), "2999-01-01T00:00");
    let none = admin.get(&format!("{path}/affected")).await;
    assert!(none.text().contains("Nobody has been searched for yet"));
    let good = asked(search("session", name, &from)).await;
    assert_eq!(good.header("location"), format!("{path}/affected?done=breach-searched"), "{}", good.text());
    // Who was found and why, and not who they are.
    let list = plain(&on(&admin, &good).await);
    let rows = list.split("<tbody>").nth(1).unwrap();
    assert_eq!(rows.matches("<tr>").count(), 1, "{rows}");
    let tail = &seen.to_string()[28..];
    assert!(rows.contains(tail) && rows.contains("the session ses…") && rows.contains("certain"), "{rows}");
    assert!(rows.contains("not told") && !list.contains("Zelda"), "{list}");
    let owners = plain(&admin.get(&format!("{path}/affected?part=owner")).await);
    assert!(owners.contains("of its leads: 1"), "{owners}");
    let page = admin.get(&path).await;
    let facts = page.text();
    let certain = facts.split("a record says that they were shown</dt><dd>").nth(1).unwrap();
    assert!(certain.starts_with("1<"), "{certain}");
    assert!(
        facts.contains("name, language and Messenger id") && !facts.contains("Leads who may have been seen")
    );

    // In part first, then the rest.
    let at = value_of(facts, "told-at");
    let silent = admin.post(&format!("{path}/authority"), &[("at", &at), ("reason", "none")]).await;
    let silent = on(&admin, &silent).await;
    assert!(silent.text().contains("tick that it follows") && value_of(silent.text(), "late") == "none");
    assert!(silent.text().contains("<li>what is likely to follow</li>"), "{}", silent.text());
    let told = [("at", at.as_str()), ("phase", "yes")];
    let first = admin.post(&format!("{path}/authority"), &told).await;
    assert_eq!(first.header("location"), format!("{path}?done=breach-told"));
    let part = plain(&on(&admin, &first).await);
    assert!(
        part.contains("Authority told in part")
            && part.contains("Follows in a further phase: what is likely")
    );
    assert!(!part.contains(&format!("{path}/close")), "{part}");
    let half = on(&admin, &admin.post(&format!("{path}/close"), &[("words", "Done.")]).await).await;
    assert!(half.text().contains("told in part only"));
    let form = [
        ("nature", "4711 was seen by a stranger"),
        ("contact", "privacy@example.com"),
        ("consequences", "Unwanted messages"),
        ("measures", "All sessions were ended"),
    ];
    assert_eq!(admin.post(&format!("{path}/facts"), &form).await.status, 303);
    let unsaid = on(&admin, &admin.post(&format!("{path}/close"), &[("words", "Done.")]).await).await;
    assert!(unsaid.text().contains("told in part only"), "what is known now was not told yet");
    let draft = admin.get(&format!("{path}/authority.md")).await;
    let draft = draft.text();
    for wanted in
        ["# Notification", "4711 was seen by a stranger", "phase 2", "All sessions were ended", "(c) "]
    {
        assert!(draft.contains(wanted), "{wanted} in {draft}");
    }
    assert!(!draft.contains("Zelda"));

    // What stands in the texts above is saved with the act, whether that succeeds or not.
    let mut last = form.to_vec();
    last[2].1 = "Unwanted messages at most";
    let untimed = on(&admin, &admin.post(&format!("{path}/authority"), &last).await).await;
    assert!(untimed.text().contains("Unwanted messages at most</textarea>"), "{}", untimed.text());
    last[3].1 = "All sessions and tokens were ended";
    last.push(("at", at.as_str()));
    let rest = admin.post(&format!("{path}/authority"), &last).await;
    assert_eq!(rest.header("location"), format!("{path}?done=breach-told"), "{}", rest.text());
    assert!(admin.get(&path).await.text().contains("All sessions and tokens were ended"));
    // Written, looked at as it will arrive, and sent only then.
    let people = format!("{path}/people");
    let short = [&WORDS[..7], &[("advice-ar", "x")]].concat();
    let short = on(&admin, &admin.post(&format!("{people}/draft"), &short).await).await;
    assert!(
        short.text().contains("10 to 400 characters") && short.text().contains("Strangers may write to you.")
    );
    assert!(!short.text().contains("name=\"draft\""), "nothing can be sent yet");
    let shown = on(&admin, &admin.post(&format!("{people}/draft"), &WORDS).await).await;
    let text = plain(&shown);
    for wanted in [
        "Leads, in their thread</dt><dd>1<",
        "whose leads are concerned, by mail</dt><dd>1<",
        "Data of people who wrote to your pages was concerned by a breach",
        "What is likely to follow: Strangers may write to you.",
        "ما يُرجّح أن يترتب عليه: قد يكتب إليكم غرباء.",
        "Somebody used a session that was not theirs.\n\nStrangers may write to you.\n\nWe have ended",
    ] {
        assert!(text.contains(wanted), "{wanted} in {text}");
    }
    let draft = text.split("name=\"draft\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    home.settle().await;
    let boss = engine::Actor { role: engine::Role::Admin, ..home.actor() };
    let id = path.rsplit('/').next().unwrap().parse().unwrap();
    let told = engine::views::breaches::get(&home.engine, &boss, id).await.unwrap();
    assert_eq!(told.told(Part::Lead, None), 1, "looking at it tells nobody");
    // An hour later it is asked again who this is, and nothing that was written is lost.
    let asked = admin.post(&people, &[("draft", &draft)]).await;
    assert!(asked.header("location").starts_with("/account/prove"), "{}", asked.header("location"));
    assert_eq!(admin.prove(&people).await.status, 303);
    // Another draft than the one that was looked at is not sent.
    let other = admin.post(&people, &[("draft", "1")]).await;
    assert_eq!(other.header("location"), format!("{people}?done=changed"));
    let told = admin.post(&people, &[("draft", &draft)]).await;
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
    assert!(plain(&list).contains("It is whole: 10 entries"), "{}", list.text());
    home.engine.checkpoint().await.unwrap();
    let proof = admin.get("/admin/breaches/entries/1/proof").await;
    assert_eq!(proof.status, 200);
    // For users there is no register.
    assert_eq!(home.call("GET", "/admin/breaches").await.status, 404);
    // Telling goes on after the case is closed.
    home.settle().await;
    let told = engine::views::breaches::get(&home.engine, &boss, id).await.unwrap();
    assert_eq!(told.told(Part::Lead, Some(Way::Thread)), 1, "{:?}", told.counts);
    assert!(admin.get(&format!("{path}/affected")).await.text().contains("in their thread"));
    assert!(!admin.get("/app").await.text().contains("is not settled"));
    // Whose leads they are reads it on the account's page, with whom to ask.
    let account = home.call("GET", "/account").await;
    for words in ["Data of your leads was concerned by a breach", "What they can do", "Whom to ask"] {
        assert!(account.text().contains(words), "{words} in {}", account.text());
    }
    // On the lead's own page it stands too, and on nobody else's.
    let own = home.open_own_page("psid-seen").await;
    let own = home.on_own_page(&own, "GET", "/my", &[]).await;
    assert!(own.text().contains("Your data was concerned by a breach"), "{}", own.text());
    assert!(own.text().contains("a session that was not theirs"));
    assert!(
        own.text().contains("What is likely to follow") && own.text().contains("Strangers may write to you.")
    );
    let other = home.open_own_page("psid-other").await;
    assert!(!home.on_own_page(&other, "GET", "/my", &[]).await.text().contains("concerned by a breach"));

    // What the admin wrote lies sealed.
    for (name, bytes) in home.content().await {
        for word in ["4711 was seen", "Use passkeys", "a session that was not"] {
            assert!(!bytes.windows(word.len()).any(|part| part == word.as_bytes()), "{word} in {name}");
        }
    }
}

/// What the text field of this id holds.
fn written_in(page: &str, id: &str) -> String {
    let field = page.split(&format!("id=\"{id}\"")).nth(1).unwrap_or_else(|| panic!("no {id} in {page}"));
    field.split('>').nth(1).unwrap().split("</textarea").next().unwrap().to_owned()
}

#[tokio::test]
async fn claim_x8_what_people_are_told_is_drafted_from_the_case_in_each_language_until_somebody_has_saved_it()
{
    let home = Home::with_page().await;
    let admin = Person::admin(&home).await;
    home.opt_in("psid-seen", "hello").await;
    home.clock.fixed.advance(Span::minutes(3));
    let now = value_of(admin.get("/admin/breaches").await.text(), "suspected");
    admin.post("/admin/breaches", &[("title", "A lost laptop"), ("suspected", &now)]).await;
    let path = case_of(&admin).await;
    let page = admin.get(&path).await;
    admin.post(&format!("{path}/aware"), &[("at", &value_of(page.text(), "aware-at"))]).await;
    let facts =
        [("nature", ""), ("contact", ""), ("consequences", ""), ("measures", "Every session was ended.")];
    admin.post(&format!("{path}/facts"), &facts).await;
    let form = [("start", "server"), ("name", ""), ("from", now.as_str()), ("until", now.as_str())];
    on(&admin, &admin.post(&format!("{path}/search"), &form).await).await;
    // The case's facts, in the language of each field; the admin's own words in theirs.
    let people = format!("{path}/people");
    let page = admin.get(&people).await;
    let text = page.text();
    let name = &home.engine.brand_by_host(HOST).unwrap().brand.name;
    for (id, wanted) in [
        ("happened-en", vec![name.as_str(), "on our server", "everything that is kept about them"]),
        ("happened-ar", vec![name, "إلى خادمنا", "كل ما يُحفظ عنهم"]),
        ("follows-en", vec!["may write to you"]),
        ("follows-ar", vec!["قد يكتب إليكم"]),
        ("done-en", vec!["Every session was ended. We have searched"]),
        ("done-ar", vec!["بحثنا في سجلاتنا"]),
        ("advice-en", vec!["“my data”", "ask us"]),
        ("advice-ar", vec!["«بياناتي»", "فاسألونا"]),
    ] {
        let written = written_in(text, id);
        assert!(wanted.iter().all(|part| written.contains(part)), "{id}: {written}");
    }
    assert!(!written_in(text, "done-ar").contains("session"));
    assert_eq!(text.matches("nobody has read it yet").count(), 2, "marked, for each language: {text}");
    assert!(text.contains("aria-describedby=\"people-size drafted-ar\""), "{text}");
    // Looked at as it stands, everybody reads whom to ask.
    let fields: Vec<(&str, String)> = WORDS.iter().map(|(id, _)| (*id, written_in(text, id))).collect();
    let mut fields: Vec<(&str, &str)> = fields.iter().map(|(id, text)| (*id, text.as_str())).collect();
    let shown = plain(&on(&admin, &admin.post(&format!("{people}/draft"), &fields).await).await);
    let contact = &home.engine.brand_by_host(HOST).unwrap().brand.controller.contact;
    let in_thread = shown.split("class=\"e-bubble\"").nth(2).unwrap().split("</div>").next().unwrap();
    assert!(in_thread.contains("إلى خادمنا") && in_thread.contains(contact.as_str()), "{in_thread}");
    // What was saved wins, and what did not fit stands as it was typed: neither is the program's.
    let own = "It was on a train, and is found again.";
    fields[0].1 = own;
    on(&admin, &admin.post(&format!("{people}/draft"), &fields).await).await;
    fields[1].1 = "";
    let wrong = on(&admin, &admin.post(&format!("{people}/draft"), &fields).await).await;
    for page in [&wrong, &admin.get(&people).await] {
        assert_eq!(written_in(page.text(), fields[0].0), own);
        assert!(!page.text().contains("nobody has read it yet"), "{}", page.text());
    }
    assert_eq!(written_in(wrong.text(), fields[1].0), "");
}

#[tokio::test]
async fn claim_x8_a_drill_is_a_drill_for_everybody_who_looks() {
    let home = Home::with_page().await;
    let admin = Person::admin(&home).await;
    home.opt_in("psid-seen", "hello").await;
    home.clock.fixed.advance(Span::minutes(3));
    let now = value_of(admin.get("/admin/breaches").await.text(), "suspected");
    admin.post("/admin/breaches", &[("title", "Practice"), ("suspected", &now), ("drill", "yes")]).await;
    let path = case_of(&admin).await;
    let page = admin.get(&path).await;
    assert!(page.text().contains("This case is a drill") && page.text().contains("A drill begins"));
    admin.post(&format!("{path}/aware"), &[("at", &value_of(page.text(), "aware-at"))]).await;
    let public = plain(&home.visit("GET", "/breach-policy").await);
    assert!(public.contains("No breach of personal data has been found"), "{public}");
    assert!(public.contains("One of its cases was only a drill") && public.contains("2 entries"), "{public}");
    let draft = admin.get(&format!("{path}/authority.md")).await;
    assert!(draft.text().contains("**A drill: this is not to be sent.**"), "{}", draft.text());
    let form = [("start", "server"), ("name", ""), ("from", now.as_str()), ("until", now.as_str())];
    on(&admin, &admin.post(&format!("{path}/search"), &form).await).await;
    let shown = on(&admin, &admin.post(&format!("{path}/people/draft"), &WORDS).await).await;
    let draft = shown.text().split("name=\"draft\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let done = admin.post(&format!("{path}/people"), &[("draft", draft)]).await;
    let done = on(&admin, &done).await;
    assert!(
        done.text().contains("Nobody was written to")
            && done.text().contains("A drill: nobody was written to.")
    );
    home.settle().await;
    let list = admin.get(&format!("{path}/affected")).await;
    assert!(list.text().contains("not told") && !list.text().contains("in their thread"), "{}", list.text());
    let own = home.open_own_page("psid-seen").await;
    assert!(!home.on_own_page(&own, "GET", "/my", &[]).await.text().contains("concerned by a breach"));
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
