//! SIGKILL at each numbered point of the sending path, then a restart: nobody is
//! reached twice, everybody is accounted for, and at most one request of a page is unknown.

use crate::databases::{On, on_both};
use crate::installation::agreed;
use crate::program::{Program, World};
use crate::site::{assert_nobody_reached_twice, eventually, reached};
use engine::failpoint::Point;
use messenger::signature::appsecret_proof;
use model::id::{BroadcastId, LeadId};
use model::personal::Personal;
use serde_json::{Value, json};
use simulator::Visitor;
use std::collections::BTreeSet;
use testkit::short_or_long;

const PAGES: usize = 3;
const PER_PAGE: usize = 7;
const BATCH: usize = 3;
/// Of 21 deliveries in all, so that a chunk begins and ends in the middle of a page.
const CHUNK: usize = 8;

/// Seven people on each of three pages agree.
async fn agree(world: &World, program: &Program) {
    program.site.connect(&world.sim, &world.pages).await;
    for page in 0..PAGES {
        agreed(world, page, PER_PAGE).await;
    }
}

/// What a process is started with; it kills itself at this point, if one is given.
fn environment(kill: Option<(Point, usize)>) -> Vec<(&'static str, String)> {
    let mut environment =
        vec![("ENTENTE_TEST_BATCH", BATCH.to_string()), ("ENTENTE_TEST_PLAN_CHUNK", CHUNK.to_string())];
    environment
        .extend(kill.map(|(point, pass)| ("ENTENTE_TEST_FAIL_POINT", format!("{}:{pass}", point.number()))));
    environment
}

async fn serve(world: &mut World, kill: Option<(Point, usize)>) -> Program {
    let environment = environment(kill);
    world.serve(&environment.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>()).await
}

fn promotion() -> Value {
    json!({ "purpose": "promotion", "text": "Something new for everybody" })
}

/// Sends a broadcast with a process that kills itself at this point.
async fn send_and_die(world: &mut World, form: Value, point: Point, pass: usize) -> BroadcastId {
    let program = serve(world, Some((point, pass))).await;
    let made = program.site.call("POST", "/api/v1/broadcasts", Some(form)).await;
    let broadcast = made["id"].as_str().unwrap().parse().unwrap();
    // It may be dead before it has answered.
    drop(program.site.try_call("POST", &format!("/api/v1/broadcasts/{broadcast}/send"), None).await);
    program.killed().await;
    world.databases.let_leases_run_out().await;
    broadcast
}

/// Sends a broadcast with a process that kills itself at this point, restarts, and counts.
async fn kill_at(world: &mut World, point: Point, pass: usize) {
    let broadcast = send_and_die(world, promotion(), point, pass).await;
    finish(world, broadcast, point, pass, 1).await;
}

/// Kills a process amid a broadcast, and the next while it takes up what that one left; restarts, and counts.
async fn kill_while_taking_up(world: &mut World, point: Point, pass: usize) {
    let broadcast = send_and_die(world, promotion(), Point::AfterClaimCommit, 2).await;
    let environment = environment(Some((point, pass)));
    let environment: Vec<_> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    world.serve_and_die(&environment).await;
    world.databases.let_leases_run_out().await;
    finish(world, broadcast, point, pass, 2).await;
}

/// Restarts after so many kills, lets the broadcast come to its end, and counts.
async fn finish(world: &mut World, broadcast: BroadcastId, point: Point, pass: usize, kills: usize) {
    let program = serve(world, None).await;
    let finished = || async {
        let state = program.site.broadcast(broadcast).await["state"].clone();
        (state == "finished").then_some(())
    };
    eventually(&format!("the end of the broadcast after a kill at {point:?}, {pass}"), finished).await;
    check(world, &program, broadcast, point, pass, kills).await;
    program.stop().await;
}

