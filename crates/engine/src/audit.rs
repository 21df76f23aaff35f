//! The audit: what admins did, and what concerns the safety of an account, as evidence (claims A1, R4, F10).
//!
//! Invariants: [`Act`] is closed, and what an entry tells is ids, codes and counts, besides the reason that somebody
//! typed for a file or for looking into an account; nothing of it is about bots, leads or broadcasts, but that a route to
//! one was denied, and that an admin looked at those of an account, never at which. An entry is
//! written in the commit of its act (a denial, which has none, in one of its own), with its leaf. It is sealed under the
//! key of whose account it is (the brand's, where it is nobody's); once that key is gone, the leaf is noise.

use crate::accounts::Opened;
use crate::brands::BrandContext;
use crate::denials::Denial;
use crate::evidence::{Kept, controller, rfc3339};
use crate::views::own::opened;
use crate::{Actor, Door, Engine, EngineError, Role};
use model::id::{
    AccountId, AuditId, BreachId, ErasureId, PasskeyId, PlanId, RequestId, SessionId, SupportGrantId, TokenId,
};
use model::personal::Personal;
use model::plan::{Limits, SubscriptionState};
use model::request::Outcome;
use model::time::Timestamp;
use serde_json::{Map, Value, json};
use store::tables::audit::{NewAudit, StoredAudit};
use vault::Key;

/// Name and version of the record's format.
const FORMAT: &str = "entente-audit/1";
const TABLE: &str = "audit";

/// Who acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The brand's admin.
    Admin,
    /// Whoever holds the account.
    Holder,
    /// Whoever helps, under a grant of the admin's.
    Support,
    /// Whoever signs calls with the brand's secret: the billing system.
    Billing,
    /// Somebody at an account's door, who showed nothing: whether it was its holder nobody knows.
    Somebody,
    /// The operator's command line, or the program by itself.
    Program,
}

impl By {
    pub const ALL: [Self; 6] =
        [Self::Admin, Self::Holder, Self::Support, Self::Billing, Self::Somebody, Self::Program];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Holder => "holder",
            Self::Support => "support",
            Self::Billing => "billing",
            Self::Somebody => "somebody",
            Self::Program => "program",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.code() == code)
    }
}

impl From<Role> for By {
    fn from(role: Role) -> Self {
        match role {
            Role::Admin => Self::Admin,
            Role::User => Self::Holder,
        }
    }
}

/// What was done with a plan.
#[derive(Debug, Clone)]
pub(crate) enum OfPlan {
    Made { name: String, limits: Limits },
    Changed { name: String, limits: Limits },
    Start,
    Retired,
    Offered,
    Deleted,
}

