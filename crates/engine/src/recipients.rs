//! The register of recipients as it is kept: what the operator's file says is taken up at each start, and whoever is
//! new in it gets nothing before everybody was told in time (claims D3, X7).
//!
//! The file says whom the program *may* connect to; the table says *from when* it does. An entry that nobody knew is in
//! force after [`NOTICE`], or on its own day if that is later; at once only if it says why it cannot wait, or as long
//! as there is nobody but admins: no user and no lead. What stood in the file of an installation from before there was a
//! register is taken over with its dates at the first start after that upgrade.
//!
//! Whoever was to be told and was not (the program stood still for most of the notice) is told first: their mails have
//! [`PATIENCE`] to leave, and the connection waits for that, whatever its day was.
//!
//! Invariant: an entry, its announcement and its leaf of the log are written in one commit; other words for a recipient
//! that is connected to already are announced as well, and the connection goes on under the words in force.

use crate::actions::documents::NOTICE;
use crate::datamap::Announced;
use crate::mail::PATIENCE;
use crate::views::recipients::hash_of;
use crate::{Engine, EngineError};
use model::id::{AnnouncementId, BrandId};
use model::time::Timestamp;
use outbound::Register;
use std::collections::HashMap;
use store::tables::announcement::{self, NewAnnouncement};
use store::tables::ledger::{self, PendingLeaf};
use store::tables::recipient::{self, Origin, Recipient};
use store::tables::{Scope, account, data_map, lead};
use store::{StoreError, Tx};

/// Under which kind recipients are announced.
pub(crate) const KIND: &str = "recipient";

/// An entry of the file.
type Entry = outbound::Recipient;

/// From when on the program connects to each recipient, by name.
pub type InForce = HashMap<String, Timestamp>;

/// What a start changes about the register.
#[derive(Debug, Default, PartialEq, Eq)]
struct Plan {
    new: Vec<New>,
    /// Numbers, and when each ends.
    ended: Vec<(i64, Timestamp)>,
    /// Numbers of entries that are in the file again.
    back: Vec<i64>,
    /// Of the connections, and of the words that the data map shows.
    in_force: InForce,
    words_from: InForce,
}

#[derive(Debug, PartialEq, Eq)]
struct New {
    row: Recipient,
    is_announced: bool,
}

fn has_same_words(row: &Recipient, entry: &Entry) -> bool {
    (&row.who, &row.data, &row.purpose, &row.country, &row.safeguard)
        == (&entry.who, &entry.data, &entry.purpose, &entry.country, &entry.safeguard)
}

/// Whether they are the same place, however the program calls it: so a new one can be announced under another name
/// beside the one that it replaces.
fn is_same_host(row: &Recipient, entry: &Entry) -> bool {
    (row.host.as_str(), row.port) == (entry.host.as_str(), entry.port)
}

fn is_over(row: &Recipient, now: Timestamp) -> bool {
    row.ended_at.is_some_and(|at| at <= now)
}

/// From when on whoever is announced now may get data; `asked` is when it should be.
pub(crate) const fn earliest(
    now: Timestamp,
    asked: Timestamp,
    has_people: bool,
    is_urgent: bool,
) -> Timestamp {
    match (has_people, is_urgent) {
        (false, _) => asked,
        (true, true) => later(asked, now),
        (true, false) => later(asked, now.plus(NOTICE)),
    }
}

const fn later(a: Timestamp, b: Timestamp) -> Timestamp {
    if a.0 > b.0 { a } else { b }
}

/// The next entry of a register.
pub(crate) fn numbered(brand: BrandId, rows: &[Recipient], mut row: Recipient) -> Recipient {
    row.number = rows.iter().map(|row| row.number).max().unwrap_or(0).saturating_add(1);
    row.hash = hash_of(brand, &row);
    row
}

/// When everybody had been told of each entry that was announced, by its number.
type Told = HashMap<i64, Option<Timestamp>>;

/// From when on a recipient may be connected to: on its day, and never while a mail about it may be on its way. One that
/// cannot wait says so in those mails.
fn connected_from(row: &Recipient, told: &Told, now: Timestamp) -> Timestamp {
    match told.get(&row.number) {
        Some(done_at) if row.reason.is_none() => {
            later(row.in_force_from, done_at.unwrap_or(now).plus(PATIENCE))
        }
        _ => row.in_force_from,
    }
}

/// Whether there is anybody whose data the brand has, besides its admins.
pub(crate) fn has_people(scope: Scope<'_>) -> Result<bool, StoreError> {
    Ok(account::has_users(scope)? || lead::has_any(scope)?)
}

