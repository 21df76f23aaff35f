//! Finding out who is affected by a breach: from a session, a token, an account, an access for support, a time, the server or a backup to
//! whose data was seen, by joining who was looked at, what helpers opened, what left as a file, and who was there.
//!
//! Invariants: whoever a record names is found, and found as certain only by a record that names them; where no record
//! is kept (a token reads without leaving a line), everybody whom it could have shown is found with what its scopes could
//! show, and said to be an upper bound; a table of deliveries is its own broadcast's, as long as that is not only counted; what was made through a door in that time (a token, an access for support) counts as a door of the same
//! intruder's, as an upper bound; whoever was erased since is found no more, and counted as such.

use crate::actions::exports::{ARCHIVE, DELIVERIES, Which};
use crate::actions::oversight::Part as Opened;
use crate::brands::BrandContext;
use crate::reading::Kept;
use crate::views::{exports, own};
use crate::{Engine, EngineError, Reader, actor::Door};
use model::breach::{Start, What, Whats};
use model::id::{
    AccountId, BreachId, BroadcastId, LeadId, PageId, SessionId, SupportActId, SupportGrantId, TokenId,
};
use model::time::{Span, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::tables::breach_person::{self, Found, Part};
use store::tables::export::{self, StoredExport};
use store::tables::reading::{self, Between};
use store::tables::{account, api_token, broadcast_count, delivery, page, session, support};
use store::{StoreError, Tx};

/// Rows read or written at a time.
const SOME: u32 = 1_000;

/// Where the search begins.
#[derive(Debug, Clone)]
pub struct Asked {
    pub start: Start,
    /// A session, a token, an account or a grant, as its id is shown; else empty.
    pub name: String,
    pub from: Timestamp,
    /// Of a backup: when it was made.
    pub until: Timestamp,
    /// Of a backup: whether the keys of the same time are out as well.
    pub with_keys: bool,
}

/// What one search found, in figures; whoever another one of the case had found is not in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    pub leads_certain: u64,
    pub leads_possible: u64,
    pub accounts_certain: u64,
    pub accounts_possible: u64,
    /// In a backup without keys: there, and unreadable.
    pub unreadable: u64,
    /// Erased since it began: of them nobody can say any more.
    pub gone: u64,
}

impl Summary {
    fn count(&mut self, one: &Found) {
        let count = match (one.part, one.is_certain) {
            (Part::Lead, true) => &mut self.leads_certain,
            (Part::Lead, false) => &mut self.leads_possible,
            (Part::Account, true) => &mut self.accounts_certain,
            (Part::Account, false) => &mut self.accounts_possible,
            (Part::Owner, _) => return,
        };
        *count = count.saturating_add(1);
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    what: Whats,
    is_certain: bool,
}

impl Seen {
    fn add(&mut self, what: Whats, is_certain: bool) {
        self.what = self.what.and(what);
        self.is_certain |= is_certain;
    }
}

/// Until when all leads of an account that were there may have been seen.
#[derive(Debug, Clone, Copy, Default)]
struct Reach {
    everything: Option<Timestamp>,
    /// By what reads broadcasts and no leads.
    deliveries: Option<Timestamp>,
}

impl Reach {
    /// What may have been seen of a lead that is there since then.
    fn what_of(self, since: Timestamp) -> Option<Whats> {
        let was_there = |until: Option<Timestamp>| until.is_some_and(|until| since <= until);
        match (was_there(self.everything), was_there(self.deliveries)) {
            (true, _) => Some(everything()),
            (false, true) => Some(Whats::of(&[What::Deliveries])),
            (false, false) => None,
        }
    }
}

/// A file that left with leads of an account, or of one page of it.
struct Left {
    /// Whoever came later is not in it.
    until: Timestamp,
    what: Whats,
    /// How many leads it holds, where that says who they are: nobody was left out by what is not known any more, and it
    /// left through the very door.
    leads: Option<u64>,
}

/// A part of the masked list of an account's leads, opened then: which part it was is not kept.
fn listed(until: Timestamp) -> Left {
    Left { until, what: Whats::of(&[What::Listed]), leads: None }
}

/// Broadcasts whose deliveries a search keeps at a time.
const TABLES: usize = 4;

struct Search<'a> {
    engine: &'a Engine,
    ctx: &'a BrandContext,
    of: Between,
    /// Which search of its case it is.
    number: u32,
    people: BTreeMap<(Part, [u8; 16]), Seen>,
    wholes: BTreeMap<AccountId, Reach>,
    /// Accounts whose leads were looked at, but by an admin, or left in a file.
    owners: BTreeSet<AccountId>,
    /// Whether what is looked at now need not have been the intruder's.
    is_bound: bool,
    /// Deliveries of broadcasts of which tables were taken; `None`: some are only counted.
    tables: BTreeMap<BroadcastId, Option<Arc<Vec<delivery::DeliveryLine>>>>,
}

