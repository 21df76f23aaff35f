//! Claims D3 and F9: nothing goes to anybody who was not announced, nor before the announced day.

use crate::peer::{OK, Peer};
use crate::{REGISTER, client, error, post, send};
use model::ports::{Outbound, OutboundError};
use model::time::Span;
use outbound::{Client, Register};
use std::sync::Arc;
use testkit::FixedClock;

#[tokio::test]
async fn claim_d3_a_host_that_is_not_in_the_register_is_not_connected_to() {
    let peer = Peer::answering(OK).await;
    let stranger = Peer::answering(OK).await;
    let client = client(peer.address);
    let refused = error(send(&client, stranger.address, "hello").await);
    assert!(
        matches!(&refused, OutboundError::NotInRegister { host } if host.contains(&stranger.address.to_string())),
        "{refused:?}"
    );
    let dialled = error(client.dial("meta", "127.0.0.1", stranger.address.port()).await);
    assert!(matches!(dialled, OutboundError::NotInRegister { .. }));
    assert_eq!(stranger.connections(), 0);
    assert_eq!(client.connections(), []);
}

#[tokio::test]
async fn claim_d3_data_for_one_recipient_does_not_go_to_another() {
    let peer = Peer::answering(OK).await;
    let mut request = post(format!("http://{}/", peer.address), "hello");
    request.recipient = "mail".into();
    assert!(matches!(error(client(peer.address).send(request).await), OutboundError::NotInRegister { .. }));
    assert_eq!(peer.connections(), 0);
}

#[tokio::test]
async fn claim_d3_an_entry_takes_effect_on_its_day_and_not_before() {
    let peer = Peer::answering(OK).await;
    let clock = Arc::new(FixedClock::new());
    let register = Register::parse(REGISTER).unwrap().at_loopback("mail", peer.address).unwrap();
    let client = Client::new(register, Arc::clone(&clock) as _);
    let dial = || client.dial("mail", "127.0.0.1", peer.address.port());
    assert!(matches!(error(dial().await), OutboundError::NotInRegister { .. }));
    // From noon of the 22nd to the last microsecond of the 23rd, then over midnight.
    clock.advance(Span::micros(Span::hours(36).0 - 1));
    assert!(matches!(error(dial().await), OutboundError::NotInRegister { .. }));
    assert_eq!(client.connections(), []);
    clock.advance(Span::micros(1));
    assert!(dial().await.is_ok());
    assert_eq!(client.connections().len(), 1);
}

#[tokio::test]
async fn claim_f9_every_way_out_is_counted_by_recipient() {
    let peer = Peer::answering(OK).await;
    let client = client(peer.address);
    for _ in 0..3 {
        send(&client, peer.address, "hello").await.unwrap();
    }
    let connections = client.connections();
    let [meta] = &connections[..] else { panic!("{connections:?}") };
    assert_eq!((meta.recipient.as_str(), meta.host.as_str(), meta.count), ("meta", "127.0.0.1", 3));
    assert_eq!(meta.port, peer.address.port());
}

#[tokio::test]
async fn a_redirect_is_reported_and_not_followed() {
    let elsewhere = Peer::answering(OK).await;
    let location = elsewhere.address;
    let peer = Peer::start(move |mut line| async move {
        while line.request().await.is_some() {
            let answer =
                format!("HTTP/1.1 307 Go\r\nLocation: http://{location}/\r\nContent-Length: 0\r\n\r\n");
            line.write(answer.as_bytes()).await;
        }
    })
    .await;
    let (status, answer) = send(&client(peer.address), peer.address, "hello").await.unwrap();
    assert_eq!(status, 307);
    assert_eq!(answer.header("location"), Some(format!("http://{location}/").as_str()));
    assert_eq!((elsewhere.connections(), peer.requests().len()), (0, 1));
}

#[tokio::test]
async fn a_cookie_is_not_kept() {
    let peer =
        Peer::answering(b"HTTP/1.1 200 OK\r\nSet-Cookie: id=tracked; Path=/\r\nContent-Length: 0\r\n\r\n")
            .await;
    let client = client(peer.address);
    send(&client, peer.address, "first").await.unwrap();
    send(&client, peer.address, "second").await.unwrap();
    assert!(peer.requests().iter().all(|request| !request.contains("tracked")));
}

/// Runs a test of this file in a process whose environment names a proxy.
#[tokio::test]
async fn a_proxy_of_the_environment_is_not_used() {
    let proxy = Peer::answering(b"HTTP/1.1 502 Not me\r\nContent-Length: 0\r\n\r\n").await;
    let url = format!("http://{}", proxy.address);
    let program = std::env::current_exe().unwrap();
    let finished = tokio::task::spawn_blocking(move || {
        std::process::Command::new(program)
            .args(["--exact", "refusals::claim_f9_every_way_out_is_counted_by_recipient"])
            .envs(
                ["http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"]
                    .map(|name| (name, &url)),
            )
            .output()
            .unwrap()
    })
    .await
    .unwrap();
    let output = String::from_utf8_lossy(&finished.stdout);
    assert!(finished.status.success() && output.contains("1 passed"), "{output}");
    assert_eq!(proxy.connections(), 0);
}
