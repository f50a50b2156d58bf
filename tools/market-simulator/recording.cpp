#include "tools/market-simulator/recording.hpp"

#include <simdjson.h>

#include <numeric>
#include <stdexcept>
#include <string>

#include "engine/feed/raw_recording.hpp"
#include "engine/types/decimal.hpp"

namespace sq::marketsim {
namespace {
using simdjson::ondemand::value;

std::int64_t decimal(value field) {
  const std::string_view text = field.get_string();
  const auto parsed = parse_decimal(text, 8);
  if (!parsed) throw std::runtime_error("not a decimal: " + std::string{text});
  return *parsed;
}

class Reader {
 public:
  explicit Reader(Recording& recording) : recording_{recording} {}

  void line(const feed::RawLine& line) {
    static_assert(feed::kRawPadding >= simdjson::SIMDJSON_PADDING);
    const std::int64_t local_ns = line.received.ns;
    const simdjson::padded_string_view json{line.json, line.json.size() + feed::kRawPadding};
    simdjson::ondemand::document document = parser_.iterate(json);
    simdjson::ondemand::object message = document.get_object();
    simdjson::ondemand::value stream_value;
    if (message.find_field_unordered("stream").get(stream_value) != simdjson::SUCCESS)
      return;  // REST snapshot
    const std::string stream{std::string_view{stream_value.get_string()}};
    simdjson::ondemand::object data = message.find_field_unordered("data").get_object();
    if (stream.find("@bookTicker") != std::string::npos) return ticker(local_ns, data);
    if (stream.find("@trade") != std::string::npos) return trade(local_ns, data);
    if (stream.find("@depth") != std::string::npos) return depth(local_ns, data);
  }

 private:
  void ticker(std::int64_t local_ns, simdjson::ondemand::object data) {
    TickerRow row{.local_ns = local_ns};
    row.update_id = data["u"].get_uint64();
    row.bid = decimal(data["b"].value());
    row.bid_qty = decimal(data["B"].value());
    row.ask = decimal(data["a"].value());
    row.ask_qty = decimal(data["A"].value());
    std::int64_t event_ms = 0;
    if (data["E"].get(event_ms) == simdjson::SUCCESS) row.event_ms = event_ms;
    if (recording_.symbol.empty()) {
      recording_.symbol = row.event_ms == 0 ? "spot:" : "usdm:";
      recording_.symbol += std::string_view{data["s"].get_string()};
    }
    recording_.tick = std::gcd(recording_.tick, std::gcd(row.bid, row.ask));
    bid_ = row.bid;
    ask_ = row.ask;
    recording_.tickers.push_back(row);
  }

  void trade(std::int64_t local_ns, simdjson::ondemand::object data) {
    TradeRow row{.local_ns = local_ns};
    row.event_ms = data["E"].get_int64();
    row.transaction_ms = data["T"].get_int64();
    row.price = decimal(data["p"].value());
    row.qty = decimal(data["q"].value());
    row.buyer_is_maker = data["m"].get_bool();
    recording_.trades.push_back(row);
  }

  void depth(std::int64_t local_ns, simdjson::ondemand::object data) {
    DepthRow row{.local_ns = local_ns};
    row.event_ms = data["E"].get_int64();
    row.first_id = data["U"].get_uint64();
    row.last_id = data["u"].get_uint64();
    row.levels += levels(data["b"].get_array(), true);
    row.levels += levels(data["a"].get_array(), false);
    recording_.depths.push_back(row);
  }

  std::uint32_t levels(simdjson::ondemand::array all, bool bids) {
    std::uint32_t count = 0;
    for (auto element : all) {
      std::array<std::int64_t, 2> pair{};
      std::size_t i = 0;
      for (auto field : element.get_array()) pair.at(i++) = decimal(field.value());
      ++count;
      if (bid_ == 0) continue;
      recording_.changes.push_back({bids ? bid_ - pair[0] : pair[0] - ask_, pair[1] == 0});
    }
    return count;
  }

  Recording& recording_;
  simdjson::ondemand::parser parser_;
  std::int64_t bid_{0};
  std::int64_t ask_{0};
};
}  // namespace

Recording read_recording(const std::filesystem::path& path) {
  Recording recording;
  recording.path = path;
  feed::RawRecording lines{{path}};
  Reader reader{recording};
  feed::RawLine line;
  for (;;) {
    const auto read = lines.next(line);
    if (read == feed::RawRecording::Read::End) break;
    if (read == feed::RawRecording::Read::Failed) throw std::runtime_error(lines.failure()->text());
    try {
      reader.line(line);
    } catch (const std::exception& error) {
      throw std::runtime_error(path.string() + ":" + std::to_string(lines.line()) + ": " +
                               error.what());
    }
  }
  if (recording.tickers.size() < 2 || recording.trades.size() < 2 || recording.depths.size() < 2) {
    throw std::runtime_error(path.string() + ": expected bookTicker, trade and depth messages");
  }
  return recording;
}
}  // namespace sq::marketsim
