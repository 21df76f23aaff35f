//! The real binary as a process of its own, with a folder, a configuration and a simulator in this
//! process. Its logs are kept at the finest level.

use crate::admin;
use crate::site::{Site, eventually, make_pages};
use model::time::{BoxFuture, Clock, Monotonic, Timestamp};
use simulator::{Config, Handle, Login, PageId, Simulator};
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub const BRANDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../brands");
pub const HOST: &str = "mysocium.localhost";

/// The binary, with nothing of this process's own configuration.
pub fn entente(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_entente"));
    command.current_dir(folder).env_clear().stdin(Stdio::null());
    command
}

/// The binary, which does not get the signal for a file that may not grow, as with a full disk.
fn shell(folder: &Path) -> Command {
    let mut command = Command::new("/bin/sh");
    command.current_dir(folder).env_clear().stdin(Stdio::null());
    command.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_entente")]);
    command
}

/// Runs it to its end.
pub async fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = entente(folder);
    command.args(arguments);
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

/// It ends with `status` and one sentence with these words.
pub async fn refused(folder: &Path, arguments: &[&str], status: i32, words: &[&str]) {
    let output = run(folder, arguments).await;
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {err}");
    for word in words {
        assert!(err.contains(word), "{arguments:?}: `{word}` is not said: {err}");
    }
    assert!(err.starts_with("entente: "), "{arguments:?}: {err}");
    assert_eq!(err.trim().lines().count(), 1, "{arguments:?}: not one sentence: {err}");
    assert!(!err.contains("panicked"), "{arguments:?}: {err}");
}

/// Real time: the process has no other.
pub struct RealClock;

impl Clock for RealClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "the process under test lives in real time")]
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        Timestamp(i64::try_from(since.as_micros()).unwrap())
    }

    fn monotonic(&self) -> Monotonic {
        Monotonic(self.now().micros())
    }

    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'_, ()> {
        let micros = u64::try_from(at.since(self.now()).0).unwrap_or(0);
        #[expect(clippy::disallowed_methods, reason = "the process under test lives in real time")]
        Box::pin(tokio::time::sleep(Duration::from_micros(micros)))
    }
}

/// A folder with a configuration, and a simulator that it points at.
pub struct World {
    pub folder: tempfile::TempDir,
    pub sim: Handle,
    pub pages: Vec<PageId>,
    simulator: Simulator,
    starts: usize,
    token: Option<String>,
    /// Whether a write past the limit of a file's size is an error for the program and not its end.
    ignores_limits: bool,
}

impl World {
    pub async fn new(pages: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::new(Arc::new(RealClock), 1);
        config.settings.login = Login::Auto;
        config.settings.require_proof = true;
        let simulator = Simulator::start(config).await.unwrap();
        let sim = simulator.handle();
        let pages = make_pages(&sim, pages);
        let brand = folder.path().join("brands/mysocium");
        std::fs::create_dir_all(&brand).unwrap();
        std::fs::copy(format!("{BRANDS}/mysocium/brand.toml"), brand.join("brand.toml")).unwrap();
        std::fs::copy(format!("{BRANDS}/recipients.toml"), folder.path().join("recipients.toml")).unwrap();
        let world = Self { folder, sim, pages, simulator, starts: 0, token: None, ignores_limits: false };
        std::fs::write(world.config(), world.configuration("127.0.0.1:0")).unwrap();
        world
    }

    pub fn configuration(&self, listen: &str) -> String {
        format!(
            "[server]\nlisten = \"{listen}\"\ntls = \"behind-proxy\"\npublic_url = \"http://127.0.0.1\"\n\
             [database]\nurl = \"sqlite:{data}/entente.db\"\n\
             [keys]\nurl = \"sqlite:{data}/keys.db\"\nroot_file = \"{data}/root.key\"\n\
             [messenger]\ngraph_url = \"{graph}\"\napp_id = \"{app}\"\n\
             app_secret = \"simulated_app_secret\"\nverify_token = \"simulated_verify_token\"\n\
             [brands]\ndir = \"{folder}/brands\"\n[outbound]\nrecipients = \"{folder}/recipients.toml\"\n",
            data = self.data().display(),
            graph = self.sim.url(),
            app = self.sim.app_id(),
            folder = self.folder.path().display(),
        )
    }

