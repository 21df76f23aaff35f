//! What `readyz` stands on, and what an orderly end leaves behind.

use crate::home::Home;
use engine::NotReady;
use model::time::{Clock, Span};
use store::{StoreError, Tx, params};

store::statements! {
    HIDE_DATA = "ALTER TABLE installation RENAME TO hidden";
    HIDE_KEYS = "ALTER TABLE key RENAME TO hidden";
    SHOW_KEYS = "ALTER TABLE hidden RENAME TO key";
    pair SPOIL = {
        sqlite: "UPDATE key SET wrapped = zeroblob(length(wrapped)) WHERE node = $1",
        postgres: "UPDATE key SET wrapped = decode(repeat('00', length(wrapped)), 'hex') WHERE node = $1"
    };
    LEASES = "SELECT name FROM lease WHERE expires_at > 0 ORDER BY name";
    TAKE = "INSERT INTO lease (name, holder, fence, expires_at) VALUES ($1, $2, 1, $3)";
}

#[tokio::test]
async fn ready_means_that_both_databases_answer_and_the_root_opens_the_keys() {
    let home = Home::new().await;
    let engine = &home.engine;
    assert_eq!(engine.ready().await, Ok(()));
    // An erasure gives the tree another root: still ready, also by another node's account.
    let other = home.another().await.unwrap();
    home.vault.rotate().await.unwrap();
    assert_eq!((engine.ready().await, other.ready().await), (Ok(()), Ok(())));

    home.keys.write("test", |tx| tx.execute(&HIDE_KEYS, &[])).await.unwrap();
    assert_eq!(engine.ready().await, Err(NotReady::Keys));
    home.keys.write("test", |tx| tx.execute(&SHOW_KEYS, &[])).await.unwrap();
    assert_eq!(engine.ready().await, Ok(()));

    // What lies directly under the root is not what was put there.
    let root = [0_u8; 16];
    let spoiled = home.keys.write("test", move |tx| tx.execute(&SPOIL, &params![root])).await.unwrap();
    assert!(spoiled > 0);
    assert_eq!(engine.ready().await, Err(NotReady::Root));

    home.data.write("test", |tx| tx.execute(&HIDE_DATA, &[])).await.unwrap();
    assert_eq!(engine.ready().await, Err(NotReady::Data));
    engine.drain();
    assert_eq!(engine.ready().await, Err(NotReady::Draining));
    assert_eq!(NotReady::Draining.to_string(), "it is being stopped");
}

#[tokio::test]
async fn an_orderly_end_gives_back_what_this_run_held_and_nothing_of_others() {
    let home = Home::new().await;
    home.opt_in("5550001", "hello").await;
    let until = home.clock.now().plus(Span::secs(600));
    home.data
        .write("test", move |tx| tx.execute(&TAKE, &params!["lane:other", [7_u8; 16], until]))
        .await
        .unwrap();
    let running = home.engine.run();
    home.engine.settle().await.unwrap();
    running.stop().await;
    let read = |tx: &Tx<'_>| {
        let rows = tx.query(&LEASES, &[])?;
        rows.iter().map(|row| Ok(row.text(0)?.to_owned())).collect::<Result<Vec<_>, StoreError>>()
    };
    assert_eq!(home.data.read("test", read).await.unwrap(), ["lane:other"]);
}
