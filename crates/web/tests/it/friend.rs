//! A friend's witness in this process: the log of the tests is signed as it grows. And `/log`, where that is shown.

use crate::home::{Answer, HOST, Home};
use axum::body::Body;
use axum::http::Request;
use bytes::Bytes;
use engine::Engine;
use engine::witness::{Cosigner, Cosigning, Memory, Peer, Witnesses};
use model::ports::{Method, Outbound, OutboundError, OutboundRequest, OutboundResponse};
use model::time::{BoxFuture, Clock};
use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, OnceLock};

const NAME: &str = "log.friend.example/witness";

#[derive(Default)]
struct Notes(Mutex<HashMap<String, String>>);

impl Memory for Notes {
    fn read(&self, place: &str) -> io::Result<Option<String>> {
        Ok(self.0.lock().unwrap().get(place).cloned())
    }

    fn replace(&self, place: &str, note: &str) -> io::Result<()> {
        self.0.lock().unwrap().insert(place.to_owned(), note.to_owned());
        Ok(())
    }
}

/// Knows the log once it is told its key.
#[derive(Default)]
pub struct Friend(OnceLock<Arc<Cosigning>>);

fn cosigner() -> Cosigner {
    Cosigner::from_seed(&[8; 32], NAME).unwrap()
}

impl Friend {
    pub fn witnesses(self: &Arc<Self>) -> Witnesses {
        let key = cosigner().witness_key();
        let peer = Peer {
            recipient: "friend".to_owned(),
            url: "https://log.friend.example/witness".to_owned(),
            key,
        };
        Witnesses { out: Arc::<Self>::clone(self), peers: vec![peer], quorum: 1 }
    }

    pub fn meet(&self, engine: &Engine, clock: Arc<dyn Clock>) -> Arc<Cosigning> {
        let new = || {
            Arc::new(Cosigning::new(cosigner(), vec![engine.log_key()], Arc::new(Notes::default()), clock))
        };
        Arc::clone(self.0.get_or_init(new))
    }
}

impl Outbound for Friend {
    fn send(&self, request: OutboundRequest) -> BoxFuture<'_, Result<OutboundResponse, OutboundError>> {
        Box::pin(async move {
            let at = self.0.get().ok_or(OutboundError::NotSent("not met yet".to_owned()))?;
            let answer = match request.method {
                Method::Post => at.add_checkpoint(&request.body),
                _ => at.newest(request.url.rsplit('/').nth(1).unwrap_or_default()),
            };
            let body = Bytes::from(answer.body);
            Ok(OutboundResponse { status: answer.status, headers: Vec::new(), body })
        })
    }
}

/// As a browser asks, signed in or not.
async fn see(home: &Home, path: &str) -> Answer {
    let request = Request::builder().uri(path).header("host", HOST).header("accept", "text/html");
    home.ask(request.header("accept-language", "en").body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn claim_b2_the_log_shows_itself_who_signed_it_and_what_it_was() {
    let home = Home::with_page().await;
    let empty = see(&home, "/log").await;
    assert_eq!(empty.status, 200);
    assert!(empty.text().contains("Nothing has been logged yet"), "{}", empty.text());
    home.opt_in("psid-1", "hello").await;
    home.settle().await;
    home.engine.ask_witnesses().await.unwrap();
    let note = home.visit("GET", "/.well-known/entente/checkpoint").await.text().to_owned();
    let lines: Vec<&str> = note.lines().collect();
    assert!(note.contains(&format!("\n— {NAME} ")), "{note}");
    let page = see(&home, "/log").await.text().to_owned();
    for shown in [lines[0], lines[2], NAME, "Witnessed by", "log.key --witness"] {
        assert!(page.contains(shown), "{shown} is not shown: {page}");
    }
    // A checkpoint of that size, kept by somebody; none; and one that this log never reached.
    let compared = see(&home, &format!("/log?size={}", lines[1])).await.text().to_owned();
    assert_eq!(compared.matches(lines[2]).count(), 2, "{compared}");
    let first = see(&home, "/log?size=1").await.text().to_owned();
    assert_eq!(first.matches(lines[2]).count(), 1);
    for more in ["999999", "0", "18446744073709551615", "99999999999999999999"] {
        let page = see(&home, &format!("/log?size={more}")).await;
        assert_eq!(page.status, 200);
        assert_eq!(page.text().matches(lines[2]).count(), 1, "{more}");
    }
    assert!(see(&home, "/log?size=999999").await.text().contains("does not hold so many entries"));
    assert!(see(&home, "/log?size=%3Cb%3E").await.status == 200);
    let arabic = see(&home, "/log?lang=ar").await.text().to_owned();
    assert!(arabic.contains("شهد عليه غيرنا") && arabic.contains("dir=\"rtl\""), "{arabic}");
}

#[tokio::test]
async fn whoever_is_nobodys_witness_says_so() {
    let home = Home::new().await;
    for (method, path) in
        [("GET", "/witness/key"), ("GET", "/witness/abc/checkpoint"), ("POST", "/witness/add-checkpoint")]
    {
        assert_eq!(home.visit(method, path).await.status, 404, "{path}");
    }
}
