//! The admin's pages about the brand and its documents: what is set there, and what everybody sees of it.

use crate::home::{Answer, HOST, Home, OTHER_HOST};
use axum::body::Body;
use axum::http::Request;
use engine::actions::set_up;
use engine::{Actor, LinkPurpose, Role};

/// A picture of 16 by 16 pixels.
pub const LOGO: &[u8] = include_bytes!("../../../engine/tests/logo.png");

/// Somebody with a session at a host.
pub struct Person<'a> {
    pub home: &'a Home,
    pub host: &'static str,
    pub session: String,
}

impl<'a> Person<'a> {
    /// The first brand's admin.
    pub async fn admin(home: &'a Home) -> Self {
        Self { home, host: HOST, session: home.admin_session().await }
    }

    fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let request = Request::builder().method(method).uri(path).header("host", self.host);
        request.header("cookie", format!("__Host-session={}", self.session)).header("accept", "text/html")
    }

    /// What this session's forms carry.
    pub async fn token(&self) -> String {
        self.home.form_token(&self.session).await
    }

    /// The same, once whoever it is has proved it again.
    pub async fn prove(&mut self, next: &str) -> Answer {
        let answer =
            self.post("/account/prove", &[("password", crate::people::PASSWORD), ("next", next)]).await;
        answer.session().clone_into(&mut self.session);
        answer
    }

    pub async fn ask(&self, method: &str, path: &str) -> Answer {
        self.home.ask(self.request(method, path).body(Body::empty()).unwrap()).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path).await
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.token().await;
        let fields = fields.iter().copied().chain([("csrf", token.as_str())]);
        let body: Vec<String> =
            fields.map(|(name, value)| format!("{name}={}", crate::home::encoded(value))).collect();
        let request = self.request("POST", path).header("content-type", "application/x-www-form-urlencoded");
        self.home.ask(request.body(Body::from(body.join("&"))).unwrap()).await
    }

    /// A form that is looked at once more before it counts, with the page that it leads to.
    pub async fn types(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.post(path, fields).await;
        let on = answer.header("location");
        if on.starts_with(&format!("{path}?again=")) { self.get(on).await } else { answer }
    }

    /// A form with a file, as browsers write it.
    pub async fn upload(&self, path: &str, token: &str, file: &[u8]) -> Answer {
        self.upload_as(path, token, ["note", "hello", "logo", "mine.png"], file).await
    }

    /// The same: name and text of another field, names of the file's field and of the file.
    async fn upload_as(&self, path: &str, token: &str, names: [&str; 4], file: &[u8]) -> Answer {
        let [field, text, part, name] = names;
        let head = format!(
            "--mark\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{token}\r\n--mark\r\n\
             Content-Disposition: form-data; name=\"{field}\"\r\n\r\n{text}\r\n--mark\r\n\
             Content-Disposition: form-data; name=\"{part}\"; filename=\"{name}\"\r\nContent-Type: image/png\r\n\r\n"
        );
        let body = [head.as_bytes(), file, b"\r\n--mark--\r\n"].concat();
        let request = self.request("POST", path).header("content-type", "multipart/form-data; boundary=mark");
        self.home.ask(request.body(Body::from(body)).unwrap()).await
    }

    pub async fn set_logo(&self, file: &[u8]) -> Answer {
        self.upload("/admin/brand/logo", &self.token().await, file).await
    }
}

fn leads_to(answer: &Answer, path: &str) {
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, path), "{}", answer.text());
}

