//! Bytes as a hostile hand would write them: samples of what a parser takes, changed by a seeded hand, so that a
//! plain test tries thousands of them in a second or two and anybody can repeat what it found.
//!
//! Invariant: the same samples, seed and number of rounds give the same bytes. The samples lie in `fuzz/corpus`,
//! where the coverage-guided targets of `fuzz/` find them too.

#![expect(clippy::panic, reason = "a panic is how a test reports")]

use crate::{SeededEntropy, short_or_long};
use model::entropy::random;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;

/// No input is longer: what matters beyond is a limit, and each limit has a test of its own.
const LONGEST: usize = 256 * 1024;
/// Pieces that mean something to one reader or another.
const WORDS: [&[u8]; 30] = [
    b"\"",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"\n",
    b"\r\n",
    b"\0",
    b"=",
    b"%00",
    b"../",
    b"<script>",
    b"null",
    b"true",
    b"-1",
    b"1e999",
    b"18446744073709551616",
    b"9223372036854775807",
    b"\xff\xfe",
    b"\xe2\x80\xae",
    b"\xf0\x9f\x98\x80",
    b"\xd9\x85",
    b"'",
    b"- ",
    b"#",
];
/// Numbers at which lengths and counters go wrong.
const EDGES: [u64; 12] = [
    0,
    1,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x7fff_ffff_ffff_ffff,
    0xffff_ffff_ffff_ffff,
];

/// Repeatable changes.
pub struct Mutator(SeededEntropy);

impl Mutator {
    pub const fn new(seed: u64) -> Self {
        Self(SeededEntropy::new(seed))
    }

    fn next(&mut self) -> u64 {
        u64::from_le_bytes(random(&self.0))
    }

    /// A number below `end`; 0 when there is none.
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % (end.max(1) as u64)).unwrap_or(0)
    }

    fn of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> Option<&'a T> {
        let at = self.below(all.len());
        all.get(at).copied()
    }

    /// A part of it, oftener a short one.
    fn part(&mut self, length: usize) -> std::ops::Range<usize> {
        let begin = self.below(length);
        let most = if self.below(4) == 0 { length } else { 16 };
        let end = begin.saturating_add(self.below(most).saturating_add(1)).min(length);
        begin..end
    }

    /// One to six changes.
    pub fn change(&mut self, bytes: &mut Vec<u8>, samples: &[Vec<u8>]) {
        for _ in 0..=self.below(6) {
            self.once(bytes, samples);
            bytes.truncate(LONGEST);
        }
    }

    fn once(&mut self, bytes: &mut Vec<u8>, samples: &[Vec<u8>]) {
        let length = bytes.len();
        let at = self.below(length);
        match self.below(12) {
            0 => {
                let bit = self.below(8);
                bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << bit);
            }
            1 => {
                let value = self.next().to_le_bytes()[0];
                bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = value);
            }
            2 => drop(bytes.drain(self.part(length))),
            3 => {
                let part = bytes.get(self.part(length)).unwrap_or_default().to_vec();
                bytes.splice(at..at, part);
            }
            // A number of one to eight bytes at an edge, in either order.
            4 => {
                let mut number = EDGES.get(self.below(EDGES.len())).copied().unwrap_or(0).to_le_bytes();
                let width = 1 << self.below(4);
                if self.below(2) == 0 {
                    number.rotate_right(8 - width);
                    number.reverse();
                }
                for (byte, new) in bytes.iter_mut().skip(at).zip(number.into_iter().take(width)) {
                    *byte = new;
                }
            }
            5 | 6 => {
                let word = self.of(&WORDS).unwrap_or_default();
                let replaced = if self.below(2) == 0 { at } else { (at + word.len()).min(length) };
                bytes.splice(at..replaced, word.iter().copied());
            }
            7 => bytes.truncate(at),
            // The rest of another sample.
            8 => {
                let other = samples.get(self.below(samples.len())).map_or(&[][..], Vec::as_slice);
                let from = self.below(other.len());
                bytes.truncate(at);
                bytes.extend(other.iter().skip(from));
            }
            // One piece many times over: depth, length, and lists of the same.
            9 => {
                let piece = match self.below(3) {
                    0 => self.of(&WORDS).unwrap_or_default().to_vec(),
                    _ => bytes.get(self.part(length)).unwrap_or_default().to_vec(),
                };
                let times = [2, 10, 100].get(self.below(4)).copied().unwrap_or(3_000);
                if piece.len().saturating_mul(times) <= LONGEST {
                    bytes.splice(at..at, piece.repeat(times));
                }
            }
            // Digits become other digits, so that numbers stay numbers.
            10 => {
                let digits: Vec<usize> =
                    (0..length).filter(|at| bytes.get(*at).is_some_and(u8::is_ascii_digit)).collect();
                if let Some(at) = digits.get(self.below(digits.len())) {
                    let value = b'0' + u8::try_from(self.below(10)).unwrap_or(0);
                    bytes.iter_mut().skip(*at).take(1).for_each(|byte| *byte = value);
                }
            }
            // Two parts change places.
            _ => {
                let (one, other) = (self.part(length), at);
                let part: Vec<u8> = bytes.drain(one).collect();
                let at = other.min(bytes.len());
                bytes.splice(at..at, part);
            }
        }
    }
}

