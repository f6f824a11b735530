//! The planted corpus: credentials of many providers, and decoys that only look like one. It is made at run time from forms,
//! so that no credential is in this repository, and it is the same each time.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// One credential.
#[derive(Debug)]
pub struct Planted {
    pub file: String,
    /// 1-based.
    pub line: usize,
    pub provider: String,
    pub rule: String,
    /// What must be in no report.
    pub value: String,
}

#[derive(Debug, Default)]
pub struct Corpus {
    pub files: BTreeMap<String, String>,
    pub planted: Vec<Planted>,
    /// File, line and kind of each decoy.
    pub decoys: Vec<(String, usize, String)>,
}

const SECRETS: usize = 300;
const DECOYS: usize = 2_000;
const WORDS: &[&str] = &[
    "garden", "harbor", "silver", "planet", "winter", "orange", "bridge", "forest", "castle", "engine", "market",
    "violet", "copper", "meadow", "pepper", "rocket",
];
/// Files in which credentials are, with a line for one.
const PLACES: &[(&str, &str)] = &[
    ("src/settings.py", "CLIENT = connect(\"@\")"),
    ("src/client.js", "const client = new Client('@');"),
    ("config/app.json", "  \"value\": \"@\","),
    ("deploy/values.yaml", "  value: \"@\""),
    (".env", "VALUE=@"),
    ("src/main.go", "\tclient := New(\"@\")"),
    ("src/Main.java", "    Client client = new Client(\"@\");"),
    ("scripts/run.sh", "export VALUE='@'"),
    ("src/lib.rs", "const VALUE: &str = \"@\";"),
    ("app/config.rb", "client = Client.new('@')"),
];

/// Decoys have a line of their own kind; the files give them a language.
const DECOY_FILES: &[&str] = &[
    "src/a.py",
    "src/b.js",
    "config/c.yml",
    "src/d.ts",
    "config/e.properties",
    "src/f.go",
];

/// Random numbers, the same each time (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, number: usize) -> usize {
        (self.next() % number as u64) as usize
    }

    fn text(&mut self, alphabet: &str, length: usize) -> String {
        let letters: Vec<char> = alphabet.chars().collect();
        (0..length).map(|_| letters[self.below(letters.len())]).collect()
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next() as u8).collect()
    }
}

const DIGITS: &str = "0123456789";
const LOWER: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const B62: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const URL: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-";
const BASE32: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Fills in one form.
fn fill(form: &str, random: &mut Random) -> String {
    let mut text = String::new();
    let mut rest = form;
    while let Some((before, behind)) = rest.split_once('{') {
        text.push_str(before);
        let Some((name, behind)) = behind.split_once('}') else {
            text.push('{');
            rest = behind;
            continue;
        };
        match part(name, &text, random) {
            Some(part) => text.push_str(&part),
            // A brace of the line itself.
            None => {
                text.push('{');
                rest = &rest[before.len() + 1..];
                continue;
            }
        }
        rest = behind;
    }
    text + rest
}

