//! A file that the scanner finds harmful, or that it cannot be shown to, as the person at the browser, the audit and the log
//! are told of it.

use crate::admin::{LOGO, Person};
use crate::archive::upload;
use crate::denials::{denials, told};
use crate::home::{HOST, Home};
use crate::unfit::{self, Log};
use outbound::scanner::{Place, Scanner};
use testkit::clamd::{Clamd, eicar};

/// Problem pages in both languages.
const HARMFUL: [&str; 2] = ["This file was not taken", "لم يُقبل هذا الملف"];
const UNSCANNED: [&str; 2] = ["The file cannot be checked now", "لا يمكن فحص الملف الآن"];

#[tokio::test]
async fn claim_x10_a_harmful_file_is_refused_in_plain_words_with_an_entry_of_the_audit_and_a_line_of_the_log()
{
    let Some(mut clamd) = Clamd::start(1024 * 1024) else { return };
    let home = Home::scanned_by(Scanner::new(Place::parse(&clamd.socket()).unwrap())).await;
    let admin = Person::admin(&home).await;
    let (log, route) = (Log::default(), "/admin/brand/logo");
    let _guard = tracing::subscriber::set_default(log.clone());
    let has_logo = async || home.visit("GET", "/login").await.text().contains("/assets/logo.");

    for (language, words) in ["en", "ar"].into_iter().zip(HARMFUL) {
        let path = format!("{route}?lang={language}");
        let answer = admin.upload(&path, &admin.token().await, &eicar()).await;
        assert_eq!(answer.status, 422, "{}", answer.text());
        assert!(answer.text().contains(words), "{}", answer.text());
    }
    let token = home.form_token(&home.session).await;
    let answer = upload(&home, &token, "", &eicar()).await;
    assert_eq!(answer.status, 422, "{}", answer.text());
    assert!(answer.text().contains(HARMFUL[0]), "{}", answer.text());
    let lines = log.lines();
    assert_eq!(
        lines.iter().map(unfit::told).collect::<Vec<_>>(),
        [
            ["POST /admin/brand/logo", "422", "harmful-file", "1"],
            ["POST /account/import", "422", "harmful-file", "1"]
        ]
    );
    assert!(lines.iter().flatten().all(|(_, value)| !value.contains("mine.png") && !value.contains("Eicar")));
    assert_eq!(
        told(&denials(&home, HOST).await),
        [
            ("denied_file", "admin", "POST /admin/brand/logo"),
            ("denied_file", "holder", "POST /account/import"),
        ]
    );
    assert!(!has_logo().await);
    // What was no archive before is told so; a picture is taken.
    let answer = upload(&home, &token, "", b"hello").await;
    assert!(answer.status == 200 && answer.text().contains("not an archive"), "{}", answer.text());
    assert_eq!(admin.set_logo(LOGO).await.status, 303);
    assert!(has_logo().await);

    clamd.stop();
    for (language, words) in ["en", "ar"].into_iter().zip(UNSCANNED) {
        let path = format!("{route}?lang={language}");
        let answer = admin.upload(&path, &admin.token().await, LOGO).await;
        assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, "300"), "{}", answer.text());
        assert!(answer.text().contains(words), "{}", answer.text());
    }
    let answer = upload(&home, &token, "", b"PK\x03\x04 and so on").await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, "300"), "{}", answer.text());
    assert!(answer.text().contains(UNSCANNED[0]), "{}", answer.text());
    assert!(log.lines().is_empty(), "it was no mistake of theirs");
    assert_eq!(denials(&home, HOST).await.len(), 2);
}
