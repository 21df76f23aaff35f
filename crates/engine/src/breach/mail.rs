//! The mail to the supervisory authority: as it is being written, and what became of those that were sent, read from the
//! entries of their case.
//!
//! Invariant: what became of a mail is known from the register alone, which nobody can shorten; so no node, return from
//! a backup or older version takes one that may have gone for one that did not.

use super::Opened;
use crate::brands::BrandContext;
use crate::evidence::rfc3339;
use crate::{EngineError, views::At};
use minicbor::{Decode, Encode};
use model::breach::{EntryKind, Mailing};
use model::mail::EmailAddress;
use model::personal::Personal;
use model::time::{Span, Timestamp};
use serde_json::{Value, json};
use store::tables::breach::StoredEntry;

/// How long the mail server may take at worst, with some room: what was handed over before and has no answer by then,
/// will have none.
const ON_ITS_WAY: Span = Span::minutes(6);

/// The mail as it was shown: it is sent so, or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct MailDraft {
    #[n(0)]
    pub to: Personal<String>,
    #[n(1)]
    pub language: String,
    #[n(2)]
    pub subject: Personal<String>,
    #[n(3)]
    pub text: Personal<String>,
    /// When it was written, by which one draft is told from another.
    #[n(4)]
    pub at: Timestamp,
    /// The case's newest entry then, but for those of mails: what was known.
    #[n(5)]
    pub after: u64,
    /// Why it comes late, if it does; the text says it too.
    #[n(6)]
    pub reason: Personal<String>,
    /// Under which name it goes; empty in drafts of before it was shown, which are looked at anew.
    #[n(7)]
    #[cbor(default)]
    pub from: String,
    /// Where an answer goes.
    #[n(8)]
    pub reply_to: Option<Personal<String>>,
}

impl MailDraft {
    /// Whether it would go as it was shown.
    pub(crate) fn is_of(&self, sender: &Sender) -> bool {
        let reply_to = sender.reply_to.as_ref().map(EmailAddress::reveal);
        self.from == sender.name && self.reply_to.as_ref().map(|to| to.reveal().as_str()) == reply_to
    }
}

/// What a mail says of who sends it.
pub(crate) struct Sender {
    pub name: String,
    /// To whom the authority can ask, if that is an address, else the brand's contact.
    pub reply_to: Option<EmailAddress>,
}

impl Sender {
    pub fn of(ctx: &BrandContext, contact: &str) -> Self {
        let reply_to =
            EmailAddress::parse(contact).or_else(|_| EmailAddress::parse(&ctx.brand.controller.contact));
        Self { name: ctx.brand.name.clone(), reply_to: reply_to.ok() }
    }
}

/// A mail that was handed over, or was to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailed {
    /// The newest entry that tells of it.
    pub number: u64,
    pub state: Mailing,
    pub at: At,
    pub to: String,
}

impl Mailed {
    /// Whether its answer may still come.
    pub fn is_on_its_way(&self, now: Timestamp) -> bool {
        self.state == Mailing::Handed && now.since(self.at.0) < ON_ITS_WAY
    }

    /// Whether it may have arrived though nothing says that the authority was told: it is sent once more only knowingly.
    pub const fn is_open(&self) -> bool {
        self.state.is_open()
    }

    /// How an entry tells of it.
    pub fn entry(state: Mailing, id: &str, draft: &MailDraft, is_drill: bool, at: Timestamp) -> Value {
        json!({
            "state": state.code(),
            "mail": id,
            "to": draft.to.reveal(),
            "at": rfc3339(at),
            "drill": is_drill,
        })
    }

