//! Reads what a page shows of a stored report: the members that it names, and nothing else.
//!
//! One or two reports are read at a time, off the threads of the HTTP server, and what was made of them is kept in
//! [`Kept`] within a bound. So twenty readers of the largest report need the memory of two.

pub(super) mod import;
mod kept;

use std::collections::HashMap;
use std::io::{self, BufReader};
use std::ops::Range;
use std::sync::Arc;

use repolens_core::ScanId;
use repolens_core::report::{Analyser, StageStatus};
use repolens_core::store::{Member, ReportMembers, StoredResults};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use tokio::sync::Semaphore;

use crate::app::App;
use crate::http::problem::Problem;
use kept::Kept;

/// Reports that are read at the same time.
const AT_A_TIME: usize = 2;

/// Stored bytes between two members that are fetched with them rather than apart.
const GAP: u64 = 64 * 1024;

/// The state that the pages share, one for the whole process.
pub struct ReportReader {
    turns: Arc<Semaphore>,
    pub kept: Kept,
}

impl Default for ReportReader {
    fn default() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(AT_A_TIME)),
            kept: Kept::default(),
        }
    }
}

/// Some members of a report, as JSON text.
#[derive(Debug, Default)]
pub struct Sections {
    texts: HashMap<String, String>,
    analyser: Option<Analyser>,
}

/// A section, or why there is none.
#[derive(Debug)]
pub enum Measurement<T> {
    Is(T),
    Not(String),
}

impl<T> Measurement<T> {
    /// Why there is none.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Is(_) => None,
            Self::Not(reason) => Some(reason),
        }
    }

    pub fn get(&self) -> Option<&T> {
        match self {
            Self::Is(section) => Some(section),
            Self::Not(_) => None,
        }
    }
}

/// The stage of the analysis that makes a section.
fn stage(section: &str) -> &str {
    match section {
        "complexityMetrics" => "complexity",
        "circularDependencies" => "cycles",
        "deadCode" => "dead-code",
        "moduleGraph" => "module-graph",
        "callGraph" => "call-graph",
        "readmeAnalysis" => "readme",
        "riskScores" => "risk",
        "lines" => "languages",
        "files" => "ast",
        other => other,
    }
}

impl Sections {
    pub fn new(texts: HashMap<String, String>) -> Self {
        let analyser = texts.get("analyser").and_then(|text| serde_json::from_str(text).ok());
        Self { texts, analyser }
    }

    pub fn analyser(&self) -> Option<&Analyser> {
        self.analyser.as_ref()
    }

    /// Whether one of the sections that were read names a file.
    pub fn names(&self, path: &str) -> bool {
        let quoted = serde_json::Value::from(path).to_string();
        self.texts.values().any(|text| text.contains(&quoted))
    }

    /// The section of this name, which must be among those that were read.
    pub fn get<'a, T: Deserialize<'a>>(&'a self, name: &str) -> Measurement<T> {
        match self.texts.get(name).map(|text| serde_json::from_str::<Option<T>>(text)) {
            Some(Ok(Some(section))) => Measurement::Is(section),
            Some(Err(error)) => {
                tracing::debug!(section = name, %error, "a section of a stored report has another form");
                Measurement::Not("Not shown: this report has it in a form that this version does not read.".to_owned())
            }
            None | Some(Ok(None)) => Measurement::Not(self.why_not(name)),
        }
    }

    /// Why there is no section of this name.
    pub fn why_not(&self, name: &str) -> String {
        let made = self.analyser.as_ref().and_then(|analyser| {
            let stage = stage(name);
            analyser.stages.iter().find(|other| other.name == stage)
        });
        match made {
            Some(stage) if stage.status == StageStatus::Failed => match &stage.reason {
                Some(reason) => format!("Not measured: this step of the analysis failed ({reason})."),
                None => "Not measured: this step of the analysis failed.".to_owned(),
            },
            Some(stage) if stage.reason.is_some() => {
                format!(
                    "Not measured: {}.",
                    stage.reason.as_deref().unwrap_or_default().trim_end_matches('.')
                )
            }
            _ => "Not measured: the version that made this report does not have this step. Scan again to have it."
                .to_owned(),
        }
    }
}

