//! Where the certificate comes from: made here, or put there by others; and how it stays good while
//! the program runs.
//!
//! Made here means a certificate authority of this installation alone and a server certificate under
//! it. Why two: whoever trusts `ca.pem` once trusts the next server certificate too, and the authority
//! may sign for the names of this installation only (RFC 5280, 4.2.1.10), so that a stolen one is of
//! no use for other sites.
//!
//! Invariants: a file is exchanged as a whole, and key and chain are one file, so that no crash leaves
//! half a pair; keys are for the owner only; the program keeps serving with what it has when the new
//! one cannot be used.

use crate::config::Tls;
use crate::status::Configured as _;
use crate::wiring::Ambient;
use anyhow::{Context as _, Result};
use model::entropy::{Entropy, random};
use model::time::{Span, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, NameConstraints, SerialNumber,
};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::Notify;
use web::listen::certificate::{Certificates, Facts};

/// How often it is looked whether there is a new one, or whether it is time to make one.
const LOOK: Span = Span::minutes(1);
/// A server certificate that we make, and how much of its life is left when the next one is made.
const LIFE: Span = Span::days(90);
const LEFT: Span = Span::days(30);
const AUTHORITY_LIFE: Span = Span::days(3_650);
/// For clocks that are behind.
const BEFORE: Span = Span::days(1);

/// Chain and key, as PEM.
#[derive(Clone, PartialEq, Eq)]
pub struct Pair {
    pub chain: Vec<u8>,
    pub key: Vec<u8>,
}

/// Where it comes from.
#[derive(Clone)]
pub enum Source {
    SelfSigned(SelfSigned),
    Files {
        certificate: PathBuf,
        key: PathBuf,
    },
    /// Asked for by [`crate::acme`], which lays it into a file; until then one of our own.
    Acme {
        own: SelfSigned,
        file: PathBuf,
    },
}

impl Source {
    /// Nothing behind a proxy.
    pub fn of(tls: &Tls, folder: &Path) -> Option<Self> {
        match tls {
            Tls::SelfSigned => Some(Self::SelfSigned(SelfSigned { folder: folder.join("tls") })),
            Tls::Files { certificate, key } => {
                Some(Self::Files { certificate: certificate.clone(), key: key.clone() })
            }
            Tls::Acme(_) => Some(Self::Acme {
                own: SelfSigned { folder: folder.join("tls") },
                file: folder.join("tls").join(crate::acme::CERTIFICATE),
            }),
            Tls::BehindProxy { .. } => None,
        }
    }

    /// What is to be served now.
    pub fn read(&self, names: &[String], now: Timestamp, entropy: &dyn Entropy) -> Result<Pair> {
        match self {
            Self::SelfSigned(own) => own.ensure(names, now, entropy),
            Self::Files { certificate, key } => read_files(certificate, key),
            Self::Acme { own, file } => {
                let granted = std::fs::read(file).ok().filter(|pem| {
                    Certificates::from_pem(pem, pem).is_ok()
                        && Facts::of_pem(pem).is_ok_and(|facts| facts.ends_at > now)
                });
                match granted {
                    Some(pem) => Ok(Pair { chain: pem.clone(), key: pem }),
                    None => own.ensure(names, now, entropy),
                }
            }
        }
    }
}

impl Source {
    /// What is there now, whatever it is worth; nothing where it has yet to be made.
    pub fn present(&self) -> Result<Option<Pair>> {
        match self {
            Self::SelfSigned(own) => if_there(&own.server()),
            Self::Acme { file, .. } => if_there(file),
            Self::Files { certificate, key } => read_files(certificate, key).map(Some),
        }
    }
}

/// What is served from the start on.
pub fn first(source: &Source, names: &[String], ambient: &Ambient) -> Result<(Pair, Arc<Certificates>)> {
    let read = || {
        let pair = source.read(names, ambient.clock.now(), &*ambient.entropy)?;
        let certificates = usable(source, &pair)?;
        Ok((pair, certificates))
    };
    // What we make ourselves can fail for other reasons, as the disk may be full.
    if matches!(source, Source::Files { .. }) { read().configured() } else { read() }
}

