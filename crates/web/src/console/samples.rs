//! Every page of the console with samples, in every language; what holds of them all stands in `rendered.rs`.
//!
//! Invariant: a page is here in each state that looks different.

mod audit;
mod brand;
mod oversight;
mod recipients;
mod rendered;
mod support;

use super::again::AgainPage;
use super::broadcasts::{
    BroadcastPage, BroadcastsPage, Progress, ProgressPart, Row as BroadcastRow, SendPage, cancel_question,
};
use super::check::Known;
use super::compose::{Bubble, ComposePage, Sketch, SketchPart, Stock, Trouble, Typed};
use super::dashboard::DashboardPage;
use super::deliveries::{DeliveriesPage, Row as DeliveryRow};
use super::deliveries_export::DeliveriesExportPage;
use super::exports::{ExportsPage, Row as ExportRow};
use super::leads::{Choices, ErasedPage, LeadPage, LeadsPage, Revealed, Row as LeadRow, erase_question};
use super::many::ManyPage;
use super::pages::{ConnectedPage, PagePage, PagesPage, Row as PageRow};
use super::tags::{TagsPage, delete_question as delete_tag_question};
use super::templates::{
    Row as TemplateRow, TemplatesPage, Typed as TypedTemplate, WritePage, Wrong as WrongTemplate,
    delete_question,
};
use super::timed::{TimedPage, Typed as TypedTime, Wrong};
use super::tokens::{TokensPage, revoke_question};
use super::told::{Told, question as end_question};
use super::{FLASHES, ProblemPage, Section, Shell};
use crate::language::Language;
use crate::look::Look;
use crate::problem::Problem;
use crate::reader::Zone;
use askama::Template;
use engine::TokenScope;
use engine::actions::broadcasts::{AgainView, ExampleView, PreviewView};
use engine::actions::exports::Which;
use engine::actions::page_check::PageCheck;
use engine::views::At;
use engine::views::bot::{PublishState, Published};
use engine::views::broadcasts::{BroadcastView, DeliveryView};
use engine::views::dashboard::DashboardView;
use engine::views::days::Day;
use engine::views::exports::ExportView;
use engine::views::leads::{
    AnswerView, ConsentView, Filter as LeadFilter, LeadState, LeadView, PermissionView,
};
use engine::views::pages::PageView;
use engine::views::tags::TagView;
use engine::views::templates::TemplateView;
use engine::views::tokens::TokenView;
use model::bot::permission::Use;
use model::brand::Brand;
use model::broadcast::BroadcastState;
use model::consent::{EvidenceLevel, Purpose};
use model::delivery::DeliveryState;
use model::gate::Refusal;
use model::id::{AnswerId, BroadcastId, ConsentId, ExportId, LeadId, PageId, TagId, TemplateId, TokenId};
use model::outgoing::{Button, Filter, Template as Notice};
use model::page::PageStop;
use model::plan::SubscriptionState;
use model::template::{Link, TemplateStatus};
use model::time::{Span, Timestamp};
use std::collections::BTreeMap;

pub const BRANDS: [&str; 5] = [
    include_str!("../../../../brands/leangzbotchat/brand.toml"),
    include_str!("../../../../brands/almujeeb/brand.toml"),
    include_str!("../../../../brands/chatmagico-bot/brand.toml"),
    include_str!("../../../../brands/mysocium/brand.toml"),
    include_str!("../../../../brands/qchatai/brand.toml"),
];
/// A name that would break a page that did not escape it.
pub const NAME: &str = "Tea & <b>Spices</b>";
pub const AT: At = At(Timestamp(1_795_356_300_000_000));

pub(super) fn page(stop: Option<PageStop>, is_whole: bool) -> PageView {
    PageView {
        id: PageId([1; 16]),
        meta_id: "100200300".to_owned(),
        name: NAME.to_owned(),
        stop: stop.map(PageStop::code),
        has_echoes: is_whole,
        greeting_at: is_whole.then_some(AT),
        connected_at: AT,
        is_awaited: false,
        has_access: stop != Some(PageStop::Disconnected),
        lacks_permissions: None,
        lacks_fields: None,
    }
}

