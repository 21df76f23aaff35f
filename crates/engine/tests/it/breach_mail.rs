//! The authority is mailed from the case itself: what was shown, once or visibly unknown, and it counts as told when a
//! mail server took it.

use crate::breach::{aware, detail};
use crate::home::{Home, actor, admin};
use crate::mail::with_catcher;
use engine::actions::brand;
use engine::actions::breach_mail::{self, MailForm, Send};
use engine::actions::breaches::{self, FactsForm};
use engine::failpoint::{FailPoints, Point};
use engine::views::breaches::{BreachDetail, check, mail};
use engine::{Actor, Engine, EngineError, Role};
use model::brand::overlay::Set;
use model::breach::{EntryKind, Mailing, Standing};
use model::id::BreachId;
use model::time::{Clock, Span, Timestamp};
use std::sync::Arc;
use testkit::mail::{Catcher, Encryption, Mood};

const AUTHORITY: &str = "notify@authority.example";
const TEXT: &str = "# Notification\n\nA stolen laptop.\n.\nأُعلمت السلطة.";

fn form(text: &str) -> MailForm {
    MailForm {
        to: AUTHORITY.to_owned(),
        language: "en".to_owned(),
        subject: "Notification of a breach".to_owned(),
        text: text.to_owned(),
        reason: String::new(),
    }
}

fn seen(draft: Timestamp) -> Send {
    Send { draft, is_phase: false, is_again: false }
}

async fn know(home: &Home, id: BreachId) {
    let all = FactsForm {
        nature: "A laptop".into(),
        contact: "dpo@brand.example".into(),
        consequences: "None".into(),
        measures: "Ended".into(),
    };
    breaches::set_facts(&home.engine, &admin(home.brand), id, &all).await.unwrap();
}

/// A case of which everything is known, and the draft that its admin looks at.
async fn shown(home: &Home) -> (BreachId, Timestamp) {
    let id = aware(home).await;
    know(home, id).await;
    (id, show(home, id).await)
}

async fn show(home: &Home, id: BreachId) -> Timestamp {
    breach_mail::draft(&home.engine, &admin(home.brand), id, &form(TEXT)).await.unwrap();
    let me = admin(home.brand);
    mail(&home.engine, &me, &detail(home, id).await).await.unwrap().draft.unwrap().at
}

fn kinds(of: &BreachDetail) -> Vec<(EntryKind, String)> {
    let state = |facts: &serde_json::Value| facts["state"].as_str().unwrap_or_default().to_owned();
    let is_of_mail = |kind: &EntryKind| matches!(kind, EntryKind::Mailed | EntryKind::Authority);
    let all = of.entries.iter().filter_map(|e| Some((e.kind.filter(is_of_mail)?, state(&e.facts))));
    all.collect()
}

async fn is_whole(home: &Home) {
    home.engine.checkpoint().await.unwrap();
    assert_eq!(check(&home.engine, &admin(home.brand)).await.unwrap().fault, None);
}

