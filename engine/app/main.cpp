// The program: one command line, one place that catches what start-up throws.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <exception>

#include "engine/app/commands.hpp"
#include "engine/app/options/chain_command.hpp"
#include "engine/app/options_command.hpp"
#include "engine/app/record/record_command.hpp"
#include "engine/app/surveillance_command.hpp"
#include "engine/app/wal_export.hpp"
#include "engine/app/wal_repair_command.hpp"

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
  command
      ->add_option("--arm", options.arm,
                   "fingerprints of the keys that may trade real money in this run, with commas")
      ->delimiter(',');
  command->callback([&] { code = run_command(options); });
}

struct ReplayArguments {
  ReplayOptions replay;
  WhatIfOptions what_if;
};

void add_replay(CLI::App& app, ReplayArguments& of, int& code) {
  auto* command =
      app.add_subcommand("replay", "Feed a log through the core again and compare every decision");
  command->add_option("wal_dir", of.replay.log_dir, "folder of the log")->required();
  command->add_option("--config", of.replay.config, "another configuration than the log's own");
  auto* what_if = command->add_option(
      "--what-if", of.what_if.config,
      "simulate the session again with this configuration; with the log's own when none is given");
  what_if->expected(0, 1)->excludes("--config");
  auto* set = command->add_option("--set", of.what_if.assignments,
                                  "simulate it again with key=value changed; can be given again");
  set->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->excludes("--config");
  command->add_option("--json", of.replay.json, "write the result to this file");
  command->callback([&, what_if, set] {
    if (what_if->count() == 0 && set->count() == 0) {
      code = replay_command(of.replay);
      return;
    }
    of.what_if.log_dir = of.replay.log_dir;
    of.what_if.json = of.replay.json;
    code = what_if_command(of.what_if);
  });
}

