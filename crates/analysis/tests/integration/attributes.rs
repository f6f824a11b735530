//! `.gitattributes` by git's own words: what `git check-attr` says of a file is what the report counts.

#![expect(clippy::disallowed_methods, reason = "git is asked as a person asks it")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use proptest::prelude::*;
use repolens_analysis::{CognitiveRules, Options, inventory};
use tempfile::TempDir;

use crate::project::open;

const NAMES: [&str; 3] = ["linguist-vendored", "linguist-generated", "linguist-documentation"];

/// A repository that the asked folders borrow: only what is in a folder is of interest.
fn repository() -> &'static Path {
    static REPOSITORY: OnceLock<TempDir> = OnceLock::new();
    let repository = REPOSITORY.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let made = Command::new("git")
            .args(["init", "-q", "--bare"])
            .arg(folder.path())
            .status();
        assert!(made.expect("git starts").success());
        folder
    });
    repository.path()
}

/// The origin of each path, by what `git check-attr` says.
fn by_git(folder: &Path, paths: &[String]) -> BTreeMap<String, &'static str> {
    let mut child = Command::new("git")
        .arg("--git-dir")
        .arg(repository())
        .arg("--work-tree")
        .arg(folder)
        .args(["check-attr", "-z", "--stdin"])
        .args(NAMES)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("git starts");
    let mut stdin = child.stdin.take().expect("is a pipe");
    let asked: String = paths.iter().map(|path| format!("{path}\0")).collect();
    let writing = std::thread::spawn(move || stdin.write_all(asked.as_bytes()));
    let output = child.wait_with_output().expect("git ends");
    writing.join().expect("no panic").expect("git reads");
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).expect("paths are UTF-8");
    let mut found: BTreeMap<String, &'static str> = BTreeMap::new();
    let fields: Vec<&str> = text.split_terminator('\0').collect();
    for said in fields.chunks(3) {
        let [path, name, value] = said else {
            panic!("three fields: {said:?}")
        };
        let is_set = !matches!(*value, "unspecified" | "unset" | "false");
        let origin = found.entry((*path).to_owned()).or_insert("own");
        let kind = name.strip_prefix("linguist-").expect("is one of the three");
        // Vendored before generated before documentation, in the order in which git was asked.
        if is_set && *origin == "own" {
            *origin = match kind {
                "vendored" => "vendored",
                "generated" => "generated",
                _ => "documentation",
            };
        }
    }
    found
}

fn by_us(folder: &Path) -> BTreeMap<String, &'static str> {
    let files = inventory::units(open(folder), &Options::default(), CognitiveRules::PAPER).expect("can be read");
    files.into_iter().map(|file| (file.path, file.origin)).collect()
}

fn compare(attributes: &[(String, Vec<u8>)], paths: &[String]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for path in paths {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("has a folder")).expect("can be made");
        fs::write(path, "x\n").expect("can be written");
    }
    for (place, text) in attributes {
        let place = folder.path().join(place);
        fs::create_dir_all(&place).expect("can be made");
        fs::write(place.join(".gitattributes"), text).expect("can be written");
    }
    let (git, mut us) = (by_git(folder.path(), paths), by_us(folder.path()));
    us.retain(|path, _| git.contains_key(path));
    let shown: Vec<_> = attributes
        .iter()
        .map(|(place, text)| format!("{place}/.gitattributes:\n{}", text.escape_ascii()))
        .collect();
    assert_eq!(us, git, "{}", shown.join("\n"));
}