fn if_there(file: &Path) -> Result<Option<Pair>> {
    match std::fs::read(file) {
        Ok(pem) => Ok(Some(Pair { chain: pem.clone(), key: pem })),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| file.display().to_string()),
    }
}

fn read_files(certificate: &Path, key: &Path) -> Result<Pair> {
    Ok(Pair {
        chain: std::fs::read(certificate)
            .with_context(|| format!("server.certificate: cannot read {}", certificate.display()))?,
        key: std::fs::read(key).with_context(|| format!("server.key: cannot read {}", key.display()))?,
    })
}

/// A sentence about a pair that cannot be used names the keys that it comes from.
pub fn usable(source: &Source, pair: &Pair) -> Result<Arc<Certificates>> {
    Certificates::from_pem(&pair.chain, &pair.key).with_context(|| match source {
        Source::SelfSigned(own) | Source::Acme { own, .. } => own.folder.display().to_string(),
        Source::Files { certificate, key } => {
            format!("server.certificate, server.key: {}, {}", certificate.display(), key.display())
        }
    })
}

/// Looks for a new pair from time to time, and at once on SIGHUP or when woken; never ends.
pub async fn keep_fresh(
    source: Source,
    mut pair: Pair,
    certificates: Arc<Certificates>,
    names: impl Fn() -> Vec<String> + Send,
    ambient: Ambient,
    wake: Arc<Notify>,
) {
    let mut hangup = Hangup::listen();
    let mut said = String::new();
    loop {
        let at = ambient.clock.now().plus(LOOK);
        tokio::select! {
            () = ambient.clock.sleep_until(at) => {}
            () = hangup.next() => {}
            () = wake.notified() => {}
        }
        let (from, names, ambient) = (source.clone(), names(), ambient.clone());
        let reading = move || from.read(&names, ambient.clock.now(), &*ambient.entropy);
        let read = tokio::task::spawn_blocking(reading).await;
        let exchanged = match read.unwrap_or_else(|error| Err(error.into())) {
            Ok(same) if same == pair => continue,
            Ok(new) => usable(&source, &new).and_then(|_| {
                certificates.replace(&new.chain, &new.key)?;
                pair = new;
                Ok(())
            }),
            Err(error) => Err(error),
        };
        match exchanged {
            Ok(()) => {
                said.clear();
                tracing::info!("a new certificate is in force");
            }
            // Said once: files are exchanged one after the other, and the next look finds them whole.
            Err(error) => {
                let problem = format!("{error:#}");
                if problem != said {
                    tracing::warn!(problem, "the new certificate cannot be used, the old one stays");
                    said = problem;
                }
            }
        }
    }
}

/// SIGHUP, where there is such a thing.
struct Hangup {
    #[cfg(unix)]
    signal: Option<tokio::signal::unix::Signal>,
}

impl Hangup {
    fn listen() -> Self {
        Self {
            #[cfg(unix)]
            signal: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).ok(),
        }
    }

    async fn next(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.signal
            && signal.recv().await.is_some()
        {
            return;
        }
        std::future::pending().await
    }
}

/// The certificates that we make, in a folder of their own.
#[derive(Clone)]
pub struct SelfSigned {
    folder: PathBuf,
}

/// The authority with its key.
struct Authority {
    params: CertificateParams,
    key: KeyPair,
    pem: String,
}

impl SelfSigned {
    /// Key and certificate of the authority.
    fn authority(&self) -> PathBuf {
        self.folder.join("authority.pem")
    }

