// Planted faults: tools/check tidy fails when clang-tidy misses one of them. Not part of any
// program.
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace Wrong {         // expect: readability-identifier-naming
constexpr int limit = 3;  // expect: readability-identifier-naming
class order_gate {        // expect: readability-identifier-naming
 public:
  int Check() { return size; }  // expect: readability-identifier-naming

 private:
  int size{limit};  // expect: readability-identifier-naming
};
enum class Side { buy };  // expect: readability-identifier-naming

struct Base {
  int a{0};
};
struct Derived : Base {
  int b{0};
};
Base slice(const Derived& derived) { return derived; }  // expect: cppcoreguidelines-slicing

std::string moved_twice(std::string text) {
  std::string other = std::move(text);
  return other + text;  // expect: bugprone-use-after-move
}

int null_read(int* p) {
  if (p == nullptr) return *p;  // expect: clang-analyzer-core.NullDereference
  return 0;
}

std::size_t copies(const std::vector<std::string>& names) {
  std::size_t size = 0;
  for (const auto name : names) size += name.size();  // expect: performance-for-range-copy
  return size;
}

int shell() { return std::system("true"); }  // expect: concurrency-mt-unsafe

double half(int n) { return n / 2; }  // expect: bugprone-integer-division
}  // namespace Wrong
