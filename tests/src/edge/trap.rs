//! A filter with a fault in it, as nobody would write one on purpose: the delivered one, of which one callback traps.

use crate::{scratch, tools};
use anyhow::{Context as _, Result, ensure};
use std::fs;
use std::ops::Range;
use std::path::PathBuf;
use wasmparser::{ExternalKind, Parser, Payload, TypeRef};

/// A request with a body calls it, others do not.
const CALLBACK: &str = "proxy_on_request_body";
const UNREACHABLE: u8 = 0x00;

/// The delivered filter, but that it traps on every body.
///
/// # Errors
/// If it is not of the form that is expected here.
pub fn trapping_filter() -> Result<PathBuf> {
    let mut module = fs::read(tools::dist("edgewrit-envoy.wasm")?)?;
    let code = code_of(&module, CALLBACK)?;
    let instructions = module.get_mut(code).context("the code lies outside of the module")?;
    // Whatever follows it, `unreachable` is valid, and so is a body of nothing else. The last byte ends the function.
    let (_, instructions) = instructions.split_last_mut().context("no code")?;
    instructions.fill(UNREACHABLE);
    let file = scratch::folder("trap")?.join("filter.wasm");
    fs::write(&file, module)?;
    Ok(file)
}

/// Where the instructions of the function lie that is exported as `name`.
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
    let index: u32 = exported.with_context(|| format!("the filter does not export `{name}`"))?;
    ensure!(index >= imported, "`{name}` is imported");
    bodies
        .get(usize::try_from(index - imported)?)
        .cloned()
        .context("no body")
}
