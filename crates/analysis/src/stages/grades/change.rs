//! Change risk: whether work goes into code that is hard to change, and whether those who know it are still there.

use repolens_core::report::{AspectGrade, GradePlace, Hotspots};

use super::super::percent;
use super::{Measured, Term, not_measured, weighted};

/// Percent of changes in hotspots that are a risk as large as can be.
const IN_HOTSPOTS: f64 = 100.0;
/// People without whom half of the files have no author: as good as more.
const ENOUGH_PEOPLE: f64 = 3.0;
/// Percent of files with the main author gone from which there are no points.
const LEFT: f64 = 60.0;
/// Hidden pairs for each 100 files that change, from which there are no points.
const HIDDEN: f64 = 20.0;

pub(super) fn grade(measured: &Measured<'_>) -> AspectGrade {
    let Some(hotspots) = &measured.report.hotspots else {
        return not_measured("points", "there is no history to analyze");
    };
    let knowledge = &hotspots.knowledge;
    let people = Term::new(
        "bus_factor",
        0.3,
        "people without whom more than half of the files have no author left",
    );
    let people = if knowledge.authors_total <= 1 {
        people.not_measured("one person makes all changes")
    } else {
        people.higher_is_better(knowledge.bus_factor as f64, ENOUGH_PEOPLE)
    };
    let former = Term::new(
        "former_contributors",
        0.2,
        "files whose main author made no commit in 12 months, in percent",
    );
    let former = match knowledge.former_share {
        Some(share) => former
            .lower_is_better(share * 100.0, LEFT)
            .places(files(&knowledge.orphaned_files)),
        None => former.not_measured("the history does not reach back 12 months"),
    };
    let hidden: Vec<_> = hotspots.coupling.iter().filter(|pair| pair.hidden).collect();
    let coupling = Term::new(
        "hidden_coupling",
        0.2,
        "pairs of files that change together without an import between them, for 100 hotspots",
    );
    let coupling = if hotspots.files_total == 0 {
        coupling.not_measured("no file changed often")
    } else {
        let places = hidden.iter().map(|pair| GradePlace {
            file: pair.a.clone(),
            line: None,
            reason: format!("{:.0} % of the changes together with {}", pair.degree, pair.b),
        });
        coupling
            .lower_is_better(percent(hidden.len() as f64, hotspots.files_total as f64), HIDDEN)
            .places(places.collect())
    };
    weighted(
        vec![hot(measured, hotspots), people, former, coupling],
        "nothing of it was measured",
    )
}

/// How much of the work goes into files with functions that are too complex.
fn hot(measured: &Measured<'_>, hotspots: &Hotspots) -> Term {
    let term = Term::new(
        "changes_in_complex_files",
        0.3,
        "changes of listed files that go into files with a too complex function, in percent",
    );
    let complex = |path: &str| {
        let at = measured
            .facts
            .files
            .binary_search_by(|file| file.path.as_str().cmp(path))
            .ok();
        at.is_some_and(|at| {
            measured.facts.files[at]
                .functions()
                .iter()
                .any(super::super::complexity::is_high)
        })
    };
    let all: u64 = hotspots.files.iter().map(|file| file.revisions).sum();
    if all == 0 {
        return term.not_measured("no file changed often");
    }
    let into: Vec<_> = hotspots.files.iter().filter(|file| complex(&file.path)).collect();
    let share = percent(into.iter().map(|file| file.revisions).sum::<u64>() as f64, all as f64);
    let places = into.iter().map(|file| GradePlace {
        file: file.path.clone(),
        line: None,
        reason: format!("{} changes", file.revisions),
    });
    term.lower_is_better(share, IN_HOTSPOTS).places(places.collect())
}

fn files(list: &[String]) -> Vec<GradePlace> {
    list.iter()
        .map(|file| GradePlace {
            file: file.clone(),
            ..GradePlace::default()
        })
        .collect()
}
