//! The real issuer, driven by its own command line and its own API.

use crate::forging::IssuerKeys;
use crate::http::{HttpRequest, HttpResponse};
use crate::process::{Program, RunningProgram};
use crate::text::fill_secrets;
use crate::{clock, ports, scratch, tools};
use anyhow::{Context as _, Result, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// The time for the issuer to start, and for a command to end.
const START: Duration = Duration::from_secs(20);

/// A running issuer.
#[derive(Debug)]
pub struct IssuerProcess {
    process: RunningProgram,
    address: SocketAddr,
    url: String,
    data: PathBuf,
    operator: Option<String>,
}

/// A client of it.
#[derive(Clone, Debug, Deserialize)]
pub struct IssuerClient {
    /// The id of the client.
    pub client_id: String,
    /// The secret of the client.
    pub client_secret: String,
}

/// The output of `edgewrit edge add`.
#[derive(Clone, Debug, Deserialize)]
pub struct EdgeRegistration {
    /// The issuer's name.
    pub issuer: String,
    /// The keys that bundles are signed with.
    pub trust: Vec<String>,
    /// The edge.
    pub edge: EdgeIdentity,
}

/// The credentials of an edge.
#[derive(Clone, Debug, Deserialize)]
pub struct EdgeIdentity {
    /// The id of the edge.
    pub id: String,
    /// The credential of the edge.
    pub credential: String,
}

impl IssuerProcess {
    /// Starts one with an empty data directory.
    ///
    /// # Errors
    /// If it does not start.
    pub fn start() -> Result<Self> {
        Self::start_at(ports::free()?, scratch::folder("issuer")?)
    }

    /// Starts one that is known as `url`, where another server leads to it.
    ///
    /// # Errors
    /// If it does not start.
    pub fn start_as(url: &str) -> Result<Self> {
        Self::serve(ports::free()?, url.into(), scratch::folder("issuer")?, None)
    }

    /// Starts one in whose AgentWrit API the holder of `secret` is the operator.
    ///
    /// # Errors
    /// If it does not start.
    pub fn start_operated(secret: &str) -> Result<Self> {
        let address = ports::free()?;
        let data = scratch::folder("issuer")?;
        Self::serve(address, format!("http://{address}"), data, Some(secret.into()))
    }

    /// Starts one at `address` with what lies in `data`.
    ///
    /// # Errors
    /// If it does not start.
    pub fn start_at(address: SocketAddr, data: PathBuf) -> Result<Self> {
        Self::serve(address, format!("http://{address}"), data, None)
    }

    /// Starts one from a backup, under the name of the one that it is of.
    ///
    /// # Errors
    /// If it does not start.
    pub fn restored(url: &str, backup: PathBuf) -> Result<Self> {
        Self::serve(ports::free()?, url.into(), backup, None)
    }

    /// Makes a backup while it runs; answers where.
    ///
    /// # Errors
    /// If it is refused.
    pub fn back_up(&self) -> Result<PathBuf> {
        let to = scratch::folder("backup")?.join("data");
        let data = self.data.to_string_lossy();
        command(&["backup", &to.to_string_lossy(), "--data", &data])?;
        Ok(to)
    }

    fn serve(address: SocketAddr, url: String, data: PathBuf, operator: Option<String>) -> Result<Self> {
        let program = Program::new("edgewrit serve", &tools::dist("edgewrit")?)
            .arg("serve")
            .arg("--data")
            .arg(&data);
        let program = program
            .arg("--listen")
            .arg(address.to_string())
            .arg("--issuer")
            .arg(&url);
        let program = operator
            .iter()
            .fold(program, |program, secret| program.env("EDGEWRIT_ADMIN_SECRET", secret));
        let mut process = program.start()?;
        let healthy = |response: &HttpResponse| response.status == 200;
        let health = HttpRequest::new("GET", "/healthz");
        process.wait_for("become healthy", START, || health.send(address).ok().filter(healthy))?;
        Ok(Self {
            process,
            address,
            url,
            data,
            operator,
        })
    }

    /// Kills the issuer without a warning, and starts it again.
    ///
    /// # Errors
    /// If it does not start.
    pub fn killed_and_restarted(mut self) -> Result<Self> {
        self.process.stop();
        let (url, data, operator) = (self.url.clone(), self.data.clone(), self.operator.clone());
        Self::serve(self.address, url, data, operator)
    }

    /// Ends the issuer, and returns its address and data directory for another start.
    pub fn stop(mut self) -> (SocketAddr, PathBuf) {
        self.process.stop();
        (self.address, self.data.clone())
    }

    /// The address at which the issuer listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The name and origin of the issuer.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The output of the issuer so far.
    #[must_use]
    pub fn log(&self) -> &crate::process::OutputLog {
        self.process.log()
    }

    /// The keys of the issuer, from its data directory.
    ///
    /// # Errors
    /// If they are not there.
    pub fn keys(&self) -> Result<IssuerKeys> {
        IssuerKeys::of_issuer(&self.data, |job| self.current_key(job))
    }

    /// The id of the key that signs for `job`.
    fn current_key(&self, job: &str) -> Result<String> {
        let listed: Value = self.administer(&["keys", "list", "--json"])?;
        let text = |key: &Value, name: &str| key.get(name).and_then(Value::as_str).map(str::to_owned);
        let mut keys = listed.get("keys").and_then(Value::as_array).into_iter().flatten();
        let is_current =
            |key: &&Value| text(key, "job").as_deref() == Some(job) && text(key, "state").as_deref() == Some("current");
        let current = keys.find(is_current).and_then(|key| text(key, "kid"));
        current.with_context(|| format!("no current key for `{job}`"))
    }

    /// Lets the next key for `job` sign.
    ///
    /// # Errors
    /// If it is refused.
    pub fn rotate(&self, job: &str) -> Result<()> {
        let data = self.data.to_string_lossy();
        command(&["keys", "rotate", job, "--data", &data]).map(drop)
    }

    /// Gives up the key that signs for `job`.
    ///
    /// # Errors
    /// If it is refused.
    pub fn drop_current(&self, job: &str) -> Result<()> {
        let (kid, data) = (self.current_key(job)?, self.data.to_string_lossy());
        command(&["keys", "drop", &kid, "--data", &data]).map(drop)
    }

    /// Ends writs by the command line, as `args` say.
    ///
    /// # Errors
    /// If it is refused.
    pub fn revoke(&self, args: &[&str]) -> Result<()> {
        let data = self.data.to_string_lossy();
        command(&[&["revoke"], args, &["--data", &data]].concat()).map(drop)
    }

    /// Every event of the audit, a line of JSON each.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn audit(&self) -> Result<String> {
        command(&["audit", "export", "--data", &self.data.to_string_lossy()])
    }

    /// Verifies the audit, which must have what an edge saw of it.
    ///
    /// # Errors
    /// If it has not.
    pub fn verify_seen(&self, seen: &str) -> Result<()> {
        command(&[
            "audit",
            "verify",
            "--seen",
            seen,
            "--data",
            &self.data.to_string_lossy(),
        ])
        .map(drop)
    }

    /// Registers a client by the command line.
    ///
    /// # Errors
    /// If the ceiling is refused.
    pub fn add_client(&self, name: &str, ceiling: &Value) -> Result<IssuerClient> {
        let file = scratch::folder("ceiling")?.join("ceiling.json");
        fs::write(&file, ceiling.to_string())?;
        self.add_client_from(name, &file)
    }

    /// As [`Self::add_client`], with the ceiling in a file.
    ///
    /// # Errors
    /// If the ceiling is refused.
    pub fn add_client_from(&self, name: &str, ceiling: &Path) -> Result<IssuerClient> {
        self.administer(&["client", "add", name, "--json", "--ceiling", &ceiling.to_string_lossy()])
    }

    /// Registers an edge by the command line.
    ///
    /// # Errors
    /// If it is refused.
    pub fn add_edge(&self, name: &str, audience: &str, upstream: &str) -> Result<EdgeRegistration> {
        self.administer(&[
            "edge",
            "add",
            name,
            "--json",
            "--audience",
            audience,
            "--upstream",
            upstream,
        ])
    }

    fn administer<T: for<'de> Deserialize<'de>>(&self, args: &[&str]) -> Result<T> {
        let data = self.data.to_string_lossy();
        let output = command(&[args, &["--data", &data]].concat())?;
        serde_json::from_str(&output).with_context(|| format!("`edgewrit {}` printed:\n{output}", args.join(" ")))
    }

    /// Asks for a task's writs.
    ///
    /// # Errors
    /// If no answer comes.
    pub fn ask_task(&self, client: &IssuerClient, task: &Value) -> Result<HttpResponse> {
        self.post(client, "/v1/tasks", task)
    }

    /// Sends a client's request.
    ///
    /// # Errors
    /// If no answer comes.
    pub fn post(&self, client: &IssuerClient, path: &str, body: &Value) -> Result<HttpResponse> {
        client.request("POST", path).json(body).send(self.address)
    }

    /// The grants of a client's task, and their uses.
    ///
    /// # Errors
    /// If there is no such task.
    pub fn report(&self, client: &IssuerClient, task: &str) -> Result<Value> {
        let answer = client.request("GET", &format!("/v1/tasks/{task}")).send(self.address)?;
        ensure!(answer.status == 200, "`{task}` was answered with {}", answer.status);
        Ok(answer.json())
    }

    /// The writs of a new task, in order.
    ///
    /// # Errors
    /// If the issuer does not grant it.
    pub fn task(&self, client: &IssuerClient, task: &Value) -> Result<Vec<String>> {
        let answer = self.ask_task(client, task)?;
        let body = answer.json();
        ensure!(
            answer.status == 201,
            "the task was answered with {}: {body}",
            answer.status
        );
        let writs = body
            .get("writs")
            .and_then(Value::as_array)
            .context("the answer has no writs")?;
        let token = |writ: &Value| writ.get("access_token")?.as_str().map(str::to_owned);
        writs
            .iter()
            .map(|writ| token(writ).context("a writ has no `access_token`"))
            .collect()
    }
}

