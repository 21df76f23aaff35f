//! The result: every figure from Entente's own books beside what the simulator saw and what the
//! cast makes certain. A difference is named, and ends the demo with a failure.

use super::cast::{Answer, Leaving, Opening};
use super::stage::{Played, Stage};
use crate::command::say;
use anyhow::Result;
use engine::views::summary::PageSummary;
use model::id::BroadcastId;
use serde_json::{Value, json};
use simulator::{PageId, SentMessage};
use std::collections::{BTreeMap, BTreeSet};

type Counts = BTreeMap<String, u64>;

struct PageReport {
    name: String,
    summary: PageSummary,
    /// By broadcast: messages the simulator accepted; and its answers of the bot.
    accepted: BTreeMap<BroadcastId, u64>,
    accepted_replies: u64,
}

struct BrandReport {
    slug: String,
    name: String,
    pages: Vec<PageReport>,
    broadcasts: Vec<BroadcastId>,
}

pub struct Report {
    brands: Vec<BrandReport>,
    differences: Vec<String>,
    seconds: BTreeMap<&'static str, f64>,
    accepted: u64,
    turned_minutes: i64,
    proof: String,
    erased: Option<String>,
}

fn add(counts: &mut Counts, name: &str) {
    let count = counts.entry(name.to_owned()).or_insert(0);
    *count = count.saturating_add(1);
}

impl Report {
    pub async fn make(stage: &Stage, played: &Played) -> Result<Self> {
        let sim = stage.sim();
        let mut report = Self {
            brands: Vec::new(),
            differences: Vec::new(),
            seconds: played.seconds.clone(),
            accepted: sim.totals().accepted,
            turned_minutes: played.turned.0 / 60_000_000,
            proof: played.proof.clone(),
            erased: played.erased.map(|lead| lead.to_string()),
        };
        let repeated = sim.reached_more_than_once();
        if !repeated.is_empty() {
            report.differences.push(format!("{} messages reached somebody twice", repeated.len()));
        }
        let left: BTreeSet<usize> = played.left.iter().copied().collect();
        let mut counted = 0_u64;
        for (number, brand) in stage.brands.iter().enumerate() {
            let summaries = engine::views::summary::pages(&stage.engine, brand.id).await?;
            let mut of_brand = BrandReport {
                slug: brand.slug.clone(),
                name: brand.name.clone(),
                pages: Vec::new(),
                broadcasts: brand.broadcasts.clone(),
            };
            for (at, page) in stage.pages.iter().enumerate().filter(|(_, p)| p.brand == number) {
                let meta = page.meta.to_string();
                let Some(summary) = summaries.iter().find(|s| s.meta_id == meta) else {
                    report.differences.push(format!("{}: not in the books", page.name));
                    continue;
                };
                let seen = Seen::on(stage, page.meta);
                let page_report = PageReport {
                    name: page.name.clone(),
                    summary: summary.clone(),
                    accepted: seen.promotions.iter().map(|(id, people)| (*id, count(people.len()))).collect(),
                    accepted_replies: seen.replies,
                };
                counted = counted.saturating_add(seen.total);
                let mut check = Check {
                    at,
                    stage,
                    played,
                    left: &left,
                    page: &page_report,
                    seen: &seen,
                    found: Vec::new(),
                };
                check.all();
                report.differences.append(&mut check.found);
                of_brand.pages.push(page_report);
            }
            report.brands.push(of_brand);
        }
        if counted != report.accepted {
            report.differences.push(format!(
                "the simulator accepted {} messages, {counted} are accounted for",
                report.accepted
            ));
        }
        Ok(report)
    }

    pub fn differences(&self) -> &[String] {
        &self.differences
    }

    pub fn to_json(&self) -> Result<String> {
        let brands: Vec<Value> = self
            .brands
            .iter()
            .map(|brand| {
                let pages: Vec<Value> = brand
                    .pages
                    .iter()
                    .map(|page| {
                        let deliveries: BTreeMap<String, &Counts> = page
                            .summary
                            .deliveries
                            .iter()
                            .map(|(id, counts)| (id.to_string(), counts))
                            .collect();
                        let accepted: BTreeMap<String, u64> =
                            page.accepted.iter().map(|(id, n)| (id.to_string(), *n)).collect();
                        json!({
                            "page": page.summary.page,
                            "name": page.name,
                            "leads": page.summary.leads,
                            "opt_ins": page.summary.opt_ins,
                            "deliveries": deliveries,
                            "duplicates_received": tally(&page.summary, "duplicates"),
                            "simulator_accepted": {"broadcasts": accepted, "replies": page.accepted_replies},
                            "replies_sent": tally(&page.summary, "replies_sent"),
                            "unsubscribes": ways(&page.summary),
                            "erasures": tally(&page.summary, "erasures"),
                        })
                    })
                    .collect();
                json!({"brand": brand.slug, "broadcasts": brand.broadcasts, "pages": pages})
            })
            .collect();
        let all = json!({
            "brands": brands,
            "simulator_accepted": self.accepted,
            "differences": self.differences,
            "clock_turned_minutes": self.turned_minutes,
            "seconds": self.seconds,
            "proof": self.proof,
            "erased": self.erased,
        });
        Ok(serde_json::to_string(&all)?)
    }

