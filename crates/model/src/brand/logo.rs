//! A brand's logo: a PNG, JPEG or WebP that is what it says it is, without what does not belong to the picture.
//!
//! The container is read piece by piece and written anew from the pieces that make the picture. What else a
//! program or a camera has put in (places, names, comments, profiles, things after the end) stays behind. The
//! picture itself is not decoded here, which would be most of an image library for one small file; the browser
//! does that. SVG is not taken, because it is a document that can hold anything.
//!
//! Invariant: what comes out of [`Logo::read`] is of one of three types, within its limits in bytes and sides,
//! and holds no piece that was not asked for.

/// Bytes of a logo.
pub const LIMIT: usize = 160 * 1024;
/// The shortest and the longest side, in pixels.
pub const SIDES: std::ops::RangeInclusive<u32> = 16..=2048;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Png,
    Jpeg,
    Webp,
}

impl Format {
    pub const ALL: [Self; 3] = [Self::Png, Self::Jpeg, Self::Webp];

    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
        }
    }

    pub const fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Webp => "webp",
        }
    }
}

#[derive(Clone, PartialEq, Eq)]
pub struct Logo {
    pub format: Format,
    pub width: u32,
    pub height: u32,
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Logo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Logo({:?}, {} × {}, {} bytes)", self.format, self.width, self.height, self.bytes.len())
    }
}

/// Why a file is no logo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LogoFault {
    #[error("no file was chosen")]
    Empty,
    #[error("it has more than {} KiB", LIMIT / 1024)]
    TooLarge,
    #[error("it is no PNG, JPEG or WebP")]
    Unknown,
    #[error("it is damaged or cut off")]
    Damaged,
    #[error("a side has fewer than {} or more than {} pixels", SIDES.start(), SIDES.end())]
    Sides,
    #[error("it moves")]
    Moves,
}

impl Logo {
    /// Reads what somebody has handed in, whatever its name says.
    ///
    /// # Errors
    /// Why it is not taken.
    pub fn read(bytes: &[u8]) -> Result<Self, LogoFault> {
        if bytes.is_empty() {
            return Err(LogoFault::Empty);
        }
        if bytes.len() > LIMIT {
            return Err(LogoFault::TooLarge);
        }
        let (format, read): (Format, Option<Picture>) = if let Some(rest) = bytes.strip_prefix(PNG) {
            (Format::Png, png(Cut(rest)))
        } else if let Some(rest) = bytes.strip_prefix(JPEG) {
            (Format::Jpeg, jpeg(Cut(rest)))
        } else if let Some(rest) = bytes.strip_prefix(b"RIFF") {
            if rest.get(4..8) != Some(b"WEBP") {
                return Err(LogoFault::Unknown);
            }
            (Format::Webp, webp(Cut(rest)))
        } else {
            return Err(LogoFault::Unknown);
        };
        let picture = read.ok_or(LogoFault::Damaged)?;
        if picture.moves {
            return Err(LogoFault::Moves);
        }
        let Picture { width, height, bytes, .. } = picture;
        if !(SIDES.contains(&width) && SIDES.contains(&height)) {
            return Err(LogoFault::Sides);
        }
        Ok(Self { format, width, height, bytes })
    }

    /// Whether it is a line of writing rather than a sign: then it stands alone, without the name beside it.
    pub const fn is_wide(&self) -> bool {
        self.width > self.height.saturating_mul(2)
    }
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const JPEG: &[u8] = b"\xff\xd8";

#[derive(Default)]
struct Picture {
    width: u32,
    height: u32,
    moves: bool,
    bytes: Vec<u8>,
}

/// What is left to read.
struct Cut<'a>(&'a [u8]);

impl<'a> Cut<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(head)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn byte(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }
}

fn size(number: u32) -> Option<usize> {
    usize::try_from(number).ok()
}

/// PNG (ISO/IEC 15948): chunks of length, type, content and check sum. Only those stay without which the
/// picture would be another.
fn png(mut rest: Cut<'_>) -> Option<Picture> {
    let mut picture = Picture { bytes: PNG.to_vec(), ..Picture::default() };
    let mut has_pixels = false;
    loop {
        let length = rest.array::<4>()?;
        let (kind, content) = {
            let both = rest.take(size(u32::from_be_bytes(length))?.checked_add(4)?)?;
            let sum = rest.array::<4>()?;
            if u32::from_be_bytes(sum) != crc(both) {
                return None;
            }
            both.split_at_checked(4)?
        };
        let is_first = picture.width == 0;
        match kind {
            b"IHDR" if is_first && content.len() == 13 => {
                let mut header = Cut(content);
                picture.width = u32::from_be_bytes(header.array()?);
                picture.height = u32::from_be_bytes(header.array()?);
                if picture.width == 0 {
                    return None;
                }
            }
            _ if is_first => return None,
            b"IHDR" => return None,
            b"acTL" => picture.moves = true,
            b"IDAT" => has_pixels = true,
            b"PLTE" | b"tRNS" | b"gAMA" | b"sRGB" | b"IEND" => {}
            // The first letter is small: one may do without it.
            _ if kind.first().is_some_and(u8::is_ascii_lowercase) => continue,
            _ => return None,
        }
        if kind == b"acTL" {
            continue;
        }
        picture.bytes.extend_from_slice(&length);
        picture.bytes.extend_from_slice(kind);
        picture.bytes.extend_from_slice(content);
        picture.bytes.extend_from_slice(&crc_of(kind, content).to_be_bytes());
        if kind == b"IEND" {
            return has_pixels.then_some(picture);
        }
    }
}

