//! The proxy of Edgewrit, beside the same proxy with the decision taken out, and beside nginx.

use super::around::Around;
use super::proxy::{self, ProxyKind};
use super::turns::{RatioTarget, Turns, Variant};
use super::{Options, free_address};
use crate::wire::OpenConnection;
use anyhow::{Result, ensure};
use std::rc::Rc;
use std::time::Duration;
use tokio::time::sleep;

const UNDECIDED: &str = "proxy, no decision";
const OURS: &str = "proxy, edgewrit";
const JSON_UNDECIDED: &str = "proxy, 1 KB of JSON, no decision";

/// The ratio that a remembered writ must reach.
const TARGETS: [RatioTarget; 1] = [RatioTarget {
    of: OURS,
    to: UNDECIDED,
    at_least: 0.75,
}];

pub(super) async fn measure(around: &Around, options: &Options, turns: &Turns) -> Result<()> {
    let asked = &around.asked;
    let rows = [
        (UNDECIDED, UNDECIDED, ProxyKind::Undecided, &asked.get, 200),
        (OURS, UNDECIDED, ProxyKind::Edgewrit, &asked.get, 200),
        (
            "proxy, edgewrit, refuses",
            OURS,
            ProxyKind::Edgewrit,
            &asked.refused,
            403,
        ),
        (
            "proxy, first sight of a writ, edgewrit",
            OURS,
            ProxyKind::NewWrits,
            &asked.first,
            200,
        ),
        (JSON_UNDECIDED, UNDECIDED, ProxyKind::Undecided, &asked.post, 200),
        (
            "proxy, 1 KB of JSON, edgewrit",
            JSON_UNDECIDED,
            ProxyKind::Edgewrit,
            &asked.post,
            200,
        ),
        ("nginx, no decision", UNDECIDED, ProxyKind::Nginx, &asked.get, 200),
    ];
    let (folder, mut hosts, mut variants) = (tempfile::tempdir()?, Vec::new(), Vec::new());
    for kind in [
        ProxyKind::Undecided,
        ProxyKind::Edgewrit,
        ProxyKind::NewWrits,
        ProxyKind::Nginx,
    ] {
        let own = rows.iter().filter(|row| row.2 == kind);
        let address = free_address()?;
        let own = options.select(
            own.map(|(name, baseline, _, requests, status)| Variant {
                name: (*name).to_owned(),
                baseline,
                address,
                requests: Rc::clone(requests),
                status: *status,
            })
            .collect(),
        );
        if own.is_empty() || (kind == ProxyKind::Nginx && proxy::nginx_binary().is_none()) {
            continue;
        }
        let mut host = proxy::start(folder.path(), around, kind, address)?;
        host.wait_until_it_listens().await?;
        if kind == ProxyKind::Edgewrit {
            let answer = OpenConnection::open(address).await?.ask(&around.asked.forged).await?;
            ensure!(
                answer.status == 401,
                "{} to a writ with another signature",
                answer.status
            );
        }
        hosts.push(host);
        variants.extend(own);
    }
    if variants.is_empty() {
        return Ok(());
    }
    // Until the proxies have delivered their first records.
    sleep(Duration::from_secs(2)).await;
    turns.measure(&hosts, &variants, &TARGETS).await?;
    around.say_batches("the proxy");
    Ok(())
}
