// The bytes on disk: their grammar is pinned, a newer version and damage are told apart.
#include "scorer/offers/rocks_decision_ledger.h"

#include <rocksdb/db.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "runtime/digest.h"
#include "tests/support/process.h"

namespace ebb::scorer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class RocksDecisionLedgerTest : public ::testing::Test {
 protected:
  std::unique_ptr<DecisionLedger> Open() {
    auto ledger = OpenRocksDecisionLedger(folder_.path());
    EXPECT_TRUE(ledger.ok()) << ledger.status();
    return ledger.ok() ? *std::move(ledger) : nullptr;
  }
  // Hands the database itself to `visit`, while no ledger is open.
  void Raw(const std::function<void(rocksdb::DB*)>& visit) {
    rocksdb::DB* db = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open({}, folder_.path(), &db).ok());
    visit(db);
    delete db;
  }
  // One of everything.
  void FillOne() {
    const std::unique_ptr<DecisionLedger> ledger = Open();
    ASSERT_TRUE(ledger->ImportCodes("pool", {"A1", "B2"}).ok());
    DecisionLedger::Write write;
    write.events.emplace_back().set_customer_id("anna");
    write.customers["anna"].standings["page"].set_offering(1);
    write.customers["anna"].contacts_changed = true;
    write.given[{absl::CivilDay(1970, 1, 3), "page"}] = 5;
    write.codes_given["pool"] = 1;
    write.outcomes.emplace_back(1, v1::OfferOutcome::CLICKED);
    ASSERT_TRUE(ledger->Commit(write).ok());
    ASSERT_TRUE(ledger->MarkDelivered(1).ok());
  }

  const ebb::testing::TemporaryFolder folder_;
};

TEST_F(RocksDecisionLedgerTest, KeysAndVersionsFollowTheGrammar) {
  FillOne();
  std::vector<std::string> records;
  Raw([&](rocksdb::DB* db) {
    std::string identity;
    ASSERT_TRUE(db->Get({}, "m", &identity).ok());
    ASSERT_EQ(identity.size(), 1u + 8 + 32);
    const Pseudonym anna = Pseudonymizer(identity.substr(9)).Of("anna");
    const std::string bytes(anna.begin(), anna.end());
    const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator({}));
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      const std::string key = absl::StrReplaceAll(it->key().ToString(), {{bytes, "<anna>"}});
      const std::string value = key == "m" ? "..." : it->value().ToString();
      records.push_back(absl::StrCat(absl::CHexEscape(key), " = ", absl::CHexEscape(value)));
    }
  });
  EXPECT_THAT(records,
              ElementsAre(R"(cpool\x00\x00\x00\x00\x00\x00\x00\x00\x00 = \x01\x41\x31)",
                          R"(cpool\x00\x00\x00\x00\x00\x00\x00\x00\x01 = \x01\x42\x32)", R"(dpool\x00\x41\x31 = )",
                          R"(dpool\x00\x42\x32 = )", R"(e\x00\x00\x00\x00\x00\x00\x00\x01 = \x01\n\x04\x61nna)",
                          R"(f = \x01\x00\x00\x00\x00\x00\x00\x00\x01)",
                          R"(g\x00\x00\x00\x02page = \x01\x00\x00\x00\x00\x00\x00\x00\x05)",
                          R"(i<anna>\x00\x00\x00\x00\x00\x00\x00\x01 = )", R"(k<anna> = \x01)", "m = ...",
                          R"(n = \x01\x00\x00\x00\x00\x00\x00\x00\x02)", R"(ppool\x00 = \x01\x08\x02\x10\x01)",
                          R"(r\x00\x00\x00\x00\x00\x00\x00\x01\x02 = )", R"(s<anna>page = \x01\x18\x01)"));
}

