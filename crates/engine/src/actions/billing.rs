//! The signed call: a payment provider's glue or an operator's script says which plan an account is on and
//! how its subscription stands. The shapes are in `docs/billing.md`.
//!
//! Invariants: nothing of a call is looked at before its signature over the bytes as they came is verified
//! with the brand's own secret; a call is applied once, by its event's id, in the commit that notes the id; an
//! event older than the newest one applied to that account changes nothing; what a call changes has its entry in
//! the audit in that very commit; a call that is refused changes nothing and may be sent again.

use super::plans::admin;
use super::subscriptions::{Change, Changed, check, terms, write};
use super::tokens::tail;
use crate::accounts::Secret;
use crate::audit::{self, Act};
use crate::brands::BrandContext;
use crate::views::At;
use crate::{Actor, Engine, EngineError};
use aws_lc_rs::hmac;
use model::id::{AccountId, BrandId, PlanId};
use model::personal::Personal;
use model::plan::SubscriptionState;
use model::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::tables::billing::{self, Seen};
use store::tables::subscription;

/// The header with time and signature: `t=1790000000,v1=…`.
pub const SIGNATURE: &str = "entente-signature";
/// The largest body, in bytes.
pub const CALL_LIMIT: usize = 16 * 1024;
/// How far the caller's clock may be off, and how long a call may be under way.
pub const TOLERANCE: Span = Span::minutes(5);
/// How long an event's id is remembered.
pub(crate) const MEMORY: Span = Span::days(30);
/// Begins every secret, so that a lost one is recognised.
const PREFIX: &str = "whs_";
/// Characters of an event's id.
const ID_LIMIT: usize = 200;
const TRIES: usize = 5;

/// Why a call is not taken.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// Missing, malformed, of another secret, or this brand has none: all the same to a stranger.
    #[error("the call is not signed with this brand's secret")]
    BadSignature,
    #[error("the call was signed at {signed}, and it is {now} now: sign it when it is sent")]
    Stale { signed: i64, now: i64 },
    #[error("the body is not the JSON that is wanted: {0}")]
    Malformed(String),
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// What came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Applied,
    /// The account stood so already.
    Unchanged,
    /// This event was taken before.
    AlreadyTaken,
    /// A newer event was applied to this account before.
    Superseded,
}

/// The body, as it came.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    id: String,
    occurred_at: String,
    account: String,
    #[serde(default)]
    plan: Option<String>,
    #[serde(default)]
    state: Option<String>,
}

/// The body, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Event {
    id: String,
    occurred_at: Timestamp,
    account: AccountId,
    plan: Option<PlanId>,
    state: Option<SubscriptionState>,
}

/// Splits `t=…,v1=…`. Pairs that it does not know are passed over.
fn signed(header: &str) -> Option<(&str, [u8; 32])> {
    let (mut time, mut tag) = (None, None);
    for pair in header.split(',') {
        match pair.trim().split_once('=')? {
            ("t", text) if time.is_none() => time = Some(text),
            ("v1", digits) if tag.is_none() => {
                let mut bytes = [0; 32];
                hex::decode_to_slice(digits, &mut bytes).ok()?;
                tag = Some(bytes);
            }
            ("t" | "v1", _) => return None,
            _ => {}
        }
    }
    let time = time.filter(|text| (1..=12).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()));
    Some((time?, tag?))
}

/// Verifies the signature, then the time.
fn verify(secret: &str, header: &str, body: &[u8], now: Timestamp) -> Result<(), CallError> {
    let (time, tag) = signed(header).ok_or(CallError::BadSignature)?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let message = [time.as_bytes(), b".", body].concat();
    hmac::verify(&key, &message, &tag).map_err(|_| CallError::BadSignature)?;
    let signed = time.parse().map_err(|_| CallError::BadSignature)?;
    let off = Timestamp::from_secs(signed).since(now);
    if off > TOLERANCE || off < Span(TOLERANCE.0.saturating_neg()) {
        return Err(CallError::Stale { signed, now: now.secs() });
    }
    Ok(())
}

