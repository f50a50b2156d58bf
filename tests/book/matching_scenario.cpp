#include "tests/book/matching_scenario.hpp"

#include <deque>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>

#include "tests/book/matching_lockstep.hpp"

namespace sq::matching {
namespace {
constexpr std::int64_t kTick = 250;
constexpr std::int64_t kLot = 40;
Price at(std::int64_t ticks) { return Price::from_raw(ticks * kTick); }
Qty lots(std::int64_t count) { return Qty::from_raw(count * kLot); }
std::string number(Price price) { return std::to_string(price.raw() / kTick); }
std::string number(Qty qty) { return std::to_string(qty.raw() / kLot); }
std::string number(OrderId id) { return std::to_string(id.value); }

Settings first_settings() {
  Settings settings;
  settings.orders_max = 64;
  settings.owners_max = 8;
  settings.window_ticks = 256;
  Rules& rules = settings.rules;
  rules.tick = at(1);
  rules.price_min = at(1);
  rules.price_max = at(10'000);
  rules.lot = rules.qty_min = lots(1);
  rules.qty_max = lots(1'000'000);
  return settings;
}

std::string describe(const Event& event) {
  const std::string kind{text_of(event.kind)};
  const std::string id = number(event.id);
  const std::string price = event.price == Price{} ? "" : " @ " + number(event.price);
  const std::string booked =
      (event.flags & kBooked) != 0 ? " booked " + number(event.shown) : std::string{};
  switch (event.kind) {
    case EventKind::Accepted:
      return kind + " " + id + booked;
    case EventKind::Rejected:
      return kind + " " + id + " " + std::string{text_of(event.refusal())};
    case EventKind::Traded: {
      std::string text =
          kind + " " + id + " " + number(event.taker_id) + " " + number(event.qty) + price;
      if ((event.flags & kMakerDone) != 0) text += " maker-done";
      if ((event.flags & kTakerDone) != 0) text += " taker-done";
      return text;
    }
    case EventKind::Booked:
    case EventKind::Refreshed:
      return kind + " " + id + " " + number(event.shown) + " of " + number(event.qty) + price;
    case EventKind::Reduced:
    case EventKind::Cancelled:
      return kind + " " + id + " " + number(event.qty) + " " + std::string{text_of(event.why())};
    case EventKind::Expired:
    case EventKind::Triggered:
      return kind + " " + id + " " + number(event.qty);
    case EventKind::Replaced:
      return kind + " " + id + " " + number(event.qty) + price + booked;
    case EventKind::PhaseChanged:
      return "phase " + std::string{text_of(event.phase())};
    case EventKind::Uncrossed:
      return kind + " " + number(event.qty) + price + " surplus " + number(event.shown);
  }
  return kind;
}

class Scenario {
 public:
  void line(std::string text) {
    ++number_;
    if (const auto comment = text.find('#'); comment != std::string::npos) text.resize(comment);
    std::istringstream words{text};
    std::string word;
    if (!(words >> word)) return;
    if (word == ">") return expect(words);
    finish_command();
    if (word == "rules") return rules(words);
    if (word == "=") return indicative(words);
    if (!engine_) start();
    command(word, words);
    reported_.clear();
    for (const Event& event : buffer_.events()) reported_.push_back(describe(event));
    buffer_.clear();
  }
  std::vector<std::string> finish() {
    finish_command();
    return std::move(differences_);
  }
  [[nodiscard]] int line_number() const { return number_; }

 private:
  void start() {
    engine_ = std::make_unique<Engine<EventBuffer>>(settings_, buffer_);
    static_cast<void>(engine_->set_phase(Phase::Continuous));
    buffer_.clear();
  }
  void differ(const std::string& what) {
    differences_.push_back("line " + std::to_string(number_) + ": " + what);
  }
  void expect(std::istringstream& words) {
    std::string wanted;
    for (std::string word; words >> word;) wanted += (wanted.empty() ? "" : " ") + word;
    if (reported_.empty()) return differ("no event, expected '" + wanted + "'");
    if (reported_.front() != wanted) {
      differ("'" + reported_.front() + "', expected '" + wanted + "'");
    }
    reported_.pop_front();
  }
  void finish_command() {
    for (const std::string& event : reported_) differ("before it, unexpected '" + event + "'");
    reported_.clear();
  }
  static std::int64_t count(std::istringstream& words) {
    std::int64_t value = 0;
    if (!(words >> value)) throw std::runtime_error("a number is missing");
    return value;
  }
  static OwnerId owner(std::istringstream& words) { return static_cast<OwnerId>(count(words)); }
  void rules(std::istringstream& words) {
    Rules& rules = settings_.rules;
    for (std::string word; words >> word;) {
      if (word == "post-slides")
        rules.post_only_slides = true;
      else if (word == "halt-collects")
        rules.collects_while_halted = true;
      else if (word == "band-halts")
        rules.band_action = BandAction::Halt;
      else if (word == "allow-self")
        rules.self_trade_may_be_allowed = true;
      else if (word == "parts")
        rules.iceberg_parts_max = static_cast<std::uint32_t>(count(words));
      else if (word == "reference")
        rules.reference = at(count(words));
      else if (word == "around")
        rules.band_around_last = at(count(words));
      else if (word == "orders")
        settings_.orders_max = static_cast<std::uint32_t>(count(words));
      else
        throw std::runtime_error("no rule is called '" + word + "'");
    }
  }
  void indicative(std::istringstream& words) {
    std::string word;
    words >> word;
    const std::int64_t price = count(words);
    const std::int64_t volume = count(words);
    const std::int64_t surplus = count(words);
    const Indicative got = engine_->indicative();
    if (got.price != at(price) || got.volume != lots(volume) || got.surplus != lots(surplus)) {
      differ("indicative " + number(got.price) + " " + number(got.volume) + " " +
             number(got.surplus));
    }
  }
  static void option(const std::string& word, NewOrder& order, std::istringstream& words) {
    using enum TimeInForce;
    if (word == "@")
      order.price = at(count(words));
    else if (word == "market")
      order.type = OrderType::Market;
    else if (word == "stop")
      order.stop = at(count(words));
    else if (word == "ioc")
      order.time_in_force = ImmediateOrCancel;
    else if (word == "fok")
      order.time_in_force = FillOrKill;
    else if (word == "day")
      order.time_in_force = Day;
    else if (word == "show")
      order.display = lots(count(words));
    else if (word == "post")
      order.post_only = true;
    else if (word == "reduce")
      order.reduce_only = true;
    else if (word == "newest")
      order.self_trade = SelfTrade::CancelNewest;
    else if (word == "oldest")
      order.self_trade = SelfTrade::CancelOldest;
    else if (word == "both")
      order.self_trade = SelfTrade::CancelBoth;
    else if (word == "decrement")
      order.self_trade = SelfTrade::Decrement;
    else if (word == "allow")
      order.self_trade = SelfTrade::Allow;
    else if (word == "gtd") {
      order.time_in_force = GoodTillDate;
      order.expiry = {count(words)};
    } else
      throw std::runtime_error("an order cannot be '" + word + "'");
  }
  static NewOrder new_order(std::istringstream& words) {
    NewOrder order;
    order.id = {static_cast<std::uint64_t>(count(words))};
    order.owner = owner(words);
    std::string side;
    words >> side;
    if (side != "buy" && side != "sell") throw std::runtime_error("buy or sell");
    order.side = side == "buy" ? Side::Buy : Side::Sell;
    order.qty = lots(count(words));
    for (std::string word; words >> word;) option(word, order, words);
    if (order.type == OrderType::Market) {
      if (order.time_in_force == TimeInForce::GoodTillCancel) {
        order.time_in_force = TimeInForce::ImmediateOrCancel;
      }
    } else if (order.stop != Price{}) {
      order.type = order.price == Price{} ? OrderType::Stop : OrderType::StopLimit;
    }
    return order;
  }
  static Amendment amendment(std::istringstream& words) {
    Amendment change;
    for (std::string word; words >> word;) {
      if (word == "qty")
        change.qty = lots(count(words));
      else if (word == "@")
        change.price = at(count(words));
      else if (word == "stop")
        change.stop = at(count(words));
      else
        throw std::runtime_error("modify knows no '" + word + "'");
    }
    return change;
  }
  static Phase phase_named(const std::string& name) {
    for (const Phase phase :
         {Phase::Closed, Phase::PreOpen, Phase::Auction, Phase::Continuous, Phase::Halted}) {
      if (text_of(phase) == name) return phase;
    }
    throw std::runtime_error("no phase is called '" + name + "'");
  }
  void command(const std::string& word, std::istringstream& words) {
    Engine<EventBuffer>& engine = *engine_;
    const auto id = [&] { return OrderId{static_cast<std::uint64_t>(count(words))}; };
    if (word == "order") return static_cast<void>(engine.submit(new_order(words)));
    if (word == "cancel") return static_cast<void>(engine.cancel({id()}));
    if (word == "cancel-all") return static_cast<void>(engine.cancel_all(owner(words)));
    if (word == "uncross") return static_cast<void>(engine.uncross());
    if (word == "time") return static_cast<void>(engine.advance({count(words)}));
    if (word == "end-day") return engine.end_day();
    if (word == "reference") return static_cast<void>(engine.set_reference(at(count(words))));
    if (word == "modify") {
      const OrderId of = id();
      return static_cast<void>(engine.modify({of}, amendment(words)));
    }
    if (word == "phase") {
      std::string name;
      words >> name;
      return static_cast<void>(engine.set_phase(phase_named(name)));
    }
    if (word == "bands") {
      const std::int64_t low = count(words);
      const std::int64_t high = count(words);
      return static_cast<void>(engine.set_bands(at(low), at(high), at(count(words))));
    }
    if (word == "position") {
      const OwnerId of = owner(words);
      return static_cast<void>(engine.set_position(of, lots(count(words))));
    }
    throw std::runtime_error("no command is called '" + word + "'");
  }

  Settings settings_{first_settings()};
  EventBuffer buffer_{1'000};
  std::unique_ptr<Engine<EventBuffer>> engine_;
  std::deque<std::string> reported_;
  std::vector<std::string> differences_;
  int number_{0};
};
}  // namespace

std::vector<std::string> run_scenario(std::string_view text) {
  Scenario scenario;
  std::istringstream lines{std::string{text}};
  for (std::string line; std::getline(lines, line);) {
    try {
      scenario.line(line);
    } catch (const std::exception& fault) {
      throw std::runtime_error("scenario line " + std::to_string(scenario.line_number()) + ": " +
                               fault.what());
    }
  }
  return scenario.finish();
}

std::vector<std::string> run_scenario_file(const std::filesystem::path& file) {
  std::ifstream stream{file};
  std::ostringstream text;
  text << stream.rdbuf();
  return run_scenario(text.str());
}
}  // namespace sq::matching
