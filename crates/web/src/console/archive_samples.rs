//! Taking everything along and bringing it back, with samples, for the tests in `samples.rs`.

use super::archive::ArchivePage;
use super::check::Known;
use super::import::{Chosen, ImportPage, ProgressPart};
use super::pages::{PagePage, PagesPage, Row};
use super::samples::{AT, NAME, Rendered, page as page_view, put};
use super::{Section, Shell};
use engine::actions::import::{Fate, ImportState, ImportView, PageLine};
use engine::views::bot::{PublishState, Published};
use engine::views::pages::PageView;
use model::page::PageStop;

fn view(state: ImportState, fate: Fate) -> ImportView {
    ImportView {
        state,
        made_at: AT,
        brand: NAME.to_owned(),
        pages: vec![PageLine { meta_id: "100200300".to_owned(), name: NAME.to_owned(), fate }],
        tags: 2,
        templates: 1,
        bots: 1,
        drafts: 3,
        past: 11,
        leads: 1_234,
        parts: 8,
        parts_done: 3,
        leads_in: 400,
        leads_known: 2,
        leads_left: 1,
    }
}

pub(super) fn about_archives<'a>(all: &mut Rendered, shell: &impl Fn(Section) -> Shell<'a>) {
    let frame = || shell(Section::Account);
    let page = |wrong: Option<&str>, lock| ArchivePage {
        size: super::words::count(frame().language, "archive-size", 1_234),
        lock,
        key: NAME.to_owned(),
        why: NAME.to_owned(),
        wrong: wrong.map(|id| frame().say(id)),
        frame: frame(),
    };
    put(all, "archive", &page(None, "passphrase"));
    for (wrong, lock) in [
        ("archive-wrong-again", "passphrase"),
        ("archive-wrong-passphrase", "passphrase"),
        ("archive-wrong-key", "key"),
        ("exports-why-wrong", "none"),
    ] {
        put(all, wrong, &page(Some(wrong), lock));
    }
    let awaited = PageView { is_awaited: true, ..page_view(Some(PageStop::Disconnected), false) };
    let reader = frame().reader();
    let rows = vec![Row::new(reader, &awaited)];
    put(all, "pages, awaited", &PagesPage { frame: shell(Section::Pages), rows, next: None });
    let known = Known {
        heard_at: None,
        published: Published { state: PublishState::Never, at: None, failure: None, again_at: None },
        now: AT,
    };
    put(all, "page, awaited", &PagePage::new(shell(Section::Pages), awaited, &known, None));
    let import = |view: Option<&ImportView>, wrong: Option<&str>| ImportPage {
        chosen: view.map(|view| Chosen::new(&frame(), view)),
        wrong: wrong.map(|id| frame().say(id)),
        asks_passphrase: wrong.is_some(),
        frame: frame(),
    };
    put(all, "import", &import(None, None));
    for wrong in [
        "import-wrong-busy",
        "import-wrong-not-ours",
        "import-wrong-version",
        "import-wrong-needs-passphrase",
        "import-wrong-passphrase",
        "import-wrong-key",
        "import-wrong-truncated",
        "import-wrong-large",
        "import-wrong-damaged",
    ] {
        put(all, wrong, &import(None, Some(wrong)));
    }
    for (name, state, fate) in [
        ("import, looked through", ImportState::Checked, Fate::Connect),
        ("import, coming", ImportState::Running, Fate::Here),
        ("import, there", ImportState::Done, Fate::Here),
    ] {
        let view = view(state, fate);
        put(all, name, &import(Some(&view), None));
        let progress = Chosen::new(&frame(), &view).progress;
        put(all, format!("progress of {name}"), &ProgressPart { progress, frame: frame() });
    }
}
