//! Whether a reader reads what the edge judged.

mod lookup;
mod names;
mod probe;
mod value;

use super::answer::ReaderAnswer;
use super::edge::JudgedRequest;
use super::sources::{ParamSource, TableOperation, TableParam};
use super::table::{ReaderProfile, reader};
use anyhow::{Context as _, Result};
use edgewrit_shared::grant::attempt::Attempt;
use std::collections::BTreeMap;
use std::fmt;
use value::{Agreement, Precision};

/// A reader that reads a permit otherwise than the edge.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// The name of the reader.
    pub reader: String,
    /// The part that differs: `route`, `target`, `names of the query`, or a parameter.
    pub what: String,
    /// The value that the edge judged and the value that the reader reads.
    pub detail: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 300;
        let shown: String = self.detail.chars().take(SHOWN).collect();
        let cut = if shown.len() < self.detail.len() { " .." } else { "" };
        write!(f, "{} reads {} otherwise: {shown}{cut}", self.reader, self.what)
    }
}

/// Every difference between the edge and its readers. `permits` asks the edge about the same
/// request again, under other grants.
///
/// # Errors
/// If an answer cannot be compared.
pub(super) fn differences(
    permitted: &JudgedRequest,
    answers: &BTreeMap<String, ReaderAnswer>,
    operations: &[TableOperation],
    permits: &dyn Fn(&[String]) -> bool,
) -> Result<Vec<Difference>> {
    let operation = operations
        .iter()
        .find(|operation| operation.name == permitted.operation);
    let operation = operation.with_context(|| format!("no operation `{}` in the table", permitted.operation))?;
    let mut found = Vec::new();
    for (name, answer) in answers {
        // What a reader refuses as a whole, no application acts on.
        if answer.refused.is_some() {
            continue;
        }
        let comparison = RequestComparison {
            permitted,
            operation,
            answer,
            permits,
            reader: reader(name)?,
        };
        found.extend(comparison.difference().map(|(what, detail)| Difference {
            reader: name.clone(),
            what,
            detail,
        }));
    }
    Ok(found)
}

struct RequestComparison<'c> {
    permitted: &'c JudgedRequest,
    operation: &'c TableOperation,
    answer: &'c ReaderAnswer,
    permits: &'c probe::Permits<'c>,
    reader: &'static ReaderProfile,
}

impl RequestComparison<'_> {
    /// The differences between the edge and a reader.
    fn difference(&self) -> Option<(String, String)> {
        let target = self
            .answer
            .target
            .as_ref()
            .filter(|target| **target != self.permitted.sent.target);
        if let Some(target) = target {
            return Some(("target".into(), format!("`{target}`")));
        }
        if let Some(route) = self
            .answer
            .route
            .as_ref()
            .filter(|route| route.as_ref() != Some(&self.operation.name))
        {
            let detail = format!("{route:?}, the edge judged `{}`", self.operation.name);
            return Some(("route".into(), detail));
        }
        self.unknown_name().or_else(|| self.other_value())
    }

    fn unknown_name(&self) -> Option<(String, String)> {
        let parts = [
            (ParamSource::Query, &self.answer.query),
            (ParamSource::Form, &self.answer.form),
        ];
        parts.into_iter().find_map(|(source, members)| {
            let known: Vec<_> = self.operation.names(source).collect();
            let name = names::unknown(members.as_ref()?, &known, self.reader.names)?;
            let what = if source == ParamSource::Query {
                "names of the query"
            } else {
                "names of the form"
            };
            Some((what.into(), format!("`{name}` is known to no row")))
        })
    }

    /// The reading as a whole has to be one that was judged, for readers of exact numbers and of
    /// rounded ones.
    fn other_value(&self) -> Option<(String, String)> {
        [Precision::Exact, Precision::Double].into_iter().find_map(|precision| {
            let mut wrong = Vec::new();
            for attempt in &self.permitted.readings {
                match self.rounded_in(attempt, precision) {
                    Ok(rounded) => {
                        let detail = probe::unjudged(attempt, &rounded, self.permits)?;
                        return Some(("the precision of numbers".into(), detail));
                    }
                    Err(other) => wrong.push(other),
                }
            }
            let judged: Vec<_> = wrong.iter().map(|(_, detail)| detail.as_str()).collect();
            let what = wrong.first().map(|(param, _)| param.name.clone()).unwrap_or_default();
            Some((format!("`{what}`"), judged.join("; in another reading ")))
        })
    }

    /// The parameters that are read as `attempt` has them but for rounding; or the first that is
    /// not, and how it is read.
    fn rounded_in(
        &self,
        attempt: &Attempt,
        precision: Precision,
    ) -> Result<Vec<probe::Rounded<'_>>, (&TableParam, String)> {
        let mut all = Vec::new();
        for param in &self.operation.params {
            let Some(read) = self.read(param) else { continue };
            let judged = attempt.param(&param.name);
            match value::agreement(judged, read.as_ref(), param, self.reader, precision) {
                Agreement::Same { rounded } if rounded.is_empty() => {}
                Agreement::Same { rounded } => all.push((param.name.as_str(), rounded)),
                Agreement::Other => {
                    let shown = judged.map_or_else(|| "nothing".into(), ToString::to_string);
                    let read = read.map_or_else(|| "nothing".into(), |read| format!("{read:?}"));
                    return Err((param, format!("`{}` is {read}, the edge judged {shown}", param.name)));
                }
            }
        }
        Ok(all)
    }

    /// The value of `param`, if the reader reads its part of the request.
    fn read(&self, param: &TableParam) -> Option<Option<super::answer::Read>> {
        let named = |members: &Option<super::answer::ReadMembers>| {
            let members = members.as_ref()?;
            Some(lookup::named(members, &param.place, self.reader.names))
        };
        match param.source {
            ParamSource::Path => named(&self.answer.path),
            ParamSource::Query => named(&self.answer.query),
            ParamSource::Form => named(&self.answer.form),
            ParamSource::Json => self
                .answer
                .json
                .as_ref()
                .map(|json| lookup::pointed(json, &param.place)),
        }
    }
}
