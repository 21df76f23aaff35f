//! Who gets data: the public page, the admin's pages, and what one person is shown of it (claims D3, X7).

use crate::admin::Person;
use crate::browser::{Site, check, look};
use crate::home::{Answer, HOST, Home, REGISTER};
use crate::look::{axe, picture};
use crate::people;
use engine::actions::documents::NOTICE;
use engine::views::recipients;
use model::time::{Clock, Span};
use outbound::Register;
use sha2::{Digest as _, Sha256};
use testkit::browser::{self, Browser, WIDTHS};

fn leads_to(answer: &Answer, path: &str) {
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, path), "{}", answer.text());
}

fn with_mail() -> Register {
    let more = format!(
        "{REGISTER}\n[[recipient]]\nname = \"mail\"\nhost = \"mail.example.com\"\nwho = \"Example Mail GmbH\"\ndata = \"Addresses\"\npurpose = \"Mails\"\ncountry = \"Germany\"\nsafeguard = \"Article 28\"\nin_force_from = 2026-11-01\n"
    );
    Register::parse(&more).unwrap()
}

/// The part of a page under one heading.
fn section<'a>(page: &'a str, id: &str) -> &'a str {
    let rest = page.split_once(&format!("<h2 id=\"{id}\">")).unwrap_or_else(|| panic!("no {id} in {page}")).1;
    rest.split("</section>").next().unwrap()
}

#[tokio::test]
async fn claim_x7_the_register_is_public_with_what_is_coming_and_its_place_in_the_log() {
    let home = Home::new().await;
    let brand = home.brand_id(HOST);
    let page = home.visit("GET", "/recipients").await;
    assert_eq!(page.status, 200);
    let meta = section(page.text(), "in-force");
    assert!(meta.contains("Meta Platforms Ireland Limited") && meta.contains("graph.facebook.com"), "{meta}");
    assert!(section(page.text(), "coming").contains("Nobody is announced"));
    home.engine.announce(&with_mail()).await.unwrap();
    home.engine.announce_all().await.unwrap();
    home.engine.checkpoint().await.unwrap();
    let page = home.visit("GET", "/recipients").await;
    let coming = section(page.text(), "coming");
    // Owner and clock of the house: thirty days from then.
    assert!(coming.contains("Example Mail GmbH") && coming.contains(" · by mail"), "{coming}");
    assert!(!section(page.text(), "in-force").contains("Example Mail GmbH"));
    let arabic = home.visit("GET", "/recipients?lang=ar").await;
    assert!(section(arabic.text(), "coming").contains(" · بالبريد"), "{}", arabic.text());
    for one in recipients::list(&home.engine, brand).await.unwrap() {
        let number = one.entry.number;
        let bytes = home.visit("GET", &format!("/recipients/{number}/hashed")).await;
        assert_eq!(<[u8; 32]>::from(Sha256::digest(&bytes.body)), one.entry.hash);
        assert!(one.entry.leaf_index.is_some());
    }
    for nothing in ["/recipients/99/hashed", "/recipients/x/hashed"] {
        assert_eq!(home.visit("GET", nothing).await.status, 404, "{nothing}");
    }
    // In the file no more: it has ended, and stays on the page.
    home.engine.announce(&Register::parse(REGISTER).unwrap()).await.unwrap();
    let page = home.visit("GET", "/recipients").await;
    assert!(section(page.text(), "ended").contains("Example Mail GmbH"));
}

