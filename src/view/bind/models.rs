//! The lists that Slint repeats over: made once and kept, with only the changed elements set.
//!
//! A long list is a ring: the element with index `i` of the whole list lives in slot `i` modulo
//! the capacity, so scrolling by one changes one slot and every other card stays what it was.

use std::rc::Rc;

use slint::{ComponentHandle, Model, ModelRc, SharedString, VecModel};

use super::convert::{Context, current};
use crate::view::model::{Chrome, Dialog, List, ListRow, PinPad};
use bonus_tv_ui as ui;

/// A short list whose elements keep their places.
pub(super) struct Plain<T>(Rc<VecModel<T>>);

impl<T: Clone + PartialEq + 'static> Plain<T> {
    pub(super) fn new() -> Self {
        Self(Rc::new(VecModel::default()))
    }

    pub(super) fn model(&self) -> ModelRc<T> {
        self.0.clone().into()
    }

    /// Makes the list equal to `items`, touching only what differs.
    pub(super) fn sync(&self, items: Vec<T>) {
        while self.0.row_count() > items.len() {
            self.0.remove(self.0.row_count() - 1);
        }
        for (row, item) in items.into_iter().enumerate() {
            match self.0.row_data(row) {
                Some(old) if old == item => {}
                Some(_) => self.0.set_row_data(row, item),
                None => self.0.push(item),
            }
        }
    }
}

/// What lives in a slot of a ring; by default it is an empty slot.
pub(super) trait Slot: Clone + Default + PartialEq + 'static {
    /// Whether an element is in it.
    fn is_used(&self) -> bool;
}

impl Slot for ui::CardItem {
    fn is_used(&self) -> bool {
        self.is_used
    }
}

impl Slot for ui::ListRowItem {
    fn is_used(&self) -> bool {
        self.is_used
    }
}

impl Slot for ui::RowItem {
    fn is_used(&self) -> bool {
        self.is_used
    }
}

/// A window on a long list.
pub(super) struct Ring<T> {
    model: Rc<VecModel<T>>,
    step: usize,
}

impl<T: Slot> Ring<T> {
    /// An empty ring whose capacity grows by `step` slots.
    pub(super) fn new(step: usize) -> Self {
        Self { model: Rc::new(VecModel::default()), step }
    }

    /// A ring with all its slots made.
    pub(super) fn filled(slots: usize) -> Self {
        Self { model: Rc::new(VecModel::from(vec![T::default(); slots])), step: slots }
    }

    pub(super) fn model(&self) -> ModelRc<T> {
        self.model.clone().into()
    }

    /// Makes the slots hold `items`, which carry their index in the whole list and follow each other.
    pub(super) fn sync(&self, items: Vec<(usize, T)>) {
        if items.len() > self.model.row_count() {
            let capacity = items.len().next_multiple_of(self.step);
            self.model.set_vec(vec![T::default(); capacity]);
        }
        let capacity = self.model.row_count();
        let mut slots: Vec<Option<T>> = vec![None; capacity];
        for (index, item) in items {
            if let Some(slot) = slots.get_mut(index % capacity.max(1)) {
                *slot = Some(item);
            }
        }
        for (row, item) in slots.into_iter().enumerate() {
            let item = item.unwrap_or_default();
            let is_same = |old: &T| if item.is_used() { *old == item } else { !old.is_used() };
            if !self.model.row_data(row).as_ref().is_some_and(is_same) {
                self.model.set_row_data(row, item);
            }
        }
    }
}

/// Rows of cards in a view-model of the home screen, at most.
pub(super) const ROW_SLOTS: usize = 4;

/// A scrolling list of rows.
pub(super) struct RowList {
    rows: Ring<ui::ListRowItem>,
    total: usize,
}

impl RowList {
    pub(super) fn new() -> Self {
        Self { rows: Ring::new(12), total: 0 }
    }

    pub(super) fn model(&self) -> ModelRc<ui::ListRowItem> {
        self.rows.model()
    }

    pub(super) fn sync(&mut self, list: &List, context: &mut Context<'_>) -> ui::ListItem {
        self.rows.sync(list.rows.iter().map(|row| (row.index, context.list_row(row))).collect());
        let is_sliding = context.has_motion && context.is_same_screen && self.total == list.total;
        self.total = list.total;
        ui::ListItem {
            first_visible: super::convert::index(list.first_visible),
            total: super::convert::index(list.total),
            is_sliding,
        }
    }
}

/// The cards of one slot of rows, and which row is in it.
pub(super) struct RowSlot {
    pub(super) cards: Ring<ui::CardItem>,
    pub(super) index: Option<usize>,
}

/// Every model of the window.
pub(super) struct Models {
    tabs: Plain<ui::TabItem>,
    hints: Plain<ui::HintItem>,
    dialog_buttons: Plain<ui::ButtonItem>,
    pin_keys: Plain<ui::ButtonItem>,
    /// Only one screen is shown at a time, so they share what is short.
    pub(super) buttons: Plain<ui::ButtonItem>,
    pub(super) chips: Plain<ui::ChipItem>,
    pub(super) facts: Plain<ui::FactItem>,
    pub(super) lines: Plain<ui::ListRowItem>,
    pub(super) paragraphs: Plain<SharedString>,
    pub(super) causes: Plain<ui::CauseItem>,
    pub(super) steps: Plain<ui::StepItem>,
    pub(super) panels: Plain<ui::PanelItem>,
    pub(super) cards: Ring<ui::CardItem>,
    pub(super) list: RowList,
    pub(super) rows: Ring<ui::RowItem>,
    pub(super) row_slots: Vec<RowSlot>,
    pub(super) total: usize,
}

