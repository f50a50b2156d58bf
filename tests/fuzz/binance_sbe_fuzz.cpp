// Any bytes as an SBE frame of the spot streams: they are read, or refused; what is read is whole,
// about an instrument that was asked for, and the same for each part however often it is read.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "venues/binance/sbe_market_data.hpp"

namespace {
using namespace sq;
using namespace sq::binance;
const std::vector<SymbolEntry> kSymbols{{Symbol{"BTCUSDT"}, InstrumentId{3}},
                                        {Symbol{"ETHUSDT"}, InstrumentId{4}}};
constexpr std::uint32_t kPartsMax = 64;  // of a frame, looked at

void check(bool so) {
  if (!so) std::abort();
}
void check_record(const RecordHeader& record) {
  check(record.length >= sizeof(RecordHeader) && record.length % 8 == 0);
  check(record.instrument == InstrumentId{3} || record.instrument == InstrumentId{4});
  check(record.kind == RecordKind::DepthUpdate || record.kind == RecordKind::TopOfBook ||
        record.kind == RecordKind::TradePrint);
  if (record.kind != RecordKind::TradePrint) return;
  const auto& trade = payload_of<TradePrint>(record);
  check(trade.price > Price{} && trade.qty > Qty{});
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static SbeMarketDataDecoder decoder{kSymbols};
  static std::vector<std::uint64_t> room(kRecordBytesMax / 8);
  static std::vector<std::uint64_t> again(kRecordBytesMax / 8);
  const std::vector<std::uint8_t> exact{data, data + size};  // nothing readable behind it
  const std::span<const std::byte> frame{reinterpret_cast<const std::byte*>(exact.data()), size};
  std::uint32_t parts = 1;
  for (std::uint32_t part = 0; part < parts && part < kPartsMax; ++part) {
    const auto result = decoder.decode(frame, WallTime{1'767'225'600'000'000'000}, part,
                                       std::as_writable_bytes(std::span{room}), parts);
    if (result != DecodeResult::Decoded) break;
    check(parts > part);
    const auto& record = *reinterpret_cast<const RecordHeader*>(room.data());
    check_record(record);
    std::uint32_t same_parts = 0;
    check(decoder.decode(frame, WallTime{1'767'225'600'000'000'000}, part,
                         std::as_writable_bytes(std::span{again}), same_parts) == result);
    check(same_parts == parts && std::memcmp(room.data(), again.data(), record.length) == 0);
  }
  return 0;
}
