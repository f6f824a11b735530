//! Hotspots: histories made commit by commit, read by the real git.

use std::fs;

use crate::repository::{DAY, History, START, git, python, report, work_tree};
use repolens_analysis::{HistoryOptions, Options};
use repolens_core::report::{Hotspot, Hotspots, Report, StageStatus};

const ADA: &str = "Ada Lovelace <ada@work.example>";
const GRACE: &str = "Grace Hopper <grace@navy.example>";

fn hotspots(report: Report) -> Hotspots {
    let stages = format!("{:?}", report.analyser.stages);
    report.hotspots.unwrap_or_else(|| panic!("no hotspots: {stages}"))
}

fn file<'a>(hotspots: &'a Hotspots, path: &str) -> &'a Hotspot {
    let found = hotspots.files.iter().find(|file| file.path == path);
    found.unwrap_or_else(|| panic!("{path} is not among {:?}", hotspots.files))
}

fn status(report: &Report) -> (StageStatus, String) {
    let stage = report
        .analyser
        .stages
        .iter()
        .find(|stage| stage.name == "hotspots")
        .expect("a stage");
    (stage.status, stage.reason.clone().unwrap_or_default())
}

/// Changes `path` so many times.
fn change(history: &mut History, who: &str, path: &str, decisions: usize, times: usize) {
    for at in 0..times {
        history.commit(who, &format!("change {at}"), &[(path, Some(&python(decisions, at)))]);
    }
}

#[test]
fn a_file_that_changes_often_and_is_complex_comes_first() {
    let mut history = History::new();
    change(&mut history, ADA, "busy_and_complex.py", 30, 10);
    change(&mut history, ADA, "busy.py", 1, 12);
    change(&mut history, GRACE, "complex.py", 40, 1);
    change(&mut history, GRACE, "busy_and_complex.py", 30, 2);
    history.commit(GRACE, "fix: crash", &[("busy_and_complex.py", Some(&python(31, 99)))]);
    let found = hotspots(history.report());
    assert_eq!(
        found.files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(),
        ["busy_and_complex.py"]
    );
    let worst = &found.files[0];
    assert_eq!((worst.rank, worst.revisions, worst.authors, worst.fixes), (1, 13, 2, 1));
    assert_eq!(
        (worst.main_author.as_deref(), worst.main_author_share),
        (Some("Ada Lovelace"), 0.77)
    );
    assert_eq!((worst.complexity, worst.age_days), (Some(31), 0));
    assert_eq!(found.window.commits, 26);
    assert!(!found.window.shallow);
}

/// A pointer of Git LFS is no file of the report, and has changes in the history.
#[test]
fn pointers_before_a_file_do_not_take_its_changes() {
    let pointer = |at: usize| format!("version https://git-lfs.github.com/spec/v1\noid sha256:{at:064x}\nsize 12345\n");
    let mut history = History::new();
    for at in 0..9 {
        let (text, code) = (pointer(at), python(30, at));
        history.commit(
            ADA,
            "change",
            &[("a.bin", Some(&text)), ("b.py", Some(&code)), ("c.py", Some(&code))],
        );
    }
    change(&mut history, ADA, "z.py", 30, 6);
    let report = history.report();
    let found = report.hotspots.expect("a section");
    let revisions = |path: &str| {
        found
            .files
            .iter()
            .find(|file| file.path == path)
            .map(|file| file.revisions)
    };
    assert_eq!(
        (revisions("a.bin"), revisions("b.py"), revisions("z.py")),
        (None, Some(9), Some(6))
    );
    let pairs: Vec<_> = found
        .coupling
        .iter()
        .map(|pair| (pair.a.as_str(), pair.b.as_str()))
        .collect();
    assert_eq!(pairs, [("b.py", "c.py")]);
}

