//! What comes at the same time shares a commit, where each commit is a conversation with a server: deliveries, and the
//! claims of lanes.
//!
//! What comes alone is committed alone and at once; what comes while a commit is under way waits for the next one.
//! SQLite's writer does the same by itself. Invariants: whoever waits is answered after the commit that holds what
//! they brought, or told that it failed; what cannot be stored does not take others with it; what began goes on when
//! whoever brought it has gone.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::{Database, Place, StoreError, Tx};
use tokio::sync::oneshot;

/// What may share a commit with its like.
pub(crate) trait Share: Send + Sync + Sized + 'static {
    type Done: Send + 'static;
    /// The transaction's.
    const NAME: &'static str;
    /// By weight, the last one aside: a commit stays short for everybody.
    const MOST: usize;
    /// Commits at the same time.
    const COMMITS: usize;
    fn weight(&self) -> usize;
    /// All of it or nothing; one answer for each, in their order.
    fn commit(tx: &Tx<'_>, all: &[Self]) -> Result<Vec<Self::Done>, StoreError>;
}

type Answer<T> = Result<<T as Share>::Done, StoreError>;

struct Waiting<T: Share> {
    brought: T,
    answer: oneshot::Sender<Answer<T>>,
    /// It waits for the database like any other, which is what tells that there is too much.
    place: Place,
}

struct Line<T: Share> {
    waiting: VecDeque<Waiting<T>>,
    running: usize,
}

pub(crate) struct Together<T: Share>(Arc<Mutex<Line<T>>>);

impl<T: Share> Default for Together<T> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Line { waiting: VecDeque::new(), running: 0 })))
    }
}

/// One of those who commit; dropping it makes room for another.
struct Running<T: Share>(Option<Together<T>>);

impl<T: Share> Running<T> {
    /// The next to be stored in one commit. `None` ends the run, under the same lock that the next to come takes, so
    /// that none is left behind.
    fn next(&mut self) -> Option<Vec<Waiting<T>>> {
        let together = self.0.as_ref()?;
        let mut line = together.line();
        let (mut weight, mut group) = (0, Vec::new());
        while weight < T::MOST {
            let Some(next) = line.waiting.pop_front() else { break };
            weight = next.brought.weight().saturating_add(weight);
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

impl<T: Share> Drop for Running<T> {
    fn drop(&mut self) {
        if let Some(together) = &self.0 {
            let mut line = together.line();
            line.running = line.running.saturating_sub(1);
        }
    }
}

impl<T: Share> Together<T> {
    fn line(&self) -> MutexGuard<'_, Line<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Commits it, with others if there are any.
    pub(crate) async fn store(&self, data: &Database, brought: T) -> Answer<T> {
        let (answer, answered) = oneshot::channel();
        let running = {
            let mut line = self.line();
            line.waiting.push_back(Waiting { brought, answer, place: data.join_line() });
            (line.running < T::COMMITS).then(|| {
                line.running = line.running.saturating_add(1);
                Running(Some(Self(Arc::clone(&self.0))))
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
        answered.await.unwrap_or(Err(StoreError::Panicked { name: T::NAME }))
    }
}

async fn store_group<T: Share>(data: &Database, group: Vec<Waiting<T>>) {
    // From here on their transaction waits in their stead.
    let one = |Waiting { brought, answer, place }| {
        drop(place);
        (brought, answer)
    };
    let (all, answers): (Vec<_>, Vec<_>) = group.into_iter().map(one).unzip();
    let all = Arc::new(all);
    match write(data, Arc::clone(&all), 0..all.len()).await {
        Ok(done) => {
            for (answer, done) in answers.into_iter().zip(done) {
                let _ = answer.send(Ok(done));
            }
        }
        Err(error) if all.len() == 1 || !is_about_one(&error) => {
            for answer in answers {
                let _ = answer.send(Err(error.clone()));
            }
        }
        Err(_) => {
            for (number, answer) in answers.into_iter().enumerate() {
                let alone = write(data, Arc::clone(&all), number..number.saturating_add(1)).await;
                let missing = StoreError::Panicked { name: T::NAME };
                let _ = answer.send(alone.and_then(|done| done.into_iter().next().ok_or(missing)));
            }
        }
    }
}

async fn write<T: Share>(
    data: &Database,
    all: Arc<Vec<T>>,
    which: std::ops::Range<usize>,
) -> Result<Vec<T::Done>, StoreError> {
    let write = move |tx: &Tx<'_>| T::commit(tx, all.get(which.clone()).unwrap_or_default());
    data.write(T::NAME, write).await
}

/// Whether one of several may have caused it; else none of them can be stored now.
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