#[tokio::test]
async fn claim_x7_an_admin_announces_and_ends_who_is_not_connected_to() {
    let home = Home::new().await;
    let admin = Person::admin(&home).await;
    let list = admin.get("/admin/recipients").await;
    assert!(list.text().contains("Meta Platforms Ireland Limited") && !list.text().contains("/end\""));
    let day = |days: i64| {
        let at = home.clock.fixed.now().plus(Span::days(days));
        jiff::Timestamp::from_microsecond(at.micros()).unwrap().strftime("%Y-%m-%d").to_string()
    };
    let (soon, late): (&'static str, &'static str) = (day(29).leak(), day(32).leak());
    let fields = |day: &'static str, reason: &'static str, act: &'static str| {
        [
            ("do", act),
            ("recipient-who", "Example <b>Hosting</b> BV"),
            ("recipient-data", "Everything, encrypted"),
            ("recipient-purpose", "Running the server"),
            ("recipient-country", "Netherlands"),
            ("recipient-safeguard", "Processing contract"),
            ("recipient-from", day),
            ("recipient-reason", reason),
        ]
    };
    for wrong in [
        fields(soon, "", "look"),
        fields(soon, "", "publish"),
        fields("soon", "", "look"),
        fields("soon", "", ""),
    ] {
        let refused = admin.types("/admin/recipients/new", &wrong).await;
        assert!(
            refused.text().contains("at least 30 days from now") && refused.text().contains("Netherlands")
        );
    }
    let mut silent = fields(late, "", "look");
    silent[5].1 = " ";
    let refused = admin.types("/admin/recipients/new", &silent).await;
    assert!(refused.text().contains("id=\"recipient-safeguard-wrong\""));
    // What goes out to how many, and when, is looked at first; with enough notice no reason is told.
    for act in ["look", ""] {
        let look = admin.types("/admin/recipients/new", &fields(late, "It is urgent", act)).await;
        assert_eq!(look.status, 200, "{}", look.text());
        let text = look.text();
        assert!(
            text.contains("2\u{2069} accounts get this mail") && text.contains("value=\"publish\""),
            "{text}"
        );
        assert!(text.contains("Hosting&#60;/b&#62;") && text.contains("take along what is yours"), "{text}");
        assert!(
            text.contains("announces who is to get data") && text.contains("يعلن من سيتلقى بيانات"),
            "{text}"
        );
        assert_eq!(text.matches("It is urgent").count(), 1, "in the hidden field: {text}");
    }
    let look = admin.types("/admin/recipients/new", &fields(soon, "It is urgent", "look")).await;
    assert!(look.text().matches("It is urgent").count() > 1, "{}", look.text());
    let change = admin.types("/admin/recipients/new", &fields(late, "", "change")).await;
    assert!(change.text().contains("Running the server") && change.text().contains("value=\"look\""));
    assert!(!home.visit("GET", "/recipients").await.text().contains("Hosting"), "nothing was announced");
    let typed = admin.get("/admin/recipients/new").await;
    let is_kept = !home.engine.is_one_of_several();
    assert_eq!(
        typed.text().contains("Running the server") && typed.text().contains("a few minutes ago"),
        is_kept
    );
    assert!(!admin.get("/admin/recipients/new?again=anew").await.text().contains("Running the server"));
    let done = admin.types("/admin/recipients/new", &fields(late, "It is urgent", "publish")).await;
    leads_to(&done, "/admin/recipients?done=recipient-announced");
    assert!(!admin.get("/admin/recipients/new").await.text().contains("Running the server"));
    home.engine.announce_all().await.unwrap();
    let letter = home.mails.text_to(&home.engine, people::EMAIL, "recipient_announced").await;
    assert!(letter.contains("Running the server") && letter.contains("/recipients"), "{letter}");
    assert!(letter.contains("/account/leave") && !letter.contains("It is urgent"), "{letter}");
    let page = home.visit("GET", "/recipients").await;
    let coming = section(page.text(), "coming");
    assert!(!coming.contains("It is urgent"), "{coming}");
    // Where one stays or leaves.
    let leave = home.call("GET", "/account/leave").await;
    for part in
        ["Hosting&#60;/b&#62;", "gets data from", "/account/archive", "/account/erase", "href=\"/app\""]
    {
        assert!(leave.text().contains(part), "{part}: {}", leave.text());
    }
    assert!(
        coming.contains("Hosting&#60;/b&#62;") && coming.contains("it does not connect there"),
        "{coming}"
    );
    let list = admin.get("/admin/recipients").await;
    let end = list.text().split("href=\"").find(|href| href.starts_with("/admin/recipients/3/end"));
    assert!(end.is_some(), "{}", list.text());
    assert!(admin.get("/admin/recipients/3/end").await.text().contains("Hosting"));
    leads_to(&admin.post("/admin/recipients/3/end", &[]).await, "/admin/recipients?done=recipient-ended");
    assert!(section(home.visit("GET", "/recipients").await.text(), "ended").contains("Hosting"));
    // What the program connects to ends in the operator's file.
    leads_to(&admin.post("/admin/recipients/1/end", &[]).await, "/admin/recipients?done=recipient-kept");
    // An admin, who has shown lately who it is; and a page that is none is none.
    assert_eq!(home.call("GET", "/admin/recipients").await.status, 404);
    assert_eq!(admin.get("/admin/recipients/x/end").await.status, 404);
    home.clock.fixed.advance(Span::minutes(16));
    assert!(admin.get("/admin/recipients/new").await.header("location").starts_with("/account/prove"));
}

