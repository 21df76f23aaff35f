//! Mail into a folder, one `.eml` file each: for the demo, for tests, and for trying things out.
//!
//! Invariant: a file with the name of a mail is whole, and the same mail written again takes its
//! place: a repeat is no second mail. Only the owner may read the files.

use super::message;
use model::mail::EmailAddress;
use model::ports::{Mail, MailError, Mailer};
use model::time::BoxFuture;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The implementation of [`Mailer`] that writes files.
pub struct Mailbox {
    folder: PathBuf,
    from: EmailAddress,
}

impl Mailbox {
    pub const fn new(folder: PathBuf, from: EmailAddress) -> Self {
        Self { folder, from }
    }

    async fn keep(&self, mail: Mail, mark: BoxFuture<'_, bool>) -> Result<(), MailError> {
        let bytes = message::write(&mail, &self.from)?.bytes;
        if !mark.await {
            return Err(MailError::NotNow("it is in other hands".to_owned()));
        }
        let (folder, name) = (self.folder.clone(), mail.id);
        let written = tokio::task::spawn_blocking(move || write(&folder, &name, &bytes)).await;
        // The name of a mail's file says nothing of a person, the kind of an error neither.
        let failed = |problem: &str| MailError::NotNow(format!("the mailbox's folder: {problem}"));
        written
            .map_err(|_| failed("the writer ended early"))?
            .map_err(|error| failed(&error.kind().to_string()))
    }
}

impl Mailer for Mailbox {
    fn send<'a>(&'a self, mail: Mail, mark: BoxFuture<'a, bool>) -> BoxFuture<'a, Result<(), MailError>> {
        Box::pin(self.keep(mail, mark))
    }
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let draft = folder.join(format!("{name}.part"));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&draft, folder.join(format!("{name}.eml")))?;
    // The new name is durable once the folder is.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
