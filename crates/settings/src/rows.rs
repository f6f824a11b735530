//! The table of settings, in the order of the documents.

use crate::table::{Readers, Setting};

mod api;
mod models;
mod shared;
mod supervisor;
mod worker;

const API: Readers = Readers::API;
const WORKER: Readers = Readers::WORKER;
const API_AND_WORKER: Readers = Readers::API_AND_WORKER;
const SUPERVISOR: Readers = Readers::SUPERVISOR;

const AREAS: [&[Setting]; 5] = [shared::ROWS, api::ROWS, worker::ROWS, models::ROWS, supervisor::ROWS];

const COUNT: usize = {
    let (mut count, mut area) = (0, 0);
    while area < AREAS.len() {
        count += AREAS[area].len();
        area += 1;
    }
    count
};

/// All settings.
pub const SETTINGS: &[Setting] = &joined();

/// The rows of all areas, one after the other.
const fn joined() -> [Setting; COUNT] {
    let mut all = [shared::ROWS[0]; COUNT];
    let (mut at, mut area) = (0, 0);
    while area < AREAS.len() {
        let mut row = 0;
        while row < AREAS[area].len() {
            all[at] = AREAS[area][row];
            (at, row) = (at + 1, row + 1);
        }
        area += 1;
    }
    all
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::SETTINGS;
    use crate::table::Default::Value;
    use crate::table::ValueForm;
    use crate::units;

    #[test]
    fn names_and_flags_are_unique() {
        let names: HashSet<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
        assert_eq!(names.len(), SETTINGS.len());
        let flags: Vec<&str> = SETTINGS.iter().filter_map(|setting| Some(setting.flag?.name)).collect();
        assert_eq!(flags.iter().collect::<HashSet<_>>().len(), flags.len());
    }

    #[test]
    fn defaults_have_the_form_of_their_setting() {
        for setting in SETTINGS {
            let Value(text) = setting.default else { continue };
            let has_form = match setting.form {
                ValueForm::Flag => units::parse_flag(text).is_some(),
                ValueForm::Number { least, most } => {
                    text.parse().is_ok_and(|number: u64| (least..=most).contains(&number))
                }
                ValueForm::Port => text.parse::<u16>().is_ok(),
                ValueForm::Duration => units::parse_duration(text).is_some_and(|time| !time.is_zero()),
                ValueForm::DurationOrZero => units::parse_duration(text).is_some(),
                ValueForm::Size => units::parse_size(text).is_some_and(|size| size > 0),
                ValueForm::SizeOrZero => units::parse_size(text).is_some(),
                ValueForm::Rate => units::parse_rate(text).is_some(),
                ValueForm::Choice(choices) => choices.contains(&text),
                ValueForm::Path | ValueForm::User | ValueForm::Command | ValueForm::Text | ValueForm::Special(_) => {
                    !text.is_empty()
                }
            };
            assert!(has_form, "{}", setting.name);
        }
    }

    #[test]
    fn secrets_have_no_default_and_no_flag() {
        for setting in SETTINGS.iter().filter(|setting| setting.secret) {
            assert!(!matches!(setting.default, Value(_)), "{}", setting.name);
            assert!(
                setting.flag.is_none(),
                "a command line can be read by others: {}",
                setting.name
            );
        }
    }
}