/// The samples for a parser, in the order of their names.
pub fn samples(corpus: &str) -> Vec<Vec<u8>> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus")).join(corpus);
    let read = || -> std::io::Result<Vec<(PathBuf, Vec<u8>)>> {
        let mut files = Vec::new();
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            files.push((path.clone(), std::fs::read(path)?));
        }
        Ok(files)
    };
    let mut files = read().unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    files.sort();
    assert!(!files.is_empty(), "{} has no samples", folder.display());
    files.into_iter().map(|(_, bytes)| bytes).collect()
}

/// Gives a parser its samples and `rounds` changes of them (thirty times as many in the long form). `read` panics when
/// something is wrong and says whether the bytes were taken; both must happen, or the samples test nothing.
pub fn fuzz(corpus: &str, rounds: u32, read: impl Fn(&[u8]) -> bool) {
    let samples = samples(corpus);
    let seed = corpus.bytes().fold(1, |seed: u64, byte| seed.wrapping_mul(31).wrapping_add(u64::from(byte)));
    let taken = Cell::new(0_u32);
    let one = |round: u32, bytes: &[u8]| {
        let read = catch_unwind(AssertUnwindSafe(|| read(bytes)));
        match read {
            Ok(is_taken) => taken.set(taken.get().saturating_add(u32::from(is_taken))),
            Err(panic) => {
                let shown: String = bytes.iter().take(4_096).map(|byte| format!("{byte:02x}")).collect();
                let (length, text) = (bytes.len(), String::from_utf8_lossy(bytes));
                let text: String = text.chars().take(2_000).collect();
                report(&format!("{corpus}, seed {seed}, round {round}, {length} bytes: {shown}\n{text}"));
                resume_unwind(panic);
            }
        }
    };
    for sample in &samples {
        one(0, sample);
    }
    assert!(taken.get() > 0, "{corpus}: not one of the samples is taken");
    let (mut mutator, mut all) = (Mutator::new(seed), u32::try_from(samples.len()).unwrap_or(u32::MAX));
    for round in 1..=rounds.saturating_mul(short_or_long(1, 30)) {
        let at = mutator.below(samples.len());
        let mut bytes = samples.get(at).cloned().unwrap_or_default();
        mutator.change(&mut bytes, &samples);
        one(round, &bytes);
        all = all.saturating_add(1);
    }
    assert!(taken.get() < all, "{corpus}: whatever comes is taken");
}

/// A refusal says why. For the last line of what [`fuzz`] is given: refused is not taken.
pub fn refused(error: &impl std::fmt::Display) -> bool {
    assert!(!error.to_string().trim().is_empty(), "it is refused without a word");
    false
}

#[expect(clippy::print_stderr, reason = "beside the panic of the test")]
fn report(text: &str) {
    eprintln!("{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_gives_others() {
        let samples = vec![b"{\"a\":1}".to_vec(), vec![0; 40]];
        let run = |seed| {
            let mut mutator = Mutator::new(seed);
            let one = |_| {
                let mut bytes = samples[0].clone();
                mutator.change(&mut bytes, &samples);
                bytes
            };
            (0..300).map(one).collect::<Vec<_>>()
        };
        let (first, again, other) = (run(7), run(7), run(8));
        assert_eq!(first, again);
        assert_ne!(first, other);
        let distinct: std::collections::BTreeSet<_> = first.iter().collect();
        assert!(
            distinct.len() > 200 && first.iter().all(|bytes| bytes.len() <= LONGEST),
            "{}",
            distinct.len()
        );
    }

    #[test]
    fn nothing_is_too_short_to_be_changed() {
        let mut mutator = Mutator::new(1);
        for _ in 0..2_000 {
            let mut bytes = Vec::new();
            mutator.change(&mut bytes, &[Vec::new()]);
        }
    }
}
