//! Each kind of change both ways: what is more is material and named, the same taken back is not.

use super::*;
use crate::datamap::{Announced, Entry as Field, Place as Table, Sent as Flowing};
use model::brand::Brand;
use model::datamap::elsewhere::{
    BROWSER, ExportField, InBrowser as Cookie, InMemory as Noted, LetterField, MEMORY,
};
use model::datamap::{Basis, Category, Goes, Protection, Purpose, Retention, Subject};
use proptest::prelude::*;

fn map() -> DataMap {
    let brand: Brand =
        toml::from_str(include_str!("../../../../../brands/leangzbotchat/brand.toml")).unwrap();
    let announced = Announced::parse(include_str!("../../../../../brands/recipients.toml")).unwrap();
    DataMap::new(&brand, &announced, 7)
}

fn with(change: impl FnOnce(&mut DataMap)) -> DataMap {
    let mut map = map();
    change(&mut map);
    map
}

fn table<'a>(map: &'a mut DataMap, name: &str) -> &'a mut Table {
    map.places.iter_mut().find(|place| place.name == name).unwrap()
}

/// When a session was used: a column about an account.
fn seen_at(map: &mut DataMap) -> &mut Field {
    table(map, "session").columns.iter_mut().find(|entry| entry.name == "seen_at").unwrap()
}

/// One list after another, for a field that a program has from its sources.
fn leaked<T: Copy>(first: &[T], second: &[T]) -> &'static [T] {
    Vec::leak([first, second].concat())
}

/// When somebody signed in: kept for 30 days.
fn signed_in_at(map: &mut DataMap) -> &mut Field {
    let at = table(map, "sign_in").columns.iter_mut().find(|entry| entry.name == "at").unwrap();
    assert_eq!(at.retention, Retention::Days(30));
    at
}

fn said(difference: &Difference) -> Vec<String> {
    difference.material().iter().map(ToString::to_string).collect()
}

/// The change is material and named, and taking it back is not material.
fn is_material(named: &str, change: impl FnOnce(&mut DataMap)) {
    let (before, after) = (map(), with(change));
    assert_eq!(said(&diff(&before.bytes(), &after)), [named]);
    assert_eq!(diff(&after.bytes(), &before), Difference::Wording, "{named}, taken back");
}

#[test]
fn claim_d1_what_a_table_holds_more_longer_or_less_protected_is_material() {
    let like_seen_at = |name: &'static str| Field { name, ..seen_at(&mut map()).clone() };
    is_material("new-place diary", |map| {
        let diary = Table { name: "diary", ..table(map, "session").clone() };
        map.places.push(diary);
    });
    is_material("new-field session.mood (time)", |map| {
        table(map, "session").columns.push(like_seen_at("mood"));
    });
    is_material("new-field session.mood (name)", |map| {
        let mood = Field { category: Category::Name, ..like_seen_at("mood") };
        table(map, "session").sealed.push(mood);
    });
    is_material("new-purpose session: count", |map| seen_at(map).purposes.push(Purpose::Count));
    is_material("new-recipient session: meta", |map| seen_at(map).recipients = &["meta"]);
    is_material("longer sign_in: 31 days", |map| signed_in_at(map).retention = Retention::Days(31));
    is_material("longer sign_in: until-erasure", |map| {
        signed_in_at(map).retention = Retention::UntilErasure;
    });
    is_material("longer session: 91 days", |map| table(map, "session").days = Some(91));
    is_material("later-erased session: stays", |map| table(map, "session").goes = Goes::Stays);
    is_material("new-in-backups session", |map| map.backups.left_out.retain(|one| one.place != "session"));
}

#[test]
fn claim_d1_another_legal_basis_and_another_kind_of_data_are_material_both_ways() {
    let moved = with(|map| seen_at(map).bases = vec![Basis::LegitimateInterest]);
    assert_eq!(said(&diff(&map().bytes(), &moved)), ["new-basis session: legitimate-interest"]);
    assert_eq!(said(&diff(&moved.bytes(), &map())), ["new-basis session: contract"]);
    // Of two one is left, for the same purposes.
    let two = with(|map| seen_at(map).bases.push(Basis::Consent));
    assert_eq!(said(&diff(&map().bytes(), &two)), ["new-basis session: consent"]);
    assert_eq!(said(&diff(&two.bytes(), &map())), ["new-basis session: contract"]);
    let other = with(|map| seen_at(map).category = Category::Browser);
    assert_eq!(said(&diff(&map().bytes(), &other)), ["new-field session.seen_at (browser)"]);
    assert_eq!(said(&diff(&other.bytes(), &map())), ["new-field session.seen_at (time)"]);
    // About somebody else.
    let of_lead = with(|map| seen_at(map).subject = Subject::Lead);
    assert_eq!(said(&diff(&map().bytes(), &of_lead)), ["new-field session.seen_at (time)"]);
}

