//! The admin's duties in a real browser, by somebody who has nothing but the screens: one address is opened, the
//! console's; all else is found by the words of links, buttons and fields. Pictures are kept to be looked at.

use crate::browser::Site;
use crate::home::{HOST, Home};
use crate::people::PASSWORD;
use model::time::Span;
use serde_json::Value;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use testkit::browser::{self, Browser, WIDTHS};
use web::language::Language;

const ADMIN: &str = "admin@corner.example.com";

/// Somebody before a screen.
struct Person {
    browser: Browser,
    language: Language,
    device: &'static str,
    name: &'static str,
    steps: AtomicU32,
}

impl Person {
    async fn new(
        name: &'static str,
        language: Language,
        (width, height, device): (u32, u32, &'static str),
    ) -> Self {
        let browser = Browser::start().await;
        browser.resize(width, height).await;
        Self { browser, language, device, name, steps: AtomicU32::new(0) }
    }

    fn say(&self, id: &str) -> String {
        self.language.say(id)
    }

    fn say_in(&self, id: &str, language: Language) -> String {
        self.language.say_with(id, "language", &language.say("language-name"))
    }

    /// Clicks what is called so, and keeps a picture of what is there then.
    async fn press_words(&self, part: Option<&str>, words: &str) {
        self.browser.press(part, words).await;
        let step = self.steps.fetch_add(1, Ordering::SeqCst);
        let at = format!("{}-{}-{}-{step:02}.png", self.name, self.language.code(), self.device);
        self.browser.photograph(&browser::pictures(Path::new(env!("CARGO_TARGET_TMPDIR"))).join(at)).await;
    }

    async fn press(&self, id: &str) {
        self.press_words(None, &self.say(id)).await;
    }

    async fn press_in(&self, part: &str, id: &str) {
        self.press_words(Some(&self.say(part)), &self.say(id)).await;
    }

    /// An entry of the menu, which a phone folds away.
    async fn go(&self, id: &str) {
        if self.device == "phone" {
            self.browser.press(None, &self.say("console-menu")).await;
        }
        self.press(id).await;
    }

    async fn fill(&self, id: &str, text: &str) {
        self.browser.fill(None, &self.say(id), text).await;
    }

    /// That it stands on the page, once that is drawn.
    async fn reads(&self, words: &str) {
        self.browser.reads("main", words).await;
    }

    async fn reads_of(&self, id: &str) {
        self.reads(&self.say(id)).await;
    }

    async fn sign_in(&self, site: &Site) {
        self.browser.go(&format!("{}/app", site.base)).await;
        self.fill("field-email", ADMIN).await;
        self.fill("field-password", PASSWORD).await;
        self.press("sign-in-button").await;
    }

    /// A new version of the privacy notice, with a day of the admin's own; at first the summaries are too short.
    async fn publishes_a_policy(&self, languages: [Language; 2]) {
        self.go("console-nav-documents").await;
        self.press_in("document-privacy", "documents-next").await;
        for language in languages {
            let text = if language.code() == "ar" {
                "\n\nلا يُحفظ سجل بعد عام."
            } else {
                "\n\nNo record is kept beyond a year."
            };
            self.browser.fill(None, &self.say_in("version-text", language), text).await;
            self.browser.fill(None, &self.say_in("version-summary", language), "2027: ").await;
        }
        self.fill("field-effective_at", LATER).await;
        self.press("version-button").await;
        self.reads_of("wrong-summary").await;
        for language in languages {
            let summary = if language.code() == "ar" {
                "تُحفظ السجلات عامًا واحدًا لا أكثر."
            } else {
                "Records are kept for one year and no longer."
            };
            self.browser.fill(None, &self.say_in("version-summary", language), summary).await;
        }
        self.press("version-button").await;
        self.reads("Records are kept for one year").await;
        // Back and on again, as the browser's own buttons do it: nothing typed is lost, and nothing is sent anew.
        self.browser.back().await;
        // As the browser kept it or as it is made anew: the fields hold what was typed last.
        let typed = "return [...document.querySelectorAll('textarea')].some(field => field.value.includes('Records are kept'))";
        let is_there = self.browser.comes_true(typed).await;
        assert!(is_there, "{}", self.browser.text("body").await);
        self.press("version-button").await;
        self.reads("No record is kept beyond a year.").await;
        self.press("version-publish").await;
        self.reads_of("console-done-announced").await;
        self.press_in("document-privacy", "documents-coming").await;
        let own = if self.language.code() == "ar" {
            "لا يُحفظ سجل بعد عام."
        } else {
            "No record is kept beyond a year."
        };
        self.reads(own).await;
        self.browser.back().await;
    }

    async fn announces_a_recipient(&self) {
        self.go("recipients-nav").await;
        self.press("recipient-button").await;
        let texts = match self.language.code() {
            "ar" => [
                "مكتب المحاسبة في الزاوية",
                "أسماء الحسابات وعناوينها",
                "إعداد الفواتير",
                "ألمانيا",
                "عقد بموجب المادة 28",
            ],
            _ => [
                "Corner Bookkeeping Ltd",
                "Names and addresses of accounts",
                "Making out bills",
                "Germany",
                "A contract under article 28",
            ],
        };
        for (field, text) in ["who", "data", "purpose", "country", "safeguard"].into_iter().zip(texts) {
            self.fill(&format!("field-recipient-{field}"), text).await;
        }
        self.fill("field-recipient-from", LATER).await;
        self.press("recipient-look-button").await;
        self.press("recipient-publish").await;
        self.reads_of("console-done-recipient-announced").await;
        self.reads(texts[0]).await;
    }

    async fn handles_a_drill(&self, languages: [Language; 2]) {
        let text = match self.language.code() {
            "ar" => "هذا تدريب فقط لا غير.",
            _ => "This is only a drill.",
        };
        self.go("breaches-nav").await;
        self.fill("breaches-note-title", text).await;
        self.press("breaches-note-drill").await;
        self.press("breaches-note-button").await;
        self.press("breaches-step-aware-button").await;
        self.press("breaches-affected-go").await;
        self.press("breaches-affected-start-window").await;
        self.press("breaches-affected-button").await;
        self.reads_of("console-done-breach-searched").await;
        self.press_words(None, text).await;
        self.press("breaches-affected-who").await;
        self.press_words(None, text).await;
        for field in ["nature", "consequences", "measures"] {
            self.fill(&format!("breaches-facts-{field}"), text).await;
        }
        self.press("breaches-facts-button").await;
        self.press("breaches-mail-go").await;
        self.fill("breaches-mail-address", "notify@authority.example").await;
        self.press("breaches-people-show").await;
        self.press("breaches-mail-drill-button").await;
        self.reads_of("console-done-breach-mailed-drill").await;
        self.press("breaches-people-go").await;
        for language in languages {
            for part in ["happened", "follows", "done", "advice"] {
                self.browser
                    .fill(None, &self.say_in(&format!("breaches-people-{part}"), language), text)
                    .await;
            }
        }
        self.press("breaches-people-show").await;
        self.press("breaches-people-drill-button").await;
        self.reads_of("console-done-breach-drilled").await;
        self.fill("breaches-close-words", text).await;
        self.press("breaches-close-button").await;
        self.reads_of("console-done-breach-closed").await;
    }

    /// Gives access; the code and where the helper enters it, as they stand on the screen.
    async fn grants_access(&self) -> (String, String) {
        self.go("support-nav").await;
        let (helper, purpose) = match self.language.code() {
            "ar" => ("سلمى من شركة المساعدة", "بعض الرسائل لا تصل"),
            _ => ("Salma of Helping Ltd", "Some messages do not arrive"),
        };
        self.fill("support-field-helper", helper).await;
        self.fill("support-field-purpose", purpose).await;
        self.press_in("support-new", "support-scope-leads").await;
        self.press("support-new-button").await;
        self.reads_of("console-done-support-granted").await;
        self.press("support-code-again-button").await;
        let code = self.browser.text("section[aria-labelledby=code] code:nth-of-type(1)").await;
        let address = self.browser.text("section[aria-labelledby=code] code:nth-of-type(2)").await;
        (code, address)
    }

    /// The helper comes in and looks around.
    async fn helps(&self, site: &Site, code: &str, address: &str) {
        let path = address.split_once("://").and_then(|(_, rest)| rest.split_once('/')).unwrap().1;
        self.browser.go(&format!("{}/{path}", site.base)).await;
        self.fill("field-support-code", code).await;
        self.press("support-enter-button").await;
        self.press("support-go-into").await;
    }

    /// Ends it, and takes the summary.
    async fn ends_access(&self, site: &Site) {
        self.go("support-nav").await;
        let helper = if self.language.code() == "ar" {
            "سلمى من شركة المساعدة"
        } else {
            "Salma of Helping Ltd"
        };
        self.press_words(None, helper).await;
        self.reads_of("support-act-looked").await;
        self.press("support-end-button").await;
        // The question, whose button has the words of the link that leads to it.
        self.reads_of("support-end-what").await;
        self.press("support-end-button").await;
        self.reads_of("console-done-support-ended").await;
        // What the program does by itself within seconds.
        site.home.engine.checkpoint().await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        self.browser.download_to(folder.path()).await;
        self.press("support-summary-file").await;
        let file = folder.path().join("support.json");
        for _ in 0..1_200 {
            if !file.exists() {
                self.browser.run("return new Promise(done => setTimeout(done, 50))", &[]).await;
            }
        }
        let file: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        assert!(file["record"].is_string(), "{file}");
    }
}

/// In the order in which the browser's own field takes it.
const LATER: &str = "12312026";

async fn walk(language: Language, window: (u32, u32, &'static str)) {
    if !browser::is_installed() {
        return;
    }
    let languages = ["en", "ar"].map(|code| Language::from_tag(code).unwrap());
    let home = Home::with_page().await;
    let lead = home.opt_in("psid-7", "My name is Zelda").await;
    assert_eq!(home.submit(&format!("/app/leads/{lead}/reveal"), &[]).await.status, 200);
    home.clock.fixed.advance(Span::minutes(2));
    home.admin_session().await;
    let site = Site::of(home, HOST, "", language.code()).await;
    let admin = Person::new("admin", language, window).await;
    admin.sign_in(&site).await;
    admin.publishes_a_policy(languages).await;
    admin.announces_a_recipient().await;
    admin.handles_a_drill(languages).await;
    let (code, address) = admin.grants_access().await;
    let helper = Person::new("helper", language, window).await;
    helper.helps(&site, &code, &address).await;
    admin.ends_access(&site).await;
    // The helper is out at the next click.
    helper.browser.press(None, &helper.say("support-desk-title")).await;
    helper.reads_of("support-closed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn claim_x6_claim_x7_claim_x8_claim_r5_an_admin_does_each_duty_by_clicks_alone_in_english_on_a_desk() {
    walk(Language::from_tag("en").unwrap(), WIDTHS[0]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn claim_x6_claim_x7_claim_x8_claim_r5_an_admin_does_each_duty_by_clicks_alone_in_arabic_on_a_phone() {
    walk(Language::from_tag("ar").unwrap(), WIDTHS[1]).await;
}
