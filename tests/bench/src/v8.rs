//! The functions that `drive.mjs` and `hold.mjs` call.
#![expect(unsafe_code, reason = "an export has a name of its own; no pointer is followed")]

use crate::held::HeldInstance;
use crate::{BenchCase, cases};
use std::cell::{OnceCell, RefCell};

thread_local! {
    static CASES: OnceCell<Vec<BenchCase>> = const { OnceCell::new() };
    static INSTANCE: RefCell<Option<HeldInstance>> = const { RefCell::new(None) };
    static ARRIVING: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// The address at which JavaScript writes `size` bytes of input.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn room(size: usize) -> *mut u8 {
    ARRIVING.with_borrow_mut(|arriving| {
        *arriving = vec![0; size];
        arriving.as_mut_ptr()
    })
}

/// Hands the written bytes to the instance.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn take() {
    let arrival = ARRIVING.take();
    INSTANCE.with_borrow_mut(|instance| instance.get_or_insert_default().take(&arrival));
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
