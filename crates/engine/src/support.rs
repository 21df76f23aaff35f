//! Access for support: how a grant's parts lie, how it ends, and the station that ends it in time (claim R5).
//!
//! Invariants: a grant ends in one commit with everything that it opened: the code and the session go, and tokens that
//! were made are revoked; whatever is done under a grant is noted in a commit that an ended grant refuses, so that the end
//! cannot be kept from coming, and the summary, written with its leaf in the commit after it, sums up what stands still;
//! one that was ended and not summed up is finished by the station; from its end on a grant opens nothing, whether the
//! station has come to it or not.

use crate::accounts::Opened;
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
use model::id::{AccountId, SupportActId, SupportGrantId, TokenId};
use model::personal::Personal;
use model::support::{Act, End, joined};
use model::time::Timestamp;
use serde_json::json;
use std::time::Duration;
use store::tables::audit::NewAudit;
use store::tables::support::{self, StoredAct, StoredGrant, Summary};
use store::tables::{Scope, api_token, audit as entries};
use store::{StoreError, Tx};
use vault::Key;

/// Name and version of the summary's format.
const FORMAT: &str = "entente-support/1";
pub(crate) const GRANT: &str = "support_grant";
pub(crate) const ACT: &str = "support_act";
/// So late may the station be, during which a grant whose time is over opens nothing and has no summary; and another node
/// may have granted something without being heard.
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
    /// Which page was opened, which token was made, or what was called by one.
    #[n(0)]
    pub what: String,
    #[n(1)]
    pub reason: Personal<String>,
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

/// The newest pages about somebody that helpers opened, with which page each was.
pub(crate) async fn opened_of(
    engine: &Engine,
    ctx: &BrandContext,
    (person, key): ([u8; 16], &Key),
    limit: u32,
) -> Result<Vec<(StoredAct, Seen)>, EngineError> {
    let brand = ctx.id;
    let read = move |tx: &Tx<'_>| support::list_opened_of(tx.brand(brand), person, limit);
    let rows = engine.data.read("support_opened", read).await?;
    rows.into_iter()
        .map(|row| {
            let seen = opened(key, &ctx.person_place(person, ACT, row.id.0), &row.sealed)?;
            Ok((row, seen))
        })
        .collect()
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
    let id = SupportActId::new(engine.clock.now(), &*engine.entropy);
    line_at(engine, ctx, (id, kind), person, seen)
}

/// The line about a token that is made for a helper: it has the token's id, by which the grant is found.
pub(crate) fn token_line(
    engine: &Engine,
    ctx: &BrandContext,
    token: TokenId,
    reason: Personal<String>,
) -> Result<StoredAct, EngineError> {
    let seen = Seen { what: token.to_string(), reason };
    line_at(engine, ctx, (SupportActId(token.0), Act::Token), None, &seen)
}

fn line_at(
    engine: &Engine,
    ctx: &BrandContext,
    (id, kind): (SupportActId, Act),
    person: Option<([u8; 16], &Key)>,
    seen: &Seen,
) -> Result<StoredAct, EngineError> {
    let (key, place) = match person {
        Some((person, key)) => (key, ctx.person_place(person, ACT, id.0)),
        None => (&*ctx.key, ctx.place(ACT, id.0)),
    };
    let sealed =
        key.seal_value(&place, seen, &*engine.entropy).map_err(|_| EngineError::Sealed { place: ACT })?;
    Ok(StoredAct { id, at: engine.clock.now(), kind, person: person.map(|(person, _)| person), sealed })
}

/// The open grants of an account, and what ends them in the commit in which it is taken back by its mail, gets another
/// password or is signed out everywhere: whoever was in it may have given them. They end as well with the account.
pub(crate) struct OpenOf {
    account: AccountId,
    at: Timestamp,
    /// Each with how it ends, and the entry of that.
    grants: Vec<(SupportGrantId, End, NewAudit)>,
}

impl OpenOf {
    /// `by`, where their time is not over.
    pub async fn look(
        engine: &Engine,
        ctx: &BrandContext,
        opened: &Opened,
        by: End,
    ) -> Result<Self, EngineError> {
        Self::look_with(engine, ctx, opened.id, by, |act| audit::at(engine, ctx, opened, act)).await
    }

    /// Where it is not the account that ends them, or goes with what only it can read: the program notes it.
    pub async fn look_unsigned(
        engine: &Engine,
        ctx: &BrandContext,
        account: AccountId,
    ) -> Result<Self, EngineError> {
        Self::look_with(engine, ctx, account, End::Admin, |act| audit::program(engine, ctx, act)).await
    }

    async fn look_with(
        engine: &Engine,
        ctx: &BrandContext,
        account: AccountId,
        by: End,
        noted: impl Fn(&Audited) -> Result<NewAudit, EngineError>,
    ) -> Result<Self, EngineError> {
        let (brand, at) = (ctx.id, engine.clock.now());
        let read = move |tx: &Tx<'_>| support::list_open_of(tx.brand(brand), account);
        let open = engine.data.read("support_open_of", read).await?;
        let entry = |(grant, ends_at)| {
            let by = if ends_at <= at { End::Time } else { by };
            let act = Audited::SupportEnded { grant, way: by.code() };
            let entry = match by {
                End::Time => audit::program(engine, ctx, &act)?,
                _ => noted(&act)?,
            };
            Ok((grant, by, entry))
        };
        let grants = open.into_iter().map(entry).collect::<Result<_, EngineError>>()?;
        Ok(Self { account, at, grants })
    }

    /// Whether there is none of which this does not know.
    pub fn is_all(&self, scope: Scope<'_>) -> Result<bool, StoreError> {
        let open = support::list_open_of(scope, self.account)?;
        Ok(open.iter().all(|(id, _)| self.grants.iter().any(|(known, ..)| known == id)))
    }

