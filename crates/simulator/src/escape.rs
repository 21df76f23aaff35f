//! JSON as the platform writes it: ASCII only, with its own few escapes.
//!
//! Invariant: a body is serialised here once; what is signed and what is sent are these bytes.

use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{Formatter, Serializer};
use std::io::{self, Write};

struct Meta;

impl Formatter for Meta {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut plain = 0;
        for (at, letter) in fragment.char_indices() {
            let escape: Option<&[u8]> = match letter {
                '/' => Some(b"\\/"),
                '@' => Some(b"\\u0040"),
                '%' => Some(b"\\u0025"),
                '<' => Some(b"\\u003C"),
                letter if letter.is_ascii() => continue,
                _ => None,
            };
            writer.write_all(fragment.as_bytes().get(plain..at).unwrap_or_default())?;
            plain = at + letter.len_utf8();
            match escape {
                Some(bytes) => writer.write_all(bytes)?,
                None => {
                    for unit in letter.encode_utf16(&mut [0; 2]) {
                        write!(writer, "\\u{unit:04x}")?;
                    }
                }
            }
        }
        writer.write_all(fragment.as_bytes().get(plain..).unwrap_or_default())
    }
}

/// The bytes of `value` as the platform would send them.
pub fn bytes(value: &Value) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    if let Err(error) = value.serialize(&mut Serializer::with_formatter(&mut out, Meta)) {
        // A JSON value has only string keys and the writer is memory: there is nothing to fail.
        tracing::error!(%error, "a JSON value did not serialise");
    }
    out
}

/// The same as text; the escapes leave nothing but ASCII.
pub fn text(value: &Value) -> String {
    String::from_utf8(bytes(value)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_published_escape_is_used() {
        let value = json!({ "text": "äöå 😀 a/b 100% x@y <b> \"q\"\n" });
        assert_eq!(
            text(&value),
            r#"{"text":"\u00e4\u00f6\u00e5 \ud83d\ude00 a\/b 100\u0025 x\u0040y \u003Cb> \"q\"\n"}"#
        );
    }

    proptest::proptest! {
        #[test]
        fn escaped_text_is_ascii_and_reads_back(words: String) {
            let value = json!({ words.as_str(): words.as_str() });
            let escaped = text(&value);
            proptest::prop_assert!(escaped.is_ascii());
            proptest::prop_assert_eq!(serde_json::from_str::<Value>(&escaped).unwrap(), value);
        }
    }
}
