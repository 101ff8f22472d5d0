#include "clients/cli/push/event_json.h"

#include <ostream>
#include <sstream>

#include "clients/cli/push/line_reader.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ebb {
namespace {

constexpr char kGood[] =
    R"({"customer_id":"c1","eventId":"e1","event_time":"2026-10-01T12:00:00.5Z","purchase":{"order_id":"o1","lines":[)"
    R"({"product_id":"p","category":"косметика","quantity":2,"unit_price_minor":"9900","on_promotion":true}]}})";

TEST(EventJsonTest, TakesBothSpellingsOfNamesAndKeepsEverything) {
  const auto event = ParseEventJson(kGood);
  ASSERT_TRUE(event.ok()) << event.status();
  EXPECT_EQ(
      FormatEventJson(*event),
      R"({"customer_id":"c1","event_id":"e1","event_time":"2026-10-01T12:00:00.500Z","purchase":{"order_id":"o1","lines":[)"
      R"({"product_id":"p","category":"косметика","quantity":"2","unit_price_minor":"9900","on_promotion":true}]}})");
}

struct Malformed {
  const char* name;
  const char* line;
  const char* error;
};

// Names the case where GoogleTest prints it.
void PrintTo(const Malformed& one, std::ostream* out) { *out << one.name; }

class MalformedEventTest : public ::testing::TestWithParam<Malformed> {};

TEST_P(MalformedEventTest, GetsItsPreciseError) {
  const auto event = ParseEventJson(GetParam().line);
  ASSERT_FALSE(event.ok());
  EXPECT_EQ(event.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(event.status().message()), ::testing::HasSubstr(GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    Lines, MalformedEventTest,
    ::testing::Values(
        Malformed{"repeated_key", R"({"customer_id":"a","customer_id":"b"})",
                  "column 20: the key `customer_id` is given twice"},
        Malformed{"repeated_by_its_other_spelling", R"({"customer_id":"a","customerId":"b"})",
                  "column 20: the key `customerId` is given twice"},
        Malformed{"repeated_inside", R"({"purchase":{"lines":[{},{"quantity":1,"quantity":2}]}})",
                  "the key `purchase.lines[1].quantity` is given twice"},
        Malformed{"column_counts_characters", R"({"customer_id":"ёж","customer_id":"b"})", "column 21: the key"},
        Malformed{"single_quotes", "{'customer_id':'a'}", "column 2: syntax error"},
        Malformed{"trailing_comma_in_object", R"({"customer_id":"a",})", "column 20: syntax error"},
        Malformed{"trailing_comma_in_array", R"({"purchase":{"lines":[{},]}})", "syntax error"},
        Malformed{"no_quotes", "{customer_id:1}", "column 2: syntax error"},
        Malformed{"not_a_number", R"({"purchase":{"lines":[{"quantity":NaN}]}})", "column 35: syntax error"},
        Malformed{"comment", R"({"customer_id":"a"} // first)", "syntax error"},
        Malformed{"two_objects", R"({"customer_id":"a"}{"customer_id":"b"})", "syntax error"},
        Malformed{"cut_off", R"({"customer_id":"a")", "syntax error"},
        Malformed{"leading_zero", R"({"profit_statement":{"month":07}})", "syntax error"},
        Malformed{"not_utf8", "{\"customer_id\":\"\xff\"}", "UTF-8"},
        Malformed{"array", R"([{"customer_id":"a"}])", "column 1: an event is one JSON object, not an array"},
        Malformed{"text", R"("customer")", "an event is one JSON object"},
        Malformed{"unknown_field", R"({"custumer_id":"a"})",
                  "column 2: unknown field `custumer_id`; did you mean customer_id?"},
        Malformed{"unknown_field_inside", R"({"purchase":{"lines":[{"qantity":1}]}})",
                  "unknown field `purchase.lines[0].qantity`; did you mean quantity?"},
        Malformed{"unknown_without_a_neighbour", R"({"colour":"red"})", "unknown field `colour`"},
        Malformed{"wrong_type", R"({"purchase":{"lines":[{"quantity":"many"}]}})", "quantity"},
        Malformed{"fraction", R"({"purchase":{"lines":[{"quantity":1.5}]}})", "quantity"},
        Malformed{"too_large", R"({"purchase":{"lines":[{"quantity":9223372036854775808}]}})", "quantity"},
        Malformed{"bad_time", R"({"event_time":"yesterday"})", "event_time"},
        Malformed{"unknown_enum_value", R"({"marketing_contact":{"channel":"PIGEON"}})", "channel"},
        Malformed{"two_bodies", R"({"page_view":{"visit_id":"v"},"service_error":{"visit_id":"v"}})", "oneof"}),
    [](const auto& test) { return test.param.name; });

TEST(EventJsonTest, DepthIsBounded) {
  std::string deep = R"({"purchase":)";
  for (int i = 0; i < 40; ++i) deep += "[";
  EXPECT_THAT(std::string(ParseEventJson(deep).status().message()),
              ::testing::HasSubstr("nested deeper than 32 levels"));
}

TEST(LineReaderTest, ReadsEveryKindOfLineEnd) {
  std::istringstream in(
      "\xEF\xBB\xBF"
      "a\r\n\nb");
  LineReader lines(*in.rdbuf());
  std::string line;
  std::vector<std::string> read;
  while (lines.Next(&line) == LineReader::Outcome::kLine) read.push_back(std::to_string(lines.number()) + ":" + line);
  EXPECT_THAT(read, ::testing::ElementsAre("1:a", "2:", "3:b"));
}

TEST(LineReaderTest, ALineThatIsTooLongIsSkippedAndCostsNoMemory) {
  std::istringstream in(std::string(LineReader::kLongest + 10, 'x') + "\nnext\n");
  LineReader lines(*in.rdbuf());
  std::string line;
  EXPECT_EQ(lines.Next(&line), LineReader::Outcome::kTooLong);
  EXPECT_EQ(line.size(), LineReader::kLongest);
  EXPECT_EQ(lines.Next(&line), LineReader::Outcome::kLine);
  EXPECT_EQ(line, "next");
}

TEST(LineReaderTest, CountsALineWithoutItsEnd) {
  std::istringstream two("a\nb"), none("");
  EXPECT_EQ(CountLines(two), 2);
  EXPECT_EQ(CountLines(none), 0);
}

}  // namespace
}  // namespace ebb
