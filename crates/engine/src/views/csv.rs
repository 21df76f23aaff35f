//! Tables for spreadsheets (RFC 4180).
//!
//! Invariant: no cell is taken for a formula: one that begins like a formula gets an apostrophe first,
//! as spreadsheets themselves mark text. So does what begins like one after a mark at which a program that
//! separates otherwise (`;` in much of the world) begins a new cell.

/// What ends a cell, whatever list separator a program was set to.
const SEPARATORS: [char; 7] = [';', '\t', '\r', '\n', '\u{85}', '\u{2028}', '\u{2029}'];

/// One line, every cell in quotes, with its end.
pub fn line<const N: usize>(cells: [&str; N]) -> String {
    row(cells.into_iter())
}

/// The same of any number of cells.
pub fn row<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let mut line = String::new();
    for (number, cell) in cells.enumerate() {
        if number > 0 {
            line.push(',');
        }
        line.push('"');
        neutral(&mut line, cell);
        line.push('"');
    }
    line.push_str("\r\n");
    line
}

/// Writes a cell with an apostrophe before each sign that would begin a formula.
fn neutral(line: &mut String, cell: &str) {
    if cell.starts_with(SEPARATORS) && !cell.starts_with(';') {
        line.push('\'');
    }
    for part in cell.split_inclusive(SEPARATORS) {
        // Spaces, invisible marks and quotes before the sign do not keep every program from calculating.
        let hides = |c: &char| c.is_whitespace() || matches!(c, '"' | '\u{200b}'..='\u{200f}' | '\u{feff}');
        let first = part.chars().find(|c| !hides(c));
        if matches!(first, Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')) {
            line.push('\'');
        }
        line.push_str(&part.replace('"', "\"\""));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_cell_that_would_be_calculated_is_marked_as_text() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\u{feff}=1", "\r=1"] {
            assert!(line([cell]).starts_with("\"'"), "{cell:?}");
        }
        assert_eq!(line(["a;=cmd", "a; \t@b;c"]), "\"a;'=cmd\",\"a; \t'@b;c\"\r\n");
        assert_eq!(line(["a", "b \"c\"", "d,e"]), "\"a\",\"b \"\"c\"\"\",\"d,e\"\r\n");
    }

    proptest! {
        #[test]
        fn claim_x10_whatever_a_program_separates_at_no_part_begins_a_formula(cell in "[=+@a;\\-\t\r\n \"＝\u{feff}]{0,12}") {
            let written = line([&cell, "x"]);
            for part in written.split(SEPARATORS) {
                let begins = part.trim_start_matches([' ', '"', '\u{feff}']);
                prop_assert!(!begins.starts_with(['=', '+', '-', '@', '＝']), "{written:?}");
            }
            prop_assert_eq!(written.replace('\'', ""), format!("\"{}\",\"x\"\r\n", cell.replace('"', "\"\"")));
        }

        #[test]
        fn claim_x10_no_cell_ends_early_or_begins_a_formula(cell in ".{0,40}") {
            let written = line([&cell, "x"]);
            let inside = written.strip_prefix('"').and_then(|rest| rest.strip_suffix("\",\"x\"\r\n")).unwrap();
            prop_assert!(!inside.replace("\"\"", "").contains('"'));
            prop_assert!(!inside.trim_start().starts_with(['=', '+', '-', '@']));
        }
    }
}
