//! Zip files as streams: written and read from front to back, without seeking and without holding a file
//! whole (APPNOTE.TXT 6.3; deflate, RFC 1951).
//!
//! Invariants: what is read is bounded (files, bytes of one, bytes of all, and how much a byte may become)
//! before it is kept; a name that leads anywhere but into the archive, or comes twice, is refused; the list
//! at the end must name the very files that came before it, so that no two programs see two archives in one
//! file.

use flate2::bufread::DeflateDecoder;
use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::io::{self, BufRead, Read, Write};

const LOCAL: u32 = 0x0403_4b50;
const DESCRIPTOR: u32 = 0x0807_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const END_64: u32 = 0x0606_4b50;
const LOCATOR_64: u32 = 0x0706_4b50;
/// Sizes follow the content; names are UTF-8.
const FLAGS: u16 = 0x0808;
const DEFLATE: u16 = 8;
/// 1980-01-01, the format's first day: when it was made stands inside.
const DAY: u16 = 0x0021;

/// Writes files one after the other.
pub struct Writer<W> {
    out: W,
    /// Bytes written.
    at: u64,
    central: Vec<u8>,
    files: u64,
    open: Option<Open>,
}

struct Open {
    name: String,
    begins: u64,
    content: DeflateEncoder<Vec<u8>>,
    crc: Crc,
    packed: u64,
    length: u64,
}

impl<W: Write> Writer<W> {
    pub const fn new(out: W) -> Self {
        Self { out, at: 0, central: Vec::new(), files: 0, open: None }
    }

    /// What is written to, for whoever takes the bytes away as they come.
    pub const fn get_mut(&mut self) -> &mut W {
        &mut self.out
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.at = self.at.saturating_add(bytes.len() as u64);
        self.out.write_all(bytes)
    }

    /// Begins a file; one that is open ends.
    pub fn begin(&mut self, name: &str) -> io::Result<()> {
        self.end()?;
        let begins = self.at;
        let mut head = Vec::with_capacity(30 + name.len());
        head.extend(LOCAL.to_le_bytes());
        for field in [20, FLAGS, DEFLATE, 0, DAY] {
            head.extend(field.to_le_bytes());
        }
        head.extend([0; 12]);
        head.extend(short(name.len())?.to_le_bytes());
        head.extend([0; 2]);
        head.extend(name.as_bytes());
        self.put(&head)?;
        let content = DeflateEncoder::new(Vec::new(), Compression::default());
        self.open =
            Some(Open { name: name.to_owned(), begins, content, crc: Crc::new(), packed: 0, length: 0 });
        Ok(())
    }

    /// Appends to the file that is open.
    pub fn write(&mut self, text: &[u8]) -> io::Result<()> {
        let Some(open) = &mut self.open else { return Err(io::ErrorKind::InvalidInput.into()) };
        open.crc.update(text);
        open.length = open.length.saturating_add(text.len() as u64);
        open.content.write_all(text)?;
        let ready = std::mem::take(open.content.get_mut());
        open.packed = open.packed.saturating_add(ready.len() as u64);
        self.put(&ready)
    }

    /// A whole file.
    pub fn file(&mut self, name: &str, text: &[u8]) -> io::Result<()> {
        self.begin(name)?;
        self.write(text)?;
        self.end()
    }

    /// Ends the file that is open.
    pub fn end(&mut self) -> io::Result<()> {
        let Some(open) = self.open.take() else { return Ok(()) };
        let rest = open.content.finish()?;
        self.put(&rest)?;
        let packed = long(open.packed.saturating_add(rest.len() as u64))?;
        // What could grow beyond 4 GiB is split into several files by whoever writes it.
        let length = long(open.length)?;
        let sum = open.crc.sum();
        let mut tail = Vec::with_capacity(16);
        for field in [DESCRIPTOR, sum, packed, length] {
            tail.extend(field.to_le_bytes());
        }
        self.put(&tail)?;
        let far = u32::try_from(open.begins).is_err();
        self.central.extend(CENTRAL.to_le_bytes());
        for field in [45, if far { 45 } else { 20 }, FLAGS, DEFLATE, 0, DAY] {
            self.central.extend(field.to_le_bytes());
        }
        for field in [sum, packed, length] {
            self.central.extend(field.to_le_bytes());
        }
        let extra: u16 = if far { 12 } else { 0 };
        for field in [short(open.name.len())?, extra, 0, 0, 0, 0, 0] {
            self.central.extend(field.to_le_bytes());
        }
        self.central.extend(u32::try_from(open.begins).unwrap_or(u32::MAX).to_le_bytes());
        self.central.extend(open.name.as_bytes());
        if far {
            self.central.extend(1_u16.to_le_bytes());
            self.central.extend(8_u16.to_le_bytes());
            self.central.extend(open.begins.to_le_bytes());
        }
        self.files += 1;
        Ok(())
    }

