//! What must not seep out of its crate or into a log. These are heuristics over the text: they see the
//! obvious slip, early; the types and the tests that search the captured logs do the proving.

use super::lex::{Lexed, is_of_a_name};
use super::{File, Finding, Tree};

/// Names that stand for what belongs to a person or must stay secret.
const PERSONAL: [&str; 18] = [
    "address",
    "body",
    "email",
    "first_name",
    "headers",
    "ip",
    "last_name",
    "mail",
    "name",
    "password",
    "payload",
    "phone",
    "psid",
    "query",
    "secret",
    "text",
    "token",
    "url",
];
/// What may be asked of them: these say nothing about the content.
const HARMLESS: [&str; 5] = [".len()", ".is_empty()", ".is_some()", ".is_none()", "::"];
pub const LOG_MACROS: [&str; 12] = [
    "trace!",
    "debug!",
    "info!",
    "warn!",
    "error!",
    "event!",
    "span!",
    "trace_span!",
    "debug_span!",
    "info_span!",
    "warn_span!",
    "error_span!",
];

/// SQL stands in `store`, nowhere else.
pub fn sql(tree: &Tree) -> Vec<Finding> {
    program(tree)
        .filter(|(file, _)| !file.path.starts_with("crates/store/"))
        .flat_map(|(file, lexed)| {
            lexed.strings.iter().filter(|(at, inside)| !lexed.is_in_test(*at) && is_sql(inside)).filter_map(
                |(at, _)| finding(file, *at, "sql", "looks like SQL: move the statement to `store`"),
            )
        })
        .collect()
}

fn is_sql(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let has = |word: &str| words.contains(&word);
    match (words.first().copied(), words.get(1).copied()) {
        (Some("SELECT"), Some(_)) => has("FROM") || words.len() <= 3,
        (Some("INSERT"), Some("INTO" | "OR")) | (Some("DELETE"), Some("FROM")) => true,
        (Some("UPDATE"), Some(_)) => has("SET"),
        (Some("CREATE" | "ALTER" | "DROP"), Some("TABLE" | "INDEX" | "UNIQUE" | "TRIGGER" | "VIEW")) => true,
        (Some("WITH"), Some(_)) => has("AS") && (has("SELECT") || has("(SELECT")),
        (Some("PRAGMA" | "VACUUM" | "TRUNCATE"), _) => true,
        _ => false,
    }
}

/// Log calls carry ids, counts and states.
pub fn logs(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, lexed) in program(tree) {
        for call in LOG_MACROS {
            for at in lexed.find(call).filter(|at| !lexed.is_in_test(*at)) {
                let open = at + call.len();
                if !lexed.code.get(open..).is_some_and(|rest| rest.starts_with(['(', '[', '{'])) {
                    continue;
                }
                if let Some(name) = personal(lexed, open, lexed.closing(open)) {
                    let message = format!("`{name}` in a log call may be a person's: log the id or a count");
                    findings.extend(finding(file, at, "log", &message));
                }
            }
        }
        for at in lexed.find("instrument").filter(|at| is_attribute(lexed, *at)) {
            let end = at + "instrument".len();
            let arguments = lexed.code.get(end..).filter(|rest| rest.starts_with('('));
            let skips = arguments
                .and(lexed.code.get(end..lexed.closing(end)))
                .is_some_and(|a| a.contains("skip_all"));
            if !skips {
                let message =
                    "`instrument` without `skip_all` logs every argument: skip all, then name the ids";
                findings.extend(finding(file, at, "log", message));
            }
        }
    }
    findings
}

fn is_attribute(lexed: &Lexed, at: usize) -> bool {
    let before = lexed.code.get(..at).unwrap_or_default();
    before.trim_end_matches("tracing::").ends_with("#[")
}

/// The first name between the offsets that stands for something personal: as code, or captured by a
/// format string.
fn personal(lexed: &Lexed, from: usize, to: usize) -> Option<String> {
    let code = lexed.code.get(from..to).unwrap_or_default();
    if code.contains(".reveal()") {
        return Some("reveal()".to_owned());
    }
    let captured = lexed.strings.iter().filter(|(at, _)| (from..to).contains(at)).flat_map(|(_, text)| {
        text.split('{').skip(1).filter_map(|rest| rest.split(['}', ':']).next()).map(str::to_owned)
    });
    names(code).chain(captured).find(|name| {
        PERSONAL.contains(&name.as_str())
            || PERSONAL.iter().any(|word| name.strip_suffix(word).is_some_and(|rest| rest.ends_with('_')))
    })
}

