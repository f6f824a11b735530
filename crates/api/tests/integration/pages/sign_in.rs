//! Sign-in with GitHub: OAuth with PKCE and state, sessions in cookies, and what signed-in visitors can do.

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Response, redirect};
use url::Url;

use super::with_form;
use crate::support::github::{APP_SECRET, Github};
use crate::support::{Api, Database};

crate::both! { a_visitor_signs_in_and_out, a_sign_in_of_another_is_refused }

/// A browser as far as sign-in needs one: it keeps cookies and does not follow.
struct Visitor<'a> {
    api: &'a Api,
    client: Client,
    cookies: Vec<(String, String)>,
}

impl<'a> Visitor<'a> {
    fn new(api: &'a Api) -> Self {
        let client = Client::builder().redirect(redirect::Policy::none()).build();
        Self {
            api,
            client: client.expect("a client"),
            cookies: Vec::new(),
        }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.api.port)
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Response {
        let pairs: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let response = request
            .header(COOKIE, pairs.join("; "))
            .send()
            .await
            .expect("an answer");
        for cookie in response.headers().get_all(SET_COOKIE) {
            let text = cookie.to_str().expect("text");
            let (pair, attributes) = text.split_once(';').expect("attributes");
            for wanted in ["HttpOnly", "SameSite=Lax"] {
                assert!(attributes.contains(wanted), "{text}");
            }
            let (name, value) = pair.split_once('=').expect("a pair");
            self.cookies.retain(|(other, _)| other != name);
            if !attributes.contains("Max-Age=0") {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        response
    }

    async fn get(&mut self, path: &str) -> Response {
        let request = self.client.get(self.url(path));
        self.send(request).await
    }

    async fn text(&mut self, path: &str) -> String {
        self.get(path).await.text().await.expect("a page")
    }

    async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Response {
        let request = with_form(self.client.post(self.url(path)), form);
        self.send(request).await
    }

    /// Goes to GitHub and back, where `token` is what GitHub gives.
    async fn sign_in(&mut self, github: &Github, code: &str, token: &str) -> Response {
        let sent = self.post("/sign-in/github", &[("back", "/my/keys?x=1")]).await;
        let url = location(&sent);
        let of = |name: &str| {
            url.query_pairs()
                .find(|(key, _)| key == name)
                .expect("it is sent")
                .1
                .into_owned()
        };
        assert_eq!(
            (of("client_id"), of("code_challenge_method")),
            ("app".into(), "S256".into())
        );
        assert!(
            !url.query_pairs().any(|(key, _)| key == "scope"),
            "only who it is: {url}"
        );
        assert_eq!(of("redirect_uri"), self.url("/sign-in/github/callback"));
        github
            .state()
            .codes
            .insert(code.to_owned(), (of("code_challenge"), token.to_owned()));
        self.get(&format!("/sign-in/github/callback?code={code}&state={}", of("state")))
            .await
    }

    /// The token that forms of this visitor carry.
    async fn form_token(&mut self) -> String {
        let page = self.text("/my/keys").await;
        let rest = page.split("name=\"form_token\" value=\"").nth(1).expect("a form");
        rest.split('"').next().expect("its end").to_owned()
    }
}

fn location(response: &Response) -> Url {
    assert_eq!(response.status(), 303);
    let text = response.headers()[LOCATION].to_str().expect("text");
    Url::parse("http://here")
        .and_then(|base| base.join(text))
        .expect("an address")
}

fn start(database: &Database) -> (Api, Github) {
    let github = Github::start();
    github.add_user("gho_ada", 4711, "ada");
    let settings = [
        ("GITHUB_API_URL", github.api()),
        ("GITHUB_ID", "app".to_owned()),
        ("GITHUB_SECRET", APP_SECRET.to_owned()),
    ];
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    (Api::start_with(database, &settings), github)
}

async fn a_visitor_signs_in_and_out(database: Database) {
    let (api, github) = start(&database);
    let mut ada = Visitor::new(&api);
    let guest = ada.get("/sign-in").await;
    let policy = guest.headers()["content-security-policy"]
        .to_str()
        .expect("text")
        .to_owned();
    let to_github = format!("form-action 'self' http://{}", github.address);
    assert!(policy.contains(&to_github), "a browser follows a form there: {policy}");
    let back = ada.sign_in(&github, "c1", "gho_ada").await;
    assert_eq!(location(&back).as_str(), "http://here/my/keys?x=1");
    assert_eq!(ada.cookies.len(), 1, "only the session is left: {:?}", ada.cookies);
    assert!(ada.text("/my/scans").await.contains(">ada<") || ada.text("/").await.contains("ada"));

    // A form of this session, and one of another.
    let form = ada.form_token().await;
    let refused = ada.post("/my/keys", &[("form_token", "0"), ("name", "ci")]).await;
    assert_eq!(refused.status(), 403);
    let made = ada.post("/my/keys", &[("form_token", &form), ("name", "ci")]).await;
    let made = made.text().await.expect("a page");
    let key = made
        .split("id=\"new-key\">")
        .nth(1)
        .and_then(|rest| rest.split('<').next());
    let key = key.expect("the key is shown once");
    assert!(key.starts_with("rl_") && !ada.text("/my/keys").await.contains(key));

    // From another site: neither forms nor calls.
    for (name, value) in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        let request = ada.client.post(ada.url("/my/keys")).header(name, value);
        let request = with_form(request, &[("form_token", form.as_str()), ("name", "x")]);
        assert_eq!(ada.send(request).await.status(), 403, "{name}");
    }

    // Another browser of the same user; signing out everywhere ends both.
    let mut elsewhere = Visitor::new(&api);
    elsewhere.sign_in(&github, "c2", "gho_ada").await;
    assert!(elsewhere.text("/my/keys").await.contains("ci"));
    let out = ada
        .post("/sign-out", &[("form_token", &form), ("everywhere", "yes")])
        .await;
    assert_eq!(location(&out).path(), "/");
    assert!(ada.cookies.is_empty());
    for visitor in [&mut ada, &mut elsewhere] {
        assert!(visitor.text("/my/keys").await.contains("You are not signed in"));
    }
}

async fn a_sign_in_of_another_is_refused(database: Database) {
    let (api, github) = start(&database);
    let mut victim = Visitor::new(&api);
    // A link with somebody else's code: there is no attempt, or another one.
    let without = victim.get("/sign-in/github/callback?code=c1&state=s").await;
    assert_eq!(without.status(), 400);
    victim.post("/sign-in/github", &[]).await;
    let other = victim.get("/sign-in/github/callback?code=c1&state=s").await;
    assert_eq!(other.status(), 400);
    // A code that was given for another attempt: its challenge is not met.
    let sent = victim
        .post("/sign-in/github", &[("back", "https://evil.example/")])
        .await;
    let state = location(&sent)
        .query_pairs()
        .find(|(key, _)| key == "state")
        .expect("a state")
        .1
        .into_owned();
    github
        .state()
        .codes
        .insert("c1".to_owned(), ("of another".to_owned(), "gho_ada".to_owned()));
    let stolen = victim
        .get(&format!("/sign-in/github/callback?code=c1&state={state}"))
        .await;
    assert_eq!(stolen.status(), 400);
    assert!(stolen.text().await.expect("a page").contains("did not accept"));
    // Refused at GitHub.
    let sent = victim.post("/sign-in/github", &[]).await;
    let state = location(&sent)
        .query_pairs()
        .find(|(key, _)| key == "state")
        .expect("a state")
        .1
        .into_owned();
    let denied = victim
        .get(&format!("/sign-in/github/callback?error=access_denied&state={state}"))
        .await;
    assert_eq!(denied.status(), 400);
    assert!(victim.cookies.iter().all(|(name, _)| name != "repolens-session"));
    assert!(victim.text("/my/keys").await.contains("You are not signed in"));
}
