//! The comment and string signs of a language: the last columns of its row in the table.

/// The features of a language beside plain signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Feature {
    /// Block comments nest.
    Nested,
    /// All text is comment.
    Literate,
    /// A line comment counts in the first column only.
    Column,
    /// A line comment counts as the first thing of a line only.
    Start,
    /// A line comment needs white space before it.
    Spaced,
    /// A line comment takes in the lines below that are indented deeper.
    Indented,
    /// Block comments begin and end at the start of a line.
    Anchored,
    /// Characters in single quotes, which may be quotes: `'"'`.
    Char,
    /// Text is markup: strings are in tags only.
    Tags,
    /// Markup begins with a block of JavaScript between lines of `---`.
    FrontMatter,
    /// Regular expressions and templates of JavaScript.
    Script,
    Yaml,
    /// Blocks of code in prose, as Markdown has them.
    Fences,
    Directives,
    /// Code between `<?php` and `?>`.
    Php,
    /// `<<END`.
    Heredoc,
    /// `[==[ ]==]`, as a comment behind the sign of a line comment.
    Brackets,
    /// `r##" "##`, `##" "##`.
    RawHash,
    /// `R"x( )x"`.
    RawCpp,
    /// `""" """` with any number of quotes from three on, `@" "" "`.
    RawCsharp,
    /// `$tag$ $tag$`.
    Dollar,
    /// `'' ''` with `'''` and `''$` in it.
    Nix,
    /// `{id| |id}`.
    Ocaml,
    /// `q{ }`, `m/ /`, `s/ / /`.
    Perl,
    /// `%w[ ]`.
    Percent,
    /// Documentation from a line with `=word` to one with `=cut`.
    Pod,
    /// A quote in a string is written twice; `\` may escape it or not.
    Sql,
}

const FEATURES: &[(&str, Feature)] = &[
    ("nested", Feature::Nested),
    ("literate", Feature::Literate),
    ("column", Feature::Column),
    ("start", Feature::Start),
    ("spaced", Feature::Spaced),
    ("indented", Feature::Indented),
    ("anchored", Feature::Anchored),
    ("char", Feature::Char),
    ("tags", Feature::Tags),
    ("front-matter", Feature::FrontMatter),
    ("script", Feature::Script),
    ("yaml", Feature::Yaml),
    ("fences", Feature::Fences),
    ("directives", Feature::Directives),
    ("php", Feature::Php),
    ("heredoc", Feature::Heredoc),
    ("brackets", Feature::Brackets),
    ("raw-hash", Feature::RawHash),
    ("raw-cpp", Feature::RawCpp),
    ("raw-csharp", Feature::RawCsharp),
    ("dollar", Feature::Dollar),
    ("nix", Feature::Nix),
    ("ocaml", Feature::Ocaml),
    ("perl", Feature::Perl),
    ("percent", Feature::Percent),
    ("pod", Feature::Pod),
    ("sql", Feature::Sql),
];

/// A set of bytes.
#[derive(Debug, Clone)]
pub struct Bytes([bool; 256]);

impl Default for Bytes {
    fn default() -> Self {
        Self([false; 256])
    }
}

impl Bytes {
    fn insert(&mut self, sign: &[u8]) {
        if let Some(&first) = sign.first() {
            self.0[usize::from(first)] = true;
        }
    }

    pub fn has(&self, byte: u8) -> bool {
        self.0[usize::from(byte)]
    }
}

/// A string or block comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    pub open: &'static [u8],
    pub close: &'static [u8],
    pub kind: PairKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairKind {
    Comment,
    /// A block comment that nests though the others of the language may not.
    NestingComment,
    /// A string that ends with its line.
    Line,
    /// A string of several lines.
    Long,
    /// A string of several lines without escapes.
    Verbatim,
}

#[derive(Debug, Default)]
pub struct Signs {
    features: u32,
    pub line_comments: Vec<&'static [u8]>,
    /// Block comments, then strings; of each the longest first.
    pub block_comments: Vec<Pair>,
    pub strings: Vec<Pair>,
    /// Signs that take their meaning from the next byte, which begins nothing: `#\` of Lisp, `$` of Perl.
    pub skips: Vec<&'static [u8]>,
    /// The byte that makes the next byte of a string literal.
    pub escape: u8,
    /// First bytes of all that is no plain code.
    pub matters: Bytes,
}

