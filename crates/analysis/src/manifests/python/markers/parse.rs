//! The grammar of markers.

use super::Marker;

/// Parentheses within parentheses.
const MAX_DEPTH: usize = 50;

/// Variables of the environment, by their names of today and by older ones.
const VARIABLES: [&str; 13] = [
    "python_full_version",
    "python_version",
    "os_name",
    "sys_platform",
    "platform_release",
    "platform_system",
    "platform_version",
    "platform_machine",
    "platform_python_implementation",
    "implementation_name",
    "implementation_version",
    "extras",
    "extra",
];

/// A marker; `None` where the text is none.
pub(in super::super) fn parse(text: &str) -> Option<Marker> {
    let mut parser = Parser { text: text.trim() };
    let marker = parser.any(0)?;
    parser.text.is_empty().then_some(marker)
}

struct Parser<'t> {
    /// What is not read yet.
    text: &'t str,
}

enum Operand {
    Variable(String),
    Literal(String),
}

impl Parser<'_> {
    fn any(&mut self, depth: usize) -> Option<Marker> {
        let mut parts = vec![self.all(depth)?];
        while self.word("or") {
            parts.push(self.all(depth)?);
        }
        Some(if parts.len() == 1 {
            parts.remove(0)
        } else {
            Marker::Any(parts)
        })
    }

    fn all(&mut self, depth: usize) -> Option<Marker> {
        let mut parts = vec![self.one(depth)?];
        while self.word("and") {
            parts.push(self.one(depth)?);
        }
        Some(if parts.len() == 1 {
            parts.remove(0)
        } else {
            Marker::All(parts)
        })
    }

    fn one(&mut self, depth: usize) -> Option<Marker> {
        if self.sign("(") {
            let inner = if depth < MAX_DEPTH {
                self.any(depth + 1)?
            } else {
                return None;
            };
            return self.sign(")").then_some(inner);
        }
        let left = self.operand()?;
        let operator = self.operator()?.to_owned();
        let right = self.operand()?;
        let (key, literal, is_variable_first) = match (left, right) {
            (Operand::Variable(key), Operand::Literal(literal) | Operand::Variable(literal)) => (key, literal, true),
            (Operand::Literal(literal), Operand::Variable(key)) => (key, literal, false),
            // Two literals: no environment has a variable of that name.
            (Operand::Literal(literal), Operand::Literal(key)) => (key, literal, false),
        };
        Some(Marker::Comparison {
            key,
            operator,
            literal,
            is_variable_first,
        })
    }

    fn operand(&mut self) -> Option<Operand> {
        let quote = self.text.chars().next()?;
        if matches!(quote, '"' | '\'') {
            let (literal, rest) = self.text[1..].split_once(quote)?;
            self.text = rest.trim_start();
            return Some(Operand::Literal(literal.to_owned()));
        }
        let end = self
            .text
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.')));
        let (name, rest) = self.text.split_at(end.unwrap_or(self.text.len()));
        let known = match name.replace('.', "_").as_str() {
            "python_implementation" => "platform_python_implementation".to_owned(),
            "dependency_groups" => "dependency_groups".to_owned(),
            name => VARIABLES
                .iter()
                .find(|known| **known == name)
                .map(|known| (*known).to_owned())?,
        };
        self.text = rest.trim_start();
        Some(Operand::Variable(known))
    }

    fn operator(&mut self) -> Option<&'static str> {
        const SIGNS: [&str; 8] = ["===", "==", "~=", "!=", "<=", ">=", "<", ">"];
        if self.word("in") {
            return Some("in");
        }
        if self.word("not") {
            return self.word("in").then_some("not in");
        }
        SIGNS.into_iter().find(|sign| self.sign(sign))
    }

    fn sign(&mut self, sign: &str) -> bool {
        let rest = self.text.strip_prefix(sign);
        self.text = rest.map_or(self.text, str::trim_start);
        rest.is_some()
    }

    /// A word that no letter, digit or underscore continues.
    fn word(&mut self, word: &str) -> bool {
        let rest = self.text.strip_prefix(word);
        let rest = rest.filter(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'));
        self.text = rest.map_or(self.text, str::trim_start);
        rest.is_some()
    }
}
