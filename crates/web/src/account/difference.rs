//! What is different between two versions of a document, line by line and word by word (claim X6).
//!
//! Invariant: what is shown as new and as the same, put together, is the newer text; what is shown as gone and as the
//! same is the older one. Only whole stretches that are the same are left out, and that is said.

use similar::{ChangeTag, TextDiff};

/// Lines around a change that are shown with it.
const AROUND: usize = 2;

/// How a line stands to the version before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Same,
    Gone,
    New,
    /// Lines that are the same and not shown.
    Gap,
}

pub struct Line {
    pub kind: Kind,
    /// Whether the part is what makes the line different, and its text.
    pub parts: Vec<(bool, String)>,
}

impl Line {
    /// A class of the style sheet.
    pub const fn class(&self) -> &'static str {
        match self.kind {
            Kind::Same => "same",
            Kind::Gone => "gone",
            Kind::New => "new",
            Kind::Gap => "gap",
        }
    }
}

/// From the older to the newer text; nothing when they are the same. How a text ends is no difference.
pub fn lines(older: &str, newer: &str) -> Vec<Line> {
    let [older, newer] = [older, newer].map(|text| format!("{}\n", text.trim_end()));
    let diff = TextDiff::from_lines(&older, &newer);
    let mut found = Vec::new();
    for (number, group) in diff.grouped_ops(AROUND).iter().enumerate() {
        if number > 0 {
            found.push(Line { kind: Kind::Gap, parts: Vec::new() });
        }
        for change in group.iter().flat_map(|op| diff.iter_inline_changes(op)) {
            let kind = match change.tag() {
                ChangeTag::Equal => Kind::Same,
                ChangeTag::Delete => Kind::Gone,
                ChangeTag::Insert => Kind::New,
            };
            let parts = change.iter_strings_lossy();
            let parts = parts.map(|(is_it, text)| (is_it, text.trim_end_matches('\n').to_owned()));
            found.push(Line { kind, parts: parts.filter(|(_, text)| !text.is_empty()).collect() });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(lines: &[Line], not: Kind) -> Vec<String> {
        let kept = lines.iter().filter(|line| line.kind != not && line.kind != Kind::Gap);
        kept.map(|line| line.parts.iter().map(|(_, text)| text.as_str()).collect()).collect()
    }

    #[test]
    fn claim_x6_a_changed_word_is_marked_and_what_stays_far_from_it_is_left_out() {
        let older = "# Terms\n\none\ntwo\nthree\nWe keep it for 30 days.\nfour\nfive\nsix\nseven\n";
        let newer = older.replace("30 days", "20 days");
        let found = lines(older, &newer);
        assert!(!found.iter().any(|line| line.parts.iter().any(|(_, text)| text.contains("Terms"))));
        let new: Vec<_> = found.iter().filter(|line| line.kind == Kind::New).collect();
        assert_eq!(new.len(), 1);
        let marked: String =
            new[0].parts.iter().filter(|(is_it, _)| *is_it).map(|(_, text)| text.as_str()).collect();
        assert!(marked.contains("20") && !marked.contains("keep"), "{marked}");
        assert!(lines(older, older).is_empty());
    }

    proptest! {
        #[test]
        fn claim_x6_a_difference_holds_both_texts(older in "([a-c ]{0,3}\n){0,5}", newer in "([a-c ]{0,3}\n){0,5}") {
            let found = lines(&older, &newer);
            prop_assume!(!found.is_empty() && !found.iter().any(|line| line.kind == Kind::Gap));
            let holds = |whole: &str, shown: Vec<String>| {
                let whole = format!("{}\n", whole.trim_end());
                let whole: Vec<&str> = whole.lines().collect();
                let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
                shown.is_empty() || whole.windows(shown.len()).any(|part| part == shown)
            };
            prop_assert!(holds(&older, of(&found, Kind::New)));
            prop_assert!(holds(&newer, of(&found, Kind::Gone)));
        }
    }
}
