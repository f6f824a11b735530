//! The branches and tags of a remote, as `git ls-remote --symref` lists them.

/// A branch or a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ref {
    /// Without `refs/heads/` or `refs/tags/`.
    pub name: String,
    /// The commit's id; of an annotated tag that of what it names.
    pub id: String,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Refs {
    /// Whether `HEAD` leads to an object: to an existing branch, or to a commit.
    pub has_head: bool,
    pub branches: Vec<Ref>,
    pub tags: Vec<Ref>,
}

impl Refs {
    pub(super) fn parse(listing: &str) -> Self {
        let mut refs = Self::default();
        for (id, name) in listing.lines().filter_map(|line| line.split_once('\t')) {
            let entry = |name: &str| Ref {
                name: name.to_owned(),
                id: id.to_owned(),
            };
            if name == "HEAD" {
                refs.has_head |= !id.starts_with("ref: ");
            } else if let Some(name) = name.strip_prefix("refs/heads/") {
                refs.branches.push(entry(name));
            } else if let Some(name) = name.strip_prefix("refs/tags/") {
                match name.strip_suffix("^{}") {
                    // It follows the tag itself, whose id is that of the tag object.
                    Some(name) => {
                        if let Some(tag) = refs.tags.last_mut().filter(|tag| tag.name == name) {
                            id.clone_into(&mut tag.id);
                        }
                    }
                    None => refs.tags.push(entry(name)),
                }
            }
        }
        refs
    }

    pub(super) fn has_branch(&self, name: &str) -> bool {
        self.branches.iter().any(|branch| branch.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn head_branches_and_peeled_tags() {
        let listing = "ref: refs/heads/dev\tHEAD\n1\tHEAD\n1\trefs/heads/dev\n2\trefs/heads/HEAD\n3\trefs/tags/v1\n\
                       4\trefs/tags/v1^{}\n5\trefs/tags/v2\n6\trefs/pull/1/head\n";
        let refs = Refs::parse(listing);
        assert!(refs.has_head && refs.has_branch("dev") && refs.has_branch("HEAD"));
        let ids = |refs: &[Ref]| refs.iter().map(|found| found.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&refs.branches), ["1", "2"]);
        assert_eq!(ids(&refs.tags), ["4", "5"]);
        assert!(!Refs::parse("ref: refs/heads/gone\tHEAD\n1\trefs/heads/a\n").has_head);
    }
}
