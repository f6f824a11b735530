//! Duplication.
//!
//! *What it looks at*: own code that is no test, token by token; names and values must be the same, layout and comments need
//! not. *Why it matters*: a fault in one copy stays in the others. *Limits*: copies are found from 50 tokens and 5 lines
//! on, by fingerprints; one whose parts have been changed every few lines is several small ones or none. A copy is compared
//! with the first place where its tokens stand.

use std::collections::{BTreeMap, HashMap};

use repolens_core::report::{Clone as Copied, CloneOccurrence, Duplication, Report, cap};

use super::{Outcome, Scratch, percent, tenth};
use crate::facts::FileFacts;
use crate::language::{Fingerprint, GRAM, Kind};
use crate::scan::Facts;

const MIN_TOKENS: u32 = 50;
const MIN_LINES: u32 = 5;
const MAX_CLONES: usize = 100;
const MAX_OCCURRENCES: usize = 20;

/// A run of fingerprints of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    file: u32,
    first: u32,
    last: u32,
}

pub(super) fn run(facts: &Facts, report: &mut Report, _: &mut Scratch) -> Outcome {
    let looked_at = |file: &FileFacts| {
        file.is_own() && !file.test && file.language.is_some_and(|id| id.get().kind == Kind::Programming)
    };
    let files = &facts.files;
    let mut first: HashMap<u32, (u32, u32)> = HashMap::new();
    // The original place, and the copies of it.
    let mut clones: BTreeMap<Place, Vec<Place>> = BTreeMap::new();
    let mut lines = 0u64;
    for (number, file) in (0u32..).zip(files).filter(|(_, file)| looked_at(file)) {
        lines += u64::from(file.lines.total());
        let own = &file.fingerprints;
        let mut at = 0;
        while at < own.len() {
            let original = first.get(&own[at].hash).copied();
            let (length, enough) = original.map_or((0, false), |(other, start)| same(files, other, start, number, at));
            if let Some((other, start)) = original.filter(|_| enough) {
                let last = |first: usize| u32::try_from(first + length - 1).unwrap_or(u32::MAX);
                let from = Place {
                    file: other,
                    first: start,
                    last: last(start as usize),
                };
                let here = Place {
                    file: number,
                    first: u32::try_from(at).unwrap_or(u32::MAX),
                    last: last(at),
                };
                clones.entry(from).or_default().push(here);
                at += length;
            } else {
                first
                    .entry(own[at].hash)
                    .or_insert((number, u32::try_from(at).unwrap_or(u32::MAX)));
                // What is too short as a whole is so in its parts: each fingerprint is looked at once.
                at += length.max(1);
            }
        }
    }
    if lines == 0 {
        return Outcome::Skipped("there is no code of a programming language".to_owned());
    }
    let duplicated = duplicated_lines(files, &clones);
    let mut list: Vec<Copied> = clones.iter().map(|(from, copies)| told(files, *from, copies)).collect();
    list.sort_by(|a, b| b.tokens.cmp(&a.tokens).then_with(|| place(a).cmp(&place(b))));
    let total = list.len() as u64;
    let truncated = cap(&mut list, MAX_CLONES);
    report.duplication = Some(Duplication {
        percentage: tenth(percent(duplicated as f64, lines as f64)),
        duplicated_lines: duplicated,
        clones: list,
        clones_total: total,
        truncated,
    });
    if truncated {
        Outcome::Truncated(format!("the list ends after {MAX_CLONES} copies"))
    } else {
        Outcome::Ok
    }
}

fn place(clone: &Copied) -> Option<(&str, u64)> {
    clone
        .occurrences
        .first()
        .map(|first| (first.file.as_str(), first.start_line))
}

/// How many fingerprints in a row are the same at both places, the tokens between them too, without overlap; and whether
/// that is enough for a copy.
fn same(files: &[FileFacts], other: u32, start: u32, number: u32, at: usize) -> (usize, bool) {
    let (a, b) = (
        &files[other as usize].fingerprints[start as usize..],
        &files[number as usize].fingerprints[at..],
    );
    let shift = |x: &Fingerprint, origin: &Fingerprint| x.token - origin.token;
    let alike = a
        .iter()
        .zip(b.iter())
        .take_while(|(x, y)| x.hash == y.hash && shift(x, &a[0]) == shift(y, &b[0]));
    let mut length = alike.count();
    if other == number {
        // The original ends where its copy begins.
        let before = |count: usize| a[count - 1].token as usize + GRAM <= b[0].token as usize;
        while length > 0 && !before(length) {
            length -= 1;
        }
    }
    if length == 0 {
        return (0, false);
    }
    let tokens = a[length - 1].token - a[0].token + GRAM as u32;
    let lines = |list: &[Fingerprint]| list[length - 1].end_line + 1 - list[0].line;
    (
        length,
        tokens >= MIN_TOKENS && lines(a) >= MIN_LINES && lines(b) >= MIN_LINES,
    )
}

fn span(files: &[FileFacts], place: Place) -> (u32, u32) {
    let list = &files[place.file as usize].fingerprints;
    (list[place.first as usize].line, list[place.last as usize].end_line)
}

fn told(files: &[FileFacts], from: Place, copies: &[Place]) -> Copied {
    let list = &files[from.file as usize].fingerprints;
    let (start, end) = span(files, from);
    let all = std::iter::once(&from).chain(copies).take(MAX_OCCURRENCES);
    Copied {
        tokens: u64::from(list[from.last as usize].token - list[from.first as usize].token) + GRAM as u64,
        lines: u64::from(end + 1 - start),
        occurrences: all
            .map(|place| {
                let (start, end) = span(files, *place);
                CloneOccurrence {
                    file: files[place.file as usize].path.clone(),
                    start_line: start.into(),
                    end_line: end.into(),
                }
            })
            .collect(),
    }
}

/// Lines of copies, each line once; the original does not count.
fn duplicated_lines(files: &[FileFacts], clones: &BTreeMap<Place, Vec<Place>>) -> u64 {
    let mut spans: Vec<(u32, u32, u32)> = clones
        .values()
        .flatten()
        .map(|place| {
            let (start, end) = span(files, *place);
            (place.file, start, end)
        })
        .collect();
    spans.sort_unstable();
    let (mut sum, mut file, mut covered) = (0u64, u32::MAX, 0u32);
    for (at, start, end) in spans {
        if at != file {
            (file, covered) = (at, 0);
        }
        sum += u64::from((end + 1).saturating_sub(start.max(covered + 1)));
        covered = covered.max(end);
    }
    sum
}
