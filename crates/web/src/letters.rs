//! The words of mails: each letter of the engine in each language, as plain text and as HTML.
//!
//! Both forms are made of one [`Page`], so that they say the same. The HTML has its styles in
//! attributes, which mail programs ask for; it loads nothing and has no script. A link leads to a page in the
//! letter's language.
//!
//! Invariants: what people typed reaches the HTML through the template's escaping only; a link stands
//! in no sentence but on a line of its own, in full, so that it can be read before it is followed;
//! colours are the brand's two, checked to be hexadecimal.

use crate::account::recipients;
use crate::console::in_language;
use crate::console::support::scope_word;
use crate::language::Language;
use crate::reader::{Reader, Zone};
use askama::Template;
use engine::mail::{ExportKind, Letter, Letters, Seen, Written};
use fluent_bundle::{FluentArgs, FluentValue};
use jiff::Timestamp as Instant;
use model::brand::Brand;
use model::personal::Personal;
use model::support::parted;
use model::time::Timestamp;
use std::fmt::Write as _;

/// The implementation of [`Letters`] by Fluent and askama.
pub struct FluentLetters;

/// What a mail shows.
struct Page {
    language: Language,
    brand: String,
    primary: String,
    on_primary: String,
    subject: String,
    hello: String,
    text: String,
    facts: Vec<Fact>,
    ways: Vec<Way>,
    not_me: Option<NotMe>,
    plain_link: String,
    why: String,
    controller: String,
}

/// A line such as "When: …".
struct Fact {
    label: String,
    value: String,
}

/// A link onward.
struct Way {
    explain: Option<String>,
    button: Option<String>,
    link: String,
    after: Option<String>,
}

struct NotMe {
    question: String,
    explain: String,
    button: String,
    link: String,
}

#[derive(Template)]
#[template(path = "mail.html")]
struct MailPage<'a> {
    letter: &'a Page,
}

impl Letters for FluentLetters {
    fn write(&self, brand: &Brand, language: &str, zone: Option<&str>, letter: &Letter) -> Written {
        let language = Language::from_tag(language).unwrap_or_else(|| Language::of_brand(brand));
        let page = page(brand, Reader { language, zone: Zone::chosen(zone) }, letter);
        // Rendering fails only when memory does; the plain text is a whole mail by itself.
        let html = MailPage { letter: &page }.render().unwrap_or_default();
        let text = plain(&page);
        Written {
            language: language.code(),
            subject: Personal::new(page.subject),
            text: Personal::new(text),
            html: Personal::new(html),
        }
    }
}

/// Kinds of data by their codes, in words.
fn breached(language: Language, codes: &str) -> String {
    let words: Vec<String> =
        codes.split(' ').filter_map(|code| language.find(&format!("breaches-what-{code}"), None)).collect();
    language.joined(&words)
}

/// Collects what one letter says.
struct Writer<'a> {
    brand: &'a Brand,
    language: Language,
    reader: Reader,
    kind: &'static str,
    facts: Vec<Fact>,
    ways: Vec<Way>,
    not_me: Option<NotMe>,
}

impl Writer<'_> {
    fn say(&self, id: &str) -> String {
        self.language.say(id)
    }

    /// A text of this letter: `mail-KIND-part`.
    fn own(&self, part: &str) -> String {
        self.language.say_with(&format!("mail-{}-{part}", self.kind), "brand", &self.brand.name)
    }

    fn fact(&mut self, label: &str, value: String) {
        let label = self.own(label);
        self.facts.push(Fact { label, value });
    }

    fn count(&mut self, label: &str, count: u64) {
        self.fact(label, count.to_string());
    }

    fn when(&mut self, at: Timestamp) {
        let label = self.say("mail-when");
        self.facts.push(Fact { label, value: time(self.reader, at) });
    }

    /// What a letter about a breach tells in its admin's words.
    fn breach(
        &mut self,
        [happened, done, advice, contact]: [&String; 4],
        follows: Option<&String>,
        link: &Personal<String>,
    ) {
        self.fact("happened", happened.clone());
        if let Some(follows) = follows {
            self.fact("follows", follows.clone());
        }
        self.fact("done", done.clone());
        self.fact("advice", advice.clone());
        self.fact("contact", contact.clone());
        self.way(link);
    }

    /// The letter's button.
    fn way(&mut self, link: &Personal<String>) {
        let button = Some(self.own("button"));
        self.ways.push(Way { explain: None, button, link: link.reveal().clone(), after: None });
    }

    /// The same for a link that runs out.
    fn way_until(&mut self, link: &Personal<String>, until: Timestamp) {
        let after = self.language.say_with("mail-valid-until", "time", &time(self.reader, until));
        let button = Some(self.own("button"));
        self.ways.push(Way { explain: None, button, link: link.reveal().clone(), after: Some(after) });
    }

    /// Another way, after the letter's own words for it.
    fn other_way(&mut self, explain: &str, link: &Personal<String>) {
        let explain = Some(self.own(explain));
        self.ways.push(Way { explain, button: None, link: link.reveal().clone(), after: None });
    }

    fn not_me(&mut self, link: &Personal<String>) {
        self.not_me = Some(NotMe {
            question: self.say("mail-was-it-you"),
            explain: self.say("mail-not-me-explain"),
            button: self.say("mail-not-me-button"),
            link: link.reveal().clone(),
        });
    }
}

