//! What a configuration may say, and what is said of one that is wrong.

use super::server::{LISTEN, LISTEN_PLAIN};
use super::*;
use web::listen::client::parse_network;

fn parse(text: &str, environment: &[(&str, &str)]) -> Result<Config> {
    let environment = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    Config::check(Config::merged(Path::new(FILE), text, environment)?)
}

const GOOD: &str = "[messenger]\napp_id = \"1\"\napp_secret = \"s\"\nverify_token = \"v\"\n";

#[test]
fn the_environment_goes_over_the_file() {
    let config = parse(GOOD, &[("ENTENTE_SERVER__LISTEN", "127.0.0.1:9000"), ("HOME", "/nowhere")]).unwrap();
    assert_eq!(config.listen.port(), 9000);
    assert_eq!(config.database, "sqlite:entente-data/entente.db");
}

#[test]
fn without_a_word_it_speaks_tls_on_this_machine_and_has_no_app() {
    let config = parse("", &[]).unwrap();
    assert_eq!((config.listen.to_string().as_str(), &config.tls), (LISTEN, &Tls::SelfSigned));
    assert_eq!(config.public_url, "https://localhost:8443");
    assert!(config.app.is_none() && config.brands.is_none() && config.is_https());
    assert_eq!(config.folder(), Path::new("entente-data"));
    let config = parse("[server]\ntls = \"behind-proxy\"\n", &[]).unwrap();
    assert_eq!(config.listen.to_string(), LISTEN_PLAIN);
    assert_eq!(config.public_url, "http://127.0.0.1:8480");
}

#[test]
fn proxies_are_named_as_a_list_or_as_a_text_with_commas() {
    let expected = Tls::BehindProxy {
        trusted: vec![parse_network("10.0.0.5").unwrap(), parse_network("10.1.0.0/16").unwrap()],
    };
    let server = "[server]\ntls = \"behind-proxy\"\nlisten = \"0.0.0.0:8480\"\n";
    let list = format!("{server}trusted_proxies = [\"10.0.0.5\", \"10.1.0.0/16\"]\n");
    assert_eq!(parse(&list, &[]).unwrap().tls, expected);
    let variable = [("ENTENTE_SERVER__TRUSTED_PROXIES", "10.0.0.5, 10.1.0.0/16")];
    assert_eq!(parse(server, &variable).unwrap().tls, expected);
}

#[test]
fn claim_d3_files_are_shown_to_a_scanner_of_this_machine_or_to_none() {
    assert_eq!(parse("", &[]).unwrap().scanner, None);
    let socket = parse("[uploads]\nscanner = \"unix:/run/clamav/clamd.ctl\"\n", &[]).unwrap().scanner;
    assert_eq!(socket, Some(Place::Unix("/run/clamav/clamd.ctl".into())));
    let port = parse("", &[("ENTENTE_UPLOADS__SCANNER", "tcp://127.0.0.1:3310")]).unwrap().scanner;
    assert_eq!(port, Some(Place::Loopback(([127, 0, 0, 1], 3310).into())));
    for wrong in ["", "/run/clamav/clamd.ctl", "tcp://scanner.example:3310", "tcp://10.0.0.5:3310"] {
        let error = parse("", &[("ENTENTE_UPLOADS__SCANNER", wrong)]).unwrap_err().to_string();
        let is_named = error.starts_with("uploads.scanner:") && error.contains("files go nowhere else");
        assert!(is_named, "{error}");
    }
}

#[test]
fn the_root_is_kept_in_one_way() {
    assert!(matches!(parse("", &[]).unwrap().root, Root::File));
    let split = parse("[keys]\nroot_split_file = \"usb/half.key\"\n", &[]).unwrap().root;
    assert!(matches!(split, Root::Split(file) if file == Path::new("usb/half.key")));
    let command = parse("", &[("ENTENTE_KEYS__ROOT_COMMAND", "/opt/root")]).unwrap().root;
    assert!(matches!(command, Root::Command(program) if program == Path::new("/opt/root")));
    let value = parse("", &[("ENTENTE_KEYS__ROOT", "0011")]).unwrap();
    assert!(!format!("{value:?}").contains("0011"), "{value:?}");
    assert!(matches!(value.root, Root::Value(text) if text.reveal() == "0011"));
}

