//! Where in a TOML file something is wrong: its line and its key, for a sentence.
//!
//! Invariant: no value of the file is repeated, since it may be a secret; keys and headings are.

use std::ops::Range;

/// `line 3, `server.listen`: must be a text in quotes`.
pub fn sentence(text: &str, error: &toml::de::Error) -> String {
    let problem = problem(error.message());
    let Some(Range { start, .. }) = error.span() else { return problem };
    let line = text.get(..start).unwrap_or(text).matches('\n').count();
    // What is missing is missing in the section, whatever comes first in it.
    let is_heading = text.lines().nth(line).is_some_and(|line| line.starts_with('['));
    let is_broken = text.parse::<toml::Table>().is_err();
    let key = key_at(text, line, is_broken).filter(|_| is_heading || !problem.starts_with("missing field"));
    let line = line.saturating_add(1);
    key.map_or_else(|| format!("line {line}: {problem}"), |key| format!("line {line}, `{key}`: {problem}"))
}

/// What the parser says, without the value that it found.
pub fn problem(message: &str) -> String {
    let message = message.replace('\n', ", ");
    if !(message.starts_with("invalid type:") || message.starts_with("invalid value:")) {
        return message;
    }
    let wanted = message.rsplit_once(", expected ").map_or("", |(_, wanted)| wanted);
    match wanted {
        "a string" | "path string" => "must be a text in quotes".to_owned(),
        "a sequence" => "must be a list in brackets".to_owned(),
        "a map" => "must be a section".to_owned(),
        number if number.starts_with(['u', 'i']) && number.get(1..).is_some_and(is_figures) => {
            "must be a whole number that fits".to_owned()
        }
        section if section.starts_with("struct ") => "must be a section".to_owned(),
        other => format!("must be {other}"),
    }
}

fn is_figures(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

/// The key on that line or, within a value of several lines, above it; with the section it is in.
fn key_at(text: &str, line: usize, is_broken: bool) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    // A line that begins inside a text of several lines holds no key, whatever it looks like.
    let is_odd = |line: &&str, quote| !line.matches(quote).count().is_multiple_of(2);
    let begins_inside = |at: usize| {
        let before = lines.get(..at).unwrap_or_default();
        // Nor does one in a file that cannot be read, if the one above leaves a quote open or says nothing: it may be the rest of a value.
        let is_open = |line: &&str| is_odd(line, '"') || is_odd(line, '\'') || line.trim_end().ends_with('=');
        if is_broken && before.last().is_some_and(is_open) {
            return true;
        }
        ["\"\"\"", "'''"]
            .iter()
            .any(|quotes| before.iter().map(|l| l.matches(quotes).count()).sum::<usize>() % 2 == 1)
    };
    let at_or_above =
        || (0..=line).rev().filter(|at| !begins_inside(*at)).filter_map(|at| Some((at, lines.get(at)?)));
    let heading = |line: &&str| {
        let name = line.trim().strip_prefix('[')?.split(']').next()?.trim_matches(['[', ' ']);
        is_key(name).then(|| name.to_owned())
    };
    let key = |line: &&str| {
        let name = line.split_once('=')?.0.trim().to_owned();
        is_key(&name).then_some(name)
    };
    let (at, found) =
        at_or_above().find_map(|(at, line)| Some((at, key(line).or_else(|| heading(line))?)))?;
    if lines.get(at).is_some_and(|line| heading(line).is_some()) {
        return Some(found);
    }
    let section = at_or_above().find_map(|(_, line)| heading(line));
    Some(section.map_or_else(|| found.clone(), |section| format!("{section}.{found}")))
}

/// A quote without its other half is the end of a value, or its beginning.
fn is_key(name: &str) -> bool {
    !name.is_empty()
        && name.matches('"').count().is_multiple_of(2)
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'"'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its errors are looked at")]
    struct File {
        shop: Option<Shop>,
        count: Option<u16>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its errors are looked at")]
    struct Shop {
        name: String,
        pass: Option<String>,
    }

    #[test]
    fn line_and_key_are_named_and_the_value_never() {
        for (text, said) in [
            ("\ncount = \"hidden\"\n", "line 2, `count`: must be a whole number that fits"),
            ("[shop]\nname = \"a\"\npass = 4711\n", "line 3, `shop.pass`: must be a text in quotes"),
            ("[shop]\nname = \"a\"\npass = hidden\n", "line 3, `shop.pass`: string values must be quoted"),
            ("[shop]\nname = \"a\"\npass = \"hidden\n", "line 3, `shop.pass`: invalid basic string"),
            (
                "[shop]\nname = \"a\"\npass = \"\"\"\nhidden=4711=\nhidden",
                "line 5, `shop.pass`: invalid multi",
            ),
            ("[shop]\nname = \"a\"\npass = [\n\"hidden\"]\n", "line 3, `shop.pass`: must be a text"),
            (
                "[shop]\nname = \"a\"\nword = \"hidden\"\n",
                "line 3, `shop.word`: unknown field `word`, expected `name` or `pass`",
            ),
            ("[shop]\npass = \"hidden\"\n", "line 1, `shop`: missing field `name`"),
            (
                "[shopp]\nname = \"hidden\"\n",
                "line 1, `shopp`: unknown field `shopp`, expected `shop` or `count`",
            ),
            ("shop = \"hidden\"\n", "line 1, `shop`: must be a section"),
            ("[shop\n", "line 1, `shop`: unclosed table"),
            ("hidden4711\n", "line 1: key with no value"),
            ("[shop]\nname = \"a\"\npass =\n\"hidden=4711\"\n", "line "),
            ("[shop]\nname = \"a\"\nname = \"hidden\"\n", "line 3, `shop.name`: duplicate key"),
        ] {
            let error = toml::from_str::<File>(text).err().unwrap();
            let sentence = sentence(text, &error);
            assert!(sentence.starts_with(said), "{text:?}: {sentence}");
            assert!(!sentence.contains("hidden") && !sentence.contains("4711"), "{text:?}: {sentence}");
        }
    }
}
