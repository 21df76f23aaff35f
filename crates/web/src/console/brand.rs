//! `/admin/brand`: the brand's name, logo, colours, languages, controller, and what its bot says, as its admin
//! sets them over the brand's file.
//!
//! Invariants: a part that is set says so and can be given back to the file, after a question; what is refused
//! is shown again as it was typed, with the reason beside its field; hosts and public address are shown and
//! cannot be set here, since they are the operator's.

use super::fields::Fields;
use super::upload::Upload;
use super::{ConfirmPage, Desk, Section, Shell, see, words};
use crate::account::form::{Field, Form};
use crate::door::Named;
use crate::language::Language;
use crate::page;
use crate::problem::Problem;
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use engine::actions::brand as actions;
use engine::{BrandContext, EngineError};
use fluent_bundle::FluentArgs;
use model::brand::colour::{LEAST_CONTRAST, Legibility, ratio};
use model::brand::logo::{Format, LIMIT, LogoFault, SIDES};
use model::brand::overlay::{Overlay, Part, Set};
use model::brand::{Brand, BrandError, Colours, Controller, Fault, LANGUAGES, Texts};

const PATH: &str = "/admin/brand";
/// Their boxes' names, since a form's are fixed.
const SPOKEN: [(&str, &str); 2] = [("en", "speaks-en"), ("ar", "speaks-ar")];

/// A part that can be set, as a form.
pub struct Card {
    pub form: Form,
    /// Set here, and not as in the file.
    pub is_set: bool,
    /// Names it in the address that gives it back.
    pub code: &'static str,
}

/// How two colours look together, and whether they can be read.
#[derive(Debug, Clone)]
pub struct Pair {
    primary: String,
    on_primary: String,
    found: Option<Legibility>,
}

impl Pair {
    pub fn of(colours: &Colours) -> Self {
        let found = Legibility::of(colours);
        Self { primary: colours.primary.clone(), on_primary: colours.on_primary.clone(), found }
    }

    /// Whether both are colours, so that they may stand in a picture.
    const fn is_drawn(&self) -> bool {
        self.found.is_some()
    }

    /// Text, ratio, and whether it is enough: of buttons, and of links.
    fn lines(&self, language: &Language) -> Vec<(String, &'static str)> {
        let Some(found) = self.found else {
            return vec![(language.say("brand-wrong-colour"), "bad")];
        };
        [("brand-contrast-buttons", found.on_primary), ("brand-contrast-links", found.as_text)]
            .map(|(id, hundredths)| {
                let kind = if hundredths >= LEAST_CONTRAST { "good" } else { "bad" };
                (language.say_with(id, "ratio", &ratio(hundredths)), kind)
            })
            .into()
    }
}

/// The part of the page that follows the colours while somebody chooses.
#[derive(Template)]
#[template(path = "console/pair.html")]
pub struct PairPart<'a> {
    pub frame: Shell<'a>,
    pub pair: Pair,
}

/// What the bot says in one language, on the overview.
pub struct Spoken {
    pub code: &'static str,
    pub name: String,
    pub is_set: bool,
    /// Whether there are any texts.
    pub is_there: bool,
}

#[derive(Template)]
#[template(path = "console/brand.html")]
pub struct BrandPage<'a> {
    pub frame: Shell<'a>,
    pub name: Card,
    pub colours: Card,
    pub languages: Card,
    pub controller: Card,
    pub pair: Pair,
    pub texts: Vec<Spoken>,
    pub hosts: String,
    pub address: String,
    pub slug: String,
    /// What the file field takes.
    pub takes: String,
    pub logo_why: String,
    pub logo_wrong: Option<String>,
}

fn field(language: Language, form: &'static str, name: &'static str, kind: &'static str) -> Field {
    Field {
        name,
        within: form,
        kind,
        label: language.say(&format!("{form}-{name}")),
        why: language.find(&format!("{form}-{name}-why"), None).unwrap_or_default(),
        autocomplete: "off",
        required: true,
        ..Field::default()
    }
}

