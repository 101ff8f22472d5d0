#include "feature_store/test_service.h"

#include "grpcpp/create_channel.h"

namespace ebb::feature_store {

TestServer::TestServer(FeatureStoreService::Options options) : options_(options) { Start(); }

void TestServer::Restart() {
  End();
  store_.Restart();
  Start();
}

void TestServer::Start() {
  service_ = std::make_unique<FeatureStoreService>(&*store_, options_);
  store_->Start();
  host_ = *ServerHost::Start({.drain_time = absl::Seconds(5)}, {service_.get()});
  host_->OnDrain([this] { service_->CloseStreams(); });
  stub_ = v1::FeatureStore::NewStub(grpc::CreateChannel(host_->address(), grpc::InsecureChannelCredentials()));
}

void TestServer::End() {
  host_->Drain();
  store_->Stop();
  host_.reset();
  service_.reset();
}

std::unique_ptr<grpc::ClientContext> Context() {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  return context;
}

}  // namespace ebb::feature_store
