//! Any text as what an admin has set of a brand, as it is stored: whatever was read, the brand that is shown fits.

#![no_main]

use libfuzzer_sys::fuzz_target;
use model::brand::Brand;
use model::brand::overlay::Overlay;
use std::sync::LazyLock;

static FILE: LazyLock<Brand> = LazyLock::new(|| {
    toml::from_str(include_str!("../../brands/leangzbotchat/brand.toml")).expect("a brand's file")
});

fuzz_target!(|text: &str| {
    let (overlay, _) = Overlay::read(text);
    let (brand, _) = overlay.over(&FILE);
    assert!(Overlay::default().checked(&brand) == Ok(brand.clone()), "the brand does not fit");
});
