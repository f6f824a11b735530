//! Knowledge of the code: authors of files, and how many of them the project can lose.

use repolens_core::report::{Contributor, Knowledge};

use super::{date, decisions, hundredth, is_code};
use crate::facts::Facts;
use crate::facts::FileFacts;
use crate::history::{ByAuthor, FileChanges, History, PersonId, WINDOW_DAYS};

const LISTED: usize = 20;
/// A person is an author of a file from this share of the degree of authorship of the one with the highest (Avelino 2016).
const AUTHOR: f64 = 0.75;

pub(super) fn knowledge(facts: &Facts, history: &History) -> Knowledge {
    let files: Vec<(&FileFacts, &FileChanges)> = facts
        .files
        .iter()
        .zip(&history.files)
        .filter(|(file, changes)| is_code(file) && !changes.authors.is_empty())
        .collect();
    let last = history.last_commits();
    let former: Vec<bool> = last
        .iter()
        .map(|last| history.days_since(*last) > WINDOW_DAYS as u64)
        .collect();
    let mut commits = vec![0u64; history.people.len()];
    for commit in &history.commits {
        commits[commit.author.index()] += 1;
    }
    let mut owned = vec![0u64; history.people.len()];
    let mut orphaned = Vec::new();
    for (file, changes) in &files {
        if let Some(main) = main_author(changes) {
            owned[main.index()] += 1;
            if former[main.index()] {
                orphaned.push(*file);
            }
        }
    }
    let share = |part: usize| hundredth(part as f64 / files.len().max(1) as f64);
    let reaches_back = history.days_since(history.oldest) > WINDOW_DAYS as u64;
    let former_share = (reaches_back && !files.is_empty()).then(|| share(orphaned.len()));
    orphaned.sort_by_key(|file| (std::cmp::Reverse(decisions(file).unwrap_or(0)), &file.path));
    orphaned.truncate(LISTED);
    Knowledge {
        bus_factor: bus_factor(&files, history.people.len()),
        former_share,
        single_author_share: share(files.iter().filter(|(_, changes)| changes.authors.len() == 1).count()),
        authors_total: history.people.len() as u64,
        active_authors: former.iter().filter(|former| !**former).count() as u64,
        authors: contributors(history, &commits, &owned, &last, &former),
        orphaned_files: if reaches_back {
            orphaned.into_iter().map(|file| file.path.clone()).collect()
        } else {
            Vec::new()
        },
    }
}

/// Those who own most files first. All lists are by person.
fn contributors(history: &History, commits: &[u64], owned: &[u64], last: &[i64], former: &[bool]) -> Vec<Contributor> {
    let mut people: Vec<PersonId> = PersonId::enumerate(&history.people).map(|(person, _)| person).collect();
    people.sort_by_key(|person| {
        (
            std::cmp::Reverse((owned[person.index()], commits[person.index()])),
            &history.people[person.index()],
        )
    });
    people.truncate(LISTED);
    let contributor = |person: PersonId| {
        let at = person.index();
        Contributor {
            name: history.people[at].clone(),
            commits: commits[at],
            files: owned[at],
            last_commit: date(last[at]),
            former: former[at],
        }
    };
    people.into_iter().map(contributor).collect()
}

/// The person with the most commits; of several the one met first, which is the one who was active last.
fn main_author(changes: &FileChanges) -> Option<PersonId> {
    let by = changes
        .authors
        .iter()
        .max_by_key(|by| (by.commits, std::cmp::Reverse(by.author)))?;
    Some(by.author)
}

/// Degree of authorship.
fn degree(by: &ByAuthor, commits: u32) -> f64 {
    let others = f64::from(commits - by.commits.min(commits));
    3.293 + if by.created { 1.098 } else { 0.0 } + 0.164 * f64::from(by.commits) - 0.321 * (1.0 + others).ln()
}

/// People are removed, those with the most files first, until more than half of the files have no author left.
fn bus_factor(files: &[(&FileFacts, &FileChanges)], people: usize) -> u64 {
    let mut authors_left = vec![0u32; files.len()];
    let mut files_of = vec![Vec::new(); people];
    for (at, (_, changes)) in files.iter().enumerate() {
        let total = changes.authors.iter().map(|by| by.commits).sum();
        let highest = changes
            .authors
            .iter()
            .map(|by| degree(by, total))
            .fold(f64::MIN, f64::max);
        for by in &changes.authors {
            if degree(by, total) >= AUTHOR * highest {
                authors_left[at] += 1;
                files_of[by.author.index()].push(at);
            }
        }
    }
    let mut order: Vec<(PersonId, &Vec<usize>)> = PersonId::enumerate(&files_of)
        .filter(|(_, files)| !files.is_empty())
        .collect();
    order.sort_by_key(|(person, files)| (std::cmp::Reverse(files.len()), *person));
    let mut orphans = 0;
    for (taken, (_, authored)) in (1..).zip(order) {
        for &file in authored {
            authors_left[file] -= 1;
            orphans += usize::from(authors_left[file] == 0);
        }
        if orphans * 2 > files.len() {
            return taken;
        }
    }
    0
}
