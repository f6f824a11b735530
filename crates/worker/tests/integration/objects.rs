//! Objects that git's checks have something against: what is untidy is scanned, what is dangerous is refused and says why.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use repolens_core::FailureCode;

use crate::clone::clone;
use crate::fixture::{Repositories, command, git};
use repolens_testkit::faulty_git;

/// Writes an object, whatever is wrong with it, and returns its id.
fn put(repository: &Path, kind: &str, content: &[u8]) -> String {
    let mut hash = command("git")
        .args(["hash-object", "-w", "--literally", "--stdin", "-t", kind])
        .current_dir(repository)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("git is installed");
    hash.stdin.take().expect("piped").write_all(content).expect("it reads");
    let output = hash.wait_with_output().expect("it ends");
    assert!(output.status.success());
    String::from_utf8(output.stdout).expect("an id").trim().to_owned()
}

/// What a commit is made of; each case changes one part.
struct Parts {
    tree: Vec<u8>,
    author: String,
    committer: String,
    /// Before the author.
    more: String,
    message: Vec<u8>,
}

struct Maker<'a> {
    repository: &'a Path,
    blob: String,
    folder: String,
}

impl Maker<'_> {
    fn entry(&self, mode: &str, name: &str, id: &str) -> Vec<u8> {
        let mut entry = format!("{mode} {name}\0").into_bytes();
        entry.extend(
            (0..id.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&id[at..at + 2], 16).expect("hexadecimal")),
        );
        entry
    }

    fn file(&self, name: &str) -> Vec<u8> {
        self.entry("100644", name, &self.blob)
    }

    fn tree(&self, entries: &[Vec<u8>]) -> Vec<u8> {
        [entries.concat(), self.file("z.js")].concat()
    }

    fn with_content(&self, name: &str, content: &[u8]) -> Vec<u8> {
        self.tree(&[self.entry("100644", name, &put(self.repository, "blob", content))])
    }

    fn sound(&self) -> Parts {
        Parts {
            tree: self.tree(&[]),
            author: "author A <a@example.org> 1700000000 +0000\n".to_owned(),
            committer: "committer A <a@example.org> 1700000000 +0000\n".to_owned(),
            more: String::new(),
            message: b"message\n".to_vec(),
        }
    }

    /// Makes a branch of this name with one commit.
    fn branch(&self, name: &str, parts: &Parts) {
        let tree = put(self.repository, "tree", &parts.tree);
        let Parts {
            author,
            committer,
            more,
            ..
        } = parts;
        let mut commit = format!("tree {tree}\n{more}{author}{committer}\n").into_bytes();
        commit.extend(&parts.message);
        let id = put(self.repository, "commit", &commit);
        fs::write(self.repository.join("refs/heads").join(name), format!("{id}\n")).expect("written");
        let objects = format!("{id}\n{tree}\n{}\n{}\n", self.blob, self.folder);
        fs::write(self.repository.join(format!("{id}.objects")), objects).expect("written");
    }
}

fn maker(repository: &Path) -> Maker<'_> {
    let blob = put(repository, "blob", b"export const z = 1;\n");
    let mut maker = Maker {
        repository,
        blob,
        folder: String::new(),
    };
    maker.folder = put(repository, "tree", &maker.file("y.js"));
    maker
}

/// By the id of the check: a commit that it has something against.
fn untidy(maker: &Maker<'_>) -> Vec<(&'static str, Parts)> {
    let author = |line: &str| Parts {
        author: format!("author {line}\n"),
        ..maker.sound()
    };
    let tree = |entries: &[Vec<u8>]| Parts {
        tree: maker.tree(entries),
        ..maker.sound()
    };
    vec![
        (
            "zeroPaddedFilemode",
            tree(&[maker.entry("040000", "src", &maker.folder)]),
        ),
        ("badFilemode", tree(&[maker.entry("100664", "a.js", &maker.blob)])),
        ("treeNotSorted", tree(&[maker.file("b.js"), maker.file("a.js")])),
        ("badTimezone", author("A <a@example.org> 1700000000 +51800")),
        ("badDate", author("A <a@example.org> soon +0000")),
        (
            "badDateOverflow",
            author("A <a@example.org> 99999999999999999999 +0000"),
        ),
        ("zeroPaddedDate", author("A <a@example.org> 01700000000 +0000")),
        ("badName", author("A > <a@example.org> 1700000000 +0000")),
        ("badEmail", author("A <a@exa<mple.org> 1700000000 +0000")),
        ("missingEmail", author("A 1700000000 +0000")),
        ("missingNameBeforeEmail", author("<a@example.org> 1700000000 +0000")),
        ("missingSpaceBeforeEmail", author("A<a@example.org> 1700000000 +0000")),
        ("missingSpaceBeforeDate", author("A <a@example.org>1700000000 +0000")),
        (
            "multipleAuthors",
            author("A <a@example.org> 1700000000 +0000\nauthor B <b@example.org> 1700000000 +0000"),
        ),
        (
            "missingAuthor",
            Parts {
                author: String::new(),
                ..maker.sound()
            },
        ),
        (
            "missingCommitter",
            Parts {
                committer: String::new(),
                ..maker.sound()
            },
        ),
        (
            "gitmodulesParse",
            Parts {
                tree: maker.with_content(".gitmodules", b"[submodule \"a\nno"),
                ..maker.sound()
            },
        ),
        (
            "gitignoreSymlink",
            tree(&[maker.entry("120000", ".gitignore", &maker.blob)]),
        ),
        (
            "gitattributesSymlink",
            tree(&[maker.entry("120000", ".gitattributes", &maker.blob)]),
        ),
        (
            "mailmapSymlink",
            tree(&[maker.entry("120000", ".mailmap", &maker.blob)]),
        ),
    ]
}

