//! `/mailbox`: the mails that were sent, where they go to nobody else. The demo's only.
//!
//! Invariants: without a mailbox the address is nothing; each brand shows its own mails.

use crate::account::Guest;
use crate::console::Shell;
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::response::Response;
use model::id::BrandId;

/// Where sent mails can be read.
pub trait Mailbox: Send + Sync {
    /// Those of one brand, the newest first.
    fn mails(&self, brand: BrandId) -> Vec<ReadMail>;
}

/// A mail that was sent.
#[derive(Debug, Clone)]
pub struct ReadMail {
    pub to: String,
    pub language: String,
    pub subject: String,
    pub text: String,
}

impl ReadMail {
    fn direction(&self) -> &'static str {
        if self.language == "ar" { "rtl" } else { "ltr" }
    }

    /// Its lines, and of each the words: with `true` what is a link.
    fn lines(&self) -> Vec<Vec<(&str, bool)>> {
        let is_link = |word: &str| word.starts_with("http://") || word.starts_with("https://");
        self.text.lines().map(|line| line.split(' ').map(|word| (word, is_link(word))).collect()).collect()
    }
}

#[derive(Template)]
#[template(path = "account/mailbox.html")]
pub struct MailboxPage<'a> {
    pub frame: Shell<'a>,
    pub mails: Vec<ReadMail>,
}

/// `GET /mailbox`
pub async fn show(guest: Guest) -> Result<Response, Problem> {
    let Some(mailbox) = &guest.app.settings.mailbox else { return Err(Problem::no_such_route()) };
    let mails = mailbox.mails(guest.brand());
    Ok(page::html(&MailboxPage { frame: guest.frame()?, mails }))
}
