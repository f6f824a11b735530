//! Clouds and their databases.

use super::*;

pub(super) const FORMATS: &[Format] = formats! {
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
    "azure-configuration-secret" "Secret of an Azure App Configuration" High
        ["azconfig.io;Id="]
        [Run(Base64, 2, 40), Text(":"), Run(Base64, 8, 40), Text(";Secret="), Run(Base64, 40, 120)] 3.5 None, []
        "Azure, App Configuration, Access settings";
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
    "azure-client-secret" "Azure client secret" High
        ["Q~"]
        [Run(Azure, 31, 34)] 3.5 None, []
        "Azure, App registrations" before (Azure, 4, 4);
};
