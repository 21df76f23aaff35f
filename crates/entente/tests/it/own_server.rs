//! A PostgreSQL server of a test's own, for what would disturb others: `scripts/postgres own` and `pair`, told on its
//! standard input what befalls it. It is gone when that ends, however the test does.

use crate::databases::On;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

pub struct Server {
    script: Child,
    orders: Option<ChildStdin>,
    said: BufReader<ChildStdout>,
    /// By which it is reached; of a pair, whichever takes writes.
    pub url: String,
}

impl Server {
    /// `None`, said aloud, where PostgreSQL is not asked for, or not possible on this machine.
    pub fn start(arguments: &[&str]) -> Option<Self> {
        if !On::Postgres.is_there() {
            return None;
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/postgres");
        let mut script = Command::new(script)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (orders, said) = (script.stdin.take(), BufReader::new(script.stdout.take().unwrap()));
        let mut server = Self { script, orders, said, url: String::new() };
        server.url = server.line();
        if server.url.is_empty() {
            let status = server.script.wait().unwrap();
            assert_eq!(status.code(), Some(3), "the script ended");
            #[expect(
                clippy::disallowed_methods,
                reason = "whether something may be left out, the environment says"
            )]
            let is_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
            assert!(!is_ci, "with CI=true nothing is left out, and no small disk can be mounted here");
            eprintln!("skipped: this machine does not let us mount a small disk");
            return None;
        }
        if arguments.first() == Some(&"pair") {
            let second = crate::proxy::server_of(&server.line());
            server.url = server.url.replacen('@', &format!("@{second},"), 1);
            server.url.push_str("?target_session_attrs=read-write");
        }
        Some(server)
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    /// Done when this returns.
    pub fn order(&mut self, order: &str) {
        tokio::task::block_in_place(|| {
            writeln!(self.orders.as_ref().unwrap(), "{order}").unwrap();
            assert_eq!(self.line(), format!("{order}: done"));
        });
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.orders = None;
        let _ = self.script.wait();
    }
}
