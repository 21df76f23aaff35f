//! `/account`: one's own profile, password, address, second factor, sessions and sign-ins.
//!
//! Invariant: each form of the page goes to an address of its own and comes back to the page, with a word
//! about what was done or what was wrong.

use super::form::{Code, Field, Form, Wrong};
use super::owed;
use super::passkeys::{PasskeyForm, PasskeyRow};
use crate::api::Id;
use crate::console::brand_end::ending;
use crate::console::fields::Fields;
use crate::console::words::time;
use crate::console::{Desk, Section, Shell, see};
use crate::language::Language;
use crate::my::page::{Breached, breached};
use crate::page;
use crate::problem::Problem;
use crate::reader::{self, Reader};
use crate::session;
use askama::Template;
use axum::Extension;
use axum::http::StatusCode;
use axum::response::Response;
use engine::actions::erasure;
use engine::actions::security::{self, NewFactor};
use engine::actions::sign_in::SignedIn;
use engine::views::At;
use engine::views::account::{self, Acceptance, AccountView, SessionView, SignInView};
use engine::views::breaches::{self, ConcernView};
use engine::views::my::ReadingView;
use engine::views::passkeys;
use engine::views::received::ReceivedView;
use engine::views::support;
use engine::views::tokens;
use engine::{EngineError, Role, Whence};
use fluent_bundle::FluentArgs;
use model::brand::Brand;
use model::id::SessionId;
use model::personal::Personal;
use qrcode::QrCode;
use qrcode::render::svg;

/// The form that confirms a second factor.
pub(super) const CONFIRM: &str = "factor-confirm";

pub struct SessionRow {
    pub browser: String,
    pub address: String,
    pub is_this: bool,
    pub is_kept: bool,
    pub since: String,
    pub seen: String,
    pub end: String,
}

pub struct HistoryRow {
    pub when: String,
    pub what: String,
    pub browser: String,
    pub address: String,
}

/// A second factor that was just made; shown this once.
pub struct FactorShown {
    pub picture: String,
    pub secret: String,
    pub recovery: Vec<String>,
}

#[derive(Template)]
#[template(path = "account/account.html")]
pub struct AccountPage<'a> {
    pub frame: Shell<'a>,
    /// That the brand ends.
    pub ending: Option<String>,
    /// Of its own data, and of that of its leads.
    pub breaches: [Vec<Breached>; 2],
    pub email: String,
    pub factor: Option<FactorShown>,
    pub forms: Vec<Form>,
    pub passkeys: Vec<PasskeyRow>,
    /// How one more is added.
    pub passkey: PasskeyForm,
    pub sessions: Vec<SessionRow>,
    /// API tokens in force, which no session's end ends by itself.
    pub tokens: u64,
    /// Whether an access for support that this account gave is open.
    pub gives: bool,
    pub history: Vec<HistoryRow>,
    /// What the log will show once the account is erased.
    pub tag: String,
    /// Who looked, and when.
    pub looks: Vec<(String, String)>,
    pub accepted: Vec<AcceptedRow>,
    pub received: Vec<ReceivedRow>,
}

/// Who received something.
pub struct ReceivedRow {
    pub who: String,
    pub data: String,
    pub when: String,
    pub is_ours: bool,
}

/// A version that was accepted.
pub struct AcceptedRow {
    pub title: String,
    pub version: String,
    pub when: String,
    /// The version's page; the data map has one of its own.
    pub href: String,
    pub proof: Option<String>,
}

/// From when until when.
pub fn received_when(reader: Reader, row: &ReceivedView) -> String {
    let language = reader.language;
    let mut args = FluentArgs::new();
    args.set("from", time(reader, row.from));
    match row.until {
        Some(until) => {
            args.set("until", time(reader, until));
            language.tell("received-between", Some(&args))
        }
        None => language.tell("received-since", Some(&args)),
    }
}

