//! The simulator's record against the database, after everything that befell the nodes: nobody twice, nobody missing,
//! nothing in bulk to who was told that they had left or were erased, no row on the wire, no lease of a dead node, nobody who
//! keeps the right to change the root.

use crate::crowd::Left;
use crate::play::{Blow, Play};
use crate::site::{eventually, pause, within};
use model::delivery::{DeliveryRef, DeliveryState};
use model::id::{BroadcastId, LeadId};
use simulator::Psid;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use store::Schema;
use testkit::short_or_long;

/// Whether that can be so: who left had tried to, and nobody who was acknowledged as agreed before the first blow is taken for
/// one who never was; who came while the server's time was before that of their page's connection has not written since.
/// Beside these: Meta could not reach them, or it stopped their page. Rows of who was being erased go with them.
fn can_be_so(play: &Play, lead: LeadId, person: Option<&Psid>, reason: &str) -> bool {
    let known = play.town.known();
    match reason {
        "not_heard_since_connected" => {
            play.blows.contains(&Blow::ServerClock(-1)) && !known.founders.contains(&lead)
        }
        "withdrawn" => {
            let has_tried = |person| known.tried.contains(person) || known.tried_by_link.contains(&lead);
            person.is_none_or(has_tried)
        }
        "no_consent" | "evidence_too_weak" => !known.founders.contains(&lead),
        "page_token_invalid" | "page_restricted" => play.pages_stop,
        other => other == "person_unavailable",
    }
}

/// Whose lease has no node.
const STUCK: &str = "SELECT count(*) FROM lease l WHERE (l.name LIKE '%:%' OR l.name = 'look-ups') AND l.expires_at > 0 \
    AND NOT EXISTS (SELECT 1 FROM node n WHERE n.id = l.holder)";
/// Whether somebody has the right to change the root, by the server's clock: who lives gives it back within moments, and
/// what a dead node had of it is taken over by whoever changes the root next, or over.
const ROOT_HELD: &str = "SELECT count(*) FROM tree WHERE holder IS NOT NULL \
    AND held_until > CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)";

/// How it went, as a row of the table in `docs/reliability.md`.
#[derive(Debug, Default)]
pub struct Figures {
    sent: usize,
    unknown: usize,
    settled: usize,
    refused: usize,
    failed: usize,
}

type Row = (BroadcastId, LeadId, i64, String);

async fn rows(play: &Play, which: &str) -> Vec<Row> {
    let sql =
        format!("SELECT broadcast_id, lead_id, state, COALESCE(reason, '') FROM delivery WHERE {which}");
    let rows = play.world.databases.rows_of(Schema::Data, &sql).await;
    let id = |row: &tokio_postgres::Row, at| row.get::<_, Vec<u8>>(at).try_into().unwrap();
    rows.iter().map(|row| (BroadcastId(id(row, 0)), LeadId(id(row, 1)), row.get(2), row.get(3))).collect()
}

/// Until the tables are empty of what is to be done, and the platform has told everything.
pub async fn all_done(play: &Play) {
    let patience = short_or_long(90, 900) + play.town.known().people.len() as u64 / 10;
    let sql = "SELECT (SELECT count(*) FROM inbox) AS events, (SELECT count(*) FROM outbox) AS answers, \
        (SELECT count(*) FROM delivery WHERE state = 0) + (SELECT count(*) FROM delivery WHERE state = 1) AS deliveries, \
        (SELECT count(*) FROM erasure WHERE finished_at IS NULL) AS erasures";
    let asked = AtomicU32::new(0);
    // Among many, the question itself costs something.
    let millis = if play.town.is_large() { 2_000 } else { 100 };
    let done = || async {
        play.town.deliver_anywhere();
        let is_told = play.town.sim.flush().await.backlog == 0;
        let left = &play.world.databases.rows_of(Schema::Data, sql).await[0];
        let left: Vec<i64> = (0..4).map(|number| left.get(number)).collect();
        // Of what takes long it is said what it is.
        if asked.fetch_add(1, Ordering::Relaxed) % (20_000 / millis) == 20_000 / millis - 1 {
            play.tell(&format!("events, answers, deliveries, erasures: {left:?}; {is_told}"));
        }
        pause(Duration::from_millis(millis.into())).await;
        (is_told && left.iter().sum::<i64>() == 0).then_some(())
    };
    within(patience, &format!("seed {}: the end of all work", play.seed), done).await;
    play.tell("all work is done");
    let broadcasts: Vec<BroadcastId> = play.town.known().broadcasts.iter().map(|sent| sent.id).collect();
    for id in broadcasts {
        let finished = || async {
            let site = play.town.any()?;
            let (status, answer) = site.try_call("GET", &format!("/api/v1/broadcasts/{id}"), None).await?;
            let text = String::from_utf8(answer).ok().filter(|_| status == 200)?;
            text.contains("\"state\":\"finished\"").then_some(())
        };
        eventually(&format!("seed {}: the end of a broadcast", play.seed), finished).await;
    }
}