fn part(name: &str, before: &str, random: &mut Random) -> Option<String> {
    if let Some((alphabet, length)) = name.split_once(':') {
        let alphabet = match alphabet {
            "b62" => B62,
            "hex" => "0123456789abcdef",
            "lower" => LOWER,
            "upper" => UPPER,
            "digits" => DIGITS,
            "url" => URL,
            "letters" => LETTERS,
            "base32" => BASE32,
            "azure" => "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_.~-",
            "b64" => "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/",
            _ => return None,
        };
        let length: usize = length.parse().ok()?;
        // The last character is a letter or digit, as quotes of shells and edges of words need.
        let body = random.text(alphabet, length - 1);
        return Some(
            body + &random.text(
                if alphabet.contains('q') {
                    "abcdef"
                } else {
                    &alphabet[..10]
                },
                1,
            ),
        );
    }
    let object = |text: String| URL_SAFE_NO_PAD.encode(text);
    Some(match name {
        "word" => WORDS[random.below(WORDS.len())].to_owned(),
        "crc62" => base62(crc32fast::hash(&before.as_bytes()[before.len() - 30..])),
        "grafana" => hex::encode(crc32fast::hash(before.trim_end_matches('_').as_bytes()).to_le_bytes()),
        "glc" => {
            let key = random.text(B62, 32);
            format!(
                "glc_{}",
                STANDARD.encode(format!(
                    r#"{{"o":"{}","n":"stack","k":"{key}","m":{{"r":"eu"}}}}"#,
                    random.text(DIGITS, 6)
                ))
            )
        }
        "atlassian" => {
            let value = format!("ATATT3xFfGF0{}=", random.text(URL, 171));
            format!("{value}{:08X}", crc32fast::hash(value.as_bytes()))
        }
        "pypi" => {
            let mut macaroon = b"\x02\x01\x08pypi.org\x02\x24".to_vec();
            macaroon.extend(random.bytes(36));
            macaroon.extend_from_slice(b"\x00\x02\x10");
            macaroon.extend(random.bytes(16));
            macaroon.extend_from_slice(b"\x00\x00\x06\x20");
            macaroon.extend(random.bytes(32));
            format!("pypi-{}", URL_SAFE_NO_PAD.encode(macaroon))
        }
        "aws" => format!("AKIA{}:{}", random.text(BASE32, 16), random.text(B62, 40)),
        "discord" => {
            let id = STANDARD_NO_PAD.encode(format!("9{}", random.text(DIGITS, 17)));
            format!("discord {id}.{}.{}", random.text(B62, 6), random.text(B62, 27))
        }
        "jwt" => {
            let (header, id) = (object(r#"{"alg":"HS256","typ":"JWT"}"#.into()), random.text(B62, 12));
            format!(
                "{header}.{}.{}",
                object(format!(r#"{{"sub":"{id}","role":"service"}}"#)),
                random.text(URL, 42) + "k"
            )
        }
        "pem" => {
            let mut der = vec![0x30, 0x82, 0x01, 0x7F, 0x02, 0x01, 0x00];
            der.extend(random.bytes(380));
            let label = ["RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY"][random.below(3)];
            format!(
                "-----BEGIN {label}-----\\n{}\\n-----END {label}-----",
                STANDARD.encode(der)
            )
        }
        _ => return None,
    })
}

fn base62(mut number: u32) -> String {
    let digits: Vec<char> = B62.chars().collect();
    let mut text = Vec::new();
    for _ in 0..6 {
        text.push(digits[(number % 62) as usize]);
        number /= 62;
    }
    text.into_iter().rev().collect()
}

fn rows(table: &str) -> Vec<Vec<&str>> {
    let lines = table.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.map(|line| line.split('\t').collect()).collect()
}

/// Makes the corpus.
pub fn corpus() -> Corpus {
    let mut random = Random(20);
    let mut corpus = Corpus::default();
    let forms = rows(include_str!("credentials.tsv"));
    for number in 0..SECRETS {
        let [provider, rule, form] = forms[number % forms.len()][..] else {
            panic!("a row has three columns");
        };
        let (folder, (file, place)) = (number / 60, PLACES[(number / forms.len() * 3 + number) % PLACES.len()]);
        let file = format!("{folder}/{file}");
        let (value, line) = match form {
            "{generic}" => {
                let value = random.text(B62, 18) + &random.text(DIGITS, 3) + &random.text(LETTERS, 3);
                (
                    value.clone(),
                    named(
                        place,
                        ["apiKey", "client_secret", "auth_token"][random.below(3)],
                        &value,
                    ),
                )
            }
            "{password}" => {
                let value = format!(
                    "{}{}!{}",
                    random.text(&LETTERS[..26], 2),
                    random.text(&LETTERS[26..], 5),
                    random.text(DIGITS, 3)
                );
                (value.clone(), named(place, "db_password", &value))
            }
            form => {
                let value = fill(form, &mut random);
                let line = place.replace('@', &value);
                (value, line)
            }
        };
        let text = corpus.files.entry(file.clone()).or_default();
        let _ = writeln!(text, "{line}");
        let line = text.lines().count();
        corpus.planted.push(Planted {
            file,
            line,
            provider: provider.to_owned(),
            rule: rule.to_owned(),
            value,
        });
    }
    let forms = rows(include_str!("decoys.tsv"));
    for number in 0..DECOYS {
        let [kind, form] = forms[number % forms.len()][..] else {
            panic!("a row has two columns: {:?}", forms[number % forms.len()]);
        };
        let file = format!(
            "decoys{}/{}",
            number / 400,
            DECOY_FILES[(number / forms.len() + number) % DECOY_FILES.len()]
        );
        let line = fill(form, &mut random);
        let text = corpus.files.entry(file.clone()).or_default();
        // Apart, so that one decoy is no context of the next.
        let _ = writeln!(text, "{line}\n\n\n\n\n\n");
        let line = text.lines().count() - 6;
        corpus.decoys.push((file, line + 1, kind.to_owned()));
    }
    corpus
}

/// The line of a value that only its name marks.
fn named(place: &str, name: &str, value: &str) -> String {
    match place {
        place if place.contains("\"value\"") => place.replace("value", name).replace('@', value),
        place if place.starts_with("VALUE") || place.contains(" VALUE") || place.contains("  value") => {
            place.replace("VALUE", name).replace("value", name).replace('@', value)
        }
        place if place.contains(":=") => format!("\t{name} := \"{value}\""),
        _ => format!("{name} = \"{value}\""),
    }
}