    pub fn print(&self) {
        say("");
        for brand in &self.brands {
            let sum = |of: &dyn Fn(&PageReport) -> u64| brand.pages.iter().map(of).sum::<u64>();
            say(&format!("{} ({} pages)", brand.name, brand.pages.len()));
            let level = |name: &'static str| {
                sum(&move |p: &PageReport| p.summary.opt_ins.get(name).copied().unwrap_or(0))
            };
            say(&format!(
                "  leads {}   evidence: started {}, informed {}, confirmed {}   duplicates dropped {}   answers sent {}",
                sum(&|p| p.summary.leads),
                level("started"),
                level("informed"),
                level("confirmed"),
                sum(&|p| tally(&p.summary, "duplicates")),
                sum(&|p| tally(&p.summary, "replies_sent")),
            ));
            for (round, id) in brand.broadcasts.iter().enumerate() {
                let mut states = Counts::new();
                for page in &brand.pages {
                    for (name, n) in page.summary.deliveries.get(id).into_iter().flatten() {
                        let total = states.entry(name.clone()).or_insert(0);
                        *total = total.saturating_add(*n);
                    }
                }
                let seen = sum(&|p| p.accepted.get(id).copied().unwrap_or(0));
                let list: Vec<String> = states.iter().map(|(name, n)| format!("{name} {n}")).collect();
                say(&format!(
                    "  promotion {}: {} (simulator: {seen})",
                    round.saturating_add(1),
                    list.join(", ")
                ));
            }
            let mut all_ways = Counts::new();
            for (way, n) in brand.pages.iter().flat_map(|p| ways(&p.summary)) {
                let total = all_ways.entry(way).or_insert(0);
                *total = total.saturating_add(n);
            }
            let list: Vec<String> = all_ways.iter().map(|(way, n)| format!("{way} {n}")).collect();
            say(&format!(
                "  withdrawn by: {}   erased {}",
                list.join(", "),
                sum(&|p| tally(&p.summary, "erasures"))
            ));
        }
        let phases: Vec<String> = self.seconds.iter().map(|(phase, s)| format!("{phase} {s:.1} s")).collect();
        say(&format!("\nThe simulator accepted {} messages; nobody got one twice.", self.accepted));
        say(&format!(
            "Phases: {}; the clock was turned by {} minutes.",
            phases.join(", "),
            self.turned_minutes
        ));
        say(&format!("Opt-in proof, verified offline: {}", self.proof));
        if self.differences.is_empty() {
            say("Every figure equals the simulator's record.");
        }
    }
}

/// Whoever comes by Get Started or by a link into a new thread taps Get Started under the greeting.
const fn starts_informed(opening: Opening) -> bool {
    matches!(opening, Opening::GetStarted | Opening::Link)
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

fn tally(summary: &PageSummary, name: &str) -> u64 {
    summary.tallies.get(name).copied().unwrap_or(0)
}

fn ways(summary: &PageSummary) -> Counts {
    summary
        .tallies
        .iter()
        .filter_map(|(name, n)| Some((name.strip_prefix("unsubscribed_")?.to_owned(), *n)))
        .collect()
}

/// What the simulator saw of one page.
struct Seen {
    promotions: BTreeMap<BroadcastId, Vec<String>>,
    replies: u64,
    total: u64,
    copies: u64,
}

impl Seen {
    fn on(stage: &Stage, page: PageId) -> Self {
        const AT_ONCE: usize = 10_000;
        let sim = stage.sim();
        let mut seen = Self { promotions: BTreeMap::new(), replies: 0, total: 0, copies: 0 };
        let mut after = 0;
        loop {
            let some: Vec<SentMessage> = sim.messages(Some(page), None, after, AT_ONCE);
            let Some(last) = some.last() else { break };
            after = last.number;
            for message in some {
                seen.total = seen.total.saturating_add(1);
                let metadata = message.metadata.as_deref().unwrap_or_default();
                match model::delivery::DeliveryRef::from_metadata(metadata) {
                    Some(delivery) => {
                        seen.promotions
                            .entry(delivery.broadcast)
                            .or_default()
                            .push(message.person.to_string());
                    }
                    None if metadata.starts_with("rep_") => seen.replies = seen.replies.saturating_add(1),
                    None => {}
                }
            }
        }
        seen.copies = sim.webhooks().get(&page).map_or(0, |w| w.duplicates);
        seen
    }
}

/// The checks of one page.
struct Check<'a> {
    at: usize,
    stage: &'a Stage,
    played: &'a Played,
    left: &'a BTreeSet<usize>,
    page: &'a PageReport,
    seen: &'a Seen,
    found: Vec<String>,
}

