//! What must lie where: nothing in a root that is not expected there, migrations in pairs, one test binary a crate, no test file that nobody runs,
//! decisions without gaps, and the documents that a reader looks for first.

use super::{Finding, Tree};
use std::collections::{BTreeMap, BTreeSet};

/// What may lie in the root of the project.
const ROOT: [&str; 25] = [
    ".cargo/",
    ".ci/",
    ".config/",
    ".dockerignore",
    ".gitignore",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "Dockerfile",
    "README.md",
    "SECURITY.md",
    "bench/",
    "brands/",
    "clippy.toml",
    "compose.yaml",
    "contrib/",
    "crates/",
    "deny.toml",
    "docs/",
    "fuzz/",
    "rustfmt.toml",
    "scripts/",
    "test",
    "xtask/",
];
/// What may lie in the root of a crate; some have a folder besides that they alone have.
const CRATE: [&str; 4] = ["Cargo.toml", "examples/", "src/", "tests/"];
const OF_ONE_CRATE: [(&str, &[&str]); 3] = [
    ("model", &["words/"]),
    ("store", &["migrations/"]),
    (
        "web",
        &[
            "assets/",
            "build.rs",
            "claims/",
            "documents/",
            "locales/",
            "package-lock.json",
            "package.json",
            "templates/",
        ],
    ),
];

/// The roots of the project and of its crates hold what stands in these lists, so that what a tool left there is seen.
pub fn expected_places(tree: &Tree) -> Vec<Finding> {
    let paths =
        tree.files.iter().map(|file| file.path.as_str()).chain(tree.others.iter().map(String::as_str));
    // The first part of a path, a folder's with its slash.
    let first = |path: &str| path.split_inclusive('/').next().unwrap_or_default().to_owned();
    let is_expected = |path: &str| {
        let Some(inside) = path.strip_prefix("crates/") else { return ROOT.contains(&first(path).as_str()) };
        let Some((name, inside)) = inside.split_once('/') else { return false };
        let own = OF_ONE_CRATE.iter().find(|(of, _)| *of == name).map_or(&[][..], |(_, own)| own);
        CRATE.iter().chain(own).any(|one| *one == first(inside))
    };
    let lost = paths.filter(|path| !is_expected(path));
    lost.map(|path| Finding {
        path: path.to_owned(),
        line: 0,
        message: "is not expected here: delete it, move it, or name its place in xtask/src/tidy/layout.rs"
            .to_owned(),
    })
    .collect()
}

/// Each migration stands twice, as `NNNN_name.postgres.sql` and `NNNN_name.sqlite.sql` in the folder of
/// its set (data, keys), numbered from 0001 without gaps.
pub fn migrations(tree: &Tree) -> Vec<Finding> {
    const FOLDER: &str = "crates/store/migrations/";
    // Database → folder of the set → names, in order.
    let mut found: BTreeMap<&str, BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| file.path.starts_with(FOLDER)) {
        let Some((folder, name)) = file.path.rsplit_once('/') else { continue };
        let kind = ["postgres", "sqlite"]
            .into_iter()
            .find_map(|database| Some((database, name.strip_suffix(&format!(".{database}.sql"))?)));
        match kind {
            Some((database, stem)) => {
                found.entry(database).or_default().entry(folder).or_default().insert(stem);
            }
            None => findings.push(file.finding(0, "name it NNNN_name.postgres.sql or NNNN_name.sqlite.sql")),
        }
    }
    for (here, there) in [("postgres", "sqlite"), ("sqlite", "postgres")] {
        for (folder, stems) in found.get(here).into_iter().flatten() {
            let twins = found.get(there).and_then(|sets| sets.get(folder));
            for (at, stem) in stems.iter().enumerate() {
                let number = stem.split_once('_').filter(|(digits, _)| digits.len() == 4);
                let path = format!("{folder}/{stem}.{here}.sql");
                if number.and_then(|(digits, _)| digits.parse().ok()) != Some(at + 1) {
                    let message = format!("should be number {:04}: migrations count without gaps", at + 1);
                    findings.push(Finding { path: path.clone(), line: 0, message });
                }
                if !twins.is_some_and(|twins| twins.contains(stem)) {
                    let message = format!("has no twin: write {stem}.{there}.sql beside it");
                    findings.push(Finding { path, line: 0, message });
                }
            }
        }
    }
    findings
}

