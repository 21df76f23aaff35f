//! Where roots lie: files, halves, a program.

use crate::root;
use std::path::Path;
use std::sync::Arc;
use testkit::SeededEntropy;
use vault::{FileRoot, Goes, RootKey, RootSource, SplitRoot, Strength};

fn roots(source: &dyn RootSource) -> Vec<RootKey> {
    source.read().unwrap().roots
}

fn is_settled(source: &dyn RootSource) -> bool {
    source.read().unwrap().is_settled
}

/// Settles as after a crash: what is found, but for the root that is kept, goes.
fn clear(source: &dyn RootSource, keep: &RootKey, fence: u64) {
    let found = source.read().unwrap();
    source.settle(keep, Goes::Listed(&found), fence).unwrap();
}

/// What every source that can rotate does.
fn rotates(source: &dyn RootSource) {
    let is_program = source.strength() == Strength::Service;
    assert!(source.strength().can_rotate());
    assert!(roots(source).is_empty() && !is_settled(source));
    source.stage(&root(1), 1).unwrap();
    // A program does not say in which place a single root lies.
    assert_eq!(is_settled(source), is_program);
    clear(source, &root(1), 1);
    assert!(roots(source) == [root(1)] && is_settled(source));

    source.stage(&root(2), 2).unwrap();
    assert!(roots(source).contains(&root(1)) && roots(source).contains(&root(2)));
    // Another process has the right by now; what was laid there in vain goes with what it clears up.
    clear(source, &root(1), 3);
    source.stage(&root(3), 3).unwrap();
    assert!(roots(source).contains(&root(1)) && roots(source).contains(&root(3)));
    assert!(!roots(source).contains(&root(2)) && !is_settled(source));
    for _ in 0..2 {
        source.settle(&root(3), Goes::Before(&root(1)), 3).unwrap();
        assert!(roots(source) == [root(3)] && is_settled(source));
    }

    // A rotation that came to nothing.
    source.stage(&root(4), 4).unwrap();
    clear(source, &root(3), 5);
    assert!(roots(source) == [root(3)] && is_settled(source));

    // Somebody who lost the right and comes late takes nothing away from whoever has it now.
    let seen_late = source.read().unwrap();
    source.stage(&root(5), 6).unwrap();
    let _ = source.settle(&root(3), Goes::Before(&root(1)), 3);
    let _ = source.settle(&root(3), Goes::Listed(&seen_late), 5);
    assert!(roots(source).contains(&root(5)) && roots(source).contains(&root(3)));
    // Nor does what they lay there take another's place.
    let staged = source.stage(&root(6), 5);
    assert_eq!(staged.is_err(), is_program);
    assert!(roots(source).contains(&root(5)) && roots(source).contains(&root(3)));
    source.settle(&root(5), Goes::Before(&root(3)), 6).unwrap();
    assert!(roots(source).contains(&root(5)) && !roots(source).contains(&root(3)));
    let _ = source.settle(&root(3), Goes::Before(&root(1)), 3);
    assert!(roots(source).contains(&root(5)));
    // Whoever has it may clear up; what is not there is not settled, and nothing is destroyed for it.
    clear(source, &root(5), 7);
    assert!(roots(source) == [root(5)] && is_settled(source));
    let found = source.read().unwrap();
    assert!(source.settle(&root(9), Goes::Listed(&found), 8).is_err());
    assert!(roots(source) == [root(5)] && is_settled(source));
}

fn split(folder: &Path) -> SplitRoot {
    SplitRoot::new(folder.join("a"), folder.join("b"), Arc::new(SeededEntropy::new(8)))
}

#[test]
fn a_root_in_a_file_is_exchanged() {
    let home = tempfile::tempdir().unwrap();
    rotates(&FileRoot::new(home.path().join("root.key")));
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 1);
}

#[test]
fn a_root_in_two_halves_is_exchanged_and_neither_half_is_it() {
    let home = tempfile::tempdir().unwrap();
    let source = split(home.path());
    rotates(&source);
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 2);
    let before = ["a", "b"].map(|name| std::fs::read_to_string(home.path().join(name)).unwrap());
    source.stage(&root(6), 9).unwrap();
    source.settle(&root(6), Goes::Before(&root(5)), 9).unwrap();
    for (name, before) in ["a", "b"].iter().zip(before) {
        let now = std::fs::read_to_string(home.path().join(name)).unwrap();
        assert_ne!(now, before, "half {name} is the old one");
        assert_ne!(now, root(6).to_text().as_str());
    }
}

