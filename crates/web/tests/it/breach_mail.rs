//! The notification to the authority by mail, over HTTP: what is shown is what arrives.

use crate::admin::Person;
use crate::breaches::{case_of, on, plain, value_of};
use crate::home::{Answer, HOST, Home};
use model::ports::MailError;
use model::time::Span;

const AUTHORITY: &str = "notify@authority.example";
/// The admin's.
const OWN: &str = "admin@corner.example.com";
const FACTS: [(&str, &str); 4] = [
    ("nature", "A laptop was stolen"),
    ("contact", "dpo@brand.example"),
    ("consequences", "Unwanted messages"),
    ("measures", "All sessions were ended"),
];

/// What stands between these two.
fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let rest = text.split(start).nth(1).unwrap_or_else(|| panic!("no {start} in {text}"));
    rest.split(end).next().unwrap()
}

/// The text of the form, as a browser has it.
fn typed(page: &Answer) -> String {
    let field = between(page.text(), "id=\"text\"", "</textarea>").split_once('>').unwrap().1.to_owned();
    let plain =
        field.replace("&#60;", "<").replace("&#62;", ">").replace("&#39;", "'").replace("&#34;", "\"");
    plain.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#38;", "&")
}

/// A case since then, or since just now.
async fn aware(admin: &Person<'_>, since: Option<&str>, drill: &str) -> String {
    let now = value_of(admin.get("/admin/breaches").await.text(), "suspected");
    let since = since.unwrap_or(&now);
    admin.post("/admin/breaches", &[("title", "A laptop"), ("suspected", since), ("drill", drill)]).await;
    let path = case_of(admin).await;
    let at = since.to_owned();
    assert_eq!(admin.post(&format!("{path}/aware"), &[("at", &at)]).await.status, 303);
    path
}

