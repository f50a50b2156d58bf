// Reading the sections of a configuration and holding them against each other.
// Thread: start-up. Errors: collected in Problems.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/settings/config.hpp"
#include "engine/settings/strict/reader.hpp"

namespace sq::settings {
// A name in one section that must exist in another, and the problem it is if it does not.
struct Reference {
  std::size_t index{0};  // of the recording, limit, ... that holds it
  std::size_t item{0};   // position in its list
  Problem problem;
};
struct PolicyReferences {
  std::vector<Reference> windows;
  std::vector<Reference> rates;
  std::vector<Reference> repeated;
  std::vector<Reference> tags;
  std::vector<Reference> venues;
  std::vector<Reference> instruments;
};
struct ScopeReferences {
  std::vector<Reference> accounts;
  std::vector<Reference> venues;
  std::vector<Reference> currencies;
  std::vector<Reference> holdings;
  std::vector<Reference> fx;
};
struct References {
  std::vector<Reference> recordings;
  std::vector<Reference> instrument_limits;
  std::vector<Reference> strategy_limits;
  std::vector<Reference> strategy_instruments;
  std::vector<Reference> strategies;  // problem: the table of the strategy
  std::vector<Reference> options;     // problem: the underlying of an option
  std::vector<Reference> chains;      // problem: the underlying of a chain
  std::vector<Reference> greek_limits;
  PolicyReferences policies;
  ScopeReferences scopes;
  Problem portfolio;
  bool instruments_sound{
      true};  // otherwise a missing name may only be misspelt where it is defined
  bool strategies_sound{true};
};

// `project_dir` is what relative data paths start from.
void read_sections(Reader& root, const std::filesystem::path& project_dir, Config& config,
                   References& references);

// One instrument's filters against each other.
void check_instrument(Reader& reader, const InstrumentSettings& settings);

// [simulation] with its latency table, from the file or in place.
void read_simulation(Reader& reader, const std::filesystem::path& project_dir, Simulation& out);

// The part of link_sections that is about options: underlyings, chains, limits on Greeks.
void link_options(Config& config, const References& references, std::vector<Problem>& problems);

// Controls beside the limits on exposure (settings/policies.hpp).
void read_policies(Reader& risk, Policies& out, References& references);
void link_policies(Config& config, const References& references, std::vector<Problem>& problems);

// Limits of accounts, venues, currencies and of strategies in instruments; rates between currencies.
void read_scopes(Reader& risk, Risk& out, References& references);
void check_limits(Reader& reader, const FurtherLimits& limits, const Amount* loss_max = nullptr);
void link_scopes(Config& config, const References& references, std::vector<Problem>& problems);

// Fills in ids and currencies, and adds a problem for each name that leads nowhere.
void link_sections(Config& config, const References& references, std::vector<Problem>& problems);
}  // namespace sq::settings
