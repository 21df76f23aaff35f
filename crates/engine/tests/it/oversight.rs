//! What the admin looks at of what an account keeps: all of it can be reached, for a reason, and whoever's it is sees each
//! look.

use crate::broadcasts::promotion;
use crate::home::{Home, admin, find};
use crate::people::{EMAIL, Town};
use crate::support::{looks_at, proven, said};
use engine::actions::exports::{By, COLUMNS, ExportForm, Form, begin};
use engine::actions::sign_in::SignedIn;
use engine::actions::support::Wanted;
use engine::actions::templates::{self, TemplateForm};
use engine::actions::{bot, broadcasts, leads, my, oversight, support, tags};
use engine::views::audit::{self, Filter};
use engine::views::leads::Filter as Leads;
use engine::views::oversight as views;
use engine::{Actor, EngineError};
use model::bot::rule::{Answer, Rule, Then, When};
use model::bot::settings::BotSettings;
use model::id::{AccountId, BroadcastId};
use model::support::Scope;
use model::time::{Clock, Span};
use serde_json::json;
use store::tables::daily;

const WHY: &str = "a page sends nothing since Monday";

/// A town in which somebody can sign in, and the owner of the page as one who has.
async fn peopled() -> (Town, SignedIn) {
    let town = Town::new().await;
    town.settle_in().await;
    let who = town.sign_in().await;
    let owner = SignedIn { actor: town.home.actor(), ..who };
    town.mails().await;
    (town, owner)
}

/// Who looked at what of the account, as its own page says it, the newest first.
async fn seen(town: &Town, owner: &SignedIn) -> Vec<(String, String, Option<String>)> {
    let looks = engine::views::account::readings(&town.home.engine, owner).await.unwrap();
    looks.iter().map(|look| (look.reader.clone(), look.what.join(" "), said(look))).collect()
}

async fn draft(home: &Home) -> BroadcastId {
    broadcasts::create(&home.engine, &home.actor(), promotion("Fresh rye bread")).await.unwrap().id
}

/// What an account keeps beside its leads and broadcasts: a bot of its own, a template, a tag, and a file taken out.
async fn furnish(home: &Home) {
    let (engine, owner) = (&home.engine, &home.actor());
    let when = When::Contains { words: vec!["rye".to_owned()] };
    let then = Then::Answer { answer: Answer { text: "Every Friday.".to_owned(), ..Answer::default() } };
    let rule = Rule { name: "rye".to_owned(), language: None, when, then };
    let settings = BotSettings { rules: vec![rule], ..BotSettings::default() };
    bot::set(engine, owner, home.page, 0, settings).await.unwrap();
    home.settle().await;
    home.meta.answer_with(|request| {
        request.url.contains("/message_templates").then(|| json!({"id": "1", "status": "PENDING"}))
    });
    let form = TemplateForm {
        page: home.page,
        name: "order_ready".into(),
        language: "en".into(),
        body: "Your order is ready at the counter.".into(),
        examples: Vec::new(),
        link: None,
    };
    templates::create(engine, owner, form).await.unwrap();
    home.meta.answer_with(|_| None);
    tags::create(engine, owner, "regulars").await.unwrap();
    let asked = ExportForm {
        filter: Leads::default(),
        form: Form::Csv,
        with_names: false,
        why: "the bookkeeper asked".to_owned(),
        by: By::Console,
    };
    let heads = COLUMNS.iter().map(|head| (*head).to_owned()).collect();
    let mut file = begin(engine, owner, asked, heads).await.unwrap();
    while file.next(engine).await.unwrap().is_some() {}
}

