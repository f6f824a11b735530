//! The structure: cycles, calls, dead code and copies, of each the few that matter most.

use repolens_core::report::{CallGraph, CircularDependencies, DeadCode, Duplication, Report};

use super::{DIM, Page, YELLOW, grouped};

/// Lines shown of each kind.
const SHOWN: usize = 3;

pub(super) fn structure(report: &Report, page: &mut Page) {
    let cycles = report
        .circular_dependencies
        .as_ref()
        .filter(|cycles| cycles.total_cycles > 0);
    let calls = report.call_graph.as_ref().filter(|graph| graph.statistics.calls > 0);
    let dead = report.dead_code.as_ref();
    let copies = report.duplication.as_ref().filter(|copies| copies.clones_total > 0);
    if report.circular_dependencies.is_none() && calls.is_none() && dead.is_none() && copies.is_none() {
        return;
    }
    page.title("Structure");
    match (cycles, &report.circular_dependencies) {
        (Some(cycles), _) => self::cycles(cycles, page),
        (None, Some(_)) => page.line(&[(
            "",
            "  Cycles       none: no files import each other when they are loaded",
        )]),
        (None, None) => {}
    }
    if let Some(graph) = calls {
        self::calls(graph, page);
    }
    if let Some(dead) = dead {
        self::dead(dead, page);
    }
    if let Some(copies) = copies {
        self::copies(copies, page);
    }
}

/// `1 file`, `1,000 files`.
pub(super) fn many(number: u64, one: &str, more: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { more })
}

fn cycles(cycles: &CircularDependencies, page: &mut Page) {
    let files = many(cycles.affected_files_total, "file", "files");
    let text = format!("{} of {files}", many(cycles.total_cycles, "group", "groups"));
    let apart = match cycles.apart_total {
        0 => String::new(),
        more => format!("; {} more not at load time", grouped(more)),
    };
    page.line(&[("", "  Cycles       "), (YELLOW, &text), (DIM, &apart)]);
    for cycle in cycles.cycles.iter().take(SHOWN) {
        let more = cycle.group_size.saturating_sub(cycle.length);
        let more = if more > 0 {
            format!(", {} more in the group", grouped(more))
        } else {
            String::new()
        };
        page.line(&[("", &format!("    {}", chain(&cycle.chain))), (DIM, &more)]);
        if let Some(cheapest) = cycle.breaks.first() {
            let pair = chain(&[cheapest.source.clone(), cheapest.target.clone()]);
            let others = match cycle.breaks_total {
                0 | 1 => String::new(),
                total => format!(" and {}", many(total - 1, "other import", "other imports")),
            };
            page.line(&[(DIM, &format!("      broken without {pair}{others}"))]);
        }
    }
}

/// `folder/a.py → b.py → a.py`: a folder that was just named is not named again, a long one that holds them all is `…`, and
/// the middle of a long chain is left out.
fn chain(files: &[String]) -> String {
    let shared = shared_folder(files);
    let mut shown = String::from(if shared > 0 { "…/" } else { "" });
    let mut folder = None;
    for (at, file) in files.iter().map(|file| &file[shared..]).enumerate() {
        if files.len() > 5 && at >= 3 && at + 1 < files.len() {
            if at == 3 {
                shown.push_str(" → …");
            }
            continue;
        }
        let (own_folder, name) = file.rsplit_once('/').unwrap_or(("", file));
        if at > 0 {
            shown.push_str(" → ");
        }
        shown.push_str(if folder == Some(own_folder) { name } else { file });
        folder = Some(own_folder);
    }
    shown
}

/// The length of the folder that all files are in, where naming it would leave no room for them.
fn shared_folder(files: &[String]) -> usize {
    const LONG: usize = 20;
    let Some((first, others)) = files.split_first() else {
        return 0;
    };
    let mut folders = first.match_indices('/').map(|(at, _)| at + 1);
    let shared = folders.rfind(|end| others.iter().all(|file| file.starts_with(&first[..*end])));
    shared.filter(|end| *end > LONG).unwrap_or(0)
}

