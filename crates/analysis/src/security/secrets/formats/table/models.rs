//! Providers and tools of language models.

use super::*;

pub(super) const FORMATS: &[Format] = formats! {
    "openai-project-key" "OpenAI key" High
        ["sk-proj-", "sk-svcacct-", "sk-admin-"]
        [Lengths(Url, &[20, 58, 74]), Text("T3BlbkFJ"), Lengths(Url, &[20, 58, 74])] 3.0 None, []
        "OpenAI, API keys";
    "openai-key" "OpenAI key of the older form" High
        ["sk-"]
        [Run(Alnum, 20, 20), Text("T3BlbkFJ"), Run(Alnum, 20, 20)] 3.0 None, []
        "OpenAI, API keys";
    "anthropic-key" "Anthropic key" High
        ["sk-ant-api03-", "sk-ant-admin01-"]
        [Run(Url, 93, 93), Text("AA")] 3.5 None, []
        "Anthropic, API keys";
    "anthropic-oauth-token" "Anthropic OAuth token" High
        ["sk-ant-oat01-"]
        [Run(Url, 93, 93), Text("AA")] 3.5 None, []
        "Anthropic, Settings";
    "openrouter-key" "OpenRouter key" High
        ["sk-or-v1-"]
        [Run(Hex, 64, 64)] 3.0 None, []
        "OpenRouter, Keys";
    "hugging-face-token" "Hugging Face token" High
        ["hf_"]
        [Run(Letters, 34, 34)] 3.5 None, []
        "Hugging Face, Access Tokens";
    "hugging-face-organization-token" "Hugging Face organization token" High
        ["api_org_"]
        [Run(Letters, 34, 34)] 3.5 None, []
        "Hugging Face, Access Tokens";
    "groq-key" "Groq key" High
        ["gsk_"]
        [Run(Alnum, 52, 52)] 3.5 None, []
        "Groq, API Keys";
    "xai-key" "xAI key" High
        ["xai-"]
        [Run(Url, 70, 120)] 3.5 None, []
        "xAI, API Keys";
    "perplexity-key" "Perplexity key" High
        ["pplx-"]
        [Run(Alnum, 48, 48)] 3.5 None, []
        "Perplexity, API";
    "replicate-token" "Replicate token" High
        ["r8_"]
        [Run(Alnum, 37, 37)] 3.5 None, []
        "Replicate, API tokens";
    "together-key" "Together key" High
        ["tgp_v1_"]
        [Run(Url, 43, 43)] 3.5 None, []
        "Together, API keys";
    "pinecone-key" "Pinecone key" High
        ["pcsk_"]
        [Run(Alnum, 5, 6), Text("_"), Run(Alnum, 63, 63)] 3.5 None, []
        "Pinecone, API keys";
    "nvidia-key" "NVIDIA key" High
        ["nvapi-"]
        [Run(Url, 60, 70)] 3.5 None, []
        "NVIDIA, API keys";
    "cerebras-key" "Cerebras key" High
        ["csk-"]
        [Run(Lower, 48, 48)] 3.3 None, []
        "Cerebras, API keys";
    "langsmith-key" "LangSmith key" High
        ["lsv2_pt_", "lsv2_sk_"]
        [Run(Hex, 32, 32), Text("_"), Run(Hex, 10, 10)] 3.0 None, []
        "LangSmith, API keys";
    "wandb-key" "Weights & Biases key" High
        ["wandb_v1_"]
        [Run(Url, 77, 77)] 3.5 None, []
        "Weights & Biases, Settings";
    "fireworks-key" "Fireworks key" High
        ["fw_"]
        [Run(Alnum, 22, 24)] 3.5 None, ["fireworks", "api", "key", "token"]
        "Fireworks, API keys";
    "tavily-key" "Tavily key" High
        ["tvly-", "tvly-dev-", "tvly-prod-"]
        [Run(Alnum, 32, 32)] 3.5 None, []
        "Tavily, API keys";
};
