//! Measurements of variants in turns.

use super::host::LoadHost;
use super::requests::Requests;
use crate::report::LoadReport;
use crate::wire::OpenConnection;
use anyhow::{Context as _, Result, ensure};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Connections that ask one request after the other.
const CONNECTIONS: usize = 32;

/// A variant that is measured.
pub(super) struct Variant {
    pub(super) name: String,
    /// The variant that its rate is compared with.
    pub(super) baseline: &'static str,
    pub(super) address: SocketAddr,
    pub(super) requests: Requests,
    /// The status of every answer.
    pub(super) status: u16,
}

/// A ratio that `docs/performance.md` promises.
pub(super) struct RatioTarget {
    /// The names of two variants.
    pub(super) of: &'static str,
    pub(super) to: &'static str,
    pub(super) at_least: f64,
}

/// The times of a measurement.
pub(super) struct Turns {
    pub(super) rounds: usize,
    pub(super) time: Duration,
}

impl Turns {
    /// Measures the variants one after the other, round by round; the first round is for warming
    /// up.
    pub(super) async fn measure(
        &self,
        hosts: &[LoadHost],
        variants: &[Variant],
        targets: &[RatioTarget],
    ) -> Result<()> {
        let mut figures = Figures::default();
        for round in 0..=self.rounds {
            for variant in variants {
                let computed = computed(hosts)?;
                let (answered, took) = count_answers(variant, self.time).await.context(variant.name.clone())?;
                let computed = self::computed(hosts)? - computed;
                hosts.iter().try_for_each(LoadHost::empty_log)?;
                if round > 0 {
                    figures.rates.say(&variant.name, answered / took);
                    figures.costs.say(&variant.name, computed / answered);
                }
            }
        }
        figures.print(variants, targets);
        Ok(())
    }
}

/// Microseconds of processor that all hosts have used. A host that gets no requests uses nearly none.
fn computed(hosts: &[LoadHost]) -> Result<f64> {
    hosts.iter().map(LoadHost::computed).sum()
}

#[derive(Default)]
struct Figures {
    /// Requests a second.
    rates: LoadReport,
    /// Microseconds of processor a request.
    costs: LoadReport,
}

impl Figures {
    fn print(&self, variants: &[Variant], targets: &[RatioTarget]) {
        println!("requests a second");
        self.rates.print();
        println!("\nmicroseconds of processor a request");
        self.costs.print();
        println!("\nof the baseline's rate, by rate and by processor, the middle of all rounds");
        let measured = |name| variants.iter().any(|variant| variant.name == name);
        for variant in variants.iter().filter(|variant| measured(variant.baseline)) {
            self.print_ratio(&variant.name, variant.baseline, "");
        }
        for target in targets
            .iter()
            .filter(|target| measured(target.of) && measured(target.to))
        {
            self.print_ratio(target.of, target.to, &format!(", target {:.2}", target.at_least));
        }
        println!();
    }

    fn print_ratio(&self, of: &str, to: &str, remark: &str) {
        let (by_rate, by_cost) = (self.rates.ratio(of, to), self.costs.ratio(to, of));
        println!("{of:<44} {by_rate:>6.2} {by_cost:>6.2}  of {to}{remark}");
    }
}

/// Sends requests for `time`. Returns the number of answers, and the seconds.
async fn count_answers(variant: &Variant, time: Duration) -> Result<(f64, f64)> {
    let (began, mut running) = (Instant::now(), JoinSet::new());
    for index in 0..CONNECTIONS {
        let (requests, address, status) = (Rc::clone(&variant.requests), variant.address, variant.status);
        running.spawn_local(async move {
            let (mut connection, mut answered) = (OpenConnection::open(address).await?, 0.0);
            let turns = requests.iter().cycle().skip(index * requests.len() / CONNECTIONS);
            for request in turns {
                let answer = connection.ask(request).await?;
                ensure!(
                    answer.status == status,
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