/// What an account is told, and whom to ask; of its leads in the words of the mail about it.
fn concern(reader: Reader, brand: &Brand, one: &ConcernView, is_of_leads: bool) -> Breached {
    let (language, mut shown) = (reader.language, breached(reader, one));
    if is_of_leads {
        shown.seen = format!("{} {}", language.say("mail-breach_of_leads-text"), shown.seen);
        let own = language.say("my-breach-advice");
        for (label, _) in shown.parts.iter_mut().filter(|(label, _)| *label == own) {
            *label = language.say("mail-breach_of_leads-advice");
        }
    }
    shown.parts.push((language.say("mail-breach_notice-contact"), brand.controller.contact.clone()));
    shown
}

/// Whether the account gave access for support that is open.
async fn gives(desk: &Desk, who: &SignedIn) -> Result<bool, EngineError> {
    if who.actor.role != Role::Admin {
        return Ok(false);
    }
    Ok(support::are_open(desk.engine(), &who.actor).await?.1)
}

fn received_row(reader: Reader, row: &ReceivedView) -> ReceivedRow {
    ReceivedRow {
        who: row.who.clone(),
        data: row.data.clone(),
        when: received_when(reader, row),
        is_ours: row.is_ours,
    }
}

fn accepted_row(reader: Reader, row: &Acceptance) -> AcceptedRow {
    let (language, kind, number) = (reader.language, &row.kind, row.version);
    AcceptedRow {
        title: language.say(&format!("document-{kind}")),
        version: language.say_with("document-version", "version", &number.to_string()),
        when: time(reader, At(row.accepted_at)),
        href: if kind == "data_map" { "/data".to_owned() } else { format!("/documents/{kind}/{number}") },
        proof: row.leaf_index.map(|_| format!("/account/accepted/{kind}/{number}")),
    }
}

impl AccountPage<'_> {
    fn breached(&self) -> [(&'static str, &[Breached]); 2] {
        let [own, of_leads] = &self.breaches;
        [("my-breach-title", own), ("account-breach-owner", of_leads)]
    }

    /// Where the code of a second factor that was just made is typed: beside its picture, before all else.
    fn confirm(&self) -> Option<&Form> {
        self.forms.iter().find(|form| form.id == CONFIRM)
    }

    fn others(&self) -> impl Iterator<Item = &Form> {
        self.forms.iter().filter(|form| form.id != CONFIRM)
    }
}

fn text(value: Option<&Personal<String>>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| value.reveal().clone())
}

fn password_field(language: Language) -> Field {
    let mut field = Field::new(language, "current", "password").filled_by("current-password");
    field.label = language.say("field-current-password");
    field
}

fn new_password_field(language: Language) -> Field {
    let mut field = Field::new(language, "password", "password").filled_by("new-password");
    (field.label, field.why) = (language.say("field-new-password"), language.say("field-new-password-why"));
    field
}

/// By whose clocks times are told. None at all is a choice, and the one that an account begins with.
fn zone_field(language: Language, zone: Option<&str>) -> Field {
    let option = |zone: reader::Zone| (zone.name().to_owned(), zone.shown());
    let mut field = Field::new(language, "zone", "select")
        .optional()
        .options(vec![(String::new(), language.say("field-zone-none"))])
        .value(zone.unwrap_or_default());
    field.groups = vec![
        (language.say("timed-zone-likely"), reader::likely(language).map(option).collect()),
        (language.say("timed-zone-all"), reader::others(language).map(option).collect()),
    ];
    field
}

fn code_field(language: Language, code: Code) -> Field {
    Field::new(language, "code", "text").filled_by("one-time-code").code(code)
}

/// How codes are switched on: begun, or confirmed by a first one.
pub(super) fn new_factor(language: Language, is_pending: bool) -> Form {
    if is_pending {
        to(
            Form::new(language, CONFIRM).field(code_field(language, Code::Digits)),
            "/account/two-factor/confirm",
        )
    } else {
        to(Form::new(language, "factor-on"), "/account/two-factor")
    }
}

