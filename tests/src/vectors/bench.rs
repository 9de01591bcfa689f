//! The programs that cases need besides a host: an issuer, the upstreams of
//! `tests/vectors/edge.json`, and one server that must never hear anything.

use super::file;
use crate::edge::{EdgeProcess, HostKind, Setup};
use crate::forging::{Setting, WritSpec, forge};
use crate::http::{ReceivedRequest, ServerReply};
use crate::issuer::IssuerProcess;
use crate::text::NameValues;
use crate::text::fill_secrets;
use crate::upstream::Recorder;
use crate::{clock, edge};
use anyhow::{Context as _, Result};
use serde_json::Value;
use std::collections::BTreeMap;

/// The servers that run beside the host.
#[derive(Debug)]
pub struct VectorBench {
    issuer: IssuerProcess,
    setting: Setting,
    setup: Setup,
    upstreams: BTreeMap<String, BenchUpstream>,
    evil: Recorder,
}

/// An upstream and the headers that its credential sets.
#[derive(Debug)]
struct BenchUpstream {
    recorder: Recorder,
    credential: Vec<(String, String)>,
}

impl VectorBench {
    /// Starts all of it.
    ///
    /// # Errors
    /// If something does not start.
    pub fn start() -> Result<Self> {
        let Setup {
            mut document,
            mut secrets,
        } = file::setup()?;
        let audience = document.pointer("/audience").and_then(Value::as_str);
        let audience = audience.context("`edge.json` has no audience")?.to_owned();
        let issuer = IssuerProcess::start()?;
        let upstreams = upstreams(&mut document, &secrets)?;
        let some = upstreams.values().next().context("`edge.json` has no upstreams")?;
        let registration = issuer.add_edge("vectors", &audience, &some.recorder.origin())?;
        registration.enter(&mut document, &mut secrets);
        Ok(Self {
            setting: Setting {
                issuer: issuer.url().into(),
                audience,
                keys: issuer.keys()?,
            },
            issuer,
            setup: Setup { document, secrets },
            upstreams,
            evil: Recorder::start()?,
        })
    }

    /// A real host in front of the upstreams, ready.
    ///
    /// # Errors
    /// If it does not start.
    pub fn edge(&self, kind: HostKind) -> Result<EdgeProcess> {
        let mut edge = edge::start(kind, &self.setup)?;
        edge.wait_until_ready(&self.writ(&WritSpec::anything()?, &self.names("", None))?)?;
        Ok(edge)
    }

    /// The configuration of the edge.
    #[must_use]
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// The issuer.
    #[must_use]
    pub fn issuer(&self) -> &IssuerProcess {
        &self.issuer
    }

    /// The names of a case that dials `host` and is expected to arrive at `upstream`.
    #[must_use]
    pub fn names(&self, host: &str, upstream: Option<&str>) -> NameValues {
        let authority = |(name, one): (&String, &BenchUpstream)| (name.clone(), one.recorder.address().to_string());
        let upstreams: BTreeMap<_, _> = self.upstreams.iter().map(authority).collect();
        NameValues {
            writ: None,
            host: host.into(),
            upstream: upstreams.get(upstream.unwrap_or("travel")).cloned().unwrap_or_default(),
            upstreams,
            evil: self.evil.address().to_string(),
            issuer: self.issuer.url().into(),
        }
    }

    /// The text of a case's writ.
    ///
    /// # Errors
    /// If it asks for what cannot be forged.
    pub fn writ(&self, spec: &WritSpec, names: &NameValues) -> Result<String> {
        forge(spec, &self.setting, names, clock::now())
    }

    /// Lets every upstream answer `reply`.
    pub fn answer(&self, reply: &ServerReply) {
        for upstream in self.upstreams.values() {
            upstream.recorder.answer(reply.clone());
        }
    }

    /// The requests that have arrived at any server since the last call, with the names of the
    /// servers.
    #[must_use]
    pub fn take(&self) -> Vec<(String, ReceivedRequest)> {
        let evil = self.evil.take().into_iter().map(|arrival| ("evil".to_owned(), arrival));
        let others = self.upstreams.iter().flat_map(|(name, upstream)| {
            let arrivals = upstream.recorder.take().into_iter();
            arrivals.map(|arrival| (name.clone(), arrival))
        });
        evil.chain(others).collect()
    }

    /// The faults in the credentials of a request that arrived at `upstream`: its own arrives once,
    /// no other ever.
    #[must_use]
    pub fn credential_faults(&self, upstream: &str, arrival: &ReceivedRequest) -> Vec<String> {
        let mut faults = Vec::new();
        for (name, other) in &self.upstreams {
            for (header, value) in &other.credential {
                let here = arrival.values(header);
                if name == upstream && here != [value.as_bytes()] {
                    faults.push(format!("the credential of `{name}` did not arrive once in `{header}`"));
                }
                if name != upstream && arrival.holds(Some(value)) {
                    faults.push(format!("the credential of `{name}` arrived at `{upstream}`"));
                }
            }
        }
        faults
    }
}

/// Starts a recorder for every upstream and writes its origin into the document.
fn upstreams(document: &mut Value, secrets: &BTreeMap<String, String>) -> Result<BTreeMap<String, BenchUpstream>> {
    let all = document.pointer_mut("/upstreams").and_then(Value::as_object_mut);
    let mut started = BTreeMap::new();
    for (name, upstream) in all.context("`edge.json` has no upstreams")? {
        let recorder = Recorder::start()?;
        let set = upstream.pointer("/credential/set").and_then(Value::as_object);
        let credential = set.into_iter().flatten().filter_map(|(header, template)| {
            let value = fill_secrets(template.as_str()?, secrets);
            // A template with claims in it has no value of its own.
            (!value.contains("${")).then(|| (header.clone(), value))
        });
        let credential = credential.collect();
        let upstream = upstream
            .as_object_mut()
            .context("an upstream of `edge.json` is no object")?;
        upstream.insert("origin".into(), recorder.origin().into());
        started.insert(name.clone(), BenchUpstream { recorder, credential });
    }
    Ok(started)
}
