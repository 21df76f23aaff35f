//! One file per table.
//!
//! Invariant: a table's statements stand in its own file and nowhere else.

use crate::statement::Stmt;

/// Every table's statements.
pub(crate) static ALL: &[&[&Stmt]] = &[];