/// To this address, as one of several forms of a page.
fn to(mut form: Form, address: &str) -> Form {
    address.clone_into(&mut form.action);
    for field in &mut form.fields {
        field.within = form.id;
    }
    form
}

pub fn forms(language: Language, brand: &Brand, view: &AccountView, is_pending: bool) -> Vec<Form> {
    let languages = brand.languages.iter().filter_map(|code| Language::from_tag(code));
    let languages = languages.map(|l| (l.code().to_owned(), l.say("language-name"))).collect();
    let spoken = view.language.clone().unwrap_or_else(|| language.code().to_owned());
    let profile = Form::new(language, "profile")
        .field(Field::new(language, "name", "text").filled_by("name").value(view.name.reveal()))
        .field(Field::new(language, "language", "select").options(languages).value(spoken))
        .field(zone_field(language, view.zone.as_deref()));
    let password = Form::new(language, "change-password")
        .field(password_field(language))
        .field(new_password_field(language))
        .field(Field::new(language, "tokens", "checkbox").optional().value("yes"));
    let mut email = Field::new(language, "email", "email").filled_by("email");
    email.label = language.say("field-new-email");
    let address = Form::new(language, "change-address").field(email).field(password_field(language));
    let factor = if view.has_second_factor {
        // A recovery code does it, too.
        let code = code_field(language, Code::Letters);
        let mut form = Form::new(language, "factor-off").field(password_field(language)).field(code);
        let left = u64::try_from(view.recovery_codes_left).unwrap_or(0);
        form.lead.push(crate::console::words::count(language, "factor-codes-left", left));
        form.is_dangerous = true;
        to(form, "/account/two-factor/off")
    } else {
        new_factor(language, is_pending)
    };
    vec![
        to(profile, "/account/profile"),
        to(password, "/account/password"),
        to(address, "/account/address"),
        factor,
    ]
}

pub fn session_row(reader: Reader, row: &SessionView) -> SessionRow {
    SessionRow {
        browser: row.browser.reveal().clone(),
        address: text(row.address.as_ref()),
        is_this: row.is_this,
        is_kept: row.is_kept,
        since: time(reader, At(row.created_at)),
        seen: time(reader, At(row.seen_at)),
        end: format!("/account/sessions/{}/end", row.id),
    }
}

pub fn history_row(reader: Reader, row: &SignInView) -> HistoryRow {
    HistoryRow {
        when: time(reader, At(row.at)),
        what: reader.language.say(&format!("sign-in-outcome-{}", row.outcome)),
        browser: text(Some(&row.browser).filter(|browser| !browser.reveal().is_empty())),
        address: text(row.address.as_ref()),
    }
}

/// Who looked at what, and when.
fn look_row(reader: Reader, look: &ReadingView) -> (String, String) {
    let language = reader.language;
    let what: Vec<String> = look.what.iter().map(|what| language.say(&format!("my-look-{what}"))).collect();
    let who = language.say(&format!("my-reader-{}", look.reader));
    let mut line = format!("{who} · {}", language.joined(&what));
    if let Some(words) = &look.words {
        // As it was said, whichever way it is read.
        line = format!("{line} · \u{2068}{}\u{2069}", words.reveal());
    }
    (line, time(reader, look.at))
}

