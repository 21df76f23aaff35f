//! What Meta's failure codes mean, by name: the words for each stand with the languages.
//!
//! Invariant: only what Meta documents has a name; a code that it does not document is shown as it is.

use messenger::errors;

/// The name of what a kept code (`551/1545041`) means; `None`: it is not documented.
pub fn meaning(code: &str) -> Option<String> {
    errors::row_for_text(code).map(errors::Row::name)
}

/// Every name that [`meaning`] may give.
pub fn meanings() -> Vec<String> {
    errors::TABLE.iter().map(errors::Row::name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_row_of_the_table_has_a_name_of_its_own() {
        let names = meanings();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        assert_eq!(meaning("551/1545041").as_deref(), Some("551"));
        assert_eq!(meaning("10/2018278").as_deref(), Some("10-2018278"));
        assert_eq!(meaning("190/463").as_deref(), Some("102"));
        assert_eq!((meaning("424242"), meaning("interrupted")), (None, None));
    }
}
