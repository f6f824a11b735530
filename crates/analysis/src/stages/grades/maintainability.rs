//! Maintainability: technical debt in minutes, as a share of the cost of writing the code, on SonarQube's grid.
//!
//! The cost table is in `stages/costs.rs`. The cost of writing is 30 minutes for each line of code, as SonarQube has it; lines of files
//! that were not parsed are left out, for nothing of theirs could be counted.

use std::collections::BTreeMap;

use repolens_core::report::{
    AspectGrade, CircularDependencies, Clone, CloneOccurrence, Cycle, Duplication, Grade, GradeInput, GradePlace,
    MIDDLING_PROJECT,
};

use super::super::costs::{
    self, COPIED_LINE, CYCLE_IMPORT, FUNCTION_COSTS, LARGE_FILE, UNUSED_FILE, UNUSED_FUNCTION, UNUSED_IMPORT,
};
use super::super::cycles::{is_loaded_in_order, is_one_unit};
use super::super::tenth;
use super::{Measured, listed, not_measured, thousandth};
use crate::facts::FileFacts;

/// Minutes to write a line.
const LINE: f64 = 30.0;
/// The same code is added to every project, so that the few functions of a small one do not decide alone: without it the
/// smallest projects are the best and the worst. Its debt is a little above that of projects of more than
/// 200,000 lines.
const ADDED_LINES: f64 = 5_000.0;
const ADDED_PERCENT: f64 = 7.0;
/// Upper bounds of A, B, C, D in percent, inclusive; beyond the last it is E. SonarQube's.
const GRID: [f64; 4] = [5.0, 10.0, 20.0, 50.0];

/// Code of the product by its paths.
type Product<'a> = BTreeMap<&'a str, &'a FileFacts>;

/// One line of the sum.
struct Debt {
    name: &'static str,
    description: &'static str,
    /// How many there are.
    count: f64,
    threshold: f64,
    minutes: f64,
    places: Vec<GradePlace>,
}

pub(super) fn grade(measured: &Measured<'_>) -> (AspectGrade, u64) {
    let parsed: Vec<&FileFacts> = measured
        .code
        .iter()
        .copied()
        .filter(|file| file.syntax.is_some())
        .collect();
    let lines: u64 = parsed.iter().map(|file| u64::from(file.product_lines())).sum();
    if lines == 0 {
        return (not_measured("percent", "no code of a language that is parsed"), 0);
    }
    let mut debts = of_functions(&parsed);
    debts.push(of_files(&parsed));
    debts.extend(of_report(measured));
    let minutes: f64 = debts.iter().map(|debt| debt.minutes).sum();
    let added = ADDED_LINES * LINE * ADDED_PERCENT / 100.0;
    let cost = (lines as f64 + ADDED_LINES) * LINE;
    let percent = (minutes + added) / cost * 100.0;
    let mut inputs: Vec<GradeInput> = debts
        .into_iter()
        .map(|debt| {
            let (places, places_total) = listed(debt.places);
            GradeInput {
                name: debt.name.to_owned(),
                description: format!("{}; {} minutes in all", debt.description, debt.minutes.round()),
                value: debt.count,
                threshold: debt.threshold,
                contribution: thousandth(debt.minutes / cost * 100.0),
                share: thousandth(debt.minutes / (minutes + added)),
                places,
                places_total,
                not_measured: None,
            }
        })
        .collect();
    inputs.push(GradeInput {
        name: MIDDLING_PROJECT.to_owned(),
        description: format!("5,000 lines with a debt of {ADDED_PERCENT} % that are added to every project: a few functions are too little evidence for a grade"),
        value: ADDED_LINES,
        contribution: thousandth(added / cost * 100.0),
        share: thousandth(added / (minutes + added)),
        ..GradeInput::default()
    });
    let aspect = AspectGrade {
        grade: Some(of_percent(percent)),
        value: Some(tenth(percent)),
        unit: "percent".to_owned(),
        points: Some(tenth(points(percent))),
        inputs,
        ..AspectGrade::default()
    };
    (aspect, minutes.round() as u64)
}

fn of_percent(percent: f64) -> Grade {
    match GRID.iter().position(|bound| percent <= *bound) {
        Some(0) => Grade::A,
        Some(1) => Grade::B,
        Some(2) => Grade::C,
        Some(3) => Grade::D,
        _ => Grade::E,
    }
}

/// Straight between the grid's bounds, so that the grade by points is the grade by the grid.
fn points(percent: f64) -> f64 {
    let corners = [
        (0.0, 100.0),
        (GRID[0], 80.0),
        (GRID[1], 60.0),
        (GRID[2], 40.0),
        (GRID[3], 20.0),
        (100.0, 0.0),
    ];
    let between = corners.windows(2).find(|pair| percent <= pair[1].0);
    between.map_or(0.0, |pair| {
        let share = (percent - pair[0].0) / (pair[1].0 - pair[0].0);
        pair[0].1 + share * (pair[1].1 - pair[0].1)
    })
}

fn of_functions(files: &[&FileFacts]) -> Vec<Debt> {
    let mut found = FUNCTION_COSTS.map(|_| Vec::new());
    for file in files {
        for own in costs::functions(file.product_functions()) {
            for ((cost, minutes), found) in FUNCTION_COSTS.iter().zip(own.minutes).zip(&mut found) {
                if minutes > 0.0 {
                    let place = GradePlace {
                        file: file.path.clone(),
                        line: Some(own.function.line.into()),
                        reason: format!("`{}`: {}", own.function.name, (cost.value)(&own)),
                    };
                    found.push((minutes, place));
                }
            }
        }
    }
    let debts = FUNCTION_COSTS.iter().zip(found);
    debts
        .map(|(cost, found)| debt(cost.name, cost.description, cost.threshold.into(), found))
        .collect()
}

