//! Looking for something in files, in every form in which it could lie there.
//!
//! Invariant: a form that is looked for here is one that the self-test below shows being found.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flate2::read::{DeflateDecoder, GzDecoder, ZlibDecoder};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Read;
use std::path::Path;

/// A file's name and its bytes.
pub type File = (String, Vec<u8>);

/// Every file below a folder. The readers' lock table of SQLite holds no content, and a file that goes while it
/// is looked for is none.
pub fn files(folder: &Path) -> Vec<File> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, kind) = (entry.path(), entry.file_type().unwrap());
        if kind.is_dir() {
            found.extend(files(&path));
        } else if kind.is_file() && !path.to_string_lossy().ends_with("-shm") {
            found.extend(file(&path));
        }
    }
    found
}

/// One file, if it is still there.
pub fn file(path: &Path) -> Option<File> {
    let bytes = std::fs::read(path).ok()?;
    Some((path.to_string_lossy().into_owned(), without_holes(&bytes)))
}

/// Without the blocks that hold nothing but zeros, of which databases lay out many.
fn without_holes(bytes: &[u8]) -> Vec<u8> {
    const BLOCK: usize = 512;
    let full = bytes.chunks(BLOCK).filter(|block| **block != [0; BLOCK]);
    full.fold(Vec::with_capacity(bytes.len()), |mut all, block| {
        all.extend_from_slice(block);
        all
    })
}

/// A text with each of its letters as `one` writes it.
fn each(text: &str, one: impl Fn(char) -> String) -> Vec<u8> {
    text.chars().map(one).collect::<String>().into_bytes()
}

/// A text with each byte that `stays` does not leave alone as `%` or `=` and two digits.
fn octets(text: &str, mark: char, upper: bool, stays: impl Fn(u8) -> bool) -> Vec<u8> {
    let one = |byte: u8| match (stays(byte), upper) {
        (true, _) => char::from(byte).to_string(),
        (_, true) => format!("{mark}{byte:02X}"),
        (_, false) => format!("{mark}{byte:02x}"),
    };
    text.bytes().map(one).collect::<String>().into_bytes()
}

fn json(letter: char, upper: bool, is_whole: bool) -> String {
    match letter {
        '"' | '\\' if !is_whole => format!("\\{letter}"),
        ' '..='~' if !is_whole => letter.to_string(),
        _ => letter.encode_utf16(&mut [0; 2]).iter().fold(String::new(), |mut text, unit| {
            let written = if upper { write!(text, "\\u{unit:04X}") } else { write!(text, "\\u{unit:04x}") };
            written.unwrap();
            text
        }),
    }
}

/// As markup has it: the five letters of its own by name or number, and what is not ASCII as it is or by number.
fn html(text: &str, own: [&str; 5], other: impl Fn(char) -> String) -> Vec<u8> {
    each(text, |letter| match "&<>\"'".find(letter) {
        Some(at) => own[at].to_owned(),
        None if letter.is_ascii() => letter.to_string(),
        None => other(letter),
    })
}

