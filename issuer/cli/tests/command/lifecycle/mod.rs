//! Starts, stops, faults and restores of an issuer on its data directory.

mod durable;
mod permissions;
mod proxy;
mod restore;
mod serve;
