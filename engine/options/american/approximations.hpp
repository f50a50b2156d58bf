// Published closed approximations of American prices, cheaper than the integral equation.
// Thread: free functions. Cost on AVX-512: Bjerksund-Stensland 1993 0.25 us, Barone-Adesi-Whaley
// 0.28 us, Ju-Zhong 0.46 us, Bjerksund-Stensland 2002 0.7 us. Errors: by value; Unsupported for
// yield < rate < 0 as a put sees them (american_price can).
// Accuracy in units of the strike, lives to three years and volatilities to 60 %, at worst: Barone-
// Adesi-Whaley 0.011, Ju-Zhong 0.0015, Bjerksund-Stensland 0.005, both from below; a tenth of that
// for lives of months. The formulas themselves are evaluated to 2e-6 (Barone-Adesi-Whaley, whose
// critical price is interpolated), 2e-8 (Bjerksund-Stensland 2002) and 1e-11.
// Units: as in result.hpp.
// Source: Barone-Adesi and Whaley, Journal of Finance 42 (1987); Ju and Zhong, Journal of
// Derivatives 7 (1999); Bjerksund and Stensland, Scandinavian Journal of Management 9 (1993) and
// working paper (2002), as in Haug, The Complete Guide to Option Pricing Formulas (2007),
// chapter 3.
#pragma once

#include "engine/options/result.hpp"

namespace sq::options::american {
[[nodiscard]] Result<double> barone_adesi_whaley(const Market& market,
                                                 const Vanilla& option) noexcept;
[[nodiscard]] Result<double> ju_zhong(const Market& market, const Vanilla& option) noexcept;
[[nodiscard]] Result<double> bjerksund_stensland_1993(const Market& market,
                                                      const Vanilla& option) noexcept;
[[nodiscard]] Result<double> bjerksund_stensland_2002(const Market& market,
                                                      const Vanilla& option) noexcept;
}  // namespace sq::options::american