    /// The list of all files, and the end.
    pub fn finish(mut self) -> io::Result<W> {
        self.end()?;
        let begins = self.at;
        let central = std::mem::take(&mut self.central);
        let length = central.len() as u64;
        self.put(&central)?;
        let mut end = Vec::new();
        let is_large = self.files >= 0xffff || begins.saturating_add(length) >= u64::from(u32::MAX);
        if is_large {
            end.extend(END_64.to_le_bytes());
            end.extend(44_u64.to_le_bytes());
            end.extend([45_u16, 45].iter().flat_map(|field| field.to_le_bytes()));
            end.extend([0; 8]);
            for field in [self.files, self.files, length, begins] {
                end.extend(field.to_le_bytes());
            }
            end.extend(LOCATOR_64.to_le_bytes());
            end.extend([0; 4]);
            end.extend(begins.saturating_add(length).to_le_bytes());
            end.extend(1_u32.to_le_bytes());
        }
        let count = if is_large { u16::MAX } else { u16::try_from(self.files).unwrap_or(u16::MAX) };
        let within = |value: u64| if is_large { u32::MAX } else { u32::try_from(value).unwrap_or(u32::MAX) };
        end.extend(END.to_le_bytes());
        end.extend([0; 4]);
        end.extend(count.to_le_bytes());
        end.extend(count.to_le_bytes());
        end.extend(within(length).to_le_bytes());
        end.extend(within(begins).to_le_bytes());
        end.extend([0; 2]);
        self.put(&end)?;
        self.out.flush()?;
        Ok(self.out)
    }
}

fn short(length: usize) -> io::Result<u16> {
    u16::try_from(length).map_err(|_| io::ErrorKind::InvalidInput.into())
}

fn long(length: u64) -> io::Result<u32> {
    u32::try_from(length).map_err(|_| io::ErrorKind::FileTooLarge.into())
}

/// How much is taken from a stranger's archive.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub files: usize,
    /// Bytes of a file that is kept.
    pub one: u64,
    /// Bytes of all files together.
    pub all: u64,
    /// How many bytes one byte may become, once [`Self::free`] are read.
    pub swell: u64,
    /// So many bytes are read whatever they came from.
    pub free: u64,
}

/// The archive cannot be read. No text here quotes it.
#[derive(Debug, thiserror::Error)]
pub enum ZipError {
    #[error("this is not a zip file")]
    NotZip,
    #[error("the archive is damaged: take another copy of it")]
    Damaged,
    #[error("the archive ends too early: it was not saved whole")]
    Truncated,
    #[error("the archive has a file under a name that leads out of it or comes twice")]
    Name,
    #[error("the archive uses a way of packing that is not read here: pack it with deflate")]
    Method,
    #[error("the archive is larger inside than is allowed")]
    TooLarge,
    #[error(transparent)]
    Io(io::Error),
}

impl From<io::Error> for ZipError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Truncated,
            // What the inflater says of bytes that are none.
            io::ErrorKind::InvalidInput => Self::Damaged,
            _ => Self::Io(error),
        }
    }
}

/// Half of SHA-256: no two names that anybody finds have the same.
fn digest(name: &str) -> [u8; 16] {
    let (mut half, whole) = ([0; 16], Sha256::digest(name.as_bytes()));
    half.iter_mut().zip(whole).for_each(|(to, from)| *to = from);
    half
}

