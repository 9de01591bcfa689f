//! Handover of bundles between instances in the shared data of the host, which outlives the
//! instances. An instance that starts after a crash or with a new configuration decides at once,
//! and asks the issuer only for the bundles since.

use crate::host::{Host, LogLevel, SharedValue};
use edgewrit_edge::config::Config;
use edgewrit_edge::issuer::bundle_handover::DeltaLog;
use edgewrit_shared::bundle::Snapshot;
use edgewrit_shared::time::UnixSeconds;

/// The prefix of keys, which changes with the form of the handover. The origin of the issuer
/// follows, because filters with one `vm_id` may have several issuers.
const KEY: &str = "edgewrit/bundle/1/";
const LOG: &str = "/trail";
const BASES: [&str; 2] = ["/0", "/1"];

/// The snapshot that other instances have left for `config`, if it is valid.
pub(crate) fn take_snapshot(host: impl Host, config: &Config, now: UnixSeconds) -> Option<Snapshot> {
    let (log, _) = read_log(host, config)?;
    let base = read(host, config, base_key(&log))?;
    match log.follow(&base.value, config, now) {
        Ok(snapshot) => Some(snapshot),
        Err(error) => {
            warn(
                host,
                &format!("the bundle that another filter has left is not taken: {error}"),
            );
            None
        }
    }
}

/// Leaves `document`, which turned `held` into `applied`. Returns whether the caller should ask for
/// another base.
pub(crate) fn leave_bundle(
    host: impl Host,
    config: &Config,
    held: Option<&Snapshot>,
    document: &[u8],
    applied: &Snapshot,
    now: UnixSeconds,
) -> bool {
    let Some(held) = held else {
        leave_base(host, config, document, applied);
        return false;
    };
    let Some((mut log, version)) = read_log(host, config) else {
        return false;
    };
    let extended = log.extend(held, document, applied);
    let due = log.is_due(now);
    // If another instance has changed the log since, that instance continues it.
    let done = (extended || due) && write(host, config, LOG, &log.to_bytes(), Some(version));
    done && due
}

/// Leaves a whole bundle, which gives `snapshot`, if it reaches further than the handover.
pub(crate) fn leave_base(host: impl Host, config: &Config, document: &[u8], snapshot: &Snapshot) {
    let (before, version) = read_log(host, config).unzip();
    if let Some(log) = DeltaLog::begin(before.as_ref(), snapshot)
        && write(host, config, base_key(&log), document, None)
    {
        match version {
            Some(_) => write(host, config, LOG, &log.to_bytes(), version),
            None => host
                .create_shared(&key(config, LOG), &log.to_bytes())
                .unwrap_or_default(),
        };
    }
}

/// The delta log and its version.
fn read_log(host: impl Host, config: &Config) -> Option<(DeltaLog, u32)> {
    let found = read(host, config, LOG)?;
    Some((DeltaLog::from_bytes(&found.value)?, found.version))
}

fn base_key(log: &DeltaLog) -> &'static str {
    let [one, other] = BASES;
    if log.slot() == 0 { one } else { other }
}

fn read(host: impl Host, config: &Config, part: &str) -> Option<SharedValue> {
    host.read_shared(&key(config, part)).unwrap_or_else(|failure| {
        warn(host, &failure.to_string());
        None
    })
}

fn write(host: impl Host, config: &Config, part: &str, value: &[u8], version: Option<u32>) -> bool {
    host.write_shared(&key(config, part), value, version)
        .unwrap_or_else(|failure| {
            warn(host, &failure.to_string());
            false
        })
}

fn key(config: &Config, part: &str) -> String {
    [KEY, config.issuer(), part].concat()
}

fn warn(host: impl Host, line: &str) {
    host.log(LogLevel::Warn, line);
}
