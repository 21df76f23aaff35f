//! The real binary as a process of its own, with a folder, a configuration and a simulator in this
//! process. Its logs are kept at the finest level.

use crate::admin;
use crate::databases::{Databases, On};
use crate::site::{Site, eventually, make_pages, within};
use simulator::{Config, Handle, Login, PageId, Simulator};
use std::fs::File;
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::Arc;
pub use testkit::RealClock;

pub const BRANDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../brands");
pub const HOST: &str = "mysocium.localhost";
/// An admin of tests has no second factor.
const SECOND_FACTOR: &str = "[accounts]\nsecond_factor = \"offered\"\n";

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

/// A folder with a configuration, and a simulator that it points at.
pub struct World {
    pub folder: tempfile::TempDir,
    pub databases: Databases,
    pub sim: Handle,
    pub pages: Vec<PageId>,
    simulator: Simulator,
    starts: usize,
    token: Option<String>,
    /// The program of an earlier commit, which is served instead of this build from the next start on.
    earlier: Option<String>,
    /// Beside the configuration's file.
    settings: Vec<(&'static str, &'static str)>,
    /// Whether a write past the limit of a file's size is an error for the program and not its end.
    ignores_limits: bool,
}

impl World {
    pub async fn new(pages: usize) -> Self {
        Self::on(On::Sqlite, pages).await
    }

    pub async fn on(on: On, pages: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let databases = Databases::new(on, &folder.path().join("data")).await;
        Self::with(folder, databases, pages).await
    }

    /// On databases that are there.
    pub async fn over(databases: Databases, pages: usize) -> Self {
        Self::with(tempfile::tempdir().unwrap(), databases, pages).await
    }

    /// On databases of which copies can be kept and put back.
    pub async fn whole(on: On, pages: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let databases = Databases::whole(on, &folder.path().join("data")).await;
        Self::with(folder, databases, pages).await
    }

    /// The brand's token for its API, once a first start has made it.
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap()
    }

    async fn with(folder: tempfile::TempDir, databases: Databases, pages: usize) -> Self {
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
        let world = Self {
            folder,
            databases,
            sim,
            pages,
            simulator,
            starts: 0,
            token: None,
            earlier: None,
            settings: Vec::new(),
            ignores_limits: false,
        };
        std::fs::write(world.config(), world.configuration("127.0.0.1:0")).unwrap();
        world
    }

    pub fn configuration(&self, listen: &str) -> String {
        format!(
            "[server]\nlisten = \"{listen}\"\ntls = \"behind-proxy\"\npublic_url = \"http://127.0.0.1\"\n\
             [database]\nurl = \"{}\"\n\
             [keys]\nurl = \"{}\"\nroot_file = \"{data}/root.key\"\n\
             [messenger]\ngraph_url = \"{graph}\"\napp_id = \"{app}\"\n\
             app_secret = \"simulated_app_secret\"\nverify_token = \"simulated_verify_token\"\n\
             {SECOND_FACTOR}\
             [brands]\ndir = \"{folder}/brands\"\n[outbound]\nrecipients = \"{folder}/recipients.toml\"\n",
            self.databases.urls[0],
            self.databases.urls[1],
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

    fn said(&self, start: usize) -> PathBuf {
        self.folder.path().join(format!("standard-output-{start}.txt"))
    }

    fn spawn(&mut self, environment: &[(&str, &str)]) -> Child {
        self.starts += 1;
        let mut command = self.earlier.as_ref().map_or_else(|| entente(self.folder.path()), |it| self.of(it));
        if self.ignores_limits {
            command = shell(self.folder.path());
        }
        command.args(["serve", "--config"]).arg(self.config());
        command.envs(self.settings.iter().chain(environment).copied());
        command.stdout(File::create(self.said(self.starts)).unwrap());
        command.stderr(File::create(self.log(self.starts)).unwrap());
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
        let (log, said) = (self.log(self.starts), self.said(self.starts));
        // Longer than a node that died amid an exchange of the root holds up the start of another.
        let address = within(100, "its address", || {
            let said = std::fs::read_to_string(&said).unwrap();
            // A line that is not finished says nothing yet.
            let lines = said.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
            let address = lines.filter_map(|line| line.strip_prefix("Entente listens on http://")).next();
            let problem = || std::fs::read_to_string(&log).unwrap();
            let ended = process.try_wait().unwrap();
            assert!(address.is_some() || ended.is_none(), "it did not start: {}", problem());
            std::future::ready(address.map(|address| address.parse::<SocketAddr>().unwrap()))
        })
        .await;
        let said = std::fs::read_to_string(&said).unwrap();
        let token = match &self.token {
            Some(token) => token.clone(),
            None => {
                let link = admin::set_up_link(said.lines(), "mysocium").unwrap();
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

    /// The program of an earlier commit.
    fn of(&self, earlier: &str) -> Command {
        let mut command = Command::new(earlier);
        command.current_dir(self.folder.path()).env_clear().stdin(Stdio::null());
        command
    }

    /// From the next start on a program of an earlier commit is served, with what it knows of the configuration.
    pub async fn serve_from(&mut self, earlier: &str) {
        (self.earlier, self.settings) = (Some(earlier.to_owned()), Vec::new());
        let mut doctor = self.of(earlier);
        doctor.args(["doctor", "--config"]).arg(self.config());
        let output = tokio::task::spawn_blocking(move || doctor.output().unwrap()).await.unwrap();
        if String::from_utf8_lossy(&output.stderr).contains("`accounts`") {
            let text = std::fs::read_to_string(self.config()).unwrap();
            std::fs::write(self.config(), text.replace(SECOND_FACTOR, "")).unwrap();
        }
    }

    /// From the next start on this build is served again, under a name of its own: two commits may have one version.
    pub fn serve_this_build(&mut self) {
        self.earlier = None;
        self.settings = vec![("ENTENTE_TEST_NEXT", "built"), ("ENTENTE_ACCOUNTS__SECOND_FACTOR", "offered")];
    }

    /// From the next start on the disk can be made full: [`Program::may_write_up_to`].
    pub fn ignore_limits(&mut self) {
        self.ignores_limits = true;
    }

    pub async fn close(self) {
        self.databases.remove().await;
        self.simulator.shutdown().await;
    }
}

/// A running `entente serve`. Ends when dropped.
pub struct Program {
    /// Its lines on standard output until it stood.
    pub said: String,
    process: Child,
    pub site: Site,
}

impl Program {
    /// The number of the process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

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

    /// A signal by its name.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(format!("-{name}")).arg(self.process.id().to_string()).status();
        assert!(sent.unwrap().success());
    }

    /// Asks it to end, as the operating system does.
    pub async fn stop(mut self) {
        self.signal("TERM");
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
