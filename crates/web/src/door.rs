//! The door in front of every route but the webhook's: who asks, at which brand, may they, and how
//! the answer is dressed.
//!
//! Invariants: a route is reached only as its [`Caller`] in the table allows; what changes something
//! is carried to its end though the asker hangs up; what is turned away because too much is at work was not
//! begun; a panic ends one answer and nothing more; a POST
//! of the API with an `Idempotency-Key` happens once; every answer that denies something to somebody who is known passes here, and is
//! noted for the audit, and every one that refuses input for the log.

use crate::App;
use crate::arriving::{self, Arriving};
use crate::console::{self, Section, Shell, fields};
use crate::gone;
use crate::headers::{self, Keeping};
use crate::language::Language;
use crate::listen::client::ClientAddress;
use crate::look::Look;
use crate::my;
use crate::page::{self, Frame, ProblemPage, StrayPage};
use crate::pressure::Class;
use crate::problem::{self, Problem, UNKNOWN_HOST};
use crate::reader::Zone;
use crate::routes::{Caller, DECIDE, OWED};
use crate::session;
use crate::support;
use crate::table::Streamed;
use askama::Template;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, MatchedPath, Path, Request, State};
use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use engine::actions::once::{self, Begun};
use engine::actions::passkeys::Site;
use engine::actions::sign_in;
use engine::views::tokens::{self, Calling};
use engine::views::{At, account, documents};
use engine::{Actor, BrandContext, Denial, ErasedBrand, Guess, Role, Unfit};
use futures_util::{FutureExt, StreamExt};
use model::time::Span;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

/// The largest body of an API request, in bytes.
pub const BODY_LIMIT: usize = 256 * 1024;
/// The same of a form that brings eight documents: each byte of one may travel as three.
const DOCUMENTS_LIMIT: usize = 8 * 3 * model::brand::DOCUMENT_LIMIT + BODY_LIMIT;
/// Where an archive comes back.
const IMPORT: &str = "/account/import";
/// Bytes of a refused body that are read all the same, so that the browser shows why.
const PASSED_OVER: usize = 256 * 1024 * 1024;
/// How long API tokens go on working while a decision is due.
const TOKENS_WAIT: Span = Span::days(30);
/// The longest `Idempotency-Key`.
pub const KEY_LIMIT: usize = 200;
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const HX_REQUEST: HeaderName = HeaderName::from_static("hx-request");
const HX_REDIRECT: HeaderName = HeaderName::from_static("hx-redirect");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// One route's door.
#[derive(Clone)]
pub struct Door {
    pub app: App,
    pub caller: Caller,
    pub keeping: Keeping,
    /// Whether it is open to whoever has not decided about a document's version that is in force.
    pub is_open: bool,
    /// Whether it is open to whoever owes a second factor.
    pub is_open_bare: bool,
    pub class: Class,
    /// How the route is named in the audit: never by the path of a request.
    pub route: Arc<str>,
}

/// What the door found out, for the handler.
#[derive(Clone)]
pub struct Visit {
    pub brand: Arc<BrandContext>,
    /// How this state of the brand is dressed.
    pub look: Arc<Look>,
    pub language: Language,
    /// Whether the address asked for this language.
    pub is_asked: bool,
    /// The time by the clock here, where that is not the visitor's.
    pub turned_at: Option<At>,
    /// The host as the browser names it, which passkeys are bound to.
    pub site: Site,
}

/// What the console's pages need of the session they are asked in.
#[derive(Clone)]
pub struct Session {
    /// What a form of this session carries in its hidden field.
    pub csrf: String,
    /// Names the session, for what is bound to it (the login dialog's `state`). Never shown.
    pub binding: Vec<u8>,
    /// Who has signed in, as they are greeted; empty when that is not known.
    pub name: String,
    /// By whose clocks they want times told, if they chose.
    pub zone: Option<Zone>,
    /// Whether the account is the brand's admin.
    pub is_admin: bool,
    /// Whether whoever it is has proved it within the last minutes.
    pub is_proved: bool,
    /// Whether a second factor is demanded of the account and it has none.
    pub owes_factor: bool,
}

