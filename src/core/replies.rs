//! What an answer of the bonus API changes.

use std::sync::Arc;

use crate::domain::{Account, AdultOffers, Catalog, CatalogPage, Failure, FailureKind, PinUse};

use super::app::{App, Turn};
use super::data::Incoming;
use super::settings::Choice;
use super::{
    Answer, CachedData, Data, DiskJob, Effect, Notice, Page, Place, PlaceKind, Request, RequestId, Resource, Session,
    Shelf,
};

impl App {
    /// Takes an answer; one to a request that is no longer current changes nothing.
    pub(crate) fn replied(&mut self, id: RequestId, result: Result<Answer, Failure>, turn: &mut Turn) {
        let Some(request) = self.calls.under_way.remove(&id) else { return };
        match result {
            Ok(answer) => self.answered(&request, answer, turn),
            Err(failure) => self.failed(&request, failure, turn),
        }
    }

    fn answered(&mut self, request: &Request, answer: Answer, turn: &mut Turn) {
        match answer {
            Answer::DeviceCode(code) => self.code_arrived(code, turn),
            Answer::SignIn(poll) => self.sign_in_polled(request, poll, turn),
            Answer::Account(account) => {
                let has_joined =
                    account.is_enrolled && self.stack.iter().any(|page| page.place.kind() == PlaceKind::Join);
                self.account_arrived(account, turn);
                // Also where the answer to joining was lost, or it was done on the phone.
                if matches!(request, Request::Enrol { .. }) || (has_joined && !self.is_joining()) {
                    self.joined(turn);
                }
            }
            Answer::Terms(terms) => {
                self.terms_changed(&terms);
                self.data.terms = Some(terms);
                self.settle(Resource::Terms, turn);
            }
            Answer::Catalog { page, etag, max_age } => {
                self.data.catalog_max_age = max_age;
                self.catalog_arrived(request, page, etag, turn);
            }
            Answer::CatalogUnchanged { max_age } => {
                self.data.catalog_max_age = max_age;
                self.data.catalog_at = Some(turn.now.monotonic);
                self.settle(Resource::Catalog, turn);
                self.cache_is_fresh(turn);
            }
            Answer::Entitlements { entitlements, server_time } => {
                if let Some(server_time) = server_time {
                    self.clock.set(server_time);
                }
                let before = self.running_ids();
                let options_before = self.my_option_ids();
                self.data.entitlements = Some(entitlements);
                self.data.entitlements_at = Some(turn.now.monotonic);
                self.follow_running(&before);
                self.follow_my_options(&options_before);
                self.settle(Resource::Entitlements, turn);
                self.cache_is_fresh(turn);
                self.play_when_ready(turn);
                self.address_arrived(turn);
            }
            Answer::Exchange(exchange) => self.exchange_answered(exchange, turn),
            Answer::ExchangeProcessing { retry_after } => self.exchange_processing(retry_after, turn),
            Answer::Found(exchanges) => self.exchanges_found(exchanges, turn),
            Answer::NoExchange => self.no_exchange(turn),
            Answer::Renewal(entitlement) => {
                let title = entitlement.title.clone();
                let is_on = entitlement.renewal.is_some_and(|renewal| renewal.is_on);
                self.note_switched(&entitlement, turn);
                let before = self.running_ids();
                if let Some(known) =
                    self.data.entitlements.iter_mut().flatten().find(|known| known.id == entitlement.id)
                {
                    *known = entitlement;
                }
                self.follow_running(&before);
                // A list that was asked for before does not know of it.
                if self.drop_call(Resource::Entitlements) {
                    self.fetch(Resource::Entitlements, turn);
                }
                self.notify(if is_on { Notice::RenewalOn { title } } else { Notice::RenewalOff { title } }, turn);
                self.keep(turn);
            }
            Answer::Ledger(page) => {
                if let Request::Ledger { cursor } = request {
                    self.ledger_arrived(cursor.as_deref(), page);
                }
                self.settle(Resource::Ledger, turn);
            }
            Answer::Exchanges(page) => {
                if let Request::Exchanges { cursor } = request {
                    self.exchanges_arrived(cursor.as_deref(), page);
                }
                self.settle(Resource::Exchanges, turn);
            }
            Answer::EarningRules(mut rules) => {
                // What can still be done comes first.
                rules.rules.sort_by_key(|rule| rule.is_done);
                self.data.earning = Some(rules);
                self.settle(Resource::EarningRules, turn);
            }
            Answer::SignedOut => {}
        }
    }

