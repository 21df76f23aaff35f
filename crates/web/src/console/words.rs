//! Numbers, times and names as people read them.
//!
//! Invariant: the same digits in every language (0 to 9), as the brands' own texts use them; times
//! are as the reader's clocks show them, whose zone every page says at its foot; days are UTC's.

use crate::language::Language;
use crate::reader::{Reader, Zone};
use engine::views::At;
use engine::views::announced::Unmailed;
use fluent_bundle::FluentArgs;
use jiff::tz::TimeZone;

/// `12,345`
pub fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A text that holds `{ $shown }` and chooses its form by `{ $count }`.
pub fn count(language: Language, id: &str, count: u64) -> String {
    let mut args = FluentArgs::new();
    args.set("count", language.form_of(count));
    args.set("shown", number(count));
    language.tell(id, Some(&args))
}

/// What of an announcement has not left, and what there is to do about it.
pub fn unmailed(language: Language, of: Unmailed) -> Vec<String> {
    [("announced-waiting", of.waiting), ("announced-lost", of.lost)]
        .into_iter()
        .filter(|(_, mails)| *mails > 0)
        .map(|(id, mails)| count(language, id, mails))
        .collect()
}

/// `22 November 2026, 14:05`
pub fn time(reader: Reader, at: At) -> String {
    shown(reader.language, at, reader.zone.tz())
}

/// A day, counted from 1970-01-01: `22 November`.
pub fn day(language: Language, day: i64) -> String {
    let Ok(at) = jiff::Timestamp::from_second(day.saturating_mul(86_400)) else { return String::new() };
    let date = at.to_zoned(TimeZone::UTC).date();
    let mut args = FluentArgs::new();
    args.set("day", date.day().to_string());
    args.set("month", language.say(&format!("console-month-{}", date.month())));
    language.tell("console-day", Some(&args)).replace(['\u{2068}', '\u{2069}'], "")
}

/// A day that is written `2026-11-26`: `26 November 2026`.
pub fn date(language: Language, day: &str) -> String {
    let Ok(date) = day.parse::<jiff::civil::Date>() else { return day.to_owned() };
    let mut args = FluentArgs::new();
    args.set("day", date.day().to_string());
    args.set("month", language.say(&format!("console-month-{}", date.month())));
    args.set("year", date.year().to_string());
    language.tell("console-date", Some(&args)).replace(['\u{2068}', '\u{2069}'], "")
}

/// The same as the clocks of a zone show it, with the zone and how far it is off:
/// `24 December 2026, 18:00 (Europe/Dublin, UTC+00:00)`. In UTC where the zone is not known.
pub fn time_in(language: Language, at: At, zone: Option<&str>) -> String {
    let found = zone.filter(|zone| *zone != Zone::UTC.name());
    let found = found.and_then(|zone| Some((zone, TimeZone::get(zone).ok()?)));
    let Some((zone, tz)) = found else { return format!("{} (UTC)", shown(language, at, TimeZone::UTC)) };
    let Ok(moment) = jiff::Timestamp::from_microsecond(at.0.0) else { return at.to_string() };
    let offset = moment.to_zoned(tz.clone()).strftime("%:z").to_string();
    // What stands in Latin letters is held together within Arabic.
    format!("{} \u{2066}({zone},\u{a0}UTC{offset})\u{2069}", shown(language, at, tz))
}

/// Which time it is where the clock is turned instead of waiting, and why.
pub fn turned(language: Language, at: At, zone: Zone) -> String {
    language.say_with("demo-clock", "now", &time_in(language, at, Some(zone.name())))
}

fn shown(language: Language, at: At, tz: TimeZone) -> String {
    let Ok(at) = jiff::Timestamp::from_microsecond(at.0.0) else { return at.to_string() };
    let at = at.to_zoned(tz);
    let mut args = FluentArgs::new();
    args.set("day", at.day().to_string());
    args.set("month", language.say(&format!("console-month-{}", at.month())));
    args.set("year", at.year().to_string());
    args.set("time", format!("{:02}:{:02}", at.hour(), at.minute()));
    // Without the marks around its parts: a text that holds nothing but marked parts has no direction of
    // its own, and would turn round inside another text.
    language.tell("console-time", Some(&args)).replace(['\u{2068}', '\u{2069}'], "")
}

