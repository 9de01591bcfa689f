//! An issuer, an API, and a proxy between the test and the API.

use super::upstream::HeldUpstream;
use crate::support::{Server, TestFolder, wait_for};
use std::fs;
use std::io::{BufRead as _, BufReader, Read};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, ExitStatus};
use std::sync::{Arc, Mutex};
use std::thread;

const TASK: &str = "
task_id: trip
orch_id: holiday
ttl: 10m
audiences:
  https://travel.example:
    grants:
      - {type: writ, actions: [search], resources: [flights]}
";
const OPERATIONS: &str = "operations:
  - {match: GET /flights, upstream: travel, action: search, resource: flights}
";

/// An issuer, an API, a writ for it, and the configuration of an edge.
pub(super) struct ProxyScene {
    pub(super) place: TestFolder,
    pub(super) issuer: Server,
    pub(super) api: HeldUpstream,
    pub(super) writ: String,
    /// The text of `edge.yaml`.
    pub(super) config: String,
    pub(super) credential: String,
}

/// A running proxy, killed when dropped.
pub(super) struct RunningProxy {
    child: Child,
    /// Standard output, if it is not read.
    unread: Option<ChildStdout>,
    output: Arc<Mutex<Vec<String>>>,
    pub(super) url: String,
    pub(super) admin: String,
}

impl ProxyScene {
    pub(super) fn new() -> Self {
        let (place, api) = (TestFolder::new(), HeldUpstream::start());
        let issuer = place.serve_with(&["--listen", "127.0.0.1:0"]);
        let upstream = format!("travel={}", api.origin());
        let audience = "https://travel.example";
        let add = ["edge", "add", "door", "--audience", audience, "--upstream", &upstream];
        let beginning = place.run(&add).ok();
        let credential = beginning.lines().find_map(|line| line.strip_prefix("# ewes_")).unwrap();
        let credential = format!("ewes_{credential}");
        let client = place.client("planner");
        let writ = place.mint(&client, &issuer, TASK, &["--tokens"]).ok();
        let writ = writ.split_whitespace().last().unwrap().to_owned();
        let config = format!("{beginning}{OPERATIONS}");
        place.file("edge.yaml", &config);
        fs::create_dir(place.folder().join("disk")).unwrap();
        Self {
            place,
            issuer,
            api,
            writ,
            config,
            credential,
        }
    }

    /// The folder of the records. No other files are in the folder above.
    pub(super) fn records(&self) -> PathBuf {
        self.place.folder().join("disk/records")
    }

    /// The arguments of a proxy on free ports.
    pub(super) fn command(&self, args: &[&str]) -> std::process::Command {
        let path = |name: &str| self.place.folder().join(name).display().to_string();
        let (config, records) = (path("edge.yaml"), self.records().display().to_string());
        let first = ["proxy", "--config", &config, "--records", &records, "--threads", "2"];
        let mut command = self.place.command(&[&first, args].concat());
        command.env("EDGE_KEY", &self.credential);
        command
    }

    pub(super) fn proxy(&self) -> RunningProxy {
        self.proxy_with(&[])
    }

    pub(super) fn proxy_with(&self, args: &[&str]) -> RunningProxy {
        let free = ["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"];
        RunningProxy::start(self.command(&[&free, args].concat()))
    }

    /// Replaces the configuration in one step.
    pub(super) fn configure(&self, text: &str) {
        let partial = self.place.file("partial.yaml", text);
        fs::rename(partial, self.place.folder().join("edge.yaml")).unwrap();
    }

    /// The configuration with one more operation, at `/more`.
    pub(super) fn wide_config(&self) -> String {
        let more = "  - {match: GET /more, upstream: travel, action: search, resource: flights}\n";
        format!("{}{more}", self.config)
    }

    /// Status and body of a search for flights with the writ.
    pub(super) fn search(&self, proxy: &RunningProxy) -> (u16, String) {
        self.get(proxy, "/flights")
    }

    /// Status and body of a request with the writ.
    pub(super) fn get(&self, proxy: &RunningProxy, path: &str) -> (u16, String) {
        get(&format!("{}{path}", proxy.url), Some(&self.writ)).unwrap()
    }
}

impl RunningProxy {
    pub(super) fn start(command: std::process::Command) -> Self {
        let mut proxy = Self::start_unread(command);
        collect(proxy.unread.take().unwrap(), &proxy.output);
        proxy
    }

    /// Starts a proxy whose standard output is a pipe that is not read.
    pub(super) fn start_unread(mut command: std::process::Command) -> Self {
        let mut child = command.spawn().unwrap();
        let output = Arc::default();
        collect(child.stderr.take().unwrap(), &output);
        let mut proxy = Self {
            unread: child.stdout.take(),
            child,
            output,
            url: String::new(),
            admin: String::new(),
        };
        proxy.url = proxy.line("listening on ").split_off("listening on ".len());
        proxy.admin = proxy
            .line("metrics and health on ")
            .split_off("metrics and health on ".len());
        proxy
    }

    /// Closes the pipe that is not read.
    pub(super) fn close_output(&mut self) {
        self.unread = None;
    }

    /// The first line of the output that holds `text`.
    pub(super) fn line(&self, text: &str) -> String {
        wait_for(|| self.lines(text).into_iter().next())
    }

    /// The lines so far that hold `text`.
    pub(super) fn lines(&self, text: &str) -> Vec<String> {
        let lines = self.output.lock().unwrap();
        lines.iter().filter(|line| line.contains(text)).cloned().collect()
    }

    pub(super) fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        let mut kill = std::process::Command::new("kill");
        assert!(kill.args([signal, &id]).status().unwrap().success());
    }

    pub(super) fn wait_for_end(mut self) -> ExitStatus {
        wait_for(|| self.child.try_wait().unwrap())
    }

    /// Status and body of a page for the operator.
    pub(super) fn page(&self, path: &str) -> (u16, String) {
        get(&format!("{}{path}", self.admin), None).unwrap()
    }

    /// The value of a metric; 0 if it is not shown.
    pub(super) fn metric(&self, name: &str) -> u64 {
        let (status, text) = self.page("/metrics");
        assert_eq!(status, 200);
        let values = text.lines().filter_map(|line| line.split_once(' '));
        let mut found = values.filter(|(own, _)| *own == name);
        found.next().map_or(0, |(_, value)| value.parse().unwrap())
    }

    /// Waits until a metric has this value.
    pub(super) fn becomes(&self, name: &str, expected: u64) {
        wait_for(|| (self.metric(name) == expected).then_some(()));
    }
}

impl Drop for RunningProxy {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn collect(stream: impl Read + Send + 'static, output: &Arc<Mutex<Vec<String>>>) {
    let output = Arc::clone(output);
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            output.lock().unwrap().push(line);
        }
    });
}

/// Status and body of an answer, over a connection of its own; `None` without an answer.
pub(super) fn get(url: &str, writ: Option<&str>) -> Option<(u16, String)> {
    let config = ureq::Agent::config_builder().http_status_as_error(false).build();
    let mut request = config.new_agent().get(url);
    if let Some(writ) = writ {
        request = request.header("authorization", format!("Bearer {writ}"));
    }
    let answer = request.call().ok()?;
    let status = answer.status().as_u16();
    Some((status, answer.into_body().read_to_string().ok()?))
}

/// An address where no process listens.
pub(super) fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// The path of a file as text.
pub(super) fn shown(path: &Path) -> String {
    path.display().to_string()
}
