//! The log and the end of a command that runs until a signal.

use crate::output::failure::Failure;
use crate::output::streams::LogOutput;
use clap::ValueEnum;
use edgewrit_native::{LinePrinter, ProxySignal};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tracing_subscriber::filter::LevelFilter;

/// Least severe lines of the log.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Log {
    /// Failures
    Error,
    /// Failures, refusals, starts and stops
    Info,
    /// All of these, and every answer
    Debug,
}

/// Reads the address of a listener.
pub(crate) fn parse_address(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| "expected an IP address and a port, such as `127.0.0.1:8000`".into())
}

/// Reads a number of things of which there is at least one.
pub(crate) fn parse_count(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("expected a whole number from 1".into()),
        Ok(count) => Ok(count),
    }
}

/// The log of this process. The end of the value writes the rest of the lines.
#[derive(Debug)]
pub(crate) struct RunningLog(LogOutput);

impl RunningLog {
    /// The printer of the lines.
    pub(crate) fn printer(&self) -> Arc<LinePrinter> {
        Arc::clone(self.0.printer())
    }
}

impl Drop for RunningLog {
    fn drop(&mut self) {
        self.0.finish();
    }
}

/// Starts the log of this process: JSON lines on standard error.
pub(crate) fn start_log(least: Log) -> Result<RunningLog, Failure> {
    let least = match least {
        Log::Error => LevelFilter::ERROR,
        Log::Info => LevelFilter::INFO,
        Log::Debug => LevelFilter::DEBUG,
    };
    let lines = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_max_level(least);
    let output = LogOutput::start().map_err(Failure::new)?;
    let writer = output.clone();
    // Fails only if something logs already.
    let _logging = lines.with_writer(move || writer.clone()).try_init();
    Ok(RunningLog(output))
}

/// Returns a future that ends at SIGINT or SIGTERM.
pub(crate) fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    let listen = |kind| signal(kind).map_err(Failure::new);
    let (mut interrupt, mut terminate) = (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Passes SIGINT, SIGTERM and SIGHUP on, each time.
pub(crate) fn proxy_signals() -> Result<mpsc::Receiver<ProxySignal>, Failure> {
    let listen = |kind| signal(kind).map_err(Failure::new);
    let (mut interrupt, mut terminate) = (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
    let mut hangup = listen(SignalKind::hangup())?;
    let (sender, signals) = mpsc::channel(1);
    tokio::spawn(async move {
        loop {
            let signal = tokio::select! {
                _ = interrupt.recv() => ProxySignal::Stop,
                _ = terminate.recv() => ProxySignal::Stop,
                _ = hangup.recv() => ProxySignal::Reload,
            };
            if sender.send(signal).await.is_err() {
                return;
            }
        }
    });
    Ok(signals)
}

#[cfg(test)]
mod tests {
    use super::{parse_address, parse_count};

    #[test]
    fn a_count_is_at_least_one() {
        assert_eq!(parse_count("1"), Ok(1));
        for text in ["0", "-1", "1.5", "many", "", "99999999999999999999"] {
            assert!(parse_count(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_address_has_an_ip_address_and_a_port() {
        assert_eq!(parse_address("[::1]:80"), Ok("[::1]:80".parse().unwrap()));
        for text in ["8000", "127.0.0.1", "localhost:8000", ":8000", ""] {
            let fault = parse_address(text).unwrap_err();
            assert!(fault.contains("such as `127.0.0.1:8000`"), "{text}: {fault}");
        }
    }
}
