//! Plans and accounts in the console, and the signed call over HTTP.

use crate::home::{Answer, HOST, Home, META_PAGE, OTHER_HOST};
use axum::body::Body;
use axum::http::Request;
use model::id::PlanId;
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::{Command, Stdio};
use web::routes::ROUTES;

/// The plan that a brand begins with bears the brand's own id.
fn first_plan(home: &Home, host: &str) -> String {
    PlanId(home.brand_id(host).0).to_string()
}

/// Signs a call as the page about it says: with openssl, where there is one.
fn openssl(secret: &str, time: &str, body: &str) -> String {
    let child = Command::new("openssl")
        .args(["dgst", "-sha256", "-hmac", secret])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret.as_bytes());
        return hex::encode(aws_lc_rs::hmac::sign(&key, format!("{time}.{body}").as_bytes()));
    };
    write!(child.stdin.take().unwrap(), "{time}.{body}").unwrap();
    let said = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    said.trim().rsplit(' ').next().unwrap().to_owned()
}

/// One call to a brand's door.
async fn call(home: &Home, host: &str, signature: Option<&str>, body: &str) -> Answer {
    let request = Request::builder().method("POST").uri("/billing/webhook").header("host", host);
    // As curl sends it: without a word about JSON, and taking anything.
    let request = request.header("accept", "*/*").header("content-type", "application/x-www-form-urlencoded");
    let request = match signature {
        Some(signature) => request.header("entente-signature", signature),
        None => request,
    };
    home.ask(request.body(Body::from(body.to_owned())).unwrap()).await
}

fn now(home: &Home) -> String {
    home.engine.clock().now().secs().to_string()
}

/// The secret that the page shows once.
async fn make_secret(home: &Home, admin: &str) -> String {
    let made = home.submit_as(admin, "/admin/billing/secret", &[]).await;
    let text = made.text();
    let at = text.find("whs_").unwrap_or_else(|| panic!("{text}"));
    text[at..].split('<').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_admin_makes_plans_changes_them_and_retires_them() {
    let home = Home::new().await;
    let admin = home.admin_session().await;
    let list = || home.call_as(&admin, "GET", "/admin/plans");
    assert!(list().await.text().contains("10,000"));
    let wrong = [("name", "Gold"), ("messages", "many"), ("leads", ""), ("pages", "")];
    let refused = home.submit_as(&admin, "/admin/plans", &wrong).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.text().contains("id=\"limit-messages-wrong\"") && refused.text().contains("value=\"Gold\"")
    );
    let taken = home.submit_as(&admin, "/admin/plans", &[("name", "Start")]).await;
    assert_eq!(taken.status, 422);
    assert!(taken.text().contains("id=\"name-wrong\""));
    let form = [("name", "Gold & <b>more</b>"), ("messages", "٢٠٬٠٠٠"), ("leads", "5 000"), ("pages", "")];
    let made = home.submit_as(&admin, "/admin/plans", &form).await;
    assert_eq!(made.header("location"), "/admin/plans?done=plan-made");
    let text = list().await.text().to_owned();
    assert!(text.contains("20,000") && text.contains("5,000") && !text.contains("<b>"), "{text}");
    let path = text.split("href=\"").find(|part| part.starts_with("/admin/plans/pla_")).unwrap();
    let other = text.split("href=\"").filter(|part| part.starts_with("/admin/plans/pla_")).nth(1).unwrap();
    let path =
        if path.starts_with(&format!("/admin/plans/{}", first_plan(&home, HOST))) { other } else { path };
    let path = path.split('"').next().unwrap();
    let form = [("name", "Gold"), ("messages", "7"), ("leads", ""), ("pages", "")];
    assert_eq!(home.submit_as(&admin, path, &form).await.status, 303);
    let bad = home.submit_as(&admin, path, &[("name", ""), ("messages", "7")]).await;
    assert_eq!(bad.status, 422);
    for (step, done) in [
        ("retire", "plan-retired"),
        ("start", "plan-kept"),
        ("offer", "plan-offered"),
        ("start", "plan-starts"),
        ("retire", "plan-kept"),
        ("delete", "plan-kept"),
    ] {
        let stepped = home.submit_as(&admin, &format!("{path}/{step}"), &[]).await;
        assert_eq!(stepped.header("location"), format!("{path}?done={done}"), "{step}");
    }
    let first = format!("/admin/plans/{}", first_plan(&home, HOST));
    // Somebody is on the first one: it can be retired and not deleted.
    let kept = home.submit_as(&admin, &format!("{first}/delete"), &[]).await;
    assert!(kept.header("location").ends_with("done=plan-kept"));
    assert!(!home.call_as(&admin, "GET", &first).await.text().contains("/delete"));
}