fn forms_of_text(text: &str) -> Vec<Vec<u8>> {
    let wide = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let mut forms = vec![wide(u16::to_le_bytes), wide(u16::to_be_bytes)];
    // JSON, as it must be and as it may be.
    forms.push(text.replace('\\', "\\\\").replace('"', "\\\"").into_bytes());
    forms.push(text.replace('\\', "\\\\").replace('"', "\\\"").replace('/', "\\/").into_bytes());
    for (upper, is_whole) in [(true, true), (true, false), (false, true), (false, false)] {
        forms.push(each(text, |letter| json(letter, upper, is_whole)));
    }
    // Addresses and forms: with the letters that need not be written so, and without.
    for upper in [true, false] {
        forms.push(octets(text, '%', upper, |_| false));
        for kept in [&b"-._~"[..], b"-._*", b"-_.!~*'()", b"", b"-._~/@:,;&=$!'()*+?"] {
            let escaped =
                octets(text, '%', upper, |byte| byte.is_ascii_alphanumeric() || kept.contains(&byte));
            forms.push(String::from_utf8(escaped.clone()).unwrap().replace("%20", "+").into_bytes());
            forms.push(escaped);
        }
        // Mail, whose soft ends of lines are taken out of the files; in a header a blank is written as `_`.
        let quoted = octets(text, '=', upper, |byte| matches!(byte, b' '..=b'~') && byte != b'=');
        forms.push(String::from_utf8(quoted.clone()).unwrap().replace(' ', "=20").into_bytes());
        forms.push(quoted);
        forms.push(octets(text, '=', upper, |_| false));
        let word = octets(text, '=', upper, |byte| byte.is_ascii_alphanumeric() || byte == b' ');
        forms.push(String::from_utf8(word).unwrap().replace(' ', "_").into_bytes());
        let word = octets(text, '=', upper, |byte| matches!(byte, b' '..=b'~') && !b"=?_".contains(&byte));
        forms.push(String::from_utf8(word).unwrap().replace(' ', "_").into_bytes());
    }
    for own in [
        ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"],
        ["&amp;", "&lt;", "&gt;", "&quot;", "&#x27;"],
        ["&amp;", "&lt;", "&gt;", "&quot;", "&apos;"],
        ["&amp;", "&lt;", "&gt;", "\"", "'"],
        ["&#38;", "&#60;", "&#62;", "&#34;", "&#39;"],
        ["&#x26;", "&#x3c;", "&#x3e;", "&#x22;", "&#x27;"],
        ["&#x26;", "&#x3C;", "&#x3E;", "&#x22;", "&#x27;"],
    ] {
        forms.push(html(text, own, |letter| letter.to_string()));
        forms.push(html(text, own, |letter| format!("&#{};", u32::from(letter))));
        forms.push(html(text, own, |letter| format!("&#x{:x};", u32::from(letter))));
        forms.push(html(text, own, |letter| format!("&#x{:X};", u32::from(letter))));
    }
    forms
}

/// As it is; hexadecimal; base 64 at each of the three offsets, of which the letters that depend on the neighbours
/// are left out; and what a text can be besides.
fn forms(bytes: &[u8]) -> BTreeSet<Vec<u8>> {
    let mut forms = vec![bytes.to_vec(), hex::encode(bytes).into(), hex::encode_upper(bytes).into()];
    for before in 0..3_usize {
        let padded = [vec![0; before], bytes.to_vec()].concat();
        let letters = BASE64_STANDARD.encode(&padded);
        let sure = &letters[(before * 8).div_ceil(6)..padded.len() * 8 / 6];
        forms.push(sure.as_bytes().to_vec());
        forms.push(sure.replace('+', "-").replace('/', "_").into_bytes());
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        forms.extend(forms_of_text(text));
    }
    forms.into_iter().collect()
}

/// How much of a compressed stream is looked at, and how deep one may lie in another.
const LARGEST: u64 = 1 << 26;
const DEEPEST: usize = 3;

/// What inflates of whatever may be compressed in these bytes: gzip, zlib, and the entries of zip files.
fn inflated(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for (at, four) in bytes.windows(4).enumerate() {
        let rest = &bytes[at..];
        let stream: Box<dyn Read + '_> = match *four {
            [0x1F, 0x8B, 8, _] => Box::new(GzDecoder::new(rest)),
            [b'P', b'K', 3, 4] => {
                let two = |at: usize| {
                    rest.get(at..at + 2).map(|two| usize::from(two[0]) | usize::from(two[1]) << 8)
                };
                let (Some(8), Some(name), Some(extra)) = (two(8), two(26), two(28)) else { continue };
                let Some(data) = rest.get(30 + name + extra..) else { continue };
                Box::new(DeflateDecoder::new(data))
            }
            // RFC 1950: deflate, a window of at most 32 KiB, no dictionary, and a sum that fits.
            [first, second, ..]
                if first & 0x8F == 8
                    && second & 0x20 == 0
                    && (u32::from(first) << 8 | u32::from(second)).is_multiple_of(31) =>
            {
                Box::new(ZlibDecoder::new(rest))
            }
            _ => continue,
        };
        let mut text = Vec::new();
        // What came before the stream broke off counts.
        drop(stream.take(LARGEST).read_to_end(&mut text));
        if text.len() >= 4 {
            found.push(text);
        }
    }
    found
}

