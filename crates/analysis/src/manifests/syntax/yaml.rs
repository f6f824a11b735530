//! YAML as a tree of texts: versions such as `1.10` keep their digits. Aliases are expanded within a budget.

use std::collections::HashMap;

use granit_parser::{Event, Parser};

/// Collections open at a time.
const MAX_DEPTH: usize = 64;
/// Nodes of one document: a lock file with 50,000 packages has about 1.5 million.
const MAX_NODES: usize = 4_000_000;
/// Nodes in the anchors of one text and in the copies of them that its aliases are.
const MAX_COPIES: usize = 50_000;

/// One node.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::manifests) enum Yaml {
    Text(String),
    List(Vec<Yaml>),
    Map(Vec<(String, Yaml)>),
}

impl Yaml {
    /// Parses the first document.
    ///
    /// # Errors
    /// The text is no YAML, the copies of its aliases are too large, or it is nested too deeply.
    pub(in crate::manifests) fn parse(text: &str) -> Result<Self, String> {
        let first = documents(text).next();
        first.unwrap_or_else(|| Ok(Self::Map(Vec::new())))
    }

    /// Parses the last document.
    ///
    /// # Errors
    /// As for [`Self::parse`], in any document.
    pub(in crate::manifests) fn parse_last(text: &str) -> Result<Self, String> {
        documents(text).try_fold(Self::Map(Vec::new()), |_, document| document)
    }

    pub(in crate::manifests) fn get(&self, key: &str) -> Option<&Self> {
        self.entries()
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value)
    }

    pub(in crate::manifests) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(in crate::manifests) fn text_of(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Self::text)
    }

    pub(in crate::manifests) fn is_true(&self, key: &str) -> bool {
        self.text_of(key) == Some("true")
    }

    /// The members of a map; none of anything else.
    pub(in crate::manifests) fn entries(&self) -> &[(String, Self)] {
        match self {
            Self::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The members of the map at `key`.
    pub(in crate::manifests) fn entries_of(&self, key: &str) -> &[(String, Self)] {
        self.get(key).map_or(&[], Self::entries)
    }

    pub(in crate::manifests) fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }
}

fn documents(text: &str) -> impl Iterator<Item = Result<Yaml, String>> {
    let mut parser = Parser::new_from_str(text);
    let mut builder = Builder::default();
    std::iter::from_fn(move || {
        for event in &mut parser {
            let built = event
                .map_err(|error| error.to_string())
                .and_then(|(event, _)| builder.event(event));
            if let Some(built) = built.transpose() {
                return Some(built);
            }
        }
        None
    })
}

/// An open collection; of a map, the key whose value comes next.
struct Open {
    node: Yaml,
    key: Option<String>,
    anchor: usize,
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    nodes: usize,
    /// Complete nodes by the number of their anchor.
    anchored: HashMap<usize, Yaml>,
    copies: usize,
}

impl Builder {
    /// Returns the root when it is complete.
    fn event(&mut self, event: Event<'_>) -> Result<Option<Yaml>, String> {
        let (node, anchor) = match event {
            Event::Scalar(text, _, anchor, _) => (Yaml::Text(text.into_owned()), anchor),
            Event::SequenceStart(_, anchor, _) => return self.start(Yaml::List(Vec::new()), anchor),
            Event::MappingStart(_, anchor, _) => return self.start(Yaml::Map(Vec::new()), anchor),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(open) => (open.node, open.anchor),
                None => return Ok(None),
            },
            Event::Alias(anchor) => (self.copy(anchor)?, 0),
            _ => return Ok(None),
        };
        if anchor != 0 {
            self.count(measure(&node).0)?;
            self.anchored.insert(anchor, node.clone());
        }
        self.place(node)
    }

    fn start(&mut self, node: Yaml, anchor: usize) -> Result<Option<Yaml>, String> {
        if self.open.len() >= MAX_DEPTH {
            return Err(too_deep());
        }
        self.open.push(Open {
            node,
            key: None,
            anchor,
        });
        Ok(None)
    }

    /// A copy of the node that an alias refers to, counted in full: aliases of aliases grow without bound.
    fn copy(&mut self, anchor: usize) -> Result<Yaml, String> {
        let node = self
            .anchored
            .get(&anchor)
            .cloned()
            .ok_or("an alias refers to what contains it")?;
        let (size, depth) = measure(&node);
        self.count(size)?;
        if self.open.len() + depth > MAX_DEPTH {
            return Err(too_deep());
        }
        Ok(node)
    }

    fn count(&mut self, copies: usize) -> Result<(), String> {
        self.copies += copies;
        match self.copies > MAX_COPIES {
            true => Err(format!("its anchors and aliases have more than {MAX_COPIES} nodes")),
            false => Ok(()),
        }
    }

    fn place(&mut self, node: Yaml) -> Result<Option<Yaml>, String> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(format!("it has more than {MAX_NODES} nodes"));
        }
        let Some(open) = self.open.last_mut() else {
            return Ok(Some(node));
        };
        match (&mut open.node, open.key.take()) {
            (Yaml::List(items), _) => items.push(node),
            (Yaml::Map(entries), Some(key)) => entries.push((key, node)),
            (Yaml::Map(_), None) => match node {
                Yaml::Text(key) => open.key = Some(key),
                _ => return Err("a key is no text".to_owned()),
            },
            (Yaml::Text(_), _) => {}
        }
        Ok(None)
    }
}

fn too_deep() -> String {
    format!("it is nested more than {MAX_DEPTH} deep")
}

/// Nodes in a node, and how deep it is; no node is deeper than [`MAX_DEPTH`].
fn measure(node: &Yaml) -> (usize, usize) {
    let add = |(size, depth): (usize, usize), (more, deep): (usize, usize)| (size + more, depth.max(deep + 1));
    match node {
        Yaml::Text(_) => (1, 0),
        Yaml::List(items) => items.iter().map(measure).fold((1, 1), add),
        Yaml::Map(entries) => entries.iter().map(|(_, value)| measure(value)).fold((1, 1), add),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_are_copies_of_their_anchor_and_documents_are_apart() {
        let yaml = Yaml::parse("a: &x {b: &y 1.10}\nc: *x\nd: *y\n").expect("valid");
        assert_eq!(yaml.get("c").and_then(|copy| copy.text_of("b")), Some("1.10"));
        assert_eq!(yaml.text_of("d"), Some("1.10"));
        let two = "---\na: 1\n---\na: 2\n";
        assert_eq!(Yaml::parse(two).expect("valid").text_of("a"), Some("1"));
        assert_eq!(Yaml::parse_last(two).expect("valid").text_of("a"), Some("2"));
    }

    #[test]
    fn texts_keep_their_digits_and_bombs_are_refused() {
        let yaml = Yaml::parse("a: 1.10\nb: [x, 'y: z']\nc: {d: true}\n").expect("valid");
        assert_eq!(yaml.text_of("a"), Some("1.10"));
        assert_eq!(yaml.get("b").map(|list| list.items().len()), Some(2));
        assert!(yaml.get("c").is_some_and(|map| map.is_true("d")));
        let bomb = (1..40).fold("a0: &a0 [x]\n".to_owned(), |text, at| {
            text + &format!("a{at}: &a{at} [*a{0}, *a{0}]\n", at - 1)
        });
        assert!(Yaml::parse(&bomb).is_err());
        assert!(Yaml::parse("a: &x [*x]\n").is_err());
        assert!(Yaml::parse(&"[".repeat(100_000)).is_err());
        assert!(Yaml::parse(&"- ".repeat(100_000)).is_err());
        assert!(Yaml::parse("a: [").is_err());
    }
}
