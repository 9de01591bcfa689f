//! Bodies as they come over the wire, on every host: in pieces, slowly, broken off, too long, of
//! the wrong kind; and judged by what counts when they are complete.

use anyhow::{Context as _, Result, ensure};
use edgewrit_tests::clock::{Stopwatch, poll};
use edgewrit_tests::edge::{EdgeProcess, HostKind};
use edgewrit_tests::http::{ClientConnection, HttpResponse};
use edgewrit_tests::issuer::IssuerProcess;
use edgewrit_tests::scenario::{TravelScenario, search};
use serde_json::{Value, json};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

const ORDER: &str = r#"{"passenger":{"user":"X"},"seats":1}"#;
/// The first half of the order.
const HALF: &str = r#"{"passenger":{"user""#;
const REST: &str = r#":"X"},"seats":1}"#;
const JSON: &str = "application/json";
const LIMIT: usize = 262_144;
const SOON: Duration = Duration::from_secs(30);
/// Longer than the edges wait for a body.
const PATIENCE: Duration = Duration::from_secs(50);
/// The time for a body.
const BODY: Duration = Duration::from_secs(30);

/// The issuer, the API and every edge, shared by the tests, which look at one book and so take
/// turns.
fn stage() -> Result<MutexGuard<'static, (IssuerProcess, TravelScenario)>> {
    static STAGE: OnceLock<Result<Mutex<(IssuerProcess, TravelScenario)>, String>> = OnceLock::new();
    let start = || -> Result<_> {
        let issuer = IssuerProcess::start()?;
        let story = TravelScenario::start(&issuer, &HostKind::ALL)?;
        Ok(Mutex::new((issuer, story)))
    };
    let stage = STAGE.get_or_init(|| start().map_err(|error| format!("{error:#}")));
    let stage = stage.as_ref().map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(stage.lock().unwrap_or_else(PoisonError::into_inner))
}

/// A booking's head. `lines` are all its headers but two.
fn head(writ: &str, lines: &[&str]) -> String {
    let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
    format!("POST /bookings HTTP/1.1\r\nhost: edge.example\r\nauthorization: Bearer {writ}\r\n{lines}\r\n")
}

fn chunk(bytes: &str) -> String {
    format!("{:x}\r\n{bytes}\r\n", bytes.len())
}

/// Sends pieces, with a pause after each, and reads the answer.
fn send(edge: &EdgeProcess, pieces: &[String], pause: Duration) -> Result<HttpResponse> {
    let mut connection = ClientConnection::open(edge.address(), PATIENCE)?;
    for piece in pieces {
        // It may refuse before it has read everything; its answer still counts.
        if connection.write(piece.as_bytes()).is_err() {
            break;
        }
        thread::sleep(pause);
    }
    connection
        .read(false)
        .with_context(|| format!("{}: no answer", edge.kind()))
}

fn label(edge: &EdgeProcess, answer: &HttpResponse) -> Option<String> {
    edge.record(answer)?
        .get("label")
        .and_then(Value::as_str)
        .map(str::to_owned)
}