#[tokio::test]
async fn claim_x8_the_authority_is_mailed_once_by_any_number_of_clicks_admins_and_nodes() {
    let catcher = Catcher::start(Encryption::Tls).await;
    let home = with_catcher(&catcher, true).await;
    let (id, draft) = shown(&home).await;
    home.clock.advance(Span::hours(3));
    let other = home.another().await.unwrap();
    let me = admin(home.brand);
    let send = |engine: &Arc<Engine>| {
        let (engine, me) = (Arc::clone(engine), me.clone());
        tokio::spawn(async move { breach_mail::send(&engine, &me, id, seen(draft)).await })
    };
    let all: Vec<_> = (0..8).map(|n| send(if n % 2 == 0 { &home.engine } else { &other })).collect();
    let mut taken = 0;
    for one in all {
        match one.await.unwrap() {
            Ok(Mailing::Taken) => taken += 1,
            Err(EngineError::Conflict(_)) => {}
            odd => panic!("{odd:?}"),
        }
    }
    let [caught] = &catcher.caught()[..] else { panic!("one mail, not {}", catcher.caught().len()) };
    assert_eq!((taken, &caught.to[..]), (1, &[AUTHORITY.to_owned()][..]));
    for line in ["Reply-To: dpo@brand.example", "Subject: Notification of a breach", "Content-Language: en"] {
        assert!(caught.message.contains(&format!("{line}\r\n")), "{line} in {}", caught.message);
    }
    for never in ["Auto-Submitted", "text/html", "http"] {
        assert!(!caught.message.contains(never), "{never} in {}", caught.message);
    }
    let seen_now = detail(&home, id).await;
    assert_eq!(
        kinds(&seen_now),
        [(EntryKind::Mailed, "handed".to_owned()), (EntryKind::Authority, String::new())]
    );
    let [handed, told] = &seen_now.entries[seen_now.entries.len() - 2..] else { panic!() };
    assert_eq!(
        (handed.facts["to"].as_str(), handed.facts["text"].as_str()),
        (Some(AUTHORITY), Some(TEXT)),
        "the register has the mail itself"
    );
    assert_eq!((&told.facts["phase"], &told.facts["mail"]["to"]), (&1.into(), &AUTHORITY.into()));
    assert_eq!(told.facts["is_complete"], true);
    assert_eq!(seen_now.breach.course.told_at, Some(home.clock.now()), "when the server took it");
    assert_eq!((seen_now.breach.standing, seen_now.mailed), (Standing::Settled, None));
    // The same once more is another mail: it is looked at anew first. The next case begins with the address.
    let again = breach_mail::send(&home.engine, &me, id, seen(draft)).await;
    assert!(matches!(again, Err(EngineError::Conflict(_))), "{again:?}");
    let next = mail(&home.engine, &me, &detail(&home, aware(&home).await).await).await.unwrap();
    assert_eq!((next.draft, next.to.as_str()), (None, AUTHORITY));
    is_whole(&home).await;
    for (name, bytes) in home.content().await {
        for word in [AUTHORITY, "A stolen laptop."] {
            assert!(!bytes.windows(word.len()).any(|part| part == word.as_bytes()), "{word} in {name}");
        }
    }
}

#[tokio::test]
async fn claim_x8_a_mail_that_is_not_taken_is_said_and_nothing_counts_as_told() {
    let catcher = Catcher::start(Encryption::Tls).await;
    let home = with_catcher(&catcher, true).await;
    let me = admin(home.brand);
    for (mood, outcome, entries) in [
        (Mood::NeverTo, Mailing::Refused, &["refused"][..]),
        (Mood::NotNow, Mailing::NotTaken, &["not_taken"]),
        (Mood::Never, Mailing::Refused, &["handed", "refused"]),
        (Mood::Full, Mailing::NotTaken, &["handed", "not_taken"]),
        (Mood::HangsUpAtLast, Mailing::Unanswered, &["handed", "unanswered"]),
    ] {
        let (id, draft) = shown(&home).await;
        catcher.be(mood);
        let sent = breach_mail::send(&home.engine, &me, id, seen(draft)).await.unwrap();
        let now = detail(&home, id).await;
        let wrote: Vec<String> = kinds(&now).into_iter().map(|(_, state)| state).collect();
        assert_eq!(
            (sent, &wrote[..]),
            (outcome, &entries.iter().map(|e| (*e).to_owned()).collect::<Vec<_>>()[..])
        );
        assert_eq!(now.breach.course.told_at, None, "{mood:?}");
        assert!(matches!(now.breach.standing, Standing::Left(_)), "the 72 hours go on");
        assert_eq!(now.mailed.as_ref().map(|mailed| mailed.state), Some(outcome));
        let closed = breaches::close(&home.engine, &me, id, "Done.").await;
        assert!(matches!(closed, Err(EngineError::Conflict(_))), "{closed:?}");
        // What is known not to have arrived is sent again as it is; what may have arrived only knowingly.
        catcher.be(Mood::Takes);
        let before = catcher.caught().len();
        let again = breach_mail::send(&home.engine, &me, id, seen(draft)).await;
        if outcome == Mailing::Unanswered {
            assert!(matches!(again, Err(EngineError::Invalid { field: "again", .. })), "{again:?}");
            assert_eq!(catcher.caught().len(), before);
            let knowing = Send { is_again: true, ..seen(draft) };
            let again = breach_mail::send(&home.engine, &me, id, knowing).await.unwrap();
            assert_eq!(again, Mailing::Taken);
        } else {
            assert_eq!(again.unwrap(), Mailing::Taken);
        }
        assert_eq!(catcher.caught().len(), before + 1);
        assert!(detail(&home, id).await.breach.course.told_at.is_some());
    }
    is_whole(&home).await;
}