/// The address that an attribute of the page holds, of the first that begins so.
fn address(page: &Answer, start: &str) -> String {
    let at = page.text().find(start).unwrap_or_else(|| panic!("no {start}"));
    page.text()[at..].split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn what_the_admin_sets_is_what_everybody_sees_at_once() {
    let home = Home::new().await;
    let admin = Person::admin(&home).await;
    let before = home.visit("GET", "/login").await;
    let saved = admin.post("/admin/brand/name", &[("name", "Bread & <Co>")]).await;
    leads_to(&saved, "/admin/brand?done=brand-saved");
    let colours = [("primary", "#5B2A86"), ("on_primary", "#ffffff")];
    leads_to(&admin.post("/admin/brand/colours", &colours).await, "/admin/brand?done=brand-saved");
    let controller = [
        ("name", "Bread Ltd"),
        ("address", "1 Mill Lane, Cork"),
        ("country", "Ireland"),
        ("contact", "privacy@bread.example.com"),
    ];
    let refused = admin.post("/admin/brand/controller", &controller).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.text().contains("publish a notice that names them under Documents"),
        "{}",
        refused.text()
    );
    home.notice_names(HOST, "Bread Ltd").await;
    leads_to(&admin.post("/admin/brand/controller", &controller).await, "/admin/brand?done=brand-saved");
    let languages = [("speaks-en", "yes"), ("speaks-ar", "yes"), ("first", "ar")];
    leads_to(&admin.post("/admin/brand/languages", &languages).await, "/admin/brand?done=brand-saved");
    let after = home.visit("GET", "/login").await;
    let text = after.text();
    assert!(text.contains("<html lang=\"ar\" dir=\"rtl\">"), "the first language is everybody's");
    assert!(text.contains("Bread &#38; &#60;Co&#62;") && text.contains("Bread Ltd"), "{text}");
    assert!(text.contains("privacy@bread.example.com"));
    let sheet = |page: &Answer| address(page, "/assets/console.");
    assert_ne!(sheet(&before), sheet(&after));
    let css = home.visit("GET", &sheet(&after)).await;
    assert!(css.text().contains("--primary: #5b2a86;"));
    // A page that was shown a moment ago still finds its sheet.
    assert_eq!(home.visit("GET", &sheet(&before)).await.status, 200);
    // The other brand says nothing of it.
    let other =
        home.ask(Request::builder().uri("/login").header("host", OTHER_HOST).body(Body::empty()).unwrap());
    assert!(!other.await.text().contains("Bread"));
    let page = admin.get("/admin/brand?lang=en").await;
    assert_eq!(page.text().matches("Set here").count(), 4, "{}", page.text());
    assert!(page.text().contains("leangzbotchat.localhost") && !page.text().contains("name=\"hosts\""));
}

