//! Rules for migrations, by their texts.

use super::*;

/// From here on a migration says what it is (earlier ones were made when versions were changed all at once).
const FIRST_OF_NODES: [(&str, i64); 2] = [("data", 19), ("keys", 5)];

fn listed(folder: &str, migrations: &[Migration]) {
    let path = format!("{}/migrations/{folder}", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<String> =
        std::fs::read_dir(path).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    let mut wanted: Vec<String> = Vec::new();
    let mut before = 0;
    for migration in migrations {
        assert!(migration.number > before);
        before = migration.number;
        assert!(migration.name.starts_with(&format!("{:04}_", migration.number)));
        wanted.extend(["postgres", "sqlite"].map(|engine| format!("{}.{engine}.sql", migration.name)));
    }
    assert_eq!(files, wanted, "every file in migrations/{folder} must be listed here, in order");
}

#[test]
fn every_migration_file_is_listed_in_order() {
    listed("data", DATA);
    listed("keys", KEYS);
}

#[test]
fn no_migration_defers_a_check_to_the_commit_that_strangers_share() {
    for migration in DATA.iter().chain(KEYS) {
        for text in [migration.sqlite, migration.postgres] {
            assert!(!text.to_uppercase().contains("DEFERR"), "{}", migration.name);
        }
    }
}

/// What programs that do not know of it would trip over: something goes, gets another name or type, or has to be given
/// from now on. `None`: the text only adds. Errs on the side of naming too much.
fn takes_away(sql: &str) -> Option<String> {
    let bare: Vec<&str> = sql.lines().map(|line| line.split("--").next().unwrap()).collect();
    let text = bare.join(" ").to_uppercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let statements = || text.split(';').map(str::trim).filter(|statement| !statement.is_empty());
    let is_new = |table: &str| {
        let table = table.split(['(', ' ']).next().unwrap();
        statements().any(|made| {
            made.strip_prefix("CREATE TABLE ")
                .is_some_and(|made| made.split(['(', ' ']).next() == Some(table))
        })
    };
    let trips = |statement: &&str| {
        let after = |word: &str| statement.split_once(word).map(|(_, rest)| rest);
        if let Some(change) = statement.strip_prefix("ALTER TABLE ") {
            let added = change.split_once(" ADD ").map_or("", |(_, added)| added);
            return !is_new(change)
                && (change.contains(" RENAME ")
                    || change.replace(" DROP NOT NULL", "").contains(" DROP ")
                    || change.contains(" TYPE ")
                    || change.contains(" SET NOT NULL")
                    || ["CONSTRAINT", "CHECK", "UNIQUE", "PRIMARY", "FOREIGN"]
                        .iter()
                        .any(|word| added.starts_with(word))
                    || added.contains(" NOT NULL") && !added.contains(" DEFAULT "));
        }
        if statement.starts_with("CREATE UNIQUE INDEX") {
            return !after(" ON ").is_some_and(is_new);
        }
        statement.starts_with("DROP ") && !statement.starts_with("DROP INDEX")
            || ["DELETE ", "TRUNCATE "].iter().any(|word| statement.starts_with(word))
    };
    statements().find(trips).map(str::to_owned)
}

#[test]
fn what_takes_away_is_told_from_what_adds() {
    for adds in [
        "-- DROP TABLE nothing;\nCREATE TABLE a (id BIGINT NOT NULL PRIMARY KEY, x TEXT NOT NULL);",
        "ALTER TABLE lead ADD COLUMN x TEXT; ALTER TABLE lead ADD COLUMN y BIGINT NOT NULL DEFAULT 0",
        "CREATE INDEX i ON lead (x); DROP INDEX j; UPDATE lead SET x = 'a'",
        "CREATE TABLE a (x BIGINT);\nCREATE UNIQUE INDEX i ON a (x); ALTER TABLE a ADD CONSTRAINT c CHECK (x > 0)",
        "ALTER TABLE lead ALTER COLUMN x DROP NOT NULL",
    ] {
        assert_eq!(takes_away(adds), None, "{adds}");
    }
    for takes in [
        "DROP TABLE lead",
        "alter table lead\n  drop column x",
        "ALTER TABLE lead RENAME COLUMN x TO y",
        "ALTER TABLE lead RENAME TO person",
        "ALTER TABLE lead ADD COLUMN x TEXT NOT NULL",
        "ALTER TABLE lead ALTER COLUMN x SET NOT NULL",
        "ALTER TABLE lead ALTER COLUMN x TYPE TEXT",
        "ALTER TABLE lead ADD CONSTRAINT c CHECK (x > 0)",
        "CREATE UNIQUE INDEX i ON lead (x)",
        "DELETE FROM lead WHERE x = 1",
        "CREATE TABLE new (id BIGINT); INSERT INTO new SELECT id FROM lead; DROP TABLE lead; ALTER TABLE new RENAME TO lead",
    ] {
        assert!(takes_away(takes).is_some(), "{takes}");
    }
}

#[test]
fn a_migration_that_takes_something_away_says_that_it_contracts_and_comes_after_one_that_expands() {
    for (of, migrations) in [("data", DATA), ("keys", KEYS)] {
        let first = FIRST_OF_NODES.iter().find(|(name, _)| *name == of).unwrap().1;
        for migration in migrations.iter().filter(|migration| migration.number > first) {
            let takes = [migration.sqlite, migration.postgres].into_iter().find_map(takes_away);
            match migration.kind {
                Kind::Expand => assert_eq!(takes, None, "{} is not `expand`", migration.name),
                Kind::Contract { since } => {
                    assert_eq!(of, "data", "{}: the key store's migrations only expand", migration.name);
                    assert!(
                        first < since && since < migration.number,
                        "{}: `(contract since N)`, of an expanding one of an earlier release",
                        migration.name
                    );
                }
            }
        }
    }
}
