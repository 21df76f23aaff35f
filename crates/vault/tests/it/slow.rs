//! A key store that waits where a test wants two things to overlap.

use model::ports::{KeyId, KeyStore, KeyStoreError, WrappedKey};
use model::time::BoxFuture;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use testkit::keys::MemoryKeyStore;
use tokio::sync::Semaphore;

/// A store whose first read lasts until it is told to go on.
pub struct Slow {
    inner: Arc<MemoryKeyStore>,
    first: AtomicBool,
    pub has_read: Semaphore,
    pub go_on: Semaphore,
}

impl Slow {
    pub fn new(inner: &Arc<MemoryKeyStore>) -> Self {
        let (has_read, go_on) = (Semaphore::new(0), Semaphore::new(0));
        Self { inner: inner.clone(), first: AtomicBool::new(true), has_read, go_on }
    }
}

type Answer<'a, T> = BoxFuture<'a, Result<T, KeyStoreError>>;

impl KeyStore for Slow {
    fn get<'a>(&'a self, ids: &'a [KeyId]) -> Answer<'a, Vec<WrappedKey>> {
        Box::pin(async move {
            let rows = self.inner.get(ids).await;
            if self.first.swap(false, Ordering::SeqCst) {
                self.has_read.add_permits(1);
                self.go_on.acquire().await.unwrap().forget();
            }
            rows
        })
    }
    fn put(&self, keys: Vec<WrappedKey>) -> Answer<'_, ()> {
        self.inner.put(keys)
    }
    fn destroy<'a>(&'a self, ids: &'a [KeyId]) -> Answer<'a, u64> {
        self.inner.destroy(ids)
    }
    fn get_record<'a>(&'a self, name: &'a str) -> Answer<'a, Option<Vec<u8>>> {
        self.inner.get_record(name)
    }
    fn set_record<'a>(&'a self, name: &'a str, value: Vec<u8>) -> Answer<'a, ()> {
        self.inner.set_record(name, value)
    }
}
