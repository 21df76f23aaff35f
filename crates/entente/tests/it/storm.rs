//! Every combination of data, keys and log of different days, brought back: whoever was erased before either was
//! copied is never readable again, by the program or past it; and what is older than what the keys remember is
//! refused (claims F1, B2).

use crate::backup::{backup, done, file, restore, with_new_token};
use crate::databases::{On, on_both};
use crate::installation::{Envelope, agreed, answered, ids, leads, opens, root};
use crate::program::{Program, World, refused};
use model::id::LeadId;
use simulator::Psid;
use std::collections::{BTreeSet, HashMap};
use store::{Database, Schema};

const SERVE: [&str; 3] = ["serve", "--config", "entente.toml"];
const RESTORE: [&str; 6] = ["restore", "", "--config", "entente.toml", "--identity", "backup.key"];

/// The days on which copies were made; somebody was erased after each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Day {
    Monday,
    Tuesday,
    /// What the disk holds.
    Today,
}

impl Day {
    const fn name(self) -> &'static str {
        match self {
            Self::Monday => "monday",
            Self::Tuesday => "tuesday",
            Self::Today => "today",
        }
    }
}

async fn keep(world: &World, day: Day) {
    world.databases.keep(day.name()).await;
    let root = file(world, &format!("root-{}", day.name()));
    std::fs::copy(world.data().join("root.key"), root).unwrap();
}

struct Storm {
    world: World,
    people: Vec<Psid>,
    leads: HashMap<Psid, LeadId>,
    /// Every sealed value there was on Monday: what a data file of any age holds.
    old: Vec<Envelope>,
}

impl Storm {
    async fn new(on: On) -> Self {
        let mut world = World::whole(on, 1).await;
        let mut program = world.serve(&[]).await;
        program.site.connect(&world.sim, &world.pages).await;
        let people = agreed(&world, 0, 5).await;
        for person in &people {
            world.sim.write(*person, "My name is Philomena").unwrap();
        }
        answered(&world, &people).await;
        let leads = leads(&program.site).await;
        let mut old = Vec::new();
        for (number, day) in [Day::Monday, Day::Tuesday].into_iter().enumerate() {
            backup(&world, day.name(), &[]).await;
            program.stop().await;
            keep(&world, day).await;
            if old.is_empty() {
                old = world.databases.envelopes().await;
            }
            program = world.serve(&[]).await;
            let erased = leads[&people[number]];
            program.site.call("DELETE", &format!("/api/v1/leads/{erased}"), None).await;
            // The log takes it up before the next day, and the keys know.
            program.stop().await;
            program = world.serve(&[]).await;
        }
        program.stop().await;
        keep(&world, Day::Today).await;
        Self { world, people, leads, old }
    }

    /// One database of a day beside the others of today.
    async fn put_back_one(&self, day: Day, which: Schema) {
        self.put_back(Day::Today).await;
        self.world.databases.put_back(day.name(), &[which]).await;
    }

    /// What there was on a day, with its root, and nothing else.
    async fn put_back(&self, day: Day) {
        self.world.databases.put_back(day.name(), &[Schema::Data, Schema::Keys]).await;
        let root = file(&self.world, &format!("root-{}", day.name()));
        std::fs::copy(root, self.world.data().join("root.key")).unwrap();
    }

    /// Who must not be readable when data and keys are those of these days.
    fn erased(&self, data: Day, keys: Day) -> Vec<Psid> {
        let erased_after = [Day::Monday, Day::Tuesday];
        let is_erased = |after: &Day| *after < data || *after < keys;
        self.people
            .iter()
            .zip(erased_after)
            .filter(|(_, after)| is_erased(after))
            .map(|(person, _)| *person)
            .collect()
    }