/// Reads files one after the other.
pub struct Reader<R> {
    input: Counted<R>,
    limits: Limits,
    /// Digests of the names, since these may be long and many.
    names: HashSet<[u8; 16]>,
    /// Over the names in their order.
    list: Sha256,
    read: u64,
    is_done: bool,
}

struct Counted<R> {
    inner: R,
    count: u64,
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(out)?;
        self.count = self.count.saturating_add(count as u64);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.count = self.count.saturating_add(amount as u64);
        self.inner.consume(amount);
    }
}

/// What comes before a file's content.
struct Head {
    name: String,
    method: u16,
    /// Sizes and sum follow the content.
    is_open: bool,
    is_long: bool,
    sum: u32,
    packed: u64,
    length: u64,
}

impl<R: BufRead> Reader<R> {
    pub fn new(input: R, limits: Limits) -> Self {
        let (input, names, list) = (Counted { inner: input, count: 0 }, HashSet::new(), Sha256::new());
        Self { input, limits, names, list, read: 0, is_done: false }
    }

    /// The next file that is wanted, with its content; `None` after the last, when the end was found right.
    pub fn next(&mut self, wanted: impl Fn(&str) -> bool) -> Result<Option<(String, Vec<u8>)>, ZipError> {
        while !self.is_done {
            match self.number::<4>()? {
                sign if u32::from_le_bytes(sign) == LOCAL => {}
                sign if self.names.is_empty() && u32::from_le_bytes(sign) != END => {
                    return Err(ZipError::NotZip);
                }
                sign => {
                    self.close(u32::from_le_bytes(sign))?;
                    self.is_done = true;
                    return Ok(None);
                }
            }
            let head = self.head()?;
            let is_wanted = wanted(&head.name);
            let content = self.content(&head, is_wanted)?;
            if is_wanted {
                return Ok(Some((head.name, content)));
            }
        }
        Ok(None)
    }

