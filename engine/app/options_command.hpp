// `shrivenquant options price|iv`: one option from the command line, by the same code as the admin
// port's /api/v1/options. Thread: main. Errors: what is not accepted is printed with what would be;
// exit 2.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace sq::app {
struct OptionArguments {
  std::string type{"call"};
  std::string model{"black-scholes"};
  std::string preset;                 // of american
  std::optional<std::uint32_t> steps;  // of trees and finite differences
  std::optional<std::uint32_t> points;  // of finite differences
  std::optional<double> spot;
  std::optional<double> forward;
  std::optional<double> strike;
  std::optional<double> years;
  std::optional<double> rate;
  std::optional<double> yield;
  std::optional<double> displacement;
  std::optional<double> volatility;
  std::optional<double> price;  // iv only
  std::filesystem::path json;   // "": none
};
int options_price_command(const OptionArguments& arguments);
int options_iv_command(const OptionArguments& arguments);
}  // namespace sq::app
