//! Statements: fixed when compiling, one text for both engines wherever possible.
//!
//! Invariant: the only way to make a [`Stmt`] is [`statements!`](crate::statements), from literals
//! (`copy` makes its own from the names of our tables and columns), and each module lists all of its own, so
//! that one test prepares every statement on both engines and no value can ever be pasted into SQL.

use crate::error::StoreError;
use crate::value::Value;
use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::sync::OnceLock;

/// A statement in PostgreSQL's notation (`$1`), or a pair where the dialects differ.
pub struct Stmt {
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
    /// Rows given together name different rows of the table.
    is_keyed: bool,
    /// The parameters by which they do, from 0 on.
    key: OnceLock<Vec<usize>>,
    translated: OnceLock<String>,
}

impl Stmt {
    /// Only for the macro.
    #[doc(hidden)]
    pub const fn pair(name: &'static str, sqlite: &'static str, postgres: &'static str) -> Self {
        Self { name, sqlite, postgres, is_keyed: false, key: OnceLock::new(), translated: OnceLock::new() }
    }

    /// Only for the macro.
    #[doc(hidden)]
    pub const fn keyed(name: &'static str, both: &'static str) -> Self {
        Self {
            name,
            sqlite: both,
            postgres: both,
            is_keyed: true,
            key: OnceLock::new(),
            translated: OnceLock::new(),
        }
    }

    /// For copying whole tables: made of the names of our own tables and columns and nothing else. Kept for
    /// the life of the process, as the others are.
    pub(crate) fn of_tables(name: &'static str, sql: String) -> Self {
        let sql: &'static str = sql.leak();
        Self::pair(name, sql, sql)
    }

    /// The same where the dialects differ.
    pub(crate) fn pair_of_tables(name: &'static str, sqlite: String, postgres: String) -> Self {
        Self::pair(name, sqlite.leak(), postgres.leak())
    }

    /// Module and name, as errors show it.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn sqlite(&self) -> &str {
        self.translated.get_or_init(|| with_parameters(self.sqlite, "?"))
    }

    /// Whether PostgreSQL may take many rows in one statement: one whose parameters name its row.
    pub(crate) const fn is_keyed(&self) -> bool {
        self.is_keyed
    }

    pub(crate) const fn postgres(&self) -> &'static str {
        self.postgres
    }

    /// Refuses rows of which two name the same row of the table: PostgreSQL, which gets them as one statement, would take
    /// one of the two, and SQLite both, one after the other. In builds that check what the program takes for granted, as
    /// the tests are; in a release nothing is looked at, so that a fault that would do no harm undoes no commit.
    pub(crate) fn refuse_twice(&self, rows: &[Vec<Value>]) -> Result<(), StoreError> {
        if !cfg!(debug_assertions) || !self.is_keyed {
            return Ok(());
        }
        let at = self.key.get_or_init(|| key_of(self.postgres));
        if at.is_empty() {
            let code = "keyed, and no parameter of it names a row".to_owned();
            return Err(StoreError::Statement { statement: self.name, code });
        }
        let mut seen = HashSet::with_capacity(rows.len());
        if rows.iter().all(|row| seen.insert(Key { row, at })) {
            return Ok(());
        }
        Err(StoreError::Twice { statement: self.name })
    }
}

/// What names the row of the table, of a row that is given.
struct Key<'a> {
    row: &'a [Value],
    at: &'a [usize],
}

impl Key<'_> {
    fn values(&self) -> impl Iterator<Item = Option<&Value>> {
        self.at.iter().map(|number| self.row.get(*number))
    }
}

impl PartialEq for Key<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.values().eq(other.values())
    }
}

impl Eq for Key<'_> {}

impl Hash for Key<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.values().for_each(|value| value.hash(state));
    }
}

