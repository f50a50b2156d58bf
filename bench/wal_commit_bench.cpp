// What safety costs: single appends with their tails while the disk is being written, a commit of
// 512 records beside a raw write and sync of the same bytes, and the wait of one order in strict
// mode. Set SQ_BENCH_DIR to a directory of the disk in question.
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "bench/wal_bench_log.hpp"
#include "engine/wal/disk.hpp"
#include "engine/wal/prepared_file.hpp"

namespace {
using namespace sq;
using bench::Appending;
using bench::bench_dir;
using bench::BenchLog;
using bench::Record128;

constexpr std::size_t kGroup = 512;  // records of one commit: 64 KiB
constexpr std::size_t kGroupBytes = kGroup * sizeof(Record128);
constexpr std::uint64_t kPreparedBytes = std::uint64_t{64} << 20U;

// One clock read before and one behind each append: their cost is in the figures.
void report_tails(bench::Session& session, const std::string& name, const char* input,
                  std::vector<double>& samples) {
  std::sort(samples.begin(), samples.end());
  const std::size_t last = samples.size() - 1;
  double p9999 = samples[last * 9999 / 10'000];
  session.report_samples(name, {.input = input}, samples, 0);
  session.report_samples(name + "_p9999", {.input = "p99.99 of the above"}, {&p9999, 1}, 0);
}

// rate 0: as fast as the log takes them. The waits for room are not in the samples: they are what
// wal/append_stream shows.
void append_tails(bench::Session& session, const char* name, const char* input, double rate) {
  if (!session.wanted(name)) return;
  const std::size_t count = session.smoke() ? 2'000 : 3'000'000;
  std::vector<double> samples(count);
  BenchLog log{wal::Durability::Process};
  Appending appending{log.log()};
  for (std::size_t i = 0; i < count / 10; ++i) static_cast<void>(appending(i));
  log.make_room();
  const double gap_ns = rate > 0 ? 1e9 / rate : 0;
  const std::uint64_t start = bench::ticks_begin();
  for (std::size_t i = 0; i < count; ++i) {
    if (rate > 0) {
      while (session.to_ns(bench::ticks_end() - start) < gap_ns * static_cast<double>(i)) {
      }
    } else if (i % 4096 == 0) {
      log.make_room();
    }
    const std::uint64_t begin = bench::ticks_begin();
    static_cast<void>(appending(i));
    samples[i] = session.to_ns(bench::ticks_end() - begin);
  }
  report_tails(session, name, input, samples);
}

// The floor: the same bytes into a file of zeros that are on the device, with one pwrite.
class RawFile {
 public:
  RawFile() : dir_{bench_dir() += "-raw"} {
    std::filesystem::create_directories(dir_);
    wal::PreparedFile prepared{dir_ / "raw", kPreparedBytes, wal::PreparedFile::Blocks::Written,
                               wal::Disk::system()};
    if (prepared.complete() != 0) std::abort();
    file_ = prepared.take();
  }
  ~RawFile() {
    std::error_code ignored;
    std::filesystem::remove_all(dir_, ignored);
  }
  RawFile(const RawFile&) = delete;
  RawFile& operator=(const RawFile&) = delete;
  void commit(const void* bytes, std::size_t n) {
    if (at_ + n > kPreparedBytes) at_ = 0;
    const ssize_t written = ::pwrite(file_.fd(), bytes, n, static_cast<off_t>(at_));
    if (written != static_cast<ssize_t>(n) || ::fdatasync(file_.fd()) != 0) std::abort();
    at_ += n;
  }

 private:
  std::filesystem::path dir_;
  wal::File file_;
  std::uint64_t at_{4096};
};

enum class Wait : std::uint8_t { Spin, Sleep };
void wait_until_durable(const wal::Log& log, std::uint64_t sequence, Wait wait) {
  while (log.durable_sequence() < sequence) {
    if (log.failed()) std::abort();
    const timespec pause{0, 20'000};
    if (wait == Wait::Sleep)
      ::ppoll(nullptr, 0, &pause, nullptr);
    else
      __builtin_ia32_pause();
  }
}

// Ours and the floor take turns, so that both see the same disk. The floor's bytes are there before
// it begins, so the commit is timed from the last append on; beside it, with the appends.
void group_commit(bench::Session& session) {
  if (!session.wanted("wal/group_commit_512") && !session.wanted("wal/group_512")) return;
  const std::size_t rounds = session.smoke() ? 8 : 400;
  const auto records = bench::make_records(RecordKind::OrderChanged);
  std::vector<double> raw;
  std::vector<double> commit;
  std::vector<double> whole;
  {
    BenchLog log{wal::Durability::Group, false};
    Appending appending{log.log()};
    RawFile file;
    for (std::size_t round = 0; round < rounds; ++round) {
      const std::uint64_t begin = bench::ticks_begin();
      file.commit(records.data(), kGroupBytes);
      const std::uint64_t middle = bench::ticks_begin();
      for (std::size_t i = 0; i < kGroup; ++i)
        if (!appending(i)) std::abort();
      const std::uint64_t appended = bench::ticks_begin();
      if (!log.log().flush()) std::abort();
      const std::uint64_t end = bench::ticks_end();
      raw.push_back(session.to_ns(middle - begin));
      commit.push_back(session.to_ns(end - appended));
      whole.push_back(session.to_ns(end - middle));
    }
  }
  session.report_samples("floor/write_sync_64k",
                         {.input = "one pwrite of 64 KiB into written blocks, fdatasync"}, raw, 0);
  session.report_samples("wal/group_commit_512",
                         {.input = "512 appended records of 128 bytes: flush() by the caller, in "
                                   "turns with the floor",
                          .floor = "floor/write_sync_64k"},
                         commit, 0);
  session.report_samples(
      "wal/group_512",
      {.input = "the same with the 512 appends before it", .floor = "floor/write_sync_64k"}, whole,
      0);
}

void group_commit_beside(bench::Session& session, const char* name, const char* input, Wait wait) {
  if (!session.wanted(name)) return;
  BenchLog log{wal::Durability::Group, true, kGroupBytes};
  Appending appending{log.log()};
  std::uint64_t sequence = 0;
  session.run_single(name, {.samples = 400, .input = input, .floor = "floor/write_sync_64k"},
                     [&](std::size_t) {
                       for (std::size_t i = 0; i < kGroup; ++i)
                         if (!appending(i)) std::abort();
                       sequence += kGroup;
                       wait_until_durable(log.log(), sequence, wait);
                     });
}

void strict_order(bench::Session& session) {
  if (!session.wanted("wal/strict_order") && !session.wanted("floor/write_sync_128")) return;
  {
    const auto records = bench::make_records(RecordKind::OrderSent);
    RawFile file;
    session.run_single("floor/write_sync_128",
                       {.samples = 400, .input = "one pwrite of 128 bytes, fdatasync"},
                       [&](std::size_t i) { file.commit(&records[i % 64], sizeof(Record128)); });
  }
  BenchLog log{wal::Durability::Strict};
  Appending appending{log.log()};
  std::uint64_t sequence = 0;
  session.run_single("wal/strict_order",
                     {.samples = 400,
                      .input = "append of one order until it is durable and may be sent",
                      .floor = "floor/write_sync_128"},
                     [&](std::size_t i) {
                       if (!appending(i)) std::abort();
                       wait_until_durable(log.log(), ++sequence, Wait::Spin);
                     });
}
}  // namespace

int main(int argc, char** argv) {
  bench::Session session{argc, argv};
  append_tails(session, "wal/append_128_flat_out", "one by one, as fast as the disk follows", 0);
  append_tails(session, "wal/append_128_paced",
               "one by one, 1,500,000 a second, disk being written", 1.5e6);
  group_commit(session);
  group_commit_beside(session, "wal/group_commit_512_spinning",
                      "512 appends; another thread syncs, this one spins", Wait::Spin);
  group_commit_beside(session, "wal/group_commit_512_sleeping",
                      "512 appends; another thread syncs, this one sleeps 20 us at a time",
                      Wait::Sleep);
  strict_order(session);
  return session.finish();
}
