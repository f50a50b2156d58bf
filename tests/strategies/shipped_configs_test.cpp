// The configurations in config/ against the strategies they name.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "engine/settings/config.hpp"
#include "engine/strategy/check_parameters.hpp"
#include "strategies/registry.hpp"
#include "tests/support/recorded_data.hpp"

using namespace sq;
using namespace sq::settings;
namespace fs = std::filesystem;

namespace {
std::string text_of_file(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}
// "# idle = "yield"   # ..." becomes a line that counts.
std::string with_defaults_written(const std::string& text, int& count) {
  std::istringstream lines{text};
  std::string result;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t equals = line.find(" = ");
    const bool key =
        line.starts_with("# ") && equals != std::string::npos && equals == line.find(' ', 2);
    if (key && !line.starts_with("# order_latency_file")) {
      line.erase(0, 2);
      ++count;
    }
    result += line + "\n";
  }
  return result;
}
std::vector<RawParameter> resolved_of(const StrategySettings& strategy) {
  const strategy::StrategyKind* kind = strategies::find(strategy.kind);
  REQUIRE(kind != nullptr);
  const auto checked = strategy::check_parameters(kind->parameters, strategy);
  if (!checked) FAIL(to_text(checked.error().front()));
  return checked->resolved;
}
}  // namespace

TEST_CASE("no strategy declares a parameter that contradicts itself", "[strategies]") {
  for (const auto& kind : strategies::registry()) {
    for (const auto& spec : kind.parameters) {
      INFO(kind.name << "." << spec.name);
      CHECK(strategy::fault_of(spec).empty());
    }
  }
}

TEST_CASE("every configuration in config/ is accepted with its strategies' parameters",
          "[strategies]") {
  int files = 0;
  for (const auto& entry : fs::directory_iterator{test::project_dir() / "config"}) {
    if (entry.path().extension() != ".toml") continue;
    ++files;
    INFO(entry.path());
    Config config = load(entry.path());
    for (StrategySettings& each : config.strategies) {
      each.parameters = resolved_of(each);
      CHECK_FALSE(each.parameters.empty());
    }
    // With all defaults in, it still parses back to the same.
    CHECK(parse(resolved_text(config), "resolved", "/elsewhere") == config);
  }
  CHECK(files >= 2);
}

TEST_CASE("each default that the demo shows in a comment is the real one", "[strategies]") {
  const fs::path path = test::project_dir() / "config/demo.toml";
  Config config = load(path);
  int count = 0;
  Config written =
      parse(with_defaults_written(text_of_file(path), count), path.string(), path.parent_path());
  CHECK(count > 40);
  REQUIRE(written.strategies.size() == config.strategies.size());
  for (std::size_t i = 0; i < config.strategies.size(); ++i) {
    const auto a = resolved_of(config.strategies[i]);
    const auto b = resolved_of(written.strategies[i]);
    REQUIRE(a.size() == b.size());
    CHECK(written.strategies[i].parameters.size() == b.size());  // all are shown
    const strategy::StrategyKind* kind = strategies::find(config.strategies[i].kind);
    for (std::size_t p = 0; p < a.size(); ++p) {
      INFO(a[p].name << " = " << a[p].text << " or " << b[p].text);
      const auto& spec = kind->parameters[p];
      CHECK(strategy::parse_parameter(spec, a[p].text).index() == 0);
      CHECK(std::get<0>(strategy::parse_parameter(spec, a[p].text)) ==
            std::get<0>(strategy::parse_parameter(spec, b[p].text)));
    }
    config.strategies[i].parameters.clear();
    written.strategies[i].parameters.clear();
  }
  CHECK(written == config);
}
