// Writes a seeded market of a future and options on it, as files of our own format: what the
// instruments of a configuration need to be run without recordings.
//   options-generate config/options.toml --seconds 600 --seed 7
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>

#include "engine/settings/config.hpp"
#include "tools/options-generate/option_market.hpp"

int main(int argc, char** argv) {
  CLI::App app{"options-generate: a made market of a future and options on it, the same for the same seed"};
  std::filesystem::path config_file;
  std::filesystem::path folder;
  int seconds = 600;
  std::uint64_t seed = 7;
  app.add_option("config", config_file,
                 "its first instrument is the underlying, all others are options on it")
      ->required();
  app.add_option("--out", folder, "folder; the default is the configuration's session.data");
  app.add_option("--seconds", seconds, "of market, 20 quotes of the underlying each")
      ->check(CLI::Range(1, 86'400));
  app.add_option("--seed", seed, "of everything random");
  CLI11_PARSE(app, argc, argv);
  try {
    const sq::settings::Config config = sq::settings::load(config_file);
    for (std::size_t i = 0; i < config.instruments.size(); ++i) {
      const bool option = config.instruments[i].instrument.kind == sq::InstrumentKind::Option;
      if (option != (i != 0))
        throw std::runtime_error(fmt::format("{}: instrument {} must be {}", config_file.string(), i,
                                             i == 0 ? "the underlying" : "an option on the first"));
    }
    if (folder.empty()) folder = config.session.data;
    sq::options_generate::write_option_market(config, folder, seconds, seed);
    fmt::print("{}: {} instruments, {} s of market, seed {}\n", folder.string(),
               config.instruments.size(), seconds, seed);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "options-generate: {}\n", error.what());
    return 2;
  }
}
