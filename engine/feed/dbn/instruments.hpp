// The instruments of a DBN stream. A book belongs to a publisher and an instrument number; the
// symbol is that of the metadata for the day (or of a mapping record of a live stream, or of the
// definition), the number as text where there is none. A symbol that two publishers or numbers have
// is told apart by ".<publisher>" or "#<number>"; asked for by name, all of them get the same id.
// Tick: of the definition, else the greatest common divisor of the prices so far. Lot: 1, sizes are
// whole numbers.
// Thread: one. Cost: find() is a comparison when the instrument is that of the record before, else
// a hash look-up. Errors: std::invalid_argument for an id out of range.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/feed/dbn/levels.hpp"
#include "engine/feed/dbn/metadata.hpp"
#include "engine/feed/market_file.hpp"

namespace sq::feed::dbn {
struct Listing {
  InstrumentId id{kNoInstrument};  // not one of those asked for
  std::uint64_t name_until{0};     // UTC ns: then the number may stand for another symbol
  std::uint64_t name_from{0};
  std::int64_t price_step{0};
  bool step_defined{false};
  bool in_snapshot{false};    // the last record had the flag
  bool suspect{false};        // the venue's gap: until the next clear
  TenLevels levels;           // MBP-10: what the consumer has
  std::int64_t bid_price{0};  // MBO of quotes
  std::int64_t ask_price{0};
  std::uint32_t bid_size{0};
  std::uint32_t ask_size{0};
};

class Instruments {
 public:
  Instruments(const Metadata& metadata,
              const std::vector<std::pair<std::string, InstrumentId>>& wanted);

  // `time`: the record's index time; picks the day of the mapping.
  [[nodiscard]] Listing& find(std::uint16_t publisher, std::uint32_t number, std::uint64_t time) {
    const std::uint64_t key = std::uint64_t{publisher} << 32U | number;
    if (last_ == nullptr || key != last_key_) {
      last_key_ = key;
      last_ = &listings_[key];
    }
    if (time < last_->name_from || time >= last_->name_until)
      resolve(*last_, publisher, number, time);
    return *last_;
  }
  void saw_price(Listing& listing, std::int64_t price) {
    if (listing.price_step == 0 || (price % listing.price_step != 0 && !listing.step_defined))
      refine(listing, price);
  }
  void define_step(Listing& listing, std::int64_t step);
  // From a live stream or a definition, from now on.
  void rename(std::uint32_t number, std::string name);
  [[nodiscard]] bool named(std::uint32_t number) const { return names_.contains(number); }
  [[nodiscard]] std::span<const FileSymbol> symbols() const noexcept { return symbols_; }

 private:
  struct Name {
    std::uint64_t from{0};
    std::uint64_t until{UINT64_MAX};
    std::string symbol;
  };
  void resolve(Listing& listing, std::uint16_t publisher, std::uint32_t number, std::uint64_t time);
  [[nodiscard]] InstrumentId id_of(const std::string& symbol, std::uint16_t publisher,
                                   std::uint32_t number);
  void refine(Listing& listing, std::int64_t price);

  bool all_{true};
  std::unordered_map<std::string, InstrumentId> wanted_;
  std::unordered_map<std::uint32_t, std::vector<Name>> names_;
  std::unordered_map<std::uint64_t, Listing> listings_;    // by publisher and number; stable places
  std::unordered_map<std::string, std::uint64_t> owners_;  // key of listings_ by name
  std::unordered_map<std::string, InstrumentId> ids_;      // by full name
  std::uint64_t last_key_{0};
  Listing* last_{nullptr};
  std::vector<FileSymbol> symbols_;
};
}  // namespace sq::feed::dbn
