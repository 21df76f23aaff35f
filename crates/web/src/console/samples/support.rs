//! The pages of access for support with samples: the admin's, and the helper's.

use super::{AT, NAME, Rendered, broadcast, lead, put};
use crate::account::form::FormPage;
use crate::console::plan_samples::{account, used};
use crate::console::support::{GrantPage, SupportPage, Typed, end_question};
use crate::console::{Section, Shell};
use crate::support::{
    AccountsPage, BroadcastsPage, DeskPage, LeadsPage, LogPage, PersonPage, SecretPage, Shown, form,
};
use engine::actions::billing::SecretView;
use engine::actions::support::Person;
use engine::views::support::{ActView, GrantView};
use model::broadcast::BroadcastState;
use model::id::{AccountId, LeadId, SupportActId, SupportGrantId};
use model::plan::{Limits, SubscriptionState};
use model::support::{Act, End, Scope};

fn grant(ended_by: Option<End>, has_entered: bool) -> GrantView {
    GrantView {
        id: SupportGrantId([1; 16]),
        helper: NAME.to_owned(),
        purpose: NAME.to_owned(),
        scopes: Scope::ALL.to_vec(),
        made_at: AT,
        ends_at: AT,
        entered_at: has_entered.then_some(AT),
        ended_at: ended_by.map(|_| AT),
        ended_by,
        is_open: ended_by.is_none(),
        is_own: has_entered,
        is_inside: ended_by.is_none() && has_entered,
        looks: 12,
        people: 3,
        leaf_index: ended_by.map(|_| 7),
    }
}

pub(super) fn about_support<'a>(all: &mut Rendered, shell: &impl Fn(Section) -> Shell<'a>) {
    let boss = || {
        let mut frame = shell(Section::Support);
        frame.is_admin = true;
        frame
    };
    put(all, "support, empty, not proved", &SupportPage::new(boss(), &[], false, Typed::default()));
    let grants: Vec<GrantView> = [
        grant(None, false),
        grant(None, true),
        grant(Some(End::Admin), true),
        grant(Some(End::Helper), true),
        grant(Some(End::Time), false),
        grant(Some(End::Recovery), true),
    ]
    .into_iter()
    .cycle()
    .take(25)
    .collect();
    let typed = Typed {
        helper: NAME.to_owned(),
        purpose: NAME.to_owned(),
        scopes: vec![Scope::Log],
        hours: 72,
        wrong: Some("support-wrong-helper"),
    };
    put(all, "support, wrong", &SupportPage::new(boss(), &grants, true, typed));
    let act = |(number, kind): (u8, Act)| ActView {
        id: SupportActId([number; 16]),
        at: AT,
        kind,
        what: match kind {
            Act::Looked => "account",
            Act::Called => "GET /api/v1/broadcasts/{id}",
            _ => "",
        }
        .to_owned(),
        about: match kind {
            Act::Lead => Some(Person::Lead(LeadId([3; 16]))),
            Act::Looked => Some(Person::Account(AccountId([2; 16]))),
            _ => None,
        },
        is_erased: kind == Act::Account,
        reason: if kind == Act::Looked { String::new() } else { NAME.to_owned() },
    };
    let acts: Vec<ActView> = (0..5).zip(Act::ALL).map(act).collect();
    for (name, of, acts) in [
        ("waiting", &grants[0], &[][..]),
        ("inside, nothing yet", &grants[1], &[]),
        ("inside", &grants[1], &acts),
        ("ended", &grants[2], &acts),
    ] {
        let mut page = GrantPage::new(boss(), "https://brand.example", of, acts);
        put(all, format!("support grant, {name}"), &page);
        page.code = Some("a-code".to_owned());
        put(all, format!("support grant, {name}, code"), &page);
    }
    put(all, "support grant, end", &end_question(boss(), &grants[1]));

    let guest = || shell(Section::Account);
    let form = form(guest().language);
    put(all, "helper, code", &FormPage { frame: guest(), form, document: None });
    let token = Some("ent_sample".to_owned());
    put(all, "helper, desk", &DeskPage { token, ..DeskPage::new(guest(), &grants[1]) });
    let secret = SecretView { since: AT, tail: "aB3_".to_owned() };
    put(all, "helper, secret", &SecretPage::new(guest(), Some(secret)));
    put(all, "helper, secret, none", &SecretPage::new(guest(), None));
    let narrow = GrantView { scopes: vec![Scope::Log], ..grant(None, true) };
    let wrong = Some(guest().say("support-wrong-reason"));
    put(all, "helper, desk, wrong", &DeskPage { wrong, ..DeskPage::new(guest(), &narrow) });
    put(all, "helper, accounts, empty", &AccountsPage::new(guest(), &[]));
    let account = account(used(SubscriptionState::Active, Limits::START, 1), false);
    put(all, "helper, accounts", &AccountsPage::new(guest(), std::slice::from_ref(&account)));
    let leads = [lead(None, false, true), lead(Some("confirmed"), true, false)];
    let id = AccountId([2; 16]);
    put(all, "helper, leads, empty", &LeadsPage::new(guest(), id, &[]));
    put(all, "helper, leads", &LeadsPage::new(guest(), id, &leads));
    put(all, "helper, lead", &PersonPage::of_lead(guest(), &leads[1], Shown::default()));
    let facts = vec![(NAME.to_owned(), NAME.to_owned())];
    put(all, "helper, lead shown", &PersonPage::of_lead(guest(), &leads[1], Shown { facts, wrong: None }));
    let row = crate::console::admin_accounts::Row::new(guest().reader(), &account);
    let shown = Shown { facts: Vec::new(), wrong: Some(guest().say("support-wrong-reason")) };
    put(all, "helper, account", &PersonPage::of_account(guest(), row, id, &Scope::ALL, shown));
    let sent = [broadcast(BroadcastState::Finished, false), broadcast(BroadcastState::Draft, true)];
    put(all, "helper, broadcasts, empty", &BroadcastsPage::new(guest(), id, &[]));
    put(all, "helper, broadcasts", &BroadcastsPage::new(guest(), id, &sent));
    let kept = crate::console::program_log::kept(&guest(), &super::audit::held(true));
    put(all, "helper, log", &LogPage { rows: Vec::new(), kept, frame: guest() });
}