#[tokio::test]
async fn claim_f2_the_list_of_accounts_names_nobody_and_one_is_shown_when_asked_for() {
    let home = Home::new().await;
    let admin = home.admin_session().await;
    let path = format!("/admin/accounts/{}", home.account);
    for hidden in ["/admin/accounts", path.as_str()] {
        let page = home.call_as(&admin, "GET", hidden).await;
        assert_eq!(page.status, 200);
        for secret in ["Sample Owner", crate::people::EMAIL] {
            assert!(!page.text().contains(secret), "{hidden} shows {secret}");
        }
    }
    let shown = home.submit_as(&admin, &format!("{path}/reveal"), &[]).await;
    assert!(shown.status == 422 && !shown.text().contains("Sample Owner"), "what for is asked first");
    assert!(shown.text().contains("id=\"reason-wrong\""), "{}", shown.text());
    let why = [("reason", "they asked for a bill")];
    let shown = home.submit_as(&admin, &format!("{path}/reveal"), &why).await;
    assert!(shown.text().contains("Sample Owner") && shown.text().contains(crate::people::EMAIL));
    assert!(home.call_as(&admin, "GET", &path).await.text().contains(&home.account.to_string()));
}

#[tokio::test]
async fn the_admin_sets_plan_and_state_and_its_holder_sees_and_feels_it() {
    let home = Home::with_page().await;
    let admin = home.admin_session().await;
    home.opt_in("psid-7", "hello").await;
    let path = format!("/admin/accounts/{}", home.account);
    let plan = first_plan(&home, HOST);
    for bad in [
        [("plan", "pla_1"), ("state", "active")],
        [("plan", plan.as_str()), ("state", "gone")],
        [("plan", &first_plan(&home, OTHER_HOST)), ("state", "active")],
    ] {
        let kept = home.submit_as(&admin, &path, &bad).await;
        assert_eq!(kept.header("location"), format!("{path}?done=account-kept"));
    }
    let form = [("plan", plan.as_str()), ("state", "past_due")];
    assert!(home.submit_as(&admin, &path, &form).await.header("location").ends_with("account-changed"));
    assert!(home.call("GET", "/account/plan").await.text().contains("Payment late"));
    assert!(home.call("GET", "/app").await.text().contains("/account/plan"));
    let link = home.mails.link(&home.engine, "plan_changed", "/account/plan").await;
    assert_eq!(link, "/account/plan");
    let form = [("plan", plan.as_str()), ("state", "cancelled")];
    home.submit_as(&admin, &path, &form).await;
    let page = home.call("GET", "/account/plan").await;
    assert!(!page.text().contains("/account/plan/resume") && !page.text().contains("/account/plan/cancel"));
    assert_eq!(home.submit("/account/plan/resume", &[]).await.status, 409);
    let made = home.post("/api/v1/broadcasts", &json!({ "purpose": "promotion", "text": "Hi" })).await.json();
    let sent =
        home.post(&format!("/api/v1/broadcasts/{}/send", made["id"].as_str().unwrap()), &json!({})).await;
    sent.is_problem(409, "subscription-cancelled");
}

