//! Access for support: how a grant's parts lie, how it ends, and the station that ends it in time (claim R5).
//!
//! Invariants: a grant ends in one commit with everything that it opened: the code and the session go, the secret for
//! signed calls is ended if it is still the one that was shown, tokens that were made are revoked, and the summary is
//! written with its leaf; whatever is done under a grant is noted in a commit that an ended grant refuses; from its end
//! on a grant opens nothing, whether the station has come to it or not.

use crate::audit::{self, Act as Audited};
use crate::brands::BrandContext;
use crate::evidence::{self, controller, rfc3339};
use crate::mail::Letter;
use crate::nodes::Job;
use crate::rest::rest;
use crate::run::pause;
use crate::views::own::opened;
use crate::{Actor, Engine, EngineError};
use minicbor::{Decode, Encode};
use model::id::{SupportActId, SupportGrantId, TokenId};
use model::personal::Personal;
use model::support::{Act, End, joined};
use model::time::Timestamp;
use serde_json::json;
use std::time::Duration;
use store::tables::support::{self, Ending, StoredAct, StoredGrant};
use store::tables::{api_token, audit as entries, billing};
use store::{StoreError, Tx};
use vault::Key;

/// Name and version of the summary's format.
const FORMAT: &str = "entente-support/1";
pub(crate) const GRANT: &str = "support_grant";
pub(crate) const ACT: &str = "support_act";
/// So late may the station be, during which an ended grant opens nothing and the secrets that it showed are still good;
/// and another node may have granted something without being heard.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// What lies in `support_grant.sealed`.
#[derive(Encode, Decode)]
pub(crate) struct Given {
    /// Who helps, as the admin wrote it.
    #[n(0)]
    pub helper: Personal<String>,
    #[n(1)]
    pub purpose: Personal<String>,
    /// What opens the summary's leaf, once there is one.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub key: Option<Vec<u8>>,
    /// The summary, as the log holds it.
    #[n(3)]
    pub record: Option<Personal<String>>,
}

/// What lies in `support_act.sealed`.
#[derive(Encode, Decode)]
pub(crate) struct Seen {
    /// Which page was opened, or which token was made.
    #[n(0)]
    pub what: String,
    #[n(1)]
    pub reason: Personal<String>,
    /// When the secret was made that was shown.
    #[n(2)]
    pub made_at: Option<Timestamp>,
}

pub(crate) fn given(ctx: &BrandContext, of: &StoredGrant) -> Result<Given, EngineError> {
    opened(&ctx.key, &ctx.place(GRANT, of.id.0), &of.sealed)
}

/// What a line says; of a person whose key has gone, nothing.
pub(crate) async fn seen(
    engine: &Engine,
    ctx: &BrandContext,
    of: &StoredAct,
) -> Result<Option<Seen>, EngineError> {
    let Some(person) = of.person else {
        return opened(&ctx.key, &ctx.place(ACT, of.id.0), &of.sealed).map(Some);
    };
    let Some(key) = engine.vault.key(&person).await? else { return Ok(None) };
    opened(&key, &ctx.person_place(person, ACT, of.id.0), &of.sealed).map(Some)
}

/// What is known of a grant, sealed.
pub(crate) fn sealed(
    engine: &Engine,
    ctx: &BrandContext,
    id: SupportGrantId,
    given: &Given,
) -> Result<Vec<u8>, EngineError> {
    ctx.key
        .seal_value(&ctx.place(GRANT, id.0), given, &*engine.entropy)
        .map_err(|_| EngineError::Sealed { place: GRANT })
}

/// The summary of a grant that ended.
pub(crate) fn summary(ctx: &BrandContext, of: &StoredGrant) -> Result<Option<evidence::Kept>, EngineError> {
    let given = given(ctx, of)?;
    Ok(given.key.zip(given.record).map(|(key, record)| evidence::Kept { key, record }))
}

/// A line about what a helper does now; about a person it is sealed under that person's key.
pub(crate) fn line(
    engine: &Engine,
    ctx: &BrandContext,
    kind: Act,
    person: Option<([u8; 16], &Key)>,
    seen: &Seen,
) -> Result<StoredAct, EngineError> {
    let at = engine.clock.now();
    let id = SupportActId::new(at, &*engine.entropy);
    let (key, place) = match person {
        Some((person, key)) => (key, ctx.person_place(person, ACT, id.0)),
        None => (&*ctx.key, ctx.place(ACT, id.0)),
    };
    let sealed =
        key.seal_value(&place, seen, &*engine.entropy).map_err(|_| EngineError::Sealed { place: ACT })?;
    Ok(StoredAct { id, at, kind, person: person.map(|(person, _)| person), sealed })
}

/// What is ended together with a grant: every secret that was shown, as it was shown.
#[derive(Default)]
struct Shown {
    /// When the secrets for signed calls were made that were shown.
    billing: Vec<Timestamp>,
    tokens: Vec<TokenId>,
}

/// A line that cannot be read keeps no grant open: then the secret that is in force counts as shown, and a token runs out
/// with the grant's time by itself.
fn shown(ctx: &BrandContext, acts: &[StoredAct], in_force: Option<Timestamp>) -> Shown {
    let mut found = Shown::default();
    for act in acts {
        let seen: Option<Seen> = opened(&ctx.key, &ctx.place(ACT, act.id.0), &act.sealed).ok();
        match act.kind {
            Act::BillingSecret => found.billing.extend(seen.map_or(in_force, |seen| seen.made_at)),
            Act::Token => found.tokens.extend(seen.and_then(|seen| seen.what.parse::<TokenId>().ok())),
            Act::Looked | Act::Lead | Act::Account => {}
        }
    }
    found
}

