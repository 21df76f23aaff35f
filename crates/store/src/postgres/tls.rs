//! TLS to PostgreSQL: the server's certificate is verified, its name included, with the authorities of a file or
//! with those of the system. A certificate of our own signs us in, where the address names one.
//!
//! Why not a crate: what there is brings an X.509 parser for channel binding, which adds nothing for us to a
//! verified name.
//!
//! Invariants: there is no connector here that does not verify; our own certificate is read anew for each connection, so
//! that one which lives for hours is renewed without a restart; nothing of an earlier connection is resumed, which would
//! carry an earlier certificate on.

use super::address::ClientFiles;
use crate::error::StoreError;
use rustls::client::Resumption;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{AlertDescription, ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt as _;
use std::fs::File;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};

/// What PostgreSQL is called inside TLS.
const PROTOCOL: &[u8] = b"postgresql";

#[derive(Clone)]
pub(crate) struct Tls {
    config: Arc<ClientConfig>,
    client: Option<ClientFiles>,
}

impl Tls {
    /// Trusts the authorities in this PEM file alone; without one, the system's. `client`: by what we sign in.
    pub fn new(roots: Option<&Path>, client: Option<ClientFiles>) -> Result<Self, StoreError> {
        let cannot = |error: rustls::Error| StoreError::Unavailable(format!("TLS cannot start: {error}"));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(cannot)?;
        let builder = match roots {
            Some(file) => builder.with_root_certificates(read(file)?),
            None => builder.with_platform_verifier().map_err(cannot)?,
        };
        let mut config = builder.with_no_client_auth();
        config.alpn_protocols = vec![PROTOCOL.to_vec()];
        config.resumption = Resumption::disabled();
        Ok(Self { config: Arc::new(config), client })
    }

    /// For one connection, with the certificate as it lies now.
    fn now(&self) -> io::Result<Arc<ClientConfig>> {
        let Some(client) = &self.client else { return Ok(Arc::clone(&self.config)) };
        let mut config = ClientConfig::clone(&self.config);
        let own = read_own(client, config.crypto_provider()).map_err(io::Error::other)?;
        config.client_auth_cert_resolver = Arc::new(SingleCertAndKey::from(own));
        Ok(Arc::new(config))
    }
}

/// The certificate by which we sign in, and its key.
fn read_own(files: &ClientFiles, provider: &rustls::crypto::CryptoProvider) -> Result<CertifiedKey, String> {
    let of = |what: &str, file: &Path, problem: &dyn std::fmt::Display| {
        format!("the {what} that signs us in, {}: {problem}", file.display())
    };
    let (certificate, key) = (files.certificate.as_path(), files.key.as_path());
    let wrong = |problem: &dyn std::fmt::Display| of("certificate (sslcert)", certificate, problem);
    let chain = CertificateDer::pem_file_iter(certificate).map_err(|error| wrong(&error))?;
    let chain: Vec<_> = chain.collect::<Result<_, _>>().map_err(|error| wrong(&error))?;
    if chain.is_empty() {
        return Err(wrong(&"it holds no certificate in PEM"));
    }
    let wrong = |problem: &dyn std::fmt::Display| of("key (sslkey)", key, problem);
    let handle = File::open(key).map_err(|error| wrong(&error))?;
    if others_may_read(&handle).map_err(|error| wrong(&error))? {
        return Err(wrong(&format!("others may read it: run `chmod 600 {}`", key.display())));
    }
    let read = PrivateKeyDer::from_pem_reader(handle)
        .map_err(|_| wrong(&"it holds no private key in PEM that opens without a password"))?;
    CertifiedKey::from_der(chain, read, provider).map_err(|error| {
        let other = of("certificate (sslcert)", certificate, &error);
        format!("{other}: give a certificate and the key that it was made for ({})", key.display())
    })
}

/// Others than the owner; of a file of root's its group may read it, too, as PostgreSQL's own programs have it.
#[cfg(unix)]
fn others_may_read(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = file.metadata()?;
    let fine = if metadata.uid() == 0 { 0o740 } else { 0o700 };
    Ok(metadata.mode() & 0o777 & !fine != 0)
}

#[cfg(not(unix))]
fn others_may_read(_: &File) -> io::Result<bool> {
    Ok(false)
}