fn card(language: Language, overlay: &Overlay, part: &Part, code: &'static str, id: &'static str) -> Card {
    let mut form = Form::new(language, id);
    form.action = format!("{PATH}/{code}");
    form.button = language.say("brand-save");
    Card { form, is_set: overlay.has(part), code }
}

fn languages(language: Language, brand: &Brand) -> Vec<Field> {
    let form = "brand-languages";
    let spoken = |code: &str| Language::from_tag(code).map(|l| l.say("language-name")).unwrap_or_default();
    let boxes = SPOKEN.iter().map(|(code, name)| {
        let is_on = brand.languages.iter().any(|own| own == code);
        let field = Field { label: spoken(code), ..field(language, form, name, "checkbox") };
        field.optional().value(if is_on { "yes" } else { "" })
    });
    let options = LANGUAGES.iter().map(|code| ((*code).to_owned(), spoken(code))).collect();
    let first = brand.languages.first().cloned().unwrap_or_default();
    let first = field(language, form, "first", "select").options(options).value(first);
    boxes.chain(std::iter::once(first)).collect()
}

impl<'a> BrandPage<'a> {
    pub fn new(frame: Shell<'a>, ctx: &BrandContext) -> Self {
        Self::of(frame, &ctx.brand, &ctx.overlay)
    }

    pub fn of(frame: Shell<'a>, brand: &Brand, overlay: &Overlay) -> Self {
        let language = frame.language;
        let card = |part, code, id| card(language, overlay, &part, code, id);
        let mut name = card(Part::Name, "name", "brand-name");
        name.form.fields = vec![field(language, "brand-name", "name", "text").value(&*brand.name)];
        let mut colours = card(Part::Colours, "colours", "brand-colours");
        colours.form.fields = vec![
            field(language, "brand-colours", "primary", "color").value(&*brand.colours.primary),
            field(language, "brand-colours", "on_primary", "color").value(&*brand.colours.on_primary),
        ];
        let mut spoken = card(Part::Languages, "languages", "brand-languages");
        spoken.form.fields = languages(language, brand);
        let mut controller = card(Part::Controller, "controller", "brand-controller");
        let of = |name, kind, value: &str| field(language, "brand-controller", name, kind).value(value);
        controller.form.fields = vec![
            of("name", "text", &brand.controller.name),
            of("address", "text", &brand.controller.address),
            of("country", "text", &brand.controller.country),
            of("contact", "email", &brand.controller.contact),
        ];
        let texts = Language::ALL.map(|one| Spoken {
            code: one.code(),
            name: one.say("language-name"),
            is_set: overlay.texts.contains_key(one.code()),
            is_there: brand.texts.contains_key(one.code()),
        });
        Self {
            name,
            colours,
            languages: spoken,
            controller,
            pair: Pair::of(&brand.colours),
            texts: texts.into(),
            hosts: brand.hosts.join(", "),
            address: brand.public_url.clone(),
            slug: brand.slug.clone(),
            takes: Format::ALL.map(Format::media_type).join(","),
            logo_why: logo_text(language, "brand-logo-why"),
            logo_wrong: None,
            frame,
        }
    }

    /// With what was typed into one of the forms, and what was wrong with it.
    #[must_use]
    pub fn wrong(mut self, code: &str, typed: &Fields, error: &BrandError) -> Self {
        let language = self.frame.language;
        let cards = [&mut self.name, &mut self.colours, &mut self.languages, &mut self.controller];
        let Some(card) = cards.into_iter().find(|card| card.code == code) else { return self };
        for field in &mut card.form.fields {
            typed.get(field.name).clone_into(&mut field.value);
        }
        if code == "colours" {
            self.pair = Pair::of(&colours_of(typed));
        }
        let sentence = sentence(language, error);
        let named = error.key.rsplit('.').next().unwrap_or_default();
        let is_alone = card.form.fields.len() == 1;
        match card.form.fields.iter_mut().find(|field| is_alone || field.name == named) {
            Some(field) => field.wrong = Some(sentence),
            None => card.form.note = Some(("bad", sentence)),
        }
        self
    }
}

/// Where what was refused stands, and what it is called there.
pub type Refused = Option<(String, String)>;

