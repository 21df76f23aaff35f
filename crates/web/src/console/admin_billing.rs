//! `/admin/billing`: the secret for signed calls (docs/billing.md): made, shown once, replaced, ended.
//!
//! Invariant: a secret stands on exactly one page, the answer to the POST that made it; replacing or ending one
//! asks first, because whoever signs with it is refused from then on.

use super::words::time;
use super::{ConfirmPage, Desk, Section, Shell, see};
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::response::Response;
use engine::actions::billing::{self, SecretView};

#[derive(Template)]
#[template(path = "console/admin_billing.html")]
pub struct BillingPage<'a> {
    pub frame: Shell<'a>,
    pub address: String,
    /// Since when there is one.
    pub since: Option<String>,
    /// How it ends.
    pub tail: String,
    /// The new one.
    pub secret: Option<String>,
}

impl<'a> BillingPage<'a> {
    pub fn new(frame: Shell<'a>, public_url: &str, secret: Option<SecretView>) -> Self {
        let reader = frame.reader();
        Self {
            address: format!("{public_url}/billing/webhook"),
            since: secret.as_ref().map(|secret| time(reader, secret.since)),
            tail: secret.map(|secret| secret.tail).unwrap_or_default(),
            secret: None,
            frame,
        }
    }
}

async fn billing_page(desk: &Desk, secret: Option<String>) -> Result<Response, Problem> {
    let known = billing::secret_view(desk.engine(), &desk.actor).await?;
    let frame = desk.shell(Section::Plans)?;
    let mut page = BillingPage::new(frame, &desk.visit.brand.brand.public_url, known);
    page.secret = secret;
    Ok(page::html(&page))
}

/// `GET /admin/billing`
pub async fn show(desk: Desk) -> Result<Response, Problem> {
    billing_page(&desk, None).await
}

/// What is asked before the secret is replaced, or ended.
pub fn question<'a>(frame: Shell<'a>, what: &str) -> ConfirmPage<'a> {
    let language = frame.language;
    let say = |part: &str| language.say(&format!("plans-secret-{what}-{part}"));
    ConfirmPage {
        title: say("title"),
        back: ("/admin/billing".to_owned(), language.say("plans-billing-title")),
        sentences: vec![say("what")],
        button: say("button"),
        is_dangerous: true,
        frame,
    }
}

/// `GET /admin/billing/secret`: asks.
pub async fn ask_renew(desk: Desk) -> Result<Response, Problem> {
    Ok(page::html(&question(desk.shell(Section::Plans)?, "renew")))
}

/// `POST /admin/billing/secret`
pub async fn make(desk: Desk) -> Result<Response, Problem> {
    let secret = billing::make_secret(desk.engine(), &desk.actor).await?;
    billing_page(&desk, Some(secret.reveal().clone())).await
}

/// `GET /admin/billing/end`: asks.
pub async fn ask_end(desk: Desk) -> Result<Response, Problem> {
    Ok(page::html(&question(desk.shell(Section::Plans)?, "end")))
}

/// `POST /admin/billing/end`
pub async fn end(desk: Desk) -> Result<Response, Problem> {
    billing::end_secret(desk.engine(), &desk.actor).await?;
    Ok(see("/admin/billing", "secret-ended"))
}
