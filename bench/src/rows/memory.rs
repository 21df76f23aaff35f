//! Memory of the program itself, `entente serve` as a process of its own: idle after its start, and
//! while it sends a broadcast.

use crate::Plan;
use crate::ambient::{Watch, pause};
use crate::place::Place;
use crate::report::{Report, Row, Series, Target};
use crate::sink::Sink;
use crate::world::{SECRET, World};
use anyhow::{Context as _, Result, bail, ensure};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const MIB: f64 = 1024.0;

pub async fn measure(plan: &Plan, report: &mut Report) -> Result<()> {
    let program = program()?;
    let sink = Sink::start()?;
    let mut idle = Series::default();
    for _ in 0..plan.repeat {
        let place = plan.place().await?;
        let child = Served::start(&program, &place, sink.address)?;
        pause(1_000).await;
        idle.push(child.status("VmRSS")?);
        drop(child);
        place.close().await?;
    }
    report.row(&Row {
        name: "memory, idle after the start".to_owned(),
        unit: "MiB resident",
        figures: idle,
        target: Target::Below(40.0),
        limits: Vec::new(),
        note: "`entente serve` with the five brands, a second after it listens".to_owned(),
    });

    let place = plan.place().await?;
    let world = World::new(&place, sink.address, 256).await?;
    world.make_leads(0, plan.memory_leads).await?;
    let engine = world.engine(1).await?;
    engine.checkpoint().await?;
    let ids = world.broadcast(&engine).await?;
    drop(engine);
    let mut starts = Series::default();
    for _ in 0..plan.repeat {
        world.nobody_serves().await?;
        let watch = Watch::start();
        let child = Served::start(&program, &place, sink.address)?;
        starts.push(watch.seconds());
        child.end()?;
    }
    report.row(&Row {
        name: format!("start with {} leads, until it listens", plan.memory_leads),
        unit: "s",
        figures: starts,
        target: Target::Below(2.0),
        limits: Vec::new(),
        note: "`entente serve`, the process included".to_owned(),
    });
    world.nobody_serves().await?;
    let watch = Watch::start();
    let child = Served::start(&program, &place, sink.address)?;
    let mut during = Series::default();
    while !world.stand(&ids).await?.1 {
        during.push(child.status("VmRSS")?);
        pause(200).await;
        ensure!(watch.seconds() < 1_800.0, "the broadcast does not end");
    }
    let seconds = watch.seconds();
    world.check_sent(&ids, plan.memory_leads).await?;
    let peak = child.status("VmHWM")?;
    drop(child);
    report.row(&Row {
        name: format!("memory, while a broadcast to {} leads runs: the highest", plan.memory_leads),
        unit: "MiB resident",
        figures: Series(vec![peak]),
        target: Target::Below(150.0),
        limits: Vec::new(),
        note: format!(
            "planned and sent by `entente serve` at its polite pace over 256 pages in {seconds:.0} s; half of the time \
             below {:.0} MiB",
            during.median()
        ),
    });
    drop(world);
    place.close().await
}

/// `entente` of the profile that this program is of, brought up to date.
pub(in crate::rows) fn program() -> Result<PathBuf> {
    let program = std::env::current_exe()?.with_file_name("entente");
    let folder = program.parent().and_then(Path::file_name).and_then(|name| name.to_str());
    let profile = match folder.context("no folder above")? {
        "debug" => "dev",
        named => named,
    };
    let built =
        Command::new("cargo").args(["build", "--quiet", "--profile", profile, "-p", "entente"]).status();
    match built {
        Ok(status) if status.success() && program.exists() => Ok(program),
        _ => bail!("cannot build it: run `cargo build --profile {profile} -p entente` and look"),
    }
}

struct Served(Child);

impl Served {
    /// Starts it on `folder` and waits until it listens.
    fn start(program: &Path, place: &Place, graph: std::net::SocketAddr) -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("no folder above")?;
        let mut child = Command::new(program)
            .arg("serve")
            .current_dir(root)
            .env("ENTENTE_SERVER__LISTEN", "127.0.0.1:0")
            .env("ENTENTE_SERVER__TLS", "behind-proxy")
            .env("ENTENTE_SERVER__PUBLIC_URL", "http://log.bench.example")
            .env("ENTENTE_DATABASE__URL", &place.data)
            .env("ENTENTE_KEYS__URL", &place.keys)
            .env("ENTENTE_KEYS__ROOT_FILE", place.path().join("root.key"))
            .env("ENTENTE_MESSENGER__GRAPH_URL", format!("http://{graph}"))
            .env("ENTENTE_MESSENGER__APP_ID", "4711")
            .env("ENTENTE_MESSENGER__APP_SECRET", SECRET)
            .env("ENTENTE_MESSENGER__VERIFY_TOKEN", "verify")
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let lines = BufReader::new(child.stdout.take().context("no output")?).lines();
        let served = Self(child);
        for line in lines {
            if line?.starts_with("Entente listens") {
                return Ok(served);
            }
        }
        bail!("`entente serve` ended before it listened; its message stands above")
    }

    /// Asks it to end, and waits.
    fn end(mut self) -> Result<()> {
        Command::new("kill").arg(self.0.id().to_string()).status()?;
        self.0.wait()?;
        Ok(())
    }

    /// A line of the kernel's account of the process, in MiB.
    fn status(&self, name: &str) -> Result<f64> {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.0.id()))
            .context("this row reads /proc, which only Linux has")?;
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        let kib: f64 = line.and_then(|l| l.split_whitespace().next()).context("no such line")?.parse()?;
        Ok(kib / MIB)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
