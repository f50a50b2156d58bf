#include "engine/strategy/check_parameters.hpp"

#include <algorithm>
#include <utility>

#include "engine/settings/strict/nearest.hpp"
#include "engine/types/decimal.hpp"

namespace sq::strategy {
namespace {
using settings::Problem;
using settings::RawForm;
using settings::RawParameter;
using settings::StrategySettings;

// Quantities and prices never pass through a float: they stand in quotes.
bool form_fits(ParameterType type, RawForm form) {
  switch (type) {
    case ParameterType::Integer:
    case ParameterType::DurationMs:
      return form == RawForm::Integer;
    case ParameterType::Decimal:
      return form != RawForm::Boolean;
    case ParameterType::Qty:
    case ParameterType::Price:
      return form == RawForm::Text;
    case ParameterType::Boolean:
      return form == RawForm::Boolean;
  }
  return false;
}

RawForm form_of(ParameterType type) {
  switch (type) {
    case ParameterType::Integer:
    case ParameterType::DurationMs:
      return RawForm::Integer;
    case ParameterType::Decimal:
    case ParameterType::Qty:
    case ParameterType::Price:
      return RawForm::Text;
    case ParameterType::Boolean:
      return RawForm::Boolean;
  }
  return RawForm::Text;
}

Problem problem_of(const StrategySettings& strategy, std::string_view name) {
  Problem problem;
  problem.file = strategy.file;
  problem.line = strategy.line;
  problem.column = 1;
  problem.key = "strategy." + strategy.name + "." + std::string{name};
  return problem;
}

Problem problem_of(const StrategySettings& strategy, const RawParameter& raw) {
  Problem problem = problem_of(strategy, raw.name);
  problem.line = raw.line;
  problem.column = raw.column;
  problem.value = raw.form == RawForm::Text ? '"' + raw.text + '"' : raw.text;
  return problem;
}

std::string accepted_of(const ParameterSpec& spec, const RawParameter& raw) {
  std::string accepted = accepted_text(spec);
  const bool number = raw.form == RawForm::Integer || raw.form == RawForm::Float;
  const bool exact = spec.type == ParameterType::Qty || spec.type == ParameterType::Price;
  if (number && exact) accepted += ": quote it, \"" + raw.text + '"';
  return accepted;
}
}  // namespace

std::expected<CheckedParameters, std::vector<Problem>> check_parameters(
    std::span<const ParameterSpec> specs, const StrategySettings& strategy) {
  CheckedParameters checked;
  std::vector<Problem> problems;
  std::vector<std::string> known;
  for (const ParameterSpec& spec : specs) {
    known.emplace_back(spec.name);
    const auto raw = std::ranges::find(strategy.parameters, spec.name, &RawParameter::name);
    const bool written = raw != strategy.parameters.end();
    if (!written && spec.default_value.empty()) {
      problems.push_back(problem_of(strategy, spec.name));
      problems.back().accepted = accepted_text(spec);
      continue;
    }
    const std::string text = written ? raw->text : std::string{spec.default_value};
    auto value = parse_parameter(spec, text);
    const auto* error = std::get_if<ParameterError>(&value);
    if (written && (error != nullptr || !form_fits(spec.type, raw->form))) {
      problems.push_back(problem_of(strategy, *raw));
      problems.back().accepted =
          form_fits(spec.type, raw->form) ? error->message : accepted_of(spec, *raw);
      continue;
    }
    SQ_CHECK(error == nullptr && "the default of a parameter lies in its own range");
    checked.values.set(std::string{spec.name}, std::get<Parameters::Value>(std::move(value)));
    checked.resolved.push_back({std::string{spec.name}, text, form_of(spec.type), 0, 0});
  }
  for (const RawParameter& raw : strategy.parameters) {
    if (std::ranges::find(known, raw.name) != known.end()) continue;
    problems.push_back(problem_of(strategy, raw));
    problems.back().accepted = "for kind \"" + strategy.kind + "\" only the parameters";
    for (const std::string& name : known) problems.back().accepted += ' ' + name;
    problems.back().nearest = settings::nearest_of(raw.name, known);
  }
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return checked;
}

std::string fault_of(const ParameterSpec& spec) {
  if (spec.name.empty() || spec.meaning.empty()) return "no name or no meaning";
  for (const std::string_view taken : {"kind", "instruments", "start"}) {
    if (spec.name == taken) return "a name that the configuration itself uses";
  }
  const bool duration = spec.type == ParameterType::DurationMs;
  if (duration != (spec.name.ends_with("_ms") || spec.name.find("_ms_") != spec.name.npos))
    return "a duration, and nothing else, has _ms in its name";
  if (spec.type == ParameterType::Boolean) {
    if (!spec.min.empty() || !spec.max.empty()) return "a range on true and false";
  } else {
    const auto min = parse_decimal(spec.min, decimals_of(spec.type));
    const auto max = parse_decimal(spec.max, decimals_of(spec.type));
    if (!min || !max || *min > *max) return "no range";
  }
  if (spec.default_value.empty()) return {};
  const auto value = parse_parameter(spec, spec.default_value);
  return std::holds_alternative<ParameterError>(value) ? "a default outside its range" : "";
}
}  // namespace sq::strategy
