//! What comes at the same time shares a transaction, where each is a conversation with a server: deliveries, the
//! claims of lanes, keys that are read.
//!
//! What comes alone is done alone and at once; what comes while a transaction is under way waits for the next one, which begins
//! after it came. SQLite's writer does the same by itself. Invariants: whoever waits is answered after the commit that holds what
//! they brought, or told that it failed; what cannot be stored does not take others with it; what began goes on when
//! whoever brought it has gone.

use crate::error::StoreError;
use crate::line::Place;
use crate::port::{Database, Tx};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// What may share a transaction with its like.
pub trait Share: Send + Sync + Sized + 'static {
    type Done: Send + 'static;
    /// The transaction's.
    const NAME: &'static str;
    /// Whether it writes.
    const WRITES: bool = true;
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

pub struct Together<T: Share>(Arc<Mutex<Line<T>>>);

impl<T: Share> Clone for Together<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

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

    /// Brings it into a transaction, with others if there are any.
    pub async fn store(&self, data: &Database, brought: T) -> Answer<T> {
        let (answer, answered) = oneshot::channel();
        let running = {
            let mut line = self.line();
            line.waiting.push_back(Waiting { brought, answer, place: data.join_line() });
            (line.running < T::COMMITS).then(|| {
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
    match run(data, Arc::clone(&all), 0..all.len()).await {
        Ok(done) => {
            for (answer, done) in answers.into_iter().zip(done) {
                let _ = answer.send(Ok(done));
            }
        }
        Err(error) if all.len() == 1 || !error.is_about_what_was_written() => {
            for answer in answers {
                let _ = answer.send(Err(error.clone()));
            }
        }
        Err(_) => {
            for (number, answer) in answers.into_iter().enumerate() {
                let alone = run(data, Arc::clone(&all), number..number.saturating_add(1)).await;
                let missing = StoreError::Panicked { name: T::NAME };
                let _ = answer.send(alone.and_then(|done| done.into_iter().next().ok_or(missing)));
            }
        }
    }
}

async fn run<T: Share>(
    data: &Database,
    all: Arc<Vec<T>>,
    which: std::ops::Range<usize>,
) -> Result<Vec<T::Done>, StoreError> {
    let share = move |tx: &Tx<'_>| T::commit(tx, all.get(which.clone()).unwrap_or_default());
    if T::WRITES { data.write(T::NAME, share).await } else { data.read(T::NAME, share).await }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::port::{Options, Schema};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::{Receiver, channel};

    /// What its commit meets.
    struct Parcel {
        number: u32,
        bad: Option<StoreError>,
        commits: Arc<AtomicUsize>,
        gate: Option<Mutex<Receiver<()>>>,
    }

    impl Share for Parcel {
        type Done = u32;
        const NAME: &'static str = "parcel";
        const MOST: usize = 10;
        const COMMITS: usize = 1;

        fn weight(&self) -> usize {
            1
        }

        fn commit(_: &Tx<'_>, all: &[Self]) -> Result<Vec<u32>, StoreError> {
            for one in all {
                one.commits.fetch_add(usize::from(one.number == all[0].number), Ordering::SeqCst);
                one.gate.as_ref().map(|gate| gate.lock().unwrap().recv());
            }
            let bad = all.iter().find_map(|one| one.bad.clone());
            bad.map_or_else(|| Ok(all.iter().map(|one| one.number).collect()), Err)
        }
    }

    /// What four are told of which the first is being committed while the others come, and in how many commits.
    async fn told(bad: StoreError) -> (Vec<Answer<Parcel>>, usize) {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("t.db").display());
        let data = Database::open(&url, Schema::Data, Options::default()).await.unwrap();
        let together = Arc::new(Together::<Parcel>::default());
        let commits = Arc::new(AtomicUsize::new(0));
        let (open, gate) = channel();
        let mut gate = Some(Mutex::new(gate));
        let mut tasks = Vec::new();
        for number in 0..4 {
            let bad = (number == 2).then(|| bad.clone());
            let parcel = Parcel { number, bad, commits: Arc::clone(&commits), gate: gate.take() };
            let (own, data) = (Arc::clone(&together), data.clone());
            tasks.push(tokio::spawn(async move { own.store(&data, parcel).await }));
            // In their order, and the first alone.
            let waiting = usize::try_from(number).unwrap();
            while commits.load(Ordering::SeqCst) == 0 || together.line().waiting.len() < waiting {
                tokio::task::yield_now().await;
            }
        }
        open.send(()).unwrap();
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(task.await.unwrap());
        }
        (answers, commits.load(Ordering::SeqCst))
    }

    #[tokio::test]
    async fn what_cannot_be_stored_takes_no_others_with_it() {
        let bad = StoreError::Constraint { statement: "INSERT", kind: "check" };
        let (answers, commits) = told(bad.clone()).await;
        assert_eq!(answers, [Ok(0), Ok(1), Err(bad), Ok(3)]);
        assert_eq!(commits, 5, "one, the three others, each of these");
    }

    #[tokio::test]
    async fn where_the_server_is_at_fault_or_the_end_is_not_known_nobody_is_tried_again() {
        let full = |statement| StoreError::Statement { statement, code: "53100".to_owned() };
        let lost = StoreError::Statement { statement: "COMMIT", code: "40003".to_owned() };
        for bad in [full("INSERT"), lost, StoreError::Unavailable("gone".to_owned())] {
            let (answers, commits) = told(bad.clone()).await;
            assert_eq!(answers, [Ok(0), Err(bad.clone()), Err(bad.clone()), Err(bad)]);
            assert_eq!(commits, 2);
        }
    }
}
