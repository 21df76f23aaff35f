//! Any text as a brand's file: a brand that can be shown, or a refusal with a reason.

#![no_main]

use libfuzzer_sys::fuzz_target;
use model::brand::Brand;

fuzz_target!(|text: &str| {
    let Ok(brand) = toml::from_str::<Brand>(text) else { return };
    match brand.check() {
        Ok(()) => assert!(!brand.name.is_empty() && !brand.languages.is_empty()),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
