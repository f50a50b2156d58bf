// Orders and refusals for people: states explained, what a refusal saw, what it allows and what
// would pass, and the stages of an order with their times.
// Thread: any. Cost: cold. Errors: unknown numbers are shown as such.
#pragma once

#include <boost/json.hpp>
#include <string>

#include "engine/app/desk/operator_facts.hpp"
#include "engine/oms/order.hpp"
#include "engine/risk/rule.hpp"
#include "engine/settings/config.hpp"

namespace sq::app {
// What the state means for this very order, as a sentence.
[[nodiscard]] std::string state_words(const oms::Order& order);
// A figure of a rule in plain units: "12.5 base units", "3 s".
[[nodiscard]] std::string figure_words(risk::Rule rule, std::int64_t raw);
[[nodiscard]] boost::json::object refusal_json(const RefusalLine& line,
                                               const settings::Config& config);
// The stages that a record of the order's own history stands for; empty object: none.
// `sent`: when its request was logged.
[[nodiscard]] boost::json::object stage_of(const RecordHeader& record, MonoTime sent);
}  // namespace sq::app