#[test]
fn merges_bots_and_ignored_commits_do_not_count() {
    let mut history = History::new();
    change(&mut history, ADA, "a.py", 20, 4);
    history.commit(
        "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>",
        "bump",
        &[("a.py", Some("x = 1\n"))],
    );
    let formatted = history.commit(GRACE, "format", &[("a.py", Some(&python(20, 100)))]);
    let side = history.commit_on(
        GRACE,
        "side",
        START + 50 * DAY,
        &[("a.py", Some(&python(20, 101)))],
        &[formatted],
    );
    let main = history.commit_on(
        ADA,
        "main",
        START + 50 * DAY,
        &[("b.py", Some("b = 1\n"))],
        &[formatted],
    );
    history.commit_on(
        ADA,
        "merge",
        START + 51 * DAY,
        &[("a.py", Some(&python(20, 101)))],
        &[main, side],
    );
    let ids = history.ids();
    let all = git(history.folder.path(), &["log", "--format=%H %s", "main"], "");
    let format_id = all
        .lines()
        .find_map(|line| line.strip_suffix(" format"))
        .expect("it is there")
        .to_owned();
    assert_eq!(ids.len(), 9);
    let list = format!("# formatting only\n{format_id}\n");
    let last = 9;
    history.commit_on(
        ADA,
        "ignore",
        START + 52 * DAY,
        &[(".git-blame-ignore-revs", Some(&list))],
        &[last],
    );
    let found = hotspots(history.report());
    assert_eq!(file(&found, "a.py").revisions, 5);
    assert_eq!(file(&found, "a.py").authors, 2);
    let window = &found.window;
    assert_eq!(
        (
            window.commits,
            window.merges,
            window.bot_commits,
            window.ignored_commits
        ),
        (7, 1, 1, 1)
    );
}

#[test]
fn mailmap_decides_on_names_and_no_address_is_in_the_report() {
    let mut history = History::new();
    let map = "Ada Lovelace <ada@work.example> <old@alias.example>\n";
    history.commit(ADA, "map", &[(".mailmap", Some(map)), ("a.py", Some(&python(20, 0)))]);
    history.commit("countess <old@alias.example>", "two", &[("a.py", Some(&python(20, 1)))]);
    history.commit(
        "grace@navy.example <grace@navy.example>",
        "three",
        &[("a.py", Some(&python(20, 2)))],
    );
    let report = history.report();
    let json = serde_json::to_string(&report).expect("plain data");
    for address in ["@work.example", "@alias.example", "@navy.example", "countess"] {
        assert!(!json.contains(address), "{address} is in the report");
    }
    let found = hotspots(report);
    let names: Vec<_> = found
        .knowledge
        .authors
        .iter()
        .map(|author| author.name.as_str())
        .collect();
    assert_eq!(names, ["Ada Lovelace", "grace"]);
    assert_eq!(file(&found, "a.py").authors, 2);
}

#[test]
fn a_file_keeps_its_history_when_it_is_renamed() {
    let mut history = History::new();
    change(&mut history, ADA, "old.py", 20, 5);
    let text = python(20, 4);
    history.commit(ADA, "move", &[("old.py", None), ("new.py", Some(&text))]);
    change(&mut history, ADA, "new.py", 21, 2);
    // A second move, with a change of the text.
    let text = python(22, 1) + "# moved\n";
    history.commit(ADA, "move", &[("new.py", None), ("newest.py", Some(&text))]);
    change(&mut history, GRACE, "newest.py", 23, 1);
    let found = hotspots(history.report());
    let names: Vec<_> = file(&found, "newest.py")
        .renamed_from
        .iter()
        .map(|name| (name.path.as_str(), name.revisions))
        .collect();
    assert_eq!(names, [("new.py", 3), ("old.py", 5)]);
    let follow = git(
        history.folder.path(),
        &["log", "--follow", "--format=%H", "main", "--", "newest.py"],
        "",
    );
    assert_eq!(file(&found, "newest.py").revisions as usize, follow.lines().count());
}

