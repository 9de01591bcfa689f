//! What `drive.mjs` calls.
#![expect(unsafe_code, reason = "an export has a name of its own; there is no pointer")]

use crate::{Case, cases};
use std::cell::OnceCell;

thread_local! {
    static CASES: OnceCell<Vec<Case>> = const { OnceCell::new() };
}

/// Makes the cases. Returns how many there are.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn prepare() -> usize {
    CASES.with(|made| made.get_or_init(cases).len())
}

/// Does the case with this index `times` times.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn run(case: usize, times: u32) {
    CASES.with(|made| {
        if let Some(case) = made.get_or_init(cases).get(case) {
            case.run(times);
        }
    });
}
