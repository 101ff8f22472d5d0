// ebb-bench-rescore-limits STORE FOLDER CUSTOMERS: what re-scoring cannot beat, in chunks of 512 as the scorer works,
// one thread. Prints one JSON object: "stack_rows" a second, scoring vectors in memory by the made-up stack, and
// "puts" a second, a bare loop that puts records of the scorer's own into a new RocksDB, fsynced after each chunk.

#include <grpcpp/grpcpp.h>
#include <rocksdb/db.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "ebb/v1/feature_store_service.grpc.pb.h"
#include "model/schema_message.h"
#include "scorer/score_record.h"
#include "tests/benchmarks/made_up_model.h"
#include "tests/benchmarks/stream_load.h"

namespace ebb::benchmarks {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kChunk = 512;
constexpr double kSeconds = 3;

double SecondsSince(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

FeatureSchema SchemaOf(const std::string& store) {
  grpc::ClientContext context;
  v1::FeatureSchema message;
  if (!v1::FeatureStore::NewStub(Connect(store))->GetFeatureSchema(&context, {}, &message).ok()) std::abort();
  return SchemaFromMessage(message).value();
}

std::vector<FeatureVector> Vectors(const FeatureSchema& schema, size_t count) {
  std::mt19937_64 random(1);
  std::vector<FeatureVector> vectors(count);
  for (FeatureVector& vector : vectors) {
    for (size_t f = 0; f < schema.size(); ++f) {
      vector.push_back(schema[f].kind == FeatureKind::kNumber
                           ? FeatureValue::Number(static_cast<double>(random() % 1'000) / 10)
                           : FeatureValue::Category(random() % 2 == 0 ? "premium" : "standard"));
    }
  }
  return vectors;
}

double RowsASecond(const TrainedModel& model, const std::vector<FeatureVector>& vectors) {
  std::vector<Score> scores(vectors.size());
  size_t rows = 0;
  const Clock::time_point begin = Clock::now();
  for (; SecondsSince(begin) < kSeconds; rows += vectors.size()) model.ScoreBatch(vectors, scores);
  return static_cast<double>(rows) / SecondsSince(begin);
}

void Require(const rocksdb::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::abort();
}

double PutsASecond(const std::string& folder, const std::vector<FeatureVector>& vectors, uint32_t customers) {
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* opened = nullptr;
  Require(rocksdb::DB::Open(options, folder, &opened));
  const std::unique_ptr<rocksdb::DB> db(opened);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const Clock::time_point begin = Clock::now();
  for (uint32_t customer = 0; customer < customers;) {
    rocksdb::WriteBatch batch;
    for (size_t i = 0; i < kChunk && customer < customers; ++i, ++customer) {
      scorer::ScoreRecord record;
      record.customer_id = "c" + std::to_string(customer);
      record.score.probability = record.score.ranking_score = 0.5;
      record.score.sequence = customer + 1;
      record.score.model_version = 1;
      for (const FeatureValue& value : vectors[i]) {
        const auto kind =
            value.category.empty() ? scorer::KeptValue::Kind::kNumber : scorer::KeptValue::Kind::kCategory;
        record.vector.push_back({.kind = kind, .number = value.number, .category = value.category});
      }
      const char key[5] = {'c', static_cast<char>(customer >> 24), static_cast<char>(customer >> 16),
                           static_cast<char>(customer >> 8), static_cast<char>(customer)};
      Require(batch.Put(rocksdb::Slice(key, 5), scorer::EncodeScoreRecord(record)));
    }
    Require(db->Write(synced, &batch));
  }
  return customers / SecondsSince(begin);
}

}  // namespace
}  // namespace ebb::benchmarks

int main(int argc, char** argv) {
  using namespace ebb::benchmarks;
  if (argc != 4) return 2;
  const ebb::FeatureSchema schema = SchemaOf(argv[1]);
  const std::vector<ebb::FeatureVector> vectors = Vectors(schema, kChunk);
  const double rows = RowsASecond(MadeUpModel(schema, MadeUpKind::kStack, 1), vectors);
  const double puts = PutsASecond(argv[2], vectors, static_cast<uint32_t>(std::atoll(argv[3])));
  std::printf("{\"stack_rows\":%.1f,\"puts\":%.1f}\n", rows, puts);
}