/// Heard of just now, or weeks ago.
fn known(is_fresh: bool, state: PublishState) -> Known {
    let heard_at = if is_fresh { AT } else { At(AT.0.minus(Span::days(20))) };
    let published = Published { state, at: None, failure: None, again_at: None };
    Known { heard_at: (state != PublishState::Never).then_some(heard_at), published, now: AT }
}

fn lead(level: Option<&'static str>, in_force: bool, is_withdrawn: bool) -> LeadView {
    LeadView {
        id: LeadId([2; 16]),
        page: PageId([1; 16]),
        created_at: AT,
        last_inbound_at: in_force.then_some(AT),
        level,
        promotion_in_force: in_force,
        withdrawn_at: is_withdrawn.then_some(AT),
        window_open_until: in_force.then_some(AT),
        unavailable: is_withdrawn,
        restricted: false,
        dormant_since: is_withdrawn.then_some(AT),
    }
}

fn broadcast(state: BroadcastState, is_utility: bool) -> BroadcastView {
    let counts = [("sent", 1_200), ("refused", 30), ("failed", 2), ("unknown", 1), ("planned", 5)];
    let reasons = [("refused/window_closed", 28), ("refused/withdrawn", 2), ("failed/551/1545041", 2)];
    let map = |rows: &[(&str, u64)]| rows.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect();
    let template =
        Notice { name: "order_ready".to_owned(), language: "en_US".to_owned(), parameters: Vec::new() };
    BroadcastView {
        id: BroadcastId([3; 16]),
        purpose: if is_utility { Purpose::Utility } else { Purpose::Promotion },
        state,
        pages: vec![PageId([1; 16])],
        open_until: Some(AT),
        send_at: (state == BroadcastState::Scheduled).then_some(AT),
        send_local: (state == BroadcastState::Scheduled)
            .then(|| "2026-12-24T18:00:00+00:00[Europe/Dublin]".to_owned()),
        zone: (state == BroadcastState::Scheduled).then(|| "Europe/Dublin".to_owned()),
        created_at: AT,
        started_at: Some(AT),
        finished_at: (state == BroadcastState::Finished).then_some(AT),
        text: if is_utility { String::new() } else { format!("{NAME}, {{name|friend}}") },
        image: None,
        filter: is_utility.then(|| Filter {
            tags: Vec::new(),
            level: Some(EvidenceLevel::Informed),
            language: Some("ar".to_owned()),
        }),
        buttons: vec![Button::Url { title: NAME.to_owned(), url: "https://shop.example".to_owned() }],
        template: is_utility.then_some(template),
        counts: if state == BroadcastState::Draft { BTreeMap::new() } else { map(&counts) },
        reasons: map(&reasons),
    }
}

fn export(form: &str, with_names: bool, finished_at: Option<At>) -> ExportView {
    ExportView {
        id: ExportId([7; 16]),
        taken_at: AT,
        finished_at,
        leads: 1_234,
        form: form.to_owned(),
        with_names,
        by: if with_names { "api" } else { "console" }.to_owned(),
        page: Some(PageId([1; 16])),
        level: Some("confirmed".to_owned()),
        state: Some("window_open".to_owned()),
        tag: Some(NAME.into()),
        broadcast: None,
        why: NAME.into(),
    }
}

fn template(status: TemplateStatus) -> TemplateView {
    let is_rejected = status == TemplateStatus::Rejected;
    TemplateView {
        id: TemplateId([7; 16]),
        page: PageId([1; 16]),
        name: "order_ready".to_owned(),
        language: "en_US".to_owned(),
        body: format!("{NAME}: your order {{{{1}}}} is ready."),
        examples: vec!["4711".to_owned()],
        link: is_rejected.then(|| Link { title: NAME.to_owned(), url: "https://shop.example".to_owned() }),
        buttons: vec![Button::Postback { title: NAME.to_owned(), payload: String::new() }],
        status,
        reason: is_rejected.then(|| "TAG_CONTENT_MISMATCH".to_owned()),
        created_at: AT,
        checked_at: (status != TemplateStatus::Unknown).then_some(AT),
    }
}

