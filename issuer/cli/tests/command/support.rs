//! The real binary on data directorys of the tests and free ports.

use serde_json::Value;
use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::Duration;
use tempfile::TempDir;

/// Longest wait, in steps.
const PATIENCE: usize = 1_200;
const STEP: Duration = Duration::from_millis(50);

pub(crate) const CEILING: &str = "
- audience: https://travel.example
  ttl_max: 1h
  grants:
    - {type: writ, actions: [search], resources: [flights]}
    - {type: writ, actions: [book], resources: [tickets]}
";

pub(crate) const POLICY: &str = "
task_id: trip-42
orch_id: holiday
ttl: 10m
audiences:
  https://travel.example:
    grants:
      - type: writ
        actions: [search]
        resources: [flights]
        rules: {from: {eq: JFK}, to: {eq: LHR}, date: {eq: \"2026-05-10\"}}
      - type: writ
        actions: [book]
        resources: [tickets]
        rules: {user: {eq: X}, seats: {eq: 1}}
        uses: {max: 1}
";

/// A folder with a data directory, and with files beside it.
pub(crate) struct TestFolder {
    folder: TempDir,
}

/// The exit status and the output of a command.
pub(crate) struct CommandResult {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A running issuer, killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
}

impl TestFolder {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn file(&self, name: &str, content: &str) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, content).unwrap();
        path.display().to_string()
    }

    /// A file that only its owner can read.
    pub(crate) fn secret_file(&self, content: &str) -> String {
        let path = self.file("secret", content);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_edgewrit"));
        command
            .args(args)
            .env("EDGEWRIT_DATA", self.data())
            .stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> CommandResult {
        CommandResult::of(self.command(args).output().unwrap())
    }

    /// Runs with the login of a client.
    pub(crate) fn run_as(&self, client: &Value, args: &[&str]) -> CommandResult {
        let variable = |name: &str| client[name].as_str().unwrap().to_owned();
        let mut command = self.command(args);
        command.env("EDGEWRIT_CLIENT_ID", variable("client_id"));
        CommandResult::of(
            command
                .env("EDGEWRIT_CLIENT_SECRET", variable("client_secret"))
                .output()
                .unwrap(),
        )
    }

    pub(crate) fn serve(&self) -> Server {
        self.start(&mut self.serve_command())
    }

    pub(crate) fn serve_with(&self, args: &[&str]) -> Server {
        self.start(&mut self.serve_command_with(args))
    }

    pub(crate) fn serve_command_with(&self, args: &[&str]) -> Command {
        self.command(&[&["serve"], args].concat())
    }

    /// Runs as if there were no data directory.
    pub(crate) fn run_without_data(&self, args: &[&str]) -> CommandResult {
        CommandResult::of(self.command(args).env_remove("EDGEWRIT_DATA").output().unwrap())
    }

    /// The command that [`Self::serve`] starts.
    pub(crate) fn serve_command(&self) -> Command {
        self.command(&["serve", "--listen", "127.0.0.1:0", "--issuer", "https://issuer.example"])
    }

    /// A server that ships its audit to the file `log`.
    pub(crate) fn serve_with_audit_log(&self, log: &str) -> Server {
        self.start(self.serve_command().args(["--audit-log", log]))
    }

    /// Starts a server, and waits until it answers.
    pub(crate) fn start(&self, command: &mut Command) -> Server {
        let listening = self.data().join("listening");
        // The file of a killed server names a port that another process may have by now.
        let _not_there = fs::remove_file(&listening);
        let mut child = command.stderr(Stdio::null()).spawn().unwrap();
        let url = wait_for(|| {
            assert_eq!(child.try_wait().unwrap(), None, "the server ended");
            let url = fs::read_to_string(&listening).ok()?;
            (ureq::get(format!("{url}/healthz")).call().is_ok()).then_some(url)
        });
        Server { child, url }
    }

    pub(crate) fn client(&self, name: &str) -> Value {
        let ceiling = self.file("ceiling.yaml", CEILING);
        self.run(&["client", "add", name, "--ceiling", &ceiling, "--json"])
            .json()
    }

    pub(crate) fn edge(&self, name: &str) -> Value {
        let audience = "https://travel.example";
        let upstream = "travel=https://api.travel.example";
        self.run(&[
            "edge",
            "add",
            name,
            "--audience",
            audience,
            "--upstream",
            upstream,
            "--json",
        ])
        .json()
    }

    pub(crate) fn mint(&self, client: &Value, server: &Server, policy: &str, more: &[&str]) -> CommandResult {
        let policy = self.file("task.yaml", policy);
        self.run_as(
            client,
            &[&["mint", "--task", &policy, "--issuer", &server.url], more].concat(),
        )
    }
}

impl Server {
    /// Stops the server in order, and waits for its end.
    pub(crate) fn stop(mut self) -> ExitStatus {
        self.signal("-TERM");
        wait_for(|| self.child.try_wait().unwrap())
    }

    /// Waits until the server ends by itself.
    pub(crate) fn wait_for_end(mut self) -> ExitStatus {
        wait_for(|| self.child.try_wait().unwrap())
    }

    pub(crate) fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    /// Kills the server.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) fn post(&self, login: (&str, &str), path: &str, body: &Value) -> (u16, Value) {
        let (status, text) = KeepAliveClient::of(&self.url).post(login, path, None, body).unwrap();
        (status, serde_json::from_str(&text).unwrap())
    }
}

