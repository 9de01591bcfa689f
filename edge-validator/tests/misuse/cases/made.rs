//! Nothing outside of the verification and the decision sets the parts of a verified writ or of a
//! permit.

use edgewrit_edge::step::Step;
use edgewrit_edge::verdict::permit::Permit;
use edgewrit_shared::token::Verified;
use edgewrit_shared::token::claims::Claims;

fn right(permit: Permit, verified: &Verified) -> (Step, &Claims) {
    (Step::Forward(permit), verified.claims())
}

/// E0451: other claims need another verification.
fn wrong_claims_in_a_verified_writ(verified: Verified, claims: Claims) -> Verified {
    Verified { claims, ..verified }
}

/// E0451: a permit has the proof of its own decision, whatever the type of the other proof.
fn wrong_proof_in_a_permit(permit: Permit) -> Permit {
    Permit {
        authorization: another_proof(),
        ..permit
    }
}

fn another_proof<T>() -> T {
    loop {}
}

fn main() {}