fn delivery(state: DeliveryState, reason: Option<&str>) -> DeliveryView {
    let (lead, page) = (LeadId([2; 16]), PageId([1; 16]));
    DeliveryView { lead, page, state, reason: reason.map(str::to_owned), attempts: 1, changed_at: AT }
}

fn consent(kind: &'static str, how: &'static str, purpose: &'static str, leaf: Option<u64>) -> ConsentView {
    let id = ConsentId([4; 16]);
    ConsentView { id, kind, purpose, how, happened_at: AT, recorded_at: AT, leaf_index: leaf }
}

fn dashboard(pages: Vec<PageView>, broadcasts: Vec<BroadcastView>, quota_left: u64) -> DashboardView {
    let broadcasts_are_there = !broadcasts.is_empty();
    DashboardView {
        pages,
        broadcasts,
        leads: 12_345,
        confirmed: 678,
        windows_open: 90,
        unheard: u64::from(quota_left == 0) * 11,
        windows_closing: u64::from(quota_left == 0) * 3,
        days: if broadcasts_are_there { days() } else { Vec::new() },
        quota_left: (quota_left < u64::MAX).then_some(quota_left),
        leads_limit: (quota_left == 0).then_some(10_000),
        state: if quota_left == 0 { SubscriptionState::Cancelled } else { SubscriptionState::PastDue },
    }
}

/// Thirty days, of which some are quiet.
fn days() -> Vec<Day> {
    (20_000..20_030)
        .map(|day| Day {
            day,
            sent: u64::try_from(day % 7).unwrap_or(0) * 111,
            unknown: 0,
            failed: u64::try_from(day % 5).unwrap_or(0),
            refused: u64::try_from(day % 3).unwrap_or(0),
            agreed: u64::try_from(day % 2).unwrap_or(0),
            left: 0,
        })
        .collect()
}

fn bubbles() -> Sketch {
    let bubble = Bubble {
        whose: NAME.to_owned(),
        text: NAME.to_owned(),
        image: Some("https://shop.example/a.jpg".to_owned()),
        buttons: vec![NAME.to_owned()],
        replies: vec![NAME.to_owned()],
    };
    Sketch { bubbles: vec![bubble], template: None }
}

pub type Rendered = Vec<(String, String)>;

pub fn put(into: &mut Rendered, name: impl Into<String>, page: &impl Template) {
    let name = name.into();
    let text = page.render().unwrap_or_else(|error| panic!("{name}: {error}"));
    into.push((name, text));
}

fn every_page(language: Language, brand: &Brand) -> Rendered {
    let look = Look::of(brand, None);
    let names = [(PageId([1; 16]), NAME.to_owned())];
    let shell = |section| {
        let mut shell = Shell::new(language, brand, &look, section);
        (shell.name, shell.csrf) = (NAME, "the-csrf-token");
        shell.zone = Zone::chosen(Some("Asia/Amman"));
        shell
    };
    let mut all = Vec::new();
    about_home_and_pages(&mut all, &shell);
    about_leads(&mut all, &shell, &names);
    about_broadcasts(&mut all, &shell, &names);
    about_templates(&mut all, &shell, &names);
    about_tokens(&mut all, &shell);
    super::bot::samples::about_bot(&mut all, &shell, brand);
    brand::about_brand(&mut all, &shell, brand);
    audit::about_audit(&mut all, &shell);
    support::about_support(&mut all, &shell);
    oversight::about_oversight(&mut all, &shell);
    recipients::about_recipients(&mut all, brand, &shell);
    super::plan_samples::about_plans(&mut all, &shell);
    super::archive_samples::about_archives(&mut all, &shell);
    all
}

