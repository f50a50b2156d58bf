#include "venues/binance/order_text.hpp"

#include <charconv>
#include <cstring>

#include "engine/types/decimal.hpp"

namespace sq::binance {
namespace {
class TextWriter {
 public:
  explicit TextWriter(std::span<char> out) noexcept : out_{out} {}
  TextWriter& put(std::string_view text) noexcept {
    if (used_ + text.size() > out_.size()) {
      full_ = true;
      return *this;
    }
    std::memcpy(out_.data() + used_, text.data(), text.size());
    used_ += text.size();
    return *this;
  }
  TextWriter& decimal(std::int64_t raw, int decimals) noexcept {
    char text[kDecimalTextMax];
    return put({text, static_cast<std::size_t>(write_decimal(text, Int128{raw}, decimals) - text)});
  }
  TextWriter& number(std::int64_t value) noexcept {
    char text[24];
    const char* const end = std::to_chars(text, text + sizeof text, value).ptr;
    return put({text, static_cast<std::size_t>(end - text)});
  }
  [[nodiscard]] std::optional<std::string_view> text() const noexcept {
    if (full_) return std::nullopt;
    return std::string_view{out_.data(), used_};
  }

 private:
  std::span<char> out_;
  std::size_t used_{0};
  bool full_{false};
};

// Type and time in force as each venue says them: spot knows post-only as a type of its own.
std::string_view type_and_tif(const OrderRequest& order, bool spot) noexcept {
  if (order.type == OrderType::Market) return "\"type\":\"MARKET\"";
  switch (order.tif) {
    case TimeInForce::GoodTillCancel: return "\"type\":\"LIMIT\",\"timeInForce\":\"GTC\"";
    case TimeInForce::ImmediateOrCancel: return "\"type\":\"LIMIT\",\"timeInForce\":\"IOC\"";
    case TimeInForce::FillOrKill: return "\"type\":\"LIMIT\",\"timeInForce\":\"FOK\"";
    case TimeInForce::PostOnly:
      return spot ? "\"type\":\"LIMIT_MAKER\"" : "\"type\":\"LIMIT\",\"timeInForce\":\"GTX\"";
  }
  return "";
}
}  // namespace

std::optional<std::string_view> write_place(const risk::Approved& approved, const Instrument& instrument,
                                            std::string_view wire_id, WallTime now,
                                            std::span<char> out) noexcept {
  if (approved.record().kind != RecordKind::OrderSent) return std::nullopt;
  const auto& order = approved.payload<OrderRequest>();
  const bool spot = instrument.venue == VenueId::BinanceSpot;
  if (order.qty <= Qty{} || wire_id.empty() || wire_id.size() > 36) return std::nullopt;
  if (order.reduce_only != 0 && spot) return std::nullopt;  // spot has no such flag
  TextWriter text{out};
  text.put("{\"id\":\"").put(wire_id).put("\",\"method\":\"order.place\",\"params\":{\"symbol\":\"");
  text.put(instrument.symbol.view());
  text.put(order.side == Side::Buy ? "\",\"side\":\"BUY\"," : "\",\"side\":\"SELL\",");
  text.put(type_and_tif(order, spot));
  if (order.type != OrderType::Market)
    text.put(",\"price\":\"").decimal(order.limit.raw(), Price::kDecimals).put("\"");
  text.put(",\"quantity\":\"").decimal(order.qty.raw(), Qty::kDecimals);
  if (order.reduce_only != 0) text.put("\",\"reduceOnly\":\"true");
  text.put("\",\"newClientOrderId\":\"").put(wire_id);
  text.put("\",\"timestamp\":").number(now.ns / kNsPerMs).put("}}");
  return text.text();
}

std::optional<std::string_view> write_cancel(const Instrument& instrument, std::string_view wire_id,
                                             WallTime now, std::span<char> out) noexcept {
  if (wire_id.empty() || wire_id.size() > 36) return std::nullopt;
  TextWriter text{out};
  text.put("{\"id\":\"c").put(wire_id).put("\",\"method\":\"order.cancel\",\"params\":{\"symbol\":\"");
  text.put(instrument.symbol.view()).put("\",\"origClientOrderId\":\"").put(wire_id);
  text.put("\",\"timestamp\":").number(now.ns / kNsPerMs).put("}}");
  return text.text();
}
}  // namespace sq::binance
