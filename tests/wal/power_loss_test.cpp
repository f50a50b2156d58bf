// Loss of power behind every step that a log of 2,000 records takes to its disk, with what was not
// synced lost, kept, torn, reordered or worse (S03, S04, S09, S10, S16). Each time recovery must
// give the records from the first on, up to the durable mark at least, or refuse and name the
// place.
#include <catch2/catch.hpp>
#include <chrono>
#include <cstring>

#include "engine/wal/recovery.hpp"
#include "engine/wal/ring.hpp"
#include "engine/wal/verify.hpp"
#include "tests/wal/fixture.hpp"
#include "tests/wal/recorded_disk.hpp"

using namespace sq;
using namespace sq::wal;
using namespace sq::wal::test;

namespace {
using PerStream = std::array<std::uint64_t, kStreams>;

// What was known outside the log when the disk had done so many steps.
struct Moment {
  std::size_t steps{0};
  std::uint64_t appended{0};
  PerStream durable{};  // published: a power loss must not take them
  bool syncs{false};    // Group or Strict, and open: marks are kept
};

struct Workload {
  RecordedDisk disk;
  std::vector<Moment> moments;
  std::uint64_t appended{0};
  PerStream durable{};

  void note(bool syncs) { moments.push_back({disk.steps().size(), appended, durable, syncs}); }

  // One life of the log. `fails`: it ends as after a failed write, and the rings stay.
  void live(LogSettings settings, Durability durability, std::uint64_t records, bool fails) {
    settings.durability = durability;
    settings.group_interval_ns = durability == Durability::Strict ? 3'600'000'000'000 : 1;
    settings.disk = &disk;
    auto log = appended == 0 ? Log::create(settings) : Log::open(settings);
    const bool syncs = durability != Durability::Process;
    const LogView view = LogView::open(settings.dir);
    const auto publish = [&] {
      for (std::size_t i = 0; i < kStreams; ++i)
        durable[i] = std::max(durable[i], load_acquire(view.rings[i]->control().durable_sequence));
      note(syncs);
    };
    publish();
    const std::uint64_t last = appended + records;
    std::uint64_t group = 1;
    while (appended < last) {
      append_samples(*log, appended + 1, std::min(appended + group, last));
      appended = std::min(appended + group, last);
      note(syncs);
      group = 1 + (group * 5 + appended) % 7;
      if (syncs) {
        log->do_work();
      } else {
        const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds{25};
        while (std::chrono::steady_clock::now() < until) {
        }
        log->do_work();
      }
      publish();
    }
    if (fails) return log->fail("the test ends this life");
    log->close();
    for (std::uint64_t i = 0; i < 3; ++i) {
      const std::size_t stream = index_of(stream_of(sample(appended - i).header.kind));
      durable[stream] = std::max(durable[stream], appended - i);
    }
    note(false);
  }
};

LogSettings workload_settings(const TemporaryDir& dir) {
  auto settings = small_settings(dir);
  settings.segment_bytes = 32 * 1024;
  settings.reserve_bytes = 8192;
  return settings;
}

// A directory that shows one image after the other; only what differs is written.
class ImageDir {
 public:
  explicit ImageDir(std::filesystem::path dir) : dir_{std::move(dir)} {
    std::filesystem::create_directory(dir_);
  }
  void show(const DiskImage& image) {
    for (const auto& [name, bytes] : shown_)
      if (!image.contains(name)) std::filesystem::remove(dir_ / name);
    for (const auto& [name, bytes] : image) {
      const auto old = shown_.find(name);
      if (old == shown_.end() || old->second != bytes) write_bytes(dir_ / name, bytes);
    }
    shown_ = image;
  }
  void forget() {  // somebody else changed it
    std::filesystem::remove_all(dir_);
    std::filesystem::create_directory(dir_);
    shown_.clear();
  }
  [[nodiscard]] const std::filesystem::path& path() const { return dir_; }

