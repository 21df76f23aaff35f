//! Two real builds beside each other: three nodes of an earlier commit's program are replaced one by one by nodes of
//! this one, on one PostgreSQL, while people live on (`crowd`); the same reckoning as after any play.
//!
//! `scripts/two-builds` builds the earlier program and runs this, which is no part of the ordinary tests, and so no proof of a promise.

use crate::databases::environment;
use crate::nodes::are;
use crate::play::{NODES, Play, Setting, seeds};
use crate::reckoning;
use crate::site::pause;
use simulator::{Effect, Fault};
use std::collections::BTreeSet;
use std::time::Duration;
use store::Schema;

/// The newest migration that the oldest node knows, and the newest.
async fn known(play: &Play) -> (i64, i64) {
    let (of, data) = (&play.world.databases, Schema::Data);
    (
        of.number(data, "SELECT min(knows) FROM node").await,
        of.number(data, "SELECT max(knows) FROM node").await,
    )
}

/// Each node that serves takes a webhook and acknowledges it; then people live on for a while.
async fn live(play: &Play, what: &str) {
    for number in 0..play.slots.len() {
        let node = play.town.node(number).unwrap();
        assert!(play.town.leave_by_word(&node).await, "{what}: node {number} took no webhook");
    }
    play.town.send(what).await;
    pause(Duration::from_secs(5)).await;
}

#[cfg_attr(feature = "two-builds", tokio::test(flavor = "multi_thread", worker_threads = 4))]
#[cfg_attr(not(feature = "two-builds"), expect(dead_code, reason = "scripts/two-builds runs it"))]
async fn nodes_of_an_earlier_build_give_way_to_this_one_with_nobody_twice_and_nobody_missing() {
    let earlier = environment("ENTENTE_TEST_EARLIER");
    let earlier = earlier.expect("ENTENTE_TEST_EARLIER names an earlier program: run scripts/two-builds");
    let seed = seeds(81)[0];
    let setting = Setting { name: "two builds", earlier: Some(earlier.clone()), ..Setting::default() };
    let mut play = Play::begin(&setting, seed).await.expect("it needs PostgreSQL: run scripts/two-builds");
    play.town.sim.add_fault(Fault::new(Effect::Slow { millis: 40 }).probability(0.9));
    let before = play.world.databases.columns(Schema::Data).await;
    let (oldest, newest) = known(&play).await;
    assert_eq!(oldest, newest);
    live(&play, "From the earlier build").await;

    // This one comes beside them, and brings the database up to date.
    play.world.serve_this_build();
    play.join().await;
    are(&play.world, 4).await;
    let (old, new) = known(&play).await;
    assert!(old == oldest && new > old, "no migration lies between these two builds: {old}, {new}");
    let after = play.world.databases.columns(Schema::Data).await;
    assert!(
        after.is_superset(&before),
        "taken away: {:?}",
        before.difference(&after).collect::<BTreeSet<_>>()
    );
    live(&play, "From both builds").await;

    // An earlier one starts again on what was added.
    play.stop(0).await;
    play.world.serve_from(&earlier).await;
    play.start(0).await;
    are(&play.world, 4).await;
    assert_eq!(known(&play).await, (old, new));
    live(&play, "From both builds again").await;

    play.world.serve_this_build();
    for number in 0..NODES {
        play.stop(number).await;
        play.start(number).await;
        live(&play, &format!("From {} of this build", number + 2)).await;
    }
    play.quiet().await;
    assert_eq!(known(&play).await, (new, new));
    play.town.send("The last one").await;
    reckoning::all_done(&play).await;
    play.town.sim.clear_faults();
    let figures = reckoning::check(&play, &BTreeSet::new()).await;
    assert!(!play.town.known().erased.is_empty(), "seed {seed}: nobody was erased");
    assert!(play.town.known().broadcasts.len() > 7, "seed {seed}: broadcasts are missing");
    reckoning::say(&play, 0, &figures);
    play.end().await;
}
