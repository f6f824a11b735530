//! Sign-in with GitHub, and sign-out, here or everywhere.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::{StatusCode, header};
use actix_web::web::{self, Form};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::Utc;
use repolens_core::Secret;
use repolens_core::settings::GithubApp;
use repolens_core::store::NewSession;
use serde::Deserialize;

use super::shell::{POLICY, Shell, page};
use super::view::text::filters;
use super::visit::Visit;
use super::visit::query::Query;
use super::{see_other, view::text, way_back};
use crate::app::App;
use crate::auth::github::{Attempt, Scope};
use crate::auth::session::{SessionToken, random_text};
use crate::http::problem::Problem;

/// Keeps an attempt until GitHub sends the browser back.
const ATTEMPT_COOKIE: &str = "repolens-sign-in";
const ATTEMPT_LIFE: Duration = Duration::minutes(10);

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn {
    shell: Shell,
    /// There is an application at GitHub to sign in with.
    ready: bool,
    back: String,
    problem: Option<&'static str>,
}

/// `/sign-in?back=`.
pub async fn get(app: web::Data<App>, request: HttpRequest, visit: Visit) -> Result<HttpResponse, Problem> {
    show(&app, &request, visit, None)
}

fn show(
    app: &App,
    request: &HttpRequest,
    visit: Visit,
    problem: Option<&'static str>,
) -> Result<HttpResponse, Problem> {
    let query = Query::parse(request.query_string(), &["back"]);
    let response = match problem {
        Some(_) => HttpResponse::build(StatusCode::BAD_REQUEST),
        None => HttpResponse::Ok(),
    };
    let back = way_back(query.get("back").unwrap_or("/")).to_owned();
    let shown = SignIn {
        shell: Shell::new(visit, "Sign in"),
        ready: app.auth.callers.github_app.is_some(),
        back,
        problem,
    };
    let mut response = page(request, response, &shown)?;
    // A browser follows its form to GitHub only where the policy names it.
    let policy = format!("{POLICY}; form-action 'self' {}", app.auth.callers.github.origin());
    let policy = header::HeaderValue::from_str(&policy).map_err(|error| Problem::because(&error))?;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

fn application(app: &App) -> Result<&GithubApp, Problem> {
    app.auth
        .callers
        .github_app
        .as_ref()
        .ok_or_else(|| Problem::not_found("Sign-in with GitHub is not set up at this service."))
}

fn redirect_uri(visit: &Visit) -> String {
    format!("{}/sign-in/github/callback", visit.origin)
}

fn attempt_cookie(value: String, visit: &Visit, life: Duration) -> Cookie<'static> {
    Cookie::build(ATTEMPT_COOKIE, value)
        .path("/sign-in")
        .max_age(life)
        .http_only(true)
        .secure(visit.is_https())
        // It comes back with a navigation from GitHub's page.
        .same_site(SameSite::Lax)
        .finish()
}

#[derive(Deserialize)]
pub struct SignInForm {
    #[serde(default)]
    back: String,
    /// `repositories`: private ones too.
    #[serde(default)]
    access: String,
}

/// Sends the browser to GitHub.
pub async fn begin(app: web::Data<App>, visit: Visit, form: Form<SignInForm>) -> Result<HttpResponse, Problem> {
    let application = application(&app)?;
    let attempt = Attempt {
        state: random_text(24)?,
        verifier: random_text(32)?,
    };
    let scope = if form.access == "repositories" {
        Scope::Repositories
    } else {
        Scope::Identity
    };
    let address = app
        .auth
        .callers
        .github
        .sign_in_address(application, &attempt, &redirect_uri(&visit), scope);
    let address = address.ok_or_else(|| Problem::because(&"GitHub's address cannot be made"))?;
    let back = text::in_query(way_back(&form.back));
    let value = format!("{}.{}.{back}", attempt.state, attempt.verifier);
    let mut response = see_other(address.as_str());
    response
        .add_cookie(&attempt_cookie(value, &visit, ATTEMPT_LIFE))
        .map_err(|error| Problem::because(&error))?;
    Ok(response)
}

