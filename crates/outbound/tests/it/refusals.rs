//! Claims D3 and F9: nothing goes to anybody who was not announced, nor before the announced day.

use crate::peer::{OK, Peer};
use crate::{REGISTER, client, error, post, send};
use model::ports::{Outbound, OutboundError};
use model::time::{BoxFuture, Clock, Span, Timestamp};
use outbound::{Client, Names, Register};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
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
async fn claim_d3_who_was_not_told_of_in_time_is_not_connected_to_whatever_the_entry_says() {
    let peer = Peer::answering(OK).await;
    let clock = Arc::new(FixedClock::new());
    let register = Register::parse(REGISTER).unwrap().at_loopback("meta", peer.address).unwrap();
    let client = Client::new(register, Arc::clone(&clock) as _);
    let from = clock.now().plus(Span::days(30));
    client.hold_back([("meta".to_owned(), from), ("mail".to_owned(), Timestamp::ZERO)].into());
    clock.advance(Span::micros(Span::days(30).0 - 1));
    assert!(matches!(error(send(&client, peer.address, "x").await), OutboundError::NotInRegister { .. }));
    assert_eq!(peer.connections(), 0);
    clock.advance(Span::micros(1));
    send(&client, peer.address, "hello").await.unwrap();
}

/// Says of every name what it was made to say, and counts how often it was asked.
struct Rebinding(Vec<IpAddr>, AtomicUsize);

impl Names for Rebinding {
    fn look_up(&self, _: String) -> BoxFuture<'static, std::io::Result<Vec<IpAddr>>> {
        self.1.fetch_add(1, Ordering::SeqCst);
        let said = self.0.clone();
        Box::pin(async move { Ok(said) })
    }
}

#[tokio::test]
async fn claim_d3_a_name_that_resolves_to_a_private_address_is_not_dialled() {
    let peer = Peer::answering(OK).await;
    let port = peer.address.port();
    let entry = |rest: &str| REGISTER.replace("port = 465", &format!("port = {port}\n{rest}"));
    let client = |register: &str, says: &[&str]| {
        let clock = FixedClock::new();
        clock.advance(Span::days(3));
        let says = says.iter().map(|ip| ip.parse().unwrap()).collect();
        let names = Arc::new(Rebinding(says, AtomicUsize::new(0)));
        let register = Register::parse(register).unwrap();
        (Client::with_names(register, Arc::new(clock), Arc::clone(&names) as _), names)
    };
    // Everything that such a name could point to, and nothing at all.
    for says in [&["127.0.0.1"][..], &["::1", "10.0.0.1"], &["169.254.169.254"], &["::ffff:127.0.0.1"], &[]] {
        let (client, names) = client(&entry(""), says);
        let dialled = error(client.dial("mail", "mail.example.com", port).await);
        assert!(matches!(dialled, OutboundError::NotSent(_)), "{dialled:?}");
        let mut request = post(format!("https://mail.example.com:{port}/"), "hello");
        request.recipient = "mail".into();
        let refused = error(client.send(request).await);
        let is_named = says.is_empty() || refused.to_string().contains("private = true");
        assert!(matches!(refused, OutboundError::NotSent(_)) && is_named, "{refused:?}");
        assert_eq!(names.1.load(Ordering::SeqCst), 2, "each asked once");
    }
    assert_eq!(peer.connections(), 0);
    // The very addresses that were looked at are dialled, and the name is not asked for again.
    let (private, names) = client(&entry("private = true"), &["169.254.169.254", "127.0.0.1"]);
    let _stream = private.dial("mail", "mail.example.com", port).await.unwrap();
    let arrived = async {
        while peer.connections() == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), arrived).await.unwrap();
    assert_eq!((peer.connections(), names.1.load(Ordering::SeqCst)), (1, 1));
}

#[tokio::test]
async fn claim_d3_an_address_in_figures_is_looked_at_too() {
    let peer = Peer::answering(OK).await;
    let port = peer.address.port();
    for (host, url) in [
        ("127.0.0.1", format!("http://127.0.0.1:{port}/")),
        ("10.0.0.1", format!("https://10.0.0.1:{port}/")),
        ("::1", format!("https://[::1]:{port}/")),
    ] {
        let register = REGISTER.replace("\"graph.facebook.com\"", &format!("\"{host}\"\nport = {port}"));
        let client = Client::new(Register::parse(&register).unwrap(), Arc::new(FixedClock::new()));
        let refused = error(client.send(post(url, "hello")).await);
        assert!(refused.to_string().contains("private = true"), "{refused:?}");
        assert!(matches!(error(client.dial("meta", host, port).await), OutboundError::NotSent(_)));
        assert_eq!(client.connections(), []);
    }
    assert_eq!(peer.connections(), 0);
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
