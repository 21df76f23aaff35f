//! How a brand is dressed: its style sheets, the picture in the browser's tab, its logo. Made anew when the
//! console has set something.
//!
//! Invariants: colours are the two of the brand, checked to be hexadecimal; each file's name changes with its
//! content; a brand's files are found among that brand's alone, so that no host serves another's logo.

use crate::assets::digest;
use axum::body::Bytes;
use engine::BrandContext;
use model::brand::Brand;
use model::brand::colour::Colour;
use model::brand::logo::Logo;
use model::id::BrandId;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

const CSS: &str = include_str!("../assets/page.css");
const CONSOLE_CSS: &str = include_str!("../assets/console.css");

/// One brand's style sheet; its name changes with its content.
pub struct Stylesheet {
    pub file: String,
    pub content: String,
}

impl Stylesheet {
    pub fn of(brand: &Brand) -> Self {
        let colours = &brand.colours;
        let content = format!(
            ":root {{ --primary: {}; --on-primary: {}; }}\n{CSS}",
            colours.primary, colours.on_primary
        );
        Self { file: format!("{}.css", digest(content.as_bytes())), content }
    }

    /// The console's: the brand's colours as Tabler wants them, then our own rules.
    pub fn of_console(brand: &Brand) -> Self {
        let colours = &brand.colours;
        let channels = Colour::parse(&colours.primary).map(Colour::channels).unwrap_or_default();
        let content = format!(
            ":root {{ --primary: {0}; --on-primary: {1}; --tblr-primary: {0}; --tblr-primary-rgb: {channels}; --tblr-primary-fg: {1}; }}\n{CONSOLE_CSS}",
            colours.primary, colours.on_primary,
        );
        Self { file: format!("console.{}.css", digest(content.as_bytes())), content }
    }
}

/// What one state of a brand looks like.
pub struct Look {
    /// Of the pages for people without an account.
    pub public: Stylesheet,
    pub sheet: Stylesheet,
    pub icon: Icon,
    pub logo: Option<Picture>,
}

impl Look {
    pub fn of(brand: &Brand, logo: Option<&Logo>) -> Self {
        Self {
            public: Stylesheet::of(brand),
            sheet: Stylesheet::of_console(brand),
            icon: Icon::of(brand),
            logo: logo.map(Picture::of),
        }
    }
}

/// The little picture in a browser's tab: the brand's first letter in its colours.
pub struct Icon {
    pub file: String,
    pub content: String,
}

impl Icon {
    pub fn of(brand: &Brand) -> Self {
        let letter = match initial(&brand.name).as_str() {
            "<" | "&" => String::new(),
            letter => letter.to_owned(),
        };
        let content = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="16" fill="{}"/><text x="32" y="45" text-anchor="middle" font-family="system-ui, sans-serif" font-size="38" font-weight="700" fill="{}">{letter}</text></svg>"#,
            brand.colours.primary, brand.colours.on_primary
        );
        Self { file: format!("icon.{}.svg", digest(content.as_bytes())), content }
    }
}

/// The brand's logo.
pub struct Picture {
    pub file: String,
    pub media_type: &'static str,
    pub content: Bytes,
    pub width: u32,
    pub height: u32,
    /// It says the name itself, so the name does not stand beside it.
    pub is_wide: bool,
}

impl Picture {
    fn of(logo: &Logo) -> Self {
        Self {
            file: format!("logo.{}.{}", digest(&logo.bytes), logo.format.extension()),
            media_type: logo.format.media_type(),
            content: Bytes::copy_from_slice(&logo.bytes),
            width: logo.width,
            height: logo.height,
            is_wide: logo.is_wide(),
        }
    }
}

/// The looks of all brands, each as it was last asked for.
#[derive(Default)]
pub struct Looks(RwLock<HashMap<BrandId, Dressed>>);

struct Dressed {
    version: i64,
    now: Arc<Look>,
    /// Newest first. For pages that were shown just before something was set, and ask for their files now.
    before: Vec<Arc<Look>>,
}

/// Looks before the one in force that are remembered.
const BEFORE: usize = 4;

impl Looks {
    pub fn of(&self, brand: &BrandContext) -> Arc<Look> {
        {
            let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(dressed) = known.get(&brand.id).filter(|dressed| dressed.version == brand.version) {
                return Arc::clone(&dressed.now);
            }
        }
        let now = Arc::new(Look::of(&brand.brand, brand.logo.as_ref()));
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        // A request that began before it was set does not take the newer look away.
        if known.get(&brand.id).is_none_or(|dressed| dressed.version < brand.version) {
            let last = known.remove(&brand.id);
            let before = last.into_iter().flat_map(|last| std::iter::once(last.now).chain(last.before));
            let before = before.take(BEFORE).collect();
            known.insert(brand.id, Dressed { version: brand.version, now: Arc::clone(&now), before });
        }
        now
    }

    /// The looks before the one in force, as far as this program remembers them.
    pub fn before(&self, brand: BrandId) -> Vec<Arc<Look>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&brand).map(|dressed| dressed.before.clone()).unwrap_or_default()
    }
}

/// A name's first letter, without the Arabic article.
pub fn initial(name: &str) -> String {
    name.trim().trim_start_matches("ال").chars().next().into_iter().flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BRANDS: [&str; 2] = [
        include_str!("../../../brands/leangzbotchat/brand.toml"),
        include_str!("../../../brands/almujeeb/brand.toml"),
    ];

    fn brand(text: &str) -> Brand {
        toml::from_str(text).expect("a brand's file")
    }

    #[test]
    fn the_style_sheet_serves_both_directions_and_loads_nothing() {
        let physical = [
            " left",
            "-left",
            "right:",
            "-right",
            "margin-top",
            "margin-bottom",
            "padding-top",
            "padding-bottom",
            " width:",
            " height:",
        ];
        for css in [CSS, CONSOLE_CSS] {
            for name in physical {
                assert_eq!(css.lines().find(|line| line.contains(name)), None, "{name}");
            }
            assert!(!css.contains("url(") && !css.contains("@import"));
        }
    }

    #[test]
    fn a_brand_s_colours_change_the_name_of_its_style_sheet() {
        let [one, other] = BRANDS.map(|file| Stylesheet::of(&brand(file)));
        assert_ne!(one.file, other.file);
        assert!(one.content.starts_with(":root { --primary: #0b5d57; --on-primary: #ffffff; }"));
        let [one, other] = BRANDS.map(|file| Stylesheet::of_console(&brand(file)));
        assert_ne!(one.file, other.file);
        assert!(one.content.contains("--tblr-primary-rgb: 11, 93, 87;"));
    }
}
