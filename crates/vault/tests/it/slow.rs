//! A key store that waits where a test wants two things to overlap.

use model::ports::{
    FlatKey, KeyId, KeyStore, KeyStoreError, Record, Snapshot, Spine, TreeChange, TreeState, WrappedKey,
};
use model::time::{BoxFuture, Span, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use testkit::keys::MemoryKeyStore;
use tokio::sync::Semaphore;

/// A store whose first read of keys lasts until it is told to go on, and the first commit that it is told to hold.
pub struct Slow {
    inner: Arc<MemoryKeyStore>,
    first: AtomicBool,
    pub holds_commit: AtomicBool,
    pub has_read: Semaphore,
    pub go_on: Semaphore,
}

impl Slow {
    pub fn new(inner: &Arc<MemoryKeyStore>) -> Self {
        let (has_read, go_on) = (Semaphore::new(0), Semaphore::new(0));
        let (first, holds_commit) = (AtomicBool::new(true), AtomicBool::new(false));
        Self { inner: inner.clone(), first, holds_commit, has_read, go_on }
    }
}

type Answer<'a, T> = BoxFuture<'a, Result<T, KeyStoreError>>;

impl KeyStore for Slow {
    fn load<'a>(&'a self, ids: &'a [KeyId]) -> Answer<'a, Snapshot> {
        Box::pin(async move {
            let rows = self.inner.load(ids).await;
            if self.first.swap(false, Ordering::SeqCst) {
                self.has_read.add_permits(1);
                self.go_on.acquire().await.unwrap().forget();
            }
            rows
        })
    }
    fn children<'a>(&'a self, nodes: &'a [KeyId]) -> Answer<'a, Snapshot> {
        self.inner.children(nodes)
    }
    fn spine(&self, crown: KeyId) -> Answer<'_, Spine> {
        self.inner.spine(crown)
    }
    fn list(&self, after: Option<KeyId>, limit: u32) -> Answer<'_, Vec<WrappedKey>> {
        self.inner.list(after, limit)
    }
    fn commit(&self, change: TreeChange) -> Answer<'_, bool> {
        Box::pin(async move {
            if self.holds_commit.swap(false, Ordering::SeqCst) {
                // From here on what it has read may be of before.
                self.first.store(false, Ordering::SeqCst);
                self.has_read.add_permits(1);
                self.go_on.acquire().await.unwrap().forget();
            }
            self.inner.commit(change).await
        })
    }
    fn hold(&self, holder: [u8; 16], anew: bool, now: Timestamp, span: Span) -> Answer<'_, Option<u64>> {
        self.inner.hold(holder, anew, now, span)
    }
    fn free(&self, fence: u64) -> Answer<'_, bool> {
        self.inner.free(fence)
    }
    fn clean(&self) -> Answer<'_, ()> {
        self.inner.clean()
    }
    fn felled(&self, limit: u32) -> Answer<'_, Vec<KeyId>> {
        self.inner.felled(limit)
    }

    fn sweep(&self, nodes: Vec<KeyId>, limit: u32) -> Answer<'_, u64> {
        self.inner.sweep(nodes, limit)
    }
    fn record<'a>(&'a self, name: &'a str) -> Answer<'a, (TreeState, Option<Vec<u8>>)> {
        self.inner.record(name)
    }
    fn records(&self) -> Answer<'_, (TreeState, Vec<Record>)> {
        self.inner.records()
    }
    fn flat(&self, limit: u32) -> Answer<'_, Vec<FlatKey>> {
        self.inner.flat(limit)
    }
    fn drop_flat(&self) -> Answer<'_, ()> {
        self.inner.drop_flat()
    }
}
