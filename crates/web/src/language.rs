//! Which language a page speaks, and what it says in it (Fluent files in `locales/`).
//!
//! Invariant: a text is always found: in the language, else in English, else its id. Tests hold
//! that both files have the same ids and that no page falls back.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use model::brand::Brand;
use std::sync::LazyLock;
use unic_langid::LanguageIdentifier;

/// The files of one language; each has its twin in the others.
macro_rules! files {
    ($folder:literal) => {
        [
            include_str!(concat!("../locales/", $folder, "/main.ftl")),
            include_str!(concat!("../locales/", $folder, "/account.ftl")),
            include_str!(concat!("../locales/", $folder, "/archive.ftl")),
            include_str!(concat!("../locales/", $folder, "/audit.ftl")),
            include_str!(concat!("../locales/", $folder, "/brand.ftl")),
            include_str!(concat!("../locales/", $folder, "/bot.ftl")),
            include_str!(concat!("../locales/", $folder, "/breaches.ftl")),
            include_str!(concat!("../locales/", $folder, "/console.ftl")),
            include_str!(concat!("../locales/", $folder, "/data.ftl")),
            include_str!(concat!("../locales/", $folder, "/erase.ftl")),
            include_str!(concat!("../locales/", $folder, "/leads.ftl")),
            include_str!(concat!("../locales/", $folder, "/log.ftl")),
            include_str!(concat!("../locales/", $folder, "/mail.ftl")),
            include_str!(concat!("../locales/", $folder, "/meta.ftl")),
            include_str!(concat!("../locales/", $folder, "/oversight.ftl")),
            include_str!(concat!("../locales/", $folder, "/plans.ftl")),
            include_str!(concat!("../locales/", $folder, "/my.ftl")),
            include_str!(concat!("../locales/", $folder, "/promises.ftl")),
            include_str!(concat!("../locales/", $folder, "/requests.ftl")),
            include_str!(concat!("../locales/", $folder, "/recipients.ftl")),
            include_str!(concat!("../locales/", $folder, "/support.ftl")),
            include_str!(concat!("../locales/", $folder, "/security.ftl")),
        ]
    };
}

const FILES: [(Language, [&str; 22]); 2] =
    [(Language::English, files!("en")), (Language::Arabic, files!("ar"))];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    English,
    Arabic,
}

type Bundle = FluentBundle<FluentResource>;

static BUNDLES: LazyLock<Vec<(Language, Bundle)>> = LazyLock::new(|| {
    FILES
        .into_iter()
        .map(|(language, files)| {
            let name: LanguageIdentifier = language.code().parse().unwrap_or_default();
            let mut bundle = Bundle::new_concurrent(vec![name]);
            for file in files {
                // What cannot be read is left out; the test that parses all files tells.
                let resource = FluentResource::try_new(file.to_owned()).unwrap_or_else(|(read, _)| read);
                bundle.add_resource_overriding(resource);
            }
            (language, bundle)
        })
        .collect()
});

