//! Settings of the API.

use super::API;
use crate::table::Default::{Value, Words};
use crate::table::Setting;
use crate::table::ValueForm::{Choice, Duration, Number, Rate, Special, Text};

pub(super) const ROWS: &[Setting] = &[
    Setting::new(
        "FRONTEND_URL",
        API,
        Special("origins such as `https://app.example.org`, separated by commas"),
        Value("http://localhost:3000"),
        "origins that may call with credentials, separated by commas",
    ),
    Setting::new(
        "NEXTAUTH_SECRET",
        API,
        Special("at least 32 characters"),
        Words("none: tokens of the front end are not accepted"),
        "the secret that the front end signs its sessions and tokens with, at least 32 characters; while it is changed, the new and the old one with a comma between",
    )
    .secret(),
    Setting::new(
        "GITHUB_API_URL",
        API,
        Special("an address such as `https://github.example.org/api/v3`; `http://` in development only"),
        Value("https://api.github.com"),
        "where GitHub tokens are checked; for GitHub Enterprise `https://HOST/api/v3`. Its host is the one that callers' tokens are used for",
    ),
    Setting::new(
        "GITHUB_WEBHOOK_SECRET",
        API,
        Special("at least 16 characters"),
        Words("none: pushes are not received"),
        "what GitHub signs its webhooks with, at least 16 characters",
    )
    .secret(),
    Setting::new(
        "GITHUB_ID",
        API,
        Text,
        Words("none: no sign-in on the pages"),
        "the client ID of an OAuth application at GitHub, whose callback is `https://THIS-SERVICE/sign-in/github/callback`",
    ),
    Setting::new(
        "GITHUB_SECRET",
        API,
        Text,
        Words("none"),
        "its client secret; set both or neither",
    )
    .secret(),
    Setting::new(
        "RATE_LIMIT_SCANS",
        API,
        Rate,
        Value("5/min"),
        "scans that one client may submit: a number per `s`, `min` or `h`, or `off`; in development callers on this machine are not limited unless a rate is set",
    ),
    Setting::new(
        "RATE_LIMIT",
        API,
        Rate,
        Value("120/min"),
        "all requests of one client, in the same form; health checks and workers are not counted",
    ),
    Setting::new(
        "TRUSTED_PROXIES",
        API,
        Special("networks and the names `loopback`, `private` and `cloudflare`, separated by commas, or the number of proxies, 1 to 10, or `none`"),
        Value("none"),
        "proxies that are believed about the client's address: networks, the names `loopback`, `private`, `cloudflare`, or a count; see [below](#the-address-of-a-client)",
    ),
    Setting::new(
        "GUEST_HISTORY",
        API,
        Choice(&["public", "none"]),
        Value("public"),
        "what guests see of each other: `public` lists completed scans of guests, of repositories that are public as far as is known; `none` lists nothing",
    ),
    Setting::new(
        "KEEP_REPORTS_FOR",
        API,
        Duration,
        Words("without end"),
        "older reports are deleted, their scans stay: `30d`",
    ),
    Setting::new(
        "KEEP_REPORTS",
        API,
        Number {
            least: 1,
            most: i64::MAX.unsigned_abs(),
        },
        Words("all"),
        "number of the newest reports that are kept",
    ),
];
