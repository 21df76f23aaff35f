//! Deliveries that come at the same time share a commit, where each commit is a conversation with a server.
//!
//! A delivery that comes alone is committed alone and at once; those that come while a commit is under way wait for
//! the next one. SQLite's writer does the same by itself. Invariants: whoever waits is answered after the commit that
//! holds their delivery, or told that it failed; a delivery that cannot be stored does not take others with it; what
//! began goes on when whoever delivered has hung up.

use crate::receive::{Done, Parcel, commit};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::{Database, Place, StoreError, Tx};
use tokio::sync::oneshot;

/// Events in one commit, the last delivery's aside: it stays short for everybody.
const EVENTS: usize = 500;
/// Commits at the same time: while one waits for the disk, the next is being written.
const COMMITS: usize = 2;

type Answer = Result<Option<Done>, StoreError>;

struct Waiting {
    parcel: Parcel,
    answer: oneshot::Sender<Answer>,
    /// It waits for the database like any other, which is what tells that there is too much.
    place: Place,
}

#[derive(Default)]
struct Line {
    waiting: VecDeque<Waiting>,
    running: usize,
}

#[derive(Clone, Default)]
pub(crate) struct Together(Arc<Mutex<Line>>);

/// One of those who commit; dropping it makes room for another.
struct Running(Option<Together>);

impl Running {
    /// The next to be stored in one commit. `None` ends the run, under the same lock that the next delivery takes, so
    /// that none is left behind.
    fn next(&mut self) -> Option<Vec<Waiting>> {
        let together = self.0.as_ref()?;
        let mut line = together.line();
        let (mut events, mut group) = (0, Vec::new());
        while events < EVENTS {
            let Some(next) = line.waiting.pop_front() else { break };
            events = next.parcel.events().saturating_add(events);
            group.push(next);
        }
        if group.is_empty() {
            line.running = line.running.saturating_sub(1);
            drop(line);
            self.0 = None;
            return None;
        }
        Some(group)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(together) = &self.0 {
            let mut line = together.line();
            line.running = line.running.saturating_sub(1);
        }
    }
}

impl Together {
    fn line(&self) -> MutexGuard<'_, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stores a delivery, with others if there are any; `None`: a page is not any more where it was.
    pub(crate) async fn store(&self, data: &Database, parcel: Parcel) -> Answer {
        let (answer, answered) = oneshot::channel();
        let running = {
            let mut line = self.line();
            line.waiting.push_back(Waiting { parcel, answer, place: data.join_line() });
            (line.running < COMMITS).then(|| {
                line.running = line.running.saturating_add(1);
                Running(Some(self.clone()))
            })
        };
        if let Some(mut running) = running {
            let data = data.clone();
            tokio::spawn(async move {
                while let Some(group) = running.next() {
                    store_group(&data, group).await;
                }
            });
        }
        answered.await.unwrap_or(Err(StoreError::Panicked { name: "receive" }))
    }
}

async fn store_group(data: &Database, group: Vec<Waiting>) {
    // From here on their transaction waits in their stead.
    let one = |Waiting { parcel, answer, place }| {
        drop(place);
        (parcel, answer)
    };
    let (parcels, answers): (Vec<_>, Vec<_>) = group.into_iter().map(one).unzip();
    let parcels = Arc::new(parcels);
    match write(data, Arc::clone(&parcels), 0..parcels.len()).await {
        Ok(done) => {
            for (answer, done) in answers.into_iter().zip(done) {
                let _ = answer.send(Ok(done));
            }
        }
        Err(error) if parcels.len() == 1 || !is_about_one(&error) => {
            for answer in answers {
                let _ = answer.send(Err(error.clone()));
            }
        }
        Err(_) => {
            for (number, answer) in answers.into_iter().enumerate() {
                let alone = write(data, Arc::clone(&parcels), number..number.saturating_add(1)).await;
                let _ = answer.send(alone.map(|done| done.into_iter().next().flatten()));
            }
        }
    }
}

async fn write(
    data: &Database,
    parcels: Arc<Vec<Parcel>>,
    which: std::ops::Range<usize>,
) -> Result<Vec<Option<Done>>, StoreError> {
    let write = move |tx: &Tx<'_>| commit(tx, parcels.get(which.clone()).unwrap_or_default());
    data.write("receive", write).await
}

/// Whether one delivery of several may have caused it; else none of them can be stored now.
const fn is_about_one(error: &StoreError) -> bool {
    !matches!(
        error,
        StoreError::Contended { .. }
            | StoreError::Unavailable(_)
            | StoreError::Stopped
            | StoreError::Held
            | StoreError::Damaged { .. }
            | StoreError::Newer { .. }
    )
}