#[test]
fn claim_f8_the_authority_of_a_database_server_becomes_part_of_its_address() {
    let text = "[database]\nurl = \"postgres://me:hush@db.example/x\"\nca_file = \"tls/ca.pem\"\n";
    let config = parse(text, &[]).unwrap();
    let expected = store::verified_with("postgres://me:hush@db.example/x", Path::new("tls/ca.pem")).unwrap();
    assert_eq!(config.database, expected);
    let plain = text.replace("/x", "/x?sslmode=disable");
    for (text, key) in
        [(plain.as_str(), "database.ca_file"), ("[keys]\nca_file = \"ca.pem\"\n", "keys.ca_file")]
    {
        let error = format!("{:#}", parse(text, &[]).unwrap_err());
        assert!(error.starts_with(key) && !error.contains("hush"), "{error}");
    }
}

#[test]
fn connections_are_a_number_in_a_file_or_a_text_in_a_variable() {
    let config = parse("[database]\nconnections = 40\n", &[("ENTENTE_KEYS__CONNECTIONS", "5")]).unwrap();
    assert_eq!((config.database_options.connections, config.keys_options.connections), (40, 5));
    assert_eq!(parse("", &[]).unwrap().keys_options.connections, 16);
    for wrong in ["0", "1", "1001", "\"many\"", "true", "-3"] {
        let error = parse(&format!("[keys]\nconnections = {wrong}\n"), &[]).unwrap_err().to_string();
        assert!(error.starts_with("keys.connections: must be a number"), "{wrong}: {error}");
    }
}

#[test]
fn requests_in_flight_are_a_number_in_a_file_or_a_text_in_a_variable() {
    assert_eq!(parse("", &[]).unwrap().in_flight, engine::IN_FLIGHT);
    assert_eq!(parse("[sending]\nin_flight = 8\n", &[]).unwrap().in_flight, 8);
    assert_eq!(parse("", &[("ENTENTE_SENDING__IN_FLIGHT", "2")]).unwrap().in_flight, 2);
    for wrong in ["0", "10001", "\"many\"", "true", "-3"] {
        let error = parse(&format!("[sending]\nin_flight = {wrong}\n"), &[]).unwrap_err().to_string();
        assert!(error.starts_with("sending.in_flight: must be a number"), "{wrong}: {error}");
    }
}

#[test]
fn a_second_factor_is_demanded_of_admins_unless_the_operator_says_otherwise() {
    use engine::SecondFactor::{Admins, Everyone, Offered};
    assert_eq!(parse("", &[]).unwrap().second_factor, Admins);
    for (code, demand) in [("admins", Admins), ("everyone", Everyone), ("offered", Offered)] {
        let text = format!("[accounts]\nsecond_factor = \"{code}\"\n");
        assert_eq!(parse(&text, &[]).unwrap().second_factor, demand);
        assert_eq!(parse("", &[("ENTENTE_ACCOUNTS__SECOND_FACTOR", code)]).unwrap().second_factor, demand);
    }
    for wrong in ["", "none", "Admins"] {
        let error = parse(&format!("[accounts]\nsecond_factor = \"{wrong}\"\n"), &[]).unwrap_err();
        let said = format!("accounts.second_factor: `{wrong}` is none of admins, everyone, offered");
        assert_eq!(error.to_string(), said);
    }
}

#[test]
fn mail_is_left_out_or_whole() {
    assert!(parse(GOOD, &[]).unwrap().mail.is_none());
    let whole =
        format!("{GOOD}[mail]\nurl = \"smtp://shop:pass@mail.example\"\nfrom = \"no-reply@chat.example\"\n");
    let mail = parse(&whole, &[]).unwrap().mail.unwrap();
    assert_eq!(mail.from.reveal(), "no-reply@chat.example");
    assert!(
        matches!(mail.route, MailRoute::Smtp(server) if server.host == "mail.example" && server.port == 587)
    );
    let from = ("ENTENTE_MAIL__FROM", "a@chat.example");
    let mailbox = parse(GOOD, &[("ENTENTE_MAIL__URL", "mailbox:mails"), from]).unwrap().mail.unwrap();
    assert_eq!(mailbox.route, MailRoute::Mailbox("mails".into()));
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), "smtps://u:p@mail.example\n").unwrap();
    let path = secret.path().to_str().unwrap();
    assert!(parse(GOOD, &[("ENTENTE_MAIL__URL_FILE", path), from]).unwrap().mail.is_some());
}