fn everything() -> Whats {
    Whats::of(&[What::Identity, What::Answers, What::Proof, What::File, What::Listed, What::Deliveries])
}

fn whats_of(codes: &[String]) -> Whats {
    Whats::of(&codes.iter().filter_map(|code| what_of(code)).collect::<Vec<_>>())
}

/// What a line tells that was shown; of an account that an admin looked into, as `Part` says it.
fn what_of(code: &str) -> Option<What> {
    let opened = |part: &Opened| match part {
        Opened::Pages
        | Opened::Broadcast
        | Opened::Bots
        | Opened::Templates
        | Opened::Tags
        | Opened::Exports => What::Account,
        Opened::Leads | Opened::Lead | Opened::Broadcasts => What::Standing,
    };
    What::from_code(code).or_else(|| Opened::ALL.iter().find(|part| part.code() == code).map(opened))
}

impl Search<'_> {
    fn seen(&mut self, part: Part, person: [u8; 16], what: Whats, is_certain: bool) {
        let is_certain = is_certain && !self.is_bound;
        self.people.entry((part, person)).or_default().add(what, is_certain);
    }

    /// Looks in the time: through one door, or all. `of`: only at leads of this account, or whatever admins looked at if it is
    /// an admin's.
    async fn looks(&mut self, door: Option<[u8; 32]>, of: Option<Holder>) -> Result<(), EngineError> {
        let mut after = None;
        let mut lists: BTreeMap<AccountId, Vec<Left>> = BTreeMap::new();
        loop {
            let (brand, between) = (self.ctx.id, self.of);
            let read = move |tx: &Tx<'_>| {
                let scope = tx.brand(brand);
                let some = reading::list_between(scope, door, between, after, SOME)?;
                some.into_iter()
                    .map(|look| Ok((breach_person::owner(scope, look.person)?, look)))
                    .collect::<Result<Vec<_>, StoreError>>()
            };
            let some = self.engine.data.read("looks_of_breach", read).await?;
            let Some((_, last)) = some.last() else { break };
            after = Some((last.read_at, last.id));
            let ids: Vec<[u8; 16]> = some.iter().map(|(_, look)| look.person).collect();
            let keys = self.engine.vault.keys(&ids).await?;
            for (owner, look) in some {
                // No key: an erasure has begun.
                let Some(key) = keys.get(&look.person) else { continue };
                let place = self.ctx.person_place(look.person, "reading", look.id.0);
                let kept: Kept = own::opened(key, &place, &look.sealed)?;
                let what = whats_of(&kept.what);
                let part = if owner.is_some() { Part::Lead } else { Part::Account };
                // Whose lead it is says who looked, unless an admin did.
                let whose = owner.filter(|_| kept.reader != Reader::Admin.code());
                let is_of = of.is_none_or(|of| whose.map_or(of.is_admin, |whose| whose == of.account));
                if is_of {
                    // Which admin looked is not known without the door.
                    self.seen(part, look.person, what, of.is_none() || whose.is_some());
                    self.owners.extend(whose);
                    if owner.is_none() && kept.what.iter().any(|code| code == Opened::Leads.code()) {
                        lists.entry(AccountId(look.person)).or_default().push(listed(look.read_at));
                    }
                }
            }
        }
        for (account, lists) in lists {
            self.in_files(account, None, lists).await?;
        }
        Ok(())
    }

    /// Pages about somebody that helpers opened in the time: under one grant, or all. They name nobody; of a list of leads
    /// it is known whose they are and not which of them it showed.
    async fn opened(&mut self, grant: Option<SupportGrantId>) -> Result<(), EngineError> {
        let mut after = SupportActId([0; 16]);
        let mut lists: BTreeMap<AccountId, Vec<Left>> = BTreeMap::new();
        loop {
            let (brand, times) = (self.ctx.id, (self.of.from, self.of.until));
            let read = move |tx: &Tx<'_>| {
                let scope = tx.brand(brand);
                let some = support::list_opened(scope, grant, times, after, SOME)?;
                some.into_iter()
                    .filter_map(|act| Some((act.person?, act)))
                    .map(|(person, act)| Ok((breach_person::owner(scope, person)?, person, act)))
                    .collect::<Result<Vec<_>, StoreError>>()
            };
            let some = self.engine.data.read("opened_of_breach", read).await?;
            let Some((.., last)) = some.last() else { break };
            after = last.id;
            for (owner, person, act) in some {
                // No key: an erasure has begun.
                let Some(seen) = crate::support::seen(self.engine, self.ctx, &act).await? else { continue };
                if owner.is_some() {
                    self.seen(Part::Lead, person, Whats::of(&[What::Listed]), true);
                    continue;
                }
                self.seen(Part::Account, person, Whats::of(&[What::Standing]), true);
                if seen.what == "leads" {
                    lists.entry(AccountId(person)).or_default().push(listed(act.at));
                }
            }
        }
        for (account, lists) in lists {
            self.in_files(account, None, lists).await?;
        }
        Ok(())
    }

    /// Looks of this account's that have no door: from before doors were written down.
    async fn looks_without_door(&mut self, of: Holder) -> Result<(), EngineError> {
        let mut after = None;
        loop {
            let (brand, between) = (self.ctx.id, self.of);
            let read = move |tx: &Tx<'_>| {
                let scope = tx.brand(brand);
                let some = reading::list_between(scope, None, between, after, SOME)?;
                some.into_iter()
                    .map(|look| Ok((breach_person::owner(scope, look.person)?, look)))
                    .collect::<Result<Vec<_>, StoreError>>()
            };
            let some = self.engine.data.read("looks_without_door", read).await?;
            let Some((_, last)) = some.last() else { return Ok(()) };
            after = Some((last.read_at, last.id));
            for (owner, look) in some.into_iter().filter(|(_, look)| !look.has_door) {
                match owner {
                    Some(owner) if owner == of.account => {
                        self.seen(Part::Lead, look.person, everything(), false);
                    }
                    None if of.is_admin => {
                        self.seen(Part::Account, look.person, Whats::of(&[What::Account]), false);
                    }
                    _ => {}
                }
            }
        }
    }

    /// Files that left in the time: through one door, or an account's, or all.
    async fn files(&mut self, door: Option<[u8; 32]>, of: Option<AccountId>) -> Result<(), EngineError> {
        let (brand, times) = (self.ctx.id, (self.of.from, self.of.until));
        let read = move |tx: &Tx<'_>| export::list_between(tx.brand(brand), times);
        let mut left: BTreeMap<(AccountId, Option<PageId>), Vec<Left>> = BTreeMap::new();
        for file in self.engine.data.read("files_of_breach", read).await? {
            let is_through = match (door, file.door) {
                (None, _) => true,
                (Some(door), Some(own)) => own == door,
                // From before doors were written down: it may have been this one, if it is this account's.
                (Some(_), None) => of.is_some(),
            };
            if is_through && of.is_none_or(|of| of == file.account) {
                let is_this_door = door.is_none_or(|door| file.door == Some(door));
                if is_this_door {
                    self.owners.insert(file.account);
                }
                if let Some((page, one)) = self.file(&file, is_this_door).await? {
                    left.entry((file.account, page)).or_default().push(one);
                }
            }
        }
        for ((account, page), files) in left {
            self.in_files(account, page, files).await?;
        }
        Ok(())
    }

    /// What left by this file, and of which page; nothing for one that is told of elsewhere.
    async fn file(
        &mut self,
        file: &StoredExport,
        is_this_door: bool,
    ) -> Result<Option<(Option<PageId>, Left)>, EngineError> {
        let Some(key) = self.engine.vault.key(&file.account.0).await? else { return Ok(None) };
        let place = self.ctx.person_place(file.account.0, "export", file.id.0);
        let kept: exports::Kept = own::opened(&key, &place, &file.sealed)?;
        let what = match kept.form.as_str() {
            // One lead's file: the line about that lead says so.
            "lead" => return Ok(None),
            ARCHIVE => {
                self.seen(Part::Account, file.account.0, Whats::of(&[What::Account]), is_this_door);
                everything()
            }
            DELIVERIES => {
                if self.is_in_table(file, &kept, is_this_door).await? {
                    return Ok(None);
                }
                Whats::of(&[What::Deliveries])
            }
            _ if kept.with_names => Whats::of(&[What::Identity, What::Listed]),
            _ => Whats::of(&[What::Listed]),
        };
        // Of a table of deliveries it is known how many they were, not of which leads.
        let is_whole =
            kept.form != DELIVERIES && kept.level.is_none() && kept.state.is_none() && kept.tag.is_none();
        let leads = Some(file.leads).filter(|_| is_whole && is_this_door && file.finished_at.is_some());
        let until = file.finished_at.unwrap_or(self.of.until);
        Ok(Some((kept.page, Left { until, what, leads })))
    }

    /// Notes who is in a table of deliveries: whoever's delivery stands as it did when the table was made, and as an upper
    /// bound whoever's has changed since. `false` where nobody can say that any more: from before tables named their
    /// broadcast, or since its deliveries were counted.
    async fn is_in_table(
        &mut self,
        file: &StoredExport,
        kept: &exports::Kept,
        is_this_door: bool,
    ) -> Result<bool, EngineError> {
        let leads = file.finished_at.map(|_| file.leads);
        if leads == Some(0) {
            return Ok(true);
        }
        let which = Which::from_code(kept.state.as_deref().unwrap_or_default());
        let (Some(broadcast), Some(which)) = (kept.broadcast, which) else { return Ok(false) };
        let lines = match self.tables.get(&broadcast) {
            Some(known) => known.clone(),
            None => {
                let read = self.lines_of(broadcast).await?.map(Arc::new);
                // However many tables were taken of them, few broadcasts lie in memory at a time.
                if self.tables.len() >= TABLES {
                    self.tables.clear();
                }
                self.tables.insert(broadcast, read.clone());
                read
            }
        };
        let Some(lines) = lines else { return Ok(false) };
        let (mut held, mut may_be) = (Vec::new(), Vec::new());
        for (lead, stood) in lines.iter().map(|line| (line.lead, which.held(line, file.taken_at))) {
            match stood {
                Some(true) => held.push(lead),
                Some(false) => {}
                None => may_be.push(lead),
            }
        }
        if leads.is_some_and(|leads| usize::try_from(leads) == Ok(held.len())) {
            may_be.clear();
        }
        let what = Whats::of(&[What::Deliveries]);
        for lead in held {
            self.seen(Part::Lead, lead.0, what, is_this_door && leads.is_some());
        }
        for lead in may_be {
            self.seen(Part::Lead, lead.0, what, false);
        }
        Ok(true)
    }

    /// The deliveries of a broadcast, as long as none is only counted.
    async fn lines_of(
        &self,
        broadcast: BroadcastId,
    ) -> Result<Option<Vec<delivery::DeliveryLine>>, EngineError> {
        let (brand, mut after, mut lines) = (self.ctx.id, (PageId([0; 16]), LeadId([0; 16])), Vec::new());
        loop {
            let read = move |tx: &Tx<'_>| delivery::list(tx.brand(brand), broadcast, None, after, SOME);
            let some = self.engine.data.read("deliveries_of_breach", read).await?;
            let Some(last) = some.last() else { break };
            after = (last.page, last.lead);
            lines.extend(some);
        }
        // Asked last: what was counted meanwhile is missing above.
        let read = move |tx: &Tx<'_>| broadcast_count::list(tx.brand(brand), broadcast);
        let counts = self.engine.data.read("counts_of_breach", read).await?;
        Ok(counts.is_empty().then_some(lines))
    }

    /// Notes who may be in these files: each lead that was there when one was made. Which leads are in a file is not
    /// kept, as the entry would outlive them; if as many are there as it holds, it is these. Everybody is read once,
    /// however many files there are.
    async fn in_files(
        &mut self,
        account: AccountId,
        page: Option<PageId>,
        mut files: Vec<Left>,
    ) -> Result<(), EngineError> {
        let mut leads = self.leads_of(account, page).await?;
        leads.sort_unstable_by_key(|(_, since)| *since);
        files.sort_by_key(|file| std::cmp::Reverse(file.until));
        let mut later = files.into_iter().peekable();
        let mut seen: Option<Seen> = None;
        // From whoever came last: the files in which somebody may be are those of whoever came later, and more.
        for (number, (lead, since)) in leads.iter().enumerate().rev() {
            while let Some(file) = later.next_if(|file| file.until >= *since) {
                let there = u64::try_from(number).unwrap_or(u64::MAX).saturating_add(1);
                seen.get_or_insert_default().add(file.what, file.leads == Some(there));
            }
            if let Some(Seen { what, is_certain }) = seen {
                self.seen(Part::Lead, lead.0, what, is_certain);
            }
        }
        Ok(())
    }

    /// Leads of an account's pages, and since when each is there.
    async fn leads_of(
        &self,
        account: AccountId,
        only: Option<PageId>,
    ) -> Result<Vec<(LeadId, Timestamp)>, EngineError> {
        let mut all = Vec::new();
        for page in self.pages_of(account).await?.into_iter().filter(|page| only.is_none_or(|o| o == *page)) {
            let mut after = LeadId([0; 16]);
            loop {
                let brand = self.ctx.id;
                let read = move |tx: &Tx<'_>| breach_person::list_leads(tx.brand(brand), page, after, SOME);
                let some = self.engine.data.read("leads_of_breach", read).await?;
                let Some((last, _)) = some.last() else { break };
                after = *last;
                all.extend(some);
            }
        }
        Ok(all)
    }

    async fn pages_of(&self, account: AccountId) -> Result<Vec<PageId>, EngineError> {
        let (mut all, mut after) = (Vec::new(), PageId([0; 16]));
        loop {
            let brand = self.ctx.id;
            let read = move |tx: &Tx<'_>| page::list_of_account(tx.brand(brand), account, after, SOME);
            let some = self.engine.data.read("pages_of_breach", read).await?;
            let Some(last) = some.last() else { return Ok(all) };
            after = last.page.id;
            all.extend(some.iter().map(|stored| stored.page.id));
        }
    }

    fn whole(&mut self, account: AccountId, until: Timestamp) {
        let reach = self.wholes.entry(account).or_default();
        reach.everything = reach.everything.max(Some(until));
    }

    fn all_deliveries(&mut self, account: AccountId, until: Timestamp) {
        let reach = self.wholes.entry(account).or_default();
        reach.deliveries = reach.deliveries.max(Some(until));
    }

    /// Everything that this token could read of leads while it was good. It leaves no line (decision 0012).
    fn token(&mut self, times: &api_token::Life) {
        let ends = [times.revoked_at, times.expires_at].into_iter().flatten();
        let until = ends.fold(self.of.until, Timestamp::min);
        if times.created_at > self.of.until || until < self.of.from {
            return;
        }
        if times.reads_leads {
            self.whole(times.account, until);
        } else if times.reads_deliveries {
            self.all_deliveries(times.account, until);
        }
    }

    async fn tokens_of(&mut self, account: AccountId) -> Result<(), EngineError> {
        let brand = self.ctx.id;
        let read = move |tx: &Tx<'_>| api_token::lives_of_account(tx.brand(brand), account);
        for life in self.engine.data.read("tokens_of_breach", read).await? {
            self.token(&life);
        }
        Ok(())
    }

    /// What an access for support opened: whom its helper was shown, pages about somebody, what left, and what the tokens made under it could read.
    async fn grant(&mut self, id: SupportGrantId) -> Result<(), EngineError> {
        let (brand, door) = (self.ctx.id, Some(self.ctx.door(Door::Support(id))));
        self.looks(door, None).await?;
        self.files(door, None).await?;
        self.opened(Some(id)).await?;
        let read = move |tx: &Tx<'_>| {
            let scope = tx.brand(brand);
            let tokens = support::list_tokens(scope, id)?.into_iter();
            tokens.map(|token| api_token::life(scope, token)).collect::<Result<Vec<_>, StoreError>>()
        };
        let tokens = self.engine.data.read("tokens_of_grant", read).await?;
        tokens.iter().flatten().for_each(|life| self.token(life));
        Ok(())
    }

    /// What whoever was in at this account may have made there in the time, to come in by another door: nothing says
    /// through which one a token or an access for support was made.
    async fn made_by(&mut self, holder: Holder) -> Result<(), EngineError> {
        let (brand, account, times) = (self.ctx.id, holder.account, (self.of.from, self.of.until));
        let read = move |tx: &Tx<'_>| {
            let scope = tx.brand(brand);
            let tokens = api_token::lives_of_account(scope, account)?;
            Ok::<_, StoreError>((tokens, support::made_between(scope, account, times)?))
        };
        let (tokens, grants) = self.engine.data.read("made_in_breach", read).await?;
        tokens.iter().filter(|life| life.created_at >= times.0).for_each(|life| self.token(life));
        self.is_bound = true;
        for grant in grants {
            self.grant(grant).await?;
        }
        self.is_bound = false;
        Ok(())
    }

    /// Who may have held a session that has ended: everybody reaches own leads and files only, and admins the accounts and
    /// leads of others.
    async fn may_have_held(&self) -> Result<Vec<Holder>, EngineError> {
        let brand = self.ctx.id;
        let all = self.engine.data.read("accounts", move |tx| account::list(tx.brand(brand))).await?;
        let holders = all.into_iter().map(|(account, role)| Holder { account, is_admin: role == ADMIN });
        let may_have = |of: &Holder| match self.owners.is_empty() {
            true => of.is_admin,
            false => self.owners.contains(&of.account),
        };
        Ok(holders.filter(may_have).collect())
    }

    /// Lines are kept for a year: before that, whatever the account has may have been seen.
    fn before_lines(&mut self, account: AccountId) {
        let kept_since = self.engine.clock.now().minus(Span::days(i64::from(reading::DAYS)));
        if self.of.from < kept_since {
            self.whole(account, self.of.until.min(kept_since));
        }
    }

    /// The same of whatever this account reaches: an admin's, every account's.
    async fn before_lines_of(&mut self, holder: Holder) -> Result<(), EngineError> {
        if !holder.is_admin {
            self.before_lines(holder.account);
            return Ok(());
        }
        for (account, _) in accounts(self.engine, self.ctx).await? {
            self.before_lines(account);
        }
        Ok(())
    }

    /// Notes everybody who was found; the leads' owners too. How many of them were there.
    async fn write(&self, breach: BreachId) -> Result<Summary, EngineError> {
        let mut summary = Summary::default();
        let named: Vec<Found> = self
            .people
            .iter()
            .map(|((part, person), seen)| Found {
                part: *part,
                person: *person,
                what: seen.what,
                is_certain: seen.is_certain,
            })
            .collect();
        let some = usize::try_from(SOME).unwrap_or(usize::MAX);
        for chunk in named.chunks(some) {
            self.add(breach, chunk.to_vec()).await?.iter().for_each(|one| summary.count(one));
        }
        for (account, reach) in &self.wholes {
            let leads = self.leads_of(*account, None).await?;
            let seen = |(lead, since): (LeadId, Timestamp)| {
                let what = reach.what_of(since)?;
                Some(Found { part: Part::Lead, person: lead.0, what, is_certain: false })
            };
            let found: Vec<Found> = leads.into_iter().filter_map(seen).collect();
            let is_named = |one: &&Found| self.people.contains_key(&(one.part, one.person));
            for chunk in found.chunks(some) {
                let there = self.add(breach, chunk.to_vec()).await?;
                there.iter().filter(|one| !is_named(one)).for_each(|one| summary.count(one));
            }
        }
        Ok(summary)
    }

    /// Notes them; those who were there.
    async fn add(&self, breach: BreachId, found: Vec<Found>) -> Result<Vec<Found>, EngineError> {
        let (brand, number, now) = (self.ctx.id, self.number, self.engine.clock.now());
        let write = move |tx: &Tx<'_>| {
            let scope = tx.brand(brand);
            let (mut all, mut there) = (Vec::with_capacity(found.len()), Vec::with_capacity(found.len()));
            for one in &found {
                // Whoever was erased meanwhile is noted no more.
                let is_there = match one.part {
                    Part::Lead => match breach_person::owner(scope, one.person)? {
                        Some(owner) => {
                            all.push(Found { part: Part::Owner, person: owner.0, ..*one });
                            true
                        }
                        None => false,
                    },
                    Part::Account => account::role(scope, AccountId(one.person))?.is_some(),
                    Part::Owner => true,
                };
                if is_there {
                    all.push(*one);
                    there.push(*one);
                }
            }
            breach_person::add(scope, breach, (&all, number), now)?;
            Ok::<_, StoreError>(there)
        };
        Ok(self.engine.data.write("note_affected", write).await?)
    }
}