fn about_home_and_pages<'a>(all: &mut Rendered, shell: &impl Fn(Section) -> Shell<'a>) {
    let home = || shell(Section::Dashboard);
    let stops = PageStop::ALL.map(|stop| page(Some(stop), true));
    let broadcasts = BroadcastState::ALL.map(|state| broadcast(state, false));
    put(all, "dashboard, new", &DashboardPage::new(home(), &dashboard(Vec::new(), Vec::new(), u64::MAX)));
    let calm = dashboard(vec![page(None, true)], Vec::new(), 500);
    put(all, "dashboard, calm", &DashboardPage::new(home(), &calm));
    let troubled = dashboard(stops.into(), broadcasts.into(), 0);
    put(all, "dashboard, troubled", &DashboardPage::new(home(), &troubled));
    for status in [404, 409, 503] {
        let status = axum::http::StatusCode::from_u16(status).expect("a status");
        let problem = Problem::new(status, "sample", "Sample", "Sample.");
        put(all, format!("problem {status}"), &ProblemPage::new(home(), &problem, "0123456789abcdef"));
    }
    for (code, flash) in FLASHES {
        let mut page = DashboardPage::new(home(), &calm);
        page.frame.flash = Some(*flash);
        put(all, format!("flash {code}"), &page);
    }
    let frame = || shell(Section::Pages);
    let reader = frame().reader();
    put(all, "pages, none", &PagesPage { frame: frame(), rows: Vec::new(), next: None });
    let shown = [page(None, true), page(None, false), page(Some(PageStop::TokenInvalid), true)];
    let rows = shown.iter().map(|page| PageRow::new(reader, page)).collect();
    put(all, "pages", &PagesPage { frame: frame(), rows, next: Some("pag_1".to_owned()) });
    for stop in std::iter::once(None).chain(PageStop::ALL.map(Some)) {
        let shown =
            PagePage::new(frame(), page(stop, stop.is_none()), &known(true, PublishState::Done), None);
        put(all, format!("page, {stop:?}"), &shown);
    }
    for state in [PublishState::Never, PublishState::Waiting, PublishState::Done, PublishState::Failed] {
        let shown = PagePage::new(frame(), page(None, false), &known(false, state), None);
        put(all, format!("page, gaps, {state:?}"), &shown);
    }
    let names = |some: &[&str]| Some(some.iter().map(|name| (*name).to_owned()).collect());
    let asked = |is_valid, permissions: &[&str], fields: Option<&[&str]>| PageCheck {
        page: PageView {
            lacks_permissions: names(permissions),
            lacks_fields: fields.and_then(names),
            ..page(if is_valid == Some(false) { Some(PageStop::TokenInvalid) } else { None }, true)
        },
        is_valid,
        has_said_events: fields.is_some(),
        silence: is_valid.is_none().then(|| NAME.to_owned()),
    };
    for (name, asked) in [
        ("silent", asked(None, &[], None)),
        ("dead", asked(Some(false), &[], None)),
        ("well", asked(Some(true), &[], Some(&[]))),
        ("lacks notices", asked(Some(true), &["pages_utility_messaging"], Some(&["standby"]))),
        ("lacks", asked(Some(true), &["pages_messaging"], Some(&["messages", "standby"]))),
    ] {
        let known = known(true, PublishState::Done);
        put(
            all,
            format!("page, checked, {name}"),
            &PagePage::new(frame(), asked.page.clone(), &known, Some(&asked)),
        );
    }
    let granted = Some(("code".to_owned(), "state".to_owned()));
    for (name, renews) in [("granted", None), ("granted again", Some("pag_1".to_owned()))] {
        let (granted, detail) = (granted.clone(), String::new());
        put(all, name, &ConnectedPage { frame: frame(), granted, problem: "", detail, renews });
    }
    let renews = Some("pag_1".to_owned());
    let (problem, detail) = ("pages-renew-not-granted", String::new());
    put(all, problem, &ConnectedPage { frame: frame(), granted: None, problem, detail, renews });
    for problem in [
        "pages-connect-denied",
        "pages-connect-stale",
        "pages-connect-failed",
        "pages-connect-none",
        "pages-connect-taken",
        "pages-connect-removing",
        "pages-connect-no-app",
        "pages-connect-limit",
        "pages-connect-cancelled",
    ] {
        let detail = NAME.to_owned();
        put(all, problem, &ConnectedPage { frame: frame(), granted: None, problem, detail, renews: None });
    }
}

