//! A disk that is full at any write (claims F1, B3): nothing is half erased, no withdrawal is lost, what could not be
//! done is said not to be done, and once there is room again the same is asked again and works.
//!
//! The disk is full where the operating system lets no file of the process grow past a limit, which is raised and
//! lowered while it runs.
#![cfg(target_os = "linux")]

use crate::databases::Databases;
use crate::installation::{agreed, answered, ids, leads, root};
use crate::program::{Program, World};
use crate::site::eventually;
use model::id::LeadId;
use simulator::Psid;
use std::collections::BTreeSet;
use testkit::short_or_long;

/// Bytes of a page in SQLite's log, with its head.
const FRAME: u64 = 4_096 + 24;

/// What the largest file of the data has.
fn largest(world: &World) -> u64 {
    let files = std::fs::read_dir(world.data()).unwrap();
    files.map(|file| file.unwrap().metadata().unwrap().len()).max().unwrap()
}

async fn is_withdrawn(program: &Program, lead: LeadId) -> bool {
    let lead = program.site.get(&format!("/api/v1/leads/{lead}")).await;
    lead["promotion_in_force"] == false
}

/// What became of what was asked for while the disk was full.
#[derive(Debug, Default)]
struct Seen {
    webhooks_refused: usize,
    erasures_refused: usize,
}

/// One asks to be left alone and one is erased while files may not grow past `limit`; then there is room again.
async fn fill(
    world: &World,
    databases: &Databases,
    program: &Program,
    limit: u64,
    (leaves, goes): ((Psid, LeadId), LeadId),
    seen: &mut Seen,
) {
    let case = format!("files up to {limit}");
    program.may_write_up_to(Some(limit));
    world.sim.write(leaves.0, "stop").unwrap();
    let backlog = world.sim.flush().await.backlog;
    if backlog > 0 {
        seen.webhooks_refused += 1;
    }
    let path = format!("/api/v1/leads/{goes}");
    let (status, body) = program.site.try_call("DELETE", &path, None).await.expect("no answer at all");
    let said = String::from_utf8(body).unwrap();
    let was_done = status == 200;
    if !was_done {
        seen.erasures_refused += 1;
        assert!((500..600).contains(&status), "{case}: {status} {said}");
        let problem: serde_json::Value = serde_json::from_str(&said).unwrap();
        assert!(problem["title"].is_string() && !said.contains("panicked"), "{case}: {said}");
    }

    program.may_write_up_to(None);
    // Meta sends again what was not acknowledged.
    eventually(&format!("{case}: the withdrawal"), || async {
        world.sim.flush().await;
        is_withdrawn(program, leaves.1).await.then_some(())
    })
    .await;
    answered(world, &[leaves.0]).await;
    let (status, said) = program.site.try_call("DELETE", &path, None).await.unwrap();
    let said = String::from_utf8_lossy(&said).into_owned();
    // 404: the first call was carried out, or is being carried out, after all.
    assert!(status == 200 || status == 404, "{case}: {status} {said}");
    let done = || async { databases.journal().await.iter().all(|one| one.is_finished).then_some(()) };
    eventually(&format!("{case}: the end of the erasure"), done).await;
    assert_eq!(program.site.try_call("GET", &path, None).await.unwrap().0, 404, "{case}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_f1_claim_b3_a_full_disk_half_erases_nobody_and_loses_no_withdrawal() {
    let frames: Vec<u64> = short_or_long(vec![0, 1, 4, 9], (0..40).collect());
    let mut world = World::new(1).await;
    let databases = world.databases.clone();
    world.ignore_limits();
    let program = world.serve(&[]).await;
    program.site.connect(&world.sim, &world.pages).await;
    let rounds = frames.len() + 1;
    let people = agreed(&world, 0, rounds * 2 + 1).await;
    let of = leads(&program.site).await;
    let mut pairs = people.chunks_exact(2).map(|pair| ((pair[0], of[&pair[0]]), of[&pair[1]]));
    let mut seen = Seen::default();
    // Nothing at all may be written; then so much more, page by page, than there is.
    fill(&world, &databases, &program, 0, pairs.next().unwrap(), &mut seen).await;
    for more in frames {
        let limit = largest(&world) + more * FRAME;
        fill(&world, &databases, &program, limit, pairs.next().unwrap(), &mut seen).await;
    }
    assert!(seen.webhooks_refused > 0 && seen.erasures_refused > 0, "the disk was never full: {seen:?}");
    // Who was not asked about is as before, also after a start.
    program.stop().await;
    let program = world.serve(&[]).await;
    let left = leads(&program.site).await;
    assert_eq!(left.len(), rounds + 1);
    assert!(!is_withdrawn(&program, of[people.last().unwrap()]).await);
    program.stop().await;
    let keys = ids(&vault::thief::opened(&root(&world.data()), &databases.wrapped().await));
    let opens: BTreeSet<LeadId> = of.values().filter(|lead| keys.contains(&lead.0)).copied().collect();
    assert_eq!(opens, left.into_values().collect(), "readable, or not, against the rows");
    world.close().await;
}
