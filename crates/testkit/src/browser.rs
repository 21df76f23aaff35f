//! A real browser for tests: headless Chromium, told what to do by its driver (W3C WebDriver, one
//! JSON request per command). About ten commands are needed; the crates that know all of them bring
//! thirty others with them.
//!
//! Invariants: the browser reaches this machine and nothing else; each has a profile of its own, in a
//! folder that goes with it; what it complains about (scripts or styles that a policy forbids, errors)
//! is kept to be asked for. Everything here panics where a test would have to stop anyway.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops where something is not as it should be"
)]

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// How long the browser looks for something that is to appear, in milliseconds.
const PATIENCE: u32 = 10_000;

/// Milliseconds between two looks at what is not there yet.
const PAUSE: u32 = 50;

/// The key under which the driver hands out elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The windows in which pages are looked at.
pub const WIDTHS: [(u32, u32, &str); 2] = [(1280, 800, "desk"), (390, 844, "phone")];

/// What sticks out of the window at its sides, if the page can be scrolled there.
const SIDEWAYS: &str = "
    const root = document.documentElement, width = root.clientWidth;
    if (root.scrollWidth <= width) return [];
    const out = element => { const box = element.getBoundingClientRect(); return box.left < -1 || box.right > width + 1; };
    const name = element => element.tagName + '.' + element.className;
    return [root.scrollWidth, width, ...[...document.body.querySelectorAll('*')].filter(out).map(name).slice(0, 5)];";

/// How far things moved by themselves since the page was loaded (the browser's own measure, W3C Layout
/// Instability), once it has been drawn.
const SHIFTED: &str = "
    return new Promise(done => requestAnimationFrame(() => setTimeout(() => {
        let sum = 0;
        const seen = new PerformanceObserver(list => {
            const shifts = list.getEntriesByType('layout-shift');
            sum += shifts.reduce((sum, shift) => sum + shift.value, 0);
            // Asked for last and always there: what came before it is complete.
            if (list.getEntriesByType('navigation').length > 0) done(sum);
        });
        seen.observe({ type: 'layout-shift', buffered: true });
        seen.observe({ type: 'navigation', buffered: true });
    }, 0)));";

/// What a person finds on a page by its words: a function's arguments are what is looked for, in which part (the words of
/// its heading; none: anywhere), the words, and for how many milliseconds. Answers with the element, or with all that is there.
const FIND: &str = "
    const [kind, part, wanted, patience] = arguments;
    const plain = text => text.replace(/[\\u200e\\u200f\\u2066-\\u2069]/g, '').replace(/\\s+/g, ' ').trim();
    const isSeen = element => element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
        && element.getClientRects().length > 0 && !element.closest('.e-hidden');
    const words = element => {
        const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT), texts = [];
        while (walk.nextNode()) if (isSeen(walk.currentNode.parentElement)) texts.push(walk.currentNode.data);
        return plain(texts.join('')) || plain(element.getAttribute('aria-label') || '');
    };
    const all = (within, css) => [...within.querySelectorAll(css)].filter(isSeen);
    const names = label => {
        const field = label.control || document.querySelector(`[aria-labelledby='${label.id}']`);
        return field && isSeen(field) ? field : null;
    };
    const look = () => {
        const heading = part && all(document, 'h1, h2, h3').find(heading => words(heading) === plain(part));
        const within = part ? heading && heading.closest('section, article, main') : document;
        if (!within) return { seen: all(document, 'h1, h2, h3').map(words) };
        const found = kind === 'field'
            ? all(within, 'label, summary[id]').map(label => [words(label), names(label)]).filter(pair => pair[1])
            : all(within, 'a[href], button, summary, label.form-check').map(element => [words(element), element]);
        const isIt = ([said, element]) => said === plain(wanted) || (element.matches('label') && said.startsWith(plain(wanted)));
        const hits = found.filter(isIt).map(pair => pair[1]);
        const ways = new Set(hits.map((hit, at) => hit.href || at));
        return ways.size === 1 ? { element: hits[0] } : { seen: found.map(pair => pair[0]), hits: hits.length };
    };
    return new Promise(done => {
        const until = performance.now() + patience;
        const again = () => {
            const found = look();
            if (!found.element && performance.now() < until) return setTimeout(again, 50);
            if (found.element) found.element.scrollIntoView({ block: 'center' });
            done(found);
        };
        again();
    });";

