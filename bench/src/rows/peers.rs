//! Entente beside what somebody would pick instead: the same deliveries to Bottender, Botkit and FastAPI with
//! pymessenger, and messages sent by messaging-api-messenger and pymessenger to the same sink.
//!
//! The peers come from npm and PyPI when this is asked for, each as one process as its guide starts it. They keep
//! nothing, where Entente has everything durable before it answers or sends.
//!
//! Invariant: a peer without figures stands in the report with the reason; one that answers 200 to a forged delivery
//! where it claims to check them, or that does not send what it was told to, has none.

mod home;

use crate::Plan;
use crate::limit::serve;
use crate::load::{self, CONNECTIONS, Loaded};
use crate::report::{Beside, Pace, Peer, Report, Target};
use crate::rows::send::{IN_FLIGHT, broadcast};
use crate::sink::Sink;
use crate::world::{PROMOTION, SECRET, TOKEN, World};
use anyhow::{Context as _, Result, ensure};
use aws_lc_rs::hmac;
use home::{By, Home, Program, Served};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const RECEIVING: [(&str, f64, Program); 4] = [
    (
        "Bottender",
        12.0,
        Program {
            by: By::Node,
            folder: "bottender",
            file: "bottender",
            args: &["../node_modules/bottender/bin/cli.js", "start", "--port", "PORT"],
        },
    ),
    ("Botkit", 12.0, Program { by: By::Node, folder: "", file: "botkit", args: &["botkit.js"] }),
    (
        "FastAPI with pymessenger, bare uvicorn",
        6.0,
        Program { by: By::Python, folder: "", file: "receive-bare", args: &BARE },
    ),
    (
        "FastAPI with pymessenger, uvloop, httptools",
        6.0,
        Program { by: By::Python, folder: "", file: "receive-fast", args: &FAST },
    ),
];

/// As `pip install uvicorn` brings it.
const BARE: [&str; 10] = uvicorn("asyncio", "h11");
/// The fastest that uvicorn has, as `fastapi[standard]` brings it.
const FAST: [&str; 10] = uvicorn("uvloop", "httptools");

/// Without a line for each request, which the Node peers do not write either.
const fn uvicorn(events: &'static str, http: &'static str) -> [&'static str; 10] {
    ["-m", "uvicorn", "receive:app", "--port", "PORT", "--no-access-log", "--loop", events, "--http", http]
}

/// Name, target, program, messages to a request, messages a turn.
const SENDING: [(&str, f64, By, &str, usize, usize); 3] = [
    ("messaging-api-messenger, sendText", 10.0, By::Node, "send.js", 1, 10_000),
    ("pymessenger, send_text_message", 30.0, By::Python, "send.py", 1, 5_000),
    ("messaging-api-messenger, sendBatch", 10.0, By::Node, "send.js", 50, 100_000),
];
/// Of what a peer sends, this part before it is measured (`bench/peers/send.*`).
const WARM: usize = 5;
/// A peer that is not done by then has failed.
const TURN: Duration = Duration::from_secs(300);
const FORGED: Duration = Duration::from_secs(5);

pub async fn measure(plan: &Plan, folder: Option<&Path>, report: &mut Report) -> Result<()> {
    ensure!(plan.server.is_none(), "the peers are compared with SQLite, without --postgres");
    report.say("Installing the peers…\n");
    let home = Home::install(folder, &plan.dir)?;
    let versions = Home::versions()?;
    receiving(plan, &home, &versions, report).await?;
    sending(plan, &home, &versions, report).await
}

/// Started, or why not.
struct Candidate {
    peer: Peer,
    server: Option<Served>,
}

impl Candidate {
    fn fails(&mut self, reason: &anyhow::Error) {
        self.peer.figures = Err(format!("{reason:#}"));
        self.server = None;
    }

    /// Loads it; from the second turn on it counts.
    async fn turn(&mut self, requests: &[Vec<u8>], counts: bool) {
        let Some(server) = &mut self.server else { return };
        let loaded = tokio::time::timeout(TURN, load::run(server.address, requests.to_vec())).await;
        match loaded.context("it does not answer any more").and_then(|loaded| loaded) {
            Ok(loaded) if counts => {
                if let Ok(pace) = &mut self.peer.figures {
                    note(pace, &loaded);
                }
            }
            Ok(_) => {}
            // What it said itself tells more than a closed connection.
            Err(error) => {
                let reason = server.check().err().unwrap_or(error);
                self.fails(&reason);
            }
        }
    }
}

fn note(pace: &mut Pace, loaded: &Loaded) {
    pace.rate.push(loaded.per_second);
    pace.late.push(loaded.percentile(0.99));
}

