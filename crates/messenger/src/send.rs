//! Sending: what has a permit leaves, one message in a call or up to fifty in a batch.
//!
//! Invariants: a message is sent only with its permit, taken by value and still good when the
//! request starts; an answer that does not say plainly what became of a message makes it unknown,
//! never failed.

use crate::graph::{Graph, encode_into, encode_twice_into};
use crate::outcome::{not_answered, outcomes};
use bytes::Bytes;
use model::failure::{Sent, Usage};
use model::gate::{Permit, SendKind};
use model::id::LeadId;
use model::outgoing::{Button, Outgoing, card};
use model::personal::Personal;
use model::ports::{Method, OutboundError, OutboundResponse};
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

/// Operations in one Graph batch.
pub const MAX_BATCH: usize = 50;
/// Characters of `metadata` must be fewer than this.
pub const METADATA_LIMIT: usize = 1_000;

/// A permitted message.
pub struct Envelope {
    pub permit: Permit,
    pub psid: Personal<String>,
    pub message: Outgoing,
    /// Comes back in the echo.
    pub metadata: String,
    /// How often it was tried before.
    pub attempts: i64,
}

/// What became of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendResult {
    Done(Sent),
    /// The permit was too old when the request started: nothing left.
    PermitExpired,
}

/// What became of one request's messages, in their order.
#[derive(Debug)]
pub struct SendReport {
    pub results: Vec<(LeadId, SendResult)>,
    pub usage: Option<Usage>,
}

/// The message as Meta's JSON. Written straight into the request, never kept.
struct WireMessage<'a>(&'a Outgoing, &'a str);

impl Serialize for WireMessage<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(message, metadata) = self;
        let mut map = serializer.serialize_map(None)?;
        if let Some(template) = &message.template {
            map.serialize_entry("template", &WireTemplate::of(template, &message.buttons))?;
        } else if let Some(image) = &message.image {
            map.serialize_entry("attachment", &WireCard::of(message, image))?;
        } else if message.buttons.is_empty() {
            map.serialize_entry("text", message.text.reveal())?;
        } else {
            map.serialize_entry("attachment", &WireAttachment::of(message))?;
        }
        if !message.quick_replies.is_empty() {
            let replies: Vec<WireQuickReply<'_>> = message
                .quick_replies
                .iter()
                .map(|r| WireQuickReply { content_type: "text", title: &r.title, payload: &r.payload })
                .collect();
            map.serialize_entry("quick_replies", &replies)?;
        }
        // Metadata that Meta would refuse must not cost the message; its echo just settles nothing.
        if (1..METADATA_LIMIT).contains(&metadata.chars().count()) {
            map.serialize_entry("metadata", metadata)?;
        }
        map.end()
    }
}

#[derive(Serialize)]
struct WireQuickReply<'a> {
    content_type: &'static str,
    title: &'a str,
    payload: &'a str,
}

#[derive(Serialize)]
struct WireAttachment<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    payload: WireButtons<'a>,
}

#[derive(Serialize)]
struct WireButtons<'a> {
    template_type: &'static str,
    text: &'a str,
    buttons: Vec<WireButton<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum WireButton<'a> {
    WebUrl { title: &'a str, url: &'a str },
    Postback { title: &'a str, payload: &'a str },
}

fn wire_buttons(buttons: &[Button]) -> Vec<WireButton<'_>> {
    buttons
        .iter()
        .map(|button| match button {
            Button::Url { title, url } => WireButton::WebUrl { title, url },
            Button::Postback { title, payload } => WireButton::Postback { title, payload },
        })
        .collect()
}

/// A generic template of one card: picture, title, subtitle, buttons.
#[derive(Serialize)]
struct WireCard<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    payload: WireCards<'a>,
}

#[derive(Serialize)]
struct WireCards<'a> {
    template_type: &'static str,
    elements: [WireElement<'a>; 1],
}

#[derive(Serialize)]
struct WireElement<'a> {
    title: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    subtitle: &'a str,
    image_url: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    buttons: Vec<WireButton<'a>>,
}