#[test]
fn every_bad_key_is_named_and_no_secret_is_shown() {
    let proxy = |rest: &str| format!("[server]\ntls = \"behind-proxy\"\n{rest}\n");
    let files = |rest: &str| format!("[server]\ntls = \"files\"\n{rest}\n");
    let acme = |rest: &str| format!("[server]\ntls = \"acme\"\n{rest}\n");
    type Case = (String, Vec<(&'static str, &'static str)>, &'static str);
    let cases: Vec<Case> = vec![
        ("[messenger]\napp_id = 5\n".into(), vec![], "line 2, `messenger.app_id`"),
        ("[messager]\n".into(), vec![], "messager"),
        ("[keys]\nroot = \"a\"\nroot_command = \"b\"\n".into(), vec![], "keys.root_command"),
        ("[keys]\nroot_file = \"a\"\nroot_split_file = \"a\"\n".into(), vec![], "keys.root_split_file"),
        ("[server]\nlisten = \"here\"\n".into(), vec![], "server.listen"),
        ("[server]\nhttp_listen = \"80\"\n".into(), vec![], "server.http_listen"),
        ("[server]\nsecurity_contact = \"http://a.example\"\n".into(), vec![], "server.security_contact"),
        ("[server]\ntls = \"none\"\n".into(), vec![], "self-signed, files, acme, behind-proxy"),
        (acme(""), vec![], "server.acme_accept_terms"),
        (acme("acme_accept_terms = false"), vec![], "server.acme_accept_terms"),
        (acme("acme_accept_terms = true"), vec![], "server.http_listen"),
        (
            acme("acme_accept_terms = true\nhttp_listen = \"0.0.0.0:80\""),
            vec![("ENTENTE_SERVER__ACME_DIRECTORY", "http://ca.example")],
            "server.acme_directory",
        ),
        (acme("acme_accept_terms = true\nhttp_listen = \"0.0.0.0:80\""), vec![], "server.public_url"),
        (acme("acme_contact = \"me\""), vec![], "server.acme_contact"),
        ("[server]\nacme_accept_terms = true\n".into(), vec![], "server.acme_"),
        (files(""), vec![], "server.certificate"),
        (files("certificate = \"c.pem\""), vec![], "server.key"),
        (files("certificate = \"c.pem\"\nkey = \"k.pem\""), vec![], "server.public_url"),
        ("[server]\ncertificate = \"c.pem\"\n".into(), vec![], "server.certificate"),
        ("[server]\nkey = \"k.pem\"\n".into(), vec![], "server.key"),
        ("[server]\npublic_url = \"http://a.example\"\n".into(), vec![], "server.public_url"),
        ("[server]\npublic_url = \"https://a.example/\"\n".into(), vec![], "server.public_url"),
        (proxy("public_url = \"a.example\""), vec![], "server.public_url"),
        (proxy("http_listen = \"127.0.0.1:80\""), vec![], "server.http_listen"),
        (proxy("listen = \"10.0.0.1:80\""), vec![], "server.trusted_proxies"),
        (proxy("listen = \"0.0.0.0:80\""), vec![], "server.trusted_proxies"),
        (proxy("listen = \"192.0.2.1:80\"\ntrusted_proxies = [\"10.0.0.1\"]"), vec![], "server.listen"),
        (proxy("trusted_proxies = [\"0.0.0.0/0\"]"), vec![], "everybody"),
        (proxy("trusted_proxies = [\"proxy\"]"), vec![], "server.trusted_proxies"),
        (proxy("trusted_proxies = [5]"), vec![], "server.trusted_proxies"),
        (proxy("trusted_proxies = 5"), vec![], "server.trusted_proxies"),
        ("[server]\ntrusted_proxies = [\"10.0.0.1\"]\n".into(), vec![], "server.trusted_proxies"),
        (GOOD.into(), vec![("ENTENTE_MESSENGER__GRAPH_URL", "http://graph.example")], "messenger.graph_url"),
        ("[messenger]\napp_id = \"1\"\n".into(), vec![], "messenger.app_secret"),
        ("[messenger]\napp_secret = \"hidden\"\n".into(), vec![], "messenger.app_id"),
        (GOOD.into(), vec![("ENTENTE_MESSENGER__VERIFY_TOKEN", "")], "messenger.verify_token"),
        (GOOD.into(), vec![("ENTENTE_MESSENGER__APP_SECRET_FILE", "/tmp/x")], "both given"),
        (
            GOOD.into(),
            vec![("ENTENTE_MESSENGER__APP_SECRET", " ")],
            "messenger.app_secret is missing or empty",
        ),
        (GOOD.into(), vec![("ENTENTE_KEYS__BACKUP_DAYS", "0")], "keys.backup_days"),
        (GOOD.into(), vec![("ENTENTE_KEYS__BACKUP_DAYS", "a week")], "keys.backup_days"),
        (GOOD.into(), vec![("ENTENTE_BACKUP__EVERY_DAYS", "often")], "backup.every_days"),
        (GOOD.into(), vec![("ENTENTE_MESSENGER__APP_ID", "")], "messenger.app_id is missing or empty"),
        ("messenger = 5\n".into(), vec![], "entente.toml, line 1, `messenger`: must be a section"),
        ("[server]\n\nlisten = 5\n".into(), vec![], "line 3, `server.listen`: must be a text in quotes"),
        (
            "[messenger]\napp_secret = 4711\n".into(),
            vec![],
            "`messenger.app_secret`: must be a text in quotes",
        ),
        (
            GOOD.into(),
            vec![("ENTENTE_SERVER__PORT", "hidden")],
            "variable ENTENTE_SERVER__PORT: unknown field",
        ),
        (GOOD.into(), vec![("ENTENTE_SERVR__PORT", "hidden")], "variable ENTENTE_SERVR__PORT: unknown field"),
        (
            GOOD.into(),
            vec![("ENTENTE_MESSENGER__GRAPH_URL", "https://graph.facebook.com/v25.0")],
            "messenger.graph_url",
        ),
        (GOOD.into(), vec![("ENTENTE_MAIL__URL", "smtp://u:hidden@mail.example")], "mail.from is missing"),
        (GOOD.into(), vec![("ENTENTE_MAIL__FROM", "a@chat.example")], "mail.from is given without mail.url"),
        (
            GOOD.into(),
            vec![
                ("ENTENTE_MAIL__URL", "smtp://u:hidden@192.0.2.1"),
                ("ENTENTE_MAIL__FROM", "a@chat.example"),
            ],
            "mail.url: an address in figures",
        ),
        (
            GOOD.into(),
            vec![("ENTENTE_MAIL__URL", "smtp://mail.example"), ("ENTENTE_MAIL__FROM", "hidden")],
            "mail.from: an e-mail address has the form",
        ),
        (GOOD.into(), vec![("ENTENTE_MAIL__URL", "x"), ("ENTENTE_MAIL__URL_FILE", "y")], "both given"),
        ("app_secret = \"hidden".into(), vec![], "entente.toml, line 1"),
    ];
    for (text, environment, named) in cases {
        let error = format!("{:#}", parse(&text, &environment).unwrap_err());
        assert!(error.contains(named), "{error}");
        assert!(!error.contains("hidden") && !error.contains("4711"), "{error}");
    }
}

#[test]
fn an_empty_file_of_a_secret_is_refused_like_an_empty_value() {
    let empty = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(empty.path(), " \n").unwrap();
    for key in ["app_secret", "verify_token"] {
        let value = format!("{key} = \"{}\"", key.chars().next().unwrap());
        let file = format!("{key}_file = \"{}\"", empty.path().display());
        let text = GOOD.replace(&value.replace("app_secret = \"a\"", "app_secret = \"s\""), &file);
        assert_ne!(text, GOOD);
        let error = parse(&text, &[]).unwrap_err().to_string();
        assert!(error.contains(&format!("messenger.{key} is missing or empty")), "{error}");
    }
}

#[test]
fn a_databases_address_may_stand_in_a_file_for_the_password_in_it() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "postgres://me:hush@db.example/x\n").unwrap();
    for section in ["database", "keys"] {
        let text = format!("[{section}]\nurl_file = \"{}\"\n", file.path().display());
        let config = parse(&text, &[]).unwrap();
        let address = if section == "database" { config.database } else { config.keys };
        assert_eq!(address, "postgres://me:hush@db.example/x");
        let twice = format!("{text}url = \"postgres://me:hush@db.example/x\"\n");
        let error = format!("{:#}", parse(&twice, &[]).unwrap_err());
        assert_eq!(error, format!("{section}.url and {section}.url_file are both given: keep one"));
        let missing = format!("[{section}]\nurl_file = \"/nowhere/at/all\"\n");
        let error = format!("{:#}", parse(&missing, &[]).unwrap_err());
        assert!(error.starts_with(&format!("{section}.url_file: cannot read /nowhere/at/all")), "{error}");
    }
    std::fs::write(file.path(), " \n").unwrap();
    let text = format!("[database]\nurl_file = \"{}\"\n", file.path().display());
    assert_eq!(format!("{:#}", parse(&text, &[]).unwrap_err()), "database.url: is empty");
}

