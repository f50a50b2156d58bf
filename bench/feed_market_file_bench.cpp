// Files of market data to records, from the page cache: ITCH BinaryFILE plain and gzip, the same in
// a capture of MoldUDP64 packets, DBN orders and depth plain and zstd. The inputs are made here
// with a fixed seed, in the mix of the recorded files: of 100 ITCH messages 44 adds, 47 deletes, 5
// executions, 3 replaces, 1 trade; of 100 DBN records 42 adds, 26 cancels, 18 modifies, 14 trades
// and fills.
#include <unistd.h>

#include <filesystem>
#include <random>
#include <string>

#include "bench/harness.hpp"
#include "engine/feed/dbn/dbn_file.hpp"
#include "engine/feed/itch/itch_file.hpp"
#include "engine/feed/itch/mold_udp.hpp"
#include "tests/support/captures.hpp"
#include "tests/support/dbn_files.hpp"

namespace {
using namespace sq;
using test::Builder;
using test::Bytes;

constexpr std::size_t kSymbols = 500;

class ItchStream {
 public:
  // The next message; valid until the next call.
  const Bytes& next() {
    const auto kind = random_() % 100;
    const auto locate = static_cast<std::uint16_t>(1 + random_() % kSymbols);
    time_ += random_() % 30'000;
    if (kind < 44) {
      begin('A', locate).big(++orders_).text(random_() % 2 == 0 ? "B" : "S", 1);
      message_.big(static_cast<std::uint32_t>(1 + random_() % 500));
      message_.text("S" + std::to_string(locate), 8).big(price());
    } else if (kind < 91) {
      begin('D', locate).big(1 + random_() % (orders_ + 1));
    } else if (kind < 96) {
      begin('E', locate).big(1 + random_() % (orders_ + 1));
      message_.big(static_cast<std::uint32_t>(1 + random_() % 100)).big(++matches_);
    } else if (kind < 99) {
      const std::uint64_t old = 1 + random_() % (orders_ + 1);
      begin('U', locate).big(old).big(++orders_);
      message_.big(static_cast<std::uint32_t>(1 + random_() % 500)).big(price());
    } else {
      begin('P', locate).big(std::uint64_t{0}).text("B", 1).big(std::uint32_t{100});
      message_.text("S" + std::to_string(locate), 8).big(price()).big(++matches_);
    }
    return message_.bytes();
  }

