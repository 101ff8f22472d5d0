// ebb-bench-champion LISTEN STORE: a trainer that only has champions. It asks the store for its schema, then reads
// lines `VERSION logistic|boosting|stack` from standard input; each becomes the champion (made_up_model.h, the version
// is the seed) and is answered by the version. Ends with its input.

#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <cstdio>
#include <iostream>
#include <mutex>
#include <string>
#include <utility>

#include "ebb/v1/feature_store_service.grpc.pb.h"
#include "ebb/v1/trainer_service.grpc.pb.h"
#include "model/model_file.h"
#include "model/schema_message.h"
#include "runtime/digest.h"
#include "tests/benchmarks/made_up_model.h"
#include "tests/benchmarks/stream_load.h"

namespace ebb::benchmarks {
namespace {

constexpr size_t kPart = size_t{1} << 20;

class Champions final : public v1::Trainer::Service {
 public:
  void Promote(int64_t version, std::string bytes) {
    const std::lock_guard lock(mutex_);
    champion_.set_name("models/" + std::to_string(version));
    champion_.set_version(version);
    champion_.set_state(v1::Model::CHAMPION);
    champion_.set_digest(Sha256Hex(bytes));
    champion_.set_size_bytes(static_cast<int64_t>(bytes.size()));
    bytes_ = std::move(bytes);
    changed_.notify_all();
  }
  void Close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

  grpc::Status WatchChampion(grpc::ServerContext* context, const v1::WatchChampionRequest*,
                             grpc::ServerWriter<v1::WatchChampionResponse>* writer) override {
    int64_t told = 0;
    while (!context->IsCancelled()) {
      v1::WatchChampionResponse response;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return closed_ || champion_.version() != told; });
        if (closed_) break;
        *response.mutable_model() = champion_;
      }
      told = response.model().version();
      if (!writer->Write(response)) break;
    }
    return grpc::Status::OK;
  }

  grpc::Status DownloadModel(grpc::ServerContext*, const v1::DownloadModelRequest* request,
                             grpc::ServerWriter<v1::DownloadModelResponse>* writer) override {
    std::string bytes;
    {
      const std::lock_guard lock(mutex_);
      if (request->name() != champion_.name()) return {grpc::StatusCode::NOT_FOUND, "not the champion"};
      bytes = bytes_;
    }
    for (size_t at = 0; at < bytes.size(); at += kPart) {
      v1::DownloadModelResponse part;
      part.set_data(bytes.substr(at, kPart));
      writer->Write(part);
    }
    return grpc::Status::OK;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  v1::Model champion_;
  std::string bytes_;
  bool closed_ = false;
};

FeatureSchema SchemaOf(const std::string& store) {
  grpc::ClientContext context;
  v1::FeatureSchema message;
  const grpc::Status status = v1::FeatureStore::NewStub(Connect(store))->GetFeatureSchema(&context, {}, &message);
  auto schema = SchemaFromMessage(message);
  if (!status.ok() || !schema.ok()) {
    std::fprintf(stderr, "no schema from %s: %s\n", store.c_str(), status.error_message().c_str());
    std::abort();
  }
  return *std::move(schema);
}

}  // namespace
}  // namespace ebb::benchmarks

int main(int argc, char** argv) {
  using namespace ebb::benchmarks;
  if (argc != 3) return 2;
  WaitUntilServing(argv[2]);
  const ebb::FeatureSchema schema = SchemaOf(argv[2]);
  Champions champions;
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  builder.AddListeningPort(argv[1], grpc::InsecureServerCredentials());
  builder.RegisterService(&champions);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (!server) return 1;
  int64_t version = 0;
  std::string kind;
  while (std::cin >> version >> kind) {
    const auto made = kind == "stack"      ? MadeUpKind::kStack
                      : kind == "boosting" ? MadeUpKind::kBoosting
                                           : MadeUpKind::kLogistic;
    champions.Promote(version, ebb::SerializeModelFile(MadeUpModel(schema, made, static_cast<uint64_t>(version))));
    std::cout << version << std::endl;
  }
  champions.Close();
  server->Shutdown(std::chrono::system_clock::now());
}