/// Whether whoever is new is announced: there are people, and the register was taken up before. A data map that a program
/// holds itself to says so where the register was empty.
fn has_to_tell(scope: Scope<'_>, rows: &[Recipient]) -> Result<bool, StoreError> {
    let was_taken_up = || {
        Ok::<_, StoreError>(rows.iter().any(|row| row.origin == Origin::File) || data_map::was_held(scope)?)
    };
    Ok(has_people(scope)? && was_taken_up()?)
}

fn plan(
    brand: BrandId,
    mut rows: Vec<Recipient>,
    told: &Told,
    file: &[Entry],
    is_announced: bool,
    now: Timestamp,
) -> Plan {
    let mut plan = Plan::default();
    let mut kept: Vec<i64> = Vec::new();
    for entry in file {
        // The newest of several: an entry that was hurried stands behind the one that would have waited.
        let known = rows.iter().rposition(|row| {
            let is_back_soon = row.ended_at.is_none_or(|at| at.plus(NOTICE) > now);
            let is_hurried = entry.urgent.is_some()
                && row.reason.is_none()
                && row.in_force_from > later(entry.in_force_from, now);
            row.origin == Origin::File
                && is_same_host(row, entry)
                && has_same_words(row, entry)
                && is_back_soon
                && !is_hurried
        });
        let number = match known.and_then(|at| rows.get_mut(at)) {
            Some(row) => {
                if row.ended_at.take().is_some() {
                    plan.back.push(row.number);
                }
                row.number
            }
            None => {
                let asked = entry.in_force_from;
                let from = earliest(now, asked, is_announced, entry.urgent.is_some());
                let row = Recipient {
                    number: 0,
                    name: entry.name.clone(),
                    origin: Origin::File,
                    host: entry.host.clone(),
                    port: entry.port,
                    who: entry.who.clone(),
                    data: entry.data.clone(),
                    purpose: entry.purpose.clone(),
                    country: entry.country.clone(),
                    safeguard: entry.safeguard.clone(),
                    reason: entry.urgent.clone(),
                    announced_at: now,
                    in_force_from: from,
                    ended_at: None,
                    hash: [0; 32],
                    leaf_index: None,
                };
                let row = numbered(brand, &rows, row);
                let number = row.number;
                rows.push(row.clone());
                plan.new.push(New { row, is_announced });
                number
            }
        };
        kept.push(number);
    }
    // What is in the file with other words ends when those are in force; what is not in it ends now.
    let from_of = |row: &Recipient| {
        let followed = file.iter().position(|entry| is_same_host(row, entry));
        let number = followed.and_then(|at| kept.get(at));
        rows.iter().find(|row| Some(&row.number) == number).map(|row| later(row.in_force_from, now))
    };
    let end = |row: &Recipient| {
        let at = from_of(row).unwrap_or(now);
        let is_sooner = row.ended_at.is_none_or(|known| known > now && at < known);
        (row.origin == Origin::File && !kept.contains(&row.number) && is_sooner).then_some((row.number, at))
    };
    plan.ended = rows.iter().filter_map(end).collect();
    for (number, at) in &plan.ended {
        if let Some(row) = rows.iter_mut().find(|row| row.number == *number) {
            row.ended_at = Some(*at);
        }
    }
    for (entry, number) in file.iter().zip(&kept) {
        let of_host = rows
            .iter()
            .filter(|row| row.origin == Origin::File && is_same_host(row, entry) && !is_over(row, now));
        let from = of_host.map(|row| connected_from(row, told, now)).min().unwrap_or(entry.in_force_from);
        plan.in_force.insert(entry.name.clone(), from);
        let words = rows.iter().find(|row| row.number == *number).map(|row| row.in_force_from);
        plan.words_from.insert(entry.name.clone(), words.unwrap_or(from));
    }
    plan
}

/// What taking up this file would change now. Changes nothing.
fn plan_of(tx: &Tx<'_>, brand: BrandId, file: &[Entry], now: Timestamp) -> Result<Plan, StoreError> {
    let scope = tx.brand(brand);
    let rows = recipient::list(scope)?;
    let told =
        announcement::list_of_kind(scope, KIND)?.into_iter().map(|of| (of.version, of.done_at)).collect();
    let is_announced = has_to_tell(scope, &rows)?;
    Ok(plan(brand, rows, &told, file, is_announced, now))
}

/// From when on the words of each entry of the register are in force, as [`Engine::announce`] would have it now.
pub(crate) fn words_from(
    tx: &Tx<'_>,
    brand: BrandId,
    register: &Register,
    now: Timestamp,
) -> Result<InForce, StoreError> {
    Ok(plan_of(tx, brand, register.recipients(), now)?.words_from)
}

