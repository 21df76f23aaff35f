//! One part of an archive is brought in.
//!
//! Invariants: keys are durable before the rows that need them; every step may run twice, on two nodes at once; a page comes
//! without a token and under an id that is nobody's at Meta, until its account connects it; a lead comes
//! dormant, with withdrawals and without consents.

use super::{part_place, unpacked, unsealed};
use crate::actions::pages::{PageSecrets, came_back, waiting_id};
use crate::actions::tags;
use crate::archive::read::{BroadcastFile, DeliveryFile, Head, LeadFile, PageFile, TemplateFile};
use crate::nodes::{Duty, has_job};
use crate::views::own::opened;
use crate::views::{self, At, LIMIT};
use crate::{Actor, BrandContext, Engine, EngineError, Role, TokenScope};
use model::bot::settings::Bot;
use model::broadcast::{Broadcast, BroadcastState};
use model::consent::{Consents, Purpose};
use model::delivery::DeliveryState;
use model::id::{AccountId, BroadcastId, LeadId, PageId, TagId, TemplateId};
use model::lead::{Lead, LeadProfile};
use model::outgoing::{Content, ContentError, Filter};
use model::page::PageStop;
use model::personal::Personal;
use model::template::{TemplateStatus, TemplateText};
use model::time::Timestamp;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use store::tables::bot::NewBot;
use store::tables::broadcast::{self, StoredBroadcast};
use store::tables::delivery::{self, DeliveryLine};
use store::tables::import::{self, Brought, StoredImport};
use store::tables::lead::{self, StoredLead};
use store::tables::lookup::Macs;
use store::tables::page::NewPage;
use store::tables::returned::{self, Returned};
use store::tables::template::StoredTemplate;
use store::tables::{self, lookup};
use store::{StoreError, Tx};
use vault::{Key, NewKey};

/// Whether it was never sent.
pub fn is_draft(state: BroadcastState) -> bool {
    matches!(state, BroadcastState::Draft | BroadcastState::Scheduled)
}

/// The account that an archive comes into.
struct Home {
    actor: Actor,
    ctx: Arc<BrandContext>,
    key: Arc<Key>,
    duty: Duty,
    /// When its owner said yes, as long as no part of it is in.
    begun_at: Timestamp,
}

/// A page that leads may come to, and whether it is connected.
#[derive(Clone, Copy)]
struct Target {
    page: PageId,
    is_connected: bool,
}