#[tokio::test]
async fn claim_a1_an_admin_reaches_all_that_an_account_keeps_and_whoever_s_it_is_sees_each_look() {
    let (town, owner) = peopled().await;
    let (home, engine, boss) = (&town.home, &town.home.engine, admin(town.home.brand));
    let lead = home.opt_in("psid-1", "My name is Zelda").await;
    let (account, broadcast) = (home.account, draft(home).await);
    // To ask what for, nothing is told of it, and nothing written down.
    assert_eq!(views::keeper_of_lead(engine, &boss, lead).await.unwrap(), account);
    assert_eq!(views::keeper_of_broadcast(engine, &boss, broadcast).await.unwrap(), account);
    assert_eq!(seen(&town, &owner).await, []);
    let step = || home.clock.advance(Span::secs(1));
    let pages = oversight::pages(engine, &boss, account, WHY, (None, 9)).await.unwrap();
    assert_eq!(pages.iter().map(|page| page.id).collect::<Vec<_>>(), [home.page]);
    step();
    let list = oversight::leads(engine, &boss, account, WHY, (None, 9)).await.unwrap();
    assert_eq!(list.iter().map(|lead| lead.id).collect::<Vec<_>>(), [lead]);
    step();
    let behind = oversight::leads(engine, &boss, account, WHY, (Some(lead), 9)).await.unwrap();
    assert_eq!(behind.len(), 0);
    step();
    let sent = oversight::broadcasts(engine, &boss, account, WHY, (None, 9)).await.unwrap();
    assert_eq!(sent.iter().map(|one| one.id).collect::<Vec<_>>(), [broadcast]);
    step();
    let shown = oversight::lead(engine, &boss, lead, WHY).await.unwrap();
    assert_eq!((shown.account, shown.who.psid.reveal().as_str()), (account, "psid-1"));
    assert!(!shown.detail.consents.is_empty());
    step();
    let (of, said) = oversight::broadcast(engine, &boss, broadcast, WHY).await.unwrap();
    assert_eq!((of, said.text.as_str()), (account, "Fresh rye bread"));

    let looked = ["broadcast", "lead", "opened_broadcasts", "opened_leads", "opened_leads", "opened_pages"];
    let line = |what: &str| ("admin".to_owned(), what.to_owned(), Some(WHY.to_owned()));
    assert_eq!(seen(&town, &owner).await, looked.map(line));
    assert_eq!(looks_at(home, lead).await, [("admin".to_owned(), Some(WHY.to_owned()))]);
    // In the audit, whose and what, and never which lead.
    let filter = Filter { kind: Some("account_opened"), ..Filter::default() };
    let entries = audit::list(engine, &boss, filter, None, 9).await.unwrap();
    let facts = entries.iter().map(|entry| {
        let facts = entry.facts.iter().map(|(name, value)| (name.as_str(), value.reveal().as_str()));
        facts.collect::<Vec<_>>()
    });
    let account = account.to_string();
    let wanted = looked.map(|what| vec![("account", account.as_str()), ("reason", WHY), ("what", what)]);
    assert_eq!(facts.collect::<Vec<_>>(), wanted);
    // It goes with the lead, and the account's own line says of nobody who it was.
    leads::erase(engine, &home.actor(), lead).await.unwrap();
    home.settle().await;
    assert_eq!(seen(&town, &owner).await.len(), looked.len());
    assert_eq!(find(&home.content().await, WHY.as_bytes()), None, "what for lies sealed");
}

#[tokio::test]
async fn claim_a1_an_admin_reaches_bots_templates_tags_and_exports_too() {
    let (town, owner) = peopled().await;
    let (home, engine, boss) = (&town.home, &town.home.engine, admin(town.home.brand));
    let account = home.account;
    furnish(home).await;
    let step = || home.clock.advance(Span::secs(1));
    step();
    let bots = oversight::bots(engine, &boss, account, WHY, (None, 9)).await.unwrap();
    let [(page, bot)] = bots.as_slice() else { panic!("{}", bots.len()) };
    assert_eq!((page.id, bot.page, bot.settings.rules[0].name.as_str()), (home.page, home.page, "rye"));
    step();
    let templates = oversight::templates(engine, &boss, account, WHY, (None, 9)).await.unwrap();
    assert_eq!(templates.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["order_ready"]);
    step();
    let tags = oversight::tags(engine, &boss, account, WHY).await.unwrap();
    assert_eq!(tags.iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>(), ["regulars"]);
    step();
    let taken = oversight::exports(engine, &boss, account, WHY, (None, 9)).await.unwrap();
    let taken: Vec<_> = taken.iter().map(|one| (one.form.as_str(), one.why.reveal().as_str())).collect();
    assert_eq!(taken, [("csv", "the bookkeeper asked")]);
    let looked = ["opened_exports", "opened_tags", "opened_templates", "opened_bots"];
    let line = |what: &str| ("admin".to_owned(), what.to_owned(), Some(WHY.to_owned()));
    assert_eq!(seen(&town, &owner).await, looked.map(line));
}

#[tokio::test]
async fn claim_a1_nothing_is_shown_without_a_reason_nor_to_others_nor_where_it_cannot_be_written_down() {
    let (town, owner) = peopled().await;
    let (home, engine, boss) = (&town.home, &town.home.engine, admin(town.home.brand));
    let lead = home.opt_in("psid-1", "hello").await;
    let (account, broadcast) = (home.account, draft(home).await);
    let ask = async |who: &Actor, account: AccountId, why: &str| {
        let some = (None, 9);
        [
            oversight::pages(engine, who, account, why, (None, 9)).await.map(drop),
            oversight::leads(engine, who, account, why, some).await.map(drop),
            oversight::broadcasts(engine, who, account, why, (None, 9)).await.map(drop),
            oversight::bots(engine, who, account, why, (None, 9)).await.map(drop),
            oversight::templates(engine, who, account, why, (None, 9)).await.map(drop),
            oversight::tags(engine, who, account, why).await.map(drop),
            oversight::exports(engine, who, account, why, (None, 9)).await.map(drop),
            oversight::lead(engine, who, lead, why).await.map(drop),
            oversight::broadcast(engine, who, broadcast, why).await.map(drop),
        ]
    };
    for why in ["", "why not", &"x".repeat(501)] {
        for answer in ask(&boss, account, why).await {
            assert!(matches!(answer, Err(EngineError::Invalid { field: "reason", .. })), "{answer:?}");
        }
    }
    let elsewhere = Actor { brand: home.other_brand(), ..boss.clone() };
    for who in [&home.actor(), &elsewhere] {
        for answer in ask(who, account, WHY).await {
            assert!(
                matches!(answer, Err(EngineError::NotFound(_) | EngineError::Forbidden(_))),
                "{answer:?}"
            );
        }
    }
    // Of an account that is nobody's, what was typed is not looked at.
    for answer in &ask(&boss, AccountId([7; 16]), "").await[..7] {
        assert!(matches!(answer, Err(EngineError::NotFound(_))), "{answer:?}");
    }
    home.refuse_entries(true).await;
    for answer in ask(&boss, account, WHY).await {
        assert!(matches!(answer, Err(EngineError::Store(_))), "{answer:?}");
    }
    home.refuse_entries(false).await;
    assert_eq!(seen(&town, &owner).await, []);
    assert_eq!(looks_at(home, lead).await, []);
    // Whoever asked that their data be kept and not used is in the list, and no more.
    my::restrict(engine, &proven(home, lead).await, true).await.unwrap();
    let answer = oversight::lead(engine, &boss, lead, WHY).await.map(drop);
    assert!(matches!(answer, Err(EngineError::Conflict(_))), "{answer:?}");
    let list = oversight::leads(engine, &boss, account, WHY, (None, 9)).await.unwrap();
    assert!(list[0].restricted);
}

