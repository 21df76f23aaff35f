//! The attack that erasure has to stand (claim F1): whoever copied the whole data folder before, and takes today's
//! root key later, opens nothing of who was erased, and everything of who was not. On PostgreSQL he has the
//! server's own files and its log of changes as well.

use crate::cluster::Cluster;
use crate::databases::{On, on_both};
use crate::installation::{
    agreed, answered, erase_account, ids, leads, opens, root, second_account, site_of,
};
use crate::program::World;
use crate::search::Hunt;
use crate::site::eventually;
use model::ports::WrappedKey;

async fn claim_f1_a_copy_of_everything_from_before_with_todays_root_opens_the_living_only(on: On) {
    let mut world = World::whole(on, 2).await;
    let cluster = Cluster::of(&world.databases).await;
    world.serve(&[]).await.stop().await;
    let databases = world.databases.clone();
    let (account, token) = second_account(&world).await;
    let program = world.serve(&[]).await;
    let second = site_of(&program, &token);
    program.site.connect(&world.sim, &world.pages[..1]).await;
    second.connect(&world.sim, &world.pages[1..]).await;
    let people = [agreed(&world, 0, 4).await, agreed(&world, 1, 3).await].concat();
    for person in &people {
        world.sim.write(*person, "My name is Philomena").unwrap();
    }
    answered(&world, &people).await;
    let (own, others) = (leads(&program.site).await, leads(&second).await);
    assert_eq!((own.len(), others.len()), (4, 3));
    let erased_lead = own[&people[0]];
    // While the program runs, with what is still in the databases' logs.
    let root_before = root(&world.data());
    let mut old_rows = databases.wrapped().await;
    let old_envelopes = databases.envelopes().await;
    if let Some(cluster) = &cluster {
        // What the server's files hold of the keys is what its rows say, and more.
        let carved = cluster.keys().await;
        let opens = |rows: &[WrappedKey]| ids(&vault::thief::opened(&root_before, rows));
        assert!(opens(&carved).is_superset(&opens(&old_rows)), "the files were not read right");
        old_rows.extend(carved);
    }

    program.site.call("DELETE", &format!("/api/v1/leads/{erased_lead}"), None).await;
    erase_account(&program, account).await.unwrap();
    let done = || async {
        let journal = databases.journal().await;
        journal.iter().all(|erasure| erasure.is_finished && erasure.is_closed).then_some(journal.len())
    };
    assert_eq!(eventually("the end of the erasures", done).await, 2);
    let now = world.data();
    let mut new_rows = databases.wrapped().await;
    let new_envelopes = databases.envelopes().await;
    program.stop().await;
    if let Some(cluster) = &cluster {
        // With what it threw away and did not write over, and its log of changes.
        new_rows.extend(cluster.keys().await);
        let canaries = ["Philomena".to_owned(), people[0].to_string(), people[4].to_string()];
        let nothing: [String; 0] = [];
        assert_eq!(Hunt::texts(canaries).found(&cluster.files().await), nothing);
    }

    let erased =
        |id: &[u8; 16]| *id == erased_lead.0 || *id == account.0 || others.values().any(|lead| lead.0 == *id);
    // The search finds everybody while the root of before is there.
    let then = vault::thief::opened(&root_before, &old_rows);
    let could = opens(&old_envelopes, &then);
    for id in own.values().chain(others.values()).map(|lead| lead.0).chain([account.0]) {
        assert!(could.contains_key(&id), "the search misses what was readable");
    }
    for id in own.values().chain(others.values()).map(|lead| lead.0) {
        assert_eq!(could[&id].get("lead"), Some(&1));
        assert!(could[&id]["consent_event"] >= 2);
    }

    // Rows of before and of now together, data of before and of now, and today's root.
    let all: Vec<_> = old_rows.iter().chain(&new_rows).collect();
    let keys = vault::thief::opened(&root(&now), all);
    let living: Vec<[u8; 16]> = ids(&then).into_iter().filter(|id| !erased(id)).collect();
    assert!(living.iter().all(|id| ids(&keys).contains(id)), "somebody who lives does not open");
    assert!(!ids(&keys).iter().any(erased), "a key of the erased opens");
    for (envelopes, when) in [(&old_envelopes, "before"), (&new_envelopes, "now")] {
        let can = opens(envelopes, &keys);
        assert_eq!(can.keys().find(|id| erased(id)), None, "{when}");
        for lead in own.values().filter(|lead| **lead != erased_lead) {
            assert_eq!(can[&lead.0].get("lead"), Some(&1), "{when}");
        }
        if when == "before" {
            let expected = could.iter().filter(|(id, _)| !erased(id));
            assert_eq!(can.iter().collect::<Vec<_>>(), expected.collect::<Vec<_>>());
        }
    }
    // The rows of before alone open for nobody: the living are under another root, too.
    assert!(vault::thief::opened(&root(&now), &old_rows).is_empty());
    world.close().await;
}

on_both!(claim_f1_a_copy_of_everything_from_before_with_todays_root_opens_the_living_only);
