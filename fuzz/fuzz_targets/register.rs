//! Any text as the register of recipients: within its limits or refused with a reason.

#![no_main]

use libfuzzer_sys::fuzz_target;
use outbound::Register;

fuzz_target!(|text: &str| {
    match Register::parse(text) {
        Ok(register) => assert!(register.recipients().iter().all(|one| one.port > 0 && !one.host.is_empty())),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