#[tokio::test]
async fn claim_x8_a_kill_between_handing_over_and_writing_down_is_shown_and_sends_nothing_again() {
    let catcher = Catcher::start(Encryption::Tls).await;
    let home = with_catcher(&catcher, true).await;
    let me = admin(home.brand);
    let (id, draft) = shown(&home).await;
    let fail_points = FailPoints::new(|at| assert!(at != Point::BeforeTellCommit, "killed by the test"));
    let dying = home.dying(fail_points).await.unwrap();
    let sent = breach_mail::send(&dying, &me, id, seen(draft)).await.unwrap();
    assert_eq!((sent, catcher.caught().len()), (Mailing::Handed, 1));
    // Nobody sends it again by itself.
    home.engine.handle_breaches().await.unwrap();
    home.settle().await;
    let seen_now = detail(&home, id).await;
    assert_eq!(kinds(&seen_now), [(EntryKind::Mailed, "handed".to_owned())]);
    let mailed = seen_now.mailed.unwrap();
    assert!(mailed.is_open() && mailed.is_on_its_way(home.clock.now()), "its answer may still come");
    let knowing = Send { is_again: true, ..seen(draft) };
    let early = breach_mail::send(&home.engine, &me, id, knowing).await;
    assert!(matches!(early, Err(EngineError::Conflict(_))), "{early:?}");
    let untold = breaches::leave_authority(&home.engine, &me, id, "a risk for anybody is unlikely").await;
    assert!(
        matches!(untold, Err(EngineError::Conflict(_))),
        "what becomes of it finds the case as it was: {untold:?}"
    );
    home.clock.advance(Span::minutes(7));
    assert!(!mailed.is_on_its_way(home.clock.now()), "it will not");
    let unknowing = breach_mail::send(&home.engine, &me, id, seen(draft)).await;
    assert!(matches!(unknowing, Err(EngineError::Invalid { field: "again", .. })), "{unknowing:?}");
    assert_eq!((catcher.caught().len(), detail(&home, id).await.breach.course.told_at), (1, None));
    // Knowingly, and the register says so; or what the authority answered is written down by hand.
    breach_mail::send(&home.engine, &me, id, knowing).await.unwrap();
    let seen_now = detail(&home, id).await;
    assert_eq!(catcher.caught().len(), 2);
    assert_eq!(seen_now.entries[seen_now.entries.len() - 2].facts["again"], true);
    let (id, draft) = shown(&home).await;
    assert_eq!(breach_mail::send(&dying, &me, id, seen(draft)).await.unwrap(), Mailing::Handed);
    let at = home.clock.now();
    breaches::tell_authority(&home.engine, &me, id, (at, false), "").await.unwrap();
    assert_eq!(detail(&home, id).await.mailed, None, "it is known now");
    is_whole(&home).await;
}

