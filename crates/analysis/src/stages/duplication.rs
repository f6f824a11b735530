//! Duplication.
//!
//! *What it looks at*: own code that is no test, token by token; names and values must be the same, layout and comments need
//! not. *Why it matters*: a fault in one copy stays in the others. *Limits*: copies are found from 50 tokens and 5 lines
//! on; one whose parts have been changed every few lines is several small ones or none. A copy is compared with the first
//! place of its tokens; where there are many places, with the first few.

use std::collections::BTreeMap;
use std::ops::Range;

use repolens_core::report::{Clone as Copied, CloneOccurrence, Duplication, Report, cap};
use rustc_hash::FxHashMap as HashMap;

use super::{Outcome, Scratch, percent, tenth};
use crate::budget::spend;
use crate::facts::Facts;
use crate::facts::FileFacts;
use crate::ids::{FileId, ids};
use crate::language::{Fingerprint, GRAM, LanguageKind, Tokens};

mod whole;

const MIN_TOKENS: usize = 50;
const MIN_LINES: u32 = 5;
const MAX_CLONES: usize = 100;
const MAX_OCCURRENCES: usize = 20;
/// Longer runs that turn out to be no copy are not compared twice.
const MAX_TWICE: usize = 500;
/// Places of the same tokens that a copy is compared with.
const MAX_ORIGINALS: usize = 8;

/// Lines of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    file: FileId,
    start: u32,
    end: u32,
}

/// A run of tokens that occurs at two places.
struct Match {
    tokens: usize,
    original: Place,
    copy: Place,
    /// It has many tokens, however few lines they fill.
    is_long: bool,
    /// Where the same tokens end among the marks of the copy's file.
    end: usize,
}

impl Match {
    fn is_enough(&self) -> bool {
        let lines = |place: Place| (place.end + 1).saturating_sub(place.start);
        self.tokens >= MIN_TOKENS && lines(self.original) >= MIN_LINES && lines(self.copy) >= MIN_LINES
    }
}

ids! {
    /// A fingerprint of a file: a place in [`Tokens::fingerprints`].
    PrintId;
}

/// A fingerprint of any file.
type Print = (FileId, PrintId);