/// The parameters, from 0 on, by which an `UPDATE` or `DELETE` finds its row, or that stand in the columns by which an
/// `INSERT` meets one.
fn key_of(sql: &str) -> Vec<usize> {
    let number = |text: &str| text.strip_prefix('$')?.parse::<usize>().ok()?.checked_sub(1);
    let listed = |text: &str| text.split(", ").map(str::to_owned).collect::<Vec<_>>();
    let found = || {
        if let Some(rest) = sql.strip_prefix("INSERT INTO ") {
            let (columns, rest) = rest.split_once('(')?.1.split_once(") VALUES (")?;
            let (values, rest) = rest.split_once(") ON CONFLICT (")?;
            let (columns, values, meets) = (listed(columns), listed(values), listed(rest.split_once(')')?.0));
            let given = columns.iter().zip(&values).filter(|(column, _)| meets.contains(column));
            return Some(given.filter_map(|(_, value)| number(value)).collect());
        }
        let (_, condition) = sql.split_once(" WHERE ")?;
        let condition = condition.split(" RETURNING ").next()?;
        let compared = condition.split(" AND ").filter_map(|part| part.split_once(" = "));
        let own = compared.filter(|(column, _)| column.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
        Some(own.filter_map(|(_, value)| number(value)).collect())
    };
    found().unwrap_or_default()
}

/// Declares a module's statements and `ALL`, the list of them:
///
/// ```
/// store::statements! {
///     pub(crate) GET = "SELECT name FROM installation WHERE id = $1";
///     pub(crate) pair NOW = { sqlite: "SELECT unixepoch()", postgres: "SELECT extract(epoch FROM now())::bigint" };
/// }
/// assert_eq!(ALL.len(), 2);
/// ```
///
/// `grouped NAME = { of: "page_id, state", from: "delivery WHERE …" }` asks how often each combination of these comes
/// (`Tx::count_grouped`). PostgreSQL groups them; SQLite would lay all rows in memory to sort them first, so it gives them as they
/// lie, and they are counted as they come.
///
/// `keyed NAME = "UPDATE …"` (or `DELETE FROM …`, or an `INSERT …` that updates) is for many rows at once, each of which names another row of the
/// table: PostgreSQL gets them as one statement. Two that name the same are refused on both engines, in builds with
/// `debug_assertions`; which rows of the table there are besides does not matter.
#[macro_export]
macro_rules! statements {
    (@one [$($vis:tt)*] $name:ident, $sqlite:expr, $postgres:expr) => {
        $($vis)* static $name: $crate::Stmt =
            $crate::Stmt::pair(concat!(module_path!(), "::", stringify!($name)), $sqlite, $postgres);
    };
    (@each [$($names:ident)*]) => {
        /// Every statement of this module.
        pub static ALL: &[&$crate::Stmt] = &[$(&$names),*];
    };
    (@each [$($names:ident)*] $vis:vis pair $name:ident = { sqlite: $sqlite:expr, postgres: $postgres:expr $(,)? }; $($rest:tt)*) => {
        $crate::statements!(@one [$vis] $name, $sqlite, $postgres);
        $crate::statements!(@each [$($names)* $name] $($rest)*);
    };
    (@each [$($names:ident)*] $vis:vis grouped $name:ident = { of: $of:literal, from: $from:literal $(,)? }; $($rest:tt)*) => {
        $crate::statements!(@one [$vis] $name,
            concat!("SELECT ", $of, " FROM ", $from),
            concat!("SELECT ", $of, ", count(*) FROM ", $from, " GROUP BY ", $of));
        $crate::statements!(@each [$($names)* $name] $($rest)*);
    };
    (@each [$($names:ident)*] $vis:vis keyed $name:ident = $both:expr; $($rest:tt)*) => {
        $vis static $name: $crate::Stmt =
            $crate::Stmt::keyed(concat!(module_path!(), "::", stringify!($name)), $both);
        $crate::statements!(@each [$($names)* $name] $($rest)*);
    };
    (@each [$($names:ident)*] $vis:vis $name:ident = $both:expr; $($rest:tt)*) => {
        $crate::statements!(@one [$vis] $name, $both, $both);
        $crate::statements!(@each [$($names)* $name] $($rest)*);
    };
    ($($all:tt)*) => {
        $crate::statements!(@each [] $($all)*);
    };
}

/// `$n` → `?n`, since SQLite numbers `$2, $1` by first appearance, or `$n` → another name with that number. Text in
/// quotes and comments stays.
pub(crate) fn with_parameters(sql: &str, name: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(next) = rest.chars().next() {
        let len = match next {
            '\'' | '"' => quoted(rest, next),
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end.saturating_add(2)),
            '$' if rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit) => {
                out.push_str(name);
                rest = rest.get(1..).unwrap_or_default();
                continue;
            }
            other => other.len_utf8(),
        };
        let (done, left) = rest.split_at(len);
        out.push_str(done);
        rest = left;
    }
    out
}

