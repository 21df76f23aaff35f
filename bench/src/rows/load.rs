//! Under load: the real program as a process, and everything at once for minutes. Signed webhooks as fast as they
//! are answered, broadcasts one after another, people at the console and scripts at the API.
//!
//! `cargo run --release -p bench -- load --minutes 3`, on PostgreSQL with `--postgres URL` of a server that lets us
//! make databases (`scripts/postgres` prints one). Everything is set up by the way in that people have.
//!
//! Invariant: what is said to be right at the end was looked up in the database and at the peer, not in the program's
//! own counts: every delivery that got its 200 is there, and everybody of each broadcast is accounted for.

mod flood;
mod peer;
mod people;
mod program;
mod standing;

use crate::ambient::{Watch, pause};
use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use flood::{Flood, Tally, Writer};
use peer::Peer;
use people::Site;
use program::Program;
use serde_json::json;
use standing::{Databases, Memory};
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// As much of a page's name or text as tells one broadcast from the others at the peer.
const MARK: &str = "zeppelin";

#[derive(Parser)]
struct Args {
    /// `load`
    _row: String,
    /// How long the load lasts.
    #[arg(long, default_value_t = 3.0)]
    minutes: f64,
    /// A PostgreSQL server on which databases may be made; files of a temporary folder if not given.
    #[arg(long)]
    postgres: Option<String>,
    /// Connections that deliver webhooks.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// People who look at the console or call the API, each ten times a second at most.
    #[arg(long, default_value_t = 8)]
    people: usize,
    /// Leads of each broadcast.
    #[arg(long, default_value_t = 10_000)]
    leads: usize,
    /// Pages that people write to, and as many that broadcasts go to.
    #[arg(long, default_value_t = 32)]
    pages: usize,
    /// Where databases and files are made.
    #[arg(long)]
    dir: Option<std::path::PathBuf>,
}

/// Measures and reports.
pub async fn run() -> Result<()> {
    let args = Args::parse();
    let dir = args.dir.clone().unwrap_or_else(std::env::temp_dir);
    let folder = tempfile::Builder::new().prefix("entente-load-").tempdir_in(dir)?;
    let databases = Databases::make(args.postgres.as_deref(), folder.path()).await?;
    let measured = measure(&args, folder.path(), &databases).await;
    databases.remove().await?;
    std::io::stdout().lock().write_all(measured?.as_bytes())?;
    Ok(())
}

async fn measure(args: &Args, folder: &std::path::Path, databases: &Databases) -> Result<String> {
    ensure!(args.pages > 0 && args.leads >= args.pages && args.connections > 0, "nothing to load it with");
    let pages: Vec<String> = (0..2 * args.pages).map(|number| format!("1067{number:012}")).collect();
    let (quiet, busy) = pages.split_at(args.pages);
    let peer = Peer::start(pages.clone())?;
    let program = Program::start(folder, &databases.urls, peer.address)?;
    let site = Arc::new(Site::enter(program.address, &program.set_up_link).await?);
    site.connect(&pages).await?;
    let (quiet_ids, leads) = (site.ids_of(quiet).await?, args.leads);

    // People who agreed, as they do it: they write, are asked, and tap Yes.
    let watch = Watch::start();
    let hello = Writer::new(quiet, "Hello, when do you open?", None);
    flood::deliver_all(program.address, args.connections, hello.messages(0..leads)).await?;
    program.until(|figures| figures.nothing_waits()).await?;
    let yes = Writer::new(quiet, "Yes", Some(peer.yes().context("nobody was asked")?));
    flood::deliver_all(program.address, args.connections, yes.messages(0..leads)).await?;
    program.until(|figures| figures.nothing_waits()).await?;
    let set_up_took = watch.seconds();
    let before = databases.stand().await?;
    ensure!(before.leads == u64::try_from(leads)?, "{} leads of {leads}", before.leads);

    let ended = Arc::new(AtomicBool::new(false));
    let flood = Flood::start(program.address, args.connections, busy.to_vec(), &ended)?;
    let visits = people::visit(&site, args.people, &ended);
    let broadcasting = tokio::spawn(broadcasts(Arc::clone(&site), quiet_ids, Arc::clone(&ended)));
    let mut memory = Memory::default();
    let watch = Watch::start();
    while watch.seconds() < args.minutes * 60.0 {
        pause(1_000).await;
        memory.note(watch.seconds(), program.resident()?);
    }
    ended.store(true, Ordering::Relaxed);
    let took = watch.seconds();
    let (webhooks, strangers) = flood.end().await?;
    let visits = visits.await??;
    let sent = broadcasting.await??;
    let drained = Watch::start();
    program.until(|figures| figures.events_waiting == 0.0).await?;
    let drained = drained.seconds();
    let after = databases.stand().await?;
    let figures = program.figures().await?;

    let mut said = report(args, databases, took, set_up_took, drained);
    said += &webhooks.line("webhooks", took);
    said += &visits.console.line("console", took);
    said += &visits.api.line("API", took);
    said += &figures.turned_away();
    said += &memory.line();
    said += &acknowledged(&webhooks, strangers, before, after)?;
    for (number, id) in sent.iter().enumerate() {
        let broadcast = site.get_json(&format!("/api/v1/broadcasts/{id}")).await?;
        said += &accounted(&peer, number, &broadcast, leads)?;
    }
    Ok(said)
}

