//! Python: certificates, hashes, ciphers, keys and tokens.

use FindingSeverity::{High, Low, Medium};

use super::*;
use crate::security::code::is_secret_name;

fn is_no_verification(mode: &Value) -> bool {
    matches!(mode, Value::Name(name) if name == "ssl.CERT_NONE" || name == "CERT_NONE")
}

pub static RULES: &[CodeRule] = &[
    entry(
        Words {
            id: "python-certificate-not-verified",
            title: "The certificate of the other side is not verified",
            severity: High,
            cwe: 295,
            risk: TLS_RISK,
            remedy: TLS_REMEDY,
            safe: &["`verify=True`", "`verify=\"authority.pem\"`", "a variable"],
        },
        PYTHON,
        &[
            "requests.get",
            "requests.post",
            "requests.put",
            "requests.patch",
            "requests.delete",
            "requests.head",
            "requests.options",
            "requests.request",
            "requests.Session",
            "httpx.get",
            "httpx.post",
            "httpx.put",
            "httpx.patch",
            "httpx.delete",
            "httpx.request",
            "httpx.stream",
            "httpx.Client",
            "httpx.AsyncClient",
            "aiohttp.TCPConnector",
            "ssl._create_unverified_context",
        ],
        |site| {
            !is_by_choice(site)
                && site.named("cert_reqs").is_none_or(is_no_verification)
                && (site.name.ends_with("_create_unverified_context")
                    || site.is("verify", false)
                    || site.is("ssl", false)
                    || site.is("verify_ssl", false))
        },
    ),
    entry(
        Words {
            id: "python-certificate-mode",
            title: "A context accepts any certificate",
            severity: High,
            cwe: 295,
            risk: TLS_RISK,
            remedy: TLS_REMEDY,
            safe: &[
                "`ssl.CERT_REQUIRED`",
                "a comparison with `CERT_NONE`",
                "an assignment that depends on an option of the caller",
            ],
        },
        PYTHON,
        &["=.verify_mode"],
        |site| is_no_verification(site.first()) && !site.conditional && !is_by_choice(site),
    ),
    entry(
        Words {
            id: "python-weak-hash",
            title: "A hash that is broken",
            severity: Low,
            cwe: 327,
            risk: HASH_RISK,
            remedy: "Use SHA-256, or pass `usedforsecurity=False` where it is no protection",
            safe: &["`usedforsecurity=False`", HASH_BY_PROTOCOL, "SHA-256"],
        },
        PYTHON,
        &[
            "hashlib.md5",
            "hashlib.sha1",
            "hashlib.new",
            "Crypto.Hash.MD5.new",
            "cryptography.hazmat.primitives.hashes.MD5",
            "cryptography.hazmat.primitives.hashes.SHA1",
        ],
        |site| {
            let is_weak = site.name != "hashlib.new"
                || matches!(
                    site.first().text().map(str::to_lowercase).as_deref(),
                    Some("md5" | "sha1" | "md4")
                );
            is_weak && !site.is("usedforsecurity", false) && !site.open_ended && !site.needs_no_strong_hash()
        },
    ),
    entry(
        Words {
            id: "python-weak-cipher",
            title: "A cipher or mode that is broken",
            severity: Medium,
            cwe: 327,
            risk: "The text can be found out without the key, or changed unseen.",
            remedy: "Use AES-GCM or ChaCha20-Poly1305",
            safe: &["AES with GCM"],
        },
        PYTHON,
        &[
            "Crypto.Cipher.DES.new",
            "Crypto.Cipher.DES3.new",
            "Crypto.Cipher.ARC4.new",
            "Crypto.Cipher.ARC2.new",
            "Crypto.Cipher.Blowfish.new",
            "Cryptodome.Cipher.DES.new",
            "Cryptodome.Cipher.ARC4.new",
            "cryptography.hazmat.primitives.ciphers.modes.ECB",
            "cryptography.hazmat.primitives.ciphers.algorithms.ARC4",
            "cryptography.hazmat.primitives.ciphers.algorithms.TripleDES",
        ],
        |_| true,
    ),
    entry(
        Words {
            id: "python-short-key",
            title: "A key that is too short",
            severity: Medium,
            cwe: 326,
            risk: "Keys of this length have been factored.",
            remedy: "Use at least 2,048 bits",
            safe: &["2,048 bits and more", "a variable"],
        },
        PYTHON,
        &[
            "cryptography.hazmat.primitives.asymmetric.rsa.generate_private_key",
            "cryptography.hazmat.primitives.asymmetric.dsa.generate_private_key",
            "Crypto.PublicKey.RSA.generate",
            "Crypto.PublicKey.DSA.generate",
        ],
        |site| {
            let size = site
                .named("key_size")
                .or_else(|| site.named("bits"))
                .unwrap_or_else(|| site.value(usize::from(site.name.ends_with("rsa.generate_private_key"))));
            matches!(size, Value::Number(bits) if (1..2048).contains(bits))
        },
    ),
    entry(
        Words {
            id: "python-predictable-random",
            title: "A secret is drawn by a generator that can be predicted",
            severity: Medium,
            cwe: 330,
            risk: RANDOM_RISK,
            remedy: "Use the module `secrets`",
            safe: &[
                "`secrets.token_hex`",
                "`random.SystemRandom`",
                "a name that is no secret's",
            ],
        },
        PYTHON,
        &[
            "random.random",
            "random.randint",
            "random.choice",
            "random.choices",
            "random.randrange",
            "random.getrandbits",
            "random.sample",
            "random.uniform",
        ],
        |site| site.assigned.as_deref().is_some_and(is_secret_name),
    ),
    entry(
        Words {
            id: "python-token-not-verified",
            title: "A web token is read without its signature",
            severity: High,
            cwe: 347,
            risk: "Everyone can write a token with any claims.",
            remedy: "Verify the signature with a fixed list of algorithms",
            safe: &["`algorithms=[\"RS256\"]`", "`verify_signature: True`"],
        },
        PYTHON,
        &["jwt.decode", "jose.jwt.decode"],
        |site| {
            let options = site.named("options").or_else(|| site.values.get(3));
            let off = options.and_then(|options| options.member("verify_signature")) == Some(&Value::Bool(false));
            let none = matches!(site.named("algorithms"), Some(Value::List(list)) if list.iter().any(|it| it.text().is_some_and(|it| it.eq_ignore_ascii_case("none"))));
            off || none || site.is("verify", false)
        },
    ),
    entry(
        Words {
            id: "python-host-key",
            title: "Any host key is accepted",
            severity: Medium,
            cwe: 295,
            risk: TLS_RISK,
            remedy: "Load the known host keys and use `RejectPolicy`",
            safe: &["`RejectPolicy`"],
        },
        PYTHON,
        &[".set_missing_host_key_policy"],
        |site| matches!(site.first(), Value::Call(name, _) | Value::Name(name) if name.ends_with("AutoAddPolicy") || name.ends_with("WarningPolicy")),
    ),
];