impl Engine {
    /// Brings in the next part of an import.
    pub(super) async fn import_part(&self, stored: &StoredImport, duty: Duty) -> Result<(), EngineError> {
        let (brand, account) = (stored.brand, stored.account);
        let next = move |tx: &Tx<'_>| import::next_part(tx.brand(brand), account);
        let Some((number, sealed)) = self.data.read("next_part", next).await? else { return Ok(()) };
        let scopes = TokenScope::ALL.to_vec();
        let actor = Actor { brand, account, role: Role::User, scopes, door: None };
        let ctx = self.brand(brand)?;
        let Some(key) = self.vault.key(&account.0).await? else {
            // The account is erased: nothing comes back to it.
            self.data.write("drop_import", move |tx| import::delete(tx.brand(brand), account)).await?;
            return Ok(());
        };
        let home = Home { actor, ctx, key, duty, begun_at: stored.changed_at };
        let packed: Personal<Vec<u8>> = opened(&home.key, &part_place(&home.ctx, account, number), &sealed)?;
        let bad = || unsealed("import_part");
        if number == 0 {
            let head: Head = unpacked(packed.reveal()).ok_or_else(bad)?;
            self.bring_head(&home, &head).await?;
            let now = self.clock.now();
            let done = move |tx: &Tx<'_>| {
                is_ours(tx, &duty)?;
                Ok::<_, EngineError>(import::finish_part(
                    tx.brand(brand),
                    account,
                    0,
                    Brought::default(),
                    now,
                )?)
            };
            self.data.write("import_head", done).await?;
        } else {
            let leads: Vec<LeadFile> = unpacked(packed.reveal()).ok_or_else(bad)?;
            self.bring_leads(&home, number, &leads).await?;
        }
        Ok(())
    }

    async fn bring_head(&self, home: &Home, head: &Head) -> Result<(), EngineError> {
        self.bring_settings(home, head).await?;
        for tag in &head.tags {
            // One too many, or a name that is none today: left out.
            match tags::create(self, &home.actor, &tag.name).await {
                Ok(_) | Err(EngineError::Invalid { .. } | EngineError::Conflict(_)) => {}
                Err(error) => return Err(error),
            }
        }
        let known = self.targets(home).await?;
        for page in head.pages.iter().filter(|page| !known.contains_key(&page.meta_id)) {
            self.bring_page(home, page).await?;
        }
        let known = self.targets(home).await?;
        let pages: HashMap<PageId, PageId> =
            head.pages.iter().filter_map(|page| Some((page.id, known.get(&page.meta_id)?.page))).collect();
        for page in &head.pages {
            if let (Some(own), Some(bot)) = (pages.get(&page.id), &page.bot)
                && bot.version > 0
            {
                self.bring_bot(home, *own, bot.settings.clone()).await?;
            }
        }
        for template in &head.templates {
            if let Some(page) = pages.get(&template.page) {
                self.bring_template(home, *page, template).await?;
            }
        }
        let own: HashMap<String, TagId> = views::tags::all(self, &home.actor)
            .await?
            .into_iter()
            .map(|tag| (tag.name.to_lowercase(), tag.id))
            .collect();
        let tags: HashMap<TagId, TagId> = head
            .tags
            .iter()
            .filter_map(|tag| Some((tag.id, *own.get(&tag.name.trim().to_lowercase())?)))
            .collect();
        for broadcast in &head.broadcasts {
            self.bring_broadcast(home, broadcast, &pages, &tags).await?;
        }
        Ok(())
    }

    /// Language and time zone, where the new account has none of its own.
    async fn bring_settings(&self, home: &Home, head: &Head) -> Result<(), EngineError> {
        let Some(account) = self.open_account(&home.ctx, home.actor.account).await? else { return Ok(()) };
        let mut profile = account.profile.clone();
        if profile.language.is_none() {
            let speaks = |code: &&String| home.ctx.brand.languages.contains(code);
            profile.language = head.profile.language.as_ref().filter(speaks).cloned();
        }
        if profile.zone.is_none() {
            let zone = head.profile.zone.as_deref().unwrap_or_default();
            profile.zone = crate::accounts::checked_zone(zone).unwrap_or_default();
        }
        let to = self.seal_account(&home.ctx, account.id, &account.key, &profile)?;
        let (brand, id, from) = (home.actor.brand, account.id, account.stored.sealed);
        let duty = home.duty;
        let write = move |tx: &Tx<'_>| {
            is_ours(tx, &duty)?;
            Ok::<_, EngineError>(tables::account::set_sealed(tx.brand(brand), id, &from, &to)?)
        };
        self.data.write("import_settings", write).await?;
        Ok(())
    }

    /// The account's pages by Meta's id: those connected, and those that came back before.
    async fn targets(&self, home: &Home) -> Result<HashMap<String, Target>, EngineError> {
        let (brand, account) = (home.actor.brand, home.actor.account);
        let mut found: HashMap<String, Target> = came_back(self, &home.ctx, &home.actor)
            .await?
            .into_iter()
            .map(|(meta_id, page)| (meta_id, Target { page, is_connected: false }))
            .collect();
        let waiting: HashSet<PageId> = found.values().map(|target| target.page).collect();
        let mut after = PageId([0; 16]);
        loop {
            let read =
                move |tx: &Tx<'_>| tables::page::list_of_account(tx.brand(brand), account, after, LIMIT);
            let some = self.data.read("pages_to_return_to", read).await?;
            let Some(last) = some.last() else { return Ok(found) };
            after = last.page.id;
            for stored in some.into_iter().filter(|stored| !waiting.contains(&stored.page.id)) {
                found.insert(stored.page.meta_id, Target { page: stored.page.id, is_connected: true });
            }
        }
    }

    async fn bring_page(&self, home: &Home, page: &PageFile) -> Result<(), EngineError> {
        let now = self.clock.now();
        let id = page_id(home.actor.account, page.id, home.begun_at);
        let secrets = PageSecrets {
            name: Personal::new(page.name.clone()),
            token: Personal::from(""),
            waits_for: Some(page.meta_id.clone()),
            is_let_go: None,
        };
        let account = home.actor.account;
        let sealed = self.sealed(home, "page", id.0, &secrets)?;
        let (brand, duty) = (home.actor.brand, home.duty);
        let write = move |tx: &Tx<'_>| {
            is_ours(tx, &duty)?;
            let meta_id = waiting_id(id);
            let sealed = sealed.clone();
            let new =
                NewPage { id, account, meta_id: &meta_id, has_echoes: false, greeting_at: None, sealed };
            let scope = tx.brand(brand);
            tables::page::insert(scope, &new, now)?;
            Ok::<_, EngineError>(
                tables::page::set_stop(scope, id, Some(PageStop::Disconnected), now).map(drop)?,
            )
        };
        self.data.write("import_page", write).await
    }

    fn sealed<T: minicbor::Encode<()>>(
        &self,
        home: &Home,
        table: &'static str,
        row: [u8; 16],
        value: &T,
    ) -> Result<Vec<u8>, EngineError> {
        let place = home.ctx.person_place(home.actor.account.0, table, row);
        home.key.seal_value(&place, value, &*self.entropy).map_err(|_| unsealed(table))
    }

    /// Where the page has no settings yet, and these are such as could be set today.
    async fn bring_bot(
        &self,
        home: &Home,
        page: PageId,
        settings: model::bot::settings::BotSettings,
    ) -> Result<(), EngineError> {
        let Ok(checked) = Bot::new(settings.tidied(), &home.ctx.brand) else { return Ok(()) };
        let account = home.actor.account;
        let sealed = self.seal_settings(&home.ctx, account, page, checked.settings()).await?;
        let (brand, now, duty) = (home.actor.brand, self.clock.now(), home.duty);
        let write = move |tx: &Tx<'_>| {
            is_ours(tx, &duty)?;
            let new = NewBot { page, account, sealed: &sealed, publish_at: now };
            Ok::<_, EngineError>(tables::bot::set(tx.brand(brand), &new, 0, now)?)
        };
        self.data.write("import_bot", write).await?;
        Ok(())
    }

    async fn bring_template(
        &self,
        home: &Home,
        page: PageId,
        template: &TemplateFile,
    ) -> Result<(), EngineError> {
        let TemplateFile { name, language, body, examples, link, .. } = template.clone();
        let Ok(text) = TemplateText::new(name, language, body, examples, link) else { return Ok(()) };
        let (brand, account) = (home.actor.brand, home.actor.account);
        let read = move |tx: &Tx<'_>| tables::template::list_of_page(tx.brand(brand), page);
        let there = self.data.read("templates_of_page", read).await?;
        for stored in &there {
            let place = home.ctx.person_place(account.0, "template", stored.id.0);
            let known: TemplateText = opened(&home.key, &place, &stored.sealed)?;
            if (known.name(), known.language()) == (text.name(), text.language()) {
                return Ok(());
            }
        }
        let now = self.clock.now();
        let id = TemplateId::new(now, &*self.entropy);
        let new = StoredTemplate {
            id,
            brand,
            account,
            page,
            status: TemplateStatus::Unknown,
            reason: None,
            created_at: now,
            checked_at: None,
            // Asked once the page is connected.
            check_at: None,
            sealed: self.sealed(home, "template", id.0, &text)?,
        };
        let (duty, there): (_, Vec<TemplateId>) = (home.duty, there.iter().map(|stored| stored.id).collect());
        let write = move |tx: &Tx<'_>| {
            is_ours(tx, &duty)?;
            // Its name and text are sealed: that it is not there yet holds for those that were read.
            let now = tables::template::list_of_page(tx.brand(brand), page)?;
            if now.iter().map(|stored| stored.id).ne(there.iter().copied()) {
                return Err(EngineError::NotYet("the page's templates were just changed"));
            }
            Ok::<_, EngineError>(tables::template::insert(tx.brand(brand), &new)?)
        };
        self.data.write("import_template", write).await?;
        Ok(())
    }

    async fn bring_broadcast(
        &self,
        home: &Home,
        file: &BroadcastFile,
        pages: &HashMap<PageId, PageId>,
        tags: &HashMap<TagId, TagId>,
    ) -> Result<(), EngineError> {
        let Ok(content) = content(file, tags) else { return Ok(()) };
        let mut to: Vec<PageId> = file.pages.iter().filter_map(|page| pages.get(page).copied()).collect();
        to.sort_unstable();
        to.dedup();
        if to.is_empty() {
            return Ok(());
        }
        let (brand, account, now) = (home.actor.brand, home.actor.account, self.clock.now());
        let id = derived(account, file.id);
        let past = |text: &Option<String>| text.as_deref().and_then(At::parse).map(|at| at.0.min(now));
        let created_at = past(&Some(file.created_at.clone())).unwrap_or(now);
        let is_draft = is_draft(file.state);
        let state = match file.state {
            BroadcastState::Draft | BroadcastState::Scheduled => BroadcastState::Draft,
            BroadcastState::Finished => BroadcastState::Finished,
            // It was under way, and does not go on.
            _ => BroadcastState::Cancelled,
        };
        let new = StoredBroadcast {
            broadcast: Broadcast {
                id,
                brand,
                account,
                purpose: file.purpose,
                state,
                pages: to,
                open_until: file.open_until.as_deref().and_then(At::parse).map(|at| at.0),
                send_at: None,
                zone: None,
                is_filtered: content.filter().is_some(),
                created_at,
                started_at: if is_draft { None } else { past(&file.started_at).or(Some(created_at)) },
                finished_at: if is_draft { None } else { past(&file.finished_at).or(Some(now)) },
                is_planned: !is_draft,
            },
            sealed: self.sealed(home, "broadcast", id.0, &content)?,
        };
        let (source, duty) = (file.id, home.duty);
        let write = move |tx: &Tx<'_>| {
            is_ours(tx, &duty)?;
            let scope = tx.brand(brand);
            let is_own =
                broadcast::get(scope, source)?.is_some_and(|known| known.broadcast.account == account);
            if is_own || broadcast::get(scope, id)?.is_some() {
                return Ok(());
            }
            if is_draft {
                broadcast::insert(scope, &new)?;
            } else {
                broadcast::insert_past(scope, &new)?;
            }
            Ok::<_, EngineError>(())
        };
        self.data.write("import_broadcast", write).await
    }

    async fn bring_leads(&self, home: &Home, number: u64, leads: &[LeadFile]) -> Result<(), EngineError> {
        let (brand, account, now) = (home.actor.brand, home.actor.account, self.clock.now());
        let targets = self.targets(home).await?;
        let tags: HashMap<String, TagId> = views::tags::all(self, &home.actor)
            .await?
            .into_iter()
            .map(|tag| (tag.name.to_lowercase(), tag.id))
            .collect();
        let mut brought = Brought::default();
        // An archive may take longer than a change of the look-up key.
        let ctx = self.brand(brand)?;
        let mut wanted: Vec<(Target, Macs, &LeadFile)> = Vec::with_capacity(leads.len());
        let mut seen = HashSet::new();
        for file in leads {
            let Some(target) = targets.get(&file.page.meta_id) else {
                brought.left += 1;
                continue;
            };
            let mac = ctx.lead_macs(&file.page.meta_id, &file.profile.psid);
            if seen.insert(mac) {
                wanted.push((*target, mac, file));
            } else {
                brought.known += 1;
            }
        }
        let asked: Vec<(Target, Macs)> = wanted.iter().map(|(target, mac, _)| (*target, *mac)).collect();
        let there = self.data.read("leads_there", move |tx| are_there(tx, brand, &asked)).await?;
        let new: Vec<(Target, Macs, &LeadFile)> =
            wanted.into_iter().zip(there).filter(|(_, is_there)| !is_there).map(|(new, _)| new).collect();
        brought.known += (seen.len() as u64).saturating_sub(new.len() as u64);
        let ids: Vec<LeadId> =
            (0..new.len()).map(|order| LeadId::in_order(now, order, &*self.entropy)).collect();
        let keys: Vec<NewKey> = ids.iter().map(|id| NewKey { id: id.0, parent: Some(account.0) }).collect();
        let keys = if keys.is_empty() { Vec::new() } else { self.vault.create(&keys).await? };
        let broadcasts = self.broadcasts_of(home, &new).await?;
        let mut rows = Rows { number, ..Rows::default() };
        for (((target, mac, file), id), key) in new.iter().zip(ids).zip(keys) {
            let row = self.dormant(home, (id, &key), *target, file)?;
            let history = Personal::new(file.history());
            let place = home.ctx.person_place(id.0, "returned", id.0);
            let sealed =
                key.seal_value(&place, &history, &*self.entropy).map_err(|_| unsealed("returned"))?;
            rows.leads.push(row);
            rows.returned.push(Returned { lead: id, page: target.page, macs: *mac, sealed });
            if target.is_connected {
                rows.found.push((*mac, id));
            }
            for tag in file.tags.iter().filter_map(|tag| tags.get(&tag.trim().to_lowercase())) {
                rows.tags.entry(*tag).or_default().push(id);
            }
            for line in &file.deliveries {
                if let Some(broadcast) = broadcasts.get(&line.broadcast) {
                    rows.deliveries.push((*broadcast, past_delivery(line, id, target.page, now)));
                }
            }
        }
        brought.leads = rows.leads.len() as u64;
        let duty = home.duty;
        let write = move |tx: &Tx<'_>| {
            is_ours(tx, &duty)?;
            Ok::<_, EngineError>(rows.write(tx, brand, account, brought, now)?)
        };
        self.data.write("import_leads", write).await
    }

    /// Those of the deliveries' broadcasts that came back, by the ids that they had.
    async fn broadcasts_of(
        &self,
        home: &Home,
        leads: &[(Target, Macs, &LeadFile)],
    ) -> Result<HashMap<BroadcastId, BroadcastId>, EngineError> {
        let (brand, account) = (home.actor.brand, home.actor.account);
        let named: HashSet<BroadcastId> =
            leads.iter().flat_map(|(_, _, file)| file.deliveries.iter().map(|line| line.broadcast)).collect();
        let read = move |tx: &Tx<'_>| {
            let mut found = HashMap::new();
            for source in &named {
                let own = derived(account, *source);
                let known = broadcast::get(tx.brand(brand), own)?;
                if known.is_some_and(|known| {
                    known.broadcast.account == account && !is_draft(known.broadcast.state)
                }) {
                    found.insert(*source, own);
                }
            }
            Ok::<_, StoreError>(found)
        };
        Ok(self.data.read("broadcasts_that_came_back", read).await?)
    }

    /// The row of a lead who comes back: nothing in force but withdrawals.
    fn dormant(
        &self,
        home: &Home,
        (id, key): (LeadId, &Key),
        target: Target,
        file: &LeadFile,
    ) -> Result<StoredLead, EngineError> {
        let now = self.clock.now();
        let at = |text: &Option<String>| text.as_deref().and_then(At::parse).map(|at| at.0.min(now));
        let language = file.profile.language.as_ref().filter(|code| home.ctx.brand.languages.contains(code));
        let mut profile = LeadProfile {
            psid: Personal::new(file.profile.psid.clone()),
            given_name: None,
            language: language.map(|code| Personal::new(code.clone())),
            pending: None,
            name_for_show: None,
        };
        if let Some(name) = file.profile.given_name.as_ref().filter(|name| !name.trim().is_empty()) {
            // An archive holds a name only where its lead permits to show it.
            profile.set_name(Personal::new(name.clone()), true);
        }
        let place = home.ctx.person_place(id.0, "lead", id.0);
        let sealed = key.seal_value(&place, &profile, &*self.entropy).map_err(|_| unsealed("lead"))?;
        let standing = &file.standing;
        Ok(StoredLead {
            lead: Lead {
                id,
                brand: home.actor.brand,
                page: target.page,
                created_at: at(&Some(file.lead.created_at.clone())).unwrap_or(now),
                last_inbound_at: None,
                consents: Consents {
                    withdrawn_at: at(&standing.withdrawn_at),
                    promotion_withdrawn_at: at(&standing.promotion_withdrawn_at),
                    utility_withdrawn_at: at(&standing.utility_withdrawn_at),
                    ..Consents::default()
                },
                unavailable_at: None,
                thread_elsewhere_at: None,
                asked_at: None,
                fenced_at: None,
                dormant_at: Some(now),
                restricted_at: None,
            },
            sealed,
        })
    }
}

