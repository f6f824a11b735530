//! Rows of the table by the name of the variable.

use std::collections::BTreeSet;

use crate::rows::SETTINGS;
use crate::table::Setting;

/// Finds the row of a variable.
#[must_use]
pub fn find(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}

/// Finds the setting whose name is nearest to a misspelled one, if one is near enough to be meant.
#[must_use]
pub fn nearest(name: &str) -> Option<&'static str> {
    let near = 4.max(name.len() / 4);
    SETTINGS
        .iter()
        .filter(|setting| !setting.is_hidden())
        .map(|setting| (strsim::levenshtein(name, setting.name), setting.name))
        .filter(|(distance, _)| *distance <= near)
        .min()
        .map(|(_, known)| known)
}

/// Variables that begin like those of RepoLens and are none.
pub(crate) fn unknown<'a>(names: impl Iterator<Item = &'a String>) -> BTreeSet<&'a str> {
    names
        .map(String::as_str)
        .filter(|name| name.starts_with("REPOLENS_") && find(name).is_none())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_misspelled_name_finds_its_setting() {
        assert_eq!(nearest("REPOLENS_DATADIR"), Some("REPOLENS_DATA_DIR"));
        assert_eq!(nearest("REPOLENS_ONYL"), Some("REPOLENS_ONLY"));
        assert_eq!(nearest("REPOLENS_SOMETHING_QUITE_DIFFERENT"), None);
    }
}