#[tokio::test]
async fn claim_x8_the_authority_is_mailed_from_the_case_as_it_was_shown() {
    let home = Home::with_page().await;
    let admin = Person::admin(&home).await;
    home.clock.fixed.advance(Span::minutes(2));
    let lead = home.opt_in("psid-seen", "My name is Zelda").await;
    home.submit(&format!("/app/leads/{lead}/reveal"), &[("reason", "order")]).await;
    home.clock.fixed.advance(Span::minutes(3));
    let path = aware(&admin, None, "").await;
    let until = value_of(admin.get("/admin/breaches").await.text(), "suspected");
    let search = [("start", "server"), ("name", ""), ("from", &until), ("until", &until)];
    assert_eq!(admin.post(&format!("{path}/search"), &search).await.status, 303);
    let case = admin.get(&path).await;
    assert!(case.text().contains("Send to the authority by mail"), "{}", case.text());
    let mail = format!("{path}/mail");
    let page = admin.get(&mail).await;
    let text = typed(&page);
    assert!(text.starts_with("# Notification") && text.contains("it follows in a further phase"), "{text}");
    assert!(!text.contains("Zelda"), "nobody who is concerned is named: {text}");
    let arabic = admin.get(&format!("{mail}?language=ar")).await;
    assert!(typed(&arabic).contains("(أ) ما حدث") && arabic.text().contains("lang=\"ar\" dir=\"rtl\""));
    // What does not fit stands again as it was typed.
    let odd = [("to", "authority"), ("language", "en"), ("text", "My own words.")];
    let odd = on(&admin, &admin.post(&format!("{mail}/draft"), &odd).await).await;
    assert!(odd.text().contains("Write one address") && typed(&odd) == "My own words.");
    assert!(!odd.text().contains("name=\"draft\""), "nothing can be sent yet");
    let form = [("to", AUTHORITY), ("language", "en"), ("text", text.as_str())];
    let shown = on(&admin, &admin.post(&format!("{mail}/draft"), &form).await).await;
    let seen = plain(&shown);
    for wanted in [AUTHORITY, "Subject</dt><dd><bdi>Notification of a personal data breach", "Answers go to"]
    {
        assert!(seen.contains(wanted), "{wanted} in {seen}");
    }
    let draft = between(&seen, "name=\"draft\" value=\"", "\"").to_owned();
    let silent = on(&admin, &admin.post(&mail, &[("draft", &draft)]).await).await;
    assert!(silent.text().contains("tick that it follows in a further phase"), "{}", silent.text());
    let sent = admin.post(&mail, &[("draft", &draft), ("phase", "yes")]).await;
    assert_eq!(sent.header("location"), format!("{path}?done=breach-mailed"), "{}", sent.text());
    let twice = admin.post(&mail, &[("draft", &draft), ("phase", "yes")]).await;
    assert_eq!(twice.header("location"), format!("{mail}?done=changed"), "a second click sends nothing");
    let subject = "Notification of a personal data breach (GDPR article 33)";
    let arrived = home.mails.text_to(&home.engine, AUTHORITY, subject).await;
    assert_eq!(arrived, text.trim().replace("\r\n", "\n"), "as it was shown");
    let case = plain(&on(&admin, &sent).await);
    for wanted in [
        "Authority told in part",
        "It was told once",
        "To notify@authority.example: the mail server took it.",
        "Follows in a further phase",
    ] {
        assert!(case.contains(wanted), "{wanted} in {case}");
    }
    // The rest: the text is made anew of what is known by now, and the address is there.
    assert_eq!(admin.post(&format!("{path}/facts"), &FACTS).await.status, 303);
    let page = admin.get(&mail).await;
    assert!(typed(&page).contains("A laptop was stolen") && !page.text().contains("name=\"draft\""));
    assert_eq!(value_of(page.text(), "to"), AUTHORITY);
    let text = typed(&page);
    let form = [("to", AUTHORITY), ("language", "en"), ("text", text.as_str())];
    let shown = on(&admin, &admin.post(&format!("{mail}/draft"), &form).await).await;
    assert!(plain(&shown).contains("Answers go to</dt><dd><bdi>dpo@brand.example"));
    let draft = between(shown.text(), "name=\"draft\" value=\"", "\"").to_owned();
    assert_eq!(admin.post(&mail, &[("draft", &draft)]).await.status, 303);
    assert!(plain(&admin.get(&path).await).contains("Authority settled"));
    // Whoever is not the admin finds nothing.
    assert_eq!(home.call("GET", &mail).await.status, 404);
}

