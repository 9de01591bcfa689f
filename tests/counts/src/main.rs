//! The program whose instructions `cargo xtask counts` counts. Callgrind counts in all threads. It
//! starts at zero each time [`counted`] begins, and writes down the counts each time [`counted`]
//! ends.

mod issuer;
mod mint;

use anyhow::Result;
use std::io::Write as _;

/// How often each case is done while its instructions are counted. An even number, because the
/// cases that see a writ for the first time use two configurations in turns.
const TIMES: u32 = 10;

/// Prints how often each case is done, and then the names of the cases in the order in which they
/// are counted.
fn main() -> Result<()> {
    let mint = mint::CountedMint::new()?;
    let cases = edgewrit_bench::counted_cases();
    let mut out = std::io::stdout().lock();
    writeln!(out, "{TIMES}")?;
    for case in &cases {
        counted(&case.once);
        writeln!(out, "{}", case.name)?;
    }
    counted(&|| mint.mint_one_task());
    writeln!(out, "{}", mint::NAME)?;
    let issuer = issuer::CountedIssuer::new()?;
    for case in issuer.cases()? {
        counted(&|| {
            assert!(
                issuer.send_next(&case).is_ok(),
                "the answer to `{}` is no success",
                case.name
            )
        });
        writeln!(out, "{}", case.name)?;
    }
    Ok(())
}

/// Callgrind finds this function by its name, so it must not be inlined.
#[inline(never)]
fn counted(once: &dyn Fn()) {
    (0..TIMES).for_each(|_| once());
}
