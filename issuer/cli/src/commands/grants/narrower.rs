//! `edgewrit narrower`.

use crate::input::question_lines;
use crate::output::attempt::attempt_to_json;
use crate::output::failure::Failure;
use clap::Args;
use edgewrit_shared::grant::{Grant, Narrowing, Witness, narrower};
use edgewrit_shared::json::document::Node;
use edgewrit_shared::json::{Json, Quoted};
use edgewrit_shared::limits::GRANTS_PER_CEILING;
use edgewrit_shared::time::UnixSeconds;

const EXAMPLES: &str = "\
Each line of standard input is one question: whether the grants of `child` lie within those of `parent` together. Grants are structured,
or scope strings:

  {\"id\": 1, \"child\": [\"read:customers:42\"], \"parent\": [\"read:customers:*\"]}
  {\"id\": 2, \"child\": [{\"type\": \"writ\", \"actions\": [\"book\"], \"resources\": [\"tickets\"]}],
   \"parent\": [{\"type\": \"writ\", \"actions\": [\"book\"], \"resources\": [\"tickets\"], \"rules\": {\"seats\": {\"max\": 4}}}]}

Each line is answered by one, in order and at once:

  {\"id\":1,\"narrower\":true}
  {\"id\":2,\"narrower\":false,\"witness\":{\"action\":\"book\",\"resource\":\"tickets\",\"params\":{}}}
  {\"id\":3,\"narrower\":false,\"unproven\":\"action `read` on `x**` is not granted\"}
  {\"id\":4,\"error\":[\"/child/0/actions: an empty array, expected at least one element\"]}

A `witness` is what the first wider grant of the child permits and the parents refuse: an attempt; `at` a time in seconds since 1970,
unless that is 0; `uses` times, unless that is once. `unproven` says that neither can be shown, and of what; such a child has no
more authority than a wider one. After an `error` the exit code is 1.

Examples:
  edgewrit narrower < questions.jsonl > answers.jsonl
  echo '{\"child\": [\"read:data:1\"], \"parent\": [\"read:data:*\"]}' | edgewrit narrower";

/// Say whether grants lie within others, one question a line of JSON
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Narrower {
    /// Print JSON: it always does
    #[arg(long)]
    json: bool,
}

impl Narrower {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let Self { json: _ } = self;
        question_lines::answer_all(answer_question)
    }
}

fn answer_question(node: &Node<'_>) -> Option<String> {
    let members = node.object(&["id", "child", "parent"])?;
    let child = members.required("child").and_then(read_grants);
    let parent = members.required("parent").and_then(read_grants);
    let (child, parent) = (child?, parent?);
    let mut unproven = None;
    for grant in &child {
        match narrower(grant, &parent) {
            Narrowing::Narrower => {}
            Narrowing::Wider { witness, .. } => {
                return Some(format!("\"narrower\":false,\"witness\":{}", witness_to_json(&witness)));
            }
            Narrowing::Unproven { reason } => unproven = unproven.or(Some(reason)),
        }
    }
    Some(match unproven {
        None => "\"narrower\":true".to_owned(),
        Some(reason) => format!("\"narrower\":false,\"unproven\":{}", Quoted(&reason)),
    })
}

fn read_grants(node: &Node<'_>) -> Option<Vec<Grant>> {
    let grants: Vec<_> = node.list(GRANTS_PER_CEILING)?.iter().map(read_grant).collect();
    grants.into_iter().collect()
}

fn read_grant(node: &Node<'_>) -> Option<Grant> {
    match node.json() {
        Json::Text(scope) => Grant::from_scope(scope).map_err(|message| node.fault(message)).ok(),
        _ => Grant::read(node),
    }
}

/// A witness as JSON: `at` unless it is made at 0, `uses` unless it is made once.
fn witness_to_json(witness: &Witness) -> String {
    let Witness { attempt, at, uses } = witness;
    let at = match at {
        UnixSeconds(0) => String::new(),
        UnixSeconds(at) => format!(",\"at\":{at}"),
    };
    let uses = match uses {
        1 => String::new(),
        _ => format!(",\"uses\":{uses}"),
    };
    let attempt = attempt_to_json(attempt);
    let members = attempt.strip_suffix('}').unwrap_or(&attempt);
    format!("{members}{at}{uses}}}")
}