fn page(brand: &Brand, reader: Reader, letter: &Letter) -> Page {
    let (language, kind) = (reader.language, letter.kind());
    let mut w = Writer { brand, language, reader, kind, facts: vec![], ways: vec![], not_me: None };
    let (mut text, mut subject) = (None, None);
    match letter {
        Letter::ConfirmAddress { link, valid_until } | Letter::ConfirmNewAddress { link, valid_until } => {
            w.way_until(link, *valid_until)
        }
        Letter::PasswordForgotten { link, valid_until, how } => {
            if how.is_some() {
                text = Some(w.own("text-undone"));
            }
            w.way_until(link, *valid_until);
        }
        Letter::AlreadyRegistered { at, sign_in, forgotten } => {
            w.when(*at);
            w.way(sign_in);
            w.other_way("forgotten", forgotten);
        }
        Letter::AccountCreated { at, sign_in, not_me } => {
            w.when(*at);
            w.way(sign_in);
            w.not_me(not_me);
        }
        Letter::NewPlace { at, network, browser, not_me } => {
            w.when(*at);
            w.fact("network", network.reveal().clone());
            w.fact("browser", browser.reveal().clone());
            w.not_me(not_me);
        }
        Letter::PasswordChanged { at, not_me } | Letter::TokenRevoked { at, not_me } => {
            w.when(*at);
            w.not_me(not_me);
        }
        Letter::AddressChangedOld { at, new_address, not_me } => {
            w.when(*at);
            w.fact("new", new_address.reveal().clone());
            w.not_me(not_me);
        }
        Letter::AddressChangedNew { at, sign_in } | Letter::AccountSetUp { at, sign_in } => {
            w.when(*at);
            w.way(sign_in);
        }
        Letter::TwoFactorChanged { at, change, not_me } => {
            w.when(*at);
            w.fact("what", w.say(&format!("mail-two_factor-{}", change.code())));
            w.not_me(not_me);
        }
        Letter::TokenMade { at, scopes, not_me, by_helper } => {
            w.when(*at);
            w.fact("scopes", scopes.join(", "));
            if *by_helper == Some(true) {
                text = Some(w.own("text-helper"));
            } else {
                w.not_me(not_me);
            }
        }
        Letter::ExportTaken { at, what, people, not_me } => {
            w.when(*at);
            let what = match what {
                ExportKind::Leads => counted(language, "mail-export-leads", "people", *people),
                ExportKind::Account => counted(language, "mail-export-account", "people", *people),
            };
            w.fact("what", what);
            w.not_me(not_me);
        }
        Letter::LeadErased { at, page, receipt } => {
            w.when(*at);
            w.fact("page", page.reveal().clone());
            w.way(receipt);
        }
        Letter::Restored { at, lost, unknown, link } => {
            w.when(*at);
            w.count("lost", *lost);
            w.count("unknown", *unknown);
            w.way(link);
        }
        Letter::AdminRead { at, link } | Letter::SessionsEnded { at, link } => {
            w.when(*at);
            w.way(link);
        }
        Letter::AccountErased { at, receipt, tag, reason } => {
            if reason.is_some() {
                text = Some(w.own("text-admin"));
            }
            w.when(*at);
            if let Some(reason) = reason {
                w.fact("reason", reason.reveal().clone());
            }
            w.fact("tag", tag.clone());
            w.way(receipt);
        }
        Letter::PlanChanged { at, plan, link, state } => {
            w.when(*at);
            w.fact("plan", plan.clone());
            w.fact("state", w.say(&format!("plans-state-{}", state.code())));
            w.way(link);
        }
        Letter::DocumentChanged { document, version, summary, effective_at, early, link, decide } => {
            w.fact("document", w.say(&format!("document-{document}")));
            w.fact("version", version.to_string());
            w.fact("from", time(w.reader, *effective_at));
            if let Some(early) = early {
                w.fact("early", w.say(&format!("document-early-{early}")));
            }
            w.fact("what", summary.clone());
            w.way(link);
            if decide.reveal().is_empty() {
                subject = Some(w.own("subject-told"));
            } else {
                w.other_way("decide", decide);
            }
        }
        Letter::BreachNotice { is_certain, data, happened, done, advice, contact, link, follows } => {
            let label = if *is_certain { "seen" } else { "possible" };
            w.fact(label, breached(w.language, data));
            w.breach([happened, done, advice, contact], follows.as_ref(), link);
        }
        Letter::BreachOfLeads { people, data, happened, done, advice, contact, link, follows } => {
            w.count("people", *people);
            w.fact("seen", breached(w.language, data));
            w.breach([happened, done, advice, contact], follows.as_ref(), link);
        }
        Letter::BreachDue { due_at, link } => {
            w.fact("due", time(w.reader, *due_at));
            w.way(link);
        }
        Letter::SupportGranted { at, opens, ends_at, link } => {
            w.when(*at);
            let opens: Vec<String> =
                parted(opens).into_iter().map(|scope| scope_word(w.language, scope)).collect();
            w.fact("opens", opens.join(" · "));
            w.fact("until", time(w.reader, *ends_at));
            w.way(link);
        }
        Letter::SupportEntered { at, link } => {
            w.when(*at);
            w.way(link);
        }
        Letter::SupportEnded { at, how, people, link } => {
            w.when(*at);
            w.fact("how", w.say(&format!("support-state-ended-{how}")));
            w.count("people", *people);
            w.way(link);
        }
        Letter::SupportRead { at, reason, link, stop } => {
            if *stop == Some(true) {
                text = Some(w.own("text-last"));
            }
            w.when(*at);
            w.fact("reason", reason.reveal().clone());
            w.way(link);
        }
        Letter::AdminOpened { at, what, reason, link, stop } => {
            if *stop {
                text = Some(w.own("text-last"));
            }
            w.when(*at);
            w.fact("what", w.say(&format!("my-look-{what}")));
            w.fact("reason", reason.reveal().clone());
            w.way(link);
        }
        Letter::DataMapChanged { summary, effective_at, early, link, leave } => {
            w.fact("from", time(w.reader, *effective_at));
            if let Some(early) = early {
                w.fact("early", w.say(&format!("document-early-{early}")));
            }
            for change in summary {
                w.fact("what", change.clone());
            }
            w.way(link);
            if let Some(leave) = leave {
                w.other_way("leave", leave);
            }
        }
        Letter::RecipientAnnounced {
            who,
            data,
            purpose,
            country,
            safeguard,
            effective_at,
            early,
            link,
            leave,
        } => {
            w.fact("from", time(w.reader, *effective_at));
            if let Some(early) = early {
                w.fact("early", early.clone());
            }
            for (label, text) in [
                ("who", who),
                ("data", data),
                ("purpose", purpose),
                ("country", country),
                ("safeguard", safeguard),
            ] {
                w.fact(label, recipients::said(w.language, text));
            }
            w.way(link);
            if let Some(leave) = leave {
                w.other_way("leave", leave);
            }
        }
        Letter::BrandEnds { effective_at, link } => {
            w.fact("from", time(w.reader, *effective_at));
            w.fact("contact", w.brand.controller.contact.clone());
            w.way(link);
        }
        Letter::BrandGoesOn { effective_at, link } => {
            w.fact("from", time(w.reader, *effective_at));
            w.way(link);
        }
        Letter::PageStopped { at, page, stop, link } => {
            w.when(*at);
            w.fact("page", page.reveal().clone());
            w.fact("why", w.say(&format!("page-stop-{}", stop.code())));
            w.way(link);
        }
        Letter::WeeklyCheckpoint { at, checkpoint, seen, link } => {
            w.when(*at);
            let mut lines = checkpoint.lines();
            for label in ["log", "entries", "root"] {
                w.fact(label, lines.next().unwrap_or_default().to_owned());
            }
            for Seen { by, at } in seen {
                let seen = format!("{by}, {}", time(w.reader, *at));
                w.fact("witness", seen);
            }
            if seen.is_empty() {
                w.fact("witness", w.own("nobody"));
            }
            w.way(link);
        }
        Letter::BroadcastFinished { at, sent, refused, failed, unknown, link } => {
            let total =
                [sent, refused, failed, unknown].into_iter().fold(0, |sum: u64, n| sum.saturating_add(*n));
            text = Some(counted(language, "mail-broadcast_finished-text", "total", total));
            w.when(*at);
            w.count("sent", *sent);
            w.count("refused", *refused);
            w.count("failed", *failed);
            w.count("unknown", *unknown);
            w.way(link);
        }
    }
    let is_stranger = matches!(letter, Letter::ConfirmAddress { .. } | Letter::ConfirmNewAddress { .. });
    let why = if is_stranger { "mail-why-stranger" } else { "mail-why" };
    let mut args = FluentArgs::new();
    args.set("controller", brand.controller.name.as_str());
    args.set("contact", brand.controller.contact.as_str());
    let text = text.unwrap_or_else(|| w.own("text"));
    Page {
        language,
        brand: brand.name.clone(),
        primary: brand.colours.primary.clone(),
        on_primary: brand.colours.on_primary.clone(),
        subject: bare(&subject.unwrap_or_else(|| w.own("subject"))),
        hello: w.say("mail-hello"),
        text: bare(&text),
        plain_link: w.say("mail-plain-link"),
        why: bare(&language.say_with(why, "brand", &brand.name)),
        controller: bare(&language.tell("mail-controller", Some(&args))),
        facts: w.facts.into_iter().map(|fact| Fact { value: bare(&fact.value), ..fact }).collect(),
        ways: w
            .ways
            .into_iter()
            .map(|way| Way {
                link: in_language(&way.link, language),
                after: way.after.map(|after| bare(&after)),
                ..way
            })
            .collect(),
        not_me: w.not_me.map(|way| NotMe { link: in_language(&way.link, language), ..way }),
    }
}