/// The check sum of PNG's chunks (ISO/IEC 15948, annex D).
fn crc(bytes: &[u8]) -> u32 {
    crc_on(u32::MAX, bytes) ^ u32::MAX
}

fn crc_of(kind: &[u8], content: &[u8]) -> u32 {
    crc_on(crc_on(u32::MAX, kind), content) ^ u32::MAX
}

fn crc_on(sum: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(sum, |sum, byte| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 },
        )
    })
}

/// JPEG (ITU-T T.81): segments that begin with a marker, and the picture's bits after each start of a scan.
fn jpeg(mut rest: Cut<'_>) -> Option<Picture> {
    let mut picture = Picture { bytes: JPEG.to_vec(), ..Picture::default() };
    let mut has_pixels = false;
    loop {
        if rest.byte()? != 0xff {
            return None;
        }
        let mut marker = rest.byte()?;
        while marker == 0xff {
            marker = rest.byte()?;
        }
        if marker == 0xd9 {
            picture.bytes.extend_from_slice(&[0xff, marker]);
            return (has_pixels && picture.width > 0).then_some(picture);
        }
        let length = rest.array::<2>()?;
        let content = rest.take(usize::from(u16::from_be_bytes(length)).checked_sub(2)?)?;
        match marker {
            // Frames that every browser shows: baseline, extended, progressive.
            0xc0..=0xc2 => {
                let mut header = Cut(content.get(1..)?);
                picture.height = u32::from(u16::from_be_bytes(header.array()?));
                picture.width = u32::from(u16::from_be_bytes(header.array()?));
            }
            // Tables, restart interval, start of a scan; JFIF's own segment, and Adobe's, which says what the
            // colours are.
            0xc4 | 0xdb | 0xdd | 0xda | 0xe0 | 0xee => {}
            // Where it was taken, by what, and remarks.
            0xe1..=0xef | 0xfe => continue,
            _ => return None,
        }
        picture.bytes.extend_from_slice(&[0xff, marker]);
        picture.bytes.extend_from_slice(&length);
        picture.bytes.extend_from_slice(content);
        if marker == 0xda {
            has_pixels = true;
            let bits = scan(rest.0)?;
            picture.bytes.extend_from_slice(rest.take(bits)?);
        }
    }
}

/// How many bytes of a scan come before the next marker that is none of its own.
fn scan(bytes: &[u8]) -> Option<usize> {
    bytes
        .windows(2)
        .position(|two| matches!(two, [0xff, marker] if !matches!(marker, 0 | 0xd0..=0xd7 | 0xff)))
}

/// WebP (RFC 9649): RIFF chunks of name, length and content, each padded to an even length.
fn webp(mut rest: Cut<'_>) -> Option<Picture> {
    let length = size(u32::from_le_bytes(rest.array()?))?;
    let mut rest = Cut(rest.0.get(..length)?);
    rest.take(4)?;
    let mut picture = Picture::default();
    let mut body = b"WEBP".to_vec();
    let mut has_pixels = false;
    while !rest.0.is_empty() {
        let name = rest.array::<4>()?;
        let length = rest.array::<4>()?;
        let content = rest.take(size(u32::from_le_bytes(length))?)?;
        if content.len() % 2 == 1 {
            rest.take(1)?;
        }
        let mut content = content.to_vec();
        match &name {
            b"VP8X" if body.len() == 4 => {
                let flags = content.first_mut()?;
                picture.moves = *flags & 0x02 != 0;
                // Of what the header announces, only transparency stays.
                *flags &= 0x10;
                let mut sides = Cut(content.get(4..10)?);
                let side = |[a, b, c]: [u8; 3]| u32::from_le_bytes([a, b, c, 0]).saturating_add(1);
                picture.width = side(sides.array()?);
                picture.height = side(sides.array()?);
            }
            b"VP8 " | b"VP8L" if !has_pixels => {
                has_pixels = true;
                let (width, height) = if &name == b"VP8 " { lossy(&content)? } else { lossless(&content)? };
                if picture.width == 0 {
                    (picture.width, picture.height) = (width, height);
                } else if (picture.width, picture.height) != (width, height) {
                    return None;
                }
            }
            b"ALPH" => {}
            b"ICCP" | b"EXIF" | b"XMP " => continue,
            b"ANIM" | b"ANMF" => {
                picture.moves = true;
                has_pixels = true;
                continue;
            }
            _ => return None,
        }
        body.extend_from_slice(&name);
        body.extend_from_slice(&length);
        body.extend_from_slice(&content);
        if content.len() % 2 == 1 {
            body.push(0);
        }
    }
    if !has_pixels {
        return None;
    }
    picture.bytes = b"RIFF".to_vec();
    picture.bytes.extend_from_slice(&u32::try_from(body.len()).ok()?.to_le_bytes());
    picture.bytes.append(&mut body);
    Some(picture)
}

/// Width and height of a key frame of VP8 (RFC 6386, 9.1).
fn lossy(content: &[u8]) -> Option<(u32, u32)> {
    let mut header = Cut(content.get(3..)?);
    if header.array::<3>()? != [0x9d, 0x01, 0x2a] {
        return None;
    }
    let mut side = || Some(u32::from(u16::from_le_bytes(header.array()?) & 0x3fff));
    Some((side()?, side()?))
}

/// Width and height of a lossless picture (RFC 9649, 3.4).
fn lossless(content: &[u8]) -> Option<(u32, u32)> {
    let mut header = Cut(content);
    if header.byte()? != 0x2f {
        return None;
    }
    let bits = u32::from_le_bytes(header.array()?);
    Some(((bits & 0x3fff).saturating_add(1), (bits >> 14 & 0x3fff).saturating_add(1)))
}

#[cfg(test)]
mod tests;
