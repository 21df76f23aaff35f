//! What a text points at is there: the tests that a document names as its proof, and the documents that
//! anything cites.
//!
//! Invariant: a reader of this tree alone can follow every such pointer.

use super::{Finding, Tree, lex};

/// A test that a document names (`claim_`, the claim's number, what it says) exists under that name.
pub fn named_tests(tree: &Tree) -> Vec<Finding> {
    let is_of_a_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| file.path.ends_with(".md")) {
        for (number, line) in file.text.lines().enumerate() {
            // A test of two claims has the second amid its name.
            let begins = |at: &usize| !line.get(..*at).unwrap_or_default().ends_with(is_of_a_name);
            for at in line.match_indices("claim_").map(|(at, _)| at).filter(begins) {
                let rest = line.get(at..).unwrap_or_default();
                let name = rest.get(..rest.find(|c| !is_of_a_name(c)).unwrap_or(rest.len())).unwrap_or(rest);
                // `claim_` and `claim_b3` name a family of tests.
                let is_whole = name.matches('_').count() > 1;
                let definition = format!("fn {name}(");
                if is_whole && !tree.rust().any(|(_, lexed)| lexed.find(&definition).next().is_some()) {
                    let message = format!("there is no test `{name}`: name one that exists");
                    findings.push(file.finding(number + 1, message));
                }
            }
        }
    }
    findings
}

/// A document that is cited by a name in capitals (`README.md`, or `NOTES` with a section sign) lies in
/// this tree. Otherwise the rule it stands for is said in own words.
pub fn cited_documents(tree: &Tree) -> Vec<Finding> {
    let is_here = |name: &str| {
        let file = format!("{name}.md");
        tree.files.iter().any(|other| other.path == file || other.path.ends_with(&format!("/{file}")))
    };
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| !file.path.ends_with(".lock")) {
        for (number, line) in file.text.lines().enumerate() {
            let mut words =
                [".md", " \u{a7}"].iter().flat_map(|mark| line.match_indices(mark)).filter_map(|(at, _)| {
                    let before = line.get(..at)?;
                    let start = before.rfind(|c: char| !lex::is_of_a_name(c)).map_or(0, |at| {
                        at + before.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
                    });
                    before.get(start..)
                });
            let is_a_title = |word: &&str| word.len() > 3 && word.bytes().all(|b| b.is_ascii_uppercase());
            if let Some(word) = words.find(|word| is_a_title(word) && !is_here(word)) {
                let message = format!("`{word}` is not in this tree: say what it says, or cite what is here");
                findings.push(file.finding(number + 1, message));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::sample::found;

    const NONE: [String; 0] = [];

    #[test]
    fn a_test_that_a_document_names_exists() {
        let code = (
            "crates/a/tests/it/main.rs",
            "//! x\n#[test]\nfn claim_b3_the_way_out_works() {}\nfn claim_b1_claim_b2_both() {}\n// fn claim_b3_lost() {}\n",
        );
        let good =
            "run `claim_b3`; `claim_` and the number; `claim_b3_the_way_out_works`, claim_b1_claim_b2_both\n";
        assert_eq!(found(named_tests, &[code, ("README.md", good)]), NONE);
        for bad in ["`claim_b3_lost`", "claim_b3_the_way_out", "`claim_b3_the_way_out_works_twice`"] {
            let found = found(named_tests, &[code, ("docs/a.md", bad)]);
            assert_eq!(found.len(), 1, "{bad}");
            assert!(found[0].starts_with("docs/a.md:1: there is no test `claim_b3_"), "{found:?}");
        }
    }

    #[test]
    fn a_document_that_is_cited_is_in_the_tree() {
        // Put together here, so that this file does not find itself.
        let section = |text: &str| text.replace('|', " \u{a7}");
        let good = section(
            "README.md, ARCHITECTURE|4, README|1, RFC 9162|2, const STYLE: &str, tests/README.md, a.md",
        );
        assert_eq!(
            found(cited_documents, &[("README.md", "x"), ("ARCHITECTURE.md", "x"), ("a.rs", &good)]),
            NONE
        );
        for half in ["see PLAN|12.4", "(PLAN|3)", "in PLAN~md", "…PLAN|1"] {
            let bad = section(half).replace('~', ".");
            let found = found(
                cited_documents,
                &[("README.md", "x"), ("crates/a/src/lib.rs", &format!("fine\n// {bad}\n"))],
            );
            assert_eq!(found.len(), 1, "{bad}");
            assert!(found[0].starts_with("crates/a/src/lib.rs:2: `PLAN` is not in this tree"), "{found:?}");
        }
    }
}
