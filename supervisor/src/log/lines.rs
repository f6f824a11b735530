//! From the bytes of a child to lines of the log.

use std::borrow::Cow;
use std::fmt;

use repolens_log::{
    Level, LogFormat, TIMESTAMP_LEN, harmless_bytes, is_plain, may_hold_secret, push_prefix, redact, redact_bytes,
    safe_cut,
};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::sink::LogSink;

/// Longer lines are cut into pieces.
pub const LONGEST_LINE: usize = 16 * 1024;
/// Ends a piece that continues in the next line.
const CUT: &str = "…↩";
/// The number of bytes inspected beyond a cut, so that a secret's beginning is recognized.
const INSPECTED_BEYOND: usize = 16;

/// The writer of the lines.
#[derive(Clone, Copy, Debug)]
pub struct LineSource {
    pub name: &'static str,
    pub pid: u32,
    /// The level of lines without a level of their own.
    pub level: Level,
    pub format: LogFormat,
}

/// One stream of a child.
#[derive(Debug)]
pub struct LineReader {
    source: LineSource,
    /// The beginning of a line of which the end has not come yet.
    carry: Vec<u8>,
}

impl LineReader {
    pub fn new(source: LineSource) -> Self {
        Self {
            source,
            carry: Vec::new(),
        }
    }