/// Writes a new entry with its leaf, and what everybody is told of it. Part of a transaction.
pub(crate) fn insert(
    scope: Scope<'_>,
    id: AnnouncementId,
    row: &Recipient,
    is_announced: bool,
) -> Result<(), StoreError> {
    recipient::insert(scope, row)?;
    if is_announced {
        let new = NewAnnouncement {
            id,
            kind: KIND,
            version: row.number,
            hash: row.hash,
            early: row.reason.as_deref(),
            announced_at: row.announced_at,
            effective_at: row.in_force_from,
            text: None,
        };
        announcement::insert(scope, &new)?;
    }
    ledger::insert_pending(scope.tx(), &[PendingLeaf { id: id.0, commitment: row.hash, consent: None }])
}

/// Keeps the later moment of each.
fn latest(into: &mut InForce, of: InForce) {
    for (name, at) in of {
        let known = into.entry(name).or_insert(at);
        *known = (*known).max(at);
    }
}

/// From when on each recipient of `register` would be connected to if these brands took it up now. Changes nothing.
pub fn would_be_in_force(
    tx: &Tx<'_>,
    brands: &[BrandId],
    register: &Register,
    now: Timestamp,
) -> Result<InForce, StoreError> {
    let mut in_force = InForce::new();
    for brand in brands {
        latest(&mut in_force, plan_of(tx, *brand, register.recipients(), now)?.in_force);
    }
    Ok(in_force)
}

impl Engine {
    /// From when on each recipient of `register` would be connected to if it were taken up now. Changes nothing.
    pub async fn look_at_recipients(&self, register: &Register) -> Result<InForce, EngineError> {
        let brands: Vec<BrandId> = self.brands().map(|ctx| ctx.id).collect();
        let (register, now) = (register.clone(), self.clock.now());
        let read = move |tx: &Tx<'_>| would_be_in_force(tx, &brands, &register, now);
        Ok(self.data.read("look_at_recipients", read).await?)
    }

    /// Takes up the register of the operator's file: whoever is new in it is announced, whoever is not in it any more
    /// has ended. From then on the data maps are whole, and kept by version. The answer is from when on each may be
    /// connected to, for the latest of all brands.
    pub async fn announce(&self, register: &Register) -> Result<InForce, EngineError> {
        let (mut in_force, mut words_from) = (InForce::new(), InForce::new());
        for ctx in self.brands() {
            let (brand, now, file) = (ctx.id, self.clock.now(), register.recipients().to_vec());
            let ids: Vec<AnnouncementId> =
                file.iter().map(|_| AnnouncementId::new(now, &*self.entropy)).collect();
            let write = move |tx: &Tx<'_>| {
                let plan = plan_of(tx, brand, &file, now)?;
                let scope = tx.brand(brand);
                for (new, id) in plan.new.iter().zip(&ids) {
                    insert(scope, *id, &new.row, new.is_announced)?;
                }
                plan.back.iter().try_for_each(|number| recipient::set_ended(scope, *number, None))?;
                plan.ended
                    .iter()
                    .try_for_each(|(number, at)| recipient::set_ended(scope, *number, Some(*at)))?;
                Ok::<_, StoreError>(plan)
            };
            let plan = self.data.write("announce_recipients", write).await?;
            latest(&mut in_force, plan.in_force);
            latest(&mut words_from, plan.words_from);
        }
        self.wake.log.notify_one();
        self.wake.announce.notify_one();
        self.show_recipients(Announced::of(register, &words_from)).await?;
        Ok(in_force)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::time::Span;

    const BRAND: BrandId = BrandId([7; 16]);
    const NOW: Timestamp = Timestamp::from_secs(1_795_348_800);

    fn file(entries: &[(&str, &str, &str)]) -> Vec<Entry> {
        let entry = |(name, host, rest): &(&str, &str, &str)| {
            format!(
                "[[recipient]]\nname = \"{name}\"\nhost = \"{host}\"\nwho = \"w\"\npurpose = \"p\"\ncountry = \"c\"\nsafeguard = \"s\"\nin_force_from = 2026-11-01\n{rest}\n"
            )
        };
        Register::parse(&entries.iter().map(entry).collect::<String>()).unwrap().recipients().to_vec()
    }

    /// The rows after a start at `now`, and what it did.
    fn start(rows: &mut Vec<Recipient>, file: &[Entry], is_announced: bool, now: Timestamp) -> Plan {
        let plan = plan(BRAND, rows.clone(), &Told::new(), file, is_announced, now);
        rows.extend(plan.new.iter().map(|new| new.row.clone()));
        for row in rows.iter_mut() {
            if plan.back.contains(&row.number) {
                row.ended_at = None;
            }
            if let Some((_, at)) = plan.ended.iter().find(|(number, _)| *number == row.number) {
                row.ended_at = Some(*at);
            }
        }
        plan
    }

    const META: (&str, &str, &str) = ("meta", "m.example", "data = \"d\"");
    const MAIL: (&str, &str, &str) = ("mail", "a.example", "data = \"d\"");

