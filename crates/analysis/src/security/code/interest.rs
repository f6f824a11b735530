//! Names that a file can have a site of.
//!
//! Most files have no word of any rule, so one pass over the text spares the passes over the tree.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use rustc_hash::FxHashSet;

use super::{last, rules, sql};

/// Last parts of the names of rules of which each word is in the text of a file.
#[derive(Debug, Default)]
pub struct Interest {
    names: FxHashSet<&'static str>,
    /// Where the text has one of their words, in order.
    places: Vec<usize>,
    /// An import gives a name of a rule another name.
    is_renamed: bool,
    /// One of the names is of a rule about certificates, for which the conditions around a site are read.
    pub about_certificates: bool,
}

/// The weakness of the rules about certificates.
const CERTIFICATES: u16 = 295;

impl Interest {
    /// Reads the words of a text.
    pub fn of(language: &str, text: &[u8]) -> Self {
        match filter(language) {
            Some(filter) => filter.read(text),
            None => Self::default(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Whether a rule is about a name with this last part: a reader makes no site for others.
    pub fn has(&self, name: &str) -> bool {
        self.names.contains(last(name))
    }

    /// Notes that the file calls `name` by another name.
    pub fn rename(&mut self, name: &str) {
        self.is_renamed |= self.has(name);
    }

    /// Whether one of the words is in a part of the text: a function without one has no site.
    pub fn is_in(&self, start: usize, end: usize) -> bool {
        let first = self.places.partition_point(|at| *at < start);
        self.is_renamed || self.places.get(first).is_some_and(|at| *at < end)
    }
}

/// The words of the rules of one language.
struct Filter {
    automaton: AhoCorasick,
    /// The words that a pattern is a spelling of, by the pattern's number.
    words: Vec<Vec<usize>>,
    /// The number of words.
    size: usize,
    /// The word by which a text has a statement of SQL.
    statement: usize,
    names: Vec<RuleName>,
}

/// The last part of a name, the words that a text with it has, and whether its rule is about certificates.
struct RuleName {
    last: &'static str,
    words: Vec<usize>,
    about_certificates: bool,
}

/// The filter of a language, which is made when its first file is read.
fn filter(language: &str) -> Option<&'static Filter> {
    const LANGUAGES: [&str; 10] = [
        "python",
        "javascript",
        "java",
        "go",
        "ruby",
        "php",
        "csharp",
        "c",
        "cpp",
        "rust",
    ];
    static FILTERS: [OnceLock<Filter>; LANGUAGES.len()] = [const { OnceLock::new() }; LANGUAGES.len()];
    let at = LANGUAGES.iter().position(|known| *known == language)?;
    Some(FILTERS[at].get_or_init(|| Filter::new(language)))
}

/// A statement of SQL as a word.
const STATEMENT: &str = "a statement";

/// How texts write a word, where that is not the word itself.
fn spellings(word: &str) -> Vec<String> {
    let all = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    match word {
        "backtick" => all(&["`", "%x"]),
        "include" => all(&["include", "include_once", "require", "require_once"]),
        STATEMENT => sql::FIRST_WORDS
            .iter()
            .flat_map(|word| {
                let capital = format!("{}{}", word[..1].to_ascii_uppercase(), &word[1..]);
                [(*word).to_owned(), word.to_ascii_uppercase(), capital]
            })
            .collect(),
        word => all(&[word]),
    }
}

impl Filter {
    fn new(language: &str) -> Self {
        // `function` is no `Function`; the names of PHP have no case.
        let is_folded = language == "php";
        let folded = |word: &str| match is_folded {
            true => word.to_ascii_lowercase(),
            false => word.to_owned(),
        };
        let mut numbers: BTreeMap<String, usize> = BTreeMap::from([(STATEMENT.to_owned(), 0)]);
        let mut names = Vec::new();
        for rule in rules::all().filter(|rule| rule.languages.contains(&language)) {
            for name in rule.names {
                // A condition of Active Record is no statement.
                let is_statement = rule.rule.cwe == sql::CWE && !sql::is_condition(name);
                let words = name
                    .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
                    .filter(|word| !matches!(*word, "" | "new"))
                    .chain(is_statement.then_some(STATEMENT));
                let numbered = words.map(|word| {
                    let next = numbers.len();
                    *numbers.entry(folded(word)).or_insert(next)
                });
                names.push(RuleName {
                    last: last(name),
                    words: numbered.collect(),
                    about_certificates: rule.rule.cwe == CERTIFICATES,
                });
            }
        }
        let mut patterns: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (word, number) in &numbers {
            for spelling in spellings(word) {
                let words = patterns.entry(folded(&spelling)).or_default();
                if !words.contains(number) {
                    words.push(*number);
                }
            }
        }
        Self {
            automaton: AhoCorasick::builder()
                .ascii_case_insensitive(is_folded)
                .match_kind(MatchKind::LeftmostLongest)
                .kind(Some(AhoCorasickKind::DFA))
                .build(patterns.keys())
                .expect("a constant list of words"),
            words: patterns.into_values().collect(),
            size: numbers.len(),
            statement: 0,
            names,
        }
    }

    fn read(&self, text: &[u8]) -> Interest {
        let is_word = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        let mut has = vec![false; self.size];
        let mut places = Vec::new();
        for hit in self.automaton.find_iter(text) {
            let before = hit.start().checked_sub(1).and_then(|at| text.get(at));
            let is_whole = !is_word(text.get(hit.start())) || !(is_word(before) || is_word(text.get(hit.end())));
            for word in &self.words[hit.pattern().as_usize()] {
                // An escape may be in front of a statement: `"\nSELECT …"`.
                if is_whole || *word == self.statement {
                    has[*word] = true;
                    places.push((hit.start(), *word));
                }
            }
        }
        let possible = || {
            self.names
                .iter()
                .filter(|name| name.words.iter().all(|word| has[*word]))
        };
        let wanted: FxHashSet<usize> = possible().flat_map(|name| name.words.iter().copied()).collect();
        // A statement alone is no site.
        places.retain(|(_, word)| wanted.contains(word) && *word != self.statement);
        Interest {
            names: possible().map(|name| name.last).collect(),
            places: places.into_iter().map(|(at, _)| at).collect(),
            is_renamed: false,
            about_certificates: possible().any(|name| name.about_certificates),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_needs_all_of_its_words() {
        let has = |language: &str, text: &str, name: &str| Interest::of(language, text.as_bytes()).has(name);
        assert!(has("python", "from subprocess import Popen", "subprocess.Popen"));
        assert!(!has("python", "class Popen: pass", "subprocess.Popen"));
        assert!(!has("python", "from subprocesses import Popen", "subprocess.Popen"));
        assert!(has("python", "db.execute('\\nselect 1')", "db.execute"));
        assert!(!has("python", "db.execute(x)", "db.execute"));
        assert!(has("java", "jdbc.update(\"UPDATE a\")", "jdbc.update"));
        assert!(has("java", "jdbc.update(\"Update a\")", "jdbc.update"));
        assert!(has("javascript", "new Function(x)", "new Function"));
        assert!(!has("javascript", "function f() {}", "new Function"));
        assert!(has("php", "SHELL_EXEC($x)", "shell_exec"));
        assert!(has("ruby", "Post.where(\"a = #{b}\")", "Post.where"));
        assert!(has("ruby", "`ls #{b}`", "backtick"));
        assert!(has("php", "require_once $_GET['a'];", "include"));
        assert!(has(
            "csharp",
            "new MD5CryptoServiceProvider()",
            "new MD5CryptoServiceProvider"
        ));
        assert!(Interest::of("cobol", b"eval").is_empty());
    }
}
