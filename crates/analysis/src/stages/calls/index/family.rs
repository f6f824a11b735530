//! Families of languages that call each other, and the reach of their names.

use std::borrow::Cow;

/// Languages that call each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Family {
    Python,
    Script,
    Jvm,
    Go,
    Rust,
    Ruby,
    C,
    CSharp,
    Php,
    Swift,
}

impl Family {
    pub(crate) fn of(language: &str) -> Option<Self> {
        Some(match language {
            "python" | "jupyter-notebooks" => Self::Python,
            "javascript" | "typescript" | "vue" | "svelte" => Self::Script,
            "java" | "kotlin" | "scala" => Self::Jvm,
            "go" => Self::Go,
            "rust" => Self::Rust,
            "ruby" => Self::Ruby,
            "c" | "cpp" => Self::C,
            "csharp" => Self::CSharp,
            "php" => Self::Php,
            "swift" => Self::Swift,
            _ => return None,
        })
    }

    /// A name in the spelling by which it is found. PHP's functions, methods and classes are without case; its variables are not.
    pub(super) fn written(self, name: &str) -> Cow<'_, str> {
        let is_free = self == Self::Php && !name.starts_with('$') && name.bytes().any(|byte| byte.is_ascii_uppercase());
        if is_free {
            Cow::Owned(name.to_ascii_lowercase())
        } else {
            Cow::Borrowed(name)
        }
    }

    /// How far the parts of one class may lie from each other.
    pub(super) fn parts(self) -> Reach {
        match self {
            Self::Go => Reach::Folder,
            Self::Ruby | Self::C | Self::CSharp | Self::Swift => Reach::Everywhere,
            _ => Reach::File,
        }
    }

    /// Whether a file that imports another one as a whole also has the files that this one imports as a whole.
    pub(crate) fn imports_are_transitive(self) -> bool {
        !matches!(self, Self::Jvm | Self::CSharp)
    }

    /// Whether functions can extend types of elsewhere.
    pub(super) fn has_extensions(self) -> bool {
        matches!(self, Self::Jvm | Self::Swift | Self::Rust)
    }

    /// Whether a method of an object whose type is unknown is most often the only one of its name. In the others it is a
    /// library's as often (docs/accuracy.md).
    pub(super) fn finds_by_name(self) -> bool {
        !matches!(self, Self::Script | Self::Rust | Self::Ruby | Self::Swift)
    }

    /// Whether a target that the text names is right often enough to be exact. In Ruby another class of the same name, or a
    /// type of the language, is called too often (docs/accuracy.md).
    pub(in crate::stages::calls) fn is_exact(self) -> bool {
        self != Self::Ruby
    }

    /// How far a name that its file does not bind reaches without an import.
    pub(super) fn reach(self) -> Reach {
        match self {
            Self::Python | Self::Script => Reach::File,
            Self::Jvm | Self::Go | Self::Php => Reach::Folder,
            Self::Rust | Self::Ruby | Self::C | Self::CSharp | Self::Swift => Reach::Everywhere,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    File,
    Folder,
    /// Where only one has the name.
    Everywhere,
}
