//! A scanner for malware is shown a file: clamd of ClamAV, by the `INSTREAM` command of its protocol
//! (docs.clamav.net, "ClamD Protocol").
//!
//! Why no entry in the register of recipients: a [`Place`] is a socket of this machine and cannot be written as
//! anything else, so nobody else gets a file (claim D3).
//!
//! Invariants: a file is clean by the one answer that says so, whole and in time; whatever else comes, or does not,
//! is an error; of what the scanner says little is read ([`MAX_ANSWER`]), and nothing is repeated.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How long connecting may take; it is this machine.
const CONNECTING: Duration = Duration::from_secs(5);
/// How long the scanner may take over a part of a file: it writes it down.
const TAKING: Duration = Duration::from_secs(30);
/// How long it may take over a file once it has all of it. It gives up after two minutes by itself.
const LOOKING: Duration = Duration::from_secs(180);
/// How long it may take over saying why it takes no more.
const EXPLAINING: Duration = Duration::from_secs(2);
/// Bytes of an answer after which no more is read: a verdict with a name in it has a hundred or two.
const MAX_ANSWER: usize = 4 * 1024;
/// The longest part of a file that is sent as one.
const PART: usize = 256 * 1024;
/// How names begin that say what was too large to be looked at whole, where clamd is told to say so (`AlertExceedsMax`).
const EXCEEDED: &[u8] = b"stream: Heuristics.Limits.Exceeded";
/// The longest path of a Unix socket.
const MAX_PATH: usize = 107;

/// A socket of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Unix(PathBuf),
    /// A loopback address.
    Loopback(SocketAddr),
}

/// What was given is no socket of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "is neither a Unix socket (unix:/run/clamav/clamd.ctl) nor a port of this machine in figures (tcp://127.0.0.1:3310): files go nowhere else"
)]
pub struct PlaceError;

impl Place {
    pub fn parse(text: &str) -> Result<Self, PlaceError> {
        if let Some(path) = text.strip_prefix("unix:") {
            let fits = Path::new(path).is_absolute() && path.len() <= MAX_PATH && !path.contains('\0');
            return if fits { Ok(Self::Unix(path.into())) } else { Err(PlaceError) };
        }
        let address = text.strip_prefix("tcp://").and_then(|address| address.parse::<SocketAddr>().ok());
        let is_here = |address: &SocketAddr| address.ip().is_loopback() && address.port() > 0;
        address.filter(is_here).map(Self::Loopback).ok_or(PlaceError)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Loopback(address) => write!(f, "tcp://{address}"),
        }
    }
}

/// Why it is not known whether a file is clean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    #[error("the scanner cannot be reached ({0})")]
    Unreachable(io::ErrorKind),
    #[error("the scanner's connection broke ({0})")]
    Broken(io::ErrorKind),
    #[error("the scanner did not answer in time")]
    Late,
    #[error(
        "the file is larger, or unpacks to more, than the scanner looks at: raise its StreamMaxLength, MaxFileSize and MaxScanSize"
    )]
    TooLarge,
    #[error("the scanner could not look at the file: its own log says why")]
    Failed,
    #[error("the scanner's answer is not one that is known")]
    Odd,
}

/// What the scanner says of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Clean,
    Found,
}

/// Reads an answer to `INSTREAM`, which a NUL ends.
pub fn verdict(answer: &[u8]) -> Result<Verdict, ScanError> {
    let text = answer.strip_suffix(b"\0").ok_or(ScanError::Odd)?;
    let named = |rest: &[u8]| rest.strip_suffix(b" FOUND").is_some_and(|name| !name.is_empty());
    match text {
        _ if text.contains(&0) => Err(ScanError::Odd),
        b"stream: OK" => Ok(Verdict::Clean),
        b"INSTREAM size limit exceeded. ERROR" => Err(ScanError::TooLarge),
        _ if text.ends_with(b" ERROR") => Err(ScanError::Failed),
        _ if text.starts_with(EXCEEDED) => Err(ScanError::TooLarge),
        _ if text.strip_prefix(b"stream: ").is_some_and(named) => Ok(Verdict::Found),
        _ => Err(ScanError::Odd),
    }
}

trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

#[derive(Debug, Clone, Copy)]
struct Timing {
    connecting: Duration,
    taking: Duration,
    looking: Duration,
}

/// Whom files are shown to.
#[derive(Debug, Clone)]
pub struct Scanner {
    place: Place,
    timing: Timing,
}

impl Scanner {
    pub const fn new(place: Place) -> Self {
        Self { place, timing: Timing { connecting: CONNECTING, taking: TAKING, looking: LOOKING } }
    }

    /// Waits less: for the tests of a scanner that hangs.
    #[doc(hidden)]
    #[must_use]
    pub const fn impatient(mut self, all: Duration) -> Self {
        self.timing = Timing { connecting: all, taking: all, looking: all };
        self
    }

    /// Whether it is there and answers.
    pub async fn ping(&self) -> Result<(), ScanError> {
        let mut wire = self.connect().await?;
        let answer = async {
            wire.write_all(b"zPING\0").await?;
            answer(&mut wire).await
        };
        let pong = within(self.timing.connecting, answer).await?;
        if pong == b"PONG\0" { Ok(()) } else { Err(ScanError::Odd) }
    }

    /// Shows it a file that is held.
    pub async fn scan(&self, file: &[u8]) -> Result<Verdict, ScanError> {
        let mut scan = self.begin().await?;
        scan.show(file).await?;
        scan.end().await
    }

    /// Shows it a file that comes part by part.
    pub async fn begin(&self) -> Result<Scan, ScanError> {
        let mut wire = self.connect().await?;
        within(self.timing.taking, wire.write_all(b"zINSTREAM\0")).await?;
        Ok(Scan { wire, timing: self.timing })
    }

    async fn connect(&self) -> Result<Box<dyn Wire>, ScanError> {
        let dialled = async {
            let wire: Box<dyn Wire> = match &self.place {
                #[cfg(unix)]
                Place::Unix(path) => Box::new(tokio::net::UnixStream::connect(path).await?),
                #[cfg(not(unix))]
                Place::Unix(_) => return Err(io::ErrorKind::Unsupported.into()),
                Place::Loopback(address) => Box::new(TcpStream::connect(address).await?),
            };
            Ok::<_, io::Error>(wire)
        };
        match tokio::time::timeout(self.timing.connecting, dialled).await {
            Ok(dialled) => dialled.map_err(|error| ScanError::Unreachable(error.kind())),
            Err(_) => Err(ScanError::Late),
        }
    }
}

/// A file on its way to the scanner. Dropped before its end, it was shown to nobody.
pub struct Scan {
    wire: Box<dyn Wire>,
    timing: Timing,
}

