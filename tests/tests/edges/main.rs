//! The state of an edge: bundles, keys and configurations, and the effects of failing parts.

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
