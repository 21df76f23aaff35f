//! Breaches: who is affected is computed and not guessed, the register cannot be shortened, and each step is an entry.

use crate::home::{Home, account, actor, admin};
use crate::told::Town;
use engine::actions::breaches::{self, FactsForm};
use engine::actions::exports::{By, COLUMNS, ExportForm, Form, begin};
use engine::actions::support::Person;
use engine::actions::{leads, oversight, support, tokens};
use engine::views::breaches::{Asked, BreachDetail, Fault, Part, Words};
use engine::views::leads::Filter;
use engine::{Actor, Door, Engine, EngineError, Reason, Role, TokenScope, views};
use model::breach::{Standing, Start, What, Whats};
use model::id::{AccountId, BreachId, LeadId, SessionId};
use model::support::Scope;
use model::time::{Clock, Span, Timestamp};
use std::collections::BTreeSet;
use store::tables::session::{self, NewSession, Stage};
use store::{params, statements};

statements! {
    DROP_LAST = "DELETE FROM breach_entry WHERE number = (SELECT max(number) FROM breach_entry)";
    DROP_ONE = "DELETE FROM breach_entry WHERE number = 2";
    MAKE_ADMIN = "UPDATE account SET role = 'admin' WHERE id = $1";
    SWAP = "UPDATE breach_entry SET kind = 'closed' WHERE number = 2";
}

/// A generator whose numbers only have to be mixed.
struct Dice(u64);

