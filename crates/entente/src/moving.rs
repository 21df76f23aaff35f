//! `entente move`: a whole installation from SQLite to PostgreSQL, and the way back before the new place was served.
//!
//! Invariants: at no moment can both sides be served: the source is marked as moved before the target is marked as
//! whole, and taken back the other way round; nothing is written to the source but that mark; a target is served only
//! after every row of both sides was compared, the log recomputed and the keys opened there.

use crate::backup::{copies, host};
use crate::command::{say, say_and_end};
use crate::config::Config;
use crate::hosting;
use crate::lock::Lock;
use crate::status::misconfigured;
use crate::wiring::{self, Ambient, To, kill_self, test_switch};
use anyhow::{Context as _, Result, anyhow, bail};
use engine::EngineError;
use indicatif::{ProgressBar, ProgressStyle};
use ledger::Report;
use model::time::Timestamp;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use store::copy::CopyError;
use store::moving::{self, Mark, MoveId, Stage, Sum, Target};
use store::{Database, Schema, StoreError, Tx, tables};
use vault::Vault;

#[derive(clap::Args)]
pub struct Options {
    /// The empty PostgreSQL database for the data: postgres://…
    #[arg(long, value_name = "URL")]
    to_data: String,
    /// The empty PostgreSQL database for the keys: postgres://…
    #[arg(long, value_name = "URL")]
    to_keys: String,
    /// Configuration of the installation to move [default: entente.toml here, if there is one].
    #[arg(long)]
    config: Option<PathBuf>,
    /// Goes back: empties the targets, which nobody may have served yet, and has the source be served again.
    #[arg(long)]
    undo: bool,
    /// One JSON object instead of text.
    #[arg(long)]
    json: bool,
}