    fn failed(&mut self, request: &Request, failure: Failure, turn: &mut Turn) {
        // A code is asked for without the member's tokens, so its refusal says nothing of them.
        let is_of_a_code = matches!(request, Request::StartSignIn) || request.is_about_a_code();
        if failure.kind == FailureKind::Unauthorized && self.session == Session::SignedIn && !is_of_a_code {
            if !matches!(request, Request::SignOut) {
                self.lose_session(turn);
            }
            return;
        }
        match request {
            Request::StartSignIn | Request::PollSignIn { .. } | Request::ConfirmMember { .. } => {
                self.sign_in_failed(request, failure, turn);
            }
            Request::Account => self.trouble(Resource::Account, failure, turn),
            Request::Terms => self.trouble(Resource::Terms, failure, turn),
            Request::Catalog { .. } => {
                self.data.incoming = None;
                self.trouble(Resource::Catalog, failure, turn);
            }
            Request::Entitlements => {
                self.trouble(Resource::Entitlements, failure.clone(), turn);
                let (was_wished, was_awaited) = (self.forget_wish_to_watch(), self.address_failed(turn));
                if was_wished || was_awaited {
                    self.tell_unwatchable(&failure, turn);
                }
            }
            Request::Ledger { cursor } => self.page_failed(Resource::Ledger, cursor.is_some(), failure, turn),
            Request::Exchanges { cursor } => self.page_failed(Resource::Exchanges, cursor.is_some(), failure, turn),
            Request::EarningRules => self.trouble(Resource::EarningRules, failure, turn),
            Request::Exchange(_) => self.exchange_failed(failure, turn),
            Request::FindExchange(_) => self.order_unanswered(failure, turn),
            Request::Enrol { .. } => self.join_failed(failure, turn),
            Request::SetRenewal { .. } => {
                // Without an answer it may be switched all the same: the list is asked, and nobody is told to try
                // again, for that would switch it back.
                let notice = if failure.is_outage() { Notice::NoAnswer(failure) } else { Notice::RenewalFailed };
                self.notify(notice, turn);
                self.drop_call(Resource::Entitlements);
                self.fetch(Resource::Entitlements, turn);
            }
            Request::SignOut => {}
        }
    }

    /// A further page of a history is asked for again when the viewer scrolls on.
    fn page_failed(&mut self, resource: Resource, is_further: bool, failure: Failure, turn: &mut Turn) {
        if !is_further {
            self.trouble(resource, failure, turn);
        }
    }

    fn account_arrived(&mut self, account: Account, turn: &mut Turn) {
        let has_moved = self.data.account.as_ref().is_some_and(|known| {
            let is_told = !known.region.code.is_empty() && !account.region.code.is_empty();
            known.member_id == account.member_id && is_told && known.region.code != account.region.code
        });
        self.clock.set(account.server_time);
        let now = turn.now;
        self.schedule_minute(&now);
        let is_other_member = self.data.account.as_ref().is_some_and(|known| known.member_id != account.member_id);
        if is_other_member {
            self.member_changed(turn);
        }
        let is_enrolled = account.is_enrolled;
        let is_first = self.data.account_at.is_none();
        self.check_order_owner(&account.member_id, turn);
        self.data.account = Some(account);
        self.data.account_at = Some(turn.now.monotonic);
        self.take_up_order(turn);
        self.settle(Resource::Account, turn);
        if has_moved {
            // Each region has a catalogue of its own, and a validator is of one of them alone.
            self.data.catalog_etag = None;
            self.drop_call(Resource::Catalog);
            self.data.incoming = None;
            self.fetch(Resource::Catalog, turn);
        }
        self.start_is_over(turn);
        self.cache_is_fresh(turn);
        if !is_enrolled && is_first && self.place().kind() == PlaceKind::Home && self.dialog.is_none() {
            self.open_join(turn);
        }
    }

    /// The tokens are another member's: nothing of the first one stays, on the screen either.
    fn member_changed(&mut self, turn: &mut Turn) {
        self.data.forget_member();
        self.basket.clear();
        self.dialog = None;
        self.pause_order();
        self.drop_calls();
        self.abandon_player(turn);
        self.open_home(turn);
    }

    fn catalog_arrived(&mut self, request: &Request, page: CatalogPage, etag: Option<String>, turn: &mut Turn) {
        let Request::Catalog { cursor, .. } = request else { return };
        match (cursor, self.data.incoming.take()) {
            (None, before) => {
                let is_shown =
                    self.data.shelf.is_empty() || before.as_ref().is_some_and(|before| before.shown.is_some());
                self.data.incoming = Some(Incoming::begin(page, etag, is_shown, before.as_ref()));
            }
            (Some(cursor), Some(mut incoming)) if incoming.next_cursor.as_ref() == Some(cursor) => {
                let is_the_same = incoming.go_on(cursor, page);
                self.data.incoming = Some(incoming);
                if !is_the_same {
                    self.call(Request::Catalog { cursor: None, etag: None }, turn);
                    return;
                }
            }
            (Some(_), incoming) => {
                self.data.incoming = incoming;
                return;
            }
        }
        let Some(incoming) = &mut self.data.incoming else { return };
        let more = incoming.next_cursor.clone();
        // The first rows are shown at once when there was nothing, and again whenever they have doubled, for
        // an index takes its time; else the old catalogue stays until all is there.
        let total = incoming.first.offers.len();
        let has_doubled = incoming.shown.is_some_and(|shown| total >= shown * 2);
        if more.is_none() || has_doubled {
            incoming.shown = incoming.shown.map(|_| total);
            let catalog = Catalog {
                version: incoming.first.version.clone(),
                categories: incoming.first.categories.clone(),
                offers: incoming.first.offers.clone(),
                total: incoming.first.total.max(incoming.first.offers.len()),
            };
            let etag = incoming.etag.clone();
            self.show_catalog(catalog);
            self.data.catalog_etag = if more.is_none() { etag } else { None };
        }
        match more {
            Some(cursor) => self.call(Request::Catalog { cursor: Some(cursor), etag: None }, turn),
            None => {
                self.data.incoming = None;
                self.data.catalog_at = Some(turn.now.monotonic);
                self.settle(Resource::Catalog, turn);
                self.tidy_basket();
                self.cache_is_fresh(turn);
            }
        }
    }