impl Language {
    pub const ALL: [Self; 2] = [Self::English, Self::Arabic];

    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Arabic => "ar",
        }
    }

    pub const fn direction(self) -> &'static str {
        match self {
            Self::English => "ltr",
            Self::Arabic => "rtl",
        }
    }

    /// Parts as one line.
    pub fn joined(self, parts: &[String]) -> String {
        parts.join(match self {
            Self::English => ", ",
            Self::Arabic => "، ",
        })
    }

    /// From a language tag; regions do not matter (`ar-JO` is Arabic).
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next()?;
        Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.code()))
    }

    /// What the browser asks for among the brand's languages, else the brand's first.
    pub fn of_request(headers: &HeaderMap, brand: &Brand) -> Self {
        let spoken = |language: &Self| brand.languages.iter().any(|code| code == language.code());
        let header = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or("");
        wanted(header).into_iter().find(spoken).unwrap_or_else(|| Self::of_brand(brand))
    }

    /// The same where there is no brand: English if the browser asks for nothing that we speak.
    pub fn of_browser(headers: &HeaderMap) -> Self {
        let header = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or("");
        wanted(header).into_iter().next().unwrap_or(Self::English)
    }

    pub fn of_brand(brand: &Brand) -> Self {
        brand.languages.first().and_then(|code| Self::from_tag(code)).unwrap_or(Self::English)
    }

    /// The number by which a text chooses its form for `count`. In Arabic the last two digits decide, for hundreds
    /// too (365 as 65), which the library's rules of plurals do not know.
    pub const fn form_of(self, count: u64) -> u64 {
        match (self, count % 100) {
            (Self::Arabic, 0..=2) if count >= 100 => 100,
            (Self::Arabic, rest) => rest,
            (Self::English, _) => count,
        }
    }

    /// The text of `id`.
    pub fn say(self, id: &str) -> String {
        self.tell(id, None)
    }

    /// The text of `id` with one name filled in.
    pub fn say_with(self, id: &str, name: &'static str, value: &str) -> String {
        let mut args = FluentArgs::new();
        args.set(name, value);
        self.tell(id, Some(&args))
    }

    pub(crate) fn tell(self, id: &str, args: Option<&FluentArgs<'_>>) -> String {
        [self, Self::English]
            .into_iter()
            .find_map(|language| language.find(id, args))
            .unwrap_or_else(|| id.to_owned())
    }

    /// The text of `id` in this very language, if there is one.
    pub fn find(self, id: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
        let (_, bundle) = BUNDLES.iter().find(|(language, _)| *language == self)?;
        let pattern = bundle.get_message(id)?.value()?;
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, args, &mut errors).into_owned();
        errors.is_empty().then_some(text)
    }
}

#[cfg(test)]
impl Language {
    /// What stands beside a text in its file, under this name.
    pub(crate) fn attribute(self, id: &str, name: &str) -> Option<String> {
        let (_, bundle) = BUNDLES.iter().find(|(language, _)| *language == self)?;
        let message = bundle.get_message(id)?;
        let pattern = message.get_attribute(name)?.value();
        Some(bundle.format_pattern(pattern, None, &mut Vec::new()).into_owned())
    }
}

/// The languages of an `Accept-Language` header that we speak, most wanted first.
fn wanted(header: &str) -> Vec<Language> {
    let mut found: Vec<(f32, Language)> = header
        .split(',')
        .filter_map(|part| {
            let (tag, quality) = part.split_once(';').unwrap_or((part, ""));
            let quality = quality.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse).unwrap_or(0.0);
            (quality > 0.0).then_some((quality, Language::from_tag(tag)?))
        })
        .collect();
    // Stable: equally wanted languages stay in the order of the header.
    found.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    found.into_iter().map(|(_, language)| language).collect()
}

