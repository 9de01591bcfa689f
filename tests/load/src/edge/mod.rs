//! What an edge costs its host: each variant in turns, on one core, beside the host without it and the nearest thing that others have.

use crate::report::Report;
use crate::wire::Connection;
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;
use tokio::task::{JoinSet, LocalSet};
use tokio::time::{Instant, sleep};

mod answer;
mod envoy;
mod host;
mod writs;

use envoy::{Filter, Places, Way};
use host::Host;
use writs::Issuer;

/// Rows of the table of operations.
const OPERATIONS: usize = 100;
/// Writs that are used in turns.
const WRITS: usize = 1_000;
/// Writs of which each has been forgotten when it comes again.
const STRANGE_WRITS: usize = 8_000;
/// Connections that ask one request after the other.
const CONNECTIONS: usize = 32;
/// The edge's credential, and that of the upstream.
const SECRET: &str = "a secret of the usual length 0123";

/// Headers beside `authorization`, `host` and `:path`'s line, as a browser or an HTTP library sends them.
const HEADERS: &str = "user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36\r\n\
    accept: application/json, text/plain;q=0.9, */*;q=0.8\r\n\
    accept-language: en-GB,en;q=0.9\r\n\
    accept-encoding: gzip, deflate, br\r\n\
    cookie: session=0123456789abcdef0123456789abcdef\r\n\
    traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n\
    tracestate: rojo=00f067aa0ba902b7\r\n\
    if-none-match: \"33a64df551425fcc55e4d42a148795d9f25f89d4\"\r\n\
    if-modified-since: Wed, 21 Oct 2015 07:28:00 GMT\r\n\
    x-forwarded-for: 203.0.113.195, 70.41.3.18\r\n\
    x-request-id: 7f3ae7d5-5a10-4e0c-8f1d-1b2f6e9a8c4d\r\n\
    x-api-version: 7\r\n\
    sec-fetch-mode: cors\r\n";

/// The requests of one kind, ready to be sent, in turns.
type Requests = Rc<Vec<Vec<u8>>>;

/// Something to measure.
struct Variant {
    name: String,
    /// The variant that its rate is compared with.
    baseline: &'static str,
    address: SocketAddr,
    requests: Requests,
}

/// How to measure.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// Another build of the filter, measured beside the one in `dist/` under the name of its file
    #[arg(long)]
    other: Vec<PathBuf>,
    /// Only variants with one of these texts in their names
    #[arg(long)]
    only: Vec<String>,
}

pub(crate) async fn measure(options: &Options, rounds: usize, time: Duration) -> Result<()> {
    LocalSet::new().run_until(in_envoy(options, rounds, time)).await
}

async fn in_envoy(options: &Options, rounds: usize, time: Duration) -> Result<()> {
    let (issuer, issuer_address) = issuer().await?;
    let response = answer::ok(b"ok");
    let upstream = answer::serve(move || response.clone()).await?;
    let places = Places {
        issuer: &issuer,
        issuer_address,
        upstream,
        envoy: told("EDGEWRIT_ENVOY_BIN")?,
        wasm: told("EDGEWRIT_DIST")?.join("edgewrit-envoy.wasm"),
        others: &options.other,
    };
    let folder = tempfile::tempdir()?;
    let others = (0..options.other.len()).map(Filter::Other);
    let filters: Vec<_> = [Filter::None, Filter::Edgewrit]
        .into_iter()
        .chain(others)
        .chain([Filter::Native, Filter::NativeUncached])
        .collect();
    let mut listeners = Vec::new();
    for way in [Way::Direct, Way::Forwarded] {
        for filter in &filters {
            listeners.push((free()?, *filter, way));
        }
    }
    // With a memory of its own, for the others' is not to be flooded.
    listeners.push((free()?, Filter::Strange, Way::Direct));
    let mut host = envoy::start(folder.path(), &places, &listeners)?;
    host.listens().await?;
    // Until each filter has a bundle.
    sleep(Duration::from_secs(2)).await;
    let mut variants = variants(&issuer, &listeners, &options.other)?;
    let wanted = |variant: &Variant| options.only.iter().any(|part| variant.name.contains(&**part));
    variants.retain(|variant| options.only.is_empty() || wanted(variant));
    in_turns(&host, &variants, rounds, time).await
}

