#include "clients/cli/report/whole_page.h"

#include "clients/cli/report/html_text.h"
#include "clients/cli/report/page_style.h"

namespace ebb {

std::string WholePage(const std::string& title, const std::string& body, ReportLanguage language) {
  const std::string head =
      "<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"/>\n" +
      Element("title", "", EscapeHtml(title)) + "\n" + Element("style", "", kPageStyle) + "\n";
  return "<!DOCTYPE html>\n" +
         Element("html", language == ReportLanguage::kRussian ? "lang=\"ru\"" : "lang=\"en\"",
                 "\n" + Element("head", "", "\n" + head) + "\n" + Element("body", "", "\n" + body)) +
         "\n";
}

}  // namespace ebb