#[tokio::test]
async fn an_account_cancels_after_being_asked_and_takes_it_up_again() {
    let home = Home::with_page().await;
    home.opt_in("psid-7", "hello").await;
    let asked = home.call("GET", "/account/plan/cancel").await;
    assert!(asked.text().contains("method=\"post\"") && asked.text().contains("Nothing is deleted"));
    let made = home.post("/api/v1/broadcasts", &json!({ "purpose": "promotion", "text": "Hi" })).await.json();
    let broadcast = format!("/app/broadcasts/{}", made["id"].as_str().unwrap());
    let done = home.submit("/account/plan/cancel", &[]).await;
    assert_eq!(done.header("location"), "/account/plan?done=plan-cancelled");
    // Signing in, looking and taking along go on; sending does not.
    assert_eq!(home.call("GET", "/app/leads").await.status, 200);
    let refused = home.submit(&format!("{broadcast}/send"), &[]).await;
    assert_eq!(refused.header("location"), format!("{broadcast}?done=subscription-ended"));
    assert!(home.call("GET", "/account/plan").await.text().contains("action=\"/account/plan/resume\""));
    let done = home.submit("/account/plan/resume", &[]).await;
    assert_eq!(done.header("location"), "/account/plan?done=plan-resumed");
    let sent = home.submit(&format!("{broadcast}/send"), &[]).await;
    assert_eq!(sent.header("location"), format!("{broadcast}?done=sent"));
}

