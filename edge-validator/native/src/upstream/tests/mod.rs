//! The client against upstreams that break every promise.

mod body;
mod faithful;
mod http2;
mod once;
mod reuse;
mod tls;