fn dangerous(maker: &Maker<'_>) -> Vec<(&'static str, Parts)> {
    let tree = |entries: &[Vec<u8>]| Parts {
        tree: maker.tree(entries),
        ..maker.sound()
    };
    let modules = |text: &str| Parts {
        tree: maker.with_content(".gitmodules", text.as_bytes()),
        ..maker.sound()
    };
    let attributes = |content: &[u8]| Parts {
        tree: maker.with_content(".gitattributes", content),
        ..maker.sound()
    };
    let folder = |name: &str| tree(&[maker.entry("40000", name, &maker.folder)]);
    vec![
        ("hasDotgit", folder(".git")),
        // As file systems that ignore case, or characters that are not shown, take it.
        ("hasDotgit-case", folder(".GIT")),
        ("hasDotgit-ntfs", folder("git~1")),
        ("hasDotgit-hfs", folder(".g\u{200c}it")),
        ("hasDot", folder(".")),
        ("hasDotdot", folder("..")),
        ("fullPathname", tree(&[maker.file("../../etc/passwd")])),
        ("duplicateEntries", tree(&[maker.file("a.js"), maker.file("a.js")])),
        ("largePathname", tree(&[maker.file(&"a".repeat(5_000))])),
        (
            "nulInCommit",
            Parts {
                message: b"a\0b\n".to_vec(),
                ..maker.sound()
            },
        ),
        (
            "gitmodulesName",
            modules("[submodule \"../../hooks\"]\n\tpath = a\n\turl = https://example.org/a\n"),
        ),
        (
            "gitmodulesUrl",
            modules("[submodule \"a\"]\n\tpath = a\n\turl = -u./payload\n"),
        ),
        (
            "gitmodulesPath",
            modules("[submodule \"a\"]\n\tpath = -x\n\turl = https://example.org/a\n"),
        ),
        (
            "gitmodulesUpdate",
            modules("[submodule \"a\"]\n\tpath = a\n\turl = https://example.org/a\n\tupdate = !sh\n"),
        ),
        (
            "gitmodulesSymlink",
            tree(&[maker.entry("120000", ".gitmodules", &maker.blob)]),
        ),
        (
            "gitmodulesBlob",
            tree(&[maker.entry("40000", ".gitmodules", &maker.folder)]),
        ),
        (
            "gitattributesBlob",
            tree(&[maker.entry("40000", ".gitattributes", &maker.folder)]),
        ),
        (
            "gitattributesLineLength",
            attributes(&[vec![b'a'; 3_000], b" text\n".to_vec()].concat()),
        ),
        // What is untidy as well must not hide what is dangerous.
        (
            "hasDotgit-untidy",
            tree(&[
                maker.entry("040000", "src", &maker.folder),
                maker.entry("40000", ".git", &maker.folder),
            ]),
        ),
        (
            "gitmodulesName-untidy",
            Parts {
                author: "author A <a@example.org> 1700000000 +51800\n".to_owned(),
                ..modules("[submodule \"../../hooks\"]\n\tpath = a\n\turl = https://example.org/a\n")
            },
        ),
    ]
}

/// Dangerous, and a git server does not even hand it out; one that is made for it does.
fn never_served(maker: &Maker<'_>) -> Vec<(&'static str, Parts)> {
    let nothing = maker.entry("100644", "a.js", &"0".repeat(40));
    let tree = maker.tree(&[nothing]);
    vec![("nullSha1", Parts { tree, ..maker.sound() })]
}

