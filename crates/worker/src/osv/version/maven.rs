//! Maven's `ComparableVersion`.

use std::cmp::Ordering;

use super::compare_digits;

/// Lists open at a time in one version.
const MAX_DEPTH: usize = 64;

#[derive(Debug, Clone, PartialEq)]
enum Item {
    Number(String),
    Name(String),
    List(Vec<Item>),
}

pub(super) fn compare(a: &str, b: &str) -> Ordering {
    compare_lists(&parse(a), &parse(b))
}

/// Names in their order; the empty one is the release.
const NAMES: [&str; 7] = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"];
const RELEASE: usize = 5;

fn name(text: &str, before_digit: bool) -> Item {
    let text = match text {
        "a" if before_digit => "alpha",
        "b" if before_digit => "beta",
        "m" if before_digit => "milestone",
        "ga" | "final" | "release" => "",
        "cr" => "rc",
        text => text,
    };
    Item::Name(text.to_owned())
}

fn item(is_digit: bool, text: &str) -> Item {
    if is_digit {
        Item::Number(text.to_owned())
    } else {
        name(text, false)
    }
}

/// The lists that are open while a version is read, the innermost last: each is closed into the one before it at the end.
struct OpenLists(Vec<Vec<Item>>);

impl OpenLists {
    fn push(&mut self, item: Item) {
        if let Some(list) = self.0.last_mut() {
            list.push(item);
        }
    }

    fn open(&mut self) {
        if self.0.len() < MAX_DEPTH {
            self.0.push(Vec::new());
        }
    }

    /// Opens a list, unless the innermost one is still empty.
    fn open_behind_items(&mut self) {
        if self.0.last().is_some_and(|list| !list.is_empty()) {
            self.open();
        }
    }

    /// The outermost list, with all others in it.
    fn close(mut self) -> Vec<Item> {
        while self.0.len() > 1 {
            let mut list = self.0.pop().unwrap_or_default();
            normalize(&mut list);
            self.push(Item::List(list));
        }
        let mut root = self.0.pop().unwrap_or_default();
        normalize(&mut root);
        root
    }
}

fn parse(version: &str) -> Vec<Item> {
    let version = version.trim().to_lowercase();
    let mut lists = OpenLists(vec![Vec::new()]);
    let (mut start, mut is_digit) = (0, false);
    for (at, c) in version.char_indices() {
        match c {
            '.' | '-' => {
                lists.push(if at == start {
                    Item::Number("0".to_owned())
                } else {
                    item(is_digit, &version[start..at])
                });
                start = at + 1;
                if c == '-' {
                    lists.open();
                }
            }
            c if c.is_ascii_digit() => {
                if !is_digit && at > start {
                    lists.open_behind_items();
                    lists.push(name(&version[start..at], true));
                    start = at;
                    lists.open();
                }
                is_digit = true;
            }
            _ => {
                if is_digit && at > start {
                    lists.push(item(true, &version[start..at]));
                    start = at;
                    lists.open();
                }
                is_digit = false;
            }
        }
    }
    if version.len() > start {
        if !is_digit {
            lists.open_behind_items();
        }
        lists.push(item(is_digit, &version[start..]));
    }
    lists.close()
}

fn is_null(item: &Item) -> bool {
    match item {
        Item::Number(digits) => digits.bytes().all(|byte| byte == b'0'),
        Item::Name(name) => name.is_empty(),
        Item::List(list) => list.is_empty(),
    }
}

/// Drops parts that do not count, up to the first part that is no list.
fn normalize(list: &mut Vec<Item>) {
    for at in (0..list.len()).rev() {
        if is_null(&list[at]) {
            list.remove(at);
        } else if !matches!(list[at], Item::List(_)) {
            break;
        }
    }
}

fn rank(name: &str) -> (usize, &str) {
    match NAMES.iter().position(|known| *known == name) {
        Some(at) => (at, ""),
        None => (NAMES.len(), name),
    }
}

fn compare_lists(a: &[Item], b: &[Item]) -> Ordering {
    for at in 0..a.len().max(b.len()) {
        let order = match (a.get(at), b.get(at)) {
            (Some(a), b) => compare_items(a, b),
            (None, Some(b)) => compare_items(b, None).reverse(),
            (None, None) => Ordering::Equal,
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

fn compare_items(a: &Item, b: Option<&Item>) -> Ordering {
    match (a, b) {
        (Item::Number(_), None) => {
            if is_null(a) {
                Ordering::Equal
            } else {
                Ordering::Greater
            }
        }
        (Item::Number(a), Some(Item::Number(b))) => compare_digits(a, b),
        (Item::Number(_), Some(_)) => Ordering::Greater,
        (Item::Name(a), None) => rank(a).cmp(&(RELEASE, "")),
        (Item::Name(a), Some(Item::Name(b))) => rank(a).cmp(&rank(b)),
        (Item::Name(_), Some(_)) => Ordering::Less,
        (Item::List(a), None) => {
            let each = a.iter().map(|item| compare_items(item, None));
            each.into_iter()
                .find(|order| *order != Ordering::Equal)
                .unwrap_or(Ordering::Equal)
        }
        (Item::List(_), Some(Item::Number(_))) => Ordering::Less,
        (Item::List(_), Some(Item::Name(_))) => Ordering::Greater,
        (Item::List(a), Some(Item::List(b))) => compare_lists(a, b),
    }
}
