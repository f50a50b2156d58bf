#include "engine/risk/fx_rates.hpp"

#include <algorithm>
#include <limits>

namespace sq::risk {
namespace {
constexpr std::int64_t kOne = Price::kScale;
constexpr MonoTime kAlways{std::numeric_limits<std::int64_t>::max()};
constexpr MonoTime kNever{std::numeric_limits<std::int64_t>::min()};
constexpr Int128 kRateMax = Int128{1} << 62;
}  // namespace

FxRates::FxRates(Currency base, const std::vector<Instrument>& instruments,
                 std::vector<FxSource> sources)
    : currencies_{base}, is_book_(instruments.size(), false) {
  for (const Instrument& each : instruments) {
    auto found = std::ranges::find(currencies_, each.settle);
    if (base == Currency{}) found = currencies_.begin();
    if (found == currencies_.end()) found = currencies_.insert(found, each.settle);
    place_of_.push_back(static_cast<std::uint16_t>(found - currencies_.begin()));
  }
  sources_.resize(currencies_.size());
  rates_.resize(currencies_.size());
  rates_[0] = {kOne, kOne, {}};
  for (std::size_t place = 1; place < currencies_.size(); ++place) {
    sources_[place].from = currencies_[place];
    const auto found = std::ranges::find(sources, currencies_[place], &FxSource::from);
    if (found == sources.end()) continue;
    sources_[place] = *found;
    if (found->book != kNoInstrument) is_book_[index_of(found->book)] = true;
  }
  settle();
}

std::optional<std::size_t> FxRates::set_book(InstrumentId book, Price bid, Price ask, MonoTime at,
                                             std::size_t from) noexcept {
  for (std::size_t place = std::max<std::size_t>(from, 1); place < sources_.size(); ++place) {
    const FxSource& source = sources_[place];
    if (source.book != book) continue;
    const Int128 twice = Int128{bid.raw()} + ask.raw();
    const Int128 over = source.inverted ? Int128{2} * kOne * kOne : twice;
    const Int128 under = source.inverted ? twice : Int128{2};
    const Int128 up = (over + under - 1) / under;
    const Int128 down = over / under;
    if (down > 0 && up < kRateMax) {
      rates_[place] = {static_cast<std::int64_t>(up), static_cast<std::int64_t>(down), at};
    } else {
      rates_[place] = {};
    }
    settle();
    return place;
  }
  return std::nullopt;
}

std::optional<std::size_t> FxRates::set(Currency from, Currency to, Price rate,
                                        MonoTime at) noexcept {
  if (to != currencies_[0] || rate <= Price{} || Int128{rate.raw()} >= kRateMax)
    return std::nullopt;
  for (std::size_t place = 1; place < sources_.size(); ++place) {
    if (sources_[place].from != from || sources_[place].book != kNoInstrument) continue;
    rates_[place] = {rate.raw(), rate.raw(), at};
    settle();
    return place;
  }
  return std::nullopt;
}

void FxRates::save(StateOut& out) const {
  out.put_count(rates_.size());
  for (std::size_t place = 0; place < rates_.size(); ++place) {
    const bool given = sources_[place].book == kNoInstrument;
    out.put(given ? rates_[place].up : std::int64_t{0});
    out.put(given ? rates_[place].at.ns : std::int64_t{0});
  }
}
void FxRates::restore(StateIn& in) noexcept {
  in.expect(std::uint64_t{rates_.size()});
  for (std::size_t place = 0; place < rates_.size() && in.ok(); ++place) {
    const auto rate = in.take<std::int64_t>();
    const MonoTime at{in.take<std::int64_t>()};
    if (sources_[place].book == kNoInstrument && place != 0) rates_[place] = {rate, rate, at};
  }
  settle();
}

void FxRates::settle() noexcept {
  good_until_ = kAlways;
  for (std::size_t place = 1; place < rates_.size(); ++place) {
    if (rates_[place].up == 0) good_until_ = kNever;
    good_until_ = std::min(good_until_, rates_[place].at + sources_[place].age_ns_max);
  }
}
}  // namespace sq::risk
