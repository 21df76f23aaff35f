//! What holds for each file by itself: it says what it is for, stays short, is finished, and names no
//! path of anybody's machine.

use super::{Finding, Tree};

/// From here on a file wants a second look.
const LONG: usize = 600;
/// No file is longer, except those in [`EXCEPTIONS`].
const TOO_LONG: usize = 900;
/// `path lines` a line: files that may be longer for now. The list only shrinks.
const EXCEPTIONS: &str = "xtask/long-files.txt";

/// Every Rust file opens with what it is for, why, and its invariant.
pub fn opening_comment(tree: &Tree) -> Vec<Finding> {
    tree.rust()
        .filter(|(file, _)| !file.text.starts_with("//! "))
        .map(|(file, _)| {
            file.finding(1, "open the file with a `//!` comment: what it is for, why, its invariant")
        })
        .collect()
}

/// No file is too long; an exception that is no longer needed goes.
pub fn length(tree: &Tree) -> Vec<Finding> {
    let list = tree.text(EXCEPTIONS).unwrap_or_default();
    let exceptions: Vec<(&str, usize)> = list
        .lines()
        .filter_map(|line| line.rsplit_once(' '))
        .filter_map(|(path, lines)| Some((path.trim(), lines.parse().ok()?)))
        .collect();
    let too_long = tree.rust().filter_map(|(file, _)| {
        let lines = file.text.lines().count();
        let allowed =
            exceptions.iter().find(|(path, _)| *path == file.path).map_or(TOO_LONG, |(_, lines)| *lines);
        (lines > allowed).then(|| {
            file.finding(0, format!("{lines} lines, {allowed} are the limit: split it by what it is about"))
        })
    });
    let stale = tree.files.iter().filter(|file| file.path == EXCEPTIONS).flat_map(|list| {
        exceptions.iter().enumerate().filter_map(|(at, (path, allowed))| {
            let lines = tree.text(path).map_or(0, |text| text.lines().count());
            (lines < *allowed || lines <= TOO_LONG).then(|| {
                list.finding(at + 1, format!("{path} has {lines} lines now: lower its figure or take it out"))
            })
        })
    });
    too_long.chain(stale).collect()
}

/// Not yet too long.
pub fn long(tree: &Tree) -> Vec<Finding> {
    tree.rust()
        .filter_map(|(file, _)| {
            let lines = file.text.lines().count();
            (LONG < lines && lines <= TOO_LONG).then(|| {
                file.finding(0, format!("{lines} lines: it wants a second look, {TOO_LONG} are the limit"))
            })
        })
        .collect()
}

/// Nothing points at a folder of the machine that it was written on.
pub fn machine_paths(tree: &Tree) -> Vec<Finding> {
    // Put together here, so that this file does not find itself.
    let paths =
        [["/wo", "rk/"], ["/ho", "me/"], ["/ro", "ot/"], ["../sh", "ared"]].map(|halves| halves.concat());
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| !file.path.ends_with(".lock")) {
        for (number, line) in file.text.lines().enumerate() {
            let hit = paths.iter().find(|path| {
                line.match_indices(path.as_str()).any(|(at, _)| {
                    // As part of a longer path or of a URL it is somebody else's folder.
                    let before = line.get(..at).and_then(|text| text.chars().next_back());
                    !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '}'))
                })
            });
            if let Some(path) = hit {
                let message =
                    format!("`{path}` is a folder of one machine: use a path relative to the project");
                findings.push(file.finding(number + 1, message));
            }
        }
    }
    findings
}