fn about_leads<'a>(all: &mut Rendered, shell: &impl Fn(Section) -> Shell<'a>, names: &[(PageId, String)]) {
    let frame = || shell(Section::Leads);
    let (language, reader) = (frame().language, frame().reader());
    let filter = LeadFilter {
        page: Some(PageId([1; 16])),
        level: Some(EvidenceLevel::Confirmed),
        state: Some(LeadState::Subscribed),
        tag: Some(TagId([6; 16])),
    };
    let own = [TagView { id: TagId([6; 16]), name: NAME.to_owned() }];
    let leads = [
        lead(Some("confirmed"), true, false),
        lead(Some("confirmed"), false, true),
        lead(Some("started"), false, false),
        lead(Some("informed"), false, false),
        lead(None, false, false),
    ];
    let rows = || leads.iter().map(|lead| LeadRow::new(reader, lead, names)).collect::<Vec<_>>();
    put(all, "leads", &LeadsPage::new(frame(), names, &own, filter, rows(), Some(LeadId([2; 16]))));
    let everybody = LeadFilter::default();
    put(all, "leads, no pages", &LeadsPage::new(frame(), &[], &[], everybody, Vec::new(), None));
    put(all, "leads, no tags", &LeadsPage::new(frame(), names, &[], everybody, rows(), None));
    put(all, "leads, none", &LeadsPage::new(frame(), names, &[], everybody, Vec::new(), None));
    put(all, "leads, none fits", &LeadsPage::new(frame(), names, &own, filter, Vec::new(), None));
    let go_on = Some(LeadId([2; 16]));
    put(all, "leads, none so far", &LeadsPage::new(frame(), names, &own, filter, Vec::new(), go_on));
    let mut tagged = LeadsPage::new(frame(), names, &own, everybody, rows(), None);
    tagged.done = Some((language.say("many-undo"), Some("put.x.1".to_owned())));
    put(all, "leads, just tagged", &tagged);
    for (count, bears) in [(0, true), (1, true), (2, false), (11, true), (1_234, false)] {
        let page = ManyPage::new(frame(), (TagId([6; 16]), NAME), count, bears, filter);
        put(all, format!("tag {count}? {bears}"), &page);
    }
    about_exports(all, frame(), names, &own, filter);
    let mut events = Vec::new();
    for level in EvidenceLevel::ALL {
        events.push(consent("opt_in", level.code(), "promotion", Some(1_234)));
    }
    for way in ["button", "link", "word", "answer", "platform", "console"] {
        for purpose in ["all", "utility", "conversation"] {
            events.push(consent("withdrawal", way, purpose, None));
        }
    }
    let revealed = || Revealed {
        psid: "4455".to_owned(),
        given_name: Some(NAME.to_owned()),
        language: Some("ar".to_owned()),
    };
    let nobody = Revealed { psid: "4455".to_owned(), given_name: None, language: None };
    for (name, who) in [("masked", None), ("revealed", Some(revealed())), ("nameless", Some(nobody))] {
        let page = LeadPage::new(frame(), &lead(Some("confirmed"), true, false), &events, names, who);
        put(all, format!("lead, {name}"), &page);
    }
    let tag = TagView { id: TagId([6; 16]), name: NAME.to_owned() };
    let mut tagged = LeadPage::new(frame(), &lead(None, false, false), &[], names, None);
    (tagged.tags, tagged.other_tags) =
        (vec![("tag_1".to_owned(), NAME.to_owned())], vec![("tag_2".to_owned(), NAME.to_owned())]);
    put(all, "lead, tagged", &tagged);
    let permission = |what, in_force: bool| PermissionView {
        what,
        given_at: Some(AT),
        withdrawn_at: (!in_force).then_some(AT),
        in_force,
    };
    let answer = |kind, value: Option<&str>| AnswerView {
        id: AnswerId([8; 16]),
        question: NAME.to_owned(),
        kind,
        purpose: NAME.to_owned(),
        answered_at: AT,
        value: value.map(str::to_owned),
        permissions: vec![
            permission("store", true),
            permission("show", value.is_some()),
            permission("message", false),
        ],
    };
    let told = [answer("phone", Some("0123456")), answer("choice", None)];
    let mut telling = LeadPage::new(frame(), &lead(None, false, false), &[], names, Some(revealed()));
    telling.told = told.iter().map(|answer| Told::new(reader, LeadId([2; 16]), answer)).collect();
    put(all, "lead, told", &telling);
    for what in Use::ALL {
        put(all, format!("end {}?", what.code()), &end_question(frame(), LeadId([2; 16]), what));
    }
    put(all, "no tags", &TagsPage::new(frame(), &[]));
    put(all, "all tags", &TagsPage::new(frame(), std::slice::from_ref(&tag)));
    for wrong in ["tags-wrong-name", "tags-wrong-many"] {
        let mut page = TagsPage::new(frame(), std::slice::from_ref(&tag));
        (page.typed, page.wrong) = (NAME.to_owned(), Some(language.say(wrong)));
        put(all, wrong, &page);
    }
    put(all, "delete tag?", &delete_tag_question(frame(), &tag));
    put(all, "lead, closed", &LeadPage::new(frame(), &lead(None, false, true), &[], names, None));
    put(all, "erase?", &erase_question(frame(), &LeadId([2; 16])));
    put(all, "erased", &ErasedPage { frame: frame(), code: "k3v9".to_owned() });
}

