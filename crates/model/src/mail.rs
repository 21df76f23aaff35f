//! E-mail addresses.
//!
//! Invariant: an [`EmailAddress`] is of the plain form `local@domain` in ASCII, within the limits of
//! RFC 5321 (section 4.5.3.1), and holds nothing that could end a header, a command or an angle
//! bracket. Quoted local parts, comments and address literals are left out: nobody signs up with one,
//! and each has carried attacks.

use crate::personal::Personal;

/// The longest address, in characters (RFC 5321, path of 256 less its brackets).
pub const ADDRESS_LIMIT: usize = 254;
/// The longest part before the `@`.
pub const LOCAL_LIMIT: usize = 64;
/// The longest label of a domain (RFC 1035).
const LABEL_LIMIT: usize = 63;
/// What an atom may hold besides letters and digits (RFC 5322, section 3.2.3).
const ATOM: &[u8] = b"!#$%&'*+/=?^_`{|}~-";

/// A checked address. Prints nothing of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailAddress(Personal<String>);

/// Why a text is not an address. Says nothing of the text itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("an e-mail address has the form name@example.com")]
    Form,
    #[error("an e-mail address has at most {ADDRESS_LIMIT} characters, and {LOCAL_LIMIT} before the @")]
    TooLong,
    #[error(
        "before the @ only letters A to Z, digits, single dots and these may stand: ! # $ % & ' * + / = ? ^ _ ` {{ | }} ~ -"
    )]
    Local,
    #[error(
        "after the @ a domain such as example.com must stand; write one in another script in its xn-- form"
    )]
    Domain,
}

impl EmailAddress {
    /// Checks an address as typed; white space around it is dropped and the domain is put into lower
    /// case.
    ///
    /// # Errors
    /// What is wrong with it, in words for whoever typed it.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(AddressError::Form)?;
        if local.is_empty() || domain.is_empty() {
            return Err(AddressError::Form);
        }
        if text.len() > ADDRESS_LIMIT || local.len() > LOCAL_LIMIT {
            return Err(AddressError::TooLong);
        }
        let atom = |atom: &str| {
            !atom.is_empty() && atom.bytes().all(|b| b.is_ascii_alphanumeric() || ATOM.contains(&b))
        };
        if !local.split('.').all(atom) {
            return Err(AddressError::Local);
        }
        if !is_domain(domain) {
            return Err(AddressError::Domain);
        }
        Ok(Self(Personal::new(format!("{local}@{}", domain.to_ascii_lowercase()))))
    }

    /// The address itself. Never into a log line, an error text or a URL.
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }

    /// The domain, which names an organisation and no person.
    pub fn domain(&self) -> &str {
        self.0.reveal().rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// For finding whose it is: all in lower case. By the letter of RFC 5321 the part before the `@`
    /// tells capitals apart; no provider does, and two accounts that differ by a capital only would be
    /// a way to be mistaken for somebody.
    pub fn folded(&self) -> Personal<String> {
        Personal::new(self.0.reveal().to_ascii_lowercase())
    }

    /// As it is kept.
    pub fn into_personal(self) -> Personal<String> {
        self.0
    }
}

/// Two labels at least, of letters, digits and inner hyphens; the last is not a number, so that no
/// address of a machine passes for a name.
fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        (1..=LABEL_LIMIT).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = domain.rsplit('.').next().unwrap_or_default();
    domain.contains('.') && domain.split('.').all(label) && last.bytes().any(|b| b.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_of_every_day_pass_and_lose_only_what_does_not_matter() {
        for (typed, kept) in [
            ("owner@brand.example", "owner@brand.example"),
            ("  Owner.Name+shop@Mail.Brand.EXAMPLE \n", "Owner.Name+shop@mail.brand.example"),
            ("a@b.co", "a@b.co"),
            ("o'hara_1@xn--mgbh0fb.xn--kgbechtv", "o'hara_1@xn--mgbh0fb.xn--kgbechtv"),
        ] {
            let address = EmailAddress::parse(typed).unwrap();
            assert_eq!(address.reveal(), kept);
            assert_eq!(address.folded().reveal(), &kept.to_ascii_lowercase());
        }
        assert_eq!(EmailAddress::parse("a@Mail.Example").unwrap().domain(), "mail.example");
    }

    #[test]
    fn what_is_no_address_is_refused_with_what_is_wrong() {
        let long = format!("{}@brand.example", "a".repeat(65));
        let longer = format!(
            "aaa@{}.example",
            ["b".repeat(60), "c".repeat(60), "d".repeat(60), "e".repeat(60)].join(".")
        );
        for (text, expected) in [
            ("", AddressError::Form),
            ("owner", AddressError::Form),
            ("@brand.example", AddressError::Form),
            ("owner@", AddressError::Form),
            (long.as_str(), AddressError::TooLong),
            (longer.as_str(), AddressError::TooLong),
            ("a..b@brand.example", AddressError::Local),
            (".a@brand.example", AddressError::Local),
            ("a b@brand.example", AddressError::Local),
            ("a\r\nBcc: x@y.example,b@brand.example", AddressError::Local),
            ("\"a b\"@brand.example", AddressError::Local),
            ("a@b@brand.example", AddressError::Local),
            ("<a@brand.example", AddressError::Local),
            ("محمد@brand.example", AddressError::Local),
            ("a@localhost", AddressError::Domain),
            ("a@[127.0.0.1]", AddressError::Domain),
            ("a@127.0.0.1", AddressError::Domain),
            ("a@-b.example", AddressError::Domain),
            ("a@b-.example", AddressError::Domain),
            ("a@b..example", AddressError::Domain),
            ("a@b.example>", AddressError::Domain),
            ("a@b.example\r\nX: y", AddressError::Domain),
            ("a@موقع.example", AddressError::Domain),
        ] {
            assert_eq!(EmailAddress::parse(text), Err(expected), "{text:?}");
        }
    }

    #[test]
    fn claim_f2_an_address_prints_nothing_of_itself() {
        let address = EmailAddress::parse("owner@brand.example").unwrap();
        assert!(!format!("{address:?}").contains("owner"));
    }

    proptest! {
        #[test]
        fn whatever_passes_is_safe_in_a_header_and_a_command(text in "[ -~\\r\\n\\t]{0,80}|[a-z.+]{1,8}@[a-z.-]{1,12}|\\PC{0,40}") {
            if let Ok(address) = EmailAddress::parse(&text) {
                let kept = address.reveal();
                prop_assert!(kept.is_ascii() && kept.len() <= ADDRESS_LIMIT);
                prop_assert!(kept.bytes().all(|b| b.is_ascii_graphic() && !b"<>()[]\\,;:\" ".contains(&b)));
                prop_assert_eq!(kept.matches('@').count(), 1);
                prop_assert_eq!(EmailAddress::parse(kept), Ok(address.clone()));
                let folded = address.folded();
                prop_assert_eq!(EmailAddress::parse(folded.reveal()).map(EmailAddress::into_personal), Ok(folded));
            }
        }

        #[test]
        fn the_usual_forms_pass(local in "[a-z0-9]{1,10}(\\.[a-z0-9_+-]{1,10}){0,2}", domain in "[a-z][a-z0-9]{0,10}(\\.[a-z]{2,8}){1,2}") {
            let address = EmailAddress::parse(&format!("{local}@{domain}"));
            prop_assert!(address.is_ok());
        }
    }
}
