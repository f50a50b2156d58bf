// A real process whose system calls fail: strace makes the nth call of a kind return an error, lie
// about its count or take long (S11 to S15). Whatever it is, what was acknowledged is found, what
// was said to be durable had been synced, and nothing is tried again on a file that failed to sync.
#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "engine/wal/verify.hpp"
#include "tests/support/paths.hpp"
#include "tests/wal/fixture.hpp"

using namespace sq;
using namespace sq::wal;
using namespace sq::wal::test;

namespace {
bool have_strace() {
  static const bool have = std::system("strace -qq -o /dev/null true >/dev/null 2>&1") == 0;
  if (!have) WARN("skipped: strace is not installed, or may not trace");
  return have;
}
std::string text_of_file(const std::filesystem::path& path) {
  std::ifstream in{path};
  return {std::istreambuf_iterator<char>{in}, {}};
}
struct Answer {
  int status{-1};
  std::string text;  // what `crash write` says, one line of JSON
  bool hit{false};   // the fault was injected
  bool last{false};  // and no later call of that kind was made
  [[nodiscard]] std::uint64_t number(const std::string& name) const {
    const std::size_t at = text.find("\"" + name + "\":");
    return at == std::string::npos
               ? 0
               : std::strtoull(text.c_str() + at + name.size() + 3, nullptr, 10);
  }
  [[nodiscard]] bool closed() const { return text.find("\"closed\":true") != std::string::npos; }
  [[nodiscard]] bool began() const { return number("first") != 0; }
  [[nodiscard]] std::string trouble() const {
    return text.substr(std::min(text.find("\"trouble\":"), text.size()));
  }
};

// One life of the log in `dir` with a fault in it: "pwrite64:error=EIO:when=3"; empty: none.
Answer write_with(const TemporaryDir& dir, const std::string& fault, int records = 120,
                  const std::string& durability = "group") {
  const auto trace = dir.path() / "trace.txt";
  std::string command;
  if (!fault.empty())
    command = "strace -qq -o " + trace.string() + " -e trace=" + fault.substr(0, fault.find(':')) +
              " -e inject=" + fault + " ";
  const char* planted = std::getenv("SQ_CRASH");  // tools/crash/mutants: one with a bug
  command += (planted != nullptr ? planted : (sq::test::build_dir() / "crash").string()) +
             " write --dir " + dir.path().string() + " --records " + std::to_string(records) +
             " --durability " + durability + " 2>/dev/null";
  Answer answer;
  FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  char buffer[4096];
  while (const std::size_t n = std::fread(buffer, 1, sizeof buffer, pipe))
    answer.text.append(buffer, n);
  answer.status = ::pclose(pipe);
  if (fault.empty()) return answer;
  const std::string calls = text_of_file(trace);
  const std::size_t at = calls.rfind("(INJECTED)");
  answer.hit =
      calls.find("INJECTED") != std::string::npos || calls.find("DELAYED") != std::string::npos;
  answer.last = at != std::string::npos && calls.find('\n', at) + 1 == calls.size();
  return answer;
}

bool is_written(const RecordHeader& record) {
  const auto* payload = reinterpret_cast<const std::uint64_t*>(&record + 1);
  return record.length == 192 && payload[0] == record.sequence * 0x9E3779B97F4A7C15U &&
         payload[15] == payload[0];
}
// Everything up to `acknowledged` is there bit for bit, and a start without faults goes on.
void check_log(const TemporaryDir& dir, std::uint64_t acknowledged) {
  const auto log = dir.path() / "log";
  if (!std::filesystem::exists(log / "log.meta")) {
    if (acknowledged != 0) FAIL("no log, but acknowledged records");
    return;
  }
  std::uint64_t last = 0;
  Reader reader{log};
  while (const RecordHeader* record = reader.next()) {
    if (record->sequence != last + 1 || !is_written(*record))
      FAIL("not as written behind " << last);
    last = record->sequence;
  }
  INFO(reader.status().file << " " << reader.status().what);
  if (reader.status().condition != Condition::End) FAIL("not whole");
  if (last < acknowledged) FAIL("ends with " << last << " instead of " << acknowledged);
  const Answer again = write_with(dir, "", 10);
  INFO(again.text);
  if (!again.closed() || again.number("acknowledged") != last + 10) FAIL("does not go on");
  if (verify(log).condition != Condition::Ok) FAIL("not whole after it went on");
}

struct Tried {
  std::size_t faults{0};
  std::size_t failed_lives{0};
};
// The fault in the nth call for n = 1, 1 + step, ... as long as there is such a call.
Tried inject_everywhere(const std::string& call, const std::string& what, const char* more,
                        int step) {
  Tried tried;
  for (int n = 1;; n += step) {
    const TemporaryDir dir;
    const std::string fault = call + ":" + what + ":when=" + std::to_string(n) + more;
    const Answer answer = write_with(dir, fault);
    INFO(fault << ": " << answer.text);
    if (!answer.hit) return tried;
    ++tried.faults;
    if (WIFSIGNALED(answer.status)) FAIL("ended by a signal");
    if (!answer.closed()) ++tried.failed_lives;
    if (!answer.closed() && answer.began() && answer.trouble().size() < 20) FAIL("no reason given");
    if (answer.number("durable") > answer.number("acknowledged"))
      FAIL("durable before it was there");
    if (call == "fdatasync" && what == "error=EIO") {
      if (answer.closed()) FAIL("a failed sync, and closed in order");
      if (!answer.last) FAIL("synced again after a sync failed");
      if (answer.began() && answer.trouble().find("cannot sync") == std::string::npos &&
          answer.trouble().find("cannot prepare") == std::string::npos)
        FAIL("another reason");
    }
    check_log(dir, answer.number("acknowledged"));
  }
}
void inject_all_errors(int step) {
  if (!have_strace()) return;
  // What is too much room is not lack of it: the log goes on when it can.
  for (const char* call :
       {"pwrite64", "fdatasync", "fallocate", "rename", "ftruncate", "unlink", "fsync"}) {
    for (const char* more : {"", "+"}) {
      const Tried tried = inject_everywhere(call, "error=EIO", more, step);
      INFO(call << more << ": " << tried.faults << " faults");
      CHECK(tried.faults > 0);
      CHECK(tried.failed_lives > 0);
    }
  }
  for (const char* error : {"error=ENOSPC", "error=EDQUOT", "error=EFBIG"})
    for (const char* call : {"pwrite64", "fallocate"})
      for (const char* more : {"", "+"})
        CHECK(inject_everywhere(call, error, more, step).faults > 0);
}
}  // namespace

