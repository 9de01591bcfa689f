//! The target that `EDGEWRIT_FUZZ` names, under libFuzzer. `cargo xtask fuzz` builds it with
//! coverage and calls it.
#![no_main]

use edgewrit_fuzz::{FuzzTarget, target};
use std::sync::LazyLock;

static CHOSEN: LazyLock<FuzzTarget> = LazyLock::new(target);

libfuzzer_sys::fuzz_target!(init: edgewrit_fuzz::prepare(), |data: &[u8]| (CHOSEN.fuzz)(data));