/// Everything that is audited.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    // Of the brand's admin.
    BrandSet {
        part: String,
    },
    BrandGivenBack {
        part: String,
    },
    LogoSet,
    LogoRemoved,
    /// From when on the brand can be erased.
    BrandEndAnnounced {
        ends_at: Timestamp,
    },
    BrandEndCalledOff,
    DocumentPublished {
        documents: Vec<(String, i64)>,
    },
    Plan {
        plan: PlanId,
        what: OfPlan,
    },
    /// By the admin, or by a signed call.
    SubscriptionSet {
        account: AccountId,
        plan: Option<PlanId>,
        state: SubscriptionState,
    },
    /// What for, as in the next two.
    AccountRevealed {
        account: AccountId,
        reason: Personal<String>,
    },
    /// Looked for by its address; which one was found, if one was. The address stands nowhere.
    AccountSought {
        account: Option<AccountId>,
        reason: Personal<String>,
    },
    /// Something that the account keeps was looked at by the admin; which kind of data, and what for.
    AccountOpened {
        account: AccountId,
        what: &'static str,
        reason: Personal<String>,
    },
    /// All sessions of an account, by the admin.
    AccountSessionsEnded {
        account: AccountId,
    },
    /// Whose it was stands nowhere any more; the erasure has a receipt.
    AccountErased {
        erasure: ErasureId,
    },
    RequestNoted {
        request: RequestId,
    },
    RequestExtended {
        request: RequestId,
    },
    RequestClosed {
        request: RequestId,
        outcome: Outcome,
    },
    BillingSecretMade,
    BillingSecretEnded,
    /// Which entries, as they were chosen, and what for.
    AuditExported {
        kind: &'static str,
        by: &'static str,
        since: Option<Timestamp>,
        until: Option<Timestamp>,
        id: String,
        reason: Personal<String>,
    },
    /// A step of a case of the register of breaches, where it stands in full.
    BreachStep {
        breach: BreachId,
        step: &'static str,
    },
    RecipientAnnounced {
        name: String,
    },
    /// By its number in the register of recipients.
    RecipientEnded {
        recipient: i64,
    },
    /// By a grant's id, as in all that follows; what a helper was shown stands in full with the grant.
    SupportGranted {
        grant: SupportGrantId,
        scopes: String,
    },
    /// Another code, which ends what the one before opened.
    SupportCode {
        grant: SupportGrantId,
    },
    SupportEntered {
        grant: SupportGrantId,
    },
    SupportShown {
        grant: SupportGrantId,
        what: &'static str,
    },
    SupportEnded {
        grant: SupportGrantId,
        way: &'static str,
    },
    /// The data was brought back from a backup; how many records of the log were lost with it.
    Restored {
        lost: u64,
    },
    // About an account's safety.
    SetUpOffered,
    AccountMade {
        role: &'static str,
    },
    SignedIn {
        session: SessionId,
        way: &'static str,
    },
    /// `wrong_password` and the like, as the history of sign-ins says it.
    SignInFailed {
        why: &'static str,
    },
    SignedOut {
        session: SessionId,
    },
    SessionEnded {
        session: SessionId,
    },
    OtherSessionsEnded,
    PasswordChanged,
    RecoveryAsked,
    /// By a mailed link, which ends every session, token and passkey.
    PasswordReset,
    /// "This was not me".
    Undone,
    AddressChanged,
    CodesOn,
    CodesOff,
    PasskeyAdded {
        passkey: PasskeyId,
    },
    PasskeyRemoved {
        passkey: PasskeyId,
    },
    TokenMade {
        token: TokenId,
        scopes: String,
    },
    TokenRevoked {
        token: TokenId,
    },
    /// To somebody who is known: at which route of the table, through which session, token or grant, and how often within
    /// the hour.
    Denied {
        what: Denial,
        route: String,
        through: Option<Door>,
        times: u64,
    },
}

/// Every kind of entry: what [`Act::code`] says.
pub const KINDS: [&str; 60] = [
    "brand_set",
    "brand_given_back",
    "logo_set",
    "logo_removed",
    "brand_end_announced",
    "brand_end_called_off",
    "document_published",
    "plan_made",
    "plan_changed",
    "plan_start",
    "plan_retired",
    "plan_offered",
    "plan_deleted",
    "subscription_set",
    "account_revealed",
    "account_sought",
    "account_opened",
    "account_sessions_ended",
    "account_erased",
    "request_noted",
    "request_extended",
    "request_closed",
    "billing_secret_made",
    "billing_secret_ended",
    "audit_exported",
    "breach_step",
    "recipient_announced",
    "recipient_ended",
    "support_granted",
    "support_code",
    "support_entered",
    "support_shown",
    "support_ended",
    "restored",
    "set_up_offered",
    "account_made",
    "signed_in",
    "sign_in_failed",
    "signed_out",
    "session_ended",
    "other_sessions_ended",
    "password_changed",
    "recovery_asked",
    "password_reset",
    "undone",
    "address_changed",
    "codes_on",
    "codes_off",
    "passkey_added",
    "passkey_removed",
    "token_made",
    "token_revoked",
    "denied_page",
    "denied_id",
    "denied_scope",
    "denied_form",
    "denied_proof",
    "denied_grant",
    "denied_limit",
    "denied_file",
];

/// Every name of a fact, for whoever has to put it into words.
pub const FACTS: [&str; 37] = [
    "account",
    "breach",
    "breach_policy",
    "by",
    "data_use",
    "ends_at",
    "erasure",
    "grant",
    "id",
    "kind",
    "leads",
    "lost",
    "messages",
    "name",
    "outcome",
    "pages",
    "part",
    "passkey",
    "plan",
    "privacy",
    "reason",
    "recipient",
    "request",
    "role",
    "route",
    "scopes",
    "session",
    "since",
    "state",
    "step",
    "terms",
    "times",
    "token",
    "until",
    "way",
    "what",
    "why",
];