#[test]
fn lines_of_all_kinds() {
    let root = "# a comment\n\
        [attr]made linguist-generated -linguist-documentation\n\
        [attr]other made linguist-vendored=false\n\
        *.out made\n\
        b.out -made\n\
        c.out !made\n\
        *.two other\n\
        \"a b.c\" linguist-vendored\n\
        a\\ c.c linguist-vendored\n\
        *.c linguist-vendored\n\
        keep.c -linguist-vendored\n\
        back.c !linguist-vendored\n\
        no.c linguist-vendored=false\n\
        Upper.C linguist-vendored\n\
        !bang.c linguist-vendored\n\
        trailing.c linguist-generated   \t\r\n\
        \tindented.c linguist-generated\n\
        /top.x linguist-generated\n\
        sub/deep.x linguist-generated\n\
        dir/ linguist-generated\n\
        tree/** linguist-generated\n\
        **/any.x linguist-generated\n\
        mid/**/end.x linguist-generated\n\
        od**d.x linguist-generated\n\
        lead**/x.y linguist-generated\n\
        [a-c]?.z linguist-documentation\n\
        [[:digit:]].z linguist-documentation\n\
        \"\\303\\244.c\" -linguist-vendored\n\
        bad.c linguist-vendored ba/d\n\
        late.c -linguist-vendored linguist-vendored\n";
    let sub = "[attr]mine linguist-vendored\n*.m mine\n*.c linguist-generated !linguist-vendored\n../top.x -linguist-generated\n";
    let paths = [
        "a.out",
        "b.out",
        "c.out",
        "x.two",
        "a b.c",
        "a c.c",
        "x.c",
        "keep.c",
        "back.c",
        "no.c",
        "Upper.C",
        "upper.c",
        "bang.c",
        "!bang.c",
        "trailing.c",
        "indented.c",
        "top.x",
        "sub/top.x",
        "sub/deep.x",
        "a/sub/deep.x",
        "dir/x.y",
        "tree/x.y",
        "tree/a/b.y",
        "any.x",
        "q/any.x",
        "q/r/any.x",
        "mid/end.x",
        "mid/a/b/end.x",
        "odd.x",
        "odqqd.x",
        "od/d.x",
        "lead/x.y",
        "leada/x.y",
        "leada/b/x.y",
        "ax.z",
        "dx.z",
        "7.z",
        "ä.c",
        "bad.c",
        "late.c",
        "sub/x.c",
        "sub/x.m",
        "sub/keep.c",
        "sub/below/x.c",
    ];
    compare(
        &[
            (String::new(), root.as_bytes().to_vec()),
            ("sub".to_owned(), sub.as_bytes().to_vec()),
        ],
        &paths.map(str::to_owned),
    );
}

/// Signs of a pattern, and a few whole patterns.
fn pattern() -> impl Strategy<Value = String> {
    let sign = prop::sample::select(vec![
        "a",
        "b",
        "a",
        "b",
        ".c",
        "/",
        "/",
        "*",
        "**",
        "?",
        "[ab]",
        "[!a]",
        "[^b-c]",
        "[[:alpha:]]",
        "[a",
        "\\a",
        "\\",
        "**/",
        "/**",
        "!",
        "\"",
        " ",
    ]);
    prop::collection::vec(sign, 1..6).prop_map(|signs| signs.concat())
}

fn line() -> impl Strategy<Value = String> {
    let set = prop::sample::select(vec![
        "linguist-vendored",
        "-linguist-vendored",
        "!linguist-vendored",
        "linguist-vendored=false",
        "linguist-vendored=true",
        "linguist-generated",
        "-linguist-generated",
        "!linguist-generated",
        "linguist-documentation",
        "m",
        "-m",
        "!m",
        "n",
        "m=1",
        "text",
        "a/b",
        "-",
        "linguist-generated=",
    ]);
    let head = prop_oneof![
        8 => pattern(),
        1 => pattern().prop_map(|pattern| format!("\"{}\"", pattern.replace('\\', "\\\\").replace('"', "\\\""))),
        1 => Just("[attr]m".to_owned()),
        1 => Just("[attr]n".to_owned()),
        1 => Just("# ".to_owned()),
    ];
    let end = prop::sample::select(vec!["", " ", "\t", "\r", "  \r"]);
    (head, prop::collection::vec(set, 0..3), end)
        .prop_map(|(head, sets, end)| format!("{head} {}{end}\n", sets.join(" ")))
}

fn path() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec!["a", "b", "ab", "ba", "c", "a.c", "b.c", "aab", "!a"]);
    prop::collection::vec(part, 1..4).prop_map(|parts| parts.join("/") + ".x")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn as_git_says(
        top in prop::collection::vec(line(), 0..12),
        below in prop::collection::vec((prop::sample::select(vec!["a", "b", "a/b", "ab"]), prop::collection::vec(line(), 0..6)), 0..3),
        mut paths in prop::collection::vec(path(), 1..40),
    ) {
        let mut attributes = BTreeMap::from([(String::new(), top.concat().into_bytes())]);
        attributes.extend(below.into_iter().map(|(place, lines)| (place.to_owned(), lines.concat().into_bytes())));
        paths.sort();
        paths.dedup();
        compare(&attributes.into_iter().collect::<Vec<_>>(), &paths);
    }
}
