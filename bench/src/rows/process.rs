//! Events fully processed, and the log: against batched insert.

use crate::Plan;
use crate::ambient::{Watch, pause};
use crate::limit::batched_insert;
use crate::report::{Limit, Report, Row, Series, Target};
use crate::sink::Sink;
use crate::world::World;
use anyhow::{Context as _, Result, ensure};
use engine::Engine;
use std::ops::Range;
use std::sync::Arc;

/// Deliveries handed in at the same time, to share commits.
const AT_ONCE: usize = 256;

pub async fn measure(plan: &Plan, report: &mut Report) -> Result<()> {
    let folder = plan.folder()?;
    let sink = Sink::start()?;
    let world = World::new(folder.path(), sink.address, plan.pages).await?;
    world.hold_lanes().await?;
    let (mut strangers, mut known, mut logged) = (Series::default(), Series::default(), Series::default());
    let (mut limit, mut limit_of_log) = (Series::default(), Series::default());
    for turn in 0..=plan.repeat {
        let people = turn * plan.events..(turn + 1) * plan.events;
        let bare = batched_insert(folder.path(), 400_000)?;
        let first = process(&world, people.clone(), "Hello").await?;
        let bare_before_log = batched_insert(folder.path(), 400_000)?;
        let (_, pending) = world.waiting().await?;
        ensure!(pending == plan.events, "{pending} commitments of {} new people", plan.events);
        let engine = world.engine(1).await?;
        let watch = Watch::start();
        engine.checkpoint().await?;
        let log = watch.rate(pending);
        let again = process(&world, people, "Do you have it in blue?").await?;
        if turn > 0 {
            strangers.push(first);
            limit.push(bare);
            known.push(again);
            logged.push(log);
            limit_of_log.push(bare_before_log);
        }
    }
    let (replies, _) = world.waiting().await?;
    ensure!(replies >= plan.events * (plan.repeat + 1), "{replies} replies wait");
    let batched = |figures: &Series, target| Limit {
        name: "batched insert (rusqlite, 1,000 rows of 200 bytes a commit)",
        figures: figures.clone(),
        target,
    };
    report.row(&Row {
        name: "event fully processed, first message of a person".to_owned(),
        unit: "events/s",
        figures: strangers,
        target: Target::AtLeast(10_000.0),
        limits: vec![batched(&limit, Target::None)],
        note: format!(
            "key, lead, look-up, sealed evidence, commitment, sealed reply queued; {} events a turn over {} pages; \
             lanes held elsewhere, so that replies wait",
            plan.events, plan.pages
        ),
    });
    report.row(&Row {
        name: "event fully processed, later message of the same person".to_owned(),
        unit: "events/s",
        figures: known,
        target: Target::AtLeast(10_000.0),
        limits: vec![batched(&limit, Target::None)],
        note: "window, sealed reply queued; keys read from the key store, as after a start".to_owned(),
    });
    report.row(&Row {
        name: "log: commitments numbered, stored, checkpoint signed".to_owned(),
        unit: "leaves/s",
        figures: logged,
        target: Target::None,
        limits: vec![batched(&limit_of_log, Target::Share(0.5))],
        note: format!(
            "{} commitments of consent events, which get their numbers in the same commits",
            plan.events
        ),
    });
    Ok(())
}

/// Hands in one message of each person, then lets the stations work until none waits; events a second
/// of the latter.
async fn process(world: &World, people: Range<usize>, text: &str) -> Result<f64> {
    let count = people.len();
    let engine = world.engine(1).await?;
    let deliveries = Arc::new(world.deliveries(people, text)?);
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..AT_ONCE {
        let (engine, deliveries) = (Arc::clone(&engine), Arc::clone(&deliveries));
        tasks.spawn(async move {
            for (body, signature) in deliveries.iter().skip(number).step_by(AT_ONCE) {
                engine.receive(body.clone(), Some(signature)).await?;
            }
            Ok::<_, engine::ReceiveError>(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.context("handing in stopped")??;
    }
    drop(engine);
    until_processed(world, &world.engine(1).await?, count).await
}

async fn until_processed(world: &World, engine: &Arc<Engine>, count: usize) -> Result<f64> {
    ensure!(!world.has_processed().await?, "nothing waits");
    let watch = Watch::start();
    let running = engine.run();
    while !world.has_processed().await? {
        pause(5).await;
    }
    let rate = watch.rate(count);
    running.stop().await;
    Ok(rate)
}
