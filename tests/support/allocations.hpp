// Counts operator new, so that a test or bench can prove that a path allocates nothing.
// Link the target sq_allocations: it replaces the global operator new and delete.
// Thread: any; each thread counts its own. Cost: one thread-local increment an allocation.
#pragma once

#include <cstdint>

namespace sq {
[[nodiscard]] std::uint64_t allocations_on_this_thread() noexcept;
}  // namespace sq
