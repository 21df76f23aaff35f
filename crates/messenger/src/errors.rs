//! Meta's error codes as data: what each one means for a bulk sender.
//!
//! The rows follow the Messenger error-codes page and the Graph error-handling guide; the first row
//! that fits decides, so narrow ones stand before wide ones. To change what a code does, change its
//! row (and the case in `tests/it/errors.csv` that holds it).

use model::failure::Class;
use model::page::PageStop;

/// Which subcodes a row is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subcodes {
    Any,
    Is(&'static [i64]),
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub codes: &'static [i64],
    pub subcodes: Subcodes,
    pub class: Class,
    /// What it becomes once a few attempts have met the same; `None` keeps the class.
    pub then: Option<Class>,
    pub meaning: &'static str,
}

impl Row {
    /// The row's name: its first code, and its first subcode if it is for some only (`10-2018278`).
    pub fn name(&self) -> String {
        let code = self.codes.first().copied().unwrap_or_default();
        match self.subcodes {
            Subcodes::Is([subcode, ..]) => format!("{code}-{subcode}"),
            _ => code.to_string(),
        }
    }
}

/// Attempts after which [`Row::then`] holds.
pub const FEW: i64 = 3;

const TOKEN: Class = Class::PageStop(PageStop::TokenInvalid);
const RESTRICTED: Class = Class::PageStop(PageStop::Restricted);
const PERMISSION: Class = Class::PageStop(PageStop::PermissionMissing);
const POLICY: Class = Class::PageStop(PageStop::PolicyBlocked);

const fn row(codes: &'static [i64], subcodes: &'static [i64], class: Class, meaning: &'static str) -> Row {
    let subcodes = if subcodes.is_empty() { Subcodes::Any } else { Subcodes::Is(subcodes) };
    Row { codes, subcodes, class, then: None, meaning }
}

const fn few(codes: &'static [i64], subcodes: &'static [i64], then: Class, meaning: &'static str) -> Row {
    let subcodes = if subcodes.is_empty() { Subcodes::Any } else { Subcodes::Is(subcodes) };
    Row { codes, subcodes, class: Class::Retry, then: Some(then), meaning }
}

/// The table.
pub static TABLE: &[Row] = &[
    row(&[1], &[1_357_046], Class::Unknown, "invalid JSON reply although messages may have been sent"),
    few(&[1], &[99], PERMISSION, "unknown error that usually is a missing permission"),
    few(&[1], &[], PERMISSION, "unknown error"),
    row(&[2], &[2_018_344], PERMISSION, "the page has not accepted the custom-label terms"),
    few(
        &[2],
        &[],
        Class::Permanent,
        "service temporarily unavailable; may mean that the person blocked the page",
    ),
    row(&[3], &[], PERMISSION, "missing capability"),
    row(&[4], &[2_018_354], Class::Throttle, "minimum delay between two notifications not reached"),
    row(&[4], &[2_018_022], Class::Throttle, "send limit"),
    row(&[4], &[], Class::Throttle, "too many calls or sends by the app"),
    row(&[9], &[2_018_352], Class::Throttle, "too many opt-in requests to this person"),
    row(&[10], &[2_018_278, 2_018_065, 2_534_022], Class::WindowClosed, "outside the allowed window"),
    row(&[10], &[2_018_108, 2_018_336], Class::Permanent, "the person cannot receive messages right now"),
    row(&[10], &[1_893_015], Class::OptedOut, "the person stopped this topic"),
    row(&[10], &[1_893_063], RESTRICTED, "the page is temporarily restricted from sending"),
    row(&[10], &[1_404_170], RESTRICTED, "the page is restricted from opt-in requests"),
    row(&[10], &[], PERMISSION, "permission missing"),
    row(&[17, 32, 80_001, 80_002], &[], Class::Throttle, "call limit of the token or page"),
    row(&[80_006], &[], Class::Throttle, "Messenger's limit for the page"),
    row(&[100], &[33], Class::Permanent, "the object does not exist or may not be seen"),
    row(&[100], &[2_018_001], Class::Permanent, "no matching person"),
    few(&[100], &[2_018_008, 2_018_047, 2_018_294], Class::Permanent, "the media could not be fetched"),
    row(&[100], &[2_018_014], Class::Permanent, "message and sender action together"),
    row(&[100], &[2_018_074], Class::Permanent, "bad or foreign attachment id"),
    row(&[100], &[2_018_109], Class::Permanent, "attachment too large"),
    row(&[100], &[2_018_164], Class::Permanent, "wrong app id"),
    row(&[100], &[2_018_145], Class::Permanent, "persona or profile parameter error"),
    row(&[100], &[], Class::Permanent, "bad parameter, or a message tag that is no longer taken"),
    row(&[102, 190], &[], TOKEN, "the token is invalid or expired"),
    row(&[200], &[1_545_041], Class::Unavailable, "the person is unavailable"),
    row(
        &[200],
        &[2_018_028, 2_018_027, 2_018_021],
        PERMISSION,
        "the app is not live, or may not match phones",
    ),
    row(&[200], &[], PERMISSION, "the app is not live, or lacks a permission"),
    row(&[551], &[], Class::Unavailable, "the person is unavailable"),
    row(&[230], &[], PERMISSION, "permission missing on the page"),
    row(&[341], &[], Class::Throttle, "application limit, temporary"),
    row(&[368], &[], POLICY, "blocked for a policy violation"),
    row(&[506], &[], Class::Permanent, "duplicate post"),
    row(&[613], &[1_893_016], Class::Permanent, "second opt-in request on the same topic"),
    row(&[613], &[2_018_338], RESTRICTED, "tag sending flagged as abusive"),
    row(&[613], &[2_534_040], Class::Throttle, "API rate limit (Instagram)"),
    row(&[613], &[], Class::Throttle, "API rate limit"),
    few(&[1200], &[], Class::Permanent, "temporary send failure"),
    row(&[2022], &[], POLICY, "sending disabled after a violation"),
    row(&[2_018_218], &[], Class::Permanent, "no profile for this person"),
    row(&[2_018_247], &[], PERMISSION, "insufficient permission"),
    row(&[2_018_300, 2_018_171], &[], Class::ThreadElsewhere, "another app controls the thread"),
    few(&[2_018_321], &[], Class::Permanent, "Messenger's own question flow is running"),
    row(&[2500], &[], TOKEN, "unknown path or no active token"),
    row(&[9_000_001], &[], Class::Permanent, "message deleted"),
    row(&[10_900], &[], Class::Permanent, "private reply already sent"),
    row(&[36_000], &[], Class::Permanent, "image too large"),
    row(
        &[24_001, 24_002, 24_005, 10_303, 36_103, 2_018_144],
        &[],
        Class::Permanent,
        "games, payments, account linking, Instagram: not used",
    ),
    row(&SDK, &[], Class::Permanent, "Messenger's SDK for web pages: not used"),
    // Paid marketing messages, which this program does not send: so that a code is never a surprise.
    row(&[2_300_004], &[], TOKEN, "bad token"),
    row(&[2_300_011], &[], PERMISSION, "no payment method"),
    few(&[2_300_012, 2_300_041, 2_300_028], &[], Class::Permanent, "the campaign is not ready yet"),
    row(&[2_300_015, 2_300_053, 2_300_054], &[], PERMISSION, "the campaign's budget does not allow it"),
    row(&[2_300_034], &[], Class::OptedOut, "the subscriber stopped"),
    row(&[2_300_035], &[], Class::Throttle, "minimum delay between two messages not reached"),
    row(&[2_300_036, 2_300_052, 1_893_047], &[], Class::Unavailable, "the person is unavailable"),
    row(&[2_300_042, 2_300_043, 2_300_044], &[], Class::Throttle, "the person has had enough messages"),
    row(&[2_300_064, 2_300_065, 2_300_066, 2_300_067], &[], PERMISSION, "onboarding or terms not done"),
    row(&[2_300_078, 2_300_079, 2_300_080], &[], Class::Throttle, "rate limit"),
    row(&PAID, &[], Class::Permanent, "paid marketing: wrong page, region, expired token and the like"),
];

