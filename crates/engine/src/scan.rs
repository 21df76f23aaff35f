//! A file that somebody uploads is shown to the operator's scanner for malware, where there is one.
//!
//! Invariant: where there is a scanner, nothing is kept of a file of which it has not said that it is clean; that it cannot be
//! asked, or says nothing that is known, lets no file pass.

use crate::{Engine, EngineError};
use outbound::scanner::{Scan, ScanError, Scanner, Verdict};
use std::io;
use tokio::runtime::Handle;

fn judged(verdict: Result<Verdict, ScanError>) -> Result<(), EngineError> {
    match verdict {
        Ok(Verdict::Clean) => Ok(()),
        Ok(Verdict::Found) => Err(EngineError::Harmful),
        Err(error) => Err(EngineError::Unscanned(error)),
    }
}

impl Engine {
    /// Shows a file that is held.
    pub(crate) async fn scan(&self, file: &[u8]) -> Result<(), EngineError> {
        match &self.scanner {
            Some(scanner) if !file.is_empty() => judged(scanner.scan(file).await),
            _ => Ok(()),
        }
    }

    /// For a file that is read as it comes, on a thread that may wait.
    pub(crate) fn watch(&self) -> Watch {
        Watch { scanner: self.scanner.clone(), runtime: Handle::current(), scan: None, failed: None }
    }
}

/// Shows a file as it is read. The scanner is asked from its first byte on.
pub(crate) struct Watch {
    scanner: Option<Scanner>,
    runtime: Handle,
    scan: Option<Scan>,
    failed: Option<ScanError>,
}

impl Watch {
    /// The next bytes. An error is remembered: a file that nobody looks at need not be read on.
    pub fn show(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(scanner) = self.scanner.as_ref().filter(|_| !bytes.is_empty()) else { return Ok(()) };
        if self.failed.is_none() {
            let (runtime, scan) = (&self.runtime, &mut self.scan);
            let shown = runtime.block_on(async {
                let scan = match scan {
                    Some(scan) => scan,
                    None => scan.insert(scanner.begin().await?),
                };
                scan.show(bytes).await
            });
            self.failed = shown.err();
        }
        self.failed.map_or(Ok(()), |error| Err(io::Error::other(error)))
    }

    /// Nothing more comes. `is_fit`: whether the file would be taken if it is clean; of one that is not, only that something
    /// harmful was found says more.
    pub fn end(self, is_fit: bool) -> Result<(), EngineError> {
        if self.scanner.is_none() {
            return Ok(());
        }
        let verdict = match (self.failed, self.scan) {
            (Some(error), _) => return Err(EngineError::Unscanned(error)),
            (None, Some(scan)) => self.runtime.block_on(scan.end()),
            // Nothing was there to be shown.
            (None, None) => Err(ScanError::Odd),
        };
        if is_fit || verdict == Ok(Verdict::Found) { judged(verdict) } else { Ok(()) }
    }
}
