//! Every field of a log call is declared in the data map (`LOG_FIELDS`), so that the list of what logs hold is
//! complete.

use super::leaks::{LOG_MACROS, finding, program};
use super::lex::{Lexed, is_of_a_name};
use super::{Finding, Tree};
use std::collections::BTreeSet;

/// Where the fields are declared.
const DECLARED: &str = "crates/model/src/datamap/elsewhere.rs";

/// The names between `log("` and its quote.
fn names(text: &str) -> BTreeSet<&str> {
    let own =
        text.split("pub const LOG_FIELDS").nth(1).and_then(|rest| rest.split("];").next()).unwrap_or("");
    own.split("log(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// No call logs a field that the data map does not name.
pub fn declared(tree: &Tree) -> Vec<Finding> {
    let Some(text) = tree.text(DECLARED) else { return Vec::new() };
    let known = names(text);
    let mut findings = Vec::new();
    for (file, lexed) in program(tree) {
        for call in LOG_MACROS {
            for at in lexed.find(call).filter(|at| !lexed.is_in_test(*at)) {
                let open = at + call.len();
                if !lexed.code.get(open..).is_some_and(|rest| rest.starts_with('(')) {
                    continue;
                }
                for name in fields(lexed, open) {
                    if !known.contains(name.as_str()) {
                        let message = format!(
                            "the log field `{name}` is not in the data map: add it to LOG_FIELDS in {DECLARED}, if it is an id, a state or a count"
                        );
                        findings.extend(finding(file, at, "log-field", &message));
                    }
                }
            }
        }
    }
    findings
}

/// The names of a call's fields: `%name`, `?name`, `name`, `name = value`.
fn fields(lexed: &Lexed, open: usize) -> Vec<String> {
    let close = lexed.closing(open).saturating_sub(1);
    let code = lexed.code.get(open + 1..close).unwrap_or_default();
    let mut parts: Vec<String> = vec![String::new()];
    let mut depth = 0_usize;
    for c in code.chars() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if c == ',' && depth == 0 {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    parts.iter().filter_map(|part| field(part.trim())).collect()
}

fn field(part: &str) -> Option<String> {
    let name = match part.split_once('=') {
        Some((name, value)) if !value.starts_with('=') => name.trim(),
        // A level, a message, or a field by its own name.
        _ => part.trim_start_matches(['%', '?']).rsplit('.').next()?.trim(),
    };
    // A number that fills a message is no name.
    let begins = name.starts_with(|c: char| !c.is_uppercase() && !c.is_ascii_digit());
    let is_name = begins && name.chars().all(is_of_a_name);
    (is_name && name != "target").then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::File;

    fn found(code: &str) -> usize {
        let list = "pub const LOG_FIELDS: &[F] = &[\n log(\"page\", \"x\"),\n log(\"error\", \"y\"),\n];";
        let files = vec![
            File::new(DECLARED, list.to_owned()),
            File::new("crates/engine/src/a.rs", format!("fn a() {{\n    {code};\n}}\n")),
        ];
        declared(&Tree { files, others: Vec::new() }).len()
    }

    #[test]
    fn claim_d1_a_log_field_that_is_not_in_the_data_map_is_found() {
        for bad in [
            "tracing::warn!(mood, \"x\")",
            "tracing::warn!(%error, mood = 3, \"x\")",
            "tracing::warn!(mood = %page, \"x\")",
            "tracing::info!(?self.mood, \"x\")",
        ] {
            assert_eq!(found(bad), 1, "{bad}");
        }
    }

    #[test]
    fn fields_that_are_named_there_are_fine() {
        for good in [
            "tracing::warn!(%error, page = %self.page, \"a page, {} times\", 3)",
            "tracing::error!(\"nothing\")",
            "tracing::warn!(%self.page, error = f(a, b), \"x\")",
        ] {
            assert_eq!(found(good), 0, "{good}");
        }
    }
}