/// Inside a commit: whether the work is still this node's.
fn is_ours(tx: &Tx<'_>, duty: &Duty) -> Result<(), EngineError> {
    if has_job(tx, duty)? { Ok(()) } else { Err(EngineError::NotYet("another node reads archives in")) }
}

/// Which of them are there already.
fn are_there(
    tx: &Tx<'_>,
    brand: model::id::BrandId,
    asked: &[(Target, Macs)],
) -> Result<Vec<bool>, StoreError> {
    let scope = tx.brand(brand);
    let mut there = Vec::with_capacity(asked.len());
    for (target, mac) in asked {
        let came = returned::known(scope, target.page, mac)?.is_some();
        let wrote = || {
            let found = lookup::find_many(scope, &[*mac])?;
            Ok::<_, StoreError>(target.is_connected && found.into_iter().flatten().next().is_some())
        };
        there.push(came || wrote()?);
    }
    Ok(there)
}

/// What one part of leads writes.
#[derive(Default)]
struct Rows {
    number: u64,
    leads: Vec<StoredLead>,
    returned: Vec<Returned>,
    /// Look-ups, for pages that are connected.
    found: Vec<(Macs, LeadId)>,
    tags: HashMap<TagId, Vec<LeadId>>,
    deliveries: Vec<(BroadcastId, DeliveryLine)>,
}