    pub fn config(&self) -> PathBuf {
        self.folder.path().join("entente.toml")
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// What the process said on standard error in all its runs.
    pub fn logs(&self) -> String {
        (1..=self.starts).map(|n| std::fs::read_to_string(self.log(n)).unwrap()).collect()
    }

    fn log(&self, start: usize) -> PathBuf {
        self.folder.path().join(format!("standard-error-{start}.txt"))
    }

    fn spawn(&mut self, environment: &[(&str, &str)]) -> Child {
        self.starts += 1;
        let mut command = entente(self.folder.path());
        if self.ignores_limits {
            command = shell(self.folder.path());
        }
        command.args(["serve", "--config"]).arg(self.config()).envs(environment.iter().copied());
        command.stdout(Stdio::piped()).stderr(File::create(self.log(self.starts)).unwrap());
        command.spawn().unwrap()
    }

    /// Starts `entente serve`, which kills itself at once or a little later.
    pub async fn serve_and_die(&mut self, environment: &[(&str, &str)]) {
        let mut process = self.spawn(environment);
        let ended = || std::future::ready(process.try_wait().unwrap());
        let status = eventually("the kill at the start", ended).await;
        assert_eq!(status.signal(), Some(9), "it ended by itself: {status}");
    }

    /// Starts `entente serve` and makes the simulator deliver to it.
    pub async fn serve(&mut self, environment: &[(&str, &str)]) -> Program {
        let mut process = self.spawn(environment);
        let log = self.log(self.starts);
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let address = tokio::task::spawn_blocking(move || {
            let mut said = Vec::new();
            for line in lines.by_ref().map_while(Result::ok) {
                if let Some(address) = line.strip_prefix("Entente listens on http://") {
                    return Some((address.parse::<SocketAddr>().unwrap(), said));
                }
                said.push(line);
            }
            None
        });
        let stands = address.await.unwrap();
        let problem = || std::fs::read_to_string(&log).unwrap();
        let (address, said) = stands.unwrap_or_else(|| panic!("it did not start: {}", problem()));
        let token = match &self.token {
            Some(token) => token.clone(),
            None => {
                let link = admin::set_up_link(said.iter().map(String::as_str), "mysocium").unwrap();
                let client =
                    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
                let (client, base) = (client.build().unwrap(), format!("http://{address}"));
                admin::Site { client: &client, base: &base, host: HOST }.begin(link).await
            }
        };
        self.token = Some(token.clone());
        self.sim.set_callback_unverified(&format!("http://{address}/webhooks/messenger"));
        Program { process, site: Site::new(address, HOST, &token), said }
    }

    /// What a dead process held is held until its lease runs out; here that time is over at once.
    pub fn let_leases_run_out(&self) {
        let data = rusqlite::Connection::open(self.data().join("entente.db")).unwrap();
        data.execute("UPDATE lease SET expires_at = 0", []).unwrap();
    }

    /// From the next start on the disk can be made full: [`Program::may_write_up_to`].
    pub fn ignore_limits(&mut self) {
        self.ignores_limits = true;
    }

    pub async fn close(self) {
        self.simulator.shutdown().await;
    }
}

/// A running `entente serve`. Ends when dropped.
pub struct Program {
    /// Its lines on standard output until it stood.
    pub said: Vec<String>,
    process: Child,
    pub site: Site,
}

impl Program {
    pub fn has_ended(&mut self) -> Option<ExitStatus> {
        self.process.try_wait().unwrap()
    }

    /// No file of the process grows past so many bytes; `None`: there is room again.
    #[cfg(target_os = "linux")]
    pub fn may_write_up_to(&self, bytes: Option<u64>) {
        use rustix::process::{Pid, Resource, Rlimit, prlimit};
        let pid = Pid::from_raw(i32::try_from(self.process.id()).unwrap());
        prlimit(pid, Resource::Fsize, Rlimit { current: bytes, maximum: None }).unwrap();
    }

    /// Until it has died, which must be by SIGKILL.
    pub async fn killed(mut self) {
        let status = eventually("the kill", || std::future::ready(self.has_ended())).await;
        assert_eq!(status.signal(), Some(9), "it ended by itself: {status}");
    }

    /// Asks it to end, as the operating system does.
    pub async fn stop(mut self) {
        let asked = Command::new("kill").arg(self.process.id().to_string()).status().unwrap();
        assert!(asked.success());
        let status = eventually("the end", || std::future::ready(self.has_ended())).await;
        assert!(status.success(), "it did not end well: {status}");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
