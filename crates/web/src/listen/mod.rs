//! The way in: takes connections, speaks TLS and HTTP on them, and hands each request to the router
//! with the address it comes from.
//!
//! Why not `axum::serve`: a server that strangers reach must not be held up by those who connect and
//! say nothing, and a certificate is exchanged while connections stand.
//!
//! Invariants: whoever is slow loses their connection and nobody else's ([`Limits`]); what a client
//! says about its own address is believed only from a trusted proxy ([`client`]); a request under way
//! when the server stops is finished; nothing about a client is logged.

pub mod certificate;
pub mod client;
mod connection;
pub mod redirect;

use crate::listen::certificate::Certificates;
use crate::listen::client::Proxies;
use crate::listen::connection::Shared;
use axum::Router;
use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv6Addr};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// What a connection may cost. The times are real ones, as the network is.
#[derive(Debug, Clone)]
pub struct Limits {
    /// From the connection to the end of the TLS handshake.
    pub handshake: Duration,
    /// From the end of an answer, or the beginning of the connection, to the end of the next
    /// request's head (HTTP/1.1).
    pub head: Duration,
    /// From a request's head to the end of its body.
    pub body: Duration,
    /// Without a byte in either direction. An answer that is a stream says something more often.
    pub idle: Duration,
    /// What requests under way get when the server stops.
    pub drain: Duration,
    /// Connections at the same time; more are closed at once.
    pub connections: usize,
    /// Of these from one address (IPv6: one /64). Loopback and trusted proxies stand for many people
    /// and are not counted.
    pub from_one_address: usize,
    /// Bytes of a request's head.
    pub head_size: u32,
    /// Header lines of a request (HTTP/1.1).
    pub head_lines: usize,
    /// Requests at the same time on one HTTP/2 connection.
    pub streams: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(30),
            body: Duration::from_secs(60),
            idle: Duration::from_secs(60),
            drain: Duration::from_secs(30),
            connections: 10_000,
            from_one_address: 256,
            head_size: 32 * 1024,
            head_lines: 100,
            streams: 128,
        }
    }
}

impl Limits {
    /// For a proxy, which keeps connections open between people's requests. Who ends them must be the
    /// proxy: a request that it sends into a connection just ended here would be lost, and proxies do
    /// not repeat a POST. Common ones keep them for one or two minutes.
    #[must_use]
    pub fn behind_proxy(self) -> Self {
        let rest = Duration::from_secs(180);
        Self { head: rest, idle: rest, ..self }
    }
}

/// What is spoken on the port.
#[derive(Clone)]
pub enum Transport {
    /// HTTPS with the certificate of the moment: HTTP/2 and HTTP/1.1.
    Tls(Arc<Certificates>),
    /// Plain HTTP/1.1.
    Plain(Proxies),
}

/// How long a failing `accept` waits: mostly for descriptors, which connections that end give back.
const BREATH: Duration = Duration::from_millis(100);

/// Serves until `shutdown` resolves, then lets the requests under way finish.
///
/// # Errors
/// When the TLS set-up cannot work.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    transport: Transport,
    limits: Limits,
    shutdown: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    let (stop, stopped) = watch::channel(());
    let shared = Arc::new(Shared::new(router, transport, limits)?);
    let seats = Arc::new(Seats::default());
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let (stream, peer) = tokio::select! {
            () = &mut shutdown => break,
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) if is_one_clients(&error) => continue,
                Err(error) => {
                    tracing::error!(%error, "no connection can be taken: raise the limit of open files");
                    #[expect(clippy::disallowed_methods, reason = "the operating system is waited for, in its time")]
                    tokio::time::sleep(BREATH).await;
                    continue;
                }
            },
        };
        let peer = peer.ip().to_canonical();
        let limits = &shared.limits;
        let room = if shared.stands_for_many(peer) { usize::MAX } else { limits.from_one_address };
        if connections.len() >= limits.connections {
            continue;
        }
        let Some(seat) = seats.take(peer, room) else { continue };
        let (shared, stopped) = (Arc::clone(&shared), stopped.clone());
        connections.spawn(async move {
            connection::serve(&shared, stream, peer, stopped).await;
            drop(seat);
        });
    }
    drop(listener);
    let _ = stop.send(());
    // What has not ended by then is cut off when the set is dropped.
    let drained = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(shared.limits.drain, drained).await;
    Ok(())
}

/// Errors of `accept` that are about the connection that would have come.
fn is_one_clients(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

/// How many connections each address holds.
#[derive(Default)]
struct Seats(Mutex<HashMap<IpAddr, usize>>);

/// One connection's place among those of its address.
struct Seat {
    seats: Arc<Seats>,
    network: IpAddr,
}

impl Seats {
    fn take(self: &Arc<Self>, peer: IpAddr, room: usize) -> Option<Seat> {
        let network = network(peer);
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(network).or_default();
        if *count >= room {
            return None;
        }
        *count = count.saturating_add(1);
        Some(Seat { seats: Arc::clone(self), network })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.network) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                taken.remove(&self.network);
            }
        }
    }
}

/// What one customer of a network has to themselves: an IPv4 address, an IPv6 /64.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_so_many_seats_and_gives_them_back() {
        let seats = Arc::new(Seats::default());
        let (one, neighbour): (IpAddr, IpAddr) =
            ("2001:db8::1".parse().unwrap(), "2001:db8::2".parse().unwrap());
        let other: IpAddr = "2001:db8:0:1::1".parse().unwrap();
        let first = seats.take(one, 2).unwrap();
        let _second = seats.take(neighbour, 2).unwrap();
        assert!(seats.take(one, 2).is_none(), "one /64 is one address");
        assert!(seats.take(other, 2).is_some());
        drop(first);
        assert!(seats.take(one, 2).is_some());
        assert_eq!(seats.0.lock().unwrap().len(), 1, "addresses without a connection are forgotten");
    }
}