/// The expected result of a way of sending: the status, and the label of the record.
type ExpectedStatus = (u16, Option<&'static str>);

struct SendingWay {
    name: &'static str,
    headers: Vec<String>,
    body: Vec<String>,
    pause: Duration,
    verdict: ExpectedStatus,
    /// Of what arrives all at once, Envoy itself may say that it is too much.
    envoy_may_answer: bool,
}

impl SendingWay {
    fn new(name: &'static str, headers: &[&str], body: &[String], verdict: ExpectedStatus) -> Self {
        Self {
            name,
            headers: headers.iter().map(|line| (*line).to_owned()).collect(),
            body: body.to_vec(),
            pause: Duration::ZERO,
            verdict,
            envoy_may_answer: false,
        }
    }

    fn typed(name: &'static str, line: &str, verdict: ExpectedStatus) -> Self {
        let length = format!("content-length: {}", ORDER.len());
        Self::new(name, &[line, &length], &[ORDER.into()], verdict)
    }
}

/// Ways to send the order that is granted.
fn permitted() -> Vec<SendingWay> {
    let (json, chunked) = (format!("content-type: {JSON}"), "transfer-encoding: chunked");
    let bytes: Vec<String> = ORDER
        .chars()
        .map(|one| chunk(&one.to_string()))
        .chain([chunk("")])
        .collect();
    let ok = (200, Some("permit"));
    vec![
        SendingWay::typed("whole", &json, ok),
        SendingWay::typed("with a charset", &format!("{json}; charset=utf-8"), ok),
        SendingWay::new("in one chunk", &[&json, chunked], &[chunk(ORDER), chunk("")], ok),
        SendingWay::new("a byte a chunk", &[&json, chunked], &[bytes.concat()], ok),
        SendingWay {
            pause: Duration::from_millis(20),
            ..SendingWay::new("slowly, a byte a chunk", &[&json, chunked], &bytes, ok)
        },
        SendingWay {
            pause: Duration::from_millis(20),
            ..SendingWay::new(
                "slowly, of a known length",
                &[&json, &format!("content-length: {}", ORDER.len())],
                &ORDER.chars().map(String::from).collect::<Vec<_>>(),
                ok,
            )
        },
    ]
}

/// Ways to send something else.
fn refused() -> Vec<SendingWay> {
    let (json, chunked) = (format!("content-type: {JSON}"), "transfer-encoding: chunked");
    let (of_type, encoded) = ((415, Some("content_type")), (415, Some("content_encoding")));
    let large = (413, Some("body_too_large"));
    let spaces = " ".repeat(LIMIT);
    let mut ways = vec![
        SendingWay::new(
            "nothing",
            &[&json, "content-length: 0"],
            &[],
            (400, Some("body_missing")),
        ),
        SendingWay::new("no body", &[&json], &[], (400, Some("body_missing"))),
        SendingWay::new(
            "nothing, in chunks",
            &[&json, chunked],
            &[chunk("")],
            (400, Some("body_missing")),
        ),
        SendingWay::new(
            "half of it",
            &[&json, chunked],
            &[chunk(HALF), chunk("")],
            (400, Some("body_syntax")),
        ),
        SendingWay::new(
            "twice",
            &[&json, chunked],
            &[chunk(ORDER), chunk(ORDER), chunk("")],
            (400, Some("body_syntax")),
        ),
        SendingWay::new(
            "chunks that are none",
            &[&json, chunked],
            &["zz\r\n".into(), ORDER.into()],
            (400, None),
        ),
        SendingWay::new(
            "longer than the limit",
            &[&json, &format!("content-length: {}", LIMIT + ORDER.len())],
            &[spaces.clone(), ORDER.into()],
            large,
        ),
        SendingWay::new(
            "longer, in chunks",
            &[&json, chunked],
            &[chunk(&spaces), chunk(ORDER), chunk("")],
            large,
        ),
        SendingWay {
            envoy_may_answer: true,
            ..SendingWay::new("endless chunks", &[&json, chunked], &vec![chunk(&spaces); 40], large)
        },
    ];
    let types = [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "application/json, text/plain",
        "application/json; charset=iso-8859-1",
        "application/json; charset=utf-16",
        "application/json; charset=utf-8; charset=utf-16",
        "application/json; version=1",
        "",
        "*/*",
    ];
    ways.extend(types.map(|kind| SendingWay::typed("of another type", &format!("content-type: {kind}"), of_type)));
    ways.push(SendingWay::typed("of no type", "accept: */*", of_type));
    for coding in ["gzip", "br", "deflate", "identity", "x"] {
        let line = format!("{json}\r\ncontent-encoding: {coding}");
        ways.push(SendingWay::typed("encoded", &line, encoded));
    }
    ways
}

/// Sends it to `edge`; what reached the API must fit.
fn holds(way: &SendingWay, edge: &EdgeProcess, story: &TravelScenario, writ: &str) -> Result<()> {
    let headers: Vec<&str> = way.headers.iter().map(String::as_str).collect();
    let told = format!("{}: {} ({headers:?})", edge.kind(), way.name);
    drop(story.api.server().take());
    let pieces: Vec<String> = [head(writ, &headers)]
        .into_iter()
        .chain(way.body.iter().cloned())
        .collect();
    let answer = send(edge, &pieces, way.pause).with_context(|| told.clone())?;
    let (status, expected) = way.verdict;
    ensure!(answer.status == status, "{told}: {} {}", answer.status, answer.json());
    let by_envoy =
        way.envoy_may_answer && edge.kind() == HostKind::Envoy && answer.header("edgewrit-request-id").is_none();
    if let Some(expected) = expected.filter(|_| !by_envoy) {
        let label = label(edge, &answer);
        ensure!(
            label.as_deref() == Some(expected),
            "{told}: {label:?}, expected {expected}"
        );
    }
    let arrived = story.api.server().take();
    let bodies: Vec<_> = arrived
        .iter()
        .map(|arrival| arrival.body.as_deref().unwrap_or_default())
        .collect();
    let wanted = if status == 200 {
        vec![ORDER.as_bytes()]
    } else {
        Vec::new()
    };
    ensure!(bodies == wanted, "{told}: {} requests arrived at the API", bodies.len());
    Ok(())
}

#[test]
fn what_is_judged_arrives_as_it_was_sent_however_it_came() -> Result<()> {
    let stage = stage()?;
    let (issuer, story) = &*stage;
    for (number, way) in permitted().iter().enumerate() {
        for edge in &story.stand.edges {
            let writs = story
                .stand
                .writs(issuer, &format!("body-{number}-{}", edge.kind()), 1)?;
            holds(way, edge, story, writs.first().context("no writ")?)?;
        }
    }
    Ok(())
}

#[test]
fn what_cannot_be_judged_does_not_arrive() -> Result<()> {
    let stage = stage()?;
    let (issuer, story) = &*stage;
    let writs = story.stand.writs(issuer, "body-refused", 1)?;
    for way in &refused() {
        for edge in &story.stand.edges {
            holds(way, edge, story, writs.first().context("no writ")?)?;
        }
    }
    Ok(())
}

#[test]
fn a_body_where_none_belongs_is_refused() -> Result<()> {
    let stage = stage()?;
    let (issuer, story) = &*stage;
    let writs = story.stand.writs(issuer, "body-unexpected", 1)?;
    drop(story.api.server().take());
    for edge in &story.stand.edges {
        let answer = edge.send(&search("LHR", writs.first().context("no writ")?).json(ORDER))?;
        ensure!(
            label(edge, &answer).as_deref() == Some("body_unexpected"),
            "{}: {}",
            edge.kind(),
            answer.json()
        );
    }
    ensure!(story.api.server().take().is_empty(), "something arrived");
    Ok(())
}

#[test]
fn a_client_that_breaks_off_has_booked_nothing() -> Result<()> {
    let stage = stage()?;
    let (issuer, story) = &*stage;
    let writ = &story.stand.writ(issuer, "body-broken")?;
    drop(story.api.server().take());
    for edge in &story.stand.edges {
        for framing in [
            format!("content-length: {}", ORDER.len()),
            "transfer-encoding: chunked".into(),
        ] {
            let mut connection = ClientConnection::open(edge.address(), PATIENCE)?;
            let head = head(writ, &["content-type: application/json", &framing]);
            let half = HALF;
            let body = if framing.ends_with("chunked") {
                chunk(half)
            } else {
                half.into()
            };
            connection.write(format!("{head}{body}").as_bytes())?;
            thread::sleep(Duration::from_millis(100));
            connection.close();
        }
        let broken = |line: &str| line.contains("\"body_broken\"").then_some(());
        if edge.kind() != HostKind::Worker {
            edge.log().find(SOON, broken).context("no line of the log says so")?;
        }
        edge.send_permitted(&search("LHR", writ))?;
    }
    let bookings = story
        .api
        .server()
        .take()
        .into_iter()
        .filter(|arrival| arrival.method == "POST");
    ensure!(bookings.count() == 0, "half an order arrived");
    Ok(())
}

/// Half of a booking; the rest may follow.
fn half(edge: &EdgeProcess, writ: &str) -> Result<ClientConnection> {
    let mut connection = ClientConnection::open(edge.address(), PATIENCE)?;
    let length = format!("content-length: {}", ORDER.len());
    let head = head(writ, &["content-type: application/json", &length]);
    connection.write(format!("{head}{}", HALF).as_bytes())?;
    Ok(connection)
}

#[test]
fn a_body_that_stops_is_given_up() -> Result<()> {
    let stage = stage()?;
    let (issuer, story) = &*stage;
    let writ = &story.stand.writ(issuer, "body-slow")?;
    drop(story.api.server().take());
    let watch = Stopwatch::start();
    thread::scope(|scope| {
        let edges: Vec<_> = story
            .stand
            .edges
            .iter()
            .map(|edge| {
                scope.spawn(move || {
                    let answer = half(edge, writ)?
                        .read(false)
                        .with_context(|| format!("{}: no answer", edge.kind()))?;
                    let label = label(edge, &answer);
                    ensure!(
                        label.as_deref() == Some("body_broken"),
                        "{}: {label:?} {}",
                        edge.kind(),
                        answer.json()
                    );
                    let waited = watch.elapsed();
                    ensure!(
                        waited > BODY / 2 && waited < PATIENCE,
                        "{}: after {waited:?}",
                        edge.kind()
                    );
                    Ok(())
                })
            })
            .collect();
        edges
            .into_iter()
            .try_for_each(|edge| edge.join().ok().context("a test's thread broke")?)
    })?;
    ensure!(story.api.server().take().is_empty(), "something arrived");
    Ok(())
}

/// A booking whose writ ends, as `end` sees to, while its body is still arriving.
fn ends_meanwhile(
    task: &str,
    ttl: &str,
    expected: &str,
    end: impl Fn(&IssuerProcess, &TravelScenario) -> Result<()>,
) -> Result<()> {
    let stage = stage()?;
    let (issuer, story) = &*stage;
    let mut asked = story.stand.task_called(task);
    if let Some(asked) = asked.as_object_mut() {
        asked.insert("ttl".into(), ttl.into());
    }
    let writs = issuer.task(&story.stand.client, &asked)?;
    let writ = writs.first().context("no writ")?;
    drop(story.api.server().take());
    let begun: Result<Vec<_>> = story
        .stand
        .edges
        .iter()
        .map(|edge| Ok((edge, half(edge, writ)?)))
        .collect();
    let begun = begun?;
    thread::sleep(Duration::from_millis(100));
    end(issuer, story)?;
    for (edge, mut connection) in begun {
        let over = poll(SOON, || {
            edge.send(&search("LHR", writ))
                .ok()
                .filter(|answer| answer.status == 401)
        });
        over.with_context(|| format!("{}: the writ does not end", edge.kind()))?;
        connection.write(REST.as_bytes())?;
        let answer = connection
            .read(false)
            .with_context(|| format!("{}: no answer", edge.kind()))?;
        let label = label(edge, &answer);
        ensure!(
            label.as_deref() == Some(expected),
            "{}: {label:?} {}",
            edge.kind(),
            answer.json()
        );
    }
    let arrived: Vec<_> = story
        .api
        .server()
        .take()
        .into_iter()
        .filter(|arrival| arrival.method == "POST")
        .collect();
    ensure!(arrived.is_empty(), "{} bookings arrived", arrived.len());
    Ok(())
}

#[test]
fn a_task_completed_while_a_body_arrives_books_nothing() -> Result<()> {
    ends_meanwhile("body-completed", "10m", "token_revoked", |issuer, story| {
        let answer = issuer.post(&story.stand.client, "/v1/tasks/body-completed/complete", &json!({}))?;
        ensure!(answer.status == 200, "{}", answer.json());
        Ok(())
    })
}

#[test]
fn a_task_revoked_by_the_operator_while_a_body_arrives_books_nothing() -> Result<()> {
    ends_meanwhile("body-revoked", "10m", "token_revoked", |issuer, story| {
        issuer.revoke(&["task", &format!("{}/body-revoked", story.stand.client.client_id)])
    })
}

#[test]
fn a_writ_that_expires_while_a_body_arrives_books_nothing() -> Result<()> {
    ends_meanwhile("body-expired", "3s", "token_expired", |_, _| Ok(()))
}
