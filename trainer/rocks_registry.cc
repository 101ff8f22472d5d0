// Keys: one letter for the kind, then the number as eight big-endian bytes, so that a scan is in order of age.
//
//   t ID       a training (message Training)
//   m VERSION  a model (message Model, without its report; its state is CHALLENGER or RETIRED, the pointer below
//              decides who is CHAMPION)
//   r VERSION  its report (message TrainingReport)
//   a VERSION  everything else that was measured (message ModelReport, without the model)
//   f VERSION  its file
//   b VERSION  its comparison basis
//   c          the champion's version (eight big-endian bytes)
//   j ID KEY   a trial of the search of a training without a model: after the number the trial's key (32 bytes), under
//              it TrialResult::Serialize
//
// Every value starts with kRecordVersion. The file is one value, because models of the shop's size are below a few
// megabytes and a model must come into being in one write.
#include "trainer/rocks_registry.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "rocksdb/options.h"
#include "rocksdb/write_batch.h"
#include "runtime/digest.h"
#include "runtime/log.h"
#include "runtime/rocks/info_log.h"
#include "runtime/rocks/keep_files.h"
#include "trainer/resource_name.h"

namespace ebb::trainer {
namespace {

constexpr char kRecordVersion = 1;
constexpr char kTraining = 't';
constexpr char kModel = 'm';
constexpr char kReport = 'r';
constexpr char kAnalysis = 'a';
constexpr char kFile = 'f';
constexpr char kBasis = 'b';
constexpr char kChampion[] = "c";

std::string BigEndian(int64_t number) {
  std::string bytes(8, '\0');
  for (int i = 0; i < 8; ++i) bytes[i] = static_cast<char>(static_cast<uint64_t>(number) >> (56 - 8 * i));
  return bytes;
}

int64_t FromBigEndian(const char* bytes) {
  uint64_t number = 0;
  for (int i = 0; i < 8; ++i) number = number << 8 | static_cast<uint8_t>(bytes[i]);
  return static_cast<int64_t>(number);
}

std::string Key(char kind, int64_t number) { return std::string(1, kind) + BigEndian(number); }

bool IsKeyOf(char kind, const rocksdb::Slice& key) { return key.size() == 9 && key[0] == kind; }

std::string Record(const std::string& bytes) { return std::string(1, kRecordVersion) + bytes; }

absl::StatusOr<std::string> Unwrap(const std::string& record, const std::string& name) {
  if (record.empty()) return absl::DataLossError(absl::StrCat("registry: the record of ", name, " is empty"));
  if (record[0] > kRecordVersion) {
    return absl::FailedPreconditionError(absl::StrCat("registry: the record of ", name, " has version ",
                                                      static_cast<int>(record[0]),
                                                      ", written by a newer ebb-trainer; start that one"));
  }
  if (record[0] != kRecordVersion) {
    return absl::DataLossError(absl::StrCat("registry: the record of ", name, " has no version"));
  }
  return record.substr(1);
}

template <typename Message>
absl::StatusOr<Message> Parse(const std::string& bytes, const std::string& name) {
  Message message;
  if (message.ParseFromString(bytes)) return message;
  return absl::DataLossError(absl::StrCat("registry: the record of ", name, " cannot be read"));
}

absl::Status Failed(const char* doing, const rocksdb::Status& status) {
  const std::string text = absl::StrCat("registry: ", doing, ": ", status.ToString());
  return status.IsCorruption() ? absl::DataLossError(text) : absl::InternalError(text);
}

}  // namespace

absl::StatusOr<std::unique_ptr<RocksRegistry>> RocksRegistry::Open(Options options) {
  rocksdb::Options db_options;
  db_options.create_if_missing = true;
  db_options.info_log = std::make_shared<RocksInfoLog>("registry");
  db_options.write_buffer_size = 8 << 20;
  db_options.compression = rocksdb::kNoCompression;
  std::unique_ptr<rocksdb::Env> env =
      KeepFilesAfterFailure(options.env != nullptr ? options.env : rocksdb::Env::Default());
  db_options.env = env.get();

  auto registry = std::unique_ptr<RocksRegistry>(new RocksRegistry(std::move(options)));
  registry->env_ = std::move(env);
  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened = rocksdb::DB::Open(db_options, registry->options_.path, &db);
  if (!opened.ok()) return Failed(absl::StrCat("opening ", registry->options_.path).c_str(), opened);
  registry->db_.reset(db);
  if (absl::Status status = registry->Load(); !status.ok()) return status;
  if (absl::Status status = registry->InterruptRunning(); !status.ok()) return status;
  return registry;
}

absl::Status RocksRegistry::Load() {
  MutexLock lock(&mutex_);
  absl::StatusOr<int64_t> last_training = LastNumber(kTraining);
  if (!last_training.ok()) return last_training.status();
  absl::StatusOr<int64_t> last_version = LastNumber(kModel);
  if (!last_version.ok()) return last_version.status();
  last_training_ = *last_training;
  last_version_ = *last_version;
  if (absl::Status status = trials_.Load(*db_); !status.ok()) return status;

  std::string record;
  const rocksdb::Status found = db_->Get({}, kChampion, &record);
  if (found.IsNotFound()) return absl::OkStatus();
  if (!found.ok()) return Failed("reading the champion", found);
  absl::StatusOr<std::string> bytes = Unwrap(record, kChampionName);
  if (!bytes.ok()) return bytes.status();
  if (bytes->size() != 8) return absl::DataLossError("registry: the champion's record is not a version");
  champion_ = FromBigEndian(bytes->data());
  return absl::OkStatus();
}

absl::Status RocksRegistry::InterruptRunning() {
  rocksdb::WriteBatch batch;
  absl::StatusOr<Page<v1::Training>> page = ListTrainings(0, 100);
  while (page.ok()) {
    for (v1::Training& training : page->items) {
      if (training.state() != v1::Training::RUNNING) continue;
      training.set_state(v1::Training::INTERRUPTED);
      *training.mutable_end_time() =
          google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(options_.clock->Now()));
      absl::StatusOr<int64_t> id = ParseTrainingName(training.name());
      if (!id.ok()) return absl::DataLossError(absl::StrCat("registry: training name `", training.name(), "`"));
      batch.Put(Key(kTraining, *id), Record(training.SerializeAsString()));
      Log(Level::kWarning, "registry", "a training was cut by the end of the process", {{"training", training.name()}});
    }
    if (page->next_before == 0) break;
    page = ListTrainings(page->next_before, 100);
  }
  if (!page.ok()) return page.status();
  MutexLock lock(&mutex_);
  return batch.Count() == 0 ? absl::OkStatus() : Write(&batch);
}