impl<'a> WireCard<'a> {
    fn of(message: &'a Outgoing, image_url: &'a str) -> Self {
        let (title, subtitle) = card(message.text.reveal());
        let element = WireElement { title, subtitle, image_url, buttons: wire_buttons(&message.buttons) };
        Self { kind: "template", payload: WireCards { template_type: "generic", elements: [element] } }
    }
}

impl<'a> WireAttachment<'a> {
    fn of(message: &'a Outgoing) -> Self {
        let buttons = wire_buttons(&message.buttons);
        let payload = WireButtons { template_type: "button", text: message.text.reveal(), buttons };
        Self { kind: "template", payload }
    }
}

#[derive(Serialize)]
struct WireTemplate<'a> {
    name: &'a str,
    language: WireLanguage<'a>,
    components: Vec<WireComponent<'a>>,
}

#[derive(Serialize)]
struct WireLanguage<'a> {
    code: &'a str,
}

#[derive(Serialize)]
struct WireComponent<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    parameters: Vec<WireParameter<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "type")]
enum WireParameter<'a> {
    #[serde(rename = "text")]
    Text { text: &'a str },
    #[serde(rename = "POSTBACK")]
    Postback { payload: &'a str },
    #[serde(rename = "URL")]
    Url { url: &'a str },
}

impl<'a> WireTemplate<'a> {
    fn of(template: &'a model::outgoing::Template, buttons: &'a [Button]) -> Self {
        let mut components = Vec::with_capacity(2);
        if !template.parameters.is_empty() {
            let parameters = template.parameters.iter().map(|text| WireParameter::Text { text }).collect();
            components.push(WireComponent { kind: "body", parameters });
        }
        if !buttons.is_empty() {
            let parameters = buttons
                .iter()
                .map(|button| match button {
                    Button::Postback { payload, .. } => WireParameter::Postback { payload },
                    Button::Url { url, .. } => WireParameter::Url { url },
                })
                .collect();
            components.push(WireComponent { kind: "buttons", parameters });
        }
        Self { name: &template.name, language: WireLanguage { code: &template.language }, components }
    }
}

#[derive(Serialize)]
struct WireRecipient<'a> {
    id: &'a str,
}

#[derive(Serialize)]
struct WireSend<'a> {
    recipient: WireRecipient<'a>,
    messaging_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<&'static str>,
    message: WireMessage<'a>,
}

const fn messaging_type(kind: SendKind) -> (&'static str, Option<&'static str>) {
    match kind {
        SendKind::Response => ("RESPONSE", None),
        SendKind::Update => ("UPDATE", None),
        SendKind::Utility => ("UTILITY", None),
        SendKind::HumanAgent => ("MESSAGE_TAG", Some("HUMAN_AGENT")),
    }
}

impl Graph {
    /// Sends `envelopes` of one page in one request: alone, or as a batch of up to [`MAX_BATCH`].
    pub async fn send(
        &self,
        token: &Personal<String>,
        meta_page: &str,
        envelopes: Vec<Envelope>,
    ) -> SendReport {
        let (now, wall) = (self.clock.monotonic(), self.clock.now());
        let leads: Vec<(LeadId, bool)> =
            envelopes.iter().map(|e| (e.permit.lead(), e.permit.is_good(now, wall))).collect();
        let going: Vec<Envelope> =
            envelopes.into_iter().filter(|e| e.permit.is_good(now, wall)).take(MAX_BATCH).collect();
        let attempts: Vec<i64> = going.iter().map(|e| e.attempts).collect();
        let answer = match going.as_slice() {
            [] => None,
            [one] => Some(self.send_alone(token, meta_page, one).await),
            many => Some(self.send_together(token, meta_page, many).await),
        };
        drop(going);
        let (mut sent, usage) = match answer {
            None => (Vec::new(), None),
            Some(Err(error)) => (vec![Err(not_answered(&error)); attempts.len()], None),
            Some(Ok(answer)) => outcomes(&answer, &attempts),
        };
        sent.reverse();
        let results = leads
            .into_iter()
            .map(|(lead, goes)| match goes.then(|| sent.pop()).flatten() {
                Some(result) => (lead, SendResult::Done(result)),
                None => (lead, SendResult::PermitExpired),
            })
            .collect();
        SendReport { results, usage }
    }

