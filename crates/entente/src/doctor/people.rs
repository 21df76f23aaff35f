//! What people rely on: a controller who answers, mail that arrives, Meta behind it.

use super::{Check, Patient};
use crate::config::Tls;
use crate::wiring;
use engine::{Breached, InForce, SecondFactor};
use model::time::Timestamp;
use outbound::Register;
use outbound::mail::MailRoute;
use std::path::Path;

pub fn examine(patient: &Patient<'_>, checks: &mut Vec<Check>) {
    checks.push(brands(patient));
    checks.push(second_factor(patient.config.second_factor));
    checks.extend(patient.config.breached_passwords.as_deref().map(breached_passwords));
    checks.push(mail(patient));
    checks.push(app(patient));
    checks.push(recipients(patient));
}

fn brands(patient: &Patient<'_>) -> Check {
    let name = "brands";
    let brands = match &patient.brands {
        Ok(brands) => brands,
        Err(problem) => return Check::fail(name, problem.clone(), "put that file right"),
    };
    let samples: Vec<&str> =
        brands.iter().filter(|brand| brand.controller.is_sample()).map(|brand| brand.slug.as_str()).collect();
    if samples.is_empty() {
        return Check::ok(name, format!("{} brands, each with its controller", brands.len()));
    }
    Check::needed(
        patient.is_trial,
        name,
        format!("the controller of {} is sample data: people have nobody to turn to", samples.join(", ")),
        "put name, address and contact of whoever answers for the data into [controller] of brand.toml, or set them in the console under Brand",
    )
}

fn second_factor(demand: SecondFactor) -> Check {
    let name = "second-factor";
    match demand {
        SecondFactor::Offered => Check::warn(
            name,
            "offered and demanded of nobody: whoever has an admin's password reaches everybody's data",
            "leave out accounts.second_factor, or set it to \"admins\" or \"everyone\"",
        ),
        SecondFactor::Admins => Check::ok(name, "demanded of admins"),
        SecondFactor::Everyone => Check::ok(name, "demanded of everyone"),
    }
}

fn breached_passwords(list: &Path) -> Check {
    let name = "breached-passwords";
    match Breached::open(list) {
        Ok(_) => Check::ok(name, "passwords that became known are refused by the operator's list"),
        Err(error) => Check::fail(
            name,
            format!("{}: {error}", list.display()),
            "give accounts.breached_passwords a readable list of SHA-1 hashes in ascending order (docs/accounts.md), or leave it out",
        ),
    }
}

fn mail(patient: &Patient<'_>) -> Check {
    let name = "mail";
    let remedy = "set mail.url to your mail server, for example smtp://user:password@mail.example:587";
    match patient.config.mail.as_ref().map(|mail| matches!(mail.route, MailRoute::Mailbox(_))) {
        None => {
            let what =
                "no mail is sent: nobody can confirm an address or is told what happens to the account";
            Check::needed(patient.is_trial, name, what, remedy)
        }
        Some(true) => {
            let what = "mail goes into a folder of this machine, and to nobody";
            Check::needed(patient.is_trial, name, what, remedy)
        }
        Some(false) => Check::ok(name, "mail goes to a mail server"),
    }
}

fn app(patient: &Patient<'_>) -> Check {
    let name = "facebook-app";
    if patient.config.app.is_none() {
        let remedy = "give messenger.app_id, app_secret and verify_token of your app at Meta";
        Check::warn(name, "none: no page can be connected", remedy)
    } else if wiring::loopback(&patient.config.graph_url).is_some() {
        let remedy = "for Meta itself, leave out messenger.graph_url";
        Check::warn(name, "a simulator on this machine stands in for Meta", remedy)
    } else {
        Check::ok(name, "configured")
    }
}

fn recipients(patient: &Patient<'_>) -> Check {
    let name = "recipients";
    let register = match &patient.register {
        Ok(register) => register,
        Err(problem) => return Check::fail(name, problem.clone(), "put that file right"),
    };
    let has_server =
        patient.config.mail.as_ref().is_some_and(|mail| matches!(mail.route, MailRoute::Smtp(_)));
    let mut wanted = Vec::new();
    if wiring::loopback(&patient.config.graph_url).is_none() {
        wanted.push("meta");
    }
    if matches!(patient.config.tls, Tls::Acme(_)) {
        wanted.push(crate::acme::RECIPIENT);
    }
    if has_server {
        wanted.push("mail");
    }
    match patient.in_force {
        Ok(held) => announced(register, held, &wanted, patient.now),
        Err(problem) => Check::warn(
            name,
            format!(
                "not known who is in force, and nobody was connected to: the database does not say ({problem})"
            ),
            "see that it can be reached from here and that this version of the program was started once, then look again",
        ),
    }
}

/// `held`: what the database says of when each may be connected to.
fn announced(register: &Register, held: &InForce, wanted: &[&str], now: Timestamp) -> Check {
    let name = "recipients";
    let in_force = |wanted: &str| {
        let is_due = held.get(wanted).is_none_or(|from| *from <= now);
        register.recipients().iter().any(|entry| entry.name == wanted && entry.in_force_from <= now) && is_due
    };
    let missing: Vec<&str> = wanted.iter().copied().filter(|wanted| !in_force(wanted)).collect();
    if missing.is_empty() {
        return Check::ok(name, "whoever is to be connected to is announced and in force");
    }
    Check::fail(
        name,
        format!(
            "the register of recipients has no entry in force for {}: it is not connected to",
            missing.join(", ")
        ),
        "announce it in recipients.toml with its date, and wait until everybody was told",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::State;

    #[test]
    fn every_brand_that_comes_along_is_known_as_a_sample() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../brands");
        let mut seen = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let Ok(text) = std::fs::read_to_string(entry.unwrap().path().join("brand.toml")) else {
                continue;
            };
            let mut brand = wiring::parse_brand(&text).unwrap();
            assert!(brand.controller.is_sample(), "{}", brand.slug);
            "privacy@shop.de".clone_into(&mut brand.controller.contact);
            "A Real Shop".clone_into(&mut brand.controller.name);
            assert!(!brand.controller.is_sample(), "{}", brand.slug);
            "privacy@example.com".clone_into(&mut brand.controller.contact);
            assert!(brand.controller.is_sample(), "{}", brand.slug);
            seen += 1;
        }
        assert!(seen >= 5);
    }

    #[test]
    fn claim_f10_a_second_factor_that_is_demanded_of_nobody_is_named_with_the_remedy() {
        let states = SecondFactor::ALL.map(|demand| second_factor(demand).state);
        assert_eq!(states, [State::Ok, State::Ok, State::Warn]);
        assert!(second_factor(SecondFactor::Offered).remedy.contains("accounts.second_factor"));
    }

    #[test]
    fn claim_d3_who_is_not_announced_is_named() {
        let register = wiring::embedded_register().unwrap();
        let late = Timestamp::from_secs(1_800_000_000);
        let none = InForce::new();
        assert_eq!(announced(&register, &none, &["meta"], late).state, State::Ok);
        assert_eq!(announced(&register, &none, &["meta"], Timestamp::ZERO).state, State::Fail);
        assert!(announced(&register, &none, &["meta", "mail"], late).what.contains("mail"));
        let held = InForce::from([("meta".to_owned(), late.plus(model::time::Span::secs(1)))]);
        assert_eq!(announced(&register, &held, &["meta"], late).state, State::Fail, "whatever its date says");
    }
}
