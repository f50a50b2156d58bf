// [strategy.<name>]: which strategies run, on what, and their parameters as written.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/types/ids.hpp"
#include "engine/types/order_types.hpp"

namespace sq::settings {
enum class RawForm : std::uint8_t { Text, Integer, Float, Boolean };

// A key that only the strategy knows; checked against its ParameterSpec by
// strategy::check_parameters (engine/strategy/check_parameters.hpp).
struct RawParameter {
  std::string name;
  std::string text;  // as written, without quotes
  RawForm form{RawForm::Text};
  std::uint32_t line{0};  // where it was written; not part of equality
  std::uint32_t column{0};

  friend bool operator==(const RawParameter& a, const RawParameter& b) noexcept {
    return a.name == b.name && a.text == b.text && a.form == b.form;
  }
};
struct StrategyInstrument {  // written as "binance-usdm:BTCUSDT"
  VenueId venue{VenueId::None};
  Symbol symbol{};
  InstrumentId instrument{kNoInstrument};

  friend bool operator==(const StrategyInstrument&, const StrategyInstrument&) = default;
};
struct StrategySettings {
  std::string name;                             // 1 to 24 of a-z 0-9 - _, starting with a letter
  StrategyId id{kNoStrategy};                   // position in the file, from 0
  std::string kind;                             // a name of strategies/registry.cpp
  std::vector<StrategyInstrument> instruments;  // 1 to 64, in the order the strategy sees them
  StrategyState start{StrategyState::Paused};   // no default: nobody trades by leaving a line out
  std::vector<RawParameter> parameters;         // in the order of the file
  std::string file;  // where it was written, for check_parameters; not part of equality
  std::uint32_t line{0};

  friend bool operator==(const StrategySettings& a, const StrategySettings& b) noexcept {
    return a.name == b.name && a.id == b.id && a.kind == b.kind && a.instruments == b.instruments &&
           a.start == b.start && a.parameters == b.parameters;
  }
};
}  // namespace sq::settings
