//! The pages about plans and accounts in a real browser, in both languages, on a desk and on a phone; pictures
//! are kept to be looked at.

use crate::browser::{Site, check, is_there};
use crate::home::{HOST, Home};
use model::id::PlanId;
use model::time::Span;
use serde_json::json;
use std::path::Path;
use testkit::browser::{self, Browser, WIDTHS};

type Pages = Vec<(&'static str, String)>;

/// Somebody who has used most of a plan, and a brand with several plans and accounts. The pages of the account
/// and those of the admin.
async fn filled() -> (Home, Pages, String, Pages) {
    let home = Home::with_page().await;
    let admin = home.admin_session().await;
    for number in 0..4 {
        home.opt_in(&format!("psid-{number}"), "hello").await;
    }
    let made = home.post("/api/v1/broadcasts", &json!({ "purpose": "promotion", "text": "Hi" })).await.json();
    home.post(&format!("/api/v1/broadcasts/{}/send", made["id"].as_str().unwrap()), &json!({})).await;
    home.settle().await;
    for (name, messages, leads, pages) in
        [("Small shop", "5", "3", "2"), ("باقة المتجر الكبير", "250000", "", "25"), ("Gold", "", "", "")]
    {
        // Plans stand in the order in which they were made.
        home.clock.fixed.advance(Span::secs(1));
        let form = [("name", name), ("messages", messages), ("leads", leads), ("pages", pages)];
        assert_eq!(home.submit_as(&admin, "/admin/plans", &form).await.status, 303);
    }
    let plans = home.call_as(&admin, "GET", "/admin/plans").await;
    let first = PlanId(home.brand_id(HOST).0).to_string();
    let ids: Vec<String> = plans
        .text()
        .split("/admin/plans/pla_")
        .skip(1)
        .map(|rest| format!("pla_{}", rest.split('"').next().unwrap()))
        .filter(|id| *id != first)
        .collect();
    let [small, _, gold] = &ids[..] else { panic!("{ids:?}") };
    assert_eq!(home.submit_as(&admin, &format!("/admin/plans/{gold}/retire"), &[]).await.status, 303);
    let account = format!("/admin/accounts/{}", home.account);
    let terms = [("plan", small.as_str()), ("state", "past_due")];
    assert_eq!(home.submit_as(&admin, &account, &terms).await.status, 303);
    assert_eq!(home.submit_as(&admin, "/admin/billing/secret", &[]).await.status, 200);
    let own = vec![
        ("plan", "/account/plan".to_owned()),
        ("plan-cancel", "/account/plan/cancel".to_owned()),
        ("account-erase", "/account/erase".to_owned()),
        ("plan-dashboard", "/app".to_owned()),
    ];
    let boss = vec![
        ("admin-plan-own", "/account/plan".to_owned()),
        ("admin-plans", "/admin/plans".to_owned()),
        ("admin-plan", format!("/admin/plans/{small}")),
        ("admin-plan-start", format!("/admin/plans/{first}?done=plan-saved")),
        ("admin-plan-delete", format!("/admin/plans/{gold}/delete")),
        ("admin-accounts", "/admin/accounts".to_owned()),
        ("admin-account-erase", format!("{account}/erase")),
        ("admin-account", account),
        ("admin-brand-end", "/admin/brand/end".to_owned()),
        ("admin-billing", "/admin/billing".to_owned()),
        ("admin-billing-renew", "/admin/billing/secret".to_owned()),
    ];
    (home, own, admin, boss)
}

/// How far the navigation of a desk is higher than its window, and whether its last button stands in it.
const NAVIGATION: &str = "
    const column = document.querySelector('.e-column');
    const out = document.querySelector('.e-aside .e-out button').getBoundingClientRect();
    return [column.scrollHeight - column.clientHeight, out.bottom <= innerHeight];";

async fn look(site: &Site, pages: &Pages, language: &str, axe: &str) -> Vec<String> {
    let pictures = browser::pictures(Path::new(env!("CARGO_TARGET_TMPDIR")));
    let browser = Browser::start().await;
    let mut troubles = Vec::new();
    if pages.iter().any(|(name, _)| *name == "admin-plans") {
        // An admin's whole navigation is reached without scrolling.
        browser.resize(1280, 900).await;
        browser.go(&format!("{}/admin/plans", site.base)).await;
        assert_eq!(browser.run(NAVIGATION, &[]).await, json!([0, true]), "{language}");
    }
    for (width, height, device) in WIDTHS {
        browser.resize(width, height).await;
        for (name, path) in pages {
            browser.go(&format!("{}{path}", site.base)).await;
            let at = format!("{name}-{language}-{device}");
            if *name == "gone" {
                // Not there, and that is what it says.
                assert!(!browser.text("main").await.is_empty(), "{at}");
            } else if path.starts_with("/erasure/") {
                // A page for everybody, without the console around it.
                assert!(browser.text("main").await.contains(path.trim_start_matches("/erasure/")), "{at}");
            } else {
                is_there(&browser, path, &at).await;
            }
            browser.photograph(&pictures.join(format!("{at}.png"))).await;
            troubles.extend(check(site, &browser, axe, &at).await);
        }
    }
    troubles
}

/// The brand is erased: what its host says then.
async fn erased_brand(home: &Home) -> Vec<(&'static str, String)> {
    let erased = engine::actions::erasure::erase_brand(&home.engine, home.brand_id(HOST)).await.unwrap();
    home.settle().await;
    let receipt = format!("/erasure/{}", erased.code);
    // The one address at which the page is no failure, which the browser would complain of.
    vec![("gone", "/log".to_owned()), ("erasure-brand", receipt)]
}

/// The public page of an account's erasure: when its rows are going, and when they are gone.
async fn erased(home: &Home) -> Vec<(&'static str, String)> {
    let mut codes = Vec::new();
    for is_done in [true, false] {
        let new = engine::actions::accounts::NewAccount {
            role: engine::Role::User,
            name: model::personal::Personal::from("Somebody"),
            email: model::personal::Personal::from(format!("somebody{is_done}@shop.example").as_str()),
            plan: None,
        };
        let brand = home.brand_id(HOST);
        let account = engine::actions::accounts::create(&home.engine, brand, new).await.unwrap();
        let by = engine::actions::erasure::By::Holder;
        let erased =
            engine::actions::erasure::erase_account(&home.engine, brand, account, &by).await.unwrap();
        if is_done {
            home.settle().await;
        }
        codes.push(format!("/erasure/{}", erased.code));
    }
    vec![("erasure-account", codes.remove(0)), ("erasure-account-running", codes.remove(0))]
}

async fn tour(language: &'static str) {
    if !browser::is_installed() {
        return;
    }
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let axe = browser::axe(Path::new(env!("CARGO_MANIFEST_DIR")), tmp);
    let (home, own, admin, boss) = filled().await;
    let session = home.session.clone();
    let site = Site::open_as(home, &session, language).await;
    let mut troubles = look(&site, &own, language, &axe).await;
    assert_eq!(site.home.submit("/account/plan/cancel", &[]).await.status, 303);
    let cancelled = vec![
        ("plan-cancelled", "/account/plan?done=plan-cancelled".to_owned()),
        ("plan-cancelled-dashboard", "/app".to_owned()),
    ];
    troubles.extend(look(&site, &cancelled, language, &axe).await);
    let site = Site::open_as(site.home, &admin, language).await;
    troubles.extend(look(&site, &boss, language, &axe).await);
    troubles.extend(look(&site, &erased(&site.home).await, language, &axe).await);
    troubles.extend(look(&site, &erased_brand(&site.home).await, language, &axe).await);
    assert_eq!(troubles, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn plans_and_accounts_are_right_in_english_on_a_desk_and_on_a_phone() {
    tour("en").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn plans_and_accounts_are_right_in_arabic_on_a_desk_and_on_a_phone() {
    tour("ar").await;
}

/// The admin makes a plan and puts an account on it; its holder cancels and takes it up again: by clicking, and
/// without a script.
#[tokio::test(flavor = "multi_thread")]
async fn plans_work_by_clicking_and_without_scripts() {
    if !browser::is_installed() {
        return;
    }
    let home = Home::with_page().await;
    let admin = home.admin_session().await;
    let (session, account) = (home.session.clone(), home.account);
    let site = Site::open_as(home, &admin, "en").await;
    let browser = Browser::start().await;
    browser.allow_scripts(false).await;
    browser.go(&format!("{}/app", site.base)).await;
    browser.click(".e-aside a[href='/admin/plans']").await;
    browser.write("#name", "Gold").await;
    browser.write("#limit-messages", "1,000").await;
    browser.click("form[action='/admin/plans'] button").await;
    browser.wait_for(".e-note.good").await;
    browser.reads("main", "Gold").await;
    browser.click(".e-aside a[href='/admin/accounts']").await;
    browser.click(&format!("a[href='/admin/accounts/{account}']")).await;
    browser.write("#reason", "they asked for a bill").await;
    browser.click("button[formaction$='/reveal']").await;
    browser.wait_for("[aria-labelledby=who] dl").await;
    browser.reads("main", "Sample Owner").await;
    browser.click("#plan option:not([selected])").await;
    browser.click("form[action^='/admin/accounts/'] .btn-primary").await;
    // The page that follows hides again who it is.
    browser.wait_for("button[formaction$='/reveal']").await;
    browser.wait_for(".e-note.good").await;
    let site = Site::open_as(site.home, &session, "en").await;
    browser.go(&format!("{}/account", site.base)).await;
    browser.click("main a[href='/account/plan']").await;
    browser.wait_for("a[href='/account/plan/cancel']").await;
    let shown = browser.text("main").await;
    assert!(shown.contains("0 of 1,000"), "{shown}");
    browser.click("a[href='/account/plan/cancel']").await;
    browser.click("button.e-danger").await;
    browser.wait_for("form[action='/account/plan/resume']").await;
    browser.click("form[action='/account/plan/resume'] button").await;
    browser.wait_for("a[href='/account/plan/cancel']").await;
}
