//! The hostile agent of `cargo xtask demo --attack` gets nothing that it should not have.

use anyhow::Result;
use edgewrit_tests::attack::{AttackTally, AttackingAgent};
use edgewrit_tests::edge::HostKind;
use edgewrit_tests::issuer::IssuerProcess;
use edgewrit_tests::scenario::TravelScenario;

#[test]
fn a_hostile_agent_with_a_valid_writ_gets_one_search_and_one_booking() -> Result<()> {
    let issuer = IssuerProcess::start()?;
    let story = TravelScenario::start(&issuer, &HostKind::ALL)?;
    let (mut tally, mut faults) = (AttackTally::default(), Vec::new());
    AttackingAgent::new(&story, &issuer)?.strike(&mut |blow| {
        tally = tally.plus(blow.tally);
        faults.extend(
            blow.fault
                .as_ref()
                .map(|fault| format!("{} {}: {fault}", blow.edge, blow.name)),
        );
    })?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(tally.is_clean() && tally.sent > 80, "{tally:?}");
    Ok(())
}
