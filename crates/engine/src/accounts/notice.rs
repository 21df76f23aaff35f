//! What goes into the commit of an act beside the act itself: the mails that tell of it, and the one-time
//! links in them.
//!
//! Invariant: a link's secret is in the mail alone; the row keeps its hash.

use super::{Opened, Secret};
use crate::brands::BrandContext;
use crate::mail::{self, Letter, NewMail, Reader};
use crate::{Engine, EngineError};
use minicbor::Encode;
use model::id::AccountId;
use model::personal::Personal;
use model::time::{Span, Timestamp};
use store::StoreError;
use store::tables::{self, Scope, link::NewLink};
use vault::Key;

/// What a one-time link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkPurpose {
    SetUp,
    Confirm,
    Reset,
    NotMe,
    NewAddress,
}

impl LinkPurpose {
    pub const fn code(self) -> &'static str {
        match self {
            Self::SetUp => "setup",
            Self::Confirm => "confirm",
            Self::Reset => "reset",
            Self::NotMe => "not_me",
            Self::NewAddress => "new_address",
        }
    }

    /// How long it is good.
    pub const fn life(self) -> Span {
        match self {
            Self::SetUp | Self::Reset => Span::hours(1),
            Self::Confirm | Self::NewAddress => Span::hours(24),
            Self::NotMe => Span::days(7),
        }
    }

    /// Where it leads, before the secret.
    const fn path(self) -> &'static str {
        match self {
            Self::SetUp => "/setup/",
            Self::Confirm => "/account/confirm/",
            Self::Reset => "/account/reset/",
            Self::NotMe => "/account/not-me/",
            Self::NewAddress => "/account/address/",
        }
    }
}

/// A brand's page, as a whole address.
pub fn address(ctx: &BrandContext, path: &str) -> Personal<String> {
    Personal::new(format!("{}{path}", ctx.brand.public_url))
}

/// A new link: its row, and the address to be told.
pub fn new_link(
    engine: &Engine,
    ctx: &BrandContext,
    account: Option<AccountId>,
    purpose: LinkPurpose,
    sealed: Option<Vec<u8>>,
) -> (NewLink, Personal<String>) {
    let now = engine.clock.now();
    let secret = Secret::new(&*engine.entropy);
    let row = NewLink {
        hash: secret.hash,
        account,
        purpose: purpose.code(),
        created_at: now,
        expires_at: now.plus(purpose.life()),
        sealed,
    };
    (row, address(ctx, &format!("{}{}", purpose.path(), secret.text.reveal())))
}

/// Rows that are to be written with an act.
#[derive(Clone, Default)]
pub struct Rows {
    links: Vec<NewLink>,
    mails: Vec<NewMail>,
}

impl Rows {
    pub fn is_empty(&self) -> bool {
        self.links.is_empty() && self.mails.is_empty()
    }

    /// Part of the act's transaction.
    pub fn insert(&self, scope: Scope<'_>) -> Result<(), StoreError> {
        self.links.iter().try_for_each(|row| tables::link::insert(scope, row))?;
        self.mails.iter().try_for_each(|row| tables::mail::insert(scope, row))
    }
}

/// Writes to one account.
pub struct Notice<'a> {
    engine: &'a Engine,
    ctx: &'a BrandContext,
    account: AccountId,
    key: &'a Key,
    to: Personal<String>,
    language: String,
    zone: Option<String>,
    /// What its letters count as telling of.
    about: Option<[u8; 16]>,
    rows: Rows,
}

impl<'a> Notice<'a> {
    pub fn new(engine: &'a Engine, ctx: &'a BrandContext, opened: &'a Opened) -> Self {
        Self::of(engine, ctx, opened.id, &opened.key, &opened.profile)
    }

    /// For an account that is only being made.
    pub fn of(
        engine: &'a Engine,
        ctx: &'a BrandContext,
        account: AccountId,
        key: &'a Key,
        profile: &super::AccountProfile,
    ) -> Self {
        let first = ctx.brand.languages.first().cloned().unwrap_or_default();
        Self {
            engine,
            ctx,
            account,
            key,
            to: profile.email.clone(),
            language: profile.language.clone().unwrap_or(first),
            zone: profile.zone.clone(),
            about: None,
            rows: Rows::default(),
        }
    }

    /// From here on its letters count as telling of what has this id.
    pub const fn tells_of(&mut self, about: [u8; 16]) {
        self.about = Some(about);
    }

    /// A link for this account, and until when it is good.
    pub fn link(&mut self, purpose: LinkPurpose) -> (Personal<String>, Timestamp) {
        self.link_with(purpose, None)
    }

    fn link_with(&mut self, purpose: LinkPurpose, sealed: Option<Vec<u8>>) -> (Personal<String>, Timestamp) {
        let (row, address) = new_link(self.engine, self.ctx, Some(self.account), purpose, sealed);
        let until = row.expires_at;
        self.rows.links.push(row);
        (address, until)
    }

    /// A link that carries something, sealed under the account's key.
    pub fn link_carrying<T: Encode<()>>(
        &mut self,
        purpose: LinkPurpose,
        value: &T,
    ) -> Result<(Personal<String>, Timestamp), EngineError> {
        let place = self.ctx.person_place(self.account.0, "link", self.account.0);
        let sealed = self
            .key
            .seal_value(&place, value, &*self.engine.entropy)
            .map_err(|_| EngineError::Sealed { place: "link" })?;
        Ok(self.link_with(purpose, Some(sealed)))
    }

    /// "This was not me". It remembers whom it was mailed to: if somebody moves the account to another
    /// address afterwards, the way back still leads to whoever reads this letter.
    pub fn not_me(&mut self) -> Personal<String> {
        let to = self.to.clone();
        let carrying = self.link_carrying(LinkPurpose::NotMe, &to);
        carrying.unwrap_or_else(|_| self.link(LinkPurpose::NotMe)).0
    }

    /// In which language the account is written to.
    pub fn language(&self) -> &str {
        &self.language
    }

    pub fn page(&self, path: &str) -> Personal<String> {
        address(self.ctx, path)
    }

    pub fn tell(&mut self, letter: Letter) -> Result<(), EngineError> {
        let (to, language, zone) = (self.to.clone(), self.language.clone(), self.zone.clone());
        self.write(Reader { to: &to, language: &language, zone: zone.as_deref() }, letter)
    }

    /// To another address than the account's. In UTC: it may be a stranger's, who need not learn by which
    /// clocks the holder lives.
    pub fn tell_at(&mut self, to: &Personal<String>, letter: Letter) -> Result<(), EngineError> {
        let language = self.language.clone();
        self.write(Reader { to, language: &language, zone: None }, letter)
    }

    fn write(&mut self, reader: Reader<'_>, letter: Letter) -> Result<(), EngineError> {
        let whom = (self.account, self.about);
        let row = mail::prepare_with(self.engine, self.key, self.ctx.id, whom, reader, letter)?;
        self.rows.mails.push(row);
        Ok(())
    }

    pub fn rows(self) -> Rows {
        self.rows
    }
}
