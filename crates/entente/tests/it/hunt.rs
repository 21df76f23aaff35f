//! The byte hunt (claims F1, F2, R4): everything personal and every secret that ever went through the program is
//! looked for, in every form, in every file that the program and its databases made, before and after erasures.
//! The real binary, logging everything it can.
//!
//! Left out, because there they belong: the root key's own file, the configuration, and what was handed out - the
//! mails as they arrived, the archives as they were downloaded.

use crate::admin;
use crate::cluster::Cluster;
use crate::databases::{On, on_both};
use crate::hunt_cast::{
    ANSWER, ANSWERED_EMAIL, ARABIC, CORRECTED, Door, FIRST, Holder, LIVING, NAME, NOTE, OFFER, PAGE,
    PASSPHRASE, RULE, SECOND, TAG, Trail, WRITTEN, make_page, own_page, set_bot, sign_up, talk, work,
};
use crate::installation::{Envelope, agreed, answered, keyed, root};
use crate::program::{Program, World};
use crate::search::{File, Hunt, files};
use crate::site::{Site, eventually};
use model::ports::{KeyId, WrappedKey};
use simulator::{PageId, Psid};
use std::io::Write as _;
use testkit::mail::{Catcher, Encryption, Mood};
use vault::RootKey;

/// Keys by their ids.
type Secrets = Vec<(KeyId, [u8; 32])>;

const NOTHING: [String; 0] = [];

/// What the first account holds and a file of it shows.
const OWN: [&str; 13] = [
    FIRST.name,
    FIRST.email,
    PAGE,
    NAME,
    CORRECTED,
    ARABIC,
    ANSWER,
    ANSWERED_EMAIL,
    TAG,
    OFFER,
    RULE,
    NOTE,
    WRITTEN,
];

struct Ground {
    world: World,
    /// The files of the database server, where there is one.
    cluster: Option<Cluster>,
    mails: Catcher,
    /// Of everything so far that must not be readable.
    wanted: Trail,
}

impl Ground {
    async fn serve(&mut self) -> Program {
        let temporary = self.world.folder.path().join("temporary");
        std::fs::create_dir_all(&temporary).unwrap();
        let mail = format!("smtp://{}", self.mails.address);
        let environment = [
            ("ENTENTE_LOG", "trace"),
            ("TMPDIR", temporary.to_str().unwrap()),
            ("ENTENTE_MAIL__URL", &mail),
            ("ENTENTE_MAIL__FROM", "no-reply@sample.example"),
        ];
        self.world.serve(&environment).await
    }

    fn want(&mut self, texts: &[&str]) {
        self.wanted.extend(texts.iter().map(|text| ((*text).to_owned(), (*text).to_owned())));
    }

    /// Every file there is, what the process holds open that has no name any more, and on PostgreSQL the server's.
    async fn files(&self, program: Option<&Program>) -> Vec<File> {
        let mut all = files(self.world.folder.path());
        if let Some(program) = program {
            all.extend(open_without_a_name(program.id()));
        }
        if let Some(cluster) = &self.cluster {
            let server = cluster.files().await;
            assert!(server.iter().any(|(name, bytes)| name.contains("pg_wal") && !bytes.is_empty()));
            assert!(server.iter().any(|(name, _)| name.ends_with("data.log")));
            all.extend(server);
        }
        all.extend(self.world.databases.rows().await);
        all
    }

    /// What is put there for the hunt is found there, so what is not found is not there.
    async fn plant(&self, program: &Program) {
        const PLANTED: &str = "a planted Wolpertinger";
        let mut squeezed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        squeezed.write_all(PLANTED.as_bytes()).unwrap();
        let squeezed = squeezed.finish().unwrap();
        let temporary = self.world.folder.path().join("temporary/planted");
        let planted = [self.world.data().join("planted"), temporary];
        for file in &planted {
            std::fs::write(file, &squeezed).unwrap();
        }
        self.world.databases.plant(PLANTED).await;
        let found = Hunt::texts([PLANTED]).found(&self.files(Some(program)).await);
        let mut places = vec!["data/planted", "temporary/planted"];
        if self.world.databases.on() == On::Postgres {
            places.push(".planted");
        }
        if self.cluster.is_some() {
            places.extend(["/pg_wal/", "/base/"]);
        }
        for place in places {
            assert!(found.iter().any(|found| found.contains(place)), "{place}: {found:?}");
        }
        planted.iter().for_each(|file| std::fs::remove_file(file).unwrap());
    }

