//! Which branch is analyzed where the request or the repository leaves it open.

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use repolens_core::{BranchNote, FailureCode};

use crate::clone::clone;
use crate::fixture::{Repositories, command, git};
use repolens_testkit::faulty_git;

/// Changes `small.git` (which allows filters) and `plain.git` (which does not) and returns their addresses, on this disk and
/// over HTTP.
fn changed(repositories: &Repositories, change: impl Fn(&Path)) -> Vec<String> {
    let server = faulty_git::start(repositories.root());
    let mut addresses = Vec::new();
    for name in ["small.git", "plain.git"] {
        change(&repositories.root().join(name));
        addresses.push(repositories.address(name));
        addresses.push(format!("http://{server}/{name}"));
    }
    addresses
}

/// Adds branches or tags whose commits have these dates, as seconds since 1970.
fn add_refs(repository: &Path, refs: impl Iterator<Item = (String, u32)>) {
    let mut import = command("git")
        .args(["fast-import", "--quiet"])
        .current_dir(repository)
        .stdin(Stdio::piped())
        .spawn()
        .expect("git is installed");
    let mut stream = import.stdin.take().expect("piped");
    for (name, seconds) in refs {
        write!(
            stream,
            "commit {name}\ncommitter A <a@example.org> {seconds} +0000\ndata 0\nM 100644 inline a.js\ndata {}\n{seconds}\n",
            seconds.to_string().len()
        )
        .expect("it reads");
    }
    drop(stream);
    assert!(import.wait().expect("it ends").success());
}

fn remove_branches(repository: &Path) {
    for name in ["main", "feature/x"] {
        git(repository, &["update-ref", "-d", &format!("refs/heads/{name}")]);
    }
}

fn lead_nowhere(repository: &Path) {
    git(repository, &["symbolic-ref", "HEAD", "refs/heads/gone"]);
}

async fn assert_chosen(address: &str, requested: Option<&str>, branch: &str, note: Option<BranchNote>) {
    let (result, _sandbox) = clone(address, requested).await;
    let cloned = result.unwrap_or_else(|failed| panic!("{address}: {failed}"));
    assert_eq!(
        (cloned.branch.as_str(), cloned.branch_note),
        (branch, note),
        "{address}"
    );
    let found = git(&cloned.dir, &["rev-parse", "HEAD^{commit}"]);
    assert_eq!(found.trim(), cloned.commit, "{address}");
}

async fn assert_fails(address: &str, requested: Option<&str>, code: FailureCode) -> String {
    let failed = clone(address, requested).await.0.expect_err(address);
    assert_eq!(failed.code, code, "{address}: {failed}");
    failed.sentence().to_owned()
}

#[tokio::test]
async fn a_head_of_a_missing_branch_is_main_then_master_then_the_newest() {
    let repositories = Repositories::make();
    // In the order of their names the newest is neither the first nor the last, and `main` is among hundreds.
    let dated = |index: u32| {
        (
            format!("refs/heads/b{index:03}"),
            1_700_000_000 + (index * 7_919) % 1_000,
        )
    };
    let newest = (0..400).max_by_key(|index| dated(*index).1).expect("400");
    let both = |usual: bool| {
        changed(&repositories, |repository| {
            lead_nowhere(repository);
            if usual {
                add_refs(repository, (0..400).map(dated));
                git(repository, &["update-ref", "refs/heads/master", "refs/heads/main"]);
            }
        })
    };
    for address in both(true) {
        assert_chosen(&address, None, "main", Some(BranchNote::UsualBranch)).await;
    }
    let addresses = changed(&repositories, remove_branches);
    for address in &addresses {
        assert_chosen(address, None, "master", Some(BranchNote::UsualBranch)).await;
        assert_chosen(address, Some("main"), "master", Some(BranchNote::UsualBranch)).await;
    }
    changed(&repositories, |repository| {
        git(repository, &["update-ref", "-d", "refs/heads/master"]);
    });
    for address in &addresses {
        let name = format!("b{newest:03}");
        assert_chosen(address, None, &name, Some(BranchNote::NewestBranch)).await;
        assert_chosen(address, Some("main"), &name, Some(BranchNote::NewestBranch)).await;
        assert_fails(address, Some("typed"), FailureCode::BranchNotFound).await;
    }
}

