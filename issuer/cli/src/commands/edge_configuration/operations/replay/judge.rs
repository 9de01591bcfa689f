//! The verdict on a recorded request.

use super::recorded::{Recorded, RecordedBody};
use crate::input::edge_configuration::requested_host;
use edgewrit_edge::config::Config;
use edgewrit_edge::config::view::{ParamLocation, Row};
use edgewrit_edge::http::head::Head;
use edgewrit_edge::rehearsal::{Rehearsal, RehearsedGrants, Verdict, rehearse};
use edgewrit_shared::reason::Reason;
use edgewrit_shared::time::UnixSeconds;
use std::collections::BTreeMap;

/// The judge of recorded requests.
pub(super) struct ReplayJudge<'a> {
    config: &'a Config,
    authority: RehearsedGrants,
    now: UnixSeconds,
    /// For each operation with a parameter in a header the first such parameter.
    headers: BTreeMap<&'a str, &'a str>,
}

/// A recorded request, judged.
#[derive(Debug)]
pub(super) struct JudgedRecord {
    /// The operation that matches.
    pub(super) operation: Option<String>,
    pub(super) fate: Fate,
}

/// The verdict on a request, as far as the record tells.
#[derive(Debug)]
pub(super) enum Fate {
    Passes,
    Refused {
        reason: Reason,
        detail: String,
    },
    /// The verdict depends on a part that was not recorded.
    NotJudged(String),
}

/// Reasons of the verdicts that headers have a part in, once an operation reads one.
const BY_PARAMS: [Reason; 5] = [
    Reason::FormPlus,
    Reason::NotGranted,
    Reason::NumberPrecision,
    Reason::ParamMissing,
    Reason::QueryPlus,
];

impl<'a> ReplayJudge<'a> {
    pub(super) fn new(config: &'a Config, authority: RehearsedGrants, now: UnixSeconds) -> Self {
        let in_header = |row: Row<'a>| {
            let mut fields = row.params().filter(|field| field.source == ParamLocation::Header);
            Some((row.name(), fields.next()?.name))
        };
        Self {
            config,
            authority,
            now,
            headers: config.operations().filter_map(in_header).collect(),
        }
    }

    pub(super) fn judge(&self, recorded: &Recorded) -> JudgedRecord {
        // If a body is needed and was not recorded, everything before the body can still be judged.
        let first = self.rehearse(recorded, matches!(recorded.body, RecordedBody::Text(_)));
        let needs_body = matches!(
            first.verdict,
            Verdict::Refuse {
                reason: Reason::BodyMissing,
                ..
            }
        );
        // A log does not say that there was no body, unless it says how long it was.
        let unrecorded = recorded.headers.is_none() || matches!(recorded.body, RecordedBody::Lost);
        let said = match recorded.body {
            RecordedBody::Lost if !needs_body => self.rehearse(recorded, true),
            _ => first,
        };
        let fate = match (needs_body && unrecorded, self.needed_header(recorded, &said)) {
            (true, _) => Fate::NotJudged("needs a body".to_owned()),
            (false, Some(name)) => Fate::NotJudged(format!("needs the header of `{name}`")),
            (false, None) => fate_of(said.verdict),
        };
        JudgedRecord {
            operation: said.operation,
            fate,
        }
    }

    fn rehearse(&self, recorded: &Recorded, has_body: bool) -> Rehearsal {
        let headers = recorded.headers.as_deref().unwrap_or_default();
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .collect();
        let head = Head {
            method: &recorded.method,
            target: recorded.target.as_bytes(),
            authority: requested_host(&[], self.config),
            headers: &headers,
            has_body,
        };
        let body = match &recorded.body {
            RecordedBody::Text(text) => text.as_bytes(),
            RecordedBody::Nothing | RecordedBody::Lost => &[],
        };
        rehearse(head, body, &self.authority, self.config, self.now)
    }

    /// The parameter whose header was not recorded and has a part in the verdict.
    fn needed_header(&self, recorded: &Recorded, said: &Rehearsal) -> Option<String> {
        let is_by_params = match said.verdict {
            Verdict::Permit { .. } => true,
            Verdict::Refuse { reason, .. } => BY_PARAMS.contains(&reason),
        };
        if recorded.headers.is_some() || !is_by_params {
            return None;
        }
        let name = self.headers.get(said.operation.as_deref()?)?;
        Some((*name).to_owned())
    }
}

fn fate_of(verdict: Verdict) -> Fate {
    match verdict {
        Verdict::Permit { .. } => Fate::Passes,
        Verdict::Refuse { reason, detail } => Fate::Refused { reason, detail },
    }
}
