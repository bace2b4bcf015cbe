//! Status: the ladder with the member's place on it, and the ways to earn.

use crate::core::{App, Resource, StatusPlace, layout, window};
use crate::domain::{EarningRule, StatusCode, StatusRule};

use super::failure;
use super::format;
use super::lists::{busy, retry};
use super::message::Msg;
use super::model::{List, ListRow, Message, Sign, StatusScreen, StatusStep, Tone};
use super::text::Text;

pub(crate) fn status(app: &App, place: &StatusPlace) -> StatusScreen {
    let has_focus = app.tab_focus().is_none();
    let account = app.data.account.as_ref();
    let rules = app.data.earning.as_ref().map_or(&[][..], |earning| &earning.rules);
    let statuses = app.data.earning.as_ref().map_or(&[][..], |earning| &earning.statuses);
    let points = account.map_or(0, |account| account.status.points.get());
    let rows = window(place.cursor, rules.len(), layout::earn_rows(app.settings.text_size))
        .filter_map(|at| Some(earn_row(rules.get(at)?, at, has_focus && at == place.cursor.at)))
        .collect();
    let trouble = app.trouble_with(Resource::EarningRules).filter(|_| rules.is_empty());
    let message = match (rules.is_empty(), trouble, &app.data.earning) {
        (false, _, _) => None,
        (true, Some(trouble), _) => Some(failure::message(trouble)),
        (true, None, None) => Some(busy()),
        (true, None, Some(_)) => Some(Message {
            sign: Sign::Empty,
            title: Msg::EmptyEarnTitle.into(),
            advice: Text::Empty,
            code: Text::Empty,
        }),
    };
    StatusScreen {
        title: Msg::StatusTitle.into(),
        steps: statuses.iter().map(|rule| step(rule, points, account.map(|account| account.status.code))).collect(),
        progress: progress(statuses, points),
        lead: lead(app),
        earn_title: Msg::EarnTitle.into(),
        list: List { rows, first_visible: place.cursor.first, total: rules.len() },
        buttons: retry(app, Resource::EarningRules, trouble.is_some(), has_focus),
        message,
    }
}

fn step(rule: &StatusRule, points: u64, current: Option<StatusCode>) -> StatusStep {
    StatusStep {
        name: Text::plain(&rule.name),
        threshold: if rule.threshold.get() == 0 {
            Msg::FromJoining.into()
        } else {
            Text::with(Msg::FromPoints, [Text::plain(format::number(rule.threshold.get()))])
        },
        discount: Text::with(Msg::DiscountOf, [Text::plain(rule.discount_percent.to_string())]),
        is_reached: points >= rule.threshold.get() && current != Some(StatusCode::None),
        is_current: current == Some(rule.code),
    }
}

/// The ladder's steps stand at equal distances; between two of them the way is linear.
fn progress(statuses: &[StatusRule], points: u64) -> u16 {
    let spans = u64::try_from(statuses.len().saturating_sub(1)).unwrap_or(0);
    if spans == 0 {
        return 0;
    }
    let mut share = 0;
    for pair in statuses.windows(2) {
        let [low, high] = pair else { continue };
        let (low, high) = (low.threshold.get(), high.threshold.get());
        let width = high.saturating_sub(low).max(1);
        share += points.saturating_sub(low).min(width) * 1000 / width / spans;
    }
    u16::try_from(share.min(1000)).unwrap_or(1000)
}

fn lead(app: &App) -> Text {
    let Some(account) = app.data.account.as_ref().filter(|account| account.is_enrolled) else { return Text::Empty };
    // What is over is not promised any more while the service is asked what there is instead.
    let until = account.status.until.filter(|until| !app.time().is_past(*until));
    match (&account.status.next, until) {
        (Some(next), until) => {
            let points = Text::plain(format::number(account.status.points.get()));
            let way = Text::with(Msg::StatusLead, [points, format::points(next.missing), Text::plain(&next.name)]);
            match until {
                Some(until) => Text::with(Msg::StatusLeadUntil, [way, format::until_year(until, app.offset())]),
                None => way,
            }
        }
        (None, Some(until)) => Text::with(Msg::StatusTopLead, [format::until_year(until, app.offset())]),
        (None, None) => Text::Empty,
    }
}

fn earn_row(rule: &EarningRule, index: usize, is_focused: bool) -> ListRow {
    let value = match (rule.points_min, rule.points_max) {
        (Some(least), Some(most)) if least != most => Text::with(
            Msg::PointsRange,
            [Text::plain(format::number(least.get())), Text::plain(format::number(most.get()))],
        ),
        (Some(points), _) | (None, Some(points)) => {
            Text::plain(format::signed(i64::try_from(points.get()).unwrap_or(i64::MAX)))
        }
        (None, None) => Text::Empty,
    };
    ListRow {
        index,
        title: Text::plain(&rule.title),
        subtitle: Text::plain(&rule.note),
        subtitle_tone: Tone::Quiet,
        value: if rule.is_done { Msg::EarnDone.into() } else { value },
        value_tone: if rule.is_done { Tone::Quiet } else { Tone::Good },
        action: Text::Empty,
        tick: None,
        image: None,
        is_focused,
        is_enabled: true,
    }
}
