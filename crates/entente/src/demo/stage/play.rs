//! The play: people write in, get promotions and leave, a proof is checked, and somebody is erased.
//!
//! Invariant: each act is let settle before the next begins, so that the figures are known beforehand.

use super::{DemoBrand, Person, Stage};
use crate::ambient::TurnedClock;
use crate::demo::Progress;
use crate::demo::cast::{Answer, Leaving, Part};
use anyhow::{Context as _, Result, bail};
use model::id::LeadId;
use model::outgoing::UNSUBSCRIBE;
use model::time::{Clock as _, Monotonic, Span};
use serde_json::{Value, json};
use simulator::{Effect, Fault, Policy, Psid};
use std::collections::BTreeMap;

/// People who act before what they caused is let settle.
const CHUNK: usize = 5_000;

/// What the play brought, beside what the databases hold.
pub struct Played {
    pub seconds: BTreeMap<&'static str, f64>,
    pub proof: String,
    pub erased: Option<LeadId>,
    pub erased_person: Option<usize>,
    pub dead_page: Option<usize>,
    pub restricted_page: Option<usize>,
    /// People who left, by number.
    pub left: Vec<usize>,
    pub turned: Span,
}

impl Stage {
    /// Until the simulator has delivered all webhooks and Entente has done all its work.
    async fn settle(&self) -> Result<()> {
        loop {
            self.sim().flush().await;
            self.engine.settle().await?;
            if self.sim().pending() == 0 {
                return Ok(());
            }
        }
    }

    /// The whole play.
    pub async fn play(&mut self) -> Result<Played> {
        let mut seconds = BTreeMap::new();
        let mut from = self.clock.monotonic();
        let mut lap = |clock: &TurnedClock, phase: &'static str| {
            let now = clock.monotonic();
            seconds.insert(phase, round(now, from));
            from = now;
        };
        self.write_in("yesterday's people write in", |part| part.wrote_yesterday).await?;
        self.clock.advance(Span::hours(25));
        self.write_in("today's people write in", |part| !part.wrote_yesterday).await?;
        lap(&self.clock, "writing_in");

