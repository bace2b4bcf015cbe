//! Searches of the tree: XPath 1.0 as it stands, a few CSS selectors put into XPath, ids.

use std::collections::HashSet;

use sxd_document::{Package, dom};
use sxd_xpath::{Context, Factory, Value};

use super::answer::Fault;
use crate::serve::tree::{Node, Role};
use crate::serve::xml::element;

/// The longest expression.
const MOST_TEXT: usize = 1000;
/// Brackets in brackets: the reader of expressions is recursive.
const MOST_DEPTH: usize = 24;
/// Room for that recursion.
const STACK: usize = 16 * 1024 * 1024;

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Search {
    /// Everything that an expression finds.
    XPath(String),
    /// The element with this id.
    Id(String),
}

impl Search {
    /// Understands a locator.
    ///
    /// # Errors
    /// The strategy or the selector is not understood.
    pub(super) fn parse(using: &str, text: &str) -> Result<Self, Fault> {
        if text.len() > MOST_TEXT {
            return Err(Fault::invalid_selector("a selector has 1000 bytes at most"));
        }
        match using {
            "xpath" => checked(text.to_owned()),
            "css selector" => checked(css(text)?),
            "accessibility id" | "id" => Ok(Self::Id(text.to_owned())),
            "tag name" if Role::ALL.iter().any(|role| role.name() == text) => checked(format!("//{text}")),
            "tag name" => Ok(Self::Id(String::new())),
            _ => Err(Fault::invalid("a television finds by xpath, css selector, accessibility id, id and tag name")),
        }
    }
}

fn checked(expression: String) -> Result<Search, Fault> {
    let mut depth = 0_usize;
    let mut signs = 0_usize;
    for letter in expression.chars() {
        match letter {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '-' => signs += 1,
            _ => {}
        }
        if depth > MOST_DEPTH || signs > MOST_TEXT / 4 {
            return Err(Fault::invalid_selector("the expression is nested too deeply"));
        }
    }
    match Factory::new().build(&expression) {
        Ok(Some(_)) => Ok(Search::XPath(expression)),
        Ok(None) => Err(Fault::invalid_selector("there is no expression")),
        Err(error) => Err(Fault::invalid_selector(error.to_string())),
    }
}

/// The ids of the elements that fit, in the order of the tree.
///
/// # Errors
/// The expression finds no elements but a number or a text, or cannot be computed.
pub(super) async fn run(search: Search, root: Node) -> Result<Vec<String>, Fault> {
    let found = tokio::task::spawn_blocking(move || match search {
        Search::Id(id) => Ok(root.find(&|node| node.id == id).map(|node| node.id.clone()).into_iter().collect()),
        Search::XPath(expression) => std::thread::Builder::new()
            .stack_size(STACK)
            .spawn(move || evaluate(&expression, &root))
            .map_err(|_| Fault::unknown("the system gives no thread"))?
            .join()
            .unwrap_or_else(|_| Err(Fault::invalid_selector("the expression cannot be computed"))),
    });
    found.await.unwrap_or_else(|_| Err(Fault::unknown("the search ended early")))
}

fn evaluate(expression: &str, root: &Node) -> Result<Vec<String>, Fault> {
    let package = Package::new();
    let document = package.as_document();
    let top = grow(document, root);
    document.root().append_child(top);
    let xpath = Factory::new().build(expression).ok().flatten();
    let xpath = xpath.ok_or_else(|| Fault::invalid_selector("the expression is not understood"))?;
    // A search below an element begins there; one from the root begins at its document.
    let start: sxd_xpath::nodeset::Node<'_> =
        if expression.starts_with('.') { top.into() } else { document.root().into() };
    match xpath.evaluate(&Context::new(), start) {
        Ok(Value::Nodeset(nodes)) => {
            let mut seen = HashSet::new();
            let ids = nodes
                .document_order()
                .into_iter()
                .filter_map(|node| node.element().and_then(|element| element.attribute_value("id")).map(str::to_owned));
            Ok(ids.filter(|id| seen.insert(id.clone())).collect())
        }
        Ok(Value::Boolean(_) | Value::Number(_) | Value::String(_)) => {
            Err(Fault::invalid_selector("the expression finds no elements"))
        }
        Err(error) => Err(Fault::invalid_selector(error.to_string())),
    }
}

