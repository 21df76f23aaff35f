//! What the bot does, whatever its settings.

use super::permission::Use;
use super::question::{FieldKind, QuestionForm, QuestionSpeech};
use super::rule::{Answer, Rule, When};
use super::settings::{BotSettings, MenuEntry, Speech};
use super::*;
use crate::inbound::Message;
use crate::outgoing::{Button, QUICK_REPLIES_LIMIT, TEXT_LIMIT, TITLE_LIMIT};
use proptest::prelude::*;
use serde_json::json;

fn tap(payload: Option<&str>, title: &str) -> Event {
    Event::Postback {
        mid: None,
        title: Some(Personal::from(title)),
        payload: payload.map(str::to_owned),
        referral: false,
    }
}

fn write(text: &str) -> Event {
    Event::Message(Message { text: Some(Personal::from(text)), ..Message::default() })
}

fn brand() -> Brand {
    let texts = |stop: &str| {
        json!({
            "greeting": "Hi", "welcome": "Brand's welcome.", "question": "Brand's question?", "yes": "Yes", "no": "No",
            "thanks": "Thanks.", "declined": "Fine.", "default_answer": "Brand's default.", "stopped": "Stopped.",
            "my_data": "Your data.", "unsubscribe_button": stop, "unsubscribe_sentence": "No more:",
        })
    };
    let brand: Brand = serde_json::from_value(json!({
        "slug": "bakery", "name": "Bakery", "hosts": ["bakery.example"], "public_url": "https://bakery.example",
        "languages": ["en", "ar"], "colours": { "primary": "#1f4e79", "on_primary": "#ffffff" },
        "controller": { "name": "A", "address": "B", "country": "IE", "contact": "a@b.example" },
        "texts": { "en": texts("Unsubscribe"), "ar": texts("إلغاء الاشتراك") },
    }))
    .unwrap();
    brand.check().unwrap();
    brand
}

fn answer(text: &str) -> Then {
    Then::Answer { answer: Answer { text: text.into(), ..Answer::default() } }
}

fn rule(name: &str, when: When, then: Then) -> Rule {
    Rule { name: name.into(), language: None, when, then }
}

fn contains(word: &str) -> When {
    When::Contains { words: vec![word.into()] }
}

fn question() -> QuestionForm {
    let speech = QuestionSpeech {
        text: "Your phone?".into(),
        purpose: "To call you about the cake.".into(),
        ..QuestionSpeech::default()
    };
    QuestionForm {
        name: "phone".into(),
        kind: FieldKind::Phone,
        uses: vec![Use::Store, Use::Show],
        speech: [("en".to_owned(), speech)].into(),
    }
}

fn settings(rules: Vec<Rule>) -> BotSettings {
    BotSettings { rules, questions: vec![question()], ..BotSettings::default() }
}

