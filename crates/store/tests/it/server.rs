//! A PostgreSQL server of a test's own: `scripts/postgres` with TLS, or with a replica.
//!
//! Only where there is a test server anyway (`ENTENTE_TEST_POSTGRES`); else the tests are skipped. The script removes
//! its servers when its standard input ends, however the test ends.

use crate::home::Home;
use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

pub struct Server {
    script: Child,
    orders: Option<ChildStdin>,
    said: BufReader<ChildStdout>,
}

impl Server {
    pub async fn start(arguments: &[&OsStr]) -> Option<Self> {
        Home::postgres().await?.remove().await;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/postgres");
        let mut script = Command::new(script)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (orders, said) = (script.stdin.take(), BufReader::new(script.stdout.take().unwrap()));
        Some(Self { script, orders, said })
    }

    /// The next line that the script says.
    pub fn said(&mut self) -> String {
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        assert!(!line.is_empty(), "the script ended");
        line.trim().to_owned()
    }

    /// Done when this returns.
    pub fn order(&mut self, order: &str) {
        writeln!(self.orders.as_ref().unwrap(), "{order}").unwrap();
        assert_eq!(self.said(), format!("{order}: done"));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.orders = None;
        let _ = self.script.wait();
    }
}
