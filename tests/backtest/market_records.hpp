// Makes market data and request records for tests.
#pragma once

#include <cstring>
#include <vector>

#include "engine/messaging/market_data.hpp"
#include "engine/messaging/orders.hpp"

namespace sq::test {
// A record with the bytes it owns.
struct OwnedRecord {
  std::vector<std::uint64_t> words;
  [[nodiscard]] RecordHeader& header() { return *reinterpret_cast<RecordHeader*>(words.data()); }
  [[nodiscard]] const RecordHeader& header() const {
    return *reinterpret_cast<const RecordHeader*>(words.data());
  }
};
inline OwnedRecord own(const RecordHeader& record) {
  OwnedRecord owned{std::vector<std::uint64_t>(record.length / 8)};
  std::memcpy(owned.words.data(), &record, record.length);
  return owned;
}
template <class P>
OwnedRecord own(const Record<P>& record) {
  return own(record.header);
}

inline OwnedRecord depth_record(RecordKind kind, const DepthHeader& ids,
                                const std::vector<Level>& bids, const std::vector<Level>& asks) {
  RecordHeader header;
  header.kind = kind;
  header.instrument = InstrumentId{0};
  header.length = record_length(sizeof(DepthHeader) + sizeof(Level) * (bids.size() + asks.size()));
  DepthHeader depth = ids;
  depth.bid_count = static_cast<std::uint32_t>(bids.size());
  depth.ask_count = static_cast<std::uint32_t>(asks.size());
  OwnedRecord owned{std::vector<std::uint64_t>(header.length / 8)};
  auto* at = reinterpret_cast<std::byte*>(owned.words.data());
  std::memcpy(at, &header, sizeof(header));
  std::memcpy(at += sizeof(header), &depth, sizeof(depth));
  at += sizeof(depth);
  if (!bids.empty()) std::memcpy(at, bids.data(), bids.size() * sizeof(Level));
  at += bids.size() * sizeof(Level);
  if (!asks.empty()) std::memcpy(at, asks.data(), asks.size() * sizeof(Level));
  return owned;
}
template <class P>
OwnedRecord market_record(RecordKind kind, const P& payload) {
  Record<P> record = make_record(kind, payload);
  record.header.instrument = InstrumentId{0};
  return own(record);
}

inline Instrument perpetual(std::uint32_t id = 0) {
  Instrument instrument;
  instrument.id = InstrumentId{id};
  instrument.venue = VenueId::BinanceUsdm;
  instrument.kind = InstrumentKind::LinearPerpetual;
  instrument.symbol = Symbol{"BTCUSDT"};
  instrument.base = *Currency::parse("BTC");
  instrument.quote = instrument.settle = *Currency::parse("USDT");
  instrument.tick = Price::from_raw(Price::kScale / 10);
  instrument.price_min = instrument.tick;
  instrument.price_max = Price::from_units(1'000'000);
  instrument.lot = instrument.qty_min = Qty::from_raw(Qty::kScale / 1'000);
  instrument.qty_max = Qty::from_units(1'000);
  instrument.maker_fee = Ratio::from_raw(200'000);  // 0.02 %
  instrument.taker_fee = Ratio::from_raw(500'000);  // 0.05 %
  return instrument;
}
inline Instrument spot(std::uint32_t id = 0) {
  Instrument instrument = perpetual(id);
  instrument.venue = VenueId::BinanceSpot;
  instrument.kind = InstrumentKind::Spot;
  instrument.maker_fee = instrument.taker_fee = Ratio::from_raw(1'000'000);  // 0.1 %
  return instrument;
}
}  // namespace sq::test
