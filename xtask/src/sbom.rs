//! The bill of materials: what others wrote and this program is made of, as CycloneDX 1.6 (JSON), from what cargo
//! and npm have locked.
//!
//! Invariant: the same tree gives the same bytes: no time, no number drawn by chance, everything in order.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// The one program; everything else of ours is a part of it.
const PROGRAM: &str = "entente";

/// # Errors
/// A sentence on what could not be read.
pub fn of(root: &Path) -> Result<String, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let told = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(root)
        .output()
        .map_err(|error| format!("cargo metadata: {error}"))?;
    if !told.status.success() {
        return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&told.stderr).trim()));
    }
    let file =
        |name: &str| std::fs::read_to_string(root.join(name)).map_err(|error| format!("{name}: {error}"));
    let metadata =
        serde_json::from_slice(&told.stdout).map_err(|error| format!("cargo metadata: {error}"))?;
    let lock = file("Cargo.lock")?.parse().map_err(|error| format!("Cargo.lock: {error}"))?;
    let npm = file("crates/web/package-lock.json")?;
    let npm = serde_json::from_str(&npm).map_err(|error| format!("package-lock.json: {error}"))?;
    let bill = bill(&metadata, &lock, &npm)?;
    serde_json::to_string_pretty(&bill).map(|text| text + "\n").map_err(|error| error.to_string())
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// What packages need, by cargo's ids: of nodes reached from the program without its tests, and of all.
struct Needs<'a> {
    all: BTreeMap<&'a str, BTreeSet<&'a str>>,
    is_in: BTreeSet<&'a str>,
}

fn needs<'a>(metadata: &'a Value, program: &'a str) -> Needs<'a> {
    let (mut all, mut for_use): (BTreeMap<_, BTreeSet<&str>>, BTreeMap<_, Vec<&str>>) = Default::default();
    let nodes = metadata.get("resolve").map_or(&[][..], |resolve| list(resolve, "nodes"));
    for node in nodes {
        for dep in list(node, "deps") {
            let (from, to) = (text(node, "id"), text(dep, "pkg"));
            let is_used = list(dep, "dep_kinds").iter().any(|kind| text(kind, "kind") != "dev");
            if is_used {
                all.entry(from).or_default().insert(to);
                for_use.entry(from).or_default().push(to);
            }
        }
    }
    let (mut is_in, mut open) = (BTreeSet::new(), vec![program]);
    while let Some(id) = open.pop() {
        if is_in.insert(id) {
            open.extend(for_use.get(id).into_iter().flatten());
        }
    }
    Needs { all, is_in }
}

fn bill(metadata: &Value, lock: &toml::Table, npm: &Value) -> Result<Value, String> {
    let packages = list(metadata, "packages");
    let program =
        packages.iter().find(|package| text(package, "name") == PROGRAM && package["source"].is_null());
    let program = program.ok_or("cargo knows no program of ours")?;
    let needs = needs(metadata, text(program, "id"));
    let reference = |package: &Value| match package["source"].is_null() {
        true => format!("{}@{}", text(package, "name"), text(package, "version")),
        false => format!("pkg:cargo/{}@{}", text(package, "name"), text(package, "version")),
    };
    let by_id: BTreeMap<&str, String> =
        packages.iter().map(|package| (text(package, "id"), reference(package))).collect();
    let sums = checksums(lock);
    let (mut components, mut dependencies) = (BTreeMap::new(), BTreeMap::new());
    for package in packages {
        let own = reference(package);
        let needed = needs.all.get(text(package, "id")).into_iter().flatten();
        let needed: BTreeSet<&str> = needed.filter_map(|id| by_id.get(id).map(String::as_str)).collect();
        dependencies.insert(own.clone(), json!({ "ref": own, "dependsOn": needed }));
        if text(package, "id") == text(program, "id") {
            continue;
        }
        let mut component = Map::new();
        component.insert("type".into(), "library".into());
        component.insert("bom-ref".into(), own.clone().into());
        component.insert("name".into(), text(package, "name").into());
        component.insert("version".into(), text(package, "version").into());
        let scope = if needs.is_in.contains(text(package, "id")) { "required" } else { "excluded" };
        component.insert("scope".into(), scope.into());
        if !package["source"].is_null() {
            let key = (text(package, "name"), text(package, "version"));
            let sum =
                sums.get(&key).ok_or_else(|| format!("{} {} has no checksum in Cargo.lock", key.0, key.1))?;
            component.insert("hashes".into(), json!([{ "alg": "SHA-256", "content": sum }]));
            component.insert("licenses".into(), licence(text(package, "license")));
            component.insert("purl".into(), own.clone().into());
        }
        components.insert(own, Value::Object(component));
    }
    from_npm(npm, &mut components, &mut dependencies)?;
    Ok(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": { "component": {
            "type": "application", "bom-ref": reference(program), "name": PROGRAM, "version": text(program, "version"),
        } },
        "components": components.into_values().collect::<Vec<_>>(),
        "dependencies": dependencies.into_values().collect::<Vec<_>>(),
    }))
}

/// Of name and version, as Cargo.lock has them.
fn checksums(lock: &toml::Table) -> BTreeMap<(&str, &str), &str> {
    let packages = lock.get("package").and_then(toml::Value::as_array);
    packages
        .into_iter()
        .flatten()
        .filter_map(|package| {
            let of = |key| package.get(key).and_then(toml::Value::as_str);
            Some(((of("name")?, of("version")?), of("checksum")?))
        })
        .collect()
}

