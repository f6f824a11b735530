//! Where things are: the addresses of a report's pages, and of its sources on the repository's host.

use repolens_core::store::Scan;
use url::Url;

use crate::export::text::one_line;
use crate::pages::view::text::{Html, in_query, path, whole_path};

/// One report, as its pages link within it.
#[derive(Debug, Clone)]
pub struct Place {
    pub scan_id: String,
    /// The last two parts of the repository's address.
    pub name: String,
    source: Option<Source>,
    /// All of it is in one file, which has no other page to link to.
    pub in_one_file: bool,
}

/// The sources of the analyzed commit on the repository's host.
#[derive(Debug, Clone)]
struct Source {
    kind: HostKind,
    /// Without a slash at the end.
    repository: String,
    commit: String,
}

/// How a host writes the address of a file at a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HostKind {
    Github,
    Gitlab,
    Bitbucket,
    Forgejo,
    Sourcehut,
}

impl HostKind {
    /// Known by the name of the host: another one is linked as a whole only.
    fn of(host: &str) -> Option<Self> {
        let is = |name: &str| host == name || host.ends_with(&format!(".{name}"));
        match host {
            host if is("github.com") || host.starts_with("github.") => Some(Self::Github),
            host if is("gitlab.com") || host.starts_with("gitlab.") => Some(Self::Gitlab),
            _ if is("bitbucket.org") => Some(Self::Bitbucket),
            host if is("codeberg.org") || host.starts_with("gitea.") || host.starts_with("forgejo.") => {
                Some(Self::Forgejo)
            }
            _ if is("git.sr.ht") => Some(Self::Sourcehut),
            _ => None,
        }
    }
}

impl Place {
    pub fn of(scan: &Scan) -> Self {
        Self {
            scan_id: scan.id.to_string(),
            name: short_name(scan.repo_url.as_str()),
            source: Source::of(scan.repo_url.as_str(), scan.commit_sha.as_deref()),
            in_one_file: false,
        }
    }

    /// The same report as one file.
    pub fn in_one_file(&self) -> Self {
        Self {
            in_one_file: true,
            ..self.clone()
        }
    }

    /// The page of a section, with what follows on its address.
    pub fn tab(&self, key: &str, query: &str) -> String {
        let hash = if query.is_empty() { "" } else { "?" };
        match (self.in_one_file, key) {
            (true, "") => "#overview".to_owned(),
            (true, key) => format!("#{key}"),
            (false, "") => format!("/scan/{}{hash}{query}", self.scan_id),
            (false, key) => format!("/scan/{}/{key}{hash}{query}", self.scan_id),
        }
    }

    /// A part of the page of a section, by its id.
    pub fn part(&self, key: &str, id: &str) -> String {
        match self.in_one_file {
            true => format!("#{id}"),
            false => format!("{}#{id}", self.tab(key, "")),
        }
    }

    /// The page of a file; `None` where there is no page.
    pub fn file(&self, file: &str) -> Option<String> {
        (!self.in_one_file).then(|| format!("/scan/{}/file?path={}", self.scan_id, in_query(file)))
    }

    /// The lines of a file on the repository's host.
    pub fn source(&self, file: &str, line: Option<u64>, end: Option<u64>) -> Option<String> {
        let source = self.source.as_ref()?;
        let (repository, commit, file) = (&source.repository, &source.commit, in_query(file));
        let lines = |first: &str, between: &str| match (line, end.filter(|end| Some(*end) > line)) {
            (Some(line), Some(end)) => format!("{first}{line}{between}{end}"),
            (Some(line), None) => format!("{first}{line}"),
            (None, _) => String::new(),
        };
        Some(match source.kind {
            HostKind::Github => format!("{repository}/blob/{commit}/{file}{}", lines("#L", "-L")),
            HostKind::Gitlab => format!("{repository}/-/blob/{commit}/{file}{}", lines("#L", "-")),
            HostKind::Bitbucket => format!("{repository}/src/{commit}/{file}{}", lines("#lines-", ":")),
            HostKind::Forgejo => format!("{repository}/src/commit/{commit}/{file}{}", lines("#L", "-L")),
            HostKind::Sourcehut => format!("{repository}/tree/{commit}/item/{file}{}", lines("#L", "-")),
        })
    }

    /// The analyzed commit on the repository's host.
    pub fn commit(&self) -> Option<String> {
        let source = self.source.as_ref()?;
        let (repository, commit) = (&source.repository, &source.commit);
        Some(match source.kind {
            HostKind::Github | HostKind::Forgejo | HostKind::Sourcehut => format!("{repository}/commit/{commit}"),
            HostKind::Gitlab => format!("{repository}/-/commit/{commit}"),
            HostKind::Bitbucket => format!("{repository}/commits/{commit}"),
        })
    }

    /// A link to the page of a file.
    pub fn link(&self, file: &str) -> Html {
        let name = path(file);
        match self.file(file).or_else(|| self.source(file, None, None)) {
            Some(address) => linked(&address, &name.0),
            None => Html(format!("<span class=\"path\">{name}</span>")),
        }
    }

    /// A file, and a line of it that leads to the source on its host.
    pub fn at(&self, file: &str, line: impl LineNumber) -> Html {
        self.lines(file, line, None::<u64>)
    }