    /// Looks for everything, for the keys that are in force, and for those that are `gone`.
    async fn hunt(&self, program: Option<&Program>, when: &str, gone: &Secrets) {
        let (handed, kept): (Vec<File>, Vec<File>) =
            self.files(program).await.into_iter().partition(is_handed_out);
        for needed in ["standard-error-1.txt", "standard-output-1.txt"] {
            assert!(kept.iter().any(|(name, bytes)| name.ends_with(needed) && !bytes.is_empty()), "{needed}");
        }
        let now = vault::thief::secrets(&root(&self.world.data()), &self.world.databases.wrapped().await);
        let named = |(id, key): &(KeyId, [u8; 32])| (format!("the key {}", hex::encode(id)), key.to_vec());
        let wanted = self.wanted.iter().map(|(name, text)| (name.clone(), text.as_bytes().to_vec()));
        let hunt = Hunt::new(wanted.chain(now.iter().chain(gone).map(named)));
        assert_eq!(hunt.found(&kept), NOTHING, "{when}");
        // Nor is the root what it was, or anything else that is kept apart.
        assert_eq!(Hunt::new(gone.iter().map(named)).found(&handed), NOTHING, "{when}");
    }

    async fn erased(&self, count: usize) {
        let done = || async {
            let journal = self.world.databases.journal().await;
            let is_done = journal.iter().all(|erasure| erasure.is_finished && erasure.is_closed);
            (is_done && journal.len() == count).then_some(())
        };
        eventually(&format!("the end of {count} erasures"), done).await;
    }
}

/// What belongs where it lies: the operator's own secrets.
fn is_handed_out((name, _): &File) -> bool {
    ["root.key", "entente.toml", "backup.key"].iter().any(|own| name.ends_with(own))
}

/// Files that a process holds open and nobody else can open: SQLite's temporary ones are such.
fn open_without_a_name(process: u32) -> Vec<File> {
    let open = std::fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten().flatten();
    let gone = open.filter_map(|entry| {
        let leads_to = std::fs::read_link(entry.path()).ok()?.to_string_lossy().into_owned();
        let bytes = leads_to.ends_with(" (deleted)").then(|| std::fs::read(entry.path()).ok())??;
        Some((leads_to, bytes))
    });
    gone.collect()
}

/// Takes the account along, open and sealed; both files.
async fn archives(program: &Program, cookie: &str) -> [Vec<u8>; 2] {
    let door = Door::new(program);
    let open = door.submit("/account/archive", cookie, &[("lock", "none"), ("why", "to keep")]).await;
    assert!(open.body.starts_with(b"PK"), "{}", open.text());
    let typed =
        [("lock", "passphrase"), ("passphrase", PASSPHRASE), ("again", PASSPHRASE), ("why", "to keep")];
    let sealed = door.submit("/account/archive", cookie, &typed).await;
    assert!(sealed.body.starts_with(b"age-encryption.org/v1\n"), "{}", sealed.text());
    [open.body, sealed.body]
}

/// Reads an archive into another account, and waits for its leads.
async fn import(program: &Program, cookie: &str, site: &Site, archive: &[u8], people: usize) {
    let door = Door::new(program);
    let answer = door.upload(cookie, PASSPHRASE, archive).await;
    assert_eq!((answer.status, answer.location.as_str()), (303, "/account/import"), "{}", answer.text());
    assert_eq!(door.submit("/account/import/start", cookie, &[]).await.status, 303);
    let came = || async {
        let leads = site.leads().await;
        let page = admin::text(door.site().get("/account/import", cookie).await).await;
        (leads.len() == people && page.contains("All is in that could come")).then_some(leads)
    };
    let leads = eventually("the leads of the archive", came).await;
    let path = format!("/api/v1/leads/{}/export", leads[0]["id"].as_str().unwrap());
    let shown = site.get(&path).await.to_string();
    assert!(shown.contains(ANSWERED_EMAIL), "{shown}");
}

