// DBN files for tests, built field by field after the format's tables.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/feed_bytes.hpp"

namespace sq::test {
constexpr std::int64_t kNoPrice = INT64_MAX;
constexpr std::uint32_t kEsh1 = 5482;
constexpr std::uint64_t kDbnDay = 1'609'113'600'000'000'000;  // 2020-12-28

struct DbnHead {
  std::uint8_t version{3};
  std::uint16_t schema{0};
  bool send_times{false};
  std::uint8_t symbols_in{1};
  std::uint8_t symbols_out{0};
};
struct DbnMapping {
  std::string raw;
  std::uint32_t start;
  std::uint32_t end;
  std::string symbol;
};
inline Bytes dbn_head(const DbnHead& head, const std::vector<DbnMapping>& mappings = {
                                               {"ESH1", 20201228, 20201229, "5482"}}) {
  const std::size_t width = head.version == 1 ? 22 : 71;
  Builder block;
  block.text("GLBX.MDP3", 16, '\0').little(head.schema).little(kDbnDay);
  block.little(UINT64_MAX).little(std::uint64_t{0});
  if (head.version == 1) block.little(UINT64_MAX);
  block.little(head.symbols_in).little(head.symbols_out);
  block.little(static_cast<std::uint8_t>(head.send_times ? 1 : 0));
  if (head.version > 1) block.little(static_cast<std::uint16_t>(width));
  block.zeros(head.version == 1 ? 47 : 53).little(std::uint32_t{0});
  block.little(std::uint32_t{1}).text("ESH1", width, '\0');
  block.little(std::uint32_t{0}).little(std::uint32_t{0});
  block.little(static_cast<std::uint32_t>(mappings.size()));
  for (const DbnMapping& mapping : mappings) {
    block.text(mapping.raw, width, '\0').little(std::uint32_t{1});
    block.little(mapping.start).little(mapping.end).text(mapping.symbol, width, '\0');
  }
  if (head.version == 3) block.zeros((8 - block.bytes().size() % 8) % 8);
  return Builder{}
      .text("DBN", 3)
      .little(head.version)
      .little(static_cast<std::uint32_t>(block.bytes().size()))
      .add(block.bytes())
      .bytes();
}

struct DbnFields {
  std::uint8_t type{0xA0};
  std::uint32_t instrument{kEsh1};
  std::uint16_t publisher{1};
  std::uint64_t event{kDbnDay + 1'000};
};
// A record of that many bytes: its header, the body, zeros.
inline Bytes dbn_record(const DbnFields& fields, std::size_t size, const Builder& body) {
  Builder record;
  record.little(static_cast<std::uint8_t>(size / 4)).little(fields.type);
  record.little(fields.publisher).little(fields.instrument).little(fields.event);
  record.add(body.bytes());
  return record.zeros(size - record.bytes().size()).bytes();
}
struct Mbo {
  char action{'A'};
  char side{'B'};
  std::uint64_t order{1};
  std::int64_t price{3'722'750'000'000};
  std::uint32_t size{1};
  std::uint8_t flags{0x80};
  std::uint64_t received{kDbnDay + 2'000};
  DbnFields head{};
};
inline Bytes dbn_mbo(const Mbo& mbo) {
  Builder body;
  body.little(mbo.order).little(mbo.price).little(mbo.size).little(mbo.flags);
  body.little(std::uint8_t{0}).text({&mbo.action, 1}, 1).text({&mbo.side, 1}, 1);
  body.little(mbo.received).little(std::int32_t{500}).little(std::uint32_t{77});
  return dbn_record(mbo.head, 56, body);
}
struct DbnLevel {
  std::int64_t bid{kNoPrice};
  std::int64_t ask{kNoPrice};
  std::uint32_t bid_size{0};
  std::uint32_t ask_size{0};
};
struct Quote {
  char action{'A'};
  char side{'B'};
  std::int64_t price{3'720'250'000'000};
  std::uint32_t size{5};
  std::uint64_t received{kDbnDay + 2'000};
  DbnFields head{.type = 0x01};
};
inline Bytes dbn_quote(const Quote& quote, const std::vector<DbnLevel>& levels) {
  Builder body;
  body.little(quote.price).little(quote.size).text({&quote.action, 1}, 1);
  body.text({&quote.side, 1}, 1).little(std::uint8_t{0x82}).little(std::uint8_t{0});
  body.little(quote.received).little(std::int32_t{0}).little(std::uint32_t{99});
  for (const DbnLevel& level : levels) {
    body.little(level.bid).little(level.ask).little(level.bid_size).little(level.ask_size);
    body.little(std::uint32_t{1}).little(std::uint32_t{1});
  }
  return dbn_record(quote.head, 48 + 32 * levels.size(), body);
}
inline Bytes join_all(const std::vector<Bytes>& parts) {
  Builder all;
  for (const Bytes& part : parts) all.add(part);
  return all.bytes();
}
}  // namespace sq::test