/// Names that two elements have: what a label or a description points at is then the wrong one.
const TWICE: &str = "
    const ids = [...document.querySelectorAll('[id]')].map(element => element.id);
    return ids.filter((id, at) => ids.indexOf(id) !== at);";

/// One browser with one window.
pub struct Browser {
    driver: Child,
    port: u16,
    session: String,
    /// What driver and browser put down meanwhile, which neither of them clears away.
    folder: TempDir,
}

/// Whether there is a browser to test with (Debian: `chromium-driver`, which brings `chromium`). Says so
/// if not; under `CI=true` the test fails then.
pub fn is_installed() -> bool {
    let asked =
        Command::new("chromedriver").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    #[expect(
        clippy::disallowed_methods,
        reason = "tests are told by the environment what they may leave out"
    )]
    let is_wanted = std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(asked.is_ok() || !is_wanted, "chromedriver must be installed under CI");
    if asked.is_err() {
        #[expect(clippy::print_stderr, reason = "a test that is left out says so")]
        {
            eprintln!("skipped: install chromium and chromium-driver to test in a browser");
        }
    }
    asked.is_ok()
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|answer| answer.stdout.starts_with(b"0\n"))
}

/// Whether the page went away under what was asked: the element with it, or the script while it waited.
fn is_gone(said: &Value) -> bool {
    said["error"] == "stale element reference" || said["error"] == "javascript error"
}

