//! The filter in Envoy, beside the filters that Envoy has of its own.

use super::around::Around;
use super::envoy::{self, Destination, EnvoyPlaces, FilterVariant};
use super::requests::Asked;
use super::turns::{Turns, Variant};
use super::{Options, free_address, read_variable};
use anyhow::{Context as _, Result};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;
use tokio::time::sleep;

pub(super) async fn measure(around: &Around, options: &Options, turns: &Turns) -> Result<()> {
    let listeners = listeners(&options.other)?;
    let variants = options.select(variants(&around.asked, &listeners, &options.other)?);
    if variants.is_empty() {
        return Ok(());
    }
    let places = EnvoyPlaces {
        around,
        envoy: read_variable("EDGEWRIT_ENVOY_BIN")?,
        wasm: read_variable("EDGEWRIT_DIST")?.join("edgewrit-envoy.wasm"),
        others: &options.other,
    };
    let folder = tempfile::tempdir()?;
    let mut host = envoy::start(folder.path(), &places, &listeners)?;
    host.wait_until_it_listens().await?;
    // Until each filter has a bundle.
    sleep(Duration::from_secs(2)).await;
    turns.measure(&[host], &variants, &[]).await?;
    around.say_batches("Envoy");
    Ok(())
}

/// A listener for each filter and way.
fn listeners(others: &[PathBuf]) -> Result<Vec<(SocketAddr, FilterVariant, Destination)>> {
    let others = (0..others.len()).map(FilterVariant::Other);
    let filters: Vec<_> = [FilterVariant::None, FilterVariant::Edgewrit]
        .into_iter()
        .chain(others)
        .chain([FilterVariant::Native, FilterVariant::NativeUncached])
        .collect();
    let mut listeners = Vec::new();
    for way in [Destination::Direct, Destination::Forwarded] {
        for filter in &filters {
            listeners.push((free_address()?, *filter, way));
        }
    }
    // With a memory of its own, for the others' is not to be flooded.
    listeners.push((free_address()?, FilterVariant::NewWrits, Destination::Direct));
    Ok(listeners)
}

fn variants(
    asked: &Asked,
    listeners: &[(SocketAddr, FilterVariant, Destination)],
    others: &[PathBuf],
) -> Result<Vec<Variant>> {
    let (none, ours, native) = (FilterVariant::None, FilterVariant::Edgewrit, FilterVariant::Native);
    let rows = [
        (
            "direct, no filter",
            "direct, no filter",
            none,
            Destination::Direct,
            &asked.get,
        ),
        (
            "direct, edgewrit",
            "direct, no filter",
            ours,
            Destination::Direct,
            &asked.get,
        ),
        (
            "direct, jwt_authn with cache, rbac",
            "direct, no filter",
            native,
            Destination::Direct,
            &asked.get,
        ),
        (
            "direct, jwt_authn",
            "direct, no filter",
            FilterVariant::NativeUncached,
            Destination::Direct,
            &asked.get,
        ),
        (
            "first sight of a writ, edgewrit",
            "direct, edgewrit",
            FilterVariant::NewWrits,
            Destination::Direct,
            &asked.first,
        ),
        (
            "forwarded, no filter",
            "forwarded, no filter",
            none,
            Destination::Forwarded,
            &asked.get,
        ),
        (
            "forwarded, edgewrit",
            "forwarded, no filter",
            ours,
            Destination::Forwarded,
            &asked.get,
        ),
        (
            "forwarded, jwt_authn with cache, rbac",
            "forwarded, no filter",
            native,
            Destination::Forwarded,
            &asked.get,
        ),
        (
            "forwarded, jwt_authn",
            "forwarded, no filter",
            FilterVariant::NativeUncached,
            Destination::Forwarded,
            &asked.get,
        ),
        (
            "1 KB of JSON, no filter",
            "forwarded, no filter",
            none,
            Destination::Forwarded,
            &asked.post,
        ),
        (
            "1 KB of JSON, edgewrit",
            "1 KB of JSON, no filter",
            ours,
            Destination::Forwarded,
            &asked.post,
        ),
    ];
    let rows = rows
        .into_iter()
        .map(|(name, baseline, filter, way, requests)| (name.to_owned(), baseline, filter, way, requests));
    let others = others.iter().enumerate().flat_map(|(number, build)| {
        let (name, filter) = (
            build.file_stem().unwrap_or_default().to_string_lossy(),
            FilterVariant::Other(number),
        );
        [
            (
                format!("direct, {name}"),
                "direct, no filter",
                filter,
                Destination::Direct,
                &asked.get,
            ),
            (
                format!("forwarded, {name}"),
                "forwarded, no filter",
                filter,
                Destination::Forwarded,
                &asked.get,
            ),
        ]
    });
    let mut variants = Vec::new();
    for (name, baseline, filter, way, requests) in rows.chain(others) {
        let listener = listeners.iter().find(|(_, own, its)| *own == filter && *its == way);
        variants.push(Variant {
            name,
            baseline,
            address: listener.context("no such listener")?.0,
            requests: Rc::clone(requests),
            status: 200,
        });
    }
    Ok(variants)
}
