// The log beside RocksDB, SQLite and LMDB on the same records in the same run: 128-byte records in
// groups of 512, once as safe as the process (kill -9), once synced to the device. Each peer gets
// its fastest documented way to append; what is not installed is left out.
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#if __has_include(<lmdb.h>)
#define SQ_HAS_LMDB 1
#include <lmdb.h>
#endif
#if __has_include(<rocksdb/db.h>)
#define SQ_HAS_ROCKSDB 1
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>
#endif
#if __has_include(<sqlite3.h>)
#define SQ_HAS_SQLITE 1
#include <sqlite3.h>
#endif

#include "bench/wal_bench_log.hpp"

namespace {
using namespace sq;
using bench::bench_dir;
using bench::BenchLog;
using bench::kRecords;
using bench::Record128;

constexpr std::size_t kGroup = 512;

// A directory on the disk in question, gone at the end.
class Folder {
 public:
  Folder() { std::filesystem::create_directories(bench_dir()); }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(bench_dir(), ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
};
void check(bool ok) {
  if (!ok) std::abort();
}

// commit(first, records): one group. Per group in synced runs, per record in the others.
using Commit = std::function<void(std::uint64_t first, const Record128* records)>;
void run(bench::Session& session, const std::string& name, bool synced, const Commit& commit) {
  static const auto records = bench::make_records(RecordKind::OrderChanged);
  std::uint64_t sequence = 0;
  const auto group = [&] {
    commit(sequence + 1, &records[sequence % kRecords]);
    sequence += kGroup;
  };
  if (synced) {
    session.run_single(name, {.samples = 200, .input = "512 records, synced: ns a group"},
                       [&](std::size_t) { group(); });
    return;
  }
  constexpr std::size_t kGroups = 100;
  session.run_rate(name, {.samples = 10, .input = "groups of 512, not synced: ns a record"},
                   kGroups * kGroup, [&] {
                     for (std::size_t i = 0; i < kGroups; ++i) group();
                     return sequence;
                   });
}

void our_log(bench::Session& session, bool synced) {
  const std::string name = synced ? "wal/512_synced" : "wal/512_unsynced";
  if (!session.wanted(name)) return;
  BenchLog log{synced ? wal::Durability::Group : wal::Durability::Process, !synced};
  run(session, name, synced, [&](std::uint64_t first, const Record128* records) {
    for (std::size_t i = 0; i < kGroup; ++i) {
      Record128 record = records[i];
      record.header.sequence = first + i;
      check(log.log().appender().append(record.header));
    }
    if (synced) check(log.log().flush());
  });
}

#ifdef SQ_HAS_ROCKSDB
void rocksdb_log(bench::Session& session, bool synced) {
  const std::string name = synced ? "peers/rocksdb_512_synced" : "peers/rocksdb_512_unsynced";
  if (!session.wanted(name)) return;
  const Folder folder;
  rocksdb::Options options;
  options.create_if_missing = true;
  options.compression = rocksdb::kNoCompression;
  rocksdb::DB* opened = nullptr;
  check(rocksdb::DB::Open(options, (bench_dir() / "rocksdb").string(), &opened).ok());
  const std::unique_ptr<rocksdb::DB> db{opened};
  rocksdb::WriteOptions how;
  how.sync = synced;
  run(session, name, synced, [&](std::uint64_t first, const Record128* records) {
    rocksdb::WriteBatch batch;
    for (std::size_t i = 0; i < kGroup; ++i) {
      const std::uint64_t key = __builtin_bswap64(first + i);  // ascending as bytes
      const rocksdb::Slice name_of{reinterpret_cast<const char*>(&key), sizeof key};
      const rocksdb::Slice value{reinterpret_cast<const char*>(&records[i]), sizeof(Record128)};
      check(batch.Put(name_of, value).ok());
    }
    check(db->Write(how, &batch).ok());
  });
}
#endif

#ifdef SQ_HAS_SQLITE
void sqlite_log(bench::Session& session, bool synced) {
  const std::string name = synced ? "peers/sqlite_512_synced" : "peers/sqlite_512_unsynced";
  if (!session.wanted(name)) return;
  const Folder folder;
  sqlite3* db = nullptr;
  check(sqlite3_open((bench_dir() / "log.sqlite").c_str(), &db) == SQLITE_OK);
  const auto execute = [&](const char* sql) {
    check(sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  };
  execute("PRAGMA journal_mode = WAL");
  execute(synced ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = OFF");
  execute("CREATE TABLE log (sequence INTEGER PRIMARY KEY, record BLOB)");
  sqlite3_stmt* insert = nullptr;
  check(sqlite3_prepare_v2(db, "INSERT INTO log VALUES (?, ?)", -1, &insert, nullptr) == SQLITE_OK);
  run(session, name, synced, [&](std::uint64_t first, const Record128* records) {
    execute("BEGIN");
    for (std::size_t i = 0; i < kGroup; ++i) {
      sqlite3_bind_int64(insert, 1, static_cast<sqlite3_int64>(first + i));
      sqlite3_bind_blob(insert, 2, &records[i], sizeof(Record128), nullptr);  // stays where it is
      check(sqlite3_step(insert) == SQLITE_DONE);
      sqlite3_reset(insert);
    }
    execute("COMMIT");
  });
  sqlite3_finalize(insert);
  sqlite3_close(db);
}
#endif

#ifdef SQ_HAS_LMDB
void lmdb_log(bench::Session& session, bool synced) {
  const std::string name = synced ? "peers/lmdb_512_synced" : "peers/lmdb_512_unsynced";
  if (!session.wanted(name)) return;
  const Folder folder;
  constexpr std::size_t kMapBytes = std::size_t{4} << 30U;
  MDB_env* environment = nullptr;
  check(mdb_env_create(&environment) == 0);
  check(mdb_env_set_mapsize(environment, kMapBytes) == 0);
  check(mdb_env_open(environment, bench_dir().c_str(), synced ? 0 : MDB_NOSYNC, 0600) == 0);
  MDB_dbi table = 0;
  run(session, name, synced, [&](std::uint64_t first, const Record128* records) {
    MDB_txn* transaction = nullptr;
    check(mdb_txn_begin(environment, nullptr, 0, &transaction) == 0);
    if (first == 1) check(mdb_dbi_open(transaction, nullptr, MDB_INTEGERKEY, &table) == 0);
    for (std::size_t i = 0; i < kGroup; ++i) {
      std::size_t sequence = first + i;
      MDB_val key{sizeof sequence, &sequence};
      Record128 record = records[i];
      MDB_val value{sizeof record, &record};
      check(mdb_put(transaction, table, &key, &value, MDB_APPEND) == 0);
    }
    check(mdb_txn_commit(transaction) == 0);
  });
  mdb_env_close(environment);
}
#endif
}  // namespace

int main(int argc, char** argv) {
  bench::Session session{argc, argv};
  for (const bool synced : {false, true}) {
    our_log(session, synced);
#ifdef SQ_HAS_LMDB
    lmdb_log(session, synced);
#endif
#ifdef SQ_HAS_ROCKSDB
    rocksdb_log(session, synced);
#endif
#ifdef SQ_HAS_SQLITE
    sqlite_log(session, synced);
#endif
  }
  return session.finish();
}
