//! The rules of the tree that no compiler checks. Each is an ordinary function from the files to
//! findings, with a good and a bad sample in its own tests.
//!
//! A line of code is excused from a heuristic rule by a comment on it or on the line before that names
//! the rule and says why: `// tidy(log): the name of a job, not of a person`.

mod asvs;
mod breaks;
mod citations;
pub mod claims;
mod edges;
mod files;
mod fuzz;
mod layout;
mod leaks;
mod lex;
mod log_fields;

use std::fmt;

/// The files of the project.
pub struct Tree {
    pub files: Vec<File>,
    /// Paths of those that are no text.
    pub others: Vec<String>,
}

/// One text file.
pub struct File {
    /// From the project's root, with forward slashes.
    pub path: String,
    pub text: String,
    /// For Rust: the code and its string literals apart.
    rust: Option<lex::Lexed>,
}

/// Something to put right.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    path: String,
    /// From 1; 0 when it is about the whole file or a missing one.
    line: usize,
    message: String,
}

#[derive(Default)]
pub struct Report {
    pub findings: Vec<Finding>,
    pub warnings: Vec<Finding>,
}

/// All rules over all files.
pub fn check(tree: &Tree) -> Report {
    let rules = [
        asvs::table,
        breaks::noticed_from_where_they_are_seen,
        citations::cited_documents,
        citations::named_tests,
        claims::shown_and_tested,
        edges::own_crates,
        edges::outside_crates,
        edges::banned_crates,
        edges::features_named_once,
        files::opening_comment,
        files::length,
        files::machine_paths,
        files::unfinished,
        fuzz::targets,
        layout::expected_places,
        layout::migrations,
        layout::one_test_binary,
        layout::forgotten_test_files,
        layout::decisions,
        layout::documents,
        leaks::sql,
        leaks::logs,
        log_fields::declared,
        leaks::dialling,
        leaks::serialized_personal_data,
    ];
    Report { findings: rules.iter().flat_map(|rule| rule(tree)).collect(), warnings: files::long(tree) }
}

impl Tree {
    /// The text of one file.
    fn text(&self, path: &str) -> Option<&str> {
        self.files.iter().find(|file| file.path == path).map(|file| file.text.as_str())
    }

    /// All Rust files, read apart.
    fn rust(&self) -> impl Iterator<Item = (&File, &lex::Lexed)> {
        self.files.iter().filter_map(|file| Some((file, file.rust.as_ref()?)))
    }
}

impl File {
    pub fn new(path: &str, text: String) -> Self {
        let rust = path.ends_with(".rs").then(|| lex::lex(&text));
        Self { path: path.to_owned(), text, rust }
    }

    /// Whether all of it is for tests or measurements.
    fn is_for_tests(&self) -> bool {
        self.path.contains("/tests/")
            || self.path.ends_with("/tests.rs")
            || ["crates/testkit/", "bench/", "fuzz/", "xtask/"].iter().any(|top| self.path.starts_with(top))
    }

    fn line_of(&self, offset: usize) -> usize {
        self.text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
    }

    fn finding(&self, line: usize, message: impl Into<String>) -> Finding {
        Finding { path: self.path.clone(), line, message: message.into() }
    }

    /// Whether the line, or the one before it, says why `rule` does not hold here.
    fn is_excused(&self, line: usize, rule: &str) -> bool {
        let mark = format!("// tidy({rule}): ");
        self.text
            .lines()
            .skip(line.saturating_sub(2))
            .take(if line > 1 { 2 } else { 1 })
            .filter_map(|text| text.split_once(&mark))
            .any(|(_, reason)| reason.split_whitespace().count() >= 3)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.message),
            line => write!(f, "{}:{line}: {}", self.path, self.message),
        }
    }
}

#[cfg(test)]
pub mod sample {
    //! Small trees for the rules' tests.

    use super::{File, Finding, Tree};

    pub fn tree(files: &[(&str, &str)]) -> Tree {
        let files = files.iter().map(|(path, text)| File::new(path, (*text).to_owned())).collect();
        Tree { files, others: Vec::new() }
    }

    /// What `rule` says of these files, as lines.
    pub fn found(rule: impl Fn(&Tree) -> Vec<Finding>, files: &[(&str, &str)]) -> Vec<String> {
        rule(&tree(files)).iter().map(ToString::to_string).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excuse_needs_the_rule_a_reason_and_a_place_next_to_the_line() {
        let file = File::new(
            "a.rs",
            "a();\n// tidy(log): name of a job\nb();\nc(); // tidy(log): name of a job\nd(); // tidy(log): ok\n".to_owned(),
        );
        let excused: Vec<bool> = (1..=5).map(|line| file.is_excused(line, "log")).collect();
        assert_eq!(excused, [false, true, true, true, true]);
        assert!(!file.is_excused(3, "sql"));
        let bare = File::new("a.rs", "d(); // tidy(log): ok\n".to_owned());
        assert!(!bare.is_excused(1, "log"));
    }

    #[test]
    fn a_finding_names_the_place_first() {
        let file = File::new("crates/a/src/lib.rs", "one\ntwo\n".to_owned());
        assert_eq!(
            file.finding(file.line_of(5), "put it right").to_string(),
            "crates/a/src/lib.rs:2: put it right"
        );
        assert_eq!(file.finding(0, "missing").to_string(), "crates/a/src/lib.rs: missing");
    }
}
