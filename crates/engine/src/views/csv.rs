//! Tables for spreadsheets (RFC 4180).
//!
//! Invariant: no cell is taken for a formula: one that begins like a formula gets an apostrophe first,
//! as spreadsheets themselves mark text.

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
        // Spaces and invisible marks before the sign do not keep every program from calculating.
        let first =
            cell.chars().find(|c| !c.is_whitespace() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}'));
        if matches!(first, Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠'))
            || cell.starts_with(['\t', '\r', '\n'])
        {
            line.push('\'');
        }
        line.push_str(&cell.replace('"', "\"\""));
        line.push('"');
    }
    line.push_str("\r\n");
    line
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
        assert_eq!(line(["a", "b \"c\"", "d,e"]), "\"a\",\"b \"\"c\"\"\",\"d,e\"\r\n");
    }

    proptest! {
        #[test]
        fn no_cell_ends_early_or_begins_a_formula(cell in ".{0,40}") {
            let written = line([&cell, "x"]);
            let inside = written.strip_prefix('"').and_then(|rest| rest.strip_suffix("\",\"x\"\r\n")).unwrap();
            prop_assert!(!inside.replace("\"\"", "").contains('"'));
            prop_assert!(!inside.trim_start().starts_with(['=', '+', '-', '@']));
        }
    }
}
