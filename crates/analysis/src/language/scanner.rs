//! Finds comments, strings and code of another language in a text, by the signs of its language: for languages without
//! a parser, and for texts that are not parsed.
//!
//! A quote or a block comment that is never closed opens nothing, so that one stray sign does not turn the rest of a file
//! into something else; a string that cannot span lines ends with its line.

use super::signs::{Feature, Pair, PairKind, Signs};
use super::spans::{Span, SpanKind};
use super::{Language, LanguageId};

mod long;
mod markup;
mod prose;
mod quotes;
mod script;
mod yaml;

/// Strings from this length on are noted though they have one line.
const LONG: usize = 256;

/// The parts of a text that are no plain code.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Comments and long strings, sorted by place; what is inside of another follows it.
    pub spans: Vec<Span>,
    /// Texts of other languages, sorted by place.
    pub parts: Vec<Part>,
}

impl Layout {
    /// Takes the comments and strings of a syntax tree for those that the scan found: of the whole text, or of the scripts
    /// in markup.
    pub fn replace(&mut self, spans: Vec<Span>, is_markup: bool) {
        if !is_markup {
            self.spans = spans;
            return;
        }
        let parsed = |part: &&Part| matches!(part.language.get().id, "javascript" | "typescript");
        let ranges: Vec<_> = self
            .parts
            .iter()
            .filter(parsed)
            .map(|part| part.start..part.end)
            .collect();
        let inside = |span: &Span| ranges.iter().any(|range| range.contains(&(span.start as usize)));
        self.spans.retain(|span| span.kind == SpanKind::Code || !inside(span));
        self.spans.extend(spans);
        self.spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    }
}

/// A text of another language inside of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    pub start: usize,
    pub end: usize,
    pub language: LanguageId,
}

/// Scans a whole text.
#[must_use]
pub fn scan(language: &'static Language, text: &[u8]) -> Layout {
    let mut layout = Layout::default();
    region(language, text, 0, text.len(), &mut layout);
    layout
        .spans
        .sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    layout.parts.sort_by_key(|part| part.start);
    layout
}

/// Scans the text between two places as that of one language.
fn region(language: &'static Language, text: &[u8], start: usize, end: usize, layout: &mut Layout) {
    let signs = &language.signs;
    if signs.has(Feature::Literate) {
        paragraphs(text, start, end, layout);
    }
    if signs.has(Feature::Fences) || signs.has(Feature::Directives) {
        prose::scan(signs, text, start, end, layout);
    }
    if signs.has(Feature::Tags) {
        markup::scan(language, text, start, end, layout);
    } else if signs.has(Feature::Yaml) {
        yaml::scan(text, start, end, layout);
    } else if signs.has(Feature::Script) {
        script::scan(signs, text, start, end, layout);
    } else if signs.has(Feature::Php) {
        markup::php(signs, text, start, end, layout);
    } else if !signs.has(Feature::Literate) {
        Plain::new(signs, text, start, end, layout).run();
    }
}

/// Prose is comment, but the empty lines of it are empty.
fn paragraphs(text: &[u8], start: usize, end: usize, layout: &mut Layout) {
    let (mut at, mut open) = (start, None);
    while at < end {
        let line_end = memchr::memchr(b'\n', &text[at..end]).map_or(end, |newline| at + newline);
        let is_blank = text[at..line_end].trim_ascii().is_empty();
        match open {
            Some(from) if is_blank => {
                note(layout, text, from, at, SpanKind::Comment);
                open = None;
            }
            None if !is_blank => open = Some(at),
            _ => {}
        }
        at = line_end + 1;
    }
    note(layout, text, open.unwrap_or(end), end, SpanKind::Comment);
}

/// A text as that of another language, and a part of its file's.
fn part(language: LanguageId, text: &[u8], start: usize, end: usize, layout: &mut Layout) {
    if start >= end {
        return;
    }
    layout.spans.push(Span::new(start, end, SpanKind::Code));
    layout.parts.push(Part { start, end, language });
    region(language.get(), text, start, end, layout);
}

