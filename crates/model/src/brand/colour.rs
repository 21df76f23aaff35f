//! Colours, and whether what is written in one can be read on another.
//!
//! Invariant: the ratio is that of WCAG 2.2 (relative luminance), rounded down, so that nothing passes by
//! rounding.

use super::Colours;

/// What text needs against its ground (WCAG 2.2, 1.4.3), in hundredths: 4.5 to 1.
pub const LEAST_CONTRAST: u32 = 450;
/// The console's paper, on which links are written in the brand's first colour.
pub const PAPER: Colour = Colour([0xf5, 0xf6, 0xf8]);
/// Of the selected entry's ground the brand's colour is so many hundredths, and white the rest.
const TINT: u32 = 9;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour([u8; 3]);

impl Colour {
    /// Reads `#1f4e79`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
        Some(Self([red, green, blue]))
    }

    /// `11, 93, 87`, as a style sheet wants it.
    pub fn channels(self) -> String {
        self.0.map(|channel| channel.to_string()).join(", ")
    }

    /// The ground of a selected entry: a little of this colour in white.
    fn tint(self) -> Self {
        Self(self.0.map(|channel| {
            let mixed =
                u32::from(channel).saturating_mul(TINT).saturating_add((100 - TINT).saturating_mul(255));
            u8::try_from(mixed / 100).unwrap_or(u8::MAX)
        }))
    }

    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126f64.mul_add(red, 0.7152f64.mul_add(green, 0.0722 * blue))
    }
}

/// In hundredths, from 100 (the same colour) to 2100 (black on white).
pub fn contrast(one: Colour, other: Colour) -> u32 {
    let (one, other) = (one.luminance() + 0.05, other.luminance() + 0.05);
    let ratio = (one.max(other) / one.min(other) * 100.0).floor();
    // Between 100 and 2100, so nothing is lost.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "100 to 2100")]
    let hundredths = ratio as u32;
    hundredths
}

/// How well a brand's two colours can be read where they are used, in hundredths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Legibility {
    /// The second on the first: buttons and bars.
    pub on_primary: u32,
    /// The first on the console's light grounds: links and the selected entry.
    pub as_text: u32,
}

impl Legibility {
    /// `None`: one of them is no colour.
    pub fn of(colours: &Colours) -> Option<Self> {
        let (primary, on) = (Colour::parse(&colours.primary)?, Colour::parse(&colours.on_primary)?);
        let as_text = contrast(primary, PAPER).min(contrast(primary, primary.tint()));
        Some(Self { on_primary: contrast(on, primary), as_text })
    }

    pub const fn is_enough(self) -> bool {
        self.on_primary >= LEAST_CONTRAST && self.as_text >= LEAST_CONTRAST
    }
}

/// `4.5` of 450, `12.6` of 1263: rounded down.
pub fn ratio(hundredths: u32) -> String {
    format!("{}.{}", hundredths / 100, hundredths % 100 / 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Colour {
        Colour::parse(text).expect(text)
    }

    #[test]
    fn contrast_is_that_of_the_published_examples() {
        assert_eq!(contrast(colour("#000000"), colour("#ffffff")), 2100);
        assert_eq!(contrast(colour("#777777"), colour("#777777")), 100);
        // The two greys that everybody knows from either side of the line.
        assert_eq!(contrast(colour("#777777"), colour("#ffffff")), 447);
        assert_eq!(contrast(colour("#ffffff"), colour("#767676")), 454);
        assert_eq!((ratio(447), ratio(1263)), ("4.4".to_owned(), "12.6".to_owned()));
    }

    #[test]
    fn only_six_digits_are_a_colour() {
        for bad in ["", "#fff", "1f4e79", "#1f4e7", "#1f4e790", "#1f4e7g", "#+f4e79", "red"] {
            assert_eq!(Colour::parse(bad), None, "{bad}");
        }
        assert_eq!(colour("#0b5D57").channels(), "11, 93, 87");
    }

    #[test]
    fn a_colour_that_is_fine_on_buttons_may_be_too_light_for_links() {
        let pair = |primary: &str, on: &str| {
            Legibility::of(&Colours { primary: primary.into(), on_primary: on.into() }).expect("colours")
        };
        assert!(pair("#1f4e79", "#ffffff").is_enough());
        let yellow = pair("#ffd400", "#000000");
        assert!(yellow.on_primary > 1000 && yellow.as_text < 200 && !yellow.is_enough(), "{yellow:?}");
        assert!(!pair("#1f4e79", "#7f8e99").is_enough());
    }
}
