//! The tables, one file each: its statements, its functions, its share of the data map.
//!
//! Invariant 5: what belongs to a brand is reached through [`Scope`], that brand's handle, so that
//! forgetting the brand does not compile. Functions that take the bare [`Tx`] work for the whole
//! installation (routing a webhook, lanes, the ledger) and say so.

use crate::port::Tx;
use model::datamap::Declaration;
use model::id::BrandId;

pub mod acceptance;
pub mod account;
pub mod account_lookup;
pub mod announcement;
pub mod answer;
pub mod api_token;
pub mod audit;
pub mod billing;
pub mod bot;
pub mod brand;
pub mod breach;
pub mod breach_person;
pub mod broadcast;
pub mod broadcast_count;
pub mod consent_event;
pub mod credential;
pub mod daily;
pub mod data_map;
pub mod delivery;
pub mod document;
pub mod erasure;
pub mod erasure_page;
pub mod export;
pub mod facebook_login;
pub mod idempotency;
pub mod import;
pub mod inbox;
pub mod installation;
pub mod lead;
pub mod lead_link;
pub mod lease;
pub mod ledger;
pub mod link;
pub mod logo;
pub mod look_ups;
pub mod lookup;
pub mod mail;
pub mod node;
pub mod outbox;
pub mod page;
pub mod passkey;
pub mod plan;
pub mod reading;
pub mod recipient;
pub mod removal;
pub mod request;
pub mod restored;
pub mod returned;
pub mod seen;
pub mod session;
pub mod sign_in;
pub mod subscription;
pub mod support;
pub mod tag;
pub mod tally;
pub mod template;
pub mod witness;
pub mod wording;

/// One brand's part of the database, within a transaction.
#[derive(Clone, Copy)]
pub struct Scope<'t> {
    pub(crate) tx: &'t Tx<'t>,
    brand: BrandId,
}

impl<'t> Scope<'t> {
    pub const fn brand(self) -> BrandId {
        self.brand
    }

    /// The transaction, for what belongs to no brand and is written with it.
    pub const fn tx(self) -> &'t Tx<'t> {
        self.tx
    }
}

impl<'t> Tx<'t> {
    /// The handle through which a brand's rows are reached.
    pub const fn brand(&'t self, brand: BrandId) -> Scope<'t> {
        Scope { tx: self, brand }
    }
}

/// What every table keeps, for the data map.
pub const DECLARATIONS: &[Declaration] = &[
    acceptance::DECLARATION,
    account::DECLARATION,
    account_lookup::DECLARATION,
    announcement::DECLARATION,
    answer::DECLARATION,
    api_token::DECLARATION,
    audit::DECLARATION,
    billing::SECRET,
    billing::EVENT,
    bot::DECLARATION,
    brand::DECLARATION,
    breach::DECLARATION,
    breach::ENTRY,
    breach_person::DECLARATION,
    support::GRANT,
    support::ACT,
    broadcast::DECLARATION,
    broadcast_count::DECLARATION,
    consent_event::DECLARATION,
    consent_event::LEAF,
    credential::DECLARATION,
    daily::DECLARATION,
    data_map::DECLARATION,
    delivery::DECLARATION,
    document::DECLARATION,
    erasure::DECLARATION,
    erasure_page::DECLARATION,
    export::DECLARATION,
    facebook_login::DECLARATION,
    idempotency::DECLARATION,
    import::DECLARATION,
    import::PART,
    inbox::DECLARATION,
    installation::DECLARATION,
    lead::DECLARATION,
    lead_link::DECLARATION,
    lease::DECLARATION,
    ledger::PENDING,
    ledger::TILE,
    ledger::CHECKPOINT,
    link::DECLARATION,
    logo::DECLARATION,
    lookup::DECLARATION,
    lookup::PENDING_WITHDRAWAL,
    mail::DECLARATION,
    mail::COUNT,
    node::DECLARATION,
    outbox::DECLARATION,
    page::DECLARATION,
    passkey::DECLARATION,
    plan::DECLARATION,
    reading::DECLARATION,
    recipient::DECLARATION,
    request::DECLARATION,
    returned::DECLARATION,
    seen::DECLARATION,
    session::DECLARATION,
    sign_in::DECLARATION,
    subscription::DECLARATION,
    tag::DECLARATION,
    tag::LEAD,
    tally::DECLARATION,
    template::DECLARATION,
    witness::COSIGNATURE,
    witness::WITNESS,
    witness::LETTER,
    wording::DECLARATION,
];

/// Every statement of every table.
pub fn statements() -> Vec<&'static crate::Stmt> {
    [
        acceptance::ALL,
        account::ALL,
        account_lookup::ALL,
        announcement::ALL,
        answer::ALL,
        api_token::ALL,
        audit::ALL,
        billing::ALL,
        bot::ALL,
        brand::ALL,
        breach::ALL,
        breach_person::ALL,
        support::ALL,
        broadcast::ALL,
        broadcast_count::ALL,
        consent_event::ALL,
        credential::ALL,
        daily::ALL,
        data_map::ALL,
        delivery::ALL,
        document::ALL,
        erasure::ALL,
        erasure_page::ALL,
        export::ALL,
        facebook_login::ALL,
        idempotency::ALL,
        import::ALL,
        inbox::ALL,
        installation::ALL,
        lead::ALL,
        lead_link::ALL,
        lease::ALL,
        ledger::ALL,
        link::ALL,
        logo::ALL,
        look_ups::ALL,
        lookup::ALL,
        mail::ALL,
        crate::migrate::ALL,
        node::ALL,
        outbox::ALL,
        page::ALL,
        passkey::ALL,
        plan::ALL,
        reading::ALL,
        recipient::ALL,
        request::ALL,
        removal::ALL,
        restored::ALL,
        returned::ALL,
        seen::ALL,
        session::ALL,
        sign_in::ALL,
        subscription::ALL,
        tag::ALL,
        tally::ALL,
        template::ALL,
        witness::ALL,
        wording::ALL,
    ]
    .concat()
}