/// A client that sends requests over kept connections.
pub(crate) struct KeepAliveClient {
    agent: ureq::Agent,
    url: String,
}

impl KeepAliveClient {
    pub(crate) fn of(url: &str) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).build();
        let (agent, url) = (config.new_agent(), url.to_owned());
        Self { agent, url }
    }

    /// Status and body; `None` if no whole answer comes. `key` is the `idempotency-key`.
    pub(crate) fn post(
        &self,
        login: (&str, &str),
        path: &str,
        key: Option<&str>,
        body: &Value,
    ) -> Option<(u16, String)> {
        use base64::Engine as _;
        let basic = base64::engine::general_purpose::STANDARD.encode(format!("{}:{}", login.0, login.1));
        let mut request = self.agent.post(format!("{}{path}", self.url));
        request = request.header("authorization", format!("Basic {basic}"));
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let answer = request.content_type("application/json").send(body.to_string());
        let mut answer = answer.ok()?;
        let mut text = String::new();
        answer.body_mut().as_reader().read_to_string(&mut text).ok()?;
        Some((answer.status().as_u16(), text))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _reaped = self.child.wait();
    }
}

impl CommandResult {
    pub(crate) fn of(output: std::process::Output) -> Self {
        Self {
            status: output.status,
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The output of a command that succeeded.
    pub(crate) fn ok(self) -> String {
        assert!(self.status.success(), "{}{}", self.stdout, self.stderr);
        self.stdout
    }

    pub(crate) fn json(self) -> Value {
        serde_json::from_str(&self.ok()).unwrap()
    }

    /// The error messages of a command that failed. It printed nothing else.
    pub(crate) fn failed(self) -> Vec<String> {
        assert_eq!(
            (self.status.code(), self.stdout.as_str()),
            (Some(1), ""),
            "{}",
            self.stderr
        );
        let line = |line: &str| {
            line.strip_prefix("error: ")
                .unwrap_or_else(|| panic!("`{line}`"))
                .to_owned()
        };
        self.stderr.lines().map(line).collect()
    }
}

/// Waits until `done` returns a value, in bounded time.
pub(crate) fn wait_for<T>(mut done: impl FnMut() -> Option<T>) -> T {
    for _ in 0..PATIENCE {
        if let Some(found) = done() {
            return found;
        }
        sleep(STEP);
    }
    panic!("waited {} s in vain", PATIENCE as u128 * STEP.as_millis() / 1000);
}

pub(crate) fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}
