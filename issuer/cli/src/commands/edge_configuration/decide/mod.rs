//! `edgewrit decide`.

use crate::input::edge_configuration::EdgeConfiguration;
use crate::input::question_lines;
use crate::output::failure::Failure;
use clap::Args;
use std::path::PathBuf;

mod answer;
mod question;

use answer::QuestionJudge;

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
    /// Print JSON: it always does
    #[arg(long)]
    json: bool,
}

impl Decide {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let Self { config, json: _ } = self;
        let mut judge = QuestionJudge::new(EdgeConfiguration::open(&config)?.config);
        question_lines::answer_all(|question| judge.answer(question))
    }
}
