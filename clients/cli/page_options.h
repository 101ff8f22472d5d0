// Commands that can answer with a page to send: --html FILE and --language ru|en.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "clients/cli/command.h"
#include "clients/cli/report/report_language.h"
#include "clients/cli/table.h"

namespace ebb {

struct PageOptions {
  std::string html;      // a file, `-` for standard output; empty: no page
  std::string language;  // `ru` or `en`; empty: the user's
};

// Declares both. `page` is what is written, such as "the report"; `spoken` what has a language, such as "the page".
void AddPageOptions(std::string_view page, std::string_view spoken, PageOptions* options, Command* command);

// The one asked for; empty: that of the user's locale.
ReportLanguage LanguageOf(const std::string& asked, const CommandContext& context);

// Writes the page where `options.html` says, then prints `record` with the file and its size behind its own fields.
absl::Status WritePage(const PageOptions& options, const std::string& page, Record record, CommandContext& context);

}  // namespace ebb
