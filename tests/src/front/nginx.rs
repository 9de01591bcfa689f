//! nginx with the configuration that is shipped: `docs/forward-auth/nginx.conf`, with other
//! addresses and without TLS.

use super::FrontProxy;
use crate::process::Program;
use crate::{ports, scratch, tools};
use anyhow::{Context as _, Result, ensure};
use std::fs;
use std::net::SocketAddr;

const SHIPPED: &str = "docs/forward-auth/nginx.conf";

/// The directives of TLS, which the tests leave out.
const TLS: [&str; 3] = ["ssl_certificate", "proxy_ssl_", "ssl_certificate_key"];

/// The shipped configuration, changed bit by bit.
#[derive(Clone, Debug)]
pub struct NginxRecipe {
    address: SocketAddr,
    text: String,
}

impl NginxRecipe {
    /// The configuration as it is shipped, which asks `edge` and sends to `upstream`.
    ///
    /// # Errors
    /// If it is not of the form that is expected here.
    pub fn shipped(edge: SocketAddr, upstream: SocketAddr) -> Result<Self> {
        let text = fs::read_to_string(tools::repository().join(SHIPPED)).context(SHIPPED)?;
        let is_kept = |line: &&str| !TLS.iter().any(|name| line.trim_start().starts_with(name));
        let text = text
            .lines()
            .filter(is_kept)
            .fold(String::new(), |text, line| text + line + "\n");
        let address = ports::free()?;
        Self { address, text }
            .replace("listen 443 ssl;", &format!("listen {address};"))?
            .replace(
                "proxy_pass http://127.0.0.1:8000;",
                &format!("proxy_pass http://{edge};"),
            )?
            .replace(
                "proxy_pass https://api.travel.example;",
                &format!("proxy_pass http://{upstream};"),
            )
    }

    /// The configuration with `new` in place of `old`, which occurs once.
    ///
    /// # Errors
    /// If `old` does not occur exactly once.
    pub fn replace(mut self, old: &str, new: &str) -> Result<Self> {
        let count = self.text.matches(old).count();
        ensure!(count == 1, "`{old}` occurs {count} times in `{SHIPPED}`");
        self.text = self.text.replace(old, new);
        Ok(self)
    }

    /// The configuration for clients that speak HTTP/2 without TLS, and no others.
    ///
    /// # Errors
    /// If nginx listens otherwise than the tests expect.
    pub fn speak_http2(self) -> Result<Self> {
        let listen = format!("listen {};", self.address);
        let http2 = format!("listen {} http2;", self.address);
        self.replace(&listen, &http2)
    }

    /// Starts nginx.
    ///
    /// # Errors
    /// If it does not start; its output is part of the error.
    pub fn start(&self) -> Result<FrontProxy> {
        let folder = scratch::folder("nginx")?;
        let config = folder.join("nginx.conf");
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let temporary = temporary.map(|name| format!("{name}_temp_path {name}; "));
        let http = format!("http {{ access_log off; {}", temporary.concat());
        fs::write(&config, self.clone().replace("http {\n", &http)?.text)?;
        let process = Program::new("nginx", &tools::nginx()?)
            .arg("-p")
            .arg(&folder)
            .arg("-c")
            .arg(&config)
            .args(["-e", "stderr", "-g", "daemon off; master_process off; pid nginx.pid;"])
            .start()?;
        FrontProxy::listening(self.address, process)
    }
}
