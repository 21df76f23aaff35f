//! What one thing costs when there are more leads: the same of ever larger installations, up to a million,
//! beside each other. A cost that stays what it was is a database that finds what it looks for.

use crate::Plan;
use crate::ambient::{Watch, load, memory, pause};
use crate::report::{Growth, Report, Series};
use crate::rows::process::process;
use crate::rows::send;
use crate::sink::Sink;
use crate::world::{World, psid};
use anyhow::{Context as _, Result, ensure};
use engine::actions::{broadcasts, erasure, leads as lead_actions};
use engine::{Engine, views};
use messenger::send::MAX_BATCH;
use model::id::LeadId;
use std::sync::Arc;

/// Pages of every size, so that each has whole batches.
const PAGES: usize = 50;
/// The fewest leads that make sense: a batch a page, and enough to look at.
pub const LEAST: usize = 5_000;
/// Leads that a question looks for.
const LOOKS: usize = 300;
/// A page of a list.
const LISTED: u32 = 50;
/// Messages handed in at a time, and how often.
const EVENTS: usize = 2_500;
const TURNS: usize = 3;
/// Leads erased one by one.
const ERASED: usize = 20;
/// Leads of the account beside.
const SMALL: usize = 200;
/// So long the account's rows are waited for, in seconds.
const PATIENCE: f64 = 600.0;

pub async fn measure(plan: &Plan, report: &mut Report) -> Result<()> {
    let mut growth = Growth::new(&plan.sizes);
    for size in &plan.sizes {
        let place = plan.place().await?;
        let sink = Sink::start()?;
        let world = World::new(&place, sink.address, PAGES).await?;
        report.say(&format!("\n{size} leads (load of the machine {})\n", load()));
        let mut one =
            One { world: &world, sink: &sink, size: *size, growth: &mut growth, report: &mut *report };
        one.load().await?;
        place.analyze().await?;
        let disk = place.disk().await?;
        for (name, bytes) in [
            ("disk, data", disk.data),
            ("disk, keys", disk.keys),
            (
                if place.is_postgres() { "log of the server written" } else { "disk, write-ahead logs" },
                disk.log,
            ),
        ] {
            one.push(name, "bytes a lead", Series(vec![bytes as f64 / *size as f64]));
        }
        one.open().await?;
        one.look().await?;
        one.broadcast(plan.repeat).await?;
        one.receive().await?;
        one.erase().await?;
        drop(world);
        place.close().await?;
    }
    report.growth(&growth);
    Ok(())
}

/// An installation of one size.
struct One<'a> {
    world: &'a World,
    sink: &'a Sink,
    size: usize,
    growth: &'a mut Growth,
    report: &'a mut Report,
}

/// Times in milliseconds.
fn millis(watch: Watch) -> f64 {
    watch.seconds() * 1e3
}

