#include "venues/binance/order_text.hpp"

#include <charconv>
#include <cstring>

#include "engine/types/decimal.hpp"
#include "venues/binance/order_status.hpp"

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

// "name":"value",...
class JsonFields {
 public:
  explicit JsonFields(TextWriter& text) noexcept : text_{text} {}
  void word(std::string_view name, std::string_view value) noexcept {
    begin(name);
    text_.put("\"").put(value).put("\"");
  }
  void decimal(std::string_view name, std::int64_t raw, int decimals) noexcept {
    begin(name);
    text_.put("\"").decimal(raw, decimals).put("\"");
  }
  void number(std::string_view name, std::int64_t value) noexcept {
    begin(name);
    text_.number(value);
  }

 private:
  void begin(std::string_view name) noexcept {
    text_.put(first_ ? "\"" : ",\"").put(name).put("\":");
    first_ = false;
  }
  TextWriter& text_;
  bool first_{true};
};
// name=value&...
class QueryFields {
 public:
  explicit QueryFields(TextWriter& text) noexcept : text_{text} {}
  void word(std::string_view name, std::string_view value) noexcept {
    begin(name);
    text_.put(value);
  }
  void decimal(std::string_view name, std::int64_t raw, int decimals) noexcept {
    begin(name);
    text_.decimal(raw, decimals);
  }
  void number(std::string_view name, std::int64_t value) noexcept {
    begin(name);
    text_.number(value);
  }

 private:
  void begin(std::string_view name) noexcept {
    if (!first_) text_.put("&");
    text_.put(name).put("=");
    first_ = false;
  }
  TextWriter& text_;
  bool first_{true};
};

std::string_view time_in_force(TimeInForce tif, bool spot) noexcept {
  switch (tif) {
    case TimeInForce::GoodTillDate:  // the engine cancels: spot has none, USD-M none below 600 s
    case TimeInForce::Day:
    case TimeInForce::GoodTillCancel:
      return "GTC";
    case TimeInForce::ImmediateOrCancel:
      return "IOC";
    case TimeInForce::FillOrKill:
      return "FOK";
    case TimeInForce::PostOnly:
      return spot ? "" : "GTX";  // spot knows post-only as a type of its own
  }
  return "";
}

bool sayable(std::string_view wire_id) noexcept { return !wire_id.empty() && wire_id.size() <= 36; }
bool sayable(const OrderName& name) noexcept {
  return name.wire_id.empty() ? name.venue_order_id != 0 : sayable(name.wire_id);
}
bool sayable(const risk::Approved& approved, const Instrument& instrument,
             std::string_view wire_id) noexcept {
  if (approved.record().kind != RecordKind::OrderSent) return false;
  const auto& order = approved.payload<OrderRequest>();
  if (order.qty <= Qty{} || !sayable(wire_id)) return false;
  const bool spot = instrument.venue == VenueId::BinanceSpot;
  if (order.self_trade == SelfTrade::Decrement && !spot) return false;
  return order.reduce_only == 0 || !spot;
}

// All parameters of a request, once for each way to write them, in the order of their names.
struct PlaceFields {
  const OrderRequest& order;
  const Instrument& instrument;
  std::string_view wire_id;

  template <class Fields>
  void before_stamp(Fields& fields) const noexcept {
    fields.word("newClientOrderId", wire_id);
    fields.word("newOrderRespType", "ACK");  // the rest comes by the user data stream
    if (order.type == OrderType::Limit)
      fields.decimal("price", order.limit.raw(), Price::kDecimals);
    fields.decimal("quantity", order.qty.raw(), Qty::kDecimals);
  }
  template <class Fields>
  void after_window(Fields& fields) const noexcept {
    const bool spot = instrument.venue == VenueId::BinanceSpot;
    if (order.reduce_only != 0) fields.word("reduceOnly", "true");
    if (order.self_trade != SelfTrade::None)
      fields.word("selfTradePreventionMode", self_trade_word(order.self_trade));
    fields.word("side", order.side == Side::Buy ? "BUY" : "SELL");
    fields.word("symbol", instrument.symbol.view());
    const bool limit = order.type == OrderType::Limit;
    const std::string_view tif = time_in_force(order.tif, spot);
    if (limit && !tif.empty()) fields.word("timeInForce", tif);
  }
  template <class Fields>
  void after_stamp(Fields& fields) const noexcept {
    const bool maker =
        order.tif == TimeInForce::PostOnly && instrument.venue == VenueId::BinanceSpot;
    fields.word("type", order.type == OrderType::Market ? "MARKET"
                        : maker                         ? "LIMIT_MAKER"
                                                        : "LIMIT");
  }
};
struct CancelFields {
  const Instrument& instrument;
  const OrderName& name;

