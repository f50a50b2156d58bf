#include "engine/book/l3/huge_array.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <charconv>
#include <cstring>
#include <cstdio>
#include <string_view>

namespace sq::book::l3 {
namespace {
constexpr std::size_t kHugePage = std::size_t{2} << 20;

std::size_t page_size() { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

constexpr std::size_t round_up(std::size_t bytes, std::size_t page) {
  return (bytes + page - 1) / page * page;
}

void* map(std::size_t bytes) {
  void* address =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (address == MAP_FAILED) throw std::bad_alloc{};
  return address;
}

// A huge page needs an aligned place: map one more and give back both ends. What is left over
// beyond whole huge pages stays on ordinary ones.
void* map_aligned(std::size_t bytes) {
  auto* const address = static_cast<std::byte*>(map(bytes + kHugePage));
  const auto begin = reinterpret_cast<std::uintptr_t>(address);
  const std::size_t head = round_up(begin, kHugePage) - begin;
  if (head > 0) ::munmap(address, head);
  if (kHugePage > head) ::munmap(address + head + bytes, kHugePage - head);
  return address + head;
}
}  // namespace

HugeMemory::HugeMemory(std::size_t bytes) {
  if (bytes > std::numeric_limits<std::size_t>::max() / 2) throw std::bad_alloc{};
  bytes_ = round_up(bytes == 0 ? 1 : bytes, page_size());
  if (bytes < kHugePage) {
    data_ = map(bytes_);
  } else {
    data_ = map_aligned(bytes_);
    static_cast<void>(::madvise(data_, bytes_, MADV_HUGEPAGE));  // refused: ordinary pages
  }
  std::memset(data_, 0, bytes_);  // faults every page in now
}

HugeMemory::~HugeMemory() {
  if (data_ != nullptr) ::munmap(data_, bytes_);
}

// Entries are a line "<from>-<to> ..." and lines "<name>: <value> kB".
std::size_t HugeMemory::huge_bytes() const {
  constexpr std::string_view kHuge = "AnonHugePages:";
  std::FILE* file = std::fopen("/proc/self/smaps", "r");
  if (file == nullptr) return 0;
  const auto begin = reinterpret_cast<std::uintptr_t>(data_);
  bool inside = false;
  std::size_t huge = 0;
  char text[512];
  while (std::fgets(text, sizeof text, file) != nullptr) {
    const std::string_view line{text};
    const char* const end = line.data() + line.size();
    std::uintptr_t from = 0;
    std::uintptr_t to = 0;
    const auto first = std::from_chars(line.data(), end, from, 16);
    if (first.ec == std::errc{} && first.ptr != end && *first.ptr == '-' &&
        std::from_chars(first.ptr + 1, end, to, 16).ec == std::errc{}) {
      inside = from < begin + bytes_ && to > begin;  // neighbours may share one entry
    } else if (inside && line.starts_with(kHuge)) {
      const std::size_t at = line.find_first_not_of(' ', kHuge.size());
      std::size_t kilobytes = 0;
      if (at != std::string_view::npos) std::from_chars(line.data() + at, end, kilobytes);
      huge += kilobytes * 1024;
    }
  }
  std::fclose(file);
  return huge < bytes_ ? huge : bytes_;
}
}  // namespace sq::book::l3
