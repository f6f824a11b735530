//! `actions`: what to do first. The same list in every view.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One thing to do.
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Action {
    /// Stable for the same kind of advice at the same place: `split-function:src/a.py:parse`.
    pub id: String,
    /// An imperative sentence without a period.
    pub title: String,
    /// Why, with figures.
    pub reason: String,
    /// Where, at most 5.
    pub places: Vec<ActionPlace>,
    /// The gain of the action.
    pub gain: String,
    /// From and to.
    pub effort_minutes: [u64; 2],
    /// How to see that it is done.
    pub done_when: String,
    /// The member of the report that it comes from.
    pub section: String,
}

#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ActionPlace {
    pub file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
}

impl Action {
    /// The effort as people write it: `10–30 min`, `1–2 h`, `1–3 days`.
    #[must_use]
    pub fn effort(&self) -> String {
        const HOUR: u64 = 60;
        const DAY: u64 = 8 * HOUR;
        let [from, to] = self.effort_minutes;
        let (unit, name) = match to {
            to if to <= 2 * HOUR => (1, "min"),
            to if to < 2 * DAY => (HOUR, "h"),
            _ => (DAY, "days"),
        };
        // An estimate is not known to the minute.
        let round = if unit == 1 && to > 15 { 5 } else { 1 };
        let units = |minutes: u64| minutes.div_ceil(unit * round) * round;
        let (from, to) = (units(from), units(to));
        if from == to {
            format!("{to} {name}")
        } else {
            format!("{from}–{to} {name}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effort_is_written_in_the_unit_of_its_end() {
        let effort = |from, to| {
            let action = Action {
                effort_minutes: [from, to],
                ..Action::default()
            };
            action.effort()
        };
        assert_eq!(effort(5, 15), "5–15 min");
        assert_eq!(effort(60, 240), "1–4 h");
        assert_eq!(effort(480, 1440), "1–3 days");
        assert_eq!(effort(30, 30), "30 min");
        assert_eq!(effort(30, 82), "30–85 min");
    }
}
