// How often a strategy has been applied without a person looking: its executions, and its cycles of
// a fill followed by another order. At the bound it is disabled until somebody acknowledges; a new
// day or a restart changes nothing. Thread: one. Cost: compares. Source: control P12 (RTS 6,
// 15(3)).
#pragma once

#include <cstdint>

#include "engine/risk/policies/policy_setup.hpp"
#include "engine/types/state_bytes.hpp"

namespace sq::risk {
class RepeatedExecution {
 public:
  explicit RepeatedExecution(const RepeatedExecutionLimits& limits) : limits_{limits} {}

  [[nodiscard]] bool disabled() const noexcept {
    return (limits_.executions_max > 0 && executions_ >= limits_.executions_max) ||
           (limits_.cycles_max > 0 && cycles_ >= limits_.cycles_max);
  }
  void on_sent() noexcept {
    if (filled_) ++cycles_;
    filled_ = false;
  }
  void on_fill() noexcept {
    ++executions_;
    filled_ = true;
  }
  void acknowledge() noexcept { executions_ = cycles_ = 0; }

  [[nodiscard]] std::int64_t executions() const noexcept { return executions_; }
  [[nodiscard]] std::int64_t cycles() const noexcept { return cycles_; }
  [[nodiscard]] const RepeatedExecutionLimits& limits() const noexcept { return limits_; }
  void set_limits(const RepeatedExecutionLimits& limits) noexcept { limits_ = limits; }

  void save(StateOut& out) const {
    out.put(executions_);
    out.put(cycles_);
    out.put(static_cast<std::uint8_t>(filled_ ? 1 : 0));
  }
  void restore(StateIn& in) noexcept {
    executions_ = in.take<std::int64_t>();
    cycles_ = in.take<std::int64_t>();
    filled_ = in.take<std::uint8_t>() != 0;
  }

 private:
  RepeatedExecutionLimits limits_;
  std::int64_t executions_{0};
  std::int64_t cycles_{0};
  bool filled_{false};
};
}  // namespace sq::risk