  template <class Fields>
  void before_stamp(Fields& fields) const noexcept {
    if (name.wire_id.empty()) {
      fields.number("orderId", static_cast<std::int64_t>(name.venue_order_id));
    } else {
      fields.word("origClientOrderId", name.wire_id);
    }
  }
  template <class Fields>
  void after_window(Fields& fields) const noexcept {
    fields.word("symbol", instrument.symbol.view());
  }
  template <class Fields>
  void after_stamp(Fields&) const noexcept {}
};
struct CancelAllFields {
  const Instrument& instrument;

  template <class Fields>
  void before_stamp(Fields&) const noexcept {}
  template <class Fields>
  void after_window(Fields& fields) const noexcept {
    fields.word("symbol", instrument.symbol.view());
  }
  template <class Fields>
  void after_stamp(Fields&) const noexcept {}
};
// USD-M: all of the new terms.
struct ModifyFields {
  const AmendRequest& amend;
  const Instrument& instrument;
  std::string_view wire_id;

  template <class Fields>
  void before_stamp(Fields& fields) const noexcept {
    fields.word("origClientOrderId", wire_id);
    fields.decimal("price", amend.limit.raw(), Price::kDecimals);
    fields.decimal("quantity", amend.qty.raw(), Qty::kDecimals);
  }
  template <class Fields>
  void after_window(Fields& fields) const noexcept {
    fields.word("side", amend.side == Side::Buy ? "BUY" : "SELL");
    fields.word("symbol", instrument.symbol.view());
  }
  template <class Fields>
  void after_stamp(Fields&) const noexcept {}
};
// Spot: less quantity, in its place.
struct KeepPriorityFields {
  const AmendRequest& amend;
  const Instrument& instrument;
  std::string_view wire_id;

  template <class Fields>
  void before_stamp(Fields& fields) const noexcept {
    fields.word("newClientOrderId", wire_id);
    fields.decimal("newQty", amend.qty.raw(), Qty::kDecimals);
    fields.word("origClientOrderId", wire_id);
  }
  template <class Fields>
  void after_window(Fields& fields) const noexcept {
    fields.word("symbol", instrument.symbol.view());
  }
  template <class Fields>
  void after_stamp(Fields&) const noexcept {}
};
// Spot: another order in its stead, placed only when the old one is gone.
struct CancelReplaceFields {
  const AmendRequest& amend;
  const Instrument& instrument;
  std::string_view wire_id;
  TimeInForce tif;
  SelfTrade self_trade;

  template <class Fields>
  void before_stamp(Fields& fields) const noexcept {
    fields.word("cancelOrigClientOrderId", wire_id);
    fields.word("cancelReplaceMode", "STOP_ON_FAILURE");
    fields.word("newClientOrderId", wire_id);
    fields.word("newOrderRespType", "ACK");
    fields.decimal("price", amend.limit.raw(), Price::kDecimals);
    fields.decimal("quantity", (amend.qty - amend.filled).raw(), Qty::kDecimals);
  }
  template <class Fields>
  void after_window(Fields& fields) const noexcept {
    if (self_trade != SelfTrade::None)
      fields.word("selfTradePreventionMode", self_trade_word(self_trade));
    fields.word("side", amend.side == Side::Buy ? "BUY" : "SELL");
    fields.word("symbol", instrument.symbol.view());
    if (tif != TimeInForce::PostOnly) fields.word("timeInForce", time_in_force(tif, true));
  }
  template <class Fields>
  void after_stamp(Fields& fields) const noexcept {
    fields.word("type", tif == TimeInForce::PostOnly ? "LIMIT_MAKER" : "LIMIT");
  }
};
struct NoFields {
  template <class Fields>
  void before_stamp(Fields&) const noexcept {}
  template <class Fields>
  void after_window(Fields&) const noexcept {}
  template <class Fields>
  void after_stamp(Fields&) const noexcept {}
};

template <class Request, class Fields>
void write_fields(const Request& request, const RequestStamp& stamp, Fields& fields) noexcept {
  if (!stamp.api_key.empty()) fields.word("apiKey", stamp.api_key);
  request.before_stamp(fields);
  if (stamp.recv_window_ms != 0) fields.number("recvWindow", stamp.recv_window_ms);
  request.after_window(fields);
  fields.number("timestamp", stamp.now.ns / kNsPerMs);
  request.after_stamp(fields);
}

