//! How sure a finding is: by how often findings of its class were right in packages that no correction had seen
//! (docs/accuracy.md, "Confidence").

use repolens_core::report::Confidence;

/// A kind of finding, and what speaks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::stages) enum Class {
    /// The word occurs nowhere else in the file.
    ImportAlone,
    /// The other places of its word are other things, or in comments.
    ImportNamed,
    /// In a declaration of TypeScript (`.d.ts`).
    ImportOfDeclaration,
    /// The word occurs nowhere else in the repository, in no text of any kind.
    FunctionAlone,
    /// The same, but a text of its own documents it: some are kept on purpose.
    FunctionDocumented,
    /// Only unused functions have the word, which call it; or the tests that a package left out may do it.
    FunctionOfUnused,
    /// The other places of its word are other things.
    FunctionNamed,
    Export,
    /// Users, tests and the configuration of the build are not in the package.
    PublishedExport,
    File,
    PublishedFile,
}

/// The judged findings of a class in some languages.
struct Measured {
    class: Class,
    /// All others, where it is empty.
    languages: &'static [&'static str],
    right: u32,
    judged: u32,
}

/// The fewest judged findings that show high confidence.
const ENOUGH: u32 = 20;

const fn measured(class: Class, languages: &'static [&'static str], right: u32, judged: u32) -> Measured {
    Measured {
        class,
        languages,
        right,
        judged,
    }
}

const SCRIPTS: &[&str] = &["javascript", "typescript"];

/// The first row of a class and language counts. A language with few judged findings is in the row of all that the same code
/// judges.
const MEASURED: &[Measured] = &[
    measured(Class::ImportAlone, &["java"], 339, 350),
    measured(Class::ImportAlone, &["typescript"], 44, 44),
    measured(Class::ImportAlone, SCRIPTS, 72, 74),
    measured(Class::ImportAlone, &["python"], 159, 172),
    measured(Class::ImportAlone, &["php"], 45, 49),
    measured(Class::ImportAlone, &["kotlin"], 53, 53),
    measured(Class::ImportAlone, &["scala"], 21, 22),
    measured(Class::ImportAlone, &["rust"], 1, 1),
    measured(Class::ImportNamed, &["python"], 23, 29),
    measured(Class::ImportNamed, SCRIPTS, 3, 5),
    measured(Class::ImportNamed, &["php", "java"], 3, 3),
    measured(Class::ImportOfDeclaration, &[], 10, 13),
    // None since functions that macros name are left out; before, none of two was right.
    measured(Class::FunctionAlone, &["rust"], 0, 0),
    measured(Class::FunctionAlone, &["python"], 39, 42),
    measured(Class::FunctionAlone, &[], 72, 77),
    measured(Class::FunctionDocumented, &[], 13, 14),
    measured(Class::FunctionOfUnused, &[], 14, 14),
    measured(Class::FunctionNamed, &[], 33, 69),
    measured(Class::Export, SCRIPTS, 15, 16),
    measured(Class::PublishedExport, &["typescript"], 111, 124),
    measured(Class::PublishedExport, &["javascript"], 38, 130),
    // Of 41 applications (scripts/oracles/applications).
    measured(Class::File, SCRIPTS, 8, 8),
    measured(Class::PublishedFile, SCRIPTS, 68, 175),
];

impl Class {
    /// The confidence of a finding of the class.
    pub(in crate::stages) fn confidence(self, language: &str) -> Confidence {
        let row = MEASURED
            .iter()
            .find(|row| row.class == self && (row.languages.is_empty() || row.languages.contains(&language)));
        row.map_or(Confidence::Low, Measured::confidence)
    }
}

impl Measured {
    /// *High* from 98 % on, where enough were judged; *medium* from 90 % on.
    const fn confidence(&self) -> Confidence {
        if self.judged >= ENOUGH && self.right * 100 >= self.judged * 98 {
            Confidence::High
        } else if self.right * 100 >= self.judged * 90 {
            Confidence::Medium
        } else {
            Confidence::Low
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_confidence_follows_from_the_share_that_was_right() {
        let of = |right, judged| measured(Class::ImportAlone, &[], right, judged).confidence();
        assert_eq!(of(98, 100), Confidence::High);
        assert_eq!((of(97, 100), of(9, 10)), (Confidence::Medium, Confidence::Medium));
        assert_eq!((of(89, 100), of(5, 5)), (Confidence::Low, Confidence::Medium));
        assert_eq!(Class::ImportAlone.confidence("typescript"), Confidence::High);
        assert_eq!(
            Class::ImportAlone.confidence("ruby"),
            Confidence::Low,
            "nothing was judged"
        );
    }
}
