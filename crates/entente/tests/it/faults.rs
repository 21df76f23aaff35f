//! Three nodes on one PostgreSQL under everything that can happen to them (`play`), with a platform that fails and
//! lies, while broadcasts run and people come, write, leave and are erased (`crowd`). After it the simulator's record
//! and the database agree (`reckoning`; claims B1, B3, F1).
//!
//! `ENTENTE_FAULT_SEED` plays one seed, `ENTENTE_FAULT_LEADS` sets the size of the long play
//! (`docs/reliability.md`, `scripts/faults`). Plays that mostly wait are played beside each other.

use crate::databases::environment;
use crate::play::{Blow, Play, Setting, seeds};
use crate::reckoning;
use model::entropy::random;
use simulator::{Effect, Fault, Psid};
use std::collections::BTreeSet;
use std::time::Duration;
use testkit::{SeededEntropy, short_or_long};

/// People whose echoes the platform keeps to itself: what is unknown of them stays so.
const MUTE: usize = 3;
/// Among so many of the first calls each effect is met at least once.
const FIRST: usize = 40;

/// What the platform does all the time: each of these effects for certain, and again and again by chance.
fn effects() -> Vec<Effect> {
    vec![
        Effect::DropBefore,
        Effect::DropAfter,
        Effect::Truncate,
        Effect::NotJson,
        Effect::PlainServerError,
        Effect::NullSlot { processed: true },
        Effect::NullSlot { processed: false },
        Effect::LateEcho { seconds: 4 },
        Effect::error(2, None),
        Effect::error(1, Some(1_357_046)),
        Effect::error(551, Some(1_545_041)),
    ]
}

/// Makes the platform unreliable; whose echoes it keeps to itself.
fn unreliable(play: &Play) -> BTreeSet<Psid> {
    let sim = &play.town.sim;
    sim.add_fault(Fault::new(Effect::Slow { millis: 40 }).probability(0.9));
    let once = |effect| Fault::new(effect).nth(play.roll(FIRST) as u64 + 1);
    for effect in effects() {
        sim.add_fault(once(effect.clone()));
        sim.add_fault(Fault::new(effect).probability(0.005));
    }
    sim.add_fault(Fault { path: "batch".to_owned(), ..once(Effect::ShortBatch { keep: 1 }) });
    sim.add_fault(Fault::new(Effect::ShortBatch { keep: 1 }).path("batch").probability(0.005));
    let mut settings = sim.settings();
    (settings.duplicate_webhooks, settings.reorder_webhooks) = (0.02, 0.02);
    sim.set_settings(settings);
    let mute: BTreeSet<Psid> = play.town.known().people.iter().take(MUTE).copied().collect();
    for person in &mute {
        sim.add_fault(Fault::new(Effect::SuppressEcho).person(*person));
    }
    mute
}

/// Pages that are stopped by Meta, or limited.
fn stop_pages(play: &Play) {
    let pages = &play.world.pages;
    let mut effects = vec![Effect::TokenDeath, Effect::Restrict];
    // Each of these takes its page a minute.
    effects.extend(short_or_long(vec![], vec![Effect::RateLimit, Effect::UsageExhausted]));
    for (page, effect) in pages.iter().zip(effects) {
        play.town.sim.add_fault(Fault::new(effect).page(*page).next(1));
    }
}

/// How many calls were spoiled; each effect that was to be met for certain was.
fn met(play: &Play) -> u64 {
    let mut spoiled = 0;
    for set in play.town.sim.faults() {
        let is_certain = set.fault.nth.is_some() || set.fault.next.is_some();
        assert!(!is_certain || set.applied == 1, "seed {}: {:?} was not met", play.seed, set.fault);
        if !matches!(set.fault.effect, Effect::Slow { .. }) {
            spoiled += set.applied;
        }
    }
    spoiled
}

async fn perform(setting: Setting, seed: u64, blows: &[Blow]) {
    let Some(mut play) = Play::begin(&setting, seed).await else { return };
    let mute = unreliable(&play);
    play.town.send(&crate::crowd::text(1)).await;
    for (number, blow) in blows.iter().enumerate() {
        if setting.pages_stop && number + 1 == blows.len() {
            stop_pages(&play);
            play.town.send(&crate::crowd::text(0)).await;
        }
        play.befall(*blow).await;
    }
    play.quiet().await;
    play.town.rights_are_used().await;
    // What the clocks, the wires and the withdrawals of before have left behind is seen in one more.
    play.town.send("The last one").await;
    play.tell("the reckoning");
    reckoning::all_done(&play).await;
    let spoiled = met(&play);
    play.town.sim.clear_faults();
    let figures = reckoning::check(&play, &mute).await;
    reckoning::say(&play, spoiled, &figures);
    play.end().await;
}

