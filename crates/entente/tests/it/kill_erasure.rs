//! SIGKILL of the real process at every numbered point of an account's erasure, and at any moment of a lead's, on
//! both databases: after the restart it has not begun or it is done, the receipt holds, and nobody else is touched
//! (claim F1).

use crate::databases::{Databases, Journal, On, on_both};
use crate::installation::{agreed, erase_account, ids, leads, root, second_account, site_of};
use crate::program::{Program, World};
use crate::site::{Site, eventually};
use engine::failpoint::Point;
use ledger::VerifyingKey;
use ledger::receipt::{Fact, VerifiedReceipt};
use model::id::{AccountId, LeadId};
use std::collections::BTreeSet;
use std::time::Duration;
use testkit::short_or_long;

const PEOPLE: usize = 2;

/// An account that will be erased.
struct Doomed {
    account: AccountId,
    token: String,
    leads: Vec<LeadId>,
}

impl Doomed {
    fn ids(&self) -> BTreeSet<[u8; 16]> {
        self.leads.iter().map(|lead| lead.0).chain([self.account.0]).collect()
    }
}

async fn opening(world: &World, databases: &Databases) -> BTreeSet<[u8; 16]> {
    ids(&vault::thief::opened(&root(&world.data()), &databases.wrapped().await))
}

async fn receipt(program: &Program, code: &str) -> VerifiedReceipt {
    let log = program.site.try_call("GET", "/.well-known/entente/log-key", None).await.unwrap().1;
    let key = VerifyingKey::parse(String::from_utf8(log).unwrap().trim()).unwrap();
    let path = format!("/erasure/{code}/receipt");
    let file = eventually("the receipt", || async {
        let (status, file) = program.site.try_call("GET", &path, None).await?;
        (status == 200).then_some(file)
    })
    .await;
    ledger::receipt::verify(&file, &key, &[]).unwrap()
}

fn leads_in(receipt: &VerifiedReceipt) -> Option<u64> {
    let Some(Fact::Group(rows)) = receipt.statement.get("rows") else { return None };
    match rows.get("leads") {
        Some(Fact::Count(count)) => Some(*count),
        _ => None,
    }
}

/// The erasures that were not in the journal before, once all of them are done.
async fn done(databases: &Databases, before: &[Journal]) -> Vec<Journal> {
    eventually("the end of the erasures", || async {
        let now = databases.journal().await;
        let new: Vec<Journal> = now.into_iter().skip(before.len()).collect();
        new.iter().all(|erasure| erasure.is_finished && erasure.is_closed).then_some(new)
    })
    .await
}

/// Erases an account with a process that kills itself at this point; restarts, and looks.
async fn kill_at(world: &mut World, databases: &Databases, doomed: &Doomed, point: Point) {
    let before = databases.journal().await;
    let all = opening(world, databases).await;
    assert!(doomed.ids().is_subset(&all));
    let others: BTreeSet<[u8; 16]> = all.difference(&doomed.ids()).copied().collect();
    let at = format!("{}:1", point.number());
    let program = world.serve(&[("ENTENTE_TEST_FAIL_POINT", &at)]).await;
    // It may be dead before it has answered.
    drop(erase_account(&program, doomed.account).await);
    program.killed().await;
    databases.let_leases_run_out().await;

    let mut program = world.serve(&[]).await;
    let mut new = done(databases, &before).await;
    if new.is_empty() {
        assert_eq!(point, Point::BeforeFenceCommit, "it was begun, and nothing is known of it");
        let leads = site_of(&program, &doomed.token).leads().await;
        assert_eq!(leads.len(), doomed.leads.len(), "{point:?}: not begun, and something is missing");
        erase_account(&program, doomed.account).await.unwrap();
        new = done(databases, &before).await;
        // A start takes up at once what waits for the log.
        program.stop().await;
        program = world.serve(&[]).await;
    }
    assert_eq!(new.len(), 1, "{point:?}: more than one erasure");
    let held = receipt(&program, &new[0].code).await;
    assert_eq!(leads_in(&held), Some(doomed.leads.len() as u64), "{point:?}: {:?}", held.statement);
    let token = site_of(&program, &doomed.token).try_call("GET", "/api/v1/leads", None).await.unwrap();
    assert_eq!(token.0, 401, "{point:?}: the token of an erased account is good");
    let left = opening(world, databases).await;
    assert!(left.is_disjoint(&doomed.ids()), "{point:?}: somebody who was erased opens");
    assert!(others.is_subset(&left), "{point:?}: somebody else does not open any more");
    program.stop().await;
}

/// All of them in the long form; in the short one this database has every second one, and the other the others.
fn points(first: usize) -> Vec<Point> {
    let points = Point::ERASING.iter().copied();
    short_or_long(points.clone().skip(first).step_by(2).collect(), points.collect())
}

