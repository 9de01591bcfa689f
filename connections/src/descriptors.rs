//! Number of files that the system lets the process have open, connections included.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors that are kept for what is not a connection of a client: the database, the operator's
/// socket, metrics, logs.
const OTHERS: u64 = 128;
/// Connections that are accepted however few files may be open.
const FEWEST: usize = 16;

/// The number of the `wanted` connections that can be open at one time, with as many descriptors as
/// the process may ask for. Each connection needs `each` descriptors. Further connections would take
/// the descriptors that the database and the operator need.
#[must_use]
pub fn count_connections_that_fit(wanted: usize, each: u64) -> usize {
    let each = each.max(1);
    let connections = u64::try_from(wanted).unwrap_or(u64::MAX);
    let needed = OTHERS.saturating_add(connections.saturating_mul(each));
    let limit = getrlimit(Resource::Nofile);
    let raised = limit.maximum.map_or(needed, |most| most.min(needed));
    if limit.current.is_some_and(|current| current < raised) {
        let current = Some(raised);
        let _stays_as_it_is = setrlimit(Resource::Nofile, Rlimit { current, ..limit });
    }
    let Some(files) = getrlimit(Resource::Nofile).current else {
        return wanted;
    };
    let fitting = usize::try_from(files.saturating_sub(OTHERS) / each).unwrap_or(usize::MAX);
    let fitting = fitting.clamp(FEWEST, wanted.max(FEWEST));
    if fitting < wanted {
        tracing::warn!(
            files,
            connections = fitting,
            "few files may be open, so fewer connections are accepted: raise the limit (`ulimit -n`, `LimitNOFILE=`)"
        );
    }
    fitting
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_connections_fit_than_are_wanted() {
        assert_eq!(count_connections_that_fit(FEWEST, 1), FEWEST);
        let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        for each in [1, 2] {
            let fitting = count_connections_that_fit(usize::MAX / 2, each) as u64;
            assert!(fitting * each <= files.max(getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)));
        }
    }
}
