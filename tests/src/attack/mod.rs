//! A hostile agent: valid writs, raw sockets, and the upstream's book as the judge.

mod agent;

pub use agent::{Attack, AttackListener, AttackTally, AttackingAgent, confuse};
