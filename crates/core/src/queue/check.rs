//! Why Redis refuses service: no place for another client, a wrong password, a missing right.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::connection::{self, ANSWER_TIME, CONNECT_TIME, connect};
use super::{LoginFault, QueueError};
use crate::settings::RedisUrl;

/// The commands that the queue needs, each with arguments. Those that only other users of BullMQ need are not among them.
const NEEDED: &[(&str, &str)] = &[
    ("evalsha", "0123 0"),
    ("script", "load x"),
    ("hset", "bull:repo-analysis:x f v"),
    ("hget", "bull:repo-analysis:x f"),
    ("hgetall", "bull:repo-analysis:x"),
    ("hmget", "bull:repo-analysis:x f"),
    ("hdel", "bull:repo-analysis:x f"),
    ("hincrby", "bull:repo-analysis:x f 1"),
    ("set", "bull:repo-analysis:x v"),
    ("get", "bull:repo-analysis:x"),
    ("del", "bull:repo-analysis:x"),
    ("exists", "bull:repo-analysis:x"),
    ("incr", "bull:repo-analysis:x"),
    ("lpush", "bull:repo-analysis:x v"),
    ("lrem", "bull:repo-analysis:x 1 v"),
    ("lrange", "bull:repo-analysis:x 0 1"),
    ("llen", "bull:repo-analysis:x"),
    ("rpoplpush", "bull:repo-analysis:x bull:repo-analysis:y"),
    ("zadd", "bull:repo-analysis:x 0 v"),
    ("zrem", "bull:repo-analysis:x v"),
    ("zrange", "bull:repo-analysis:x 0 1"),
    ("zscore", "bull:repo-analysis:x v"),
    ("zcard", "bull:repo-analysis:x"),
    ("zpopmin", "bull:repo-analysis:x"),
    ("bzpopmin", "bull:repo-analysis:x 1"),
    ("xadd", "bull:repo-analysis:x * f v"),
    ("xtrim", "bull:repo-analysis:x maxlen 1"),
    ("incrby", "repolens:limit:x 1"),
    ("pexpire", "repolens:limit:x 1"),
    ("pttl", "repolens:limit:x"),
    ("publish", "repolens:scan:x v"),
    ("subscribe", "repolens:scan:x"),
];

/// Returns the commands that the user may not use. Redis 7 checks them without running them; an older one finds none.
const MISSING: &str = "local missing = {} \
    if redis.acl_check_cmd then for _, line in ipairs(ARGV) do \
      local words = {} for word in string.gmatch(line, '%S+') do table.insert(words, word) end \
      local known, allowed = pcall(redis.acl_check_cmd, unpack(words)) \
      if known and not allowed then table.insert(missing, words[1]) end \
    end end \
    return missing";

/// Tries to connect and to authenticate, and checks that the user has the rights that the queue needs.
///
/// # Errors
/// When the server is not reached within two seconds, or refuses.
pub async fn check(url: &RedisUrl) -> Result<(), QueueError> {
    let tried = async {
        let mut connection = connect(&connection::client(url)?, Some(ANSWER_TIME)).await?;
        redis::cmd("PING").exec_async(&mut connection).await?;
        let mut script = redis::cmd("EVAL");
        script.arg(MISSING).arg(0);
        for (command, arguments) in NEEDED {
            script.arg(format!("{command} {arguments}"));
        }
        let missing: Vec<String> = script.query_async(&mut connection).await?;
        Ok(missing)
    };
    match tried.await {
        Ok(missing) if missing.is_empty() => Ok(()),
        Ok(missing) => {
            let list: Vec<String> = missing.iter().map(|command| format!("`{command}`")).collect();
            Err(QueueError::Rights(format!("it may not use {}", list.join(", "))))
        }
        Err(error) => Err(explain(url, error).await),
    }
}

/// The cause of an error. The client library has one error for all failures of a login, and a server that has no place for a
/// client reports that before the first command.
pub(super) async fn explain(url: &RedisUrl, error: QueueError) -> QueueError {
    // With TLS, the server sends nothing readable before the handshake.
    if url.tls() || !matches!(error, QueueError::Unavailable(_) | QueueError::Login(_)) {
        return error;
    }
    match timeout(CONNECT_TIME, first_line(url)).await {
        Ok(Ok(line)) => line.strip_prefix('-').and_then(recognize).unwrap_or(error),
        // The server is unreachable, as the error states.
        Ok(Err(_)) | Err(_) => error,
    }
}

/// The first line that the server answers to a login, or to a `PING` without one.
async fn first_line(url: &RedisUrl) -> std::io::Result<String> {
    let mut stream = TcpStream::connect((url.host(), url.port())).await?;
    let mut words = Vec::new();
    if let Some(password) = url.password() {
        words.push("AUTH");
        words.extend(url.username());
        words.push(password.expose());
    } else {
        words.push("PING");
    }
    let mut request = format!("*{}\r\n", words.len());
    for word in words {
        request.push_str(&format!("${}\r\n{word}\r\n", word.len()));
    }
    // A server without a place has closed the connection by now, and its answer can be read.
    let _closed = stream.write_all(request.as_bytes()).await;
    let mut line = Vec::new();
    while line.len() < 512 && !line.ends_with(b"\n") {
        line.push(stream.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
}

/// A known error of the server, by its code; those without a code by their text, which Redis has in one language only.
pub(super) fn recognize(text: &str) -> Option<QueueError> {
    let (code, detail) = text.split_once(' ').unwrap_or((text, ""));
    match code {
        "WRONGPASS" => Some(QueueError::Login(LoginFault::Wrong)),
        "NOAUTH" => Some(QueueError::Login(LoginFault::Missing)),
        "NOPERM" => Some(QueueError::Rights(detail.to_owned())),
        "DENIED" => Some(QueueError::Login(LoginFault::Protected)),
        "ERR" if detail.starts_with("max number of clients") => Some(QueueError::Full),
        "ERR" if detail.starts_with("invalid password") => Some(QueueError::Login(LoginFault::Wrong)),
        "ERR" if detail.contains("without any password configured") || detail.contains("no password is set") => {
            Some(QueueError::Login(LoginFault::Unneeded))
        }
        _ => None,
    }
}
