//! The edge validator as an Envoy proxy-wasm filter.
//!
//! This crate translates between the host and [`edgewrit_edge`]; it decides nothing. Everything that a request needs comes from
//! one host call for all headers, and a permitted request replaces the incoming one whole: headers, body, cluster.
//!
//! The flow, top down: [`vm`] holds what lives as long as the VM and takes the host's callbacks, [`root`] is one configured
//! filter with its snapshot, [`follow`] keeps that snapshot fresh, [`handover`] leaves it to the next filter, [`stream`] takes one
//! request from its head to its verdict, [`forward`] and [`answer`] put verdicts into the host's hands. Verdicts are recorded in the
//! host's memory ([`ledger`], [`ring`]) and delivered from there ([`deliver`]).

mod answer;
mod deliver;
mod follow;
mod forward;
mod handover;
mod heard;
mod ledger;
mod metrics;
mod response;
mod ring;
mod root;
mod settings;
mod stream;
mod vm;

#[expect(
    unsafe_code,
    reason = "the host's functions are foreign and its callbacks are found by name; both are behind safe functions there"
)]
mod abi;