void add_parity(CLI::App& app, ParityOptions& options, int& code) {
  auto* command = app.add_subcommand(
      "parity", "How close a session is to its simulation, or to another session's log");
  command->add_option("wal_dir", options.log_dir, "folder of the session's log")->required();
  command->add_option("other_dir", options.other_dir, "log to compare with; without: a simulation");
  command->add_option("--what-if", options.config, "configuration of the simulation");
  command
      ->add_option("--set", options.assignments,
                   "key=value changed in the simulation; can be given again")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--json", options.json, "write the report to this file");
  command->add_option("--html", options.html, "write a page with charts to this file");
  command->add_option("--shown", options.shown, "different orders in the table")
      ->capture_default_str();
  command->add_option("--score-min", options.score_min, "a lower score is exit code 1")
      ->check(CLI::Range(0.0, 100.0));
  command->callback([&] { code = parity_command(options); });
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

void add_record(CLI::App& app, RecordOptions& options, int& code) {
  auto* command =
      app.add_subcommand("record", "Record the market streams of a configuration's venues");
  command->add_option("config", options.config, "with [[venue]]: config/paper.toml")->required();
  command->add_option("--out", options.out, "folder for the files")->required();
  command->add_option("--minutes", options.minutes, "then end; else on Ctrl-C")
      ->check(CLI::Range(0.001, 525'600.0));
  command->add_option("--json", options.json, "write the summary to this file");
  command->callback([&] { code = record_command(options); });
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
                     "bjerksund-stensland, bjerksund-stensland-1993, ju-zhong, "
                     "finite-difference, leisen-reimer, cox-ross-rubinstein")
      ->capture_default_str();
  command.add_option("--spot", of.spot, "price of the underlying");
  command.add_option("--forward", of.forward, "black-76 and bachelier: in place of the spot");
  command.add_option("--strike", of.strike, "strike price");
  command.add_option("--years", of.years, "years to expiry");
  command.add_option("--rate", of.rate, "continuously compounded, 0.05 is 5 %");
  command.add_option("--yield", of.yield, "dividend or foreign rate");
  command.add_option("--displacement", of.displacement, "black-76 only");
  command.add_option("--preset", of.preset, "american: fast, accurate or reference");
  command.add_option("--steps", of.steps, "trees: 3 to 20000; finite-difference: 10 to 5000");
  command.add_option("--points", of.points, "finite-difference: 16 to 5000");
  command.add_option("--json", of.json, "write the answer to this file");
}

void add_chain(CLI::App& options, ChainArguments& of, int& code) {
  auto* chain = options.add_subcommand(
      "chain", "A chain file: forwards, fitted smiles, arbitrage, volatilities, Greeks, pictures");
  chain->add_option("file", of.file, "Cboe csv or json, NSE json, Upstox json, Deribit csv")
      ->required();
  chain->add_option("--model", of.model, "svi, ssvi or sabr")->capture_default_str();
  chain->add_option("--enforce", of.enforce,
                    "none, butterfly, calendar or both; both if absent, sabr: none");
  chain->add_option("--beta", of.beta, "of sabr, 0 to 1; 1 if absent");
  chain->add_option("--rate", of.rate, "per year; from put-call parity if absent");
  chain->add_option("--time", of.time, "of the quotes, YYYY-MM-DDTHH:MM:SS in UTC");
  chain->add_option("--expiry", of.expiry, "YYYY-MM-DD: this one alone, with its options");
  chain->add_flag("--options", of.options, "volatility and Greeks of every option used");
  chain->add_option("--chart", of.chart, "write pictures to this .html or .svg file");
  chain->add_option("--json", of.json, "write the surface to this file");
  chain->callback([&] { code = options_chain_command(of); });
}

void add_options(CLI::App& app, OptionArguments& of, ChainArguments& chain, int& code) {
  auto* options = app.add_subcommand("options", "Price options, imply volatilities, fit surfaces");
  options->require_subcommand(1);
  auto* price = options->add_subcommand("price", "Price and Greeks of an option");
  add_option_flags(*price, of);
  price->add_option("--volatility,--vol", of.volatility, "annual, 0.2 is 20 %");
  price->callback([&] { code = options_price_command(of); });
  auto* iv = options->add_subcommand("iv", "Implied volatility of a price");
  add_option_flags(*iv, of);
  iv->add_option("--price", of.price, "price of the option");
  iv->callback([&] { code = options_iv_command(of); });
  add_chain(*options, chain, code);
}

struct WalOptions {
  WalDumpOptions dump;
  WalExportOptions exported;
  WalQueryOptions query;
  WalRepairOptions repair;
  std::filesystem::path dir;
  std::filesystem::path json;
};

void add_wal_tables(CLI::App& wal, WalOptions& options, int& code) {
  WalExportOptions& exported = options.exported;
  auto* export_command = wal.add_subcommand("export", "A log as JSON lines, CSV files or SQLite");
  export_command->add_option("wal_dir", exported.log_dir, "folder of the log")->required();
  export_command->add_option("--format", exported.format, "jsonl, csv or sqlite")->required();
  export_command->add_option("--out", exported.out, "file (jsonl: - is the output); csv: a folder")
      ->required();
  export_command->add_option("--from", exported.from, "first sequence");
  export_command->add_option("--to", exported.to, "last sequence");
  export_command->add_option("--kinds", exported.kinds, "only these record kinds: A,B,C")
      ->delimiter(',');
  export_command->add_flag("--orders-only", exported.orders_only, "leave market data out");
  export_command->callback([&] { code = wal_export_command(exported); });
  WalRepairOptions& repair = options.repair;
  auto* repair_command =
      wal.add_subcommand("repair", "What a damaged log lost; --apply makes a whole one of the rest");
  repair_command->add_option("wal_dir", repair.log_dir, "folder of the log")->required();
  repair_command->add_flag("--apply", repair.apply, "write the repaired log, set the damaged one aside");
  repair_command->add_flag("--all", repair.all, "list everything, not the first 20");
  repair_command->add_option("--json", repair.json, "also as JSON");
  repair_command->callback([&] { code = wal_repair_command(repair); });
  WalQueryOptions& query = options.query;
  auto* query_command = wal.add_subcommand("query", "Ask a log in SQL: SELECT ... FROM fills");
  query_command->add_option("wal_dir", query.log_dir, "folder of the log, or an archive's file")
      ->required();
  query_command->add_option("sql", query.sql, "one SELECT")->required();
  query_command->add_option("--cache", query.cache, "keep the tables in this file for next time");
  query_command->add_flag("--json", query.json, "one JSON object a row");
  query_command->callback([&] { code = wal_query_command(query); });
  auto* stats_command = wal.add_subcommand("stats", "Counts, bytes and rates of a log");
  stats_command->add_option("wal_dir", options.dir, "folder of the log")->required();
  stats_command->add_option("--json", options.json, "write the result to this file");
  stats_command->callback([&] { code = wal_stats_command(options.dir, options.json); });
}

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
  add_wal_tables(*wal, options, code);
}
}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"ShrivenQuant: a deterministic low-latency trading engine"};
  app.require_subcommand(1);
  int code = 0;
  RunOptions run;
  ReplayArguments replay;
  ParityOptions parity;
  WalOptions wal;
  BookOptions book;
  OptionArguments option;
  ChainArguments chain;
  SurveillanceOptions surveillance;
  ConvertOptions convert;
  RecordOptions record;
  bool book_formats = false;
  std::filesystem::path check_config;
  std::filesystem::path doctor_json;
  try {
    add_run(app, run, code);
    add_replay(app, replay, code);
    add_parity(app, parity, code);
    add_wal(app, wal, code);
    add_book(app, book, book_formats, code);
    add_convert(app, convert, code);
    add_record(app, record, code);
    add_surveil(app, surveillance, code);
    add_options(app, option, chain, code);
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
