// The matching engine: ordinary flow at two depths, each command to its end with its events
// written to a ring. Input: seeded; made by running the engine itself once, so that every cancel
// names a live order and the number of live orders stays where it is. Adds are 92 % passive (60 %
// of them within 10 ticks of the other side's best, 30 % within 50, 10 % within 200) and 8 % at 3
// ticks through the other side's best, quantities 1 to 100 lots, 64 owners, self-trade prevention
// on. Since crossing orders take others away, a stationary book needs a few more adds than cancels:
// the input names the true share. Orders are named by the handles that submit returned, in
// match_ids_* by id through the index.
#include <array>
#include <bit>
#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "bench/harness.hpp"
#include "engine/book/matching/engine.hpp"

namespace {
using namespace sq;
using namespace sq::matching;

constexpr std::int64_t kTick = 10'000'000;
constexpr std::int64_t kLot = 1'000;
constexpr std::size_t kBatch = 512;

struct RingSink {
  std::array<Event, 64> events{};
  std::uint64_t count{0};
  void operator()(const Event& event) noexcept { events[count++ % events.size()] = event; }
};
using BenchEngine = Engine<RingSink>;

enum class What : std::uint8_t { Add, Cancel, Reduce, Reprice };
// As a decoder would hand it over: one cache line. Of Cancel, Reduce and Reprice the order names
// only what is asked.
struct alignas(64) BenchCommand {
  NewOrder order{};
  Handle handle{kNoHandle};
  What what{What::Add};
};
static_assert(sizeof(BenchCommand) == 64);

struct Mix {
  bool plain{true};
  bool by_id{false};
  bool wide{false};  // distances from the touch
  std::uint64_t owners{64};
};

Settings settings_of(std::size_t live, const Mix& mix) {
  Settings settings;
  Rules& rules = settings.rules;
  rules.tick = Price::from_raw(kTick);
  rules.price_min = Price::from_raw(kTick);
  rules.price_max = Price::from_raw(kTick * 1'000'000);
  rules.lot = rules.qty_min = Qty::from_raw(kLot);
  rules.qty_max = Qty::from_raw(kLot * 1'000'000);
  settings.orders_max = static_cast<std::uint32_t>(std::bit_ceil(2 * live));
  settings.ids_indexed = mix.by_id;
  return settings;
}

template <bool ById>
[[gnu::always_inline]] inline std::uint64_t run(BenchEngine& engine, const BenchCommand& command) {
  const NewOrder& order = command.order;
  if (command.what == What::Add) return engine.submit(order).handle;
  const OrderKey key{order.id, ById ? kNoHandle : command.handle};
  if (command.what == What::Cancel) return static_cast<std::uint64_t>(engine.cancel(key));
  return static_cast<std::uint64_t>(command.what == What::Reduce
                                        ? engine.modify(key, {.qty = order.qty})
                                        : engine.modify(key, {.price = order.price}));
}

// The commands and what they are made with.
class Script {
 public:
  Script(std::size_t live, std::size_t count, const Mix& mix)
      : live_{live}, mix_{mix}, engine_{settings_of(live, mix), sink_} {
    engine_.set_phase(Phase::Continuous);
    while (open_.size() < live) add(passive());
    first_ = commands_.size();
    std::size_t adds = 0;
    while (commands_.size() < first_ + count) {
      // As many adds as cancels, and so many more as the crossing ones take away.
      const bool grow = open_.size() < live_ || (open_.size() == live_ && random_() % 2 == 0);
      const bool add_now = random_() % 100 < (grow ? 56U : 44U);
      adds += add_now;
      if (add_now) {
        one_add();
      } else {
        one_cancel();
      }
    }
    add_share_ = static_cast<double>(adds) / static_cast<double>(count);
  }

  [[nodiscard]] const std::vector<BenchCommand>& commands() const { return commands_; }
  [[nodiscard]] std::size_t first() const { return first_; }  // those before fill the book
  [[nodiscard]] std::string input() const {
    char text[160];
    std::snprintf(text, sizeof text, "%zu live orders, %.0f %% adds, 8 %% of them crossing%s%s",
                  live_, add_share_ * 100, mix_.by_id ? ", by id" : "",
                  mix_.plain ? "" : ", all kinds");
    return text;
  }

