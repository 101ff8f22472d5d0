// A store that runs by itself, over a real connection.
#pragma once

#include <memory>

#include "ebb/v1/feature_store_service.grpc.pb.h"
#include "feature_store/feature_store_service.h"
#include "feature_store/test_engine.h"
#include "grpcpp/client_context.h"
#include "runtime/rpc/server_host.h"

namespace ebb::feature_store {

// On a port of its own.
class TestServer {
 public:
  explicit TestServer(FeatureStoreService::Options options = {});
  ~TestServer() { End(); }

  void Restart();
  v1::FeatureStore::Stub& stub() { return *stub_; }
  FeatureStoreEngine& engine() { return *store_; }
  ServerHost& host() { return *host_; }

 private:
  void Start();
  void End();

  const FeatureStoreService::Options options_;
  TestEngine store_;
  std::unique_ptr<FeatureStoreService> service_;
  std::unique_ptr<ServerHost> host_;
  std::unique_ptr<v1::FeatureStore::Stub> stub_;
};

// A call with a deadline that only a hanging server reaches.
std::unique_ptr<grpc::ClientContext> Context();

}  // namespace ebb::feature_store