/// The role of who runs the brand.
const ADMIN: &str = "admin";

/// Whose door it is.
#[derive(Debug, Clone, Copy)]
struct Holder {
    account: AccountId,
    is_admin: bool,
}

fn wrong() -> EngineError {
    EngineError::invalid("name", "is not known here: copy it from where it is shown")
}

async fn holder(engine: &Engine, ctx: &BrandContext, account: AccountId) -> Result<Holder, EngineError> {
    let brand = ctx.id;
    let role = engine.data.read("role", move |tx| account::role(tx.brand(brand), account)).await?;
    Ok(Holder { account, is_admin: role.ok_or_else(wrong)? == ADMIN })
}

/// Searches as the case's search of this number, and notes for the case whom it found.
pub(crate) async fn find(
    engine: &Engine,
    ctx: &BrandContext,
    (breach, number): (BreachId, u32),
    asked: &Asked,
) -> Result<Summary, EngineError> {
    if asked.from > asked.until || asked.until > engine.clock.now() {
        return Err(EngineError::invalid("until", "must not lie before the beginning, nor in the future"));
    }
    let of = Between { from: asked.from, until: asked.until };
    let mut search = Search {
        tables: BTreeMap::new(),
        engine,
        ctx,
        of,
        number,
        people: BTreeMap::new(),
        wholes: BTreeMap::new(),
        owners: BTreeSet::new(),
        is_bound: false,
    };
    let brand = ctx.id;
    let name = asked.name.trim();
    let mut unreadable = 0;
    match asked.start {
        Start::Session => {
            let id: SessionId = name.parse().map_err(|_| wrong())?;
            let door = ctx.door(Door::Session(id));
            let read = move |tx: &Tx<'_>| session::account_of(tx.brand(brand), id);
            let account = engine.data.read("session_of_breach", read).await?;
            search.looks(Some(door), None).await?;
            search.files(Some(door), account).await?;
            // One that has ended is known by what went through it only.
            if let Some(account) = account {
                let holder = holder(engine, ctx, account).await?;
                search.seen(Part::Account, account.0, Whats::of(&[What::Account]), false);
                search.looks_without_door(holder).await?;
                search.made_by(holder).await?;
                search.before_lines_of(holder).await?;
            } else if search.people.is_empty() {
                return Err(EngineError::invalid(
                    "name",
                    "has ended, and nothing went through it since it is written down: search by its account and the time",
                ));
            } else {
                for holder in search.may_have_held().await? {
                    search.made_by(holder).await?;
                }
            }
        }
        Start::Token => {
            let id: TokenId = name.parse().map_err(|_| wrong())?;
            let door = ctx.door(Door::Token(id));
            let read = move |tx: &Tx<'_>| api_token::life(tx.brand(brand), id);
            let life = engine.data.read("token_of_breach", read).await?.ok_or_else(wrong)?;
            search.looks(Some(door), None).await?;
            search.files(Some(door), Some(life.account)).await?;
            search.token(&life);
        }
        Start::Account => {
            let account: AccountId = name.parse().map_err(|_| wrong())?;
            let holder = holder(engine, ctx, account).await?;
            search.seen(Part::Account, account.0, Whats::of(&[What::Account]), false);
            search.looks(None, Some(holder)).await?;
            search.files(None, Some(account)).await?;
            search.tokens_of(account).await?;
            search.made_by(holder).await?;
            search.before_lines_of(holder).await?;
        }
        Start::Grant => {
            // What a helper is shown or opens is a line each. A token that is made for one reads broadcasts, and with them to which
            // leads they went.
            let id: SupportGrantId = name.parse().map_err(|_| wrong())?;
            let read = move |tx: &Tx<'_>| support::get(tx.brand(brand), id);
            engine.data.read("grant_of_breach", read).await?.ok_or_else(wrong)?;
            search.grant(id).await?;
            for (account, _) in accounts(engine, ctx).await? {
                search.before_lines(account);
            }
        }
        Start::Window => {
            search.looks(None, None).await?;
            search.opened(None).await?;
            search.files(None, None).await?;
            for (account, _) in accounts(engine, ctx).await? {
                search.tokens_of(account).await?;
                search.before_lines(account);
            }
        }
        Start::Server | Start::Backup => {
            let is_readable = asked.start == Start::Server || asked.with_keys;
            for (account, since) in accounts(engine, ctx).await? {
                if since > asked.until {
                    continue;
                }
                if is_readable {
                    search.seen(Part::Account, account.0, Whats::of(&[What::Account]), false);
                    search.whole(account, asked.until);
                } else {
                    let leads = search.leads_of(account, None).await?;
                    let there = leads.iter().filter(|(_, since)| *since <= asked.until).count();
                    unreadable += 1 + u64::try_from(there).unwrap_or(u64::MAX);
                }
            }
        }
    }
    let found = search.write(breach).await?;
    let since = asked.from;
    let read = move |tx: &Tx<'_>| breach_person::count_gone(tx.brand(brand), since);
    let gone = engine.data.read("count_gone", read).await?;
    Ok(Summary { unreadable, gone, ..found })
}

/// All accounts of a brand, and since when each is there.
async fn accounts(
    engine: &Engine,
    ctx: &BrandContext,
) -> Result<BTreeSet<(AccountId, Timestamp)>, EngineError> {
    let brand = ctx.id;
    let read = move |tx: &Tx<'_>| {
        let scope = tx.brand(brand);
        let mut all = BTreeSet::new();
        for (id, _) in account::list(scope)? {
            if let Some(stored) = account::get(scope, id)? {
                all.insert((id, stored.created_at));
            }
        }
        Ok::<_, StoreError>(all)
    };
    Ok(engine.data.read("accounts_of_breach", read).await?)
}
