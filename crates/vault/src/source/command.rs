//! A root that a program of the operator's keeps: in a key service, a TPM, on another machine.
//!
//! The program is run with one word, and roots are lines of 64 hexadecimal digits:
//! - `read`: prints the root, and the staged one if there is one; nothing before the very first start;
//! - `stage`: reads the next root from its input and keeps it beside the current one, durably;
//! - `settle`: reads two lines, the root to keep and the root to drop: the first is the root afterwards and
//!   the second is destroyed. If both are the same, whatever else is kept is destroyed.
//!
//! Exit status 0 means done; each call must be safe to repeat.
//! Invariant: a root is neither an argument nor in the environment, where other processes could see it.

use super::{Found, RootSource, RootSourceError, Strength};
use crate::root::RootKey;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use zeroize::Zeroizing;

/// A root behind a program: strength class `K`.
pub struct CommandRoot {
    program: PathBuf,
}

impl CommandRoot {
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self { program: program.into() }
    }

    fn run(&self, word: &str, roots: &[&RootKey]) -> Result<Zeroizing<Vec<u8>>, RootSourceError> {
        let failed = |what: &str| {
            RootSourceError(format!(
                "`{} {word}` {what}: see what it says, and try it by hand",
                self.program.display()
            ))
        };
        let mut child = Command::new(&self.program)
            .arg(word)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| failed(&format!("does not start ({error})")))?;
        if let Some(mut input) = child.stdin.take() {
            for root in roots {
                // Who does not read its input says by its exit status whether it is done.
                let _ = input.write_all(root.to_text().as_bytes()).and_then(|()| input.write_all(b"\n"));
            }
        }
        let ended = child.wait_with_output().map_err(|error| failed(&format!("does not end ({error})")))?;
        let output = Zeroizing::new(ended.stdout);
        if ended.status.success() { Ok(output) } else { Err(failed(&format!("failed ({})", ended.status))) }
    }
}

impl RootSource for CommandRoot {
    fn strength(&self) -> Strength {
        Strength::Service
    }

    fn read(&self) -> Result<Found, RootSourceError> {
        let output = self.run("read", &[])?;
        let text = std::str::from_utf8(&output).unwrap_or("?");
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        let wrong = |error| RootSourceError(format!("`{} read`: {error}", self.program.display()));
        let roots: Vec<RootKey> =
            lines.map(|line| RootKey::parse(line).map_err(wrong)).collect::<Result<_, _>>()?;
        Ok(Found { is_settled: roots.len() == 1, roots })
    }

    fn stage(&self, next: &RootKey) -> Result<(), RootSourceError> {
        self.run("stage", &[next]).map(drop)
    }

    fn settle(&self, keep: &RootKey, drop: &RootKey) -> Result<(), RootSourceError> {
        self.run("settle", &[keep, drop]).map(std::mem::drop)
    }
}

impl From<CommandRoot> for Box<dyn RootSource> {
    fn from(root: CommandRoot) -> Self {
        Box::new(root)
    }
}