/// At most one integration-test binary per crate: each more links the world once more.
pub fn one_test_binary(tree: &Tree) -> Vec<Finding> {
    tree.rust()
        .filter(|(file, _)| {
            let inside = file.path.split_once("/tests/").map(|(_, inside)| inside);
            let is_binary = inside.is_some_and(|path| {
                !path.contains('/') || path.matches('/').count() == 1 && path.ends_with("/main.rs")
            });
            is_binary && inside != Some("it/main.rs") && !file.path.contains("/src/")
        })
        .map(|(file, _)| {
            file.finding(0, "would be a second test binary: make it a module of tests/it/main.rs")
        })
        .collect()
}

/// A file beside tests/it/main.rs that no `mod` names is never compiled, and its tests never run.
pub fn forgotten_test_files(tree: &Tree) -> Vec<Finding> {
    tree.rust()
        .filter_map(|(file, _)| {
            let (krate, name) = file.path.split_once("/tests/it/")?;
            let module = name.strip_suffix("/mod.rs").or_else(|| name.strip_suffix(".rs"))?;
            let main = tree.rust().find(|(main, _)| main.path == format!("{krate}/tests/it/main.rs"));
            let is_named =
                main.is_some_and(|(_, lexed)| lexed.find(&format!("mod {module};")).next().is_some());
            (module != "main" && !module.contains('/') && !is_named).then(|| {
                file.finding(0, format!("is never compiled: add `mod {module};` to {krate}/tests/it/main.rs"))
            })
        })
        .collect()
}

/// Decisions are numbered from 0001 without gaps or doubles.
pub fn decisions(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut expected = 1;
    for file in &tree.files {
        let Some(name) = file.path.strip_prefix("docs/decisions/") else { continue };
        let number = name.split_once('-').filter(|(digits, _)| digits.len() == 4);
        match number.and_then(|(digits, _)| digits.parse::<usize>().ok()) {
            Some(number) if number == expected && name.ends_with(".md") => expected += 1,
            Some(number) => {
                findings.push(
                    file.finding(0, format!("the next decision is {expected:04}-title.md: renumber it")),
                );
                expected = expected.max(number + 1);
            }
            None => findings.push(file.finding(0, "name a decision NNNN-title.md")),
        }
    }
    findings
}

