//! Looking for something in files, in every form in which it could lie there.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use std::path::Path;

/// Bytes as text of the same length, so that the standard library's search works on them.
pub fn readable(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// Every file below a folder, made searchable. The readers' lock table of SQLite holds no content.
pub fn files(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if !path.to_string_lossy().ends_with("-shm") {
            found.push((path.to_string_lossy().into_owned(), readable(&std::fs::read(&path).unwrap())));
        }
    }
    found
}

/// As it is; hexadecimal; UTF-16 both ways; base 64 at each of the three offsets, of which the
/// letters that depend on the neighbours are left out.
fn forms(text: &str) -> Vec<String> {
    let bytes = text.as_bytes();
    let mut forms = vec![readable(bytes), hex::encode(bytes), hex::encode_upper(bytes)];
    let wide = |order: fn(u16) -> [u8; 2]| -> Vec<u8> { text.encode_utf16().flat_map(order).collect() };
    forms.push(readable(&wide(u16::to_le_bytes)));
    forms.push(readable(&wide(u16::to_be_bytes)));
    for before in 0..3_usize {
        let padded = [vec![0; before], bytes.to_vec()].concat();
        let letters = BASE64_STANDARD.encode(&padded);
        let sure = &letters[(before * 8).div_ceil(6)..padded.len() * 8 / 6];
        forms.push(sure.to_owned());
        forms.push(sure.replace('+', "-").replace('/', "_"));
    }
    forms
}

/// The first file that holds `text` in any form.
pub fn find<'a>(files: &'a [(String, String)], text: &str) -> Option<&'a str> {
    let forms = forms(text);
    let holds = |content: &str| forms.iter().any(|form| content.contains(form.as_str()));
    files.iter().find(|(_, content)| holds(content)).map(|(name, _)| name.as_str())
}

#[test]
fn what_lies_in_a_file_is_found_in_every_form() {
    let secret = "canary-Ünïque";
    let wide: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let ways: [Vec<u8>; 5] = [
        secret.as_bytes().to_vec(),
        hex::encode(secret).into_bytes(),
        BASE64_STANDARD.encode(format!("a{secret}b")).into_bytes(),
        BASE64_STANDARD.encode(format!("ab{secret}")).into_bytes(),
        wide,
    ];
    for way in ways {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("file"), [b"before ".to_vec(), way, b" after".to_vec()].concat())
            .unwrap();
        assert!(find(&files(folder.path()), secret).is_some());
        assert!(find(&files(folder.path()), "canary-ordinary").is_none());
    }
}
