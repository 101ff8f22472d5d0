// A page to send: one HTML file that needs nothing else, no script, no network.
#pragma once

#include <string>

#include "clients/cli/report/report_language.h"

namespace ebb {

// `title` is text, `body` HTML.
std::string WholePage(const std::string& title, const std::string& body, ReportLanguage language);

}  // namespace ebb
