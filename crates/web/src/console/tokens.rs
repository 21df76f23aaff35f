//! `/app/tokens`: API tokens of one's own: made, shown once, ended.
//!
//! Invariant: a secret stands on exactly one page, the answer to the POST that made it.

use super::fields::Fields;
use super::words::{short, time};
use super::{ConfirmPage, Desk, Section, Shell, see};
use crate::api::Id;
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::response::Response;
use engine::views::tokens::TokenView;
use engine::{TokenScope, actions, views};
use model::id::TokenId;
use model::time::Span;

/// Days after which a token may end; 0 for never.
pub const LIVES: [(u32, &str); 4] =
    [(30, "tokens-life-30"), (90, "tokens-life-90"), (365, "tokens-life-365"), (0, "tokens-life-never")];

pub struct Row {
    pub id: String,
    /// How its secret ends, where that is known.
    pub tail: Option<String>,
    pub revoke: String,
    pub scopes: Vec<String>,
    pub created_at: String,
    pub expires_at: String,
}

pub struct ScopeChoice {
    pub code: &'static str,
    pub label: String,
    pub is_chosen: bool,
}

#[derive(Template)]
#[template(path = "console/tokens.html")]
pub struct TokensPage<'a> {
    pub frame: Shell<'a>,
    /// The new one's secret.
    pub secret: Option<String>,
    pub rows: Vec<Row>,
    pub scopes: Vec<ScopeChoice>,
    pub lives: Vec<(u32, String)>,
    /// What is wrong with the form.
    pub wrong: Option<String>,
    /// Whether a token may be made now, or the password is asked for first.
    pub is_proved: bool,
}

fn scope_word(language: Language, scope: TokenScope) -> String {
    language.say(&format!("tokens-scope-{}", scope.code().replace(':', "-")))
}

impl<'a> TokensPage<'a> {
    pub fn new(frame: Shell<'a>, tokens: &[TokenView], chosen: &[TokenScope]) -> Self {
        let (language, reader) = (frame.language, frame.reader());
        let row = |token: &TokenView| Row {
            id: short(&token.id),
            tail: token.tail.clone(),
            revoke: format!("/app/tokens/{}/revoke", token.id),
            scopes: token.scopes.iter().map(|scope| scope_word(language, *scope)).collect(),
            created_at: time(reader, token.created_at),
            expires_at: token
                .expires_at
                .map_or_else(|| language.say("tokens-life-never"), |at| time(reader, at)),
        };
        let scope = |scope: TokenScope| ScopeChoice {
            code: scope.code(),
            label: scope_word(language, scope),
            is_chosen: chosen.contains(&scope),
        };
        Self {
            secret: None,
            rows: tokens.iter().rev().map(row).collect(),
            scopes: TokenScope::ALL.map(scope).into(),
            lives: LIVES.map(|(days, id)| (days, language.say(id))).into(),
            wrong: None,
            is_proved: true,
            frame,
        }
    }
}

/// `GET /app/tokens`
pub async fn list(desk: Desk) -> Result<Response, Problem> {
    let tokens = views::tokens::list(desk.engine(), &desk.actor).await?;
    let mut page = TokensPage::new(desk.shell(Section::Tokens)?, &tokens, &[]);
    page.is_proved = desk.session.is_proved;
    Ok(page::html(&page))
}

/// `POST /app/tokens`
pub async fn create(desk: Desk, fields: Fields) -> Result<Response, Problem> {
    let chosen: Vec<TokenScope> = fields.all("scope").filter_map(TokenScope::from_code).collect();
    let days = fields.get("days").parse::<u32>().ok().filter(|days| LIVES.iter().any(|(own, _)| own == days));
    let wrong = if chosen.is_empty() {
        Some("tokens-wrong-scopes")
    } else if days.is_none() {
        Some("tokens-wrong-days")
    } else {
        None
    };
    let mut secret = None;
    if let (None, Some(days)) = (wrong, days) {
        let ends = desk.engine().clock().now().plus(Span::hours(i64::from(days) * 24));
        let ends = (days > 0).then_some(ends);
        let (_, made) = actions::tokens::create_own(desk.engine(), &desk.actor, &chosen, ends).await?;
        secret = Some(made.reveal().clone());
    }
    let tokens = views::tokens::list(desk.engine(), &desk.actor).await?;
    let kept = if wrong.is_some() { chosen.as_slice() } else { &[] };
    let mut page = TokensPage::new(desk.shell(Section::Tokens)?, &tokens, kept);
    page.secret = secret;
    page.wrong = wrong.map(|id| desk.language().say(id));
    Ok(page::html(&page))
}

pub fn revoke_question<'a>(frame: Shell<'a>, id: &TokenId) -> ConfirmPage<'a> {
    let language = frame.language;
    ConfirmPage {
        title: language.say_with("tokens-revoke-title", "token", &short(id)),
        back: ("/app/tokens".to_owned(), language.say("tokens-back")),
        sentences: vec![language.say("tokens-revoke-what")],
        button: language.say("tokens-revoke-button"),
        is_dangerous: true,
        frame,
    }
}

/// `GET /app/tokens/{id}/revoke`: asks.
pub async fn ask_revoke(desk: Desk, Id(id): Id<TokenId>) -> Result<Response, Problem> {
    let tokens = views::tokens::list(desk.engine(), &desk.actor).await?;
    if !tokens.iter().any(|token| token.id == id) {
        return Err(Problem::not_found("this token"));
    }
    Ok(page::html(&revoke_question(desk.shell(Section::Tokens)?, &id)))
}

/// `POST /app/tokens/{id}/revoke`
pub async fn revoke(desk: Desk, Id(id): Id<TokenId>) -> Result<Response, Problem> {
    actions::tokens::revoke_own(desk.engine(), &desk.actor, id).await?;
    Ok(see("/app/tokens", "revoked"))
}