impl Check<'_> {
    fn equal(&mut self, what: &str, ours: u64, theirs: u64) {
        if ours != theirs {
            self.found.push(format!("{}: {what}: {ours} in the books, {theirs} expected", self.page.name));
        }
    }

    fn people(&self) -> impl Iterator<Item = (usize, &super::stage::Person)> {
        self.stage.people.iter().enumerate().filter(move |(_, p)| p.page == self.at)
    }

    fn all(&mut self) {
        let summary = &self.page.summary;
        let erased = self.played.erased_person;
        let staying: Vec<_> =
            self.people().filter(|(n, _)| Some(*n) != erased).map(|(_, p)| p.part).collect();
        let (leads, started, informed, confirmed) = (
            count(staying.len()),
            count(staying.iter().filter(|p| !starts_informed(p.opening)).count()),
            count(staying.iter().filter(|p| starts_informed(p.opening)).count()),
            count(staying.iter().filter(|p| p.answer == Answer::Yes).count()),
        );
        let level = |name: &str| summary.opt_ins.get(name).copied().unwrap_or(0);
        self.equal("leads", summary.leads, leads);
        self.equal("started", level("started"), started);
        self.equal("informed", level("informed"), informed);
        self.equal("confirmed", level("confirmed"), confirmed);
        self.equal("duplicates", tally(summary, "duplicates"), self.seen.copies);
        self.equal("answers sent", tally(summary, "replies_sent"), self.seen.replies);
        let gone = u64::from(self.people().any(|(n, _)| Some(n) == erased));
        self.equal("erasures", tally(summary, "erasures"), gone);
        for (way, leaving) in [("button", Leaving::Button), ("link", Leaving::Link), ("word", Leaving::Word)]
        {
            let of =
                self.people().filter(|(n, p)| self.left.contains(n) && p.part.leaving == leaving).count();
            self.equal(way, tally(summary, &format!("unsubscribed_{way}")), count(of));
        }
        let said_no = self.people().filter(|(_, p)| p.part.answer == Answer::No).count();
        self.equal("said No", tally(summary, "unsubscribed_answer"), count(said_no));
        let broadcasts = self
            .stage
            .pages
            .get(self.at)
            .and_then(|p| self.stage.brands.get(p.brand))
            .map(|b| b.broadcasts.clone());
        for (round, id) in broadcasts.unwrap_or_default().into_iter().enumerate() {
            self.promotion(round, id);
        }
    }

    /// What must have become of a promotion on this page, person by person.
    fn promotion(&mut self, round: usize, id: BroadcastId) {
        let mut expected = Counts::new();
        let mut sent_to = BTreeSet::new();
        for (number, person) in self.people() {
            let outcome = self.outcome(round, number);
            if outcome == "sent" {
                sent_to.insert(person.psid.to_string());
            }
            if Some(number) != self.played.erased_person {
                add(&mut expected, &outcome);
            }
        }
        let empty = Counts::new();
        let summary = self.page.summary.deliveries.get(&id).unwrap_or(&empty).clone();
        let names: BTreeSet<String> = summary.keys().chain(expected.keys()).cloned().collect();
        for name in names {
            let ours = summary.get(&name).copied().unwrap_or(0);
            let theirs = expected.get(&name).copied().unwrap_or(0);
            self.equal(&format!("promotion {} {name}", round.saturating_add(1)), ours, theirs);
        }
        let none = Vec::new();
        let reached: BTreeSet<String> =
            self.seen.promotions.get(&id).unwrap_or(&none).iter().cloned().collect();
        if reached != sent_to {
            let what = format!("promotion {}: people reached", round.saturating_add(1));
            self.equal(&what, count(reached.len()), count(sent_to.len()));
            if reached.len() == sent_to.len() {
                self.found.push(format!("{}: {what}: other people than expected", self.page.name));
            }
        }
    }

    fn outcome(&self, round: usize, number: usize) -> String {
        let Some(person) = self.stage.people.get(number) else { return "missing".to_owned() };
        let part = person.part;
        let refused = |reason: &str| format!("refused/{reason}");
        if round > 0 && self.left.contains(&number) {
            return refused("withdrawn");
        }
        match part.answer {
            Answer::No => return refused("withdrawn"),
            Answer::Silence => return refused("evidence_too_weak"),
            Answer::Yes => {}
        }
        if part.wrote_yesterday {
            return refused("window_closed");
        }
        if Some(self.at) == self.played.dead_page {
            return refused("page_token_invalid");
        }
        if Some(self.at) == self.played.restricted_page {
            return refused("page_restricted");
        }
        match (part.is_unavailable, round) {
            (true, 0) => "failed/551/1545041".to_owned(),
            (true, _) => refused("person_unavailable"),
            _ => "sent".to_owned(),
        }
    }
}