pub async fn pass(State(door): State<Door>, request: Request, next: Next) -> Response {
    if !door.app.admits(door.class) {
        return door.turn_away(request).await;
    }
    if door.caller != Caller::Anyone {
        door.app.engine.notice_brands().await;
    }
    if let Some(gone) = door.gone(&request) {
        let asked = gone::Asked::of(&request, &gone);
        let (answer, keeping) = gone::answer(&door.app, &gone, asked).await;
        let mut response = answer.unwrap_or_else(|problem| {
            let number = problem::number(door.app.engine.entropy());
            problem.log(&number);
            problem.to_json(&number)
        });
        headers::put(response.headers_mut(), keeping, door.app.settings.is_https);
        return response;
    }
    // A program that calls is told in JSON what was wrong, whatever it says that it takes.
    let wants_page = door.caller != Caller::Billing && wants_page(&request);
    let visit = door.visit(&request);
    let stray = visit.is_err().then(|| stray_page(&request)).flatten();
    let is_inside = door.caller.is_signed_in() || session::next(request.uri().path()) == request.uri().path();
    let secret = session::secret(request.headers()).map(str::to_owned).filter(|_| is_inside && wants_page);
    let address = request.uri().clone();
    let mut asker = None;
    let entered = match visit.clone() {
        Ok(visit) => caught(door.enter(request, visit, next, &mut asker)).await,
        Err(problem) => Err(problem),
    };
    let mut response = entered.unwrap_or_else(Problem::into_response);
    if response.status() == StatusCode::METHOD_NOT_ALLOWED && response.extensions().get::<Problem>().is_none()
    {
        response = Problem::wrong_method().into_response();
    }
    if let (Some(asker), Some(what)) = (&asker, denial(&response)) {
        door.app.engine.denied(asker, what, &door.route);
    }
    if let Some(why) = unfit(&response).filter(|_| !SECRETS.contains(&&*door.route)) {
        let brand = visit.as_ref().ok().and_then(Option::as_ref).map(|visit| visit.brand.id);
        let (asker, route) = (asker.as_ref(), &*door.route);
        let is_marked = response.extensions().get::<Refused>().is_some();
        let status = if is_marked { StatusCode::UNPROCESSABLE_ENTITY } else { response.status() }.as_u16();
        door.app.engine.unfit(&Unfit { brand, asker, route, status, why });
    }
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        let mut visit = visit.ok().flatten().filter(|_| wants_page);
        let session = match (&mut visit, secret) {
            (Some(visit), Some(secret)) => door.known(visit, &secret, &address).await,
            _ => None,
        };
        response = match stray {
            Some(page) if problem.code == UNKNOWN_HOST => page::html_with(problem.status, &page),
            _ => door.write_out(&problem, visit.as_ref(), session.as_ref()),
        };
    }
    // What went wrong once must not be kept as if it were the thing itself.
    let is_as_said =
        response.status().is_success() || matches!(door.keeping, Keeping::Console | Keeping::Portal);
    let keeping = if is_as_said { door.keeping } else { Keeping::Private };
    headers::put(response.headers_mut(), keeping, door.app.settings.is_https);
    response
}

/// What this answer denies. A limit may be told by a form that is shown again, which is no problem.
fn denial(answer: &Response) -> Option<Denial> {
    match answer.extensions().get::<Problem>() {
        Some(problem) => problem.denial,
        None => (answer.status() == StatusCode::TOO_MANY_REQUESTS).then_some(Denial::Limit),
    }
}

/// Where a password, a code or an address says who somebody is: whoever is wrong there has an entry that is sealed, and no
/// line in the log says that they were there (claim R4).
const SECRETS: [&str; 16] = [
    "POST /login",
    "POST /login/second",
    "POST /login/passkey",
    "POST /support",
    "POST /setup/{token}",
    "POST /account/confirm/{token}",
    "POST /account/reset/{token}",
    "POST /account/prove",
    "POST /account/prove/passkey",
    "POST /account/passkeys",
    "POST /account/password",
    "POST /account/address",
    "POST /account/two-factor/confirm",
    "POST /account/two-factor/off",
    "POST /account/archive",
    "POST /account/erase",
];

