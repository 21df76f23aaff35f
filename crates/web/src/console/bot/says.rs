//! What a page's bot says and asks, as a list for reading: for an admin who looks at what an account keeps.

use super::name_of;
use crate::language::Language;
use model::bot::question::QuestionForm;
use model::bot::rule::{Answer, Rule, Then, When};
use model::bot::settings::{BotSettings, MenuEntry, Speech};
use model::outgoing::Button;

/// A part, and what stands there.
pub type Said = (String, String);

/// With what stands behind a button: an address, or a sign.
fn behind(title: &str, target: &str) -> String {
    format!("{title} ({target})")
}

fn answer(answer: &Answer) -> String {
    let buttons = answer.buttons.iter().map(|button| match button {
        Button::Url { title, url } => behind(title, url),
        Button::Postback { title, payload } => behind(title, payload),
    });
    let replies = answer.quick_replies.iter().map(|reply| behind(&reply.title, &reply.payload));
    let text = Some(answer.text.clone()).filter(|text| !text.is_empty());
    text.into_iter().chain(buttons).chain(replies).collect::<Vec<_>>().join(" · ")
}

fn of_speech(language: Language, code: &str, speech: &Speech) -> Vec<Said> {
    let menu = speech.menu.iter().map(|entry| match entry {
        MenuEntry::Url { title, url } => behind(title, url),
        MenuEntry::Postback { title, payload } => behind(title, payload),
    });
    let breakers = speech.ice_breakers.iter().map(|one| behind(&one.question, &one.payload));
    let parts = [
        ("bot-greeting-text", speech.greeting.clone()),
        ("bot-breakers", Some(breakers.collect::<Vec<_>>().join(" · "))),
        ("bot-opening-welcome", speech.welcome.clone()),
        ("bot-opening-question", speech.question.clone()),
        ("bot-opening-yes", speech.yes.clone()),
        ("bot-opening-no", speech.no.clone()),
        ("bot-menu-title", Some(menu.collect::<Vec<_>>().join(" · "))),
        ("bot-fallback-title", speech.default_answer.as_ref().map(answer)),
    ];
    let set = parts.into_iter().filter_map(|(id, text)| Some((id, text.filter(|text| !text.is_empty())?)));
    set.map(|(id, text)| (format!("{} · {}", language.say(id), name_of(code)), text)).collect()
}

fn of_rule(language: Language, rule: &Rule) -> Said {
    let (kind, when) = match &rule.when {
        When::Exact { words } => ("exact", words.join(" · ")),
        When::Contains { words } => ("contains", words.join(" · ")),
        When::Pattern { pattern } => ("pattern", pattern.clone()),
        When::Tap { payload } => ("tap", payload.clone()),
    };
    let kind = language.say(&format!("bot-rule-kind-{kind}"));
    let whose = rule.language.as_deref().map(|code| format!(" · {}", name_of(code))).unwrap_or_default();
    let then = match &rule.then {
        Then::Answer { answer: given } => answer(given),
        Then::Ask { question } => language.say_with("bot-rule-asks", "question", question),
    };
    (format!("{} · {}{whose}", language.say("bot-rule-title"), rule.name), format!("{kind}: {when} → {then}"))
}

fn of_question(language: Language, form: &QuestionForm) -> Vec<Said> {
    let uses = form.uses.iter().map(|what| language.say(&format!("bot-use-{}", what.code())));
    let uses = uses.collect::<Vec<_>>().join(" · ");
    let kind = language.say(&format!("bot-field-{}", form.kind.code()));
    let said = form.speech.iter().map(|(code, speech)| {
        let title = format!("{} · {} · {}", language.say("bot-ask-title"), form.name, name_of(code));
        let parts = [&speech.text, &speech.purpose, &kind, &speech.choices.join(" · "), &uses];
        let thanks = speech.thanks.iter();
        let parts = parts.into_iter().chain(thanks).filter(|part| !part.is_empty()).cloned();
        (title, parts.collect::<Vec<_>>().join(" · "))
    });
    said.collect()
}

/// Everything that is set, part by part.
pub fn says(language: Language, settings: &BotSettings) -> Vec<Said> {
    let speech = settings.speech.iter().flat_map(|(code, speech)| of_speech(language, code, speech));
    let rules = settings.rules.iter().map(|rule| of_rule(language, rule));
    let questions = settings.questions.iter().flat_map(|form| of_question(language, form));
    speech.chain(rules).chain(questions).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::bot::samples::settings;

    #[test]
    fn whatever_is_set_is_said() {
        let settings = settings();
        let said = says(Language::English, &settings);
        let whole = said.iter().map(|(part, text)| format!("{part}: {text}\n")).collect::<String>();
        for rule in &settings.rules {
            assert!(whole.contains(&format!("Rule · {}", rule.name)), "{whole}");
        }
        for part in
            ["Greeting · ", "Welcome · ", "Opt-in question · ", "Menu · ", "Default answer · ", "Suggested"]
        {
            assert_eq!(whole.matches(part).count(), settings.speech.len(), "{part} in {whole}");
        }
        for text in [
            "HOURS",
            "https://shop.example/a",
            "a+<b>",
            "Asks “",
            "May we?",
            "Thanks",
            "العربية",
            "exactly this",
        ] {
            assert!(whole.contains(text), "{text} in {whole}");
        }
    }
}