impl Rows {
    /// One commit. A conflict (somebody wrote just now) undoes it, and the part is tried again.
    fn write(
        &self,
        tx: &Tx<'_>,
        brand: model::id::BrandId,
        account: AccountId,
        brought: Brought,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let scope = tx.brand(brand);
        if !import::finish_part(scope, account, self.number, brought, now)? {
            return Ok(());
        }
        lead::insert_many(scope, &self.leads)?;
        returned::insert_many(scope, &self.returned)?;
        lookup::insert_many(scope, &self.found)?;
        for (tag, leads) in &self.tags {
            tables::tag::put(scope, *tag, leads, now)?;
        }
        delivery::insert_past(scope, &self.deliveries)?;
        Ok(())
    }
}

/// What became of it; what was still under way did not go.
fn past_delivery(line: &DeliveryFile, lead: LeadId, page: PageId, now: Timestamp) -> DeliveryLine {
    let is_over = !matches!(line.state, DeliveryState::Planned | DeliveryState::Sending);
    DeliveryLine {
        lead,
        page,
        state: if is_over { line.state } else { DeliveryState::Refused },
        reason: if is_over { line.reason.clone() } else { Some("broadcast_cancelled".to_owned()) },
        attempts: line.attempts,
        changed_at: At::parse(&line.changed_at).map_or(now, |at| at.0.min(now)),
    }
}