async fn killed() {
    for seed in seeds(1) {
        let setting = Setting { name: "killed", ..Setting::default() };
        perform(setting, seed, &[Blow::Kill, Blow::KillAll, Blow::Kill]).await;
    }
}

async fn stopped_and_cut_off() {
    for seed in seeds(11) {
        let setting = Setting { name: "stopped, cut off", ..Setting::default() };
        perform(setting, seed, &[Blow::Stop, Blow::CutOff, Blow::Silence, Blow::NoKeys]).await;
    }
}

async fn server_killed() {
    for seed in seeds(21) {
        let setting = Setting { name: "server killed", ..Setting::default() };
        perform(setting, seed, &[Blow::KillServer, Blow::Crash, Blow::Slow]).await;
    }
}

async fn failover() {
    for seed in seeds(31) {
        let setting = Setting { name: "failover", server: &["pair"], ..Setting::default() };
        perform(setting, seed, &[Blow::Kill, Blow::Failover]).await;
    }
}

async fn disk_full() {
    for seed in seeds(41) {
        let setting = Setting { name: "disk full", server: &["own", "256"], ..Setting::default() };
        perform(setting, seed, &[Blow::Full]).await;
    }
}

async fn no_platform() {
    for seed in seeds(51) {
        let setting = Setting { name: "no platform", pages_stop: true, ..Setting::default() };
        perform(setting, seed, &[Blow::NoGraph, Blow::SilentGraph, Blow::SlowGraph]).await;
    }
}

async fn clocks() {
    for seed in seeds(61) {
        let setting = Setting { name: "clocks", ..Setting::default() };
        perform(
            setting,
            seed,
            &[Blow::Clock(-1), Blow::Clock(48), Blow::ServerClock(-1), Blow::ServerClock(1)],
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn claim_b1_nodes_that_are_killed_stopped_or_cut_off_lose_nothing_and_send_nothing_twice() {
    tokio::join!(killed(), stopped_and_cut_off());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn claim_b1_a_database_that_is_killed_slow_full_or_replaced_loses_nothing_and_nothing_is_sent_twice() {
    tokio::join!(server_killed(), failover(), disk_full());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn claim_b1_claim_b3_a_platform_out_of_reach_gets_nothing_twice_and_clocks_that_jump_undo_no_withdrawal()
 {
    tokio::join!(no_platform(), clocks());
}

/// Everything, in an order that is drawn from the seed. A program that was not optimised takes most of an hour for 100,000
/// people; `scripts/faults` plays them with one that was.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn claim_b1_claim_b3_whatever_dies_amid_a_large_broadcast_nobody_is_lost_and_nobody_reached_twice() {
    const ALL: [Blow; 19] = [
        Blow::Kill,
        Blow::KillAll,
        Blow::Stop,
        Blow::CutOff,
        Blow::Silence,
        Blow::Slow,
        Blow::NoKeys,
        Blow::SilentKeys,
        Blow::KillServer,
        Blow::Crash,
        Blow::NoGraph,
        Blow::SilentGraph,
        Blow::SlowGraph,
        Blow::Clock(-1),
        // In the long form, which has the server for them.
        Blow::Clock(48),
        Blow::ServerClock(-1),
        Blow::ServerClock(1),
        Blow::Failover,
        Blow::Full,
    ];
    let asked = environment("ENTENTE_FAULT_LEADS").map(|leads| leads.parse().unwrap());
    for seed in seeds(71) {
        let setting = Setting {
            name: "everything",
            // Room for 100,000 people, several times.
            server: short_or_long(&["own"], &["pair", "4096"]),
            pages: short_or_long(6, 40),
            people: asked.unwrap_or(short_or_long(180, 4_000)),
            batch: short_or_long(4, 38),
            rest: short_or_long(100, 60),
            every: short_or_long(Some(Duration::from_secs(4)), None),
            pages_stop: short_or_long(false, true),
            ..Setting::default()
        };
        let order = SeededEntropy::new(seed);
        let mut blows = ALL[..short_or_long(14, ALL.len())].to_vec();
        for at in (1..blows.len()).rev() {
            let roll = u64::from_le_bytes(random::<8>(&order)) % (at as u64 + 1);
            blows.swap(at, usize::try_from(roll).unwrap());
        }
        blows.truncate(short_or_long(1, ALL.len()));
        perform(setting, seed, &blows).await;
    }
}
