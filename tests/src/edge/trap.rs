//! The delivered validators with one function that traps, as an unknown fault would.

use super::worker::MODULE as WORKER_MODULE;
use crate::{scratch, tools};
use anyhow::{Context as _, Result, ensure};
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use wasmparser::{ExternalKind, Parser, Payload, TypeRef};

/// A request with a body calls it, others do not.
const BODY: &str = "proxy_on_request_body";
/// The response to a permitted request calls it.
const ANSWERED: &str = "tosend_answered";
const UNREACHABLE: u8 = 0x00;

/// The delivered filter, but that it traps on every body.
///
/// # Errors
/// If it is not of the form that is expected here.
pub fn trapping_filter() -> Result<PathBuf> {
    let file = scratch::folder("trap")?.join("filter.wasm");
    fs::write(&file, trapping(&tools::dist("edgewrit-envoy.wasm")?, BODY)?)?;
    Ok(file)
}

/// The module of the delivered Worker, but that it traps on every response to a permitted request.
///
/// # Errors
/// If it is not of the form that is expected here.
pub(super) fn trapping_worker() -> Result<Vec<u8>> {
    trapping(&tools::dist("worker")?.join(WORKER_MODULE), ANSWERED)
}

fn trapping(module: &Path, function: &str) -> Result<Vec<u8>> {
    let mut module = fs::read(module)?;
    let code = code_of(&module, function)?;
    let instructions = module.get_mut(code).context("the code lies outside of the module")?;
    // Whatever follows it, `unreachable` is valid, and so is a body of nothing else. The last byte
    // ends the function.
    let (_, instructions) = instructions.split_last_mut().context("no code")?;
    instructions.fill(UNREACHABLE);
    Ok(module)
}

/// The place of the instructions of the function that is exported as `name`.
fn code_of(module: &[u8], name: &str) -> Result<Range<usize>> {
    let (mut imported, mut exported, mut bodies) = (0, None, Vec::new());
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    if export.kind == ExternalKind::Func && export.name == name {
                        exported = Some(export.index);
                    }
                }
            }
            Payload::CodeSectionEntry(body) => {
                bodies.push(body.get_operators_reader()?.original_position()..body.range().end);
            }
            _ => {}
        }
    }
    let index: u32 = exported.with_context(|| format!("`{name}` is not exported"))?;
    ensure!(index >= imported, "`{name}` is imported");
    bodies
        .get(usize::try_from(index - imported)?)
        .cloned()
        .context("no body")
}
