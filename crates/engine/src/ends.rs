//! Ids of what waits that end in what it is about and whom it is for: so it is known, without opening it and without a
//! column for it, what was not told to whom once it ends.
//!
//! Invariant: the end of an id is that of what it is about, mixed with that of the person: it says nothing to whoever
//! does not know one of the two, and no two people's are alike.

/// The random bytes at the end of an id.
pub(crate) type End = [u8; 7];

/// The end of an id.
pub(crate) const fn end(id: &[u8; 16]) -> End {
    let [.., a, b, c, d, e, f, g] = *id;
    [a, b, c, d, e, f, g]
}

fn mixed(one: End, other: End) -> End {
    let mut mixed = one;
    mixed.iter_mut().zip(other).for_each(|(byte, other)| *byte ^= other);
    mixed
}

/// Makes `id` that of what tells `person` about `about`.
pub(crate) fn mark(id: &mut [u8; 16], about: &[u8; 16], person: &[u8; 16]) {
    let marked = mixed(end(about), end(person));
    let head = id.len().saturating_sub(marked.len());
    id.iter_mut().skip(head).zip(marked).for_each(|(byte, marked)| *byte = marked);
}

/// The end of what a marked id is about; of any other id an end that nothing has.
pub(crate) fn about(id: &[u8; 16], person: &[u8; 16]) -> End {
    mixed(end(id), end(person))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::entropy::Entropy;
    use model::id::{AccountId, AnnouncementId, MailId};
    use model::time::Timestamp;

    #[test]
    fn a_marked_id_says_what_it_is_about_to_whoever_knows_whom_it_is_for_and_stays_an_id_of_its_time() {
        let entropy: &dyn Entropy = &testkit::SeededEntropy::new(3);
        let now = Timestamp(1_800_000_000_000_000);
        let (about_one, about_other) = (AnnouncementId::new(now, entropy), AnnouncementId::new(now, entropy));
        let (one, other) = (AccountId::new(now, entropy), AccountId::new(now, entropy));
        let plain = MailId::new(now, entropy);
        let mut marked = plain;
        mark(&mut marked.0, &about_one.0, &one.0);
        assert_eq!(marked.0[..9], plain.0[..9], "time, order, version and variant");
        assert_eq!(about(&marked.0, &one.0), end(&about_one.0));
        for (id, person) in [(marked, other), (plain, one)] {
            assert!([about_one, about_other].iter().all(|of| about(&id.0, &person.0) != end(&of.0)));
        }
    }
}
