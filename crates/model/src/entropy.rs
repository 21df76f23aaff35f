//! Randomness as a parameter: the binary brings the operating system's, tests bring a seeded one.

/// A source of random bytes, good enough for keys in the binary, repeatable in tests.
pub trait Entropy: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// `N` random bytes.
pub fn random<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes);
    bytes
}
