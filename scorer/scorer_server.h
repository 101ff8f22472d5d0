#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "runtime/clock.h"
#include "runtime/data_folder.h"
#include "runtime/metrics.h"
#include "runtime/rpc/server_host.h"
#include "runtime/work_pool.h"
#include "runtime/worker.h"
#include "scorer/champion_follower.h"
#include "scorer/feature_follower.h"
#include "scorer/model_slot.h"
#include "scorer/offers/offers_server.h"
#include "scorer/open_inference/open_inference_service.h"
#include "scorer/score_board.h"
#include "scorer/score_table.h"
#include "scorer/scorer_flags.h"
#include "scorer/scorer_service.h"
#include "scorer/scoring_engine.h"
#include "scorer/shadow/shadow_challengers.h"

namespace ebb::scorer {

// A whole scorer: loads what is on disk, serves it, follows store and trainer. Serves from Start to destruction,
// whether the peers are there or not.
class ScorerServer {
 public:
  // `clock` is borrowed. `on_fatal` is called once, when only a restart heals (the disk failed), on a thread of the
  // server's: it must not destroy the server. Errors of DataFolder, ScoreTable, ServerHost and OpenChannel, each saying
  // what to do.
  static absl::StatusOr<std::unique_ptr<ScorerServer>> Start(const Options& options, const Clock* clock,
                                                             std::function<void(const absl::Status&)> on_fatal);
  ~ScorerServer();  // ends subscriptions, drains, then stops following
  ScorerServer(const ScorerServer&) = delete;
  ScorerServer& operator=(const ScorerServer&) = delete;

  std::string address() const { return host_->address(); }
  // Where metrics are served; 0: nowhere.
  int metrics_port() const { return metrics_ == nullptr ? 0 : metrics_->port(); }

 private:
  ScorerServer(const Options& options, const Clock* clock, std::function<void(const absl::Status&)> on_fatal,
               ServingRules rules, std::unique_ptr<DataFolder> folder, std::unique_ptr<ScoreTable> table);

  // Once, before anything is served. Errors of LoadOffers and DecisionLedger.
  absl::Status OpenOffers(const Clock* clock);
  // Everything has been created: a new folder counts from now on.
  absl::Status FinishFolder();
  absl::Status Erase(const std::vector<std::string>& customer_ids);
  absl::Status LoadScores();
  absl::Status OpenPeers();
  void Follow();
  absl::Duration Rescore();
  absl::Duration ReleaseHeld();
  void SetServing(bool serving);
  void Fail(const absl::Status& status);
  v1::ScorerStatus Status() const;
  absl::Status ServeMetrics();

  const Options options_;
  const Clock* const clock_;
  const std::function<void(const absl::Status&)> on_fatal_;
  const ServingRules rules_;
  std::atomic<bool> failed_ = false;
  bool stepped_aside_ = false;  // of the re-scorer alone
  bool rescored_ = false;  // some since the last rest; as above
  // In the order of construction: each uses what stands above it.
  const std::unique_ptr<DataFolder> folder_;
  const std::unique_ptr<ScoreTable> table_;
  ScoreBoard board_;
  ModelSlot slot_;
  ScorerService service_;
  OpenInferenceService open_inference_;
  ScoringEngine engine_;
  ShadowChallengers shadow_;
  std::unique_ptr<OffersServer> offers_;
  WorkPool long_calls_;
  Worker rescorer_;
  Worker held_bands_;
  std::unique_ptr<FeatureFollower> features_;
  std::unique_ptr<ChampionFollower> champion_;
  std::unique_ptr<ServerHost> host_;
  std::unique_ptr<MetricsServer> metrics_;  // null where none are asked for
};

}  // namespace ebb::scorer