async fn erase_own(program: &Program, cookie: &str, who: &Holder) {
    let done = Door::new(program).submit("/account/erase", cookie, &[("email", who.email)]).await;
    assert!(done.status == 303 && done.location.starts_with("/erasure/"), "{}", done.text());
}

/// What a thief reads of these envelopes with everything that this root opens.
fn readable(root: &RootKey, rows: &[WrappedKey], envelopes: &[Envelope]) -> Vec<u8> {
    let keys = vault::thief::opened(root, rows);
    let texts = keyed(envelopes, &keys).into_iter().map(|(_, text)| text);
    texts.flat_map(|text| [text, b"\n".to_vec()].concat()).collect()
}

/// The first half: an account with everything, until its archive is taken. Its cookie, the archive and its people.
async fn filled(ground: &mut Ground, program: &Program, page: PageId) -> (String, Vec<u8>, Vec<Psid>) {
    let mut trail = Trail::new();
    let (cookie, site) = sign_up(program, &ground.mails, &FIRST, &mut trail).await;
    site.connect(&ground.world.sim, &[page]).await;
    set_bot(&site).await;
    let people = talk(&ground.world, page).await;
    work(&site).await;
    own_page(&ground.world, program, people[1], &mut trail).await;
    let ids: Vec<String> = people.iter().map(ToString::to_string).collect();
    trail.extend(ids.iter().map(|id| (format!("the person {id}"), id.clone())));
    let [open, sealed] = archives(program, &cookie).await;
    // All of it went through the program: whoever has the archive has it, and whoever has it sealed has nothing.
    let own: Vec<&str> = OWN.iter().copied().filter(|own| !UNREPEATED.contains(own)).collect();
    assert_eq!(Hunt::texts(&own).missed([&open[..]]), Vec::<&str>::new());
    assert_eq!(Hunt::texts(OWN).found(&[("the sealed archive".to_owned(), sealed.clone())]), NOTHING);
    ground.wanted.extend(trail);
    ground.want(&OWN);
    ground.want(&[FIRST.password, PASSPHRASE]);
    (cookie, sealed, people)
}

/// What no archive repeats: the name before it was corrected stands with who was not corrected, and the words of a
/// conversation are not kept.
const UNREPEATED: [&str; 2] = [ARABIC, WRITTEN];

