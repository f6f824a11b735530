//! Chats, mail and telephones.

use super::*;

pub(super) const FORMATS: &[Format] = formats! {
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
    "slack-client-token" "Slack token of a browser's session" High
        ["xoxc-"]
        [Run(Digits, 8, 14), Text("-"), Run(Digits, 8, 14), Text("-"), Run(Digits, 8, 14), Text("-"), Run(Hex, 64, 64)] 3.0 None, []
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
};
