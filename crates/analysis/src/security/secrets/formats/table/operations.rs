//! Secret stores, build services and monitoring.

use super::*;

pub(super) const FORMATS: &[Format] = formats! {
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
};
