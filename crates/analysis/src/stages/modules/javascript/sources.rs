//! The sources that the files of a package are built from.

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