 private:
  std::filesystem::path dir_;
  DiskImage shown_;
};

// What the synced bytes themselves say is durable, by the table in the README alone.
PerStream marked_on_disk(const DiskModel& model, const DiskImage& image) {
  PerStream marked{};
  const auto word = [](const Bytes& bytes, std::size_t at) {
    std::uint64_t value = 0;
    if (at + sizeof value <= bytes.size()) std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
  };
  for (const auto& [name, shown] : image) {
    const Bytes* bytes = model.synced(name);
    if (bytes == nullptr) continue;
    const std::size_t stream = name.starts_with("orders") ? 0 : 1;
    if (name.ends_with(".seg"))
      for (const std::size_t at : {512U, 552U})
        marked[stream] = std::max(marked[stream], word(*bytes, at + 8));
    if (name == "log.meta")
      for (std::size_t i = 0; i < kStreams; ++i)
        marked[i] = std::max(marked[i], word(*bytes, 80 + 32 * i + 8));
  }
  return marked;
}

struct Outcome {
  std::string refusal;  // empty: the log is whole
  std::array<std::vector<std::uint64_t>, kStreams> read;
  bool samples{true};
};
Outcome read_all_of(const std::filesystem::path& dir) {
  Outcome outcome;
  try {
    Reader reader{dir};
    while (const RecordHeader* record = reader.next()) {
      outcome.read[index_of(stream_of(record->kind))].push_back(record->sequence);
      outcome.samples = outcome.samples && is_sample(*record);
    }
    const ReaderStatus& status = reader.status();
    if (status.condition > Condition::Torn)
      outcome.refusal =
          status.file.string() + " " + std::to_string(status.offset) + " " + status.what;
  } catch (const LogError& error) {
    outcome.refusal = error.what();
  }
  return outcome;
}

class Matrix {
 public:
  Matrix() {
    const auto settings = workload_settings(dir_);
    workload_.live(settings, Durability::Group, 900, false);
    workload_.live(settings, Durability::Strict, 600, true);
    workload_.live(settings, Durability::Group, 500, false);
    workload_.live(settings, Durability::Process, 400, false);
    for (std::uint64_t i = 1; i <= workload_.appended; ++i)
      written_[index_of(stream_of(sample(i).header.kind))].push_back(i);
  }

  void run(std::size_t stride, std::uint64_t seeds) {
    DiskModel model;
    const auto& steps = workload_.disk.steps();
    std::size_t names_changed = 0;  // the few steps behind such a change are the tender ones
    for (std::size_t done = 0; done <= steps.size(); ++done) {
      if (done > 0) {
        model.apply(steps[done - 1]);
        using What = DiskStep::What;
        const What what = steps[done - 1].what;
        if (what == What::Unlink || what == What::Rename || what == What::Truncate)
          names_changed = done;
      }
      const bool tender = names_changed > 0 && done < names_changed + 4;
      for (const Damage damage : kDamages) {
        for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
          const std::size_t number = done * kDamages.size() + static_cast<std::size_t>(damage);
          if (number % stride == 0 || (tender && damage == Damage::Lost))
            try_one(model, done, damage, seed);
        }
      }
    }
    std::string table;
    for (const Damage damage : kDamages) {
      const auto i = static_cast<std::size_t>(damage);
      table += std::string("; ") + text_of(damage) + " " + std::to_string(whole_[i]) + " whole, " +
               std::to_string(refused_[i]) + " refused";
    }
    UNSCOPED_INFO(steps.size() << " steps, " << images_ << " power losses, " << reopened_
                               << " opened and written on" << table);
    for (const Damage damage : kDamages) CHECK(whole_[static_cast<std::size_t>(damage)] > 0);
    CHECK(workload_.appended == 2'400);
    CHECK(refused_[static_cast<std::size_t>(Damage::Misdirected)] > 0);
  }
  [[nodiscard]] std::size_t images() const { return images_; }
  [[nodiscard]] std::size_t steps() const { return workload_.disk.steps().size(); }

 private:
  // The last that was known when `done` steps were complete, and all that can have been written.
  void bounds(std::size_t done, Moment& known, std::uint64_t& appended_max) const {
    appended_max = workload_.appended;
    for (const Moment& moment : workload_.moments) {
      if (moment.steps > done) {
        appended_max = moment.appended;
        break;
      }
      known = moment;
    }
  }

