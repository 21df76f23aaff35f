//! What a brand's admin has set in the console, over the brand's file.
//!
//! Each part is set or it is not: a part that says what the file says is not set, and follows the file. Hosts,
//! public address and slug are the operator's, and stay in the file.
//!
//! Invariants: a brand that comes out of [`Overlay::over`] has passed its check; a part that does not fit the
//! file (any more) is left out and named, and never stands in the way of a start.

use super::{Brand, BrandError, Colours, Controller, Texts};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;

/// A part of a brand that the console can set and give back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Name,
    Colours,
    Languages,
    Controller,
    /// What the bot says in this language.
    Texts(String),
}

/// A part with what it shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Set {
    Name(String),
    Colours(Colours),
    Languages(Vec<String>),
    Controller(Controller),
    Texts(String, Box<Texts>),
}

/// As it is stored; read by [`Overlay::read`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Overlay {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub colours: Option<Colours>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub languages: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub controller: Option<Controller>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub texts: BTreeMap<String, Texts>,
}

impl Overlay {
    /// What is stored. Parts that this program cannot read are left out and named: an earlier one, or a later
    /// one, may have written them.
    pub fn read(stored: &str) -> (Self, Vec<String>) {
        let Ok(Value::Object(stored)) = serde_json::from_str(stored) else {
            return (Self::default(), vec!["all of it".to_owned()]);
        };
        let (mut overlay, mut left_out) = (Self::default(), Vec::new());
        for (name, part) in stored {
            let is_read = match name.as_str() {
                "name" => put(part, &mut overlay.name),
                "colours" => put(part, &mut overlay.colours),
                "languages" => put(part, &mut overlay.languages),
                "controller" => put(part, &mut overlay.controller),
                "texts" => {
                    let languages = part.as_object().cloned().unwrap_or_default();
                    for (language, texts) in languages {
                        match serde_json::from_value(texts) {
                            Ok(texts) => drop(overlay.texts.insert(language, texts)),
                            Err(_) => left_out.push(format!("texts.{language}")),
                        }
                    }
                    true
                }
                _ => false,
            };
            if !is_read {
                left_out.push(name);
            }
        }
        (overlay, left_out)
    }

    /// Every part that is set.
    pub fn parts(&self) -> Vec<Part> {
        let texts = self.texts.keys().map(|language| Part::Texts(language.clone()));
        let others = [
            self.name.as_ref().map(|_| Part::Name),
            self.colours.as_ref().map(|_| Part::Colours),
            self.languages.as_ref().map(|_| Part::Languages),
            self.controller.as_ref().map(|_| Part::Controller),
        ];
        texts.chain(others.into_iter().flatten()).collect()
    }

    pub fn has(&self, part: &Part) -> bool {
        match part {
            Part::Name => self.name.is_some(),
            Part::Colours => self.colours.is_some(),
            Part::Languages => self.languages.is_some(),
            Part::Controller => self.controller.is_some(),
            Part::Texts(language) => self.texts.contains_key(language),
        }
    }

    /// Sets a part; what the file says anyway is not set.
    pub fn set(&mut self, file: &Brand, set: Set) {
        match set {
            Set::Name(name) => self.name = Some(name).filter(|name| *name != file.name),
            Set::Colours(colours) => {
                self.colours = Some(colours).filter(|colours| *colours != file.colours);
            }
            Set::Languages(languages) => {
                self.languages = Some(languages).filter(|languages| *languages != file.languages);
            }
            Set::Controller(controller) => {
                self.controller = Some(controller).filter(|controller| *controller != file.controller);
            }
            Set::Texts(language, texts) => {
                if file.texts.get(&language) == Some(&*texts) {
                    self.texts.remove(&language);
                } else {
                    self.texts.insert(language, *texts);
                }
            }
        }
    }

    /// Gives a part back to the file.
    pub fn give_back(&mut self, part: &Part) {
        match part {
            Part::Name => self.name = None,
            Part::Colours => self.colours = None,
            Part::Languages => self.languages = None,
            Part::Controller => self.controller = None,
            Part::Texts(language) => {
                self.texts.remove(language);
            }
        }
    }

    fn put(&self, brand: &mut Brand, part: &Part) {
        match part {
            Part::Name => self.name.clone_into_if(&mut brand.name),
            Part::Colours => self.colours.clone_into_if(&mut brand.colours),
            Part::Languages => self.languages.clone_into_if(&mut brand.languages),
            Part::Controller => self.controller.clone_into_if(&mut brand.controller),
            Part::Texts(language) => {
                if let Some(texts) = self.texts.get(language) {
                    brand.texts.insert(language.clone(), texts.clone());
                }
            }
        }
    }

    /// The file with this over it, all or nothing: for what is being set now.
    ///
    /// # Errors
    /// The first key that does not fit.
    pub fn checked(&self, file: &Brand) -> Result<Brand, BrandError> {
        let mut brand = file.clone();
        for part in self.parts() {
            self.put(&mut brand, &part);
        }
        brand.check()?;
        Ok(brand)
    }

    /// The file with as much of this over it as fits, and what does not: for what was set once.
    pub fn over(&self, file: &Brand) -> (Brand, Vec<BrandError>) {
        if let Ok(brand) = self.checked(file) {
            return (brand, Vec::new());
        }
        let (mut brand, mut left_out) = (file.clone(), Vec::new());
        for part in self.parts() {
            let mut with = brand.clone();
            self.put(&mut with, &part);
            match with.check() {
                Ok(()) => brand = with,
                Err(error) => left_out.push(error),
            }
        }
        (brand, left_out)
    }
}