fn variants(issuer: &Issuer, listeners: &[(SocketAddr, Filter, Way)], others: &[PathBuf]) -> Result<Vec<Variant>> {
    let writs = |count| (0..count).map(|number| issuer.writ(number)).collect::<Result<Vec<_>>>();
    let (usual, strange) = (writs(WRITS)?, writs(STRANGE_WRITS)?);
    let get: Requests = Rc::new(usual.iter().map(|writ| get(writ)).collect());
    let post: Requests = Rc::new(usual.iter().map(|writ| post(writ)).collect());
    let first: Requests = Rc::new(strange.iter().map(|writ| self::get(writ)).collect());
    let (none, ours, native) = (Filter::None, Filter::Edgewrit, Filter::Native);
    let rows = [
        ("direct, no filter", "direct, no filter", none, Way::Direct, &get),
        ("direct, edgewrit", "direct, no filter", ours, Way::Direct, &get),
        (
            "direct, jwt_authn with cache, rbac",
            "direct, no filter",
            native,
            Way::Direct,
            &get,
        ),
        (
            "direct, jwt_authn",
            "direct, no filter",
            Filter::NativeUncached,
            Way::Direct,
            &get,
        ),
        (
            "first sight of a writ, edgewrit",
            "direct, edgewrit",
            Filter::Strange,
            Way::Direct,
            &first,
        ),
        (
            "forwarded, no filter",
            "forwarded, no filter",
            none,
            Way::Forwarded,
            &get,
        ),
        (
            "forwarded, edgewrit",
            "forwarded, no filter",
            ours,
            Way::Forwarded,
            &get,
        ),
        (
            "forwarded, jwt_authn with cache, rbac",
            "forwarded, no filter",
            native,
            Way::Forwarded,
            &get,
        ),
        (
            "forwarded, jwt_authn",
            "forwarded, no filter",
            Filter::NativeUncached,
            Way::Forwarded,
            &get,
        ),
        (
            "1 KB of JSON, no filter",
            "forwarded, no filter",
            none,
            Way::Forwarded,
            &post,
        ),
        (
            "1 KB of JSON, edgewrit",
            "1 KB of JSON, no filter",
            ours,
            Way::Forwarded,
            &post,
        ),
    ];
    let rows = rows
        .into_iter()
        .map(|(name, baseline, filter, way, requests)| (name.to_owned(), baseline, filter, way, requests));
    let others = others.iter().enumerate().flat_map(|(number, build)| {
        let (name, filter) = (
            build.file_stem().unwrap_or_default().to_string_lossy(),
            Filter::Other(number),
        );
        [
            (
                format!("direct, {name}"),
                "direct, no filter",
                filter,
                Way::Direct,
                &get,
            ),
            (
                format!("forwarded, {name}"),
                "forwarded, no filter",
                filter,
                Way::Forwarded,
                &get,
            ),
        ]
    });
    let mut variants = Vec::new();
    for (name, baseline, filter, way, requests) in rows.chain(others) {
        let listener = listeners.iter().find(|(_, own, its)| *own == filter && *its == way);
        variants.push(Variant {
            name,
            baseline,
            address: listener.context("no such listener")?.0,
            requests: Rc::clone(requests),
        });
    }
    Ok(variants)
}

/// Measures the variants one after the other, round by round; the first round is for warming up.
async fn in_turns(host: &Host, variants: &[Variant], rounds: usize, time: Duration) -> Result<()> {
    let (mut rates, mut costs) = (Report::default(), Report::default());
    for round in 0..=rounds {
        for variant in variants {
            let computed = host.computed()?;
            let (answered, took) = ask(variant, time).await.context(variant.name.clone())?;
            let computed = host.computed()? - computed;
            host.empty_log()?;
            if round > 0 {
                rates.say(&variant.name, answered / took);
                costs.say(&variant.name, computed / answered);
            }
        }
    }
    println!("requests a second");
    rates.print();
    println!("\nmicroseconds of processor a request");
    costs.print();
    println!("\nof the baseline's rate, by rate and by processor, the middle of all rounds");
    for variant in variants {
        let by_rate = rates.ratio(&variant.name, variant.baseline);
        let by_cost = costs.ratio(variant.baseline, &variant.name);
        println!(
            "{:<44} {by_rate:>6.2} {by_cost:>6.2}  of {}",
            variant.name, variant.baseline
        );
    }
    Ok(())
}