/// A language whose rules are its signs and a few long forms.
struct Plain<'a> {
    signs: &'static Signs,
    text: &'a [u8],
    start: usize,
    end: usize,
    layout: &'a mut Layout,
    /// Here-documents that begin behind the line's end.
    heredocs: Vec<long::Heredoc>,
    /// Signs that are known not to occur from some place on.
    unclosed: Vec<&'static [u8]>,
    /// Searches for a closing sign that failed.
    vain: u32,
    line: Line,
    /// Strings of one line that are not closed on a line, and where that line ends.
    unclosed_on_line: (Vec<&'static [u8]>, usize),
}

/// The line of the place that is scanned.
#[derive(Debug, Clone, Copy)]
struct Line {
    start: usize,
    /// Position of its first byte that is not white space, as far as known up to `seen`.
    first: usize,
    seen: usize,
}

impl Line {
    /// Moves on to the place `at` of a text.
    fn advance(&mut self, text: &[u8], at: usize) {
        if let Some(newline) = memchr::memrchr(b'\n', &text[self.seen..at]) {
            self.start = self.seen + newline + 1;
            self.first = self.start;
        }
        self.seen = at;
        while self.first < at && text[self.first].is_ascii_whitespace() {
            self.first += 1;
        }
    }
}

impl<'a> Plain<'a> {
    fn new(signs: &'static Signs, text: &'a [u8], start: usize, end: usize, layout: &'a mut Layout) -> Self {
        Self {
            signs,
            text: &text[..end],
            start,
            end,
            layout,
            heredocs: Vec::new(),
            unclosed: Vec::new(),
            vain: 0,
            line: Line {
                start,
                first: start,
                seen: start,
            },
            unclosed_on_line: (Vec::new(), 0),
        }
    }

    /// Returns where it stopped: at the end, or behind the `?>` of PHP.
    fn run(&mut self) -> usize {
        let mut at = self.start;
        while at < self.end {
            if !self.signs.matters.has(self.text[at]) {
                at += 1;
            } else if self.signs.has(Feature::Php) && self.text[at..].starts_with(b"?>") {
                return at + 2;
            } else {
                at = self.step(at).max(at + 1);
            }
        }
        self.end
    }

    /// The place behind whatever begins here.
    fn step(&mut self, at: usize) -> usize {
        let rest = &self.text[at..];
        if self.escaped(rest) {
            return at + 2;
        }
        let block = self.block_comment(at);
        let found = block
            .or_else(|| self.long_comment(at))
            .or_else(|| self.line_comment(at))
            .or_else(|| self.skipped(at))
            .or_else(|| self.long_form(at))
            .or_else(|| self.string(at));
        found.unwrap_or(at + 1)
    }

    /// A quote or an escape sign that is escaped outside of a string.
    fn escaped(&self, rest: &[u8]) -> bool {
        let signs = self.signs;
        rest.first() == Some(&signs.escape)
            && rest.get(1).is_some_and(|next| {
                *next == signs.escape || signs.strings.iter().any(|pair| rest[1..].starts_with(pair.open))
            })
    }

    fn skipped(&self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        let sign = self.signs.skips.iter().find(|sign| rest.starts_with(sign))?;
        let next = rest.get(sign.len()).filter(|byte| byte.is_ascii_punctuation())?;
        // `$"` of Perl, but `${"a"}`; `?\"` of Emacs Lisp.
        let length = if *next == b'\\' { 2 } else { 1 };
        (!matches!(next, b'{' | b'(' | b'[' | b'<')).then_some(at + sign.len() + length)
    }

