//! Builds what is packaged twice, the second time from a copy of the tree in another folder, and compares: who builds from the same
//! sources with the same tools can tell whether a program is made of them.
//!
//! Invariant: neither build sees what the other made; folders are named alike in both, so that none is in the program.

use sha2::{Digest, Sha256};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Both hashes, in hexadecimal digits.
pub type Pair = [String; 2];

/// # Errors
/// A sentence on what could not be done.
pub fn build(root: &Path) -> Result<Pair, String> {
    let place = root.join("target/twice");
    let copy = place.join("other-folder/tree");
    renew(&copy).map_err(|error| format!("{}: {error}", copy.display()))?;
    for file in listed(root)? {
        let (from, to) = (root.join(&file), copy.join(&file));
        let folder = to.parent().unwrap_or(&copy);
        // A link or a file that was deleted in the work tree is no source.
        if from.is_file() {
            std::fs::create_dir_all(folder)
                .and_then(|()| std::fs::copy(&from, &to))
                .map_err(|error| format!("{}: {error}", to.display()))?;
        }
    }
    let (one, two) = (place.join("one"), place.join("other-folder/two"));
    Ok([release(root, &one)?, release(&copy, &two)?])
}

fn renew(folder: &Path) -> std::io::Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder)
}

fn listed(root: &Path) -> Result<Vec<String>, String> {
    let out = Command::new("git").args(["ls-files", "-z"]).current_dir(root).output();
    let out = out.map_err(|error| format!("git: {error}"))?;
    let text = String::from_utf8_lossy(&out.stdout);
    Ok(text.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect())
}

/// What a compiler is told to call each folder: the tree, the build, and where packages lie.
fn renamed(tree: &Path, target: &Path) -> Vec<(PathBuf, &'static str)> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo")));
    let mut all = vec![(tree.to_path_buf(), "/tree"), (target.to_path_buf(), "/build")];
    all.extend(home.map(|home| (home, "/cargo")));
    all
}

fn release(tree: &Path, target: &Path) -> Result<String, String> {
    renew(target).map_err(|error| format!("{}: {error}", target.display()))?;
    // The last that fits counts, so the folder inside another comes after it.
    let (mut rust, mut c) = (Vec::new(), Vec::new());
    for (from, to) in renamed(tree, target) {
        rust.push(OsString::from(format!("--remap-path-prefix={}={to}", from.display())));
        c.push(format!("-ffile-prefix-map={}={to}", from.display()));
    }
    let rust = rust.join(&OsString::from("\u{1f}"));
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--profile", "dist", "--locked", "--package", "entente", "--target-dir"])
        .arg(target)
        .current_dir(tree)
        .env("CARGO_ENCODED_RUSTFLAGS", rust)
        .env("CFLAGS", c.join(" "))
        .env("CXXFLAGS", c.join(" "))
        .env("CARGO_INCREMENTAL", "0")
        .env_remove("CARGO_TARGET_DIR")
        .status()
        .map_err(|error| format!("cargo: {error}"))?;
    if !status.success() {
        return Err(format!("the build in {} failed", tree.display()));
    }
    let program = target.join("dist/entente");
    let bytes = std::fs::read(&program).map_err(|error| format!("{}: {error}", program.display()))?;
    Ok(hex::encode(Sha256::digest(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_inside_another_is_renamed_after_it() {
        let all = renamed(Path::new("/a"), Path::new("/a/target/twice/one"));
        assert_eq!(all[0], (PathBuf::from("/a"), "/tree"));
        assert_eq!(all[1], (PathBuf::from("/a/target/twice/one"), "/build"));
    }

    #[test]
    fn the_sources_are_those_that_git_has() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the project");
        let listed = listed(root).unwrap();
        assert!(
            listed.contains(&"Cargo.lock".to_owned())
                && !listed.iter().any(|path| path.starts_with("target/"))
        );
    }
}
