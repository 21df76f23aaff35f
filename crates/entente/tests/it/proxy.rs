//! A wire between a program and a server, to which everything happens that happens to wires: cut (connections end and
//! none are taken), slow, silent (connections stand and nothing comes through).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    Whole,
    Cut,
    /// What is sent arrives so many milliseconds later, piece by piece.
    Slow(u64),
    /// Nothing arrives until it is whole again.
    Silent,
}

/// What became of what was sent into the silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// It arrives late.
    Late,
    /// It is lost, and its connection ends.
    Lost,
}

pub struct Proxy {
    wire: Arc<watch::Sender<Wire>>,
    pub address: SocketAddr,
}

impl Proxy {
    /// Before the server at `host:port`.
    pub async fn before(server: &str, after: After) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (wire, watched) = watch::channel(Wire::Whole);
        let server = server.to_owned();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, server.clone(), watched.clone(), after));
            }
        });
        Self { wire: Arc::new(wire), address }
    }

    pub fn set(&self, wire: Wire) {
        self.wire.send_replace(wire);
    }
}

/// This URL, led through one proxy before each of its servers.
pub fn lead(url: &str, proxies: &[Proxy]) -> String {
    let addresses: Vec<String> = proxies.iter().map(|proxy| proxy.address.to_string()).collect();
    url.replacen(&server_of(url), &addresses.join(","), 1)
}

/// `host:port` of a URL; of several servers all, with commas.
pub fn server_of(url: &str) -> String {
    let (_, rest) = url.split_once("://").unwrap();
    let authority = rest.split('/').next().unwrap();
    authority.rsplit_once('@').map_or(authority, |(_, server)| server).to_owned()
}

async fn carry(client: TcpStream, server: String, mut wire: watch::Receiver<Wire>, after: After) {
    if *wire.borrow() == Wire::Cut {
        return;
    }
    let Ok(server) = TcpStream::connect(server).await else { return };
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    let there = pump(from_client, to_server, wire.clone(), after);
    let back = pump(from_server, to_client, wire.clone(), after);
    tokio::select! {
        ((), ()) = async { tokio::join!(there, back) } => {}
        _ = wire.wait_for(|wire| *wire == Wire::Cut) => {}
    }
}

async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut wire: watch::Receiver<Wire>,
    after: After,
) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        let now = *wire.borrow();
        match now {
            Wire::Slow(millis) => crate::site::pause(Duration::from_millis(millis)).await,
            Wire::Silent => {
                let is_over = wire.wait_for(|wire| *wire != Wire::Silent).await.is_ok();
                if after == After::Lost || !is_over {
                    return;
                }
            }
            Wire::Whole | Wire::Cut => {}
        }
        if to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}