fn grow<'d>(document: dom::Document<'d>, node: &Node) -> dom::Element<'d> {
    let element = document.create_element(node.role.name());
    for (name, text) in attributes(node) {
        element.set_attribute_value(name, &text);
    }
    for child in &node.children {
        element.append_child(grow(document, child));
    }
    element
}

/// An element's attributes, as XPath and `attribute/{name}` see them.
pub(super) fn attributes(node: &Node) -> Vec<(&'static str, String)> {
    let mut attributes = vec![
        ("id", node.id.clone()),
        ("name", node.id.clone()),
        ("role", node.role.name().to_owned()),
        ("label", node.label.clone()),
        ("value", node.value.clone()),
        ("text", node.text()),
        ("focused", node.focused.to_string()),
        ("selected", node.selected.to_string()),
        ("enabled", (!node.disabled).to_string()),
    ];
    if let Some(bounds) = node.bounds {
        for (name, length) in [("x", bounds.x), ("y", bounds.y), ("width", bounds.width), ("height", bounds.height)] {
            attributes.push((name, length.to_string()));
        }
    }
    attributes
}

/// Whether a part of it lies on the picture.
pub(super) fn is_displayed(node: &Node, width: u32, height: u32) -> bool {
    let [width, height] = [width, height].map(|side| i32::try_from(side).unwrap_or(i32::MAX));
    node.bounds.is_some_and(|at| {
        at.x < width && at.y < height && at.x.saturating_add(at.width) > 0 && at.y.saturating_add(at.height) > 0
    })
}

/// The tree as XML.
pub(super) fn source(root: &Node) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{}", written(root))
}

fn written(node: &Node) -> String {
    let children: String = node.children.iter().map(written).collect();
    element(node.role.name(), &attributes(node), &children)
}

/// CSS as XPath: elements, `#id`, `[name="value"]` with `^=`, `*=`, `$=`, `:focus`, descendants and `>`.
fn css(selector: &str) -> Result<String, Fault> {
    let odd =
        || Fault::invalid_selector("of CSS there are: element, *, #id, [name], [name=\"value\"], :focus, space, >");
    let mut xpath = String::new();
    let mut rest = selector.trim();
    let mut axis = "//";
    while !rest.is_empty() {
        let length = rest.find(|letter: char| !is_name(letter)).unwrap_or(rest.len());
        let (tag, tail) = rest.split_at(length);
        let (tag, mut tail) = match tail.strip_prefix('*') {
            Some(tail) if tag.is_empty() => ("*", tail),
            _ => (if tag.is_empty() { "*" } else { tag }, tail),
        };
        xpath.push_str(axis);
        xpath.push_str(tag);
        let start = tail.len();
        loop {
            if let Some(after) = tail.strip_prefix('#') {
                let (id, after) = escaped_name(after);
                xpath.push_str(&format!("[@id={}]", quoted(&id).ok_or_else(odd)?));
                tail = after;
            } else if let Some(after) = tail.strip_prefix(":focus") {
                xpath.push_str("[@focused='true']");
                tail = after;
            } else if let Some(after) = tail.strip_prefix('[') {
                let (condition, after) = attribute(after).ok_or_else(odd)?;
                xpath.push_str(&condition);
                tail = after;
            } else {
                break;
            }
        }
        if length == 0 && tag == "*" && !rest.starts_with('*') && tail.len() == start {
            return Err(odd());
        }
        let next = tail.trim_start();
        (axis, rest) = match next.strip_prefix('>') {
            Some(after) if !after.trim().is_empty() => ("/", after.trim_start()),
            Some(_) => return Err(odd()),
            None if next.is_empty() || next.len() < tail.len() => ("//", next),
            None => return Err(odd()),
        };
    }
    if xpath.is_empty() { Err(odd()) } else { Ok(xpath) }
}

fn is_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '-' || letter == '_'
}

/// A name in which `\` stands before letters that mean something else.
fn escaped_name(text: &str) -> (String, &str) {
    let mut name = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => name.extend(letters.next().map(|(_, letter)| letter)),
            _ if is_name(letter) => name.push(letter),
            _ => return (name, &text[at..]),
        }
    }
    (name, "")
}