/// Of a form that did not fit, whatever the status of its answer: most lead on to its page.
#[derive(Debug, Clone, Copy)]
pub struct Refused;

/// Why nothing of what was sent was taken, in a code. A form that is shown again is no problem.
fn unfit(answer: &Response) -> Option<&'static str> {
    if answer.extensions().get::<Refused>().is_some() {
        return Some("form");
    }
    let is_unfit = matches!(
        answer.status(),
        StatusCode::BAD_REQUEST
            | StatusCode::PAYLOAD_TOO_LARGE
            | StatusCode::UNSUPPORTED_MEDIA_TYPE
            | StatusCode::UNPROCESSABLE_ENTITY
    );
    is_unfit.then(|| answer.extensions().get::<Problem>().map_or("form", |problem| problem.code))
}

/// No grant is open to whoever asks.
fn support_closed(request: &Request, visit: &Visit) -> Result<Response, Problem> {
    if wants_page(request) { Ok(support::closed(visit)) } else { Err(Problem::not_found("this page")) }
}

/// For a browser at a host that is no brand's.
fn stray_page(request: &Request) -> Option<StrayPage> {
    let accept = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("");
    let is_browser = accept.contains("text/html") && !request.uri().path().starts_with("/api/");
    is_browser.then(|| StrayPage { language: Language::of_browser(request.headers()) })
}

/// The host as the request names it.
fn host_of(request: &Request) -> Option<&str> {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    host.or_else(|| request.uri().authority().map(axum::http::uri::Authority::as_str))
}

impl Door {
    /// The brand of this host, if it was erased; nothing for routes that belong to no brand.
    fn gone(&self, request: &Request) -> Option<Arc<ErasedBrand>> {
        if self.caller == Caller::Anyone {
            return None;
        }
        self.app.engine.erased_brand_by_host(host_of(request)?)
    }

    /// Says that too much is at work. The database is not asked, not even who it is.
    async fn turn_away(&self, request: Request) -> Response {
        let wants_page = wants_page(&request);
        let visit = self.visit(&request).ok().flatten().filter(|_| wants_page);
        if !request.method().is_safe() {
            pass_over(request, BODY_LIMIT).await;
        }
        let mut response = self.write_out(&Problem::busy(), visit.as_ref(), None);
        let is_page = matches!(self.keeping, Keeping::Console | Keeping::Portal);
        let keeping = if is_page { self.keeping } else { Keeping::Private };
        headers::put(response.headers_mut(), keeping, self.app.settings.is_https);
        response
    }

    /// The brand by the host, and the language; nothing for routes that belong to no brand.
    fn visit(&self, request: &Request) -> Result<Option<Visit>, Problem> {
        if self.caller == Caller::Anyone {
            return Ok(None);
        }
        let host = host_of(request).ok_or_else(Problem::unknown_host)?;
        let brand = self.app.engine.brand_by_host(host).ok_or_else(Problem::unknown_host)?;
        let chosen =
            request.uri().query().unwrap_or("").split('&').find_map(|pair| pair.strip_prefix("lang="));
        let language = chosen
            .and_then(Language::from_tag)
            .filter(|language| brand.brand.languages.iter().any(|code| code == language.code()));
        let is_asked = language.is_some();
        let language = language.unwrap_or_else(|| Language::of_request(request.headers(), &brand.brand));
        let look = self.app.look(&brand);
        let turned_at = self.app.settings.is_turned.then(|| At(self.app.engine.clock().now()));
        Ok(Some(Visit { brand, look, language, is_asked, turned_at, site: Site::of_host(host) }))
    }

