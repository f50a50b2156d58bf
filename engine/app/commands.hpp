// The commands of `shrivenquant`. Each returns the exit code: 0 done, 1 failed or found a
// difference, 2 the input is not usable.
// Thread: main. Errors: exceptions of start-up are caught once, in main().
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace sq::app {
struct RunOptions {
  std::filesystem::path config;
  std::string speed;              // "": as configured
  std::filesystem::path data;     // "": as configured
  std::filesystem::path log_dir;  // "": as configured
  std::filesystem::path json;     // "": none
  bool serve{false};              // keep the admin port up after the end
  std::vector<std::string> arm;   // fingerprints of keys that trade real money
};
int run_command(const RunOptions& options);

struct ReplayOptions {
  std::filesystem::path log_dir;
  std::filesystem::path config;  // "": the one in the log
  std::filesystem::path json;    // "": none
};
int replay_command(const ReplayOptions& options);

// The session simulated again on the log's own market data.
struct WhatIfOptions {
  std::filesystem::path log_dir;
  std::filesystem::path config;          // "": the log's
  std::vector<std::string> assignments;  // key=value over it
  std::filesystem::path json;            // "": none
};
int what_if_command(const WhatIfOptions& options);

// A session beside its simulation, or beside another log.
struct ParityOptions {
  std::filesystem::path log_dir;
  std::filesystem::path other_dir;       // "": the log simulated again
  std::filesystem::path config;          // of the simulation; "": the log's
  std::vector<std::string> assignments;  // key=value over it
  std::filesystem::path json;            // "": none
  std::filesystem::path html;            // "": none
  std::size_t shown{20};                 // different orders in the table
  double score_min{0.0};                 // a lower score is exit code 1
};
int parity_command(const ParityOptions& options);

int check_command(const std::filesystem::path& config);
int doctor_command(const std::filesystem::path& json);
int strategies_command();

struct WalDumpOptions {
  std::filesystem::path log_dir;
  std::uint64_t from{0};       // sequence
  std::uint64_t count{0};      // 0: all
  bool orders_only{false};
  bool json{false};            // one object a line
};
int wal_dump_command(const WalDumpOptions& options);
// The engine's own fold of a log: working orders, positions, cash.
int wal_state_command(const std::filesystem::path& log_dir, const std::filesystem::path& json);
int wal_verify_command(const std::filesystem::path& log_dir, const std::filesystem::path& json);

struct BookOptions {
  std::filesystem::path file;
  std::string format;                 // "": told by name and content
  std::vector<std::string> symbols;   // none: all
  std::size_t depth{10};
  std::string at;                     // "": the end of the file
  std::filesystem::path json;         // "": none
  std::uint32_t orders_max{2'000'000};
};
// Books and statistics of a market data file.
int book_command(const BookOptions& options);
int book_formats_command();

struct ConvertOptions {
  std::filesystem::path from;
  std::filesystem::path to;          // our columnar format, .sqmd
  std::string format;                // of `from`; "": told by name and content
  std::vector<std::string> symbols;  // none: all
};
int convert_command(const ConvertOptions& options);

// Throws std::runtime_error naming the file.
void write_file(const std::filesystem::path& file, const std::string& text);
}  // namespace sq::app