fn parse(body: &[u8], now: Timestamp) -> Result<Event, CallError> {
    let call: Call = serde_json::from_slice(body).map_err(|error| CallError::Malformed(error.to_string()))?;
    let invalid = |field, problem: &str| CallError::Engine(EngineError::invalid(field, problem));
    if call.id.is_empty() || call.id.chars().count() > ID_LIMIT || call.id.chars().any(char::is_control) {
        return Err(invalid("id", "must have 1 to 200 characters"));
    }
    let at = call.occurred_at.parse::<jiff::Timestamp>();
    let at = at.map_err(|_| invalid("occurred_at", "is no time: write one as in 2026-12-01T09:30:00Z"))?;
    let occurred_at = Timestamp(at.as_microsecond());
    if occurred_at > now.plus(TOLERANCE) {
        return Err(invalid("occurred_at", "lies in the future"));
    }
    let account = call.account.parse();
    let account =
        account.map_err(|_| invalid("account", "is no reference of an account: it begins with `acc_`"))?;
    let plan = call.plan.map(|plan| plan.parse()).transpose();
    let plan = plan.map_err(|_| invalid("plan", "is no plan's id: it begins with `pla_`"))?;
    let known = |code: String| SubscriptionState::from_code(&code).ok_or(());
    let state = call.state.map(known).transpose();
    let state = state.map_err(|()| invalid("state", "must be `active`, `past_due` or `cancelled`"))?;
    if plan.is_none() && state.is_none() {
        return Err(invalid("state", "is missing: a call says `state`, or `plan`, or both"));
    }
    Ok(Event { id: call.id, occurred_at, account, plan, state })
}

impl Event {
    /// What it says, whatever way it was written.
    fn request(&self, ctx: &BrandContext) -> [u8; 32] {
        let plan = self.plan.map(|plan| plan.to_string()).unwrap_or_default();
        let state = self.state.map_or("", SubscriptionState::code);
        let (at, account) = (self.occurred_at.micros().to_be_bytes(), self.account.as_bytes());
        ctx.key.mac("billing_request", &[&at, account, plan.as_bytes(), state.as_bytes()])
    }
}

async fn secret(
    engine: &Engine,
    ctx: &BrandContext,
) -> Result<Option<(Timestamp, Personal<String>)>, EngineError> {
    let brand = ctx.id;
    let found = engine.data.read("billing_secret", move |tx| billing::secret(tx.brand(brand))).await?;
    let Some((made_at, sealed)) = found else { return Ok(None) };
    let place = ctx.place("billing_secret", brand.0);
    let opened = ctx.key.open_value(&place, &sealed);
    opened.map(|secret| Some((made_at, secret))).map_err(|_| EngineError::Sealed { place: "billing_secret" })
}

/// Takes one call: `header` is [`SIGNATURE`]'s value, `body` the bytes as they came.
///
/// # Errors
/// Why it is not taken; nothing is changed then.
pub async fn receive(
    engine: &Engine,
    brand: BrandId,
    header: Option<&str>,
    body: &[u8],
) -> Result<Outcome, CallError> {
    let ctx = engine.brand(brand)?;
    let now = engine.clock.now();
    let (Some((_, secret)), Some(header)) = (secret(engine, &ctx).await?, header) else {
        return Err(CallError::BadSignature);
    };
    verify(secret.reveal(), header, body, now)?;
    let event = parse(body, now)?;
    let (mac, request) = (ctx.key.mac("billing_event", &[event.id.as_bytes()]), event.request(&ctx));
    let (account, plan) = (event.account, event.plan);
    engine.data.read("check_call", move |tx| check(tx, brand, account, plan)).await?;
    let change = Change { plan, state: event.state, cancels: None, event_at: Some(event.occurred_at) };
    for _ in 0..TRIES {
        let seen = engine.subscription(brand, account).await?;
        let (to, told) = engine.told_of_change(brand, account, &seen, change).await?;
        let act = Act::SubscriptionSet { account, plan: to.plan, state: to.state };
        let entry = audit::billing(engine, &ctx, &act)?;
        let commit = move |tx: &Tx<'_>| {
            check(tx, brand, account, plan)?;
            let scope = tx.brand(brand);
            let Some(stored) = subscription::get(scope, account)? else {
                return Err(EngineError::NotFound("this account"));
            };
            let stored = stored.subscription;
            if terms(&stored) != terms(&seen.subscription) {
                return Ok(None);
            }
            match billing::note(scope, &mac, &request, now.minus(MEMORY), now)? {
                Seen::Before => return Ok(Some(Outcome::AlreadyTaken)),
                Seen::Other => {
                    return Err(EngineError::Conflict(
                        "an event with this id said something else before: give each event an id of its own"
                            .to_owned(),
                    ));
                }
                Seen::New => {}
            }
            if stored.event_at.is_some_and(|newest| change.event_at < Some(newest)) {
                return Ok(Some(Outcome::Superseded));
            }
            let is_same = (to.plan, to.state) == (stored.plan, stored.state);
            let written = write(scope, account, &stored, &to, &told, now)?;
            if is_same || written == Changed::Same {
                return Ok(Some(Outcome::Unchanged));
            }
            store::tables::audit::insert(scope, &entry)?;
            Ok(Some(Outcome::Applied))
        };
        if let Some(outcome) = engine.data.write("take_call", commit).await? {
            engine.wake_mail();
            engine.wake.log.notify_one();
            return Ok(outcome);
        }
    }
    Err(EngineError::NotYet("somebody changes this subscription at the same time: send the call again")
        .into())
}

