//! The record: what really reached whom. It is the outside witness against which a bot is checked.
//!
//! Invariant: every accepted message is in it once, whatever the bot was told about it. Entries are
//! kept small; texts live in the transcripts only.

use crate::id::{PageId, Psid};
use crate::seed;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// Refused calls listed one by one; beyond that only counted.
const REFUSED_KEPT: usize = 100_000;

/// What kind of message it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Text,
    QuickReplies,
    Media,
    Template,
    Utility,
    Sticker,
    /// Sent from the page's own inbox, not by an app.
    Inbox,
}

/// How the message was declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MessagingType {
    Unstated,
    Response,
    Update,
    MessageTag,
    Utility,
}

/// One accepted message.
#[derive(Debug)]
pub struct Sent {
    pub page: PageId,
    pub psid: Psid,
    pub line: u32,
    pub at: i64,
    pub metadata: Option<Box<str>>,
    pub messaging_type: MessagingType,
    pub kind: Kind,
}

/// One refused call.
#[derive(Debug, Clone, Serialize)]
pub struct Refused {
    pub page: Option<PageId>,
    pub person: Option<Psid>,
    pub code: i64,
    pub subcode: Option<i64>,
    pub at_millis: i64,
}

/// An accepted message as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SentMessage {
    /// Its place in the record; give it as `after` to read on.
    pub number: usize,
    pub page: PageId,
    pub person: Psid,
    pub mid: String,
    pub metadata: Option<String>,
    pub messaging_type: MessagingType,
    pub kind: Kind,
    pub at_millis: i64,
}

/// A person whom the same metadata reached more than once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Repeated {
    pub page: PageId,
    pub person: Psid,
    pub metadata: String,
    pub times: u64,
}

/// Webhooks of one page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Webhooks {
    /// Made by what happened (copies not counted).
    pub made: u64,
    /// HTTP requests made, retries and copies included.
    pub attempts: u64,
    /// Answered 200 in time.
    pub delivered: u64,
    /// Deliberate copies among the delivered.
    pub duplicates: u64,
    /// Attempts that failed.
    pub failed: u64,
    /// Never delivered: no callback, or unsubscribed after an hour of failure.
    pub given_up: u64,
}

/// Everything at a glance.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Messages accepted from apps.
    pub accepted: u64,
    /// Different people reached by them.
    pub people_reached: u64,
    /// Persons with the same metadata more than once.
    pub reached_more_than_once: u64,
    pub refused: u64,
    pub refused_by_code: BTreeMap<String, u64>,
    pub accepted_by_page: BTreeMap<String, u64>,
    pub webhooks: Webhooks,
    pub requests: u64,
    /// Seconds in which some page sent faster than its inbox can follow.
    pub inbox_warnings: u64,
}

/// The record itself.
#[derive(Default)]
pub struct Record {
    sent: Vec<Sent>,
    refused: Vec<Refused>,
    refused_count: u64,
    refused_by_code: BTreeMap<(i64, Option<i64>), u64>,
    requests: BTreeMap<String, u64>,
    webhooks: BTreeMap<PageId, Webhooks>,
}

impl Record {
    pub fn sent(&mut self, sent: Sent) {
        self.sent.push(sent);
    }

    /// How many messages were accepted.
    pub fn len(&self) -> usize {
        self.sent.len()
    }

    pub fn refused(&mut self, refused: Refused) {
        self.refused_count += 1;
        *self.refused_by_code.entry((refused.code, refused.subcode)).or_default() += 1;
        if self.refused.len() < REFUSED_KEPT {
            self.refused.push(refused);
        }
    }

    pub fn request(&mut self, path: &str) {
        match self.requests.get_mut(path) {
            Some(count) => *count += 1,
            None => {
                self.requests.insert(path.to_owned(), 1);
            }
        }
    }

    pub fn webhooks(&mut self, page: PageId) -> &mut Webhooks {
        self.webhooks.entry(page).or_default()
    }

