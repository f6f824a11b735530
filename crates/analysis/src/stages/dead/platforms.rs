//! Files for one platform each: a bundler takes `web-loaders.js` in place of `node-loaders.js`.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::packages::{is_script, without_ending};
use crate::facts::FileFacts;
use crate::ids::FileId;
use crate::stages::modules::folder;

const PLATFORMS: &[&str] = &["web", "browser", "node", "native", "deno", "bun", "electron"];

/// The files that are named for a platform and have a neighbor for another one.
pub(super) fn files(files: &[FileFacts]) -> BTreeSet<FileId> {
    let mut found: HashMap<(&str, &str), BTreeSet<(&str, FileId)>> = HashMap::new();
    for (at, file) in FileId::enumerate(files).filter(|(_, file)| is_script(file)) {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        let stem = name.split('.').next().unwrap_or(name);
        let parts = [
            stem.split_once('-'),
            stem.rsplit_once('-').map(|(rest, platform)| (platform, rest)),
        ];
        for (platform, rest) in parts.into_iter().flatten() {
            if PLATFORMS.contains(&platform) {
                found
                    .entry((folder(&file.path), rest))
                    .or_default()
                    .insert((platform, at));
            }
        }
    }
    // `index-server.ts` beside `index.ts`: an entry for one use.
    let mut variants: BTreeSet<FileId> = BTreeSet::new();
    let stems: HashSet<&str> = files
        .iter()
        .filter(|file| is_script(file))
        .map(|file| without_ending(&file.path))
        .collect();
    for (at, file) in FileId::enumerate(files).filter(|(_, file)| is_script(file)) {
        let plain = without_ending(&file.path).rsplit_once('-').filter(|(plain, platform)| {
            let name = plain.rsplit('/').next().unwrap_or(plain);
            matches!(name, "index" | "main" | "entry") || PLATFORMS.contains(platform)
        });
        if plain.is_some_and(|(plain, _)| stems.contains(plain)) {
            variants.insert(at);
        }
    }
    let several =
        |of: &BTreeSet<(&str, FileId)>| of.iter().map(|(platform, _)| platform).collect::<BTreeSet<_>>().len() > 1;
    variants.extend(found.into_values().filter(several).flatten().map(|(_, at)| at));
    variants
}
