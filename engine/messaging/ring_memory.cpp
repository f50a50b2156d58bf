#include "engine/messaging/ring_memory.hpp"

#include <sys/mman.h>

#include <cstdint>
#include <cstring>
#include <new>
#include <tuple>

namespace sq {
namespace {
constexpr std::size_t kPage = 4096;
constexpr std::size_t kHugePage = std::size_t{2} << 20;
}  // namespace

RingMemory::RingMemory(std::size_t bytes) : bytes_{(bytes + kPage - 1) / kPage * kPage} {
  // A huge page must start at a multiple of its size: map one more and give back what is too much.
  const bool huge = bytes_ >= kHugePage;
  const std::size_t mapped = huge ? bytes_ + kHugePage : bytes_;
  void* const start =
      ::mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) throw std::bad_alloc{};
  data_ = static_cast<std::byte*>(start);
  if (huge) {
    const std::size_t past = reinterpret_cast<std::uintptr_t>(start) % kHugePage;
    const std::size_t before = past == 0 ? 0 : kHugePage - past;
    if (before != 0) ::munmap(data_, before);
    data_ += before;
    if (kHugePage != before) ::munmap(data_ + bytes_, kHugePage - before);
    std::ignore = ::madvise(data_, bytes_, MADV_HUGEPAGE);  // refused: small pages work as well
  }
  std::memset(data_, 0, bytes_);
}

RingMemory::~RingMemory() { ::munmap(data_, bytes_); }
}  // namespace sq
