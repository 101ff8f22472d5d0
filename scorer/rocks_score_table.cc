// Keys, each with one letter in front; numbers big-endian so that RocksDB's order is theirs:
//
//   c <customer:u32>  one customer's record (score_record.cc)
//   p                 the position: version:u8=1  sequence:i64  features_as_of:i64  store_token:rest   (little-endian)
//   s <schema:u32>    bytes of an ebb.v1.FeatureSchema
//
// No key names a person: what RocksDB keeps of keys in manifests and old files says nothing.
#include "scorer/rocks_score_table.h"

#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include <cstring>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "runtime/log.h"
#include "runtime/rocks/info_log.h"
#include "runtime/rocks/keep_files.h"

namespace ebb::scorer {
namespace {

constexpr char kPositionKey[] = "p";
constexpr uint8_t kPositionVersion = 1;
constexpr size_t kPositionHeader = 1 + 8 + 8;
// Small ones: a flush is over soon, and what is written meanwhile waits for the disk less. RocksDB holds up writes
// where all of them are full.
constexpr uint64_t kWriteBufferBytes = 8 << 20;
constexpr int kWriteBuffers = 4;

std::string NumberKey(char letter, uint32_t number) {
  std::string key(1, letter);
  for (int shift = 24; shift >= 0; shift -= 8) key.push_back(static_cast<char>(number >> shift));
  return key;
}

uint32_t NumberOf(const rocksdb::Slice& key) {
  uint32_t number = 0;
  for (size_t i = 1; i < key.size(); ++i) number = (number << 8) | static_cast<uint8_t>(key[i]);
  return number;
}

std::string EncodePosition(const ScorerPosition& position) {
  std::string out(1, static_cast<char>(kPositionVersion));
  out.append(reinterpret_cast<const char*>(&position.sequence), 8);
  out.append(reinterpret_cast<const char*>(&position.features_as_of_micros), 8);
  return out + position.store_token;
}

absl::StatusOr<ScorerPosition> DecodePosition(const std::string& bytes) {
  if (bytes.size() < kPositionHeader || bytes[0] == 0)
    return absl::DataLossError("the score table's position is damaged");
  if (bytes[0] != kPositionVersion) {
    return absl::FailedPreconditionError("the score table's position is of a newer Ebb: start a newer ebb-scorer");
  }
  ScorerPosition position;
  std::memcpy(&position.sequence, bytes.data() + 1, 8);
  std::memcpy(&position.features_as_of_micros, bytes.data() + 9, 8);
  position.store_token = bytes.substr(kPositionHeader);
  return position;
}

absl::Status FromRocks(const rocksdb::Status& status, absl::string_view doing) {
  if (status.ok()) return absl::OkStatus();
  const std::string text = absl::StrCat("score table: ", doing, ": ", status.ToString());
  return status.IsCorruption() ? absl::DataLossError(text) : absl::InternalError(text);
}

rocksdb::Options TableOptions(bool create) {
  rocksdb::Options options;
  options.create_if_missing = create;
  options.info_log = std::make_shared<RocksInfoLog>("score_table");
  // Reads are scans in order of number, and the scores themselves are in memory: a small cache does.
  options.write_buffer_size = kWriteBufferBytes;
  options.max_write_buffer_number = kWriteBuffers;
  options.bytes_per_sync = 1 << 20;  // a flush must not leave all of its bytes to one sync, which holds up the log's
  rocksdb::BlockBasedTableOptions blocks;
  blocks.block_size = 16 << 10;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(blocks));
  return options;
}

class RocksScoreTable final : public ScoreTable {
 public:
  RocksScoreTable(std::unique_ptr<rocksdb::Env> env, std::unique_ptr<rocksdb::DB> db)
      : env_(std::move(env)), db_(std::move(db)) {}

  absl::Status Load() {
    std::string bytes;
    const rocksdb::Status found = db_->Get(rocksdb::ReadOptions(), kPositionKey, &bytes);
    if (found.IsNotFound()) return absl::OkStatus();
    if (!found.ok()) return FromRocks(found, "reading the position");
    auto position = DecodePosition(bytes);
    if (!position.ok()) return position.status();
    position_ = *std::move(position);
    const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(rocksdb::ReadOptions()));
    for (it->Seek("s"); it->Valid() && it->key().starts_with("s"); it->Next()) {
      if (NumberOf(it->key()) != schemas_.size()) return absl::DataLossError("score table: a schema is missing");
      schemas_.push_back(it->value().ToString());
    }
    return FromRocks(it->status(), "reading the schemas");
  }

  const ScorerPosition& loaded_position() const override { return position_; }
  const std::vector<std::string>& loaded_schemas() const override { return schemas_; }

  absl::Status ForEach(const std::function<absl::Status(uint32_t, ScoreRecord)>& visit) const override {
    uint32_t expected = 0;
    return Scan(0, [&](uint32_t customer, ScoreRecord record) {
      if (customer != expected++) {
        return absl::DataLossError(absl::StrCat("score table: customer number ", expected - 1, " is missing"));
      }
      return visit(customer, std::move(record));
    });
  }

