//! The demo's mails: kept in memory, shown by each brand at `/mailbox`, sent to nobody.

use model::id::BrandId;
use model::ports::{Mail, MailError, Mailer};
use model::time::BoxFuture;
use std::sync::{Mutex, PoisonError};
use web::mailbox::{Mailbox, ReadMail};

/// Mails that are shown; older ones are dropped.
const LIMIT: usize = 1_000;

#[derive(Default)]
pub struct Mails {
    kept: Mutex<Vec<(BrandId, String, ReadMail)>>,
}

impl Mails {
    async fn keep(&self, mail: Mail, mark: BoxFuture<'_, bool>) -> Result<(), MailError> {
        if !mark.await {
            return Err(MailError::NotNow("it is in other hands".to_owned()));
        }
        let read = ReadMail {
            to: mail.to.reveal().to_owned(),
            language: mail.language,
            subject: mail.subject.reveal().clone(),
            text: mail.text.reveal().clone(),
        };
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // A repeat is no second mail.
        kept.retain(|(_, id, _)| *id != mail.id);
        kept.push((mail.brand, mail.id, read));
        let too_many = kept.len().saturating_sub(LIMIT);
        kept.drain(..too_many);
        Ok(())
    }
}

impl Mailer for Mails {
    fn send<'a>(&'a self, mail: Mail, mark: BoxFuture<'a, bool>) -> BoxFuture<'a, Result<(), MailError>> {
        Box::pin(self.keep(mail, mark))
    }
}

impl Mailbox for Mails {
    fn mails(&self, brand: BrandId) -> Vec<ReadMail> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().rev().filter(|(own, ..)| *own == brand).map(|(.., mail)| mail.clone()).collect()
    }
}
