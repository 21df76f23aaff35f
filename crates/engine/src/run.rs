//! Running the stations: a task each for replies, planning, mail, the log, the schedule, what is
//! published at Meta, templates, archives that come back, retention, tidying, erasing and denials, and one per busy
//! lane.
//!
//! Invariant: a station that fails says so, waits and goes on; none takes the others down. Stopping
//! lets every station finish the step it is in.

use crate::nodes::{Job, MEET};
use crate::rest::{between, rest, until};
use crate::send::{Lane, Stepped};
use crate::{Engine, EngineError, log};
use futures_util::FutureExt as _;
use model::broadcast::BroadcastState;
use model::id::PageId;
use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use store::StoreError;
use store::tables::{announcement, breach_person, broadcast, erasure, import, inbox, ledger, mail, outbox};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

/// Pause after a station failed (the database is gone, say).
const AFTER_FAILURE: Duration = Duration::from_millis(500);
/// A lane without work ends; the next wake starts it again.
const LANE_LINGERS: Duration = Duration::from_secs(60);

/// How often a lane that another node holds is asked for again.
const ELSEWHERE: Duration = Duration::from_millis(250);

/// How long uses of sessions are gathered.
const TIDY_AFTER: Duration = Duration::from_secs(20);
/// After so long without events the database's log is emptied; while they come, it is written over.
const QUIET: Duration = Duration::from_secs(60);

/// The stations at work.
pub struct Running {
    engine: Arc<Engine>,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
    /// Others are told that this node lives as long as a station works.
    beating: JoinSet<()>,
}

impl Engine {
    /// Starts the stations.
    pub fn run(self: &Arc<Self>) -> Running {
        let (stop, stopped) = watch::channel(false);
        let (mut tasks, mut beating) = (JoinSet::new(), JoinSet::new());
        let engine = Arc::clone(self);
        beating.spawn(async move { engine.pulse_forever().await });
        let engine = Arc::clone(self);
        tasks.spawn(until(stopped.clone(), async move { engine.herald_forever().await }));
        let engine = Arc::clone(self);
        tasks.spawn(until(stopped.clone(), async move { engine.reply_forever().await }));
        let engine = Arc::clone(self);
        tasks.spawn(until(stopped.clone(), async move { engine.plan_forever().await }));
        let engine = Arc::clone(self);
        let mail_stopped = stopped.clone();
        tasks.spawn(async move { engine.mail_forever(mail_stopped).await });
        let engine = Arc::clone(self);
        tasks.spawn(until(stopped.clone(), async move { log::run(&engine).await }));
        let engine = Arc::clone(self);
        tasks.spawn(until(stopped.clone(), async move { engine.tidy_forever().await }));
        let engine = Arc::clone(self);
        tasks.spawn(until(stopped.clone(), async move { engine.publish_forever().await }));
        let engine = Arc::clone(self);
        tasks.spawn(until(stopped.clone(), async move { engine.schedule_forever().await }));
        let engine = Arc::clone(self);
        tasks.spawn(until(stopped.clone(), async move { engine.templates_forever().await }));
        let engine = Arc::clone(self);
        tasks.spawn(until(stopped.clone(), async move { engine.witness_forever().await }));
        let engine = Arc::clone(self);
        tasks.spawn(until(stopped.clone(), async move { engine.erase_forever().await }));
        let engine = Arc::clone(self);
        tasks.spawn(until(stopped.clone(), async move { engine.retain_forever().await }));
        let engine = Arc::clone(self);
        tasks.spawn(until(stopped.clone(), async move { engine.import_forever().await }));
        let engine = Arc::clone(self);
        tasks.spawn(until(stopped.clone(), async move { engine.announce_forever().await }));
        let engine = Arc::clone(self);
        tasks.spawn(until(stopped.clone(), async move { engine.breach_forever().await }));
        let engine = Arc::clone(self);
        tasks.spawn(until(stopped.clone(), async move { engine.support_forever().await }));
        let engine = Arc::clone(self);
        tasks.spawn(until(stopped.clone(), async move { engine.denials_forever().await }));
        let engine = Arc::clone(self);
        tasks.spawn(async move {
            if engine.nodes.has_peers() {
                pause(MEET).await;
            }
            engine.lanes_forever(stopped).await;
        });
        self.wake.reply.notify_one();
        self.wake.plan.notify_one();
        self.wake.log.notify_one();
        self.wake.import.notify_one();
        self.wake.announce.notify_one();
        self.wake.breach.notify_one();
        self.wake.support.notify_one();
        Running { engine: Arc::clone(self), stop, tasks, beating }
    }