/// What the bot does about `event` of somebody who has been asked before.
fn reaction(settings: &BotSettings, event: Event, change: impl FnOnce(&mut Thread<'_>)) -> Reaction {
    let brand = brand();
    let bot = Bot::new(settings.clone(), &brand).unwrap();
    let wording = Wording {
        name: "w".into(),
        language: "en".into(),
        text: "Opening".into(),
        yes: "Yes".into(),
        no: "No".into(),
    };
    let wordings = [wording];
    let mut thread = Thread {
        brand: &brand,
        page_name: "Corner Shop",
        language: Some("en"),
        is_new: false,
        was_asked: true,
        greeted: true,
        wordings: &wordings,
        bot: Some(&bot),
        pending: None,
    };
    change(&mut thread);
    let inbound = Inbound {
        meta_page: "1".into(),
        array: Array::Messaging,
        psid: Some(Personal::from("5")),
        at: Timestamp::from_secs(1_000),
        stated_at: None,
        event,
        bytes: 0..0,
    };
    react(&inbound, thread)
}

fn said(reaction: &Reaction) -> &str {
    reaction.reply.as_ref().map_or("", |reply| reply.text.reveal())
}

#[test]
fn claim_b3_the_unsubscribe_button_withdraws_also_where_only_its_title_arrives() {
    let button = Some((Scope::All, Way::Button));
    assert_eq!(withdrawal(&tap(Some(UNSUBSCRIBE), "Leave the list")), button);
    assert_eq!(withdrawal(&tap(None, "Leave the list")), button);
    assert_eq!(withdrawal(&tap(None, "إيقاف العروض")), button);
    assert_eq!(withdrawal(&tap(None, "Opening hours")), None);
    assert_eq!(withdrawal(&tap(Some("hours"), "Stop offers")), None);
}

fn any_rule() -> impl Strategy<Value = Rule> {
    let when = prop_oneof![
        "[a-z]{1,8}( [a-z]{1,8})?".prop_map(|word| When::Exact { words: vec![word] }),
        "[a-z]{1,8}".prop_map(|word| contains(&word)),
        Just(When::Pattern { pattern: ".".into() }),
        Just(When::Pattern { pattern: "stop|data|توقف|بياناتي".into() }),
        Just(contains("please stop")),
        "[a-z]{1,8}".prop_map(|payload| When::Tap { payload }),
    ];
    let then = prop_oneof![Just(answer("A rule's answer.")), Just(Then::Ask { question: "phone".into() })];
    (when, then).prop_map(|(when, then)| rule("r", when, then))
}

proptest! {
    #[test]
    fn claim_b3_stop_and_my_data_win_over_every_rule_and_every_question(
        rules in proptest::collection::vec(any_rule(), 0..8), is_on: bool, is_new: bool, waiting: bool,
        word in proptest::sample::select(vec!["stop", "STOP!", "Unsubscribe me", "توقف", "إلغاء الاشتراك", "my data", "بياناتي"]),
    ) {
        let rules = rules.into_iter().enumerate().map(|(n, rule)| Rule { name: format!("r{n}"), ..rule }).collect();
        let settings = BotSettings { is_on, ..settings(rules) };
        prop_assume!(Bot::new(settings.clone(), &brand()).is_ok());
        let got = reaction(&settings, write(word), |thread| {
            thread.is_new = is_new;
            thread.pending = waiting.then_some(Pending { question: "phone", asked_at: Timestamp::from_secs(999) });
        });
        if words::recognise(word) == Some(Word::Stop) {
            prop_assert_eq!(&got.because, &Because::Withdrawn);
            prop_assert_eq!(got.withdrawal, Some((Scope::All, Way::Word)));
            prop_assert_eq!(said(&got), "Stopped.");
        } else {
            prop_assert_eq!(&got.because, &Because::MyData);
        }
        prop_assert_eq!(got.data, None);
    }

    #[test]
    fn the_first_rule_that_matches_answers(
        rules in proptest::collection::vec((proptest::sample::select(vec!["bread", "cake", "tea"]), any::<bool>()), 1..8),
        text in proptest::sample::select(vec!["bread and tea", "cake", "tea please", "coffee"]),
    ) {
        let made = rules.iter().enumerate().map(|(n, (word, arabic))| Rule {
            language: arabic.then(|| "ar".to_owned()),
            ..rule(&format!("r{n}"), contains(word), answer(&format!("answer {n}")))
        });
        let got = reaction(&settings(made.collect()), write(text), |_| {});
        let first = rules.iter().position(|(word, arabic)| !arabic && text.split(' ').any(|w| w == *word));
        match first {
            Some(n) => {
                prop_assert_eq!(&got.because, &Because::Rule(format!("r{n}")));
                prop_assert_eq!(said(&got), format!("answer {n}"));
            }
            None => prop_assert_eq!(&got.because, &Because::Default),
        }
    }

    #[test]
    fn settings_are_taken_or_refused_by_field_and_what_is_taken_fits_messenger(
        texts in proptest::collection::vec(".{0,700}", 5), title in ".{0,35}", payload in ".{0,30}", url in "(https://)?.{0,20}",
    ) {
        let buttons = vec![
            Button::Postback { title: title.clone(), payload: payload.clone() },
            Button::Url { title: format!("{title}2"), url: url.clone() },
        ];
        let replies = vec![QuickReply { title: title.clone(), payload: payload.clone() }];
        let speech = Speech {
            greeting: Some(texts[0].clone()), welcome: Some(texts[1].clone()), question: Some(texts[2].clone()),
            menu: vec![MenuEntry::Postback { title: title.clone(), payload: payload.clone() }],
            ..Speech::default()
        };
        let answer = Answer { text: texts[3].clone(), buttons, quick_replies: replies };
        let rules = vec![rule("r", contains(&texts[4]), Then::Answer { answer })];
        let settings = BotSettings { speech: [("en".to_owned(), speech)].into(), rules, ..BotSettings::default() };
        match Bot::new(settings, &brand()) {
            Err(error) => prop_assert!(error.field.starts_with("speech.en.") || error.field.starts_with("rules[0]."), "{}", error),
            Ok(bot) => {
                let Then::Answer { answer } = &bot.settings().rules[0].then else { unreachable!() };
                let message = answer.message(str::to_owned);
                prop_assert!(message.text.reveal().chars().count() <= 640);
                prop_assert!(message.buttons.iter().all(|b| b.title().chars().count() <= TITLE_LIMIT));
                let opening = bot.opening(&brand(), "en").unwrap();
                prop_assert!(opening.text.contains(fixed("en").automated) && opening.text.contains(fixed("en").ends));
                prop_assert!(opening.text.chars().count() <= TEXT_LIMIT);
                let profile = profile::profile(&brand(), "Corner Shop", Some(&bot));
                prop_assert!(profile.greetings[0].1.ends_with(fixed("en").greeting));
                prop_assert!(profile.greetings.iter().all(|(_, text)| text.chars().count() <= 160));
            }
        }
    }
}

#[test]
fn my_data_names_kept_answers_where_the_page_asks_for_data_and_fits_messenger() {
    let asked = reaction(&settings(Vec::new()), write("my data"), |_| {});
    assert_eq!(said(&asked), format!("Your data.\n\n{}", fixed("en").kept));
    let arabic = reaction(&settings(Vec::new()), write("بياناتي"), |_| {});
    assert!(said(&arabic).ends_with(fixed("ar").kept));
    let not = reaction(&BotSettings::default(), write("my data"), |_| {});
    assert_eq!(said(&not), "Your data.");
    // The brand's text takes three quarters at most; the names that are filled in need room as well.
    for language in ["en", "ar"] {
        assert!(fixed(language).kept.chars().count() <= TEXT_LIMIT / 10, "{language}");
    }
}

#[test]
fn claim_b3_every_menu_has_my_data_and_stop() {
    let entry = |n: usize| MenuEntry::Postback { title: format!("Entry {n}"), payload: "p".into() };
    let menu = (0..18).map(entry).collect();
    let speech = Speech { menu, ..Speech::default() };
    let mut settings = BotSettings { speech: [("en".to_owned(), speech)].into(), ..BotSettings::default() };
    for bot in [None, Some(Bot::new(settings.clone(), &brand()).unwrap())] {
        for (_, menu) in profile::profile(&brand(), "Shop", bot.as_ref()).menus {
            let has = |wanted: &str| {
                menu.iter().any(|e| matches!(e, MenuEntry::Postback { payload, .. } if payload == wanted))
            };
            assert!(has(UNSUBSCRIBE) && has(MY_DATA) && menu.len() <= 20);
        }
    }
    settings.speech.get_mut("en").unwrap().menu.push(entry(18));
    assert_eq!(Bot::new(settings, &brand()).unwrap_err().field, "speech.en.menu");
}

#[test]
fn whoever_is_new_is_told_that_it_is_automated_whatever_rule_answers() {
    let settings = settings(vec![rule("bread", contains("bread"), answer("We have rye."))]);
    let got =
        reaction(&settings, write("bread?"), |thread| (thread.is_new, thread.was_asked) = (true, false));
    assert_eq!(said(&got), format!("{}\n\nWe have rye.", fixed("en").automated));
    // And is asked for offers the next time.
    let got = reaction(&settings, write("thank you"), |thread| thread.was_asked = false);
    assert_eq!((got.because, got.asks), (Because::Opening, true));
}

#[test]
fn a_tap_finds_its_rule_and_a_bot_that_is_off_is_silent() {
    let rules = vec![rule("hours", When::Tap { payload: "HOURS".into() }, answer("9 to 5"))];
    let on = settings(rules);
    let tapped = || tap(Some("HOURS"), "Hours");
    assert_eq!(reaction(&on, tapped(), |_| {}).because, Because::Rule("hours".into()));
    let off = BotSettings { is_on: false, ..on };
    let silent = reaction(&off, tapped(), |_| {});
    assert_eq!((silent.because, silent.reply), (Because::Off, None));
}

#[test]
fn claim_a3_a_question_is_put_answered_skipped_and_forgotten_in_time() {
    let settings = settings(vec![rule("call", contains("call"), Then::Ask { question: "phone".into() })]);
    let asked = reaction(&settings, write("call me"), |_| {});
    assert_eq!(asked.data, Some(Data::Asked("phone".into())));
    assert!(said(&asked).contains("To call you about the cake."));
    let waiting = |asked_at: i64| {
        move |thread: &mut Thread<'_>| {
            thread.pending = Some(Pending { question: "phone", asked_at: Timestamp::from_secs(asked_at) });
        }
    };
    let given = reaction(&settings, write("0123 456789"), waiting(999));
    let Some(Data::Given(got)) = &given.data else { panic!("{given:?}") };
    assert_eq!(
        (got.value.reveal().as_str(), got.purpose.as_str()),
        ("0123456789", "To call you about the cake.")
    );
    assert_eq!(reaction(&settings, write("why?"), waiting(999)).because, Because::Unfit("phone".into()));
    assert_eq!(reaction(&settings, write("0123 456789"), waiting(-9_999)).because, Because::Default);
    let skip =
        Event::Message(Message { quick_reply: Some("entente:skip:phone".into()), ..Message::default() });
    assert_eq!(reaction(&settings, skip, waiting(999)).data, Some(Data::Skipped("phone".into())));
    assert!(asked.reply.unwrap().quick_replies.len() < QUICK_REPLIES_LIMIT);
}

