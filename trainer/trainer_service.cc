#include "trainer/trainer_service.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "runtime/resume_token.h"
#include "runtime/rpc/answer.h"
#include "runtime/rpc/error_details.h"
#include "trainer/resource_name.h"
#include "trainer/trainer_service_streams.h"
#include "trainer/training_options.h"

namespace ebb::trainer {
namespace {

constexpr int kDefaultPageSize = 50;
constexpr int kLargestPageSize = 1000;

absl::Status NameRefusal(const std::string& name, const absl::Status& why) {
  return InvalidField("name", absl::StrCat("is \"", name, "\", ", std::string(why.message())));
}

absl::StatusOr<int64_t> TrainingIdOf(const std::string& name) {
  absl::StatusOr<int64_t> id = ParseTrainingName(name);
  if (!id.ok()) return NameRefusal(name, id.status());
  return id;
}

absl::StatusOr<int> PageSizeOf(int asked) {
  if (asked == 0) return kDefaultPageSize;
  if (asked >= 1 && asked <= kLargestPageSize) return asked;
  return InvalidField("page_size",
                      absl::StrCat("is ", asked, ", must be 1 to ", kLargestPageSize, ", or 0 for ", kDefaultPageSize));
}

}  // namespace

absl::StatusOr<int64_t> TrainerService::VersionOf(const std::string& name) const {
  if (name == kChampionName) {
    const std::optional<int64_t> champion = registry_->Champion();
    if (champion) return *champion;
    return absl::NotFoundError("there is no champion yet; train a model first");
  }
  absl::StatusOr<int64_t> version = ParseModelName(name);
  if (!version.ok()) return NameRefusal(name, version.status());
  return version;
}

// A token is the place before which the next page begins.
absl::StatusOr<int64_t> TrainerService::PlaceOf(const std::string& page_token) const {
  if (page_token.empty()) return 0;
  absl::StatusOr<ResumeToken> token = ResumeToken::DecodeText(page_token);
  if (token.ok() && token->source_id == source_id_ && token->sequence > 1 && token->sequence < INT64_MAX) {
    return static_cast<int64_t>(token->sequence);
  }
  return InvalidField("page_token", "is not one of this trainer's; leave it empty to begin with the first page");
}

std::string TrainerService::PageToken(int64_t next_before) const {
  if (next_before == 0) return "";
  return ResumeToken{.source_id = source_id_, .sequence = static_cast<uint64_t>(next_before)}.EncodeText();
}

grpc::ServerUnaryReactor* TrainerService::Train(grpc::CallbackServerContext* context, const v1::TrainRequest* request,
                                                v1::Training* response) {
  if (auto violation = FindViolation(request->options())) {
    return Answer(context, InvalidField(absl::StrCat("options.", violation->field), violation->rule));
  }
  return Answer(context, slot_->Start(WithDefaults(request->options()), "request"), response);
}

grpc::ServerUnaryReactor* TrainerService::GetTraining(grpc::CallbackServerContext* context,
                                                      const v1::GetTrainingRequest* request, v1::Training* response) {
  absl::StatusOr<int64_t> id = TrainingIdOf(request->name());
  if (!id.ok()) return Answer(context, id.status());
  return Answer(context, slot_->Get(*id), response);
}

grpc::ServerUnaryReactor* TrainerService::ListTrainings(grpc::CallbackServerContext* context,
                                                        const v1::ListTrainingsRequest* request,
                                                        v1::ListTrainingsResponse* response) {
  absl::StatusOr<int> page_size = PageSizeOf(request->page_size());
  if (!page_size.ok()) return Answer(context, page_size.status());
  absl::StatusOr<int64_t> before = PlaceOf(request->page_token());
  if (!before.ok()) return Answer(context, before.status());
  absl::StatusOr<Page<v1::Training>> page = slot_->List(*before, *page_size);
  if (!page.ok()) return Answer(context, page.status());
  for (v1::Training& training : page->items) *response->add_trainings() = std::move(training);
  response->set_next_page_token(PageToken(page->next_before));
  return Answer(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* TrainerService::CancelTraining(grpc::CallbackServerContext* context,
                                                         const v1::CancelTrainingRequest* request,
                                                         v1::Training* response) {
  absl::StatusOr<int64_t> id = TrainingIdOf(request->name());
  if (!id.ok()) return Answer(context, id.status());
  return Answer(context, slot_->Cancel(*id), response);
}

grpc::ServerWriteReactor<v1::Training>* TrainerService::WatchTraining(grpc::CallbackServerContext*,
                                                                      const v1::WatchTrainingRequest* request) {
  absl::StatusOr<int64_t> id = TrainingIdOf(request->name());
  return streams_->Serve<v1::Training>(id.ok() ? TrainingStream(slot_, *id) : RefusedStream<v1::Training>(id.status()),
                                       absl::InfiniteDuration());
}

grpc::ServerUnaryReactor* TrainerService::GetModel(grpc::CallbackServerContext* context,
                                                   const v1::GetModelRequest* request, v1::Model* response) {
  absl::StatusOr<int64_t> version = VersionOf(request->name());
  if (!version.ok()) return Answer(context, version.status());
  return Answer(context, registry_->GetModel(*version), response);
}

grpc::ServerUnaryReactor* TrainerService::GetModelReport(grpc::CallbackServerContext* context,
                                                         const v1::GetModelReportRequest* request,
                                                         v1::ModelReport* response) {
  absl::StatusOr<int64_t> version = VersionOf(request->name());
  if (!version.ok()) return Answer(context, version.status());
  return Answer(context, registry_->GetModelReport(*version), response);
}

grpc::ServerUnaryReactor* TrainerService::ListModels(grpc::CallbackServerContext* context,
                                                     const v1::ListModelsRequest* request,
                                                     v1::ListModelsResponse* response) {
  absl::StatusOr<int> page_size = PageSizeOf(request->page_size());
  if (!page_size.ok()) return Answer(context, page_size.status());
  absl::StatusOr<int64_t> before = PlaceOf(request->page_token());
  if (!before.ok()) return Answer(context, before.status());
  absl::StatusOr<Page<v1::Model>> page = registry_->ListModels(*before, *page_size, request->with_reports());
  if (!page.ok()) return Answer(context, page.status());
  for (v1::Model& model : page->items) *response->add_models() = std::move(model);
  response->set_next_page_token(PageToken(page->next_before));
  return Answer(context, absl::OkStatus());
}

grpc::ServerWriteReactor<v1::DownloadModelResponse>* TrainerService::DownloadModel(
    grpc::CallbackServerContext*, const v1::DownloadModelRequest* request) {
  absl::StatusOr<int64_t> version = VersionOf(request->name());
  absl::StatusOr<std::string> file = version.ok() ? registry_->ReadModelFile(*version) : version.status();
  return streams_->Serve<v1::DownloadModelResponse>(
      file.ok() ? FileStream(*std::move(file)) : RefusedStream<v1::DownloadModelResponse>(file.status()),
      absl::InfiniteDuration());
}

grpc::ServerWriteReactor<v1::WatchChampionResponse>* TrainerService::WatchChampion(
    grpc::CallbackServerContext*, const v1::WatchChampionRequest* request) {
  constexpr int kMostChallengers = 16;
  const int challengers = request->challengers();
  return streams_->Serve<v1::WatchChampionResponse>(
      challengers >= 0 && challengers <= kMostChallengers
          ? ChampionStream(registry_, challengers)
          : RefusedStream<v1::WatchChampionResponse>(
                InvalidField("challengers", absl::StrCat("is ", challengers, ", must be 0 to ", kMostChallengers))),
      absl::InfiniteDuration());
}

grpc::ServerUnaryReactor* TrainerService::GetModelHealth(grpc::CallbackServerContext* context,
                                                         const v1::GetModelHealthRequest*, v1::ModelHealth* response) {
  return Answer<v1::ModelHealth>(context, monitor_->health(), response);
}

grpc::ServerUnaryReactor* TrainerService::PromoteModel(grpc::CallbackServerContext* context,
                                                       const v1::PromoteModelRequest* request, v1::Model* response) {
  absl::StatusOr<int64_t> version = ParseModelName(request->name());
  if (!version.ok()) return Answer(context, NameRefusal(request->name(), version.status()));
  absl::StatusOr<v1::Model> model = registry_->Promote(*version);
  if (model.ok()) streams_->WakeAll();
  return Answer(context, std::move(model), response);
}

}  // namespace ebb::trainer
