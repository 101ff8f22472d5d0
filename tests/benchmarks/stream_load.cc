#include "tests/benchmarks/stream_load.h"

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <semaphore>
#include <thread>
#include <vector>

#include "ebb/v1/feature_store_service.grpc.pb.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace ebb::benchmarks {
namespace {

// Every shape.streams-th batch, beginning with the stream's own number.
void SendPart(const std::string& address, std::span<const WireBatch> batches, int stream_number, LoadShape shape,
              LoadResult* result) {
  using Stream = grpc::ClientReaderWriter<grpc::ByteBuffer, v1::IngestResponse>;
  const auto channel = Connect(address);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::hours(2));
  // What a generated stub would call, but with bytes that are ready.
  const grpc::internal::RpcMethod method("/ebb.v1.FeatureStore/Ingest", grpc::internal::RpcMethod::BIDI_STREAMING,
                                         channel);
  const std::unique_ptr<Stream> stream(
      grpc::internal::ClientReaderWriterFactory<grpc::ByteBuffer, v1::IngestResponse>::Create(channel.get(), method,
                                                                                              &context));
  std::counting_semaphore<> window(shape.in_flight);
  std::thread reader([&] {
    v1::IngestResponse response;
    while (stream->Read(&response)) {
      result->accepted += response.accepted();
      result->duplicate += response.duplicate();
      result->rejected += response.rejected();
      window.release();
    }
    // A broken stream must not leave the writer waiting.
    window.release(static_cast<std::ptrdiff_t>(batches.size()));
  });
  for (size_t i = stream_number; i < batches.size(); i += shape.streams) {
    const WireBatch& batch = batches[i];
    window.acquire();
    const grpc::Slice slice(batch.bytes.data(), batch.bytes.size(), grpc::Slice::STATIC_SLICE);
    if (!stream->Write(grpc::ByteBuffer(&slice, 1))) break;
    result->events += batch.events;
  }
  stream->WritesDone();
  reader.join();
  const grpc::Status status = stream->Finish();
  if (!status.ok() || result->accepted + result->duplicate + result->rejected != result->events) {
    std::fprintf(stderr, "ingest to %s ended early: %s\n", address.c_str(), status.error_message().c_str());
    std::abort();
  }
}

}  // namespace

std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetMaxReceiveMessageSize(-1);
  // A server that is being started is found at once.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 5);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 5);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 10);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

LoadResult SendAll(const std::string& address, std::span<const WireBatch> batches, LoadShape shape) {
  std::vector<LoadResult> results(shape.streams);
  const auto begin = std::chrono::steady_clock::now();
  {
    std::vector<std::jthread> senders;
    for (int stream = 0; stream < shape.streams; ++stream) {
      senders.emplace_back([&, stream] { SendPart(address, batches, stream, shape, &results[stream]); });
    }
  }
  LoadResult sum;
  sum.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  for (const LoadResult& result : results) {
    sum.events += result.events;
    sum.accepted += result.accepted;
    sum.duplicate += result.duplicate;
    sum.rejected += result.rejected;
  }
  return sum;
}

double SecondsUntilSorted(const std::string& address) {
  const auto stub = v1::FeatureStore::NewStub(Connect(address));
  const auto begin = std::chrono::steady_clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(); };
  while (elapsed() < 3600) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(1));
    v1::StoreStats stats;
    if (!stub->GetStats(&context, {}, &stats).ok()) break;
    if (stats.full_segments() == 0) return elapsed();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  std::fprintf(stderr, "%s did not sort its log\n", address.c_str());
  std::abort();
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
