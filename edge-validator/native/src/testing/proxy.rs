//! A proxy on the thread of its test, and a client that speaks bytes.

use super::edge::{config, no_authorities, writ};
use crate::clock;
use crate::issuer::held::HeldSnapshot;
use crate::metrics::WorkerMetrics;
use crate::records::RecordThreads;
use crate::request;
use crate::server::Connections;
use crate::worker::{ActiveConfig, Shared, Worker};
use edgewrit_shared::bundle::revocation::Revocation;
use edgewrit_test_issuer as issuer;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::fs;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::spawn_local;
use tokio::time::sleep;

/// Time between two looks at a condition.
const LOOK: Duration = Duration::from_millis(5);

/// Requests of one proxy at the same time.
pub(crate) const PLACES: usize = 8;

/// A proxy in front of one upstream.
pub(crate) struct TestProxy {
    address: SocketAddr,
    worker: Rc<Worker>,
    connections: Rc<Connections>,
    held: Arc<HeldSnapshot>,
    folder: TempDir,
    _records: RecordThreads,
    _configs: watch::Sender<Arc<ActiveConfig>>,
}

impl TestProxy {
    /// Starts a proxy in front of `origin`.
    pub(crate) async fn start(origin: &str) -> Self {
        let config = Arc::new(config(origin));
        let held = Arc::new(HeldSnapshot::new(Arc::clone(&config)));
        let active = ActiveConfig {
            number: 0,
            config: Arc::clone(&config),
            held: Arc::clone(&held),
        };
        let folder = tempfile::tempdir().unwrap();
        let records = RecordThreads::start(
            &folder.path().join("records"),
            move || Arc::clone(&config),
            no_authorities(),
        );
        let records = records.unwrap();
        let (configs, receiver) = watch::channel(Arc::new(active));
        let shared = Shared {
            configs: receiver,
            records: records.records().clone(),
            places: Arc::new(Semaphore::new(PLACES)),
            forward_auth: None,
        };
        let metrics = Arc::new(WorkerMetrics::default());
        let worker = Rc::new(Worker::new(shared, no_authorities(), metrics, 7));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Rc::new(Connections::new());
        spawn_local(accept(listener, Rc::clone(&worker), Rc::clone(&connections)));
        let proxy = Self {
            address,
            worker,
            connections,
            held,
            folder,
            _records: records,
            _configs: configs,
        };
        proxy.set_revocations(Vec::new());
        proxy
    }

    /// Gives the proxy a fresh bundle with these revocations.
    pub(crate) fn set_revocations(&self, revocations: Vec<Revocation>) {
        self.held.replace(issuer::snapshot(clock::now(), revocations));
    }

    /// Begins a request with a writ for everything.
    pub(crate) async fn begin(&self, method: &str, target: &str) -> TcpStream {
        let mut client = TcpStream::connect(self.address).await.unwrap();
        let writ = writ();
        let head = format!("{method} {target} HTTP/1.1\r\nhost: edge.example\r\nauthorization: Bearer {writ}\r\n\r\n");
        client.write_all(head.as_bytes()).await.unwrap();
        client
    }

    /// The whole response to a request, as bytes, until the end of the connection or `last`.
    pub(crate) async fn fetch(&self, method: &str, target: &str, last: &str) -> String {
        let mut client = self.begin(method, target).await;
        let mut bytes = Vec::new();
        while !bytes.ends_with(last.as_bytes()) || last.is_empty() {
            match client.read_buf(&mut bytes).await {
                Ok(1..) => {}
                Ok(0) | Err(_) => break,
            }
        }
        String::from_utf8(bytes).unwrap()
    }

    /// Ends as the process does at a signal.
    pub(crate) async fn end(&self) {
        self.connections.end(&self.worker).await;
    }

    /// The number of exchanges in progress.
    pub(crate) fn open_requests(&self) -> usize {
        self.worker.open_requests()
    }

    /// Waits until no exchange is in progress.
    pub(crate) async fn wait_idle(&self) {
        while self.worker.open_requests() > 0 {
            sleep(LOOK).await;
        }
    }

    /// Waits until a record is on disk that contains `part`.
    pub(crate) async fn wait_for_record(&self, part: &str) {
        let folder = self.folder.path().join("records");
        let contains = || {
            let files = fs::read_dir(&folder).unwrap();
            let mut texts = files.map(|file| fs::read(file.unwrap().path()).unwrap_or_default());
            texts.any(|bytes| String::from_utf8_lossy(&bytes).contains(part))
        };
        while !contains() {
            sleep(LOOK).await;
        }
    }
}

async fn accept(listener: TcpListener, worker: Rc<Worker>, connections: Rc<Connections>) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let worker = Rc::clone(&worker);
        let service = service_fn(move |incoming| {
            let worker = Rc::clone(&worker);
            async move { Ok::<_, Infallible>(request::answer(worker, incoming).await) }
        });
        connections.serve(async move {
            let served = http1::Builder::new()
                .half_close(false)
                .serve_connection(TokioIo::new(stream), service);
            let _ended = served.await;
        });
    }
}
