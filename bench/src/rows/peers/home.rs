//! The peers' folder: what npm and PyPI have, and our few lines that use it (`bench/peers`); and the processes that
//! run there.
//!
//! Invariant: no script of a package runs while it is installed by npm; what could not be installed is said by whoever
//! asks for it; each process listens on loopback and ends with its owner, also when the bench is killed (it reads its
//! end of the input).

use crate::ambient::{Watch, pause};
use crate::load;
use crate::world::SECRET;
use anyhow::{Context as _, Result, bail, ensure};
use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const PACKAGES: &str = include_str!("../../../peers/package.json");
const REQUIREMENTS: &str = include_str!("../../../peers/requirements.txt");
const FILES: [(&str, &str); 10] = [
    ("package.json", PACKAGES),
    ("requirements.txt", REQUIREMENTS),
    ("preload.js", include_str!("../../../peers/preload.js")),
    ("preload.py", include_str!("../../../peers/preload.py")),
    ("bottender/bottender.config.js", include_str!("../../../peers/bottender/bottender.config.js")),
    ("bottender/index.js", include_str!("../../../peers/bottender/index.js")),
    ("botkit.js", include_str!("../../../peers/botkit.js")),
    ("receive.py", include_str!("../../../peers/receive.py")),
    ("send.js", include_str!("../../../peers/send.js")),
    ("send.py", include_str!("../../../peers/send.py")),
];
/// Seconds until a peer must answer, and until one that sends must be done.
const START: f64 = 60.0;
const DONE: f64 = 300.0;

/// What runs a peer.
#[derive(Clone, Copy)]
pub enum By {
    Node,
    Python,
}

pub struct Home {
    folder: PathBuf,
    node: Result<(), String>,
    python: Result<(), String>,
    /// Goes when this is dropped.
    _temporary: Option<tempfile::TempDir>,
}

impl Home {
    /// Installs what is not there yet, into `folder` or one that goes in the end.
    pub fn install(folder: Option<&Path>, dir: &Path) -> Result<Self> {
        let (folder, temporary) = if let Some(folder) = folder {
            fs::create_dir_all(folder)?;
            (folder.canonicalize()?, None)
        } else {
            let made = tempfile::Builder::new().prefix("entente-peers-").tempdir_in(dir)?;
            (made.path().canonicalize()?, Some(made))
        };
        fs::create_dir_all(folder.join("bottender"))?;
        for (name, text) in FILES {
            fs::write(folder.join(name), text)?;
        }
        let node = once(&folder, "npm.installed", PACKAGES, || {
            command(&folder, "npm", &["install", "--ignore-scripts", "--no-audit", "--no-fund"])
        });
        let python = once(&folder, "pip.installed", REQUIREMENTS, || {
            command(&folder, "python3", &["-m", "venv", "python"])?;
            // A source package runs a program of its makers when it is installed; pymessenger is handed on as nothing else.
            let pip = "-m pip install --disable-pip-version-check --only-binary :all: --no-binary pymessenger -r requirements.txt";
            command(&folder, "python/bin/python", &pip.split(' ').collect::<Vec<_>>())
        });
        let told = |installed: Result<()>| installed.map_err(|error| format!("{error:#}"));
        Ok(Self { node: told(node), python: told(python), folder, _temporary: temporary })
    }

    /// What is installed, as it is pinned.
    pub fn versions() -> Result<String> {
        let packages: serde_json::Value = serde_json::from_str(PACKAGES)?;
        let packages = packages.get("dependencies").and_then(|all| all.as_object()).context("no packages")?;
        let npm =
            packages.iter().map(|(name, version)| format!("{name} {}", version.as_str().unwrap_or("?")));
        let lines = REQUIREMENTS.lines().filter(|line| !line.starts_with('#'));
        let pypi = lines.map(|line| line.replace("==", " "));
        Ok(npm.chain(pypi).collect::<Vec<_>>().join(", "))
    }

