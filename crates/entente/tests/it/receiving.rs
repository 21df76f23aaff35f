//! SIGKILL between the commit of a webhook and its processing, and around the answer's way: what was
//! acknowledged is not lost, nobody is answered twice, and what comes again counts once.

use crate::databases::{On, on_both};
use crate::home::tap;
use crate::program::World;
use crate::site::{assert_nobody_reached_twice, eventually, reached};
use engine::failpoint::Point;
use simulator::{Action, Options, Psid};
use std::collections::BTreeMap;
use store::Schema;

const PEOPLE: usize = 6;

/// New people tap Get Started at a process that kills itself; then at one that does not.
async fn kill_at(world: &mut World, known: &mut usize, point: Point, pass: usize) {
    let case = format!("{point:?}, pass {pass}");
    let at = format!("{}:{pass}", point.number());
    let mut program =
        world.serve(&[("ENTENTE_TEST_FAIL_POINT", at.as_str()), ("ENTENTE_TEST_BATCH", "2")]).await;
    let of_page: Vec<Vec<Psid>> =
        world.pages.iter().map(|page| world.sim.add_people(*page, PEOPLE / 2).unwrap()).collect();
    // One of each page ahead of the others, so that every point is passed twice however much goes into a commit.
    for round in [0..1, 1..PEOPLE / 2] {
        let people: Vec<Psid> = of_page.iter().flat_map(|people| people[round.clone()].to_vec()).collect();
        for person in &people {
            world.sim.act(*person, &Action::get_started(), &Options::default()).unwrap();
        }
        let is_answered = |person: &Psid| !world.sim.received(*person).is_empty();
        let goes_on = || {
            let done = program.has_ended().is_some() || people.iter().all(is_answered);
            std::future::ready(done.then_some(()))
        };
        eventually(&format!("{case}: the kill or the answers"), goes_on).await;
    }
    let people = of_page.concat();
    program.killed().await;
    world.databases.let_leases_run_out().await;

    let program = world.serve(&[]).await;
    *known += people.len();
    let processed = || async {
        world.sim.flush().await;
        let leads = program.site.leads().await;
        let settled = leads.len() >= *known && world.sim.flush().await.backlog == 0;
        settled.then_some(leads)
    };
    let leads = eventually(&format!("{case}: the leads"), processed).await;
    assert_eq!(leads.len(), *known, "{case}: somebody became two leads");
    // The other threads live on for a moment. An answer whose request was on the wire may be lost, at
    // most one request of each page; it is never given twice. Before the first commit there is none.
    let may_be_lost = (point, pass) != (Point::BeforeReplyCommit, 1);
    let least = if may_be_lost { people.len() - world.pages.len() * 2 } else { people.len() };
    let answered = || async {
        let answered = people.iter().filter(|person| !world.sim.received(**person).is_empty()).count();
        (answered >= least).then_some(answered)
    };
    eventually(&format!("{case}: the answers"), answered).await;
    // Writing once more is answered, so whatever would have come before has come.
    for person in &people {
        world.sim.write(*person, "sign me up").unwrap();
    }
    let asked_again = || async {
        let with = |person: &Psid| world.sim.received(*person).len();
        let latest = people.iter().all(|person| {
            with(person) >= 1 && {
                let lines = world.sim.transcript(*person);
                lines.last().is_some_and(|line| line.from != "person")
            }
        });
        latest.then_some(())
    };
    eventually(&format!("{case}: the second answers"), asked_again).await;
    for person in &people {
        let count = world.sim.received(*person).len();
        assert!(count == 2 || (may_be_lost && count == 1), "{case}: {count} answers to two messages");
    }
    assert_nobody_reached_twice(&world.sim);
    for lead in leads {
        let detail = program.site.get(&format!("/api/v1/leads/{}", lead["id"].as_str().unwrap())).await;
        let kinds: Vec<&str> =
            detail["consents"].as_array().unwrap().iter().map(|c| c["how"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["informed"], "{case}: one act is one piece of evidence");
    }
    program.stop().await;
}

async fn a_kill_between_a_webhook_and_its_answer_loses_nothing_and_answers_nobody_twice(on: On) {
    let mut world = World::on(on, 2).await;
    let program = world.serve(&[]).await;
    program.site.connect(&world.sim, &world.pages).await;
    program.stop().await;
    let mut known = 0;
    for (point, passes) in [
        (Point::AfterReceiveCommit, [1, 3].as_slice()),
        (Point::BeforeReplyCommit, &[1, 2]),
        (Point::AfterReplyCommit, &[1, 2]),
        (Point::AfterClaimCommit, &[1, 2]),
        (Point::BeforeRequest, &[1]),
        (Point::AfterRequest, &[1, 2]),
        (Point::BeforeRecordCommit, &[1]),
        (Point::AfterRecordCommit, &[1]),
    ] {
        for pass in passes {
            kill_at(&mut world, &mut known, point, *pass).await;
        }
    }
    world.close().await;
}

async fn claim_b3_a_withdrawal_that_was_acknowledged_outlives_a_kill(on: On) {
    let mut world = World::on(on, 1).await;
    let program = world.serve(&[]).await;
    program.site.connect(&world.sim, &world.pages).await;
    let people = world.sim.add_people(world.pages[0], 4).unwrap();
    for action in [Action::get_started(), tap(0)] {
        for person in &people {
            world.sim.act(*person, &action, &Options::default()).unwrap();
        }
        let answered = || async {
            world.sim.flush().await;
            let last = |person: &Psid| world.sim.transcript(*person).last().map(|line| line.from.clone());
            people.iter().all(|person| last(person).is_some_and(|from| from != "person")).then_some(())
        };
        eventually("the answers", answered).await;
    }
    program.stop().await;

    // The stop is committed and the process dies before anything else is done about it.
    let at = format!("{}:1", Point::AfterReceiveCommit.number());
    let program = world.serve(&[("ENTENTE_TEST_FAIL_POINT", at.as_str())]).await;
    world.sim.write(people[0], "stop").unwrap();
    program.killed().await;
    world.databases.let_leases_run_out().await;
    let program = world.serve(&[]).await;
    let broadcast = program.site.compose("For the three who stay").await;
    program.site.step(broadcast, "send").await;
    let finished =
        || async { (program.site.broadcast(broadcast).await["state"] == "finished").then_some(()) };
    eventually("the end of the broadcast", finished).await;
    let mut states: BTreeMap<(String, String), usize> = BTreeMap::new();
    for outcome in program.site.deliveries(broadcast).await.into_values() {
        *states.entry(outcome).or_default() += 1;
    }
    let named = |state: &str, reason: &str| (state.to_owned(), reason.to_owned());
    assert_eq!(states, BTreeMap::from([(named("sent", ""), 3), (named("refused", "withdrawn"), 1)]));
    program.stop().await;
    world.close().await;
}

/// The first thing that arrives of a person is a stop. It was acknowledged, and then cannot be
/// processed: its row is damaged. It stands nevertheless when the person's older acts arrive.
async fn claim_b3_a_withdrawal_ahead_of_its_lead_stands_even_if_it_is_never_processed(on: On) {
    let mut world = World::on(on, 1).await;
    let at = format!("{}:1", Point::AfterReceiveCommit.number());
    let program = world.serve(&[]).await;
    program.site.connect(&world.sim, &world.pages).await;
    program.stop().await;
    let program = world.serve(&[("ENTENTE_TEST_FAIL_POINT", at.as_str())]).await;
    let people = world.sim.add_people(world.pages[0], 2).unwrap();
    world.sim.write(people[0], "stop").unwrap();
    program.killed().await;
    world.databases.let_leases_run_out().await;
    // Its last byte away: another byte in its place would be the same one in one of 256 runs.
    let sql = "UPDATE inbox SET sealed = substr(sealed, 1, length(sealed) - 1)";
    assert_eq!(world.databases.change(Schema::Data, sql).await, 1);

    let program = world.serve(&[]).await;
    let late = |seconds| Options { late_seconds: seconds, ..Options::default() };
    for (action, seconds) in [(Action::get_started(), 60), (tap(0), 30)] {
        for person in &people {
            world.sim.act(*person, &action, &late(seconds)).unwrap();
        }
        let answered = || async {
            world.sim.flush().await;
            let count = 1 + usize::from(seconds == 30);
            people.iter().all(|person| world.sim.received(*person).len() == count).then_some(())
        };
        eventually("the answers", answered).await;
    }
    let broadcast = program.site.compose("For the one who did not stop").await;
    program.site.step(broadcast, "send").await;
    let finished =
        || async { (program.site.broadcast(broadcast).await["state"] == "finished").then_some(()) };
    eventually("the end of the broadcast", finished).await;
    let got: Vec<Psid> = reached(&world.sim, broadcast).into_iter().map(|(_, person)| person).collect();
    assert_eq!(got, [people[1]]);
    let counts = program.site.broadcast(broadcast).await;
    assert_eq!(counts["reasons"], serde_json::json!({ "refused/withdrawn": 1 }));
    program.stop().await;
    world.close().await;
}

on_both! {
    a_kill_between_a_webhook_and_its_answer_loses_nothing_and_answers_nobody_twice,
    claim_b3_a_withdrawal_that_was_acknowledged_outlives_a_kill,
    claim_b3_a_withdrawal_ahead_of_its_lead_stands_even_if_it_is_never_processed,
}
