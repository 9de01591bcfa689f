//! The sizes of the artifacts, and their limits.

use std::fmt;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::base::progress::quietly;
use crate::base::project::Project;
use crate::build::Artifact;

/// Bytes of the filter, as it lies on disk. V8 compiles all of it once for each start of Envoy.
const FILTER_LIMIT: usize = 480_000;
/// Bytes of the Worker's two files together, compressed, which is how Cloudflare counts.
const WORKER_LIMIT: usize = 500_000;

/// Prints how large `parts` are. An error if one is larger than it may be.
pub(crate) fn report(project: &Project, parts: &[Artifact]) -> Result<()> {
    let mut over = Vec::new();
    for part in parts {
        let sizes = Sizes::of(&project.dist().join(part.name()))?;
        println!("  dist/{:<22}{sizes}", part.name());
        over.extend(sizes.over(*part).map(|by| format!("`dist/{}` has {by}", part.name())));
    }
    ensure!(over.is_empty(), "{}", over.join(", "));
    Ok(())
}

/// The size of an artifact, in bytes.
#[derive(Default)]
struct Sizes {
    raw: usize,
    gzip: usize,
}

impl Sizes {
    /// The sizes of a file, or of the files of a folder together.
    fn of(path: &Path) -> Result<Self> {
        if !path.is_dir() {
            let raw = fs::metadata(path)
                .with_context(|| format!("reading `{}`", path.display()))?
                .len();
            let gzip = quietly("compressing", Command::new("gzip").arg("--stdout").arg(path))?.len();
            return Ok(Self {
                raw: usize::try_from(raw)?,
                gzip,
            });
        }
        let mut sum = Self::default();
        for entry in fs::read_dir(path)? {
            let file = Self::of(&entry?.path())?;
            sum.raw += file.raw;
            sum.gzip += file.gzip;
        }
        Ok(sum)
    }

    /// The excess over the limit, if any.
    fn over(&self, part: Artifact) -> Option<String> {
        let (size, limit, what) = match part {
            Artifact::Edgewrit => return None,
            Artifact::Envoy => (self.raw, FILTER_LIMIT, "bytes"),
            Artifact::Worker => (self.gzip, WORKER_LIMIT, "bytes compressed"),
        };
        (size > limit).then(|| format!("{size} {what} where {limit} are allowed"))
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (raw, gzip) = (kilobytes(self.raw), kilobytes(self.gzip));
        write!(f, "{raw:>8.1} KB {gzip:>8.1} KB compressed")
    }
}

#[expect(clippy::cast_precision_loss, reason = "a size for reading, with one decimal")]
fn kilobytes(bytes: usize) -> f64 {
    bytes as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_byte_over_the_limit_is_named() {
        let filter = |raw| Sizes { raw, gzip: 0 }.over(Artifact::Envoy);
        assert_eq!(filter(FILTER_LIMIT), None);
        assert_eq!(
            filter(FILTER_LIMIT + 1).unwrap(),
            "480001 bytes where 480000 are allowed"
        );
    }

    #[test]
    fn the_worker_is_measured_compressed() {
        assert_eq!(
            Sizes {
                raw: 2 * WORKER_LIMIT,
                gzip: WORKER_LIMIT
            }
            .over(Artifact::Worker),
            None
        );
        assert!(
            Sizes {
                raw: 0,
                gzip: WORKER_LIMIT + 1
            }
            .over(Artifact::Worker)
            .is_some()
        );
    }
}
