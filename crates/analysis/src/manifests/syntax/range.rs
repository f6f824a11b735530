//! Version ranges of all ecosystems, by their numbers: enough to pick one of the versions that a lock file has.

/// Whether a version may be what a range asks for. What is no range, such as a tag or a protocol, fits every version.
pub(crate) fn fits(range: &str, version: &str) -> bool {
    let version = numbers(version);
    range.split("||").any(|all| fits_all(all, &version))
}

/// The parts of a range that must all hold, separated by commas or spaces; `1.0 - 2.0` has both ends.
fn fits_all(range: &str, version: &[u64]) -> bool {
    if let Some((low, high)) = range.split_once(" - ") {
        return compares(">=", low.trim(), version) && compares("<=", high.trim(), version);
    }
    let mut operator = "";
    for word in range.split([',', ' ']).filter(|word| !word.is_empty()) {
        let end = word.find(|c| !"<>=!~^".contains(c)).unwrap_or(word.len());
        if end > 0 {
            operator = &word[..end];
        }
        if end < word.len() {
            if !compares(operator, &word[end..], version) {
                return false;
            }
            operator = "";
        }
    }
    true
}

fn compares(operator: &str, wanted: &str, version: &[u64]) -> bool {
    let wanted = wanted.trim_start_matches(['v', '=']);
    let numbers = numbers(wanted);
    if numbers.is_empty() {
        return true;
    }
    let is_prefix = |length: usize| (0..length).all(|at| part(version, at) == part(&numbers, at));
    let order = || {
        let mut parts = (0..version.len().max(numbers.len())).map(|at| part(version, at).cmp(&part(&numbers, at)));
        parts.find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
    };
    let is_wildcard = wanted.split('.').any(|part| matches!(part, "*" | "x" | "X"));
    match operator {
        ">=" => order().is_ge(),
        ">" => order().is_gt(),
        "<=" => order().is_le() || is_prefix(numbers.len()),
        "<" => order().is_lt(),
        "!=" => !is_prefix(numbers.len()),
        "~" => order().is_ge() && is_prefix(numbers.len().min(2)),
        "~>" | "~=" => order().is_ge() && is_prefix(numbers.len().saturating_sub(1).max(1)),
        "=" | "==" | "===" => is_prefix(numbers.len()),
        _ if is_wildcard => is_prefix(numbers.len()),
        // `^1.2`, and a version alone: the first number that is not 0 stays.
        _ => {
            let leading = numbers.iter().position(|number| *number != 0);
            order().is_ge() && is_prefix(leading.unwrap_or(numbers.len() - 1) + 1)
        }
    }
}

fn part(numbers: &[u64], at: usize) -> u64 {
    numbers.get(at).copied().unwrap_or(0)
}

/// The numbers of a version up to the first other part: `1.2.0rc1` is 1, 2, 0.
fn numbers(version: &str) -> Vec<u64> {
    let version = version.trim_start_matches('v');
    let plain = version
        .split(|c: char| !(c.is_ascii_digit() || c == '.'))
        .next()
        .unwrap_or_default();
    plain.split('.').map_while(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn ranges_of_all_ecosystems_compare_by_their_numbers() {
        for (range, fitting, other) in [
            ("^1.2.1", "1.9.0", "1.0.7"),
            ("^0.3.1", "0.3.4", "0.4.0"),
            ("1.2", "1.4.0", "2.0.0"),
            ("~1.2.3", "1.2.9", "1.3.0"),
            ("~> 1.2", "1.9", "2.0"),
            ("~=4.1", "4.9", "5.0"),
            (">=3.6.0,<5", "4.12.4", "5.0.1"),
            (">=17.0, <18.0", "17.4", "18.0"),
            ("1.x || >= 3", "3.1.0", "2.9.9"),
            ("1.2.3 - 2.3", "2.3.9", "2.4.0"),
            ("==1.2.*", "1.2.7", "1.3.0"),
            ("!=1.5,>1", "1.6", "1.5.2"),
        ] {
            assert!(fits(range, fitting), "{range} {fitting}");
            assert!(!fits(range, other), "{range} {other}");
        }
        for range in ["", "*", "latest", "workspace:^", "catalog:", "any"] {
            assert!(fits(range, "1.0.0"), "{range}");
        }
    }
}
