// The program: one command line, one place that catches what start-up throws.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <exception>

#include "engine/app/commands.hpp"
#include "engine/app/options_command.hpp"
#include "engine/app/surveillance_command.hpp"

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

void add_book(CLI::App& app, BookOptions& options, bool& formats, int& code) {
  auto* command = app.add_subcommand("book", "Books and statistics of a market data file");
  auto* file = command->add_option("file", options.file, "market data in any of --formats");
  command->add_option("--format", options.format, "a name of --formats; told by the file if absent");
  command->add_option("--symbol", options.symbols, "only this one; can be given again");
  command->add_option("--depth", options.depth, "levels to show")->capture_default_str();
  command->add_option("--at", options.at, "stop there: HH:MM:SS[.f], YYYY-MM-DDTHH:MM:SS, or ns");
  command->add_option("--json", options.json, "write books and counts to this file");
  command->add_option("--orders-max", options.orders_max, "room for live orders")
      ->capture_default_str()
      ->check(CLI::Range(1, 500'000'000));
  command->add_flag("--formats", formats, "list the formats and stop");
  command->callback([&, file] {
    if (formats) {
      code = book_formats_command();
    } else if (file->count() == 0) {
      throw CLI::RequiredError("file");
    } else {
      code = book_command(options);
    }
  });
}

void add_convert(CLI::App& app, ConvertOptions& options, int& code) {
  auto* command = app.add_subcommand("convert", "Any market data file to our columnar format");
  command->add_option("from", options.from, "market data in any of book --formats")->required();
  command->add_option("to", options.to, "file to write, usually .sqmd")->required();
  command->add_option("--format", options.format, "of the file that is read");
  command->add_option("--symbol", options.symbols, "only this one; can be given again");
  command->callback([&] { code = convert_command(options); });
}

void add_surveil(CLI::App& app, SurveillanceOptions& options, int& code) {
  auto* command =
      app.add_subcommand("surveil", "Look for manipulation patterns in a market data file");
  command->add_option("file", options.file, "market data in any of book --formats")->required();
  command->add_option("--format", options.format, "a name of book --formats");
  command->add_option("--symbol", options.symbols, "only this one; can be given again");
  command->add_option("--json", options.json, "write alerts with their evidence to this file");
  command->add_option("--orders-max", options.orders_max, "room for live orders, a symbol")
      ->capture_default_str()
      ->check(CLI::Range(1'000, 10'000'000));
  command->add_option("--shown", options.shown, "alerts in the table")->capture_default_str();
  command->callback([&] { code = surveillance_command(options); });
}

void add_option_flags(CLI::App& command, OptionArguments& of) {
  command.add_option("--type", of.type, "call or put")->capture_default_str();
  command.add_option("--model", of.model,
                     "black-scholes, black-76, bachelier, american, barone-adesi-whaley, "
                     "bjerksund-stensland, leisen-reimer, cox-ross-rubinstein")
      ->capture_default_str();
  command.add_option("--spot", of.spot, "price of the underlying");
  command.add_option("--forward", of.forward, "black-76 and bachelier: in place of the spot");
  command.add_option("--strike", of.strike, "strike price");
  command.add_option("--years", of.years, "years to expiry");
  command.add_option("--rate", of.rate, "continuously compounded, 0.05 is 5 %");
  command.add_option("--yield", of.yield, "dividend or foreign rate");
  command.add_option("--displacement", of.displacement, "black-76 only");
  command.add_option("--preset", of.preset, "american: fast, accurate or reference");
  command.add_option("--steps", of.steps, "trees: 3 to 20000");
  command.add_option("--json", of.json, "write the answer to this file");
}

void add_options(CLI::App& app, OptionArguments& of, int& code) {
  auto* options = app.add_subcommand("options", "Price options, imply volatilities");
  options->require_subcommand(1);
  auto* price = options->add_subcommand("price", "Price and Greeks of an option");
  add_option_flags(*price, of);
  price->add_option("--volatility,--vol", of.volatility, "annual, 0.2 is 20 %");
  price->callback([&] { code = options_price_command(of); });
  auto* iv = options->add_subcommand("iv", "Implied volatility of a price");
  add_option_flags(*iv, of);
  iv->add_option("--price", of.price, "price of the option");
  iv->callback([&] { code = options_iv_command(of); });
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
  BookOptions book;
  OptionArguments option;
  SurveillanceOptions surveillance;
  ConvertOptions convert;
  bool book_formats = false;
  std::filesystem::path check_config;
  std::filesystem::path doctor_json;
  try {
    add_run(app, run, code);
    add_replay(app, replay, code);
    add_wal(app, wal, code);
    add_book(app, book, book_formats, code);
    add_convert(app, convert, code);
    add_surveil(app, surveillance, code);
    add_options(app, option, code);
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