/// `/sign-in/github/callback?code=&state=`: GitHub sent the browser back.
pub async fn callback(app: web::Data<App>, request: HttpRequest, visit: Visit) -> Result<HttpResponse, Problem> {
    let (code, attempt, back) = match approved(&request) {
        Ok(approved) => approved,
        Err(problem) => return show(&app, &request, visit, Some(problem)),
    };
    let Some(token) = github_token(&app, &visit, code, attempt).await? else {
        let problem = "GitHub did not accept this sign-in. Begin it again.";
        return show(&app, &request, visit, Some(problem));
    };
    let user_id = crate::auth::caller::user_of_github(&app, &token).await?;
    let session = SessionToken::random()?;
    let new = NewSession {
        hash: hex::encode(session.hash()),
        user_id,
        sealed_token: Some(session.seal(&token)?),
    };
    app.store.add_session(new, Utc::now()).await?;
    tracing::info!("signed in with GitHub");
    let mut response = see_other(&back);
    for cookie in [
        session.cookie(visit.is_https()),
        attempt_cookie(String::new(), &visit, Duration::ZERO),
    ] {
        response.add_cookie(&cookie).map_err(|error| Problem::because(&error))?;
    }
    Ok(response)
}

/// The code that GitHub sent for the attempt that this browser has begun, and where to go afterwards. `Err` is a sentence for
/// the page.
fn approved(request: &HttpRequest) -> Result<(String, Attempt, String), &'static str> {
    let query = Query::parse(request.query_string(), &["code", "state", "error"]);
    let (attempt, back) =
        attempt(request).ok_or("The sign-in took too long, or was begun in another browser. Begin it again.")?;
    let same = query
        .get("state")
        .is_some_and(|state| equal_in_constant_time(state, &attempt.state));
    if !same {
        return Err("This sign-in was not begun here. Begin it again.");
    }
    let code = query
        .get("code")
        .ok_or("GitHub did not let you in: the access was refused there.")?;
    Ok((code.to_owned(), attempt, back))
}

/// The user's token; `None` where GitHub does not accept the code.
async fn github_token(
    app: &web::Data<App>,
    visit: &Visit,
    code: String,
    attempt: Attempt,
) -> Result<Option<Secret>, Problem> {
    let (shared, uri) = (app.clone(), redirect_uri(visit));
    // On the runtime of the process: the connections to GitHub are kept there.
    let work = async move {
        let Some(application) = shared.auth.callers.github_app.as_ref() else {
            return Ok(None);
        };
        let github = &shared.auth.callers.github;
        github.token_for(application, &code, &attempt.verifier, &uri).await
    };
    Ok(app.scans.on_runtime(work).await??)
}

/// The attempt that the cookie has kept, and where to go afterwards.
fn attempt(request: &HttpRequest) -> Option<(Attempt, String)> {
    let cookie = request.cookie(ATTEMPT_COOKIE)?;
    let mut parts = cookie.value().splitn(3, '.');
    let attempt = Attempt {
        state: parts.next()?.to_owned(),
        verifier: parts.next()?.to_owned(),
    };
    let encoded = format!("x={}", parts.next()?);
    let (_, back) = url::form_urlencoded::parse(encoded.as_bytes()).next()?;
    Some((attempt, way_back(&back).to_owned()))
}

/// In the same time wherever they differ.
fn equal_in_constant_time(a: &str, b: &str) -> bool {
    Secret::new(a.to_owned()).is(b)
}

#[derive(Deserialize)]
pub struct SignOutForm {
    #[serde(default)]
    form_token: String,
    /// `yes`: all sessions of the user.
    #[serde(default)]
    everywhere: String,
}

/// Ends the session, or all of the user's.
pub async fn post_sign_out(
    app: web::Data<App>,
    request: HttpRequest,
    visit: Visit,
    form: Form<SignOutForm>,
) -> Result<HttpResponse, Problem> {
    visit.check(&form.form_token)?;
    if let Some(session) = SessionToken::of(&request) {
        let hash = session.hash();
        if form.everywhere == "yes"
            && let Some(user_id) = visit.caller.user_id()
        {
            app.store.delete_sessions_of(user_id).await?;
            app.auth.callers.forget_sessions_of(user_id);
        } else {
            app.store.delete_session(&hex::encode(hash)).await?;
            app.auth.callers.forget_session(&hash);
        }
    }
    let mut response = see_other("/");
    response
        .add_cookie(&SessionToken::gone(visit.is_https()))
        .map_err(|error| Problem::because(&error))?;
    response.headers_mut().insert(
        header::HeaderName::from_static("clear-site-data"),
        header::HeaderValue::from_static("\"cache\""),
    );
    Ok(response)
}
