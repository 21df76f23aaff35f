//! Measures erasing on real files: one lead, a hundred at once, an account with all its leads; for several
//! fan-outs. Run with `cargo run --release -p vault --example erase -- 65536 1000000`, or with
//! `--fan-out 64` for one alone; `--only N` erases N single leads and nothing else, for counting under
//! `strace -f -c -e trace=fsync,fdatasync`.

#![expect(clippy::print_stdout, reason = "a measurement shows its figures")]
#![expect(clippy::disallowed_methods, reason = "a measurement reads the real clock")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a measurement may stop at the first failure"
)]

use model::entropy::Entropy;
use model::ports::KeyId;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{Database, Options, Schema, SqlKeyStore};
use testkit::{RealClock, SeededEntropy};
use vault::{FileRoot, NewKey, Vault};

/// What this process has given to `write` so far, in bytes (Linux).
fn written() -> u64 {
    let text = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
    text.lines().find_map(|line| line.strip_prefix("wchar: ")?.parse().ok()).unwrap_or(0)
}

async fn open(folder: &Path, fan_out: u64, seed: u64) -> Vault {
    let url = format!("sqlite:{}", folder.join("keys.db").display());
    let db = Database::open(&url, Schema::Keys, Options::default()).await.unwrap();
    let (clock, entropy) = (Arc::new(RealClock), Arc::new(SeededEntropy::new(seed)));
    let root = FileRoot::new(folder.join("root.key"));
    Vault::open_with(Arc::new(SqlKeyStore::new(db)), root, clock, entropy, fan_out).await.unwrap()
}

/// As ids are made: the time, then chance.
fn id(at: usize, entropy: &SeededEntropy) -> KeyId {
    let mut id = [0; 16];
    entropy.fill(&mut id);
    id[..8].copy_from_slice(&(u64::try_from(at).unwrap() << 20).to_be_bytes());
    id
}

fn median(mut all: Vec<Duration>) -> (Duration, Duration) {
    all.sort();
    (all[all.len() / 2], all[all.len() * 95 / 100])
}

async fn measure(leads: usize, fan_out: u64, only: Option<usize>) {
    let folder = tempfile::tempdir_in(".").unwrap();
    let vault = open(folder.path(), fan_out, 1).await;
    let entropy = SeededEntropy::new(2);
    let (brand, account) = ([1; 16], [2; 16]);
    let mut new = vec![NewKey { id: brand, parent: None }, NewKey { id: account, parent: Some(brand) }];
    new.extend((10..60).map(|number| NewKey { id: [number; 16], parent: Some(brand) }));
    vault.create(&new).await.unwrap();
    let others: Vec<NewKey> =
        (10..60).map(|n| NewKey { id: id(usize::from(n), &entropy), parent: Some([n; 16]) }).collect();
    vault.create(&others).await.unwrap();

    let start = Instant::now();
    let ids: Vec<KeyId> = (0..leads).map(|at| id(1_000 + at, &entropy)).collect();
    for batch in ids.chunks(500) {
        let new: Vec<NewKey> = batch.iter().map(|id| NewKey { id: *id, parent: Some(account) }).collect();
        vault.create(&new).await.unwrap();
    }
    let made = start.elapsed() / u32::try_from(leads).unwrap();
    drop(vault);
    let vault = open(folder.path(), fan_out, 3).await;

    let start = Instant::now();
    let looked: usize = 20_000.min(leads);
    for batch in ids[..looked].chunks(500) {
        assert_eq!(vault.keys(batch).await.unwrap().len(), batch.len());
    }
    let loaded = start.elapsed() / u32::try_from(looked).unwrap();

    let step = leads / 700;
    let (mut singles, before) = (Vec::new(), written());
    for at in 0..only.unwrap_or(40) {
        let start = Instant::now();
        assert_eq!(vault.destroy(&[ids[at * step + 7]]).await.unwrap().len(), 1);
        singles.push(start.elapsed());
    }
    if only.is_some() {
        return;
    }
    let single_bytes = (written() - before) / 40;
    let (mut batches, before) = (Vec::new(), written());
    for batch in 0..6 {
        let doomed: Vec<KeyId> = (0..100).map(|at| ids[(batch + at * 7) * step + 9]).collect();
        let start = Instant::now();
        assert_eq!(vault.destroy(&doomed).await.unwrap().len(), 100);
        batches.push(start.elapsed());
    }
    let batch_bytes = (written() - before) / 6;
    let start = Instant::now();
    vault.destroy(&[account]).await.unwrap();
    let whole = start.elapsed();
    assert!(vault.key(&ids[0]).await.unwrap().is_none());
    let (start, mut swept) = (Instant::now(), 0);
    while swept < 50_000 {
        swept += vault.sweep(2_000).await.unwrap();
    }
    let sweep = start.elapsed() / u32::try_from(swept).unwrap();
    let size = std::fs::metadata(folder.path().join("keys.db")).unwrap().len() / 1024 / 1024;
    let ((one, one_late), (hundred, _)) = (median(singles), median(batches));
    println!(
        "| {leads} | {fan_out} | {one:.1?} ({one_late:.1?}) | {} KiB | {hundred:.0?} | {} KiB | {whole:.1?} | {made:.1?} | {loaded:.1?} | {sweep:.1?} | {size} MiB |",
        single_bytes / 1024,
        batch_bytes / 1024
    );
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (mut sizes, mut fan_outs, mut only) = (Vec::new(), vec![64, 128, 256], None);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--fan-out" => fan_outs = vec![arguments.next().unwrap().parse().unwrap()],
            "--only" => only = Some(arguments.next().unwrap().parse().unwrap()),
            size => sizes.push(size.parse::<usize>().unwrap()),
        }
    }
    println!(
        "| leads | fan-out | erase one (p95) | written | erase 100 | written | account | make | load | sweep | size |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    for leads in sizes {
        for fan_out in &fan_outs {
            runtime.block_on(measure(leads, *fan_out, only));
        }
    }
}