impl ReportReader {
    /// Reads these members of the stored report of a complete scan, and what `work` makes of them.
    pub async fn read<T: Send + 'static>(
        &self,
        app: &App,
        id: &ScanId,
        names: &'static [&'static str],
        work: impl FnOnce(&Sections) -> Result<T, askama::Error> + Send + 'static,
    ) -> Result<T, Problem> {
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let turn = turn.map_err(|closed| Problem::because(&closed))?;
        let stored = fetch(app, id, names).await?;
        let span = tracing::Span::current();
        let work = move || {
            let _span = span.entered();
            let sections = Sections::new(stored.inflate(names)?);
            let made = work(&sections).map_err(io::Error::other);
            // Not before: a client that hangs up ends the waiting, not the work.
            drop(turn);
            made
        };
        match app.scans.runtime.spawn_blocking(work).await {
            Ok(Ok(made)) => Ok(made),
            Ok(Err(error)) => Err(Problem::because(&format!("cannot read a stored report: {error}"))),
            Err(error) => Err(Problem::because(&error)),
        }
    }
}

/// The result of reading the database.
enum Stored {
    /// Pieces of the stored bytes, and the members that are in them.
    Pieces {
        members: Vec<Member>,
        pieces: Vec<(Range<u64>, Vec<u8>)>,
    },
    /// Where its members are is not known: it was stored by an earlier version.
    Whole(StoredResults),
}

async fn fetch(app: &App, id: &ScanId, names: &[&str]) -> Result<Stored, Problem> {
    match app.store.report_members(id).await? {
        Some(ReportMembers { sha256, members }) if !members.is_empty() => {
            let members: Vec<Member> = members
                .into_iter()
                .filter(|member| names.contains(&member.name.as_str()) || member.name == "analyser")
                .collect();
            let mut pieces = Vec::new();
            for range in ranges(&members) {
                let piece = app.store.report_range(id, &sha256, range.clone()).await?;
                pieces.push((range, piece.ok_or_else(Problem::results_gone)?));
            }
            Ok(Stored::Pieces { members, pieces })
        }
        _ => {
            let results = app.store.results(id).await?;
            Ok(Stored::Whole(results.ok_or_else(Problem::results_gone)?))
        }
    }
}