#[test]
fn files_that_change_together_without_an_import_are_a_hidden_pair() {
    let mut history = History::new();
    let base = [
        ("a.py", Some("import c\n")),
        ("b.py", Some("y = 1\n")),
        ("c.py", Some("z = 1\n")),
        ("test_a.py", Some("import a\n")),
    ];
    history.commit(ADA, "begin", &base);
    for at in 0..8 {
        let a = format!("import c\n{}", python(12, at));
        let (b, test) = (python(3, at), format!("import a\n# {at}\n"));
        history.commit(
            ADA,
            "both",
            &[("a.py", Some(&a)), ("b.py", Some(&b)), ("test_a.py", Some(&test))],
        );
        history.commit(ADA, "other", &[("d.py", Some(&python(2, at)))]);
    }
    let found = hotspots(history.report());
    let pair = |a: &str, b: &str| {
        found
            .coupling
            .iter()
            .find(|pair| (pair.a.as_str(), pair.b.as_str()) == (a, b))
            .expect("a pair")
    };
    let hidden = pair("a.py", "b.py");
    assert_eq!(
        (hidden.shared, hidden.degree, hidden.hidden, hidden.imports),
        (9, 100.0, true, false)
    );
    assert!(hidden.p_value < 0.01);
    let test = pair("a.py", "test_a.py");
    assert_eq!((test.hidden, test.test_pair, test.imports), (false, true, true));
}

#[test]
fn a_shallow_clone_says_so_and_its_last_commits_do_not_count() {
    let mut history = History::new();
    change(&mut history, ADA, "a.py", 20, 10);
    history.write();
    let clone = |depth: &str| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let from = format!("file://{}", history.folder.path().display());
        git(folder.path(), &["clone", "-q", "--bare", depth, &from, "."], "");
        let report = report(folder.path(), &Options::default());
        (status(&report), report.hotspots)
    };
    let (_, some) = clone("--depth=6");
    let some = some.expect("there is a history");
    assert_eq!(
        (some.window.commits, some.window.shallow, file(&some, "a.py").revisions),
        (5, true, 5)
    );
    let (status, none) = clone("--depth=1");
    assert!(none.is_none());
    assert_eq!(
        status,
        (StageStatus::Skipped, "the clone has the newest commit only".to_owned())
    );
}

#[test]
fn a_folder_has_the_history_of_its_repository() {
    let mut history = History::new();
    change(&mut history, ADA, "src/a.py", 20, 4);
    change(&mut history, ADA, "b.py", 20, 3);
    let work = work_tree(&mut history);
    let whole = hotspots(report(work.path(), &Options::default()));
    assert_eq!(
        (file(&whole, "src/a.py").revisions, file(&whole, "b.py").revisions),
        (4, 3)
    );
    let part = hotspots(report(&work.path().join("src"), &Options::default()));
    assert_eq!(
        (file(&part, "a.py").revisions, part.window.commits, part.files.len()),
        (4, 4, 1)
    );
    let alone = tempfile::tempdir().expect("a temporary folder");
    fs::write(alone.path().join("a.py"), "x = 1\n").expect("can be written");
    assert_eq!(
        status(&report(alone.path(), &Options::default())),
        (StageStatus::Skipped, "the folder is in no git repository".to_owned())
    );
}

#[test]
fn at_most_as_many_commits_as_the_caller_allows() {
    let mut history = History::new();
    change(&mut history, ADA, "a.py", 20, 9);
    let limited = |max_commits| Options {
        history: HistoryOptions {
            max_commits,
            ..HistoryOptions::default()
        },
        ..Options::default()
    };
    let found = hotspots(history.report_with(&limited(4)));
    assert_eq!(
        (
            found.window.commits,
            found.window.shallow,
            file(&found, "a.py").revisions
        ),
        (4, true, 4)
    );
    let found = hotspots(history.report_with(&limited(9)));
    assert_eq!((found.window.commits, found.window.shallow), (9, false));
    assert_eq!(status(&history.report_with(&limited(0))).0, StageStatus::Skipped);
}

#[test]
fn old_commits_count_for_knowledge_but_not_for_the_window() {
    let mut history = History::new();
    for at in 0..20 {
        history.commit(
            "Left Long Ago <left@x.example>",
            "old",
            &[("old.py", Some(&python(20, at))), ("b.py", Some(&python(15, at)))],
        );
    }
    let years = START + 1_000 * DAY;
    let mut last = 20;
    for at in 0..120_i64 {
        let text = python(20, 1_000 + at as usize);
        last = history.commit_on(ADA, "new", years + at * DAY, &[("new.py", Some(&text))], &[last]);
    }
    let found = hotspots(history.report());
    assert_eq!((found.window.commits, found.window.commits_read), (120, 140));
    assert_eq!(found.knowledge.former_share, Some(0.67));
    assert_eq!(found.knowledge.orphaned_files, ["old.py", "b.py"]);
    assert_eq!(found.knowledge.bus_factor, 1);
    assert_eq!(
        found.files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(),
        ["new.py"]
    );
    assert!(found.age.folders[0].median_days > 900);
}

