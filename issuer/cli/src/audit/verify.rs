//! `edgewrit audit verify`.

use super::EVENTS;
use crate::admin::Group;
use crate::failure::{Failure, print};
use clap::Args;
use edgewrit_issuer::audit::{Broken, Checkpoint, Head, Link};
use edgewrit_issuer::files::open_input;
use edgewrit_issuer::history::History;
use edgewrit_shared::keys::PublicKey;
use std::io::{self, BufRead as _, BufReader, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Every edge has seen heads of the chain: a bundle's `audit_head`, such as `120:9f86…`. With `--seen` the chain must have that hash there;
a chain that was cut off and continued has not.

Examples:
  edgewrit audit verify --data ./data
  edgewrit audit verify --data ./data --seen 120:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
  edgewrit audit verify --export audit.jsonl";

/// Verify the chain from its beginning, and every checkpoint
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Verify {
    /// Folder of keys and database: the one that `edgewrit serve` was given
    #[arg(long, value_name = "DIR", env = "EDGEWRIT_DATA", required_unless_present = "export")]
    data: Option<PathBuf>,
    /// A file that `edgewrit audit export` or `--audit-log` wrote
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    export: Option<PathBuf>,
    #[command(flatten)]
    group: Group,
    /// A head that somebody saw
    #[arg(long, value_name = "SEQ:HASH", value_parser = head)]
    seen: Vec<Head>,
}

fn head(text: &str) -> Result<Head, String> {
    Head::parse(text).ok_or_else(|| "expected a number, a colon and 64 hexadecimal digits".to_owned())
}

/// Events after which progress is shown on a terminal: a second's worth.
const SHOWN: u64 = 200_000;

/// What is known of the chain so far.
struct Walk {
    /// Where it began: the last event that was pruned, if one was.
    begin: Head,
    head: Head,
    seen: Vec<Head>,
}

impl Walk {
    fn step(&mut self, link: &Link) -> Result<(), Broken> {
        self.head = link.follows(&self.head)?;
        let own = self.head;
        if let Some(seen) = self.seen.iter().find(|seen| seen.seq == own.seq && **seen != own) {
            return Err(Broken::Head { seen: *seen });
        }
        if own.seq.is_multiple_of(SHOWN) && io::stderr().is_terminal() {
            // Nothing is lost with progress that nobody sees.
            let _unseen = write!(io::stderr(), "\r{} events", own.seq);
        }
        Ok(())
    }

    /// What was seen must be there.
    fn end(&self) -> Result<(), Failure> {
        let begin = self.begin;
        if let Some(seen) = self.seen.iter().find(|seen| seen.seq == begin.seq && **seen != begin) {
            return Err(broken(&Broken::Head { seen: *seen }));
        }
        if let Some(seen) = self.seen.iter().find(|seen| seen.seq < begin.seq) {
            return Err(Failure::new(format!(
                "event {} was pruned: verify the archive with `--export`, or see a later event",
                seen.seq
            )));
        }
        match self.seen.iter().find(|seen| seen.seq > self.head.seq) {
            Some(seen) => Err(Failure::new(format!(
                "the chain ends at event {}, but event {} was seen: it was cut off",
                self.head.seq, seen.seq
            ))),
            None => Ok(()),
        }
    }
}

impl Verify {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let mut walk = Walk {
            begin: Head::default(),
            head: Head::default(),
            seen: self.seen,
        };
        let checkpoints = match (&self.export, &self.data) {
            (Some(file), _) => of_file(&mut walk, file)?,
            (None, Some(data)) => {
                let history = History::open_readable(data, self.group.read());
                of_history(&mut walk, &history.map_err(Failure::new)?)?
            }
            (None, None) => 0,
        };
        walk.end()?;
        let events = walk.head.seq - walk.begin.seq;
        print(format!("{events} events, {checkpoints} checkpoints: whole"))?;
        if walk.begin.seq > 0 && self.export.is_none() {
            print(format!("begins behind {}: what came before was archived", walk.begin))?;
        }
        print(format!("head {}", walk.head))
    }
}

fn broken(broken: &Broken) -> Failure {
    Failure::new(format!("the chain is broken: {broken}"))
}

fn of_history(walk: &mut Walk, history: &History) -> Result<u64, Failure> {
    let keys = history.checkpoint_keys().map_err(Failure::new)?;
    let mut checkpoints = begin(walk, history, &keys)?;
    loop {
        let from = walk.head.seq;
        let links = history.after(from, EVENTS).map_err(Failure::new)?;
        let Some(last) = links.last().map(|link| link.head.seq) else {
            return nothing_beyond(walk, history).map(|()| checkpoints);
        };
        let signed = history.checkpoints(from, last).map_err(Failure::new)?;
        let mut signed = signed.iter().peekable();
        for link in &links {
            walk.step(link).map_err(|error| broken(&error))?;
            while let Some((_, jws)) = signed.next_if(|(seq, _)| *seq == walk.head.seq) {
                holds(jws, &keys, &walk.head)?;
                checkpoints += 1;
            }
        }
    }
}

/// The chain begins behind what was pruned, if a checkpoint says so. Answers the number of checkpoints that were verified for it.
fn begin(walk: &mut Walk, history: &History, keys: &[PublicKey]) -> Result<u64, Failure> {
    let pruned = history.pruned().map_err(Failure::new)?;
    if pruned.seq == 0 {
        return Ok(0);
    }
    let signed = history.checkpoints(pruned.seq - 1, pruned.seq).map_err(Failure::new)?;
    let Some((_, jws)) = signed.first() else {
        return Err(Failure::new(format!(
            "the chain begins behind event {}, and no checkpoint was signed there: it was cut off",
            pruned.seq
        )));
    };
    holds(jws, keys, &pruned)?;
    (walk.begin, walk.head) = (pruned, pruned);
    Ok(1)
}

/// A checkpoint of an event that is not there any more says that the chain was cut off.
fn nothing_beyond(walk: &Walk, history: &History) -> Result<(), Failure> {
    let beyond = history.checkpoints(walk.head.seq, u64::MAX).map_err(Failure::new)?;
    match beyond.first() {
        None => Ok(()),
        Some((seq, _)) => Err(Failure::new(format!(
            "the chain ends at event {}, but there is a checkpoint at event {seq}: it was cut off",
            walk.head.seq
        ))),
    }
}

/// Whether a checkpoint says what the chain has.
fn holds(jws: &str, keys: &[PublicKey], head: &Head) -> Result<(), Failure> {
    let wrong = |what: String| Failure::new(format!("checkpoint at event {}: {what}", head.seq));
    let checkpoint = Checkpoint::read(jws, keys).map_err(|error| wrong(error.to_string()))?;
    if checkpoint.head == *head {
        return Ok(());
    }
    Err(wrong(format!("it was signed for {}", checkpoint.head)))
}

fn of_file(walk: &mut Walk, path: &Path) -> Result<u64, Failure> {
    let named = |error: io::Error| Failure::new(format!("{}: {error}", path.display()));
    let file = BufReader::new(open_input(path).map_err(named)?);
    for (number, line) in (1..).zip(file.lines()) {
        let line = line.map_err(named)?;
        let unreadable = || Failure::new(format!("{}:{number}: not a line of the audit", path.display()));
        let (before, link) = Link::imported(&line).ok_or_else(unreadable)?;
        // A file may begin anywhere: what comes before is taken as it says.
        if number == 1 {
            walk.head = before;
        }
        walk.step(&link).map_err(|error| broken(&error))?;
    }
    Ok(0)
}
