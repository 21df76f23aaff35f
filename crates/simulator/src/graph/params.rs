//! A Graph call's parameters, from query, form or JSON alike.
//!
//! Invariant: a parameter means the same whichever way it came; an object may arrive as JSON or as a
//! string of JSON.

use serde_json::Value;
use std::collections::BTreeMap;

/// Named parameters of one call.
#[derive(Debug, Clone, Default)]
pub struct Params(BTreeMap<String, Value>);

impl Params {
    /// Adds the pairs of a query or form string.
    pub fn add_form(&mut self, form: &str) {
        for (name, value) in pairs(form) {
            self.0.insert(name, Value::String(value));
        }
    }

    /// Adds the members of a JSON object; anything else adds nothing.
    pub fn add_json(&mut self, body: Value) {
        if let Value::Object(members) = body {
            self.0.extend(members);
        }
    }

    pub fn set(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// A parameter as text; numbers and booleans as they are written.
    pub fn text(&self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other => Some(other.to_string()),
        }
    }

    /// A parameter as a value: a string of JSON counts as what it says.
    pub fn value(&self, name: &str) -> Option<Value> {
        match self.0.get(name)? {
            Value::String(text) => {
                let json = text.trim_start().starts_with(['{', '[']);
                Some(
                    json.then(|| serde_json::from_str(text).ok())
                        .flatten()
                        .unwrap_or_else(|| Value::String(text.clone())),
                )
            }
            Value::Null => None,
            other => Some(other.clone()),
        }
    }

    /// A parameter as a list: a JSON array, or a comma list.
    pub fn list(&self, name: &str) -> Option<Vec<String>> {
        match self.value(name)? {
            Value::Array(items) => Some(
                items
                    .into_iter()
                    .map(|item| match item {
                        Value::String(text) => text,
                        other => other.to_string(),
                    })
                    .collect(),
            ),
            Value::String(text) => Some(
                text.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect(),
            ),
            _ => None,
        }
    }

    pub fn number(&self, name: &str) -> Option<u64> {
        self.text(name)?.parse().ok()
    }
}

/// The pairs of a query or form string, decoded.
pub fn pairs(form: &str) -> impl Iterator<Item = (String, String)> + '_ {
    form.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name), decode(value))
    })
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let escaped = match (first, tail) {
            (b'%', [high, low, after @ ..]) => hex_pair(*high, *low).map(|byte| (byte, after)),
            _ => None,
        };
        let (byte, after) = escaped.unwrap_or((if *first == b'+' { b' ' } else { *first }, tail));
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8(bytes).unwrap_or_else(|bad| String::from_utf8_lossy(bad.as_bytes()).into_owned())
}

fn hex_pair(high: u8, low: u8) -> Option<u8> {
    let digit = |letter: u8| char::from(letter).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_form_is_decoded_and_its_objects_are_read() {
        let mut params = Params::default();
        params.add_form("recipient=%7B%22id%22%3A%2212%22%7D&fields=a,b&text=caf%C3%A9+1%25&bad=%zz");
        assert_eq!(params.value("recipient"), Some(json!({ "id": "12" })));
        assert_eq!(params.list("fields"), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(params.text("text").as_deref(), Some("café 1%"));
        assert_eq!(params.text("bad").as_deref(), Some("%zz"));
        assert_eq!(params.value("absent"), None);
    }

    #[test]
    fn json_and_form_mean_the_same() {
        let mut json = Params::default();
        json.add_json(json!({ "fields": ["get_started"], "limit": 5 }));
        assert_eq!(json.list("fields"), Some(vec!["get_started".to_owned()]));
        assert_eq!(json.number("limit"), Some(5));
    }
}
