//! Ending a station between its steps: it says where it rests, and is ended nowhere else.
//!
//! Invariant: a station that is told to stop ends its step, unless that takes longer than [`PATIENCE`]; then it is
//! dropped where it awaits, which every step survives.

use crate::run::pause;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;
use tokio::sync::watch;

/// What a step may take once its station is told to stop.
const PATIENCE: Duration = Duration::from_secs(30);

tokio::task_local! {
    /// Whether this task's station rests at this moment.
    static RESTS: Arc<AtomicBool>;
}

/// Awaits what wakes a station. Outside of stations it awaits and nothing else.
pub(crate) async fn rest<T>(woken: impl Future<Output = T>) -> T {
    let _resting = Resting::begin();
    woken.await
}

/// Between two steps of a station that has more to do.
pub(crate) async fn between() {
    rest(tokio::task::yield_now()).await;
}

struct Resting(Option<Arc<AtomicBool>>);

impl Resting {
    fn begin() -> Self {
        let rests = RESTS.try_with(Arc::clone).ok();
        if let Some(rests) = &rests {
            rests.store(true, Ordering::Relaxed);
        }
        Self(rests)
    }
}

impl Drop for Resting {
    fn drop(&mut self) {
        if let Some(rests) = &self.0 {
            rests.store(false, Ordering::Relaxed);
        }
    }
}

/// Runs a station until it is told to stop, and then to its next rest.
pub(crate) async fn until(stopped: watch::Receiver<bool>, work: impl Future<Output = ()>) {
    until_within(PATIENCE, stopped, work).await;
}

async fn until_within(
    patience: Duration,
    mut stopped: watch::Receiver<bool>,
    work: impl Future<Output = ()>,
) {
    let rests = Arc::new(AtomicBool::new(false));
    let mut work = pin!(RESTS.scope(Arc::clone(&rests), work));
    tokio::select! {
        () = &mut work => return,
        _ = stopped.wait_for(|stop| *stop) => {}
    }
    let at_rest = poll_fn(|context| {
        // Asked first: one that rests already is not woken for another step.
        if rests.load(Ordering::Relaxed) || work.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        if rests.load(Ordering::Relaxed) { Poll::Ready(()) } else { Poll::Pending }
    });
    tokio::select! {
        () = at_rest => {}
        () = pause(patience) => tracing::error!("a station did not end its step in time and was broken off"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;
    use tokio::sync::Notify;

    /// A station whose steps are begun, await something in the middle, and are ended.
    #[derive(Default)]
    struct Counted {
        begun: AtomicUsize,
        ended: AtomicUsize,
        middle: Notify,
    }

    impl Counted {
        async fn step(&self) {
            self.begun.fetch_add(1, Ordering::SeqCst);
            self.middle.notified().await;
            self.ended.fetch_add(1, Ordering::SeqCst);
        }

        fn counts(&self) -> (usize, usize) {
            (self.begun.load(Ordering::SeqCst), self.ended.load(Ordering::SeqCst))
        }
    }

    async fn turn() {
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_station_that_is_stopped_ends_its_step_and_begins_no_other() {
        let counted = Arc::new(Counted::default());
        let (stop, stopped) = watch::channel(false);
        let of_station = Arc::clone(&counted);
        let station = tokio::spawn(until(stopped, async move {
            loop {
                of_station.step().await;
                between().await;
            }
        }));
        turn().await;
        counted.middle.notify_one();
        turn().await;
        assert_eq!(counted.counts(), (2, 1), "it goes on as long as nobody stops it");
        stop.send(true).unwrap();
        turn().await;
        assert_eq!((counted.counts(), station.is_finished()), ((2, 1), false), "it was cut off in its step");
        counted.middle.notify_one();
        station.await.unwrap();
        assert_eq!(counted.counts(), (2, 2));
    }

    #[tokio::test]
    async fn a_station_that_rests_is_ended_at_once_whatever_wakes_it_then() {
        let counted = Arc::new(Counted::default());
        let woken = Arc::new(Notify::new());
        let (stop, stopped) = watch::channel(false);
        let (of_station, bell) = (Arc::clone(&counted), Arc::clone(&woken));
        let station = tokio::spawn(until(stopped, async move {
            loop {
                rest(bell.notified()).await;
                of_station.step().await;
            }
        }));
        turn().await;
        stop.send(true).unwrap();
        station.await.unwrap();
        woken.notify_one();
        assert_eq!(counted.counts(), (0, 0));
    }

    #[tokio::test]
    async fn a_step_without_an_end_is_broken_off_after_its_patience() {
        let (stop, stopped) = watch::channel(false);
        let patience = Duration::from_millis(200);
        let station = tokio::spawn(until_within(patience, stopped, std::future::pending()));
        stop.send(true).unwrap();
        turn().await;
        assert!(!station.is_finished(), "before its time");
        station.await.unwrap();
    }
}
