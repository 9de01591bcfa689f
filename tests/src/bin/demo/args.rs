//! The arguments, which `cargo xtask demo` passes on.

use anyhow::{Context as _, Result, bail};
use edgewrit_tests::edge::HostKind;

/// The parts of the demo to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TourArgs {
    /// End after the tour.
    pub(crate) once: bool,
    /// Let the hostile agent loose instead of telling the stories.
    pub(crate) attack: bool,
    /// On which edges.
    pub(crate) kinds: Vec<HostKind>,
}

impl TourArgs {
    pub(crate) fn read(mut words: impl Iterator<Item = String>) -> Result<Self> {
        let mut args = Self {
            once: false,
            attack: false,
            kinds: HostKind::ALL.to_vec(),
        };
        while let Some(word) = words.next() {
            match word.as_str() {
                "--once" => args.once = true,
                "--attack" => args.attack = true,
                "--edge" => args.kinds = vec![kind(words.next().as_deref())?],
                _ => bail!(
                    "unknown argument `{word}`, expected `--once`, `--attack` or `--edge {}`",
                    names()
                ),
            }
        }
        Ok(args)
    }
}

fn kind(name: Option<&str>) -> Result<HostKind> {
    let name = name.with_context(|| format!("`--edge` without a value, expected {}", names()))?;
    HostKind::named(name).with_context(|| format!("`--edge {name}`, expected {}", names()))
}

/// The names of all hosts.
fn names() -> String {
    HostKind::ALL.map(HostKind::name).join("|")
}
