#include "venues/binance/entry/keeping.hpp"

#include "venues/binance/entry/rest_paths.hpp"

namespace sq::binance {
namespace {
constexpr std::int64_t kTimeEveryNs = 20 * kNsPerSecond;  // a third of the age that is trusted
constexpr std::int64_t kTimeAtFirstNs = 50 * kNsPerMs;  // until there are a few samples
constexpr std::int64_t kAgainNs = kNsPerSecond;
constexpr std::int64_t kKeyEveryNs = 30 * 60 * kNsPerSecond;  // it lives for an hour
constexpr int kSamplesAtFirst = 4;
constexpr const char* kKeyPath = "/fapi/v1/listenKey";
}  // namespace

class Keeping::TimeErrand final : public Errand {
 public:
  explicit TimeErrand(Keeping& keeping) : keeping_{keeping} {}
  std::optional<RestAsk> next() override {
    if (asked_) return std::nullopt;
    asked_ = true;
    RestAsk ask;
    ask.path = keeping_.context_.spot() ? "/api/v3/time" : "/fapi/v1/time";
    ask.security = RestSecurity::None;
    ask.purpose = Purpose::Cancel;  // without it no cancel can be stamped
    return ask;
  }
  void on_answer(const RestAnswer& answer) override {
    LinkContext& context = keeping_.context_;
    keeping_.asking_time_ = false;
    keeping_.time_due_ = context.now + kAgainNs;
    if (!answer.told()) return context.note(answer.why.empty() ? "no time told" : answer.why);
    const auto time = context.reader.read_time(answer.body);
    if (!time) return context.note("the venue's time cannot be read");
    context.clock.on_answer(answer.asked, answer.answered, *time);
    context.clock_wrong = false;
    const bool few = context.clock.samples() < kSamplesAtFirst;
    keeping_.time_due_ = context.now + (few ? kTimeAtFirstNs : kTimeEveryNs);
  }

 private:
  Keeping& keeping_;
  bool asked_{false};
};

class Keeping::ListenKeyErrand final : public Errand {
 public:
  explicit ListenKeyErrand(Keeping& keeping) : keeping_{keeping} {}
  std::optional<RestAsk> next() override {
    if (asked_) return std::nullopt;
    asked_ = true;
    RestAsk ask;
    extends_ = !keeping_.listen_key_.empty();
    ask.method = extends_ ? "PUT" : "POST";
    ask.path = kKeyPath;
    ask.security = RestSecurity::Key;
    ask.purpose = Purpose::Order;
    return ask;
  }
  void on_answer(const RestAnswer& answer) override {
    LinkContext& context = keeping_.context_;
    keeping_.asking_key_ = false;
    keeping_.key_due_ = context.now + kAgainNs;
    if (answer.told()) {
      const auto key = context.reader.read_text(answer.body, "listenKey");
      if (key) keeping_.listen_key_ = *key;
      if (key || extends_) keeping_.key_due_ = context.now + kKeyEveryNs;
    } else if (answer.outcome == net::HttpClient::Outcome::Answered) {
      const VenueAnswer said = context.reader.read_error(answer.status, answer.body);
      if (said.code == -1125) keeping_.listen_key_.clear();  // it is gone: a new one
      const Meaning meaning = meaning_of(context.where.venue, RequestKind::Other, said);
      context.note(said.message);
      if (meaning.care == Care::KeyRefused && ++keeping_.key_refusals_ >= 3)
        context.stop(std::string{"the venue refuses the key: "}.append(said.message));
    }
  }

 private:
  Keeping& keeping_;
  bool asked_{false};
  bool extends_{false};
};

// Of one symbol: it counts on its own.
class Keeping::CountdownErrand final : public Errand {
 public:
  CountdownErrand(Keeping& keeping, const Instrument& instrument, std::int64_t timeout_ns)
      : keeping_{keeping}, instrument_{instrument}, timeout_ns_{timeout_ns} {
    ++keeping.countdowns_;
  }
  std::optional<RestAsk> next() override {
    if (asked_) return std::nullopt;
    asked_ = true;
    RestAsk ask;
    ask.method = "POST";
    ask.path = "/fapi/v1/countdownCancelAll";
    ask.query = symbol_query(instrument_).append("&countdownTime=");
    ask.query.append(std::to_string(timeout_ns_ / kNsPerMs));
    ask.cost.weight = 10;
    ask.purpose = Purpose::Cancel;
    return ask;
  }
  void on_answer(const RestAnswer& answer) override {
    --keeping_.countdowns_;
    if (!answer.told()) keeping_.countdown_failed_ = true;
  }

 private:
  Keeping& keeping_;
  const Instrument& instrument_;
  std::int64_t timeout_ns_;
  bool asked_{false};
};

Keeping::Keeping(LinkContext& context) : context_{context}, lane_{context} {
  if (!context.spot() && context.settings.dead_man_ns > 0)
    dead_man_.emplace(as_dead_man(), context.settings.dead_man_ns);
}

bool Keeping::arm(std::int64_t timeout_ns) noexcept {
  // One round at a time; the end's is never left out.
  if (countdowns_ != 0 && timeout_ns != 0) return false;
  for (const Instrument& each : context_.reader.instruments())
    lane_.push(std::make_unique<CountdownErrand>(*this, each, timeout_ns));
  return true;
}

bool Keeping::step() {
  const MonoTime now = context_.now;
  if (context_.clock_wrong && !asking_time_) time_due_ = MonoTime{};
  if (!asking_time_ && now >= time_due_ && !ended_) {
    asking_time_ = true;
    context_.clock_wrong = false;
    lane_.push_first(std::make_unique<TimeErrand>(*this));
  }
  if (!context_.spot() && !asking_key_ && !ended_) {
    const bool due = listen_key_.empty() ? now >= key_again_ : now >= key_due_;
    if (due) {
      asking_key_ = true;
      key_again_ = now + kAgainNs;
      lane_.push(std::make_unique<ListenKeyErrand>(*this));
    }
  }
  if (dead_man_ && !ended_ && context_.clock.known()) {
    if (countdown_failed_ && countdowns_ == 0) {
      countdown_failed_ = false;
      dead_man_.emplace(as_dead_man(), context_.settings.dead_man_ns);  // due at once
    }
    dead_man_->do_work(now, dead_man_armed_);
  }
  return lane_.step();
}

void Keeping::end() {
  if (ended_) return;
  ended_ = true;
  if (dead_man_) dead_man_->stop();
}
}  // namespace sq::binance
