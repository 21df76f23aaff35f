//! What is written and done by the people of the byte hunt: a name for everything that is personal or secret, found
//! nowhere else, and the ways on which each of them goes through the program.
//!
//! Invariant: each thing that is hunted went through the program; [`Trail`] is filled in on the way.

use crate::admin;
use crate::home::tap;
use crate::installation::answered;
use crate::program::{Program, World};
use crate::site::{Site, eventually};
use mail_parser::MessageParser;
use reqwest::Client;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use simulator::{Action, NewPage, Options, PageId, Psid};
use testkit::mail::Catcher;

/// Somebody with an account.
pub struct Holder {
    pub name: &'static str,
    pub email: &'static str,
    pub password: &'static str,
}

pub const FIRST: Holder = Holder {
    name: "Hyacinthe & \"Söhne\" Quockerwodger",
    email: "quokka.first@zibeline.example",
    password: "seven-tawny-ferrets-on-a-barge",
};
pub const SECOND: Holder = Holder {
    name: "Ottoline Xylographer",
    email: "ottoline.second@zibeline.example",
    password: "eleven-mauve-herons-in-a-shed",
};
pub const PAGE: &str = "Bäckerei <Grobschnitt>";
pub const PASSPHRASE: &str = "tarragon velvet umbrella moss";
pub const LIVING: &str = "Thessalonia";

/// What leads say and what is written about them, as it is found again.
pub const NAME: &str = "Quillianne";
pub const CORRECTED: &str = "Quillianna";
pub const WRITTEN: &str = "whether \"marmalade\" is vegan in Ouagadougou";
pub const ARABIC: &str = "سؤال نادر عن المربّى";
pub const ANSWER: &str = "a cake like Ptolemy's zeppelin";
pub const ANSWERED_EMAIL: &str = "lead.wombat@zibeline.example";
pub const TAG: &str = "pays with Krügerrand";
pub const NOTE: &str = "because the notary Malvolio wants it";
pub const OFFER: &str = "A quarter off every hovercraft & eel";
pub const RULE: &str = "We open at Trafalgar o'clock";

/// Secrets that the program handed out, by what they are for.
pub type Trail = Vec<(String, String)>;

/// A value as a browser's form has it.
pub fn encoded(text: &str) -> String {
    let one = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}

/// What the forms of a page carry that is opened by a link, by its definition.
fn form_token(secret: &str) -> String {
    hex::encode(Sha256::new().chain_update(b"entente/form/1").chain_update(secret).finalize())
}

pub struct Door {
    client: Client,
    base: String,
}

impl Door {
    pub fn new(program: &Program) -> Self {
        let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        Self { client: client.build().unwrap(), base: format!("http://{}", program.site.address) }
    }

