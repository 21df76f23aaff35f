//! What a mail can tell: a closed list, each with its arguments.
//!
//! Invariants: a link is a whole URL, made by whoever knows the brand's address; none of them does
//! anything when it is only opened. No letter carries a name that its receiver did not choose for an
//! account of their own, so that signing up with somebody else's address sends that person nothing of
//! the sender's making.

use minicbor::{Decode, Encode};
use model::page::PageStop;
use model::personal::Personal;
use model::plan::SubscriptionState;
use model::time::Timestamp;

/// What happened. `not_me` leads to ending all sessions and to a new password.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Letter {
    /// Sent to an address that somebody signed up with.
    #[n(0)]
    ConfirmAddress {
        #[n(0)]
        link: Personal<String>,
        #[n(1)]
        valid_until: Timestamp,
    },
    /// Sent to a new address of an account, before it counts.
    #[n(1)]
    ConfirmNewAddress {
        #[n(0)]
        link: Personal<String>,
        #[n(1)]
        valid_until: Timestamp,
    },
    /// Somebody signed up with an address that has an account: the page says the same as ever, the
    /// mail says what to do.
    #[n(2)]
    AlreadyRegistered {
        #[n(0)]
        at: Timestamp,
        #[n(1)]
        sign_in: Personal<String>,
        #[n(2)]
        forgotten: Personal<String>,
    },
    #[n(3)]
    AccountCreated {
        #[n(0)]
        at: Timestamp,
        #[n(1)]
        sign_in: Personal<String>,
        #[n(2)]
        not_me: Personal<String>,
    },
    /// A sign-in from a network or a browser that was not seen before.
    #[n(4)]
    NewPlace {
        #[n(0)]
        at: Timestamp,
        /// The network, cut short: `203.0.113.0/24`.
        #[n(1)]
        network: Personal<String>,
        /// The family of the browser: `Firefox on Linux`.
        #[n(2)]
        browser: Personal<String>,
        #[n(3)]
        not_me: Personal<String>,
    },
    #[n(5)]
    PasswordChanged {
        #[n(0)]
        at: Timestamp,
        #[n(1)]
        not_me: Personal<String>,
    },
    #[n(6)]
    PasswordForgotten {
        #[n(0)]
        link: Personal<String>,
        #[n(1)]
        valid_until: Timestamp,
        /// How it came to be, where nobody asked for it: `not_me`, which has the old password open nothing.
        #[n(2)]
        how: Option<String>,
    },
    /// To the address that was the account's until now.
    #[n(7)]
    AddressChangedOld {
        #[n(0)]
        at: Timestamp,
        #[n(1)]
        new_address: Personal<String>,
        #[n(2)]
        not_me: Personal<String>,
    },
    /// To the address that is the account's from now on.
    #[n(8)]
    AddressChangedNew {
        #[n(0)]
        at: Timestamp,
        #[n(1)]
        sign_in: Personal<String>,
    },
    #[n(9)]
    TwoFactorChanged {
        #[n(0)]
        at: Timestamp,
        #[n(1)]
        change: TwoFactorChange,
        #[n(2)]
        not_me: Personal<String>,
    },
    #[n(10)]
    TokenMade {
        #[n(0)]
        at: Timestamp,
        /// What it may do, by code: `pages:read`.
        #[n(1)]
        scopes: Vec<String>,
        #[n(2)]
        not_me: Personal<String>,
        /// By somebody who helps, under an access that this admin granted.
        #[n(3)]
        by_helper: Option<bool>,
    },
    #[n(11)]
    TokenRevoked {
        #[n(0)]
        at: Timestamp,
        #[n(1)]
        not_me: Personal<String>,
    },
    #[n(12)]
    ExportTaken {
        #[n(0)]
        at: Timestamp,
        #[n(1)]
        what: ExportKind,
        /// People in it.
        #[n(2)]
        people: u64,
        #[n(3)]
        not_me: Personal<String>,
    },
    /// A lead of one of the account's pages was erased. Says nothing of the lead.
    #[n(13)]
    LeadErased {
        #[n(0)]
        at: Timestamp,
        #[n(1)]
        page: Personal<String>,
        /// The status page with the receipt.
        #[n(2)]
        receipt: Personal<String>,
    },
    /// To the first admin of a new installation or brand.
    #[n(14)]
    AccountSetUp {
        #[n(0)]
        at: Timestamp,
        #[n(1)]
        sign_in: Personal<String>,
    },
    /// The account's plan or the state of its subscription is another one.
    #[n(15)]
    PlanChanged {
        #[n(0)]
        at: Timestamp,
        /// The plan's name.
        #[n(1)]
        plan: String,
        #[n(2)]
        link: Personal<String>,
        #[n(3)]
        #[cbor(with = "state_code")]
        state: SubscriptionState,
    },
    #[n(16)]
    PageStopped {
        #[n(0)]
        at: Timestamp,
        #[n(1)]
        page: Personal<String>,
        #[n(2)]
        #[cbor(with = "stop_code")]
        stop: PageStop,
        #[n(3)]
        link: Personal<String>,
    },
    #[n(17)]
    BroadcastFinished {
        #[n(0)]
        at: Timestamp,
        #[n(1)]
        sent: u64,
        #[n(2)]
        refused: u64,
        #[n(3)]
        failed: u64,
        #[n(4)]
        unknown: u64,
        #[n(5)]
        link: Personal<String>,
    },
    /// The brand's admin had the account's name and address shown.
    #[n(18)]
    AdminRead {
        #[n(0)]
        at: Timestamp,
        #[n(1)]
        link: Personal<String>,
    },
    /// The brand's admin ended all sessions of the account.
    #[n(60)]
    SessionsEnded {
        #[n(0)]
        at: Timestamp,
        #[n(1)]
        link: Personal<String>,
    },
    /// The last letter to an account: it is erased.
    #[n(19)]
    AccountErased {
        #[n(0)]
        at: Timestamp,
        /// The status page with the receipt.
        #[n(1)]
        receipt: Personal<String>,
        /// What the log shows of it, in hexadecimal.
        #[n(2)]
        tag: String,
        /// Why the brand's admin had it erased; `None`: the holder did.
        #[n(3)]
        reason: Option<Personal<String>>,
    },
    /// To the admins: the installation was brought back from a backup.
    #[n(40)]
    Restored {
        /// When the return was done.
        #[n(0)]
        at: Timestamp,
        /// Records of the log that are lost.
        #[n(1)]
        lost: u64,
        /// Deliveries of which nobody knows whether they went.
        #[n(2)]
        unknown: u64,
        #[n(3)]
        link: Personal<String>,
    },
    /// A document gets a new version; about nothing else.
    #[n(41)]
    DocumentChanged {
        /// Which one, by its code.
        #[n(0)]
        document: String,
        #[n(1)]
        version: i64,
        /// What changes, in plain words.
        #[n(2)]
        summary: String,
        #[n(3)]
        effective_at: Timestamp,
        /// Why with less notice than is promised, by its code.
        #[n(4)]
        early: Option<String>,
        /// The new version, with the differences.
        #[n(5)]
        link: Personal<String>,
        /// Where one decides; empty for a document that nobody accepts, and for admins, who decide nothing.
        #[n(6)]
        decide: Personal<String>,
    },
    /// The data map is to be materially another, from a day on; about nothing else.
    #[n(61)]
    DataMapChanged {
        /// What changes, a sentence each.
        #[n(0)]
        summary: Vec<String>,
        #[n(1)]
        effective_at: Timestamp,
        /// Why with less notice than is promised, by its code.
        #[n(2)]
        early: Option<String>,
        /// The data page, which shows what is coming.
        #[n(3)]
        link: Personal<String>,
        /// Where one stays or leaves; not for admins.
        #[n(4)]
        leave: Option<Personal<String>>,
    },
    /// Somebody is to get data, from a day on; about nothing else.
    #[n(50)]
    RecipientAnnounced {
        #[n(0)]
        who: String,
        #[n(1)]
        data: String,
        #[n(2)]
        purpose: String,
        #[n(3)]
        country: String,
        #[n(4)]
        safeguard: String,
        #[n(5)]
        effective_at: Timestamp,
        /// Why with less notice than is promised, in the words of whoever announced it.
        #[n(6)]
        early: Option<String>,
        /// The register of recipients.
        #[n(7)]
        link: Personal<String>,
        /// Where one stays or leaves; not for admins.
        #[n(8)]
        leave: Option<Personal<String>>,
    },
    /// The brand ends: from a day on everything is erased; about nothing else.
    #[n(62)]
    BrandEnds {
        #[n(0)]
        effective_at: Timestamp,
        /// Where one takes along what is one's own, and leaves.
        #[n(1)]
        link: Personal<String>,
    },
    /// The end that was announced is called off.
    #[n(63)]
    BrandGoesOn {
        /// The day that was announced.
        #[n(0)]
        effective_at: Timestamp,
        #[n(1)]
        link: Personal<String>,
    },
    /// To an account: its own data was concerned by a breach, for certain or possibly (GDPR article 34).
    #[n(42)]
    BreachNotice {
        /// Whether a record says so, or it cannot be excluded.
        #[n(0)]
        is_certain: bool,
        /// Kinds of data by their codes, with a space between.
        #[n(1)]
        data: String,
        #[n(2)]
        happened: String,
        #[n(3)]
        done: String,
        #[n(4)]
        advice: String,
        /// Whom to ask.
        #[n(5)]
        contact: String,
        /// How breaches are handled.
        #[n(6)]
        link: Personal<String>,
        /// What is likely to follow; nothing in letters of before it was asked for.
        #[n(7)]
        follows: Option<String>,
    },
    /// To an account: data of people who wrote to its pages was concerned (article 33(2)).
    #[n(43)]
    BreachOfLeads {
        #[n(0)]
        people: u64,
        #[n(1)]
        data: String,
        #[n(2)]
        happened: String,
        #[n(3)]
        done: String,
        #[n(4)]
        advice: String,
        #[n(5)]
        contact: String,
        #[n(6)]
        link: Personal<String>,
        /// What is likely to follow; nothing in letters of before it was asked for.
        #[n(7)]
        follows: Option<String>,
    },
    /// To the admins: the 72 hours of a breach run out.
    #[n(44)]
    BreachDue {
        #[n(0)]
        due_at: Timestamp,
        #[n(1)]
        link: Personal<String>,
    },
    /// To the admins: one of them granted access for support.
    #[n(51)]
    SupportGranted {
        #[n(0)]
        at: Timestamp,
        /// Codes of what it opens, with a space between.
        #[n(1)]
        opens: String,
        #[n(2)]
        ends_at: Timestamp,
        #[n(3)]
        link: Personal<String>,
    },
    /// To the admins: somebody came in by a grant's code.
    #[n(52)]
    SupportEntered {
        #[n(0)]
        at: Timestamp,
        #[n(1)]
        link: Personal<String>,
    },
    /// To the admins: a grant has ended.
    #[n(53)]
    SupportEnded {
        #[n(0)]
        at: Timestamp,
        /// Who or what ended it, as a code.
        #[n(1)]
        how: String,
        #[n(2)]
        people: u64,
        #[n(4)]
        link: Personal<String>,
    },
    /// Whoever helps had the account's name and address shown.
    #[n(54)]
    SupportRead {
        #[n(0)]
        at: Timestamp,
        #[n(1)]
        reason: Personal<String>,
        #[n(2)]
        link: Personal<String>,
        /// Whether it is the last for now: what is looked at within the next minutes has none.
        #[n(3)]
        stop: Option<bool>,
    },
    /// The brand's admin looked at something that the account keeps.
    #[n(64)]
    AdminOpened {
        #[n(0)]
        at: Timestamp,
        /// Which kind of data, as the line about it says it.
        #[n(1)]
        what: String,
        #[n(2)]
        reason: Personal<String>,
        #[n(3)]
        link: Personal<String>,
        /// Whether it is the last for now: what is looked at within the next minutes has none.
        #[n(4)]
        stop: bool,
    },
    /// The log's newest checkpoint, to be kept.
    #[n(30)]
    WeeklyCheckpoint {
        #[n(0)]
        at: Timestamp,
        /// Its three lines: name, number of entries, root.
        #[n(1)]
        checkpoint: String,
        #[n(2)]
        seen: Vec<Seen>,
        /// Where the log shows itself.
        #[n(3)]
        link: Personal<String>,
    },
}