#[test]
fn the_public_address_is_scheme_and_host_and_nothing_more() {
    let with = |url: &str| parse(&format!("[server]\npublic_url = \"{url}\"\n"), &[]);
    for fine in [
        "https://chat.example",
        "https://chat.example:8443",
        "https://192.0.2.1",
        "https://[2001:db8::1]:443",
    ] {
        assert_eq!(with(fine).unwrap().public_url, fine);
    }
    for wrong in [
        "chat.example",
        "ftp://chat.example",
        "https://",
        "https://:443",
        "https://chat.example/",
        "https://chat.example/shop",
        "https://chat.example?a=b",
        "https://chat.example#top",
        "https://user@chat.example",
        "https://chat.example:",
        "https://chat.example:99999",
        "https://chat example",
    ] {
        let error = with(wrong).unwrap_err().to_string();
        assert!(error.contains("server.public_url: `"), "{wrong}: {error}");
    }
}

/// What stands for every password of the samples.
const SECRET: &str = "c0ffee5ecret";

/// Whether a changed text has the secret only where secrets are: elsewhere it is one no longer. Of one that is not
/// well-formed nobody can say that; what is said of those is looked at below.
fn is_a_secret_still(text: &str) -> bool {
    fn holds(key: &str, value: &toml::Value) -> bool {
        match value {
            toml::Value::Table(table) => {
                table.iter().all(|(key, value)| !key.contains(SECRET) && holds(key, value))
            }
            toml::Value::Array(values) => values.iter().all(|value| holds(key, value)),
            toml::Value::String(text) => {
                !text.contains(SECRET) || matches!(key, "url" | "app_secret" | "verify_token")
            }
            _ => true,
        }
    }
    text.parse::<toml::Table>().is_ok_and(|table| holds("", &toml::Value::Table(table)))
}

