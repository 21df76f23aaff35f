//! Asks a certificate authority for the certificate, and again before it ends (RFC 8555).
//!
//! One attempt: order → for each host the challenge, answered at the plain HTTP port → when the
//! authority is content, the request for the certificate → chain and key into one file. What serves
//! TLS reads that file ([`crate::certificate`]).
//!
//! Invariants: every request leaves through `outbound`, to the recipient `acme` of the register; an
//! attempt that failed is not repeated before its time, not by a restart either, because authorities
//! count failures; the account's key and the certificate's are for the owner only.

use crate::config::AcmeSettings;
use crate::files;
use crate::wiring::Ambient;
use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use http_body::Body as _;
use instant_acme::{
    Account, AccountCredentials, AuthorizationStatus, BodyWrapper, BytesResponse, ChallengeType, HttpClient,
    Identifier, NewAccount, NewOrder, Order, OrderStatus,
};
use model::ports::{Method, Outbound, OutboundRequest};
use model::time::{Span, Timestamp};
use rcgen::{CertificateParams, KeyPair};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use web::listen::certificate::{Certificates, Facts};
use web::listen::redirect::Challenges;

/// The recipient's name in the register.
pub const RECIPIENT: &str = "acme";
/// Chain and key, in the folder `tls`.
pub const CERTIFICATE: &str = "acme.pem";
const STATE: &str = "acme.json";
/// How often it is looked whether the time has come.
const LOOK: Span = Span::minutes(10);
/// For one request to the authority.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How often the authority is asked whether it is done, with a second more between each two: about two
/// minutes.
const ASKS: i64 = 15;
/// The wait after the first failure; it doubles with each further one.
const FIRST_WAIT: Span = Span::minutes(5);
const LONGEST_WAIT: Span = Span::hours(24);
/// When the authority says that it was asked too often.
const LIMITED_WAIT: Span = Span::hours(6);

/// What lies in the state file.
#[derive(Default, Serialize, Deserialize)]
struct State {
    /// Of this authority only.
    #[serde(default)]
    directory: String,
    /// Holds the account's private key.
    #[serde(default)]
    account: Option<AccountCredentials>,
    /// In a row.
    #[serde(default)]
    failures: u32,
    /// Seconds since 1970; no attempt before.
    #[serde(default)]
    not_before: i64,
}

pub struct Acme {
    settings: AcmeSettings,
    folder: PathBuf,
    challenges: Challenges,
    out: Arc<dyn Outbound>,
    ambient: Ambient,
    /// Told when there is a new certificate.
    fresh: Arc<Notify>,
}

impl Acme {
    pub fn new(
        settings: AcmeSettings,
        folder: &Path,
        challenges: Challenges,
        out: Arc<dyn Outbound>,
        ambient: Ambient,
        fresh: Arc<Notify>,
    ) -> Self {
        Self { settings, folder: folder.join("tls"), challenges, out, ambient, fresh }
    }

    /// Keeps the certificate good for the hosts of the moment; never ends.
    pub async fn keep(self, hosts: impl Fn() -> Vec<String> + Send) {
        loop {
            let names = public_names(hosts());
            if let Err(error) = self.attempt_if_due(&names).await {
                let problem = format!("{error:#}");
                tracing::warn!(problem, "no certificate was granted; it is tried again later");
            }
            self.ambient.clock.sleep_until(self.ambient.clock.now().plus(LOOK)).await;
        }
    }

    /// One attempt, if one is due.
    async fn attempt_if_due(&self, names: &[String]) -> Result<()> {
        let now = self.ambient.clock.now();
        let present = std::fs::read(self.folder.join(CERTIFICATE)).ok();
        let facts = present.as_deref().and_then(|pem| Facts::of_pem(pem).ok());
        let mut state = self.load()?;
        if names.is_empty() || !is_due(facts.as_ref(), names, now) || now.secs() < state.not_before {
            return Ok(());
        }
        let granted = self.obtain(&mut state, names).await;
        match &granted {
            Ok(pem) => {
                files::replace(&self.folder.join(CERTIFICATE), pem, 0o600)?;
                (state.failures, state.not_before) = (0, 0);
                self.fresh.notify_one();
            }
            Err(error) => {
                state.failures = state.failures.saturating_add(1);
                state.not_before = now.plus(wait_after(state.failures, is_limit(error))).secs();
            }
        }
        self.save(&state)?;
        granted.map(drop)
    }

