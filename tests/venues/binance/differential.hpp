// Runs scanner and parser on the same message and compares what they make of it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

#include "venues/binance/market_data.hpp"

namespace sq::test {
inline constexpr binance::SymbolEntry kBinanceSymbols[] = {
    {Symbol{"BTCUSDT"}, InstrumentId{0}},
    {Symbol{"ETHUSDT"}, InstrumentId{1}},
    {Symbol{"BTCUSD_PERP"}, InstrumentId{2}},
    {Symbol{"BNBBTC"}, InstrumentId{3}},
};

class Differential {
 public:
  enum class Verdict : unsigned char {
    Same,      // the scanner read it, and the parser to the same bytes
    Declined,  // the scanner left it to the parser
    Different  // a defect
  };

  explicit Differential(DepthChain chain)
      : table_{kBinanceSymbols},
        scanner_{chain, table_},
        parser_{chain, table_, 1U << 20},
        scanned_{std::make_unique<std::byte[]>(kBytes)},
        parsed_{std::make_unique<std::byte[]>(kBytes)} {}

  // `behind`: what lies in the padding; it must not matter.
  [[nodiscard]] Verdict run(std::string_view message, std::string_view behind = {}) {
    // Exactly the padding that is promised, so that a sanitizer sees any byte read too far.
    const auto bytes = std::make_unique<char[]>(message.size() + binance::kMessagePadding);
    std::copy(message.begin(), message.end(), bytes.get());
    behind = behind.substr(0, binance::kMessagePadding);
    std::copy(behind.begin(), behind.end(), bytes.get() + message.size());
    const std::string_view text{bytes.get(), message.size()};
    const WallTime received{1'700'000'000'000'000'001};
    std::memset(scanned_.get(), 0x5A, kBytes);
    std::memset(parsed_.get(), 0xA5, kBytes);
    const binance::ScannedKind kind = scanner_.scan(text, received, {scanned_.get(), kBytes});
    outcome_ = parser_.parse(text, received, InstrumentId{7}, {parsed_.get(), kBytes});
    if (kind == binance::ScannedKind::Declined) return Verdict::Declined;
    if (outcome_.result != binance::DecodeResult::Decoded) return Verdict::Different;
    const auto length = reinterpret_cast<const RecordHeader*>(parsed_.get())->length;
    return std::memcmp(scanned_.get(), parsed_.get(), length) == 0 ? Verdict::Same
                                                                   : Verdict::Different;
  }
  // Of the parser, in the last run.
  [[nodiscard]] binance::DecodeResult parsed() const noexcept { return outcome_.result; }

 private:
  static constexpr std::size_t kBytes = 1U << 14;  // about a thousand levels

  binance::SymbolTable table_;
  binance::Scanner scanner_;
  binance::Parser parser_;
  std::unique_ptr<std::byte[]> scanned_;
  std::unique_ptr<std::byte[]> parsed_;
  binance::ParseOutcome outcome_{};
};
}  // namespace sq::test