#[test]
fn two_halves_of_which_one_is_exchanged_are_finished() {
    for (keep, gone) in [(2, 1), (1, 2)] {
        for first in ["a", "b"] {
            let home = tempfile::tempdir().unwrap();
            let path = |name: &str| home.path().join(name);
            let source = split(home.path());
            source.stage(&root(1), 1).unwrap();
            clear(&source, &root(1), 1);
            source.stage(&root(2), 2).unwrap();
            // A crash after one of the two places was done.
            let next = path(&format!("{first}.next.2"));
            if keep == 2 {
                std::fs::rename(next, path(first)).unwrap();
            } else {
                std::fs::remove_file(next).unwrap();
            }
            assert!(roots(&source).contains(&root(keep)) && !is_settled(&source));
            clear(&source, &root(keep), 3);
            assert!(
                roots(&source) == [root(keep)] && is_settled(&source),
                "{keep} not {gone}, {first} first"
            );
        }
    }
}

#[cfg(unix)]
#[test]
fn claim_f10_a_root_that_others_may_read_is_not_used() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("root.key");
    let source = FileRoot::new(&file);
    source.stage(&root(1), 1).unwrap();
    clear(&source, &root(1), 1);
    let mode = |file: &Path| std::fs::metadata(file).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&file), 0o600);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    let Err(error) = source.read() else { panic!("it was read") };
    assert!(error.to_string().contains("chmod 600"), "{error}");
}

#[test]
fn a_file_that_is_no_root_is_named_unless_the_next_one_is_whole() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("root.key");
    let source = FileRoot::new(&file);
    source.stage(&root(1), 1).unwrap();
    clear(&source, &root(1), 1);
    std::fs::write(&file, "0".repeat(64)).unwrap();
    let Err(error) = source.read() else { panic!("it was read") };
    assert!(error.to_string().contains("root.key: this root key is not random"), "{error}");
    source.stage(&root(2), 2).unwrap();
    assert!(roots(&source) == [root(2)]);
    clear(&source, &root(2), 2);
    assert!(roots(&source) == [root(2)] && is_settled(&source));
}

/// What an operator may write for a root elsewhere; here elsewhere is a folder.
#[cfg(unix)]
pub const PROGRAM: &str = r#"#!/bin/sh
set -eu
umask 077
cd "$(dirname "$0")"
exec 9>lock
flock 9
# The number of the right to change the root only grows; who comes with a lower one has lost it.
newest() { if [ "$1" -lt "$(cat fence 2>/dev/null || echo 0)" ]; then exit 3; fi; echo "$1" > fence.new; mv fence.new fence; }
case "$1" in
read) for file in root next; do if [ -f "$file" ]; then cat "$file"; fi; done ;;
stage) read -r next; read -r fence; newest "$fence"; echo "$next" > next.new; mv next.new next ;;
settle)
    read -r keep; read -r drop; read -r fence; newest "$fence"
    if [ -f next ] && [ "$(cat next)" = "$keep" ]; then mv next root
    elif [ "$(cat root)" != "$keep" ]; then exit 4
    elif [ -f next ] && { [ "$keep" = "$drop" ] || [ "$(cat next)" = "$drop" ]; }; then rm next; fi ;;
*) exit 2 ;;
esac
"#;

#[cfg(unix)]
#[test]
fn a_program_of_the_operator_s_keeps_the_root_and_what_fails_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("keep-root");
    std::fs::write(&file, PROGRAM).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o700)).unwrap();
    let source = vault::CommandRoot::new(&file);
    assert_eq!((source.strength(), source.strength().letter()), (Strength::Service, "K"));
    rotates(&source);

    for (text, said) in
        [("#!/bin/sh\nexit 3\n", "failed (exit status: 3)"), ("#!/bin/sh\necho no\n", "64 hexadecimal")]
    {
        std::fs::write(&file, text).unwrap();
        let Err(error) = source.read() else { panic!("it was read") };
        assert!(error.to_string().contains(said) && error.to_string().contains("keep-root"), "{error}");
    }
    // One that hangs is killed, whether it has closed its output or something it started has it.
    for text in ["#!/bin/sh\nsleep 60\n", "#!/bin/sh\nexec sleep 60 >&-\n", "#!/bin/sh\nsleep 60 &\n"] {
        std::fs::write(&file, text).unwrap();
        let source = vault::CommandRoot::with_limit(&file, std::time::Duration::from_millis(200));
        let Err(error) = source.stage(&root(1), 1) else { panic!("it was done: {text}") };
        assert!(error.to_string().contains("keep-root stage` took longer than 0.2 seconds"), "{error}");
    }
    let Err(error) = vault::CommandRoot::new(home.path().join("none")).read() else { panic!("it ran") };
    assert!(error.to_string().contains("does not start"), "{error}");
}