pub(super) fn run(facts: &Facts, report: &mut Report, scratch: &mut Scratch) -> Outcome {
    // Given back when the copies are found: the call graph needs the room.
    let tokens = std::mem::take(&mut scratch.tokens);
    let is_compared = |file: &FileFacts| {
        file.is_own()
            && !file.test
            && file
                .language
                .is_some_and(|id| id.get().kind == LanguageKind::Programming)
    };
    let files = &facts.files;
    let own: Vec<FileId> = FileId::enumerate(files)
        .filter_map(|(number, file)| is_compared(file).then_some(number))
        .collect();
    let lines: u64 = own
        .iter()
        .map(|file| u64::from(files[file.index()].lines.total()))
        .sum();
    if lines == 0 {
        return Outcome::Skipped("there is no code of a programming language".to_owned());
    }
    let repeated = Repeated::new(&tokens, &own);
    // The original place, and the copies of it with their tokens.
    let mut clones: BTreeMap<Place, (usize, Vec<Place>)> = BTreeMap::new();
    for &file in &own {
        for found in copies(&tokens, &repeated, file) {
            let (tokens, places) = clones.entry(found.original).or_default();
            *tokens = found.tokens.max(*tokens);
            places.push(found.copy);
        }
    }
    let duplicated = duplicated_lines(clones.values().flat_map(|(_, places)| places).copied().collect());
    let mut list: Vec<Copied> = clones
        .iter()
        .map(|(original, (tokens, places))| reported(files, *original, *tokens, places))
        .collect();
    list.sort_by(|a, b| b.tokens.cmp(&a.tokens).then_with(|| place(a).cmp(&place(b))));
    let total = list.len() as u64;
    let truncated = cap(&mut list, MAX_CLONES);
    for clone in &mut list {
        clone.whole_lines = whole::lines(files, &tokens, clone);
    }
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

/// The fingerprints that occur at several places.
struct Repeated {
    /// By hash, then in the order of the files.
    prints: Vec<(u32, Print)>,
    by_hash: HashMap<u32, Range<usize>>,
}

impl Repeated {
    fn new(tokens: &[Tokens], own: &[FileId]) -> Self {
        let of = |file: FileId| {
            let list = tokens[file.index()].fingerprints.iter();
            PrintId::enumerate(list).map(move |(number, print)| (print.hash, (file, number)))
        };
        let mut prints: Vec<(u32, Print)> = own.iter().copied().flat_map(of).collect();
        prints.sort_unstable();
        let groups = prints.chunk_by(|a, b| a.0 == b.0);
        let prints: Vec<_> = groups.filter(|group| group.len() > 1).flatten().copied().collect();
        let mut at = 0;
        let mut by_hash = HashMap::default();
        for group in prints.chunk_by(|a, b| a.0 == b.0) {
            by_hash.insert(group[0].0, at..at + group.len());
            at += group.len();
        }
        Self { prints, by_hash }
    }

    /// The first places of a hash, before the given one.
    fn before(&self, hash: u32, print: Print) -> impl Iterator<Item = Print> {
        let group = self
            .by_hash
            .get(&hash)
            .map_or(&[][..], |range| &self.prints[range.clone()]);
        group
            .iter()
            .map(|(_, other)| *other)
            .take_while(move |other| *other < print)
            .take(MAX_ORIGINALS)
    }
}

/// The copies in one file, in its order, none over another.
fn copies(tokens: &[Tokens], repeated: &Repeated, file: FileId) -> Vec<Match> {
    let own = &tokens[file.index()].fingerprints;
    let mut found = Vec::new();
    let mut free = 0;
    for (number, print) in PrintId::enumerate(own) {
        // It belongs to a copy, or was compared with a fingerprint before it.
        if (print.at as usize) < free {
            continue;
        }
        let mut longest: Option<Match> = None;
        for (other, at) in repeated.before(print.hash, (file, number)) {
            let original = tokens[other.index()].fingerprints[at.index()];
            spend(1);
            let Some(same) = same(tokens, (other, original), (file, *print), free) else {
                continue;
            };
            let better = |known: &Match| (same.is_enough(), same.tokens) > (known.is_enough(), known.tokens);
            if longest.as_ref().is_none_or(better) {
                longest = Some(same);
            }
        }
        if let Some(longest) = longest {
            // Many tokens on few lines are no copy, and are not gone through again.
            if longest.is_enough() || longest.is_long {
                free = longest.end;
            }
            if longest.is_enough() {
                found.push(longest);
            }
        }
    }
    found
}

/// A place between two tokens.
#[derive(Clone, Copy)]
struct Edge<'m> {
    marks: &'m [u8],
    at: usize,
    line: u32,
}

impl<'m> Edge<'m> {
    fn new(tokens: &'m [Tokens], file: FileId, print: Fingerprint) -> Self {
        Self {
            marks: &tokens[file.index()].marks,
            at: print.at as usize,
            line: print.line,
        }
    }

    /// The next token, and the place behind it.
    fn next(self) -> Option<(u8, Self)> {
        let mut behind = self.over_ends();
        let mark = *self.marks.get(behind.at)?;
        behind.at += 1;
        Some((mark, behind))
    }

    /// The token before, and the place before that.
    fn previous(self) -> Option<(u8, Self)> {
        let mut before = self.back_over_ends();
        before.at = before.at.checked_sub(1)?;
        Some((self.marks[before.at], before))
    }

    /// Before the next token, after the ends of lines that precede it.
    fn over_ends(mut self) -> Self {
        while self.marks.get(self.at) == Some(&0) {
            self.at += 1;
            self.line += 1;
        }
        self
    }

    fn back_over_ends(mut self) -> Self {
        while self.at > 0 && self.marks[self.at - 1] == 0 {
            self.at -= 1;
            self.line -= 1;
        }
        self
    }

    /// One token further, for the start of a copy.
    fn inward_from_start(self) -> Self {
        Self {
            at: self.at + 1,
            ..self
        }
        .over_ends()
    }

