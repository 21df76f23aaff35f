//! Envelopes: where they open, and where they do not.

use crate::{ACCOUNT, Stand, id};
use minicbor::{Decode, Encode};
use model::id::BrandId;
use model::personal::Personal;
use proptest::prelude::*;
use std::sync::{Arc, LazyLock};
use testkit::SeededEntropy;
use vault::{Key, MAGIC, OpenError, Place};

static KEYS: LazyLock<Vec<Arc<Key>>> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(Stand::with_family()).1
});

fn lead() -> &'static Key {
    &KEYS[2]
}

const PLACE: Place = Place { brand: BrandId([1; 16]), person: id(3), table: "lead", row: [4; 16] };

fn sealed(text: &[u8]) -> Vec<u8> {
    lead().seal(&PLACE, text, &SeededEntropy::new(7))
}

#[derive(Encode, Decode, PartialEq, Eq, Debug)]
struct Profile {
    #[n(0)]
    name: Personal<String>,
    #[n(1)]
    locale: Option<String>,
}

#[test]
fn claim_f2_an_envelope_shows_nothing_of_what_is_in_it() {
    let text = b"Sample Person, sample@example.org";
    let envelope = sealed(text);
    assert!(envelope.starts_with(&MAGIC));
    assert!(!text.windows(6).any(|part| envelope.windows(6).any(|seen| seen == part)));
    let again = lead().seal(&PLACE, text, &SeededEntropy::new(8));
    assert_ne!(envelope[14..], again[14..], "equal texts look equal");
}

#[test]
fn no_nonce_is_used_twice_under_a_key() {
    // One run of the program, and one more with another state of the generator.
    let nonces = [SeededEntropy::new(7), SeededEntropy::new(8)].map(|entropy| {
        (0..5_000).map(|_| lead().seal(&PLACE, b"text", &entropy)[2..14].to_vec()).collect::<Vec<_>>()
    });
    let all: std::collections::HashSet<_> = nonces.iter().flatten().collect();
    assert_eq!(all.len(), 10_000);
    assert_eq!((MAGIC.len(), all.iter().map(|nonce| nonce.len()).max()), (2, Some(12)));
}

#[test]
fn claim_f2_an_envelope_moved_to_another_place_or_person_does_not_open() {
    let envelope = sealed(b"text");
    let elsewhere = [
        Place { brand: BrandId([9; 16]), ..PLACE },
        Place { person: id(9), ..PLACE },
        Place { table: "account", ..PLACE },
        Place { table: "leads", ..PLACE },
        Place { table: "", ..PLACE },
        Place { row: [9; 16], ..PLACE },
    ];
    for place in elsewhere {
        assert_eq!(lead().open(&place, &envelope).unwrap_err(), OpenError::Refused, "{place:?}");
    }
    for other in KEYS.iter().filter(|key| key.id() != lead().id()) {
        assert_eq!(other.open(&PLACE, &envelope).unwrap_err(), OpenError::Refused);
    }
    assert_eq!(*lead().open(&PLACE, &envelope).unwrap(), *b"text");
}

#[test]
fn every_flipped_bit_is_noticed() {
    let envelope = sealed(b"some text");
    for bit in 0..envelope.len() * 8 {
        let mut changed = envelope.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(lead().open(&PLACE, &changed).is_err(), "bit {bit}");
    }
}

#[test]
fn every_cut_and_every_addition_is_noticed() {
    let envelope = sealed(b"some text");
    for length in 0..envelope.len() {
        assert!(lead().open(&PLACE, &envelope[..length]).is_err(), "{length} bytes");
    }
    assert!(lead().open(&PLACE, &[envelope.as_slice(), &[0]].concat()).is_err());
}

#[test]
fn says_what_kind_of_value_does_not_open() {
    let mut envelope = sealed(b"text");
    assert_eq!(lead().open(&PLACE, b"plain text").unwrap_err(), OpenError::NotSealed);
    assert_eq!(lead().open(&PLACE, b"").unwrap_err(), OpenError::NotSealed);
    envelope[1] = 2;
    let error = lead().open(&PLACE, &envelope).unwrap_err();
    assert_eq!(error, OpenError::Version(2));
    assert!(error.to_string().contains("update"));
}

#[test]
fn lengths_within_a_step_look_the_same() {
    let length = |text: usize| sealed(&vec![b'x'; text]).len() - MAGIC.len() - 12 - 16;
    assert!((0..=60).all(|text| length(text) == 64));
    assert!((61..=124).all(|text| length(text) == 128));
    assert!((1021..=1148).all(|text| length(text) == 1152));
}

#[test]
fn a_value_reads_back_and_nothing_may_follow_it() {
    let entropy = SeededEntropy::new(3);
    let profile = Profile { name: Personal::from("Sample Person"), locale: Some("ar".to_owned()) };
    let envelope = lead().seal_value(&PLACE, &profile, &entropy).unwrap();
    assert_eq!(lead().open_value::<Profile>(&PLACE, &envelope).unwrap(), profile);
    assert_eq!(lead().open_value::<u64>(&PLACE, &envelope).unwrap_err(), OpenError::Content);

    let text = lead().open(&PLACE, &envelope).unwrap();
    let longer = lead().seal(&PLACE, &[&*text, &[0]].concat(), &entropy);
    assert_eq!(lead().open_value::<Profile>(&PLACE, &longer).unwrap_err(), OpenError::Content);
}

#[test]
fn errors_and_debug_texts_hold_nothing_personal() {
    let envelope = lead().seal(&PLACE, b"Sample Person", &SeededEntropy::new(1));
    let wrong = Place { row: [0; 16], ..PLACE };
    let opened = lead().open(&PLACE, &envelope).unwrap();
    assert_eq!(*opened, *b"Sample Person");
    let text = format!("{opened:?} {:?} {:?}", lead().open(&wrong, &envelope), KEYS[usize::from(ACCOUNT)]);
    assert!(!text.contains("Sample") && !text.contains("83, 97"));
}

proptest! {
    #[test]
    fn what_is_sealed_opens_again(
        text in proptest::collection::vec(any::<u8>(), 0..3_000),
        brand: [u8; 16],
        person: [u8; 16],
        row: [u8; 16],
        seed: u64,
    ) {
        let place = Place { brand: BrandId(brand), person, table: "t", row };
        let envelope = lead().seal(&place, &text, &SeededEntropy::new(seed));
        let opened = lead().open(&place, &envelope).unwrap();
        prop_assert_eq!(&*opened, text.as_slice());
    }

    #[test]
    fn any_bytes_are_refused_without_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        magic in any::<bool>(),
    ) {
        let bytes = if magic { [MAGIC.as_slice(), &bytes].concat() } else { bytes };
        prop_assert!(lead().open(&PLACE, &bytes).is_err());
        prop_assert!(lead().open_value::<Profile>(&PLACE, &bytes).is_err());
    }

    #[test]
    fn any_text_in_an_envelope_decodes_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        let envelope = lead().seal(&PLACE, &bytes, &SeededEntropy::new(1));
        let _ = lead().open_value::<Profile>(&PLACE, &envelope);
    }
}