#[tokio::test]
async fn a_part_is_given_back_to_the_file_after_a_question() {
    let home = Home::new().await;
    let admin = Person::admin(&home).await;
    assert_eq!(admin.get("/admin/brand/back/name").await.status, 404, "nothing is set");
    admin.post("/admin/brand/name", &[("name", "Bread")]).await;
    let question = admin.get("/admin/brand/back/name").await;
    assert!(question.text().contains("The file says: \u{2068}leangzbotchat"), "{}", question.text());
    assert!(home.visit("GET", "/login").await.text().contains("Bread"), "asking changes nothing");
    leads_to(&admin.post("/admin/brand/back/name", &[]).await, "/admin/brand?done=brand-back");
    assert!(!home.visit("GET", "/login").await.text().contains("Bread"));
    // What the file says anyway is as in the file.
    admin.post("/admin/brand/name", &[("name", "leangzbotchat")]).await;
    assert!(!admin.get("/admin/brand").await.text().contains("Set here"));
    for nothing in ["texts-fr", "hosts", "slug", "policy", "..."] {
        assert_eq!(admin.get(&format!("/admin/brand/back/{nothing}")).await.status, 404, "{nothing}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_or_does_not_fit_is_refused_in_words_beside_its_field() {
    let home = Home::new().await;
    let admin = Person::admin(&home).await;
    let before = home.visit("GET", "/login").await.text().to_owned();
    let long = "x".repeat(61);
    for (path, fields, words) in [
        ("colours", &[("primary", "#ffd400"), ("on_primary", "#000000")][..], "links in this colour"),
        ("colours", &[("primary", "#777777"), ("on_primary", "#888888")], "the writing on buttons"),
        ("colours", &[("primary", "red"), ("on_primary", "#000000")], "of the form #1f4e79"),
        ("name", &[("name", "")], "must not be empty"),
        ("name", &[("name", &long)], "Must have 1 to"),
        ("name", &[("name", "Bread\r\nBcc: all@example.com")], "on one line"),
        ("languages", &[("first", "en")], "at least one language"),
        ("controller", &[("name", "A"), ("address", "B"), ("country", "C"), ("contact", "D")], "no e-mail"),
        (
            "controller",
            &[("name", ""), ("address", "B"), ("country", "C"), ("contact", "a@b.example")],
            "1 to",
        ),
    ] {
        let refused = admin.post(&format!("/admin/brand/{path}"), fields).await;
        assert_eq!(refused.status, 422, "{path}");
        assert!(refused.text().contains(words), "{path} {fields:?}: {words}");
        for (_, value) in fields
            .iter()
            .filter(|(name, value)| *name != "first" && !value.is_empty() && !value.contains('\n'))
        {
            assert!(refused.text().contains(&format!("value=\"{value}\"")), "typed once is enough: {value}");
        }
    }
    for (file, words) in [
        (&b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"[..], "An SVG is not taken"),
        (b"", "Choose a file first"),
        (&LOGO[..60], "cannot be read to its end"),
    ] {
        let refused = admin.set_logo(file).await;
        assert_eq!(refused.status, 422, "{words}");
        assert!(refused.text().contains(words), "{words}");
    }
    let sketch = admin.post("/admin/brand/pair", &[("primary", "#ffd400"), ("on_primary", "#000000")]).await;
    assert_eq!(sketch.status, 200);
    assert!(sketch.text().contains("fill=\"#ffd400\"") && sketch.text().contains("class=\"bad\""));
    let sketch = admin.post("/admin/brand/pair", &[("primary", "\"><script>"), ("on_primary", "")]).await;
    assert!(!sketch.text().contains("script") && !sketch.text().contains("<rect"));
    assert_eq!(home.visit("GET", "/login").await.text(), before, "nothing of it was kept");
}

#[tokio::test]
async fn claim_r4_a_logo_is_served_as_what_it_is_at_its_own_brand_s_hosts_alone() {
    let home = Home::new().await;
    let admin = Person::admin(&home).await;
    let forged = admin.upload("/admin/brand/logo", "0123", LOGO).await;
    assert_eq!(forged.status, 403, "a form with a file carries the session's token like any other");
    leads_to(&admin.set_logo(LOGO).await, "/admin/brand?done=logo-saved");
    let page = home.visit("GET", "/login").await;
    let path = address(&page, "/assets/logo.");
    let logo = home.visit("GET", &path).await;
    assert_eq!((logo.status.as_u16(), logo.header("content-type")), (200, "image/png"));
    assert_eq!((logo.body.as_slice(), logo.header("x-content-type-options")), (LOGO, "nosniff"));
    assert!(logo.header("content-security-policy").contains("default-src 'none'"));
    assert!(logo.header("cache-control").contains("immutable"));
    let elsewhere = Request::builder().uri(&path).header("host", OTHER_HOST).body(Body::empty()).unwrap();
    assert_eq!(home.ask(elsewhere).await.status, 404);
    assert_eq!(admin.get("/admin/brand/back/logo").await.status, 200);
    leads_to(&admin.post("/admin/brand/back/logo", &[]).await, "/admin/brand?done=logo-gone");
    assert!(!home.visit("GET", "/login").await.text().contains("/assets/logo."));
}

#[tokio::test]
async fn claim_x10_an_upload_with_u_0000_in_a_name_or_a_field_is_refused_and_loses_nothing() {
    let home = Home::new().await;
    let admin = Person::admin(&home).await;
    leads_to(&admin.set_logo(LOGO).await, "/admin/brand?done=logo-saved");
    let path = address(&home.visit("GET", "/login").await, "/assets/logo.");
    let (token, before) = (admin.token().await, home.content().await);
    for names in [
        ["no\0te", "hello", "logo", "mine.png"],
        ["note", "hel\0lo", "logo", "mine.png"],
        ["note", "\0", "logo", "mine.png"],
        ["note", "hello", "lo\0go", "mine.png"],
        ["note", "hello", "logo", "mine\0.png"],
    ] {
        let refused = admin.upload_as("/admin/brand/logo", &token, names, &[0; 9]).await;
        assert_eq!(refused.status, 400, "{names:?}: {}", refused.text());
    }
    assert!(before == home.content().await, "what was refused has changed something");
    assert_eq!(home.visit("GET", &path).await.body, LOGO);
    // A file may hold it, as pictures do.
    assert!(LOGO.contains(&0));
}

/// What the form of the texts shows, as a browser would send it back.
pub fn typed(page: &Answer) -> Vec<(String, String)> {
    let plain = |text: &str| {
        text.replace("&#60;", "<")
            .replace("&#62;", ">")
            .replace("&#34;", "\"")
            .replace("&#39;", "'")
            .replace("&#38;", "&")
    };
    let form = page.text().split("<form class=\"e-stack\"").nth(1).unwrap().split("</form>").next().unwrap();
    let fields = form.split(" name=\"").skip(1).map(|rest| {
        let (name, rest) = rest.split_once('"').unwrap();
        let value = if rest.contains("</textarea>") && !rest.split('>').next().unwrap().contains("value=\"") {
            rest.split_once('>').unwrap().1.split("</textarea>").next().unwrap()
        } else {
            rest.split_once("value=\"").unwrap().1.split('"').next().unwrap()
        };
        (name.to_owned(), plain(value))
    });
    fields.filter(|(name, _)| name != "csrf").collect()
}

#[tokio::test]
async fn claim_b2_the_bot_s_texts_are_set_by_language_and_what_is_sent_back_unchanged_stays_the_file_s() {
    let home = Home::new().await;
    let admin = Person::admin(&home).await;
    let wording = |home: &Home| home.engine.brand_by_host(HOST).unwrap().brand.texts["en"].question.clone();
    let page = admin.get("/admin/brand/texts/en").await;
    let fields = typed(&page);
    assert_eq!(fields.len(), 12, "{fields:?}");
    let send = async |fields: &[(String, String)]| {
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        admin.post("/admin/brand/texts/en", &fields).await
    };
    leads_to(&send(&fields).await, "/admin/brand?done=brand-saved");
    assert!(!admin.get("/admin/brand").await.text().contains("Set here"));
    let with = |name: &str, value: &str| -> Vec<(String, String)> {
        let change = |(own, old): &(String, String)| {
            (own.clone(), if own == name { value.to_owned() } else { old.clone() })
        };
        fields.iter().map(change).collect()
    };
    for (name, value, words) in [
        ("question", "Offers, {nmae}?", "would be shown as it stands"),
        ("yes", "{page}", "nothing is filled in here"),
        ("no", "Yes please, and a title that is too long", "Must have 1 to"),
        ("unsubscribe_button", "Bye", "as a wish to leave"),
        ("greeting", "", "Must have 1 to"),
    ] {
        let refused = send(&with(name, value)).await;
        assert_eq!(refused.status, 422, "{name}");
        assert!(refused.text().contains(words), "{name}: {words}");
        assert!(refused.text().contains(&format!("id=\"text-{name}-wrong\"")), "{name}");
    }
    assert_eq!(send(&with("question", "Offers\0?")).await.status, 400, "no text with U+0000");
    leads_to(&send(&with("question", "Offers from {page}?")).await, "/admin/brand?done=brand-saved");
    assert_eq!(wording(&home), "Offers from {page}?");
    let question = admin.get("/admin/brand/back/texts-en").await;
    assert!(question.text().contains("are lost"));
    admin.post("/admin/brand/back/texts-en", &[]).await;
    assert_ne!(wording(&home), "Offers from {page}?");
    assert_eq!(admin.get("/admin/brand/texts/fr").await.status, 404);
}

#[tokio::test]
async fn claim_a2_the_documents_in_force_are_shown_as_people_see_them() {
    let home = Home::new().await;
    let admin = Person::admin(&home).await;
    let page = admin.get("/admin/documents").await;
    assert_eq!(page.text().matches("In force since").count(), 3);
    assert_eq!(page.text().matches("<div class=\"e-prose\"").count(), 6, "in both languages");
    assert!(page.text().contains("What holds here."));
    // As in an installation from before there was one.
    assert_eq!(page.text().matches("<textarea").count(), 2, "only the breach policy is missing");
    let policy = [("breach_policy-en", "# What we do"), ("breach_policy-ar", "# ما نفعله")];
    leads_to(&admin.post("/admin/documents", &policy).await, "/admin/documents?done=published");
    assert!(!admin.get("/admin/documents").await.text().contains("<textarea"));
    leads_to(&admin.post("/admin/documents", &[]).await, "/admin/documents?done=changed");
}

#[tokio::test]
async fn claim_a2_sign_up_stays_shut_until_version_1_is_published_and_the_form_says_what_is_missing() {
    let home = Home::new().await;
    let host = "mysocium.localhost";
    let admin = Person { home: &home, host, session: home.admin_session_of(host).await };
    home.unpublish(host).await;
    let register =
        Request::builder().uri("/register").header("host", admin.host).body(Body::empty()).unwrap();
    assert!(home.ask(register).await.text().contains("Sign-up is closed"));
    let page = admin.get("/admin/documents").await;
    assert_eq!(page.text().matches("<details class=\"e-document e-folded\">").count(), 8, "{}", page.text());
    let names = [
        "terms-en",
        "terms-ar",
        "privacy-en",
        "privacy-ar",
        "data_use-en",
        "data_use-ar",
        "breach_policy-en",
        "breach_policy-ar",
    ];
    let mut fields: Vec<(&str, &str)> = names.iter().map(|name| (*name, "# What holds here")).collect();
    fields[3].1 = " ";
    let refused = admin.post("/admin/documents", &fields).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("id=\"privacy-ar-wrong\""));
    assert_eq!(refused.text().matches("e-folded\" open>").count(), 1, "the one that is wrong is unfolded");
    fields[3].1 = "# ما يسري هنا";
    leads_to(&admin.post("/admin/documents", &fields).await, "/admin/documents?done=published");
    let register =
        Request::builder().uri("/register").header("host", admin.host).body(Body::empty()).unwrap();
    assert!(!home.ask(register).await.text().contains("Sign-up is closed"));
    leads_to(&admin.post("/admin/documents", &fields).await, "/admin/documents?done=changed");
}

#[tokio::test]
async fn the_set_up_folds_its_documents_and_opens_the_one_that_is_wrong() {
    let home = Home::new().await;
    let brand = home.brand_id("qchatai.localhost");
    let link = set_up::offer(&home.engine, brand).await.unwrap().unwrap();
    let path = link.reveal().split("localhost:8443").nth(1).unwrap().to_owned();
    let visitor = Person { home: &home, host: "qchatai.localhost", session: String::new() };
    let form = visitor.get(&path).await;
    assert_eq!(form.text().matches("<details class=\"e-document e-folded\">").count(), 8);
    assert!(!form.text().contains("open>") && form.text().matches("<textarea").count() == 8);
    let texts = [
        "terms-en",
        "terms-ar",
        "privacy-en",
        "privacy-ar",
        "data_use-en",
        "data_use-ar",
        "breach_policy-en",
        "breach_policy-ar",
    ];
    let mut fields =
        vec![("name", "Ada"), ("email", "ada@example.com"), ("password", "seven wet larks at dusk 41")];
    fields.extend(texts.map(|name| (name, if name == "data_use-ar" { "" } else { "# Terms" })));
    let refused = visitor.post(&path, &fields).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains(
        "aria-labelledby=\"data_use-ar-name\" aria-describedby=\"data_use-ar-why data_use-ar-wrong\""
    ));
    assert_eq!(refused.text().matches("e-folded\" open>").count(), 1);
    assert!(refused.text().contains("value=\"Ada\"") && !refused.text().contains("seven wet larks"));
    assert!(
        engine::actions::sign_up::is_good(
            &home.engine,
            brand,
            path.rsplit('/').next().unwrap(),
            LinkPurpose::SetUp
        )
        .await
        .unwrap()
    );
    fields.retain(|(name, _)| *name != "data_use-ar");
    fields.push(("data_use-ar", "# البيانات"));
    leads_to(&visitor.post(&path, &fields).await, "/login?done=set-up");
}

#[tokio::test]
async fn an_admin_finds_the_account_of_an_address_and_nothing_else_of_it() {
    let home = Home::new().await;
    let admin = Person::admin(&home).await;
    let page = admin.get("/admin/accounts").await;
    assert!(page.text().contains("action=\"/admin/accounts/find\""), "{}", page.text());
    // As somebody writes it in a mail; what else looks like it is nobody's.
    let email = crate::people::EMAIL;
    let found = admin
        .post("/admin/accounts/find", &[("email", &email.to_uppercase()), ("reason", "a letter came")])
        .await;
    assert_eq!(
        (found.status.as_u16(), found.header("location")),
        (303, &*format!("/admin/accounts/{}", home.account))
    );
    let shown = admin.get(found.header("location")).await;
    assert!(!shown.text().contains(email) && !shown.text().contains("Sample Owner"), "{}", shown.text());
    for (wrong, says) in [
        ("corner.example.com", "This is no e-mail address"),
        ("someone@corner.example.com", "No account here has this address"),
        // Another brand's.
        ("owner@other.example.com", "No account here has this address"),
    ] {
        let answer =
            admin.post("/admin/accounts/find", &[("email", wrong), ("reason", "a letter came")]).await;
        assert_eq!(answer.status, 422);
        assert!(answer.text().contains(says), "{wrong}: {}", answer.text());
    }
    let answer = admin.post("/admin/accounts/find", &[("email", email)]).await;
    assert!(
        answer.status == 422 && answer.text().contains("reason-wrong"),
        "what for is asked: {}",
        answer.text()
    );
    // Only for admins.
    assert_eq!(home.submit("/admin/accounts/find", &[("email", email)]).await.status, 404);
    // Each look is written down, found or not, and by which address is not.
    let by_admin = Actor { role: Role::Admin, ..home.actor() };
    let filter = engine::views::audit::Filter::default();
    let all = engine::views::audit::list(&home.engine, &by_admin, filter, None, 200).await.unwrap();
    let sought: Vec<_> = all.iter().filter(|entry| entry.kind == "account_sought").collect();
    assert_eq!(sought.len(), 3);
    let mut facts: Vec<_> = sought
        .iter()
        .flat_map(|entry| &entry.facts)
        .map(|(name, said)| (&**name, said.reveal().as_str()))
        .collect();
    facts.sort_unstable();
    let (account, why) = (home.account.to_string(), ("reason", "a letter came"));
    assert_eq!(facts, [("account", account.as_str()), why, why, why]);
}