    async fn enter(
        &self,
        mut request: Request,
        visit: Option<Visit>,
        next: Next,
        asker: &mut Option<Actor>,
    ) -> Result<Response, Problem> {
        let mut actor = None;
        if let (Caller::Token(scope), Some(visit)) = (self.caller, &visit) {
            let secret = bearer(request.headers()).ok_or_else(Problem::unauthorized)?;
            let found = tokens::authenticate(&self.app.engine, visit.brand.id, secret).await?;
            let Some(Calling { actor: found, token }) = found else {
                let from = ClientAddress::of(request.extensions()).0;
                self.app.engine.guessed(Guess::ApiToken, Some(from))?;
                return Err(Problem::unauthorized());
            };
            *asker = Some(found.clone());
            self.app.engine.called(token)?;
            found.may(scope)?;
            let since = documents::due_since(&self.app.engine, &found).await?;
            if since.is_some_and(|since| since.plus(TOKENS_WAIT) < self.app.engine.clock().now()) {
                return Err(Problem::decision_due());
            }
            if let Some(engine::Door::Support(grant)) = found.door {
                let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
                let what = format!("{} {path}", request.method());
                engine::actions::support::call(&self.app.engine, found.brand, grant, what).await?;
            }
            request.extensions_mut().insert(found.clone());
            actor = Some(found);
        }
        if self.caller.is_for_browsers()
            && !request.method().is_safe()
            && session::is_from_elsewhere(request.headers())
        {
            return Err(Problem::from_elsewhere());
        }
        if let (Caller::Lead, Some(visit)) = (self.caller, &visit) {
            let Some(secret) = session::named(request.headers(), my::COOKIE_NAME).map(str::to_owned) else {
                return Ok(my::closed(visit));
            };
            let Some(who) = engine::actions::my::find(&self.app.engine, visit.brand.id, &secret).await?
            else {
                return Ok(my::closed(visit));
            };
            if !request.method().is_safe() {
                request = with_form_token(request, &secret).await?;
            }
            let csrf = session::form_token(&secret);
            request.extensions_mut().insert(my::OpenPage { who, csrf });
        }
        if let (Caller::Support, Some(visit)) = (self.caller, &visit) {
            let Some(secret) = session::named(request.headers(), support::COOKIE_NAME).map(str::to_owned)
            else {
                return support_closed(&request, visit);
            };
            let found = engine::actions::support::find(&self.app.engine, visit.brand.id, &secret).await?;
            let Some(helper) = found else { return support_closed(&request, visit) };
            *asker = Some(helper.asker());
            if !request.method().is_safe() {
                request = with_form_token(request, &secret).await?;
            }
            let csrf = session::form_token(&secret);
            request.extensions_mut().insert(support::OpenGrant { helper, csrf });
        }
        let mut visit = visit;
        if let (Caller::Visitor, Keeping::Console, Some(visit)) = (self.caller, self.keeping, &mut visit)
            && let Some(secret) = session::secret(request.headers()).filter(|_| !visit.is_asked)
        {
            // A public page, in the language of whoever has signed in.
            self.known(visit, secret, request.uri()).await;
        }
        let mut turn = None;
        if let (true, Some(visit)) = (self.caller.is_signed_in(), &mut visit) {
            let Some(secret) = session::secret(request.headers()).map(str::to_owned) else {
                return self.sign_in_first(&request, visit);
            };
            let found = sign_in::find(&self.app.engine, visit.brand.id, &secret).await?;
            let Some(who) = found.filter(|found| !found.needs_second_factor) else {
                return self.sign_in_first(&request, visit);
            };
            *asker = Some(who.actor.clone());
            let is_admin = who.actor.role == Role::Admin;
            if self.caller.is_admins() && !is_admin {
                return Err(Problem::no_such_route().denying(Denial::Page));
            }
            let greeting = account::greeting(&self.app.engine, &who).await?;
            if !self.is_open_bare && greeting.owes_factor {
                let answer = instead(&request, OWED);
                pass_over(request, PASSED_OVER).await;
                return Ok(answer);
            }
            if !self.is_open && documents::due_since(&self.app.engine, &who.actor).await?.is_some() {
                let address = session::then(DECIDE, own_page(&request, &visit.site));
                let answer = instead(&request, &address);
                pass_over(request, PASSED_OVER).await;
                return Ok(answer);
            }
            let binding = visit.brand.bound(who.session);
            // Who may not ask, or not now, has nothing of what they send held.
            let is_proved = who.is_proved(self.app.engine.clock().now());
            if self.caller.is_proved() && !is_proved {
                let answer = prove_first(&request, &visit.site);
                pass_over(request, PASSED_OVER).await;
                return Ok(answer);
            }
            if !request.method().is_safe() {
                if request.uri().path() == IMPORT {
                    turn = self.app.uploads.begin(who.actor.account);
                    if turn.is_none() {
                        pass_over(request, PASSED_OVER).await;
                        return Err(Problem::archive_busy());
                    }
                }
                request = with_form_token(request, &session::of_session(&binding)).await?;
            }
            visit.prefer(greeting.language.as_deref(), request.uri());
            let address = request.extensions().get::<ClientAddress>().map(|client| client.0);
            let whence = session::whence(address, request.headers()).at(&self.route);
            let session = Session {
                csrf: session::form_token(&session::of_session(&binding)),
                binding: binding.to_vec(),
                name: greeting.name.reveal().clone(),
                zone: greeting.zone.as_deref().and_then(Zone::named),
                is_admin,
                is_proved,
                owes_factor: greeting.owes_factor,
            };
            let found = request.extensions_mut();
            found.insert(who.actor.clone());
            found.insert(session);
            found.insert(whence);
            found.insert(who);
        }
        if let Some(visit) = visit {
            request.extensions_mut().insert(visit);
        }
        if request.method().is_safe() {
            return Ok(next.run(request).await);
        }
        let app = self.app.clone();
        // A task of its own: an asker who hangs up must not leave an erasure half-way.
        let work = tokio::spawn(async move {
            let _turn = turn;
            match actor {
                Some(actor) if request.method() == Method::POST => {
                    once_only(&app, &actor, request, next).await
                }
                _ => Ok(next.run(request).await),
            }
        });
        work.await.unwrap_or_else(|error| Err(Problem::broken(error)))
    }

