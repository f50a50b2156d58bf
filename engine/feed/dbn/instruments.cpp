#include "engine/feed/dbn/instruments.hpp"

#include <charconv>
#include <chrono>
#include <numeric>
#include <optional>
#include <stdexcept>

namespace sq::feed::dbn {
namespace {
constexpr std::uint32_t kIdMax = 1U << 20;
constexpr Qty kOne = Qty::from_raw(Qty::kScale);

std::optional<std::uint32_t> number_in(const std::string& text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Midnight UTC of YYYYMMDD; `otherwise` when that is no day.
std::uint64_t time_of_date(std::uint32_t date, std::uint64_t otherwise) {
  const std::chrono::year_month_day day{std::chrono::year{static_cast<int>(date / 10'000)},
                                        std::chrono::month{date / 100 % 100},
                                        std::chrono::day{date % 100}};
  if (!day.ok() || date / 10'000 < 1970 || date / 10'000 > 2261) return otherwise;
  const std::int64_t days = std::chrono::sys_days{day}.time_since_epoch().count();
  return static_cast<std::uint64_t>(days * kNsPerDay);
}
}  // namespace

Instruments::Instruments(const Metadata& metadata,
                         const std::vector<std::pair<std::string, InstrumentId>>& wanted)
    : all_{wanted.empty()} {
  for (const auto& [name, id] : wanted) {
    if (index_of(id) >= kIdMax)
      throw std::invalid_argument{"instrument id " + std::to_string(index_of(id)) + " for " + name +
                                  ", expected less than " + std::to_string(kIdMax)};
    if (symbols_.size() <= index_of(id)) symbols_.resize(index_of(id) + 1);
    symbols_[index_of(id)] = {.name = name, .tick = {}, .lot = kOne};
    wanted_.emplace(name, id);
  }
  const bool number_is_asked = metadata.symbols_in == SymbolKind::InstrumentId;
  for (const SymbolMapping& mapping : metadata.mappings) {
    for (const MappedInterval& interval : mapping.intervals) {
      const auto number = number_in(number_is_asked ? mapping.raw_symbol : interval.symbol);
      if (!number) continue;
      names_[*number].push_back({time_of_date(interval.start, 0),
                                 time_of_date(interval.end, UINT64_MAX),
                                 number_is_asked ? interval.symbol : mapping.raw_symbol});
    }
  }
}

void Instruments::resolve(Listing& listing, std::uint16_t publisher, std::uint32_t number,
                          std::uint64_t time) {
  std::string symbol = std::to_string(number);
  listing.name_from = 0;
  listing.name_until = UINT64_MAX;
  if (const auto names = names_.find(number); names != names_.end()) {
    for (const Name& name : names->second) {
      if (time >= name.until) {
        listing.name_from = std::max(listing.name_from, name.until);
      } else if (time < name.from) {
        listing.name_until = std::min(listing.name_until, name.from);
      } else {
        listing.name_from = name.from;
        listing.name_until = name.until;
        symbol = name.symbol;
        break;
      }
    }
  }
  if (time == UINT64_MAX) listing.name_from = 0;  // no time: any day
  const InstrumentId id = id_of(symbol, publisher, number);
  if (id == listing.id) return;
  listing.id = id;
  listing.levels = {};
  listing.price_step = 0;
  listing.step_defined = false;
}

InstrumentId Instruments::id_of(const std::string& symbol, std::uint16_t publisher,
                                std::uint32_t number) {
  if (!all_) {
    const auto found = wanted_.find(symbol);
    return found == wanted_.end() ? kNoInstrument : found->second;
  }
  const std::uint64_t key = std::uint64_t{publisher} << 32U | number;
  std::string name = symbol;
  if (const std::uint64_t owner = owners_.try_emplace(name, key).first->second; owner != key) {
    name += owner >> 32U != publisher ? "." + std::to_string(publisher) : "";
    name += static_cast<std::uint32_t>(owner) != number ? "#" + std::to_string(number) : "";
  }
  const auto next = InstrumentId{static_cast<std::uint32_t>(symbols_.size())};
  const auto [place, added] = ids_.try_emplace(name, next);
  if (added) symbols_.push_back({.name = name, .tick = {}, .lot = kOne});
  return place->second;
}

void Instruments::refine(Listing& listing, std::int64_t price) {
  if (price == 0 || price == INT64_MIN) return;
  listing.price_step = std::gcd(listing.price_step, price);
  if (listing.id != kNoInstrument)
    symbols_[index_of(listing.id)].tick = Price::from_raw(listing.price_step);
}

void Instruments::define_step(Listing& listing, std::int64_t step) {
  listing.price_step = step;
  listing.step_defined = true;
  if (listing.id != kNoInstrument) symbols_[index_of(listing.id)].tick = Price::from_raw(step);
}

void Instruments::rename(std::uint32_t number, std::string name) {
  names_[number] = {Name{0, UINT64_MAX, std::move(name)}};
  for (auto& [key, listing] : listings_) {
    if (static_cast<std::uint32_t>(key) != number) continue;
    listing.name_from = 1;  // no time is inside: found anew with the next record
    listing.name_until = 0;
  }
}
}  // namespace sq::feed::dbn
