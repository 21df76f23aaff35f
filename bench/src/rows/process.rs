//! Events fully processed, and the log: against batched insert.

use crate::Plan;
use crate::ambient::{Watch, pause};
use crate::limit::{batched_insert, batched_name};
use crate::report::{Limit, Report, Row, Series, Target};
use crate::sink::Sink;
use crate::world::World;
use anyhow::{Context as _, Result, ensure};
use std::sync::Arc;

/// Deliveries handed in at the same time, to share commits.
const AT_ONCE: usize = 256;

pub async fn measure(plan: &Plan, report: &mut Report) -> Result<()> {
    let place = plan.place().await?;
    let sink = Sink::start()?;
    let world = World::new(&place, sink.address, plan.pages).await?;
    let (mut strangers, mut known, mut logged) = (Series::default(), Series::default(), Series::default());
    let (mut limit, mut limit_of_log) = (Series::default(), Series::default());
    for turn in 0..=plan.repeat {
        let people = turn * plan.events..(turn + 1) * plan.events;
        let bare = batched_insert(&place, 400_000).await?;
        let Processed { events: first, leaves: log, .. } =
            process(&world, people.clone(), "Hello", true).await?;
        let bare_before_log = batched_insert(&place, 400_000).await?;
        let again = process(&world, people, "Do you have it in blue?", false).await?.events;
        if turn > 0 {
            strangers.push(first);
            limit.push(bare);
            known.push(again);
            logged.push(log);
            limit_of_log.push(bare_before_log);
        }
    }
    let (waiting, _) = world.waiting().await?;
    let replies = waiting + usize::try_from(sink.requests())?;
    ensure!(replies >= plan.events * (plan.repeat + 1), "{replies} replies were made");
    let batched =
        |figures: &Series, target| Limit { name: batched_name(&place), figures: figures.clone(), target };
    report.row(&Row {
        name: "event fully processed, first message of a person".to_owned(),
        unit: "events/s",
        figures: strangers,
        target: Target::AtLeast(10_000.0),
        limits: vec![batched(&limit, Target::None)],
        note: format!(
            "key, lead, look-up, sealed evidence, commitment, sealed reply queued; {} events a turn over {} pages; \
             replies wait, but for one a second and page",
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
    drop(world);
    place.close().await
}

/// How fast it went, in a second.
pub struct Processed {
    /// Events taken in, durable.
    pub received: f64,
    pub events: f64,
    /// Commitments logged.
    pub leaves: f64,
}

/// Hands in one message of each person, then lets the stations work until none waits; then has the log take up
/// what waits for it, which is one commitment a person if they are new.
pub async fn process(
    world: &World,
    people: impl Iterator<Item = usize>,
    text: &str,
    are_new: bool,
) -> Result<Processed> {
    let engine = world.waiting_engine().await?;
    let deliveries = Arc::new(world.deliveries(people, text)?);
    let count = deliveries.len();
    let watch = Watch::start();
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
    let received = watch.rate(count);
    drop(engine);
    let engine = world.waiting_engine().await?;
    ensure!(!world.has_processed().await?, "nothing waits");
    let watch = Watch::start();
    let running = engine.run();
    while !world.has_processed().await? {
        pause(5).await;
    }
    let events = watch.rate(count);
    let (_, pending) = world.waiting().await?;
    ensure!(!are_new || pending == count, "{pending} commitments of {count} new people");
    let watch = Watch::start();
    engine.checkpoint().await?;
    let leaves = watch.rate(pending);
    running.stop().await;
    Ok(Processed { received, events, leaves })
}
