//! A webhook accepted and durable, over HTTP, against the same route that stores nothing and against a
//! bare insert before the 200.

use crate::Plan;
use crate::limit::{self, serve};
use crate::load::{self, CONNECTIONS, Loaded};
use crate::report::{Limit, Report, Row, Series, Target};
use crate::sink::Sink;
use crate::world::{SECRET, World};
use anyhow::{Result, ensure};
use model::time::Clock;
use std::net::SocketAddr;
use std::sync::Arc;

pub async fn measure(plan: &Plan, report: &mut Report) -> Result<()> {
    let place = plan.place().await?;
    let sink = Sink::start()?;
    let world = World::new(&place, sink.address, plan.pages).await?;
    // The stations do not run: what was accepted waits.
    let engine = world.engine(1).await?;
    let door = serve(web::router(Arc::clone(&engine), web::WebSettings::default())).await?;
    let clock: Arc<dyn Clock> = world.clock.clone();
    let checking = limit::checking_route(SECRET, clock).await?;
    let inserting = limit::inserting_route(&place).await?;
    let mut from = 0;
    // The first turn warms up and does not count.
    let (mut own, mut checked, mut inserted) = (Series::default(), Series::default(), Series::default());
    let (mut half, mut most, mut most_checked) = (Series::default(), Series::default(), Series::default());
    for turn in 0..=plan.repeat {
        let stored_nothing = fire(&world, checking.address, &mut from, plan.events).await?;
        let ours = fire(&world, door.address, &mut from, plan.events).await?;
        let bare = fire(&world, inserting.address, &mut from, plan.events).await?;
        if turn > 0 {
            own.push(ours.per_second);
            checked.push(stored_nothing.per_second);
            inserted.push(bare.per_second);
            half.push(ours.percentile(0.5));
            most.push(ours.percentile(0.99));
            most_checked.push(stored_nothing.percentile(0.99));
        }
    }
    // Every delivery of ours has become a waiting event.
    let taken = world.count_inbox().await?;
    ensure!(taken == plan.events * (plan.repeat + 1), "{taken} events wait");
    let note = format!(
        "{CONNECTIONS} connections, one event of about 300 bytes a delivery, {} deliveries a turn; stations stopped; load generator on a thread of its own in this process",
        plan.events
    );
    report.row(&Row {
        name: "webhook accepted and durable".to_owned(),
        unit: "requests/s",
        figures: own,
        target: Target::None,
        limits: vec![
            Limit {
                name: "the same route without storage",
                figures: checked,
                target: if place.is_postgres() { Target::None } else { Target::Share(0.4) },
            },
            Limit {
                name: "a bare insert before the 200, many to a commit, unchecked",
                figures: inserted,
                target: if place.is_postgres() { Target::Share(0.5) } else { Target::None },
            },
        ],
        note: note.clone(),
    });
    report.row(&Row {
        name: "webhook accepted and durable: time to the 200, 99th of 100".to_owned(),
        unit: "ms",
        figures: most,
        target: Target::Below(15.0),
        limits: Vec::new(),
        note: format!(
            "half of them within {:.2} ms; without storage the 99th takes {:.2} ms",
            half.median(),
            most_checked.median()
        ),
    });
    drop((door, inserting, engine, world));
    place.close().await
}

async fn fire(world: &World, address: SocketAddr, from: &mut usize, events: usize) -> Result<Loaded> {
    let people = *from..*from + events;
    *from += events;
    let deliveries = world.deliveries(people, "Hello, when do you open?")?;
    let requests = deliveries.iter().map(|(body, signature)| load::request(body, signature)).collect();
    load::run(address, requests).await
}
