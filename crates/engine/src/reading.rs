//! Writing down who looked at somebody's data, for that person's eyes (claim A1).
//!
//! Invariants: the line is on the disk before anything is shown; it is sealed under the key of whoever was looked
//! at; it names the role of who looked and never who it was. Beside it lies a keyed hash of the door, so that after a
//! breach it can be found out what went through that door; to whoever does not know the door it says nothing.

use crate::actor::Door;
use crate::brands::BrandContext;
use crate::views::own;
use crate::{Engine, EngineError};
use minicbor::{Decode, Encode};
use model::datamap::{Basis, Declaration, Declared, Item};
use model::id::ReadingId;
use model::personal::Personal;
use store::Tx;
use store::tables::reading::{self, StoredReading};
use vault::Key;

/// In which role somebody looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Whoever runs the page that the lead wrote to.
    PageOwner,
    /// The brand's admin.
    Admin,
    /// Whoever helps, under a grant of the admin's.
    Support,
}

impl Reader {
    pub const fn code(self) -> &'static str {
        match self {
            Self::PageOwner => "page_owner",
            Self::Admin => "admin",
            Self::Support => "support",
        }
    }
}

/// What for, in a word of a closed list; who takes a file out says it in own words instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    Answering,
    Order,
    Request,
    Security,
    Unsaid,
}

impl Reason {
    pub const ALL: [Self; 5] = [Self::Answering, Self::Order, Self::Request, Self::Security, Self::Unsaid];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Answering => "answering",
            Self::Order => "order",
            Self::Request => "request",
            Self::Security => "security",
            Self::Unsaid => "unsaid",
        }
    }

    /// Whatever is not in the list was not said.
    pub fn from_code(code: &str) -> Self {
        Self::ALL.into_iter().find(|reason| reason.code() == code).unwrap_or(Self::Unsaid)
    }
}

/// What lies in `reading.sealed`.
#[derive(Clone, Encode, Decode)]
pub(crate) struct Kept {
    #[n(0)]
    pub reader: String,
    /// `console` or `api`.
    #[n(1)]
    pub way: String,
    /// A reason's code; empty where it was said in own words.
    #[n(2)]
    pub reason: String,
    #[n(3)]
    pub words: Option<Personal<String>>,
    /// Which kinds of data: `identity`, `answers`, `file`, `proof`, `found`, `account`; of an account that the admin looks
    /// into, what `Part` in `actions/oversight.rs` says.
    #[n(4)]
    pub what: Vec<String>,
}

impl Declared for Kept {
    const DECLARATION: Declaration = Declaration {
        place: "reading.sealed",
        items: &[
            own_item("reader", "in which role somebody looked"),
            own_item("way", "in the console or by a program"),
            own_item("reason", "what for"),
            own_item("words", "what for, in own words"),
            own_item("what", "which kinds of data"),
        ],
    };
}

const fn own_item(name: &'static str, category: &'static str) -> Item {
    Item::lead_sealed(name, category, "so that people can always see who looked", Basis::LegalObligation)
}

impl Kept {
    /// What somebody is shown who says in their own words what for.
    pub fn said(reader: Reader, words: Personal<String>, what: &[&str]) -> Self {
        Self { reason: String::new(), words: Some(words), ..Self::console(reader, Reason::Unsaid, what) }
    }

    pub fn console(reader: Reader, reason: Reason, what: &[&str]) -> Self {
        Self {
            reader: reader.code().to_owned(),
            way: "console".to_owned(),
            reason: reason.code().to_owned(),
            words: None,
            what: what.iter().map(|what| (*what).to_owned()).collect(),
        }
    }
}

/// A line, ready to be written in the commit of whatever it is about.
pub(crate) fn line(
    engine: &Engine,
    brand: &BrandContext,
    (person, key): ([u8; 16], &Key),
    (kept, door): (&Kept, Option<Door>),
) -> Result<StoredReading, EngineError> {
    let now = engine.clock.now();
    let id = ReadingId::new(now, &*engine.entropy);
    let sealed = key
        .seal_value(&brand.person_place(person, "reading", id.0), kept, &*engine.entropy)
        .map_err(|_| EngineError::Sealed { place: "reading" })?;
    Ok(StoredReading { id, read_at: now, door: door.map(|door| brand.door(door)), sealed })
}

/// Writes a line down.
pub(crate) async fn note(
    engine: &Engine,
    brand: &BrandContext,
    (person, key): ([u8; 16], &Key),
    what: (&Kept, Option<Door>),
) -> Result<(), EngineError> {
    let (scope, line) = (brand.id, line(engine, brand, (person, key), what)?);
    let write = move |tx: &Tx<'_>| reading::insert(tx.brand(scope), person, &line);
    Ok(engine.data.write("note_reading", write).await?)
}

/// The newest lines about somebody, opened.
pub(crate) async fn of_person(
    engine: &Engine,
    brand: &BrandContext,
    (person, key): ([u8; 16], &Key),
    limit: u32,
) -> Result<Vec<(StoredReading, Kept)>, EngineError> {
    let scope = brand.id;
    let read = move |tx: &Tx<'_>| reading::list(tx.brand(scope), person, limit);
    let rows = engine.data.read("readings", read).await?;
    rows.into_iter()
        .map(|row| {
            let kept = own::opened(key, &brand.person_place(person, "reading", row.id.0), &row.sealed)?;
            Ok((row, kept))
        })
        .collect()
}
