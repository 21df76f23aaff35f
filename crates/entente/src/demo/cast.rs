//! Who takes part in the demo and what each person will do: decided by number and seed alone, so
//! that what must come out is known before anything runs.

use simulator::{Action, Attachment, Options, Referral, Sign};

/// What a person's first act is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    GetStarted,
    Text,
    NamedText,
    Picture,
    Sticker,
    Link,
    Ad,
}

/// What a person says to the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Yes,
    No,
    Silence,
}

/// How a person leaves after the first promotion, if at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    Stays,
    Button,
    Link,
    Word,
}

/// One person's part.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    pub opening: Opening,
    pub answer: Answer,
    pub is_arabic: bool,
    /// Wrote the day before: the window is closed when the promotion goes out.
    pub wrote_yesterday: bool,
    /// Meta cannot reach this person.
    pub is_unavailable: bool,
    pub leaving: Leaving,
    /// Deliveries of the first act: 2 is a repeated one.
    pub copies: u32,
    pub late_seconds: i64,
    pub in_seconds: bool,
    pub numeric_ids: bool,
}

/// A number that looks random and follows from seed, person and question.
fn roll(seed: u64, person: usize, question: u64, sides: u64) -> u64 {
    let mut z = seed
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add(u64::try_from(person).unwrap_or(0))
        .wrapping_mul(0xbf58_476d_1ce4_e5b9)
        .wrapping_add(question.wrapping_mul(0x94d0_49bb_1331_11eb));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)) % sides
}

impl Part {
    /// The part of person `number`. `link_brand`: this brand's promotion is so long that it carries
    /// the unsubscribe link instead of the button.
    pub fn of(seed: u64, number: usize, link_brand: bool) -> Self {
        let roll = |question, sides| roll(seed, number, question, sides);
        let opening = match roll(1, 100) {
            0..38 => Opening::Text,
            38..46 => Opening::NamedText,
            46..76 => Opening::GetStarted,
            76..83 => Opening::Picture,
            83..87 => Opening::Sticker,
            87..94 => Opening::Link,
            _ => Opening::Ad,
        };
        let answer = match roll(2, 100) {
            0..64 => Answer::Yes,
            64..72 => Answer::No,
            _ => Answer::Silence,
        };
        let leaving = match roll(3, 100) {
            0..3 if link_brand => Leaving::Link,
            0..3 => Leaving::Button,
            3..6 => Leaving::Word,
            _ => Leaving::Stays,
        };
        Self {
            opening,
            answer,
            is_arabic: roll(4, 100) < 35,
            wrote_yesterday: roll(5, 100) < 12,
            is_unavailable: roll(6, 100) < 1,
            leaving,
            copies: if roll(7, 100) < 4 { 2 } else { 1 },
            late_seconds: if roll(8, 100) < 3 { 600 } else { 0 },
            in_seconds: roll(9, 100) < 2,
            numeric_ids: roll(10, 100) < 2,
        }
    }

    /// The first act.
    pub fn opening_action(&self) -> Action {
        let text = if self.is_arabic {
            "مرحبا، هل لديكم توصيل؟ 😀"
        } else {
            "Hi! Do you deliver on weekends? 😀 a/b 100% x@y"
        };
        let referral = Referral {
            r#ref: Some("sample-poster".to_owned()),
            source: Some("SHORTLINK".to_owned()),
            ..Referral::default()
        };
        let attachment = |kind: &str| {
            Action::Attach(Attachment {
                kind: kind.to_owned(),
                url: Some("https://cdn.example.com/sample.jpg".to_owned()),
                sticker_id: (kind == "sticker").then_some(369_239_263_222_822),
                ..Attachment::default()
            })
        };
        match self.opening {
            Opening::GetStarted => Action::get_started(),
            Opening::Text => Action::write(text),
            Opening::NamedText => {
                Action::write(if self.is_arabic { "اسمي نموذج" } else { "My name is Sample" })
            }
            Opening::Picture => attachment("image"),
            Opening::Sticker => attachment("sticker"),
            Opening::Link => Action::Arrive(referral),
            Opening::Ad => Action::Ad {
                text: text.to_owned(),
                referral: Referral {
                    source: Some("ADS".to_owned()),
                    ad_id: Some("120210000000000000".to_owned()),
                    ..referral
                },
            },
        }
    }

    pub fn opening_options(&self) -> Options {
        Options {
            copies: self.copies,
            late_seconds: self.late_seconds,
            seconds: self.in_seconds,
            numeric_ids: self.numeric_ids,
            sign: Sign::Both,
            ..Options::default()
        }
    }

    /// The stop word this person uses.
    pub const fn stop_word(&self) -> &'static str {
        if self.is_arabic { "توقّف!" } else { "Stop." }
    }
}
