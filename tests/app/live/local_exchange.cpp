#include "tests/app/live/local_exchange.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>
#include <map>

#include "engine/types/decimal.hpp"
#include "engine/types/fixed.hpp"
#include "tests/app/admin_client.hpp"
#include "tests/app/engine_process.hpp"
#include "tests/support/paths.hpp"

namespace sq::test {
namespace {
namespace json = boost::json;

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  REQUIRE(text.find(from) != std::string::npos);
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}
std::int64_t raw(const json::value& decimal) {
  const auto parsed = parse_decimal(std::string_view{decimal.as_string()}, Amount::kDecimals);
  REQUIRE(parsed);
  return *parsed;
}
}  // namespace

LocalExchange::LocalExchange(const std::string& name, int port,
                             const std::vector<std::string>& arguments)
    : name_{name}, port_{port} {
  std::vector<std::string> all{"--port",         std::to_string(port),
                               "--futures-port", std::to_string(port + 1),
                               "--write-key",    (scratch() / (name + "-key.toml")).string()};
  all.insert(all.end(), arguments.begin(), arguments.end());
  child_ = start("binance-exchange", all, scratch() / (name + "-exchange.txt"));
  for (int i = 0; i < 1'000 && said().find("of others in each") == std::string::npos; ++i)
    ::usleep(10'000);
}
LocalExchange::~LocalExchange() {
  ::kill(child_, SIGTERM);
  static_cast<void>(wait_for(child_));
}

std::filesystem::path LocalExchange::log_dir() const { return scratch() / (name_ + "-log"); }
std::string LocalExchange::said() const { return read_text(scratch() / (name_ + "-exchange.txt")); }

std::filesystem::path LocalExchange::config(
    const std::vector<std::pair<std::string, std::string>>& changes) const {
  std::string text = read_text(project_dir() / "config/local-exchange.toml");
  replace_all(text, "18080", std::to_string(port_));
  replace_all(text, "18081", std::to_string(port_ + 1));
  replace_all(text, "run/local-key.toml", (scratch() / (name_ + "-key.toml")).string());
  replace_all(text, "run/local\"", log_dir().string() + "\"");
  replace_all(text, "enabled = true", "enabled = false");
  replace_all(text, "orders_per_second_max = 10", "orders_per_second_max = 100");
  replace_all(text, "orders_per_second_max = 5\n", "orders_per_second_max = 50\n");
  for (const auto& [from, to] : changes) replace_all(text, from, to);
  const auto file = scratch() / (name_ + ".toml");
  std::ofstream{file, std::ios::trunc} << text;
  std::filesystem::permissions(
      file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  return file;
}

void LocalExchange::set_scenario(const std::string& toml) const {
  for (const int port : {port_, port_ + 1}) {
    const Answer answer = Client{std::to_string(port)}.call(
        toml.empty() ? http::verb::delete_ : http::verb::post, "/control/scenario", toml);
    INFO(answer.body);
    REQUIRE(answer.status == 200);
  }
}
json::value LocalExchange::spot() const {
  return json::parse(Client{std::to_string(port_)}.get("/control/state").body);
}
json::value LocalExchange::futures() const {
  return json::parse(Client{std::to_string(port_ + 1)}.get("/control/state").body);
}

json::value LocalExchange::spot_books() const {
  return json::parse(Client{std::to_string(port_)}.get("/control/books").body);
}
json::value LocalExchange::futures_books() const {
  return json::parse(Client{std::to_string(port_ + 1)}.get("/control/books").body);
}
std::filesystem::path LocalExchange::key_file() const { return scratch() / (name_ + "-key.toml"); }

LiveEngine::LiveEngine(const std::string& name, const std::filesystem::path& config) : name_{name} {
  child_ = start("shrivenquant",
                 {"run", config.string(), "--json", (scratch() / (name + "-live.json")).string()},
                 scratch() / (name + "-live.txt"));
}
LiveEngine::~LiveEngine() {
  if (child_ != 0) kill();
}
int LiveEngine::stop() {
  ::kill(child_, SIGTERM);
  const int status = wait_for(child_);
  child_ = 0;
  return status;
}
void LiveEngine::kill() {
  ::kill(child_, SIGKILL);
  static_cast<void>(wait_for(child_));
  child_ = 0;
}
void LiveEngine::wait(int seconds) const { ::usleep(static_cast<useconds_t>(seconds) * 1'000'000); }
bool LiveEngine::runs() const {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(child_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == 0;
}
std::string LiveEngine::said() const { return read_text(scratch() / (name_ + "-live.txt")); }
json::value LiveEngine::summary() const { return read_json(scratch() / (name_ + "-live.json")); }

bool LiveEngine::until_orders(const std::filesystem::path& dir, std::int64_t orders,
                              int seconds_max) const {
  const auto file = scratch() / (name_ + "-state.json");
  for (int i = 0; i < seconds_max * 4; ++i) {
    if (run("shrivenquant", {"wal", "state", dir.string(), "--json", file.string()}).status == 0 &&
        read_json(file).at("sent").to_number<std::int64_t>() >= orders)
      return true;
    ::usleep(250'000);
  }
  return false;
}

std::vector<std::string> differences(const LocalExchange& exchange, const json::value& summary) {
  struct Held {
    std::int64_t position{0};
    std::int64_t fills{0};
  };
  std::map<std::string, Held> here;
  for (const json::value& each : summary.at("positions").as_array()) {
    Held& held = here[std::string{each.at("instrument").as_string()}];
    held.position += raw(each.at("position"));
    held.fills += each.at("fills").to_number<std::int64_t>();
  }
  std::map<std::string, Held> there;
  const auto count_fills = [&](const std::string& market, const json::value& account) {
    for (const auto& [symbol, of] : account.at("symbols").as_object())
      there[market + std::string{symbol}].fills = of.at("fills").to_number<std::int64_t>();
  };
  const json::value spot = exchange.spot();
  const json::value& of = spot.at("accounts").at(0);
  count_fills("binance-spot:", of);
  constexpr std::int64_t kBegan = 1'000 * Amount::kScale;  // of each coin
  for (const std::string coin : {"BTC", "ETH", "BNB"}) {
    const json::value& held = of.at("balances").at(coin);
    there["binance-spot:" + coin + "USDT"].position =
        raw(held.at("free")) + raw(held.at("locked")) - kBegan;
  }
  const json::value futures = exchange.futures();
  const json::value& account = futures.at("accounts").at(0);
  count_fills("binance-usdm:", account);
  for (const auto& [symbol, position] : account.at("positions").as_object())
    there["binance-usdm:" + std::string{symbol}].position = raw(position.at("amount"));
  std::vector<std::string> found;
  for (const auto& [name, held] : here) there.try_emplace(name);
  for (const auto& [name, held] : there) {
    const Held& ours = here[name];
    if (ours.position != held.position)
      found.push_back(fmt::format("{}: position {} here, {} at the exchange (1e-8)", name,
                                  ours.position, held.position));
    if (ours.fills != held.fills)
      found.push_back(
          fmt::format("{}: {} fills here, {} at the exchange", name, ours.fills, held.fills));
  }
  return found;
}
}  // namespace sq::test
