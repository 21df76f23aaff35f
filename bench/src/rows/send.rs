//! A broadcast planned, and sent: against batched insert, and against the same HTTP client in a bare
//! loop.

use crate::Plan;
use crate::ambient::{Watch, pause, processor_seconds};
use crate::limit::{bare_loop, batched_insert};
use crate::report::{Limit, Report, Row, Series, Target};
use crate::sink::Sink;
use crate::world::World;
use anyhow::{Context as _, Result, ensure};

const IN_FLIGHT: usize = 32;
/// Requests of the bare loop, one message or one batch each.
const BARE_ALONE: usize = 100_000;
const BARE_TOGETHER: usize = 12_000;

pub async fn measure(plan: &Plan, batch: usize, report: &mut Report) -> Result<()> {
    let folder = plan.folder()?;
    let sink = Sink::start()?;
    let world = World::new(folder.path(), sink.address, plan.pages).await?;
    world.make_leads(plan.leads).await?;
    let (mut planned, mut sent) = (Series::default(), Series::default());
    let (mut inserted, mut looped) = (Series::default(), Series::default());
    // Processor time a message, in microseconds, both sides of the connection together.
    let (mut own_cost, mut bare_cost) = (Series::default(), Series::default());
    let mut body = 0;
    for turn in 0..=plan.repeat {
        let bare_insert = batched_insert(folder.path(), 400_000)?;
        let Sent { planning, sending, cost } = broadcast(plan, &world, batch, &sink).await?;
        // The very request that Entente sent first.
        let captured = sink.captured().context("no request reached the sink")?;
        body = captured.body.len();
        let requests = if batch == 1 { BARE_ALONE } else { BARE_TOGETHER };
        let before = processor_seconds();
        let bare = bare_loop(sink.address, &captured, IN_FLIGHT, requests).await?;
        let bare_took = (processor_seconds() - before) * 1e6 / (requests * batch) as f64;
        if turn > 0 {
            planned.push(planning);
            sent.push(sending);
            inserted.push(bare_insert);
            looped.push(bare * batch as f64);
            own_cost.push(cost);
            bare_cost.push(bare_took);
        }
    }
    let (name, target, share) = if batch == 1 {
        ("sending one by one", Target::None, Target::Share(0.5))
    } else {
        ("sending in Graph batches of 50", Target::AtLeast(100_000.0), Target::None)
    };
    report.row(&Row {
        name: format!("planning a broadcast{}", if batch == 1 { "" } else { " (again)" }),
        unit: "leads/s",
        figures: planned,
        target: Target::None,
        limits: vec![Limit {
            name: "batched insert (rusqlite, 1,000 rows of 200 bytes a commit)",
            figures: inserted,
            target: Target::Share(0.5),
        }],
        note: format!(
            "{} leads on {} pages; from the step `send` until the last is planned",
            plan.leads, plan.pages
        ),
    });
    report.row(&Row {
        name: name.to_owned(),
        unit: "messages/s",
        figures: sent,
        target,
        limits: vec![Limit {
            name: "the same HTTP client in a bare loop, 32 in flight",
            figures: looped,
            target: share,
        }],
        note: format!(
            "{} leads on {} pages, so {} requests on the wire at most; {body} bytes a request; the limiter was open; caches cold; every \
             message has its permit, `sending` and `sent` are durable; a sink in this process answers, not the \
             simulator. Processor time a message, both ends: {:.1} µs, in the bare loop {:.1} µs",
            plan.leads, plan.pages, plan.pages, own_cost.median(), bare_cost.median()
        ),
    });
    Ok(())
}

struct Sent {
    /// Leads planned a second.
    planning: f64,
    /// Messages sent a second.
    sending: f64,
    /// Microseconds of processor time a message.
    cost: f64,
}

/// One broadcast to everybody: planned with the lanes held, then sent by an engine that has just
/// started.
async fn broadcast(plan: &Plan, world: &World, batch: usize, sink: &Sink) -> Result<Sent> {
    world.hold_lanes().await?;
    let engine = world.engine(batch).await?;
    let running = engine.run();
    let watch = Watch::start();
    let id = world.broadcast(&engine).await?;
    while !world.stands(id).await?.0 {
        pause(2).await;
    }
    let planning = watch.rate(plan.leads);
    running.stop().await;
    drop(engine);
    world.release_lanes().await?;

    let engine = world.engine(batch).await?;
    let (before, processor) = (sink.requests(), processor_seconds());
    let watch = Watch::start();
    let running = engine.run();
    while !world.stands(id).await?.1 {
        pause(5).await;
    }
    let sending = watch.rate(plan.leads);
    let cost = (processor_seconds() - processor) * 1e6 / plan.leads as f64;
    running.stop().await;
    world.check_sent(id, plan.leads).await?;
    let requests = sink.requests() - before;
    let least = u64::try_from(plan.leads.div_ceil(batch))?;
    ensure!(requests >= least, "{requests} requests cannot have carried {} messages", plan.leads);
    if batch == 1 {
        ensure!(requests == least, "{requests} requests for {} messages", plan.leads);
    }
    Ok(Sent { planning, sending, cost })
}
