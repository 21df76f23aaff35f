//! The account holder's archive: what it holds (docs/archive.md), how it is written, and how it is read
//! again.
//!
//! Invariants: a token of a page, a password, a secret of a session or of a second factor is never in it;
//! what is personal and not in it is named with a reason ([`held`]).

pub mod held;
pub mod read;
pub mod zip;

use crate::views::At;
use crate::views::bot::{BotView, WordingView};
use crate::views::broadcasts::BroadcastView;
use crate::views::pages::PageView;
use crate::views::tags::TagView;
use crate::views::templates::TemplateView;
use model::id::AccountId;
use serde::Serialize;
use serde_json::Value;

/// Name and version of the format. A reader refuses another number.
pub const FORMAT: &str = "entente-archive/1";
/// The first file of an archive.
pub const MANIFEST: &str = "archive.json";
pub const ACCOUNT: &str = "account.json";
pub const PAGES: &str = "pages.json";
pub const TAGS: &str = "tags.json";
pub const TEMPLATES: &str = "templates.json";
pub const BROADCASTS: &str = "broadcasts.json";
pub const LOG_KEY: &str = "log-key.txt";
/// Leads of one file in `leads/`.
pub const LEADS: u32 = 200;

/// What an archive says of itself.
#[derive(Debug, Clone, Serialize)]
pub struct Manifest {
    pub format: &'static str,
    pub made_at: At,
    pub program: &'static str,
    pub brand: String,
    pub account: AccountId,
    /// In which the pages to be read are written.
    pub language: String,
    /// Counted when it was begun.
    pub leads: u64,
}

/// Everything but the leads.
#[derive(Debug, Clone, Serialize)]
pub struct Head {
    pub manifest: Manifest,
    pub account: Value,
    pub pages: Vec<PageFile>,
    pub tags: Vec<TagView>,
    pub templates: Vec<TemplateView>,
    pub broadcasts: Vec<BroadcastView>,
}

#[derive(Debug, Clone, Serialize)]
pub struct PageFile {
    #[serde(flatten)]
    pub page: PageView,
    pub bot: BotView,
    /// Those in force, and those that the page had before.
    pub wordings: Vec<WordingView>,
}

/// Writes the pages that people read, in their language; no script, nothing loaded from elsewhere.
pub trait Readable: Send + Sync {
    /// `index.html`; `parts`: how many files of leads follow.
    fn index(&self, head: &Head, parts: u64) -> String;
    /// `leads/00001.html` and so on.
    fn leads(&self, number: u64, parts: u64, leads: &[Value]) -> String;
    /// The names of a table's columns.
    fn columns(&self, names: &[&str]) -> Vec<String>;
}

/// The name of a file of leads.
pub fn part_name(number: u64, ending: &str) -> String {
    format!("leads/{number:05}.{ending}")
}
