//! `entente serve` of the release build, as a process of its own, and what its metrics say.

use crate::ambient::{Watch, pause};
use crate::rows::memory::program;
use crate::world::SECRET;
use anyhow::{Context as _, Result, bail, ensure};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

const BRAND: &str = "Set up leangzbotchat within the hour, once, at ";

pub struct Program {
    child: Child,
    pub address: SocketAddr,
    pub set_up_link: String,
    metrics: String,
}

/// What the metrics' port shows.
#[derive(Default)]
pub struct Figures {
    pub events_waiting: f64,
    answers_waiting: f64,
    turned_away: BTreeMap<String, f64>,
}

impl Figures {
    pub fn nothing_waits(&self) -> bool {
        self.events_waiting == 0.0 && self.answers_waiting == 0.0
    }

    pub fn turned_away(&self) -> String {
        let classes: Vec<String> =
            self.turned_away.iter().map(|(class, count)| format!("{class}: {count}")).collect();
        let classes = if classes.is_empty() { "nobody".to_owned() } else { classes.join(", ") };
        format!("turned away: {classes}\n")
    }
}

impl Program {
    pub fn start(folder: &Path, urls: &[String; 2], graph: SocketAddr) -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("no folder above")?;
        let [data, keys] = urls;
        let mut child = Command::new(program()?)
            .arg("serve")
            .current_dir(root)
            .env("ENTENTE_SERVER__LISTEN", "127.0.0.1:0")
            .env("ENTENTE_SERVER__TLS", "behind-proxy")
            .env("ENTENTE_SERVER__PUBLIC_URL", "http://log.bench.example")
            .env("ENTENTE_METRICS__LISTEN", "127.0.0.1:0")
            .env("ENTENTE_DATABASE__URL", data)
            .env("ENTENTE_KEYS__URL", keys)
            .env("ENTENTE_KEYS__ROOT_FILE", folder.join("root.key"))
            .env("ENTENTE_MESSENGER__GRAPH_URL", format!("http://{graph}"))
            .env("ENTENTE_MESSENGER__APP_ID", "4711")
            .env("ENTENTE_MESSENGER__APP_SECRET", SECRET)
            .env("ENTENTE_MESSENGER__VERIFY_TOKEN", "verify")
            // The set-up is done without a phone.
            .env("ENTENTE_ACCOUNTS__SECOND_FACTOR", "offered")
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start it")?;
        let lines = BufReader::new(child.stdout.take().context("no output")?).lines();
        let (mut address, mut set_up_link, mut metrics) = (None, None, None);
        // Ends the process when something below fails.
        let mut started = Started(Some(child));
        for line in lines {
            let line = line?;
            if let Some(link) = line.strip_prefix(BRAND) {
                set_up_link = Some(link.to_owned());
            } else if let Some(url) = line.strip_prefix("Metrics on ") {
                metrics = Some(url.to_owned());
            } else if let Some(at) = line.strip_prefix("Entente listens on http://") {
                address = Some(at.parse()?);
                break;
            }
        }
        let (Some(address), Some(set_up_link), Some(metrics)) = (address, set_up_link, metrics) else {
            bail!("`entente serve` did not say where it is; what it said stands above")
        };
        let child = started.0.take().context("it ended")?;
        Ok(Self { child, address, set_up_link, metrics })
    }

    pub async fn figures(&self) -> Result<Figures> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        let text = client.get(&self.metrics).send().await?.text().await?;
        let mut figures = Figures::default();
        for line in text.lines() {
            let Some((name, value)) = line.rsplit_once(' ') else { continue };
            let class = name.strip_prefix("entente_turned_away_total{class=\"");
            match (name, class) {
                ("entente_events_waiting", _) => figures.events_waiting = value.parse()?,
                ("entente_answers_waiting", _) => figures.answers_waiting = value.parse()?,
                (_, Some(class)) => {
                    let class = class.trim_end_matches("\"}").to_owned();
                    figures.turned_away.insert(class, value.parse()?);
                }
                _ => {}
            }
        }
        ensure!(text.contains("entente_events_waiting "), "the metrics say nothing of what waits");
        Ok(figures)
    }

    /// Until it stands so, twice in a row: between two steps nothing waits either.
    pub async fn until(&self, stands: impl Fn(&Figures) -> bool) -> Result<()> {
        let (watch, mut in_a_row) = (Watch::start(), 0);
        while in_a_row < 2 {
            in_a_row = if stands(&self.figures().await?) { in_a_row + 1 } else { 0 };
            pause(500).await;
            ensure!(watch.seconds() < 1_800.0, "what waits does not end");
        }
        Ok(())
    }

    /// MiB in memory.
    pub fn resident(&self) -> Result<f64> {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))
            .context("the process has ended, or there is no /proc")?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib: f64 = line.and_then(|line| line.split_whitespace().next()).context("no VmRSS")?.parse()?;
        Ok(kib / 1_024.0)
    }
}

struct Started(Option<Child>);

impl Drop for Started {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            end(child);
        }
    }
}

fn end(child: &mut Child) {
    // It may have ended by itself.
    let _ = child.kill();
    let _ = child.wait();
}

impl Drop for Program {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}