/// That a witness signed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Seen {
    /// The witness's name.
    #[n(0)]
    pub by: String,
    #[n(1)]
    pub at: Timestamp,
}

/// What changed about the second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum TwoFactorChange {
    #[n(0)]
    CodesOn,
    #[n(1)]
    CodesOff,
    #[n(2)]
    PasskeyAdded,
    #[n(3)]
    PasskeyRemoved,
}

impl TwoFactorChange {
    pub const ALL: [Self; 4] = [Self::CodesOn, Self::CodesOff, Self::PasskeyAdded, Self::PasskeyRemoved];

    pub const fn code(self) -> &'static str {
        match self {
            Self::CodesOn => "codes_on",
            Self::CodesOff => "codes_off",
            Self::PasskeyAdded => "passkey_added",
            Self::PasskeyRemoved => "passkey_removed",
        }
    }
}

/// What was taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum ExportKind {
    /// Leads of the account's pages.
    #[n(0)]
    Leads,
    /// Everything of the account, its leads among it.
    #[n(1)]
    Account,
}

impl Letter {
    /// Every kind there is.
    pub const KINDS: [&'static str; 36] = [
        "confirm_address",
        "confirm_new_address",
        "already_registered",
        "account_created",
        "new_place",
        "password_changed",
        "password_forgotten",
        "address_changed_old",
        "address_changed_new",
        "two_factor_changed",
        "token_made",
        "token_revoked",
        "export_taken",
        "lead_erased",
        "account_set_up",
        "plan_changed",
        "page_stopped",
        "broadcast_finished",
        "admin_read",
        "admin_opened",
        "sessions_ended",
        "weekly_checkpoint",
        "restored",
        "account_erased",
        "document_changed",
        "data_map_changed",
        "recipient_announced",
        "brand_ends",
        "brand_goes_on",
        "breach_notice",
        "breach_of_leads",
        "breach_due",
        "support_granted",
        "support_entered",
        "support_ended",
        "support_read",
    ];