/// The first field with a mistake.
fn mistaken<'f>(mut fields: impl Iterator<Item = &'f Field>) -> Refused {
    fields.find(|field| field.wrong.is_some()).map(|field| (field.id(), field.label.clone()))
}

impl BrandPage<'_> {
    fn refused(&self) -> Refused {
        let cards = [&self.name, &self.colours, &self.languages, &self.controller];
        let whole = || {
            let form = cards.iter().map(|card| &card.form).find(|form| form.note.is_some())?;
            Some((form.id.to_owned(), form.title.clone()))
        };
        let logo = || self.logo_wrong.as_ref().map(|_| ("logo".to_owned(), self.frame.say("brand-logo")));
        mistaken(cards.iter().flat_map(|card| &card.form.fields)).or_else(whole).or_else(logo)
    }
}

impl TextsPage<'_> {
    fn refused(&self) -> Refused {
        mistaken(self.groups.iter().flat_map(|group| &group.fields))
    }
}

/// Words about a logo's limits.
fn logo_text(language: Language, id: &str) -> String {
    let mut args = FluentArgs::new();
    args.set("kib", (LIMIT / 1024).to_string());
    args.set("least", SIDES.start().to_string());
    args.set("most", SIDES.end().to_string());
    language.tell(id, Some(&args))
}

fn logo_sentence(language: Language, fault: LogoFault) -> String {
    logo_text(
        language,
        match fault {
            LogoFault::Empty => "brand-logo-wrong-empty",
            LogoFault::TooLarge => "brand-logo-wrong-large",
            LogoFault::Unknown => "brand-logo-wrong-kind",
            LogoFault::Damaged => "brand-logo-wrong-damaged",
            LogoFault::Sides => "brand-logo-wrong-sides",
            LogoFault::Moves => "brand-logo-wrong-moves",
        },
    )
}

/// What does not fit, in words.
pub fn sentence(language: Language, error: &BrandError) -> String {
    match &error.fault {
        Fault::Length { limit, .. } => {
            words::count(language, "brand-wrong-length", u64::try_from(*limit).unwrap_or(u64::MAX))
        }
        Fault::Placeholder { name, takes_names } => {
            let id = if *takes_names { "brand-wrong-placeholder" } else { "brand-wrong-no-placeholder" };
            language.say_with(id, "name", &format!("{{{name}}}"))
        }
        Fault::Control => language.say("brand-wrong-control"),
        Fault::NotAStopWord => language.say("brand-wrong-stop-word"),
        Fault::SameAsYes => language.say("brand-wrong-same"),
        Fault::NotInNotice => language.say("brand-wrong-notice"),
        Fault::NotAnAddress => language.say("brand-wrong-address"),
        Fault::NotAColour(_) => language.say("brand-wrong-colour"),
        Fault::Faint(found) => {
            let mut args = FluentArgs::new();
            args.set("buttons", ratio(found.on_primary));
            args.set("links", ratio(found.as_text));
            let id = if found.on_primary < LEAST_CONTRAST {
                "brand-wrong-faint"
            } else {
                "brand-wrong-faint-links"
            };
            language.tell(id, Some(&args))
        }
        Fault::Other(_) if error.key == "languages" => language.say("brand-wrong-languages"),
        Fault::Other(_) if error.key.starts_with("texts.") => language.say("brand-wrong-texts"),
        Fault::Other(_) => language.say("brand-wrong-empty"),
    }
}

fn colours_of(fields: &Fields) -> Colours {
    let colour = |name: &str| fields.get(name).to_ascii_lowercase();
    Colours { primary: colour("primary"), on_primary: colour("on_primary") }
}

/// The ticked ones, with the first in front.
fn languages_of(fields: &Fields) -> Vec<String> {
    let first = fields.get("first");
    let ticked = SPOKEN.iter().filter(|(_, name)| !fields.get(name).is_empty()).map(|(code, _)| *code);
    let (mut languages, others): (Vec<&str>, Vec<&str>) = ticked.partition(|code| *code == first);
    languages.extend(others);
    languages.into_iter().map(str::to_owned).collect()
}

