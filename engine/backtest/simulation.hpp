// Drives a simulated run: market data, the exchange, requests and reports in flight and the core's
// timers, on one thread, in the order of time. The core side is an interface, so that recovery can
// put the log in its place (catch_up.hpp).
// Order at equal times: the exchange before the core. At the exchange: market data by source, then
// requests by venue. In the core: what inject() brings, then reports by venue, then timers, then
// market data by source, then what is derived from them; within each its own sequence.
// Thread: one. Cost: a scan of the sources an input. No allocation per event once sizes settled.
// Errors: the constructor throws std::invalid_argument; time that runs backwards in a source is
// moved forward and counted (assumptions()).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/backtest/delay_line.hpp"
#include "engine/backtest/derived_inputs.hpp"
#include "engine/backtest/exchange.hpp"
#include "engine/backtest/feed_clock.hpp"
#include "engine/backtest/order_link.hpp"
#include "engine/backtest/simulation_settings.hpp"
#include "engine/feed/source.hpp"
#include "engine/venue/order_entry.hpp"

namespace sq::backtest {
// What the driver needs of the core.
class CoreInput {
 public:
  // May write the header's sequence and checksum. Called with time never decreasing; requests made
  // inside leave through the simulation's send().
  virtual void on_input(RecordHeader& input) noexcept = 0;
  // Deadline of the earliest timer; MonoTime max when there is none.
  [[nodiscard]] virtual MonoTime next_timer() const noexcept = 0;

 protected:
  ~CoreInput() = default;
};

struct Assumption {
  std::string name;
  std::string text;
};

class Simulation final : public venue::OrderEntry, private ReportSink {
 public:
  // Reads ahead in the sources when the clock offset has to be estimated.
  Simulation(const SimulationSettings& settings, std::vector<Instrument> instruments,
             std::vector<std::unique_ptr<feed::Source>> sources);

  // Before the first step; again to go on with another core.
  void connect(CoreInput& core) noexcept;
  // Before the first step. What it computes enters the core while there are market data.
  void attach(DerivedInputs& derived) noexcept { derived_ = &derived; }

  // Time is a clock's from here on (mode paper): nothing happens behind `now`, timers alone keep the
  // run going, and sources that had nothing are looked at again. A record that comes late is the
  // next thing, whatever its own time.
  void follow_clock(WallTime now);

  // When the next thing reaches the core; none at the end. Does not change what will happen.
  [[nodiscard]] std::optional<MonoTime> next_time();
  // Everything at the exchange up to the next core input, then exactly that input. False: the end.
  // Timers alone do not keep a run going once market data, requests and reports are through.
  bool step();
  // Gives the core an input of the application's (commands, definitions) ahead of the next one and
  // at its time, at the end at the time of the last one. Sets mono and wall.
  void inject(RecordHeader& input);
  // Time of the last input.
  [[nodiscard]] MonoTime now() const noexcept { return MonoTime{now_.ns}; }

  void send(const risk::Approved& request) noexcept override { send(request.record()); }
  void ask(const RecordHeader& request) noexcept override {
    if (may_ask(request.kind)) send(request);
  }
  // Any request: also one of a log, repeated to bring the exchange up to date.
  void send(const RecordHeader& request) noexcept;

  [[nodiscard]] SimulatedExchange& exchange() noexcept { return exchange_; }
  [[nodiscard]] Account account() const { return exchange_.account(); }
  // What the run takes for granted and what is switched off, for its summary.
  [[nodiscard]] std::vector<Assumption> assumptions() const;
  // Market data records that reached the core.
  [[nodiscard]] std::uint64_t market_inputs() const noexcept { return market_inputs_; }

 private:
  static constexpr WallTime kNever{std::numeric_limits<std::int64_t>::max()};

  struct Feed {
    std::unique_ptr<feed::Source> source;
    FeedClock clock;
    DelayLine line;
    WallTime last_received{std::numeric_limits<std::int64_t>::min()};
    std::uint64_t backwards{0};  // records received before their predecessor
  };
  enum class Kind : std::uint8_t { None, Feed, Request, Report, Timer, Derived };
  struct Due {
    WallTime at{kNever};
    Kind kind{Kind::None};
    std::size_t index{0};
  };

  void preview(Feed& feed);
  // The next record for the exchange becomes known.
  void load(std::size_t index);
  RecordHeader* take(Feed& feed);
  [[nodiscard]] bool direct() const noexcept {
    return settings_.model.feed_latency == settings::FeedLatency::None;
  }
  [[nodiscard]] VenueId venue_of(InstrumentId id) const noexcept;
  [[nodiscard]] ClockOffset& offset_of(VenueId venue) noexcept {
    return offsets_[static_cast<std::size_t>(venue)];
  }
  [[nodiscard]] std::size_t link_of(VenueId venue) const noexcept {
    return link_index_[static_cast<std::size_t>(venue)];
  }

  [[nodiscard]] Due next_at_exchange() const noexcept;
  [[nodiscard]] Due next_at_core(WallTime timer) const noexcept;
  void run_exchange(const Due& due);
  void to_exchange_clock(RecordHeader& request) noexcept;
  [[nodiscard]] bool settle();
  [[nodiscard]] bool drained(WallTime at) const noexcept;
  [[nodiscard]] bool clocked() const noexcept { return horizon_ != kNever; }
  void deliver();
  void deliver_market(std::size_t index);
  void deliver_derived();
  void on_report(RecordHeader& report, VenueId venue, WallTime at) noexcept override;

  SimulationSettings settings_;
  std::vector<Instrument> instruments_;  // as given
  std::vector<VenueId> venues_;          // by instrument id
  SimulatedExchange exchange_;
  std::vector<ClockOffset> offsets_;     // by venue number
  std::vector<OrderLink> links_;         // by rising venue number
  std::vector<std::size_t> link_index_;  // by venue number
  std::vector<Feed> feeds_;              // by rising source id
  std::vector<WallTime> exchange_at_;    // by feed: its next record at the exchange
  std::vector<WallTime> core_at_;        // by feed: its next record in the core
  std::vector<WallTime> request_at_;     // by link: its next request at the exchange
  std::vector<WallTime> report_at_;      // by link: its next report in the core
  CoreInput* core_{nullptr};
  DerivedInputs* derived_{nullptr};
  Due next_{};
  bool inputs_changed_{false};  // by the exchange event just run: a report, or the last request
  bool ready_{false};           // next_ is known and the exchange stands at its time
  WallTime now_{0};
  WallTime horizon_{kNever};  // follow_clock()
  WallTime request_run_{0};   // the last at the exchange
  WallTime last_market_{0};
  std::uint64_t market_inputs_{0};
};
}  // namespace sq::backtest
