//! Hashes that are broken, where that does not matter.

use super::Site;

impl Site {
    /// Whether a broken hash protects nothing here, by the names of what it is in and of what it is given to: a protocol
    /// fixes it, or it only names or compares content.
    pub fn needs_no_strong_hash(&self) -> bool {
        const PROTOCOLS: &[&str] = &[
            "digestauth",
            "authdigest",
            "digestheader",
            "httpdigest",
            "digestresponse",
            "digestchallenge",
            "wwwauthenticate",
            "crammd5",
            "apop",
            "ntlm",
            "websocket",
            "gravatar",
            "libravatar",
            "contentmd5",
            "rfc2617",
            "rfc7616",
            "torrent",
            "infohash",
        ];
        const SUMS: &[&str] = &[
            "etag",
            "checksum",
            "cachekey",
            "cache",
            "md5sum",
            "sha1sum",
            "filehash",
            "hashfile",
            "contenthash",
            "filemd5",
            "md5file",
            "dedup",
            "blobid",
            "gitblob",
        ];
        const SECRETS: &[&str] = &[
            "password",
            "passwd",
            "secret",
            "signature",
            "sign",
            "token",
            "hmac",
            "cert",
        ];
        let assigned = self.assigned.as_deref().unwrap_or_default();
        let names: String = [self.within.as_str(), ".", assigned]
            .concat()
            .chars()
            .filter(|c| *c != '_' && *c != '-')
            .collect::<String>()
            .to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| names.contains(word));
        has(PROTOCOLS) || (has(SUMS) && !has(SECRETS))
    }
}
