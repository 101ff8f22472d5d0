#include "runtime/config_file.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace ebb {
namespace {

// "line:key=value" each, or the error.
std::string Read(absl::string_view text) {
  const auto entries = ParseConfig("f", text);
  if (!entries.ok()) return std::string(entries.status().message());
  std::string out;
  for (const ConfigEntry& entry : *entries) {
    absl::StrAppend(&out, out.empty() ? "" : " ", entry.line, ":", entry.key, "=", entry.value);
  }
  return out;
}

TEST(ConfigFileTest, ReadsWhatFlagsNeed) {
  const struct {
    const char* text;
    const char* entries;
  } cases[] = {
      {"", ""},
      {"a = 1", "1:a=1"},
      {"a=1\r\nb = 30s # why\n", "1:a=1 2:b=30s"},
      {"# c\n; c\n\na_b = true\n", "4:a-b=true"},
      {"a = \"x # y\"", "1:a=x # y"},
      {R"(a = "q\" b\\")", "1:a=q\" b\\"},
      {R"(a = 'C:\x')", "1:a=C:\\x"},
      {"a = \"\"", "1:a="},
      {"[tls]\ncert = a.pem\n[other]\nx = 1", "2:tls-cert=a.pem 4:other-x=1"},
      {"a = [\"x\", y , 'z']", "1:a=x,y,z"},
      {"a = []", "1:a="},
      {"\xEF\xBB\xBF"
       "a = 1",
       "1:a=1"},
  };
  for (const auto& [text, entries] : cases) EXPECT_EQ(Read(text), entries) << text;
}

TEST(ConfigFileTest, SaysWhatIsWrongAndWhere) {
  const struct {
    const char* text;
    const char* error;
  } cases[] = {
      {"a = 1\nb", "f:2: expected `key = value`"},
      {"a b = 1", "f:1: \"a b\" is not a key: letters, digits, - and _ only"},
      {"a =", "f:1: a: a value is missing"},
      {"a = # none", "f:1: a: a value is missing"},
      {"a = x y", "f:1: a: unexpected text after the value; quote values with spaces"},
      {"a = \"x", "f:1: a: the closing quote is missing"},
      {R"(a = "\n")", "f:1: a: after a backslash only \" or \\ may follow; write paths in '…'"},
      {"a = [x, y", "f:1: a: a list must close with ] on its own line"},
      {"a = [x y]", "f:1: a: a list must close with ] on its own line"},
      {"[x", "f:1: a section is written [name]"},
      {"[x y]", "f:1: a section's name has letters, digits, - and _ only"},
      {"a-b = 1\n\na_b = 2", "f:3: a-b is given twice, first in line 1"},
  };
  for (const auto& [text, error] : cases) EXPECT_EQ(Read(text), error) << text;
}

}  // namespace
}  // namespace ebb
