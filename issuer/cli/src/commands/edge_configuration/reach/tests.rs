//! Nothing that grants permit is left out: what the vectors permit is reached.

use super::misses::Reach;
use edgewrit_edge::config::Config;
use edgewrit_edge::http::head::Head;
use edgewrit_edge::rehearsal::{RehearsedGrants, Verdict, rehearse};
use edgewrit_issuer::json_document;
use edgewrit_shared::grant::Grant;
use edgewrit_shared::time::UnixSeconds;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::fs;
use std::path::Path;

fn vectors() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors"))
}

#[derive(Deserialize)]
struct File {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    writ: Option<Box<RawValue>>,
    request: Value,
    expect: Value,
}

/// Grants as they are spelled: numbers may be beyond what floating point can hold.
#[derive(Deserialize)]
struct SpelledWrit {
    grants: Option<Vec<Box<RawValue>>>,
    scope: Option<String>,
}

fn cases() -> Vec<Case> {
    let files = fs::read_dir(vectors().join("pipeline")).unwrap();
    let read = |path: &Path| serde_json::from_str::<File>(&fs::read_to_string(path).unwrap()).unwrap();
    files
        .flat_map(|file| read(&file.unwrap().path()).cases)
        .filter(|case| case.expect["verdict"] == "permit")
        .collect()
}

fn grants(writ: &RawValue) -> Option<Vec<Grant>> {
    let read = |grant: Box<RawValue>| json_document::json(grant.get().as_bytes(), 10_000, Grant::read).ok();
    let writ: SpelledWrit = serde_json::from_str(writ.get()).ok()?;
    match (writ.grants, writ.scope) {
        (Some(grants), None) => grants.into_iter().map(read).collect(),
        (None, Some(scope)) => scope.split(' ').map(|scope| Grant::from_scope(scope).ok()).collect(),
        _ => None,
    }
}

/// The operation of a case and the index of the grant that permits it, with all the grants; `None`
/// for cases that are spelled in other ways.
fn permitted(case: &Case, config: &Config) -> Option<(String, usize, Vec<Grant>)> {
    let (grants, request) = (grants(case.writ.as_deref()?)?, &case.request);
    let mut headers = Vec::new();
    for header in request["headers"].as_array().unwrap_or(&Vec::new()) {
        headers.push((header[0].as_str()?.to_ascii_lowercase(), header[1].as_str()?.to_owned()));
    }
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| (&**name, value.as_bytes()))
        .collect();
    let body = request.get("body").map(|body| body.as_str()).unwrap_or(Some(""))?;
    let head = Head {
        method: request["method"].as_str()?,
        target: request["target"].as_str()?.as_bytes(),
        authority: b"edge.example",
        headers: &headers,
        has_body: request.get("body").is_some(),
    };
    let authority = RehearsedGrants::new(grants.clone());
    let said = rehearse(head, body.as_bytes(), &authority, config, UnixSeconds(1_778_414_400));
    match said.verdict {
        Verdict::Permit { grant, .. } => Some((said.operation?, grant, grants)),
        Verdict::Refuse { .. } => None,
    }
}

#[test]
fn every_operation_that_is_permitted_is_reached() {
    const CASES: usize = 120;
    let text = fs::read_to_string(vectors().join("edge.json")).unwrap();
    let config = Config::read(&text, &|_| Some("secret".to_owned())).unwrap();
    let mut seen = 0;
    for case in cases() {
        let Some((operation, grant, grants)) = permitted(&case, &config) else {
            continue;
        };
        let row = config.operations().find(|row| row.name() == operation).unwrap();
        let reach = Reach::of(row, &grants);
        assert!(reach.grants.contains(&grant), "{}: {reach:?}", case.name);
        seen += 1;
    }
    assert!(seen >= CASES, "{seen} cases");
}
