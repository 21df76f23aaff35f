//! The pages about a bot with samples: empty, filled, and with each mistake that can be made.

use super::pane::{Talk, TryPage, Turn};
use super::questions::{AskForm, AsksPage, delete_question as delete_ask, rules_that_ask};
use super::rules::{RuleForm, RulesPage, delete_question as delete_rule};
use super::speech::{Fallback, Greeting, Menu, Opening};
use super::wrong::wrong;
use super::{About, BotPage, Draw, Note, Part, PartPage, Shown, Wording, failure};
use crate::console::fields::Fields;
use crate::console::samples::{AT, NAME, Rendered, put};
use crate::console::{Section, Shell};
use engine::views::bot::{
    BecauseView, BotView, MessageView, PublishState, Published, REASONS, TryView, WordingView,
};
use model::bot::permission::Use;
use model::bot::profile::profile;
use model::bot::question::{FieldKind, QuestionForm, QuestionSpeech};
use model::bot::rule::{Answer, Rule, Then, When};
use model::bot::settings::{Bot, BotSettings, IceBreaker, MenuEntry, Speech};
use model::brand::Brand;
use model::id::PageId;
use model::outgoing::{Button, QuickReply};

const PAGE: PageId = PageId([1; 16]);

fn answer() -> Answer {
    Answer {
        text: NAME.to_owned(),
        buttons: vec![
            Button::Url { title: NAME.to_owned(), url: "https://shop.example/a".to_owned() },
            Button::Postback { title: "Hours".to_owned(), payload: "HOURS".to_owned() },
        ],
        quick_replies: vec![QuickReply { title: "Hours?".to_owned(), payload: "Hours?".to_owned() }],
    }
}

/// Settings with everything in them.
pub fn settings() -> BotSettings {
    let speech = || Speech {
        greeting: Some(NAME.to_owned()),
        welcome: Some(NAME.to_owned()),
        question: Some("May we?".to_owned()),
        yes: Some("Do".to_owned()),
        no: Some("Do not".to_owned()),
        default_answer: Some(answer()),
        menu: vec![
            MenuEntry::Url { title: NAME.to_owned(), url: "https://shop.example/".to_owned() },
            MenuEntry::Postback { title: "Hours".to_owned(), payload: "HOURS".to_owned() },
        ],
        ice_breakers: vec![IceBreaker { question: NAME.to_owned(), payload: "HOURS".to_owned() }],
    };
    let rule =
        |name: &str, when: When, then: Then| Rule { name: name.to_owned(), language: None, when, then };
    let said = || Then::Answer { answer: answer() };
    let words = || vec!["one".to_owned(), "two <b>".to_owned()];
    let asked = |choices: Vec<String>| QuestionSpeech {
        text: NAME.to_owned(),
        purpose: format!("For {NAME}."),
        choices,
        thanks: Some("Thanks".to_owned()),
    };
    let mut in_arabic = rule("tapped", When::Tap { payload: "HOURS".to_owned() }, said());
    in_arabic.language = Some("ar".to_owned());
    BotSettings {
        is_on: true,
        speech: [("en".to_owned(), speech()), ("ar".to_owned(), speech())].into(),
        rules: vec![
            rule("words", When::Contains { words: words() }, said()),
            rule("whole", When::Exact { words: words() }, said()),
            rule("pattern", When::Pattern { pattern: "a+<b>".to_owned() }, said()),
            in_arabic,
            rule(
                "asks",
                When::Exact { words: vec!["call".to_owned()] },
                Then::Ask { question: "phone".to_owned() },
            ),
        ],
        questions: vec![
            QuestionForm {
                name: "phone".to_owned(),
                kind: FieldKind::Phone,
                uses: vec![Use::Store, Use::Show, Use::Message],
                speech: [("en".to_owned(), asked(Vec::new())), ("ar".to_owned(), asked(Vec::new()))].into(),
            },
            QuestionForm {
                name: "colour".to_owned(),
                kind: FieldKind::Choice,
                uses: vec![Use::Store],
                speech: [("ar".to_owned(), asked(vec!["Red".to_owned(), "Blue".to_owned()]))].into(),
            },
        ],
    }
}

