//! The first admin of a brand as they come in: by the set-up link that the first start says, through the
//! sign-in page, to an API token. By HTTP, as a browser does it.

use engine::actions::documents::KINDS;
use reqwest::{Client, Response};

/// A sample person's; judged as every password is.
pub const PASSWORD: &str = "nine-purple-anchors-under-glass";
pub const EMAIL: &str = "admin@sample.example";

/// The link in what a start said about this brand.
pub fn set_up_link<'a>(lines: impl IntoIterator<Item = &'a str>, slug: &str) -> Option<&'a str> {
    let beginning = format!("Set up {slug} within the hour, once, at ");
    lines.into_iter().find_map(|line| line.strip_prefix(beginning.as_str()))
}

/// The path of an address.
pub fn path(address: &str) -> &str {
    let at = address.find("://").and_then(|at| address[at + 3..].find('/').map(|path| at + 3 + path));
    &address[at.unwrap()..]
}

/// A brand's site at `base`, asked under the name `host`; under the name in `base` if that is empty.
pub struct Site<'a> {
    pub client: &'a Client,
    pub base: &'a str,
    pub host: &'a str,
}

impl Site<'_> {
    fn named(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        if self.host.is_empty() { request } else { request.header("host", self.host) }
    }

    pub async fn get(&self, path: &str, session: &str) -> Response {
        let request = self.named(self.client.get(format!("{}{path}", self.base)));
        request.header("cookie", session).send().await.unwrap()
    }

    pub async fn post(&self, path: &str, session: &str, fields: &[(&str, &str)]) -> Response {
        let request = self.named(self.client.post(format!("{}{path}", self.base)));
        let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let form = ("content-type", "application/x-www-form-urlencoded");
        let request = request.header(form.0, form.1).header("cookie", session).body(fields.join("&"));
        request.send().await.unwrap()
    }

    /// Makes the admin.
    pub async fn set_up(&self, link: &str) {
        let mut fields = vec![("name", "Sample"), ("email", EMAIL), ("password", PASSWORD)];
        let languages = |kind: &&str| ["en", "ar"].map(|language| format!("{kind}-{language}"));
        let documents: Vec<String> = KINDS.iter().flat_map(languages).collect();
        fields.extend(documents.iter().map(|name| (name.as_str(), "Sample")));
        let done = self.post(path(link), "", &fields).await;
        assert_eq!(done.status(), 303, "{}", text(done).await);
    }

    /// Signs somebody in; the session's cookie.
    pub async fn sign_in(&self, email: &str, password: &str) -> String {
        let done = self.post("/login", "", &[("email", email), ("password", password)]).await;
        assert_eq!(done.status(), 303, "{}", text(done).await);
        let cookie = done.headers()["set-cookie"].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    /// A token with every scope.
    pub async fn token(&self, session: &str) -> String {
        let page = text(self.get("/app/tokens", session).await).await;
        let csrf = between(&page, "name=\"csrf\" value=\"", "\"");
        let mut fields = vec![("csrf", csrf), ("days", "0")];
        fields.extend(engine::TokenScope::ALL.iter().map(|scope| ("scope", scope.code())));
        let made = text(self.post("/app/tokens", session, &fields).await).await;
        format!("ent_{}", between(&made, "ent_", "<"))
    }

    /// From the link to a token.
    pub async fn begin(&self, link: &str) -> String {
        self.set_up(link).await;
        let session = self.sign_in(EMAIL, PASSWORD).await;
        self.token(&session).await
    }
}

pub async fn text(response: Response) -> String {
    String::from_utf8(response.bytes().await.unwrap().to_vec()).unwrap()
}

pub fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}"));
    rest.split(after).next().unwrap().trim()
}
