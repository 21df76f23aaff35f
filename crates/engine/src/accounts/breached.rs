//! Passwords that became known in breaches: a list of the operator's, on this machine. Nobody else is asked (claim D3),
//! and neither a password nor a part of its hash leaves the program.
//!
//! The list is a text file: a line for each password, the SHA-1 of it as 40 hexadecimal digits, in ascending order; what
//! follows them (a colon and a count, as <https://haveibeenpwned.com/Passwords> writes it) is not read. It may be larger
//! than memory: a look reads some forty lines of it.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use model::personal::Personal;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

const DIGITS: usize = 40;
/// The longest line, with its end: a hash, a colon, a count.
const LINE: usize = 80;
/// Places of the list that are looked at when it is opened.
const SAMPLES: u64 = 1_000;

type Hash = [u8; DIGITS];

#[derive(Debug)]
pub struct Breached {
    file: Mutex<File>,
    length: u64,
}

impl Breached {
    /// # Errors
    /// It cannot be read, is empty, or is not of this form and order as far as a thousand places show.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let length = file.seek(SeekFrom::End(0))?;
        let list = Self { file: Mutex::new(file), length };
        let step = (length / SAMPLES).max(1);
        let mut before = None;
        for at in (0..length).step_by(usize::try_from(step).unwrap_or(usize::MAX)) {
            let Some((_, hash)) = list.line_after(at)? else { break };
            if before.is_some_and(|before| before > hash) {
                return Err(fault("its lines are not in ascending order"));
            }
            before = Some(hash);
        }
        if before.is_none() { Err(fault("it has no line")) } else { Ok(list) }
    }

    /// Whether this password stands in it.
    ///
    /// # Errors
    /// The file cannot be read any more.
    pub fn holds(&self, password: &Personal<String>) -> io::Result<bool> {
        let mut wanted: Hash = [0; DIGITS];
        let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, password.reveal().as_bytes());
        hex::encode_to_slice(hash.as_ref(), &mut wanted).map_err(|_| fault("the hash has another length"))?;
        wanted.make_ascii_uppercase();
        // The first line that begins at `low` or later and before `high` is what is sought.
        let (mut low, mut high) = (0, self.length);
        while low < high {
            let middle = low.midpoint(high);
            match self.line_after(middle)?.filter(|(begins, _)| *begins < high) {
                Some((_, found)) if found == wanted => return Ok(true),
                Some((begins, found)) if found < wanted => low = begins.saturating_add(1),
                _ => high = middle,
            }
        }
        Ok(false)
    }

    /// The first line that begins at `at` or later: where, and its hash in capitals.
    fn line_after(&self, at: u64) -> io::Result<Option<(u64, Hash)>> {
        // From the byte before: a line begins at `at` if that ends one.
        let from = at.saturating_sub(1);
        let mut text = Vec::with_capacity(2 * LINE);
        {
            let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            file.seek(SeekFrom::Start(from))?;
            (&mut *file).take(u64::try_from(2 * LINE).unwrap_or(u64::MAX)).read_to_end(&mut text)?;
        }
        if text.is_empty() {
            return Err(fault("it is shorter than when it was opened"));
        }
        let begins = match (at, text.iter().position(|byte| *byte == b'\n')) {
            (0, _) => 0,
            (_, Some(end)) => end.saturating_add(1),
            (_, None) if text.len() > LINE => return Err(fault("a line is too long")),
            (_, None) => return Ok(None),
        };
        let line = text.get(begins..).unwrap_or_default();
        if line.iter().all(u8::is_ascii_whitespace) {
            return Ok(None);
        }
        let mut hash: Hash = line
            .get(..DIGITS)
            .and_then(|digits| digits.try_into().ok())
            .filter(|digits: &Hash| digits.iter().all(u8::is_ascii_hexdigit))
            .filter(|_| line.get(DIGITS).is_none_or(|next| !next.is_ascii_hexdigit()))
            .ok_or_else(|| fault("a line does not begin with the 40 hexadecimal digits of a SHA-1"))?;
        hash.make_ascii_uppercase();
        Ok(Some((from.saturating_add(u64::try_from(begins).unwrap_or(u64::MAX)), hash)))
    }
}

fn fault(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn hash(password: &str) -> String {
        hex::encode_upper(digest(&SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes()))
    }

    fn list(text: &str) -> io::Result<Breached> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        Breached::open(file.path())
    }

    proptest! {
        /// Ends of lines, counts and how digits are written are as they come.
        #[test]
        fn what_stands_in_the_list_is_found_and_nothing_else(
            known in prop::collection::btree_set("[a-z]{1,8}", 1..200),
            others in prop::collection::vec("[a-z]{1,8}", 50),
            ends in prop::sample::select(vec!["\n", "\r\n", ":7\n", ":123456789\r\n"]),
            small in any::<bool>(),
            is_ended in any::<bool>(),
        ) {
            let hashes: BTreeSet<String> = known.iter().map(|one| hash(one)).collect();
            let mut text: String = hashes.iter().flat_map(|one| [one.as_str(), ends]).collect();
            if small {
                text = text.to_lowercase();
            }
            let list = list(if is_ended { &text } else { text.trim_end() }).unwrap();
            for one in known.iter().chain(&others) {
                let is_known = list.holds(&Personal::new(one.clone())).unwrap();
                prop_assert_eq!(is_known, known.contains(one), "{}", one);
            }
        }

        #[test]
        fn no_file_is_a_panic(text in "\\PC{0,300}", password in ".{0,20}") {
            if let Ok(list) = list(&text) {
                let _ = list.holds(&Personal::new(password));
            }
        }
    }

    #[test]
    fn a_file_of_another_form_or_order_is_not_taken() {
        let (a, b) = ("0".repeat(40), "1".repeat(40));
        assert!(list(&format!("{a}:1\n{b}:1\n")).is_ok());
        for (text, why) in [
            (String::new(), "no line"),
            (format!("{b}\n{a}\n"), "ascending"),
            ("password\n".to_owned(), "40 hexadecimal digits"),
            (format!("{a}{a}\n"), "40 hexadecimal digits"),
            (format!("{a}{}\n", " ".repeat(300)), "too long"),
        ] {
            let said = list(&text).unwrap_err().to_string();
            assert!(said.contains(why), "{text}: {said}");
        }
    }
}
