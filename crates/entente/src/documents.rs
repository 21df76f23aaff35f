//! A brand's own documents: files beside its `brand.toml`, read with it.
//!
//! Invariant: what lies there is either read or an error that names the file.

use anyhow::{Context as _, Result, bail};
use model::brand::{DOCUMENT_LIMIT, DOCUMENTS, OwnDocument};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// What lies in a folder, in order, without what is hidden.
fn visible(dir: &Path) -> Result<Vec<(PathBuf, String)>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).with_context(|| format!("{}: cannot be read", dir.display()))? {
        let entry = entry.with_context(|| format!("{}: cannot be read", dir.display()))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            found.push((entry.path(), name));
        }
    }
    found.sort();
    Ok(found)
}

/// A brand's own documents, by language and kind. Those that are not there are made from the program's
/// templates; what is there and would never be shown is an error, so that a misspelt name is not passed
/// over.
pub fn read(dir: &Path, languages: &[String]) -> Result<Vec<OwnDocument>> {
    let mut documents = Vec::new();
    if !dir.exists() {
        return Ok(documents);
    }
    for (folder, language) in visible(dir)? {
        if !folder.is_dir() || !languages.contains(&language) {
            bail!(
                "{}: is not a folder named after one of the brand's languages: {}",
                folder.display(),
                languages.join(", ")
            );
        }
        for (file, name) in visible(&folder)? {
            let kind = name.strip_suffix(".md").filter(|kind| DOCUMENTS.contains(kind));
            let Some(kind) = kind.filter(|_| file.is_file()) else {
                bail!("{}: is not one of: {}.md", file.display(), DOCUMENTS.join(".md, "));
            };
            let text = read_one(&file).with_context(|| file.display().to_string())?;
            documents.push(OwnDocument { kind: kind.to_owned(), language: language.clone(), text });
        }
    }
    Ok(documents)
}

fn read_one(file: &Path) -> Result<String> {
    let limit = u64::try_from(DOCUMENT_LIMIT).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    let opened = File::open(file).context("cannot be read")?;
    opened.take(limit.saturating_add(1)).read_to_end(&mut bytes).context("cannot be read")?;
    if bytes.len() > DOCUMENT_LIMIT {
        bail!("is longer than {} KiB, which a document may have", DOCUMENT_LIMIT / 1024);
    }
    let text = String::from_utf8(bytes).ok().context("is not a text in UTF-8")?;
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    if text.trim().is_empty() {
        bail!("is empty: write the document, or take the file away to begin with the template");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A brand's folder with these files in its `documents`.
    fn with_documents(files: &[(&str, &[u8])]) -> (tempfile::TempDir, Result<Vec<OwnDocument>>) {
        let dir = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            let file = dir.path().join("documents").join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, bytes).unwrap();
        }
        let read = read(&dir.path().join("documents"), &["en".to_owned(), "ar".to_owned()]);
        (dir, read)
    }

    #[test]
    fn a_brands_own_documents_are_read_with_it() {
        let full = "x".repeat(DOCUMENT_LIMIT);
        let (_dir, read) = with_documents(&[
            ("en/privacy.md", "\u{feff}# Ours\r\n\r\nAll of it.\r\n".as_bytes()),
            ("ar/terms.md", "# شروطنا".as_bytes()),
            ("ar/data_use.md", full.as_bytes()),
            ("ar/.draft", b"unfinished"),
        ]);
        let read = read.unwrap();
        let found: Vec<(&str, &str, &str)> =
            read.iter().map(|own| (own.kind.as_str(), own.language.as_str(), own.text.as_str())).collect();
        assert_eq!(
            found,
            [
                ("data_use", "ar", full.as_str()),
                ("terms", "ar", "# شروطنا"),
                ("privacy", "en", "# Ours\n\nAll of it.\n"),
            ]
        );
        assert_eq!(with_documents(&[]).1.unwrap(), []);
    }

    #[test]
    fn what_is_wrong_with_a_brands_document_is_said_with_its_file() {
        let long = vec![b'x'; DOCUMENT_LIMIT + 1];
        for (name, bytes, wrong) in [
            ("en/privacy.md", b" \n".as_slice(), "is empty"),
            ("en/terms.md", long.as_slice(), "is longer than 64 KiB"),
            ("ar/data_use.md", b"\xff\xfe".as_slice(), "is not a text in UTF-8"),
            ("en/imprint.md", b"# Imprint", "is not one of: terms.md, privacy.md, data_use.md"),
            ("en/terms.txt", b"# Terms", "is not one of"),
            (
                "fr/terms.md",
                b"# Conditions",
                "is not a folder named after one of the brand's languages: en, ar",
            ),
            ("terms.md", b"# Terms", "is not a folder named after"),
        ] {
            let (_dir, read) = with_documents(&[(name, bytes)]);
            let error = format!("{:#}", read.unwrap_err());
            let file = if wrong.contains("folder") { name.split('/').next().unwrap() } else { name };
            assert!(error.contains(&format!("/documents/{file}: {wrong}")), "{error}");
        }
    }
}
