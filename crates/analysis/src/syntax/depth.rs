//! Is a text nested too deeply for a parser that calls itself? A rough scan that errs to the careful side.
//!
//! It counts brackets that are open at a time, and operators and operands without a statement's end: both grow the tree
//! in depth. Strings and comments are not told apart from code (that takes a parser), so a very long list in a data file
//! may be refused too; it is then counted in lines only and named.

/// Tokens without the end of a statement: the trees of `a + b + c …`, `a.b.c…`, `else if …`, `a ? b : c ? …` grow with
/// each; the parsers measured here die beyond 14,500.
const MAX_CHAIN: u32 = 12_000;

/// # Errors
/// A sentence for the report.
pub fn check(text: &[u8], max_nesting: u64) -> Result<(), String> {
    let (mut open, mut chain) = (0u64, 0u32);
    let mut previous = 0u8;
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => {
                open += 1;
                if open > max_nesting {
                    return Err(format!("nested deeper than {max_nesting} brackets: not parsed"));
                }
                if byte == b'{' {
                    chain = 0;
                }
            }
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            b';' | b',' => chain = 0,
            b'\n' if !continues(previous, &text[at + 1..]) => chain = 0,
            b'+' | b'-' | b'*' | b'/' | b'%' | b'?' | b'.' | b'&' | b'|' | b'^' | b'<' | b'>' | b'=' | b'!' | b'~'
            | b'`' => {
                chain += 1;
            }
            _ => {}
        }
        if chain > MAX_CHAIN {
            return Err(format!(
                "nested deeper than it can be parsed: more than {MAX_CHAIN} operators in one statement"
            ));
        }
        if !byte.is_ascii_whitespace() || byte == b'\n' {
            previous = byte;
        }
    }
    else_chain(text)
}

/// Whether a statement goes on over a line's end: an operator stands before or behind it. A line of a comment begins
/// with a star and a space.
fn continues(previous: u8, rest: &[u8]) -> bool {
    if matches!(
        previous,
        b'+' | b'-' | b'*' | b'/' | b'?' | b':' | b'.' | b'&' | b'|' | b'=' | b'>' | b'('
    ) {
        return true;
    }
    let next = rest
        .iter()
        .position(|b| !matches!(b, b' ' | b'\t'))
        .map_or(&rest[..0], |start| &rest[start..]);
    match next {
        [b'*', b' ' | b'/' | b'\n' | b'\r' | b'*', ..] | [b'/', b'/' | b'*', ..] => false,
        [
            b'+' | b'-' | b'*' | b'/' | b'?' | b':' | b'.' | b'&' | b'|' | b'=' | b'<' | b'>',
            ..,
        ] => true,
        _ => false,
    }
}

/// `else if` links hang below each other.
fn else_chain(text: &[u8]) -> Result<(), String> {
    const MAX_ELSE: usize = 5_000;
    if text.len() < MAX_ELSE * 6 {
        return Ok(());
    }
    let links = memchr::memmem::find_iter(text, b"else").count();
    if links > MAX_ELSE {
        Err(format!(
            "nested deeper than it can be parsed: more than {MAX_ELSE} branches"
        ))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deep_and_long_is_refused() {
        assert!(check("[".repeat(1_001).as_bytes(), 1_000).is_err());
        assert!(check("[]".repeat(5_000).as_bytes(), 1_000).is_ok());
        assert!(check("1+".repeat(20_000).as_bytes(), 1_000).is_err());
        assert!(check("a.".repeat(20_000).as_bytes(), 1_000).is_err());
        assert!(check("!".repeat(20_000).as_bytes(), 1_000).is_err());
        assert!(check("a?b:".repeat(20_000).as_bytes(), 1_000).is_err());
        assert!(check("if(a){}else ".repeat(20_000).as_bytes(), 1_000).is_err());
        assert!(check("a = b + c;\n".repeat(50_000).as_bytes(), 1_000).is_ok());
        assert!(check("x = {'a': 1.5, 'b': -2}\n".repeat(20_000).as_bytes(), 1_000).is_ok());
    }
}
