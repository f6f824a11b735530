//! The frame above every tab: the repository, the time, and the number of findings of each section.

use repolens_core::report::{Grades, Licenses, Lines, Summary};
use serde::{Deserialize, Serialize};

use super::TABS;
use crate::pages::read::Sections;
use crate::pages::shell::Preview;
use crate::pages::view::place::Place;
use crate::pages::view::text;

/// Members that the frame itself shows.
pub const SECTIONS: &[&str] = &["summary", "lines", "licences", "grades", "processingTimeMs"];

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Frame {
    pub description: Option<String>,
    pub files: Option<u64>,
    pub lines_of_code: Option<u64>,
    pub licenses: Vec<String>,
    pub took_ms: Option<u64>,
    grade: Option<String>,
    grade_words: Option<String>,
    counts: Vec<Option<u64>>,
}

impl Frame {
    pub fn new(sections: &Sections, place: &Place) -> Self {
        let summary = sections.get::<Summary>("summary");
        let summary = summary.get();
        let lines = sections.get::<Lines>("lines");
        let grades = sections.get::<Grades>("grades");
        let overall = grades.get().map(|grades| &grades.overall);
        Self {
            description: summary.and_then(|summary| summary.description.clone()),
            files: summary.map(|summary| summary.files),
            lines_of_code: lines
                .get()
                .map(|lines| lines.total.code)
                .or(summary.map(|summary| summary.lines_of_code)),
            licenses: sections
                .get::<Licenses>("licences")
                .get()
                .map(licenses)
                .unwrap_or_default(),
            took_ms: sections.get::<u64>("processingTimeMs").get().copied(),
            grade: overall
                .and_then(|overall| overall.grade)
                .map(|grade| grade.as_str().to_owned()),
            grade_words: overall.map(|overall| overall.words.clone()),
            counts: TABS
                .iter()
                .map(|tab| (tab.brief)(sections, place).and_then(|brief| brief.count))
                .collect(),
        }
    }

    pub fn from_kept(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    pub fn to_kept(&self) -> String {
        // Texts and numbers always serialize.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The grade of the whole.
    pub fn grade(&self) -> Option<&str> {
        self.grade.as_deref()
    }

    pub fn counts(&self) -> impl Iterator<Item = Option<u64>> + '_ {
        (0..TABS.len()).map(|index| self.counts.get(index).copied().flatten())
    }

    pub fn preview(&self, origin: &str, scan_id: &str) -> Preview {
        let mut facts = Vec::new();
        if let Some(grade) = &self.grade {
            facts.push(format!("Grade {grade}"));
        }
        facts.extend(
            self.lines_of_code
                .map(|lines| text::counted(lines, "line of code", "lines of code")),
        );
        facts.extend(self.licenses.first().cloned());
        let description = self.description.as_deref().unwrap_or_default();
        Preview {
            description: crate::export::text::one_line(&format!("{} {description}", facts.join(" · ")))
                .chars()
                .take(200)
                .collect(),
            image: format!("{origin}/scan/{scan_id}/card.svg"),
        }
    }
}

/// Those that manifests declare, or else that were found in the files at the top.
fn licenses(section: &Licenses) -> Vec<String> {
    let mut names: Vec<String> = match section.declared.is_empty() {
        false => section.declared.clone(),
        true => section
            .files
            .iter()
            .filter(|file| !file.path.contains('/'))
            .filter_map(|file| file.spdx.clone())
            .collect(),
    };
    names.sort();
    names.dedup();
    names.truncate(3);
    names
}