impl Signs {
    /// Reads the columns line comments, block comments, nesting ones, flags, strings, long strings, verbatim strings.
    pub fn parse(columns: &[&'static str]) -> Self {
        let column = |at: usize| items(columns.get(at).copied().unwrap_or_default());
        let mut signs = Self {
            line_comments: column(0).map(unescape).collect(),
            escape: b'\\',
            ..Self::default()
        };
        for flag in column(3) {
            if let Some(sign) = flag.strip_prefix("skip=") {
                signs.skips.push(unescape(sign));
            } else if let Some(sign) = flag.strip_prefix("escape=") {
                signs.escape = sign.bytes().next().unwrap_or(b'\\');
            } else if let Some((_, feature)) = FEATURES.iter().find(|(name, _)| *name == flag) {
                signs.features |= 1 << (*feature as u32);
            } else {
                panic!("the table of languages has no flag `{flag}`");
            }
        }
        let plain = if signs.has(Feature::Nested) {
            PairKind::NestingComment
        } else {
            PairKind::Comment
        };
        signs.block_comments = pairs(column(1), plain)
            .chain(pairs(column(2), PairKind::NestingComment))
            .collect();
        signs.strings = pairs(column(4), PairKind::Line)
            .chain(pairs(column(5), PairKind::Long))
            .chain(pairs(column(6), PairKind::Verbatim))
            .collect();
        signs
            .block_comments
            .sort_by_key(|pair| std::cmp::Reverse(pair.open.len()));
        signs.strings.sort_by_key(|pair| std::cmp::Reverse(pair.open.len()));
        signs.line_comments.sort_by_key(|sign| std::cmp::Reverse(sign.len()));
        signs.matters = signs.first_bytes();
        signs
    }

    pub fn has(&self, feature: Feature) -> bool {
        self.features & (1 << (feature as u32)) != 0
    }

    fn first_bytes(&self) -> Bytes {
        let mut bytes = Bytes::default();
        let pairs = self.block_comments.iter().chain(&self.strings);
        let opening = pairs.map(|pair| pair.open).chain(self.line_comments.iter().copied());
        opening
            .chain(self.skips.iter().copied())
            .for_each(|sign| bytes.insert(sign));
        bytes.insert(&[self.escape]);
        let of_feature: &[(Feature, &[u8])] = &[
            (Feature::Char, b"'"),
            (Feature::Heredoc, b"<\n"),
            (Feature::Brackets, b"["),
            (Feature::RawHash, b"#r"),
            (Feature::RawCpp, b"R"),
            (Feature::RawCsharp, b"@$\""),
            (Feature::Dollar, b"$"),
            (Feature::Nix, b"'"),
            (Feature::Ocaml, b"{"),
            (Feature::Perl, b"/qmsty"),
            (Feature::Percent, b"%/"),
            (Feature::Pod, b"="),
            (Feature::Php, b"?"),
        ];
        let of_feature = of_feature.iter().filter(|(feature, _)| self.has(*feature));
        of_feature
            .flat_map(|(_, first)| first.iter())
            .for_each(|byte| bytes.insert(&[*byte]));
        bytes
    }
}

fn items(column: &'static str) -> impl Iterator<Item = &'static str> {
    column.split(' ').filter(|item| !item.is_empty() && *item != "-")
}

/// Only the few items with a space are changed, once a process: that memory is kept.
fn unescape(item: &'static str) -> &'static [u8] {
    if item.contains('␠') {
        Box::leak(item.replace('␠', " ").into_boxed_str()).as_bytes()
    } else {
        item.as_bytes()
    }
}

fn pairs(items: impl Iterator<Item = &'static str>, kind: PairKind) -> impl Iterator<Item = Pair> {
    let items: Vec<_> = items.map(unescape).collect();
    let pairs: Vec<_> = items
        .chunks_exact(2)
        .map(|pair| Pair {
            open: pair[0],
            close: pair[1],
            kind,
        })
        .collect();
    pairs.into_iter()
}