/// Old manifests write a slash for "or".
fn licence(text: &str) -> Value {
    let alternatives: Vec<&str> = text.split('/').map(str::trim).collect();
    if text.is_empty() { json!([]) } else { json!([{ "expression": alternatives.join(" OR ") }]) }
}

/// What the console takes from npm: `node_modules/…` of its lock file.
fn from_npm(
    npm: &Value,
    components: &mut BTreeMap<String, Value>,
    dependencies: &mut BTreeMap<String, Value>,
) -> Result<(), String> {
    let packages =
        npm.get("packages").and_then(Value::as_object).ok_or("package-lock.json has no packages")?;
    let reference = |name: &str, package: &Value| {
        format!("pkg:npm/{}@{}", name.replacen('@', "%40", 1), text(package, "version"))
    };
    for (path, package) in packages {
        let Some(name) = path.rsplit_once("node_modules/").map(|(_, name)| name) else { continue };
        let own = reference(name, package);
        let packed = text(package, "integrity").strip_prefix("sha512-");
        let sum = packed
            .and_then(|text| STANDARD.decode(text).ok())
            .ok_or_else(|| format!("{name} has no hash"))?;
        let is_for_tests = package["dev"] == json!(true);
        components.insert(
            own.clone(),
            json!({
                "type": "library", "bom-ref": own, "name": name, "version": text(package, "version"),
                "scope": if is_for_tests { "excluded" } else { "required" },
                "hashes": [{ "alg": "SHA-512", "content": hex::encode(sum) }],
                "licenses": licence(text(package, "license")), "purl": own,
            }),
        );
        let needed = package.get("dependencies").and_then(Value::as_object).into_iter().flatten();
        let needed: BTreeSet<String> = needed
            .filter_map(|(name, _)| Some(reference(name, packages.get(&format!("node_modules/{name}"))?)))
            .collect();
        dependencies.insert(own.clone(), json!({ "ref": own, "dependsOn": needed }));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the project")
    }

    fn whole() -> Value {
        serde_json::from_str(&of(root()).expect("a bill")).expect("JSON")
    }

    #[test]
    fn the_bill_holds_every_package_that_is_locked_with_version_licence_and_hash() {
        let bill = whole();
        let components = list(&bill, "components");
        let lock: toml::Table = std::fs::read_to_string(root().join("Cargo.lock")).unwrap().parse().unwrap();
        let locked = checksums(&lock);
        assert!(locked.len() > 300, "{}", locked.len());
        for ((name, version), sum) in &locked {
            let purl = format!("pkg:cargo/{name}@{version}");
            let of_it: Vec<&Value> = components.iter().filter(|c| text(c, "purl") == purl).collect();
            assert_eq!(of_it.len(), 1, "{purl}");
            assert_eq!(of_it[0]["hashes"][0]["content"], *sum, "{purl}");
            assert!(!text(&of_it[0]["licenses"][0], "expression").is_empty(), "{purl}");
        }
        let npm = std::fs::read_to_string(root().join("crates/web/package-lock.json")).unwrap();
        let npm: Value = serde_json::from_str(&npm).unwrap();
        let wanted = npm["packages"].as_object().unwrap().len() - 1;
        let from_npm: Vec<&Value> =
            components.iter().filter(|c| text(c, "purl").starts_with("pkg:npm/")).collect();
        assert_eq!(from_npm.len(), wanted);
        assert!(from_npm.iter().all(|c| text(&c["hashes"][0], "content").len() == 128));
    }

    #[test]
    fn what_only_tests_use_is_left_out_of_the_program_and_everything_leads_somewhere() {
        let bill = whole();
        let components = list(&bill, "components");
        let scope = |name: &str| {
            let one = components.iter().find(|c| text(c, "name") == name);
            one.map(|c| text(c, "scope")).unwrap_or_default().to_owned()
        };
        for inside in ["hyper", "rusqlite", "htmx.org", "@tabler/core", "engine"] {
            assert_eq!(scope(inside), "required", "{inside}");
        }
        for outside in ["proptest", "tempfile-x", "axe-core", "testkit", "mail-parser", "xtask"] {
            assert_ne!(scope(outside), "required", "{outside}");
        }
        let refs: BTreeSet<&str> = components.iter().map(|c| text(c, "bom-ref")).collect();
        assert_eq!(refs.len(), components.len(), "a reference stands twice");
        let program = text(&bill["metadata"]["component"], "bom-ref");
        for dependency in list(&bill, "dependencies") {
            for other in list(dependency, "dependsOn").iter().filter_map(Value::as_str) {
                assert!(refs.contains(other) || other == program, "{other} is no component");
            }
        }
        assert_eq!((text(&bill, "bomFormat"), text(&bill, "specVersion")), ("CycloneDX", "1.6"));
    }

    #[test]
    fn the_same_tree_gives_the_same_bytes() {
        assert_eq!(of(root()), of(root()));
    }

    #[test]
    fn a_package_without_a_checksum_is_refused() {
        let package =
            json!({ "name": "a", "version": "1.0.0", "id": "a", "source": "registry", "license": "MIT" });
        let own = json!({ "name": PROGRAM, "version": "0.1.0", "id": "p", "source": null });
        let metadata = json!({ "packages": [own, package], "resolve": { "nodes": [] } });
        let lock = "[[package]]\nname = \"a\"\nversion = \"1.0.1\"\nchecksum = \"00\"\n".parse().unwrap();
        let said = bill(&metadata, &lock, &json!({ "packages": {} })).unwrap_err();
        assert_eq!(said, "a 1.0.0 has no checksum in Cargo.lock");
        assert_eq!(licence("MIT/Apache-2.0"), json!([{ "expression": "MIT OR Apache-2.0" }]));
    }
}