/// Whether the language has a text of this id, whatever names it fills in.
#[cfg(test)]
pub(crate) fn is_text(language: Language, id: &str) -> bool {
    BUNDLES.iter().any(|(own, bundle)| *own == language && bundle.has_message(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::schedule::How;
    use model::bot::permission::Use;
    use model::bot::question::FieldKind;
    use model::delivery::DeliveryState;
    use model::gate::Refusal;
    use model::page::PageStop;
    use model::template::TemplateStatus;
    use std::collections::{BTreeMap, BTreeSet};

    /// The ids of a file, each with the names it fills in. Also those of an id's plural forms, which
    /// languages have more or fewer of.
    fn ids(file: &str) -> BTreeMap<String, BTreeSet<String>> {
        let mut ids: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut id = String::new();
        for line in file.lines().filter(|line| !line.starts_with('#')) {
            if line.starts_with(|c: char| c.is_ascii_alphabetic()) {
                id = line.split_once(" =").expect("`id = text`").0.to_owned();
                assert!(ids.insert(id.clone(), BTreeSet::new()).is_none(), "{id} stands twice");
            }
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            let names = line.split('$').skip(1).filter_map(|rest| rest.split(|c| !is_name(c)).next());
            ids.entry(id.clone()).or_default().extend(names.map(str::to_owned));
        }
        ids
    }

    #[test]
    fn both_languages_say_the_same_things_with_the_same_names() {
        let [(_, english), (_, arabic)] = FILES;
        let mut all = BTreeSet::new();
        for (english, arabic) in english.into_iter().zip(arabic) {
            assert_eq!(ids(english), ids(arabic));
            for id in ids(english).into_keys().filter(|id| !id.is_empty()) {
                assert!(all.insert(id.clone()), "{id} stands in two files");
            }
        }
        for (language, files) in FILES {
            for file in files {
                assert!(FluentResource::try_new(file.to_owned()).is_ok(), "{}", language.code());
            }
        }
    }

    #[test]
    fn a_number_in_arabic_has_all_six_forms_and_the_same_digits_as_elsewhere() {
        let (_, arabic) = FILES[1];
        let mut seen = 0;
        for file in arabic {
            for block in file.split(" ->\n").skip(1).map(|rest| rest.split("\n  }").next().unwrap_or(rest)) {
                if !block.contains("[other]") {
                    // It chooses by a word.
                    continue;
                }
                for form in ["[zero]", "[one]", "[two]", "[few]", "[many]", "*[other]"] {
                    assert!(block.contains(form), "no {form}: {block}");
                }
                seen += 1;
            }
            let indic = file.chars().find(|c| ('\u{660}'..='\u{669}').contains(c));
            assert_eq!(indic, None, "digits are 0 to 9");
        }
        assert!(seen > 10, "the search finds what it looks for: {seen}");
    }

    #[test]
    fn in_arabic_the_last_two_digits_choose_the_form() {
        for (count, wanted) in [
            (0, "لا قيود"),
            (2, "قيدان"),
            (10, "10 قيود"),
            (11, "11 قيدًا"),
            (100, "100 قيد"),
            (102, "102 قيد"),
            (103, "103 قيود"),
            (365, "365 قيدًا"),
            (1_000, "1,000 قيد"),
            (1_670, "1,670 قيدًا"),
        ] {
            let said = crate::console::words::count(Language::Arabic, "log-entries", count);
            assert_eq!(said.replace(['\u{2068}', '\u{2069}'], ""), wanted);
        }
    }

    #[test]
    fn every_refusal_stop_and_state_has_a_sentence_in_both_languages() {
        let ids: Vec<String> = Refusal::ALL
            .map(|refusal| format!("refusal-{}", refusal.code()))
            .into_iter()
            .chain(PageStop::ALL.map(|stop| format!("page-stop-{}", stop.code())))
            .chain(DeliveryState::ALL.map(|state| format!("delivery-{}", state.code())))
            .chain(TemplateStatus::ALL.map(|status| format!("template-status-{}", status.code())))
            .chain(Use::ALL.map(|what| format!("bot-use-{}", what.code())))
            .chain(FieldKind::ALL.map(|kind| format!("bot-field-{}", kind.code())))
            .chain([How::Exact, How::Skipped, How::Twice].map(|how| format!("schedule-how-{}", how.code())))
            .collect();
        for language in Language::ALL {
            let sentences: BTreeSet<String> = ids
                .iter()
                .map(|id| language.find(id, None).unwrap_or_else(|| panic!("{id} is missing")))
                .collect();
            assert!(sentences.iter().all(|sentence| !sentence.trim().is_empty()));
            for code in engine::views::bot::REASONS {
                let mut name = FluentArgs::new();
                name.set("name", "opening hours");
                let id = format!("bot-because-{code}");
                assert!(language.find(&id, Some(&name)).is_some(), "{id} is missing");
            }
        }
    }

    #[test]
    fn the_browser_is_asked_and_the_brand_decides_the_rest() {
        assert_eq!(wanted("fr, en;q=0.5, ar-JO;q=0.9"), [Language::Arabic, Language::English]);
        assert_eq!(wanted("ar;q=0, EN-gb"), [Language::English]);
        assert_eq!(wanted("*;q=x,,;"), []);
    }
}
