//! The pages of the audit and of the program's log with samples.

use super::{AT, NAME, Rendered, put};
use crate::console::audit::{Asked as Sought, AuditPage};
use crate::console::program_log::{Asked, Held, LogPage};
use crate::console::{Section, Shell};
use engine::views::audit::{AuditView, FACTS, Found, KINDS};
use model::id::{AccountId, AuditId};
use model::personal::Personal;
use model::ports::LogLine;

pub(super) fn about_audit<'a>(all: &mut Rendered, shell: &impl Fn(Section) -> Shell<'a>) {
    let boss = |section| {
        let mut frame = shell(section);
        frame.is_admin = true;
        frame
    };
    let entry = |(number, kind): (usize, &&str)| AuditView {
        id: AuditId([1; 16]),
        at: AT,
        kind: (*kind).to_owned(),
        by: if number == 0 { "program" } else { "admin" }.to_owned(),
        account: (number > 0).then_some(AccountId([2; 16])),
        facts: FACTS.iter().take(number).map(|name| ((*name).to_owned(), Personal::from(NAME))).collect(),
        is_logged: number > 1,
        is_erased: number == 3,
    };
    let entries: Vec<AuditView> = KINDS.iter().enumerate().map(entry).collect();
    let audit = |asked: &Sought, found: &Found| AuditPage::new(boss(Section::Audit), asked, found, AT.0);
    let found = |opened, next| Found { entries: Vec::new(), opened, next };
    put(all, "audit, empty", &audit(&Sought::default(), &found(0, None)));
    let [kind, by, days] = ["signed_in", "admin", "7"].map(str::to_owned);
    let asked = Sought { kind, by, days, ..Sought::default() };
    put(all, "audit, nothing found", &audit(&asked, &found(0, None)));
    let [from, to] = ["2026-11-01", "2026-11-22"].map(str::to_owned);
    let with_id = Sought { from, to, id: AccountId([2; 16]).to_string(), ..Sought::default() };
    for (name, next) in [("on", Some(AuditId([1; 16]))), ("to its end", None)] {
        for opened in [1, 2, 3, 11, 500] {
            put(all, format!("audit, searched {name}, {opened}"), &audit(&with_id, &found(opened, next)));
        }
    }
    let no_id = Sought { id: NAME.to_owned(), ..Sought::default() };
    put(all, "audit, no id", &audit(&no_id, &found(0, None)));
    let mut page = audit(&asked, &Found { entries, opened: 58, next: Some(AuditId([1; 16])) });
    put(all, "audit", &page);
    page.is_wrong = true;
    NAME.clone_into(&mut page.why);
    put(all, "audit, wrong", &page);

    let line = |number: usize| LogLine {
        at: AT.0,
        level: ["ERROR", "WARN", "INFO"][number % 3],
        part: "engine".to_owned(),
        message: format!("{NAME} could not be asked"),
        fields: vec![("error", NAME.to_owned()), ("tries", number.to_string())],
    };
    let many: Vec<LogLine> = (0..300).map(line).collect();
    let log = |lines: usize, (q, level, skip): (&str, &str, usize), held| {
        let asked = Asked { q: q.to_owned(), level: level.to_owned(), skip };
        LogPage::new(boss(Section::Log), &many[..lines], &asked, held)
    };
    put(all, "log, empty", &log(0, ("", "", 0), None));
    put(all, "log, empty and held", &log(0, ("", "", 0), Some(held(false))));
    put(all, "log, nothing found", &log(300, ("elsewhere", "error", 0), Some(held(true))));
    for (name, lines) in [("one", 1), ("two", 2), ("some", 5), ("many", 300)] {
        put(all, format!("log, {name}"), &log(lines, ("asked", "", 0), Some(held(lines > 1))));
    }
    let mut page = log(5, ("", "", 0), Some(held(false)));
    page.frame.turned_at = Some(AT);
    put(all, "log, in a demo", &page);
    put(all, "log, further", &log(300, ("", "", 200), Some(held(true))));
}

/// Lines of a node, beside others or alone.
pub(super) fn held(has_others: bool) -> Held {
    Held { node: NAME.to_owned(), since: AT, lines: 2_000, has_others }
}