#[tokio::test]
async fn claim_x8_a_mail_that_may_not_have_arrived_is_said_to_be_one_in_both_languages() {
    let home = Home::with_page().await;
    let admin = Person::admin(&home).await;
    home.clock.fixed.advance(Span::minutes(2));
    let because = || "because".to_owned();
    for (error, done, told, said) in [
        (
            MailError::Unanswered(because()),
            "breach-mail-waits",
            ["its answer is not known: the authority may have it", "ولم يُعرف جوابه"],
            "no answer came. It is not known whether it arrived.",
        ),
        (
            MailError::Refused(because()),
            "breach-mail-failed",
            ["for good. The authority was not told.", "رفضًا نهائيًا"],
            "refused it for good. Nobody was told by it.",
        ),
        (
            MailError::NotNow(because()),
            "breach-mail-failed",
            ["did not take the mail to notify@authority.example", "لم يقبل خادم البريد"],
            "the mail server did not take it. Nobody was told by it.",
        ),
    ] {
        home.clock.fixed.advance(Span::minutes(1));
        let path = aware(&admin, None, "").await;
        assert_eq!(admin.post(&format!("{path}/facts"), &FACTS).await.status, 303);
        let mail = format!("{path}/mail");
        let text = typed(&admin.get(&mail).await);
        let form = [("to", AUTHORITY), ("language", "en"), ("text", text.as_str())];
        let shown = on(&admin, &admin.post(&format!("{mail}/draft"), &form).await).await;
        let name = home.engine.brand(home.brand_id(HOST)).unwrap().brand.name.clone();
        assert!(plain(&shown).contains(&format!("<dt>From</dt><dd><bdi>{name}</bdi>")), "{}", plain(&shown));
        assert!(plain(&shown).contains("It is not sent yet."), "{}", plain(&shown));
        let draft = between(shown.text(), "name=\"draft\" value=\"", "\"").to_owned();
        home.mails.answer(error);
        let sent = admin.post(&mail, &[("draft", &draft)]).await;
        assert_eq!(sent.header("location"), format!("{path}?done={done}"), "{}", sent.text());
        let case = plain(&on(&admin, &sent).await);
        for wanted in [told[0], said, "hours left"] {
            assert!(case.contains(wanted), "{wanted} in {case}");
        }
        for (language, told) in ["en", "ar"].into_iter().zip(told) {
            let page = plain(&admin.get(&format!("{mail}?lang={language}")).await);
            assert!(page.contains(told), "{told} in {page}");
            // Of what was handed over nobody is told that nothing was.
            assert!(!page.contains("not sent yet") && !page.contains("لم تُرسل الرسالة بعد"), "{page}");
            assert!(page.contains(if language == "en" { "Sent once more" } else { "إن أُرسلت" }), "{page}");
        }
        // What may have arrived goes once more only knowingly; what has not, goes again as it was.
        let again = admin.get(&mail).await.text().contains("name=\"again\"");
        assert_eq!(again, done == "breach-mail-waits");
        if again {
            let unknowing = on(&admin, &admin.post(&mail, &[("draft", &draft)]).await).await;
            assert!(unknowing.text().contains("An earlier mail may have arrived"), "{}", unknowing.text());
        }
        let knowing = admin.post(&mail, &[("draft", &draft), ("again", "yes")]).await;
        assert_eq!(knowing.header("location"), format!("{path}?done=breach-mailed"), "{}", knowing.text());
        let closed = admin.post(&format!("{path}/close"), &[("words", "Done.")]).await;
        assert_eq!(closed.status, 303);
    }
}

#[tokio::test]
async fn claim_x8_a_late_mail_says_why_and_a_drills_goes_to_whoever_practises() {
    let home = Home::with_page().await;
    home.clock.fixed.advance(Span::hours(80));
    let admin = Person::admin(&home).await;
    let list = admin.get("/admin/breaches").await;
    let since = between(between(list.text(), "id=\"suspected\"", ">"), "min=\"", "\"").to_owned();
    let path = aware(&admin, Some(&since), "yes").await;
    assert_eq!(admin.post(&format!("{path}/facts"), &FACTS).await.status, 303);
    let mail = format!("{path}/mail");
    let page = admin.get(&mail).await;
    assert!(page.text().contains("goes to your own address and not to the authority"), "{}", page.text());
    let text = typed(&page);
    let late = [("to", AUTHORITY), ("language", "en"), ("text", text.as_str())];
    let bare = on(&admin, &admin.post(&format!("{mail}/draft"), &late).await).await;
    assert!(bare.text().contains("why it comes late, and have it shown again"), "{}", bare.text());
    let form = [&late[..], &[("reason", "The server was down.")]].concat();
    let shown = on(&admin, &admin.post(&format!("{mail}/draft"), &form).await).await;
    let seen = plain(&shown);
    assert!(seen.contains("<bdi>Drill: Notification") && seen.contains(OWN), "{seen}");
    assert!(seen.contains("Why it comes after the 72 hours\n\nThe server was down."), "{seen}");
    let draft = between(&seen, "name=\"draft\" value=\"", "\"").to_owned();
    let sent = admin.post(&mail, &[("draft", &draft)]).await;
    assert_eq!(sent.header("location"), format!("{path}?done=breach-mailed-drill"), "{}", sent.text());
    let subject = "Drill: Notification of a personal data breach (GDPR article 33)";
    let arrived = home.mails.text_to(&home.engine, OWN, subject).await;
    assert!(arrived.contains("A drill: this is not to be sent."), "{arrived}");
    let case = plain(&on(&admin, &sent).await);
    assert!(case.contains("the mail goes to whoever practises, and not to the authority"), "{case}");
}
