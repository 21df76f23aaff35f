//! Changing versions one node at a time, with processes of this version and of the next ones as `next` plays them: the
//! next has a migration more that adds something, the one after it another that takes that away (claim B1).

use crate::databases::On;
use crate::installation::agreed;
use crate::nodes::{are, finished, send};
use crate::program::{Program, World, entente};
use crate::site::{assert_nobody_reached_twice, eventually, reached};
use model::id::BroadcastId;
use simulator::{Action, Effect, Fault, Options, Psid};
use std::collections::BTreeSet;
use store::Schema;

const EXPAND: (&str, &str) = ("ENTENTE_TEST_NEXT", "expand");
const CONTRACT: (&str, &str) = ("ENTENTE_TEST_NEXT", "contract");
const BATCH: (&str, &str) = ("ENTENTE_TEST_BATCH", "1");

fn deliver_to(world: &World, node: &Program) {
    world.sim.set_callback_unverified(&format!("http://{}/webhooks/messenger", node.site.address));
}

/// A start that ends with one sentence, which has these words.
async fn refused(world: &World, environment: &[(&str, &str)], status: i32, words: &[&str]) {
    let mut command = entente(world.folder.path());
    command.args(["serve", "--config"]).arg(world.config()).envs(environment.iter().copied());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(status), "{said}");
    for word in words {
        assert!(said.contains(word), "`{word}` is not said: {said}");
    }
}

/// Columns and tables of the migration that the next version has more.
async fn has_expanded(world: &World) -> bool {
    let columns = world.databases.columns(Schema::Data).await;
    let has = |table: &str, column: &str| columns.contains(&(table.to_owned(), column.to_owned()));
    assert_eq!(has("lead", "next"), has("next", "id"), "half a migration");
    has("lead", "next")
}

/// So many have it by now.
async fn have_it(world: &World, broadcast: BroadcastId, count: usize) {
    let have = || async { (reached(&world.sim, broadcast).len() >= count).then_some(()) };
    eventually("the first of a broadcast", have).await;
}

fn who(world: &World, broadcast: BroadcastId) -> BTreeSet<Psid> {
    reached(&world.sim, broadcast).into_iter().map(|(_, person)| person).collect()
}

async fn leave(world: &World, person: Psid) {
    world.sim.act(person, &Action::write("stop"), &Options::default()).unwrap();
    world.sim.flush().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn claim_b1_versions_change_one_node_at_a_time_under_a_broadcast_with_nobody_twice_and_nobody_missing()
{
    if !On::Postgres.is_there() {
        return;
    }
    let mut world = World::on(On::Postgres, 4).await;
    let old = world.serve(&[BATCH]).await;
    old.site.connect(&world.sim, &world.pages).await;
    let mut people = Vec::new();
    for page in 0..world.pages.len() {
        people.extend(agreed(&world, page, 10).await);
    }
    assert!(!has_expanded(&world).await);

    // The next version comes beside the old one, amid a broadcast, and both are told what happens.
    world.sim.add_fault(Fault::new(Effect::Slow { millis: 120 }).probability(1.0));
    let during = send(&old, "While versions change").await;
    have_it(&world, during, 4).await;
    let next = world.serve(&[BATCH, EXPAND]).await;
    assert!(has_expanded(&world).await);
    are(&world, 2).await;
    let known = "SELECT count(DISTINCT knows) FROM node";
    assert_eq!(world.databases.number(Schema::Data, known).await, 2);
    deliver_to(&world, &old);
    let at_old = agreed(&world, 0, 3).await;
    leave(&world, people[9]).await;
    deliver_to(&world, &next);
    let at_next = agreed(&world, 1, 3).await;
    leave(&world, people[19]).await;

    // What takes something away is refused as long as somebody serves who needs it, and says who.
    let id = "SELECT CAST(count(*) AS BIGINT) FROM node WHERE knows = (SELECT min(knows) FROM node)";
    assert_eq!(world.databases.number(Schema::Data, id).await, 1);
    let words =
        ["next_contract", "nodes of an older version", concat!("(version ", env!("CARGO_PKG_VERSION"), ")")];
    refused(&world, &[CONTRACT], 2, &words).await;
    assert!(has_expanded(&world).await);
    finished(&next, during).await;

    // The old version starts again on what the next one has added, and serves.
    old.stop().await;
    let old = world.serve(&[BATCH]).await;
    are(&world, 2).await;
    deliver_to(&world, &old);
    let again = send(&old, "From both versions").await;
    have_it(&world, again, 4).await;
    refused(&world, &[CONTRACT], 2, &words).await;
    old.stop().await;
    deliver_to(&world, &next);
    are(&world, 1).await;
    // Nobody needs it any more, though the next version serves on.
    let last = world.serve(&[BATCH, CONTRACT]).await;
    assert!(!has_expanded(&world).await);
    are(&world, 2).await;
    finished(&last, again).await;
    refused(&world, &[], 78, &["written by a newer Entente"]).await;
    let after = send(&next, "After it was taken away").await;
    finished(&next, after).await;

    assert_nobody_reached_twice(&world.sim);
    let left = BTreeSet::from([people[9], people[19]]);
    let everybody: BTreeSet<Psid> = people.iter().chain(&at_old).chain(&at_next).copied().collect();
    let stayed: BTreeSet<Psid> = everybody.difference(&left).copied().collect();
    // Who came amid the first was not among those planned for; who left may have had it before.
    let got = who(&world, during);
    assert!(people.iter().all(|person| left.contains(person) || got.contains(person)), "somebody is missing");
    for broadcast in [again, after] {
        assert_eq!(who(&world, broadcast), stayed, "somebody is missing, or had left");
    }
    for (lead, (state, reason)) in last.site.deliveries(during).await {
        assert!(state == "sent" || reason == "withdrawn", "{lead}: {state}, {reason}");
    }
    drop(next);
    drop(last);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn claim_b1_a_node_that_was_cut_off_while_its_version_ended_ends_by_itself() {
    if !On::Postgres.is_there() {
        return;
    }
    let mut world = World::on(On::Postgres, 1).await;
    let mut old = world.serve(&[]).await;
    old.site.connect(&world.sim, &world.pages).await;
    agreed(&world, 0, 2).await;
    let next = world.serve(&[EXPAND]).await;
    are(&world, 2).await;
    // It stands still: after ten seconds or so the others take it for gone.
    old.signal("STOP");
    are(&world, 1).await;
    let last = world.serve(&[CONTRACT]).await;
    are(&world, 2).await;
    old.signal("CONT");
    let ended = eventually("its end", || std::future::ready(old.has_ended())).await;
    assert_eq!(ended.code(), Some(78));
    assert!(world.logs().contains("a newer version of Entente serves this database"));
    are(&world, 2).await;
    let broadcast = send(&last, "It goes on").await;
    finished(&last, broadcast).await;
    assert_eq!(who(&world, broadcast).len(), 2);
    drop(next);
    drop(last);
    world.close().await;
}