TEST_CASE("S11 S12 S13: errors of some system calls lose nothing acknowledged") {
  inject_all_errors(97);
}
TEST_CASE("S11 S12 S13: errors of every system call lose nothing acknowledged", "[slow]") {
  inject_all_errors(1);
}

TEST_CASE("S11: an error of any open is a refusal to start, or the end of a life that lost nothing",
          "[slow]") {
  if (!have_strace()) return;
  CHECK(inject_everywhere("openat", "error=EMFILE", "", 1).faults > 5);
  CHECK(inject_everywhere("openat", "error=EIO", "", 1).faults > 5);
}

TEST_CASE(
    "S11: an error of any other call is a refusal to start, or the end of a life that lost nothing",
    "[slow]") {
  if (!have_strace()) return;
  const std::pair<const char*, const char*> failing[]{
      {"mkdir", "EACCES"},   {"flock", "EIO"},       {"getdents64", "EIO"}, {"pread64", "EIO"},
      {"mlock", "EAGAIN"},   {"mmap", "ENOMEM"},     {"close", "EIO"},      {"fcntl", "EINVAL"},
      {"newfstatat", "EIO"}, {"getrandom", "EAGAIN"}};
  for (const auto& [call, error] : failing) {
    INFO(call);
    CHECK(inject_everywhere(call, std::string("error=") + error, "", 1).faults > 0);
  }
}

