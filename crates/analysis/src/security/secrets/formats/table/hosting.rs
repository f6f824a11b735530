//! Hosts of repositories and registries of packages.

use super::*;

pub(super) const FORMATS: &[Format] = formats! {
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
};