fn counted(language: Language, id: &str, name: &'static str, count: u64) -> String {
    let mut args = FluentArgs::new();
    args.set("count", language.form_of(count));
    args.set(name, count.to_string());
    language.tell(id, Some(&args))
}

/// A point in time, to the minute, as a person of that language writes it, with the zone: a mail has no
/// foot that names it, and is read anywhere.
fn time(reader: Reader, at: Timestamp) -> String {
    let Reader { language, zone } = reader;
    let instant = Instant::from_microsecond(at.micros()).unwrap_or(Instant::UNIX_EPOCH);
    let zoned = instant.to_zoned(zone.tz());
    let named = if zone == Zone::UTC {
        language.say("mail-utc")
    } else {
        let mut args = FluentArgs::new();
        args.set("zone", zone.shown());
        args.set("offset", zoned.strftime("UTC%:z").to_string());
        language.tell("mail-zone", Some(&args))
    };
    let mut args = FluentArgs::new();
    args.set("day", zoned.day().to_string());
    args.set("month", FluentValue::from(i64::from(zoned.month())));
    args.set("year", zoned.year().to_string());
    args.set("zone", named);
    args.set("clock", format!("{:02}:{:02}", zoned.hour(), zoned.minute()));
    bare(&language.tell("mail-time", Some(&args)))
}

