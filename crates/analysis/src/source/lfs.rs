//! Pointers of Git LFS: small texts in place of files outside the repository.

/// A pointer is shorter than this, in bytes, by LFS's specification.
const TOO_LONG: u64 = 1024;
/// The shortest has a version, an object id of 64 digits and a size.
const SHORTEST: u64 = 100;

const VERSIONS: &[&str] = &[
    "version https://git-lfs.github.com/spec/",
    // Before it had its name.
    "version https://hawser.github.com/spec/",
    "version http://git-media.io/",
];

/// The reason that the report gives for each.
pub const REASON: &str = "a Git LFS pointer: the file itself is not in the repository and not counted";

/// Whether a file of this many bytes can be a pointer.
#[must_use]
pub fn can_be_pointer(size: u64) -> bool {
    (SHORTEST..TOO_LONG).contains(&size)
}

#[must_use]
pub fn is_pointer(text: &[u8]) -> bool {
    if !can_be_pointer(text.len() as u64) {
        return false;
    }
    let Ok(text) = std::str::from_utf8(text) else {
        return false;
    };
    let has = |key: &str, valid: fn(char) -> bool| {
        text.lines()
            .filter_map(|line| line.strip_prefix(key))
            .any(|value| !value.is_empty() && value.chars().all(valid))
    };
    VERSIONS.iter().any(|version| text.starts_with(version))
        && has("oid sha256:", |c| c.is_ascii_hexdigit())
        && has("size ", |c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_distinguished_from_texts_about_them() {
        let id = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393";
        let pointer = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{id}\nsize 12345\n");
        assert!(is_pointer(pointer.as_bytes()));
        assert!(is_pointer(pointer.replace('\n', "\r\n").as_bytes()));
        let extended = pointer.replace("oid", "ext-0-foo sha256:00\noid");
        assert!(is_pointer(extended.as_bytes()));
        for other in [
            format!("# LFS\n\n{pointer}"),
            pointer.replace("size 12345", "size large"),
            pointer.replace("oid sha256:", "oid md5:"),
            format!("{pointer}{}", "x".repeat(1024)),
            "version https://git-lfs.github.com/spec/v1\n".to_owned(),
        ] {
            assert!(!is_pointer(other.as_bytes()), "{other}");
        }
    }
}