    #[test]
    fn claim_d3_what_is_there_is_taken_over_and_whoever_comes_later_waits() {
        let mut rows = Vec::new();
        let first = start(&mut rows, &file(&[META]), false, NOW);
        let asked = file(&[META])[0].in_force_from;
        assert_eq!((first.in_force["meta"], first.new[0].is_announced), (asked, false));
        let both = file(&[META, MAIL]);
        let second = start(&mut rows, &both, true, NOW);
        assert_eq!((second.in_force["meta"], second.in_force["mail"]), (asked, NOW.plus(NOTICE)));
        assert!(second.new.len() == 1 && second.new[0].is_announced && second.new[0].row.number == 2);
        // However often it starts, and whatever the date in the file.
        let again = start(&mut rows, &both, true, NOW.plus(Span::days(3)));
        assert_eq!((again.in_force["mail"], again.new.len()), (NOW.plus(NOTICE), 0));
        let late = file(&[META, MAIL, ("acme", "c.example", "data = \"d\"\n")]);
        let mut late_entry = late[2].clone();
        late_entry.in_force_from = NOW.plus(Span::days(90));
        let third = start(&mut rows, &[both.clone(), vec![late_entry]].concat(), true, NOW);
        assert_eq!(third.in_force["acme"], NOW.plus(Span::days(90)), "its own day is later");
    }

    #[test]
    fn claim_d3_without_notice_only_for_nobody_or_with_a_reason() {
        let mut rows = Vec::new();
        start(&mut rows, &file(&[META]), false, NOW);
        let asked = file(&[META])[0].in_force_from;
        let alone = start(&mut rows.clone(), &file(&[META, MAIL]), false, NOW);
        assert_eq!((alone.in_force["mail"], alone.new[0].is_announced), (asked, false));
        let waiting = start(&mut rows, &file(&[META, MAIL]), true, NOW);
        assert_eq!(waiting.in_force["mail"], NOW.plus(NOTICE));
        // A reason may also be given later; then everybody is told once more, with it.
        let urgent = file(&[META, ("mail", "a.example", "data = \"d\"\nurgent = \"Ours closes\"")]);
        let day = NOW.plus(Span::days(1));
        let hurried = start(&mut rows, &urgent, true, day);
        assert_eq!((hurried.in_force["mail"], hurried.new.len()), (day, 1));
        assert_eq!(hurried.new[0].row.reason.as_deref(), Some("Ours closes"));
        assert!(hurried.new[0].is_announced && hurried.ended == [(2, day)]);
        assert_eq!(start(&mut rows, &urgent, true, day), Plan { new: vec![], ended: vec![], ..hurried });
    }

    #[test]
    fn claim_d3_other_words_are_announced_and_another_host_is_another_recipient() {
        let mut rows = Vec::new();
        let before = file(&[META]);
        start(&mut rows, &before, false, NOW);
        let more = file(&[("meta", "m.example", "data = \"more\"")]);
        let reworded = start(&mut rows, &more, true, NOW);
        assert_eq!(reworded.in_force["meta"], before[0].in_force_from, "the connection goes on");
        assert_eq!(reworded.words_from["meta"], NOW.plus(NOTICE));
        assert_eq!(reworded.ended, [(1, NOW.plus(NOTICE))], "the old words hold until then");
        let later = NOW.plus(Span::days(31));
        assert_eq!(start(&mut rows, &more, true, later).in_force["meta"], NOW.plus(NOTICE));
        let moved = start(&mut rows, &file(&[("meta", "n.example", "data = \"more\"")]), true, later);
        assert_eq!(moved.in_force["meta"], later.plus(NOTICE));
        assert_eq!(moved.ended, [(2, later)]);
        // Beside the one that it replaces it has another name, and waits once.
        let mut beside = rows.clone();
        let two = file(&[("meta", "n.example", "data = \"more\""), ("next", "o.example", "data = \"d\"")]);
        start(&mut beside, &two, true, later);
        let renamed =
            start(&mut beside, &file(&[("meta", "o.example", "data = \"d\"")]), true, later.plus(NOTICE));
        assert_eq!((renamed.in_force["meta"], renamed.new.len()), (later.plus(NOTICE), 0));
        // A start with the file of before, by mistake or for a while, costs no new notice; after a month it does.
        let day = later.plus(Span::days(1));
        let back = start(&mut rows.clone(), &more, true, day);
        assert_eq!((back.back.as_slice(), back.in_force["meta"]), (&[2][..], NOW.plus(NOTICE)));
        let month = later.plus(Span::days(30));
        let anew = start(&mut rows, &more, true, month);
        assert_eq!((anew.back.len(), anew.in_force["meta"]), (0, month.plus(NOTICE)));
    }
}
