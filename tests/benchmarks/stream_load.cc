#include "tests/benchmarks/stream_load.h"

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <semaphore>
#include <thread>

#include "ebb/v1/feature_store_service.grpc.pb.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace ebb::benchmarks {
namespace {

std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace

LoadResult SendAll(const std::string& address, const std::vector<v1::IngestRequest>& batches, int in_flight) {
  const auto stub = v1::FeatureStore::NewStub(Connect(address));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(10));
  const auto stream = stub->Ingest(&context);
  std::counting_semaphore<> window(in_flight);
  LoadResult result;
  const auto begin = std::chrono::steady_clock::now();
  std::thread reader([&] {
    v1::IngestResponse response;
    while (stream->Read(&response)) {
      result.accepted += response.accepted();
      result.duplicate += response.duplicate();
      result.rejected += response.rejected();
      window.release();
    }
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    // A broken stream must not leave the writer waiting.
    window.release(static_cast<std::ptrdiff_t>(batches.size()));
  });
  for (const v1::IngestRequest& batch : batches) {
    window.acquire();
    if (!stream->Write(batch)) break;
    result.events += batch.events_size();
  }
  stream->WritesDone();
  reader.join();
  const grpc::Status status = stream->Finish();
  if (!status.ok() || result.accepted + result.duplicate + result.rejected != result.events) {
    std::fprintf(stderr, "ingest to %s ended early: %s\n", address.c_str(), status.error_message().c_str());
    std::abort();
  }
  return result;
}

void WaitUntilServing(const std::string& address) {
  const auto channel = Connect(address);
  const auto stub = grpc::health::v1::Health::NewStub(channel);
  const auto limit = std::chrono::system_clock::now() + std::chrono::seconds(60);
  grpc::health::v1::HealthCheckResponse response;
  do {
    grpc::ClientContext context;
    context.set_deadline(limit);
    context.set_wait_for_ready(true);
    if (stub->Check(&context, {}, &response).ok() &&
        response.status() == grpc::health::v1::HealthCheckResponse::SERVING)
      return;
  } while (std::chrono::system_clock::now() < limit);
  std::fprintf(stderr, "%s does not serve\n", address.c_str());
  std::abort();
}

}  // namespace ebb::benchmarks
