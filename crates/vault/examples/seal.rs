//! Measures sealing and opening a row of about 200 bytes against the AEAD alone, and loading keys.
//! Run with `cargo run --release -p vault --example seal`. Ratios count, not figures.

#![expect(clippy::print_stdout, reason = "a measurement shows its figures")]
#![expect(clippy::disallowed_methods, reason = "a measurement reads the real clock")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a measurement may stop at the first failure"
)]

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, Nonce, UnboundKey};
use model::entropy::{Entropy, random};
use model::id::BrandId;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};
use testkit::keys::MemoryKeyStore;
use testkit::{FixedClock, SeededEntropy};
use vault::{NewKey, Place, RootKey, Vault};

const ROUNDS: usize = 200_000;
const ROW: usize = 200;

fn main() {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(measure());
}

/// The fastest of several runs, per round.
fn best(rounds: usize, mut run: impl FnMut()) -> Duration {
    let once = |run: &mut dyn FnMut()| {
        let start = Instant::now();
        (0..rounds).for_each(|_| run());
        start.elapsed() / u32::try_from(rounds).unwrap()
    };
    (0..7).map(|_| once(&mut run)).min().unwrap()
}

async fn measure() {
    let store = Arc::new(MemoryKeyStore::new());
    let entropy = Arc::new(SeededEntropy::new(1));
    let root = || RootKey::generate(&SeededEntropy::new(2));
    let open = || Vault::open(store.clone(), root(), Arc::new(FixedClock::new()), entropy.clone());
    let vault = open().await.unwrap();
    let id = |number: u32| {
        let mut id = [0; 16];
        id[..4].copy_from_slice(&number.to_be_bytes());
        id
    };
    let mut new = vec![NewKey { id: id(1), parent: None }];
    new.extend((2..50_002).map(|number| NewKey { id: id(number), parent: Some(id(1)) }));
    let start = Instant::now();
    let keys = vault.create(&new).await.unwrap();
    println!("make a key            {:>8.0?}", start.elapsed() / 50_001);
    let key = &keys[2];
    let place = Place { brand: BrandId(id(1)), person: *key.id(), table: "lead", row: id(9) };
    let row = [7; ROW];

    let seal = best(ROUNDS, || _ = black_box(key.seal(&place, black_box(&row), entropy.as_ref())));
    let envelope = key.seal(&place, &row, entropy.as_ref());
    let reopen = best(ROUNDS, || _ = black_box(key.open(&place, black_box(&envelope)).unwrap()));

    // The AEAD alone: the same bytes and as much associated data, in a buffer that is there already.
    let mut secret = [0; 32];
    entropy.fill(&mut secret);
    let aead = LessSafeKey::new(UnboundKey::new(&AES_256_GCM_SIV, &secret).unwrap());
    let data = [3; 94];
    let mut buffer = [7; 256];
    let alone_seal = best(ROUNDS, || {
        let nonce = Nonce::assume_unique_for_key(random(entropy.as_ref()));
        _ = black_box(
            aead.seal_in_place_separate_tag(nonce, Aad::from(data), black_box(&mut buffer)).unwrap(),
        );
    });
    let tag = aead
        .seal_in_place_separate_tag(Nonce::assume_unique_for_key([1; 12]), Aad::from(data), &mut buffer)
        .unwrap();
    let mut text = [0; 256];
    let alone_open = best(ROUNDS, || {
        let nonce = Nonce::assume_unique_for_key([1; 12]);
        aead.open_separate_gather(nonce, Aad::from(data), black_box(&buffer), tag.as_ref(), &mut text)
            .unwrap();
        black_box(&text);
    });

    let share = |alone: Duration, ours: Duration| alone.as_secs_f64() / ours.as_secs_f64() * 100.0;
    println!(
        "seal {ROW} bytes        {seal:>8.0?}   AEAD alone {alone_seal:>8.0?}   {:.0} %",
        share(alone_seal, seal)
    );
    println!(
        "open {ROW} bytes        {reopen:>8.0?}   AEAD alone {alone_open:>8.0?}   {:.0} %",
        share(alone_open, reopen)
    );
    println!(
        "seal and open         {:>8.0?}   AEAD alone {:>8.0?}   {:.0} %",
        seal + reopen,
        alone_seal + alone_open,
        share(alone_seal + alone_open, seal + reopen)
    );

    let ids: Vec<_> = new.iter().skip(1).map(|key| key.id).collect();
    let fresh = open().await.unwrap();
    let start = Instant::now();
    for chunk in ids.chunks(500) {
        assert_eq!(fresh.keys(chunk).await.unwrap().len(), chunk.len());
    }
    println!("load a key, by 500    {:>8.0?}", start.elapsed() / 50_000);
    let last = &ids[ids.len() - 500..];
    let start = Instant::now();
    for _ in 0..100 {
        assert_eq!(fresh.keys(last).await.unwrap().len(), 500);
    }
    println!("same, at hand         {:>8.0?}", start.elapsed() / 50_000);
}