/// The second half: what is erased is gone, comes back by the archive alone, and is gone again; then the brand goes.
async fn hunted(mut ground: Ground) {
    let mut program = ground.serve().await;
    ground.plant(&program).await;
    ground.want(&[admin::EMAIL, admin::PASSWORD, LIVING]);
    ground.want(&["simulated_app_secret", "simulated_verify_token"]);
    program.site.connect(&ground.world.sim, &ground.world.pages[..1]).await;
    let token = program.site.token.clone();
    ground.wanted.push(("the admin's token".to_owned(), token));
    let living = agreed(&ground.world, 0, 1).await;
    ground.world.sim.write(living[0], &format!("My name is {LIVING}")).unwrap();
    answered(&ground.world, &living).await;
    let page = make_page(&ground.world);
    let (cookie, archive, people) = filled(&mut ground, &program, page).await;

    // Mails that wait.
    ground.mails.be(Mood::NotNow);
    let door = Door::new(&program);
    let email = crate::hunt_cast::encoded(FIRST.email);
    let asked = door.site().post("/account/forgotten", "", &[("email", &email)]).await;
    assert_eq!(asked.status(), 303);
    let waits = || async { (ground.world.databases.count("mail").await > 0).then_some(()) };
    eventually("a mail that waits", waits).await;
    // Copies that the operator makes.
    crate::backup::backup(&ground.world, "copied", &[]).await;
    crate::backup::backup(&ground.world, "copied-keys", &["--keys-only"]).await;
    ground.hunt(Some(&program), "while everything is there", &Vec::new()).await;
    ground.mails.be(Mood::Takes);

    // What a thief takes along, and reads as long as he has that day's root.
    let rows = ground.world.databases.wrapped().await;
    let root_before = root(&ground.world.data());
    let secrets = vault::thief::secrets(&root_before, &rows);
    let mut envelopes = ground.world.databases.envelopes().await;
    let hunt = Hunt::texts(OWN);
    let read = readable(&root_before, &rows, &envelopes);
    assert_eq!(hunt.missed([&read[..]]), UNREPEATED);

    erase_own(&program, &cookie, &FIRST).await;
    ground.erased(1).await;
    let now: Vec<WrappedKey> = [rows, ground.world.databases.wrapped().await].concat();
    let today = vault::thief::secrets(&root(&ground.world.data()), &now);
    let is_gone = |(_, key): &&(KeyId, [u8; 32])| today.iter().all(|(_, other)| other != key);
    let gone: Secrets = secrets.iter().filter(is_gone).copied().collect();
    // The account, its leads, and the nodes and the root above them.
    assert!(gone.len() > people.len() + 2, "{}", gone.len());
    ground.hunt(Some(&program), "after the account's erasure", &gone).await;
    envelopes.extend(ground.world.databases.envelopes().await);
    let read = readable(&root(&ground.world.data()), &now, &envelopes);
    assert_eq!(hunt.among(&read), [].into(), "with today's root");
    assert_eq!(Hunt::texts([LIVING, admin::EMAIL]).missed([&read[..]]), Vec::<&str>::new());

    // It comes back by the archive alone, to another account.
    let mut trail = Trail::new();
    let (cookie, site) = sign_up(&program, &ground.mails, &SECOND, &mut trail).await;
    ground.wanted.extend(trail);
    ground.want(&[SECOND.name, SECOND.email, SECOND.password]);
    site.connect(&ground.world.sim, &[page]).await;
    import(&program, &cookie, &site, &archive, people.len()).await;
    ground.hunt(Some(&program), "after the archive came back", &gone).await;
    program.stop().await;
    program = ground.serve().await;
    let cookie = Door::new(&program).site().sign_in(SECOND.email, SECOND.password).await;
    erase_own(&program, &cookie, &SECOND).await;
    ground.erased(2).await;

    // And in the end the brand.
    let door = Door::new(&program);
    let cookie = door.site().sign_in(admin::EMAIL, admin::PASSWORD).await;
    let before = vault::thief::secrets(&root(&ground.world.data()), &ground.world.databases.wrapped().await);
    let done = door.submit("/admin/brand/erase", &cookie, &[("name", "MySocium")]).await;
    assert_eq!(done.status, 303, "{}", done.text());
    ground.erased(3).await;
    program.stop().await;
    ground.hunt(None, "after the brand's erasure", &before).await;
    ground.world.close().await;
}

/// A mail server that the register announces from the first start on.
pub async fn mailing(world: &World) -> Catcher {
    let mails = Catcher::start(Encryption::None).await;
    let path = world.folder.path().join("recipients.toml");
    let entry = format!(
        "\n[[recipient]]\nname = \"mail\"\nhost = \"{}\"\nport = {}\nwho = \"A mail server\"\n\
         data = \"Addresses and mails\"\npurpose = \"Mails\"\ncountry = \"Here\"\nsafeguard = \"It is a test\"\n\
         in_force_from = 2026-11-01\n",
        mails.address.ip(),
        mails.address.port()
    );
    std::fs::write(&path, std::fs::read_to_string(&path).unwrap() + &entry).unwrap();
    mails
}

async fn claim_f1_claim_f2_claim_r4_no_file_of_the_program_ever_holds_anything_readable(on: On) {
    let world = World::whole(on, 1).await;
    let (cluster, mails) = (Cluster::of(&world.databases).await, mailing(&world).await);
    hunted(Ground { world, cluster, mails, wanted: Trail::new() }).await;
}

on_both!(claim_f1_claim_f2_claim_r4_no_file_of_the_program_ever_holds_anything_readable);
