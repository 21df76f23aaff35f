//! Fetches what the console takes from others (Tabler's style sheets, htmx) with npm, as the lock
//! file pins it, and lays it into `OUT_DIR` for `src/assets.rs` to embed.
//!
//! Why here: nothing of others is kept in the repository, and the running program fetches nothing.
//! Invariants: no install script of a package is run; what was fetched for the same lock file is not
//! fetched again; node and npm are needed for building only.
#![allow(clippy::disallowed_methods, reason = "a build script is told its folders in the environment")]
#![allow(clippy::print_stdout, reason = "cargo reads a build script's orders from its standard output")]

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs, io};

const MANIFESTS: [&str; 2] = ["package.json", "package-lock.json"];
/// From `node_modules` to the name in `OUT_DIR/front`.
const SHEETS: [(&str, &str); 2] = [
    ("@tabler/core/dist/css/tabler.min.css", "tabler.css"),
    ("@tabler/core/dist/css/tabler.rtl.min.css", "tabler.rtl.css"),
];
const SCRIPT: (&str, &str) = ("htmx.org/dist/htmx.min.js", "htmx.js");
const OLDEST_NODE: u32 = 18;

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=build.rs");
    for file in MANIFESTS {
        println!("cargo::rerun-if-changed={file}");
    }
    match fetch() {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            println!("cargo::error={sentence}");
            ExitCode::FAILURE
        }
    }
}

fn fetch() -> Result<(), String> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo set no OUT_DIR")?);
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or("cargo set no CARGO_MANIFEST_DIR")?);
    let front = out.join("front");
    let wanted = MANIFESTS.map(|file| fs::read_to_string(here.join(file)));
    let [package, lock] = wanted.map(|text| text.map_err(|error| format!("crates/web: {error}")));
    let wanted = format!("{}{}{}", package?, lock?, include_str!("build.rs"));
    // The mark is written last: with it everything is there.
    let mark = front.join("fetched-for");
    if fs::read_to_string(&mark).is_ok_and(|fetched| fetched == wanted) {
        return Ok(());
    }
    check_node()?;
    let npm = out.join("npm");
    renew(&npm).and_then(|()| renew(&front)).map_err(|error| format!("{}: {error}", out.display()))?;
    for file in MANIFESTS {
        fs::copy(here.join(file), npm.join(file)).map_err(|error| format!("{file}: {error}"))?;
    }
    install(&npm)?;
    let modules = npm.join("node_modules");
    for (from, to) in SHEETS {
        let sheet = read(&modules.join(from))?;
        write(&front.join(to), &with_dark(&without_map(&sheet)))?;
    }
    write(&front.join(SCRIPT.1), &without_map(&read(&modules.join(SCRIPT.0))?))?;
    let names = [SHEETS[0].1, SHEETS[1].1, SCRIPT.1].map(|name| front.join(name));
    compress(&names)?;
    // 30 MB that nobody needs any more.
    fs::remove_dir_all(&npm).map_err(|error| format!("{}: {error}", npm.display()))?;
    write(&mark, &wanted)
}

fn renew(folder: &Path) -> io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

fn npm() -> Command {
    Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

fn check_node() -> Result<(), String> {
    let missing = |what: &str| {
        format!(
            "{what}, and building the console needs Node.js {OLDEST_NODE} or newer with npm (running it does not): install it, on Debian with `apt-get install -y nodejs npm`, and build again"
        )
    };
    let asked = Command::new("node").arg("--version").output();
    let version = asked.map_err(|_| missing("node is not there"))?;
    let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < OLDEST_NODE) {
        return Err(missing(&format!("node is {version}")));
    }
    npm().arg("--version").output().map(drop).map_err(|_| missing("npm is not there"))
}

fn install(folder: &Path) -> Result<(), String> {
    let flags = [
        "ci",
        "--ignore-scripts",
        "--omit=dev",
        "--omit=peer",
        "--no-audit",
        "--no-fund",
        "--prefer-offline",
        "--loglevel=error",
    ];
    let done = npm().args(flags).current_dir(folder).output().map_err(|error| format!("npm: {error}"))?;
    if done.status.success() {
        return Ok(());
    }
    let why = String::from_utf8_lossy(&done.stderr);
    let why: Vec<&str> = why.lines().filter(|line| !line.trim().is_empty()).take(3).collect();
    Err(format!(
        "npm could not fetch the console's style sheets ({}): look at the network and build again",
        why.join("; ")
    ))
}

/// A browser's tools would ask for a map that is not served.
fn without_map(text: &str) -> String {
    text.lines().filter(|line| !line.contains("sourceMappingURL=")).collect::<Vec<_>>().join("\n")
}

/// Tabler is dark where an attribute says so, which takes a script. The same rules once more, for
/// whoever's system is dark.
fn with_dark(sheet: &str) -> String {
    const DARK: &str = "[data-bs-theme=dark]";
    let mut dark = String::new();
    let mut rest = sheet;
    while let Some(open) = rest.find('{') {
        let (selectors, after) = rest.split_at(open);
        let end = closing(after);
        let (body, tail) = after.split_at(end);
        let own: Vec<String> = selectors
            .split(',')
            .filter_map(|selector| selector.trim().strip_prefix(DARK))
            .map(|below| format!(":root{below}"))
            .collect();
        if !own.is_empty() && !selectors.split(',').any(|selector| selector.trim() == ":root") {
            dark.push_str(&own.join(","));
            dark.push_str(body);
        }
        rest = tail;
    }
    format!("{sheet}\n@media (prefers-color-scheme:dark){{{dark}}}\n")
}

/// The offset behind the brace that closes the one at the beginning.
fn closing(text: &str) -> usize {
    let mut depth = 0_u32;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return at + 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    text.len()
}

/// Lays a gzip twin beside each file; node can, and is here anyway.
fn compress(files: &[PathBuf]) -> Result<(), String> {
    const PROGRAM: &str = "const fs = require('fs'), zlib = require('zlib');
        for (const file of process.argv.slice(1)) {
          fs.writeFileSync(file + '.gz', zlib.gzipSync(fs.readFileSync(file), { level: 9 }));
        }";
    let done = Command::new("node").args(["-e", PROGRAM]).args(files).output();
    let done = done.map_err(|error| format!("node: {error}"))?;
    if done.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&done.stderr).replace('\n', " ")) }
}