/// The id that a broadcast has in this account: the same each time, sorted by when it was made, and nobody
/// else's.
fn derived(account: AccountId, source: BroadcastId) -> BroadcastId {
    BroadcastId(id_of(&source.0, Sha256::new().chain_update(account.0).chain_update(source.0)))
}

/// The id that a page has that comes by this import: the same each time, so that of two nodes that bring it one finds it
/// there; and another one with every import, as rows of one that went may still be going.
fn page_id(account: AccountId, source: PageId, begun_at: Timestamp) -> PageId {
    let hash = Sha256::new().chain_update(account.0).chain_update(source.0);
    let time = begun_at.millis().to_be_bytes();
    PageId(id_of(time.get(2..).unwrap_or_default(), hash.chain_update(begun_at.micros().to_be_bytes())))
}

/// An id that sorts by the time that `first` begins with.
fn id_of(first: &[u8], hash: Sha256) -> [u8; 16] {
    let mut id: [u8; 16] = [0; 16];
    id.iter_mut().zip(first.iter().take(6).copied().chain(hash.finalize())).for_each(|(to, from)| *to = from);
    if let Some(version) = id.get_mut(6) {
        *version = 0x70 | (*version & 0x0f);
    }
    if let Some(variant) = id.get_mut(8) {
        *variant = 0x80 | (*variant & 0x3f);
    }
    id
}

