//! Sealing and opening a lead's row, against the AEAD alone on as many bytes.

use crate::Plan;
use crate::ambient::Watch;
use crate::place::Place;
use crate::report::{Limit, Report, Row, Series, Target};
use crate::sink::Sink;
use crate::world::World;
use anyhow::{Context as _, Result, anyhow};
use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, Nonce, UnboundKey};
use model::entropy::random;
use model::lead::LeadProfile;
use model::personal::Personal;
use std::hint::black_box;
use std::sync::Arc;
use vault::{Key, NewKey, Place as Envelope};

const ROUNDS: usize = 100_000;
/// As much associated data as an envelope has.
const BESIDE: usize = 94;

/// A key, and where what it seals belongs.
pub(super) struct AtHand {
    /// Ends with it.
    _place: Place,
    pub world: World,
    pub key: Arc<Key>,
    pub at: Envelope,
}

impl AtHand {
    pub async fn new(plan: &Plan) -> Result<Self> {
        let place = Place::new(&plan.dir, None).await?;
        let world = World::new(&place, Sink::start()?.address, 1).await?;
        let id = random::<16>(&*world.entropy);
        let keys = world.vault.create(&[NewKey { id, parent: None }]).await?;
        let key = Arc::clone(keys.first().context("no key")?);
        let at = Envelope { brand: world.brand, person: id, table: "lead", row: id };
        Ok(Self { _place: place, world, key, at })
    }
}

pub async fn measure(plan: &Plan, report: &mut Report) -> Result<()> {
    let AtHand { world, key, at: row_place, .. } = &AtHand::new(plan).await?;
    let profile = LeadProfile {
        psid: Personal::from("24001122334455667"),
        given_name: Some(Personal::from("Sample")),
        language: Some(Personal::from("en")),
        pending: None,
        name_for_show: Some(true),
    };
    let row = [7_u8; 200];
    let entropy = &*world.entropy;

    let mut lead = || -> Result<()> {
        let sealed = key.seal_value(row_place, black_box(&profile), entropy)?;
        let opened: LeadProfile =
            key.open_value(row_place, black_box(&sealed)).map_err(|e| anyhow!("{e}"))?;
        black_box(opened);
        Ok(())
    };
    let mut bytes = || -> Result<()> {
        let sealed = key.seal(row_place, black_box(&row), entropy);
        black_box(key.open(row_place, black_box(&sealed)).map_err(|e| anyhow!("{e}"))?);
        Ok(())
    };
    let aead = Alone::new(random(entropy))?;
    let mut alone_lead = || aead.both::<64>(random(entropy));
    let mut alone_bytes = || aead.both::<256>(random(entropy));

    type Step<'a> = &'a mut dyn FnMut() -> Result<()>;
    let pairs: [(&str, &str, Step<'_>, Step<'_>); 2] = [
        ("seal and open a lead's row", "64", &mut lead, &mut alone_lead),
        ("seal and open 200 bytes", "256", &mut bytes, &mut alone_bytes),
    ];
    for (name, padded, ours, alone) in pairs {
        let (mut own, mut limit) = (Series::default(), Series::default());
        for turn in 0..=plan.repeat {
            let (bare, sealed) = (rate(alone)?, rate(ours)?);
            if turn > 0 {
                limit.push(bare);
                own.push(sealed);
            }
        }
        report.row(&Row {
            name: name.to_owned(),
            unit: "rows/s",
            figures: own,
            target: Target::None,
            limits: vec![Limit {
                name: "AES-256-GCM-SIV alone with a fresh nonce",
                figures: limit,
                target: Target::Share(0.6),
            }],
            note: format!(
                "one core; the key is at hand; padded to {padded} bytes, {BESIDE} bytes of associated data"
            ),
        });
    }
    Ok(())
}

fn rate(step: &mut dyn FnMut() -> Result<()>) -> Result<f64> {
    let watch = Watch::start();
    for _ in 0..ROUNDS {
        step()?;
    }
    Ok(watch.rate(ROUNDS))
}

/// The AEAD with its key at hand, in buffers that are there already.
struct Alone(LessSafeKey);

impl Alone {
    fn new(key: [u8; 32]) -> Result<Self> {
        let key = UnboundKey::new(&AES_256_GCM_SIV, &key).map_err(|_| anyhow!("no such cipher"))?;
        Ok(Self(LessSafeKey::new(key)))
    }

    fn both<const N: usize>(&self, nonce: [u8; 12]) -> Result<()> {
        let (mut buffer, mut text) = ([7; N], [0; N]);
        let beside = [3; BESIDE];
        let failed = |_| anyhow!("the cipher failed");
        let unique = Nonce::assume_unique_for_key;
        let sealed =
            self.0.seal_in_place_separate_tag(unique(nonce), Aad::from(beside), black_box(&mut buffer));
        let tag = sealed.map_err(failed)?;
        let opened = self.0.open_separate_gather(
            unique(nonce),
            Aad::from(beside),
            black_box(&buffer),
            tag.as_ref(),
            &mut text,
        );
        opened.map_err(failed)?;
        black_box(&text);
        Ok(())
    }
}
