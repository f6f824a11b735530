//! Tokens of manifests that are programs (Elixir, Ruby, Scala, Swift): what they have as text, without running them.

mod arguments;

pub(in crate::manifests) use arguments::{arguments, inside, option, option_text};

/// How a language writes comments and computed texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::manifests) enum Dialect {
    /// `#`, `=begin`; `#{…}` in texts; `%q<…>` and `%w[…]`.
    Ruby,
    /// `#`; `#{…}` in texts; sigils.
    Elixir,
    /// `//`, `/* */`; `$name` in texts with a prefix.
    Scala,
    /// `//`, nested `/* */`; `\(…)` in texts.
    Swift,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::manifests) enum Token {
    /// A name or number, also `:name` and `name:` with their colon.
    Word(String),
    Text(String),
    /// A text with computed parts.
    Computed,
    /// Anything else, one character each; operators of `%` and `=` together (`%%`, `=>`).
    Sign(String),
    Line,
}

impl Token {
    pub(in crate::manifests) fn is_word(&self, wanted: &str) -> bool {
        matches!(self, Self::Word(word) if word == wanted)
    }

    pub(in crate::manifests) fn is_sign(&self, wanted: &str) -> bool {
        matches!(self, Self::Sign(sign) if sign == wanted)
    }

    pub(in crate::manifests) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(in crate::manifests) fn word(&self) -> Option<&str> {
        match self {
            Self::Word(word) => Some(word),
            _ => None,
        }
    }
}

