//! The list of the running parts, and commands to try.

use crate::stage::DemoStage;
use anyhow::{Context as _, Result};
use edgewrit_tests::edge::EdgeProcess;
use edgewrit_tests::scratch;
use edgewrit_tests::upstream::Travel;
use std::fs;
use std::path::PathBuf;

/// Prints where everything is and three commands to try.
pub(crate) fn say(stage: &DemoStage) -> Result<()> {
    println!("\nAll of it keeps running until Ctrl-C:\n");
    println!("  issuer                 {}", stage.issuer.url());
    for edge in &stage.travel.stand.edges {
        println!("  travel, {:14} http://{}", edge.kind(), edge.address());
    }
    for edge in &stage.database.stand.edges {
        println!("  database, {:12} http://{}", edge.kind(), edge.address());
    }
    let book = format!(
        "curl -H 'authorization: Bearer {}' {}/book",
        Travel::KEY,
        stage.travel.api.server().origin()
    );
    println!("  the travel API's book  {book}");
    println!("\nTry it, with a fresh writ of ten minutes:\n");
    for command in commands(stage)? {
        println!("  {command}");
    }
    println!("\nThe second is refused, and so is the third when it is sent again, to any edge.");
    Ok(())
}

fn commands(stage: &DemoStage) -> Result<[String; 3]> {
    let writ = fresh_writ(stage)?;
    let with = format!("curl -i -H @{}", writ.display());
    let edges = &stage.travel.stand.edges;
    let (first, last) = edges.first().zip(edges.last()).context("no edge")?;
    let url = |edge: &EdgeProcess, target: &str| format!("'http://{}{target}'", edge.address());
    let order = r#"-H 'content-type: application/json' -d '{"passenger":{"user":"X"},"seats":1}'"#;
    Ok([
        format!("{with} {}", url(first, "/flights?from=JFK&to=LHR&date=2026-05-10")),
        format!("{with} {}", url(last, "/flights?from=JFK&to=CDG&date=2026-05-10")),
        format!("{with} {order} {}", url(last, "/bookings")),
    ])
}

/// A file with the header that carries a new writ.
fn fresh_writ(stage: &DemoStage) -> Result<PathBuf> {
    let writs = stage.travel.stand.writs(&stage.issuer, "try-it", 1)?;
    let writ = writs.first().context("no writ")?;
    let file = scratch::folder("try-it")?.join("writ");
    fs::write(&file, format!("authorization: Bearer {writ}\n"))?;
    Ok(file)
}