    fn line_comment(&mut self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        let sign = *self.signs.line_comments.iter().find(|sign| rest.starts_with(sign))?;
        if !self.is_comment_place(at, sign) {
            return None;
        }
        let mut end = at + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        if self.signs.has(Feature::Php) {
            end = memchr::memmem::find(&self.text[at..end], b"?>").map_or(end, |close| at + close);
        } else if self.signs.has(Feature::Indented) {
            end = self.indented_end(at, end);
        }
        self.note(at, end, SpanKind::Comment);
        Some(end)
    }

    fn is_comment_place(&mut self, at: usize, sign: &[u8]) -> bool {
        self.line.advance(self.text, at);
        let signs = self.signs;
        let before = (at > self.line.start).then(|| self.text[at - 1]);
        if signs.has(Feature::Column) && sign.len() == 1 && sign != b"!" {
            return before.is_none();
        }
        if signs.has(Feature::Start) && self.line.first != at {
            return false;
        }
        // `#[` begins an attribute.
        if signs.has(Feature::Php) && sign == b"#" && self.text.get(at + 1) == Some(&b'[') {
            return false;
        }
        let begins_word = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b';' | b'(' | b')' | b'|' | b'&');
        if signs.has(Feature::Spaced) && before.is_some_and(|byte| !begins_word(byte)) {
            return false;
        }
        // A word such as `REM`.
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let after = self.text.get(at + sign.len()).copied();
        !sign.iter().all(u8::is_ascii_alphabetic) || !(before.is_some_and(is_word) || after.is_some_and(is_word))
    }

    /// The end of a comment and of the lines below that are indented deeper than it.
    fn indented_end(&self, at: usize, end: usize) -> usize {
        let line_start = memchr::memrchr(b'\n', &self.text[..at]).map_or(0, |newline| newline + 1);
        let indent = at - line_start;
        if !self.text[line_start..at].trim_ascii().is_empty() {
            return end;
        }
        let mut found = end;
        let mut next = end + 1;
        while next < self.end {
            let line_end = next + memchr::memchr(b'\n', &self.text[next..]).unwrap_or(self.text.len() - next);
            let line = &self.text[next..line_end];
            let blank = line.trim_ascii().is_empty();
            if !blank && line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count() <= indent {
                break;
            }
            if !blank {
                found = line_end;
            }
            next = line_end + 1;
        }
        found
    }

    fn block_comment(&mut self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        let pair = *self
            .signs
            .block_comments
            .iter()
            .find(|pair| rest.starts_with(pair.open))?;
        let same = pair.open == pair.close;
        // `(*)` of F# is an operator, a line of `####` no block of CoffeeScript.
        if rest.starts_with(b"(*)") || (same && rest.get(pair.open.len()) == pair.open.first()) || !self.is_anchored(at)
        {
            return None;
        }
        let end = if pair.kind == PairKind::NestingComment && !same {
            self.nesting_end(at, pair)
        } else {
            self.close(at + pair.open.len(), pair.close)
        }?;
        let anchored = self.signs.has(Feature::Anchored);
        let end = if anchored { self.line_end(end) } else { end };
        self.note(at, end, SpanKind::Comment);
        Some(end)
    }

    fn is_anchored(&self, at: usize) -> bool {
        !self.signs.has(Feature::Anchored) || at == self.start || self.text.get(at - 1) == Some(&b'\n')
    }

    /// Where a comment ends that may hold others.
    fn nesting_end(&mut self, at: usize, pair: Pair) -> Option<usize> {
        let mut depth = 0usize;
        let mut place = at;
        while place < self.end && self.vain <= long::MAX_VAIN {
            let rest = &self.text[place..];
            if rest.starts_with(pair.close) {
                place += pair.close.len();
                depth -= 1;
                if depth == 0 {
                    return Some(place);
                }
            } else if rest.starts_with(pair.open) {
                place += pair.open.len();
                depth += 1;
            } else {
                place += 1;
            }
        }
        // One that is opened once too often ends where one that does not nest would.
        self.vain += 1;
        self.close(at + pair.open.len(), pair.close)
    }

    /// The place behind the next `sign`.
    fn close(&mut self, from: usize, sign: &'static [u8]) -> Option<usize> {
        if self.unclosed.contains(&sign) {
            return None;
        }
        let anchored = self.signs.has(Feature::Anchored) && !sign.iter().all(u8::is_ascii_punctuation);
        let body = self.text.get(from..).unwrap_or_default();
        let found = memchr::memmem::find_iter(body, sign)
            .find(|found| !anchored || self.text.get(from + found - 1) == Some(&b'\n'))
            .map(|found| from + found + sign.len());
        if found.is_none() {
            self.unclosed.push(sign);
        }
        found
    }

    fn string(&mut self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        if rest[0] == b'\'' && self.signs.has(Feature::Char) {
            return Some(at + quotes::character(rest));
        }
        let pair = *self.signs.strings.iter().find(|pair| rest.starts_with(pair.open))?;
        let from = at + pair.open.len();
        let end = match pair.kind {
            PairKind::Line => self.line_string(from, pair.close),
            PairKind::Verbatim if self.signs.has(Feature::Sql) => self.sql(from, pair.close),
            PairKind::Verbatim => self
                .close(from, pair.close)
                .map(|end| self.behind_more_quotes(end, pair)),
            _ if self.unclosed.contains(&pair.close) => None,
            _ => {
                let end = quotes::long(self.text, from, pair.close, self.signs.escape);
                if end.is_none() {
                    self.unclosed.push(pair.close);
                }
                end
            }
        }?;
        self.note(at, end, SpanKind::Text);
        Some(end)
    }

    fn line_string(&mut self, from: usize, close: &'static [u8]) -> Option<usize> {
        let (unclosed, line_end) = &mut self.unclosed_on_line;
        if from >= *line_end {
            unclosed.clear();
        } else if unclosed.contains(&close) {
            return None;
        }
        let end = quotes::line(self.text, from, close, self.signs.escape);
        if end.is_none() {
            let line = self.line_end(from);
            self.unclosed_on_line.1 = line;
            self.unclosed_on_line.0.push(close);
        }
        end
    }

    fn sql(&mut self, from: usize, close: &'static [u8]) -> Option<usize> {
        if self.unclosed.contains(&close) {
            return None;
        }
        let end = quotes::sql(self.text, from);
        if end.is_none() {
            self.unclosed.push(close);
        }
        end
    }

    /// Quotes before the last three of a raw string belong to it.
    fn behind_more_quotes(&self, mut end: usize, pair: Pair) -> usize {
        if pair.close == b"\"\"\"" {
            while self.text.get(end) == Some(&b'"') {
                end += 1;
            }
        }
        end
    }

    fn line_end(&self, from: usize) -> usize {
        from + memchr::memchr(b'\n', &self.text[from..]).unwrap_or(self.text.len() - from)
    }

    fn note(&mut self, start: usize, end: usize, kind: SpanKind) {
        note(self.layout, self.text, start, end, kind);
    }
}

