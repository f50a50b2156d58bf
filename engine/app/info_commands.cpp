// Commands that only look: check, doctor, strategies.
#include <fmt/format.h>

#include <boost/json.hpp>

#include "engine/app/commands.hpp"
#include "engine/app/core_setup.hpp"
#include "engine/app/live/connections.hpp"
#include "engine/settings/config.hpp"
#include "engine/telemetry/machine.hpp"
#include "engine/types/text.hpp"
#include "strategies/registry.hpp"

namespace sq::app {
int check_command(const std::filesystem::path& file) {
  settings::Config config = settings::load(file);
  const core::CoreSetup setup = core_setup(config);
  fmt::print("{}: good. instance {}, {} instruments, {} strategies, {} recordings, log {}\n",
             file.string(), config.engine.instance, setup.instruments.size(),
             setup.strategies.size(), config.session.recordings.size(), config.log.dir.string());
  for (const std::string& line : connection_lines(config)) fmt::print("  {}\n", line);
  for (const auto& each : config.strategies)
    fmt::print("  strategy {:<12} {} ({}), starts {}\n", each.name, each.kind,
               each.instruments.size() == 1 ? "1 instrument"
                                            : fmt::format("{} instruments", each.instruments.size()),
               text_of(each.start));
  return 0;
}

int strategies_command() {
  for (const auto& kind : strategies::registry()) {
    fmt::print("{}\n  {}\n", kind.name, kind.summary);
    for (const auto& spec : kind.parameters)
      fmt::print("    {:<20} {:<28} {:>12} to {:<12} default {:<8} {}\n", spec.name, spec.unit,
                 spec.min, spec.max, spec.default_value.empty() ? "none" : spec.default_value,
                 spec.meaning);
  }
  return 0;
}

int doctor_command(const std::filesystem::path& json) {
  const auto findings = telemetry::inspect_machine();
  telemetry::print_findings(stdout, findings);
  if (json.empty()) return 0;
  boost::json::array array;
  for (const auto& finding : findings)
    array.push_back(boost::json::object{{"name", finding.name},
                                        {"value", finding.value},
                                        {"status", telemetry::text_of(finding.status)},
                                        {"change", finding.change}});
  write_file(json, boost::json::serialize(boost::json::object{{"findings", array}}) + "\n");
  return 0;
}
}  // namespace sq::app
