//! A broadcast planned, and sent: against batched insert, and against the same HTTP client in a bare
//! loop.

use crate::Plan;
use crate::ambient::{Watch, pause, processor_seconds};
use crate::limit::{bare_loop, batched_insert, batched_name};
use crate::report::{Limit, Report, Row, Series, Target};
use crate::sink::Sink;
use crate::world::World;
use anyhow::{Context as _, Result, ensure};

pub(in crate::rows) const IN_FLIGHT: usize = 32;
/// Requests of the bare loop, one message or one batch each.
const BARE_ALONE: usize = 100_000;
const BARE_TOGETHER: usize = 12_000;

pub async fn measure(plan: &Plan, batch: usize, report: &mut Report) -> Result<()> {
    let place = plan.place().await?;
    let sink = Sink::start()?;
    let world = World::with_accounts(&place, sink.address, plan.pages, plan.accounts).await?;
    world.make_leads(0, plan.leads).await?;
    let (mut planned, mut sent) = (Series::default(), Series::default());
    let (mut inserted, mut looped) = (Series::default(), Series::default());
    // Processor time a message, in microseconds, both sides of the connection together.
    let (mut own_cost, mut bare_cost) = (Series::default(), Series::default());
    let mut body = 0;
    for turn in 0..=plan.repeat {
        let bare_insert = batched_insert(&place, 400_000).await?;
        let Sent { planning, sending, cost } = broadcast(&world, plan.leads, batch, &sink).await?;
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
        limits: vec![Limit { name: batched_name(&place), figures: inserted, target: Target::Share(0.5) }],
        note: format!(
            "{} leads on {} pages of {} accounts; from the step `send` until the last is planned",
            plan.leads, plan.pages, plan.accounts
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
            "{} leads on {} pages of {} accounts, so {} requests on the wire at most; {body} bytes a request; the limiter was open; caches cold; every \
             message has its permit, `sending` and `sent` are durable; a sink in this process answers, not the \
             simulator. Processor time a message, both ends: {:.1} µs, in the bare loop {:.1} µs",
            plan.leads, plan.pages, plan.accounts, plan.pages, own_cost.median(), bare_cost.median()
        ),
    });
    drop(world);
    place.close().await
}

/// How fast one broadcast went.
pub struct Sent {
    /// Leads planned a second.
    pub planning: f64,
    /// Messages sent a second.
    pub sending: f64,
    /// Microseconds of processor time a message.
    pub cost: f64,
}

/// One broadcast to all `leads`: planned by an engine whose messages wait (but for one a second and page),
/// then sent by one that has just started, its limiter open.
pub async fn broadcast(world: &World, leads: usize, batch: usize, sink: &Sink) -> Result<Sent> {
    let at_first = sink.requests();
    let engine = world.waiting_engine().await?;
    let running = engine.run();
    let watch = Watch::start();
    let ids = world.broadcast(&engine).await?;
    while !world.stand(&ids).await?.0 {
        pause(2).await;
    }
    let planning = watch.rate(leads);
    running.stop().await;
    drop(engine);

    let engine = world.engine(batch).await?;
    let (before, processor) = (sink.requests(), processor_seconds());
    let early = before - at_first;
    let watch = Watch::start();
    let running = engine.run();
    while !world.stand(&ids).await?.1 {
        pause(5).await;
    }
    let sent = leads.saturating_sub(usize::try_from(early)?);
    ensure!(sent > leads / 2, "{early} of {leads} messages went while it was planned");
    let sending = watch.rate(sent);
    let cost = (processor_seconds() - processor) * 1e6 / sent as f64;
    running.stop().await;
    world.check_sent(&ids, leads).await?;
    let requests = sink.requests() - before;
    let least = u64::try_from(sent.div_ceil(batch))?;
    ensure!(requests >= least, "{requests} requests cannot have carried {sent} messages");
    if batch == 1 {
        ensure!(requests == least, "{requests} requests for {sent} messages");
    }
    Ok(Sent { planning, sending, cost })
}
