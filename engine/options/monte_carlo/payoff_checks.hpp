// What a payoff checks against a model before it is simulated. Internal to this folder.
// Thread: values. Cost: a few ns. Errors: fault() is the first in the order of Error.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "engine/options/monte_carlo/diffusion.hpp"
#include "engine/options/result.hpp"

namespace sq::options::monte_carlo {
class PayoffChecks {
 public:
  explicit PayoffChecks(const Diffusion& model) noexcept : model_{model} {}

  PayoffChecks& require(bool holds, Error otherwise) noexcept {
    const auto code = static_cast<std::uint8_t>(otherwise);
    if (!holds && code < worst_) worst_ = code;
    return *this;
  }
  PayoffChecks& asset(std::size_t index) noexcept { return range(index < model_.assets()); }
  PayoffChecks& finite(double number) noexcept {
    return require(std::isfinite(number), Error::NotFinite);
  }
  PayoffChecks& strike(double number) noexcept {
    return finite(number).require(number > 0, Error::StrikeNotPositive);
  }
  PayoffChecks& range(bool holds) noexcept { return require(holds, Error::ParameterRange); }
  PayoffChecks& no_dividends() noexcept {
    return require(model_.drops().empty(), Error::Unsupported);
  }
  [[nodiscard]] std::optional<Error> fault() const noexcept {
    if (worst_ == kNone) return std::nullopt;
    return static_cast<Error>(worst_);
  }

 private:
  static constexpr std::uint8_t kNone = 255;
  const Diffusion& model_;
  std::uint8_t worst_{kNone};
};
}  // namespace sq::options::monte_carlo
