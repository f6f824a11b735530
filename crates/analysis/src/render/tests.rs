use super::*;
use repolens_core::report::{Dependencies, LookupState, SkippedFile, Summary, Vulnerabilities};

#[test]
fn numbers_are_grouped() {
    assert_eq!(
        [0, 999, 1_000, 1_234_567].map(grouped),
        ["0", "999", "1,000", "1,234,567"]
    );
}

#[test]
fn one_of_a_kind_and_no_language_where_there_is_no_code() {
    let head = |files, lines_of_code| {
        let report = Report {
            summary: Some(Summary {
                files,
                lines_of_code,
                primary_language: "Go".into(),
                ..Summary::default()
            }),
            ..Report::default()
        };
        text(&report, &Style::default())
    };
    assert!(head(1, 2).contains("1 file, 2 lines of code, 0 functions, mostly Go\n"));
    assert!(head(0, 0).contains("0 files, 0 lines of code, 0 functions\n"));
}

#[test]
fn hostile_names_cannot_move_the_cursor() {
    let mut report = Report {
        summary: Some(Summary {
            name: Some("\x1b[2J\nname\u{202e}".into()),
            ..Summary::default()
        }),
        ..Report::default()
    };
    report.analyser.skipped_files_total = 1;
    report.analyser.skipped_files.push(SkippedFile {
        path: "a\rb\x07".into(),
        reason: "x".repeat(500),
    });
    let shown = text(&report, &Style::default());
    assert!(!shown.contains(['\x1b', '\r', '\x07', '\u{202e}']), "{shown:?}");
    assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
}

#[test]
fn colors_only_where_asked() {
    let report = Report {
        summary: Some(Summary::default()),
        ..Report::default()
    };
    assert!(!text(&report, &Style::default()).contains('\x1b'));
    assert!(text(&report, &Style { color: true, width: 80 }).contains('\x1b'));
}

#[test]
fn not_checked_is_never_shown_as_none_found() {
    let shown = |known: Option<Vulnerabilities>| {
        let report = Report {
            dependencies: Some(Dependencies {
                vulnerabilities: known,
                ..Dependencies::default()
            }),
            ..Report::default()
        };
        let page = text(&report, &Style::default());
        let line = page.lines().find(|line| line.contains("Known vulnerabilities"));
        line.expect("a line").trim().to_owned()
    };
    let of = |state, total| {
        Some(Vulnerabilities {
            state,
            total,
            ..Vulnerabilities::default()
        })
    };
    for known in [None, of(LookupState::NotChecked, None)] {
        assert_eq!(shown(known), "Known vulnerabilities: not checked");
    }
    assert_eq!(
        shown(of(LookupState::Incomplete, Some(0))),
        "Known vulnerabilities: 0, but not all packages were checked"
    );
    assert_eq!(shown(of(LookupState::Complete, Some(0))), "Known vulnerabilities: 0");
}

#[test]
fn the_actions_are_whole_and_in_order() {
    use repolens_core::report::{Action, ActionPlace};

    let action = |at: u64| Action {
        id: format!("split-function:{at}"),
        title: format!("Split function number{at}"),
        reason: format!("Cognitive complexity 4{at}"),
        places: vec![ActionPlace {
            file: format!("src/file{at}.js"),
            line: Some(7),
        }],
        gain: format!("Gain number{at}"),
        effort_minutes: [60 + at, 240 + at],
        done_when: format!("Nothing is above {at}"),
        section: "complexityMetrics".to_owned(),
    };
    let report = Report {
        summary: Some(Summary::default()),
        actions: (0..10).map(action).collect(),
        ..Report::default()
    };
    let text = text(&report, &Style::default());
    let mut from = 0;
    for action in &report.actions {
        let place = format!("{}:7", action.places[0].file);
        let effort = action.effort();
        for part in [
            &action.title,
            &effort,
            &action.reason,
            &action.gain,
            &action.done_when,
            &place,
        ] {
            let found = text[from..].find(part.as_str());
            assert!(found.is_some(), "{part} in\n{text}");
            from += found.unwrap_or_default();
        }
    }
}
