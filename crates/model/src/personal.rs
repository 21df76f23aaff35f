//! The wrapper around everything that belongs to a person.
//!
//! Invariant 4: no `Display`, a silent `Debug`, no serde `Serialize`; the value is wiped when
//! dropped. Whoever needs the value says [`Personal::reveal`], which a reviewer can search for.

use minicbor::{Decode, Encode};
use std::fmt;
use zeroize::Zeroize;

/// A value that belongs to a person.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Personal<T: Zeroize>(T);

impl<T: Zeroize> Personal<T> {
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Never into a log line, an error text or a URL.
    pub const fn reveal(&self) -> &T {
        &self.0
    }
}

impl From<&str> for Personal<String> {
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}

impl<T: Zeroize> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Personal(…)")
    }
}

impl<T: Zeroize> Drop for Personal<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<C, T: Zeroize + Encode<C>> Encode<C> for Personal<T> {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        self.0.encode(e, ctx)
    }
}

impl<'b, C, T: Zeroize + Decode<'b, C>> Decode<'b, C> for Personal<T> {
    fn decode(d: &mut minicbor::Decoder<'b>, ctx: &mut C) -> Result<Self, minicbor::decode::Error> {
        T::decode(d, ctx).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claim_f2_personal_data_stays_silent_when_debug_printed() {
        let name = Personal::from("Sample Person");
        assert!(!format!("{name:?} {:?}", Some(&name)).contains("Sample"));
        assert_eq!(name.reveal(), "Sample Person");
    }
}
