// The whole trainer over the wire, against a small real feature store that serves a synthetic training set.
#include "trainer/trainer_service.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "ebb/v1/feature_store_service.grpc.pb.h"
#include "model/model_file.h"
#include "runtime/digest.h"
#include "runtime/rpc/channel.h"
#include "runtime/rpc/error_details.h"
#include "runtime/rpc/server_host.h"
#include "runtime/rpc/status.h"
#include "tests/support/patience.h"
#include "trainer/health_look.h"
#include "trainer/model_monitor.h"
#include "trainer/rocks_registry.h"
#include "trainer/search/grid.h"
#include "trainer/testing/synthetic_training_set.h"
#include "trainer/training_run.h"
#include "trainer/training_set_client.h"

namespace ebb::trainer {
namespace {

using ebb::testing::kPatience;

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr char kSmallGrid[] = R"(
  scalings: [STANDARD]
  logistic_regression { penalty: [L2] c: [0.1, 1] class_weight: [NONE] }
  decision_tree { max_depth: [2] min_leaf: [5] criterion: [GINI] class_weight: [NONE] }
)";

// Serves what it was given; while it is held back, a reader waits after the first chunk.
class SyntheticStore final : public v1::FeatureStore::CallbackService {
 public:
  SyntheticStore() { host_ = *ServerHost::Start({}, {this}); }
  ~SyntheticStore() override { host_.reset(); }

  void Serve(std::vector<v1::ReadTrainingSetResponse> chunks) {
    MutexLock lock(&mutex_);
    chunks_ = std::move(chunks);
  }
  void HoldBack(bool held) {
    {
      MutexLock lock(&mutex_);
      held_ = held;
    }
    streams_.WakeAll();
  }
  std::string address() const { return host_->address(); }

  grpc::ServerWriteReactor<v1::ReadTrainingSetResponse>* ReadTrainingSet(
      grpc::CallbackServerContext*, const v1::ReadTrainingSetRequest* request) override {
    EXPECT_TRUE(request->has_imported());
    return streams_.Serve<v1::ReadTrainingSetResponse>(std::make_unique<Source>(this), absl::InfiniteDuration());
  }

 private:
  class Source final : public StreamSource<v1::ReadTrainingSetResponse> {
   public:
    explicit Source(SyntheticStore* store) : store_(store) {}
    Pull Next(v1::ReadTrainingSetResponse* message) override {
      MutexLock lock(&store_->mutex_);
      if (next_ == store_->chunks_.size()) return Pull::kDone;
      if (next_ > 0 && store_->held_) return Pull::kIdle;
      *message = store_->chunks_[next_++];
      return Pull::kMessage;
    }

   private:
    SyntheticStore* const store_;
    size_t next_ = 0;
  };

  Mutex mutex_;
  std::vector<v1::ReadTrainingSetResponse> chunks_ ABSL_GUARDED_BY(mutex_);
  bool held_ ABSL_GUARDED_BY(mutex_) = false;
  StreamSet streams_;
  std::unique_ptr<ServerHost> host_;
};

class TrainerServiceTest : public ::testing::Test {
 protected:
  TrainerServiceTest() : path_(fs::path(::testing::TempDir()) / absl::StrCat("trainer-", ::getpid(), "-", ++count_)) {
    fs::remove_all(path_);
    store_.Serve(testing::SyntheticTrainingSet(300, 64));
    registry_ = *RocksRegistry::Open({.path = path_, .clock = &clock_, .on_write_error = {}});
    ChannelOptions to_store;
    to_store.address = store_.address();
    source_ = std::make_unique<TrainingSetClient>(*OpenChannel(to_store), kPatience);
    TrainingRun::Options options;
    options.space = *ParseSearchSpace(kSmallGrid);
    options.threads = 2;
    run_ = std::make_unique<TrainingRun>(source_.get(), registry_.get(), &clock_, options);
    slot_ = std::make_unique<TrainingSlot>(
        registry_.get(), &clock_,
        [this](const v1::TrainingOptions& asked, const TrainingControls& controls) {
          return run_->Run(asked, controls);
        },
        [this] { streams_.WakeAll(); });
    monitor_ = std::make_unique<ModelMonitor>(absl::Hours(1), registry_.get(), &clock_, [this] {
      return HealthLook({.source = source_.get(), .registry = registry_.get(), .store_clock = {}}).Look({});
    });
    service_ =
        std::make_unique<TrainerService>(registry_.get(), slot_.get(), &streams_, monitor_.get(), /*source_id=*/42);
    host_ = *ServerHost::Start({}, {service_.get()});
    host_->OnDrain([this] { streams_.Close(absl::UnavailableError("shutting down")); });
    ChannelOptions to_trainer;
    to_trainer.address = host_->address();
    stub_ = v1::Trainer::NewStub(*OpenChannel(to_trainer));
  }
  ~TrainerServiceTest() override {
    store_.HoldBack(false);
    host_.reset();
    slot_.reset();
    registry_.reset();
    fs::remove_all(path_);
  }

