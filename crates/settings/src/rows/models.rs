//! Settings of explanations by language models.

use super::{API_AND_WORKER, WORKER};
use crate::table::Default::{Value, Words};
use crate::table::Setting;
use crate::table::ValueForm::{Choice, Duration, Flag, Special, Text};

pub(super) const ROWS: &[Setting] = &[
    Setting::new(
        "AI_BASE_URL",
        WORKER,
        Special("an address such as `http://localhost:11434/v1`"),
        Words("none"),
        "a server that speaks OpenAI's form (Ollama, llama.cpp, vLLM, LM Studio); see `docs/ai.md`",
    ),
    Setting::new("AI_API_KEY", WORKER, Text, Words("none"), "the key of that server").secret(),
    Setting::new(
        "AI_MODEL",
        WORKER,
        Special("names of models with commas between"),
        Words("none; required with `AI_BASE_URL`"),
        "its model, or several that are tried one after the other",
    ),
    Setting::new(
        "AI_ALLOW_INSECURE",
        WORKER,
        Flag,
        Value("0"),
        "`1` allows `http://` in `AI_BASE_URL` outside of private networks",
    ),
    Setting::new("OPENROUTER_API_KEY", WORKER, Text, Words("none"), "turns on OpenRouter").secret(),
    Setting::new(
        "OPENROUTER_MODEL",
        WORKER,
        Special("names of models with commas between"),
        Words("`openrouter/free`"),
        "its models, tried one after the other; `openrouter/free` is always the last",
    ),
    Setting::new(
        "OPENROUTER_BASE_URL",
        WORKER,
        Special("an address such as `https://openrouter.ai/api/v1`"),
        Value("https://openrouter.ai/api/v1"),
        "its address, for a gateway in between",
    ),
    Setting::new("GEMINI_API_KEY", WORKER, Text, Words("none"), "turns on Gemini").secret(),
    Setting::new(
        "GEMINI_MODEL",
        WORKER,
        Special("names of models with commas between"),
        Value("gemini-3.5-flash-lite"),
        "its models, tried one after the other",
    ),
    Setting::new(
        "GEMINI_BASE_URL",
        WORKER,
        Special("an address such as `https://generativelanguage.googleapis.com/v1beta`"),
        Value("https://generativelanguage.googleapis.com/v1beta"),
        "its address, for a gateway in between",
    ),
    Setting::new(
        "AI_PROVIDERS",
        WORKER,
        Special("`openai-compatible`, `openrouter` and `gemini` with commas between, or `none`"),
        Words("all that are set, in this order"),
        "which providers are asked, in which order; `none`: explanations are made without a model",
    ),
    Setting::new(
        "AI_TIMEOUT",
        WORKER,
        Duration,
        Value("60s"),
        "for one explanation, with all that is tried again, at most `1h`; no scan waits for it",
    ),
    Setting::new(
        "AI_SOURCE",
        API_AND_WORKER,
        Choice(&["never", "ask"]),
        Value("ask"),
        "whether source code may be sent to a model: `ask` where the caller agrees, `never` not at all",
    ),
];