/// Neither dangerous nor merely untidy: git cannot read the whole of it, at one end or the other.
fn unreadable(maker: &Maker<'_>) -> Vec<(&'static str, Parts)> {
    let more = |line: &str| Parts {
        more: line.to_owned(),
        ..maker.sound()
    };
    vec![
        (
            "emptyName",
            Parts {
                tree: maker.tree(&[maker.file("")]),
                ..maker.sound()
            },
        ),
        ("badParentSha1", more("parent nothing\n")),
        (
            "badTree",
            Parts {
                tree: b"100644 no end".to_vec(),
                ..maker.sound()
            },
        ),
        (
            "unknownMode",
            Parts {
                tree: maker.tree(&[maker.entry("", "a.js", &maker.blob)]),
                ..maker.sound()
            },
        ),
    ]
}

/// The repository that allows filters, whose clones are partial, and the one that does not; from disk and over HTTP.
fn addresses(repositories: &Repositories, make: impl Fn(&Maker<'_>)) -> Vec<String> {
    let server = faulty_git::start(repositories.root());
    let mut addresses = Vec::new();
    for name in ["small.git", "plain.git"] {
        make(&maker(&repositories.root().join(name)));
        addresses.push(repositories.address(name));
        addresses.push(format!("http://{server}/{name}"));
    }
    addresses
}

#[tokio::test]
async fn what_is_only_untidy_is_scanned() {
    let repositories = Repositories::make();
    let mut names = Vec::new();
    let addresses = addresses(&repositories, |maker| {
        for (name, parts) in untidy(maker) {
            maker.branch(name, &parts);
        }
    });
    names.extend(
        untidy(&maker(&repositories.root().join("small.git")))
            .into_iter()
            .map(|(name, _)| name),
    );
    for address in addresses {
        for name in &names {
            let (result, _sandbox) = clone(&address, Some(name)).await;
            let cloned = result.unwrap_or_else(|failed| panic!("{name} of {address}: {failed}"));
            let listed = git(&cloned.dir, &["ls-tree", "-r", "--name-only", &cloned.commit]);
            assert!(listed.lines().any(|path| path == "z.js"), "{name}: {listed}");
        }
    }
}

async fn assert_refused(address: &str, name: &str) {
    let failed = clone(address, Some(name)).await.0.expect_err(name);
    assert_eq!(
        failed.code,
        FailureCode::RepositoryUnsafe,
        "{name} of {address}: {failed}"
    );
    let id = name.split('-').next().expect("an id");
    assert!(
        failed.sentence().contains(&format!("`{id}`")),
        "{name}: {}",
        failed.sentence()
    );
    assert!(!failed.sentence().contains("again"), "{}", failed.sentence());
}

#[tokio::test]
async fn what_is_dangerous_is_refused_for_good_and_says_why() {
    let repositories = Repositories::make();
    let addresses = addresses(&repositories, |maker| {
        for (name, parts) in dangerous(maker) {
            maker.branch(name, &parts);
        }
    });
    for (name, _) in dangerous(&maker(&repositories.root().join("small.git"))) {
        for address in &addresses {
            assert_refused(address, name).await;
        }
    }
}

#[tokio::test]
async fn what_no_git_server_would_hand_out_is_refused_from_one_that_does() {
    let repositories = Repositories::make();
    let server = faulty_git::start(repositories.root());
    let address = format!("http://{server}/sends/small.git");
    let repository = repositories.root().join("small.git");
    let maker = maker(&repository);
    for (name, parts) in never_served(&maker) {
        maker.branch(name, &parts);
        assert_refused(&address, name).await;
    }
    for (name, parts) in unreadable(&maker) {
        maker.branch(name, &parts);
        let failed = clone(&address, Some(name)).await.0.expect_err(name);
        assert!(
            matches!(
                failed.code,
                FailureCode::RepositoryUnsafe | FailureCode::RepositoryDamaged
            ),
            "{name}: {failed}"
        );
    }
}

#[tokio::test]
async fn what_the_server_cannot_read_is_its_error() {
    let repositories = Repositories::make();
    let addresses = addresses(&repositories, |maker| {
        for (name, parts) in unreadable(maker).into_iter().chain(never_served(maker)) {
            maker.branch(name, &parts);
        }
    });
    let repository = repositories.root().join("small.git");
    let maker = maker(&repository);
    for (name, _) in unreadable(&maker).into_iter().chain(never_served(&maker)) {
        for address in &addresses {
            let failed = clone(address, Some(name)).await.0.expect_err(name);
            assert_eq!(failed.code, FailureCode::RemoteError, "{name} of {address}: {failed}");
        }
    }
}
