//! Elements: found in the tree of the moment, and looked up in it again whenever they are asked about.

use std::time::Duration;

use axum::extract::{Path, Request, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Fault, body, value};
use super::find::{self, Search};
use super::{Answer, Face};
use crate::serve::tree::{self, Node};
use crate::serve::waiting::Want;

/// The name under which the standard hands out elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// How often a search with a timeout looks.
const MOST_LOOKS: usize = 10_000;

#[derive(Deserialize)]
struct Locator {
    using: String,
    value: String,
}

/// The reference of an element: its id in the tree, so that the same element keeps it.
fn reference(id: &str) -> Value {
    let hex: String = id.bytes().map(|byte| format!("{byte:02x}")).collect();
    json!({ ELEMENT: hex })
}

fn id_of(reference: &str) -> Option<String> {
    let digits = reference.as_bytes();
    if digits.is_empty() || !digits.len().is_multiple_of(2) || digits.len() > 1024 {
        return None;
    }
    let bytes: Option<Vec<u8>> = digits
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok()))
        .collect();
    String::from_utf8(bytes?).ok()
}

/// The id and the present state of an element.
///
/// # Errors
/// It was never there, or is not there any more.
pub(super) async fn look(face: &Face, reference: &str) -> Result<(String, Node), Fault> {
    let id = id_of(reference).ok_or_else(Fault::no_such_element)?;
    let tree = face.tv.ask(|engine| tree::build(engine.television())).await?;
    let node = tree.find(&|node| node.id == id).cloned().ok_or_else(Fault::stale)?;
    Ok((id, node))
}

/// The ids of everything that fits, waiting as long as the session says for a first one.
async fn search(face: &Face, session: &str, below: Option<&str>, locator: Locator) -> Result<Vec<String>, Fault> {
    let search = Search::parse(&locator.using, &locator.value)?;
    let started = face.tv.ask(|engine| engine.television().elapsed()).await?;
    let end = started + face.sessions.implicit(session);
    for _ in 0..MOST_LOOKS {
        let (tree, revision, now) = face
            .tv
            .ask(|engine| (tree::build(engine.television()), engine.look().0, engine.television().elapsed()))
            .await?;
        let root = match below {
            Some(reference) => {
                let id = id_of(reference).ok_or_else(Fault::no_such_element)?;
                tree.find(&|node| node.id == id).cloned().ok_or_else(Fault::stale)?
            }
            None => tree,
        };
        let found = find::run(search.clone(), root).await?;
        let left = end.saturating_sub(now);
        if !found.is_empty() || left == Duration::ZERO {
            return Ok(found);
        }
        face.tv.wait(Want::after(revision), left).await?;
    }
    Ok(Vec::new())
}

fn first(found: &[String]) -> Answer {
    found.first().map(|id| value(reference(id))).ok_or_else(Fault::no_such_element)
}

fn every(found: &[String]) -> Answer {
    Ok(value(found.iter().map(|id| reference(id)).collect()))
}

pub(super) async fn one(State(face): State<Face>, Path(session): Path<String>, request: Request) -> Answer {
    first(&search(&face, &session, None, body(request).await?).await?)
}

pub(super) async fn all(State(face): State<Face>, Path(session): Path<String>, request: Request) -> Answer {
    every(&search(&face, &session, None, body(request).await?).await?)
}

type Parts = Path<(String, String)>;

pub(super) async fn one_below(State(face): State<Face>, Path((session, element)): Parts, request: Request) -> Answer {
    first(&search(&face, &session, Some(&element), body(request).await?).await?)
}

pub(super) async fn all_below(State(face): State<Face>, Path((session, element)): Parts, request: Request) -> Answer {
    every(&search(&face, &session, Some(&element), body(request).await?).await?)
}

pub(super) async fn active(State(face): State<Face>) -> Answer {
    let focused = face.tv.ask(|engine| tree::build(engine.television()).focused().map(|node| node.id.clone()));
    focused.await?.map(|id| value(reference(&id))).ok_or_else(Fault::no_such_element)
}

pub(super) async fn text(State(face): State<Face>, Path((_, element)): Parts) -> Answer {
    Ok(value(json!(look(&face, &element).await?.1.text())))
}

pub(super) async fn name(State(face): State<Face>, Path((_, element)): Parts) -> Answer {
    Ok(value(json!(look(&face, &element).await?.1.role.name())))
}

pub(super) async fn rect(State(face): State<Face>, Path((_, element)): Parts) -> Answer {
    let bounds = look(&face, &element).await?.1.bounds;
    let bounds = bounds.ok_or_else(|| Fault::unknown("the window does not draw this element by itself"))?;
    Ok(value(json!(bounds)))
}

pub(super) async fn enabled(State(face): State<Face>, Path((_, element)): Parts) -> Answer {
    Ok(value(json!(!look(&face, &element).await?.1.disabled)))
}

pub(super) async fn displayed(State(face): State<Face>, Path((_, element)): Parts) -> Answer {
    let node = look(&face, &element).await?.1;
    let (width, height) = face.tv.ask(|engine| engine.television().size()).await?;
    Ok(value(json!(find::is_displayed(&node, width, height))))
}

pub(super) async fn selected(State(face): State<Face>, Path((_, element)): Parts) -> Answer {
    Ok(value(json!(look(&face, &element).await?.1.selected)))
}

pub(super) async fn attribute(
    State(face): State<Face>,
    Path((_, element, name)): Path<(String, String, String)>,
) -> Answer {
    let node = look(&face, &element).await?.1;
    let found = find::attributes(&node).into_iter().find(|(attribute, _)| *attribute == name);
    Ok(value(found.map_or(Value::Null, |(_, text)| json!(text))))
}

/// Selenium asks for attributes and visibility by scripts of its own, which begin with their names.
///
/// # Errors
/// The element of the script is not there.
pub(super) async fn atom(face: &Face, script: &str, args: &[Value]) -> Result<Option<Response>, Fault> {
    let start = script.trim_start();
    let is_attribute = start.starts_with("/* getAttribute */");
    if !is_attribute && !start.starts_with("/* isDisplayed */") {
        return Ok(None);
    }
    let element = args.first().and_then(|element| element[ELEMENT].as_str()).ok_or_else(Fault::no_such_element)?;
    let part = |name: &str| Path((String::new(), element.to_owned(), name.to_owned()));
    if is_attribute {
        let name = args.get(1).and_then(Value::as_str).unwrap_or_default();
        return attribute(State(face.clone()), part(name)).await.map(Some);
    }
    displayed(State(face.clone()), Path((String::new(), element.to_owned()))).await.map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_leads_back_to_its_element_and_nonsense_nowhere() {
        let made = reference("button:exchange#2");
        assert_eq!(id_of(made[ELEMENT].as_str().unwrap()).as_deref(), Some("button:exchange#2"));
        for nonsense in ["", "0", "zz", "ff", "яя", &"00".repeat(513)] {
            assert_eq!(id_of(nonsense), None, "{nonsense}");
        }
    }
}