    /// By the program, and past it.
    async fn check(&mut self, case: &str, erased: &[Psid], is_renamed: bool) {
        let program = self.world.serve(&[]).await;
        let shown = if is_renamed {
            leads(&with_new_token(&program).await).await
        } else {
            leads(&program.site).await
        };
        let expected: BTreeSet<Psid> =
            self.people.iter().filter(|person| !erased.contains(person)).copied().collect();
        assert_eq!(shown.keys().copied().collect::<BTreeSet<_>>(), expected, "{case}");
        for person in erased {
            let site = if is_renamed { with_new_token(&program).await } else { own(&program) };
            let path = format!("/api/v1/leads/{}", self.leads[person]);
            assert_eq!(site.try_call("GET", &path, None).await.unwrap().0, 404, "{case}");
        }
        program.stop().await;

        let data = self.world.data();
        let keys = vault::thief::opened(&root(&data), &self.world.databases.wrapped().await);
        let these = self.world.databases.envelopes().await;
        for (envelopes, which) in [(&self.old, "the oldest"), (&these, "these")] {
            let opens = opens(envelopes, &keys);
            for (person, lead) in &self.leads {
                assert_eq!(
                    opens.contains_key(&lead.0),
                    !erased.contains(person),
                    "{case}: {which}: {person} of {erased:?}"
                );
            }
        }
        assert!(
            erased.iter().all(|person| !ids(&keys).contains(&self.leads[person].0)),
            "{case}: a key is left"
        );
        assert!(done(&self.world, &["ledger", "check", "--config", "entente.toml"]).await.contains("stands"));
    }

    async fn bring_back(&mut self, data: Day, keys: Day) {
        let case = format!("data of {data:?}, keys of {keys:?}");
        let erased = self.erased(data, keys);
        let is_older = data < keys;
        let copy = format!("{}.keys", keys.name());
        let mut more = Vec::new();
        self.put_back(Day::Today).await;
        self.world.databases.lose(&[Schema::Data]).await;
        if keys != Day::Today {
            self.world.databases.lose(&[Schema::Keys]).await;
            std::fs::remove_file(self.world.data().join("root.key")).unwrap();
        }
        if keys != Day::Today {
            more.extend(["--keys", &copy]);
        }
        if is_older {
            let mut fixed = RESTORE.to_vec();
            fixed[1] = data.name();
            let words = ["lacks the newest", "--accept-log-loss"];
            refused(self.world.folder.path(), &[&fixed[..], &more].concat(), 1, &words).await;
            more.push("--accept-log-loss");
            if keys != Day::Today {
                // The first try has brought the keys back; a second begins with them.
                let keys = &self.world.databases.urls[1];
                assert!(!Database::is_bare(keys).await.unwrap(), "{case}");
            }
        }
        let restored = restore(&self.world, data.name(), &more).await;
        assert_eq!(restored["log_records_lost"].as_u64() > Some(0), is_older, "{case}: {restored}");
        let is_renamed = restored["log_goes_on_as"].is_string();
        assert_eq!(is_renamed, is_older || keys != Day::Today, "{case}: {restored}");
        self.check(&case, &erased, is_renamed).await;
    }
}

fn own(program: &Program) -> crate::site::Site {
    crate::site::Site::new(program.site.address, &program.site.host, &program.site.token)
}

async fn claim_f1_no_combination_of_data_and_keys_of_any_day_brings_the_erased_back(on: On) {
    let mut storm = Storm::new(on).await;
    for data in [Day::Monday, Day::Tuesday] {
        for keys in [Day::Monday, Day::Tuesday, Day::Today] {
            storm.bring_back(data, keys).await;
        }
    }
    storm.world.close().await;
}

async fn claim_b2_older_files_under_newer_keys_are_refused_and_a_whole_old_folder_is_only_its_own_day(
    on: On,
) {
    let mut storm = Storm::new(on).await;
    for day in [Day::Monday, Day::Tuesday] {
        // The data alone put back: the keys remember a longer log.
        storm.put_back_one(day, Schema::Data).await;
        let words = ["were remembered", "an old copy of the database was put back"];
        refused(storm.world.folder.path(), &SERVE, 2, &words).await;
        // The keys alone put back: today's root is not theirs.
        storm.put_back_one(day, Schema::Keys).await;
        refused(storm.world.folder.path(), &SERVE, 78, &["root key does not belong to this key store"]).await;
        // All of it put back, with the root of that day: it is that day again, and nothing of it is later.
        storm.put_back(day).await;
        let erased = storm.erased(day, day);
        storm.check(&format!("the folder of {day:?}"), &erased, false).await;
    }
    storm.world.close().await;
}

on_both! {
    claim_f1_no_combination_of_data_and_keys_of_any_day_brings_the_erased_back,
    claim_b2_older_files_under_newer_keys_are_refused_and_a_whole_old_folder_is_only_its_own_day,
}
