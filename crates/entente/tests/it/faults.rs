//! Three nodes on one PostgreSQL under everything that can happen to them (`play`), with a platform that fails and
//! lies, while broadcasts run and people come, write, leave and are erased (`crowd`). After it the simulator's record
//! and the database agree (`reckoning`; claims B1, B3, F1).
//!
//! `ENTENTE_FAULT_SEED` plays one seed, `ENTENTE_FAULT_LEADS` sets the size of the long play
//! (`docs/reliability.md`).

use crate::databases::environment;
use crate::play::{Blow, Play, Setting, seeds};
use crate::reckoning;
use simulator::{Effect, Fault, Psid};
use std::collections::BTreeSet;
use std::time::Duration;
use testkit::short_or_long;

/// People whose echoes the platform keeps to itself: what is unknown of them stays so.
const MUTE: usize = 3;

fn error(code: i64, subcode: Option<i64>) -> Effect {
    Effect::error(code, subcode)
}

/// What the platform does all the time: a few of a hundred messages fail, their answer is lost, or it lies.
fn unreliable(play: &Play) -> BTreeSet<Psid> {
    let sim = &play.town.sim;
    sim.add_fault(Fault::new(Effect::Slow { millis: 40 }).probability(0.9));
    for effect in [
        Effect::DropBefore,
        Effect::DropAfter,
        Effect::Truncate,
        Effect::NotJson,
        Effect::PlainServerError,
        Effect::NullSlot { processed: true },
        Effect::NullSlot { processed: false },
        Effect::LateEcho { seconds: 4 },
        error(2, None),
        error(551, Some(1_545_041)),
    ] {
        sim.add_fault(Fault::new(effect).probability(0.005));
    }
    sim.add_fault(Fault::new(Effect::ShortBatch { keep: 1 }).path("batch").probability(0.01));
    let mut settings = sim.settings();
    (settings.duplicate_webhooks, settings.reorder_webhooks) = (0.02, 0.02);
    sim.set_settings(settings);
    let mute: BTreeSet<Psid> = play.town.known().people.iter().take(MUTE).copied().collect();
    for person in &mute {
        sim.add_fault(Fault::new(Effect::SuppressEcho).person(*person));
    }
    mute
}

async fn perform(setting: Setting, seed: u64, blows: &[Blow]) {
    let Some(mut play) = Play::begin(&setting, seed).await else { return };
    let mute = unreliable(&play);
    play.town.send(&crate::crowd::text(1)).await;
    for blow in blows {
        play.befall(*blow).await;
    }
    play.quiet().await;
    // What the clocks, the wires and the withdrawals of before have left behind is seen in one more.
    play.town.send("The last one").await;
    play.town.sim.clear_faults();
    play.tell("the reckoning");
    let figures = reckoning::check(&play, &mute).await;
    reckoning::say(&play, &figures);
    play.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn claim_b1_nodes_that_are_killed_lose_nothing_and_send_nothing_twice() {
    for seed in seeds(1, 1..4) {
        let setting = Setting { name: "killed", ..Setting::default() };
        perform(setting, seed, &[Blow::Kill, Blow::KillAll, Blow::Kill]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn claim_b1_a_node_that_stood_still_or_was_cut_off_sends_nothing_twice_when_it_comes_back() {
    for seed in seeds(11, 11..14) {
        let setting = Setting { name: "stopped and cut off", ..Setting::default() };
        perform(setting, seed, &[Blow::Stop, Blow::CutOff, Blow::Silence]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn claim_b1_a_database_that_is_killed_or_slow_loses_nothing_and_nothing_is_sent_twice() {
    for seed in seeds(21, 21..24) {
        let setting = Setting { name: "server killed", ..Setting::default() };
        perform(setting, seed, &[Blow::KillServer, Blow::Crash, Blow::Slow]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn claim_b1_a_replica_takes_over_amid_a_broadcast_and_nothing_acknowledged_is_lost() {
    for seed in seeds(31, 31..34) {
        let setting = Setting { name: "failover", server: &["pair"], ..Setting::default() };
        perform(setting, seed, &[Blow::Failover, Blow::Kill]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn claim_b1_a_full_disk_of_the_server_loses_nothing_and_nothing_is_sent_twice() {
    for seed in seeds(41, 41..44) {
        let setting = Setting { name: "disk full", server: &["own", "256"], ..Setting::default() };
        perform(setting, seed, &[Blow::Full]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn claim_b1_a_platform_that_is_out_of_reach_silent_or_slow_gets_nothing_twice() {
    for seed in seeds(51, 51..54) {
        let setting = Setting { name: "no platform", ..Setting::default() };
        perform(setting, seed, &[Blow::NoGraph, Blow::SilentGraph, Blow::SlowGraph]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn claim_b3_a_node_whose_clock_jumps_forgets_no_withdrawal_and_refuses_nobody() {
    for seed in seeds(61, 61..64) {
        let setting = Setting { name: "clocks", ..Setting::default() };
        perform(setting, seed, &[Blow::Clock(-1), Blow::Clock(48)]).await;
    }
}

/// Everything at once, drawn from the seed; in the long form to 100,000.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn claim_b1_claim_b3_whatever_dies_amid_a_large_broadcast_nobody_is_lost_and_nobody_reached_twice() {
    const ALL: [Blow; 12] = [
        Blow::Kill,
        Blow::KillAll,
        Blow::Stop,
        Blow::CutOff,
        Blow::Silence,
        Blow::Slow,
        Blow::KillServer,
        Blow::Crash,
        Blow::NoGraph,
        Blow::SilentGraph,
        Blow::SlowGraph,
        Blow::Clock(-1),
    ];
    for seed in seeds(71, 71..74) {
        let people = environment("ENTENTE_FAULT_LEADS").map(|leads| leads.parse().unwrap());
        let setting = Setting {
            name: "everything",
            pages: short_or_long(6, 40),
            people: people.unwrap_or(short_or_long(240, 100_000)),
            batch: short_or_long(4, 38),
            rest: short_or_long(100, 60),
            every: short_or_long(Some(Duration::from_secs(4)), None),
            ..Setting::default()
        };
        let order = testkit::SeededEntropy::new(seed);
        let mut blows = ALL.to_vec();
        for at in (1..blows.len()).rev() {
            let roll = u64::from_le_bytes(model::entropy::random::<8>(&order));
            blows.swap(at, usize::try_from(roll % (at as u64 + 1)).unwrap());
        }
        blows.truncate(short_or_long(2, ALL.len()));
        perform(setting, seed, &blows).await;
    }
}