/// Keeps a comment, and a string that is long.
fn note(layout: &mut Layout, text: &[u8], start: usize, end: usize, kind: SpanKind) {
    let is_long = || end - start > LONG || memchr::memchr(b'\n', &text[start..end]).is_some();
    if start < end && (kind != SpanKind::Text || is_long()) {
        layout.spans.push(Span::new(start, end, kind));
    }
}

#[cfg(test)]
mod tests {
    use super::super::{LanguageId, count};
    use super::*;

    /// Each line of a text begins with what it is: `.` code, `#` comment, `_` blank.
    fn check(language: &str, text: &str) {
        let marks: String = text.lines().filter_map(|line| line.chars().next()).collect();
        let text: String = text.lines().map(|line| format!("{}\n", &line[1..])).collect();
        let language = LanguageId::by_id(language).expect("in the table").get();
        let layout = scan(language, text.as_bytes());
        let counted = count(text.as_bytes(), &layout).lines;
        let marked = |mark: char| u32::try_from(marks.matches(mark).count()).expect("few");
        let expected = (marked('.'), marked('#'), marked('_'));
        let seen = (counted.code, counted.comments, counted.blanks);
        assert_eq!(seen, expected, "{}: {text}\n{:?}", language.id, layout.spans);
    }

    #[test]
    fn stray_quotes_end_with_their_line() {
        for language in [
            "c",
            "java",
            "javascript",
            "css",
            "go",
            "rust",
            "vhdl",
            "dockerfile",
            "toml",
            "protobuf",
        ] {
            let sign = match language {
                "css" | "c" => "/* x */",
                "vhdl" => "-- x",
                "dockerfile" | "toml" => "# x",
                _ => "// x",
            };
            check(language, &format!(".a \"b\n#{sign}\n.c 'd\n#{sign}\n"));
        }
        // A quote that is never closed opens nothing where strings may span lines either.
        for (language, sign) in [
            ("shell", "#"),
            ("perl", "#"),
            ("sql", "--"),
            ("clojure", ";"),
            ("r", "#"),
            ("nix", "#"),
        ] {
            check(language, &format!(".a \"b\n#{sign} x\n.c\n#{sign} y\n"));
        }
    }

