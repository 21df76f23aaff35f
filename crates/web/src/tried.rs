//! What was tried against the promises: each break on purpose with the test that noticed, and what scanners said.
//!
//! Both are tables that the project keeps for itself (`docs/security`), read as they stand when it is compiled, so that
//! the page says nothing else than they do. Invariant: a line that cannot be read fails a test, it is not left out.

/// What was broken, as `scripts/break` wrote it.
const BREAKS: &str = include_str!("../../../docs/security/broken.md");
/// What scanners said and what became of it.
const SCANS: &str = include_str!("../../../docs/security/scans/README.md");
/// Where the reports lie in the program's source.
const REPORTS: &str = "docs/security/scans/";

/// A promise that was broken on purpose.
#[derive(Debug, Clone, Copy)]
pub struct Break {
    pub number: &'static str,
    /// The last time, as `2026-11-26`.
    pub day: &'static str,
    pub what: &'static str,
    /// Which test noticed.
    pub test: &'static str,
}

/// The newest report of a scan.
#[derive(Debug, Clone)]
pub struct Scan {
    pub day: &'static str,
    /// Its path in the source.
    pub report: String,
    /// By which program, with its version; empty where it is the project's own.
    pub by: &'static str,
    pub said: String,
    /// What became of it, where that is to be said.
    pub became: Option<String>,
}

/// The breaks of a promise.
pub fn breaks(number: &str) -> impl Iterator<Item = Break> {
    rows(BREAKS).filter_map(|cells| a_break(&cells)).filter(move |one| one.number == number)
}

/// The newest of each scan, in the order of the table.
pub fn scans() -> Vec<Scan> {
    let all: Vec<(&str, Scan)> = rows(SCANS).filter_map(|cells| a_scan(&cells)).collect();
    let newest = |name: &str| all.iter().filter(|(own, _)| *own == name).map(|(_, scan)| scan.day).max();
    all.iter().filter(|(name, scan)| newest(name) == Some(scan.day)).map(|(_, scan)| scan.clone()).collect()
}

/// The lines of the tables of a text, without their heads.
fn rows(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix('|'));
    lines.map(|line| line.trim_end().split(" | ").collect())
}

/// `D1 | 2026-11-26 | what (`d1`) | `test` | where, and what it said`
fn a_break(cells: &[&'static str]) -> Option<Break> {
    let [number, day, what, test, _] = *cells else { return None };
    let (what, _) = what.rsplit_once(" (`")?;
    let test = test.strip_prefix('`')?.strip_suffix('`')?;
    is_day(day).then_some(Break { number, day, what, test })
}

/// `2026-11-27 | [name](file.md), program | said | became`: name and scan. One whose report another replaced has no link.
fn a_scan(cells: &[&'static str]) -> Option<(&'static str, Scan)> {
    let [day, scan, said, became] = *cells else { return None };
    let (name, rest) = scan.strip_prefix('[')?.split_once("](")?;
    let (file, by) = rest.split_once(')')?;
    let plain = |text: &str| text.replace('`', "");
    let became = (became != "–").then(|| plain(became));
    let by = by.strip_prefix(", ").unwrap_or_default();
    let scan = Scan { day, report: format!("{REPORTS}{file}"), by, said: plain(said), became };
    is_day(day).then_some((name, scan))
}

fn is_day(text: &str) -> bool {
    text.parse::<jiff::civil::Date>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_breaks_is_read_with_a_test_that_carries_the_number() {
        const TESTS: &str = include_str!("../claims/tests.txt");
        let lines = BREAKS.lines().filter(|line| line.contains(" | crates/"));
        let read: Vec<Break> = rows(BREAKS).filter_map(|cells| a_break(&cells)).collect();
        assert_eq!(read.len(), lines.count());
        assert!(read.len() > 60, "{}", read.len());
        for one in read {
            let mut parts = one.test.split("::");
            let named = parts.find(|part| part.starts_with("claim_")).unwrap_or_default();
            let line = format!("{} {named}", one.number);
            assert!(TESTS.lines().any(|own| own == line), "{one:?}");
            assert!(!one.what.is_empty() && !one.what.contains('`'), "{one:?}");
        }
    }

    #[test]
    fn the_newest_report_of_each_scan_is_there_and_says_for_itself_what_it_said() {
        let scans = scans();
        assert!(scans.len() > 8, "{scans:?}");
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for scan in &scans {
            assert!(root.join(&scan.report).is_file(), "{scan:?}");
            assert!(scan.report.contains(scan.day), "{scan:?}");
            assert!(scan.said != "as the day before" && !scan.said.contains(['[', '`']), "{scan:?}");
        }
        // Each report of the newest day, but those that the table does not name.
        let reports = std::fs::read_dir(root.join(REPORTS)).expect("the reports");
        let newest = scans.iter().map(|scan| scan.day).max().expect("one");
        for report in reports {
            let file = report.expect("a file").file_name().into_string().expect("a name");
            let is_named = scans.iter().any(|scan| scan.report.ends_with(&file));
            assert!(is_named || !file.starts_with(newest), "the table does not name {file}");
        }
    }
}
