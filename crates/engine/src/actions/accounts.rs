//! Making accounts. Their name and address lie sealed under the account's own key; by its address an account is found through
//! a keyed hash.

use crate::accounts::AccountProfile;
use crate::audit::{self, Act};
use crate::{ActBy, Engine, EngineError, Role};
use model::id::{AccountId, BrandId, PlanId};
use model::mail::EmailAddress;
use model::personal::Personal;
use store::tables::{self, account, account_lookup};
use vault::NewKey;

/// An account to be made.
pub struct NewAccount {
    pub role: Role,
    pub name: Personal<String>,
    pub email: Personal<String>,
    /// `None`: the plan that sign-ups start on. An admin's account has none.
    pub plan: Option<PlanId>,
}

pub(crate) const fn role_code(role: Role) -> &'static str {
    match role {
        Role::User => "user",
        Role::Admin => "admin",
    }
}

/// Makes an account: its key first, durably, then its row. For trusted callers.
///
/// # Errors
/// [`EngineError::Invalid`] of `email` where the address has an account already.
pub async fn create(engine: &Engine, brand: BrandId, new: NewAccount) -> Result<AccountId, EngineError> {
    let ctx = &engine.brand(brand)?;
    if new.name.reveal().trim().is_empty() {
        return Err(EngineError::invalid("name", "is empty: write how the account shall be called"));
    }
    let email = EmailAddress::parse(new.email.reveal())?.folded();
    let now = engine.clock.now();
    let id = AccountId::new(now, &*engine.entropy);
    let keys = engine.vault.create(&[NewKey { id: id.0, parent: Some(brand.0) }]).await?;
    let key = keys.first().ok_or(EngineError::NotFound("the account's key"))?;
    let macs = ctx.email_macs(email.reveal());
    let profile = AccountProfile { name: new.name, email, language: None, zone: None };
    let sealed = engine.seal_account(ctx, id, key, &profile)?;
    let (role, wanted, is_admin) = (role_code(new.role), new.plan, new.role == Role::Admin);
    let entry = audit::new_account(engine, ctx, ActBy::Program, (id, key), &Act::AccountMade { role })?;
    let made = engine
        .data
        .write("insert_account", move |tx| {
            let scope = tx.brand(brand);
            if account_lookup::find(scope, &macs)?.is_some() {
                return Err(EngineError::invalid("email", "has an account already: choose another"));
            }
            let plan = match wanted {
                _ if is_admin => None,
                Some(plan) => Some(plan),
                None => Some(tables::plan::start(scope)?),
            };
            let row = account::NewAccount { id, role, plan, state: "active", sealed: sealed.clone() };
            account::insert(scope, &row, now)?;
            account_lookup::insert(scope, &macs, id)?;
            tables::audit::insert(scope, &entry)?;
            Ok(())
        })
        .await;
    if let Err(error) = made {
        // Of any other error it is not known whether the row stands, and then it needs its key.
        if matches!(error, EngineError::Invalid { .. }) {
            engine.vault.destroy(&[id.0]).await?;
        }
        return Err(error);
    }
    engine.wake.log.notify_one();
    Ok(id)
}