    /// A process of it, not started yet.
    fn prepare(&self, by: By, folder: &str, name: &str) -> Result<Command> {
        let (program, installed) = match by {
            By::Node => (PathBuf::from("node"), &self.node),
            By::Python => (self.folder.join("python/bin/python"), &self.python),
        };
        if let Err(reason) = installed {
            bail!("not installed: {reason}");
        }
        let mut command = Command::new(program);
        if let By::Node = by {
            command.arg("--require").arg(self.folder.join("preload.js"));
        }
        command
            .current_dir(self.folder.join(folder))
            .env("APP_SECRET", SECRET)
            .env("NODE_ENV", "production")
            .env("NO_UPDATE_NOTIFIER", "1")
            // Held open as long as it shall run.
            .stdin(Stdio::piped())
            .stdout(File::create(self.folder.join(format!("{name}.out")))?)
            .stderr(File::create(self.folder.join(format!("{name}.err")))?);
        Ok(command)
    }

    /// Starts one that serves the port named PORT in `args`, and waits until it answers this request.
    pub async fn serve(&self, peer: &Program, request: &[u8]) -> Result<Served> {
        let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let port = address.port().to_string();
        let mut command = self.prepare(peer.by, peer.folder, peer.file)?;
        command
            .args(peer.args.iter().map(|arg| if *arg == "PORT" { &port } else { *arg }))
            .env("PORT", &port);
        let child = command.spawn().context("cannot be started")?;
        let mut served = Served { child, address, errors: self.folder.join(format!("{}.err", peer.file)) };
        let watch = Watch::start();
        while let Err(error) = load::run(address, vec![request.to_vec()]).await {
            served.check()?;
            ensure!(watch.seconds() < START, "does not answer: {error:#}");
            pause(200).await;
        }
        Ok(served)
    }

    /// Runs one that sends, and reads the seconds that it took.
    pub async fn send(&self, by: By, file: &str, order: &serde_json::Value) -> Result<f64> {
        let mut command = self.prepare(by, "", file)?;
        let child = command.arg(file).arg(order.to_string()).spawn().context("cannot be started")?;
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut sender = Served { child, address, errors: self.folder.join(format!("{file}.err")) };
        let watch = Watch::start();
        while sender.is_running()? {
            ensure!(watch.seconds() < DONE, "does not end");
            pause(20).await;
        }
        let said = fs::read_to_string(self.folder.join(format!("{file}.out")))?;
        let answer: Option<serde_json::Value> = serde_json::from_str(said.trim()).ok();
        let seconds = answer.and_then(|answer| answer.get("seconds")?.as_f64());
        seconds.with_context(|| format!("it sent nothing: {}", sender.complaint()))
    }
}

/// What serves the webhook.
pub struct Program {
    pub by: By,
    pub folder: &'static str,
    /// Names its output.
    pub file: &'static str,
    pub args: &'static [&'static str],
}

/// A process of a peer's.
pub struct Served {
    child: Child,
    pub address: SocketAddr,
    errors: PathBuf,
}

impl Served {
    fn is_running(&mut self) -> Result<bool> {
        Ok(self.child.try_wait()?.is_none())
    }

    /// Fails when it has ended.
    pub fn check(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => bail!("ended ({status}): {}", self.complaint()),
        }
    }

    fn complaint(&self) -> String {
        last_lines(&fs::read_to_string(&self.errors).unwrap_or_default())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Does it unless it was done with the same text before.
fn once(folder: &Path, stamp: &str, text: &str, install: impl FnOnce() -> Result<()>) -> Result<()> {
    let stamp = folder.join(stamp);
    if fs::read_to_string(&stamp).is_ok_and(|before| before == text) {
        return Ok(());
    }
    install()?;
    Ok(fs::write(stamp, text)?)
}

fn command(folder: &Path, program: &str, args: &[&str]) -> Result<()> {
    // One of the folder, or one of the system.
    let path = if program.contains('/') { folder.join(program) } else { PathBuf::from(program) };
    let output = Command::new(path).args(args).current_dir(folder).stdin(Stdio::null()).output();
    let output = output.with_context(|| format!("`{program}` cannot be started"))?;
    let complaint = last_lines(&String::from_utf8_lossy(&output.stderr));
    ensure!(output.status.success(), "`{program} {}` failed: {complaint}", args.join(" "));
    Ok(())
}

/// What a program said last, on one line.
fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.get(lines.len().saturating_sub(4)..).unwrap_or_default().join(" / ")
}
