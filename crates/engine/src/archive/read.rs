//! An archive as it is read again: strictly, and with limits, because anybody may have written it.
//!
//! Invariants: nothing is stored before all of it was read; what has the wrong shape is refused, whole; a
//! number, a text or a list beyond its limit is refused too. No error text quotes the file.

use super::zip::{Limits, Reader, ZipError};
use super::{ACCOUNT, BROADCASTS, FORMAT, MANIFEST, PAGES, TAGS, TEMPLATES};
use crate::views::At;
use model::bot::settings::BotSettings;
use model::broadcast::BroadcastState;
use model::consent::Purpose;
use model::delivery::DeliveryState;
use model::id::{BroadcastId, LeadId, PageId, TagId};
use model::outgoing::{Button, Filter, Template};
use model::template::Link;
use sealed::{Lock, OpenError, WorkFactor};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashSet;
use std::io::{self, BufRead, BufReader, Cursor, ErrorKind, Read};
use tokio::sync::Mutex;

/// Bytes of an archive that is brought back: about 400,000 leads, each with two proofs.
pub const UPLOAD_LIMIT: u64 = 2 * 1024 * 1024 * 1024;
/// Bytes that wait in memory, packed and sealed, until all of it was found well-formed. They are written in one
/// commit, for which others wait on SQLite.
pub const HELD_LIMIT: usize = 256 * 1024 * 1024;
/// Their ids are held too, so that none comes twice.
const LEADS_LIMIT: u64 = 2_000_000;
const LIMITS: Limits = Limits {
    files: 5_000_000,
    one: 32 * 1024 * 1024,
    all: 32 * 1024 * 1024 * 1024,
    swell: 100,
    free: 64 * 1024 * 1024,
};
/// So far into a file stands how it is encrypted, if it is.
const LOCK_WITHIN: u64 = 512;
/// So far stands all of the header of a file that is encrypted.
const HEADER_WITHIN: u64 = 64 * 1024;
/// Of each kind.
const PAGES_LIMIT: usize = 1_000;
const BROADCASTS_LIMIT: usize = 20_000;
const DELIVERIES_LIMIT: usize = 10_000;
/// Bytes of what is known of a lead from before.
const HISTORY_LIMIT: usize = 1024 * 1024;

/// The archive cannot come back. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("this is not an archive of an account: choose the file as it was downloaded")]
    NotOurs,
    #[error("the archive is of another version than can be read here")]
    OtherVersion,
    #[error("a passphrase is needed to open this archive")]
    NeedsPassphrase,
    #[error("the passphrase does not open this archive")]
    WrongPassphrase,
    #[error("the archive is encrypted to a key: open it with age first, and bring back the zip file")]
    NeedsKey,
    #[error("the archive is damaged or was changed: take another copy of it")]
    Damaged,
    #[error("the archive ends too early: it was not saved whole, take another copy of it")]
    Truncated,
    #[error("the archive is larger inside than is allowed")]
    TooLarge,
    #[error("`{0}` in the archive is not written as the format says: it was changed")]
    Shape(&'static str),
}

impl From<ZipError> for ReadError {
    fn from(error: ZipError) -> Self {
        match error {
            ZipError::NotZip => Self::NotOurs,
            ZipError::Damaged | ZipError::Name | ZipError::Method => Self::Damaged,
            ZipError::Truncated => Self::Truncated,
            ZipError::TooLarge => Self::TooLarge,
            ZipError::Io(error) if error.kind() == ErrorKind::FileTooLarge => Self::TooLarge,
            ZipError::Io(error) => match OpenError::of(&error) {
                Some(OpenError::Truncated) => Self::Truncated,
                _ => Self::Damaged,
            },
        }
    }
}

impl From<OpenError> for ReadError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::WrongPassphrase => Self::WrongPassphrase,
            OpenError::AsksForKey => Self::NeedsKey,
            OpenError::Truncated => Self::Truncated,
            OpenError::TooMuchWork { .. } => Self::TooLarge,
            _ => Self::Damaged,
        }
    }
}

#[derive(Deserialize)]
struct ManifestFile {
    format: String,
    made_at: String,
    brand: String,
}

