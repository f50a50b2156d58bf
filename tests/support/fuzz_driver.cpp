// Runs a fuzz function without libFuzzer, so that every build exercises it: the files of the folder
// given (its corpus, if there is one), each mutated, then pseudo-random bytes. Seeded: one input
// sequence on every machine. A file .hex holds the digits of its bytes. The search for new inputs
// is tools/check fuzz.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {
using Bytes = std::vector<std::uint8_t>;
constexpr int kMutationsPerFile = 200;
constexpr int kRandomInputs = 5'000;
constexpr std::size_t kRandomSizeMax = 512;

class Driver {
 public:
  void run(const Bytes& input) {
    LLVMFuzzerTestOneInput(input.data(), input.size());
    ++runs_;
  }

  void run_mutations(const Bytes& original) {
    run(original);
    for (int i = 0; i < kMutationsPerFile && !original.empty(); ++i) {
      Bytes input = original;
      for (auto flips = 1 + below(4); flips > 0; --flips) {
        input[below(input.size())] = static_cast<std::uint8_t>(below(256));
      }
      if (below(4) == 0) input.resize(below(input.size() + 1));
      run(input);
    }
  }

  void run_random() {
    Bytes input(below(kRandomSizeMax));
    for (auto& byte : input) byte = static_cast<std::uint8_t>(below(256));
    run(input);
  }

  [[nodiscard]] int runs() const { return runs_; }

 private:
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }
  std::mt19937_64 random_{42};
  int runs_{0};
};

Bytes read(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  Bytes bytes{std::istreambuf_iterator<char>{file}, {}};
  if (path.extension() != ".hex") return bytes;
  std::erase(bytes, '\n');
  Bytes made(bytes.size() / 2);
  for (std::size_t i = 0; i < made.size(); ++i)
    made[i] = static_cast<std::uint8_t>(
        std::stoi(std::string{bytes.begin() + static_cast<std::ptrdiff_t>(2 * i),
                              bytes.begin() + static_cast<std::ptrdiff_t>(2 * i + 2)},
                  nullptr, 16));
  return made;
}
}  // namespace

int main(int argc, char** argv) {
  Driver driver;
  int files = 0;
  if (argc > 1 && std::filesystem::is_directory(argv[1])) {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator{argv[1]})
      if (entry.is_regular_file()) paths.push_back(entry.path());
    std::ranges::sort(paths);  // a folder's own order is another one elsewhere
    for (const auto& path : paths) {
      driver.run_mutations(read(path));
      ++files;
    }
  }
  for (int i = 0; i < kRandomInputs; ++i) driver.run_random();
  std::printf("%d inputs, %d files of the corpus\n", driver.runs(), files);
  return 0;
}