/// Makes the brand's secret, which is shown this once; the one before counts no longer.
pub async fn make_secret(engine: &Engine, actor: &Actor) -> Result<Personal<String>, EngineError> {
    admin(actor)?;
    let ctx = engine.brand(actor.brand)?;
    let made = Secret::new(&*engine.entropy);
    let secret = Personal::new(format!("{PREFIX}{}", made.text.reveal()));
    let (brand, now) = (ctx.id, engine.clock.now());
    let sealed = ctx
        .key
        .seal_value(&ctx.place("billing_secret", brand.0), &secret, &*engine.entropy)
        .map_err(|_| EngineError::Sealed { place: "billing_secret" })?;
    let entry = audit::by(engine, &ctx, actor, &Act::BillingSecretMade).await?;
    let write = move |tx: &Tx<'_>| {
        billing::set_secret(tx.brand(brand), &sealed, now)?;
        store::tables::audit::insert(tx.brand(brand), &entry)
    };
    engine.data.write("make_billing_secret", write).await?;
    engine.wake.log.notify_one();
    Ok(secret)
}

/// No signed call is taken any more.
pub async fn end_secret(engine: &Engine, actor: &Actor) -> Result<(), EngineError> {
    admin(actor)?;
    let brand = actor.brand;
    let entry = audit::by(engine, &*engine.brand(brand)?, actor, &Act::BillingSecretEnded).await?;
    let write = move |tx: &Tx<'_>| {
        billing::end_secret(tx.brand(brand))?;
        store::tables::audit::insert(tx.brand(brand), &entry)
    };
    engine.data.write("end_billing_secret", write).await?;
    engine.wake.log.notify_one();
    Ok(())
}

/// What is shown of the secret after it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretView {
    pub since: At,
    /// Its last characters.
    pub tail: String,
}

/// The secret that there is, if there is one.
pub async fn secret_view(engine: &Engine, actor: &Actor) -> Result<Option<SecretView>, EngineError> {
    admin(actor)?;
    tail_of(engine, actor.brand).await
}

