#include "scorer/champion_follower.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "model/model_file.h"
#include "runtime/digest.h"
#include "runtime/log.h"
#include "runtime/rpc/channel.h"
#include "runtime/rpc/status.h"

namespace ebb::scorer {
namespace {

constexpr absl::Duration kDownloadTime = absl::Minutes(1);
// What a damaged or hostile trainer could make us hold.
constexpr size_t kLargestModel = size_t{1} << 30;

}  // namespace

absl::StatusOr<std::shared_ptr<const ServedModel>> ServeFile(const ModelFile& file, const ServingRules& rules) {
  auto model = ParseModelFile(file.bytes);
  if (!model.ok()) return model.status();
  return MakeServedModel(*std::move(model), file.version, file.digest, rules);
}

ChampionFollower::ChampionFollower(std::shared_ptr<grpc::Channel> trainer, absl::Duration longest_wait,
                                   ServingRules rules, ModelFolder folder, const ModelSlot* slot, ScoringEngine* engine,
                                   Hooks hooks)
    : PeerFollower("champion_follower", trainer, longest_wait),
      stub_(v1::Trainer::NewStub(std::move(trainer))),
      rules_(std::move(rules)),
      folder_(std::move(folder)),
      slot_(slot),
      engine_(engine),
      hooks_(std::move(hooks)) {}

absl::Status ChampionFollower::FollowOnce(grpc::ClientContext* context) {
  v1::WatchChampionRequest request;
  request.set_challengers(hooks_.challengers);
  const auto reader = stub_->WatchChampion(context, request);
  v1::WatchChampionResponse message;
  absl::Status served;
  while (served.ok() && reader->Read(&message)) {
    MessageReceived();
    served = Serve(message.model());
    if (!served.ok()) {
      Log(Level::kError, "champion_follower", "the champion cannot be served; the present model stays",
          {{"model_version", message.model().version()}, {"reason", served.message()}});
    }
    hooks_.on_challengers({message.challengers().begin(), message.challengers().end()});
  }
  if (!served.ok()) context->TryCancel();
  const absl::Status ended = FromGrpcStatus(reader->Finish());
  return served.ok() ? ended : served;
}

absl::Status ChampionFollower::Serve(const v1::Model& champion) {
  const std::shared_ptr<const ServedModel> present = slot_->Get();
  if (present != nullptr && present->version == champion.version() && present->digest == champion.digest()) {
    return absl::OkStatus();
  }
  auto file = Download(champion);
  if (!file.ok()) return file.status();
  auto model = ServeFile(*file, rules_);
  if (!model.ok()) return model.status();
  // Kept before it serves: after a crash no score on disk is of a model that is not.
  if (absl::Status fits = engine_->CheckModel((*model)->model); !fits.ok()) return fits;
  if (absl::Status kept = folder_.Save(*file); !kept.ok()) return kept;
  // Who asked why until now will ask again, and shall not wait for it.
  if (present != nullptr && present->explainers.made()) (*model)->explainers.Make();
  if (absl::Status switched = engine_->SwitchModel(*std::move(model)); !switched.ok()) return switched;
  hooks_.on_switched();
  return absl::OkStatus();
}

absl::StatusOr<ModelFile> ChampionFollower::Download(const v1::Model& model) {
  Call call(this, kDownloadTime);
  v1::DownloadModelRequest request;
  request.set_name(absl::StrCat("models/", model.version()));
  const auto reader = stub_->DownloadModel(call.context(), request);
  ModelFile file{.version = model.version(), .digest = model.digest(), .bytes = {}};
  v1::DownloadModelResponse part;
  while (reader->Read(&part)) {
    file.bytes += part.data();
    if (file.bytes.size() > kLargestModel) {
      call.context()->TryCancel();
      reader->Finish();
      return absl::DataLossError(absl::StrCat(request.name(), " is larger than ", kLargestModel, " bytes"));
    }
  }
  if (absl::Status ended = FromGrpcStatus(reader->Finish()); !ended.ok()) return ended;
  if (Sha256Hex(file.bytes) != file.digest) {
    return absl::DataLossError(
        absl::StrCat(request.name(), ": ", file.bytes.size(), " bytes do not match the digest ", file.digest));
  }
  return file;
}

}  // namespace ebb::scorer