    pub const fn kind(&self) -> &'static str {
        match self {
            Self::ConfirmAddress { .. } => "confirm_address",
            Self::ConfirmNewAddress { .. } => "confirm_new_address",
            Self::AlreadyRegistered { .. } => "already_registered",
            Self::AccountCreated { .. } => "account_created",
            Self::NewPlace { .. } => "new_place",
            Self::PasswordChanged { .. } => "password_changed",
            Self::PasswordForgotten { .. } => "password_forgotten",
            Self::AddressChangedOld { .. } => "address_changed_old",
            Self::AddressChangedNew { .. } => "address_changed_new",
            Self::TwoFactorChanged { .. } => "two_factor_changed",
            Self::TokenMade { .. } => "token_made",
            Self::TokenRevoked { .. } => "token_revoked",
            Self::ExportTaken { .. } => "export_taken",
            Self::LeadErased { .. } => "lead_erased",
            Self::AccountSetUp { .. } => "account_set_up",
            Self::PlanChanged { .. } => "plan_changed",
            Self::PageStopped { .. } => "page_stopped",
            Self::BroadcastFinished { .. } => "broadcast_finished",
            Self::AdminRead { .. } => "admin_read",
            Self::AdminOpened { .. } => "admin_opened",
            Self::SessionsEnded { .. } => "sessions_ended",
            Self::WeeklyCheckpoint { .. } => "weekly_checkpoint",
            Self::Restored { .. } => "restored",
            Self::AccountErased { .. } => "account_erased",
            Self::DocumentChanged { .. } => "document_changed",
            Self::DataMapChanged { .. } => "data_map_changed",
            Self::RecipientAnnounced { .. } => "recipient_announced",
            Self::BrandEnds { .. } => "brand_ends",
            Self::BrandGoesOn { .. } => "brand_goes_on",
            Self::BreachNotice { .. } => "breach_notice",
            Self::BreachOfLeads { .. } => "breach_of_leads",
            Self::BreachDue { .. } => "breach_due",
            Self::SupportGranted { .. } => "support_granted",
            Self::SupportEntered { .. } => "support_entered",
            Self::SupportEnded { .. } => "support_ended",
            Self::SupportRead { .. } => "support_read",
        }
    }

    /// Until when sending it makes sense: a link that has run out helps nobody.
    pub(crate) fn ends_at(&self, latest: Timestamp) -> Timestamp {
        match self {
            Self::ConfirmAddress { valid_until, .. }
            | Self::ConfirmNewAddress { valid_until, .. }
            | Self::PasswordForgotten { valid_until, .. } => latest.min(*valid_until),
            _ => latest,
        }
    }
}

