// The service over a real connection.
#include "feature_store/feature_store_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>
#include <thread>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "feature_store/ingest_stream.h"
#include "feature_store/test_service.h"
#include "grpcpp/create_channel.h"
#include "runtime/resume_token.h"
#include "runtime/rpc/error_details.h"
#include "runtime/rpc/status.h"

namespace ebb::feature_store {
namespace {

struct IngestResult {
  std::vector<v1::IngestResponse> responses;
  grpc::Status status;
};

IngestResult Ingest(TestServer& server, const std::vector<v1::IngestRequest>& requests) {
  IngestResult result;
  const auto context = Context();
  const auto stream = server.stub().Ingest(context.get());
  for (const v1::IngestRequest& request : requests) stream->Write(request);
  stream->WritesDone();
  v1::IngestResponse response;
  while (stream->Read(&response)) result.responses.push_back(response);
  result.status = stream->Finish();
  return result;
}

v1::IngestRequest Batch(int64_t id, const std::vector<v1::Event>& events) {
  v1::IngestRequest request;
  request.set_batch_id(id);
  for (const v1::Event& event : events) *request.add_events() = event;
  return request;
}

TEST(FeatureStoreService, AnswersEachBatchInOrderHoweverManyAreSentAtOnce) {
  constexpr int kBatches = 4 * IngestStream::kMaxInFlight;
  TestServer server;
  std::vector<v1::IngestRequest> batches;
  for (int64_t id = 0; id < kBatches; ++id) {
    batches.push_back(Batch(id, {PageViewOf("anna", absl::StrCat("e", id / 2), "2026-03-10T10:00:00Z")}));
  }
  const IngestResult result = Ingest(server, batches);
  EXPECT_TRUE(result.status.ok()) << result.status.error_message();
  ASSERT_EQ(result.responses.size(), static_cast<size_t>(kBatches));
  int64_t accepted = 0, duplicate = 0;
  for (int64_t id = 0; id < kBatches; ++id) {
    EXPECT_EQ(result.responses[id].batch_id(), id);
    accepted += result.responses[id].accepted();
    duplicate += result.responses[id].duplicate();
  }
  EXPECT_EQ(accepted, kBatches / 2);
  EXPECT_EQ(duplicate, kBatches / 2);
}

TEST(FeatureStoreService, RefusesABatchThatCannotBeTaken) {
  TestServer server;
  const v1::Event event = PageViewOf("anna", "e1", "2026-03-10T10:00:00Z");
  struct Case {
    std::string what;
    v1::IngestRequest request;
    std::string error;
  };
  std::vector<Case> cases = {{"no events", Batch(1, {}), "0 events; 1 to 10000"},
                             {"too many events", Batch(1, std::vector<v1::Event>(10'001, event)), "10001 events"},
                             {"too many bytes", {}, "send smaller batches"}};
  for (int i = 0; i < 10'000; ++i) {
    v1::Event* large = cases[2].request.add_events();
    *large = event;
    large->mutable_page_view()->set_category(std::string(500, 'x'));
  }
  for (const Case& one : cases) {
    const IngestResult result = Ingest(server, {Batch(7, {event}), one.request});
    EXPECT_EQ(result.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << one.what;
    EXPECT_THAT(result.status.error_message(), ::testing::HasSubstr(one.error)) << one.what;
    EXPECT_EQ(result.responses.size(), 1u) << one.what << ": the batch before it stays acknowledged";
  }
}

TEST(FeatureStoreService, AnEventThatIsNotUtf8CostsOnlyItself) {
  TestServer server;
  v1::IngestRequest request =
      Batch(3, {PageViewOf("anna", "e1", "2026-03-10T10:00:00Z"), PageViewOf("boris", "e2", "2026-03-10T10:00:00Z")});
  std::string bytes = request.SerializeAsString();
  bytes[bytes.find("anna")] = '\xff';
  // Through the generated stub such bytes cannot be sent: the engine gets them as a stream would hand them on.
  Notification answered;
  absl::StatusOr<v1::IngestResponse> answer;
  server.engine().Ingest(bytes, [&](absl::StatusOr<v1::IngestResponse> response) {
    answer = std::move(response);
    answered.Notify();
  });
  ASSERT_TRUE(answered.WaitForNotificationWithTimeout(absl::Seconds(30)));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->batch_id(), 3);
  EXPECT_EQ(answer->accepted(), 1);
  ASSERT_EQ(answer->rejections_size(), 1);
  EXPECT_EQ(answer->rejections(0).index(), 0);
  EXPECT_THAT(answer->rejections(0).rule(), ::testing::HasSubstr("UTF-8"));
}

TEST(FeatureStoreService, RefusesEachMalformedEventWithItsField) {
  struct Case {
    std::string field;
    std::function<void(v1::Event*)> spoil;
  };
  const Case cases[] = {
      {"customer_id", [](v1::Event* e) { e->clear_customer_id(); }},
      {"customer_id", [](v1::Event* e) { e->set_customer_id(std::string(129, 'x')); }},
      {"event_id", [](v1::Event* e) { e->clear_event_id(); }},
      {"event_id", [](v1::Event* e) { e->set_event_id("a\nb"); }},
      {"event_time", [](v1::Event* e) { e->clear_event_time(); }},
      {"event_time", [](v1::Event* e) { e->mutable_event_time()->set_nanos(-1); }},
      {"event_time", [](v1::Event* e) { *e->mutable_event_time() = Stamp("2026-03-10T12:05:01Z"); }},
      {"event_time", [](v1::Event* e) { *e->mutable_event_time() = Stamp("2020-03-10T12:05:01Z"); }},
      {"body", [](v1::Event* e) { e->clear_body(); }},
      {"purchase.lines", [](v1::Event* e) { e->mutable_purchase()->clear_lines(); }},
      {"purchase.lines[0].quantity", [](v1::Event* e) { e->mutable_purchase()->mutable_lines(0)->set_quantity(-1); }},
      {"purchase.lines[0].category", [](v1::Event* e) { e->mutable_purchase()->mutable_lines(0)->clear_category(); }},
      {"imported_snapshot", [](v1::Event* e) { e->mutable_imported_snapshot(); }},
  };
  std::vector<v1::Event> events;
  for (size_t i = 0; i < std::size(cases); ++i) {
    events.push_back(PurchaseOf("anna", absl::StrCat("bad", i), "2026-03-10T10:00:00Z", 100));
    cases[i].spoil(&events.back());
    events.push_back(PurchaseOf("anna", absl::StrCat("good", i), "2026-03-10T10:00:00Z", 100));
  }
  TestServer server;
  const IngestResult result = Ingest(server, {Batch(1, events)});
  ASSERT_EQ(result.responses.size(), 1u) << result.status.error_message();
  const v1::IngestResponse& response = result.responses[0];
  EXPECT_EQ(response.accepted(), static_cast<int64_t>(std::size(cases)));
  EXPECT_EQ(response.rejected(), static_cast<int64_t>(std::size(cases)));
  std::map<int, std::string> first_field;
  for (const v1::RejectedEvent& rejection : response.rejections()) {
    first_field.emplace(rejection.index(), rejection.field());
    EXPECT_NE(rejection.rule(), "");
  }
  for (size_t i = 0; i < std::size(cases); ++i) EXPECT_EQ(first_field[static_cast<int>(2 * i)], cases[i].field) << i;
}

// What a follower learns: each customer's latest sequence, and the token to go on from.
struct Follower {
  std::map<std::string, int64_t> latest;
  std::string token;
  bool has_schema = false;

  // Reads until caught up, or until `customer` came.
  grpc::Status Follow(TestServer& server, const std::string& customer = "") {
    v1::WatchFeaturesRequest request;
    request.set_resume_token(token);
    request.set_max_batch(2);
    const auto context = Context();
    const auto reader = server.stub().WatchFeatures(context.get(), request);
    v1::WatchFeaturesResponse message;
    bool found = false;
    while (!found && reader->Read(&message)) {
      has_schema |= message.has_schema();
      for (const v1::CustomerFeatures& change : message.customers()) {
        EXPECT_GT(change.sequence(), latest[change.customer_id()]) << "older after newer";
        latest[change.customer_id()] = change.sequence();
        found |= change.customer_id() == customer;
      }
      token = message.resume_token();
      if (customer.empty()) found |= message.caught_up();
    }
    if (found) context->TryCancel();
    return reader->Finish();
  }
};

TEST(FeatureStoreService, AWatcherResumesAcrossARestartWithoutAGap) {
  TestServer server;
  for (const char* customer : {"anna", "boris", "vera", "gleb", "dina"}) {
    ASSERT_TRUE(Ingest(server, {Batch(1, {PurchaseOf(customer, "e1", "2026-03-10T10:00:00Z", 100)})}).status.ok());
  }
  Follower follower;
  follower.Follow(server);
  EXPECT_TRUE(follower.has_schema);
  EXPECT_EQ(follower.latest.size(), 5u);
  ASSERT_TRUE(Ingest(server, {Batch(2, {PurchaseOf("boris", "e2", "2026-03-10T10:00:00Z", 100)})}).status.ok());
  server.Restart();
  ASSERT_TRUE(Ingest(server, {Batch(3, {PurchaseOf("zoe", "e1", "2026-03-10T10:00:00Z", 100)})}).status.ok());
  const int64_t seen = follower.latest["boris"];
  follower.Follow(server);
  EXPECT_GT(follower.latest["boris"], seen) << "changed while nobody watched, before the restart";
  EXPECT_EQ(follower.latest.count("zoe"), 1u);
  std::set<int64_t> sequences;
  for (const auto& [customer, sequence] : follower.latest) sequences.insert(sequence);
  EXPECT_EQ(sequences.size(), 6u);
}

TEST(FeatureStoreService, AWatcherSeesChangesAsTheyHappen) {
  TestServer server;
  ASSERT_TRUE(Ingest(server, {Batch(1, {PurchaseOf("anna", "e1", "2026-03-10T10:00:00Z", 100)})}).status.ok());
  Follower follower;
  follower.Follow(server);
  std::thread sender([&] {
    EXPECT_TRUE(Ingest(server, {Batch(2, {PurchaseOf("boris", "e1", "2026-03-10T10:00:00Z", 100)})}).status.ok());
  });
  follower.Follow(server, "boris");
  sender.join();
  EXPECT_EQ(follower.latest.count("boris"), 1u);
}

TEST(FeatureStoreService, AForeignTokenIsOutOfRangeAndRubbishIsRefused) {
  TestServer server;
  const std::pair<std::string, grpc::StatusCode> cases[] = {
      {ResumeToken{7, 1}.Encode(), grpc::StatusCode::OUT_OF_RANGE},
      {ResumeToken{42, 1'000'000}.Encode(), grpc::StatusCode::OUT_OF_RANGE},
      {"rubbish", grpc::StatusCode::INVALID_ARGUMENT},
      {absl::HexStringToBytes("026c61746572d62b45fc"), grpc::StatusCode::FAILED_PRECONDITION},  // version 2, checksum
  };
  for (const auto& [token, code] : cases) {
    Follower follower;
    follower.token = token;
    const grpc::Status status = follower.Follow(server);
    EXPECT_EQ(status.error_code(), code);
    EXPECT_THAT(status.error_message(), ::testing::MatchesRegex("resume_token: (is|has) .*"));
  }
}

TEST(FeatureStoreService, OtherDeclarationsAreComparedAndNothingChanges) {
  TestServer server;
  v1::FeatureDeclarations served;
  ASSERT_TRUE(server.stub().GetDeclarations(Context().get(), {}, &served).ok());
  ASSERT_GT(served.features_size(), 2);
  EXPECT_EQ(served.features(0).name(), "service_tier");

  v1::CompareDeclarationsRequest request;
  v1::CompareDeclarationsResponse response;
  request.set_text(served.DebugString());
  grpc::Status status = server.stub().CompareDeclarations(Context().get(), request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.changes_size(), 0) << response.ShortDebugString();

  served.mutable_features()->RemoveLast();
  request.set_text(served.DebugString());
  ASSERT_TRUE(server.stub().CompareDeclarations(Context().get(), request, &response).ok());
  ASSERT_EQ(response.changes_size(), 1);
  EXPECT_EQ(response.changes(0).kind(), v1::CompareDeclarationsResponse::Change::REMOVED);

  request.set_text("features {\n  name: 'a'\n}");
  request.set_file_name("new.textproto");
  status = server.stub().CompareDeclarations(Context().get(), request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(),
            "new.textproto:1:1: feature `a`: role: required; INPUT, SEGMENT or INPUT_AND_SEGMENT\n"
            "new.textproto:1:1: feature `a`: field: required; what of an event is aggregated\n"
            "new.textproto:1:1: feature `a`: aggregation: required");
}

TEST(FeatureStoreService, StreamsATrainingSet) {
  TestServer server;
  ASSERT_TRUE(Ingest(server, {Batch(1, {PurchaseOf("anna", "e1", "2026-03-10T10:00:00Z", 100)})}).status.ok());
  v1::ReadTrainingSetRequest request;
  request.mutable_imported();
  *request.add_as_of() = Stamp("2026-03-10T11:00:00Z");
  const auto context = Context();
  const auto reader = server.stub().ReadTrainingSet(context.get(), request);
  v1::ReadTrainingSetResponse message;
  ASSERT_TRUE(reader->Read(&message));
  EXPECT_TRUE(message.has_schema());
  EXPECT_NE(message.resume_token(), "");
  ASSERT_TRUE(reader->Read(&message));
  ASSERT_TRUE(message.has_summary());
  EXPECT_EQ(message.summary().rows(), 0);
  EXPECT_EQ(message.summary().exclusions(0).reason(), "unlabelled");
  EXPECT_FALSE(reader->Read(&message));
  EXPECT_TRUE(reader->Finish().ok());
}

TEST(FeatureStoreService, DrainAnswersWhatIsInFlightAndEndsTheStream) {
  TestServer server;
  const auto context = Context();
  const auto stream = server.stub().Ingest(context.get());
  ASSERT_TRUE(stream->Write(Batch(1, {PurchaseOf("anna", "e1", "2026-03-10T10:00:00Z", 100)})));
  v1::IngestResponse response;
  ASSERT_TRUE(stream->Read(&response));
  server.host().Drain();
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

// A second connection of its own to the same store.
std::unique_ptr<v1::FeatureStore::Stub> OtherConnection(TestServer& server) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return v1::FeatureStore::NewStub(grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", server.host().port()),
                                                             grpc::InsecureChannelCredentials(), arguments));
}

TEST(FeatureStoreService, WhatIsAcknowledgedIsReadOnEveryConnection) {
  TestServer server;
  const auto other = OtherConnection(server);
  const auto context = Context();
  const auto stream = server.stub().Ingest(context.get());
  v1::GetFeaturesRequest request;
  request.add_customer_ids("anna");
  for (int i = 1; i <= 200; ++i) {
    stream->Write(Batch(i, {PurchaseOf("anna", absl::StrCat("e", i), "2026-03-10T10:00:00Z", 100)}));
    v1::IngestResponse acknowledged;
    ASSERT_TRUE(stream->Read(&acknowledged));
    v1::GetFeaturesResponse response;
    ASSERT_TRUE(other->GetFeatures(Context().get(), request, &response).ok());
    for (int feature = 0; feature < response.columns_size(); ++feature) {
      if (response.feature_names(feature) != "revenue_month_0") continue;
      ASSERT_EQ(response.columns(feature).numbers(0), i) << "a purchase of 1.00 each";
    }
  }
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
}

TEST(FeatureStoreService, SaysHowFreshAVectorIsAndHowQuietItsCustomer) {
  TestServer server;
  Ingest(server, {Batch(1, {PageViewOf("anna", "new", "2026-03-10T10:00:00.25Z"),
                            PageViewOf("anna", "old", "2026-03-01T10:00:00Z")})});
  v1::GetFeaturesRequest request;
  for (const char* customer : {"nobody", "anna"}) request.add_customer_ids(customer);
  v1::GetFeaturesResponse response;
  ASSERT_TRUE(server.stub().GetFeatures(Context().get(), request, &response).ok());
  EXPECT_EQ(response.as_of_micros(0), 0);
  EXPECT_EQ(response.last_event_micros(0), 0);
  EXPECT_EQ(response.last_event_micros(1), absl::ToUnixMicros(At("2026-03-10T10:00:00.25Z")));
  EXPECT_EQ(response.as_of_micros(1), absl::ToUnixMicros(At("2026-03-10T12:00:00Z")));
  *request.mutable_as_of() = Stamp("2026-03-05T00:00:00Z");
  Ingest(server, {Batch(2, {PageViewOf("bert", "b", "2026-03-10T10:00:00Z")})});
  ASSERT_TRUE(server.stub().GetFeatures(Context().get(), request, &response).ok());
  EXPECT_FALSE(response.found(1)) << "on the 5th nothing was known of her: all of it arrived on the 10th";
}

TEST(FeatureStoreService, OneToAThousandCustomersMayBeAskedFor) {
  TestServer server;
  Ingest(server, {Batch(1, {PageViewOf("anna", "e", "2026-03-10T10:00:00Z")})});
  v1::GetFeaturesRequest request;
  v1::GetFeaturesResponse response;
  for (const int asked : {0, 1'001}) {
    request.clear_customer_ids();
    for (int i = 0; i < asked; ++i) request.add_customer_ids("anna");
    const grpc::Status refused = server.stub().GetFeatures(Context().get(), request, &response);
    EXPECT_EQ(refused.error_code(), grpc::INVALID_ARGUMENT);
    EXPECT_EQ(refused.error_message(), absl::StrCat("customer_ids: has ", asked, " customers; must have 1 to 1000"));
  }
  request.clear_customer_ids();
  for (int i = 0; i < 1'000; ++i) request.add_customer_ids(i % 3 == 0 ? "nobody" : "anna");
  ASSERT_TRUE(server.stub().GetFeatures(Context().get(), request, &response).ok());
  ASSERT_EQ(response.found_size(), 1'000);
  for (int i = 0; i < 1'000; ++i) EXPECT_EQ(response.found(i), i % 3 != 0) << i;
}

TEST(FeatureStoreService, ReadsOfTheDiskAreRefusedWhereTooManyWait) {
  TestServer server({.long_work = {.name = "test", .threads = 1, .most_waiting = 0}});
  v1::GetFeaturesRequest request;
  request.add_customer_ids("anna");
  v1::GetFeaturesResponse response;
  EXPECT_TRUE(server.stub().GetFeatures(Context().get(), request, &response).ok()) << "of now is no such read";
  *request.mutable_as_of() = Stamp("2026-03-10T11:00:00Z");
  const absl::Status refused = FromGrpcStatus(server.stub().GetFeatures(Context().get(), request, &response));
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(RetryDelayOf(refused), absl::Seconds(1));
  v1::ExportCustomerResponse message;
  v1::ExportCustomerRequest one;
  one.set_customer_id("anna");
  const auto context = Context();
  const auto exported = server.stub().ExportCustomer(context.get(), one);
  EXPECT_FALSE(exported->Read(&message));
  EXPECT_EQ(exported->Finish().error_code(), grpc::RESOURCE_EXHAUSTED);
}

TEST(FeatureStoreService, TellsOfUnpaidBaskets) {
  TestServer server;
  v1::Event event = PageViewOf("anna", "e", "2026-03-10T10:00:00Z");
  v1::BasketChange* change = event.mutable_basket_change();
  change->set_visit_id("v");
  change->set_action(v1::BasketChange::ADD);
  v1::BasketItem* item = change->add_items();
  item->set_product_id("duck");
  item->set_category("toys");
  item->set_quantity(3);
  const IngestResult sent = Ingest(server, {Batch(1, {event})});
  ASSERT_TRUE(sent.status.ok()) << sent.status.error_message();
  v1::UnpaidBasketReport report;
  const grpc::Status told = server.stub().GetUnpaidBasketReport(Context().get(), {}, &report);
  ASSERT_TRUE(told.ok()) << told.error_message();
  EXPECT_EQ(report.pieces(), 3);
  EXPECT_EQ(report.weeks_size(), 13);
}

TEST(FeatureStoreService, ALateEventReachesWatchers) {
  TestServer server;
  Ingest(server, {Batch(1, {PurchaseOf("anna", "new", "2026-03-10T10:00:00Z", 700)})});
  const auto context = Context();
  const auto stream = server.stub().WatchFeatures(context.get(), v1::WatchFeaturesRequest());
  v1::WatchFeaturesResponse message;
  const int revenue = [&] {
    EXPECT_TRUE(stream->Read(&message));
    for (int i = 0; i < message.schema().features_size(); ++i) {
      if (message.schema().features(i).name() == "revenue_month_0") return i;
    }
    return -1;
  }();
  ASSERT_EQ(message.customers_size(), 1);
  EXPECT_EQ(message.customers(0).vector().values(revenue).number(), 7);
  Ingest(server, {Batch(2, {PurchaseOf("anna", "late", "2026-03-05T10:00:00Z", 300)})});
  do {
    ASSERT_TRUE(stream->Read(&message));
  } while (message.customers().empty());
  EXPECT_EQ(message.customers(0).vector().values(revenue).number(), 10) << "folded where it belongs, and told";
  context->TryCancel();
  stream->Finish();
}

TEST(FeatureStoreService, ManyStreamsAndReadersAtOnce) {
  TestServer server;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&server, t] {
      std::vector<v1::IngestRequest> batches;
      for (int i = 0; i < 20; ++i) {
        batches.push_back(
            Batch(i, {PurchaseOf(absl::StrCat("c", i % 5), absl::StrCat("t", t, "e", i), "2026-03-10T10:00:00Z", 100),
                      PurchaseOf("shared", absl::StrCat("e", i), "2026-03-10T10:00:00Z", 100)}));
      }
      EXPECT_EQ(Ingest(server, batches).responses.size(), 20u);
    });
    threads.emplace_back([&server] {
      for (int i = 0; i < 20; ++i) {
        v1::GetFeaturesRequest request;
        request.add_customer_ids("shared");
        if (i % 2 == 0) *request.mutable_as_of() = Stamp("2026-03-10T11:00:00Z");
        v1::GetFeaturesResponse response;
        EXPECT_TRUE(server.stub().GetFeatures(Context().get(), request, &response).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(server.engine().Stats().events(), 4 * 20 + 20);
}

}  // namespace
}  // namespace ebb::feature_store