/// The documents that a reader looks for first.
pub fn documents(tree: &Tree) -> Vec<Finding> {
    ["ARCHITECTURE.md", "CHANGELOG.md", "README.md"]
        .into_iter()
        .filter(|path| tree.text(path).is_none_or(|text| text.trim().is_empty()))
        .map(|path| Finding {
            path: path.to_owned(),
            line: 0,
            message: "is missing or empty: write it".to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::sample::found;

    const NONE: [String; 0] = [];

    fn paths(rule: impl Fn(&Tree) -> Vec<Finding>, paths: &[&str]) -> Vec<String> {
        let files: Vec<(&str, &str)> = paths.iter().map(|path| (*path, "x")).collect();
        found(rule, &files)
    }

    #[test]
    fn what_a_tool_left_in_the_root_of_the_project_or_of_a_crate_is_found() {
        let good = [
            "Cargo.toml",
            ".ci/build.yml",
            "bench/Cargo.toml",
            "crates/store/migrations/a.sql",
            "crates/web/build.rs",
            "crates/a/src/lib.rs",
            "docs/one.pdf",
        ];
        assert_eq!(paths(expected_places, &good), NONE);
        for bad in [
            "tzdata-1-py3-none-any.whl",
            "Cargo",
            "src/lib.rs",
            "crates/notes.md",
            "crates/a/build.rs",
            "crates/a/migrations/a.sql",
            "crates/web/migrations/a.sql",
        ] {
            assert_eq!(paths(expected_places, &[bad]).len(), 1, "{bad}");
            // What is no text is looked at as well.
            let tree = Tree { files: Vec::new(), others: vec![bad.to_owned()] };
            assert_eq!(expected_places(&tree).len(), 1, "{bad}");
        }
    }

    #[test]
    fn migrations_come_in_pairs() {
        let good = [
            "crates/store/migrations/data/0001_first.postgres.sql",
            "crates/store/migrations/data/0001_first.sqlite.sql",
            "crates/store/migrations/keys/0001_keys.postgres.sql",
            "crates/store/migrations/keys/0001_keys.sqlite.sql",
        ];
        assert_eq!(paths(migrations, &good), NONE);
        assert_eq!(
            paths(migrations, &good[..3]),
            [
                "crates/store/migrations/keys/0001_keys.postgres.sql: has no twin: write 0001_keys.sqlite.sql beside it"
            ]
        );
        let renamed = [
            "crates/store/migrations/data/0001_a.postgres.sql",
            "crates/store/migrations/data/0001_b.sqlite.sql",
        ];
        assert_eq!(paths(migrations, &renamed).len(), 2);
        assert_eq!(paths(migrations, &["crates/store/migrations/data/0001_a.sql"]).len(), 1);
    }

    #[test]
    fn migrations_count_without_gaps() {
        let at = |number: &str, name: &str| {
            ["postgres", "sqlite"]
                .map(|database| format!("crates/store/migrations/data/{number}_{name}.{database}.sql"))
        };
        let gap = [at("0001", "a"), at("0003", "b")].concat();
        let double = [at("0001", "a"), at("0001", "b")].concat();
        let short = [at("0001", "a"), at("2", "b")].concat();
        for files in [gap, double, short] {
            let files: Vec<&str> = files.iter().map(String::as_str).collect();
            let found = paths(migrations, &files);
            assert_eq!(found.len(), 2, "{found:?}");
            assert!(
                found.iter().all(|f| f.contains("_b.") && f.contains("should be number 0002")),
                "{found:?}"
            );
        }
    }

    #[test]
    fn a_crate_has_one_test_binary() {
        let good = ["crates/a/tests/it/main.rs", "crates/a/tests/it/sending.rs", "crates/a/src/tests.rs"];
        assert_eq!(paths(one_test_binary, &good), NONE);
        for bad in ["crates/a/tests/sending.rs", "crates/a/tests/other/main.rs"] {
            assert_eq!(paths(one_test_binary, &[bad]).len(), 1, "{bad}");
        }
    }

    #[test]
    fn a_test_file_that_is_not_compiled_is_found() {
        let main = ("crates/a/tests/it/main.rs", "//! x\nmod sending;\nmod store;\n// mod lost;\n");
        let good = [main, ("crates/a/tests/it/sending.rs", ""), ("crates/a/tests/it/store/mod.rs", "")];
        assert_eq!(found(forgotten_test_files, &good), NONE);
        let bad = found(forgotten_test_files, &[main, ("crates/a/tests/it/lost.rs", "")]);
        assert_eq!(
            bad,
            ["crates/a/tests/it/lost.rs: is never compiled: add `mod lost;` to crates/a/tests/it/main.rs"]
        );
    }

    #[test]
    fn decisions_have_no_gaps_and_no_doubles() {
        assert_eq!(paths(decisions, &["docs/decisions/0001-a.md", "docs/decisions/0002-b.md"]), NONE);
        for bad in [
            ["docs/decisions/0001-a.md", "docs/decisions/0003-b.md"],
            ["docs/decisions/0001-a.md", "docs/decisions/0001-b.md"],
            ["docs/decisions/0001-a.md", "docs/decisions/2-b.md"],
        ] {
            assert_eq!(paths(decisions, &bad).len(), 1, "{bad:?}");
        }
    }

    #[test]
    fn the_first_documents_exist_and_say_something() {
        assert_eq!(paths(documents, &["ARCHITECTURE.md", "CHANGELOG.md", "README.md"]), NONE);
        let found = found(documents, &[("ARCHITECTURE.md", "x"), ("README.md", " \n")]);
        assert_eq!(
            found,
            ["CHANGELOG.md: is missing or empty: write it", "README.md: is missing or empty: write it"]
        );
    }
}
