//! The shapes of Meta's JSON, as slices of the delivery that are looked at only when needed.
//!
//! Why not derived: a derived reader fails on a member that comes twice and takes a list for an
//! object. Here the last of two members counts, only an object is an object, and the name of the
//! first unknown member is kept, so that a strange event can be called by it without a second pass.

use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// A member's name, borrowed unless it has escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// An object that can be read member by member.
pub trait Object<'a>: Default {
    /// Where the member of this name belongs; `None` when it is not known.
    fn slot(&mut self, name: &str) -> Option<&mut Option<&'a RawValue>>;
    /// Told of each member that is not known.
    fn unknown(&mut self, _name: Cow<'a, str>) {}
}

struct Reader<T>(PhantomData<T>);

impl<'de, T: Object<'de>> Visitor<'de> for Reader<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut object = T::default();
        while let Some(Name(name)) = map.next_key()? {
            if let Some(slot) = object.slot(&name) {
                let value: &'de RawValue = map.next_value()?;
                *slot = Some(value).filter(|value| value.get() != "null");
            } else {
                map.next_value::<IgnoredAny>()?;
                object.unknown(name);
            }
        }
        Ok(object)
    }
}

/// Reads an object; the error says whether it is no JSON or no object.
pub fn object<'a, T: Object<'a>>(text: &'a str) -> Result<T, serde_json::Error> {
    use serde::Deserializer as _;
    let mut json = serde_json::Deserializer::from_str(text);
    let object = json.deserialize_map(Reader(PhantomData))?;
    json.end()?;
    Ok(object)
}

/// Declares an object by its members: `field` or `field = "name" | "other name"`.
macro_rules! object {
    ($(#[$note:meta])* $name:ident { $($field:ident = $pattern:pat,)* }) => {
        $(#[$note])*
        #[derive(Default)]
        pub struct $name<'a> {
            $(pub $field: Option<&'a RawValue>,)*
            /// The name of the first member that is none of these.
            pub stranger: Option<Cow<'a, str>>,
        }

        impl<'a> Object<'a> for $name<'a> {
            fn slot(&mut self, name: &str) -> Option<&mut Option<&'a RawValue>> {
                match name {
                    $($pattern => Some(&mut self.$field),)*
                    _ => None,
                }
            }

            fn unknown(&mut self, name: Cow<'a, str>) {
                self.stranger.get_or_insert(name);
            }
        }
    };
}

object! {
    Delivery {
        object = "object",
        entry = "entry",
    }
}

object! {
    Entry {
        id = "id",
        time = "time",
        messaging = "messaging",
        standby = "standby",
        changes = "changes",
    }
}

object! {
    /// An event of `messaging[]` and `standby[]`, and the shape of `changes[]`.
    Wire {
        sender = "sender",
        recipient = "recipient",
        timestamp = "timestamp",
        message = "message",
        postback = "postback",
        referral = "referral",
        optin = "optin",
        // The field `messaging_optouts` exists, its payload is undocumented: an event under a name
        // like this is believed, because a withdrawal must not be missed.
        optout = "optout" | "opt_out",
        delivery = "delivery",
        read = "read",
        reaction = "reaction",
        message_edit = "message_edit",
        account_linking = "account_linking",
        pass_thread_control = "pass_thread_control",
        take_thread_control = "take_thread_control",
        policy_enforcement = "policy_enforcement" | "policy-enforcement",
        field = "field",
        value = "value",
    }
}

object! {
    WireMessage {
        mid = "mid",
        text = "text",
        quick_reply = "quick_reply",
        attachments = "attachments",
        referral = "referral",
        is_echo = "is_echo",
        app_id = "app_id",
        metadata = "metadata",
        is_deleted = "is_deleted",
        is_unsupported = "is_unsupported",
    }
}

object! {
    /// The members of an object that several kinds of event have.
    Members {
        id = "id",
        mid = "mid",
        title = "title",
        payload = "payload",
        referral = "referral",
        source = "source",
        kind = "type",
        notification_messages_status = "notification_messages_status",
        watermark = "watermark",
        action = "action",
        new_owner_app_id = "new_owner_app_id",
        event = "event",
        message_template_name = "message_template_name",
        item = "item",
    }
}
