#include "scorer/scorer_flags.h"

namespace ebb::scorer {

void AddFlags(Options* options, Flags* flags) {
  AddServerFlags(&options->server, flags);
  flags->Add("data-dir", &options->data_dir,
             "Folder of scores and model; created if absent, used by one process at a time", NotEmpty());
  flags->Add("feature-store", &options->feature_store, "Address of the feature store to follow");
  flags->Add("trainer", &options->trainer, "Address of the trainer whose champion is served");
  flags->Add("peer-tls-ca", &options->peer_tls_ca,
             "Certificates that may have signed the store's and the trainer's; empty: plaintext");
  flags->Add("peer-tls-cert", &options->peer_tls_cert,
             "Own certificate for the store and the trainer; with --peer-tls-key");
  flags->Add("peer-tls-key", &options->peer_tls_key, "Key of --peer-tls-cert");
  flags->Add("reconnect-wait", &options->reconnect_wait, "Longest wait before a lost store or trainer is tried again",
             Between(absl::Milliseconds(10), absl::Minutes(5)));
  flags->Add("publish-delta", &options->publish_delta,
             "Least move of a probability that subscribers hear of; changes of segment or model are always told. 0: "
             "every score",
             Between(0.0, 1.0));
  flags->Add("risk-threshold", &options->risk_threshold,
             "A probability above it is at risk; 0: the threshold that the segments' file declares, or else the one "
             "kept in the model "
             "(0.7 unless trained otherwise)",
             Between(0.0, 1.0));
  flags->Add("segments", &options->segments,
             "Protobuf text file of the segments (ebb.v1.SegmentDeclarations); empty: those of the shop that Ebb was "
             "made for");
  flags->Add(
      "offers", &options->offers,
      "Protobuf text file of the offers (ebb.v1.OfferCatalogue), `none`, or `default`: those of the shop that Ebb "
      "was made for; empty: default, or none where --segments names others than the default segments");
  flags->Add("keep-offer-decisions", &options->keep_offer_decisions,
             "Decisions about offers and their outcomes are forgotten after so long: outcomes can then no longer be "
             "reported, and uplift reports do not know them. At least as long as each offer lasts and is measured",
             Between(absl::Hours(24), absl::Hours(24) * 36'600));
  flags->Add("max-subscribers", &options->max_subscribers,
             "Subscriptions at once; more are answered RESOURCE_EXHAUSTED", Between(size_t{1}, size_t{1'000'000}));
  flags->Add("shadow-challengers", &options->shadow_challengers,
             "Newest challengers of the trainer that are compared with the champion, without being published. 0: none",
             Between(size_t{0}, size_t{4}));
  flags->Add("shadow-share", &options->shadow_share, "Share of customers that challengers are compared on",
             Between(0.0001, 1.0));
  flags->Add("metrics-listen", &options->metrics_listen,
             "Address that serves metrics for Prometheus, such as 127.0.0.1:7506; empty: none are served");
}

}  // namespace ebb::scorer