    pub fn end(&self, scope: Scope<'_>) -> Result<(), StoreError> {
        for (id, by, entry) in &self.grants {
            shut(scope, (*id, *by), entry, self.at)?;
        }
        Ok(())
    }

    /// Once they are ended; what fails here the station does.
    pub async fn sum_up(&self, engine: &Engine, ctx: &BrandContext) {
        for (id, ..) in &self.grants {
            if let Err(error) = engine.sum_up_support(ctx, *id).await {
                tracing::warn!(%error, row = %id, "an access for support that is ended could not be summed up");
            }
        }
    }
}

/// The end of a grant, if nobody has ended it.
fn shut(
    scope: Scope<'_>,
    (id, by): (SupportGrantId, End),
    entry: &NewAudit,
    at: Timestamp,
) -> Result<(), StoreError> {
    if support::end(scope, id, by, at)? {
        api_token::revoke_all_under(scope, id, at)?;
        entries::insert(scope, entry)?;
    }
    Ok(())
}

impl Engine {
    /// Ends a grant with all that it opened, and sums it up; the admin who does it, if it is one.
    pub(crate) async fn end_support(
        &self,
        ctx: &BrandContext,
        id: SupportGrantId,
        by: End,
        admin: Option<&Actor>,
    ) -> Result<(), EngineError> {
        self.shut_support(ctx, id, by, admin).await?;
        let done = self.sum_up_support(ctx, id).await;
        if done.is_err() {
            // It is over all the same; the station writes what is missing.
            self.wake.support.notify_one();
        }
        done
    }

    async fn support_grant(
        &self,
        ctx: &BrandContext,
        id: SupportGrantId,
    ) -> Result<StoredGrant, EngineError> {
        let brand = ctx.id;
        let found = self.data.read("support_to_end", move |tx| support::get(tx.brand(brand), id)).await?;
        found.ok_or(EngineError::NotFound("this grant"))
    }

    /// The end itself. It asks nothing of what was done under the grant, so nobody keeps it from coming by doing more.
    async fn shut_support(
        &self,
        ctx: &BrandContext,
        id: SupportGrantId,
        by: End,
        admin: Option<&Actor>,
    ) -> Result<(), EngineError> {
        let grant = self.support_grant(ctx, id).await?;
        if grant.ended_at.is_some() {
            return Ok(());
        }
        let (brand, now) = (ctx.id, self.clock.now());
        // Late, if nobody was there: its time was over all the same, and nothing came in after it.
        let by = if grant.ends_at <= now { End::Time } else { by };
        let act = Audited::SupportEnded { grant: id, way: by.code() };
        let entry = match (by, admin) {
            (End::Admin, Some(actor)) => audit::by(self, ctx, actor, &act).await?,
            (End::Helper, _) => audit::helper(self, ctx, &act)?,
            _ => audit::program(self, ctx, &act)?,
        };
        let write = move |tx: &Tx<'_>| shut(tx.brand(brand), (id, by), &entry, now);
        self.data.write("end_support", write).await?;
        self.wake.log.notify_one();
        Ok(())
    }

    /// Writes the summary of a grant that is ended, with its leaf, and tells the admins; once, whoever does it.
    async fn sum_up_support(&self, ctx: &BrandContext, id: SupportGrantId) -> Result<(), EngineError> {
        let (brand, grant) = (ctx.id, self.support_grant(ctx, id).await?);
        // One that cannot be opened is summed up all the same.
        let before = given(ctx, &grant).unwrap_or_else(|_| Given {
            helper: Personal::new(String::new()),
            purpose: Personal::new(String::new()),
            key: None,
            record: None,
        });
        let (Some(at), None) = (grant.ended_at, &before.record) else { return Ok(()) };
        let tokens =
            self.data.read("support_tokens", move |tx| support::list_tokens(tx.brand(brand), id)).await?;
        // Of a newer program's, at least that it ended.
        let by = grant.ended_by.unwrap_or(End::Time);
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
            "ended_at": rfc3339(at),
            "ended_by": by.code(),
            "looks": grant.looks,
            "people": grant.people,
            "tokens_revoked": tokens,
        })
        .to_string();
        let (kept, commitment) = evidence::Kept::commit(self, record);
        let after = Given { key: Some(kept.key), record: Some(kept.record), ..before };
        let sealed = sealed(self, ctx, id, &after)?;
        let leaf = SupportActId::new(self.clock.now(), &*self.entropy).0;
        let summary = Summary { sealed, commitment, leaf };
        let letters = self
            .told_admins(brand, |notice| Letter::SupportEnded {
                at,
                how: by.code().to_owned(),
                people: grant.people,
                link: notice.page(&format!("/admin/support/{id}")),
            })
            .await?;
        let write = move |tx: &Tx<'_>| {
            let scope = tx.brand(brand);
            if support::sum_up(scope, id, &summary)? {
                letters.iter().try_for_each(|rows| rows.insert(scope))?;
            }
            Ok::<_, StoreError>(())
        };
        self.data.write("sum_up_support", write).await?;
        self.wake.log.notify_one();
        self.wake_mail();
        Ok(())
    }

    /// Ends every grant whose time is over, and sums up those that somebody ended and could not sum up. When the next one's
    /// time is over.
    pub async fn end_due_support(&self) -> Result<Option<Timestamp>, EngineError> {
        let now = self.clock.now();
        let mut next = None;
        for of in self.data.read("unfinished_support", support::list_unfinished).await? {
            // A brand that is not served has no doors either.
            let Ok(ctx) = self.brand(of.brand) else { continue };
            if of.ended_at.is_none() && of.ends_at > now {
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
