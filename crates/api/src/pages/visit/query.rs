//! The filter of a page, which is all in its address: what is chosen, and the addresses of other choices.

use url::form_urlencoded;

use crate::pages::view::text::in_query;

/// Longer values choose nothing.
const MAX_VALUE: usize = 4_096;

/// The parameters that a page knows, in its own order: so the same choice has one address.
#[derive(Debug, Clone, Default)]
pub struct Query(Vec<(&'static str, String)>);

impl Query {
    /// Those of `known` that are in the query of an address; the first of each counts.
    pub fn parse(query: &str, known: &'static [&'static str]) -> Self {
        let mut chosen = Vec::new();
        for name in known {
            let found = form_urlencoded::parse(query.as_bytes()).find(|(other, _)| other == name);
            if let Some((_, value)) = found
                && !value.trim().is_empty()
                && value.len() <= MAX_VALUE
            {
                chosen.push((*name, value.into_owned()));
            }
        }
        Self(chosen)
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(other, _)| *other == name)
            .map(|(_, value)| value.as_str())
    }

    pub fn is(&self, name: &str, value: &str) -> bool {
        self.get(name) == Some(value)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A page of a list, counted from 1.
    pub fn page(&self) -> usize {
        self.get("page").and_then(|page| page.parse().ok()).unwrap_or(1)
    }

    /// The query of an address with this choice in place of that of the same name, on the first page. An empty value removes
    /// the choice.
    pub fn with(&self, name: &'static str, value: &str) -> String {
        let mut pairs: Vec<(&str, &str)> = self
            .0
            .iter()
            .filter(|(other, _)| *other != name && *other != "page")
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        if !value.is_empty() {
            pairs.push((name, value));
        }
        written(&pairs)
    }

    /// As it is.
    pub fn text(&self) -> String {
        let pairs: Vec<(&str, &str)> = self.0.iter().map(|(name, value)| (*name, value.as_str())).collect();
        written(&pairs)
    }
}

fn written(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{name}={}", in_query(value)))
        .collect();
    pairs.join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_choices_count_and_each_once() {
        let query = Query::parse(
            "sort=lines&x=1&q=a%20b%26&sort=path&page=3&dir=",
            &["q", "sort", "dir", "page"],
        );
        assert_eq!(
            (query.get("q"), query.get("sort"), query.get("x"), query.get("dir")),
            (Some("a b&"), Some("lines"), None, None)
        );
        assert_eq!(query.page(), 3);
        assert_eq!(query.text(), "q=a%20b%26&sort=lines&page=3");
        assert_eq!(query.with("sort", "path"), "q=a%20b%26&sort=path");
        assert_eq!(query.with("q", ""), "sort=lines");
        assert_eq!(query.with("page", "4"), "q=a%20b%26&sort=lines&page=4");
    }
}
