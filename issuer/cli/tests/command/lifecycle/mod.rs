//! Starts, stops, faults and restores of an issuer on its data directory.

mod durable;
mod first_try;
mod permissions;
mod proxy;
mod restore;
mod serve;
