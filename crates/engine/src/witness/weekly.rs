//! The newest checkpoint, mailed to each brand's admins once a week: copies in mailboxes are witnesses too,
//! which nobody can take back.
//!
//! It goes with the first checkpoint of a week (Monday to Sunday, UTC), as a rule once the witnesses have signed it.
//! A log that does not grow has nothing new to tell. The week in which a brand began has no letter.
//!
//! Invariant: once a week and brand, however many nodes look and however often they are killed: the week is noted in
//! the commit that writes the mails.

use crate::accounts::notice::Rows;
use crate::mail::{Letter, Seen};
use crate::views::log::{NewestCheckpoint, standing};
use crate::{Engine, EngineError};
use model::id::BrandId;
use model::time::{Span, Timestamp};
use store::tables::{account, witness as rows};
use store::{StoreError, Tx};

/// As long into the week the letter waits for the witnesses.
const WAITS: Span = Span::days(1);

/// Weeks since 1970, counted from Mondays.
fn week_of(at: Timestamp) -> i64 {
    at.secs().div_euclid(86_400).saturating_add(3).div_euclid(7)
}

fn begins_at(week: i64) -> Timestamp {
    Timestamp::from_secs(week.saturating_mul(7).saturating_sub(3).saturating_mul(86_400))
}

impl Engine {
    /// Writes this week's letters if they are due; how many.
    pub async fn mail_checkpoint(&self) -> Result<usize, EngineError> {
        let (now, log) = (self.clock.now(), standing(self).await?);
        let week = week_of(now);
        let is_complete = log.quorum == 0 || log.is_witnessed() || now >= begins_at(week).plus(WAITS);
        let Some(newest) = log.newest.filter(|newest| is_complete && newest.signed_at.0 >= begins_at(week))
        else {
            return Ok(0);
        };
        let brands: Vec<BrandId> = self.brands().map(|ctx| ctx.id).collect();
        let mut written: usize = 0;
        for brand in brands {
            written = written.saturating_add(self.mail_checkpoint_to(brand, week, &newest).await?);
        }
        if written > 0 {
            self.wake_mail();
        }
        Ok(written)
    }

    async fn mail_checkpoint_to(
        &self,
        brand: BrandId,
        week: i64,
        newest: &NewestCheckpoint,
    ) -> Result<usize, EngineError> {
        let read = move |tx: &Tx<'_>| {
            let scope = tx.brand(brand);
            let mailed = rows::mailed(scope)?;
            let accounts =
                if mailed.is_some_and(|last| last < week) { account::list(scope)? } else { vec![] };
            Ok::<_, StoreError>((mailed, accounts))
        };
        let (mailed, accounts) = self.data.read("who_gets_checkpoint", read).await?;
        if mailed.is_some_and(|last| last >= week) {
            return Ok(0);
        }
        let mut letters: Vec<Rows> = Vec::new();
        for (account, _) in accounts.iter().filter(|(_, role)| role == "admin") {
            let letter = |notice: &mut crate::accounts::notice::Notice<'_>| Letter::WeeklyCheckpoint {
                at: newest.signed_at.0,
                checkpoint: newest.text.clone(),
                seen: newest.witnessed_by.iter().map(|(by, at)| Seen { by: by.clone(), at: at.0 }).collect(),
                link: notice.page("/log"),
            };
            let rows = self.told(brand, *account, letter).await?;
            if !rows.is_empty() {
                letters.push(rows);
            }
        }
        let count = letters.len();
        let write = move |tx: &Tx<'_>| {
            let scope = tx.brand(brand);
            if !rows::set_mailed(scope, week)? {
                return Ok(false);
            }
            letters.iter().try_for_each(|rows| rows.insert(scope))?;
            Ok::<_, StoreError>(true)
        };
        Ok(if self.data.write("mail_checkpoint", write).await? { count } else { 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_begins_on_monday() {
        // 2026-11-23 is a Monday.
        let monday = Timestamp::from_secs(1_795_392_000);
        assert_eq!(begins_at(week_of(monday)), monday);
        assert_eq!(week_of(monday.minus(Span(1))), week_of(monday) - 1);
        assert_eq!(week_of(monday.plus(Span::days(7)).minus(Span(1))), week_of(monday));
        assert_eq!((week_of(Timestamp(0)), week_of(Timestamp(-1))), (0, 0));
        assert_eq!(begins_at(0), Timestamp::from_secs(-3 * 86_400));
    }
}
