//! Accounts: the way in for people (sign-up, sign-in, mailed links, set-up), their own account page, and the
//! documents that are shown before anybody gives data.
//!
//! Invariants: pages work without a script; a GET of a mailed link shows a button and nothing of the person;
//! nobody learns here whether an address has an account.

pub mod decide;
pub mod difference;
pub mod documents;
pub mod ending;
pub mod entry;
pub mod erase;
pub mod form;
pub mod leave;
pub mod links;
pub mod log;
pub mod owed;
pub mod own;
pub mod passkeys;
pub mod prove;
pub mod publish;
pub mod recipients;
pub mod register;
pub mod security;
pub mod set_up;
pub mod versions;

use crate::App;
use crate::console::{Section, Shell, see};
use crate::door::Visit;
use crate::language::Language;
use crate::listen::client::ClientAddress;
use crate::problem::Problem;
use crate::session;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;
use engine::{Engine, Whence};
use model::id::BrandId;
use percent_encoding::percent_decode_str;

/// What a handler for visitors works with.
pub struct Guest {
    pub app: App,
    pub visit: Visit,
    pub whence: Whence,
    /// The session's secret that came with the request, if one did.
    pub secret: Option<String>,
    query: String,
}

impl FromRequestParts<App> for Guest {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let visit = parts.extensions.get::<Visit>().cloned().ok_or_else(Problem::unknown_host)?;
        let address = parts.extensions.get::<ClientAddress>().map(|client| client.0);
        Ok(Self {
            app: app.clone(),
            visit,
            whence: session::whence(address, &parts.headers),
            secret: session::secret(&parts.headers).map(str::to_owned),
            query: parts.uri.query().unwrap_or_default().to_owned(),
        })
    }
}

/// The address in a query to go to afterwards, if it is one of this site's; else the console.
pub fn next_of(query: &str) -> String {
    let value = query.split('&').find_map(|pair| pair.strip_prefix("next=")).unwrap_or_default();
    let decoded = percent_decode_str(value).decode_utf8_lossy();
    session::next(&decoded).to_owned()
}

impl Guest {
    pub fn engine(&self) -> &Engine {
        &self.app.engine
    }

    pub fn brand(&self) -> BrandId {
        self.visit.brand.id
    }

    pub const fn language(&self) -> Language {
        self.visit.language
    }

    pub fn frame(&self) -> Result<Shell<'_>, Problem> {
        let mut shell = self.visit.shell(Section::Account);
        (shell.is_asked, shell.query) = (self.visit.is_asked, &self.query);
        Ok(shell)
    }

    /// After something was done: to another page, in the language that this one was asked for in.
    pub fn see(&self, path: &str, done: &str) -> Response {
        let address = if done.is_empty() { path.to_owned() } else { format!("{path}?done={done}") };
        see(&self.visit.carry(&address), "")
    }

    /// A value of the address's query.
    pub fn asked(&self, name: &str) -> &str {
        let pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.into_iter().find(|(own, _)| *own == name).map_or("", |(_, value)| value)
    }

    /// The address in the query to go to afterwards.
    pub fn next(&self) -> String {
        next_of(&self.query)
    }
}