#[test]
fn claim_d1_the_weaker_of_two_protections_is_material() {
    let ways = [
        Protection::Plain("a state"),
        Protection::Hash,
        Protection::KeyedHash,
        Protection::SealedBrand,
        Protection::SealedPerson,
    ];
    for (at, weak) in ways.into_iter().enumerate() {
        for strong in ways.into_iter().skip(at.saturating_add(1)) {
            let before = with(|map| seen_at(map).protection = strong);
            let after = with(|map| seen_at(map).protection = weak);
            let there = said(&diff(&before.bytes(), &after));
            assert_eq!(there.len(), 1, "{there:?}");
            assert!(there.iter().all(|one| one.starts_with("weaker session.seen_at: ")), "{there:?}");
            assert_eq!(diff(&after.bytes(), &before), Difference::Wording);
        }
    }
    // Into the envelope: the same field, better protected.
    let inside = with(|map| {
        let session = table(map, "session");
        let at = session.columns.iter().position(|entry| entry.name == "seen_at").unwrap();
        let moved = Field { protection: Protection::SealedPerson, ..session.columns.remove(at) };
        session.sealed.push(moved);
    });
    assert_eq!(diff(&map().bytes(), &inside), Difference::Wording);
}

#[test]
fn claim_d1_what_lies_elsewhere_or_goes_out_counts_too() {
    let cookie = |days| Cookie { longest_days: days, ..BROWSER[0] };
    is_material("new-in-browser __Host-mood", |map| {
        map.browser = leaked(BROWSER, &[Cookie { name: "__Host-mood", ..cookie(1) }]);
    });
    is_material("longer-in-browser __Host-session", |map| {
        map.browser = leaked(&[cookie(365)], &BROWSER[1..]);
    });
    is_material("new-purpose-in-browser __Host-session: count", |map| {
        let counted = Cookie { purposes: &[Purpose::SignIn, Purpose::Count], ..BROWSER[0] };
        map.browser = leaked(&[counted], &BROWSER[1..]);
    });
    let noted = |code, is| Noted { code, is, purposes: &[Purpose::Security], days: 1 };
    is_material("new-in-memory moods (name)", |map| {
        map.memory = leaked(MEMORY, &[noted("moods", Category::Name)]);
    });
    is_material("longer-in-memory tries: 9 days", |map| {
        map.memory = leaked(&[Noted { days: 9, ..MEMORY[0] }], &MEMORY[1..]);
    });
    is_material("new-purpose-in-memory tries: count", |map| {
        let counted = Noted { purposes: &[Purpose::Security, Purpose::Count], ..MEMORY[0] };
        map.memory = leaked(&[counted], &MEMORY[1..]);
    });
    is_material("new-in-files ip-address", |map| {
        let more = ExportField { name: "network", is: Category::IpAddress };
        map.export_fields = leaked(map.export_fields, &[more]);
    });
    is_material("new-in-letters message", |map| {
        let more = LetterField { name: "words", is: Category::MessageText };
        map.letter_fields = leaked(map.letter_fields, &[more]);
    });
    is_material("new-flow meta: name", |map| map.flows.push(moods(&[Purpose::Answer])));
    is_material("longer-backups 8 days", |map| map.backups.days_of_keys = 8);
    // Whoever is new in the register is announced there, with what they get.
    let registered = with(|map| {
        let purposes = &[Purpose::Answer];
        let more = Announced { name: "new".into(), ..map.recipients[0].clone() };
        map.recipients.push(more);
        map.flows.push(Flowing {
            recipient: "new".into(),
            what: "moods",
            category: Category::Name,
            purposes,
        });
    });
    assert_eq!(diff(&map().bytes(), &registered), Difference::Wording);
}

/// Something about people that goes to a recipient.
fn moods(purposes: &'static [Purpose]) -> Flowing {
    Flowing { recipient: "meta".into(), what: "moods", category: Category::Name, purposes }
}

#[test]
fn claim_d1_what_goes_out_is_told_apart_by_its_kind_and_purposes_and_not_by_its_words() {
    let before = with(|map| map.flows.push(moods(&[Purpose::Answer])));
    let reworded = with(|map| map.flows.push(Flowing { what: "tempers", ..moods(&[Purpose::Answer]) }));
    assert_eq!(diff(&before.bytes(), &reworded), Difference::Wording);
    let counted = with(|map| map.flows.push(moods(&[Purpose::Answer, Purpose::Count])));
    assert_eq!(said(&diff(&before.bytes(), &counted)), ["new-purpose-of-flow meta: count"]);
    assert_eq!(diff(&counted.bytes(), &before), Difference::Wording);
    // The same kind in two flows: for what it goes in either.
    let parted = with(|map| map.flows.extend([moods(&[Purpose::Count]), moods(&[Purpose::Answer])]));
    assert_eq!(diff(&counted.bytes(), &parted), Difference::Wording);
}