    /// Takes the next bytes, read at `time`.
    pub fn feed(&mut self, chunk: &[u8], time: &str, sink: &mut LogSink) {
        let mut rest = chunk;
        if !self.carry.is_empty() {
            let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |newline| newline + 1);
            self.carry.extend_from_slice(&rest[..end]);
            rest = &rest[end..];
            let mut carry = std::mem::take(&mut self.carry);
            let is_whole = carry.pop_if(|last| *last == b'\n').is_some();
            let done = self.line(&carry, is_whole, true, time, sink);
            carry.drain(..done);
            // One long line must not keep its memory for ever.
            if carry.is_empty() && carry.capacity() > 2 * LONGEST_LINE {
                carry = Vec::new();
            }
            self.carry = carry;
        }
        let suspicious = may_hold_secret(rest);
        let prefix = self.prefix(time);
        let mut start = 0;
        for newline in memchr::memchr_iter(b'\n', rest) {
            let line = &rest[start..newline];
            start = newline + 1;
            // The common case: short, plain, nothing to mask, no time of its own.
            if !suspicious
                && line.len() <= LONGEST_LINE
                && self.source.format == LogFormat::Text
                && is_plain(line)
                && !begins_with_time(line)
            {
                sink.bytes.extend_from_slice(&prefix);
                sink.bytes.extend_from_slice(line);
                sink.bytes.push(b'\n');
                sink.line_done();
            } else {
                self.line(line, true, suspicious, time, sink);
            }
        }
        let tail = &rest[start..];
        if !tail.is_empty() {
            let done = self.line(tail, false, suspicious, time, sink);
            self.carry.extend_from_slice(&tail[done..]);
        }
    }

    /// The stream is over: a last line without a newline is a line.
    pub fn finish(&mut self, time: &str, sink: &mut LogSink) {
        let carry = std::mem::take(&mut self.carry);
        if !carry.is_empty() {
            self.line(&carry, true, true, time, sink);
        }
    }

    /// Writes a line, in pieces where it is long. A line whose end has not come yet is written only as far as it is too
    /// long. Returns how many bytes are done with.
    fn line(&mut self, line: &[u8], is_whole: bool, suspicious: bool, time: &str, sink: &mut LogSink) -> usize {
        let mut done = 0;
        let mut is_piece = false;
        let limit = if is_whole {
            LONGEST_LINE
        } else {
            LONGEST_LINE + INSPECTED_BEYOND
        };
        while line.len() - done > limit {
            let rest = &line[done..];
            let mut cut = if suspicious {
                safe_cut(rest, LONGEST_LINE)
            } else {
                LONGEST_LINE
            };
            // Not inside a character: those are up to four bytes long.
            for _ in 0..3 {
                if cut > 1 && rest[cut] & 0xc0 == 0x80 {
                    cut -= 1;
                }
            }
            self.write(&rest[..cut], true, suspicious, time, sink);
            is_piece = true;
            done += cut;
        }
        if is_whole {
            let last = line[done..].strip_suffix(b"\r").unwrap_or(&line[done..]);
            if !(is_piece && last.is_empty()) {
                self.write(last, false, suspicious, time, sink);
            }
            done = line.len();
        }
        done
    }

    fn write(&mut self, line: &[u8], goes_on: bool, suspicious: bool, time: &str, sink: &mut LogSink) {
        let line = if suspicious {
            redact_bytes(line)
        } else {
            Cow::Borrowed(line)
        };
        match self.source.format {
            LogFormat::Json => self.write_json(&line, goes_on, time, &mut sink.bytes),
            LogFormat::Text | LogFormat::Pretty => self.write_text(&line, goes_on, time, &mut sink.bytes),
        }
        sink.bytes.push(b'\n');
        sink.line_done();
    }

    fn write_text(&self, line: &[u8], goes_on: bool, time: &str, out: &mut Vec<u8>) {
        let own = parse_own(line, self.source.name);
        let mut prefix = String::with_capacity(96);
        let (time, level) = own
            .as_ref()
            .map_or((time, self.source.level), |own| (own.time, own.level));
        push_prefix(
            &mut prefix,
            time,
            self.source.name,
            level,
            self.source.format == LogFormat::Pretty,
        );
        out.extend_from_slice(prefix.as_bytes());
        let message = own.as_ref().map_or(line, |own| own.message);
        if is_plain(message) {
            out.extend_from_slice(message);
        } else {
            out.extend_from_slice(harmless_bytes(message).as_bytes());
        }
        if goes_on {
            out.extend_from_slice(CUT.as_bytes());
        }
    }

    fn write_json(&self, line: &[u8], goes_on: bool, time: &str, out: &mut Vec<u8>) {
        let text = String::from_utf8_lossy(line);
        if !goes_on
            && text.trim_start().starts_with('{')
            && let Ok(object) = serde_json::from_str::<Members<'_>>(&text)
        {
            self.merge(&object, time, out);
            return;
        }
        let own = parse_own(line, self.source.name);
        let (time, level) = own
            .as_ref()
            .map_or((time, self.source.level), |own| (own.time, own.level));
        let message = own.as_ref().map_or(text, |own| String::from_utf8_lossy(own.message));
        self.open_object(time, level, &message, if goes_on { CUT } else { "" }, out);
        out.push(b'}');
    }

    /// Writes a child's own object with our keys first, each once.
    fn merge(&self, object: &Members<'_>, time: &str, out: &mut Vec<u8>) {
        const TIME: [&str; 3] = ["ts", "timestamp", "time"];
        const LEVEL: [&str; 2] = ["level", "severity"];
        const MESSAGE: [&str; 2] = ["msg", "message"];
        let text_of = |names: &[&str]| {
            let (number, value) = object.0.iter().enumerate().find_map(|(number, (name, value))| {
                let text = names
                    .contains(&name.as_str())
                    .then(|| serde_json::from_str::<String>(value.get()).ok())??;
                Some((number, text))
            })?;
            Some((number, value))
        };
        let own_time = text_of(&TIME).filter(|(_, text)| time_length(text.as_bytes()) == Some(text.len()));
        let own_level = text_of(&LEVEL).and_then(|(number, text)| Some((number, Level::from_name(&text)?)));
        let message = text_of(&MESSAGE);
        let used = [
            own_time.as_ref().map(|own| own.0),
            own_level.map(|own| own.0),
            message.as_ref().map(|own| own.0),
        ];
        self.open_object(
            own_time.as_ref().map_or(time, |(_, text)| text),
            own_level.map_or(self.source.level, |(_, level)| level),
            message.as_ref().map_or("", |(_, text)| text),
            "",
            out,
        );
        for (number, (name, value)) in object.0.iter().enumerate() {
            let is_ours = ["ts", "source", "pid", "level", "msg"].contains(&name.as_str());
            let is_again = object.0[..number].iter().any(|(earlier, _)| earlier == name);
            if is_ours || is_again || used.contains(&Some(number)) {
                continue;
            }
            out.push(b',');
            push_json(out, name);
            out.push(b':');
            out.extend_from_slice(value.get().as_bytes());
        }
        out.push(b'}');
    }

    fn open_object(&self, time: &str, level: Level, message: &str, after: &str, out: &mut Vec<u8>) {
        out.extend_from_slice(br#"{"ts":"#);
        push_json(out, time);
        out.extend_from_slice(br#","source":""#);
        out.extend_from_slice(self.source.name.as_bytes());
        out.extend_from_slice(br#"","pid":"#);
        out.extend_from_slice(self.source.pid.to_string().as_bytes());
        out.extend_from_slice(br#","level":""#);
        out.extend_from_slice(level.name().to_ascii_lowercase().as_bytes());
        out.extend_from_slice(br#"","msg":"#);
        // Escaping may have hidden a secret from the check of the whole line.
        let message = redact(message);
        push_json(
            out,
            if after.is_empty() {
                message
            } else {
                Cow::Owned(format!("{message}{after}"))
            }
            .as_ref(),
        );
    }

    fn prefix(&self, time: &str) -> Vec<u8> {
        let mut prefix = String::with_capacity(48);
        push_prefix(&mut prefix, time, self.source.name, self.source.level, false);
        prefix.into_bytes()
    }
}

/// A line that already has its time and level.
struct Own<'a> {
    time: &'a str,
    level: Level,
    message: &'a [u8],
}

/// Splits `TIME [SOURCE] LEVEL MESSAGE`. The source may only be the child itself, so that none can forge another's line.
fn parse_own<'a>(line: &'a [u8], source: &str) -> Option<Own<'a>> {
    let length = time_length(line)?;
    let time = std::str::from_utf8(&line[..length]).ok()?;
    let (word, rest) = next_word(&line[length..])?;
    let (word, rest) = if word == source.as_bytes() {
        next_word(rest)?
    } else {
        (word, rest)
    };
    let level = Level::from_name(std::str::from_utf8(word).ok()?)?;
    // One blank, and those that pad the level to five.
    let padding = rest
        .iter()
        .take(1 + 5usize.saturating_sub(word.len()))
        .take_while(|byte| **byte == b' ')
        .count();
    Some(Own {
        time,
        level,
        message: &rest[padding..],
    })
}

fn next_word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let start = text
        .iter()
        .position(|byte| *byte != b' ')
        .filter(|blanks| *blanks > 0)?;
    let end = text[start..]
        .iter()
        .position(|byte| *byte == b' ')
        .map_or(text.len(), |length| start + length);
    Some((&text[start..end], &text[end..]))
}

fn begins_with_time(line: &[u8]) -> bool {
    line.len() > TIMESTAMP_LEN - 4 && line[0].is_ascii_digit() && time_length(line).is_some()
}

/// The length of the time in UTC at the beginning, as in `2026-01-22T18:05:55.123Z`.
fn time_length(line: &[u8]) -> Option<usize> {
    const FORM: &[u8] = b"dddd-dd-ddTdd:dd:dd";
    let fits = line.len() > FORM.len()
        && FORM.iter().zip(line).all(|(form, byte)| {
            if *form == b'd' {
                byte.is_ascii_digit()
            } else {
                form == byte
            }
        });
    if !fits {
        return None;
    }
    let mut end = FORM.len();
    if line[end] == b'.' {
        end += 1 + line[end + 1..]
            .iter()
            .take(9)
            .take_while(|byte| byte.is_ascii_digit())
            .count();
    }
    (line.get(end) == Some(&b'Z')).then_some(end + 1)
}

fn push_json(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(out, text).expect("a string is always JSON, and a `Vec` takes all bytes");
}

/// The members of an object, in order, as they were written.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

#[cfg(test)]
#[path = "lines/tests.rs"]
mod tests;
