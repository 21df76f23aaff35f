//! `entente serve`: from the configuration to answering, until it is told to stop.
//!
//! Invariants: nothing is made before it is clear that the port can be had; what the first start makes
//! is said, one line each; no credential exists that was not made here, at random (claim F9).

use crate::acme::{self, Acme};
use crate::backup::{copies, host};
use crate::certificate::{self, Source};
use crate::command::say;
use crate::config::{Config, Tls};
use crate::doctor::{self, is_here};
use crate::log_lines::Lines;
use crate::metrics::{self, Meters};
use crate::status::{Configured as _, misconfigured};
use crate::wiring::{self, Ambient, public_host};
use anyhow::{Context as _, Result, anyhow};
use axum::http::header::STRICT_TRANSPORT_SECURITY;
use axum::middleware::map_response;
use axum::response::Response;
use engine::Engine;
use model::brand::Brand;
use model::id::BrandId;
use model::time::{Clock, Span};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use web::listen::client::Proxies;
use web::listen::redirect::{self, Challenges, KnownHosts};
use web::listen::{Limits, Transport};

/// Descriptors that are not for connections: databases, logs, what we ask of others.
const OWN_FILES: usize = 256;

/// Whole-program operation until Ctrl-C or SIGTERM.
pub async fn serve(mut config: Config, log: Arc<Lines>) -> Result<()> {
    doctor::refuse_grave(&config).await.configured()?;
    let ambient = Ambient::real();
    let listener = bind("server.listen", config.listen).await?;
    config.has_port(listener.local_addr()?.port());
    let plain = match config.http_listen {
        Some(address) => Some(bind("server.http_listen", address).await?),
        None => None,
    };
    let for_metrics = match config.metrics_listen {
        Some(address) => Some(bind("metrics.listen", address).await?),
        None => None,
    };
    let meters = for_metrics.is_some().then(|| Arc::new(Meters::new(Arc::clone(&ambient.clock))));
    let made = Made::look(&config);
    let (_lock, engine) = wiring::open(&config, ambient.clone(), meters.clone()).await?;
    let way_in = WayIn::prepare(&config, &engine, &ambient).await?;
    let witness = config.witness.as_ref().map(|own| crate::witness::open(own, &ambient)).transpose()?;
    engine.compare_with_witnesses().await?;
    made.say();
    offer_set_up(&engine).await?;
    if config.app.is_none() {
        tracing::warn!(
            "no Facebook app is configured: deliveries are refused and no page can be connected; give messenger.app_id, app_secret and verify_token"
        );
    }
    let running = engine.run();
    if let Some(witness) = &witness {
        crate::witness::introduce(witness, &config.public_url);
    }
    let settings = web::WebSettings {
        is_https: config.is_https(),
        witness,
        security_contact: config.security_contact.clone(),
        log: Some(log),
        ..web::WebSettings::default()
    };
    let mut router = web::router(Arc::clone(&engine), settings);
    if let Some(meters) = &meters {
        router = meters.on_deliveries(router);
        if let Transport::Tls(certificates) = &way_in.transport {
            meters.certificates_are(certificates);
        }
    }
    if config.tls == Tls::SelfSigned {
        router = router.layer(map_response(without_hsts));
    }
    let limits = limits();
    let (stop, stopped) = watch::channel(false);
    let until_stopped = || {
        let mut stopped = stopped.clone();
        async move {
            let _ = stopped.wait_for(|is_stopped| *is_stopped).await;
        }
    };
    let stopping = wiring::stop_signal();
    let scheme = if matches!(config.tls, Tls::BehindProxy { .. }) { "http" } else { "https" };
    let mut tasks = tokio::task::JoinSet::new();
    if let (Some(listener), Some(meters)) = (for_metrics, meters) {
        say(&format!("Metrics on http://{}/metrics", listener.local_addr()?));
        let transport = Transport::Plain(Proxies::none());
        let shown = metrics::router(meters, Arc::clone(&engine));
        tasks.spawn(web::listen::serve(listener, shown, transport, Limits::default(), until_stopped()));
    }
    say(&format!("Entente listens on {scheme}://{}", listener.local_addr()?));
    if let Some(plain) = plain {
        say(&format!("Plain HTTP on {} is redirected to HTTPS", plain.local_addr()?));
        let router = redirect::router(way_in.hosts.clone(), way_in.challenges.clone());
        let transport = Transport::Plain(Proxies::none());
        tasks.spawn(web::listen::serve(plain, router, transport, limits.clone(), until_stopped()));
    }
    for link in lost_links(engine.brands().map(|ctx| ctx.brand.clone()), listener.local_addr()?.port()) {
        say(&link);
    }
    way_in.say(&config, &engine);
    let mut renewing = tokio::task::JoinSet::new();
    let copies = (config.keys.clone(), host::ours(config.folder())?, config.backup_days);
    renewing.spawn(expire_copies(copies, Arc::clone(&ambient.clock)));
    for task in way_in.renewing {
        renewing.spawn(task);
    }
    let limits = if matches!(config.tls, Tls::BehindProxy { .. }) { limits.behind_proxy() } else { limits };
    tasks.spawn(web::listen::serve(listener, router, way_in.transport, limits, until_stopped()));
    let mut ended = Ok(());
    tokio::select! {
        () = stopping => drain(&engine, config.drain_wait).await,
        () = engine.outdated() => ended = Err(misconfigured(anyhow!("a newer version of Entente serves this database and has taken away what this version uses: install that version here"))),
        Some(first) = tasks.join_next() => ended = first.context("a listener broke off")?.context("a listener ended"),
    }
    let _ = stop.send(true);
    while tasks.join_next().await.is_some() {}
    renewing.shutdown().await;
    running.stop().await;
    ended
}

