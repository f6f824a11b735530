//! Payment and shops.

use super::*;

pub(super) const FORMATS: &[Format] = formats! {
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
};
