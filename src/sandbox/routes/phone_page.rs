//! The pages that a person opens on a phone: `/tv` to enter the code, choose a subscriber, and allow or deny; and
//! `/account`, to which the television's QR code for other rewards leads.
//!
//! Plain HTML forms without scripts. A token in the form and a cookie guard against forged posts;
//! too many wrong codes close the page for a while.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::http::extract::{App, FormOf, Peer, QueryOf, blocking};
use crate::http::problem::Problem;
use crate::service::scenario;
use crate::service::sign_in::{self, CodeState, Decision, normal_code, shown_code};
use crate::state::Sandbox;
use crate::store::accounts;

const COOKIE: &str = "tv";
const STYLE: &str = include_str!("phone_page.css");
/// Allows the page's one style and no script, so that neither a proxy nor typed text can add anything.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
});

#[derive(Debug, Deserialize)]
struct CodeQuery {
    code: Option<String>,
}

#[derive(Debug, Deserialize)]
struct AnswerForm {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    scenario: String,
    #[serde(default)]
    fresh: Option<String>,
    #[serde(default)]
    answer: String,
}

/// What the page says.
enum Page {
    /// Asks for the code; `complaint` says what was wrong with the last one.
    EnterCode { complaint: Option<&'static str> },
    /// The code is right; asks for the subscriber.
    Choose { code: String },
    /// There were too many wrong codes.
    Closed { seconds: u32 },
    /// There is nothing left to do.
    Done { title: &'static str, text: &'static str },
}

/// The page's routes.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/tv", get(show).post(answer))
        .route("/account", get(personal_account))
        .route("/app", get(application))
}

/// An operator has a personal account there.
async fn personal_account() -> impl IntoResponse {
    let body = "<h1>Личный кабинет</h1><p class=\"big\">Здесь у оператора открывается личный кабинет: в нём заказывают \
                награды, которых нет на приставке. У песочницы его нет.</p>";
    (guards(), Html(document("Личный кабинет", body)))
}

/// And an application here.
async fn application() -> impl IntoResponse {
    let body = "<h1>Приложение</h1><p class=\"big\">Здесь у оператора предлагают его приложение: в нём тоже видны баллы. \
                У песочницы его нет.</p>";
    (guards(), Html(document("Приложение", body)))
}

async fn show(
    State(app): State<App>,
    peer: Peer,
    headers: HeaderMap,
    QueryOf(query): QueryOf<CodeQuery>,
) -> Result<Response, Problem> {
    let token = cookie(&headers).map_or_else(|| app.randomness.token(), Ok);
    let token = token.map_err(crate::store::StoreError::from)?;
    let code = query.code.unwrap_or_default();
    let page = if code.is_empty() {
        (StatusCode::OK, Page::EnterCode { complaint: None })
    } else {
        let typed = code.clone();
        blocking(&app, move |sandbox| look_up(sandbox, &typed, peer)).await?
    };
    Ok(render(&app, &token, &code, page))
}

async fn answer(
    State(app): State<App>,
    peer: Peer,
    headers: HeaderMap,
    FormOf(form): FormOf<AnswerForm>,
) -> Result<Response, Problem> {
    let token = cookie(&headers).unwrap_or_default();
    if token.is_empty() || form.csrf != app.sign("phone page", &token) {
        // Most likely an old page in a phone's memory: a person needs words and a way on, not a document.
        let token = app.randomness.token().map_err(crate::store::StoreError::from)?;
        let complaint = Some("Страница устарела. Введите код ещё раз.");
        return Ok(render(&app, &token, &form.code, (StatusCode::FORBIDDEN, Page::EnterCode { complaint })));
    }
    let code = form.code.clone();
    let page = blocking(&app, move |sandbox| decide(sandbox, &form, peer)).await?;
    Ok(render(&app, &token, &code, page))
}

fn look_up(sandbox: &Sandbox, code: &str, peer: Peer) -> Result<(StatusCode, Page), Problem> {
    let now = sandbox.clock.now();
    if let Some(seconds) = sandbox.guesses.wait_seconds(now, sandbox.clock.mode(), peer.0) {
        return Ok((StatusCode::TOO_MANY_REQUESTS, Page::Closed { seconds }));
    }
    Ok(match sign_in::code_state(sandbox, code)? {
        CodeState::Waiting => (StatusCode::OK, Page::Choose { code: shown_code(&normal_code(code)) }),
        state @ (CodeState::Unknown | CodeState::Expired | CodeState::Denied | CodeState::Used) => {
            if state == CodeState::Unknown {
                sandbox.guesses.count_wrong(now, peer.0);
            }
            refusal(state)
        }
    })
}

fn decide(sandbox: &Sandbox, form: &AnswerForm, peer: Peer) -> Result<(StatusCode, Page), Problem> {
    let (status, page) = look_up(sandbox, &form.code, peer)?;
    if !matches!(page, Page::Choose { .. }) {
        return Ok((status, page));
    }
    let decision = match form.answer.as_str() {
        "deny" => Decision::Deny,
        "allow" => {
            let chosen = scenario::find(sandbox, &form.scenario)?;
            let member = chosen.member();
            let is_known = sandbox
                .store
                .transact(|transaction| Ok::<_, Problem>(accounts::current(transaction, &member)?.is_some()))?;
            if form.fresh.is_some() || !is_known {
                scenario::load(sandbox, chosen)?;
            }
            Decision::Allow(member)
        }
        _ => return Ok((status, page)),
    };
    Ok(match (sign_in::decide(sandbox, &form.code, &decision)?, decision) {
        (CodeState::Waiting, Decision::Allow(_)) => (
            StatusCode::OK,
            Page::Done {
                title: "Готово", text: "Вход разрешён. Телевизор продолжит сам, телефон можно убрать."
            },
        ),
        (CodeState::Waiting, Decision::Deny) => (
            StatusCode::OK,
            Page::Done {
                title: "Вход отклонён", text: "Телевизор останется без доступа к вашим баллам."
            },
        ),
        (state @ (CodeState::Unknown | CodeState::Expired | CodeState::Denied | CodeState::Used), _) => refusal(state),
    })
}

