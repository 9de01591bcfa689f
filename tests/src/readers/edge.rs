//! The edge whose permits are read.

use super::EDGE;
use super::request::{BodyKind, ProbeRequest, SentRequest};
use anyhow::{Context as _, Result, anyhow, bail, ensure};
use edgewrit_edge::config::Config;
use edgewrit_edge::http::head::Head;
use edgewrit_edge::memory::Memory;
use edgewrit_edge::rehearsal::{Rehearsal, RehearsedGrants, Verdict, rehearse};
use edgewrit_edge::step::{BodyEnd, Step, start};
use edgewrit_edge::verdict::permit::OutgoingRequest;
use edgewrit_edge::world::World;
use edgewrit_shared::bundle::Snapshot;
use edgewrit_shared::grant::attempt::Attempt;
use edgewrit_test_issuer as support;
use std::sync::Arc;

/// Whatever the operations can read is permitted: the question is what they read.
const GRANT: &str = r#"{"type":"writ","actions":["list","login","order","read","remove","draft","post","row","change"],"resources":["**"]}"#;

/// An edge in this process.
#[derive(Debug)]
pub(super) struct InProcessEdge {
    config: Arc<Config>,
    snapshot: Snapshot,
    memory: Memory,
    authorization: String,
    authority: RehearsedGrants,
}

/// A request that the edge permits, as the edge reads it.
#[derive(Debug)]
pub(super) struct JudgedRequest {
    pub(super) sent: SentRequest,
    /// As it is written in the table.
    pub(super) operation: String,
    /// The attempts, one for each reading that was judged.
    pub(super) readings: Vec<Attempt>,
}

impl InProcessEdge {
    pub(super) fn new() -> Result<Self> {
        let text = EDGE.replace("BUNDLE_KEY", &support::bundle_key().public().x());
        let config = Config::read(&text, &|_| Some("secret-of-the-edge".into()))
            .map_err(|faults| anyhow!("the configuration of the readers: {faults:?}"))?;
        let grants = support::grants(&[GRANT]);
        Ok(Self {
            config: Arc::new(config),
            snapshot: support::snapshot(support::NOW, Vec::new()),
            memory: Memory::new(1),
            authorization: format!("Bearer {}", support::writ(&support::claims(grants.clone()))),
            authority: RehearsedGrants::new(grants),
        })
    }

    /// The edge's reading of `request`, or the label of the refusal.
    pub(super) fn judge(&self, request: &ProbeRequest) -> Result<Result<JudgedRequest, String>> {
        let length = request.body.as_ref().map(|body| body.len().to_string());
        let mut headers = vec![("authorization", self.authorization.as_bytes())];
        headers.extend(request.content_type.map(|kind| ("content-type", kind.as_bytes())));
        headers.extend(length.as_ref().map(|length| ("content-length", length.as_bytes())));
        let outgoing = match self.verdict(request, &headers)? {
            Ok(outgoing) => outgoing,
            Err(label) => return Ok(Err(label)),
        };
        let rehearsal = self.rehearse(request, &headers);
        ensure!(
            !rehearsal.attempts.is_empty(),
            "permitted, but the rehearsal reads nothing: {request:?}"
        );
        let operation = rehearsal.operation.clone().context("permitted without an operation")?;
        Ok(Ok(JudgedRequest {
            sent: sent(outgoing, request.body_kind)?,
            operation,
            readings: rehearsal.attempts,
        }))
    }

    /// Whether it permits `request` under `grants` alone.
    pub(super) fn permits(&self, request: &ProbeRequest, grants: &[String]) -> bool {
        let grants: Vec<_> = grants.iter().map(String::as_str).collect();
        let authority = RehearsedGrants::new(support::grants(&grants));
        let length = request.body.as_ref().map(|body| body.len().to_string());
        let mut headers = Vec::new();
        headers.extend(request.content_type.map(|kind| ("content-type", kind.as_bytes())));
        headers.extend(length.as_ref().map(|length| ("content-length", length.as_bytes())));
        let body = request.body.as_deref().unwrap_or_default();
        let rehearsal = rehearse(head(request, &headers), body, &authority, &self.config, support::NOW);
        matches!(rehearsal.verdict, Verdict::Permit { .. })
    }

    fn verdict(&self, request: &ProbeRequest, headers: &[(&str, &[u8])]) -> Result<Result<OutgoingRequest, String>> {
        let world = World {
            config: &self.config,
            snapshot: Some(&self.snapshot),
            memory: &self.memory,
            now: support::NOW,
        };
        let step = match start(head(request, headers), &world) {
            Step::Body(mut need) => {
                need.append(request.body.as_deref().unwrap_or_default());
                need.resume(BodyEnd::Whole, &world)
            }
            step => step,
        };
        match step {
            Step::Forward(permit) => Ok(Ok(permit.into_request().0)),
            Step::Refuse(refusal) => Ok(Err(refusal.reason().to_string())),
            Step::Body(_) | Step::Spend(_) | Step::Record(_) | Step::Snapshot(_) => {
                bail!("nothing more should be asked for")
            }
        }
    }

    fn rehearse(&self, request: &ProbeRequest, headers: &[(&str, &[u8])]) -> Rehearsal {
        let without_writ: Vec<_> = headers
            .iter()
            .copied()
            .filter(|(name, _)| *name != "authorization")
            .collect();
        let body = request.body.as_deref().unwrap_or_default();
        rehearse(
            head(request, &without_writ),
            body,
            &self.authority,
            &self.config,
            support::NOW,
        )
    }
}

fn head<'r>(request: &'r ProbeRequest, headers: &'r [(&'r str, &'r [u8])]) -> Head<'r> {
    Head {
        method: &request.method,
        target: &request.target,
        authority: b"edge.example",
        headers,
        has_body: request.body.is_some(),
    }
}

fn sent(outgoing: OutgoingRequest, body_kind: Option<BodyKind>) -> Result<SentRequest> {
    let content_type = outgoing.headers.iter().find(|(name, _)| &**name == "content-type");
    let content_type = content_type.map(|(_, value)| String::from_utf8(value.clone()));
    Ok(SentRequest {
        method: outgoing.method,
        target: outgoing.target,
        content_type: content_type.transpose().context("a content type that is no text")?,
        body_kind: body_kind.filter(|_| outgoing.body.is_some()),
        body: outgoing.body,
    })
}
