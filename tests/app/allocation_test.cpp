// The shipped strategies on a real core with a real log: after warm-up an event allocates nothing.
#include <array>
#include <catch2/catch.hpp>
#include <memory>
#include <vector>

#include "engine/app/core_setup.hpp"
#include "engine/app/feeds.hpp"
#include "engine/app/log_directory.hpp"
#include "engine/app/log_journal.hpp"
#include "engine/app/preamble.hpp"
#include "engine/core/core.hpp"
#include "tests/app/engine_process.hpp"
#include "tests/support/allocations.hpp"

using namespace sq;

namespace {
// Accepts what rests, fills what takes, cancels on request: without memory of its own.
class AnsweringVenue final : public venue::OrderEntry {
 public:
  void send(const risk::Approved& request) noexcept override { answer_to(request.record()); }
  void ask(const RecordHeader& request) noexcept override { answer_to(request); }
  void answer_to(const RecordHeader& request) noexcept {
    if (count_ == answers_.size()) return;
    OrderReport answer;
    if (request.kind == RecordKind::OrderSent) {
      const auto& order = payload_of<OrderRequest>(request);
      const bool takes = order.tif == TimeInForce::ImmediateOrCancel;
      answer.id = order.id;
      answer.kind = takes ? ReportKind::Filled : ReportKind::Accepted;
      if (takes) {
        answer.trade_id = ++trades_;
        answer.last_price = order.limit;
        answer.last_qty = answer.cumulative_qty = order.qty;
        answer.fee = {*Currency::parse("USDT"), 1'000};
      }
      ++orders;
    } else {
      answer.id = payload_of<CancelRequest>(request).id;
      answer.kind = ReportKind::Cancelled;
    }
    answers_[count_++] = make_record(RecordKind::OrderReport, answer);
  }
  void answer(core::Core& core, const RecordHeader& now) noexcept {
    for (std::size_t i = 0; i < count_; ++i) {  // answers may lead to requests: count_ may grow
      Record<OrderReport> report = answers_[i];
      report.header.mono = now.mono;
      report.header.wall = now.wall;
      core.on_input(report.header);
    }
    count_ = 0;
  }
  std::uint64_t orders{0};

 private:
  std::array<Record<OrderReport>, 64> answers_{};
  std::size_t count_{0};
  std::uint64_t trades_{0};
};
}  // namespace

TEST_CASE("after warm-up the core thread allocates nothing: events, orders, fills, log", "[app][hot]") {
  settings::Config config = settings::load(test::write_config("allocations", {}));
  config.log.dir = test::scratch() / "allocations";
  config.risk.firm.reconcile_ns = 0;  // this venue tells nothing of accounts
  const auto log = app::open_run_log(config);
  app::LogJournal journal{log->appender()};
  AnsweringVenue venue;
  telemetry::StageTimers stages{telemetry::TickClock::monotonic(), 1};
  core::Core core{app::core_setup(config), journal, venue, &stages};
  const app::SessionFiles session = app::find_session(config);
  auto sources = app::open_sources(config, session, nullptr, nullptr, nullptr);
  bool started = false;
  std::uint64_t allocated = 0;
  std::uint64_t events = 0;
  std::uint64_t orders_before = 0;
  constexpr std::uint64_t kWarmUp = 20'000;
  const auto next = [&]() -> feed::Source* {  // of the earliest record
    feed::Source* first = nullptr;
    for (auto& source : sources)
      if (source->peek() != nullptr &&
          (first == nullptr || source->peek()->wall < first->peek()->wall))
        first = source.get();
    return first;
  };
  while (feed::Source* source = next()) {
    RecordHeader* record = source->peek();
    record->mono = MonoTime{record->wall.ns};
    if (!started) {
      app::write_preamble(config, 1, [&](RecordHeader& opening) {
        opening.wall = record->wall;
        opening.mono = record->mono;
        core.on_input(opening);
      });
      started = true;
    }
    if (++events == kWarmUp) orders_before = venue.orders;
    const std::uint64_t before = allocations_on_this_thread();
    core.on_input(*record);
    venue.answer(core, *record);
    if (events > kWarmUp) allocated += allocations_on_this_thread() - before;
    source->pop();
    if (events % 4096 == 0) log->do_work();
  }
  CHECK(events > 2 * kWarmUp);
  CHECK(venue.orders > orders_before + 50);  // it traded while it was measured
  CHECK(core.ledger().counters().fills > 10);
  CHECK(allocated == 0);
}