async fn receiving(plan: &Plan, home: &Home, versions: &str, report: &mut Report) -> Result<()> {
    let place = plan.place().await?;
    let sink = Sink::start()?;
    let world = World::new(&place, sink.address, plan.pages).await?;
    // The stations do not run: what was accepted waits.
    let engine = world.engine(1).await?;
    let door = serve(web::router(Arc::clone(&engine), web::WebSettings::default())).await?;
    let first = deliveries(&world, 0, 1)?;
    let mut candidates = Vec::new();
    for (name, target, program) in &RECEIVING {
        let peer = Peer { name, target: Target::Times(*target), figures: Ok(Pace::default()) };
        let mut candidate = Candidate { peer, server: None };
        match home.serve(program, first.first().context("no delivery")?).await {
            Ok(served) => candidate.server = Some(served),
            Err(error) => candidate.fails(&error),
        }
        candidates.push(candidate);
    }
    let mut own = Pace::default();
    for turn in 0..=plan.repeat {
        // The first turn warms up and does not count.
        let (counts, from) = (turn > 0, 1 + turn * plan.events);
        let requests = deliveries(&world, from, plan.events)?;
        let loaded = load::run(door.address, requests.clone()).await?;
        if counts {
            note(&mut own, &loaded);
        }
        for candidate in &mut candidates {
            candidate.turn(&requests, counts).await;
        }
    }
    let taken = world.count_inbox().await?;
    ensure!(taken == plan.events * (plan.repeat + 1), "{taken} events wait");
    // Last, because one of them ends itself when it sees this.
    let delivery = world.deliveries(0..1, "Hello, when do you open?")?;
    let (body, _) = delivery.first().context("no delivery")?;
    let forged = load::signed(body, &signatures(b"another body"));
    for candidate in &mut candidates {
        let Some(server) = &candidate.server else { continue };
        let attempt = load::run(server.address, vec![forged.clone()]);
        if let Ok(Ok(_)) = tokio::time::timeout(FORGED, attempt).await {
            candidate.fails(&anyhow::anyhow!("it took a forged delivery"));
        }
    }
    report.beside(&Beside {
        name: "webhook received, beside what one would pick instead",
        unit: "requests/s",
        own,
        peers: candidates.into_iter().map(|candidate| candidate.peer).collect(),
        note: format!(
            "{CONNECTIONS} connections, {} deliveries a turn, the same to each, signed by SHA-1 and SHA-256; Entente: durable, \
             stations stopped; peers: checked and handled, nothing kept, one process each. {versions}",
            plan.events
        ),
    });
    drop((door, engine, world));
    place.close().await
}

fn deliveries(world: &World, from: usize, count: usize) -> Result<Vec<Vec<u8>>> {
    let made = world.deliveries(from..from + count, "Hello, when do you open?")?;
    Ok(made.iter().map(|(body, _)| load::signed(body, &signatures(body))).collect())
}

/// Both that Meta sends: the Node peers know the older one only.
fn signatures(body: &[u8]) -> String {
    let sign = |algorithm| hex::encode(hmac::sign(&hmac::Key::new(algorithm, SECRET.as_bytes()), body));
    format!(
        "x-hub-signature: sha1={}\r\nx-hub-signature-256: sha256={}",
        sign(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY),
        sign(hmac::HMAC_SHA256)
    )
}

async fn sending(plan: &Plan, home: &Home, versions: &str, report: &mut Report) -> Result<()> {
    let place = plan.place().await?;
    let sink = Sink::start()?;
    let world = World::new(&place, sink.address, plan.pages).await?;
    world.make_leads(0, plan.leads).await?;
    for (name, together) in [
        ("sending one by one, beside what one would pick instead", 1),
        ("sending in batches of 50, beside what one would pick instead", messenger::send::MAX_BATCH),
    ] {
        let of_this_size = SENDING.into_iter().filter(|(.., batch, _)| *batch == together);
        let mut peers: Vec<_> = of_this_size
            .map(|(name, target, by, file, _, messages)| {
                let peer = Peer { name, target: Target::Times(target), figures: Ok(Pace::default()) };
                (peer, by, file, messages)
            })
            .collect();
        let mut own = Pace::default();
        for turn in 0..=plan.repeat {
            let sent = broadcast(&world, plan.leads, together, &sink).await?;
            if turn > 0 {
                own.rate.push(sent.sending);
            }
            for (peer, by, file, messages) in &mut peers {
                let Ok(pace) = &mut peer.figures else { continue };
                match send(home, *by, file, &sink, *messages, together).await {
                    Ok(rate) if turn > 0 => pace.rate.push(rate),
                    Ok(_) => {}
                    Err(error) => peer.figures = Err(format!("{error:#}")),
                }
            }
        }
        report.beside(&Beside {
            name,
            unit: "messages/s",
            own,
            peers: peers.into_iter().map(|(peer, ..)| peer).collect(),
            note: format!(
                "the same sink answers all; Entente: {} leads on {} pages, a request of each on the wire at most, the limiter \
                 open, permit and both states of each message durable; peers: {IN_FLIGHT} requests in flight, nothing \
                 kept, each start anew, its first sixth not counted. {versions}",
                plan.leads, plan.pages
            ),
        });
    }
    drop(world);
    place.close().await
}

/// Messages a second of one run, which the sink must have seen.
async fn send(home: &Home, by: By, file: &str, sink: &Sink, messages: usize, batch: usize) -> Result<f64> {
    let order = json!({
        "origin": format!("http://{}", sink.address), "token": TOKEN.concat(), "secret": SECRET,
        "text": PROMOTION.replace("{name|there}", "there"), "messages": messages, "batch": batch, "inFlight": IN_FLIGHT,
    });
    let before = sink.requests();
    let seconds = home.send(by, file, &order).await?;
    let came = sink.requests() - before;
    let told = u64::try_from((messages + messages / WARM) / batch)?;
    ensure!(came == told, "{came} requests came, {told} were told");
    Ok(messages as f64 / seconds)
}