impl Act {
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::BrandSet { .. } => "brand_set",
            Self::BrandGivenBack { .. } => "brand_given_back",
            Self::LogoSet => "logo_set",
            Self::LogoRemoved => "logo_removed",
            Self::BrandEndAnnounced { .. } => "brand_end_announced",
            Self::BrandEndCalledOff => "brand_end_called_off",
            Self::DocumentPublished { .. } => "document_published",
            Self::Plan { what: OfPlan::Made { .. }, .. } => "plan_made",
            Self::Plan { what: OfPlan::Changed { .. }, .. } => "plan_changed",
            Self::Plan { what: OfPlan::Start, .. } => "plan_start",
            Self::Plan { what: OfPlan::Retired, .. } => "plan_retired",
            Self::Plan { what: OfPlan::Offered, .. } => "plan_offered",
            Self::Plan { what: OfPlan::Deleted, .. } => "plan_deleted",
            Self::SubscriptionSet { .. } => "subscription_set",
            Self::AccountRevealed { .. } => "account_revealed",
            Self::AccountSought { .. } => "account_sought",
            Self::AccountOpened { .. } => "account_opened",
            Self::AccountSessionsEnded { .. } => "account_sessions_ended",
            Self::AccountErased { .. } => "account_erased",
            Self::RequestNoted { .. } => "request_noted",
            Self::RequestExtended { .. } => "request_extended",
            Self::RequestClosed { .. } => "request_closed",
            Self::BillingSecretMade => "billing_secret_made",
            Self::BillingSecretEnded => "billing_secret_ended",
            Self::AuditExported { .. } => "audit_exported",
            Self::BreachStep { .. } => "breach_step",
            Self::RecipientAnnounced { .. } => "recipient_announced",
            Self::RecipientEnded { .. } => "recipient_ended",
            Self::SupportGranted { .. } => "support_granted",
            Self::SupportCode { .. } => "support_code",
            Self::SupportEntered { .. } => "support_entered",
            Self::SupportShown { .. } => "support_shown",
            Self::SupportEnded { .. } => "support_ended",
            Self::Restored { .. } => "restored",
            Self::SetUpOffered => "set_up_offered",
            Self::AccountMade { .. } => "account_made",
            Self::SignedIn { .. } => "signed_in",
            Self::SignInFailed { .. } => "sign_in_failed",
            Self::SignedOut { .. } => "signed_out",
            Self::SessionEnded { .. } => "session_ended",
            Self::OtherSessionsEnded => "other_sessions_ended",
            Self::PasswordChanged => "password_changed",
            Self::RecoveryAsked => "recovery_asked",
            Self::PasswordReset => "password_reset",
            Self::Undone => "undone",
            Self::AddressChanged => "address_changed",
            Self::CodesOn => "codes_on",
            Self::CodesOff => "codes_off",
            Self::PasskeyAdded { .. } => "passkey_added",
            Self::PasskeyRemoved { .. } => "passkey_removed",
            Self::TokenMade { .. } => "token_made",
            Self::TokenRevoked { .. } => "token_revoked",
            Self::Denied { what: Denial::Page, .. } => "denied_page",
            Self::Denied { what: Denial::Id, .. } => "denied_id",
            Self::Denied { what: Denial::Scope, .. } => "denied_scope",
            Self::Denied { what: Denial::Form, .. } => "denied_form",
            Self::Denied { what: Denial::Proof, .. } => "denied_proof",
            Self::Denied { what: Denial::Grant, .. } => "denied_grant",
            Self::Denied { what: Denial::Limit, .. } => "denied_limit",
            Self::Denied { what: Denial::File, .. } => "denied_file",
        }
    }

    /// What it tells beside its kind.
    fn facts(&self) -> Value {
        match self {
            Self::BrandSet { part } | Self::BrandGivenBack { part } => json!({ "part": part }),
            Self::DocumentPublished { documents } => {
                let each = documents.iter().map(|(kind, version)| (kind.clone(), Value::from(*version)));
                Value::Object(each.collect::<Map<_, _>>())
            }
            Self::Plan { plan, what: OfPlan::Made { name, limits } | OfPlan::Changed { name, limits } } => {
                json!({
                    "plan": plan, "name": name,
                    "pages": limits.pages, "leads": limits.leads, "messages": limits.messages,
                })
            }
            Self::Plan { plan, .. } => json!({ "plan": plan }),
            Self::SubscriptionSet { account, plan, state } => {
                json!({ "account": account, "plan": plan, "state": state.code() })
            }
            Self::AccountSessionsEnded { account } => json!({ "account": account }),
            Self::AccountRevealed { account, reason } => {
                json!({ "account": account, "reason": reason.reveal() })
            }
            Self::BrandEndAnnounced { ends_at } => json!({ "ends_at": rfc3339(*ends_at) }),
            Self::AccountSought { account: Some(account), reason } => {
                json!({ "account": account, "reason": reason.reveal() })
            }
            Self::AccountSought { account: None, reason } => json!({ "reason": reason.reveal() }),
            Self::AccountOpened { account, what, reason } => {
                json!({ "account": account, "what": what, "reason": reason.reveal() })
            }
            Self::AccountErased { erasure } => json!({ "erasure": erasure }),
            Self::RequestNoted { request } | Self::RequestExtended { request } => {
                json!({ "request": request })
            }
            Self::RequestClosed { request, outcome } => {
                json!({ "request": request, "outcome": outcome.code() })
            }
            Self::AuditExported { kind, by, since, until, id, reason } => json!({
                "kind": kind, "by": by, "id": id,
                "since": since.map(rfc3339), "until": until.map(rfc3339),
                "reason": reason.reveal(),
            }),
            Self::BreachStep { breach, step } => json!({ "breach": breach, "step": step }),
            Self::RecipientAnnounced { name } => json!({ "name": name }),
            Self::RecipientEnded { recipient } => json!({ "recipient": recipient }),
            Self::SupportGranted { grant, scopes } => json!({ "grant": grant, "scopes": scopes }),
            Self::SupportCode { grant } | Self::SupportEntered { grant } => json!({ "grant": grant }),
            Self::SupportShown { grant, what } => json!({ "grant": grant, "what": what }),
            Self::SupportEnded { grant, way } => json!({ "grant": grant, "way": way }),
            Self::Restored { lost } => json!({ "lost": lost }),
            Self::AccountMade { role } => json!({ "role": role }),
            Self::SignedIn { session, way } => json!({ "session": session, "way": way }),
            Self::SignInFailed { why } => json!({ "why": why }),
            Self::SignedOut { session } | Self::SessionEnded { session } => json!({ "session": session }),
            Self::PasskeyAdded { passkey } | Self::PasskeyRemoved { passkey } => {
                json!({ "passkey": passkey })
            }
            Self::TokenMade { token, scopes } => json!({ "token": token, "scopes": scopes }),
            Self::TokenRevoked { token } => json!({ "token": token }),
            Self::Denied { route, through, times, .. } => {
                let through = through.map(|door| match door {
                    Door::Session(id) => ("session", json!(id)),
                    Door::Token(id) => ("token", json!(id)),
                    Door::Support(id) => ("grant", json!(id)),
                });
                let all = [("route", json!(route)), ("times", json!(times))].into_iter().chain(through);
                Value::Object(all.map(|(name, value)| (name.to_owned(), value)).collect())
            }
            Self::LogoSet
            | Self::LogoRemoved
            | Self::BrandEndCalledOff
            | Self::BillingSecretMade
            | Self::BillingSecretEnded
            | Self::SetUpOffered
            | Self::OtherSessionsEnded
            | Self::PasswordChanged
            | Self::RecoveryAsked
            | Self::PasswordReset
            | Self::Undone
            | Self::AddressChanged
            | Self::CodesOn
            | Self::CodesOff => json!({}),
        }
    }
}