fn calls(graph: &CallGraph, page: &mut Page) {
    let statistics = &graph.statistics;
    let found = statistics.resolved_exact + statistics.resolved_likely;
    let text = format!(
        "{} of {} lead to a function of this code, {} deep",
        grouped(found),
        many(statistics.calls, "call", "calls"),
        grouped(statistics.max_depth)
    );
    page.line(&[("", "  Calls        "), ("", &text)]);
    let mut called: Vec<_> = graph
        .complexity_metrics
        .iter()
        .filter(|(_, function)| function.fan_in > 1)
        .collect();
    called.sort_by_key(|(name, function)| (std::cmp::Reverse(function.fan_in), *name));
    for (name, function) in called.iter().take(SHOWN) {
        let name = name.rsplit_once(':').map_or(name.as_str(), |(_, name)| name);
        let callers = format!("    {:>5} callers  ", grouped(function.fan_in));
        let tests = match function.test_callers {
            0 => String::new(),
            tests => format!(", and {}", many(tests, "test", "tests")),
        };
        page.line(&[
            ("", &callers),
            ("", name),
            (DIM, &format!("  {}{tests}", function.location)),
        ]);
    }
}

fn dead(dead: &DeadCode, page: &mut Page) {
    let statistics = &dead.statistics;
    let kinds = [
        (dead.unused_files.len() as u64, "file", "files"),
        (statistics.total_unused_functions, "function", "functions"),
        (statistics.total_unused_exports, "export", "exports"),
        (statistics.total_unused_imports, "import", "imports"),
    ];
    let kinds: Vec<_> = kinds
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, more)| many(*count, one, more))
        .collect();
    if kinds.is_empty() {
        let apart = match dead.not_judged.is_empty() {
            true => String::new(),
            false => format!("; not judged in {}", dead.not_judged.join(", ")),
        };
        return page.line(&[("", &format!("  Dead code    none found{apart}"))]);
    }
    page.line(&[("", "  Dead code    "), (YELLOW, &kinds.join(", "))]);
    for file in dead.unused_files.iter().take(SHOWN) {
        page.line(&[("", &format!("    {file}")), (DIM, "  nothing reaches it")]);
    }
    for function in dead.unused_functions.iter().take(SHOWN) {
        let place = format!("  {}:{}", function.file, function.line);
        page.line(&[("", &format!("    {}", function.function)), (DIM, &place)]);
    }
    if dead.unused_files.is_empty() && dead.unused_functions.is_empty() {
        for (file, imports) in dead.unused_imports.iter().take(SHOWN) {
            let names: Vec<_> = imports.iter().map(|import| import.symbol.as_str()).collect();
            page.line(&[("", &format!("    {}", names.join(", "))), (DIM, &format!("  {file}"))]);
        }
    }
}

fn copies(copies: &Duplication, page: &mut Page) {
    let text = format!("{:.1}% of the lines have a copy elsewhere", copies.percentage);
    page.line(&[("", "  Copies       "), ("", &text)]);
    for clone in copies.clones.iter().take(SHOWN) {
        let [first, second, ..] = clone.occurrences.as_slice() else {
            continue;
        };
        let place = format!("{}:{}", first.file, first.start_line);
        let other = if first.file == second.file {
            format!(" and line {}", second.start_line)
        } else {
            format!(" and {}:{}", second.file, second.start_line)
        };
        page.line(&[
            ("", &format!("    {:>5} lines  ", grouped(clone.lines))),
            ("", &place),
            (DIM, &other),
        ]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_names_a_folder_once() {
        let files = |list: &[&str]| list.iter().map(|file| (*file).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            chain(&files(&["a/b.py", "a/c.py", "d.py", "a/b.py"])),
            "a/b.py → c.py → d.py → a/b.py"
        );
        assert_eq!(
            chain(&files(&[
                "src/a/long/folder/of/it/b/c.py",
                "src/a/long/folder/of/it/d.py"
            ])),
            "…/b/c.py → d.py"
        );
        assert_eq!(chain(&files(&["1", "2", "3", "4", "5", "6", "1"])), "1 → 2 → 3 → … → 1");
    }
}
