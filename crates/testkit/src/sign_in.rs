//! A certificate authority of a test's own: what a server on this machine shows, and what whoever signs in to one does.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails by panicking")]

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, SerialNumber};
use std::fs::{Permissions, set_permissions, write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// A year whose beginning no test sees.
pub const FAR: i32 = 4000;

pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// Writes `server.crt` and `server.key`, for `localhost`, and `ca.pem`; where each of them lies.
    pub fn server(&self, folder: &Path) -> [PathBuf; 3] {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let files = ["server.crt", "server.key", "ca.pem"].map(|name| folder.join(name));
        write(&files[0], params.signed_by(&key, &self.0).unwrap().pem()).unwrap();
        write(&files[1], key.serialize_pem()).unwrap();
        write(&files[2], self.0.pem()).unwrap();
        files
    }

    pub fn pem(&self) -> String {
        self.0.pem()
    }
}

/// The files of a certificate by which somebody signs in.
pub struct SignIn {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl SignIn {
    /// `NAME.crt` and `NAME.key`, which need not be there yet.
    pub fn new(folder: &Path, name: &str) -> Self {
        let [certificate, key] = ["crt", "key"].map(|kind| folder.join(format!("{name}.{kind}")));
        Self { certificate, key }
    }

    /// Puts a new pair there, which lives until the beginning of a year.
    pub fn renew(&self, by: &Authority, user: &str, serial: u64, until: i32) {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, user);
        params.serial_number = Some(SerialNumber::from(serial));
        params.not_after = rcgen::date_time_ymd(until, 1, 1);
        let key = KeyPair::generate().unwrap();
        write(&self.certificate, params.signed_by(&key, &by.0).unwrap().pem()).unwrap();
        write(&self.key, key.serialize_pem()).unwrap();
        self.may_be_read(0o600);
    }

    /// The permissions of the key.
    pub fn may_be_read(&self, mode: u32) {
        set_permissions(&self.key, Permissions::from_mode(mode)).unwrap();
    }

    /// As an address says it, whose server has a certificate of the authority in `folder`.
    pub fn parameters(&self, folder: &Path) -> String {
        let [ca, certificate, key] =
            [&folder.join("ca.pem"), &self.certificate, &self.key].map(|file| file.display().to_string());
        format!("sslrootcert={ca}&sslcert={certificate}&sslkey={key}")
    }
}