async fn check(
    world: &World,
    program: &Program,
    broadcast: BroadcastId,
    point: Point,
    pass: usize,
    kills: usize,
) {
    let case = format!("{point:?}, pass {pass}");
    let accepted = reached(&world.sim, broadcast);
    assert_nobody_reached_twice(&world.sim);
    let accepted: BTreeSet<LeadId> = accepted.into_iter().map(|(lead, _)| lead).collect();
    let outcomes = program.site.deliveries(broadcast).await;
    assert_eq!(outcomes.len(), PAGES * PER_PAGE, "{case}: somebody is not accounted for");
    let mut unknown = 0;
    for (lead, (state, reason)) in &outcomes {
        match state.as_str() {
            "sent" => assert!(accepted.contains(lead), "{case}: sent, says the book, and nobody got it"),
            "unknown" => unknown += 1,
            _ => panic!("{case}: a delivery ended {state}, {reason}"),
        }
    }
    // Three lanes, and at most one request of each was on the wire at each kill.
    assert!(unknown <= kills * PAGES * BATCH, "{case}: {unknown} are unknown");
    let was_claimed = matches!(point, Point::AfterClaimCommit | Point::BeforeRequest);
    assert!(unknown > 0 || !was_claimed, "{case}: what was claimed and never left counts as sent");
    // The echoes that found nobody are repeated, and settle what was accepted.
    let settled = || async {
        world.sim.flush().await;
        let outcomes = program.site.deliveries(broadcast).await;
        let all = accepted.iter().all(|lead| outcomes[lead].0 == "sent");
        all.then_some(outcomes)
    };
    let outcomes = eventually(&format!("{case}: the echoes"), settled).await;
    for (lead, (state, reason)) in outcomes {
        let honest = if accepted.contains(&lead) {
            state == "sent"
        } else {
            (state.as_str(), reason.as_str()) == ("unknown", "interrupted")
        };
        assert!(honest, "{case}: {state}, {reason}");
    }
}

async fn kill_at_each(on: On, points: &[(Point, &[usize])]) {
    let mut world = World::on(on, PAGES).await;
    let program = world.serve(&[]).await;
    agree(&world, &program).await;
    program.stop().await;
    for (point, passes) in points {
        // On a server each takes its time: in the short form the last of them there.
        let few = if on == On::Postgres { short_or_long(1, passes.len()) } else { passes.len() };
        for pass in &passes[passes.len() - few..] {
            kill_at(&mut world, *point, *pass).await;
        }
    }
    world.close().await;
}

async fn claim_b1_a_kill_while_planning_or_finishing_sends_nothing_twice(on: On) {
    kill_at_each(
        on,
        &[
            (Point::BeforePlanCommit, &[1, 2, 3]),
            (Point::AfterPlanCommit, &[1, 2, 3]),
            (Point::BeforeFinishCommit, &[1]),
            (Point::AfterFinishCommit, &[1]),
        ],
    )
    .await;
}

/// A template of notices on each page, which the platform approves at once.
async fn make_templates(world: &World) {
    let platform = Visitor::new(world.sim.addr(), "the pages' owner").unwrap();
    let template = json!({ "name": "ready", "language": "en_US", "category": "UTILITY",
        "components": [{ "type": "BODY", "text": "Your order is ready for you." }] });
    for page in &world.pages {
        let token = world.sim.page_token(*page).unwrap();
        let proof = appsecret_proof("simulated_app_secret", &Personal::new(token.clone()));
        let path = format!("/v25.0/{page}/message_templates?appsecret_proof={proof}");
        let host = world.sim.addr().to_string();
        let made = platform.post(&host, &path, Some(&token), Some(template.to_string())).await.unwrap();
        assert_eq!(made.status, 200, "{}", String::from_utf8_lossy(&made.body));
    }
}

