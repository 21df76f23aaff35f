//! A real clamd (`apt-get install clamav-daemon`) as a child, whose signatures are one: that of the test file of EICAR, as
//! which no copy of the real signatures is needed, and no network.
//!
//! Without clamd a test says so and ends; under CI that is a failure.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a helper of tests fails by panicking, and whoever runs the tests is to know what was left out"
)]

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use tempfile::TempDir;

/// Where Debian puts it, which is in nobody's path but root's.
const PROGRAM: &str = "/usr/sbin/clamd";
/// What its log says once it listens.
const LISTENS: &str = "Self checking";

/// The test file that every scanner takes for malware. In two pieces here, or scanners would find this file.
pub fn eicar() -> Vec<u8> {
    let [first, second] = [r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD", "-ANTIVIRUS-TEST-FILE!$H+H*"];
    [first, second].concat().into_bytes()
}

/// Ends when it is dropped.
pub struct Clamd {
    child: Child,
    /// Kept, or its next word would end it.
    _log: BufReader<ChildStdout>,
    folder: TempDir,
    port: u16,
}

impl Clamd {
    /// One that takes files of up to `most` bytes, packed and unpacked. Nothing where it is not installed.
    pub fn start(most: u64) -> Option<Self> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the switch of all tests that need something installed"
        )]
        let is_ci = std::env::var("CI").is_ok_and(|value| value == "true");
        if !Path::new(PROGRAM).exists() {
            assert!(!is_ci, "clamd must be installed under CI");
            eprintln!("skipped: clamd is not installed (apt-get install clamav-daemon)");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        let signatures = here.join("signatures");
        std::fs::create_dir(&signatures).unwrap();
        let mut line = "Sample.Eicar:0:*:".to_owned();
        for byte in eicar() {
            write!(line, "{byte:02x}").unwrap();
        }
        line.push('\n');
        std::fs::write(signatures.join("sample.ndb"), line).unwrap();
        let port = crate::free_port();
        let configuration = format!(
            "Foreground yes\nLocalSocket {here}/clamd.ctl\nTCPSocket {port}\nTCPAddr 127.0.0.1\n\
             DatabaseDirectory {here}/signatures\nTemporaryDirectory {here}\nStreamMaxLength {most}\n\
             MaxFileSize {most}\nMaxScanSize {most}\nAlertExceedsMax yes\n",
            here = here.display()
        );
        std::fs::write(here.join("clamd.conf"), configuration).unwrap();
        // A copy: at its own place AppArmor may keep it from reading what is here.
        let program = here.join("clamd");
        std::fs::copy(PROGRAM, &program).unwrap();
        let mut child = Command::new(program)
            .arg("--config-file")
            .arg(here.join("clamd.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stdout.take().unwrap());
        let (mut said, mut line) = (String::new(), String::new());
        while !line.contains(LISTENS) {
            said.push_str(&line);
            line.clear();
            assert!(log.read_line(&mut line).unwrap() > 0, "clamd did not start: {said}");
        }
        Some(Self { child, _log: log, folder, port })
    }

    /// Its Unix socket, as the configuration names it.
    pub fn socket(&self) -> String {
        format!("unix:{}/clamd.ctl", self.folder.path().display())
    }

    /// Its port.
    pub fn port(&self) -> String {
        format!("tcp://127.0.0.1:{}", self.port)
    }

    /// From now on nobody listens.
    pub fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Clamd {
    fn drop(&mut self) {
        self.stop();
    }
}
