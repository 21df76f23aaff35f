//! The bots of pages as the stations need them: opened, compiled, and kept in memory for a while; and
//! publishing what Messenger shows of a page.
//!
//! Invariants: settings in memory are of the version that was read in the same look at the database;
//! publishing says which version it published and what it found published before, so that doing it twice, or on two
//! nodes, is harmless: where two did it beside each other it is done once more.

use crate::actions::pages::PageSecrets;
use crate::brands::{BrandContext, wording_name};
use crate::nodes::Job;
use crate::rest::rest;
use crate::{Engine, EngineError};
use messenger::graph::GraphError;
use messenger::{errors, profile};
use model::bot::Wording;
use model::bot::profile::profile;
use model::bot::settings::{Bot, BotSettings};
use model::failure::Class;
use model::id::{AccountId, BrandId, PageId};
use model::time::{Span, Timestamp};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use store::tables::bot::{NewBot, StoredBot};
use store::tables::{self, wording};

/// Bots kept in memory at most: compiled patterns take room.
const KEPT: usize = 1_000;
/// Pages published in one go.
const BATCH: u32 = 20;
/// A failure that passes is tried again so often, with pauses that grow to [`LONGEST`].
const ATTEMPTS: i64 = 12;
const LONGEST: Span = Span::hours(1);
/// When what this version cannot read is tried again, where another serves beside it.
const MEANWHILE: Span = Span::minutes(5);
/// Publishing takes two calls at most, so this keeps a page that is changed all the time within Meta's
/// limit.
pub const BETWEEN: Span = Span::secs(profile::CALLS_WITHIN_SECS * 2 / profile::CALLS);

/// Bots in memory, by page, with their version.
#[derive(Default)]
pub struct Bots(Mutex<HashMap<PageId, (i64, Arc<Bot>)>>);

impl Bots {
    fn get(&self, stored: &StoredBot) -> Option<Arc<Bot>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&stored.page)
            .filter(|(version, _)| *version == stored.version)
            .map(|(_, bot)| Arc::clone(bot))
    }

    fn keep(&self, stored: &StoredBot, bot: &Arc<Bot>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(stored.page, (stored.version, Arc::clone(bot)));
    }
}

/// The wordings in force on a page, by language: its own where it has one, else the brand's.
pub fn wordings(brand: &BrandContext, page: PageId, bot: &Bot) -> Vec<Wording> {
    let of = |language: &String| {
        let Some(opening) = bot.opening(&brand.brand, language) else {
            return brand.wordings.iter().find(|wording| wording.language == *language).cloned();
        };
        let text = opening
            .text
            .replace("{brand}", &brand.brand.name)
            .replace("{contact}", &brand.brand.controller.contact);
        let whose = page.to_string();
        let name = wording_name(&[&brand.brand.slug, &whose, language, &text, &opening.yes, &opening.no]);
        Some(Wording { name, language: language.clone(), text, yes: opening.yes, no: opening.no })
    };
    brand.brand.languages.iter().filter_map(of).collect()
}

impl Engine {
    /// Opens a page's settings under its account's key.
    pub(crate) async fn open_settings(
        &self,
        brand: &BrandContext,
        stored: &StoredBot,
    ) -> Result<BotSettings, EngineError> {
        let sealed = || EngineError::Sealed { place: "bot" };
        let key = self.vault.key(&stored.account.0).await?.ok_or_else(sealed)?;
        let place = brand.person_place(stored.account.0, "bot", stored.page.0);
        key.open_value(&place, &stored.sealed).map_err(|_| sealed())
    }

    /// The page's bot, ready to be asked.
    pub(crate) async fn open_bot(
        &self,
        brand: &BrandContext,
        stored: &StoredBot,
    ) -> Result<Arc<Bot>, EngineError> {
        if let Some(bot) = self.bots.get(stored) {
            return Ok(bot);
        }
        let bot = Arc::new(Bot::kept(self.open_settings(brand, stored).await?));
        self.bots.keep(stored, &bot);
        Ok(bot)
    }

    /// Writes down wordings that a page is about to show.
    pub(crate) async fn note_wordings(
        &self,
        brand: BrandId,
        page: PageId,
        new: &[Wording],
    ) -> Result<(), EngineError> {
        if new.is_empty() {
            return Ok(());
        }
        let (new, now) = (new.to_vec(), self.clock.now());
        Ok(self
            .data
            .write("note_page_wordings", move |tx| {
                new.iter().try_for_each(|w| wording::insert(tx.brand(brand), w, Some(page), now))
            })
            .await?)
    }

    /// Publishes what is due; when the next is.
    pub(crate) async fn publish_due(&self) -> Result<Option<Timestamp>, EngineError> {
        loop {
            let now = self.clock.now();
            let due =
                self.data.read("bots_to_publish", move |tx| tables::bot::list_due(tx, now, BATCH)).await?;
            let is_all = due.len() < usize::try_from(BATCH).unwrap_or(usize::MAX);
            for stored in &due {
                self.publish(stored).await?;
            }
            if is_all {
                return Ok(self.data.read("next_to_publish", tables::bot::next_due).await?);
            }
        }
    }

