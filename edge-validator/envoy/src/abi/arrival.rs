//! Buffers that the host returns.
//!
//! To return a buffer the host calls the allocation export and writes into the allocation. The
//! module keeps the allocation until the call is over. Then the module compares the allocation with
//! the address and size that the host reports.

use super::check_status;
use core::cell::RefCell;
use core::ptr;
use edgewrit_envoy_common::host::HostFailure;

/// Longest buffer that the filter accepts from the host, in bytes. The limit of Envoy itself is far
/// lower.
const ARRIVAL_BYTES: usize = 16 * 1024 * 1024;

thread_local! {
    static ARRIVING: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Memory for `size` bytes of the host; null if there is none.
pub(crate) fn allocate(size: usize) -> *mut u8 {
    ARRIVING.with(|slot| match (allocate_zeroed(size), slot.try_borrow_mut()) {
        (Some(bytes), Ok(mut slot)) => {
            *slot = bytes;
            slot.as_mut_ptr()
        }
        _ => ptr::null_mut(),
    })
}

fn allocate_zeroed(size: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    if size > ARRIVAL_BYTES {
        return None;
    }
    bytes.try_reserve_exact(size.max(1)).ok()?;
    bytes.resize(size, 0);
    Some(bytes)
}

/// The buffer that `call` returns; empty if the host returns none.
pub(super) fn receive(
    call: &'static str,
    host: impl FnOnce(&mut usize, &mut usize) -> u32,
) -> Result<Vec<u8>, HostFailure> {
    let (mut address, mut size) = (0, 0);
    check_status(call, host(&mut address, &mut size))?;
    let bytes = ARRIVING.take();
    match size {
        0 => Ok(Vec::new()),
        size if size == bytes.len() && address == bytes.as_ptr().addr() => Ok(bytes),
        _ => Err(HostFailure::unusable(call)),
    }
}
