//! Status: the ladder with the member's place on it, and the ways to earn.

use crate::core::{App, HistoryKind, PointsPage, Resource, StatusPlace, Zone, layout, window};
use crate::domain::{EarningRule, StatusCode, StatusRule};

use super::failure;
use super::format;
use super::lists::{busy, retry};
use super::message::Msg;
use super::model::{Chip, List, ListRow, Message, Sign, StatusScreen, StatusStep, Tone};
use super::text::Text;

pub(crate) fn status(app: &App, place: &StatusPlace) -> StatusScreen {
    let has_focus = app.tab_focus().is_none();
    let has_list_focus = has_focus && place.zone == Zone::Content;
    let account = app.data.account.as_ref();
    let rules = app.data.earning.as_ref().map_or(&[][..], |earning| &earning.rules);
    let statuses = app.data.earning.as_ref().map_or(&[][..], |earning| &earning.statuses);
    let points = account.map_or(0, |account| account.status.points.get());
    let rows = window(place.cursor, rules.len(), layout::earn_rows(app.settings.text_size))
        .filter_map(|at| Some(earn_row(rules.get(at)?, at, has_list_focus && at == place.cursor.at)))
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
        title: Msg::TabPoints.into(),
        chips: points_strip(app, place.zone),
        steps: statuses.iter().map(|rule| step(rule, points, account.map(|account| account.status.code))).collect(),
        progress: progress(statuses, points),
        lead: lead(app),
        earn_title: Msg::EarnTitle.into(),
        list: List { rows, first_visible: place.cursor.first, total: rules.len() },
        buttons: retry(app, trouble.map(|_| Resource::EarningRules), has_focus && place.zone == Zone::Buttons),
        message,
    }
}

/// The pages of the tab «Баллы».
pub(crate) fn points_strip(app: &App, zone: Zone) -> Vec<Chip> {
    let has_focus = app.tab_focus().is_none() && zone == Zone::Chips;
    let shown = app.points_page();
    PointsPage::ALL
        .into_iter()
        .map(|page| Chip {
            label: match page {
                PointsPage::Status => Msg::ChipStatus.into(),
                PointsPage::History(HistoryKind::Points) => Msg::ChipHistory.into(),
                PointsPage::History(HistoryKind::Orders) => Msg::ChipOrders.into(),
                PointsPage::History(HistoryKind::Burning) => Msg::PanelBurning.into(),
            },
            is_selected: shown == Some(page),
            is_focused: has_focus && shown == Some(page),
        })
        .collect()
}

fn step(rule: &StatusRule, points: u64, current: Option<StatusCode>) -> StatusStep {
    StatusStep {
        name: Text::plain(&rule.name),
        threshold: if rule.threshold.get() == 0 {
            Msg::FromJoining.into()
        } else {
            Text::with(Msg::FromPoints, [format::number(rule.threshold.get())])
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
            let points = format::number(account.status.points.get());
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
        (Some(least), Some(most)) if least != most => {
            Text::with(Msg::PointsRange, [format::number(least.get()), format::number(most.get())])
        }
        (Some(points), _) | (None, Some(points)) => format::more(points.get()),
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
