//! The issuer of a first try: it runs on a thread of its own until it is dropped.

use crate::output::failure::Failure;
use edgewrit_issuer::clock::Clock;
use edgewrit_issuer::config::settings::Settings;
use edgewrit_issuer::serve::{ServeError, serve};
use edgewrit_native::ProxySignal;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use tokio::runtime;
use tokio::sync::{mpsc, oneshot};

/// Threads of the runtime.
const THREADS: usize = 2;

/// A running issuer on a free port of loopback.
pub(super) struct RunningIssuer {
    /// The origin of the issuer.
    pub(super) origin: String,
    /// Ends the issuer.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<Result<(), Failure>>>,
}

impl RunningIssuer {
    /// Starts an issuer on the data directory `data`. The end of the issuer stops the proxy.
    ///
    /// # Errors
    /// If the issuer cannot be started.
    pub(super) fn start(data: &Path, proxy: mpsc::Sender<ProxySignal>) -> Result<Self, Failure> {
        let (stop, stopped) = oneshot::channel();
        let (say_origin, origin) = sync_channel(1);
        let data = data.to_owned();
        let work = move || {
            let done = run(&data, say_origin, stopped);
            // A full channel holds this signal already.
            let _stopping = proxy.try_send(ProxySignal::Stop);
            done
        };
        let thread = thread::Builder::new().spawn(work).map_err(Failure::new)?;
        let mut issuer = Self {
            origin: String::new(),
            stop: Some(stop),
            thread: Some(thread),
        };
        match origin.recv() {
            Ok(origin) => issuer.origin = origin,
            // The thread has ended before it served, with an error.
            Err(_) => issuer.end()?,
        }
        Ok(issuer)
    }

    /// Ends the issuer in order, and waits for its end.
    ///
    /// # Errors
    /// Why the issuer has ended by itself.
    pub(super) fn end(&mut self) -> Result<(), Failure> {
        // A receiver that is gone has ended by itself.
        let _ended = self.stop.take().map(|stop| stop.send(()));
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(done)) => done,
            Some(Err(_)) => Err(Failure::new("the issuer has ended without a reason")),
            None => Ok(()),
        }
    }
}

impl Drop for RunningIssuer {
    fn drop(&mut self) {
        // Another failure is on its way to the caller.
        let _ended = self.end();
    }
}

fn run(data: &Path, say_origin: SyncSender<String>, stopped: oneshot::Receiver<()>) -> Result<(), Failure> {
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .enable_all()
        .build();
    let runtime = runtime.map_err(Failure::new)?;
    let settings = Settings {
        listen: Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
        ..Settings::default()
    };
    let ready = move |origin: &str| {
        // The receiver waits for this value.
        let _sent = say_origin.send(origin.to_owned());
    };
    let stop = async {
        let _either_end = stopped.await;
    };
    let done: Result<(), ServeError> = runtime.block_on(serve(data, &settings, None, Clock::system(), ready, stop));
    runtime.shutdown_background();
    done.map_err(Failure::new)
}