#[tokio::test]
async fn claim_x8_a_mail_that_was_kept_back_by_a_fault_here_is_said_not_to_have_gone() {
    let catcher = Catcher::start(Encryption::Tls).await;
    let home = with_catcher(&catcher, true).await;
    let me = admin(home.brand);
    // Its entry stands, and the key store does not remember it: nothing leaves.
    let (id, draft) = shown(&home).await;
    home.refuse_records(true).await;
    let sent = breach_mail::send(&home.engine, &me, id, seen(draft)).await;
    assert!(matches!(sent, Err(EngineError::Vault(_))), "{sent:?}");
    home.refuse_records(false).await;
    let now = detail(&home, id).await;
    let states: Vec<String> = kinds(&now).into_iter().map(|(_, state)| state).collect();
    assert_eq!(
        (&states[..], catcher.caught().len()),
        (&["handed".to_owned(), "not_taken".to_owned()][..], 0)
    );
    assert_eq!((now.mailed.unwrap().state, now.breach.course.told_at), (Mailing::NotTaken, None));
    let again = breach_mail::send(&home.engine, &me, id, seen(draft)).await.unwrap();
    assert_eq!((again, catcher.caught().len()), (Mailing::Taken, 1), "at once, and nothing is asked");
    // The entry cannot be written either: nothing stands, and nothing leaves.
    let (id, draft) = shown(&home).await;
    home.refuse_entries(true).await;
    let sent = breach_mail::send(&home.engine, &me, id, seen(draft)).await;
    assert!(matches!(sent, Err(EngineError::Store(_))), "{sent:?}");
    home.refuse_entries(false).await;
    assert_eq!((kinds(&detail(&home, id).await), catcher.caught().len()), (Vec::new(), 1));
    assert_eq!(
        breach_mail::send(&home.engine, &me, id, seen(draft)).await.unwrap(),
        Mailing::Taken,
        "as it was shown"
    );
    is_whole(&home).await;
}

#[tokio::test]
async fn claim_x8_a_mail_goes_out_under_the_name_that_was_shown_or_not_at_all() {
    let catcher = Catcher::start(Encryption::Tls).await;
    let home = with_catcher(&catcher, true).await;
    let me = admin(home.brand);
    let (id, draft) = shown(&home).await;
    let view = async || mail(&home.engine, &me, &detail(&home, id).await).await.unwrap().draft;
    let before = view().await.unwrap();
    let reply_to = before.reply_to.as_ref().map(|to| to.reveal().as_str());
    assert_eq!((before.from.as_str(), reply_to), ("The bakery bot", Some("dpo@brand.example")));
    brand::set(&home.engine, &me, Set::Name("Bread and Co".to_owned())).await.unwrap();
    assert_eq!(view().await, None, "it has to be looked at anew");
    let stale = breach_mail::send(&home.engine, &me, id, seen(draft)).await;
    assert!(matches!(stale, Err(EngineError::Conflict(_))), "{stale:?}");
    assert_eq!((kinds(&detail(&home, id).await), catcher.caught().len()), (Vec::new(), 0));
    let draft = show(&home, id).await;
    breach_mail::send(&home.engine, &me, id, seen(draft)).await.unwrap();
    let [caught] = &catcher.caught()[..] else { panic!("one mail") };
    assert!(caught.message.contains("From: \"Bread and Co\" <"), "{}", caught.message);
    let entries = detail(&home, id).await.entries;
    let facts = &entries[entries.len() - 2].facts;
    assert_eq!((&facts["from"], &facts["reply_to"]), (&"Bread and Co".into(), &"dpo@brand.example".into()));
}

#[tokio::test]
async fn claim_x8_a_drill_mails_whoever_practises_and_never_the_authority() {
    let catcher = Catcher::start(Encryption::Tls).await;
    let home = with_catcher(&catcher, true).await;
    let engine = &home.engine;
    let me = Actor { role: Role::Admin, ..actor(home.brand, home.account) };
    let now = home.clock.now();
    let id = breaches::note(engine, &me, ("A drill", ""), now, true).await.unwrap();
    breaches::become_aware(engine, &me, id, now).await.unwrap();
    know(&home, id).await;
    let draft = show(&home, id).await;
    let stranger = breach_mail::send(engine, &admin(home.brand), id, seen(draft)).await;
    assert!(matches!(stranger, Err(EngineError::Invalid { field: "own", .. })), "{stranger:?}");
    breach_mail::send(engine, &me, id, seen(draft)).await.unwrap();
    let [caught] = &catcher.caught()[..] else { panic!("one mail") };
    assert_eq!(caught.to, ["owner@brand.example"]);
    let entries = detail(&home, id).await.entries;
    let [handed, told] = &entries[entries.len() - 2..] else { panic!() };
    assert_eq!((&handed.facts["drill"], &handed.facts["to"]), (&true.into(), &AUTHORITY.into()));
    assert_eq!(told.facts["mail"]["drill"], true);
    assert!(!handed.facts.to_string().contains("owner@brand"), "whose address it was is not kept for good");
}

