//! The simulator's time: the clock it was given plus an offset that can be turned.
//!
//! Invariant: time goes forward only; whoever sleeps on this clock wakes when it is turned past them.

use model::time::{BoxFuture, Clock, Monotonic, Span, Timestamp};
use std::sync::Arc;
use tokio::sync::watch;

/// A clock on top of another, that can be turned forward.
pub struct TurnedClock {
    base: Arc<dyn Clock>,
    offset: watch::Sender<i64>,
}

impl TurnedClock {
    pub fn new(base: Arc<dyn Clock>) -> Self {
        Self { base, offset: watch::Sender::new(0) }
    }

    /// Turns the clock forward; a negative span turns nothing.
    pub fn advance(&self, span: Span) {
        self.offset.send_modify(|offset| *offset = offset.saturating_add(span.0.max(0)));
    }

    pub fn offset(&self) -> Span {
        Span(*self.offset.borrow())
    }
}

impl Clock for TurnedClock {
    fn now(&self) -> Timestamp {
        self.base.now().plus(self.offset())
    }

    fn monotonic(&self) -> Monotonic {
        Monotonic(self.base.monotonic().0.saturating_add(self.offset().0))
    }

    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let mut turned = self.offset.subscribe();
            loop {
                let offset = Span(*turned.borrow_and_update());
                if self.base.now().plus(offset) >= at {
                    return;
                }
                tokio::select! {
                    () = self.base.sleep_until(at.minus(offset)) => {}
                    _ = turned.changed() => {}
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A clock that never moves by itself, so that only turning can wake a sleeper.
    struct Still;

    impl Clock for Still {
        fn now(&self) -> Timestamp {
            Timestamp::from_secs(1_000)
        }
        fn monotonic(&self) -> Monotonic {
            Monotonic(0)
        }
        fn sleep_until(&self, _: Timestamp) -> BoxFuture<'_, ()> {
            Box::pin(std::future::pending())
        }
    }

    #[tokio::test]
    async fn turning_wakes_a_sleeper_and_never_goes_back() {
        let clock = Arc::new(TurnedClock::new(Arc::new(Still)));
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep_until(Timestamp::from_secs(1_060)).await }
        });
        clock.advance(Span::secs(30));
        clock.advance(Span::secs(-500));
        assert_eq!(clock.now(), Timestamp::from_secs(1_030));
        assert!(!sleeper.is_finished());
        clock.advance(Span::secs(30));
        sleeper.await.unwrap();
    }
}
