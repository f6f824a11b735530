//! Files that a bundler takes in place of another on some platform: `button.web.tsx` for `./button`.

use std::collections::HashMap;

use crate::calls::Imported;
use crate::ids::FileId;
use crate::stages::modules::{ModuleIndex, Target, folder, normalize};

const PLATFORMS: &[&str] = &[
    "web", "native", "ios", "android", "windows", "macos", "electron", "desktop", "mobile", "browser", "node",
    "server", "client",
];
const ENDINGS: &[&str] = &["ts", "tsx", "js", "jsx", "mjs", "cjs", "vue"];

/// By path without the platform and the ending.
#[derive(Debug, Default)]
pub(super) struct Variants(HashMap<String, Vec<FileId>>);

impl Variants {
    pub(super) fn of(index: &ModuleIndex<'_>) -> Self {
        let mut found: HashMap<String, Vec<FileId>> = HashMap::new();
        for (at, file) in FileId::enumerate(index.files).filter(|(_, file)| file.syntax.is_some()) {
            let parts = file
                .path
                .rsplit_once('.')
                .filter(|(_, ending)| ENDINGS.contains(ending));
            let stem = parts.and_then(|(stem, _)| stem.rsplit_once('.'));
            if let Some((stem, _)) = stem.filter(|(_, platform)| PLATFORMS.contains(platform)) {
                found.entry(stem.to_owned()).or_default().push(at);
            }
        }
        Self(found)
    }

    /// The target of an import with the files that replace it on other platforms.
    pub(super) fn added_to(&self, index: &ModuleIndex<'_>, from: FileId, specifier: &str, target: Target) -> Target {
        if self.0.is_empty() {
            return target;
        }
        match target {
            Target::Files(mut targets) if targets.len() == 1 => {
                let path = index.files[targets[0].1.index()].path.as_str();
                let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
                let others = self.0.get(stem).into_iter().flatten();
                targets.extend(
                    others
                        .filter(|other| **other != from)
                        .map(|other| (Imported::Whole, *other)),
                );
                Target::Files(targets)
            }
            // There are only such files.
            Target::Unresolved if specifier.starts_with('.') => {
                let stem = normalize(folder(&index.files[from.index()].path), specifier);
                let stem = stem.map(|stem| stem.strip_suffix(".js").map(str::to_owned).unwrap_or(stem));
                let found = stem.and_then(|stem| self.0.get(&stem));
                found.map_or(Target::Unresolved, |files| Target::files(files.clone()))
            }
            target => target,
        }
    }
}