impl Dice {
    fn of(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

pub async fn suspected(home: &Home) -> BreachId {
    let (engine, me) = (&home.engine, admin(home.brand));
    breaches::note(engine, &me, ("A stolen laptop", "Found open"), home.clock.now(), false).await.unwrap()
}

pub async fn aware(home: &Home) -> BreachId {
    let id = suspected(home).await;
    breaches::become_aware(&home.engine, &admin(home.brand), id, home.clock.now()).await.unwrap();
    id
}

pub async fn detail(home: &Home, id: BreachId) -> BreachDetail {
    views::breaches::get(&home.engine, &admin(home.brand), id).await.unwrap()
}

pub fn from(home: &Home, start: Start, name: &str) -> Asked {
    let until = home.clock.now();
    Asked {
        start,
        name: name.to_owned(),
        from: Timestamp::ZERO.max(until.minus(Span::days(300))),
        until,
        with_keys: false,
    }
}

/// Whom a fresh case finds: for certain, and possibly.
async fn found(home: &Home, asked: &Asked) -> (BTreeSet<LeadId>, BTreeSet<LeadId>) {
    let (engine, me, id) = (&home.engine, admin(home.brand), suspected(home).await);
    breaches::search(engine, &me, id, asked).await.unwrap();
    let of = |is_certain| {
        let me = me.clone();
        async move {
            let found = views::breaches::people(engine, &me, id, (Part::Lead, is_certain)).await.unwrap();
            found.into_iter().map(LeadId).collect::<BTreeSet<_>>()
        }
    };
    (of(true).await, of(false).await)
}

async fn whole_file(engine: &Engine, who: &Actor) {
    let asked = ExportForm {
        filter: Filter::default(),
        form: Form::Csv,
        with_names: true,
        why: "a drill".to_owned(),
        by: By::Console,
    };
    let heads = COLUMNS.iter().map(|head| (*head).to_owned()).collect();
    let mut file = begin(engine, who, asked, heads).await.unwrap();
    while file.next(engine).await.unwrap().is_some() {}
}

/// Many doors, random acts, and the truth beside.
#[tokio::test]
async fn claim_x8_a_drill_computes_exactly_whom_the_intruder_saw() {
    let home = Home::new().await;
    let (engine, me) = (&home.engine, home.actor());
    let neighbour = actor(home.brand, account(engine, home.brand, 100).await);
    home.add_page(neighbour.account, "990077").await;
    let mut people = Vec::new();
    for number in 0..6 {
        people.push(home.opt_in(&format!("psid-{number}"), "hello").await);
    }
    engine.checkpoint().await.unwrap();
    let entropy = testkit::SeededEntropy::new(11);
    let sessions: Vec<SessionId> = (0..4).map(|_| SessionId::new(home.clock.now(), &entropy)).collect();
    for id in &sessions {
        come_in(&home, *id).await;
    }
    let mut token = Vec::new();
    for _ in 0..2 {
        let made = tokens::create_own(engine, &me, &[TokenScope::LeadsRead], None).await.unwrap();
        token.push(made);
    }
    home.clock.advance(Span::minutes(1));
    let began = home.clock.now();
    let doors: Vec<Actor> = sessions
        .iter()
        .map(|id| Actor { door: Some(Door::Session(*id)), ..me.clone() })
        .chain(token.iter().map(|(id, _)| Actor {
            door: Some(Door::Token(*id)),
            scopes: vec![TokenScope::LeadsRead],
            ..me.clone()
        }))
        .collect();
    let mut truth: Vec<BTreeSet<LeadId>> = vec![BTreeSet::new(); doors.len()];
    let mut dice = Dice(20_261_126);
    for step in 0..70 {
        home.clock.advance(Span::minutes(7));
        let at = dice.of(doors.len());
        let (who, lead) = (&doors[at], people[dice.of(people.len())]);
        match dice.of(7) {
            0 | 1 => drop(leads::reveal(engine, who, lead, Reason::Order).await.unwrap()),
            2 => {
                let event = views::leads::get(engine, &me, lead).await.unwrap().consents[0].id;
                drop(leads::proof(engine, who, lead, event).await.unwrap());
            }
            3 if step % 3 == 0 => drop(leads::export(engine, who, lead).await.unwrap()),
            3 => drop(leads::export_by_api(engine, who, lead, "a drill").await.unwrap()),
            4 if step % 4 == 0 => {
                whole_file(engine, who).await;
                truth[at].extend(people.iter().copied());
                continue;
            }
            // Somebody new, seen by nobody yet.
            5 if step % 5 == 0 => {
                people.push(home.opt_in(&format!("psid-new-{step}"), "hello").await);
                engine.checkpoint().await.unwrap();
                continue;
            }
            // Lists name nobody.
            _ => {
                views::leads::filtered(engine, who, Filter::default(), None, 5).await.unwrap();
                continue;
            }
        }
        truth[at].insert(lead);
    }
    assert!(truth.iter().all(|seen| !seen.is_empty()), "the dice left a door unused: {truth:?}");
    assert!(truth.iter().any(|seen| seen.len() < people.len()), "the dice showed everybody to everybody");
    // One has signed out; of it what went through it is left.
    let ended = sessions[3];
    sign_out(&home, ended).await;
    let of_session = |id: &SessionId| Asked { from: began, ..from(&home, Start::Session, &id.to_string()) };
    for (id, truth) in sessions.iter().zip(&truth) {
        let (certain, possible) = found(&home, &of_session(id)).await;
        assert_eq!((&certain, possible.len()), (truth, 0), "{id}");
    }
    for ((id, _), truth) in token.iter().zip(&truth[sessions.len()..]) {
        let (certain, possible) = found(&home, &from(&home, Start::Token, &id.to_string())).await;
        assert_eq!(&certain, truth, "{id}");
        // A token reads without a line: everybody else is an upper bound, and said to be one.
        let all: BTreeSet<LeadId> = certain.union(&possible).copied().collect();
        assert_eq!(all, people.iter().copied().collect());
    }
    // One account's time, and the brand's: the union of what its doors saw is certain.
    let union: BTreeSet<LeadId> = truth.iter().flatten().copied().collect();
    let asked = from(&home, Start::Account, &me.account.to_string());
    assert_eq!(found(&home, &asked).await.0, union);
    assert_eq!(found(&home, &from(&home, Start::Window, "")).await.0, union);
    // Nobody looked at the neighbour's, and nobody looked before it all began.
    let asked = from(&home, Start::Account, &neighbour.account.to_string());
    assert_eq!(found(&home, &asked).await, (BTreeSet::new(), BTreeSet::new()));
    let mut early = from(&home, Start::Session, &ended.to_string());
    early.until = early.from.plus(Span::days(1));
    let refused = breaches::search(engine, &admin(home.brand), suspected(&home).await, &early).await;
    assert!(matches!(refused, Err(EngineError::Invalid { field: "name", .. })), "{refused:?}");

    // Whoever is in a session makes a token there and walks the API with it: no line says so, and everybody who was
    // there as long as it was good may have been seen. Nothing says in which session it was made.
    let (made, _) = tokens::create_own(engine, &doors[2], &[TokenScope::LeadsRead], None).await.unwrap();
    home.clock.advance(Span::minutes(5));
    let scopes = vec![TokenScope::LeadsRead];
    let walker = Actor { door: Some(Door::Token(made)), scopes, ..me.clone() };
    views::leads::filtered(engine, &walker, Filter::default(), None, 50).await.unwrap();
    tokens::revoke(engine, home.brand, made).await.unwrap();
    home.clock.advance(Span::minutes(5));
    let late = home.opt_in("psid-late", "hello").await;
    for (id, truth) in sessions.iter().zip(&truth) {
        let (certain, possible) = found(&home, &of_session(id)).await;
        assert_eq!(&certain, truth, "{id}");
        let all: BTreeSet<LeadId> = certain.union(&possible).copied().collect();
        assert_eq!(all, people.iter().copied().collect(), "{id}");
        assert!(!all.contains(&late));
    }
}

/// The account's row of this session.
async fn come_in(home: &Home, id: SessionId) {
    come_in_as(home, home.account, id).await;
}

async fn come_in_as(home: &Home, account: AccountId, id: SessionId) {
    let (brand, now) = (home.brand, home.clock.now());
    let new = NewSession {
        hash: [id.0, id.0].concat().try_into().unwrap(),
        id,
        account,
        stage: Stage::SignedIn,
        is_kept: false,
        created_at: now,
        expires_at: now.plus(Span::days(1)),
        sealed: [&[0xe5, 0x01][..], &[7; 80]].concat(),
    };
    home.data.write("come_in", move |tx| session::insert(tx.brand(brand), &new)).await.unwrap();
}

async fn sign_out(home: &Home, id: SessionId) {
    sign_out_as(home, home.account, id).await;
}

async fn sign_out_as(home: &Home, account: AccountId, id: SessionId) {
    let brand = home.brand;
    let ended = move |tx: &store::Tx<'_>| session::delete_by_id(tx.brand(brand), account, id);
    let ended: Result<u64, store::StoreError> = home.data.write("sign_out", ended).await;
    assert_eq!(ended.unwrap(), 1);
}

#[tokio::test]
async fn claim_x8_an_access_for_support_that_was_made_in_an_admins_session_counts_as_the_intruders() {
    let town = Town::new().await;
    let (home, engine) = (&town.home, &town.home.engine);
    let account = home.account;
    let make_admin = move |tx: &store::Tx<'_>| tx.execute(&MAKE_ADMIN, &params![account]);
    home.data.write("make_admin", make_admin).await.map_err(|error: store::StoreError| error).unwrap();
    let (own, shown, unseen) = (
        home.opt_in("psid-own", "hello").await,
        home.opt_in("psid-shown", "hello").await,
        home.opt_in("psid-unseen", "hello").await,
    );
    let wanted = support::Wanted {
        helper: "A Sample Helper, Example Ltd".to_owned(),
        purpose: "messages do not arrive".to_owned(),
        scopes: vec![Scope::Leads],
        lasts: Span::hours(4),
    };
    let help = async |who: &Actor, lead: LeadId| {
        let (id, code) = support::grant(engine, who, &wanted).await.unwrap();
        let secret = support::enter(engine, home.brand, code.reveal(), None).await.unwrap().unwrap();
        let helper = support::find(engine, home.brand, secret.reveal()).await.unwrap().unwrap();
        home.clock.advance(Span::minutes(1));
        support::show_lead(engine, &helper, lead, "looking for a lost message").await.unwrap();
        id
    };
    let entropy = testkit::SeededEntropy::new(9);
    let session = SessionId::new(home.clock.now(), &entropy);
    let me = Actor { role: Role::Admin, door: Some(Door::Session(session)), ..home.actor() };
    // One from before the session.
    help(&Actor { door: None, ..me.clone() }, unseen).await;
    home.clock.advance(Span::minutes(1));
    let began = home.clock.now();
    come_in(home, session).await;
    leads::reveal(engine, &me, own, Reason::Order).await.unwrap();
    let grant = help(&me, shown).await;
    home.clock.advance(Span::minutes(1));
    let asked = |start, name: String| Asked { from: began, ..from(home, start, &name) };
    let wanted = (BTreeSet::from([own]), BTreeSet::from([shown]));
    assert_eq!(found(home, &asked(Start::Session, session.to_string())).await, wanted);
    sign_out(home, session).await;
    assert_eq!(found(home, &asked(Start::Session, session.to_string())).await, wanted);
    // Whoever begins at the grant itself knows for certain.
    let of_grant = found(home, &asked(Start::Grant, grant.to_string())).await;
    assert_eq!(of_grant, (BTreeSet::from([shown]), BTreeSet::new()));
}

#[tokio::test]
async fn claim_x8_whoever_s_page_a_helper_opened_is_found_though_it_names_nobody() {
    let town = Town::new().await;
    let (home, engine) = (&town.home, &town.home.engine);
    let (opened, listed) = (home.opt_in("psid-1", "hello").await, home.opt_in("psid-2", "hello").await);
    let wanted = support::Wanted {
        helper: "A Sample Helper, Example Ltd".to_owned(),
        purpose: "messages do not arrive".to_owned(),
        scopes: vec![Scope::Leads],
        lasts: Span::hours(4),
    };
    let enter = async || {
        let (id, code) = support::grant(engine, &admin(home.brand), &wanted).await.unwrap();
        let secret = support::enter(engine, home.brand, code.reveal(), None).await.unwrap().unwrap();
        (id, support::find(engine, home.brand, secret.reveal()).await.unwrap().unwrap())
    };
    let (first, helper) = enter().await;
    home.clock.advance(Span::minutes(1));
    support::look(engine, &helper, "lead", Some(Person::Lead(opened))).await.unwrap();
    let (second, helper) = enter().await;
    support::look(engine, &helper, "leads", Some(Person::Account(home.account))).await.unwrap();
    home.clock.advance(Span::minutes(1));
    home.opt_in("psid-late", "hello").await;
    let search = async |start, name: String| {
        let (asked, id) = (from(home, start, &name), suspected(home).await);
        let summary = breaches::search(engine, &admin(home.brand), id, &asked).await.unwrap();
        let seen = detail(home, id).await;
        let (certain, possible) = found(home, &asked).await;
        (certain, possible, summary.accounts_certain, (seen.what_of_leads, seen.what_of_accounts))
    };
    let (nobody, list) = (BTreeSet::new(), Whats::of(&[What::Listed]));
    let of_one = search(Start::Grant, first.to_string()).await;
    assert_eq!(of_one, (BTreeSet::from([opened]), nobody.clone(), 0, (list, Whats::default())));
    // Which of an account's leads a list showed is not known.
    let of_list = search(Start::Grant, second.to_string()).await;
    let standing = Whats::of(&[What::Standing]);
    assert_eq!(of_list, (nobody, BTreeSet::from([opened, listed]), 1, (list, standing)));
    let of_time = search(Start::Window, String::new()).await;
    assert_eq!(of_time, (BTreeSet::from([opened]), BTreeSet::from([listed]), 1, (list, standing)));
}

/// An intruder in an admin's session reaches what every account keeps; the account's owner is not taken for the intruder.
#[tokio::test]
async fn claim_x8_whatever_was_looked_at_of_an_account_in_an_admins_session_is_found() {
    let town = Town::new().await;
    let (home, engine) = (&town.home, &town.home.engine);
    let (shown, listed) = (home.opt_in("psid-1", "hello").await, home.opt_in("psid-2", "hello").await);
    let boss = account(engine, home.brand, 0).await;
    let make_admin = move |tx: &store::Tx<'_>| tx.execute(&MAKE_ADMIN, &params![boss]);
    home.data.write("make_admin", make_admin).await.map_err(|error: store::StoreError| error).unwrap();
    let session = SessionId::new(home.clock.now(), &testkit::SeededEntropy::new(9));
    come_in_as(home, boss, session).await;
    let me = Actor { door: Some(Door::Session(session)), ..Actor { account: boss, ..admin(home.brand) } };
    let why = "a page sends nothing since Monday";
    home.clock.advance(Span::minutes(1));
    oversight::lead(engine, &me, shown, why).await.unwrap();
    let asked = |start, name: String| from(home, start, &name);
    let (nobody, of_one) = (BTreeSet::new(), BTreeSet::from([shown]));
    let by_session = async || found(home, &asked(Start::Session, session.to_string())).await;
    assert_eq!(by_session().await, (of_one.clone(), nobody.clone()));
    // Which of an account's leads a list showed is not known, nor which admin looked where the door is not.
    oversight::leads(engine, &me, home.account, why, (None, 9)).await.unwrap();
    home.clock.advance(Span::minutes(1));
    home.opt_in("psid-late", "hello").await;
    let rest = BTreeSet::from([listed]);
    assert_eq!(by_session().await, (of_one.clone(), rest.clone()));
    let of_boss = found(home, &asked(Start::Account, boss.to_string())).await;
    assert_eq!(of_boss, (nobody.clone(), BTreeSet::from([shown, listed])));
    let of_owner = found(home, &asked(Start::Account, home.account.to_string())).await;
    assert_eq!(of_owner, (nobody.clone(), nobody));
    assert_eq!(found(home, &asked(Start::Window, String::new())).await, (of_one.clone(), rest.clone()));
    sign_out_as(home, boss, session).await;
    assert_eq!(by_session().await, (of_one, rest));
}

#[tokio::test]
async fn claim_x8_what_a_token_for_broadcasts_could_read_is_an_upper_bound_of_its_own_kind() {
    let town = Town::new().await;
    let (home, engine, me) = (&town.home, &town.home.engine, town.home.actor());
    let people: BTreeSet<LeadId> =
        [home.opt_in("psid-1", "hello").await, home.opt_in("psid-2", "hello").await].into();
    home.clock.advance(Span::minutes(1));
    let mut made = Vec::new();
    for scope in [TokenScope::PagesRead, TokenScope::BroadcastsRead, TokenScope::LeadsRead] {
        made.push(tokens::create_own(engine, &me, &[scope], None).await.unwrap().0);
    }
    // A helper's, of an admin who has pages.
    let account = home.account;
    let make_admin = move |tx: &store::Tx<'_>| tx.execute(&MAKE_ADMIN, &params![account]);
    home.data.write("make_admin", make_admin).await.map_err(|error: store::StoreError| error).unwrap();
    let boss = Actor { role: Role::Admin, ..me.clone() };
    let wanted = support::Wanted {
        helper: "A Sample Helper, Example Ltd".to_owned(),
        purpose: "messages do not arrive".to_owned(),
        scopes: vec![Scope::Secrets],
        lasts: Span::hours(4),
    };
    let (grant, code) = support::grant(engine, &boss, &wanted).await.unwrap();
    let bare = support::grant(engine, &boss, &wanted).await.unwrap().0;
    let secret = support::enter(engine, home.brand, code.reveal(), None).await.unwrap().unwrap();
    let helper = support::find(engine, home.brand, secret.reveal()).await.unwrap().unwrap();
    support::make_token(engine, &helper, "looking for a lost message").await.unwrap();
    home.clock.advance(Span::minutes(1));
    for id in &made {
        tokens::revoke(engine, home.brand, *id).await.unwrap();
    }
    support::end(engine, &boss, grant).await.unwrap();
    home.clock.advance(Span::minutes(1));
    let late = home.opt_in("psid-late", "hello").await;
    let (nobody, deliveries) = (Whats::default(), Whats::of(&[What::Deliveries]));
    let search = async |start, name: String| {
        let (asked, id) = (from(home, start, &name), suspected(home).await);
        breaches::search(engine, &admin(home.brand), id, &asked).await.unwrap();
        let what = detail(home, id).await.what_of_leads;
        let (certain, possible) = found(home, &asked).await;
        assert!(certain.is_empty() && !possible.contains(&late), "{start:?} {name}");
        (possible, what)
    };
    let token = async |at: usize| search(Start::Token, made[at].to_string()).await;
    assert_eq!(token(0).await, (BTreeSet::new(), nobody));
    assert_eq!(token(1).await, (people.clone(), deliveries));
    let (possible, what) = token(2).await;
    assert!(possible == people && what.iter().any(|what| what == What::Identity), "{what:?}");
    assert_eq!(search(Start::Grant, grant.to_string()).await, (people.clone(), deliveries));
    assert_eq!(search(Start::Grant, bare.to_string()).await, (BTreeSet::new(), nobody), "no token was made");
}

#[tokio::test]
async fn claim_x8_what_is_not_known_for_certain_is_an_upper_bound_and_whoever_is_erased_is_counted() {
    let home = Home::new().await;
    let (engine, me) = (&home.engine, home.actor());
    let mut people = Vec::new();
    for number in 0..3 {
        people.push(home.opt_in(&format!("psid-{number}"), "hello").await);
    }
    home.clock.advance(Span::minutes(1));
    let entropy = testkit::SeededEntropy::new(3);
    let session = SessionId::new(home.clock.now(), &entropy);
    let who = Actor { door: Some(Door::Session(session)), ..me.clone() };
    whole_file(engine, &who).await;
    // A look before doors were written down has none.
    leads::reveal(engine, &me, people[0], Reason::Order).await.unwrap();
    home.clock.advance(Span::minutes(1));
    leads::erase(engine, &me, people[2]).await.unwrap();
    home.clock.advance(Span::minutes(1));
    people.push(home.opt_in("psid-late", "hello").await);
    let (certain, possible) = found(&home, &from(&home, Start::Session, &session.to_string())).await;
    // Somebody has left since the file, so who was in it is not certain; whoever came later was not.
    assert_eq!((certain.len(), possible), (0, BTreeSet::from([people[0], people[1]])));
    let id = suspected(&home).await;
    let asked = from(&home, Start::Session, &session.to_string());
    let summary = breaches::search(engine, &admin(home.brand), id, &asked).await.unwrap();
    assert_eq!((summary.leads_possible, summary.gone), (2, 1));
    // The server works with everybody's data; a copy without its keys is readable for nobody.
    let (certain, possible) = found(&home, &from(&home, Start::Server, "")).await;
    assert_eq!((certain.len(), possible), (0, BTreeSet::from([people[0], people[1], people[3]])));
    let id = suspected(&home).await;
    let copy = Asked { until: asked.until, ..from(&home, Start::Backup, "") };
    let summary = breaches::search(engine, &admin(home.brand), id, &copy).await.unwrap();
    assert_eq!((summary.leads_possible, summary.leads_certain, summary.unreadable), (0, 0, 4), "{summary:?}");
    let with_keys = Asked { with_keys: true, ..from(&home, Start::Backup, "") };
    let summary = breaches::search(engine, &admin(home.brand), id, &with_keys).await.unwrap();
    assert_eq!((summary.leads_possible, summary.accounts_possible), (3, 1));
    let seen = detail(&home, id).await;
    assert!(seen.what_of_leads.iter().any(|what| what == What::Identity));
    // What is kept of a door says nothing without it.
    let bare = session.0;
    for (name, bytes) in home.content().await {
        if name.contains("reading") || name.contains("export") {
            assert!(!bytes.windows(16).any(|part| part == bare), "the session's id stands in {name}");
        }
    }
}

#[tokio::test]
async fn claim_x8_a_search_reads_everybody_once_however_many_files_left_and_says_what_it_found_itself() {
    let home = Home::new().await;
    let (engine, me) = (&home.engine, home.actor());
    let entropy = testkit::SeededEntropy::new(5);
    let session = SessionId::new(home.clock.now(), &entropy);
    let who = Actor { door: Some(Door::Session(session)), ..me.clone() };
    let mut people = BTreeSet::new();
    // Between the files somebody comes: each holds whoever was there.
    for number in 0..4 {
        people.insert(home.opt_in(&format!("psid-{number}"), "hello").await);
        home.clock.advance(Span::minutes(1));
        whole_file(engine, &who).await;
        home.clock.advance(Span::minutes(1));
    }
    let late = home.opt_in("psid-late", "hello").await;
    home.clock.advance(Span::minutes(1));
    let reads = || {
        let all = home.data.figures().transactions();
        all.into_iter().find(|(name, _)| *name == "leads_of_breach").map_or(0, |(_, timing)| timing.runs)
    };
    let before = reads();
    let asked = from(&home, Start::Session, &session.to_string());
    let (certain, possible) = found(&home, &asked).await;
    assert_eq!((&certain, possible), (&people, BTreeSet::new()));
    // One page of leads, and the look behind it.
    assert_eq!(reads() - before, 2);
    // Another search of the same case finds more, and one more time only what it finds itself.
    let id = suspected(&home).await;
    let all = from(&home, Start::Server, "");
    let summary = breaches::search(engine, &admin(home.brand), id, &all).await.unwrap();
    assert_eq!((summary.leads_certain, summary.leads_possible, summary.accounts_possible), (0, 5, 1));
    let summary = breaches::search(engine, &admin(home.brand), id, &asked).await.unwrap();
    assert_eq!((summary.leads_certain, summary.leads_possible, summary.accounts_possible), (4, 0, 0));
    let seen = detail(&home, id).await;
    assert_eq!((seen.people(Part::Lead, true), seen.people(Part::Lead, false)), (4, 1), "the case's own");
    assert_eq!(seen.entries.last().unwrap().facts["leads_possible"], 0);
    assert!(!certain.contains(&late));
}

#[tokio::test]
async fn claim_x8_a_case_goes_from_suspicion_to_its_end_and_each_step_is_an_entry_in_the_log() {
    let home = Home::new().await;
    let (engine, me) = (&home.engine, admin(home.brand));
    let id = suspected(&home).await;
    assert_eq!(detail(&home, id).await.breach.standing, Standing::Suspected);
    home.clock.advance(Span::hours(2));
    let now = home.clock.now();
    let early = breaches::become_aware(engine, &me, id, now.plus(Span(1))).await;
    assert!(matches!(early, Err(EngineError::Invalid { field: "at", .. })), "{early:?}");
    breaches::become_aware(engine, &me, id, now).await.unwrap();
    assert_eq!(detail(&home, id).await.breach.standing, Standing::Left(72));
    home.clock.advance(Span::hours(80));
    let late = breaches::tell_authority(engine, &me, id, (home.clock.now(), true), "").await;
    assert!(matches!(late, Err(EngineError::Invalid { field: "reason", .. })), "{late:?}");
    let told =
        breaches::tell_authority(engine, &me, id, (home.clock.now(), true), "Nobody was on duty.").await;
    assert_eq!(told.unwrap(), 1);
    let half = breaches::close(engine, &me, id, "All done.").await;
    assert!(matches!(half, Err(EngineError::Invalid { field: "facts", .. })), "{half:?}");
    let facts = FactsForm {
        nature: "A session was used by somebody else.".into(),
        contact: "privacy@brand.example".into(),
        consequences: "Strangers may write to people.".into(),
        measures: "The session was ended.".into(),
    };
    breaches::set_facts(engine, &me, id, &facts).await.unwrap();
    let further = breaches::tell_authority(engine, &me, id, (home.clock.now(), false), "").await;
    assert_eq!(further.unwrap(), 2, "in phases");
    breaches::close(engine, &me, id, "All done.").await.unwrap();
    let after = breaches::set_facts(engine, &me, id, &facts).await;
    assert!(matches!(after, Err(EngineError::Conflict(_))));
    let closed = detail(&home, id).await;
    let kinds: Vec<&str> = closed.entries.iter().map(|entry| entry.kind.unwrap().code()).collect();
    assert_eq!(kinds, ["suspected", "aware", "authority", "facts", "authority", "closed"]);
    assert_eq!(closed.entries[2].facts["late"], true);
    assert_eq!(closed.reason, "Nobody was on duty.");
    // Each is a leaf, and proven by its file.
    engine.checkpoint().await.unwrap();
    let key = engine.log_key();
    for entry in detail(&home, id).await.entries {
        assert!(entry.leaf_index.is_some());
        let file = views::breaches::proof(engine, &me, entry.number).await.unwrap();
        let held = ledger::proof::verify(&file, &key, &[]).unwrap();
        assert_eq!(held.record["kind"], entry.kind.unwrap().code());
    }
    let checked = views::breaches::check(engine, &me).await.unwrap();
    assert_eq!((checked.entries, checked.fault), (6, None));
    assert!(checked.leaf_index.is_some());
    let figures = views::breaches::figures(engine, home.brand).await.unwrap();
    assert_eq!((figures.entries, figures.breaches), (6, 1));
    // For everybody else there is no register, and another brand has its own.
    let user = home.actor();
    assert!(matches!(views::breaches::list(engine, &user, None, 9).await, Err(EngineError::NotFound(_))));
    assert!(matches!(breaches::close(engine, &user, id, "no").await, Err(EngineError::NotFound(_))));
    let other = admin(home.other_brand());
    assert!(matches!(views::breaches::get(engine, &other, id).await, Err(EngineError::NotFound(_))));
    assert_eq!(views::breaches::check(engine, &other).await.unwrap().entries, 0);
}

#[tokio::test]
async fn claim_x8_the_register_cannot_be_shortened_or_changed() {
    for (stmt, wanted) in
        [(&DROP_LAST, Fault::Missing(3)), (&DROP_ONE, Fault::Missing(2)), (&SWAP, Fault::Changed(2))]
    {
        let home = Home::new().await;
        let me = admin(home.brand);
        let id = aware(&home).await;
        breaches::leave_authority(&home.engine, &me, id, "Nobody could read it.").await.unwrap();
        home.engine.checkpoint().await.unwrap();
        assert_eq!(views::breaches::check(&home.engine, &me).await.unwrap().fault, None);
        home.data
            .write("tamper", move |tx| tx.execute(stmt, &params![]))
            .await
            .map(drop)
            .unwrap_or_else(|error: store::StoreError| panic!("{error}"));
        let checked = views::breaches::check(&home.engine, &me).await.unwrap();
        assert_eq!(checked.fault, Some(wanted));
    }
}

pub fn texts() -> Vec<Words> {
    ["en", "ar"]
        .map(|language| Words {
            language: language.to_owned(),
            happened: format!("[{language}] Somebody used a session that was not theirs."),
            follows: "Strangers may write to you.".to_owned(),
            done: "We have ended every session.".to_owned(),
            advice: "Be careful with messages from strangers.".to_owned(),
        })
        .into()
}