absl::StatusOr<int64_t> RocksRegistry::LastNumber(char kind) const {
  std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator({}));
  it->SeekForPrev(Key(kind, -1));  // all ones: after every number
  if (!it->status().ok()) return Failed("reading the last number", it->status());
  if (!it->Valid() || !IsKeyOf(kind, it->key())) return 0;
  return FromBigEndian(it->key().data() + 1);
}

absl::Status RocksRegistry::Write(rocksdb::WriteBatch* batch, bool sync) {
  if (broken_) {
    return absl::InternalError("registry: a write failed before, so none is taken until ebb-trainer starts again");
  }
  rocksdb::WriteOptions options;
  options.sync = sync;
  const rocksdb::Status written = db_->Write(options, batch);
  if (written.ok()) return absl::OkStatus();
  broken_ = true;  // what RocksDB holds now may differ from what is on disk: only a reopen settles it
  Log(Level::kError, "registry", "a write failed", {{"error", written.ToString()}});
  if (options_.on_write_error) options_.on_write_error();
  return absl::InternalError(absl::StrCat("registry: writing: ", written.ToString()));
}

absl::StatusOr<std::string> RocksRegistry::Read(char kind, int64_t number, const std::string& name) const {
  std::string record;
  const rocksdb::Status found = db_->Get({}, Key(kind, number), &record);
  if (found.IsNotFound()) return absl::NotFoundError(absl::StrCat("`", name, "` does not exist"));
  if (!found.ok()) return Failed(absl::StrCat("reading ", name).c_str(), found);
  return Unwrap(record, name);
}

absl::StatusOr<v1::Training> RocksRegistry::AddTraining(v1::Training training) {
  MutexLock lock(&mutex_);
  training.set_name(TrainingName(last_training_ + 1));
  rocksdb::WriteBatch batch;
  batch.Put(Key(kTraining, last_training_ + 1), Record(training.SerializeAsString()));
  if (absl::Status status = Write(&batch); !status.ok()) return status;
  ++last_training_;
  return training;
}

