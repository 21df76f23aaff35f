//! The header: who can open the file, and the check over these lines.
//!
//! ```text
//! age-encryption.org/v1
//! -> scrypt <salt> <log2 of N>          or        -> X25519 <ephemeral share>
//! <the file's key, wrapped>
//! --- <HMAC over all before the blank>
//! ```
//!
//! Invariant: whatever is read here is bounded ([`LIMIT`], [`STANZAS`]) before anything is computed from it.

use crate::OpenError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use std::io::Read;

const VERSION: &[u8] = b"age-encryption.org/v1";
const ANY_VERSION: &[u8] = b"age-encryption.org/";
const MAC: &[u8] = b"---";
/// Bytes that a header may have. Ours have under 200; one for twenty keys has about 2,000.
const LIMIT: usize = 64 * 1024;
/// Keys that a file may be encrypted to.
const STANZAS: usize = 256;
/// Characters per line of a wrapped key.
const WIDTH: usize = 64;

/// One way to open the file: its kind and arguments, and the wrapped key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stanza {
    pub kind: String,
    pub arguments: Vec<String>,
    pub body: Vec<u8>,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Header {
    pub stanzas: Vec<Stanza>,
    pub mac: [u8; 32],
    /// What the check is over.
    pub authenticated: Vec<u8>,
}

/// What a file asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    Passphrase,
    Key,
}

/// What a file that begins like this asks for; `None` if it is not in this format.
pub fn lock_of(beginning: &[u8]) -> Option<Lock> {
    let rest = beginning.strip_prefix(ANY_VERSION)?;
    let second = rest.split(|b| *b == b'\n').nth(1).unwrap_or_default();
    Some(if second.starts_with(b"-> scrypt ") { Lock::Passphrase } else { Lock::Key })
}

pub fn encoded(bytes: &[u8]) -> String {
    STANDARD_NO_PAD.encode(bytes)
}

/// Only the one way to write these bytes: no padding, no bits left over.
pub fn decoded(text: &[u8]) -> Option<Vec<u8>> {
    STANDARD_NO_PAD.decode(text).ok()
}

/// The header up to and including the three dashes, which is what the check is over.
pub fn write(stanzas: &[Stanza]) -> Vec<u8> {
    let mut out = VERSION.to_vec();
    out.push(b'\n');
    for stanza in stanzas {
        out.extend_from_slice(b"-> ");
        out.extend_from_slice(stanza.kind.as_bytes());
        for argument in &stanza.arguments {
            out.push(b' ');
            out.extend_from_slice(argument.as_bytes());
        }
        out.push(b'\n');
        let body = encoded(&stanza.body);
        for line in body.as_bytes().chunks(WIDTH) {
            out.extend_from_slice(line);
            out.push(b'\n');
        }
        // The last line is shorter than the others, if need be empty: that is how the end is known.
        if body.len().is_multiple_of(WIDTH) {
            out.push(b'\n');
        }
    }
    out.extend_from_slice(MAC);
    out
}

/// Reads the header and not one byte more.
pub fn read(input: &mut impl Read) -> Result<Header, OpenError> {
    let mut lines = Lines { input, all: Vec::new() };
    let first = match lines.next() {
        Err(OpenError::DamagedHeader | OpenError::Truncated) => return Err(OpenError::NotAge),
        other => other?,
    };
    if first != VERSION {
        let is_age = first.starts_with(ANY_VERSION);
        return Err(if is_age { OpenError::OtherVersion } else { OpenError::NotAge });
    }
    let mut stanzas = Vec::new();
    loop {
        let line = lines.next()?;
        if let Some(mac) = line.strip_prefix(b"--- ") {
            let mac = decoded(mac).and_then(|mac| mac.try_into().ok()).ok_or(OpenError::DamagedHeader)?;
            let mut authenticated = lines.all;
            // The line, its end, and the blank before the check do not count.
            authenticated.truncate(authenticated.len() - (line.len() + 1) + MAC.len());
            if stanzas.is_empty() {
                return Err(OpenError::DamagedHeader);
            }
            return Ok(Header { stanzas, mac, authenticated });
        }
        let arguments = line.strip_prefix(b"-> ").ok_or(OpenError::DamagedHeader)?;
        let mut arguments = arguments.split(|b| *b == b' ').map(argument);
        let kind = arguments.next().flatten().ok_or(OpenError::DamagedHeader)?;
        let arguments = arguments.collect::<Option<Vec<_>>>().ok_or(OpenError::DamagedHeader)?;
        let mut body = Vec::new();
        loop {
            let line = lines.next()?;
            body.extend(decoded(&line).ok_or(OpenError::DamagedHeader)?);
            match line.len() {
                WIDTH => {}
                0..WIDTH => break,
                _ => return Err(OpenError::DamagedHeader),
            }
        }
        if stanzas.len() == STANZAS {
            return Err(OpenError::DamagedHeader);
        }
        stanzas.push(Stanza { kind, arguments, body });
    }
}

