//! Requests and responses on real hosts.

mod bad_input;
mod bodies;
mod cut;
mod hosts;
mod many_bodies;
mod misrouted;
mod redirect;
mod routes;
mod uninspected;