#[tokio::test]
async fn one_page_more_than_the_plan_allows_is_refused_with_the_way_onward() {
    let home = Home::with_page().await;
    let admin = home.admin_session().await;
    home.meta.offer_second_page();
    let first = format!("/admin/plans/{}", first_plan(&home, HOST));
    home.submit_as(&admin, &first, &[("name", "Start"), ("pages", "1")]).await;
    let form = json!({ "code": "c", "redirect_uri": "https://leangzbotchat.localhost/back" });
    let refused = home.post("/api/v1/pages", &form).await;
    refused.is_problem(409, "plan-limit");
    assert!(refused.json()["detail"].as_str().unwrap().contains("/account/plan"));
    let again =
        json!({ "code": "c", "redirect_uri": "https://leangzbotchat.localhost/back", "pages": [META_PAGE] });
    assert_eq!(home.post("/api/v1/pages", &again).await.status, 201, "one that is there gets its new token");
    // The console says the same in words, and leads to the plan.
    let begun = home.call("GET", "/app/pages/connect").await;
    let state =
        begun.header("location").split("state=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let page = home.submit("/app/pages/connected", &[("code", "c"), ("state", &state)]).await;
    assert!(page.text().contains("href=\"/account/plan\"") && page.text().contains("does not allow"));
}

#[tokio::test]
async fn another_brand_s_admin_finds_nothing_here_and_changes_nothing() {
    let home = Home::new().await;
    let stranger = home.admin_session_of(OTHER_HOST).await;
    let before = home.content().await;
    let mut asked = 0;
    for route in ROUTES.iter().filter(|route| route.caller.is_admins() && route.path.contains("{id}")) {
        let id = if route.path.contains("accounts") {
            home.account.to_string()
        } else if route.path.contains("plans") {
            first_plan(&home, HOST)
        } else {
            continue;
        };
        asked += 1;
        let body = format!(
            "csrf={}&name=Mine&plan={}&state=cancelled",
            home.form_token(&stranger).await,
            first_plan(&home, OTHER_HOST)
        );
        let request = Request::builder().method(route.method.clone()).uri(route.path.replace("{id}", &id));
        let request =
            request.header("host", OTHER_HOST).header("cookie", format!("__Host-session={stranger}"));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let body = if route.method == "POST" { Body::from(body) } else { Body::empty() };
        let answer = home.ask(request.body(body).unwrap()).await;
        assert_eq!(answer.status, 404, "{} {}", route.method, route.path);
    }
    assert!(asked >= 10, "{asked}");
    assert_eq!(home.content().await, before);
}

/// Exactly one call was applied: the audit says who did it, on the page in both languages and in the table.
async fn is_in_the_audit(home: &Home, admin: &str) {
    for (language, by, state) in
        [("en", "Billing system", "Payment late"), ("ar", "نظام الفوترة", "دفعة متأخرة")]
    {
        let page = home.call_as(admin, "GET", &format!("/admin/audit?lang={language}&by=billing")).await;
        let rows = page.text().split("<tbody>").nth(1).unwrap().split("</tbody>").next().unwrap();
        assert_eq!(rows.matches("<tr>").count(), 1, "{rows}");
        for said in [by, &home.account.to_string(), state] {
            assert!(rows.contains(said), "{said} in {rows}");
        }
    }
    home.clock.fixed.advance(model::time::Span(1_000));
    let form = [("by", "billing"), ("why", "for the auditor")];
    let csv = home.submit_as(admin, "/admin/audit/export", &form).await;
    assert!(csv.text().contains("\"subscription_set\",\"billing\""), "{}", csv.text());
    assert!(csv.text().contains(&format!("account: {}", home.account)), "{}", csv.text());
}

#[tokio::test]
async fn claim_a1_the_example_of_the_documentation_is_what_the_door_takes_and_stands_in_the_audit() {
    let home = Home::new().await;
    let admin = home.admin_session().await;
    let secret = make_secret(&home, &admin).await;
    assert!(!home.call_as(&admin, "GET", "/admin/billing").await.text().contains(&secret), "shown once");
    let page = include_str!("../../../../docs/billing.md");
    assert!(page.contains(r#"printf '%s.%s' "$time" "$body" | openssl dgst -sha256 -hmac "$secret""#));
    let example = page.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
    let mut example: Value = serde_json::from_str(example).unwrap();
    (example["account"], example["plan"]) = (json!(home.account), json!(first_plan(&home, HOST)));
    example["occurred_at"] = json!("2025-12-01T09:30:00Z");
    example["state"] = json!("past_due");
    let body = example.to_string();
    let time = now(&home);
    let signature = format!("t={time},v1={}", openssl(&secret, &time, &body));
    let taken = call(&home, HOST, Some(&signature), &body).await;
    assert_eq!(
        (taken.status.as_u16(), taken.json()),
        (200, json!({ "outcome": "applied" })),
        "{}",
        taken.text()
    );
    let again = call(&home, HOST, Some(&signature), &body).await;
    assert_eq!(again.json(), json!({ "outcome": "already_taken" }));
    is_in_the_audit(&home, &admin).await;
    for (name, outcome) in [("unchanged", 1), ("already_taken", 1), ("superseded", 1), ("applied", 1)] {
        assert_eq!(page.matches(&format!("| `{name}` |")).count(), outcome);
    }

    // Who is not the signer learns nothing but that.
    call(&home, HOST, None, &body).await.is_problem(403, "bad-signature");
    call(&home, OTHER_HOST, Some(&signature), &body).await.is_problem(403, "bad-signature");
    call(&home, HOST, Some(&signature), &format!("{body} ")).await.is_problem(403, "bad-signature");
    let unknown = body.replace(&home.account.to_string(), "acc_00000000000000000000000000000007");
    call(&home, HOST, Some(&signature), &unknown).await.is_problem(403, "bad-signature");
    let signed = |body: &str| {
        let time = now(&home);
        format!("t={time},v1={}", openssl(&secret, &time, body))
    };
    call(&home, HOST, Some(&signed(&unknown)), &unknown).await.is_problem(404, "not-found");
    call(&home, HOST, Some(&signed("{")), "{").await.is_problem(400, "malformed");
    let odd = body.replace("past_due", "late");
    let refused = call(&home, HOST, Some(&signed(&odd)), &odd).await;
    refused.is_problem(422, "invalid");
    assert_eq!(refused.json()["field"], "state");
    let large = " ".repeat(17 * 1024);
    call(&home, HOST, Some(&signed(&large)), &large).await.is_problem(413, "too-large");
    home.clock.fixed.advance(model::time::Span::minutes(6));
    call(&home, HOST, Some(&signature), &body).await.is_problem(403, "stale-signature");
    // A browser's form from another site is no call either.
    let get = home.visit("GET", "/billing/webhook").await;
    assert_eq!(get.status, 405);
    // Ended: nothing is taken.
    home.submit_as(&admin, "/admin/billing/end", &[]).await;
    call(&home, HOST, Some(&signed(&body)), &body).await.is_problem(403, "bad-signature");
}
