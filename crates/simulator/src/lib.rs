//! A local Messenger platform: Graph API, login dialog, webhooks, faults, and a clock that can be
//! turned. For any Messenger bot; it shares no code with one.
//!
//! Invariant: what a bot is told, what really happened, and what people received are kept apart, and
//! everything that looks random follows from the seed.

mod act;
mod action;
mod clock;
mod config;
mod control;
mod dialog;
mod escape;
mod faults;
mod graph;
mod handle;
mod html;
mod id;
mod inner;
mod json;
mod notices;
mod outbox;
mod page;
mod people;
mod rates;
mod record;
mod seed;
mod send;
mod server;
mod sign;
mod state;
mod thread_control;
mod token;
mod visitor;
mod webhook;

pub use action::{Action, Attachment, Done, Referral, Refusal};
pub use clock::TurnedClock;
pub use config::{Config, Delivery, Login, Rates, Settings};
pub use faults::{Effect, Fault, SetFault};
pub use handle::{Flushed, Handle, PageView, PersonView, SetupError};
pub use id::{AppId, NotAnId, PageId, Psid, UserId};
pub use notices::{Called, NotCalled, is_deletion_answer};
pub use outbox::{Options, Sign};
pub use page::{NewPage, Policy};
pub use people::{Button, NewPerson, Shown};
pub use record::{Kind, MessagingType, Refused, Repeated, SentMessage, Totals, Webhooks};
pub use state::PAGE_INBOX;
pub use visitor::{NoAnswer, Visited, Visitor};

use inner::Inner;
use std::io;
use std::ops::Deref;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// Why a simulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{addr} is taken or not allowed ({reason}); choose another address, or port 0 for any free one")]
    Listen { addr: std::net::SocketAddr, reason: io::ErrorKind },
    #[error("cannot make the client that sends webhooks: {0}; check the system's TLS set-up")]
    Client(reqwest::Error),
}

/// A running simulator. It ends when it is dropped; [`Simulator::shutdown`] waits for the end.
pub struct Simulator {
    handle: Handle,
    tasks: JoinSet<()>,
}

impl Simulator {
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let refused = |error: io::Error| StartError::Listen { addr: config.listen, reason: error.kind() };
        let listener = TcpListener::bind(config.listen).await.map_err(refused)?;
        let addr = listener.local_addr().map_err(refused)?;
        let client = reqwest::Client::builder()
            .user_agent("facebookexternalua")
            .http1_only()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(config.delivery.timeout)
            .tls_danger_accept_invalid_certs(config.delivery.accept_any_certificate)
            .build()
            .map_err(StartError::Client)?;
        let mut lanes = Vec::new();
        let mut ends = Vec::new();
        for _ in 0..config.delivery.concurrency.max(1) {
            let (lane, end) = mpsc::unbounded_channel();
            lanes.push(lane);
            ends.push(end);
        }
        let inner = Arc::new(Inner::new(&config, addr, client, lanes));
        let mut tasks = JoinSet::new();
        for end in ends {
            tasks.spawn(webhook::carry(inner.clone(), end));
        }
        tasks.spawn(webhook::mind(inner.clone()));
        let router = server::router(inner.clone());
        let mut stop = inner.stop.subscribe();
        tasks.spawn(async move {
            let service = router.into_make_service_with_connect_info::<server::Cut>();
            let ended = async move { while !*stop.borrow_and_update() && stop.changed().await.is_ok() {} };
            let served = axum::serve(server::Door(listener), service).with_graceful_shutdown(ended);
            if let Err(error) = served.await {
                tracing::error!(%error, "the simulator no longer accepts connections");
            }
        });
        Ok(Self { handle: Handle(inner), tasks })
    }

    /// Controls this simulator; clones of it may be kept longer than the simulator.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Ends it: no further webhook leaves, open connections are closed.
    pub async fn shutdown(mut self) {
        self.handle.0.stop.send_replace(true);
        self.tasks.shutdown().await;
    }
}

impl Deref for Simulator {
    type Target = Handle;
    fn deref(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.handle.0.stop.send_replace(true);
    }
}
