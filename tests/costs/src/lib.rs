//! What work costs: memory and processor, against the length of its input. Several crates test their readers with it.
//!
//! Times are those of the process by the kernel's account, and the least of several runs: other work on the machine does not count.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes that work on any input may take.
const MEMORY: usize = 16 * 1024 * 1024;
/// Bytes that it may take for each byte of the input.
const MEMORY_PER_BYTE: usize = 20;
/// Longest answer, in bytes.
const ANSWER: usize = 64 * 1024;
/// How much the cost may grow when one dimension of the input doubles twice: 2.5 times each.
const GROWTH: f64 = 2.5 * 2.5;
/// Bytes, and seconds of processor, by which it may grow besides.
const SLACK_BYTES: f64 = 256.0 * 1024.0;
const SLACK_SECONDS: f64 = 0.02;
/// Runs of which the fastest counts.
const RUNS: usize = 5;

/// The system's allocator, which knows how much is held.
pub struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
static ASKED: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn take(bytes: usize) {
    let held = HELD.fetch_add(bytes, Ordering::Relaxed) + bytes;
    PEAK.fetch_max(held, Ordering::Relaxed);
    ASKED.fetch_add(bytes, Ordering::Relaxed);
}

#[expect(
    unsafe_code,
    reason = "an allocator is `unsafe` to be; this one hands everything on as it came"
)]
// SAFETY: each method is the system allocator's own.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        take(layout.size());
        // SAFETY: what the caller promises us is what is asked of us.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(memory, layout) }
    }
}

/// What one piece of work cost.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Most bytes that were held at once, beyond those that were held before.
    pub peak: usize,
    /// Bytes that were asked for, all together.
    pub asked: usize,
    /// Seconds of processor.
    pub seconds: f64,
}

/// Seconds of processor that this process has used.
#[expect(unsafe_code, reason = "the standard library does not tell")]
fn processor() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the call writes to the one structure that it is given.
    let read = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    assert_eq!(read, 0, "the kernel tells no time");
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Does `work` once and says what it cost.
pub fn measured<T>(work: impl FnOnce() -> T) -> (Cost, T) {
    let (held, asked, begun) = (HELD.load(Ordering::Relaxed), ASKED.load(Ordering::Relaxed), processor());
    PEAK.store(held, Ordering::Relaxed);
    let made = work();
    let cost = Cost {
        peak: PEAK.load(Ordering::Relaxed).saturating_sub(held),
        asked: ASKED.load(Ordering::Relaxed) - asked,
        seconds: processor() - begun,
    };
    (cost, made)
}

/// Whether work on `input` bytes stayed within the memory that it may take.
pub fn is_within(peak: usize, input: usize) -> bool {
    peak <= MEMORY + MEMORY_PER_BYTE * input
}

/// Does `work`, which answers how long its answer is, on inputs of one, two and four times `size` along the dimension that `input` stretches.
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
        last.asked as f64 <= may(first.asked as f64, SLACK_BYTES) && last.seconds <= may(first.seconds, SLACK_SECONDS),
        "{name}: {size}, twice and four times: {costs:#?}"
    );
}