TEST_CASE("S15: a delay in any call of a kind costs time and nothing else", "[slow]") {
  if (!have_strace()) return;
  for (const char* call : {"pwrite64", "fdatasync", "fsync", "fallocate", "ftruncate", "rename",
                           "unlink", "openat", "flock", "mmap"}) {
    const Tried tried = inject_everywhere(call, "delay_enter=30000", "", 1);
    INFO(call << ": " << tried.faults << " delays");
    CHECK(tried.faults > 0);
    CHECK(tried.failed_lives == 0);
  }
}

TEST_CASE("S14: interrupted and postponed writes are taken up again, and no byte comes twice") {
  if (!have_strace()) return;
  for (const char* error : {"EINTR", "EAGAIN"}) {
    const TemporaryDir dir;
    const Answer answer = write_with(dir, std::string("pwrite64:error=") + error + ":when=1+2");
    INFO(error << answer.text);
    CHECK(answer.hit);
    CHECK(answer.closed());
    CHECK(answer.number("acknowledged") == 120);
    check_log(dir, 120);
  }
}

TEST_CASE("S10: a write that the system swallows is found by reading, never passed over") {
  if (!have_strace()) return;
  std::size_t lost = 0;
  for (int n = 8; n <= 40; n += 4) {  // 768 bytes are four records; the call does nothing
    const TemporaryDir dir;
    const Answer answer = write_with(dir, "pwrite64:retval=768:when=" + std::to_string(n));
    INFO("call " << n << ": " << answer.text);
    REQUIRE(answer.hit);
    const auto report = verify(dir.path() / "log");
    const bool all_there = report.whole() && report.last_sequence >= answer.number("acknowledged");
    CHECK((all_there || report.condition == Condition::Damaged));
    lost += report.condition == Condition::Damaged ? 1 : 0;
  }
  CHECK(lost > 0);
}

TEST_CASE("S15: a slow sync delays what is durable, not what is appended") {
  if (!have_strace()) return;
  const TemporaryDir dir;
  const Answer answer = write_with(dir, "fdatasync:delay_enter=60000:when=9");
  INFO(answer.text);
  CHECK(answer.hit);
  CHECK(answer.closed());
  CHECK(answer.number("slowest_append_ns") < 50'000'000);
  check_log(dir, 120);
}

TEST_CASE("S12: after one failed sync the durable mark stays, though the next sync would succeed") {
  if (!have_strace()) return;
  const TemporaryDir whole;
  const TemporaryDir once;
  const TemporaryDir sticky;
  const Answer well = write_with(whole, "", 120, "strict");
  const Answer one = write_with(once, "fdatasync:error=EIO:when=9", 120, "strict");
  const Answer all = write_with(sticky, "fdatasync:error=EIO:when=9+", 120, "strict");
  INFO(one.text << all.text);
  CHECK(well.number("durable") == 120);
  CHECK(one.number("durable") < one.number("acknowledged"));
  CHECK(one.number("durable") == all.number("durable"));
  CHECK(one.number("refused") == 1);
  CHECK(one.last);
  check_log(once, one.number("acknowledged"));
  check_log(sticky, all.number("acknowledged"));
}

TEST_CASE("S12: a start after a failed sync has the kernel forget what it cached, others do not") {
  if (!have_strace()) return;
  const TemporaryDir failed;
  const TemporaryDir well;
  CHECK_FALSE(write_with(failed, "fdatasync:error=EIO:when=12").closed());
  CHECK(write_with(well, "").closed());
  const std::string seen = "fadvise64:delay_enter=1:when=1+";
  CHECK(write_with(failed, seen, 10).hit);
  CHECK_FALSE(write_with(well, seen, 10).hit);
}
