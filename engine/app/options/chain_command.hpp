// `shrivenquant options chain FILE`: a chain as a venue wrote it, with what a surface fitted to it
// says: forwards, rates, smiles, fit errors, arbitrage, volatilities and Greeks; as tables, JSON
// and pictures. Thread: main. Cost: 2 ms an expiry. Errors: one sentence on stderr with the file,
// the place in it and what would be accepted; exit 2 for what cannot be used, 1 for what cannot be
// written.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace sq::app {
struct ChainArguments {
  std::filesystem::path file;
  std::string model{"svi"};     // svi, ssvi, sabr
  std::string enforce;          // "": what the model can; none, butterfly, calendar, both
  std::optional<double> beta;   // of sabr
  std::optional<double> rate;   // per year; empty: from put-call parity
  std::string time;             // of the quotes, for files without one
  std::string expiry;           // YYYY-MM-DD: this one alone, with its options
  bool options{false};          // every option's volatility and Greeks
  std::filesystem::path chart;  // .html or .svg; "": none
  std::filesystem::path json;   // "": none
};
int options_chain_command(const ChainArguments& arguments);
}  // namespace sq::app
