// ebb-bench-stream-sink PORT: takes Ingest streams, parses every message and acknowledges it, and does nothing else:
// what gRPC alone costs.

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "ebb/v1/feature_store_service.grpc.pb.h"

namespace {

class Sink : public grpc::ServerBidiReactor<ebb::v1::IngestRequest, ebb::v1::IngestResponse> {
 public:
  Sink() { StartRead(&request_); }

  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    response_.set_batch_id(request_.batch_id());
    response_.set_accepted(request_.events_size());
    StartWrite(&response_);
  }
  void OnWriteDone(bool) override { StartRead(&request_); }
  void OnDone() override { delete this; }

 private:
  ebb::v1::IngestRequest request_;
  ebb::v1::IngestResponse response_;
};

class SinkService : public ebb::v1::FeatureStore::CallbackService {
 public:
  grpc::ServerBidiReactor<ebb::v1::IngestRequest, ebb::v1::IngestResponse>* Ingest(
      grpc::CallbackServerContext*) override {
    return new Sink;
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  SinkService service;
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:" + std::string(argv[1]), grpc::InsecureServerCredentials());
  builder.SetMaxReceiveMessageSize(16 << 20);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (!server) return 1;
  server->Wait();
}
