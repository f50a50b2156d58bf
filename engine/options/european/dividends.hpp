// European options on an asset with known discrete dividends, in two models:
// - escrowed: the spot less the present value of the dividends is lognormal. One formula; what most
//   tables mean. Its volatility is that of the remainder, so it is too low before a dividend.
// - piecewise: the spot itself is lognormal and falls by the dividend (never below 0). Exact for
//   proportional dividends; for cash ones integrated backwards from dividend to dividend.
// Thread: any. Cost: escrowed 100 ns; piecewise 1 to 20 ms a cash dividend, allocates: not for the
// hot path. Errors: those of european.hpp; ParameterRange for a dividend that is negative, not
// finite, out of time order or takes all (proportion >= 1, or escrowed remainder < 0).
// Accuracy of piecewise: 1e-7 of spot + strike where the last dividend is not closer to the expiry
// than 1 % of the time. Source: Haug, Haug and Lewis, "Back to basics" (2003).
#pragma once

#include <span>

#include "engine/options/dividend.hpp"
#include "engine/options/european/european.hpp"
#include "engine/options/result.hpp"

namespace sq::options {
// Dividends in increasing order of years >= 0; those after the expiry are ignored.
// The spot that the escrowed model uses: forward at expiry discounted by r - q.
[[nodiscard]] Result<double> escrowed_spot(const Market& market, double years,
                                           std::span<const Dividend> dividends) noexcept;
[[nodiscard]] Result<double> escrowed_dividend_price(const Market& market, const Vanilla& option,
                                                     std::span<const Dividend> dividends) noexcept;
[[nodiscard]] Result<Greeks> escrowed_dividend_greeks(const Market& market, const Vanilla& option,
                                                      std::span<const Dividend> dividends) noexcept;
// May throw std::bad_alloc.
[[nodiscard]] Result<double> piecewise_dividend_price(const Market& market, const Vanilla& option,
                                                      std::span<const Dividend> dividends);
}  // namespace sq::options
