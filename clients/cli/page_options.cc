#include "clients/cli/page_options.h"

#include <ostream>

#include "absl/strings/str_cat.h"
#include "clients/cli/atomic_file.h"
#include "clients/cli/command_context.h"

namespace ebb {

void AddPageOptions(std::string_view page, std::string_view spoken, PageOptions* options, Command* command) {
  command
      ->Add("--html", &options->html,
            absl::StrCat("Write ", std::string(page), " as a page into this file; - is standard output"))
      .Value("FILE")
      .Completes("file");
  command
      ->Add("--language", &options->language,
            absl::StrCat("Of ", std::string(spoken),
                         "; without it Russian where LC_ALL, LC_MESSAGES or LANG says so, else English"))
      .OneOf({"ru", "en"});
}

ReportLanguage LanguageOf(const std::string& asked, const CommandContext& context) {
  return LanguageOfLocale(asked.empty() ? context.options().locale : asked);
}

absl::Status WritePage(const PageOptions& options, const std::string& page, Record record, CommandContext& context) {
  if (options.html == "-") {
    context.out() << page;
    return absl::OkStatus();
  }
  if (absl::Status written = WriteFileAtomically(options.html, page); !written.ok()) {
    return absl::Status(written.code(), "--html: " + std::string(written.message()));
  }
  record.Add("file", TextCell(options.html));
  record.Add("bytes", CountCell(static_cast<int64_t>(page.size())));
  Print(context, record);
  return absl::OkStatus();
}

}  // namespace ebb