#[test]
fn claim_x10_no_text_breaks_the_reader_of_brands() {
    testkit::mutate::fuzz("brand", 2_000, |bytes| {
        let Ok(text) = std::str::from_utf8(bytes) else { return false };
        match crate::wiring::parse_brand(text) {
            Ok(brand) => {
                assert!(
                    !brand.name.is_empty() && !brand.languages.is_empty(),
                    "a brand that cannot be shown"
                );
                true
            }
            Err(error) => testkit::mutate::refused(&format!("{error:#}")),
        }
    });
}

#[test]
fn claim_x10_no_text_breaks_the_reader_of_the_configuration_and_no_error_shows_a_secret() {
    testkit::mutate::fuzz("configuration", 4_000, |bytes| {
        let Ok(text) = std::str::from_utf8(bytes) else { return false };
        let (said, is_taken) = match parse(text, &[]) {
            Ok(config) => (format!("{config:?}"), true),
            Err(error) => (format!("{error:#}"), false),
        };
        assert!(!said.is_empty());
        assert!(!said.contains(SECRET) || !is_a_secret_still(text), "{said}");
        is_taken
    });
}

/// A secret as they come: with characters that mean something to the reader.
const TOKEN: &str = "c0ff=ee5e[cr]et==";

/// A piece of the secret that stands in a sentence.
fn shown(said: &str) -> Option<&'static str> {
    (0..=TOKEN.len().saturating_sub(4))
        .filter_map(|at| TOKEN.get(at..at + 4))
        .find(|piece| said.contains(piece))
}

#[test]
fn no_error_of_form_shows_a_secret_wherever_a_character_is_too_many_or_missing() {
    let text = format!(
        "# of the shop\n[database]\nurl = \"postgres://me:{TOKEN}@db.example/x\"\n[messenger]\napp_id = \"1\"\n\
         app_secret = \"{TOKEN}\"\nverify_token = \'{TOKEN}\'\n[mail]\nfrom = \"a@chat.example\"\n\
         url = \"\"\"smtp://u:{TOKEN}@mail.example\"\"\"\n"
    );
    let mut wrong = 0;
    for at in 0..=text.len() {
        let (before, after) = text.split_at(at);
        let less = after.get(1..).unwrap_or_default();
        let put = ["\"", "'", "\\", "=", "[", "]", "{", "}", ",", "#", "\n", "\"\"\"", "\0", " x "];
        let changed =
            put.iter().flat_map(|put| [format!("{before}{put}{after}"), format!("{before}{put}{less}")]);
        for changed in changed.chain([format!("{before}{less}")]) {
            if changed.parse::<toml::Table>().is_ok() {
                continue;
            }
            wrong += 1;
            let said = format!("{:#}", parse(&changed, &[]).unwrap_err());
            assert_eq!(shown(&said), None, "{said}\n{changed}");
        }
    }
    assert!(wrong > 2_000, "{wrong}");
}