/// Whoever is a lead now.
async fn living(play: &Play) -> BTreeSet<LeadId> {
    let rows = play.world.databases.rows_of(Schema::Data, "SELECT id FROM lead").await;
    rows.iter().map(|row| LeadId(row.get::<_, Vec<u8>>(0).try_into().unwrap())).collect()
}

/// Who got what, as the platform saw it; and whether that was once, and in time.
async fn accepted(play: &Play) -> BTreeMap<(BroadcastId, LeadId), Psid> {
    let seed = play.seed;
    assert_eq!(play.town.sim.reached_more_than_once(), [], "seed {seed}");
    let living = living(play).await;
    let known = play.town.known();
    // A link stands for a person for as long as its lead is not erased.
    let by_link: BTreeMap<Psid, Left> = known
        .left_by_link
        .iter()
        .filter(|(lead, _)| living.contains(lead))
        .map(|(_, (person, left))| (*person, *left))
        .collect();
    let (mut accepted, mut people) = (BTreeMap::new(), BTreeSet::new());
    for message in play.town.sim.messages(None, None, 0, usize::MAX) {
        let Some(named) = message.metadata.as_deref().and_then(DeliveryRef::from_metadata) else { continue };
        let person = message.person;
        assert!(people.insert((named.broadcast, person)), "seed {seed}: {person} got a broadcast twice");
        accepted.insert((named.broadcast, named.lead), person);
        let is_late = |place: usize| message.number > place;
        let of_lead = known.left_by_link.get(&named.lead).map(|(_, left)| left);
        let left = [
            ("said stop", known.left.get(&person)),
            ("used its link", of_lead),
            ("used another's link", by_link.get(&person)),
        ];
        for (how, left) in left.into_iter().filter_map(|(how, left)| Some((how, left?))) {
            let after = message.at_millis - left.at_millis;
            let lead = named.lead;
            assert!(!is_late(left.place), "seed {seed}: {lead} {how}, and got {message:?} {after} ms later");
        }
        let is_erased = known.erased.get(&named.lead).is_some_and(|place| is_late(*place));
        assert!(!is_erased, "seed {seed}: {} got it after erasure", named.lead);
    }
    accepted
}

/// Everything is checked; `mute` are those whose echoes the platform keeps to itself.
pub async fn check(play: &Play, mute: &BTreeSet<Psid>) -> Figures {
    let seed = play.seed;
    all_done(play).await;
    play.tell("every broadcast is finished");
    let before = play.town.known().unknown.clone();
    let accepted = accepted(play).await;
    let open =
        |(broadcast, lead, ..): &Row| accepted.get(&(*broadcast, *lead)).is_some_and(|p| !mute.contains(p));
    let settled = || async {
        play.town.sim.flush().await;
        let left = rows(play, "state <> 2").await;
        let left: Vec<&Row> = left.iter().filter(|row| open(row)).collect();
        if left.is_empty() {
            return Some(());
        }
        pause(Duration::from_millis(300)).await;
        None
    };
    eventually(&format!("seed {seed}: the echoes"), settled).await;

    play.tell("the echoes have come");
    let mut figures = Figures::default();
    let person_of: BTreeMap<LeadId, Psid> =
        accepted.iter().map(|((_, lead), person)| (*lead, *person)).collect();
    let mut of: BTreeMap<BroadcastId, BTreeSet<LeadId>> = BTreeMap::new();
    for (broadcast, lead, state, reason) in rows(play, "state >= 0").await {
        of.entry(broadcast).or_default().insert(lead);
        let got = accepted.get(&(broadcast, lead));
        let state = DeliveryState::ALL.into_iter().find(|known| known.number() == state).unwrap();
        let honest = match state {
            DeliveryState::Sent => got.is_some(),
            DeliveryState::Unknown => got.is_none_or(|person| mute.contains(person)),
            DeliveryState::Refused => got.is_none() && can_be_so(play, lead, person_of.get(&lead), &reason),
            DeliveryState::Failed => got.is_none(),
            DeliveryState::Planned | DeliveryState::Sending => false,
        };
        assert!(honest, "seed {seed}: {lead} is {state:?}, {reason}; got it: {got:?}");
        let count = match state {
            DeliveryState::Sent => &mut figures.sent,
            DeliveryState::Unknown => &mut figures.unknown,
            DeliveryState::Refused => &mut figures.refused,
            _ => &mut figures.failed,
        };
        *count += 1;
        let was_unknown = before.contains(&(broadcast.0.to_vec(), lead.0.to_vec()));
        figures.settled += usize::from(state == DeliveryState::Sent && was_unknown);
    }
    // What the platform spoiled and the blows cut off is a part of it, and not most.
    let open = figures.unknown + figures.failed;
    assert!(figures.sent > 2 * open, "seed {seed}: {figures:?}");
    missing(play, &of, &accepted).await;
    erased(play).await;
    let free = || async { (play.world.databases.number(Schema::Data, STUCK).await == 0).then_some(()) };
    eventually(&format!("seed {seed}: no lease of a dead node"), free).await;
    let free = || async { (play.world.databases.number(Schema::Keys, ROOT_HELD).await == 0).then_some(()) };
    eventually(&format!("seed {seed}: nobody with the right to change the root"), free).await;
    figures
}