absl::Status RocksRegistry::UpdateTraining(const v1::Training& training) {
  absl::StatusOr<int64_t> id = ParseTrainingName(training.name());
  if (!id.ok()) return id.status();
  MutexLock lock(&mutex_);
  if (*id > last_training_) return absl::NotFoundError(absl::StrCat("`", training.name(), "` does not exist"));
  rocksdb::WriteBatch batch;
  batch.Put(Key(kTraining, *id), Record(training.SerializeAsString()));
  return Write(&batch);
}

absl::StatusOr<v1::Training> RocksRegistry::GetTraining(int64_t id) const {
  const std::string name = TrainingName(id);
  absl::StatusOr<std::string> bytes = Read(kTraining, id, name);
  if (!bytes.ok()) return bytes.status();
  return Parse<v1::Training>(*bytes, name);
}

absl::StatusOr<Page<v1::Training>> RocksRegistry::ListTrainings(int64_t before, int page_size) const {
  Page<v1::Training> page;
  int64_t id = 0;
  {
    MutexLock lock(&mutex_);
    id = before == 0 ? last_training_ : std::min(before - 1, last_training_);
  }
  for (; id >= 1 && static_cast<int>(page.items.size()) < page_size; --id) {
    absl::StatusOr<v1::Training> training = GetTraining(id);
    if (!training.ok()) return training.status();
    page.items.push_back(*std::move(training));
  }
  page.next_before = id >= 1 ? id + 1 : 0;
  return page;
}

absl::StatusOr<v1::Model> RocksRegistry::Publish(const NewModel& model, v1::Training training, bool promote) {
  absl::StatusOr<int64_t> id = ParseTrainingName(training.name());
  if (!id.ok()) return id.status();
  MutexLock lock(&mutex_);
  const int64_t version = last_version_ + 1;
  v1::Model meta;
  meta.set_name(ModelName(version));
  meta.set_version(version);
  meta.set_state(v1::Model::CHALLENGER);
  *meta.mutable_create_time() = training.end_time();
  meta.set_training(training.name());
  meta.set_digest(Sha256Hex(model.file));
  meta.set_size_bytes(static_cast<int64_t>(model.file.size()));
  training.set_state(v1::Training::SUCCEEDED);
  training.set_model(meta.name());

  rocksdb::WriteBatch batch;
  batch.Put(Key(kFile, version), Record(model.file));
  batch.Put(Key(kBasis, version), Record(model.comparison_basis));
  batch.Put(Key(kReport, version), Record(model.report.SerializeAsString()));
  batch.Put(Key(kAnalysis, version), Record(model.analysis.SerializeAsString()));
  batch.Put(Key(kModel, version), Record(meta.SerializeAsString()));
  batch.Put(Key(kTraining, *id), Record(training.SerializeAsString()));
  if (promote) {
    if (absl::Status status = MoveChampion(version, &batch); !status.ok()) return status;
  }
  trials_.DeleteAll(&batch);
  if (absl::Status status = Write(&batch); !status.ok()) return status;
  last_version_ = version;
  if (promote) {
    champion_ = version;
    meta.set_state(v1::Model::CHAMPION);
  }
  return meta;
}

absl::Status RocksRegistry::MoveChampion(int64_t version, rocksdb::WriteBatch* batch) const {
  batch->Put(kChampion, Record(BigEndian(version)));
  if (champion_ == 0) return absl::OkStatus();
  absl::StatusOr<std::string> bytes = Read(kModel, champion_, ModelName(champion_));
  if (!bytes.ok()) return bytes.status();
  absl::StatusOr<v1::Model> retired = Parse<v1::Model>(*bytes, ModelName(champion_));
  if (!retired.ok()) return retired.status();
  retired->set_state(v1::Model::RETIRED);
  batch->Put(Key(kModel, champion_), Record(retired->SerializeAsString()));
  return absl::OkStatus();
}

absl::StatusOr<v1::Model> RocksRegistry::ReadModel(int64_t version) const {
  const std::string name = ModelName(version);
  absl::StatusOr<std::string> bytes = Read(kModel, version, name);
  if (!bytes.ok()) return bytes.status();
  absl::StatusOr<v1::Model> model = Parse<v1::Model>(*bytes, name);
  if (model.ok() && Champion() == version) model->set_state(v1::Model::CHAMPION);
  return model;
}

