//! Taking out everything of an account as one archive (GDPR articles 15 and 20; claims F1, A3, F6).
//!
//! Invariants: nothing leaves before the entry that says who took it is on the disk, together with the
//! letter that tells of it; the archive is made while it is read, so that nothing of it lies anywhere and
//! memory does not grow with the leads; one that was broken off has no end and cannot pass for whole.

use super::exports::{self, ARCHIVE, Export};
use super::sign_in::SignedIn;
use crate::archive::{
    ACCOUNT, BROADCASTS, FORMAT, Head, LEADS, LOG_KEY, MANIFEST, Manifest, PAGES, PageFile, Readable, TAGS,
    TEMPLATES, part_name, zip,
};
use crate::views::exports::Kept;
use crate::views::leads::Filter;
use crate::views::{self, At, LIMIT, csv};
use crate::{Actor, Engine, EngineError, TokenScope};
use futures_util::stream::{self, StreamExt as _};
use model::id::{BroadcastId, ExportId, LeadId, PageId, SessionId};
use model::personal::Personal;
use sealed::{Recipient, WorkFactor};
use serde::Serialize;
use serde_json::{Value, json};
use std::io::{self, Write};
use std::sync::Arc;
use store::Tx;
use store::tables::{self, lead};

/// Characters of a passphrase, at least.
pub const PASSPHRASE_LEAST: usize = 12;
const PASSPHRASE_MOST: usize = 1_000;
/// Leads that are read at the same time: each is some conversations with a server.
const AT_ONCE: usize = 8;

/// Who can open the file.
pub enum Lock {
    Nobody,
    /// Whoever knows it.
    Passphrase(Personal<String>),
    /// Whoever holds the secret key that belongs to it (`age1…`).
    Key(String),
}

/// The columns of a table of deliveries.
pub const DELIVERY_COLUMNS: [&str; 6] = ["lead", "page", "state", "reason", "attempts", "changed_at"];

/// An archive that is being taken out. Read it to its end with [`Taking::next`].
pub struct Taking {
    actor: Actor,
    id: ExportId,
    readable: Arc<dyn Readable>,
    zip: Option<zip::Writer<Sink>>,
    parts: u64,
    number: u64,
    after: LeadId,
    leads: u64,
    table: Option<Export>,
    broadcasts: Vec<BroadcastId>,
    sent: Option<(PageId, LeadId)>,
    step: Step,
}

#[derive(Clone, Copy)]
enum Step {
    Head,
    Leads,
    Table,
    Deliveries,
    Done,
}

/// Where the bytes of the archive go until they are taken away.
enum Sink {
    Open(Vec<u8>),
    Locked(Box<sealed::Writer<Vec<u8>>>),
}

impl Sink {
    fn take(&mut self) -> Vec<u8> {
        std::mem::take(match self {
            Self::Open(ready) => ready,
            Self::Locked(writer) => writer.get_mut(),
        })
    }