    fn number<const N: usize>(&mut self) -> Result<[u8; N], ZipError> {
        let mut bytes = [0; N];
        self.input.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn u16(&mut self) -> Result<u16, ZipError> {
        self.number().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Result<u32, ZipError> {
        self.number().map(u32::from_le_bytes)
    }

    fn bytes(&mut self, length: u16) -> Result<Vec<u8>, ZipError> {
        let mut bytes = vec![0; usize::from(length)];
        self.input.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn head(&mut self) -> Result<Head, ZipError> {
        let (_, flags, method, _) = (self.u16()?, self.u16()?, self.u16()?, self.u32()?);
        let (sum, packed, length) = (self.u32()?, self.u32()?, self.u32()?);
        let (name, extra) = (self.u16()?, self.u16()?);
        let (name, extra) = (self.bytes(name)?, self.bytes(extra)?);
        // Encrypted by a way of its own.
        if flags & 1 != 0 {
            return Err(ZipError::Method);
        }
        let name = checked_name(name)?;
        if self.names.len() >= self.limits.files {
            return Err(ZipError::TooLarge);
        }
        self.list.update(name.as_bytes());
        self.list.update([0]);
        if !self.names.insert(digest(&name)) {
            return Err(ZipError::Name);
        }
        let is_long = extra.starts_with(&[1, 0]);
        let (packed, length) = (u64::from(packed), u64::from(length));
        Ok(Head { name, method, is_open: flags & 8 != 0, is_long, sum, packed, length })
    }

    fn content(&mut self, head: &Head, is_wanted: bool) -> Result<Vec<u8>, ZipError> {
        let mut took = Taken { kept: Vec::new(), is_wanted, crc: Crc::new(), length: 0 };
        let before = self.input.count;
        match head.method {
            DEFLATE => {
                let mut inflater = DeflateDecoder::new(&mut self.input);
                let mut part = [0; 16 * 1024];
                loop {
                    let count = inflater.read(&mut part)?;
                    if count == 0 {
                        break;
                    }
                    took.take(part.get(..count).unwrap_or_default());
                    self.read = self.read.saturating_add(count as u64);
                    let packed = inflater.get_ref().count;
                    fits(&self.limits, self.read, packed, &took)?;
                }
            }
            // As it is, of a length that was said before.
            0 if !head.is_open && head.packed == head.length => {
                let mut left = head.length;
                let mut part = [0; 16 * 1024];
                while left > 0 {
                    let most = usize::try_from(left).unwrap_or(usize::MAX).min(part.len());
                    let Some(space) = part.get_mut(..most) else { break };
                    self.input.read_exact(space)?;
                    took.take(space);
                    left = left.saturating_sub(most as u64);
                    self.read = self.read.saturating_add(most as u64);
                    fits(&self.limits, self.read, self.input.count, &took)?;
                }
            }
            _ => return Err(ZipError::Method),
        }
        let packed = self.input.count - before;
        let (sum, said_packed, length) = if head.is_open {
            let first = self.u32()?;
            let sum = if first == DESCRIPTOR { self.u32()? } else { first };
            if head.is_long {
                let (packed, length) = (self.number().map(u64::from_le_bytes)?, self.number()?);
                (sum, packed, u64::from_le_bytes(length))
            } else {
                (sum, u64::from(self.u32()?), u64::from(self.u32()?))
            }
        } else {
            (head.sum, head.packed, head.length)
        };
        if (sum, said_packed, length) != (took.crc.sum(), packed, took.length) {
            return Err(ZipError::Damaged);
        }
        Ok(took.kept)
    }

    /// The list of files after the last one: it names what came, in that order, and then the file ends.
    fn close(&mut self, mut sign: u32) -> Result<(), ZipError> {
        let (mut list, mut files) = (Sha256::new(), 0_usize);
        while sign == CENTRAL {
            self.number::<24>()?;
            let lengths = [self.u16()?, self.u16()?, self.u16()?];
            self.number::<12>()?;
            let [name, extra, comment] = lengths;
            list.update(self.bytes(name)?);
            list.update([0]);
            self.bytes(extra)?;
            self.bytes(comment)?;
            files += 1;
            if files > self.names.len() {
                return Err(ZipError::Damaged);
            }
            sign = self.u32()?;
        }
        if sign == END_64 {
            let length = u64::from_le_bytes(self.number()?);
            self.bytes(u16::try_from(length).map_err(|_| ZipError::Damaged)?)?;
            if self.u32()? != LOCATOR_64 {
                return Err(ZipError::Damaged);
            }
            self.number::<16>()?;
            sign = self.u32()?;
        }
        if sign != END
            || files != self.names.len()
            || list.finalize() != std::mem::take(&mut self.list).finalize()
        {
            return Err(ZipError::Damaged);
        }
        self.number::<16>()?;
        let comment = self.u16()?;
        self.bytes(comment)?;
        if self.input.fill_buf()?.is_empty() { Ok(()) } else { Err(ZipError::Damaged) }
    }
}

struct Taken {
    kept: Vec<u8>,
    is_wanted: bool,
    crc: Crc,
    length: u64,
}

impl Taken {
    fn take(&mut self, part: &[u8]) {
        self.crc.update(part);
        self.length = self.length.saturating_add(part.len() as u64);
        if self.is_wanted {
            self.kept.extend_from_slice(part);
        }
    }
}

fn fits(limits: &Limits, read: u64, packed: u64, took: &Taken) -> Result<(), ZipError> {
    let is_bomb = read > limits.free && read > packed.saturating_mul(limits.swell);
    if is_bomb || read > limits.all || (took.is_wanted && took.length > limits.one) {
        return Err(ZipError::TooLarge);
    }
    Ok(())
}

/// A path of plain parts. Folders may be listed.
fn checked_name(bytes: Vec<u8>) -> Result<String, ZipError> {
    let name = String::from_utf8(bytes).map_err(|_| ZipError::Name)?;
    let is_plain = |part: &str| {
        !part.is_empty()
            && part != "."
            && part != ".."
            && !part.contains(['\\', ':'])
            && !part.contains(char::is_control)
    };
    let path = name.strip_suffix('/').unwrap_or(&name);
    let fits = name.len() <= 255 && path.split('/').all(is_plain);
    if fits { Ok(name) } else { Err(ZipError::Name) }
}