/// An entry, ready to be written in its act's commit.
fn entry(
    engine: &Engine,
    ctx: &BrandContext,
    by: By,
    account: Option<(AccountId, &Key)>,
    act: &Act,
) -> Result<NewAudit, EngineError> {
    entry_at(engine, ctx, engine.clock.now(), by, account, act)
}

fn entry_at(
    engine: &Engine,
    ctx: &BrandContext,
    at: Timestamp,
    by: By,
    account: Option<(AccountId, &Key)>,
    act: &Act,
) -> Result<NewAudit, EngineError> {
    let id = AuditId::new(at, &*engine.entropy);
    let record = json!({
        "format": FORMAT,
        "event": "audit",
        "kind": act.code(),
        "facts": act.facts(),
        "by": by.code(),
        "account": account.map(|(account, _)| account),
        "brand": ctx.brand.name,
        "controller": controller(&ctx.brand),
        "at": rfc3339(at),
    })
    .to_string();
    let (kept, commitment) = Kept::commit(engine, record);
    let (key, place) = match account {
        Some((account, key)) => (key, ctx.person_place(account.0, TABLE, id.0)),
        None => (&*ctx.key, ctx.place(TABLE, id.0)),
    };
    let sealed =
        key.seal_value(&place, &kept, &*engine.entropy).map_err(|_| EngineError::Sealed { place: TABLE })?;
    Ok(NewAudit {
        id,
        account: account.map(|(account, _)| account),
        actor: by.code(),
        kind: act.code(),
        at,
        sealed,
        commitment,
    })
}