/// The names in a piece of code, without those of which only something harmless is asked.
fn names(code: &str) -> impl Iterator<Item = String> + '_ {
    let starts = code.char_indices().filter(|(at, c)| {
        let before = code.get(..*at).and_then(|text| text.chars().next_back());
        is_of_a_name(*c) && !before.is_some_and(is_of_a_name)
    });
    starts.filter_map(|(at, _)| {
        let rest = code.get(at..)?;
        let (name, behind) = rest.split_at_checked(rest.find(|c| !is_of_a_name(c)).unwrap_or(rest.len()))?;
        let harmless = HARMLESS.iter().any(|question| behind.starts_with(question));
        (!harmless).then(|| name.to_owned())
    })
}

/// Connections to others are dialled by `outbound` only (invariant 10).
pub fn dialling(tree: &Tree) -> Vec<Finding> {
    const DIALS: [&str; 7] = [
        "TcpStream::connect",
        "TcpSocket::new",
        "UdpSocket::bind",
        "TlsConnector",
        "hyper_util::client",
        "lookup_host",
        "to_socket_addrs",
    ];
    let mut findings = Vec::new();
    for (file, lexed) in program(tree) {
        if ["crates/outbound/", "crates/simulator/"].iter().any(|allowed| file.path.starts_with(allowed)) {
            continue;
        }
        for dial in DIALS {
            for at in lexed.find(dial).filter(|at| !lexed.is_in_test(*at)) {
                let message = format!("`{dial}` opens a connection: go through `model::ports::Outbound`");
                findings.extend(finding(file, at, "dial", &message));
            }
        }
    }
    findings
}

/// A type that holds personal data has no `Serialize`: what goes out is put together on purpose.
pub fn serialized_personal_data(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, lexed) in program(tree) {
        for at in lexed.find("derive").filter(|at| lexed.code.get(..*at).is_some_and(|t| t.ends_with("#["))) {
            let open = at + "derive".len();
            let derived = lexed.code.get(open..lexed.closing(open)).unwrap_or_default();
            let item = lexed.code.get(lexed.closing(open)..).unwrap_or_default();
            let body = item.find(['{', ';']).map_or(item.len(), |body| {
                if item.get(body..).is_some_and(|rest| rest.starts_with('{')) {
                    lexed.closing(lexed.closing(open) + body) - lexed.closing(open)
                } else {
                    body
                }
            });
            let holds = item.get(..body).is_some_and(|text| text.contains("Personal<"));
            if holds && names(derived).any(|name| name == "Serialize") {
                let message =
                    "holds `Personal` and derives `Serialize`: reveal field by field where it is sent";
                findings.extend(finding(file, at, "serialize", message));
            }
        }
        for (at, _) in lexed.code.match_indices("Serialize for Personal") {
            findings.extend(finding(
                file,
                at,
                "serialize",
                "`Personal` stays without `Serialize`: take this out",
            ));
        }
    }
    findings
}

/// The files that become the program.
pub fn program(tree: &Tree) -> impl Iterator<Item = (&File, &Lexed)> {
    tree.rust().filter(|(file, _)| !file.is_for_tests())
}

