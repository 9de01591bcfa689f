//! The argument `--group-readable` of commands that open the data directory.

use clap::Args;
use edgewrit_issuer::files::GroupRead;

/// Whether the group of the data directory may read it.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(crate) struct GroupReadable {
    /// Accept that the group of the data directory and of its files may read them, as Kubernetes
    /// arranges it
    #[arg(long, env = "EDGEWRIT_GROUP_READABLE", num_args = 0..=1, default_missing_value = "true")]
    group_readable: Option<bool>,
}

impl GroupReadable {
    /// The value of the argument, if it was given.
    pub(crate) const fn readable(self) -> Option<bool> {
        self.group_readable
    }

    /// The value for commands that read no configuration file.
    pub(crate) fn read(self) -> GroupRead {
        self.group_readable.unwrap_or_default().into()
    }
}