#[tokio::test]
async fn claim_x7_a_lead_and_an_account_see_who_received_what() {
    let home = Home::with_page().await;
    home.opt_in("psid-7", "Hello").await;
    home.engine.announce(&with_mail()).await.unwrap();
    let secret = home.open_own_page("psid-7").await;
    let own = home.on_own_page(&secret, "GET", "/my", &[]).await;
    let looked = section(own.text(), "looked");
    assert!(looked.contains("Meta Platforms Ireland Limited") && looked.contains("Since "), "{looked}");
    assert!(!looked.contains("Example Mail GmbH"), "leads get no mail");
    let file = home.on_own_page(&secret, "POST", "/my/export", &[]).await.json();
    let received = file["received"].as_array().unwrap();
    assert_eq!(received.len(), 1, "{received:?}");
    assert_eq!(received[0]["who"], "Meta Platforms Ireland Limited");
    assert!(received[0]["until"].is_null() && received[0]["given_by_this_program"] == true);
    assert!(received[0]["data"].as_str().unwrap().contains("page-scoped id"));
    // The account: its pages are at Meta; the mail server is not in force yet.
    let account = home.call("GET", "/account").await;
    let received = section(account.text(), "received");
    assert_eq!(received.matches("Meta Platforms Ireland Limited").count(), 2, "graph and login");
    assert!(!received.contains("Example Mail GmbH"));
    home.clock.fixed.advance(NOTICE);
    let session = people::sign_in(&home.engine, home.brand_id(HOST), people::EMAIL).await;
    let account = home.call_as(&session, "GET", "/account").await;
    assert!(section(account.text(), "received").contains("Example Mail GmbH"), "{}", account.text());
}

/// The public page and the admin's, announced and ended with clicks: in one language, on desk and phone.
async fn tour(language: &'static str) {
    if !browser::is_installed() {
        return;
    }
    let axe = axe();
    let home = Home::new().await;
    let (admin, user) = (home.admin_session().await, home.session.clone());
    home.engine.announce(&with_mail()).await.unwrap();
    // Beside it what a change of the data map looks like.
    crate::data_map::announce(&home).await;
    home.engine.announce_all().await.unwrap();
    home.engine.checkpoint().await.unwrap();
    let browser = Browser::start().await;
    let mut troubles = Vec::new();
    let site = Site::of(home, HOST, &admin, language).await;
    for (width, height, device) in WIDTHS {
        browser.resize(width, height).await;
        for (name, path) in [
            ("data-map-coming", "/admin/data-map"),
            ("recipients-admin", "/admin/recipients"),
            ("recipients-new", "/admin/recipients/new"),
        ] {
            let at = format!("{name}-{language}-{device}");
            troubles.extend(look(&site, &browser, &axe, path, &at).await);
        }
    }
    let fill = "for (const name of ['who', 'data', 'purpose', 'country', 'safeguard']) { document.getElementById('recipient-' + name).value = 'Example Hosting BV'; } document.querySelector('main form .btn-primary').scrollIntoView({ block: 'center' })";
    browser.run(fill, &[]).await;
    browser.click("main form .btn-primary").await;
    for (width, height, device) in WIDTHS {
        browser.resize(width, height).await;
        browser.wait_for("button[value='publish']").await;
        let at = format!("recipients-look-{language}-{device}");
        browser.photograph(&picture(&at)).await;
        troubles.extend(check(&site, &browser, &axe, &at).await);
    }
    browser
        .run("document.querySelector(\"button[value='publish']\").scrollIntoView({ block: 'center' })", &[])
        .await;
    browser.click("button[value='publish']").await;
    browser.wait_for(".e-note.good").await;
    browser.run("document.querySelector(\"a[href$='/end']\").scrollIntoView({ block: 'center' })", &[]).await;
    browser.click("a[href$='/end']").await;
    browser.wait_for("main form button").await;
    browser.photograph(&picture(&format!("recipients-end-{language}"))).await;
    browser.click("main form button").await;
    browser.wait_for(".e-note.good").await;
    let site = Site::of(site.home, HOST, &user, language).await;
    for (width, height, device) in WIDTHS {
        browser.resize(width, height).await;
        for (name, path) in
            [("recipients", "/recipients"), ("received", "/account"), ("leave", "/account/leave")]
        {
            let at = format!("{name}-{language}-{device}");
            troubles.extend(look(&site, &browser, &axe, path, &at).await);
        }
    }
    assert_eq!(troubles, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn claim_x7_recipients_are_announced_and_read_in_a_browser_in_english() {
    tour("en").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn claim_x7_recipients_are_announced_and_read_in_a_browser_in_arabic() {
    tour("ar").await;
}
