// Books, and what follows when they change.
#include <algorithm>

#include "engine/core/core.hpp"
#include "engine/core/parents/parent_desk.hpp"
#include "engine/core/strategy_context.hpp"

namespace sq::core {
void Core::on_market_data(const RecordHeader& input) noexcept {
  if (input.kind == RecordKind::FeedStatus) return on_feed_status(input);
  if (input.kind == RecordKind::GreeksUpdate) {
    if (!take_greeks(input)) return dead_letter(input, DeadLetterReason::UnknownInstrument);
    if (ready_) notify_greeks(index_of(input.instrument));
    return;
  }
  const std::size_t i = index_of(input.instrument);
  if (i >= books_.size()) [[unlikely]] return dead_letter(input, DeadLetterReason::UnknownInstrument);
  book::SyncedBook& book = books_[i];
  const BookState before = book.state();
  book::SyncedBook::Effect effect;
  {
    telemetry::StageStamp stamp{stages_, telemetry::Stage::Book};
    switch (input.kind) {
      case RecordKind::DepthUpdate: effect = book.on_depth(input); break;
      case RecordKind::DepthSnapshot: effect = book.on_snapshot(input); break;
      case RecordKind::TopOfBook: effect = book.on_top(input); break;
      case RecordKind::FeedDropped: effect = book.on_disconnect(); break;
      case RecordKind::MarketOrder:
        if (book.orders() == nullptr) return dead_letter(input, DeadLetterReason::UnknownKind);
        effect = book.on_order(input);
        break;
      case RecordKind::TradePrint:
        see_last(i, payload_of<TradePrint>(input).price);
        measure_trade(i, payload_of<TradePrint>(input));
        if (ready_) notify_trade(i, payload_of<TradePrint>(input));
        return;
      case RecordKind::MarkPrice:  // in the log for funding and margin
        see_mark(i, payload_of<MarkPrice>(input).mark);
        if (ready_ && parents_->works(i)) parents_->on_mark(i, payload_of<MarkPrice>(input).mark);
        return;
      case RecordKind::Candle: return;
      default: return dead_letter(input, DeadLetterReason::UnknownKind);
    }
  }
  if (effect.traded) {
    see_last(i, book.last_trade().price);
    measure_trade(i, book.last_trade());
    if (ready_) notify_trade(i, book.last_trade());
  }
  after_book(i, before, effect);
}

void Core::on_feed_status(const RecordHeader& input) noexcept {
  if (!ends_book(payload_of<FeedStatus>(input).event)) return;
  for (std::size_t i = 0; i < books_.size(); ++i) {
    if (input.instrument != kNoInstrument && index_of(input.instrument) != i) continue;
    const BookState before = books_[i].state();
    after_book(i, before, books_[i].on_disconnect());
  }
}

bool Core::take_greeks(const RecordHeader& record) noexcept {
  const std::size_t i = index_of(record.instrument);
  const std::vector<Instrument>& instruments = ledger_.portfolio().instruments();
  if (i >= instruments.size() || instruments[i].kind != InstrumentKind::Option) return false;
  greeks_[i] = payload_of<GreeksUpdate>(record);
  ledger_.gate().set_greeks(record.instrument, greeks_[i]);
  return true;
}

void Core::notify_greeks(std::size_t i) noexcept {
  telemetry::StageStamp stamp{stages_, telemetry::Stage::Strategy};
  const auto id = InstrumentId{static_cast<std::uint32_t>(i)};
  for (const std::uint16_t s : listeners_[i]) {
    Running& running = strategies_[s];
    if (listens(running)) running.setup.strategy->on_greeks(id, greeks_[i], *running.context);
  }
}

void Core::after_book(std::size_t i, BookState before,
                      const book::SyncedBook::Effect& effect) noexcept {
  const book::SyncedBook& book = books_[i];
  const auto id = InstrumentId{static_cast<std::uint32_t>(i)};
  measure_book(i, effect);
  publishers_[i]->publish_if_wanted(book, now_);
  if (!ready_) return;
  const bool live = book.state() == BookState::Live;
  if (effect.state_changed && before != book.state()) [[unlikely]] {
    auto record = make_record(RecordKind::BookChanged,
                              BookChanged{book.last_id(), before, book.state(), {}});
    decide(record.header, id);
    if (!live) {
      ledger_.gate().clear_reference(id);
      if (monitor_.on()) monitor_.on_book(id, false, now_);
      cancel_all(kNoStrategy, id, CancelReason::BookNotLive);
    } else {
      watch_silence(i);
    }
    for (const std::uint16_t s : listeners_[i]) {
      Running& running = strategies_[s];
      if (listens(running)) running.setup.strategy->on_book_state(id, book.state(), *running.context);
    }
  }
  if (!live) return;
  if (effect.top_changed || effect.depth_applied) refer(i);
  if (parents_->works(i)) [[unlikely]] parents_->on_book(i);
  telemetry::StageStamp stamp{stages_, telemetry::Stage::Strategy};
  if (effect.depth_applied) {
    for (const std::uint16_t s : listeners_[i]) {
      Running& running = strategies_[s];
      if (listens(running)) running.setup.strategy->on_depth(id, *running.context);
    }
  }
  if (effect.top_changed) {
    const strategy::Top top = top_of(i);
    for (const std::uint16_t s : listeners_[i]) {
      Running& running = strategies_[s];
      if (listens(running)) running.setup.strategy->on_top(top, *running.context);
      if (ledger_.strategy_state(StrategyId{s}) == StrategyState::Warming) states_dirty_ = true;
    }
  }
}

void Core::measure_book(std::size_t i, const book::SyncedBook::Effect& effect) noexcept {
  if (measured_[i] == nullptr) return;
  auto& [measures, publisher] = *measured_[i];
  const book::SyncedBook& book = books_[i];
  if (book.state() != BookState::Live) {
    if (effect.state_changed) measures.on_book_lost(now_);
  } else {
    if (effect.top_changed || effect.state_changed) measures.on_top(book.bid(), book.ask(), now_);
    if (effect.depth_applied) measures.on_depth(book.depth(), now_);
  }
  if (publisher.wanted(now_)) [[unlikely]]
    publisher.publish(measures.view(), now_);
}

void Core::measure_trade(std::size_t i, const TradePrint& trade) noexcept {
  if (measured_[i] == nullptr) return;
  const std::optional<Side> aggressor =
      trade.aggressor_unknown != 0 ? std::nullopt : std::optional{trade.aggressor};
  measured_[i]->measures.on_trade(trade.price, trade.qty, aggressor, now_);
}

// A book that is crossed for a moment or has an empty side gives no price: the last ones go on valuing
// what is held, and no order passes.
void Core::refer(std::size_t i) noexcept {
  const book::SyncedBook& book = books_[i];
  const auto id = InstrumentId{static_cast<std::uint32_t>(i)};
  if (book.state() == BookState::Live && book.bid().qty != Qty{} && book.ask().qty != Qty{}) {
    ledger_.gate().set_reference(id, book.bid().price, book.ask().price, book.updated_at());
    if (monitor_.on()) {
      monitor_.on_book(id, true, now_);
      monitor_.on_mid(id, book.bid().price, book.ask().price, now_);
      if (monitor_.waiting()) states_dirty_ = true;
    }
  } else {
    if (monitor_.on() && book.state() != BookState::Live) monitor_.on_book(id, false, now_);
    ledger_.gate().clear_reference(id);
  }
}

void Core::notify_trade(std::size_t i, const TradePrint& trade) noexcept {
  if (parents_->works(i)) [[unlikely]] parents_->on_trade(i, trade.price);
  telemetry::StageStamp stamp{stages_, telemetry::Stage::Strategy};
  const auto id = InstrumentId{static_cast<std::uint32_t>(i)};
  for (const std::uint16_t s : listeners_[i]) {
    Running& running = strategies_[s];
    if (listens(running)) running.setup.strategy->on_trade(id, trade, *running.context);
  }
}

strategy::Top Core::top_of(std::size_t i) const noexcept {
  const book::SyncedBook& book = books_[i];
  strategy::Top top;
  top.instrument = InstrumentId{static_cast<std::uint32_t>(i)};
  top.at = book.updated_at();
  if (book.state() != BookState::Live) return top;
  top.bid = book.bid();
  top.ask = book.ask();
  return top;
}

// One timer a book: when it fires and the book was heard since, it is set again.
void Core::watch_silence(std::size_t i) noexcept {
  if (silence_watched_[i]) return;
  // One past the limit: exactly at the limit the book is not yet stale.
  const MonoTime deadline = books_[i].updated_at() + (silence_ns_[i] + 1);
  silence_watched_[i] = timers_.start(std::max(deadline, now_), TimerOwner::BookSilence,
                                      static_cast<std::uint16_t>(i)) != 0;
}
void Core::on_silence_timer(std::size_t i) noexcept {
  silence_watched_[i] = false;
  const BookState before = books_[i].state();
  after_book(i, before, books_[i].on_time(now_));
  if (books_[i].state() == BookState::Live) watch_silence(i);
}
}  // namespace sq::core
