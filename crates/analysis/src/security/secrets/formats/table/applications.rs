//! Applications of teams.

use super::*;

pub(super) const FORMATS: &[Format] = formats! {
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
};
