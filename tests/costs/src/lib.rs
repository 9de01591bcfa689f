//! The cost of work: memory and processor time, relative to the length of its input. Several crates
//! test their readers with this module.
//!
//! Times are processor times from the kernel, and the least of several runs, so other work on the
//! machine has no effect.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicIsize, AtomicUsize, Ordering};

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

/// The allocator of the system, with counts of the bytes in use.
pub struct Counting;

/// Bytes in use, of the process or of one thread. A thread that frees the memory of another has
/// less than none.
struct Counters {
    held: AtomicIsize,
    peak: AtomicIsize,
    allocated: AtomicUsize,
}

static OF_PROCESS: Counters = Counters::new();

thread_local! {
    static OF_THREAD: Counters = const { Counters::new() };
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

impl Counters {
    const fn new() -> Self {
        Self {
            held: AtomicIsize::new(0),
            peak: AtomicIsize::new(0),
            allocated: AtomicUsize::new(0),
        }
    }

    fn take(&self, bytes: usize) {
        let signed = bytes.cast_signed();
        let held = self.held.fetch_add(signed, Ordering::Relaxed) + signed;
        self.peak.fetch_max(held, Ordering::Relaxed);
        self.allocated.fetch_add(bytes, Ordering::Relaxed);
    }

    fn give_back(&self, bytes: usize) {
        self.held.fetch_sub(bytes.cast_signed(), Ordering::Relaxed);
    }
}

#[expect(unsafe_code, reason = "an allocator is `unsafe` to be; this one forwards every call")]
// SAFETY: each method is the system allocator's own.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        OF_PROCESS.take(layout.size());
        OF_THREAD.with(|own| own.take(layout.size()));
        // SAFETY: the caller keeps the contract of the system allocator.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        OF_PROCESS.give_back(layout.size());
        OF_THREAD.with(|own| own.give_back(layout.size()));
        // SAFETY: as above.
        unsafe { System.dealloc(memory, layout) }
    }
}

/// The cost of one piece of work.
#[derive(Clone, Copy, Debug)]
pub struct WorkCost {
    /// Most bytes in use at once, beyond those in use before.
    pub peak: usize,
    /// Bytes of all allocations.
    pub allocated: usize,
    /// Seconds of processor time.
    pub seconds: f64,
}

/// Seconds of processor time on a clock of the kernel.
#[expect(unsafe_code, reason = "the standard library does not tell")]
fn processor_time(clock: libc::clockid_t) -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the call writes to the one structure that it gets.
    let read = unsafe { libc::clock_gettime(clock, &raw mut time) };
    assert_eq!(read, 0, "the kernel tells no time");
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Runs `work` once and returns its cost on all threads of the process, and its result. Other
/// tests of the process add to the cost, so such a test has a process of its own.
pub fn measured<T>(work: impl FnOnce() -> T) -> (WorkCost, T) {
    measured_by(&OF_PROCESS, libc::CLOCK_PROCESS_CPUTIME_ID, work)
}

/// Runs `work` once and returns its cost on this thread alone, and its result.
pub fn measured_on_thread<T>(work: impl FnOnce() -> T) -> (WorkCost, T) {
    OF_THREAD.with(|own| measured_by(own, libc::CLOCK_THREAD_CPUTIME_ID, work))
}

fn measured_by<T>(counters: &Counters, clock: libc::clockid_t, work: impl FnOnce() -> T) -> (WorkCost, T) {
    let (held, allocated, begun) = (
        counters.held.load(Ordering::Relaxed),
        counters.allocated.load(Ordering::Relaxed),
        processor_time(clock),
    );
    counters.peak.store(held, Ordering::Relaxed);
    let made = work();
    let peak = counters.peak.load(Ordering::Relaxed) - held;
    let cost = WorkCost {
        peak: usize::try_from(peak).unwrap_or_default(),
        allocated: counters.allocated.load(Ordering::Relaxed) - allocated,
        seconds: processor_time(clock) - begun,
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
