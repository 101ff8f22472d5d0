#include "clients/cli/report/html_text.h"

#include "gtest/gtest.h"

namespace ebb {
namespace {

TEST(HtmlTextTest, WhatComesFromDataCannotBecomeMarkup) {
  EXPECT_EQ(EscapeHtml("<script>alert('x' & \"y\")</script>"),
            "&lt;script&gt;alert(&#39;x&#39; &amp; &quot;y&quot;)&lt;/script&gt;");
  EXPECT_EQ(EscapeHtml(std::string("a\0b\x1b[1mж", 9)), "a b [1mж");
}

TEST(HtmlTextTest, ATableEscapesItsCellsAndAlignsNumbers) {
  HtmlTable table({"name", "rows & more"});
  EXPECT_TRUE(table.empty());
  table.AddRow({WordCell("<b>"), NumberCell("12")});
  EXPECT_EQ(
      table.Html(),
      "<div class=\"scroll\"><table><thead><tr><th>name</th><th class=\"number\">rows &amp; more</th></tr></thead>\n"
      "<tbody><tr><td>&lt;b&gt;</td><td class=\"number\">12</td></tr>\n</tbody></table></div>\n");
}

}  // namespace
}  // namespace ebb