const SDK: [i64; 16] = from(2_071_010);
const PAID: [i64; 81] = from(2_300_000);

/// `N` codes in a row.
#[expect(clippy::indexing_slicing, reason = "computed while compiling; the loop stays below the length")]
const fn from<const N: usize>(first: i64) -> [i64; N] {
    let mut codes = [first; N];
    let mut at = 1;
    while at < N {
        codes[at] = codes[at - 1] + 1;
        at += 1;
    }
    codes
}

/// From here on a subcode is a number of its own; below are Graph's general codes.
const OWN_SUBCODES: i64 = 1_000;

/// The row for code and subcode, else the row that has the subcode as its code (Meta's list has some
/// numbers as both), else the row for the code alone.
pub fn row_for(code: i64, subcode: Option<i64>) -> Option<&'static Row> {
    let exact = || {
        TABLE.iter().find(|row| match (row.subcodes, subcode) {
            (Subcodes::Is(list), Some(subcode)) => row.codes.contains(&code) && list.contains(&subcode),
            _ => false,
        })
    };
    let wide =
        |code: i64| TABLE.iter().find(move |row| row.subcodes == Subcodes::Any && row.codes.contains(&code));
    let as_code = || subcode.filter(|subcode| *subcode >= OWN_SUBCODES).and_then(wide);
    exact().or_else(as_code).or_else(|| wide(code))
}

/// The row for a kept code (`551/1545041`); `None` for what is no code of Graph's, or one that is not
/// documented.
pub fn row_for_text(code: &str) -> Option<&'static Row> {
    let (code, subcode) = match code.split_once('/') {
        Some((code, subcode)) => (code, Some(subcode.parse().ok()?)),
        None => (code, None),
    };
    row_for(code.parse().ok()?, subcode)
}

/// What a kept code means (`551/1545041`, as failures name it); `None` for what is no code of Graph's.
pub fn classify_text(code: &str) -> Option<Class> {
    let (code, subcode) = match code.split_once('/') {
        Some((code, subcode)) => (code, Some(subcode.parse().ok()?)),
        None => (code, None),
    };
    Some(classify(code.parse().ok()?, subcode, false, 0))
}

/// What a well-formed Graph error means for a message that was tried `attempts` times before. A code
/// that no row has is permanent: sending again what Meta refuses for a new reason helps nobody.
pub fn classify(code: i64, subcode: Option<i64>, is_transient: bool, attempts: i64) -> Class {
    match row_for(code, subcode) {
        Some(row) if attempts >= FEW => row.then.unwrap_or(row.class),
        Some(row) if is_transient && row.class == Class::Permanent => Class::Retry,
        Some(row) => row.class,
        None if is_transient && attempts < FEW => Class::Retry,
        None => Class::Permanent,
    }
}