/// What this actor does.
pub(crate) async fn by(
    engine: &Engine,
    ctx: &BrandContext,
    actor: &Actor,
    act: &Act,
) -> Result<NewAudit, EngineError> {
    of(engine, ctx, actor.role.into(), actor.account, act).await
}

/// What happens with an account. Of one that is erased at this moment, the entry names none: nothing is done without one.
pub(crate) async fn of(
    engine: &Engine,
    ctx: &BrandContext,
    by: By,
    account: AccountId,
    act: &Act,
) -> Result<NewAudit, EngineError> {
    let key = engine.vault.key(&account.0).await?;
    entry(engine, ctx, by, key.as_deref().map(|key| (account, key)), act)
}

/// What happens at an account's door, or is done by its holder.
pub(crate) fn at(
    engine: &Engine,
    ctx: &BrandContext,
    account: &Opened,
    act: &Act,
) -> Result<NewAudit, EngineError> {
    let by = match act {
        // Whoever knows the address can do this.
        Act::SignInFailed { .. } | Act::RecoveryAsked => By::Somebody,
        _ if account.stored.role == "admin" => By::Admin,
        _ => By::Holder,
    };
    entry(engine, ctx, by, Some((account.id, &account.key)), act)
}

/// About an account that is being made.
pub(crate) fn new_account(
    engine: &Engine,
    ctx: &BrandContext,
    by: By,
    account: (AccountId, &Key),
    act: &Act,
) -> Result<NewAudit, EngineError> {
    entry(engine, ctx, by, Some(account), act)
}

/// What the program does about the brand, by itself or for the command line.
pub(crate) fn program(engine: &Engine, ctx: &BrandContext, act: &Act) -> Result<NewAudit, EngineError> {
    entry(engine, ctx, By::Program, None, act)
}

/// What a helper does.
pub(crate) fn helper(engine: &Engine, ctx: &BrandContext, act: &Act) -> Result<NewAudit, EngineError> {
    entry(engine, ctx, By::Support, None, act)
}

/// What a signed call does.
pub(crate) fn billing(engine: &Engine, ctx: &BrandContext, act: &Act) -> Result<NewAudit, EngineError> {
    entry(engine, ctx, By::Billing, None, act)
}

/// What was denied to this actor at that moment; none of an account that was erased meanwhile.
pub(crate) async fn denied(
    engine: &Engine,
    ctx: &BrandContext,
    actor: &Actor,
    at: Timestamp,
    act: &Act,
) -> Result<Option<NewAudit>, EngineError> {
    if let Some(Door::Support(_)) = actor.door {
        return entry_at(engine, ctx, at, By::Support, None, act).map(Some);
    }
    let Some(key) = engine.vault.key(&actor.account.0).await? else { return Ok(None) };
    entry_at(engine, ctx, at, actor.role.into(), Some((actor.account, &key)), act).map(Some)
}

/// What lies in an entry; none where the key has gone.
pub(crate) async fn open(
    engine: &Engine,
    ctx: &BrandContext,
    stored: &StoredAudit,
) -> Result<Option<Kept>, EngineError> {
    let Some(account) = stored.account else {
        return opened(&ctx.key, &ctx.place(TABLE, stored.id.0), &stored.sealed).map(Some);
    };
    let Some(key) = engine.vault.key(&account.0).await? else { return Ok(None) };
    opened(&key, &ctx.person_place(account.0, TABLE, stored.id.0), &stored.sealed).map(Some)
}

