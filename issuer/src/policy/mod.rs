//! Decisions on requests of clients, against their ceilings. They are pure: no clock, no store, no
//! key.

pub mod allowance;
pub mod ceiling;
pub mod grant;
pub mod granted_task;
pub mod task_request;