    /// To the sign-in, and back here afterwards. Whom a link on another site led here may well have signed
    /// in: a strict cookie comes only with what our own pages lead to, so one of them leads here again.
    fn sign_in_first(&self, request: &Request, visit: &Visit) -> Result<Response, Problem> {
        let address = request.uri().path_and_query().map_or("/app", |target| target.as_str());
        let may_come_back = *request.method() == Method::GET && session::next(address) == address;
        if request.headers().contains_key(HX_REQUEST) {
            let mut response = StatusCode::NO_CONTENT.into_response();
            response.headers_mut().insert(HX_REDIRECT, HeaderValue::from_static("/login"));
            return Ok(response);
        }
        if may_come_back && session::was_led_here(request.headers()) {
            let frame = visit.shell(Section::Account);
            return Ok(page::html(&BouncePage { frame, address }));
        }
        let next = if may_come_back { address } else { "/app" };
        Ok(console::see(&visit.carry(&session::then("/login", next)), ""))
    }

    /// Whose session it is that a problem is shown in, and in their language; nobody's if that cannot be known.
    async fn known(&self, visit: &mut Visit, secret: &str, address: &Uri) -> Option<Session> {
        let found = sign_in::find(&self.app.engine, visit.brand.id, secret).await.ok().flatten();
        let who = found.filter(|found| !found.needs_second_factor)?;
        let greeting = account::greeting(&self.app.engine, &who).await.ok()?;
        visit.prefer(greeting.language.as_deref(), address);
        let binding = visit.brand.bound(who.session);
        Some(Session {
            csrf: session::form_token(&session::of_session(&binding)),
            binding: binding.to_vec(),
            name: greeting.name.reveal().clone(),
            zone: greeting.zone.as_deref().and_then(Zone::named),
            is_admin: who.actor.role == Role::Admin,
            is_proved: false,
            owes_factor: greeting.owes_factor,
        })
    }

    fn write_out(&self, problem: &Problem, visit: Option<&Visit>, session: Option<&Session>) -> Response {
        let number = problem::number(self.app.engine.entropy());
        problem.log(&number);
        let Some(visit) = visit else { return problem.to_json(&number) };
        if self.caller.is_signed_in() || session.is_some() {
            let mut shell = visit.shell(Section::Dashboard);
            if let Some(session) = session {
                (shell.name, shell.csrf, shell.is_admin) = (&session.name, &session.csrf, session.is_admin);
                shell.zone = session.zone.unwrap_or(Zone::UTC);
            }
            let mut response = page::html(&console::ProblemPage::new(shell, problem, &number));
            problem.dress(&mut response);
            return response;
        }
        let frame = visit.frame(visit.language);
        let mut response = page::html(&ProblemPage::new(frame, problem, &number));
        problem.dress(&mut response);
        response
    }
}

