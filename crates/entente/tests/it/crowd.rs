//! People who go on living while a play befalls the nodes: they come, agree, write, leave by word and by link, are
//! erased, and are written to.
//!
//! Invariants: as left and as erased counts only who was told so, with the place that the platform's record had then:
//! nothing in bulk may reach them later. Who does what is drawn from a seed; when it falls is real time.

use crate::databases::Databases;
use crate::home::tap;
use crate::program::{HOST, RealClock};
use crate::site::{Site, pause};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use messenger::signature::appsecret_proof;
use model::entropy::random;
use model::id::{BroadcastId, LeadId};
use model::personal::Personal;
use model::time::Clock as _;
use serde_json::{Value, json};
use simulator::{Action, Handle, Options, PageId, Psid, Visitor};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use store::Schema;
use testkit::SeededEntropy;
use tokio::sync::watch;

/// A node that takes longer for a call than this has not answered.
const PATIENCE: Duration = Duration::from_secs(8);
/// Events in one delivery.
const TOGETHER: usize = 100;

/// A broadcast whose sending a node has acknowledged, and who was a lead before.
pub struct Sent {
    pub id: BroadcastId,
    pub leads: BTreeSet<LeadId>,
}

/// When somebody was told that they have left.
#[derive(Debug, Clone, Copy)]
pub struct Left {
    /// How many messages the platform had accepted by then.
    pub place: usize,
    pub at_millis: i64,
}

#[derive(Default)]
pub struct Known {
    pub people: Vec<Psid>,
    /// Who have not been seen to answer yet.
    newcomers: VecDeque<Psid>,
    pub newcomers_count: usize,
    /// Who agreed before anything befell the nodes, and was acknowledged.
    pub founders: BTreeSet<LeadId>,
    /// Who has tried to leave by word, acknowledged or not.
    pub tried: BTreeSet<Psid>,
    /// The place of the platform's record when they were told.
    pub left: BTreeMap<Psid, Left>,
    /// By the link in a message. It stands for a lead: somebody who was erased and came back is another one.
    pub left_by_link: BTreeMap<LeadId, (Psid, Left)>,
    pub tried_by_link: BTreeSet<LeadId>,
    pub by_link: usize,
    pub erased: BTreeMap<LeadId, usize>,
    /// Also those of which no node has said that it is done.
    pub erasures: usize,
    pub broadcasts: Vec<Sent>,
    /// Deliveries that were seen to be unknown at some time.
    pub unknown: BTreeSet<(Vec<u8>, Vec<u8>)>,
}

pub struct Town {
    pub sim: Handle,
    pages: Vec<PageId>,
    databases: Databases,
    token: String,
    client: reqwest::Client,
    nodes: Mutex<Vec<Option<Arc<Site>>>>,
    known: Mutex<Known>,
    entropy: SeededEntropy,
}

impl Town {
    pub fn new(sim: Handle, pages: &[PageId], databases: &Databases, token: &str, seed: u64) -> Self {
        let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
        Self {
            sim,
            pages: pages.to_vec(),
            databases: databases.clone(),
            token: token.to_owned(),
            client,
            nodes: Mutex::default(),
            known: Mutex::default(),
            entropy: SeededEntropy::new(seed),
        }
    }

