//! Finds one member of a report, or one page of a list in it, while the report streams by: nothing else is kept.

use std::fmt;
use std::io::{self, BufReader, Read};

use serde::Deserialize as _;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Names that a refusal lists at most.
const MAX_NAMES: usize = 60;

/// Which part of a list.
#[derive(Debug, Clone, Copy)]
pub struct Range {
    pub offset: u64,
    pub limit: u64,
}

/// The value at the place.
#[derive(Debug)]
pub enum SectionValue {
    /// The whole value, as JSON.
    Whole(Box<RawValue>),
    /// One page of a list or of an object's members, as JSON, and how many there are in all.
    Page { json: Vec<u8>, returned: u64, total: u64 },
    /// It was to be paged, and is neither a list nor an object.
    NoList,
    /// There is no member of that name in the part at `above` (empty: the report); `names` are its members.
    Missing { above: String, names: Vec<String> },
}

/// Coalescer for the member at `path`. Reads no further than it must.
///
/// # Errors
/// When the report cannot be read or is no JSON.
pub fn find(report: impl Read, path: &[&str], range: Option<Range>) -> io::Result<SectionValue> {
    let mut found = None;
    let mut json = serde_json::Deserializer::from_reader(BufReader::with_capacity(64 * 1024, report));
    let walk = Walk {
        path,
        depth: 0,
        range,
        found: &mut found,
    };
    let read = walk.deserialize(&mut json);
    match (found, read) {
        // The rest was left unread, which the parser reports as an error.
        (Some(found), _) => Ok(found),
        (None, Err(error)) => Err(io::Error::other(error)),
        (None, Ok(())) => Err(io::Error::other("the report ended early")),
    }
}

struct Walk<'a> {
    path: &'a [&'a str],
    depth: usize,
    range: Option<Range>,
    found: &'a mut Option<SectionValue>,
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        match (self.depth == self.path.len(), self.range) {
            (true, None) => {
                *self.found = Some(SectionValue::Whole(Box::<RawValue>::deserialize(json)?));
                Ok(())
            }
            _ => json.deserialize_any(self),
        }
    }
}

impl Walk<'_> {
    /// A value that is neither a list nor an object.
    fn plain<E>(self) -> Result<(), E> {
        *self.found = Some(if self.depth == self.path.len() {
            SectionValue::NoList
        } else {
            self.missing(Vec::new())
        });
        Ok(())
    }

    fn missing(&self, names: Vec<String>) -> SectionValue {
        SectionValue::Missing {
            above: self.path[..self.depth].join("."),
            names,
        }
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.plain()
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        self.plain()
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        self.plain()
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        self.plain()
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        self.plain()
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.plain()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Some(range) = self.range.filter(|_| self.depth == self.path.len()) else {
            return self.plain();
        };
        let mut page = Page::new(range, b'[', b']');
        loop {
            if page.wants() {
                match list.next_element::<Box<RawValue>>()? {
                    Some(value) => page.take(None, &value).map_err(A::Error::custom)?,
                    None => break,
                }
            } else if list.next_element::<IgnoredAny>()?.is_none() {
                break;
            } else {
                page.total += 1;
            }
        }
        *self.found = Some(page.end());
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if self.depth == self.path.len() {
            let Some(range) = self.range else {
                return self.plain();
            };
            let mut page = Page::new(range, b'{', b'}');
            while let Some(name) = map.next_key::<String>()? {
                if page.wants() {
                    let value = map.next_value::<Box<RawValue>>()?;
                    page.take(Some(&name), &value).map_err(A::Error::custom)?;
                } else {
                    map.next_value::<IgnoredAny>()?;
                    page.total += 1;
                }
            }
            *self.found = Some(page.end());
            return Ok(());
        }
        let mut names = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            if name == self.path[self.depth] {
                return map.next_value_seed(Self {
                    depth: self.depth + 1,
                    ..self
                });
            }
            map.next_value::<IgnoredAny>()?;
            if names.len() < MAX_NAMES {
                names.push(name);
            }
        }
        *self.found = Some(self.missing(names));
        Ok(())
    }
}

/// A page while it is filled.
struct Page {
    range: Range,
    json: Vec<u8>,
    close: u8,
    returned: u64,
    total: u64,
}

impl Page {
    fn new(range: Range, open: u8, close: u8) -> Self {
        Self {
            range,
            json: vec![open],
            close,
            returned: 0,
            total: 0,
        }
    }

    /// Whether the next one is on this page.
    fn wants(&self) -> bool {
        self.total >= self.range.offset && self.returned < self.range.limit
    }

    fn take(&mut self, name: Option<&str>, value: &RawValue) -> serde_json::Result<()> {
        if self.returned > 0 {
            self.json.push(b',');
        }
        if let Some(name) = name {
            serde_json::to_writer(&mut self.json, name)?;
            self.json.push(b':');
        }
        self.json.extend(value.get().as_bytes());
        self.returned += 1;
        self.total += 1;
        Ok(())
    }

    fn end(mut self) -> SectionValue {
        self.json.push(self.close);
        SectionValue::Page {
            json: self.json,
            returned: self.returned,
            total: self.total,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = r#"{"a":{"list":[1,{"x":"]"},[3],4],"map":{"k\"1":1,"k2":2},"n":7},"b":[],"deep":[[[[1]]]]}"#;

    fn part(path: &str, range: Option<(u64, u64)>) -> String {
        let path: Vec<&str> = path.split('.').collect();
        let range = range.map(|(offset, limit)| Range { offset, limit });
        match find(REPORT.as_bytes(), &path, range).expect("a report") {
            SectionValue::Whole(value) => value.get().to_owned(),
            SectionValue::Page { json, returned, total } => {
                format!("{} {returned} of {total}", String::from_utf8(json).expect("UTF-8"))
            }
            SectionValue::NoList => "no list".to_owned(),
            SectionValue::Missing { above, names } => format!("`{above}` has {}", names.join(" ")),
        }
    }

    #[test]
    fn members_and_pages_are_found() {
        assert_eq!(part("b", None), "[]");
        assert_eq!(part("a.n", None), "7");
        assert_eq!(part("a.map", None), "{\"k\\\"1\":1,\"k2\":2}");
        assert_eq!(part("a.list", Some((1, 2))), "[{\"x\":\"]\"},[3]] 2 of 4");
        assert_eq!(part("a.list", Some((9, 2))), "[] 0 of 4");
        assert_eq!(part("a.map", Some((1, 5))), "{\"k2\":2} 1 of 2");
        assert_eq!(part("a.map", Some((0, 1))), "{\"k\\\"1\":1} 1 of 2");
        assert_eq!(part("b", Some((0, 5))), "[] 0 of 0");
    }

    #[test]
    fn a_missing_member_is_reported_with_the_existing_ones() {
        assert_eq!(part("c", None), "`` has a b deep");
        assert_eq!(part("a.c", None), "`a` has list map n");
        assert_eq!(part("a.n.x", None), "`a.n` has ");
        assert_eq!(part("a.list.x", None), "`a.list` has ");
        assert_eq!(part("a.n", Some((0, 1))), "no list");
        assert!(find(&b"{\"a\":"[..], &["b"], None).is_err(), "cut off");
        assert!(find(&b"[1]"[..], &["b"], None).is_ok_and(|found| matches!(found, SectionValue::Missing { .. })));
    }
}