/// Counted by the day, by whom, off the account's lines: no list costs a line per lead.
#[tokio::test]
async fn claim_a1_a_lead_sees_how_often_a_list_was_opened_in_which_they_may_stand() {
    let (town, _) = peopled().await;
    let (home, engine, boss) = (&town.home, &town.home.engine, admin(town.home.brand));
    let wanted = Wanted {
        helper: "A Sample Helper".to_owned(),
        purpose: "messages do not arrive".to_owned(),
        scopes: vec![Scope::Leads],
        lasts: Span::hours(72),
    };
    let (_, code) = support::grant(engine, &boss, &wanted).await.unwrap();
    let secret = support::enter(engine, home.brand, code.reveal(), None).await.unwrap().unwrap();
    let helper = support::find(engine, home.brand, secret.reveal()).await.unwrap().unwrap();
    let whose = Some(support::Person::Account(home.account));
    let by_helper = async |what: &'static str| support::look(engine, &helper, what, whose).await.unwrap();
    let by_admin = async || oversight::leads(engine, &boss, home.account, WHY, (None, 9)).await.unwrap();
    // Before they first wrote, they stood in none.
    by_helper("leads").await;
    by_admin().await;
    home.clock.advance(Span::minutes(1));
    let lead = home.opt_in("psid-1", "hello").await;
    let lists = async || {
        let view = engine::views::my::get(engine, &proven(home, lead).await).await.unwrap();
        assert_eq!(view.readings.len(), 0, "nobody was named");
        view.lists.into_iter().map(|list| (list.day, list.reader, list.times)).collect::<Vec<_>>()
    };
    assert_eq!(lists().await, []);
    let day = daily::day(home.clock.now());
    by_helper("leads").await;
    by_helper("leads").await;
    by_helper("broadcasts").await;
    by_admin().await;
    oversight::pages(engine, &boss, home.account, WHY, (None, 9)).await.unwrap();
    home.clock.advance(Span::days(1));
    by_admin().await;
    let of = |day, reader: &str, times| (day, reader.to_owned(), times);
    assert_eq!(
        lists().await,
        [of(day + 1, "admin", 1), of(day, "support", 2), of(day, "admin", 1)],
        "the newest day first"
    );
    let file = my::export(engine, &proven(home, lead).await).await.unwrap();
    let file: serde_json::Value = serde_json::from_slice(&file).unwrap();
    assert_eq!(file["lists_that_were_opened"][1]["times"], 2, "{file}");
}

#[tokio::test]
async fn claim_f6_the_mails_about_looks_into_an_account_end_and_each_look_is_in_its_list() {
    let (town, owner) = peopled().await;
    let (engine, boss) = (&town.home.engine, admin(town.home.brand));
    let who = town.sign_in().await;
    let account = who.actor.account;
    town.mails().await;
    for _ in 0..12 {
        oversight::pages(engine, &boss, account, WHY, (None, 9)).await.unwrap();
    }
    let mails = town.mails().await;
    assert!(mails.iter().all(|(kind, to, _)| kind == "admin_opened" && to == EMAIL), "{mails:?}");
    assert_eq!(mails.len(), 10);
    assert_eq!(seen(&town, &who).await.len(), 12);
    assert_eq!(seen(&town, &owner).await, [], "of nobody else");
    // An admin has no mail of what they looked at of their own.
    town.home.clock.advance(Span::hours(2));
    let own = Actor { account, ..boss };
    oversight::pages(engine, &own, account, WHY, (None, 9)).await.unwrap();
    assert_eq!((town.mails().await.len(), seen(&town, &who).await.len()), (0, 13));
}
