//! Making accounts. Their name and address lie sealed under the account's own key.

use crate::accounts::AccountProfile;
use crate::{Actor, Engine, EngineError, Role};
use model::id::{AccountId, BrandId};
use model::mail::EmailAddress;
use model::personal::Personal;
use store::tables::account;
use vault::NewKey;

/// An account to be made.
pub struct NewAccount {
    pub role: Role,
    pub name: Personal<String>,
    pub email: Personal<String>,
    /// Messages it may send under its plan.
    pub quota: u64,
}

pub(crate) const fn role_code(role: Role) -> &'static str {
    match role {
        Role::User => "user",
        Role::Admin => "admin",
    }
}

fn whole(quota: u64) -> i64 {
    i64::try_from(quota).unwrap_or(i64::MAX)
}

/// Makes an account: its key first, durably, then its row. For trusted callers.
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
    let profile = AccountProfile { name: new.name, email, language: None };
    let sealed = engine.seal_account(ctx, id, key, &profile)?;
    let (role, quota) = (role_code(new.role), whole(new.quota));
    engine
        .data
        .write("insert_account", move |tx| {
            let row = account::NewAccount { id, role, quota, state: "active", sealed: sealed.clone() };
            account::insert(tx.brand(brand), &row, now)
        })
        .await?;
    Ok(id)
}

/// Sets how many messages an account of the admin's brand may still send.
pub async fn set_quota(
    engine: &Engine,
    actor: &Actor,
    account: AccountId,
    messages: u64,
) -> Result<(), EngineError> {
    if actor.role != Role::Admin {
        return Err(EngineError::Forbidden("admin"));
    }
    let brand = actor.brand;
    let quota = whole(messages);
    let set =
        engine.data.write("set_quota", move |tx| account::set_quota(tx.brand(brand), account, quota)).await?;
    if set == 1 { Ok(()) } else { Err(EngineError::NotFound("this account")) }
}
