//! Tells Rust's code, comments and string literals apart, so that a rule about code does not trip over a
//! sentence and a rule about strings does not trip over code.
//!
//! Invariant: the blanked code has the same length and the same lines as the text, so that an offset in
//! one is an offset in the other.

/// A Rust file taken apart.
pub struct Lexed {
    /// The text with the insides of comments and literals blanked.
    pub code: String,
    /// Offset and inside of each string literal.
    pub strings: Vec<(usize, String)>,
    /// Byte ranges of the items under `#[cfg(test)]`.
    tests: Vec<(usize, usize)>,
}

impl Lexed {
    pub fn is_in_test(&self, offset: usize) -> bool {
        self.tests.iter().any(|(start, end)| (*start..*end).contains(&offset))
    }

    /// The offset just behind the bracket that closes the one at `open`.
    pub fn closing(&self, open: usize) -> usize {
        let mut depth = 0_usize;
        for (offset, byte) in self.code.bytes().enumerate().skip(open) {
            match byte {
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return offset + 1;
                    }
                }
                _ => {}
            }
        }
        self.code.len()
    }

    /// Offsets at which `word` stands in the code and is not the end of a longer name.
    pub fn find<'a>(&'a self, word: &'a str) -> impl Iterator<Item = usize> + 'a {
        self.code.match_indices(word).map(|(offset, _)| offset).filter(|offset| {
            let before = self.code.get(..*offset).and_then(|text| text.chars().next_back());
            !before.is_some_and(is_of_a_name)
        })
    }
}

pub fn is_of_a_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Takes a file apart. Understands line and nested block comments, strings with escapes, raw strings and
/// the difference between a character and a lifetime.
pub fn lex(text: &str) -> Lexed {
    let mut code = text.as_bytes().to_vec();
    let mut strings = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = text.get(at..).unwrap_or_default();
        let end = at + piece(rest);
        if let Some((from, to)) = inside_of_string(rest) {
            strings.push((at + from, rest.get(from..to).unwrap_or_default().to_owned()));
            blank(&mut code, at + from, at + to);
        } else if rest.starts_with("//") || rest.starts_with("/*") || is_char(rest) {
            blank(&mut code, at, end);
        }
        at = end;
    }
    let mut lexed = Lexed { code: String::from_utf8_lossy(&code).into_owned(), strings, tests: Vec::new() };
    lexed.tests = lexed
        .code
        .match_indices("#[cfg(test)]")
        .map(|(start, _)| {
            let rest = lexed.code.get(start..).unwrap_or_default();
            let end = match rest.find(['{', ';']) {
                Some(at) if rest.get(at..).is_some_and(|body| body.starts_with('{')) => {
                    lexed.closing(start + at)
                }
                Some(at) => start + at + 1,
                None => lexed.code.len(),
            };
            (start, end)
        })
        .collect();
    lexed
}

/// Every byte but the ends of lines becomes a space; a multi-byte character becomes several.
fn blank(code: &mut [u8], from: usize, to: usize) {
    for byte in code.iter_mut().take(to).skip(from).filter(|byte| **byte != b'\n') {
        *byte = b' ';
    }
}

/// The length of the comment, literal, name or single character at the start of `rest`.
fn piece(rest: &str) -> usize {
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return block_comment(rest);
    }
    if let Some((_, to)) = inside_of_string(rest) {
        let hashes = rest.get(to + 1..).map_or(0, |tail| tail.len() - tail.trim_start_matches('#').len());
        let raw = rest.get(..rest.find('"').unwrap_or(0)).map_or(0, |head| head.matches('#').count());
        return (to + 1 + hashes.min(raw)).min(rest.len());
    }
    if is_char(rest) {
        return char_literal(rest).unwrap_or(1);
    }
    let name = rest.find(|c| !is_of_a_name(c)).unwrap_or(rest.len());
    if name > 0 { name } else { rest.chars().next().map_or(1, char::len_utf8) }
}

fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(tail) = rest.get(at..).filter(|tail| !tail.is_empty()) {
        if tail.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if tail.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += tail.chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// Where the inside of the string literal at the start of `rest` begins and ends.
fn inside_of_string(rest: &str) -> Option<(usize, usize)> {
    let prefix = rest.find(|c: char| !matches!(c, 'b' | 'c' | 'r' | '#'))?;
    let (head, tail) = rest.split_at_checked(prefix)?;
    let body = tail.strip_prefix('"')?;
    let raw = match head.trim_end_matches('#') {
        "r" | "br" | "cr" => true,
        "" | "b" | "c" if !head.contains('#') => false,
        _ => return None,
    };
    let from = prefix + 1;
    if raw {
        let close = format!("\"{}", "#".repeat(head.matches('#').count()));
        return Some((from, from + body.find(&close).unwrap_or(body.len())));
    }
    let mut escaped = false;
    for (offset, c) in body.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some((from, from + offset)),
            _ => {}
        }
    }
    Some((from, rest.len()))
}

fn is_char(rest: &str) -> bool {
    char_literal(rest).is_some()
}

/// The length of `'x'` or `'\…'`; none for a lifetime.
fn char_literal(rest: &str) -> Option<usize> {
    let body = rest.strip_prefix('\'')?;
    if let Some(escape) = body.strip_prefix('\\') {
        let behind = escape.chars().next()?.len_utf8();
        return Some(2 + behind + escape.get(behind..)?.find('\'')? + 1);
    }
    let first = body.chars().next()?;
    body.get(first.len_utf8()..)?.starts_with('\'').then_some(2 + first.len_utf8())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_blanked_and_lines_stay_where_they_are() {
        let text =
            "a(\"x \\\" y\"); // todo!\n/* b /* c */\n d */ e('\"', '\\'', 'é'); f::<'a>(r#\"q\"w\"#);\ng";
        let lexed = lex(text);
        assert_eq!(lexed.code.len(), text.len());
        assert_eq!(lexed.code.matches('\n').count(), text.matches('\n').count());
        assert_eq!(lexed.code.split_whitespace().collect::<String>(), "a(\"\");e(,,);f::<'a>(r#\"\"#);g");
        let strings: Vec<&str> = lexed.strings.iter().map(|(_, inside)| inside.as_str()).collect();
        assert_eq!(strings, ["x \\\" y", "q\"w"]);
        for (offset, inside) in &lexed.strings {
            assert!(text[*offset..].starts_with(inside.as_str()));
        }
    }

    #[test]
    fn names_that_end_like_a_prefix_are_no_strings() {
        let lexed = lex("let b = bar(b\"bytes\", c\"c\", \"plain\", br##\"raw \"# on\"##);");
        let strings: Vec<&str> = lexed.strings.iter().map(|(_, inside)| inside.as_str()).collect();
        assert_eq!(strings, ["bytes", "c", "plain", "raw \"# on"]);
    }

    #[test]
    fn unfinished_text_ends_with_the_file() {
        for text in ["\"open", "/* open", "r#\"open\"", "'", "'\\", "b", "#", "é\"é"] {
            assert_eq!(lex(text).code.len(), text.len(), "{text}");
        }
    }

    #[test]
    fn the_code_of_tests_is_known_as_such() {
        let lexed = lex(
            "#[cfg(test)]\nmod sample;\nfn a() {}\n#[cfg(test)]\nmod tests { fn b() { if x {} } }\nfn c() {}",
        );
        let place = |name: &str| lexed.code.find(name).unwrap();
        assert!(!lexed.is_in_test(place("fn a")));
        assert!(lexed.is_in_test(place("fn b")) && lexed.is_in_test(place("if x")));
        assert!(!lexed.is_in_test(place("fn c")));
    }

    #[test]
    fn a_word_is_not_found_at_the_end_of_a_longer_name() {
        let lexed = lex("my_info!(a); info!(b); \"info!\"; // info!");
        assert_eq!(lexed.find("info!").count(), 1);
    }
}