/// How many answers came in how many seconds.
async fn ask(variant: &Variant, time: Duration) -> Result<(f64, f64)> {
    let (began, mut running) = (Instant::now(), JoinSet::new());
    for index in 0..CONNECTIONS {
        let (requests, address) = (Rc::clone(&variant.requests), variant.address);
        running.spawn_local(async move {
            let (mut connection, mut answered) = (Connection::open(address).await?, 0.0);
            let turns = requests.iter().cycle().skip(index * requests.len() / CONNECTIONS);
            for request in turns {
                let answer = connection.ask(request).await?;
                ensure!(
                    answer.status == 200,
                    "{}: {}",
                    answer.status,
                    String::from_utf8_lossy(&answer.body)
                );
                answered += 1.0;
                if began.elapsed() > time {
                    break;
                }
            }
            Ok::<f64, anyhow::Error>(answered)
        });
    }
    let mut answered = 0.0;
    while let Some(one) = running.join_next().await {
        answered += one??;
    }
    Ok((answered, began.elapsed().as_secs_f64()))
}

async fn issuer() -> Result<(Issuer, SocketAddr)> {
    // It signs its address, so it has to have one before it can sign.
    let made: Rc<std::cell::OnceCell<Issuer>> = Rc::default();
    let signs = Rc::clone(&made);
    let bundle = move || signs.get().and_then(|issuer| issuer.bundle().ok()).unwrap_or_default();
    let address = answer::serve(move || answer::ok(&bundle())).await?;
    let issuer = Issuer::new(format!("http://{address}"))?;
    let _ = made.set(issuer.clone());
    Ok((issuer, address))
}

/// Method and path of one row of the table.
fn operation(index: usize) -> (&'static str, String) {
    match index {
        50 => ("GET", "/flights".to_owned()),
        51 => ("POST", "/bookings".to_owned()),
        _ => ("GET", format!("/other-{index}/{{id}}")),
    }
}

/// The edge's document.
fn document(issuer: &Issuer, origin: &str) -> Result<Value> {
    let operations: Vec<_> = (0..OPERATIONS)
        .map(|index| {
            let (method, path) = operation(index);
            let name = format!("{method} {path}");
            match index {
                50 => json!({"match": name, "upstream": "travel", "action": "search", "resource": "flights",
                    "params": {"from": "query.from", "to": "query.to", "date": "query.date"}}),
                51 => json!({"match": name, "upstream": "travel", "action": "book", "resource": "tickets",
                    "params": {"user": "body./passenger/user", "seats": {"from": "body./seats", "type": "integer"}},
                    "ignore": ["body./wishes"]}),
                _ => json!({"match": name, "upstream": "travel", "action": "read", "resource": "other:{id}"}),
            }
        })
        .collect();
    Ok(json!({
        "issuer": issuer.url,
        "trust": [issuer.pin()?],
        "edge": {"id": "edge-7", "credential": "${secret:EDGE_KEY}"},
        "audience": writs::AUDIENCE,
        "upstreams": {"travel": {"origin": origin, "credential": {"set": {"authorization": "Bearer ${secret:TRAVEL_KEY}"}}}},
        "operations": operations,
    }))
}

fn get(writ: &str) -> Vec<u8> {
    format!(
        "GET /flights?from=JFK&to=LHR&date=2026-05-10 HTTP/1.1\r\nhost: edge.example\r\n{HEADERS}authorization: Bearer {writ}\r\n\r\n"
    )
    .into_bytes()
}

/// With 1 KB of JSON, most of it in small values that no grant speaks of.
fn post(writ: &str) -> Vec<u8> {
    let wishes: Vec<_> = (0..19)
        .map(|number| json!({"kind": "meal", "number": number, "text": "by the window"}))
        .collect();
    let body = json!({"passenger": {"user": "X"}, "seats": 1, "wishes": wishes}).to_string();
    let length = body.len();
    format!(
        "POST /bookings HTTP/1.1\r\nhost: edge.example\r\n{HEADERS}authorization: Bearer {writ}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// An address on loopback whose port was free a moment ago.
fn free() -> Result<SocketAddr> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// What `cargo xtask` says in the environment.
fn told(variable: &str) -> Result<PathBuf> {
    let path = std::env::var_os(variable)
        .with_context(|| format!("`{variable}` is not set: run `cargo xtask load --edge`"))?;
    Ok(path.into())
}
