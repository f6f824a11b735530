//! Copies of code.

use std::fs;

use repolens_analysis::{OpenOptions, Options, Silent, SourceTree, analyze};
use repolens_core::report::Duplication;

fn duplication(files: &[(&str, String)]) -> Duplication {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in files {
        fs::write(folder.path().join(path), text).expect("can be written");
    }
    let tree = SourceTree::open(folder.path(), &OpenOptions::default()).expect("opens");
    analyze(tree, &Options::default(), &Silent)
        .expect("can be read")
        .duplication
        .expect("there is code")
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
    // Within a window's width of the true borders, and never beyond them.
    assert!((21..=25).contains(&a_start) && (57..=60).contains(&a_end), "{places:?}");
    assert!((34..=38).contains(&b_start) && (70..=73).contains(&b_end), "{places:?}");
    assert_eq!(b_end - b_start + 1, found.duplicated_lines);
    assert!(clone.tokens >= 50);
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