#[test]
fn dates_out_of_order_and_names_with_escapes_are_only_data() {
    let mut history = History::new();
    for (at, time) in [0, 4_294_967_295, START, 253_402_300_800, START + DAY]
        .into_iter()
        .enumerate()
    {
        let parents: Vec<u32> = (at > 0).then_some(at as u32).into_iter().collect();
        let text = python(20, at);
        let who = "\x1b[31mMallory \u{202e} <m@x.example>";
        let files = [
            ("\"\\033[2J.py\"", Some(text.as_str())),
            ("\":100644 a.py\"", Some(text.as_str())),
        ];
        history.commit_on(who, "fix \x1b]0;x\x07", time, &files, &parents);
    }
    let report = history.report();
    let shown = repolens_analysis::render::text(&report, &repolens_analysis::render::Style::default());
    assert!(!shown.contains(['\x1b', '\u{202e}', '\x07']), "{shown:?}");
    let found = hotspots(report);
    assert_eq!(file(&found, ":100644 a.py").revisions, 5);
    assert!(
        found.activity.iter().all(|month| month.month.as_str() <= "2024-01"),
        "{:?}",
        found.activity
    );
}

#[test]
fn a_damaged_history_costs_only_this_section() {
    let mut history = History::new();
    change(&mut history, ADA, "a.py", 20, 5);
    history.write();
    let tree = git(history.folder.path(), &["rev-parse", "main~3^{tree}"], "");
    let object = history.folder.path().join("objects").join(&tree[..2]).join(&tree[2..]);
    fs::remove_file(object).expect("the object is loose");
    let report = history.report();
    let (status, reason) = status(&report);
    assert_eq!(status, StageStatus::Failed);
    assert!(reason.starts_with("git log failed: "), "{reason}");
    assert!(report.hotspots.is_none() && report.complexity_metrics.is_some());
}

#[test]
fn a_tree_that_unfolds_without_end_costs_only_this_section() {
    let mut history = History::new();
    change(&mut history, ADA, "a.py", 20, 5);
    history.write();
    let run = |args: &[&str], input: &str| git(history.folder.path(), args, input).trim().to_owned();
    // Ten folders of ten folders, ten levels deep: ten thousand million files in eleven objects.
    let mut kind = ("100644 blob", run(&["hash-object", "-w", "--stdin"], "bomb\n"));
    for _ in 0..11 {
        let lines: String = (0..10).map(|at| format!("{} {}\tn{at}\n", kind.0, kind.1)).collect();
        kind = ("040000 tree", run(&["mktree"], &lines));
    }
    let commit = |tree: &str, parent: &str| {
        let who = ["-c", "user.name=A", "-c", "user.email=a@x.example"];
        run(
            &[&who[..], &["commit-tree", tree, "-p", parent, "-m", "fix"]].concat(),
            "",
        )
    };
    // The newest commit is harmless again.
    let bomb = commit(&kind.1, "main");
    let last = commit("main^{tree}", &bomb);
    run(&["update-ref", "refs/heads/main", &last], "");
    let report = history.report();
    let (status, reason) = status(&report);
    assert!(
        matches!(status, StageStatus::Failed | StageStatus::Truncated),
        "{status:?}: {reason}"
    );
    assert!(report.complexity_metrics.is_some() && report.grades.is_some());
}

#[test]
fn a_merge_of_ten_thousand_branches_is_one_merge() {
    let mut history = History::new();
    change(&mut history, ADA, "a.py", 20, 5);
    let tips: Vec<u32> = (0..10_000)
        .map(|at| history.commit_on(GRACE, "tip", START + 9 * DAY + at, &[], &[5]))
        .collect();
    history.commit_on(ADA, "all", START + 10 * DAY, &[], &tips);
    let mut all = Options::default();
    all.history.max_commits = 20_000;
    let report = history.report_with(&all);
    assert_eq!(status(&report), (StageStatus::Ok, String::new()));
    let found = hotspots(report);
    assert_eq!((found.window.merges, found.window.commits), (1, 10_005));
    assert_eq!(file(&found, "a.py").revisions, 5);
}