/// A subscription's state by its code, which never changes.
mod state_code {
    use minicbor::decode::Error;
    use minicbor::encode::Write;
    use minicbor::{Decoder, Encoder};
    use model::plan::SubscriptionState;

    pub fn encode<C, W: Write>(
        state: &SubscriptionState,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.str(state.code())?.ok()
    }

    pub fn decode<C>(d: &mut Decoder<'_>, _: &mut C) -> Result<SubscriptionState, Error> {
        SubscriptionState::from_code(d.str()?).ok_or_else(|| Error::message("not a subscription's state"))
    }
}

/// A page's stop by its code, which never changes.
mod stop_code {
    use minicbor::decode::Error;
    use minicbor::encode::Write;
    use minicbor::{Decoder, Encoder};
    use model::page::PageStop;

    pub fn encode<C, W: Write>(
        stop: &PageStop,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.str(stop.code())?.ok()
    }

    pub fn decode<C>(d: &mut Decoder<'_>, _: &mut C) -> Result<PageStop, Error> {
        PageStop::from_code(d.str()?).ok_or_else(|| Error::message("not a page's stop"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_reads_back_as_it_was_sealed() {
        for letter in [
            Letter::PageStopped {
                at: Timestamp(7),
                page: Personal::from("Corner Bakery"),
                stop: PageStop::PolicyBlocked,
                link: Personal::from("https://brand.example/app"),
            },
            Letter::PlanChanged {
                at: Timestamp(7),
                plan: "Start".to_owned(),
                link: Personal::from("https://brand.example/account/plan"),
                state: SubscriptionState::PastDue,
            },
            Letter::TwoFactorChanged {
                at: Timestamp(-1),
                change: TwoFactorChange::CodesOff,
                not_me: Personal::from("https://brand.example/not-me/x"),
            },
            Letter::TokenMade {
                at: Timestamp(i64::MAX),
                scopes: vec!["pages:read".to_owned()],
                not_me: Personal::from(""),
                by_helper: Some(true),
            },
        ] {
            let bytes = minicbor::to_vec(&letter).unwrap();
            assert_eq!(minicbor::decode::<Letter>(&bytes).unwrap(), letter);
        }
    }

    #[test]
    fn a_letter_with_a_link_is_not_sent_once_the_link_has_run_out() {
        let latest = Timestamp::from_secs(1_000);
        let link =
            |until| Letter::PasswordForgotten { link: Personal::from("x"), valid_until: until, how: None };
        assert_eq!(link(Timestamp::from_secs(10)).ends_at(latest), Timestamp::from_secs(10));
        assert_eq!(link(Timestamp::from_secs(2_000)).ends_at(latest), latest);
        let changed = Letter::PasswordChanged { at: Timestamp(0), not_me: Personal::from("x") };
        assert_eq!(changed.ends_at(latest), latest);
    }

    #[test]
    fn claim_f2_a_letter_prints_nothing_of_its_links() {
        let letter = Letter::PasswordForgotten {
            link: Personal::from("https://secret"),
            valid_until: Timestamp(1),
            how: None,
        };
        assert!(!format!("{letter:?}").contains("secret"));
    }
}