    pub fn site(&self) -> admin::Site<'_> {
        admin::Site { client: &self.client, base: &self.base, host: crate::program::HOST }
    }

    /// What the forms carry that are shown with this cookie.
    async fn form_token(&self, cookie: &str) -> String {
        match cookie.split_once('=').unwrap() {
            ("__Host-session", _) => {
                let page = admin::text(self.site().get("/account", cookie).await).await;
                admin::between(&page, "name=\"csrf\" value=\"", "\"").to_owned()
            }
            (_, secret) => form_token(secret),
        }
    }

    /// Sends a form of a page of this session; the answer's status, where it leads, and its body.
    pub async fn submit(&self, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.form_token(cookie).await;
        let fields: Vec<(&str, String)> =
            fields.iter().map(|(name, value)| (*name, encoded(value))).collect();
        let mut all: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        all.push(("csrf", &token));
        Answer::of(self.site().post(path, cookie, &all).await).await
    }

    /// Uploads an archive.
    pub async fn upload(&self, cookie: &str, passphrase: &str, file: &[u8]) -> Answer {
        let mut body = Vec::new();
        for (name, value) in [("csrf", self.form_token(cookie).await.as_str()), ("passphrase", passphrase)] {
            let part =
                format!("--mark\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let head = "--mark\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.zip\"\r\nContent-Type: application/zip\r\n\r\n";
        body.extend([head.as_bytes(), file, b"\r\n--mark--\r\n"].concat());
        let request = self.client.post(format!("{}/account/import", self.base));
        let request = request.header("host", crate::program::HOST).header("cookie", cookie);
        let request = request.header("content-type", "multipart/form-data; boundary=mark").body(body);
        Answer::of(request.send().await.unwrap()).await
    }
}

pub struct Answer {
    pub status: u16,
    pub location: String,
    pub cookie: String,
    pub body: Vec<u8>,
}

impl Answer {
    async fn of(response: reqwest::Response) -> Self {
        let header = |name: &str| {
            response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
        };
        let (location, cookie) = (header("location"), header("set-cookie"));
        let (status, cookie) = (response.status().as_u16(), cookie.split(';').next().unwrap().to_owned());
        Self { status, location, cookie, body: response.bytes().await.unwrap().to_vec() }
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// The path of the newest link of this kind in a mail to `to`.
async fn mailed(mails: &Catcher, to: &str, kind: &str) -> String {
    let look = || {
        let link = mails.caught().iter().rev().filter(|mail| mail.to == [to]).find_map(|mail| {
            let parsed = MessageParser::default().parse(mail.message.as_bytes())?;
            let text = parsed.body_text(0)?;
            let link = text.split_whitespace().find(|word| word.contains(kind))?;
            // Without its language: what is hunted is the secret.
            admin::path(link).split('?').next().map(str::to_owned)
        });
        std::future::ready(link)
    };
    eventually("the mail", look).await
}

/// Somebody signs up, confirms and makes a token: the session's cookie and the account's site.
pub async fn sign_up(program: &Program, mails: &Catcher, who: &Holder, trail: &mut Trail) -> (String, Site) {
    let door = Door::new(program);
    let page = admin::text(door.site().get("/register", "").await).await;
    let accepted =
        page.split("name=\"accepted\" value=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    let accepted: Vec<String> = accepted.map(encoded).collect();
    let [name, email, password] = [who.name, who.email, who.password].map(encoded);
    let mut fields =
        vec![("name", name.as_str()), ("email", &email), ("password", &password), ("agree", "yes")];
    fields.extend(accepted.iter().map(|version| ("accepted", version.as_str())));
    let asked = door.site().post("/register", "", &fields).await;
    assert_eq!(asked.status(), 303, "{}", admin::text(asked).await);
    let link = mailed(mails, who.email, "/account/confirm/").await;
    let entered = Answer::of(door.site().post(&link, "", &[("password", &password)]).await).await;
    assert_eq!(
        (entered.status, entered.location.as_str()),
        (303, "/app?done=confirmed"),
        "{}",
        entered.text()
    );
    let token = door.site().token(&entered.cookie).await;
    let kinds = [("the link of the mail", link.rsplit('/').next().unwrap()), ("the API's token", &token)];
    let cookie = entered.cookie.split_once('=').unwrap().1;
    let kinds = kinds.into_iter().chain([("the session", cookie)]);
    trail.extend(kinds.map(|(kind, secret)| (format!("{kind} of {}", who.name), secret.to_owned())));
    (entered.cookie, Site::new(program.site.address, crate::program::HOST, &token))
}

/// A page with the first account's name for it, which its owner at Facebook may connect.
pub fn make_page(world: &World) -> PageId {
    let admins = vec![world.sim.users()[0].0];
    world.sim.add_page(NewPage { name: PAGE.to_owned(), admins, ..NewPage::default() }).unwrap()
}

/// What the page's bot says and asks.
pub async fn set_bot(site: &Site) {
    let pages = site.every("/api/v1/pages").await;
    let page = pages.iter().find(|page| page["name"] == PAGE).unwrap_or_else(|| panic!("{pages:?}"));
    let path = format!("/api/v1/pages/{}/bot", page["id"].as_str().unwrap());
    let ask = |name: &str, kind: &str| {
        json!({ "name": name, "kind": kind, "uses": ["store", "show", "message"],
            "speech": { "en": { "text": format!("Tell us your {name}."), "purpose": "To make it." } } })
    };
    let rule = |word: &str, then: serde_json::Value| json!({ "name": word, "when": { "kind": "contains", "words": [word] }, "then": then });
    let settings = json!({
        "is_on": true,
        "rules": [
            rule("cake", json!({ "kind": "ask", "question": "cake" })),
            rule("letter", json!({ "kind": "ask", "question": "letter" })),
            rule("hours", json!({ "kind": "answer", "answer": { "text": RULE } })),
        ],
        "questions": [ask("cake", "free_text"), ask("letter", "email")],
    });
    let body = json!({ "version": 0, "settings": settings });
    let request = Client::builder().no_proxy().build().unwrap().put(format!("http://{}{path}", site.address));
    let request =
        request.header("host", &site.host).header("authorization", format!("Bearer {}", site.token));
    let request = request.header("content-type", "application/json").body(body.to_string());
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200, "{}", admin::text(answer).await);
}

/// Everybody does this and is answered.
async fn all(world: &World, people: &[Psid], action: &Action) {
    for person in people {
        world.sim.act(*person, action, &Options::default()).unwrap();
    }
    answered(world, people).await;
}

/// People who agree and tell everything that is asked.
pub async fn talk(world: &World, page: PageId) -> Vec<Psid> {
    let people = world.sim.add_people(page, 2).unwrap();
    let name = format!("My name is {NAME}");
    for text in ["", "yes", WRITTEN, ARABIC, &name, "hours", "cake", ANSWER, "letter", ANSWERED_EMAIL] {
        let action = match text {
            "" => Action::get_started(),
            "yes" => tap(0),
            text => Action::write(text),
        };
        all(world, &people, &action).await;
    }
    people
}

/// What an account does with its leads: tags, files with a reason, a broadcast.
pub async fn work(site: &Site) {
    let leads = site.leads().await;
    let ids: Vec<&str> = leads.iter().map(|lead| lead["id"].as_str().unwrap()).collect();
    let tag = site.call("POST", "/api/v1/tags", Some(json!({ "name": TAG }))).await;
    let path = format!("/api/v1/tags/{}/leads", tag["id"].as_str().unwrap());
    site.call("POST", &path, Some(json!({ "leads": ids, "bears": true }))).await;
    let why = json!({ "why": NOTE });
    let one = site.call("POST", &format!("/api/v1/leads/{}/export", ids[0]), Some(why)).await.to_string();
    assert!(one.contains(NAME) && one.contains(ANSWERED_EMAIL), "{one}");
    let many = json!({ "form": "csv", "with_names": true, "why": NOTE });
    assert_eq!(site.try_call("POST", "/api/v1/leads/exports", Some(many)).await.unwrap().0, 200);
    let broadcast = site.compose(&format!("Dear {{name|friend}}! {OFFER}")).await;
    site.step(broadcast, "send").await;
    let finished = || async { (site.broadcast(broadcast).await["state"] == "finished").then_some(()) };
    eventually("the end of the broadcast", finished).await;
}

/// A lead opens their own page, takes a copy, corrects, objects, restricts and lifts that again.
pub async fn own_page(world: &World, program: &Program, person: Psid, trail: &mut Trail) {
    all(world, &[person], &Action::write("my data")).await;
    let said = format!("{:?}", world.sim.received(person)).replace("\\/", "/");
    let link = said.rsplit("/my/").next().unwrap();
    let link: String = link.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
    let door = Door::new(program);
    let opened = Answer::of(door.site().post(&format!("/my/{link}"), "", &[]).await).await;
    assert_eq!((opened.status, opened.location.as_str()), (303, "/my"));
    let cookie = opened.cookie;
    let file = door.submit("/my/export", &cookie, &[]).await;
    assert!(file.text().contains(NAME) && file.text().contains(ANSWERED_EMAIL), "{}", file.text());
    let correct = [("name", CORRECTED), ("shown", "yes"), ("language", "en")];
    let done = [
        ("/my/correct", &correct[..]),
        ("/my/restrict", &[("restricted", "yes")]),
        ("/my/restrict", &[("restricted", "no")]),
        ("/my/stop", &[("what", "everything")]),
    ];
    for (path, fields) in done {
        let answer = door.submit(path, &cookie, fields).await;
        assert!(answer.status == 303 && answer.location.contains("done="), "{path}: {}", answer.text());
    }
    let page = admin::text(door.site().get("/my", &cookie).await).await;
    assert!(page.contains(CORRECTED) && !page.contains(&format!("{NAME}<")), "{page}");
    trail.push(("the link to a lead's page".to_owned(), link));
    trail.push(("the session of a lead's page".to_owned(), cookie.split_once('=').unwrap().1.to_owned()));
}