/// Brands on this machine whose links name another port than the one that is listened at.
fn lost_links(brands: impl Iterator<Item = Brand>, port: u16) -> Vec<String> {
    let mut said = Vec::new();
    for brand in brands {
        let named = brand.public_url.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
        if let Some(named) = named.filter(|named| *named != port && is_here(&public_host(&brand.public_url)))
        {
            said.push(format!(
                "Links of {} lead to port {named}, and this listens at {port}: if nothing passes on what comes there, set its `public_url` (brand.toml, or server.public_url) to the right one",
                brand.slug
            ));
        }
    }
    said
}

/// Says that this node is not ready, and goes on serving until balancers have noticed; asked to stop once more,
/// it waits no longer.
async fn drain(engine: &Engine, wait: Duration) {
    engine.drain();
    if wait.is_zero() {
        return;
    }
    let again = wiring::stop_signal();
    #[expect(clippy::disallowed_methods, reason = "balancers are waited for, in their time")]
    let noticed = tokio::time::sleep(wait);
    tokio::select! {
        () = noticed => {}
        () = again => {}
    }
}

/// A browser that remembers HSTS lets nobody go on past a certificate that it does not know (RFC 6797,
/// 12.1), and for `localhost` it would take every other program on this machine along.
async fn without_hsts(mut response: Response) -> Response {
    response.headers_mut().remove(STRICT_TRANSPORT_SECURITY);
    response
}

pub async fn bind(key: &str, address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        let variable = format!("ENTENTE_{}", key.to_ascii_uppercase().replace('.', "__"));
        anyhow!(
            "{key}: {address} is taken or not allowed ({}); give another address, for example with {variable}={}:{}",
            error.kind(),
            address.ip(),
            if address.port() < 1024 { 8443 } else { address.port().saturating_add(1) }
        )
    })
}

/// As many connections as there are descriptors for, after asking for all that we may have.
pub fn limits() -> Limits {
    let mut limits = Limits::default();
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
        let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
        if let Some(files) = getrlimit(Resource::Nofile).current {
            let files = usize::try_from(files).unwrap_or(usize::MAX);
            limits.connections = limits.connections.min(files.saturating_sub(OWN_FILES).max(OWN_FILES));
        }
    }
    limits
}

type Renewing = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

/// How requests come in.
struct WayIn {
    transport: Transport,
    hosts: KnownHosts,
    /// What a certificate authority asks for.
    challenges: Challenges,
    /// What keeps the certificate good.
    renewing: Vec<Renewing>,
    own: Option<OwnCertificate>,
}

/// For the sentence about a certificate that no browser knows.
struct OwnCertificate {
    authority: PathBuf,
    is_new: bool,
}