 private:
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  static Price price_of(std::int64_t ticks) { return Price::from_raw(ticks * kTick); }
  std::int64_t best(Side side) const {
    const BookSide& levels = engine_.side(side);
    if (levels.levels() != 0) return engine_.orders().level(levels.best()).tick;
    return side == Side::Buy ? 100'000 : 100'001;
  }
  BenchCommand passive() {
    BenchCommand command;
    const Side side = command.order.side = below(2) == 0 ? Side::Buy : Side::Sell;
    const std::uint64_t dice = mix_.wide ? below(10) : 9;
    const std::uint64_t reach = dice < 6 ? 10 : dice < 8 ? 200 : 50;
    const auto away = 1 + static_cast<std::int64_t>(below(reach));
    command.order.price = price_of(best(opposite(side)) - sign_of(side) * away);
    return command;
  }
  BenchCommand crossing() {
    BenchCommand command;
    const Side side = command.order.side = below(2) == 0 ? Side::Buy : Side::Sell;
    command.order.price = price_of(best(opposite(side)) + sign_of(side) * 3);
    return command;
  }
  void one_add() {
    BenchCommand command = below(100) < 8 ? crossing() : passive();
    if (!mix_.plain) {
      const std::uint64_t dice = below(100);
      if (dice < 16) command.order.time_in_force = matching::TimeInForce::ImmediateOrCancel;
      if (dice < 8) {
        command.order.price = crossing().order.price;
      } else if (dice < 16) {
        command.order.type = matching::OrderType::Market;
        command.order.price = Price{};
      } else if (dice >= 90) {
        command.order.display = Qty::from_raw(5 * kLot);
      }
    }
    add(command);
  }
  void add(BenchCommand command) {
    command.order.id = {++last_id_};
    command.order.qty = Qty::from_raw(static_cast<std::int64_t>(1 + below(100)) * kLot);
    if (command.order.display > command.order.qty) command.order.display = command.order.qty;
    command.order.owner = static_cast<OwnerId>(below(mix_.owners));
    command.handle = static_cast<Handle>(run<false>(engine_, command));
    commands_.push_back(command);
    if (command.handle != kNoHandle) open_.push_back(command);
    forget_ended();
  }
  // Makers that traded away: they leave the list when they are drawn, or here, a few at a time.
  void forget_ended() {
    for (int tries = 0; tries < 4 && !open_.empty(); ++tries) {
      const std::size_t at = below(open_.size());
      if (engine_.orders().holds(open_[at].handle, open_[at].order.id)) continue;
      open_[at] = open_.back();
      open_.pop_back();
    }
  }
  void one_cancel() {
    while (!open_.empty()) {
      const std::size_t at = below(open_.size());
      BenchCommand command = open_[at];
      const bool live = engine_.orders().holds(command.handle, command.order.id);
      const bool change = live && !mix_.plain && below(100) < 20;
      if (!change) {
        open_[at] = open_.back();
        open_.pop_back();
      }
      if (!live) continue;
      command.what = What::Cancel;
      if (change) {
        command.what = below(2) == 0 ? What::Reduce : What::Reprice;
        command.order.qty = Qty::from_raw(command.order.qty.raw() / kLot / 2 * kLot);
        command.order.price += Price::from_raw((static_cast<std::int64_t>(below(5)) - 2) * kTick);
      }
      static_cast<void>(run<false>(engine_, command));
      commands_.push_back(command);
      return;
    }
  }

  std::size_t live_;
  Mix mix_;
  RingSink sink_;
  BenchEngine engine_;
  std::mt19937_64 random_{42};
  std::vector<BenchCommand> commands_;
  std::vector<BenchCommand> open_;
  std::size_t first_{0};
  std::uint64_t last_id_{0};
  double add_share_{0};
};

// A fresh engine, filled, whenever the script has come to its end.
template <bool ById>
class Player {
 public:
  Player(const Script& script, std::size_t live, const Mix& mix)
      : script_{script}, live_{live}, mix_{mix} {
    rewind();
  }
  void rewind_if_less_than(std::ptrdiff_t commands) {
    if (script_.commands().data() + script_.commands().size() - next_ < commands) rewind();
  }
  std::uint64_t step() {
    // The input lies far apart in memory; the feed that it stands for would be in cache.
    __builtin_prefetch(next_ + 16);
    return run<ById>(*engine_, *next_++);
  }
  [[nodiscard]] const BenchCommand& next() const { return *next_; }

 private:
  void rewind() {
    engine_ = std::make_unique<BenchEngine>(settings_of(live_, mix_), sink_);
    engine_->set_phase(Phase::Continuous);
    next_ = script_.commands().data();
    while (next_ != script_.commands().data() + script_.first()) step();
  }
  const Script& script_;
  std::size_t live_;
  Mix mix_;
  RingSink sink_;
  std::unique_ptr<BenchEngine> engine_;
  const BenchCommand* next_{nullptr};
};

template <bool ById>
void run_mix(bench::Session& session, const std::string& name, std::size_t live, const Mix& mix) {
  const std::string single = name + "_add_single";
  if (!session.wanted(name) && !session.wanted(single)) return;
  const Script script{live, session.smoke() ? 20'000U : 1'000'000U, mix};
  Player<ById> player{script, live, mix};
  session.run_batched(
      name, {.batch = kBatch, .input = script.input()}, [&](std::size_t) { return player.step(); },
      [&](std::size_t) { player.rewind_if_less_than(kBatch); });
  if (!mix.plain || ById) return;
  // The tail: every add by itself, the clock included.
  std::uint64_t checksum = 0;
  std::uint64_t allocated = 0;
  std::vector<double> samples;
  const std::size_t count = session.smoke() ? 1'000 : 1'000'000;
  samples.reserve(count);
  while (samples.size() < count) {
    player.rewind_if_less_than(1);
    if (player.next().what != What::Add) {
      player.step();
      continue;
    }
    const std::uint64_t before = allocations_on_this_thread();
    const std::uint64_t begin = bench::ticks_begin();
    checksum += player.step();
    samples.push_back(session.to_ns(bench::ticks_end() - begin));
    allocated += allocations_on_this_thread() - before;
  }
  session.report_samples(single, {.batch = 1, .input = script.input() + "; adds one by one"},
                         samples, allocated, checksum);
}
}  // namespace

int main(int argc, char** argv) {
  bench::Session session{argc, argv};
  run_mix<false>(session, "book/match_1k", 1'000, {});
  run_mix<false>(session, "book/match_10k", 10'000, {});
  run_mix<true>(session, "book/match_ids_1k", 1'000, {.by_id = true});
  run_mix<true>(session, "book/match_ids_10k", 10'000, {.by_id = true});
  run_mix<false>(session, "book/match_mix_1k", 1'000, {.plain = false, .owners = 8});
  run_mix<false>(session, "book/match_mix_10k", 10'000, {.plain = false, .owners = 8});
  return session.finish();
}
