//! The configured scanner for malware, a real one: the program shows it what is uploaded, and `doctor` asks whether it is there.

use crate::admin::{EMAIL, PASSWORD};
use crate::doctor::doctor;
use crate::hunt_cast::Door;
use crate::program::World;
use testkit::clamd::{Clamd, eicar};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_x10_what_is_uploaded_is_shown_to_the_configured_scanner_and_not_taken_without_its_word() {
    let Some(mut clamd) = Clamd::start(1024 * 1024) else { return };
    let mut world = World::new(0).await;
    let (socket, port) = (clamd.socket(), clamd.port());
    let program = world.serve(&[("ENTENTE_UPLOADS__SCANNER", &socket)]).await;
    let door = Door::new(&program);
    let cookie = door.site().sign_in(EMAIL, PASSWORD).await;
    let harmful = door.upload(&cookie, "", &eicar()).await;
    assert_eq!(harmful.status, 422, "{}", harmful.text());
    let other = door.upload(&cookie, "", b"hello").await;
    assert!(other.status == 200 && other.text().contains("not an archive"), "{}", other.text());

    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let states = async || {
        let mut states = Vec::new();
        for place in [&socket, &port] {
            let text = format!("[uploads]\nscanner = \"{place}\"\n");
            std::fs::write(here.join("entente.toml"), text).unwrap();
            let (_, checks) = doctor(here, &[]).await;
            let (state, told) = &checks["scanner"];
            assert!(told.contains(place.as_str()), "{told}");
            states.push(state.clone());
        }
        states
    };
    assert_eq!(states().await, ["ok", "ok"]);
    clamd.stop();
    assert_eq!(states().await, ["warn", "warn"]);
    let unseen = door.upload(&cookie, "", b"hello").await;
    assert_eq!(unseen.status, 503, "{}", unseen.text());
    program.stop().await;
    let logs = world.logs();
    assert!(logs.contains("harmful-file") && logs.contains("the scanner cannot be reached"), "{logs}");
    assert!(!logs.contains("a.zip") && !logs.contains("Sample.Eicar"), "{logs}");
    world.close().await;
}
