//! Load from several clients at once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// Clients that send at the same time.
const CLIENTS: usize = 4;

/// The answers to the load.
#[derive(Debug, Default)]
pub(super) struct LoadAnswers {
    /// The ids of the requests that were permitted and answered.
    pub(super) permitted: Vec<String>,
    /// The number of requests that were refused because they cannot be recorded.
    pub(super) unrecorded: usize,
}

impl LoadAnswers {
    fn merge(mut self, other: Self) -> Self {
        self.permitted.extend(other.permitted);
        self.unrecorded += other.unrecorded;
        self
    }
}

/// Sends searches to the proxy at `url` while `meanwhile` runs. A client ends with the proxy.
pub(super) fn load_during(url: &str, writ: &str, meanwhile: impl FnOnce()) -> LoadAnswers {
    let is_over = &AtomicBool::new(false);
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| scope.spawn(move || send_all(url, writ, is_over)))
            .collect();
        meanwhile();
        is_over.store(true, Ordering::Relaxed);
        let answers = clients.into_iter().map(|client| client.join().unwrap());
        answers.fold(LoadAnswers::default(), LoadAnswers::merge)
    })
}

fn send_all(url: &str, writ: &str, is_over: &AtomicBool) -> LoadAnswers {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(30)))
        .build();
    let (agent, mut answers) = (config.new_agent(), LoadAnswers::default());
    while !is_over.load(Ordering::Relaxed) {
        let request = agent.get(format!("{url}/flights"));
        let Ok(answer) = request.header("authorization", format!("Bearer {writ}")).call() else {
            break;
        };
        match answer.status().as_u16() {
            200 => {
                let id = answer.headers()["edgewrit-request-id"].to_str().unwrap();
                answers.permitted.push(id.to_owned());
            }
            503 => {
                let problem = answer.into_body().read_to_string().unwrap();
                assert!(problem.contains("audit_unavailable"), "{problem}");
                answers.unrecorded += 1;
            }
            status => panic!("{status}"),
        }
    }
    answers
}