impl Engine {
    /// Ends a grant with all that it opened; the admin who does it, if it is one. Whether it was this call that ended it.
    pub(crate) async fn end_support(
        &self,
        ctx: &BrandContext,
        id: SupportGrantId,
        by: End,
        admin: Option<&Actor>,
    ) -> Result<bool, EngineError> {
        let brand = ctx.id;
        loop {
            let read = move |tx: &Tx<'_>| {
                let scope = tx.brand(brand);
                let Some(grant) = support::get(scope, id)? else { return Ok(None) };
                let secrets = support::list_secrets(scope, id)?;
                Ok::<_, StoreError>(Some((
                    grant,
                    secrets,
                    billing::secret(scope)?.map(|(made_at, _)| made_at),
                )))
            };
            let (grant, secrets, current) =
                self.data.read("support_to_end", read).await?.ok_or(EngineError::NotFound("this grant"))?;
            if grant.ended_at.is_some() {
                return Ok(false);
            }
            let now = self.clock.now();
            // Late, if nobody was there: its time was over all the same, and nothing came in after it.
            let by = if grant.ends_at <= now { End::Time } else { by };
            let shown = shown(ctx, &secrets, current);
            let ended_secret = current.filter(|made_at| shown.billing.contains(made_at));
            let record = json!({
                "format": FORMAT,
                "event": "support",
                "grant": id,
                "brand": ctx.brand.name,
                "controller": controller(&ctx.brand),
                "opened": joined(&grant.scopes),
                "made_at": rfc3339(grant.made_at),
                "ends_at": rfc3339(grant.ends_at),
                "entered_at": grant.entered_at.map(rfc3339),
                "ended_at": rfc3339(now),
                "ended_by": by.code(),
                "looks": grant.looks,
                "people": grant.people,
                "secrets_shown": secrets.len(),
                "billing_secret_ended": ended_secret.is_some(),
                "tokens_revoked": shown.tokens,
            })
            .to_string();
            let (kept, commitment) = evidence::Kept::commit(self, record);
            // One that cannot be opened ends all the same.
            let before = given(ctx, &grant).unwrap_or_else(|_| Given {
                helper: Personal::new(String::new()),
                purpose: Personal::new(String::new()),
                key: None,
                record: None,
            });
            let after = Given { key: Some(kept.key), record: Some(kept.record), ..before };
            let sealed = sealed(self, ctx, id, &after)?;
            let leaf = SupportActId::new(now, &*self.entropy).0;
            let ending = Ending { at: now, by, sealed, commitment, leaf };
            let letters = self
                .told_admins(brand, |notice| Letter::SupportEnded {
                    at: now,
                    how: by.code().to_owned(),
                    people: grant.people,
                    secret_ended: ended_secret.is_some(),
                    link: notice.page(&format!("/admin/support/{id}")),
                })
                .await?;
            let act = Audited::SupportEnded { grant: id, way: by.code() };
            let mut audited = vec![match (by, admin) {
                (End::Admin, Some(actor)) => audit::by(self, ctx, actor, &act).await?,
                (End::Helper, _) => audit::helper(self, ctx, &act)?,
                _ => audit::program(self, ctx, &act)?,
            }];
            if ended_secret.is_some() {
                audited.push(audit::program(self, ctx, &Audited::BillingSecretEnded)?);
            }
            let tokens = shown.tokens;
            let write = move |tx: &Tx<'_>| {
                let scope = tx.brand(brand);
                // What the summary says of the secret is what happens to it.
                let in_force = billing::secret(scope)?.map(|(made_at, _)| made_at);
                if in_force != current || !support::end(scope, &grant, &ending)? {
                    return Ok(false);
                }
                if let Some(made_at) = ended_secret {
                    billing::end_secret_of(scope, made_at)?;
                }
                for token in &tokens {
                    api_token::revoke(scope, *token, now)?;
                }
                for entry in &audited {
                    entries::insert(scope, entry)?;
                }
                letters.iter().try_for_each(|rows| rows.insert(scope))?;
                Ok::<_, StoreError>(true)
            };
            if self.data.write("end_support", write).await? {
                self.wake.log.notify_one();
                self.wake_mail();
                return Ok(true);
            }
        }
    }

    /// Ends every grant whose time is over. When the next one's is.
    pub async fn end_due_support(&self) -> Result<Option<Timestamp>, EngineError> {
        let now = self.clock.now();
        let mut next = None;
        for of in self.data.read("open_support", support::list_open).await? {
            // A brand that is not served has no doors either.
            let Ok(ctx) = self.brand(of.brand) else { continue };
            if of.ends_at > now {
                next = next.or(Some(of.ends_at));
            } else if let Err(error) = self.end_support(&ctx, of.id, End::Time, None).await {
                if !error.is_about_the_data() {
                    return Err(error);
                }
                // One that is damaged keeps no other from its end; it opens nothing in any case.
                tracing::warn!(%error, row = %of.id, "an access for support could not be ended");
            }
        }
        Ok(next)
    }

    pub(crate) async fn support_forever(&self) {
        loop {
            self.nodes.duty(Job::Support).await;
            let next = match self.end_due_support().await {
                Ok(next) => next,
                Err(error) => {
                    self.failed("support", &error).await;
                    continue;
                }
            };
            tokio::select! {
                () = rest(self.wake.support.notified()) => {}
                () = pause(LOOK_EVERY), if next.is_some() || self.nodes.is_shared => {}
            }
        }
    }
}
