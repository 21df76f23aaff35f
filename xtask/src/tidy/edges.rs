//! Who may depend on whom: the arrows of the design, as a table. Nothing points back.
//!
//! Why a table and not habit: the store cannot decrypt, the pages cannot run SQL, and the rules do no
//! I/O only as long as the crates cannot even name each other.

use super::{File, Finding, Tree};

/// A crate and those of ours that it may depend on. `testkit` comes on top for tests.
const OURS: [(&str, &[&str]); 14] = [
    ("model", &[]),
    ("vault", &["model"]),
    ("ledger", &["model"]),
    ("sealed", &[]),
    ("store", &["model"]),
    ("messenger", &["model"]),
    ("outbound", &["model"]),
    ("engine", &["model", "vault", "ledger", "sealed", "store", "messenger", "outbound"]),
    ("web", &["model", "engine"]),
    ("simulator", &["model"]),
    (
        "entente",
        &[
            "model",
            "vault",
            "ledger",
            "sealed",
            "store",
            "messenger",
            "outbound",
            "engine",
            "web",
            "simulator",
        ],
    ),
    ("testkit", &["model"]),
    (
        "bench",
        &[
            "model",
            "vault",
            "ledger",
            "store",
            "messenger",
            "outbound",
            "engine",
            "web",
            "simulator",
            "testkit",
        ],
    ),
    ("xtask", &[]),
];

/// What a crate's tests may use besides, and why: the routes are tested on a real engine, which has
/// to be built of its parts; that old copies of the key store are worthless is shown on its real files.
const FOR_TESTS: [(&str, &[&str]); 2] =
    [("vault", &["store"]), ("web", &["vault", "store", "messenger", "outbound", "simulator"])];

/// An outside crate, the only ones of ours whose program may use it, and why.
const KEPT_TO: [(&str, &[&str], &str); 15] = [
    ("reqwest", &["outbound", "simulator", "bench"], "the one way out is `outbound`"),
    (
        "hyper-util",
        &["web", "outbound", "simulator", "bench"],
        "the one way in is `web`, the one way out `outbound`",
    ),
    (
        "hyper",
        &["web", "outbound", "simulator", "bench"],
        "the one way in is `web`, the one way out `outbound`",
    ),
    ("lettre", &["outbound"], "the one way out is `outbound`"),
    ("instant-acme", &["entente"], "its requests leave through `model::ports::Outbound`"),
    (
        "tokio-rustls",
        &["web", "outbound", "store", "testkit", "bench"],
        "TLS ends in `web` and begins in `outbound`, and in `store` to the database",
    ),
    ("chrono", &[], "dates are jiff's; `zxcvbn` asks it for the year"),
    ("rusqlite", &["store", "bench"], "the only SQL is in `store`"),
    ("tokio-postgres", &["store", "bench", "testkit"], "the only SQL is in `store`"),
    ("deadpool-postgres", &["store", "bench"], "the only SQL is in `store`"),
    ("axum", &["web", "simulator", "entente", "bench"], "the only HTTP is in `web`"),
    ("axum-server", &["web", "simulator", "entente", "bench"], "the only HTTP is in `web`"),
    ("askama", &["web"], "the only HTML is in `web`"),
    ("prometheus-client", &["entente"], "figures are plain numbers until somebody looks"),
    ("getrandom", &["entente", "bench"], "randomness is a parameter: model::entropy::Entropy"),
];

/// Outside crates that come in through no door at all, not even another crate's, and why.
const BANNED: [(&str, &str); 6] = [
    ("openssl-sys", "TLS is rustls"),
    ("native-tls", "TLS is rustls"),
    (
        "sqlx-core",
        "SQLite is rusqlite and PostgreSQL tokio-postgres: measured faster, and two SQLites do not link",
    ),
    ("async-std", "one runtime: tokio"),
    ("include-flate", "costs two minutes of build: embed files uncompressed"),
    ("opentelemetry", "no telemetry (claim F9)"),
];

