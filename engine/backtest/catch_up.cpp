#include "engine/backtest/catch_up.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "engine/messaging/breakers.hpp"

namespace sq::backtest {
namespace {
bool is_request(RecordKind kind) noexcept {
  return kind == RecordKind::OrderSent || kind == RecordKind::CancelSent ||
         kind == RecordKind::AmendSent ||
         kind == RecordKind::QuerySent;
}
// Inputs that the application gave the core itself, also the proof that an order did not leave.
bool is_injected(const RecordHeader& record) noexcept {
  if (is_kept_back(record)) return true;
  return !is_decision(record.kind) && !is_market_data(record.kind) && !is_venue_answer(record) &&
         record.kind != RecordKind::TimeTick;
}

std::string name_of(RecordKind kind) {
  switch (kind) {
    case RecordKind::OrderReport:
      return "order report";
    case RecordKind::FundingSettled:
      return "funding";
    case RecordKind::VenueAccount:
      return "venue account";
    case RecordKind::TimeTick:
      return "timer";
    case RecordKind::DepthUpdate:
      return "depth update";
    case RecordKind::DepthSnapshot:
      return "depth snapshot";
    case RecordKind::TradePrint:
      return "trade";
    case RecordKind::TopOfBook:
      return "best price";
    default:
      return "record of kind " + std::to_string(static_cast<unsigned>(kind));
  }
}
std::string describe(const RecordHeader& record) {
  return name_of(record.kind) + " of source " +
         std::to_string(static_cast<unsigned>(record.source)) + " number " +
         std::to_string(record.source_sequence) + " at " + std::to_string(record.mono.ns) + " ns";
}

// The first field that differs; empty: none.
std::string first_difference(const RecordHeader& logged, const RecordHeader& now) {
  const auto differ = [](const char* field, auto a, auto b) {
    return std::string{field} + ": log " + std::to_string(a) + ", now " + std::to_string(b);
  };
  if (logged.kind != now.kind)
    return "kind: log " + name_of(logged.kind) + ", now " + name_of(now.kind);
  if (logged.mono != now.mono) return differ("time", logged.mono.ns, now.mono.ns);
  if (logged.wall != now.wall) return differ("wall time", logged.wall.ns, now.wall.ns);
  if (logged.source != now.source)
    return differ("source", static_cast<unsigned>(logged.source),
                  static_cast<unsigned>(now.source));
  if (logged.source_sequence != now.source_sequence)
    return differ("number in its source", logged.source_sequence, now.source_sequence);
  if (logged.venue_time != now.venue_time)
    return differ("venue time", logged.venue_time.ns, now.venue_time.ns);
  if (logged.instrument != now.instrument)
    return differ("instrument", index_of(logged.instrument), index_of(now.instrument));
  if (logged.length != now.length) return differ("length", logged.length, now.length);
  const auto a = payload_bytes(logged);
  const auto b = payload_bytes(now);
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i])
      return "payload, from byte " + std::to_string(i) + ", of the " + describe(now);
  }
  return {};
}

// Stands in for the core: checks its inputs against the log and repeats what the log says it sent.
class RecordedCore final : public CoreInput {
 public:
  RecordedCore(Simulation& simulation, RecordCursor& log, CoreInput* market,
               std::span<const OrderId> kept_back)
      : simulation_{simulation}, log_{log}, market_{market}, kept_back_{kept_back} {
    advance();
  }

  void on_input(RecordHeader& input) noexcept override {
    if (result_.difference) return;
    input.sequence = ++sequence_;
    const bool logged = next_ != nullptr && next_->sequence == sequence_;
    if (logged) {
      const std::string difference = first_difference(*next_, input);
      if (!difference.empty()) {
        fail("record " + std::to_string(sequence_) + ", " + difference);
        return;
      }
      if (!is_injected(input)) ++result_.inputs_compared;
      advance();
    } else if (!is_market_data(input.kind)) {
      fail("record " + std::to_string(sequence_) + " is missing in the log: " + describe(input));
      return;
    } else {
      ++result_.market_unlogged;
    }
    if (market_ != nullptr && is_market_data(input.kind)) market_->on_input(input);
    repeat_decisions();
  }

