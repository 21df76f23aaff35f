//! The pages about plans and accounts with samples, for the tests in `samples.rs`.

use super::admin_accounts::{AccountPage, AccountsPage, Row as AccountRow, Shown, find_form};
use super::admin_billing::{BillingPage, question};
use super::admin_plans::{LIMITS, PlanFields, PlanPage, PlansPage, delete_question};
use super::erase_brand;
use super::own_plan::{OwnPlanPage, cancel_question};
use super::samples::{AT, NAME, Rendered, put};
use super::{Section, Shell};
use crate::account::erase::{AdminErasePage, AdminErasedPage, ErasePage};
use engine::actions::billing::SecretView;
use engine::actions::erasure::{BrandGoing, Going};
use engine::views::plans::{AccountView, PlanView, UseView};
use model::id::{AccountId, PlanId};
use model::plan::{Limits, SubscriptionState};

const FULL: Limits = Limits { pages: Some(3), leads: Some(5_000), messages: Some(10_000) };

pub(super) fn used(state: SubscriptionState, limits: Limits, times: u64) -> UseView {
    let is_cancelled = state == SubscriptionState::Cancelled;
    UseView {
        account: AccountId([8; 16]),
        plan: (limits != Limits::NONE).then_some(PlanId([9; 16])),
        plan_name: (limits != Limits::NONE).then(|| NAME.to_owned()),
        limits,
        state,
        cancelled_at: is_cancelled.then_some(AT),
        may_resume: is_cancelled && times < 2,
        pages: times,
        leads: Some(times * 2_000),
        messages: times * 3_334,
        refills_at: AT,
    }
}

fn plan(is_start: bool, is_retired: bool, accounts: u64) -> PlanView {
    let (id, name, limits) = (PlanId([9; 16]), NAME.to_owned(), if is_start { FULL } else { Limits::START });
    PlanView { id, name, limits, is_start, is_retired, accounts }
}

pub(super) fn account(used: UseView, is_admin: bool) -> AccountView {
    AccountView { id: used.account, is_admin, is_confirmed: is_admin, created_at: AT, used }
}

pub(super) fn about_plans<'a>(all: &mut Rendered, shell: &impl Fn(Section) -> Shell<'a>) {
    let own = || shell(Section::Plan);
    let language = own().language;
    let boss = || {
        let mut frame = shell(Section::Plans);
        frame.is_admin = true;
        frame
    };
    for state in SubscriptionState::ALL {
        for times in [0, 1, 3, 4] {
            let name = format!("own plan, {}, {times}", state.code());
            put(all, name, &OwnPlanPage::new(own(), &used(state, FULL, times)));
        }
    }
    let unlimited = used(SubscriptionState::Active, Limits::NONE, 2);
    put(all, "own plan, admin", &OwnPlanPage::new(own(), &unlimited));
    put(all, "cancel subscription?", &cancel_question(own()));
    for (pages, leads) in [(0, 0), (1, 2), (3, 100_000)] {
        let going = Going { pages, leads, broadcasts: pages, is_only_admin: pages == 1 };
        put(all, format!("erase, {leads}"), &ErasePage::of_account(own(), &going, 7, "ab12".to_owned()));
        put(all, format!("erase other, {leads}"), &AdminErasePage::new(boss(), AccountId([8; 16]), &going));
    }
    for accounts in [1, 2, 3, 11, 100] {
        let going = BrandGoing { accounts, pages: 2, leads: 100_000, broadcasts: 3 };
        let page = erase_brand::page_of(boss(), &going, 7, "ab12".to_owned());
        put(all, format!("erase brand, {accounts}"), &page);
    }
    put(all, "erased other", &AdminErasedPage { frame: boss(), code: "k3v9".to_owned() });

    let plans = [plan(true, false, 2), plan(false, false, 0), plan(false, true, 1)];
    let empty = || PlanFields::new(language, "", Default::default());
    put(all, "plans", &PlansPage::new(boss(), &plans, empty()));
    put(all, "plans, wrong", &PlansPage::new(boss(), &plans, empty().wrong(language, "name")));
    for (at, plan) in plans.iter().enumerate() {
        put(all, format!("plan {at}"), &PlanPage::new(boss(), plan, PlanFields::of(language, plan)));
        for field in LIMITS {
            let form = PlanFields::of(language, plan).wrong(language, field);
            put(all, format!("plan {at}, wrong {field}"), &PlanPage::new(boss(), plan, form));
        }
        put(all, format!("delete plan {at}?"), &delete_question(boss(), plan));
    }

    let accounts = [
        account(used(SubscriptionState::PastDue, FULL, 4), false),
        account(used(SubscriptionState::Cancelled, FULL, 1), false),
        account(unlimited, true),
    ];
    let rows = accounts.iter().map(|account| AccountRow::new(boss().reader(), account)).collect();
    let find = find_form(boss().language);
    put(all, "accounts", &AccountsPage { frame: boss(), rows, next: Some("acc_1".to_owned()), find });
    for (at, account) in accounts.iter().enumerate() {
        put(all, format!("account {at}"), &AccountPage::new(boss(), account, &plans, None));
        let who = Shown { name: NAME.to_owned(), email: "owner@shop.example".to_owned() };
        put(all, format!("account {at}, shown"), &AccountPage::new(boss(), account, &plans, Some(who)));
    }

    let billing = |since| BillingPage::new(boss(), "https://brand.example", since);
    put(all, "signed calls, none", &billing(None));
    let mut made = billing(Some(SecretView { since: AT, tail: "x7_Q".to_owned() }));
    put(all, "signed calls", &made);
    made.secret = Some("whs_secret".to_owned());
    put(all, "signed calls, made", &made);
    for what in ["renew", "end"] {
        put(all, format!("{what} secret?"), &question(boss(), what));
    }
}
