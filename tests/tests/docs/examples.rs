//! Every example that is shipped is read by the program that it is for.

use anyhow::{Context as _, Result, ensure};
use edgewrit_tests::issuer::{self, IssuerProcess};
use edgewrit_tests::tools::repository;
use edgewrit_tests::{scratch, yaml};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;

/// A fenced block of a page.
struct FencedBlock {
    /// The page and the line.
    place: String,
    /// `json` or `yaml`.
    language: String,
    text: String,
}

impl FencedBlock {
    fn is_json_or_yaml(&self) -> bool {
        ["json", "yaml"].contains(&self.language.as_str())
    }

    fn says(&self, words: &[&str]) -> bool {
        self.is_json_or_yaml() && words.iter().all(|word| self.text.contains(word))
    }

    /// A file with it.
    fn file(&self) -> Result<PathBuf> {
        let file = scratch::folder("example")?.join(format!("example.{}", self.language));
        fs::write(&file, &self.text)?;
        Ok(file)
    }
}

/// The blocks of the README and of all pages of `docs`.
fn blocks() -> Result<Vec<FencedBlock>> {
    let mut pages = vec![repository().join("README.md")];
    for entry in fs::read_dir(repository().join("docs"))? {
        pages.push(entry?.path());
    }
    let mut blocks = Vec::new();
    for page in pages
        .iter()
        .filter(|page| page.extension().is_some_and(|end| end == "md"))
    {
        let text = fs::read_to_string(page)?;
        let name = page.file_name().unwrap_or_default().to_string_lossy().into_owned();
        blocks.extend(fenced(&name, &text));
    }
    Ok(blocks)
}

fn fenced(page: &str, text: &str) -> Vec<FencedBlock> {
    let mut blocks = Vec::new();
    let mut open: Option<FencedBlock> = None;
    for (number, line) in text.lines().enumerate() {
        match (line.trim().strip_prefix("```"), &mut open) {
            (Some(language), None) => {
                open = Some(FencedBlock {
                    place: format!("{page}:{}", number + 1),
                    language: language.into(),
                    text: String::new(),
                });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some(block)) => block.text.push_str(&format!("{line}\n")),
            (None, None) => {}
        }
    }
    blocks
}

fn checked(place: &str, file: &std::path::Path) -> Result<()> {
    let checked = issuer::command(&["config", "check", &file.to_string_lossy()]);
    checked.map(drop).with_context(|| place.to_owned())
}

#[test]
fn every_edge_configuration_of_the_pages_is_one() -> Result<()> {
    let examples: Vec<_> = blocks()?
        .into_iter()
        .filter(|block| block.says(&["issuer", "upstreams", "operations"]))
        .collect();
    ensure!(!examples.is_empty(), "the pages show no edge configuration");
    for block in &examples {
        checked(&block.place, &block.file()?)?;
    }
    Ok(())
}

#[test]
fn the_edge_in_the_shipped_envoy_yaml_is_one() -> Result<()> {
    let envoy = yaml::read(&repository().join("edge-validator/envoy/envoy.yaml"))?;
    let filters = "/static_resources/listeners/0/filter_chains/0/filters/0/typed_config/http_filters";
    let configuration = envoy.pointer(&format!("{filters}/0/typed_config/config/configuration/value"));
    let text = configuration
        .and_then(Value::as_str)
        .context("envoy.yaml does not configure the filter")?;
    let plugin: Value = serde_json::from_str(text)?;
    let file = scratch::folder("example")?.join("edge.json");
    fs::write(&file, plugin.get("edge").context("envoy.yaml has no edge")?.to_string())?;
    checked("envoy.yaml", &file)
}

#[test]
fn every_task_of_the_pages_is_granted() -> Result<()> {
    let tasks: Vec<_> = blocks()?
        .into_iter()
        .filter(|block| block.says(&["task_id", "audiences", "grants"]))
        // What lint finds fault with is shown with its faults; its own tests run those.
        .filter(|block| !block.place.starts_with("lint.md"))
        .collect();
    ensure!(!tasks.is_empty(), "the pages show no task");
    let issuer = IssuerProcess::start()?;
    for (index, block) in tasks.iter().enumerate() {
        let task = yaml::read(&block.file()?).with_context(|| block.place.clone())?;
        let client = issuer.add_client(&format!("reader-{index}"), &ceiling(&task)?)?;
        let answer = issuer.ask_task(&client, &task)?;
        ensure!(
            answer.status == 201,
            "{}: {} {}",
            block.place,
            answer.status,
            answer.json()
        );
    }
    Ok(())
}

/// A ceiling of just what the task asks for.
fn ceiling(task: &Value) -> Result<Value> {
    let audiences = task
        .get("audiences")
        .and_then(Value::as_object)
        .context("no audiences")?;
    let entries = audiences.iter().map(|(audience, grants)| {
        let mut entry = grants.as_object().cloned().unwrap_or_default();
        entry.insert("audience".into(), audience.as_str().into());
        entry.insert("ttl_max".into(), "24h".into());
        entry
    });
    Ok(json!(entries.collect::<Vec<_>>()))
}

#[test]
fn every_ceiling_of_the_pages_is_taken() -> Result<()> {
    let ceilings: Vec<_> = blocks()?
        .into_iter()
        .filter(|block| block.says(&["audience", "ttl_max"]))
        .collect();
    ensure!(!ceilings.is_empty(), "the pages show no ceiling");
    let issuer = IssuerProcess::start()?;
    for (index, block) in ceilings.iter().enumerate() {
        let added = issuer.add_client_from(&format!("reader-{index}"), &block.file()?);
        added.map(drop).with_context(|| block.place.clone())?;
    }
    Ok(())
}