/// The proof file of an entry.
///
/// # Errors
/// [`EngineError::NotYet`] until it stands under a checkpoint.
pub(crate) async fn proof(
    engine: &Engine,
    ctx: &BrandContext,
    stored: &StoredAudit,
) -> Result<Vec<u8>, EngineError> {
    let kept = open(engine, ctx, stored).await?.ok_or(EngineError::NotFound("this entry"))?;
    kept.proof(engine, TABLE, stored.leaf_index).await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One of each, in the order of [`KINDS`].
    fn each() -> Vec<Act> {
        let (part, name, limits) = ("name".to_owned(), "Gold".to_owned(), Limits::NONE);
        let (plan, account) = (PlanId([1; 16]), AccountId([2; 16]));
        let (request, session, passkey, token) =
            (RequestId([3; 16]), SessionId([4; 16]), PasskeyId([5; 16]), TokenId([6; 16]));
        let of_plan = |what| Act::Plan { plan, what };
        let denied = |what, door| {
            let route = "GET /admin/audit".to_owned();
            Act::Denied { what, route, through: Some(door), times: 1 }
        };
        vec![
            Act::BrandSet { part: part.clone() },
            Act::BrandGivenBack { part },
            Act::LogoSet,
            Act::LogoRemoved,
            Act::BrandEndAnnounced { ends_at: Timestamp(0) },
            Act::BrandEndCalledOff,
            Act::DocumentPublished {
                documents: model::brand::DOCUMENTS.map(|kind| (kind.to_owned(), 1)).into(),
            },
            of_plan(OfPlan::Made { name: name.clone(), limits: Limits::START }),
            of_plan(OfPlan::Changed { name, limits }),
            of_plan(OfPlan::Start),
            of_plan(OfPlan::Retired),
            of_plan(OfPlan::Offered),
            of_plan(OfPlan::Deleted),
            Act::SubscriptionSet { account, plan: Some(plan), state: SubscriptionState::Active },
            Act::AccountRevealed { account, reason: Personal::from("for the auditor") },
            Act::AccountSought { account: Some(account), reason: Personal::from("for the auditor") },
            Act::AccountOpened { account, what: "leads", reason: Personal::from("for the auditor") },
            Act::AccountSessionsEnded { account },
            Act::AccountErased { erasure: ErasureId([7; 16]) },
            Act::RequestNoted { request },
            Act::RequestExtended { request },
            Act::RequestClosed { request, outcome: Outcome::Done },
            Act::BillingSecretMade,
            Act::BillingSecretEnded,
            Act::AuditExported {
                kind: "signed_in",
                by: "admin",
                since: None,
                until: Some(Timestamp(0)),
                id: String::new(),
                reason: Personal::from("for the auditor"),
            },
            Act::BreachStep { breach: BreachId([8; 16]), step: "aware" },
            Act::RecipientAnnounced { name: "Sample Hosting Ltd".to_owned() },
            Act::RecipientEnded { recipient: 3 },
            Act::SupportGranted { grant: SupportGrantId([9; 16]), scopes: "leads log".to_owned() },
            Act::SupportCode { grant: SupportGrantId([9; 16]) },
            Act::SupportEntered { grant: SupportGrantId([9; 16]) },
            Act::SupportShown { grant: SupportGrantId([9; 16]), what: "lead" },
            Act::SupportEnded { grant: SupportGrantId([9; 16]), way: "time" },
            Act::Restored { lost: 1 },
            Act::SetUpOffered,
            Act::AccountMade { role: "admin" },
            Act::SignedIn { session, way: "password" },
            Act::SignInFailed { why: "wrong_password" },
            Act::SignedOut { session },
            Act::SessionEnded { session },
            Act::OtherSessionsEnded,
            Act::PasswordChanged,
            Act::RecoveryAsked,
            Act::PasswordReset,
            Act::Undone,
            Act::AddressChanged,
            Act::CodesOn,
            Act::CodesOff,
            Act::PasskeyAdded { passkey },
            Act::PasskeyRemoved { passkey },
            Act::TokenMade { token, scopes: "pages:read".to_owned() },
            Act::TokenRevoked { token },
            denied(Denial::Page, Door::Session(session)),
            denied(Denial::Id, Door::Session(session)),
            denied(Denial::Scope, Door::Token(token)),
            denied(Denial::Form, Door::Session(session)),
            denied(Denial::Proof, Door::Session(session)),
            denied(Denial::Grant, Door::Support(SupportGrantId([9; 16]))),
            denied(Denial::Limit, Door::Token(token)),
            denied(Denial::File, Door::Session(session)),
        ]
    }

    #[test]
    fn the_kinds_and_facts_that_pages_have_words_for_are_those_that_there_are() {
        let codes: Vec<&str> = each().iter().map(Act::code).collect();
        assert_eq!(codes, KINDS);
        let mut facts: Vec<String> = each()
            .iter()
            .flat_map(|act| {
                act.facts().as_object().map(|facts| facts.keys().cloned().collect()).unwrap_or_else(Vec::new)
            })
            .collect();
        facts.sort_unstable();
        facts.dedup();
        assert_eq!(facts, FACTS);
    }
}
