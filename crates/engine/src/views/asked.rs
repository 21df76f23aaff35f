//! What people are asked for, as the data map declares it: beside each field stands its purpose from there
//! (claim X1), so that the form cannot say anything else than the map.

use model::datamap::{Declaration, Declared};

/// An account's profile.
pub const ACCOUNT: Declaration = crate::accounts::AccountProfile::DECLARATION;
/// A tag's word.
pub const TAG: Declaration = store::tables::tag::DECLARATION;
/// What an export is for.
pub const EXPORT: Declaration = store::tables::export::DECLARATION;
