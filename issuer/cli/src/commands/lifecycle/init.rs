//! `edgewrit init`.

use crate::commands::lifecycle::serve::CONFIG_FILE;
use crate::input::group_readable::GroupReadable;
use crate::output::failure::Failure;
use crate::output::streams::print_line;
use clap::Args;
use edgewrit_issuer::files::make_data_directory;
use std::path::PathBuf;

/// The configuration file: every setting with its default, commented out.
pub(crate) const TEMPLATE: &str = "\
# Settings of `edgewrit serve`. Flags and EDGEWRIT_* variables come first; a setting that is not set has the default shown.
# Unknown names are errors.

# Address and port. Beyond loopback something in front of it must encrypt.
# listen: 127.0.0.1:8080
# behind_tls_proxy: false

# Origin under which clients and edges know the issuer. On loopback it follows from `listen`. It must stay.
# issuer: https://issuer.example

# SPIFFE trust domain of the agents; the issuer's host if not named.
# trust_domain: issuer.example

# Proxies whose `x-forwarded-for` says where a request comes from.
# trusted_proxies: [10.0.0.1]

# The AgentWrit API: the operator's secret (or EDGEWRIT_ADMIN_SECRET), and the audience of apps that are registered there.
# admin_secret_file: /run/secrets/edgewrit-admin
# default_audience: agentwrit
# client_failures: 10

# Where Prometheus reads metrics. Nowhere if not set.
# metrics: 127.0.0.1:9090

# File for the audit's lines, for shippers; `-` is standard output. Nowhere if not set.
# audit_log: /var/log/edgewrit/audit.jsonl

# How long events of the audit are kept, and the folder to which older ones are written before they are pruned. For ever if not set.
# audit_keep: 90d
# audit_archive: /var/lib/edgewrit-archive

# Whether the group of the data directory, of its files and of the operator's secret may read them, as Kubernetes arranges it.
# group_readable: false

# A file in another place, to which is appended how far the audit reached.
# witness: /mnt/elsewhere/edgewrit-witness.jsonl

# Least severe lines of the log: error, info, debug.
log: info
";

const EXAMPLES: &str = "\
Example:
  edgewrit init --data ./data
  edgewrit serve --data ./data";

/// Write a configuration file with every setting in it
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Init {
    /// Data directory, with the keys and the database; made if it is not there
    #[arg(long, value_name = "DIR", env = "EDGEWRIT_DATA")]
    data: PathBuf,
    #[command(flatten)]
    group: GroupReadable,
}

impl Init {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let directory = make_data_directory(&self.data, self.group.read()).map_err(Failure::new)?;
        let file = directory.file(CONFIG_FILE);
        let path = file.path().display();
        // A link counts as a file, wherever it leads.
        if file.path().is_symlink() || file.path().exists() {
            return Err(Failure::new(format!("{path}: there is one already")));
        }
        file.write(TEMPLATE.as_bytes()).map_err(Failure::new)?;
        print_line(format!("{path}: every setting, with its default"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use edgewrit_issuer::config::settings::Settings;

    #[test]
    fn the_template_is_a_configuration_and_so_it_is_uncommented() {
        let read = |text: &str| {
            let (json, _) = edgewrit_yaml::read(text, 100).unwrap();
            edgewrit_issuer::json_document::value(&json, Settings::read).unwrap();
        };
        read(TEMPLATE);
        let lines = TEMPLATE.lines().filter(|line| {
            let name = line.strip_prefix("# ").and_then(|line| line.split_once(": "));
            name.is_some_and(|(name, _)| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'))
        });
        let text: String = lines.map(|line| line.replacen("# ", "", 1) + "\n").collect();
        read(&text);
        // Every setting, of which one is there uncommented.
        assert_eq!(text.lines().count() + 1, 15, "{text}");
    }
}