TEST_F(RocksDecisionLedgerTest, WhatWasWrittenIsReadAgain) {
  FillOne();
  const std::unique_ptr<DecisionLedger> ledger = Open();
  EXPECT_EQ(ledger->next_number(), 2u);
  EXPECT_EQ(ledger->delivered(), 1u);
  EXPECT_EQ(*ledger->GivenOn(absl::CivilDay(1970, 1, 3), "page"), 5);
  EXPECT_EQ(*ledger->GivenOn(absl::CivilDay(1970, 1, 4), "page"), 0);
  EXPECT_EQ(ledger->FindPool("pool")->left(), 1);
  EXPECT_EQ(*ledger->Code("pool", 1), "B2");
  EXPECT_TRUE(*ledger->HasOutcome(1, v1::OfferOutcome::CLICKED));
  EXPECT_FALSE(*ledger->HasOutcome(1, v1::OfferOutcome::SHOWN));
  EXPECT_EQ(ledger->Read("anna")->standings.at("page").offering(), 1u);
  EXPECT_TRUE(ledger->Read("boris")->standings.empty());
  EXPECT_EQ(ledger->Event(1)->customer_id(), "anna");
  EXPECT_EQ(ledger->Event(2).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(RocksDecisionLedgerTest, ForgetsWhatIsOldAndDelivered) {
  const absl::Time start = absl::FromUnixSeconds(1'700'000'000);
  const auto numbers = [](const DecisionLedger& ledger) {
    std::vector<uint64_t> found;
    EXPECT_TRUE(ledger
                    .ForEach(0,
                             [&](uint64_t number, const v1::Event&) {
                               found.push_back(number);
                               return absl::OkStatus();
                             })
                    .ok());
    return found;
  };
  {
    const std::unique_ptr<DecisionLedger> ledger = Open();
    for (int day = 0; day < 6; ++day) {  // numbers 1 to 6, a day apart
      DecisionLedger::Write write;
      v1::Event& event = write.events.emplace_back();
      event.set_customer_id("anna");
      event.mutable_event_time()->set_seconds(absl::ToUnixSeconds(start + absl::Hours(24) * day));
      write.customers["anna"].standings["page"].set_offering(static_cast<uint64_t>(day + 1));
      write.outcomes.emplace_back(day + 1, v1::OfferOutcome::CLICKED);
      write.given[{absl::ToCivilDay(start, absl::UTCTimeZone()) + day, "page"}] = 1;
      ASSERT_TRUE(ledger->Commit(write).ok());
    }
    EXPECT_EQ(ledger->Prune(start + absl::Hours(24) * 9, 10).value(), false) << "nothing is delivered";
    EXPECT_EQ(numbers(*ledger).size(), 6u);
    ASSERT_TRUE(ledger->MarkDelivered(5).ok());
    EXPECT_EQ(ledger->Prune(start + absl::Hours(24) * 4, 3).value(), true) << "some at a time";
    EXPECT_THAT(numbers(*ledger), ElementsAre(4, 5, 6));
    EXPECT_EQ(ledger->Prune(start + absl::Hours(24) * 4, 3).value(), false);
    EXPECT_THAT(numbers(*ledger), ElementsAre(5, 6)) << "number 5 happened at that time";
    EXPECT_FALSE(ledger->HasOutcome(4, v1::OfferOutcome::CLICKED).value());
    EXPECT_TRUE(ledger->HasOutcome(5, v1::OfferOutcome::CLICKED).value());
    EXPECT_EQ(ledger->GivenOn(absl::ToCivilDay(start, absl::UTCTimeZone()) + 1, "page").value(), 0);
    EXPECT_EQ(ledger->GivenOn(absl::ToCivilDay(start, absl::UTCTimeZone()) + 3, "page").value(), 1);
    EXPECT_EQ(ledger->Read("anna").value().standings.at("page").offering(), 6u) << "how the offer stands is no history";
  }
  const std::unique_ptr<DecisionLedger> again = Open();
  EXPECT_EQ(again->Prune(start + absl::Hours(24) * 9, 10).value(), false);
  EXPECT_THAT(numbers(*again), ElementsAre(6)) << "number 6 is not delivered";
  EXPECT_EQ(again->next_number(), 7u);
  ASSERT_TRUE(again->Erase({"anna"}).ok());
  EXPECT_THAT(numbers(*again), ElementsAre());
}

TEST_F(RocksDecisionLedgerTest, NewerRecordsAndDamageAreToldApart) {
  FillOne();
  const auto spoil = [&](const std::string& key, const std::string& value) {
    Raw([&](rocksdb::DB* db) { ASSERT_TRUE(db->Put({}, key, value).ok()); });
  };
  const std::string event = std::string("e") + std::string(7, '\0') + '\1';
  spoil(event, "\2whatever");
  EXPECT_EQ(Open()->Event(1).status().code(), absl::StatusCode::kFailedPrecondition);
  spoil(event, "");
  EXPECT_EQ(Open()->Event(1).status().code(), absl::StatusCode::kDataLoss);
  spoil(event, "\1\n\4an");
  EXPECT_EQ(Open()->Event(1).status().code(), absl::StatusCode::kDataLoss);
  spoil("n", "\1\0");
  EXPECT_THAT(std::string(OpenRocksDecisionLedger(folder_.path()).status().message()),
              HasSubstr("decision ledger: its next number is damaged"));
}

}  // namespace
}  // namespace ebb::scorer
