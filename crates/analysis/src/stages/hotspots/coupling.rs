//! Change coupling: files that change in the same commits, and whether the code explains it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use repolens_core::report::ChangeCoupling;

use super::super::tenth;
use crate::facts::Facts;
use crate::graph::ImportGraph;
use crate::history::{History, WindowCommitId};
use crate::ids::FileId;

/// As code-maat has them.
const MIN_REVISIONS: u32 = 5;
const MIN_SHARED: u32 = 5;
const MIN_DEGREE: f64 = 30.0;
/// After the correction for many tests (Benjamini and Hochberg).
const SIGNIFICANT: f64 = 0.05;
const LISTED: usize = 100;
/// Pairs that are counted.
const MAX_PAIRS: usize = 2_000_000;

/// A pair of files and how often both changed.
struct Pair {
    a: FileId,
    b: FileId,
    shared: u32,
    /// The number of them since both files have their present content.
    recent: u32,
    p_value: f64,
}

/// The strongest pairs, and how many there are.
pub(super) fn coupling(facts: &Facts, history: &History, graph: Option<&ImportGraph>) -> (Vec<ChangeCoupling>, u64) {
    let mut revisions = vec![0u32; facts.files.len()];
    for &file in &history.together {
        revisions[file.index()] += 1;
    }
    let commits = history.starts.len().saturating_sub(1);
    let takes_part = |file: FileId| revisions[file.index()] >= MIN_REVISIONS && facts.files[file.index()].is_own();
    // In all, and since both files are what they are now.
    let mut shared: HashMap<(FileId, FileId), (u32, u32)> = HashMap::new();
    for (commit, range) in WindowCommitId::enumerate(history.starts.windows(2)) {
        let is_recent = |file: FileId| history.since_reshaped[file.index()].is_none_or(|reshaped| commit < reshaped);
        let list: Vec<FileId> = history.together[range[0]..range[1]]
            .iter()
            .copied()
            .filter(|file| takes_part(*file))
            .collect();
        for (at, &a) in list.iter().enumerate() {
            for &b in &list[at + 1..] {
                let room = shared.len() < MAX_PAIRS;
                let (all, recent) = match shared.entry((a, b)) {
                    Entry::Occupied(count) => count.into_mut(),
                    Entry::Vacant(place) if room => place.insert((0, 0)),
                    Entry::Vacant(_) => continue,
                };
                *all += 1;
                *recent += u32::from(is_recent(a) && is_recent(b));
            }
        }
    }
    let chance = Chance::new(commits);
    let mut pairs: Vec<Pair> = shared
        .into_iter()
        .filter(|(_, (shared, _))| *shared >= MIN_SHARED)
        .map(|((a, b), (shared, recent))| Pair {
            a,
            b,
            shared,
            recent,
            p_value: chance.at_least(shared, revisions[a.index()], revisions[b.index()]),
        })
        .collect();
    keep_significant(&mut pairs);
    let paths = ImportPaths::new(facts, graph);
    let mut found: Vec<ChangeCoupling> = pairs
        .into_iter()
        .filter_map(|pair| describe(&pair, &revisions, facts, &paths))
        .collect();
    found.sort_by(|x, y| {
        let key = |pair: &ChangeCoupling| (pair.degree, pair.shared);
        let ((xd, xs), (yd, ys)) = (key(x), key(y));
        yd.total_cmp(&xd)
            .then(ys.cmp(&xs))
            .then_with(|| (&x.a, &x.b).cmp(&(&y.a, &y.b)))
    });
    let total = found.len() as u64;
    // Hidden pairs come first, so that a cap cuts off the pairs that the code shows anyway.
    found.sort_by_key(|pair| !pair.hidden);
    found.truncate(LISTED);
    (found, total)
}

fn describe(pair: &Pair, revisions: &[u32], facts: &Facts, paths: &ImportPaths<'_>) -> Option<ChangeCoupling> {
    let (a, b) = (&facts.files[pair.a.index()], &facts.files[pair.b.index()]);
    let (of_a, of_b) = (revisions[pair.a.index()], revisions[pair.b.index()]);
    let degree = tenth(200.0 * f64::from(pair.shared) / f64::from(of_a + of_b));
    if degree < MIN_DEGREE {
        return None;
    }
    let imports = paths.connected(pair.a, pair.b);
    let test_pair = a.test != b.test;
    Some(ChangeCoupling {
        a: a.path.clone(),
        b: b.path.clone(),
        degree,
        shared: pair.shared.into(),
        revisions_a: of_a.into(),
        revisions_b: of_b.into(),
        p_value: significant_digits(pair.p_value),
        imports,
        test_pair,
        hidden: !imports && !test_pair && pair.recent >= MIN_SHARED && paths.read(pair.a) && paths.read(pair.b),
    })
}