    /// Answers what waits. Once it is quiet, empties the database's log of the events that were deleted.
    async fn reply_forever(self: &Arc<Self>) {
        // What an earlier run left was emptied when the database was opened.
        let mut has_deleted = false;
        loop {
            match self.reply_some().await {
                Ok(0) => {
                    let again = async {
                        match self.next_attempt() {
                            Some(at) => self.clock.sleep_until(at).await,
                            None => std::future::pending().await,
                        }
                    };
                    tokio::select! {
                        () = rest(self.wake.reply.notified()) => {}
                        () = again => {}
                        () = pause(QUIET), if has_deleted => match self.data.checkpoint_truncate().await {
                            Ok(()) => has_deleted = false,
                            Err(error) => self.failed("reply", &error.into()).await,
                        },
                    }
                }
                Ok(_) => {
                    has_deleted = true;
                    between().await;
                }
                Err(error) => self.failed("reply", &error).await,
            }
        }
    }

    async fn plan_forever(self: &Arc<Self>) {
        loop {
            self.nodes.duty(Job::Plan).await;
            if let Err(error) = self.plan_all().await {
                self.failed("plan", &error).await;
                continue;
            }
            rest(self.wake.plan.notified()).await;
        }
    }

    /// Reads archives in that their owners said yes to.
    async fn import_forever(self: &Arc<Self>) {
        loop {
            self.nodes.duty(Job::Import).await;
            match self.import_all().await {
                Ok(()) => rest(self.wake.import.notified()).await,
                Err(error) => self.failed("import", &error).await,
            }
        }
    }

    /// Writes down when sessions were used, a moment after the first use, so that looking at a page changes
    /// nothing.
    async fn tidy_forever(self: &Arc<Self>) {
        loop {
            rest(self.wake.seen.notified()).await;
            rest(pause(TIDY_AFTER)).await;
            if let Err(error) = self.tidy_sessions().await {
                self.failed("tidy", &error).await;
            }
        }
    }

    pub(crate) async fn failed(&self, station: &'static str, error: &EngineError) {
        tracing::error!(%error, station, "a station failed and will try again");
        rest(pause(AFTER_FAILURE)).await;
    }

    /// Starts a lane for every page that is woken; at first for every page, to settle what an
    /// earlier run left.
    async fn lanes_forever(self: Arc<Self>, mut stopped: watch::Receiver<bool>) {
        let pages: Vec<PageId> = {
            let routes = self.routes.read().unwrap_or_else(PoisonError::into_inner);
            routes.values().map(|route| route.page).collect()
        };
        for page in pages {
            self.wake_lane(page);
        }
        let mut running: HashSet<PageId> = HashSet::new();
        let mut lanes: JoinSet<PageId> = JoinSet::new();
        loop {
            let wanted: Vec<(PageId, Arc<Notify>)> = {
                let map = self.wake.lanes.lock().unwrap_or_else(PoisonError::into_inner);
                map.iter().filter(|(p, _)| !running.contains(p)).map(|(p, n)| (*p, Arc::clone(n))).collect()
            };
            for (page, notify) in wanted {
                running.insert(page);
                let (engine, stopped) = (Arc::clone(&self), stopped.clone());
                lanes.spawn(async move {
                    let lane = engine.lane_forever(page, &notify, stopped);
                    if AssertUnwindSafe(lane).catch_unwind().await.is_err() {
                        tracing::error!(%page, "a lane panicked; this is a fault of the program, please report it");
                        engine.end_lane(page);
                    }
                    page
                });
            }
            tokio::select! {
                () = self.wake.new_lane.notified() => {}
                Some(ended) = lanes.join_next() => {
                    if let Ok(page) = ended {
                        running.remove(&page);
                    }
                }
                _ = stopped.wait_for(|stop| *stop) => break,
            }
        }
        while lanes.join_next().await.is_some() {}
    }