pub fn view(settings: BotSettings, published: Published) -> BotView {
    let version = i64::from(settings != BotSettings::default());
    BotView { page: PAGE, version, changed_at: (version > 0).then_some(AT), settings, published }
}

const fn published(state: PublishState, failure: Option<String>) -> Published {
    let again_at = if failure.is_some() { Some(AT) } else { None };
    Published { state, at: Some(AT), failure, again_at }
}

/// A part's form as it is kept, new, and typed anew.
fn about_part<'a, P: Part>(
    all: &mut Rendered,
    shell: &impl Fn(Section) -> Shell<'a>,
    about: &About<'_>,
    places: &[Option<usize>],
) {
    for at in places {
        let draw = Draw { about: *about, id: PAGE, version: 3, at: *at };
        let part = P::of(about, *at).expect("a part");
        let page = PartPage::new(shell(Section::Pages), &draw, &part);
        put(all, format!("bot, {} {at:?}", P::NAME), &page);
        let mut stale = PartPage::new(shell(Section::Pages), &draw, &part);
        let link = Some(("/app".to_owned(), about.say("bot-look")));
        stale.notes.push(Note { kind: "warn", text: about.say("bot-stale"), link });
        stale.wordings = vec![
            Wording::new(stale.frame.reader(), &wording(true, true)),
            Wording::new(stale.frame.reader(), &wording(true, false)),
            Wording::new(stale.frame.reader(), &wording(false, true)),
        ];
        put(all, format!("bot, {} stale", P::NAME), &stale);
    }
}

fn wording(in_force: bool, is_own: bool) -> WordingView {
    WordingView {
        name: "00aa11bb22cc33dd44ee55ff".to_owned(),
        language: "en".to_owned(),
        text: NAME.to_owned(),
        yes: "Do".to_owned(),
        no: "Do not".to_owned(),
        in_force,
        is_own,
        since: is_own.then_some(AT),
    }
}

/// A form that was typed with a mistake.
fn about_mistake<'a, P: Part>(
    all: &mut Rendered,
    shell: &impl Fn(Section) -> Shell<'a>,
    about: &About<'_>,
    typed: &[(&str, &str)],
) {
    let part = P::read(about, &Fields::new(typed));
    let mut tried = about.settings.clone();
    part.apply(&mut tried);
    let error = Bot::new(tried.clone().tidied(), about.brand).expect_err("a mistake");
    let wrong = wrong(about.language, &error, about.first_language());
    let draw = Draw { about: *about, id: PAGE, version: 3, at: None };
    let mut page = PartPage::new(shell(Section::Pages), &draw, &part);
    page.refuse(&draw, &part, &tried, &wrong);
    put(all, format!("bot, {} wrong {}", P::NAME, error), &page);
}