template <class Request>
std::optional<std::string_view> write_frame(std::string_view method, const Request& request,
                                            std::uint64_t number, const RequestStamp& stamp,
                                            std::span<char> out) noexcept {
  TextWriter text{out};
  text.put("{\"id\":").number(static_cast<std::int64_t>(number));
  text.put(",\"method\":\"").put(method).put("\",\"params\":{");
  JsonFields fields{text};
  write_fields(request, stamp, fields);
  if (stamp.signer != nullptr) {
    char signed_text[kOrderTextMax];
    TextWriter payload{signed_text};
    QueryFields query{payload};
    write_fields(request, stamp, query);
    const auto whole = payload.text();
    if (!whole) return std::nullopt;
    const auth::Signature signature = stamp.signer->sign(*whole);
    if (signature.empty()) return std::nullopt;
    fields.word("signature", signature.view());
  }
  text.put("}}");
  return text.text();
}

template <class Request>
std::optional<std::string_view> write_query(const Request& request, std::span<char> out) noexcept {
  TextWriter text{out};
  QueryFields fields{text};
  request.before_stamp(fields);
  request.after_window(fields);
  request.after_stamp(fields);
  return text.text();
}
}  // namespace

std::optional<std::string_view> write_place(const risk::Approved& approved,
                                            const Instrument& instrument, std::string_view wire_id,
                                            std::uint64_t request, const RequestStamp& stamp,
                                            std::span<char> out) noexcept {
  if (!sayable(approved, instrument, wire_id)) return std::nullopt;
  const PlaceFields fields{approved.payload<OrderRequest>(), instrument, wire_id};
  return write_frame("order.place", fields, request, stamp, out);
}
std::optional<std::string_view> write_cancel(const Instrument& instrument, const OrderName& name,
                                             std::uint64_t request, const RequestStamp& stamp,
                                             std::span<char> out) noexcept {
  if (!sayable(name)) return std::nullopt;
  return write_frame("order.cancel", CancelFields{instrument, name}, request, stamp, out);
}
std::optional<std::string_view> write_cancel_all(const Instrument& instrument,
                                                 std::uint64_t request, const RequestStamp& stamp,
                                                 std::span<char> out) noexcept {
  if (instrument.venue != VenueId::BinanceSpot) return std::nullopt;
  return write_frame("openOrders.cancelAll", CancelAllFields{instrument}, request, stamp, out);
}
std::optional<std::string_view> write_amend(const risk::Approved& approved,
                                            const Instrument& instrument, std::string_view wire_id,
                                            TimeInForce tif, SelfTrade self_trade,
                                            std::uint64_t request, const RequestStamp& stamp,
                                            std::span<char> out) noexcept {
  if (approved.record().kind != RecordKind::AmendSent || !sayable(wire_id)) return std::nullopt;
  const auto& amend = approved.payload<AmendRequest>();
  if (amend.qty <= amend.filled || amend.limit <= Price{}) return std::nullopt;
  if (instrument.venue != VenueId::BinanceSpot) {
    if (amend.style != AmendStyle::InPlace) return std::nullopt;
    return write_frame("order.modify", ModifyFields{amend, instrument, wire_id}, request, stamp,
                       out);
  }
  if (amend.style == AmendStyle::InPlace)
    return write_frame("order.amend.keepPriority", KeepPriorityFields{amend, instrument, wire_id},
                       request, stamp, out);
  return write_frame("order.cancelReplace",
                     CancelReplaceFields{amend, instrument, wire_id, tif, self_trade}, request,
                     stamp, out);
}
std::optional<std::string_view> write_session(std::string_view method, std::uint64_t request,
                                              const RequestStamp& stamp,
                                              std::span<char> out) noexcept {
  return write_frame(method, NoFields{}, request, stamp, out);
}

std::optional<std::string_view> query_place(const risk::Approved& approved,
                                            const Instrument& instrument, std::string_view wire_id,
                                            std::span<char> out) noexcept {
  if (!sayable(approved, instrument, wire_id)) return std::nullopt;
  return write_query(PlaceFields{approved.payload<OrderRequest>(), instrument, wire_id}, out);
}
std::optional<std::string_view> query_cancel(const Instrument& instrument, const OrderName& name,
                                             std::span<char> out) noexcept {
  if (!sayable(name)) return std::nullopt;
  return write_query(CancelFields{instrument, name}, out);
}
}  // namespace sq::binance
