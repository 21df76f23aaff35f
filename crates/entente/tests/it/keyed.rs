//! An `Idempotency-Key` of a request whose process died (the API's promise to do things once): the key is
//! answerable again soon, and never is the same request carried out by two at a time.

use crate::databases::{On, on_both};
use crate::program::{HOST, Program, World};
use serde_json::json;
use store::Schema;

/// Composes a promotion under a key; the status, and whether it is the answer of before.
async fn compose(program: &Program) -> (u16, bool) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("http://{}/api/v1/broadcasts", program.site.address);
    let request = client.post(url).header("host", HOST).header("idempotency-key", "once");
    let form = json!({ "purpose": "promotion", "text": "Once" }).to_string();
    let request =
        request.bearer_auth(&program.site.token).header("content-type", "application/json").body(form);
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.headers().contains_key("idempotency-replayed"))
}

/// As a process leaves it that dies before it has kept its answer.
const UNANSWERED: &str = "UPDATE idempotency SET status = 0, sealed = NULL";
/// As if a minute had passed.
const LATER: &str = "UPDATE idempotency SET gone_at = gone_at - 61000000";

async fn a_key_of_a_request_whose_process_died_is_soon_answerable_and_the_request_done_by_one_at_a_time(
    on: On,
) {
    let mut world = World::on(on, 1).await;
    let first = world.serve(&[]).await;
    // Nothing is composed without a page.
    first.site.connect(&world.sim, &world.pages).await;
    assert_eq!(compose(&first).await, (201, false));
    assert_eq!(compose(&first).await, (201, true));
    world.databases.change(Schema::Data, UNANSWERED).await;
    assert_eq!(compose(&first).await.0, 409, "its process lives and may be at it");
    if on == On::Postgres {
        // Another node, while the first lives: not for as long as it does.
        let second = world.serve(&[]).await;
        assert_eq!(compose(&second).await.0, 409);
        world.databases.change(Schema::Data, LATER).await;
        assert_eq!(compose(&second).await.0, 409);
        drop(first);
        let gone = || async { (world.databases.count("node").await == 1).then_some(()) };
        crate::site::eventually("that it is gone", gone).await;
        assert_eq!(compose(&second).await.0, 409, "it was only just found gone");
        world.databases.change(Schema::Data, LATER).await;
        assert_eq!(compose(&second).await, (201, false));
        assert_eq!(compose(&second).await, (201, true));
        drop(second);
    } else {
        drop(first);
        let second = world.serve(&[]).await;
        assert_eq!(compose(&second).await, (201, false));
        assert_eq!(compose(&second).await, (201, true));
        drop(second);
    }
    world.close().await;
}

on_both!(a_key_of_a_request_whose_process_died_is_soon_answerable_and_the_request_done_by_one_at_a_time);
