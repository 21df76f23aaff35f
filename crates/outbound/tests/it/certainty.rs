//! `NotSent` means that not a byte of the request has left; everything else without an answer is
//! `Unanswered`, and nothing is repeated behind the caller's back.

use crate::peer::{OK, Peer};
use crate::{client, error, post, send};
use futures_util::future::join_all;
use model::ports::{Outbound, OutboundError};
use std::time::Duration;
use tokio::io::AsyncReadExt;

#[tokio::test]
async fn an_answer_arrives_with_status_headers_and_body() {
    let peer = Peer::answering(OK).await;
    let client = client(peer.address);
    let (status, answer) = send(&client, peer.address, "hello").await.unwrap();
    assert_eq!((status, answer.header("x-answer"), &answer.body[..]), (200, Some("Yes"), &b"ok"[..]));
    let requests = peer.requests();
    assert!(requests[0].starts_with("POST /me/messages?access_token=s3cret HTTP/1.1\r\n"), "{requests:?}");
    assert!(requests[0].contains("authorization: Bearer s3cret\r\n"));
    assert!(requests[0].ends_with("\r\n\r\nhello"));
}

#[tokio::test]
async fn an_error_status_is_an_answer() {
    let peer = Peer::answering(b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n").await;
    assert_eq!(send(&client(peer.address), peer.address, "hello").await.unwrap().0, 500);
}

#[tokio::test]
async fn a_refused_port_got_nothing() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    let client = client(address);
    assert!(matches!(error(send(&client, address, "hello").await), OutboundError::NotSent(_)));
    assert!(matches!(
        error(client.dial("meta", "127.0.0.1", address.port()).await),
        OutboundError::NotSent(_)
    ));
}

#[tokio::test]
async fn a_peer_that_fails_the_tls_handshake_got_nothing() {
    let peer = Peer::start(|mut line| async move {
        let mut greeting = [0; 64];
        line.stream.read_exact(&mut greeting).await.unwrap();
        assert!(!greeting.windows(5).any(|bytes| bytes == b"hello"));
        line.write(b"this is not TLS\r\n").await;
    })
    .await;
    let request = post(format!("https://{}/?access_token=s3cret", peer.address), "hello");
    let error = error(client(peer.address).send(request).await);
    assert!(matches!(error, OutboundError::NotSent(_)), "{error:?}");
    assert_eq!(peer.connections(), 1);
}

#[tokio::test]
async fn a_header_that_cannot_be_written_was_not_sent() {
    let peer = Peer::answering(OK).await;
    let mut request = post(format!("http://{}/", peer.address), "hello");
    request.headers.push(("x-note", "s3cret\r\nx-smuggled: yes".to_owned()));
    assert!(matches!(error(client(peer.address).send(request).await), OutboundError::NotSent(_)));
    assert_eq!(peer.connections(), 0);
}

#[tokio::test]
async fn a_peer_that_closes_before_reading_leaves_it_open_whether_anything_arrived() {
    let peer = Peer::start(|line| async move { drop(line) }).await;
    let error = error(send(&client(peer.address), peer.address, "hello").await);
    assert!(matches!(error, OutboundError::Unanswered(_)), "{error:?}");
}

#[tokio::test]
async fn a_peer_that_reads_and_closes_leaves_it_open_and_is_not_asked_again() {
    let peer = Peer::start(|mut line| async move {
        line.request().await;
    })
    .await;
    let error = error(send(&client(peer.address), peer.address, "hello").await);
    assert!(matches!(error, OutboundError::Unanswered(_)), "{error:?}");
    assert_eq!((peer.requests().len(), peer.connections()), (1, 1));
}

#[tokio::test]
async fn a_peer_that_reads_and_resets_leaves_it_open_and_is_not_asked_again() {
    let peer = Peer::start(|mut line| async move {
        line.request().await;
        line.reset();
    })
    .await;
    let error = error(send(&client(peer.address), peer.address, "hello").await);
    assert!(matches!(error, OutboundError::Unanswered(_)), "{error:?}");
    assert_eq!((peer.requests().len(), peer.connections()), (1, 1));
}

