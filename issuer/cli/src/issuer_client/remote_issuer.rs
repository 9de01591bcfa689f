//! Calls to an issuer at its origin.

use super::http_agent::{EnvironmentProxy, new_agent};
use crate::output::failure::Failure;
use edgewrit_issuer::origin::{Origin, expected_origin};
use std::time::Duration;
use ureq::Agent;

/// Longest time of a call.
const CALL_TIME: Duration = Duration::from_secs(60);
/// Largest answer that is read, in bytes: a thousand writs of the largest size.
const ANSWER_BYTES: u64 = 32 * 1024 * 1024;

/// An issuer, by its origin.
#[derive(Debug)]
pub(crate) struct RemoteIssuer {
    origin: Origin,
    agent: Agent,
}

/// An answer of the issuer.
#[derive(Debug)]
pub(crate) struct RemoteAnswer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl RemoteIssuer {
    /// The issuer at `origin`: https by the system's certificates, or plain http to loopback.
    pub(crate) fn at(origin: &str) -> Result<Self, Failure> {
        let origin = Origin::parse(origin).map_err(|fault| {
            let expected = expected_origin(fault);
            Failure::new(format!("`--issuer`: `{origin}` found, expected {expected}"))
        })?;
        let proxy = match origin.is_plain() {
            true => EnvironmentProxy::Ignored,
            false => EnvironmentProxy::Used,
        };
        let agent = new_agent(CALL_TIME, proxy);
        Ok(Self { origin, agent })
    }

    pub(crate) fn origin(&self) -> &str {
        self.origin.as_str()
    }

    pub(crate) fn get(&self, path: &str) -> Result<RemoteAnswer, Failure> {
        self.read_answer(self.agent.get(format!("{}{path}", self.origin())).call())
    }

    pub(crate) fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Result<RemoteAnswer, Failure> {
        let mut request = self
            .agent
            .post(format!("{}{path}", self.origin()))
            .content_type("application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.read_answer(request.send(body))
    }

    fn read_answer(
        &self,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<RemoteAnswer, Failure> {
        let failed = |error: ureq::Error| Failure::new(format!("{}: {error}", self.origin()));
        let mut answer = answer.map_err(failed)?;
        let status = answer.status().as_u16();
        let body = answer
            .body_mut()
            .with_config()
            .limit(ANSWER_BYTES)
            .read_to_vec()
            .map_err(failed)?;
        Ok(RemoteAnswer { status, body })
    }
}