    /// The authority's certificate alone, to be trusted by browsers.
    pub fn ca(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// The files that hold a key.
    pub fn secrets(&self) -> [PathBuf; 2] {
        [self.authority(), self.server()]
    }

    /// Key and chain of the server.
    fn server(&self) -> PathBuf {
        self.folder.join("server.pem")
    }

    /// The pair for these names; made when there is none, when it ends soon or when a name is new.
    fn ensure(&self, names: &[String], now: Timestamp, entropy: &dyn Entropy) -> Result<Pair> {
        let present = std::fs::read(self.server()).ok().filter(|pem| {
            Certificates::from_pem(pem, pem).is_ok()
                && Facts::of_pem(pem).is_ok_and(|facts| names.iter().all(|name| facts.covers(name)))
        });
        let is_fresh = |pem: &Vec<u8>| {
            Facts::of_pem(pem).is_ok_and(|facts| facts.ends_at.since(now) > LEFT && facts.begins_at <= now)
        };
        if let Some(pem) = present.clone().filter(is_fresh) {
            return Ok(Pair { chain: pem.clone(), key: pem });
        }
        let params = server_params(names)?;
        crate::files::make_folder(&self.folder)?;
        // A new name is outside what the old authority may sign for.
        let kept = present.and_then(|_| self.kept_authority(names, now));
        let authority = match kept {
            Some(authority) => authority,
            None => self.new_authority(names, now, entropy)?,
        };
        let pem = server(&authority, params, now, entropy).context("cannot make a certificate")?;
        crate::files::replace(&self.server(), &pem, 0o600)?;
        Ok(Pair { chain: pem.clone().into_bytes(), key: pem.into_bytes() })
    }

    fn kept_authority(&self, names: &[String], now: Timestamp) -> Option<Authority> {
        let text = std::fs::read_to_string(self.authority()).ok()?;
        let key = KeyPair::from_pem(&text).ok()?;
        let ends_at = Facts::of_pem(text.as_bytes()).ok()?.ends_at;
        let pem = text.get(text.find("-----BEGIN CERTIFICATE-----")?..)?.to_owned();
        let params = authority_params(names).ok()?;
        (ends_at.since(now) > LIFE).then_some(Authority { params, key, pem })
    }

    fn new_authority(&self, names: &[String], now: Timestamp, entropy: &dyn Entropy) -> Result<Authority> {
        let key = KeyPair::generate().context("cannot make a key")?;
        let mut params = authority_params(names)?;
        dated(&mut params, now, AUTHORITY_LIFE, entropy);
        let pem = params.self_signed(&key).context("cannot make a certificate authority")?.pem();
        crate::files::replace(&self.authority(), &format!("{}{pem}", key.serialize_pem()), 0o600)?;
        crate::files::replace(&self.ca(), &pem, 0o644)?;
        Ok(Authority { params, key, pem })
    }
}

/// The names of the brands, and of this machine.
pub fn names(hosts: impl Iterator<Item = String>) -> Vec<String> {
    let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).into();
    names.extend(hosts.map(|host| host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase()));
    names.sort();
    names.dedup();
    names
}

fn authority_params(names: &[String]) -> Result<CertificateParams> {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "Entente, this installation only");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let permitted_subtrees = names
        .iter()
        .map(|name| match name.parse::<IpAddr>() {
            Ok(address) => {
                let bits = if address.is_ipv4() { 32 } else { 128 };
                GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(address, bits))
            }
            Err(_) => GeneralSubtree::DnsName(name.clone()),
        })
        .collect();
    params.name_constraints = Some(NameConstraints { permitted_subtrees, excluded_subtrees: Vec::new() });
    Ok(params)
}

fn server_params(names: &[String]) -> Result<CertificateParams> {
    let mut params = CertificateParams::new(names).context(
        "a host of a brand cannot stand in a certificate: write it in ASCII (xn--…), without port or pattern",
    )?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "Entente");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

