//! Two nodes on one server: of what another has taken over a node commits nothing, although it does not know yet (claim
//! B1), nor of what it was given back meanwhile. The other one is a row and a lock that a test holds; it takes over within
//! the commit that makes the work.

use crate::broadcasts::promotion;
use crate::home::{Home, account, actor};
use crate::import::full;
use engine::actions::broadcasts;
use engine::actions::import;
use model::broadcast::Step;
use model::personal::Personal;
use model::time::Span;
use std::io::Cursor;
use std::time::Duration;
use testkit::place::{Client, connect};

/// The other one, and its lock: the last half of its id.
const OTHER: &str = "decode(repeat('55', 16), 'hex')";
const LOCK: i64 = 0x5555_5555_5555_5555;

struct Other<'h> {
    home: &'h Home,
    server: Client,
    names: &'static str,
    table: &'static str,
}

impl<'h> Other<'h> {
    /// It takes the leases of these names once this table gets rows.
    async fn takes(home: &'h Home, names: &'static str, table: &'static str) -> Self {
        let server = connect(home.data_url()).await.unwrap();
        server.query("SELECT pg_advisory_lock_shared($1)", &[&LOCK]).await.unwrap();
        let take = format!(
            "CREATE FUNCTION take_over() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             INSERT INTO node (id, started_at, seen_at, beat, key_epoch, version, likeness, knows) \
             SELECT {OTHER}, started_at, seen_at, beat, key_epoch, version, likeness, knows FROM node LIMIT 1 \
             ON CONFLICT (id) DO NOTHING; \
             UPDATE lease SET holder = {OTHER}, fence = fence + 1 WHERE name LIKE '{names}'; RETURN NULL; END $$; \
             CREATE TRIGGER take_over AFTER INSERT ON {table} FOR EACH STATEMENT EXECUTE FUNCTION take_over()"
        );
        server.batch_execute(&take).await.unwrap();
        Self { home, server, names, table }
    }

    /// The first one works, and this is done: from then on the other one has it all, and stands by.
    #[expect(clippy::disallowed_methods, reason = "nodes see each other in real time")]
    async fn takes_over(&self, act: impl AsyncFnOnce()) {
        let running = self.home.engine.run();
        let names = self.names;
        let held = format!("lease WHERE name LIKE '{names}' AND expires_at > 0");
        while self.count(&held).await == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        act().await;
        while self.count(&format!("{held} AND holder = {OTHER}")).await == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        running.stop().await;
    }

    async fn count(&self, of: &str) -> i64 {
        count(&self.server, of).await
    }

    /// It is gone, and what it held is free.
    async fn goes(self) {
        let go = format!(
            "DROP TRIGGER take_over ON {}; DELETE FROM node WHERE id = {OTHER}; SELECT pg_advisory_unlock_shared({LOCK})",
            self.table
        );
        self.server.batch_execute(&go).await.unwrap();
    }
}

async fn count(server: &Client, of: &str) -> i64 {
    server.query_one(&format!("SELECT count(*) FROM {of}"), &[]).await.unwrap().get(0)
}

#[expect(clippy::disallowed_methods, reason = "nodes see each other in real time")]
async fn pause(millis: u64) {
    tokio::time::sleep(Duration::from_millis(millis)).await;
}

/// The first one has the leases of these names; then another takes them and gives them back, of which the first one
/// learns nothing as long as its beat waits for the row that is held here.
async fn took_and_gave_back(home: &Home, names: &str) -> Client {
    let (server, held) = (connect(home.data_url()).await.unwrap(), connect(home.data_url()).await.unwrap());
    while count(&server, &format!("lease WHERE name LIKE '{names}' AND expires_at > 0")).await == 0 {
        pause(20).await;
    }
    held.batch_execute("BEGIN; SELECT 1 FROM node FOR UPDATE").await.unwrap();
    let fences = format!("UPDATE lease SET fence = fence + 2 WHERE name LIKE '{names}'");
    server.batch_execute(&fences).await.unwrap();
    held
}

#[tokio::test]
async fn claim_b1_a_lane_that_another_node_took_over_sends_nothing_more() {
    let Some(home) = Home::on_server().await else { return };
    for number in 0..3 {
        home.opt_in(&format!("psid-{number}"), "hello").await;
    }
    let before = home.meta.messages().len();
    let other = Other::takes(&home, "lane:%", "delivery").await;
    let made = broadcasts::create(&home.engine, &home.actor(), promotion("To all")).await.unwrap();
    let send =
        async || drop(broadcasts::step(&home.engine, &home.actor(), made.id, Step::Send).await.unwrap());
    other.takes_over(send).await;
    assert_eq!((home.meta.messages().len(), other.count("delivery WHERE state = 0").await), (before, 3));
    other.goes().await;
    home.settle().await;
    assert_eq!(home.meta.messages().len(), before + 3);
}