    pub fn webhooks_by_page(&self) -> BTreeMap<PageId, Webhooks> {
        self.webhooks.clone()
    }

    pub fn requests(&self) -> BTreeMap<String, u64> {
        self.requests.clone()
    }

    /// Refused calls from the `after`th on.
    pub fn list_refused(&self, after: usize, limit: usize) -> Vec<Refused> {
        self.refused.iter().skip(after).take(limit).cloned().collect()
    }

    /// Accepted messages from place `after` on, of one page or person if wished.
    pub fn list(
        &self,
        seed: u64,
        page: Option<PageId>,
        person: Option<Psid>,
        after: usize,
        limit: usize,
    ) -> Vec<SentMessage> {
        let fits = |sent: &Sent| {
            page.is_none_or(|page| page == sent.page) && person.is_none_or(|person| person == sent.psid)
        };
        self.sent
            .iter()
            .enumerate()
            .skip(after)
            .filter(|(_, sent)| fits(sent))
            .take(limit)
            .map(|(at, sent)| SentMessage {
                number: at + 1,
                page: sent.page,
                person: sent.psid,
                mid: seed::mid(seed, sent.psid, sent.line),
                metadata: sent.metadata.as_deref().map(str::to_owned),
                messaging_type: sent.messaging_type,
                kind: sent.kind,
                at_millis: sent.at,
            })
            .collect()
    }

    /// Whom the same metadata reached more than once, in the order of ids.
    pub fn repeated(&self) -> Vec<Repeated> {
        let mut times: HashMap<(PageId, Psid, &str), u64> = HashMap::with_capacity(self.sent.len());
        for sent in &self.sent {
            if let Some(metadata) = &sent.metadata {
                *times.entry((sent.page, sent.psid, metadata)).or_default() += 1;
            }
        }
        let mut repeated: Vec<Repeated> = times
            .into_iter()
            .filter(|(_, times)| *times > 1)
            .map(|((page, person, metadata), times)| Repeated {
                page,
                person,
                metadata: metadata.to_owned(),
                times,
            })
            .collect();
        repeated.sort_by(|a, b| (a.page, a.person, &a.metadata).cmp(&(b.page, b.person, &b.metadata)));
        repeated
    }

    pub fn totals(&self, inbox_warnings: u64) -> Totals {
        let mut people: Vec<Psid> = Vec::with_capacity(self.sent.len());
        let mut accepted = 0;
        let mut accepted_by_page = BTreeMap::<PageId, u64>::new();
        for sent in self.sent.iter().filter(|sent| sent.kind != Kind::Inbox) {
            accepted += 1;
            people.push(sent.psid);
            *accepted_by_page.entry(sent.page).or_default() += 1;
        }
        people.sort_unstable();
        people.dedup();
        let webhooks = self.webhooks.values().fold(Webhooks::default(), |all, page| Webhooks {
            made: all.made + page.made,
            attempts: all.attempts + page.attempts,
            delivered: all.delivered + page.delivered,
            duplicates: all.duplicates + page.duplicates,
            failed: all.failed + page.failed,
            given_up: all.given_up + page.given_up,
        });
        Totals {
            accepted,
            people_reached: people.len() as u64,
            reached_more_than_once: self.repeated().len() as u64,
            refused: self.refused_count,
            refused_by_code: self
                .refused_by_code
                .iter()
                .map(|(code, count)| (show_code(*code), *count))
                .collect(),
            accepted_by_page: accepted_by_page
                .iter()
                .map(|(page, count)| (page.to_string(), *count))
                .collect(),
            webhooks,
            requests: self.requests.values().sum(),
            inbox_warnings,
        }
    }
}

fn show_code((code, subcode): (i64, Option<i64>)) -> String {
    subcode.map_or_else(|| code.to_string(), |subcode| format!("{code}/{subcode}"))
}