/// Without the marks that keep the two directions apart, where there is one direction only: some mail
/// programs draw them as boxes.
fn bare(text: &str) -> String {
    const MARKS: [char; 2] = ['\u{2068}', '\u{2069}'];
    let is_right_to_left =
        |c: char| matches!(c, '\u{0590}'..='\u{08ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}');
    if text.chars().any(is_right_to_left) { text.to_owned() } else { text.replace(MARKS, "") }
}

/// The mail without HTML: the same, from top to bottom.
fn plain(page: &Page) -> String {
    let mut text = format!("{}\n\n{}\n\n", page.hello, page.text);
    for fact in &page.facts {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{}: {}", fact.label, fact.value);
    }
    if !page.facts.is_empty() {
        text.push('\n');
    }
    for way in &page.ways {
        let heads = [way.explain.as_deref(), way.button.as_deref().filter(|_| way.explain.is_none())];
        for head in heads.into_iter().flatten() {
            let _ = writeln!(text, "{}:", head.trim_end_matches(':'));
        }
        let _ = writeln!(text, "{}\n", way.link);
        if let Some(after) = &way.after {
            let _ = writeln!(text, "{after}\n");
        }
    }
    if let Some(not_me) = &page.not_me {
        let _ = writeln!(text, "{} {}\n{}\n", not_me.question, not_me.explain, not_me.link);
    }
    let _ = writeln!(text, "-- \n{}\n{}\n{}", page.brand, page.why, page.controller);
    text
}

#[cfg(test)]
mod tests;