impl Scan {
    /// The next bytes of the file.
    pub async fn show(&mut self, bytes: &[u8]) -> Result<(), ScanError> {
        for part in bytes.chunks(PART) {
            let length = u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes();
            let frame = [&length, part].concat();
            match within(self.timing.taking, self.wire.write_all(&frame)).await {
                Ok(()) => {}
                // It says why before it hangs up.
                Err(ScanError::Broken(kind)) => {
                    let said = within(EXPLAINING, answer(&mut self.wire)).await;
                    let said = said.and_then(|said| verdict(&said));
                    return Err(match said {
                        Err(why @ (ScanError::TooLarge | ScanError::Failed)) => why,
                        _ => ScanError::Broken(kind),
                    });
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// That was all of it: what is it?
    pub async fn end(mut self) -> Result<Verdict, ScanError> {
        // A file of the greatest length may have been refused while its last part was on its way.
        let ended = within(self.timing.taking, self.wire.write_all(&[0; 4])).await;
        let said = within(self.timing.looking, answer(&mut self.wire)).await;
        match (ended, said) {
            (_, Ok(said)) => verdict(&said),
            (Err(error), Err(_)) | (Ok(()), Err(error)) => Err(error),
        }
    }
}

/// All that is said, up to the NUL that ends an answer.
async fn answer(wire: &mut Box<dyn Wire>) -> io::Result<Vec<u8>> {
    let mut said = Vec::new();
    while said.len() < MAX_ANSWER && !said.ends_with(b"\0") && wire.read_buf(&mut said).await? > 0 {}
    Ok(said)
}

async fn within<T>(most: Duration, work: impl Future<Output = io::Result<T>>) -> Result<T, ScanError> {
    match tokio::time::timeout(most, work).await {
        Ok(done) => done.map_err(|error| ScanError::Broken(error.kind())),
        Err(_) => Err(ScanError::Late),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claim_d3_a_scanner_is_a_socket_of_this_machine_and_nothing_else() {
        for good in
            ["unix:/run/clamav/clamd.ctl", "tcp://127.0.0.1:3310", "tcp://[::1]:3310", "tcp://127.9.0.1:1"]
        {
            assert_eq!(Place::parse(good).expect(good).to_string(), good);
        }
        let long = format!("unix:/{}", "a".repeat(MAX_PATH));
        for bad in [
            "",
            "unix:",
            "unix:clamd.ctl",
            "unix:/a\0b",
            &long,
            "/run/clamav/clamd.ctl",
            "127.0.0.1:3310",
            "tcp://localhost:3310",
            "tcp://127.0.0.1",
            "tcp://127.0.0.1:0",
            "tcp://127.0.0.1:3310/",
            "tcp://me@127.0.0.1:3310",
            "tcp://10.0.0.5:3310",
            "tcp://0.0.0.0:3310",
            "tcp://[::ffff:10.0.0.5]:3310",
            "tcp://scanner.example:3310",
            "http://127.0.0.1:3310",
        ] {
            assert_eq!(Place::parse(bad), Err(PlaceError), "{bad}");
        }
    }

    #[test]
    fn only_the_one_answer_says_that_a_file_is_clean() {
        for (answer, said) in [
            (&b"stream: OK\0"[..], Ok(Verdict::Clean)),
            (b"stream: Sample.Eicar.UNOFFICIAL FOUND\0", Ok(Verdict::Found)),
            (b"stream: OK FOUND\0", Ok(Verdict::Found)),
            (b"INSTREAM size limit exceeded. ERROR\0", Err(ScanError::TooLarge)),
            (b"stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0", Err(ScanError::TooLarge)),
            (b"stream: Can't allocate memory ERROR\0", Err(ScanError::Failed)),
            (b"UNKNOWN COMMAND\0", Err(ScanError::Odd)),
            (b"stream: OK", Err(ScanError::Odd)),
            (b"stream: OK\n", Err(ScanError::Odd)),
            (b"stream: OK\0\0", Err(ScanError::Odd)),
            (b"stream: OK\0stream: OK\0", Err(ScanError::Odd)),
            (b"stream: ok\0", Err(ScanError::Odd)),
            (b" stream: OK\0", Err(ScanError::Odd)),
            (b"1: stream: OK\0", Err(ScanError::Odd)),
            (b"stream:  FOUND\0", Err(ScanError::Odd)),
            (b"stream: OK ERROR\0", Err(ScanError::Failed)),
            (b"\0", Err(ScanError::Odd)),
            (b"", Err(ScanError::Odd)),
        ] {
            assert_eq!(verdict(answer), said, "{}", String::from_utf8_lossy(answer));
        }
    }

    #[test]
    fn claim_x10_no_answer_of_a_scanners_breaks_its_reader_or_passes_for_clean() {
        testkit::mutate::fuzz("scanner_answer", 20_000, |bytes| {
            let said = verdict(bytes);
            assert_eq!(said == Ok(Verdict::Clean), bytes == b"stream: OK\0");
            said.is_ok()
        });
    }
}