impl One<'_> {
    fn push(&mut self, name: &'static str, unit: &'static str, figures: Series) {
        self.report.say(&figures.told(name, unit));
        self.growth.push(name, unit, self.size, figures);
    }

    /// Numbers of `count` leads, all over those that there are.
    fn some(&self, count: usize) -> impl Iterator<Item = usize> + use<> {
        let (size, step) = (self.size, self.size / count);
        // Neither in the order in which they lie nor on the same page.
        (0..count).map(move |n| (n * 7 % count * step + n % step.max(1)) % size)
    }

    async fn load(&mut self) -> Result<()> {
        let watch = Watch::start();
        self.world.make_leads(0, self.size).await?;
        let engine = self.world.engine(1).await?;
        engine.checkpoint().await?;
        let seconds = watch.seconds();
        self.push("loading, two records logged", "µs a lead", Series(vec![seconds * 1e6 / self.size as f64]));
        self.world.check_loaded(&engine, self.size / 2).await
    }

    async fn open(&mut self) -> Result<()> {
        let mut opened = Series::default();
        for _ in 0..TURNS {
            let watch = Watch::start();
            drop(self.world.engine(1).await?);
            opened.push(millis(watch));
        }
        self.push("the engine's start", "ms", opened);
        Ok(())
    }

    /// Lists, finds, looks at, asks the gate.
    async fn look(&mut self) -> Result<()> {
        let engine = self.world.engine(1).await?;
        let actor = self.world.actor();
        let small = self.world.make_small_shop(&engine, SMALL).await?;
        let (mut found, mut listed, mut looked) = (Series::default(), Series::default(), Series::default());
        let mut of_small = Series::default();
        for number in self.some(LOOKS) {
            let watch = Watch::start();
            let lead = self.find(&engine, number).await?;
            found.push(millis(watch));
            let watch = Watch::start();
            let page = views::leads::list(&engine, &actor, Some(lead), LISTED).await?;
            listed.push(millis(watch));
            let is_end = number + usize::try_from(LISTED)? * 2 >= self.size;
            ensure!(is_end || !page.is_empty(), "nothing is listed after lead {number}");
            let watch = Watch::start();
            views::leads::get(&engine, &actor, lead).await?;
            looked.push(millis(watch));
        }
        for _ in 0..20 {
            let watch = Watch::start();
            let page = views::leads::list(&engine, &small, None, LISTED).await?;
            of_small.push(millis(watch));
            ensure!(page.len() == usize::try_from(LISTED)?, "{} leads of the small account", page.len());
        }
        for (names, figures) in [
            (["a page of 50 leads listed", "  the slowest of 100"], listed),
            (["a lead found by PSID", "  the slowest of 100 "], found),
            (["a lead opened with its record", "  the slowest of 100  "], looked),
            (["a page of 50 of another, small account", "  the slowest of 100   "], of_small),
        ] {
            let slowest = figures.percentile(0.99);
            let [name, worst] = names;
            self.push(name, "ms", figures);
            self.push(worst, "ms", Series(vec![slowest]));
        }
        let mut figures = Series::default();
        for _ in 0..TURNS {
            let watch = Watch::start();
            views::dashboard::get(&engine, &actor).await?;
            figures.push(watch.seconds() * 1e6 / self.size as f64);
        }
        self.push("the dashboard", "µs a lead", figures);
        let draft = self.world.draft(&engine).await?;
        let mut asked = Series::default();
        for _ in 0..TURNS {
            let watch = Watch::start();
            let preview = broadcasts::preview(&engine, &actor, draft).await?;
            asked.push(watch.seconds() * 1e6 / self.size as f64);
            let wanted = u64::try_from(self.size)?;
            ensure!(preview.will_get == wanted, "{} of {wanted} would get it", preview.will_get);
        }
        self.push("a preview", "µs a lead", asked);
        Ok(())
    }

    async fn find(&self, engine: &Engine, number: usize) -> Result<LeadId> {
        let (page, _) = self.world.pages.get(number % self.world.pages.len()).context("no page")?;
        let found = views::leads::find(engine, &self.world.actor(), *page, &psid(number)).await?;
        found.with_context(|| format!("lead {number} is not found"))
    }

    async fn broadcast(&mut self, repeat: usize) -> Result<()> {
        let turns = if self.size > 200_000 { 1 } else { repeat };
        let (mut planned, mut sent) = (Series::default(), Series::default());
        let (before, _) = memory();
        for _ in 0..turns {
            let done = send::broadcast(self.world, self.size, MAX_BATCH, self.sink).await?;
            planned.push(1e6 / done.planning);
            sent.push(1e6 / done.sending);
        }
        let (_, most) = memory();
        self.push("planning", "µs a lead", planned);
        self.push("sending in batches of 50", "µs a message", sent);
        self.push("memory before the broadcast, sink included", "MiB", Series(vec![before]));
        self.push("memory while it ran, the most", "MiB", Series(vec![most]));
        Ok(())
    }

    async fn receive(&mut self) -> Result<()> {
        let (mut known, mut new) = (Series::default(), Series::default());
        let mut taken = Series::default();
        for turn in 0..TURNS {
            let first = self.size + turn * EVENTS;
            let done = process(self.world, first..first + EVENTS, "Hello", true).await?;
            new.push(1e6 / done.events);
            taken.push(1e6 / done.received);
            let done = process(self.world, self.some(EVENTS), "Do you have it in blue?", false).await?;
            known.push(1e6 / done.events);
            taken.push(1e6 / done.received);
        }
        self.push("an event received, durable", "µs", taken);
        self.push("a new person's event processed", "µs", new);
        self.push("a known person's event processed", "µs", known);
        Ok(())
    }

    async fn erase(&mut self) -> Result<()> {
        let engine: Arc<Engine> = self.world.waiting_engine().await?;
        let actor = self.world.actor();
        let mut one = Series::default();
        for number in self.some(ERASED) {
            let lead = self.find(&engine, number).await?;
            let watch = Watch::start();
            lead_actions::erase(&engine, &actor, lead).await?;
            one.push(millis(watch));
        }
        self.push("one lead erased", "ms", one);
        let running = engine.run();
        let watch = Watch::start();
        erasure::erase_own_account(&engine, &actor).await?;
        self.push("the account unreadable", "ms", Series(vec![millis(watch)]));
        let watch = Watch::start();
        while !self.world.has_erased().await? && watch.seconds() < PATIENCE {
            pause(50).await;
        }
        let seconds = watch.seconds();
        if self.world.has_erased().await? {
            self.push("the account's rows gone", "µs a lead", Series(vec![seconds * 1e6 / self.size as f64]));
        } else {
            self.report.say(&format!("  the account's rows are still going after {seconds:.0} s\n"));
        }
        running.stop().await;
        Ok(())
    }
}