/// The crates that do no I/O, and what would let them.
const PURE: [&str; 2] = ["model", "ledger"];
const IMPURE: [&str; 6] = ["tokio", "tracing", "futures-util", "tokio-util", "async-trait", "mio"];

/// One `[…dependencies]` entry of one of our manifests.
struct Dependency<'a> {
    file: &'a File,
    /// The crate that depends.
    from: String,
    on: String,
    line: usize,
    is_for_tests: bool,
    entry: toml::Value,
}

/// Our crates depend on each other along the arrows only.
pub fn own_crates(tree: &Tree) -> Vec<Finding> {
    let (dependencies, mut findings) = dependencies(tree);
    for dependency in dependencies {
        let Dependency { file, from, on, line, is_for_tests, .. } = dependency;
        let Some((_, allowed)) = OURS.iter().find(|(name, _)| *name == from) else {
            findings.push(file.finding(
                0,
                format!("`{from}` is not in the table: say in xtask/src/tidy/edges.rs what it may use"),
            ));
            continue;
        };
        let is_ours = OURS.iter().any(|(name, _)| *name == on);
        let in_tests = |(name, of): &(&str, &[&str])| *name == from && of.contains(&on.as_str());
        let fits_tests = is_for_tests && (on == "testkit" || FOR_TESTS.iter().any(in_tests));
        if !is_ours || allowed.contains(&on.as_str()) || fits_tests {
            continue;
        }
        let way_out = if on == "testkit" {
            "it is for tests, move it to [dev-dependencies]".to_owned()
        } else {
            format!("it may use only {allowed:?}; put a shared noun or trait into `model`")
        };
        findings.push(file.finding(line, format!("`{from}` must not depend on `{on}`: {way_out}")));
    }
    findings.dedup();
    findings
}

/// Whether what the crate `from` has in its tests can see what lies in the crate `on`: it is the same, or depends on it,
/// over others or by itself.
pub fn can_see(tree: &Tree, from: &str, on: &str) -> bool {
    let (all, _) = dependencies(tree);
    let (mut seen, mut next) = (vec![from], 0);
    while let Some(name) = seen.get(next).copied() {
        // A crate's dependencies for tests are its own tests' alone.
        let all = all.iter().filter(|one| one.from == name && (next == 0 || !one.is_for_tests));
        let new: Vec<&str> = all.map(|one| one.on.as_str()).filter(|on| !seen.contains(on)).collect();
        seen.extend(new);
        next += 1;
    }
    seen.contains(&on)
}

/// Some outside crates are one crate's business; the pure crates have none that does I/O.
pub fn outside_crates(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for dependency in dependencies(tree).0.iter().filter(|dependency| !dependency.is_for_tests) {
        let Dependency { file, from, on, line, .. } = dependency;
        if let Some((_, keepers, why)) = KEPT_TO.iter().find(|(name, ..)| name == on)
            && !keepers.contains(&from.as_str())
        {
            findings.push(file.finding(*line, format!("`{on}` is only for {keepers:?}: {why}")));
        }
        if PURE.contains(&from.as_str()) && IMPURE.contains(&on.as_str()) {
            let message =
                format!("`{from}` is pure and cannot use `{on}`: do the I/O in `engine` and pass values");
            findings.push(file.finding(*line, message));
        }
    }
    findings
}

/// What must not be among the locked packages.
pub fn banned_crates(tree: &Tree) -> Vec<Finding> {
    let lock = tree.files.iter().filter(|file| file.path == "Cargo.lock");
    lock.flat_map(|file| {
        file.text.lines().enumerate().filter_map(|(number, line)| {
            let name = line.strip_prefix("name = \"")?.strip_suffix('"')?;
            let (_, why) = BANNED.iter().find(|(banned, _)| *banned == name)?;
            Some(file.finding(
                number + 1,
                format!("`{name}` came in ({why}): `cargo tree -i {name}` says through whom"),
            ))
        })
    })
    .collect()
}

