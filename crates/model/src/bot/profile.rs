//! What Messenger shows of a page before and beside the thread: greeting, menu, ice breakers.
//!
//! Invariant: every menu has *my data* and *stop*; every greeting names the purpose.

use super::fixed::fixed;
use super::settings::{Bot, IceBreaker, MenuEntry};
use crate::brand::{Brand, GREETING_LIMIT, fill_names};
use crate::outgoing::UNSUBSCRIBE;

/// The payload of *my data*.
pub const MY_DATA: &str = "entente:my_data";

/// What is published at Meta.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MessengerProfile {
    /// Meta's locale (`default` first) and text of at most 160 characters.
    pub greetings: Vec<(String, String)>,
    pub menus: Vec<(String, Vec<MenuEntry>)>,
    /// Locales that have any.
    pub ice_breakers: Vec<(String, Vec<IceBreaker>)>,
}

/// Meta's name for a language of ours; the brand's first language is everybody's default.
fn locale(language: &str, is_first: bool) -> &'static str {
    match language {
        _ if is_first => "default",
        "ar" => "ar_AR",
        _ => "en_US",
    }
}

/// What a page publishes, with its bot's settings or with the brand's texts alone.
pub fn profile(brand: &Brand, page_name: &str, bot: Option<&Bot>) -> MessengerProfile {
    let mut profile = MessengerProfile::default();
    for (number, language) in brand.languages.iter().enumerate() {
        let Some(texts) = brand.texts.get(language) else { continue };
        let locale = locale(language, number == 0).to_owned();
        let own = bot.and_then(|bot| bot.greeting(language));
        let text = own.as_deref().unwrap_or(&texts.greeting);
        profile.greetings.push((locale.clone(), greeting(brand, text, page_name)));
        let mut entries = bot.map_or(Vec::new(), |bot| bot.menu(language).to_vec());
        let own = [(fixed(language).my_data, MY_DATA), (texts.unsubscribe_button.as_str(), UNSUBSCRIBE)];
        entries.extend(own.map(|(title, payload)| MenuEntry::Postback {
            title: title.to_owned(),
            payload: payload.to_owned(),
        }));
        profile.menus.push((locale.clone(), entries));
        let breakers = bot.map_or(&[] as &[IceBreaker], |bot| bot.ice_breakers(language));
        if !breakers.is_empty() {
            profile.ice_breakers.push((locale, breakers.to_vec()));
        }
    }
    // A list for some locales needs one for all others.
    if let Some((locale, breakers)) = profile.ice_breakers.first().cloned()
        && locale != "default"
    {
        profile.ice_breakers.insert(0, ("default".to_owned(), breakers));
    }
    profile
}

/// The greeting with the page's name, which is cut where the whole would be too long for Meta: the
/// purpose is what must not be cut.
fn greeting(brand: &Brand, text: &str, page_name: &str) -> String {
    let whole = fill_names(text, page_name, brand);
    let over = whole.chars().count().saturating_sub(GREETING_LIMIT);
    if over == 0 {
        return whole;
    }
    let kept = page_name.chars().count().saturating_sub(over.saturating_add(1));
    let short: String = page_name.chars().take(kept).chain(['…']).collect();
    let shorter = fill_names(text, &short, brand);
    let over = shorter.chars().count().saturating_sub(GREETING_LIMIT);
    // Still too long: the brand's name or several names. The purpose stands at the end.
    if over == 0 { shorter } else { ['…'].into_iter().chain(shorter.chars().skip(over + 1)).collect() }
}
