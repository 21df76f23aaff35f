//! The pages about who is to get data, and about staying or leaving, with samples.

use super::{AT, NAME, Rendered, put};
use crate::account::ending::{EndsPage, ends};
use crate::account::leave::{Coming, LeavePage};
use crate::console::brand_end::{BrandEndPage, BrandEndPreview, notice, off_question};
use crate::console::fields::Fields;
use crate::console::recipients::{AnnouncePage, PreviewPage, form};
use crate::console::{Section, Shell};
use engine::actions::brand_end::Preview as EndPreview;
use engine::actions::recipients::Preview;
use engine::mail::Letter;
use engine::views::announced::Unmailed;
use engine::views::brand_end::{End, Outlook, Said};
use engine::views::documents::Announcement;
use model::brand::Brand;
use model::id::{AccountId, AnnouncementId};
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
    put(
        all,
        "leave, nothing",
        &LeavePage { ending: None, has_ends: false, coming: Vec::new(), contact, frame: user() },
    );
    let coming = vec![Coming { href: "/recipients", what: NAME.to_owned(), from: user().say("leave-lead") }];
    let ending = Some(notice(user().language, brand, AT.0));
    put(
        all,
        "leave, the end",
        &LeavePage { ending: ending.clone(), has_ends: true, coming: Vec::new(), contact, frame: user() },
    );
    put(all, "leave", &LeavePage { ending, has_ends: true, coming, contact, frame: user() });
    about_the_end(all, brand, &boss);
}

fn about_the_end<'a>(all: &mut Rendered, brand: &'a Brand, boss: &impl Fn() -> Shell<'a>) {
    let end = |told, leaf_index: Option<u64>, (unmailed, lost)| End {
        announcement: Announcement {
            id: AnnouncementId([3; 16]),
            kind: "brand_end".to_owned(),
            version: 1,
            hash: [9; 32],
            early: None,
            announced_at: AT.0,
            effective_at: AT.0.plus(Span::days(31)),
            told_up_to: AccountId([0; 16]),
            told,
            done_at: leaf_index.map(|_| AT.0),
            leaf_index,
        },
        text: "{}".to_owned(),
        unmailed,
        mails: Unmailed { waiting: unmailed, lost },
    };
    for (name, has_users, end, may_erase) in [
        ("nobody to tell", false, None, true),
        ("to announce", true, None, false),
        ("being told", true, Some(end(1, None, (2, 0))), false),
        ("told", true, Some(end(1_000, Some(7), (0, 1))), false),
        ("due", true, Some(end(3, Some(7), (11, 2))), true),
    ] {
        let outlook = Outlook { has_users, end, may_erase };
        put(all, format!("brand's end, {name}"), &BrandEndPage::new(boss(), AT.0, &outlook));
    }
    let said = |version, is_off: bool, leaf| {
        let of = |told| Announcement { version, ..end(told, leaf, (0, 0)).announcement };
        Said { end: of(12), off: is_off.then(|| of(11)) }
    };
    for (name, said) in [("never", Vec::new()), ("some", vec![said(2, false, None), said(1, true, Some(7))])]
    {
        let frame = boss();
        put(all, format!("ends, {name}"), &EndsPage { ends: ends(frame.language, &said), frame });
    }
    let letter = Letter::BrandEnds { effective_at: AT.0, link: Personal::from("/account/leave") };
    let preview = EndPreview { told: 12, letter };
    put(all, "brand's end, look", &BrandEndPreview::new(boss(), brand, ("2026-12-24", AT.0), &preview));
    put(all, "brand's end, off?", &off_question(boss()));
}