/// Not empty, and of visible characters.
fn argument(bytes: &[u8]) -> Option<String> {
    let is_visible = !bytes.is_empty() && bytes.iter().all(u8::is_ascii_graphic);
    is_visible.then(|| String::from_utf8(bytes.to_vec()).ok()).flatten()
}

struct Lines<'a, R> {
    input: &'a mut R,
    all: Vec<u8>,
}

impl<R: Read> Lines<'_, R> {
    /// The next line without its end. Byte by byte, so that what follows the header stays unread; give
    /// a buffered reader.
    fn next(&mut self) -> Result<Vec<u8>, OpenError> {
        let mut line = Vec::new();
        let mut byte = [0];
        loop {
            match self.input.read(&mut byte) {
                Ok(0) => return Err(OpenError::Truncated),
                Ok(_) => {}
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(OpenError::Io(e)),
            }
            if self.all.len() == LIMIT {
                return Err(OpenError::DamagedHeader);
            }
            self.all.extend_from_slice(&byte);
            match byte {
                [b'\n'] => return Ok(line),
                [other] => line.push(other),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stanzas() -> impl Strategy<Value = Vec<Stanza>> {
        let body = proptest::collection::vec(any::<u8>(), 0..150);
        let arguments = proptest::collection::vec("[!-~]{1,20}", 0..4);
        let one = ("[!-~]{1,20}", arguments, body);
        let one = one.prop_map(|(kind, arguments, body)| Stanza { kind, arguments, body });
        proptest::collection::vec(one, 1..5)
    }

    proptest! {
        #[test]
        fn a_header_comes_back_as_it_was_written(stanzas in stanzas()) {
            let authenticated = write(&stanzas);
            let mut file = authenticated.clone();
            file.extend_from_slice(format!(" {}\nrest", encoded(&[9; 32])).as_bytes());
            let mut input = file.as_slice();
            prop_assert_eq!(read(&mut input).unwrap(), Header { stanzas, mac: [9; 32], authenticated });
            prop_assert_eq!(input, b"rest");
        }

        #[test]
        fn no_bytes_make_the_parser_do_more_than_refuse(
            mut bytes in proptest::collection::vec(any::<u8>(), 0..300), keep in 0..80_usize
        ) {
            let _ = read(&mut bytes.as_slice());
            let good = write(&[Stanza { kind: "scrypt".into(), arguments: vec!["a".into(), "18".into()], body: vec![1; 32] }]);
            let mut mixed = good[..keep.min(good.len())].to_vec();
            mixed.append(&mut bytes);
            let _ = read(&mut mixed.as_slice());
            let _ = lock_of(&mixed);
        }
    }

    #[test]
    fn an_endless_header_is_refused() {
        let endless = std::io::Read::chain(&b"age-encryption.org/v1\n-> "[..], std::io::repeat(b'a'));
        assert!(matches!(read(&mut { endless }), Err(OpenError::DamagedHeader)));
        assert!(matches!(read(&mut std::io::repeat(b'a')), Err(OpenError::NotAge)));
        assert!(matches!(read(&mut &b""[..]), Err(OpenError::NotAge)));
        assert!(matches!(read(&mut &b"age-encryption.org/v2\n"[..]), Err(OpenError::OtherVersion)));
    }

    #[test]
    fn claim_x10_no_bytes_break_the_reader_of_encrypted_files() {
        use crate::{Identity, WorkFactor, decrypt_with_identity, decrypt_with_passphrase};
        let identity = Identity::generate(|bytes| bytes.fill(7));
        testkit::mutate::fuzz("age", 3_000, |bytes| {
            let header = read(&mut { bytes });
            if let Ok(header) = &header {
                assert!(header.stanzas.len() <= STANZAS && header.authenticated.len() <= LIMIT);
                assert!(bytes.starts_with(&header.authenticated), "what is checked is what was read");
            }
            // Nobody has these keys; a passphrase costs no more than was allowed.
            assert!(decrypt_with_identity(bytes, &identity).is_err());
            assert!(decrypt_with_passphrase(bytes, "passphrase", WorkFactor::LOWEST).is_err());
            let _ = lock_of(bytes);
            header.is_ok()
        });
    }
}