    fn load(&self) -> Result<State> {
        let file = self.folder.join(STATE);
        let state: State = match std::fs::read(&file) {
            Ok(text) => serde_json::from_slice(&text).with_context(|| {
                format!("{} is damaged: remove it, and a new account is made", file.display())
            })?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => State::default(),
            Err(error) => return Err(error).with_context(|| file.display().to_string()),
        };
        // Another authority knows neither the account nor its failures.
        if state.directory == self.settings.directory {
            return Ok(state);
        }
        Ok(State { directory: self.settings.directory.clone(), ..State::default() })
    }

    fn save(&self, state: &State) -> Result<()> {
        files::make_folder(&self.folder)?;
        files::replace(&self.folder.join(STATE), &serde_json::to_string(state)?, 0o600)
    }

    /// The account at the authority, made at the first time.
    async fn account(&self, state: &mut State) -> Result<Account> {
        let client = Box::new(ThroughOutbound(Arc::clone(&self.out)));
        if let Some(kept) = &state.account {
            // The credentials are no value that can be copied, other than through their text.
            let kept = serde_json::from_value(serde_json::to_value(kept)?)?;
            return Ok(Account::builder_with_http(client).from_credentials(kept).await?);
        }
        let contact = self.settings.contact.as_ref().map(|contact| format!("mailto:{contact}"));
        let contact: Vec<&str> = contact.iter().map(String::as_str).collect();
        let new =
            NewAccount { contact: &contact, terms_of_service_agreed: true, only_return_existing: false };
        let made =
            Account::builder_with_http(client).create(&new, self.settings.directory.clone(), None).await;
        let (account, credentials) = made?;
        state.account = Some(credentials);
        // Kept at once: an account that is forgotten is made again, and authorities count those too.
        self.save(state)?;
        Ok(account)
    }

    /// Chain and key for these names.
    async fn obtain(&self, state: &mut State, names: &[String]) -> Result<String> {
        let account = self.account(state).await?;
        let identifiers: Vec<Identifier> = names.iter().cloned().map(Identifier::Dns).collect();
        let mut order = account.new_order(&NewOrder::new(&identifiers)).await?;
        let mut tokens = Vec::new();
        let granted = self.order(&mut order, names, &mut tokens).await;
        for token in &tokens {
            self.challenges.remove(token);
        }
        granted
    }

    async fn order(&self, order: &mut Order, names: &[String], tokens: &mut Vec<String>) -> Result<String> {
        let mut authorizations = order.authorizations();
        while let Some(authorization) = authorizations.next().await {
            let mut authorization = authorization?;
            match authorization.status {
                // Proven not long ago.
                AuthorizationStatus::Valid => continue,
                AuthorizationStatus::Pending => {}
                _ => bail!("the authority does not let this account prove {}", authorization.identifier()),
            }
            let mut challenge = authorization
                .challenge(ChallengeType::Http01)
                .context("the authority offers no challenge by HTTP (http-01)")?;
            self.challenges.put(challenge.token.clone(), challenge.key_authorization().as_str().to_owned());
            tokens.push(challenge.token.clone());
            challenge.set_ready().await?;
        }
        match self.until(order, &[OrderStatus::Ready, OrderStatus::Valid]).await? {
            OrderStatus::Ready | OrderStatus::Valid => {}
            _ => bail!("the authority did not find what it asked for: {}", why(order).await),
        }
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name = rcgen::DistinguishedName::new();
        order.finalize_csr(params.serialize_request(&key)?.der()).await?;
        if self.until(order, &[OrderStatus::Valid]).await? != OrderStatus::Valid {
            bail!("the authority did not grant the certificate: {}", why(order).await);
        }
        let chain =
            order.certificate().await?.context("the authority granted a certificate and gave none")?;
        let pem = format!("{}{chain}", key.serialize_pem());
        Certificates::from_pem(pem.as_bytes(), pem.as_bytes()).context("what the authority granted")?;
        Ok(pem)
    }

    /// Asks until the order is in one of these states, or is invalid.
    async fn until(&self, order: &mut Order, wanted: &[OrderStatus]) -> Result<OrderStatus> {
        for ask in 1..=ASKS {
            let status = order.refresh().await?.status;
            if wanted.contains(&status) || status == OrderStatus::Invalid {
                return Ok(status);
            }
            self.ambient.clock.sleep_until(self.ambient.clock.now().plus(Span::secs(ask))).await;
        }
        bail!("the authority takes too long")
    }
}

