//! Forward auth: proxies in front that ask the edge and send the requests themselves.

mod attacks;
mod envoy;
mod never;
mod nginx;
mod stand;
mod traefik;
