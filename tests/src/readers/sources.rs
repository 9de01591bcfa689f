//! The source of each parameter of an operation, read from the configuration without the edge's own
//! code.

use super::EDGE;
use anyhow::{Context as _, Result};
use serde_json::Value;

/// An operation of the table.
#[derive(Debug)]
pub(super) struct TableOperation {
    /// As it is written, such as `GET /users/{id}`.
    pub(super) name: String,
    pub(super) params: Vec<TableParam>,
    /// Names in the query that nothing judges.
    pub(super) ignored_query: Vec<String>,
    /// Names in the form that nothing judges.
    pub(super) ignored_form: Vec<String>,
}

/// A parameter.
#[derive(Debug)]
pub(super) struct TableParam {
    pub(super) name: String,
    pub(super) source: ParamSource,
    /// The name in the source: a capture, a name, or a JSON pointer with `*`.
    pub(super) place: String,
    pub(super) list: bool,
}

/// A part of a request that parameters stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ParamSource {
    Path,
    Query,
    Form,
    Json,
}

impl TableOperation {
    /// All operations of the table.
    pub(super) fn all() -> Result<Vec<Self>> {
        let document: Value = serde_json::from_str(EDGE)?;
        let operations = document.get("operations").and_then(Value::as_array);
        operations
            .context("a table without operations")?
            .iter()
            .map(Self::read)
            .collect()
    }

    fn read(row: &Value) -> Result<Self> {
        let params = row.get("params").and_then(Value::as_object).into_iter().flatten();
        Ok(Self {
            name: row
                .get("match")
                .and_then(Value::as_str)
                .context("an operation without `match`")?
                .to_owned(),
            params: params
                .map(|(name, param)| TableParam::read(name, param))
                .collect::<Result<_>>()?,
            ignored_query: ignored(row, "query."),
            ignored_form: ignored(row, "form."),
        })
    }

    /// Names that the edge lets pass in `source`.
    pub(super) fn names(&self, source: ParamSource) -> impl Iterator<Item = &str> {
        let ignored = match source {
            ParamSource::Query => self.ignored_query.as_slice(),
            ParamSource::Form => self.ignored_form.as_slice(),
            ParamSource::Path | ParamSource::Json => &[],
        };
        let own = self.params.iter().filter(move |param| param.source == source);
        own.map(|param| param.place.as_str())
            .chain(ignored.iter().map(String::as_str))
    }
}

impl TableParam {
    fn read(name: &str, param: &Value) -> Result<Self> {
        let from = param.as_str().or_else(|| param.get("from").and_then(Value::as_str));
        let (source, place) = from
            .and_then(|from| from.split_once('.'))
            .context("a parameter without a source")?;
        let source = match source {
            "path" => ParamSource::Path,
            "query" => ParamSource::Query,
            "form" => ParamSource::Form,
            "body" => ParamSource::Json,
            _ => anyhow::bail!("`{source}` is no source that readers are asked about"),
        };
        Ok(Self {
            name: name.to_owned(),
            source,
            place: place.to_owned(),
            list: param.get("list").and_then(Value::as_bool).unwrap_or_default(),
        })
    }
}

fn ignored(row: &Value, source: &str) -> Vec<String> {
    let all = row.get("ignore").and_then(Value::as_array).into_iter().flatten();
    let names = all
        .filter_map(Value::as_str)
        .filter_map(|name| name.strip_prefix(source));
    names.map(str::to_owned).collect()
}