/// No stub, no left-over, no test that is skipped for good.
pub fn unfinished(tree: &Tree) -> Vec<Finding> {
    const MARKS: [(&str, &str); 5] = [
        ("todo!", "write what is missing, or leave the whole thing out"),
        ("unimplemented!", "write what is missing, or leave the whole thing out"),
        ("dbg!", "take it out"),
        ("#[ignore", "make the test run, or delete it"),
        ("thread::sleep", "wait for the event itself, or turn the clock"),
    ];
    let mut findings = Vec::new();
    for (file, lexed) in tree.rust() {
        for (mark, way_out) in MARKS {
            findings.extend(
                lexed.find(mark).map(|at| file.finding(file.line_of(at), format!("`{mark}`: {way_out}"))),
            );
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::sample::found;

    #[test]
    fn a_file_says_what_it_is_for() {
        let good = [("crates/a/src/lib.rs", "//! Why.\nfn a() {}\n"), ("README.md", "no matter")];
        assert_eq!(found(opening_comment, &good), Vec::<String>::new());
        for bad in ["fn a() {}\n", "// Why.\n", "\n//! Late.\n", ""] {
            let found = found(opening_comment, &[("crates/a/tests/it/main.rs", bad)]);
            assert_eq!(found.len(), 1, "{bad:?}");
            assert!(found[0].starts_with("crates/a/tests/it/main.rs:1: open the file"));
        }
    }

    #[test]
    fn long_files_are_warned_of_and_too_long_ones_refused() {
        let lines = |n: usize| "//! x\n".repeat(n);
        let outcome = |n: usize| {
            let text = lines(n);
            let files = [("a.rs", text.as_str())];
            (found(long, &files).len(), found(length, &files).len())
        };
        assert_eq!(
            [outcome(600), outcome(601), outcome(900), outcome(901)],
            [(0, 0), (1, 0), (1, 0), (0, 1)]
        );
    }

    #[test]
    fn the_list_of_exceptions_only_shrinks() {
        let text = "//! x\n".repeat(950);
        let with = |list: &str| found(length, &[("a.rs", text.as_str()), (EXCEPTIONS, list)]);
        assert_eq!(with("a.rs 950\n"), Vec::<String>::new());
        assert!(with("a.rs 949\n")[0].contains("950 lines, 949 are the limit"));
        assert!(with("a.rs 960\n")[0].contains("a.rs has 950 lines now: lower its figure"));
        assert!(with("a.rs 950\nb.rs 1000\n")[0].starts_with("xtask/long-files.txt:2: b.rs has 0 lines now"));
    }

    #[test]
    fn folders_of_a_machine_are_found_in_any_text_file() {
        for half in ["/wo|rk/main/x", "see /ho|me/me", "\"../sh|ared/notes.md\"", "(/ro|ot/.cargo)"] {
            let bad = format!("fine\n{}\n", half.replace('|', ""));
            let found = found(machine_paths, &[("docs/a.md", &bad)]);
            assert_eq!(found.len(), 1, "{bad}");
            assert!(found[0].starts_with("docs/a.md:2: "));
        }
        let good = ["https://example.org/ho|me/", "/data/wo|rk/x", "$dir/ro|ot/x_y", "a/../sh|arding"];
        for half in &good[..2] {
            assert_eq!(
                found(machine_paths, &[("a.md", &half.replace('|', ""))]),
                Vec::<String>::new(),
                "{half}"
            );
        }
        assert_eq!(found(machine_paths, &[("a.md", &good[3].replace('|', ""))]), Vec::<String>::new());
    }

    #[test]
    fn stubs_are_found_in_code_and_not_in_sentences() {
        let good = "//! No todo! here.\nfn a() { b(\"dbg!\"); my_todo!(); } // unimplemented!\n";
        assert_eq!(found(unfinished, &[("a.rs", good)]), Vec::<String>::new());
        let bad =
            "//! x\nfn a() { todo!() }\n#[ignore = \"slow\"]\nfn b() { std::thread::sleep(c); dbg!(d); }\n";
        let found = found(unfinished, &[("a.rs", bad)]);
        let places: Vec<&str> = found.iter().filter_map(|f| f.split(": ").next()).collect();
        assert_eq!(places, ["a.rs:2", "a.rs:4", "a.rs:3", "a.rs:4"], "{found:?}");
    }
}