fn about_exports<'a>(
    all: &mut Rendered,
    frame: Shell<'a>,
    names: &[(PageId, String)],
    tags: &[TagView],
    filter: LeadFilter,
) {
    let deliveries = |which: Which| ExportView {
        broadcast: Some(BroadcastId([3; 16])),
        state: which.code().map(str::to_owned),
        ..export("deliveries", false, Some(AT))
    };
    let taken = [
        export("csv", false, Some(AT)),
        export("json", true, None),
        export("lead", true, Some(AT)),
        deliveries(Which::All),
        deliveries(Which::NotReached),
    ];
    let mut page = ExportsPage {
        choices: Choices::new(frame.language, names, tags, filter),
        has_pages: true,
        fitting: Some(super::words::count(frame.language, "exports-fitting", 3)),
        why: NAME.to_owned(),
        with_names: true,
        form: "json",
        is_wrong: true,
        rows: taken.iter().map(|view| ExportRow::new(frame.reader(), view, names)).collect(),
        next: Some("exp_1".to_owned()),
        frame,
    };
    put(all, "exports", &page);
    (page.rows, page.is_wrong, page.fitting) = (Vec::new(), false, None);
    put(all, "exports, none", &page);
}

fn about_broadcasts<'a>(
    all: &mut Rendered,
    shell: &impl Fn(Section) -> Shell<'a>,
    names: &[(PageId, String)],
) {
    let frame = || shell(Section::Broadcasts);
    let (language, reader) = (frame().language, frame().reader());
    put(all, "broadcasts, none", &BroadcastsPage { frame: frame(), rows: Vec::new(), next: None });
    let shown = BroadcastState::ALL.map(|state| broadcast(state, state == BroadcastState::Paused));
    let rows = shown.iter().map(|view| BroadcastRow::new(reader, view)).collect();
    put(all, "broadcasts", &BroadcastsPage { frame: frame(), rows, next: Some("brd_1".to_owned()) });
    for view in shown {
        let name = format!("broadcast, {}", view.state.code());
        let progress = Progress::new(language, &view);
        put(all, format!("progress, {}", view.state.code()), &ProgressPart { frame: frame(), progress });
        put(all, name, &BroadcastPage::new(frame(), view, names));
    }
    let will_not_get = Refusal::ALL.map(|refusal| (refusal.code().to_owned(), 7)).into();
    let example = ExampleView {
        text: NAME.to_owned(),
        image: None,
        buttons: vec![Button::Url { title: NAME.to_owned(), url: String::new() }],
        template: None,
    };
    let preview = PreviewView { will_get: 11, will_not_get, left_out: 5, example };
    let draft = broadcast(BroadcastState::Draft, false);
    put(all, "send?", &SendPage::new(frame(), &draft, preview));
    let typed = || TypedTime {
        local: "2026-12-24T18:00".to_owned(),
        zone: "Asia/Riyadh".to_owned(),
        second_time: true,
    };
    put(all, "when?", &TimedPage::new(frame(), &draft, TypedTime::default(), None));
    let scheduled = broadcast(BroadcastState::Scheduled, false);
    put(all, "when else?", &TimedPage::new(frame(), &scheduled, typed(), None));
    for (field, text) in [
        ("local", "timed-wrong-local"),
        ("local", "timed-wrong-past"),
        ("local", "timed-wrong-far"),
        ("local", "timed-wrong-open"),
        ("zone", "timed-wrong-zone"),
    ] {
        let page = TimedPage::new(frame(), &draft, typed(), Some(Wrong { field, text }));
        put(all, format!("when? {text}"), &page);
    }
    let finished = broadcast(BroadcastState::Finished, false);
    for (failed, unknown) in [(0, 0), (1, 0), (0, 2), (1_234, 3)] {
        let again = AgainView { failed, unknown, failed_for_good: 2 };
        put(all, format!("again? {failed}, {unknown}"), &AgainPage::new(frame(), &finished, &again));
    }
    put(all, "cancel?", &cancel_question(frame(), &BroadcastId([3; 16])));
    let mut rows: Vec<DeliveryRow> =
        DeliveryState::ALL.map(|state| DeliveryRow::new(reader, &delivery(state, None), names)).into();
    for reason in ["window_closed", "interrupted", "551/1545041"] {
        let view = delivery(DeliveryState::Failed, Some(reason));
        rows.push(DeliveryRow::new(reader, &view, names));
    }
    let id = BroadcastId([3; 16]);
    let state = Some(DeliveryState::Refused);
    put(all, "deliveries", &DeliveriesPage::new(frame(), &id, None, rows, Some("1.2".to_owned())));
    put(all, "deliveries, none", &DeliveriesPage::new(frame(), &id, state, Vec::new(), None));
    for (which, is_wrong) in [(Which::NotReached, false), (Which::In(DeliveryState::Failed), true)] {
        let page = DeliveriesExportPage::new(frame(), &id, which, NAME.to_owned(), is_wrong);
        put(all, format!("deliveries, export, {is_wrong}"), &page);
    }
    let stock = Stock {
        pages: vec![page(None, true), page(Some(PageStop::Restricted), true)],
        tags: vec![TagView { id: TagId([6; 16]), name: NAME.to_owned() }],
        templates: TemplateStatus::ALL.map(template).into(),
        languages: vec!["en".to_owned(), "ar".to_owned(), "xx".to_owned()],
    };
    put(all, "compose, no pages", &ComposePage::new(frame(), Typed::default(), &Stock::default()));
    put(all, "compose", &ComposePage::new(frame(), Typed::default(), &stock));
    let bare = Stock { tags: Vec::new(), templates: Vec::new(), ..stock };
    put(all, "compose, bare", &ComposePage::new(frame(), Typed::default(), &bare));
    let stock = Stock { templates: TemplateStatus::ALL.map(template).into(), ..bare };
    for field in
        ["text", "image", "buttons", "template", "parameters", "tag", "language", "pages", "open_until"]
    {
        let typed = Typed { is_utility: field == "template", text: NAME.to_owned(), ..Typed::default() };
        let mut page = ComposePage::new(frame(), typed, &stock);
        page.trouble = Some(Trouble { field, sentence: language.say(&format!("compose-wrong-{field}")) });
        page.sketch = bubbles();
        put(all, format!("compose, wrong {field}"), &page);
    }
    let template = Sketch { bubbles: Vec::new(), template: Some(NAME.to_owned()) };
    for (name, sketch) in [("empty", Sketch::default()), ("said", bubbles()), ("template", template)] {
        let trouble = (name == "empty").then(|| Trouble { field: "text", sentence: NAME.to_owned() });
        put(all, format!("sketch, {name}"), &SketchPart { frame: frame(), sketch, trouble });
    }
}

