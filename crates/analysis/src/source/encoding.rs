//! Bytes of a file to text in UTF-8 with lines that end with `\n`, so that nothing behind this knows of encodings.

/// How much of a file decides whether it is binary, as in git.
const WINDOW: usize = 8_000;
const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

/// The bytes are no text.
#[derive(Debug, PartialEq, Eq)]
pub struct Binary;

/// Makes UTF-8 of UTF-8, UTF-16 and UTF-32, with or without a byte order mark, and of bytes in an encoding of single
/// bytes, which are read as Latin-1. A mark is removed; lines that end with `\r` only get the usual end.
///
/// # Errors
/// The bytes are no text.
pub fn decode(bytes: &mut Vec<u8>) -> Result<(), Binary> {
    if let Some(wide) = Wide::of(bytes) {
        *bytes = wide.decode(bytes).ok_or(Binary)?.into_bytes();
    } else if bytes.starts_with(UTF8_MARK) {
        bytes.drain(..UTF8_MARK.len());
    }
    if is_binary(bytes) {
        return Err(Binary);
    }
    if std::str::from_utf8(bytes).is_err() {
        *bytes = latin1(bytes).into_bytes();
    }
    if memchr::memchr(b'\r', bytes).is_some() && memchr::memchr(b'\n', bytes).is_none() {
        bytes
            .iter_mut()
            .filter(|byte| **byte == b'\r')
            .for_each(|byte| *byte = b'\n');
    }
    Ok(())
}

/// A NUL near the beginning, but for a stray one in what is otherwise text.
fn is_binary(bytes: &[u8]) -> bool {
    let window = &bytes[..bytes.len().min(WINDOW)];
    let zeros = memchr::memchr_iter(0, window).count();
    zeros > 0 && (zeros * 200 > window.len() || std::str::from_utf8(bytes).is_err())
}

/// Decodes bytes that are no UTF-8 as the characters with their numbers; valid UTF-8 is kept.
fn latin1(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 8);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().copied().map(char::from));
    }
    text
}

/// Encodings of more than one byte for each character.
#[derive(Debug, Clone, Copy)]
struct Wide {
    little_endian: bool,
    /// Bytes of a unit: 2 or 4.
    unit: usize,
    /// Length of the byte order mark.
    mark: usize,
}

impl Wide {
    fn of(bytes: &[u8]) -> Option<Self> {
        let by_mark = |little_endian, unit| {
            Some(Self {
                little_endian,
                unit,
                mark: unit,
            })
        };
        match bytes {
            [0xff, 0xfe, 0, 0, ..] => by_mark(true, 4),
            [0, 0, 0xfe, 0xff, ..] => by_mark(false, 4),
            [0xff, 0xfe, ..] => by_mark(true, 2),
            [0xfe, 0xff, ..] => by_mark(false, 2),
            _ => Self::without_mark(bytes),
        }
    }

    /// Text of mostly ASCII in UTF-16 has a NUL as every other byte.
    fn without_mark(bytes: &[u8]) -> Option<Self> {
        let window = &bytes[..bytes.len().min(WINDOW) & !1];
        let pairs = window.len() / 2;
        if pairs < 2 || !bytes.len().is_multiple_of(2) || memchr::memchr(0, window).is_none() {
            return None;
        }
        let zeros = |first: usize| window.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
        let (even, odd) = (zeros(0), zeros(1));
        let wide = |little_endian| Self {
            little_endian,
            unit: 2,
            mark: 0,
        };
        if even == 0 && odd * 2 > pairs {
            Some(wide(true))
        } else if odd == 0 && even * 2 > pairs {
            Some(wide(false))
        } else {
            None
        }
    }

    fn decode(self, bytes: &[u8]) -> Option<String> {
        let bytes = bytes.get(self.mark..)?;
        let units = bytes.chunks_exact(self.unit).map(|unit| {
            let fold = |value: u32, byte: &u8| value << 8 | u32::from(*byte);
            if self.little_endian {
                unit.iter().rev().fold(0, fold)
            } else {
                unit.iter().fold(0, fold)
            }
        });
        let text: String = if self.unit == 4 {
            units.map(char::from_u32).collect::<Option<_>>()?
        } else {
            let units = units.map(|unit| u16::try_from(unit).unwrap_or(0xfffd));
            char::decode_utf16(units)
                .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect()
        };
        let is_text = |c: char| !c.is_control() || c.is_whitespace() || c == '\u{1b}';
        (self.mark > 0 || text.chars().all(is_text)).then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> Option<String> {
        let mut bytes = bytes.to_vec();
        decode(&mut bytes)
            .ok()
            .map(|()| String::from_utf8(bytes).expect("UTF-8"))
    }

    fn utf16(text: &str, little_endian: bool) -> Vec<u8> {
        let bytes = |unit: u16| {
            if little_endian {
                unit.to_le_bytes()
            } else {
                unit.to_be_bytes()
            }
        };
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn text_of_each_encoding_is_read() {
        let text = "class Ä {\r\n}\n";
        assert_eq!(decoded(text.as_bytes()).as_deref(), Some(text));
        assert_eq!(decoded(&[UTF8_MARK, text.as_bytes()].concat()).as_deref(), Some(text));
        for little_endian in [true, false] {
            let marked = utf16(&format!("\u{feff}{text}"), little_endian);
            assert_eq!(decoded(&marked).as_deref(), Some(text));
            assert_eq!(decoded(&utf16(text, little_endian)).as_deref(), Some(text));
        }
        let wide: Vec<u8> = format!("\u{feff}{text}")
            .chars()
            .flat_map(|c| (c as u32).to_le_bytes())
            .collect();
        assert_eq!(decoded(&wide).as_deref(), Some(text));
        assert_eq!(decoded(b"gr\xfcn \xc3\xbc").as_deref(), Some("grün ü"));
        assert_eq!(decoded(b"").as_deref(), Some(""));
    }

    #[test]
    fn lines_of_old_systems_end() {
        assert_eq!(decoded(b"a\rb\r").as_deref(), Some("a\nb\n"));
        assert_eq!(decoded(b"a\rb\n").as_deref(), Some("a\rb\n"));
        assert_eq!(decoded(&utf16("a\rb", true)).as_deref(), Some("a\nb"));
    }

    #[test]
    fn binary_files_are_none() {
        assert_eq!(decoded(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0"), None);
        assert_eq!(decoded(&[0x47, 0, 0, 0, 0x47, 1, 2, 3]), None);
        assert_eq!(decoded(b"\0\0\0\0"), None);
        // A stray NUL in a long text does not make it binary.
        let text = format!("{}\0{}", "let a = 1;\n".repeat(100), "let b = 2;\n".repeat(100));
        assert_eq!(decoded(text.as_bytes()).as_deref(), Some(text.as_str()));
    }
}
