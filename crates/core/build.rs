//! Copies BullMQ's Lua scripts from the sources of the crate `bullmq-official` to the build folder.
//!
//! The crate embeds them and keeps them private, and its worker cannot be configured for what a free Redis allows. So the
//! queue calls the scripts itself ([`repolens_core::queue`]); they stay where they belong, in the crate.

#![allow(
    clippy::disallowed_methods,
    reason = "a build script reads cargo's variables and runs cargo"
)]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

const PACKAGE: &str = "bullmq-official";

/// Those that `src/queue/scripts.rs` uses.
const SCRIPTS: &[&str] = &[
    "extendLock-2.lua",
    "moveJobFromActiveToWait-9.lua",
    "moveStalledJobsToWait-9.lua",
    "moveToActive-11.lua",
    "moveToFinished-14.lua",
    "updateProgress-3.lua",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var_os("CARGO_FEATURE_QUEUE").is_none() {
        return Ok(());
    }
    let folder = find_package()?.join("src/commands");
    println!("cargo::rerun-if-changed={}", folder.display());
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    for script in SCRIPTS {
        let from = folder.join(script);
        fs::copy(&from, out.join(script)).map_err(|error| format!("failed to copy `{}`: {error}", from.display()))?;
    }
    Ok(())
}

/// The folder of the package's sources.
///
/// Cargo knows it wherever the sources come from, but needs the manifests of all packages of this platform to answer. Without
/// a network some of them may be missing (those of tests, in an image); then the registry's folder is searched.
fn find_package() -> Result<PathBuf, Box<dyn Error>> {
    match ask_cargo(&["--offline"]) {
        Ok(folder) => Ok(folder),
        Err(offline) => find_in_registry()
            .or_else(|| ask_cargo(&[]).ok())
            .ok_or_else(|| format!("the sources of `{PACKAGE}` were not found: {offline}").into()),
    }
}

fn ask_cargo(more: &[&str]) -> Result<PathBuf, Box<dyn Error>> {
    let output = Command::new(env::var_os("CARGO").ok_or("CARGO is not set")?)
        .args(["metadata", "--format-version=1", "--locked"])
        .args(["--filter-platform", &env::var("TARGET")?])
        .args(more)
        .current_dir(env::var("CARGO_MANIFEST_DIR")?)
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().ok_or("no packages in the metadata")?;
    packages
        .iter()
        .find(|package| package["name"] == PACKAGE)
        .and_then(|package| {
            Path::new(package["manifest_path"].as_str()?)
                .parent()
                .map(Path::to_owned)
        })
        .ok_or_else(|| format!("`{PACKAGE}` is no dependency").into())
}

/// `CARGO_HOME/registry/src/REGISTRY/bullmq-official-VERSION`, with the version of the lock file.
fn find_in_registry() -> Option<PathBuf> {
    let lock = fs::read_to_string(Path::new(&env::var_os("CARGO_MANIFEST_DIR")?).join("../../Cargo.lock")).ok()?;
    let mut lines = lock.lines().skip_while(|line| *line != format!("name = \"{PACKAGE}\""));
    let version = lines.nth(1)?.strip_prefix("version = ")?.trim_matches('"').to_owned();
    let home = match env::var_os("CARGO_HOME") {
        Some(home) => PathBuf::from(home),
        None => Path::new(&env::var_os("HOME")?).join(".cargo"),
    };
    fs::read_dir(home.join("registry/src"))
        .ok()?
        .flatten()
        .map(|registry| registry.path().join(format!("{PACKAGE}-{version}")))
        .find(|folder| folder.is_dir())
}