fn refusal(state: CodeState) -> (StatusCode, Page) {
    let complaint = match state {
        CodeState::Waiting => None,
        CodeState::Unknown => Some("Такого кода нет. Проверьте буквы на экране телевизора."),
        CodeState::Expired => Some("Срок кода истёк. Нажмите на телевизоре «Обновить код» и введите новый."),
        CodeState::Denied => Some("По этому коду вход уже отклонён. Получите на телевизоре новый код."),
        CodeState::Used => Some("Этот код уже использован. Получите на телевизоре новый код."),
    };
    (StatusCode::OK, Page::EnterCode { complaint })
}

fn render(app: &App, token: &str, code: &str, (status, page): (StatusCode, Page)) -> Response {
    let csrf = app.sign("phone page", token);
    let retry_after = match &page {
        Page::Closed { seconds } => Some([(header::RETRY_AFTER, seconds.to_string())]),
        Page::EnterCode { .. } | Page::Choose { .. } | Page::Done { .. } => None,
    };
    let path = format!("{}/tv", app.public_path());
    let body = match page {
        Page::EnterCode { complaint } => enter_code(&path, code, complaint),
        Page::Choose { code } => choose(app, &path, &csrf, &code),
        Page::Closed { seconds } => format!(
            "<h1>Слишком много неверных кодов</h1><p class=\"big\">Подождите {} мин и попробуйте ещё раз.</p>",
            seconds.div_ceil(60)
        ),
        Page::Done { title, text } => format!("<h1>{title}</h1><p class=\"big\">{text}</p>"),
    };
    let cookie = [(header::SET_COOKIE, format!("{COOKIE}={token}; Path={path}; HttpOnly; SameSite=Strict"))];
    (status, retry_after, cookie, guards(), Html(document("Вход на телевизоре", &body))).into_response()
}

/// The headers that keep other sites from framing the page and from adding to it.
fn guards() -> [(HeaderName, &'static str); 3] {
    [
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::CONTENT_SECURITY_POLICY, POLICY.as_str()),
        // With `no-referrer` a browser would send the form with the origin `null`.
        (header::REFERRER_POLICY, "same-origin"),
    ]
}

fn document(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"ru\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"robots\" content=\"noindex\">\
         <title>{title}</title><style>{STYLE}</style></head><body><main>\
         <p class=\"brand\">Бонусная программа</p>{body}\
         <footer>Песочница для тестов. Настоящих баллов здесь нет.</footer></main></body></html>"
    )
}

fn enter_code(path: &str, code: &str, complaint: Option<&'static str>) -> String {
    let complaint =
        complaint.map_or_else(String::new, |text| format!("<p class=\"complaint\" role=\"alert\">{text}</p>"));
    format!(
        "<h1>Введите код с экрана телевизора</h1>{complaint}<form method=\"get\" action=\"{path}\">\
         <label for=\"code\">Код</label><input id=\"code\" name=\"code\" class=\"code\" value=\"{}\" maxlength=\"16\" required \
         autocomplete=\"off\" autocapitalize=\"characters\" spellcheck=\"false\" placeholder=\"BCDF-GHJK\">\
         <button class=\"primary\">Продолжить</button></form>",
        escape(code)
    )
}

fn choose(app: &App, path: &str, csrf: &str, code: &str) -> String {
    let options: String = app
        .scenarios
        .iter()
        .enumerate()
        .map(|(position, scenario)| {
            format!(
                "<label class=\"person\"><input type=\"radio\" name=\"scenario\" value=\"{}\"{}><span><b>{}</b> \
                 <i>{}</i><small>{}</small></span></label>",
                escape(&scenario.name),
                if position == 0 { " checked" } else { "" },
                escape(&scenario.display_name),
                escape(&scenario.name),
                escape(&scenario.description)
            )
        })
        .collect();
    format!(
        "<h1>Разрешить вход на телевизоре?</h1><p>На экране должен быть код <b class=\"shown\">{code}</b>. \
         Если код другой, отклоните вход.</p><form method=\"post\" action=\"{path}\">\
         <input type=\"hidden\" name=\"csrf\" value=\"{}\"><input type=\"hidden\" name=\"code\" value=\"{}\">\
         <fieldset><legend>Кто входит</legend>{options}</fieldset>\
         <label class=\"fresh\"><input type=\"checkbox\" name=\"fresh\" value=\"1\" checked> Начать с чистого листа</label>\
         <div class=\"answers\"><button class=\"primary\" name=\"answer\" value=\"allow\">Разрешить</button>\
         <button name=\"answer\" value=\"deny\">Отклонить</button></div></form>",
        escape(csrf),
        escape(code)
    )
}

fn cookie(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, value)| *name == COOKIE && is_token(value))
        .map(|(_, value)| value.to_owned())
}

fn is_token(value: &str) -> bool {
    value.len() == 43 && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_stranger_types_cannot_become_markup() {
        assert_eq!(escape("\"><script>'&"), "&quot;&gt;&lt;script&gt;&#39;&amp;");
        assert!(!enter_code("/tv", "\"><script>", None).contains("<script>"));
    }
}