/// Versions and features stand in the root manifest, once: a second set of features builds the same
/// crate twice (docs/decisions/0002).
pub fn features_named_once(tree: &Tree) -> Vec<Finding> {
    dependencies(tree)
        .0
        .iter()
        .filter(|dependency| {
            let keys: Vec<&str> =
                dependency.entry.as_table().map(|t| t.keys().map(String::as_str).collect()).unwrap_or_default();
            keys.is_empty() || keys.iter().any(|key| !matches!(*key, "workspace" | "optional"))
        })
        .map(|Dependency { file, on, line, .. }| {
            let message = format!(
                "write `{on}.workspace = true` and name version and features in the root Cargo.toml, so that it is built once"
            );
            file.finding(*line, message)
        })
        .collect()
}

/// All dependencies of our crates, and what is wrong with the manifests themselves.
fn dependencies(tree: &Tree) -> (Vec<Dependency<'_>>, Vec<Finding>) {
    let mut all = Vec::new();
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| is_manifest(&file.path)) {
        let manifest: toml::Table = match file.text.parse() {
            Ok(manifest) => manifest,
            Err(_) => {
                findings.push(file.finding(0, "cannot be read as TOML: `cargo metadata` says where"));
                continue;
            }
        };
        let Some(from) = manifest.get("package").and_then(|p| p.get("name")).and_then(toml::Value::as_str)
        else {
            continue;
        };
        let platforms = manifest.get("target").and_then(toml::Value::as_table);
        let tables = platforms.iter().flat_map(|t| t.values()).filter_map(toml::Value::as_table);
        for table in tables.chain([&manifest]) {
            for kind in ["dependencies", "build-dependencies", "dev-dependencies"] {
                let Some(entries) = table.get(kind).and_then(toml::Value::as_table) else { continue };
                all.extend(entries.iter().map(|(on, entry)| Dependency {
                    file,
                    from: from.to_owned(),
                    on: on.clone(),
                    line: line_of(&file.text, kind, on),
                    is_for_tests: kind == "dev-dependencies",
                    entry: entry.clone(),
                }));
            }
        }
    }
    (all, findings)
}

fn is_manifest(path: &str) -> bool {
    path != "Cargo.toml" && path.ends_with("/Cargo.toml") && !path.starts_with("fuzz/")
}