absl::StatusOr<v1::Model> RocksRegistry::GetModel(int64_t version) const {
  absl::StatusOr<v1::Model> model = ReadModel(version);
  if (!model.ok()) return model;
  absl::StatusOr<std::string> bytes = Read(kReport, version, ModelName(version));
  if (!bytes.ok()) return bytes.status();
  absl::StatusOr<v1::TrainingReport> report = Parse<v1::TrainingReport>(*bytes, ModelName(version));
  if (!report.ok()) return report.status();
  *model->mutable_report() = *std::move(report);
  return model;
}

absl::StatusOr<v1::ModelReport> RocksRegistry::GetModelReport(int64_t version) const {
  absl::StatusOr<v1::Model> model = GetModel(version);
  if (!model.ok()) return model.status();
  const absl::StatusOr<std::string> bytes = Read(kAnalysis, version, absl::StrCat("the report of ", model->name()));
  if (absl::IsNotFound(bytes.status())) {
    return absl::NotFoundError(absl::StrCat("`", model->name(), "` was made before reports were kept; train again"));
  }
  if (!bytes.ok()) return bytes.status();
  absl::StatusOr<v1::ModelReport> report = Parse<v1::ModelReport>(*bytes, model->name());
  if (!report.ok()) return report;
  *report->mutable_model() = *std::move(model);
  return report;
}

absl::StatusOr<Page<v1::Model>> RocksRegistry::ListModels(int64_t before, int page_size, bool with_reports) const {
  Page<v1::Model> page;
  int64_t version = 0;
  {
    MutexLock lock(&mutex_);
    version = before == 0 ? last_version_ : std::min(before - 1, last_version_);
  }
  for (; version >= 1 && static_cast<int>(page.items.size()) < page_size; --version) {
    absl::StatusOr<v1::Model> model = with_reports ? GetModel(version) : ReadModel(version);
    if (!model.ok()) return model.status();
    page.items.push_back(*std::move(model));
  }
  page.next_before = version >= 1 ? version + 1 : 0;
  return page;
}

absl::StatusOr<std::string> RocksRegistry::ReadModelFile(int64_t version) const {
  absl::StatusOr<v1::Model> model = ReadModel(version);
  if (!model.ok()) return model.status();
  absl::StatusOr<std::string> file = Read(kFile, version, model->name());
  if (!file.ok()) return file.status();
  if (Sha256Hex(*file) == model->digest()) return file;
  return absl::DataLossError(absl::StrCat("the file of `", model->name(), "` does not match its digest ",
                                          model->digest(), "; promote another model and restore the data folder"));
}

absl::StatusOr<std::string> RocksRegistry::ReadComparisonBasis(int64_t version) const {
  return Read(kBasis, version, ModelName(version));
}

class RocksRegistry::Journal final : public TrialJournal {
 public:
  Journal(RocksRegistry* registry, int64_t training) : registry_(registry), training_(training) {}

  std::optional<TrialResult> Find(const TrialKey& key) override {
    MutexLock lock(&registry_->mutex_);
    return registry_->trials_.Find(*registry_->db_, key);
  }

  // A write that fails is the registry's trouble, which says so; the search goes on without its journal.
  void Record(const TrialKey& key, const TrialResult& result) override {
    MutexLock lock(&registry_->mutex_);
    rocksdb::WriteBatch batch;
    if (registry_->trials_.Put(training_, key, result, &batch)) {
      registry_->Write(&batch, /*sync=*/false).IgnoreError();
    }
  }

 private:
  RocksRegistry* const registry_;
  const int64_t training_;
};

std::unique_ptr<TrialJournal> RocksRegistry::OpenJournal(int64_t training) {
  return std::make_unique<Journal>(this, training);
}

absl::StatusOr<v1::Model> RocksRegistry::Promote(int64_t version) {
  {
    MutexLock lock(&mutex_);
    if (version < 1 || version > last_version_) {
      return absl::NotFoundError(absl::StrCat("`", ModelName(version), "` does not exist"));
    }
    if (version != champion_) {
      rocksdb::WriteBatch batch;
      if (absl::Status status = MoveChampion(version, &batch); !status.ok()) return status;
      if (absl::Status status = Write(&batch); !status.ok()) return status;
      champion_ = version;
    }
  }
  return ReadModel(version);
}

std::optional<int64_t> RocksRegistry::Champion() const {
  MutexLock lock(&mutex_);
  if (champion_ == 0) return std::nullopt;
  return champion_;
}

}  // namespace ebb::trainer
