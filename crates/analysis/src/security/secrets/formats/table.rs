//! The rows: providers by kind.

use super::Alphabet::{Alnum, AnyHex, Azure, Base64, Digits, Dotted, Hex, Letters, Lower, Upper, Url};
use super::Part::{Lengths, Run, Text};
use super::{Alphabet, Confidence, FindingSeverity, Format, credential, proof};

/// The only element, if any.
const fn first(list: &[(Alphabet, usize, usize)]) -> Option<(Alphabet, usize, usize)> {
    match list {
        [only, ..] => Some(*only),
        [] => None,
    }
}

macro_rules! formats {
    ($($id:literal $title:literal $severity:ident [$($prefix:literal),+] [$($part:expr),+] $entropy:literal
        $proof:expr, [$($context:literal),*] $revoke:literal $(before $before:expr)?;)+) => {
        &[$(Format {
            rule: credential(
                $id,
                $title,
                FindingSeverity::$severity,
                concat!(
                    "Revoke it (", $revoke, "), create a new one, and read it from the environment or a secret store"
                ),
                Confidence::High,
            ),
            prefixes: &[$($prefix),+],
            body: &[$($part),+],
            entropy: $entropy,
            proof: $proof,
            context: &[$($context),*],
            before: first(&[$($before)?]),
        },)+]
    };
}

