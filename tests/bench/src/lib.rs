//! The cost of one decision. The cases are compiled twice, natively and to WebAssembly for V8, and
//! made by the same code: keys, writs, bundle and configuration come from fixed seeds. `cargo xtask
//! bench` drives both in turns.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark: what it measures succeeds"
)]

mod grants;
pub mod held;
mod pipeline;
mod snapshot;
mod token;
#[cfg(target_arch = "wasm32")]
mod v8;

/// A piece of work that is measured.
pub struct BenchCase {
    /// The name in the table.
    pub name: &'static str,
    /// The case that its time is compared with.
    pub baseline: usize,
    /// Does it once.
    pub once: Box<dyn Fn()>,
}

impl BenchCase {
    /// Does it `times` times.
    pub fn run(&self, times: u32) {
        (0..times).for_each(|_| (self.once)());
    }
}

/// All cases. Each is done once while it is made, and panics if it does not end as its name says.
#[must_use]
pub fn cases() -> Vec<BenchCase> {
    let mut cases = grants::cases(0);
    let signature = cases.len();
    cases.extend(token::cases(signature));
    cases.extend(pipeline::cases(signature));
    cases.push(pipeline::busy_case(signature));
    cases.extend(pipeline::cases_by_operations(cases.len()));
    cases.extend(snapshot::cases(signature));
    cases.iter().for_each(|case| case.run(1));
    cases
}

/// Revocations of the bundle that a counted case applies: more of them count the same for each.
const COUNTED_REVOCATIONS: u64 = 10_000;

/// The cases whose instructions are counted (`cargo xtask counts`). Each is done twice while it is
/// made: after that, caches hold what they hold later.
#[must_use]
pub fn counted_cases() -> Vec<BenchCase> {
    let mut cases = grants::cases(0);
    cases.extend(pipeline::cases(0));
    cases.push(snapshot::apply("apply a bundle, nothing revoked", 0, Vec::new()));
    let revoked = token::revocations(COUNTED_REVOCATIONS);
    cases.push(snapshot::apply("apply a bundle, 10,000 revocations", 0, revoked));
    cases.iter().for_each(|case| case.run(2));
    cases
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_case_ends_as_its_name_says() {
        assert!(!super::cases().is_empty());
        assert!(!super::counted_cases().is_empty());
    }
}
