//! "Optimise query performance", and then an injected text says: delete it.

use anyhow::Result;
use edgewrit_tests::edge::HostKind;
use edgewrit_tests::issuer::IssuerProcess;
use edgewrit_tests::scenario::{DatabaseScenario, hold};

#[test]
fn the_story_is_true_on_every_edge_and_no_database_is_deleted() -> Result<()> {
    let issuer = IssuerProcess::start()?;
    let story = DatabaseScenario::start(&issuer, &HostKind::ALL)?;
    let mut rows = Vec::new();
    story.walk(&issuer, "optimise", &mut |row| rows.push(row.clone()))?;
    hold(&rows)?;
    assert_eq!(story.api.instances(), ["orders", "customers", "ledger"]);
    let deletions = story
        .api
        .server()
        .take()
        .into_iter()
        .filter(|arrival| arrival.method == "DELETE");
    assert_eq!(deletions.count(), 0);
    Ok(())
}
