//! A wire between a program and its database that can be cut: connections end, and new ones are not taken.

use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

pub struct Proxy {
    is_cut: Arc<watch::Sender<bool>>,
}

impl Proxy {
    /// Before the server that this address names; the address by which the program comes through it.
    pub async fn before(url: &str) -> (Self, String) {
        let (head, rest) = url.split_once("://").unwrap();
        let (authority, path) = rest.split_once('/').unwrap();
        let (user, server) = authority.rsplit_once('@').map_or(("", authority), |(user, host)| (user, host));
        let server = if server.contains(':') { server.to_owned() } else { format!("{server}:5432") };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address: SocketAddr = listener.local_addr().unwrap();
        let (is_cut, watched) = watch::channel(false);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, server.clone(), watched.clone()));
            }
        });
        let user = if user.is_empty() { String::new() } else { format!("{user}@") };
        (Self { is_cut: Arc::new(is_cut) }, format!("{head}://{user}{address}/{path}"))
    }

    pub fn cut(&self) {
        self.is_cut.send_replace(true);
    }

    pub fn mend(&self) {
        self.is_cut.send_replace(false);
    }
}

async fn carry(mut client: TcpStream, server: String, mut is_cut: watch::Receiver<bool>) {
    if *is_cut.borrow() {
        return;
    }
    let Ok(mut server) = TcpStream::connect(server).await else { return };
    tokio::select! {
        _ = tokio::io::copy_bidirectional(&mut client, &mut server) => {}
        _ = is_cut.wait_for(|is_cut| *is_cut) => {}
    }
}