impl IssuerClient {
    fn request(&self, method: &str, path: &str) -> HttpRequest {
        let basic = STANDARD.encode(format!("{}:{}", self.client_id, self.client_secret));
        HttpRequest::new(method, path).header("authorization", format!("Basic {basic}"))
    }
}

impl EdgeRegistration {
    /// Writes it into an edge's configuration; the credential becomes the secret `EDGE_KEY`.
    pub fn enter(&self, document: &mut Value, secrets: &mut BTreeMap<String, String>) {
        const SECRET: &str = "EDGE_KEY";
        secrets.insert(SECRET.into(), fill_secrets(&self.edge.credential, secrets));
        if let Some(document) = document.as_object_mut() {
            document.insert("issuer".into(), self.issuer.as_str().into());
            document.insert("trust".into(), self.trust.as_slice().into());
            let edge = serde_json::json!({"id": self.edge.id, "credential": format!("${{secret:{SECRET}}}")});
            document.insert("edge".into(), edge);
        }
    }
}

/// The output of the command `edgewrit` with `args`.
///
/// # Errors
/// If it does not end soon and well.
pub fn command(args: &[&str]) -> Result<String> {
    let out = scratch::folder("command")?;
    let ended = run(args, &out)?;
    let read = |name: &str| fs::read_to_string(out.join(name)).unwrap_or_default();
    let (stdout, stderr) = (read("out"), read("err"));
    if !ended.success() {
        bail!("`edgewrit {}` ended with {ended}:\n{stdout}{stderr}", args.join(" "));
    }
    Ok(stdout)
}

fn run(args: &[&str], out: &Path) -> Result<std::process::ExitStatus> {
    let mut child = Command::new(tools::dist("edgewrit")?)
        .args(args)
        .stdin(Stdio::null())
        .stdout(File::create(out.join("out"))?)
        .stderr(File::create(out.join("err"))?)
        .spawn()?;
    let ended = clock::poll(START, || child.try_wait().ok().flatten());
    if ended.is_none() {
        child.kill()?;
    }
    ended.with_context(|| format!("`edgewrit {}` does not end", args.join(" ")))
}