    #[test]
    fn strings_of_several_lines() {
        check("elixir", ".a = \"\"\"\n.# no\n.\n.\"\"\"\n## yes\n");
        check("kotlin", ".val a = \"\"\"\n.// no\\\n.\"\"\"\"\n#// yes\n");
        check("dart", ".var a = r'''\n.// \\'''; // x\n#// yes\n");
        check(
            "toml",
            ".a = '''\n.# no\n.'''\n## yes\n.b = \"\"\"\n.# \\\"\"\" no\n.\"\"\"\n## yes\n",
        );
        check(
            "sql",
            ".select 'a\n.-- no';\n#-- yes\n.select 'it''s' -- x\n#-- yes\n.select '\\', '\\';\n#-- yes\n",
        );
        check("sql", ".do $x$\n.-- no $$\n.$x$;\n#-- yes\n.select $1, $2;\n#-- yes\n");
        check(
            "shell",
            ".a='it\n.# no'\n## yes\n.b=$'\\'# no'\n## yes\n.echo $# ${#a} 'x'\n## yes\n.c=a#b'\n.'\n## yes\n",
        );
        check("emacs-lisp", ".(a ?\" ?\\\" ?;)\n#; yes\n.(b \"x\n.; no\")\n#; yes\n");
        check("scheme", ".(a #\\\" #\\;)\n#; yes\n##| x #| y |# z\n#|#\n.b\n");
        check("clojure", ".[\\\" \\;]\n#; yes\n");
        check("erlang", ".[$\", $%, $\\\"]\n#% yes\n");
        check("haskell", ".a = '\"' : x' y\n#-- yes\n#{- {- -}\n#-}\n");
        check(
            "ocaml",
            ".let a = {x|\n.(* no |}\n.|x} and b = '\"'\n#(* yes (* *)\n#*)\n",
        );
        check(
            "fsharp",
            ".let a = (*) 1\n.let b = @\"\\\"\n#(* yes *)\n.let c = \"\"\"\n.// no \"\n.\"\"\"\n#// yes\n",
        );
        check("nix", ".a = ''\n.  # no ''' ''${b}\n.'';\n## yes\n");
        check(
            "lua",
            ".a = [==[\n.-- no ]]\n.]==]\n#--[=[ yes\n#]] still ]=]\n.b()\n#-- c\n",
        );
        check("cmake", ".set(A [[\n.# no\n.]])\n##[[ yes\n#x ]]\n.b()\n");
        check("nim", ".a = \"\"\"\n.# no\n.\"\"\"\n##[ yes #[ x ]#\n#]#\n");
        check(
            "powershell",
            ".$a = @\"\n.# no \"\n.\"@\n.$b = \"`\"\"\n## yes\n#<# x\n##>\n",
        );
        check("coffeescript", ".a = \"\"\"\n.# no\n.\"\"\"\n#### yes\n#it's\n####\n");
        check("graphql", ".\"\"\"\n.# no\n.\"\"\"\n.type A\n## yes\n");
        check("groovy", ".a = '''\n.// no\n.'''\n#// yes\n");
        check("r", ".a <- r\"(\n.# no \" )\"\n## yes\n.b <- \"x\n.# no\"\n");
        check("julia", ".a = b' * \"\"\"\n.# no\n.\"\"\"\n##= yes #= =#\n#=#\n");
        check("hcl", ".a = <<-EOT\n.# no\n.  EOT\n## yes\n");
        check("dockerfile", ".RUN <<EOF\n.# no\n.EOF\n## yes\n.RUN a # b\n");
        check(
            "swift",
            ".let a = #\"\"\"\n.// no \"\"\"\n.\"\"\"#\n#// yes\n.let b = #\"\"/*\"#\n#// yes\n",
        );
        check("zig", ".const a =\n.    \\\\ // \" no\n#// yes\n");
        check("jsonnet", ".a: |||\n.  # no\n.|||,\n## yes\n");
    }