fn about_templates<'a>(
    all: &mut Rendered,
    shell: &impl Fn(Section) -> Shell<'a>,
    names: &[(PageId, String)],
) {
    let frame = || shell(Section::Templates);
    let (language, reader) = (frame().language, frame().reader());
    put(all, "no template", &TemplatesPage { frame: frame(), rows: Vec::new(), next: None });
    let views = TemplateStatus::ALL.map(template);
    let mut rows: Vec<TemplateRow> = views.iter().map(|view| TemplateRow::new(reader, view, names)).collect();
    let reasons =
        ["INCORRECT_PARAMS", "PARAMS_TO_WORD_RATIO_EXCEED_LIMIT", "TAG_SHOULD_BE_MARKETING", "NONE", "NEW"];
    for reason in reasons {
        let view = TemplateView { reason: Some(reason.to_owned()), ..template(TemplateStatus::Rejected) };
        rows.push(TemplateRow::new(reader, &view, names));
    }
    put(all, "the templates", &TemplatesPage { frame: frame(), rows, next: Some("tpl_1".to_owned()) });
    let [view, ..] = &views;
    put(all, "delete template?", &delete_question(frame(), view));
    let typed = || TypedTemplate { name: NAME.to_owned(), body: NAME.to_owned(), ..TypedTemplate::default() };
    put(all, "write, no pages", &WritePage::new(frame(), TypedTemplate::default(), &[], None));
    put(all, "write", &WritePage::new(frame(), typed(), names, None));
    for field in ["page", "name", "language", "body", "examples", "link", "meta"] {
        let sentence = language.say(&format!("templates-wrong-{field}"));
        let wrong = WrongTemplate { field, sentence, detail: NAME.to_owned() };
        put(all, format!("write, {field}"), &WritePage::new(frame(), typed(), names, Some(wrong)));
    }
}

