//! Every host answers every case of `tests/vectors` alike.

mod envoy;
mod native;
mod rehearsal;
mod wire_envoy;
mod wire_worker;
mod worker;