    #[test]
    fn here_documents() {
        check(
            "shell",
            ".cat <<'A' <<-B\n.it's\n.A\n.\t# no\n.\tB\n## yes\n.a=$((1 << 2)) b=\"$(cat <<< x)\"\n## yes\n",
        );
        check("perl", ".print <<\"A B\", 1 << 3;\n.# no '\n.A B\n## yes\n");
        check(
            "php",
            ".<?php\n.$a = <<<'X'\n.// no '\n.  X . \"b\";\n#// yes\n.?>\n.it's // no\n#<!-- yes -->\n.<?php #[A]\n## yes\n",
        );
        check(
            "ruby",
            ".a = <<~X.strip\n.  # no '\n.X\n## yes\n.b = [1] << 2\n## yes\n",
        );
    }

    #[test]
    fn quotes_of_perl_and_ruby() {
        check(
            "perl",
            ".s/\"/'/g; tr{a'}{b}; my $x = q{'};\n## yes\n.$h{s} = $#a / 2; $y = '/';\n## yes\n.if (/[\"#]/) {}\n## yes\n.m{\"#}x && s => 1;\n## yes\n",
        );
        check("perl", ".a;\n#=head1 A\n#\n#it's\n#=cut\n.b; # c\n");
        check(
            "ruby",
            ".a = %w[' \"] + [x % 3]\n## yes\n.b =~ /[\"#]/\n## yes\n#=begin\n# =end \"\n#=end\n.c\n",
        );
    }

    #[test]
    fn script() {
        check(
            "javascript",
            ".a = /[/*\"]/g, b = c / d / e;\n#// yes\n.if (x) /\"/.test(y)\n#/* yes */\n",
        );
        check(
            "javascript",
            ".`a ${b ? `// ${c}` : \"`\"}\n.// no\n.`\n#// yes\n.x = a++ / 2 // \"\n.y = <b>it's</b>;\n#// yes\n",
        );
        check(
            "typescript",
            ".return /`/\n#// yes\n.const a = b as c / d; const e = f[0] / 1; /* x\n#*/\n",
        );
        check("javascript", ".#!/usr/bin/env node\n".replace('.', "#").as_str());
        check("javascript", ".a = 1 `open\n#// yes\n");
    }

    #[test]
    fn yaml() {
        check(
            "yaml",
            ".a: don't\n## yes\n.b: 'it''s\n.\n.  # no'\n## yes\n.c: \"\\\" # no\"\n## yes\n",
        );
        check(
            "yaml",
            ".run: |\n.  # no\n.\n.  it's\n_\n## yes\n.- key: >-  # x\n.    # no\n.  b: a#b\n## yes\n",
        );
        check(
            "yaml",
            ".a: !!str |2+\n.  # no\n.b: &x 'y\n.  # no'\n.c: [ 'd', \"e\" ]\n## yes\n.url: http://a/'b\n## yes\n",
        );
    }

