//! YAML as the JSON that it means.

use anyhow::{Context as _, Result, bail};
use saphyr::{LoadableYamlNode as _, Scalar, Yaml};
use serde_json::{Map, Value};
use std::path::Path;

/// Reads a file with one YAML document.
///
/// # Errors
/// If it is not there, or holds anything that JSON cannot.
pub fn read(path: &Path) -> Result<Value> {
    let text = std::fs::read_to_string(path).with_context(|| format!("`{}`", path.display()))?;
    parse(&text).with_context(|| format!("`{}`", path.display()))
}

fn parse(text: &str) -> Result<Value> {
    match Yaml::load_from_str(text)?.as_slice() {
        [document] => json(document),
        documents => bail!("{} documents, expected one", documents.len()),
    }
}

fn json(yaml: &Yaml<'_>) -> Result<Value> {
    Ok(match yaml {
        Yaml::Value(scalar) => match scalar {
            Scalar::Null => Value::Null,
            Scalar::Boolean(value) => (*value).into(),
            Scalar::Integer(value) => (*value).into(),
            Scalar::FloatingPoint(value) => value.into_inner().into(),
            Scalar::String(text) => text.as_ref().into(),
        },
        Yaml::Sequence(items) => items.iter().map(json).collect::<Result<Vec<_>>>()?.into(),
        Yaml::Mapping(members) => {
            let member = |(name, value)| Ok((text(name)?, json(value)?));
            members.iter().map(member).collect::<Result<Map<_, _>>>()?.into()
        }
        other => bail!("no JSON: {other:?}"),
    })
}

fn text(yaml: &Yaml<'_>) -> Result<String> {
    yaml.as_str()
        .map(str::to_owned)
        .with_context(|| format!("a name that is no text: {yaml:?}"))
}
