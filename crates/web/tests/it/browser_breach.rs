//! A breach drill in a real browser, by clicks only, and the register's pages in both languages, on a desk and on a
//! phone; pictures are kept to be looked at.

use crate::browser::{Site, look};
use crate::home::Home;
use engine::actions::breach_mail::{self, MailForm};
use model::id::BreachId;
use model::ports::MailError;
use model::time::{Clock, Span};
use std::path::Path;
use testkit::browser::{self, Browser, WIDTHS};

/// A drill from suspicion to its end, by somebody with nothing but the screens and without scripts.
#[tokio::test(flavor = "multi_thread")]
async fn claim_x8_a_breach_drill_by_clicks_only() {
    if !browser::is_installed() {
        return;
    }
    let home = Home::with_page().await;
    let lead = home.opt_in("psid-7", "My name is Zelda").await;
    assert_eq!(home.submit(&format!("/app/leads/{lead}/reveal"), &[]).await.status, 200);
    home.clock.fixed.advance(Span::minutes(2));
    let admin = home.admin_session().await;
    let account = home.account;
    let site = Site::open_as(home, &admin, "en").await;
    let browser = Browser::start().await;
    browser.allow_scripts(false).await;
    browser.go(&format!("{}/app", site.base)).await;
    browser.click(".e-aside a[href='/admin/breaches']").await;
    browser.write("#title", "A drill").await;
    browser.click("[name=drill][value=no]").await;
    browser.click("form[action='/admin/breaches'] button").await;
    browser.wait_for("form[action$='/aware']").await;
    browser.click("form[action$='/aware'] button").await;
    browser.wait_for("form[action$='/authority']").await;
    browser.reads("main", "hours left").await;
    // Whose session: chosen step by step, and no number is typed.
    browser.click("[aria-labelledby=affected] a[href$='/search']").await;
    browser.wait_for("a[href*='start=session']").await;
    browser.click("a[href*='start=session']").await;
    browser.wait_for(&format!("a[href*='account={account}']")).await;
    browser.click(&format!("a[href*='account={account}']")).await;
    browser.wait_for("a[href*='name=ses_']").await;
    browser.click("a[href*='name=ses_']").await;
    browser.wait_for("form[action$='/search'] button").await;
    browser.click("form[action$='/search'] button").await;
    browser.wait_for(".e-pills").await;
    let found = browser.text("main").await;
    assert!(found.contains("name, language and Messenger id") && found.contains("the session"), "{found}");
    browser.click(".e-trail li:nth-child(2) a").await;
    browser.wait_for("[aria-labelledby=affected] dl").await;
    // The authority is not told in silence of what is missing.
    browser.click("form[action$='/authority'] button").await;
    browser.wait_for("[aria-labelledby=authority] .e-wrong").await;
    // Going back does not ask to send the form once more.
    browser.back().await;
    browser.wait_for("#nature").await;
    for field in ["nature", "consequences", "measures"] {
        browser.write(&format!("#{field}"), "Written in the drill.").await;
    }
    browser.click("button[formaction$='/facts']").await;
    browser.wait_for("[aria-labelledby=facts] .e-badge.good").await;
    browser.click("form[action$='/authority'] button").await;
    browser.wait_for(".e-lead .e-badge.good").await;
    browser.click("[aria-labelledby=people] a").await;
    browser.wait_for("#happened-en").await;
    for part in ["happened", "follows", "done", "advice"] {
        for language in ["en", "ar"] {
            browser.write(&format!("#{part}-{language}"), "This is only a drill.").await;
        }
    }
    browser.click("form[action$='/draft'] button").await;
    browser.wait_for("[aria-labelledby=preview]").await;
    browser.reads("[aria-labelledby=preview]", "This is only a drill.").await;
    browser.click("form[action$='/people'] button").await;
    browser.wait_for("[aria-labelledby=told]").await;
    browser.write("#words", "It works.").await;
    browser.click("form[action$='/close'] button").await;
    browser.wait_for("[aria-labelledby=facts] dl").await;
    let end = browser.text("main").await;
    assert!(end.contains("Closed") && end.contains("It works."), "{end}");
    browser.click(".e-trail a[href='/admin/breaches']").await;
    browser.reads("main", "It is whole: 7 entries").await;
}

/// A case whose mail to the authority was answered with this.
async fn not_taken(home: &Home, title: &str, mail: &MailForm, error: MailError) -> BreachId {
    let (engine, now) = (&home.engine, home.clock.fixed.now());
    let actor = engine::Actor { role: engine::Role::Admin, ..home.actor() };
    let id = engine::actions::breaches::note(engine, &actor, (title, ""), now, false).await.unwrap();
    engine::actions::breaches::become_aware(engine, &actor, id, now).await.unwrap();
    breach_mail::draft(engine, &actor, id, mail).await.unwrap();
    let detail = engine::views::breaches::get(engine, &actor, id).await.unwrap();
    let draft = engine::views::breaches::mail(engine, &actor, &detail).await.unwrap().draft.unwrap().at;
    home.mails.answer(error);
    let sent = breach_mail::Send { draft, is_phase: true, is_again: false };
    breach_mail::send(engine, &actor, id, sent).await.unwrap();
    id
}