/// The length of the quoted text at the start of `sql`. A doubled quote is two texts side by side,
/// which comes to the same.
fn quoted(sql: &str, quote: char) -> usize {
    sql.char_indices()
        .skip(1)
        .find(|(_, c)| *c == quote)
        .map_or(sql.len(), |(at, c)| at.saturating_add(c.len_utf8()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_keep_their_numbers_and_quoted_text_stays() {
        assert_eq!(with_parameters("SELECT $2, $1, $10", "?"), "SELECT ?2, ?1, ?10");
        assert_eq!(
            with_parameters("SELECT 'costs $1, it''s $2' || $1", "?"),
            "SELECT 'costs $1, it''s $2' || ?1"
        );
        assert_eq!(
            with_parameters("SELECT \"$1\" -- $2\n, $3 /* $4 */ + $5", "?"),
            "SELECT \"$1\" -- $2\n, ?3 /* $4 */ + ?5"
        );
        assert_eq!(with_parameters("SELECT 'é$1', $1, '$", "?"), "SELECT 'é$1', ?1, '$");
    }

    #[test]
    fn a_row_is_named_by_what_a_condition_compares_or_an_insert_meets() {
        for (sql, key) in [
            (
                "UPDATE page SET heard_at = $1 WHERE id = $2 AND brand_id = $3 AND (heard_at IS NULL OR heard_at < $4)",
                &[1, 2][..],
            ),
            (
                "DELETE FROM lookup WHERE lead_id = $1 AND EXISTS (SELECT 1 FROM lead WHERE id = $1 AND brand_id = $2)",
                &[0],
            ),
            ("UPDATE key SET level = $3, wrapped = $4, node = $5 WHERE node = $1 AND id = $2", &[0, 1]),
            ("DELETE FROM outbox WHERE id = $1 AND claim = $2 RETURNING id", &[0, 1]),
            (
                "INSERT INTO daily (brand_id, page_id, day, count) VALUES ($1, $2, $3, $4) ON CONFLICT (page_id, day) DO UPDATE SET count = 1",
                &[1, 2],
            ),
            ("INSERT INTO daily (page_id) VALUES ($1)", &[]),
            ("UPDATE page SET heard_at = $1", &[]),
        ] {
            assert_eq!(key_of(sql), key, "{sql}");
        }
    }

    mod declared {
        crate::statements! {
            pub(crate) ONE = "SELECT 1";
            TWO = "SELECT $1";
            pub pair THREE = { sqlite: "SELECT 's', $1", postgres: "SELECT 'p', $1" };
        }

        #[test]
        fn the_list_holds_every_statement_under_its_name() {
            let names: Vec<_> = ALL.iter().map(|s| s.name().rsplit("::").next().unwrap()).collect();
            assert_eq!(names, ["ONE", "TWO", "THREE"]);
            assert_eq!(THREE.sqlite(), "SELECT 's', ?1");
            assert_eq!(THREE.postgres(), "SELECT 'p', $1");
            assert_eq!((ONE.sqlite(), TWO.sqlite()), ("SELECT 1", "SELECT ?1"));
        }
    }
}