#[derive(Deserialize)]
struct AccountFile {
    profile: ProfileFile,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ProfileFile {
    pub language: Option<String>,
    pub zone: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PageFile {
    pub id: PageId,
    pub meta_id: String,
    pub name: String,
    pub bot: Option<BotFile>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BotFile {
    /// 0: nothing was set.
    pub version: i64,
    pub settings: BotSettings,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TagFile {
    pub id: TagId,
    pub name: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TemplateFile {
    pub page: PageId,
    pub name: String,
    pub language: String,
    pub body: String,
    #[serde(default)]
    pub examples: Vec<String>,
    pub link: Option<Link>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BroadcastFile {
    pub id: BroadcastId,
    pub purpose: Purpose,
    pub state: BroadcastState,
    pub pages: Vec<PageId>,
    pub open_until: Option<String>,
    pub created_at: String,
    pub started_at: Option<String>,
    pub finished_at: Option<String>,
    pub text: String,
    pub image: Option<String>,
    pub filter: Option<Filter>,
    pub buttons: Vec<Button>,
    pub template: Option<Template>,
}

/// Everything but the leads, as it waits.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Head {
    pub profile: ProfileFile,
    pub pages: Vec<PageFile>,
    pub tags: Vec<TagFile>,
    pub templates: Vec<TemplateFile>,
    pub broadcasts: Vec<BroadcastFile>,
}

#[derive(Deserialize)]
struct LeadsFile {
    format: String,
    leads: Vec<LeadFile>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LeadFile {
    pub page: PageName,
    pub lead: LeadName,
    pub standing: Standing,
    pub profile: LeadProfileFile,
    #[serde(default)]
    pub tags: Vec<String>,
    #[serde(default)]
    pub deliveries: Vec<DeliveryFile>,
    #[serde(default)]
    pub consent_events: Vec<Value>,
    #[serde(default)]
    pub answers_to_questions: Vec<Value>,
    /// Of an archive of what came back from an archive.
    pub history: Option<Value>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PageName {
    pub meta_id: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LeadName {
    pub id: LeadId,
    pub created_at: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Standing {
    pub withdrawn_at: Option<String>,
    pub promotion_withdrawn_at: Option<String>,
    pub utility_withdrawn_at: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LeadProfileFile {
    pub psid: String,
    pub given_name: Option<String>,
    pub language: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeliveryFile {
    pub broadcast: BroadcastId,
    pub state: DeliveryState,
    pub reason: Option<String>,
    pub attempts: i64,
    pub changed_at: String,
}

/// What an archive holds, by number.
#[derive(Debug, Clone)]
pub struct Contents {
    pub made_at: At,
    pub brand: String,
    pub head: Head,
    pub leads: u64,
}

/// Bytes of a refused archive that are shown all the same.
const SHOWN: u64 = 256 * 1024 * 1024;

/// Shows what is read.
struct Shown<R, F> {
    inner: R,
    show: F,
}

impl<R: Read, F: FnMut(&[u8]) -> io::Result<()>> Read for Shown<R, F> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(out)?;
        (self.show)(out.get(..count).unwrap_or_default())?;
        Ok(count)
    }
}

/// As [`read_shown`], and shows it to nobody.
pub fn read(
    file: impl Read,
    passphrase: &str,
    opening: &Mutex<()>,
    keep: impl FnMut(&[LeadFile]) -> Result<(), ReadError>,
) -> Result<Contents, ReadError> {
    read_shown(file, passphrase, opening, |_| Ok(()), keep)
}

/// Reads an archive to its end. `keep` is given each file of leads, in order, once it was found well-formed; `show` each
/// byte of the zip file, out of its encryption if it has one, and what follows on the place where it was refused. An
/// error of `show` ends the reading. Whoever tries a passphrase holds `opening` meanwhile: that takes 256 MiB, however
/// small the file is.
///
/// Takes long, and waits: not on a thread that others wait for.
pub fn read_shown(
    mut file: impl Read,
    passphrase: &str,
    opening: &Mutex<()>,
    show: impl FnMut(&[u8]) -> io::Result<()>,
    mut keep: impl FnMut(&[LeadFile]) -> Result<(), ReadError>,
) -> Result<Contents, ReadError> {
    let mut head = Vec::new();
    file.by_ref().take(LOCK_WITHIN).read_to_end(&mut head).map_err(ZipError::Io)?;
    let lock = sealed::lock_of(&head);
    let chained = |head, file| BufReader::with_capacity(64 * 1024, Cursor::new(head).chain(file));
    match lock {
        None => read_zip(Shown { inner: chained(head, file), show }, &mut keep),
        Some(Lock::Key) => Err(ReadError::NeedsKey),
        Some(Lock::Passphrase) if passphrase.is_empty() => Err(ReadError::NeedsPassphrase),
        Some(Lock::Passphrase) => {
            // All that is asked for before the first secret byte: nobody holds others up by sending it slowly.
            file.by_ref().take(HEADER_WITHIN).read_to_end(&mut head).map_err(ZipError::Io)?;
            let file = chained(head, file);
            let opened = {
                let _turn = opening.blocking_lock();
                sealed::decrypt_with_passphrase(file, passphrase, WorkFactor::AGE)?
            };
            read_zip(Shown { inner: opened, show }, &mut keep)
        }
    }
}

fn is_read(name: &str) -> bool {
    [MANIFEST, ACCOUNT, PAGES, TAGS, TEMPLATES, BROADCASTS].contains(&name)
        || (name.starts_with("leads/") && name.ends_with(".json"))
}

fn read_zip(
    mut input: impl Read,
    keep: &mut impl FnMut(&[LeadFile]) -> Result<(), ReadError>,
) -> Result<Contents, ReadError> {
    let read = read_files(BufReader::with_capacity(64 * 1024, &mut input), keep);
    if read.is_err() {
        let _ = io::copy(&mut input.take(SHOWN), &mut io::sink());
    }
    read
}

fn read_files(
    input: impl BufRead,
    keep: &mut impl FnMut(&[LeadFile]) -> Result<(), ReadError>,
) -> Result<Contents, ReadError> {
    let mut zip = Reader::new(input, LIMITS);
    let mut manifest = None;
    let (mut profile, mut pages, mut tags) = (None, None, None);
    let (mut templates, mut broadcasts) = (None, None);
    let mut leads = 0_u64;
    let mut ids = HashSet::new();
    while let Some((name, content)) = zip.next(is_read)? {
        match name.as_str() {
            MANIFEST => manifest = Some(checked_manifest(&content)?),
            // Whatever stands before it could be anything.
            _ if manifest.is_none() => return Err(ReadError::NotOurs),
            ACCOUNT => profile = Some(shaped::<AccountFile>(&content, "account.json")?.profile),
            PAGES => pages = Some(shaped::<Vec<PageFile>>(&content, "pages.json")?),
            TAGS => tags = Some(shaped::<Vec<TagFile>>(&content, "tags.json")?),
            TEMPLATES => templates = Some(shaped::<Vec<TemplateFile>>(&content, "templates.json")?),
            BROADCASTS => broadcasts = Some(shaped::<Vec<BroadcastFile>>(&content, "broadcasts.json")?),
            _ => {
                let file: LeadsFile = shaped(&content, "leads")?;
                if file.format != FORMAT
                    || !file.leads.iter().all(|lead| is_sound(lead) && ids.insert(lead.lead.id))
                {
                    return Err(ReadError::Shape("leads"));
                }
                leads = leads.saturating_add(file.leads.len() as u64);
                if leads > LEADS_LIMIT {
                    return Err(ReadError::TooLarge);
                }
                keep(&file.leads)?;
            }
        }
    }
    let (made_at, brand) = manifest.ok_or(ReadError::NotOurs)?;
    let head = Head {
        profile: profile.ok_or(ReadError::Shape("account.json"))?,
        pages: pages.ok_or(ReadError::Shape("pages.json"))?,
        tags: tags.ok_or(ReadError::Shape("tags.json"))?,
        templates: templates.ok_or(ReadError::Shape("templates.json"))?,
        broadcasts: broadcasts.ok_or(ReadError::Shape("broadcasts.json"))?,
    };
    check_head(&head)?;
    Ok(Contents { made_at, brand, head, leads })
}

fn shaped<T: DeserializeOwned>(content: &[u8], what: &'static str) -> Result<T, ReadError> {
    serde_json::from_slice(content).map_err(|_| ReadError::Shape(what))
}

fn checked_manifest(content: &[u8]) -> Result<(At, String), ReadError> {
    let manifest: ManifestFile = serde_json::from_slice(content).map_err(|_| ReadError::NotOurs)?;
    let ours = FORMAT.rsplit_once('/').map_or(FORMAT, |(name, _)| name);
    if manifest.format != FORMAT {
        let is_ours = manifest.format.strip_prefix(ours).is_some_and(|rest| rest.starts_with('/'));
        return Err(if is_ours { ReadError::OtherVersion } else { ReadError::NotOurs });
    }
    let made_at = At::parse(&manifest.made_at).ok_or(ReadError::Shape("archive.json"))?;
    Ok((made_at, manifest.brand.chars().filter(|c| !c.is_control()).take(100).collect()))
}

fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

fn is_line(text: &str, most: usize) -> bool {
    text.chars().count() <= most && !text.chars().any(char::is_control)
}

fn is_time(text: Option<&String>) -> bool {
    text.is_none_or(|text| At::parse(text).is_some())
}

fn check_head(head: &Head) -> Result<(), ReadError> {
    let (mut metas, mut ids) = (HashSet::new(), HashSet::new());
    let is_page = |page: &PageFile| is_id(&page.meta_id) && is_line(&page.name, 300);
    if head.pages.len() > PAGES_LIMIT
        || !head
            .pages
            .iter()
            .all(|page| is_page(page) && metas.insert(page.meta_id.as_str()) && ids.insert(page.id))
    {
        return Err(ReadError::Shape("pages.json"));
    }
    if head.tags.len() > crate::actions::tags::LIMIT || !head.tags.iter().all(|tag| is_line(&tag.name, 100)) {
        return Err(ReadError::Shape("tags.json"));
    }
    if head.templates.len() > BROADCASTS_LIMIT {
        return Err(ReadError::Shape("templates.json"));
    }
    let is_broadcast = |b: &BroadcastFile| {
        is_time(Some(&b.created_at))
            && [&b.open_until, &b.started_at, &b.finished_at].into_iter().all(|at| is_time(at.as_ref()))
    };
    if head.broadcasts.len() > BROADCASTS_LIMIT || !head.broadcasts.iter().all(is_broadcast) {
        return Err(ReadError::Shape("broadcasts.json"));
    }
    Ok(())
}

fn is_sound(lead: &LeadFile) -> bool {
    let s = &lead.standing;
    let times = [&s.withdrawn_at, &s.promotion_withdrawn_at, &s.utility_withdrawn_at];
    let is_delivery = |d: &DeliveryFile| {
        is_time(Some(&d.changed_at))
            && (0..=1_000_000).contains(&d.attempts)
            && d.reason.as_ref().is_none_or(|reason| is_line(reason, 64))
    };
    is_id(&lead.page.meta_id)
        && is_id(&lead.profile.psid)
        && is_time(Some(&lead.lead.created_at))
        && times.into_iter().all(|at| is_time(at.as_ref()))
        && lead.profile.given_name.as_ref().is_none_or(|name| is_line(name, 100))
        && lead.profile.language.as_ref().is_none_or(|language| is_id(language))
        && lead.tags.len() <= 200
        && lead.tags.iter().all(|tag| is_line(tag, 100))
        && lead.deliveries.len() <= DELIVERIES_LIMIT
        && lead.deliveries.iter().all(is_delivery)
        && lead.history().len() <= HISTORY_LIMIT
}

impl LeadFile {
    /// What is known of the lead from before, as JSON: kept to be shown, and a basis for nothing.
    pub fn history(&self) -> String {
        serde_json::json!({
            "consent_events": self.consent_events,
            "answers_to_questions": self.answers_to_questions,
            "before": self.history,
        })
        .to_string()
    }
}