/// Whether a stored part could be read; then it stands in `to`.
fn put<T: DeserializeOwned>(part: Value, to: &mut Option<T>) -> bool {
    let read = serde_json::from_value(part);
    let is_read = read.is_ok();
    *to = read.unwrap_or_default();
    is_read
}

trait CloneIntoIf<T> {
    /// Puts what is there over `to`.
    fn clone_into_if(&self, to: &mut T);
}

impl<T: Clone> CloneIntoIf<T> for Option<T> {
    fn clone_into_if(&self, to: &mut T) {
        if let Some(value) = self {
            to.clone_from(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> Brand {
        let text = |what: &str| format!("{what} of {{page}}");
        let texts = |stop: &str| {
            serde_json::json!({
                "greeting": text("Greeting"), "welcome": text("Welcome"), "question": text("Question"),
                "yes": "Yes", "no": "No", "thanks": "Thanks", "declined": "Declined", "default_answer": "?",
                "stopped": "Stopped", "my_data": "Data", "unsubscribe_button": stop,
                "unsubscribe_sentence": "To stop:",
            })
        };
        serde_json::from_value(serde_json::json!({
            "slug": "bakery", "name": "Bakery", "hosts": ["bakery.example"],
            "public_url": "https://bakery.example", "languages": ["en", "ar"],
            "colours": { "primary": "#1f4e79", "on_primary": "#ffffff" },
            "controller": { "name": "Example Ltd", "address": "1 Example Street", "country": "IE",
                "contact": "privacy@brand.example" },
            "texts": { "en": texts("Unsubscribe"), "ar": texts("إلغاء الاشتراك") },
        }))
        .expect("a brand")
    }

    #[test]
    fn what_is_set_wins_over_the_file_and_can_be_given_back() {
        let file = file();
        let mut overlay = Overlay::default();
        let mut texts = file.texts["en"].clone();
        "Do you want our offers?".clone_into(&mut texts.question);
        overlay.set(&file, Set::Name("The Bakery".into()));
        overlay.set(&file, Set::Languages(vec!["ar".into()]));
        overlay.set(&file, Set::Texts("en".into(), Box::new(texts)));
        let brand = overlay.checked(&file).expect("it fits");
        assert_eq!((brand.name.as_str(), brand.languages.as_slice()), ("The Bakery", &["ar".to_owned()][..]));
        assert_eq!(brand.texts["en"].question, "Do you want our offers?");
        assert_eq!((&brand.colours, &brand.hosts), (&file.colours, &file.hosts));
        let stored = serde_json::to_string(&overlay).expect("JSON");
        assert_eq!(Overlay::read(&stored), (overlay.clone(), Vec::new()));
        for part in overlay.parts() {
            assert!(overlay.has(&part));
            overlay.give_back(&part);
            assert!(!overlay.has(&part));
        }
        assert_eq!(overlay.checked(&file).expect("it fits"), file);
    }

    #[test]
    fn what_the_file_says_anyway_follows_the_file() {
        let file = file();
        let mut overlay = Overlay::default();
        overlay.set(&file, Set::Name(file.name.clone()));
        overlay.set(&file, Set::Colours(file.colours.clone()));
        overlay.set(&file, Set::Controller(file.controller.clone()));
        overlay.set(&file, Set::Texts("ar".into(), Box::new(file.texts["ar"].clone())));
        assert_eq!(overlay, Overlay::default());
    }

    #[test]
    fn what_does_not_fit_is_refused_when_it_is_set_and_left_out_when_the_file_has_changed_since() {
        let mut file = file();
        let mut overlay = Overlay::default();
        overlay.set(&file, Set::Colours(Colours { primary: "#ffee00".into(), on_primary: "#ffffff".into() }));
        assert_eq!(overlay.checked(&file).expect_err("too light").key, "colours");
        let mut overlay = Overlay::default();
        overlay.set(&file, Set::Name("The Bakery".into()));
        overlay.set(&file, Set::Languages(vec!["ar".into(), "en".into()]));
        assert!(overlay.checked(&file).is_ok());
        // Somebody takes the Arabic texts out of the file.
        file.texts.remove("ar");
        file.languages = vec!["en".into()];
        let (brand, left_out) = overlay.over(&file);
        assert_eq!((brand.name.as_str(), brand.languages.len()), ("The Bakery", 1));
        assert_eq!(left_out.iter().map(|error| error.key.as_str()).collect::<Vec<_>>(), ["texts.ar"]);
    }

    #[test]
    fn claim_x10_no_stored_text_breaks_the_reader_of_what_an_admin_has_set() {
        let file = file();
        testkit::mutate::fuzz("overlay", 5_000, |bytes| {
            let Ok(text) = std::str::from_utf8(bytes) else { return false };
            let (overlay, left_out) = Overlay::read(text);
            // Whatever was read, the brand that is shown fits.
            let (brand, _) = overlay.over(&file);
            assert_eq!(Overlay::default().checked(&brand), Ok(brand.clone()), "{text}");
            left_out.is_empty() && overlay != Overlay::default()
        });
    }

    #[test]
    fn what_another_version_has_set_is_left_out_part_by_part_and_named() {
        let stored = r##"{"name":"X","fonts":["a"],"colours":{"primary":"#000000","on_primary":"#ffffff","third":"#111111"},
            "languages":["en"],"controller":7,"texts":{"en":{"greeting":"Hello"}}}"##;
        let (overlay, left_out) = Overlay::read(stored);
        assert_eq!(overlay.parts(), [Part::Name, Part::Languages]);
        assert_eq!(left_out, ["colours", "controller", "fonts", "texts.en"]);
        assert_eq!(Overlay::read("no JSON"), (Overlay::default(), vec!["all of it".to_owned()]));
    }
}
