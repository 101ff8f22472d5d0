#include "scorer/scorer_server.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/log.h"
#include "runtime/process_metrics.h"
#include "runtime/rpc/channel.h"
#include "scorer/model_folder.h"
#include "scorer/offers/offers_service.h"
#include "scorer/offers/rocks_decision_ledger.h"
#include "scorer/rocks_score_table.h"
#include "scorer/score_messages.h"
#include "scorer/scorer_metrics.h"

namespace ebb::scorer {
namespace {

constexpr uint32_t kFormatVersion = 1;
// Customers between two looks at new vectors: some milliseconds.
constexpr size_t kRescoreChunk = 512;
constexpr size_t kSmallRescoreChunk = 128;
constexpr absl::Duration kStepAside = absl::Milliseconds(1);
// While news come it rests between small chunks so many times as long as a chunk took, and while they are late for so
// long at the least: a few thousand customers a second even then.
constexpr int kRests = 8;
constexpr absl::Duration kWaitForNews = absl::Milliseconds(50);
// How often held bands with a least stay are looked at.
constexpr absl::Duration kHeldBandLook = absl::Minutes(1);

absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenPeer(const Options& options, const HostPort& address) {
  return OpenChannel({.address = FormatFlagValue(address),
                      .tls_ca = options.peer_tls_ca,
                      .tls_cert = options.peer_tls_cert,
                      .tls_key = options.peer_tls_key});
}

absl::Status CreateFolder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directory(path, error);
  return error ? absl::InternalError(absl::StrCat("creating ", path, ": ", error.message())) : absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<ScorerServer>> ScorerServer::Start(const Options& options, const Clock* clock,
                                                                  std::function<void(const absl::Status&)> on_fatal) {
  auto segments = LoadSegments(options.segments);
  if (!segments.ok()) return segments.status();
  const ServingRules rules{.risk_threshold = options.risk_threshold, .segments = *std::move(segments)};
  auto folder = DataFolder::Open({.path = options.data_dir, .service = "ebb-scorer", .format_version = kFormatVersion});
  if (!folder.ok()) return folder.status();
  auto table = OpenRocksScoreTable((*folder)->Path("scores"), (*folder)->is_new());
  if (!table.ok()) return table.status();
  std::unique_ptr<ScorerServer> server(
      new ScorerServer(options, clock, std::move(on_fatal), rules, *std::move(folder), *std::move(table)));
  if (absl::Status opened = server->OpenOffers(clock); !opened.ok()) return opened;
  if (absl::Status finished = server->FinishFolder(); !finished.ok()) return finished;
  if (absl::Status loaded = server->LoadScores(); !loaded.ok()) return loaded;
  if (absl::Status peers = server->OpenPeers(); !peers.ok()) return peers;
  auto host =
      ServerHost::Start(options.server, {&server->service_, &server->open_inference_, server->offers_->service()});
  if (!host.ok()) return host.status();
  server->host_ = *std::move(host);
  server->host_->OnDrain([service = &server->service_] { service->Close(); });
  if (absl::Status metrics = server->ServeMetrics(); !metrics.ok()) return metrics;
  server->Follow();
  server->SetServing(true);
  return server;
}

ScorerServer::ScorerServer(const Options& options, const Clock* clock,
                           std::function<void(const absl::Status&)> on_fatal, ServingRules rules,
                           std::unique_ptr<DataFolder> folder, std::unique_ptr<ScoreTable> table)
    : options_(options),
      clock_(clock),
      on_fatal_(std::move(on_fatal)),
      rules_(std::move(rules)),
      folder_(std::move(folder)),
      table_(std::move(table)),
      service_({.source_id = folder_->source_id(),
                .board = &board_,
                .slot = &slot_,
                .engine = &engine_,
                .catalogue = rules_.segments.get(),
                .shadow = &shadow_,
                .long_calls = &long_calls_,
                .max_subscribers = options.max_subscribers,
                .status = [this] { return Status(); }}),
      open_inference_(&slot_),
      engine_({.publish_delta = options.publish_delta,
               .on_erase = [this](const std::vector<std::string>& ids) { return Erase(ids); },
               .on_written = [this](std::vector<ScoreTable::Write> written) { shadow_.Offer(std::move(written)); }},
              table_.get(), &board_, &slot_, clock, [this] { service_.Wake(); }),
      shadow_({.most_challengers = options.shadow_challengers, .share = options.shadow_share},
              {.slot = &slot_,
               .table = table_.get(),
               .clock = clock,
               .schema_at = [this](uint32_t number) { return engine_.SchemaAt(number); },
               .check_model = [this](const TrainedModel& model) { return engine_.CheckModel(model); },
               .fetch = [this](const v1::Model& model) { return champion_->Download(model); },
               .features_waiting = [this] { return engine_.features_waiting(); },
               .rescore_backlog = [this] { return engine_.rescore_backlog(); }}),
      long_calls_({.name = "long_calls", .threads = 2, .most_waiting = 16}),
      rescorer_(
          "rescore", [this] { return Rescore(); }, Worker::Cpu::kSpare),
      held_bands_("held_bands", [this] { return ReleaseHeld(); }) {}

absl::Status ScorerServer::FinishFolder() {
  if (!folder_->is_new()) return absl::OkStatus();
  if (absl::Status made = CreateFolder(folder_->Path("model")); !made.ok()) return made;
  return folder_->FinishCreation();
}

absl::Status ScorerServer::OpenOffers(const Clock* clock) {
  const std::string fallback = options_.segments.empty() ? "default" : "none";
  auto offers = LoadOffers(options_.offers.empty() ? fallback : options_.offers, *rules_.segments);
  if (!offers.ok()) return offers.status();
  if (absl::Status keep = CheckKeep(**offers, options_.keep_offer_decisions); !keep.ok()) return keep;
  auto ledger = OpenRocksDecisionLedger(folder_->Path("decisions"));
  if (!ledger.ok()) return ledger.status();
  offers_ = std::make_unique<OffersServer>(OffersServer::Parts{
      .ledger = *std::move(ledger),
      .offers = *std::move(offers),
      .segments = rules_.segments,
      .slot = &slot_,
      .sources = {.find = [this](std::string_view customer_id) { return engine_.Find(customer_id); },
                  .present_schema = [this] { return engine_.PresentSchema(); },
                  .is_known = [this](std::string_view customer_id) { return board_.Find(customer_id).has_value(); }},
      .long_calls = &long_calls_,
      .feature_store = FormatFlagValue(options_.feature_store),
      .tls = {.ca = options_.peer_tls_ca, .cert = options_.peer_tls_cert, .key = options_.peer_tls_key},
      .longest_wait = options_.reconnect_wait,
      .keep = options_.keep_offer_decisions,
      .clock = clock,
      .on_fatal = [this](const absl::Status& status) { Fail(status); }});
  return absl::OkStatus();
}

ScorerServer::~ScorerServer() {
  // Callers first: what answers them must still be there. The host itself stays to the end, because a follower whose
  // disk fails now still tells it.
  metrics_.reset();
  if (host_ != nullptr) host_->Drain();
  if (champion_ != nullptr) champion_->Stop();  // what is fetched for the next line
  shadow_.Stop();
  champion_.reset();
  features_.reset();
  held_bands_.Stop();
  rescorer_.Stop();
  if (offers_ != nullptr) offers_->Stop();
}

absl::Status ScorerServer::Erase(const std::vector<std::string>& customer_ids) {
  shadow_.Erase(customer_ids);
  return offers_->Erase(customer_ids);
}

absl::Status ScorerServer::LoadScores() {
  std::shared_ptr<const ServedModel> model;
  auto file = ModelFolder(folder_->Path("model")).Load();
  if (!file.ok()) return file.status();
  if (file->has_value()) {
    auto served = ServeFile(**file, rules_);
    if (!served.ok()) return served.status();
    model = *std::move(served);
  }
  if (absl::Status loaded = engine_.Load(std::move(model)); !loaded.ok()) return loaded;
  Log(Level::kInfo, "scorer", "scores loaded",
      {{"customers", board_.size()}, {"scored", board_.scored()}, {"sequence", board_.last_sequence()}});
  return absl::OkStatus();
}

absl::Status ScorerServer::OpenPeers() {
  auto store = OpenPeer(options_, options_.feature_store);
  if (!store.ok()) return store.status();
  auto trainer = OpenPeer(options_, options_.trainer);
  if (!trainer.ok()) return trainer.status();
  features_ = std::make_unique<FeatureFollower>(*std::move(store), options_.reconnect_wait, &engine_,
                                                [this](const absl::Status& status) { Fail(status); });
  champion_ = std::make_unique<ChampionFollower>(
      *std::move(trainer), options_.reconnect_wait, rules_, ModelFolder(folder_->Path("model")), &slot_, &engine_,
      ChampionFollower::Hooks{
          .on_switched = [this] { rescorer_.Wake(); },
          .challengers = static_cast<int>(options_.shadow_challengers),
          .on_challengers = [this](const std::vector<v1::Model>& models) { shadow_.Follow(models); }});
  return absl::OkStatus();
}

void ScorerServer::Follow() {
  rescorer_.Start();
  held_bands_.Start();
  shadow_.Start();
  champion_->Start();
  features_->Start();
  offers_->Start();
}

absl::Duration ScorerServer::Rescore() {
  // New features come first, and find smaller chunks in their way as long as they come.
  if (engine_.features_waiting() || table_->IsBehind()) {
    stepped_aside_ = true;
    return kStepAside;
  }
  const NewsWatch& news = engine_.figures()->news();
  const absl::Time begin = clock_->Now();
  const bool news_come = news.Any(absl::ToUnixMicros(begin));
  const bool news_are_late = news.AreLate(absl::ToUnixMicros(begin));
  const bool small = std::exchange(stepped_aside_, false) || news_come;
  const auto handled = engine_.RescoreSome(small ? kSmallRescoreChunk : kRescoreChunk);
  if (!handled.ok()) {
    Fail(handled.status());
    return absl::InfiniteDuration();
  }
  if (*handled == 0) {
    if (std::exchange(rescored_, false)) table_->Settle();
    return absl::InfiniteDuration();
  }
  rescored_ = true;
  if (!news_come) return absl::ZeroDuration();
  const absl::Duration rest = kRests * (clock_->Now() - begin);
  return news_are_late ? std::max(kWaitForNews, rest) : rest;
}

absl::Duration ScorerServer::ReleaseHeld() {
  const auto released = engine_.ReleaseHeld(kSmallRescoreChunk);
  if (!released.ok()) {
    Fail(released.status());
    return absl::InfiniteDuration();
  }
  return *released == kSmallRescoreChunk ? kStepAside : kHeldBandLook;
}

void ScorerServer::SetServing(bool serving) {
  host_->SetServing(v1::Scorer::service_full_name(), serving);
  host_->SetServing(v1::Offers::service_full_name(), serving);
  host_->SetServing(inference::GRPCInferenceService::service_full_name(), serving);
}

void ScorerServer::Fail(const absl::Status& status) {
  if (failed_.exchange(true)) return;  // every later batch fails too
  Log(Level::kError, "scorer", "the disk failed; a restart recovers what was acknowledged",
      {{"reason", status.message()}});
  SetServing(false);
  on_fatal_(status);
}

v1::ScorerStatus ScorerServer::Status() const {
  v1::ScorerStatus status;
  if (const auto model = slot_.Get(); model != nullptr) status.set_model_version(model->version);
  status.set_customers(static_cast<int64_t>(board_.scored()));
  status.set_sequence(board_.last_sequence());
  status.set_store_connected(features_->connected());
  status.set_trainer_connected(champion_->connected());
  if (const int64_t as_of = engine_.features_as_of_micros(); as_of != 0)
    FillTimestamp(as_of, status.mutable_features_as_of());
  status.set_segments_digest(rules_.segments->digest());
  status.set_rescore_backlog(engine_.rescore_backlog());
  return status;
}

absl::Status ScorerServer::ServeMetrics() {
  if (!options_.metrics_listen.has_value()) return absl::OkStatus();
  const auto scorer = [this](MetricPage* page) {
    ScorerState state{.status = service_.Status(),
                      .cells = {},
                      .segments = {},
                      .shadow = shadow_.Compare(),
                      .store_failures = features_->failures(),
                      .trainer_failures = champion_->failures()};
    const SegmentCatalogue* catalogue = rules_.segments.get();
    auto cells = ScoreQueries(folder_->source_id(), &board_, &slot_, catalogue).SummarizeSegments();
    if (cells.ok()) state.cells = *std::move(cells);
    auto segments = SegmentQueries(&board_, &slot_, &engine_, catalogue).ListSegments();
    if (segments.ok()) state.segments = *std::move(segments);
    AddScorerMetrics(state, *engine_.figures(), page);
  };
  auto metrics = MetricsServer::Start(*options_.metrics_listen, {AddProcessMetrics, scorer});
  if (!metrics.ok()) return metrics.status();
  metrics_ = *std::move(metrics);
  return absl::OkStatus();
}

}  // namespace ebb::scorer
