//! `edgewrit audit verify`.

use crate::input::group_readable::GroupReadable;
use crate::output::failure::Failure;
use crate::output::streams::{print_line, show_progress};
use clap::Args;
use edgewrit_issuer::audit::Link;
use edgewrit_issuer::files::open_input;
use edgewrit_issuer::history::History;
use edgewrit_issuer::keys::PinnedKeys;
use edgewrit_issuer::outside::{Published, read_witness};
use edgewrit_issuer::verify::{Seen, VerifiedAudit, VerifyError, verify, verify_export};
use edgewrit_shared::jose::keys::PublicKey;
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Every edge has seen heads of the chain: a bundle's `audit_head`, such as `120:9f86…`. The log of a Worker and of Envoy shows it, and Envoy's
statistics how far it reached. With `--seen` the chain must have that; a chain that was cut off and continued has not.

Checkpoints are accepted by the keys that are pinned in the key folder. Bundles list these keys too: with `--key` no others are accepted, whatever
the key folder says.

Examples:
  edgewrit audit verify --data ./data
  edgewrit audit verify --data ./data --seen 120:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
  edgewrit audit verify --data ./data --witness /elsewhere/witness
  edgewrit audit verify --export audit.jsonl";

/// Verify the chain from its beginning, and every checkpoint
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct AuditVerify {
    /// Data directory, with the keys and the database: the one that `edgewrit serve` was given
    #[arg(long, value_name = "DIR", env = "EDGEWRIT_DATA", required_unless_present = "export")]
    data: Option<PathBuf>,
    /// A file that `edgewrit audit export` or `--audit-log` wrote
    #[arg(long, value_name = "FILE", conflicts_with_all = ["data", "key"])]
    export: Option<PathBuf>,
    #[command(flatten)]
    group: GroupReadable,
    /// A head that an edge saw, or only how far it reached
    #[arg(long, value_name = "SEQ[:HASH]", value_parser = parse_seen)]
    seen: Vec<Seen>,
    /// A file that `edgewrit serve --witness` wrote
    #[arg(long, value_name = "FILE")]
    witness: Option<PathBuf>,
    /// Accept checkpoints by this key, and by no others that are not given: its id, or its `x` as
    /// bundles have it
    #[arg(long, value_name = "KEY")]
    key: Vec<String>,
}

fn parse_seen(text: &str) -> Result<Seen, String> {
    Seen::parse(text).ok_or_else(|| "expected a number, or a number, a colon and 64 hexadecimal digits".to_owned())
}

/// Events after which progress is shown on a terminal: a second's worth.
const SHOWN: u64 = 200_000;

impl AuditVerify {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let witnessed = match &self.witness {
            Some(file) => read_witness(file).map_err(Failure::new)?,
            None => Vec::new(),
        };
        let verified = match (&self.export, &self.data) {
            (Some(file), _) => verify_file(file, self.seen, witnessed)?,
            (None, Some(data)) => {
                let history = History::open_readable(data, self.group.read());
                verify_directory(&history.map_err(Failure::new)?, &self.key, self.seen, witnessed)?
            }
            // Clap asks for one of them.
            (None, None) => return Ok(()),
        };
        let (head, checkpoints) = (verified.head, verified.checkpoints);
        let events = head.seq - verified.begin.seq;
        print_line(format!("{events} events, {checkpoints} checkpoints: whole"))?;
        if verified.begin.seq > 0 && self.export.is_none() {
            print_line(format!(
                "begins behind {}: what came before was archived",
                verified.begin
            ))?;
        }
        if self.export.is_none() {
            print_line(describe_protection(&verified))?;
        }
        if verified.left_behind > 0 {
            let left = verified.left_behind;
            print_line(format!(
                "{left} heads of the witness are of a history that a restore from a backup has left"
            ))?;
        }
        print_line(format!("head {head}"))
    }
}

/// The event from which on the audit shows a change by a party that can write only the database.
fn describe_protection(verified: &VerifiedAudit) -> String {
    match verified.numbered_at {
        Some(_) if !verified.is_pinned => {
            "checkpoints are numbered, but their keys are taken from the database: give those of a bundle with `--key`"
                .to_owned()
        }
        Some(at) => format!(
            "checkpoints are numbered, and their keys pinned outside of the database, from event {} on; what was before stands as it was at checkpoint 1",
            at + 1
        ),
        None => {
            "no checkpoint is numbered yet: the next start of `edgewrit serve` signs one over all events".to_owned()
        }
    }
}

fn verify_directory(
    history: &History,
    keys: &[String],
    seen: Vec<Seen>,
    witnessed: Vec<Published>,
) -> Result<VerifiedAudit, Failure> {
    let given = (!keys.is_empty()).then(|| find_given_keys(history, keys)).transpose()?;
    let progress = |seq: u64| {
        if seq.is_multiple_of(SHOWN) {
            show_progress(seq, "events");
        }
    };
    verify(history, given.as_ref(), seen, witnessed, progress).map_err(Failure::new)
}

/// The keys of `--key`: by their ids, if the folder has them, or by their `x`.
fn find_given_keys(history: &History, keys: &[String]) -> Result<PinnedKeys, Failure> {
    let pinned = history.pinned_keys().map_err(Failure::new)?.unwrap_or_default();
    let named = history.named_keys().map_err(Failure::new)?;
    let key = |text: &String| {
        let known = pinned.find(text).or_else(|| named.find(text));
        let key = known
            .map(|known| known.key.clone())
            .or_else(|| PublicKey::from_x(text).ok());
        key.ok_or_else(|| {
            Failure::new(format!(
                "`--key`: `{text}` is no public key, and no key of this folder has it as id"
            ))
        })
    };
    Ok(PinnedKeys::of(keys.iter().map(key).collect::<Result<Vec<_>, _>>()?))
}

fn verify_file(path: &Path, seen: Vec<Seen>, witnessed: Vec<Published>) -> Result<VerifiedAudit, Failure> {
    let named = |error: io::Error| Failure::new(format!("{}: {error}", path.display()));
    let file = BufReader::new(open_input(path).map_err(named)?);
    let links = (1..).zip(file.lines()).map(|(number, line)| {
        let unreadable = || Failure::new(format!("{}:{number}: not a line of the audit", path.display()));
        Link::imported(&line.map_err(named)?).ok_or_else(unreadable)
    });
    verify_export(links, seen, witnessed)
}

impl From<VerifyError> for Failure {
    fn from(error: VerifyError) -> Self {
        Self::new(error)
    }
}
