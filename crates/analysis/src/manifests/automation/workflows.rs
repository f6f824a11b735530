//! GitHub Actions: what workflows and composite actions use.

use repolens_core::report::DependencyKind;

use super::dockerfile;
use crate::manifests::syntax::yaml::Yaml;
use crate::manifests::{Manifest, Requirement};

pub(in crate::manifests) fn workflow(text: &str) -> Result<Manifest, String> {
    let root = Yaml::parse(text)?;
    let mut manifest = Manifest::of("githubactions");
    for (_, job) in root.entries_of("jobs") {
        // A reusable workflow is a job of its own.
        uses(job, &mut manifest);
        steps(job, &mut manifest);
        let image = job
            .get("container")
            .and_then(|container| container.text().or_else(|| container.text_of("image")));
        let services = job
            .entries_of("services")
            .iter()
            .filter_map(|(_, service)| service.text_of("image"));
        manifest
            .requirements
            .extend(image.into_iter().chain(services).filter_map(dockerfile::image));
    }
    Ok(manifest)
}

pub(in crate::manifests) fn action(text: &str) -> Result<Manifest, String> {
    let root = Yaml::parse(text)?;
    let mut manifest = Manifest::of("githubactions");
    if let Some(runs) = root.get("runs") {
        steps(runs, &mut manifest);
        let image = runs.text_of("image").and_then(|image| image.strip_prefix("docker://"));
        manifest.requirements.extend(image.and_then(dockerfile::image));
    }
    Ok(manifest)
}

fn steps(node: &Yaml, manifest: &mut Manifest) {
    for step in node.get("steps").map_or(&[][..], Yaml::items) {
        uses(step, manifest);
    }
}

fn uses(node: &Yaml, manifest: &mut Manifest) {
    let Some(text) = node.text_of("uses").map(str::trim) else {
        return;
    };
    if let Some(image) = text.strip_prefix("docker://") {
        manifest.requirements.extend(dockerfile::image(image));
        return;
    }
    let Some((name, reference)) = text.rsplit_once('@').filter(|_| !text.starts_with('.')) else {
        return;
    };
    let is_commit = reference.len() == 40 && reference.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_version = reference.trim_start_matches('v').matches('.').count() == 2
        && reference
            .trim_start_matches('v')
            .starts_with(|c: char| c.is_ascii_digit());
    let known = manifest
        .requirements
        .iter()
        .any(|known| known.name == name && known.version == reference);
    if !known {
        manifest.requirements.push(Requirement {
            resolved: is_commit || is_version,
            ..Requirement::wanted(name, reference, DependencyKind::Build)
        });
    }
}