pub fn about_bot<'a>(all: &mut Rendered, shell: &impl Fn(Section) -> Shell<'a>, brand: &Brand) {
    let frame = || shell(Section::Pages);
    let language = frame().language;
    let (none, full) = (BotSettings::default(), settings());
    let about = |settings| About { language, brand, page_name: NAME, settings };
    for state in [PublishState::Never, PublishState::Waiting, PublishState::Done, PublishState::Failed] {
        for kept in [&none, &full] {
            let is_bad = state == PublishState::Failed || *kept == none;
            let bot = view(kept.clone(), published(state, is_bad.then(|| "100/33".to_owned())));
            put(all, format!("bot, {state:?}"), &BotPage::new(frame(), &about(kept), &bot));
        }
    }
    for code in [
        "unreachable",
        "http_500",
        "unreadable",
        "100",
        "190",
        "613",
        "200",
        "10/2018278",
        "1",
        "page_restricted",
    ] {
        let mut page =
            BotPage::new(frame(), &about(&none), &view(none.clone(), published(PublishState::Never, None)));
        page.published = Shown { failure: Some(failure(language, code)), ..page.published };
        page.is_on = code == "1";
        put(all, format!("bot, failed {code}"), &page);
    }
    for kept in [&none, &full] {
        about_part::<Greeting>(all, shell, &about(kept), &[None]);
        about_part::<Opening>(all, shell, &about(kept), &[None]);
        about_part::<Menu>(all, shell, &about(kept), &[None]);
        about_part::<Fallback>(all, shell, &about(kept), &[None]);
        about_part::<RuleForm>(all, shell, &about(kept), &[None]);
        about_part::<AskForm>(all, shell, &about(kept), &[None]);
        let bot = view(kept.clone(), published(PublishState::Done, None));
        put(all, "bot, rules", &RulesPage::new(frame(), &about(kept), &bot));
        put(all, "bot, asks", &AsksPage::new(frame(), &about(kept), &bot));
    }
    about_part::<RuleForm>(all, shell, &about(&full), &[Some(0), Some(1), Some(2), Some(3), Some(4)]);
    about_part::<AskForm>(all, shell, &about(&full), &[Some(0), Some(1)]);
    for mistake in super::tests::MISTAKES {
        let about = about(&full);
        let (part, typed, _) = mistake;
        match *part {
            "greeting" => about_mistake::<Greeting>(all, shell, &about, typed),
            "opening" => about_mistake::<Opening>(all, shell, &about, typed),
            "menu" => about_mistake::<Menu>(all, shell, &about, typed),
            "fallback" => about_mistake::<Fallback>(all, shell, &about, typed),
            "rule" => about_mistake::<RuleForm>(all, shell, &about, typed),
            _ => about_mistake::<AskForm>(all, shell, &about, typed),
        }
    }
    put(all, "delete rule?", &delete_rule(frame(), PAGE, &full.rules[0]));
    for name in ["phone", "colour"] {
        put(all, format!("delete {name}?"), &delete_ask(frame(), PAGE, name, &rules_that_ask(&full, name)));
    }
    about_pane(all, shell, &about(&full));
}

fn about_pane<'a>(all: &mut Rendered, shell: &impl Fn(Section) -> Shell<'a>, about: &About<'_>) {
    let bot = Bot::new(about.settings.clone(), about.brand).expect("a bot");
    let shown = profile(about.brand, NAME, Some(&bot));
    let said = answer();
    let tried = |code: &'static str| TryView {
        messages: vec![MessageView {
            text: said.text.clone(),
            buttons: said.buttons.clone(),
            quick_replies: said.quick_replies.clone(),
        }],
        because: BecauseView { code, name: Some(NAME.to_owned()) },
        evidence: match code {
            "opening" => Some("informed"),
            "said_yes" => Some("confirmed"),
            "default" => Some("started"),
            _ => None,
        },
        withdraws: code == "withdrawn",
        keeps_for: (code == "answered").then(|| NAME.to_owned()),
        language: None,
        was_asked: true,
        pending: (code == "unfit").then(|| "phone".to_owned()),
    };
    let mut views: Vec<TryView> = REASONS.iter().map(|code| tried(code)).collect();
    views.iter_mut().filter(|view| view.because.code == "off").for_each(|view| view.messages.clear());
    let turn =
        |kind: &str| Turn { kind: kind.to_owned(), text: NAME.to_owned(), payload: "HOURS".to_owned() };
    let turns = ["start", "text", "tap"].into_iter().cycle().take(views.len()).map(turn).collect();
    for (name, talk) in [
        ("empty", Talk::default()),
        ("long", Talk { is_known: true, spoken: "ar".to_owned(), turns }),
        ("full", Talk { turns: (0..super::pane::TURNS).map(|_| turn("text")).collect(), ..Talk::default() }),
    ] {
        let page = TryPage::new(shell(Section::Pages), PAGE, about, &talk, &views, &shown);
        put(all, format!("bot, try, {name}"), &page);
    }
}
