//! Plays the pipeline cases: the same ones, on every host.

use super::case::ExpectedVerdict;
use super::{Answered, Arriving, CaseRequest, Complaints, PipelineCase, Refused, VectorBench};
use crate::http::{HttpRequest, HttpResponse, ReceivedRequest, ServerReply};
use crate::text::NameValues;
use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use std::time::Duration;

/// A host or a library that judges requests.
pub trait JudgingHost {
    /// The name of the host in messages.
    fn name(&self) -> String;
    /// The authority that a client dials.
    fn authority(&self) -> String;
    /// Sends one request and says what came of it. `reply` is what the upstreams answer.
    ///
    /// # Errors
    /// If the host is not there any more.
    fn play(&self, request: &HttpRequest, reply: &ServerReply) -> Result<Played>;
    /// The requests that arrived at the upstreams since the last call.
    fn arrivals(&self) -> Vec<(String, ReceivedRequest)>;
}

/// The results of a request.
#[derive(Debug, Default)]
pub struct Played {
    /// The response that the client got.
    pub response: HttpResponse,
    /// The line that was logged about it, found by the id that the client got.
    pub record: Option<Value>,
}

/// Plays all `cases` and fails with every complaint there is.
///
/// # Errors
/// If a case is not as it says.
pub fn play_pipeline(bench: &VectorBench, host: &dyn JudgingHost, cases: &[PipelineCase]) -> Result<()> {
    let mut failures = Vec::new();
    let mut unauthorized: Vec<(String, String)> = Vec::new();
    for case in cases {
        let run = CaseRun::new(bench, host, case)?;
        let mut complaints = Complaints::default();
        let played = run
            .play(&mut complaints)
            .with_context(|| format!("case `{}`", case.name))?;
        if played.response.status == 401 {
            unauthorized.push((case.name.clone(), run.without_id(&played.response)));
        }
        failures.extend(complaints.0.iter().map(|line| format!("{}: {line}", case.name)));
    }
    failures.extend(differing(&unauthorized));
    // Whatever the last cases let through late.
    std::thread::sleep(Duration::from_millis(100));
    failures.extend(strays(host).map(|line| format!("after the last case: {line}")));
    report(&host.name(), cases.len(), &failures)
}

/// Fails if there are failures, listing them.
pub(super) fn report(host: &str, played: usize, failures: &[String]) -> Result<()> {
    println!("{host}: {played} cases played, {} complaints", failures.len());
    if !failures.is_empty() {
        bail!(
            "{host}: {} complaints in {played} cases\n  {}",
            failures.len(),
            failures.join("\n  ")
        );
    }
    Ok(())
}

fn strays(host: &dyn JudgingHost) -> impl Iterator<Item = String> {
    let arrivals = host.arrivals().into_iter();
    arrivals.map(|(upstream, arrival)| format!("`{}` arrived at `{upstream}`", arrival.line()))
}

/// All 401 answers are one answer.
fn differing(unauthorized: &[(String, String)]) -> Vec<String> {
    let Some((first, pattern)) = unauthorized.first() else {
        return Vec::new();
    };
    let others = unauthorized.iter().filter(|(_, response)| response != pattern);
    others
        .map(|(name, response)| {
            format!("{name}: the 401 answer differs from that of {first}:\n    {response}\n    {pattern}")
        })
        .collect()
}

/// One case on one host.
struct CaseRun<'a> {
    host: &'a dyn JudgingHost,
    bench: &'a VectorBench,
    case: &'a PipelineCase,
    names: NameValues,
    request: HttpRequest,
}

impl<'a> CaseRun<'a> {
    fn new(bench: &'a VectorBench, host: &'a dyn JudgingHost, case: &'a PipelineCase) -> Result<Self> {
        let upstream = match &case.expect {
            ExpectedVerdict::Permit(permitted) => Some(permitted.sent.upstream.as_str()),
            ExpectedVerdict::Refuse(_) => None,
        };
        let mut names = bench.names(&host.authority(), upstream);
        if let Some(spec) = &case.writ {
            names.writ = Some(
                bench
                    .writ(spec, &names)
                    .with_context(|| format!("the writ of `{}`", case.name))?,
            );
        }
        let request = request(case, &names).with_context(|| format!("the request of `{}`", case.name))?;
        Ok(Self {
            host,
            bench,
            case,
            names,
            request,
        })
    }

    fn play(&self, out: &mut Complaints) -> Result<Played> {
        out.0
            .extend(strays(self.host).map(|line| format!("before this case, {line}")));
        let reply = Answered::reply(self.case.upstream.as_ref(), &self.names)?;
        let played = self.host.play(&self.request, &reply)?;
        let arrivals = self.host.arrivals();
        if self.case.host_refuses.contains(&self.host.name()) {
            self.hold_host_refusal(&played, &arrivals, out);
            return Ok(played);
        }
        self.hold_record(&played, out);
        match &self.case.expect {
            ExpectedVerdict::Permit(_) => self.hold_permit(&played, &arrivals, reply.status, out)?,
            ExpectedVerdict::Refuse(refused) => self.hold_refusal(refused, &played, &arrivals, out)?,
        }
        Ok(played)
    }

