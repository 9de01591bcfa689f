//! The cost of work: memory and processor time, relative to the length of its input. Several crates
//! test their readers with this module.
//!
//! Times are processor times of the process from the kernel, and the least of several runs, so
//! other work on the machine has no effect.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes that work on any input may allocate.
const MEMORY: usize = 16 * 1024 * 1024;
/// Bytes that work may allocate for each byte of the input.
const MEMORY_PER_BYTE: usize = 20;
/// Longest answer, in bytes.
const ANSWER: usize = 64 * 1024;
/// Largest growth of the cost when one dimension of the input doubles twice: 2.5 times for each
/// doubling.
const GROWTH: f64 = 2.5 * 2.5;
/// Bytes, and seconds of processor time, by which the cost may grow besides.
const SLACK_BYTES: f64 = 256.0 * 1024.0;
const SLACK_SECONDS: f64 = 0.02;
/// Number of runs; the fastest one is used.
const RUNS: usize = 5;

/// The allocator of the system, with a count of the bytes in use.
pub struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
static ALLOCATED: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn take(bytes: usize) {
    let held = HELD.fetch_add(bytes, Ordering::Relaxed) + bytes;
    PEAK.fetch_max(held, Ordering::Relaxed);
    ALLOCATED.fetch_add(bytes, Ordering::Relaxed);
}

#[expect(unsafe_code, reason = "an allocator is `unsafe` to be; this one forwards every call")]
// SAFETY: each method is the system allocator's own.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        take(layout.size());
        // SAFETY: the caller keeps the contract of the system allocator.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(memory, layout) }
    }
}

/// The cost of one piece of work.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Most bytes in use at once, beyond those in use before.
    pub peak: usize,
    /// Bytes of all allocations.
    pub allocated: usize,
    /// Seconds of processor time.
    pub seconds: f64,
}

/// Seconds of processor time that this process has used.
#[expect(unsafe_code, reason = "the standard library does not tell")]
fn processor() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the call writes to the one structure that it gets.
    let read = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    assert_eq!(read, 0, "the kernel tells no time");
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Runs `work` once and returns its cost and its result.
pub fn measured<T>(work: impl FnOnce() -> T) -> (Cost, T) {
    let (held, allocated, begun) = (
        HELD.load(Ordering::Relaxed),
        ALLOCATED.load(Ordering::Relaxed),
        processor(),
    );
    PEAK.store(held, Ordering::Relaxed);
    let made = work();
    let cost = Cost {
        peak: PEAK.load(Ordering::Relaxed).saturating_sub(held),
        allocated: ALLOCATED.load(Ordering::Relaxed) - allocated,
        seconds: processor() - begun,
    };
    (cost, made)
}

/// Whether work on `input` bytes stayed within its memory limit.
pub fn is_within(peak: usize, input: usize) -> bool {
    peak <= MEMORY + MEMORY_PER_BYTE * input
}

/// Runs `work`, which returns the length of its result, on inputs of one, two and four times `size`
/// along the dimension of `input`.
#[track_caller]
#[expect(clippy::expect_used, reason = "a test that panics has failed")]
pub fn grows_in_line(name: &str, size: usize, input: impl Fn(usize) -> String, work: impl Fn(&str) -> usize) {
    let costs = [1, 2, 4].map(|times| {
        let input = input(size * times);
        let runs = (0..RUNS).map(|_| {
            let (cost, answer) = measured(|| work(&input));
            assert!(
                answer <= ANSWER,
                "{name}: {} bytes are answered by {answer}",
                input.len()
            );
            assert!(
                is_within(cost.peak, input.len()),
                "{name}: {} bytes cost {cost:?}",
                input.len()
            );
            cost
        });
        let least = runs.min_by(|one, other| one.seconds.total_cmp(&other.seconds));
        least.expect("there are runs")
    });
    let [first, _, last] = costs;
    let may = |first: f64, slack: f64| first * GROWTH + slack;
    assert!(
        last.allocated as f64 <= may(first.allocated as f64, SLACK_BYTES)
            && last.seconds <= may(first.seconds, SLACK_SECONDS),
        "{name}: {size}, twice and four times: {costs:#?}"
    );
}
