//! The pipeline cases without a writ: the same requests, decided by the grants alone.

use super::case::ExpectedVerdict;
use super::pipeline::{report, request};
use super::{PipelineCase, file, native};
use crate::clock;
use crate::forging::WritSpec;
use crate::text::NameValues;
use anyhow::{Context as _, Result, anyhow};
use edgewrit_edge::config::Config;
use edgewrit_edge::http::head::Head;
use edgewrit_edge::rehearsal::{Rehearsal, RehearsedGrants, Verdict, rehearse};
use edgewrit_shared::grant::Grant;
use edgewrit_shared::json::document::{Faults, Node};
use edgewrit_shared::json::{self, Json};
use edgewrit_shared::limits::JSON_VALUES;

/// Refusals that the writ itself is the reason of, or a claim of it.
const BY_THE_WRIT: [&str; 3] = ["token_", "snapshot_", "credential_"];

/// Rehearses every one of `cases` whose verdict does not depend on the writ itself. Answers how
/// many these are.
///
/// # Errors
/// If a rehearsal's verdict, label, action or resource is not what its case expects.
pub fn play_rehearsal(cases: &[PipelineCase]) -> Result<usize> {
    let config = native::config(&file::setup()?)?;
    let (mut played, mut complaints) = (0, Vec::new());
    for case in cases {
        let names = names(case);
        let Some(authority) = authority(case, &names).with_context(|| format!("case `{}`", case.name))? else {
            continue;
        };
        played += 1;
        let (found, expected) = (found(&rehearsal(case, &names, &authority, &config)?), expected(case));
        // What a case does not say of a permit is not compared.
        let differs = found
            .iter()
            .zip(&expected)
            .any(|(found, expected)| expected.is_some() && found != expected);
        if differs {
            complaints.push(format!("{}: found {found:?}, expected {expected:?}", case.name));
        }
    }
    report("rehearsal", played, &complaints)?;
    Ok(played)
}

fn names(case: &PipelineCase) -> NameValues {
    let writ = case.writ.as_ref().map(|_| "a.writ.here".to_owned());
    NameValues {
        writ,
        ..NameValues::default()
    }
}

/// The grants of a case, none if it is refused before they count; `None` if its verdict is the
/// writ's.
fn authority(case: &PipelineCase, names: &NameValues) -> Result<Option<RehearsedGrants>> {
    if let ExpectedVerdict::Refuse(refused) = &case.expect
        && BY_THE_WRIT.iter().any(|prefix| refused.label.starts_with(prefix))
    {
        return Ok(None);
    }
    let grants = match &case.writ {
        None => Some(Vec::new()),
        Some(spec) => grants(spec, names)?,
    };
    Ok(grants.map(RehearsedGrants::new))
}

/// The grants that `spec` spells out; `None` if it makes them in another way.
fn grants(spec: &WritSpec, names: &NameValues) -> Result<Option<Vec<Grant>>> {
    let elsewhere = spec.payload_text.is_some()
        || ["scope", "authorization_details"]
            .iter()
            .any(|claim| spec.claims.contains_key(*claim));
    match (&spec.grants, &spec.scope) {
        (Some(grants), None) if !elsewhere => {
            let grants = structured(grants.get())?;
            // A rehearsal takes every limit as counted; that an edge does not is the writ's matter.
            let uncounted = |grant: &Grant| grant.uses().is_some_and(|uses| uses.allowance.is_none());
            Ok((!grants.iter().any(uncounted)).then_some(grants))
        }
        (None, Some(scope)) if !elsewhere => {
            let scope = scope.string(names)?;
            let grants: Result<_, _> = scope.split(' ').map(Grant::from_scope).collect();
            grants.map(Some).map_err(|message| anyhow!(message))
        }
        _ => Ok(None),
    }
}

fn structured(text: &str) -> Result<Vec<Grant>> {
    let document = json::parse(text.as_bytes(), JSON_VALUES).map_err(|error| anyhow!("{error}"))?;
    let faults = Faults::new();
    let is_writ = |entry: &Node<'_>| matches!(entry.json().member("type"), Some(Json::Text(kind)) if kind == "writ");
    let entries = Node::root(&document, &faults)
        .list(usize::MAX)
        .context("expected a list of grants")?;
    let grants = entries.iter().filter(|entry| is_writ(entry)).map(Grant::read);
    grants.collect::<Option<_>>().context("a grant that is none")
}

fn rehearsal(
    case: &PipelineCase,
    names: &NameValues,
    authority: &RehearsedGrants,
    config: &Config,
) -> Result<Rehearsal> {
    let request = request(case, names)?;
    let headers = native::lower_case(request.framed_headers("edge.example"));
    let headers: Vec<_> = headers
        .iter()
        .filter(|(name, _)| name != "authorization")
        .map(|(name, value)| (name.as_str(), value.as_slice()))
        .collect();
    let head = Head {
        method: &request.method,
        target: &request.target,
        authority: b"edge.example",
        headers: &headers,
        has_body: request.body.is_some(),
    };
    let body = request.body.as_deref().unwrap_or_default();
    Ok(rehearse(head, body, authority, config, clock::now()))
}

/// Label, action and resource.
type Said = [Option<String>; 3];

fn found(rehearsal: &Rehearsal) -> Said {
    let attempt = rehearsal.attempts.first();
    let label = match &rehearsal.verdict {
        Verdict::Permit { .. } => "permit",
        Verdict::Refuse { reason, .. } => reason.label(),
    };
    [
        Some(label.to_owned()),
        attempt.map(|attempt| attempt.action.clone()),
        attempt.map(|attempt| attempt.resource.clone()),
    ]
}

fn expected(case: &PipelineCase) -> Said {
    match &case.expect {
        ExpectedVerdict::Permit(permitted) => [
            Some("permit".to_owned()),
            permitted.action.clone(),
            permitted.resource.clone(),
        ],
        ExpectedVerdict::Refuse(refused) => [Some(refused.label.clone()), None, None],
    }
}
