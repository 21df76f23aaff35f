//! Two nodes on one server: of what another has taken over a node commits nothing, although it does not know yet (claim
//! B1). The other one is a row and a lock that a test holds; it takes over within the commit that makes the work.

use crate::broadcasts::promotion;
use crate::home::{Home, account, actor};
use crate::import::full;
use engine::actions::broadcasts;
use engine::actions::import;
use model::broadcast::Step;
use model::personal::Personal;
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
        self.server.query_one(&format!("SELECT count(*) FROM {of}"), &[]).await.unwrap().get(0)
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