/// Without the ends of lines that mail puts into words, and without any, as base 64 is broken.
fn joined(bytes: &[u8]) -> [Vec<u8>; 2] {
    let (mut soft, mut any) = (Vec::with_capacity(bytes.len()), Vec::with_capacity(bytes.len()));
    for line in bytes.split(|byte| *byte == b'\n') {
        let bare = line.strip_suffix(b"\r").unwrap_or(line);
        any.extend_from_slice(bare.strip_suffix(b"=").unwrap_or(bare));
        match bare.strip_suffix(b"=") {
            Some(goes_on) => soft.extend_from_slice(goes_on),
            None => {
                soft.extend_from_slice(line);
                soft.push(b'\n');
            }
        }
    }
    [soft, any]
}

/// The beginning of a form, by which it is looked for.
type Head = [u8; 4];

/// What is looked for, all of it in one go.
pub struct Hunt {
    names: Vec<String>,
    /// By their heads, each with the number of its name.
    forms: BTreeMap<Head, Vec<(usize, Vec<u8>)>>,
    /// Whether a form's head may have this sum.
    may_begin: Vec<bool>,
}

fn sum(head: Head) -> usize {
    (u32::from_le_bytes(head).wrapping_mul(0x9E37_79B1) >> 12) as usize
}

impl Hunt {
    /// For these, each with a name by which it is reported.
    pub fn new<N: Into<String>, B: AsRef<[u8]>>(wanted: impl IntoIterator<Item = (N, B)>) -> Self {
        let mut hunt = Self { names: Vec::new(), forms: BTreeMap::new(), may_begin: vec![false; 1 << 20] };
        for (name, bytes) in wanted {
            for form in forms(bytes.as_ref()) {
                let head = *form.first_chunk().expect("something that short is everywhere");
                hunt.may_begin[sum(head)] = true;
                hunt.forms.entry(head).or_default().push((hunt.names.len(), form));
            }
            hunt.names.push(name.into());
        }
        hunt
    }

    /// For these texts.
    pub fn texts<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::new(texts.into_iter().map(|text| (text.as_ref().to_owned(), text.as_ref().as_bytes().to_vec())))
    }

    fn in_bytes(&self, bytes: &[u8], found: &mut BTreeSet<usize>) {
        for (at, head) in bytes.windows(4).enumerate() {
            let head = [head[0], head[1], head[2], head[3]];
            if self.may_begin[sum(head)] {
                let here = self.forms.get(&head).into_iter().flatten();
                found.extend(here.filter(|(_, form)| bytes[at..].starts_with(form)).map(|(name, _)| *name));
            }
        }
    }

    fn in_depth(&self, bytes: &[u8], depth: usize, found: &mut BTreeSet<usize>) {
        self.in_bytes(bytes, found);
        if bytes.contains(&b'\n') {
            for view in joined(bytes) {
                self.in_bytes(&view, found);
            }
        }
        if depth < DEEPEST {
            for text in inflated(bytes) {
                self.in_depth(&text, depth + 1, found);
            }
        }
    }

    /// What of it lies in these bytes in any form.
    pub fn among(&self, bytes: &[u8]) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        self.in_depth(bytes, 0, &mut found);
        found.into_iter().map(|at| self.names[at].as_str()).collect()
    }

    /// What of it lies in which of these files.
    pub fn found<'a>(&self, files: impl IntoIterator<Item = &'a File>) -> Vec<String> {
        let said = |(name, bytes): &File| {
            self.among(bytes).into_iter().map(|what| format!("{what} in {name}")).collect::<Vec<_>>()
        };
        files.into_iter().flat_map(said).collect()
    }

    /// What of it lies in none of these.
    pub fn missed<'a>(&self, files: impl IntoIterator<Item = &'a [u8]>) -> Vec<&str> {
        let found: BTreeSet<&str> = files.into_iter().flat_map(|bytes| self.among(bytes)).collect();
        self.names.iter().map(String::as_str).filter(|name| !found.contains(name)).collect()
    }
}