/// The stored bytes that hold the members, in as few pieces as make sense.
fn ranges(members: &[Member]) -> Vec<Range<u64>> {
    let mut all: Vec<Range<u64>> = members.iter().map(|member| member.stored.clone()).collect();
    all.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<u64>> = Vec::new();
    for range in all {
        match joined.last_mut() {
            Some(last) if range.start <= last.end + GAP => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

impl Stored {
    fn inflate(self, names: &[&str]) -> io::Result<HashMap<String, String>> {
        match self {
            Self::Pieces { members, pieces } => members
                .into_iter()
                .map(|member| {
                    let text = member.inflate(within(&pieces, &member.stored)?)?;
                    Ok((member.name, text))
                })
                .collect(),
            Self::Whole(StoredResults::Report(report)) => {
                let reader = BufReader::with_capacity(64 * 1024, report.reader());
                pick(&mut serde_json::Deserializer::from_reader(reader), names)
            }
            Self::Whole(StoredResults::Older(value)) => pick(value, names),
        }
    }
}

/// These stored bytes, which one of the pieces has.
fn within<'a>(pieces: &'a [(Range<u64>, Vec<u8>)], wanted: &Range<u64>) -> io::Result<&'a [u8]> {
    let missing = || io::Error::other("the stored report is shorter than was recorded");
    let (range, piece) = pieces
        .iter()
        .find(|(range, _)| range.start <= wanted.start && wanted.end <= range.end)
        .ok_or_else(missing)?;
    let from = usize::try_from(wanted.start - range.start).map_err(io::Error::other)?;
    let to = usize::try_from(wanted.end - range.start).map_err(io::Error::other)?;
    piece.get(from..to).ok_or_else(missing)
}

/// The named members of a report that streams by.
fn pick<'de, D: Deserializer<'de>>(json: D, names: &[&str]) -> io::Result<HashMap<String, String>>
where
    D::Error: std::error::Error + Send + Sync + 'static,
{
    struct Pick<'a>(&'a [&'a str]);

    impl<'de> DeserializeSeed<'de> for Pick<'_> {
        type Value = HashMap<String, String>;

        fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
            json.deserialize_map(self)
        }
    }

    impl<'de> Visitor<'de> for Pick<'_> {
        type Value = HashMap<String, String>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a report")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut picked = HashMap::new();
            while let Some(name) = map.next_key::<String>()? {
                if self.0.contains(&name.as_str()) || name == "analyser" {
                    let value = map.next_value::<serde_json::Value>()?;
                    picked.insert(name, value.to_string());
                } else {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            Ok(picked)
        }
    }

    Pick(names).deserialize(json).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use repolens_core::store::StoredReport;
    use serde_json::{Value, json};

    use super::*;

    fn report() -> Value {
        json!({
            "summary": {"files": 3}, "large": "x".repeat(200_000), "complexityMetrics": null, "ast": {"files": []},
            "analyser": {"version": "1", "limits": {"maxFileSize": 1, "maxParseSize": 1, "maxManifestSize": 1, "maxFiles": 1,
                "maxTotalSize": 1, "maxNesting": 1}, "skippedFiles": [], "skippedFilesTotal": 0, "truncated": false,
                "stages": [{"name": "complexity", "status": "failed", "reason": "out of time"},
                    {"name": "hotspots", "status": "skipped", "reason": "there is no history"}]}
        })
    }

    fn check(texts: HashMap<String, String>) {
        let sections = Sections::new(texts);
        assert_eq!(sections.get::<Value>("summary").get(), Some(&json!({"files": 3})));
        assert!(sections.get::<Value>("large").get().is_none(), "only what was named");
        assert!(sections.analyser().is_some(), "and how the analysis went");
        for (name, why) in [
            ("complexityMetrics", "failed (out of time)"),
            ("hotspots", "there is no history"),
            ("security", "Scan again"),
        ] {
            let Measurement::Not(reason) = sections.get::<Value>(name) else {
                panic!("{name} is readable");
            };
            assert!(reason.contains(why), "{reason}");
        }
        assert!(matches!(sections.get::<u8>("summary"), Measurement::Not(reason) if reason.contains("form")));
    }

    #[test]
    fn the_named_sections_are_read_from_any_form_of_storage() {
        let names = ["summary", "complexityMetrics", "hotspots", "security"];
        let stored = StoredReport::compress(report().to_string().as_bytes()).expect("compresses");
        let members: Vec<Member> = stored
            .members
            .iter()
            .filter(|member| names.contains(&member.name.as_str()) || member.name == "analyser")
            .cloned()
            .collect();
        let ranges = ranges(&members);
        let pieces = ranges
            .into_iter()
            .map(|range| {
                let bytes = usize::try_from(range.start).expect("fits")..usize::try_from(range.end).expect("fits");
                (range, stored.bytes[bytes].to_vec())
            })
            .collect();
        check(Stored::Pieces { members, pieces }.inflate(&names).expect("inflates"));
        let older = StoredReport {
            members: Vec::new(),
            ..stored
        };
        check(
            Stored::Whole(StoredResults::Report(older))
                .inflate(&names)
                .expect("inflates"),
        );
        check(
            Stored::Whole(StoredResults::Older(report()))
                .inflate(&names)
                .expect("inflates"),
        );
    }
}
