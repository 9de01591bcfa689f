//! What an edge holds: bundles, keys, configurations, and what becomes of it when a part fails.

mod bad_bundle;
mod fail_closed;
mod impostor;
mod issuer_away;
mod many_revocations;
mod new_configuration;
mod previous_edges;
mod revoked_in_time;
mod rotation;
mod trapped_filter;
mod trapped_worker;
