//! What several targets need: a Graph that gives every request the same answer.

use bytes::Bytes;
use messenger::graph::{Graph, GraphConfig};
use model::personal::Personal;
use model::ports::{Outbound, OutboundError, OutboundRequest, OutboundResponse};
use model::time::{BoxFuture, Clock};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use testkit::FixedClock;

/// Gives every request the same answer.
struct Same(OutboundResponse);

impl Outbound for Same {
    fn send(&self, _: OutboundRequest) -> BoxFuture<'_, Result<OutboundResponse, OutboundError>> {
        Box::pin(async { Ok(self.0.clone()) })
    }
}

/// Meta, whose every answer is this.
pub fn graph(clock: &Arc<FixedClock>, status: u16, body: &[u8]) -> Graph {
    let answer = OutboundResponse { status, headers: Vec::new(), body: Bytes::copy_from_slice(body) };
    let config = GraphConfig {
        base_url: "https://graph.test".to_owned(),
        version: "v25.0".to_owned(),
        app_id: "1".to_owned(),
        app_secret: Personal::from("secret"),
    };
    Graph::new(Arc::new(Same(answer)), config, Arc::clone(clock) as Arc<dyn Clock>)
}

/// The value of a future that waits for nothing.
pub fn at_once<T>(future: Pin<&mut impl Future<Output = T>>) -> T {
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the answer is there at once"),
    }
}
