//! The first start of a brand: a one-time link makes its admin, and publishes its documents (claim F9).
//!
//! Invariants: there is no default account and no default password; the link is good for an hour and once,
//! and only while the brand has no admin.

use super::documents::{self, NewDocument};
use super::sign_up::own_words;
use crate::accounts::notice::{LinkPurpose, Notice, new_link};
use crate::accounts::{AccountProfile, Credential, checked_name, hash_of};
use crate::audit::{self, Act};
use crate::mail::Letter;
use crate::{ActBy, Engine, EngineError, Role};
use model::id::{AccountId, BrandId};
use model::mail::EmailAddress;
use model::personal::Personal;
use store::tables;
use vault::NewKey;

/// The form, as typed.
pub struct SetUp {
    pub name: String,
    pub email: String,
    pub password: Personal<String>,
    pub language: String,
    pub documents: Vec<NewDocument>,
}

/// A link for setting this brand up, if it has no admin yet; the one before ends.
pub async fn offer(engine: &Engine, brand: BrandId) -> Result<Option<Personal<String>>, EngineError> {
    if engine.has_admin(brand).await? {
        return Ok(None);
    }
    let ctx = engine.brand(brand)?.clone();
    let (row, address) = new_link(engine, &ctx, None, LinkPurpose::SetUp, None);
    let entry = audit::program(engine, &ctx, &Act::SetUpOffered)?;
    engine
        .data
        .write("offer_set_up", move |tx| {
            let scope = tx.brand(brand);
            tables::link::delete_of_brand(scope, LinkPurpose::SetUp.code())?;
            tables::link::insert(scope, &row)?;
            tables::audit::insert(scope, &entry)
        })
        .await?;
    engine.wake.log.notify_one();
    Ok(Some(address))
}

/// Makes the admin and publishes the documents, in one commit with the end of the link.
///
/// # Errors
/// [`EngineError::NotFound`] when the link is not good (any more); errors in the form leave it good.
pub async fn set_up(
    engine: &Engine,
    brand: BrandId,
    secret: &str,
    form: SetUp,
) -> Result<AccountId, EngineError> {
    let ctx = &*engine.brand(brand)?.clone();
    let missing = || EngineError::NotFound("this link");
    if !super::sign_up::is_good(engine, brand, secret, LinkPurpose::SetUp).await? {
        return Err(missing());
    }
    let name = checked_name(&form.name)?;
    let email = EmailAddress::parse(&form.email)?.folded();
    let own = own_words(ctx, &name, email.reveal());
    engine.passwords.judge(&form.password, &own, Role::Admin).await?;
    documents::check(&form.documents, &ctx.brand.languages)?;
    let missing_kinds = crate::views::documents::unpublished(engine, brand).await?;
    let is_needed = |kind: &&&str| documents::REQUIRED.contains(*kind);
    if missing_kinds.iter().filter(is_needed).any(|kind| !form.documents.iter().any(|d| d.kind == *kind)) {
        return Err(EngineError::invalid("documents", "must all be there: terms, privacy, data_use"));
    }
    let hash = engine.passwords.hash(&form.password, &*engine.entropy).await?;
    let language = ctx.brand.languages.contains(&form.language).then_some(form.language);
    let mac = ctx.email_macs(email.reveal());
    let profile = AccountProfile { name: Personal::new(name), email, language, zone: None };

    let now = engine.clock.now();
    let id = AccountId::new(now, &*engine.entropy);
    let keys = engine.vault.create(&[NewKey { id: id.0, parent: Some(brand.0) }]).await?;
    let key = keys.first().ok_or(EngineError::NotFound("the account's key"))?;
    let sealed = engine.seal_account(ctx, id, key, &profile)?;
    let credential = engine.seal_credential(ctx, id, key, &Credential { hash, totp: None })?;
    let mut notice = Notice::of(engine, ctx, id, key, &profile);
    let sign_in = notice.page("/login");
    notice.tell(Letter::AccountSetUp { at: now, sign_in })?;
    let (rows, link, published) = (notice.rows(), hash_of(secret), form.documents);
    let act = Act::AccountMade { role: "admin" };
    let mut entries = vec![audit::new_account(engine, ctx, ActBy::Admin, (id, key), &act)?];
    let documents = documents::first_of(&published);
    if !documents.is_empty() {
        let act = Act::DocumentPublished { documents };
        entries.push(audit::new_account(engine, ctx, ActBy::Admin, (id, key), &act)?);
    }
    let made = engine
        .data
        .write("set_up", move |tx| {
            let scope = tx.brand(brand);
            let is_first = tables::account::count_admins(scope)? == 0;
            if tables::link::take(scope, &link, now)?.is_none() || !is_first {
                return Err(EngineError::NotFound("this link"));
            }
            let row = tables::account::NewAccount {
                id,
                role: "admin",
                plan: None,
                state: "active",
                sealed: sealed.clone(),
            };
            tables::account::insert(scope, &row, now)?;
            tables::account_lookup::insert(scope, &mac, id)?;
            tables::credential::set(scope, id, &credential)?;
            documents::insert_first(scope, &published, now)?;
            entries.iter().try_for_each(|entry| tables::audit::insert(scope, entry))?;
            rows.insert(scope)?;
            Ok(())
        })
        .await;
    if made.is_err() {
        engine.vault.destroy(&[id.0]).await?;
    }
    made?;
    engine.wake.log.notify_one();
    engine.wake_mail();
    Ok(id)
}