/// The tokens of a text.
pub(in crate::manifests) fn tokens(text: &str, dialect: Dialect) -> Vec<Token> {
    let mut reader = Reader {
        text,
        at: 0,
        dialect,
        found: Vec::new(),
    };
    while reader.at < text.len() {
        reader.step();
    }
    reader.found
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    dialect: Dialect,
    found: Vec<Token>,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn step(&mut self) {
        let Some(first) = self.rest().chars().next() else {
            self.at = self.text.len();
            return;
        };
        if self.skip_comment() {
            return;
        }
        match first {
            '\n' => {
                self.at += 1;
                if self.found.last().is_some_and(|last| *last != Token::Line) {
                    self.found.push(Token::Line);
                }
            }
            // Ruby and Elixir: a call goes on.
            '\\' if self.rest().starts_with("\\\n") => self.at += 2,
            '"' | '\'' => self.text_from(first),
            '%' if self.dialect == Dialect::Ruby && self.percent() => {}
            '<' if self.dialect == Dialect::Ruby && self.here_document() => {}
            c if c.is_alphanumeric() || c == '_' || c == ':' || c == '@' => self.word(),
            c if c.is_whitespace() => self.at += c.len_utf8(),
            '%' | '=' | '<' | '>' | '+' => {
                let run = |c: char| "%=<>+".contains(c);
                let length = self.rest().find(|c| !run(c)).unwrap_or(self.rest().len());
                self.sign(length);
            }
            c => self.sign(c.len_utf8()),
        }
    }

    fn sign(&mut self, length: usize) {
        let sign = self.rest()[..length].to_owned();
        self.found.push(Token::Sign(sign));
        self.at += length;
    }

    fn skip_comment(&mut self) -> bool {
        let (line, block) = match self.dialect {
            Dialect::Ruby | Dialect::Elixir => ("#", None),
            Dialect::Scala | Dialect::Swift => ("//", Some(("/*", "*/"))),
        };
        let rest = self.rest();
        if rest.starts_with(line) {
            self.at += rest.find('\n').unwrap_or(rest.len());
            return true;
        }
        let at_line_start = self.at == 0 || self.text[..self.at].ends_with('\n');
        if self.dialect == Dialect::Ruby && at_line_start && rest.starts_with("=begin") {
            self.at += rest.find("\n=end").map_or(rest.len(), |end| end + "\n=end".len());
            return true;
        }
        if self.dialect == Dialect::Ruby && at_line_start && rest.starts_with("__END__") {
            self.at = self.text.len();
            return true;
        }
        let Some((open, close)) = block.filter(|(open, _)| rest.starts_with(open)) else {
            return false;
        };
        let (mut depth, mut length) = (0_usize, 0);
        while length < rest.len() {
            let here = &rest[length..];
            if here.starts_with(open) {
                depth += 1;
                length += open.len();
            } else if here.starts_with(close) {
                depth -= 1;
                length += close.len();
            } else {
                length += here.chars().next().map_or(1, char::len_utf8);
            }
            if depth == 0 {
                break;
            }
        }
        self.at += length;
        true
    }

    /// A text in quotes, of one or three.
    fn text_from(&mut self, quote: char) {
        let three: String = [quote; 3].iter().collect();
        let end = match self.rest().starts_with(&three) {
            true => three,
            false => quote.to_string(),
        };
        self.at += end.len();
        // In Scala only a text with a prefix is computed, which was read as a word.
        let prefixed =
            matches!(self.found.last(), Some(Token::Word(word)) if matches!(word.as_str(), "s" | "f" | "raw"));
        let mark = match self.dialect {
            Dialect::Ruby | Dialect::Elixir if quote == '"' => Some("#{"),
            Dialect::Swift => Some("\\("),
            Dialect::Scala if prefixed => Some("$"),
            _ => None,
        };
        let rest = self.rest();
        let mut length = 0;
        let mut text = String::new();
        let mut is_computed = false;
        while length < rest.len() && !rest[length..].starts_with(&end) {
            let here = &rest[length..];
            is_computed |= mark.is_some_and(|mark| here.starts_with(mark));
            let mut letters = here.chars();
            let first = letters.next().unwrap_or_default();
            length += first.len_utf8();
            let is_escape = first == '\\' && end.len() == 1;
            match letters.next().filter(|_| is_escape) {
                Some(escaped) => {
                    length += escaped.len_utf8();
                    text.push(escaped);
                }
                None => text.push(first),
            }
        }
        self.at += (length + end.len()).min(rest.len());
        self.found.push(match is_computed {
            true => Token::Computed,
            false => Token::Text(text),
        });
    }

    /// Ruby's `%q<text>`, `%(text)` and `%w[several texts]`.
    fn percent(&mut self) -> bool {
        let rest = self.rest();
        let mut letters = rest[1..].chars();
        let Some(mut open) = letters.next() else { return false };
        let kind = open;
        if matches!(kind, 'q' | 'Q' | 'w' | 'W' | 'i' | 'r') {
            let Some(next) = letters.next() else { return false };
            open = next;
        }
        let close = match open {
            '(' => ')',
            '[' => ']',
            '{' => '}',
            '<' => '>',
            _ => return false,
        };
        let start = 1 + usize::from(kind != open) + open.len_utf8();
        let Some(length) = rest[start..].find(close) else {
            return false;
        };
        let text = rest[start..start + length].to_owned();
        self.at += start + length + close.len_utf8();
        if matches!(kind, 'w' | 'W' | 'i') {
            self.found.push(Token::Sign("[".to_owned()));
            for word in text.split_whitespace() {
                self.found.push(Token::Text(word.to_owned()));
                self.found.push(Token::Sign(",".to_owned()));
            }
            self.found.push(Token::Sign("]".to_owned()));
        } else if kind == 'r' {
            self.found.push(Token::Computed);
        } else {
            self.found.push(Token::Text(text));
        }
        true
    }

    /// Ruby's `<<~NAME`: a text of the following lines, up to one with its name alone. What follows it in its line is not read.
    fn here_document(&mut self) -> bool {
        let rest = self.rest();
        let Some(head) = rest.strip_prefix("<<") else {
            return false;
        };
        let name = head.trim_start_matches(['~', '-']).trim_start_matches(['"', '\'']);
        let end = name.find(|c: char| !(c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit()));
        let name = &name[..end.unwrap_or(name.len())];
        if !name.starts_with(|c: char| c.is_ascii_uppercase()) {
            return false;
        }
        let mut length = 0;
        for (number, line) in rest.split_inclusive('\n').enumerate() {
            length += line.len();
            if number > 0 && line.trim() == name {
                break;
            }
        }
        self.at += length;
        self.found.push(Token::Computed);
        self.found.push(Token::Line);
        true
    }

    fn word(&mut self) {
        let rest = self.rest();
        let is_colon = rest.starts_with(':');
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '@' | '?' | '!');
        let body = &rest[usize::from(is_colon)..];
        let mut length = body.find(|c| !is_part(c)).unwrap_or(body.len()) + usize::from(is_colon);
        if length == 1 && is_colon {
            // `:"a name"`, `::`, or a bare colon.
            self.sign(1);
            return;
        }
        // `name:` of an option, and not `A::B`.
        if !is_colon && rest[length..].starts_with(':') && !rest[length..].starts_with("::") {
            length += 1;
        }
        let word = rest[..length].to_owned();
        self.at += length;
        self.found.push(Token::Word(word));
        // Elixir's sigils hold any text.
        if self.dialect == Dialect::Elixir && length == 1 {
            self.sigil();
        }
    }

    /// Skips the text of `~r/…/`, of which the tilde and the letter were read.
    fn sigil(&mut self) {
        let is_sigil = matches!(self.found.as_slice(), [.., Token::Sign(tilde), Token::Word(_)] if tilde == "~");
        let open = self.rest().chars().next().filter(|_| is_sigil);
        let Some(open) = open.filter(|open| "/|\"'([{<".contains(*open)) else {
            return;
        };
        let close = match open {
            '(' => ')',
            '[' => ']',
            '{' => '}',
            '<' => '>',
            same => same,
        };
        let rest = &self.rest()[1..];
        let length = rest.find(close).unwrap_or(rest.len());
        self.at = (self.at + length + 2).min(self.text.len());
        self.found.push(Token::Computed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str, dialect: Dialect) -> Vec<String> {
        tokens(text, dialect)
            .iter()
            .filter_map(|token| token.text().map(str::to_owned))
            .collect()
    }

    #[test]
    fn texts_are_read_and_comments_are_not() {
        let ruby = "a 'x' # 'no'\n=begin\n'no'\n=end\nb(%q<y>.freeze, %w[c d], \"#{z} 1\", 'it\\'s')\n__END__\n'no'";
        assert_eq!(texts(ruby, Dialect::Ruby), ["x", "y", "c", "d", "it's"]);
        let swift = "// \"no\"\n/* \"no\" /* \"no\" */ */ let a = \"yes\", b = \"\\(a) no\"";
        assert_eq!(texts(swift, Dialect::Swift), ["yes"]);
        assert_eq!(texts("s\"$v\" % \"$kept\"", Dialect::Scala), ["$kept"]);
        assert_eq!(texts("[x: ~r/a\"b/, y: \"z\"]", Dialect::Elixir), ["z"]);
    }

    #[test]
    fn a_broken_text_ends_with_the_file() {
        for broken in ["\"", "'''", "%q<", "/*", "~r/", ":", "\\", "a(\"é", "%", "%w"] {
            for dialect in [Dialect::Ruby, Dialect::Elixir, Dialect::Scala, Dialect::Swift] {
                let _ = tokens(broken, dialect);
            }
        }
        assert_eq!(inside(&tokens("(a", Dialect::Ruby), 0).1, 2);
    }
}
