//! The report as JUnit XML, which build servers read.

use std::fmt::Write as _;

use super::report::{Outcome, Report};

impl Report {
    /// One test case for each check; the part of its id before the dot is its class.
    pub fn junit(&self) -> String {
        let count = |wanted: fn(&Outcome) -> bool| self.outcomes.iter().filter(|(_, one)| wanted(one)).count();
        let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        // Writing into a string cannot fail.
        let _ = writeln!(
            text,
            "<testsuite name=\"contract-check\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\">",
            self.outcomes.len(),
            count(|one| matches!(one, Outcome::Failed(_))),
            count(|one| matches!(one, Outcome::Skipped(_))),
        );
        for (check, outcome) in &self.outcomes {
            let class = check.id.split('.').next().unwrap_or_default();
            let _ =
                write!(text, "  <testcase classname=\"contract.{}\" name=\"{}\"", escaped(class), escaped(check.id));
            let _ = match outcome {
                Outcome::Held => writeln!(text, "/>"),
                Outcome::Skipped(why) => {
                    writeln!(text, ">\n    <skipped message=\"{}\"/>\n  </testcase>", escaped(why))
                }
                Outcome::Failed(failure) => {
                    let detail = [
                        Some(format!("promised: {}", check.claim)),
                        Some(format!("the box: {}", check.consequence)),
                        failure.request_id.as_ref().map(|id| format!("request: {id}")),
                        failure.curl.as_ref().map(|curl| format!("see it: {curl}")),
                    ];
                    let detail = detail.into_iter().flatten().collect::<Vec<_>>().join("\n");
                    let (why, detail) = (escaped(&failure.why), escaped(&detail));
                    writeln!(text, ">\n    <failure message=\"{why}\">{detail}</failure>\n  </testcase>")
                }
            };
        }
        text.push_str("</testsuite>\n");
        text
    }
}

/// A text for XML 1.0, which has no place for most control characters.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(letter),
            '\u{fffe}' | '\u{ffff}' => {}
            letter if letter.is_control() => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::checks::CHECKS;
    use super::super::report::Failure;
    use super::*;

    #[test]
    fn what_a_server_sent_cannot_break_the_document() {
        let failure = Failure {
            why: "answered \"<b>\" & \u{1}more\u{ffff}".to_owned(),
            curl: Some("curl 'x'".to_owned()),
            request_id: None,
        };
        let outcomes = vec![
            (&CHECKS[0], Outcome::Held),
            (&CHECKS[1], Outcome::Failed(failure)),
            (&CHECKS[2], Outcome::Skipped("no <time>".to_owned())),
        ];
        let text = Report { outcomes, requests: 1, bytes: 1 }.junit();
        assert!(text.contains("tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\""), "{text}");
        assert!(text.contains("message=\"answered &quot;&lt;b&gt;&quot; &amp; more\""), "{text}");
        assert!(text.contains("<skipped message=\"no &lt;time&gt;\"/>"), "{text}");
        assert!(!text.contains('\u{1}') && text.ends_with("</testsuite>\n"));
    }
}
