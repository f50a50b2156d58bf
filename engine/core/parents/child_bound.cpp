// What a parent lets its children be: new ones and the changes of those that work.
#include "engine/core/core.hpp"
#include "engine/core/parents/parent_desk.hpp"

namespace sq::core {
risk::Verdict ParentDesk::check(const OrderRequest& child, InstrumentId instrument) const noexcept {
  return core_.ledger_.parents().check(child, instrument, creating_, core_.wall_);
}

risk::Verdict ParentDesk::check_amend(const oms::Order& child, Price limit,
                                      Qty added) const noexcept {
  return core_.ledger_.parents().check_amend(child.request, child.instrument, limit, added,
                                             creating_, core_.wall_);
}
}  // namespace sq::core