fn content(file: &BroadcastFile, tags: &HashMap<TagId, TagId>) -> Result<Content, ContentError> {
    let made = match (file.purpose, &file.template, &file.image) {
        (Purpose::Utility, Some(template), _) => Content::utility(template.clone())?,
        (_, _, Some(image)) => Content::with_image(file.text.clone(), file.buttons.clone(), image.clone())?,
        _ => Content::new(file.text.clone(), file.buttons.clone())?,
    };
    Ok(match &file.filter {
        None => made,
        Some(filter) => {
            // A tag that did not come stays in it and finds nobody: fewer people, never more.
            let of = |tag: &TagId| tags.get(tag).copied().unwrap_or(*tag);
            made.to(Filter { tags: filter.tags.iter().map(of).collect(), ..filter.clone() })
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_one_id_in_an_import_and_another_in_the_next() {
        let (account, source) = (AccountId([3; 16]), PageId([4; 16]));
        let begun_at = Timestamp::from_secs(1_790_000_000);
        let id = page_id(account, source, begun_at);
        assert_eq!(page_id(account, source, begun_at), id);
        let others = [
            page_id(AccountId([5; 16]), source, begun_at),
            page_id(account, PageId([5; 16]), begun_at),
            page_id(account, source, Timestamp(begun_at.micros() + 1)),
        ];
        assert!(others.iter().all(|other| *other != id));
        assert!(id < page_id(account, source, begun_at.plus(model::time::Span::secs(1))), "in their order");
    }
}