/// What the authority says about what it did not find.
async fn why(order: &mut Order) -> String {
    let mut reasons: Vec<String> = order.state().error.iter().map(ToString::to_string).collect();
    let mut authorizations = order.authorizations();
    while let Some(Ok(authorization)) = authorizations.next().await {
        reasons.extend(authorization.challenges.iter().filter_map(|c| Some(c.error.as_ref()?.to_string())));
    }
    if reasons.is_empty() { "it does not say why".to_owned() } else { reasons.join("; ") }
}

/// Without a certificate, with a new name, or when two thirds of its life are over.
fn is_due(facts: Option<&Facts>, names: &[String], now: Timestamp) -> bool {
    let Some(facts) = facts.filter(|facts| names.iter().all(|name| facts.covers(name))) else { return true };
    let life = facts.ends_at.since(facts.begins_at);
    now >= facts.begins_at.plus(Span(life.0 / 3 * 2))
}

fn wait_after(failures: u32, is_limited: bool) -> Span {
    let doubled = 1_i64.checked_shl(failures.saturating_sub(1).min(30)).unwrap_or(i64::MAX);
    let wait = Span(FIRST_WAIT.0.saturating_mul(doubled)).min(LONGEST_WAIT);
    if is_limited { wait.max(LIMITED_WAIT) } else { wait }
}