    /// One token back, for the end of a copy.
    fn inward_from_end(self) -> Self {
        Self {
            at: self.at - 1,
            ..self
        }
        .back_over_ends()
    }

    fn begins_line(self) -> bool {
        self.at == 0 || self.marks[self.at - 1] == 0
    }

    fn ends_line(self) -> bool {
        self.marks.get(self.at).is_none_or(|mark| *mark == 0)
    }
}

/// Takes at most `limit` equal tokens behind two edges, while the first of them may go on; the edges behind them, and how many.
fn forward<'t>(from: [Edge<'t>; 2], limit: usize, may: impl Fn(&Edge<'t>) -> bool) -> ([Edge<'t>; 2], usize) {
    let mut edges = from;
    let mut tokens = 0;
    while tokens < limit
        && let (Some((x, a)), Some((y, b))) = (edges[0].next(), edges[1].next())
        && x == y
        && may(&a)
    {
        edges = [a, b];
        tokens += 1;
    }
    (edges, tokens)
}

/// The equal tokens around two equal fingerprints, extended in both directions without overlap and without the tokens before
/// `free` in the copy's file; of these the whole lines. `None`: not even the tokens of the fingerprints are equal.
fn same(all: &[Tokens], original: (FileId, Fingerprint), copy: (FileId, Fingerprint), free: usize) -> Option<Match> {
    let within = original.0 == copy.0;
    let left = [Edge::new(all, original.0, original.1), Edge::new(all, copy.0, copy.1)];
    // Both must have the tokens of the fingerprint, without overlap.
    let (known, tokens) = forward(left, GRAM, |a| !(within && a.at > left[1].at));
    spend(tokens as u64);
    if tokens < GRAM {
        return None;
    }
    // Backward first: a copy that follows its original begins where that ends.
    let mut start = left;
    let mut tokens = 0;
    while let (Some((x, a)), Some((y, b))) = (start[0].previous(), start[1].previous())
        && x == y
        && b.at >= free
        && !(within && known[0].at > b.at)
    {
        start = [a, b];
        tokens += 1;
    }
    let copy_start = start[1].at;
    let (mut end, more) = forward(left, usize::MAX, |a| !(within && a.at > copy_start));
    tokens += more;
    spend(tokens as u64);
    let is_long = tokens > MAX_TWICE;
    // Where a line is the same in part only, the copy begins behind it and ends before it.
    let stop = end[1].at;
    while tokens > 0 && !start.iter().all(|side| side.begins_line()) {
        start = start.map(Edge::inward_from_start);
        tokens -= 1;
    }
    while tokens > 0 && !end.iter().all(|side| side.ends_line()) {
        end = end.map(Edge::inward_from_end);
        tokens -= 1;
    }
    let place = |file: FileId, side: usize| Place {
        file,
        start: start[side].line,
        end: end[side].line,
    };
    Some(Match {
        tokens,
        original: place(original.0, 0),
        copy: place(copy.0, 1),
        is_long,
        end: stop,
    })
}

fn reported(files: &[FileFacts], original: Place, tokens: usize, copies: &[Place]) -> Copied {
    let all = std::iter::once(&original).chain(copies).take(MAX_OCCURRENCES);
    Copied {
        tokens: tokens as u64,
        lines: u64::from(original.end + 1 - original.start),
        whole_lines: 0,
        occurrences: all
            .map(|place| CloneOccurrence {
                file: files[place.file.index()].path.clone(),
                start_line: place.start.into(),
                end_line: place.end.into(),
            })
            .collect(),
    }
}

/// Lines of copies, each line once; the original does not count.
fn duplicated_lines(mut places: Vec<Place>) -> u64 {
    places.sort_unstable();
    let (mut sum, mut file, mut covered) = (0u64, None, 0u32);
    for place in places {
        if file != Some(place.file) {
            (file, covered) = (Some(place.file), 0);
        }
        sum += u64::from((place.end + 1).saturating_sub(place.start.max(covered + 1)));
        covered = covered.max(place.end);
    }
    sum
}
