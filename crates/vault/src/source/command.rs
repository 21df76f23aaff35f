//! A root that a program of the operator's keeps: in a key service, a TPM, on another machine.
//!
//! The program is run with one word, and roots are lines of 64 hexadecimal digits:
//! - `read`: prints the root, and the staged one if there is one; nothing before the very first start;
//! - `stage`: reads the next root from its input and keeps it beside the current one, durably;
//! - `settle`: reads two lines, the root to keep and the root to drop: the first is the root afterwards and
//!   the second is destroyed. If both are the same, whatever else is kept is destroyed.
//!
//! The last line of either is the number of the right to do so. It only grows: a program that several processes use
//! keeps the highest it was given, and fails when it is given a lower one. So whoever lost the right harms nobody.
//!
//! Exit status 0 means done; each call must be safe to repeat.
//! Invariants: a root is neither an argument nor in the environment, where other processes could see it; a
//! program that hangs is killed, and the call is an error.

use super::{Found, Goes, RootSource, RootSourceError, Strength};
use crate::root::RootKey;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;
use zeroize::Zeroizing;

/// How long a program may take for one word; erasures and new keys wait for it meanwhile. Stated in
/// docs/configuration.md.
const LIMIT: Duration = Duration::from_secs(30);
/// How often one that has said everything is asked whether it has ended.
const STEP: Duration = Duration::from_millis(10);

/// A root behind a program: strength class `K`.
pub struct CommandRoot {
    program: PathBuf,
    limit: Duration,
}

impl CommandRoot {
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self::with_limit(program, LIMIT)
    }

    /// As [`CommandRoot::new`], with another time that a call may take: for tests.
    #[doc(hidden)]
    pub fn with_limit(program: impl Into<PathBuf>, limit: Duration) -> Self {
        Self { program: program.into(), limit }
    }

    fn run(
        &self,
        word: &str,
        roots: &[&RootKey],
        fence: Option<u64>,
    ) -> Result<Zeroizing<Vec<u8>>, RootSourceError> {
        let failed = |what: &str| {
            RootSourceError(format!(
                "`{} {word}` {what}: see what it says, and try it by hand",
                self.program.display()
            ))
        };
        let mut command = Command::new(&self.program);
        command.arg(word).stdin(Stdio::piped()).stdout(Stdio::piped());
        // A group of its own, so that what it starts is killed with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn().map_err(|error| failed(&format!("does not start ({error})")))?;
        if let Some(mut input) = child.stdin.take() {
            for root in roots {
                // Who does not read its input says by its exit status whether it is done.
                let _ = input.write_all(root.to_text().as_bytes()).and_then(|()| input.write_all(b"\n"));
            }
            if let Some(fence) = fence {
                let _ = writeln!(input, "{fence}");
            }
        }
        let (say, said) = mpsc::channel();
        let stdout = child.stdout.take();
        // What waits here may outlive the program, if something else has its output.
        std::thread::spawn(move || {
            let mut output = Zeroizing::new(Vec::new());
            let read = stdout.map_or(Ok(0), |mut stdout| stdout.read_to_end(&mut output));
            // Nobody listens any more once the time is over.
            let _ = say.send(read.map(|_| output));
        });
        let mut output = None;
        let mut left = self.limit;
        while !left.is_zero() {
            if output.is_none() {
                match said.recv_timeout(STEP) {
                    Ok(Ok(text)) => output = Some(text),
                    Ok(Err(error)) => return Err(stopped(child, failed(&format!("says nothing ({error})")))),
                    Err(RecvTimeoutError::Timeout) => left = left.saturating_sub(STEP),
                    Err(RecvTimeoutError::Disconnected) => output = Some(Zeroizing::default()),
                }
                continue;
            }
            match child.try_wait().map_err(|error| failed(&format!("does not end ({error})")))? {
                Some(status) if status.success() => return Ok(output.unwrap_or_default()),
                Some(status) => return Err(failed(&format!("failed ({status})"))),
                None => {
                    std::thread::park_timeout(STEP);
                    left = left.saturating_sub(STEP);
                }
            }
        }
        let limit = self.limit.as_secs_f32();
        Err(stopped(child, failed(&format!("took longer than {limit} seconds and was killed"))))
    }
}

/// Kills the program and what it started; whether it was done before, nobody knows.
fn stopped(mut child: Child, why: RootSourceError) -> RootSourceError {
    #[cfg(unix)]
    let _ = rustix::process::kill_process_group(
        rustix::process::Pid::from_child(&child),
        rustix::process::Signal::KILL,
    );
    // It may have ended on its own.
    let _ = child.kill();
    // One that hangs in the kernel dies later; it is not waited for here.
    std::thread::spawn(move || child.wait());
    why
}

impl RootSource for CommandRoot {
    fn strength(&self) -> Strength {
        Strength::Service
    }

    fn read(&self) -> Result<Found, RootSourceError> {
        let output = self.run("read", &[], None)?;
        let text = std::str::from_utf8(&output).unwrap_or("?");
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        let wrong = |error| RootSourceError(format!("`{} read`: {error}", self.program.display()));
        let roots: Vec<RootKey> =
            lines.map(|line| RootKey::parse(line).map_err(wrong)).collect::<Result<_, _>>()?;
        let (is_settled, is_in_place) = (roots.len() == 1, !roots.is_empty());
        Ok(Found { roots, is_settled, is_in_place, beside: Vec::new() })
    }

    fn stage(&self, next: &RootKey, fence: u64) -> Result<(), RootSourceError> {
        self.run("stage", &[next], Some(fence)).map(drop)
    }

    fn settle(&self, keep: &RootKey, goes: Goes<'_>, fence: u64) -> Result<(), RootSourceError> {
        let goes = match goes {
            Goes::Before(before) => before,
            Goes::Listed(_) => keep,
        };
        self.run("settle", &[keep, goes], Some(fence)).map(drop)
    }
}

impl From<CommandRoot> for Box<dyn RootSource> {
    fn from(root: CommandRoot) -> Self {
        Box::new(root)
    }
}
