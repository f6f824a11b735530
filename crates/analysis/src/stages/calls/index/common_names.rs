//! Method names too common to identify the class of an object.

/// Methods of the languages' own types and of common libraries: such a name identifies no target, whatever the case of its
/// first letter. Sorted.
#[rustfmt::skip]
pub(super) const COMMON: &[&str] = &[
    "abort", "accept", "acquire", "add", "addAll", "addEventListener", "addRange", "all", "all?", "also", "and_then",
    "any", "any?", "append", "appendChild", "apply", "asSequence", "as_bytes", "as_mut", "as_ref", "as_str",
    "as_view", "assign", "at", "begin", "bind", "borrow", "borrow_mut", "bytes", "bytesize", "call", "cancel",
    "capitalize", "catch", "chain", "charAt", "chars", "children", "clear", "click", "clone", "cloned", "close",
    "collect", "commit", "compactMap", "compareTo", "compile", "complete", "computeIfAbsent", "concat",
    "configureAwait", "connect", "contains", "containsKey", "containsValue", "contains_key", "copied", "copy",
    "count", "create", "cursor", "dec", "decode", "dedup", "delete", "deref", "detect", "disconnect", "dispose",
    "distinct", "done", "drain", "dropFirst", "dropLast", "dump", "dumps", "dup", "each", "each_pair",
    "each_with_index", "emit", "empty", "empty?", "encode", "end", "endsWith", "ends_with", "endswith", "entries",
    "entrySet", "enumerate", "equals", "err", "error", "every", "exception", "exec", "execute", "exists", "exit",
    "expand", "expect", "extend", "fetch", "fill", "filter", "filter_map", "finally", "find", "findIndex", "finish",
    "first", "firstOrDefault", "firstOrNull", "flat", "flatMap", "flat_map", "flush", "focus", "fold", "forEach",
    "for_each", "format", "freeze", "from", "fromkeys", "get", "getAttribute", "getBytes", "getClass",
    "getElementById", "getEnumerator", "getHashCode", "getId", "getInstance", "getItem", "getKey", "getMessage",
    "getName", "getOrDefault", "getPath", "getSize", "getType", "getValue", "get_mut", "get_name", "group", "groupBy",
    "groups", "gsub", "has", "hasNext", "hash", "hashCode", "head", "hexdigest", "id", "include?", "includes",
    "increment", "index", "indexOf", "info", "init", "inject", "inner", "insert", "instance_of?",
    "instance_variable_get", "intValue", "intersection", "into", "into_iter", "invoke", "invokeAsync", "isEmpty",
    "isNullOrEmpty", "is_a?", "is_alive", "is_empty", "is_err", "is_file", "is_none", "is_ok", "is_some",
    "is_some_and", "items", "iter", "iter_mut", "iterator", "join", "joinToString", "json", "key", "key?", "keySet",
    "keys", "kill", "last", "lastIndexOf", "lastOrDefault", "len", "length", "let", "lines", "listen", "load",
    "loads", "lock", "log", "longValue", "lookup", "lower", "lstrip", "map", "map_err", "match", "max", "max_by_key",
    "merge", "min", "min_by_key", "minus", "mkdir", "move", "name", "newInstance", "next", "nextInt", "nil?",
    "normalize", "notify", "now", "off", "ok", "ok_or", "ok_or_else", "on", "once", "open", "or_default", "or_else",
    "or_insert", "or_insert_with", "orderBy", "ordinal", "parse", "partition", "patch", "path", "pause", "peek",
    "peekable", "plus", "pop", "popitem", "position", "post", "prefix", "print", "process", "push", "push_str", "put",
    "putAll", "putIfAbsent", "query", "querySelector", "quit", "read", "readline", "readlines", "recv", "reduce",
    "register", "reject", "release", "reload", "remove", "removeAll", "removeAt", "removeChild",
    "removeEventListener", "removeIf", "removesuffix", "rename", "render", "repeat", "replace", "request", "reset",
    "resize", "resolve", "respond_to?", "resume", "retain", "rev", "reverse", "reversed", "rollback", "rstrip", "run",
    "save", "search", "seek", "select", "send", "sendall", "set", "setAttribute", "setItem", "setState", "setdefault",
    "setup", "shift", "show", "shutdown", "singleOrDefault", "size", "skip", "skip_while", "slice", "some", "sort",
    "sort_by", "sort_by_key", "sorted", "splice", "split", "split_once", "splitlines", "splitn", "start",
    "startsWith", "starts_with", "startswith", "stat", "status", "stop", "stream", "strftime", "strip",
    "strip_prefix", "strip_suffix", "sub", "submit", "subscribe", "substr", "substring", "substringAfter",
    "substringBefore", "suffix", "sum", "swap", "symmetric_difference", "take", "take_while", "tell", "test", "text",
    "then", "title", "toArray", "toDictionary", "toFixed", "toJSON", "toList", "toLowerCase", "toMap", "toSet",
    "toString", "toUpperCase", "to_a", "to_h", "to_i", "to_owned", "to_s", "to_string", "to_sym", "to_vec", "touch",
    "translate", "trigger", "trim", "trimEnd", "trimStart", "trim_end", "trim_start", "truncate", "tryGetValue",
    "tryParse", "try_into", "type", "union", "unlink", "unshift", "unsubscribe", "unwrap", "unwrap_or",
    "unwrap_or_default", "unwrap_or_else", "update", "upper", "use", "validate", "value", "valueOf", "values", "wait",
    "walk", "warn", "warning", "where", "wrap", "write", "writelines", "zfill", "zip",
];

pub(super) fn is_common(name: &str) -> bool {
    let known = |name: &str| COMMON.binary_search(&name).is_ok();
    let mut letters = name.chars();
    let lower = letters
        .next()
        .map(|first| first.to_ascii_lowercase().to_string() + letters.as_str());
    known(name) || lower.is_some_and(|name| known(&name))
}