    pub fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap()
    }

    /// The balancer sends to this node from now on, or to it no more.
    pub fn set_node(&self, number: usize, address: Option<SocketAddr>) {
        let mut nodes = self.nodes.lock().unwrap();
        if nodes.len() <= number {
            nodes.resize_with(number + 1, || None);
        }
        nodes[number] = address.map(|address| Arc::new(Site::new(address, HOST, &self.token)));
    }

    pub fn node(&self, number: usize) -> Option<Arc<Site>> {
        self.nodes.lock().unwrap()[number].clone()
    }

    fn roll(&self, sides: usize) -> usize {
        usize::try_from(u64::from_le_bytes(random::<8>(&self.entropy)) % sides as u64).unwrap()
    }

    /// One of those that the balancer sends to.
    pub fn any(&self) -> Option<Arc<Site>> {
        let living: Vec<Arc<Site>> = self.nodes.lock().unwrap().iter().flatten().cloned().collect();
        if living.is_empty() { None } else { Some(Arc::clone(&living[self.roll(living.len())])) }
    }

    /// The platform delivers to one of them.
    pub fn deliver_anywhere(&self) {
        if let Some(site) = self.any() {
            self.sim.set_callback_unverified(&format!("http://{}/webhooks/messenger", site.address));
        }
    }

    /// A message as the platform tells of it.
    fn message(&self, person: Psid, page: PageId, mut message: Value) -> Value {
        message["mid"] = json!(format!("m_{}", hex::encode(random::<12>(&self.entropy))));
        json!({ "sender": { "id": person.to_string() }, "recipient": { "id": page.to_string() },
            "timestamp": RealClock.now().millis(), "message": message })
    }

    /// Delivers as the platform does; whether it was acknowledged.
    async fn deliver(&self, to: &Site, page: PageId, events: &[Value]) -> bool {
        let now = RealClock.now().millis();
        let entry = json!([{ "id": page.to_string(), "time": now, "messaging": events }]);
        let body = json!({ "object": "page", "entry": entry }).to_string();
        let signature = appsecret_proof("simulated_app_secret", &Personal::new(body.clone()));
        let request = self.client.post(format!("http://{}/webhooks/messenger", to.address)).body(body);
        let request = request.header("x-hub-signature-256", format!("sha256={signature}"));
        request.header("content-type", "application/json").send().await.is_ok_and(|a| a.status() == 200)
    }

    /// So many people on each page say yes, by deliveries of many at once.
    pub async fn gather(&self, each: usize) {
        let mut payload = None;
        for page in &self.pages {
            let people = self.sim.add_people(*page, each).unwrap();
            for some in people.chunks(TOGETHER) {
                let acts: Vec<_> =
                    some.iter().map(|one| (*one, Action::get_started(), Options::default())).collect();
                self.deliver_anywhere();
                self.sim.together(&acts, false).unwrap();
                self.sim.flush().await;
            }
            if payload.is_none() {
                let question = || async {
                    let buttons = self.sim.buttons(people[0]);
                    buttons
                        .into_iter()
                        .find_map(|b| b.payload.filter(|p| p.starts_with("entente:yes:promotion:")))
                };
                payload = Some(crate::site::eventually("the question", question).await);
            }
            for some in people.chunks(TOGETHER) {
                let yes = json!({ "text": "Yes", "quick_reply": { "payload": payload } });
                let events: Vec<Value> =
                    some.iter().map(|one| self.message(*one, *page, yes.clone())).collect();
                // A busy node may turn it away: it comes again as the platform's does, and counts once.
                let delivered = || async {
                    let site = self.any()?;
                    self.deliver(&site, *page, &events).await.then_some(())
                };
                crate::site::eventually("the acknowledgement", delivered).await;
            }
            self.known().people.extend(people);
        }
        let taken = || async { (self.databases.count("inbox").await == 0).then_some(()) };
        crate::site::within(60 + (each * self.pages.len()) as u64 / 10, "the opt-ins", taken).await;
        let founders = self.leads().await.expect("nobody is disturbed yet");
        self.known().founders = founders;
    }

    /// Everybody who is a lead now, if the database can be asked.
    async fn leads(&self) -> Option<BTreeSet<LeadId>> {
        let rows = self.databases.try_rows(Schema::Data, "SELECT id FROM lead").await?;
        Some(rows.iter().map(|row| LeadId(row.get::<_, Vec<u8>>(0).try_into().unwrap())).collect())
    }

    /// Sends to everybody; nothing when no node says that it does.
    pub async fn send(&self, text: &str) {
        let Some(leads) = self.leads().await else { return };
        let Some(site) = self.any() else { return };
        let form = json!({ "purpose": "promotion", "text": text });
        let sending = async {
            let (_, made) =
                site.try_call("POST", "/api/v1/broadcasts", Some(form)).await.filter(|made| made.0 < 300)?;
            let made: Value = serde_json::from_slice(&made).ok()?;
            let id: BroadcastId = made["id"].as_str()?.parse().ok()?;
            let path = format!("/api/v1/broadcasts/{id}/send");
            site.try_call("POST", &path, None).await.filter(|done| done.0 < 300).map(|_| id)
        };
        if let Ok(Some(id)) = tokio::time::timeout(PATIENCE, sending).await {
            self.known().broadcasts.push(Sent { id, leads });
        }
    }

    /// Whether sending to all takes longer than a blow does.
    pub fn is_large(&self) -> bool {
        self.known().people.len() >= 5_000
    }

    fn somebody(&self) -> Psid {
        let count = self.known().people.len();
        let which = self.roll(count);
        self.known().people[which]
    }

    /// Somebody was told this moment that they have left.
    fn left(&self) -> Left {
        Left { place: self.sim.accepted(), at_millis: RealClock.now().millis() }
    }

    /// Somebody says stop; whether it was acknowledged.
    pub async fn leave_by_word(&self, to: &Site) -> bool {
        let person = self.somebody();
        let page = self.sim.person(person).unwrap().page;
        let stop = self.message(person, page, json!({ "text": "stop" }));
        self.known().tried.insert(person);
        let is_told = self.deliver(to, page, &[stop]).await;
        if is_told {
            let left = self.left();
            self.known().left.entry(person).or_insert(left);
        }
        is_told
    }

    /// Somebody presses the button behind the link in what they got, if that had one.
    pub async fn leave_by_link(&self, to: &Site) {
        let person = self.somebody();
        let mut texts = self.sim.received(person).into_iter().rev().filter_map(|line| line.text);
        let link = texts.find_map(|text| Some(text.rsplit_once("/u/")?.1.trim().to_owned()));
        let Some(link) = link else { return };
        let visitor = Visitor::new(to.address, "Mozilla/5.0").unwrap();
        let (path, lead) = (format!("/u/{link}"), lead_of(&link));
        self.known().tried_by_link.insert(lead);
        let done = tokio::time::timeout(PATIENCE, visitor.post(&to.host, &path, None, None)).await;
        if done.is_ok_and(|done| done.is_ok_and(|done| (200..400).contains(&done.status))) {
            let left = self.left();
            let mut known = self.known();
            known.left_by_link.entry(lead).or_insert((person, left));
            known.by_link += 1;
        }
    }

    /// One of the first leads in the list is erased.
    async fn erase(&self, at: &Site) {
        let erasing = async {
            let (_, list) =
                at.try_call("GET", "/api/v1/leads?limit=40", None).await.filter(|l| l.0 == 200)?;
            let list: Value = serde_json::from_slice(&list).ok()?;
            let leads = list["items"].as_array()?;
            let lead = leads.get(self.roll(40))?["id"].as_str()?.to_owned();
            self.known().erasures += 1;
            let done = at.try_call("DELETE", &format!("/api/v1/leads/{lead}"), None).await?;
            (done.0 == 200).then(|| lead.parse::<LeadId>().unwrap())
        };
        if let Ok(Some(lead)) = tokio::time::timeout(PATIENCE, erasing).await {
            let place = self.sim.accepted();
            self.known().erased.insert(lead, place);
        }
    }

    /// Somebody has left by word, somebody by link, and somebody is erased: by now, if nobody was before.
    pub async fn rights_are_used(&self) {
        let tried = || async {
            let site = self.any()?;
            let (word, link, erased) = {
                let known = self.known();
                (known.left.is_empty(), known.left_by_link.is_empty(), known.erased.is_empty())
            };
            if word {
                self.leave_by_word(&site).await;
            }
            if link {
                self.leave_by_link(&site).await;
            }
            if erased {
                self.erase(&site).await;
            }
            (!word && !link && !erased).then_some(())
        };
        crate::site::eventually("somebody who leaves each way, and somebody who is erased", tried).await;
    }

    async fn act(&self) {
        self.deliver_anywhere();
        let Some(site) = self.any() else { return };
        match self.roll(20) {
            0..4 => {
                let page = self.pages[self.roll(self.pages.len())];
                let person = self.sim.add_people(page, 1).unwrap()[0];
                self.sim.act(person, &Action::get_started(), &Options::default()).unwrap();
                let mut known = self.known();
                known.newcomers.push_back(person);
                known.newcomers_count += 1;
            }
            4..8 => {
                let Some(person) = self.known().newcomers.pop_front() else { return };
                // As soon as the question is there.
                if self.sim.act(person, &tap(0), &Options::default()).is_ok() {
                    self.known().people.push(person);
                } else {
                    self.known().newcomers.push_back(person);
                }
            }
            8..14 => {
                self.sim.write(self.somebody(), "Are you open on Sunday?").unwrap();
            }
            14..17 => {
                self.leave_by_word(&site).await;
            }
            17..19 => self.leave_by_link(&site).await,
            _ => self.erase(&site).await,
        }
    }

    /// Notes what is unknown, until it is told to stop.
    pub async fn watch(&self, stop: watch::Receiver<bool>) {
        let sql = "SELECT broadcast_id, lead_id FROM delivery WHERE state = 5";
        while !*stop.borrow() {
            if let Some(rows) = self.databases.try_rows(Schema::Data, sql).await {
                self.known().unknown.extend(rows.iter().map(|row| (row.get(0), row.get(1))));
            }
            pause(Duration::from_millis(if self.is_large() { 5_000 } else { 400 })).await;
        }
    }

    /// Until it is told to stop; every so often everybody is sent something.
    pub async fn live(&self, rest: u64, every: Option<Duration>, mut stop: watch::Receiver<bool>) {
        let mut since = RealClock.now();
        let mut number = 0;
        while !*stop.borrow() {
            if every.is_some_and(|every| RealClock.now().since(since).0 > every.as_micros() as i64) {
                since = RealClock.now();
                number += 1;
                self.send(&text(number)).await;
            }
            self.act().await;
            let rest = Duration::from_millis(rest / 2 + self.roll(usize::try_from(rest).unwrap()) as u64);
            tokio::select! {
                () = pause(rest) => {}
                _ = stop.wait_for(|stop| *stop) => {}
            }
        }
    }
}

/// Whose link it is.
fn lead_of(token: &str) -> LeadId {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).unwrap();
    LeadId(bytes[..16].try_into().unwrap())
}

/// Every other one is so long that it carries the link instead of a button.
pub fn text(number: usize) -> String {
    format!("Whatever happens. {}", "An offer that needs many words. ".repeat(30 * (number % 2)))
}
