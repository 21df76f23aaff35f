//! Which files with leads an account took out: for its own eyes (claim A3).

use super::{At, limited, own};
use crate::{Actor, Engine, EngineError, TokenScope};
use minicbor::{Decode, Encode};
use model::id::{BroadcastId, ExportId, PageId};
use model::personal::Personal;
use store::tables::export;

/// What lies in `export.sealed`.
#[derive(Clone, Encode, Decode)]
pub(crate) struct Kept {
    /// `csv`, `json`, `lead` for everything about one lead, `archive` for everything of the account, or `deliveries`.
    #[n(0)]
    pub form: String,
    #[n(1)]
    pub with_names: bool,
    /// `console` or `api`.
    #[n(2)]
    pub by: String,
    #[n(3)]
    pub page: Option<PageId>,
    #[n(4)]
    pub level: Option<String>,
    /// Of leads, or of deliveries (`not_reached` for all that did not arrive).
    #[n(5)]
    pub state: Option<String>,
    /// The tag's word at that time.
    #[n(6)]
    pub tag: Option<Personal<String>>,
    #[n(7)]
    pub why: Personal<String>,
    /// Whose deliveries; `None` in entries of before that was written down.
    #[n(8)]
    pub broadcast: Option<BroadcastId>,
}

/// One file.
#[derive(Debug, Clone)]
pub struct ExportView {
    pub id: ExportId,
    pub taken_at: At,
    /// `None`: it was broken off, or is being taken.
    pub finished_at: Option<At>,
    pub leads: u64,
    /// `csv`, `json`, `lead` for everything about one lead, `archive` for everything of the account, or `deliveries`.
    pub form: String,
    pub with_names: bool,
    /// `console` or `api`.
    pub by: String,
    pub page: Option<PageId>,
    pub level: Option<String>,
    pub state: Option<String>,
    pub tag: Option<Personal<String>>,
    /// Whose deliveries, where it is a table of them.
    pub broadcast: Option<BroadcastId>,
    /// Empty where the form says what for.
    pub why: Personal<String>,
}

/// The newest first.
pub async fn newest(
    engine: &Engine,
    actor: &Actor,
    before: Option<ExportId>,
    limit: u32,
) -> Result<Vec<ExportView>, EngineError> {
    actor.may(TokenScope::LeadsRead)?;
    let (brand, account, limit) = (actor.brand, actor.account, limited(limit)?);
    let before = before.unwrap_or(ExportId([0xff; 16]));
    let read =
        move |tx: &store::Tx<'_>| export::list_newest_of_account(tx.brand(brand), account, before, limit);
    let rows = engine.data.read("list_exports", read).await?;
    let ctx = &engine.brand(brand)?;
    let key = engine.vault.key(&account.0).await?.ok_or(EngineError::NotFound("this account"))?;
    rows.into_iter()
        .map(|row| {
            let kept: Kept =
                own::opened(&key, &ctx.person_place(account.0, "export", row.id.0), &row.sealed)?;
            Ok(ExportView {
                id: row.id,
                taken_at: At(row.taken_at),
                finished_at: row.finished_at.map(At),
                leads: row.leads,
                form: kept.form,
                with_names: kept.with_names,
                by: kept.by,
                page: kept.page,
                level: kept.level,
                state: kept.state,
                tag: kept.tag,
                broadcast: kept.broadcast,
                why: kept.why,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Encode)]
    struct Before {
        #[n(0)]
        form: &'static str,
        #[n(1)]
        with_names: bool,
        #[n(2)]
        by: &'static str,
        #[n(3)]
        page: Option<PageId>,
        #[n(4)]
        level: Option<String>,
        #[n(5)]
        state: Option<String>,
        #[n(6)]
        tag: Option<Personal<String>>,
        #[n(7)]
        why: &'static str,
    }

    #[test]
    fn an_entry_of_before_is_read_and_names_no_broadcast() {
        let (form, by, why) = ("deliveries", "api", "the accountant asked");
        let before =
            Before { form, with_names: false, by, page: None, level: None, state: None, tag: None, why };
        let kept: Kept = minicbor::decode(&minicbor::to_vec(before).unwrap()).unwrap();
        assert_eq!((kept.form.as_str(), kept.broadcast), ("deliveries", None));
    }
}
