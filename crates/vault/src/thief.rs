//! For tests, also those of other crates: what a thief opens who has a root and every row of the key store that he
//! ever came by.
//!
//! Invariant: nothing is opened here that the root given does not open.

use crate::key::Key;
use crate::root::RootKey;
use model::ports::{KeyId, WrappedKey};
use std::collections::{HashMap, HashSet};

/// The keys that seal, opened with this root and whatever it leads to. One id may have several rows, of several ages.
#[doc(hidden)]
pub fn opened<'a>(root: &RootKey, rows: impl IntoIterator<Item = &'a WrappedKey>) -> Vec<Key> {
    all(root, rows).0
}

/// The bytes of the root and of every key below it, those that seal and those that only wrap, by their ids.
#[doc(hidden)]
pub fn secrets<'a>(root: &RootKey, rows: impl IntoIterator<Item = &'a WrappedKey>) -> Vec<(KeyId, [u8; 32])> {
    let (keys, nodes) = all(root, rows);
    keys.iter().chain(&nodes).map(|key| (*key.id(), *key.secret())).collect()
}

/// Keys that seal, and nodes with the root as the first.
fn all<'a>(root: &RootKey, rows: impl IntoIterator<Item = &'a WrappedKey>) -> (Vec<Key>, Vec<Key>) {
    let mut held: HashMap<KeyId, Vec<&WrappedKey>> = HashMap::new();
    for row in rows {
        held.entry(row.node).or_default().push(row);
    }
    let (mut opened, mut nodes) = (Vec::new(), vec![Key::root(root.bytes())]);
    let mut tried: HashSet<(KeyId, &[u8])> = HashSet::new();
    let mut at = 0;
    while let Some(node) = nodes.get(at) {
        let mut children = Vec::new();
        for row in held.get(node.id()).into_iter().flatten() {
            let Ok(child) = node.unwrap_child(row) else { continue };
            if !tried.insert((row.id, &row.wrapped)) {
                continue;
            }
            let to = if row.level == 0 { &mut opened } else { &mut children };
            to.push(child);
        }
        nodes.append(&mut children);
        at += 1;
    }
    (opened, nodes)
}