/// The same, for whoever may see the end of it.
pub(crate) async fn tail_of(engine: &Engine, brand: BrandId) -> Result<Option<SecretView>, EngineError> {
    let found = secret(engine, &*engine.brand(brand)?).await?;
    Ok(found.map(|(at, secret)| SecretView { since: At(at), tail: tail(secret.reveal()).to_owned() }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_secs(1_790_000_000);
    /// As `openssl dgst -sha256 -hmac whs_example` computes it over `1790000000.{}`.
    const KNOWN: &str = "8d9629091a90e51d1b9a87d3fd9ee918fd1e1d62b2a9ea20f4661e626eb9d744";

    fn header(secret: &str, time: &str, body: &[u8]) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let tag = hmac::sign(&key, &[time.as_bytes(), b".", body].concat());
        format!("t={time},v1={}", hex::encode(tag))
    }

    fn body(change: impl FnOnce(&mut serde_json::Value)) -> Vec<u8> {
        let mut call = serde_json::json!({
            "id": "evt_1", "occurred_at": "2026-09-21T00:00:00Z",
            "account": "acc_00000000000000000000000000000001", "state": "active",
        });
        change(&mut call);
        call.to_string().into_bytes()
    }

    #[test]
    fn a_signature_is_what_openssl_computes() {
        assert_eq!(header("whs_example", "1790000000", b"{}"), format!("t=1790000000,v1={KNOWN}"));
    }

    #[test]
    fn a_call_is_verified_over_its_bytes_and_its_time_and_nothing_else_passes() {
        let good = header("whs_a", "1790000000", b"{}");
        assert!(verify("whs_a", &good, b"{}", NOW).is_ok());
        let spaced = good.replace(',', " , kind=test, ");
        assert!(verify("whs_a", &spaced, b"{}", NOW).is_ok(), "what is not known is passed over");
        let bad = |secret: &str, header: &str, body: &[u8]| {
            assert!(matches!(verify(secret, header, body, NOW), Err(CallError::BadSignature)), "{header}");
        };
        bad("whs_b", &good, b"{}");
        bad("whs_a", &good, b"{ }");
        bad("whs_a", &good.replace("t=1790000000", "t=1790000001"), b"{}");
        bad("whs_a", &format!("t=1790000000,{good}"), b"{}");
        bad("whs_a", &header("whs_a", "+1790000000", b"{}"), b"{}");
        for broken in ["", "t=", "v1=", "t=1790000000", "t=1790000000,v1=zz", "t=1790000000,v1", "=,=", ","] {
            bad("whs_a", broken, b"{}");
        }
    }

    #[test]
    fn a_call_that_was_signed_more_than_five_minutes_ago_or_ahead_is_stale() {
        for (off, fits) in [(-301, false), (-300, true), (0, true), (300, true), (301, false)] {
            let time = (NOW.secs() + off).to_string();
            let verified = verify("whs_a", &header("whs_a", &time, b"{}"), b"{}", NOW);
            assert_eq!(verified.is_ok(), fits, "{off}");
            assert!(fits || matches!(verified, Err(CallError::Stale { .. })), "{off}");
        }
    }

    #[test]
    fn what_a_call_says_is_checked_field_by_field() {
        let event = parse(&body(|_| {}), NOW).unwrap();
        assert_eq!((event.state, event.plan), (Some(SubscriptionState::Active), None));
        let long = "x".repeat(201);
        for (field, value, named) in [
            ("id", "", "id"),
            ("id", long.as_str(), "id"),
            ("id", "a\nb", "id"),
            ("occurred_at", "yesterday", "occurred_at"),
            ("occurred_at", "2026-09-21T16:00:00Z", "occurred_at"),
            ("account", "led_00000000000000000000000000000001", "account"),
            ("plan", "Gold", "plan"),
            ("state", "paused", "state"),
        ] {
            let Err(CallError::Engine(EngineError::Invalid { field, .. })) =
                parse(&body(|call| call[field] = value.into()), NOW)
            else {
                panic!("{field} {value}")
            };
            assert_eq!(field, named);
        }
        let nothing = parse(&body(|call| drop(call.as_object_mut().unwrap().remove("state"))), NOW);
        assert!(matches!(nothing, Err(CallError::Engine(EngineError::Invalid { field: "state", .. }))));
        let misspelt = parse(&body(|call| call["plan_id"] = "pla_1".into()), NOW);
        assert!(matches!(misspelt, Err(CallError::Malformed(text)) if text.contains("plan_id")));
        let twice = br#"{"id":"a","id":"b","occurred_at":"2026-09-21T00:00:00Z","account":"acc_1"}"#;
        assert!(matches!(parse(twice, NOW), Err(CallError::Malformed(_))));
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_parser_panic(header in ".{0,200}", bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(verify("whs_a", &header, &bytes, NOW).is_err());
            drop(parse(&bytes, NOW));
        }

        #[test]
        fn no_text_in_a_field_makes_the_parser_panic_or_is_taken_for_what_it_is_not(
            field in proptest::sample::select(vec!["id", "occurred_at", "account", "plan", "state"]), text in ".{0,60}",
        ) {
            let parsed = parse(&body(|call| call[field] = text.clone().into()), NOW);
            if let Ok(event) = parsed {
                prop_assert!(field == "id" && event.id == text || text.parse::<jiff::Timestamp>().is_ok());
            }
        }

        #[test]
        fn a_changed_byte_anywhere_is_noticed(at in 0_usize..110, flip in 1_u8..=255) {
            let mut bytes = body(|_| {});
            let good = header("whs_a", "1790000000", &bytes);
            let at = at % bytes.len();
            bytes[at] ^= flip;
            prop_assert!(matches!(verify("whs_a", &good, &bytes, NOW), Err(CallError::BadSignature)));
        }
    }

    #[test]
    fn claim_x10_no_bytes_break_the_reader_of_signed_calls() {
        testkit::mutate::fuzz("billing_call", 20_000, |bytes| {
            let text = String::from_utf8_lossy(bytes);
            assert!(verify("whs_a", &text, b"{}", NOW).is_err());
            match parse(bytes, NOW) {
                Ok(event) => {
                    assert!(
                        (1..=ID_LIMIT).contains(&event.id.chars().count())
                            && !event.id.contains(char::is_control)
                    );
                    true
                }
                Err(error) => testkit::mutate::refused(&error),
            }
        });
    }
}