/// Where to go on once something else is done: a page itself, or the page whose button was pressed.
fn own_page<'a>(request: &'a Request, site: &Site) -> &'a str {
    if request.method().is_safe() {
        session::next(request.uri().path_and_query().map_or("/app", |target| target.as_str()))
    } else {
        session::sent_from(request.headers(), &site.authority).unwrap_or("/app")
    }
}

/// To another page first.
fn instead(request: &Request, address: &str) -> Response {
    if request.headers().contains_key(HX_REQUEST)
        && let Ok(address) = HeaderValue::from_str(address)
    {
        let mut response = StatusCode::NO_CONTENT.into_response();
        response.headers_mut().insert(HX_REDIRECT, address);
        return response;
    }
    console::see(address, "")
}

/// To the page that asks for the password, and from there to what was wanted.
fn prove_first(request: &Request, site: &Site) -> Response {
    let again = if request.method().is_safe() { "" } else { "&again=1" };
    let address = format!("{}{again}", session::then("/account/prove", own_page(request, site)));
    instead(request, &address)
}

/// Leads to the same address once more.
#[derive(Template)]
#[template(path = "account/bounce.html")]
struct BouncePage<'a> {
    frame: Shell<'a>,
    address: &'a str,
}

impl Visit {
    /// What a page has around its middle, for nobody in particular.
    pub fn shell(&self, section: Section) -> Shell<'_> {
        let mut shell = Shell::new(self.language, &self.brand.brand, &self.look, section);
        shell.turned_at = self.turned_at;
        shell
    }

    /// The same of a page without scripts.
    pub fn frame(&self, language: Language) -> Frame<'_> {
        let mut frame = Frame::new(language, &self.brand.brand, &self.look.public);
        frame.turned_at = self.turned_at;
        frame
    }

    /// An address for a visitor, in the language that was asked for.
    pub fn carry(&self, address: &str) -> String {
        console::carried(address, self.asked())
    }

    /// The language that the address asked for.
    pub fn asked(&self) -> Option<Language> {
        self.is_asked.then_some(self.language)
    }

    /// The language that somebody has chosen for their account, unless the address asks for another.
    fn prefer(&mut self, code: Option<&str>, address: &Uri) {
        let asks =
            address.query().is_some_and(|query| query.split('&').any(|pair| pair.starts_with("lang=")));
        let speaks = |code: &&str| self.brand.brand.languages.iter().any(|own| own == code);
        if let Some(language) = code.filter(speaks).and_then(Language::from_tag).filter(|_| !asks) {
            self.language = language;
        }
    }
}

/// Bytes that a form sent to this path may have. An archive that comes back is not held: see `arriving`.
pub fn form_limit(path: &str) -> usize {
    match path {
        "/admin/documents" => DOCUMENTS_LIMIT,
        _ if path.starts_with("/setup/") || path.starts_with("/admin/documents/") => DOCUMENTS_LIMIT,
        _ => BODY_LIMIT,
    }
}

/// Reads what was sent without keeping it: a browser that is cut off while it sends shows no answer.
async fn pass_over(request: Request, mut left: usize) {
    let mut body = request.into_body().into_data_stream();
    while let Some(Ok(part)) = body.next().await {
        let Some(rest) = left.checked_sub(part.len()) else { return };
        left = rest;
    }
}