    async fn lane_forever(
        self: &Arc<Self>,
        page: PageId,
        notify: &Notify,
        mut stopped: watch::Receiver<bool>,
    ) {
        let mut lane = loop {
            match self.lane(page).await {
                Ok(Some(lane)) => break lane,
                Ok(None) => return self.end_lane(page),
                Err(error) if error.is_about_the_data() || *stopped.borrow() => {
                    tracing::warn!(%error, %page, "a page has no lane");
                    return self.end_lane(page);
                }
                Err(error) => self.failed("lane", &error).await,
            }
        };
        while !*stopped.borrow() && self.nodes.has_page(page) {
            let stepped = match lane.step().await {
                Ok(stepped) => stepped,
                Err(error) => {
                    self.failed("lane", &error).await;
                    Stepped::On
                }
            };
            let wait = async {
                match stepped {
                    Stepped::On => {}
                    Stepped::Until(at) => {
                        tokio::select! {
                            () = self.clock.sleep_until(at) => {}
                            () = notify.notified() => {}
                        }
                    }
                    Stepped::Elsewhere => pause(ELSEWHERE).await,
                    Stepped::Full => lane.wait_for_slot().await,
                    Stepped::Idle => notify.notified().await,
                }
            };
            tokio::select! {
                () = wait => {}
                () = pause(LANE_LINGERS), if stepped == Stepped::Idle => break,
                _ = stopped.wait_for(|stop| *stop) => {}
            }
        }
        if let Err(error) = lane.close().await {
            tracing::error!(%error, %page, "a lane could not record its last request");
        }
        self.end_lane(page);
        // Woken at the last moment: somebody else takes it up.
        if notify.notified().now_or_never().is_some() && !*stopped.borrow() {
            self.wake_lane(page);
        }
    }

    fn end_lane(&self, page: PageId) {
        self.wake.lanes.lock().unwrap_or_else(PoisonError::into_inner).remove(&page);
    }

    async fn lane(self: &Arc<Self>, page: PageId) -> Result<Option<Lane>, EngineError> {
        let stored = self.data.read("lane_page", move |tx| store::tables::page::find(tx, page)).await?;
        stored.map(|stored| Lane::new(self, &stored.page)).transpose()
    }

    /// Resolves when nothing waits: no event, no answer, no commitment, no erasure, no broadcast being sent, and
    /// no mail that could go now.
    /// For the demo and the tests.
    pub async fn settle(&self) -> Result<(), EngineError> {
        loop {
            let (has_post, now) = (self.post.is_some(), self.clock.now());
            let busy = self
                .data
                .read("settled", move |tx| {
                    Ok::<_, StoreError>(
                        inbox::count(tx)? > 0
                            || (has_post && mail::count_due(tx, now)? > 0)
                            || outbox::count(tx)? > 0
                            || ledger::count_pending(tx)? > 0
                            || announcement::is_any_open(tx)?
                            || breach_person::is_any_to_tell(tx)?
                            || erasure::list_open(tx)?.iter().any(|e| e.kind != erasure::ErasureKind::Lead)
                            || !import::list_running(tx)?.is_empty()
                            || broadcast::list_active(tx)?
                                .iter()
                                .any(|b| b.broadcast.state != BroadcastState::Paused),
                    )
                })
                .await?;
            if !busy {
                return Ok(());
            }
            pause(Duration::from_millis(5)).await;
        }
    }
}

impl Running {
    /// Lets every station finish its step, then ends.
    pub async fn stop(mut self) {
        // Fails only when every task has ended already.
        let _ = self.stop.send(true);
        while self.tasks.join_next().await.is_some() {}
        self.beating.shutdown().await;
        // What an orderly end leaves is known to the key store: a copy brought back shows what it lacks.
        if let Err(error) = self.engine.checkpoint().await {
            tracing::error!(%error, "the log could not be continued at the end; the next start does it");
        }
        if let Err(error) = self.engine.leave().await {
            tracing::warn!(%error, "what this node held is free for others only in a while");
        }
    }

    pub const fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }
}

/// Real time, whatever the clock says: for pauses between attempts, not for any rule.
pub(crate) async fn pause(duration: Duration) {
    #[expect(
        clippy::disallowed_methods,
        reason = "keeps a failing loop from spinning; no rule depends on it"
    )]
    tokio::time::sleep(duration).await;
}
