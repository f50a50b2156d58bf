#include "tools/binance-exchange/venue.hpp"

namespace sq::exchange {
SymbolMarket& Venue::market(const Params& params) {
  const auto found = markets_.find(params.need("symbol"));
  if (found == markets_.end()) throw Failure{400, -1121, "Invalid symbol.", {}};
  return *found->second;
}
}  // namespace sq::exchange