/// Whoever was a lead before a broadcast was sent is accounted for in it, or erased since; so is whoever got it.
async fn missing(
    play: &Play,
    of: &BTreeMap<BroadcastId, BTreeSet<LeadId>>,
    accepted: &BTreeMap<(BroadcastId, LeadId), Psid>,
) {
    let seed = play.seed;
    let leads = living(play).await;
    let known = play.town.known();
    let none = BTreeSet::new();
    for sent in &known.broadcasts {
        let rows = of.get(&sent.id).unwrap_or(&none);
        let missing = sent.leads.iter().find(|lead| !rows.contains(lead) && leads.contains(lead));
        assert_eq!(missing, None, "seed {seed}: missing in {}", sent.id);
    }
    for (broadcast, lead) in accepted.keys() {
        let is_there = of.get(broadcast).is_some_and(|rows| rows.contains(lead)) || !leads.contains(lead);
        assert!(is_there, "seed {seed}: {lead} got it and is in no book");
    }
    // Every person is a lead, but for those who were to be erased; some of these have come back.
    assert!(leads.len() + known.erasures >= known.people.len(), "seed {seed}: leads are missing");
}

/// Nothing of those who were erased is there.
async fn erased(play: &Play) {
    let databases = &play.world.databases;
    let sql = "SELECT table_name::text, column_name::text FROM information_schema.columns \
        WHERE table_schema = current_schema() AND (column_name = 'lead_id' OR (table_name, column_name) = ('lead', 'id'))";
    let columns = databases.rows_of(Schema::Data, sql).await;
    assert!(columns.len() > 5, "which tables name leads?");
    let erased: Vec<String> =
        play.town.known().erased.keys().map(|lead| format!("'\\x{}'", hex::encode(lead.0))).collect();
    assert!(!erased.is_empty(), "seed {}: nobody was erased", play.seed);
    let erased = erased.join(",");
    for row in columns {
        let (table, column) = (row.get::<_, String>(0), row.get::<_, String>(1));
        let sql = format!("SELECT count(*) FROM {table} WHERE {column} IN ({erased})");
        assert_eq!(databases.number(Schema::Data, &sql).await, 0, "seed {}: erased, in {table}", play.seed);
    }
    let sql = format!("SELECT count(*) FROM key WHERE id IN ({erased})");
    assert_eq!(databases.number(Schema::Keys, &sql).await, 0, "seed {}: a key is left", play.seed);
}

/// One row of the table.
pub fn say(play: &Play, spoiled: u64, figures: &Figures) {
    let known = play.town.known();
    let mut blows: BTreeMap<String, usize> = BTreeMap::new();
    for blow in &play.blows {
        *blows.entry(format!("{blow:?}")).or_default() += 1;
    }
    let blows: Vec<String> = blows
        .into_iter()
        .map(|(blow, times)| if times == 1 { blow } else { format!("{times} {blow}") })
        .collect();
    eprintln!(
        "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {:.0} |",
        play.name,
        play.seed,
        known.people.len(),
        blows.join(", "),
        known.broadcasts.len(),
        spoiled,
        figures.sent,
        figures.unknown,
        figures.settled,
        figures.refused,
        figures.failed,
        known.left.len() + known.left_by_link.len(),
        known.by_link,
        known.erased.len(),
        play.began.elapsed().as_secs_f64(),
    );
}
