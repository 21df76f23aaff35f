//! Bech32 (BIP 173), as keys are written in age: a name, `1`, five bits per character, six characters
//! of checksum. The limit of 90 characters is left out, as age does.

const ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const CHECK: usize = 6;

fn polymod(values: impl Iterator<Item = u8>) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    values.fold(1, |sum, value| {
        let top = sum >> 25;
        let sum = ((sum & 0x01ff_ffff) << 5) ^ u32::from(value);
        GENERATOR.iter().enumerate().fold(
            sum,
            |sum, (bit, generator)| {
                if (top >> bit) & 1 == 1 { sum ^ generator } else { sum }
            },
        )
    })
}

/// The name as the checksum takes it.
fn spread(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().map(|b| b >> 5).chain([0]).chain(name.bytes().map(|b| b & 31))
}

/// In lower case; `name` is lower case.
pub fn encode(name: &str, bytes: &[u8]) -> String {
    let mut values = Vec::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut held, mut bits) = (0_u32, 0_u32);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            values.push(((held >> bits) & 31) as u8);
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        values.push(((held << (5 - bits)) & 31) as u8);
    }
    let sum = polymod(spread(name).chain(values.iter().copied()).chain([0; CHECK])) ^ 1;
    values.extend((0..CHECK).map(|i| ((sum >> (5 * (CHECK - 1 - i))) & 31) as u8));
    let mut text = String::with_capacity(name.len() + 1 + values.len());
    text.push_str(name);
    text.push('1');
    text.extend(values.iter().filter_map(|v| ALPHABET.get(usize::from(*v))).map(|c| char::from(*c)));
    text
}

/// The bytes under this name, if `text` is all upper or all lower case and its checksum is right.
pub fn decode(name: &str, text: &str) -> Option<Vec<u8>> {
    if text.bytes().any(|b| b.is_ascii_lowercase()) && text.bytes().any(|b| b.is_ascii_uppercase()) {
        return None;
    }
    let text = text.to_ascii_lowercase();
    let (found, data) = text.rsplit_once('1')?;
    if found != name || data.len() < CHECK {
        return None;
    }
    let values: Vec<u8> = data
        .bytes()
        .map(|b| ALPHABET.iter().position(|c| *c == b).and_then(|at| u8::try_from(at).ok()))
        .collect::<Option<_>>()?;
    if polymod(spread(name).chain(values.iter().copied())) != 1 {
        return None;
    }
    let values = values.get(..values.len() - CHECK)?;
    let mut bytes = Vec::with_capacity(values.len() * 5 / 8);
    let (mut held, mut bits) = (0_u32, 0_u32);
    for value in values {
        held = (held << 5) | u32::from(*value);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(((held >> bits) & 255) as u8);
        }
        held &= (1 << bits) - 1;
    }
    // What is left over is padding: less than five bits, and zero.
    (bits < 5 && held == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_the_valid_samples_of_bip_173_and_refuses_the_others() {
        assert_eq!(decode("a", "A12UEL5L"), Some(vec![]));
        assert_eq!(
            decode(
                "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio",
                "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs"
            ),
            Some(vec![])
        );
        for wrong in
            ["A1G7SGD8", "10a06t8", "1qzzfhee", "a12uel5m", "a12UEL5L", "x1b4n0q5v", "li1dgmt3", "", "1"]
        {
            assert_eq!(decode("a", wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn comes_back_as_it_went_and_one_other_character_is_noticed(
            bytes in proptest::collection::vec(any::<u8>(), 0..80), at in any::<prop::sample::Index>()
        ) {
            let text = encode("age", &bytes);
            prop_assert_eq!(decode("age", &text), Some(bytes));
            let mut other = text.clone().into_bytes();
            let at = 4 + at.index(other.len() - 4);
            other[at] = if other[at] == b'q' { b'p' } else { b'q' };
            prop_assert_eq!(decode("age", std::str::from_utf8(&other).unwrap()), None);
        }
    }
}