#[tokio::test]
async fn claim_x8_phases_and_the_72_hours_are_those_of_an_entry_by_hand() {
    let catcher = Catcher::start(Encryption::Tls).await;
    let home = with_catcher(&catcher, true).await;
    let (engine, me) = (&home.engine, admin(home.brand));
    let suspected = crate::breach::suspected(&home).await;
    let early = breach_mail::draft(engine, &me, suspected, &form(TEXT)).await;
    assert!(matches!(early, Err(EngineError::Conflict(_))), "{early:?}");
    // In part: said to be a phase, or not sent.
    let id = aware(&home).await;
    for to in ["", "authority", "a@b.example\r\nBcc: x@y.example"] {
        let odd = breach_mail::draft(engine, &me, id, &MailForm { to: to.into(), ..form(TEXT) }).await;
        assert!(matches!(odd, Err(EngineError::Invalid { field: "to", .. })), "{odd:?}");
    }
    let draft = show(&home, id).await;
    let silent = breach_mail::send(engine, &me, id, seen(draft)).await;
    assert!(matches!(silent, Err(EngineError::Invalid { field: "phase", .. })), "{silent:?}");
    breach_mail::send(engine, &me, id, Send { is_phase: true, ..seen(draft) }).await.unwrap();
    assert_eq!(detail(&home, id).await.breach.standing, Standing::InPart);
    // What was shown is no longer what is known: nothing is sent.
    let draft = show(&home, id).await;
    know(&home, id).await;
    let stale = breach_mail::send(engine, &me, id, seen(draft)).await;
    assert!(matches!(stale, Err(EngineError::Conflict(_))), "{stale:?}");
    let draft = show(&home, id).await;
    breach_mail::send(engine, &me, id, seen(draft)).await.unwrap();
    let whole = detail(&home, id).await;
    assert_eq!((whole.breach.standing, whole.breach.course.phases), (Standing::Settled, 2));
    // After the 72 hours only with a reason, which is in what was looked at.
    let (late, draft) = shown(&home).await;
    home.clock.advance(Span::hours(73));
    let bare = breach_mail::send(engine, &me, late, seen(draft)).await;
    assert!(matches!(bare, Err(EngineError::Invalid { field: "reason", .. })), "{bare:?}");
    let bare = breach_mail::draft(engine, &me, late, &form(TEXT)).await;
    assert!(matches!(bare, Err(EngineError::Invalid { field: "reason", .. })), "{bare:?}");
    let why = MailForm { reason: "The server was down.".into(), ..form(TEXT) };
    breach_mail::draft(engine, &me, late, &why).await.unwrap();
    let draft = mail(engine, &me, &detail(&home, late).await).await.unwrap().draft.unwrap().at;
    breach_mail::send(engine, &me, late, seen(draft)).await.unwrap();
    let told = detail(&home, late).await;
    let last = &told.entries.last().unwrap().facts;
    assert_eq!((&last["late"], &last["reason"]), (&true.into(), &"The server was down.".into()));
    assert_eq!(catcher.caught().len(), 3);
    // Whoever is not the admin finds no register.
    let user = breach_mail::send(engine, &home.actor(), late, seen(draft)).await;
    assert!(matches!(user, Err(EngineError::NotFound(_) | EngineError::Forbidden(_))), "{user:?}");
    // Without anything to send with it is said.
    let bare = Home::new().await;
    let (id, draft) = shown(&bare).await;
    let nothing = breach_mail::send(&bare.engine, &admin(bare.brand), id, seen(draft)).await;
    assert!(matches!(nothing, Err(EngineError::Invalid { field: "mailer", .. })), "{nothing:?}");
}

#[tokio::test]
async fn claim_d3_the_authority_is_not_mailed_by_a_server_that_was_not_announced() {
    let catcher = Catcher::start(Encryption::Tls).await;
    let home = with_catcher(&catcher, false).await;
    let (id, draft) = shown(&home).await;
    let sent = breach_mail::send(&home.engine, &admin(home.brand), id, seen(draft)).await.unwrap();
    assert_eq!((sent, catcher.connections()), (Mailing::NotTaken, 0));
    assert_eq!(detail(&home, id).await.breach.course.told_at, None);
}