    /// A file and lines of it.
    pub fn lines(&self, file: &str, line: impl LineNumber, end: impl LineNumber) -> Html {
        let (line, end) = (line.line(), end.line());
        let Some(first) = line else {
            return self.link(file);
        };
        let shown = match end {
            Some(end) if end > first => format!(":{first}–{end}"),
            _ => format!(":{first}"),
        };
        let Html(name) = self.link(file);
        match self.source(file, line, end) {
            Some(address) => Html(format!("{name}<wbr>{}", linked(&address, &shown))),
            None => Html(format!("{name}<wbr><span class=\"path\">{shown}</span>")),
        }
    }

    /// A file as text, for where a link has no place.
    pub fn bare(&self, file: &str) -> Html {
        self.spot(file, None::<u64>)
    }

    /// A file and a line as text.
    pub fn spot(&self, file: &str, line: impl LineNumber) -> Html {
        let line = line.line().map_or_else(String::new, |line| format!("<wbr>:{line}"));
        Html(format!("<span class=\"path\">{}{line}</span>", path(file)))
    }

    /// The path of a file, each of its folders linked to the map of the code.
    pub fn crumbs(&self, file: &str) -> Html {
        let mut html = String::new();
        let mut from = 0;
        for (at, _) in file.match_indices('/') {
            let Html(name) = whole_path(&file[from..at]);
            html.push_str(&format!(
                "<a href=\"{}\">{name}</a>/<wbr>",
                self.tab("code", &format!("path={}", in_query(&file[..at])))
            ));
            from = at + 1;
        }
        html.push_str(&whole_path(&file[from..]).0);
        Html(html)
    }
}

/// A line of a file, where it is known. Templates have references.
pub trait LineNumber {
    fn line(&self) -> Option<u64>;
}

impl LineNumber for u64 {
    fn line(&self) -> Option<u64> {
        Some(*self)
    }
}

impl<T: LineNumber> LineNumber for Option<T> {
    fn line(&self) -> Option<u64> {
        self.as_ref().and_then(LineNumber::line)
    }
}

impl<T: LineNumber + ?Sized> LineNumber for &T {
    fn line(&self) -> Option<u64> {
        (**self).line()
    }
}

/// The last two parts of a repository's address.
pub fn short_name(url: &str) -> String {
    let path = url
        .split_once("://")
        .map_or(url, |(_, rest)| rest)
        .trim_end_matches('/');
    let mut parts: Vec<&str> = path.rsplit('/').take(2).collect();
    parts.reverse();
    let name = parts.join("/");
    one_line(name.strip_suffix(".git").unwrap_or(&name))
}

/// A link whose text is HTML. Another host does not receive the address of the page (`Referer`).
fn linked(address: &str, html: &str) -> Html {
    let rel = if address.starts_with("http") {
        " rel=\"noopener noreferrer\""
    } else {
        ""
    };
    // Addresses have no character that HTML minds but `&`, and a host's own `'`.
    let address = address
        .replace('&', "&amp;")
        .replace('\'', "&#39;")
        .replace('"', "&quot;");
    Html(format!("<a class=\"path\" href=\"{address}\"{rel}>{html}</a>"))
}

impl Source {
    fn of(repo_url: &str, commit: Option<&str>) -> Option<Self> {
        let url = Url::parse(repo_url).ok()?;
        let commit =
            commit.filter(|commit| commit.len() >= 7 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        if !["http", "https"].contains(&url.scheme()) {
            return None;
        }
        let repository = url.as_str().trim_end_matches('/');
        Some(Self {
            kind: HostKind::of(url.host_str()?)?,
            repository: repository.strip_suffix(".git").unwrap_or(repository).to_owned(),
            commit: commit.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(url: &str) -> Place {
        Place {
            scan_id: "s".into(),
            name: short_name(url),
            source: Source::of(url, Some("5f8dd8e500914998b5142172c8fe7a884c873052")),
            in_one_file: false,
        }
    }

    #[test]
    fn sources_are_on_their_host() {
        for (url, address) in [
            (
                "https://github.com/o/r.git",
                "https://github.com/o/r/blob/5f8dd8e500914998b5142172c8fe7a884c873052/a%20b.rs#L3-L9",
            ),
            (
                "https://gitlab.com/g/s/r",
                "https://gitlab.com/g/s/r/-/blob/5f8dd8e500914998b5142172c8fe7a884c873052/a%20b.rs#L3-9",
            ),
            (
                "https://codeberg.org/o/r",
                "https://codeberg.org/o/r/src/commit/5f8dd8e500914998b5142172c8fe7a884c873052/a%20b.rs#L3-L9",
            ),
        ] {
            assert_eq!(place(url).source("a b.rs", Some(3), Some(9)).as_deref(), Some(address));
        }
        for url in ["file:///srv/r.git", "https://example.org/o/r", "http://127.0.0.1:3/o/r"] {
            assert_eq!(place(url).source("a", None, None), None, "{url}");
        }
    }

    #[test]
    fn links_are_escaped() {
        let place = place("https://github.com/o/r");
        let Html(link) = place.at("a/<b>\"'.rs", Some(2));
        assert!(
            !link.contains("<b>") && link.contains("a/<wbr>&lt;b&gt;&quot;&#39;.rs"),
            "{link}"
        );
        assert!(link.contains("/scan/s/file?path=a/%3Cb%3E%22%27.rs"), "{link}");
        assert_eq!(place.tab("", ""), "/scan/s");
        assert_eq!(place.tab("files", "q=a"), "/scan/s/files?q=a");
    }
}