/// Benjamini and Hochberg: of `n` tests sorted by p, those up to the last with p ≤ rank / n × level.
fn keep_significant(pairs: &mut Vec<Pair>) {
    pairs.sort_by(|x, y| x.p_value.total_cmp(&y.p_value).then((x.a, x.b).cmp(&(y.a, y.b))));
    let tests = pairs.len() as f64;
    let last = (1..=pairs.len())
        .rev()
        .find(|rank| pairs[rank - 1].p_value <= *rank as f64 / tests * SIGNIFICANT);
    pairs.truncate(last.unwrap_or(0));
}

/// Two digits are enough to compare, and the same on every machine.
fn significant_digits(value: f64) -> f64 {
    format!("{value:.1e}").parse().unwrap_or(value)
}

/// Fisher's exact test, one-sided.
struct Chance {
    commits: usize,
    /// Natural logarithms of factorials.
    factorials: Vec<f64>,
}

impl Chance {
    fn new(commits: usize) -> Self {
        let mut factorials = vec![0.0];
        for number in 1..=commits {
            factorials.push(factorials[number - 1] + (number as f64).ln());
        }
        Self { commits, factorials }
    }

    /// How likely two files that change in `a` and in `b` commits share `shared` or more by chance.
    fn at_least(&self, shared: u32, a: u32, b: u32) -> f64 {
        let (a, b) = (a as usize, b as usize);
        let choose = |n: usize, k: usize| self.factorials[n] - self.factorials[k] - self.factorials[n - k];
        let all = choose(self.commits, b);
        let least = (shared as usize).max((a + b).saturating_sub(self.commits));
        let terms = (least..=a.min(b)).map(|k| (choose(a, k) + choose(self.commits - a, b - k) - all).exp());
        terms.sum::<f64>().min(1.0)
    }
}

/// The imports between files, over at most one file between.
struct ImportPaths<'a> {
    facts: &'a Facts,
    /// Both directions of each import.
    neighbors: HashMap<FileId, Vec<FileId>>,
    has_graph: bool,
}

impl<'a> ImportPaths<'a> {
    fn new(facts: &'a Facts, graph: Option<&ImportGraph>) -> Self {
        let mut neighbors: HashMap<FileId, Vec<FileId>> = HashMap::new();
        for edge in graph.iter().flat_map(|graph| &graph.edges) {
            neighbors.entry(edge.source).or_default().push(edge.target);
            neighbors.entry(edge.target).or_default().push(edge.source);
        }
        Self {
            facts,
            neighbors,
            has_graph: graph.is_some(),
        }
    }

    /// Whether the imports of the file are known.
    fn read(&self, file: FileId) -> bool {
        // Swift's files see each other without an import.
        let known = |file: &crate::facts::FileFacts| {
            file.syntax.is_some() && file.language.is_some_and(|language| language.get().id != "swift")
        };
        self.has_graph && known(&self.facts.files[file.index()])
    }

    /// By an import of one by the other, or of both by way of a third: a chain of two, or two that import or are imported
    /// by the same file.
    fn connected(&self, a: FileId, b: FileId) -> bool {
        let of = |file: FileId| self.neighbors.get(&file).map_or(&[][..], Vec::as_slice);
        let (of_a, of_b) = (of(a), of(b));
        of_a.contains(&b) || of_a.iter().any(|between| of_b.contains(between))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_is_that_of_the_hypergeometric_distribution() {
        // 20 commits, 8 with the one file, 10 with the other: scipy.stats.hypergeom(20, 8, 10).sf(k - 1).
        let chance = Chance::new(20);
        for (shared, expected) in [(0, 1.0), (6, 0.084_901_167), (8, 0.000_357_232)] {
            let found = chance.at_least(shared, 8, 10);
            assert!((found - expected).abs() < 1e-6, "{shared}: {found}");
        }
    }
}
