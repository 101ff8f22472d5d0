// One ImportSnapshot stream: rows in, one answer after the commit.
#pragma once

#include <memory>

#include "ebb/v1/feature_store_service.pb.h"
#include "feature_store/feature_store_engine.h"
#include "grpcpp/support/server_callback.h"

namespace ebb::feature_store {

// Belongs to gRPC until OnDone.
class SnapshotStream final : public grpc::ServerReadReactor<v1::ImportSnapshotRequest> {
 public:
  SnapshotStream(FeatureStoreEngine* engine, v1::ImportSnapshotResponse* response);

  void OnReadDone(bool ok) override;
  void OnDone() override { delete this; }

 private:
  FeatureStoreEngine* const engine_;
  v1::ImportSnapshotResponse* const response_;
  v1::ImportSnapshotRequest request_;
  std::unique_ptr<StagedSnapshot> snapshot_;
};

}  // namespace ebb::feature_store