fn is_limit(error: &anyhow::Error) -> bool {
    let api = error.downcast_ref::<instant_acme::Error>();
    matches!(api, Some(instant_acme::Error::Api(problem))
        if problem.r#type.as_deref().is_some_and(|kind| kind.ends_with(":rateLimited")))
}

/// The names that an authority can prove: not addresses, and not those of this machine.
pub fn public_names(hosts: Vec<String>) -> Vec<String> {
    let is_public = |host: &String| {
        host.contains('.') && !host.ends_with(".localhost") && host.parse::<IpAddr>().is_err()
    };
    let mut names: Vec<String> = hosts.into_iter().filter(is_public).collect();
    names.sort();
    names.dedup();
    names
}

/// The library's requests, through the one way out (invariant 10).
struct ThroughOutbound(Arc<dyn Outbound>);

type Answer = Result<BytesResponse, instant_acme::Error>;

impl HttpClient for ThroughOutbound {
    fn request(
        &self,
        request: http::Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Answer> + Send>> {
        let out = Arc::clone(&self.0);
        Box::pin(async move { exchange(&*out, request).await })
    }
}

async fn exchange(out: &dyn Outbound, request: http::Request<BodyWrapper<Bytes>>) -> Answer {
    let (parts, mut body) = request.into_parts();
    let other = |error: Box<dyn std::error::Error + Send + Sync>| instant_acme::Error::Other(error);
    let frame = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await;
    let body = frame.and_then(Result::ok).and_then(|frame| frame.into_data().ok()).unwrap_or_default();
    let mut headers = Vec::new();
    for (name, known) in
        [(http::header::CONTENT_TYPE, "content-type"), (http::header::USER_AGENT, "user-agent")]
    {
        if let Some(value) = parts.headers.get(name).and_then(|value| value.to_str().ok()) {
            headers.push((known, value.to_owned()));
        }
    }
    // A fresh nonce may be asked for by GET as well: 204 instead of 200 (RFC 8555, 7.2).
    let method = if parts.method == http::Method::POST { Method::Post } else { Method::Get };
    let answer = out
        .send(OutboundRequest {
            recipient: RECIPIENT.into(),
            method,
            url: parts.uri.to_string(),
            headers,
            body,
            timeout: TIMEOUT,
        })
        .await
        .map_err(|error| other(error.into()))?;
    let is_nonce = parts.method == http::Method::HEAD && answer.status == 204;
    let mut response = http::Response::builder().status(if is_nonce { 200 } else { answer.status });
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    Ok(response.body(BodyWrapper::from(answer.body.to_vec()))?.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::ports::{OutboundError, OutboundResponse};
    use model::time::{BoxFuture, Clock as _};
    use std::sync::Mutex;
    use testkit::{FixedClock, SeededEntropy};

    #[test]
    fn it_is_due_without_one_with_a_new_name_and_in_the_last_third() {
        let mut params = CertificateParams::new(vec!["chat.example".to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2026, 11, 1);
        params.not_after = rcgen::date_time_ymd(2027, 1, 30);
        let key = KeyPair::generate().unwrap();
        let facts = Facts::of_pem(params.self_signed(&key).unwrap().pem().as_bytes()).unwrap();
        let names = |all: &[&str]| all.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let due =
            |all: &[&str], days| is_due(Some(&facts), &names(all), facts.begins_at.plus(Span::days(days)));
        assert!(is_due(None, &names(&["chat.example"]), facts.begins_at));
        assert!(!due(&["chat.example"], 1) && !due(&["chat.example"], 59));
        assert!(due(&["chat.example"], 60) && due(&["chat.example"], 91));
        assert!(due(&["chat.example", "shop.example"], 1));
    }

    #[test]
    fn each_failure_in_a_row_waits_longer() {
        let minutes = |failures, is_limited| wait_after(failures, is_limited).0 / Span::minutes(1).0;
        assert_eq!([1, 2, 3, 10, 1_000].map(|n| minutes(n, false)), [5, 10, 20, 1_440, 1_440]);
        assert_eq!([1, 10].map(|n| minutes(n, true)), [360, 1_440]);
    }

    #[test]
    fn only_names_that_the_world_can_reach_are_asked_for() {
        let hosts = ["b.example", "localhost", "127.0.0.1", "::1", "x.localhost", "a.example", "b.example"];
        assert_eq!(public_names(hosts.map(str::to_owned).into()), ["a.example", "b.example"]);
    }

    /// An authority that answers every request with the same refusal.
    struct Refusing(Mutex<usize>);

    impl Outbound for Refusing {
        fn send(&self, request: OutboundRequest) -> BoxFuture<'_, Result<OutboundResponse, OutboundError>> {
            assert_eq!(request.recipient, "acme");
            *self.0.lock().unwrap() += 1;
            let url = |path: &str| format!("https://ca.example/{path}");
            let (status, body) = match request.url.rsplit_once('/').unwrap().1 {
                "directory" => {
                    let directory = serde_json::json!({
                        "newNonce": url("nonce"), "newAccount": url("account"),
                        "newOrder": url("order"), "revokeCert": url("revoke"), "keyChange": url("change"),
                    });
                    (200, directory.to_string())
                }
                "nonce" => (204, String::new()),
                _ => {
                    let problem = serde_json::json!({
                        "type": "urn:ietf:params:acme:error:rateLimited", "detail": "too many", "status": 429,
                    });
                    (429, problem.to_string())
                }
            };
            let headers = vec![("replay-nonce".to_owned(), "n1".to_owned())];
            Box::pin(std::future::ready(Ok(OutboundResponse { status, headers, body: body.into() })))
        }
    }

    #[tokio::test]
    async fn a_refusal_is_not_answered_by_asking_again_at_once_nor_by_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let (clock, out) = (Arc::new(FixedClock::new()), Arc::new(Refusing(Mutex::new(0))));
        let acme = || {
            let settings =
                AcmeSettings { directory: "https://ca.example/directory".to_owned(), contact: None };
            let ambient =
                Ambient { clock: Arc::clone(&clock) as Arc<_>, entropy: Arc::new(SeededEntropy::new(1)) };
            let out: Arc<dyn Outbound> = Arc::clone(&out) as Arc<_>;
            Acme::new(settings, folder.path(), Challenges::default(), out, ambient, Arc::new(Notify::new()))
        };
        let names = ["chat.example".to_owned()];
        let refused = acme().attempt_if_due(&names).await.unwrap_err();
        assert!(format!("{refused:#}").contains("too many"), "{refused:#}");
        let asked = || *out.0.lock().unwrap();
        let first = asked();
        assert!(first > 0);
        for _ in 0..3 {
            acme().attempt_if_due(&names).await.unwrap();
        }
        assert_eq!(asked(), first, "an authority that said it was too much was asked again");
        clock.advance(Span::hours(6));
        clock.advance(Span::secs(1));
        acme().attempt_if_due(&names).await.unwrap_err();
        assert!(asked() > first);
        assert!(clock.now() > Timestamp::ZERO);
        // Nobody to ask for: nobody is asked.
        let before = asked();
        acme().attempt_if_due(&[]).await.unwrap();
        assert_eq!(asked(), before);
    }
}
