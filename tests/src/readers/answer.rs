//! The answer of a reader, in the form that all readers use; `tests/readers/README.md` has it.

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

/// A request as a reader reads it. A part that the reader does not read is absent.
#[derive(Debug, Default)]
pub(super) struct ReaderAnswer {
    /// Why it refuses the request, if it does.
    pub(super) refused: Option<String>,
    /// The route that it would run; `Some(None)` if it has none for the request.
    pub(super) route: Option<Option<String>>,
    /// The target that it would send on.
    pub(super) target: Option<String>,
    pub(super) path: Option<ReadMembers>,
    pub(super) query: Option<ReadMembers>,
    pub(super) form: Option<ReadMembers>,
    pub(super) json: Option<Read>,
}

/// Names and what was read under each.
pub(super) type ReadMembers = Vec<(String, Read)>;

/// A value as it was read.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Read {
    Null,
    Bool(bool),
    Text(String),
    /// As the reader's language writes it, such that it reads back as the same number.
    Number(String),
    List(Vec<Read>),
    Object(ReadMembers),
    /// Every value of a name, from a reader that leaves the choice to the application.
    All(Vec<String>),
    /// Another value, such as a missing number.
    Other(String),
}

impl ReaderAnswer {
    pub(super) fn of(answer: &Value) -> Result<Self> {
        let members = |name: &str| answer.get(name).map(members).transpose();
        Ok(Self {
            refused: answer.get("refused").and_then(Value::as_str).map(str::to_owned),
            route: answer.get("route").map(|route| route.as_str().map(str::to_owned)),
            target: answer.get("target").and_then(Value::as_str).map(str::to_owned),
            path: members("path")?,
            query: members("query")?,
            form: members("form")?,
            json: answer.get("json").map(read).transpose()?,
        })
    }
}

fn members(value: &Value) -> Result<ReadMembers> {
    let pairs = value.as_array().context("members that are no list")?;
    pairs
        .iter()
        .map(|pair| {
            let name = pair.get(0).and_then(Value::as_str).context("a member without a name")?;
            Ok((name.to_owned(), read(pair.get(1).context("a member without a value")?)?))
        })
        .collect()
}

fn read(value: &Value) -> Result<Read> {
    Ok(match value {
        Value::Null => Read::Null,
        Value::Bool(value) => Read::Bool(*value),
        Value::Array(items) => Read::List(items.iter().map(read).collect::<Result<_>>()?),
        Value::Object(tagged) => match tagged.iter().next() {
            Some((tag, Value::String(text))) if tag == "text" => Read::Text(text.clone()),
            Some((tag, Value::String(text))) if tag == "number" => Read::Number(text.clone()),
            Some((tag, value)) if tag == "object" => Read::Object(members(value)?),
            Some((tag, value)) if tag == "all" => Read::All(serde_json::from_value(value.clone())?),
            Some((tag, value)) if tag == "other" => Read::Other(value.to_string()),
            _ => bail!("a value of no known form: {value}"),
        },
        Value::String(_) | Value::Number(_) => bail!("a value of no known form: {value}"),
    })
}
