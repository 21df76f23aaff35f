//! Containers made by hand: what stays of them, what is left behind, and what is refused.

use super::*;
use proptest::prelude::*;

/// What somebody would not want to publish with a logo.
const SECRET: &[u8] = b"53.3498 N, 6.2603 W, Zelda's phone";

fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    [&length[..], kind, content, &crc_of(kind, content).to_be_bytes()].concat()
}

fn png_of(width: u32, height: u32, extra: &[Vec<u8>]) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let extra = extra.concat();
    [PNG, &chunk(b"IHDR", &header), &extra, &chunk(b"IDAT", b"pixels"), &chunk(b"IEND", b"")].concat()
}

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
    [&[0xff, marker][..], &length, content].concat()
}

fn jpeg_of(width: u16, height: u16) -> Vec<u8> {
    let frame = [&[8][..], &height.to_be_bytes(), &width.to_be_bytes(), &[3]].concat();
    [
        JPEG,
        &segment(0xe0, b"JFIF\0"),
        &segment(0xe1, SECRET),
        &segment(0xfe, SECRET),
        &segment(0xdb, b"table"),
        &segment(0xc0, &frame),
        &segment(0xda, b"scan"),
        b"bits \xff\x00 and \xff\xd3 more",
        &[0xff, 0xd9],
        SECRET,
    ]
    .concat()
}

fn riff(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut body = b"WEBP".to_vec();
    for (name, content) in chunks {
        body.extend_from_slice(*name);
        body.extend_from_slice(&u32::try_from(content.len()).unwrap().to_le_bytes());
        body.extend_from_slice(content);
        body.resize(body.len() + content.len() % 2, 0);
    }
    [b"RIFF", &u32::try_from(body.len()).unwrap().to_le_bytes()[..], &body].concat()
}

fn vp8l(width: u32, height: u32) -> Vec<u8> {
    [&[0x2f][..], &((width - 1) | (height - 1) << 14).to_le_bytes(), b"bits"].concat()
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

#[test]
fn claim_x1_a_picture_leaves_behind_where_and_by_whom_it_was_made() {
    let png =
        png_of(32, 24, &[chunk(b"tEXt", SECRET), chunk(b"eXIf", SECRET), chunk(b"gAMA", &[0, 0, 1, 0])]);
    let with_tail = [&png[..], SECRET].concat();
    let webp = riff(&[
        (b"VP8X", &[0x1c, 0, 0, 0, 39, 0, 0, 19, 0, 0]),
        (b"VP8L", &vp8l(40, 20)),
        (b"EXIF", SECRET),
        (b"XMP ", SECRET),
    ]);
    for (bytes, format, sides) in [
        (with_tail, Format::Png, (32, 24)),
        (jpeg_of(300, 60), Format::Jpeg, (300, 60)),
        (webp, Format::Webp, (40, 20)),
        (riff(&[(b"VP8 ", b"tag\x9d\x01\x2a\x28\x00\x14\x00bits")]), Format::Webp, (40, 20)),
    ] {
        let logo = Logo::read(&bytes).unwrap();
        assert_eq!((logo.format, (logo.width, logo.height)), (format, sides));
        assert!(!holds(&logo.bytes, &SECRET[..6]), "{logo:?}");
        assert!(holds(&logo.bytes, if format == Format::Png { b"gAMA" } else { b"bits" }), "{logo:?}");
        // Read again it is the same.
        assert_eq!(Logo::read(&logo.bytes).unwrap(), logo);
    }
    assert!(Logo::read(&jpeg_of(300, 60)).unwrap().is_wide());
    assert!(!Logo::read(&png).unwrap().is_wide());
    // The header of the WebP announces nothing that is not there any more: only transparency stays.
    let extended = riff(&[(b"VP8X", &[0x3c, 0, 0, 0, 39, 0, 0, 19, 0, 0]), (b"VP8L", &vp8l(40, 20))]);
    assert_eq!(Logo::read(&extended).unwrap().bytes[20], 0x10);
}

#[test]
fn what_is_no_still_picture_of_the_three_kinds_is_refused() {
    use LogoFault as F;
    let moving = riff(&[(b"VP8X", &[0x02, 0, 0, 0, 39, 0, 0, 19, 0, 0]), (b"ANIM", b"123456")]);
    let mut torn = png_of(32, 24, &[]);
    torn[40] ^= 1;
    let strange = png_of(32, 24, &[chunk(b"EViL", b"")]);
    let other_sides = riff(&[(b"VP8X", &[0, 0, 0, 0, 9, 1, 0, 19, 0, 0]), (b"VP8L", &vp8l(40, 20))]);
    for (bytes, fault) in [
        (Vec::new(), F::Empty),
        (b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".to_vec(), F::Unknown),
        (b"GIF89a".to_vec(), F::Unknown),
        (b"RIFF\x04\0\0\0WAVE".to_vec(), F::Unknown),
        (vec![0; LIMIT + 1], F::TooLarge),
        (png_of(15, 400, &[]), F::Sides),
        (png_of(400, 2049, &[]), F::Sides),
        (png_of(32, 24, &[chunk(b"acTL", &[0; 8])]), F::Moves),
        (moving, F::Moves),
        (torn, F::Damaged),
        (strange, F::Damaged),
        (other_sides, F::Damaged),
        (png_of(32, 24, &[])[..60].to_vec(), F::Damaged),
        (jpeg_of(300, 60)[..80].to_vec(), F::Damaged),
        ([PNG, &chunk(b"IDAT", b"x"), &chunk(b"IEND", b"")].concat(), F::Damaged),
    ] {
        assert_eq!(Logo::read(&bytes), Err(fault), "{:?}", &bytes[..bytes.len().min(12)]);
    }
}

proptest! {
    #[test]
    fn whatever_comes_is_read_or_refused_and_read_again_is_the_same(
        head in prop::sample::select(vec![
            PNG.to_vec(), JPEG.to_vec(), b"RIFF\x40\0\0\0WEBP".to_vec(),
            png_of(32, 24, &[]), jpeg_of(30, 60), riff(&[(b"VP8L", &vp8l(40, 20))]),
        ]),
        tail in prop::collection::vec(any::<u8>(), 0..80),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = [head, tail].concat();
        *at.get_mut(&mut bytes) = byte;
        if let Ok(logo) = Logo::read(&bytes) {
            prop_assert_eq!(Logo::read(&logo.bytes), Ok(logo.clone()));
            prop_assert!(logo.bytes.len() <= bytes.len());
        }
    }
}

#[test]
fn claim_x10_no_bytes_handed_in_as_a_logo_break_its_reader() {
    testkit::mutate::fuzz("logo", 30_000, |bytes| match Logo::read(bytes) {
        Ok(logo) => {
            assert!(SIDES.contains(&logo.width) && SIDES.contains(&logo.height), "{logo:?}");
            assert!(logo.bytes.len() <= bytes.len(), "it grew: {logo:?}");
            assert_eq!(Logo::read(&logo.bytes).as_ref(), Ok(&logo), "read again it is another");
            true
        }
        Err(fault) => testkit::mutate::refused(&fault),
    });
}
