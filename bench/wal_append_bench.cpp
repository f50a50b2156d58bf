// The write-ahead log: what an append costs the core while the disk is being written, how fast the
// log takes records over all, and how fast it is read back and verified.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "bench/wal_bench_log.hpp"

namespace {
using namespace sq;

using bench::Appending;
using bench::bench_dir;
using bench::BenchLog;
using bench::kRecords;
using bench::make_records;
using bench::Record128;

void append(bench::Session& session) {
  if (!session.wanted("wal/append_128") && !session.wanted("wal/append_128_group")) return;
  {  // the floor: the same bytes copied into a ring of the same size, nothing else
    std::vector<std::byte> ring((std::size_t{16} << 20U) + sizeof(Record128));
    auto records = make_records(RecordKind::OrderChanged);
    std::size_t at = 0;
    session.run_batched("floor/copy_128_to_ring",
                        {.samples = 100'000, .input = "memcpy of 128 bytes into 16 MiB"},
                        [&](std::size_t i) {
                          std::memcpy(ring.data() + at, &records[i % kRecords], sizeof(Record128));
                          at = (at + sizeof(Record128)) & ((std::size_t{16} << 20U) - 1);
                          bench::keep(ring.data());
                        });
  }
  for (const auto durability : {wal::Durability::Process, wal::Durability::Group}) {
    const bool group = durability == wal::Durability::Group;
    BenchLog log{durability};
    Appending appending{log.log()};
    session.run_batched(
        group ? "wal/append_128_group" : "wal/append_128",
        {.samples = 100'000,
         .input = group ? "64+64 bytes, checksum, 1 ms group commit running"
                        : "64+64 bytes, checksum, durability thread writing to disk",
         .floor = "floor/copy_128_to_ring"},
        appending, [&](std::size_t) { log.make_room(); });
  }
}

// What the same disk takes from a program that only writes: 1 MiB blocks into allocated files.
void write_floor(bench::Session& session, std::size_t count) {
  constexpr std::size_t kBlock = std::size_t{1} << 20U;
  constexpr std::size_t kFile = std::size_t{64} << 20U;
  const std::vector<std::byte> block(kBlock, std::byte{42});
  const auto dir = bench_dir();
  std::filesystem::create_directories(dir);
  int files = 0;
  session.run_rate(
      "floor/write_blocks",
      {.samples = 5, .input = "1 MiB blocks into 64 MiB files, per 128 bytes"}, count, [&] {
        std::uint64_t written = 0;
        const auto bytes = static_cast<off_t>(count * sizeof(Record128));
        int fd = -1;
        for (off_t at = 0; at < bytes; at += static_cast<off_t>(kBlock)) {
          if (at % static_cast<off_t>(kFile) == 0) {
            if (fd >= 0) ::close(fd);
            const auto path = dir / std::to_string(++files);
            fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
            if (fd < 0 || ::posix_fallocate(fd, 0, kFile) != 0) std::abort();
          }
          const ssize_t n = ::pwrite(fd, block.data(), kBlock, at % static_cast<off_t>(kFile));
          if (n != static_cast<ssize_t>(kBlock)) std::abort();
          written += static_cast<std::uint64_t>(n);
        }
        ::close(fd);
        return written;
      });
  std::filesystem::remove_all(dir);
}

void stream(bench::Session& session) {
  const std::size_t count = session.smoke() ? 20'000 : 2'000'000;
  write_floor(session, count);
  {
    BenchLog log{wal::Durability::Process};
    Appending appending{log.log()};
    session.run_rate("wal/append_stream",
                     {.samples = 5,
                      .input = "128 bytes, all the way into segments",
                      .floor = "floor/write_blocks"},
                     count, [&] {
                       std::uint64_t taken = 0;
                       for (std::size_t i = 0; i < count; ++i) taken += appending(i) ? 1U : 0U;
                       return taken;
                     });
  }
  if (!session.wanted("wal/read_128") && !session.wanted("wal/read_merged")) return;
  BenchLog log{wal::Durability::Process};
  auto orders = make_records(RecordKind::OrderChanged);
  struct Depth {
    RecordHeader header{};
    std::array<std::uint64_t, 48> payload{};
  } depth;
  static_assert(sizeof(Depth) == 448);
  depth.header.length = sizeof(Depth);
  depth.header.kind = RecordKind::DepthUpdate;
  std::uint64_t sequence = 0;
  std::uint64_t feed = 0;
  for (std::size_t i = 0; i < count; ++i) {
    auto& order = orders[i % kRecords];
    order.header.sequence = ++sequence;
    if (!log.log().appender().append(order.header)) std::abort();
    if (i % 2 != 0) continue;
    depth.header.sequence = ++sequence;
    if (!log.log().appender().append(depth.header)) std::abort();
    ++feed;
  }
  log.finish();
  const auto read_all = [&](wal::ReaderOptions options) {
    wal::Reader reader{log.dir(), options};
    std::uint64_t checksum = 0;
    while (const RecordHeader* record = reader.next()) checksum += record->sequence;
    if (reader.status().condition != wal::Condition::End) std::abort();
    return checksum;
  };
  session.run_rate("wal/read_128", {.samples = 5, .input = "order log, verified, warm"}, count,
                   [&] { return read_all({.feed = false}); });
  session.run_rate("wal/read_merged", {.samples = 5, .input = "2/3 of 128, 1/3 of 448 bytes, warm"},
                   count + feed, [&] { return read_all({}); });
}
}  // namespace

int main(int argc, char** argv) {
  sq::bench::Session session{argc, argv};
  append(session);
  stream(session);
  return session.finish();
}