        let (dead_page, restricted_page) = self.trouble()?;
        self.promote("the first promotion", 0).await?;
        lap(&self.clock, "first_promotion");
        let left = self.leave().await?;
        lap(&self.clock, "unsubscribing");
        self.promote("the second promotion", 1).await?;
        lap(&self.clock, "second_promotion");
        let proof = self.prove().await?;
        lap(&self.clock, "proof");
        let (erased, erased_person) = self.erase().await?;
        self.settle().await?;
        lap(&self.clock, "erasure");
        let turned = self.clock.ahead();
        Ok(Played { seconds, proof, erased, erased_person, dead_page, restricted_page, left, turned })
    }

    async fn write_in(&self, what: &'static str, takes_part: impl Fn(&Part) -> bool) -> Result<()> {
        let sim = self.sim();
        let cast: Vec<&Person> = self.people.iter().filter(|p| takes_part(&p.part)).collect();
        let progress = Progress::start(what, cast.len());
        let mut done = 0_usize;
        for chunk in cast.chunks(CHUNK) {
            for person in chunk {
                sim.act(person.psid, &person.part.opening_action(), &person.part.opening_options())?;
            }
            self.settle().await?;
            for person in chunk {
                let title = match person.part.answer {
                    Answer::Yes => 0,
                    Answer::No => 1,
                    Answer::Silence => continue,
                };
                let tap =
                    simulator::Action::Tap { title: None, payload: None, index: Some(title), message: None };
                sim.act(person.psid, &tap, &simulator::Options::default())?;
            }
            self.settle().await?;
            done = done.saturating_add(chunk.len());
            progress.set(done);
        }
        Ok(())
    }

    /// Some people cannot be reached; one page loses its token, one is restricted.
    fn trouble(&self) -> Result<(Option<usize>, Option<usize>)> {
        let sim = self.sim();
        for person in self.people.iter().filter(|p| p.part.is_unavailable) {
            sim.set_unavailable(person.psid, true)?;
        }
        if self.pages.len() < 5 {
            return Ok((None, None));
        }
        let (dead, restricted) = (self.pages.len() - 1, self.pages.len() - 2);
        if let (Some(page), Some(other)) = (self.pages.get(dead), self.pages.get(restricted)) {
            sim.add_fault(Fault::new(Effect::TokenDeath).page(page.meta));
            sim.set_policy(other.meta, Policy { restricted: true, ..Policy::default() })?;
        }
        Ok((Some(dead), Some(restricted)))
    }

    async fn promote(&mut self, what: &'static str, round: usize) -> Result<()> {
        let progress = Progress::start(what, self.brands.len());
        for number in 0..self.brands.len() {
            let Some(brand) = self.brands.get(number) else { continue };
            if !self.pages.iter().any(|page| page.brand == number) {
                continue;
            }
            let body = json!({"purpose": "promotion", "text": promotion(brand, round)});
            let made = self.api(number, "POST", "/api/v1/broadcasts", Some(body)).await?;
            let id = made.get("id").and_then(Value::as_str).context("the broadcast has no id")?.to_owned();
            self.api(number, "POST", &format!("/api/v1/broadcasts/{id}/preview"), None).await?;
            self.api(number, "POST", &format!("/api/v1/broadcasts/{id}/send"), None).await?;
            if let Some(brand) = self.brands.get_mut(number) {
                brand.broadcasts.push(id.parse()?);
            }
            progress.set(number.saturating_add(1));
        }
        self.settle().await
    }

    /// Those who leave, each in their way; only people whom the promotion reached see its way out.
    async fn leave(&self) -> Result<Vec<usize>> {
        let sim = self.sim();
        let progress = Progress::start("people unsubscribe", self.people.len());
        let mut left = Vec::new();
        for (number, person) in self.people.iter().enumerate() {
            if number.is_multiple_of(1_000) {
                progress.set(number);
            }
            match person.part.leaving {
                Leaving::Stays => continue,
                Leaving::Word => {
                    sim.write(person.psid, person.part.stop_word())?;
                }
                Leaving::Button => {
                    let tapped =
                        sim.buttons(person.psid).iter().any(|b| b.payload.as_deref() == Some(UNSUBSCRIBE));
                    if !tapped {
                        continue;
                    }
                    sim.tap_payload(person.psid, UNSUBSCRIBE)?;
                }
                Leaving::Link => {
                    let Some((host, path)) = self.link_of(person.psid) else { continue };
                    // The preview fetches it first, then the person looks, then confirms.
                    for visitor in [&self.preview, &self.visitor] {
                        let shown = visitor.get(&host, &path, None).await?;
                        if shown.status != 200 {
                            bail!("the unsubscribe link was answered {}", shown.status);
                        }
                    }
                    let done = self.visitor.post(&host, &path, None, None).await?;
                    if !(200..400).contains(&done.status) {
                        bail!("unsubscribing by link was answered {}", done.status);
                    }
                }
            }
            left.push(number);
        }
        self.settle().await?;
        Ok(left)
    }

    /// The unsubscribe link of the newest message that has one.
    pub(super) fn link_of(&self, person: Psid) -> Option<(String, String)> {
        let texts = self.sim().received(person).into_iter().rev().filter_map(|line| line.text);
        texts.into_iter().find_map(|text| {
            let (_, link) = text.rsplit_once("http://")?;
            let (host, path) = link.split_once('/')?;
            path.starts_with("u/").then(|| (host.to_owned(), format!("/{}", path.trim())))
        })
    }

    /// One opt-in proof, into a file, verified from the file alone.
    async fn prove(&self) -> Result<String> {
        let (brand, lead) = self.somebody().await?;
        let path = format!("/api/v1/leads/{lead}/proof");
        let proof = self.call(brand, "GET", &path, None).await?.body;
        let key = self.call(brand, "GET", "/.well-known/entente/log-key", None).await?.body;
        std::fs::write(&self.proof_file, &proof)
            .with_context(|| format!("cannot write {}", self.proof_file.display()))?;
        std::fs::write(&self.key_file, &key)?;
        let file = std::fs::read(&self.proof_file)?;
        let key = ledger::VerifyingKey::parse(std::fs::read_to_string(&self.key_file)?.trim())?;
        let verified = ledger::proof::verify(&file, &key, &[]).context("the proof does not hold")?;
        let shown = verified.record.pointer("/how").and_then(Value::as_str).unwrap_or("-").to_owned();
        Ok(format!(
            "{} ({shown}, leaf {} of {}); check it yourself: entente proof verify {} --key {}",
            self.proof_file.display(),
            verified.index,
            verified.size,
            self.proof_file.display(),
            self.key_file.display()
        ))
    }

    /// A lead who has said Yes and stays, through the API.
    async fn somebody(&self) -> Result<(usize, LeadId)> {
        for brand in 0..self.brands.len() {
            if !self.pages.iter().any(|page| page.brand == brand) {
                continue;
            }
            let leads = self.api(brand, "GET", "/api/v1/leads?limit=200", None).await?;
            let found = leads.get("items").and_then(Value::as_array).and_then(|items| {
                items.iter().find(|lead| lead.get("promotion_in_force") == Some(&Value::Bool(true)))
            });
            if let Some(id) = found.and_then(|lead| lead.get("id")).and_then(Value::as_str) {
                return Ok((brand, id.parse()?));
            }
        }
        bail!("nobody said Yes: take more leads")
    }

    async fn erase(&self) -> Result<(Option<LeadId>, Option<usize>)> {
        let (brand, lead) = self.somebody().await?;
        // Whose thread it is, for checking the figures: only the export names the person.
        let export = self.api(brand, "GET", &format!("/api/v1/leads/{lead}/export"), None).await?;
        let text = export.to_string();
        let person = self.people.iter().position(|p| text.contains(&format!("\"{}\"", p.psid)));
        self.call(brand, "DELETE", &format!("/api/v1/leads/{lead}"), None).await?;
        Ok((Some(lead), person))
    }
}

fn round(to: Monotonic, from: Monotonic) -> f64 {
    let millis = (to.0 - from.0) / 1_000;
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a demo")]
    let seconds = millis as f64 / 1_000.0;
    seconds
}

/// What a brand's pages send. The first brand's text is too long for buttons.
fn promotion(brand: &DemoBrand, round: usize) -> String {
    let offer =
        if round == 0 { "20 % off everything until Sunday" } else { "a second coffee on us this week" };
    let short = format!("Hi {{name|friend}}! {offer} at {}.", brand.name);
    if !brand.has_link {
        return short;
    }
    let more =
        " Show this message at the till, on your phone or printed, and we take care of the rest.".repeat(8);
    format!("{short}{more}")
}
