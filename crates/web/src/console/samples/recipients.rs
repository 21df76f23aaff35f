//! The pages about who is to get data, and about staying or leaving, with samples.

use super::{AT, NAME, Rendered, put};
use crate::account::leave::{Coming, LeavePage};
use crate::console::fields::Fields;
use crate::console::recipients::{AnnouncePage, PreviewPage, form};
use crate::console::{Section, Shell};
use engine::actions::recipients::Preview;
use engine::mail::Letter;
use model::brand::Brand;
use model::personal::Personal;
use model::time::Span;

pub(super) fn about_recipients<'a>(
    all: &mut Rendered,
    brand: &'a Brand,
    shell: &impl Fn(Section) -> Shell<'a>,
) {
    let boss = || {
        let mut frame = shell(Section::Recipients);
        frame.is_admin = true;
        frame
    };
    let empty = form(boss().language, AT.0, true);
    put(all, "announce a recipient", &AnnouncePage { form: empty, frame: boss() });
    let typed = Fields::new(&[
        ("recipient-who", NAME),
        ("recipient-data", NAME),
        ("recipient-purpose", NAME),
        ("recipient-country", NAME),
        ("recipient-safeguard", NAME),
        ("recipient-from", "2026-12-24"),
        ("recipient-reason", NAME),
    ]);
    for (name, told, reason) in [("nobody", 0, None), ("many", 12, Some(NAME.to_owned()))] {
        let letter = Letter::RecipientAnnounced {
            who: NAME.to_owned(),
            data: NAME.to_owned(),
            purpose: NAME.to_owned(),
            country: NAME.to_owned(),
            safeguard: NAME.to_owned(),
            effective_at: AT.0,
            early: reason.clone(),
            link: Personal::from("/recipients"),
            leave: Some(Personal::from("/account/leave")),
        };
        let in_force_from = if told == 0 { AT.0 } else { AT.0.plus(Span::days(31)) };
        let preview = Preview { in_force_from, reason, told, letter };
        let page = PreviewPage::new(boss(), brand, AT.0, &typed, &preview);
        put(all, format!("announce a recipient, told {name}"), &page);
    }
    let user = || shell(Section::Account);
    let contact = brand.controller.contact.as_str();
    put(all, "leave, nothing", &LeavePage { coming: Vec::new(), contact, frame: user() });
    let coming = vec![Coming { href: "/recipients", what: NAME.to_owned(), from: user().say("leave-lead") }];
    put(all, "leave", &LeavePage { coming, contact, frame: user() });
}
