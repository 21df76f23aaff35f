//! What every part of a running simulator shares.
//!
//! Invariant: the lock around the world is held for computing only, never across a wait.

use crate::clock::TurnedClock;
use crate::config::{Config, Delivery};
use crate::outbox::{Outbox, Outgoing, Pending};
use crate::state::World;
use model::time::Clock;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, mpsc, watch};

/// A running simulator's shared part.
pub struct Inner {
    world: Mutex<World>,
    pub clock: Arc<TurnedClock>,
    pub delivery: Delivery,
    pub client: reqwest::Client,
    pub pending: Arc<Pending>,
    /// Something waits in the backlog or the schedule.
    pub wake: Arc<Notify>,
    /// Try the backlog now.
    pub retry: Notify,
    /// Turns true when the simulator ends.
    pub stop: watch::Sender<bool>,
    pub addr: SocketAddr,
    pub public_url: String,
}

impl Inner {
    pub fn new(
        config: &Config,
        addr: SocketAddr,
        client: reqwest::Client,
        lanes: Vec<mpsc::UnboundedSender<Outgoing>>,
    ) -> Self {
        let outbox = Outbox::new(lanes);
        let (pending, wake) = (outbox.pending.clone(), outbox.wake.clone());
        let mut world = World::new(config, outbox);
        world.add_user("Alex Admin");
        let public_url = config.public_url.clone().unwrap_or_else(|| format!("http://{addr}"));
        world.origin.clone_from(&public_url);
        Self {
            world: Mutex::new(world),
            clock: Arc::new(TurnedClock::new(config.clock.clone())),
            delivery: config.delivery.clone(),
            client,
            pending,
            wake,
            retry: Notify::new(),
            stop: watch::Sender::new(false),
            addr,
            public_url,
        }
    }

    /// The state. Nothing may be awaited while the guard lives.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The simulated time in microseconds.
    pub fn now(&self) -> i64 {
        self.clock.now().micros()
    }

    /// Waits in real time, or until the simulator ends.
    pub async fn pause(&self, millis: u64) {
        let mut stop = self.stop.subscribe();
        let ended = async { while !*stop.borrow_and_update() && stop.changed().await.is_ok() {} };
        let _ = tokio::time::timeout(std::time::Duration::from_millis(millis), ended).await;
    }
}