async fn set(desk: Desk, code: &'static str, wanted: Set, fields: &Fields) -> Result<Response, Problem> {
    match actions::set(desk.engine(), &desk.actor, wanted).await {
        Ok(()) => Ok(see(PATH, "brand-saved")),
        Err(EngineError::Brand(error)) => {
            let page = BrandPage::new(desk.shell(Section::Brand)?, &desk.visit.brand);
            Ok(refused(&page.wrong(code, fields, &error)))
        }
        Err(error) => Err(error.into()),
    }
}

fn refused(page: &impl Template) -> Response {
    page::html_with(StatusCode::UNPROCESSABLE_ENTITY, page)
}

/// `GET /admin/brand`
pub async fn show(desk: Desk) -> Result<Response, Problem> {
    Ok(page::html(&BrandPage::new(desk.shell(Section::Brand)?, &desk.visit.brand)))
}

/// `POST /admin/brand/name`
pub async fn set_name(desk: Desk, fields: Fields) -> Result<Response, Problem> {
    let name = fields.get("name").to_owned();
    set(desk, "name", Set::Name(name), &fields).await
}

/// `POST /admin/brand/colours`
pub async fn set_colours(desk: Desk, fields: Fields) -> Result<Response, Problem> {
    set(desk, "colours", Set::Colours(colours_of(&fields)), &fields).await
}

/// `POST /admin/brand/pair`: how the colours that are being chosen look together. Changes nothing.
pub async fn try_colours(desk: Desk, fields: Fields) -> Result<Response, Problem> {
    Ok(page::html(&PairPart { pair: Pair::of(&colours_of(&fields)), frame: desk.shell(Section::Brand)? }))
}

/// `POST /admin/brand/languages`
pub async fn set_languages(desk: Desk, fields: Fields) -> Result<Response, Problem> {
    set(desk, "languages", Set::Languages(languages_of(&fields)), &fields).await
}

/// `POST /admin/brand/controller`
pub async fn set_controller(desk: Desk, fields: Fields) -> Result<Response, Problem> {
    let text = |name: &str| fields.get(name).to_owned();
    let (name, address) = (text("name"), text("address"));
    let controller = Controller { name, address, country: text("country"), contact: text("contact") };
    set(desk, "controller", Set::Controller(controller), &fields).await
}

/// `POST /admin/brand/logo`
pub async fn set_logo(desk: Desk, upload: Upload) -> Result<Response, Problem> {
    match actions::set_logo(desk.engine(), &desk.actor, Some(&upload.file)).await {
        Ok(()) => Ok(see(PATH, "logo-saved")),
        Err(EngineError::Logo(fault)) => {
            let mut page = BrandPage::new(desk.shell(Section::Brand)?, &desk.visit.brand);
            page.logo_wrong = Some(logo_sentence(desk.language(), fault));
            Ok(refused(&page))
        }
        Err(error) => Err(error.into()),
    }
}

/// What can be given back.
enum Back {
    Part(Part),
    Logo,
}

impl Back {
    /// By its name in the address, if it is set.
    fn find(code: &str, ctx: &BrandContext) -> Option<Self> {
        let part = match code {
            "logo" => return ctx.logo.is_some().then_some(Self::Logo),
            "name" => Part::Name,
            "colours" => Part::Colours,
            "languages" => Part::Languages,
            "controller" => Part::Controller,
            code => Part::Texts(code.strip_prefix("texts-")?.to_owned()),
        };
        ctx.overlay.has(&part).then_some(Self::Part(part))
    }
}

/// What the file says of a part, to be read before it is given back.
fn in_the_file(language: Language, file: &Brand, part: &Part) -> Vec<String> {
    let says = |value: &str| language.say_with("brand-back-file", "value", value);
    match part {
        Part::Name => vec![says(&file.name)],
        Part::Colours => vec![says(&format!("{} · {}", file.colours.primary, file.colours.on_primary))],
        Part::Languages => {
            let names = file.languages.iter().filter_map(|code| Language::from_tag(code));
            vec![says(&names.map(|one| one.say("language-name")).collect::<Vec<_>>().join(" · "))]
        }
        Part::Controller => {
            vec![says(&file.controller.lines().map(|(_, line)| line.to_owned()).join(" · "))]
        }
        Part::Texts(code) if file.texts.contains_key(code) => {
            vec![language.say("brand-back-texts"), language.say("brand-texts-wording")]
        }
        Part::Texts(_) => vec![language.say("brand-back-texts-none")],
    }
}