  // The timer that the log holds next. An input of the application's has the time of what would
  // have come next, which may have been a timer that it stopped. Records missing before either one
  // are market data, which come by themselves.
  MonoTime next_timer() const noexcept override {
    const bool due = next_ != nullptr && next_->sequence == sequence_ + 1 &&
                     (next_->kind == RecordKind::TimeTick || is_injected(*next_));
    return due ? next_->mono : MonoTime{std::numeric_limits<std::int64_t>::max()};
  }

  [[nodiscard]] bool finished() const noexcept { return next_ == nullptr; }
  // The input that the application gave at this point; null: the simulation's turn.
  [[nodiscard]] const RecordHeader* injected() const noexcept {
    return next_ != nullptr && next_->sequence == sequence_ + 1 && is_injected(*next_) ? next_
                                                                                       : nullptr;
  }
  void fail(std::string text) {
    if (!result_.difference) result_.difference = std::move(text);
  }
  [[nodiscard]] const CatchUp& result() const noexcept { return result_; }

 private:
  void advance() {
    next_ = log_.next();
    if (next_ == nullptr) return;
    if (next_->sequence <= sequence_)
      fail("record " + std::to_string(next_->sequence) + " comes after record " +
           std::to_string(sequence_));
    result_.last_sequence = next_->sequence;
  }

  void repeat_decisions() {
    while (next_ != nullptr && is_decision(next_->kind) && next_->sequence == sequence_ + 1) {
      ++sequence_;
      if (is_request(next_->kind)) {
        if (next_->mono != simulation_.now()) {
          fail("record " + std::to_string(sequence_) +
               ": a request of another time than its input");
          return;
        }
        if (left(*next_)) {
          simulation_.send(*next_);
          ++result_.requests;
        }
      }
      advance();
    }
  }

  [[nodiscard]] bool left(const RecordHeader& request) const noexcept {
    return request.kind != RecordKind::OrderSent ||
           !std::ranges::binary_search(kept_back_, payload_of<OrderRequest>(request).id);
  }

  Simulation& simulation_;
  RecordCursor& log_;
  CoreInput* market_;
  std::span<const OrderId> kept_back_;  // sorted
  const RecordHeader* next_{nullptr};  // of the log
  std::uint64_t sequence_{0};          // of the last input or decision repeated
  CatchUp result_;
};
}  // namespace

bool is_kept_back(const RecordHeader& record) noexcept {
  return record.kind == RecordKind::OrderReport && record.source == kSourceCore &&
         payload_of<OrderReport>(record).kind == ReportKind::NotSent;
}

std::vector<OrderId> kept_back_in(RecordCursor& log) {
  std::vector<OrderId> ids;
  while (const RecordHeader* record = log.next())
    if (is_kept_back(*record)) ids.push_back(payload_of<OrderReport>(*record).id);
  std::ranges::sort(ids);
  return ids;
}

CatchUp catch_up(Simulation& simulation, RecordCursor& log, CoreInput* market,
                 std::span<const OrderId> kept_back) {
  RecordedCore core{simulation, log, market, kept_back};
  simulation.connect(core);
  std::vector<std::uint64_t> copy;
  while (!core.finished() && !core.result().difference) {
    if (const RecordHeader* given = core.injected()) {
      copy.resize(given->length / sizeof(std::uint64_t));
      std::memcpy(copy.data(), given, given->length);
      simulation.inject(*reinterpret_cast<RecordHeader*>(copy.data()));
    } else if (!simulation.step()) {
      core.fail("the simulation ends before the log");
    }
  }
  return core.result();
}
}  // namespace sq::backtest
