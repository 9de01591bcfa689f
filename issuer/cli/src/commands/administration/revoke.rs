//! `edgewrit revoke`.

use crate::issuer_client::data_directory_options::DataDirectoryOptions;
use crate::output::failure::Failure;
use crate::output::streams::print_line;
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use edgewrit_issuer::revoke::RevokeLevel;
use edgewrit_issuer::rfc3339;
use serde_json::{Value, json};

const EXAMPLES: &str = "\
What was issued later is not touched. Every edge knows within a minute at most, those that wait for news at once.

Examples:
  edgewrit revoke agent spiffe://issuer.example/agent/holiday/trip-42/0123456789abcdef --data ./data
  edgewrit revoke task planner-4c68510dfc1b/trip-42 --data ./data
  edgewrit revoke client planner-4c68510dfc1b --data ./data
  edgewrit revoke all --before 2026-05-10T12:00:00Z --data ./data";

/// End writs before their time
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Revoke {
    /// Level: the kind of target whose writs end
    #[arg(value_parser = level_parser())]
    level: String,
    /// Target: a `jti`, lineage, agent, `CLIENT/TASK`, root of a chain, client or key; nothing
    /// for `all`
    target: Option<String>,
    /// Only what was issued up to this moment (RFC 3339) [default: now]
    #[arg(long, value_name = "MOMENT")]
    before: Option<String>,
    #[command(flatten)]
    data: DataDirectoryOptions,
}

fn level_parser() -> impl TypedValueParser<Value = String> {
    let named = |level: &RevokeLevel| PossibleValue::new(level.as_str()).help(level.about().trim());
    PossibleValuesParser::new(RevokeLevel::ALL.iter().map(named))
}

impl Revoke {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let mut body = json!({"level": self.level});
        let mut set = |name: &str, value: Option<Value>| {
            if let (Some(members), Some(value)) = (body.as_object_mut(), value) {
                members.insert(name.to_owned(), value);
            }
        };
        set("target", self.target.map(Value::from));
        set(
            "before",
            self.before
                .map(|text| parse_before(&text))
                .transpose()?
                .map(Value::from),
        );
        let answer = self.data.post("/revocations", body.to_string())?;
        let count = answer.get("count").and_then(Value::as_u64).unwrap_or_default();
        print_line(format!("revoked: {count}"))
    }
}

fn parse_before(text: &str) -> Result<u64, Failure> {
    let moment = rfc3339::read(text).map(|moment| moment.0);
    moment.ok_or_else(|| Failure::new(format!("`--before`: `{text}` found, expected `2026-05-10T12:00:00Z`")))
}