#[tokio::test]
async fn a_missing_main_is_the_default_branch_and_other_missing_branches_fail() {
    let repositories = Repositories::make();
    let addresses = changed(&repositories, |repository| {
        git(repository, &["branch", "-m", "main", "trunk"]);
    });
    for address in addresses {
        assert_chosen(&address, None, "trunk", None).await;
        assert_chosen(&address, Some("trunk"), "trunk", None).await;
        for requested in ["main", "HEAD"] {
            assert_chosen(&address, Some(requested), "trunk", Some(BranchNote::DefaultBranch)).await;
        }
        for requested in ["master", "Main", "main2", "trunc"] {
            assert_fails(&address, Some(requested), FailureCode::BranchNotFound).await;
        }
    }
}

#[tokio::test]
async fn an_empty_repository_is_called_empty_whatever_branch_is_requested() {
    let repositories = Repositories::make();
    let server = faulty_git::start(repositories.root());
    for address in [repositories.address("empty.git"), format!("http://{server}/empty.git")] {
        for requested in [None, Some("main"), Some("HEAD"), Some("feature/x")] {
            assert_fails(&address, requested, FailureCode::EmptyRepository).await;
        }
    }
}

#[tokio::test]
async fn a_detached_head_is_analyzed_and_named_as_one() {
    let repositories = Repositories::make();
    let addresses = changed(&repositories, |repository| {
        add_refs(repository, [("refs/heads/side".to_owned(), 1_700_000_000)].into_iter());
        git(repository, &["update-ref", "--no-deref", "HEAD", "refs/heads/side"]);
        git(repository, &["update-ref", "-d", "refs/heads/side"]);
    });
    for address in addresses {
        assert_chosen(&address, None, "HEAD", Some(BranchNote::DetachedHead)).await;
        assert_chosen(&address, Some("HEAD"), "HEAD", Some(BranchNote::DetachedHead)).await;
        assert_chosen(&address, Some("main"), "main", None).await;
    }
}

#[tokio::test]
async fn a_branch_called_head_is_a_branch() {
    let repositories = Repositories::make();
    let addresses = changed(&repositories, |repository| {
        add_refs(repository, [("refs/heads/HEAD".to_owned(), 1_700_000_000)].into_iter());
    });
    for address in &addresses {
        assert_chosen(address, None, "main", None).await;
        assert_chosen(address, Some("HEAD"), "HEAD", None).await;
    }
    changed(&repositories, |repository| {
        git(repository, &["symbolic-ref", "HEAD", "refs/heads/HEAD"]);
    });
    for address in &addresses {
        assert_chosen(address, None, "HEAD", None).await;
    }
}

#[tokio::test]
async fn of_tags_alone_the_newest_commit_is_analyzed() {
    let repositories = Repositories::make();
    let addresses = changed(&repositories, |repository| {
        git(
            repository,
            &["tag", "-m", "a folder", "zz-annotated-folder", "main^{tree}"],
        );
        git(repository, &["tag", "zz-folder", "main^{tree}"]);
        git(repository, &["tag", "zz-file", "main:README.md"]);
        add_refs(repository, [("refs/tags/v3".to_owned(), 1_900_000_000)].into_iter());
        git(repository, &["tag", "-m", "annotated", "v2", "v3"]);
        git(repository, &["tag", "-d", "v3"]);
        remove_branches(repository);
    });
    for address in &addresses {
        assert_chosen(address, None, "v2", Some(BranchNote::NewestTag)).await;
        assert_chosen(address, Some("main"), "v2", Some(BranchNote::NewestTag)).await;
        assert_chosen(address, Some("v1"), "v1", None).await;
    }
    changed(&repositories, |repository| {
        git(repository, &["tag", "-d", "v1", "v2"]);
    });
    for address in &addresses {
        let sentence = assert_fails(address, None, FailureCode::NotACommit).await;
        assert!(sentence.contains("none of its tags"), "{sentence}");
    }
}

#[tokio::test]
async fn a_tag_of_a_folder_or_a_file_is_no_commit() {
    let repositories = Repositories::make();
    let addresses = changed(&repositories, |repository| {
        git(
            repository,
            &["tag", "-m", "a folder", "annotated-folder", "main^{tree}"],
        );
        git(repository, &["tag", "folder", "main^{tree}"]);
        git(repository, &["tag", "file", "main:README.md"]);
    });
    for address in addresses {
        for tag in ["annotated-folder", "folder", "file"] {
            let sentence = assert_fails(&address, Some(tag), FailureCode::NotACommit).await;
            assert!(sentence.contains("no commit"), "{sentence}");
        }
    }
}
