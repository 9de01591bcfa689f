//! Every host answers every case of `tests/vectors` alike.

mod hosts;
mod native;
mod rehearsal;
mod wire;
