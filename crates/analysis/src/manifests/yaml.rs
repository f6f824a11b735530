//! YAML as a tree of texts: versions such as `1.10` keep their digits, and no alias is expanded.

use granit_parser::{Event, Parser};

/// Collections open at a time.
const MAX_DEPTH: usize = 64;
/// Nodes of one document: a lock file with 50,000 packages has about 1.5 million.
const MAX_NODES: usize = 4_000_000;

/// One node.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Yaml {
    Text(String),
    List(Vec<Yaml>),
    Map(Vec<(String, Yaml)>),
}

impl Yaml {
    /// Parses the first document.
    ///
    /// # Errors
    /// The text is no YAML, has an alias, or is nested too deeply.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut parser = Parser::new_from_str(text);
        let mut builder = Builder::default();
        for event in &mut parser {
            let (event, _) = event.map_err(|error| error.to_string())?;
            if let Some(root) = builder.event(event)? {
                return Ok(root);
            }
        }
        Ok(Self::Map(Vec::new()))
    }

    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entries()
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value)
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn text_of(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Self::text)
    }

    pub(super) fn is_true(&self, key: &str) -> bool {
        self.text_of(key) == Some("true")
    }

    /// The members of a map; none of anything else.
    pub(super) fn entries(&self) -> &[(String, Self)] {
        match self {
            Self::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The members of the map at `key`.
    pub(super) fn entries_of(&self, key: &str) -> &[(String, Self)] {
        self.get(key).map_or(&[], Self::entries)
    }

    pub(super) fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }
}

/// An open collection; of a map, the key whose value comes next.
struct Open {
    node: Yaml,
    key: Option<String>,
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    nodes: usize,
}

impl Builder {
    /// Returns the root when it is complete.
    fn event(&mut self, event: Event<'_>) -> Result<Option<Yaml>, String> {
        let node = match event {
            Event::Scalar(text, ..) => Yaml::Text(text.into_owned()),
            Event::SequenceStart(..) => return self.start(Yaml::List(Vec::new())),
            Event::MappingStart(..) => return self.start(Yaml::Map(Vec::new())),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(open) => open.node,
                None => return Ok(None),
            },
            Event::Alias(_) => return Err("it has an alias, which no lock file needs".to_owned()),
            _ => return Ok(None),
        };
        self.place(node)
    }

    fn start(&mut self, node: Yaml) -> Result<Option<Yaml>, String> {
        if self.open.len() >= MAX_DEPTH {
            return Err(format!("it is nested more than {MAX_DEPTH} deep"));
        }
        self.open.push(Open { node, key: None });
        Ok(None)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_keep_their_digits_and_bombs_are_refused() {
        let yaml = Yaml::parse("a: 1.10\nb: [x, 'y: z']\nc: {d: true}\n").expect("valid");
        assert_eq!(yaml.text_of("a"), Some("1.10"));
        assert_eq!(yaml.get("b").map(|list| list.items().len()), Some(2));
        assert!(yaml.get("c").is_some_and(|map| map.is_true("d")));
        assert!(Yaml::parse("a: &x [1]\nb: [*x, *x]\n").is_err());
        assert!(Yaml::parse(&"[".repeat(100_000)).is_err());
        assert!(Yaml::parse(&"- ".repeat(100_000)).is_err());
        assert!(Yaml::parse("a: [").is_err());
    }
}