/// All forms. Adding one: a row, and its line in the planted corpus of the tests.
pub const FORMATS: &[Format] = formats! {
    "github-token" "GitHub token" High
        ["ghp_", "gho_", "ghu_", "ghr_"]
        [Run(Alnum, 36, 36)] 3.0 Some(proof::base62_crc), []
        "GitHub, Settings, Developer settings";
    "github-installation-token" "GitHub installation token" High
        ["ghs_"]
        [Run(Alnum, 36, 36)] 3.0 Some(proof::base62_crc), []
        "GitHub (it expires after an hour)";
    "github-installation-jwt" "GitHub installation token with a JWT" High
        ["ghs_"]
        [Run(Digits, 1, 12), Text("_"), Text("eyJ"), Run(Dotted, 60, 700)] 3.5 None, []
        "GitHub (it expires after an hour)";
    "github-fine-grained-token" "GitHub fine-grained token" High
        ["github_pat_"]
        [Run(Alnum, 22, 22), Text("_"), Run(Alnum, 59, 59)] 3.5 None, []
        "GitHub, Settings, Developer settings";
    "gitlab-token" "GitLab personal access token" High
        ["glpat-"]
        [Run(Url, 20, 20)] 3.0 None, []
        "GitLab, Access tokens";
    "gitlab-routable-token" "GitLab routable token" High
        ["glpat-"]
        [Run(Url, 27, 300), Text("."), Run(Lower, 2, 2), Run(Lower, 7, 7)] 3.0 Some(proof::gitlab_routable), []
        "GitLab, Access tokens";
    "gitlab-routable-versioned-token" "GitLab routable token, versioned" High
        ["glpat-"]
        [Run(Url, 27, 300), Text("."), Run(Lower, 2, 2), Text("."), Run(Lower, 9, 9)] 3.0 Some(proof::gitlab_routable), []
        "GitLab, Access tokens";
    "gitlab-trigger-token" "GitLab pipeline trigger token" High
        ["glptt-"]
        [Run(Hex, 40, 40)] 3.0 None, []
        "GitLab, CI/CD settings";
    "gitlab-deploy-token" "GitLab deploy token" High
        ["gldt-", "glft-", "glsoat-", "glffct-"]
        [Run(Url, 20, 20)] 3.0 None, []
        "GitLab, Deploy tokens";
    "gitlab-runner-token" "GitLab runner token" High
        ["glrt-", "GR1348941"]
        [Run(Url, 20, 20)] 3.0 None, []
        "GitLab, Runners";
    "gitlab-runner-routable-token" "GitLab runner token with a type" High
        ["glrt-t1_", "glrt-t2_", "glrt-t3_"]
        [Run(Url, 20, 80)] 3.0 None, []
        "GitLab, Runners";
    "gitlab-job-token" "GitLab job token" Medium
        ["glcbt-"]
        [Run(Alnum, 1, 5), Text("_"), Run(Url, 20, 20)] 3.0 None, []
        "GitLab (it expires with its job)";
    "gitlab-agent-token" "GitLab agent token" High
        ["glagent-"]
        [Run(Url, 50, 50)] 3.0 None, []
        "GitLab, Agents";
    "gitlab-oauth-secret" "GitLab application secret" High
        ["gloas-"]
        [Run(Hex, 64, 64)] 3.0 None, []
        "GitLab, Applications";
    "gitlab-mail-token" "GitLab incoming mail token" High
        ["glimt-"]
        [Run(Lower, 25, 25)] 3.0 None, []
        "GitLab, Access tokens";
    "bitbucket-token" "Bitbucket app password" High
        ["ATBB"]
        [Run(Alnum, 32, 32)] 3.3 None, []
        "Bitbucket, App passwords";
    "npm-token" "npm token" High
        ["npm_"]
        [Run(Alnum, 36, 36)] 3.0 Some(proof::base62_crc), []
        "npm, Access Tokens";
    "pypi-token" "PyPI token" High
        ["pypi-AgEIcHlwaS5vcmc", "pypi-AgENdGVzdC5weXBpLm9yZw"]
        [Run(Url, 50, 1000)] 3.0 Some(proof::pypi), []
        "PyPI, API tokens";
    "rubygems-key" "RubyGems key" High
        ["rubygems_"]
        [Run(Hex, 48, 48)] 3.0 None, []
        "RubyGems, API keys";
    "crates-io-token" "crates.io token" High
        ["cio"]
        [Run(Alnum, 32, 32)] 3.5 None, ["cargo", "crates", "token", "registry"]
        "crates.io, API Tokens";
    "docker-hub-token" "Docker Hub token" High
        ["dckr_pat_"]
        [Run(Url, 27, 27)] 3.0 None, []
        "Docker Hub, Personal access tokens";
    "docker-hub-organization-token" "Docker Hub organization token" High
        ["dckr_oat_"]
        [Run(Url, 32, 32)] 3.0 None, []
        "Docker Hub, Organization access tokens";
    "jfrog-key" "JFrog key" High
        ["AKCp"]
        [Run(Alnum, 68, 70)] 3.5 None, []
        "JFrog, Identity and access";
    "jfrog-reference-token" "JFrog reference token" High
        ["cmVmd"]
        [Run(Alnum, 59, 59)] 3.5 None, []
        "JFrog, Identity and access";
    "nuget-key" "NuGet key" High
        ["oy2"]
        [Run(Lower, 43, 43)] 3.5 None, []
        "nuget.org, API Keys";
    "clojars-token" "Clojars token" High
        ["CLOJARS_"]
        [Run(Lower, 60, 60)] 3.5 None, []
        "Clojars, Deploy tokens";
    "aws-bedrock-key" "Amazon Bedrock key" High
        ["ABSK"]
        [Run(Base64, 109, 269)] 3.5 None, []
        "AWS, Bedrock, API keys";
    "google-api-key" "Google API key" Medium
        ["AIza"]
        [Run(Url, 35, 35)] 4.0 None, []
        "Google Cloud, Credentials, and restrict the new one";
    "gemini-key" "Gemini API key" High
        ["AQ.Ab8RN6"]
        [Run(Url, 44, 44)] 3.5 None, []
        "Google AI Studio";
    "google-oauth-secret" "Google OAuth client secret" High
        ["GOCSPX-"]
        [Run(Url, 28, 28)] 3.5 None, []
        "Google Cloud, Credentials";
    "google-oauth-token" "Google OAuth access token" Medium
        ["ya29."]
        [Run(Url, 60, 400)] 3.5 None, []
        "Google (it expires after an hour)";
    "azure-storage-key" "Azure storage key" High
        ["AccountKey="]
        [Run(Base64, 86, 88)] 3.5 None, []
        "Azure, Storage account, Access keys";
    "azure-shared-access-key" "Azure shared access key" High
        ["SharedAccessKey="]
        [Run(Base64, 43, 60)] 3.5 None, []
        "Azure, Shared access policies";
    "azure-devops-token" "Azure DevOps token" High
        ["azd_pat_"]
        [Run(Alnum, 52, 84)] 3.5 None, []
        "Azure DevOps, Personal access tokens";
    "alibaba-key" "Alibaba Cloud key id" Medium
        ["LTAI"]
        [Run(Alnum, 17, 21)] 3.5 None, ["secret", "access", "alibaba", "aliyun", "key"]
        "Alibaba Cloud, RAM";
    "digitalocean-token" "DigitalOcean token" High
        ["dop_v1_", "doo_v1_", "dor_v1_"]
        [Run(Hex, 64, 64)] 3.0 None, []
        "DigitalOcean, API";
    "heroku-key" "Heroku key" High
        ["HRKU-AA"]
        [Run(Url, 58, 58)] 3.5 None, []
        "Heroku, Account, Authorizations";
    "fly-token" "Fly.io token" High
        ["FlyV1 fm2_", "FlyV1 fm1r_", "FlyV1 fm1a_", "fm2_"]
        [Run(Base64, 80, 1500)] 3.5 None, []
        "Fly.io, Tokens";
    "render-key" "Render key" High
        ["rnd_"]
        [Run(Alnum, 28, 32)] 3.3 None, []
        "Render, Account settings";
    "neon-key" "Neon key" High
        ["napi_"]
        [Run(Lower, 64, 64)] 3.3 None, []
        "Neon, API keys";
    "supabase-token" "Supabase token" High
        ["sbp_"]
        [Run(Hex, 40, 40)] 3.0 None, []
        "Supabase, Access Tokens";
    "supabase-secret-key" "Supabase secret key" High
        ["sb_secret_"]
        [Run(Url, 31, 31)] 3.3 None, []
        "Supabase, API keys";
    "vercel-token" "Vercel token" High
        ["vcp_", "vck_", "vca_", "vci_", "vcr_"]
        [Run(Alnum, 56, 56)] 3.5 None, []
        "Vercel, Tokens";
    "netlify-token" "Netlify token" High
        ["nfp_"]
        [Run(Alnum, 36, 36)] 3.5 None, []
        "Netlify, Applications";
    "planetscale-credential" "PlanetScale credential" High
        ["pscale_tkn_", "pscale_pw_", "pscale_oauth_"]
        [Run(Dotted, 32, 64)] 3.3 None, []
        "PlanetScale, Settings";
    "cloudflare-origin-key" "Cloudflare origin CA key" High
        ["v1.0-"]
        [Run(Hex, 24, 24), Text("-"), Run(Hex, 146, 146)] 3.0 None, []
        "Cloudflare, API Tokens";
    "scaleway-key" "Scaleway key" Medium
        ["SCW"]
        [Run(Upper, 17, 17)] 3.3 None, ["scaleway", "scw_", "secret"]
        "Scaleway, IAM";
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
    "slack-bot-token" "Slack bot token" High
        ["xoxb-"]
        [Run(Digits, 10, 13), Text("-"), Run(Digits, 10, 13), Text("-"), Run(Alnum, 18, 40)] 3.0 None, []
        "Slack, OAuth & Permissions";
    "slack-legacy-bot-token" "Slack bot token of the older form" High
        ["xoxb-"]
        [Run(Digits, 8, 14), Text("-"), Run(Alnum, 18, 26)] 3.0 None, []
        "Slack, OAuth & Permissions";
    "slack-user-token" "Slack user token" High
        ["xoxp-", "xoxe-"]
        [Run(Digits, 10, 13), Text("-"), Run(Digits, 10, 13), Text("-"), Run(Digits, 10, 13), Text("-"), Run(Alnum, 28, 34)] 3.0 None, []
        "Slack, OAuth & Permissions";
    "slack-app-token" "Slack app token" High
        ["xapp-"]
        [Run(Digits, 1, 1), Text("-"), Run(Upper, 9, 14), Text("-"), Run(Digits, 10, 14), Text("-"), Run(Lower, 60, 70)] 3.0 None, []
        "Slack, Basic Information";
    "slack-configuration-token" "Slack configuration token" High
        ["xoxe.xoxb-", "xoxe.xoxp-"]
        [Run(Digits, 1, 1), Text("-"), Run(Alnum, 163, 166)] 3.0 None, []
        "Slack, App configuration tokens";
    "slack-session-token" "Slack session cookie" High
        ["xoxd-"]
        [Run(Base64, 100, 300)] 3.0 None, []
        "Slack, sign out of all sessions";
    "slack-webhook" "Slack webhook" Medium
        ["hooks.slack.com/services/", "hooks.slack.com/workflows/", "hooks.slack.com/triggers/"]
        [Run(Upper, 8, 13), Text("/"), Run(Upper, 8, 13), Text("/"), Run(Alnum, 20, 28)] 3.0 None, []
        "Slack, Incoming Webhooks";
    "discord-webhook" "Discord webhook" Medium
        ["discord.com/api/webhooks/", "discordapp.com/api/webhooks/"]
        [Run(Digits, 17, 20), Text("/"), Run(Url, 60, 80)] 3.5 None, []
        "Discord, Integrations, Webhooks";
    "teams-webhook" "Microsoft Teams webhook" Medium
        ["webhook.office.com/webhookb2/"]
        [Run(Hex, 8, 8), Text("-"), Run(Url, 27, 27), Text("@"), Run(Url, 36, 36), Text("/IncomingWebhook/"), Run(AnyHex, 32, 32), Text("/"), Run(Url, 36, 36)] 3.0 None, []
        "Microsoft Teams, Connectors";
    "stripe-live-key" "Stripe live key" High
        ["sk_live_", "rk_live_", "sk_prod_", "rk_prod_"]
        [Run(Alnum, 10, 110)] 3.0 None, []
        "Stripe, API keys";
    "stripe-test-key" "Stripe test key" Low
        ["sk_test_", "rk_test_"]
        [Run(Alnum, 10, 110)] 3.0 None, []
        "Stripe, API keys";
    "stripe-webhook-secret" "Stripe webhook secret" High
        ["whsec_"]
        [Run(Base64, 32, 64)] 3.3 None, []
        "Stripe, Webhooks";
    "shopify-token" "Shopify token" High
        ["shpat_", "shpca_", "shppa_", "shpss_"]
        [Run(AnyHex, 32, 32)] 3.0 None, []
        "Shopify, Apps";
    "square-token" "Square access token" High
        ["EAAA"]
        [Run(Url, 56, 60)] 3.5 None, []
        "Square, Credentials";
    "square-secret" "Square application secret" High
        ["sq0csp-", "sq0atp-"]
        [Run(Url, 22, 60)] 3.5 None, []
        "Square, Credentials";
    "paypal-braintree-token" "Braintree access token" High
        ["access_token$production$"]
        [Run(Lower, 16, 16), Text("$"), Run(Hex, 32, 32)] 3.0 None, []
        "Braintree, API";
    "razorpay-live-key" "Razorpay live key" Medium
        ["rzp_live_"]
        [Run(Alnum, 14, 14)] 3.0 None, []
        "Razorpay, API Keys";
    "sendgrid-key" "SendGrid key" High
        ["SG."]
        [Run(Url, 22, 22), Text("."), Run(Url, 43, 43)] 3.5 None, []
        "SendGrid, API Keys";
    "brevo-key" "Brevo key" High
        ["xkeysib-"]
        [Run(Hex, 64, 64), Text("-"), Run(Alnum, 16, 16)] 3.0 None, []
        "Brevo, API keys";
    "mailgun-key" "Mailgun key" High
        ["key-"]
        [Run(Hex, 32, 32)] 3.0 None, ["mailgun"]
        "Mailgun, API keys";
    "resend-key" "Resend key" High
        ["re_"]
        [Run(Alnum, 8, 8), Text("_"), Run(Alnum, 24, 24)] 3.5 None, []
        "Resend, API Keys";
    "twilio-key" "Twilio key" High
        ["SK"]
        [Run(Hex, 32, 32)] 3.0 None, ["twilio"]
        "Twilio, API keys";
    "telegram-bot-token" "Telegram bot token" High
        [":AA"]
        [Run(Url, 33, 33)] 3.5 None, ["telegram", "bot"]
        "Telegram, BotFather" before (Digits, 8, 10);
    "terraform-cloud-token" "Terraform Cloud token" High
        [".atlasv1."]
        [Run(Url, 60, 70)] 3.5 None, []
        "Terraform Cloud, Tokens" before (Alnum, 14, 14);
    "vault-token" "Vault token" High
        ["hvs."]
        [Run(Url, 90, 120)] 3.5 None, []
        "Vault (`vault token revoke`)";
    "vault-batch-token" "Vault batch token" High
        ["hvb."]
        [Run(Url, 138, 300)] 3.5 None, []
        "Vault (it expires)";
    "doppler-token" "Doppler token" High
        ["dp.pt.", "dp.sa.", "dp.ct."]
        [Run(Alnum, 40, 44)] 3.5 None, []
        "Doppler, Tokens";
    "doppler-service-token" "Doppler service token" High
        ["dp.st."]
        [Run(Url, 40, 80)] 3.5 None, []
        "Doppler, Access";
    "pulumi-token" "Pulumi token" High
        ["pul-"]
        [Run(Hex, 40, 40)] 3.0 None, []
        "Pulumi, Access Tokens";
    "databricks-token" "Databricks token" High
        ["dapi"]
        [Run(Hex, 32, 32)] 3.0 None, []
        "Databricks, Access tokens";
    "circleci-token" "CircleCI token" High
        ["CCIPAT_"]
        [Run(Alnum, 22, 22), Text("_"), Run(Hex, 40, 40)] 3.0 None, []
        "CircleCI, Personal API Tokens";
    "buildkite-token" "Buildkite token" High
        ["bkua_"]
        [Lengths(Lower, &[40, 53])] 3.0 None, []
        "Buildkite, API Access Tokens";
    "one-password-token" "1Password service account token" High
        ["ops_eyJ"]
        [Run(Base64, 240, 1200)] 3.5 None, []
        "1Password, Service accounts";
    "age-secret-key" "age secret key" High
        ["AGE-SECRET-KEY-1"]
        [Run(Upper, 58, 58)] 3.3 None, []
        "its recipients, and encrypt again";
    "prefect-key" "Prefect key" High
        ["pnu_", "pnb_"]
        [Run(Alnum, 36, 36)] 3.5 None, []
        "Prefect, API Keys";
    "tailscale-key" "Tailscale key" High
        ["tskey-auth-", "tskey-api-", "tskey-client-"]
        [Run(Alnum, 10, 24), Text("-"), Run(Alnum, 24, 36)] 3.3 None, []
        "Tailscale, Keys";
    "grafana-service-account-token" "Grafana service account token" High
        ["glsa_"]
        [Run(Alnum, 32, 32), Text("_"), Run(Hex, 8, 8)] 3.0 Some(proof::grafana), []
        "Grafana, Service accounts";
    "grafana-cloud-token" "Grafana Cloud token" High
        ["glc_"]
        [Run(Base64, 60, 400)] 3.0 Some(proof::grafana_cloud), []
        "Grafana Cloud, Access policies";
    "grafana-api-key" "Grafana key of the older form" High
        ["eyJrIjoi"]
        [Run(Base64, 60, 400)] 3.0 Some(proof::grafana_key), []
        "Grafana, API keys";
    "sentry-token" "Sentry organization token" High
        ["sntrys_eyJ"]
        [Run(Base64, 80, 400)] 3.5 None, []
        "Sentry, Auth Tokens";
    "sentry-user-token" "Sentry user token" High
        ["sntryu_"]
        [Run(Hex, 64, 64)] 3.0 None, []
        "Sentry, User Auth Tokens";
    "new-relic-user-key" "New Relic user key" High
        ["NRAK-"]
        [Run(Upper, 27, 27)] 3.3 None, []
        "New Relic, API keys";
    "new-relic-insert-key" "New Relic insert key" Medium
        ["NRII-"]
        [Run(Url, 32, 32)] 3.3 None, []
        "New Relic, API keys";
    "posthog-key" "PostHog personal key" High
        ["phx_"]
        [Run(Alnum, 41, 49)] 3.5 None, []
        "PostHog, Personal API keys";
    "dynatrace-token" "Dynatrace token" High
        ["dt0c01."]
        [Run(Upper, 24, 24), Text("."), Run(Upper, 64, 64)] 3.5 None, []
        "Dynatrace, Access tokens";
    "sonar-token" "SonarQube token" Medium
        ["sqp_", "squ_", "sqa_"]
        [Run(Hex, 40, 40)] 3.0 None, []
        "SonarQube, Security";
    "postman-key" "Postman key" High
        ["PMAK-"]
        [Run(Hex, 24, 24), Text("-"), Run(Hex, 34, 34)] 3.0 None, []
        "Postman, API keys";
    "linear-key" "Linear key" High
        ["lin_api_"]
        [Run(Alnum, 40, 40)] 3.5 None, []
        "Linear, API";
    "notion-token" "Notion token" High
        ["ntn_"]
        [Run(Digits, 11, 11), Run(Alnum, 35, 35)] 3.5 None, []
        "Notion, Integrations";
    "notion-secret" "Notion token of the older form" High
        ["secret_"]
        [Run(Alnum, 43, 43)] 3.8 None, []
        "Notion, Integrations";
    "figma-token" "Figma token" High
        ["figd_"]
        [Run(Url, 38, 42)] 3.5 None, []
        "Figma, Personal access tokens";
    "atlassian-token" "Atlassian token" High
        ["ATATT3"]
        [Run(Base64, 150, 260)] 3.5 Some(proof::atlassian), []
        "Atlassian, API tokens";
    "airtable-token" "Airtable token" High
        ["pat"]
        [Run(Alnum, 14, 14), Text("."), Run(Hex, 64, 64)] 3.0 None, []
        "Airtable, Personal access tokens";
    "hubspot-token" "HubSpot token" High
        ["pat-na1-", "pat-eu1-"]
        [Run(Hex, 8, 8), Text("-"), Run(Hex, 4, 4), Text("-"), Run(Hex, 4, 4), Text("-"), Run(Hex, 4, 4), Text("-"), Run(Hex, 12, 12)] 3.0 None, []
        "HubSpot, Private apps";
    "dropbox-token" "Dropbox token" High
        ["sl."]
        [Run(Url, 130, 300)] 3.5 None, []
        "Dropbox, App console";
    "typeform-token" "Typeform token" High
        ["tfp_"]
        [Run(Dotted, 44, 60)] 3.5 None, []
        "Typeform, Personal tokens";
    "contentful-token" "Contentful token" High
        ["CFPAT-"]
        [Run(Url, 43, 43)] 3.5 None, []
        "Contentful, CMA tokens";
    "facebook-token" "Facebook token" Medium
        ["EAACEdEose0cBA"]
        [Run(Alnum, 20, 300)] 3.5 None, []
        "Meta for Developers";
    "mapbox-secret-token" "Mapbox secret token" High
        ["sk.eyJ"]
        [Run(Url, 60, 120), Text("."), Run(Url, 22, 22)] 3.5 None, []
        "Mapbox, Tokens";
    "duffel-token" "Duffel token" Medium
        ["duffel_live_"]
        [Run(Url, 43, 43)] 3.5 None, []
        "Duffel, Access tokens";
    "readme-key" "ReadMe key" Medium
        ["rdme_"]
        [Run(Lower, 70, 70)] 3.3 None, []
        "ReadMe, API keys";
    "azure-client-secret" "Azure client secret" High
        ["Q~"]
        [Run(Azure, 31, 34)] 3.5 None, []
        "Azure, App registrations" before (Azure, 4, 4);
};
