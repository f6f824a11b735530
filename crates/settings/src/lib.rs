//! Settings of the API, the worker and the supervisor.
//!
//! [`SETTINGS`] has one row per setting: who reads it, its form, its default and its description. Values are read by
//! [`SettingsReader`] alone, which takes names, forms and defaults from the table and collects every fault, so that all
//! of them are reported at once. `docs/settings.md`, `docs/supervisor.md`, the supervisor's `--help`, the blueprints and the
//! compose file are tested to equal the table.

mod document;
mod environment;
mod lookup;
mod reader;
mod rows;
mod table;
pub mod units;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use document::{flag_rows, setting_rows};
pub use environment::{Environment, Vars};
pub use lookup::{find, nearest};
pub use reader::{Checked, SettingsReader};
pub use rows::SETTINGS;
pub use table::{Component, Default, Flag, HelpGroup, Readers, Setting, ValueForm};

/// Exit status for bad settings: `EX_CONFIG` of sysexits.h.
pub const EXIT_CONFIG: u8 = 78;

/// Result of the check of one setting. As JSON it is a line of `repolens-api check` and `repolens-worker check`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    pub level: DiagnosticLevel,
    /// The variable, or the flag where the value was given by one.
    pub name: String,
    /// The fault, and what was expected.
    pub message: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DiagnosticLevel {
    /// The program does not start.
    Error,
    /// It starts, but this is probably not what was meant.
    Warning,
    /// Something that was tried and works.
    Ok,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.message)
    }
}