fn back_question<'a>(frame: Shell<'a>, file: &Brand, back: &Back) -> ConfirmPage<'a> {
    let language = frame.language;
    let (title, sentences, button) = match back {
        Back::Logo => {
            ("brand-back-logo", vec![language.say("brand-back-logo-what")], "brand-back-logo-button")
        }
        Back::Part(part) => ("brand-back-title", in_the_file(language, file, part), "brand-back-button"),
    };
    ConfirmPage {
        title: language.say(title),
        back: (PATH.to_owned(), language.say("console-nav-brand")),
        sentences,
        button: language.say(button),
        is_dangerous: false,
        frame,
    }
}

/// The question as it is asked about a part of the brand; for the pages' samples.
#[cfg(test)]
pub fn back_sample<'a>(frame: Shell<'a>, file: &Brand, part: Option<Part>) -> ConfirmPage<'a> {
    back_question(frame, file, &part.map_or(Back::Logo, Back::Part))
}

/// `GET /admin/brand/back/{part}`: asks.
pub async fn ask_back(desk: Desk, Named(code): Named) -> Result<Response, Problem> {
    let ctx = &desk.visit.brand;
    let back = Back::find(&code, ctx).ok_or_else(Problem::no_such_route)?;
    Ok(page::html(&back_question(desk.shell(Section::Brand)?, &ctx.file, &back)))
}

/// `POST /admin/brand/back/{part}`
pub async fn give_back(desk: Desk, Named(code): Named) -> Result<Response, Problem> {
    let given = match Back::find(&code, &desk.visit.brand).ok_or_else(Problem::no_such_route)? {
        Back::Logo => {
            actions::set_logo(desk.engine(), &desk.actor, None).await?;
            return Ok(see(PATH, "logo-gone"));
        }
        Back::Part(part) => actions::give_back(desk.engine(), &desk.actor, part).await,
    };
    match given {
        Ok(()) => Ok(see(PATH, "brand-back")),
        // The file has no texts for a language that is offered, say.
        Err(EngineError::Brand(error)) => {
            let mut page = BrandPage::new(desk.shell(Section::Brand)?, &desk.visit.brand);
            page.languages.form.note = Some(("bad", sentence(desk.language(), &error)));
            Ok(refused(&page))
        }
        Err(error) => Err(error.into()),
    }
}

/// One heading of the texts' page with its fields.
pub struct Group {
    pub title: String,
    pub lead: String,
    pub fields: Vec<Field>,
}

#[derive(Template)]
#[template(path = "console/brand_texts.html")]
pub struct TextsPage<'a> {
    pub frame: Shell<'a>,
    pub title: String,
    pub code: &'static str,
    pub is_set: bool,
    pub groups: Vec<Group>,
}

/// The fields in their groups: name, lines (0: one line on a button).
const GROUPS: [(&str, &[(&str, u8)]); 4] = [
    ("ask", &[("greeting", 2), ("welcome", 6), ("question", 3), ("yes", 0), ("no", 0)]),
    ("after", &[("thanks", 3), ("declined", 3), ("stopped", 3)]),
    ("else", &[("default_answer", 4), ("my_data", 9)]),
    ("way-out", &[("unsubscribe_button", 0), ("unsubscribe_sentence", 0)]),
];

fn text_of<'t>(texts: &'t Texts, name: &str) -> &'t str {
    match name {
        "greeting" => &texts.greeting,
        "welcome" => &texts.welcome,
        "question" => &texts.question,
        "yes" => &texts.yes,
        "no" => &texts.no,
        "thanks" => &texts.thanks,
        "declined" => &texts.declined,
        "default_answer" => &texts.default_answer,
        "stopped" => &texts.stopped,
        "my_data" => &texts.my_data,
        "unsubscribe_button" => &texts.unsubscribe_button,
        _ => &texts.unsubscribe_sentence,
    }
}

