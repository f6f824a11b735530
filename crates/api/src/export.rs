//! Exports: a stored report in other forms. One form is one file; this is the list of them.
//!
//! A report is read once, as a stream, into an [`Excerpt`]: the sections that any form shows. The long lists (files, the
//! graphs of modules and calls) are skipped. Every text of a report may come from a hostile repository: each form
//! escapes it in its own way.

mod cyclonedx;
mod excerpt;
mod gitlab;
mod html;
mod lenient;
mod markdown;
mod purl;
mod sarif;
mod spdx;
pub mod text;

pub mod badge;

use std::io;

use repolens_core::store::{Scan, StoredResults};
use repolens_core::text::timestamp;
use repolens_core::{BranchName, RepoUrl, Unparsed};

pub use excerpt::Excerpt;
pub use html::policy as page_policy;

/// Raised when a form changes, so that what clients have kept is fetched anew.
pub const VERSION: u32 = 6;

/// The forms that are made from an excerpt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportForm {
    Html,
    Markdown,
    Sarif,
    /// GitLab's code quality report.
    GitLab,
    CycloneDx,
    /// Version 1.7 of it.
    CycloneDx17,
    Spdx,
}

impl ExportForm {
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Markdown => "text/markdown; charset=utf-8",
            Self::Sarif => "application/sarif+json",
            Self::GitLab => "application/json",
            Self::CycloneDx => "application/vnd.cyclonedx+json; version=1.6",
            Self::CycloneDx17 => "application/vnd.cyclonedx+json; version=1.7",
            Self::Spdx => "application/spdx+json",
        }
    }

    /// The end of the name under which it is saved.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Html => ".html",
            Self::Markdown => ".md",
            Self::Sarif => ".sarif",
            Self::GitLab => ".gl-code-quality-report.json",
            Self::CycloneDx => ".cdx.json",
            Self::CycloneDx17 => ".1.7.cdx.json",
            Self::Spdx => ".spdx.json",
        }
    }

    /// Shown in a browser, or saved.
    pub fn is_shown(self) -> bool {
        matches!(self, Self::Html | Self::Markdown)
    }

    pub fn write(self, about: &ExportedScan, excerpt: &Excerpt) -> Vec<u8> {
        match self {
            Self::Html => html::write(about, excerpt).into_bytes(),
            Self::Markdown => markdown::write(about, excerpt).into_bytes(),
            Self::Sarif => sarif::write(about, excerpt).to_string().into_bytes(),
            Self::GitLab => gitlab::write(about, excerpt).to_string().into_bytes(),
            Self::CycloneDx => cyclonedx::write(about, excerpt, "1.6").to_string().into_bytes(),
            Self::CycloneDx17 => cyclonedx::write(about, excerpt, "1.7").to_string().into_bytes(),
            Self::Spdx => spdx::write(about, excerpt).to_string().into_bytes(),
        }
    }
}

/// The facts from the scan's row.
#[derive(Debug, Clone)]
pub struct ExportedScan {
    pub scan_id: String,
    pub repo_url: Unparsed<RepoUrl>,
    /// `owner/repository`, or as much of it as the address has.
    pub name: String,
    pub branch: Option<Unparsed<BranchName>>,
    /// Why another branch was analyzed than the requested one.
    pub branch_message: Option<String>,
    pub commit_sha: Option<String>,
    /// RFC 3339, whole seconds.
    pub completed_at: Option<String>,
}

impl ExportedScan {
    pub fn of(scan: &Scan) -> Self {
        let path = scan
            .repo_url
            .as_str()
            .split_once("://")
            .map_or(scan.repo_url.as_str(), |(_, rest)| rest);
        let mut parts: Vec<&str> = path.trim_end_matches('/').rsplit('/').take(2).collect();
        parts.reverse();
        let name = parts.join("/");
        Self {
            scan_id: scan.id.to_string(),
            repo_url: scan.repo_url.clone(),
            name: name.strip_suffix(".git").unwrap_or(&name).to_owned(),
            branch: scan.branch.clone(),
            branch_message: scan.branch_message(),
            commit_sha: scan.commit_sha.clone(),
            completed_at: scan.completed_at.map(timestamp::format),
        }
    }

    /// For a file's name: what no system minds.
    pub fn file_name(&self, ending: &str) -> String {
        let name: String = self
            .name
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') {
                    c
                } else {
                    '-'
                }
            })
            .take(80)
            .collect();
        format!("repolens-{}{ending}", name.trim_matches(['.', '-']))
    }
}

/// Reads what the forms need.
///
/// # Errors
/// When the stored report cannot be unpacked or is no JSON object.
pub fn read(results: StoredResults) -> io::Result<Excerpt> {
    match results {
        StoredResults::Report(report) => Excerpt::read(report.reader()),
        StoredResults::Older(value) => Excerpt::read(value.to_string().as_bytes()),
    }
}