async fn accounts(world: &mut World, databases: &Databases, points: &[Point]) {
    world.serve(&[]).await.stop().await;
    let mut made = Vec::new();
    for _ in points {
        made.push(second_account(world).await);
    }
    let program = world.serve(&[]).await;
    let mut doomed = Vec::new();
    for (page, (account, token)) in made.into_iter().enumerate() {
        let site = site_of(&program, &token);
        site.connect(&world.sim, &world.pages[page..=page]).await;
        agreed(world, page, PEOPLE).await;
        let leads = leads(&site).await.into_values().collect();
        doomed.push(Doomed { account, token, leads });
    }
    program.stop().await;
    for (point, doomed) in points.iter().zip(&doomed) {
        kill_at(world, databases, doomed, *point).await;
    }
}

async fn claim_f1_a_kill_at_any_point_of_an_accounts_erasure_ends_in_untouched_or_erased(on: On) {
    let points = points(usize::from(on == On::Postgres));
    let mut world = World::on(on, points.len()).await;
    let databases = world.databases.clone();
    accounts(&mut world, &databases, &points).await;
    world.close().await;
}

async fn lead_is_whole(site: &Site, lead: LeadId) -> bool {
    let (status, file) = site.try_call("GET", &format!("/api/v1/leads/{lead}/export"), None).await.unwrap();
    assert!(matches!(status, 200 | 404), "{status}: {}", String::from_utf8_lossy(&file));
    status == 200
}

/// The process dies so many microseconds after it was asked to erase a lead: amid the fence, the change of the
/// tree's keys, the root's exchange, or the rows' removal.
async fn leads_at_any_moment(world: &mut World, databases: &Databases) {
    let kills: u64 = short_or_long(8, 80);
    let program = world.serve(&[]).await;
    program.site.connect(&world.sim, &world.pages).await;
    let people = agreed(world, 0, usize::try_from(kills).unwrap() + 2).await;
    let of = leads(&program.site).await;
    let doomed: Vec<LeadId> = people.iter().skip(2).map(|person| of[person]).collect();
    let stays = of[&people[0]];
    program.stop().await;
    let mut outcomes = BTreeSet::new();
    for (number, lead) in doomed.iter().copied().enumerate() {
        let before = databases.journal().await;
        let all = opening(world, databases).await;
        assert!(all.contains(&lead.0));
        let program = world.serve(&[]).await;
        let delay = Duration::from_micros(400_000 / kills * number as u64 / 4);
        let path = format!("/api/v1/leads/{lead}");
        let site = Site::new(program.site.address, &program.site.host, &program.site.token);
        let mut program = Some(program);
        if number == 0 {
            // Dead before it is asked: on a quick machine the next kill is too late for the fence.
            drop(program.take());
        }
        let asked = tokio::spawn(async move { site.try_call("DELETE", &path, None).await });
        // At the last one, as soon as it was said to be done.
        if number + 1 == doomed.len() {
            eventually("the answer", || std::future::ready(asked.is_finished().then_some(()))).await;
        } else if !delay.is_zero() {
            #[expect(clippy::disallowed_methods, reason = "the process under test lives in real time")]
            tokio::time::sleep(delay).await;
        }
        drop(program);
        let answer = asked.await.unwrap().map(|(status, _)| status);
        databases.let_leases_run_out().await;

        let program = world.serve(&[]).await;
        let new = eventually("the end of the erasure", || async {
            let new: Vec<Journal> = databases.journal().await.into_iter().skip(before.len()).collect();
            new.iter().all(|erasure| erasure.is_finished).then_some(new)
        })
        .await;
        assert!(new.len() <= 1);
        let is_whole = lead_is_whole(&program.site, lead).await;
        assert_eq!(is_whole, new.is_empty(), "after {delay:?}: half an erasure");
        assert!(!(is_whole && answer == Some(200)), "after {delay:?}: it was said to be done");
        for erasure in &new {
            receipt(&program, &erasure.code).await;
        }
        assert!(lead_is_whole(&program.site, stays).await, "after {delay:?}: somebody else is gone");
        program.stop().await;
        let left = opening(world, databases).await;
        assert_eq!(
            left.contains(&lead.0),
            is_whole,
            "after {delay:?}: readable, or not, against the journal"
        );
        let others: BTreeSet<_> = all.into_iter().filter(|id| *id != lead.0).collect();
        assert!(others.is_subset(&left), "after {delay:?}: somebody else does not open any more");
        outcomes.insert(is_whole);
    }
    // The first kill comes before it is asked and the last after the answer, so both ends are always looked at; what the
    // kills between them meet depends on the machine, and must be one of the two.
    assert_eq!(outcomes, BTreeSet::from([false, true]), "before it was asked, and after the answer");
}

async fn claim_f1_a_kill_at_any_moment_of_a_leads_erasure_ends_in_untouched_or_erased(on: On) {
    let mut world = World::on(on, 1).await;
    let databases = world.databases.clone();
    leads_at_any_moment(&mut world, &databases).await;
    world.close().await;
}

on_both! {
    claim_f1_a_kill_at_any_point_of_an_accounts_erasure_ends_in_untouched_or_erased,
    claim_f1_a_kill_at_any_moment_of_a_leads_erasure_ends_in_untouched_or_erased,
}