pub fn finding(file: &File, at: usize, rule: &str, message: &str) -> Option<Finding> {
    let line = file.line_of(at);
    (!file.is_excused(line, rule)).then(|| file.finding(line, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::sample::found;

    const NONE: [String; 0] = [];

    fn engine(rule: impl Fn(&Tree) -> Vec<Finding>, text: &str) -> Vec<String> {
        found(rule, &[("crates/engine/src/a.rs", text)])
    }

    #[test]
    fn sql_is_found_outside_the_store() {
        for bad in [
            "SELECT id FROM lead",
            "SELECT 1",
            "\n  INSERT INTO lead (id)",
            "INSERT OR IGNORE INTO x",
            "UPDATE lead SET a = 1",
            "DELETE FROM lead",
            "CREATE TABLE x (y)",
            "PRAGMA journal_mode",
            "WITH x AS (SELECT 1)",
        ] {
            let text = format!("fn a() {{\n    b(\"{bad}\");\n}}");
            assert_eq!(engine(sql, &text).len(), 1, "{bad}");
            let files = [
                ("crates/store/src/a.rs", text.as_str()),
                ("crates/engine/tests/it/a.rs", text.as_str()),
                ("bench/src/main.rs", text.as_str()),
            ];
            assert_eq!(found(sql, &files), NONE);
        }
        assert!(
            engine(sql, "fn a() {\n b(\"DELETE FROM x\")\n}")[0].starts_with("crates/engine/src/a.rs:2: ")
        );
    }

    #[test]
    fn sentences_and_test_code_are_no_sql() {
        for good in [
            "Select a page from the list",
            "SELECTED",
            "DELETE",
            "Update your settings",
            "CREATE",
            "WITH love",
        ] {
            assert_eq!(engine(sql, &format!("fn a() {{ b(\"{good}\") }}")), NONE, "{good}");
        }
        assert_eq!(engine(sql, "#[cfg(test)]\nmod tests { const Q: &str = \"SELECT a FROM b\"; }"), NONE);
        assert_eq!(
            engine(
                sql,
                "// \"SELECT a FROM b\"\n// tidy(sql): a sample shown to the reader\nb(\"SELECT a FROM b\")"
            ),
            NONE
        );
    }

    #[test]
    fn claim_r4_a_log_call_with_something_personal_is_found() {
        for bad in [
            "info!(\"{}\", lead.name.reveal())",
            "tracing::warn!(psid = %lead.psid, \"x\")",
            "debug!(\"message {text}\")",
            "debug!(\"message {body:?}\")",
            "error!(?email, \"x\")",
            "trace!(page_token, \"x\")",
            "info_span!(\"send\", %recipient_name)",
            "warn!(\n  lead = %id,\n  \"failed: {}\",\n  response.body\n)",
        ] {
            assert_eq!(engine(logs, &format!("fn a() {{ {bad}; }}")).len(), 1, "{bad}");
        }
    }

    #[test]
    fn a_log_call_with_ids_counts_and_states_is_fine() {
        for good in [
            "info!(lead = %lead.id, count, \"replied with text\")",
            "info!(bytes = body.len(), \"received a body\")",
            "warn!(job = Job::NAME, attempts, \"{attempts} failed\")",
            "my_error!(name)",
            "error(name)",
            "debug!(state = ?text::State::Open, \"x\")",
            "let _ = \"info!(name)\"",
        ] {
            assert_eq!(engine(logs, &format!("fn a() {{ {good}; }}")), NONE, "{good}");
        }
        assert_eq!(
            engine(logs, "// tidy(log): the name of a job\ninfo!(name = job.name, \"started\");"),
            NONE
        );
        assert_eq!(engine(logs, "#[cfg(test)]\nmod tests { fn a() { info!(name); } }"), NONE);
    }

    #[test]
    fn claim_r4_an_instrumented_function_skips_its_arguments() {
        assert_eq!(engine(logs, "#[tracing::instrument(skip_all, fields(%id))]\nfn a() {}"), NONE);
        assert_eq!(engine(logs, "#[instrument]\nfn a(name: &str) {}").len(), 1);
        assert_eq!(engine(logs, "#[tracing::instrument(level = \"debug\")]\nfn a(name: &str) {}").len(), 1);
        assert_eq!(engine(logs, "fn instrument() {}"), NONE);
    }

    #[test]
    fn claim_d3_a_connection_beside_the_one_way_out_is_found() {
        let bad = "async fn a() { tokio::net::TcpStream::connect(b).await }";
        assert_eq!(engine(dialling, bad).len(), 1);
        for allowed in
            ["crates/outbound/src/client.rs", "crates/simulator/src/a.rs", "crates/web/tests/it/a.rs"]
        {
            assert_eq!(found(dialling, &[(allowed, bad)]), NONE);
        }
        assert_eq!(engine(dialling, "fn a(stream: TcpStream) { TcpListener::bind(b) }"), NONE);
    }

    #[test]
    fn claim_f2_a_type_that_holds_personal_data_is_not_serialized() {
        let bad = "#[derive(Debug, Serialize)]\n#[serde(a)]\npub struct Lead {\n  pub id: LeadId,\n  pub name: Personal<String>,\n}";
        let found = engine(serialized_personal_data, bad);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("crates/engine/src/a.rs:1: holds `Personal`"));
        assert_eq!(
            engine(serialized_personal_data, "#[derive(Serialize)]\nstruct Lead(Personal<String>);").len(),
            1
        );
        assert_eq!(
            engine(serialized_personal_data, "impl serde::Serialize for Personal<String> {}").len(),
            1
        );
        let good = "#[derive(Debug, Clone)]\nstruct Lead { name: Personal<String> }\n#[derive(Serialize)]\nstruct View { id: LeadId }\nstruct Other { name: Personal<String> }";
        assert_eq!(engine(serialized_personal_data, good), NONE);
    }
}