fn read(file: &Path) -> Result<RootCertStore, StoreError> {
    let wrong = |problem: String| {
        StoreError::Address(format!("the certificate authority's file {}: {problem}", file.display()))
    };
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| wrong(error.to_string()))? {
        let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
        store.add(certificate).map_err(|error| wrong(error.to_string()))?;
    }
    if store.is_empty() {
        return Err(wrong("it holds no certificate in PEM".to_owned()));
    }
    Ok(store)
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> MakeTlsConnect<S> for Tls {
    type Stream = Stream<S>;
    type TlsConnect = Handshake;
    type Error = io::Error;

    fn make_tls_connect(&mut self, domain: &str) -> io::Result<Handshake> {
        // tidy(dial): a handshake over the connection that the database's driver made
        let connector = tokio_rustls::TlsConnector::from(self.now()?);
        let name = ServerName::try_from(domain).map_err(io::Error::other)?.to_owned();
        Ok(Handshake { connector, name })
    }
}

pub(crate) struct Handshake {
    // tidy(dial): it has no connection yet, and makes none
    connector: tokio_rustls::TlsConnector,
    name: ServerName<'static>,
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> TlsConnect<S> for Handshake {
    type Stream = Stream<S>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Stream<S>>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        Box::pin(async move { self.connector.connect(self.name, stream).await.map(Stream).map_err(told) })
    }
}

/// With the way out.
fn told(error: io::Error) -> io::Error {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let remedy = match inner {
        Some(rustls::Error::InvalidCertificate(_)) => {
            "give the server a certificate for the name in the address, and name the file of its authority (`ca_file`)"
        }
        Some(rustls::Error::AlertReceived(AlertDescription::CertificateExpired)) => {
            "the certificate that signs us in (sslcert) has ended: renew it; it is read again for the next connection"
        }
        Some(rustls::Error::AlertReceived(
            AlertDescription::UnknownCA
            | AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateUnknown
            | AlertDescription::DecryptError,
        )) => {
            "the server does not believe the certificate that signs us in (sslcert): give one that an authority in its ssl_ca_file signed"
        }
        _ => return error,
    };
    io::Error::other(format!("{error}: {remedy}"))
}

pub(crate) struct Stream<S>(tokio_rustls::client::TlsStream<S>);

impl<S: AsyncRead + AsyncWrite + Unpin> TlsStream for Stream<S> {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Stream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // With TLS 1.3 the server says only here what it thinks of our certificate.
        Pin::new(&mut self.0).poll_read(context, into).map_err(told)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Stream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::sign_in::{Authority, FAR, SignIn};

    /// What a server that asks for a certificate is shown at the next connection.
    fn shown(tls: &Tls) -> io::Result<Vec<CertificateDer<'static>>> {
        let own = tls.now()?.client_auth_cert_resolver.resolve(&[], &[]);
        Ok(own.map(|own| own.cert.clone()).unwrap_or_default())
    }

    fn lies(ours: &SignIn) -> Vec<CertificateDer<'static>> {
        CertificateDer::pem_file_iter(&ours.certificate).unwrap().map(Result::unwrap).collect()
    }

    /// Our certificate, which is not there yet, its authority, and what shows it.
    fn ours(folder: &Path) -> (SignIn, Authority, Tls) {
        let (ours, ca) = (SignIn::new(folder, "ours"), Authority::new("right"));
        let [.., roots] = ca.server(folder);
        let files = ClientFiles { certificate: ours.certificate.clone(), key: ours.key.clone() };
        let tls = Tls::new(Some(&roots), Some(files)).unwrap();
        (ours, ca, tls)
    }

    #[test]
    fn claim_f8_the_certificate_that_signs_us_in_is_read_anew_for_each_connection() {
        let folder = tempfile::tempdir().unwrap();
        let (ours, ca, tls) = ours(folder.path());
        assert!(shown(&tls).is_err(), "there is none");
        ours.renew(&ca, "app", 7, FAR);
        let first = lies(&ours);
        assert_eq!(shown(&tls).unwrap(), first);
        ours.renew(&ca, "app", 8, FAR);
        assert_eq!(shown(&tls).unwrap(), lies(&ours));
        assert_ne!(first, lies(&ours));
    }

    #[test]
    fn claim_f10_a_key_that_others_may_read_signs_nobody_in() {
        let folder = tempfile::tempdir().unwrap();
        let (ours, ca, tls) = ours(folder.path());
        ours.renew(&ca, "app", 7, FAR);
        for mode in [0o604, 0o620, 0o666] {
            ours.may_be_read(mode);
            let refused = shown(&tls).unwrap_err().to_string();
            assert!(refused.contains("others may read it: run `chmod 600 "), "{mode:o}: {refused}");
        }
        ours.may_be_read(0o600);
        assert_eq!(shown(&tls).unwrap(), lies(&ours));
    }
}
