#include "venues/binance/market_data.hpp"

#include <algorithm>
#include <stdexcept>

namespace sq::binance {
namespace {
DepthChain chain_of(VenueId venue) {
  switch (venue) {
    case VenueId::BinanceSpot:
      return DepthChain::Contiguous;
    case VenueId::BinanceUsdm:
      return DepthChain::Linked;
    case VenueId::None:
    case VenueId::Kite:
    case VenueId::Simulated:
      break;
  }
  throw std::invalid_argument("binance: the decoder reads BinanceSpot and BinanceUsdm only");
}
}  // namespace

MarketDataDecoder::MarketDataDecoder(const DecoderSettings& settings)
    : symbols_{std::make_unique<const SymbolTable>(settings.symbols)},
      scanner_{chain_of(settings.venue), *symbols_},
      parser_{chain_of(settings.venue), *symbols_, settings.message_bytes_max},
      message_bytes_max_{settings.message_bytes_max},
      padded_{std::make_unique<char[]>(settings.message_bytes_max + kMessagePadding)} {}

DecodeResult MarketDataDecoder::decode(std::string_view message, WallTime received,
                                       InstrumentId snapshot_of,
                                       std::span<std::byte> out) noexcept {
  SQ_VERIFY_CHECK(reinterpret_cast<std::uintptr_t>(out.data()) % kRecordAlignment == 0);
  switch (scanner_.scan(message, received, out)) {
    case ScannedKind::Depth:
      ++counts_.depth_updates;
      break;
    case ScannedKind::Trade:
      ++counts_.trades;
      break;
    case ScannedKind::AggregateTrade:
      ++counts_.aggregate_trades;
      break;
    case ScannedKind::TopOfBook:
      ++counts_.tops;
      break;
    case ScannedKind::Declined:
      return parse(message, received, snapshot_of, out);
  }
  ++counts_.scanned;
  return DecodeResult::Decoded;
}

DecodeResult MarketDataDecoder::decode_unpadded(std::string_view message, WallTime received,
                                                InstrumentId snapshot_of,
                                                std::span<std::byte> out) noexcept {
  if (message.size() > message_bytes_max_) {
    ++counts_.too_large;
    return DecodeResult::TooLarge;
  }
  std::copy(message.begin(), message.end(), padded_.get());
  return decode({padded_.get(), message.size()}, received, snapshot_of, out);
}

DecodeResult MarketDataDecoder::parse(std::string_view message, WallTime received,
                                      InstrumentId snapshot_of, std::span<std::byte> out) noexcept {
  const ParseOutcome outcome = parser_.parse(message, received, snapshot_of, out);
  switch (outcome.result) {
    case DecodeResult::Decoded: {
      const auto& header = *reinterpret_cast<const RecordHeader*>(out.data());
      if (header.kind == RecordKind::DepthUpdate) ++counts_.depth_updates;
      if (header.kind == RecordKind::DepthSnapshot) ++counts_.snapshots;
      if (header.kind == RecordKind::TopOfBook) ++counts_.tops;
      if (header.kind == RecordKind::MarkPrice) ++counts_.mark_prices;
      if (header.kind == RecordKind::TradePrint)
        ++(payload_of<TradePrint>(header).aggregate != 0 ? counts_.aggregate_trades
                                                         : counts_.trades);
      break;
    }
    case DecodeResult::Ignored:
      count_ignored(outcome.ignored);
      break;
    case DecodeResult::UnknownSymbol:
      ++counts_.unknown_symbol;
      break;
    case DecodeResult::Malformed:
      ++counts_.malformed;
      break;
    case DecodeResult::TooLarge:
      ++counts_.too_large;
      break;
  }
  return outcome.result;
}

void MarketDataDecoder::count_ignored(const FixedText<24>& kind) noexcept {
  ++counts_.ignored;
  last_ignored_ = kind;
  for (std::size_t i = 0; i + 1 < counts_.ignored_kinds.size(); ++i) {
    DecodeCounts::Kind& entry = counts_.ignored_kinds[i];
    if (entry.count == 0) entry.name = kind;
    if (entry.name == kind) {
      ++entry.count;
      return;
    }
  }
  DecodeCounts::Kind& other = counts_.ignored_kinds.back();
  other.name = FixedText<24>{"other"};
  ++other.count;
}
}  // namespace sq::binance
