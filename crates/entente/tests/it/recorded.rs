//! Claim F9, from outside: the whole program at work, under a recorder of connections, speaks to nobody who is not on
//! this machine. `./test long` records the whole suite in the same way.

use crate::databases::environment;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn recorder() -> Command {
    Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/recorded"))
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Whether this machine lets us record; under `CI=true` it must.
fn can_record() -> bool {
    let asked = recorder().args(["--", "true"]).output().unwrap();
    let can = !matches!(asked.status.code(), Some(2 | 3));
    let is_ci = environment("CI").as_deref() == Some("true");
    assert!(can || !is_ci, "strace must work under CI: {}", said(&asked));
    can
}

#[test]
fn claim_f9_the_whole_program_connects_to_loopback_only() {
    if !can_record() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let demo = ["demo", "--once", "--leads", "20", "--brand", "leangzbotchat", "--listen", "127.0.0.1:0"];
    let output = recorder()
        .arg("--")
        .arg(env!("CARGO_BIN_EXE_entente"))
        .args(demo)
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}

#[test]
fn claim_f9_the_recorder_finds_whoever_is_not_on_this_machine() {
    let folder = tempfile::tempdir().unwrap();
    let look = |lines: &[&str]| {
        let file: PathBuf = folder.path().join("recording");
        std::fs::write(&file, lines.join("\n") + "\n").unwrap();
        let output = recorder().arg("check").arg(file).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap().lines().count())
    };
    let v4 = |call: &str, port: u16, to: &str| {
        format!(
            "7 {call}(3<TCP:[9]>, {{sa_family=AF_INET, sin_port=htons({port}), sin_addr=inet_addr(\"{to}\")}}, 16) = 0"
        )
    };
    let v6 = |call: &str, port: u16, to: &str| {
        format!(
            "7 {call}(3<TCPv6:[9]>, {{sa_family=AF_INET6, sin6_port=htons({port}), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, \"{to}\", &sin6_addr), sin6_scope_id=0}}, 28) = 0"
        )
    };
    let socket = "7 connect(3<UNIX-STREAM:[9]>, {sa_family=AF_UNIX, sun_path=\"/run/x\"}, 110) = 0";
    let own =
        [v4("connect", 80, "127.0.0.1"), v6("connect", 80, "::1"), v6("connect", 80, "::ffff:127.0.0.1")];
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    assert_eq!(look(&[&own[..], &[socket]].concat()), (Some(0), 0));
    // Chromium asks its own machine for a way to this address, and sends nothing.
    let datagram = |call: &str, port: u16| v6(call, port, "2001:4860:4860::8888").replace("TCPv6", "UDPv6");
    let probes = [53, 443].map(|port| datagram("connect", port));
    assert_eq!(look(&[&own[..], &[&probes[0], &probes[1]]].concat()), (Some(0), 0));
    assert_eq!(look(&[socket]), (Some(4), 0), "nothing was recorded");
    for other in [
        v4("connect", 443, "157.240.0.35"),
        v4("connect", 443, "10.127.0.1"),
        v4("connect", 443, "0.0.0.0"),
        v4("sendto", 443, "192.0.2.1"),
        v6("connect", 443, "2a03:2880::1"),
        v6("connect", 443, "::ffff:10.0.0.1"),
        datagram("sendto", 53),
        datagram("sendto", 443),
        // What is sent where it "connected" to names nobody again; and a stream is a connection.
        "7 sendto(3<UDPv6:[[::1]:40000->[2001:4860:4860::8888]:53]>, \"\"..., 30, 0, NULL, 0) = 30"
            .to_owned(),
        v6("connect", 443, "2001:4860:4860::8888"),
        v6("connect", 443, "2001:4860:4860::8844"),
        // A look-up is answered by somebody else, whoever is asked first.
        v4("connect", 53, "127.0.0.53"),
        v4("connect", 443, "157.240.0.35").replace(", 16) = 0", ", 16 <unfinished ...>"),
    ] {
        assert_eq!(look(&[&own[..], &[&other]].concat()), (Some(1), 1), "{other}");
    }
}
