// Price and Greeks for inputs outside the range of kernel.hpp; any finite input.
// Thread: pure function. Cost: about 120 ns. Errors: as european_greeks. Units: as there.
#pragma once

#include "engine/options/european/european.hpp"

namespace sq::options::european {
[[nodiscard]] Result<Greeks> slow_greeks(const Market& market, const Vanilla& option) noexcept;
}  // namespace sq::options::european
