//! Rules of the clients that may act.

use crate::store::rows::registry::ClientState;

/// The operator's name beside those of clients. Agents of the operator register in it, and the hash
/// of the operator's secret is made for it.
pub const OPERATOR: &str = "operator";

/// Whether something can become durable in the name of a client. The operator is not a row, and
/// cannot be shut out.
#[must_use]
pub fn may_act(client_id: &str, state: ClientState) -> bool {
    client_id == OPERATOR || state == ClientState::Active
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_acts_while_it_is_registered_and_the_operator_always() {
        assert!(may_act("c", ClientState::Active));
        assert!(!may_act("c", ClientState::Ended));
        assert!(!may_act("c", ClientState::Unknown));
        assert!(may_act(OPERATOR, ClientState::Unknown));
    }
}
