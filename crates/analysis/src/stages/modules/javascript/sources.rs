//! The sources that the files of a package are built from.

use crate::language::is_output_folder;

const ENDINGS: &[&str] = &["ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs"];

pub(crate) fn with_endings(stem: &str) -> impl Iterator<Item = String> {
    let plain = ENDINGS.iter().map(move |ending| format!("{stem}.{ending}"));
    plain.chain(ENDINGS.iter().map(move |ending| format!("{stem}/index.{ending}")))
}

/// Where the source of a (perhaps built) file may be: itself, or below `src` for `dist`, `lib`, `build`, `out`, `es`, ….
pub(crate) fn sources(path: &str) -> Vec<String> {
    let path = path.trim_start_matches("./");
    let without = |path: &str| {
        let (stem, ending) = path.rsplit_once('.')?;
        ENDINGS.contains(&ending).then(|| stem.to_owned())
    };
    let stem = without(path).unwrap_or_else(|| path.to_owned());
    let mut stems = vec![stem.clone()];
    // `build/three.module.js`, `dist/a.d.ts`.
    let name = stem.rsplit('/').next().unwrap_or_default();
    if let Some((first, _)) = name.split_once('.').filter(|(first, _)| !first.is_empty()) {
        stems.push(format!("{}{first}", &stem[..stem.len() - name.len()]));
    }
    for stem in stems.clone() {
        let parts: Vec<&str> = stem.split('/').collect();
        if parts.len() > 1 {
            // `dist/esm/a/b` comes from `src/a/b` or `src/esm/a/b`.
            for skip in 1..parts.len().min(4) {
                stems.push(format!("src/{}", parts[skip..].join("/")));
            }
            stems.push(parts[1..].join("/"));
            stems.extend(beside_outputs(&parts));
        }
    }
    // `build/three.module.js` comes from `src/Three.js`.
    let capitalized = stems.iter().filter(|stem| stem.starts_with("src/")).filter_map(|stem| {
        let (folder, name) = stem.rsplit_once('/')?;
        let first = name.chars().next().filter(char::is_ascii_lowercase)?;
        Some(format!("{folder}/{}{}", first.to_ascii_uppercase(), &name[1..]))
    });
    let capitalized: Vec<String> = capitalized.collect();
    stems.extend(capitalized);
    let mut found = vec![path.to_owned()];
    found.extend(stems.iter().flat_map(|stem| with_endings(stem).collect::<Vec<_>>()));
    found
}

/// `plugin/build/a` comes from `plugin/src/a`, `lib.esm/a` and `lib.commonjs/a` from `src.ts/a`.
fn beside_outputs(parts: &[&str]) -> Vec<String> {
    let last = parts.len() - 1;
    let is_output = |part: &str| is_output_folder(part.split('.').next().unwrap_or(part));
    let mut found = Vec::new();
    for (at, part) in parts[..last].iter().enumerate().filter(|(_, part)| is_output(part)) {
        let before = parts[..at].iter().map(|part| format!("{part}/")).collect::<String>();
        let sources: &[&str] = if part.contains('.') {
            &["src", "src.ts"]
        } else {
            &["src"]
        };
        // `dist/esm/a` has two of them.
        let inner = parts[at + 1..last].iter().take_while(|part| is_output(part)).count();
        for skip in 0..=inner {
            let below = parts[at + 1 + skip..].join("/");
            found.extend(sources.iter().map(|source| format!("{before}{source}/{below}")));
        }
    }
    found
}

/// Whether a path leads through a folder that tools write their output to.
pub(super) fn is_in_output(path: &str) -> bool {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    let mut parts = folders.split('/').map(|part| part.split('.').next().unwrap_or(part));
    parts.any(is_output_folder)
}