/// Key and chain.
fn server(
    authority: &Authority,
    mut params: CertificateParams,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<String, rcgen::Error> {
    let key = KeyPair::generate()?;
    dated(&mut params, now, LIFE, entropy);
    let issuer = Issuer::from_params(&authority.params, &authority.key);
    let certificate = params.signed_by(&key, &issuer)?;
    Ok(format!("{}{}{}", key.serialize_pem(), certificate.pem(), authority.pem))
}

fn dated(params: &mut CertificateParams, now: Timestamp, life: Span, entropy: &dyn Entropy) {
    let at = |time: Timestamp| {
        let since = u64::try_from(time.secs()).unwrap_or(0);
        rcgen::date_time_ymd(1970, 1, 1) + std::time::Duration::from_secs(since)
    };
    params.not_before = at(now.minus(BEFORE));
    params.not_after = at(now.plus(life));
    let mut serial: [u8; 16] = random(entropy);
    // Positive, and not zero (RFC 5280, 4.1.2.2).
    if let Some(first) = serial.first_mut() {
        *first = *first & 0x7f | 0x40;
    }
    params.serial_number = Some(SerialNumber::from_slice(&serial));
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::time::Clock as _;
    use testkit::{FixedClock, SeededEntropy};

    struct Bench {
        folder: tempfile::TempDir,
        own: SelfSigned,
        clock: FixedClock,
        entropy: SeededEntropy,
    }

    impl Bench {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let own = SelfSigned { folder: folder.path().join("tls") };
            Self { folder, own, clock: FixedClock::new(), entropy: SeededEntropy::new(1) }
        }

        /// Server chain and authority for these hosts.
        fn ensure(&self, hosts: &[&str]) -> (Vec<u8>, Vec<u8>) {
            let names = names(hosts.iter().map(|host| (*host).to_owned()));
            let pair = self.own.ensure(&names, self.clock.now(), &self.entropy).unwrap();
            assert!(Certificates::from_pem(&pair.chain, &pair.key).is_ok());
            let facts = Facts::of_pem(&pair.chain).unwrap();
            assert!(names.iter().all(|name| facts.covers(name)), "{names:?}");
            assert!(!facts.is_self_signed && !facts.covers("elsewhere.example"));
            (pair.chain, std::fs::read(self.own.ca()).unwrap())
        }
    }

    #[test]
    fn it_is_made_once_and_renewed_under_the_same_authority() {
        let bench = Bench::new();
        let first = bench.ensure(&["shop.example", "127.0.0.1"]);
        assert_eq!(bench.ensure(&["shop.example"]), first);
        bench.clock.advance(Span::days(59));
        assert_eq!(bench.ensure(&["shop.example"]), first);
        bench.clock.advance(Span::days(2));
        let second = bench.ensure(&["shop.example"]);
        assert_ne!(second.0, first.0);
        assert_eq!(second.1, first.1, "whoever trusts the authority goes on trusting");
        // The authority itself in its last months.
        bench.clock.advance(Span::days(3_650 - 61 - 89));
        assert_ne!(bench.ensure(&["shop.example"]).1, first.1);
    }

    #[test]
    fn a_new_name_and_a_broken_file_make_a_new_authority() {
        let bench = Bench::new();
        let first = bench.ensure(&["shop.example"]);
        let second = bench.ensure(&["shop.example", "new.example"]);
        assert_ne!(second.1, first.1);
        std::fs::write(bench.own.server(), "damaged").unwrap();
        assert_ne!(bench.ensure(&["shop.example"]).1, second.1);
        let names = names(["متجر.example".to_owned()].into_iter());
        let refused = bench.own.ensure(&names, bench.clock.now(), &bench.entropy).err().unwrap();
        assert!(format!("{refused:#}").contains("xn--"), "{refused:#}");
    }

    #[cfg(unix)]
    #[test]
    fn claim_f10_what_is_secret_is_for_the_owner_only() {
        use std::os::unix::fs::PermissionsExt as _;
        let bench = Bench::new();
        bench.ensure(&[]);
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&bench.own.folder), 0o700);
        assert_eq!((mode(&bench.own.authority()), mode(&bench.own.server())), (0o600, 0o600));
        assert_eq!(std::fs::read_dir(bench.folder.path().join("tls")).unwrap().count(), 3);
        assert!(!std::fs::read_to_string(bench.own.ca()).unwrap().contains("PRIVATE"));
    }
}
