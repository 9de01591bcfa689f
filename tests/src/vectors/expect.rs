//! Expectations about one arrival and one response, and what is said when they are not met.

use super::ask::{Absent, ArrivedRequest, CaseRequest};
use crate::http::{HeaderList, HttpResponse, ReceivedRequest, contains, values};
use crate::text::{NameValues, TextSpec};
use anyhow::Result;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The faults in the acts of a host, one line each.
#[derive(Debug, Default)]
pub struct Complaints(pub Vec<String>);

impl Complaints {
    /// Complains unless `holds`.
    pub fn unless(&mut self, holds: bool, complaint: impl FnOnce() -> String) {
        if !holds {
            self.0.push(complaint());
        }
    }

    fn unless_equal<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, found: T, expected: T) {
        self.unless(found == expected, || {
            format!("{what} is {found:?}, expected {expected:?}")
        });
    }

    fn headers(
        &mut self,
        whose: &str,
        found: &HeaderList,
        expected: &[(String, TextSpec)],
        names: &NameValues,
    ) -> Result<()> {
        for (name, value) in expected {
            let (found, expected) = (values(found, name), value.bytes(names)?);
            self.unless(found == [expected.as_slice()], || {
                let found: Vec<_> = found.iter().map(|value| String::from_utf8_lossy(value)).collect();
                let expected = String::from_utf8_lossy(&expected);
                format!("{whose} header `{name}` is {found:?}, expected `{expected}` once")
            });
        }
        Ok(())
    }

    fn absent(&mut self, whose: &str, found: &HeaderList, absent: &[Absent], names: &NameValues) -> Result<()> {
        for absent in absent {
            let (name, part) = absent.parts(names)?;
            let mut there = values(found, name).into_iter();
            let offends = there.find(|value| contains(value, &part));
            self.unless(offends.is_none(), || {
                format!(
                    "{whose} header `{name}` must not be there, and is `{}`",
                    String::from_utf8_lossy(offends.unwrap_or_default())
                )
            });
        }
        Ok(())
    }
}

/// The request that arrives at an upstream.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arriving {
    /// The name of the upstream; `travel` if none is named.
    pub upstream: Option<String>,
    /// The method.
    pub method: String,
    /// The target.
    pub target: TextSpec,
    /// Headers that arrive, once, with this value.
    #[serde(default)]
    pub headers: Vec<(String, TextSpec)>,
    /// Headers that do not.
    #[serde(default)]
    pub absent: Vec<Absent>,
    /// The body; without it none arrives.
    pub body: Option<TextSpec>,
}

impl Arriving {
    /// The request that arrives when `ask` is permitted: its method, target and body, byte for byte
    /// unless `sent` has another spelling.
    #[must_use]
    pub fn of(ask: &CaseRequest, sent: &ArrivedRequest) -> Self {
        Self {
            upstream: Some(sent.upstream.clone()),
            method: ask.method.clone(),
            target: sent.target.as_ref().unwrap_or(&ask.target).clone(),
            headers: sent.headers.clone(),
            absent: sent.absent.clone(),
            body: sent.body.as_ref().or(ask.body.as_ref()).cloned(),
        }
    }

    /// The name of the upstream.
    #[must_use]
    pub fn upstream(&self) -> &str {
        self.upstream.as_deref().unwrap_or("travel")
    }

    /// Complains about everything in which `found` is not this.
    ///
    /// # Errors
    /// If the expectation itself is not right.
    pub fn hold(&self, found: &ReceivedRequest, names: &NameValues, out: &mut Complaints) -> Result<()> {
        out.unless_equal("the method that arrived", found.method.as_str(), self.method.as_str());
        let target = self.target.bytes(names)?;
        out.unless_equal("the target that arrived", &*text(&found.target), &*text(&target));
        let body = self.body.as_ref().map(|body| body.bytes(names)).transpose()?;
        // A body of no bytes and none are the same message but for the framing.
        let (arrived, expected) = (
            found.body.as_deref().unwrap_or_default(),
            body.as_deref().unwrap_or_default(),
        );
        out.unless(arrived == expected, || {
            format!(
                "the body that arrived is {}, expected {}",
                shortened(arrived),
                shortened(expected)
            )
        });
        out.unless_equal(
            "the host that arrived",
            found.values("host"),
            vec![names.upstream.as_bytes()],
        );
        out.headers("the arriving", &found.headers, &self.headers, names)?;
        out.absent("the arriving", &found.headers, &self.absent, names)
    }
}

