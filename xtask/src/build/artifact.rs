//! Checks of the finished validators: imports and texts. Only a validator that passes is delivered.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::base::progress::quietly;

/// All that the filter may ask of Envoy.
const FILTER_IMPORTS: [&str; 24] = [
    "env.proxy_close_stream",
    "env.proxy_continue_stream",
    "env.proxy_define_metric",
    "env.proxy_get_buffer_bytes",
    "env.proxy_get_current_time_nanoseconds",
    "env.proxy_get_header_map_pairs",
    "env.proxy_get_log_level",
    "env.proxy_get_property",
    "env.proxy_get_shared_data",
    "env.proxy_http_call",
    "env.proxy_increment_metric",
    "env.proxy_log",
    "env.proxy_record_metric",
    "env.proxy_remove_header_map_value",
    "env.proxy_replace_header_map_value",
    "env.proxy_send_local_response",
    "env.proxy_set_buffer_bytes",
    "env.proxy_set_effective_context",
    "env.proxy_set_property",
    "env.proxy_set_shared_data",
    "env.proxy_set_tick_period_milliseconds",
    "wasi_snapshot_preview1.environ_get",
    "wasi_snapshot_preview1.environ_sizes_get",
    "wasi_snapshot_preview1.random_get",
];

/// The module that wasm-bindgen's glue provides, the only one that the Worker may import from.
const WORKER_IMPORTS: &str = "./index_bg.js.";

/// A URL object normalises; the Worker judges and sends targets as they were written.
const URL_PARSER: &str = "new URL(";

/// Accepts the filter, or says what is wrong with it. `helper` is the program `xtask-wasm`.
pub(crate) fn accept_filter(helper: &Path, file: &Path) -> Result<()> {
    refuse_imports("the filter", &imports(helper, file)?, |name| {
        FILTER_IMPORTS.contains(&name)
    })
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
    Ok(())
}

fn refuse_imports(what: &str, imports: &str, allowed: impl Fn(&str) -> bool) -> Result<()> {
    let refused: Vec<_> = imports.lines().filter(|name| !allowed(name)).collect();
    if !refused.is_empty() {
        bail!(
            "{what} imports `{}`, which is not on the list in `xtask/src/build/artifact.rs`",
            refused.join("`, `")
        );
    }
    Ok(())
}

/// The imports, one `module.name` a line.
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
}
