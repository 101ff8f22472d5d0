#include "clients/cli/command_context.h"

#include <ostream>
#include <utility>

#include "clients/cpp/feature_store_client.h"
#include "clients/cpp/scorer_client.h"
#include "clients/cpp/trainer_client.h"

namespace ebb {

CommandContext::CommandContext(ContextOptions options, std::ostream& out, std::ostream& err)
    : options_(std::move(options)), out_(out), err_(err) {}

CommandContext::~CommandContext() = default;

void CommandContext::Remark(std::string_view text) {
  if (!options_.quiet) err_ << text << std::endl;
}

FeatureStoreClient& CommandContext::feature_store() {
  if (!feature_store_)
    feature_store_ =
        std::make_unique<FeatureStoreClient>(options_.endpoints.feature_store, options_.timeout, options_.tls);
  return *feature_store_;
}

TrainerClient& CommandContext::trainer() {
  if (!trainer_) trainer_ = std::make_unique<TrainerClient>(options_.endpoints.trainer, options_.timeout, options_.tls);
  return *trainer_;
}

ScorerClient& CommandContext::scorer() {
  if (!scorer_) scorer_ = std::make_unique<ScorerClient>(options_.endpoints.scorer, options_.timeout, options_.tls);
  return *scorer_;
}

}  // namespace ebb