/// Lets a form of this session pass.
async fn with_form_token(request: Request, secret: &str) -> Result<Request, Problem> {
    if request.uri().path() == IMPORT {
        let (request, given) = arriving::begin(request).await?;
        if session::is_token(secret, &given) {
            return Ok(request);
        }
        if let Some(archive) = request.extensions().get::<Arriving>().and_then(Arriving::take) {
            archive.pass_over(PASSED_OVER).await;
        }
        return Err(Problem::from_elsewhere());
    }
    let (parts, body) = request.into_parts();
    let limit = form_limit(parts.uri.path());
    let body = to_bytes(body, limit).await.map_err(|_| Problem::too_large(limit))?;
    let given = fields::of_body(&parts.headers, &body, "csrf").ok_or_else(Problem::from_elsewhere)?;
    if !session::is_token(secret, &given) {
        return Err(Problem::from_elsewhere());
    }
    Ok(Request::from_parts(parts, Body::from(body)))
}

/// The one secret or name in the path. One that cannot be read, or that PostgreSQL could not keep, is nobody's.
pub struct Named(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let text = Path::<String>::from_request_parts(parts, state).await;
        let text = text.ok().filter(|Path(text)| !text.contains('\0'));
        text.map(|Path(text)| Self(text)).ok_or_else(Problem::no_such_route)
    }
}

/// Whether a problem is shown as a page: everywhere but in the API, unless only JSON is taken.
fn wants_page(request: &Request) -> bool {
    let accept = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("*/*");
    !request.uri().path().starts_with("/api/") && (accept.contains("text/html") || accept.contains("*/*"))
}

/// The secret of `Authorization: Bearer …`; the scheme's case does not matter (RFC 9110, 11.1).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, secret) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim()).filter(|secret| !secret.is_empty())
}

/// Turns a panic into an answer. What it said may hold anything, so it goes nowhere.
async fn caught(answer: impl Future<Output = Result<Response, Problem>>) -> Result<Response, Problem> {
    let ended = AssertUnwindSafe(answer).catch_unwind().await;
    ended.unwrap_or_else(|_| Err(Problem::broken("a handler panicked")))
}

/// Carries out a POST once per `Idempotency-Key` and gives the first answer again.
async fn once_only(app: &App, actor: &Actor, request: Request, next: Next) -> Result<Response, Problem> {
    let Some(key) = request.headers().get(IDEMPOTENCY_KEY) else { return Ok(next.run(request).await) };
    let key = key.to_str().ok().filter(|key| (1..=KEY_LIMIT).contains(&key.len())).ok_or_else(|| {
        Problem::malformed(format!("Idempotency-Key must have 1 to {KEY_LIMIT} visible ASCII characters."))
    })?;
    let key = key.to_owned();
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, BODY_LIMIT).await.map_err(|_| Problem::too_large(BODY_LIMIT))?;
    let target = parts.uri.path_and_query().map_or("", |target| target.as_str());
    let asked: [&[u8]; 3] = [parts.method.as_str().as_bytes(), target.as_bytes(), &body];
    let claim = match once::begin(&app.engine, actor, &key, &asked).await? {
        Begun::Other => return Err(Problem::key_reused()),
        Begun::Running => return Err(Problem::key_running()),
        Begun::Answered { status, body } => return replay(status, body),
        Begun::New(claim) => claim,
    };
    let request = Request::from_parts(parts, Body::from(body));
    let work = caught(async { Ok(next.run(request).await) });
    let Some(answer) = once::while_seen(&app.engine, work).await else { return Err(Problem::cut_off()) };
    match answer {
        // Made while it is read, and too long to keep: the same key makes it anew.
        Ok(response) if response.extensions().get::<Streamed>().is_some() => {
            once::release(&app.engine, actor, claim).await?;
            Ok(response)
        }
        Ok(response) if response.status().is_success() => {
            let (parts, body) = response.into_parts();
            let body = to_bytes(body, usize::MAX).await.map_err(Problem::broken)?;
            once::settle(&app.engine, actor, claim, parts.status.as_u16(), &body).await?;
            Ok(Response::from_parts(parts, Body::from(body)))
        }
        // Nothing came of it: the same key may try again.
        failed => {
            once::release(&app.engine, actor, claim).await?;
            failed
        }
    }
}

fn replay(status: u16, body: Vec<u8>) -> Result<Response, Problem> {
    let status = StatusCode::from_u16(status).map_err(Problem::broken)?;
    let mut response = (status, body).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}