impl Models {
    /// Makes the models and hands them to the window for its whole life.
    pub(super) fn new(window: &ui::AppWindow) -> Self {
        let models = Self {
            tabs: Plain::new(),
            hints: Plain::new(),
            dialog_buttons: Plain::new(),
            pin_keys: Plain::new(),
            buttons: Plain::new(),
            chips: Plain::new(),
            facts: Plain::new(),
            lines: Plain::new(),
            paragraphs: Plain::new(),
            causes: Plain::new(),
            steps: Plain::new(),
            panels: Plain::new(),
            cards: Ring::new(12),
            list: RowList::new(),
            rows: Ring::filled(ROW_SLOTS),
            row_slots: std::iter::repeat_with(|| RowSlot { cards: Ring::new(12), index: None })
                .take(ROW_SLOTS)
                .collect(),
            total: 0,
        };
        let chrome = window.global::<ui::ChromeState>();
        chrome.set_tabs(models.tabs.model());
        chrome.set_hints(models.hints.model());
        let dialog = window.global::<ui::DialogState>();
        dialog.set_buttons(models.dialog_buttons.model());
        dialog.set_pin_keys(models.pin_keys.model());
        models.join_shop(window);
        models.join_orders(window);
        models.join_account(window);
        models
    }

    pub(super) fn show_chrome(&self, window: &ui::AppWindow, chrome: &Chrome, context: &Context<'_>) {
        let state = window.global::<ui::ChromeState>();
        state.set_brand(context.text(&chrome.brand));
        let (apart, tabs): (Vec<_>, Vec<_>) = chrome.tabs.iter().partition(|tab| tab.is_apart);
        self.tabs.sync(tabs.iter().map(|tab| context.tab(tab)).collect());
        state.set_current_tab(current(tabs.iter().map(|tab| (tab.is_focused, tab.is_selected))));
        state.set_has_basket(!apart.is_empty());
        if let Some(basket) = apart.first() {
            state.set_basket(context.tab(basket));
        }
        state.set_balance(context.text(&chrome.balance));
        state.set_balance_unit(context.text(&chrome.balance_unit));
        state.set_clock(context.text(&chrome.clock));
        state.set_banner(chrome.banner.as_ref().map(|banner| context.text(&banner.text)).unwrap_or_default());
        if let Some(banner) = &chrome.banner {
            state.set_banner_tone(super::convert::tone(banner.tone));
        }
        state.set_is_banner_busy(chrome.banner.as_ref().is_some_and(|banner| banner.is_busy));
        state.set_notice(chrome.notice.as_ref().map(|notice| context.text(&notice.text)).unwrap_or_default());
        if let Some(notice) = &chrome.notice {
            state.set_notice_tone(super::convert::tone(notice.tone));
        }
        self.hints.sync(chrome.hints.iter().map(|hint| context.hint(hint)).collect());
    }

    pub(super) fn show_dialog(&self, window: &ui::AppWindow, dialog: Option<&Dialog>, context: &Context<'_>) {
        let state = window.global::<ui::DialogState>();
        if let Some(dialog) = dialog {
            state.set_title(context.text(&dialog.title));
            state.set_body(context.text(&dialog.body));
            self.dialog_buttons.sync(context.buttons(&dialog.buttons));
            state.set_has_pin(dialog.pin.is_some());
            if let Some(pin) = &dialog.pin {
                self.show_pin(&state, pin, context);
            }
        }
        state.set_is_shown(dialog.is_some());
    }

    fn show_pin(&self, state: &ui::DialogState<'_>, pin: &PinPad, context: &Context<'_>) {
        state.set_pin_length(super::convert::index(pin.length));
        state.set_pin_entered(super::convert::index(pin.entered));
        state.set_pin_error(context.text(&pin.error));
        self.pin_keys.sync(context.buttons(&pin.keys));
    }

    pub(super) fn lines(&self, lines: &[ListRow], context: &mut Context<'_>) {
        self.lines.sync(lines.iter().map(|line| context.list_row(line)).collect());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Slot for i32 {
        fn is_used(&self) -> bool {
            *self != 0
        }
    }

    #[test]
    fn an_element_keeps_its_slot_when_the_window_moves_on() {
        let ring = Ring::<i32>::new(4);
        ring.sync((0..4).map(|index| (index, index as i32 + 100)).collect());
        let before: Vec<_> = ring.model.iter().collect();
        ring.sync((1..5).map(|index| (index, index as i32 + 100)).collect());
        let after: Vec<_> = ring.model.iter().collect();
        assert_eq!(before, [100, 101, 102, 103]);
        assert_eq!(after, [104, 101, 102, 103], "only the slot of the element that left is set");
    }

    #[test]
    fn a_ring_grows_and_never_shrinks() {
        let ring = Ring::<i32>::new(4);
        ring.sync((0..6).map(|index| (index, 7)).collect());
        assert_eq!(ring.model.row_count(), 8);
        ring.sync(vec![(3, 9)]);
        assert_eq!(ring.model.iter().collect::<Vec<_>>(), [0, 0, 0, 9, 0, 0, 0, 0]);
    }

    #[test]
    fn a_plain_list_follows_in_length_too() {
        let list = Plain::<i32>::new();
        list.sync(vec![1, 2, 3]);
        list.sync(vec![1, 5]);
        assert_eq!(list.0.iter().collect::<Vec<_>>(), [1, 5]);
    }
}