impl WayIn {
    async fn prepare(config: &Config, engine: &Arc<Engine>, ambient: &Ambient) -> Result<Self> {
        let hosts = redirect::hosts_of(Arc::clone(engine));
        let Some(source) = Source::of(&config.tls, config.folder()) else {
            let trusted = match &config.tls {
                Tls::BehindProxy { trusted } => trusted.clone(),
                _ => Vec::new(),
            };
            let mut proxies = Proxies::only(trusted);
            if config.is_https() {
                proxies = proxies.by_https(Arc::clone(&hosts));
            }
            let (transport, challenges) = (Transport::Plain(proxies), Challenges::default());
            return Ok(Self { transport, hosts, challenges, renewing: Vec::new(), own: None });
        };
        let brands = Arc::clone(engine);
        let names = move || certificate::names(brands.hosts().into_iter());
        let authority = match &source {
            Source::SelfSigned(own) => Some(own.ca()),
            Source::Files { .. } | Source::Acme { .. } => None,
        };
        let before = authority.as_deref().map(|file| std::fs::read(file).ok());
        let (pair, certificates) = certificate::first(&source, &names(), ambient)?;
        let own = authority.map(|authority| OwnCertificate {
            is_new: before.flatten() != std::fs::read(&authority).ok(),
            authority,
        });
        let served = Arc::clone(&certificates);
        let (fresh, challenges) = (Arc::new(Notify::new()), Challenges::default());
        let mut renewing: Vec<Renewing> = Vec::new();
        if let Tls::Acme(settings) = &config.tls {
            let out = wiring::way_out(config, acme::RECIPIENT, engine, ambient).await?;
            let asked_for = acme::public_names(names());
            if asked_for.is_empty() {
                return Err(misconfigured(anyhow!(
                    "server.tls: no brand has a host that a certificate authority could reach: put one into `hosts` of a brand.toml"
                )));
            }
            say(&format!("Keeps a certificate of {} for {}", settings.directory, asked_for.join(", ")));
            let (settings, challenges) = (settings.clone(), challenges.clone());
            let asking =
                Acme::new(settings, config.folder(), challenges, out, ambient.clone(), Arc::clone(&fresh));
            renewing.push(Box::pin(asking.keep(names.clone())));
        }
        let fresh = certificate::keep_fresh(source, pair, certificates, names, ambient.clone(), fresh);
        renewing.push(Box::pin(fresh));
        Ok(Self { transport: Transport::Tls(served), hosts, challenges, renewing, own })
    }

    /// Where to go, and why the browser warns.
    fn say(&self, config: &Config, engine: &Engine) {
        let Some(own) = &self.own else { return };
        let mut addresses: Vec<String> = engine.brands().map(|ctx| ctx.brand.public_url.clone()).collect();
        addresses.sort_unstable();
        if addresses.is_empty() {
            addresses.push(config.public_url.clone());
        }
        let is_new = if own.is_new { "Made" } else { "Uses" };
        say(&format!(
            "{is_new} {}: the certificate authority of this installation alone",
            own.authority.display()
        ));
        say(&format!("Open {}", addresses.join(", ")));
        say(&format!(
            "Your browser will warn of the certificate, because this installation signed it itself: go on, or import {} as an authority; `entente doctor` says what is missing for production.",
            own.authority.display()
        ));
    }
}

/// What was not there before this start.
struct Made(Vec<(PathBuf, &'static str)>);

impl Made {
    fn look(config: &Config) -> Self {
        let root = crate::root::files(config).into_iter().map(|file| {
            (
                Some(file),
                "the root key: without it nothing opens, and each erasure changes it, so keep copies up to date",
            )
        });
        let all = [
            (
                store::sqlite_file(&config.keys),
                "the keys, encrypted under the root key: back it up apart from the data",
            ),
            (store::sqlite_file(&config.database), "the data"),
        ];
        let missing = root.chain(all).filter_map(|(file, what)| Some((file?, what)));
        Self(missing.filter(|(file, _)| !file.exists()).collect())
    }

    fn say(&self) {
        for (file, what) in self.0.iter().filter(|(file, _)| file.exists()) {
            say(&format!("Made {}: {what}", file.display()));
        }
    }
}

/// For each brand that has no admin, the link that makes one. Each start makes a new one and ends the
/// one before.
async fn offer_set_up(engine: &Engine) -> Result<()> {
    let mut brands: Vec<(String, BrandId)> = engine.brands().map(|b| (b.brand.slug.clone(), b.id)).collect();
    brands.sort_unstable();
    for (slug, brand) in brands {
        if let Some(link) = engine::actions::set_up::offer(engine, brand).await? {
            say(&format!("Set up {slug} within the hour, once, at {}", link.reveal()));
        }
    }
    Ok(())
}

/// Destroys copies of the keys that lie on this machine and whose days are over: now and each hour.
async fn expire_copies((keys, host, days): (String, host::Host, u16), clock: Arc<dyn Clock>) {
    loop {
        if let Err(error) = copies::expire(&keys, &host, days, &*clock).await {
            tracing::error!(error = format!("{error:#}"), "copies of the keys could not be looked through");
        }
        clock.sleep_until(clock.now().plus(Span::hours(1))).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_lead_past_the_program_are_named() {
        let text = include_str!("../../../brands/mysocium/brand.toml");
        let brand = |url: &str| Brand { public_url: url.to_owned(), ..wiring::parse_brand(text).unwrap() };
        let said = |url: &str| lost_links([brand(url)].into_iter(), 8580).join(" ");
        assert!(
            said("http://mysocium.localhost:8480").contains("lead to port 8480, and this listens at 8580")
        );
        for fine in
            ["http://mysocium.localhost:8580", "https://mysocium.localhost", "https://mysocium.example:8443"]
        {
            assert_eq!(said(fine), "", "{fine}");
        }
    }
}