async fn claim_b1_a_kill_while_a_notice_is_approved_or_sent_sends_nothing_twice(on: On) {
    let mut world = World::on(on, PAGES).await;
    let program = world.serve(&[]).await;
    agree(&world, &program).await;
    program.stop().await;
    make_templates(&world).await;
    let notice =
        json!({ "purpose": "utility", "text": "", "template": { "name": "ready", "language": "en_US" } });
    for point in [Point::BeforeApprovalRequest, Point::AfterApprovalRequest, Point::AfterRequest] {
        for pass in 1..=PAGES {
            let broadcast = send_and_die(&mut world, notice.clone(), point, pass).await;
            finish(&mut world, broadcast, point, pass, 1).await;
        }
    }
    world.close().await;
}

async fn claim_b1_a_kill_while_a_lane_is_taken_up_sends_nothing_twice(on: On) {
    let mut world = World::on(on, PAGES).await;
    let program = world.serve(&[]).await;
    agree(&world, &program).await;
    program.stop().await;
    for point in [Point::BeforeHoldCommit, Point::AfterHoldCommit] {
        for pass in 1..=PAGES {
            kill_while_taking_up(&mut world, point, pass).await;
        }
    }
    world.close().await;
}

async fn claim_b1_a_kill_around_a_claim_sends_nothing_twice(on: On) {
    kill_at_each(
        on,
        &[
            (Point::BeforeClaimCommit, &[1, 2, 5, 9]),
            (Point::AfterClaimCommit, &[1, 2, 5, 9]),
            (Point::BeforeRequest, &[1, 5, 9]),
        ],
    )
    .await;
}

async fn claim_b1_a_kill_around_a_request_or_its_record_sends_nothing_twice(on: On) {
    kill_at_each(
        on,
        &[
            (Point::BeforeRequest, &[2]),
            (Point::AfterRequest, &[1, 2, 5, 9]),
            (Point::BeforeRecordCommit, &[1, 2, 5]),
            (Point::AfterRecordCommit, &[1, 2, 5]),
        ],
    )
    .await;
}

on_both! {
    claim_b1_a_kill_while_planning_or_finishing_sends_nothing_twice,
    claim_b1_a_kill_while_a_notice_is_approved_or_sent_sends_nothing_twice,
    claim_b1_a_kill_while_a_lane_is_taken_up_sends_nothing_twice,
    claim_b1_a_kill_around_a_claim_sends_nothing_twice,
    claim_b1_a_kill_around_a_request_or_its_record_sends_nothing_twice,
}

async fn claim_b3_whoever_stopped_the_topic_at_meta_is_withdrawn_with_the_record_of_the_answer_that_says_so(
    on: On,
) {
    let mut world = World::on(on, 1).await;
    let program = world.serve(&[]).await;
    program.site.connect(&world.sim, &world.pages).await;
    agreed(&world, 0, 3).await;
    program.stop().await;
    // Meta says of each message that the person stopped this topic.
    let fault = world.sim.add_fault(simulator::Fault::new(simulator::Effect::error(10, Some(1_893_015))));
    let broadcast = send_and_die(&mut world, promotion(), Point::AfterRecordCommit, 1).await;
    world.sim.remove_fault(fault);
    let program = serve(&mut world, None).await;
    let outcomes = program.site.deliveries(broadcast).await;
    let recorded = outcomes.values().filter(|(state, _)| state == "failed").count();
    assert!(recorded > 0, "the kill came before the record: {outcomes:?}");
    let withdrawn = "SELECT count(*) FROM consent_event WHERE kind = 'withdrawal' AND how = 'platform'";
    let withdrawn = world.databases.number(store::Schema::Data, withdrawn).await;
    assert_eq!(withdrawn, i64::try_from(recorded).unwrap(), "an answer is recorded without its withdrawal");
    let next = program.site.compose("For those who stay").await;
    program.site.step(next, "send").await;
    let finished = || async { (program.site.broadcast(next).await["state"] == "finished").then_some(()) };
    eventually("the end of the next broadcast", finished).await;
    assert_eq!(reached(&world.sim, next).len(), 3 - recorded);
    program.stop().await;
    world.close().await;
}

on_both!(claim_b3_whoever_stopped_the_topic_at_meta_is_withdrawn_with_the_record_of_the_answer_that_says_so);
