// The program: one command line, one place that catches what start-up throws.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <exception>

#include "engine/app/commands.hpp"

namespace {
using namespace sq::app;

void add_run(CLI::App& app, RunOptions& options, int& code) {
  auto* command = app.add_subcommand("run", "Run the engine with a configuration");
  command->add_option("config", options.config, "TOML file")->required();
  command->add_option("--speed", options.speed, "times recorded time, 1 to 100000, or max");
  command->add_option("--data", options.data, "folder of the recordings");
  command->add_option("--log-dir", options.log_dir, "folder of the write-ahead log");
  command->add_option("--json", options.json, "write the summary to this file");
  command->add_flag("--serve", options.serve, "keep the admin port up after the end");
  command->callback([&] { code = run_command(options); });
}

void add_replay(CLI::App& app, ReplayOptions& options, int& code) {
  auto* command =
      app.add_subcommand("replay", "Feed a log through the core again and compare every decision");
  command->add_option("wal_dir", options.log_dir, "folder of the log")->required();
  command->add_option("--config", options.config, "another configuration than the log's own");
  command->add_option("--json", options.json, "write the result to this file");
  command->callback([&] { code = replay_command(options); });
}

struct WalOptions {
  WalDumpOptions dump;
  std::filesystem::path dir;
  std::filesystem::path json;
};

void add_wal(CLI::App& app, WalOptions& options, int& code) {
  WalDumpOptions& dump = options.dump;
  auto* wal = app.add_subcommand("wal", "Read a write-ahead log");
  wal->require_subcommand(1);
  auto* dump_command = wal->add_subcommand("dump", "Print records, one a line");
  dump_command->add_option("wal_dir", dump.log_dir, "folder of the log")->required();
  dump_command->add_option("--from", dump.from, "first sequence");
  dump_command->add_option("--count", dump.count, "how many; 0 is all");
  dump_command->add_flag("--orders-only", dump.orders_only, "leave market data out");
  dump_command->add_flag("--json", dump.json, "one JSON object a line");
  dump_command->callback([&] { code = wal_dump_command(dump); });
  auto* verify_command = wal->add_subcommand("verify", "Check every record of a log");
  verify_command->add_option("wal_dir", options.dir, "folder of the log")->required();
  verify_command->add_option("--json", options.json, "write the result to this file");
  verify_command->callback([&] { code = wal_verify_command(options.dir, options.json); });
  auto* state_command = wal->add_subcommand("state", "What a log adds up to: orders, positions, cash");
  state_command->add_option("wal_dir", options.dir, "folder of the log")->required();
  state_command->add_option("--json", options.json, "write the result to this file");
  state_command->callback([&] { code = wal_state_command(options.dir, options.json); });
}
}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"ShrivenQuant: a deterministic low-latency trading engine"};
  app.require_subcommand(1);
  int code = 0;
  RunOptions run;
  ReplayOptions replay;
  WalOptions wal;
  std::filesystem::path check_config;
  std::filesystem::path doctor_json;
  try {
    add_run(app, run, code);
    add_replay(app, replay, code);
    add_wal(app, wal, code);
    auto* check = app.add_subcommand("check", "Check a configuration");
    check->add_option("config", check_config, "TOML file")->required();
    check->callback([&] { code = check_command(check_config); });
    auto* doctor = app.add_subcommand("doctor", "Look at the machine: what to change for bare metal");
    doctor->add_option("--json", doctor_json, "write the findings to this file");
    doctor->callback([&] { code = doctor_command(doctor_json); });
    app.add_subcommand("strategies", "List the strategies and their parameters")->callback([&] {
      code = strategies_command();
    });
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  } catch (const std::exception& error) {
    fmt::print(stderr, "shrivenquant: {}\n", error.what());
    return 2;
  }
  return code;
}