#[test]
fn what_a_user_may_not_set_is_named_by_its_field() {
    let titled = |title: &str| {
        let buttons = vec![Button::Postback { title: title.into(), payload: "p".into() }];
        settings(vec![rule(
            "r",
            contains("x"),
            Then::Answer { answer: Answer { text: "t".into(), buttons, quick_replies: vec![] } },
        )])
    };
    let on = |change: fn(&mut BotSettings)| {
        let mut changed = settings(vec![rule("r", contains("x"), answer("t"))]);
        change(&mut changed);
        changed
    };
    for (settings, field) in [
        (titled("Stop offers"), "rules[0].then.answer.buttons[0].title"),
        (on(|s| s.rules[0].when = When::Exact { words: vec!["stop".into()] }), "rules[0].when.words[0]"),
        (on(|s| s.rules[0].when = When::Pattern { pattern: "(".into() }), "rules[0].when.pattern"),
        (on(|s| s.rules[0].language = Some("fr".into())), "rules[0].language"),
        (on(|s| s.rules[0].then = Then::Ask { question: "shoe size".into() }), "rules[0].then.question"),
        (on(|s| s.rules.push(s.rules[0].clone())), "rules[1].name"),
        (on(|s| s.questions[0].uses = vec![Use::Show]), "questions[0].uses"),
        (on(|s| s.questions[0].uses.push(Use::Share)), "questions[0].uses"),
        (
            on(|s| {
                s.speech.insert("fr".into(), Speech::default());
            }),
            "speech.fr",
        ),
        (
            on(|s| {
                s.speech.insert("en".into(), Speech { yes: Some("No".into()), ..Speech::default() });
            }),
            "speech.en.no",
        ),
    ] {
        assert_eq!(Bot::new(settings, &brand()).unwrap_err().field, field);
    }
}