  void try_one(const DiskModel& model, std::size_t done, Damage damage, std::uint64_t seed) {
    ++images_;
    const DiskImage image = model.after_power_loss(damage, seed * 0x9E3779B97F4A7C15U + done);
    shown_.show(image);
    Moment known;
    std::uint64_t appended_max = 0;
    bounds(done, known, appended_max);
    PerStream durable = known.durable;
    if (damage >= Damage::Garbage) durable = marked_on_disk(model, image);  // synced bytes are hit

    INFO("after step " << done << ", " << text_of(damage) << ", seed " << seed << ", appended "
                       << appended_max << ", durable " << durable[0] << " " << durable[1]);
    const Outcome found = read_all_of(shown_.path());
    INFO("refusal: " << found.refusal);
    const auto i = static_cast<std::size_t>(damage);
    ++(found.refusal.empty() ? whole_ : refused_)[i];
    if (!found.samples) FAIL("a record that was never written");
    for (const Stream stream : kBothStreams) {
      const auto& read = found.read[index_of(stream)];
      const auto& written = written_[index_of(stream)];
      if (read.size() > written.size() || !std::equal(read.begin(), read.end(), written.begin()))
        FAIL("stream " << index_of(stream) << " has a hole or a repetition");
      const std::uint64_t last = read.empty() ? 0 : read.back();
      if (last > appended_max) FAIL("a record from the future: " << last);
      if (found.refusal.empty() && last < durable[index_of(stream)])
        FAIL("silently lost: stream " << index_of(stream) << " ends with " << last);
    }
    if (!found.refusal.empty()) return check_refusal(found, damage, durable);
    check_recovery(found, images_ % 101 == 0);
  }

  static void check_refusal(const Outcome& found, Damage damage, const PerStream& durable) {
    const bool names_it = found.refusal.find(".seg") != std::string::npos ||
                          found.refusal.find("log.meta") != std::string::npos;
    if (!names_it) FAIL("does not say what is damaged");
    // A disk that only forgets what it was never asked to keep is no reason to refuse.
    if (damage <= Damage::Kept && durable[0] > 0) FAIL("refused without damage");
  }

  void check_recovery(const Outcome& found, bool go_on) {
    const FixedText<16> instance{"test"};
    const RecoveredLog log = recover(shown_.path(), instance);
    std::uint64_t last = 0;
    for (std::size_t i = 0; i < kStreams; ++i) {
      const std::uint64_t end = found.read[i].empty() ? 0 : found.read[i].back();
      if (log.streams[i].end.sequence != end) FAIL("recovery ends elsewhere than reading");
      last = std::max(last, end);
    }
    if (!go_on) return;
    ++reopened_;
    auto settings = workload_settings(dir_);
    settings.dir = shown_.path();
    {
      auto opened = Log::open(settings);
      if (opened->recovery().last_sequence != last) FAIL("open ends elsewhere than reading");
      append_samples(*opened, last + 1, last + 30);
      opened->close();
    }
    const Outcome again = read_all_of(settings.dir);
    auto expected = found.read;
    for (std::uint64_t i = last + 1; i <= last + 30; ++i)
      expected[index_of(stream_of(sample(i).header.kind))].push_back(i);
    if (!again.refusal.empty() || again.read != expected || !again.samples)
      FAIL("written on, it is not what it was and 30 records more: " << again.refusal);
    shown_.forget();
  }

  TemporaryDir dir_;
  ImageDir shown_{dir_.path() / "image"};
  Workload workload_;
  std::array<std::vector<std::uint64_t>, kStreams> written_;
  std::size_t images_{0};
  std::size_t reopened_{0};
  std::array<std::size_t, kDamages.size()> whole_{};
  std::array<std::size_t, kDamages.size()> refused_{};
};
}  // namespace

TEST_CASE(
    "S03 S04 S09 S10 S16: after a power loss at some steps, every durable record is there or "
    "the damage is named") {
  Matrix matrix;
  matrix.run(23, 1);
  CHECK(matrix.images() > 700);
}

TEST_CASE(
    "S03 S04 S09 S10 S16: after a power loss at every step, every durable record is there or "
    "the damage is named",
    "[slow]") {
  Matrix matrix;
  matrix.run(1, 5);
  CHECK(matrix.steps() >= 2'000);
  CHECK(matrix.images() == (matrix.steps() + 1) * kDamages.size() * 5);
}
