#include "scorer/testing/scripted_feature_store_service.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "runtime/resume_token.h"

namespace ebb::scorer::testing {
namespace {

v1::FeatureSchema Schema() {
  v1::FeatureSchema schema;
  schema.set_fingerprint("revenue-profit");
  v1::FeatureSpec* revenue = schema.add_features();
  revenue->set_name("revenue");
  revenue->set_kind(v1::NUMBER);
  revenue->set_role(v1::INPUT);
  v1::FeatureSpec* profit = schema.add_features();
  profit->set_name("profit");
  profit->set_kind(v1::NUMBER);
  profit->set_role(v1::SEGMENT);
  return schema;
}

}  // namespace

class ScriptedFeatureStoreService::Stream final : public StreamSource<v1::WatchFeaturesResponse> {
 public:
  Stream(ScriptedFeatureStoreService* store, const v1::WatchFeaturesRequest& request)
      : store_(store), max_batch_(static_cast<size_t>(request.max_batch())) {
    if (request.resume_token().empty()) return;
    const auto token = ResumeToken::Decode(request.resume_token());
    if (!token.ok() || token->source_id != store_->source_id_) {
      status_ = absl::OutOfRangeError("the token is of another store");
    } else {
      position_ = static_cast<int64_t>(token->sequence);
    }
  }

  Pull Next(v1::WatchFeaturesResponse* message) override {
    if (!status_.ok()) return Pull::kDone;
    MutexLock lock(&store_->mutex_);
    std::vector<const v1::CustomerFeatures*> changed;
    for (const auto& [id, customer] : store_->customers_) {
      if (customer.sequence() > position_) changed.push_back(&customer);
    }
    if (changed.empty() && !first_) return Pull::kIdle;
    std::sort(changed.begin(), changed.end(),
              [](const auto* a, const auto* b) { return a->sequence() < b->sequence(); });
    changed.resize(std::min(changed.size(), max_batch_));
    for (const v1::CustomerFeatures* customer : changed) {
      *message->add_customers() = *customer;
      position_ = customer->sequence();
    }
    if (first_) *message->mutable_schema() = Schema();
    first_ = false;
    message->set_resume_token(
        ResumeToken{.source_id = store_->source_id_, .sequence = static_cast<uint64_t>(position_)}.Encode());
    return Pull::kMessage;
  }

  absl::Status status() const override { return status_; }

 private:
  ScriptedFeatureStoreService* const store_;
  const size_t max_batch_;
  int64_t position_ = 0;
  bool first_ = true;
  absl::Status status_;
};

void ScriptedFeatureStoreService::Put(const std::string& customer_id, double revenue, std::optional<double> profit) {
  {
    MutexLock lock(&mutex_);
    v1::CustomerFeatures& customer = customers_[customer_id];
    customer.Clear();
    customer.set_customer_id(customer_id);
    customer.set_sequence(++sequence_);
    customer.mutable_vector()->mutable_as_of()->set_seconds(1'700'000'000 + sequence_);
    v1::FeatureValue* value = customer.mutable_vector()->add_values();
    value->set_number(revenue);
    value->set_status(v1::PRESENT);
    v1::FeatureValue* profit_value = customer.mutable_vector()->add_values();
    profit_value->set_number(profit.value_or(0));
    profit_value->set_status(profit.has_value() ? v1::PRESENT : v1::NEVER_SEEN);
  }
  streams_.WakeAll();
}

int ScriptedFeatureStoreService::watches() const {
  MutexLock lock(&mutex_);
  return watches_;
}

int ScriptedFeatureStoreService::watches_from_the_beginning() const {
  MutexLock lock(&mutex_);
  return from_the_beginning_;
}

grpc::ServerWriteReactor<v1::WatchFeaturesResponse>* ScriptedFeatureStoreService::WatchFeatures(
    grpc::CallbackServerContext*, const v1::WatchFeaturesRequest* request) {
  {
    MutexLock lock(&mutex_);
    ++watches_;
    if (request->resume_token().empty()) ++from_the_beginning_;
  }
  return streams_.Serve<v1::WatchFeaturesResponse>(std::make_unique<Stream>(this, *request), absl::InfiniteDuration());
}

}  // namespace ebb::scorer::testing