fn texts_of(fields: &Fields) -> Texts {
    let text = |name: &str| fields.get(name).to_owned();
    Texts {
        greeting: text("greeting"),
        welcome: text("welcome"),
        question: text("question"),
        yes: text("yes"),
        no: text("no"),
        thanks: text("thanks"),
        declined: text("declined"),
        default_answer: text("default_answer"),
        stopped: text("stopped"),
        my_data: text("my_data"),
        unsubscribe_button: text("unsubscribe_button"),
        unsubscribe_sentence: text("unsubscribe_sentence"),
    }
}

impl<'a> TextsPage<'a> {
    /// `texts`: `None` while there are none in this language.
    pub fn new(frame: Shell<'a>, spoken: Language, texts: Option<&Texts>, is_set: bool) -> Self {
        let language = frame.language;
        let groups = GROUPS.map(|(group, fields)| Group {
            title: language.say(&format!("brand-texts-{group}")),
            lead: language.find(&format!("brand-texts-{group}-lead"), None).unwrap_or_default(),
            fields: fields
                .iter()
                .map(|(name, lines)| Field {
                    rows: *lines,
                    dir: spoken.direction(),
                    ..field(language, "text", name, if *lines == 0 { "text" } else { "textarea" })
                        .value(texts.map_or("", |texts| text_of(texts, name)).trim_end())
                })
                .collect(),
        });
        Self {
            title: language.say_with("brand-texts-title", "language", &spoken.say("language-name")),
            code: spoken.code(),
            is_set,
            groups: groups.into(),
            frame,
        }
    }

    #[must_use]
    pub fn wrong(mut self, error: &BrandError) -> Self {
        let said = sentence(self.frame.language, error);
        let named = error.key.rsplit('.').next().unwrap_or_default();
        let fields = self.groups.iter_mut().flat_map(|group| &mut group.fields);
        if let Some(field) = fields.into_iter().find(|field| field.name == named) {
            field.wrong = Some(said);
        }
        self
    }
}

fn spoken_of(code: &str) -> Result<Language, Problem> {
    Language::ALL.into_iter().find(|language| language.code() == code).ok_or_else(Problem::no_such_route)
}

/// `GET /admin/brand/texts/{language}`
pub async fn show_texts(desk: Desk, Named(code): Named) -> Result<Response, Problem> {
    let (spoken, ctx) = (spoken_of(&code)?, &desk.visit.brand);
    let (texts, is_set) = (ctx.brand.texts.get(&code), ctx.overlay.texts.contains_key(&code));
    Ok(page::html(&TextsPage::new(desk.shell(Section::Brand)?, spoken, texts, is_set)))
}

/// `POST /admin/brand/texts/{language}`
pub async fn set_texts(desk: Desk, Named(code): Named, fields: Fields) -> Result<Response, Problem> {
    let spoken = spoken_of(&code)?;
    let mut texts = texts_of(&fields);
    // A file's last line end is nothing that anybody set.
    if let Some(file) = desk.visit.brand.file.texts.get(&code) {
        let is_same = GROUPS
            .iter()
            .flat_map(|(_, fields)| *fields)
            .all(|(name, _)| text_of(file, name).trim() == text_of(&texts, name));
        if is_same {
            texts = file.clone();
        }
    }
    let wanted = Set::Texts(code.clone(), Box::new(texts.clone()));
    match actions::set(desk.engine(), &desk.actor, wanted).await {
        Ok(()) => Ok(see(PATH, "brand-saved")),
        Err(EngineError::Brand(error)) => {
            let is_set = desk.visit.brand.overlay.texts.contains_key(&code);
            let page = TextsPage::new(desk.shell(Section::Brand)?, spoken, Some(&texts), is_set);
            Ok(refused(&page.wrong(&error)))
        }
        Err(error) => Err(error.into()),
    }
}
