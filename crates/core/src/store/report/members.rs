//! Where the members of a report are in its stored bytes, so that one of them is read without the others.
//!
//! A report is compressed in segments: at the end of each the compressor is flushed and forgets what came before, so that
//! inflating can begin there. A large member has a segment of its own; small neighbors share one.

use std::io::{self, Read};
use std::ops::Range;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

/// A segment has at least this many bytes of the report. A flush costs a few bytes, and the words that the compressor
/// forgets.
const SEGMENT: usize = 16 * 1024;

/// The final block that the stored ones lack, with nothing in it.
pub(in crate::store) const END: &[u8] = &[3, 0];

/// One member at the top of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Row", into = "Row")]
pub struct Member {
    pub name: String,
    /// The stored bytes from which it is inflated.
    pub stored: Range<u64>,
    /// Inflated bytes before it.
    pub skip: u64,
    /// Length of its value as JSON text.
    pub length: u64,
}

/// As it is stored: name, begin, end, skip, length.
type Row = (String, u64, u64, u64, u64);

impl From<Row> for Member {
    fn from((name, begin, end, skip, length): Row) -> Self {
        Self {
            name,
            stored: begin..end,
            skip,
            length,
        }
    }
}

impl From<Member> for Row {
    fn from(member: Member) -> Self {
        (
            member.name,
            member.stored.start,
            member.stored.end,
            member.skip,
            member.length,
        )
    }
}

impl Member {
    /// The member's JSON text. `stored` are the bytes of the range of that name.
    ///
    /// # Errors
    /// When they are not the bytes that were stored.
    pub fn inflate(&self, stored: &[u8]) -> io::Result<String> {
        let mut inflated = flate2::read::DeflateDecoder::new(stored.chain(END));
        io::copy(&mut inflated.by_ref().take(self.skip), &mut io::sink())?;
        let mut text = String::with_capacity(usize::try_from(self.length).unwrap_or_default());
        inflated.take(self.length).read_to_string(&mut text)?;
        if text.len() as u64 == self.length {
            Ok(text)
        } else {
            Err(io::Error::other(format!(
                "the stored member `{}` is cut off",
                self.name
            )))
        }
    }
}

/// Names of a report's members and where their values are; none where it is no JSON object.
pub(in crate::store) fn values(report: &[u8]) -> Vec<(String, Range<usize>)> {
    let start = report.as_ptr() as usize;
    let members: Members<'_> = serde_json::from_slice(report).unwrap_or(Members(Vec::new()));
    let place = |value: &RawValue| {
        let begin = value.get().as_ptr() as usize - start;
        begin..begin + value.get().len()
    };
    members
        .0
        .into_iter()
        .map(|(name, value)| (name, place(value)))
        .collect()
}

/// Where the report is cut into segments, its end included; the values are in their order.
pub(in crate::store) fn cuts(length: usize, values: &[(String, Range<usize>)]) -> Vec<usize> {
    let mut cuts = Vec::new();
    let mut last = 0;
    for (_, value) in values {
        for (at, apart) in [(value.start, value.start - last), (value.end, value.len())] {
            if apart >= SEGMENT && at > last {
                cuts.push(at);
                last = at;
            }
        }
    }
    if length > last || cuts.is_empty() {
        cuts.push(length);
    }
    cuts
}

/// The members by `segments`: for each its end in the report and in the stored bytes.
pub(in crate::store) fn index(values: Vec<(String, Range<usize>)>, segments: &[(usize, usize)]) -> Vec<Member> {
    values
        .into_iter()
        .map(|(name, value)| {
            let before = segments.iter().rfind(|(plain, _)| *plain <= value.start);
            let (plain, begin) = before.copied().unwrap_or((0, 0));
            let after = segments.iter().find(|(plain, _)| *plain >= value.end);
            let end = after.or(segments.last()).map_or(0, |(_, stored)| *stored);
            Member {
                name,
                stored: begin as u64..end as u64,
                skip: (value.start - plain) as u64,
                length: value.len() as u64,
            }
        })
        .collect()
}

/// An object's members, in their order, unparsed.
#[derive(Debug)]
pub struct Members<'a>(pub Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(name) = map.next_key::<String>()? {
                    members.push((name, map.next_value()?));
                }
                Ok(Members(members))
            }
        }
        json.deserialize_map(Object)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::store::StoredReport;

    fn check(members: &[(String, String)]) {
        let text: Vec<String> = members
            .iter()
            .map(|(name, value)| format!("{}: {value}", serde_json::Value::from(name.as_str())))
            .collect();
        let report = format!("{{{}}}", text.join(" ,"));
        let stored = StoredReport::compress(report.as_bytes()).expect("compresses");
        let mut whole = String::new();
        std::io::Read::read_to_string(&mut stored.reader(), &mut whole).expect("a sound report");
        assert_eq!(whole, report);
        assert_eq!(stored.members.len(), members.len());
        for (member, (name, value)) in stored.members.iter().zip(members) {
            let range =
                usize::try_from(member.stored.start).expect("fits")..usize::try_from(member.stored.end).expect("fits");
            assert_eq!(&member.name, name);
            assert_eq!(&member.inflate(&stored.bytes[range]).expect("inflates"), value);
            let text = serde_json::to_string(member).expect("plain data");
            assert_eq!(&serde_json::from_str::<super::Member>(&text).expect("the same"), member);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn each_member_is_read_alone(
            members in prop::collection::vec(("[a-z\"\\\\]{0,6}", prop::sample::select(vec![0_usize, 1, 40, 4_000, 15_000, 17_000, 90_000])), 0..12)
        ) {
            let members: Vec<(String, String)> = members
                .into_iter()
                .map(|(name, length)| (name, serde_json::Value::from("a1ü".repeat(length / 4)).to_string()))
                .collect();
            check(&members);
        }
    }

    #[test]
    fn what_is_no_object_has_no_members() {
        for text in ["[1]", "7", "{\"a\":", ""] {
            let stored = StoredReport::compress(text.as_bytes()).expect("compresses");
            assert!(stored.members.is_empty(), "{text}");
        }
    }
}