    /// What connecting a page could not publish is published later, by the settings that it has or by
    /// the brand's alone.
    pub(crate) async fn publish_later(
        &self,
        brand: &BrandContext,
        account: AccountId,
        page: PageId,
    ) -> Result<(), EngineError> {
        let sealed = self.seal_settings(brand, account, page, &BotSettings::default()).await?;
        let (id, now) = (brand.id, self.clock.now());
        self.data
            .write("publish_later", move |tx| {
                let scope = tx.brand(id);
                if tables::bot::publish_again(scope, page, now)? {
                    return Ok(true);
                }
                tables::bot::set(scope, &NewBot { page, account, sealed: &sealed, publish_at: now }, 0, now)
            })
            .await?;
        self.wake.publish.notify_one();
        Ok(())
    }

    /// Seals settings under the account's key.
    pub(crate) async fn seal_settings(
        &self,
        brand: &BrandContext,
        account: AccountId,
        page: PageId,
        settings: &BotSettings,
    ) -> Result<Vec<u8>, EngineError> {
        let key = self.vault.key(&account.0).await?.ok_or(EngineError::NotFound("this account"))?;
        key.seal_value(&brand.person_place(account.0, "bot", page.0), settings, &*self.entropy)
            .map_err(|_| EngineError::Sealed { place: "bot" })
    }

    async fn publish(&self, stored: &StoredBot) -> Result<(), EngineError> {
        let (page, now) = (stored.page, self.clock.now());
        let result = match self.publish_at_meta(stored).await {
            Ok(result) => result,
            // Its brand is not configured any more, or its account is gone: nobody's to publish. Unless another version
            // serves, too: it may be for that one to read.
            Err(error) if error.is_about_the_data() => {
                let again_at = self.nodes.is_mixed().then(|| now.plus(MEANWHILE));
                Err(("unreadable".to_owned(), again_at))
            }
            Err(error) => return Err(error),
        };
        let (brand, read) = (stored.brand, stored.clone());
        self.data
            .write("bot_published", move |tx| {
                let scope = tx.brand(brand);
                match &result {
                    Ok(()) => {
                        tables::bot::set_published(scope, &read, now)?;
                        tables::page::set_greeting(scope, page, now)
                    }
                    Err((code, again_at)) => tables::bot::set_failed(scope, &read, code, *again_at, now),
                }
            })
            .await?;
        Ok(())
    }

    /// One attempt; on failure the code, and when to try again.
    async fn publish_at_meta(
        &self,
        stored: &StoredBot,
    ) -> Result<Result<(), (String, Option<Timestamp>)>, EngineError> {
        let brand = &self.brands.get(stored.brand)?;
        let (scope, id) = (stored.brand, stored.page);
        let page =
            self.data.read("page_to_publish", move |tx| tables::page::get(tx.brand(scope), id)).await?;
        let page = page.ok_or(EngineError::NotFound("this page"))?;
        if let Some(stop) = page.page.stop.filter(|stop| *stop != model::page::PageStop::Paused) {
            // Connecting the page again publishes.
            return Ok(Err((format!("page_{}", stop.code()), None)));
        }
        let secrets = PageSecrets::open(self, brand, &page).await?;
        let bot = self.open_bot(brand, stored).await?;
        let shown = profile(&brand.brand, secrets.name.reveal(), Some(&bot));
        let meta_id = &page.page.meta_id;
        let mut result = self.graph.set_profile(meta_id, &secrets.token, &shown).await;
        if result.is_ok() && shown.ice_breakers.is_empty() && stored.published_version > 0 {
            result = self.graph.clear_ice_breakers(meta_id, &secrets.token).await;
        }
        Ok(result.map_err(|error| self.failure(&error, stored.publish_attempts)))
    }

    fn failure(&self, error: &GraphError, attempts: i64) -> (String, Option<Timestamp>) {
        let (code, class) = match error {
            GraphError::Refused { code, subcode, .. } => {
                let text = subcode.map_or_else(|| code.to_string(), |subcode| format!("{code}/{subcode}"));
                (text, errors::classify(*code, *subcode, false, 0))
            }
            GraphError::Unreadable(status) => (format!("http_{status}"), Class::Retry),
            GraphError::Out(_) => ("unreachable".to_owned(), Class::Retry),
        };
        let passes = matches!(class, Class::Retry | Class::Throttle | Class::Unknown) && attempts < ATTEMPTS;
        let pause = match class {
            Class::Throttle => Span::secs(profile::CALLS_WITHIN_SECS),
            _ => Span::secs(
                5_i64.saturating_mul(2_i64.saturating_pow(u32::try_from(attempts).unwrap_or(20).min(20))),
            ),
        };
        (code, passes.then(|| self.clock.now().plus(pause.min(LONGEST))))
    }

    pub(crate) async fn publish_forever(self: &Arc<Self>) {
        loop {
            self.nodes.duty(Job::Publish).await;
            match self.publish_due().await {
                Ok(None) => rest(self.wake.publish.notified()).await,
                Ok(Some(at)) => {
                    tokio::select! {
                        () = self.clock.sleep_until(at) => {}
                        () = rest(self.wake.publish.notified()) => {}
                    }
                }
                Err(error) => self.failed("publish", &error).await,
            }
        }
    }
}

/// When settings that are changed now are published: at once, unless the last time was just now.
pub fn publish_at(published_at: Option<Timestamp>, now: Timestamp) -> Timestamp {
    published_at.map_or(now, |at| now.max(at.plus(BETWEEN)))
}
