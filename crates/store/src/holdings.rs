//! What holds for each table as a whole, for the data map: source, purposes, with whom it goes.
//!
//! Invariant: every table of the migrated schemas has exactly one line here (a test compares).

use model::datamap::Purpose::{
    Answer, AsAsked, ConnectPage, Count, Deliver, DoOnce, Erase, GrantAccess, HandleBreach, HonourNo,
    KeepLimits, KeepLog, Operate, Present, Prove, RunAccount, Security, ServeRights, SignIn, Sort, TellOwner,
};
use model::datamap::Source::{Arises, Brand, Given, Made, Meta};
use model::datamap::{Goes, Holding, Purpose, Source};

const fn account(place: &'static str, source: Source, purposes: &'static [Purpose]) -> Holding {
    Holding::new(place, source, purposes, Goes::Account)
}

const fn lead(place: &'static str, source: Source, purposes: &'static [Purpose]) -> Holding {
    Holding::new(place, source, purposes, Goes::Lead)
}

const fn brand(place: &'static str, purposes: &'static [Purpose]) -> Holding {
    Holding::new(place, Brand, purposes, Goes::Brand)
}

const fn stays(place: &'static str, purposes: &'static [Purpose]) -> Holding {
    Holding::new(place, Made, purposes, Goes::Stays)
}

/// One line a table.
pub const HOLDINGS: &[Holding] = &[
    // What accounts give.
    account("account", Given, &[RunAccount]).until("confirm"),
    account("account_lookup", Made, &[SignIn]),
    account("credential", Given, &[SignIn]),
    account("passkey", Given, &[SignIn]),
    account("acceptance", Given, &[Prove]),
    account("page", Given, &[ConnectPage]),
    account("bot", Given, &[Answer]),
    account("broadcast", Given, &[Deliver]),
    account("broadcast_count", Made, &[Deliver]),
    account("template", Given, &[Deliver]),
    account("tag", Given, &[Sort]),
    account("api_token", Given, &[GrantAccess]),
    account("export", Given, &[Prove]),
    account("facebook_login", Meta, &[Erase]),
    account("import", Given, &[RunAccount]).until("import"),
    account("import_part", Given, &[RunAccount]).until("part"),
    // What arises when they use the service.
    account("session", Arises, &[SignIn]).until("sign-out"),
    account("sign_in", Arises, &[Security]),
    account("audit", Arises, &[Security]),
    account("link", Arises, &[SignIn]).until("use"),
    account("mail", Arises, &[TellOwner]).until("mail"),
    account("subscription", Arises, &[KeepLimits]),
    account("idempotency", Arises, &[DoOnce]),
    account("billing_event", Arises, &[DoOnce]),
    // Leads.
    lead("lead", Meta, &[Answer, Deliver]),
    lead("lookup", Made, &[Answer]),
    lead("answer", Given, &[AsAsked]).until("no-to-keeping"),
    lead("lead_tag", Made, &[Sort]),
    lead("consent_event", Meta, &[Prove]),
    lead("consent_leaf", Made, &[Prove]),
    lead("delivery", Made, &[Deliver]).until("counted"),
    lead("pending_withdrawal", Meta, &[HonourNo]).until("first-message"),
    lead("inbox", Meta, &[Answer]).until("reply"),
    lead("outbox", Made, &[Answer]).until("send"),
    lead("seen", Made, &[DoOnce]),
    lead("returned", Given, &[Prove]),
    lead("lead_link", Made, &[ServeRights]),
    // A line about an account goes with the account.
    lead("reading", Arises, &[ServeRights]),
    // So does what was found about an account.
    lead("breach_person", Made, &[HandleBreach]),
    // And that a helper looked at an account, or at a lead.
    lead("support_act", Made, &[ServeRights]),
    // The brand's.
    brand("brand", &[Present]),
    brand("logo", &[Present]),
    brand("document", &[Present]),
    brand("announcement", &[Prove]),
    brand("recipient", &[Prove]),
    brand("data_map", &[Prove]),
    brand("breach", &[HandleBreach]),
    brand("breach_entry", &[HandleBreach]),
    brand("support_grant", &[GrantAccess]),
    brand("wording", &[Prove]),
    brand("plan", &[KeepLimits]),
    brand("billing_secret", &[Operate]),
    brand("tally", &[Count]),
    brand("daily", &[Count]),
    brand("mail_count", &[Count]),
    brand("request", &[ServeRights]),
    brand("ledger_letter", &[KeepLog]),
    // The installation's.
    stays("erasure", &[Erase]).until("erasure"),
    Holding::new("erasure_page", Meta, &[Erase], Goes::Stays).until("notice"),
    stays("ledger_pending", &[KeepLog]).until("log"),
    stays("ledger_tile", &[KeepLog]),
    stays("ledger_checkpoint", &[KeepLog]),
    stays("ledger_cosignature", &[KeepLog]),
    stays("ledger_witness", &[KeepLog]),
    stays("installation", &[Operate]),
    stays("lease", &[Operate]),
    stays("node", &[Operate]),
    stays("migration", &[Operate]),
    // The key store.
    account("key", Made, &[Operate]),
    account("flat_key", Made, &[Operate]).until("tree"),
    stays("tree", &[Operate]),
    stays("felled", &[Operate]).until("sweep"),
    stays("key_copy", &[Erase]),
    stays("erased_key", &[Erase]),
    stays("record", &[Operate]),
];

/// What holds for this table.
pub fn holding(place: &str) -> Option<&'static Holding> {
    let table = place.split('.').next().unwrap_or(place);
    HOLDINGS.iter().find(|holding| holding.place == table)
}