pub async fn run(options: Options) -> ExitCode {
    wiring::log_to_stderr();
    let done = match options.undo {
        true => take_back(&options).await,
        false => relocate(&options).await.map(|moved| moved.say(options.json)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // The log of the source, or its copy, does not stand.
        Err(error) if matches!(error.downcast_ref(), Some(EngineError::Log(_))) => say_and_end(&error, 1),
        Err(error) => say_and_end(&error, 2),
    }
}

/// What was moved.
struct Moved {
    data: Vec<Sum>,
    keys: Vec<Sum>,
    log: Report,
}

impl Moved {
    fn say(&self, is_json: bool) {
        let rows = |sums: &[Sum]| sums.iter().map(|sum| sum.rows).fold(0, u64::saturating_add);
        if is_json {
            let part = |sums: &[Sum]| {
                let tables: serde_json::Map<_, _> = sums
                    .iter()
                    .map(|sum| {
                        let all = json!({ "rows": sum.rows, "sha256": hex::encode(sum.sha256) });
                        (sum.table.to_owned(), all)
                    })
                    .collect();
                json!({ "rows": rows(sums), "tables": tables })
            };
            let log = json!({ "leaves": self.log.size, "root": self.log.root.to_string() });
            let whole = json!({
                "format": "entente-move/1", "data": part(&self.data), "keys": part(&self.keys), "log": log
            });
            say(&whole.to_string());
            return;
        }
        say(&format!(
            "Moved {} rows of data and {} of keys; every row was compared. The log stands: {} leaves.",
            rows(&self.data),
            rows(&self.keys),
            self.log.size
        ));
        say("Put the new addresses into the configuration (database.url, keys.url) and start the program.");
        say(
            "The SQLite files stay as they were and are not served any more; the one with the keys is destroyed when its days are over (keys.backup_days).",
        );
    }
}

/// What lies there, and both places with the names under which they were given.
type Side<'a> = (Schema, &'static str, &'a str, &'static str, &'a str);

/// The source, and where it goes.
struct Places {
    from: Config,
    to: Config,
    /// The file of the source's keys.
    keys_file: PathBuf,
}

impl Places {
    fn of(options: &Options) -> Result<Self> {
        let from = Config::load(options.config.as_deref())?;
        let file = |key: &str, url: &str| match store::sqlite_file(url) {
            None => bail!("{key}: this installation is not on SQLite: it needs no moving"),
            Some(file) if !file.exists() => {
                bail!("{key}: there is no database {}: name the one to move with --config", file.display())
            }
            Some(file) => Ok(file),
        };
        file("database.url", &from.database)?;
        let keys_file = file("keys.url", &from.keys)?;
        for (name, url) in [("--to-data", &options.to_data), ("--to-keys", &options.to_keys)] {
            if !store::is_postgres(url) {
                bail!("{name}: it must begin with `postgres://`");
            }
        }
        if options.to_data == options.to_keys {
            bail!("--to-keys: data and keys never share a database: give each its own address");
        }
        let mut to = from.clone();
        (to.database, to.keys) = (options.to_data.clone(), options.to_keys.clone());
        Ok(Self { from, to, keys_file })
    }

    fn sides(&self) -> [Side<'_>; 2] {
        [
            (Schema::Data, "database.url", &self.from.database, "--to-data", &self.to.database),
            (Schema::Keys, "keys.url", &self.from.keys, "--to-keys", &self.to.keys),
        ]
    }

    /// Nobody serves the source from here on.
    fn lock(&self) -> Result<Lock> {
        Lock::take(&self.from).context("nothing is moved while the installation is served")
    }
}

/// Counts commits; a test has the process die at one of them.
struct Steps {
    passed: AtomicU64,
    dies_at: Option<u64>,
}

impl Steps {
    fn new() -> Self {
        let dies_at = test_switch("ENTENTE_TEST_MOVE_STEP").and_then(|step| step.parse().ok());
        Self { passed: AtomicU64::new(0), dies_at }
    }

    fn pass(&self) {
        let passed = self.passed.fetch_add(1, Ordering::SeqCst).saturating_add(1);
        if self.dies_at == Some(passed) {
            kill_self();
        }
    }
}

fn progress(is_quiet: bool) -> ProgressBar {
    if is_quiet {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    let style = "{msg:<14} [{bar:30}] {pos} of {len} rows, {per_sec} ({elapsed})";
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

async fn relocate(options: &Options) -> Result<Moved> {
    let (places, ambient) = (Places::of(options)?, Ambient::real());
    copies::refuse_out_of_sight(&places.keys_file)?;
    let _lock = places.lock()?;
    let bar = progress(options.json);
    bar.set_message("looking");
    let Source { id, rows, is_moved } = look_at_source(&places).await?;
    refuse_unheard(&places, ambient.clock.now()).await?;
    for (schema, _, _, option, to) in places.sides() {
        match moving::target(to, schema, id).await.context(option)? {
            // Whoever serves it first takes its mark away.
            Target::InUse if is_moved => bail!("{option}: {MOVED}"),
            found => refuse_target(option, found)?,
        }
    }
    let there = moving::mark_at(&places.to.database, Schema::Data).await.context("--to-data")?;
    if there.is_some_and(|mark| mark.stage == Stage::Whole) {
        bail!("{MOVED}");
    }
    check_source(&places, &ambient).await?;
    let (keys, data) = (begin(&places, Schema::Keys, id).await?, begin(&places, Schema::Data, id).await?);
    let chunk = test_switch("ENTENTE_TEST_MOVE_ROWS").and_then(|n| n.parse().ok()).unwrap_or(moving::ROWS);
    let steps = Steps::new();
    for ((schema, key, from, option, _), (target, rows)) in
        places.sides().into_iter().zip([(&data, rows[0]), (&keys, rows[1])])
    {
        show(&bar, if schema == Schema::Data { "data" } else { "keys" }, rows);
        let told = |rows| {
            bar.inc(rows);
            steps.pass();
        };
        // Which of the two it was, the error says.
        target
            .fill_from(from, schema, id, chunk, told)
            .await
            .with_context(|| format!("{key} to {option}"))?;
    }
    let [data, keys] = places.sides();
    let data = compared(data, id, rows[0], &bar).await?;
    let keys = compared(keys, id, rows[1], &bar).await?;
    show(&bar, "opening", 0);
    let log = open_there(&places, &ambient).await?;
    finish(&places, &ambient, id, &steps).await?;
    bar.finish_and_clear();
    Ok(Moved { data, keys, log })
}

/// Whoever hosts the target was announced to everybody, from here, before anything goes there.
async fn refuse_unheard(places: &Places, now: Timestamp) -> Result<()> {
    let hosted = hosting::servers(&places.to).await?;
    if hosted.is_empty() {
        return Ok(());
    }
    let register = wiring::register(&places.from)?;
    hosting::refuse_unannounced(&hosted, &register, now)?;
    let file = register.clone();
    let read = move |tx: &Tx<'_>| {
        let brands = tables::brand::list(tx)?.into_iter().map(|(brand, _)| brand);
        engine::would_be_in_force(tx, &brands.collect::<Vec<_>>(), &file, now)
    };
    let in_force = Database::peek(&places.from.database, "recipients_as_announced", read).await;
    hosting::refuse_unheard(&hosted, &register, &in_force.context("database.url")?, now)
}

fn show(bar: &ProgressBar, what: &'static str, rows: u64) {
    bar.set_message(what);
    bar.set_position(0);
    bar.set_length(rows);
    bar.reset_elapsed();
}

const MOVED: &str = "this installation was moved there already: put the new addresses into the configuration (database.url, keys.url) and start the program";

struct Source {
    /// What the move is known by.
    id: MoveId,
    rows: [u64; 2],
    /// The move is done, or lacks only its last mark.
    is_moved: bool,
}

/// What it is known by, and that nothing in it is under way.
async fn look_at_source(places: &Places) -> Result<Source> {
    let (mut known_by, mut rows, mut marks) = (Sha256::new(), [0; 2], Vec::new());
    for ((schema, key, from, _, to), rows) in places.sides().into_iter().zip(&mut rows) {
        let mark = moving::mark_at(from, schema).await.context(key)?;
        if mark.as_ref().is_some_and(|mark| mark.stage != Stage::Moved) {
            bail!("{key}: this database is itself the target of a move: end that one first");
        }
        marks.extend(mark);
        let seen = moving::look(from, schema).await.map_err(|error| match error {
            CopyError::Version { found, wanted } => anyhow!(
                "the database is at version {found}, this program at {wanted}: start it once with this program, stop it, and move it then"
            ),
            other => other.into(),
        });
        let seen = seen.context(key)?;
        *rows = seen.rows;
        known_by.update(seen.known_by);
        // Two targets of one source are two moves, of which one may end.
        known_by.update(Sha256::digest(place_of(to)));
    }
    let mut id = MoveId::default();
    id.iter_mut().zip(known_by.finalize()).for_each(|(to, from)| *to = from);
    if marks.iter().any(|mark| mark.id != id) {
        bail!(
            "this installation was moved elsewhere: give the addresses that it went to, or go back from there with `entente move --undo`"
        );
    }
    Ok(Source { id, rows, is_moved: marks.len() == 2 })
}

/// That it is whole, with its own root. Not asked of one that was moved and left behind, whose root may be another by now.
async fn check_source(places: &Places, ambient: &Ambient) -> Result<()> {
    let (data, vault) = wiring::open_existing(&places.from, ambient, To::Move).await?;
    engine::restore::check_is_done(&data).await?;
    engine::check_stored_log(&data, &vault).await.map(drop).map_err(Into::into)
}

/// An address without who comes there, and by what.
fn place_of(url: &str) -> String {
    let (place, query) = url.split_once('?').unwrap_or((url, ""));
    let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
    let signs_in = |part: &&str| ["password", "sslcert", "sslkey"].iter().any(|key| part.starts_with(key));
    let query: Vec<&str> = query.split('&').filter(|part| !signs_in(part)).collect();
    format!("{place}?{}", query.join("&"))
}

fn refuse_target(option: &str, found: Target) -> Result<()> {
    match found {
        Target::Empty | Target::Ours => Ok(()),
        Target::InUse => {
            bail!("{option}: this database is not empty: name one that nothing was ever put into")
        }
        Target::Stale => bail!(
            "{option}: another move into this database was begun, or this installation was changed since: empty it with `entente move --undo` and begin again"
        ),
    }
}

/// Lays tables and mark into a target, the keys' first: whatever is served by half is refused by them.
async fn begin(places: &Places, schema: Schema, id: MoveId) -> Result<Database> {
    let [data, keys] = places.sides();
    let (_, _, _, option, to) = if schema == Schema::Data { data } else { keys };
    let target = Database::open(to, schema, store::Options::default()).await.context(option)?;
    refuse_target(option, target.begin_move(schema, id).await.context(option)?)?;
    Ok(target)
}

/// Reads every row of both sides.
async fn compared(
    (schema, key, from, option, to): Side<'_>,
    id: MoveId,
    rows: u64,
    bar: &ProgressBar,
) -> Result<Vec<Sum>> {
    show(bar, "comparing", rows.saturating_mul(2));
    let read = |url: &str| {
        let (bar, url) = (bar.clone(), url.to_owned());
        async move { moving::sum(&url, schema, id, moving::ROWS, move |rows| bar.inc(rows)).await }
    };
    let (old, new) = tokio::join!(read(from), read(to));
    same(&old.context(key)?, new.context(option)?)
}

/// The sums of both sides, if they are the same.
fn same(old: &[Sum], new: Vec<Sum>) -> Result<Vec<Sum>> {
    for (old, new) in old.iter().zip(&new) {
        if old != new {
            bail!(
                "table {}: {} rows here and {} there are not the same: the source was changed meanwhile; empty the targets with `entente move --undo` and begin again",
                old.table,
                old.rows,
                new.rows
            );
        }
    }
    if old.len() == new.len() { Ok(new) } else { bail!("the two sides do not have the same tables") }
}

/// The target as it will be served: its log recomputed, its keys opened with the root.
async fn open_there(places: &Places, ambient: &Ambient) -> Result<Report> {
    let (data, vault) = wiring::open_existing(&places.to, ambient, To::Move).await?;
    let log = engine::check_stored_log(&data, &vault).await?;
    brands_open(&data, &vault).await?;
    Ok(log)
}

async fn brands_open(data: &Database, vault: &Vault) -> Result<()> {
    for (brand, _) in data.read("brands", tables::brand::list).await? {
        // One that was erased has none on either side.
        vault.key(&brand.0).await.context("--to-keys: a brand's key")?;
    }
    Ok(())
}

/// The four marks. After each of them the move goes on from here, and at most one side can be served.
async fn finish(places: &Places, ambient: &Ambient, id: MoveId, steps: &Steps) -> Result<()> {
    let copy =
        copies::Copy::of_move(&places.keys_file, id, host::ours(places.from.folder())?, ambient.clock.now())?;
    let whole = Mark { id, stage: Stage::Whole };
    let kept = whole.clone();
    Database::touch(&places.to.keys, "move_keys_whole", move |tx| {
        if moving::mark(tx, Schema::Keys)?.as_ref() == Some(&kept) {
            return Ok(());
        }
        copy.note_in(tx)?;
        moving::set_mark(tx, Schema::Keys, &kept)
    })
    .await
    .context("--to-keys")?;
    steps.pass();
    for (schema, key, from, ..) in places.sides() {
        let moved = Mark { id, stage: Stage::Moved };
        Database::touch(from, "move_source", move |tx| moving::set_mark(tx, schema, &moved))
            .await
            .context(key)?;
        steps.pass();
    }
    Database::touch(&places.to.database, "move_whole", move |tx| moving::set_mark(tx, Schema::Data, &whole))
        .await
        .context("--to-data")
}

// ---- back

async fn take_back(options: &Options) -> Result<()> {
    let places = Places::of(options)?;
    let _lock = places.lock()?;
    let mut source = None;
    for (schema, key, from, ..) in places.sides() {
        source = source.or(moving::mark_at(from, schema).await.context(key)?);
    }
    let [(_, _, _, of_data, data_at), (_, _, _, of_keys, keys_at)] = places.sides();
    let data = mark_to_undo(data_at, Schema::Data).await.context(of_data)?;
    let keys = mark_to_undo(keys_at, Schema::Keys).await.context(of_keys)?;
    let Some(id) = data.as_ref().or(keys.as_ref()).map(|mark| mark.id) else {
        match source {
            None => bail!("there is nothing to take back: the installation was not moved there"),
            Some(_) => {
                bail!("--to-data: nothing is there: name the databases that the installation was moved to")
            }
        }
    };
    // The data is whole only after its source was marked.
    let is_whole = data.as_ref().is_some_and(|mark| mark.stage == Stage::Whole);
    let is_others = source.as_ref().map_or(is_whole, |source| source.id != id);
    if is_others || keys.as_ref().is_some_and(|mark| mark.id != id) {
        bail!("--to-data, --to-keys: another installation was moved there");
    }
    if data.is_some() {
        undo_mark(data_at, Schema::Data, id).await.context(of_data)?;
    }
    if keys.is_some() {
        undo_mark(keys_at, Schema::Keys, id).await.context(of_keys)?;
        Database::drop_moved(keys_at, Schema::Keys, id).await.context(of_keys)?;
    }
    for (schema, key, from, ..) in places.sides() {
        Database::touch(from, "move_back", move |tx| moving::clear_mark(tx, schema)).await.context(key)?;
    }
    if data.is_some() {
        Database::drop_moved(data_at, Schema::Data, id).await.context(of_data)?;
    }
    match options.json {
        true => say(&json!({ "format": "entente-move/1", "taken_back": true }).to_string()),
        false => say("Taken back: the targets are empty, and the installation is served here again."),
    }
    Ok(())
}

/// The mark of a target that nobody has served.
async fn mark_to_undo(url: &str, schema: Schema) -> Result<Option<Mark>> {
    let mark = moving::mark_at(url, schema).await?;
    // Without a mark there is no id to ask for.
    if mark.is_none() && moving::target(url, schema, MoveId::default()).await? != Target::Empty {
        bail!(
            "this database was served since the move, or nothing was moved there: who wrote, left or was erased there would be forgotten, so there is no way back"
        );
    }
    Ok(mark)
}

/// From here on the target is not served. A start that was quicker has taken its mark away.
async fn undo_mark(url: &str, schema: Schema, id: MoveId) -> Result<()> {
    let undone = Database::touch(url, "move_undone", move |tx| {
        let is_ours = moving::mark(tx, schema)?.is_some_and(|mark| mark.id == id);
        if is_ours {
            moving::set_mark(tx, schema, &Mark { id, stage: Stage::Undone })?;
        }
        Ok(is_ours)
    });
    if undone.await? { Ok(()) } else { bail!("this database was served just now: there is no way back") }
}

// ---- at the doors of others

fn refuse(key: &str, mark: Option<&Mark>, to: To) -> Result<()> {
    match mark.map(|mark| &mark.stage) {
        Some(Stage::Filling { .. }) => bail!(
            "{key}: the move into this database is not finished: run `entente move` again, it goes on where it stopped, or go back with --undo"
        ),
        Some(Stage::Undone) => {
            bail!("{key}: the move into this database is being taken back: run `entente move --undo` again")
        }
        Some(Stage::Moved) if to == To::Serve => Err(misconfigured(anyhow!(
            "{key}: this installation was moved to PostgreSQL: name the new databases in the configuration (database.url, keys.url); as long as nobody served them, `entente move --undo` goes back"
        ))),
        Some(Stage::Moved | Stage::Whole) | None => Ok(()),
    }
}

async fn mark_in(database: &Database, schema: Schema) -> Result<Option<Mark>> {
    Ok(database.read::<_, StoreError, _>("move_mark", move |tx| moving::mark(tx, schema)).await?)
}

/// Before anything is done with a key store.
pub async fn refuse_keys(keys: &Database, to: To) -> Result<()> {
    let mark = mark_in(keys, Schema::Keys).await?;
    if to == To::Move { Ok(()) } else { refuse("keys.url", mark.as_ref(), to) }
}

/// Refuses what is not whole. The first start after a move takes the marks away: from then on there is no way back.
pub async fn take_up(data: &Database, keys: &Database, to: To) -> Result<()> {
    if to == To::Move {
        return Ok(());
    }
    let (of_data, of_keys) = (mark_in(data, Schema::Data).await?, mark_in(keys, Schema::Keys).await?);
    refuse("database.url", of_data.as_ref(), to)?;
    if to == To::Look {
        return Ok(());
    }
    if of_data.is_some() {
        if of_data != of_keys {
            return Err(misconfigured(anyhow!(
                "keys.url: the data was moved here together with another key store: name that one"
            )));
        }
        clear(data, Schema::Data).await.context("database.url")?;
    }
    if of_keys.is_some() {
        clear(keys, Schema::Keys).await.context("keys.url")?;
    }
    Ok(())
}

async fn clear(database: &Database, schema: Schema) -> Result<()> {
    let cleared = database.write::<_, StoreError, _>("move_served", move |tx| {
        let is_whole = moving::mark(tx, schema)?.is_some_and(|mark| mark.stage == Stage::Whole);
        if is_whole {
            moving::clear_mark(tx, schema)?;
        }
        Ok(is_whole)
    });
    if cleared.await? { Ok(()) } else { bail!("the move was taken back just now") }
}

/// For those who read or write an installation as it lies: it must have nothing to do with a move.
pub async fn refuse_marked(config: &Config) -> Result<()> {
    for (schema, key, url) in
        [(Schema::Data, "database.url", &config.database), (Schema::Keys, "keys.url", &config.keys)]
    {
        let mark = moving::mark_at(url, schema).await.context(key)?;
        refuse(key, mark.as_ref(), To::Serve)?;
        if mark.is_some() {
            bail!("{key}: the installation was just moved here: start it first");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_move_is_known_by_depends_on_the_place_and_on_no_password() {
        let same = [
            "postgres://me:word@host/d?options=x",
            "postgres://you:other@host/d?password=a&options=x",
            "postgres://you@host/d?sslcert=c.pem&options=x&sslkey=k.pem",
        ];
        let [first, second, third] = same.map(place_of);
        assert_eq!((&first, &first), (&second, &third));
        assert!(!first.contains("word"));
        assert_ne!(first, place_of("postgres://me:word@host/e?options=x"));
        assert_ne!(first, place_of("postgres://me:word@host/d?options=y"));
    }
}
