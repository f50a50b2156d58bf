// PIN, the probability of informed trading, from the numbers of buys and sells of each day. A day
// brings news with probability alpha, bad news with probability delta of those; uninformed buys and
// sells arrive at eps_b and eps_s a day, informed trades at mu on the side of the news:
//   L(day) = (1 - alpha) P(B; eps_b) P(S; eps_s) + alpha delta P(B; eps_b) P(S; eps_s + mu)
//          + alpha (1 - delta) P(B; eps_b + mu) P(S; eps_s),   P Poisson, with its factorial
//   PIN = alpha mu / (alpha mu + eps_b + eps_s)
// The fit maximises the likelihood by expectation-maximisation (informed trades of a day are a
// hidden part of its count), which never lowers it, from a grid of starts.
// Thread: any, cold. Cost: 60 ns a day for the likelihood; a fit of 60 days about 20 ms. Units:
// trades a day. Errors: Empty, or all days without trades. Allocates for one pass over the days.
// Source: Easley, Kiefer, O'Hara and Paperman, J. Finance 51(4), 1996, eq. 6 to 8; Easley,
// Hvidkjaer and O'Hara, J. Finance 57(5), 2002, eq. 1; starts as in Yan and Zhang, J. Banking &
// Finance 36(2), 2012.
#pragma once

#include <cstdint>
#include <expected>
#include <span>

namespace sq::book::analytics {
struct DayCounts {
  std::uint64_t buys{0};
  std::uint64_t sells{0};
};

struct PinParameters {
  double alpha{0};  // 0 to 1
  double delta{0};  // 0 to 1: probability of bad news, given news
  double mu{0};
  double eps_b{0};
  double eps_s{0};
  [[nodiscard]] double pin() const noexcept { return alpha * mu / (alpha * mu + eps_b + eps_s); }
};

struct PinFit {
  PinParameters parameters{};
  double log_likelihood{0};
  std::uint32_t iterations{0};  // of the best start
};

enum class PinError : std::uint8_t { NoDays, NoTrades };

// Rates must be above 0 where a count is; a day that is impossible makes it -infinity.
[[nodiscard]] double pin_log_likelihood(std::span<const DayCounts> days,
                                        const PinParameters& parameters) noexcept;
[[nodiscard]] std::expected<PinFit, PinError> fit_pin(std::span<const DayCounts> days,
                                                      std::uint32_t iterations_max = 2000);
}  // namespace sq::book::analytics