#[test]
fn claim_d1_a_time_of_the_browser_that_is_not_stated_is_without_end() {
    let is_longer = |from: (u16, u16), to: (u16, u16)| {
        let cookie = |(longest_hours, idle_minutes)| {
            let cookie = Cookie { longest_days: 0, longest_hours, idle_minutes, ..BROWSER[0] };
            with(|map| map.browser = leaked(&[cookie], &BROWSER[1..]))
        };
        let found = said(&diff(&cookie(from).bytes(), &cookie(to)));
        assert!(found.iter().all(|one| one == "longer-in-browser __Host-session"), "{found:?}");
        !found.is_empty()
    };
    // Hours at most, and minutes without use: those of `__Host-support` are none.
    let (none, some) = ((72, 0), (72, 30));
    assert!(!is_longer(none, some) && is_longer(some, none));
    // Without hours the minutes are its end in any case; without either there is none.
    assert!(is_longer((0, 30), (12, 30)) && !is_longer((12, 30), (0, 30)));
    assert!(is_longer((12, 0), (0, 0)) && !is_longer((0, 0), (12, 0)));
    assert!(is_longer((12, 30), (13, 30)) && is_longer((12, 30), (12, 31)) && !is_longer(some, some));
}

#[test]
fn claim_d1_an_announced_map_is_more_than_one_with_less_and_one_that_cannot_be_read_is_more() {
    let file = |map: &DataMap| serde_json::to_vec(&serde_json::json!({ "map": map })).unwrap();
    let longer = with(|map| map.backups.days_of_keys = 8);
    assert!(is_more_than(&file(&longer), &map().bytes()));
    assert!(!is_more_than(&file(&longer), &longer.bytes()) && !is_more_than(&file(&map()), &longer.bytes()));
    assert!(is_more_than(b"{}", &longer.bytes()) && is_more_than(b"{\"map\":{}}", &longer.bytes()));
    assert!(is_announced_in(&file(&longer), &map()) && !is_announced_in(b"{}", &map()));
}

#[test]
fn words_and_what_is_about_nobody_are_not_material() {
    let reworded = with(|map| {
        map.program = "entente 99";
        map.controller.contact = "other@brand.example".into();
        (seen_at(map).what, seen_at(map).why) = ("something", "because");
        seen_at(map).protection = Protection::Plain("another reason");
        let own = table(map, "lease");
        assert!(own.personal().next().is_none());
        let more = Field { name: "more", ..own.columns[0].clone() };
        own.columns.push(more);
    });
    assert_eq!(diff(&map().bytes(), &reworded), Difference::Wording);
    assert_eq!(diff(&map().bytes(), &map()), Difference::Same);
}

#[test]
fn what_cannot_be_read_promised_nothing_and_our_own_can_be_read() {
    for unread in [&b""[..], b"{}", b"[]", b"nonsense"] {
        assert!(diff(unread, &map()).material().len() > 20);
    }
    let read: Map = serde_json::from_slice(&map().bytes()).unwrap();
    assert_eq!(read.places.len(), map().places.len());
}

proptest! {
    // Each makes the map some times over.
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever is taken away, the map with it against the one without: nothing material; the other way round what was
    /// taken away is.
    #[test]
    fn claim_d1_adding_is_material_and_taking_away_is_not(at in 0_usize..10_000, whole in any::<bool>()) {
        let (whole_map, mut less) = (map(), map());
        let personal: Vec<usize> =
            (0..less.places.len()).filter(|at| less.places[*at].personal().next().is_some()).collect();
        let gone = personal[at % personal.len()];
        if whole {
            less.places.remove(gone);
        } else {
            let place = &mut less.places[gone];
            let inside = place.sealed.iter().position(|entry| entry.subject.is_a_person());
            match inside {
                Some(at) => drop(place.sealed.remove(at)),
                None => {
                    let at = place.columns.iter().position(|entry| entry.subject.is_a_person()).unwrap();
                    place.columns.remove(at);
                }
            }
        }
        prop_assert_eq!(diff(&whole_map.bytes(), &less), Difference::Wording);
        let back = diff(&less.bytes(), &whole_map);
        prop_assert_eq!(back.material().len(), 1, "{:?}", back);
        prop_assert_eq!(diff(&less.bytes(), &less), Difference::Same);
    }
}
