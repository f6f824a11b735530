//! Copies of code.

use crate::project::report;
use repolens_core::report::Duplication;

fn duplication(files: &[(&str, String)]) -> Duplication {
    report(files).duplication.expect("there is code")
}

fn code(seed: usize, count: usize) -> String {
    (0..count)
        .map(|at| format!("value_{} = call_{}(a, 'b')\n", seed + at, seed * 7 + at))
        .collect()
}

#[test]
fn a_copy_between_files_is_found_once_with_its_lines() {
    let shared = code(5_000, 40);
    let found = duplication(&[
        ("a.py", format!("{}{shared}", code(0, 20))),
        ("b.py", format!("{}{shared}{}", code(300, 33), code(600, 5))),
        ("c.py", code(900, 60)),
    ]);
    assert_eq!(found.clones_total, 1, "{found:#?}");
    let clone = &found.clones[0];
    let places: Vec<_> = clone
        .occurrences
        .iter()
        .map(|place| (place.file.as_str(), place.start_line, place.end_line))
        .collect();
    let [(a, a_start, a_end), (b, b_start, b_end)] = places[..] else {
        panic!("{places:?}")
    };
    assert_eq!((a, b), ("a.py", "b.py"));
    assert_eq!((a_start, a_end, b_start, b_end), (21, 60, 34, 73));
    assert_eq!((found.duplicated_lines, clone.tokens), (40, 40 * 8));
}

#[test]
fn the_shortest_copy_is_found_wherever_it_stands() {
    // 7 lines of 8 tokens.
    let shared = code(5_000, 7);
    for before in 0..20 {
        let found = duplication(&[
            ("a.py", format!("{}{shared}{}", code(0, 20), code(100, 20))),
            ("b.py", format!("{}{shared}{}", code(300, before), code(600, 20))),
        ]);
        let places: Vec<_> = found.clones.iter().flat_map(|clone| &clone.occurrences).collect();
        assert_eq!(found.clones_total, 1, "{before}: {places:?}");
        assert_eq!((places[0].start_line, places[0].end_line), (21, 27), "{before}");
    }
}

#[test]
fn several_copies_of_one_place_stand_together_and_none_over_another() {
    let shared = code(5_000, 12);
    let found = duplication(&[
        ("a.py", format!("{}{shared}{}{shared}", code(0, 3), code(100, 3))),
        ("b.py", format!("{}{shared}", code(300, 5))),
    ]);
    assert_eq!((found.clones_total, found.duplicated_lines), (1, 24), "{found:#?}");
    let lines = |at: usize| {
        let place = &found.clones[0].occurrences[at];
        (place.file.as_str(), place.start_line, place.end_line)
    };
    assert_eq!(
        [lines(0), lines(1), lines(2)],
        [("a.py", 4, 15), ("a.py", 19, 30), ("b.py", 6, 17)]
    );
}

#[test]
fn what_is_short_or_only_alike_is_no_copy() {
    let found = duplication(&[
        ("a.py", code(0, 4)),
        ("b.py", code(0, 4)),
        ("c.py", code(100, 50)),
        ("d.py", code(200, 50)),
    ]);
    assert_eq!((found.clones_total, found.percentage), (0, 0.0));
}

#[test]
fn a_file_of_one_repeated_line_ends_in_time() {
    let found = duplication(&[("a.py", "value = call(a, 'b')\n".repeat(30_000))]);
    assert!(found.duplicated_lines <= 30_000);
}