    #[test]
    fn markup() {
        check(
            "html",
            ".<p title=\"<!-- no -->\">it's</p>\n#<!-- yes\n#-->\n.<![CDATA[ <!--\n.no ]]>\n#<!-- yes -->\n",
        );
        check(
            "html",
            ".<script>\n.a = '<!--';\n#// yes\n.</script>\n.<style>\n#/* yes */\n.b { }\n.</style>\n.<p>// no</p>\n",
        );
        check(
            "html",
            ".<script type=\"text/template\">\n.<p>it's // no</p>\n#<!-- yes -->\n.</script>\n",
        );
        check(
            "vue",
            ".<template lang=\"pug\">\n.p it's\n#//- yes\n#  it is\n.p b\n.</template>\n.<style lang=\"scss\">\n#// yes\n.</style>\n",
        );
        check(
            "astro",
            ".---\n#// yes\n.const a = '---';\n.---\n.<p>it's</p>\n#{/* yes */}\n.<script>\n#// yes\n.</script>\n",
        );
        check(
            "handlebars",
            ".<p>it's</p>\n#{{!-- yes }}\n#--}}\n#{{! yes }}\n.{{a \"b\"}}\n",
        );
        check("xml", ".<a b='\n.'/>\n#<!-- it's -->\n.<c>don't</c>\n");
        check("ruby-html", "#<%# it's\n#%>\n.<%= \"a\" %>\n#<!-- yes -->\n");
        check("pug", ".p it's\n#// yes\n#  no tag\n.p // no\n");
        check("twig", "#{# it's #}\n.{{ 'a' }}\n");
    }

    #[test]
    fn prose() {
        check("markdown", "## A\n_\n#```python\n.a = 1\n## b\n_\n#```\n#text\n");
        check(
            "markdown",
            "#- a\n#  ```js\n.  b();\n#  ```\n#````\n#```js\n#````\n#~~~ rust,ignore\n.c\n#~~~\n",
        );
        check(
            "restructuredtext",
            ".A\n_\n... code-block:: c\n_\n.   a;\n#   // b\n_\n.text\n",
        );
        check("org", ".text\n.#+begin_src sh\n.a\n## b\n.#+end_src\n## c\n");
    }

    #[test]
    fn comments_of_words_and_lines() {
        check("batch", "#REM a\n.REMOVE a\n.echo REM\n#:: b\n");
        check("matlab", "#%{\n#it's\n#%}\n.a = b'; %{ x\n.c\n");
        check("ini", "#; a\n.b = c;d\n## e\n");
        check("coq", "#(* a (* b *)\n#*)\n.c\n");
        check("forth", "#\\ a\n.b\n");
    }

    /// Text of openings only takes no more than a few passes.
    #[test]
    fn hostile_text_is_scanned_in_linear_time() {
        for piece in [
            "<<A\n", "R\"a(", "$a$", "{a|", "(* ", "{- ", "/* ", "\"", "'", "`${", "<a {", "<a '", "<script>", "q{",
            "/a ", "[==[", "'''\n", "```\n", "%w[", "- 'a\n", "@\"", "#\"", "<!--",
        ] {
            let text = piece.repeat(40_000 / piece.len());
            for language in [
                "abap",
                "c",
                "clojure",
                "cpp",
                "csharp",
                "dart",
                "html",
                "javascript",
                "lua",
                "markdown",
                "nix",
                "ocaml",
                "pascal",
                "perl",
                "php",
                "ruby",
                "rust",
                "shell",
                "sql",
                "stratego/xt",
                "vue",
                "yaml",
            ] {
                let language = LanguageId::by_id(language).expect("in the table").get();
                let _ = scan(language, text.as_bytes());
            }
        }
    }
}
