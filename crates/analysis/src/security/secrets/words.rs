//! The form of a value: random, a placeholder, or words.

mod list;
mod placeholder;

use list::WORDS;
pub use placeholder::{is_placeholder, is_template};

/// Shannon entropy in bits for each byte.
pub fn entropy(text: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for byte in text {
        counts[usize::from(*byte)] += 1;
    }
    let length = text.len() as f64;
    let bits = |count: &u32| {
        let share = f64::from(*count) / length;
        -share * share.log2()
    };
    counts.iter().filter(|count| **count > 0).map(bits).sum::<f64>() + 0.0
}

fn has_word(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    WORDS.iter().any(|word| word.len() >= 5 && lower.contains(word))
}

fn is_hex(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Four groups of the hexadecimal form `8-4-4-4-12`.
pub fn is_uuid(value: &str) -> bool {
    let lengths: Vec<usize> = value.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && value.split('-').all(is_hex)
}

/// The least entropy of random base 64 of this length, as CredSweeper measured it.
fn least_entropy(length: usize) -> f64 {
    let x = length as f64;
    match length {
        0..=17 => 0.915 * x.log2() - 0.047,
        18..=34 => 0.767 * x.log2() + 0.568,
        35..=64 => 0.944 * x.log2() - 0.009 * x - 0.04,
        _ => 0.621 * x.log2() - 0.003 * x + 1.54,
    }
}

/// Whether a value has the form of one that a program drew at random.
pub fn is_random(value: &str) -> bool {
    let bytes = value.as_bytes();
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = bytes.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    if value.len() < 12 || digits == 0 || letters == 0 || has_word(value) || is_uuid(value) {
        return false;
    }
    if is_hex(value) {
        return value.len() >= 16 && digits >= 3 && letters >= 2 && entropy(bytes) >= 3.0;
    }
    // The bound is that of random text; what people write is well below it.
    let slack = 0.2;
    entropy(bytes) >= (least_entropy(value.len()) - slack).min(4.6) && changes(bytes) * 5 >= value.len()
}

/// How often a digit follows a letter, a letter a digit, or an upper case letter a lower case one.
fn changes(text: &[u8]) -> usize {
    let is_change = |pair: &[u8]| {
        (pair[0].is_ascii_digit() && pair[1].is_ascii_alphabetic())
            || (pair[0].is_ascii_alphabetic() && pair[1].is_ascii_digit())
            || (pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase())
    };
    text.windows(2).filter(|pair| is_change(pair)).count()
}

/// Whether a value has the form of a password that a person chose: three kinds of characters, and none that code has.
pub fn is_chosen_password(value: &str) -> bool {
    let has = |test: fn(&u8) -> bool| usize::from(value.as_bytes().iter().any(test));
    let special = |byte: &u8| {
        matches!(
            byte,
            b'!' | b'@' | b'#' | b'$' | b'%' | b'^' | b'&' | b'*' | b'+' | b'=' | b'?' | b'~'
        )
    };
    let kinds = has(|b| b.is_ascii_lowercase()) + has(|b| b.is_ascii_uppercase()) + has(|b| b.is_ascii_digit());
    let has_special = has(special);
    let is_plain = |byte: u8| {
        byte.is_ascii_graphic()
            && !matches!(
                byte,
                b'(' | b')'
                    | b'{'
                    | b'}'
                    | b'['
                    | b']'
                    | b'<'
                    | b'>'
                    | b'/'
                    | b'\\'
                    | b'"'
                    | b'\''
                    | b'`'
                    | b';'
                    | b','
            )
    };
    (8..=64).contains(&value.len())
        && value.bytes().all(is_plain)
        && kinds + has_special >= 3
        && has(|b| b.is_ascii_digit()) == 1
        && entropy(value.as_bytes()) >= 2.5
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_and_not() {
        for value in [
            "9f86d081884c7d659a2feaa0c55ad015",
            "kT8vQ2nXw5Lp0RzY7bHc",
            "dGhpc2lzMTIzYTQ1Nnox9Q==",
            "a8Kd92-Lq_77xPz01w",
        ] {
            assert!(is_random(value), "{value}");
        }
        for value in [
            "my-service-account-v2",
            "getUserTokenForV3Check",
            "550e8400-e29b-41d4-a716-446655440000",
            "application/json",
            "org.apache.commons.v2",
            "2024-01-01T00:00:00Z",
            "aaaaaaaaaaaaaaaa1",
        ] {
            assert!(!is_random(value), "{value}");
        }
    }

    #[test]
    fn templates_and_placeholders() {
        for value in [
            "${TOKEN}", "{{ x }}", "<token>", "$TOKEN", "%TOKEN%", "pa%s", "****", "#{x}", "@x@",
        ] {
            assert!(is_template(value), "{value}");
        }
        assert!(!is_template("Sup3r$ecret!"));
        assert!(is_placeholder("your_token", false) && is_placeholder("AKIAIOSFODNN7EXAMPLE", true));
        assert!(is_placeholder("aaaaaaaaaaaa", true) && !is_placeholder("kT8vQ2nXw5Lp0RzY7bHc", true));
    }
}
