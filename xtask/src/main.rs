//! The project's own chores: `cargo run -p xtask -- tidy` checks the rules that no compiler checks, `claims` writes the list of
//! tests that carry the number of a promise, `sbom` the bill of materials, `twice` builds the release twice and compares.
//!
//! Exit status: 0 nothing found, 1 something found, 2 wrong use or it could not be done.

mod sbom;
mod tidy;
mod twice;

use std::io::Write;
use std::path::Path;
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let Some(root) = Path::new(env!("CARGO_MANIFEST_DIR")).parent() else {
        return complain("xtask lies at the top of the file system: keep it inside the project");
    };
    match (words.next().as_deref(), words.next()) {
        (Some("tidy"), None) => tidy(root, false),
        (Some("claims"), None) => tidy(root, true),
        (Some("sbom"), None) => match sbom::of(root) {
            Ok(bill) if std::io::stdout().lock().write_all(bill.as_bytes()).is_ok() => ExitCode::SUCCESS,
            Ok(_) => ExitCode::from(2),
            Err(sentence) => complain(&sentence),
        },
        (Some("twice"), None) => match twice::build(root) {
            Ok([one, two]) if one == two => {
                let told = writeln!(std::io::stdout().lock(), "both builds are {one}");
                if told.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(2) }
            }
            Ok([one, two]) => {
                complain(&format!("the builds differ: {one} and {two}"));
                ExitCode::FAILURE
            }
            Err(sentence) => complain(&sentence),
        },
        _ => complain("use: cargo run -p xtask -- tidy|claims|sbom|twice"),
    }
}

/// Looks at the tree: says what is wrong in it, or writes the list of tests that carry numbers.
fn tidy(root: &Path, is_list: bool) -> ExitCode {
    let tree = match read(root) {
        Ok(tree) => tree,
        Err(error) => return complain(&format!("cannot read the project: {error}")),
    };
    if is_list {
        return match std::fs::write(root.join(tidy::claims::LIST), tidy::claims::list(&tree)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => complain(&format!("cannot write {}: {error}", tidy::claims::LIST)),
        };
    }
    let report = tidy::check(&tree);
    let mut out = std::io::stdout().lock();
    let written = report
        .warnings
        .iter()
        .map(|warning| writeln!(out, "warning: {warning}"))
        .collect::<Result<Vec<()>, _>>()
        .and_then(|_| report.findings.iter().try_for_each(|finding| writeln!(out, "{finding}")))
        .and_then(|()| {
            let (files, found) = (tree.files.len(), report.findings.len());
            writeln!(out, "tidy: {files} files, {found} findings, {} warnings", report.warnings.len())
        });
    if written.is_ok() && report.findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn complain(sentence: &str) -> ExitCode {
    // Nothing is left to tell it to when standard error is closed.
    let _ = writeln!(std::io::stderr(), "{sentence}");
    ExitCode::from(2)
}

/// Every file that git has or would take, so that build products and local data stay out.
fn read(root: &Path) -> std::io::Result<tidy::Tree> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()?;
    if !listed.status.success() {
        return Err(std::io::Error::other(String::from_utf8_lossy(&listed.stderr).trim().to_owned()));
    }
    let (mut files, mut others) = (Vec::new(), Vec::new());
    for path in String::from_utf8_lossy(&listed.stdout).split('\0').filter(|path| !path.is_empty()) {
        match std::fs::read(root.join(path)) {
            // What is not text (pictures, fuzz corpora) has nothing but its place.
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => files.push(tidy::File::new(path, text)),
                Err(_) => others.push(path.to_owned()),
            },
            // Deleted in the work tree, or a link to a folder.
            Err(_) => continue,
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.dedup_by(|a, b| a.path == b.path);
    others.sort();
    Ok(tidy::Tree { files, others })
}