/// `None`: it ended before it said at which port it listens.
fn start_driver(folder: &Path) -> Option<(Child, u16)> {
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        .env("TMPDIR", folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("chromedriver starts");
    let said = std::io::BufReader::new(driver.stdout.take().expect("its output"));
    let named = said.lines().map_while(Result::ok).find_map(|line| {
        line.strip_prefix("ChromeDriver was started successfully on port ").map(str::to_owned)
    });
    let port = named.and_then(|port| port.trim_end_matches('.').parse().ok());
    if port.is_none() {
        let _ = driver.wait();
    }
    Some((driver, port?))
}

impl Browser {
    /// Starts one; for root without Chromium's sandbox, which root cannot have.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        // It takes a port on two addresses, and gives up where the second is taken by somebody else.
        let (driver, port) =
            (0..3).find_map(|_| start_driver(folder.path())).expect("chromedriver names its port");
        let mut browser = Self { driver, port, session: String::new(), folder };
        let mut arguments = vec![
            "--headless=new",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--force-prefers-reduced-motion",
            "--disable-background-networking",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1",
        ];
        if is_root() {
            arguments.push("--no-sandbox");
        }
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "acceptInsecureCerts": true,
            "timeouts": { "implicit": PATIENCE, "script": 60_000, "pageLoad": 30_000 },
            "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
        } } });
        let session = browser.ask("POST", "/session", &wanted).await;
        browser.session = session["sessionId"].as_str().expect("a session").to_owned();
        browser
    }

    /// Where everything lies that it puts down: its profile with history, storage and cache.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    async fn tell(&self, command: &str, body: &Value) -> Value {
        self.ask("POST", &format!("/session/{}{command}", self.session), body).await
    }

    async fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        self.asked(method, path, body).await.unwrap_or_else(|trouble| panic!("{path}: {trouble}"))
    }

    /// What the driver answers, or what it says why not.
    async fn asked(&self, method: &str, path: &str, body: &Value) -> Result<Value, Value> {
        let body = if method == "GET" { String::new() } else { body.to_string() };
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.expect("the driver listens");
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            self.port,
            body.len()
        );
        stream.write_all(head.as_bytes()).await.expect("the driver reads");
        stream.write_all(body.as_bytes()).await.expect("the driver reads");
        // The driver keeps the connection open whatever it is asked, so its length is the end.
        let mut answer = BufReader::new(stream);
        let (mut head, mut length) = (String::new(), 0);
        while !head.ends_with("\r\n\r\n") {
            let read = answer.read_line(&mut head).await.expect("the driver answers");
            assert!(read > 0, "the driver hung up: {head}");
            let line = head.lines().next_back().unwrap_or_default().to_ascii_lowercase();
            length = line.strip_prefix("content-length:").map_or(length, |n| n.trim().parse().unwrap_or(0));
        }
        let mut body = vec![0; length];
        answer.read_exact(&mut body).await.expect("the driver answers");
        let body = String::from_utf8(body).expect("the driver answers with text");
        let mut json: Value = serde_json::from_str(&body).unwrap_or_else(|_| panic!("no JSON: {body}"));
        let value = json["value"].take();
        if head.starts_with("HTTP/1.1 200") { Ok(value) } else { Err(value) }
    }

    pub async fn go(&self, address: &str) {
        self.tell("/url", &json!({ "url": address })).await;
    }

    /// A device that holds passkeys and knows its person, as the browser plays one (Web Authentication, 11).
    pub async fn add_authenticator(&self) -> String {
        let device = json!({ "protocol": "ctap2", "transport": "internal", "hasResidentKey": true,
            "hasUserVerification": true, "isUserVerified": true, "isUserConsenting": true });
        self.tell("/webauthn/authenticator", &device).await.as_str().expect("a name").to_owned()
    }

    /// Whether the device finds its person in whoever touches it.
    pub async fn set_verified(&self, authenticator: &str, is_verified: bool) {
        let known = json!({ "isUserVerified": is_verified });
        self.tell(&format!("/webauthn/authenticator/{authenticator}/uv"), &known).await;
    }

    /// The way back, as the button does it.
    pub async fn back(&self) {
        self.tell("/back", &json!({})).await;
    }

    pub async fn address(&self) -> String {
        let path = format!("/session/{}/url", self.session);
        self.ask("GET", &path, &Value::Null).await.as_str().expect("an address").to_owned()
    }

    async fn element(&self, css: &str) -> String {
        let found = self.tell("/element", &json!({ "using": "css selector", "value": css })).await;
        found[ELEMENT].as_str().expect("an element").to_owned()
    }

    /// Waits until something that fits is there.
    pub async fn wait_for(&self, css: &str) {
        self.element(css).await;
    }

    /// Does it to the first element that fits. Where the page went between finding and doing, which a person would not
    /// notice, the next page's is found.
    async fn with(&self, css: &str, method: &str, act: &str, body: &Value) -> Value {
        let mut trouble = Value::Null;
        for _ in 0..3 {
            let path = format!("/session/{}/element/{}{act}", self.session, self.element(css).await);
            match self.asked(method, &path, body).await {
                Ok(value) => return value,
                Err(said) if is_gone(&said) => trouble = said,
                Err(said) => panic!("{css}{act}: {said}"),
            }
        }
        panic!("{css}{act}: {trouble}")
    }

    pub async fn click(&self, css: &str) {
        self.with(css, "POST", "/click", &json!({})).await;
    }

    pub async fn write(&self, css: &str, text: &str) {
        self.with(css, "POST", "/value", &json!({ "text": text })).await;
    }

    /// What is called so on the page, as a person finds it: a `way` (something to click) or a `field`, below the heading
    /// `part` or anywhere. Where there is none, or several that lead elsewhere, the test fails with what is there.
    async fn find(&self, kind: &str, part: Option<&str>, words: &str) -> Result<String, Value> {
        let script = json!({ "script": FIND, "args": [kind, part, words, PATIENCE] });
        let found = self.asked("POST", &format!("/session/{}/execute/sync", self.session), &script).await?;
        let element = found["element"][ELEMENT].as_str();
        let element = element.unwrap_or_else(|| {
            panic!("no one {kind} is called “{words}” (part {part:?}); there are {}", found["seen"])
        });
        Ok(element.to_owned())
    }

    /// Does it to what is called so; as in [`Self::with`] on the next page where the page went in between.
    async fn with_found(&self, (kind, act): (&str, &str), part: Option<&str>, words: &str, body: &Value) {
        let mut trouble = Value::Null;
        for _ in 0..3 {
            let done = match self.find(kind, part, words).await {
                Ok(element) => {
                    let path = format!("/session/{}/element/{element}{act}", self.session);
                    self.asked("POST", &path, body).await
                }
                Err(said) => Err(said),
            };
            match done {
                Ok(_) => return,
                Err(said) if is_gone(&said) => trouble = said,
                Err(said) => panic!("“{words}”{act}: {said}"),
            }
        }
        panic!("“{words}”{act}: {trouble}")
    }

    /// Clicks the link, the button, the box or the fold that is called so.
    pub async fn press(&self, part: Option<&str>, words: &str) {
        self.with_found(("way", "/click"), part, words, &json!({})).await;
    }

    /// Types into the field whose label says so, behind what stands there.
    pub async fn fill(&self, part: Option<&str>, label: &str, text: &str) {
        self.with_found(("field", "/value"), part, label, &json!({ "text": text })).await;
    }

    /// What a person reads there, without the marks that keep a name's own direction.
    pub async fn text(&self, css: &str) -> String {
        let text = self.with(css, "GET", "/text", &Value::Null).await;
        text.as_str().expect("a text").replace(['\u{2068}', '\u{2069}'], "")
    }

    /// That the words stand there, once the page that was asked for is drawn.
    #[expect(clippy::disallowed_methods, reason = "a real browser takes real time")]
    pub async fn reads(&self, css: &str, words: &str) {
        let words = words.replace(['\u{2068}', '\u{2069}'], "");
        let mut page = self.text(css).await;
        for _ in 0..PATIENCE / PAUSE {
            if page.contains(&words) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(PAUSE.into())).await;
            page = self.text(css).await;
        }
        panic!("“{words}” is not in: {page}");
    }

    /// Runs a function's body in the page; a promise that it returns is waited for.
    pub async fn run(&self, script: &str, arguments: &[Value]) -> Value {
        self.tell("/execute/sync", &json!({ "script": script, "args": arguments })).await
    }

    /// Whether a function's body comes to say true, on whatever page is there by then.
    #[expect(clippy::disallowed_methods, reason = "a real browser takes real time")]
    pub async fn comes_true(&self, script: &str) -> bool {
        let path = format!("/session/{}/execute/sync", self.session);
        for _ in 0..PATIENCE / PAUSE {
            match self.asked("POST", &path, &json!({ "script": script, "args": [] })).await {
                Ok(Value::Bool(true)) => return true,
                Ok(_) => {}
                Err(said) if is_gone(&said) => {}
                Err(said) => panic!("{script}: {said}"),
            }
            tokio::time::sleep(Duration::from_millis(PAUSE.into())).await;
        }
        false
    }

    /// How far the parts of the page that was just loaded moved while it was drawn; 0 is not at all. To be
    /// asked before the window is resized, which moves them too.
    pub async fn layout_shift(&self) -> f64 {
        self.run(SHIFTED, &[]).await.as_f64().expect("a number")
    }

    pub async fn cookies(&self) -> Vec<Value> {
        let path = format!("/session/{}/cookie", self.session);
        self.ask("GET", &path, &Value::Null).await.as_array().expect("cookies").clone()
    }

    /// The cookies of every site, not of the shown one only.
    pub async fn all_cookies(&self) -> Vec<Value> {
        let found = self.devtools("Network.getAllCookies", json!({})).await;
        found["cookies"].as_array().expect("cookies").clone()
    }

    /// Which languages it asks pages for, most wanted first.
    pub async fn speak(&self, languages: &str) {
        let agent = self.run("return navigator.userAgent", &[]).await;
        let wanted = json!({ "userAgent": agent, "acceptLanguage": languages });
        self.devtools("Emulation.setUserAgentOverride", wanted).await;
    }

    async fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.tell("/goog/cdp/execute", &json!({ "cmd": command, "params": parameters })).await
    }

    /// What is downloaded goes into this folder, without a question.
    pub async fn download_to(&self, folder: &Path) {
        let wanted = json!({ "behavior": "allow", "downloadPath": folder.to_str().expect("a path") });
        self.devtools("Browser.setDownloadBehavior", wanted).await;
    }

    /// The window as a desk or a phone has it, in CSS pixels.
    pub async fn resize(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.devtools("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// What the system prefers: `dark` or `light`.
    pub async fn prefer(&self, scheme: &str) {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", features).await;
    }

    /// Whether scripts run.
    pub async fn allow_scripts(&self, allowed: bool) {
        self.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": !allowed })).await;
    }

    /// The whole page as PNG, as a window would show it that is as high as the page; then the window
    /// is what it was.
    pub async fn photograph(&self, file: &Path) {
        let measure = "return [innerWidth, innerHeight, document.documentElement.scrollHeight]";
        let measured = self.run(measure, &[]).await;
        let pixels = |at: usize| u32::try_from(measured[at].as_u64().unwrap_or(0)).expect("a length");
        let (width, height, whole) = (pixels(0), pixels(1), pixels(2));
        self.resize(width, height.max(whole)).await;
        let path = format!("/session/{}/screenshot", self.session);
        let taken = self.ask("GET", &path, &Value::Null).await;
        self.resize(width, height).await;
        let png = BASE64_STANDARD.decode(taken.as_str().expect("a picture")).expect("base64");
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("the folder can be made");
        std::fs::write(file, png).expect("the picture can be written");
    }

    /// What the browser complained about since it was last asked.
    pub async fn complaints(&self) -> Vec<String> {
        let entries = self.tell("/se/log", &json!({ "type": "browser" })).await;
        let severe = |entry: &Value| entry["level"] == "SEVERE" || entry["level"] == "WARNING";
        let text = |entry: &Value| entry["message"].as_str().unwrap_or_default().to_owned();
        entries.as_array().into_iter().flatten().filter(|entry| severe(entry)).map(text).collect()
    }

    /// What is wrong with the page: what the browser complains about, scrolling sideways, names that
    /// stand twice, and what axe-core (see [`axe`]) takes seriously.
    pub async fn troubles(&self, axe: &str) -> Vec<String> {
        let mut troubles = self.complaints().await;
        let sideways = self.run(SIDEWAYS, &[]).await;
        if sideways != json!([]) {
            troubles.push(format!("scrolls sideways: {sideways}"));
        }
        let twice = self.run(TWICE, &[]).await;
        if twice != json!([]) {
            troubles.push(format!("names that stand twice: {twice}"));
        }
        self.run(axe, &[]).await;
        let found = self.run("return axe.run(document, { resultTypes: ['violations'] })", &[]).await;
        assert_eq!(found["testEngine"]["name"], "axe-core");
        let rules = found["violations"].as_array().expect("a list");
        let serious = |rule: &&Value| rule["impact"] == "serious" || rule["impact"] == "critical";
        troubles.extend(rules.iter().filter(serious).map(|rule| {
            let node = &rule["nodes"][0];
            format!("{}: {} ({}) {}", rule["id"], rule["help"], node["target"], node["any"][0]["message"])
        }));
        // axe leaves its own marks, which are no page's.
        self.complaints().await;
        troubles
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver takes its browser along when it is asked to stop; it may be gone already.
        let asked = std::net::TcpStream::connect(("127.0.0.1", self.port)).and_then(|mut stream| {
            use std::io::{Read, Write};
            let path = format!("/session/{}", self.session);
            write!(
                stream,
                "DELETE {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\r\n",
                self.port
            )?;
            stream.read(&mut [0; 512])
        });
        drop(asked);
        drop(self.driver.kill());
        drop(self.driver.wait());
    }
}

/// axe-core, which finds what keeps people with a screen reader, a keyboard or weak eyes out. Fetched
/// with npm as `manifests` pins it, once, into `cache`.
pub fn axe(manifests: &Path, cache: &Path) -> String {
    let script = |folder: &Path| folder.join("node_modules/axe-core/axe.min.js");
    let lock = std::fs::read(manifests.join("package-lock.json")).expect("the lock file");
    let sum = lock.iter().fold(5_381_u64, |sum, byte| sum.wrapping_mul(33) ^ u64::from(*byte));
    let folder = cache.join(format!("npm-{sum:x}"));
    if !script(&folder).exists() {
        // Made aside and moved, because tests run beside each other.
        let aside = cache.join(format!("npm-{sum:x}.{}", std::process::id()));
        std::fs::create_dir_all(&aside).expect("a folder");
        for file in ["package.json", "package-lock.json"] {
            std::fs::copy(manifests.join(file), aside.join(file)).expect("a copy");
        }
        let flags =
            ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];
        let done = Command::new("npm").args(flags).current_dir(&aside).stdout(Stdio::null()).status();
        assert!(done.is_ok_and(|status| status.success()), "npm fetches axe-core");
        if std::fs::rename(&aside, &folder).is_err() {
            // Another test was first.
            drop(std::fs::remove_dir_all(&aside));
        }
    }
    std::fs::read_to_string(script(&folder)).expect("axe-core")
}

/// Where pictures are kept: `target/screenshots`, whatever the tests' own folder below `target` is.
pub fn pictures(tmp: &Path) -> PathBuf {
    tmp.parent().expect("the target folder").join("screenshots")
}