    async fn send_alone(
        &self,
        token: &Personal<String>,
        meta_page: &str,
        envelope: &Envelope,
    ) -> Result<OutboundResponse, OutboundError> {
        let (messaging_type, tag) = messaging_type(envelope.permit.kind());
        let send = WireSend {
            recipient: WireRecipient { id: envelope.psid.reveal() },
            messaging_type,
            tag,
            message: WireMessage(&envelope.message, &envelope.metadata),
        };
        let body = serde_json::to_vec(&send).map_err(|error| OutboundError::BadUrl(error.to_string()))?;
        let url =
            format!("{}?appsecret_proof={}", self.url(&format!("{meta_page}/messages")), self.proof(token));
        let headers = vec![
            ("authorization", format!("Bearer {}", token.reveal())),
            ("content-type", "application/json".to_owned()),
        ];
        self.exchange(Method::Post, url, headers, Bytes::from(body)).await
    }

    async fn send_together(
        &self,
        token: &Personal<String>,
        meta_page: &str,
        envelopes: &[Envelope],
    ) -> Result<OutboundResponse, OutboundError> {
        let body = batch_body(token, &self.proof(token), meta_page, envelopes)
            .map_err(|error| OutboundError::BadUrl(error.to_string()))?;
        let headers = vec![("content-type", "application/x-www-form-urlencoded".to_owned())];
        let url = format!("{}/{}/", self.config.base_url.trim_end_matches('/'), self.config.version);
        self.exchange(Method::Post, url, headers, Bytes::from(body)).await
    }
}

/// The start of one operation; its form follows, in the same string.
fn operation(meta_page: &str) -> Result<Vec<u8>, serde_json::Error> {
    let mut json = br#"{"method":"POST","relative_url":"#.to_vec();
    serde_json::to_writer(&mut json, &format!("{meta_page}/messages"))?;
    json.extend_from_slice(br#","body":""#);
    let mut encoded = Vec::with_capacity(json.len().saturating_mul(2));
    encode_into(&mut encoded, &json);
    Ok(encoded)
}

/// A form whose field `batch` is a list of operations, each with a form of its own as its body.
/// Written in one pass: of a form only `=`, `&` and `%` mean anything, and none needs escaping in JSON.
/// The slots' headers are not declined (`include_headers`): they say how much of its rate the page has used.
fn batch_body(
    token: &Personal<String>,
    proof: &str,
    meta_page: &str,
    envelopes: &[Envelope],
) -> Result<Vec<u8>, serde_json::Error> {
    let operation = operation(meta_page)?;
    let mut body = Vec::with_capacity(1_024 + envelopes.len().saturating_mul(1_536));
    body.extend_from_slice(b"access_token=");
    encode_into(&mut body, token.reveal().as_bytes());
    body.extend_from_slice(b"&appsecret_proof=");
    body.extend_from_slice(proof.as_bytes());
    body.extend_from_slice(b"&batch=");
    let mut json = Vec::with_capacity(1_024);
    for (number, envelope) in envelopes.iter().enumerate() {
        encode_into(&mut body, if number == 0 { b"[" } else { b"," });
        body.extend_from_slice(&operation);
        encode_into(&mut body, b"recipient=");
        json.clear();
        serde_json::to_writer(&mut json, &WireRecipient { id: envelope.psid.reveal() })?;
        encode_twice_into(&mut body, &json);
        let (messaging_type, tag) = messaging_type(envelope.permit.kind());
        encode_into(&mut body, b"&messaging_type=");
        encode_into(&mut body, messaging_type.as_bytes());
        if let Some(tag) = tag {
            encode_into(&mut body, b"&tag=");
            encode_into(&mut body, tag.as_bytes());
        }
        encode_into(&mut body, b"&message=");
        json.clear();
        serde_json::to_writer(&mut json, &WireMessage(&envelope.message, &envelope.metadata))?;
        encode_twice_into(&mut body, &json);
        encode_into(&mut body, b"\"}");
    }
    encode_into(&mut body, b"]");
    Ok(body)
}