    fn finish(self) -> io::Result<Vec<u8>> {
        match self {
            Self::Open(ready) => Ok(ready),
            Self::Locked(writer) => writer.finish(),
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Open(ready) => ready.write(bytes),
            Self::Locked(writer) => writer.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn unwritten(_: io::Error) -> EngineError {
    EngineError::Sealed { place: "archive" }
}

fn json_of(value: &impl Serialize) -> Result<Vec<u8>, EngineError> {
    serde_json::to_vec_pretty(value).map_err(|_| EngineError::Sealed { place: "archive" })
}

/// What `lock` asks for, checked.
async fn sink(engine: &Engine, lock: Lock) -> Result<Sink, EngineError> {
    let entropy = Arc::clone(&engine.entropy);
    let locked = match lock {
        Lock::Nobody => return Ok(Sink::Open(Vec::new())),
        Lock::Passphrase(passphrase) => {
            let length = passphrase.reveal().chars().count();
            if !(PASSPHRASE_LEAST..=PASSPHRASE_MOST).contains(&length) {
                return Err(EngineError::invalid(
                    "passphrase",
                    format!("must have at least {PASSPHRASE_LEAST} characters: several words are best"),
                ));
            }
            // Hard work on purpose: not on a thread that others wait for.
            let work = tokio::task::spawn_blocking(move || {
                sealed::encrypt_to_passphrase(Vec::new(), passphrase.reveal(), WorkFactor::SERVER, |bytes| {
                    entropy.fill(bytes);
                })
            });
            work.await.map_err(|_| EngineError::Sealed { place: "archive" })?
        }
        Lock::Key(key) => {
            let to: Recipient =
                key.parse().map_err(|e: sealed::KeyError| EngineError::invalid("key", e.to_string()))?;
            sealed::encrypt_to_recipient(Vec::new(), &to, |bytes| entropy.fill(bytes))
        }
    };
    Ok(Sink::Locked(Box::new(locked.map_err(unwritten)?)))
}

/// Writes down that the archive is taken and what for, tells the account, and begins it.
pub async fn begin(
    engine: &Engine,
    actor: &Actor,
    lock: Lock,
    why: &str,
    readable: Arc<dyn Readable>,
) -> Result<Taking, EngineError> {
    actor.may(TokenScope::LeadsRead)?;
    let why = Personal::from(exports::reason(why)?);
    let sink = sink(engine, lock).await?;
    let leads = views::leads::count(engine, actor, Filter::default()).await?;
    let kept = Kept {
        form: ARCHIVE.to_owned(),
        with_names: true,
        by: exports::By::Console.code().to_owned(),
        page: None,
        level: None,
        state: None,
        tag: None,
        why,
        broadcast: None,
    };
    let id = exports::record(engine, actor, leads, false, &kept).await?;
    let mut zip = zip::Writer::new(sink);
    zip.begin(MANIFEST).map_err(unwritten)?;
    Ok(Taking {
        actor: actor.clone(),
        id,
        readable,
        zip: Some(zip),
        parts: leads.div_ceil(u64::from(LEADS)),
        number: 0,
        after: LeadId([0; 16]),
        leads,
        table: None,
        broadcasts: Vec::new(),
        sent: None,
        step: Step::Head,
    })
}

impl Taking {
    /// The next bytes; `None` after the last. An error breaks the archive off, and its entry says that it was
    /// never complete.
    pub async fn next(&mut self, engine: &Engine) -> Result<Option<Vec<u8>>, EngineError> {
        let Some(mut zip) = self.zip.take() else { return Ok(None) };
        match self.step {
            Step::Head => self.head(engine, &mut zip).await?,
            Step::Leads => self.some_leads(engine, &mut zip).await?,
            Step::Table => self.some_rows(engine, &mut zip).await?,
            Step::Deliveries => self.some_deliveries(engine, &mut zip).await?,
            Step::Done => {
                let rest = zip.finish().and_then(Sink::finish).map_err(unwritten)?;
                exports::finish(engine, &self.actor, self.id, self.leads).await?;
                return Ok(Some(rest));
            }
        }
        let ready = zip.get_mut().take();
        self.zip = Some(zip);
        Ok(Some(ready))
    }

    async fn head(&mut self, engine: &Engine, zip: &mut zip::Writer<Sink>) -> Result<(), EngineError> {
        let head = head(engine, &self.actor, self.leads).await?;
        zip.write(&json_of(&head.manifest)?).map_err(unwritten)?;
        let files = [
            ("index.html", self.readable.index(&head, self.parts).into_bytes()),
            (ACCOUNT, json_of(&head.account)?),
            (PAGES, json_of(&head.pages)?),
            (TAGS, json_of(&head.tags)?),
            (TEMPLATES, json_of(&head.templates)?),
            (BROADCASTS, json_of(&head.broadcasts)?),
            (LOG_KEY, format!("{}\n", views::log::key(engine)).into_bytes()),
        ];
        for (name, text) in files {
            zip.file(name, &text).map_err(unwritten)?;
        }
        self.broadcasts = head.broadcasts.iter().map(|broadcast| broadcast.id).collect();
        self.step = Step::Leads;
        Ok(())
    }

    async fn some_leads(&mut self, engine: &Engine, zip: &mut zip::Writer<Sink>) -> Result<(), EngineError> {
        let (brand, account, after) = (self.actor.brand, self.actor.account, self.after);
        let read = move |tx: &Tx<'_>| lead::list_of_account(tx.brand(brand), account, after, LEADS);
        let rows = engine.data.read("leads_to_archive", read).await?;
        if let Some(last) = rows.last() {
            self.after = last.lead.id;
            self.number += 1;
            let mut leads = Vec::with_capacity(rows.len());
            // Who asked that their data be kept and not used stays out: the file would hold nobody, and could
            // not be brought back.
            let kept = rows.iter().filter(|row| row.lead.restricted_at.is_none()).map(|row| row.lead.id);
            let (actor, read) = (&self.actor, kept.collect::<Vec<_>>().into_iter());
            let read = read.map(async |lead| (lead, views::leads::archived(engine, actor, lead).await));
            let mut read = stream::iter(read).buffered(AT_ONCE);
            while let Some((id, archived)) = read.next().await {
                match archived {
                    Ok((lead, proofs)) => {
                        for (event, proof) in proofs {
                            zip.file(&format!("proofs/{id}-{event}.json"), &proof).map_err(unwritten)?;
                        }
                        leads.push(lead);
                    }
                    // An erasure was quicker.
                    Err(EngineError::NotFound(_)) => {}
                    Err(error) => return Err(error),
                }
            }
            let page = self.readable.leads(self.number, self.parts.max(self.number), &leads);
            let file = json!({ "format": FORMAT, "leads": leads });
            zip.file(&part_name(self.number, "json"), &json_of(&file)?).map_err(unwritten)?;
            zip.file(&part_name(self.number, "html"), page.as_bytes()).map_err(unwritten)?;
        }
        if u32::try_from(rows.len()).is_ok_and(|length| length < LEADS) {
            let heads = self.readable.columns(&exports::COLUMNS);
            self.table = Some(exports::table_of_all(engine, &self.actor, heads).await?);
            zip.begin("leads.csv").map_err(unwritten)?;
            self.step = Step::Table;
        }
        Ok(())
    }

    async fn some_rows(&mut self, engine: &Engine, zip: &mut zip::Writer<Sink>) -> Result<(), EngineError> {
        let some = match &mut self.table {
            Some(table) => table.next(engine).await?,
            None => None,
        };
        match some {
            Some(rows) => zip.write(rows.as_bytes()).map_err(unwritten)?,
            None => {
                self.table = None;
                self.broadcasts.reverse();
                self.step = Step::Deliveries;
            }
        }
        Ok(())
    }

    /// A table for each broadcast, of whom it went to and whom not.
    async fn some_deliveries(
        &mut self,
        engine: &Engine,
        zip: &mut zip::Writer<Sink>,
    ) -> Result<(), EngineError> {
        let Some(broadcast) = self.broadcasts.last().copied() else {
            self.step = Step::Done;
            return Ok(());
        };
        let some =
            views::broadcasts::deliveries(engine, &self.actor, broadcast, None, self.sent, LIMIT).await?;
        if self.sent.is_none() {
            zip.begin(&format!("deliveries/{broadcast}.csv")).map_err(unwritten)?;
            let heads = self.readable.columns(&DELIVERY_COLUMNS);
            let line = csv::row(heads.iter().map(String::as_str));
            zip.write(format!("\u{feff}{line}").as_bytes()).map_err(unwritten)?;
        }
        let lines: String = some
            .iter()
            .map(|line| {
                let (lead, page) = (line.lead.to_string(), line.page.to_string());
                let (attempts, at) = (line.attempts.to_string(), line.changed_at.to_string());
                let reason = line.reason.as_deref().unwrap_or_default();
                csv::line([&lead, &page, line.state.code(), reason, &attempts, &at])
            })
            .collect();
        zip.write(lines.as_bytes()).map_err(unwritten)?;
        self.sent = some.last().map(|last| (last.page, last.lead));
        if u32::try_from(some.len()).is_ok_and(|length| length < LIMIT) {
            self.broadcasts.pop();
            self.sent = None;
        }
        Ok(())
    }
}

/// Everything of an account but its leads.
async fn head(engine: &Engine, actor: &Actor, leads: u64) -> Result<Head, EngineError> {
    let ctx = engine.brand(actor.brand)?;
    let who = holder(engine, actor);
    let account = views::account::get(engine, &who).await?;
    let language = account.language.clone().or_else(|| ctx.brand.languages.first().cloned());
    let manifest = Manifest {
        format: FORMAT,
        made_at: At(engine.clock.now()),
        program: env!("CARGO_PKG_VERSION"),
        brand: ctx.brand.name.clone(),
        account: actor.account,
        language: language.unwrap_or_default(),
        leads,
    };
    let mut pages = Vec::new();
    let mut after = None;
    loop {
        let some = views::pages::list(engine, actor, after, LIMIT).await?;
        after = some.last().map(|page| page.id);
        for page in some {
            let bot = views::bot::get(engine, actor, page.id).await?;
            let wordings = views::bot::wordings_of(engine, actor, page.id).await?;
            pages.push(PageFile { page, bot, wordings });
        }
        if after.is_none() {
            break;
        }
    }
    let mut templates = Vec::new();
    let mut after = None;
    loop {
        let some = views::templates::list(engine, actor, after, LIMIT).await?;
        after = some.last().map(|template| template.id);
        templates.extend(some);
        if after.is_none() {
            break;
        }
    }
    let mut broadcasts = Vec::new();
    let mut after = None;
    loop {
        let some = views::broadcasts::list(engine, actor, after, LIMIT).await?;
        after = some.last().map(|broadcast| broadcast.id);
        broadcasts.extend(some);
        if after.is_none() {
            break;
        }
    }
    Ok(Head {
        account: own(engine, actor, account).await?,
        tags: views::tags::all(engine, actor).await?,
        manifest,
        pages,
        templates,
        broadcasts,
    })
}

/// The asking account as the views of an account's own things take it.
fn holder(engine: &Engine, actor: &Actor) -> SignedIn {
    SignedIn {
        actor: actor.clone(),
        session: SessionId([0; 16]),
        hash: [0; 32],
        proved_at: engine.clock.now(),
        needs_second_factor: false,
    }
}

/// `account.json`.
async fn own(
    engine: &Engine,
    actor: &Actor,
    account: views::account::AccountView,
) -> Result<Value, EngineError> {
    let who = &holder(engine, actor);
    let text = |text: &Personal<String>| text.reveal().clone();
    let (brand, id) = (actor.brand, actor.account);
    let accepted: Vec<Value> = account
        .accepted
        .iter()
        .map(|a| {
            json!({ "document": a.kind, "version": a.version, "language": a.language, "accepted_at": At(a.accepted_at) })
        })
        .collect();
    let sessions: Vec<Value> = views::account::sessions(engine, who)
        .await?
        .iter()
        .map(|s| {
            json!({
                "id": s.id, "stays_signed_in": s.is_kept, "created_at": At(s.created_at), "seen_at": At(s.seen_at),
                "expires_at": At(s.expires_at), "address": s.address.as_ref().map(text), "browser": text(&s.browser),
            })
        })
        .collect();
    let history: Vec<Value> = views::account::whole_history(engine, who)
        .await?
        .iter()
        .map(|s| {
            json!({
                "at": At(s.at), "outcome": s.outcome, "address": s.address.as_ref().map(text),
                "browser": text(&s.browser),
            })
        })
        .collect();
    let passkeys: Vec<Value> = views::passkeys::list(engine, who)
        .await?
        .iter()
        .map(|p| json!({ "name": text(&p.name), "created_at": At(p.created_at), "used_at": p.used_at.map(At) }))
        .collect();
    let tokens: Vec<Value> = views::tokens::list(engine, actor)
        .await?
        .iter()
        .map(|t| {
            let scopes: Vec<&str> = t.scopes.iter().map(|scope| scope.code()).collect();
            json!({ "id": t.id, "scopes": scopes, "created_at": t.created_at, "expires_at": t.expires_at })
        })
        .collect();
    let mut taken = Vec::new();
    let mut before = None;
    loop {
        let some = views::exports::newest(engine, actor, before, LIMIT).await?;
        before = some.last().map(|export| export.id);
        taken.extend(some.iter().map(|e| {
            json!({
                "id": e.id, "taken_at": e.taken_at, "finished_at": e.finished_at, "leads": e.leads,
                "form": e.form, "with_names": e.with_names, "by": e.by, "page": e.page, "level": e.level,
                "state": e.state, "tag": e.tag.as_ref().map(text), "why": text(&e.why),
            })
        }));
        if before.is_none() {
            break;
        }
    }
    let row = engine.data.read("account_state", move |tx| tables::account::get(tx.brand(brand), id)).await?;
    let row = row.ok_or(EngineError::NotFound("this account"))?;
    let used = views::plans::own(engine, actor).await?;
    Ok(json!({
        "id": id,
        "role": row.role,
        "state": row.state,
        "created_at": At(account.created_at),
        "profile": {
            "name": text(&account.name), "email": text(&account.email),
            "language": account.language, "zone": account.zone,
        },
        "sign_in": {
            "password_changed_at": account.password_changed_at.map(At),
            "has_second_factor": account.has_second_factor,
            "recovery_codes_left": account.recovery_codes_left,
            "passkeys": passkeys,
        },
        "accepted_documents": accepted,
        "sessions": sessions,
        "sign_ins": history,
        "audit": views::audit::own(engine, actor).await?,
        "api_tokens": tokens,
        "exports": taken,
        "subscription": {
            "plan": used.plan_name, "state": used.state.code(), "cancelled_at": used.cancelled_at,
            "messages_this_month": used.messages, "pages": used.pages, "leads": used.leads,
            "limits": { "pages": used.limits.pages, "leads": used.limits.leads, "messages": used.limits.messages },
        },
    }))
}

/// The name under which a browser keeps it.
pub fn file_name(made_at: At, is_locked: bool) -> String {
    let day: String = made_at.to_string().chars().take(10).collect();
    format!("archive-{day}.zip{}", if is_locked { ".age" } else { "" })
}
