//! nginx with the shipped configuration: what it sends.

use crate::never::{OF_THE_CLIENT, never_headers};
use crate::stand::{KEY, Stand};
use anyhow::{Result, ensure};
use edgewrit_tests::http::ReceivedRequest;
use std::time::Duration;

/// The time by which the log of the edge may lag behind an answer.
const SOON: Duration = Duration::from_secs(30);

/// The headers that the upstream gets besides those of the permit.
const OF_NGINX: [&str; 2] = ["host", "connection"];

fn names(arrived: &ReceivedRequest) -> Vec<String> {
    let names = arrived.headers.iter().map(|(name, _)| name.to_ascii_lowercase());
    names.filter(|name| !OF_NGINX.contains(&name.as_str())).collect()
}

#[test]
fn only_headers_of_the_permit_are_sent() -> Result<()> {
    let stand = Stand::nginx(&[])?;
    let request = stand
        .request("GET", "/projects/7")
        .header("accept", "text/plain")
        .header("accept", "text/html")
        .header("if-match", "\"a\"")
        .header("user-agent", "agent/1");
    let request = never_headers(request, &[]);
    let arrived = stand.permitted(&request)?;
    ensure!(
        !arrived.holds(Some(OF_THE_CLIENT)),
        "headers of the client were sent: {:?}",
        names(&arrived)
    );
    assert_eq!(names(&arrived), ["accept", "if-match", "user-agent"]);
    assert_eq!(arrived.values("accept"), [b"text/plain, text/html"], "as it was judged");
    assert_eq!(arrived.values("host"), [b"api.travel.example"]);
    assert!(!arrived.holds(Some(&stand.writ)), "the writ was sent");
    Ok(())
}

#[test]
fn nginx_gets_the_credential_only_with_the_option() -> Result<()> {
    let without = Stand::nginx(&[])?;
    let arrived = without.permitted(&without.request("GET", "/projects/7"))?;
    assert!(arrived.values("authorization").is_empty());
    let log = without.edge.log();
    assert_eq!(
        log.once_quiet(|line| line.contains(KEY)).len(),
        0,
        "the key is in the log"
    );
    for lost in ["may differ from the judged request", "cookies, challenges"] {
        assert_eq!(
            log.once_quiet(|line| line.contains(lost)).len(),
            1,
            "the log says what is lost"
        );
    }

    let with = Stand::nginx(&["--forward-auth-credentials"])?;
    let arrived = with.permitted(&with.request("GET", "/projects/7"))?;
    assert_eq!(arrived.values("authorization"), [format!("Bearer {KEY}").as_bytes()]);
    let named = |line: &str| line.contains(r#""headers":"authorization""#);
    assert_eq!(with.edge.log().once_quiet(named).len(), 1, "the log names the headers");
    Ok(())
}

#[test]
fn the_target_is_sent_as_it_was_judged() -> Result<()> {
    let stand = Stand::nginx(&[])?;
    for target in [
        "/projects/a%20b",
        "/projects/%C3%A9",
        "/projects/a.b..c",
        "/projects?user=u..%5D%20",
        "/projects?user=u%26x%3Dy",
    ] {
        let arrived = stand.permitted(&stand.request("GET", target))?;
        assert_eq!(String::from_utf8_lossy(&arrived.target), target);
    }
    let star = stand.permitted(&stand.request("PUT", "/projects/7/star"))?;
    assert_eq!(star.line(), "PUT /projects/7/star");
    assert!(star.body.is_none_or(|body| body.is_empty()));
    Ok(())
}

#[test]
fn the_record_of_a_permit_says_that_the_request_is_sent() -> Result<()> {
    for stand in [Stand::nginx(&[])?, Stand::strict()?] {
        stand.permitted(&stand.request("DELETE", "/projects/8"))?;
        let is_record = |line: &str| line.contains(r#""verdict":"permit""#) && line.contains("projects/8");
        let records = stand.edge.log().at_least(1, SOON, is_record);
        assert_eq!(records.len(), 1, "{records:?}");
        assert!(
            records.iter().all(|record| record.contains(r#""outcome":"sent""#)),
            "{records:?}"
        );
    }
    Ok(())
}

#[test]
fn nginx_removes_response_headers() -> Result<()> {
    Stand::nginx(&[])?.assert_response_headers_are_removed()
}
