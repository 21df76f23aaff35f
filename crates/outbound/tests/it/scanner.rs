//! A scanner for malware: the real one, and such as do not do as they should.

use outbound::scanner::{Place, ScanError, Scanner, Verdict};
use std::time::Duration;
use testkit::clamd::{Clamd, eicar};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};

const MIB: u64 = 1024 * 1024;

fn at(place: &str) -> Scanner {
    Scanner::new(Place::parse(place).unwrap())
}

#[tokio::test]
async fn claim_x10_a_real_scanner_finds_what_is_harmful_and_lets_the_rest_pass() {
    let Some(mut clamd) = Clamd::start(4 * MIB) else { return };
    for place in [clamd.socket(), clamd.port()] {
        let scanner = at(&place);
        scanner.ping().await.unwrap();
        assert_eq!(scanner.scan(b"").await, Ok(Verdict::Clean), "{place}");
        assert_eq!(scanner.scan(b"hello").await, Ok(Verdict::Clean), "{place}");
        assert_eq!(scanner.scan(&eicar()).await, Ok(Verdict::Found), "{place}");
        // Of several parts, and with what is looked for over the edge of two.
        let large = vec![b'x'; usize::try_from(3 * MIB).unwrap()];
        assert_eq!(scanner.scan(&large).await, Ok(Verdict::Clean), "{place}");
        let harmful = [large.as_slice(), &eicar()].concat();
        assert_eq!(scanner.scan(&harmful).await, Ok(Verdict::Found), "{place}");
        let mut scan = scanner.begin().await.unwrap();
        for part in eicar().chunks(7) {
            scan.show(part).await.unwrap();
        }
        assert_eq!(scan.end().await, Ok(Verdict::Found), "{place}");
        // What was broken off leaves the next one alone.
        scanner.begin().await.unwrap().show(b"half of").await.unwrap();
        assert_eq!(scanner.scan(b"hello").await, Ok(Verdict::Clean), "{place}");
    }
    // Larger than it takes: by much, and by what comes last.
    let scanner = at(&clamd.socket());
    for length in [4 * MIB + 1, 64 * MIB] {
        let large = vec![b'x'; usize::try_from(length).unwrap()];
        assert_eq!(scanner.scan(&large).await, Err(ScanError::TooLarge), "{length}");
    }
    assert_eq!(scanner.scan(&vec![b'x'; usize::try_from(4 * MIB).unwrap()]).await, Ok(Verdict::Clean));
    clamd.stop();
    for place in [clamd.socket(), clamd.port()] {
        let scanner = at(&place);
        assert!(matches!(scanner.ping().await, Err(ScanError::Unreachable(_))), "{place}");
        assert!(matches!(scanner.scan(b"hello").await, Err(ScanError::Unreachable(_))), "{place}");
    }
}

/// Reads until this was said, whatever else is.
async fn heard(stream: &mut UnixStream, end: &[u8]) {
    let mut all = Vec::new();
    while !all.ends_with(end) && stream.read_buf(&mut all).await.unwrap() > 0 {}
}

#[tokio::test]
async fn claim_x10_a_scanner_that_says_nothing_or_too_much_lets_no_file_pass() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("s");
    let listener = UnixListener::bind(&socket).unwrap();
    let place = format!("unix:{}", socket.display());
    let scanner = at(&place).impatient(Duration::from_secs(20));
    let hurried = at(&place).impatient(Duration::from_millis(300));
    let endless = [b"stream: ".as_slice(), &[b'x'; 64 * 1024], b" FOUND\0"].concat();
    let cases: [(&'static [u8], ScanError); 5] = [
        (b"", ScanError::Odd),
        (b"stream: OK", ScanError::Odd),
        (b"stream: O", ScanError::Odd),
        (b"PONG\0", ScanError::Odd),
        (endless.leak(), ScanError::Odd),
    ];
    for (said, error) in cases {
        let asked = scanner.scan(b"hello");
        let answered = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            heard(&mut stream, b"zINSTREAM\0\0\0\0\x05hello\0\0\0\0").await;
            // Whoever has read enough hangs up.
            let _ = stream.write_all(said).await;
        };
        let (found, ()) = tokio::join!(asked, answered);
        assert_eq!(found, Err(error), "{}", String::from_utf8_lossy(&said[..said.len().min(20)]));
    }
    // It takes the file, and is silent; it takes nothing; it hangs up in between.
    let silent = async { Some(listener.accept().await.unwrap().0) };
    let (found, _held) = tokio::join!(hurried.scan(b"hello"), silent);
    assert_eq!(found, Err(ScanError::Late));
    let silent = async { Some(listener.accept().await.unwrap().0) };
    let large = vec![0; 8 * 1024 * 1024];
    let (found, _held) = tokio::join!(hurried.scan(&large), silent);
    assert_eq!(found, Err(ScanError::Late));
    let gone = async { drop(listener.accept().await.unwrap()) };
    let (found, ()) = tokio::join!(scanner.scan(&large), gone);
    assert!(matches!(found, Err(ScanError::Broken(_))), "{found:?}");
    // A pong is what it says, and nothing else.
    let wrong = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        heard(&mut stream, b"zPING\0").await;
        stream.write_all(b"220 mail.example ESMTP\r\n").await.unwrap();
    };
    let (found, ()) = tokio::join!(scanner.ping(), wrong);
    assert_eq!(found, Err(ScanError::Odd));
}
