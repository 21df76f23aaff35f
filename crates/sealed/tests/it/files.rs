//! Whole files: they come back as they went, and not otherwise.

use crate::seeded;
use proptest::prelude::*;
use sealed::{
    Identity, Lock, OpenError, Recipient, WorkFactor, decrypt_with_identity, decrypt_with_passphrase,
    encrypt_to_passphrase, encrypt_to_recipient, lock_of,
};
use std::io::{Read, Write};

const CHUNK: usize = 64 * 1024;

fn identity(seed: u64) -> Identity {
    Identity::generate(seeded(seed))
}

fn to_key(text: &[u8], recipient: &Recipient) -> Vec<u8> {
    let mut writer = encrypt_to_recipient(Vec::new(), recipient, seeded(7)).unwrap();
    writer.write_all(text).unwrap();
    writer.finish().unwrap()
}

fn to_passphrase(text: &[u8], passphrase: &str) -> Vec<u8> {
    let mut writer = encrypt_to_passphrase(Vec::new(), passphrase, WorkFactor::LOWEST, seeded(8)).unwrap();
    writer.write_all(text).unwrap();
    writer.finish().unwrap()
}

fn open(file: &[u8], identity: &Identity) -> Result<Vec<u8>, OpenError> {
    let mut text = Vec::new();
    match decrypt_with_identity(file, identity)?.read_to_end(&mut text) {
        Ok(_) => Ok(text),
        Err(error) => Err(match OpenError::of(&error) {
            Some(OpenError::Truncated) => OpenError::Truncated,
            Some(_) => OpenError::Damaged,
            None => OpenError::Io(error),
        }),
    }
}

#[test]
fn files_of_every_length_around_a_chunk_come_back() {
    let identity = identity(1);
    for length in [0, 1, 15, 16, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 5] {
        let text: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
        let file = to_key(&text, &identity.recipient());
        assert_eq!(open(&file, &identity).unwrap(), text, "{length}");
        assert_eq!(lock_of(&file), Some(Lock::Key));
    }
}

#[test]
fn opens_with_the_right_passphrase_and_with_no_other() {
    let file = to_passphrase(b"what is kept of us", "correct horse");
    assert_eq!(lock_of(&file), Some(Lock::Passphrase));
    let mut text = Vec::new();
    decrypt_with_passphrase(file.as_slice(), "correct horse", WorkFactor::LOWEST)
        .unwrap()
        .read_to_end(&mut text)
        .unwrap();
    assert_eq!(text, b"what is kept of us");
    let wrong = decrypt_with_passphrase(file.as_slice(), "correct horse ", WorkFactor::LOWEST);
    assert!(matches!(wrong, Err(OpenError::WrongPassphrase)));
    let with_key = decrypt_with_identity(file.as_slice(), &identity(1));
    assert!(matches!(with_key, Err(OpenError::AsksForPassphrase)));
}

#[test]
fn says_which_lock_a_file_has_and_whose_key_it_needs() {
    let file = to_key(b"text", &identity(1).recipient());
    assert!(matches!(decrypt_with_identity(file.as_slice(), &identity(2)), Err(OpenError::WrongKey)));
    let with_word = decrypt_with_passphrase(file.as_slice(), "word", WorkFactor::AGE);
    assert!(matches!(with_word, Err(OpenError::AsksForKey)));
    assert_eq!(lock_of(b"PK\x03\x04"), None);
}

#[test]
fn a_file_that_asks_for_more_work_than_allowed_costs_nothing() {
    let file = String::from_utf8_lossy(&to_passphrase(b"", "word")).into_owned();
    for (asked, log_n) in [("23", 23), ("64", 64), ("255", 255)] {
        let greedy = file.replacen(" 10\n", &format!(" {asked}\n"), 1);
        let refused = decrypt_with_passphrase(greedy.as_bytes(), "word", WorkFactor::AGE);
        assert!(matches!(refused, Err(OpenError::TooMuchWork { asked, allowed: 18 }) if asked == log_n));
    }
    for asked in ["256", "1e3", "-1", "010", "18446744073709551626", "+10", ""] {
        let odd = file.replacen(" 10\n", &format!(" {asked}\n"), 1);
        let refused = decrypt_with_passphrase(odd.as_bytes(), "word", WorkFactor::AGE);
        assert!(matches!(refused, Err(OpenError::DamagedHeader)), "{asked}");
    }
}

#[test]
fn a_passphrase_beside_another_key_is_refused() {
    let file = to_passphrase(b"", "word");
    let at = file.windows(4).position(|w| w == b"\n---").unwrap() + 1;
    let mut two = file[..at].to_vec();
    two.extend_from_slice(&file[file.iter().position(|b| *b == b'\n').unwrap() + 1..]);
    let refused = decrypt_with_passphrase(two.as_slice(), "word", WorkFactor::AGE);
    assert!(matches!(refused, Err(OpenError::DamagedHeader)));
}

#[test]
fn what_another_program_wrote_opens() {
    let identity = Identity::find(include_str!("../files/key.txt")).unwrap();
    let file = include_bytes!("../files/to_key.age");
    assert_eq!(open(file, &identity).unwrap(), b"written by another program\n");
}

#[test]
fn nothing_of_a_chunk_comes_out_when_it_was_altered() {
    let identity = identity(1);
    let text = vec![7; CHUNK + 100];
    let mut file = to_key(&text, &identity.recipient());
    *file.last_mut().unwrap() ^= 1;
    let mut reader = decrypt_with_identity(file.as_slice(), &identity).unwrap();
    let mut got = Vec::new();
    let error = reader.read_to_end(&mut got).unwrap_err();
    assert!(matches!(OpenError::of(&error), Some(OpenError::Damaged)));
    assert_eq!(got.len(), CHUNK);
    assert!(reader.read(&mut [0; 8]).is_err(), "after an error nothing more comes");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_file_that_was_cut_off_never_passes_for_whole(
        length in prop_oneof![0..200_usize, CHUNK - 2..CHUNK + 2, 2 * CHUNK..2 * CHUNK + 2], at in any::<prop::sample::Index>()
    ) {
        let identity = identity(3);
        let file = to_key(&vec![5; length], &identity.recipient());
        let cut = at.index(file.len());
        prop_assert!(open(&file[..cut], &identity).is_err());
        // Where one chunk ends and the next would begin.
        let whole_chunk = file.len() - (length % CHUNK) - 16;
        prop_assert!(length < CHUNK || open(&file[..whole_chunk], &identity).is_err());
    }

    #[test]
    fn one_other_byte_anywhere_is_noticed(at in any::<prop::sample::Index>(), other in 1..=255_u8) {
        let identity = identity(4);
        let mut file = to_key(b"a text of some length", &identity.recipient());
        let at = at.index(file.len());
        file[at] ^= other;
        prop_assert!(open(&file, &identity).is_err(), "byte {}", at);
    }

    #[test]
    fn bytes_appended_to_a_file_are_noticed(more in proptest::collection::vec(any::<u8>(), 1..40)) {
        let identity = identity(5);
        let mut file = to_key(b"text", &identity.recipient());
        file.extend(more);
        prop_assert!(open(&file, &identity).is_err());
    }
}