#[test]
fn what_the_caller_knows_of_a_missing_history_is_the_reason() {
    let mut history = History::new();
    change(&mut history, ADA, "a.py", 20, 5);
    let problem = Options {
        history: HistoryOptions {
            problem: Some("the server did not answer".to_owned()),
            ..HistoryOptions::default()
        },
        ..Options::default()
    };
    let report = history.report_with(&problem);
    assert_eq!(
        status(&report),
        (StageStatus::Failed, "the server did not answer".to_owned())
    );
    assert!(report.hotspots.is_none());
}

#[test]
fn the_same_commit_gives_the_same_section() {
    let mut history = History::new();
    for at in 0..30 {
        let who = if at % 3 == 0 { GRACE } else { ADA };
        let files = [
            ("a.py", Some(python(20, at))),
            ("b.py", Some(python(11, at / 2))),
            ("c.py", Some(python(12, at / 3))),
        ];
        let files: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_deref())).collect();
        history.commit(who, "fix", &files);
    }
    history.write();
    let json = |threads| {
        let mut history = report(
            history.folder.path(),
            &Options {
                threads,
                ..Options::default()
            },
        );
        serde_json::to_string(&history.hotspots.take().expect("a section")).expect("plain data")
    };
    assert_eq!(json(1), json(4));
}

#[test]
fn functions_are_counted_on_demand() {
    let mut history = History::new();
    let text = |a: usize, b: usize| {
        format!(
            "{}\n\ndef other(y):\n    return y + {b}\n",
            python(15, 0).replace("return x", &format!("return x + {a}"))
        )
    };
    for at in 0..6 {
        history.commit(ADA, "run", &[("a.py", Some(&text(at, 0)))]);
    }
    history.commit(GRACE, "other", &[("a.py", Some(&text(5, 1)))]);
    let options = |files: &[&str]| Options {
        history: HistoryOptions {
            functions: Some(files.iter().map(|file| (*file).to_owned()).collect()),
            ..HistoryOptions::default()
        },
        ..Options::default()
    };
    let expected = [("run".to_owned(), 6), ("other".to_owned(), 2)];
    for files in [&[][..], &["a.py"]] {
        let found = hotspots(history.report_with(&options(files)));
        let functions: Vec<_> = found
            .functions
            .into_iter()
            .map(|one| (one.function, one.revisions))
            .collect();
        assert_eq!(functions, expected);
    }
    assert!(hotspots(history.report()).functions.is_empty());
}

#[test]
fn credentials_of_earlier_commits_are_found_on_demand() {
    let token = ["gh", "p_", "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ", "0mLq17"].concat();
    let key = format!("key = \"{token}\"\n");
    let mut history = History::new();
    history.commit(ADA, "one", &[("a.py", Some(&key)), ("tests/b.py", Some("x = 1\n"))]);
    history.commit(ADA, "two", &[("a.py", Some("key = load()\n"))]);
    let of = |history: &mut History, credentials| {
        let options = Options {
            history: HistoryOptions {
                credentials,
                ..HistoryOptions::default()
            },
            ..Options::default()
        };
        history.report_with(&options).security.expect("a section")
    };
    let found = of(&mut history, Some(10));
    let [finding] = &found.findings[..] else {
        panic!("{:?}", found.findings);
    };
    assert_eq!(
        (finding.rule.as_str(), finding.file.as_str(), finding.line),
        ("github-token", "a.py", None)
    );
    assert!(finding.commit.as_ref().is_some_and(|commit| commit.len() == 40));
    assert!(!serde_json::to_string(&found).expect("plain data").contains(&token[8..]));
    assert_eq!(
        (
            found.totals.high,
            of(&mut history, None).findings.len(),
            of(&mut history, Some(1)).findings.len()
        ),
        (1, 0, 0)
    );
    // What the analyzed commit has is found there alone.
    history.commit(ADA, "three", &[("c.py", Some(&key))]);
    let both = of(&mut history, Some(10));
    assert_eq!(
        (
            both.findings.len(),
            both.findings[0].file.as_str(),
            both.findings[0].commit.clone()
        ),
        (1, "c.py", None)
    );
}