/// What stands between `[` and `]`, as XPath, and what follows.
fn attribute(text: &str) -> Option<(String, &str)> {
    let length = text.find(|letter: char| !is_name(letter))?;
    let (name, tail) = text.split_at(length);
    if name.is_empty() {
        return None;
    }
    if let Some(after) = tail.strip_prefix(']') {
        return Some((format!("[@{name}]"), after));
    }
    let (operator, tail) = ["=", "^=", "*=", "$="].iter().find_map(|sign| Some((*sign, tail.strip_prefix(*sign)?)))?;
    let quote = tail.chars().next().filter(|quote| matches!(quote, '"' | '\''));
    let (wanted, after) = match quote {
        Some(quote) => {
            let mut wanted = String::new();
            let mut letters = tail[1..].char_indices();
            let end = loop {
                match letters.next()? {
                    (_, '\\') => wanted.push(letters.next()?.1),
                    (at, letter) if letter == quote => break at,
                    (_, letter) => wanted.push(letter),
                }
            };
            (wanted, &tail[end + 2..])
        }
        None => {
            let (wanted, after) = escaped_name(tail);
            (wanted, after)
        }
    };
    let (after, wanted) = (after.strip_prefix(']')?, quoted(&wanted)?);
    let condition = match operator {
        "^=" => format!("[starts-with(@{name},{wanted})]"),
        "*=" => format!("[contains(@{name},{wanted})]"),
        "$=" => format!("[substring(@{name},string-length(@{name})-string-length({wanted})+1)={wanted}]"),
        _ => format!("[@{name}={wanted}]"),
    };
    Some((condition, after))
}

/// A text as XPath writes it; XPath 1.0 has no way to write both quotes.
fn quoted(text: &str) -> Option<String> {
    if !text.contains('\'') {
        Some(format!("'{text}'"))
    } else if !text.contains('"') {
        Some(format!("\"{text}\""))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> Node {
        let mut root = Node::new("Offer", Role::Screen, String::new());
        let mut button = Node::new("button:exchange", Role::Button, "Обменять".to_owned());
        button.focused = true;
        let mut list = Node::new("list", Role::List, "it's \"so\"".to_owned());
        list.children = vec![Node::new("item:0", Role::ListItem, "Первый\u{1}".to_owned()), button];
        root.children = vec![list];
        root
    }

    fn ids(using: &str, text: &str) -> Result<Vec<String>, Fault> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async { run(Search::parse(using, text)?, tree()).await })
    }

    #[test]
    fn elements_are_found_by_every_strategy() {
        for (using, text) in [
            ("xpath", "//button[@label='Обменять']"),
            ("xpath", "//*[@focused='true']"),
            ("xpath", "//list/button[1]"),
            ("xpath", "//*[contains(@text,'Обмен')]"),
            ("xpath", "(//button)[last()]"),
            ("css selector", "button"),
            ("css selector", "[id=\"button:exchange\"]"),
            ("css selector", "#button\\:exchange"),
            ("css selector", "screen > list button:focus"),
            ("css selector", "*[label^='Обм'][label$=\"нять\"]"),
            ("accessibility id", "button:exchange"),
            ("tag name", "button"),
        ] {
            assert_eq!(ids(using, text).unwrap(), ["button:exchange"], "{using} {text}");
        }
        assert_eq!(ids("xpath", "//*").unwrap(), ["Offer", "list", "item:0", "button:exchange"]);
        assert!(ids("tag name", "video").unwrap().is_empty());
    }

    #[test]
    fn nonsense_is_refused() {
        let deep = format!("//a{}", "[".repeat(500));
        let signs = "-".repeat(900);
        for (using, text) in [
            ("xpath", ""),
            ("xpath", "//["),
            ("xpath", "count(//*)"),
            ("xpath", "//*[nothing()]"),
            ("xpath", deep.as_str()),
            ("xpath", signs.as_str()),
            ("css selector", ""),
            ("css selector", ".class"),
            ("css selector", "a >"),
            ("css selector", "a[b"),
            ("css selector", "a[=x]"),
            ("css selector", "a:hover"),
            ("link text", "a"),
        ] {
            assert!(ids(using, text).is_err(), "{using} {text}");
        }
        assert!(ids("xpath", &"/a".repeat(600)).is_err());
    }

    #[test]
    fn the_source_is_well_formed() {
        let source = source(&tree());
        let package = sxd_document::parser::parse(&source).expect("it is XML");
        let top = package.as_document().root().children()[0].element().expect("an element");
        assert_eq!(top.attribute_value("id"), Some("Offer"));
        assert!(!is_displayed(&Node { bounds: None, ..tree() }, 1280, 720));
    }
}