fn about_tokens<'a>(all: &mut Rendered, shell: &impl Fn(Section) -> Shell<'a>) {
    let frame = || shell(Section::Tokens);
    let (id, scopes) = (TokenId([5; 16]), TokenScope::ALL.to_vec());
    let tokens = [
        TokenView {
            id,
            scopes: scopes.clone(),
            created_at: AT,
            expires_at: Some(AT),
            tail: Some("x7_Q".to_owned()),
        },
        TokenView { id, scopes, created_at: AT, expires_at: None, tail: None },
    ];
    put(all, "tokens, none", &TokensPage::new(frame(), &[], &[]));
    put(all, "tokens", &TokensPage::new(frame(), &tokens, &[]));
    let mut made = TokensPage::new(frame(), &tokens, &[]);
    made.secret = Some("ent_secret".to_owned());
    put(all, "token, made", &made);
    for wrong in ["tokens-wrong-scopes", "tokens-wrong-days"] {
        let mut page = TokensPage::new(frame(), &tokens, &[TokenScope::LeadsRead]);
        page.wrong = Some(page.frame.language.say(wrong));
        put(all, wrong, &page);
    }
    put(all, "revoke?", &revoke_question(frame(), &id));
}

pub fn brand(text: &str) -> Brand {
    toml::from_str(text).expect("a brand's file")
}