/// Where `on` stands below the heading of its section.
fn line_of(manifest: &str, kind: &str, on: &str) -> usize {
    let heading = format!("{kind}]");
    let mut inside = false;
    for (number, line) in manifest.lines().enumerate() {
        if line.starts_with('[') {
            inside = line.trim_start_matches('[').ends_with(&heading)
                && !line.ends_with(&format!("-{heading}"))
                || line.ends_with(&format!(".{heading}"));
        }
        let behind = line.strip_prefix(on).and_then(|rest| rest.chars().next());
        if inside && behind.is_some_and(|c| matches!(c, ' ' | '.' | '=')) {
            return number + 1;
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::sample::found;

    fn manifest(name: &str, rest: &str) -> String {
        format!("[package]\nname = \"{name}\"\n\n{rest}")
    }

    #[test]
    fn the_arrows_of_the_design_are_allowed() {
        let web = manifest(
            "web",
            "[dependencies]\nengine.workspace = true\nmodel.workspace = true\nserde.workspace = true\n\n[dev-dependencies]\ntestkit.workspace = true\n",
        );
        let entente =
            manifest("entente", "[dependencies]\nweb.workspace = true\nsimulator.workspace = true\n");
        let files =
            [("crates/web/Cargo.toml", web.as_str()), ("crates/entente/Cargo.toml", entente.as_str())];
        assert_eq!(found(own_crates, &files), Vec::<String>::new());
    }

    #[test]
    fn an_arrow_that_points_back_or_sideways_is_found_with_its_line() {
        let store = manifest("store", "[dependencies]\nmodel.workspace = true\nvault.workspace = true\n");
        let found = found(own_crates, &[("crates/store/Cargo.toml", &store)]);
        assert_eq!(found.len(), 1);
        assert!(
            found[0].starts_with("crates/store/Cargo.toml:6: `store` must not depend on `vault`"),
            "{found:?}"
        );
    }

    #[test]
    fn tests_may_use_the_testkit_but_the_program_may_not() {
        let vault = manifest(
            "vault",
            "[dev-dependencies]\nledger.workspace = true\n\n[dependencies]\ntestkit.workspace = true\n",
        );
        let found = found(own_crates, &[("crates/vault/Cargo.toml", &vault)]);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found.iter().any(|f| f.contains(":8: `vault` must not depend on `testkit`: it is for tests"))
        );
        assert!(found.iter().any(|f| f.contains(":5: `vault` must not depend on `ledger`")));
    }

    #[test]
    fn the_tests_of_the_pages_may_build_an_engine_but_the_pages_may_not() {
        let web = manifest(
            "web",
            "[dev-dependencies]\nstore.workspace = true\n\n[dependencies]\nvault.workspace = true\n",
        );
        let found = found(own_crates, &[("crates/web/Cargo.toml", &web)]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("`web` must not depend on `vault`"));
    }

    #[test]
    fn a_crate_nobody_placed_is_found() {
        let new = manifest("helpers", "[dependencies]\nmodel.workspace = true\nserde.workspace = true\n");
        let found = found(own_crates, &[("crates/helpers/Cargo.toml", &new)]);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("not in the table"));
    }

    #[test]
    fn outside_crates_stay_with_their_keeper() {
        let engine = manifest(
            "engine",
            "[dependencies]\nreqwest.workspace = true\nserde.workspace = true\n\n[dev-dependencies]\nrusqlite.workspace = true\n",
        );
        let outbound = manifest(
            "outbound",
            "[target.'cfg(unix)'.dependencies]\nreqwest.workspace = true\nrusqlite.workspace = true\n",
        );
        let model = manifest("model", "[dependencies]\ntokio.workspace = true\n");
        let found = found(
            outside_crates,
            &[
                ("crates/engine/Cargo.toml", &engine),
                ("crates/outbound/Cargo.toml", &outbound),
                ("crates/model/Cargo.toml", &model),
            ],
        );
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].starts_with("crates/engine/Cargo.toml:5: `reqwest` is only for"));
        assert!(found[1].starts_with("crates/outbound/Cargo.toml:6: `rusqlite` is only for"));
        assert!(found[2].contains("`model` is pure"));
    }

    #[test]
    fn claim_f9_banned_crates_are_found_in_the_lock_file() {
        let lock = "[[package]]\nname = \"opentelemetry\"\n\n[[package]]\nname = \"opentelemetry-free\"\ndependencies = [\n \"opentelemetry\",\n]\n";
        let found = found(banned_crates, &[("Cargo.lock", lock)]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("Cargo.lock:2: `opentelemetry` came in (no telemetry (claim F9))"));
    }

    #[test]
    fn versions_and_features_stand_in_the_root() {
        let good = manifest(
            "web",
            "[dependencies]\naxum.workspace = true\nacme = { workspace = true, optional = true }\n",
        );
        let bad = manifest(
            "store",
            "[dependencies]\nhex = \"0.4\"\nserde = { workspace = true, features = [\"rc\"] }\n",
        );
        let found = found(
            features_named_once,
            &[("crates/web/Cargo.toml", &good), ("crates/store/Cargo.toml", &bad)],
        );
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("crates/store/Cargo.toml:5: write `hex.workspace = true`"));
        assert!(found[1].starts_with("crates/store/Cargo.toml:6: write `serde.workspace = true`"));
    }
}
