#include "engine/app/live_chain.hpp"

#include <cmath>

namespace sq::app {
namespace {
std::vector<InstrumentId> options_of(const settings::Config& config, InstrumentId underlying) {
  std::vector<InstrumentId> ids;
  for (const auto& each : config.instruments) {
    if (each.instrument.kind == InstrumentKind::Option && each.instrument.underlying == underlying)
      ids.push_back(each.instrument.id);
  }
  return ids;
}

options::LiveChain chain_of(const settings::Config& config, const settings::ChainSettings& settings,
                            const std::vector<InstrumentId>& ids) {
  std::vector<options::ChainOption> chain;
  for (const InstrumentId id : ids) {
    const Instrument& each = config.instruments[index_of(id)].instrument;
    chain.push_back(
        {each.right == OptionRight::Put ? options::OptionType::Put : options::OptionType::Call,
         each.strike, each.expiry});
  }
  return {{settings.rate, settings.yield}, chain};
}

// The nearest value of the unit; false: outside its range.
template <class F>
bool to_fixed(double value, F& out) noexcept {
  constexpr double kLimit = 9.2e18;
  const double scaled = value * static_cast<double>(F::kScale);
  if (!(scaled > -kLimit && scaled < kLimit)) return false;
  out = F::from_raw(std::llrint(scaled));
  return true;
}
GreeksStatus status_of(options::VolatilityFrom from) noexcept {
  switch (from) {
    case options::VolatilityFrom::Quote:
      return GreeksStatus::Quoted;
    case options::VolatilityFrom::Neighbours:
      return GreeksStatus::Neighbours;
    case options::VolatilityFrom::Held:
      return GreeksStatus::Held;
    case options::VolatilityFrom::None:
      break;
  }
  return GreeksStatus::Unavailable;
}
bool usable(const Level& bid, const Level& ask) noexcept {
  return bid.qty > Qty{} && ask.qty > Qty{} && bid.price > Price{} && ask.price > bid.price;
}
// Of a receiver that never calls a book old: age is judged by the chain.
book::SyncSettings book_settings(const settings::InstrumentSettings& of) {
  book::SyncSettings made;
  made.l2 = {of.instrument.tick, of.window_ticks, of.far_levels_max};
  made.stale_after_ns = std::numeric_limits<std::int64_t>::max();
  made.crossed_for_ns = of.crossed_for_ns;
  if (of.book == settings::BookKind::Orders) {
    made.orders_max = of.orders_max;
    made.lot = of.instrument.lot;
    made.opening_unknown = of.opening == settings::BookOpening::Unknown;
  }
  return made;
}
}  // namespace

ChainPricer::ChainPricer(const settings::Config& config, std::size_t index)
    : underlying_{config.chains[index].underlying.instrument},
      ids_{options_of(config, underlying_)},
      chain_{chain_of(config, config.chains[index], ids_)},
      interval_ns_{config.chains[index].interval_ns},
      quote_age_ns_max_{config.chains[index].quote_age_ns_max},
      quoted_at_(ids_.size()) {
  record_ = make_record(RecordKind::GreeksUpdate, GreeksUpdate{});
  record_.header.source =
      SourceId{static_cast<std::uint16_t>(static_cast<std::uint16_t>(kSourceChainFirst) + index)};
}

void ChainPricer::set_underlying(const Level& bid, const Level& ask, MonoTime at) noexcept {
  if (!usable(bid, ask)) return;
  const Int128 sum = Int128{bid.price.raw()} + ask.price.raw();
  chain_.set_underlying(Price::from_raw(static_cast<std::int64_t>(sum / 2)));
  underlying_at_ = at;
}

void ChainPricer::set_quote(std::size_t row, const Level& bid, const Level& ask,
                            MonoTime at) noexcept {
  if (!usable(bid, ask)) return chain_.clear_quote(row);
  chain_.set_quote(row, bid.price, ask.price);
  quoted_at_[row] = at;
}

void ChainPricer::reprice(WallTime wall, MonoTime now) noexcept {
  for (std::size_t row = 0; row < ids_.size(); ++row)
    if (now - quoted_at_[row] > quote_age_ns_max_) chain_.clear_quote(row);
  priced_at_ = wall;
  chain_.reprice(wall);
}

Record<GreeksUpdate>& ChainPricer::record(std::size_t row) noexcept {
  ++record_.header.source_sequence;
  record_.header.instrument = ids_[row];
  GreeksUpdate made;
  made.as_of = underlying_at_;
  made.priced_at = priced_at_;
  made.underlying_id = underlying_;
  made.underlying = chain_.underlying();
  made.rate = chain_.settings().rate;
  made.yield = chain_.settings().yield;
  const GreeksUpdate none = made;
  const options::Greeks greeks = chain_.greeks(row);
  made.status = status_of(chain_.from(row));
  made.volatility = chain_.volatility(row);
  const bool fits = to_fixed(greeks.price, made.theoretical) &&
                    to_fixed(greeks.delta, made.delta) && to_fixed(greeks.gamma, made.gamma) &&
                    to_fixed(greeks.vega, made.vega) && to_fixed(greeks.theta, made.theta) &&
                    to_fixed(greeks.rho, made.rho);
  record_.payload = fits ? made : none;
  return record_;
}

RecordedChains::RecordedChains(const settings::Config& config)
    : places_(config.instruments.size()) {
  for (std::size_t c = 0; c < config.chains.size(); ++c) {
    desks_.push_back({ChainPricer{config, c}});
    const ChainPricer& pricer = desks_.back().pricer;
    const auto place = [&](InstrumentId id, std::size_t row) {
      places_[index_of(id)] = {
          c, row,
          std::make_unique<book::SyncedBook>(book_settings(config.instruments[index_of(id)]))};
    };
    place(pricer.underlying(), kUnderlying);
    for (std::size_t row = 0; row < pricer.size(); ++row) place(pricer.id(row), row);
  }
}

void RecordedChains::on_market(const RecordHeader& record) noexcept {
  if (record.kind == RecordKind::FeedStatus && record.instrument == kNoInstrument) {
    if (!ends_book(payload_of<FeedStatus>(record).event)) return;
    for (Place& each : places_) {
      if (each.book == nullptr) continue;
      each.book->on_disconnect();
      update(each);
    }
    return;
  }
  const std::size_t i = index_of(record.instrument);
  if (i >= places_.size() || places_[i].book == nullptr) return;
  book::SyncedBook& book = *places_[i].book;
  book::SyncedBook::Effect effect;
  switch (record.kind) {
    case RecordKind::DepthUpdate:
      effect = book.on_depth(record);
      break;
    case RecordKind::DepthSnapshot:
      effect = book.on_snapshot(record);
      break;
    case RecordKind::TopOfBook:
      effect = book.on_top(record);
      break;
    case RecordKind::FeedDropped:
      effect = book.on_disconnect();
      break;
    case RecordKind::FeedStatus:
      if (ends_book(payload_of<FeedStatus>(record).event)) effect = book.on_disconnect();
      break;
    case RecordKind::MarketOrder:
      if (book.orders() != nullptr) effect = book.on_order(record);
      break;
    default:
      return;
  }
  update(places_[i]);
  Desk& desk = desks_[places_[i].desk];
  if (desk.due != kNever) return;
  // The next multiple of the interval, never the moment itself: all that happens in it counts.
  const std::int64_t interval = desk.pricer.interval_ns();
  desk.due = WallTime{(record.wall.ns / interval + 1) * interval};
  choose_next();
}

void RecordedChains::update(const Place& place) noexcept {
  ChainPricer& pricer = desks_[place.desk].pricer;
  const book::SyncedBook& book = *place.book;
  if (place.row == kUnderlying) {
    pricer.set_underlying(book.bid(), book.ask(), book.updated_at());
  } else {
    pricer.set_quote(place.row, book.bid(), book.ask(), book.updated_at());
  }
}

void RecordedChains::choose_next() noexcept {
  next_ = kNever;
  for (std::size_t d = 0; d < desks_.size(); ++d) {
    if (desks_[d].due >= next_) continue;
    next_ = desks_[d].due;
    next_desk_ = d;
  }
}

RecordHeader& RecordedChains::take(WallTime at) noexcept {
  Desk& desk = desks_[next_desk_];
  if (desk.row == 0) desk.pricer.reprice(at, MonoTime{at.ns});
  RecordHeader& record = desk.pricer.record(desk.row).header;
  if (++desk.row == desk.pricer.size()) {
    desk.row = 0;
    desk.due = kNever;
    choose_next();
  }
  return record;
}

LiveChainAgent::LiveChainAgent(const settings::Config& config, std::size_t index,
                               std::span<book::TopPublisher* const> books,
                               RecordRing& chain_to_core)
    : pricer_{config, index}, chain_to_core_{chain_to_core} {
  for (std::size_t row = 0; row < pricer_.size(); ++row)
    books_.push_back(books[index_of(pricer_.id(row))]);
  books_.push_back(books[index_of(pricer_.underlying())]);
  seen_.assign(books_.size(), 0);
}

// What was asked for at the last call; asks for the next.
void LiveChainAgent::read_books() noexcept {
  for (std::size_t i = 0; i < books_.size(); ++i) {
    const std::uint64_t number = books_[i]->read(view_);
    books_[i]->request();
    if (number == 0 || number == seen_[i]) continue;
    seen_[i] = number;
    if (i == pricer_.size()) {
      pricer_.set_underlying(view_.bid, view_.ask, view_.updated_at);
    } else {
      pricer_.set_quote(i, view_.bid, view_.ask, view_.updated_at);
    }
  }
}

std::size_t LiveChainAgent::do_work(MonoTime now, WallTime wall) noexcept {
  if (now < due_) return 0;
  due_ = now + pricer_.interval_ns();
  read_books();
  pricer_.reprice(wall, now);
  for (std::size_t row = 0; row < pricer_.size(); ++row) {
    Record<GreeksUpdate>& record = pricer_.record(row);
    record.header.mono = now;
    record.header.wall = wall;
    if (chain_to_core_.try_push(record.header)) continue;
    dropped_.fetch_add(pricer_.size() - row, std::memory_order_relaxed);
    return row;
  }
  return pricer_.size();
}
}  // namespace sq::app
