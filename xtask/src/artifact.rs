//! What a validator must be before it is delivered: importing nothing but what it is allowed, within its size.

use std::fmt;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::progress::quietly;

/// Bytes of the filter, as it lies on disk.
const FILTER_LIMIT: usize = 450_000;
/// Bytes of the Worker's two files together, compressed, which is how Cloudflare counts.
const WORKER_LIMIT: usize = 500_000;

/// All that the filter may ask of Envoy.
const FILTER_IMPORTS: [&str; 16] = [
    "env.proxy_continue_stream",
    "env.proxy_get_buffer_bytes",
    "env.proxy_get_current_time_nanoseconds",
    "env.proxy_get_header_map_pairs",
    "env.proxy_get_property",
    "env.proxy_http_call",
    "env.proxy_log",
    "env.proxy_send_local_response",
    "env.proxy_set_buffer_bytes",
    "env.proxy_set_effective_context",
    "env.proxy_set_header_map_pairs",
    "env.proxy_set_property",
    "env.proxy_set_tick_period_milliseconds",
    "wasi_snapshot_preview1.environ_get",
    "wasi_snapshot_preview1.environ_sizes_get",
    "wasi_snapshot_preview1.random_get",
];

/// The module that wasm-bindgen's glue provides, the only one that the Worker may import from.
const WORKER_IMPORTS: &str = "./index_bg.js.";

/// A URL object normalises; the Worker judges and sends targets as they were written.
const URL_PARSER: &str = "new URL(";

/// How large something is.
#[derive(Default)]
pub(crate) struct Sizes {
    raw: usize,
    gzip: usize,
}

impl Sizes {
    /// The sizes of a file, or of the files of a folder together.
    pub(crate) fn of(path: &Path) -> Result<Self> {
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
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:>8.1} KB {:>8.1} KB compressed",
            kilobytes(self.raw),
            kilobytes(self.gzip)
        )
    }
}

#[expect(clippy::cast_precision_loss, reason = "a size for reading, with one decimal")]
fn kilobytes(bytes: usize) -> f64 {
    bytes as f64 / 1000.0
}

/// Accepts the filter, or says what is wrong with it. `helper` is the program `xtask-wasm`.
pub(crate) fn accept_filter(helper: &Path, file: &Path) -> Result<()> {
    refuse_imports("the filter", &imports(helper, file)?, |name| {
        FILTER_IMPORTS.contains(&name)
    })?;
    within("the filter", Sizes::of(file)?.raw, FILTER_LIMIT)
}

/// Accepts the Worker in `folder`, or says what is wrong with it.
pub(crate) fn accept_worker(helper: &Path, folder: &Path) -> Result<()> {
    let imports = imports(helper, &folder.join("index_bg.wasm"))?;
    refuse_imports("the Worker", &imports, |name| name.starts_with(WORKER_IMPORTS))?;
    let glue = fs::read_to_string(folder.join("index.js")).context("reading the Worker's `index.js`")?;
    ensure!(
        !glue.contains(URL_PARSER),
        "the Worker's `index.js` contains `{URL_PARSER}`: a URL object normalises"
    );
    within("the Worker, compressed,", Sizes::of(folder)?.gzip, WORKER_LIMIT)
}

fn within(what: &str, size: usize, limit: usize) -> Result<()> {
    ensure!(size <= limit, "{what} has {size} bytes, {limit} are allowed");
    Ok(())
}

fn refuse_imports(what: &str, imports: &str, allowed: impl Fn(&str) -> bool) -> Result<()> {
    let refused: Vec<_> = imports.lines().filter(|name| !allowed(name)).collect();
    if !refused.is_empty() {
        bail!(
            "{what} imports `{}`, which is not on the list in `xtask/src/artifact.rs`",
            refused.join("`, `")
        );
    }
    Ok(())
}

/// One `module.name` a line.
fn imports(helper: &Path, file: &Path) -> Result<String> {
    let printed = quietly("reading imports", Command::new(helper).arg("imports").arg(file))?;
    String::from_utf8(printed).context("an import has a name that is not UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_that_is_not_on_the_list_is_named() {
        let imports = "env.proxy_log\nwasi_snapshot_preview1.fd_write";
        let refused = refuse_imports("the filter", imports, |name| FILTER_IMPORTS.contains(&name)).unwrap_err();
        assert!(
            refused.to_string().contains("`wasi_snapshot_preview1.fd_write`"),
            "{refused}"
        );
        assert!(!refused.to_string().contains("proxy_log"), "{refused}");
    }

    #[test]
    fn one_byte_over_the_limit_is_refused() {
        assert!(within("the filter", FILTER_LIMIT, FILTER_LIMIT).is_ok());
        assert!(within("the filter", FILTER_LIMIT + 1, FILTER_LIMIT).is_err());
    }
}
