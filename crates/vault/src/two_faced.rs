//! Tests only: makes a ciphertext that AES-256-GCM-SIV opens under two keys, to show what the
//! commitment of a wrapped key is for.
//!
//! For a chosen tag, each key fixes its key stream and the value that POLYVAL must take; POLYVAL is
//! linear in the ciphertext, so two free blocks satisfy two keys. Written from RFC 8452.

use aws_lc_rs::cipher::{AES_256, DecryptingKey, DecryptionContext, EncryptingKey, UnboundCipherKey};

type Block = [u8; 16];

fn encrypt(key: &[u8; 32], mut block: Block) -> Block {
    let key = EncryptingKey::ecb(UnboundCipherKey::new(&AES_256, key).unwrap()).unwrap();
    key.encrypt(&mut block).unwrap();
    block
}

fn decrypt(key: &[u8; 32], mut block: Block) -> Block {
    let key = DecryptingKey::ecb(UnboundCipherKey::new(&AES_256, key).unwrap()).unwrap();
    key.decrypt(&mut block, DecryptionContext::None).unwrap();
    block
}

/// a · b · x^-128 in GF(2^128) as POLYVAL has it: bit 0 is x^0, reduced by x^128+x^127+x^126+x^121+1.
fn dot(a: u128, b: u128) -> u128 {
    const REDUCE: u128 = (1 << 127) | (1 << 126) | (1 << 125) | (1 << 120);
    // Horner from the lowest bit: each step divides by x; x^-1 = x^127 + x^126 + x^125 + x^120.
    (0..128).fold(0, |sum, bit| {
        let sum = if (b >> bit) & 1 == 1 { sum ^ a } else { sum };
        if sum & 1 == 1 { (sum >> 1) ^ REDUCE } else { sum >> 1 }
    })
}

/// The inverse with regard to [`dot`]: a to the power of 2^128 − 2.
fn inverse(a: u128) -> u128 {
    let (mut square, mut product) = (a, None);
    for _ in 1..128 {
        square = dot(square, square);
        product = Some(product.map_or(square, |product| dot(product, square)));
    }
    product.unwrap()
}

/// One key with what it does to two blocks of text under a nonce and a tag.
struct Side {
    /// The factors of the two ciphertext blocks in POLYVAL, and what their sum must be.
    factors: [u128; 2],
    sum: u128,
}

fn side(key: &[u8; 32], nonce: &[u8; 12], aad: &[u8], tag: Block) -> Option<Side> {
    let derived: Vec<u8> = (0u32..6)
        .flat_map(|counter| {
            let mut block = [0; 16];
            block[..4].copy_from_slice(&counter.to_le_bytes());
            block[4..].copy_from_slice(nonce);
            encrypt(key, block)[..8].to_vec()
        })
        .collect();
    let h = u128::from_le_bytes(derived[..16].try_into().unwrap());
    let encryption: [u8; 32] = derived[16..].try_into().unwrap();

    let mut wanted = decrypt(&encryption, tag);
    if wanted[15] & 0x80 != 0 {
        return None;
    }
    wanted[..12].iter_mut().zip(nonce).for_each(|(byte, nonce)| *byte ^= nonce);

    let stream = |block: u32| {
        let mut counter = tag;
        counter[15] |= 0x80;
        let start = u32::from_le_bytes(counter[..4].try_into().unwrap());
        counter[..4].copy_from_slice(&start.wrapping_add(block).to_le_bytes());
        u128::from_le_bytes(encrypt(&encryption, counter))
    };

    let h2 = dot(h, h);
    let h3 = dot(h2, h);
    let hashed = aad.chunks(16).fold(0, |sum, chunk| {
        let mut block = [0; 16];
        block[..chunk.len()].copy_from_slice(chunk);
        dot(sum ^ u128::from_le_bytes(block), h)
    });
    let lengths = ((aad.len() as u128) * 8) | ((32 * 8) << 64);
    // POLYVAL = hashed·H³ + P1·H³ + P2·H² + lengths·H, with Pi = Ci + stream(i).
    let fixed = dot(hashed ^ stream(0), h3) ^ dot(stream(1), h2) ^ dot(lengths, h);
    Some(Side { factors: [h3, h2], sum: u128::from_le_bytes(wanted) ^ fixed })
}

/// 32 bytes of ciphertext and a tag that open under both keys, each with its associated data.
pub fn ciphertext(keys: [&[u8; 32]; 2], nonce: &[u8; 12], aads: [&[u8]; 2]) -> ([u8; 32], Block) {
    for attempt in 0u128.. {
        let tag = attempt.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835).to_le_bytes();
        let (Some(a), Some(b)) = (side(keys[0], nonce, aads[0], tag), side(keys[1], nonce, aads[1], tag))
        else {
            continue;
        };
        let determinant = dot(a.factors[0], b.factors[1]) ^ dot(b.factors[0], a.factors[1]);
        if determinant == 0 {
            continue;
        }
        let scale = inverse(determinant);
        let first = dot(dot(a.sum, b.factors[1]) ^ dot(b.sum, a.factors[1]), scale);
        let second = dot(dot(a.factors[0], b.sum) ^ dot(b.factors[0], a.sum), scale);
        let mut text = [0; 32];
        text[..16].copy_from_slice(&first.to_le_bytes());
        text[16..].copy_from_slice(&second.to_le_bytes());
        return (text, tag);
    }
    unreachable!("every fourth tag fits")
}
