//! Taking everything along and bringing it back, as a browser does; and how it looks there.

use crate::browser::{Site, check, is_there};
use crate::home::{Answer, HOST, Home};
use axum::body::Body;
use axum::http::Request;
use model::time::Span;
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use testkit::browser::{self, Browser, WIDTHS};
use tower::ServiceExt;

const PART: usize = 64 * 1024;
const WORD: &str = "correct horse battery";

async fn filled() -> Home {
    let home = Home::with_page().await;
    for number in 0..3 {
        home.opt_in(&format!("psid-{number}"), "hello").await;
    }
    let made =
        home.post("/api/v1/broadcasts", &json!({ "purpose": "promotion", "text": "Bread" })).await.json();
    home.post(&format!("/api/v1/broadcasts/{}/send", made["id"].as_str().unwrap()), &json!({})).await;
    home.settle().await;
    home
}

/// A page's text without the marks around what was filled in.
fn said(page: &Answer) -> String {
    page.text().replace(['\u{2068}', '\u{2069}'], "")
}

fn asks(path: &str, session: &str) -> axum::http::request::Builder {
    let request = Request::builder().method("POST").uri(path).header("host", HOST);
    request
        .header("origin", format!("https://{HOST}"))
        .header("content-type", "multipart/form-data; boundary=mark")
        .header("cookie", format!("__Host-session={session}"))
}

pub async fn upload(home: &Home, token: &str, passphrase: &str, file: &[u8]) -> Answer {
    let body = form(token, passphrase, file);
    home.ask(asks("/account/import", &home.session).body(Body::from(body)).unwrap()).await
}

fn form(token: &str, passphrase: &str, file: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in [("csrf", token), ("passphrase", passphrase)] {
        let part = format!("--mark\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    let head = "--mark\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.zip\"\r\nContent-Type: application/zip\r\n\r\n";
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--mark--\r\n");
    body
}

#[tokio::test]
async fn an_archive_is_held_only_for_whoever_may_bring_it_and_one_at_a_time() {
    let home = Home::with_page().await;
    let token = home.form_token(&home.session).await;
    // One that is on its way, and never arrives.
    let (held, mut is_held) = tokio::sync::mpsc::unbounded_channel();
    let stream = futures_util::stream::poll_fn(move |_| {
        held.send(()).unwrap();
        std::task::Poll::<Option<Result<bytes::Bytes, std::io::Error>>>::Pending
    });
    let request = asks("/account/import", &home.session).body(Body::from_stream(stream)).unwrap();
    let router = home.router.clone();
    let first = tokio::spawn(async move { router.oneshot(request).await });
    is_held.recv().await.unwrap();
    for (path, words) in [
        ("/account/import", "Another archive is being read"),
        ("/account/import?lang=ar", "هناك أرشيف آخر قيد القراءة"),
    ] {
        let body = Body::from(form(&token, WORD, b"hello"));
        let answer = home.ask(asks(path, &home.session).body(body).unwrap()).await;
        assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (429, "60"), "{path}");
        assert!(answer.text().contains(words), "{}", answer.text());
    }
    // Whoever hangs up makes room.
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    for _ in 0..2 {
        let answer = upload(&home, &token, "", b"hello").await;
        assert!(answer.text().contains("not an archive"), "{}", answer.text());
    }
    // Before anything that was sent is looked at.
    home.clock.fixed.advance(Span::minutes(20));
    let answer = upload(&home, "wrong", "", b"hello").await;
    assert!(answer.status == 303 && answer.header("location").starts_with("/account/prove?"));
}

/// A body without an end: first this, then the same bytes for ever; how many parts of them were taken.
fn endless(first: &'static [u8], then: u8) -> (Body, Arc<AtomicUsize>) {
    let taken = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&taken);
    let mut first = Some(bytes::Bytes::from_static(first));
    let stream = futures_util::stream::poll_fn(move |_| {
        let part = first.take().unwrap_or_else(|| {
            counted.fetch_add(1, Ordering::SeqCst);
            bytes::Bytes::from(vec![then; PART])
        });
        std::task::Poll::Ready(Some(Ok::<_, std::io::Error>(part)))
    });
    (Body::from_stream(stream), taken)
}

#[tokio::test]
async fn a_form_whose_file_does_not_begin_soon_is_refused_before_much_of_it_is_held() {
    let home = Home::with_page().await;
    for (first, then) in [
        // What stands before the first mark, the head of a part, and a token that does not end.
        (&b"no mark"[..], b'x'),
        (&b"--mark\r\nContent-Disposition: form-data; name=\"csrf\"\r\nX: "[..], b'x'),
        (&b"--mark\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n"[..], b'x'),
    ] {
        let (body, taken) = endless(first, then);
        let answer = home.ask(asks("/account/import", &home.session).body(body).unwrap()).await;
        assert!((400..404).contains(&answer.status.as_u16()), "{}", answer.text());
        assert!(taken.load(Ordering::SeqCst) * PART <= 2 * 1024 * 1024, "it was read on and on");
    }
    // The file before the token: nothing is read for a form from elsewhere.
    let (body, taken) =
        endless(b"--mark\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.zip\"\r\n\r\n", b'x');
    let answer = home.ask(asks("/account/import", &home.session).body(body).unwrap()).await;
    assert_eq!(answer.status, 403, "{}", answer.text());
    assert!(taken.load(Ordering::SeqCst) * PART <= 2 * 1024 * 1024);
}

