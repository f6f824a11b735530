//! XML as a small tree: elements, attributes and text. Entities other than the five of XML are not expanded.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// Elements open at a time.
const MAX_DEPTH: usize = 64;
const MAX_ELEMENTS: usize = 500_000;

/// One element. Names are without their prefix.
#[derive(Debug, Default)]
pub(in crate::manifests) struct Element {
    pub(in crate::manifests) name: String,
    pub(in crate::manifests) attributes: Vec<(String, String)>,
    pub(in crate::manifests) children: Vec<Element>,
    /// All text directly in it, trimmed.
    pub(in crate::manifests) text: String,
}

impl Element {
    /// Parses a document and returns its root.
    ///
    /// # Errors
    /// The text is no XML, or is nested too deeply.
    pub(in crate::manifests) fn parse(text: &str) -> Result<Self, String> {
        let mut reader = Reader::from_str(text);
        let mut open = vec![Self::default()];
        let mut elements = 0usize;
        loop {
            let event = reader.read_event().map_err(|error| error.to_string())?;
            match event {
                Event::Start(start) => {
                    elements += 1;
                    if open.len() > MAX_DEPTH || elements > MAX_ELEMENTS {
                        return Err(format!(
                            "it is nested more than {MAX_DEPTH} deep, or has more than {MAX_ELEMENTS} elements"
                        ));
                    }
                    open.push(Self::start(&start)?);
                }
                Event::Empty(start) => {
                    elements += 1;
                    if elements > MAX_ELEMENTS {
                        return Err(format!("it has more than {MAX_ELEMENTS} elements"));
                    }
                    let element = Self::start(&start)?;
                    open.last_mut()
                        .map(|parent| parent.children.push(element))
                        .ok_or("no root")?;
                }
                Event::End(_) => {
                    let mut element = open.pop().ok_or("an element ends that did not begin")?;
                    element.text = element.text.trim().to_owned();
                    open.last_mut()
                        .map(|parent| parent.children.push(element))
                        .ok_or("an element ends that did not begin")?;
                }
                Event::Eof => break,
                text => {
                    if let Some(element) = open.last_mut() {
                        element.add_text(&text);
                    }
                }
            }
        }
        if open.len() != 1 {
            return Err("an element does not end".to_owned());
        }
        let root = open.pop().and_then(|document| document.children.into_iter().next());
        root.ok_or_else(|| "it has no element".to_owned())
    }

    fn add_text(&mut self, event: &Event<'_>) {
        match event {
            Event::Text(text) => self.text.push_str(&text.xml10_content()),
            Event::CData(text) => self.text.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => match &*reference.xml10_content() {
                "amp" => self.text.push('&'),
                "lt" => self.text.push('<'),
                "gt" => self.text.push('>'),
                "quot" => self.text.push('"'),
                "apos" => self.text.push('\''),
                // As written: a name that is made of it is shown, and is no name of a package.
                name => self.text.extend(["&", name, ";"]),
            },
            _ => {}
        }
    }

    fn start(start: &BytesStart<'_>) -> Result<Self, String> {
        let mut element = Self {
            name: start.local_name().as_ref().to_owned(),
            ..Self::default()
        };
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| error.to_string())?;
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|error| error.to_string())?;
            let name = attribute.key.local_name().as_ref().to_owned();
            element.attributes.push((name, value.into_owned()));
        }
        Ok(element)
    }

    pub(in crate::manifests) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The children of that name.
    pub(in crate::manifests) fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text of the child of that name, where there is some.
    pub(in crate::manifests) fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name)
            .map(|child| child.text.as_str())
            .filter(|text| !text.is_empty())
    }

    /// An attribute; names are compared without case.
    pub(in crate::manifests) fn attribute(&self, name: &str) -> Option<&str> {
        let mut all = self.attributes.iter();
        all.find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_read_and_bombs_are_refused() {
        let root = Element::parse("<?xml version='1.0'?><a:p xmlns:a='x'><b c='1&amp;2'/> x &lt; <!-- n --></a:p>")
            .expect("valid");
        assert_eq!((root.name.as_str(), root.text.as_str()), ("p", "x <"));
        assert_eq!(root.child("b").and_then(|b| b.attribute("C")), Some("1&2"));
        assert!(Element::parse(&"<a>".repeat(100_000)).is_err());
        assert!(Element::parse("<a><b></a>").is_err() && Element::parse("").is_err());
        let bomb = "<!DOCTYPE l [<!ENTITY a 'x'><!ENTITY b '&a;&a;&a;'>]><l>&b;</l>";
        assert_eq!(Element::parse(bomb).expect("not expanded").text, "&b;");
    }
}
