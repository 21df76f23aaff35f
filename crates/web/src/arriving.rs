//! An archive on its way: the form that brings it, read as it comes. The session's form token stands before
//! the file, so that nobody's file is read for a form that was sent from elsewhere.
//!
//! Invariants: the file is never held whole; a form whose first fields are not the token and the passphrase is
//! refused before its file; no more than [`UPLOAD_LIMIT`] bytes are read.

use crate::problem::Problem;
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use engine::archive::read::UPLOAD_LIMIT;
use futures_util::{StreamExt as _, TryStreamExt as _};
use model::personal::Personal;
use multer::{Constraints, Field, Multipart, SizeLimit};
use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio_util::io::{StreamReader, SyncIoBridge};

/// What a form may be beside its file.
const FIELDS_LIMIT: u64 = 16 * 1024;
/// Bytes that may have come before the file is reached. Its beginning comes along with what stands before it.
const BEFORE_LIMIT: usize = 1024 * 1024;

/// A form of which all was read but the file. Taken by the one handler that reads it.
#[derive(Clone)]
pub struct Arriving(Arc<Mutex<Option<Archive>>>);

/// A passphrase, and the file as it comes.
pub struct Archive {
    pub passphrase: Personal<String>,
    file: Field<'static>,
}

/// The form of a POST up to its file, and the token that it was sent with.
pub async fn begin(request: Request) -> Result<(Request, String), Problem> {
    let (mut parts, body) = request.into_parts();
    let boundary = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let boundary = boundary.and_then(|value| multer::parse_boundary(value).ok());
    // No form of ours: it carries no token either.
    let boundary = boundary.ok_or_else(Problem::from_elsewhere)?;
    let limits = SizeLimit::new()
        .whole_stream(UPLOAD_LIMIT.saturating_add(FIELDS_LIMIT))
        .for_field("csrf", FIELDS_LIMIT)
        .for_field("passphrase", FIELDS_LIMIT);
    // Whatever stands before the file is held while it is read, so that is little.
    let is_at_file = Arc::new(AtomicBool::new(false));
    let (seen, mut before) = (Arc::clone(&is_at_file), 0_usize);
    let stream = body.into_data_stream().map(move |part| {
        let part = part.map_err(io::Error::other)?;
        before = before.saturating_add(part.len());
        if before > BEFORE_LIMIT && !seen.load(Ordering::Relaxed) {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        Ok(part)
    });
    let mut form = Multipart::with_constraints(stream, boundary, Constraints::new().size_limit(limits));
    let token = named(&mut form, "csrf").await.map_err(|_| Problem::from_elsewhere())?;
    let token = token.text().await.map_err(unread)?;
    let passphrase = named(&mut form, "passphrase").await?.text().await.map_err(unread)?;
    let file = named(&mut form, "file").await?;
    is_at_file.store(true, Ordering::Relaxed);
    let archive = Archive { passphrase: Personal::new(passphrase), file };
    parts.extensions.insert(Arriving(Arc::new(Mutex::new(Some(archive)))));
    Ok((Request::from_parts(parts, axum::body::Body::empty()), token))
}

/// The next field, if it is this one.
async fn named(form: &mut Multipart<'static>, name: &str) -> Result<Field<'static>, Problem> {
    let field = form.next_field().await.map_err(unread)?;
    field
        .filter(|field| field.name() == Some(name))
        .ok_or_else(|| Problem::malformed(format!("The form has no `{name}` in its place.")))
}

fn unread(_: multer::Error) -> Problem {
    Problem::malformed("The form cannot be read.")
}

impl Arriving {
    /// What has arrived; nothing the second time.
    pub fn take(&self) -> Option<Archive> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Archive {
    /// Reads the rest without keeping it: a browser that is cut off while it sends shows no answer.
    pub async fn pass_over(mut self, most: usize) {
        let mut left = most;
        while let Ok(Some(part)) = self.file.chunk().await {
            let Some(rest) = left.checked_sub(part.len()) else { return };
            left = rest;
        }
    }

    /// The file, for a thread that may wait for its bytes.
    pub fn into_reader(self) -> impl Read + Send + 'static {
        let bytes = self.file.map_err(|error| match error {
            multer::Error::StreamSizeExceeded { .. } => io::Error::from(io::ErrorKind::FileTooLarge),
            _ => io::Error::from(io::ErrorKind::UnexpectedEof),
        });
        SyncIoBridge::new(StreamReader::new(bytes))
    }
}