  absl::StatusOr<std::vector<Write>> Read(uint32_t first, size_t limit) const override {
    std::vector<Write> records;
    const absl::Status status = Scan(first, [&](uint32_t customer, ScoreRecord record) {
      records.push_back({.customer = customer, .record = std::move(record)});
      return records.size() < limit ? absl::OkStatus() : absl::CancelledError();
    });
    if (!status.ok() && !absl::IsCancelled(status)) return status;
    return records;
  }

  absl::Status Commit(const std::vector<Write>& writes, const ScorerPosition& position) override {
    rocksdb::WriteBatch batch;
    for (const Write& write : writes) batch.Put(NumberKey('c', write.customer), EncodeScoreRecord(write.record));
    batch.Put(kPositionKey, EncodePosition(position));
    return FromRocks(db_->Write(Synced(), &batch), "writing scores");
  }

  absl::Status Erase(const std::vector<uint32_t>& customers, const ScorerPosition& position) override {
    std::vector<Write> writes;
    for (const uint32_t customer : customers) writes.push_back({.customer = customer, .record = {}});
    if (absl::Status written = Commit(writes, position); !written.ok()) return written;
    // The flush ends the write-ahead log that held the old records, the compactions the files.
    if (absl::Status flushed = FromRocks(db_->Flush({}), "erasing customers"); !flushed.ok()) return flushed;
    rocksdb::CompactRangeOptions how;
    how.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    for (const uint32_t customer : customers) {
      const std::string key = NumberKey('c', customer);
      const rocksdb::Slice from(key), to(key);
      const absl::Status compacted = FromRocks(db_->CompactRange(how, &from, &to), "erasing customers");
      if (!compacted.ok()) return compacted;
    }
    return absl::OkStatus();
  }

  void Settle() override {
    rocksdb::FlushOptions how;
    how.wait = false;
    how.allow_write_stall = true;
    const rocksdb::Status begun = db_->Flush(how);
    // What failed fails the next write, too, and is told there.
    if (!begun.ok()) Log(Level::kWarning, "score_table", "settling failed", {{"reason", begun.ToString()}});
  }

  bool IsBehind() const override {
    uint64_t full = 0;
    db_->GetIntProperty(rocksdb::DB::Properties::kNumImmutableMemTable, &full);
    return full >= kWriteBuffers / 2;
  }

  absl::Status AddSchema(uint32_t number, std::string_view bytes) override {
    return FromRocks(db_->Put(Synced(), NumberKey('s', number), rocksdb::Slice(bytes.data(), bytes.size())),
                     "writing a schema");
  }

 private:
  static rocksdb::WriteOptions Synced() {
    rocksdb::WriteOptions options;
    options.sync = true;
    return options;
  }

  // Visits records from `first` on until the visitor says otherwise.
  template <typename Visit>
  absl::Status Scan(uint32_t first, Visit visit) const {
    const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(rocksdb::ReadOptions()));
    for (it->Seek(NumberKey('c', first)); it->Valid() && it->key().starts_with("c"); it->Next()) {
      auto record = DecodeScoreRecord({it->value().data(), it->value().size()});
      if (!record.ok()) return record.status();
      if (absl::Status status = visit(NumberOf(it->key()), *std::move(record)); !status.ok()) return status;
    }
    return FromRocks(it->status(), "reading scores");
  }

  const std::unique_ptr<rocksdb::Env> env_;  // outlives the database
  const std::unique_ptr<rocksdb::DB> db_;
  ScorerPosition position_;
  std::vector<std::string> schemas_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ScoreTable>> OpenRocksScoreTable(const std::string& folder, bool create) {
  // RocksDB creates it too, but complains first that it is not there.
  std::error_code error;
  if (create) std::filesystem::create_directories(folder, error);
  if (error) return absl::InternalError(absl::StrCat("creating ", folder, ": ", error.message()));
  std::unique_ptr<rocksdb::Env> env = KeepFilesAfterFailure(rocksdb::Env::Default());
  // Compactions and flushes can wait, scores cannot.
  for (const auto pool : {rocksdb::Env::Priority::LOW, rocksdb::Env::Priority::HIGH}) {
    env->LowerThreadPoolCPUPriority(pool, rocksdb::CpuPriority::kLow).PermitUncheckedError();
  }
  rocksdb::Options options = TableOptions(create);
  options.env = env.get();
  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened = rocksdb::DB::Open(options, folder, &db);
  if (!opened.ok()) return FromRocks(opened, absl::StrCat("opening ", folder));
  auto table = std::make_unique<RocksScoreTable>(std::move(env), std::unique_ptr<rocksdb::DB>(db));
  if (absl::Status status = table->Load(); !status.ok()) return status;
  // A position from the first moment on: a folder without one was never finished.
  if (create) {
    if (absl::Status status = table->Commit({}, table->loaded_position()); !status.ok()) return status;
  }
  return table;
}

}  // namespace ebb::scorer