#[tokio::test]
async fn claim_b1_events_that_another_node_took_over_are_not_answered_twice() {
    let Some(home) = Home::on_server().await else { return };
    home.opt_in("psid-1", "hello").await;
    let before = home.meta.messages().len();
    let other = Other::takes(&home, "reply:%", "inbox").await;
    other.takes_over(async || home.write("psid-2", "hello").await).await;
    assert_eq!((home.meta.messages().len(), other.count("inbox").await), (before, 1));
    assert_eq!(home.lead("psid-2").await, None);
    other.goes().await;
    home.settle().await;
    assert!(home.lead("psid-2").await.is_some() && home.meta.messages().len() > before);
}

#[tokio::test]
async fn claim_b1_an_archive_that_another_node_reads_in_is_not_read_in_twice() {
    let (_old, file) = full().await;
    let Some(home) = Home::on_server().await else { return };
    // To whom the archive's page comes back.
    let me = &actor(home.brand, account(&home.engine, home.brand, 2_000).await);
    import::look(&home.engine, me, Cursor::new(file), Personal::from("")).await.unwrap();
    // The first that comes of it.
    let other = Other::takes(&home, "job:import", "tag").await;
    other.takes_over(async || assert!(import::start(&home.engine, me).await.unwrap())).await;
    assert_eq!((other.count("tag").await, other.count("page").await), (1, 1), "a page came, too");
    other.goes().await;
    home.settle().await;
    assert_eq!(engine::views::leads::list(&home.engine, me, None, 200).await.unwrap().len(), 3);
}

#[tokio::test]
async fn events_that_another_node_had_in_between_are_read_anew_before_they_are_answered() {
    let Some(home) = Home::on_server().await else { return };
    home.opt_in("psid-1", "hello").await;
    let before = home.meta.messages().len();
    let running = home.engine.run();
    let held = took_and_gave_back(&home, "reply:%").await;
    home.write("psid-2", "hello").await;
    pause(1_500).await;
    assert_eq!((home.meta.messages().len(), count(&held, "inbox").await), (before, 1));
    held.batch_execute("COMMIT").await.unwrap();
    home.engine.settle().await.unwrap();
    running.stop().await;
    assert!(home.lead("psid-2").await.is_some() && home.meta.messages().len() > before);
}

#[tokio::test]
async fn an_archive_that_another_node_had_in_between_is_looked_at_anew_before_it_is_read_in() {
    let (_old, file) = full().await;
    let Some(home) = Home::on_server().await else { return };
    let me = &actor(home.brand, account(&home.engine, home.brand, 2_000).await);
    import::look(&home.engine, me, Cursor::new(file), Personal::from("")).await.unwrap();
    let running = home.engine.run();
    let held = took_and_gave_back(&home, "job:import").await;
    assert!(import::start(&home.engine, me).await.unwrap());
    pause(1_500).await;
    assert_eq!((count(&held, "tag").await, count(&held, "page").await), (0, 1), "something came");
    held.batch_execute("COMMIT").await.unwrap();
    home.engine.settle().await.unwrap();
    running.stop().await;
    assert_eq!(count(&held, "page").await, 2);
    assert_eq!(engine::views::leads::list(&home.engine, me, None, 200).await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_lane_rests_while_its_broadcasts_are_paused_but_settles_what_a_dead_node_had_under_way() {
    let Some(home) = Home::on_server().await else { return };
    let server = connect(home.data_url()).await.unwrap();
    home.opt_in("psid-1", "hello").await;
    let left = home.opt_in("psid-2", "hello").await;
    let before = home.meta.messages().len();
    let made = broadcasts::create(&home.engine, &home.actor(), promotion("To all")).await.unwrap();
    let step = async |step| drop(broadcasts::step(&home.engine, &home.actor(), made.id, step).await.unwrap());
    step(Step::Send).await;
    step(Step::Pause).await;
    let claims = || {
        let all = home.data.figures().transactions();
        all.iter().find(|(name, _)| *name == "claim").map_or(0, |(_, timing)| timing.runs)
    };
    let first = claims();
    let running = home.engine.run();
    while claims() == first {
        pause(20).await;
    }
    // What it settles at the start, until nothing more comes of it.
    let mut settled = claims();
    for _ in 0..15 {
        pause(2_000).await;
        let last = std::mem::replace(&mut settled, claims());
        if last == settled {
            break;
        }
    }
    // Two beats, and some.
    pause(5_000).await;
    assert_eq!(claims(), settled, "it was woken");
    let wire = format!(
        "INSERT INTO delivery (broadcast_id, page_id, lead_id, brand_id, state, claim, changed_at) \
         SELECT b.id, l.page_id, l.id, b.brand_id, 1, {OTHER}, 0 FROM broadcast b, lead l WHERE l.id = $1"
    );
    server.execute(&wire, &[&left.as_bytes().as_slice()]).await.unwrap();
    // The lease that the lane had is over.
    home.clock.advance(Span::minutes(2));
    for _ in 0..150 {
        pause(100).await;
        if count(&server, "delivery WHERE state = 1").await == 0 {
            break;
        }
    }
    assert_eq!(count(&server, "delivery WHERE state = 5").await, 1, "nobody looked after it");
    step(Step::Resume).await;
    home.engine.settle().await.unwrap();
    running.stop().await;
    assert_eq!(home.meta.messages().len(), before + 1, "to the other one");
}
