//! Packages that `package_dir` of setuptools gives a folder of another name.

use super::super::{ModuleIndex, folder, join, normalize};

/// By the whole name of a package: its folder. The longest names first.
pub(super) struct Renamed(Vec<(String, String)>);

impl Renamed {
    pub(super) fn of(index: &ModuleIndex<'_>) -> Self {
        let mut found = Vec::new();
        for file in index.files.iter().filter(|file| file.is_own()) {
            let text = file.text.as_deref().unwrap_or_default();
            let pairs = match file.path.rsplit('/').next().unwrap_or(&file.path) {
                "setup.py" => of_setup(text),
                "setup.cfg" => of_configuration(text),
                "pyproject.toml" => of_toml(text),
                _ => continue,
            };
            let home = folder(&file.path);
            let named = pairs.into_iter().filter(|(name, _)| !name.is_empty());
            found.extend(named.filter_map(|(name, path)| {
                let path = normalize(home, &path)?;
                index.is_folder(&path).then_some((name, path))
            }));
        }
        found.sort_by_key(|(name, _): &(String, String)| std::cmp::Reverse(name.len()));
        Self(found)
    }

    /// The path of a module, without its ending.
    pub(super) fn path_of(&self, module: &str) -> Option<String> {
        self.0.iter().find_map(|(name, folder)| {
            let rest = module.strip_prefix(name.as_str())?;
            match rest.strip_prefix('.') {
                Some(rest) => Some(join(folder, &rest.replace('.', "/"))),
                None => rest.is_empty().then(|| folder.clone()),
            }
        })
    }
}

/// `package_dir={"a": "lib", "a.b": "lib/b"}`
fn of_setup(text: &str) -> Vec<(String, String)> {
    let Some((_, rest)) = text.split_once("package_dir") else {
        return Vec::new();
    };
    let inner = rest.split_once('{').and_then(|(_, rest)| rest.split_once('}'));
    let inner = inner.map_or("", |(inner, _)| inner);
    inner
        .split(',')
        .filter_map(|pair| pair.split_once(':'))
        .map(unquoted)
        .collect()
}

/// The indented lines below `package_dir =`.
fn of_configuration(text: &str) -> Vec<(String, String)> {
    let mut lines = text
        .lines()
        .skip_while(|line| !line.trim_start().starts_with("package_dir"))
        .skip(1);
    let indented = lines.by_ref().take_while(|line| line.starts_with([' ', '\t']));
    indented.filter_map(|line| line.split_once('=')).map(unquoted).collect()
}

fn of_toml(text: &str) -> Vec<(String, String)> {
    let root = text.parse::<toml::Table>().ok();
    let table = root
        .as_ref()
        .and_then(|root| root.get("tool")?.get("setuptools")?.get("package-dir")?.as_table());
    let pairs = table.into_iter().flatten();
    pairs
        .filter_map(|(name, path)| Some((name.clone(), path.as_str()?.to_owned())))
        .collect()
}

fn unquoted((name, path): (&str, &str)) -> (String, String) {
    let plain = |text: &str| text.trim().trim_matches(['"', '\'']).to_owned();
    (plain(name), plain(path))
}