fn report(args: &Args, databases: &Databases, took: f64, set_up_took: f64, drained: f64) -> String {
    format!(
        "{} for {took:.0} s: {} connections deliver, {} people look, broadcasts to {} leads one after another over {} pages, \
         messages to {} other pages; set up in {set_up_took:.0} s; the last event was processed {drained:.0} s after the load\n",
        databases.kind(),
        args.connections,
        args.people,
        args.leads,
        args.pages,
        args.pages,
    )
}

/// What got its 200 is in the database, once.
fn acknowledged(
    webhooks: &Tally,
    strangers: u64,
    before: standing::Stand,
    after: standing::Stand,
) -> Result<String> {
    let (taken, people) = (after.seen - before.seen, after.leads - before.leads);
    let (said, sent) = (webhooks.count(200), webhooks.all());
    ensure!(said <= taken && taken <= sent, "{said} were acknowledged, {taken} are there, {sent} were sent");
    ensure!(people == strangers, "{strangers} strangers were acknowledged, {people} became leads");
    ensure!(after.inbox == 0, "{} events wait", after.inbox);
    Ok(format!(
        "acknowledged: {said}, of which in the database {taken}; strangers {strangers}, new leads {people}\n"
    ))
}

/// Everybody of a broadcast has an end state, and those that were sent are those that the peer got.
fn accounted(peer: &Peer, number: usize, broadcast: &serde_json::Value, leads: usize) -> Result<String> {
    let counts = broadcast.get("counts").cloned().unwrap_or_default();
    let count = |state: &str| counts.get(state).and_then(serde_json::Value::as_u64).unwrap_or(0);
    let (sent, unknown) = (count("sent"), count("unknown"));
    let all = sent + unknown + count("refused") + count("failed");
    let (messages, people) = peer.got(&mark(number));
    ensure!(is_finished(broadcast) && all == u64::try_from(leads)?, "not accounted for: {broadcast}");
    ensure!(messages == people, "somebody got broadcast {number} twice: {messages} messages to {people}");
    ensure!(sent <= people && people <= sent + unknown, "{sent} sent, the peer got {people}");
    Ok(format!("broadcast {number}: {counts}, at the peer {people}\n"))
}

fn is_finished(broadcast: &serde_json::Value) -> bool {
    broadcast.get("state").is_some_and(|state| state == "finished")
}

/// Letters only, so that no word of one is in another's.
fn mark(number: usize) -> String {
    let digits = number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect::<String>();
    format!("{MARK}{digits}z")
}

/// One after another until the load ends; the last is waited for. Their ids.
async fn broadcasts(site: Arc<Site>, pages: Vec<String>, ended: Arc<AtomicBool>) -> Result<Vec<String>> {
    let mut made: Vec<String> = Vec::new();
    while !ended.load(Ordering::Relaxed) {
        let text = format!(
            "Hello {{name|there}}! Our {} sale has begun: half price until Sunday.",
            mark(made.len())
        );
        let form = json!({ "purpose": "promotion", "text": text, "pages": pages });
        let broadcast = site.insist("/api/v1/broadcasts", &form, &format!("make-{}", made.len())).await?;
        let id = broadcast.get("id").and_then(|id| id.as_str()).context("no id")?.to_owned();
        site.insist(&format!("/api/v1/broadcasts/{id}/send"), &json!({}), &format!("send-{}", made.len()))
            .await?;
        made.push(id.clone());
        let watch = Watch::start();
        loop {
            pause(500).await;
            // Turned away is asked again.
            let Ok(broadcast) = site.get_json(&format!("/api/v1/broadcasts/{id}")).await else { continue };
            if is_finished(&broadcast) {
                break;
            }
            ensure!(watch.seconds() < 1_200.0, "it does not end: {broadcast}");
        }
    }
    Ok(made)
}