async fn tour(language: &'static str) {
    if !browser::is_installed() {
        return;
    }
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let axe = browser::axe(Path::new(env!("CARGO_MANIFEST_DIR")), tmp);
    let home = Home::with_page().await;
    let admin = home.admin_session().await;
    for number in 0..3 {
        let lead = home.opt_in(&format!("psid-{number}"), "hello").await;
        assert_eq!(home.submit(&format!("/app/leads/{lead}/reveal"), &[]).await.status, 200);
    }
    home.clock.fixed.advance(Span::minutes(2));
    let now = home.clock.fixed.now();
    let actor = engine::Actor { role: engine::Role::Admin, ..home.actor() };
    let (title, nature, other, (subject, text)) = match language {
        "ar" => (
            "حاسوب محمول مسروق",
            "وُجد مفتوحًا في القطار",
            "مفتاح ضائع",
            ("إخطار بخرق للبيانات الشخصية", "# إخطار\n\n## (أ)\n\nسُرق حاسوب محمول."),
        ),
        _ => (
            "A stolen laptop",
            "It was found open on a train",
            "A lost key",
            ("Notification of a personal data breach", "# Notification\n\n## (a)\n\nA stolen laptop."),
        ),
    };
    let engine = &home.engine;
    let id = engine::actions::breaches::note(engine, &actor, (title, nature), now, false).await.unwrap();
    engine::actions::breaches::note(engine, &actor, ("Another", ""), now, true).await.unwrap();
    engine::actions::breaches::become_aware(engine, &actor, id, now).await.unwrap();
    let asked = engine::views::breaches::Asked {
        start: model::breach::Start::Account,
        name: home.account.to_string(),
        from: now.minus(Span::days(1)),
        until: now,
        with_keys: false,
    };
    engine::actions::breaches::search(engine, &actor, id, &asked).await.unwrap();
    let texts = ["en", "ar"].map(|code| engine::views::breaches::Words {
        language: code.to_owned(),
        happened: "Somebody had a laptop that was signed in.".to_owned(),
        follows: "Strangers may write to people.".to_owned(),
        done: "Every session of that account was ended.".to_owned(),
        advice: "Be careful with messages from strangers.".to_owned(),
    });
    let second =
        engine::actions::breaches::note(engine, &actor, ("A lost laptop", ""), now, true).await.unwrap();
    engine::actions::breaches::become_aware(engine, &actor, second, now).await.unwrap();
    engine::actions::breaches::search(engine, &actor, second, &asked).await.unwrap();
    engine::actions::breaches::draft_people(engine, &actor, second, &texts).await.unwrap();
    engine::actions::breaches::tell_people(engine, &actor, id, &texts).await.unwrap();
    engine.handle_breaches().await.unwrap();
    let mail = MailForm {
        to: "notify@authority.example".to_owned(),
        language: language.to_owned(),
        subject: subject.to_owned(),
        text: text.to_owned(),
        reason: String::new(),
    };
    breach_mail::draft(engine, &actor, id, &mail).await.unwrap();
    let unknown = not_taken(&home, other, &mail, MailError::Unanswered("no answer".to_owned())).await;
    let failed = not_taken(&home, other, &mail, MailError::Refused("no".to_owned())).await;
    engine::actions::breaches::search(engine, &actor, failed, &asked).await.unwrap();
    let search = format!("/admin/breaches/{id}/search");
    let pages = [
        ("breaches", "/admin/breaches".to_owned()),
        ("breach", format!("/admin/breaches/{id}")),
        ("breach-mail", format!("/admin/breaches/{id}/mail")),
        ("breach-mail-drill", format!("/admin/breaches/{second}/mail")),
        ("breach-mail-unknown", format!("/admin/breaches/{unknown}/mail")),
        ("breach-unknown", format!("/admin/breaches/{unknown}?done=breach-mail-waits")),
        ("breach-mail-failed", format!("/admin/breaches/{failed}/mail")),
        ("breach-failed", format!("/admin/breaches/{failed}?done=breach-mail-failed")),
        ("breach-affected", format!("/admin/breaches/{id}/affected")),
        ("breach-owners", format!("/admin/breaches/{id}/affected?part=owner")),
        ("breach-people", format!("/admin/breaches/{second}/people")),
        ("breach-people-drafted", format!("/admin/breaches/{failed}/people")),
        ("breach-search", search.clone()),
        ("breach-sessions", format!("{search}?start=session&account={}", home.account)),
        ("breach-tokens", format!("{search}?start=token&account={}", home.account)),
        ("breach-when", format!("{search}?start=window")),
        ("breach-copy", format!("{search}?start=backup")),
        ("breach-policy", "/breach-policy".to_owned()),
        ("documents-breach", "/admin/documents".to_owned()),
    ];
    let site = Site::open_as(home, &admin, language).await;
    let browser = Browser::start().await;
    let mut troubles = Vec::new();
    for (width, height, device) in WIDTHS {
        browser.resize(width, height).await;
        for (name, path) in &pages {
            let at = format!("{name}-{language}-{device}");
            troubles.extend(look(&site, &browser, &axe, path, &at).await);
        }
    }
    assert_eq!(troubles, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn breaches_are_right_in_english_on_a_desk_and_on_a_phone() {
    tour("en").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn breaches_are_right_in_arabic_on_a_desk_and_on_a_phone() {
    tour("ar").await;
}