  // One unary call: `Call(&v1::Trainer::Stub::GetModel, request, &response)`.
  template <typename Request, typename Response>
  absl::Status Call(grpc::Status (v1::Trainer::Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response* response) {
    grpc::ClientContext context;
    SetDeadline(kPatience, &context);
    return FromGrpcStatus((stub_.get()->*method)(&context, request, response));
  }

  absl::StatusOr<v1::Training> Train(const v1::TrainRequest& request = {}) {
    v1::Training training;
    const absl::Status status = Call(&v1::Trainer::Stub::Train, request, &training);
    if (!status.ok()) return status;
    return training;
  }

  // All states that a watcher sees until the end.
  std::vector<v1::Training> Watch(const std::string& name, absl::Status* status = nullptr) {
    grpc::ClientContext context;
    SetDeadline(kPatience, &context);
    v1::WatchTrainingRequest request;
    request.set_name(name);
    const auto reader = stub_->WatchTraining(&context, request);
    std::vector<v1::Training> seen;
    for (v1::Training training; reader->Read(&training);) seen.push_back(training);
    const absl::Status ended = FromGrpcStatus(reader->Finish());
    if (status != nullptr) {
      *status = ended;
    } else {
      EXPECT_TRUE(ended.ok()) << ended;
    }
    return seen;
  }

  v1::Training TrainToTheEnd(const v1::TrainRequest& request = {}) {
    const absl::StatusOr<v1::Training> started = Train(request);
    EXPECT_TRUE(started.ok()) << started.status();
    const v1::Training ended = Watch(started->name()).back();
    EXPECT_EQ(ended.state(), v1::Training::SUCCEEDED) << ended.error();
    return ended;
  }

  v1::Model Model(const std::string& name) {
    v1::GetModelRequest request;
    request.set_name(name);
    v1::Model model;
    const absl::Status status = Call(&v1::Trainer::Stub::GetModel, request, &model);
    EXPECT_TRUE(status.ok()) << status;
    return model;
  }

  absl::StatusOr<std::string> Download(const std::string& name) {
    grpc::ClientContext context;
    SetDeadline(kPatience, &context);
    v1::DownloadModelRequest request;
    request.set_name(name);
    const auto reader = stub_->DownloadModel(&context, request);
    std::string file;
    for (v1::DownloadModelResponse part; reader->Read(&part);) {
      EXPECT_LE(part.data().size(), 1u << 20);
      file += part.data();
    }
    const absl::Status status = FromGrpcStatus(reader->Finish());
    if (!status.ok()) return status;
    return file;
  }

  v1::Model Promote(const std::string& name) {
    v1::PromoteModelRequest request;
    request.set_name(name);
    v1::Model model;
    const absl::Status status = Call(&v1::Trainer::Stub::PromoteModel, request, &model);
    EXPECT_TRUE(status.ok()) << status;
    return model;
  }

  static inline int count_ = 0;
  const fs::path path_;
  const SystemClock clock_;
  SyntheticStore store_;
  std::unique_ptr<RocksRegistry> registry_;
  std::unique_ptr<TrainingSetClient> source_;
  std::unique_ptr<TrainingRun> run_;
  StreamSet streams_;
  std::unique_ptr<TrainingSlot> slot_;
  std::unique_ptr<ModelMonitor> monitor_;
  std::unique_ptr<TrainerService> service_;
  std::unique_ptr<ServerHost> host_;
  std::unique_ptr<v1::Trainer::Stub> stub_;
};

TEST_F(TrainerServiceTest, TheChampionsHealthIsWhatTheLastLookSaid) {
  v1::ModelHealth health;
  ASSERT_TRUE(Call(&v1::Trainer::Stub::GetModelHealth, v1::GetModelHealthRequest(), &health).ok());
  EXPECT_EQ(health.model_version(), 0);
  EXPECT_FALSE(health.has_look_time());
  TrainToTheEnd();
  monitor_->RunOnce();
  ASSERT_TRUE(Call(&v1::Trainer::Stub::GetModelHealth, v1::GetModelHealthRequest(), &health).ok());
  EXPECT_EQ(health.model_version(), 1);
  EXPECT_TRUE(health.has_look_time());
  EXPECT_EQ(health.problem(), "");
  EXPECT_EQ(health.drift_rows(), 300);
  EXPECT_FALSE(health.drift_rows_are_later());
  EXPECT_EQ(health.matured_rows(), 0);
  EXPECT_THAT(health.quality_missing(), HasSubstr("at least 30 of each class"));
}

TEST_F(TrainerServiceTest, ATrainingEndsAsTheChampionWithItsReport) {
  const v1::Training ended = TrainToTheEnd();
  EXPECT_EQ(ended.model(), "models/1");
  EXPECT_EQ(ended.trigger(), "request");
  EXPECT_GT(ended.progress().best_roc_auc(), 0.7);
  EXPECT_THAT(ended.progress().best_candidate(), HasSubstr("scaler="));

  const v1::Model model = Model("models/champion");
  EXPECT_EQ(model.state(), v1::Model::CHAMPION);
  const v1::TrainingReport& report = model.report();
  ASSERT_EQ(report.candidates_size(), 3);  // two families and the stack of both
  EXPECT_GE(report.candidates(0).cv_roc_auc_mean(), report.candidates(1).cv_roc_auc_mean());
  EXPECT_GE(report.candidates(1).cv_roc_auc_mean(), report.candidates(2).cv_roc_auc_mean());
  EXPECT_EQ(report.family(), "stack");
  EXPECT_EQ(report.fits(), 3 * 5);
  EXPECT_EQ(report.training_rows() + report.holdout_rows(), 300);
  EXPECT_NEAR(report.holdout_rows(), 75, 1);
  EXPECT_GT(report.holdout().roc_auc(), 0.7);
  ASSERT_EQ(report.holdout().thresholds_size(), 2);
  EXPECT_EQ(report.holdout().thresholds(1).threshold(), 0.7);
  EXPECT_EQ(report.training_set().rows(), 300);
  EXPECT_NEAR(report.profit_tiers().lower(), 250, 50);  // profit is uniform up to 1,000
  EXPECT_NEAR(report.profit_tiers().upper(), 750, 50);
  EXPECT_FALSE(report.has_champion_holdout_roc_auc());
}

TEST_F(TrainerServiceTest, TheDownloadedFileIsTheModelOfTheDigest) {
  TrainToTheEnd();
  const absl::StatusOr<std::string> file = Download("models/1");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(Sha256Hex(*file), Model("models/1").digest());
  EXPECT_EQ(static_cast<int64_t>(file->size()), Model("models/1").size_bytes());
  const absl::StatusOr<TrainedModel> model = ParseModelFile(*file);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->segments.feature, "profit");
  EXPECT_EQ(model->lineage.training_rows, 300u);
}

TEST_F(TrainerServiceTest, TheSameDataAndSeedGiveTheSameFileAndPromoteIt) {
  TrainToTheEnd();
  TrainToTheEnd();
  EXPECT_EQ(Model("models/1").digest(), Model("models/2").digest());
  EXPECT_EQ(Model("models/2").state(), v1::Model::CHAMPION);
  const v1::TrainingReport report = Model("models/2").report();
  EXPECT_EQ(report.champion_holdout_roc_auc(), report.holdout().roc_auc());
}

TEST_F(TrainerServiceTest, AModelThatShallNotBePromotedStaysChallenger) {
  TrainToTheEnd();
  v1::TrainRequest request;
  request.mutable_options()->set_promote_if_not_worse(false);
  TrainToTheEnd(request);
  EXPECT_EQ(Model("models/2").state(), v1::Model::CHALLENGER);
  EXPECT_EQ(Model("models/champion").version(), 1);
}

TEST_F(TrainerServiceTest, AmountsReplaceTheLearntTiers) {
  v1::TrainRequest request;
  request.mutable_options()->mutable_profit_tiers()->mutable_amounts()->set_lower(100);
  request.mutable_options()->mutable_profit_tiers()->mutable_amounts()->set_upper(200);
  TrainToTheEnd(request);
  EXPECT_EQ(Model("models/1").report().profit_tiers().lower(), 100);
  EXPECT_EQ(ParseModelFile(*Download("models/1"))->segments.upper, 200);
}

TEST_F(TrainerServiceTest, CancelEndsATrainingThatWaitsForTheStore) {
  store_.HoldBack(true);
  const v1::Training started = *Train();
  v1::CancelTrainingRequest request;
  request.set_name(started.name());
  v1::Training cancelled;
  EXPECT_TRUE(Call(&v1::Trainer::Stub::CancelTraining, request, &cancelled).ok());
  EXPECT_EQ(Watch(started.name()).back().state(), v1::Training::CANCELLED);
  EXPECT_EQ(Call(&v1::Trainer::Stub::CancelTraining, request, &cancelled).code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(TrainerServiceTest, ASecondTrainingIsRefusedNamingTheFirst) {
  store_.HoldBack(true);
  const v1::Training first = *Train();
  const absl::Status second = Train().status();
  EXPECT_EQ(second.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.message()), HasSubstr(first.name()));
  store_.HoldBack(false);
  EXPECT_EQ(Watch(first.name()).back().state(), v1::Training::SUCCEEDED);
}

TEST_F(TrainerServiceTest, TooFewRowsFailWithWhatToDo) {
  store_.Serve(testing::SyntheticTrainingSet(30, 30));
  const v1::Training ended = Watch(Train()->name()).back();
  EXPECT_EQ(ended.state(), v1::Training::FAILED);
  EXPECT_THAT(ended.error(), HasSubstr("FAILED_PRECONDITION: the training set has 30 labelled rows"));
  EXPECT_THAT(ended.error(), HasSubstr("import labelled customers"));
}

TEST_F(TrainerServiceTest, ACutOffTrainingSetFails) {
  auto chunks = testing::SyntheticTrainingSet(300, 64);
  chunks.pop_back();
  store_.Serve(chunks);
  EXPECT_THAT(Watch(Train()->name()).back().error(), HasSubstr("DATA_LOSS: the training set ended after 4 chunks"));
}

TEST_F(TrainerServiceTest, WatchChampionSeesPromotionAndRollBack) {
  grpc::ClientContext context;
  SetDeadline(kPatience, &context);
  const auto reader = stub_->WatchChampion(&context, {});
  v1::WatchChampionResponse champion;
  TrainToTheEnd();
  ASSERT_TRUE(reader->Read(&champion));  // there was none when the watch began
  EXPECT_EQ(champion.model().name(), "models/1");
  EXPECT_FALSE(champion.model().has_report());
  TrainToTheEnd();
  ASSERT_TRUE(reader->Read(&champion));
  EXPECT_EQ(champion.model().name(), "models/2");
  EXPECT_EQ(Promote("models/1").state(), v1::Model::CHAMPION);
  ASSERT_TRUE(reader->Read(&champion));
  EXPECT_EQ(champion.model().name(), "models/1");
  EXPECT_EQ(Model("models/2").state(), v1::Model::RETIRED);
  context.TryCancel();
  EXPECT_FALSE(reader->Read(&champion));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(TrainerServiceTest, WatchChampionTellsOfNewerChallengersWhereTheyAreAskedFor) {
  v1::TrainRequest kept_back;
  kept_back.mutable_options()->set_promote_if_not_worse(false);
  TrainToTheEnd();
  grpc::ClientContext context, plain_context;
  SetDeadline(kPatience, &context);
  SetDeadline(kPatience, &plain_context);
  v1::WatchChampionRequest request;
  request.set_challengers(2);
  const auto reader = stub_->WatchChampion(&context, request);
  const auto plain = stub_->WatchChampion(&plain_context, {});
  const auto read = [](auto& from) {
    v1::WatchChampionResponse message;
    EXPECT_TRUE(from->Read(&message));
    std::string text = message.model().name();
    for (const v1::Model& challenger : message.challengers()) {
      EXPECT_FALSE(challenger.has_report());
      EXPECT_EQ(challenger.digest().size(), 64u);
      absl::StrAppend(&text, " ", challenger.name());
    }
    return text;
  };
  EXPECT_EQ(read(reader), "models/1");
  EXPECT_EQ(read(plain), "models/1");
  TrainToTheEnd(kept_back);
  EXPECT_EQ(read(reader), "models/1 models/2");
  TrainToTheEnd(kept_back);
  EXPECT_EQ(read(reader), "models/1 models/3 models/2");
  TrainToTheEnd(kept_back);
  EXPECT_EQ(read(reader), "models/1 models/4 models/3") << "no more than asked for";
  Promote("models/3");
  EXPECT_EQ(read(reader), "models/3 models/4") << "2 is older than the champion now";
  EXPECT_EQ(read(plain), "models/3") << "nobody told it of challengers";
  Promote("models/1");
  EXPECT_EQ(read(reader), "models/1 models/4 models/2") << "3 is retired";
  context.TryCancel();
  plain_context.TryCancel();
  reader->Finish();
  plain->Finish();
}

TEST_F(TrainerServiceTest, WatchChampionRefusesAskingForTooManyChallengers) {
  for (const int challengers : {-1, 17}) {
    grpc::ClientContext context;
    SetDeadline(kPatience, &context);
    v1::WatchChampionRequest request;
    request.set_challengers(challengers);
    const auto reader = stub_->WatchChampion(&context, request);
    v1::WatchChampionResponse message;
    EXPECT_FALSE(reader->Read(&message));
    const grpc::Status status = reader->Finish();
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(status.error_message(), HasSubstr("must be 0 to 16"));
  }
}

TEST_F(TrainerServiceTest, ListsInPages) {
  for (int i = 0; i < 3; ++i) TrainToTheEnd();
  std::vector<std::string> names;
  v1::ListModelsRequest request;
  request.set_page_size(2);
  do {
    v1::ListModelsResponse page;
    ASSERT_TRUE(Call(&v1::Trainer::Stub::ListModels, request, &page).ok());
    for (const v1::Model& model : page.models()) {
      names.push_back(model.name());
      EXPECT_FALSE(model.has_report());
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(absl::StrJoin(names, " "), "models/3 models/2 models/1");

  v1::ListTrainingsResponse trainings;
  ASSERT_TRUE(Call(&v1::Trainer::Stub::ListTrainings, v1::ListTrainingsRequest(), &trainings).ok());
  ASSERT_EQ(trainings.trainings_size(), 3);
  EXPECT_EQ(trainings.trainings(0).name(), "trainings/3");
}

TEST_F(TrainerServiceTest, RefusesWhatItCannotTakeByFieldAndRule) {
  const auto options = [](auto set) {
    v1::TrainRequest request;
    set(request.mutable_options());
    return request;
  };
  const struct {
    v1::TrainRequest request;
    const char* field;
    const char* rule;
  } kCases[] = {
      {options([](auto* o) { o->set_holdout_share(0.6); }), "options.holdout_share",
       "is 0.6, must be from 0.05 to 0.5"},
      {options([](auto* o) { o->set_folds(1); }), "options.folds", "is 1, must be from 2 to 20"},
      {options([](auto* o) { o->set_publish(static_cast<v1::TrainingOptions::Publish>(3)); }), "options.publish",
       "is 3, must be STACK or BEST_FAMILY"},
      {options([](auto* o) { o->set_segment_threshold(1); }), "options.segment_threshold", "is 1, must be above 0"},
      {options([](auto* o) { o->mutable_training_set(); }), "options.training_set.label_rule", "is missing"},
      {options([](auto* o) { o->mutable_training_set()->mutable_purchase_decline(); }), "options.training_set.as_of",
       "is empty"},
      {options([](auto* o) { o->mutable_profit_tiers(); }), "options.profit_tiers", "is empty"},
      {options([](auto* o) { o->mutable_profit_tiers()->mutable_quantiles()->set_lower(0.5); }),
       "options.profit_tiers.quantiles", "is 0.5 and 0"},
      {options([](auto* o) { o->mutable_profit_tiers()->mutable_amounts(); }), "options.profit_tiers.amounts",
       "is 0 and 0"},
  };
  for (const auto& c : kCases) {
    const absl::Status status = Train(c.request).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << c.field;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.rule)) << c.field;
    ASSERT_TRUE(BadRequestOf(status).has_value()) << c.field;
    EXPECT_EQ(BadRequestOf(status)->field_violations(0).field(), c.field);
  }
}

TEST_F(TrainerServiceTest, RefusesNamesThatAreNone) {
  const struct {
    const char* name;
    absl::StatusCode code;
    const char* text;
  } kCases[] = {
      {"", absl::StatusCode::kInvalidArgument, "`name` is \"\", must be `models/` and a number from 1"},
      {"7", absl::StatusCode::kInvalidArgument, "must be `models/`"},
      {"models/", absl::StatusCode::kInvalidArgument, "must be `models/`"},
      {"models/0", absl::StatusCode::kInvalidArgument, "must be `models/`"},
      {"models/07", absl::StatusCode::kInvalidArgument, "must be `models/`"},
      {"models/7x", absl::StatusCode::kInvalidArgument, "must be `models/`"},
      {"models/99999999999999999999", absl::StatusCode::kInvalidArgument, "must be `models/`"},
      {"trainings/7", absl::StatusCode::kInvalidArgument, "must be `models/`"},
      {"models/7", absl::StatusCode::kNotFound, "`models/7` does not exist"},
      {"models/champion", absl::StatusCode::kNotFound, "there is no champion yet"},
  };
  for (const auto& c : kCases) {
    v1::GetModelRequest request;
    request.set_name(c.name);
    v1::Model model;
    v1::GetModelReportRequest report_request;
    report_request.set_name(c.name);
    v1::ModelReport report;
    for (const absl::Status& status :
         {Call(&v1::Trainer::Stub::GetModel, request, &model),
          Call(&v1::Trainer::Stub::GetModelReport, report_request, &report), Download(c.name).status()}) {
      EXPECT_EQ(status.code(), c.code) << c.name;
      EXPECT_THAT(std::string(status.message()), HasSubstr(c.text)) << c.name;
    }
  }
  absl::Status status;
  Watch("models/1", &status);
  EXPECT_THAT(std::string(status.message()), HasSubstr("must be `trainings/` and a number"));
  Watch("trainings/8", &status);
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);

  v1::ListModelsRequest pages;
  v1::ListModelsResponse page;
  pages.set_page_token("next");
  EXPECT_THAT(std::string(Call(&v1::Trainer::Stub::ListModels, pages, &page).message()),
              HasSubstr("`page_token` is not one of this trainer's"));
  pages.set_page_token("");
  pages.set_page_size(1001);
  EXPECT_THAT(std::string(Call(&v1::Trainer::Stub::ListModels, pages, &page).message()),
              HasSubstr("`page_size` is 1001, must be 1 to 1000"));
}

}  // namespace
}  // namespace ebb::trainer
