//! Whether the time that a check of a secret takes tells how much of a guess was right (PRIVACY's constant time): guesses that
//! are wrong in their first byte against guesses that are wrong in their last alone, in an order that chance decides. Welch's t
//! over the quicker nine tenths; from 5 on the two would be told apart. A comparison that ends at the first wrong byte stands
//! beside, and has to be noticed.

use crate::Plan;
use crate::ambient::{RealEntropy, Watch};
use crate::report::{Report, Row, Series, Target};
use crate::rows::seal::AtHand;
use anyhow::{Result, ensure};
use model::entropy::Entropy as _;
use std::hint::black_box;
use std::str::from_utf8;

/// Measured moments of one turn, and how often the check is made in each: clocks are coarse.
const MOMENTS: usize = 200_000;
const CALLS: usize = 16;
/// What is slower than so many of a hundred was disturbed by others.
const KEPT: usize = 90;
const DIFFERENT: f64 = 5.0;
const PLAIN: f64 = 10.0;

const SECRET: &str = "a sample of an app secret";
const BODY: &[u8] = b"{\"object\":\"page\",\"entry\":[]}";
/// Of an envelope.
const TAG: usize = 16;

/// What is told from what is right, and where the guessed part of that begins; it goes to the end.
struct Check<'a> {
    name: &'static str,
    right: Vec<u8>,
    from: usize,
    is_right: &'a dyn Fn(&[u8]) -> bool,
    target: Target,
}

impl Check<'_> {
    /// Nanoseconds of each class's moments. Both are guessed from the same bytes of memory: where they lie takes time, too.
    fn moments(&self) -> Result<[Vec<f64>; 2]> {
        let (mut guess, last) = (self.right.clone(), self.right.len().saturating_sub(1));
        let put = |guess: &mut [u8], at: usize, digit: u8| {
            if let Some(byte) = guess.get_mut(at) {
                *byte = digit;
            }
        };
        let mut order = vec![0_u8; MOMENTS];
        RealEntropy.fill(&mut order);
        let [mut of_first, mut of_last] = [Vec::with_capacity(MOMENTS), Vec::with_capacity(MOMENTS)];
        for byte in order {
            let (at, taken) = if byte & 1 == 0 { (self.from, &mut of_first) } else { (last, &mut of_last) };
            let right = self.right.get(at).copied().unwrap_or_default();
            // For a digit or a letter another one: reading these takes different times, which the guesser knows anyway.
            let wrong = if matches!(right, b'9' | b'f') { right - 1 } else { right.wrapping_add(1) };
            put(&mut guess, at, wrong);
            let watch = Watch::start();
            for _ in 0..CALLS {
                ensure!(!(self.is_right)(black_box(&guess)), "a wrong guess was taken for right");
            }
            taken.push(watch.seconds() * 1e9);
            put(&mut guess, at, right);
        }
        Ok([of_first, of_last])
    }
}

/// Mean, and variance over number.
fn told(moments: &[f64]) -> (f64, f64) {
    let many = moments.len() as f64;
    let mean = moments.iter().sum::<f64>() / many;
    let variance = moments.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / (many - 1.0);
    (mean, variance / many)
}

/// How sure it is that the classes take different times.
fn t(mut taken: [Vec<f64>; 2]) -> f64 {
    let mut all = taken.concat();
    all.sort_by(f64::total_cmp);
    let most = all.get(all.len() * KEPT / 100).copied().unwrap_or(f64::INFINITY);
    taken.iter_mut().for_each(|moments| moments.retain(|one| *one <= most));
    let [(one, of_one), (two, of_two)] = taken.each_ref().map(|moments| told(moments));
    (one - two).abs() / (of_one + of_two).sqrt()
}

pub async fn measure(plan: &Plan, report: &mut Report) -> Result<()> {
    let AtHand { world, key, at, .. } = &AtHand::new(plan).await?;
    let sealed = key.seal(at, &[7; 200], &*world.entropy);

    let signing = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, SECRET.as_bytes());
    let header = format!("sha256={}", hex::encode(aws_lc_rs::hmac::sign(&signing, BODY)));
    let token = hex::encode([7; 32]);
    let signed = |guess: &[u8]| messenger::signature::verify(&[SECRET], BODY, from_utf8(guess).ok()).is_ok();
    let verified = |guess: &[u8]| {
        let guess = from_utf8(guess).ok();
        messenger::signature::verification(&token, Some("subscribe"), guess, Some("1")).is_ok()
    };
    let opens = |guess: &[u8]| key.open(at, guess).is_ok();
    let plain = |guess: &[u8]| guess.iter().eq(token.as_bytes().iter());
    let below = Target::Below(DIFFERENT);
    let checks = [
        Check {
            name: "the signature of a delivery",
            from: header.len() - 64,
            right: header.into_bytes(),
            is_right: &signed,
            target: below,
        },
        Check {
            name: "the token of a webhook's verification",
            from: 0,
            right: token.clone().into_bytes(),
            is_right: &verified,
            target: below,
        },
        Check {
            name: "the tag of a sealed row",
            from: sealed.len() - TAG,
            right: sealed,
            is_right: &opens,
            target: below,
        },
        Check {
            name: "a comparison that ends at the first wrong byte",
            from: 0,
            right: token.clone().into_bytes(),
            is_right: &plain,
            target: Target::AtLeast(PLAIN),
        },
    ];
    for check in checks {
        ensure!((check.is_right)(&check.right), "{}: the right one is not taken", check.name);
        let mut figures = Series::default();
        for _ in 0..plan.repeat {
            figures.push(t(check.moments()?));
        }
        report.row(&Row {
            name: format!("time of a wrong guess: {}", check.name),
            unit: "t",
            figures,
            target: check.target,
            limits: Vec::new(),
            note: format!(
                "{MOMENTS} moments of {CALLS} checks: wrong in the first byte, or in the last alone"
            ),
        });
    }
    Ok(())
}
