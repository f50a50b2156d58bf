// The way between the core and one venue: requests and reports in flight, each delayed by its
// latency. One connection keeps its order: nothing overtakes what was sent before it.
// Thread: the simulation's. Cost: a draw and a copy. Grows when more is in flight than ever before.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <limits>

#include "engine/backtest/fifo.hpp"
#include "engine/backtest/latency.hpp"
#include "engine/messaging/orders.hpp"

namespace sq::backtest {
struct RequestInFlight {
  WallTime arrives{};
  Record<OrderRequest> record{};  // room for any request: the order is the longest
};

// A record on its way from a venue to the core: the longest of what exchanges say.
constexpr std::size_t kAnswerBytesMax = 256;
struct AnswerInFlight {
  std::array<std::uint64_t, kAnswerBytesMax / sizeof(std::uint64_t)> words{};
  [[nodiscard]] RecordHeader& header() noexcept {
    return *reinterpret_cast<RecordHeader*>(words.data());
  }
};

class OrderLink {
 public:
  OrderLink(VenueId venue, const settings::Simulation& model, std::uint64_t seed)
      : venue_{venue},
        to_venue_{model, Direction::Order, stream_seed(seed, venue, 0)},
        to_core_{model, Direction::Report, stream_seed(seed, venue, 1)} {}

  void send(const RecordHeader& request, WallTime now) {
    SQ_CHECK(request.length <= sizeof(Record<OrderRequest>));
    RequestInFlight flight;
    flight.arrives = last_request_ = std::max(last_request_, now + to_venue_.draw_ns());
    std::memcpy(static_cast<void*>(&flight.record), &request, request.length);
    requests_.push(flight);
  }
  void report(RecordHeader& record, WallTime at) {
    SQ_CHECK(record.length <= kAnswerBytesMax);
    record.wall = last_report_ = std::max(last_report_, at + to_core_.draw_ns());
    record.mono = MonoTime{record.wall.ns};
    AnswerInFlight flight;
    std::memcpy(flight.words.data(), &record, record.length);
    reports_.push(flight);
  }

  [[nodiscard]] VenueId venue() const noexcept { return venue_; }
  [[nodiscard]] Fifo<RequestInFlight>& requests() noexcept { return requests_; }
  [[nodiscard]] Fifo<AnswerInFlight>& reports() noexcept { return reports_; }

 private:
  static std::uint64_t stream_seed(std::uint64_t seed, VenueId venue, std::uint64_t way) noexcept {
    RandomBits mix{seed + 2 * static_cast<std::uint64_t>(venue) + way};
    return mix.next();
  }
  static constexpr std::size_t kInFlight = 255;

  VenueId venue_;
  Latency to_venue_;
  Latency to_core_;
  WallTime last_request_{std::numeric_limits<std::int64_t>::min()};
  WallTime last_report_{std::numeric_limits<std::int64_t>::min()};
  Fifo<RequestInFlight> requests_{kInFlight};
  Fifo<AnswerInFlight> reports_{kInFlight};
};
}  // namespace sq::backtest
