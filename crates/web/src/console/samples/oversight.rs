//! The pages of what an account keeps, as the admin is shown it, with samples.

use super::{AT, NAME, Rendered, broadcast, consent, export, lead, page, put, template};
use crate::console::bot::samples::{settings, view};
use crate::console::exports::Row as ExportRow;
use crate::console::oversight::{
    BotRow, BroadcastPage, LeadPage, List, ListPage, PageRow, ShownBroadcast, ShownLead, Why, broadcast_row,
    template_row,
};
use crate::console::{Section, Shell};
use crate::support::LeadRow;
use engine::actions::oversight::Shown;
use engine::views::bot::{PublishState, Published};
use engine::views::leads::{AnswerView, Identity, LeadDetail, PermissionView};
use engine::views::tags::TagView;
use model::bot::settings::BotSettings;
use model::broadcast::BroadcastState;
use model::id::{AccountId, AnswerId, BroadcastId, LeadId, TagId};
use model::page::PageStop;
use model::personal::Personal;
use model::template::TemplateStatus;

fn shown() -> Shown {
    let stored = PermissionView { what: "store", given_at: Some(AT), withdrawn_at: None, in_force: true };
    let answer = AnswerView {
        id: AnswerId([8; 16]),
        question: NAME.to_owned(),
        kind: "phone",
        purpose: NAME.to_owned(),
        answered_at: AT,
        value: Some("0123456".to_owned()),
        permissions: vec![stored],
    };
    let who = Identity {
        psid: Personal::from("1029384756"),
        given_name: Some(Personal::from(NAME)),
        language: Some(Personal::from("ar")),
    };
    let detail = LeadDetail {
        lead: lead(Some("confirmed"), true, false),
        given_name: Some(NAME.to_owned()),
        language: Some("ar".to_owned()),
        consents: vec![consent("opt_in", "confirmed", "promotion", Some(7))],
        answers: vec![answer],
        tags: vec![TagView { id: TagId([5; 16]), name: NAME.to_owned() }],
        earlier: Vec::new(),
    };
    Shown { account: AccountId([2; 16]), who, detail }
}

pub(super) fn about_oversight<'a>(all: &mut Rendered, shell: &impl Fn(Section) -> Shell<'a>) {
    let boss = || {
        let mut frame = shell(Section::Accounts);
        frame.is_admin = true;
        frame
    };
    let (reader, account, next) = (boss().reader(), AccountId([2; 16]), || Some("led_1".to_owned()));
    let leads = [lead(None, false, true), lead(Some("confirmed"), true, false)];
    let pages = [page(None, true), page(Some(PageStop::PolicyBlocked), false)];
    let sent = [broadcast(BroadcastState::Finished, false), broadcast(BroadcastState::Draft, true)];
    let published = |state| Published { state, at: Some(AT), failure: None, again_at: None };
    let bots = [
        view(BotSettings { is_on: false, ..settings() }, published(PublishState::Waiting)),
        view(BotSettings::default(), published(PublishState::Done)),
    ];
    let bots = bots.iter().map(|bot| BotRow::new(reader, &pages[0], bot)).collect();
    let templates = [template(TemplateStatus::Approved), template(TemplateStatus::Rejected)];
    let templates = templates.iter().map(|one| template_row(reader, one)).collect();
    let taken = [export("csv", false, Some(AT)), export("json", true, None)];
    let taken = taken.iter().map(|one| ExportRow::new(reader, one, &[])).collect();
    for (name, list) in [
        ("bots", List::Bots(bots)),
        ("templates", List::Templates(templates)),
        ("tags", List::Tags(vec![NAME.to_owned(), "VIP".to_owned()])),
        ("exports", List::Exports(taken)),
        ("no bots", List::Bots(Vec::new())),
        ("no templates", List::Templates(Vec::new())),
        ("no tags", List::Tags(Vec::new())),
        ("no exports", List::Exports(Vec::new())),
        ("pages", List::Pages(pages.iter().map(|page| PageRow::new(reader, page)).collect())),
        ("leads", List::Leads(leads.iter().map(|one| LeadRow::new(reader, "/admin/leads", one)).collect())),
        ("broadcasts", List::Broadcasts(sent.iter().map(|one| broadcast_row(reader, one)).collect())),
        ("no pages", List::Pages(Vec::new())),
        ("no leads", List::Leads(Vec::new())),
        ("no broadcasts", List::Broadcasts(Vec::new())),
    ] {
        let page = ListPage::new(boss(), account, NAME, (list, next()));
        put(all, format!("account looked into, {name}"), &page);
    }
    let wrong = || Why { typed: NAME.to_owned(), wrong: Some(boss().say("support-wrong-reason")) };
    for (name, why) in [("ask", Why::default()), ("wrong", wrong())] {
        put(all, format!("admin, lead, {name}"), &LeadPage::new(boss(), LeadId([2; 16]), account, why));
    }
    for (name, why) in [("ask", Why::default()), ("wrong", wrong())] {
        let page = BroadcastPage::new(boss(), BroadcastId([3; 16]), account, why);
        put(all, format!("admin, broadcast, {name}"), &page);
    }
    let page = LeadPage::new(boss(), LeadId([2; 16]), account, Why::default());
    put(all, "admin, lead, shown", &LeadPage { shown: Some(ShownLead::new(reader, &shown())), ..page });
    for one in sent {
        let page = BroadcastPage::new(boss(), one.id, account, Why::default());
        let shown = Some(ShownBroadcast::new(reader, one));
        put(all, "admin, broadcast, shown", &BroadcastPage { shown, ..page });
    }
}
