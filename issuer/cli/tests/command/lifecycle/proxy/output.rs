//! Standard output whose reader stops or goes.

use super::scene::{ProxyScene, RunningProxy};
use std::time::Duration;

const FREE: [&str; 4] = ["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"];
const DROPPED: &str = r#"edgewrit_lines_dropped_total{label="records"}"#;
/// More requests than have lines in the pipe and in memory.
const REQUESTS: usize = 50_000;
/// Longest time for an answer.
const ANSWER_TIME: Duration = Duration::from_secs(30);
/// Requests between two looks at the metric.
const LOOK: usize = 100;

/// Sends requests, each of which must be answered, until lines are dropped. Answers their number.
fn send_until_lines_are_dropped(proxy: &RunningProxy) -> usize {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(ANSWER_TIME))
        .build();
    let agent = config.new_agent();
    for count in 0..REQUESTS {
        if count % LOOK == 0 && proxy.metric(DROPPED) > 0 {
            return count;
        }
        let answer = agent.get(format!("{}/flights", proxy.url)).call().unwrap();
        assert_eq!(answer.status(), 401);
        // The agent uses the connection again once it has read the whole answer.
        drop(answer.into_body().read_to_string().unwrap());
    }
    panic!("no line is dropped");
}

#[test]
fn requests_go_on_while_standard_output_is_full_and_the_metric_counts_the_lines() {
    let scene = ProxyScene::new();
    let proxy = RunningProxy::start_unread(scene.command(&FREE));
    let count = send_until_lines_are_dropped(&proxy);
    assert_eq!(scene.search(&proxy), (200, "1".to_owned()));
    assert!(proxy.line("lines of records are dropped").contains("WARN"));
    assert_eq!(proxy.lines("lines of records are dropped").len(), 1);
    let dropped = proxy.metric(DROPPED);
    assert!(dropped > 0 && dropped <= count as u64 + 1, "{dropped} of {count}");
    // The end does not wait for the reader.
    proxy.signal("-TERM");
    assert!(proxy.wait_for_end().success());
}

#[test]
fn a_closed_standard_output_ends_no_request_and_drops_no_line() {
    let scene = ProxyScene::new();
    let mut proxy = RunningProxy::start_unread(scene.command(&FREE));
    proxy.close_output();
    for number in 1..=3 {
        assert_eq!(scene.search(&proxy), (200, number.to_string()));
    }
    assert_eq!(proxy.metric(DROPPED), 0);
    proxy.signal("-TERM");
    assert!(proxy.wait_for_end().success());
}
