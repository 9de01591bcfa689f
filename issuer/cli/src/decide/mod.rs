//! `edgewrit decide`.

use crate::config;
use crate::failure::Failure;
use clap::Args;
use std::io::{self, BufRead, BufReader, BufWriter, Read as _, Write};
use std::path::PathBuf;

mod answer;
mod question;

use answer::Judge;

/// Longest line that is read, in bytes: a body of the longest kind fits, escaped.
const LINE_BYTES: usize = 4 * 1024 * 1024;
/// Bytes that are read at once.
const READ_BYTES: usize = 64 * 1024;

const EXAMPLES: &str = "\
Each line of standard input is one question:

  {\"id\": 1, \"grants\": [..], \"request\": {\"method\": \"GET\", \"target\": \"/flights?from=JFK\", \"headers\": [[\"accept\", \"*/*\"]]}}

Instead of `grants` there may be `scope`: scope strings, as a list or separated by spaces. A request may have a `body`, a string. `now`
is seconds since 1970 or RFC 3339; without it the clock counts. Each line is answered by one, in order and at once:

  {\"id\":1,\"verdict\":\"refuse\",\"label\":\"not_granted\",\"attempts\":[{\"action\":\"search\",\"resource\":\"flights\",\"params\":{\"from\":\"JFK\"}}]}
  {\"id\":2,\"verdict\":\"permit\",\"label\":\"permit\",\"attempts\":[..],\"grant\":0}
  {\"id\":3,\"error\":[\"/request: missing member `target`\"]}

`grant` is the index of the grant that permits. After an `error` the exit code is 1. No writ is looked at: the request is judged as if
one with these grants had come along, each limited grant with uses left.

Examples:
  edgewrit decide --config edge.yaml < questions.jsonl > answers.jsonl
  echo '{\"scope\": \"search:flights:*\", \"request\": {\"method\": \"GET\", \"target\": \"/flights\"}}' | edgewrit decide --config edge.yaml";

/// Decide requests by grants, one a line of JSON
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Decide {
    /// The edge's configuration, YAML or JSON
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

impl Decide {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let edge = config::open(&self.config)?;
        let mut judge = Judge::new(edge.config);
        let input = BufReader::with_capacity(READ_BYTES, io::stdin().lock());
        let tally = answer_all(input, BufWriter::new(io::stdout().lock()), &mut judge)?;
        match tally.unreadable {
            0 => Ok(()),
            unreadable => Err(Failure::new(format!(
                "{unreadable} of {} lines could not be read",
                tally.lines
            ))),
        }
    }
}

/// How many lines came, and how many of them could not be read.
#[derive(Debug, Default)]
struct Tally {
    lines: u64,
    unreadable: u64,
}

fn answer_all<R: io::Read, W: Write>(
    mut input: BufReader<R>,
    mut output: W,
    judge: &mut Judge,
) -> Result<Tally, Failure> {
    let reading = |error| Failure::new(format!("standard input: {error}"));
    let writing = |error| Failure::new(format!("standard output: {error}"));
    let (mut line, mut tally) = (Vec::new(), Tally::default());
    loop {
        // Whoever asks may wait for the answer before asking again.
        if !input.buffer().contains(&b'\n') {
            output.flush().map_err(writing)?;
        }
        line.clear();
        let answer = match next(&mut input, &mut line).map_err(reading)? {
            Next::End => return Ok(tally),
            Next::Line => judge.answer(&line),
            Next::TooLong => Err(answer::unreadable(None, &[format!("longer than {LINE_BYTES} bytes")])),
        };
        tally.lines += 1;
        tally.unreadable += u64::from(answer.is_err());
        let (Ok(text) | Err(text)) = answer;
        writeln!(output, "{text}").map_err(writing)?;
    }
}

enum Next {
    Line,
    TooLong,
    End,
}

/// Reads one line into `line`, without its line feed. Of one that is too long the rest is skipped.
fn next(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Next> {
    input.take(LINE_BYTES as u64 + 1).read_until(b'\n', line)?;
    if line.last() == Some(&b'\n') {
        line.pop();
        return Ok(Next::Line);
    }
    match line.len() {
        0 => Ok(Next::End),
        length if length > LINE_BYTES => input.skip_until(b'\n').map(|_| Next::TooLong),
        _ => Ok(Next::Line),
    }
}