    /// Takes a new catalogue; every focus stays with its offer (FOC-4).
    fn show_catalog(&mut self, catalog: Catalog) {
        // A service without validators sends the same catalogue again and again.
        if !self.data.has_catalog || **self.data.shelf.catalog() != catalog {
            self.browse(Arc::new(catalog));
            self.data.has_catalog = true;
        }
        if self.hero.as_ref().is_none_or(|id| self.data.shelf.offer(id).is_none()) {
            self.hero = self.focused_offer();
        }
    }

    /// Shows a catalogue as the viewer wants to browse it.
    fn browse(&mut self, catalog: Arc<Catalog>) {
        let shelf = Shelf::new(catalog, self.settings.adults);
        self.follow_catalog(&shelf);
        self.data.shelf = shelf;
    }

    /// Shows or hides what is for adults only; what is hidden is not ordered by mistake either.
    pub(crate) fn browse_adults(&mut self, adults: AdultOffers, turn: &mut Turn) {
        self.settings.adults = adults;
        turn.effects.push(Effect::Disk(DiskJob::StoreChoice(Choice::Adults(adults))));
        self.browse(self.data.shelf.catalog().clone());
        if adults == AdultOffers::Hidden {
            let shelf = &self.data.shelf;
            self.basket.retain(|id| shelf.offer(id).is_none_or(|offer| !offer.is_adult()));
        }
    }

    /// Once account, catalogue and entitlements are of today, the cache is written.
    fn cache_is_fresh(&mut self, turn: &mut Turn) {
        let is_complete =
            self.data.account_at.is_some() && self.data.catalog_at.is_some() && self.data.entitlements_at.is_some();
        if is_complete {
            self.data.cached_at = None;
            self.keep(turn);
        }
    }

    /// Keeps what the next start needs, unless the disk has it already.
    ///
    /// It is stamped with the time of the service, never with the box's own: a start takes it for the earliest that it
    /// can be.
    fn keep(&mut self, turn: &mut Turn) {
        let Data { account: Some(account), entitlements: Some(entitlements), .. } = &self.data else { return };
        let Some(fetched_at) = self.time().known() else { return };
        let data = Box::new(CachedData {
            account: account.clone(),
            catalog: self.data.shelf.catalog().clone(),
            etag: self.catalog_etag().map(str::to_owned),
            entitlements: entitlements.clone(),
            language: self.settings.language,
            fetched_at,
        });
        if self.data.kept.as_ref().is_some_and(|kept| kept.shows_the_same(&data)) {
            return;
        }
        self.data.kept = Some(data.clone());
        turn.effects.push(Effect::Disk(DiskJob::StoreCache(data)));
    }

    /// The sign-in is no longer valid: the member's data is wiped and the box asks to sign in (ACC-1).
    fn lose_session(&mut self, turn: &mut Turn) {
        turn.effects.push(Effect::Disk(DiskJob::WipeMember));
        self.sign_out_here(turn);
    }

    /// Forgets the member on this box; an order whose answer is unknown stays on the disk.
    pub(crate) fn sign_out_here(&mut self, turn: &mut Turn) {
        self.session = Session::SignedOut;
        self.data.forget_member();
        let kept = [&self.order, &self.unseen, &self.set_aside].into_iter().flatten().map(|flow| flow.order.placed_at);
        self.clock.forget_newest(kept.max());
        self.moments_seen = None;
        self.basket.clear();
        self.dialog = None;
        self.has_pin = false;
        self.use_pin(PinUse::AdultOnly, turn);
        self.hero = None;
        self.pause_order();
        self.drop_calls();
        self.abandon_player(turn);
        self.open_sign_in(turn);
    }

    /// Signed in: everything is fetched; an unanswered order is asked for once the account tells whose it is.
    pub(crate) fn signed_in(&mut self, turn: &mut Turn) {
        self.session = Session::SignedIn;
        self.open_home(turn);
        self.fetch_all(turn);
    }

    /// What is on top when a result comes that must be seen; behind a film it waits for the film's end.
    pub(crate) fn show_result(&mut self, place: Place) {
        if self.is_watching() {
            let below = self.stack.len() - 1;
            self.stack.insert(below, Page { place, tab_focus: None });
        } else if self.place().kind() == PlaceKind::Processing {
            self.replace(place);
        } else {
            // An outcome leads home, whatever lay below it.
            if place.kind() == PlaceKind::Outcome {
                self.unwind();
            }
            self.push(place);
        }
    }
}
