//! When a message may go: inside 24 hours, or with a tag, a utility template or a notification token.
//!
//! Invariant: time is measured from the person's own last act, in simulated time, to the microsecond.

use crate::graph::answer::GraphError;
use crate::page::Policy;
use crate::record::MessagingType;

const HOUR: i64 = 3_600 * 1_000_000;
const DAY: i64 = 24 * HOUR;

/// Tags that no longer exist, and are refused whatever else is right.
pub const DEAD_TAGS: [&str; 3] = ["CONFIRMED_EVENT_UPDATE", "ACCOUNT_UPDATE", "POST_PURCHASE_UPDATE"];

/// What allows a message to go.
pub struct Plea<'a> {
    pub messaging_type: MessagingType,
    pub tag: Option<&'a str>,
    /// The type of the template it carries, if any.
    pub template: Option<&'a str>,
    /// Whether it is a utility template.
    pub utility: bool,
    /// The person's last act (microseconds).
    pub last_inbound: Option<i64>,
}

/// Refuses tags that are dead or never were.
pub fn check_tag(plea: &Plea<'_>) -> Result<(), GraphError> {
    match plea.tag {
        Some(tag) if DEAD_TAGS.contains(&tag) => {
            Err(GraphError::parameter(&format!("The message tag {tag} is no longer supported")))
        }
        Some("HUMAN_AGENT" | "CUSTOMER_FEEDBACK" | "NON_PROMOTIONAL_SUBSCRIPTION") => Ok(()),
        Some(_) => Err(GraphError::parameter("Param tag is not a known message tag")),
        None if plea.messaging_type == MessagingType::MessageTag => {
            Err(GraphError::parameter("Param tag is required with messaging_type MESSAGE_TAG"))
        }
        None => Ok(()),
    }
}

/// Refuses what comes too late.
pub fn check(plea: &Plea<'_>, policy: &Policy, now: i64) -> Result<(), GraphError> {
    let within = |span: i64| plea.last_inbound.is_some_and(|at| now - at <= span);
    if within(DAY) || plea.utility {
        return Ok(());
    }
    match plea.tag {
        Some("HUMAN_AGENT") if policy.human_agent && within(7 * DAY) => Ok(()),
        Some("CUSTOMER_FEEDBACK") if plea.template == Some("customer_feedback") && within(7 * DAY) => Ok(()),
        Some("NON_PROMOTIONAL_SUBSCRIPTION") if policy.news => Ok(()),
        Some("NON_PROMOTIONAL_SUBSCRIPTION") => Err(GraphError::new(
            10,
            Some(2_018_065),
            "(#10) This message is sent outside of allowed window. You need page_messaging_subscriptions permission to be able to do it.",
        )),
        _ => Err(outside()),
    }
}

/// 10/2018278.
pub fn outside() -> GraphError {
    GraphError::new(
        10,
        Some(2_018_278),
        "(#10) This message is sent outside of allowed window. Learn more about the new policy here: https://developers.facebook.com/docs/messenger-platform/policy-overview",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plea(tag: Option<&str>) -> Plea<'_> {
        Plea {
            messaging_type: MessagingType::Response,
            tag,
            template: None,
            utility: false,
            last_inbound: Some(0),
        }
    }

    #[test]
    fn the_window_ends_after_24_hours_to_the_microsecond() {
        let policy = Policy::default();
        assert!(check(&plea(None), &policy, DAY).is_ok());
        assert_eq!(check(&plea(None), &policy, DAY + 1).unwrap_err().subcode, Some(2_018_278));
        assert!(check(&Plea { last_inbound: None, ..plea(None) }, &policy, 0).is_err());
    }

    #[test]
    fn human_agents_have_seven_days_if_the_page_has_the_feature() {
        let policy = Policy { human_agent: true, ..Policy::default() };
        assert!(check(&plea(Some("HUMAN_AGENT")), &policy, 7 * DAY).is_ok());
        assert!(check(&plea(Some("HUMAN_AGENT")), &policy, 7 * DAY + 1).is_err());
        assert!(check(&plea(Some("HUMAN_AGENT")), &Policy::default(), 2 * DAY).is_err());
    }

    #[test]
    fn other_routes_past_the_window() {
        let feedback = Plea { template: Some("customer_feedback"), ..plea(Some("CUSTOMER_FEEDBACK")) };
        assert!(check(&feedback, &Policy::default(), 2 * DAY).is_ok());
        assert!(check(&plea(Some("CUSTOMER_FEEDBACK")), &Policy::default(), 2 * DAY).is_err());
        let news = plea(Some("NON_PROMOTIONAL_SUBSCRIPTION"));
        assert_eq!(check(&news, &Policy::default(), 2 * DAY).unwrap_err().subcode, Some(2_018_065));
        assert!(check(&news, &Policy { news: true, ..Policy::default() }, 90 * DAY).is_ok());
        assert!(check(&Plea { utility: true, ..plea(None) }, &Policy::default(), 90 * DAY).is_ok());
    }

    #[test]
    fn dead_and_unknown_tags_are_refused() {
        for tag in DEAD_TAGS.into_iter().chain(["HELLO"]) {
            assert_eq!(check_tag(&plea(Some(tag))).unwrap_err().code, 100);
        }
        let untagged = Plea { messaging_type: MessagingType::MessageTag, ..plea(None) };
        assert!(check_tag(&untagged).is_err());
        assert!(check_tag(&plea(Some("HUMAN_AGENT"))).is_ok());
    }
}
