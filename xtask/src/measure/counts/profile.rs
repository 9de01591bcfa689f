//! The output of callgrind: for each function the instructions of its own lines, and the calls that
//! it makes. <https://valgrind.org/docs/manual/cl-format.html>

use anyhow::{Context, Result, ensure};

/// Crates of the standard library. Their generic functions are compiled for our types, with our
/// closures in them.
const STANDARD: [&str; 3] = ["alloc", "core", "std"];
/// The beginning of the names of our own crates.
const OWN: &str = "edgewrit_";

/// Instructions of one profile.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Total {
    /// The instructions of functions of our own crates, and of the standard library.
    pub(super) own: u64,
    /// The instructions of all functions.
    pub(super) all: u64,
}

/// Adds up the instructions of a profile without compressed names and lines.
///
/// Other crates do not count: some choose their code by the processor that they run on, and all
/// change only with `Cargo.lock`. Neither does the C library, which is the machine's.
pub(super) fn read(text: &str) -> Result<Total> {
    let (mut total, mut of_program, mut own) = (Total { own: 0, all: 0 }, false, false);
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(object) = line.strip_prefix("ob=") {
            of_program = object.ends_with("/edgewrit-counts");
        } else if let Some(function) = line.strip_prefix("fn=") {
            own = is_own(function);
        } else if line.starts_with("calls=") {
            // The line behind it has the instructions of the function that is called, which has
            // lines of its own.
            lines.next();
        } else if line.starts_with(|first: char| first.is_ascii_digit()) {
            let cost = line.split_once(' ').map(|(_, cost)| cost.parse());
            // A line may have no cost: callgrind writes it down when a function is entered whose
            // lines follow.
            let cost: u64 = cost
                .transpose()
                .context("a cost that is no number")?
                .unwrap_or_default();
            total.all += cost;
            total.own += if of_program && own { cost } else { 0 };
        }
    }
    ensure!(total.own > 0, "no function of our own crates was counted");
    Ok(total)
}

/// Whether a function belongs to a crate of ours or of the standard library: the first path in its
/// name decides.
fn is_own(function: &str) -> bool {
    let Some((path, _)) = function.split_once("::") else {
        return false;
    };
    let name = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let first = path.rsplit(|character| !name(character)).next().unwrap_or_default();
    first.starts_with(OWN) || STANDARD.contains(&first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_path_of_a_name_is_its_crate() {
        for own in [
            "edgewrit_shared::small_code::text_eq::same_bytes",
            "<edgewrit_shared::json::number::Number as core::cmp::Ord>::cmp",
            "<alloc::vec::Vec<T> as alloc::vec::spec_from_iter_nested::SpecFromIterNested<T,I>>::from_iter",
            "<T as alloc::string::ToString>::to_string",
            "core::fmt::write'2",
        ] {
            assert!(is_own(own), "{own}");
        }
        for other in [
            "sha2::sha256::soft::unroll::compress",
            "<hifijson::SliceLexer as hifijson::str::LexAlloc>::str_string",
            "<&curve25519_dalek::backend::serial::u64::field::FieldElement51 as core::ops::arith::Mul>::mul",
            "malloc",
            "0x0000000000021b30",
        ] {
            assert!(!is_own(other), "{other}");
        }
    }

    #[test]
    fn costs_of_calls_and_of_other_objects_are_not_added_to_our_own() {
        let profile = "\
positions: line
events: Ir
summary: 118

ob=/target/release/edgewrit-counts
fl=???
fn=edgewrit_shared::grant::decide
7
8 10
9 1
cob=/lib/libc.so.6
cfn=malloc
calls=2 0
9 100

ob=/lib/libc.so.6
fl=malloc.c
fn=malloc
3 100

ob=/target/release/edgewrit-counts
fn=sha2::compress
0 5
fn=core::fmt::write
0 2
";
        assert_eq!(read(profile).unwrap(), Total { own: 13, all: 118 });
    }

    #[test]
    fn a_profile_without_functions_of_ours_is_a_fault() {
        assert!(read("ob=/lib/libc.so.6\nfn=malloc\n3 100\n").is_err());
    }
}
