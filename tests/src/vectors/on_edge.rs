//! A real host as the runner of the pipeline cases sees it.

use super::VectorBench;
use super::pipeline::{JudgingHost, Played};
use crate::edge::EdgeProcess;
use crate::http::{HttpRequest, HttpResponse, ReceivedRequest, ServerReply};
use anyhow::Result;

/// An edge in front of the upstreams of a bench.
#[derive(Debug)]
pub struct OnEdge<'a> {
    bench: &'a VectorBench,
    edge: &'a EdgeProcess,
}

impl<'a> OnEdge<'a> {
    /// This edge, which was started for this bench.
    #[must_use]
    pub fn new(bench: &'a VectorBench, edge: &'a EdgeProcess) -> Self {
        Self { bench, edge }
    }
}

impl JudgingHost for OnEdge<'_> {
    fn name(&self) -> String {
        self.edge.kind().to_string()
    }

    fn authority(&self) -> String {
        self.edge.address().to_string()
    }

    fn play(&self, request: &HttpRequest, reply: &ServerReply) -> Result<Played> {
        self.bench.answer(reply);
        // A host that does not answer one request is a complaint about that case, not the end of
        // the run.
        let response = self.edge.send(request).unwrap_or_else(|error| HttpResponse {
            body: format!("{error:#}").into_bytes(),
            ..HttpResponse::default()
        });
        let record = self.edge.record(&response);
        Ok(Played { response, record })
    }

    fn arrivals(&self) -> Vec<(String, ReceivedRequest)> {
        self.bench.take()
    }
}