    fn hold_record(&self, played: &Played, out: &mut Complaints) {
        let expected = match &self.case.expect {
            ExpectedVerdict::Permit(permitted) => {
                let members = permitted.record.iter();
                let members = members.map(|(name, value)| (name.as_str(), Some(value.as_str())));
                let fixed = [
                    ("verdict", Some("permit")),
                    ("action", permitted.action.as_deref()),
                    ("resource", permitted.resource.as_deref()),
                ];
                fixed.into_iter().chain(members).collect()
            }
            ExpectedVerdict::Refuse(refused) => {
                vec![("verdict", Some("refuse")), ("label", Some(refused.label.as_str()))]
            }
        };
        let Some(record) = &played.record else {
            let got = (played.response.status, String::from_utf8_lossy(&played.response.body));
            return out.0.push(format!("no line of the log belongs to the answer {got:?}"));
        };
        if let ExpectedVerdict::Permit(permitted) = &self.case.expect {
            for name in &permitted.not_recorded {
                out.unless(record.get(name).is_none(), || {
                    format!("the log's `{name}` must not be there; it says {record}")
                });
            }
        }
        for (name, value) in expected {
            let found = record.get(name).and_then(Value::as_str);
            out.unless(value.is_none() || found == value, || {
                format!("the log's `{name}` is {found:?}, expected {value:?}; it says {record}")
            });
        }
    }

    fn hold_permit(
        &self,
        played: &Played,
        arrivals: &[(String, ReceivedRequest)],
        of_upstream: u16,
        out: &mut Complaints,
    ) -> Result<()> {
        let ExpectedVerdict::Permit(permitted) = &self.case.expect else {
            return Ok(());
        };
        permitted
            .response
            .hold(&played.response, of_upstream, &self.names, out)?;
        out.unless(played.response.header("edgewrit-request-id").is_some(), || {
            "the response has no `edgewrit-request-id`, or several".into()
        });
        let expected = Arriving::of(&self.case.request, &permitted.sent);
        self.hold_arrivals(arrivals, &expected, out)
    }

    fn hold_arrivals(
        &self,
        arrivals: &[(String, ReceivedRequest)],
        expected: &Arriving,
        out: &mut Complaints,
    ) -> Result<()> {
        let [(upstream, arrival)] = arrivals else {
            let lines: Vec<_> = arrivals
                .iter()
                .map(|(at, arrival)| format!("{} at {at}", arrival.line()))
                .collect();
            out.0
                .push(format!("{} requests arrived, expected one: {lines:?}", arrivals.len()));
            return Ok(());
        };
        out.unless(upstream == expected.upstream(), || {
            format!("it arrived at `{upstream}`, expected `{}`", expected.upstream())
        });
        out.0.extend(self.bench.credential_faults(upstream, arrival));
        out.unless(!arrival.holds(self.names.writ.as_deref()), || {
            "the writ itself arrived".into()
        });
        expected.hold(arrival, &self.names, out)
    }

    /// The host refuses as the edge would, and has no record.
    fn hold_host_refusal(&self, played: &Played, arrivals: &[(String, ReceivedRequest)], out: &mut Complaints) {
        hold_no_arrival(arrivals, out);
        let expected = match &self.case.expect {
            ExpectedVerdict::Refuse(refused) => Some(refused.status),
            ExpectedVerdict::Permit(_) => None,
        };
        let status = played.response.status;
        out.unless(expected == Some(status), || {
            format!("the host answered {status}, expected {expected:?}")
        });
        out.unless(played.response.request_id().is_none(), || {
            "the request reached the edge, expected a refusal by the host".into()
        });
    }

    fn hold_refusal(
        &self,
        refused: &Refused,
        played: &Played,
        arrivals: &[(String, ReceivedRequest)],
        out: &mut Complaints,
    ) -> Result<()> {
        hold_no_arrival(arrivals, out);
        refused.hold(&played.response, self.request.method == "HEAD", &self.names, out)
    }

    /// The answer but for what may differ between two refusals.
    fn without_id(&self, response: &HttpResponse) -> String {
        let id = response.request_id().unwrap_or_default();
        let headers = response.headers.iter().filter(|(name, _)| {
            // A host closes the connection if it has not read all of the body.
            let varying = ["date", "content-length", "connection"];
            !varying.iter().any(|varying| name.eq_ignore_ascii_case(varying))
        });
        let headers: Vec<_> = headers
            .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value)))
            .collect();
        let all = format!("{headers:?} {}", String::from_utf8_lossy(&response.body));
        if id.is_empty() { all } else { all.replace(&id, "ID") }
    }
}

fn hold_no_arrival(arrivals: &[(String, ReceivedRequest)], out: &mut Complaints) {
    for (upstream, arrival) in arrivals {
        out.0.push(format!(
            "`{}` arrived at `{upstream}`, expected nothing",
            arrival.line()
        ));
    }
}

/// The request of a case.
pub(super) fn request(case: &PipelineCase, names: &NameValues) -> Result<HttpRequest> {
    let CaseRequest {
        method,
        target,
        headers,
        body,
    } = &case.request;
    let mut request = HttpRequest {
        method: method.clone(),
        target: target.bytes(names)?,
        body: body.as_ref().map(|body| body.bytes(names)).transpose()?,
        headers: Vec::new(),
    };
    let authorization = match (&case.authorization, &names.writ) {
        (Some(text), _) => Some(text.bytes(names)?),
        (None, Some(writ)) => Some(format!("Bearer {writ}").into_bytes()),
        (None, None) => None,
    };
    request
        .headers
        .extend(authorization.map(|value| ("authorization".to_owned(), value)));
    for (name, value) in headers {
        request.headers.push((name.clone(), value.bytes(names)?));
    }
    Ok(request)
}