/// An id that is short enough for a list: its kind and its last eight digits, which differ most.
pub fn short(id: &impl std::fmt::Display) -> String {
    let id = id.to_string();
    let tail = id.len().saturating_sub(8);
    match (id.split_once('_'), id.get(tail..)) {
        (Some((kind, _)), Some(tail)) => format!("{kind}…{tail}"),
        _ => id,
    }
}

/// The first words of a text, on one line.
pub fn excerpt(text: &str) -> String {
    const LONGEST: usize = 120;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    let cut: String = line.chars().take(LONGEST).collect();
    format!("{}…", cut.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::id::LeadId;
    use model::time::Timestamp;

    #[test]
    fn numbers_are_grouped() {
        for (n, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(number(n), text);
        }
    }

    #[test]
    fn times_are_read_in_both_languages() {
        let at = At(Timestamp(1_795_356_300_000_000));
        let time = |language, at| time(Reader { language, zone: Zone::UTC }, at);
        assert_eq!(time(Language::English, at), "22 November 2026, 14:05");
        assert_eq!(time(Language::Arabic, at), "22 نوفمبر 2026، 14:05");
        let there = |zone| time_in(Language::English, at, zone);
        let marks = "22 November 2026, 19:35 \u{2066}(Asia/Kolkata,\u{a0}UTC+05:30)\u{2069}";
        assert_eq!(there(Some("Asia/Kolkata")), marks);
        assert_eq!((there(None), there(Some("Mars"))), (there(Some("Venus")), there(None)));
        assert_eq!(there(None), "22 November 2026, 14:05 (UTC)");
        assert_eq!(there(Some("UTC")), there(None));
    }

    #[test]
    fn days_are_read_in_both_languages() {
        assert_eq!(date(Language::English, "2026-11-26"), "26 November 2026");
        assert_eq!(date(Language::Arabic, "2026-11-26"), "26 نوفمبر 2026");
    }

    #[test]
    fn times_are_as_the_readers_clocks_show_them_on_both_sides_of_a_change() {
        let shown = |language, zone, at: &str| {
            let at: jiff::Timestamp = at.parse().expect("a time");
            let zone = Zone::named(zone).expect("a zone");
            time(Reader { language, zone }, At(Timestamp(at.as_microsecond())))
        };
        for (zone, at, text) in [
            // Amman keeps its summer's clocks all year; the day is another there.
            ("Asia/Amman", "2026-11-22T14:05:00Z", "22 November 2026, 17:05"),
            ("Asia/Amman", "2026-12-31T21:30:00Z", "1 January 2027, 00:30"),
            ("Europe/Berlin", "2026-03-29T00:59:00Z", "29 March 2026, 01:59"),
            ("Europe/Berlin", "2026-03-29T01:00:00Z", "29 March 2026, 03:00"),
            ("Europe/Berlin", "2026-10-25T00:30:00Z", "25 October 2026, 02:30"),
            ("Europe/Berlin", "2026-10-25T01:30:00Z", "25 October 2026, 02:30"),
            ("Europe/Berlin", "2026-10-25T02:30:00Z", "25 October 2026, 03:30"),
        ] {
            assert_eq!(shown(Language::English, zone, at), text, "{zone} {at}");
        }
        let arabic = shown(Language::Arabic, "Asia/Amman", "2026-12-31T21:30:00Z");
        assert_eq!(arabic, "1 يناير 2027، 00:30");
    }

    #[test]
    fn ids_and_texts_are_shortened() {
        assert_eq!(short(&LeadId([0xab; 16])), "led…abababab");
        assert_eq!(excerpt("a \n b"), "a b");
        assert_eq!(excerpt(&"word ".repeat(60)).chars().count(), 120);
    }
}
