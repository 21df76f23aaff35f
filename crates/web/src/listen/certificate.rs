//! The certificate in force, and how TLS is spoken with it.
//!
//! Invariants: it is exchanged as a whole, chain and key together, and only for a pair that belongs
//! together; connections that stand keep theirs, new ones get the new. TLS 1.3, or 1.2 with
//! authenticated encryption and forward secrecy, and nothing older.

use model::time::Timestamp;
use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::{ClientHello, ParsedCertificate, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

/// Why a certificate cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    #[error(
        "the certificate is not PEM: it needs at least one block `BEGIN CERTIFICATE`, the server's own first"
    )]
    NoCertificate,
    #[error("the key is not PEM: it needs one block `BEGIN PRIVATE KEY`, not encrypted with a password")]
    NoKey,
    #[error("certificate and key do not belong together: give the key that the certificate was made for")]
    Mismatch,
    #[error(
        "the certificate or its key is of a kind that is not supported ({0}): use ECDSA P-256 or RSA 2048 or longer"
    )]
    Unsupported(String),
    #[error("TLS cannot be set up: {0}")]
    SetUp(String),
}

/// The certificate that new connections get.
pub struct Certificates {
    provider: Arc<CryptoProvider>,
    current: RwLock<Arc<CertifiedKey>>,
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Certificates(…)")
    }
}

impl Certificates {
    /// From PEM texts: the chain with the server's own certificate first, and its key.
    ///
    /// # Errors
    /// When they cannot be read or do not belong together.
    pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<Arc<Self>, CertificateError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let current = RwLock::new(Arc::new(certified(&provider, chain, key)?));
        Ok(Arc::new(Self { provider, current }))
    }

    /// Puts another in its place.
    ///
    /// # Errors
    /// As [`Certificates::from_pem`]; then the old one stays.
    pub fn replace(&self, chain: &[u8], key: &[u8]) -> Result<(), CertificateError> {
        let new = Arc::new(certified(&self.provider, chain, key)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(())
    }

    /// When the one in force ends; `None` if it does not say so in a way that is understood.
    pub fn ends_at(&self) -> Option<Timestamp> {
        let current = self.current();
        read_facts(current.cert.first()?).ok().map(|(_, ends_at, _)| ends_at)
    }

    fn current(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn server_config(self: Arc<Self>) -> Result<Arc<ServerConfig>, CertificateError> {
        let mut config = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(|error| CertificateError::SetUp(error.to_string()))?
            .with_no_client_auth()
            .with_cert_resolver(self);
        // All that are offered are strong; the order is the strongest first all the same.
        config.ignore_client_order = true;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current())
    }
}

fn certified(provider: &CryptoProvider, chain: &[u8], key: &[u8]) -> Result<CertifiedKey, CertificateError> {
    let chain = read_chain(chain)?;
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| CertificateError::NoKey)?;
    CertifiedKey::from_der(chain, key, provider).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => CertificateError::Mismatch,
        other => CertificateError::Unsupported(other.to_string()),
    })
}

fn read_chain(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, CertificateError> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    chain.ok().filter(|chain| !chain.is_empty()).ok_or(CertificateError::NoCertificate)
}

/// What a certificate says about itself.
#[derive(Debug, Clone)]
pub struct Facts {
    pub begins_at: Timestamp,
    pub ends_at: Timestamp,
    /// Whether its issuer is itself.
    pub is_self_signed: bool,
    own: CertificateDer<'static>,
}

impl Facts {
    /// Of the first certificate of a PEM text.
    ///
    /// # Errors
    /// When there is none that can be read.
    pub fn of_pem(pem: &[u8]) -> Result<Self, CertificateError> {
        let own = read_chain(pem)?.into_iter().next().ok_or(CertificateError::NoCertificate)?;
        let read = read_facts(&own).map_err(|_| CertificateError::NoCertificate)?;
        let (begins_at, ends_at, is_self_signed) = read;
        Ok(Self { begins_at, ends_at, is_self_signed, own })
    }

    /// Whether it is good for this host: a name, or an address.
    pub fn covers(&self, host: &str) -> bool {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let (Ok(parsed), Ok(name)) = (ParsedCertificate::try_from(&self.own), ServerName::try_from(host))
        else {
            return false;
        };
        rustls::client::verify_server_name(&parsed, &name).is_ok()
    }
}

/// Validity, and whether issuer and subject are the same (RFC 5280, 4.1).
fn read_facts(der: &[u8]) -> yasna::ASN1Result<(Timestamp, Timestamp, bool)> {
    yasna::parse_der(der, |reader| {
        reader.read_sequence(|certificate| {
            let facts = certificate.next().read_sequence(|body| {
                body.read_optional(|version| {
                    version.read_tagged(yasna::Tag::context(0), |number| number.read_i64())
                })?;
                body.next().read_der()?; // Serial number.
                body.next().read_der()?; // Signature algorithm.
                let issuer = body.next().read_der()?;
                let validity = body.next().read_sequence(|validity| {
                    Ok((read_time(validity.next())?, read_time(validity.next())?))
                })?;
                let subject = body.next().read_der()?;
                body.next().read_der()?; // Public key.
                while body.read_optional(|extension| extension.read_der())?.is_some() {}
                Ok((validity.0, validity.1, issuer == subject))
            })?;
            certificate.next().read_der()?; // Signature algorithm.
            certificate.next().read_der()?; // Signature.
            Ok(facts)
        })
    })
}

fn read_time(reader: yasna::BERReader<'_, '_>) -> yasna::ASN1Result<Timestamp> {
    let seconds = if reader.lookahead_tag()? == yasna::tags::TAG_UTCTIME {
        reader.read_utctime()?.datetime().unix_timestamp()
    } else {
        reader.read_generalized_time()?.datetime().unix_timestamp()
    };
    Ok(Timestamp::from_secs(seconds))
}