#[tokio::test]
async fn claim_f1_the_archive_is_taken_and_brought_back_with_forms_alone() {
    let home = filled().await;
    let page = home.call("GET", "/account/archive").await;
    assert!(said(&page).contains("3 leads"), "{}", page.text());
    let zip = home.submit("/account/archive", &[("lock", "none"), ("why", "moving to another tool")]).await;
    assert_eq!((zip.status.as_u16(), zip.header("content-type")), (200, "application/zip"));
    assert!(zip.header("content-disposition").starts_with("attachment; filename=\"archive-20"));
    assert!(zip.body.starts_with(b"PK"));
    let exports = home.call("GET", "/app/leads/exports").await;
    for said in ["Everything of the account", "moving to another tool"] {
        assert!(exports.text().contains(said), "{said}");
    }
    let silent = home.submit("/account/archive", &[("lock", "none")]).await;
    assert!(silent.text().contains("what the file is for"), "{}", silent.text());

    let typed = [("lock", "passphrase"), ("passphrase", WORD), ("again", WORD), ("why", "to keep")];
    let sealed = home.submit("/account/archive", &typed).await;
    assert!(sealed.body.starts_with(b"age-encryption.org/v1\n-> scrypt "));
    for (fields, words) in [
        (
            [("lock", "passphrase"), ("passphrase", WORD), ("again", "other"), ("why", "to keep")],
            "are not the same",
        ),
        (
            [("lock", "passphrase"), ("passphrase", "short"), ("again", "short"), ("why", "to keep")],
            "at least 12 characters",
        ),
        (
            [("lock", "key"), ("key", "AGE-SECRET-KEY-1"), ("again", ""), ("why", "to keep")],
            "no public key of age",
        ),
    ] {
        let answer = home.submit("/account/archive", &fields).await;
        assert!(answer.text().contains(words), "{words}");
        assert!(!answer.text().contains(WORD));
    }

    let token = home.form_token(&home.session).await;
    assert_eq!(upload(&home, "wrong", "", &zip.body).await.status, 403);
    for (passphrase, file, words) in [
        ("", &sealed.body[..], "Type its passphrase"),
        ("wrong", &sealed.body[..], "does not open this archive"),
        ("", &b"hello"[..], "not an archive"),
        ("", &zip.body[..zip.body.len() / 2], "not saved whole"),
    ] {
        let answer = upload(&home, &token, passphrase, file).await;
        assert_eq!(answer.status, 200);
        assert!(answer.text().contains(words), "{words}");
    }
    let answer = upload(&home, &token, WORD, &sealed.body).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/account/import"));
    let page = home.call("GET", "/account/import").await;
    assert!(said(&page).contains("3 leads, with tags") && page.text().contains("Connected here"));
    assert_eq!(home.submit("/account/import/start", &[]).await.status, 303);
    home.settle().await;
    let page = home.call("GET", "/account/import").await;
    assert!(page.text().contains("All is in that could come"), "{}", page.text());
    assert_eq!(home.submit("/account/import/drop", &[]).await.status, 303);
    assert!(!home.call("GET", "/account/import").await.text().contains("The archive you chose"));
}

async fn look(site: &Site, pages: &[(&str, &str)], language: &str, axe: &str) -> Vec<String> {
    let pictures = browser::pictures(Path::new(env!("CARGO_TARGET_TMPDIR")));
    let browser = Browser::start().await;
    let mut troubles = Vec::new();
    for (width, height, device) in WIDTHS {
        browser.resize(width, height).await;
        for (name, path) in pages {
            browser.go(&format!("{}{path}", site.base)).await;
            let at = format!("{name}-{language}-{device}");
            is_there(&browser, path, &at).await;
            browser.photograph(&pictures.join(format!("{at}.png"))).await;
            troubles.extend(check(site, &browser, axe, &at).await);
        }
    }
    troubles
}

async fn tour(language: &'static str) {
    if !browser::is_installed() {
        return;
    }
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let axe = browser::axe(Path::new(env!("CARGO_MANIFEST_DIR")), tmp);
    let home = filled().await;
    let session = home.session.clone();
    let zip = home.submit("/account/archive", &[("lock", "none"), ("why", "moving to another tool")]).await;
    let token = home.form_token(&session).await;
    let site = Site::open_as(home, &session, language).await;
    let first =
        [("archive", "/account/archive"), ("import", "/account/import"), ("archive-account", "/account")];
    let mut troubles = look(&site, &first, language, &axe).await;
    assert_eq!(upload(&site.home, &token, "", &zip.body).await.status, 303);
    troubles.extend(look(&site, &[("import-checked", "/account/import")], language, &axe).await);
    assert_eq!(site.home.submit("/account/import/start", &[]).await.status, 303);
    site.home.settle().await;
    troubles.extend(look(&site, &[("import-done", "/account/import")], language, &axe).await);
    assert_eq!(troubles, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn archives_are_right_in_english_on_a_desk_and_on_a_phone() {
    tour("en").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn archives_are_right_in_arabic_on_a_desk_and_on_a_phone() {
    tour("ar").await;
}