fn debt(name: &'static str, description: &'static str, threshold: f64, mut found: Vec<(f64, GradePlace)>) -> Debt {
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    Debt {
        name,
        description,
        count: found.len() as f64,
        threshold,
        // The sum of nothing is -0.
        minutes: found.iter().map(|(minutes, _)| minutes).sum::<f64>() + 0.0,
        places: found.into_iter().map(|(_, place)| place).collect(),
    }
}

fn of_files(files: &[&FileFacts]) -> Debt {
    let large = files.iter().filter_map(|file| {
        let lines = file.product_lines();
        let minutes = costs::large_file(lines)?;
        let place = GradePlace {
            file: file.path.clone(),
            line: None,
            reason: format!("{lines} lines of code"),
        };
        Some((minutes, place))
    });
    let description = "files of more than 1,000 lines of code: 4 hours, and one for each 100 lines above";
    debt("large_files", description, LARGE_FILE.into(), large.collect())
}

/// The findings of other stages: lists may be cut, so the totals count.
fn of_report(measured: &Measured<'_>) -> Vec<Debt> {
    let report = measured.report;
    let place = |file: &str, line: Option<u64>, reason: String| GradePlace {
        file: file.to_owned(),
        line,
        reason,
    };
    let mut debts = Vec::new();
    let product: Product<'_> = measured.code.iter().map(|file| (file.path.as_str(), *file)).collect();
    if let Some(copies) = &report.duplication {
        debts.push(copied(copies, &product));
    }
    if let Some(cycles) = &report.circular_dependencies {
        debts.push(cyclic(cycles, &product));
    }
    if let Some(dead) = &report.dead_code {
        let functions = dead.unused_functions_total();
        let (imports, files) = (dead.statistics.total_unused_imports, dead.unused_files.len() as u64);
        let minutes = imports as f64 * UNUSED_IMPORT + functions as f64 * UNUSED_FUNCTION + files as f64 * UNUSED_FILE;
        let of_files = dead
            .unused_files
            .iter()
            .map(|file| place(file, None, "nothing reaches it".to_owned()));
        let of_functions = dead.unused_functions.iter().map(|unused| {
            place(
                &unused.file,
                Some(unused.line),
                format!("`{}` is never called", unused.function),
            )
        });
        debts.push(Debt {
            name: "unused_code",
            description: "what nothing uses: 2 minutes for an import, 15 for a function, 30 for a file",
            count: (imports + functions + files) as f64,
            threshold: 0.0,
            minutes,
            places: of_files.chain(of_functions).collect(),
        });
    }
    debts
}

/// Copies of which two or more are in the product. The list of copies may be cut; it then represents the rest.
fn copied(copies: &Duplication, product: &Product<'_>) -> Debt {
    let is_inside = |one: &&CloneOccurrence| {
        let line = u32::try_from(one.start_line).unwrap_or(u32::MAX);
        product
            .get(one.file.as_str())
            .is_some_and(|file| !file.is_test_line(line))
    };
    let inside = |clone: &Clone| clone.occurrences.iter().filter(is_inside).count() as u64;
    let surplus = |clone: &Clone| clone.lines * inside(clone).saturating_sub(1);
    let listed: u64 = copies
        .clones
        .iter()
        .map(|clone| clone.lines * (clone.occurrences.len() as u64).saturating_sub(1))
        .sum();
    let counted: u64 = copies.clones.iter().map(surplus).sum();
    let more = if copies.clones_total > copies.clones.len() as u64 && listed > 0 {
        (copies.duplicated_lines as f64 / listed as f64).max(1.0)
    } else {
        1.0
    };
    let lines = (counted as f64 * more).round();
    let places = copies
        .clones
        .iter()
        .filter(|clone| inside(clone) > 1)
        .filter_map(|clone| {
            let first = clone.occurrences.iter().find(is_inside)?;
            Some(GradePlace {
                file: first.file.clone(),
                line: Some(first.start_line),
                reason: format!("{} lines, {} places", clone.lines, clone.occurrences.len()),
            })
        });
    Debt {
        name: "copied_lines",
        description: "lines that are elsewhere too: 3 minutes each",
        count: lines,
        threshold: 0.0,
        minutes: lines * COPIED_LINE,
        places: places.collect(),
    }
}

/// Cycles of the product that exist at run time, in languages where an import loads the other file.
fn cyclic(cycles: &CircularDependencies, product: &Product<'_>) -> Debt {
    let counts = |cycle: &&Cycle| {
        !cycle.type_only
            && !is_one_unit(&cycle.chain)
            && cycle
                .chain
                .iter()
                .all(|file| product.contains_key(file.as_str()) && is_loaded_in_order(file))
    };
    let real = || cycles.cycles.iter().filter(counts);
    let imports: u64 = real()
        .map(|cycle| cycle.breaks_total.clamp(1, cycle.group_size.max(1)))
        .sum();
    let places = real().filter_map(|cycle| {
        Some(GradePlace {
            file: cycle.chain.first()?.clone(),
            line: None,
            reason: format!("a cycle of {} files", cycle.group_size),
        })
    });
    Debt {
        name: "import_cycles",
        description: "imports to remove so that no cycle is left: 1 hour each",
        count: imports as f64,
        threshold: 0.0,
        minutes: imports as f64 * CYCLE_IMPORT,
        places: places.collect(),
    }
}

#[cfg(test)]
mod tests;
