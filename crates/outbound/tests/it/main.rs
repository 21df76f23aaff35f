//! What the client promises, tried on real sockets of this machine: nobody outside the register is
//! reached, and an error never says less than what may have happened.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper of tests fails by panicking; clippy exempts only the test functions themselves"
)]

mod certainty;
mod mail;
mod peer;
mod refusals;
#[cfg(unix)]
mod scanner;

use bytes::Bytes;
use model::ports::{Method, Outbound, OutboundError, OutboundRequest, OutboundResponse};
use outbound::{Client, Register};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use testkit::FixedClock;

const REGISTER: &str = r#"
[[recipient]]
name = "meta"
host = "graph.facebook.com"
who = "Meta Platforms Ireland Limited"
data = "Page-scoped id, message text"
purpose = "Delivering messages"
country = "Ireland"
safeguard = "Standard contractual clauses"
in_force_from = 2026-11-22

[[recipient]]
name = "mail"
host = "mail.example.com"
port = 465
who = "Example Mail"
data = "E-mail address, text of the mail"
purpose = "Notices about the account"
country = "Germany"
safeguard = "Contract under article 28"
in_force_from = 2026-11-24
"#;

/// A client for which `meta` is found at `address`.
fn client(address: SocketAddr) -> Client {
    let register = Register::parse(REGISTER).unwrap().at_loopback("meta", address).unwrap();
    Client::new(register, Arc::new(FixedClock::new()))
}

fn post(url: String, body: &str) -> OutboundRequest {
    OutboundRequest {
        recipient: "meta".into(),
        method: Method::Post,
        url,
        headers: vec![
            ("content-type", "text/plain".to_owned()),
            ("authorization", "Bearer s3cret".to_owned()),
        ],
        body: Bytes::from(body.to_owned()),
        timeout: Duration::from_secs(20),
    }
}

async fn send(
    client: &Client,
    address: SocketAddr,
    body: &str,
) -> Result<(u16, OutboundResponse), OutboundError> {
    let answer = client.send(post(format!("http://{address}/me/messages?access_token=s3cret"), body)).await?;
    Ok((answer.status, answer))
}

/// The error, which must not repeat any secret of the request.
fn error<T>(outcome: Result<T, OutboundError>) -> OutboundError {
    let Err(error) = outcome else { panic!("an answer where there can be none") };
    let text = format!("{error} {error:?}");
    assert!(!text.contains("s3cret") && !text.contains("access_token"), "{text}");
    error
}