#[tokio::test]
async fn an_answer_that_is_too_slow_leaves_it_open() {
    let peer = Peer::start(|mut line| async move {
        line.request().await;
        // Holds the line until the client hangs up.
        line.request().await;
    })
    .await;
    let mut request = post(format!("http://{}/?access_token=s3cret", peer.address), "hello");
    // Long enough for it to arrive.
    request.timeout = Duration::from_secs(2);
    let error = error(client(peer.address).send(request).await);
    assert!(matches!(error, OutboundError::Unanswered(_)), "{error:?}");
    assert_eq!(peer.requests().len(), 1);
}

#[tokio::test]
async fn a_body_that_stops_halfway_or_is_no_http_leaves_it_open() {
    for answer in [
        &b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{\"message_id\""[..],
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"Hello yourself\r\n\r\n",
        b"",
    ] {
        let peer = Peer::start(move |mut line| async move {
            line.request().await;
            line.write(answer).await;
        })
        .await;
        let error = error(send(&client(peer.address), peer.address, "hello").await);
        assert!(matches!(error, OutboundError::Unanswered(_)), "{error:?}");
        assert_eq!(peer.requests().len(), 1);
    }
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let announced = Peer::answering(b"HTTP/1.1 200 OK\r\nContent-Length: 8388609\r\n\r\n").await;
    let error_announced = error(send(&client(announced.address), announced.address, "hello").await);
    assert!(matches!(&error_announced, OutboundError::Unanswered(text) if text.contains("8 MiB")));

    let endless = Peer::start(|mut line| async move {
        line.request().await;
        line.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await;
        let chunk = [b"100000\r\n".to_vec(), vec![b'x'; 1 << 20], b"\r\n".to_vec()].concat();
        for _ in 0..9 {
            line.write(&chunk).await;
        }
        line.request().await;
    })
    .await;
    let error_endless = error(send(&client(endless.address), endless.address, "hello").await);
    assert!(
        matches!(&error_endless, OutboundError::Unanswered(text) if text.contains("8 MiB")),
        "{error_endless:?}"
    );
}

#[tokio::test]
async fn a_kept_connection_that_breaks_under_the_next_request_leaves_it_open_and_is_not_repeated() {
    let peer = Peer::start(|mut line| async move {
        line.request().await;
        line.write(OK).await;
        // The second one is read whole; its connection then closes without a word.
        line.request().await;
    })
    .await;
    let client = client(peer.address);
    assert_eq!(send(&client, peer.address, "first").await.unwrap().0, 200);
    let error = error(send(&client, peer.address, "second").await);
    assert!(matches!(error, OutboundError::Unanswered(_)), "{error:?}");
    assert_eq!(peer.connections(), 1);
    assert_eq!(peer.requests().iter().filter(|request| request.ends_with("second")).count(), 1);
}

/// The race between "the peer has closed this idle connection" and "the next request is written to it".
/// Whichever way each round goes, nothing arrives twice, and what was not answered is not called unsent.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kept_connection_that_the_peer_closes_between_requests_never_doubles_one() {
    let peer = Peer::start(|mut line| async move {
        line.request().await;
        line.write(OK).await;
    })
    .await;
    let client = client(peer.address);
    let mut answered = 0;
    for round in 0..200 {
        let body = format!("round-{round}.");
        match send(&client, peer.address, &body).await {
            Ok((status, _)) => {
                assert_eq!(status, 200);
                answered += 1;
            }
            Err(OutboundError::Unanswered(_)) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    let requests = peer.requests();
    for round in 0..200 {
        let arrivals =
            requests.iter().filter(|request| request.ends_with(&format!("round-{round}."))).count();
        assert!(arrivals <= 1, "round {round} arrived {arrivals} times");
    }
    assert!(answered > 0 && requests.len() >= answered);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_requests_to_one_host_run_at_once_and_keep_their_connections() {
    let peer = Peer::answering(OK).await;
    let client = client(peer.address);
    for wave in 1..=3 {
        let outcomes = join_all((0..100).map(|_| send(&client, peer.address, "hello"))).await;
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok((200, _)))));
        assert_eq!(peer.requests().len(), wave * 100);
    }
    assert!(peer.connections() < 200, "{} connections for 300 requests", peer.connections());
}
