//! What the text shows of the arguments of a call, and of the parameters of a function, to distinguish overloads.

/// Arguments whose types are kept.
pub const MAX_SORTS: usize = 4;

/// The sort of a type that the text does not show, or that takes anything.
pub const ANY_SORT: u8 = 0;
pub const TEXT: u8 = 1;
pub const CHARACTER: u8 = 2;
pub const TRUTH: u8 = 3;
pub const WHOLE: u8 = 4;
pub const LONG: u8 = 5;
pub const REAL: u8 = 6;
/// The first number of a label (Swift), below those of types.
const FIRST_LABEL: u8 = 16;
/// The first number of a type with a name of its own.
const FIRST_NAMED: u8 = 128;

/// The number of arguments that a call has or a function takes, and the sorts of the first ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature {
    pub least: u8,
    pub most: u8,
    pub sorts: [u8; MAX_SORTS],
}

impl Default for Signature {
    /// Fits any other.
    fn default() -> Self {
        Self {
            least: 0,
            most: u8::MAX,
            sorts: [ANY_SORT; MAX_SORTS],
        }
    }
}

impl Signature {
    /// Whether a function with these parameters may take a call's arguments; if so, how many types are the same.
    #[must_use]
    pub fn takes(&self, call: &Self) -> Option<u32> {
        if call.least > self.most || self.least > call.most {
            return None;
        }
        let mut same = 0;
        for (parameter, argument) in self.sorts.iter().zip(&call.sorts) {
            match (*parameter, *argument) {
                (ANY_SORT, _) | (_, ANY_SORT) => {}
                (a, b) if a == b => same += 2,
                (LONG | REAL, WHOLE) | (REAL, LONG) | (WHOLE | LONG | REAL, CHARACTER) => same += 1,
                // A class may be below the other.
                (a, b) if a >= FIRST_NAMED || b >= FIRST_NAMED => {}
                _ => return None,
            }
        }
        Some(same)
    }
}

/// The sort of a type by its name.
#[must_use]
pub fn sort_of_type(name: &str) -> u8 {
    let name = name.trim().trim_end_matches(['?', '&', '*', ' ']);
    let name = name.rsplit(['.', ':', ' ', '\'', '&', '*']).next().unwrap_or(name);
    match name {
        "String" | "string" | "str" => TEXT,
        "char" | "Char" | "Character" | "rune" => CHARACTER,
        "bool" | "boolean" | "Boolean" | "Bool" => TRUTH,
        "int" | "Int" | "Integer" | "short" | "Short" | "byte" | "Byte" | "i32" | "u32" | "uint" | "UInt" => WHOLE,
        "long" | "Long" | "ulong" | "i64" | "u64" | "usize" | "int64" => LONG,
        "float" | "Float" | "double" | "Double" | "f64" | "f32" | "float64" => REAL,
        "Object" | "object" | "Any" | "AnyRef" | "AnyObject" | "dynamic" | "auto" | "var" | "val" | "" => ANY_SORT,
        // A parameter of a type.
        name if name.len() == 1 => ANY_SORT,
        name => sort_of_name(name),
    }
}

fn sort_of_name(name: &str) -> u8 {
    FIRST_NAMED + small(name, u8::MAX - FIRST_NAMED)
}

/// The sort of an argument that has a label: another label is another function's.
#[must_use]
pub fn sort_of_label(label: &str) -> u8 {
    FIRST_LABEL + small(label, FIRST_NAMED - FIRST_LABEL)
}

/// A number below `limit` for a name; two names may have the same.
fn small(name: &str, limit: u8) -> u8 {
    let sum = name
        .bytes()
        .fold(7u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
    u8::try_from(sum % u32::from(limit)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{ANY_SORT, LONG, REAL, Signature, TEXT, TRUTH, WHOLE, sort_of_label, sort_of_type};

    fn of(count: u8, first: u8) -> Signature {
        Signature {
            least: count,
            most: count,
            sorts: [first, ANY_SORT, ANY_SORT, ANY_SORT],
        }
    }

    #[test]
    fn number_and_sort() {
        assert_eq!(of(1, TEXT).takes(&of(2, TEXT)), None);
        assert_eq!(of(1, TEXT).takes(&of(1, TEXT)), Some(2));
        assert_eq!(of(1, TEXT).takes(&of(1, TRUTH)), None);
        assert_eq!(of(1, REAL).takes(&of(1, WHOLE)), Some(1));
        assert_eq!(of(1, WHOLE).takes(&of(1, LONG)), None);
        assert_eq!(Signature::default().takes(&of(3, TEXT)), Some(0));
        assert_eq!(sort_of_type("java.lang.String"), TEXT);
        assert_eq!(sort_of_type("&'a str"), TEXT);
        assert_eq!(sort_of_type("T"), ANY_SORT);
        let label = |name| of(1, sort_of_label(name));
        assert_eq!(label("using").takes(&label("from")), None);
        assert_eq!(
            of(1, sort_of_type("Base")).takes(&of(1, sort_of_type("Derived"))),
            Some(0)
        );
    }
}
