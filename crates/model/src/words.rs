//! Words that a lead can write at any time, in every language: stop, start, my data, a given name.
//!
//! The lists are `words/*.txt`; adding a language is adding a file here. All languages are tried
//! whatever language the lead is thought to speak, because a withdrawal must never be missed.

use std::sync::LazyLock;

const FILES: [&str; 2] = [include_str!("../words/en.txt"), include_str!("../words/ar.txt")];

/// What a whole message can mean regardless of any bot rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Withdraw from all bulk messages.
    Stop,
    /// Asks to be asked: answered with the opt-in question, never an opt-in by itself.
    Start,
    /// Wants to see or erase what is kept.
    MyData,
}

struct Lists {
    words: Vec<(String, Word)>,
    name_leads: Vec<String>,
}

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    let mut lists = Lists { words: Vec::new(), name_leads: Vec::new() };
    for file in FILES {
        let mut section = "";
        for line in file.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
            if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                section = name;
                continue;
            }
            match section {
                "stop" => lists.words.push((fold(line), Word::Stop)),
                "start" => lists.words.push((fold(line), Word::Start)),
                "my-data" => lists.words.push((fold(line), Word::MyData)),
                "name" => lists.name_leads.push(fold(line)),
                _ => {}
            }
        }
    }
    lists
});

/// The longest text that can be a word; anything longer is a message.
const LONGEST: usize = 200;

/// What the whole of `text` means, if it is one of the words.
pub fn recognise(text: &str) -> Option<Word> {
    if text.len() > LONGEST {
        return None;
    }
    let folded = fold(text);
    LISTS.words.iter().find(|(word, _)| *word == folded).map(|(_, meaning)| *meaning)
}

/// The name in a message such as "My name is Sam", as the lead wrote it; at most 50 characters.
pub fn given_name(text: &str) -> Option<&str> {
    if text.len() > LONGEST {
        return None;
    }
    let text = text.trim();
    let words: Vec<&str> = text.split_whitespace().collect();
    LISTS.name_leads.iter().find_map(|lead| {
        let count = lead.split(' ').count();
        let (head, rest) = words.split_at_checked(count)?;
        let name = *rest.first()?;
        (rest.len() <= 3 && fold(&head.join(" ")) == *lead)
            .then(|| name.trim_matches(|c: char| !c.is_alphanumeric()))
            .filter(|name| !name.is_empty() && name.chars().count() <= 50)
    })
}

/// Folds what does not change the meaning: case, punctuation, emoji, Arabic vowel signs, stretching
/// and the spellings of alef, ya and ta marbuta; runs of space become one.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        let c = match c {
            '\u{0622}' | '\u{0623}' | '\u{0625}' | '\u{0671}' => '\u{0627}',
            '\u{0649}' => '\u{064a}',
            '\u{0629}' => '\u{0647}',
            '\u{064b}'..='\u{065f}'
            | '\u{0670}'
            | '\u{0640}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2066}'..='\u{2069}' => {
                continue;
            }
            // Marks inside a word vanish (don't → dont), everything else separates words.
            '\'' | '\u{2019}' => continue,
            c if c.is_alphanumeric() => c,
            _ => ' ',
        };
        if c != ' ' || !(folded.is_empty() || folded.ends_with(' ')) {
            folded.push(c);
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// Whether the text is written in Arabic script for the most part.
pub fn is_arabic(text: &str) -> bool {
    let (mut arabic, mut letters) = (0, 0);
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        letters += 1;
        arabic +=
            usize::from(('\u{0600}'..='\u{06ff}').contains(&c) || ('\u{0750}'..='\u{077f}').contains(&c));
    }
    letters > 0 && arabic * 2 >= letters
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn claim_b3_stop_is_understood_in_english_and_arabic_however_it_is_written() {
        for text in [
            "stop",
            "STOP!",
            "  Stop. ",
            "unsubscribe me 🙏",
            "Opt-out",
            "توقف",
            "تَوَقُّف",
            "إلغاء الإشتراك",
            "الغاء الاشتراك",
            "قف!",
        ] {
            assert_eq!(recognise(text), Some(Word::Stop), "{text}");
        }
    }

    #[test]
    fn a_sentence_that_only_contains_the_word_is_not_a_withdrawal() {
        for text in ["where is the bus stop", "don't stop believing", "ما هو موعد التوقف القادم", ""]
        {
            assert_eq!(recognise(text), None, "{text}");
        }
    }

    #[test]
    fn a_given_name_is_taken_as_written() {
        assert_eq!(given_name("My name is Sam."), Some("Sam"));
        assert_eq!(given_name("اسمي ليلى"), Some("ليلى"));
        assert_eq!(given_name("my name is"), None);
        assert_eq!(given_name("my name is not something I would like to tell you"), None);
    }

    #[test]
    fn the_script_tells_arabic_from_the_rest() {
        assert!(is_arabic("مرحبا 😀"));
        assert!(!is_arabic("hello مر"));
        assert!(!is_arabic("😀"));
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing_more(text in ".{0,60}") {
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,300}") {
            let _ = (recognise(&text), given_name(&text));
        }
    }
}