 private:
  Builder& begin(char type, std::uint16_t locate) {
    message_ = Builder{};
    message_.text({&type, 1}, 1).big(locate).big(std::uint16_t{0});
    message_.big(static_cast<std::uint16_t>(time_ >> 32U)).big(static_cast<std::uint32_t>(time_));
    return message_;
  }
  std::uint32_t price() {
    return static_cast<std::uint32_t>(1'000'000 + 100 * (random_() % 9'000));
  }

  std::mt19937_64 random_{42};
  Builder message_;
  std::uint64_t time_{34'200'000'000'000};
  std::uint64_t orders_{0};
  std::uint64_t matches_{0};
};

Bytes itch_file(std::size_t messages) {
  ItchStream stream;
  Builder file;
  for (std::size_t i = 0; i < messages; ++i) file.framed(stream.next());
  return file.bytes();
}
Bytes capture(std::size_t messages) {
  ItchStream stream;
  feed::itch::MoldWriter writer{feed::itch::mold_session("BENCH"), 1'400};
  test::Pcap<false> file;
  writer.begin(1);
  std::uint64_t first = 1;
  for (std::size_t i = 0; i < messages; ++i) {
    const Bytes& message = stream.next();
    if (writer.add(message) && i + 1 != messages) continue;
    file.packet(1'692'710'744, 0, test::ethernet({}, writer.packet()));
    first += writer.count();
    writer.begin(first);
    static_cast<void>(writer.add(message));
  }
  return file.bytes();
}
Bytes dbn_orders(std::size_t records) {
  std::mt19937_64 random{43};
  Builder file;
  file.add(test::dbn_head({}));
  std::uint64_t orders = 1;
  for (std::size_t i = 0; i < records; ++i) {
    const auto kind = random() % 100;
    test::Mbo mbo;
    mbo.action = kind < 42 ? 'A' : kind < 68 ? 'C' : kind < 86 ? 'M' : kind < 90 ? 'T' : 'F';
    mbo.side = random() % 2 == 0 ? 'A' : 'B';
    mbo.order = kind < 42 ? ++orders : 1 + random() % orders;
    mbo.price = 4'800'000'000'000 + 250'000'000 * static_cast<std::int64_t>(random() % 400);
    mbo.size = static_cast<std::uint32_t>(1 + random() % 20);
    mbo.flags = kind < 86 ? 0x82 : 0;
    mbo.received += i * 1'000;
    mbo.head.event += i * 1'000;
    file.add(test::dbn_mbo(mbo));
  }
  return file.bytes();
}
// One level or two of ten change with each record.
Bytes dbn_depth(std::size_t records) {
  std::mt19937_64 random{44};
  std::vector<test::DbnLevel> levels(10);
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const auto step = 250'000'000 * static_cast<std::int64_t>(i);
    levels[i] = {4'800'000'000'000 - step, 4'800'250'000'000 + step, 10, 10};
  }
  Builder file;
  file.add(test::dbn_head({.schema = 2}));
  for (std::size_t i = 0; i < records; ++i) {
    levels[random() % 10].bid_size = static_cast<std::uint32_t>(1 + random() % 50);
    levels[random() % 10].ask_size = static_cast<std::uint32_t>(1 + random() % 50);
    file.add(
        test::dbn_quote({.received = test::kDbnDay + i * 1'000, .head = {.type = 0x0A}}, levels));
  }
  return file.bytes();
}

using Open = std::unique_ptr<feed::MarketFile> (*)(const std::filesystem::path&,
                                                   const feed::FileOptions&);
void run(bench::Session& session, std::string_view name, std::string_view input, Open open,
         const std::filesystem::path& path) {
  const auto pass = [&] {
    const auto file = open(path, {});
    std::uint64_t sum = 0;
    while (const RecordHeader* record = file->peek()) {
      sum += static_cast<std::uint64_t>(record->venue_time.ns) ^ record->source_sequence;
      file->pop();
    }
    return sum;
  };
  std::uint64_t records = 0;
  const auto file = open(path, {});
  for (; file->peek() != nullptr; file->pop()) ++records;
  session.run_rate(name, {.samples = 9, .seconds_max = 8, .input = input}, records, pass);
}
}  // namespace

int main(int argc, char** argv) {
  bench::Session session{argc, argv};
  const test::FeedFolder folder;
  const std::size_t scale = session.smoke() ? 200 : 1;
  const Bytes itch = itch_file(3'000'000 / scale);
  const Bytes orders = dbn_orders(1'500'000 / scale);
  run(session, "feed/itch_binary_file", "3 M messages, 500 symbols", &feed::itch::open_itch,
      folder.write("a.itch", itch));
  run(session, "feed/itch_binary_file_gzip", "the same, gzip", &feed::itch::open_itch,
      folder.write("a.itch.gz", test::gzip(itch)));
  run(session, "feed/itch_mold_capture", "1 M messages in packets of 1,400 bytes",
      &feed::itch::open_itch, folder.write("a.pcap", capture(1'000'000 / scale)));
  run(session, "feed/dbn_mbo", "1.5 M records, one instrument", &feed::dbn::open_dbn,
      folder.write("a.dbn", orders));
  run(session, "feed/dbn_mbo_zstd", "the same, zstd", &feed::dbn::open_dbn,
      folder.write("a.dbn.zst", test::zstd(orders)));
  run(session, "feed/dbn_mbp10", "200,000 records", &feed::dbn::open_dbn,
      folder.write("d.dbn", dbn_depth(200'000 / scale)));
  return session.finish();
}
