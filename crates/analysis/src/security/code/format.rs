//! Texts with placeholders.

use super::Value;

/// Whether each placeholder of a format (`%s`, `%(name)d`, `%1$05d`) is one of a number, in their order.
fn numbers(format: &str) -> Vec<bool> {
    let mut found = Vec::new();
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            rest = after;
            continue;
        }
        let named = rest.strip_prefix('(').and_then(|rest| rest.split_once(')'));
        let bare = named.map_or(rest, |(_, rest)| rest);
        let bare =
            bare.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '$' | '-' | '+' | '#' | '.' | '*'));
        let conversion = bare.trim_start_matches(['l', 'h', 'z', 'j']).chars().next();
        match conversion {
            Some('d' | 'i' | 'u' | 'x' | 'X' | 'o' | 'e' | 'f' | 'g' | 'c') => found.push(true),
            Some('s' | 'r' | 'v' | 'q' | 'a' | 'p' | 't' | 'T' | 'b' | 'B' | 'n') => found.push(false),
            _ => {}
        }
    }
    found
}

/// Takes the values of placeholders of numbers for numbers.
pub fn settle_numbers(format: &Value, values: &mut [Value]) {
    let Some(format) = format.text() else { return };
    let numbers = numbers(format);
    // `%(name)d` is filled in from one object.
    if format.contains("%(") && !numbers.iter().all(|is_number| *is_number) {
        return;
    }
    for (value, is_number) in values.iter_mut().zip(numbers) {
        if is_number {
            *value = Value::Number(0);
        }
    }
}

/// A call of a function that fills in a format.
pub fn call(name: String, mut values: Vec<Value>) -> Value {
    if super::is_format(&name)
        && let Some((format, filled)) = values.split_first_mut()
    {
        settle_numbers(format, filled);
    }
    Value::Call(name, values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_of_numbers() {
        assert_eq!(numbers("a %s b %d"), [false, true]);
        assert_eq!(numbers("%% %(id)d %1$05d %.2f %-5s"), [true, true, true, false]);
        assert_eq!(numbers("100 %, % of"), [] as [bool; 0]);
    }
}