/// The response to a request that arrived.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Responded {
    /// The status; the upstream's if none is named.
    pub status: Option<u16>,
    /// Headers that it has, once, with this value.
    #[serde(default)]
    pub headers: Vec<(String, TextSpec)>,
    /// Headers that it has not.
    #[serde(default)]
    pub absent: Vec<Absent>,
    /// The body.
    pub body: Option<TextSpec>,
    /// Members that its problem document has.
    #[serde(default)]
    pub problem: Map<String, Value>,
    /// Texts that occur nowhere in it.
    #[serde(default)]
    pub not_told: Vec<TextSpec>,
}

impl Responded {
    /// Complains about everything in which `found` is not this.
    ///
    /// # Errors
    /// If the expectation itself is not right.
    pub fn hold(&self, found: &HttpResponse, of_upstream: u16, names: &NameValues, out: &mut Complaints) -> Result<()> {
        out.unless_equal("the status", found.status, self.status.unwrap_or(of_upstream));
        if let Some(body) = &self.body {
            let body = body.bytes(names)?;
            out.unless(found.body == body, || {
                format!(
                    "the response is {}, expected {}",
                    shortened(&found.body),
                    shortened(&body)
                )
            });
        }
        out.headers("the response's", &found.headers, &self.headers, names)?;
        out.absent("the response's", &found.headers, &self.absent, names)?;
        hold_problem(found, &self.problem, out);
        hold_not_told(found, &self.not_told, names, out)
    }
}

/// The response to a request that was refused.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refused {
    /// The status.
    pub status: u16,
    /// The status and the title that the client gets.
    pub error_code: String,
    /// The label in the log.
    pub label: String,
    /// Further members of the problem document.
    #[serde(default)]
    pub problem: Map<String, Value>,
    /// Texts that occur nowhere in the response.
    #[serde(default)]
    pub not_told: Vec<TextSpec>,
    /// Headers that it has, once, with this value.
    #[serde(default)]
    pub headers: Vec<(String, TextSpec)>,
    /// Headers that it has not.
    #[serde(default)]
    pub absent: Vec<Absent>,
}

impl Refused {
    /// Complains about everything in which `found` is not this. The answer `to_head` may come
    /// without its body.
    ///
    /// # Errors
    /// If the expectation itself is not right.
    pub fn hold(&self, found: &HttpResponse, to_head: bool, names: &NameValues, out: &mut Complaints) -> Result<()> {
        out.unless_equal("the status", found.status, self.status);
        if !(to_head && found.body.is_empty()) {
            let kind = format!("urn:edgewrit:error:{}", self.error_code);
            let problem = found.json();
            out.unless_equal(
                "the problem's `type`",
                problem.get("type").and_then(Value::as_str),
                Some(kind.as_str()),
            );
            hold_problem(found, &self.problem, out);
        }
        out.unless_equal(
            "`content-type`",
            found.header("content-type"),
            Some("application/problem+json"),
        );
        out.unless_equal("`cache-control`", found.header("cache-control"), Some("no-store"));
        if self.status == 401 {
            out.unless_equal("`www-authenticate`", found.header("www-authenticate"), Some("Bearer"));
        }
        out.headers("the refusal's", &found.headers, &self.headers, names)?;
        out.absent("the refusal's", &found.headers, &self.absent, names)?;
        hold_not_told(found, &self.not_told, names, out)
    }
}

fn hold_problem(found: &HttpResponse, members: &Map<String, Value>, out: &mut Complaints) {
    let problem = found.json();
    for (name, value) in members {
        out.unless_equal(&format!("the problem's `{name}`"), problem.get(name), Some(value));
    }
}

fn hold_not_told(found: &HttpResponse, texts: &[TextSpec], names: &NameValues, out: &mut Complaints) -> Result<()> {
    for secret in texts {
        let secret = secret.bytes(names)?;
        let told = contains(&found.body, &secret) || found.headers.iter().any(|(_, value)| contains(value, &secret));
        out.unless(!told, || format!("the response tells `{}`", text(&secret)));
    }
    Ok(())
}

fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

fn shortened(bytes: &[u8]) -> String {
    const SHOWN: usize = 300;
    let shown = bytes.get(..SHOWN).unwrap_or(bytes);
    format!("{} bytes, `{}`", bytes.len(), text(shown))
}