/// The first file that holds `text` in any form.
pub fn find<'a>(files: &'a [File], text: &str) -> Option<&'a str> {
    let hunt = Hunt::texts([text]);
    files.iter().find(|(_, bytes)| !hunt.among(bytes).is_empty()).map(|(name, _)| name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use std::io::Write;

    const SECRET: &str = "canary & Ünïque \"<x>\" 😀";

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut into = GzEncoder::new(Vec::new(), Compression::best());
        into.write_all(text).unwrap();
        into.finish().unwrap()
    }

    fn zlib(text: &[u8], level: u32) -> Vec<u8> {
        let mut into = ZlibEncoder::new(Vec::new(), Compression::new(level));
        into.write_all(text).unwrap();
        into.finish().unwrap()
    }

    /// A zip's local entry, as it is written when the lengths are not known before.
    fn zip(name: &str, text: &[u8]) -> Vec<u8> {
        let mut into = DeflateEncoder::new(Vec::new(), Compression::best());
        into.write_all(text).unwrap();
        let head =
            [b"PK\x03\x04\x14\0\x08\0\x08\0", &[0; 16][..], &[u8::try_from(name.len()).unwrap(), 0, 0, 0]];
        [&head.concat(), name.as_bytes(), &into.finish().unwrap()].concat()
    }

    /// Each form, mostly written by hand: what the search thinks of a form is not asked.
    fn ways() -> Vec<(&'static str, Vec<u8>)> {
        let long = format!("{} {SECRET} {}", "before ".repeat(40), " after".repeat(40));
        let long = long.as_bytes();
        let wide = |order: fn(u16) -> [u8; 2]| SECRET.encode_utf16().flat_map(order).collect::<Vec<u8>>();
        let base = |text: String| BASE64_STANDARD.encode(text);
        let wrapped = base(format!("{}{SECRET}{}", "x".repeat(40), "y".repeat(40)));
        let wrapped: Vec<&str> = vec![&wrapped[..76], &wrapped[76..]];
        let torn = gzip(&[long, &vec![b'.'; 90_000]].concat());
        vec![
            ("as it is", SECRET.into()),
            ("hexadecimal", hex::encode(SECRET).into()),
            ("hexadecimal in capitals", hex::encode_upper(SECRET).into()),
            ("UTF-16", wide(u16::to_le_bytes)),
            ("UTF-16 the other way", wide(u16::to_be_bytes)),
            ("base 64", base(format!("abc{SECRET}")).into()),
            ("base 64, one on", base(format!("a{SECRET}b")).into()),
            ("base 64, two on", base(format!("ab{SECRET}")).into()),
            ("base 64 of addresses", base(format!("ab{SECRET}")).replace('+', "-").replace('/', "_").into()),
            ("base 64 in lines", wrapped.join("\r\n").into()),
            ("JSON", r#"canary & Ünïque \"<x>\" 😀"#.into()),
            ("JSON in ASCII", r#"canary & \u00dcn\u00efque \"<x>\" \ud83d\ude00"#.into()),
            ("JSON in ASCII, capitals", r#"canary & \u00DCn\u00EFque \"<x>\" \uD83D\uDE00"#.into()),
            (
                "JSON, each letter escaped",
                r"\u0063\u0061\u006e\u0061\u0072\u0079\u0020\u0026\u0020\u00dc\u006e\u00ef\u0071\u0075\u0065\u0020\u0022\u003c\u0078\u003e\u0022\u0020\ud83d\ude00".into(),
            ),
            ("an address", "canary%20%26%20%C3%9Cn%C3%AFque%20%22%3Cx%3E%22%20%F0%9F%98%80".into()),
            ("an address in small letters", "canary%20%26%20%c3%9cn%c3%afque%20%22%3cx%3e%22%20%f0%9f%98%80".into()),
            ("a form", "canary+%26+%C3%9Cn%C3%AFque+%22%3Cx%3E%22+%F0%9F%98%80".into()),
            ("markup", "canary &amp; Ünïque &quot;&lt;x&gt;&quot; 😀".into()),
            ("markup by numbers", "canary &#38; Ünïque &#34;&#60;x&#62;&#34; 😀".into()),
            ("markup in ASCII", "canary &amp; &#220;n&#239;que &quot;&lt;x&gt;&quot; &#128512;".into()),
            ("markup in ASCII, hexadecimal", "canary &amp; &#xDC;n&#xEF;que &quot;&lt;x&gt;&quot; &#x1F600;".into()),
            ("mail", "canary & =C3=9Cn=C3=AFque \"<x>\" =F0=9F=98=80".into()),
            ("mail in two lines", "canary & =C3=9Cn=\r\n=C3=AFque \"<x>\" =F0=9F=98=\n=80".into()),
            ("a mail's header", "=?utf-8?Q?canary_&_=C3=9Cn=C3=AFque_\"<x>\"_=F0=9F=98=80?=".into()),
            ("gzip", gzip(long)),
            ("gzip that breaks off", torn[..torn.len() - 20].to_vec()),
            ("zlib, quick", zlib(long, 1)),
            ("zlib", zlib(long, 6)),
            ("zlib, small", zlib(long, 9)),
            ("zip", zip("leads.json", long)),
            ("gzip in a zip, of JSON", zip("leads.json", &gzip(br#"{"a":"canary & \u00dcn\u00efque \"<x>\" \ud83d\ude00"}"#))),
        ]
    }

    #[test]
    fn what_lies_in_a_file_is_found_in_every_form_and_nothing_else_is() {
        for (form, way) in ways() {
            let folder = tempfile::tempdir().unwrap();
            let inner = folder.path().join("inner");
            std::fs::create_dir(&inner).unwrap();
            std::fs::write(inner.join("file"), [b"\0before ", &way[..], b" after\xff"].concat()).unwrap();
            let kept = files(folder.path());
            assert!(find(&kept, SECRET).is_some_and(|name| name.ends_with("file")), "{form}");
            for ordinary in ["canary-ordinary", "canary & Unique \"<x>\" 😀", "canary & Ünïque \"<y>\" 😀"]
            {
                assert_eq!(find(&kept, ordinary), None, "{form}");
            }
        }
        // And with an ordinary text in every form there is.
        let all: Vec<u8> = ways().into_iter().flat_map(|(_, way)| way).collect();
        let hunt = Hunt::texts([SECRET, "canary-ordinary"]);
        assert_eq!(hunt.among(&all), [SECRET].into());
        assert_eq!(hunt.missed([&all[..]]), ["canary-ordinary"]);
        assert_eq!(hunt.found(&[("it".to_owned(), all)]), [format!("{SECRET} in it")]);
    }

    #[test]
    fn bytes_that_are_no_text_are_found_too() {
        let key: Vec<u8> = (0..32).map(|at| 0xFF - at * 5).collect();
        let hunt = Hunt::new([("the key", &key)]);
        for way in [key.clone(), hex::encode(&key).into(), BASE64_STANDARD.encode(&key).into(), gzip(&key)] {
            assert_eq!(hunt.among(&[b"..", &way[..], b".."].concat()), ["the key"].into());
        }
        assert!(hunt.among(&key[1..]).is_empty());
    }
}
