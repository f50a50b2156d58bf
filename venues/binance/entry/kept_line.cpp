#include "venues/binance/entry/kept_line.hpp"

#include <utility>

namespace sq::binance {
namespace {
constexpr BackoffSettings kWaits{100 * kNsPerMs, 30 * kNsPerSecond};
constexpr int kRefusalsMax = 3;  // of a key: it does not get better by asking
}  // namespace

KeptLine::KeptLine(LinkContext& context, const Server& server, std::string target,
                   Greeting greeting)
    : context_{context},
      server_{server},
      target_{std::move(target)},
      greeting_{greeting},
      backoff_{kWaits, reinterpret_cast<std::uintptr_t>(this)} {}

bool KeptLine::may_connect() {
  if (closed_ || context_.stopped || target_.empty() || !context_.clock.known()) return false;
  if (context_.now < retry_at_) return false;
  const RateCost cost{context_.spot() ? 2 : 5, 0, 1};
  if (context_.governor.ask(cost, Purpose::Order, context_.venue_now()).granted()) return true;
  retry_at_ = context_.now + kNsPerSecond;
  return false;
}
std::unique_ptr<Line> KeptLine::connect() {
  // Numbers of all kept lines of a link are different: even and odd.
  const std::uint64_t number = 2 * ++made_ + (greeting_ == Greeting::Logon ? 0 : 1);
  return std::make_unique<Line>(context_, server_, target_, greeting_, number);
}

void KeptLine::on_failed(const Line& line) {
  retry_at_ = context_.now + backoff_.next();
  context_.note(line.why());
  if (!line.key_refused()) return;
  if (++refusals_ >= kRefusalsMax) context_.stop(line.why());
}

bool KeptLine::step(LineListener& listener) {
  bool busy = false;
  if (!line_ && !next_ && may_connect()) line_ = connect();
  if (line_) {
    const bool was_up = line_->up();
    busy = line_->step(listener) || busy;
    if (line_->up()) {
      backoff_.reset();
      refusals_ = 0;
      if (context_.now - line_->up_since() > context_.settings.life_ns_max) renew_ = true;
    }
    if (line_->ended()) {
      if (was_up || line_->up_since() != MonoTime{}) {
        ended_.push_back(line_->number());
        gap_ = true;
      }
      on_failed(*line_);
      line_.reset();
      if (next_) {
        line_ = std::move(next_);
        renew_ = false;
      }
    }
  }
  if (renew_ && line_ && line_->up() && !next_ && may_connect()) next_ = connect();
  if (next_) {
    busy = next_->step(listener) || busy;
    if (next_->ended()) {
      on_failed(*next_);
      next_.reset();
    } else if (next_->up()) {
      close_old();
      old_ = std::exchange(line_, std::move(next_));
      old_since_ = context_.now;
      renew_ = false;
    }
  }
  if (old_) {
    busy = old_->step(listener) || busy;
    if (old_->ended()) {
      ended_.push_back(old_->number());
      old_.reset();
    }
  }
  return busy;
}

void KeptLine::close_old() {
  if (!old_) return;
  ended_.push_back(old_->number());
  old_->close();
  old_.reset();
}
void KeptLine::drop(std::string_view why) {
  if (!line_) return;
  context_.note(why);
  gap_ = true;
  ended_.push_back(line_->number());
  line_->close();
  line_.reset();
}
void KeptLine::close() {
  closed_ = true;
  for (std::unique_ptr<Line>* each : {&line_, &next_, &old_}) {
    if (*each) (*each)->close();
    each->reset();
  }
}
}  // namespace sq::binance
