//! The AgentWrit v1 API, as its wire facts have it, and what is better here than in the original.

mod answers;
mod auditing;
mod bodies;
mod ceilings;
mod delegating;
mod ending;
mod history;
mod lasting;
mod limiting;
mod racing;
mod registration;
mod renewing;
mod uses;
