// An archiver that saves what it folded: a restart goes on from there, and its archive is the one
// that nothing disturbed. A saved fold that is not usable costs time, never a row.
#include <catch2/catch.hpp>
#include <fstream>

#include "engine/wal/meta.hpp"
#include "engine/wal/snapshot_file.hpp"
#include "tests/app/archive_fixture.hpp"
#include "tests/reporting/stores.hpp"

using namespace sq;
using namespace sq::test;
using reporting::test::Place;
namespace fs = std::filesystem;

namespace {
struct Saving {
  std::unique_ptr<Place> place;
  fs::path folds;
  explicit Saving(const std::string& name)
      : place{reporting::test::sqlite_place(scratch() / (name + ".sqlite"))},
        folds{scratch() / (name + ".fold")} {}

  [[nodiscard]] app::Archiver archiver(
      std::uint64_t save_records, app::ArchiveNames names = app::archive_names(run_log())) const {
    app::ArchiverOptions options;
    options.log_dir = run_log();
    options.batch_records = 200;
    options.fold_dir = folds;
    options.save_records = save_records;
    return app::Archiver{options, std::move(names), place->store()};
  }
  [[nodiscard]] std::uint64_t saved() const {
    const auto found = wal::snapshot_sequences(folds);
    return found.empty() ? 0 : found.front();
  }
  void stop_after(std::uint64_t batches) const {
    app::Archiver first = archiver(1);
    std::int64_t clock = 0;
    while (first.status().batches < batches) {
      if (first.do_work(clock) == 0) clock += kNsPerSecond;
      REQUIRE_FALSE(first.caught_up());
    }
  }
  // Archives the rest; gives where it went on from.
  std::uint64_t finish(app::Archiver&& second) const {
    std::int64_t clock = 0;
    archive_all(second, clock);
    const auto rows = reporting::test::everything(*place);
    REQUIRE(rows.size() == undisturbed().size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i] != undisturbed()[i]) CHECK(rows[i] == undisturbed()[i]);
    }
    CHECK(second.status().failures == 0);
    return second.status().resumed_at;
  }
};
std::uint64_t archived_in(Place& place) {
  return std::stoull(place.sql("SELECT last_sequence FROM archive_progress").at(0).at(0));
}
}  // namespace

TEST_CASE("an archiver that is started again goes on from the fold that it saved", "[app]") {
  for (const std::uint64_t batches : {1U, 2U, 5U}) {
    const Saving saving{"resume-" + std::to_string(batches)};
    saving.stop_after(batches);
    CHECK(saving.saved() == archived_in(*saving.place));
    CHECK(saving.saved() > 0);
    const std::uint64_t expected = saving.saved();
    CHECK(saving.finish(saving.archiver(1)) == expected);
    // It has saved the last state too: one more start reads one record.
    app::Archiver third = saving.archiver(1);
    CHECK(saving.saved() == archived_in(*saving.place));
    CHECK(third.do_work(0) == 0);
    CHECK(third.status().resumed_at == archived_in(*saving.place));
    CHECK(third.caught_up());
  }
}

TEST_CASE("a fold is saved after as many records as said, not before, and when it ends", "[app]") {
  const Saving saving{"resume-when"};
  app::Archiver archiver = saving.archiver(401);
  std::int64_t clock = 0;
  const auto until = [&](std::uint64_t batches) {
    while (archiver.status().batches < batches)
      if (archiver.do_work(clock) == 0) clock += kNsPerSecond;
  };
  until(2);
  CHECK_FALSE(fs::exists(saving.folds));
  until(3);
  CHECK(saving.saved() == archived_in(*saving.place));
  archive_all(archiver, clock);
  CHECK(saving.saved() == archived_in(*saving.place));
  CHECK(wal::snapshot_sequences(saving.folds).size() == 1);
}

TEST_CASE("a saved fold with a flipped bit is folded again from the first record", "[app]") {
  const Saving saving{"resume-flipped"};
  saving.stop_after(3);
  const fs::path file = wal::snapshot_path(saving.folds, saving.saved());
  std::fstream bytes{file, std::ios::in | std::ios::out | std::ios::binary};
  const auto at = static_cast<std::streamoff>(fs::file_size(file) - 40);
  bytes.seekg(at);
  const auto was = static_cast<char>(bytes.get());
  bytes.seekp(at);
  bytes.put(static_cast<char>(was ^ 4));
  bytes.close();
  CHECK(saving.finish(saving.archiver(1)) == 0);
}

TEST_CASE("a saved fold that is ahead of its archive is not used", "[app]") {
  const Saving saving{"resume-ahead"};
  saving.stop_after(2);
  const fs::path older = scratch() / "resume-ahead.older";
  fs::copy_file(wal::snapshot_path(saving.folds, saving.saved()), older);
  const Saving other{"resume-ahead-other"};  // an older copy of the archive was put back
  other.stop_after(1);
  fs::remove_all(other.folds);
  fs::create_directories(other.folds);
  fs::copy_file(older, wal::snapshot_path(other.folds, saving.saved()));
  REQUIRE(other.saved() > archived_in(*other.place));
  CHECK(other.finish(other.archiver(1'000'000)) == 0);
}

TEST_CASE("a saved fold of other strategies is not used", "[app]") {
  const Saving saving{"resume-renamed"};
  saving.stop_after(2);
  app::ArchiveNames names = app::archive_names(run_log());
  names.strategies.at(0) += "-renamed";
  app::Archiver renamed = saving.archiver(1'000'000, names);
  static_cast<void>(renamed.do_work(0));
  CHECK(renamed.status().resumed_at == 0);
  app::Archiver same = saving.archiver(1'000'000);
  static_cast<void>(same.do_work(0));
  CHECK(same.status().resumed_at == saving.saved());
}

TEST_CASE("a saved fold of a log that went on differently is not used", "[app]") {
  const Saving saving{"resume-other"};
  saving.stop_after(2);
  // The same fold, said to be made at a record with another checksum.
  const std::uint64_t at = saving.saved();
  wal::SnapshotRead read = wal::read_snapshot(saving.folds, at, wal::read_meta(run_log()).log_id,
                                              wal::read_meta(run_log()).instance);
  REQUIRE(read.fault == wal::SnapshotFault::None);
  read.snapshot.header.end.chain ^= 1;
  wal::write_snapshot(saving.folds, read.snapshot.header, read.snapshot.sections);
  CHECK(saving.finish(saving.archiver(1'000'000)) == 0);
}

TEST_CASE("a place where no fold can be saved is said, and the archive is whole all the same",
          "[app]") {
  const Saving saving{"resume-nowhere"};
  std::ofstream{saving.folds} << "a file where the directory should be";
  app::Archiver archiver = saving.archiver(1);
  std::int64_t clock = 0;
  while (archiver.status().batches < 1) static_cast<void>(archiver.do_work(clock));
  CHECK(archiver.status().error.find("resume-nowhere.fold") != std::string::npos);
  CHECK(saving.finish(std::move(archiver)) == 0);
}
