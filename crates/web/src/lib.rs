//! The only HTTP and HTML: webhooks, the few public pages, the API, the words of mails.
//!
//! [`router`] builds everything from the table in [`routes`]; the brand follows from the host name.
//!
//! Invariants: every route states who may call it; GET, HEAD and OPTIONS change nothing; no page
//! loads anything from elsewhere; a page for people without an account runs no script and sets no
//! cookie, but for a lead's own page, whose one cookie ends within half an hour; nothing personal is logged.

pub mod account;
pub mod api;
mod arriving;
mod assets;
mod billing;
pub mod console;
pub mod datamap;
mod door;
mod erasure;
mod facebook;
mod gone;
mod headers;
pub mod language;
mod letters;
pub mod listen;
mod log;
mod look;
pub mod mailbox;
pub mod my;
pub mod page;
mod pressure;
pub mod problem;
mod promises;
mod purpose;
pub mod reader;
pub mod routes;
mod session;
pub mod support;
mod table;
mod tried;
mod unsubscribe;
mod uploads;
mod webhook;
mod witness;

pub use account::security::of_address;
pub use api::document::openapi;
pub use letters::FluentLetters;
pub use pressure::{Class, SHUT_FROM};
pub use witness::router as witness_router;

use crate::look::{Look, Looks};
use crate::problem::Problem;
use axum::Router;
use engine::{BrandContext, Engine};
use model::ports::LogLines;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// How the outside reaches us.
#[derive(Clone)]
pub struct WebSettings {
    /// Whether people reach us by HTTPS (here or at a proxy): then browsers are told to stay with it.
    pub is_https: bool,
    /// Where mails go that leave for nobody (the demo).
    pub mailbox: Option<Arc<dyn mailbox::Mailbox>>,
    /// Whether the clock is turned instead of waiting (the demo): then the pages say which time it is here, and why.
    pub is_turned: bool,
    /// Signs the checkpoints of others, if it does.
    pub witness: Option<Arc<engine::witness::Cosigning>>,
    /// The newest lines of the program's own log; none are shown without it.
    pub log: Option<Arc<dyn LogLines>>,
    /// How long Meta is kept waiting for the answer to a delivery whose body has come.
    pub answer_within: Duration,
    /// Where weaknesses are reported, as an address (`mailto:…`, `https://…`); nothing: to each brand's contact.
    pub security_contact: Option<String>,
}

impl Default for WebSettings {
    fn default() -> Self {
        // Meta gives up after five seconds; what waits for nobody any more makes way for what can be answered.
        Self {
            is_https: false,
            is_turned: false,
            mailbox: None,
            witness: None,
            answer_within: Duration::from_millis(4_500),
            security_contact: None,
            log: None,
        }
    }
}

/// What the handlers share.
#[derive(Clone)]
pub struct App(Arc<Shared>);

pub struct Shared {
    pub engine: Arc<Engine>,
    pub settings: WebSettings,
    looks: Looks,
    uploads: uploads::Uploads,
    pressure: pressure::Pressure,
    kept_forms: console::kept_form::KeptForms,
}

impl std::ops::Deref for App {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl Shared {
    /// How this state of the brand is dressed.
    pub(crate) fn look(&self, brand: &BrandContext) -> Arc<Look> {
        self.looks.of(brand)
    }

    /// Whether a request of this class is taken now; one that is not is counted.
    pub(crate) fn admits(&self, class: Class) -> bool {
        let admitted = self.pressure.admits(class, self.engine.waits(), self.engine.places_taken());
        if !admitted {
            self.engine.note_turned_away(class.name());
        }
        admitted
    }
}

/// All routes over this engine.
pub fn router(engine: Arc<Engine>, settings: WebSettings) -> Router {
    routes::mount(&App(Arc::new(Shared {
        engine,
        settings,
        looks: Looks::default(),
        uploads: uploads::Uploads::default(),
        pressure: pressure::Pressure::default(),
        kept_forms: console::kept_form::KeptForms::default(),
    })))
}

/// Serves plain HTTP until `shutdown` resolves, then lets the requests under way finish. For a server
/// that only this machine reaches; [`listen::serve`] is the whole of it.
///
/// # Errors
/// When the listener fails for good.
pub async fn serve(
    listener: tokio::net::TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let transport = listen::Transport::Plain(listen::client::Proxies::none());
    listen::serve(listener, router, transport, listen::Limits::default(), shutdown).await
}

/// An address that is nothing.
async fn nowhere() -> Problem {
    Problem::no_such_route()
}
