//! The shape of a case, as `tests/vectors/README.md` describes it.

use super::{ArrivedRequest, Arriving, CaseRequest, Refused, Responded};
use crate::forging::WritSpec;
use crate::http::ServerReply;
use crate::text::{NameValues, TextSpec};
use crate::upstream::Recorder;
use anyhow::Result;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// A request that every host delivers intact, and the verdict on it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PipelineCase {
    /// A claim, unique.
    pub name: String,
    /// The rule behind it.
    pub why: String,
    /// The writ.
    pub writ: Option<WritSpec>,
    /// The value of the authorization header, if it is not `Bearer {writ}`.
    pub authorization: Option<TextSpec>,
    /// The request.
    pub request: CaseRequest,
    /// The answer of the upstream.
    pub upstream: Option<Answered>,
    /// The names of the hosts whose HTTP refuses the request before the pipeline, with the status
    /// of the verdict and without a record.
    #[serde(default)]
    pub host_refuses: Vec<String>,
    /// The verdict.
    pub expect: ExpectedVerdict,
}

/// The answer of an upstream.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answered {
    /// The status.
    pub status: Option<u16>,
    /// The headers.
    #[serde(default)]
    pub headers: Vec<(String, TextSpec)>,
    /// The body.
    pub body: Option<TextSpec>,
    /// The milliseconds before the answer.
    #[serde(default)]
    pub delay_ms: u64,
    /// All that it writes before it closes, in place of the rest.
    pub raw: Option<TextSpec>,
}

impl Answered {
    /// The answer of an upstream in a case with this member, or without one.
    ///
    /// # Errors
    /// If a text is not right.
    pub fn reply(this: Option<&Self>, names: &NameValues) -> Result<ServerReply> {
        let Some(answer) = this else {
            return Ok(Recorder::fine());
        };
        let headers = answer
            .headers
            .iter()
            .map(|(name, value)| Ok((name.clone(), value.bytes(names)?)));
        let body = answer.body.as_ref().map(|body| body.bytes(names)).transpose()?;
        Ok(ServerReply {
            status: answer.status.unwrap_or(200),
            headers: headers.collect::<Result<_>>()?,
            body: body.unwrap_or_else(|| Recorder::fine().body),
            delay: Duration::from_millis(answer.delay_ms),
            raw: answer.raw.as_ref().map(|raw| raw.bytes(names)).transpose()?,
        })
    }
}

/// A verdict and what follows from it.
#[derive(Debug, Deserialize)]
#[serde(tag = "verdict", rename_all = "lowercase")]
pub enum ExpectedVerdict {
    /// The request arrives.
    Permit(Box<ExpectedPermit>),
    /// The edge refuses.
    Refuse(Refused),
}

/// The results of a permit.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedPermit {
    /// The action of the record.
    pub action: Option<String>,
    /// The resource of the record.
    pub resource: Option<String>,
    /// The rest of the request that arrives, besides its method, target and body.
    pub sent: ArrivedRequest,
    /// The response that the client gets.
    #[serde(default)]
    pub response: Responded,
    /// Members of the record.
    #[serde(default)]
    pub record: BTreeMap<String, String>,
    /// Members that the record has not.
    #[serde(default)]
    pub not_recorded: Vec<String>,
}

/// Raw bytes, and what may come of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WireCase {
    /// A claim, unique.
    pub name: String,
    /// The rule behind it.
    pub why: String,
    /// The writ.
    pub writ: Option<WritSpec>,
    /// The bytes.
    pub raw: TextSpec,
    /// The answer of the upstream.
    pub upstream: Option<Answered>,
    /// Whether the bytes are frames of HTTP/2, behind its preface. A Worker does not speak it on a
    /// plain socket.
    #[serde(default)]
    pub http2: bool,
    /// The number of answers that are read.
    #[serde(default = "one")]
    pub responses: usize,
    /// The allowed results.
    pub expect: WireExpect,
    /// Instead of `expect`, in Envoy.
    pub envoy: Option<WireExpect>,
    /// Instead of `expect`, in workerd.
    pub worker: Option<WireExpect>,
    /// Instead of `expect`, in the proxy.
    pub proxy: Option<WireExpect>,
}

/// The allowed results of raw bytes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WireExpect {
    /// The number of requests that arrive.
    pub arrived: Option<usize>,
    /// The requests that arrive, in this order.
    pub exactly: Option<OneOrMore>,
    /// The allowed arrivals: nothing, or the first of these in this order.
    pub at_most: Option<OneOrMore>,
    /// The statuses that the first answer may have.
    pub status: Option<Vec<StatusOrClosed>>,
    /// The label in the log's line about the first answer.
    pub label: Option<String>,
}

/// One arrival or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum OneOrMore {
    /// One arrival.
    One(Box<Arriving>),
    /// Several, in this order.
    More(Vec<Arriving>),
}

impl OneOrMore {
    pub(super) fn as_slice(&self) -> &[Arriving] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::More(more) => more,
        }
    }
}

/// A status, or a connection that ends without one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum StatusOrClosed {
    /// A status.
    Status(u16),
    /// `"closed"`.
    Closed(ClosedConnection),
}

/// A connection that ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClosedConnection {
    /// Without an answer.
    Closed,
}

fn one() -> usize {
    1
}