    /// The case's last mail that may have arrived, else its last, unless the authority was told since. What became of one
    /// says nothing of another.
    pub fn last<'a>(entries: impl Iterator<Item = (u64, Option<EntryKind>, &'a Value)>) -> Option<Self> {
        let mut mails: Vec<(&str, Self)> = Vec::new();
        for (number, kind, facts) in entries {
            let text = |name: &str| facts.get(name).and_then(Value::as_str).unwrap_or_default();
            match kind {
                Some(EntryKind::Mailed) => {
                    // What is not known to this version may have gone.
                    let state = Mailing::from_code(text("state")).unwrap_or(Mailing::Unanswered);
                    let at = At::parse(text("at")).unwrap_or(At(Timestamp::ZERO));
                    mails.retain(|(id, _)| *id != text("mail"));
                    mails.push((text("mail"), Self { number, state, at, to: text("to").to_owned() }));
                }
                Some(EntryKind::Authority) => match facts.pointer("/mail/mail").and_then(Value::as_str) {
                    Some(told) => mails.retain(|(id, mail)| *id != told && mail.is_open()),
                    None => mails.clear(),
                },
                Some(EntryKind::NotTold) => mails.retain(|(_, mail)| mail.is_open()),
                _ => {}
            }
        }
        let open = mails.iter().rposition(|(_, mail)| mail.is_open());
        let last = open.or(mails.len().checked_sub(1))?;
        Some(mails.swap_remove(last).1)
    }
}

/// A case's last mail, and its newest entry that is not of one.
pub(crate) fn read(
    ctx: &BrandContext,
    entries: &[StoredEntry],
) -> Result<(Option<Mailed>, u64), EngineError> {
    let mut mails = Vec::new();
    for entry in entries {
        let kind = entry.kind.known();
        let facts = if matches!(kind, Some(EntryKind::Mailed | EntryKind::Authority)) {
            Opened::of(ctx, entry)?.value()?.get_mut("facts").map(Value::take).unwrap_or_default()
        } else {
            Value::Null
        };
        mails.push((entry.number, kind, facts));
    }
    let last = Mailed::last(mails.iter().map(|(number, kind, facts)| (*number, *kind, facts)));
    Ok((last, known(entries.iter().map(|entry| (entry.number, entry.kind.known())))))
}

/// The newest entry of these that is not of a mail.
pub(crate) fn known(entries: impl Iterator<Item = (u64, Option<EntryKind>)>) -> u64 {
    entries.filter(|(_, kind)| *kind != Some(EntryKind::Mailed)).map(|(number, _)| number).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(state: Mailing, id: &str) -> (EntryKind, Value) {
        (
            EntryKind::Mailed,
            json!({ "state": state.code(), "mail": id, "to": "to@authority.example", "at": "" }),
        )
    }

    fn told(mail: Option<&str>) -> (EntryKind, Value) {
        (EntryKind::Authority, mail.map_or(Value::Null, |id| json!({ "mail": { "mail": id } })))
    }

    fn last(entries: &[(EntryKind, Value)]) -> Option<(u64, Mailing)> {
        let numbered = (1..).zip(entries).map(|(number, (kind, facts))| (number, Some(*kind), facts));
        Mailed::last(numbered).map(|last| (last.number, last.state))
    }

    #[test]
    fn claim_x8_what_became_of_one_mail_says_nothing_of_another() {
        use Mailing::{Handed, NotTaken, Refused};
        let (a, b) = (entry(Handed, "a"), entry(Handed, "b"));
        assert_eq!(last(&[a.clone(), entry(Refused, "a")]), Some((2, Refused)));
        let late = [a.clone(), b.clone(), entry(NotTaken, "a")];
        assert_eq!(last(&late), Some((2, Handed)), "the second may have arrived");
        assert_eq!(last(&[a.clone(), b.clone(), told(Some("a"))]), Some((2, Handed)));
        assert_eq!(last(&[a.clone(), b.clone(), told(Some("b"))]), Some((1, Handed)));
        assert_eq!(last(&[a.clone(), told(Some("a"))]), None);
        assert_eq!(last(&[a, b, told(None)]), None, "told by hand, all is said");
    }
}