/// What became of a form of the page.
#[derive(Default)]
pub(super) struct Came {
    /// The form, by its address, and what was wrong with it.
    pub wrong: Option<(&'static str, Wrong)>,
    pub factor: Option<FactorShown>,
    pub is_pending: bool,
}

pub(super) async fn shown(desk: &Desk, who: &SignedIn, came: Came) -> Result<Response, Problem> {
    if desk.session.owes_factor {
        return owed::page(desk, came);
    }
    let (engine, language, reader) = (desk.engine(), desk.language(), desk.reader());
    let view = account::get(engine, who).await?;
    let (sessions, history) = (account::sessions(engine, who).await?, account::history(engine, who).await?);
    let looks = account::readings(engine, who).await?;
    let tokens = tokens::list(engine, &who.actor).await?;
    let received = account::received(engine, who).await?;
    let [own, of_leads] = breaches::of_account(engine, who).await?;
    let brand = &desk.visit.brand.brand;
    let mut forms = forms(language, &desk.visit.brand.brand, &view, came.is_pending);
    let passkeys = passkeys::list(engine, who).await?;
    let mut passkey = PasskeyForm::add(language);
    let mut status = StatusCode::OK;
    if let Some((address, wrong)) = came.wrong {
        if address == passkey.action {
            passkey.wrong = Some(wrong.sentence.clone());
        }
        status = wrong.status;
        forms = forms
            .into_iter()
            .map(|form| {
                if form.action == address {
                    form.wrong(Wrong { field: wrong.field, sentence: wrong.sentence.clone(), status })
                } else {
                    form
                }
            })
            .collect();
    }
    let shown = AccountPage {
        ending: ending(desk).await?,
        breaches: [
            own.iter().map(|one| concern(reader, brand, one, false)).collect(),
            of_leads.iter().map(|one| concern(reader, brand, one, true)).collect(),
        ],
        gives: gives(desk, who).await?,
        email: view.email.reveal().clone(),
        factor: came.factor,
        forms,
        passkeys: passkeys.iter().map(|view| PasskeyRow::new(reader, view)).collect(),
        passkey,
        tokens: u64::try_from(tokens.len()).unwrap_or(u64::MAX),
        sessions: sessions.iter().map(|row| session_row(reader, row)).collect(),
        history: history.iter().map(|row| history_row(reader, row)).collect(),
        tag: erasure::own_tag(engine, &who.actor).await?,
        looks: looks.iter().map(|look| look_row(reader, look)).collect(),
        accepted: view.accepted.iter().map(|row| accepted_row(reader, row)).collect(),
        received: received.iter().map(|row| received_row(reader, row)).collect(),
        frame: desk.shell(Section::Account)?,
    };
    Ok(page::html_with(status, &shown))
}

/// Back to the page, or the page with what was wrong.
async fn answer(
    desk: Desk,
    who: &SignedIn,
    address: &'static str,
    done: &str,
    came: Result<(), EngineError>,
) -> Result<Response, Problem> {
    let Err(error) = came else { return Ok(see("/account", done)) };
    let language = desk.language();
    let wrong = match error {
        EngineError::WrongCredentials => Wrong::new(language, "current", "wrong-current"),
        other => Wrong::of(language, other)?,
    };
    let is_pending = address == "/account/two-factor/confirm";
    shown(&desk, who, Came { wrong: Some((address, wrong)), is_pending, ..Came::default() }).await
}

/// `GET /account`
pub async fn show(desk: Desk, Extension(who): Extension<SignedIn>) -> Result<Response, Problem> {
    shown(&desk, &who, Came::default()).await
}

/// `POST /account/profile`
pub async fn profile(
    desk: Desk,
    Extension(who): Extension<SignedIn>,
    fields: Fields,
) -> Result<Response, Problem> {
    let [name, language, zone] = ["name", "language", "zone"].map(|name| fields.get(name));
    let came = security::change_profile(desk.engine(), &who, name, language, zone).await;
    answer(desk, &who, "/account/profile", "profile-saved", came).await
}

/// `POST /account/language`: the switch in the menu, which leads back to where it was pressed.
pub async fn language(
    desk: Desk,
    Extension(who): Extension<SignedIn>,
    fields: Fields,
) -> Result<Response, Problem> {
    security::change_language(desk.engine(), &who, fields.get("language")).await?;
    Ok(see(session::next(fields.get("back")), ""))
}

/// `POST /account/password`
pub async fn password(
    desk: Desk,
    Extension(who): Extension<SignedIn>,
    Extension(whence): Extension<Whence>,
    fields: Fields,
) -> Result<Response, Problem> {
    let (old, new) = (Personal::from(fields.raw("current")), Personal::from(fields.raw("password")));
    let ends_tokens = fields.get("tokens") == "yes";
    let came = security::change_password(desk.engine(), &who, &old, &new, ends_tokens, &whence).await;
    answer(desk, &who, "/account/password", "password-changed", came).await
}

/// `POST /account/address`
pub async fn address(
    desk: Desk,
    Extension(who): Extension<SignedIn>,
    Extension(whence): Extension<Whence>,
    fields: Fields,
) -> Result<Response, Problem> {
    let password = Personal::from(fields.raw("current"));
    let came = security::change_address(desk.engine(), &who, &password, fields.get("email"), &whence).await;
    answer(desk, &who, "/account/address", "address-mailed", came).await
}

/// `POST /account/sessions/{id}/end`
pub async fn end_session(
    desk: Desk,
    Extension(who): Extension<SignedIn>,
    Id(id): Id<SessionId>,
) -> Result<Response, Problem> {
    security::end_session(desk.engine(), &who, id).await?;
    Ok(see("/account", "session-ended"))
}

/// `POST /account/sessions/end`: and the API tokens, if that was ticked; as for revoking one, whoever does it has
/// proved who they are.
pub async fn end_others(
    desk: Desk,
    Extension(who): Extension<SignedIn>,
    fields: Fields,
) -> Result<Response, Problem> {
    let ends_tokens = fields.get("tokens") == "yes";
    if ends_tokens && !desk.session.is_proved {
        return Ok(see(&format!("{}&again=1", session::then("/account/prove", "/account")), ""));
    }
    security::end_other_sessions(desk.engine(), &who, ends_tokens).await?;
    Ok(see("/account", if ends_tokens { "sessions-tokens-ended" } else { "session-ended" }))
}

/// The address as a picture. It is drawn here, so that the secret is told to nobody else.
fn picture(address: &str) -> String {
    let drawn = QrCode::new(address)
        .map(|code| code.render::<svg::Color<'_>>().min_dimensions(220, 220).quiet_zone(true).build());
    // Without the XML declaration, which has no place inside HTML.
    drawn
        .ok()
        .and_then(|svg| svg.find("<svg").and_then(|at| svg.get(at..)).map(str::to_owned))
        .unwrap_or_default()
}

pub fn factor_shown(new: &NewFactor) -> FactorShown {
    FactorShown {
        picture: picture(new.address.reveal()),
        secret: new.secret.reveal().clone(),
        recovery: new.recovery.iter().map(|code| code.reveal().clone()).collect(),
    }
}

/// `POST /account/two-factor`
pub async fn begin_factor(desk: Desk, Extension(who): Extension<SignedIn>) -> Result<Response, Problem> {
    let new = security::begin_factor(desk.engine(), &who).await?;
    let came = Came { factor: Some(factor_shown(&new)), is_pending: true, ..Came::default() };
    shown(&desk, &who, came).await
}

/// `POST /account/two-factor/confirm`
pub async fn confirm_factor(
    desk: Desk,
    Extension(who): Extension<SignedIn>,
    Extension(whence): Extension<Whence>,
    fields: Fields,
) -> Result<Response, Problem> {
    let came = security::confirm_factor(desk.engine(), &who, fields.get("code"), &whence).await;
    answer(desk, &who, "/account/two-factor/confirm", "factor-on", came).await
}

/// `POST /account/two-factor/off`
pub async fn remove_factor(
    desk: Desk,
    Extension(who): Extension<SignedIn>,
    Extension(whence): Extension<Whence>,
    fields: Fields,
) -> Result<Response, Problem> {
    let password = Personal::from(fields.raw("current"));
    let came = security::remove_factor(desk.engine(), &who, &password, fields.get("code"), &whence).await;
    answer(desk, &who, "/account/two-factor/off", "factor-off", came).await
}
